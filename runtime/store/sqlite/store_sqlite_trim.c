/*
 * The SQLite store: large values that nobody asks for any more leave the events of executions that
 * have succeeded. A row is read, made anew without them, and takes the place of the old one; a few
 * rows at a time, so that no turn is long. What is to be done is known to the process only: after a
 * crash the rest stays until the execution is deleted, which harms nobody.
 */

#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "parsers/base/mem.h"
#include "runtime/core/event_text.h"

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

/*
 * Makes the row anew in f->text, where an event is a line. False: it is to stay as it is. No other
 * event refers to what is taken away (event_lends), and what an event itself refers to needn't be
 * known here.
 */
static bool trim_row(struct file *f, const asl_machine *m, const struct buf *row)
{
    const char *end, *last = row->data + row->len;
    bool any = false;

    buf_reset(&f->text);
    for (const char *text = row->data; text < last; text = end + 1) {
        struct rt_event e;
        struct diag why = {0};
        if (!(end = memchr(text, '\n', (size_t)(last - text))))
            end = last;
        if (!rt_event_read(text, (size_t)(end - text), m, NULL, &e, &why)) {
            diag_clear(&why);
            return false;
        }
        bool trimmed = rt_event_trim(&e);
        if (trimmed)
            rt_event_write(&f->text, &e, NULL);
        else
            buf_add(&f->text, text, (size_t)(end - text));
        buf_addc(&f->text, '\n');
        rt_event_clear(&e);
        any |= trimmed;
    }
    return any;
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
        if (trim_row(f, x->machine, &row))
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
