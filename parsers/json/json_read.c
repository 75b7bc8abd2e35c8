/*
 * Text to values, with places, and with what is wrong. yajl cuts the text into tokens and judges
 * its grammar; it is not asked where it is, as it is up to a token off, nor what an escape means,
 * as it loses half characters. `pos` follows the tokens instead: between two of them there are only
 * blanks, commas and colons.
 */

#include "parsers/json/json_escape.h"
#include "parsers/json/json_events.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <yajl/yajl_parse.h>

struct reader {
    const char *text;
    size_t len, pos;
    struct diag *why;
    const char *odd_blank;   /* the first there was; NULL: none */
    uint32_t line;           /* that `pos` is on */
    size_t line_at;          /* where it begins, */
    size_t inner;            /* and how many bytes of its characters are not their first */
    bool wide;               /* the text has characters of several bytes */
    struct json_events made; /* not cleared as a whole */
};

/* yajl's callbacks answer whether to go on. */
enum { STOP = 0, GO_ON = 1 };

/*
 * Moves `pos` to where the next token begins. Form feeds and vertical tabs are blanks to yajl but
 * not to JSON: the first is noted, and refused in the end.
 */
static size_t token_start(struct reader *r)
{
    const char *text = r->text;
    size_t pos = r->pos, len = r->len;

    for (; pos < len; pos++) {
        switch (text[pos]) {
        case ' ':
        case '\t':
        case '\r':
        case ',':
        case ':': continue;
        case '\n':
            r->line++;
            r->line_at = pos + 1;
            r->inner = 0;
            /* Half of a text that people read is indentation: it is skipped by eights. */
            while (len - pos > 8 && memcmp(text + pos + 1, "        ", 8) == 0)
                pos += 8;
            continue;
        case '\f':
        case '\v':
            if (!r->odd_blank)
                r->odd_blank = text + pos;
            continue;
        default: break;
        }
        break;
    }
    return r->pos = pos;
}

/* Of the token between `start` and `end`: none goes over the end of a line. If it is wanted. */
static struct place next_place(struct reader *r, size_t start, size_t end)
{
    if (!r->made.arena)
        return (struct place){0};
    size_t chars = r->wide ? utf8_count(r->text + start, end - start) : end - start;
    struct place p = {.line = r->line,
                      .column = (uint32_t)(start - r->line_at - r->inner + 1),
                      .length = (uint32_t)chars};
    r->inner += end - start - chars;
    return p;
}

/* A value between `start` and `end` of the text. */
static int json_read_push(struct reader *r, json *v, size_t start, size_t end)
{
    json_events_scalar(&r->made, v, next_place(r, start, end));
    r->pos = end;
    return GO_ON;
}

/* ---- scalars ---- */

static int on_null(void *ctx)
{
    struct reader *r = ctx;
    size_t start = token_start(r);

    return json_read_push(r, json_null(), start, start + 4);
}

static int on_boolean(void *ctx, int b)
{
    struct reader *r = ctx;
    size_t start = token_start(r);

    return json_read_push(r, json_bool(b), start, start + (b ? 4 : 5));
}

static int on_number(void *ctx, const char *text, size_t len)
{
    struct reader *r = ctx;
    size_t start = token_start(r);
    json *v = json_read_number(text, len);

    if (v)
        return json_read_push(r, v, start, start + len);
    if (len > JSON_MAX_NUMBER)
        json_refuse(r->why, r->text, r->len, start, "JSON_NUMBER",
                    "a number of %zu characters; %d are the most", len, JSON_MAX_NUMBER);
    else
        json_refuse(r->why, r->text, r->len, start, "JSON_NUMBER", "number out of range");
    return STOP;
}

/* ---- strings ---- */

/*
 * Decodes what stands between the quotes, whose grammar yajl has checked. The result is never
 * longer than the text. SIZE_MAX: half a character, at *bad.
 */
static size_t unescape(const char *text, size_t len, unsigned flags, char *out, size_t *bad)
{
    size_t i = 0, n = 0;

    while (i < len) {
        const char *next = memchr(text + i, '\\', len - i);
        size_t run = next ? (size_t)(next - (text + i)) : len - i;
        uint32_t cp;

        memcpy(out + n, text + i, run);
        n += run;
        i += run;
        if (i == len)
            break;
        run = json_escape_read(text + i, len - i, &cp);
        assert(run);
        if (json_escape_is_half(cp) && !(flags & JSON_READ_SURROGATES)) {
            *bad = i;
            return SIZE_MAX;
        }
        n += utf8_encode(cp, out + n);
        i += run;
    }
    return n;
}

static size_t closing_quote(const char *text, size_t i)
{
    while (text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
    return i;
}

static json *read_escaped(struct reader *r, size_t start, size_t len)
{
    const char *raw = r->text + start;
    struct buf out = {0};
    size_t bad = 0, n = unescape(raw, len, r->made.flags, buf_reserve(&out, len), &bad);
    json *v = NULL;

    if (n == SIZE_MAX)
        json_refuse(r->why, r->text, r->len, start + bad, "JSON_SURROGATE",
                    "%.6s is half a character: it takes a pair \\ud800-\\udbff \\udc00-\\udfff",
                    raw + bad);
    else
        v = json_string(out.data, n);
    buf_clear(&out);
    return v;
}

static bool check_utf8(struct reader *r, size_t start, size_t len)
{
    size_t good = utf8_valid(r->text + start, len);

    if (good == len)
        return true;
    json_refuse(r->why, r->text, r->len, start + good, "JSON_UTF8",
                "byte 0x%02x is not valid UTF-8 here", (unsigned char)r->text[start + good]);
    return false;
}

/* What stands between the quotes, when it has no escapes; yajl has kept control characters out. */
static json *json_read_plain(struct reader *r, size_t start, size_t len)
{
    json *v;

    if (!check_utf8(r, start, len))
        return NULL;
    v = json_string(r->text + start, len);
    if (len)
        v->flags |= JSON_PLAIN;
    return v;
}

/* A key without escapes: mostly one that was there before. */
static json *json_read_key(struct reader *r, size_t start, size_t len)
{
    uint32_t hash = json_hash_bytes(r->text + start, len);
    json *key = json_events_seen_key(&r->made, r->text + start, len, hash);

    if (key)
        return key;
    key = json_read_plain(r, start, len);
    if (!key || !len)
        return key;
    mutable_string(key)->hash = hash;
    json_events_keep_key(&r->made, key);
    return key;
}

/*
 * Reads the token of a string or key. Sets where its text begins, behind the opening quote, and how
 * long it is. When the text has no escapes, yajl hands out the text itself; else what yajl has made
 * of it is not used, and the closing quote is looked for. Returns NULL when it is refused.
 */
static inline json *read_string_token(struct reader *r, const unsigned char *decoded,
                                      size_t decoded_len, bool key, size_t *start, size_t *len)
{
    *start = token_start(r) + 1;
    if ((const char *)decoded == r->text + *start) {
        *len = decoded_len;
        return key ? json_read_key(r, *start, *len) : json_read_plain(r, *start, *len);
    }
    *len = closing_quote(r->text, *start) - *start;
    return check_utf8(r, *start, *len) ? read_escaped(r, *start, *len) : NULL;
}

static int on_string(void *ctx, const unsigned char *decoded, size_t decoded_len)
{
    struct reader *r = ctx;
    size_t start, len;
    json *v = read_string_token(r, decoded, decoded_len, false, &start, &len);

    return v ? json_read_push(r, v, start - 1, start + len + 1) : STOP;
}

static int json_read_on_key(void *ctx, const unsigned char *decoded, size_t decoded_len)
{
    struct reader *r = ctx;
    size_t start, len;
    json *key = read_string_token(r, decoded, decoded_len, true, &start, &len);

    if (!key)
        return STOP;
    json_hash(key);
    json_events_key(&r->made, key, next_place(r, start - 1, start + len + 1));
    r->pos = start + len + 1;
    return GO_ON;
}

/* ---- arrays and objects ---- */

static int open_frame(struct reader *r, bool object)
{
    size_t start = token_start(r);

    if (r->made.depth == JSON_MAX_DEPTH) {
        json_refuse(r->why, r->text, r->len, start, "JSON_DEPTH",
                    "arrays and objects are nested deeper than %d levels", JSON_MAX_DEPTH);
        return STOP;
    }
    json_events_open(&r->made, object, start, next_place(r, start, start + 1));
    r->pos = start + 1;
    return GO_ON;
}

static int on_open_array(void *ctx)
{
    return open_frame(ctx, false);
}

static int on_open_object(void *ctx)
{
    return open_frame(ctx, true);
}

static int on_close_array(void *ctx)
{
    struct reader *r = ctx;

    r->pos = token_start(r) + 1;
    json_events_close_array(&r->made);
    return GO_ON;
}

/*
 * Where the key of member `i` is in the object that begins at `at`. What is in between is known to
 * be good, so counting its commas is enough.
 */
static size_t key_offset(const struct reader *r, size_t at, size_t i)
{
    size_t level = 1;

    for (at++; i; at++) {
        switch (r->text[at]) {
        case '"': at = closing_quote(r->text, at + 1); break;
        case '[':
        case '{': level++; break;
        case ']':
        case '}': level--; break;
        case ',': i -= level == 1; break;
        default: break;
        }
    }
    while (r->text[at] != '"')
        at++;
    return at;
}

static int on_close_object(void *ctx)
{
    struct reader *r = ctx;
    const struct json_frame *f = json_events_top(&r->made);
    size_t twice;

    if (!json_events_close_object(&r->made, &twice)) {
        const json *key = r->made.stack[f->base + 2 * twice];

        json_refuse(r->why, r->text, r->len, key_offset(r, f->at, twice), "JSON_DUPLICATE_KEY",
                    "the object has the key \"%s\" twice", as_string(key)->text);
        return STOP;
    }
    r->pos = token_start(r) + 1;
    return GO_ON;
}

/* ---- the whole ---- */

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_open_object,
    .yajl_map_key = json_read_on_key,
    .yajl_end_map = on_close_object,
    .yajl_start_array = on_open_array,
    .yajl_end_array = on_close_array,
};

static void *yajl_get(void *ctx, size_t size)
{
    (void)ctx;
    return mem_alloc(size);
}

static void *yajl_grow(void *ctx, void *p, size_t size)
{
    (void)ctx;
    return mem_realloc(p, size);
}

static void yajl_give_back(void *ctx, void *p)
{
    (void)ctx;
    mem_free(p);
}

static yajl_handle new_yajl(struct reader *r)
{
    yajl_alloc_funcs memory = {.malloc = yajl_get, .realloc = yajl_grow, .free = yajl_give_back};
    yajl_handle yajl = yajl_alloc(&callbacks, &memory, r);

    yajl_config(yajl, yajl_dont_validate_strings, 1);
    return yajl;
}

static yajl_status run_yajl(struct reader *r)
{
    yajl_handle yajl = new_yajl(r);
    yajl_status status;

    status = yajl_parse(yajl, (const unsigned char *)r->text + r->pos, r->len - r->pos);
    /* This is what delivers a number at the very end. */
    if (status == yajl_status_ok)
        status = yajl_complete_parse(yajl);
    yajl_free(yajl);
    return status;
}

static void json_read_explain(const struct reader *r)
{
    const struct json_frame *f = json_events_top(&r->made);
    size_t used = r->made.used;
    struct json_stop s = {.text = r->text, .len = r->len, .pos = r->pos};

    s.opened = f ? f->at : 0;
    if (!f)
        s.state = used ? JSON_AT_END : JSON_AT_START;
    else if (used == f->base)
        s.state = f->object ? JSON_AFTER_OPEN_OBJECT : JSON_AFTER_OPEN_ARRAY;
    else if (!f->object)
        s.state = JSON_IN_ARRAY;
    else
        s.state = (used - f->base) % 2 ? JSON_AFTER_KEY : JSON_IN_OBJECT;
    json_explain(&s, r->why);
}

/* Goes before whatever else was refused. */
static void refuse_odd_blank(const struct reader *r)
{
    json_refuse(r->why, r->text, r->len, (size_t)(r->odd_blank - r->text), "JSON_SYNTAX",
                "the character U+%04X is no blank in JSON", (unsigned)*r->odd_blank);
}

static json *json_read_take_result(struct reader *r, yajl_status status,
                                   struct json_places **places)
{
    /* To yajl, half a token behind the whole value is nothing. */
    size_t end = r->pos;
    bool more = token_start(r) < r->len;
    json *v = NULL;

    r->pos = end;

    if (r->odd_blank)
        refuse_odd_blank(r);
    else if (status == yajl_status_error || (status == yajl_status_ok && more))
        json_read_explain(r);
    else if (status == yajl_status_ok)
        v = json_events_done(&r->made, places);
    json_events_clear(&r->made);
    return v;
}

json *json_parse_places(const char *text, size_t len, unsigned flags, struct arena *a,
                        struct json_places **places, struct diag *why)
{
    struct reader r;

    if (len >= UINT32_MAX) {
        diag_set(why, "JSON_TOO_LARGE", 0, "the text is larger than 4 GiB");
        return NULL;
    }
    memset(&r, 0, offsetof(struct reader, made));
    json_events_init(&r.made, flags, places ? a : NULL, len);
    r.text = text ? text : "";
    r.len = len;
    r.why = why;
    r.pos = len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
    r.line = 1;
    r.line_at = r.pos;
    r.wide = places && utf8_count(r.text, len) != len;
    return json_read_take_result(&r, run_yajl(&r), places);
}

/* ---- data ---- */

/* A function of its own, as its frame is large, and is to be gone when the other reader begins. */
static __attribute__((noinline)) json *read_without_places(const char *text, size_t len,
                                                           unsigned flags)
{
    struct json_events e;
    json *v;

    json_events_init(&e, flags, NULL, len);
    v = json_read_data(&e, text, len);
    json_events_clear(&e);
    return v;
}

json *json_parse(const char *text, size_t len, unsigned flags, struct diag *why)
{
    json *v = text && len < UINT32_MAX ? read_without_places(text, len, flags) : NULL;

    return v ? v : json_parse_places(text, len, flags, NULL, NULL, why);
}

struct json_reader {
    struct json_events made;
};

/* Begins with as many slots for keys as there can be. */
json_reader *json_reader_new(unsigned flags)
{
    json_reader *x = mem_alloc(sizeof(*x));

    json_events_init(&x->made, flags, NULL, SIZE_MAX);
    x->made.first_cap = 64;
    return x;
}

void json_reader_free(json_reader *x)
{
    if (!x)
        return;
    json_events_clear(&x->made);
    mem_free(x);
}

json *json_reader_read(json_reader *x, const char *text, size_t len, struct diag *why)
{
    json *v = text && len < UINT32_MAX ? json_read_data(&x->made, text, len) : NULL;

    return v ? v : json_parse_places(text, len, x->made.flags, NULL, NULL, why);
}
