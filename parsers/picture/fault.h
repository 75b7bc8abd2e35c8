#ifndef PARSERS_PICTURE_FAULT_H
#define PARSERS_PICTURE_FAULT_H

#include "parsers/base/buf.h"

#include <stddef.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_TEXT,
    FAULT_NUMBER,
};

/*
 * Why a function refuses its arguments: the code that JSONata has for it, and the value that goes
 * into the text of that code. The text itself is made by parsers/jsonata. Empty is {0}; filling
 * replaces what was there. Functions that take one accept NULL from a caller who does not ask.
 */
struct fault {
    const char *code;     /* static: "D3130" */
    const char *function; /* static: {{functionName}} and {{token}}, "encodeUrl"; or NULL */
    enum fault_kind kind; /* says which of the two below is {{value}} */
    struct buf value;     /* not quoted */
    double number;
};

void fault_set(struct fault *why, const char *code);
void fault_text(struct fault *why, const char *code, const char *value, size_t len);
void fault_number(struct fault *why, const char *code, double value);
void fault_clear(struct fault *why);

#endif
