#ifndef PARSERS_BASE_BASE64_H
#define PARSERS_BASE_BASE64_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Base64 with `+`, `/` and padding: RFC 4648, section 4. */

/* Returns the value of a digit, 0 to 63; -1 if it is none. */
int base64_value(char c);
/* Returns the value of a digit of that alphabet or of the URL-safe one, with - and _; else -1. */
int base64_value_of_either(char c);
void base64_encode(struct buf *out, const char *bytes, size_t len);
/* Adds the bytes; padding may be left out, but not be wrong. False, perhaps after some bytes, when
 * `text` is something else. */
bool base64_decode(struct buf *out, const char *text, size_t len);

#endif
