/*
 * Reading asl serve's files, and reading them again: first all are read, then all are taken. Who
 * starts a server can end it while it waits for a pipe. One that runs must wait for nobody.
 */

#include "tools/serve_reload.h"

#include "runtime/aws/credentials.h"
#include "runtime/base/config_file.h"

/* What was read; empty is {0}. */
struct fresh {
    struct serve_texts texts;
    handlers *handlers;
    routes *routes;
    credentials *credentials;
};

bool serve_read(const struct serve_files *f, struct diag *why)
{
    struct serve_texts *t = f->texts;

    return (!f->handlers || buf_read_file(&t->handlers, f->handlers, CONFIG_FILE_MAX, why)) &&
           (!f->routes || buf_read_file(&t->routes, f->routes, CONFIG_FILE_MAX, why));
}

static bool serve_reload_read_all(const struct serve_files *f, struct fresh *new, struct diag *why)
{
    struct serve_texts *t = &new->texts;

    if (f->credentials && !(new->credentials = credentials_reload(f->credentials, why)))
        return false;
    if (f->routes &&
        (!buf_read_regular(&t->routes, f->routes, CONFIG_FILE_MAX, why) ||
         !(new->routes = routes_parse(f->routes, buf_str(&t->routes), t->routes.len, why))))
        return false;
    return !f->handlers ||
           (buf_read_regular(&t->handlers, f->handlers, CONFIG_FILE_MAX, why) &&
            (new->handlers = host_read_handlers(f->host, f->handlers, buf_str(&t->handlers),
                                                t->handlers.len, why)));
}

static void name_file(struct buf *did, const char *name)
{
    if (name)
        buf_printf(did, "%s%s", did->len ? ", " : "", name);
}

bool serve_reload(const struct serve_files *f, struct buf *did, struct diag *why)
{
    struct fresh new = {0};
    bool good = serve_reload_read_all(f, &new, why);

    if (good && new.credentials)
        credentials_swap(f->services->credentials, new.credentials);
    if (good && new.routes) {
        front_door_use(f->door, new.routes);
        new.routes = NULL;
    }
    if (good && new.handlers)
        host_use_handlers(f->host, new.handlers);
    if (good) {
        struct serve_texts old = *f->texts;
        *f->texts = new.texts;
        new.texts = old;
        name_file(did, f->handlers);
        name_file(did, f->routes);
        name_file(did, f->credentials);
    }
    credentials_free(new.credentials);
    routes_free(new.routes);
    serve_texts_clear(&new.texts);
    return good;
}

void serve_texts_clear(struct serve_texts *t)
{
    buf_clear(&t->handlers);
    buf_clear(&t->routes);
}
