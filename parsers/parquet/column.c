/*
 * One column of a row group: its chunk is fed in pieces, and its pages are unpacked one at a time;
 * rows.c takes their entries. Whatever is not here yet is wanted, and the column goes on where it
 * was: so nothing keeps a state on the stack while bytes are on their way.
 *
 * Every count is held against what is there: the entries of pages against those of the chunk, the
 * sizes of pages against the chunk's bytes and what the codec can do, the memory of all columns
 * against one bound.
 */

#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

/* Statistics of long texts make a header long; more than that is none. */
enum { MAX_HEADER = 1 << 20 };
/* What a page and an entry may have besides values: more than any writer needs. */
enum { PAGE_SLACK = 64 << 10, ENTRY_SLACK = 16 };

void column_init(struct column *c, struct columns *all, const struct node *leaf)
{
    *c = (struct column){.all = all, .leaf = leaf};
    c->def_width = bits_for(leaf->max_def);
    c->rep_width = bits_for(leaf->max_rep);
    c->entry_bytes = (uint32_t)json_str_len(leaf->name) + 8;
    c->row_cap = leaf->max_rep ? 0 : COLUMN_AHEAD;
    c->row = c->row_cap ? mem_alloc(c->row_cap * sizeof *c->row) : NULL;
    maker_init(&c->maker, &leaf->type);
    c->is_text = !leaf->type.width || leaf->type.physical == PHYSICAL_FIXED;
}

enum column_step column_fail(const struct column *c, struct diag *why, const char *format, ...)
{
    struct buf text = {0}, path = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    schema_add_path(&path, c->all->schema, c->leaf);
    items_fail(why, "PARQUET_PAGE", c->page_at, 0, "column '%s': %s", buf_str(&path),
               buf_str(&text));
    buf_clear(&path);
    buf_clear(&text);
    return COLUMN_FAILED;
}

/* Returns whether so many bytes more may be in memory; false with *why filled. */
static bool check_resident(const struct column *c, size_t more, struct diag *why)
{
    if (c->all->resident + more <= (size_t)PARQUET_MAX_RESIDENT_MIB << 20)
        return true;
    column_fail(c, why, "the pages that are needed at once have more than %d MiB",
                PARQUET_MAX_RESIDENT_MIB);
    return false;
}

/* Makes room in a buffer, and counts it. False with *why filled when there is too much of it all.
 */
static bool column_reserve(struct column *c, struct buf *b, size_t len, struct diag *why)
{
    size_t before = b->cap;

    if (len > before && !check_resident(c, len - before, why))
        return false;
    buf_reset(b);
    buf_reserve(b, len + 1);
    c->all->resident += b->cap - before;
    return true;
}

/* ---- what is here of the chunk ---- */

static uint64_t chunk_end(const struct column *c)
{
    return c->chunk.begin + c->chunk.len;
}

/* Each chunk has a dictionary of its own. */
static void drop_dictionary(struct column *c)
{
    struct dictionary *d = &c->dictionary;

    for (size_t i = 0; d->made && i < d->count; i++)
        json_unref(d->made[i]);
    mem_free(d->made);
    mem_free(d->offsets);
    c->all->resident -= d->counted;
    d->made = NULL;
    d->offsets = NULL;
    d->count = d->counted = 0;
    c->has_dictionary = false;
}

void column_begin(struct column *c, const struct chunk *chunk, uint64_t skip,
                  const unsigned char *span, size_t piece)
{
    drop_dictionary(c);
    column_drop_rows(c);
    c->chunk = *chunk;
    c->in_span = span != NULL;
    buf_reset(&c->own);
    c->window = span ? span : (const unsigned char *)"";
    c->window_len = span ? (size_t)chunk->len : 0;
    c->window_from = c->page_at = chunk->begin;
    c->used = 0;
    c->piece = piece;
    c->values_left = chunk->values;
    c->page_left = 0;
    c->skip = skip;
    c->rep_is_read = c->row_is_open = false;
    c->failure = NULL;
}

static size_t bytes_here(const struct column *c)
{
    return c->window_len - c->used;
}

static bool all_is_here(const struct column *c)
{
    return c->window_from + c->window_len == chunk_end(c);
}

/*
 * The window is what is here of the chunk: `used` bytes of it are done with. A page is only begun
 * when all of it is here, as it is unpacked at once.
 *
 * Wants `len` bytes from `used` on, of which some are not here.
 */
static enum column_step want_bytes(struct column *c, size_t len, struct diag *why)
{
    c->wanted = len;
    if (all_is_here(c) || len > chunk_end(c) - c->window_from - c->used)
        return column_fail(c, why, "a page goes beyond the end of the column");
    return COLUMN_WANTS;
}

void column_wanted(const struct column *c, uint64_t *from, uint64_t *len)
{
    size_t here = bytes_here(c);

    *from = c->window_from + c->window_len;
    *len = c->wanted > here && c->wanted - here > c->piece ? c->wanted - here : c->piece;
    if (*len > chunk_end(c) - *from)
        *len = chunk_end(c) - *from;
}

bool column_is_untouched(const struct column *c)
{
    return !c->in_span && !c->window_len && !c->used && c->window_from == c->chunk.begin;
}

/* What is used goes, so the page before must be done with. */
void column_feed(struct column *c, const char *bytes, size_t len)
{
    size_t before = c->own.cap;

    assert(!c->in_span && !c->page_left);
    if (c->used) {
        c->own.len -= c->used;
        memmove(c->own.data, c->own.data + c->used, c->own.len);
        c->window_from += c->used;
        c->used = 0;
    }
    buf_add(&c->own, bytes, len);
    c->window = (const unsigned char *)c->own.data;
    c->window_len = c->own.len;
    c->all->resident += c->own.cap - before;
}

/* ---- pages ---- */

/* The checksum is over the page as it stands in the file. */
static bool check_page(struct column *c, const struct page_header *h, struct bytes body,
                       struct diag *why)
{
    if (h->unpacked > PARQUET_MAX_PAGE) {
        column_fail(c, why, "a page has more than %d bytes", PARQUET_MAX_PAGE);
        return false;
    }
    if (h->has_crc && crc32(0, body.at, (unsigned)body.len) != h->crc) {
        column_fail(c, why, "a page is damaged: its checksum is another one");
        return false;
    }
    return true;
}

/* Unpacks `in` into `out`; what isn't packed stays where it is. */
static bool unpack_body(struct column *c, struct bytes in, size_t len, bool is_packed,
                        struct buf *room, struct bytes *out, struct diag *why)
{
    int codec = is_packed ? (int)c->chunk.codec : 0; /* one that is known */

    *out = in;
    if (!codec && in.len == len)
        return true;
    if (!page_may_unpack(codec, in.len, len)) {
        column_fail(c, why, "a page can't have as many bytes as it says");
        return false;
    }
    if (len > c->all->most - c->all->unpacked) {
        column_fail(c, why, "the pages of the file have more than %" PRIu64 " bytes, unpacked",
                    c->all->most);
        return false;
    }
    if (!column_reserve(c, room, len, why))
        return false;
    c->all->unpacked += len;
    c->all->work += len;
    *out = (struct bytes){(const unsigned char *)room->data, len};
    if (len && !page_unpack(&c->all->packing, codec, in, (unsigned char *)room->data, len)) {
        column_fail(c, why, "a page can't be unpacked");
        return false;
    }
    return true;
}

/* Finds where each text of a dictionary begins. */
static bool index_dictionary(struct dictionary *d, size_t len)
{
    const unsigned char *at = (const unsigned char *)d->bytes.data;
    size_t place = 0;

    d->offsets = mem_alloc((d->count + 1) * sizeof *d->offsets);
    for (size_t i = 0; i < d->count; i++) {
        d->offsets[i] = (uint32_t)place;
        if (len - place < 4 || load32(at + place) > len - place - 4)
            return false;
        place += 4 + load32(at + place);
    }
    d->offsets[d->count] = (uint32_t)place;
    return true;
}

/* A dictionary is a page of plain values, and comes before the data. Texts have their lengths among
 * them, so where each begins is found out once. */
static bool begin_dictionary(struct column *c, const struct page_header *h, struct bytes body,
                             struct diag *why)
{
    struct dictionary *d = &c->dictionary;
    struct bytes plain;
    size_t width = c->leaf->type.width;

    if (c->has_dictionary ||
        (h->encoding != ENCODING_PLAIN && h->encoding != ENCODING_PLAIN_DICTIONARY)) {
        column_fail(c, why, "it has two dictionaries, or one that can't be read");
        return false;
    }
    if (!unpack_body(c, body, h->unpacked, true, &d->bytes, &plain, why))
        return false;
    /* It outlives the window. */
    if (plain.at == body.at) {
        if (!column_reserve(c, &d->bytes, plain.len, why))
            return false;
        buf_add(&d->bytes, (const char *)plain.at, plain.len);
    }
    if (h->values > plain.len / (width ? width : 4)) {
        column_fail(c, why, "its dictionary has fewer values than it says");
        return false;
    }
    size_t places = h->values * (sizeof *d->made + sizeof *d->offsets);
    if (!check_resident(c, places, why))
        return false;
    d->count = h->values;
    d->counted = places;
    c->all->resident += places;
    c->all->work += places;
    d->made = mem_calloc(d->count + 1, sizeof(*d->made));
    if (!width && !index_dictionary(d, plain.len)) {
        column_fail(c, why, "its dictionary can't be read");
        return false;
    }
    c->has_dictionary = true;
    return true;
}

/* Begins levels in `body`, which it cuts them off from: with their length in front (the first form
 * of pages). */
static bool begin_levels(struct hybrid *h, struct bytes *body, int encoding, unsigned width,
                         uint64_t count)
{
    struct bytes levels = *body;

    if (!width) {
        hybrid_begin(h, levels, 0);
        return true;
    }
    if (encoding == ENCODING_BIT_PACKED) {
        levels.len = (size_t)((count * width + 7) / 8);
        if (levels.len > body->len)
            return false;
        hybrid_begin_packed(h, levels, width, count);
    } else {
        if (encoding != ENCODING_RLE || body->len < 4 || load32(body->at) > body->len - 4)
            return false;
        levels = (struct bytes){body->at + 4, load32(body->at)};
        hybrid_begin(h, levels, width);
    }
    body->len -= (size_t)(levels.at - body->at) + levels.len;
    body->at = levels.at + levels.len;
    return true;
}

/* Numbers in a dictionary have their width in front, in one byte. */
static bool begin_values(struct column *c, int encoding, struct bytes text, struct diag *why)
{
    const char *sentence = NULL;

    c->by_dictionary = encoding == ENCODING_PLAIN_DICTIONARY || encoding == ENCODING_RLE_DICTIONARY;
    if (!c->by_dictionary) {
        if (values_begin(&c->values, &c->leaf->type, encoding, text, &sentence))
            return true;
        column_fail(c, why, "%s (encoding %d)", sentence, encoding);
        return false;
    }
    /* A page of nulls alone may have nothing here, not even the numbers' width. */
    unsigned width = text.len ? text.at[0] : 0;
    if (width > 32 || (text.len && !c->has_dictionary)) {
        column_fail(c, why,
                    c->has_dictionary ? "the numbers in its dictionary can't be read"
                                      : "it has no dictionary");
        return false;
    }
    hybrid_begin(&c->indexes,
                 text.len ? (struct bytes){text.at + 1, text.len - 1} : (struct bytes){text.at, 0},
                 width);
    return true;
}

/* The first form of pages: repetition levels, definition levels and values are packed together. */
static bool begin_page_v1(struct column *c, const struct page_header *h, struct bytes body,
                          struct diag *why)
{
    struct bytes plain;

    if (!unpack_body(c, body, h->unpacked, true, &c->page, &plain, why))
        return false;
    if (!begin_levels(&c->reps, &plain, h->rep_encoding, c->rep_width, h->values) ||
        !begin_levels(&c->defs, &plain, h->def_encoding, c->def_width, h->values)) {
        column_fail(c, why, "the levels of a page can't be read");
        return false;
    }
    return begin_values(c, h->encoding, plain, why);
}

/* The second form of pages: their levels are not packed, and have their lengths in the header. */
static bool begin_page_v2(struct column *c, const struct page_header *h, struct bytes body,
                          struct diag *why)
{
    size_t levels = (size_t)h->rep_len + h->def_len;
    struct bytes plain;

    if (levels > body.len || levels > h->unpacked) {
        column_fail(c, why, "the levels of a page are longer than it");
        return false;
    }
    hybrid_begin(&c->reps, (struct bytes){body.at, h->rep_len}, c->rep_width);
    hybrid_begin(&c->defs, (struct bytes){body.at + h->rep_len, h->def_len}, c->def_width);
    body = (struct bytes){body.at + levels, body.len - levels};
    return unpack_body(c, body, h->unpacked - levels, h->is_packed, &c->page, &plain, why) &&
           begin_values(c, h->encoding, plain, why);
}

/* Nobody wants a row of it: then it stays packed. */
static bool skips_page(struct column *c, const struct page_header *h)
{
    if (c->leaf->max_rep || c->skip < h->values)
        return false;
    c->skip -= h->values;
    c->values_left -= h->values;
    return true;
}

/*
 * A page of numbers can't have many more bytes than its entries need: a value and two levels each,
 * and where numbers come in blocks the last one's padding. The codecs make far more of nothing, so
 * what nobody would look at is not unpacked.
 */
static bool check_page_size(const struct column *c, const struct page_header *h, struct diag *why)
{
    uint32_t width = c->leaf->type.width;

    if (!width || h->unpacked <= PAGE_SLACK + (uint64_t)h->values * (width + ENTRY_SLACK))
        return true;
    column_fail(c, why, "a page has more bytes than its values need");
    return false;
}

/* A page may have fewer values than entries, but not more; its header says how many entries. */
static bool begin_page(struct column *c, const struct page_header *h, struct bytes body,
                       struct diag *why)
{
    if (h->kind == PAGE_INDEX)
        return true;
    if (h->kind == PAGE_DICTIONARY)
        return check_page(c, h, body, why) && check_page_size(c, h, why) &&
               begin_dictionary(c, h, body, why);
    if (h->values > c->values_left) {
        column_fail(c, why, "its pages have more values than the footer says");
        return false;
    }
    /* One without entries has nothing to be read. */
    if (!h->values || skips_page(c, h))
        return true;
    if (!check_page(c, h, body, why) || !check_page_size(c, h, why) ||
        !(h->kind == PAGE_DATA_V2 ? begin_page_v2(c, h, body, why)
                                  : begin_page_v1(c, h, body, why)))
        return false;
    c->page_left = h->values;
    c->values_left -= h->values;
    return true;
}

enum column_step column_next_page(struct column *c, struct diag *why)
{
    struct bytes here = {c->window + c->used, bytes_here(c)};
    struct page_header h;
    size_t len;

    c->page_at = c->window_from + c->used;
    len = here.len ? page_header_read(&h, here) : 0;
    if (len == SIZE_MAX || (!len && here.len > MAX_HEADER))
        return column_fail(c, why, "the header of a page can't be read");
    if (!len)
        return want_bytes(c, here.len + 1, why);
    if (h.packed > here.len - len)
        return want_bytes(c, len + h.packed, why);
    if (!begin_page(c, &h, (struct bytes){here.at + len, h.packed}, why))
        return COLUMN_FAILED;
    c->used += len + h.packed;
    c->all->work += len + h.packed;
    return COLUMN_ROW;
}

void column_clear(struct column *c)
{
    drop_dictionary(c);
    column_drop_rows(c);
    mem_free(c->row);
    buf_clear(&c->own);
    buf_clear(&c->page);
    buf_clear(&c->dictionary.bytes);
    values_clear(&c->values);
}
