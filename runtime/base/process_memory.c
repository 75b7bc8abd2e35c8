/* How much memory the process may use. */

#include "runtime/base/process_memory.h"

#include "parsers/base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* A limit of a control group; SIZE_MAX: none. */
static size_t limit_in(const char *path)
{
    struct buf text = {0};
    unsigned long long limit = 0;

    if (buf_read_file(&text, path, 4096, NULL))
        limit = strtoull(buf_str(&text), NULL, 10); /* of "max": 0 */
    buf_clear(&text);
    return limit && limit < SIZE_MAX ? (size_t)limit : SIZE_MAX;
}

size_t process_memory_most(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    size_t most = pages > 0 ? (size_t)pages * (size_t)sysconf(_SC_PAGESIZE) : SIZE_MAX;
    size_t limits[] = {limit_in("/sys/fs/cgroup/memory.max"),
                       limit_in("/sys/fs/cgroup/memory/memory.limit_in_bytes")};
    struct rlimit space;

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        most = limits[i] < most ? limits[i] : most;
    if (!getrlimit(RLIMIT_AS, &space) && space.rlim_cur < most)
        most = (size_t)space.rlim_cur;
    return most == SIZE_MAX ? 0 : most;
}
