/*
 * Thrift's compact protocol, as much of it as reading Parquet needs
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). A struct is
 * a row of fields, each a head and a value, with a byte 0 at its end. Numbers are varints, 7 bits a
 * byte and the lowest first, in zigzag where they may be negative. Texts have their length in
 * front.
 *
 * A text that ends too early is told from one that is bad: of a page's header more bytes may be on
 * their way. Counts are held against the bytes that are there, so a claim costs nothing.
 */

#include "parsers/parquet/parquet_impl.h"

enum {
    THRIFT_I8 = 3,
    THRIFT_I16,
    THRIFT_I32,
    THRIFT_I64,
    THRIFT_DOUBLE,
    THRIFT_BINARY,
    THRIFT_SET = 10,
    THRIFT_MAP,
    THRIFT_UUID = 13,
};

enum { THRIFT_MAX_DEPTH = 32 };

/* All that is read behind the first failure is 0, as nothing is left; so it is looked for at the
 * end alone. */
static void thrift_fail(struct thrift *t, int state)
{
    if (t->state == THRIFT_GOOD)
        t->state = state;
    t->at = t->end;
}

static unsigned thrift_byte(struct thrift *t)
{
    if (t->at == t->end) {
        thrift_fail(t, THRIFT_SHORT);
        return 0;
    }
    return *t->at++;
}

/* A varint of more than 64 bits is bad, and never read on. */
static uint64_t thrift_varint(struct thrift *t)
{
    uint64_t n = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned b = thrift_byte(t);
        n |= (uint64_t)(b & 127) << shift;
        if (b < 128)
            return n;
    }
    thrift_fail(t, THRIFT_BAD);
    return 0;
}

static int64_t thrift_zigzag(struct thrift *t)
{
    uint64_t n = thrift_varint(t);

    return (int64_t)(n >> 1 ^ (0 - (n & 1)));
}

/* A field's head: delta of its id << 4 | type; with a delta of 0 the id follows. */
bool thrift_next(struct thrift *t, struct thrift_field *f)
{
    unsigned b = thrift_byte(t);

    if (t->state != THRIFT_GOOD || b == 0)
        return false;
    f->type = b & 15;
    if (b >> 4)
        f->id += (int)(b >> 4);
    else
        f->id = (int16_t)thrift_zigzag(t);
    return t->state == THRIFT_GOOD;
}

/* Writers choose any width that a number fits into. */
int64_t thrift_int(struct thrift *t, const struct thrift_field *f)
{
    if (f->type == THRIFT_I8)
        return (signed char)thrift_byte(t);
    if (f->type >= THRIFT_I16 && f->type <= THRIFT_I64)
        return thrift_zigzag(t);
    thrift_fail(t, THRIFT_BAD);
    return 0;
}

int32_t thrift_int32(struct thrift *t, const struct thrift_field *f)
{
    int64_t n = thrift_int(t, f);

    if (n < INT32_MIN || n > INT32_MAX)
        thrift_fail(t, THRIFT_BAD);
    return (int32_t)n;
}

bool thrift_bool(struct thrift *t, const struct thrift_field *f)
{
    if (f->type != THRIFT_TRUE && f->type != THRIFT_FALSE)
        thrift_fail(t, THRIFT_BAD);
    return f->type == THRIFT_TRUE;
}

static struct bytes thrift_take(struct thrift *t, uint64_t len)
{
    struct bytes got = {t->at, (size_t)len};

    if (len > (uint64_t)(t->end - t->at)) {
        thrift_fail(t, THRIFT_SHORT);
        return (struct bytes){t->end, 0};
    }
    t->at += len;
    return got;
}

struct bytes thrift_bytes(struct thrift *t, const struct thrift_field *f)
{
    if (f->type != THRIFT_BINARY)
        thrift_fail(t, THRIFT_BAD);
    return thrift_take(t, thrift_varint(t));
}

/* A list's head: count << 4 | type; with a count of 15 the real one follows. Each element takes a
 * byte at least. */
static uint32_t list_head(struct thrift *t, unsigned *type)
{
    unsigned b = thrift_byte(t);
    uint64_t count = b >> 4;

    *type = b & 15;
    if (count == 15)
        count = thrift_varint(t);
    if (count > INT32_MAX)
        thrift_fail(t, THRIFT_BAD);
    else if (count > (uint64_t)(t->end - t->at))
        thrift_fail(t, THRIFT_SHORT);
    return t->state == THRIFT_GOOD ? (uint32_t)count : 0;
}

uint32_t thrift_structs(struct thrift *t, const struct thrift_field *f)
{
    unsigned type = 0;
    uint32_t count = f->type == THRIFT_LIST ? list_head(t, &type) : 0;

    if (f->type != THRIFT_LIST || (count && type != THRIFT_STRUCT)) {
        thrift_fail(t, THRIFT_BAD);
        return 0;
    }
    return count;
}

bool thrift_struct(struct thrift *t, const struct thrift_field *f)
{
    if (f->type != THRIFT_STRUCT)
        thrift_fail(t, THRIFT_BAD);
    return t->state == THRIFT_GOOD;
}

static void skip_of_type(struct thrift *t, unsigned type, unsigned depth);

/* A boolean is part of a field's head, but a byte of its own in a list or map. */
static void skip_element(struct thrift *t, unsigned type, unsigned depth)
{
    if (type == THRIFT_TRUE || type == THRIFT_FALSE)
        thrift_byte(t);
    else
        skip_of_type(t, type, depth);
}

static void skip_list(struct thrift *t, unsigned depth)
{
    unsigned type;

    for (uint32_t count = list_head(t, &type); count && t->state == THRIFT_GOOD; count--)
        skip_element(t, type, depth);
}

static void skip_map(struct thrift *t, unsigned depth)
{
    uint64_t count = thrift_varint(t);
    unsigned types = count ? thrift_byte(t) : 0;

    for (; count && t->state == THRIFT_GOOD; count--) {
        skip_element(t, types >> 4, depth);
        skip_element(t, types & 15, depth);
    }
}

static void skip_struct(struct thrift *t, unsigned depth)
{
    struct thrift_field f = {0};

    while (thrift_next(t, &f))
        skip_of_type(t, f.type, depth);
}

/* Lists in lists without end would use up the stack: no struct of the format is that deep. */
static void skip_of_type(struct thrift *t, unsigned type, unsigned depth)
{
    if (depth == THRIFT_MAX_DEPTH) {
        thrift_fail(t, THRIFT_BAD);
        return;
    }
    switch (type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE: break;
    case THRIFT_I8: thrift_byte(t); break;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64: thrift_varint(t); break;
    case THRIFT_DOUBLE: thrift_take(t, 8); break;
    case THRIFT_BINARY: thrift_take(t, thrift_varint(t)); break;
    case THRIFT_LIST:
    case THRIFT_SET: skip_list(t, depth + 1); break;
    case THRIFT_MAP: skip_map(t, depth + 1); break;
    case THRIFT_STRUCT: skip_struct(t, depth + 1); break;
    case THRIFT_UUID: thrift_take(t, 16); break;
    default: thrift_fail(t, THRIFT_BAD); break;
    }
}

void thrift_skip(struct thrift *t, const struct thrift_field *f)
{
    skip_of_type(t, f->type, 0);
}
