/* The SQLite store: what is read. */

#include "runtime/store/store_sqlite_impl.h"

#include "asl/model.h"
#include "runtime/core/event_text.h"

#include <inttypes.h>
#include <string.h>

/* ---- executions ---- */

uint64_t sqlite_next_number(const store *s)
{
    const struct file *f = (const struct file *)s;
    sqlite3_stmt *q = f->kept[NEXT_NUMBER];
    uint64_t n = 0;

    sqlite3_reset(q);
    if (sqlite3_step(q) == SQLITE_ROW)
        n = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return n;
}

/* A look at a text is a reference of ours. */
static void unref_look(const json *v)
{
    json *own;

    memcpy(&own, &v, sizeof own);
    json_unref(own);
}

/* What is in columns `at` and `at` + 1; owned. A note is what we wrote: it can be read. */
static void read_label(sqlite3_stmt *q, int at, const json **list, const json **note)
{
    const char *text = (const char *)sqlite3_column_text(q, at);

    *list = text ? json_string(text, (size_t)sqlite3_column_bytes(q, at)) : NULL;
    text = (const char *)sqlite3_column_text(q, at + 1);
    *note =
        text ? json_parse(text, (size_t)sqlite3_column_bytes(q, at + 1), JSON_READ_SURROGATES, NULL)
             : NULL;
}

void sqlite_clear_found(struct store_execution *x)
{
    rt_config_clear(&x->config);
    unref_look(x->list);
    unref_look(x->note);
    *x = (struct store_execution){0};
}

bool sqlite_find(store *s, uint64_t execution, const struct store_execution **out, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, GET_EXECUTION);
    struct store_execution *x = &f->found;
    bool good = false;

    sqlite_bind_number(q, 1, execution);
    int got = sqlite3_step(q);
    if (got == SQLITE_DONE) {
        sqlite_none(why, "execution");
    } else if (got != SQLITE_ROW || sqlite3_column_bytes(q, 0) != KEY_BYTES) {
        sqlite_read_failed(f, why);
    } else {
        sqlite_clear_found(x);
        *x = (struct store_execution){
            .number = execution,
            .status = (enum rt_status)sqlite3_column_int(q, 2),
            .start_ms = sqlite3_column_int64(q, 3),
            .stop_ms = sqlite3_column_int64(q, 4),
            .due_ms =
                sqlite3_column_type(q, 5) == SQLITE_NULL ? STORE_AWAKE : sqlite3_column_int64(q, 5),
            .parent = {sqlite3_column_type(q, 6) != SQLITE_NULL,
                       (uint64_t)sqlite3_column_int64(q, 6), (uint64_t)sqlite3_column_int64(q, 7)}};
        read_label(q, 8, &x->list, &x->note);
        x->transient = sqlite3_column_int(q, 10);
        x->redrives = (uint32_t)sqlite3_column_int64(q, 11);
        x->redriven_ms = sqlite3_column_int64(q, 12);
        x->machine = sqlite_machine(f, sqlite3_column_blob(q, 0), why);
        good = x->machine &&
               rt_config_read((const char *)sqlite3_column_text(q, 1),
                              (size_t)sqlite3_column_bytes(q, 1), x->machine, &x->config, why);
    }
    sqlite3_reset(q);
    if (good)
        *out = x;
    return good;
}

/* The events of a row from `seq` on. False when `visit` or the text says to stop: *good is false
 * in the latter case. */
static bool visit_row(const char *text, size_t len, const asl_machine *m, uint64_t seq,
                      store_visit *visit, void *user, bool *good, struct diag *why)
{
    for (const char *end, *last = text + len; text < last; text = end + 1) {
        struct rt_event e;
        if (!(end = memchr(text, '\n', (size_t)(last - text))))
            end = last;
        if (!rt_event_read(text, (size_t)(end - text), m, &e, why)) {
            *good = false;
            return false;
        }
        bool more = e.seq < seq || visit(user, &e);
        rt_event_clear(&e);
        if (!more)
            return false;
    }
    return true;
}

/* The events from `seq` on in the rows of the query. */
static bool read_rows(store *s, sqlite3_stmt *q, uint64_t execution, uint64_t seq,
                      store_visit *visit, void *user, struct diag *why)
{
    struct file *f = file_of(s);
    const struct store_execution *x;
    struct diag missing = {0};
    bool good = true;
    int got;

    if (!sqlite_find(s, execution, &x, &missing)) {
        good = missing.code == STORE_NONE;
        if (!good)
            diag_set(why, missing.code, 0, "%s", missing.text);
        diag_clear(&missing);
        return good;
    }
    sqlite_bind_number(q, 1, execution);
    while ((got = sqlite3_step(q)) == SQLITE_ROW)
        if (!visit_row((const char *)sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0),
                       x->machine, seq, visit, user, &good, why))
            break;
    if (got != SQLITE_ROW && got != SQLITE_DONE)
        good = sqlite_read_failed(f, why);
    if (!good)
        diag_prefix(why, "the history of execution %" PRIu64 ": ", execution);
    sqlite3_reset(q);
    return good;
}

bool sqlite_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                 struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), GET_EVENTS);

    sqlite_bind_number(q, 2, seq);
    return read_rows(s, q, execution, seq, visit, user, why);
}

bool sqlite_read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                      struct diag *why)
{
    return read_rows(s, sqlite_use(file_of(s), GET_LAST_EVENTS), execution, 0, visit, user, why);
}

/* A query for one number that may be none. */
static bool get_number(struct file *f, sqlite3_stmt *q, uint64_t *out, struct diag *why)
{
    bool row = sqlite3_step(q) == SQLITE_ROW,
         found = row && sqlite3_column_type(q, 0) != SQLITE_NULL;

    if (found)
        *out = (uint64_t)sqlite3_column_int64(q, 0);
    else if (row)
        sqlite_none(why, "execution");
    else
        sqlite_read_failed(f, why);
    sqlite3_reset(q);
    return found;
}

bool sqlite_find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), FIND_ARN);

    sqlite_bind_string(q, 1, arn);
    return get_number(file_of(s), q, execution, why);
}

bool sqlite_find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                       struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), FIND_CHILD);

    sqlite_bind_number(q, 1, parent);
    sqlite_bind_number(q, 2, ref);
    return get_number(file_of(s), q, execution, why);
}

bool sqlite_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                       struct diag *why)
{
    struct file *f = file_of(s);
    unsigned char key[KEY_BYTES];
    sqlite3_stmt *q = sqlite_use(f, FIND_TOKEN);

    sqlite_hash(f, token, strlen(token), key);
    sqlite3_bind_blob(q, 1, key, KEY_BYTES, SQLITE_STATIC);
    int got = sqlite3_step(q);
    if (got == SQLITE_ROW) {
        *execution = (uint64_t)sqlite3_column_int64(q, 0);
        *seq = (uint64_t)sqlite3_column_int64(q, 1);
    } else if (got == SQLITE_DONE) {
        sqlite_none(why, "token");
    } else {
        sqlite_read_failed(f, why);
    }
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return got == SQLITE_ROW;
}

bool sqlite_list_running(store *s, store_visit_running *visit, void *user, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, LIST_RUNNING);
    int got;

    while ((got = sqlite3_step(q)) == SQLITE_ROW) {
        struct store_running r = {
            .number = (uint64_t)sqlite3_column_int64(q, 0),
            .due_ms =
                sqlite3_column_type(q, 1) == SQLITE_NULL ? STORE_AWAKE : sqlite3_column_int64(q, 1),
            .parent = {sqlite3_column_type(q, 2) != SQLITE_NULL,
                       (uint64_t)sqlite3_column_int64(q, 2), (uint64_t)sqlite3_column_int64(q, 3)}};
        read_label(q, 4, &r.list, &r.note);
        r.transient = sqlite3_column_int(q, 6);
        bool more = visit(user, &r);
        unref_look(r.list);
        unref_look(r.note);
        if (!more)
            break;
    }
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || sqlite_read_failed(f, why);
    sqlite3_reset(q);
    return good;
}

bool sqlite_list_executions(store *s, const char *list, const enum rt_status *status,
                            uint64_t before, store_visit_number *visit, void *user,
                            struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, status ? LIST_STATUS : LIST_ALL);
    int got;

    sqlite_bind_string(q, 1, list);
    sqlite_bind_number(q, 2, before < INT64_MAX ? before : INT64_MAX);
    if (status)
        sqlite3_bind_int(q, 3, (int)*status);
    while ((got = sqlite3_step(q)) == SQLITE_ROW)
        if (!visit(user, (uint64_t)sqlite3_column_int64(q, 0)))
            break;
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || sqlite_read_failed(f, why);
    sqlite3_reset(q);
    return good;
}

bool sqlite_get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, GET_RECORD);

    sqlite_bind_string(q, 1, kind);
    sqlite_bind_string(q, 2, key);
    int got = sqlite3_step(q);
    if (got == SQLITE_ROW)
        buf_add(out, (const char *)sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0));
    else if (got == SQLITE_DONE)
        sqlite_none(why, "record");
    else
        sqlite_read_failed(f, why);
    sqlite3_reset(q);
    return got == SQLITE_ROW;
}

bool sqlite_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                 void *user, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, LIST_RECORDS);
    int got;

    sqlite_bind_string(q, 1, kind);
    sqlite_bind_string(q, 2, after ? after : "");
    while ((got = sqlite3_step(q)) == SQLITE_ROW)
        if (!visit(user, (const char *)sqlite3_column_text(q, 0),
                   (const char *)sqlite3_column_text(q, 1), (size_t)sqlite3_column_bytes(q, 1)))
            break;
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || sqlite_read_failed(f, why);
    sqlite3_reset(q);
    return good;
}
