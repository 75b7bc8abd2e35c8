/* Many connections: who has a place, who must go, what bodies may hold. */

#include "tests/support/expect.h"
#include "tests/support/http_world.h"

#include "runtime/http/server_impl.h"

#include <string.h>

static const char get[] = "GET /a HTTP/1.1\r\n" HOST "\r\n";

/* ---- many ---- */

START_TEST(thousand_connections)
{
    enum { MANY = 1000 };
    struct http_world *w = http_world_new();

    w->options.connections = MANY;
    http_world_serve(w);
    for (size_t i = 0; i < MANY; i++)
        join(w);
    for (size_t i = 0; i < MANY; i++)
        await_connected(w, &w->clients[i]);
    for (size_t round = 1; round <= 2; round++) {
        for (size_t i = 0; i < MANY; i++)
            say(&w->clients[i], "POST /p HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi");
        await_count(w, &w->delivered, round * MANY);
    }
    w->hold = w->ask_gone = true;
    for (size_t i = 0; i < MANY; i++)
        say(&w->clients[i], get);
    await_count(w, &w->held_count, MANY);
    ck_assert_uint_eq(http_world_connections(w), MANY);
    for (size_t i = 0; i < MANY; i += 2)
        leave(&w->clients[i]);
    await_count(w, &w->gone, MANY / 2);
    http_world_free(w); /* the others are told gone, too */
}
END_TEST

/* Those that wait for an answer keep their places. */
START_TEST(over_the_limit)
{
    struct http_world *w = http_world_new();
    struct http_stats stats;

    w->options.connections = 4;
    w->hold = true;
    http_world_serve(w);
    for (size_t i = 0; i < 4; i++) {
        await_connected(w, join(w));
        say(&w->clients[i], get);
        await_count(w, &w->held_count, i + 1);
    }
    for (size_t i = 4; i < 6; i++) {
        await_connected(w, join(w));
        await_end(w, &w->clients[i]);
        ck_assert(!strncmp(buf_str(&w->clients[i].got), "HTTP/1.1 503 ", 13));
    }
    http_server_stats(w->server, &stats);
    ck_assert_uint_eq(stats.turned_away, 2);
    w->hold = false;
    for (size_t i = 0; i < 4; i++)
        ck_assert(http_world_answer(w, w->held[i]));
    leave(&w->clients[0]);
    while (http_world_connections(w) > 3)
        http_world_round(w);
    await_connected(w, join(w));
    say(&w->clients[6], get);
    await_text(w, &w->clients[6], "GET /a");
    http_world_free(w);
}
END_TEST

static struct client *join_saying(struct http_world *w, const char *text)
{
    struct client *c = join(w);

    await_connected(w, c);
    if (*text)
        say(c, text);
    for (int i = 0; i < 5; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    return c;
}

/* Who got least far goes first, and who is known stays. */
START_TEST(crowded_out)
{
    static const char body[] = "POST /b HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\nhi";
    struct http_world *w = http_world_new();
    struct client *c[4], *late;

    w->options.connections = 4;
    http_world_serve(w);
    c[0] = join_saying(w, body);
    c[1] = join_saying(w, "GET /h HT");
    c[2] = join_saying(w, "");
    c[3] = join_saying(w, "");
    for (size_t i = 0; i < 4; i++) {
        const size_t goes[] = {2, 3, 1, 0};

        late = join_saying(w, get);
        await_text(w, late, "GET /a");
        await_end(w, c[goes[i]]);
        ck_assert_uint_eq(c[goes[i]]->got.len, 0);
        for (size_t k = i + 1; k < 4; k++)
            ck_assert_msg(!c[goes[k]]->ended, "%d goes with %d", (int)goes[k], (int)goes[i]);
    }
    late = join(w);
    await_end(w, late);
    ck_assert(!strncmp(buf_str(&late->got), "HTTP/1.1 503 ", 13));
    http_world_free(w);
}
END_TEST

/* A young one that said nothing stays, an older one goes that said more. */
START_TEST(young_ones_stay)
{
    struct http_world *w = http_world_new();
    struct client *old, *young;

    w->options.connections = 2;
    w->options.young_ms = 30 * 1000;
    http_world_serve(w);
    old = join_saying(w, "GET /a HTTP/1.1\r\n");
    /* Nobody waits for it to get old: it came so long ago. */
    ck_assert_ptr_nonnull(w->server->connections);
    w->server->connections->since_ms -= w->options.young_ms + 1;
    young = join_saying(w, "");
    join_saying(w, "");
    await_end(w, old);
    ck_assert(!young->ended);
    http_world_free(w);
}
END_TEST

/* Where word must be given for a connection, a request alone doesn't make it known. */
START_TEST(crowded_out_by_word)
{
    struct http_world *w = http_world_new();
    struct client *stranger, *friend;

    w->options.connections = 2;
    w->options.by_word = true;
    http_world_serve(w);
    stranger = join_saying(w, get);
    await_text(w, stranger, "GET /a");
    friend = join_saying(w, "GET /friend HTTP/1.1\r\n" HOST "\r\n");
    await_text(w, friend, "GET /friend");
    join_saying(w, "");
    await_end(w, stranger);
    join_saying(w, "");
    ck_assert(!friend->ended);
    ck_assert_uint_eq(http_world_connections(w), 2);
    http_world_free(w);
}
END_TEST

/* Requests of strangers that wait can't be dropped: so they leave a quarter of all places. */
START_TEST(strangers_that_wait)
{
    struct http_world *w = http_world_new();
    struct client *c;

    w->options.connections = 8;
    w->options.by_word = true;
    w->hold = true;
    http_world_serve(w);
    for (size_t i = 0; i < 6; i++)
        join_saying(w, get);
    await_count(w, &w->held_count, 6);
    for (int i = 0; i < 2; i++) {
        c = join_saying(w, get);
        await_end(w, c);
        ck_assert_msg(!strncmp(buf_str(&c->got), "HTTP/1.1 503 ", 13), "%s", buf_str(&c->got));
    }
    ck_assert_uint_eq(w->held_count, 6);
    ck_assert(http_world_answer(w, w->held[0]));
    await_text(w, &w->clients[0], "GET /a");
    join_saying(w, get);
    await_count(w, &w->held_count, 7);
    for (size_t i = 1; i < 7; i++)
        ck_assert(http_world_answer(w, w->held[i]));
    http_world_free(w);
}
END_TEST

START_TEST(one_peer_has_its_share)
{
    struct http_world *w = http_world_new();
    struct client *other, *first, *second, *third;

    w->options.per_peer = 2;
    http_world_serve(w);
    other = join_from(w, "127.0.0.2");
    await_connected(w, other);
    first = join_saying(w, "");
    second = join_saying(w, "");
    third = join_saying(w, "");
    await_end(w, first);
    ck_assert(!other->ended && !second->ended && !third->ended);
    ck_assert_uint_eq(first->got.len, 0);
    say(second, get);
    say(third, get);
    await_text(w, third, "GET /a");
    await_text(w, second, "GET /a");
    join_saying(w, "");
    join_saying(w, "");
    ck_assert(!second->ended && !third->ended);
    ck_assert_uint_eq(http_world_connections(w), 5);
    http_world_free(w);
}
END_TEST

/* Not more than 100,000 bytes of bodies together, until one is known. */
START_TEST(bodies_of_strangers)
{
    static const char begin[] = "POST /b HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n";
    struct http_world *w = http_world_new();
    struct buf text = {0};
    struct client *c[5];

    w->options.stranger_bytes = 100 * 1000;
    http_world_serve(w);
    c[0] = join_saying(w, get);
    await_text(w, c[0], "GET /a");
    buf_adds(&text, begin);
    memset(buf_reserve(&text, 60 * 1000), 'x', 60 * 1000);
    text.len += 60 * 1000;
    for (size_t i = 1; i < 4; i++) {
        c[i] = join(w);
        await_connected(w, c[i]);
    }
    for (size_t i = 0; i < 3; i++) { /* the known one first */
        say_bytes(c[i], text.data, text.len);
        for (int k = 0; k < 50 && !c[1]->ended; k++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
    }
    await_end(w, c[1]);
    ck_assert(!c[0]->ended && !c[2]->ended && !c[3]->ended);
    say_bytes(c[3], text.data, text.len);
    await_end(w, c[2]);
    ck_assert(!c[0]->ended && !c[3]->ended);
    /* What is complete, or gone, counts no more. */
    buf_reset(&text);
    buf_adds(&text, "POST /c HTTP/1.1\r\n" HOST "Content-Length: 60000\r\n\r\n");
    memset(buf_reserve(&text, 60 * 1000), 'x', 60 * 1000);
    text.len += 60 * 1000;
    leave(c[3]);
    c[4] = join_saying(w, "POST /b HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nhi");
    for (size_t i = 0; i < 5; i++) {
        c[1] = join(w);
        await_connected(w, c[1]);
        say_bytes(c[1], text.data, text.len / 2);
        for (int k = 0; k < 20; k++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
        say_bytes(c[1], text.data + text.len / 2, text.len - text.len / 2);
        await_text(w, c[1], "POST /c x");
        ck_assert(!c[4]->ended);
    }
    buf_clear(&text);
    http_world_free(w);
}
END_TEST

/* What a head says is enough to refuse it: the body isn't taken. */
static const struct {
    const char *name, *in;
    int status;
    size_t most;
    const char *want;
} at_heads[] = {
    {"refused at its head", "POST / HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n", 403, 0,
     "HTTP/1.1 403 "},
    {"no leave to send the body",
     "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", 400, 0,
     "HTTP/1.1 400 "},
    {"too long by its length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n", 0, 10,
     "HTTP/1.1 413 "},
    {"too long by its chunks",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\n", 0, 10,
     "HTTP/1.1 413 "},
    {"just as long", "POST / HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789", 0, 10,
     "HTTP/1.1 200 "},
    {"just as long in chunks",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n4\r\nabcd\r\n"
     "0\r\n\r\n",
     0, 10, "HTTP/1.1 200 "},
};

/* The body that comes all the same is no request. */
START_TEST(answered_at_head)
{
    struct http_world *w = http_world_new();
    struct client *c;

    w->options.on_head = http_world_head;
    w->head_reply = true;
    http_world_serve(w);
    c = join_saying(w, "POST /a HTTP/1.1\r\n" HOST "Content-Length: 60\r\n\r\n"
                       "GET /b HTTP/1.1\r\n" HOST "\r\n");
    await_end(w, c);
    http_world_cut_dates("answered at its head", &c->got);
    expect_text("answered at its head", buf_str(&c->got), LAST(7, "POST /a"));
    ck_assert_uint_eq(w->requests, 0);
    http_world_free(w);
}
END_TEST

/* One request's bound is not the next one's. */
START_TEST(limit_of_one_request)
{
    static const char body[] = "POST / HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789";
    static const char chunks[] = "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                                 "b\r\n0123456789a\r\n0\r\n\r\n";
    struct http_world *w = http_world_new();
    struct client *c;

    w->options.on_head = http_world_head;
    w->head_most = 10;
    http_world_serve(w);
    c = join_saying(w, body);
    await_text(w, c, "POST / 0123456789");
    w->head_most = 0;
    say(c, chunks);
    await_text(w, c, "POST / 0123456789a");
    http_world_free(w);
}
END_TEST

START_TEST(at_head)
{
    struct http_world *w = http_world_new();
    struct client *c;

    w->options.on_head = http_world_head;
    w->head_status = at_heads[_i].status;
    w->head_most = at_heads[_i].most;
    http_world_serve(w);
    c = join_saying(w, at_heads[_i].in);
    await_text(w, c, "\r\n\r\n");
    ck_assert_msg(!strncmp(buf_str(&c->got), at_heads[_i].want, 13), "%s: %s", at_heads[_i].name,
                  buf_str(&c->got));
    ck_assert_uint_eq(w->requests, at_heads[_i].want[9] == '2');
    if (!w->requests)
        await_end(w, c);
    http_world_free(w);
}
END_TEST

/* Far over the limit most aren't even accepted, until others have left. */
START_TEST(flood)
{
    enum { MANY = 300 };
    struct http_world *w = http_world_new();
    size_t most = 0, ended = 0;

    w->options.connections = 1;
    http_world_serve(w);
    for (size_t i = 0; i < MANY; i++)
        join(w);
    while (ended < MANY - 1) {
        size_t now = http_world_connections(w);

        most = now > most ? now : most;
        http_world_round(w);
        ended = 0;
        for (size_t i = 0; i < MANY; i++)
            ended += w->clients[i].ended;
    }
    ck_assert_uint_le(most, 1 + 32);
    http_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http_crowd");
    TCase *t = tcase_create("http_crowd");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, thousand_connections);
    tcase_add_test(t, over_the_limit);
    tcase_add_test(t, crowded_out);
    tcase_add_test(t, young_ones_stay);
    tcase_add_test(t, crowded_out_by_word);
    tcase_add_test(t, strangers_that_wait);
    tcase_add_test(t, one_peer_has_its_share);
    tcase_add_test(t, bodies_of_strangers);
    tcase_add_test(t, answered_at_head);
    tcase_add_test(t, limit_of_one_request);
    tcase_add_loop_test(t, at_head, 0, COUNT(at_heads));
    tcase_add_test(t, flood);
    suite_add_tcase(s, t);
    return run_suite(s);
}
