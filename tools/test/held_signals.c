/* Signals that wait while there is something to clear away. */
#define _XOPEN_SOURCE 700

#include "tools/test/held_signals.h"

#include "parsers/base/count.h"

#include <stddef.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

void signals_hold(sigset_t *before)
{
    sigset_t held;

    sigemptyset(&held);
    for (size_t i = 0; i < COUNT(ending); i++)
        sigaddset(&held, ending[i]);
    sigprocmask(SIG_BLOCK, &held, before);
}

bool signals_wait(void)
{
    sigset_t waiting;
    bool any = false;

    sigpending(&waiting);
    for (size_t i = 0; i < COUNT(ending) && !any; i++) {
        struct sigaction now;
        any = sigismember(&waiting, ending[i]) && !sigaction(ending[i], NULL, &now) &&
              now.sa_handler != SIG_IGN;
    }
    return any;
}

void signals_release(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}
