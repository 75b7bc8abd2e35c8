/*
 * How much memory the process uses, and may use. What counts is what is allocated, not what the
 * process has from the system: the allocator keeps what was given back for the next time, so after
 * a peak the latter says nothing.
 */

#include "runtime/process_memory.h"

#include "parsers/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
#include <malloc.h>
#define ALLOCATOR_TELLS 1
#endif

/* Pages in memory, by the kernel. */
static size_t resident(void)
{
    struct buf text = {0};
    unsigned long long pages = 0;

    if (buf_read_file(&text, "/proc/self/statm", 4096, NULL)) {
        const char *second = strchr(buf_str(&text), ' ');
        pages = second ? strtoull(second, NULL, 10) : 0;
    }
    buf_clear(&text);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

size_t process_memory_used(void)
{
#ifdef ALLOCATOR_TELLS
    struct mallinfo2 all = mallinfo2();

    /* Another allocator, or a checker of addresses, has taken its place. */
    if (all.uordblks)
        return all.uordblks + all.hblkhd;
#endif
    return resident();
}

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
