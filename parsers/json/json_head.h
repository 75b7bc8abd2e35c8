#ifndef PARSERS_JSON_JSON_HEAD_H
#define PARSERS_JSON_JSON_HEAD_H

/*
 * What all values begin with, and the functions of json.h that look at nothing else: they are
 * called some fifty times in each transition, and a call would cost more than what they do. Nobody
 * but parsers/json and what stands here looks into the head.
 */

#include "parsers/json/json.h"

#include <assert.h>

struct json {
    uint32_t refs; /* or JSON_IMMORTAL, JSON_LENT */
    uint8_t kind;
    uint8_t flags;
    uint16_t depth; /* levels of nesting: 0 for a scalar; UINT16_MAX is that or more */
};

/* The count of constant data, which is never counted and never written to. */
#define JSON_IMMORTAL UINT32_MAX
/* The count of a string in storage of the caller's: json_ref makes a copy of it. */
#define JSON_LENT (UINT32_MAX - 1)

/* Returns the value behind a look, to be counted, or to remember its hash, index or length. */
static inline json *json_mutable(const json *v)
{
    return (json *)(uintptr_t)v;
}

/* Returns a copy of a string that is lent. */
json *json_own(const json *lent);
/* Frees a value whose last reference is gone. */
void json_free(json *dead);
/* Finds out json_text_len_counted of a value that doesn't remember it. */
size_t json_measure(const json *v, struct work *work);

static inline json *json_ref(const json *v)
{
    json *mine = json_mutable(v);

    if (!v)
        return NULL;
    if (mine->refs < JSON_LENT)
        mine->refs++;
    else if (mine->refs == JSON_LENT)
        return json_own(v);
    return mine;
}

static inline void json_unref(json *v)
{
    if (v && v->refs < JSON_LENT && !--v->refs)
        json_free(v);
}

static inline enum json_kind json_kind(const json *v)
{
    return (enum json_kind)v->kind;
}

static inline bool json_is_number(const json *v)
{
    return v->kind >= JSON_INT && v->kind <= JSON_DOUBLE;
}

static inline bool json_is_string(const json *v)
{
    return v->kind == JSON_STRING;
}

static inline bool json_is_array(const json *v)
{
    return v->kind == JSON_ARRAY;
}

static inline bool json_is_object(const json *v)
{
    return v->kind == JSON_OBJECT;
}

static inline bool json_is_scalar(const json *v)
{
    return v->kind < JSON_ARRAY;
}

static inline size_t json_depth(const json *v)
{
    return v->depth;
}

/*
 * Behind the head a JSON_INT has its number, and a container how many children it has and what
 * json_text_len gives: 0 until that is asked for. They are read as what they are, not as members of
 * a struct, which is another one in each kind.
 */
static inline int64_t json_int_value(const json *v)
{
    assert(v->kind == JSON_INT);
    return *(const int64_t *)(const void *)(v + 1);
}

static inline size_t json_count(const json *v)
{
    return v->kind < JSON_ARRAY ? 0 : ((const uint32_t *)(const void *)(v + 1))[0];
}

static inline size_t json_text_len_counted(const json *v, struct work *work)
{
    size_t known = v->kind < JSON_ARRAY ? 0 : ((const uint32_t *)(const void *)(v + 1))[1];

    return known ? known : json_measure(v, work);
}

static inline size_t json_text_len(const json *v)
{
    return json_text_len_counted(v, NULL);
}

#endif
