/*
 * From a place in a string back to the place in the file that it was read from, for messages about
 * expressions inside of JSON and YAML. A map is a list of runs: within one, either the text goes on
 * byte by byte with the file, or an escape stands for all of the run.
 * A map is made by reading the string once more, as the parsers keep no places within strings.
 */

#include "parsers/source.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"

#include <string.h>

/* ---- lines ---- */

static bool source_continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static void step(struct place *p, char c)
{
    if (c == '\n') {
        p->line++;
        p->column = 1;
    } else {
        p->column += !source_continues(c);
    }
}

void source_lines_init(struct source_lines *s, const char *text, size_t len)
{
    *s = (struct source_lines){.text = text ? text : "", .len = len};
}

/*
 * Notes the place of every SOURCE_BLOCK-th byte, once: a file of a million problems is not read
 * from its start for each.
 */
static void source_count_lines(struct source_lines *s)
{
    struct place p = {.line = 1, .column = 1};

    if (s->marks)
        return;
    s->marks = mem_alloc((s->len / SOURCE_BLOCK + 1) * sizeof *s->marks);
    for (size_t i = 0; i <= s->len; i++) {
        if (i % SOURCE_BLOCK == 0)
            s->marks[i / SOURCE_BLOCK] = p;
        if (i < s->len)
            step(&p, s->text[i]);
    }
}

void source_lines_clear(struct source_lines *s)
{
    mem_free(s->marks);
    *s = (struct source_lines){0};
}

struct place source_place(struct source_lines *s, size_t from, size_t to)
{
    source_count_lines(s);
    from = from < s->len ? from : s->len;
    struct place p = s->marks[from / SOURCE_BLOCK];

    for (size_t i = from - from % SOURCE_BLOCK; i < from; i++)
        step(&p, s->text[i]);
    p.length = 0;
    for (size_t i = from; i < to && i < s->len && s->text[i] != '\n'; i++)
        p.length += !source_continues(s->text[i]);
    p.length += p.length == 0;
    return p;
}

static bool source_before(struct place p, uint32_t line, uint32_t column)
{
    return p.line < line || (p.line == line && p.column <= column);
}

size_t source_offset(struct source_lines *s, uint32_t line, uint32_t column)
{
    size_t low = 0, high = s->len / SOURCE_BLOCK + 1;

    source_count_lines(s);
    /* The last block that begins at or before the place. */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source_before(s->marks[middle], line, column))
            low = middle;
        else
            high = middle;
    }
    struct place p = s->marks[low];
    size_t i = low * SOURCE_BLOCK;
    while (i < s->len && (p.line < line || (p.line == line && p.column < column))) {
        if (p.line == line && s->text[i] == '\n')
            break;
        step(&p, s->text[i++]);
    }
    while (i < s->len && source_continues(s->text[i]))
        i++;
    return i;
}

/* ---- maps ---- */

/*
 * Makes the last run longer where it can. A run that would begin where the last one does replaces
 * it.
 */
void source_map_add(struct source_map *m, size_t at, size_t from, bool fixed)
{
    if (m->count) {
        const struct source_run *last = &m->runs[m->count - 1];
        if (last->fixed == fixed &&
            (fixed ? last->from == from : from - last->from == at - last->at))
            return;
        if (last->at == at)
            m->count--;
    }
    MEM_GROW(m->runs, m->count, m->cap);
    m->runs[m->count++] =
        (struct source_run){.at = (uint32_t)at, .from = (uint32_t)from, .fixed = fixed};
}

/* The run that `at` is in. */
static size_t source_run_of(const struct source_map *m, size_t at)
{
    size_t low = 0, high = m->count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (m->runs[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static size_t from_of(const struct source_run *r, size_t at)
{
    return r->fixed || at < r->at ? r->from : r->from + (at - r->at);
}

size_t source_map_find(const struct source_map *m, size_t at)
{
    return m->count ? from_of(&m->runs[source_run_of(m, at)], at) : 0;
}

/*
 * An escape's last byte is known only by where the next character begins. Further on than any
 * escape is long, a line was folded in between, which is no part of the character.
 */
size_t source_map_end(const struct source_map *m, size_t at)
{
    enum { LONGEST_ESCAPE = 12 };
    size_t last = source_map_find(m, at ? at - 1 : 0), next = source_map_find(m, at);

    return next > last && next <= last + LONGEST_ESCAPE ? next : last + 1;
}

void source_map_copy(struct source_map *out, size_t at, const struct source_map *m, size_t from,
                     size_t to)
{
    if (!m->count || from >= to)
        return;
    for (size_t i = source_run_of(m, from); i < m->count && m->runs[i].at < to; i++) {
        const struct source_run *r = &m->runs[i];
        size_t start = r->at > from ? r->at : from;
        source_map_add(out, at + (start - from), from_of(r, start), r->fixed);
    }
}

void source_map_clear(struct source_map *m)
{
    mem_free(m->runs);
    *m = (struct source_map){0};
}

/* ---- strings of JSON ---- */

static unsigned source_hex(const char *text, size_t digits)
{
    unsigned n = 0;

    for (size_t i = 0; i < digits; i++) {
        char c = text[i];
        n = n << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return n;
}

static size_t utf8_size(unsigned cp)
{
    return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
}

void source_map_json(struct source_map *m, const char *text, size_t len, size_t start)
{
    size_t at = 0, i = start + 1;

    while (i < len && text[i] != '"') {
        size_t read = 1, made = 1;
        if (text[i] == '\\' && i + 5 < len && text[i + 1] == 'u') {
            unsigned unit = source_hex(text + i + 2, 4);
            bool pair = unit >= 0xD800 && unit < 0xDC00 && i + 11 < len && text[i + 6] == '\\' &&
                        text[i + 7] == 'u' && source_hex(text + i + 8, 4) >> 10 == 0xDC00 >> 10;
            read = pair ? 12 : 6;
            made = pair ? 4 : utf8_size(unit);
        } else if (text[i] == '\\') {
            read = 2;
        }
        source_map_add(m, at, i, read > 1);
        at += made;
        i += read;
    }
    source_map_add(m, at, i, false);
}

/* ---- scalars of YAML ---- */

/* A scalar that is being gone through: the byte of the text, and that of the value. */
struct scalar {
    struct source_map *map;
    const char *text, *value;
    size_t len, i, value_len, at;
    size_t indent; /* of a block; SIZE_MAX: all blanks are, it is none */
};

static char source_here(const struct scalar *s)
{
    return s->i < s->len ? s->text[s->i] : '\0';
}

/* Tag and anchor. */
static void skip_properties(struct scalar *s)
{
    while (source_here(s) == '!' || source_here(s) == '&') {
        while (s->i < s->len && !ascii_is_json_blank(source_here(s)))
            s->i++;
        while (s->i < s->len && (ascii_is_json_blank(source_here(s)) || source_here(s) == '#')) {
            if (source_here(s) == '#')
                while (s->i < s->len && source_here(s) != '\n')
                    s->i++;
            else
                s->i++;
        }
    }
}

static void skip_indent(struct scalar *s)
{
    for (size_t n = 0; n < s->indent && ascii_is_line_blank(source_here(s)); n++)
        s->i++;
}

/* To the first line of a block, whose indentation is what the value has not. */
static void enter_block(struct scalar *s)
{
    size_t line, blanks = 0, own = 0, first = 0;

    while (s->i < s->len && source_here(s) != '\n')
        s->i++;
    s->i += s->i < s->len;
    for (line = s->i; line < s->len && ascii_is_json_blank(s->text[line]); line++) {
        blanks = s->text[line] == '\n' ? 0 : blanks + (s->text[line] == ' ');
    }
    while (first < s->value_len && ascii_is_json_blank(s->value[first])) {
        own = s->value[first] == '\n' ? 0 : own + (s->value[first] == ' ');
        first++;
    }
    s->indent = blanks > own ? blanks - own : 0;
    skip_indent(s);
}

/* The escape of a double quoted scalar: how long it is, and what it comes to. */
static size_t source_escape(const struct scalar *s, size_t *made)
{
    char c = s->i + 1 < s->len ? s->text[s->i + 1] : '\0';
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;

    *made = 1;
    if (digits && s->i + 2 + digits <= s->len)
        *made = utf8_size(source_hex(s->text + s->i + 2, digits));
    else if (c == 'N' || c == '_')
        *made = 2; /* U+0085, U+00A0 */
    else if (c == 'L' || c == 'P')
        *made = 3; /* U+2028, U+2029 */
    return 2 + digits;
}

/* Over a line's end and the blanks that belong to the layout. */
static void skip_white(struct scalar *s)
{
    bool line = source_here(s) == '\n';

    s->i++;
    if (line)
        skip_indent(s);
}

/*
 * Walks over the scalar as it is written and over its value at once; what stands only in the text
 * is layout and is passed over.
 */
static void source_match(struct scalar *s, char quote)
{
    while (s->at < s->value_len) {
        size_t read = 1, made = 1;
        if (quote == '"' && source_here(s) == '\\') {
            read = source_escape(s, &made);
            /* A line that goes on in the next. */
            if (s->i + 1 < s->len && (s->text[s->i + 1] == '\n' || s->text[s->i + 1] == '\r')) {
                s->i += 1 + (s->text[s->i + 1] == '\r');
                skip_white(s);
                continue;
            }
        } else if (quote == '\'' && source_here(s) == '\'') {
            read = 2;
        } else if (s->i >= s->len || source_here(s) != s->value[s->at]) {
            /* A line's end that was folded is a blank. */
            bool folded = source_here(s) == '\n' && s->value[s->at] == ' ';
            if (!folded && s->i < s->len && ascii_is_json_blank(source_here(s))) {
                skip_white(s);
                continue;
            }
            if (!folded)
                break;
        }
        bool line = source_here(s) == '\n';
        source_map_add(s->map, s->at, s->i, read > 1);
        s->at += made;
        s->i += read;
        if (line)
            skip_indent(s);
    }
    source_map_add(s->map, s->at, s->i, s->at < s->value_len);
}

void source_map_yaml(struct source_map *m, const char *text, size_t len, size_t start,
                     const char *value, size_t value_len)
{
    struct scalar s = {.map = m,
                       .text = text,
                       .value = value,
                       .len = len,
                       .i = start,
                       .value_len = value_len,
                       .indent = SIZE_MAX};

    skip_properties(&s);
    char style = source_here(&s);
    if (style == '|' || style == '>')
        enter_block(&s);
    else if (style == '"' || style == '\'')
        s.i++;
    source_match(&s, style);
}
