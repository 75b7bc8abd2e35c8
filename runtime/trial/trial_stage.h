#ifndef RUNTIME_TRIAL_TRIAL_STAGE_H
#define RUNTIME_TRIAL_TRIAL_STAGE_H

#include "parsers/base/diag.h"

#include <stddef.h>
#include <uv.h>

/*
 * What trials need that takes the system longer to make than many of them take to play. They are
 * played one after the other, or one while another still exists: each has a loop of its own then.
 * A stage belongs to one process: one that was forked makes another.
 */
typedef struct trial_stage trial_stage;

trial_stage *trial_stage_new(void);
/* To be called when no trial on it exists any more. */
void trial_stage_free(trial_stage *s);

/* Returns a loop in which nothing is alive, to be given back so. NULL with *why filled: the process
 * may open too few files. */
uv_loop_t *trial_stage_take(trial_stage *s, struct diag *why);
void trial_stage_give_back(trial_stage *s, uv_loop_t *loop);
/* How much memory the process may use, as it was when the stage was made. */
size_t trial_stage_memory(const trial_stage *s);

#endif
