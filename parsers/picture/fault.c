/*
 * A fault, until an evaluation makes an error of it. All that fill one accept NULL, so that callers
 * who only ask whether a picture is good need not clear up.
 */

#include "parsers/picture/fault.h"

void fault_set(struct fault *why, const char *code)
{
    if (!why)
        return;
    fault_clear(why);
    why->code = code;
}

void fault_text(struct fault *why, const char *code, const char *value, size_t len)
{
    if (!why)
        return;
    fault_set(why, code);
    why->kind = FAULT_TEXT;
    buf_add(&why->value, value, len);
}

void fault_number(struct fault *why, const char *code, double value)
{
    if (!why)
        return;
    fault_set(why, code);
    why->kind = FAULT_NUMBER;
    why->number = value;
}

void fault_clear(struct fault *why)
{
    buf_clear(&why->value);
    *why = (struct fault){0};
}
