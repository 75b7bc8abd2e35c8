#ifndef PARSERS_PARQUET_PARQUET_IMPL_H
#define PARSERS_PARQUET_PARQUET_IMPL_H

/*
 * How a file is laid out (https://parquet.apache.org/docs/file-format/):
 *
 *     "PAR1"  row group  row group …  footer  length of the footer (4 bytes)  "PAR1"
 *
 * The footer has the schema, a tree whose leaves are the columns, and says where in a row group
 * each column's chunk stands. A chunk is a dictionary page, or none, and data pages. A data page
 * has three streams: repetition levels, definition levels, values. An entry is one of each level,
 * and a value where the definition level is the column's greatest. One row is one entry of a column
 * that is not repeated, else as many as there are until the next one whose repetition level is 0.
 */

#include "parsers/items/items_impl.h"
#include "parsers/parquet/parquet.h"

/* Bytes that someone else owns. */
struct bytes {
    const unsigned char *at;
    size_t len;
};

/* Numbers have their lowest byte first. Compilers make one load of these. */
static inline uint32_t load32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t load64(const unsigned char *at)
{
    return load32(at) | (uint64_t)load32(at + 4) << 32;
}

/* ---- thrift.c: Thrift's compact protocol, in which footer and page headers are written ---- */

struct thrift {
    const unsigned char *at, *end;
    enum { THRIFT_GOOD, THRIFT_SHORT, THRIFT_BAD } state;
};

struct thrift_field {
    int id;
    unsigned type; /* of the protocol */
};

enum { THRIFT_TRUE = 1, THRIFT_FALSE = 2, THRIFT_LIST = 9, THRIFT_STRUCT = 12 };

/*
 * Reads the head of a struct's next field into *f, which has the one before it, {0} at first.
 * Returns false at the struct's end, or when the text is bad. The caller then reads the value, by
 * one of the functions below; each sets `state` when the value is of another type.
 */
bool thrift_next(struct thrift *t, struct thrift_field *f);
int64_t thrift_int(struct thrift *t, const struct thrift_field *f);
int32_t thrift_int32(struct thrift *t, const struct thrift_field *f);
bool thrift_bool(struct thrift *t, const struct thrift_field *f);
struct bytes thrift_bytes(struct thrift *t, const struct thrift_field *f);
/* Returns how many structs the list has, whose values follow. */
uint32_t thrift_structs(struct thrift *t, const struct thrift_field *f);
/* Returns whether the field is a struct, whose fields follow. */
bool thrift_struct(struct thrift *t, const struct thrift_field *f);
void thrift_skip(struct thrift *t, const struct thrift_field *f);

/* ---- schema.c ---- */

enum physical {
    PHYSICAL_BOOLEAN,
    PHYSICAL_INT32,
    PHYSICAL_INT64,
    PHYSICAL_INT96,
    PHYSICAL_FLOAT,
    PHYSICAL_DOUBLE,
    PHYSICAL_BYTES,
    PHYSICAL_FIXED,
    PHYSICAL_NONE /* of a group of fields */
};

/* What the bytes of a value mean. */
enum meaning {
    MEANS_ITSELF,
    MEANS_TEXT,
    MEANS_UNSIGNED,
    MEANS_DATE,
    MEANS_TIME,
    MEANS_TIMESTAMP,
    MEANS_DECIMAL,
    MEANS_UUID,
    MEANS_FLOAT16,
    MEANS_INTERVAL,
    MEANS_NULL,
    MEANS_LIST, /* of groups of fields: */
    MEANS_MAP,
};

struct leaf_type {
    enum physical physical;
    enum meaning meaning;
    uint32_t width;  /* in bytes; 0: it varies */
    unsigned bits;   /* MEANS_UNSIGNED */
    unsigned digits; /* times: of the second's fraction */
    bool utc;        /* MEANS_TIMESTAMP: an instant, and no local time */
    int scale, precision;
};

enum repetition { REQUIRED, OPTIONAL, REPEATED };

/* A field of the schema. Those below it follow it; the first node is the file's root. */
struct node {
    json *name;
    enum repetition repetition;
    enum { NODE_LEAF, NODE_STRUCT, NODE_LIST, NODE_MAP } shape;
    uint16_t max_def, max_rep;
    uint32_t size; /* nodes of its tree, itself as well */
    uint32_t kids; /* fields right below it */
    uint32_t first_leaf, leaves;
    uint32_t first_slot; /* of its fields: each node has a slot, those of siblings are neighbours */
    uint32_t parent;
    bool own_element; /* its repeated field is the list's element, and doesn't only hold it */
    json *keys;       /* NODE_STRUCT: an array of the fields' names */
    struct leaf_type type;
};

struct schema {
    struct node *nodes;
    size_t count, cap;
    uint32_t *leaves; /* their nodes */
    size_t leaf_count, leaf_cap;
    uint32_t *repeated; /* which leaves are repeated, or within what is */
    size_t repeated_count, repeated_cap;
};

/* Reads the schema, a list of structs. False with *why set to a sentence. */
bool schema_read(struct schema *s, struct thrift *t, const struct thrift_field *f,
                 struct diag *why);
void schema_clear(struct schema *s);
/* Adds "a.b.c": the names from the root to a node. */
void schema_add_path(struct buf *out, const struct schema *s, const struct node *n);

/* ---- footer.c ---- */

/* A column of a row group, as it stands in the file. */
struct chunk {
    uint64_t begin, len, values;
    int64_t codec, physical; /* as the file has them: any number */
};

struct group {
    size_t at; /* in the footer: its struct */
    uint64_t first_row, rows;
    uint64_t begin, end; /* of its chunks in the file */
};

struct footer {
    struct buf bytes;
    uint64_t from; /* where in the file it begins */
    struct schema schema;
    struct group *groups;
    size_t group_count, group_cap;
    uint64_t rows;
};

/* Reads what `bytes` and `from` have. False with *why filled. */
bool footer_read(struct footer *f, struct diag *why);
/* Fills an array of as many chunks as the schema has leaves. False with *why filled. */
bool footer_chunks(const struct footer *f, const struct group *g, struct chunk *chunks,
                   struct diag *why);
void footer_clear(struct footer *f);

/* ---- page.c ---- */

enum encoding {
    ENCODING_PLAIN = 0,
    ENCODING_PLAIN_DICTIONARY = 2,
    ENCODING_RLE = 3,
    ENCODING_BIT_PACKED = 4,
    ENCODING_DELTA_BINARY_PACKED = 5,
    ENCODING_DELTA_LENGTH_BYTE_ARRAY = 6,
    ENCODING_DELTA_BYTE_ARRAY = 7,
    ENCODING_RLE_DICTIONARY = 8,
    ENCODING_BYTE_STREAM_SPLIT = 9,
};

enum page_kind { PAGE_DATA = 0, PAGE_INDEX = 1, PAGE_DICTIONARY = 2, PAGE_DATA_V2 = 3 };

struct page_header {
    enum page_kind kind;
    uint32_t packed, unpacked; /* bytes of what follows the header */
    bool has_crc;
    uint32_t crc;
    uint32_t values; /* entries of a data page */
    int encoding, def_encoding, rep_encoding;
    uint32_t def_len, rep_len; /* PAGE_DATA_V2 */
    bool is_packed;            /* PAGE_DATA_V2: its values are */
};

/*
 * Reads a header at the beginning of `text`. Returns its length; 0 when it goes on behind the text;
 * SIZE_MAX when it is bad.
 */
size_t page_header_read(struct page_header *h, struct bytes text);

/* What unpacks pages: one for a reader. */
struct packing;
void packing_free(struct packing *p);
/* Returns how many bytes it holds, about; of NULL none. */
size_t packing_held(const struct packing *p);

/* ---- snappy.c ---- */

/* Returns whether the library can be loaded, which is done when this is asked; `why` may be NULL.
 */
bool snappy_is_there(struct diag *why);
/* Unpacks to exactly `len` bytes; false when that is not what is packed. */
bool snappy_unpack(struct bytes in, unsigned char *out, size_t len);

/* ---- page.c ---- */

/* Returns the name of a codec that cannot be read; NULL: it can. */
const char *codec_refused(int64_t codec);
/*
 * A page that is unpacked to exactly `len` bytes at `out`. One of many megabytes is unpacked in
 * turns, so that others may go on in between.
 */
struct unpacking {
    int codec; /* 0: it is copied */
    struct bytes in;
    unsigned char *out;
    size_t len;
    size_t used, done; /* bytes of `in` and `out` that are through */
    bool member_ended; /* gzip: another one begins with what is next */
    bool at_once;      /* its codec takes no turns: only the memory is got in them, by `done` */
};
enum unpack_step { UNPACK_DONE, UNPACK_GOES_ON, UNPACK_FAILED };
/* Unpacks a page, or some of it. It fails when that is not what it holds. *p is made when it is
 * first needed. */
enum unpack_step page_unpack(struct packing **p, struct unpacking *u);
/* Returns whether `packed` bytes can unpack to so many, by what the codec can do at best. */
bool page_may_unpack(int codec, size_t packed, size_t unpacked);

/* ---- bits.c: streams of small numbers ---- */

/* RLE and bit-packing, mixed: levels, numbers in a dictionary, booleans. */
struct hybrid {
    const unsigned char *at, *end;
    unsigned width;
    uint32_t value; /* of the run */
    uint64_t repeat;
    uint64_t packed, bit; /* values left in a packed run, and where the next one begins */
    const unsigned char *run, *run_end;
    bool from_top; /* the older BIT_PACKED: the first value in the topmost bits */
};

/* `width` is 0 to 32. */
void hybrid_begin(struct hybrid *h, struct bytes text, unsigned width);
/* Begins with `count` values of the older encoding BIT_PACKED. */
void hybrid_begin_packed(struct hybrid *h, struct bytes text, unsigned width, uint64_t count);
/* Begins a run. False when there is none: the text is at its end, or bad. */
bool hybrid_begin_run(struct hybrid *h);
uint32_t hybrid_unpack_from_top(struct hybrid *h);

/* Loads up to 8 bytes; those behind the end are 0. */
static inline uint64_t load_bits(const unsigned char *at, const unsigned char *end)
{
    uint64_t word = 0;

    if (end - at >= 8)
        return load64(at);
    for (unsigned i = 0; at + i < end; i++)
        word |= (uint64_t)at[i] << 8 * i;
    return word;
}

static inline uint32_t hybrid_unpack(struct hybrid *h)
{
    uint64_t word;

    h->packed--;
    if (h->from_top)
        return hybrid_unpack_from_top(h);
    word = load_bits(h->run + h->bit / 8, h->run_end) >> h->bit % 8;
    h->bit += h->width;
    return (uint32_t)(word & ((UINT64_C(1) << h->width) - 1));
}

/* Gives the next value; false when the text is at its end, or bad. */
static inline bool hybrid_next(struct hybrid *h, uint32_t *out)
{
    while (!h->repeat && !h->packed)
        if (!hybrid_begin_run(h))
            return false;
    if (h->repeat) {
        h->repeat--;
        *out = h->value;
    } else {
        *out = hybrid_unpack(h);
    }
    return true;
}

/* Returns how many bits numbers up to `most` need. */
unsigned bits_for(uint32_t most);

/* DELTA_BINARY_PACKED: whole numbers by their differences. */
struct delta {
    const unsigned char *at, *end;
    uint64_t left; /* values that are to come */
    uint64_t last; /* the one before, or the first one */
    bool begun;
    uint64_t per_mini; /* values of a miniblock */
    uint32_t minis;    /* miniblocks of a block */
    uint32_t mini;     /* of the block, the next one */
    const unsigned char *widths;
    uint64_t least, mini_left, bit;
    unsigned width;
    const unsigned char *data; /* of the miniblock */
};

/* Reads the head. False when it is bad. */
bool delta_begin(struct delta *d, struct bytes text);
bool delta_next(struct delta *d, int64_t *out);
/* Finds where the numbers end, when none has been taken. False when they are bad. */
bool delta_find_end(const struct delta *d, const unsigned char **end);

/* ---- values.c ---- */

/* A page's values, one after another, as bytes. */
struct values {
    bool (*next)(struct values *v, struct bytes *out);
    const unsigned char *at, *end;
    size_t width, bit;
    size_t count, next_of_split; /* BYTE_STREAM_SPLIT */
    struct hybrid booleans;
    struct delta numbers, prefixes;
    struct buf last; /* the value before, or the one that was put together */
    unsigned char scratch[8];
};

/* Begins with a page's values. False with *why set to a sentence when they cannot be read. */
bool values_begin(struct values *v, const struct leaf_type *type, int encoding, struct bytes text,
                  const char **why);
void values_clear(struct values *v);

/* ---- convert.c ---- */

/* The text of the date that was written last: many timestamps in a row are of one day. */
struct date_text {
    int64_t day;
    size_t len; /* 0: none was */
    char text[24];
};

/* What makes JSON of a column's values. */
struct maker {
    /* Returns the value of its bytes; NULL when they are none of that type. */
    json *(*make)(struct maker *m, struct bytes value);
    const struct leaf_type *type;
    struct date_text date;
};

void maker_init(struct maker *m, const struct leaf_type *type);

/* ---- column.c ---- */

struct entry {
    uint16_t rep, def;
    uint32_t bytes; /* that it counts for */
    json *value;    /* NULL: there is none, as `def` is less than the greatest */
};

struct dictionary {
    struct buf bytes;
    uint32_t *offsets; /* of values whose width varies, and one behind them; else NULL */
    json **made;       /* what was made of them so far */
    size_t count;
    size_t counted; /* bytes that are counted as resident for it, but for those of `bytes` */
};

/* What the columns of a reader share. */
struct columns {
    const struct schema *schema;
    struct packing *packing;
    size_t resident, max_resident; /* bytes of windows, pages and dictionaries, and the most */
    bool asks;                     /* memory for pages is taken as far as it is allowed: */
    size_t allowed;                /* so many bytes, beside what is resident; */
    size_t lacking;                /* so many are needed */
    uint64_t unpacked, most;       /* bytes of pages that were unpacked, and may be */
    uint64_t work;                 /* of this call of items_next: bytes, and entries passed over */
    size_t row_bytes, max_item;    /* of the row that is collected, and the most */
};

/* The page that a column is getting: what is found out and done of it, as that may take turns. */
struct getting {
    bool is_open; /* its header is read, and somebody wants it */
    struct page_header header;
    size_t header_len;
    struct bytes body; /* behind the header */
    size_t summed;     /* bytes of it that `crc` is of */
    uint32_t crc;
    struct unpacking unpacking;
    bool is_unpacking, is_unpacked;
    bool is_indexing;         /* a dictionary: where its texts begin is being found out; */
    size_t indexed, index_at; /* of so many of them, and where the next one begins */
};

/* One leaf of the schema: its chunk in the row group that is read. */
struct column {
    /* Entries that were taken, and the next one to be used. They are those of one row, or in a
     * column that is not repeated one each of several rows. */
    struct entry *row;
    size_t row_count, row_cap, row_next;
    struct columns *all;
    const struct node *leaf;
    struct chunk chunk;
    /* The part of the chunk that is here: all of it, in the reader's span, or fed into `own`. */
    const unsigned char *window;
    size_t window_len, used;
    uint64_t window_from; /* where in the file the window begins */
    struct buf own;
    bool in_span;
    size_t piece, wanted; /* bytes to be fed at once; and what is needed from `used` on */

    uint64_t page_at; /* in the file, for messages */
    struct getting getting;
    struct buf page;
    uint64_t values_left; /* of the chunk, behind the page */
    uint64_t page_left;   /* entries */
    unsigned def_width, rep_width;
    struct hybrid defs, reps, indexes;
    bool by_dictionary, has_dictionary;
    struct values values;
    struct dictionary dictionary;

    uint64_t skip; /* rows that nobody wants */
    bool rep_is_read, row_is_open;
    uint32_t rep;         /* of the next entry */
    const char *failure;  /* why no more can be taken ahead; NULL: they can */
    uint32_t entry_bytes; /* that an entry counts for, but for the length of a text */
    bool is_text;         /* its values may be texts */
    struct maker maker;
};

/* So many entries are taken ahead of a column that is not repeated: enough to come back seldom, and
 * few enough that their values are given back before malloc must look for new memory. */
enum { COLUMN_AHEAD = 8 };

/*
 * A file of a few kilobytes may have pages that unpack to gigabytes, and entries by the billion
 * that are no rows. So all that is done without a row is counted, in bytes, and a call of
 * items_next ends when it has done this much; an entry that is passed over takes as long as some.
 */
enum { COLUMN_WORK = 4 << 20, COLUMN_ENTRY_WORK = 8 };

void column_init(struct column *c, struct columns *all, const struct node *leaf);
/* Begins with a chunk, and with its row number `skip`. `span` is NULL, or the whole chunk. */
void column_begin(struct column *c, const struct chunk *chunk, uint64_t skip,
                  const unsigned char *span, size_t piece);
enum column_step { COLUMN_ROW, COLUMN_WANTS, COLUMN_RESTS, COLUMN_FULL, COLUMN_FAILED };
/* Returns whether so much was done that others should go first. */
static inline bool column_has_worked(const struct column *c)
{
    return c->all->work >= COLUMN_WORK;
}
/* Reads the page behind the one that is done with, whatever it is. A large one takes some calls. */
enum column_step column_next_page(struct column *c, struct diag *why);
/* Returns whether nothing was fed of its chunk yet. */
bool column_is_untouched(const struct column *c);
/* Tell and feed what is wanted after COLUMN_WANTS. */
void column_wanted(const struct column *c, uint64_t *from, uint64_t *len);
void column_feed(struct column *c, const char *bytes, size_t len);
void column_clear(struct column *c);
/* Fails with the column's name in front. */
enum column_step column_fail(const struct column *c, struct diag *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- rows.c ---- */

/* Collects the entries of the next row, unless they are there. */
enum column_step column_next_row(struct column *c, struct diag *why);
/* Returns for how many rows entries are there. */
static inline size_t column_rows(const struct column *c)
{
    return c->leaf->max_rep ? 1 : c->row_count - c->row_next;
}
/* Gives back what was collected. */
void column_drop_rows(struct column *c);
/* Returns whether behind the last row of the group there is nothing more. */
bool column_is_done(struct column *c, struct diag *why);

/* ---- assemble.c ---- */

struct assembling {
    struct column *columns;
    json **slots; /* room for a value of each node */
    size_t bytes; /* that the row counts for, but for what is repeated */
    const struct column *bad;
};

/*
 * Makes the value of a row of the entries that the columns have collected, and takes them. NULL
 * when the entries do not fit together: `bad` is then a column that has too few or too many.
 */
json *assemble_row(const struct schema *s, struct assembling *a);

#endif
