/*
 * Reads the bytes of services.dat. The file comes from outside of the program, so nothing in it is
 * believed: a block is checked as a whole when it is unpacked, once, and then read without checks.
 */
#include "asl/model/model_file.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

static const char damaged[] = "SERVICES_FILE";
static const char magic[16] = "asl services 1\n";

enum { HEAD = sizeof magic + 4 * 4, INDEX_ROW = 6 * 4, BLOCK_HEAD = 12 * 4 };
/* Many times what the greatest service takes. An index that says more is refused before memory is
 * asked for. */
enum { MAX_BLOCK = 8 << 20 };

static uint32_t number32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* ---- what each column holds ---- */

/* What a number in a column counts. */
enum holds {
    HOLDS_TEXT,        /* a text, or 0 */
    HOLDS_NAME,        /* a text */
    HOLDS_SHAPE,       /* a shape, or 0 */
    HOLDS_TYPE,        /* a shape */
    HOLDS_MEMBER,      /* a member */
    HOLDS_PARTITION,   /* a partition */
    HOLDS_BY_THE_KIND, /* see check_shape */
    HOLDS_BITS
};

static const struct {
    enum model_table table;
    enum holds holds;
} columns[MODEL_COLUMNS] = {
    [COLUMN_ID] = {MODEL_ONE, HOLDS_NAME},
    [COLUMN_LABEL] = {MODEL_ONE, HOLDS_NAME},
    [COLUMN_ENDPOINT] = {MODEL_ONE, HOLDS_NAME},
    [COLUMN_SIGNING] = {MODEL_ONE, HOLDS_NAME},
    [COLUMN_VERSION] = {MODEL_ONE, HOLDS_NAME},
    [COLUMN_TARGET] = {MODEL_ONE, HOLDS_TEXT},
    [COLUMN_JSON] = {MODEL_ONE, HOLDS_TEXT},
    [COLUMN_SIGNATURE] = {MODEL_ONE, HOLDS_NAME},
    [COLUMN_SPACE] = {MODEL_ONE, HOLDS_TEXT},
    [COLUMN_MEMBER_NAME] = {MODEL_MEMBERS, HOLDS_NAME},
    [COLUMN_MEMBER_WIRE] = {MODEL_MEMBERS, HOLDS_TEXT},
    [COLUMN_MEMBER_SHAPE] = {MODEL_MEMBERS, HOLDS_TYPE},
    [COLUMN_MEMBER_FLAGS] = {MODEL_MEMBERS, HOLDS_BITS},
    [COLUMN_SHAPE_FLAGS] = {MODEL_SHAPES, HOLDS_BITS},
    [COLUMN_SHAPE_A] = {MODEL_SHAPES, HOLDS_BY_THE_KIND},
    [COLUMN_SHAPE_B] = {MODEL_SHAPES, HOLDS_BY_THE_KIND},
    [COLUMN_SHAPE_C] = {MODEL_SHAPES, HOLDS_TEXT},
    [COLUMN_SHAPE_D] = {MODEL_SHAPES, HOLDS_TEXT},
    [COLUMN_SHAPE_E] = {MODEL_SHAPES, HOLDS_BY_THE_KIND},
    [COLUMN_OPERATION_NAME] = {MODEL_OPERATIONS, HOLDS_NAME},
    [COLUMN_OPERATION_FLAGS] = {MODEL_OPERATIONS, HOLDS_BITS},
    [COLUMN_OPERATION_URI] = {MODEL_OPERATIONS, HOLDS_NAME},
    [COLUMN_OPERATION_INPUT] = {MODEL_OPERATIONS, HOLDS_SHAPE},
    [COLUMN_OPERATION_OUTPUT] = {MODEL_OPERATIONS, HOLDS_SHAPE},
    [COLUMN_OPERATION_THROWN] = {MODEL_OPERATIONS, HOLDS_BITS}, /* see check_operation */
    [COLUMN_OPERATION_THROWN_COUNT] = {MODEL_OPERATIONS, HOLDS_BITS},
    [COLUMN_OPERATION_PREFIX] = {MODEL_OPERATIONS, HOLDS_TEXT},
    [COLUMN_OPERATION_CHECKSUM] = {MODEL_OPERATIONS, HOLDS_TEXT},
    [COLUMN_OPERATION_ROOT] = {MODEL_OPERATIONS, HOLDS_TEXT},
    [COLUMN_OPERATION_WRAPPER] = {MODEL_OPERATIONS, HOLDS_TEXT},
    [COLUMN_OPERATION_SPACE] = {MODEL_OPERATIONS, HOLDS_TEXT},
    [COLUMN_ERROR_NAME] = {MODEL_ERRORS, HOLDS_NAME},
    [COLUMN_ERROR_CODE] = {MODEL_ERRORS, HOLDS_TEXT},
    [COLUMN_ERROR_STATUS] = {MODEL_ERRORS, HOLDS_BITS},
    [COLUMN_HOST_PARTITION] = {MODEL_HOSTS, HOLDS_PARTITION},
    [COLUMN_HOST_REGION] = {MODEL_HOSTS, HOLDS_TEXT},
    [COLUMN_HOST_NAME] = {MODEL_HOSTS, HOLDS_NAME},
    [COLUMN_HOST_SIGNS] = {MODEL_HOSTS, HOLDS_TEXT},
    [COLUMN_SPACE_MEMBER] = {MODEL_SPACES, HOLDS_MEMBER},
    [COLUMN_SPACE_URI] = {MODEL_SPACES, HOLDS_NAME},
    [COLUMN_VALUE] = {MODEL_VALUES, HOLDS_NAME},
    [COLUMN_THROWN] = {MODEL_THROWN, HOLDS_TYPE},
};

/* ---- checking a block ---- */

/*
 * Numbers that lead somewhere must lead into their table. Afterwards they are used without a look.
 */
static bool column_is_sound(const struct model_data *d, enum model_column c)
{
    const uint32_t *count = d->count;

    for (size_t i = 0; i < count[columns[c].table]; i++) {
        uint32_t n = model_number(d, c, i);
        bool good = true;

        switch (columns[c].holds) {
        case HOLDS_TEXT: good = n < count[MODEL_TEXTS]; break;
        case HOLDS_NAME: good = n && n < count[MODEL_TEXTS]; break;
        case HOLDS_SHAPE: good = n <= count[MODEL_SHAPES]; break;
        case HOLDS_TYPE: good = n && n <= count[MODEL_SHAPES]; break;
        case HOLDS_MEMBER: good = n < count[MODEL_MEMBERS]; break;
        case HOLDS_PARTITION: good = n < MODEL_PARTITIONS; break;
        case HOLDS_BY_THE_KIND:
        case HOLDS_BITS: break;
        }
        if (!good)
            return false;
    }
    return true;
}

/*
 * Members of a shape may lead back to it: structures contain themselves in some services. Who
 * follows them must bound the depth.
 */
static bool shape_is_sound(const struct model_data *d, size_t i)
{
    const uint32_t *count = d->count;
    uint32_t flags = model_number(d, COLUMN_SHAPE_FLAGS, i);
    uint32_t a = model_number(d, COLUMN_SHAPE_A, i), b = model_number(d, COLUMN_SHAPE_B, i);
    uint32_t e = model_number(d, COLUMN_SHAPE_E, i);
    bool exception = flags & MODEL_SHAPE_EXCEPTION;

    if (exception ? !e || e > count[MODEL_ERRORS] : e >= count[MODEL_BOUNDS])
        return false;
    switch (flags & MODEL_SHAPE_KIND) {
    case MODEL_STRUCTURE: return a + b <= count[MODEL_MEMBERS];
    case MODEL_LIST: return a && a <= count[MODEL_SHAPES];
    case MODEL_MAP: return a && a <= count[MODEL_SHAPES] && b && b <= count[MODEL_SHAPES];
    case MODEL_STRING: return a + b <= count[MODEL_VALUES];
    default: return (flags & MODEL_SHAPE_KIND) <= MODEL_DOCUMENT;
    }
}

/*
 * What an operation takes and gives is a structure, and what it throws an exception: nobody asks
 * again.
 */
static bool operation_is_sound(const struct model_data *d, size_t i)
{
    uint32_t input = model_number(d, COLUMN_OPERATION_INPUT, i);
    uint32_t output = model_number(d, COLUMN_OPERATION_OUTPUT, i);
    uint32_t first = model_number(d, COLUMN_OPERATION_THROWN, i);
    uint32_t thrown = model_number(d, COLUMN_OPERATION_THROWN_COUNT, i);

    if (first + thrown > d->count[MODEL_THROWN])
        return false;
    for (uint32_t k = first; k < first + thrown; k++)
        if (!(model_number(d, COLUMN_SHAPE_FLAGS, model_number(d, COLUMN_THROWN, k) - 1u) &
              MODEL_SHAPE_EXCEPTION))
            return false;
    return (model_number(d, COLUMN_OPERATION_FLAGS, i) & MODEL_OPERATION_METHOD) < MODEL_METHODS &&
           (!input || (model_number(d, COLUMN_SHAPE_FLAGS, input - 1) & MODEL_SHAPE_KIND) ==
                          MODEL_STRUCTURE) &&
           (!output || (model_number(d, COLUMN_SHAPE_FLAGS, output - 1) & MODEL_SHAPE_KIND) ==
                           MODEL_STRUCTURE);
}

static bool block_is_sound(const struct model_data *d)
{
    for (int c = 0; c < MODEL_COLUMNS; c++)
        if (!column_is_sound(d, (enum model_column)c))
            return false;
    for (size_t i = 0; i < d->count[MODEL_MEMBERS]; i++)
        if ((model_number(d, COLUMN_MEMBER_FLAGS, i) & MODEL_MEMBER_LOCATION) > MODEL_IN_STATUS)
            return false;
    for (size_t i = 0; i < d->count[MODEL_SHAPES]; i++)
        if (!shape_is_sound(d, i))
            return false;
    for (size_t i = 0; i < d->count[MODEL_OPERATIONS]; i++)
        if (!operation_is_sound(d, i))
            return false;
    return true;
}

/* ---- reading a block ---- */

/* Finds the tables. Returns false when they are not as long as the block. */
static bool lay_out(struct model_data *d, size_t len, const unsigned char **texts, size_t *text_len)
{
    const unsigned char *at = d->block + BLOCK_HEAD;
    uint64_t need = BLOCK_HEAD;

    if (len < BLOCK_HEAD)
        return false;
    d->count[MODEL_ONE] = 1;
    for (int t = MODEL_MEMBERS; t < MODEL_TABLES; t++)
        d->count[t] = number32(d->block + 4 * t);
    *text_len = number32(d->block + 4 * MODEL_TABLES);
    need += (uint64_t)d->count[MODEL_BOUNDS] * 16 + *text_len;
    for (int c = 0; c < MODEL_COLUMNS; c++)
        need += (uint64_t)d->count[columns[c].table] * 2;
    if (need != len || !d->count[MODEL_BOUNDS] || d->count[MODEL_TEXTS] > *text_len)
        return false;
    d->bounds = at;
    at += (size_t)d->count[MODEL_BOUNDS] * 16;
    for (int c = 0; c < MODEL_COLUMNS; c++) {
        d->column[c] = at;
        at += (size_t)d->count[columns[c].table] * 2;
    }
    *texts = at;
    return true;
}

/* The first text is empty, and stands for none. */
static bool find_texts(struct model_data *d, const unsigned char *at, size_t len)
{
    const char *text = (const char *)at, *end = text + len;

    if (!len || end[-1])
        return false;
    d->texts = mem_calloc(d->count[MODEL_TEXTS], sizeof *d->texts);
    for (size_t i = 0; i < d->count[MODEL_TEXTS]; i++) {
        if (text == end)
            return false;
        d->texts[i] = i ? text : NULL;
        text += strlen(text) + 1;
    }
    return text == end;
}

/* Fills the service with looks into the block, which stays as long as they do. */
static void fill_service(struct model_data *d, const char *name)
{
    uint32_t flags = number32(d->block);

    d->service = (struct model_service){
        .name = name,
        .id = model_text(d, COLUMN_ID, 0),
        .label = model_text(d, COLUMN_LABEL, 0),
        .endpoint = model_text(d, COLUMN_ENDPOINT, 0),
        .signing = model_text(d, COLUMN_SIGNING, 0),
        .version = model_text(d, COLUMN_VERSION, 0),
        .target = model_text(d, COLUMN_TARGET, 0),
        .json = model_text(d, COLUMN_JSON, 0),
        .signature = model_text(d, COLUMN_SIGNATURE, 0),
        .xml_namespace = model_text(d, COLUMN_SPACE, 0),
        .protocol = (enum model_protocol)(flags & 7),
        .query_errors = flags & 8,
        .operation_count = d->count[MODEL_OPERATIONS],
        .error_count = d->count[MODEL_ERRORS],
        .host_count = d->count[MODEL_HOSTS],
        .data = d,
    };
}

struct model_data *model_block_read(unsigned char *block, size_t len, const char *name,
                                    struct diag *why)
{
    struct model_data *d = mem_calloc(1, sizeof *d);
    const unsigned char *texts;
    size_t text_len;

    d->block = block;
    if (!lay_out(d, len, &texts, &text_len) || !find_texts(d, texts, text_len) ||
        !block_is_sound(d) || (number32(block) & 7) > MODEL_CBOR) {
        diag_set(why, damaged, 0, "the service '%s' is damaged in it", name);
        model_block_free(d);
        return NULL;
    }
    fill_service(d, name);
    return d;
}

void model_block_free(struct model_data *d)
{
    if (!d)
        return;
    mem_free(d->texts);
    mem_free(d->block);
    mem_free(d);
}

/* ---- the file ---- */

static const unsigned char *index_row(const struct model_map *m, size_t i)
{
    return m->bytes + m->index + i * INDEX_ROW;
}

static bool index_is_sound(const struct model_map *m)
{
    const char *last = "";

    if ((uint64_t)m->index + (uint64_t)m->services * INDEX_ROW > m->len)
        return false;
    for (size_t i = 0; i < m->services; i++) {
        const unsigned char *row = index_row(m, i);
        uint64_t name = number32(row), at = number32(row + 4), len = number32(row + 8);

        if (name >= m->len || !memchr(m->bytes + name, '\0', m->len - name) || at + len > m->len ||
            number32(row + 12) > MAX_BLOCK || strcmp((const char *)m->bytes + name, last) <= 0)
            return false;
        last = (const char *)m->bytes + name;
    }
    return true;
}

bool model_map_read(const unsigned char *bytes, size_t len, struct model_map *out, struct diag *why)
{
    struct model_map m = {.bytes = bytes, .len = len};

    if (len < HEAD || memcmp(bytes, magic, sizeof magic) != 0) {
        diag_set(why, damaged, 0, "it is not a file of services that this version reads");
        return false;
    }
    m.services = number32(bytes + sizeof magic);
    m.index = number32(bytes + sizeof magic + 4);
    if (number32(bytes + sizeof magic + 12) != len || !index_is_sound(&m)) {
        diag_set(why, damaged, 0, "it is damaged, or not whole");
        return false;
    }
    *out = m;
    return true;
}

void model_map_block(const struct model_map *m, size_t i, size_t *at, size_t *len)
{
    *at = number32(index_row(m, i) + 4);
    *len = number32(index_row(m, i) + 8);
}

const char *model_map_name(const struct model_map *m, size_t i)
{
    return (const char *)m->bytes + number32(index_row(m, i));
}

/* Returns whether the packed bytes give exactly `len` bytes. */
static bool unpack_bytes(const unsigned char *packed, size_t packed_len, unsigned char *out,
                         size_t len)
{
    z_stream z = {
        .next_in = packed, .avail_in = (uInt)packed_len, .next_out = out, .avail_out = (uInt)len};
    bool good = inflateInit2(&z, -MAX_WBITS) == Z_OK;

    if (!good)
        return false;
    good = inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == len;
    inflateEnd(&z);
    return good;
}

struct model_data *model_map_service(const struct model_map *m, size_t i, struct diag *why)
{
    const unsigned char *row = index_row(m, i);
    size_t len = number32(row + 12);
    unsigned char *block = mem_alloc(len + 1);

    if (!unpack_bytes(m->bytes + number32(row + 4), number32(row + 8), block, len) ||
        crc32(0, block, (uInt)len) != number32(row + 16)) {
        diag_set(why, damaged, 0, "the service '%s' is damaged in it", model_map_name(m, i));
        mem_free(block);
        return NULL;
    }
    return model_block_read(block, len, model_map_name(m, i), why);
}
