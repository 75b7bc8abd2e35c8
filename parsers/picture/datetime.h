#ifndef PARSERS_PICTURE_DATETIME_H
#define PARSERS_PICTURE_DATETIME_H

#include "parsers/base/buf.h"
#include "parsers/base/work.h"
#include "parsers/picture/dialect.h"
#include "parsers/picture/fault.h"
#include "parsers/picture/pictures.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Instants and their text. Pictures are XPath's (F&O 3.1, section 9.8): "[Y0001]-[M01]-[D01]".
 * `kept` has the pictures that were read before, and then this one.
 */

/*
 * $fromMillis. `picture` NULL: ISO 8601, as 2017-11-07T15:12:37.121Z. `zone` NULL: UTC, else +HHMM
 * or -HHMM. D3130..D3135 for a picture that is none, U1003 for one that is too large. An instant
 * beyond the calendar's years is written as NaN, part by part. U1002 for more than `memory` bytes;
 * what is written is counted in `work`, and where that is used up it is false without a fault.
 */
bool jsonata_from_millis(struct buf *out, double ms, const char *picture, size_t picture_len,
                         const char *zone, size_t zone_len, enum jsonata_dialect dialect,
                         struct pictures *kept, struct work *work, size_t memory,
                         struct jsonata_fault *why);

/*
 * $toMillis. `picture` NULL: ISO 8601; D3110 when the text is not of that form, NaN when it is and
 * no such date exists. With a picture, *found is false when the text is not of that picture
 * (nothing comes out); what the picture leaves out in front comes from `now_ms`, a gap is D3136.
 * U1003 for a picture that is too large.
 * A search for the parts is counted in `work`: where that is used up it is false without a fault,
 * and U1002 where the search needs more memory than JS_REGEX_MEMORY.
 */
bool jsonata_to_millis(const char *text, size_t len, const char *picture, size_t picture_len,
                       int64_t now_ms, enum jsonata_dialect dialect, struct pictures *kept,
                       struct work *work, bool *found, double *out, struct jsonata_fault *why);

#endif
