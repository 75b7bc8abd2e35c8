/*
 * The SQLite store: executions whose own pages are damaged. They cost nobody else anything: their
 * rows are left alone, and a record says that they are set apart.
 */

#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "parsers/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char APART[] = "apart";

const struct apart *sqlite_apart_of(const struct file *f, uint64_t execution)
{
    for (size_t i = 0; i < f->apart_count; i++)
        if (f->apart[i].execution == execution)
            return &f->apart[i];
    return NULL;
}

static void note_apart(struct file *f, uint64_t execution, char *arn, const char *why)
{
    MEM_GROW(f->apart, f->apart_count, f->apart_cap);
    f->apart[f->apart_count++] = (struct apart){execution, arn, mem_strdup(why)};
}

void sqlite_clear_apart(struct file *f)
{
    for (size_t i = 0; i < f->apart_count; i++) {
        mem_free(f->apart[i].arn);
        mem_free(f->apart[i].why);
    }
    mem_free(f->apart);
    f->apart = NULL;
    f->apart_count = f->apart_cap = 0;
}

void sqlite_add_arn(struct file *f, uint64_t execution, struct buf *out)
{
    /* The statement is answered from an index alone: the row itself is what can't be read. */
    sqlite3_stmt *q = sqlite_use(f, GET_ARN);

    sqlite_bind_number(q, 1, execution);
    if (sqlite.step(q) == SQLITE_ROW)
        buf_add(out, (const char *)sqlite.column_text(q, 0), (size_t)sqlite.column_bytes(q, 0));
    else
        buf_printf(out, "execution %" PRIu64, execution);
    sqlite.reset(q);
}

void sqlite_add_apart(struct file *f, uint64_t execution, const char *why)
{
    char key[24];
    struct buf arn = {0};

    /* It is nobody's write: the execution itself can't be written. */
    if (!sqlite_begin(f, NOBODY))
        return;
    snprintf(key, sizeof key, "%" PRIu64, execution);
    sqlite3_stmt *q = sqlite_use(f, PUT_RECORD);
    sqlite_bind_string(q, 1, APART);
    sqlite_bind_string(q, 2, key);
    sqlite_bind_string(q, 3, why);
    sqlite_run(f, q);
    sqlite_add_arn(f, execution, &arn);
    note_apart(f, execution, mem_strdup(buf_str(&arn)), why);
    buf_clear(&arn);
}

/* Reads all rows of a kept query; false: the file is damaged there. */
static bool can_read(sqlite3_stmt *q)
{
    int got;

    while ((got = sqlite.step(q)) == SQLITE_ROW)
        continue;
    sqlite.reset(q);
    return (got & 0xff) != SQLITE_CORRUPT;
}

bool sqlite_has_damage(struct file *f, uint64_t execution)
{
    sqlite3_stmt *q = sqlite_use(f, HAS_DAMAGE);

    sqlite_bind_number(q, 1, execution);
    return !can_read(q) && can_read(sqlite_use(f, GET_ENDS));
}

const char *sqlite_bad_index(struct file *f)
{
    static const char all[] = "SELECT name, tbl_name, sql FROM sqlite_schema "
                              "WHERE type='index' AND sql NOT NULL";
    sqlite3_stmt *q = NULL;

    if (!f->indexes_seen && sqlite.prepare_v2(f->db, all, -1, &q, NULL) == SQLITE_OK) {
        while (!f->bad_index.len && sqlite.step(q) == SQLITE_ROW) {
            const char *name = (const char *)sqlite.column_text(q, 0);
            if (!sqlite_is_whole_index(f, name, (const char *)sqlite.column_text(q, 1),
                                       (const char *)sqlite.column_text(q, 2)))
                buf_adds(&f->bad_index, name);
        }
    }
    sqlite.finalize(q);
    f->indexes_seen = true;
    return f->bad_index.len ? buf_str(&f->bad_index) : NULL;
}

void sqlite_load_apart(struct file *f)
{
    sqlite3_stmt *q = sqlite_use(f, LIST_RECORDS);

    sqlite_bind_string(q, 1, APART);
    sqlite_bind_string(q, 2, "");
    while (sqlite.step(q) == SQLITE_ROW) {
        struct buf arn = {0};
        uint64_t execution = strtoull((const char *)sqlite.column_text(q, 0), NULL, 10);
        sqlite_add_arn(f, execution, &arn);
        note_apart(f, execution, mem_strdup(buf_str(&arn)), (const char *)sqlite.column_text(q, 1));
        buf_clear(&arn);
    }
    sqlite.reset(q);
}
