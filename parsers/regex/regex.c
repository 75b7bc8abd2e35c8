/*
 * Searching with what regex_translate.c has put into PCRE2's dialect.
 *
 * A call of PCRE2 may last long, so it is counted from within: the callouts that were put behind
 * all choices look how far the search has come, and spend work. Where there are none, each place
 * costs no more than the pattern is long, and a call tries a limited number of places. When work is
 * spent others may run, and search with the same expression: what PCRE2 writes to while it searches
 * is lent to one call at a time, and a search that comes meanwhile gets its own.
 */

#include "parsers/regex/regex.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "parsers/regex/regex_impl.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <assert.h>
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

enum {
    JIT_STACK_START = 32 * 1024,
    JIT_STACK_MAX = 1024 * 1024,
    /* Compiling to machine code pays from about 15 searches of short texts. */
    USES_FOR_JIT = 15,
    BYTES_A_USE = 256,
    LARGE_PATTERN = 5000,
    /* What a callout costs with all that is done until the next, in bytes gone through: in machine
     * code, and by PCRE2's interpreter where machine code won't do; and what each group adds, as
     * what all of them have caught is copied. */
    JIT_STEP = 64,
    SLOW_STEP = 256,
    GROUP_STEP = 2,
    /* A search that takes so much is worth machine code at once. */
    WORTH_JIT = 1000 * JIT_STEP,
    /* So much is done before any of it is spent: a fraction of a millisecond. */
    SPENT_AT_ONCE = 4096 * WORK_BYTES_A_UNIT,
    /* Characters of the pattern, times places, that a call goes through; and of those for a byte's
     * worth of work. */
    STEPS_A_CALL = 1 << 20,
    STEPS_A_BYTE = 2,
};

/* The pattern for one sort of text, compiled. */
struct js_regex_engine {
    pcre2_code *code;
    size_t uses;
    bool jit_tried, jit;
};

/* What a call of PCRE2 writes to. */
struct js_regex_room {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *jit_stack;
    /* What the context is set to. */
    const struct js_search *search;
    size_t last, memory;
};

struct js_regex {
    /* Most texts are ASCII: without UTF bytes are characters, which is faster. */
    struct js_regex_engine ascii, any;
    struct js_regex_room room;
    bool room_is_lent;
    unsigned groups;
    size_t place_cost; /* of a place where a match is tried, in bytes' worth */
    size_t places;     /* so many a call tries */
    bool ignore_case, multiline, references;
    size_t len;
    char pattern[]; /* for `any`, which is only compiled when it is needed */
};

/* ---- compiling ---- */

static void regex_tell(struct diag *why, int error, size_t at)
{
    PCRE2_UCHAR text[128];

    if (pcre2_get_error_message(error, text, sizeof text) < 0)
        *text = '\0';
    diag_set(why, "regex", at, "invalid regular expression: %s", (const char *)text);
}

/* False with *why filled when it is none of JavaScript's, or more than PCRE2 can do. */
static bool regex_compile(js_regex *r, bool ascii, struct diag *why)
{
    const struct js_pattern from = {r->pattern, r->len, r->ignore_case, r->multiline, ascii};
    const uint32_t options = PCRE2_MATCH_UNSET_BACKREF | PCRE2_DOLLAR_ENDONLY |
                             PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C |
                             (ascii ? 0 : PCRE2_UTF | PCRE2_NO_UTF_CHECK) |
                             (r->ignore_case ? PCRE2_CASELESS : 0);
    struct pcre_pattern to = {.groups = 0};
    struct js_regex_engine *e = ascii ? &r->ascii : &r->any;
    PCRE2_SIZE at;
    int error;

    if (js_regex_translate(&from, &to, why)) {
        r->groups = to.groups;
        r->place_cost = 1 + to.cost / STEPS_A_BYTE;
        r->places = 1 + STEPS_A_CALL / (to.cost + STEPS_A_BYTE);
        r->references = to.references;
        e->code = pcre2_compile((PCRE2_SPTR)(to.text.data ? to.text.data : ""), to.text.len,
                                options, &error, &at, NULL);
        if (!e->code)
            regex_tell(why, error,
                       error == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH ? to.lookbehind : 0);
    }
    buf_clear(&to.text);
    return e->code != NULL;
}

js_regex *js_regex_compile(const char *pattern, size_t len, bool ignore_case, bool multiline,
                           struct diag *why)
{
    js_regex *r;

    if (len >= UINT32_MAX / 2) {
        diag_set(why, "regex", 0, "invalid regular expression: it is too long");
        return NULL;
    }
    r = mem_calloc(1, sizeof *r + len);
    r->ignore_case = ignore_case;
    r->multiline = multiline;
    r->len = len;
    if (len)
        memcpy(r->pattern, pattern, len);
    /* A large one may be too large for PCRE2 only where it takes all of Unicode. */
    if ((!regex_compile(r, true, NULL) || len > LARGE_PATTERN) && !regex_compile(r, false, why)) {
        js_regex_free(r);
        return NULL;
    }
    return r;
}

static void room_clear(struct js_regex_room *room)
{
    pcre2_jit_stack_free(room->jit_stack);
    pcre2_match_context_free(room->context);
    pcre2_match_data_free(room->data);
    *room = (struct js_regex_room){.data = NULL};
}

void js_regex_free(js_regex *r)
{
    if (!r)
        return;
    room_clear(&r->room);
    pcre2_code_free(r->ascii.code);
    pcre2_code_free(r->any.code);
    mem_free(r);
}

unsigned js_regex_groups(const js_regex *r)
{
    return r->groups;
}

/* ---- matching ---- */

static void try_jit(struct js_regex_engine *e)
{
    e->jit_tried = true;
    e->jit = pcre2_jit_compile(e->code, PCRE2_JIT_COMPLETE) == 0;
}

/* The engine for the text. NULL: there is none. */
static struct js_regex_engine *engine_for(js_regex *r, bool ascii, size_t len)
{
    struct js_regex_engine *e = ascii && r->ascii.code ? &r->ascii : &r->any;

    if (!e->code && !regex_compile(r, false, NULL))
        return NULL;
    e->uses += 1 + len / BYTES_A_USE;
    if (e->uses >= USES_FOR_JIT && !e->jit_tried)
        try_jit(e);
    return e;
}

/*
 * Makes what a call of the engine needs and `room` does not have yet. Returns false when PCRE2 gets
 * no memory.
 */
static bool furnish(struct js_regex_room *room, const js_regex *r, bool jit)
{
    if (!room->context) {
        room->context = pcre2_match_context_create(NULL);
        if (!room->context)
            return false;
        /* The callouts count. */
        pcre2_set_match_limit(room->context, UINT32_MAX);
        pcre2_set_depth_limit(room->context, UINT32_MAX);
    }
    if (!room->data)
        room->data = pcre2_match_data_create(r->groups + 1, NULL);
    if (jit && !room->jit_stack) {
        room->jit_stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
        if (room->jit_stack)
            pcre2_jit_stack_assign(room->context, NULL, room->jit_stack);
    }
    return room->data != NULL;
}

/* The expression's, unless a search that was put off has it. */
static struct js_regex_room *room_for(struct js_search *s)
{
    if (!s->room && !s->regex->room_is_lent)
        return &s->regex->room;
    if (!s->room)
        s->room = mem_calloc(1, sizeof *s->room);
    return s->room;
}

/* Others may run before it returns. False: enough is done. */
static bool spend(struct js_search *s)
{
    const size_t units = s->cost / WORK_BYTES_A_UNIT;

    s->cost %= WORK_BYTES_A_UNIT;
    return work_spend(s->work, units);
}

/* PCRE2 comes by: 0, it is to go on. */
static int count_step(pcre2_callout_block *at, void *search)
{
    struct js_search *s = search;
    const size_t now = at->current_position;

    if (at->start_match != s->tried)
        s->tried = s->seen = at->start_match;
    s->cost += s->step + (now > s->seen ? now - s->seen : s->seen - now);
    /* What a group caught is no longer than the match is so far. */
    if (s->regex->references && now > at->start_match)
        s->cost += now - at->start_match;
    s->seen = now;
    if (s->cost < s->enough)
        return 0;
    if (s->enough < SPENT_AT_ONCE)
        return PCRE2_ERROR_CALLOUT;
    s->large = true;
    return spend(s) ? 0 : PCRE2_ERROR_CALLOUT;
}

static int interpret(struct js_search *s, const struct js_regex_engine *e,
                     struct js_regex_room *room, size_t from)
{
    return pcre2_match(e->code, (PCRE2_SPTR)s->text, s->len, from,
                       PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, room->data, room->context);
}

/*
 * The first searches are not worth machine code, unless one takes long: then it begins anew in
 * machine code, and has cost nothing yet. So what a search costs does not follow from how many
 * there were before.
 */
static int regex_call_out(struct js_search *s, struct js_regex_engine *e,
                          struct js_regex_room *room, size_t from)
{
    const size_t cost = s->cost;
    int rc = PCRE2_ERROR_JIT_STACKLIMIT;

    s->step = JIT_STEP + GROUP_STEP * s->regex->groups;
    if (!e->jit_tried) {
        s->enough = cost + WORTH_JIT;
        rc = interpret(s, e, room, from);
        s->enough = SPENT_AT_ONCE;
        if (rc != PCRE2_ERROR_CALLOUT)
            return rc;
        try_jit(e);
        s->cost = cost;
        s->tried = s->seen = from;
        rc = furnish(room, s->regex, e->jit) ? PCRE2_ERROR_JIT_STACKLIMIT : PCRE2_ERROR_NOMEMORY;
    }
    if (e->jit && rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_jit_match(e->code, (PCRE2_SPTR)s->text, s->len, from, 0, room->data,
                             room->context);
    s->step = SLOW_STEP + GROUP_STEP * s->regex->groups;
    return rc == PCRE2_ERROR_JIT_STACKLIMIT ? interpret(s, e, room, from) : rc;
}

static void take_groups(struct js_search *s, const struct js_regex_room *room)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(room->data);

    for (unsigned i = 0; i <= s->regex->groups; i++) {
        s->span[i] = (struct js_span){at[2 * i], at[2 * i + 1]};
        if (at[2 * i] == PCRE2_UNSET)
            s->span[i] = (struct js_span){1, 0};
    }
}

static void set_up(struct js_regex_room *room, struct js_search *s, size_t last)
{
    const size_t memory = s->memory ? s->memory : JS_REGEX_MEMORY;

    if (room->search != s)
        pcre2_set_callout(room->context, count_step, s);
    if (room->last != last)
        pcre2_set_offset_limit(room->context, last);
    if (room->memory != memory)
        pcre2_set_heap_limit(room->context, (uint32_t)(memory / 1024));
    room->search = s;
    room->last = last;
    room->memory = memory;
}

/* A match that starts at `from` or behind it, but not behind `last` (PCRE2_UNSET: the end): its
 * groups are taken. */
static int regex_match(struct js_search *s, struct js_regex_engine *e, size_t from, size_t last)
{
    struct js_regex_room *room = room_for(s);
    const bool lent = room == &s->regex->room;
    int rc;

    if (!furnish(room, s->regex, e->jit))
        return PCRE2_ERROR_NOMEMORY;
    set_up(room, s, last);
    s->tried = s->seen = from;
    s->regex->room_is_lent = s->regex->room_is_lent || lent;
    rc = regex_call_out(s, e, room, from);
    if (rc >= 0)
        take_groups(s, room);
    if (lent)
        s->regex->room_is_lent = false;
    /* What it took in order to go back is not kept. */
    if (s->large) {
        pcre2_match_data_free(room->data);
        room->data = NULL;
    }
    s->large = false;
    return rc;
}

/* Some places at a time, as each may cost what the pattern is long, without a callout. */
static enum js_regex_answer regex_find(struct js_search *s, struct js_regex_engine *e)
{
    const size_t places = s->regex->places;
    size_t from = s->at, next;
    int rc;

    for (;; from = next) {
        next = s->len - from < places ? s->len + 1 : from + places;
        while (next < s->len && ((unsigned char)s->text[next] & 0xC0) == 0x80)
            next++;
        rc = regex_match(s, e, from, next > s->len ? PCRE2_UNSET : next - 1);
        s->cost += ((rc >= 0 ? s->span[0].start + 1 : next) - from) * s->regex->place_cost;
        s->cost += rc >= 0 ? s->span[0].end - s->span[0].start : 0;
        if (rc != PCRE2_ERROR_NOMATCH)
            break;
        if (next > s->len)
            return spend(s) ? JS_REGEX_NONE : JS_REGEX_TOO_MUCH;
        if (!spend(s))
            return JS_REGEX_TOO_MUCH;
    }
    if (rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_NOMEMORY)
        return JS_REGEX_TOO_LARGE;
    return rc >= 0 && (s->cost < WORK_BYTES_A_UNIT || spend(s)) ? JS_REGEX_FOUND
                                                                : JS_REGEX_TOO_MUCH;
}

/* ---- searching ---- */

/* The text with each character beyond U+FFFF as its two surrogates. */
static void split_characters(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t plain = i;
        uint32_t cp;

        while (i < len && (unsigned char)text[i] < 0xF0)
            i++;
        buf_add(out, text + plain, i - plain);
        if (i == len)
            break;
        i += utf8_decode(text + i, len - i, &cp);
        out->len += utf8_encode(0xD800 + ((cp - 0x10000) >> 10), buf_reserve(out, 4));
        out->len += utf8_encode(0xDC00 + ((cp - 0x10000) & 0x3FF), buf_reserve(out, 4));
    }
}

/* Of the bytes eight at a time: all their bits, and in the top bit of each if the next three are
 * set as well, as in the first byte of a character beyond U+FFFF. */
static void look_over(const char *text, size_t len, bool *ascii, bool *has_long)
{
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t any = 0, four = 0, w = 0;
    size_t i = 0;

    for (; len - i >= 8; i += 8) {
        memcpy(&w, text + i, 8);
        any |= w;
        four |= w & w << 1 & w << 2 & w << 3;
    }
    w = 0;
    memcpy(&w, text + i, len - i);
    any |= w;
    four |= w & w << 1 & w << 2 & w << 3;
    *ascii = !(any & tops);
    *has_long = four & tops;
}

void js_search_init(struct js_search *s, js_regex *r, const char *text, size_t len)
{
    bool has_long;

    *s = (struct js_search){
        .regex = r, .text = text ? text : "", .len = len, .first = true, .enough = SPENT_AT_ONCE};
    look_over(s->text, len, &s->ascii, &has_long);
    if (has_long) {
        split_characters(&s->copy, text, len);
        s->text = s->copy.data;
        s->len = s->copy.len;
    }
    s->span = s->few;
    if (r->groups >= sizeof s->few / sizeof *s->few)
        s->span = mem_alloc((r->groups + 1) * sizeof *s->span);
}

void js_search_clear(struct js_search *s)
{
    buf_clear(&s->copy);
    if (s->span != s->few)
        mem_free(s->span);
    if (s->room) {
        room_clear(s->room);
        mem_free(s->room);
    }
    *s = (struct js_search){0};
}

void js_search_seek(struct js_search *s, size_t index)
{
    s->first = true;
    s->at = 0;
    while (index > 0 && s->at < s->len) {
        index--;
        do
            s->at++;
        while (s->at < s->len && ((unsigned char)s->text[s->at] & 0xC0) == 0x80);
    }
    if (index > 0)
        s->at = SIZE_MAX;
}

size_t js_search_units(const struct js_search *s, struct js_span span)
{
    assert(span.start <= span.end && span.end <= s->len);
    if (s->ascii)
        return span.end - span.start;
    return utf8_count(s->text + span.start, span.end - span.start);
}

/* The code units in front of the match. */
static void count_units(struct js_search *s)
{
    if (s->span[0].start < s->upto)
        s->units = s->upto = 0;
    s->units += js_search_units(s, (struct js_span){s->upto, s->span[0].start});
    s->upto = s->span[0].start;
    s->index = s->units;
}

enum js_regex_answer js_search_next(struct js_search *s)
{
    enum js_regex_answer answer;
    struct js_regex_engine *engine = s->engine;
    bool first = s->first;

    if (s->at > s->len || (!first && s->at == s->len))
        return JS_REGEX_NONE;
    if (!engine || !engine->jit_tried)
        engine = s->engine = engine_for(s->regex, s->ascii, s->len - s->at);
    if (!engine)
        return JS_REGEX_TOO_LARGE;
    answer = regex_find(s, engine);
    if (answer != JS_REGEX_FOUND)
        return answer;
    count_units(s);
    s->first = false;
    s->at = s->span[0].end;
    return !first && s->span[0].start == s->span[0].end ? JS_REGEX_EMPTY : JS_REGEX_FOUND;
}

/* ---- stretches ---- */

static bool regex_is_surrogate(uint32_t cp, uint32_t first)
{
    return cp >= first && cp < first + 0x400;
}

/* Adds `cp`; a low surrogate makes one character with a high one that `out` ends in. */
static void add_joined(struct buf *out, uint32_t cp)
{
    uint32_t high;

    if (regex_is_surrogate(cp, 0xDC00) && out->len >= 3 &&
        utf8_decode(out->data + out->len - 3, 3, &high) == 3 && regex_is_surrogate(high, 0xD800)) {
        out->len -= 3;
        cp = 0x10000 + ((high - 0xD800) << 10) + (cp - 0xDC00);
    }
    out->len += utf8_encode(cp, buf_reserve(out, 4));
}

void js_search_add(const struct js_search *s, struct js_span span, struct buf *out)
{
    const char *at = s->text + span.start, *end = s->text + span.end;

    assert(span.start <= span.end && span.end <= s->len);
    if (s->ascii) {
        buf_add(out, at, span.end - span.start);
        return;
    }
    while (at < end) {
        /* All surrogates begin with ED. */
        const char *ed = memchr(at, 0xED, (size_t)(end - at));
        uint32_t cp;

        buf_add(out, at, (size_t)((ed ? ed : end) - at));
        if (!ed)
            break;
        at = ed + utf8_decode(ed, (size_t)(end - ed), &cp);
        add_joined(out, cp);
    }
}
