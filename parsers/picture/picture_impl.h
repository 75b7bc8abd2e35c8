#ifndef PARSERS_PICTURE_PICTURE_IMPL_H
#define PARSERS_PICTURE_PICTURE_IMPL_H

#include "parsers/base/buf.h"
#include "parsers/picture/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum picture_form {
    PICTURE_DIGITS,
    PICTURE_LETTERS,
    PICTURE_ROMAN,
    PICTURE_WORDS,
    PICTURE_SEQUENCE, /* one of XPath's that nobody has: it is refused when it is used */
};

enum picture_case { PICTURE_LOWER, PICTURE_UPPER, PICTURE_TITLE };

struct picture_separator {
    size_t position; /* digits to its right */
    uint32_t character;
};

/* A picture of a whole number. Empty is {0}. */
struct picture {
    enum picture_form form;
    enum picture_case letters;
    bool ordinal;
    /* Of digits: */
    uint32_t zero;
    double mandatory; /* a width of a date may be NaN */
    size_t optional;
    size_t every; /* the first separator stands after each so many digits; 0: not regular */
    struct picture_separator *separators; /* from the right */
    size_t separator_count, separator_cap;
    /* Of a sequence: the picture without what is behind its last ';', a look. */
    const char *token;
    size_t token_len;
};

/* Reads a picture, which goes on looking at `text`. False with D3131. */
bool picture_read(struct picture *p, const char *text, size_t len, struct fault *why);
void picture_clear(struct picture *p);

/* Writes `n`, which is whole or no number; reads a number. False with D3130. */
bool picture_write(const struct picture *p, double n, struct buf *out, struct fault *why);
bool picture_parse(const struct picture *p, const char *text, size_t len, double *out,
                   struct fault *why);
/* Adds a regular expression for what the picture writes in words: "(?:zero|one|...)+". */
void picture_words_pattern(struct buf *out);

/* Returns what JavaScript's parseInt does: the number that `text` starts with, else NaN. */
double picture_leading_int(const char *text, size_t len);

#endif
