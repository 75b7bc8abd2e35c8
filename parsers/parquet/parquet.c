/*
 * The reader: footer, then row group by row group. What it wants is one stretch of the file at a
 * time: the last bytes, the footer, a span of row groups that are small, or a piece of a column.
 */

#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/mem.h"

#include <inttypes.h>
#include <string.h>

enum {
    TAIL = 8,               /* the footer's length, and "PAR1" */
    ALL_PIECES = 16 << 20,  /* bytes that the windows of all columns may have together */
    LEAST_PIECE = 128 << 10 /* of one of them */
};

struct parquet {
    items_reader head;
    uint64_t size, position;
    enum { READ_TAIL, READ_FOOTER, READ_GROUPS } stage;
    struct footer footer;
    struct columns all;
    struct column *columns;
    struct chunk *chunks;
    struct assembling row_of; /* what makes a row */
    size_t rows_ready;        /* that all columns have entries for */
    size_t group;             /* that is read, or the next one */
    bool group_is_open;
    uint64_t rows_left; /* of it */
    uint64_t row;       /* its number in the file */
    size_t column;      /* that collects its entries of the row */
    /* Bytes that are fed: the tail, the footer, a span of row groups or a run of columns; NULL:
     * they are those of one column. */
    struct buf *fed;
    struct buf tail, span, run;
    uint64_t from, to; /* where in the file they stand */
    uint64_t span_from, span_to;
    size_t run_end; /* the column behind the run */
    bool ended;     /* the file is shorter than it was said to be */
};

static enum items_result fail_at(struct diag *why, uint64_t at, const char *text)
{
    return items_fail(why, "PARQUET_FILE", at, 0, "%s", text);
}

/* ---- what is wanted ---- */

static void want_stretch(struct parquet *r, struct buf *fed, uint64_t from, uint64_t to)
{
    buf_reset(fed);
    buf_reserve(fed, (size_t)(to - from) + 1); /* its data are never NULL */
    r->fed = fed;
    r->from = from;
    r->to = to;
}

static bool stretch_is_here(const struct parquet *r)
{
    return r->fed->len == r->to - r->from;
}

static void parquet_wanted(const items_reader *reader, uint64_t *from, uint64_t *len)
{
    const struct parquet *r = (const struct parquet *)reader;

    if (r->fed) {
        *from = r->from + r->fed->len;
        *len = r->to - *from;
    } else {
        column_wanted(&r->columns[r->column], from, len);
    }
}

static void parquet_feed(items_reader *reader, const char *bytes, size_t len)
{
    struct parquet *r = (struct parquet *)reader;

    if (r->fed)
        buf_add(r->fed, bytes, len);
    else
        column_feed(&r->columns[r->column], bytes, len);
}

static void parquet_feed_end(items_reader *reader)
{
    ((struct parquet *)reader)->ended = true;
}

/* ---- the footer ---- */

static enum items_result take_tail(struct parquet *r, struct diag *why)
{
    const unsigned char *tail = (const unsigned char *)r->tail.data;
    uint64_t len = load32(tail);

    if (!memcmp(tail + 4, "PARE", 4))
        return fail_at(why, r->size - 4, "the file is encrypted, which can't be read");
    if (memcmp(tail + 4, "PAR1", 4))
        return fail_at(why, r->size - 4, "the file is no Parquet: it does not end with PAR1");
    if (len > PARQUET_MAX_FOOTER)
        return items_fail(why, "PARQUET_FOOTER", r->size - TAIL, 0,
                          "the footer has %" PRIu64 " bytes, and may have no more than 5 MiB", len);
    if (len > r->size - TAIL - 4)
        return fail_at(why, r->size - TAIL, "the footer is longer than the file");
    r->footer.from = r->size - TAIL - len;
    want_stretch(r, &r->footer.bytes, r->footer.from, r->size - TAIL);
    r->stage = READ_FOOTER;
    return ITEMS_ITEM;
}

/* Goes to the row behind the one that was taken last. */
static enum items_result seek_row(struct parquet *r, struct diag *why)
{
    const struct footer *f = &r->footer;

    if (r->position > f->rows)
        return fail_at(why, f->from, "the file was changed: it has fewer rows than before");
    r->row = r->position;
    while (r->group < f->group_count &&
           f->groups[r->group].first_row + f->groups[r->group].rows <= r->row)
        r->group++;
    return ITEMS_ITEM;
}

static enum items_result take_footer(struct parquet *r, struct diag *why)
{
    const struct schema *s = &r->footer.schema;
    struct json_build b;

    if (!footer_read(&r->footer, why))
        return ITEMS_FAILED;
    json_build_object(&b, 1);
    json_build_set(&b, "rows", json_int((int64_t)r->footer.rows));
    r->head.state = json_build_done(&b);
    r->all.schema = s;
    r->columns = mem_calloc(s->leaf_count + 1, sizeof(*r->columns));
    r->row_of.slots = mem_calloc(s->count, sizeof(json *));
    r->chunks = mem_calloc(s->leaf_count + 1, sizeof(*r->chunks));
    r->row_of.columns = r->columns;
    for (size_t i = 0; i < s->leaf_count; i++)
        column_init(&r->columns[i], &r->all, &s->nodes[s->leaves[i]]);
    r->fed = NULL;
    r->stage = READ_GROUPS;
    return seek_row(r, why);
}

/* ---- row groups ---- */

/* Row groups from `first` on that stand one behind the other make a span as long as it may be. */
static void want_span(struct parquet *r, size_t first)
{
    const struct footer *f = &r->footer;
    uint64_t begin = f->groups[first].begin, end = f->groups[first].end;

    for (size_t i = first + 1; i < f->group_count && f->groups[i].begin >= end &&
                               f->groups[i].end - begin <= PARQUET_SPAN;
         i++)
        end = f->groups[i].end;
    want_stretch(r, &r->span, begin, end);
    r->span_from = begin;
    r->span_to = end;
}

/*
 * Small chunks are wanted together with those that stand behind them. A column that has begun is
 * none of them. Where there is only one, it wants its bytes for itself.
 */
static void want_run(struct parquet *r)
{
    const struct column *c = &r->columns[r->column];
    uint64_t end = c->chunk.begin;
    size_t i = r->column;

    for (; i < r->footer.schema.leaf_count; i++, c++)
        if (!column_is_untouched(c) || c->chunk.begin != end || c->chunk.len > c->piece ||
            end + c->chunk.len - r->columns[r->column].chunk.begin > PARQUET_SPAN)
            break;
        else
            end += c->chunk.len;
    if (i <= r->column + 1)
        return;
    r->run_end = i;
    want_stretch(r, &r->run, r->columns[r->column].chunk.begin, end);
}

/* Hands a run to its columns. */
static void take_run(struct parquet *r)
{
    const char *bytes = r->run.data;

    for (size_t i = r->column; i < r->run_end; i++) {
        size_t len = (size_t)r->columns[i].chunk.len;
        column_feed(&r->columns[i], bytes, len);
        bytes += len;
    }
    buf_clear(&r->run);
    r->fed = NULL;
}

static bool check_chunk(const struct parquet *r, size_t i, struct diag *why)
{
    const struct column *c = &r->columns[i];
    const struct chunk *chunk = &r->chunks[i];
    const char *codec = codec_refused(chunk->codec);

    if (codec) {
        column_fail(c, why, "it is packed by a codec that can't be read: %s (%" PRId64 ")", codec,
                    chunk->codec);
        return false;
    }
    if (chunk->physical != (int64_t)c->leaf->type.physical) {
        column_fail(c, why, "its type in a row group is not that of the schema");
        return false;
    }
    return true;
}

static enum items_result begin_chunks(struct parquet *r, const struct group *g, bool in_span,
                                      struct diag *why)
{
    size_t count = r->footer.schema.leaf_count, piece = ALL_PIECES / (count ? count : 1);

    if (piece > PARQUET_SPAN)
        piece = PARQUET_SPAN;
    if (piece < LEAST_PIECE)
        piece = LEAST_PIECE;
    for (size_t i = 0; i < count; i++) {
        const struct chunk *c = &r->chunks[i];
        uint64_t place = c->len ? c->begin - r->span_from : 0;
        const unsigned char *span = in_span ? (const unsigned char *)r->span.data + place : NULL;
        column_begin(&r->columns[i], c, r->row - g->first_row, span, piece);
        if (!check_chunk(r, i, why))
            return ITEMS_FAILED;
    }
    r->rows_ready = 0;
    r->rows_left = g->first_row + g->rows - r->row;
    r->group_is_open = true;
    r->column = 0;
    return ITEMS_ITEM;
}

static enum items_result begin_group(struct parquet *r, struct diag *why)
{
    const struct group *g = &r->footer.groups[r->group];
    bool in_span = g->end - g->begin <= PARQUET_SPAN;

    if (in_span && !(r->span_to && g->begin >= r->span_from && g->end <= r->span_to)) {
        want_span(r, r->group);
        if (!stretch_is_here(r))
            return ITEMS_WANTS;
    }
    r->fed = NULL;
    if (!footer_chunks(&r->footer, g, r->chunks, why))
        return ITEMS_FAILED;
    uint64_t bytes = 0;
    for (size_t i = 0; i < r->footer.schema.leaf_count; i++)
        bytes += r->chunks[i].len;
    if (bytes > (uint64_t)PARQUET_MAX_GROUP_MIB << 20)
        return items_fail(why, "PARQUET_GROUP", g->begin, 0,
                          "a row group has %" PRIu64 " bytes, and may have no more than %d MiB",
                          bytes, PARQUET_MAX_GROUP_MIB);
    return begin_chunks(r, g, in_span, why);
}

static enum items_result end_group(struct parquet *r, struct diag *why)
{
    for (size_t i = 0; i < r->footer.schema.leaf_count; i++)
        if (!column_is_done(&r->columns[i], why))
            return ITEMS_FAILED;
    r->group_is_open = false;
    r->group++;
    return ITEMS_ITEM;
}

/* Lets all columns collect a row, or some at once. */
static enum items_result collect_rows(struct parquet *r, struct diag *why)
{
    size_t count = r->footer.schema.leaf_count, ready = SIZE_MAX;

    for (; r->column < count; r->column++)
        switch (column_next_row(&r->columns[r->column], why)) {
        case COLUMN_ROW: break;
        case COLUMN_WANTS: want_run(r); return ITEMS_WANTS;
        case COLUMN_RESTS: return ITEMS_RESTS;
        case COLUMN_FULL: return ITEMS_FULL;
        case COLUMN_FAILED: return ITEMS_FAILED;
        }
    for (size_t i = 0; i < count; i++) {
        size_t rows = column_rows(&r->columns[i]);
        ready = rows < ready ? rows : ready;
    }
    r->column = 0;
    r->rows_ready = ready;
    return ITEMS_ITEM;
}

static enum items_result take_row(struct parquet *r, struct item *out, struct diag *why)
{
    struct assembling *a = &r->row_of;
    json *row;

    if (!r->rows_ready) {
        enum items_result result = collect_rows(r, why);
        if (result != ITEMS_ITEM)
            return result;
    }
    row = assemble_row(&r->footer.schema, a);
    if (!row) {
        column_fail(a->bad, why, "it does not fit the columns beside it");
        return ITEMS_FAILED;
    }
    if (a->bytes > r->all.max_item) {
        json_unref(row);
        return items_fail(why, "ITEMS_TOO_LARGE", r->footer.groups[r->group].begin, 0,
                          "row %" PRIu64 " is larger than %zu bytes", r->row + 1, r->all.max_item);
    }
    r->all.row_bytes = 0;
    r->rows_ready--;
    r->row++;
    r->rows_left--;
    *out = (struct item){.value = row, .end = r->row};
    return ITEMS_ITEM;
}

/* ---- the reader ---- */

static enum items_result parquet_step(struct parquet *r, struct item *out, struct diag *why)
{
    switch (r->stage) {
    case READ_TAIL: return stretch_is_here(r) ? take_tail(r, why) : ITEMS_WANTS;
    case READ_FOOTER: return stretch_is_here(r) ? take_footer(r, why) : ITEMS_WANTS;
    case READ_GROUPS: break;
    }
    if (r->fed && !stretch_is_here(r))
        return ITEMS_WANTS;
    if (r->fed == &r->run)
        take_run(r);
    if (r->group_is_open)
        return r->rows_left ? take_row(r, out, why) : end_group(r, why);
    return r->group < r->footer.group_count ? begin_group(r, why) : ITEMS_END;
}

static enum items_result parquet_next(items_reader *reader, struct item *out, struct diag *why)
{
    struct parquet *r = (struct parquet *)reader;
    enum items_result result;

    out->value = NULL;
    r->all.work = 0;
    do {
        if (r->ended)
            return fail_at(why, r->size, "the file is shorter than it was said to be");
        result = parquet_step(r, out, why);
    } while (result == ITEMS_ITEM && !out->value);
    return result;
}

static size_t parquet_held(const items_reader *reader)
{
    const struct parquet *r = (const struct parquet *)reader;

    return r->all.resident + r->footer.bytes.cap + r->tail.cap + r->span.cap + r->run.cap +
           packing_held(r->all.packing);
}

static size_t parquet_lacks(const items_reader *reader)
{
    return ((const struct parquet *)reader)->all.lacking;
}

static void parquet_allow(items_reader *reader, size_t bytes)
{
    ((struct parquet *)reader)->all.allowed = bytes;
}

static void parquet_release(items_reader *reader)
{
    struct parquet *r = (struct parquet *)reader;

    for (size_t i = 0; r->columns && i < r->footer.schema.leaf_count; i++)
        column_clear(&r->columns[i]);
    mem_free(r->columns);
    mem_free(r->chunks);
    mem_free(r->row_of.slots);
    packing_free(r->all.packing);
    footer_clear(&r->footer);
    buf_clear(&r->tail);
    buf_clear(&r->span);
    buf_clear(&r->run);
    mem_free(r);
}

static const struct items_kind parquet_kind = {
    .next = parquet_next,
    .wanted = parquet_wanted,
    .feed = parquet_feed,
    .feed_end = parquet_feed_end,
    .held = parquet_held,
    .lacks = parquet_lacks,
    .allow = parquet_allow,
    .release = parquet_release,
};

items_reader *parquet_new(const struct items_options *o, struct diag *why)
{
    struct parquet *r;

    if (o->size == UINT64_MAX || o->size < TAIL + 4) {
        diag_set(why, "PARQUET_FILE", 0,
                 o->size == UINT64_MAX
                     ? "Parquet is read from its end on, so the size of the file must be known"
                     : "the file is no Parquet: it is too short");
        return NULL;
    }
    r = mem_calloc(1, sizeof(*r));
    r->head.kind = &parquet_kind;
    r->size = o->size;
    r->position = o->position;
    r->all.max_item = o->max_item ? o->max_item : ITEMS_MAX_ITEM;
    r->all.most = o->max_pages ? o->max_pages : UINT64_MAX;
    r->all.asks = o->asks;
    r->all.max_resident = (size_t)PARQUET_MAX_RESIDENT_MIB << 20;
    if (o->max_held && o->max_held < r->all.max_resident)
        r->all.max_resident = o->max_held;
    want_stretch(r, &r->tail, r->size - TAIL, r->size);
    return &r->head;
}
