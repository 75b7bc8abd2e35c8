/*
 * Regular expressions of JavaScript, read by its grammar (ECMA-262, section 22.2.1 with Annex B, so
 * without the flag u) and written in PCRE2's dialect. Nothing passes through unread: what the two
 * dialects share in form they may still not share in meaning.
 *
 *   disjunction  alternative ( '|' alternative )*
 *   term         assertion | atom quantifier?
 *   assertion    '^' | '$' | '\b' | '\B' | '(?=' '(?!' '(?<=' '(?<!' disjunction ')'
 *   atom         '.' | character | '\' escape | class | '(' '?:' | '?<name>' disjunction ')'
 *   quantifier   ( '*' | '+' | '?' | '{' n ( ',' m? )? '}' ) '?'?
 *
 * JavaScript sees code units: a character beyond U+FFFF is the two of its surrogates, in the
 * pattern as in the searched text.
 *
 * So that a search can be counted while it runs, callouts stand behind all that offers a choice: a
 * quantifier, each turn of a repeated group, each alternative of a group, and what a group had
 * caught; and where the search goes on further back than it was: in front of another alternative,
 * and behind a lookahead. Whatever backtracks comes by one of them again and again; between two of
 * them no more is done than the text that lies between and the pattern's own length (`cost`).
 */

#include "parsers/regex/regex_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/case.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

enum {
    MAX_DEPTH = 250,
    /* PCRE2's largest count in a quantifier. */
    MAX_COUNT = 65535,
    MAX_COST = 1 << 24,
    NO_UNIT = -1,
};

#define ASCII_LINE_ENDS "\\n\\r"
#define LINE_ENDS ASCII_LINE_ENDS "\\x{2028}\\x{2029}"

/* Stands for all that is not in ASCII where only that is searched: it is nowhere in it. */
#define NOT_ASCII 0xFFu

struct unit {
    uint32_t code, at; /* `at`: the byte in the pattern where it comes from */
};

struct range {
    uint32_t low, high;
};

struct ranges {
    struct range *list;
    size_t count, cap;
};

struct name {
    size_t start, len; /* in units */
    unsigned group;
};

enum group_kind { GROUP, LOOKAHEAD, LOOKBEHIND };

struct open_group {
    enum group_kind kind;
    bool alternatives;
    size_t cost; /* in front of it */
};

struct translation {
    const struct js_pattern *from;
    struct pcre_pattern *to;
    struct diag *why;
    struct unit *units;
    size_t count, i;
    struct name *names;
    size_t name_count, name_cap;
    struct open_group open[MAX_DEPTH];
    size_t depth, lookbehinds; /* groups that are open; how many of them look behind */
    size_t atom_cost;          /* in front of the last atom */
    bool repeatable;           /* may a quantifier follow? */
    bool repeats;              /* there is a quantifier that may go far, maybe */
    bool single, reference;    /* the last atom is no group; it is a reference to one */
};

static bool translate_refuse(struct translation *t, size_t i, const char *what)
{
    size_t at = i < t->count ? t->units[i].at : t->from->len;

    diag_set(t->why, "regex", at, "invalid regular expression: %s", what);
    return false;
}

/* ---- the pattern as code units ---- */

static void translate_read_units(struct translation *t)
{
    const char *text = t->from->text;
    size_t len = t->from->len;

    t->units = mem_alloc((len + 1) * sizeof *t->units);
    for (size_t i = 0; i < len;) {
        uint32_t cp = 0;
        size_t n = utf8_decode(text + i, len - i, &cp);

        if (!n) {
            cp = 0xFFFD;
            n = 1;
        }
        if (cp >= 0x10000) {
            uint32_t high = 0xD800 + ((cp - 0x10000) >> 10);

            t->units[t->count++] = (struct unit){high, (uint32_t)i};
            cp = 0xDC00 + ((cp - 0x10000) & 0x3FF);
        }
        t->units[t->count++] = (struct unit){cp, (uint32_t)i};
        i += n;
    }
}

static int translate_peek(const struct translation *t, size_t ahead)
{
    return t->i + ahead < t->count ? (int)t->units[t->i + ahead].code : NO_UNIT;
}

static bool peek_text(const struct translation *t, const char *text)
{
    for (size_t i = 0; text[i]; i++)
        if (translate_peek(t, i) != text[i])
            return false;
    return true;
}

/* `count` hexadecimal digits at `from`, or NO_UNIT. */
static int peek_hex(const struct translation *t, size_t from, size_t count)
{
    int n = 0;

    for (size_t i = 0; i < count; i++) {
        int digit = ascii_hex_value(translate_peek(t, from + i));

        if (digit < 0)
            return NO_UNIT;
        n = n << 4 | digit;
    }
    return n;
}

/* ---- groups: how many, and their names ---- */

static bool translate_same_name(const struct translation *t, const struct name *a, size_t start,
                                size_t len)
{
    if (a->len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (t->units[a->start + i].code != t->units[start + i].code)
            return false;
    return true;
}

static bool is_name_unit(uint32_t c, bool first)
{
    return c == '_' || c == '$' || c >= 0x80 || ascii_is_letter((int)c) ||
           (!first && ascii_is_digit((int)c));
}

/* From `start` to the '>' behind a name; 0: there is no name. */
static size_t translate_name_length(const struct translation *t, size_t start)
{
    size_t i = start;

    while (i < t->count && is_name_unit(t->units[i].code, i == start))
        i++;
    return i < t->count && t->units[i].code == '>' ? i - start : 0;
}

static const struct name *translate_find_name(const struct translation *t, size_t start, size_t len)
{
    for (size_t i = 0; i < t->name_count; i++)
        if (translate_same_name(t, &t->names[i], start, len))
            return &t->names[i];
    return NULL;
}

static bool translate_note_name(struct translation *t, size_t start)
{
    size_t len = translate_name_length(t, start);

    if (!len)
        return translate_refuse(t, start, "invalid name of a group");
    if (translate_find_name(t, start, len))
        return translate_refuse(t, start, "two groups of the same name");
    MEM_GROW(t->names, t->name_count, t->name_cap);
    t->names[t->name_count++] = (struct name){start, len, t->to->groups};
    return true;
}

static bool translate_find_groups(struct translation *t)
{
    bool in_class = false;

    for (t->i = 0; t->i < t->count; t->i++) {
        int c = translate_peek(t, 0);

        t->repeats = t->repeats || c == '*' || c == '+' || c == '{';
        if (c == '\\') {
            t->i++;
        } else if (c == '[' || c == ']') {
            in_class = c == '[';
        } else if (c == '(' && !in_class) {
            bool named =
                peek_text(t, "(?<") && translate_peek(t, 3) != '=' && translate_peek(t, 3) != '!';

            if (translate_peek(t, 1) == '?' && !named)
                continue;
            t->to->groups++;
            if (named && !translate_note_name(t, t->i + 3))
                return false;
        }
    }
    t->i = 0;
    return true;
}

/* ---- characters ---- */

/* Outside of a class as within one. */
static void put_unit(struct buf *out, uint32_t c)
{
    if (ascii_is_letter((int)c) || ascii_is_digit((int)c))
        buf_addc(out, (char)c);
    else if (c > ' ' && c < 0x7F)
        buf_add(out, (const char[]){'\\', (char)c}, 2);
    else if (c < 0x80)
        buf_printf(out, "\\x{%x}", c);
    else
        out->len += utf8_encode(c, buf_reserve(out, 4));
}

static void put_not_ascii(struct buf *out)
{
    buf_printf(out, "\\x{%x}", NOT_ASCII);
}

/* Canonicalize of ECMA-262, 22.2.2.7.3: units are the same if this makes them so. */
static uint32_t canonical(uint32_t c)
{
    uint32_t upper;

    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
    upper = (uint32_t)utf8proc_toupper((utf8proc_int32_t)c);
    if (upper == c || upper < 0x80 || upper > 0xFFFF || case_has_long_upper(c))
        return c;
    return upper;
}

/* Small letters whose capital has another small letter of its own. */
static const uint16_t odd_letters[] = {
    0xB5,   0x1C5,  0x1C8,  0x1CB,  0x1F2,  0x345,  0x3C2,  0x3D0,  0x3D1,
    0x3D5,  0x3D6,  0x3F0,  0x3F1,  0x3F5,  0x1C80, 0x1C81, 0x1C82, 0x1C83,
    0x1C84, 0x1C85, 0x1C86, 0x1C87, 0x1C88, 0x1E9B, 0x1FBE, 0xA64B,
};

static void add_range(struct ranges *r, uint32_t low, uint32_t high)
{
    MEM_GROW(r->list, r->count, r->cap);
    r->list[r->count++] = (struct range){low, high};
}

static void add_if_same(struct ranges *r, uint32_t c, uint32_t other)
{
    if (other != c && other <= 0xFFFF && canonical(other) == canonical(c))
        add_range(r, other, other);
}

/* What else is the same as `c`, but for case. */
static void add_other_cases(struct ranges *r, uint32_t c)
{
    uint32_t upper = canonical(c);
    uint32_t lower = (uint32_t)utf8proc_tolower((utf8proc_int32_t)upper);

    if (upper == c && lower == c)
        return;
    add_if_same(r, c, upper);
    add_if_same(r, c, lower);
    if (c < 0x80)
        return;
    for (size_t i = 0; i < COUNT(odd_letters); i++)
        add_if_same(r, c, odd_letters[i]);
}

static void put_range(struct buf *out, struct range r)
{
    put_unit(out, r.low);
    if (r.high == r.low)
        return;
    buf_addc(out, '-');
    put_unit(out, r.high);
}

static void put_ranges(struct buf *out, const struct ranges *r, bool negative, bool ascii)
{
    bool beyond = false;

    buf_adds(out, negative ? "[^" : "[");
    for (size_t i = 0; i < r->count; i++) {
        struct range of = r->list[i];

        if (ascii && of.high >= 0x80) {
            beyond = true;
            of.high = 0x7F;
        }
        if (of.low <= of.high)
            put_range(out, of);
    }
    if (beyond)
        put_not_ascii(out);
    buf_addc(out, ']');
}

/* With all cases in it, where case is ignored: PCRE2 is not to add any. */
static void put_class(struct translation *t, const struct ranges *r, bool negative)
{
    buf_adds(&t->to->text, t->from->ignore_case ? "(?-i:" : "");
    put_ranges(&t->to->text, r, negative, t->from->ascii);
    buf_adds(&t->to->text, t->from->ignore_case ? ")" : "");
}

/*
 * PCRE2 ignores case in ASCII alone, and there not of s and k: it would fold as Unicode does, where
 * they have U+017F and U+212A beside them.
 */
static void translate_put_literal(struct translation *t, uint32_t c)
{
    struct ranges same = {0};

    t->repeatable = true;
    if (t->from->ascii && c >= 0x80) {
        put_not_ascii(&t->to->text);
        return;
    }
    if (t->from->ascii || !t->from->ignore_case || (c < 0x80 && !strchr("sSkK", (int)c)) || !c) {
        put_unit(&t->to->text, c);
        return;
    }
    add_other_cases(&same, c);
    add_range(&same, c, c);
    put_class(t, &same, false);
    mem_free(same.list);
}

/* ---- \d \w \s and their opposites ---- */

static const struct range digit_ranges[] = {{'0', '9'}};
static const struct range word_ranges[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct range space_ranges[] = {
    {0x9, 0xD},       {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF},
};

/* The ranges are sorted. */
static void add_set(struct ranges *r, const struct range *set, size_t count, bool opposite)
{
    uint32_t next = 0;

    for (size_t i = 0; i < count; i++) {
        if (!opposite)
            add_range(r, set[i].low, set[i].high);
        else if (set[i].low > next)
            add_range(r, next, set[i].low - 1);
        next = set[i].high + 1;
    }
    if (opposite)
        add_range(r, next, 0xFFFF);
}

#define ADD_SET(r, set, opposite) add_set(r, set, COUNT(set), opposite)

/* Adds what \d, \w, \s mean; false when `c` is none of the three, nor of their opposites. */
static bool add_named_set(struct ranges *r, int c)
{
    switch (c) {
    case 'd':
    case 'D': ADD_SET(r, digit_ranges, c == 'D'); return true;
    case 'w':
    case 'W': ADD_SET(r, word_ranges, c == 'W'); return true;
    case 's':
    case 'S': ADD_SET(r, space_ranges, c == 'S'); return true;
    default: return false;
    }
}

/* ---- what is ahead ---- */

/* A count of a quantifier, at most one above the largest that PCRE2 knows. */
static size_t peek_count(const struct translation *t, size_t from, unsigned *count)
{
    size_t i = from;

    for (*count = 0; ascii_is_digit(translate_peek(t, i)); i++)
        if (*count <= MAX_COUNT)
            *count = *count * 10 + (unsigned)(translate_peek(t, i) - '0');
    return i - from;
}

/*
 * {n}, {n,} or {n,m}: its length in units, 0 when it is none, which makes the brace a character.
 * Without an upper bound `most` is less than `least`.
 */
static size_t peek_braces(const struct translation *t, size_t ahead, unsigned *least,
                          unsigned *most, bool *endless)
{
    size_t i = ahead + 1, digits = peek_count(t, i, least);

    if (!digits)
        return 0;
    i += digits;
    *most = *least;
    *endless = false;
    if (translate_peek(t, i) == ',') {
        digits = peek_count(t, ++i, most);
        *endless = !digits;
        i += digits;
    }
    return translate_peek(t, i) == '}' ? i + 1 - ahead : 0;
}

static bool translate_is_quantifier(const struct translation *t, size_t ahead)
{
    const int c = translate_peek(t, ahead);
    unsigned least, most;
    bool endless;

    if (c != '{')
        return c == '*' || c == '+' || c == '?';
    return peek_braces(t, ahead, &least, &most, &endless) > 0;
}

/* ---- callouts ---- */

static void put_callout(struct translation *t)
{
    /* What looks behind is of one length: there is nothing to count. */
    if (!t->lookbehinds)
        buf_adds(&t->to->text, "(?C)");
}

/* The match ends here at once, whatever is around: what was gone through is seen from the match. */
static bool ends_match(const struct translation *t)
{
    size_t i = 0;

    if (!t->depth && translate_peek(t, 0) == '|')
        return true;
    for (; i < t->depth; i++)
        if (t->open[i].kind != GROUP || translate_peek(t, i) != ')')
            return false;
    return translate_peek(t, i) == NO_UNIT;
}

/* ---- escapes ---- */

/* \0 to \377: legacy octal, at the first digit. */
static uint32_t read_octal(struct translation *t)
{
    uint32_t n = 0;

    for (int i = 0; i < 3; i++) {
        int c = translate_peek(t, 0);

        if (c < '0' || c > '7' || n * 8 + (uint32_t)(c - '0') > 0377)
            break;
        n = n * 8 + (uint32_t)(c - '0');
        t->i++;
    }
    return n;
}

/*
 * The character behind a backslash that stands for itself or another one. Where \x, \u or \c lack
 * what belongs to them, the letter stands for itself, or for \c the backslash.
 */
static uint32_t read_character_escape(struct translation *t, bool in_class)
{
    int c = translate_peek(t, 0), next = translate_peek(t, 1);
    size_t digits = c == 'x' ? 2 : 4;

    if (c >= '0' && c <= '7')
        return read_octal(t);
    t->i++;
    switch (c) {
    case 't': return '\t';
    case 'n': return '\n';
    case 'v': return '\v';
    case 'f': return '\f';
    case 'r': return '\r';
    case 'c':
        if (ascii_is_letter(next) || (in_class && (ascii_is_digit(next) || next == '_'))) {
            t->i++;
            return (uint32_t)next & 31;
        }
        t->i--;
        return '\\';
    case 'x':
    case 'u':
        if (peek_hex(t, 0, digits) != NO_UNIT) {
            uint32_t code = (uint32_t)peek_hex(t, 0, digits);

            t->i += digits;
            return code;
        }
        return (uint32_t)c;
    default: return (uint32_t)c;
    }
}

/* A quantifier has to follow at once; else the callout does. */
static void put_reference(struct translation *t, unsigned group)
{
    t->to->references = t->reference = true;
    buf_printf(&t->to->text, "\\g{%u}", group);
    if (!translate_is_quantifier(t, 0))
        put_callout(t);
}

/* \1: a group, if there are so many. */
static bool read_backreference(struct translation *t)
{
    unsigned n = 0;
    size_t ahead = 0;

    if (translate_peek(t, 0) == '0')
        return false;
    for (; ascii_is_digit(translate_peek(t, ahead)) && n <= t->to->groups; ahead++)
        n = n * 10 + (unsigned)(translate_peek(t, ahead) - '0');
    if (!ahead || n > t->to->groups)
        return false;
    t->i += ahead;
    put_reference(t, n);
    return true;
}

/* \k<name> */
static bool read_named_reference(struct translation *t)
{
    const struct name *name = NULL;
    size_t len = 0;

    if (translate_peek(t, 1) == '<') {
        len = translate_name_length(t, t->i + 2);
        name = translate_find_name(t, t->i + 2, len);
    }
    if (!name)
        return translate_refuse(t, t->i, "\\k names no group");
    t->i += len + 3;
    put_reference(t, name->group);
    return true;
}

/* At the backslash. */
static bool translate_read_escape(struct translation *t)
{
    struct ranges set = {0};
    int c = translate_peek(t, 1);

    t->i++;
    if (c == NO_UNIT)
        return translate_refuse(t, t->i - 1, "a backslash at the end");
    if (c == 'b' || c == 'B') {
        buf_printf(&t->to->text, "\\%c", c);
        t->repeatable = false;
        t->i++;
        return true;
    }
    t->repeatable = true;
    if (add_named_set(&set, c)) {
        put_class(t, &set, false);
        mem_free(set.list);
        t->i++;
        return true;
    }
    if (c == 'k' && t->name_count)
        return read_named_reference(t);
    if (!ascii_is_digit(c) || !read_backreference(t))
        translate_put_literal(t, read_character_escape(t, false));
    return true;
}

/* ---- classes ---- */

/* One member: true and *c, or true and NO_UNIT for a set, which is added; false at the end. */
static bool read_member(struct translation *t, struct ranges *r, int *c)
{
    *c = translate_peek(t, 0);
    if (*c == NO_UNIT)
        return false;
    if (*c != '\\') {
        t->i++;
        return true;
    }
    t->i++;
    if (translate_peek(t, 0) == NO_UNIT)
        return false;
    if (add_named_set(r, translate_peek(t, 0))) {
        *c = NO_UNIT;
        t->i++;
    } else if (translate_peek(t, 0) == 'b') {
        *c = '\b';
        t->i++;
    } else {
        *c = (int)read_character_escape(t, true);
    }
    return true;
}

static void translate_add_member(struct ranges *r, int c)
{
    if (c != NO_UNIT)
        add_range(r, (uint32_t)c, (uint32_t)c);
}

static bool translate_read_members(struct translation *t, struct ranges *r)
{
    size_t start = t->i - 1;

    while (translate_peek(t, 0) != ']') {
        size_t from = t->i;
        int low, high;

        if (!read_member(t, r, &low))
            return translate_refuse(t, start, "a class without ]");
        if (translate_peek(t, 0) != '-' || translate_peek(t, 1) == ']' ||
            translate_peek(t, 1) == NO_UNIT) {
            translate_add_member(r, low);
            continue;
        }
        t->i++;
        if (!read_member(t, r, &high))
            return translate_refuse(t, start, "a class without ]");
        if (low == NO_UNIT || high == NO_UNIT) {
            translate_add_member(r, low);
            translate_add_member(r, '-');
            translate_add_member(r, high);
        } else if (low > high) {
            return translate_refuse(t, from, "a range in a class that is out of order");
        } else {
            add_range(r, (uint32_t)low, (uint32_t)high);
        }
    }
    t->i++;
    return true;
}

/* What is not in ASCII has no other case in it. */
static void add_all_cases(struct ranges *r, bool ascii)
{
    size_t count = r->count;

    for (size_t i = 0; i < count; i++) {
        struct range of = r->list[i];

        for (uint32_t c = of.low; c <= of.high && !(ascii && c >= 0x80); c++)
            add_other_cases(r, c);
    }
}

/* At the bracket. [] matches nothing, [^] everything. */
static bool read_class(struct translation *t)
{
    struct ranges r = {0};
    bool negative = translate_peek(t, 1) == '^', ok;

    t->i += negative ? 2 : 1;
    t->repeatable = true;
    ok = translate_read_members(t, &r);
    if (ok && t->from->ignore_case)
        add_all_cases(&r, t->from->ascii);
    if (ok && !r.count)
        buf_adds(&t->to->text, negative ? "(?s:.)" : "(?:(?!))");
    else if (ok)
        put_class(t, &r, negative);
    mem_free(r.list);
    return ok;
}

/* ---- groups and quantifiers ---- */

static const struct {
    const char *start, *put;
    enum group_kind kind;
} group_starts[] = {
    /* Quantifiers may follow a lookahead in JavaScript, so it is put into a group. */
    {"(?:", "(?:", GROUP},        {"(?=", "(?:(?=", LOOKAHEAD}, {"(?!", "(?:(?!", LOOKAHEAD},
    {"(?<=", "(?<=", LOOKBEHIND}, {"(?<!", "(?<!", LOOKBEHIND}, {"(?<", "(", GROUP},
};

static bool open_group(struct translation *t)
{
    enum group_kind kind = GROUP;

    if (t->depth == MAX_DEPTH)
        return translate_refuse(t, t->i, "groups are nested too deeply");
    if (translate_peek(t, 1) == '?') {
        size_t n = COUNT(group_starts), k = 0;

        while (k < n && !peek_text(t, group_starts[k].start))
            k++;
        if (k == n)
            return translate_refuse(t, t->i, "invalid group");
        kind = group_starts[k].kind;
        if (kind == LOOKBEHIND)
            t->to->lookbehind = t->units[t->i].at;
        buf_adds(&t->to->text, group_starts[k].put);
        t->i += strlen(group_starts[k].start);
        if (k == n - 1)
            t->i += translate_name_length(t, t->i) + 1;
    } else {
        buf_addc(&t->to->text, '(');
        t->i++;
    }
    t->open[t->depth++] = (struct open_group){.kind = kind, .cost = t->to->cost};
    t->lookbehinds += kind == LOOKBEHIND;
    t->repeatable = false;
    return true;
}

static bool close_group(struct translation *t)
{
    const struct open_group *group;

    if (!t->depth)
        return translate_refuse(t, t->i, "unmatched )");
    group = &t->open[--t->depth];
    if (group->alternatives || translate_is_quantifier(t, 1))
        put_callout(t);
    t->lookbehinds -= group->kind == LOOKBEHIND;
    buf_adds(&t->to->text, group->kind == LOOKAHEAD ? "))" : ")");
    t->repeatable = group->kind != LOOKBEHIND;
    t->single = false;
    t->atom_cost = group->cost;
    t->i++;
    if (group->kind == LOOKAHEAD && t->repeats && !translate_is_quantifier(t, 0))
        put_callout(t);
    return true;
}

/* The last atom, so many more times. */
static void add_cost(struct translation *t, size_t times)
{
    const size_t atom = t->to->cost - t->atom_cost;

    t->to->cost += atom && times > MAX_COST / atom ? MAX_COST : times * atom;
    if (t->to->cost > MAX_COST)
        t->to->cost = MAX_COST;
}

static bool read_quantifier(struct translation *t, size_t len, unsigned least, unsigned most,
                            bool endless)
{
    if (!t->repeatable)
        return translate_refuse(t, t->i, "nothing to repeat");
    if (!endless && most < least)
        return translate_refuse(t, t->i, "the numbers in a quantifier are out of order");
    if (least > MAX_COUNT)
        return translate_refuse(t, t->i, "the number in a quantifier is too large");
    if (endless && least <= 1)
        buf_addc(&t->to->text, least ? '+' : '*');
    else if (!endless && least == 0 && most == 1)
        buf_addc(&t->to->text, '?');
    else if (endless || most > MAX_COUNT)
        buf_printf(&t->to->text, "{%u,}", least);
    else
        buf_printf(&t->to->text, "{%u,%u}", least, most);
    t->i += len;
    if (translate_peek(t, 0) == '?') {
        buf_addc(&t->to->text, '?');
        t->i++;
    }
    if (least > 1)
        add_cost(t, least - 1);
    if (t->reference || !t->single || ((endless || most > least) && !ends_match(t)))
        put_callout(t);
    t->repeatable = false;
    return true;
}

static bool read_brace(struct translation *t)
{
    unsigned least, most;
    bool endless;
    size_t len = peek_braces(t, 0, &least, &most, &endless);

    if (len)
        return read_quantifier(t, len, least, most, endless);
    t->atom_cost = t->to->cost;
    t->single = true;
    t->reference = false;
    translate_put_literal(t, '{');
    t->i++;
    return true;
}

static void put_line_assertion(struct translation *t, const char *alone, const char *open)
{
    if (t->from->multiline)
        buf_printf(&t->to->text, "%s[^%s])", open, t->from->ascii ? ASCII_LINE_ENDS : LINE_ENDS);
    else
        buf_adds(&t->to->text, alone);
    t->repeatable = false;
    t->i++;
}

static bool read_term(struct translation *t)
{
    int c = translate_peek(t, 0);

    if (c != '*' && c != '+' && c != '?' && c != '{' && c != ')') {
        t->atom_cost = t->to->cost;
        t->single = true;
        t->reference = false;
    }
    t->to->cost += t->to->cost < MAX_COST;
    switch (c) {
    case '|':
        if (t->depth) {
            t->open[t->depth - 1].alternatives = true;
            put_callout(t);
        }
        buf_addc(&t->to->text, '|');
        if (t->repeats)
            put_callout(t);
        t->repeatable = false;
        t->i++;
        return true;
    case '^': put_line_assertion(t, "^", "(?<!"); return true;
    case '$': put_line_assertion(t, "\\z", "(?!"); return true;
    case '.':
        buf_printf(&t->to->text, "[^%s]", t->from->ascii ? ASCII_LINE_ENDS : LINE_ENDS);
        t->repeatable = true;
        t->i++;
        return true;
    case '(': return open_group(t);
    case ')': return close_group(t);
    case '*': return read_quantifier(t, 1, 0, 0, true);
    case '+': return read_quantifier(t, 1, 1, 1, true);
    case '?': return read_quantifier(t, 1, 0, 1, false);
    case '{': return read_brace(t);
    case '[': return read_class(t);
    case '\\': return translate_read_escape(t);
    default:
        translate_put_literal(t, (uint32_t)c);
        t->i++;
        return true;
    }
}

bool js_regex_translate(const struct js_pattern *from, struct pcre_pattern *to, struct diag *why)
{
    struct translation t = {.from = from, .to = to, .why = why};
    bool ok;

    translate_read_units(&t);
    ok = translate_find_groups(&t);
    while (ok && t.i < t.count)
        ok = read_term(&t);
    if (ok && t.depth)
        ok = translate_refuse(&t, t.count, "a group without )");
    mem_free(t.names);
    mem_free(t.units);
    return ok;
}
