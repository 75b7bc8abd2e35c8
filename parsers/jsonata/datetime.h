#ifndef PARSERS_JSONATA_DATETIME_H
#define PARSERS_JSONATA_DATETIME_H

#include "parsers/buf.h"
#include "parsers/jsonata/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Instants and their text. Pictures are XPath's (F&O 3.1, section 9.8): "[Y0001]-[M01]-[D01]". */

/*
 * $fromMillis. `picture` NULL: ISO 8601, as 2017-11-07T15:12:37.121Z. `zone` NULL: UTC, else ±HHMM.
 * D3110 for an instant no calendar has, D3130..D3135 for a picture that is none.
 */
bool jsonata_from_millis(struct buf *out, double ms, const char *picture, size_t picture_len,
                         const char *zone, size_t zone_len, struct jsonata_fault *why);

/*
 * $toMillis. `picture` NULL: ISO 8601, NaN for a date that is of the form and no date; D3110 when
 * it is not of the form. With a picture, *found is false when the text is not of that picture; what
 * the picture leaves out in front comes from `now_ms`; D3136 when it leaves a gap.
 */
bool jsonata_to_millis(const char *text, size_t len, const char *picture, size_t picture_len,
                       int64_t now_ms, bool *found, double *out, struct jsonata_fault *why);

#endif
