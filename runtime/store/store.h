#ifndef RUNTIME_STORE_STORE_H
#define RUNTIME_STORE_STORE_H

#include "parsers/base/diag.h"
#include "runtime/base/histogram.h"
#include "runtime/core/exec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where executions, their histories, and the records of whoever uses them are kept. What is put in
 * is good after the next store_commit: all of it, or, after a crash, nothing. The engine puts in
 * what a turn brought, commits once, and lets replies and tasks out after that.
 *
 * Reading shows what was put in and not yet committed, too. What can't be put in is told by
 * store_commit, whose `why->code` says what that means:
 *
 * STORE_WRITE: the file can't be written. For good: a store that failed so keeps nothing any more.
 * STORE_CORRUPT: the same, and the file is damaged: trying again is of no use.
 * STORE_REFUSED: what was put in for one execution can't be kept, whatever the disk: it is too
 * large, or says what the store has already. store_refused tells whose it was. Nothing of the
 * commit is kept, and the store goes on.
 */
typedef struct store store;

extern const char STORE_NONE[], STORE_READ[], STORE_DAMAGED[], STORE_WRITE[], STORE_CORRUPT[],
    STORE_REFUSED[];

/* Makes a store in memory: for `run`, `test`, `--store :memory:`. Nothing outlives the store. */
store *store_memory_new(void);

enum store_durability {
    STORE_FULL,  /* a commit survives a power cut */
    STORE_NORMAL /* a commit survives the process's end; a power cut may take the last ones */
};

/*
 * Opens a store in an SQLite file, which is made if there is none. NULL with *why filled when it
 * can't be opened (STORE_OPEN), another process has it (STORE_BUSY), it isn't ours (STORE_FOREIGN),
 * a newer version has written it (STORE_NEWER), or it lies in the network (STORE_NETWORK).
 */
store *store_sqlite_open(const char *path, enum store_durability durability, struct diag *why);
/* Returns whether --store means an SQLite file by that name: not by a URL, unless by one of
 * SQLite's, for which store_sqlite_open has a hint. */
bool store_sqlite_takes(const char *name);

void store_free(store *s);

/*
 * Lets `told` hear, once, that the file itself was found damaged, not only a row of it, when
 * something was read. Who read it hears it, too, but perhaps can't do anything about it.
 */
typedef void store_damage(void *user, const char *text);
void store_on_damage(store *s, store_damage *told, void *user);

/* ---- executions ---- */

/* due_ms of an execution that has more to wait for than the time: tasks, others, its next turn. */
#define STORE_AWAKE INT64_MIN

/* A Map Run's execution was started by event `ref` of another one. */
struct store_parent {
    bool set;
    uint64_t execution, ref;
};

struct store_execution {
    uint64_t number;
    asl_machine *machine;
    struct rt_config config;
    enum rt_status status;
    int64_t start_ms, stop_ms; /* stop_ms 0: it runs */
    int64_t due_ms;            /* when its time comes; STORE_AWAKE */
    struct store_parent parent;
    bool transient;   /* it is forgotten when it ends */
    const json *list; /* a string: what it is listed under; NULL: nothing */
    const json *note; /* what its starter wants kept with it; NULL: nothing */
    /* Not of a new one: */
    uint32_t redrives;
    int64_t redriven_ms; /* the last one; 0: never */
    /*
     * What is wrong with it, or why store_set_apart was called; NULL: nothing. Then the machine may
     * be NULL, and the configuration have the names only, which may be made from its ARN.
     */
    const char *damage;
    bool apart; /* that was called */
};

/* Adds a new execution. Looks at what `x` has; a machine is kept once for all its executions. */
void store_start(store *s, const struct store_execution *x);
/* Adds events of an execution, in order. Looks at them. */
void store_append(store *s, uint64_t execution, const struct rt_event *events, size_t count);
/* Adds those that a step put out. Looks at them. */
void store_append_output(store *s, uint64_t execution, const struct rt_output *out);
/* Adds those that a step put out, and may take their values: then `out` looks at them, which is
 * good as long as the execution is not forgotten. */
void store_take_output(store *s, uint64_t execution, struct rt_output *out);
/* Sets where an execution stands: how and when it ended, or when its time comes. */
void store_progress(store *s, uint64_t execution, enum rt_status status, int64_t stop_ms,
                    int64_t due_ms);
/* Sets how often an execution was redriven, and when last. */
void store_redriven(store *s, uint64_t execution, uint32_t redrives, int64_t at_ms);
/* Notes that what the store has of an execution can't be used, as `why` says: it has failed at
 * `at_ms`, and stays to be looked at. Its rows are left as they are. */
void store_set_apart(store *s, uint64_t execution, const char *why, int64_t at_ms);
/* Deletes an execution with all that is its own. */
void store_forget(store *s, uint64_t execution);

/* Lets an execution stay, whatever deletes executions that have ended, until each call has been
 * taken back. It holds as long as the store is open. */
void store_hold(store *s, uint64_t execution);
void store_let_go(store *s, uint64_t execution);

/*
 * What came of deleting executions that have ended: up to a limit at a time, and those of their Map
 * Runs before them, so that none is ever left whose parent has gone. One stays as long as such a
 * child runs, or one of them is held.
 */
struct store_gone {
    size_t count;
    bool more; /* there are others: for the next time, or for when their children have ended */
};
/* Deletes ended executions of that list. False with *why filled, as when reading. */
bool store_forget_list(store *s, const char *list, size_t limit, struct store_gone *out,
                       struct diag *why);
/* Deletes executions that ended before `before_ms`, but for those of Map Runs: a redrive of their
 * parent needs them, and so they stay as long as it does. False with *why filled, as when reading.
 */
bool store_retire(store *s, int64_t before_ms, size_t limit, struct store_gone *out,
                  struct diag *why);

/*
 * Deletes what no execution needs any more: definitions that nobody else has either, and room in
 * the file. Does a piece of that at a time; true: there is more to do.
 */
bool store_tidy(store *s);

/*
 * Of an execution that has succeeded, and is not redriven any more, the events keep no data that
 * nobody asks for (rt_event_trim): a Map Run of a large file has the whole of it there.
 * store_trim_later notes that it is to lose them; store_trim takes some of what is noted away.
 * True: there is more to do. What a process didn't come to stays as long as the execution.
 */
void store_trim_later(store *s, uint64_t execution);
bool store_trim(store *s);

/* Keeps what was put in since the last commit. False with *why filled when it is not kept: then
 * nothing of it may leave. */
bool store_commit(store *s, struct diag *why);
/* Tells which execution a commit was STORE_REFUSED for. False: for none, it was a record. */
bool store_refused(const store *s, uint64_t *execution);
/* Returns what others than its owner may do with the store's file: bits of its mode; 0: nothing. */
unsigned store_rights(const store *s);
/* Returns how many bytes may still be written where the store lies; UINT64_MAX: nobody knows. */
uint64_t store_room(const store *s);

/* How long commits took that had something to keep. */
struct store_stats {
    struct histogram time;
};

void store_stats(const store *s, struct store_stats *out);

/*
 * ---- reading ----
 *
 * False with *why filled when that fails: STORE_READ where the file can't be read, STORE_DAMAGED
 * where what is there can't be what was put in. That costs nobody but the execution that it is of.
 */

/* Finds a number that no execution has or had. */
bool store_next_number(store *s, uint64_t *out, struct diag *why);

/* Looks at the events of an execution from `seq` on, in order, until `visit` returns false. An
 * event is good until then, its values until the next read; states are those of the machine that
 * store_find gives. */
typedef bool store_visit(void *user, const struct rt_event *e);
bool store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                struct diag *why);
/* Looks at events as store_read does, for who wants to know what happened and not with what: those
 * of a Map Run's children may have null for their data. */
bool store_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                        struct diag *why);
/* Looks at the events of an execution before `seq`, the newest first, until `visit` returns false.
 */
bool store_read_back(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                     struct diag *why);
/* Looks at some of the last events in order, the very last among them; how many is the store's
 * choice. */
bool store_read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                     struct diag *why);

/* Finds what there is to an execution: a look, good until the store is asked again. False with
 * why->code STORE_NONE when there is no such execution; so do those below. */
bool store_find(store *s, uint64_t execution, const struct store_execution **out, struct diag *why);
/* Finds the newest execution of that ARN. */
bool store_find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why);
/* Finds the execution that event `ref` of `parent` started. */
bool store_find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                      struct diag *why);
/* Finds the execution that has the Map Run of that ARN. One that was kept by an earlier version is
 * not found. */
bool store_find_map_run(store *s, const char *arn, uint64_t *execution, struct diag *why);
/* Finds the execution whose task was given `token`, and the event that gave it. */
bool store_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                      struct diag *why);

/* An execution that runs, by what the store says. */
struct store_running {
    uint64_t number;
    int64_t due_ms;
    struct store_parent parent;
    bool transient;
    const json *list, *note;
};
typedef bool store_visit_running(void *user, const struct store_running *r);
/* Visits the executions that run, by number; with what they are listed under and their notes if
 * `labels` is set. `visit` may read the store. */
bool store_list_running(store *s, bool labels, store_visit_running *visit, void *user,
                        struct diag *why);

typedef bool store_visit_number(void *user, uint64_t number);
/* Visits executions whose rows say what can't be, of status, end or number: they are to be set
 * apart. */
bool store_list_spoiled(store *s, store_visit_number *visit, void *user, struct diag *why);

/* Visits all executions, in an order of the store's own. `visit` may read the store. */
bool store_list_numbers(store *s, store_visit_number *visit, void *user, struct diag *why);

/*
 * store_list_executions visits the executions of a list with that status (NULL: any) behind the
 * place `after` (NULL: all), the newest first: of those that have ended the last that did, of those
 * that run the last that was started or redriven. `visit` may find them in the store; what it is
 * given is the place to go on from.
 */
struct store_place {
    int64_t at_ms;
    uint64_t number;
};

struct store_listed {
    struct store_place place;
    uint32_t redrives;
};
typedef bool store_visit_listed(void *user, const struct store_listed *x);
bool store_list_executions(store *s, const char *list, const enum rt_status *status,
                           const struct store_place *after, store_visit_listed *visit, void *user,
                           struct diag *why);

/* Puts in the place of a list's name that of the next one, in the order of bytes, that has
 * executions. STORE_NONE. */
bool store_next_list(store *s, struct buf *name, struct diag *why);

/* ---- records: texts by kind and key, for what lives beside executions ---- */

/* Puts a record in the place of what was there; `text` NULL: away with it. */
void store_put(store *s, const char *kind, const char *key, const char *text, size_t len);
/* Adds the record's text to `out`. STORE_NONE. */
bool store_get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why);
/* The records of a kind in the order of their keys (bytes), those after `after` (NULL: all). */
typedef bool store_visit_record(void *user, const char *key, const char *text, size_t len);
bool store_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                void *user, struct diag *why);
/* Puts in the place of a kind's name that of the next one, in the order of bytes, that has records.
 * STORE_NONE. */
bool store_next_kind(store *s, struct buf *kind, struct diag *why);

#endif
