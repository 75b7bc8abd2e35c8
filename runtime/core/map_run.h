#ifndef RUNTIME_CORE_MAP_RUN_H
#define RUNTIME_CORE_MAP_RUN_H

/* Distributed Maps: the Map Run, and the executions of its items. */

#include "runtime/core/step.h"

/* Starts the Map Run of a Map whose group has started. */
void start_map_run(struct step *s, struct rt_frame *f, const struct asl_env *env);
/* Redrives children that are pending and starts others until as many run as may. */
void start_children(struct step *s, struct rt_frame *f);
/* Records that all children of the Map Run have ended, and few enough have failed. */
void map_run_succeeded(struct step *s, struct rt_frame *f);
/* Begins the Map Run of a redriven Map once more. */
void redrive_map_run(struct step *s, struct rt_frame *f);
/* Takes in a request of UpdateMapRun. */
void change_map_run(struct step *s, const json *request);
/* Returns whether more children have failed than the Map Run tolerates. */
bool too_many_failed(const struct rt_group *g);
/* Fails it for that. */
void map_run_failed(struct step *s, struct rt_frame *f);
/* Ends a Map Run that has failed, and whose children have ended. */
void close_map_run(struct step *s, struct rt_frame *f);
/* Sets the names (yours) of the child that CHILD_STARTED of that number began. */
void child_names(const rt_exec *x, const json *map_run, uint64_t ref, struct rt_names *out);
/* Takes in the end of a child, or that it never began. */
void child_answered(struct step *s, const struct rt_input *in);
void child_unbegun(struct step *s, const struct rt_input *in);
/* Takes in what was read for a Map Run, or why nothing could be. */
void items_came(struct step *s, const struct rt_input *in);
void reading_failed(struct step *s, const struct rt_input *in);
/* Opens the Map Run that has waited longest, if it still may; else asks once more. */
void open_map_run(struct step *s);
/* Goes on with Map Runs that have more children to begin, after an output that is `late`. */
void begin_late_children(struct step *s);
/* Takes in what of its results was written, or why they could not be. */
void map_results_written(struct step *s, const struct rt_input *in);
void writing_failed(struct step *s, const struct rt_input *in);
/* Calls off all children that run, the reading and the writing. */
void cancel_children(struct step *s, struct rt_frame *f);
/* Asks for all children that run once more, and for items, after a restart. */
void resume_children(struct step *s, struct rt_frame *f);

#endif
