/* Reading asl serve's files again: first all are read, then all are taken. */

#include "tools/serve_reload.h"

#include "runtime/credentials.h"

/* What was read; empty is {0}. */
struct fresh {
    handlers *handlers;
    routes *routes;
    credentials *credentials;
};

static bool read_all(const struct serve_files *f, struct fresh *new, struct diag *why)
{
    if (f->credentials && !(new->credentials = credentials_load(f->credentials, why)))
        return false;
    if (f->routes && !(new->routes = routes_load(f->routes, why)))
        return false;
    return !f->handlers || (new->handlers = host_read_handlers(f->host, f->handlers, why));
}

static void name_file(struct buf *did, const char *name)
{
    if (name)
        buf_printf(did, "%s%s", did->len ? ", " : "", name);
}

bool serve_reload(const struct serve_files *f, struct buf *did, struct diag *why)
{
    struct fresh new = {0};
    bool good = read_all(f, &new, why);

    if (good && new.credentials)
        credentials_swap(f->services->credentials, new.credentials);
    if (good && new.routes) {
        front_door_use(f->door, new.routes);
        new.routes = NULL;
    }
    if (good && new.handlers)
        host_use_handlers(f->host, new.handlers);
    if (good) {
        name_file(did, f->handlers);
        name_file(did, f->routes);
        name_file(did, f->credentials);
    }
    credentials_free(new.credentials);
    routes_free(new.routes);
    return good;
}
