#ifndef ASL_EVAL_ENV_H
#define ASL_EVAL_ENV_H

#include "parsers/base/work.h"
#include "parsers/json/json.h"

#include <stdint.h>

/* What a state fails with. Owns them; cause and location may be NULL. */
struct asl_error {
    json *name; /* "States.Timeout", or a name of the author's own */
    json *cause;
    json *location; /* where a JSONata expression stands: "Output/a[0]" */
};

void asl_error_set(struct asl_error *e, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Returns a copy that is yours; of NULL an empty one. */
struct asl_error asl_error_copy(const struct asl_error *e);
/* Cuts name, cause and location to AWS's quotas, which count code points. To be called
 * wherever an error comes to be, as each level of nesting may double what is quoted. */
void asl_error_cap(struct asl_error *e);
static inline void asl_error_clear(struct asl_error *e)
{
    json_unref(e->name);
    json_unref(e->cause);
    json_unref(e->location);
    *e = (struct asl_error){0};
}

/* The names that the language itself raises. */
#define ASL_ALL "States.ALL"
#define ASL_BRANCH_FAILED "States.BranchFailed"
#define ASL_DATA_LIMIT_EXCEEDED "States.DataLimitExceeded"
#define ASL_HEARTBEAT_TIMEOUT "States.HeartbeatTimeout"
#define ASL_INTRINSIC_FAILURE "States.IntrinsicFailure"
#define ASL_QUERY_EVALUATION_ERROR "States.QueryEvaluationError"
#define ASL_ITEM_READER_FAILED "States.ItemReaderFailed"
#define ASL_RESULT_WRITER_FAILED "States.ResultWriterFailed"
#define ASL_REFERENCE_PATH_CONFLICT "States.ReferencePathConflict"
#define ASL_RUNTIME "States.Runtime"
#define ASL_TASK_FAILED "States.TaskFailed"
#define ASL_TIMEOUT "States.Timeout"
/* Our own: nothing here does the work of a Task. Like States.Runtime it is never caught. */
#define ASL_NO_HANDLER "Asl.NoHandler"

/*
 * Reproducible chance (jitter, UUIDs, random numbers): a stream that a seed starts. Who owns the
 * execution decides where the seed comes from; nothing below looks for randomness elsewhere.
 */
struct asl_chance {
    uint64_t state;
};

/* Draws 64 bits. */
uint64_t asl_chance_next(struct asl_chance *c);
/* Draws a number x, 0 <= x < 1. */
double asl_chance_unit(struct asl_chance *c);
/* Writes the bits as a version 4 UUID, six of whose bits are given. */
json *asl_uuid(uint64_t high, uint64_t low);
/* Draws a version 4 UUID, as text. */
json *asl_chance_uuid(struct asl_chance *c);

/*
 * All that an expression may look at. The context object and variables are asked for when an
 * expression names them, and not before.
 */
struct asl_env {
    const json *input;                                     /* `$`; $states.input */
    const json *result;                                    /* $states.result; NULL: none here */
    const json *error_output;                              /* $states.errorOutput; NULL */
    int64_t now_ms;                                        /* $now, $millis */
    const json *(*context)(void *user);                    /* `$$`: a look */
    const json *(*variable)(void *user, const json *name); /* a look; NULL: not assigned */
    void *user;
    struct asl_chance *chance;
    /*
     * What evaluating costs is counted in it; NULL: nowhere. Each of these is an evaluation with a
     * budget of its own: a template, a path that a field names, a Choice rule, and, within
     * templates too, each JSONata expression. In JSONPath, one that has used up its budget fails
     * with States.Runtime.
     */
    struct work *work;
    /*
     * How many bytes of JSON the value of a JSONPath template may have while it is made; one that
     * grows beyond fails with States.DataLimitExceeded. 0: any number. It is well above what a
     * state may pass on, and bounds what one evaluation takes of memory.
     */
    size_t most_bytes;
};

#endif
