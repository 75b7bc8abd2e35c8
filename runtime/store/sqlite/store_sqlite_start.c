/*
 * The SQLite store: new executions. The row of one goes into as many as five indexes, and opening
 * those for a statement costs as much as half of the rows' way into them. So rows wait here until
 * some can go in with one statement, or until somebody looks: what reads or changes rows puts them
 * in first (sqlite_use), and so does a commit.
 */

#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "runtime/core/event_text.h"

#include <string.h>

enum {
    START_COLUMNS = 14,          /* parameters of a row */
    MOST_START_BYTES = 64 * 1024 /* of text that waits */
};

/* The key of a machine, whose definition is in the store then. */
static const struct kept_machine *keep_machine(struct file *f, asl_machine *m)
{
    const struct kept_machine *known = kept_machines_of(&f->machines, m);
    struct buf text = {0};
    unsigned char key[KEPT_KEY_BYTES];

    if (known)
        return known;
    kept_machine_text(m, &text);
    kept_key(f->hash, text.data, text.len, key);
    sqlite3_stmt *q = sqlite_use(f, ADD_DEFINITION);
    sqlite.bind_blob(q, 1, key, KEPT_KEY_BYTES, SQLITE_STATIC);
    sqlite_bind_text(q, 2, text.data, text.len);
    sqlite_overwrite_deleted(f, true);
    sqlite_run(f, q);
    sqlite_overwrite_deleted(f, false);
    buf_clear(&text);
    return kept_machines_add(&f->machines, asl_machine_ref(m), NULL, key);
}

/* ---- rows ---- */

/* Binds a row, whose first parameter is number `at`. */
static void bind_start(struct file *f, const struct start *r, sqlite3_stmt *q, int at)
{
    const struct store_execution *x = &r->x;
    const char *text = buf_str(&f->start_text);

    sqlite_bind_number(q, at, x->number);
    sqlite_bind_text(q, at + 1, r->arn ? json_str(r->arn) : "", r->arn ? json_str_len(r->arn) : 0);
    sqlite.bind_blob(q, at + 2, r->key, KEPT_KEY_BYTES, SQLITE_STATIC);
    sqlite_bind_text(q, at + 3, text + r->config, r->note - r->config);
    sqlite.bind_int(q, at + 4, (int)x->status);
    sqlite.bind_int64(q, at + 5, x->start_ms);
    if (x->status != RT_RUNNING)
        sqlite.bind_int64(q, at + 6, x->stop_ms);
    if (x->due_ms != STORE_AWAKE)
        sqlite.bind_int64(q, at + 7, x->due_ms);
    if (x->parent.set) {
        sqlite_bind_number(q, at + 8, x->parent.execution);
        sqlite_bind_number(q, at + 9, x->parent.ref);
    }
    sqlite.bind_int(q, at + 10, x->transient);
    if (r->list)
        sqlite_bind_text(q, at + 11, json_str(r->list), json_str_len(r->list));
    if (r->end > r->note)
        sqlite_bind_text(q, at + 12, text + r->note, r->end - r->note);
    /* listed_ms: by when it stands in lists. */
    sqlite.bind_int64(q, at + 13, x->status == RT_RUNNING ? x->start_ms : x->stop_ms);
}

/* False: one of them is refused, and none of them is in the file. */
static bool put_together(struct file *f)
{
    sqlite3_stmt *q = sqlite_use(f, ADD_EXECUTIONS);

    for (int i = 0; i < STARTS_AT_ONCE; i++)
        bind_start(f, &f->starts[i], q, 1 + i * START_COLUMNS);
    bool done = sqlite.step(q) == SQLITE_DONE;
    bool refused = !done && sqlite_code_of(sqlite.errcode(f->db)) == STORE_REFUSED;
    if (!done && !refused)
        sqlite_fail(f, sqlite_code_of(sqlite.errcode(f->db)), sqlite.errmsg(f->db));
    sqlite.reset(q);
    sqlite.clear_bindings(q);
    return !refused;
}

/* Tells which one is to blame where one can't go in. */
static void put_one_by_one(struct file *f)
{
    for (size_t i = 0; i < f->start_count && !f->broken.code; i++) {
        sqlite3_stmt *q = sqlite_use(f, ADD_EXECUTION);
        f->putting = f->starts[i].x.number;
        bind_start(f, &f->starts[i], q, 1);
        sqlite_run(f, q);
    }
}

void sqlite_clear_starts(struct file *f)
{
    for (size_t i = 0; i < f->start_count; i++) {
        json_unref(f->starts[i].arn);
        json_unref(f->starts[i].list);
    }
    f->start_count = 0;
    buf_reset(&f->start_text);
}

void sqlite_put_starts(struct file *f)
{
    uint64_t putting = f->putting;

    if (!f->start_count)
        return;
    f->putting = f->starts[0].x.number;
    if (!f->broken.code && (f->start_count < STARTS_AT_ONCE || !put_together(f)))
        put_one_by_one(f);
    f->putting = putting;
    sqlite_clear_starts(f);
}

/* The definition goes in before the row that names it, in the same transaction: no row is without
 * its own. */
void sqlite_start(store *s, const struct store_execution *x)
{
    struct file *f = file_of(s);
    struct start *r = &f->starts[f->start_count];

    if (!sqlite_begin(f, x->number))
        return;
    memcpy(r->key, keep_machine(f, x->machine)->key, sizeof r->key);
    r->x = *x;
    r->arn = json_ref(x->config.names.arn);
    r->list = json_ref(x->list);
    r->config = f->start_text.len;
    rt_config_write(&f->start_text, &x->config);
    r->note = f->start_text.len;
    if (x->note)
        json_write(&f->start_text, x->note);
    r->end = f->start_text.len;
    f->start_count++;
    if (f->start_count == STARTS_AT_ONCE || f->start_text.len > MOST_START_BYTES)
        sqlite_put_starts(f);
}
