#ifndef RUNTIME_BASE_COROUTINE_H
#define RUNTIME_BASE_COROUTINE_H

#include <stdbool.h>

/*
 * A function that runs on a stack of its own, and can be left in its midst and gone on with later.
 * It stays in the thread that made it, so what it works on may be shared with others of that thread
 * as long as nothing is half done where it pauses.
 */
typedef struct coroutine coroutine;

/* With a stack, and nothing to run yet. NULL: the system gives no memory for it. */
coroutine *coroutine_new(void);
/* One that has something under way must have come to its end first. */
void coroutine_free(coroutine *c);

/* Runs `run` until it pauses or returns; true: it has returned, and `c` can run another. */
bool coroutine_run(coroutine *c, void (*run)(void *user), void *user);
/* Goes on behind its last coroutine_pause. */
bool coroutine_resume(coroutine *c);
/* Called by what `c` runs: goes back to who ran or resumed it. */
void coroutine_pause(coroutine *c);

#endif
