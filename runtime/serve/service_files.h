#ifndef RUNTIME_SERVE_SERVICE_FILES_H
#define RUNTIME_SERVE_SERVICE_FILES_H

#include "parsers/base/buf.h"
#include "runtime/host/host.h"
#include "runtime/serve/route.h"

#include <stdbool.h>

/* The files that a service reads at its start and again when it is told to; NULL: none is given. */
struct service_paths {
    const char *handlers, *routes, *credentials;
};

/*
 * The contents of those files, kept for a service that begins anew after its store was away: a file
 * may have gone bad meanwhile, or may have been a pipe. Empty is {0}.
 */
struct service_texts {
    struct buf handlers, routes;
};

/* Files that were read again and found good, not in use yet. Empty is {0}. */
struct service_fresh {
    struct service_texts texts;
    handlers *handlers; /* the host's, which frees them */
    routes *routes;
    struct credentials *credentials;
};

/* Reads handlers and routes for the first time: they may be pipes. False with *why filled. */
bool service_files_read(const struct service_paths *paths, struct service_texts *out,
                        struct diag *why);
/* Reads all of them, regular files only, and parses them. False with *why filled; `out` is to be
 * cleared in any case. */
bool service_files_read_again(const struct service_paths *paths, host *h, struct service_fresh *out,
                              struct diag *why);
void service_fresh_clear(struct service_fresh *f);
void service_texts_clear(struct service_texts *t);

#endif
