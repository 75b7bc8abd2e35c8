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
/* A buffer of so many bytes is kept for a smaller page. */
enum { KEPT_ROOM = 16 << 20 };
/* How many bytes are summed up in a turn, and how many texts of a dictionary are looked at. */
enum { SUM_TURN = 16 << 20, INDEX_TURN = 1 << 20 };

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

/* Returns COLUMN_ROW when so many bytes more may be in memory now. */
static enum column_step take_memory(struct column *c, size_t more, struct diag *why)
{
    struct columns *all = c->all;

    if (more > all->max_resident || all->resident > all->max_resident - more)
        return column_fail(c, why, "the pages that are needed at once have more than %zu MiB",
                           all->max_resident >> 20);
    if (all->asks && more > all->allowed) {
        all->lacking = more;
        return COLUMN_FULL;
    }
    all->allowed = 0;
    return COLUMN_ROW;
}

/* Makes room in a buffer, and counts it. What was in it goes, so nothing is copied; and its memory
 * does, when it is far more than is needed now. */
static enum column_step column_reserve(struct column *c, struct buf *b, size_t len,
                                       struct diag *why)
{
    size_t before = b->cap;
    bool fits = b->data && len < before;

    if (!fits || (before > KEPT_ROOM && len < before / 4)) {
        enum column_step step = fits ? COLUMN_ROW : take_memory(c, len + 1 - before, why);
        if (step != COLUMN_ROW)
            return step;
        buf_clear(b);
    }
    buf_reset(b);
    buf_reserve(b, len + 1);
    c->all->resident += b->cap;
    c->all->resident -= before;
    return COLUMN_ROW;
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
    c->getting.is_open = false;
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

/* Ends a turn: others go first. */
static enum column_step column_rest(struct column *c)
{
    c->all->work += COLUMN_WORK;
    return COLUMN_RESTS;
}

/* The checksum is over the page as it stands in the file. */
static enum column_step check_sum(struct column *c, struct diag *why)
{
    struct getting *g = &c->getting;
    size_t left = g->body.len - g->summed, turn = left < SUM_TURN ? left : SUM_TURN;

    if (!g->header.has_crc)
        return COLUMN_ROW;
    g->crc = (uint32_t)crc32(g->crc, g->body.at + g->summed, (unsigned)turn);
    g->summed += turn;
    if (turn < left)
        return column_rest(c);
    if (g->crc != g->header.crc)
        return column_fail(c, why, "a page is damaged: its checksum is another one");
    return COLUMN_ROW;
}

/* Begins to unpack `in`, or to copy it. */
static enum column_step begin_unpacking(struct column *c, struct bytes in, size_t len, int codec,
                                        struct buf *room, struct diag *why)
{
    struct getting *g = &c->getting;

    if (!page_may_unpack(codec, in.len, len))
        return column_fail(c, why, "a page can't have as many bytes as it says");
    if (codec && len > c->all->most - c->all->unpacked)
        return column_fail(c, why,
                           "the pages of the file have more than %" PRIu64 " bytes, unpacked",
                           c->all->most);
    enum column_step step = column_reserve(c, room, len, why);
    if (step != COLUMN_ROW)
        return step;
    if (codec)
        c->all->unpacked += len;
    g->unpacking = (struct unpacking){
        .codec = codec, .in = in, .out = (unsigned char *)room->data, .len = len};
    g->is_unpacking = true;
    return COLUMN_ROW;
}

/* Unpacks `in` into `room`, in as many calls as that takes. */
static enum column_step unpack_body(struct column *c, struct bytes in, size_t len, int codec,
                                    struct buf *room, struct diag *why)
{
    struct getting *g = &c->getting;

    if (!g->is_unpacking) {
        enum column_step step = begin_unpacking(c, in, len, codec, room, why);
        if (step != COLUMN_ROW)
            return step;
        g->is_unpacked = !len;
    }
    if (g->is_unpacked)
        return COLUMN_ROW;
    switch (page_unpack(&c->all->packing, &g->unpacking)) {
    case UNPACK_FAILED: return column_fail(c, why, "a page can't be unpacked");
    case UNPACK_GOES_ON: return column_rest(c);
    case UNPACK_DONE: break;
    }
    g->is_unpacked = true;
    c->all->work += len;
    return COLUMN_ROW;
}

/* Unpacks the values of a data page; what isn't packed stays where it is. */
static enum column_step unpack_values(struct column *c, struct bytes in, size_t len, bool is_packed,
                                      struct bytes *out, struct diag *why)
{
    int codec = is_packed ? (int)c->chunk.codec : 0; /* one that is known */

    *out = in;
    if (!codec && in.len == len)
        return COLUMN_ROW;
    enum column_step step = unpack_body(c, in, len, codec, &c->page, why);
    *out = (struct bytes){(const unsigned char *)c->page.data, len};
    return step;
}

/* Finds where each text of a dictionary begins. */
static enum column_step index_dictionary(struct column *c, size_t len, struct diag *why)
{
    struct dictionary *d = &c->dictionary;
    struct getting *g = &c->getting;
    const unsigned char *at = (const unsigned char *)d->bytes.data;
    size_t place = g->index_at, i = g->indexed,
           end = d->count - i < INDEX_TURN ? d->count : i + INDEX_TURN;

    for (; i < end; i++) {
        d->offsets[i] = (uint32_t)place;
        if (len - place < 4 || load32(at + place) > len - place - 4)
            return column_fail(c, why, "its dictionary can't be read");
        place += 4 + load32(at + place);
    }
    g->index_at = place;
    g->indexed = i;
    if (i < d->count)
        return column_rest(c);
    d->offsets[i] = (uint32_t)place;
    return COLUMN_ROW;
}

/* Makes room for the places of a dictionary's values, and for what is made of them. */
static enum column_step begin_index(struct column *c, struct diag *why)
{
    struct dictionary *d = &c->dictionary;
    size_t count = c->getting.header.values,
           places = count * (sizeof *d->made + sizeof *d->offsets);
    enum column_step step = take_memory(c, places, why);

    if (step != COLUMN_ROW)
        return step;
    d->count = count;
    d->counted = places;
    c->all->resident += places;
    c->all->work += places;
    d->made = mem_calloc(d->count + 1, sizeof *d->made);
    if (!c->leaf->type.width)
        d->offsets = mem_alloc((d->count + 1) * sizeof *d->offsets);
    c->getting.is_indexing = true;
    return COLUMN_ROW;
}

/* A dictionary is a page of plain values, and comes before the data. It outlives the window. Texts
 * have their lengths among them, so where each begins is found out once. */
static enum column_step get_dictionary(struct column *c, struct diag *why)
{
    const struct page_header *h = &c->getting.header;
    size_t width = c->leaf->type.width, len = h->unpacked;
    enum column_step step;

    if (c->has_dictionary ||
        (h->encoding != ENCODING_PLAIN && h->encoding != ENCODING_PLAIN_DICTIONARY))
        return column_fail(c, why, "it has two dictionaries, or one that can't be read");
    step = unpack_body(c, c->getting.body, len, (int)c->chunk.codec, &c->dictionary.bytes, why);
    if (step != COLUMN_ROW)
        return step;
    if (h->values > len / (width ? width : 4))
        return column_fail(c, why, "its dictionary has fewer values than it says");
    if (!c->getting.is_indexing)
        step = begin_index(c, why);
    if (step == COLUMN_ROW && !width)
        step = index_dictionary(c, len, why);
    c->has_dictionary = step == COLUMN_ROW;
    return step;
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
static enum column_step get_page_v1(struct column *c, struct diag *why)
{
    const struct page_header *h = &c->getting.header;
    struct bytes plain;
    enum column_step step = unpack_values(c, c->getting.body, h->unpacked, true, &plain, why);

    if (step != COLUMN_ROW)
        return step;
    if (!begin_levels(&c->reps, &plain, h->rep_encoding, c->rep_width, h->values) ||
        !begin_levels(&c->defs, &plain, h->def_encoding, c->def_width, h->values))
        return column_fail(c, why, "the levels of a page can't be read");
    return begin_values(c, h->encoding, plain, why) ? COLUMN_ROW : COLUMN_FAILED;
}

/* The second form of pages: their levels are not packed, and have their lengths in the header. */
static enum column_step get_page_v2(struct column *c, struct diag *why)
{
    const struct page_header *h = &c->getting.header;
    struct bytes body = c->getting.body, plain;
    size_t levels = (size_t)h->rep_len + h->def_len;

    if (levels > body.len || levels > h->unpacked)
        return column_fail(c, why, "the levels of a page are longer than it");
    hybrid_begin(&c->reps, (struct bytes){body.at, h->rep_len}, c->rep_width);
    hybrid_begin(&c->defs, (struct bytes){body.at + h->rep_len, h->def_len}, c->def_width);
    body = (struct bytes){body.at + levels, body.len - levels};
    enum column_step step = unpack_values(c, body, h->unpacked - levels, h->is_packed, &plain, why);
    if (step != COLUMN_ROW)
        return step;
    return begin_values(c, h->encoding, plain, why) ? COLUMN_ROW : COLUMN_FAILED;
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

/* Reads the header of the page that comes next, and waits until all of the page is here. */
static enum column_step find_page_here(struct column *c, struct diag *why)
{
    struct getting *g = &c->getting;
    struct bytes here = {c->window + c->used, bytes_here(c)};
    struct page_header h;

    c->page_at = c->window_from + c->used;
    size_t len = here.len ? page_header_read(&h, here) : 0;
    if (len == SIZE_MAX || (!len && here.len > MAX_HEADER))
        return column_fail(c, why, "the header of a page can't be read");
    if (!len)
        return want_bytes(c, here.len + 1, why);
    if (h.packed > here.len - len)
        return want_bytes(c, len + h.packed, why);
    *g = (struct getting){.header = h, .header_len = len, .body = {here.at + len, h.packed}};
    return COLUMN_ROW;
}

/* Opens the page if somebody wants it. One of indexes has nothing to be read, and one without
 * entries neither. Its header says how many entries it has. */
static enum column_step open_page(struct column *c, struct diag *why)
{
    const struct page_header *h = &c->getting.header;

    if (h->kind == PAGE_INDEX)
        return COLUMN_ROW;
    if (h->kind != PAGE_DICTIONARY && h->values > c->values_left)
        return column_fail(c, why, "its pages have more values than the footer says");
    if (h->kind != PAGE_DICTIONARY && (!h->values || skips_page(c, h)))
        return COLUMN_ROW;
    if (h->unpacked > PARQUET_MAX_PAGE)
        return column_fail(c, why, "a page has more than %d bytes", PARQUET_MAX_PAGE);
    c->getting.is_open = true;
    return COLUMN_ROW;
}

/* Gets a page that is open. It may have fewer values than entries, but not more. */
static enum column_step get_page(struct column *c, struct diag *why)
{
    const struct page_header *h = &c->getting.header;
    enum column_step step = check_sum(c, why);

    if (step != COLUMN_ROW)
        return step;
    if (!check_page_size(c, h, why))
        return COLUMN_FAILED;
    if (h->kind == PAGE_DICTIONARY)
        return get_dictionary(c, why);
    step = h->kind == PAGE_DATA_V2 ? get_page_v2(c, why) : get_page_v1(c, why);
    if (step == COLUMN_ROW) {
        c->page_left = h->values;
        c->values_left -= h->values;
    }
    return step;
}

enum column_step column_next_page(struct column *c, struct diag *why)
{
    struct getting *g = &c->getting;
    enum column_step step = COLUMN_ROW;

    if (!g->is_open)
        step = find_page_here(c, why);
    if (step == COLUMN_ROW && !g->is_open)
        step = open_page(c, why);
    if (step == COLUMN_ROW && g->is_open)
        step = get_page(c, why);
    if (step != COLUMN_ROW)
        return step;
    c->used += g->header_len + g->header.packed;
    c->all->work += g->header_len + g->header.packed;
    g->is_open = false;
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
