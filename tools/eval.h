#ifndef TOOLS_EVAL_H
#define TOOLS_EVAL_H

#include "asl/eval/env.h"
#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <stddef.h>

/* An expression that `asl eval` gives to a language, and the answer. */

struct question {
    const char *text;
    size_t len;
    const json *data;    /* NULL: there is none, where a language allows that */
    const json *context; /* an object; NULL: none */
    const json *request; /* of --batch: the whole line; NULL otherwise */
    const char *dialect; /* NULL: the usual one */
    struct asl_chance *chance;
};

struct answer {
    enum {
        ANSWER_RESULT,
        ANSWER_NOTHING, /* there is no value; `why` says so */
        ANSWER_FAILED,  /* it cannot be evaluated on this input: `why`, or an error with a name */
        ANSWER_INVALID, /* it is no expression; why.at is where */
    } kind;
    json *result;
    json *fault; /* what --batch answers instead of the error's text; may be NULL */
    struct asl_error error;
    struct diag why;
};

/* ---- JSONata: eval_jsonata.c ---- */

void eval_jsonata(const struct question *q, struct answer *out);
/* Prints the functions of a dialect; NULL means that of AWS. */
void eval_jsonata_list(const char *dialect);

#endif
