/* Parquet files by hand: Thrift's compact protocol, written field by field. */

#include "tests/support/parquet_file.h"

enum { I32 = 5, I64 = 6, BINARY = 8, LIST = 9, STRUCT = 12 };

/* ---- Thrift ---- */

static void put_varint(struct buf *b, uint64_t n)
{
    for (; n > 127; n >>= 7)
        buf_addc(b, (char)(n | 128));
    buf_addc(b, (char)n);
}

static void put_zigzag(struct buf *b, int64_t n)
{
    put_varint(b, (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0));
}

/* A field behind `*last`. */
static void put_head(struct buf *b, int *last, int id, int type)
{
    buf_addc(b, (char)((id - *last) << 4 | type));
    *last = id;
}

static void put_int(struct buf *b, int *last, int id, int type, int64_t n)
{
    put_head(b, last, id, type);
    put_zigzag(b, n);
}

static void put_text(struct buf *b, int *last, int id, const char *text)
{
    struct buf t = {0};

    buf_adds(&t, text);
    put_head(b, last, id, BINARY);
    put_varint(b, t.len);
    buf_add(b, t.data, t.len);
    buf_clear(&t);
}

static void put_list(struct buf *b, int *last, int id, size_t count)
{
    put_head(b, last, id, LIST);
    buf_addc(b, (char)(15 << 4 | STRUCT));
    put_varint(b, count);
}

/* ---- the schema ---- */

static void put_field(struct buf *b, const struct pqm_field *f)
{
    int last = 0, inner = 0;

    if (!f->kids)
        put_int(b, &last, 1, I32, f->physical);
    if (f->length)
        put_int(b, &last, 2, I32, f->length);
    put_int(b, &last, 3, I32, f->repetition);
    put_text(b, &last, 4, f->name);
    if (f->kids)
        put_int(b, &last, 5, I32, f->kids);
    if (f->converted)
        put_int(b, &last, 6, I32, f->converted - 1);
    if (f->scale)
        put_int(b, &last, 7, I32, f->scale);
    if (f->precision)
        put_int(b, &last, 8, I32, f->precision);
    if (f->logical) {
        put_head(b, &last, 10, STRUCT);
        put_head(b, &inner, f->logical, STRUCT);
        buf_addc(b, 0);
        buf_addc(b, 0);
    }
    buf_addc(b, 0);
}

void pqm_begin(struct pqm_made *m, const struct pqm_field *fields, size_t count)
{
    int last = 0;

    *m = (struct pqm_made){0};
    buf_adds(&m->file, "PAR1");
    put_int(&m->footer, &last, 1, I32, 1);
    put_list(&m->footer, &last, 2, count);
    for (size_t i = 0; i < count; i++)
        put_field(&m->footer, &fields[i]);
}

/* ---- columns ---- */

static void end_column(struct pqm_made *m)
{
    const struct pqm_column *c = &m->column;
    struct buf *b = &m->columns;
    int last = 0, inner = 0;

    if (c->elsewhere)
        put_text(b, &last, 1, c->elsewhere);
    put_int(b, &last, 2, I64, 0);
    put_head(b, &last, 3, STRUCT);
    put_int(b, &inner, 1, I32, c->physical);
    put_int(b, &inner, 4, I32, c->codec);
    put_int(b, &inner, 5, I64, c->values);
    put_int(b, &inner, 7, I64, c->len ? c->len : (int64_t)(m->file.len - m->column_begin));
    put_int(b, &inner, 9, I64, c->begin ? c->begin : (int64_t)m->column_begin);
    buf_addc(b, 0);
    if (c->encrypted) {
        put_head(b, &last, 8, STRUCT);
        buf_addc(b, 0);
    }
    buf_addc(b, 0);
}

void pqm_column(struct pqm_made *m, const struct pqm_column *c)
{
    if (m->column_count)
        end_column(m);
    m->column = *c;
    m->column_begin = m->file.len;
    m->column_count++;
}

void pqm_page(struct pqm_made *m, const struct pqm_page *p, const char *bytes, size_t len)
{
    struct buf *b = &m->file;
    int last = 0, inner = 0;

    put_int(b, &last, 1, I32, p->kind);
    put_int(b, &last, 2, I32, p->unpacked ? p->unpacked : (int64_t)len);
    put_int(b, &last, 3, I32, p->packed ? p->packed : (int64_t)len);
    if (p->crc)
        put_int(b, &last, 4, I32, p->crc);
    put_head(b, &last, p->kind == 3 ? 8 : p->kind == 2 ? 7 : 5, STRUCT);
    put_int(b, &inner, 1, I32, p->values);
    if (p->kind == 3) {
        put_int(b, &inner, 4, I32, p->encoding);
        put_int(b, &inner, 5, I32, p->def_len);
        put_int(b, &inner, 6, I32, p->rep_len);
        if (p->not_packed)
            put_head(b, &inner, 7, 2);
    } else {
        put_int(b, &inner, 2, I32, p->encoding);
        if (p->kind == 0) {
            put_int(b, &inner, 3, I32, p->levels ? p->levels : 3);
            put_int(b, &inner, 4, I32, p->levels ? p->levels : 3);
        }
    }
    buf_addc(b, 0);
    buf_addc(b, 0);
    buf_add(b, bytes, len);
}

void pqm_group(struct pqm_made *m, int64_t rows)
{
    int last = 0;

    if (m->column_count)
        end_column(m);
    put_list(&m->groups, &last, 1, m->column_count);
    buf_add(&m->groups, m->columns.data, m->columns.len);
    put_int(&m->groups, &last, 2, I64, 0);
    put_int(&m->groups, &last, 3, I64, rows);
    buf_addc(&m->groups, 0);
    buf_reset(&m->columns);
    m->column_count = 0;
    m->group_count++;
    m->rows += rows;
}

void pqm_end(struct pqm_made *m)
{
    int last = 2;
    struct buf *b = &m->footer;

    put_int(b, &last, 3, I64, m->rows);
    put_list(b, &last, 4, m->group_count);
    buf_add(b, m->groups.data, m->groups.len);
    buf_addc(b, 0);
    buf_add(&m->file, b->data, b->len);
    for (unsigned i = 0; i < 4; i++)
        buf_addc(&m->file, (char)(b->len >> 8 * i));
    buf_adds(&m->file, "PAR1");
}

void pqm_clear(struct pqm_made *m)
{
    buf_clear(&m->file);
    buf_clear(&m->footer);
    buf_clear(&m->columns);
    buf_clear(&m->groups);
}
