/*
 * Values to text. Recursion is as deep as the value, which JSON_MAX_DEPTH bounds. Lengths are known
 * without writing, and remembered: the quota of 256 KiB is asked for at every state.
 */

#include "parsers/json/json_escape.h"
#include "parsers/json/json_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <stdlib.h>

/* ---- where it is written ---- */

/* The room of a buffer behind what is written; `out` learns of it when writing ends. */
struct writer {
    struct buf *out;
    char *at, *end;
};

/* So much room a beginning asks for. */
enum { ROOM_AT_FIRST = 64 };

static struct writer writer_begin(struct buf *out)
{
    char *at = buf_reserve(out, ROOM_AT_FIRST);

    return (struct writer){out, at, out->data + out->cap};
}

static void writer_end(struct writer *w)
{
    w->out->len = (size_t)(w->at - w->out->data);
}

static __attribute__((noinline)) void writer_grow(struct writer *w, size_t more)
{
    writer_end(w);
    w->at = buf_reserve(w->out, more);
    w->end = w->out->data + w->out->cap;
}

static inline void writer_need(struct writer *w, size_t more)
{
    if ((size_t)(w->end - w->at) < more)
        writer_grow(w, more);
}

static inline void put_char(struct writer *w, char c)
{
    writer_need(w, 1);
    *w->at++ = c;
}

static inline void put_bytes(struct writer *w, const char *bytes, size_t len)
{
    writer_need(w, len);
    json_copy_bytes(w->at, bytes, len);
    w->at += len;
}

/* ---- strings ---- */

/*
 * How many bytes at the start are written as they are: up to a character that is escaped, or to
 * half of one, ED A0 80 to ED BF BF, which is written \udXXX.
 */
static size_t plain_run(const char *text, size_t len)
{
    bool wide = false;
    const char *end = json_plain_end(text, text + len, &wide), *p = text;

    while (wide && (p = memchr(p, 0xED, (size_t)(end - p)))) {
        if (end - p >= 3 && (unsigned char)p[1] >= 0xA0)
            return (size_t)(p - text);
        p++;
    }
    return (size_t)(end - text);
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

/* Copies what needs no escape in runs: a text has few characters that do. */
static void put_escaped(struct writer *w, const char *text, size_t len)
{
    put_char(w, '"');
    for (;;) {
        size_t run = plain_run(text, len), escaped;

        put_bytes(w, text, run);
        text += run;
        len -= run;
        if (!len)
            break;
        writer_need(w, 6);
        run = json_write_escape(text, len, w->at, &escaped);
        w->at += escaped;
        text += run;
        len -= run;
    }
    put_char(w, '"');
}

void json_write_string(struct buf *out, const char *text, size_t len)
{
    struct writer w = writer_begin(out);

    put_escaped(&w, text, len);
    writer_end(&w);
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
static void put_string(struct writer *w, const json *v)
{
    const struct string_value *s = as_string(v);

    if (!json_write_is_plain(v)) {
        put_escaped(w, s->text, s->len);
        return;
    }
    writer_need(w, (size_t)s->len + 2);
    *w->at = '"';
    json_copy_bytes(w->at + 1, s->text, s->len);
    w->at[s->len + 1] = '"';
    w->at += (size_t)s->len + 2;
}

/* ---- values ---- */

static inline void put_scalar(struct writer *w, const json *v)
{
    switch ((enum json_kind)v->kind) {
    case JSON_NULL: put_bytes(w, "null", 4); break;
    case JSON_FALSE: put_bytes(w, "false", 5); break;
    case JSON_TRUE: put_bytes(w, "true", 4); break;
    case JSON_INT:
        writer_need(w, JSON_NUMBER_ROOM);
        w->at = json_put_int(w->at, json_int_value(v));
        break;
    case JSON_DOUBLE:
        writer_need(w, JSON_NUMBER_ROOM);
        w->at = json_put_double(w->at, json_double_value(v));
        break;
    case JSON_BIGINT: put_bytes(w, as_string(v)->text, as_string(v)->len); break;
    case JSON_STRING: put_string(w, v); break;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
}

static void put_value(struct writer *w, const json *v);

static void put_elements(struct writer *w, const json *array)
{
    size_t count = json_count(array), run;

    put_char(w, '[');
    for (size_t at = 0; at < count; at += run) {
        json *const *items = json_run(array, at, &run);

        for (size_t i = 0; i < run; i++) {
            if (at + i)
                put_char(w, ',');
            put_value(w, items[i]);
        }
    }
    put_char(w, ']');
}

static void put_members(struct writer *w, const json *object)
{
    size_t count = json_count(object);

    put_char(w, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            put_char(w, ',');
        put_string(w, json_member_key(object, i));
        put_char(w, ':');
        put_value(w, json_member_value(object, i));
    }
    put_char(w, '}');
}

static void put_value(struct writer *w, const json *v)
{
    if (v->kind == JSON_ARRAY)
        put_elements(w, v);
    else if (v->kind == JSON_OBJECT)
        put_members(w, v);
    else
        put_scalar(w, v);
}

void json_write(struct buf *out, const json *v)
{
    struct writer w = writer_begin(out);

    put_value(&w, v);
    writer_end(&w);
}

static void put_new_line(struct writer *w, size_t level)
{
    size_t len = 1 + 2 * level;

    writer_need(w, len);
    memset(w->at, ' ', len);
    *w->at = '\n';
    w->at += len;
}

static void put_pretty(struct writer *w, const json *v, size_t level)
{
    size_t count = json_count(v);

    if (!count) {
        put_value(w, v);
        return;
    }
    put_char(w, v->kind == JSON_ARRAY ? '[' : '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            put_char(w, ',');
        put_new_line(w, level + 1);
        if (v->kind == JSON_ARRAY) {
            put_pretty(w, json_at(v, i), level + 1);
        } else {
            put_string(w, json_key_at(v, i));
            put_bytes(w, ": ", 2);
            put_pretty(w, json_value_at(v, i), level + 1);
        }
    }
    put_new_line(w, level);
    put_char(w, v->kind == JSON_ARRAY ? ']' : '}');
}

void json_write_pretty(struct buf *out, const json *v)
{
    struct writer w = writer_begin(out);

    put_pretty(&w, v, 0);
    writer_end(&w);
}

/* Byte order is code point order in UTF-8. */
static int json_write_by_key(const void *a, const void *b)
{
    const struct json_member *left = a, *right = b;
    const struct string_value *l = as_string(left->key), *r = as_string(right->key);
    int order = memcmp(l->text, r->text, l->len < r->len ? l->len : r->len);

    return order ? order : (l->len > r->len) - (l->len < r->len);
}

static void put_sorted(struct writer *w, const json *v);

static void put_sorted_object(struct writer *w, const json *object)
{
    size_t count = json_count(object);
    struct json_member *sorted = mem_alloc(count * sizeof(*sorted));

    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct json_member){json_member_key(object, i), json_member_value(object, i)};
    qsort(sorted, count, sizeof(*sorted), json_write_by_key);
    put_char(w, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            put_char(w, ',');
        put_string(w, sorted[i].key);
        put_char(w, ':');
        put_sorted(w, sorted[i].value);
    }
    put_char(w, '}');
    mem_free(sorted);
}

static void put_sorted(struct writer *w, const json *v)
{
    if (v->kind == JSON_OBJECT) {
        put_sorted_object(w, v);
    } else if (v->kind == JSON_ARRAY) {
        put_char(w, '[');
        for (size_t i = 0; i < json_count(v); i++) {
            if (i)
                put_char(w, ',');
            put_sorted(w, json_at(v, i));
        }
        put_char(w, ']');
    } else {
        put_scalar(w, v);
    }
}

void json_write_sorted(struct buf *out, const json *v)
{
    struct writer w = writer_begin(out);

    put_sorted(&w, v);
    writer_end(&w);
}

/* The length is known before, so the text is written without moving. */
json *json_text(const json *v)
{
    struct buf text = {0};

    buf_reserve(&text, json_text_len(v) + ROOM_AT_FIRST);
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

static size_t double_len(double d)
{
    char room[JSON_NUMBER_ROOM];

    return (size_t)(json_put_double(room, d) - room);
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

/*
 * As container_len of a tree, from the lengths of its nodes, which most of them remember. A node's
 * brackets fall away, and there is a comma between two; in an object, colons stand in the place of
 * one array's commas.
 */
static size_t tree_len(const json *v, struct work *work)
{
    bool in_array = v->kind == JSON_ARRAY;
    json *const *nodes = in_array ? as_array_tree(v)->nodes : &as_object_tree(v)->keys;
    size_t count = in_array ? as_array_tree(v)->slots : 2, len = 1;

    for (size_t i = 0; i < count && len < UINT32_MAX; i++) {
        size_t one = json_text_len_counted(nodes[i], work);
        if (one == SIZE_MAX)
            return SIZE_MAX;
        len += one == UINT32_MAX ? UINT32_MAX : one - 1;
    }
    return len < UINT32_MAX ? len : UINT32_MAX;
}

/* A length is remembered only once it is known: `work` may let others look at the same value. */
static bool remember_len(const json *v, struct work *work)
{
    bool tree = json_is_tree(v);
    size_t looked = tree ? JSON_FAN : json_count(v), len = SIZE_MAX;

    if (work_spend(work, looked / 8 + 1))
        len = tree ? tree_len(v, work) : container_len(v, work);
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

size_t json_measure(const json *v, struct work *work)
{
    if (!json_is_container(v))
        return scalar_len(v, work);
    return remember_len(v, work) ? remembered_len(v) : SIZE_MAX;
}

size_t json_known_text_len(const json *v)
{
    return json_is_container(v) ? remembered_len(v) : scalar_len(v, NULL);
}
