/*
 * The SQLite store: what goes. Executions with all that is theirs, definitions that nobody runs any
 * more, and room in the file: a piece at a time, so that no turn is long.
 */

#include "runtime/store/store_sqlite_impl.h"

#include "asl/model.h"
#include "parsers/count.h"
#include "parsers/mem.h"

#include <stdio.h>
#include <string.h>

void sqlite_forget(store *s, uint64_t execution)
{
    static const enum statement drops[] = {DROP_EXECUTION, DROP_EVENTS, DROP_TOKENS};
    struct file *f = file_of(s);

    for (size_t i = 0; i < COUNT(drops); i++) {
        if (!sqlite_begin(f, execution))
            return;
        sqlite3_stmt *q = sqlite_use(f, drops[i]);
        sqlite_bind_number(q, 1, execution);
        sqlite_run(f, q);
    }
    f->untidy = true;
}

/* Forgets the executions whose numbers the query gives, up to `limit` of them. */
static size_t forget_all(store *s, sqlite3_stmt *q, size_t limit)
{
    uint64_t *numbers = NULL;
    size_t count = 0, cap = 0;

    sqlite_bind_number(q, 2, limit < INT64_MAX ? limit : INT64_MAX);
    while (sqlite3_step(q) == SQLITE_ROW) {
        MEM_GROW(numbers, count, cap);
        numbers[count++] = (uint64_t)sqlite3_column_int64(q, 0);
    }
    sqlite3_reset(q);
    for (size_t i = 0; i < count; i++)
        sqlite_forget(s, numbers[i]);
    mem_free(numbers);
    return count;
}

size_t sqlite_forget_list(store *s, const char *list, size_t limit)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), LIST_ENDED);

    sqlite_bind_string(q, 1, list);
    return forget_all(s, q, limit);
}

size_t sqlite_retire(store *s, int64_t before_ms, size_t limit)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), LIST_STOPPED);

    sqlite3_bind_int64(q, 1, before_ms);
    return forget_all(s, q, limit);
}

/* ---- tidying ---- */

/* At a time: definitions that are looked at, and pages that go back to the disk. */
enum { TIDY_DEFINITIONS = 100, TIDY_PAGES = 128 };

/* False: somebody has the machine, and may start it again. */
static bool forget_machine(struct file *f, const unsigned char key[KEY_BYTES])
{
    size_t count = 0;

    for (size_t i = 0; i < f->known_count; i++)
        if (!memcmp(f->known[i].key, key, KEY_BYTES) && sqlite_is_held(f, &f->known[i]))
            return false;
    for (size_t i = 0; i < f->known_count; i++) {
        if (!memcmp(f->known[i].key, key, KEY_BYTES))
            sqlite_forget_known(&f->known[i]);
        else
            f->known[count++] = f->known[i];
    }
    f->known_count = count;
    return true;
}

static void drop_definition(struct file *f, const unsigned char key[KEY_BYTES])
{
    if (!forget_machine(f, key) || !sqlite_begin(f, NOBODY))
        return;
    sqlite3_stmt *q = sqlite_use(f, DROP_DEFINITION);
    sqlite3_bind_blob(q, 1, key, KEY_BYTES, SQLITE_STATIC);
    sqlite_overwrite_deleted(f, true);
    sqlite_run(f, q);
    sqlite_overwrite_deleted(f, false);
    if (sqlite3_changes(f->db)) {
        f->scrub = true;
        f->store.changed = true;
    }
}

/* Looks at some definitions, from where the last time ended. False: those were the last. */
static bool tidy_definitions(struct file *f)
{
    unsigned char keys[TIDY_DEFINITIONS][KEY_BYTES];
    size_t count = 0;
    sqlite3_stmt *q = sqlite_use(f, LIST_DEFINITIONS);

    sqlite3_bind_blob(q, 1, f->tidied, KEY_BYTES, SQLITE_STATIC);
    sqlite3_bind_int(q, 2, TIDY_DEFINITIONS);
    while (count < TIDY_DEFINITIONS && sqlite3_step(q) == SQLITE_ROW)
        if (sqlite3_column_bytes(q, 0) == KEY_BYTES)
            memcpy(keys[count++], sqlite3_column_blob(q, 0), KEY_BYTES);
    sqlite3_reset(q);
    for (size_t i = 0; i < count; i++)
        drop_definition(f, keys[i]);
    bool more = count == TIDY_DEFINITIONS;
    memset(f->tidied, 0, KEY_BYTES);
    if (more)
        memcpy(f->tidied, keys[count - 1], KEY_BYTES);
    return more;
}

static int64_t ask_number(struct file *f, const char *sql)
{
    sqlite3_stmt *q = NULL;
    int64_t n = 0;

    if (sqlite3_prepare_v2(f->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return n;
}

/* Gives some of the file's free pages back, but for an eighth that what comes next will need.
 * False: there are no more. */
static bool give_pages_back(struct file *f)
{
    char sql[64];
    int64_t spare;

    if (!f->vacuums || f->broken.code)
        return false;
    int64_t pages = ask_number(f, "PRAGMA page_count");
    int64_t some = ask_number(f, "PRAGMA freelist_count");
    spare = some - pages / 8;
    if (spare < TIDY_PAGES || !sqlite_begin(f, NOBODY))
        return false;
    snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%d)", TIDY_PAGES);
    if (sqlite3_exec(f->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        sqlite_fail(f, sqlite_code_of(sqlite3_errcode(f->db)), sqlite3_errmsg(f->db));
    f->store.changed = true;
    return spare > 2 * TIDY_PAGES;
}

bool sqlite_tidy(store *s)
{
    struct file *f = file_of(s);

    sqlite_clear_found(&f->found);
    if (f->untidy && tidy_definitions(f))
        return true;
    f->untidy = false;
    return give_pages_back(f);
}
