#ifndef PARSERS_BASE_PERCENT_H
#define PARSERS_BASE_PERCENT_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Percent-encoding: RFC 3986, section 2. */

/* Adds `text`: letters, digits, -._~ and, where `slashes`, / as they are, all else as %XX. */
void percent_encode(struct buf *out, const char *text, size_t len, bool slashes);
/* Adds %XX for one byte. */
void percent_add(struct buf *out, char byte);

/* Returns the byte that a %XX at the start of `text` stands for; -1 without one. */
int percent_byte(const char *text, size_t len);
/* Adds `text` with each %XX as its byte. False, perhaps after some bytes: a % begins none. */
bool percent_decode(struct buf *out, const char *text, size_t len);

#endif
