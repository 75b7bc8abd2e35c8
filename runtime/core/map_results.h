#ifndef RUNTIME_CORE_MAP_RESULTS_H
#define RUNTIME_CORE_MAP_RESULTS_H

/* What the children of a Map Run came to, in the forms that its ResultWriter can give them. */

#include "runtime/core/frames.h"

/* Returns whether a plan's ResultWriter has what its writing needs; a plan without one has. */
bool plan_can_write(const json *plan);
/* Sets up what a Map Run with that plan writes. */
void results_begin(struct rt_run *run);
void results_clear(struct rt_run *run);
/* Forgets what was not written of an attempt that a redrive does over again. */
void results_redo(struct rt_run *run);

/* Returns whether the record of a child that ended so is written, which has its times. */
bool results_have_times(const struct rt_run *run, bool good);
/*
 * Notes what became of a child, as `e` says it: among the results to be written, or where nobody
 * writes them in the group's. `status`: how it ended.
 */
void results_note(const rt_exec *x, struct rt_group *g, const struct rt_child *child,
                  const struct rt_event *e, enum rt_status status);
/* Returns whether what is known of the results is more than a state may have: then they are not
 * kept. */
bool results_are_too_large(const struct rt_run *run);
/* Keeps on the child, where results are written, how `e` says that it ended. */
void results_keep_end(const struct rt_run *run, struct rt_child *child, const struct rt_event *e,
                      enum rt_status status);
/* Adds a child that failed in an earlier attempt, and this one did not come to, to the results to
 * be written. */
void results_note_earlier(const rt_exec *x, struct rt_run *run, const struct rt_child *child);
/* Adds what would have been the input of a child that was not begun to the results to be written.
 */
void results_note_pending(const rt_exec *x, struct rt_run *run, const json *input);

/* Drops the successes that the event says are written; what is in a file that is not complete is
 * kept where it is known to be lost later. */
void results_drop_successes(const rt_exec *x, struct rt_results *r, const struct rt_event *e);
/* Takes back what was written into the file that is lost. Without its texts it is noted that they
 * lack. */
void results_take_back(const rt_exec *x, struct rt_results *r, const struct rt_event *e);

size_t unwritten_count(const struct rt_unwritten *u);
size_t unwritten_bytes(const struct rt_unwritten *u);
/* Returns the texts, one behind another: a look, up to unwritten_bytes. */
const char *unwritten_text(const struct rt_unwritten *u);
/* Drops the first `count` of them, or as many as there are. */
void unwritten_drop(struct rt_unwritten *u, uint64_t count);

/* Makes the result of the state. */
json *results_of_group(const struct rt_group *g);

#endif
