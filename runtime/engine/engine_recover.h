#ifndef RUNTIME_ENGINE_ENGINE_RECOVER_H
#define RUNTIME_ENGINE_ENGINE_RECOVER_H

/* Executions made from what the store has of them. */

#include "runtime/engine/engine_state.h"

/*
 * Makes an execution from its history, `f`, of which the number is given and, where that was begun
 * before, the rest. It pauses when the share of the turn is used up, if it `pauses`. FOLD_FAILED:
 * *why is filled, and f->x is NULL.
 */
enum fold_end { FOLD_DONE, FOLD_PAUSED, FOLD_FAILED };
enum fold_end engine_fold(engine *e, struct fold *f, bool pauses, struct diag *why);
/* Makes an execution from its whole history at once. NULL with *why filled when it can't be made.
 */
rt_exec *engine_fold_whole(engine *e, uint64_t execution, struct diag *why);

/* Brings an execution that is in the store only into memory. False: it has been set apart, and the
 * entry is gone; or the store can't be read, and e->why says it. */
bool engine_wake(engine *e, struct entry *entry);

/* Sets apart an execution that the store has, and removes its entry. */
void engine_set_apart(engine *e, uint64_t execution, const char *why);
/* Writes the end that the history has into the execution's row, which lacks it; removes the entry.
 */
void engine_mend_end(engine *e, struct entry *entry);
/* Returns whether *why says that the stored data is wrong, not that the store can't be read. */
bool engine_is_damage(const struct diag *why);

#endif
