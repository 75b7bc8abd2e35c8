/*
 * Lets a commit have company. Where a commit waits for the disk it takes as long for one execution
 * as for fifty, and who was answered by the last one often asks again at once: were the turn made
 * for whoever is first, the others would wait for two commits. So before a turn the loop is looked
 * at for a part of the time that the last commit took: as long as each look brings something, and
 * until as much has come as the last commit had. A client that is alone waits for nobody.
 */
#include "runtime/host/gather.h"

#include "runtime/host/host_impl.h"

#include <sys/select.h>

/* A commit that is faster than that is not worth waiting for, and none is worth more than so long a
 * wait. */
enum { SLOW_COMMIT_US = 100, MOST_GATHER_US = 2000 };
/* Of a commit's time, one in so many parts. */
enum { GATHER_SHARE = 4 };

static int64_t gather_now_us(void)
{
    return (int64_t)(uv_hrtime() / 1000);
}

/* Waits until something comes in, `us` at most. libuv's own wait counts in milliseconds. */
static void wait_for_company(const host *h, int64_t us)
{
    struct timespec most = {.tv_nsec = (long)us * 1000};
    int fd = uv_backend_fd(h->loop);
    fd_set readable;

    if (fd < 0 || fd >= FD_SETSIZE)
        return;
    FD_ZERO(&readable);
    FD_SET(fd, &readable);
    pselect(fd + 1, &readable, NULL, NULL, &most, NULL);
}

/* How many inputs have come since the last turn took what was there. */
static uint64_t inputs_since(const host *h)
{
    return engine_last_input(h->engine) - h->gathering.turn_input;
}

static void gather_for(host *h, int64_t most_us)
{
    int64_t end_us = gather_now_us() + most_us, left_us = most_us;
    uint64_t came = inputs_since(h), before = 0;

    while (left_us > 0 && !h->interrupted && !h->stopped &&
           (came < h->gathering.last || came > before)) {
        if (came == before)
            wait_for_company(h, left_us);
        before = came;
        uv_run(h->loop, UV_RUN_NOWAIT);
        came = inputs_since(h);
        left_us = end_us - gather_now_us();
    }
}

void host_gather(host *h)
{
    struct gathering *g = &h->gathering;
    int64_t most_us = g->commit_us / GATHER_SHARE;

    if (g->commit_us >= SLOW_COMMIT_US && inputs_since(h))
        gather_for(h, most_us < MOST_GATHER_US ? most_us : MOST_GATHER_US);
    g->came = inputs_since(h);
    g->turn_input = engine_last_input(h->engine);
}

void host_note_commit(host *h)
{
    struct gathering *g = &h->gathering;
    struct store_stats stats;

    if (!h->store)
        return;
    store_stats(h->store, &stats);
    if (stats.time.count == g->commits)
        return;
    g->commit_us = (stats.time.sum_us - g->sum_us) / (int64_t)(stats.time.count - g->commits);
    g->last = g->came;
    g->commits = stats.time.count;
    g->sum_us = stats.time.sum_us;
}
