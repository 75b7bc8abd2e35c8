/*
 * A row of code points that digits are put into and taken out of. Inserting in the middle moves
 * what is behind; where many go in from one end, a gap is kept open where the last one went
 * (row_open).
 */

#include "parsers/picture/row.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <assert.h>
#include <string.h>

static void row_reserve(struct row *r, size_t more)
{
    if (r->cap - r->count >= more)
        return;
    r->cap = mem_grow(r->cap, r->count + more);
    r->list = mem_realloc(r->list, r->cap * sizeof *r->list);
}

void row_read(struct row *r, const char *text, size_t len)
{
    row_reserve(r, len);
    for (size_t i = 0; i < len;) {
        size_t bytes = utf8_decode(text + i, len - i, &r->list[r->count]);

        r->count += bytes > 0;
        i += bytes ? bytes : 1;
    }
}

void row_fill(struct row *r, size_t index, size_t n, uint32_t c)
{
    assert(index <= r->count);
    if (!n)
        return;
    row_reserve(r, n);
    memmove(r->list + index + n, r->list + index, (r->count - index) * sizeof *r->list);
    for (size_t i = 0; i < n; i++)
        r->list[index + i] = c;
    r->count += n;
}

/* Fills from behind, so that each digit moves once, to its last place. */
void row_space(struct row *r, size_t every, uint32_t c)
{
    size_t gaps = r->count ? (r->count - 1) / every : 0;
    uint32_t *from, *to;

    row_reserve(r, gaps);
    from = r->list + r->count;
    r->count += gaps;
    to = r->list + r->count;
    for (size_t n = 0; to > from; n++) {
        if (n == every) {
            *--to = c;
            n = 0;
        }
        *--to = *--from;
    }
}

void row_remove(struct row *r, size_t index, size_t n)
{
    assert(index <= r->count && n <= r->count - index);
    if (!n)
        return;
    memmove(r->list + index, r->list + index + n, (r->count - index - n) * sizeof *r->list);
    r->count -= n;
}

void row_open(struct row_gap *g, struct row *r, size_t most)
{
    row_reserve(r, most);
    *g = (struct row_gap){.row = r, .at = r->count, .room = most};
}

/* Moves what lies between the gap's old place and its new one to the other side of it. */
static void move_gap(struct row_gap *g, size_t index)
{
    uint32_t *before = g->row->list + g->at, *behind = before + g->room;

    if (index > g->at)
        memmove(before, behind, (index - g->at) * sizeof *before);
    else if (index < g->at)
        memmove(behind - (g->at - index), before - (g->at - index),
                (g->at - index) * sizeof *before);
    g->at = index;
}

void row_insert(struct row_gap *g, size_t index, uint32_t c)
{
    assert(g->room > 0);
    move_gap(g, index < g->row->count ? index : g->row->count);
    g->row->list[g->at++] = c;
    g->room--;
    g->row->count++;
}

void row_drop(struct row_gap *g, size_t n)
{
    assert(n <= g->row->count);
    move_gap(g, 0);
    g->room += n;
    g->row->count -= n;
}

void row_close(struct row_gap *g)
{
    move_gap(g, g->row->count);
    g->room = 0;
}

void row_write(const struct row *r, struct buf *out)
{
    for (size_t i = 0; i < r->count; i++)
        out->len += utf8_encode(r->list[i], buf_reserve(out, 4));
}

void row_clear(struct row *r)
{
    mem_free(r->list);
    *r = (struct row){0};
}
