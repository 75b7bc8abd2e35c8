/* How many connections the process's bound of open files leaves room for. */
#include "runtime/http/files.h"

#include <sys/resource.h>

/* What the process has open besides connections: the store, pipes of commands, files of Maps. With
 * few files it has at least what it begins with, and the rest is for both sides and Tasks alike. */
enum { OTHER_FILES = 128, OWN_FILES = 16, FEW_FILES = 320 };

size_t http_connections_within_files(size_t wanted)
{
    struct rlimit files;
    size_t most, all;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == RLIM_INFINITY)
        return wanted;
    all = (size_t)files.rlim_cur;
    most = all > FEW_FILES       ? (all - OTHER_FILES) / 2
           : all > OWN_FILES + 3 ? (all - OWN_FILES) / 3
                                 : 1;
    return wanted < most ? wanted : most;
}
