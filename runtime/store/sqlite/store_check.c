/*
 * The SQLite store: what is wrong with a file, row by row. What a server finds when it needs a row,
 * this finds without one: each definition is compiled, each history folded, each token looked for.
 */

#include "runtime/store/sqlite/store_check.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/store/sqlite/store_sqlite_impl.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

struct check {
    struct file *file;
    /* Queries for one number: where a token leads in an execution; whether the child of an event is
     * listed under that name; how many tokens and children an execution has. */
    sqlite3_stmt *token, *child, *tokens, *children;
    store_tell *tell;
    void *user;
    struct store_counts *counts;
    struct diag *why;
};

static void store_check_tell(const struct check *c, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void store_check_tell(const struct check *c, const char *what, const char *format, ...)
{
    struct buf where = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&where, format, args);
    va_end(args);
    c->tell(c->user, buf_str(&where), what);
    buf_clear(&where);
}

/* Rows of a query, handed to `see` with its first column at hand. False: it can't be read. `see`
 * may ask further queries, but must not write: the rows come from the file as it is read. */
static bool for_each(struct check *c, const char *sql,
                     void (*see)(struct check *c, sqlite3_stmt *row))
{
    sqlite3_stmt *q = NULL;
    int got = sqlite.prepare_v2(c->file->db, sql, -1, &q, NULL);

    while (got == SQLITE_OK && (got = sqlite.step(q)) == SQLITE_ROW) {
        see(c, q);
        got = SQLITE_OK;
    }
    if (got != SQLITE_DONE)
        sqlite_read_failed(c->file, c->why);
    sqlite.finalize(q);
    return got == SQLITE_DONE;
}

static const char *store_check_text_at(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite.column_text(row, column);

    return text ? text : "";
}

/* ---- the file ---- */

static void see_integrity(struct check *c, sqlite3_stmt *row)
{
    if (strcmp(store_check_text_at(row, 0), "ok") != 0)
        store_check_tell(c, store_check_text_at(row, 0), STORE_FILE);
}

bool sqlite_is_whole(struct file *f, const char *sql)
{
    sqlite3_stmt *q = NULL;
    int got = sqlite.prepare_v2(f->db, sql, -1, &q, NULL);

    while (got == SQLITE_OK && (got = sqlite.step(q)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite.column_count(q); i++)
            sqlite.column_bytes(q, i);
        got = SQLITE_OK;
    }
    sqlite.finalize(q);
    return (got & 0xff) != SQLITE_CORRUPT;
}

/* An index of some rows only is used when those are asked for. */
bool sqlite_is_whole_index(struct file *f, const char *name, const char *table, const char *sql)
{
    const char *some = sql ? strstr(sql, " WHERE ") : NULL;
    struct buf ask = {0};

    buf_printf(&ask, "SELECT sum(1) FROM %s INDEXED BY %s%s", table, name, some ? some : "");
    bool whole = sqlite_is_whole(f, buf_str(&ask));
    buf_clear(&ask);
    return whole;
}

/* A table, or an index, that is read without the help of another. Reading alone meets a damaged
 * page, so the report can name the table or index that has it. */
static void see_tree(struct check *c, sqlite3_stmt *row)
{
    bool index = strcmp(store_check_text_at(row, 0), "index") == 0;
    const char *name = store_check_text_at(row, 1), *table = store_check_text_at(row, 2);
    struct buf sql = {0}, text = {0};

    buf_printf(&sql, "SELECT * FROM %s NOT INDEXED", name);
    if (index ? !sqlite_is_whole_index(c->file, name, table, store_check_text_at(row, 3))
              : !sqlite_is_whole(c->file, buf_str(&sql))) {
        *(index ? &c->counts->bad_indexes : &c->counts->bad_tables) += 1;
        buf_printf(&text,
                   index ? "the index %s of the table %s is damaged"
                         : "the table %s can't be read to its end",
                   name, table);
        store_check_tell(c, buf_str(&text), STORE_FILE);
    }
    buf_clear(&sql);
    buf_clear(&text);
}

/* ---- definitions ---- */

static void see_definition(struct check *c, sqlite3_stmt *row)
{
    unsigned char key[KEPT_KEY_BYTES];
    struct diag why = {0};
    struct buf hex = {0};

    c->counts->definitions++;
    buf_add_hex(&hex, sqlite.column_blob(row, 0), (size_t)sqlite.column_bytes(row, 0));
    /* The key is the hash of the text, so a definition proves itself. */
    kept_key(c->file->hash, store_check_text_at(row, 1), (size_t)sqlite.column_bytes(row, 1), key);
    if (sqlite.column_bytes(row, 0) != KEPT_KEY_BYTES ||
        memcmp(sqlite.column_blob(row, 0), key, KEPT_KEY_BYTES) != 0)
        store_check_tell(c, "its text is not the one that was kept", "definition %s",
                         buf_str(&hex));
    else if (!sqlite_machine(c->file, key, &why))
        store_check_tell(c, why.text, "definition %s", buf_str(&hex));
    buf_clear(&hex);
    diag_clear(&why);
}

/* ---- executions ---- */

/* All columns of an execution that another one, or the history, tells as well. */
enum column {
    NUMBER,
    ARN,
    LIST,
    STATUS,
    START,
    STOP,
    DUE,
    LISTED,
    TRANSIENT,
    REDRIVES,
    REDRIVEN,
    PARENT,
    NOTE,
};
static const char *const columns[] = {"number",      "arn",    "list",      "status",    "start_ms",
                                      "stop_ms",     "due_ms", "listed_ms", "transient", "redrives",
                                      "redriven_ms", "parent", "note"};
#define EXECUTIONS                                                                                 \
    "SELECT number, arn, list, status, start_ms, stop_ms, due_ms, listed_ms, transient, "          \
    "redrives, "                                                                                   \
    "redriven_ms, parent, note FROM executions ORDER BY number"

struct folding {
    struct check *check;
    rt_exec *x;
    uint64_t number;
    bool fits;
    uint64_t lost_token; /* of an event; 0: none */
    int64_t tokens;      /* that lead to its events */
    /* The Map Runs, by their frames, and the executions of them that are there: */
    struct map_run {
        uint32_t frame;
        json *arn;
    } * runs;
    size_t run_count, run_cap;
    int64_t children;
    uint64_t strange_child; /* one that is listed elsewhere; 0: none */
};

static void tell_of(const struct folding *f, const char *what)
{
    store_check_tell(f->check, what, "execution %" PRIu64 " (%s)", f->number,
                     json_str(rt_exec_names(f->x)->arn));
}

/* A number that a query gives; -1: none. */
static int64_t store_check_ask(struct check *c, sqlite3_stmt *q)
{
    int got = sqlite.step(q);
    int64_t n = got == SQLITE_ROW ? sqlite.column_int64(q, 0) : -1;

    if (got != SQLITE_ROW && got != SQLITE_DONE && !c->why->code)
        sqlite_read_failed(c->file, c->why);
    sqlite.reset(q);
    return n;
}

/* Notes whether the token of `e`, or the ARN of its Map Run, leads to it in the table of tokens. */
static void look_for_token(struct folding *f, const struct rt_event *e)
{
    struct file *file = f->check->file;
    unsigned char key[KEPT_KEY_BYTES];
    sqlite3_stmt *q = f->check->token;
    const json *token = rt_event_token(e);

    if (token)
        kept_key(file->hash, json_str(token), json_str_len(token), key);
    else
        kept_map_run_key(file->hash, json_str(e->data), json_str_len(e->data), key);
    sqlite.bind_blob(q, 1, key, KEPT_KEY_BYTES, SQLITE_STATIC);
    sqlite_bind_number(q, 2, f->number);
    int64_t seq = store_check_ask(f->check, q);
    sqlite.clear_bindings(q);
    f->tokens += seq >= 0;
    /* Earlier versions kept no ARNs. */
    if (seq >= 0 ? (uint64_t)seq != e->seq : token != NULL)
        f->lost_token = e->seq;
}

/* A frame has one Map Run after the other when the state is retried: look_for_child takes the
 * newest. */
static void note_run(struct folding *f, const struct rt_event *e)
{
    MEM_GROW(f->runs, f->run_count, f->run_cap);
    f->runs[f->run_count++] = (struct map_run){e->frame, json_ref(e->data)};
}

/* An execution that ended may have gone; one that is there is listed under its Map Run. */
static void look_for_child(struct folding *f, const struct rt_event *e)
{
    sqlite3_stmt *q = f->check->child;
    const struct map_run *run = NULL;

    for (size_t i = f->run_count; i > 0 && !run; i--)
        if (f->runs[i - 1].frame == e->frame)
            run = &f->runs[i - 1];
    sqlite_bind_number(q, 1, f->number);
    sqlite_bind_number(q, 2, e->seq);
    sqlite_bind_string(q, 3, run ? json_str(run->arn) : "");
    int64_t listed = store_check_ask(f->check, q);
    sqlite.clear_bindings(q);
    f->children += listed >= 0;
    if (!listed)
        f->strange_child = e->seq;
}

static bool store_check_apply(void *user, const struct rt_event *e)
{
    struct folding *f = user;

    /* What doesn't fit is not applied: rt_apply trusts its events. */
    f->fits = rt_fits(f->x, e);
    if (!f->fits)
        return false;
    rt_apply(f->x, e);
    if (rt_event_token(e) || e->kind == RT_MAP_RUN_STARTED)
        look_for_token(f, e);
    if (e->kind == RT_MAP_RUN_STARTED)
        note_run(f, e);
    if (e->kind == RT_CHILD_STARTED)
        look_for_child(f, e);
    return true;
}

/* ---- columns ---- */

static void add_number(struct buf *out, const int64_t *n)
{
    if (n)
        buf_add_int(out, *n);
    else
        buf_adds(out, "none");
}

/* A column is what the history tells; NULL: nothing is there. */
static void hold(const struct folding *f, sqlite3_stmt *row, enum column at, const int64_t *want)
{
    int64_t n = sqlite.column_int64(row, at);
    bool empty = sqlite.column_type(row, at) == SQLITE_NULL;
    struct buf text = {0};

    if (empty ? !want : want && n == *want)
        return;
    buf_printf(&text, "the %s of its row is ", columns[at]);
    add_number(&text, empty ? NULL : &n);
    buf_adds(&text, ", and by its history ");
    add_number(&text, want);
    tell_of(f, buf_str(&text));
    buf_clear(&text);
}

static bool store_check_is_text(sqlite3_stmt *row, enum column at, const json *want)
{
    return want && (size_t)sqlite.column_bytes(row, at) == json_str_len(want) &&
           !memcmp(store_check_text_at(row, at), json_str(want), json_str_len(want));
}

/* Names are parts of ARNs: arn:…:MACHINE:NAME, and behind it what makes one of an Express machine
 * unlike others. */
static bool names_fit(const struct rt_names *n)
{
    struct buf end = {0}, machine = {0};
    const char *at;

    if (!n->arn || !n->name || !n->machine_arn || !n->machine_name)
        return false;
    buf_printf(&end, ":%s:%s", json_str(n->machine_name), json_str(n->name));
    buf_printf(&machine, ":stateMachine:%s", json_str(n->machine_name));
    bool fit = (at = strstr(json_str(n->arn), buf_str(&end))) &&
               (!at[end.len] || at[end.len] == ':') &&
               (at = strstr(json_str(n->machine_arn), buf_str(&machine))) && !at[machine.len];
    buf_clear(&end);
    buf_clear(&machine);
    return fit;
}

static void store_check_texts(const struct folding *f, sqlite3_stmt *row)
{
    const struct rt_names *names = rt_exec_names(f->x);
    bool child = sqlite.column_type(row, PARENT) != SQLITE_NULL;

    if (!store_check_is_text(row, ARN, names->arn))
        tell_of(f, "its row has another ARN than its configuration");
    if (!names_fit(names))
        tell_of(f, "the names in its configuration don't fit each other");
    /* A child's is told by the history that it was started in. */
    if (!child && !store_check_is_text(row, LIST, names->machine_arn))
        tell_of(f, "it is not listed under its state machine");
    if (sqlite.column_type(row, NOTE) == SQLITE_NULL)
        return;
    json *note = json_parse(store_check_text_at(row, NOTE), (size_t)sqlite.column_bytes(row, NOTE),
                            JSON_READ_SURROGATES, NULL);
    if (!note)
        tell_of(f, "what its starter keeps with it can't be read");
    json_unref(note);
}

/* A row's time to wake is the one that the execution itself tells. The time is told by the
 * execution itself, once it is resumed as of that time: heartbeats and retries are known only then.
 */
static void check_due(const struct folding *f, sqlite3_stmt *row)
{
    struct rt_output out = {0};

    if (sqlite.column_type(row, DUE) == SQLITE_NULL)
        return;
    rt_resume(f->x, sqlite.column_int64(row, DUE), &out);
    int64_t due_ms = rt_next_due(f->x);
    hold(f, row, DUE, rt_exec_status(f->x) == RT_RUNNING ? &due_ms : NULL);
    rt_output_clear(&out);
}

static void check_columns(const struct folding *f, sqlite3_stmt *row)
{
    bool runs = rt_exec_status(f->x) == RT_RUNNING;
    bool child = sqlite.column_type(row, PARENT) != SQLITE_NULL;
    int64_t start = rt_exec_start_ms(f->x), stop = rt_exec_stop_ms(f->x),
            redriven = rt_exec_redriven_ms(f->x), redrives = rt_exec_redrives(f->x);
    struct rt_config config;

    rt_exec_config(f->x, &config);
    store_check_texts(f, row);
    hold(f, row, START, &start);
    hold(f, row, STOP, runs ? NULL : &stop);
    hold(f, row, REDRIVES, &redrives);
    hold(f, row, REDRIVEN, &redriven);
    hold(f, row, LISTED, !runs ? &stop : redrives ? &redriven : &start);
    /* What ends as one of these doesn't stay; and an Express machine's children are as it is. */
    int64_t transient = config.express;
    if (!(child && !config.express && runs && sqlite.column_int(row, TRANSIENT) == 1))
        hold(f, row, TRANSIENT, &transient);
    check_due(f, row);
}

static void check_status(const struct folding *f, enum rt_status status)
{
    struct buf text = {0};

    buf_printf(&text, "its row says that it is %s, its history that it is %s",
               rt_status_name(status), rt_status_name(rt_exec_status(f->x)));
    tell_of(f, buf_str(&text));
    buf_clear(&text);
}

/* What others say that they have to do with it. Counts are enough: each token and child that an
 * event has was looked for one by one already. */
static void check_ties(const struct folding *f)
{
    struct check *c = f->check;

    sqlite_bind_number(c->tokens, 1, f->number);
    if (store_check_ask(c, c->tokens) != f->tokens)
        tell_of(f, "there are tokens of it that none of its events has");
    sqlite_bind_number(c->children, 1, f->number);
    if (store_check_ask(c, c->children) != f->children)
        tell_of(f, "there are executions of its Map Runs that it has not started");
    if (f->strange_child)
        store_check_tell(c,
                         "the execution that it started is listed elsewhere than under its Map Run",
                         "execution %" PRIu64 " (%s), event %" PRIu64, f->number,
                         json_str(rt_exec_names(f->x)->arn), f->strange_child);
}

/* Looks at a history whose configuration can be read. */
static void check_history(struct check *c, sqlite3_stmt *of, const struct store_execution *row)
{
    struct folding f = {
        .check = c, .number = (uint64_t)sqlite.column_int64(of, NUMBER), .fits = true};
    enum rt_status status = row->status;
    struct diag why = {0};
    struct buf text = {0};

    /* `row` is the store's until the next find; reading the history below finds again, so what is
     * needed of it is copied first. */
    f.x = rt_exec_new(row->machine, &row->config);
    if (!sqlite_read(&c->file->store, f.number, 0, store_check_apply, &f, &why)) {
        buf_printf(&text, "%s, behind %" PRIu32 " events", why.text, rt_exec_events(f.x));
        tell_of(&f, buf_str(&text));
    } else if (!f.fits || !rt_exec_start_ms(f.x)) {
        buf_printf(&text,
                   "its history has a gap, or what belongs elsewhere, behind %" PRIu32 " events",
                   rt_exec_events(f.x));
        tell_of(&f, buf_str(&text));
    } else if (rt_exec_status(f.x) != status) {
        check_status(&f, status);
    } else {
        check_ties(&f);
        check_columns(&f, of);
    }
    /* Told besides what else is wrong: the history itself may be whole. */
    if (f.lost_token)
        store_check_tell(
            c, "the token of a task, or the ARN of a Map Run, leads elsewhere, or nowhere",
            "execution %" PRIu64 " (%s), event %" PRIu64, f.number,
            json_str(rt_exec_names(f.x)->arn), f.lost_token);
    for (size_t i = 0; i < f.run_count; i++)
        json_unref(f.runs[i].arn);
    mem_free(f.runs);
    rt_exec_free(f.x);
    buf_clear(&text);
    diag_clear(&why);
}

static void see_execution(struct check *c, sqlite3_stmt *of)
{
    uint64_t number = (uint64_t)sqlite.column_int64(of, NUMBER);
    const struct store_execution *row;
    struct diag why = {0};
    struct buf text = {0};

    c->counts->executions++;
    if (!sqlite_find(&c->file->store, number, &row, &why)) {
        store_check_tell(c, why.text, "execution %" PRIu64, number);
    } else if (row->damage) {
        if (row->apart)
            buf_adds(&text, "it was set apart: ");
        buf_adds(&text, row->damage);
        store_check_tell(c, buf_str(&text), "execution %" PRIu64 " (%s)", number,
                         json_str(row->config.names.arn));
    } else {
        check_history(c, of, row);
    }
    buf_clear(&text);
    diag_clear(&why);
}

static void see_spoiled(struct check *c, sqlite3_stmt *row)
{
    store_check_tell(c, "its row can't be one that was kept", "execution %" PRId64 " (%s)",
                     (int64_t)sqlite.column_int64(row, 0), store_check_text_at(row, 1));
}

static void see_parentless(struct check *c, sqlite3_stmt *row)
{
    store_check_tell(c, "the execution whose Map Run it is of is not there",
                     "execution %" PRId64 " (%s)", (int64_t)sqlite.column_int64(row, 0),
                     store_check_text_at(row, 1));
}

/* ---- what nobody has ---- */

static void see_lost_events(struct check *c, sqlite3_stmt *row)
{
    store_check_tell(c, "the execution that they are of is not there",
                     "%" PRId64 " rows of events of %" PRId64, (int64_t)sqlite.column_int64(row, 1),
                     (int64_t)sqlite.column_int64(row, 0));
}

static void see_lost_tokens(struct check *c, sqlite3_stmt *row)
{
    store_check_tell(c, "the execution that they are of is not there",
                     "%" PRId64 " tokens of %" PRId64, (int64_t)sqlite.column_int64(row, 1),
                     (int64_t)sqlite.column_int64(row, 0));
}

static void see_sequence(struct check *c, sqlite3_stmt *row)
{
    (void)row;
    store_check_tell(c, "the last number that was given out is smaller than those of executions",
                     "%s", "sqlite_sequence");
}

static void check_count_rows(struct check *c, sqlite3_stmt *row)
{
    c->counts->rows = (uint64_t)sqlite.column_int64(row, 0);
}

/* The statements stay for the whole check: they are asked for each event. */
static bool store_check_prepare(struct check *c)
{
    const struct {
        const char *sql;
        sqlite3_stmt **to;
    } queries[] = {
        {"SELECT seq FROM tokens WHERE hash=? AND execution=?", &c->token},
        {"SELECT ifnull(list=?3, 0) FROM executions WHERE parent=?1 AND parent_ref=?2", &c->child},
        {"SELECT count(*) FROM tokens WHERE execution=?", &c->tokens},
        {"SELECT count(*) FROM executions WHERE parent=?", &c->children},
    };
    bool good = true;

    for (size_t i = 0; i < COUNT(queries); i++)
        good &=
            sqlite.prepare_v2(c->file->db, queries[i].sql, -1, queries[i].to, NULL) == SQLITE_OK;
    return good || sqlite_read_failed(c->file, c->why);
}

static void finalize(struct check *c)
{
    sqlite.finalize(c->token);
    sqlite.finalize(c->child);
    sqlite.finalize(c->tokens);
    sqlite.finalize(c->children);
}

bool store_check(store *s, store_tell *told, void *user, struct store_counts *counts,
                 struct diag *why)
{
    static const struct {
        const char *sql;
        void (*see)(struct check *c, sqlite3_stmt *row);
    } looks[] = {
        {"PRAGMA integrity_check(100)", see_integrity},
        {"SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE rootpage>0 AND sql NOT NULL "
         "ORDER BY type DESC, name",
         see_tree},
        {"SELECT key, text FROM definitions ORDER BY key", see_definition},
        {EXECUTIONS, see_execution},
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
        {"SELECT max(number) FROM executions HAVING max(number)>"
         "ifnull((SELECT max(seq) FROM sqlite_sequence WHERE name='executions'),-1)",
         see_sequence},
        {"SELECT count(*) FROM events", check_count_rows},
    };
    struct check c = {.file = file_of(s), .tell = told, .user = user, .counts = counts, .why = why};
    bool good = store_check_prepare(&c), damaged = false;

    *counts = (struct store_counts){0};
    for (size_t i = 0; good && i < COUNT(looks); i++) {
        good = for_each(&c, looks[i].sql, looks[i].see) || strcmp(why->code, STORE_DAMAGED) == 0;
        /* What lies on other pages can be looked at all the same. */
        if (good && why->code) {
            if (!damaged)
                store_check_tell(&c, why->text, STORE_FILE);
            damaged = true;
            diag_clear(why);
        }
    }
    finalize(&c);
    return good;
}
