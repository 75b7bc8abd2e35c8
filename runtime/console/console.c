/*
 * The console's files over HTTP. They are the same for everybody and hold no data; the headers
 * confine what a browser lets the page do, should a payload ever get into it as markup: nothing but
 * its own files, and calls of its own server.
 */

#include "runtime/console/console.h"

#include "parsers/base/count.h"
#include "runtime/console/console_impl.h"

#include <string.h>

static const char own_path[] = "/console";
static const char page_name[] = "index.html";

/* no-cache: a browser asks each time whether it has the file of this program, and not that of the
 * version before. */
static const struct http_header guards[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
     "require-trusted-types-for 'script'; trusted-types 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-cache"},
};

static bool reads(const struct http_message *m)
{
    return m->is_head || strcmp(m->method, "GET") == 0;
}

static bool accepts_html(const struct http_message *m)
{
    const char *accept = http_message_header(m, "Accept");

    return accept && strstr(accept, "text/html");
}

/* Returns what follows /console/ in the path, "" for the page itself; NULL: it is another path. */
static const char *name_in(const char *path)
{
    size_t n = sizeof own_path - 1;

    if (strncmp(path, own_path, n) != 0 || (path[n] && path[n] != '/'))
        return NULL;
    return path[n] ? path + n + 1 : path + n;
}

enum console_part console_part_of(const struct http_message *m)
{
    const char *name = name_in(m->path);

    if (!name)
        return reads(m) && !strcmp(m->path, "/") && accepts_html(m) ? CONSOLE_ROOT : CONSOLE_NONE;
    return reads(m) && !*name ? CONSOLE_PAGE : CONSOLE_FILE;
}

static const struct console_file *file_named(const char *name)
{
    for (size_t i = 0; i < console_file_count; i++)
        if (strcmp(console_files[i].name, name) == 0)
            return &console_files[i];
    return NULL;
}

/* Answers with the guards, and a type and ETag unless they are NULL. Takes `body`. */
static void reply_guarded(http_exchange *x, int status, const char *type, const char *etag,
                          struct buf *body)
{
    struct http_header headers[COUNT(guards) + 2];
    struct http_answer a = {.status = status, .headers = headers, .body = *body};

    *body = (struct buf){0};
    memcpy(headers, guards, sizeof guards);
    a.header_count = COUNT(guards);
    if (type)
        headers[a.header_count++] = (struct http_header){"Content-Type", type};
    if (etag)
        headers[a.header_count++] = (struct http_header){"ETag", etag};
    http_reply(x, &a);
}

static void reply_words(http_exchange *x, int status, const char *words)
{
    struct buf body = {0};

    buf_adds(&body, words);
    reply_guarded(x, status, "text/plain; charset=utf-8", NULL, &body);
}

void console_answer_file(http_exchange *x)
{
    const struct http_message *m = http_exchange_message(x);
    const char *name = name_in(m->path), *known = http_message_header(m, "If-None-Match");
    const struct console_file *f = file_named(name && *name ? name : page_name);
    struct buf body = {0};

    if (!reads(m)) {
        reply_words(x, 405, "The console's files are for GET\n");
    } else if (!f) {
        reply_words(x, 404, "The console has no such file\n");
    } else if (known && strstr(known, f->etag)) {
        reply_guarded(x, 304, NULL, f->etag, &body);
    } else {
        buf_add(&body, (const char *)f->data, f->len);
        reply_guarded(x, 200, f->type, f->etag, &body);
    }
}
