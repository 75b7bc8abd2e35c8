#ifndef TESTS_SUPPORT_PROCESSES_H
#define TESTS_SUPPORT_PROCESSES_H

#include "tests/support/handlers_world.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Processes that handlers start. Who uses this is linked with --wrap=syscall,--wrap=opendir: then
 * the kernel has no pidfd between hide_pidfd and show_pidfd, and looks at the list of all processes
 * are counted.
 */

extern unsigned lists_of_processes;
void hide_pidfd(void);
void show_pidfd(void);

/* The number in a file of the world's folder; 0: there is none yet. */
pid_t process_in(struct handlers_world *w, const char *name);
/* A process that has exited may wait for its reaper: it is not alive. */
bool process_is_alive(pid_t pid);
/* Runs the world's loop until the process has ended. */
void process_wait_for_end(struct handlers_world *w, pid_t pid);

#endif
