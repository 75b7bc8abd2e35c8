#ifndef PARSERS_PICTURE_PICTURE_H
#define PARSERS_PICTURE_PICTURE_H

#include "parsers/base/buf.h"
#include "parsers/picture/fault.h"
#include "parsers/picture/pictures.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Pictures of whole numbers: "w", "Ww", "W", "I", "i", "A", "a", "#,##0", and ";o" behind.
 * XPath F&O 3.1, section 4.6. `kept` has the pictures that were read before, and then this one.
 */

/*
 * Writes as $formatInteger; `n` is floored first. False with D3130 or D3131 for a picture that is
 * none.
 */
bool picture_format_integer(struct buf *out, double n, const char *picture, size_t len,
                            struct pictures *kept, struct fault *why);

/*
 * Reads as $parseInteger. The text is trusted to be of the picture; of one that is not, NaN comes
 * out or whatever its digits or words add up to.
 */
bool picture_parse_integer(const char *text, size_t text_len, const char *picture, size_t len,
                           struct pictures *kept, double *out, struct fault *why);

#endif
