/*
 * What a function of JSONata refuses, until an evaluation makes an error of it. All that fill one
 * accept NULL, so that callers who only ask whether a picture is good need not clear up.
 */

#include "parsers/picture/fault.h"

void jsonata_fault_set(struct jsonata_fault *why, const char *code)
{
    if (!why)
        return;
    jsonata_fault_clear(why);
    why->code = code;
}

void jsonata_fault_text(struct jsonata_fault *why, const char *code, const char *value, size_t len)
{
    if (!why)
        return;
    jsonata_fault_set(why, code);
    why->kind = JSONATA_FAULT_TEXT;
    buf_add(&why->value, value, len);
}

void jsonata_fault_number(struct jsonata_fault *why, const char *code, double value)
{
    if (!why)
        return;
    jsonata_fault_set(why, code);
    why->kind = JSONATA_FAULT_NUMBER;
    why->number = value;
}

void jsonata_fault_clear(struct jsonata_fault *why)
{
    buf_clear(&why->value);
    *why = (struct jsonata_fault){0};
}
