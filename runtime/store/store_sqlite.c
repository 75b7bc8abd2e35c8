/*
 * The store in an SQLite file. One connection writes, reads and checkpoints: this version of SQLite
 * may lose rows when one connection writes beside the checkpoint of another. A transaction begins
 * with the first thing that is put in, and ends with store_commit.
 *
 * What an append brings is one row: the texts of its events, a line each. Rows of events are added
 * at the table's end, so that what a turn writes lies together whatever executions it is of.
 */

#include "runtime/store/store_impl.h"

#include "asl/asl.h"
#include "asl/model.h"
#include "parsers/mem.h"
#include "runtime/core/event_text.h"
#include "runtime/store/store_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char STORE_OPEN[] = "STORE_OPEN", STORE_FOREIGN[] = "STORE_FOREIGN",
                  STORE_NEWER[] = "STORE_NEWER", STORE_WRITE[] = "STORE_WRITE";

/* "asl1" in the file's header. */
enum { APPLICATION_ID = 0x61736c31 };

/* From version i to i + 1 of the schema; the first makes it. Never changed, only added to. */
static const char *const migrations[] = {
    "CREATE TABLE definitions(key BLOB PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;"
    /* AUTOINCREMENT: a number is not used again, as task tokens may still tell of it. */
    "CREATE TABLE executions(number INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL,"
    "  definition BLOB NOT NULL, config TEXT NOT NULL, status INTEGER NOT NULL,"
    "  start_ms INTEGER NOT NULL, stop_ms INTEGER, due_ms INTEGER, parent INTEGER,"
    "  parent_ref INTEGER, transient INTEGER NOT NULL,"
    "  list TEXT, note TEXT);"
    "CREATE INDEX executions_arn ON executions(arn);"
    "CREATE INDEX executions_running ON executions(number, due_ms) WHERE status = 0;"
    "CREATE INDEX executions_stopped ON executions(stop_ms) WHERE stop_ms IS NOT NULL;"
    "CREATE INDEX executions_list ON executions(list, status, number) WHERE list IS NOT NULL;"
    "CREATE INDEX executions_parent ON executions(parent, parent_ref) WHERE parent IS NOT NULL;"
    "CREATE TABLE events(execution INTEGER NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE UNIQUE INDEX events_execution ON events(execution, seq);"
    "CREATE TABLE tokens(hash BLOB PRIMARY KEY, execution INTEGER NOT NULL, seq INTEGER NOT NULL)"
    "  WITHOUT ROWID;"
    "CREATE INDEX tokens_execution ON tokens(execution);"
    "CREATE TABLE records(kind TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL,"
    "  PRIMARY KEY(kind, key)) WITHOUT ROWID;",
};
enum { SCHEMA = sizeof migrations / sizeof *migrations };

/* The statements that are kept; each once in use at a time. */
enum statement {
    BEGIN,
    COMMIT,
    ADD_DEFINITION,
    ADD_EXECUTION,
    SET_PROGRESS,
    ADD_EVENTS,
    ADD_TOKEN,
    DROP_EXECUTION,
    DROP_EVENTS,
    DROP_TOKENS,
    LIST_STOPPED,
    LIST_ENDED,
    PUT_RECORD,
    DROP_RECORD,
    NEXT_NUMBER,
    GET_DEFINITION,
    GET_EXECUTION,
    GET_EVENTS,
    GET_LAST_EVENTS,
    FIND_ARN,
    FIND_CHILD,
    FIND_TOKEN,
    LIST_RUNNING,
    LIST_ALL,
    LIST_STATUS,
    GET_RECORD,
    LIST_RECORDS,
};
enum { STATEMENTS = LIST_RECORDS + 1 };

static const char *const statements[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ADD_DEFINITION] = "INSERT OR IGNORE INTO definitions VALUES(?,?)",
    [ADD_EXECUTION] = "INSERT INTO executions VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [SET_PROGRESS] = "UPDATE executions SET status=?2, stop_ms=?3, due_ms=?4 WHERE number=?1",
    [ADD_EVENTS] = "INSERT INTO events VALUES(?,?,?)",
    [ADD_TOKEN] = "INSERT OR REPLACE INTO tokens VALUES(?,?,?)",
    [DROP_EXECUTION] = "DELETE FROM executions WHERE number=?",
    [DROP_EVENTS] = "DELETE FROM events WHERE execution=?",
    [DROP_TOKENS] = "DELETE FROM tokens WHERE execution=?",
    [LIST_STOPPED] = "SELECT number FROM executions WHERE stop_ms IS NOT NULL AND stop_ms<? "
                     "ORDER BY stop_ms LIMIT ?",
    [LIST_ENDED] = "SELECT number FROM executions WHERE list=? AND status<>0 LIMIT ?",
    [PUT_RECORD] = "INSERT OR REPLACE INTO records VALUES(?,?,?)",
    [DROP_RECORD] = "DELETE FROM records WHERE kind=? AND key=?",
    [NEXT_NUMBER] = "SELECT seq+1 FROM sqlite_sequence WHERE name='executions'",
    [GET_DEFINITION] = "SELECT text FROM definitions WHERE key=?",
    [GET_EXECUTION] = "SELECT definition, config, status, start_ms, stop_ms, due_ms, parent, "
                      "parent_ref, list, note, transient FROM executions WHERE number=?",
    /* Where `seq` lies in a row begins with the row's own. */
    [GET_EVENTS] = "SELECT text FROM events WHERE execution=?1 AND seq>=coalesce((SELECT max(seq) "
                   "FROM events WHERE execution=?1 AND seq<=?2),0) ORDER BY seq",
    [GET_LAST_EVENTS] = "SELECT text FROM events WHERE execution=? ORDER BY seq DESC LIMIT 1",
    [FIND_ARN] = "SELECT max(number) FROM executions WHERE arn=?",
    [FIND_CHILD] = "SELECT max(number) FROM executions WHERE parent=? AND parent_ref=?",
    [FIND_TOKEN] = "SELECT execution, seq FROM tokens WHERE hash=?",
    [LIST_RUNNING] = "SELECT number, due_ms, parent, parent_ref, list, note, transient "
                     "FROM executions WHERE status=0 ORDER BY number",
    /* The index has them by status: five lists, merged. */
    [LIST_ALL] = "SELECT number FROM executions WHERE list=?1 AND status=0 AND number<?2 UNION ALL "
                 "SELECT number FROM executions WHERE list=?1 AND status=1 AND number<?2 UNION ALL "
                 "SELECT number FROM executions WHERE list=?1 AND status=2 AND number<?2 UNION ALL "
                 "SELECT number FROM executions WHERE list=?1 AND status=3 AND number<?2 UNION ALL "
                 "SELECT number FROM executions WHERE list=?1 AND status=4 AND number<?2 "
                 "ORDER BY number DESC",
    [LIST_STATUS] = "SELECT number FROM executions WHERE list=? AND number<? AND status=? "
                    "ORDER BY number DESC",
    [GET_RECORD] = "SELECT text FROM records WHERE kind=? AND key=?",
    [LIST_RECORDS] = "SELECT key, text FROM records WHERE kind=? AND key>? ORDER BY key",
};

/* SHA-256's first half: enough to name definitions and tokens. */
enum { KEY_BYTES = 16 };

/* A machine and the key of its definition. */
struct known {
    asl_machine *machine;
    unsigned char key[KEY_BYTES];
};

/* Pages of the log that make it worth a checkpoint: 4 MiB. */
enum { LOG_PAGES = 1024 };

struct file {
    struct store store;
    sqlite3 *db;
    sqlite3_stmt *kept[STATEMENTS];
    struct store_lock lock;
    bool writing;          /* a transaction has begun */
    struct diag broken;    /* what failed first; then nothing is kept any more */
    struct buf text, note; /* of what is being put in */
    int log_pages;
    EVP_MD *sha256;
    EVP_MD_CTX *hash;
    /* Machines of executions that were started or found; what nobody else has goes now and then. */
    struct known *known;
    size_t known_count, known_cap, known_most;
    struct store_execution found;
};

static struct file *file_of(store *s)
{
    return (struct file *)s;
}

/* ---- statements ---- */

static sqlite3_stmt *use(struct file *f, enum statement which)
{
    sqlite3_reset(f->kept[which]);
    return f->kept[which];
}

static void fail(struct file *f, const char *what)
{
    if (!f->broken.code)
        diag_set(&f->broken, STORE_WRITE, 0, "%s: %s", what, sqlite3_errmsg(f->db));
}

/* Runs a statement that writes. */
static void run(struct file *f, sqlite3_stmt *q)
{
    if (sqlite3_step(q) != SQLITE_DONE)
        fail(f, "the store can't be written");
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
}

/* Before the first thing of a transaction is put in. False: the store is broken. */
static bool begin(struct file *f)
{
    if (f->broken.code)
        return false;
    if (f->writing)
        return true;
    run(f, use(f, BEGIN));
    f->writing = !f->broken.code;
    return f->writing;
}

static bool read_failed(struct file *f, struct diag *why)
{
    diag_set(why, STORE_READ, 0, "the store can't be read: %s", sqlite3_errmsg(f->db));
    return false;
}

static bool none(struct diag *why, const char *what)
{
    diag_set(why, STORE_NONE, 0, "there is no such %s", what);
    return false;
}

/* SQLite has signed numbers; ours stay below their bound. */
static void bind_number(sqlite3_stmt *q, int at, uint64_t n)
{
    sqlite3_bind_int64(q, at, (sqlite3_int64)n);
}

static void bind_text(sqlite3_stmt *q, int at, const char *text, size_t len)
{
    sqlite3_bind_text64(q, at, text ? text : "", len, SQLITE_STATIC, SQLITE_UTF8);
}

static void bind_string(sqlite3_stmt *q, int at, const char *text)
{
    bind_text(q, at, text, strlen(text));
}

static void hash_of(struct file *f, const char *text, size_t len, unsigned char key[KEY_BYTES])
{
    unsigned char whole[EVP_MAX_MD_SIZE];

    memset(whole, 0, sizeof whole);
    EVP_DigestInit_ex(f->hash, f->sha256, NULL);
    EVP_DigestUpdate(f->hash, text, len);
    EVP_DigestFinal_ex(f->hash, whole, NULL);
    memcpy(key, whole, KEY_BYTES);
}

/* ---- machines ---- */

/* Lets go of machines that nobody else has any more. */
static void sweep_machines(struct file *f)
{
    size_t count = 0;

    for (size_t i = 0; i < f->known_count; i++) {
        if (f->known[i].machine->refs == 1 && f->known[i].machine != f->found.machine)
            asl_machine_unref(f->known[i].machine);
        else
            f->known[count++] = f->known[i];
    }
    f->known_count = count;
    f->known_most = 2 * count + 64;
}

/* Takes `m`. */
static const struct known *add_machine(struct file *f, asl_machine *m,
                                       const unsigned char key[KEY_BYTES])
{
    if (f->known_count >= f->known_most)
        sweep_machines(f);
    if (f->known_count == f->known_cap) {
        f->known_cap = mem_grow(f->known_cap, f->known_count + 1);
        f->known = mem_realloc(f->known, f->known_cap * sizeof *f->known);
    }
    struct known *k = &f->known[f->known_count++];
    k->machine = m;
    memcpy(k->key, key, KEY_BYTES);
    return k;
}

/* The key of a machine, whose definition is in the store then. */
static const struct known *keep_machine(struct file *f, asl_machine *m)
{
    struct buf text = {0};
    unsigned char key[KEY_BYTES];

    /* The newest are asked for most. */
    for (size_t i = f->known_count; i-- > 0;)
        if (f->known[i].machine == m)
            return &f->known[i];
    json_write(&text, m->definition);
    hash_of(f, text.data, text.len, key);
    sqlite3_stmt *q = use(f, ADD_DEFINITION);
    sqlite3_bind_blob(q, 1, key, KEY_BYTES, SQLITE_STATIC);
    bind_text(q, 2, text.data, text.len);
    run(f, q);
    buf_clear(&text);
    return add_machine(f, asl_machine_ref(m), key);
}

static asl_machine *compile(const char *text, size_t len, struct diag *why)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(text, len, DOCUMENT_JSON, &report);

    if (!m)
        diag_set(why, STORE_READ, 0, "a definition of the store is refused: %s",
                 report.count ? report.problems[0].message : "");
    asl_report_clear(&report);
    return m;
}

/* A look; NULL with *why filled. */
static asl_machine *machine_of(struct file *f, const void *key, struct diag *why)
{
    for (size_t i = f->known_count; i-- > 0;)
        if (!memcmp(f->known[i].key, key, KEY_BYTES))
            return f->known[i].machine;
    sqlite3_stmt *q = use(f, GET_DEFINITION);
    sqlite3_bind_blob(q, 1, key, KEY_BYTES, SQLITE_TRANSIENT);
    int got = sqlite3_step(q);
    if (got != SQLITE_ROW) {
        if (got == SQLITE_DONE)
            diag_set(why, STORE_READ, 0, "the store lacks an execution's definition");
        else
            read_failed(f, why);
        sqlite3_reset(q);
        return NULL;
    }
    asl_machine *m =
        compile((const char *)sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0), why);
    unsigned char own[KEY_BYTES];
    memcpy(own, key, KEY_BYTES);
    sqlite3_reset(q);
    return m ? add_machine(f, m, own)->machine : NULL;
}

/* ---- putting in ---- */

static void start(store *s, const struct store_execution *x)
{
    struct file *f = file_of(s);
    const json *arn = x->config.names.arn;

    if (!begin(f))
        return;
    const struct known *machine = keep_machine(f, x->machine);
    sqlite3_stmt *q = use(f, ADD_EXECUTION);
    buf_reset(&f->text);
    rt_config_write(&f->text, &x->config);
    bind_number(q, 1, x->number);
    bind_text(q, 2, arn ? json_str(arn) : "", arn ? json_str_len(arn) : 0);
    sqlite3_bind_blob(q, 3, machine->key, KEY_BYTES, SQLITE_STATIC);
    bind_text(q, 4, f->text.data, f->text.len);
    sqlite3_bind_int(q, 5, (int)x->status);
    sqlite3_bind_int64(q, 6, x->start_ms);
    if (x->status != RT_RUNNING)
        sqlite3_bind_int64(q, 7, x->stop_ms);
    if (x->due_ms != STORE_AWAKE)
        sqlite3_bind_int64(q, 8, x->due_ms);
    if (x->parent.set) {
        bind_number(q, 9, x->parent.execution);
        bind_number(q, 10, x->parent.ref);
    }
    sqlite3_bind_int(q, 11, x->transient);
    if (x->list)
        bind_text(q, 12, json_str(x->list), json_str_len(x->list));
    if (x->note) {
        buf_reset(&f->note);
        json_write(&f->note, x->note);
        bind_text(q, 13, f->note.data, f->note.len);
    }
    run(f, q);
}

static void add_token(struct file *f, uint64_t execution, const struct rt_event *e)
{
    unsigned char key[KEY_BYTES];
    sqlite3_stmt *q = use(f, ADD_TOKEN);

    hash_of(f, json_str(e->token), json_str_len(e->token), key);
    sqlite3_bind_blob(q, 1, key, KEY_BYTES, SQLITE_STATIC);
    bind_number(q, 2, execution);
    bind_number(q, 3, e->seq);
    run(f, q);
}

static void append(store *s, uint64_t execution, const struct rt_event *events, size_t count)
{
    struct file *f = file_of(s);

    if (!begin(f))
        return;
    buf_reset(&f->text);
    for (size_t i = 0; i < count; i++) {
        rt_event_write(&f->text, &events[i]);
        buf_addc(&f->text, '\n');
        if (events[i].token)
            add_token(f, execution, &events[i]);
    }
    sqlite3_stmt *q = use(f, ADD_EVENTS);
    bind_number(q, 1, execution);
    bind_number(q, 2, events[0].seq);
    bind_text(q, 3, f->text.data, f->text.len);
    run(f, q);
}

static void progress(store *s, uint64_t execution, enum rt_status status, int64_t stop_ms,
                     int64_t due_ms)
{
    struct file *f = file_of(s);

    if (!begin(f))
        return;
    sqlite3_stmt *q = use(f, SET_PROGRESS);
    bind_number(q, 1, execution);
    sqlite3_bind_int(q, 2, (int)status);
    if (status != RT_RUNNING)
        sqlite3_bind_int64(q, 3, stop_ms);
    if (due_ms != STORE_AWAKE)
        sqlite3_bind_int64(q, 4, due_ms);
    run(f, q);
}

static void forget(store *s, uint64_t execution)
{
    static const enum statement drops[] = {DROP_EXECUTION, DROP_EVENTS, DROP_TOKENS};
    struct file *f = file_of(s);

    for (size_t i = 0; i < sizeof drops / sizeof *drops; i++) {
        if (!begin(f))
            return;
        sqlite3_stmt *q = use(f, drops[i]);
        bind_number(q, 1, execution);
        run(f, q);
    }
}

/* Forgets the executions whose numbers the query gives, up to `limit` of them. */
static size_t forget_all(store *s, sqlite3_stmt *q, size_t limit)
{
    uint64_t *numbers = NULL;
    size_t count = 0, cap = 0;

    bind_number(q, 2, limit < INT64_MAX ? limit : INT64_MAX);
    while (sqlite3_step(q) == SQLITE_ROW) {
        if (count == cap) {
            cap = mem_grow(cap, count + 1);
            numbers = mem_realloc(numbers, cap * sizeof *numbers);
        }
        numbers[count++] = (uint64_t)sqlite3_column_int64(q, 0);
    }
    sqlite3_reset(q);
    for (size_t i = 0; i < count; i++)
        forget(s, numbers[i]);
    mem_free(numbers);
    return count;
}

static size_t forget_list(store *s, const char *list, size_t limit)
{
    sqlite3_stmt *q = use(file_of(s), LIST_ENDED);

    bind_string(q, 1, list);
    return forget_all(s, q, limit);
}

static size_t retire(store *s, int64_t before_ms, size_t limit)
{
    sqlite3_stmt *q = use(file_of(s), LIST_STOPPED);

    sqlite3_bind_int64(q, 1, before_ms);
    return forget_all(s, q, limit);
}

static void put(store *s, const char *kind, const char *key, const char *text, size_t len)
{
    struct file *f = file_of(s);

    if (!begin(f))
        return;
    sqlite3_stmt *q = use(f, text ? PUT_RECORD : DROP_RECORD);
    bind_string(q, 1, kind);
    bind_string(q, 2, key);
    if (text)
        bind_text(q, 3, text, len);
    run(f, q);
}

static int note_log(void *user, sqlite3 *db, const char *name, int pages)
{
    struct file *f = user;

    (void)db;
    (void)name;
    f->log_pages = pages;
    return SQLITE_OK;
}

static bool commit(store *s, struct diag *why)
{
    struct file *f = file_of(s);

    if (f->writing && !f->broken.code) {
        run(f, use(f, COMMIT));
        f->writing = f->broken.code != NULL;
    }
    if (f->broken.code) {
        /* What COMMIT left open goes back: nothing of it was told to anybody. */
        if (f->writing)
            sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL);
        f->writing = false;
        diag_set(why, f->broken.code, 0, "%s", f->broken.text);
        return false;
    }
    /* The log holds all of it: a checkpoint that fails is tried again after the next commit. */
    if (f->log_pages > LOG_PAGES) {
        sqlite3_wal_checkpoint_v2(f->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        f->log_pages = 0;
    }
    return true;
}

/* ---- reading ---- */

static uint64_t next_number(const store *s)
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

static void clear_found(struct store_execution *x)
{
    rt_config_clear(&x->config);
    unref_look(x->list);
    unref_look(x->note);
    *x = (struct store_execution){0};
}

static bool find(store *s, uint64_t execution, const struct store_execution **out, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = use(f, GET_EXECUTION);
    struct store_execution *x = &f->found;
    bool good = false;

    bind_number(q, 1, execution);
    int got = sqlite3_step(q);
    if (got == SQLITE_DONE) {
        none(why, "execution");
    } else if (got != SQLITE_ROW || sqlite3_column_bytes(q, 0) != KEY_BYTES) {
        read_failed(f, why);
    } else {
        clear_found(x);
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
        x->machine = machine_of(f, sqlite3_column_blob(q, 0), why);
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

    if (!find(s, execution, &x, &missing)) {
        good = missing.code == STORE_NONE;
        if (!good)
            diag_set(why, missing.code, 0, "%s", missing.text);
        diag_clear(&missing);
        return good;
    }
    bind_number(q, 1, execution);
    while ((got = sqlite3_step(q)) == SQLITE_ROW)
        if (!visit_row((const char *)sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0),
                       x->machine, seq, visit, user, &good, why))
            break;
    if (got != SQLITE_ROW && got != SQLITE_DONE)
        good = read_failed(f, why);
    if (!good)
        diag_prefix(why, "the history of execution %" PRIu64 ": ", execution);
    sqlite3_reset(q);
    return good;
}

static bool read_events(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                        struct diag *why)
{
    sqlite3_stmt *q = use(file_of(s), GET_EVENTS);

    bind_number(q, 2, seq);
    return read_rows(s, q, execution, seq, visit, user, why);
}

static bool read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                      struct diag *why)
{
    return read_rows(s, use(file_of(s), GET_LAST_EVENTS), execution, 0, visit, user, why);
}

/* A query for one number that may be none. */
static bool get_number(struct file *f, sqlite3_stmt *q, uint64_t *out, struct diag *why)
{
    bool row = sqlite3_step(q) == SQLITE_ROW,
         found = row && sqlite3_column_type(q, 0) != SQLITE_NULL;

    if (found)
        *out = (uint64_t)sqlite3_column_int64(q, 0);
    else if (row)
        none(why, "execution");
    else
        read_failed(f, why);
    sqlite3_reset(q);
    return found;
}

static bool find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    sqlite3_stmt *q = use(file_of(s), FIND_ARN);

    bind_string(q, 1, arn);
    return get_number(file_of(s), q, execution, why);
}

static bool find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                       struct diag *why)
{
    sqlite3_stmt *q = use(file_of(s), FIND_CHILD);

    bind_number(q, 1, parent);
    bind_number(q, 2, ref);
    return get_number(file_of(s), q, execution, why);
}

static bool find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                       struct diag *why)
{
    struct file *f = file_of(s);
    unsigned char key[KEY_BYTES];
    sqlite3_stmt *q = use(f, FIND_TOKEN);

    hash_of(f, token, strlen(token), key);
    sqlite3_bind_blob(q, 1, key, KEY_BYTES, SQLITE_STATIC);
    int got = sqlite3_step(q);
    if (got == SQLITE_ROW) {
        *execution = (uint64_t)sqlite3_column_int64(q, 0);
        *seq = (uint64_t)sqlite3_column_int64(q, 1);
    } else if (got == SQLITE_DONE) {
        none(why, "token");
    } else {
        read_failed(f, why);
    }
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return got == SQLITE_ROW;
}

static bool list_running(store *s, store_visit_running *visit, void *user, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = use(f, LIST_RUNNING);
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
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || read_failed(f, why);
    sqlite3_reset(q);
    return good;
}

static bool list_executions(store *s, const char *list, const enum rt_status *status,
                            uint64_t before, store_visit_number *visit, void *user,
                            struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = use(f, status ? LIST_STATUS : LIST_ALL);
    int got;

    bind_string(q, 1, list);
    bind_number(q, 2, before < INT64_MAX ? before : INT64_MAX);
    if (status)
        sqlite3_bind_int(q, 3, (int)*status);
    while ((got = sqlite3_step(q)) == SQLITE_ROW)
        if (!visit(user, (uint64_t)sqlite3_column_int64(q, 0)))
            break;
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || read_failed(f, why);
    sqlite3_reset(q);
    return good;
}

static bool get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = use(f, GET_RECORD);

    bind_string(q, 1, kind);
    bind_string(q, 2, key);
    int got = sqlite3_step(q);
    if (got == SQLITE_ROW)
        buf_add(out, (const char *)sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0));
    else if (got == SQLITE_DONE)
        none(why, "record");
    else
        read_failed(f, why);
    sqlite3_reset(q);
    return got == SQLITE_ROW;
}

static bool list(store *s, const char *kind, const char *after, store_visit_record *visit,
                 void *user, struct diag *why)
{
    struct file *f = file_of(s);
    sqlite3_stmt *q = use(f, LIST_RECORDS);
    int got;

    bind_string(q, 1, kind);
    bind_string(q, 2, after ? after : "");
    while ((got = sqlite3_step(q)) == SQLITE_ROW)
        if (!visit(user, (const char *)sqlite3_column_text(q, 0),
                   (const char *)sqlite3_column_text(q, 1), (size_t)sqlite3_column_bytes(q, 1)))
            break;
    bool good = got == SQLITE_ROW || got == SQLITE_DONE || read_failed(f, why);
    sqlite3_reset(q);
    return good;
}

/* ---- opening ---- */

static bool execute(struct file *f, const char *sql, struct diag *why)
{
    if (sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    diag_set(why, STORE_OPEN, 0, "%s", sqlite3_errmsg(f->db));
    return false;
}

static bool pragma(struct file *f, const char *sql, int64_t *out, struct diag *why)
{
    sqlite3_stmt *q = NULL;
    bool good =
        sqlite3_prepare_v2(f->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW;

    if (good)
        *out = sqlite3_column_int64(q, 0);
    else
        diag_set(why, sqlite3_errcode(f->db) == SQLITE_NOTADB ? STORE_FOREIGN : STORE_OPEN, 0, "%s",
                 sqlite3_errmsg(f->db));
    sqlite3_finalize(q);
    return good;
}

/* Is it ours to write? Nothing is written before that is known. */
static bool check_owner(struct file *f, int64_t *version, struct diag *why)
{
    int64_t application = 0, tables = 0;

    if (!pragma(f, "SELECT count(*) FROM sqlite_schema", &tables, why) ||
        !pragma(f, "PRAGMA application_id", &application, why) ||
        !pragma(f, "PRAGMA user_version", version, why))
        return false;
    if (application != APPLICATION_ID && (application || tables || *version)) {
        diag_set(why, STORE_FOREIGN, 0, "it is the SQLite file of another program");
        return false;
    }
    if (*version < 0 || *version > SCHEMA) {
        diag_set(why, STORE_NEWER, 0,
                 "it was written by a newer version of this program (schema %" PRId64
                 ", this one knows %d)",
                 *version, SCHEMA);
        return false;
    }
    return true;
}

/* All in one transaction: a crash leaves the version that was. */
static bool migrate(struct file *f, int64_t version, struct diag *why)
{
    struct buf sql = {0};

    if (version == SCHEMA)
        return true;
    buf_adds(&sql, "BEGIN EXCLUSIVE;");
    for (int64_t i = version; i < SCHEMA; i++)
        buf_adds(&sql, migrations[i]);
    buf_printf(&sql, "PRAGMA application_id=%d;PRAGMA user_version=%d;COMMIT", APPLICATION_ID,
               SCHEMA);
    bool good = execute(f, buf_str(&sql), why);
    buf_clear(&sql);
    return good;
}

static bool prepare(struct file *f, struct diag *why)
{
    for (int i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v3(f->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &f->kept[i],
                               NULL) != SQLITE_OK) {
            diag_set(why, STORE_OPEN, 0, "%s", sqlite3_errmsg(f->db));
            return false;
        }
    }
    return true;
}

/* What executions work on is their owner's: a file that is made is for nobody else. SQLite gives
 * its log the same rights. */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd >= 0)
        close(fd);
}

static bool open_file(struct file *f, const char *path, enum store_durability durability,
                      struct diag *why)
{
    int64_t version = 0;

    make_private(path);

    if (sqlite3_open_v2(path, &f->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        diag_set(why, STORE_OPEN, 0, "%s", f->db ? sqlite3_errmsg(f->db) : "no memory");
        return false;
    }
    /* Someone who reads with the command line may hold a lock for a moment. */
    sqlite3_busy_timeout(f->db, 1000);
    if (!check_owner(f, &version, why) ||
        !execute(f,
                 "PRAGMA journal_mode=WAL;PRAGMA wal_autocheckpoint=0;PRAGMA secure_delete=OFF;"
                 "PRAGMA temp_store=MEMORY;PRAGMA trusted_schema=OFF;PRAGMA cache_size=-32768;"
                 "PRAGMA journal_size_limit=16777216",
                 why) ||
        !execute(f,
                 durability == STORE_FULL ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
                 why) ||
        !migrate(f, version, why) || !prepare(f, why))
        return false;
    sqlite3_wal_hook(f->db, note_log, f);
    return true;
}

static void free_file(store *s)
{
    struct file *f = file_of(s);

    clear_found(&f->found);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(f->kept[i]);
    /* What was put in and not committed goes; the log is brought into the file. */
    sqlite3_close(f->db);
    store_unlock(&f->lock);
    for (size_t i = 0; i < f->known_count; i++)
        asl_machine_unref(f->known[i].machine);
    mem_free(f->known);
    EVP_MD_CTX_free(f->hash);
    EVP_MD_free(f->sha256);
    diag_clear(&f->broken);
    buf_clear(&f->text);
    buf_clear(&f->note);
    mem_free(f);
}

store *store_sqlite_open(const char *path, enum store_durability durability, struct diag *why)
{
    static const struct store_ops ops = {
        .free = free_file,
        .start = start,
        .append = append,
        .progress = progress,
        .forget = forget,
        .forget_list = forget_list,
        .retire = retire,
        .commit = commit,
        .next_number = next_number,
        .read = read_events,
        .read_last = read_last,
        .find = find,
        .find_arn = find_arn,
        .find_child = find_child,
        .find_token = find_token,
        .list_running = list_running,
        .list_executions = list_executions,
        .put = put,
        .get = get,
        .list = list,
    };
    struct file *f = mem_calloc(1, sizeof *f);

    f->store.ops = &ops;
    f->lock = STORE_UNLOCKED;
    f->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    f->hash = EVP_MD_CTX_new();
    if (store_lock(&f->lock, path, why) && open_file(f, path, durability, why))
        return &f->store;
    diag_prefix(why, "%s: ", path);
    free_file(&f->store);
    return NULL;
}
