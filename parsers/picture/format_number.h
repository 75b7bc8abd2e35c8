#ifndef PARSERS_PICTURE_FORMAT_NUMBER_H
#define PARSERS_PICTURE_FORMAT_NUMBER_H

#include "parsers/base/buf.h"
#include "parsers/picture/fault.h"
#include "parsers/picture/pictures.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    JSONATA_DECIMAL_SEPARATOR,
    JSONATA_GROUPING_SEPARATOR,
    JSONATA_EXPONENT_SEPARATOR,
    JSONATA_INFINITY,
    JSONATA_MINUS_SIGN,
    JSONATA_NAN,
    JSONATA_PERCENT,
    JSONATA_PER_MILLE,
    JSONATA_ZERO_DIGIT,
    JSONATA_DIGIT,
    JSONATA_PATTERN_SEPARATOR,
    JSONATA_SYMBOLS
};

/* What the signs of a picture are. Empty, {0}, are XPath's: . , e Infinity - NaN % U+2030 0 # ; */
struct jsonata_symbols {
    struct {
        const char *text; /* a look; NULL: XPath's */
        size_t len;
    } of[JSONATA_SYMBOLS];
};

/*
 * Takes one option of $formatNumber ("decimal-separator", ",") by its key; looks at `text`, which
 * has to stay. A key that is no option is ignored.
 */
void jsonata_symbols_set(struct jsonata_symbols *s, const char *key, size_t key_len,
                         const char *text, size_t len);

/*
 * $formatNumber. D3080..D3093 when the picture breaks a rule. XPath F&O 3.1, section 4.7. Without
 * `symbols`, which may be NULL, the picture is looked for in `kept`, and kept there.
 */
bool jsonata_format_number(struct buf *out, double n, const char *picture, size_t len,
                           const struct jsonata_symbols *symbols, struct pictures *kept,
                           struct jsonata_fault *why);

#endif
