/*
 * A libuv loop takes half a dozen descriptors. libuv answers a lack of them with an error, but for
 * the first loop of a process: the pipe that all loops share for signals must open, or libuv aborts
 * the process. So it is tried before whether that has room, and the loop's own first one.
 */
#include "runtime/host/event_loop.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Looks whether two pipes can be opened. Returns 0 or an errno. */
static int try_pipes(void)
{
    int ends[2][2], opened = 0, error = 0;

    while (opened < 2 && !error)
        if (pipe(ends[opened]))
            error = errno;
        else
            opened++;
    while (opened-- > 0) {
        close(ends[opened][0]);
        close(ends[opened][1]);
    }
    return error;
}

static bool say_no_loop(int error, struct diag *why)
{
    diag_set(why, "LOOP", 0, "no event loop can be made: %s", strerror(error));
    return false;
}

bool event_loop_open(uv_loop_t *loop, struct diag *why)
{
    int error = try_pipes();

    if (!error)
        error = -uv_loop_init(loop);
    return !error || say_no_loop(error, why);
}

bool event_loop_can_open(struct diag *why)
{
    uv_loop_t loop;

    if (!event_loop_open(&loop, why))
        return false;
    int error = try_pipes();
    uv_loop_close(&loop);
    return !error || say_no_loop(error, why);
}
