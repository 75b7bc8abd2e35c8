#ifndef RUNTIME_BASE_PROCESS_H
#define RUNTIME_BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Where a process stands among others. */
struct process_place {
    pid_t parent, group, session;
};

/* Reads it from /proc. False: there is no such process, or no /proc. */
bool process_place(pid_t pid, struct process_place *out);
/* Calls `see` for each process of the machine, as far as they may be seen, until it returns false.
 */
void process_each(bool (*see)(void *user, pid_t pid), void *user);

#endif
