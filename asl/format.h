#ifndef ASL_FORMAT_H
#define ASL_FORMAT_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes a definition in JSON as everybody's looks: fields in one order, two blanks an indent
 * level. What it means stays: states, and members of payloads, keep their order; numbers and
 * strings stay as they are written. Formatted again it is the same. False with *why filled when the
 * text is no JSON, or has no States; a definition need not be valid otherwise.
 */
bool asl_format(const char *text, size_t len, struct buf *out, struct diag *why);

#endif
