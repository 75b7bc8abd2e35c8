#ifndef TOOLS_TEST_HELD_SIGNALS_H
#define TOOLS_TEST_HELD_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Lets the signals that end a process (SIGINT, SIGTERM, SIGHUP) wait, as long as it has files that
 * would be left behind. *before is for signals_release. */
void signals_hold(sigset_t *before);
/* Returns whether one of them waits that the process doesn't ignore. */
bool signals_wait(void);
/* A signal that came meanwhile ends the process here, if it is to end it. */
void signals_release(const sigset_t *before);

#endif
