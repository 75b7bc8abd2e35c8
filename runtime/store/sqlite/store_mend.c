/*
 * The SQLite store: indexes made anew. What an index has is in its table, too, so a damaged one
 * costs nothing but that somebody makes it again; SQLite's REINDEX and VACUUM can't, as they read
 * the damaged pages.
 */

#include "runtime/store/sqlite/store_check.h"

#include "parsers/base/mem.h"
#include "runtime/store/sqlite/store_sqlite_impl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char MEND[] = "STORE_MEND";

/* Texts that a query gives. */
struct texts {
    char **list;
    size_t count, cap;
};

static void clear_texts(struct texts *t)
{
    for (size_t i = 0; i < t->count; i++)
        mem_free(t->list[i]);
    mem_free(t->list);
}

static bool ask_texts(struct file *f, const char *sql, struct texts *out, struct diag *why)
{
    sqlite3_stmt *q = NULL;
    int got = sqlite.prepare_v2(f->db, sql, -1, &q, NULL);

    while (got == SQLITE_OK && (got = sqlite.step(q)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite.column_text(q, 0);
        MEM_GROW(out->list, out->count, out->cap);
        out->list[out->count++] = mem_strdup(text ? text : "");
        got = SQLITE_OK;
    }
    if (got != SQLITE_DONE)
        sqlite_read_failed(f, why);
    sqlite.finalize(q);
    return got == SQLITE_DONE;
}

static bool store_mend_run(struct file *f, const char *sql, struct diag *why)
{
    if (sqlite.exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    diag_set(why, MEND, 0, "%s", sqlite.errmsg(f->db));
    return false;
}

/* An index can't be made from a table that is damaged itself. */
static bool tables_are_whole(struct file *f, struct diag *why)
{
    struct texts tables = {0};
    bool good = ask_texts(f, "SELECT name FROM sqlite_schema WHERE type='table'", &tables, why);

    for (size_t i = 0; good && i < tables.count; i++) {
        struct buf sql = {0};
        buf_printf(&sql, "SELECT * FROM %s NOT INDEXED", tables.list[i]);
        if (!sqlite_is_whole(f, buf_str(&sql))) {
            diag_set(why, MEND, 0,
                     "the table %s is damaged, too: bring the file back from a copy, or see what "
                     "sqlite3's .recover can save of it",
                     tables.list[i]);
            good = false;
        }
        buf_clear(&sql);
    }
    clear_texts(&tables);
    return good;
}

/* The file is written once more, into its log and beside it. */
static bool store_mend_has_room(struct file *f, struct diag *why)
{
    struct texts bytes = {0};
    bool good = ask_texts(f, "SELECT page_count*page_size FROM pragma_page_count, pragma_page_size",
                          &bytes, why);
    uint64_t need = 0, room = store_lock_room(&f->lock);

    if (good && bytes.count)
        /* The log has all pages once more, and VACUUM makes a copy beside the file. */
        need = 3 * strtoull(bytes.list[0], NULL, 10);
    if (good && room < need) {
        diag_set(why, MEND, 0, "the disk has to have %" PRIu64 " MiB left for that",
                 (need >> 20) + 1);
        good = false;
    }
    clear_texts(&bytes);
    return good;
}

/* The old ones are not touched, as they can't be read: they are forgotten, and what they leave goes
 * when the file is written anew. */
static bool make_indexes(struct file *f, const struct texts *indexes, struct diag *why)
{
    bool good = store_mend_run(f,
                               "BEGIN IMMEDIATE; PRAGMA writable_schema=ON;"
                               "DELETE FROM sqlite_schema WHERE type='index' AND sql NOT NULL;"
                               "PRAGMA writable_schema=RESET",
                               why);

    for (size_t i = 0; good && i < indexes->count; i++)
        good = store_mend_run(f, indexes->list[i], why);
    return good && store_mend_run(f,
                                  "DELETE FROM records WHERE kind='apart'; COMMIT; VACUUM; PRAGMA "
                                  "wal_checkpoint(TRUNCATE)",
                                  why);
}

bool store_sqlite_mend(const char *path, size_t *count, struct diag *why)
{
    struct file *f = sqlite_new_file(why);
    struct texts indexes = {0};
    /* Everything that can refuse comes before anything is written. */
    bool good = f && sqlite_open_to_mend(f, path, why) && tables_are_whole(f, why) &&
                store_mend_has_room(f, why) &&
                ask_texts(f, "SELECT sql FROM sqlite_schema WHERE type='index' AND sql NOT NULL",
                          &indexes, why) &&
                make_indexes(f, &indexes, why);

    if (!good)
        diag_prefix(why, "%s: ", path);
    *count = indexes.count;
    clear_texts(&indexes);
    if (f)
        store_free(&f->store);
    return good;
}
