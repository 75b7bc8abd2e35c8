#ifndef RUNTIME_STORE_POSTGRESQL_POSTGRESQL_IMPL_H
#define RUNTIME_STORE_POSTGRESQL_POSTGRESQL_IMPL_H

/* What the files of the PostgreSQL store share: postgresql_connect.c opens connections and says
 * where they lead, postgresql_schema.c has the tables, postgresql_lease.c who owns them,
 * postgresql_query.c the statements and the pipeline, store_postgresql.c puts in and commits,
 * postgresql_read.c reads, postgresql_forget.c lets go of what is over. */

#include "parsers/base/digest.h"
#include "runtime/store/kept/kept_machines.h"
#include "runtime/store/kept/kept_rows.h"
#include "runtime/store/postgresql/pq_library.h"
#include "runtime/store/postgresql/store_postgresql.h"
#include "runtime/store/store_impl.h"

#include <pthread.h>

/* The statements, each prepared when it is first needed. */
enum pg_statement {
    PG_BEGIN,
    PG_FENCE,
    PG_COMMIT,
    PG_ROLLBACK,
    PG_ADD_DEFINITION,
    PG_ADD_EXECUTION,
    PG_SET_PROGRESS,
    PG_SET_REDRIVES,
    PG_SET_APART,
    PG_SET_NEXT,
    PG_ADD_EVENTS,
    PG_SET_EVENTS,
    PG_ADD_TOKEN,
    PG_DROP_EXECUTION,
    PG_DROP_EVENTS,
    PG_DROP_TOKENS,
    PG_FIRST_CHILD,
    PG_LIST_DEFINITIONS,
    PG_DROP_DEFINITION,
    PG_LIST_STOPPED,
    PG_LIST_ENDED,
    PG_PUT_RECORD,
    PG_DROP_RECORD,
    PG_GET_NEXT,
    PG_GET_DEFINITION,
    PG_GET_EXECUTION,
    PG_GET_EVENTS,
    PG_NEXT_EVENTS,
    PG_GET_EVENT,
    PG_GET_EVENTS_BACK,
    PG_FIND_ARN,
    PG_FIND_CHILD,
    PG_FIND_TOKEN,
    PG_LIST_RUNNING,
    PG_LIST_SPOILED,
    PG_LIST_ALL,
    PG_LIST_STATUS,
    PG_NEXT_LIST,
    PG_GET_RECORD,
    PG_LIST_RECORDS,
    PG_LIST_NUMBERS,
    PG_NEXT_KIND,
    PG_GET_OWNER,
    PG_RELEASE,
    PG_STATEMENTS
};

/* A database that says nothing for so long while it is waited for counts as lost. */
enum { PG_SILENCE_S = 30 };

/* Executions are spread over so many shards, by their numbers. Never changed: rows say theirs. */
enum { PG_SHARDS = 256 };

/* Who is put in: no execution, but a record; or nothing, but the statements around it. */
#define PG_NOBODY UINT64_MAX
#define PG_FRAME (UINT64_MAX - 1)

/* What a statement is given. Numbers are 8 bytes; texts and keys are looks. */
enum { PG_MOST_PARAMS = 16 };
struct pg_params {
    int count;
    const char *values[PG_MOST_PARAMS];
    int lengths[PG_MOST_PARAMS], formats[PG_MOST_PARAMS];
    char numbers[PG_MOST_PARAMS][8];
};

/* A statement whose result has not come yet. */
struct pg_queued {
    enum pg_statement statement;
    uint64_t whose;
    bool prepares;
};

/* What failed first of what was sent together. */
struct pg_failure {
    bool is;
    char state[6]; /* its SQLSTATE; "": it has none */
    struct buf text;
};

/* How a database is reached. */
struct pg_place {
    char *url;       /* as given: with the password, so never shown */
    struct buf text; /* for messages */
};

/* Who has the database. */
struct pg_lease {
    const struct pg_place *place;
    struct buf node, name; /* the process's key among nodes, and what people are told of it */
    int64_t epoch;         /* 0: it has none */
    pthread_t thread;
    bool beats; /* the thread runs */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ends;        /* under the lock: the thread is to end */
    atomic_bool lost; /* the lease was seen to be another's */
};

struct database {
    struct store store;
    PGconn *db;
    struct pg_place place;
    struct pg_lease lease;
    bool writing;       /* a transaction has begun */
    struct diag broken; /* what failed first; then nothing of the turn is kept */
    struct pg_failure failure;
    uint64_t refused; /* whose it is that can't be kept, or PG_NOBODY */
    enum { PG_UNPREPARED, PG_PREPARING, PG_PREPARED } prepared[PG_STATEMENTS];
    struct pg_queued *queued;
    size_t queued_count, queued_cap;
    bool touched[PG_SHARDS];  /* shards that the transaction writes to */
    uint64_t next;            /* number that no execution has or had */
    int64_t nexts[PG_SHARDS]; /* what is known to be kept of that, by shard */
    /* Executions that were to be changed and have no row: their events are to go. */
    uint64_t *strays;
    size_t stray_count, stray_cap;
    struct buf text, note; /* of what is being put in */
    digest *hash;          /* SHA-256 */
    struct kept_machines machines;
    struct kept_shared shared;
    struct store_execution found;
    struct buf damage; /* the text of found.damage */
    bool untidy;       /* definitions behind this key are to be looked at */
    unsigned char tidied[KEPT_KEY_BYTES];
    /* Of store_trim: executions, the first of which has lost what is before that event. */
    uint64_t *to_trim, trimmed;
    size_t trim_count, trim_cap;
};

static inline struct database *database_of(store *s)
{
    return (struct database *)s;
}

static inline int64_t pg_shard_of(uint64_t execution)
{
    return execution % PG_SHARDS;
}

/* ---- postgresql_connect.c ---- */

/* Reads a URL; the place is to be cleared in any case. False with *why filled (STORE_OPEN). */
bool pg_place_read(struct pg_place *p, const char *url, struct diag *why);
void pg_place_clear(struct pg_place *p);
/* Opens a connection, to a server that may be a standby if it only `reads`. NULL with *why filled
 * (STORE_OPEN), without the place. */
PGconn *pg_connect(const struct pg_place *p, bool reads, struct diag *why);
/* Waits until there is a result, or the end of the connection. False: the database has said nothing
 * for PG_SILENCE_S seconds, and the connection is closed. */
bool pg_wait(PGconn *db);
/* Runs SQL outside of pipelines: several statements, or one with `count` texts as its parameters.
 * Returns the last result, to be cleared; NULL: none came. */
PGresult *pg_query(PGconn *db, const char *sql, int count, const char *const *values);
/* Runs statements that give no rows that matter, outside of pipelines. False with *why filled. */
bool pg_execute(PGconn *db, const char *sql, struct diag *why);
/* Adds what the server, or libpq, says of a failure, in one line, and what can be done about it
 * where that is known. `r` may be NULL. */
void pg_add_error(struct buf *out, PGconn *db, const PGresult *r);
/* Returns the SQLSTATE of a result that failed; "" where it has none. A look. */
const char *pg_state_of(const PGresult *r);

/* ---- postgresql_schema.c ---- */

/* Makes the tables, or brings them up to date, while others may do the same. */
bool pg_migrate(PGconn *db, struct diag *why);
/* Returns whether the tables are those of this version; else *why is filled. */
bool pg_is_of_now(PGconn *db, struct diag *why);

/* ---- postgresql_lease.c ---- */

/* Sets up a lease that is not held. */
void pg_lease_init(struct pg_lease *l, const struct pg_place *place);
/* Takes all shards, and begins to renew the lease by a thread with a connection of its own. */
bool pg_lease_take(struct pg_lease *l, PGconn *db, struct diag *why);
/* Ends the thread. The lease is left as it is. */
void pg_lease_clear(struct pg_lease *l);

/* ---- postgresql_query.c ---- */

void pg_add_number(struct pg_params *p, int64_t n);
void pg_add_null(struct pg_params *p);
void pg_add_bytes(struct pg_params *p, const void *bytes, size_t len);
void pg_add_string(struct pg_params *p, const char *text);
/* Adds a text that the server is to read. */
void pg_add_written(struct pg_params *p, const char *text);

/* What failed first counts; the transaction is lost. */
void pg_fail(struct database *d, const char *code, const char *text, uint64_t whose);
/* Queues a statement that writes for `whose`. */
void pg_queue(struct database *d, uint64_t whose, enum pg_statement statement,
              const struct pg_params *params);
/* Sends what is queued, and waits for all results. False: something failed (d->broken). */
bool pg_settle(struct database *d);
/* Sends what is queued and then this, in one round trip. Returns its rows, to be cleared by
 * pq.clear; NULL with *why filled: STORE_READ, or STORE_DAMAGED. */
PGresult *pg_ask(struct database *d, enum pg_statement statement, const struct pg_params *params,
                 struct diag *why);
/* Takes back what was put in, if anything was. */
void pg_roll_back(struct database *d);

int64_t pg_number(const PGresult *r, int row, int column);                 /* NULL: 0 */
const char *pg_bytes(const PGresult *r, int row, int column, size_t *len); /* NULL: NULL, 0 */
bool pg_is_null(const PGresult *r, int row, int column);
bool pg_none(struct diag *why, const char *what); /* false, STORE_NONE */

/* ---- store_postgresql.c ---- */

/* Before something of that execution, or of PG_NOBODY, is put in. False: the store is broken. */
bool pg_begin(struct database *d, uint64_t execution);
/* Forgets what is known of what is kept: it may not be. */
void pg_forget_known(struct database *d);

/* ---- postgresql_read.c: as store.h has them ---- */

asl_machine *pg_machine(struct database *d, const void *key, struct diag *why);
void pg_clear_found(struct database *d);
void pg_share(struct kept_sharing *s, struct database *d, uint64_t execution);
bool postgresql_next_number(store *s, uint64_t *out, struct diag *why);
bool postgresql_find(store *s, uint64_t execution, const struct store_execution **out,
                     struct diag *why);
bool postgresql_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                     struct diag *why);
bool postgresql_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                             void *user, struct diag *why);
bool postgresql_read_back(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                          void *user, struct diag *why);
bool postgresql_read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                          struct diag *why);
bool postgresql_find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why);
bool postgresql_find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                           struct diag *why);
bool postgresql_find_map_run(store *s, const char *arn, uint64_t *execution, struct diag *why);
bool postgresql_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                           struct diag *why);
bool postgresql_get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why);

/* ---- postgresql_list.c: as store.h has them ---- */

bool postgresql_list_running(store *s, bool labels, store_visit_running *visit, void *user,
                             struct diag *why);
bool postgresql_list_spoiled(store *s, store_visit_number *visit, void *user, struct diag *why);
bool postgresql_list_numbers(store *s, store_visit_number *visit, void *user, struct diag *why);
bool postgresql_list_executions(store *s, const char *list, const enum rt_status *status,
                                const struct store_place *after, store_visit_listed *visit,
                                void *user, struct diag *why);
bool postgresql_next_list(store *s, struct buf *name, struct diag *why);
bool postgresql_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                     void *user, struct diag *why);
bool postgresql_next_kind(store *s, struct buf *kind, struct diag *why);

/* ---- postgresql_forget.c: as store.h has them ---- */

void pg_forget_events(struct database *d, uint64_t execution);
void postgresql_forget(store *s, uint64_t execution);
bool postgresql_forget_list(store *s, const char *list, size_t limit, struct store_gone *out,
                            struct diag *why);
bool postgresql_retire(store *s, int64_t before_ms, size_t limit, struct store_gone *out,
                       struct diag *why);
bool postgresql_tidy(store *s);
void postgresql_trim_later(store *s, uint64_t execution);
bool postgresql_trim(store *s);

#endif
