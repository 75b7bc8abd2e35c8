#ifndef PARSERS_JSON_JSON_IMPL_H
#define PARSERS_JSON_JSON_IMPL_H

#include "parsers/json/json.h"

#include <string.h>

/* How values are laid out; for json*.c alone. Each kind's struct begins with this head. */
struct json {
    uint32_t refs; /* JSON_IMMORTAL: constant data, never counted, never written */
    uint8_t kind;
    uint8_t flags;
    uint16_t depth; /* levels of nesting; stays at its maximum */
};

#define JSON_IMMORTAL UINT32_MAX
/* A string in storage of somebody else's: not counted either, and a reference is a copy. */
#define JSON_LENT (UINT32_MAX - 1)

enum {
    /* Of strings: what a look at the bytes has shown; neither: nobody has looked. */
    JSON_PLAIN = 1,   /* nothing needs escaping */
    JSON_ESCAPED = 2, /* something does */
    /* Of containers being built: something was replaced, depth may be too large. */
    JSON_DEPTH_STALE = 4,
};

struct int_value {
    struct json head;
    int64_t n;
};

struct double_value {
    struct json head;
    double d;
};

/* JSON_STRING; also JSON_BIGINT, whose text is its digits. */
struct string_value {
    struct json head;
    uint32_t len;
    uint32_t hash; /* 0: not made yet */
    char text[];   /* and a NUL */
};

struct array_value {
    struct json head;
    uint32_t count;
    uint32_t text_len; /* 0: not known yet; UINT32_MAX: that or more */
    json *items[];
};

struct json_member {
    json *key, *value;
};

/*
 * Where keys are in an object: open addressing, a slot holds a member's number + 1, or 0.
 * `slots` has mask + 1 entries, a power of two, at least twice as many as there are members.
 */
struct json_index {
    uint32_t mask;
    uint32_t slots[];
};

struct object_value {
    struct json head;
    uint32_t count;
    uint32_t text_len;
    struct json_index *index; /* NULL: not made yet */
    struct json_member members[];
};

/* Objects of up to so many members are searched from the front and have no index. */
enum { JSON_SMALL_OBJECT = 8 };

/* A number's text may not be longer: reading it costs more than its length. */
enum { JSON_MAX_NUMBER = 1000 };

static inline const struct string_value *as_string(const json *v)
{
    return (const struct string_value *)v;
}

static inline const struct array_value *as_array(const json *v)
{
    return (const struct array_value *)v;
}

static inline const struct object_value *as_object(const json *v)
{
    return (const struct object_value *)v;
}

/* The value itself behind a look: to count it, or to remember something about it. */
static inline json *json_mutable(const json *v)
{
    return (json *)(uintptr_t)v;
}

static inline struct string_value *mutable_string(const json *v)
{
    return (struct string_value *)json_mutable(v);
}

static inline struct array_value *mutable_array(const json *v)
{
    return (struct array_value *)json_mutable(v);
}

static inline struct object_value *mutable_object(const json *v)
{
    return (struct object_value *)json_mutable(v);
}

static inline bool json_is_container(const json *v)
{
    return v->kind >= JSON_ARRAY;
}

/* The depth that a container of `v` has at least. */
static inline uint16_t json_depth_around(const json *v)
{
    return v->depth < UINT16_MAX ? (uint16_t)(v->depth + 1) : UINT16_MAX;
}

/* ---- json.c ---- */

/* A new value of `size` bytes, to be filled. */
json *json_new(enum json_kind kind, size_t size);
/* A string (or the digits of a JSON_BIGINT) with room for `len` bytes, to be filled. */
struct string_value *json_new_string(enum json_kind kind, size_t len);
/* json_find by a string value. */
size_t json_find_key(const json *object, const json *key);
uint32_t json_hash_bytes(const char *text, size_t len);
uint32_t json_hash(const json *string);
bool json_same_string(const json *a, const json *b);

/* An index with room for `members` members, empty. Takes the `old` one's memory. */
struct json_index *json_index_new(struct json_index *old, size_t members);
/* Finds `key` among those in the index; SIZE_MAX if it isn't there. */
size_t json_index_find(const struct json_index *x, const struct json_member *members,
                       const char *key, size_t len, uint32_t hash);
/* Adds member `i`, whose key isn't there yet. */
void json_index_add(struct json_index *x, const struct json_member *members, size_t i);
bool json_index_full(const struct json_index *x, size_t members);

/* ---- json_number.c ---- */

/* The value of a number's text, whose grammar is known to be right; NULL: out of range, too long.
 */
json *json_read_number(const char *text, size_t len);
bool json_is_number_text(const char *text, size_t len);

/* ---- json_explain.c ---- */

/* What a reader knows when yajl gives up. */
struct json_stop {
    const char *text;
    size_t len;
    size_t pos; /* behind the last token that was good */
    enum {
        JSON_AT_START,
        JSON_AT_END,    /* behind the whole value */
        JSON_IN_ARRAY,  /* behind an element */
        JSON_IN_OBJECT, /* behind a member */
        JSON_AFTER_OPEN_ARRAY,
        JSON_AFTER_OPEN_OBJECT,
        JSON_AFTER_KEY,
    } state;
    size_t opened; /* where the array or object around begins */
};

/* Says what is wrong behind `pos`, and where. */
void json_explain(const struct json_stop *s, struct diag *why);
/* Fills *why with its place too. */
void json_refuse(struct diag *why, const char *text, size_t len, size_t at, const char *code,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
