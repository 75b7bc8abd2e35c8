#ifndef TESTS_SUPPORT_STORE_SCENE_H
#define TESTS_SUPPORT_STORE_SCENE_H

/* What the suites of stores share: a folder with a store in it, executions and events to put in,
 * and what is expected to be read. */

#include "runtime/store/store.h"
#include "tests/support/folder.h"
#include "tests/support/machine.h"
#include "tests/support/store_kinds.h"

enum { START_MS = 1000000 };

#define TASK                                                                                       \
    "\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","         \
    "\"TimeoutSeconds\":5,\"Retry\":[{\"ErrorEquals\":[\"States.ALL\"],\"MaxAttempts\":2}],"

/* Text of what was visited so far, and how much is to be. */
struct seen {
    struct buf text;
    size_t most; /* visits; then it is enough */
};

extern struct folder store_files;

/* Make the folder of the test, and remove it. */
void store_scene_setup(void);
void store_scene_teardown(void);
/* Opens the store in the test's file. */
store *open_sqlite(void);
/* Opens a store of the kind. */
store *open_store(int kind);
/* Commits, which must succeed. */
void commit(store *s);
/* Returns the number of the next execution. */
uint64_t next_number(store *s);
/* Return how many executions went. */
size_t retire(store *s, int64_t before_ms, size_t limit);
size_t forget_list(store *s, const char *list, size_t limit);
/* Puts in an execution that is called `name`, has that parent, and is in `list` (NULL: in none)
 * with a note. */
void put_child(store *s, uint64_t number, const char *name, struct store_parent parent,
               const char *list);
/* Puts in an execution that was started by event `ref` of execution 0, unless `ref` is 0. */
void put_listed(store *s, uint64_t number, const char *name, uint64_t ref, const char *list);
void put_execution(store *s, uint64_t number, const char *name, uint64_t ref);
/* Puts in events from `seq` on, with a token each. */
void put_events(store *s, uint64_t execution, uint64_t seq, size_t count);
/* Adds the event's sequence number, to a struct seen. */
bool see_event(void *user, const struct rt_event *e);
/* Expects these events of the execution from `seq` on, at most `most` of them. */
void expect_events(const char *name, store *s, uint64_t execution, uint64_t seq, size_t most,
                   const char *want);
/* Expects that nothing was found. */
void expect_none(const char *name, bool found, struct diag *why);
/* Expects that these executions run, at most `most` of them. */
void expect_running(const char *name, store *s, size_t most, const char *want);
/* Returns whether the store has the execution. */
bool has_row(store *s, uint64_t execution);
/* Runs SQL on the test's file, as another program may. */
void make_file(const char *sql);
/* Writes the text into the test's file. */
void make_text(const char *text);
/* Returns the sequence number of the last event; 0: there is none. */
uint64_t last_of(store *s, uint64_t execution);

#endif
