/*
 * The room that bodies of answers have together, while they come in. A beginning of each is free,
 * so that ordinary answers never wait; what goes beyond is counted. Where there is no room left, a
 * transfer stops reading, and the server waits: its time goes on, and it goes on reading when
 * others have ended. One transfer may always go on, or all could wait for one another.
 */
#include "runtime/http/client_impl.h"

enum { FREE_BYTES = 64 * 1024 };

static size_t counted(size_t len)
{
    return len > FREE_BYTES ? len - FREE_BYTES : 0;
}

void http_client_bound_bodies(http_client *c, size_t bytes)
{
    c->body_room = bytes;
}

bool http_client_has_room(struct http_transfer *t, size_t len)
{
    http_client *c = t->client;
    size_t more = counted(t->answer.len + len) - counted(t->answer.len);

    if (c->body_room && more && c->body_bytes + more > c->body_room) {
        if (!c->favoured)
            c->favoured = t;
        if (c->favoured != t) {
            t->paused = true;
            c->paused++;
            return false;
        }
    }
    c->body_bytes += more;
    return true;
}

static struct http_transfer *oldest(const http_client *c)
{
    struct http_transfer *t = c->running;

    while (t && t->next)
        t = t->next;
    return t;
}

/* The one that began first goes on first. What curl has kept of a body comes to on_body from inside
 * here, where its transfer may be paused anew. */
static void client_resume(http_client *c)
{
    for (struct http_transfer *t = oldest(c); t && c->paused; t = t->prev) {
        if (!t->paused)
            continue;
        t->paused = false;
        c->paused--;
        c->curl->easy_pause(t->easy, CURLPAUSE_CONT);
        if (t->paused)
            return;
    }
}

void http_client_free_room(struct http_transfer *t, size_t len)
{
    http_client *c = t->client;

    c->body_bytes -= counted(len);
    c->paused -= t->paused;
    t->paused = false;
    if (c->favoured == t)
        c->favoured = NULL;
    if (c->paused && !c->closing)
        client_resume(c);
}
