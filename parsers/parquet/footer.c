/*
 * The footer. Of row groups only the outlines are kept: how many rows, and where. Their columns are
 * read when their turn comes, so a footer takes about its own size in memory, whatever it claims.
 */

#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/mem.h"

static bool refuse_footer(const struct footer *f, struct diag *why, const char *text)
{
    items_fail(why, "PARQUET_FOOTER", f->from, 0, "%s", text);
    return false;
}

static struct thrift thrift_of(const struct footer *f, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)f->bytes.data;

    return (struct thrift){bytes + at, bytes + f->bytes.len, THRIFT_GOOD};
}

/* ---- a column chunk ---- */

struct chunk_fields {
    int64_t physical, codec, values, packed, data_at, dictionary_at;
    bool has_meta, elsewhere, encrypted;
};

static void read_chunk_meta(struct thrift *t, const struct thrift_field *meta,
                            struct chunk_fields *c)
{
    struct thrift_field f = {0};

    c->has_meta = true;
    if (!thrift_struct(t, meta))
        return;
    while (thrift_next(t, &f))
        switch (f.id) {
        case 1: c->physical = thrift_int(t, &f); break;
        case 4: c->codec = thrift_int(t, &f); break;
        case 5: c->values = thrift_int(t, &f); break;
        case 7: c->packed = thrift_int(t, &f); break;
        case 9: c->data_at = thrift_int(t, &f); break;
        case 11: c->dictionary_at = thrift_int(t, &f); break;
        default: thrift_skip(t, &f); break;
        }
}

/*
 * ColumnChunk: the file that it is in, if it is another one; ColumnMetaData; what is encrypted. A
 * chunk begins with its dictionary, where there is one, and else with its data.
 *
 * The struct begins at once: it is an element of a list.
 */
static bool read_column_chunk(const struct footer *file, struct thrift *t, struct chunk *out,
                              struct diag *why)
{
    struct thrift_field f = {0};
    struct chunk_fields c = {.physical = -1, .codec = -1, .values = -1, .packed = -1};

    while (thrift_next(t, &f))
        switch (f.id) {
        case 1: c.elsewhere = thrift_bytes(t, &f).len != 0; break;
        case 3: read_chunk_meta(t, &f, &c); break;
        case 8:
        case 9:
            c.encrypted = true;
            thrift_skip(t, &f);
            break;
        default: thrift_skip(t, &f); break;
        }
    if (t->state != THRIFT_GOOD)
        return refuse_footer(file, why, "the footer can't be read");
    if (c.encrypted)
        return refuse_footer(file, why, "the file has encrypted columns, which can't be read");
    if (c.elsewhere)
        return refuse_footer(file, why, "the file has columns in other files, which can't be read");
    /* Some writers say 0 where there is no dictionary. */
    int64_t begin =
        c.dictionary_at > 0 && c.dictionary_at < c.data_at ? c.dictionary_at : c.data_at;
    if (!c.has_meta || c.values < 0 || c.packed < 0)
        return refuse_footer(file, why, "a column of a row group has no values or bytes");
    *out = (struct chunk){.codec = c.codec, .physical = c.physical};
    /* Without values there need not be pages, and the place may be any. */
    if (!c.values)
        return true;
    if (begin < 4 || (uint64_t)begin > file->from ||
        (uint64_t)c.packed > file->from - (uint64_t)begin)
        return refuse_footer(file, why, "the footer has a column that is not in the file");
    out->begin = (uint64_t)begin;
    out->len = (uint64_t)c.packed;
    out->values = (uint64_t)c.values;
    return true;
}

/* ---- a row group ---- */

/* Where the group's chunks begin and end: they need not stand in the order of the schema. */
static void widen(struct group *g, const struct chunk *c)
{
    if (!c->values)
        return;
    if (!g->end || c->begin < g->begin)
        g->begin = c->begin;
    if (c->begin + c->len > g->end)
        g->end = c->begin + c->len;
}

/* Reads a row group's struct: its outline, and its chunks unless `chunks` is NULL. */
static bool read_group(const struct footer *file, struct thrift *t, struct group *g,
                       struct chunk *chunks, struct diag *why)
{
    struct thrift_field f = {0};
    size_t leaves = file->schema.leaf_count;
    int64_t rows = -1;
    bool has_columns = false;

    while (thrift_next(t, &f)) {
        if (f.id == 3) {
            rows = thrift_int(t, &f);
            continue;
        }
        if (f.id != 1) {
            thrift_skip(t, &f);
            continue;
        }
        uint32_t count = thrift_structs(t, &f);
        if (t->state == THRIFT_GOOD && (has_columns || count != leaves))
            return refuse_footer(file, why, "a row group has not the columns of the schema");
        has_columns = true;
        for (uint32_t i = 0; i < count; i++) {
            struct chunk c;
            if (!read_column_chunk(file, t, &c, why))
                return false;
            widen(g, &c);
            if (chunks)
                chunks[i] = c;
        }
    }
    if (t->state != THRIFT_GOOD)
        return refuse_footer(file, why, "the footer can't be read");
    if (rows < 0 || (rows && !has_columns))
        return refuse_footer(file, why, "a row group has no rows or columns");
    g->rows = (uint64_t)rows;
    return true;
}

bool footer_chunks(const struct footer *f, const struct group *g, struct chunk *chunks,
                   struct diag *why)
{
    struct thrift t = thrift_of(f, g->at);
    struct group again = {0};

    return read_group(f, &t, &again, chunks, why);
}

/* ---- the footer ---- */

static bool read_groups(struct footer *f, struct thrift *t, const struct thrift_field *list,
                        struct diag *why)
{
    if (!f->schema.count)
        return refuse_footer(f, why, "the footer has row groups before the schema");
    for (uint32_t count = thrift_structs(t, list); count; count--) {
        struct group g = {.at = (size_t)(t->at - (const unsigned char *)f->bytes.data),
                          .first_row = f->rows};
        if (!read_group(f, t, &g, NULL, why))
            return false;
        if (g.rows > INT64_MAX - f->rows)
            return refuse_footer(f, why, "the footer claims too many rows");
        if (!g.rows)
            continue;
        f->rows += g.rows;
        MEM_GROW(f->groups, f->group_count, f->group_cap);
        f->groups[f->group_count++] = g;
    }
    return true;
}

/* FileMetaData: version, schema, rows, row groups; and what makes readers faster or is for people.
 */
bool footer_read(struct footer *f, struct diag *why)
{
    struct thrift t = thrift_of(f, 0);
    struct thrift_field field = {0};
    struct diag bad = {0};

    while (thrift_next(&t, &field)) {
        if (field.id == 2 && !schema_read(&f->schema, &t, &field, &bad)) {
            items_fail(why, bad.code, f->from, 0, "%s", bad.text);
            diag_clear(&bad);
            return false;
        }
        if (field.id == 4 && !read_groups(f, &t, &field, why))
            return false;
        if (field.id == 8)
            return refuse_footer(f, why, "the file is encrypted, which can't be read");
        if (field.id != 2 && field.id != 4)
            thrift_skip(&t, &field);
    }
    if (t.state != THRIFT_GOOD || !f->schema.count)
        return refuse_footer(f, why, "the footer can't be read");
    if (f->rows && !f->schema.leaf_count)
        return refuse_footer(f, why, "the file has rows, but no columns");
    return true;
}

void footer_clear(struct footer *f)
{
    buf_clear(&f->bytes);
    schema_clear(&f->schema);
    mem_free(f->groups);
}
