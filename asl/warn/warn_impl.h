#ifndef ASL_WARN_WARN_IMPL_H
#define ASL_WARN_WARN_IMPL_H

/* What the files of the warnings share. A warning is a row in warn_list.h, and a function that
 * looks for it in one of the files. */

#include "asl/load/field.h"
#include "asl/load/graph.h"
#include "asl/warn/warn.h"

struct warner {
    const asl_machine *m;
    const struct asl_at *top;
    enum asl_workflow workflow;
    struct asl_report *report;
    const struct asl_code *code; /* of the row that is at work */
    struct analysis *variables;  /* of warn_variable.c, when a row has wanted it */
    struct raised *raised;       /* of warn_error.c, likewise */
    struct field_memo *memo;
    /* The machine's expressions, in the order of their strings' addresses. */
    const asl_expression **expressions;
    size_t expression_count;
    size_t guesses; /* names that unknown ones may still be compared with */
};

/* Reports the code that is looked for, with a hint at how this one is mended. */
#define warn_with_hint(w, at, part, hint, ...)                                                     \
    asl_report_add((w)->report, ASL_WARNING, (w)->code->name, at, part, hint, __VA_ARGS__)
/* Reports it; the hint is how the code is mended. */
#define warn_at(w, at, part, ...) warn_with_hint(w, at, part, (w)->code->mend, __VA_ARGS__)

/* ---- what a state reads: warn_reads.c ---- */

typedef void (*warn_see_path)(void *user, const struct asl_at *at, const char *path, size_t len);

/* Calls `see` with the path in the string at `at`, or with those in the intrinsic call that it is.
 */
void warn_paths_in(const struct asl_at *at, warn_see_path see, void *user);

typedef void (*warn_see_variable)(void *user, const struct asl_at *at, const char *name,
                                  size_t len);

/* Make and free w->expressions. */
void warn_order_expressions(struct warner *w);
void warn_forget_expressions(struct warner *w);
/* Calls `see` with each variable that the state itself reads, not its inner blocks. */
void warn_variables(const struct warner *w, const struct asl_state *s, const struct asl_at *at,
                    warn_see_variable see, void *user);

/* ---- the warnings ---- */

typedef void warn_state(struct warner *w, const struct asl_state *s, const struct asl_at *at);
typedef void warn_field(struct warner *w, const struct asl_state *s, const struct asl_field *f,
                        const struct asl_at *at);
typedef void warn_block(struct warner *w, const struct block *b);
typedef void warn_machine(struct warner *w);

#define WARNING(name, what, look) warn_##what look;
#include "asl/warn/warn_list.h"
#undef WARNING

void warn_forget_variables(struct warner *w);
void warn_forget_raised(struct warner *w);

#endif
