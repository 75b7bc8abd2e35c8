#ifndef RUNTIME_HTTP_FILES_H
#define RUNTIME_HTTP_FILES_H

#include <stddef.h>

/*
 * Each connection is a file, and a process may open only so many. Without any left, handlers and
 * the store can't open theirs, and curl says of a request only that it has no connection. So the
 * bounds of connections are set below.
 */

/* Returns how many connections there may be: `wanted`, or fewer where the process may not open so
 * many files and `others` besides; at least one. */
size_t http_connections_within_files(size_t wanted, size_t others);

#endif
