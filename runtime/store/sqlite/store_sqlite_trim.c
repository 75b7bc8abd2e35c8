/*
 * The SQLite store: large values that nobody asks for any more leave the events of executions that
 * have succeeded. A row is read, made anew without them, and takes the place of the old one; a few
 * rows at a time, so that no turn is long. What is to be done is known to the process only: after a
 * crash the rest stays until the execution is deleted, which harms nobody.
 */

#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "parsers/base/mem.h"
#include <string.h>

/* Bytes of rows that one call reads; the last row may have more. */
enum { TRIM_BYTES = 1 << 20 };

void sqlite_trim_later(store *s, uint64_t execution)
{
    struct file *f = file_of(s);

    MEM_GROW(f->to_trim, f->trim_count, f->trim_cap);
    f->to_trim[f->trim_count++] = execution;
}

static void end_trim(struct file *f)
{
    f->trim_count--;
    memmove(f->to_trim, f->to_trim + 1, f->trim_count * sizeof *f->to_trim);
    f->trimmed = 0;
}

/* Takes the next row over into `text`, and says what number its first event has. False: there is
 * none, or it can't be read, which is noted as of any read. */
static bool next_row(struct file *f, uint64_t execution, struct buf *text, uint64_t *seq)
{
    sqlite3_stmt *q = sqlite_use(f, NEXT_EVENTS);

    sqlite_bind_number(q, 1, execution);
    sqlite_bind_number(q, 2, f->trimmed);
    f->reading = execution;
    int got = sqlite.step(q);
    if (got == SQLITE_ROW) {
        buf_add(text, (const char *)sqlite.column_text(q, 0), (size_t)sqlite.column_bytes(q, 0));
        *seq = (uint64_t)sqlite.column_int64(q, 1);
    }
    struct diag why = {0};
    if (got != SQLITE_ROW && got != SQLITE_DONE)
        sqlite_read_failed(f, &why);
    diag_clear(&why);
    sqlite.reset(q);
    return got == SQLITE_ROW;
}

/* The new row goes to the table's end. In the place of the old one it would leave its page nearly
 * empty, and SQLite gives back only pages from which rows are deleted. */
static void put_row(struct file *f, uint64_t execution, uint64_t seq)
{
    if (!sqlite_begin(f, execution))
        return;
    sqlite3_stmt *q = sqlite_use(f, DROP_ROW);
    sqlite_bind_number(q, 1, execution);
    sqlite_bind_number(q, 2, seq);
    sqlite_run(f, q);
    q = sqlite_use(f, ADD_EVENTS);
    sqlite_bind_number(q, 1, execution);
    sqlite_bind_number(q, 2, seq);
    sqlite.bind_text64(q, 3, f->text.data, f->text.len, SQLITE_STATIC, SQLITE_UTF8);
    sqlite_run(f, q);
    f->store.changed = true;
}

bool sqlite_trim(store *s)
{
    struct file *f = file_of(s);
    const struct store_execution *x;
    struct diag why = {0};
    struct buf row = {0};
    size_t bytes = 0;

    if (!f->trim_count || f->broken.code)
        return false;
    uint64_t execution = f->to_trim[0], seq;
    bool more = !sqlite_apart_of(f, execution) && sqlite_find(s, execution, &x, &why) &&
                x->machine && x->status == RT_SUCCEEDED;
    while (more && bytes < TRIM_BYTES && (more = next_row(f, execution, &row, &seq))) {
        bytes += row.len;
        buf_reset(&f->text);
        if (kept_rows_trim(x->machine, row.data, row.len, &f->text))
            put_row(f, execution, seq);
        f->trimmed = seq + 1;
        buf_reset(&row);
    }
    if (!more)
        end_trim(f);
    buf_clear(&row);
    diag_clear(&why);
    return true;
}
