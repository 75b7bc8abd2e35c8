/*
 * asl eval --jsonata. A line of --batch may set limits on time and depth, as the lines of the
 * reference's own test suite do.
 */

#include "tools/eval.h"

#include "parsers/jsonata/jsonata.h"
#include "runtime/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { REFERENCE_MEMORY = 256 * 1024 * 1024 };

/* What an evaluation asks us. */
struct asked {
    const json *bindings;
    struct asl_chance *chance;
    int64_t ends_ms;
};

static int64_t now_ms(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const json *eval_jsonata_variable(void *user, const json *name)
{
    const struct asked *a = user;

    return a->bindings ? json_get_n(a->bindings, json_str(name), json_str_len(name)) : NULL;
}

static uint64_t eval_jsonata_chance(void *user)
{
    const struct asked *a = user;

    return asl_chance_next(a->chance);
}

static enum work_verdict eval_jsonata_look_at_clock(struct work *w)
{
    const struct asked *a = w->user;

    return now_ms(CLOCK_MONOTONIC) > a->ends_ms ? WORK_TOO_MUCH : WORK_GOES_ON;
}

static enum jsonata_dialect dialect_of(const char *name)
{
    return name && strcmp(name, "reference") == 0 ? JSONATA_REFERENCE : JSONATA_AWS;
}

static int64_t eval_jsonata_limit_of(const struct question *q, const char *name)
{
    const json *n = q->request ? json_get(q->request, name) : NULL;

    return n && json_kind(n) == JSON_INT && json_int_value(n) > 0 ? json_int_value(n) : 0;
}

/*
 * Returns whether the error means that a limit of the line was reached. The reference's test suite
 * sets its own limits on time and depth, with one code of its own (U1001) for both.
 */
static bool is_limit(const struct question *q, const struct jsonata_error *e)
{
    return (eval_jsonata_limit_of(q, "timelimit") && strcmp(e->code, "D1012") == 0) ||
           (eval_jsonata_limit_of(q, "depth") && strcmp(e->code, "D1011") == 0) ||
           ((eval_jsonata_limit_of(q, "timelimit") || eval_jsonata_limit_of(q, "depth")) &&
            strcmp(e->code, "U1001") == 0);
}

/* Returns how much memory an evaluation may use: what a state's may, where the dialect is that
 * of states. */
static size_t eval_jsonata_memory_of(const struct question *q)
{
    return dialect_of(q->dialect) == JSONATA_AWS ? JSONATA_MEMORY : REFERENCE_MEMORY;
}

static json *fault(const char *code, const char *text, const json *token)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "code", json_cstring(code));
    json_build_set(&b, "message", json_cstring(text));
    if (token)
        json_build_set(&b, "token", json_ref((json *)(uintptr_t)token));
    return json_build_done(&b);
}

static void eval_jsonata_refuse(const struct question *q, struct answer *out,
                                const struct jsonata_error *e)
{
    const bool limit = is_limit(q, e);
    const char *code = limit ? "U1001" : e->code;
    const char *text = limit ? "time or depth limit" : e->text;

    out->fault = fault(code, text, e->token);
    diag_set(&out->why, code, e->at, "%s: %s", code, text);
}

static void eval_jsonata_evaluate(const struct question *q, const jsonata *x, struct answer *out)
{
    const int64_t time_ms = eval_jsonata_limit_of(q, "timelimit");
    struct jsonata_error error = {0};
    struct asked asked = {.bindings = q->request ? json_get(q->request, "bindings") : NULL,
                          .chance = q->chance,
                          .ends_ms = now_ms(CLOCK_MONOTONIC) + time_ms};
    /* A state's budget, unless the question has one of its own. */
    struct work own = {.most = 0}, timed = {.tick = eval_jsonata_look_at_clock, .user = &asked};
    const struct jsonata_options options = {.variable = eval_jsonata_variable,
                                            .chance = eval_jsonata_chance,
                                            .work = time_ms ? &timed : &own,
                                            .user = &asked,
                                            .now_ms = clock_wall_ms(),
                                            .memory = eval_jsonata_memory_of(q),
                                            .depth = (size_t)eval_jsonata_limit_of(q, "depth")};

    timed.most = UINT64_MAX / 2;
    timed.most_ms = time_ms;
    switch (jsonata_eval(x, &options, q->data, &out->result, &error)) {
    case JSONATA_VALUE: out->kind = ANSWER_RESULT; break;
    case JSONATA_UNDEFINED:
        out->kind = ANSWER_NOTHING;
        diag_set(&out->why, NULL, 0, "the expression returned nothing (undefined)");
        break;
    case JSONATA_UNSUPPORTED:
        out->kind = ANSWER_FAILED;
        diag_set(&out->why, NULL, 0, "the expression returned an unsupported result type");
        out->fault = fault("", out->why.text, NULL);
        break;
    case JSONATA_FAILED:
        out->kind = ANSWER_FAILED;
        eval_jsonata_refuse(q, out, &error);
        break;
    }
    jsonata_error_clear(&error);
}

void eval_jsonata(const struct question *q, struct answer *out)
{
    struct jsonata_error error = {0};
    jsonata *x = jsonata_compile(q->text, q->len, dialect_of(q->dialect), &error);

    if (x) {
        eval_jsonata_evaluate(q, x, out);
    } else {
        out->kind = ANSWER_INVALID;
        eval_jsonata_refuse(q, out, &error);
    }
    jsonata_error_clear(&error);
    jsonata_free(x);
}

/* The table is sorted by families, so a new heading comes where the family changes. */
void eval_jsonata_list(const char *dialect)
{
    struct jsonata_function f;
    const char *family = "";

    for (size_t i = 0; jsonata_function_at(dialect_of(dialect), i, &f); i++) {
        if (strcmp(family, f.family) != 0)
            printf("%s%s:\n", *family ? "\n" : "", f.family);
        family = f.family;
        printf("  $%-19s %-18s %s\n", f.name, f.signature, f.about);
    }
}
