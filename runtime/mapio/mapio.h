#ifndef RUNTIME_MAPIO_MAPIO_H
#define RUNTIME_MAPIO_MAPIO_H

#include "asl/eval/env.h"
#include "parsers/json/json.h"
#include "runtime/base/task_io.h"
#include "runtime/engine/engine.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads the items of Map Runs, as their plans say: from objects in S3, in pieces, while children
 * that have items run. What a piece has too much waits for the next request, so a file costs the
 * same memory whatever its size is. And writes their results. It does no I/O of its own: S3 is
 * asked by task calls, so a row of the handlers file says where a bucket is.
 */
typedef struct mapio mapio;

enum mapio_taker {
    MAPIO_UNKNOWN,
    MAPIO_FOLDER, /* a folder, for which calls cost nothing */
    MAPIO_NOBODY, /* it would fail */
};

struct mapio_world {
    void *user;
    /* Starts a task call of S3, whose `raw` is set where bytes are read. Its result comes by
     * mapio_task_done, which may be called from within. */
    void (*call)(void *user, const struct task *task);
    /* Tells who would take one, as far as that is known before it is made; of MAPIO_NOBODY fills
     * *failed. NULL: it is never known. */
    enum mapio_taker (*would_take)(void *user, const struct task *task, struct task_result *failed);
    /* Cancels one. */
    void (*cancel)(void *user, uint64_t id);
    /* Returns the time, by the clock of mapio_wake. */
    int64_t (*now)(void *user);
    /* Brings items, as engine_items_came takes them. */
    void (*came)(void *user, uint64_t id, json *part);
    /* Says why there are none, as engine_reading_failed takes it. */
    void (*failed)(void *user, uint64_t id, struct asl_error error, bool differs);
    /* Brings what was written, as engine_results_written takes it. */
    void (*written)(void *user, uint64_t id, json *written);
    /* Says why it could not be, as engine_writing_failed takes it. */
    void (*not_written)(void *user, uint64_t id, struct asl_error error, json *without);
    /* Tells people, in a line, what an error leaves out; NULL: nobody listens. */
    void (*tell)(void *user, const char *execution, const char *line);
    /* So long items wait for those of the next file, which go with them: each answer costs a turn
     * of the engine, and a store its commit. 0: not at all. */
    int64_t gather_ms;
    size_t memory;      /* bytes that all executions may have; 0: there is no bound */
    uint64_t most_file; /* bytes of one result file; 0: as many as on AWS */
    uint64_t
        most_read; /* bytes of one file of items, unpacked, where AWS's limits hold; 0 likewise */
};

mapio *mapio_new(const struct mapio_world *world);
void mapio_free(mapio *m);

/* Begins a reading, or goes on with it. */
void mapio_read(mapio *m, const struct map_reading *reading);
/* Writes results; `written` or `not_written` answers, once. */
void mapio_write(mapio *m, const struct map_writing *writing);
/* Ends a reading or a writing. Does nothing when there is none of that id. */
void mapio_cancel(mapio *m, uint64_t id);
/* Returns how many bytes a reading or writing holds, about; 0 when there is none of that id. */
size_t mapio_held(const mapio *m, uint64_t id);

/* Returns when a call that failed is made once more; INT64_MAX: none is. */
int64_t mapio_next_due(const mapio *m);
/* Returns how many of those wait for that. */
size_t mapio_asleep(const mapio *m);
/* Makes the calls whose time has come. */
void mapio_wake(mapio *m, int64_t now_ms);

/* Tells for which reading or writing a task call was started, by the id that it has; false: for
 * none. */
bool mapio_made_for(const mapio *m, uint64_t call, uint64_t *id);
/* Takes in what came of one; `result` is taken. */
void mapio_task_done(mapio *m, uint64_t call, struct task_result *result);

/*
 * Reads the items of `text`, which stands for the file that the plan's reader names, at once. Fills
 * *items with an array of them and *keys with one of their keys, where they are members of an
 * object, else NULL. False with *error filled.
 */
bool mapio_read_text(const json *plan, const json *text, json **items, json **keys,
                     struct asl_error *error);

#endif
