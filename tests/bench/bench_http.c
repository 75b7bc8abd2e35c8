/*
 * What a small POST over a kept connection costs the HTTP server: make bench-http. Prints the
 * server's CPU time a request, beside that of a libuv server that parses nothing at all, so that
 * what libuv and the system take can be told apart. The clients are another process.
 *
 *   bench_http serve    serves until standard input ends, for a load from elsewhere, as by wrk
 *   bench_http nothing CONNECTIONS
 *                       a row of tests/bench/rows.py: the server that parses nothing
 */

#include "parsers/base/mem.h"
#include "runtime/http/server.h"
#include "tests/bench/row.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUESTS = 200000, MAX_CLIENTS = 500 };

static const char request[] =
    "POST / HTTP/1.1\r\nHost: 127.0.0.1:8083\r\nUser-Agent: aws-sdk-js/3.0\r\n"
    "X-Amz-Target: AWSStepFunctions.StartExecution\r\nContent-Type: application/x-amz-json-1.0\r\n"
    "X-Amz-Date: 20240101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
    "20240101/us-east-1/states/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, "
    "Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"
    "Content-Length: 104\r\n\r\n"
    "{\"stateMachineArn\":\"arn:aws:states:us-east-1:123456789012:stateMachine:hello\","
    "\"input\":\"{\\\"a\\\":1}\"  }    ";

static const char body[] =
    "{\"executionArn\":\"arn:aws:states:us-east-1:123456789012:execution:hello:"
    "00000000-0000-4000-8000-000000000000\",\"startDate\":1704067200.0}";

static const char bare_answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}";

static double cpu_seconds(void)
{
    struct rusage r;

    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* ---- the clients ---- */

struct client {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
};

static size_t left; /* requests to send, in the process of the clients */
static char answers[64 * 1024];

static void on_sent(uv_write_t *write, int status)
{
    (void)write;
    if (status < 0)
        exit(1);
}

static void ask(struct client *c)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)request, sizeof request - 1);

    if (!left) {
        uv_close((uv_handle_t *)&c->tcp, NULL);
        return;
    }
    left--;
    uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_sent);
}

static void on_answer_room(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void)handle;
    (void)size;
    *buf = uv_buf_init(answers, sizeof answers);
}

/* An answer is small and comes in one piece. */
static void on_answer(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    (void)buf;
    if (len < 0)
        exit(1);
    if (len > 0)
        ask(stream->data);
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct client *c = connect->handle->data;

    if (status < 0)
        exit(1);
    uv_read_start((uv_stream_t *)&c->tcp, on_answer_room, on_answer);
    ask(c);
}

/* After `go` is readable: the port came through it. */
static void run_clients(int go, size_t count)
{
    struct client *clients = mem_calloc(count, sizeof *clients);
    struct sockaddr_in address;
    uv_loop_t loop;
    uint16_t port;

    if (read(go, &port, sizeof port) != sizeof port)
        exit(1);
    left = REQUESTS;
    uv_loop_init(&loop);
    uv_ip4_addr("127.0.0.1", port, &address);
    for (size_t i = 0; i < count; i++) {
        uv_tcp_init(&loop, &clients[i].tcp);
        clients[i].tcp.data = &clients[i];
        uv_tcp_connect(&clients[i].connect, &clients[i].tcp, (struct sockaddr *)&address,
                       on_connected);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    exit(0);
}

/* ---- the server that parses nothing ---- */

struct bare {
    uv_tcp_t tcp;
    uv_write_t write;
};

static char bare_bytes[64 * 1024];

static void on_bare_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void on_bare_room(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void)handle;
    (void)size;
    *buf = uv_buf_init(bare_bytes, sizeof bare_bytes);
}

static void on_bare_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct bare *b = stream->data;
    uv_buf_t out = uv_buf_init((char *)(uintptr_t)bare_answer, sizeof bare_answer - 1);

    (void)buf;
    if (len < 0)
        uv_close((uv_handle_t *)stream, on_bare_closed);
    else if (len > 0)
        uv_write(&b->write, stream, &out, 1, NULL);
}

static void on_bare_connection(uv_stream_t *listener, int status)
{
    struct bare *b = mem_calloc(1, sizeof *b);

    (void)status;
    uv_tcp_init(listener->loop, &b->tcp);
    b->tcp.data = b;
    uv_accept(listener, (uv_stream_t *)&b->tcp);
    uv_tcp_nodelay(&b->tcp, 1);
    uv_read_start((uv_stream_t *)&b->tcp, on_bare_room, on_bare_read);
}

/* ---- ours ---- */

static void on_request(void *user, http_exchange *x)
{
    static const struct http_header headers[] = {
        {"Content-Type", "application/x-amz-json-1.0"},
        {"x-amzn-RequestId", "00000000-0000-4000-8000-000000000000"},
    };
    struct http_answer a = {.status = 200, .headers = headers, .header_count = 2};

    (void)user;
    buf_add(&a.body, body, sizeof body - 1);
    http_reply(x, &a);
}

/* ---- both ---- */

static void check_child(uv_timer_t *timer)
{
    pid_t *child = timer->data;
    int status;

    if (waitpid(*child, &status, WNOHANG) != *child)
        return;
    if (status != 0) {
        fputs("bench_http: the clients failed\n", stderr);
        exit(1);
    }
    uv_stop(timer->loop);
}

/* Tells of it in a line, or as a row. */
static void measure(bool ours, size_t count, bool as_row)
{
    struct http_server_options options = {0};
    http_server *server = NULL;
    struct sockaddr_in address;
    uv_timer_t timer;
    uv_tcp_t listener;
    uv_loop_t loop;
    uint16_t port;
    int go[2], len = sizeof address;
    double cpu, began;
    pid_t child;

    if (pipe(go) || (child = fork()) < 0)
        exit(1);
    if (!child)
        run_clients(go[0], count);
    uv_loop_init(&loop);
    if (ours) {
        server = http_server_new(&loop, &options, on_request);
        if (!http_server_listen(server, "127.0.0.1", 0, &port, NULL))
            exit(1);
    } else {
        uv_tcp_init(&loop, &listener);
        uv_ip4_addr("127.0.0.1", 0, &address);
        uv_tcp_bind(&listener, (struct sockaddr *)&address, 0);
        uv_listen((uv_stream_t *)&listener, 1024, on_bare_connection);
        uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &len);
        port = ntohs(address.sin_port);
    }
    uv_timer_init(&loop, &timer);
    timer.data = &child;
    uv_timer_start(&timer, check_child, 10, 10);
    cpu = cpu_seconds();
    began = (double)uv_hrtime() / 1e9;
    if (write(go[1], &port, sizeof port) != sizeof port)
        exit(1);
    uv_run(&loop, UV_RUN_DEFAULT);
    cpu = cpu_seconds() - cpu;
    if (as_row)
        row_print(&(struct row){.cpu_s = cpu, .count = REQUESTS});
    else
        printf("%-8s %3zu connections: %5.2f us CPU a request, %7.0f requests/s\n",
               ours ? "server" : "nothing", count, cpu * 1e6 / REQUESTS,
               REQUESTS / ((double)uv_hrtime() / 1e9 - began));
    fflush(stdout);
    close(go[0]);
    close(go[1]);
    uv_close((uv_handle_t *)&timer, NULL);
    if (ours)
        http_server_close(server);
    else
        uv_close((uv_handle_t *)&listener, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    http_server_free(server);
    uv_loop_close(&loop);
}

static void on_input(uv_poll_t *poll, int status, int events)
{
    char byte;

    (void)status;
    (void)events;
    if (read(STDIN_FILENO, &byte, 1) <= 0)
        uv_stop(poll->loop);
}

static void serve(void)
{
    struct http_server_options options = {0};
    http_server *server;
    struct http_stats stats;
    uv_loop_t loop;
    uv_poll_t input;
    uint16_t port;

    uv_loop_init(&loop);
    server = http_server_new(&loop, &options, on_request);
    if (!http_server_listen(server, "127.0.0.1", 0, &port, NULL))
        exit(1);
    printf("http://127.0.0.1:%u\n", (unsigned)port);
    fflush(stdout);
    if (!uv_poll_init(&loop, &input, STDIN_FILENO))
        uv_poll_start(&input, UV_READABLE, on_input);
    uv_run(&loop, UV_RUN_DEFAULT);
    http_server_stats(server, &stats);
    printf("%llu requests, %.2f us CPU each\n", (unsigned long long)stats.requests,
           stats.requests ? cpu_seconds() * 1e6 / (double)stats.requests : 0);
}

int main(int argc, char **argv)
{
    static const size_t counts[] = {1, 50, MAX_CLIENTS};

    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && !strcmp(argv[1], "serve")) {
        serve();
        return 0;
    }
    if (argc == 3 && !strcmp(argv[1], "nothing")) {
        measure(false, row_number(argv[2]), true);
        return 0;
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        measure(false, counts[i], false);
        measure(true, counts[i], false);
    }
    return 0;
}
