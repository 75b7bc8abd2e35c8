#ifndef PARSERS_BASE_TEXT_H
#define PARSERS_BASE_TEXT_H

#include "parsers/base/ascii.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/*
 * Beginnings, endings and blanks of texts. Functions with `len` look at that many bytes, NUL among
 * them; the others end at the NUL. A json string has json_str_begins() and json_str_ends().
 */

static inline bool text_begins_with(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

static inline bool text_n_begins_with(const char *text, size_t len, const char *head)
{
    size_t n = strlen(head);

    return len >= n && memcmp(text, head, n) == 0;
}

static inline bool text_n_ends_with(const char *text, size_t len, const char *tail)
{
    size_t n = strlen(tail);

    return len >= n && memcmp(text + len - n, tail, n) == 0;
}

static inline bool text_ends_with(const char *text, const char *tail)
{
    return text_n_ends_with(text, strlen(text), tail);
}

/* Takes ASCII letters of either case for the same. */
static inline bool text_ends_with_any_case(const char *text, const char *tail)
{
    size_t len = strlen(text), n = strlen(tail);

    return len >= n && strcasecmp(text + len - n, tail) == 0;
}

/* Returns the place of the first byte from `at` on that is no blank of JSON; `len` if all are. */
static inline size_t text_skip_json_blanks(const char *text, size_t len, size_t at)
{
    while (at < len && ascii_is_json_blank(text[at]))
        at++;
    return at;
}

/* Moves both ends of the text inwards, over JSON's blanks. */
static inline void text_trim_json_blanks(const char **text, size_t *len)
{
    size_t blanks = text_skip_json_blanks(*text, *len, 0);

    *text += blanks;
    *len -= blanks;
    while (*len && ascii_is_json_blank((*text)[*len - 1]))
        --*len;
}

/* Returns the length of a text without the slashes at its end. */
static inline size_t text_len_before_slashes(const char *text, size_t len)
{
    while (len && text[len - 1] == '/')
        len--;
    return len;
}

/* Returns whether `word` is one of the words of `list`, between which are blanks; NULL has none. */
static inline bool text_has_word(const char *list, const char *word, size_t len)
{
    while (list && *(list += strspn(list, " "))) {
        size_t n = strcspn(list, " ");

        if (n == len && memcmp(list, word, len) == 0)
            return true;
        list += n;
    }
    return false;
}

#endif
