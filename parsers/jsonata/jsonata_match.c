/*
 * Matches: of a regular expression, or of a function of the user's that gives objects {match,
 * start, end, groups, next} as a regular expression does when it is called.
 */

#include "parsers/jsonata/jsonata_match.h"

#include "parsers/base/utf8.h"
#include "parsers/jsonata/jsonata_call.h"
#include "parsers/jsonata/jsonata_region.h"

/* Looks over all of the text. */
static void begin_search(struct evaluation *e, struct js_search *s, const struct func *f,
                         const json *text)
{
    eval_spend_bytes(e, json_str_len(text));
    js_search_init(s, f->node->regex, json_str(text), json_str_len(text));
    s->work = e->work;
    s->memory = e->memory;
}

void matcher_init(struct evaluation *e, struct matcher *m, struct func *f, const json *text)
{
    const struct func *regex = func_regex(f);

    *m = (struct matcher){.text = text};
    if (regex && regex->kind == FUNC_REGEX) {
        m->regex = regex;
        begin_search(e, &m->search, regex, text);
    } else {
        m->next = f;
    }
}

void matcher_clear(struct matcher *m)
{
    if (m->regex)
        js_search_clear(&m->search);
}

static struct jv span_text(struct evaluation *e, const struct js_search *s, struct js_span span)
{
    struct buf text = {0};

    eval_spend_bytes(e, span.end - span.start);
    if (s->ascii)
        return eval_text(e, s->text + span.start, span.end - span.start);
    js_search_add(s, span, &text);
    return eval_take_buf(e, &text);
}

/* A group that took no part is undefined, and keeps its place. */
static struct jv groups_of(struct evaluation *e, const struct js_search *s)
{
    const unsigned n = js_regex_groups(s->regex);
    struct list *l = list_new(e, 0, n);

    eval_spend(e, n);
    for (unsigned i = 1; i <= n; i++) {
        const bool took_part = s->span[i].start <= s->span[i].end;
        list_push(e, l, took_part ? span_text(e, s, s->span[i]) : jv_undefined());
    }
    return jv_list(l);
}

/* Of a match, besides what PCRE2 goes through. */
enum { MATCH_COST = 3, GROUPS_A_UNIT = 8 };

/*
 * Returns 0 when the search has just found no more, -1 with the error of a bound that it met, or of
 * a pattern that matches the empty string (D1004).
 */
static int search_error(struct evaluation *e, const struct node *n, enum js_regex_answer answer)
{
    if (answer == JS_REGEX_NONE)
        return 0;
    if (answer == JS_REGEX_TOO_LARGE) {
        eval_error(e, "U1002");
    } else if (answer == JS_REGEX_TOO_MUCH) {
        eval_stop(e);
    } else {
        eval_error_value(e, "D1004", (struct jv){.kind = JV_STRING, .j = n->text});
    }
    eval_error_at(e, n->at);
    return -1;
}

/* Values are only made when asked for: $replace and $split need positions, and no strings. */
static int regex_next(struct evaluation *e, struct matcher *m, bool values, struct match *out)
{
    struct js_search *s = &m->search;
    const unsigned cost = MATCH_COST + js_regex_groups(s->regex) / GROUPS_A_UNIT;
    const enum js_regex_answer answer = eval_steps(e, cost) ? js_search_next(s) : JS_REGEX_TOO_MUCH;

    if (answer != JS_REGEX_FOUND)
        return search_error(e, m->regex->node, answer);
    out->start = s->span[0].start;
    out->end = s->span[0].end;
    out->index = (double)s->index;
    if (values) {
        out->match = span_text(e, s, s->span[0]);
        out->groups = groups_of(e, s);
    }
    return 1;
}

/* Not one of the four that make a match. */
static bool is_no_match(struct jv v)
{
    return !is_object(v) ||
           (member_get_c(v, "start").kind != JV_NUMBER && !is_array(member_get_c(v, "groups")) &&
            member_get_c(v, "next").kind != JV_FUNCTION);
}

size_t match_position(struct jv v)
{
    if (v.kind != JV_NUMBER || !(v.n > 0))
        return 0;
    return v.n < (double)UINT32_MAX ? (size_t)v.n : UINT32_MAX;
}

/*
 * Asks the user's function for the next match: the first time by the text, then by the function
 * `next` of the match before. Such a match is believed as it is.
 */
static int function_next(struct evaluation *e, struct matcher *m, struct match *out)
{
    struct jv text = {.kind = JV_STRING, .j = m->text};
    struct jv v, next;

    if (!m->next)
        return 0;
    v = call_func(e, m->next, &text, m->begun ? 0 : 1, (struct jv){.kind = JV_NULL});
    m->begun = true;
    if (is_error(v) || !eval_step(e))
        return -1;
    if (is_undefined(v))
        return 0;
    if (is_no_match(v)) {
        eval_error(e, "T1010");
        return -1;
    }
    next = member_get_c(v, "next");
    m->next = next.kind == JV_FUNCTION ? next.f : NULL;
    out->match = member_get_c(v, "match");
    out->groups = member_get_c(v, "groups");
    out->start = match_position(member_get_c(v, "start"));
    out->end = match_position(member_get_c(v, "end"));
    out->index = (double)out->start;
    return 1;
}

int matcher_next(struct evaluation *e, struct matcher *m, bool values, struct match *out)
{
    *out = (struct match){.match = jv_undefined(), .groups = jv_undefined()};
    return m->regex ? regex_next(e, m, values, out) : function_next(e, m, out);
}

/* The text from one code unit to another; a character may be cut in halves. */
static void add_units(struct evaluation *e, struct buf *out, const char *text, size_t len,
                      size_t from, size_t to)
{
    size_t unit = 0, n, half;
    uint32_t cp;
    char bytes[4];

    eval_spend_characters(e, to < len ? to : len);
    for (size_t at = 0; at < len && unit < to; at += n) {
        n = utf8_decode(text + at, len - at, &cp);
        if (!n)
            return;
        if (cp < 0x10000 || (unit >= from && unit + 2 <= to)) {
            if (unit >= from)
                text_add(out, text + at, n);
        } else if (unit + 1 == from || unit + 1 == to) {
            half = utf8_encode(unit + 1 == from ? 0xDC00 + ((cp - 0x10000) & 0x3FF)
                                                : 0xD800 + ((cp - 0x10000) >> 10),
                               bytes);
            if (unit + 1 == from || unit >= from)
                text_add(out, bytes, half);
        }
        unit += cp < 0x10000 ? 1 : 2;
    }
}

void matcher_piece(struct evaluation *e, const struct matcher *m, size_t from, size_t to,
                   struct buf *out)
{
    const size_t before = out->len;

    if (m->regex)
        js_search_add(&m->search, (struct js_span){from, to > m->search.len ? m->search.len : to},
                      out);
    else
        add_units(e, out, json_str(m->text), json_str_len(m->text), from, to);
    eval_spend_bytes(e, out->len - before);
}

size_t matcher_groups(const struct matcher *m, const struct match *last)
{
    if (m->regex)
        return js_regex_groups(m->search.regex);
    return is_array(last->groups) ? items_count(last->groups) : 0;
}

void matcher_group(const struct matcher *m, const struct match *last, size_t i, struct buf *out)
{
    struct jv caught;

    if (m->regex) {
        if (m->search.span[i].start <= m->search.span[i].end)
            js_search_add(&m->search, m->search.span[i], out);
        return;
    }
    caught = i ? items_at(last->groups, i - 1) : last->match;
    text_add(out, str(caught), str_len(caught));
}

struct jv match_next(struct evaluation *e, const struct func *f, const json *text, size_t from)
{
    struct func *next = eval_alloc(e, sizeof *next);

    *next = (struct func){
        .kind = FUNC_NEXT_MATCH, .node = f->node, .text = text, .from = from, .born = e->serial++};
    return jv_func(next);
}

/* The keys are made once for an evaluation, as there may be thousands of matches. */
void match_set(struct evaluation *e, struct map *m, enum match_key key, struct jv v)
{
    static const char *const names[MATCH_KEYS] = {
        [KEY_MATCH] = "match", [KEY_INDEX] = "index", [KEY_GROUPS] = "groups",
        [KEY_START] = "start", [KEY_END] = "end",     [KEY_NEXT] = "next",
    };

    if (!e->match_keys[key])
        e->match_keys[key] = json_cstring(names[key]);
    map_add(e, m, e->match_keys[key], v);
}

/*
 * Called as a function, a regular expression searches from a code unit on, anew each time. An empty
 * match behind another would be found for ever, so it is an error, as in the reference.
 */
struct jv regex_call(struct evaluation *e, const struct func *f, const json *text, size_t from,
                     bool next)
{
    struct js_search s;
    struct map *m = map_new(e, 5);
    size_t end;
    enum js_regex_answer answer;
    struct jv found = jv_undefined();

    eval_spend_characters(e, json_str_len(text));
    if (next && from >= text_units(json_str(text), json_str_len(text)))
        return found;
    begin_search(e, &s, f, text);
    eval_spend_characters(e, from < json_str_len(text) ? from : json_str_len(text));
    if (from)
        js_search_seek(&s, from);
    answer = js_search_next(&s);
    if (answer == JS_REGEX_FOUND && next && s.span[0].start == s.span[0].end)
        answer = JS_REGEX_EMPTY;
    if (answer == JS_REGEX_FOUND) {
        end = s.index + js_search_units(&s, s.span[0]);
        match_set(e, m, KEY_MATCH, span_text(e, &s, s.span[0]));
        match_set(e, m, KEY_START, jv_number((double)s.index));
        match_set(e, m, KEY_END, jv_number((double)end));
        match_set(e, m, KEY_GROUPS, groups_of(e, &s));
        match_set(e, m, KEY_NEXT, match_next(e, f, text, end));
        found = jv_map(m);
    } else if (search_error(e, f->node, answer) < 0) {
        found = jv_error();
    }
    js_search_clear(&s);
    return found;
}
