#ifndef ASL_MODEL_MODEL_FILE_H
#define ASL_MODEL_MODEL_FILE_H

#include "asl/model/model.h"

/*
 * The format of services.dat, version 1, which tools/aws-models writes. Numbers are little-endian.
 *
 *   file    "asl services 1\n" NUL; u32: services, where the index begins, bytes of the notice,
 *           bytes of the file; the index; the notice (text, with the origin and the licence, NUL);
 *           names; blocks.
 *   index   one for each service, in the order of the names' bytes. u32: where the name is, where
 *           the block is, its bytes, its bytes when unpacked, their CRC-32, 0.
 *   block   packed as raw deflate, the largest without compression. u32: flags, then how many
 *           members, shapes, operations, errors, hosts, namespaces, values, thrown, bounds,
 *           texts, and bytes of text. Then pairs of doubles (bounds: min, max; NaN is none),
 *           columns of u16, and the texts, each with a NUL.
 *
 * Each column has one number for each row of its table: enum model_column. A text is a number, 0 is
 * none; a shape is a number from 1, 0 is none.
 */

enum model_column {
    /* the service itself: one row */
    COLUMN_ID,
    COLUMN_LABEL,
    COLUMN_ENDPOINT,
    COLUMN_SIGNING,
    COLUMN_VERSION,
    COLUMN_TARGET,
    COLUMN_JSON,
    COLUMN_SIGNATURE,
    COLUMN_SPACE,
    COLUMN_MEMBER_NAME,
    COLUMN_MEMBER_WIRE, /* 0: as its name */
    COLUMN_MEMBER_SHAPE,
    COLUMN_MEMBER_FLAGS,
    COLUMN_SHAPE_FLAGS,
    COLUMN_SHAPE_A, /* structure: first member; list: elements; map: keys; string: first value */
    COLUMN_SHAPE_B, /* structure, string: how many; map: values */
    COLUMN_SHAPE_C, /* structure: payload; list: elements' name; map: keys' name */
    COLUMN_SHAPE_D, /* structure: namespace; map: values' name */
    COLUMN_SHAPE_E, /* exception: its error, from 1; else its bounds */
    COLUMN_OPERATION_NAME,
    COLUMN_OPERATION_FLAGS,
    COLUMN_OPERATION_URI,
    COLUMN_OPERATION_INPUT,
    COLUMN_OPERATION_OUTPUT,
    COLUMN_OPERATION_THROWN, /* first of the shapes that it throws, in COLUMN_THROWN */
    COLUMN_OPERATION_THROWN_COUNT,
    COLUMN_OPERATION_PREFIX,
    COLUMN_OPERATION_CHECKSUM,
    COLUMN_OPERATION_ROOT,
    COLUMN_OPERATION_WRAPPER,
    COLUMN_OPERATION_SPACE,
    COLUMN_ERROR_NAME,
    COLUMN_ERROR_CODE,
    COLUMN_ERROR_STATUS,
    COLUMN_HOST_PARTITION,
    COLUMN_HOST_REGION,
    COLUMN_HOST_NAME,
    COLUMN_HOST_SIGNS,
    COLUMN_SPACE_MEMBER, /* members with a namespace, in their order */
    COLUMN_SPACE_URI,
    COLUMN_VALUE,
    COLUMN_THROWN,
    MODEL_COLUMNS
};

/* Tables, in the order of the counts behind a block's flags. MODEL_ONE is the service. */
enum model_table {
    MODEL_ONE,
    MODEL_MEMBERS,
    MODEL_SHAPES,
    MODEL_OPERATIONS,
    MODEL_ERRORS,
    MODEL_HOSTS,
    MODEL_SPACES,
    MODEL_VALUES,
    MODEL_THROWN,
    MODEL_BOUNDS,
    MODEL_TEXTS,
    MODEL_TABLES
};

/* Bits of COLUMN_MEMBER_FLAGS, … */
enum {
    MODEL_MEMBER_LOCATION = 7, /* enum model_location */
    MODEL_MEMBER_REQUIRED = 1 << 3,
    MODEL_MEMBER_IDEMPOTENCY = 1 << 4,
    MODEL_MEMBER_FLATTENED = 1 << 5,
    MODEL_MEMBER_ATTRIBUTE = 1 << 6,
    MODEL_MEMBER_JSON = 1 << 7,
    MODEL_MEMBER_HOST_LABEL = 1 << 8,
    MODEL_MEMBER_STREAMING = 1 << 9,
    MODEL_MEMBER_QUERY_NAME = 1 << 10
};
/* … of COLUMN_SHAPE_FLAGS, … */
enum {
    MODEL_SHAPE_KIND = 15,     /* enum model_kind */
    MODEL_SHAPE_TIME = 3 << 4, /* enum model_time */
    MODEL_SHAPE_UNION = 1 << 6,
    MODEL_SHAPE_EXCEPTION = 1 << 7,
    MODEL_SHAPE_EVENT_STREAM = 1 << 8,
    MODEL_SHAPE_FLATTENED = 1 << 9,
    MODEL_SHAPE_STREAMING = 1 << 10
};
/* … and of COLUMN_OPERATION_FLAGS. */
enum {
    MODEL_OPERATION_METHOD = 15, /* GET, POST, PUT, DELETE, HEAD, PATCH */
    MODEL_METHODS = 6,
    MODEL_OPERATION_CHECKSUM = 1 << 4,
    MODEL_OPERATION_UNSIGNED = 1 << 5,
    MODEL_OPERATION_NO_AUTH = 1 << 6,
    MODEL_OPERATION_DEPRECATED = 1 << 7
};

/* A block that was read. */
struct model_data {
    struct model_service service;
    unsigned char *block; /* unpacked; owned */
    uint32_t count[MODEL_TABLES];
    const unsigned char *bounds;
    const unsigned char *column[MODEL_COLUMNS];
    const char **texts; /* owned; the first is NULL */
};

static inline uint16_t model_number(const struct model_data *d, enum model_column c, size_t row)
{
    const unsigned char *at = d->column[c] + 2 * row;

    return (uint16_t)(at[0] | at[1] << 8);
}

static inline const char *model_text(const struct model_data *d, enum model_column c, size_t row)
{
    return d->texts[model_number(d, c, row)];
}

/*
 * Reads an unpacked block: takes `block`, which mem_alloc gave, of `len` bytes. `name` must live as
 * long as the result. Every number in it is checked, so that nothing that is read later leads out
 * of it. Returns NULL, with *why filled, when the block is damaged.
 */
struct model_data *model_block_read(unsigned char *block, size_t len, const char *name,
                                    struct diag *why);
void model_block_free(struct model_data *d);

/* The bytes of a file. */
struct model_map {
    const unsigned char *bytes;
    size_t len;
    uint32_t services, index;
};

/* Checks the head and the index of a file of `len` bytes, which stay the caller's. Returns false
 * with *why filled when it is no file of this version, or damaged. */
bool model_map_read(const unsigned char *bytes, size_t len, struct model_map *out,
                    struct diag *why);
/* Tells where the packed bytes of service `i` are, and how many; they need not be there before. */
void model_map_block(const struct model_map *m, size_t i, size_t *at, size_t *len);
/* Returns the name of service `i`. */
const char *model_map_name(const struct model_map *m, size_t i);
/* Unpacks and reads service `i`. Returns NULL with *why filled when it is damaged. */
struct model_data *model_map_service(const struct model_map *m, size_t i, struct diag *why);

#endif
