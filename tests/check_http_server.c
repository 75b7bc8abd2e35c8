/* The HTTP server over time: requests that wait, deadlines, its end. */

#include "tests/support/expect.h"
#include "tests/support/http_world.h"

#include "parsers/base/mem.h"
#include "runtime/http/server.h"

#include <string.h>

/* ---- 100-continue ---- */

static const char expects[] =
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n";

START_TEST(leave_to_send_the_body)
{
    struct http_world *w = http_world_new();
    struct client *c;

    http_world_serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, expects);
    await_text(w, c, "HTTP/1.1 100 Continue\r\n\r\n");
    ck_assert_uint_eq(w->requests, 0);
    say(c, "abc");
    await_text(w, c, "POST / abc");
    http_world_cut_dates("100", &c->got);
    expect_text("after the leave", buf_str(&c->got),
                "HTTP/1.1 100 Continue\r\n\r\n" OK(10, "POST / abc"));
    http_world_free(w);
}
END_TEST

static const struct {
    const char *name, *in, *want;
} no_leaves[] = {
    {"the body is too large",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
     "HTTP/1.1 413 "},
    {"the host is another",
     "POST / HTTP/1.1\r\nHost: other\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n",
     "HTTP/1.1 403 "},
};

START_TEST(no_leave)
{
    struct http_world *w = http_world_new();
    struct client *c;

    w->options.limits = http_world_small;
    http_world_serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, no_leaves[_i].in);
    await_end(w, c);
    ck_assert_msg(!strncmp(buf_str(&c->got), no_leaves[_i].want, strlen(no_leaves[_i].want)),
                  "%s: %s", no_leaves[_i].name, buf_str(&c->got));
    http_world_free(w);
}
END_TEST

/* ---- requests that wait ---- */

static const char get[] = "GET /a HTTP/1.1\r\n" HOST "\r\n";

static struct client *hold_one(struct http_world *w, bool ask_gone)
{
    struct client *c;

    w->hold = true;
    w->ask_gone = ask_gone;
    http_world_serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, get);
    await_count(w, &w->held_count, 1);
    return c;
}

START_TEST(answered_later)
{
    struct http_world *w = http_world_new();
    struct client *c = hold_one(w, true);

    ck_assert(http_world_answer(w, w->held[0]));
    ck_assert_uint_eq(w->delivered, 0); /* never from inside */
    await_text(w, c, "GET /a");
    await_count(w, &w->delivered, 1);
    say(c, get);
    await_count(w, &w->held_count, 2);
    ck_assert(http_world_answer(w, w->held[1]));
    await_count(w, &w->delivered, 2);
    ck_assert_uint_eq(w->gone, 0);
    http_world_free(w);
}
END_TEST

START_TEST(client_leaves)
{
    struct http_world *w = http_world_new();
    struct client *c = hold_one(w, true);

    if (_i == 0)
        leave(c);
    else if (_i == 1)
        slam(c);
    else
        say_no_more(c);
    await_count(w, &w->gone, 1);
    while (http_world_connections(w))
        http_world_round(w);
    ck_assert_uint_eq(w->delivered + w->failed, 0);
    http_world_free(w);
}
END_TEST

START_TEST(half_closed_is_answered)
{
    struct http_world *w = http_world_new();
    struct client *c = hold_one(w, false);

    say_no_more(c);
    for (int i = 0; i < 5; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert(!http_exchange_on_gone(w->held[0], http_world_gone, w));
    ck_assert(http_world_answer(w, w->held[0]));
    await_end(w, c);
    ck_assert(strstr(buf_str(&c->got), "GET /a") != NULL);
    ck_assert_uint_eq(w->delivered, 1);
    http_world_free(w);
}
END_TEST

START_TEST(reply_into_the_void)
{
    struct http_world *w = http_world_new();
    struct client *c = hold_one(w, false);

    slam(c);
    while (http_world_connections(w))
        http_world_round(w);
    expect_text("its message is still there", http_exchange_message(w->held[0])->target, "/a");
    ck_assert(!http_exchange_on_gone(w->held[0], http_world_gone, w));
    ck_assert(!http_world_answer(w, w->held[0]));
    ck_assert_uint_eq(w->gone + w->delivered + w->failed, 0);
    http_world_free(w);
}
END_TEST

START_TEST(one_at_a_time)
{
    struct http_world *w = http_world_new();
    struct client *c;

    w->hold = true;
    http_world_serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, "GET /1 HTTP/1.1\r\n" HOST "\r\nGET /2 HTTP/1.1\r\n" HOST "\r\nGET /3 HTTP/1.1\r\n" HOST
           "\r\n");
    for (size_t i = 0; i < 3; i++) {
        char target[] = {'/', (char)('1' + (int)i), '\0'};

        await_count(w, &w->held_count, i + 1);
        for (int k = 0; k < 5; k++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
        ck_assert_uint_eq(w->held_count, i + 1);
        expect_text("in order", http_exchange_message(w->held[i])->target, target);
        ck_assert(http_world_answer(w, w->held[i]));
    }
    await_text(w, c, "GET /3");
    http_world_cut_dates("pipelined", &c->got);
    expect_text("all three", buf_str(&c->got), OK(6, "GET /1") OK(6, "GET /2") OK(6, "GET /3"));
    http_world_free(w);
}
END_TEST

/* 2 MB of requests behind one that waits: they are left in the system's buffers, then all answered.
 */
START_TEST(much_behind_one_that_waits)
{
    enum { REQUESTS = 15000 };
    struct http_world *w = http_world_new();
    struct buf all = {0};
    struct client *c;

    for (int i = 0; i < REQUESTS; i++)
        buf_adds(&all, get);
    w->hold = true;
    http_world_serve(w);
    c = join(w);
    await_connected(w, c);
    say_bytes(c, all.data, all.len);
    await_count(w, &w->held_count, 1);
    for (int i = 0; i < 200; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    w->hold = false;
    ck_assert(http_world_answer(w, w->held[0]));
    await_count(w, &w->delivered, REQUESTS);
    ck_assert_uint_eq(w->requests, REQUESTS);
    http_world_free(w);
    buf_clear(&all);
}
END_TEST

/* While one waits there are always two more, so what came ahead is never all read: what was read
 * must go all the same. */
START_TEST(always_ahead)
{
    enum { REQUESTS = 2000, BYTES = 4096 };
    struct http_world *w = http_world_new();
    struct buf request = {0};
    struct client *c;

    buf_adds(&request, "GET /a HTTP/1.1\r\n" HOST "Padding: ");
    while (request.len < BYTES)
        buf_addc(&request, 'x');
    buf_adds(&request, "\r\n\r\n");
    w->hold = true;
    http_world_serve(w);
    c = join(w);
    await_connected(w, c);
    say_bytes(c, request.data, request.len);
    await_count(w, &w->held_count, 1);
    say_bytes(c, request.data, request.len);
    for (int k = 0; k < 5; k++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    size_t before = mem_in_use();
    for (int i = 0; i < REQUESTS; i++) {
        http_exchange *x = w->held[0];

        say_bytes(c, request.data, request.len);
        for (int k = 0; k < 5; k++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
        w->held_count = 0;
        ck_assert(http_world_answer(w, x));
        await_count(w, &w->held_count, 1);
        buf_reset(&c->got);
    }
    ck_assert_uint_lt(mem_in_use(), before + REQUESTS * BYTES / 8);
    w->hold = false;
    ck_assert(http_world_answer(w, w->held[0]));
    await_count(w, &w->delivered, REQUESTS + 2);
    http_world_free(w);
    buf_clear(&request);
}
END_TEST

/* Who shouts while one waits fills the system's buffers, not our memory. */
START_TEST(shouting_behind_one_that_waits)
{
    enum { BYTES = 64 << 20 };
    struct http_world *w = http_world_new();
    char *noise = mem_alloc(BYTES);
    struct client *c = hold_one(w, true);

    memset(noise, 'x', BYTES);
    say_bytes(c, noise, BYTES);
    for (int i = 0; i < 2000; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert_uint_gt(uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp), BYTES / 2);
    http_world_free(w);
    mem_free(noise);
}
END_TEST

START_TEST(answer_that_nobody_takes)
{
    struct http_world *w = http_world_new();
    struct client *c;

    w->big = true;
    w->options.write_ms = _i == 0 ? 50 : 0;
    http_world_serve(w);
    c = join(w);
    c->mute = true;
    await_connected(w, c);
    say(c, get);
    await_count(w, &w->requests, 1);
    if (_i == 1)
        slam(c);
    await_count(w, &w->failed, 1);
    while (http_world_connections(w))
        http_world_round(w);
    ck_assert_uint_eq(w->delivered, 0);
    http_world_free(w);
}
END_TEST

/* ---- deadlines ---- */

START_TEST(idle_connection)
{
    struct http_world *w = http_world_new();
    struct client *c;

    w->options.idle_ms = 30;
    http_world_serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, get);
    await_end(w, c);
    http_world_cut_dates("idle", &c->got);
    expect_text("answered, then closed", buf_str(&c->got), OK(6, "GET /a"));
    http_world_free(w);
}
END_TEST

START_TEST(silent_connection)
{
    struct http_world *w = http_world_new();
    struct client *c;

    w->options.head_ms = 30;
    http_world_serve(w);
    c = join(w);
    await_end(w, c);
    ck_assert_uint_eq(c->got.len, 0);
    http_world_free(w);
}
END_TEST

static void say_byte(uv_timer_t *timer)
{
    struct client *c = timer->data;
    uv_buf_t byte = uv_buf_init((char *)(uintptr_t) "a", 1);

    if (!c->ended)
        uv_try_write((uv_stream_t *)&c->tcp, &byte, 1);
}

static const struct {
    const char *name, *in;
} slow[] = {
    {"the request line", "GET /"},
    {"a header", "GET / HTTP/1.1\r\nA"},
    {"a body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n"},
    {"a chunk", CHUNKED "ffff\r\n"},
};

/* A byte every 2 ms: no pause is long, and still it ends. */
START_TEST(slow_client)
{
    struct http_world *w = http_world_new();
    uv_timer_t timer;
    struct client *c;
    uint64_t began;

    w->options.head_ms = 60;
    w->options.body_ms = 60;
    http_world_serve(w);
    c = join(w);
    await_connected(w, c);
    began = uv_now(&w->loop);
    say(c, slow[_i].in);
    timer.data = c;
    uv_timer_init(&w->loop, &timer);
    uv_timer_start(&timer, say_byte, 2, 2);
    await_end(w, c);
    ck_assert_msg(!strncmp(buf_str(&c->got), "HTTP/1.1 408 ", 13), "%s: %s", slow[_i].name,
                  buf_str(&c->got));
    ck_assert_msg(uv_now(&w->loop) - began < 10000, "%s", slow[_i].name);
    uv_close((uv_handle_t *)&timer, NULL);
    http_world_free(w);
}
END_TEST

/* Who is known may take his time. */
START_TEST(slow_stranger)
{
    static const char begin[] = "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nx";
    struct http_world *w = http_world_new();
    struct client *friend, *stranger;

    w->options.stranger_body_ms = 50;
    http_world_serve(w);
    friend = join(w);
    await_connected(w, friend);
    say(friend, get);
    await_text(w, friend, "GET /a");
    stranger = join(w);
    await_connected(w, stranger);
    say(friend, begin);
    say(stranger, begin);
    await_end(w, stranger);
    ck_assert_msg(!strncmp(buf_str(&stranger->got), "HTTP/1.1 408 ", 13), "%s",
                  buf_str(&stranger->got));
    ck_assert(!friend->ended);
    say(friend, "y");
    await_text(w, friend, "POST / xy");
    http_world_free(w);
}
END_TEST

/* ---- the end ---- */

START_TEST(stop)
{
    struct http_world *w = http_world_new();
    struct client *held = hold_one(w, true), *idle, *half, *late;

    w->hold = false;
    idle = join(w);
    half = join(w);
    await_connected(w, idle);
    await_connected(w, half);
    say(idle, get);
    await_text(w, idle, "GET /a");
    say(half, "GET /half HTTP/1.1\r\n");
    for (int i = 0; i < 5; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    http_server_stop(w->server, http_world_stopped);
    http_server_stop(w->server, http_world_stopped);
    await_end(w, idle);
    late = join(w);
    await_end(w, late);
    ck_assert(!late->connected);
    say(half, HOST "\r\n");
    await_end(w, half);
    http_world_cut_dates("half", &half->got);
    expect_text("what had begun to come", buf_str(&half->got), LAST(9, "GET /half"));
    ck_assert_uint_eq(w->stopped, 0);
    ck_assert(http_world_answer(w, w->held[0]));
    await_end(w, held);
    http_world_cut_dates("held", &held->got);
    expect_text("what waited", buf_str(&held->got), LAST(6, "GET /a"));
    await_count(w, &w->stopped, 1);
    http_world_free(w);
}
END_TEST

START_TEST(stop_without_connections)
{
    struct http_world *w = http_world_new();

    http_world_serve(w);
    http_server_stop(w->server, http_world_stopped);
    ck_assert_uint_eq(w->stopped, 0);
    await_count(w, &w->stopped, 1);
    http_world_free(w);
}
END_TEST

START_TEST(close_while_one_waits)
{
    struct http_world *w = http_world_new();

    hold_one(w, _i == 0);
    http_world_close(w);
    ck_assert_uint_eq(w->gone, _i == 0 ? 1 : 0);
    if (_i == 1)
        ck_assert(!http_world_answer(w, w->held[0]));
    if (_i == 2) {
        for (int i = 0; i < 5; i++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
        ck_assert(!http_world_answer(w, w->held[0]));
    }
    http_world_free(w);
}
END_TEST

START_TEST(close_in_the_turn_of_the_reply)
{
    struct http_world *w = http_world_new();

    hold_one(w, false);
    ck_assert(http_world_answer(w, w->held[0]));
    http_world_close(w);
    ck_assert_uint_eq(w->delivered + w->failed, 0);
    await_count(w, &w->delivered, 1);
    ck_assert_uint_eq(w->failed, 0);
    http_world_free(w);
}
END_TEST

START_TEST(bad_addresses)
{
    struct http_world *w = http_world_new();
    struct diag why = {0};

    http_world_serve(w);
    ck_assert(!http_server_listen(w->server, "localhost", 0, NULL, &why));
    ck_assert(strstr(why.text, "'localhost'") != NULL);
    ck_assert(!http_server_listen(w->server, "127.0.0.1", w->port, NULL, &why));
    ck_assert_msg(strstr(why.text, "address already in use") != NULL, "%s", why.text);
    diag_clear(&why);
    http_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http_server");
    TCase *t = tcase_create("http_server");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, leave_to_send_the_body);
    tcase_add_loop_test(t, no_leave, 0, COUNT(no_leaves));
    tcase_add_test(t, answered_later);
    tcase_add_loop_test(t, client_leaves, 0, 3);
    tcase_add_test(t, half_closed_is_answered);
    tcase_add_test(t, reply_into_the_void);
    tcase_add_test(t, one_at_a_time);
    tcase_add_test(t, much_behind_one_that_waits);
    tcase_add_test(t, always_ahead);
    tcase_add_test(t, shouting_behind_one_that_waits);
    tcase_add_loop_test(t, answer_that_nobody_takes, 0, 2);
    tcase_add_test(t, idle_connection);
    tcase_add_test(t, silent_connection);
    tcase_add_loop_test(t, slow_client, 0, COUNT(slow));
    tcase_add_test(t, slow_stranger);
    tcase_add_test(t, stop);
    tcase_add_test(t, stop_without_connections);
    tcase_add_loop_test(t, close_while_one_waits, 0, 3);
    tcase_add_test(t, close_in_the_turn_of_the_reply);
    tcase_add_test(t, bad_addresses);
    suite_add_tcase(s, t);
    return run_suite(s);
}
