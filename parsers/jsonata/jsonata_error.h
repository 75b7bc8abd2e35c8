#ifndef PARSERS_JSONATA_JSONATA_ERROR_H
#define PARSERS_JSONATA_JSONATA_ERROR_H

#include "parsers/jsonata/jsonata.h"
#include "parsers/jsonata/jsonata_value.h"
#include "parsers/picture/fault.h"

/*
 * An error on its way: what goes into the holes of its code's text. `value` and `value2` are kept
 * as the JSON text that the reference shows, so that they outlive the values.
 */
struct failure {
    const char *code; /* NULL: none */
    json *token;      /* owned */
    json *json_value; /* owned; may be NULL */
    struct buf value, value2, message;
    const char *type, *function;
    size_t index;
    bool placed;
    size_t at;
};

void failure_clear(struct failure *f);
/* Adds the text of the error's code with its holes filled. */
void failure_text(const struct failure *f, struct buf *out);
/* Moves the error into what the caller of the parser or the evaluation sees. */
void failure_report(struct failure *f, struct jsonata_error *why);

/*
 * Note an error in the evaluation, with up to two values that its text shows. All return a value of
 * kind JV_ERROR, for the caller to return in turn.
 */
struct jv eval_error(struct evaluation *e, const char *code);
struct jv eval_error_value(struct evaluation *e, const char *code, struct jv value);
struct jv eval_error_values(struct evaluation *e, const char *code, struct jv value,
                            struct jv second);
/* Puts the place in the expression, byte `at`, on the error that is under way. */
struct jv eval_error_at(struct evaluation *e, size_t at);
/* Notes what parsers/picture refused. */
struct jv eval_error_fault(struct evaluation *e, struct fault *fault);
/* Notes the error of a bound that is reached (steps, time, memory). Returns false. */
bool eval_stop(struct evaluation *e);
/* Notes the error of too much nesting. */
struct jv eval_too_deep(struct evaluation *e);

#endif
