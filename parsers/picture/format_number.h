#ifndef PARSERS_PICTURE_FORMAT_NUMBER_H
#define PARSERS_PICTURE_FORMAT_NUMBER_H

#include "parsers/base/buf.h"
#include "parsers/picture/fault.h"
#include "parsers/picture/pictures.h"

#include <stdbool.h>
#include <stddef.h>

/* The symbols of a picture, in the order of XPath's table of them. */
enum {
    SYMBOL_DECIMAL_SEPARATOR,
    SYMBOL_GROUPING_SEPARATOR,
    SYMBOL_EXPONENT_SEPARATOR,
    SYMBOL_INFINITY,
    SYMBOL_MINUS_SIGN,
    SYMBOL_NAN,
    SYMBOL_PERCENT,
    SYMBOL_PER_MILLE,
    SYMBOL_ZERO_DIGIT,
    SYMBOL_DIGIT,
    SYMBOL_PATTERN_SEPARATOR,
    SYMBOL_COUNT
};

/*
 * What a picture has in the place of each symbol. Empty, {0}, means XPath's own:
 * . , e Infinity - NaN % U+2030 0 # ;
 */
struct number_symbols {
    struct {
        const char *text; /* a look; NULL means XPath's own */
        size_t len;
    } of[SYMBOL_COUNT];
};

/*
 * Sets one symbol by its option of $formatNumber, such as "decimal-separator". `text` is looked at
 * and has to stay. A key that is no option is ignored.
 */
void number_symbols_set(struct number_symbols *s, const char *key, size_t key_len, const char *text,
                        size_t len);

/*
 * Writes `n` as $formatNumber does (XPath F&O 3.1, section 4.7). Returns false with D3080..D3093
 * when the picture breaks a rule. Where `symbols` is NULL, the picture that was read is kept in
 * `kept`, and found there the next time.
 */
bool picture_format_number(struct buf *out, double n, const char *picture, size_t len,
                           const struct number_symbols *symbols, struct pictures *kept,
                           struct fault *why);

#endif
