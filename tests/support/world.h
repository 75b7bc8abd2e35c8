#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "asl/eval/env.h"
#include "asl/report/report.h"
#include "parsers/base/arena.h"

/* What an expression is evaluated in, from JSON texts; NULL: there is none. */
struct world {
    json *input, *context, *variables;
    struct asl_chance chance;
    struct asl_env env;
};

void world_init(struct world *w, const char *input, const char *context, const char *variables);
void world_clear(struct world *w);

/* A definition, or part of one, with its places. `at` is the whole. */
struct source {
    json *doc;
    struct arena places;
    struct asl_at at;
};

void source_init(struct source *s, const char *text);
void source_clear(struct source *s);

/* Is the report "message at location"? Several are joined by "; ", "" is none. */
void expect_report(const char *name, const struct asl_report *report, const char *want);
/* Returns whether the error is "name: cause". */
void expect_error(const char *name, const struct asl_error *error, const char *want);

#endif
