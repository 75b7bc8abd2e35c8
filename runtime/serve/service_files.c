/*
 * Reading the files of a service, and reading them again: all are read and parsed before any is
 * used. The first reading may wait for a pipe, since whoever starts a server can end it meanwhile;
 * a server that runs must wait for nobody, so later readings take regular files only.
 */

#include "runtime/serve/service_files.h"

#include "runtime/aws/credentials.h"
#include "runtime/base/config_file.h"

bool service_files_read(const struct service_paths *paths, struct service_texts *out,
                        struct diag *why)
{
    return (!paths->handlers ||
            buf_read_file(&out->handlers, paths->handlers, CONFIG_FILE_MAX, why)) &&
           (!paths->routes || buf_read_file(&out->routes, paths->routes, CONFIG_FILE_MAX, why));
}

static bool service_files_handlers(const char *path, host *h, struct service_fresh *out,
                                   struct diag *why)
{
    struct buf *text = &out->texts.handlers;

    if (!path)
        return true;
    if (buf_read_regular(text, path, CONFIG_FILE_MAX, why))
        out->handlers = host_read_handlers(h, path, buf_str(text), text->len, why);
    return out->handlers != NULL;
}

static bool service_files_routes(const char *path, struct service_fresh *out, struct diag *why)
{
    struct buf *text = &out->texts.routes;

    if (!path)
        return true;
    if (buf_read_regular(text, path, CONFIG_FILE_MAX, why))
        out->routes = routes_parse(path, buf_str(text), text->len, why);
    return out->routes != NULL;
}

/* Handlers come last: once they are read nothing else can fail, so service_fresh_clear never has
 * to take them back. */
bool service_files_read_again(const struct service_paths *paths, host *h, struct service_fresh *out,
                              struct diag *why)
{
    if (paths->credentials && !(out->credentials = credentials_reload(paths->credentials, why)))
        return false;
    return service_files_routes(paths->routes, out, why) &&
           service_files_handlers(paths->handlers, h, out, why);
}

void service_fresh_clear(struct service_fresh *f)
{
    credentials_free(f->credentials);
    routes_free(f->routes);
    service_texts_clear(&f->texts);
    *f = (struct service_fresh){0};
}

void service_texts_clear(struct service_texts *t)
{
    buf_clear(&t->handlers);
    buf_clear(&t->routes);
}
