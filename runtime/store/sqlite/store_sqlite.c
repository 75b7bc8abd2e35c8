/*
 * The store in an SQLite file: what is put in, and committed. One connection writes, reads and
 * checkpoints: this version of SQLite may lose rows when one connection writes beside the
 * checkpoint of another. A transaction begins with the first thing that is put in, and ends with
 * store_commit.
 *
 * Rows of events are added at the table's end, so that what a turn writes lies together whatever
 * executions it is of.
 */

#include "runtime/store/sqlite/store_check.h"
#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "parsers/base/mem.h"
#include "runtime/core/event_text.h"

#include <stdio.h>
#include <string.h>

enum {
    LOG_PAGES = 1024 /* of the log, that make it worth a checkpoint: 4 MiB */
};

/* ---- statements ---- */

sqlite3_stmt *sqlite_use(struct file *f, enum statement which)
{
    /* What only adds needn't know of rows that are to go in yet; whoever looks or changes finds
     * them. */
    if (which < ADD_DEFINITION || which > ADD_TOKEN)
        sqlite_put_starts(f);
    sqlite.reset(f->kept[which]);
    /* A definition is read for the execution that it is of. */
    if (which != GET_DEFINITION)
        f->reading = NOBODY;
    return f->kept[which];
}

const char *sqlite_code_of(int error)
{
    switch (error & 0xff) {
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH: return STORE_REFUSED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return STORE_CORRUPT;
    default: return STORE_WRITE;
    }
}

void sqlite_fail(struct file *f, const char *code, const char *text)
{
    if (f->broken.code)
        return;
    /* What was being put in is to blame where SQLite refuses a value; where pages are damaged it is
     * a suspect until judge_damage has looked. */
    f->refused = code == STORE_REFUSED ? f->putting : NOBODY;
    f->suspect = code == STORE_CORRUPT ? f->putting : NOBODY;
    /* The row is another one than its indexes know. */
    f->convicted = sqlite.extended_errcode(f->db) == SQLITE_CORRUPT_INDEX;
    diag_set(&f->broken, code, 0, "%s: %s",
             code == STORE_REFUSED   ? "the store can't take it"
             : code == STORE_CORRUPT ? "the store's file is damaged"
                                     : "the store can't be written",
             text);
}

/* After a failure there may be no transaction any more, and what is run would be kept by itself. */
void sqlite_run(struct file *f, sqlite3_stmt *q)
{
    if (!f->broken.code && sqlite.step(q) != SQLITE_DONE)
        sqlite_fail(f, sqlite_code_of(sqlite.errcode(f->db)), sqlite.errmsg(f->db));
    sqlite.reset(q);
    sqlite.clear_bindings(q);
}

/* The transaction begins late, with the first thing put in: a turn that keeps nothing costs no
 * write, and no lock. */
bool sqlite_begin(struct file *f, uint64_t execution)
{
    if (f->broken.code || sqlite_apart_of(f, execution))
        return false;
    f->putting = execution;
    if (f->writing)
        return true;
    sqlite_run(f, sqlite_use(f, BEGIN));
    f->writing = !f->broken.code;
    return f->writing;
}

bool sqlite_read_failed(struct file *f, struct diag *why)
{
    bool damaged = (sqlite.errcode(f->db) & 0xff) == SQLITE_CORRUPT;

    diag_set(why, damaged ? STORE_DAMAGED : STORE_READ, 0, "%s: %s",
             damaged ? "the store's file is damaged" : "the store can't be read",
             sqlite.errmsg(f->db));
    /* SQLite commits nothing after it has met a damaged page, even by a read: the transaction is
     * lost. */
    if (damaged && f->writing && !f->broken.code) {
        sqlite_fail(f, STORE_CORRUPT, sqlite.errmsg(f->db));
        f->suspect = f->reading;
    }
    /* An index costs nobody anything, as it can be made anew: nobody is set apart for it. */
    if (damaged && f->judges && sqlite_bad_index(f))
        diag_set(why, STORE_CORRUPT, 0, "the store's file is damaged, in the index %s",
                 sqlite_bad_index(f));
    /* Told once: an operator needs the first report, not one for each read. */
    store_damage *told = damaged ? f->store.told : NULL;
    if (told) {
        f->store.told = NULL;
        told(f->store.told_user, why->text);
    }
    return false;
}

bool sqlite_none(struct diag *why, const char *what)
{
    diag_set(why, STORE_NONE, 0, "there is no such %s", what);
    return false;
}

/* SQLite has signed numbers; ours stay below their bound. */
void sqlite_bind_number(sqlite3_stmt *q, int at, uint64_t n)
{
    sqlite.bind_int64(q, at, (sqlite3_int64)n);
}

void sqlite_bind_text(sqlite3_stmt *q, int at, const char *text, size_t len)
{
    sqlite.bind_text64(q, at, text ? text : "", len, SQLITE_STATIC, SQLITE_UTF8);
}

void sqlite_bind_string(sqlite3_stmt *q, int at, const char *text)
{
    sqlite_bind_text(q, at, text, strlen(text));
}

void sqlite_overwrite_deleted(struct file *f, bool on)
{
    sqlite.exec(f->db, on ? "PRAGMA secure_delete=ON" : "PRAGMA secure_delete=OFF", NULL, NULL,
                NULL);
}

/* ---- machines ---- */

/* Which definitions the file has is to be asked again. */
static void forget_all_known(struct file *f)
{
    sqlite_clear_found(f);
    kept_machines_clear(&f->machines);
}

/* A look; NULL with *why filled. */
asl_machine *sqlite_machine(struct file *f, const void *key, struct diag *why)
{
    const struct kept_machine *known = kept_machines_find(&f->machines, key);

    if (known)
        return kept_machine_get(known, why);
    sqlite3_stmt *q = sqlite_use(f, GET_DEFINITION);
    sqlite.bind_blob(q, 1, key, KEPT_KEY_BYTES, SQLITE_TRANSIENT);
    int got = sqlite.step(q);
    if (got == SQLITE_ROW)
        known = kept_machines_compile(&f->machines, (const char *)sqlite.column_text(q, 0),
                                      (size_t)sqlite.column_bytes(q, 0), key);
    else if (got == SQLITE_DONE)
        diag_set(why, STORE_DAMAGED, 0, "the store lacks its definition");
    else
        sqlite_read_failed(f, why);
    sqlite.reset(q);
    return known ? kept_machine_get(known, why) : NULL;
}

/* ---- putting in ---- */

/* What is put in for one execution. */
struct appending {
    struct file *file;
    uint64_t execution;
};

static void sqlite_add_token(void *user, const struct rt_event *e)
{
    const struct appending *a = user;
    struct file *f = a->file;
    unsigned char key[KEPT_KEY_BYTES];
    sqlite3_stmt *q = sqlite_use(f, ADD_TOKEN);
    const json *token = rt_event_token(e);

    if (token)
        kept_key(f->hash, json_str(token), json_str_len(token), key);
    else
        kept_map_run_key(f->hash, json_str(e->data), json_str_len(e->data), key);
    sqlite.bind_blob(q, 1, key, KEPT_KEY_BYTES, SQLITE_STATIC);
    sqlite_bind_number(q, 2, a->execution);
    sqlite_bind_number(q, 3, e->seq);
    sqlite_run(f, q);
}

/* The row of events whose lines are in f->text, the first of them number `seq`. */
static void sqlite_add_row(void *user, uint64_t seq)
{
    const struct appending *a = user;
    struct file *f = a->file;
    /* A text that is too long can't be bound: SQLite would find NULL in its place, and name another
     * fault. */
    size_t most = (size_t)sqlite.limit(f->db, SQLITE_LIMIT_LENGTH, -1);

    if (f->text.len > most) {
        sqlite_fail(f, STORE_REFUSED, "its events of one turn are longer than what SQLite keeps");
        return;
    }
    sqlite3_stmt *q = sqlite_use(f, ADD_EVENTS);
    sqlite_bind_number(q, 1, a->execution);
    sqlite_bind_number(q, 2, seq);
    sqlite_bind_text(q, 3, f->text.data, f->text.len);
    sqlite_run(f, q);
}

static void sqlite_append(store *s, uint64_t execution, const struct rt_events *events)
{
    struct file *f = file_of(s);
    struct appending a = {f, execution};
    struct kept_writer writer = {&a, sqlite_add_token, sqlite_add_row};
    struct kept_sharing sharing;

    if (!sqlite_begin(f, execution))
        return;
    sqlite_share(&sharing, f, execution);
    kept_rows_write(&f->text, events, &sharing, &writer);
}

/*
 * After the row of an execution was to be changed: where there is none, somebody has let the
 * execution go while it still ran, and its events go as well. Nobody would ever find them.
 */
static void drop_if_gone(struct file *f, uint64_t execution)
{
    if (f->broken.code || sqlite.changes(f->db))
        return;
    sqlite_forget_events(f, execution);
}

static void sqlite_progress(store *s, uint64_t execution, enum rt_status status, int64_t stop_ms,
                            int64_t due_ms)
{
    struct file *f = file_of(s);

    if (!sqlite_begin(f, execution))
        return;
    sqlite3_stmt *q = sqlite_use(f, SET_PROGRESS);
    sqlite_bind_number(q, 1, execution);
    sqlite.bind_int(q, 2, (int)status);
    if (status != RT_RUNNING)
        sqlite.bind_int64(q, 3, stop_ms);
    if (due_ms != STORE_AWAKE)
        sqlite.bind_int64(q, 4, due_ms);
    sqlite_run(f, q);
    drop_if_gone(f, execution);
}

static void sqlite_redriven(store *s, uint64_t execution, uint32_t redrives, int64_t at_ms)
{
    struct file *f = file_of(s);

    if (!sqlite_begin(f, execution))
        return;
    sqlite3_stmt *q = sqlite_use(f, SET_REDRIVES);
    sqlite_bind_number(q, 1, execution);
    sqlite.bind_int64(q, 2, redrives);
    sqlite.bind_int64(q, 3, at_ms);
    sqlite_run(f, q);
    drop_if_gone(f, execution);
}

static void sqlite_set_apart(store *s, uint64_t execution, const char *why, int64_t at_ms)
{
    struct file *f = file_of(s);

    /* Its pages can't be written: a record says that it is set apart, to later starts, too. */
    if (f->suspect == execution) {
        sqlite_add_apart(f, execution, why);
        return;
    }
    if (!sqlite_begin(f, execution))
        return;
    sqlite3_stmt *q = sqlite_use(f, SET_APART);
    sqlite_bind_number(q, 1, execution);
    sqlite.bind_int64(q, 2, at_ms);
    sqlite_bind_string(q, 3, why);
    sqlite_run(f, q);
}

static void sqlite_put(store *s, const char *kind, const char *key, const char *text, size_t len)
{
    struct file *f = file_of(s);

    if (!sqlite_begin(f, NOBODY))
        return;
    sqlite3_stmt *q = sqlite_use(f, text ? PUT_RECORD : DROP_RECORD);
    sqlite_bind_string(q, 1, kind);
    sqlite_bind_string(q, 2, key);
    if (text)
        sqlite_bind_text(q, 3, text, len);
    sqlite_overwrite_deleted(f, true);
    sqlite_run(f, q);
    sqlite_overwrite_deleted(f, false);
    /* A record that is dropped may have been a secret: it must leave the log as well as the file.
     */
    f->scrub |= !text;
}

/* SQLite calls it after each commit. The checkpoint is left to store_commit, which knows whether
 * deleted text is to leave the log at once. */
int sqlite_note_log(void *user, sqlite3 *db, const char *name, int pages)
{
    struct file *f = user;

    (void)db;
    (void)name;
    f->log_pages = pages;
    return SQLITE_OK;
}

/* Called after the transaction that met a damaged page. Where the damage is in what one execution
 * has, that one is refused, and all others go on. */
static void judge_damage(struct file *f)
{
    const char *index = sqlite_bad_index(f);
    struct buf arn = {0};

    if (index) {
        diag_clear(&f->broken);
        diag_set(&f->broken, STORE_CORRUPT, 0, "the store's file is damaged, in the index %s",
                 index);
    } else if (f->suspect != NOBODY && f->apart_count < MOST_APART &&
               (f->convicted || sqlite_has_damage(f, f->suspect))) {
        sqlite_add_arn(f, f->suspect, &arn);
        diag_clear(&f->broken);
        diag_set(&f->broken, STORE_REFUSED, 0,
                 "the store's file is damaged in what it has of %s, which is set apart",
                 buf_str(&arn));
        f->refused = f->suspect;
    }
    buf_clear(&arn);
}

static bool sqlite_commit(store *s, struct diag *why)
{
    struct file *f = file_of(s);

    sqlite_put_starts(f);
    /* COMMIT itself may fail; then nobody in particular is to blame. */
    if (f->writing && !f->broken.code) {
        f->putting = NOBODY;
        sqlite_run(f, sqlite_use(f, COMMIT));
        f->writing = f->broken.code != NULL;
    }
    if (f->broken.code) {
        /* What COMMIT left open goes back: nothing of it was told to anybody. */
        if (f->writing)
            sqlite.exec(f->db, "ROLLBACK", NULL, NULL, NULL);
        f->writing = false;
        if (f->broken.code == STORE_CORRUPT)
            judge_damage(f);
        diag_set(why, f->broken.code, 0, "%s", f->broken.text);
        /* One that is refused costs the others only this turn, which the engine makes again without
         * it. */
        if (f->broken.code == STORE_REFUSED) {
            diag_clear(&f->broken);
            forget_all_known(f);
            kept_shared_forget(&f->shared);
        }
        return false;
    }
    /* The log holds all of it: a checkpoint that fails is tried again after the next commit. */
    /* TRUNCATE empties the log, so what was deleted is in neither file; PASSIVE only keeps it
     * short. */
    if (f->log_pages > LOG_PAGES || f->scrub) {
        int how = f->scrub ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
        bool done = sqlite.wal_checkpoint_v2(f->db, NULL, how, NULL, NULL) == SQLITE_OK;
        f->scrub &= !done;
        f->log_pages = 0;
    }
    return true;
}

static bool sqlite_refused(const store *s, uint64_t *execution)
{
    const struct file *f = (const struct file *)s;

    *execution = f->refused;
    return f->refused != NOBODY;
}

static unsigned sqlite_rights(const store *s)
{
    return store_lock_rights(&((const struct file *)s)->lock);
}

static uint64_t sqlite_room(const store *s)
{
    return store_lock_room(&((const struct file *)s)->lock);
}

static void free_file(store *s)
{
    struct file *f = file_of(s);

    forget_all_known(f);
    kept_shared_forget(&f->shared);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite.finalize(f->kept[i]);
    sqlite_clear_starts(f);
    /* What was put in and not committed goes; the log is brought into the file. */
    sqlite.close(f->db);
    sqlite_clear_apart(f);
    store_unlock(&f->lock);
    mem_free(f->to_trim);
    digest_free(f->hash);
    diag_clear(&f->broken);
    buf_clear(&f->text);
    buf_clear(&f->damage);
    buf_clear(&f->bad_index);
    buf_clear(&f->start_text);
    mem_free(f);
}

struct file *sqlite_new_file(struct diag *why)
{
    static const struct store_ops ops = {
        .free = free_file,
        .start = sqlite_start,
        .append = sqlite_append,
        .progress = sqlite_progress,
        .redriven = sqlite_redriven,
        .set_apart = sqlite_set_apart,
        .forget = sqlite_forget,
        .forget_list = sqlite_forget_list,
        .retire = sqlite_retire,
        .tidy = sqlite_tidy,
        .trim_later = sqlite_trim_later,
        .trim = sqlite_trim,
        .commit = sqlite_commit,
        .refused = sqlite_refused,
        .rights = sqlite_rights,
        .room = sqlite_room,
        .next_number = sqlite_next_number,
        .read = sqlite_read,
        .read_outline = sqlite_read_outline,
        .read_back = sqlite_read_back,
        .read_last = sqlite_read_last,
        .find = sqlite_find,
        .find_arn = sqlite_find_arn,
        .find_child = sqlite_find_child,
        .find_map_run = sqlite_find_map_run,
        .find_token = sqlite_find_token,
        .list_running = sqlite_list_running,
        .list_spoiled = sqlite_list_spoiled,
        .list_numbers = sqlite_list_numbers,
        .list_executions = sqlite_list_executions,
        .next_list = sqlite_next_list,
        .put = sqlite_put,
        .get = sqlite_get,
        .list = sqlite_list,
        .next_kind = sqlite_next_kind,
    };
    if (!sqlite_library_load(why) || !digest_ready(why))
        return NULL;
    struct file *f = mem_calloc(1, sizeof *f);
    f->suspect = NOBODY;
    f->store.ops = &ops;
    f->lock = STORE_UNLOCKED;
    f->hash = digest_new(DIGEST_SHA256);
    f->refused = NOBODY;
    /* What earlier runs left is looked for once after each start. */
    f->orphans = f->untidy = true;
    return f;
}

/* A store that could not be opened goes. */
static store *opened(struct file *f, bool good, const char *path, struct diag *why)
{
    if (good)
        return &f->store;
    diag_prefix(why, "%s: ", path);
    if (f)
        free_file(&f->store);
    return NULL;
}

store *store_sqlite_open(const char *path, enum store_durability durability, struct diag *why)
{
    struct file *f = sqlite_new_file(why);

    return opened(f, f && sqlite_open_file(f, path, durability, why), path, why);
}

store *store_sqlite_look(const char *path, struct diag *why)
{
    struct file *f = sqlite_new_file(why);

    return opened(f, f && sqlite_look_at_file(f, path, why), path, why);
}
