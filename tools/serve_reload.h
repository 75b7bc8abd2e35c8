#ifndef TOOLS_SERVE_RELOAD_H
#define TOOLS_SERVE_RELOAD_H

#include "parsers/base/buf.h"
#include "runtime/host/host.h"
#include "runtime/serve/front_door.h"
#include "tools/services.h"

/*
 * What the files say that asl serve reads at its start and again when it is told to; empty where
 * none is given. A server that begins anew, as its store was away, takes what it had: a file may
 * have gone bad meanwhile, or may have been a pipe.
 */
struct serve_texts {
    struct buf handlers, routes;
};

/* Those files; NULL: none was given. */
struct serve_files {
    const char *handlers, *routes, *credentials;
    struct serve_texts *texts;
    host *host;
    front_door *door;
    struct services *services;
};

/* Reads handlers and routes for the first time: they may be pipes. False with *why filled. */
bool serve_read(const struct serve_files *f, struct diag *why);
/*
 * Reads them all, regular files only, and only when all of them are good takes what they say in the
 * place of what they said before; calls that handlers work on come to their end as they began.
 * `did` gains their names. False with *why filled: nothing has changed.
 */
bool serve_reload(const struct serve_files *f, struct buf *did, struct diag *why);
void serve_texts_clear(struct serve_texts *t);

#endif
