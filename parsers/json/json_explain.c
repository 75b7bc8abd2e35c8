/*
 * What is wrong with a text, said so that it helps. The reader knows the last good token; from
 * there the text is looked at once more, by the few rules that can follow.
 */

#include "parsers/json/json_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

void json_refuse(struct diag *why, const char *text, size_t len, size_t at, const char *code,
                 const char *format, ...)
{
    va_list args;

    if (!why)
        return;
    va_start(args, format);
    diag_vset(why, code, at, format, args);
    va_end(args);
    why->place = place_of(text, len, at);
}

/* Wraps what every rule below needs. */
#define REFUSE(s, why, at, ...)                                                                    \
    json_refuse((why), (s)->text, (s)->len, (at), "JSON_SYNTAX", __VA_ARGS__)

/* Words people write where JSON has none; also what a number goes on with. */
static bool json_explain_is_word(char c)
{
    return ascii_is_digit(c) || ascii_is_letter(c) || c == '_' || c == '+' || c == '-' || c == '.';
}

/* Behind the last character of the word at `i`; `i` itself when there is none. */
static size_t word_end(const struct json_stop *s, size_t i)
{
    while (i < s->len && json_explain_is_word(s->text[i]))
        i++;
    return i;
}

/* What stands at `i`, to be put into a sentence: a word, a character, or its number. */
struct found {
    char text[64];
};

static struct found found_at(const struct json_stop *s, size_t i)
{
    struct found f;
    size_t end = word_end(s, i);
    uint32_t cp;
    size_t n;

    if (i >= s->len) {
        snprintf(f.text, sizeof(f.text), "the end of the text");
        return f;
    }
    /* A message shows what it found, and what it found may be a megabyte of digits. */
    if (end > i + 30)
        end = i + 30;
    n = utf8_decode(s->text + i, s->len - i, &cp);
    if (end > i)
        snprintf(f.text, sizeof(f.text), "'%.*s'", (int)(end - i), s->text + i);
    else if (s->text[i] == '"')
        snprintf(f.text, sizeof(f.text), "a string");
    else if (!n)
        snprintf(f.text, sizeof(f.text), "byte 0x%02x", (unsigned char)s->text[i]);
    else if (cp < 0x20 || (cp >= 0x7F && cp < 0xA1) || cp == 0xFEFF ||
             (cp >= 0xD800 && cp < 0xE000))
        snprintf(f.text, sizeof(f.text), "the character U+%04X", (unsigned)cp);
    else
        snprintf(f.text, sizeof(f.text), "'%.*s'", (int)n, s->text + i);
    return f;
}

/* ---- tokens that are wrong in themselves ---- */

/* Nothing but these nine may follow a backslash (RFC 8259, section 7). */
static void explain_escape(const struct json_stop *s, size_t at, struct diag *why)
{
    if (at + 1 < s->len && s->text[at + 1] == 'u')
        REFUSE(s, why, at, "\\u takes four hexadecimal digits");
    else
        REFUSE(s, why, at,
               "a \\ in a string is written \\\\; it is followed by one of \" \\ / b f n r t u");
}

/* True if the escape at `at` is whole; also when the text ends within it. */
static bool good_escape(const struct json_stop *s, size_t at)
{
    if (at + 1 >= s->len)
        return true;
    if (s->text[at + 1] != 'u')
        return s->text[at + 1] && strchr("\"\\/bfnrt", s->text[at + 1]);
    for (size_t i = at + 2; i < at + 6 && i < s->len; i++)
        if (ascii_hex_value(s->text[i]) < 0)
            return false;
    return true;
}

/* A string that begins at `start`: false if there is nothing wrong with it. */
static bool explain_string(const struct json_stop *s, size_t start, struct diag *why)
{
    size_t i = start + 1;

    for (; i < s->len && s->text[i] != '"'; i++) {
        unsigned char c = (unsigned char)s->text[i];

        if (c == '\n' || c == '\r') {
            REFUSE(s, why, i, "a string can't go over the end of the line: write \\n, or close it");
            return true;
        }
        if (c < 0x20) {
            REFUSE(s, why, i, "a control character in a string is written \\u%04X", c);
            return true;
        }
        if (c != '\\')
            continue;
        if (!good_escape(s, i)) {
            explain_escape(s, i, why);
            return true;
        }
        i++;
    }
    if (i < s->len)
        return false;
    REFUSE(s, why, s->len, "the text ends inside a string that began at line %u, column %u",
           place_of(s->text, s->len, start).line, place_of(s->text, s->len, start).column);
    return true;
}

/* "-", "1.", "1e+", "01", ".5", "+1", "0x1F" */
static bool explain_number(const struct json_stop *s, size_t start, struct diag *why)
{
    size_t end = word_end(s, start), digits = start + (s->text[start] == '-');
    char first = s->text[start], last = s->text[end - 1];
    struct found f = found_at(s, start);

    if (first == '+')
        REFUSE(s, why, start, "%s is no number: one without a sign is positive", f.text);
    else if (first == '.')
        REFUSE(s, why, start, "%s is no number: a digit is missing before the point", f.text);
    else if (digits + 1 < end && s->text[digits] == '0' && ascii_is_digit(s->text[digits + 1]))
        REFUSE(s, why, start, "%s is no number: it can't begin with a zero", f.text);
    else if (!ascii_is_digit(last))
        REFUSE(s, why, start, "%s is no number: digits are missing at its end", f.text);
    else
        REFUSE(s, why, start, "%s is no number", f.text);
    return true;
}

static bool json_explain_same_word(const char *text, size_t len, const char *word)
{
    if (len != strlen(word))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((text[i] | 0x20) != word[i])
            return false;
    return true;
}

/* A word where a value should be. */
static void explain_word(const struct json_stop *s, size_t start, struct diag *why)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t len = word_end(s, start) - start;
    struct found f = found_at(s, start);

    for (size_t i = 0; i < COUNT(words); i++) {
        if (!json_explain_same_word(s->text + start, len, words[i]))
            continue;
        REFUSE(s, why, start, "%s is written %s", f.text, words[i]);
        return;
    }
    /* A text that ends with "tru" was cut off; it is no word that somebody misspelt. */
    if (start + len == s->len && len < 5 && s->text[start] >= 'a')
        for (size_t i = 0; i < COUNT(words); i++)
            if (!strncmp(s->text + start, words[i], len)) {
                REFUSE(s, why, s->len, "the text ends inside the word %s", words[i]);
                return;
            }
    REFUSE(s, why, start, "expected a value, but found %s; a string needs double quotes", f.text);
}

/* What is no value, nor a bracket or a comma, wherever it stands: false if it isn't of that kind.
 */
static bool explain_odd(const struct json_stop *s, size_t i, struct diag *why)
{
    switch (s->text[i]) {
    case '\'': REFUSE(s, why, i, "strings are written in double quotes"); return true;
    case '/':
    case '#': REFUSE(s, why, i, "JSON has no comments"); return true;
    default: return false;
    }
}

/* ---- what may follow ---- */

static void explain_end(const struct json_stop *s, const char *container, struct diag *why)
{
    struct place p = place_of(s->text, s->len, s->opened);

    REFUSE(s, why, s->len, "the text ends inside an %s that began at line %u, column %u", container,
           p.line, p.column);
}

/* A value should be at `i`, which is not behind the end. */
static void explain_value(const struct json_stop *s, size_t i, struct diag *why)
{
    char c = s->text[i];

    if (c == '"' && explain_string(s, i, why))
        return;
    if (ascii_is_digit(c) || c == '-' || c == '+' || c == '.') {
        explain_number(s, i, why);
        return;
    }
    if (json_explain_is_word(c)) {
        explain_word(s, i, why);
        return;
    }
    if (!explain_odd(s, i, why))
        REFUSE(s, why, i, "expected a value, but found %s", found_at(s, i).text);
}

static void explain_key(const struct json_stop *s, size_t i, struct diag *why)
{
    if (s->text[i] == '"' && explain_string(s, i, why))
        return;
    if (!explain_odd(s, i, why))
        REFUSE(s, why, i, "expected a key in double quotes, but found %s", found_at(s, i).text);
}

/* Behind an element or member: what was meant to be a number may go on ("01", "1.2.3"). */
static bool explain_rest(const struct json_stop *s, struct diag *why)
{
    size_t start = s->pos;

    if (start >= s->len || !json_explain_is_word(s->text[start]))
        return false;
    while (start && json_explain_is_word(s->text[start - 1]))
        start--;
    if (start == s->pos)
        return false;
    if (ascii_is_digit(s->text[start]) || s->text[start] == '-')
        return explain_number(s, start, why);
    explain_word(s, start, why);
    return true;
}

static bool begins_value(char c)
{
    return c == '"' || c == '{' || c == '[' || json_explain_is_word(c);
}

/*
 * Behind an element stands a comma or the end. A comma before `]` is told at the comma, which is
 * what has to go, and not at the bracket, where the reader notices it.
 */
static void explain_element(const struct json_stop *s, struct diag *why)
{
    size_t i = text_skip_json_blanks(s->text, s->len, s->pos), next;

    if (explain_rest(s, why))
        return;
    if (i == s->len) {
        explain_end(s, "array", why);
        return;
    }
    if (s->text[i] != ',') {
        if (begins_value(s->text[i]))
            REFUSE(s, why, i, "a comma is missing between elements");
        else if (!explain_odd(s, i, why))
            REFUSE(s, why, i, "expected ',' or ']', but found %s", found_at(s, i).text);
        return;
    }
    next = text_skip_json_blanks(s->text, s->len, i + 1);
    if (next == s->len)
        explain_end(s, "array", why);
    else if (s->text[next] == ']')
        REFUSE(s, why, i, "a comma with no element behind it");
    else
        explain_value(s, next, why);
}

/* The rule of explain_element for objects: behind a comma there must be a key. */
static void explain_member(const struct json_stop *s, struct diag *why)
{
    size_t i = text_skip_json_blanks(s->text, s->len, s->pos), next;

    if (explain_rest(s, why))
        return;
    if (i == s->len) {
        explain_end(s, "object", why);
        return;
    }
    if (s->text[i] != ',') {
        if (s->text[i] == '"')
            REFUSE(s, why, i, "a comma is missing between members");
        else if (!explain_odd(s, i, why))
            REFUSE(s, why, i, "expected ',' or '}', but found %s", found_at(s, i).text);
        return;
    }
    next = text_skip_json_blanks(s->text, s->len, i + 1);
    if (next == s->len)
        explain_end(s, "object", why);
    else if (s->text[next] == '}')
        REFUSE(s, why, i, "a comma with no member behind it");
    else
        explain_key(s, next, why);
}

static void explain_after_key(const struct json_stop *s, struct diag *why)
{
    size_t i = text_skip_json_blanks(s->text, s->len, s->pos), next;

    if (i == s->len) {
        explain_end(s, "object", why);
        return;
    }
    if (s->text[i] != ':') {
        if (!explain_odd(s, i, why))
            REFUSE(s, why, i, "expected ':' behind a key, but found %s", found_at(s, i).text);
        return;
    }
    next = text_skip_json_blanks(s->text, s->len, i + 1);
    if (next == s->len)
        explain_end(s, "object", why);
    else
        explain_value(s, next, why);
}

/*
 * Each state admits one or two tokens, so one look from `pos` on is enough to tell what is there
 * instead. Nothing before `pos` can be wrong.
 */
void json_explain(const struct json_stop *s, struct diag *why)
{
    size_t i = text_skip_json_blanks(s->text, s->len, s->pos);

    switch (s->state) {
    case JSON_AT_START:
        if (i == s->len)
            json_refuse(why, s->text, s->len, i, "JSON_EMPTY", "there is no value: the text is %s",
                        s->len ? "blank" : "empty");
        else
            explain_value(s, i, why);
        return;
    case JSON_AT_END:
        if (!explain_rest(s, why))
            REFUSE(s, why, i, "expected the end of the text, but found %s", found_at(s, i).text);
        return;
    case JSON_AFTER_OPEN_ARRAY:
        if (i == s->len)
            explain_end(s, "array", why);
        else
            explain_value(s, i, why);
        return;
    case JSON_AFTER_OPEN_OBJECT:
        if (i == s->len)
            explain_end(s, "object", why);
        else
            explain_key(s, i, why);
        return;
    case JSON_IN_ARRAY: explain_element(s, why); return;
    case JSON_IN_OBJECT: explain_member(s, why); return;
    case JSON_AFTER_KEY: explain_after_key(s, why); return;
    }
}
