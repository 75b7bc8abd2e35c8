#ifndef PARSERS_PICTURE_FAULT_H
#define PARSERS_PICTURE_FAULT_H

#include "parsers/base/buf.h"

#include <stddef.h>

enum jsonata_fault_kind {
    JSONATA_FAULT_NONE,
    JSONATA_FAULT_TEXT,
    JSONATA_FAULT_NUMBER,
};

/*
 * Why a function refuses its arguments: JSONata's code, and what goes into the code's text where
 * that has a hole. Empty is {0}; filling replaces what was there. Functions that take one accept
 * NULL from a caller who does not ask.
 */
struct jsonata_fault {
    const char *code;             /* static: "D3130" */
    const char *function;         /* static: {{functionName}} and {{token}}, "encodeUrl"; or NULL */
    enum jsonata_fault_kind kind; /* of {{value}} */
    struct buf value;             /* as it is, not quoted */
    double number;
};

void jsonata_fault_set(struct jsonata_fault *why, const char *code);
void jsonata_fault_text(struct jsonata_fault *why, const char *code, const char *value, size_t len);
void jsonata_fault_number(struct jsonata_fault *why, const char *code, double value);
void jsonata_fault_clear(struct jsonata_fault *why);

#endif
