/*
 * The SQLite store: what is read. A file may have been damaged or changed by others, so nothing of
 * a row is trusted: what can't be what was put in is STORE_DAMAGED, which costs its execution only.
 */

#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "runtime/core/event_text.h"

#include <string.h>

/* ---- executions ---- */

bool sqlite_next_number(store *s, uint64_t *out, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, NEXT_NUMBER);
    bool good = sqlite.step(q) == SQLITE_ROW || sqlite_read_failed(f, why);

    if (good)
        *out = (uint64_t)sqlite.column_int64(q, 0);
    sqlite.reset(q);
    return good;
}

/* What is in columns `at` and `at` + 1; owned. */
static void read_label(sqlite3_stmt *q, int at, const json **list, const json **note)
{
    const char *text = (const char *)sqlite.column_text(q, at);

    *list = kept_list(text, (size_t)sqlite.column_bytes(q, at));
    text = (const char *)sqlite.column_text(q, at + 1);
    *note = kept_note(text, (size_t)sqlite.column_bytes(q, at + 1));
}

void sqlite_clear_found(struct file *f)
{
    kept_clear_row(&f->found);
    f->machines.look = NULL;
}

/* ---- one execution ---- */

/* Something of the row of `x` is wrong; the first thing counts. Text of `f`, as rows are read one
 * at a time and are looks. */
static void spoil(struct file *f, struct store_execution *x, const char *text)
{
    if (x->damage)
        return;
    buf_reset(&f->damage);
    buf_adds(&f->damage, text);
    x->damage = buf_str(&f->damage);
}

static json *sqlite_text_in(sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite.column_text(q, column);

    return json_string(text ? text : "", (size_t)sqlite.column_bytes(q, column));
}

/* The machine and the configuration, as far as they can be read. False: the file can't be. */
static bool sqlite_read_config(struct file *f, sqlite3_stmt *q, struct store_execution *x,
                               struct diag *why)
{
    struct diag wrong = {0};
    bool good = true;

    if (sqlite.column_bytes(q, 0) != KEPT_KEY_BYTES)
        spoil(f, x, "it doesn't say which definition it runs");
    /* A definition that can't be compiled is this row's damage; a file that can't be read is
     * nobody's in particular. */
    else if (!(x->machine = sqlite_machine(f, sqlite.column_blob(q, 0), &wrong)))
        good = strcmp(wrong.code, STORE_DAMAGED) == 0;
    if (!good)
        diag_set(why, wrong.code, 0, "%s", wrong.text);
    else if (wrong.code)
        spoil(f, x, wrong.text);
    diag_clear(&wrong);
    if (good &&
        !rt_config_read((const char *)sqlite.column_text(q, 1), (size_t)sqlite.column_bytes(q, 1),
                        x->machine, &x->config, &wrong)) {
        diag_prefix(&wrong, "its configuration: ");
        spoil(f, x, wrong.text);
        diag_clear(&wrong);
    }
    return good;
}

static bool sqlite_read_row(struct file *f, sqlite3_stmt *q, struct store_execution *x,
                            struct diag *why)
{
    const char *damage = (const char *)sqlite.column_text(q, 13);
    int status = sqlite.column_int(q, 2);

    /* A status that is none counts as a failure: it ends, and nobody takes it up. */
    x->status = status >= RT_RUNNING && status <= RT_TIMED_OUT ? (enum rt_status)status : RT_FAILED;
    x->start_ms = sqlite.column_int64(q, 3);
    x->stop_ms = sqlite.column_int64(q, 4);
    x->due_ms = sqlite.column_type(q, 5) == SQLITE_NULL ? STORE_AWAKE : sqlite.column_int64(q, 5);
    x->parent = (struct store_parent){sqlite.column_type(q, 6) != SQLITE_NULL,
                                      (uint64_t)sqlite.column_int64(q, 6),
                                      (uint64_t)sqlite.column_int64(q, 7)};
    read_label(q, 8, &x->list, &x->note);
    x->transient = sqlite.column_int(q, 10);
    x->redrives = (uint32_t)sqlite.column_int64(q, 11);
    x->redriven_ms = sqlite.column_int64(q, 12);
    x->apart = damage != NULL;
    if (damage)
        spoil(f, x, damage);
    if (status != (int)x->status)
        spoil(f, x, "its status is none");
    bool good = sqlite_read_config(f, q, x, why);
    kept_fill_names(x, sqlite_text_in(q, 14));
    return good;
}

/* What is left to tell of one whose row can't be read. */
static void sqlite_read_nothing(struct file *f, struct store_execution *x, const char *arn,
                                const char *why)
{
    x->status = RT_FAILED;
    x->apart = true;
    spoil(f, x, why);
    kept_fill_names(x, json_cstring(arn));
}

static bool sqlite_find_apart(struct file *f, uint64_t execution, const char *arn, const char *why,
                              const struct store_execution **out)
{
    sqlite_clear_found(f);
    f->found.number = execution;
    sqlite_read_nothing(f, &f->found, arn, why);
    *out = &f->found;
    return true;
}

/* False with *why filled: it is not the row that can't be read. */
static bool sqlite_find_damaged(struct file *f, uint64_t execution,
                                const struct store_execution **out, struct diag *why)
{
    struct diag damage = {0};
    struct buf arn = {0};
    bool good = !sqlite_read_failed(f, &damage) && strcmp(damage.code, STORE_DAMAGED) == 0;

    if (good) {
        sqlite_add_arn(f, execution, &arn);
        sqlite_find_apart(f, execution, buf_str(&arn), damage.text, out);
    } else {
        diag_set(why, damage.code, 0, "%s", damage.text);
    }
    diag_clear(&damage);
    buf_clear(&arn);
    return good;
}

bool sqlite_find(store *s, uint64_t execution, const struct store_execution **out, struct diag *why)
{
    struct file *f = file_of(s);
    const struct apart *a = sqlite_apart_of(f, execution);
    bool good = false;

    if (a)
        return sqlite_find_apart(f, execution, a->arn, a->why, out);
    sqlite3_stmt *q = sqlite_use(f, GET_EXECUTION);
    f->reading = execution;
    sqlite_bind_number(q, 1, execution);
    int got = sqlite.step(q);
    if (got == SQLITE_DONE) {
        sqlite_none(why, "execution");
    } else if (got != SQLITE_ROW) {
        good = sqlite_find_damaged(f, execution, out, why);
        sqlite.reset(q);
        return good;
    } else {
        sqlite_clear_found(f);
        f->found.number = execution;
        good = sqlite_read_row(f, q, &f->found, why);
        f->machines.look = f->found.machine;
    }
    sqlite.reset(q);
    if (good)
        *out = &f->found;
    return good;
}

static json *sqlite_read_data(void *user, uint64_t execution, uint64_t seq, struct diag *why)
{
    struct file *f = user;
    sqlite3_stmt *q = sqlite_use(f, GET_EVENT);
    json *data = NULL;

    f->reading = execution;
    sqlite_bind_number(q, 1, execution);
    sqlite_bind_number(q, 2, seq);
    int got = sqlite.step(q);
    if (got != SQLITE_ROW && got != SQLITE_DONE)
        sqlite_read_failed(f, why);
    else
        data = kept_rows_data((const char *)sqlite.column_text(q, 0),
                              (size_t)sqlite.column_bytes(q, 0),
                              (uint64_t)sqlite.column_int64(q, 1), seq, why);
    sqlite.reset(q);
    return data;
}

void sqlite_share(struct kept_sharing *s, struct file *f, uint64_t execution)
{
    kept_share(s, &f->shared, execution, sqlite_read_data, f);
}

/* What read_rows needs to know of a read. */
struct reading {
    struct kept_reading rows;
    bool one; /* a row is enough */
};

/* The events that `r` asks for, in the rows of the query. */
static bool read_rows(store *s, sqlite3_stmt *q, uint64_t execution, struct reading *r)
{
    struct file *f = file_of(s);
    const struct store_execution *x;
    struct diag missing = {0};
    int got;

    /* Events whose row is missing are nobody's: as if there were none. */
    if (!sqlite_find(s, execution, &x, &missing)) {
        bool good = missing.code == STORE_NONE;
        if (!good)
            diag_set(r->rows.why, missing.code, 0, "%s", missing.text);
        diag_clear(&missing);
        return good;
    }
    /* Events name states by their numbers in the machine, so without it none can be read. */
    if (!x->machine) {
        diag_set(r->rows.why, STORE_DAMAGED, 0, "%s", x->damage);
        return false;
    }
    r->rows.machine = x->machine;
    r->rows.good = true;
    sqlite_share(&r->rows.sharing, f, execution);
    f->reading = execution;
    sqlite_bind_number(q, 1, execution);
    while ((got = sqlite.step(q)) == SQLITE_ROW)
        if (!kept_rows_visit(&r->rows, (const char *)sqlite.column_text(q, 0),
                             (size_t)sqlite.column_bytes(q, 0),
                             (uint64_t)sqlite.column_int64(q, 1)) ||
            r->one)
            break;
    if (got != SQLITE_ROW && got != SQLITE_DONE)
        r->rows.good = sqlite_read_failed(f, r->rows.why);
    sqlite.reset(q);
    return r->rows.good;
}

bool sqlite_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                 struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), GET_EVENTS);
    struct reading r = {
        .rows = {.from = seq, .before = UINT64_MAX, .visit = visit, .user = user, .why = why}};

    sqlite_bind_number(q, 2, seq);
    return read_rows(s, q, execution, &r);
}

bool sqlite_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                         struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), GET_EVENTS);
    struct reading r = {.rows = {.from = seq,
                                 .before = UINT64_MAX,
                                 .outline = true,
                                 .visit = visit,
                                 .user = user,
                                 .why = why}};

    sqlite_bind_number(q, 2, seq);
    return read_rows(s, q, execution, &r);
}

bool sqlite_read_back(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                      struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), GET_EVENTS_BACK);
    struct reading r = {
        .rows = {.before = seq, .back = true, .visit = visit, .user = user, .why = why}};

    /* SQLite's numbers are signed. */
    sqlite_bind_number(q, 2, seq < INT64_MAX ? seq : INT64_MAX);
    return read_rows(s, q, execution, &r);
}

bool sqlite_read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                      struct diag *why)
{
    struct reading r = {.rows = {.before = UINT64_MAX, .visit = visit, .user = user, .why = why},
                        .one = true};

    return read_rows(s, sqlite_use(file_of(s), GET_LAST_EVENTS), execution, &r);
}

/* A query for one number that may be none. max() gives a row even where it finds none: then the
 * number is NULL. */
static bool get_number(struct file *f, sqlite3_stmt *q, uint64_t *out, struct diag *why)
{
    int got = sqlite.step(q);
    bool found = got == SQLITE_ROW && sqlite.column_type(q, 0) != SQLITE_NULL;

    if (found)
        *out = (uint64_t)sqlite.column_int64(q, 0);
    else if (got == SQLITE_ROW || got == SQLITE_DONE)
        sqlite_none(why, "execution");
    else
        sqlite_read_failed(f, why);
    sqlite.reset(q);
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

bool sqlite_find_map_run(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    struct file *f = file_of(s);
    unsigned char key[KEPT_KEY_BYTES];
    sqlite3_stmt *q = sqlite_use(f, FIND_TOKEN);

    kept_map_run_key(f->hash, arn, strlen(arn), key);
    sqlite.bind_blob(q, 1, key, KEPT_KEY_BYTES, SQLITE_STATIC);
    bool found = get_number(f, q, execution, why);
    sqlite.clear_bindings(q);
    return found;
}

bool sqlite_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                       struct diag *why)
{
    struct file *f = file_of(s);
    unsigned char key[KEPT_KEY_BYTES];
    sqlite3_stmt *q = sqlite_use(f, FIND_TOKEN);

    kept_key(f->hash, token, strlen(token), key);
    sqlite.bind_blob(q, 1, key, KEPT_KEY_BYTES, SQLITE_STATIC);
    int got = sqlite.step(q);
    if (got == SQLITE_ROW) {
        *execution = (uint64_t)sqlite.column_int64(q, 0);
        *seq = (uint64_t)sqlite.column_int64(q, 1);
    } else if (got == SQLITE_DONE) {
        sqlite_none(why, "token");
    } else {
        sqlite_read_failed(f, why);
    }
    sqlite.reset(q);
    sqlite.clear_bindings(q);
    return got == SQLITE_ROW;
}

/* A row can't be read: the number of the next one that runs is in an index, too. */
static bool next_running(struct file *f, int64_t *number, struct diag *why)
{
    struct diag damage = {0};
    bool good = !sqlite_read_failed(f, &damage) && strcmp(damage.code, STORE_DAMAGED) == 0;
    sqlite3_stmt *q = sqlite_use(f, NEXT_RUNNING);

    sqlite.bind_int64(q, 1, *number);
    if (good && (good = sqlite.step(q) == SQLITE_ROW))
        *number = sqlite.column_int64(q, 0);
    else
        diag_set(why, damage.code, 0, "%s", damage.text);
    sqlite.reset(q);
    diag_clear(&damage);
    return good;
}

bool sqlite_list_running(store *s, bool labels, store_visit_running *visit, void *user,
                         struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, LIST_RUNNING);
    int64_t last = -1;
    int got;

    sqlite.bind_int64(q, 1, last);
    /* A row that can't be read ends the query. It is told as lost, by its number alone, and a new
     * query goes on behind it. */
    while ((got = sqlite.step(q)) == SQLITE_ROW || got == SQLITE_CORRUPT) {
        if (got == SQLITE_CORRUPT) {
            struct store_running lost = {.due_ms = STORE_AWAKE};
            bool found = next_running(f, &last, why);
            sqlite.reset(q);
            lost.number = (uint64_t)last;
            if (!found || !visit(user, &lost))
                return found;
            sqlite.bind_int64(q, 1, last);
            continue;
        }
        last = sqlite.column_int64(q, 0);
        struct store_running r = {
            .number = (uint64_t)sqlite.column_int64(q, 0),
            .due_ms =
                sqlite.column_type(q, 1) == SQLITE_NULL ? STORE_AWAKE : sqlite.column_int64(q, 1),
            .parent = {sqlite.column_type(q, 2) != SQLITE_NULL, (uint64_t)sqlite.column_int64(q, 2),
                       (uint64_t)sqlite.column_int64(q, 3)}};
        /* Two texts a row: recovery of many executions does without them. */
        if (labels)
            read_label(q, 4, &r.list, &r.note);
        r.transient = sqlite.column_int(q, 6);
        bool more = visit(user, &r);
        kept_unref_look(r.list);
        kept_unref_look(r.note);
        if (!more)
            break;
    }
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || sqlite_read_failed(f, why);
    sqlite.reset(q);
    return good;
}

/* The numbers that a statement gives. */
static bool visit_numbers(struct file *f, enum statement statement, store_visit_number *visit,
                          void *user, struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(f, statement);
    int got;

    while ((got = sqlite.step(q)) == SQLITE_ROW)
        if (!visit(user, (uint64_t)sqlite.column_int64(q, 0)))
            break;
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || sqlite_read_failed(f, why);
    sqlite.reset(q);
    return good;
}

bool sqlite_list_spoiled(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    return visit_numbers(file_of(s), LIST_SPOILED, visit, user, why);
}

bool sqlite_list_numbers(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    return visit_numbers(file_of(s), LIST_NUMBERS, visit, user, why);
}

bool sqlite_list_executions(store *s, const char *list, const enum rt_status *status,
                            const struct store_place *after, store_visit_listed *visit, void *user,
                            struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, status ? LIST_STATUS : LIST_ALL);
    int got;

    sqlite_bind_string(q, 1, list);
    /* Pages go on behind a place, not behind a count, so what comes in meanwhile shifts nothing. */
    sqlite.bind_int64(q, 2, after ? after->at_ms : INT64_MAX);
    sqlite_bind_number(q, 3, after ? after->number : INT64_MAX);
    if (status)
        sqlite.bind_int(q, 4, (int)*status);
    while ((got = sqlite.step(q)) == SQLITE_ROW) {
        struct store_listed x = {
            .place = {sqlite.column_int64(q, 0), (uint64_t)sqlite.column_int64(q, 1)},
            .redrives = (uint32_t)sqlite.column_int64(q, 2)};
        if (!visit(user, &x))
            break;
    }
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || sqlite_read_failed(f, why);
    sqlite.reset(q);
    return good;
}

/* A query for one text that may be none; `what` it is. */
static bool get_text(struct file *f, sqlite3_stmt *q, const char *what, struct buf *out,
                     struct diag *why)
{
    int got = sqlite.step(q);

    if (got == SQLITE_ROW)
        buf_add(out, (const char *)sqlite.column_text(q, 0), (size_t)sqlite.column_bytes(q, 0));
    else if (got == SQLITE_DONE)
        sqlite_none(why, what);
    else
        sqlite_read_failed(f, why);
    sqlite.reset(q);
    return got == SQLITE_ROW;
}

/* Puts the next name in the place of one, by a statement that is given that. */
static bool find_next_name(struct file *f, enum statement statement, const char *what,
                           struct buf *name, struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(f, statement);
    struct buf next = {0};

    sqlite.bind_text64(q, 1, buf_str(name), name->len, SQLITE_STATIC, SQLITE_UTF8);
    bool found = get_text(f, q, what, &next, why);
    sqlite.clear_bindings(q);
    if (found) {
        buf_reset(name);
        buf_add(name, next.data, next.len);
    }
    buf_clear(&next);
    return found;
}

bool sqlite_next_list(store *s, struct buf *name, struct diag *why)
{
    return find_next_name(file_of(s), NEXT_LIST, "list", name, why);
}

bool sqlite_next_kind(store *s, struct buf *kind, struct diag *why)
{
    return find_next_name(file_of(s), NEXT_KIND, "kind", kind, why);
}

bool sqlite_get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why)
{
    sqlite3_stmt *q = sqlite_use(file_of(s), GET_RECORD);

    sqlite_bind_string(q, 1, kind);
    sqlite_bind_string(q, 2, key);
    return get_text(file_of(s), q, "record", out, why);
}

bool sqlite_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                 void *user, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = sqlite_use(f, LIST_RECORDS);
    int got;

    sqlite_bind_string(q, 1, kind);
    sqlite_bind_string(q, 2, after ? after : "");
    while ((got = sqlite.step(q)) == SQLITE_ROW)
        if (!visit(user, (const char *)sqlite.column_text(q, 0),
                   (const char *)sqlite.column_text(q, 1), (size_t)sqlite.column_bytes(q, 1)))
            break;
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || sqlite_read_failed(f, why);
    sqlite.reset(q);
    return good;
}
