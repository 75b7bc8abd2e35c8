/* How many connections the process's bound of open files leaves room for. */
#include "runtime/http/files.h"

#include <sys/resource.h>

/* What the process has open besides connections: the store, pipes of commands, files of Maps. */
enum { OTHER_FILES = 128 };

size_t http_connections_within_files(size_t wanted)
{
    struct rlimit files;
    size_t most;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == RLIM_INFINITY)
        return wanted;
    most = files.rlim_cur > 2 * OTHER_FILES ? ((size_t)files.rlim_cur - OTHER_FILES) / 2
                                            : (size_t)files.rlim_cur / 4 + 1;
    return wanted < most ? wanted : most;
}
