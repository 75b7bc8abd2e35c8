/*
 * A pattern of JavaScript as the code units that it consists of, and a place in it to read on from.
 * Its groups are counted before anything is translated, as what \1 and \k mean depends on groups
 * that may stand behind them.
 */

#include "parsers/regex/regex_pattern.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

bool pattern_refuse(struct pattern *p, size_t i, const char *what)
{
    size_t at = i < p->count ? p->units[i].at : p->len;

    diag_set(p->why, "regex", at, "invalid regular expression: %s", what);
    return false;
}

/* ---- the pattern as code units ---- */

static void read_units(struct pattern *p)
{
    const char *text = p->text;
    size_t len = p->len;

    p->units = mem_alloc((len + 1) * sizeof *p->units);
    for (size_t i = 0; i < len;) {
        uint32_t cp = 0;
        size_t n = utf8_decode(text + i, len - i, &cp);

        if (!n) {
            cp = 0xFFFD;
            n = 1;
        }
        if (cp >= 0x10000) {
            uint32_t high = 0xD800 + ((cp - 0x10000) >> 10);

            p->units[p->count++] = (struct unit){high, (uint32_t)i};
            cp = 0xDC00 + ((cp - 0x10000) & 0x3FF);
        }
        p->units[p->count++] = (struct unit){cp, (uint32_t)i};
        i += n;
    }
}

bool pattern_peek_text(const struct pattern *p, const char *text)
{
    for (size_t i = 0; text[i]; i++)
        if (pattern_peek(p, i) != text[i])
            return false;
    return true;
}

int pattern_peek_hex(const struct pattern *p, size_t from, size_t count)
{
    int n = 0;

    for (size_t i = 0; i < count; i++) {
        int digit = ascii_hex_value(pattern_peek(p, from + i));

        if (digit < 0)
            return NO_UNIT;
        n = n << 4 | digit;
    }
    return n;
}

/* ---- groups: how many, and their names ---- */

static bool same_name(const struct pattern *p, const struct group_name *a, size_t start, size_t len)
{
    if (a->len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (p->units[a->start + i].code != p->units[start + i].code)
            return false;
    return true;
}

static bool is_name_unit(uint32_t c, bool first)
{
    return c == '_' || c == '$' || c >= 0x80 || ascii_is_letter((int)c) ||
           (!first && ascii_is_digit((int)c));
}

size_t pattern_name_length(const struct pattern *p, size_t start)
{
    size_t i = start;

    while (i < p->count && is_name_unit(p->units[i].code, i == start))
        i++;
    return i < p->count && p->units[i].code == '>' ? i - start : 0;
}

const struct group_name *pattern_find_name(const struct pattern *p, size_t start, size_t len)
{
    for (size_t i = 0; i < p->name_count; i++)
        if (same_name(p, &p->names[i], start, len))
            return &p->names[i];
    return NULL;
}

static bool note_name(struct pattern *p, size_t start)
{
    size_t len = pattern_name_length(p, start);

    if (!len)
        return pattern_refuse(p, start, "invalid name of a group");
    if (pattern_find_name(p, start, len))
        return pattern_refuse(p, start, "two groups of the same name");
    MEM_GROW(p->names, p->name_count, p->name_cap);
    p->names[p->name_count++] = (struct group_name){start, len, p->groups};
    return true;
}

/* Counts the groups, and notes their names: \k may stand in front of its group. */
static bool find_groups(struct pattern *p)
{
    bool in_class = false;

    for (p->i = 0; p->i < p->count; p->i++) {
        int c = pattern_peek(p, 0);

        p->repeats = p->repeats || c == '*' || c == '+' || c == '{';
        if (c == '\\') {
            p->i++;
        } else if (c == '[' || c == ']') {
            in_class = c == '[';
        } else if (c == '(' && !in_class) {
            bool named = pattern_peek_text(p, "(?<") && pattern_peek(p, 3) != '=' &&
                         pattern_peek(p, 3) != '!';

            if (pattern_peek(p, 1) == '?' && !named)
                continue;
            p->groups++;
            if (named && !note_name(p, p->i + 3))
                return false;
        }
    }
    p->i = 0;
    return true;
}

/* ---- what is ahead ---- */

/* A count of a quantifier, at most one above the largest that PCRE2 knows. */
static size_t peek_count(const struct pattern *p, size_t from, unsigned *count)
{
    size_t i = from;

    for (*count = 0; ascii_is_digit(pattern_peek(p, i)); i++)
        if (*count <= MAX_COUNT)
            *count = *count * 10 + (unsigned)(pattern_peek(p, i) - '0');
    return i - from;
}

size_t pattern_peek_braces(const struct pattern *p, size_t ahead, unsigned *least, unsigned *most,
                           bool *endless)
{
    size_t i = ahead + 1, digits = peek_count(p, i, least);

    if (!digits)
        return 0;
    i += digits;
    *most = *least;
    *endless = false;
    if (pattern_peek(p, i) == ',') {
        digits = peek_count(p, ++i, most);
        *endless = !digits;
        i += digits;
    }
    return pattern_peek(p, i) == '}' ? i + 1 - ahead : 0;
}

bool pattern_at_quantifier(const struct pattern *p, size_t ahead)
{
    const int c = pattern_peek(p, ahead);
    unsigned least, most;
    bool endless;

    if (c != '{')
        return c == '*' || c == '+' || c == '?';
    return pattern_peek_braces(p, ahead, &least, &most, &endless) > 0;
}

/* ---- the whole ---- */

bool pattern_read(struct pattern *p, const char *text, size_t len, struct diag *why)
{
    *p = (struct pattern){.text = text, .len = len, .why = why};
    read_units(p);
    return find_groups(p);
}

void pattern_clear(struct pattern *p)
{
    mem_free(p->names);
    mem_free(p->units);
    *p = (struct pattern){.text = NULL};
}
