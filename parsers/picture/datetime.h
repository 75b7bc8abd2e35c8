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
 * Writes an instant as $fromMillis does. Without a `picture` (NULL) it is ISO 8601, as in
 * 2017-11-07T15:12:37.121Z; `zone` is +HHMM or -HHMM, NULL for UTC. An instant beyond the
 * calendar's years is written as NaN, part by part.
 *
 * Returns false with a fault: D3130..D3135 for a picture that is none, U1003 for one that is too
 * large, U1002 for a text of more than `memory` bytes. Returns false without a fault when `work` is
 * used up.
 */
bool datetime_from_millis(struct buf *out, double ms, const char *picture, size_t picture_len,
                          const char *zone, size_t zone_len, enum jsonata_dialect dialect,
                          struct pictures *kept, struct work *work, size_t memory,
                          struct fault *why);

/*
 * Reads an instant as $toMillis does. Without a `picture` (NULL) the text has to be ISO 8601, else
 * the fault is D3110; a date that does not exist is NaN. With a picture, *found is set to false,
 * and nothing else, when the text is not of that picture. Parts that the picture leaves out in
 * front come from `now_ms`.
 *
 * Returns false with a fault: D3136 for a picture with a gap between its parts, U1003 for one that
 * is too large, U1002 when the search for the parts needs more memory than JS_REGEX_MEMORY. Returns
 * false without a fault when `work` is used up.
 */
bool datetime_to_millis(const char *text, size_t len, const char *picture, size_t picture_len,
                        int64_t now_ms, enum jsonata_dialect dialect, struct pictures *kept,
                        struct work *work, bool *found, double *out, struct fault *why);

#endif
