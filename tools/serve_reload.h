#ifndef TOOLS_SERVE_RELOAD_H
#define TOOLS_SERVE_RELOAD_H

#include "runtime/front_door.h"
#include "runtime/host.h"
#include "tools/services.h"

/* Files that asl serve reads again when it is told to; NULL: none was given. */
struct serve_files {
    const char *handlers, *routes, *credentials;
    host *host;
    front_door *door;
    struct services *services;
};

/*
 * Reads them all, and only when all of them are good takes what they say in the place of what they
 * said before; calls that handlers work on come to their end as they began. `did` gains their
 * names. False with *why filled: nothing has changed.
 */
bool serve_reload(const struct serve_files *f, struct buf *did, struct diag *why);

#endif
