#include "runtime/http/files.h"

#include <sys/resource.h>

size_t http_connections_within_files(size_t wanted, size_t others)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= wanted + others)
        return wanted;
    if (files.rlim_cur > 4 * others)
        return (size_t)files.rlim_cur - others;
    return (size_t)files.rlim_cur / 4 + 1;
}
