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
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/regex/regex_pattern.h"
#include "parsers/regex/regex_ranges.h"

#include <stdint.h>
#include <string.h>

enum {
    MAX_DEPTH = 250,
    MAX_COST = 1 << 24,
};

#define ASCII_LINE_ENDS "\\n\\r"
#define LINE_ENDS ASCII_LINE_ENDS "\\x{2028}\\x{2029}"

enum group_kind { GROUP, LOOKAHEAD, LOOKBEHIND };

struct open_group {
    enum group_kind kind;
    bool alternatives;
    size_t cost; /* in front of it */
};

struct translation {
    const struct js_pattern *from;
    struct pcre_pattern *to;
    struct pattern p;
    struct open_group open[MAX_DEPTH];
    size_t depth, lookbehinds; /* groups that are open; how many of them look behind */
    size_t atom_cost;          /* in front of the last atom */
    bool repeatable;           /* may a quantifier follow? */
    bool single, reference;    /* the last atom is no group; it is a reference to one */
};

/* ---- characters ---- */

/* With all cases in it, where case is ignored: PCRE2 is not to add any. */
static void put_class(struct translation *t, const struct ranges *r, bool negative)
{
    buf_adds(&t->to->text, t->from->ignore_case ? "(?-i:" : "");
    ranges_put(&t->to->text, r, negative, t->from->ascii);
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
        regex_put_not_ascii(&t->to->text);
        return;
    }
    if (t->from->ascii || !t->from->ignore_case || (c < 0x80 && !strchr("sSkK", (int)c)) || !c) {
        regex_put_unit(&t->to->text, c);
        return;
    }
    ranges_add_other_cases(&same, c);
    ranges_add(&same, c, c);
    put_class(t, &same, false);
    mem_free(same.list);
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

    if (!t->depth && pattern_peek(&t->p, 0) == '|')
        return true;
    for (; i < t->depth; i++)
        if (t->open[i].kind != GROUP || pattern_peek(&t->p, i) != ')')
            return false;
    return pattern_peek(&t->p, i) == NO_UNIT;
}

/* ---- escapes ---- */

/* \0 to \377: legacy octal, at the first digit. */
static uint32_t read_octal(struct translation *t)
{
    uint32_t n = 0;

    for (int i = 0; i < 3; i++) {
        int c = pattern_peek(&t->p, 0);

        if (c < '0' || c > '7' || n * 8 + (uint32_t)(c - '0') > 0377)
            break;
        n = n * 8 + (uint32_t)(c - '0');
        t->p.i++;
    }
    return n;
}

/*
 * The character behind a backslash that stands for itself or another one. Where \x, \u or \c lack
 * what belongs to them, the letter stands for itself, or for \c the backslash.
 */
static uint32_t read_character_escape(struct translation *t, bool in_class)
{
    int c = pattern_peek(&t->p, 0), next = pattern_peek(&t->p, 1);
    size_t digits = c == 'x' ? 2 : 4;

    if (c >= '0' && c <= '7')
        return read_octal(t);
    t->p.i++;
    switch (c) {
    case 't': return '\t';
    case 'n': return '\n';
    case 'v': return '\v';
    case 'f': return '\f';
    case 'r': return '\r';
    case 'c':
        if (ascii_is_letter(next) || (in_class && (ascii_is_digit(next) || next == '_'))) {
            t->p.i++;
            return (uint32_t)next & 31;
        }
        t->p.i--;
        return '\\';
    case 'x':
    case 'u':
        if (pattern_peek_hex(&t->p, 0, digits) != NO_UNIT) {
            uint32_t code = (uint32_t)pattern_peek_hex(&t->p, 0, digits);

            t->p.i += digits;
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
    if (!pattern_at_quantifier(&t->p, 0))
        put_callout(t);
}

/* \1: a group, if there are so many. */
static bool read_backreference(struct translation *t)
{
    unsigned n = 0;
    size_t ahead = 0;

    if (pattern_peek(&t->p, 0) == '0')
        return false;
    for (; ascii_is_digit(pattern_peek(&t->p, ahead)) && n <= t->to->groups; ahead++)
        n = n * 10 + (unsigned)(pattern_peek(&t->p, ahead) - '0');
    if (!ahead || n > t->to->groups)
        return false;
    t->p.i += ahead;
    put_reference(t, n);
    return true;
}

/* \k<name> */
static bool read_named_reference(struct translation *t)
{
    const struct group_name *name = NULL;
    size_t len = 0;

    if (pattern_peek(&t->p, 1) == '<') {
        len = pattern_name_length(&t->p, t->p.i + 2);
        name = pattern_find_name(&t->p, t->p.i + 2, len);
    }
    if (!name)
        return pattern_refuse(&t->p, t->p.i, "\\k names no group");
    t->p.i += len + 3;
    put_reference(t, name->group);
    return true;
}

/* At the backslash. */
static bool translate_read_escape(struct translation *t)
{
    struct ranges set = {0};
    int c = pattern_peek(&t->p, 1);

    t->p.i++;
    if (c == NO_UNIT)
        return pattern_refuse(&t->p, t->p.i - 1, "a backslash at the end");
    if (c == 'b' || c == 'B') {
        buf_printf(&t->to->text, "\\%c", c);
        t->repeatable = false;
        t->p.i++;
        return true;
    }
    t->repeatable = true;
    if (ranges_add_named(&set, c)) {
        put_class(t, &set, false);
        mem_free(set.list);
        t->p.i++;
        return true;
    }
    if (c == 'k' && t->p.name_count)
        return read_named_reference(t);
    if (!ascii_is_digit(c) || !read_backreference(t))
        translate_put_literal(t, read_character_escape(t, false));
    return true;
}

/* ---- classes ---- */

/* One member: true and *c, or true and NO_UNIT for a set, which is added; false at the end. */
static bool read_member(struct translation *t, struct ranges *r, int *c)
{
    *c = pattern_peek(&t->p, 0);
    if (*c == NO_UNIT)
        return false;
    if (*c != '\\') {
        t->p.i++;
        return true;
    }
    t->p.i++;
    if (pattern_peek(&t->p, 0) == NO_UNIT)
        return false;
    if (ranges_add_named(r, pattern_peek(&t->p, 0))) {
        *c = NO_UNIT;
        t->p.i++;
    } else if (pattern_peek(&t->p, 0) == 'b') {
        *c = '\b';
        t->p.i++;
    } else {
        *c = (int)read_character_escape(t, true);
    }
    return true;
}

static void translate_add_member(struct ranges *r, int c)
{
    if (c != NO_UNIT)
        ranges_add(r, (uint32_t)c, (uint32_t)c);
}

static bool translate_read_members(struct translation *t, struct ranges *r)
{
    size_t start = t->p.i - 1;

    while (pattern_peek(&t->p, 0) != ']') {
        size_t from = t->p.i;
        int low, high;

        if (!read_member(t, r, &low))
            return pattern_refuse(&t->p, start, "a class without ]");
        if (pattern_peek(&t->p, 0) != '-' || pattern_peek(&t->p, 1) == ']' ||
            pattern_peek(&t->p, 1) == NO_UNIT) {
            translate_add_member(r, low);
            continue;
        }
        t->p.i++;
        if (!read_member(t, r, &high))
            return pattern_refuse(&t->p, start, "a class without ]");
        if (low == NO_UNIT || high == NO_UNIT) {
            translate_add_member(r, low);
            translate_add_member(r, '-');
            translate_add_member(r, high);
        } else if (low > high) {
            return pattern_refuse(&t->p, from, "a range in a class that is out of order");
        } else {
            ranges_add(r, (uint32_t)low, (uint32_t)high);
        }
    }
    t->p.i++;
    return true;
}

/* At the bracket. [] matches nothing, [^] everything. */
static bool read_class(struct translation *t)
{
    struct ranges r = {0};
    bool negative = pattern_peek(&t->p, 1) == '^', ok;

    t->p.i += negative ? 2 : 1;
    t->repeatable = true;
    ok = translate_read_members(t, &r);
    if (ok && t->from->ignore_case)
        ranges_add_all_cases(&r, t->from->ascii);
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
        return pattern_refuse(&t->p, t->p.i, "groups are nested too deeply");
    if (pattern_peek(&t->p, 1) == '?') {
        size_t n = COUNT(group_starts), k = 0;

        while (k < n && !pattern_peek_text(&t->p, group_starts[k].start))
            k++;
        if (k == n)
            return pattern_refuse(&t->p, t->p.i, "invalid group");
        kind = group_starts[k].kind;
        if (kind == LOOKBEHIND)
            t->to->lookbehind = t->p.units[t->p.i].at;
        buf_adds(&t->to->text, group_starts[k].put);
        t->p.i += strlen(group_starts[k].start);
        if (k == n - 1)
            t->p.i += pattern_name_length(&t->p, t->p.i) + 1;
    } else {
        buf_addc(&t->to->text, '(');
        t->p.i++;
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
        return pattern_refuse(&t->p, t->p.i, "unmatched )");
    group = &t->open[--t->depth];
    if (group->alternatives || pattern_at_quantifier(&t->p, 1))
        put_callout(t);
    t->lookbehinds -= group->kind == LOOKBEHIND;
    buf_adds(&t->to->text, group->kind == LOOKAHEAD ? "))" : ")");
    t->repeatable = group->kind != LOOKBEHIND;
    t->single = false;
    t->atom_cost = group->cost;
    t->p.i++;
    if (group->kind == LOOKAHEAD && t->p.repeats && !pattern_at_quantifier(&t->p, 0))
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
        return pattern_refuse(&t->p, t->p.i, "nothing to repeat");
    if (!endless && most < least)
        return pattern_refuse(&t->p, t->p.i, "the numbers in a quantifier are out of order");
    if (least > MAX_COUNT)
        return pattern_refuse(&t->p, t->p.i, "the number in a quantifier is too large");
    if (endless && least <= 1)
        buf_addc(&t->to->text, least ? '+' : '*');
    else if (!endless && least == 0 && most == 1)
        buf_addc(&t->to->text, '?');
    else if (endless || most > MAX_COUNT)
        buf_printf(&t->to->text, "{%u,}", least);
    else
        buf_printf(&t->to->text, "{%u,%u}", least, most);
    t->p.i += len;
    if (pattern_peek(&t->p, 0) == '?') {
        buf_addc(&t->to->text, '?');
        t->p.i++;
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
    size_t len = pattern_peek_braces(&t->p, 0, &least, &most, &endless);

    if (len)
        return read_quantifier(t, len, least, most, endless);
    t->atom_cost = t->to->cost;
    t->single = true;
    t->reference = false;
    translate_put_literal(t, '{');
    t->p.i++;
    return true;
}

static void put_line_assertion(struct translation *t, const char *alone, const char *open)
{
    if (t->from->multiline)
        buf_printf(&t->to->text, "%s[^%s])", open, t->from->ascii ? ASCII_LINE_ENDS : LINE_ENDS);
    else
        buf_adds(&t->to->text, alone);
    t->repeatable = false;
    t->p.i++;
}

static bool read_term(struct translation *t)
{
    int c = pattern_peek(&t->p, 0);

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
        if (t->p.repeats)
            put_callout(t);
        t->repeatable = false;
        t->p.i++;
        return true;
    case '^': put_line_assertion(t, "^", "(?<!"); return true;
    case '$': put_line_assertion(t, "\\z", "(?!"); return true;
    case '.':
        buf_printf(&t->to->text, "[^%s]", t->from->ascii ? ASCII_LINE_ENDS : LINE_ENDS);
        t->repeatable = true;
        t->p.i++;
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
        t->p.i++;
        return true;
    }
}

bool js_regex_translate(const struct js_pattern *from, struct pcre_pattern *to, struct diag *why)
{
    struct translation t = {.from = from, .to = to};
    bool ok = pattern_read(&t.p, from->text, from->len, why);

    to->groups = t.p.groups;
    while (ok && t.p.i < t.p.count)
        ok = read_term(&t);
    if (ok && t.depth)
        ok = pattern_refuse(&t.p, t.p.count, "a group without )");
    pattern_clear(&t.p);
    return ok;
}
