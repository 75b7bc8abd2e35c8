#ifndef RUNTIME_CORE_MAP_WRITE_H
#define RUNTIME_CORE_MAP_WRITE_H

/* When a Map Run's results are written, and how one that has failed comes to its end. */

#include "runtime/core/step.h"

/* Returns the ref of a Map Run's WRITE_RESULTS: the event before MAP_RUN_STARTED is the group's
 * beginning, which starts no call of its own. */
uint64_t writing_ref(const struct rt_run *run);
/* Has results written, if there are enough of them or no more will come, and nothing is being
 * written. */
void write_results(struct step *s, struct rt_frame *f);
/* Has it seen where the results are to be written, unless that was good before. Returns whether no
 * child should begin before that is known: all that they do would be lost. */
bool results_are_checked_first(struct step *s, const struct rt_frame *f);
/* Returns whether so much is to be written that no more children should run. */
bool results_are_behind(const struct rt_run *run);
/* Returns whether the results of a Map Run whose children have ended are still to be written. */
bool results_are_awaited(const struct rt_run *run);
/* Takes in what was written, or that it can be; NULL: the input is for a Map Run that is over. */
struct rt_frame *results_came(struct step *s, const struct rt_input *in);
/* Returns the frame whose results could not be written; NULL: its Map Run is over. */
struct rt_frame *results_not_written(struct step *s, const struct rt_input *in);
/* Calls off what is being written. */
void stop_writing(struct step *s, const struct rt_frame *f);

#endif
