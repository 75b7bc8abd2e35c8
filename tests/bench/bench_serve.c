/*
 * What asl serve does under load: make bench-serve. Starts the server, and sends it StartExecution
 * over kept connections; each execution goes through three states. Beside it what the disk and
 * SQLite alone can do, as durable executions can be no faster than those.
 *
 *   bench_serve [--asl PROGRAM] [--store PATH] [--durability full|normal] [--executions N]
 *               [--connections N] [--waiting N] [--running N] [--timers N] [--forgotten N]
 *               [--row]
 *
 * With --row, it is a row of tests/bench/rows.py: what the server's CPU is for so many executions.
 *
 * Without --store (or with :memory:) executions are in memory. A store is made anew.
 */

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "runtime/base/clock.h"
#include "tests/bench/row.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

enum {
    ANSWER = 64 * 1024,
    STATES = 3,
    /* the history of three Pass states, and the row of the execution */
    ROWS = 2 + 2 * STATES + 1,
    ROW_BYTES = 300,
    PROBES = 300, /* of the disk */
    TIMER_SPAN_MS = 5000,
    TIMER_AHEAD_MS = 8000, /* what it takes to start them, and some quiet */
};

#define MACHINE(name) "arn:aws:states:us-east-1:123456789012:stateMachine:" name

static const char three[] =
    "{\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Pass\\\",\\\"Next\\\":"
    "\\\"B\\\"},\\\"B\\\":{\\\"Type\\\":\\\"Choice\\\",\\\"Choices\\\":[{\\\"Variable\\\":\\\"$.n\\"
    "\",\\\"NumericGreaterThanEquals\\\":0,\\\"Next\\\":\\\"C\\\"}]},\\\"C\\\":{\\\"Type\\\":"
    "\\\"Pass\\\",\\\"End\\\":true}}}";
static const char sleeper[] =
    "{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\"
    "\":86400,\\\"End\\\":true}}}";
static const char alarm_clock[] =
    "{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":\\\"Wait\\\","
    "\\\"TimestampPath\\\":\\\"$.at\\\",\\\"End\\\":true}}}";
/* Each second of it is four events and a choice's two. */
static const char busy[] =
    "{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":\\\"Wait\\\","
    "\\\"Seconds\\\":1,\\\"Next\\\":\\\"C\\\"},"
    "\\\"C\\\":{\\\"Type\\\":\\\"Choice\\\",\\\"Choices\\\":[{\\\"Variable\\\":\\\"$.n\\\","
    "\\\"NumericLessThan\\\":0,\\\"Next\\\":\\\"S\\\"}],\\\"Default\\\":\\\"W\\\"},\\\"S\\\":{"
    "\\\"Type\\\":\\\"Succeed\\\"}}}";

static const char *asl = "build/release/asl", *store = ":memory:", *durability = "full";
static long executions = 60000, only_connections, waiting = 100000, running = 10000, timers = 10000,
            forgotten = 200000;
static bool as_row;

static pid_t server;

static _Noreturn void die(const char *what, const char *more)
{
    fprintf(stderr, "bench_serve: %s: %s\n", what, more);
    if (server > 0)
        kill(server, SIGKILL);
    exit(1);
}

static double seconds(void)
{
    return (double)uv_hrtime() / 1e9;
}

/* ---- the server ---- */

static int told; /* its stderr */
static uint16_t port;

static bool is_durable(void)
{
    return strcmp(store, ":memory:") != 0;
}

static _Noreturn void become_server(const char *limits, const char *retention)
{
    const char *argv[] = {asl,       "serve", "--port",       "0",        "--limits",    limits,
                          "--store", store,   "--durability", durability, "--retention", retention,
                          NULL};

    execvp(asl, (char **)(uintptr_t)argv);
    _exit(127);
}

/* Returns how long it took until it listens. Ended executions stay for `retention`. */
static double start_server_with(const char *limits, const char *retention)
{
    char line[512], *at;
    double began = seconds();
    int ends[2];

    if (pipe(ends) || (server = fork()) < 0)
        die("fork", strerror(errno));
    if (!server) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        become_server(limits, retention);
    }
    close(ends[1]);
    told = ends[0];
    FILE *f = fdopen(dup(told), "r");
    /* Lines before it may tell of what is taken up from the store. */
    do {
        if (!f || !fgets(line, sizeof line, f))
            die("it does not start", asl);
        line[strcspn(line, "\n")] = '\0';
        at = strstr(line, "http://");
    } while (!at || !(at = strrchr(line, ':')));
    port = (uint16_t)strtoul(at + 1, NULL, 10);
    fclose(f);
    return seconds() - began;
}

static double start_server(const char *limits)
{
    return start_server_with(limits, "90d");
}

static void end_server(int with)
{
    kill(server, with);
    waitpid(server, NULL, 0);
    server = 0;
    close(told);
}

static void forget_store(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-journal"};

    for (size_t i = 0; is_durable() && i < sizeof ends / sizeof *ends; i++) {
        struct buf path = {0};
        buf_printf(&path, "%s%s", store, ends[i]);
        unlink(buf_str(&path));
        buf_clear(&path);
    }
}

/* A number of /proc/PID/status, in KiB. */
static long status_kib(const char *name)
{
    char path[64], line[256];
    long kib = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)server);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtol(line + strlen(name), NULL, 10);
    if (f)
        fclose(f);
    return kib;
}

/* Of all its threads, in seconds: /proc/PID/stat has ticks of 10 ms only. */
static double server_cpu(void)
{
    double ns = 0;
    char path[64];
    struct dirent *thread;

    snprintf(path, sizeof path, "/proc/%d/task", (int)server);
    DIR *threads = opendir(path);
    while (threads && (thread = readdir(threads))) {
        char file[400], line[128] = "";
        snprintf(file, sizeof file, "%s/%s/schedstat", path, thread->d_name);
        FILE *f = fopen(file, "r");
        if (f && fgets(line, sizeof line, f))
            ns += strtod(line, NULL);
        if (f)
            fclose(f);
    }
    if (threads)
        closedir(threads);
    return 1e-9 * ns;
}

/* ---- requests ---- */

static void write_request(struct buf *out, const char *operation, const char *body, size_t len)
{
    buf_printf(
        out,
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: bench_serve\r\n"
        "X-Amz-Target: AWSStepFunctions.%s\r\nContent-Type: application/x-amz-json-1.0\r\n"
        "X-Amz-Date: 20240101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
        "20240101/us-east-1/states/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, "
        "Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"
        "Content-Length: %zu\r\n\r\n",
        (unsigned)port, operation, len);
    buf_add(out, body, len);
}

/* How long the answer at the start of `text` is, with its body; 0: it is not all there. */
static size_t answer_length(const char *text, size_t len)
{
    const char *end = NULL, *length = NULL;

    for (size_t i = 0; i + 4 <= len && !end; i++)
        if (memcmp(text + i, "\r\n\r\n", 4) == 0)
            end = text + i + 4;
    for (const char *at = text; end && at < end && !length; at++)
        if (strncmp(at, "\r\nContent-Length: ", 18) == 0)
            length = at + 18;
    if (!length)
        return 0;
    size_t whole = (size_t)(end - text) + strtoul(length, NULL, 10);
    return whole <= len ? whole : 0;
}

static struct sockaddr_in address(void)
{
    struct sockaddr_in a;

    uv_ip4_addr("127.0.0.1", port, &a);
    return a;
}

/* One request on a connection of its own; the answer's text is good until the next one. */
static const char *ask(const char *operation, const char *body)
{
    static char answer[ANSWER + 1];
    struct sockaddr_in to = address();
    struct buf out = {0};
    size_t have = 0;
    int s = socket(AF_INET, SOCK_STREAM, 0);

    write_request(&out, operation, body, strlen(body));
    if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) ||
        write(s, out.data, out.len) != (ssize_t)out.len)
        die(operation, strerror(errno));
    do {
        ssize_t n = read(s, answer + have, ANSWER - have);
        if (n <= 0)
            die(operation, "no answer");
        have += (size_t)n;
        answer[have] = '\0';
    } while (!answer_length(answer, have));
    close(s);
    buf_clear(&out);
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
        die(operation, answer);
    return answer;
}

static void create(const char *name, const char *definition)
{
    struct buf body = {0};

    buf_printf(&body,
               "{\"name\":\"%s\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\","
               "\"definition\":\"%s\"}",
               name, definition);
    ask("CreateStateMachine", buf_str(&body));
    buf_clear(&body);
}

/* ---- the load ---- */

struct load {
    const char *machine;
    long left, open;
    int64_t first_ms; /* of the times that executions wait for, which their names tell; 0: none */
    uint32_t *us;     /* each request's */
    size_t done;
};

struct client {
    struct load *load;
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    struct buf out;
    uint64_t began;
    size_t have;
    char answer[4096];
};

static void on_sent(uv_write_t *write, int status)
{
    (void)write;
    if (status < 0)
        die("a request is not sent", uv_strerror(status));
}

static void on_client_closed(uv_handle_t *handle)
{
    struct client *c = handle->data;

    buf_clear(&c->out);
    mem_free(c);
}

/* The body of the next StartExecution. */
static void write_start(struct buf *out, struct load *l)
{
    long n = l->left--;

    buf_printf(out, "{\"stateMachineArn\":\"%s\",", l->machine);
    if (!l->first_ms) {
        buf_printf(out, "\"input\":\"{\\\"n\\\":%ld}\"}", n);
        return;
    }
    int64_t due_ms = l->first_ms + rand() % TIMER_SPAN_MS;
    buf_printf(out, "\"name\":\"t%ld-%lld\",\"input\":\"{\\\"at\\\":\\\"", n, (long long)due_ms);
    timestamp_write(out, due_ms);
    buf_adds(out, "\\\"}\"}");
}

static void send_next(struct client *c)
{
    struct load *l = c->load;
    struct buf body = {0};

    if (l->left == 0) {
        uv_close((uv_handle_t *)&c->tcp, on_client_closed);
        return;
    }
    write_start(&body, l);
    buf_reset(&c->out);
    write_request(&c->out, "StartExecution", body.data, body.len);
    buf_clear(&body);
    uv_buf_t buf = uv_buf_init(c->out.data, (unsigned)c->out.len);
    c->began = uv_hrtime();
    uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_sent);
}

static void on_room(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct client *c = handle->data;

    (void)size;
    *buf = uv_buf_init(c->answer + c->have, (unsigned)(sizeof c->answer - c->have - 1));
}

static void on_answer(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct client *c = stream->data;
    struct load *l = c->load;

    (void)buf;
    if (len < 0)
        die("a connection broke", uv_strerror((int)len));
    c->have += (size_t)len;
    c->answer[c->have] = '\0';
    if (!answer_length(c->answer, c->have))
        return;
    if (strncmp(c->answer, "HTTP/1.1 200", 12) != 0)
        die("refused", c->answer);
    c->have = 0;
    l->us[l->done++] = (uint32_t)((uv_hrtime() - c->began) / 1000);
    send_next(c);
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct client *c = connect->handle->data;

    if (status < 0)
        die("no connection", uv_strerror(status));
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, on_room, on_answer);
    send_next(c);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

struct measured {
    double took;
    uint32_t p50_us, p99_us, worst_us;
};

static struct measured summary(uint32_t *us, size_t count, double took)
{
    qsort(us, count, sizeof *us, by_size);
    return (struct measured){.took = took,
                             .p50_us = us[count / 2],
                             .p99_us = us[count * 99 / 100],
                             .worst_us = us[count - 1]};
}

static struct measured run_load_of(struct load l, long connections)
{
    long count = l.left;
    struct sockaddr_in to = address();
    double began = seconds();
    uv_loop_t loop;

    l.us = mem_calloc((size_t)count, sizeof *l.us);
    uv_loop_init(&loop);
    for (long i = 0; i < connections && i < count; i++) {
        struct client *c = mem_calloc(1, sizeof *c);
        c->load = &l;
        uv_tcp_init(&loop, &c->tcp);
        c->tcp.data = c;
        uv_tcp_connect(&c->connect, &c->tcp, (struct sockaddr *)&to, on_connected);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    struct measured m = summary(l.us, l.done, seconds() - began);
    mem_free(l.us);
    return m;
}

static struct measured run_load(const char *machine, long count, long connections)
{
    return run_load_of((struct load){.machine = machine, .left = count}, connections);
}

/* Until none of the machine's executions runs. */
static void drain(const char *machine)
{
    struct buf body = {0};

    buf_printf(&body, "{\"stateMachineArn\":\"%s\",\"statusFilter\":\"RUNNING\",\"maxResults\":1}",
               machine);
    while (strstr(ask("ListExecutions", buf_str(&body)), "executionArn\"")) {
        struct timespec nap = {.tv_nsec = 1000000};
        nanosleep(&nap, NULL);
    }
    buf_clear(&body);
}

/* ---- what the disk and SQLite do ---- */

static void probe_disk(void)
{
    static const char page[4096];
    struct buf path = {0};
    uint32_t us[PROBES];

    buf_printf(&path, "%s-probe", store);
    int fd = open(buf_str(&path), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    for (int i = 0; fd >= 0 && i < PROBES; i++) {
        uint64_t began = uv_hrtime();
        if (write(fd, page, sizeof page) != (ssize_t)sizeof page || fdatasync(fd))
            die(buf_str(&path), strerror(errno));
        us[i] = (uint32_t)((uv_hrtime() - began) / 1000);
    }
    if (fd < 0)
        die(buf_str(&path), strerror(errno));
    close(fd);
    unlink(buf_str(&path));
    buf_clear(&path);
    struct measured m = summary(us, PROBES, 0);
    printf("the disk: a page appended and synced: p50 %u us, p99 %u us\n", m.p50_us, m.p99_us);
}

static void sql(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        die(text, sqlite3_errmsg(db));
}

/* Rows a second that SQLite itself takes, in commits of `group` rows. */
static double probe_sqlite(long group)
{
    static const char row[ROW_BYTES];
    struct buf path = {0};
    sqlite3_stmt *insert;
    sqlite3 *db;
    long rows = 0;

    buf_printf(&path, "%s-probe", store);
    if (sqlite3_open(buf_str(&path), &db) != SQLITE_OK)
        die(buf_str(&path), sqlite3_errmsg(db));
    sql(db, "PRAGMA journal_mode=WAL");
    sql(db, strcmp(durability, "normal") == 0 ? "PRAGMA synchronous=NORMAL"
                                              : "PRAGMA synchronous=FULL");
    sql(db, "CREATE TABLE t (a INTEGER, b INTEGER, c BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID");
    sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?, ?, ?)", -1, &insert, NULL);
    double began = seconds();
    do {
        sql(db, "BEGIN IMMEDIATE");
        for (long i = 0; i < group; i++, rows++) {
            sqlite3_bind_int64(insert, 1, rows / ROWS);
            sqlite3_bind_int64(insert, 2, rows % ROWS);
            sqlite3_bind_blob(insert, 3, row, sizeof row, SQLITE_STATIC);
            if (sqlite3_step(insert) != SQLITE_DONE)
                die("insert", sqlite3_errmsg(db));
            sqlite3_reset(insert);
        }
        sql(db, "COMMIT");
    } while (seconds() - began < 2);
    double took = seconds() - began;
    sqlite3_finalize(insert);
    sqlite3_close(db);
    unlink(buf_str(&path));
    buf_adds(&path, "-wal");
    unlink(buf_str(&path));
    buf_clear(&path);
    return (double)rows / took;
}

/* ---- what is measured ---- */

static void bench_throughput(long connections)
{
    forget_store();
    start_server("aws");
    create("three", three);
    run_load(MACHINE("three"), executions / 20, connections);
    drain(MACHINE("three"));
    double cpu = server_cpu(), began = seconds();
    long count = connections == 1 ? executions / 3 : executions;
    if (connections == 1 && is_durable())
        count = executions / 20; /* each waits for a sync of its own */
    struct measured m = run_load(MACHINE("three"), count, connections);
    drain(MACHINE("three"));
    double took = seconds() - began;
    if (as_row) {
        row_print(&(struct row){.cpu_s = server_cpu() - cpu,
                                .wall_s = took,
                                .count = (size_t)count,
                                .peak_kib = status_kib("VmHWM:")});
        end_server(SIGTERM);
        return;
    }
    printf("%4ld connections: %7.0f executions/s; p50 %6.2f ms, p99 %6.2f ms; %5.1f us of CPU "
           "and %4.1f KiB an execution",
           connections, (double)count / took, m.p50_us / 1e3, m.p99_us / 1e3,
           (server_cpu() - cpu) * 1e6 / (double)count,
           (double)status_kib("VmRSS:") / (double)(count + executions / 20));
    end_server(SIGTERM);
    if (is_durable())
        printf("; %7.0f rows/s, SQLite alone %7.0f", ROWS * (double)count / took,
               probe_sqlite(ROWS * connections));
    printf("\n");
    fflush(stdout);
}

static void bench_waiting(void)
{
    forget_store();
    start_server("none");
    create("sleeper", sleeper);
    long before = status_kib("VmRSS:");
    struct measured m = run_load(MACHINE("sleeper"), waiting, 50);
    long after = status_kib("VmRSS:");
    printf("%ld wait: %.0f starts/s; %.2f KiB each, %.1f MiB in all", waiting,
           (double)waiting / m.took, (double)(after - before) / (double)waiting,
           (double)after / 1024);
    if (is_durable()) {
        end_server(SIGKILL);
        double took = start_server("none");
        printf("; after kill -9 it listens in %.2f s with %.1f MiB", took,
               (double)status_kib("VmRSS:") / 1024);
    }
    end_server(SIGKILL);
    printf("\n");
    fflush(stdout);
}

static void bench_running(void)
{
    forget_store();
    start_server("none");
    create("busy", busy);
    create("three", three);
    run_load(MACHINE("busy"), running, 50);
    double cpu = server_cpu(), began = seconds();
    struct measured m = run_load(MACHINE("three"), is_durable() ? 2000 : 20000, 1);
    printf("while %ld run, two states a second each: starts p50 %.2f ms, p99 %.2f ms, worst %.1f "
           "ms; %.0f%% of a core\n",
           running, m.p50_us / 1e3, m.p99_us / 1e3, m.worst_us / 1e3,
           100 * (server_cpu() - cpu) / (seconds() - began));
    end_server(SIGKILL);
    fflush(stdout);
}

/* How late those of a page of ListExecutions ended, by their names; its nextToken is copied. */
static long read_lateness(const char *page, uint32_t *late_ms, char *token, size_t room)
{
    long count = 0;
    const char *at = page;

    while ((at = strstr(at, "\"name\":\"t"))) {
        const char *stop = strstr(at, "\"stopDate\":");
        const char *due = strchr(at + 8, '-');
        if (!stop || !due)
            die("an execution has not ended", at);
        double late = strtod(stop + 11, NULL) * 1e3 - strtod(due + 1, NULL);
        if (late < -0.5)
            die("an execution ended before its time", at);
        late_ms[count++] = (uint32_t)(late + 0.5);
        at = stop;
    }
    const char *next = strstr(page, "\"nextToken\":\"");
    size_t len = next ? strcspn(next + 13, "\"") : 0;
    if (len >= room)
        die("nextToken", "it is too long");
    memcpy(token, next ? next + 13 : "", len);
    token[len] = '\0';
    return count;
}

/* Waits that end while nobody talks to the server. */
static void bench_timers(void)
{
    struct timespec quiet = {.tv_sec = 1};
    uint32_t *late_ms = mem_calloc((size_t)timers + 100, sizeof *late_ms);
    struct buf body = {0};
    char token[4096] = "";
    long count = 0;

    forget_store();
    start_server("none");
    create("alarm", alarm_clock);
    int64_t first_ms = clock_wall_ms() + TIMER_AHEAD_MS + timers / 10;
    run_load_of((struct load){.machine = MACHINE("alarm"), .left = timers, .first_ms = first_ms},
                50);
    while (clock_wall_ms() < first_ms + TIMER_SPAN_MS + 1000)
        nanosleep(&quiet, NULL);
    do {
        buf_reset(&body);
        buf_printf(&body, "{\"stateMachineArn\":\"%s\",\"maxResults\":100%s%s%s}", MACHINE("alarm"),
                   *token ? ",\"nextToken\":\"" : "", token, *token ? "\"" : "");
        count += read_lateness(ask("ListExecutions", buf_str(&body)), late_ms + count, token,
                               sizeof token);
    } while (*token && count < timers);
    struct measured m = summary(late_ms, (size_t)count, 0);
    printf("%ld timers within %d s on an idle server: late p50 %u ms, p99 %u ms, worst %u ms\n",
           count, TIMER_SPAN_MS / 1000, m.p50_us, m.p99_us, m.worst_us);
    end_server(SIGKILL);
    buf_clear(&body);
    mem_free(late_ms);
    fflush(stdout);
}

/* The executions that the store's file has. */
static long count_stored(void)
{
    sqlite3 *db;
    sqlite3_stmt *count;

    if (sqlite3_open_v2(store, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT count(*) FROM executions", -1, &count, NULL) != SQLITE_OK ||
        sqlite3_step(count) != SQLITE_ROW)
        die(store, sqlite3_errmsg(db));
    long stored = (long)sqlite3_column_int64(count, 0);
    sqlite3_finalize(count);
    sqlite3_close(db);
    return stored;
}

/* What it costs starts that ended executions are deleted meanwhile, and whether that keeps up. */
static void bench_retention(void)
{
    static const char *const retentions[] = {"90d", "1s"};

    printf("%ld starts over 500 connections,", forgotten);
    for (size_t i = 0; i < sizeof retentions / sizeof *retentions; i++) {
        forget_store();
        start_server_with("aws", retentions[i]);
        create("three", three);
        struct measured m = run_load(MACHINE("three"), forgotten, 500);
        printf("%s kept for %s: %.0f a second, p50 %.1f ms, p99 %.1f ms, worst %.1f ms, %ld in the "
               "file at the end",
               i ? ";" : "", retentions[i], (double)forgotten / m.took, m.p50_us / 1e3,
               m.p99_us / 1e3, m.worst_us / 1e3, count_stored());
        end_server(SIGKILL);
    }
    printf("\n");
    fflush(stdout);
}

static void options(int argc, char **argv)
{
    static const struct option rows[] = {{"asl", 1, NULL, 'a'},
                                         {"store", 1, NULL, 's'},
                                         {"durability", 1, NULL, 'd'},
                                         {"executions", 1, NULL, 'n'},
                                         {"connections", 1, NULL, 'c'},
                                         {"waiting", 1, NULL, 'w'},
                                         {"running", 1, NULL, 'r'},
                                         {"timers", 1, NULL, 't'},
                                         {"forgotten", 1, NULL, 'f'},
                                         {"row", 0, NULL, 'R'},
                                         {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1) {
        switch (c) {
        case 'a': asl = optarg; break;
        case 's': store = optarg; break;
        case 'd': durability = optarg; break;
        case 'n': executions = strtol(optarg, NULL, 10); break;
        case 'c': only_connections = strtol(optarg, NULL, 10); break;
        case 'w': waiting = strtol(optarg, NULL, 10); break;
        case 'r': running = strtol(optarg, NULL, 10); break;
        case 't': timers = strtol(optarg, NULL, 10); break;
        case 'f': forgotten = strtol(optarg, NULL, 10); break;
        case 'R': as_row = true; break;
        default: exit(2);
        }
    }
    if (executions < 100 || waiting < 0 || running < 0 || timers < 0 || forgotten < 0 ||
        only_connections < 0)
        die("options", "--executions is 100 at least, no number is negative");
}

int main(int argc, char **argv)
{
    static const long counts[] = {1, 50, 500};

    options(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    if (as_row) {
        bench_throughput(only_connections ? only_connections : 50);
        forget_store();
        return 0;
    }
    printf("%s, %s\n", is_durable() ? store : "in memory",
           is_durable() ? durability : "nothing is kept");
    if (is_durable())
        probe_disk();
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!only_connections || only_connections == counts[i])
            bench_throughput(counts[i]);
    if (waiting)
        bench_waiting();
    if (running)
        bench_running();
    if (timers)
        bench_timers();
    if (forgotten && is_durable())
        bench_retention();
    forget_store();
    return 0;
}
