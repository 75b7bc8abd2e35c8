/* Functions that look through strings, for other strings and for regular expressions. */

#include "parsers/base/count.h"
#include "parsers/base/maths.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "parsers/jsonata/jsonata_call.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_match.h"
#include "parsers/jsonata/jsonata_region.h"

#include <math.h>
#include <string.h>

/*
 * For each length of a part of `what` from its start, how long the longest shorter such part is
 * that it ends in (Knuth, Morris and Pratt): where the search goes on when the next byte is
 * another.
 */
static uint32_t *borders_of(const char *what, size_t len)
{
    uint32_t *border = mem_alloc((len + 1) * sizeof *border);
    uint32_t k = 0;

    border[0] = border[1] = 0;
    for (size_t i = 1; i < len; i++) {
        while (k > 0 && what[i] != what[k])
            k = border[k];
        k += what[i] == what[k];
        border[i + 1] = k;
    }
    return border;
}

/*
 * Each byte of the text is looked at once; `k` is how many bytes of `what` end at the one before.
 */
static size_t find_by_borders(const char *text, size_t len, size_t from, const char *what,
                              size_t what_len)
{
    uint32_t *border = borders_of(what, what_len);
    size_t k = 0, found = SIZE_MAX;

    for (; from < len && found == SIZE_MAX; from++) {
        while (k > 0 && text[from] != what[k])
            k = border[k];
        k += text[from] == what[k];
        if (k == what_len)
            found = from + 1 - k;
    }
    mem_free(border);
    return found;
}

static size_t common_length(const char *a, const char *b, size_t len)
{
    size_t n = 0;

    while (n < len && a[n] == b[n])
        n++;
    return n;
}

/* What starts as the text does is compared in vain: so often, beside the way that is gone. */
enum { MUCH_COMPARED = 4096 };

/*
 * Place by place, which is fast where few begin alike; else by borders, which is never slow. Adds
 * to *looks how many bytes were looked at one by one.
 */
static size_t fn_pattern_find_text(const char *text, size_t len, size_t from, const char *what,
                                   size_t what_len, size_t *looks)
{
    const size_t start = from;
    size_t compared = 0;
    const char *at;

    while (from < len && (at = memchr(text + from, what[0], len - from)) != NULL) {
        from = (size_t)(at - text);
        if (what_len > len - from)
            break;
        *looks += 4;
        if (memcmp(at, what, what_len) == 0) {
            *looks += what_len / 8;
            return from;
        }
        compared += common_length(at, what, what_len);
        from++;
        if (compared > MUCH_COMPARED + 4 * (from - start)) {
            *looks += compared + 2 * (len - from + what_len);
            return find_by_borders(text, len, from, what, what_len);
        }
    }
    *looks += compared;
    return SIZE_MAX;
}

size_t text_find(struct evaluation *e, const char *text, size_t len, size_t from, const char *what,
                 size_t what_len)
{
    /* A piece at a time, and with it what may begin in it and end behind it. */
    const size_t piece = WORK_PIECE > 4 * what_len ? WORK_PIECE : 4 * what_len;

    if (what_len == 0)
        return from;
    while (from < len) {
        const size_t end = len - from > piece + what_len ? from + piece + what_len - 1 : len;
        const size_t next = end < len ? from + piece : len;
        size_t looks = 0, found = fn_pattern_find_text(text, end, from, what, what_len, &looks);
        eval_spend_bytes(e, ((found == SIZE_MAX ? next : found) - from) / 4);
        eval_spend_characters(e, looks);
        if (found != SIZE_MAX)
            return found;
        from = next;
    }
    return SIZE_MAX;
}

/* A limit that is given and negative. */
static bool is_negative(struct jv limit)
{
    return limit.kind == JV_NUMBER && limit.n < 0;
}

/* A limit may have a fraction: fewer than 2.5 are three. */
static bool within(struct jv limit, size_t count)
{
    return is_undefined(limit) || (double)count < limit.n;
}

static struct jv fn_contains(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0), what = arg(c, 1);
    struct matcher m;
    struct match match;
    int found;

    if (is_undefined(s) || is_undefined(what))
        return jv_undefined();
    if (is_string(what))
        return jv_bool(text_find(e, str(s), str_len(s), 0, str(what), str_len(what)) != SIZE_MAX);
    matcher_init(e, &m, what.f, s.j);
    found = matcher_next(e, &m, false, &match);
    matcher_clear(&m);
    return found < 0 ? jv_error() : jv_bool(found > 0);
}

/* A limit of 0 gives nothing, without a search. */
static struct jv fn_match(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0), limit = arg(c, 2);
    struct list *l;
    struct matcher m;
    struct match match;
    int found = 0;

    if (is_undefined(s))
        return s;
    if (is_negative(limit))
        return eval_error_value(e, "D3040", limit);
    l = list_new(e, LIST_SEQUENCE, 0);
    if (!within(limit, 0))
        return jv_list(l);
    matcher_init(e, &m, arg(c, 1).f, s.j);
    while (within(limit, l->count) && (found = matcher_next(e, &m, true, &match)) > 0) {
        struct map *one = map_new(e, 3);
        match_set(e, one, KEY_MATCH, match.match);
        match_set(e, one, KEY_INDEX, jv_number(match.index));
        match_set(e, one, KEY_GROUPS, match.groups);
        list_push(e, l, jv_map(one));
    }
    /* The reference looks for one match more than it is asked for. */
    if (found > 0)
        found = matcher_next(e, &m, false, &match);
    matcher_clear(&m);
    return found < 0 ? jv_error() : jv_list(l);
}

/* Digits at `at`, at most so many; -1 without any. */
static long digits(const char *s, size_t len, size_t at, size_t most)
{
    long n = -1;

    for (; most > 0 && at < len && s[at] >= '0' && s[at] <= '9'; most--, at++)
        n = (n < 0 ? 0 : n) * 10 + (s[at] - '0');
    return n;
}

static size_t fn_pattern_width_of(size_t n)
{
    size_t width = 1;

    while (n >= 10) {
        n /= 10;
        width++;
    }
    return width;
}

/* A part of a replacement: text, or what a group caught. */
struct piece {
    const char *text; /* NULL: of a group */
    size_t len, group;
};

struct pieces {
    struct piece *list;
    size_t count;
};

static void fn_pattern_add_piece(struct pieces *p, const char *text, size_t len)
{
    if (len)
        p->list[p->count++] = (struct piece){.text = text, .len = len};
}

/* Behind a `$`: the number of a group, of as many digits as there are groups. Returns where to go
 * on. */
static size_t add_group(struct pieces *p, struct jv template, size_t at, size_t groups)
{
    const size_t most = groups ? fn_pattern_width_of(groups) : 1;
    long n = digits(str(template), str_len(template), at, most);

    if (most > 1 && n > (long)groups)
        n = digits(str(template), str_len(template), at, most - 1);
    if (n < 0) {
        fn_pattern_add_piece(p, "$", 1);
        return at;
    }
    if (n > 0 && (size_t)n <= groups)
        p->list[p->count++] = (struct piece){.group = (size_t)n};
    return at + fn_pattern_width_of((size_t)n);
}

/* Splits a replacement at its $1, $$ and $0. */
static struct pieces read_pieces(struct evaluation *e, struct jv template, size_t groups)
{
    const char *s = str(template);
    const size_t len = str_len(template);
    size_t at = 0, dollar, dollars = 0;
    struct pieces p = {0};

    eval_spend_characters(e, len);
    for (size_t i = 0; i < len; i++)
        dollars += s[i] == '$';
    p.list = eval_alloc(e, (2 * dollars + 1) * sizeof *p.list);
    while ((dollar = text_find(e, s, len, at, "$", 1)) != SIZE_MAX) {
        fn_pattern_add_piece(&p, s + at, dollar - at);
        at = dollar + 1;
        if (at < len && s[at] == '$') {
            fn_pattern_add_piece(&p, s + at++, 1);
        } else if (at < len && s[at] == '0') {
            p.list[p.count++] = (struct piece){.group = 0};
            at++;
        } else {
            at = add_group(&p, template, at, groups);
        }
    }
    fn_pattern_add_piece(&p, s + at, len - at);
    return p;
}

static void add_pieces(struct evaluation *e, struct buf *out, const struct pieces *p,
                       const struct matcher *m, const struct match *match)
{
    const size_t before = out->len;

    eval_spend(e, p->count);
    for (size_t i = 0; i < p->count; i++)
        if (p->list[i].text)
            text_add(out, p->list[i].text, p->list[i].len);
        else
            matcher_group(m, match, p->list[i].group, out);
    eval_spend_bytes(e, out->len - before);
}

/* A match as the object that a replacing function is called with. */
static struct jv match_value(struct evaluation *e, const struct matcher *from,
                             const struct match *m)
{
    struct map *o = map_new(e, 5);
    const double end = m->index + (double)text_units(str(m->match), str_len(m->match));

    match_set(e, o, KEY_MATCH, m->match);
    match_set(e, o, KEY_START, jv_number(m->index));
    match_set(e, o, KEY_END, jv_number(end));
    match_set(e, o, KEY_GROUPS, m->groups);
    if (from->regex)
        match_set(e, o, KEY_NEXT, match_next(e, from->regex, from->text, (size_t)end));
    return jv_map(o);
}

/* What the function gives for the match. */
static bool fn_pattern_add_result(struct evaluation *e, struct buf *out, struct jv replacement,
                                  const struct matcher *m, const struct match *match)
{
    struct jv v = match_value(e, m, match);

    v = call_func(e, replacement.f, &v, 1, (struct jv){.kind = JV_NULL});
    if (is_error(v))
        return false;
    if (!is_string(v)) {
        eval_error_value(e, "D3012", v);
        return false;
    }
    text_add(out, str(v), str_len(v));
    return true;
}

/* Of a regular expression all replacements have the same pieces; of functions that stand in for one
 * each match may have other groups. */
static bool add_replacement(struct evaluation *e, struct buf *out, struct jv replacement,
                            struct pieces *pieces, const struct matcher *m,
                            const struct match *match)
{
    if (!is_string(replacement))
        return fn_pattern_add_result(e, out, replacement, m, match);
    if (!pieces->list || !m->regex)
        *pieces = read_pieces(e, replacement, matcher_groups(m, match));
    add_pieces(e, out, pieces, m, match);
    return true;
}

/*
 * `at` is where the text goes on: a position of the search, or of a function's matches, a code
 * unit.
 */
static bool replace_matches(struct evaluation *e, const struct call *c, struct buf *out)
{
    const struct jv s = arg(c, 0), replacement = arg(c, 2), limit = arg(c, 3);
    const bool values = !is_string(replacement);
    struct pieces pieces = {0};
    struct matcher m;
    struct match match;
    size_t at = 0, count = 0;
    int found;

    buf_reserve(out, str_len(s) + str_len(replacement));
    matcher_init(e, &m, arg(c, 1).f, s.j);
    while ((found = matcher_next(e, &m, values, &match)) > 0 && within(limit, count)) {
        if (out->len > e->memory) {
            eval_error(e, "U1002");
            found = -1;
            break;
        }
        matcher_piece(e, &m, at, match.start, out);
        if (!add_replacement(e, out, replacement, &pieces, &m, &match)) {
            found = -1;
            break;
        }
        at = m.regex ? match.end : match.start + text_units(str(match.match), str_len(match.match));
        count++;
    }
    if (found >= 0)
        matcher_piece(e, &m, at, SIZE_MAX, out);
    matcher_clear(&m);
    return found >= 0;
}

/* A string is looked for as it stands, and `$` in its replacement means nothing. */
static bool replace_text(struct evaluation *e, const struct call *c, struct buf *out)
{
    const struct jv s = arg(c, 0), what = arg(c, 1), by = arg(c, 2);
    size_t at = 0, found;

    for (size_t n = 0; within(arg(c, 3), n); n++) {
        if (!eval_steps(e, 2))
            return false;
        found = text_find(e, str(s), str_len(s), at, str(what), str_len(what));
        if (found == SIZE_MAX)
            break;
        eval_spend_bytes(e, found - at + str_len(by));
        text_add(out, str(s) + at, found - at);
        text_add(out, str(by), str_len(by));
        at = found + str_len(what);
        if (out->len > e->memory) {
            eval_error(e, "U1002");
            return false;
        }
    }
    text_add(out, str(s) + at, str_len(s) - at);
    return true;
}

static struct jv fn_replace(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0), what = arg(c, 1);
    struct buf text = {0};
    bool ok;

    if (is_undefined(s))
        return s;
    if (is_string(what) && str_len(what) == 0)
        return eval_error_value(e, "D3010", what);
    if (is_negative(arg(c, 3)))
        return eval_error_value(e, "D3011", arg(c, 3));
    if (!within(arg(c, 3), 0) || is_undefined(what) || is_undefined(arg(c, 2)))
        return s;
    ok = is_string(what) ? replace_text(e, c, &text) : replace_matches(e, c, &text);
    eval_spend_bytes(e, text.len);
    if (ok)
        return eval_take_buf(e, &text);
    buf_clear(&text);
    return jv_error();
}

/* Each code unit a string of its own. */
static struct jv split_units(struct evaluation *e, struct jv s, double limit)
{
    struct list *l = list_new(e, 0, 0);
    uint32_t cp;
    char half[4];
    size_t n;

    for (size_t at = 0; at < str_len(s); at += n) {
        n = utf8_decode(str(s) + at, str_len(s) - at, &cp);
        if (!n || !eval_steps(e, 2))
            break;
        if (cp < 0x10000) {
            if ((double)l->count < limit)
                list_push(e, l, eval_text(e, str(s) + at, n));
            continue;
        }
        if ((double)l->count < limit)
            list_push(e, l, eval_text(e, half, utf8_encode(0xD800 + ((cp - 0x10000) >> 10), half)));
        if ((double)l->count < limit)
            list_push(e, l, eval_text(e, half, utf8_encode(0xDC00 + (cp & 0x3FF), half)));
    }
    return e->why.code ? jv_error() : jv_list(l);
}

static struct jv split_text(struct evaluation *e, struct jv s, struct jv by, double limit)
{
    struct list *l;
    size_t at = 0, found;

    if (str_len(by) == 0)
        return split_units(e, s, limit);
    l = list_new(e, 0, 0);
    while ((double)l->count < limit) {
        if (!eval_step(e))
            return jv_error();
        found = text_find(e, str(s), str_len(s), at, str(by), str_len(by));
        list_push(e, l, eval_text(e, str(s) + at, (found == SIZE_MAX ? str_len(s) : found) - at));
        if (found == SIZE_MAX)
            break;
        at = found + str_len(by);
    }
    return jv_list(l);
}

static struct jv piece_of(struct evaluation *e, const struct matcher *m, size_t from, size_t to)
{
    struct buf text = {0};

    if (m->regex && m->search.ascii) {
        eval_spend_bytes(e, (to < m->search.len ? to : m->search.len) - from);
        return eval_text(e, m->search.text + from,
                         (to < m->search.len ? to : m->search.len) - from);
    }
    matcher_piece(e, m, from, to, &text);
    return eval_take_buf(e, &text);
}

static struct jv split_matches(struct evaluation *e, struct jv s, struct func *f, struct jv limit)
{
    struct list *l = list_new(e, 0, 0);
    struct matcher m;
    struct match match;
    size_t at = 0;
    int found;

    matcher_init(e, &m, f, s.j);
    while ((found = matcher_next(e, &m, false, &match)) > 0 && within(limit, l->count)) {
        list_push(e, l, piece_of(e, &m, at, match.start));
        at = match.end;
    }
    if (found >= 0 && within(limit, l->count)) {
        list_push(e, l, piece_of(e, &m, at, SIZE_MAX));
    }
    matcher_clear(&m);
    return found < 0 ? jv_error() : jv_list(l);
}

static struct jv fn_split(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0), by = arg(c, 1), limit = arg(c, 2);

    if (is_undefined(s))
        return s;
    if (is_negative(limit))
        return eval_error_value(e, "D3020", limit);
    if (!within(limit, 0))
        return jv_list(list_new(e, 0, 0));
    if (by.kind == JV_FUNCTION)
        return split_matches(e, s, by.f, limit);
    if (is_undefined(by)) {
        struct list *l = list_new(e, 0, 1);
        list_push(e, l, s);
        return jv_list(l);
    }
    /* JavaScript's split takes a limit modulo 2^32. */
    return split_text(e, s, by,
                      is_undefined(limit) ? INFINITY : maths_fmod(floor(limit.n), 0x1p32));
}

static struct jv fn_join(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0), by = arg(c, 1);
    struct buf text = {0};

    if (is_undefined(list))
        return list;
    for (size_t i = 0; i < items_count(list); i++) {
        const struct jv item = items_at(list, i);
        eval_spend(e, 1);
        eval_spend_bytes(e, 2 * (str_len(by) + str_len(item)));
        if (i)
            text_add(&text, str(by), str_len(by));
        text_add(&text, str(item), str_len(item));
        if (text.len > e->memory) {
            buf_clear(&text);
            return eval_error(e, "U1002");
        }
    }
    return eval_take_buf(e, &text);
}

static const struct builtin functions[] = {
    {"contains", "<s-(sf):b>", fn_contains, 2, IN_BOTH, "is a string or pattern in it?"},
    {"split", "<s-(sf)n?:a<s>>", fn_split, 3, IN_BOTH, "the parts between separators"},
    {"join", "<a<s>s?:s>", fn_join, 2, IN_BOTH, "strings in one, with a separator"},
    {"match", "<s-f<s:o>n?:a<o>>", fn_match, 3, IN_BOTH,
     "the matches of a pattern, with place and groups"},
    {"replace", "<s-(sf)(sf)n?:s>", fn_replace, 4, IN_BOTH,
     "with a string or pattern replaced, by text or by a function's result"},
};

const struct family pattern_functions = {"strings", functions, COUNT(functions)};
