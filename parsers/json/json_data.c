/*
 * Data to values: the reader of texts of which only the value is wanted, not the places. It knows
 * JSON's grammar itself, goes through the text once, and gives up at whatever is wrong or odd: then
 * json_parse has the text read by the other reader (json_read.c), which says what is wrong and
 * where. So what is read here must be what is read there, which tests/fuzz/fuzz_json.c compares.
 */

#include "parsers/json/json_escape.h"
#include "parsers/json/json_events.h"

#include "parsers/base/utf8.h"

struct data {
    const char *at, *end;
    struct json_events *e;
    struct buf decoded; /* of strings with escapes */
};

/* ---- strings ---- */

static json *new_string(struct data *d, const char *text, size_t len, bool plain)
{
    struct string_value *s;

    if (!len)
        return json_string(NULL, 0);
    s = (struct string_value *)json_new_in(&d->e->blocks, JSON_STRING, sizeof(*s) + len + 1);
    if (plain)
        s->head.flags |= JSON_PLAIN;
    s->len = (uint32_t)len;
    s->hash = 0;
    json_copy_bytes(s->text, text, len);
    s->text[len] = '\0';
    return &s->head;
}

/*
 * Decodes a string from `start` on, of which the first stop is a backslash at `p`. Returns where
 * its closing quote is, NULL when it is not a good one.
 */
static const char *decode_escapes(struct data *d, const char *start, const char *p, bool wide)
{
    const char *run = start;

    buf_reset(&d->decoded);
    for (;;) {
        size_t len = (size_t)(p - run);
        /* With room for the character behind it. */
        char *to = buf_reserve(&d->decoded, len + 4);
        uint32_t cp;

        json_copy_bytes(to, run, len);
        d->decoded.len += len;
        if (p == d->end || *p != '\\')
            break;
        run = p + json_escape_read(p, (size_t)(d->end - p), &cp);
        if (run == p || (json_escape_is_half(cp) && !(d->e->flags & JSON_READ_SURROGATES)))
            return NULL;
        d->decoded.len += utf8_encode(cp, to + len);
        p = json_plain_end(run, d->end, &wide);
    }
    if (p == d->end || *p != '"')
        return NULL;
    return wide && utf8_valid(start, (size_t)(p - start)) != (size_t)(p - start) ? NULL : p;
}

/*
 * Reads the string whose opening quote is at `at`, and goes behind it. Returns its text, which is
 * good until the next call, NULL when it is not a good one; *plain says that nothing was escaped.
 */
static const char *string_text(struct data *d, size_t *len, bool *plain)
{
    const char *start = d->at + 1;
    bool wide = false;
    const char *p = json_plain_end(start, d->end, &wide);

    if (p == d->end)
        return NULL;
    *plain = *p == '"';
    if (*plain) {
        *len = (size_t)(p - start);
        d->at = p + 1;
        return wide && utf8_valid(start, *len) != *len ? NULL : start;
    }
    p = decode_escapes(d, start, p, wide);
    if (!p)
        return NULL;
    *len = d->decoded.len;
    d->at = p + 1;
    return d->decoded.data;
}

static json *string_value(struct data *d)
{
    size_t len;
    bool plain;
    const char *text = string_text(d, &len, &plain);

    if (!text)
        return NULL;
    return new_string(d, text, len, plain);
}

/*
 * Most keys were there before, and behind the same key as now: then looking at the text once is
 * enough. A key that had escapes in its text looks otherwise than there, and is never meant.
 */
static json *expected_key(struct data *d)
{
    const struct string_value *key = as_string(json_events_next_key(d->e));
    const char *text = d->at + 1;

    if (!key || !(key->head.flags & JSON_PLAIN) || (size_t)(d->end - text) <= key->len ||
        text[key->len] != '"' || !json_same_bytes(text, key->text, key->len))
        return NULL;
    d->at = text + key->len + 1;
    return json_events_take_next_key(d->e);
}

static json *key_value(struct data *d)
{
    size_t len;
    bool plain;
    const char *text;
    uint32_t hash;
    json *key = expected_key(d);

    if (key)
        return key;
    text = string_text(d, &len, &plain);
    if (!text)
        return NULL;
    hash = json_hash_bytes(text, len);
    key = json_events_seen_key(d->e, text, len, hash);
    if (!key) {
        key = new_string(d, text, len, plain);
        if (!len)
            return key;
        mutable_string(key)->hash = hash;
        json_events_keep_key(d->e, key);
    }
    json_events_note_order(d->e, hash);
    return key;
}

/* ---- numbers ---- */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* How many of the eight characters are digits, from the first on. */
static inline unsigned digits_at_front(uint64_t word)
{
    uint64_t value = word ^ UINT64_C(0x3030303030303030);
    uint64_t others =
        ((value + UINT64_C(0x7676767676767676)) | value) & UINT64_C(0x8080808080808080);

    return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

/* The number that `count` digits (1 to 8) at the front are: pairs, then fours, then all, at once.
 */
static inline uint64_t number_at_front(uint64_t word, unsigned count)
{
    const uint64_t mask = UINT64_C(0x000000FF000000FF);

    word = (word ^ UINT64_C(0x3030303030303030)) << (64 - 8 * count);
    word = word * 10 + (word >> 8);
    return ((word & mask) * UINT64_C(0x000F424000000064) +
            (word >> 16 & mask) * UINT64_C(0x0000271000000001)) >>
           32;
}

#endif

/* Adds the digits from `p` on to *n, which wraps if they are too many; returns where they end. */
static inline const char *read_digits(const char *p, const char *end, uint64_t *n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    static const uint32_t powers[] = {1,      10,      100,      1000,     10000,
                                      100000, 1000000, 10000000, 100000000};

    while (end - p >= 8) {
        uint64_t word;
        unsigned count;

        memcpy(&word, p, 8);
        count = digits_at_front(word);
        if (count)
            *n = *n * powers[count] + number_at_front(word, count);
        p += count;
        if (count < 8)
            return p;
    }
#endif
    for (; p < end && ascii_is_digit(*p); p++)
        *n = *n * 10 + (uint64_t)(*p - '0');
    return p;
}

static json *new_int(struct data *d, int64_t n)
{
    struct int_value *v = (struct int_value *)json_new_in(&d->e->blocks, JSON_INT, sizeof(*v));

    v->n = n;
    return &v->head;
}

static json *new_double(struct data *d, double x)
{
    struct double_value *v =
        (struct double_value *)json_new_in(&d->e->blocks, JSON_DOUBLE, sizeof(*v));

    v->d = x;
    return &v->head;
}

/*
 * A number's point or exponent is at `p`, behind `count` digits that make `n`. Goes behind the
 * number.
 */
static json *double_value(struct data *d, const char *p, uint64_t n, ptrdiff_t count)
{
    const char *start = d->at, *from;
    uint64_t exponent = 0;
    ptrdiff_t power = 0;
    bool small = false;
    double x;

    if (*p == '.') {
        from = ++p;
        p = read_digits(p, d->end, &n);
        if (p == from)
            return NULL;
        power = from - p;
        count += p - from;
    }
    from = p;
    if (p < d->end && (*p | 0x20) == 'e') {
        p++;
        small = p < d->end && *p == '-';
        p += small || (p < d->end && *p == '+');
        from = p;
        p = read_digits(p, d->end, &exponent);
        if (p == from)
            return NULL;
    }
    d->at = p;
    /* More than 19 digits may not fit, nor may an exponent of more than 4. */
    if (count <= 19 && p - from <= 4) {
        power += small ? -(ptrdiff_t)exponent : (ptrdiff_t)exponent;
        if (json_scaled_double(n, power, &x))
            return new_double(d, *start == '-' ? -x : x);
    }
    return json_read_number(start, (size_t)(p - start));
}

static json *number_value(struct data *d)
{
    const char *start = d->at, *first = start + (*start == '-'), *p;
    uint64_t n = 0;

    p = read_digits(first, d->end, &n);
    if (p == first || (*first == '0' && p - first > 1))
        return NULL;
    if (p < d->end && *p != ',' && (*p == '.' || (*p | 0x20) == 'e'))
        return double_value(d, p, n, p - first);
    d->at = p;
    /* 18 digits fit an int64_t. */
    if (p - first <= 18)
        return new_int(d, *start == '-' ? -(int64_t)n : (int64_t)n);
    return json_read_number(start, (size_t)(p - start));
}

/* ---- all else ---- */

static json *constant_value(struct data *d, const char *word, size_t len, json *v)
{
    if ((size_t)(d->end - d->at) < len || memcmp(d->at, word, len) != 0)
        return NULL;
    d->at += len;
    return v;
}

static json *scalar_value(struct data *d)
{
    switch (*d->at) {
    case '"': return string_value(d);
    case 'n': return constant_value(d, "null", 4, json_null());
    case 't': return constant_value(d, "true", 4, json_bool(true));
    case 'f': return constant_value(d, "false", 5, json_bool(false));
    default: return number_value(d);
    }
}

/* Goes to the next byte that is no blank, and returns it; NUL at the end. */
static inline char next_token(struct data *d)
{
    const char *p = d->at, *end = d->end;

    if (p < end && (unsigned char)*p > ' ')
        return *p;
    while (p < end && ascii_is_json_blank(*p)) {
        /* Half of a text that people read is indentation: it is skipped by eights. */
        if (*p++ == '\n')
            while (end - p >= 8 && memcmp(p, "        ", 8) == 0)
                p += 8;
    }
    d->at = p;
    return p < end ? *p : '\0';
}

static bool read_key(struct data *d)
{
    json *key;

    if (next_token(d) != '"')
        return false;
    key = key_value(d);
    if (!key)
        return false;
    json_events_key(d->e, key, (struct place){0});
    if (next_token(d) != ':')
        return false;
    d->at++;
    return true;
}

static bool leave_container(struct data *d, bool object)
{
    size_t twice;

    d->at++;
    if (object)
        return json_events_close_object(d->e, &twice);
    json_events_close_array(d->e);
    return true;
}

/*
 * Goes behind the `[` or `{` at `at`, and a `]` or `}` right behind it. False when that is wrong;
 * *empty: the container is whole, else an element comes next, or a member's value.
 */
static bool enter_container(struct data *d, bool *empty)
{
    bool object = *d->at == '{';

    if (d->e->depth == JSON_MAX_DEPTH)
        return false;
    json_events_open(d->e, object, 0, (struct place){0});
    d->at++;
    *empty = next_token(d) == (object ? '}' : ']');
    if (*empty)
        return leave_container(d, object);
    return !object || read_key(d);
}

/*
 * Goes on behind a value: behind a comma, and the key behind it; or behind as many closing brackets
 * as there are. False when that is wrong. *more: another value comes next.
 */
static bool go_behind_value(struct data *d, bool *more)
{
    while (d->e->depth) {
        bool object = json_events_top(d->e)->object;
        char c = next_token(d);

        if (c == ',') {
            d->at++;
            *more = true;
            return !object || read_key(d);
        }
        if (c != (object ? '}' : ']') || !leave_container(d, object))
            return false;
    }
    *more = false;
    return true;
}

static bool read_values(struct data *d)
{
    bool more = true;

    while (more) {
        char c = next_token(d);

        if (c == '[' || c == '{') {
            bool empty;

            if (!enter_container(d, &empty))
                return false;
            if (!empty)
                continue;
        } else {
            json *v = d->at < d->end ? scalar_value(d) : NULL;

            if (!v)
                return false;
            json_events_scalar(d->e, v, (struct place){0});
        }
        if (!go_behind_value(d, &more))
            return false;
    }
    next_token(d);
    return d->at == d->end;
}

json *json_read_data(struct json_events *e, const char *text, size_t len)
{
    struct data d = {.at = text, .end = text + len, .e = e};
    bool good;

    if (len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3))
        d.at += 3;
    good = read_values(&d);
    buf_clear(&d.decoded);
    if (good)
        return json_events_done(e, NULL);
    while (e->used)
        json_unref(e->stack[--e->used]);
    e->depth = 0;
    return NULL;
}
