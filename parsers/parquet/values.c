/*
 * The values of a page, by their encoding. All of them give a value as bytes in the form of PLAIN,
 * so that what makes JSON of it knows nothing of encodings.
 */

#include "parsers/parquet/parquet_impl.h"

#include <string.h>

/* ---- PLAIN ---- */

/* Numbers and bytes of a fixed length stand one behind the other. */

static bool next_fixed(struct values *v, struct bytes *out)
{
    if ((size_t)(v->end - v->at) < v->width)
        return false;
    *out = (struct bytes){v->at, v->width};
    v->at += v->width;
    return true;
}

/* Bytes have their length in front. */
static bool next_plain_text(struct values *v, struct bytes *out)
{
    if (v->end - v->at < 4)
        return false;
    size_t len = load32(v->at);
    if (len > (size_t)(v->end - v->at) - 4)
        return false;
    *out = (struct bytes){v->at + 4, len};
    v->at += 4 + len;
    return true;
}

/* Eight to a byte, the first one in the lowest bit. */
static bool next_plain_boolean(struct values *v, struct bytes *out)
{
    if (v->at + v->bit / 8 >= v->end)
        return false;
    v->scratch[0] = v->at[v->bit / 8] >> v->bit % 8 & 1;
    v->bit++;
    *out = (struct bytes){v->scratch, 1};
    return true;
}

/* ---- RLE ---- */

static bool next_boolean(struct values *v, struct bytes *out)
{
    uint32_t bit;

    if (!hybrid_next(&v->booleans, &bit))
        return false;
    v->scratch[0] = (unsigned char)bit;
    *out = (struct bytes){v->scratch, 1};
    return true;
}

/* ---- BYTE_STREAM_SPLIT: first bytes of all values, then their second ones … ---- */

static bool next_of_split(struct values *v, struct bytes *out)
{
    if (v->next_of_split == v->count)
        return false;
    unsigned char *value = (unsigned char *)v->last.data;
    for (size_t i = 0; i < v->width; i++)
        value[i] = v->at[i * v->count + v->next_of_split];
    v->next_of_split++;
    *out = (struct bytes){value, v->width};
    return true;
}

/* ---- DELTA… ---- */

static bool next_difference(struct values *v, struct bytes *out)
{
    int64_t n;

    if (!delta_next(&v->numbers, &n))
        return false;
    for (unsigned i = 0; i < 8; i++)
        v->scratch[i] = (unsigned char)((uint64_t)n >> 8 * i);
    *out = (struct bytes){v->scratch, v->width};
    return true;
}

/* Lengths first, then all the texts without anything between them. */
static bool next_of_lengths(struct values *v, struct bytes *out)
{
    int64_t len;

    if (!delta_next(&v->numbers, &len) || len < 0 || len > v->end - v->at)
        return false;
    *out = (struct bytes){v->at, (size_t)len};
    v->at += len;
    return true;
}

/* What a value has in common with the one before is not repeated. */
static bool next_of_prefixes(struct values *v, struct bytes *out)
{
    struct bytes rest;
    int64_t common;

    if (!delta_next(&v->prefixes, &common) || common < 0 || (uint64_t)common > v->last.len ||
        !next_of_lengths(v, &rest))
        return false;
    v->last.len = (size_t)common;
    buf_add(&v->last, (const char *)rest.at, rest.len);
    if (v->width && v->last.len != v->width)
        return false;
    *out = (struct bytes){(const unsigned char *)v->last.data, v->last.len};
    return true;
}

/* ---- beginning ---- */

static bool next_of_none(struct values *v, struct bytes *out)
{
    (void)v;
    (void)out;
    return false;
}

/* The runs have their length in front, in 4 bytes. */
static bool begin_booleans(struct values *v, struct bytes text)
{
    struct bytes len;

    v->width = 4;
    if (!next_fixed(v, &len))
        return false;
    v->width = 1;
    hybrid_begin(&v->booleans, (struct bytes){v->at, text.len - 4}, 1);
    return true;
}

/* The texts begin where the numbers before them end. */
static bool begin_lengths(struct values *v, struct bytes text)
{
    return delta_begin(&v->numbers, text) && delta_find_end(&v->numbers, &v->at);
}

/* Three streams: what each value has in common with the one before, the lengths of the rests, and
 * these. */
static bool begin_prefixes(struct values *v, struct bytes text)
{
    const unsigned char *lengths;

    buf_reset(&v->last);
    buf_reserve(&v->last, 1);
    return delta_begin(&v->prefixes, text) && delta_find_end(&v->prefixes, &lengths) &&
           begin_lengths(v, (struct bytes){lengths, (size_t)(v->end - lengths)});
}

static bool begin_split(struct values *v, struct bytes text)
{
    v->count = text.len / v->width;
    v->next_of_split = 0;
    buf_reserve(&v->last, v->width);
    return text.len % v->width == 0;
}

static bool begin_plain(struct values *v, struct bytes text)
{
    (void)text;
    v->bit = 0;
    return true;
}

static bool begin_numbers(struct values *v, struct bytes text)
{
    return delta_begin(&v->numbers, text);
}

#define ON(physical) (1u << PHYSICAL_##physical)
#define INTS (ON(INT32) | ON(INT64))

/* Which encodings the format has for which types; dictionaries are not among them, as their numbers
 * lead to values of another page. */
static const struct {
    enum encoding encoding;
    unsigned types; /* that it is for */
    bool (*begin)(struct values *v, struct bytes text);
    bool (*next)(struct values *v, struct bytes *out);
} encodings[] = {
    {ENCODING_PLAIN, ON(BOOLEAN), begin_plain, next_plain_boolean},
    {ENCODING_PLAIN, ON(BYTES), begin_plain, next_plain_text},
    {ENCODING_PLAIN, INTS | ON(INT96) | ON(FLOAT) | ON(DOUBLE) | ON(FIXED), begin_plain,
     next_fixed},
    {ENCODING_RLE, ON(BOOLEAN), begin_booleans, next_boolean},
    {ENCODING_DELTA_BINARY_PACKED, INTS, begin_numbers, next_difference},
    {ENCODING_DELTA_LENGTH_BYTE_ARRAY, ON(BYTES), begin_lengths, next_of_lengths},
    {ENCODING_DELTA_BYTE_ARRAY, ON(BYTES) | ON(FIXED), begin_prefixes, next_of_prefixes},
    {ENCODING_BYTE_STREAM_SPLIT, INTS | ON(FLOAT) | ON(DOUBLE) | ON(FIXED), begin_split,
     next_of_split},
};

bool values_begin(struct values *v, const struct leaf_type *type, int encoding, struct bytes text,
                  const char **why)
{
    v->at = text.at;
    v->end = text.at + text.len;
    v->width = type->width;
    /* A page of nulls alone may have nothing where its values would be. */
    v->next = next_of_none;
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        if (encodings[i].encoding != (unsigned)encoding ||
            !(encodings[i].types & 1u << type->physical))
            continue;
        if (text.len && !encodings[i].begin(v, text)) {
            *why = "its values can't be read";
            return false;
        }
        if (text.len)
            v->next = encodings[i].next;
        return true;
    }
    *why = "its encoding is not one of its type";
    return false;
}

void values_clear(struct values *v)
{
    buf_clear(&v->last);
}
