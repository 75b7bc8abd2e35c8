#ifndef PARSERS_BASE_DIAG_H
#define PARSERS_BASE_DIAG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* A stretch of a text a person edits. Lines and columns count from 1, columns and length in
 * characters (code points). Line 0: no place. */
struct place {
    uint32_t line, column, length;
};

/*
 * Why something was refused. Empty is {0}; filling replaces what was there. Functions that take a
 * `struct diag *why` accept NULL from a caller who does not ask.
 */
struct diag {
    const char *code; /* a stable short name, static; NULL: none */
    char *text;       /* one sentence without a full stop; owned */
    size_t at;        /* byte offset in the text that was read, where there is one */
    struct place place;
};

void diag_set(struct diag *why, const char *code, size_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_vset(struct diag *why, const char *code, size_t at, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));
/*
 * Fills as diag_vset, at a place of a file, which is put in front of the text: "file:line:column:
 * ".
 */
void diag_vset_place(struct diag *why, const char *code, const char *file, struct place at,
                     const char *format, va_list args) __attribute__((format(printf, 5, 0)));
/* Puts words in front of the text, as in "input: ". */
void diag_prefix(struct diag *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Gives back a diag's text. */
void diag_free_text(struct diag *why);
static inline void diag_clear(struct diag *why)
{
    if (!why)
        return;
    if (why->text)
        diag_free_text(why);
    *why = (struct diag){0};
}

/* Returns the line and column of byte `at` of `text`. */
struct place place_of(const char *text, size_t len, size_t at);

#endif
