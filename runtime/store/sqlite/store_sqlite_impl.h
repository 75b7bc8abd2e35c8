#ifndef RUNTIME_STORE_SQLITE_STORE_SQLITE_IMPL_H
#define RUNTIME_STORE_SQLITE_STORE_SQLITE_IMPL_H

/* What the files of the SQLite store share: store_sqlite.c puts in and commits,
 * store_sqlite_start.c puts in new executions, store_sqlite_read.c reads, store_sqlite_forget.c
 * lets go of what is over, store_sqlite_trim.c of what was large in it, store_sqlite_apart.c knows
 * whose pages are damaged, store_sqlite_open.c has the schema and opens files. */

#include "runtime/store/kept/kept_machines.h"
#include "runtime/store/kept/kept_rows.h"
#include "runtime/store/sqlite/sqlite_library.h"
#include "runtime/store/sqlite/store_file.h"
#include "runtime/store/store_impl.h"

/* The statements that are kept; each once in use at a time. */
enum statement {
    BEGIN,
    COMMIT,
    ADD_DEFINITION,
    ADD_EXECUTION,
    ADD_EXECUTIONS,
    ADD_EVENTS,
    ADD_TOKEN,
    SET_PROGRESS,
    SET_REDRIVES,
    SET_APART,
    DROP_EXECUTION,
    DROP_ROW,
    DROP_EVENTS,
    DROP_TOKENS,
    FIRST_CHILD,
    NEXT_PARENT,
    IS_KNOWN,
    LIST_DEFINITIONS,
    DROP_DEFINITION,
    LIST_STOPPED,
    LIST_ENDED,
    PUT_RECORD,
    DROP_RECORD,
    NEXT_NUMBER,
    GET_DEFINITION,
    GET_EXECUTION,
    GET_EVENTS,
    NEXT_EVENTS,
    GET_EVENT,
    GET_EVENTS_BACK,
    GET_LAST_EVENTS,
    FIND_ARN,
    GET_ARN,
    HAS_DAMAGE,
    GET_ENDS,
    FIND_CHILD,
    FIND_TOKEN,
    LIST_RUNNING,
    NEXT_RUNNING,
    LIST_SPOILED,
    LIST_ALL,
    LIST_STATUS,
    NEXT_LIST,
    GET_RECORD,
    LIST_RECORDS,
    LIST_NUMBERS,
    NEXT_KIND,
};
enum { STATEMENTS = NEXT_KIND + 1 };

/* Who is put in: no execution, but a record. */
#define NOBODY UINT64_MAX

/* What the record of an execution says that was set apart without its rows. */
struct apart {
    uint64_t execution;
    char *arn, *why;
};

/* Rows of new executions go in so many at a time: a statement has costs of its own. */
enum { STARTS_AT_ONCE = 8 };

/* A new execution whose row is to go in. */
struct start {
    struct store_execution x; /* its numbers and times: what it points to is gone, but for */
    json *arn, *list;         /* NULL: none */
    unsigned char key[KEPT_KEY_BYTES]; /* of its definition */
    size_t config, note, end; /* where these begin in the file's `start_text`, and their end */
};

struct file {
    struct store store;
    sqlite3 *db;
    sqlite3_stmt *kept[STATEMENTS];
    struct store_lock lock;
    bool writing;              /* a transaction has begun */
    struct diag broken;        /* what failed first; then nothing is kept any more */
    uint64_t putting, refused; /* whose it is that is put in; and that can't be */
    uint64_t reading;          /* whose it is that is read, or NOBODY */
    uint64_t suspect;          /* whose pages may be those that are damaged, or NOBODY */
    bool convicted;            /* and it is known that they are */
    bool judges;               /* tells damaged indexes from what executions have */
    bool indexes_seen;
    struct buf bad_index; /* what looking at them has found */
    struct apart *apart;  /* executions whose pages are damaged: they are not touched any more */
    size_t apart_count, apart_cap;
    bool scrub; /* what was deleted is to leave the log, too */
    /* Of store_tidy: children of executions from that number on, and definitions behind this key,
     * are to be looked at. */
    bool orphans, untidy, vacuums;
    uint64_t parent;
    unsigned char tidied[KEPT_KEY_BYTES];
    struct buf text; /* of what is being put in */
    struct start starts[STARTS_AT_ONCE];
    size_t start_count;
    struct buf start_text;
    /* Of store_trim: executions, the first of which has lost what is before that event. */
    uint64_t *to_trim, trimmed;
    size_t trim_count, trim_cap;
    int log_pages;
    digest *hash; /* SHA-256 */
    struct kept_machines machines;
    struct store_execution found;
    struct buf damage; /* the text of found.damage */
    struct kept_shared shared;
};

static inline struct file *file_of(store *s)
{
    return (struct file *)s;
}

/* ---- store_sqlite.c ---- */

/* An empty one, to be opened; store_free. NULL with *why filled when a library misses. */
struct file *sqlite_new_file(struct diag *why);

/* A kept statement, ready to be bound. */
sqlite3_stmt *sqlite_use(struct file *f, enum statement which);
/* What an error of SQLite's means for who put something in: see store.h. */
const char *sqlite_code_of(int error);
/* Nothing is kept any more; the first failure counts. */
void sqlite_fail(struct file *f, const char *code, const char *text);
/* Before something of that execution, or of NOBODY, is put in. False: the store is broken. */
bool sqlite_begin(struct file *f, uint64_t execution);
/* Runs a statement that writes. */
void sqlite_run(struct file *f, sqlite3_stmt *q);
/*
 * What is deleted from now on is written over, or (false) is not. That costs a write for each page
 * that is freed, which executions in their thousands needn't pay, but what a definition says may be
 * a secret.
 */
void sqlite_overwrite_deleted(struct file *f, bool on);
/* Return false, with *why filled. */
bool sqlite_read_failed(struct file *f, struct diag *why);
bool sqlite_none(struct diag *why, const char *what);
/* SQLite has signed numbers; ours stay below their bound. */
void sqlite_bind_number(sqlite3_stmt *q, int at, uint64_t n);
/* Look at the text until the statement is reset. */
void sqlite_bind_text(sqlite3_stmt *q, int at, const char *text, size_t len);
void sqlite_bind_string(sqlite3_stmt *q, int at, const char *text);
/* The machine of a definition's key: a look; NULL with *why filled: STORE_DAMAGED where the store
 * lacks it, or it can't be compiled. */
asl_machine *sqlite_machine(struct file *f, const void *key, struct diag *why);
/* Brings the log into the file when it has grown. */
int sqlite_note_log(void *user, sqlite3 *db, const char *name, int pages);

/* ---- store_sqlite_start.c ---- */

void sqlite_start(store *s, const struct store_execution *x);
/* Puts in the rows of new executions that are not yet in the file. */
void sqlite_put_starts(struct file *f);
void sqlite_clear_starts(struct file *f);

/* ---- store_sqlite_apart.c: executions whose pages are damaged ---- */

/*
 * A transaction in which SQLite has met a damaged page can't be committed any more. So who has such
 * pages is to be known before, and what is known of that is a record, which is read when the file
 * is opened. asl store mend forgets it.
 */
enum { MOST_APART = 64 }; /* when more are damaged, it is the file that is */
void sqlite_load_apart(struct file *f);
void sqlite_clear_apart(struct file *f);
/* NULL: its pages are as good as any. */
const struct apart *sqlite_apart_of(const struct file *f, uint64_t execution);
void sqlite_add_apart(struct file *f, uint64_t execution, const char *why);
/* Returns whether the execution's own pages are damaged, rather than what all share. Outside of
 * transactions only. */
bool sqlite_has_damage(struct file *f, uint64_t execution);
/* Adds the ARN of an execution whose row can't be read, from its index. */
void sqlite_add_arn(struct file *f, uint64_t execution, struct buf *out);
/* The name of a damaged index; NULL: all can be read. Looks once. */
const char *sqlite_bad_index(struct file *f);

/* ---- store_sqlite_forget.c: as store.h has them ---- */

/* Lets all go that is an execution's but for its row. */
void sqlite_forget_events(struct file *f, uint64_t execution);
void sqlite_forget(store *s, uint64_t execution);
bool sqlite_forget_list(store *s, const char *list, size_t limit, struct store_gone *out,
                        struct diag *why);
bool sqlite_retire(store *s, int64_t before_ms, size_t limit, struct store_gone *out,
                   struct diag *why);
bool sqlite_tidy(store *s);

/* ---- store_sqlite_trim.c: as store.h has them ---- */

void sqlite_trim_later(store *s, uint64_t execution);
bool sqlite_trim(store *s);

/* ---- store_sqlite_open.c ---- */

/* What no execution says that was put in: a status that there is none of, an end without a time, a
 * number that none has reached. The index of those costs nothing where there are none. */
#define STORE_SPOILED                                                                              \
    "damage IS NULL AND (status NOT BETWEEN 0 AND 4 OR (status <> 0 AND stop_ms IS NULL)"          \
    " OR number NOT BETWEEN 0 AND 2147483647)"

/* Opens the file as sqlite_open_file does, but nothing is written, and others may have it
 * meanwhile. */
bool sqlite_look_at_file(struct file *f, const char *path, struct diag *why);

/* Opens a file whose indexes are to be made anew: it is written then, and nobody else has it. */
bool sqlite_open_to_mend(struct file *f, const char *path, struct diag *why);

/* False with *why filled; what was opened stays with `f`. */
bool sqlite_open_file(struct file *f, const char *path, enum store_durability durability,
                      struct diag *why);

/* ---- store_check.c ---- */

/* Reads all rows of a query to their ends. False: the file is damaged there. */
bool sqlite_is_whole(struct file *f, const char *sql);
/* Reads an index to its end, without its table; `sql` has made it. False: it is damaged. */
bool sqlite_is_whole_index(struct file *f, const char *name, const char *table, const char *sql);

/* ---- store_sqlite_read.c: as store.h has them ---- */

bool sqlite_next_number(store *s, uint64_t *out, struct diag *why);
bool sqlite_find(store *s, uint64_t execution, const struct store_execution **out,
                 struct diag *why);
void sqlite_clear_found(struct file *f);
/* For the writing and reading of the events of an execution. */
void sqlite_share(struct kept_sharing *s, struct file *f, uint64_t execution);
bool sqlite_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                 struct diag *why);
bool sqlite_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                         struct diag *why);
bool sqlite_read_back(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                      struct diag *why);
bool sqlite_read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                      struct diag *why);
bool sqlite_find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why);
bool sqlite_find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                       struct diag *why);
bool sqlite_find_map_run(store *s, const char *arn, uint64_t *execution, struct diag *why);
bool sqlite_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                       struct diag *why);
bool sqlite_list_running(store *s, bool labels, store_visit_running *visit, void *user,
                         struct diag *why);
bool sqlite_list_spoiled(store *s, store_visit_number *visit, void *user, struct diag *why);
bool sqlite_list_numbers(store *s, store_visit_number *visit, void *user, struct diag *why);
bool sqlite_list_executions(store *s, const char *list, const enum rt_status *status,
                            const struct store_place *after, store_visit_listed *visit, void *user,
                            struct diag *why);
bool sqlite_next_list(store *s, struct buf *name, struct diag *why);
bool sqlite_get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why);
bool sqlite_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                 void *user, struct diag *why);
bool sqlite_next_kind(store *s, struct buf *kind, struct diag *why);

#endif
