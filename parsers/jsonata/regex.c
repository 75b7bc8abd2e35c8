/* Searching with what regex_translate.c has put into PCRE2's dialect. */

#include "parsers/jsonata/regex.h"

#include "parsers/jsonata/regex_impl.h"
#include "parsers/mem.h"
#include "parsers/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <assert.h>
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

enum {
    /*
     * Steps are counted anew for each place where a match may start. Nearly all need few; those
     * that need more share what is left of all.
     */
    FEW_STEPS = 2000,
    MANY_STEPS = 8000000,
    ALL_STEPS = 50000000,
    STEPS_RISE = 4,
    MAX_HEAP_KIB = 64 * 1024,
    JIT_STACK_START = 32 * 1024,
    JIT_STACK_MAX = 1024 * 1024,
    /* Compiling to machine code pays from about 15 searches of short texts. */
    USES_FOR_JIT = 15,
    BYTES_A_USE = 256,
    LARGE_PATTERN = 5000,
};

/* The pattern for one sort of text, compiled. */
struct js_regex_engine {
    pcre2_code *code;
    pcre2_match_data *data;
    size_t uses;
    bool jit_tried, jit;
};

struct js_regex {
    /* Most texts are ASCII: without UTF bytes are characters, which is faster. */
    struct js_regex_engine ascii, any;
    pcre2_match_context *context;
    pcre2_jit_stack *jit_stack;
    uint32_t steps; /* what `context` is set to */
    size_t last;
    unsigned groups;
    bool ignore_case, multiline;
    size_t len;
    char pattern[]; /* for `any`, which is only compiled when it is needed */
};

/* ---- compiling ---- */

static void tell(struct diag *why, int error, size_t at)
{
    PCRE2_UCHAR text[128];

    if (pcre2_get_error_message(error, text, sizeof text) < 0)
        *text = '\0';
    diag_set(why, "regex", at, "invalid regular expression: %s", (const char *)text);
}

/* False with *why filled when it is none of JavaScript's, or more than PCRE2 can do. */
static bool compile(js_regex *r, bool ascii, struct diag *why)
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
        e->code = pcre2_compile((PCRE2_SPTR)(to.text.data ? to.text.data : ""), to.text.len,
                                options, &error, &at, NULL);
        if (!e->code)
            tell(why, error, error == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH ? to.lookbehind : 0);
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
    if ((!compile(r, true, NULL) || len > LARGE_PATTERN) && !compile(r, false, why)) {
        js_regex_free(r);
        return NULL;
    }
    return r;
}

static void engine_clear(struct js_regex_engine *e)
{
    pcre2_match_data_free(e->data);
    pcre2_code_free(e->code);
}

void js_regex_free(js_regex *r)
{
    if (!r)
        return;
    pcre2_jit_stack_free(r->jit_stack);
    pcre2_match_context_free(r->context);
    engine_clear(&r->ascii);
    engine_clear(&r->any);
    mem_free(r);
}

unsigned js_regex_groups(const js_regex *r)
{
    return r->groups;
}

/* ---- matching ---- */

static void start_jit(js_regex *r, struct js_regex_engine *e)
{
    e->jit_tried = true;
    e->jit = pcre2_jit_compile(e->code, PCRE2_JIT_COMPLETE) == 0;
    if (!e->jit || r->jit_stack)
        return;
    r->jit_stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
    if (r->jit_stack)
        pcre2_jit_stack_assign(r->context, NULL, r->jit_stack);
}

/* The engine for the text, with all that a search needs. NULL: there is none, or no memory. */
static struct js_regex_engine *prepare(js_regex *r, bool ascii, size_t len)
{
    struct js_regex_engine *e = ascii && r->ascii.code ? &r->ascii : &r->any;

    if (!e->code && !compile(r, false, NULL))
        return NULL;
    if (!r->context) {
        r->context = pcre2_match_context_create(NULL);
        if (!r->context)
            return NULL;
        pcre2_set_heap_limit(r->context, MAX_HEAP_KIB);
    }
    if (!e->data)
        e->data = pcre2_match_data_create_from_pattern(e->code, NULL);
    if (!e->data)
        return NULL;
    e->uses += 1 + len / BYTES_A_USE;
    if (e->uses >= USES_FOR_JIT && !e->jit_tried)
        start_jit(r, e);
    return e;
}

static void set_limits(js_regex *r, size_t last, uint32_t steps)
{
    if (r->steps != steps) {
        pcre2_set_match_limit(r->context, steps);
        pcre2_set_depth_limit(r->context, steps);
    }
    if (r->last != last)
        pcre2_set_offset_limit(r->context, last);
    r->steps = steps;
    r->last = last;
}

/* A match that starts at `from` or behind it, but not behind `last`. */
static int match(js_regex *r, struct js_regex_engine *e, const char *text, size_t len, size_t from,
                 size_t last, uint32_t steps)
{
    int rc = PCRE2_ERROR_JIT_STACKLIMIT;

    set_limits(r, last, steps);
    if (e->jit)
        rc = pcre2_jit_match(e->code, (PCRE2_SPTR)text, len, from, 0, e->data, r->context);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(e->code, (PCRE2_SPTR)text, len, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                         e->data, r->context);
    return rc;
}

/* Start by start, each with as many steps as it needs while there are some left. */
static int match_slowly(js_regex *r, struct js_regex_engine *e, const char *text, size_t len,
                        size_t from)
{
    uint32_t left = ALL_STEPS;

    for (; from <= len; from++) {
        uint32_t steps = FEW_STEPS;
        int rc;

        if (from < len && ((unsigned char)text[from] & 0xC0) == 0x80)
            continue;
        while ((rc = match(r, e, text, len, from, from, steps)) == PCRE2_ERROR_MATCHLIMIT ||
               rc == PCRE2_ERROR_DEPTHLIMIT) {
            if (steps >= MANY_STEPS || left < steps)
                return PCRE2_ERROR_MATCHLIMIT;
            left -= steps;
            steps *= STEPS_RISE;
        }
        if (rc != PCRE2_ERROR_NOMATCH)
            return rc;
    }
    return PCRE2_ERROR_NOMATCH;
}

static enum js_regex_answer find(js_regex *r, struct js_regex_engine *e, const char *text,
                                 size_t len, size_t from)
{
    int rc = match(r, e, text, len, from, PCRE2_UNSET, FEW_STEPS);

    if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT)
        rc = match_slowly(r, e, text, len, from);
    if (rc >= 0)
        return JS_REGEX_FOUND;
    return rc == PCRE2_ERROR_NOMATCH ? JS_REGEX_NONE : JS_REGEX_TOO_MUCH;
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

    *s = (struct js_search){.regex = r, .text = text ? text : "", .len = len, .first = true};
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

static void take_match(struct js_search *s, const struct js_regex_engine *e)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(e->data);

    for (unsigned i = 0; i <= s->regex->groups; i++) {
        s->span[i] = (struct js_span){at[2 * i], at[2 * i + 1]};
        if (at[2 * i] == PCRE2_UNSET)
            s->span[i] = (struct js_span){1, 0};
    }
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
        engine = s->engine = prepare(s->regex, s->ascii, s->len - s->at);
    if (!engine)
        return JS_REGEX_TOO_MUCH;
    answer = find(s->regex, engine, s->text, s->len, s->at);
    if (answer != JS_REGEX_FOUND)
        return answer;
    take_match(s, engine);
    s->first = false;
    s->at = s->span[0].end;
    return !first && s->span[0].start == s->span[0].end ? JS_REGEX_EMPTY : JS_REGEX_FOUND;
}

/* ---- stretches ---- */

static bool is_surrogate(uint32_t cp, uint32_t first)
{
    return cp >= first && cp < first + 0x400;
}

/* Adds `cp`; a low surrogate makes one character with a high one that `out` ends in. */
static void add_joined(struct buf *out, uint32_t cp)
{
    uint32_t high;

    if (is_surrogate(cp, 0xDC00) && out->len >= 3 &&
        utf8_decode(out->data + out->len - 3, 3, &high) == 3 && is_surrogate(high, 0xD800)) {
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

enum js_regex_answer js_regex_test(js_regex *r, const char *text, size_t len)
{
    struct js_search s;
    enum js_regex_answer answer;

    js_search_init(&s, r, text, len);
    answer = js_search_next(&s);
    js_search_clear(&s);
    return answer;
}
