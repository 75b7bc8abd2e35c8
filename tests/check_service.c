/*
 * service: a whole server in this process. A client in a thread of its own makes requests over
 * loopback and writes down what it is answered; each opening fails in turn; the store goes and
 * comes back.
 */

#include "tests/support/expect.h"
#include "tests/support/folder.h"

#include "runtime/serve/service.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- what fails ---- */

static struct {
    bool api_new, api_load, host_recover;
    const char *commit; /* the code of the failure; NULL: commits are good */
    bool for_good;      /* else the next commit alone */
} fault;

api *__real_api_new(engine *e, store *s, const struct api_config *config);
api *__wrap_api_new(engine *e, store *s, const struct api_config *config);
bool __real_api_load(api *a, struct diag *why);
bool __wrap_api_load(api *a, struct diag *why);
bool __real_host_recover(host *h, struct diag *why);
bool __wrap_host_recover(host *h, struct diag *why);
bool __real_store_commit(store *s, struct diag *why);
bool __wrap_store_commit(store *s, struct diag *why);

api *__wrap_api_new(engine *e, store *s, const struct api_config *config)
{
    return fault.api_new ? NULL : __real_api_new(e, s, config);
}

bool __wrap_api_load(api *a, struct diag *why)
{
    if (fault.api_load)
        diag_set(why, STORE_READ, 0, "records can't be read");
    return !fault.api_load && __real_api_load(a, why);
}

bool __wrap_host_recover(host *h, struct diag *why)
{
    if (fault.host_recover)
        diag_set(why, STORE_READ, 0, "executions can't be read");
    return !fault.host_recover && __real_host_recover(h, why);
}

bool __wrap_store_commit(store *s, struct diag *why)
{
    const char *code = fault.commit;

    if (!code)
        return __real_store_commit(s, why);
    if (!fault.for_good)
        fault.commit = NULL;
    diag_set(why, code, 0, "the disk is full");
    return false;
}

/* ---- a service and its client ---- */

struct life {
    struct folder folder;
    char handlers[96], routes[96], log[96];
    struct service_options options;
    service *service;
    void (*client)(struct life *l); /* NULL: told to stop as soon as it is ready */
    uv_thread_t thread;
    uv_sem_t reloaded, anew; /* posted: after SIGHUP; when it is ready once more */
    bool started;            /* the thread */
    bool bad_folder;         /* `begin` refuses */
    bool stop_when_away;
    bool beats;       /* `begin` opens a timer that makes turns, as who watches files does */
    bool refuse_beat; /* the store refuses what the next of these turns brings */
    bool away;        /* the store is */
    host *host;
    uv_timer_t beat;
    uint16_t port;
    int begun, again, ready, ended;
    struct buf told;  /* by the service: kinds and texts, "; " between them */
    struct buf heard; /* by the client: a line for each answer */
};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Makes a request; -1: nobody takes it. */
static int make_request(const struct life *l, const char *head, const char *body)
{
    struct buf text = {0};
    int fd = connect_to(l->port);

    buf_printf(&text, "%s\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
               head, strlen(body), body);
    if (fd >= 0)
        (void)!write(fd, text.data, text.len);
    buf_clear(&text);
    return fd;
}

/* Adds status and body of the answer, or "no answer", to what was heard. */
static void hear(struct life *l, int fd)
{
    struct buf text = {0};
    char piece[1024];
    ssize_t n;

    while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
        buf_add(&text, piece, (size_t)n);
    if (fd >= 0)
        close(fd);
    const char *end = strstr(buf_str(&text), "\r\n\r\n");
    if (end)
        buf_printf(&l->heard, "%.3s %s\n", buf_str(&text) + strlen("HTTP/1.1 "), end + 4);
    else
        buf_adds(&l->heard, "no answer\n");
    buf_clear(&text);
}

static void ask(struct life *l, const char *head, const char *body)
{
    hear(l, make_request(l, head, body));
}

static void call(struct life *l, const char *operation, const char *body)
{
    char head[160];

    snprintf(head, sizeof head,
             "POST / HTTP/1.1\r\nContent-Type: application/x-amz-json-1.0\r\n"
             "X-Amz-Target: AWSStepFunctions.%s",
             operation);
    ask(l, head, body);
}

static void run_client(void *user)
{
    struct life *l = user;

    l->client(l);
}

/* ---- hooks ---- */

static void add_told(struct life *l, const char *what, const char *text)
{
    buf_printf(&l->told, "%s%s%s%s", l->told.len ? "; " : "", what, text ? ": " : "",
               text ? text : "");
}

static void tell(void *user, const struct service_news *n)
{
    static const char *const kinds[] = {
        [SERVICE_STORE_RIGHTS] = "rights",    [SERVICE_STORE_DAMAGED] = "damaged",
        [SERVICE_STORE_REFUSED] = "refused",  [SERVICE_STORE_AWAY] = "away",
        [SERVICE_STORE_BACK] = "back",        [SERVICE_EXECUTION_LOST] = "lost",
        [SERVICE_RECORD_SPOILED] = "spoiled", [SERVICE_LOG_FAILED] = "log",
        [SERVICE_STOPPING] = "stopping",      [SERVICE_CUT_OFF] = "cut off",
    };
    struct life *l = user;

    add_told(l, kinds[n->kind], n->text);
    l->away = n->kind == SERVICE_STORE_AWAY;
    if (n->kind == SERVICE_STORE_AWAY && l->stop_when_away)
        kill(getpid(), SIGTERM);
}

static void on_beat(uv_timer_t *t)
{
    struct life *l = t->data;
    struct diag why = {0};

    ck_assert_msg(!l->away, "the engine is asked for a turn while the store is away");
    if (l->refuse_beat)
        fault.commit = STORE_REFUSED;
    l->refuse_beat = false;
    host_turn(l->host, &why);
    diag_clear(&why);
}

static bool begin(void *user, host *h, api *a, bool again, struct diag *why)
{
    struct life *l = user;

    (void)a;
    l->host = h;
    if (l->beats) {
        uv_timer_init(host_loop(h), &l->beat);
        l->beat.data = l;
        uv_timer_start(&l->beat, on_beat, 1, 1);
    }
    l->begun++;
    l->again += again;
    if (l->bad_folder)
        diag_set(why, "TEST", 0, "the folder is no good");
    return !l->bad_folder;
}

static void ready(void *user, uint16_t port)
{
    struct life *l = user;

    l->ready++;
    ck_assert(!l->port || l->port == port);
    l->port = port;
    if (!l->client)
        kill(getpid(), SIGTERM);
    else if (!l->started)
        l->started = uv_thread_create(&l->thread, run_client, l) == 0;
    else
        uv_sem_post(&l->anew);
}

static void end(void *user)
{
    struct life *l = user;

    ck_assert_int_eq(l->ended, l->begun - 1);
    if (l->beats)
        uv_close((uv_handle_t *)&l->beat, NULL);
}

static void ended(void *user)
{
    struct life *l = user;

    l->ended++;
}

static void hung_up(void *user)
{
    struct life *l = user;
    struct buf read = {0};
    struct diag why = {0};
    size_t folder = strlen(l->folder.path) + 1; /* which begins each name */

    if (service_reload(l->service, &read, &why))
        add_told(l, strchr(buf_str(&read), ',') ? "read files" : "read", NULL);
    else
        add_told(l, "not read", why.text + folder);
    buf_clear(&read);
    diag_clear(&why);
    uv_sem_post(&l->reloaded);
}

static void reload(struct life *l)
{
    kill(getpid(), SIGHUP);
    uv_sem_wait(&l->reloaded);
}

/* ---- */

#define HANDLERS(word)                                                                             \
    "{\"handlers\":[{\"resource\":\"arn:aws:states:::own:say\",\"mock\":{\"return\":{\"word\":"    \
    "\"" word "\"}}}]}"
#define ROUTES(path)                                                                               \
    "{\"routes\":[{\"path\":\"" path "\",\"methods\":[\"GET\"],\"stateMachine\":\"m\"}]}"
#define WAITING_MACHINE                                                                            \
    "{\"name\":\"m\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\",\"definition\":\"{"          \
    "\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Wait\\\","              \
    "\\\"Seconds\\\":3600,\\\"End\\\":true}}}\"}"
#define MACHINE                                                                                    \
    "{\"name\":\"m\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\",\"definition\":\"{"          \
    "\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Task\\\","              \
    "\\\"Resource\\\":\\\"arn:aws:states:::own:say\\\",\\\"End\\\":true}}}\"}"

static void open_life(struct life *l, void (*client)(struct life *l))
{
    *l = (struct life){.client = client};
    fault.api_new = fault.api_load = fault.host_recover = fault.for_good = false;
    fault.commit = NULL;
    folder_make(&l->folder);
    ck_assert(uv_sem_init(&l->reloaded, 0) == 0 && uv_sem_init(&l->anew, 0) == 0);
    snprintf(l->handlers, sizeof l->handlers, "%s/handlers.json", l->folder.path);
    snprintf(l->routes, sizeof l->routes, "%s/routes.json", l->folder.path);
    snprintf(l->log, sizeof l->log, "%s/log", l->folder.path);
    write_file(l->handlers, HANDLERS("one"));
    write_file(l->routes, ROUTES("/one"));
    l->options = (struct service_options){
        .store = l->folder.file,
        .durability = STORE_NORMAL,
        .store_retry_ms = 1,
        .files = {.handlers = l->handlers, .routes = l->routes},
        .log = l->log,
        .address = "127.0.0.1",
        .wait_scale = 1,
        .hooks = {.tell = tell,
                  .hung_up = hung_up,
                  .begin = begin,
                  .ready = ready,
                  .end = end,
                  .ended = ended},
        .user = l,
    };
}

static enum service_end run_life(struct life *l, struct diag *why)
{
    enum service_end got;

    l->service = service_new(&l->options, why);
    ck_assert_msg(l->service != NULL, "%s", why->text);
    got = service_run(l->service, why);
    if (l->started)
        uv_thread_join(&l->thread);
    service_free(l->service);
    l->started = false;
    l->port = 0;
    return got;
}

static void close_life(struct life *l)
{
    ck_assert_int_eq(l->ended, l->begun);
    uv_sem_destroy(&l->reloaded);
    uv_sem_destroy(&l->anew);
    folder_remove(&l->folder);
    buf_clear(&l->told);
    buf_clear(&l->heard);
}

/* ---- a life ---- */

static void visit(struct life *l)
{
    call(l, "CreateStateMachine", MACHINE);
    buf_reset(&l->heard); /* it has the time in it */
    ask(l, "GET /one HTTP/1.1", "");
    write_file(l->handlers, HANDLERS("two"));
    write_file(l->routes, ROUTES("/two"));
    reload(l);
    ask(l, "GET /two HTTP/1.1", "");
    write_file(l->handlers, "{\"handlers\":1}");
    write_file(l->routes, ROUTES("/three"));
    reload(l);
    ask(l, "GET /two HTTP/1.1", "");
    ask(l, "GET /three HTTP/1.1", "");
    kill(getpid(), SIGTERM);
}

START_TEST(life)
{
    struct life l;
    struct diag why = {0};

    open_life(&l, visit);
    ck_assert_int_eq(run_life(&l, &why), SERVICE_STOPPED);
    expect_text(
        "requests are answered by the files that were read last and were good", buf_str(&l.heard),
        "200 {\"word\":\"one\"}\n200 {\"word\":\"two\"}\n200 {\"word\":\"two\"}\n"
        "404 This is the AWS Step Functions API of asl serve: POST / with X-Amz-Target\n\n");
    expect_text("it tells what it did", buf_str(&l.told),
                "read files; not read: handlers.json:1:1: the file must be an object with an array "
                "'handlers', as {\"handlers\": [ROW]}; stopping");
    ck_assert_int_eq(l.ready, 1);
    ck_assert_int_eq(access(l.log, F_OK), 0);
    close_life(&l);
}
END_TEST

/* ---- openings that fail ---- */

enum opening {
    OPEN_STORE,
    OPEN_API,
    OPEN_HANDLERS,
    OPEN_ROUTES,
    OPEN_LOG,
    OPEN_RECORDS,
    OPEN_EXECUTIONS,
    OPEN_FOLDER,
    OPEN_PORT,
};

static const struct {
    const char *name;
    enum opening what;
    const char *want; /* of the message */
} openings[] = {
    {"the store's folder is not there", OPEN_STORE, "none/asl.db"},
    {"there are no random bytes for the API", OPEN_API, "random bytes"},
    {"the handlers file is bad", OPEN_HANDLERS, "handlers.json:1:"},
    {"the routes file is bad", OPEN_ROUTES, "routes.json:1:"},
    {"the log's folder is not there", OPEN_LOG, "none/log"},
    {"the API's records can't be read", OPEN_RECORDS, "asl.db: records can't be read"},
    {"the executions can't be read", OPEN_EXECUTIONS, "asl.db: executions can't be read"},
    {"the hook refuses", OPEN_FOLDER, "the folder is no good"},
    {"the address is another machine's", OPEN_PORT, "192.0.2.1"},
};

static void spoil(struct life *l, enum opening what)
{
    switch (what) {
    case OPEN_STORE: l->options.store = "/nonexistent/none/asl.db"; break;
    case OPEN_API: fault.api_new = true; break;
    case OPEN_HANDLERS: write_file(l->handlers, "{\"handlers\":1}"); break;
    case OPEN_ROUTES: write_file(l->routes, "{\"routes\":1}"); break;
    case OPEN_LOG: l->options.log = "/nonexistent/none/log"; break;
    case OPEN_RECORDS: fault.api_load = true; break;
    case OPEN_EXECUTIONS: fault.host_recover = true; break;
    case OPEN_FOLDER: l->bad_folder = true; break;
    case OPEN_PORT: l->options.address = "192.0.2.1"; break;
    }
}

START_TEST(opening_fails)
{
    struct life l;
    struct diag why = {0};
    const char *name = openings[_i].name;

    open_life(&l, NULL);
    struct service_options good = l.options;
    spoil(&l, openings[_i].what);
    ck_assert_msg(run_life(&l, &why) == SERVICE_REFUSED, "%s: it was opened", name);
    ck_assert_msg(why.text && strstr(why.text, openings[_i].want), "%s: %s", name,
                  why.text ? why.text : "no message");
    ck_assert_int_eq(l.ready, 0);

    /* Nothing of it is left: the same can be opened now. */
    fault.api_new = fault.api_load = fault.host_recover = l.bad_folder = false;
    write_file(l.handlers, HANDLERS("one"));
    write_file(l.routes, ROUTES("/one"));
    l.options = good;
    ck_assert_msg(run_life(&l, &why) == SERVICE_STOPPED, "%s: %s", name, why.text);
    ck_assert_int_eq(l.ready, 1);
    diag_clear(&why);
    close_life(&l);
}
END_TEST

START_TEST(file_is_not_there)
{
    struct life l;
    struct diag why = {0};

    open_life(&l, NULL);
    unlink(l.routes);
    ck_assert_ptr_null(service_new(&l.options, &why));
    ck_assert(strstr(why.text, "routes.json") != NULL);
    diag_clear(&why);
    close_life(&l);
}
END_TEST

/* ---- a store that fails ---- */

static void lose_store(struct life *l)
{
    call(l, "CreateStateMachine", MACHINE);
    buf_reset(&l->heard);
    fault.commit = STORE_WRITE;
    call(l, "CreateActivity", "{\"name\":\"lost\"}");
    uv_sem_wait(&l->anew);
    ask(l, "GET /one HTTP/1.1", "");
    kill(getpid(), SIGTERM);
}

/* A request to a route whose execution waits, when the store goes. */
static void lose_store_at_a_route(struct life *l)
{
    call(l, "CreateStateMachine", WAITING_MACHINE);
    int fd = make_request(l, "GET /one HTTP/1.1", "");
    while (!strstr(buf_str(&l->heard), "RUNNING"))
        call(l, "ListExecutions",
             "{\"stateMachineArn\":\"arn:aws:states:us-east-1:123456789012:stateMachine:m\"}");
    fault.commit = STORE_WRITE;
    call(l, "CreateActivity", "{\"name\":\"lost\"}");
    hear(l, fd);
    uv_sem_wait(&l->anew);
    kill(getpid(), SIGTERM);
}

static void refuse_turn_of_another(struct life *l)
{
    l->refuse_beat = true;
    uv_sem_wait(&l->anew);
    kill(getpid(), SIGTERM);
}

static void break_store(struct life *l)
{
    fault.for_good = true;
    fault.commit = l->stop_when_away ? STORE_WRITE : STORE_CORRUPT;
    call(l, "CreateActivity", "{\"name\":\"lost\"}");
}

/* What was written to see whether the store is back is not left in it. */
static void expect_no_probe(const struct life *l)
{
    struct diag why = {0};
    struct buf text = {0};
    store *s = store_sqlite_open(l->options.store, STORE_NORMAL, &why);

    ck_assert(!store_get(s, "probe", "written", &text, &why));
    ck_assert_str_eq(why.code, STORE_NONE);
    store_free(s);
    buf_clear(&text);
    diag_clear(&why);
}

static const struct {
    const char *name;
    void (*client)(struct life *l);
    bool stop_when_away;
    enum service_end end;
    int lives;
    const char *told, *heard;
} failures[] = {
    {"the store comes back, and what was answered is there", lose_store, false, SERVICE_STOPPED, 2,
     "away: the disk is full; back; stopping", "\n200 {\"word\":\"one\"}\n"},
    {"who waits at a route is answered", lose_store_at_a_route, false, SERVICE_STOPPED, 2,
     "away: the disk is full; back; stopping",
     "\n503 {\"error\":\"ServiceUnavailable\",\"cause\":\"the disk is full\",\"executionArn\":"},
    {"a turn that another made is refused", refuse_turn_of_another, false, SERVICE_STOPPED, 2,
     "refused: the disk is full; stopping", ""},
    {"it is told to stop while the store is away", break_store, true, SERVICE_GAVE_UP, 1,
     "away: the disk is full", ""},
    {"a damaged store is not waited for", break_store, false, SERVICE_REFUSED, 1, "", ""},
};

START_TEST(store_fails)
{
    struct life l;
    struct diag why = {0};
    const char *name = failures[_i].name;

    open_life(&l, failures[_i].client);
    l.stop_when_away = failures[_i].stop_when_away;
    l.beats = true;
    l.options.store_retry_ms = 20;
    ck_assert_msg(run_life(&l, &why) == failures[_i].end, "%s: another end", name);
    ck_assert_msg(!why.code == (failures[_i].end != SERVICE_REFUSED), "%s", name);
    if (why.code)
        expect_diag(name, &why, STORE_CORRUPT, 0, "the disk is full");
    expect_text(name, buf_str(&l.told), failures[_i].told);
    ck_assert_msg(strstr(buf_str(&l.heard), failures[_i].heard) != NULL, "%s: %s", name,
                  buf_str(&l.heard));
    ck_assert_int_eq(l.begun, failures[_i].lives);
    ck_assert_int_eq(l.again, failures[_i].lives - 1);
    if (failures[_i].end == SERVICE_STOPPED)
        expect_no_probe(&l);
    diag_clear(&why);
    close_life(&l);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("service");
    TCase *tc = tcase_create("service");

    signal(SIGPIPE, SIG_IGN);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, life);
    tcase_add_loop_test(tc, opening_fails, 0, COUNT(openings));
    tcase_add_test(tc, file_is_not_there);
    tcase_add_loop_test(tc, store_fails, 0, COUNT(failures));
    suite_add_tcase(s, tc);
    return run_suite(s);
}
