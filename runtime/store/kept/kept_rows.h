#ifndef RUNTIME_STORE_KEPT_KEPT_ROWS_H
#define RUNTIME_STORE_KEPT_KEPT_ROWS_H

#include "runtime/store/kept/kept_shared.h"
#include "runtime/store/store.h"

/*
 * Rows of stores that keep events as text: what an append brings is a row, or a few; a row is the
 * texts of some events that follow each other (rt_event_write), each with a line feed behind it.
 * The number of the first is the row's own. JSON that we write has no line breaks.
 */

/* ---- writing ---- */

struct kept_writer {
    void *user;
    /* Keeps what leads to the event: its token, or the ARN of the Map Run that it starts. */
    void (*token)(void *user, const struct rt_event *e);
    /* Keeps a row, whose text is what is in `text` of kept_rows_write. */
    void (*row)(void *user, uint64_t seq);
};
/* Makes the rows of events, one after the other in `text`. */
void kept_rows_write(struct buf *text, const struct rt_events *events, struct kept_sharing *sharing,
                     const struct kept_writer *writer);

/* ---- reading: nothing of a row is trusted ---- */

struct kept_reading {
    const asl_machine *machine;
    struct kept_sharing sharing;
    uint64_t from, before; /* other events of a row are passed over */
    bool back;             /* the newest first */
    bool outline;          /* as store_read_outline has it */
    store_visit *visit;
    void *user;
    bool good; /* false: *why says what is wrong with the row */
    struct diag *why;
};
/* Visits the events of a row, whose first is number `seq`. False: it is enough, or not good. */
bool kept_rows_visit(struct kept_reading *r, const char *text, size_t len, uint64_t seq);
/* Returns the data of event `seq` in a row, without what is written elsewhere, a new reference.
 * NULL with *why filled. */
json *kept_rows_data(const char *text, size_t len, uint64_t first, uint64_t seq, struct diag *why);

/* Adds the row anew without what rt_event_trim takes away. False: it is to stay as it is. */
bool kept_rows_trim(const asl_machine *m, const char *text, size_t len, struct buf *out);

/* ---- the row of an execution ---- */

/* Gives `x` those names that its configuration lacks, made from its ARN and its list, which is the
 * machine's ARN. Takes `arn`. */
void kept_fill_names(struct store_execution *x, json *arn);
/* Makes of two texts what they are of; a text that is NULL gives NULL. Yours: kept_unref_look. */
const json *kept_list(const char *text, size_t len);
const json *kept_note(const char *text, size_t len);
/* Lets go of a look that is a reference of ours. */
void kept_unref_look(const json *v);
/* Empties a row that was read; its damage is not its own. */
void kept_clear_row(struct store_execution *x);

#endif
