/*
 * The SQLite store: what goes. Executions with all that is theirs, definitions that nobody runs any
 * more, and room in the file: a piece at a time, so that no turn is long.
 */

#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "asl/eval/model.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <stdio.h>
#include <string.h>

/* ---- executions ---- */

static bool drop_of(struct file *f, uint64_t execution, enum statement drop)
{
    if (!sqlite_begin(f, execution))
        return false;
    sqlite3_stmt *q = sqlite_use(f, drop);
    sqlite_bind_number(q, 1, execution);
    sqlite_run(f, q);
    return true;
}

void sqlite_forget_events(struct file *f, uint64_t execution)
{
    if (drop_of(f, execution, DROP_EVENTS))
        drop_of(f, execution, DROP_TOKENS);
}

/* Returns whether there was such an execution. */
static bool sqlite_forget_drop(struct file *f, uint64_t execution)
{
    sqlite_forget_events(f, execution);
    if (!drop_of(f, execution, DROP_EXECUTION))
        return false;
    /* Its definition may be nobody's now. */
    f->untidy = true;
    return !f->broken.code && sqlite.changes(f->db) > 0;
}

void sqlite_forget(store *s, uint64_t execution)
{
    sqlite_forget_drop(file_of(s), execution);
}

/* A query that gives one row or none; its statement is to be reset. False with *why filled. */
static bool ask_row(struct file *f, sqlite3_stmt *q, bool *found, struct diag *why)
{
    int got = sqlite.step(q);

    *found = got == SQLITE_ROW;
    return *found || got == SQLITE_DONE || sqlite_read_failed(f, why);
}

/* The first of its children that is there, and whether that runs. */
static bool first_child(struct file *f, uint64_t parent, uint64_t *child, bool *found, bool *runs,
                        struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(f, FIRST_CHILD);

    sqlite_bind_number(q, 1, parent);
    bool good = ask_row(f, q, found, why);
    if (*found) {
        *child = (uint64_t)sqlite.column_int64(q, 0);
        *runs = sqlite.column_int(q, 1) == RT_RUNNING;
    }
    sqlite.reset(q);
    return good;
}

/* What one call lets go of. */
struct going {
    struct file *file;
    size_t limit;
    struct store_gone *gone;
    struct diag *why;
};

/*
 * An execution goes behind all that are below it. Who has no children goes at once, and then it is
 * looked for the next one from the top: so nothing has to be remembered, from one turn to the next
 * or over a crash, however many they are and however deep. False: the file can't be read.
 */
static bool drop_tree(struct going *g, uint64_t top)
{
    uint64_t last;

    do {
        bool runs = g->gone->count == g->limit, found = !runs;
        /* Down to the first that has no children: it goes, and the next round begins at the top. */
        last = top;
        while (found && !runs)
            if (!first_child(g->file, last, &last, &found, &runs, g->why))
                return false;
        if (runs || store_is_held(&g->file->store, last)) {
            g->gone->more = true;
            return true;
        }
        /* What can't be touched stays, and so does what is above it. */
        if (sqlite_apart_of(g->file, last))
            return true;
        g->gone->count += sqlite_forget_drop(g->file, last);
    } while (last != top && !g->file->broken.code);
    return true;
}

/* Forgets the executions whose numbers the query gives. It is asked for one more than may go, and
 * for those that stay whatever happens: they must not stand before all others for ever. */
static bool drop_all(struct going *g, sqlite3_stmt *q)
{
    /* Rows are not deleted under a query that reads them: so the numbers are taken down first. */
    uint64_t *numbers = NULL;
    size_t count = 0, cap = 0;
    int got;

    size_t most = g->limit + 1 + g->file->store.holds.count;
    sqlite_bind_number(q, 2, g->limit < INT64_MAX ? most : INT64_MAX);
    while ((got = sqlite.step(q)) == SQLITE_ROW) {
        uint64_t number = (uint64_t)sqlite.column_int64(q, 0);
        if (store_is_held(&g->file->store, number)) {
            g->gone->more = true;
            continue;
        }
        MEM_GROW(numbers, count, cap);
        numbers[count++] = number;
    }
    bool good = got == SQLITE_DONE || sqlite_read_failed(g->file, g->why);
    sqlite.reset(q);
    for (size_t i = 0; good && i < count; i++)
        good = drop_tree(g, numbers[i]);
    /* Some that can't be touched may be among them. */
    g->gone->more |= count > g->limit && g->gone->count > 0;
    mem_free(numbers);
    return good;
}

bool sqlite_forget_list(store *s, const char *list, size_t limit, struct store_gone *out,
                        struct diag *why)
{
    struct going g = {file_of(s), limit, out, why};
    sqlite3_stmt *q = sqlite_use(g.file, LIST_ENDED);

    sqlite_bind_string(q, 1, list);
    bool good = drop_all(&g, q);
    sqlite.clear_bindings(q);
    return good;
}

bool sqlite_retire(store *s, int64_t before_ms, size_t limit, struct store_gone *out,
                   struct diag *why)
{
    struct going g = {file_of(s), limit, out, why};
    sqlite3_stmt *q = sqlite_use(g.file, LIST_STOPPED);

    sqlite.bind_int64(q, 1, before_ms);
    return drop_all(&g, q);
}

/* ---- tidying ---- */

/* At a time: parents whose children are looked at, definitions, and pages that go back to the disk.
 */
enum { TIDY_PARENTS = 100, TIDY_DEFINITIONS = 100, TIDY_PAGES = 128 };

/* The first number from `from` on that children have for their parent's. */
static bool next_parent(struct file *f, uint64_t from, uint64_t *parent, bool *found,
                        struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(f, NEXT_PARENT);

    sqlite_bind_number(q, 1, from);
    bool good = ask_row(f, q, found, why);
    if (*found)
        *parent = (uint64_t)sqlite.column_int64(q, 0);
    sqlite.reset(q);
    return good;
}

/* Returns whether there is anything of that execution, be it events whose row is lost. */
static bool is_known(struct file *f, uint64_t execution, bool *known, struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(f, IS_KNOWN);

    sqlite_bind_number(q, 1, execution);
    bool good = ask_row(f, q, known, why);
    sqlite.reset(q);
    return good;
}

/*
 * Earlier versions forgot an execution without its children: these go, for some parents at a time.
 * Where events of the parent are there, it was not forgotten: its row is lost, and they stay. False
 * when all have been looked at.
 */
static bool tidy_orphans(struct file *f)
{
    struct diag why = {0};
    struct store_gone gone = {0};
    struct going g = {f, TIDY_PARENTS, &gone, &why};
    bool good = true, found = true;

    for (int i = 0; i < TIDY_PARENTS && good && found && !gone.more; i++) {
        uint64_t parent = 0;
        bool known = true;
        good = next_parent(f, f->parent, &parent, &found, &why) &&
               (!found || is_known(f, parent, &known, &why)) && (known || drop_tree(&g, parent));
        if (good && found && !gone.more)
            f->parent = parent + 1;
    }
    f->store.changed |= gone.count > 0;
    diag_clear(&why);
    return good && found && (!gone.more || gone.count > 0);
}

static void drop_definition(struct file *f, const unsigned char key[KEPT_KEY_BYTES])
{
    /* Machines in use are asked for here, rows of executions by the statement: both in one
     * transaction. */
    if (!kept_machines_drop(&f->machines, key) || !sqlite_begin(f, NOBODY))
        return;
    sqlite3_stmt *q = sqlite_use(f, DROP_DEFINITION);
    sqlite.bind_blob(q, 1, key, KEPT_KEY_BYTES, SQLITE_STATIC);
    sqlite_overwrite_deleted(f, true);
    sqlite_run(f, q);
    sqlite_overwrite_deleted(f, false);
    if (sqlite.changes(f->db)) {
        f->scrub = true;
        f->store.changed = true;
    }
}

/* Looks at some definitions, from where the last time ended. False: those were the last. */
static bool tidy_definitions(struct file *f)
{
    unsigned char keys[TIDY_DEFINITIONS][KEPT_KEY_BYTES];
    size_t count = 0;
    struct diag why = {0};
    int got = SQLITE_DONE;
    sqlite3_stmt *q = sqlite_use(f, LIST_DEFINITIONS);

    /* Goes on behind the key where the last call ended; zeros are before all keys. */
    sqlite.bind_blob(q, 1, f->tidied, KEPT_KEY_BYTES, SQLITE_STATIC);
    sqlite.bind_int(q, 2, TIDY_DEFINITIONS);
    while (count < TIDY_DEFINITIONS && (got = sqlite.step(q)) == SQLITE_ROW)
        if (sqlite.column_bytes(q, 0) == KEPT_KEY_BYTES)
            memcpy(keys[count++], sqlite.column_blob(q, 0), KEPT_KEY_BYTES);
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || sqlite_read_failed(f, &why);
    sqlite.reset(q);
    for (size_t i = 0; good && i < count; i++)
        drop_definition(f, keys[i]);
    bool more = good && count == TIDY_DEFINITIONS;
    diag_clear(&why);
    memset(f->tidied, 0, KEPT_KEY_BYTES);
    if (more)
        memcpy(f->tidied, keys[count - 1], KEPT_KEY_BYTES);
    return more;
}

/* False: it can't be told. */
static bool ask_number(struct file *f, const char *sql, int64_t *out)
{
    sqlite3_stmt *q = NULL;
    struct diag why = {0};
    bool good =
        sqlite.prepare_v2(f->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite.step(q) == SQLITE_ROW;

    if (good)
        *out = sqlite.column_int64(q, 0);
    else
        sqlite_read_failed(f, &why);
    sqlite.finalize(q);
    diag_clear(&why);
    return good;
}

/* Gives some of the file's free pages back, but for an eighth that what comes next will need.
 * False: there are no more. */
static bool give_pages_back(struct file *f)
{
    char sql[64];
    int64_t pages, some;

    if (!f->vacuums || f->broken.code || !ask_number(f, "PRAGMA page_count", &pages) ||
        !ask_number(f, "PRAGMA freelist_count", &some))
        return false;
    /* Moving pages only for the file to grow again would cost more than the room is worth. */
    int64_t spare = some - pages / 8;
    if (spare < TIDY_PAGES || !sqlite_begin(f, NOBODY))
        return false;
    snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%d)", TIDY_PAGES);
    if (sqlite.exec(f->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        sqlite_fail(f, sqlite_code_of(sqlite.errcode(f->db)), sqlite.errmsg(f->db));
    f->store.changed = true;
    return spare > 2 * TIDY_PAGES;
}

/* One kind of work after the other, and a call does a piece of one: orphans, then definitions that
 * nobody names any more, then room. */
bool sqlite_tidy(store *s)
{
    struct file *f = file_of(s);

    sqlite_clear_found(f);
    if (f->orphans && tidy_orphans(f))
        return true;
    f->orphans = false;
    if (f->untidy && tidy_definitions(f))
        return true;
    f->untidy = false;
    return give_pages_back(f);
}
