#ifndef RUNTIME_HTTP_FILES_H
#define RUNTIME_HTTP_FILES_H

#include <stddef.h>

/*
 * Each connection is a file, and a process may open only so many. Without any left, handlers and
 * the store can't open theirs, and curl says of a request only that it has no connection. So a part
 * of them stays for others, and a process's server and its client have half of the rest each.
 */

/* Returns how many connections a server, or a client, may have: `wanted`, or fewer where the
 * process may not open so many files; at least one. */
size_t http_connections_within_files(size_t wanted);

#endif
