/*
 * The SQLite store: what is wrong with a file, row by row. What a server finds when it needs a row,
 * this finds without one: each definition is compiled, each history folded, each token looked for.
 */

#include "runtime/store/store_check.h"

#include "parsers/count.h"
#include "runtime/store/store_sqlite_impl.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

struct check {
    struct file *file;
    store_tell *tell;
    void *user;
    struct store_counts *counts;
    struct diag *why;
};

static void tell(const struct check *c, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void tell(const struct check *c, const char *what, const char *format, ...)
{
    struct buf where = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&where, format, args);
    va_end(args);
    c->tell(c->user, buf_str(&where), what);
    buf_clear(&where);
}

/* Rows of a query, handed to `see` with its first column at hand. False: it can't be read. */
static bool for_each(struct check *c, const char *sql,
                     void (*see)(struct check *c, sqlite3_stmt *row))
{
    sqlite3_stmt *q = NULL;
    int got = sqlite3_prepare_v2(c->file->db, sql, -1, &q, NULL);

    while (got == SQLITE_OK && (got = sqlite3_step(q)) == SQLITE_ROW) {
        see(c, q);
        got = SQLITE_OK;
    }
    if (got != SQLITE_DONE)
        sqlite_read_failed(c->file, c->why);
    sqlite3_finalize(q);
    return got == SQLITE_DONE;
}

static const char *text_at(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    return text ? text : "";
}

/* ---- the file ---- */

static void see_integrity(struct check *c, sqlite3_stmt *row)
{
    if (strcmp(text_at(row, 0), "ok") != 0)
        tell(c, text_at(row, 0), STORE_FILE);
}

/* ---- definitions ---- */

static void see_definition(struct check *c, sqlite3_stmt *row)
{
    unsigned char key[KEY_BYTES];
    struct diag why = {0};
    struct buf hex = {0};

    c->counts->definitions++;
    buf_add_hex(&hex, sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0));
    sqlite_hash(c->file, text_at(row, 1), (size_t)sqlite3_column_bytes(row, 1), key);
    if (sqlite3_column_bytes(row, 0) != KEY_BYTES ||
        memcmp(sqlite3_column_blob(row, 0), key, KEY_BYTES) != 0)
        tell(c, "its text is not the one that was kept", "definition %s", buf_str(&hex));
    else if (!sqlite_machine(c->file, key, &why))
        tell(c, why.text, "definition %s", buf_str(&hex));
    buf_clear(&hex);
    diag_clear(&why);
}

/* ---- executions ---- */

struct folding {
    struct check *check;
    rt_exec *x;
    uint64_t number;
    bool fits;
    uint64_t lost_token; /* of an event; 0: none */
};

static bool apply(void *user, const struct rt_event *e)
{
    struct folding *f = user;
    uint64_t execution, seq;
    struct diag why = {0};

    f->fits = rt_fits(f->x, e);
    if (!f->fits)
        return false;
    rt_apply(f->x, e);
    if (e->token &&
        !(sqlite_find_token(&f->check->file->store, json_str(e->token), &execution, &seq, &why) &&
          execution == f->number && seq == e->seq))
        f->lost_token = e->seq;
    diag_clear(&why);
    return true;
}

static void check_status(const struct check *c, const struct folding *f, enum rt_status status)
{
    struct buf text = {0};

    if (rt_exec_status(f->x) != status) {
        buf_printf(&text, "its row says that it is %s, its history that it is %s",
                   rt_status_name(status), rt_status_name(rt_exec_status(f->x)));
        tell(c, buf_str(&text), "execution %" PRIu64 " (%s)", f->number,
             json_str(rt_exec_names(f->x)->arn));
    }
    buf_clear(&text);
}

/* Looks at a history whose configuration can be read. */
static void check_history(struct check *c, uint64_t number, const struct store_execution *row)
{
    struct folding f = {.check = c, .number = number, .fits = true};
    enum rt_status status = row->status;
    struct diag why = {0};
    struct buf text = {0};

    f.x = rt_exec_new(row->machine, &row->config);
    const char *arn = json_str(rt_exec_names(f.x)->arn);
    if (!sqlite_read(&c->file->store, number, 0, apply, &f, &why)) {
        buf_printf(&text, "%s, behind %" PRIu32 " events", why.text, rt_exec_events(f.x));
        tell(c, buf_str(&text), "execution %" PRIu64 " (%s)", number, arn);
    } else if (!f.fits || !rt_exec_start_ms(f.x)) {
        buf_printf(&text,
                   "its history has a gap, or what belongs elsewhere, behind %" PRIu32 " events",
                   rt_exec_events(f.x));
        tell(c, buf_str(&text), "execution %" PRIu64 " (%s)", number, arn);
    } else {
        check_status(c, &f, status);
    }
    if (f.lost_token)
        tell(c, "the token of a task leads elsewhere, or nowhere",
             "execution %" PRIu64 " (%s), event %" PRIu64, number, arn, f.lost_token);
    rt_exec_free(f.x);
    buf_clear(&text);
    diag_clear(&why);
}

static void see_execution(struct check *c, sqlite3_stmt *of)
{
    uint64_t number = (uint64_t)sqlite3_column_int64(of, 0);
    const struct store_execution *row;
    struct diag why = {0};
    struct buf text = {0};

    c->counts->executions++;
    if (!sqlite_find(&c->file->store, number, &row, &why)) {
        tell(c, why.text, "execution %" PRIu64, number);
    } else if (row->damage) {
        if (row->apart)
            buf_adds(&text, "it was set apart: ");
        buf_adds(&text, row->damage);
        tell(c, buf_str(&text), "execution %" PRIu64 " (%s)", number,
             json_str(row->config.names.arn));
    } else {
        check_history(c, number, row);
    }
    buf_clear(&text);
    diag_clear(&why);
}

static void see_spoiled(struct check *c, sqlite3_stmt *row)
{
    tell(c, "its row can't be one that was kept", "execution %" PRId64 " (%s)",
         (int64_t)sqlite3_column_int64(row, 0), text_at(row, 1));
}

static void see_parentless(struct check *c, sqlite3_stmt *row)
{
    tell(c, "the execution whose Map Run it is of is not there", "execution %" PRId64 " (%s)",
         (int64_t)sqlite3_column_int64(row, 0), text_at(row, 1));
}

/* ---- what nobody has ---- */

static void see_lost_events(struct check *c, sqlite3_stmt *row)
{
    tell(c, "the execution that they are of is not there", "%" PRId64 " rows of events of %" PRId64,
         (int64_t)sqlite3_column_int64(row, 1), (int64_t)sqlite3_column_int64(row, 0));
}

static void see_lost_tokens(struct check *c, sqlite3_stmt *row)
{
    tell(c, "the execution that they are of is not there", "%" PRId64 " tokens of %" PRId64,
         (int64_t)sqlite3_column_int64(row, 1), (int64_t)sqlite3_column_int64(row, 0));
}

static void count_rows(struct check *c, sqlite3_stmt *row)
{
    c->counts->rows = (uint64_t)sqlite3_column_int64(row, 0);
}

bool store_check(store *s, store_tell *told, void *user, struct store_counts *counts,
                 struct diag *why)
{
    static const struct {
        const char *sql;
        void (*see)(struct check *c, sqlite3_stmt *row);
    } looks[] = {
        {"PRAGMA integrity_check(100)", see_integrity},
        {"SELECT key, text FROM definitions ORDER BY key", see_definition},
        {"SELECT number FROM executions ORDER BY number", see_execution},
        {"SELECT number, arn FROM executions WHERE " STORE_SPOILED " ORDER BY number", see_spoiled},
        /* Earlier versions forgot parents with their events before the children: those go when a
         * server opens the file. What is not kept when it ends is only about to be stopped. */
        {"SELECT number, arn FROM executions AS child WHERE parent IS NOT NULL AND transient=0 "
         "AND NOT EXISTS(SELECT 1 FROM executions WHERE number=child.parent) "
         "AND EXISTS(SELECT 1 FROM events WHERE execution=child.parent) ORDER BY number",
         see_parentless},
        {"SELECT execution, count(*) FROM events WHERE execution NOT IN"
         "(SELECT number FROM executions) GROUP BY execution",
         see_lost_events},
        {"SELECT execution, count(*) FROM tokens WHERE execution NOT IN"
         "(SELECT number FROM executions) GROUP BY execution",
         see_lost_tokens},
        {"SELECT count(*) FROM events", count_rows},
    };
    struct check c = {file_of(s), told, user, counts, why};
    bool good = true, damaged = false;

    *counts = (struct store_counts){0};
    for (size_t i = 0; good && i < COUNT(looks); i++) {
        good = for_each(&c, looks[i].sql, looks[i].see) || strcmp(why->code, STORE_DAMAGED) == 0;
        /* What lies on other pages can be looked at all the same. */
        if (good && why->code) {
            if (!damaged)
                tell(&c, why->text, STORE_FILE);
            damaged = true;
            diag_clear(why);
        }
    }
    return good;
}
