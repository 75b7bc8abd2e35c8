/*
 * Who loses a place when there are too many connections, and whose body is dropped when those of
 * strangers are too large together.
 *
 * Who has shown that he is known keeps his place, and so does a request that is complete and waits
 * for its answer. Of the others, those go first that had a second and got least far with it, and of
 * these the one that has been at it for longest. A client that means what it says sends its request
 * in one go: it is through before it is its turn, however many connections that only trickle come
 * with it. Each connection is looked at whenever one must go; there are a thousand or so.
 */

#include "runtime/http/server_impl.h"

#include <string.h>

enum { SHARE = 8 };

/* What counts as one client: an address of IPv4, a network of 64 bits of IPv6. */
struct peer {
    unsigned char bytes[16];
};

static struct peer peer_of(const http_exchange *x)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct peer p = {{0}};

    if (x->peer.sin6_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, &x->peer, sizeof v4);
        memcpy(p.bytes, mapped, sizeof mapped);
        memcpy(p.bytes + 12, &v4.sin_addr, 4);
    } else if (x->peer.sin6_family == AF_INET6) {
        memcpy(p.bytes, &x->peer.sin6_addr, sizeof p.bytes);
        if (memcmp(p.bytes, mapped, sizeof mapped) != 0)
            memset(p.bytes + 8, 0, 8);
    }
    return p;
}

static bool is_stranger(const http_exchange *x)
{
    return !x->known && !http_exchange_is_closing(x);
}

/* Returns whether it may lose its place. One that waits has its request complete; one that is being
 * looked at by options.on_head waits, too. */
static bool may_go(const http_exchange *x)
{
    return is_stranger(x) && x->phase != WAITING && x->phase != CLOSED;
}

/* How far it got: all that was to be said was said, or nothing has come; a part of a head; a part
 * of a body; a request, whose answer it takes. */
static int crowd_progress(const http_exchange *x)
{
    if (x->phase == WRITING)
        return 3;
    if (x->phase == LINGERING || !http_reader_has_begun(x->reader))
        return 0;
    return http_reader_in_body(x->reader) ? 2 : 1;
}

/* Returns whether `a` must go before `b`, which is newer: it stands before it in the list. */
static bool goes_before(const http_exchange *a, const http_exchange *b, int64_t now_ms)
{
    int64_t young_ms = a->server->options.young_ms;
    bool a_young = now_ms - a->since_ms < young_ms, b_young = now_ms - b->since_ms < young_ms;

    if (a_young != b_young)
        return b_young;
    if (crowd_progress(a) != crowd_progress(b))
        return crowd_progress(a) < crowd_progress(b);
    return a->since_ms <= b->since_ms;
}

/* Who must go first, of one peer (NULL: of all), but not `x`; NULL: nobody may. */
static http_exchange *find_first_to_go(const http_exchange *x, const struct peer *of)
{
    const http_server *s = x->server;
    int64_t now_ms = (int64_t)uv_now(s->loop);
    http_exchange *first = NULL;

    for (http_exchange *y = s->connections; y; y = y->next) {
        if (y == x || !may_go(y))
            continue;
        if (of) {
            struct peer p = peer_of(y);

            if (memcmp(&p, of, sizeof p) != 0)
                continue;
        }
        if (!first || goes_before(y, first, now_ms))
            first = y;
    }
    return first;
}

static size_t count_strangers(const http_server *s, const struct peer *of)
{
    size_t count = 0;

    for (const http_exchange *y = s->connections; y; y = y->next) {
        struct peer p = peer_of(y);

        count += is_stranger(y) && !memcmp(&p, of, sizeof p);
    }
    return count;
}

static bool drop_one(const http_exchange *x, const struct peer *of)
{
    http_exchange *first = find_first_to_go(x, of);

    if (!first)
        return false;
    x->server->stats.turned_away++;
    http_exchange_shut(first);
    return true;
}

/* While there is room for all, nobody need be counted. */
static bool peer_has_too_many(const http_exchange *x, const struct peer *p, size_t open)
{
    const struct http_server_options *o = &x->server->options;
    size_t most = o->per_peer ? o->per_peer : o->connections / SHARE;

    if (open <= most || (!o->per_peer && http_exchange_is_local(x)))
        return false;
    return count_strangers(x->server, p) > most;
}

bool http_exchange_is_crowded(const http_exchange *x)
{
    const http_server *s = x->server;
    size_t most = s->options.connections - s->options.connections / 4, count = 0;

    if (x->known || s->stats.connections - s->leaving <= most)
        return false;
    for (const http_exchange *y = s->connections; y; y = y->next)
        count += is_stranger(y) && y->phase == WAITING;
    return count > most;
}

bool http_crowd_admits(http_exchange *x)
{
    http_server *s = x->server;
    size_t open = s->stats.connections - s->leaving;
    struct peer p = peer_of(x);

    if (peer_has_too_many(x, &p, open))
        return drop_one(x, &p);
    return open <= s->options.connections || drop_one(x, NULL);
}

void http_crowd_weigh(http_exchange *x)
{
    bool holds = is_stranger(x) && (x->phase == READING || x->phase == WAITING);
    size_t now = holds ? http_reader_message(x->reader)->body.len : 0;

    x->server->stranger_bytes += now - x->held;
    x->held = now;
}

void http_crowd_lighten(const http_exchange *x)
{
    http_server *s = x->server;

    while (s->stranger_bytes > s->options.stranger_bytes) {
        int64_t now_ms = (int64_t)uv_now(s->loop);
        http_exchange *first = NULL;

        for (http_exchange *y = s->connections; y; y = y->next)
            if (y != x && y->held && may_go(y) && (!first || goes_before(y, first, now_ms)))
                first = y;
        if (!first)
            return;
        s->stats.turned_away++;
        http_exchange_shut(first);
    }
}
