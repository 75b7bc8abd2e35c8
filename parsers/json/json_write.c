/*
 * Values to text. Recursion is as deep as the value, which JSON_MAX_DEPTH bounds. Lengths are known
 * without writing, and remembered: the quota of 256 KiB is asked for at every state.
 */

#include "parsers/json/json_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <stdlib.h>

/* ---- strings ---- */

/* 1: is escaped; 2: begins what may be a lone surrogate. */
static const unsigned char needs_care[256] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,         1,          1,          1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ['"'] = 1, ['\\'] = 1, [0xED] = 2,
};

/* How many bytes at the start are written as they are. */
static size_t plain_run(const char *text, size_t len)
{
    const unsigned char *t = (const unsigned char *)text;

    for (size_t i = 0; i < len; i++)
        if (needs_care[t[i]] == 1 || (needs_care[t[i]] == 2 && len - i >= 3 && t[i + 1] >= 0xA0))
            return i;
    return len;
}

/* Writes the escape for the character at `text` to `out` and returns the character's length. */
static size_t json_write_escape(const char *text, size_t len, char out[6], size_t *out_len)
{
    static const char upper[] = "0123456789ABCDEF", lower[] = "0123456789abcdef";
    unsigned char c = (unsigned char)*text;
    uint32_t unit = c;
    const char *hex = upper;
    size_t taken = 1;
    char letter = '\0';

    switch (c) {
    case '"': letter = '"'; break;
    case '\\': letter = '\\'; break;
    case '\b': letter = 'b'; break;
    case '\t': letter = 't'; break;
    case '\n': letter = 'n'; break;
    case '\f': letter = 'f'; break;
    case '\r': letter = 'r'; break;
    default: break;
    }
    out[0] = '\\';
    out[1] = letter;
    *out_len = 2;
    if (letter)
        return 1;
    if (c >= 0x80) {
        taken = utf8_decode(text, len, &unit);
        hex = lower;
    }
    out[1] = 'u';
    out[2] = hex[unit >> 12 & 0xF];
    out[3] = hex[unit >> 8 & 0xF];
    out[4] = hex[unit >> 4 & 0xF];
    out[5] = hex[unit & 0xF];
    *out_len = 6;
    return taken ? taken : 1;
}

/* Copies what needs no escape in runs: a text has few characters that do. */
static void write_escaped(struct buf *out, const char *text, size_t len)
{
    while (len) {
        size_t run = plain_run(text, len), escaped;

        buf_add(out, text, run);
        text += run;
        len -= run;
        if (!len)
            return;
        run = json_write_escape(text, len, buf_reserve(out, 6), &escaped);
        out->len += escaped;
        text += run;
        len -= run;
    }
}

/* How many bytes `text` takes between the quotes. */
static size_t escaped_len(const char *text, size_t len)
{
    size_t total = 0;

    while (len) {
        size_t run = plain_run(text, len), escaped;
        char out[6];

        total += run;
        text += run;
        len -= run;
        if (!len)
            break;
        run = json_write_escape(text, len, out, &escaped);
        total += escaped;
        text += run;
        len -= run;
    }
    return total;
}

void json_write_string(struct buf *out, const char *text, size_t len)
{
    buf_addc(out, '"');
    write_escaped(out, text, len);
    buf_addc(out, '"');
}

/* Looks at the bytes once in a string's life. */
static bool json_write_is_plain(const json *v)
{
    const struct string_value *s = as_string(v);

    if (!(v->flags & (JSON_PLAIN | JSON_ESCAPED)))
        json_mutable(v)->flags |= plain_run(s->text, s->len) == s->len ? JSON_PLAIN : JSON_ESCAPED;
    return v->flags & JSON_PLAIN;
}

/* A string without escapes, as most are, is copied in one piece. */
static void json_write_text_of_string(struct buf *out, const json *v)
{
    const struct string_value *s = as_string(v);
    char *at;

    if (!json_write_is_plain(v)) {
        json_write_string(out, s->text, s->len);
        return;
    }
    at = buf_reserve(out, (size_t)s->len + 2);
    *at = '"';
    memcpy(at + 1, s->text, s->len);
    at[s->len + 1] = '"';
    out->len += (size_t)s->len + 2;
}

/* ---- values ---- */

static void write_scalar(struct buf *out, const json *v)
{
    switch (json_kind(v)) {
    case JSON_NULL: buf_add(out, "null", 4); break;
    case JSON_FALSE: buf_add(out, "false", 5); break;
    case JSON_TRUE: buf_add(out, "true", 4); break;
    case JSON_INT: buf_add_int(out, json_int_value(v)); break;
    case JSON_BIGINT: buf_add(out, as_string(v)->text, as_string(v)->len); break;
    case JSON_DOUBLE: json_write_double(out, json_double_value(v)); break;
    case JSON_STRING: json_write_text_of_string(out, v); break;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
}

static void json_write_array(struct buf *out, const struct array_value *a)
{
    buf_addc(out, '[');
    for (size_t i = 0; i < a->count; i++) {
        if (i)
            buf_addc(out, ',');
        json_write(out, a->items[i]);
    }
    buf_addc(out, ']');
}

static void json_write_object(struct buf *out, const struct object_value *o)
{
    buf_addc(out, '{');
    for (size_t i = 0; i < o->count; i++) {
        if (i)
            buf_addc(out, ',');
        json_write_text_of_string(out, o->members[i].key);
        buf_addc(out, ':');
        json_write(out, o->members[i].value);
    }
    buf_addc(out, '}');
}

void json_write(struct buf *out, const json *v)
{
    if (v->kind == JSON_ARRAY)
        json_write_array(out, as_array(v));
    else if (v->kind == JSON_OBJECT)
        json_write_object(out, as_object(v));
    else
        write_scalar(out, v);
}

static void json_write_new_line(struct buf *out, size_t level)
{
    size_t len = 1 + 2 * level;
    char *at = buf_reserve(out, len);

    memset(at, ' ', len);
    *at = '\n';
    out->len += len;
}

static void write_pretty(struct buf *out, const json *v, size_t level)
{
    size_t count = json_count(v);

    if (!count) {
        json_write(out, v);
        return;
    }
    buf_addc(out, v->kind == JSON_ARRAY ? '[' : '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_addc(out, ',');
        json_write_new_line(out, level + 1);
        if (v->kind == JSON_ARRAY) {
            write_pretty(out, json_at(v, i), level + 1);
        } else {
            json_write_text_of_string(out, json_key_at(v, i));
            buf_add(out, ": ", 2);
            write_pretty(out, json_value_at(v, i), level + 1);
        }
    }
    json_write_new_line(out, level);
    buf_addc(out, v->kind == JSON_ARRAY ? ']' : '}');
}

void json_write_pretty(struct buf *out, const json *v)
{
    write_pretty(out, v, 0);
}

/* Byte order is code point order in UTF-8. */
static int json_write_by_key(const void *a, const void *b)
{
    const struct json_member *const *left = a, *const *right = b;
    const struct string_value *l = as_string((*left)->key), *r = as_string((*right)->key);
    int order = memcmp(l->text, r->text, l->len < r->len ? l->len : r->len);

    return order ? order : (l->len > r->len) - (l->len < r->len);
}

static void write_sorted_object(struct buf *out, const struct object_value *o)
{
    const struct json_member **sorted = mem_alloc(o->count * sizeof(*sorted));

    for (size_t i = 0; i < o->count; i++)
        sorted[i] = &o->members[i];
    qsort(sorted, o->count, sizeof(*sorted), json_write_by_key);
    buf_addc(out, '{');
    for (size_t i = 0; i < o->count; i++) {
        if (i)
            buf_addc(out, ',');
        json_write_text_of_string(out, sorted[i]->key);
        buf_addc(out, ':');
        json_write_sorted(out, sorted[i]->value);
    }
    buf_addc(out, '}');
    mem_free(sorted);
}

void json_write_sorted(struct buf *out, const json *v)
{
    if (v->kind == JSON_OBJECT) {
        write_sorted_object(out, as_object(v));
    } else if (v->kind == JSON_ARRAY) {
        buf_addc(out, '[');
        for (size_t i = 0; i < json_count(v); i++) {
            if (i)
                buf_addc(out, ',');
            json_write_sorted(out, json_at(v, i));
        }
        buf_addc(out, ']');
    } else {
        write_scalar(out, v);
    }
}

/* The length is known before, so the text is written without moving. */
json *json_text(const json *v)
{
    struct buf text = {0};

    buf_reserve(&text, json_text_len(v));
    json_write(&text, v);
    return json_take_buf(&text);
}

/* ---- lengths ---- */

static size_t int_len(int64_t n)
{
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    size_t len = 1 + (n < 0);

    for (; left >= 10; left /= 10)
        len++;
    return len;
}

/* Written into a buffer on the stack that is never outgrown: 64 bytes hold any double. */
static size_t double_len(double d)
{
    char room[64];
    struct buf text = {.data = room, .cap = sizeof(room)};

    json_write_double(&text, d);
    return text.len;
}

static size_t string_len(const json *v)
{
    const struct string_value *s = as_string(v);

    return 2 + (json_write_is_plain(v) ? s->len : escaped_len(s->text, s->len));
}

/* Units of work: making a number's text costs about as much as looking at so many values. */
enum { UNITS_A_DOUBLE = 2 };

/* Brackets, commas, colons and what is between; SIZE_MAX when `work` says stop. */
static size_t container_len(const json *v, struct work *work)
{
    size_t count = json_count(v), len = 2 + (count ? count - 1 : 0);

    for (size_t i = 0; i < count && len < UINT32_MAX; i++) {
        bool in_array = v->kind == JSON_ARRAY;
        size_t one = json_text_len_counted(in_array ? json_at(v, i) : json_value_at(v, i), work);
        if (one == SIZE_MAX)
            return SIZE_MAX;
        len += one + (in_array ? 0 : string_len(json_key_at(v, i)) + 1);
    }
    return len < UINT32_MAX ? len : UINT32_MAX;
}

/* A length is remembered only once it is known: `work` may let others look at the same value. */
static bool remember_len(const json *v, struct work *work)
{
    size_t len = work_spend(work, json_count(v) / 8 + 1) ? container_len(v, work) : SIZE_MAX;

    if (len == SIZE_MAX)
        return false;
    if (v->kind == JSON_ARRAY)
        mutable_array(v)->text_len = (uint32_t)len;
    else
        mutable_object(v)->text_len = (uint32_t)len;
    return true;
}

static size_t remembered_len(const json *v)
{
    return v->kind == JSON_ARRAY ? as_array(v)->text_len : as_object(v)->text_len;
}

static size_t scalar_len(const json *v, struct work *work)
{
    switch ((enum json_kind)v->kind) {
    case JSON_NULL:
    case JSON_TRUE: return 4;
    case JSON_FALSE: return 5;
    case JSON_INT: return int_len(json_int_value(v));
    case JSON_BIGINT: return as_string(v)->len;
    case JSON_DOUBLE:
        return work_spend(work, UNITS_A_DOUBLE) ? double_len(json_double_value(v)) : SIZE_MAX;
    case JSON_STRING: return string_len(v);
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return 0;
}

size_t json_text_len_counted(const json *v, struct work *work)
{
    if (!json_is_container(v))
        return scalar_len(v, work);
    return remembered_len(v) || remember_len(v, work) ? remembered_len(v) : SIZE_MAX;
}

size_t json_text_len(const json *v)
{
    return json_text_len_counted(v, NULL);
}
