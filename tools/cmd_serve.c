/* asl serve: the Step Functions API on a port of this machine. */

#include "asl/report/quota.h"
#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/host/host.h"
#include "runtime/serve/api_server.h"
#include "runtime/serve/execution_log.h"
#include "runtime/serve/front_door.h"
#include "runtime/serve/metrics.h"
#include "tools/bounds.h"
#include "tools/cmd.h"
#include "tools/options.h"
#include "tools/region.h"
#include "tools/serve_definitions.h"
#include "tools/serve_reload.h"
#include "tools/serve_talk.h"
#include "tools/services.h"
#include "tools/set_options.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_PORT = 8083, GRACE_MS = 8000, STORE_RETRY_MS = 5000, STREAMS = 3 };

struct serve {
    /* Options as given; NULL: not. */
    const char *port, *listen, *handlers, *lambda_endpoint, *definitions, *limits, *mock, *routes,
        *log, *store_path, *durability, *retention, *wait_scale, *max_executions, *throttle, *drain,
        *least_free;
    bool insecure, public_metrics, quiet;
    bool lived;     /* it was ready once */
    uint16_t bound; /* and then on this port, which stays its own */
    struct bounds bounds;
    struct region where;
    struct services_options asked;
    struct set_options set;
    struct placeholders placeholders;
    struct services services;
    double scale;
    struct arena texts; /* what stands for options of the jar */
    struct serve_texts said;

    enum api_throttle throttled;
    int64_t least_room;
    int64_t retention_ms, most; /* executions at once; 0: AWS's quota */
    int64_t drain_ms;           /* for calls of handlers to end after SIGTERM */
    bool terminals[STREAMS];    /* which standard streams were one at the start */
    talk *talk;

    host *host;
    api *api;
    api_server *server;
    front_door *door; /* NULL: no routes */
    store *store;
    struct metrics metrics;
    execution_log *events; /* NULL: none is kept */
    definitions *folder;   /* NULL: none */
    uv_timer_t grace;      /* for answers that are still owed after SIGTERM */
    uv_timer_t patience;   /* with calls of handlers then */
    uv_signal_t hup;
    bool answered, drained; /* after SIGTERM: nothing is owed any more, no call is cut off */
};

static const char *serve_first_set(const char *given, const char *const *names)
{
    for (; !given && *names; names++) {
        const char *v = getenv(*names);
        if (v && *v)
            given = v;
    }
    return given;
}

/* ---- the jar's names for options, which have one dash and capitals within ---- */

/* The texts it makes live in `texts`. Returns the new argc. */
static int serve_translate(int argc, char **argv, struct arena *texts)
{
    static struct {
        const char *jar;
        char ours[24];
    } names[] = {
        {"-account", "--account"},
        {"-region", "--region"},
        {"-lambdaEndpoint", "--lambda-endpoint"},
        {"-waitTimeScale", "--wait-time-scale"},
        {"--aws-account", "--account"},
        {"--aws-region", "--region"},
    };

    for (int i = 1; i < argc; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (strcmp(argv[i], names[k].jar) == 0)
                argv[i] = names[k].ours;
    return services_translate(argc, argv, texts);
}

/* ---- stopping ---- */

static void stop_if_done(const struct serve *s)
{
    if (s->answered && s->drained)
        host_stop(s->host);
}

static void answered_all(void *user)
{
    struct serve *s = user;

    s->answered = true;
    stop_if_done(s);
}

static void grace_over(uv_timer_t *t)
{
    answered_all(t->data);
}

static void drained_all(void *user)
{
    struct serve *s = user;

    s->drained = true;
    stop_if_done(s);
}

static void patience_over(uv_timer_t *t)
{
    struct serve *s = t->data;

    if (!s->drained && !s->quiet)
        talk_say(s->talk, "calls of handlers that still run are cut off");
    drained_all(s);
}

static void on_stop(void *user)
{
    struct serve *s = user;
    size_t calls, waiting;

    host_count_calls(s->host, &calls, &waiting);

    s->answered = s->drained = false;
    calls -= waiting;
    if (!s->quiet && calls && s->drain_ms)
        talk_say(s->talk, "stopping; %zu call%s of handlers may take %lld s to end", calls,
                 calls == 1 ? "" : "s", (long long)(s->drain_ms / 1000));
    else if (!s->quiet)
        talk_say(s->talk, "stopping");
    /* Answers may wait for what handlers do. */
    uv_timer_start(&s->grace, grace_over,
                   (uint64_t)(s->drain_ms > GRACE_MS ? s->drain_ms : GRACE_MS), 0);
    uv_timer_start(&s->patience, patience_over, (uint64_t)s->drain_ms, 0);
    front_door_stop(s->door);
    api_server_stop(s->server, answered_all, s);
    host_drain(s->host, drained_all, s);
}

/* ---- SIGHUP ---- */

/* Has one of its terminals been closed? */
static bool is_left_alone(const struct serve *s)
{
    for (int fd = 0; fd < STREAMS; fd++)
        if (s->terminals[fd] && !isatty(fd))
            return true;
    return false;
}

static struct serve_files files_of(struct serve *s)
{
    return (struct serve_files){.handlers = s->handlers,
                                .routes = s->routes,
                                .credentials = s->asked.credentials,
                                .texts = &s->said,
                                .host = s->host,
                                .door = s->door,
                                .services = &s->services};
}

static void reload(struct serve *s)
{
    const struct serve_files files = files_of(s);
    struct buf did = {0};
    struct diag why = {0};
    const char *log = s->events ? "; the log is opened anew" : "";

    if (s->events)
        execution_log_reopen(s->events);
    if (!serve_reload(&files, &did, &why))
        talk_say(s->talk, "SIGHUP: nothing has changed: %s%s", why.text, log);
    else if (!s->quiet && did.len)
        talk_say(s->talk, "SIGHUP: read again: %s%s", buf_str(&did), log);
    else if (!s->quiet)
        talk_say(s->talk, "SIGHUP: there is no file to read again%s", log);
    buf_clear(&did);
    diag_clear(&why);
}

static void on_hup(uv_signal_t *hup, int number)
{
    struct serve *s = hup->data;

    (void)number;
    if (is_left_alone(s))
        raise(SIGTERM);
    else
        reload(s);
}

/* ---- serving ---- */

static int64_t now(void *clock)
{
    return host_now(clock);
}

static void serve_log_line(void *user, const char *line)
{
    const struct serve *s = user;

    talk_say(s->talk, "%s", line);
}

static void handler_line(void *user, const char *execution, const char *line)
{
    const struct serve *s = user;

    if (!s->quiet)
        talk_handler(s->talk, host_now(s->host), execution, line);
}

static void on_ended(void *user, uint64_t execution, const rt_exec *x)
{
    const struct serve *s = user;
    enum rt_status status = rt_exec_status(x);

    if (!s->quiet && (status == RT_FAILED || status == RT_TIMED_OUT) &&
        !api_is_test(s->api, execution))
        talk_failed(s->talk, host_now(s->host), x);
    if (s->door)
        front_door_ended(s->door, x);
}

static void on_happened(void *user, uint64_t execution, const rt_exec *x,
                        const struct rt_event *events, size_t count)
{
    struct serve *s = user;

    (void)execution;
    metrics_happened(&s->metrics, events, count);
    if (s->events)
        execution_log_add(s->events, api_logging(s->api, json_str(rt_exec_names(x)->machine_arn)),
                          x, events, count);
}

/* Tasks that AWS doesn't have, but the handlers file. */
static bool serves(void *user, const char *resource)
{
    const struct serve *s = user;

    return handlers_name(host_handlers(s->host), resource);
}

/* Whoever runs the server has to know, and --quiet doesn't hide it. */
static void on_lost(void *user, uint64_t execution, const char *arn, const char *list,
                    const char *why)
{
    const struct serve *s = user;

    (void)execution;
    (void)list;
    talk_say(s->talk, "the store's record of %s is damaged, it is set apart: %s", arn, why);
}

static void on_spoiled(void *user, const char *text)
{
    const struct serve *s = user;

    talk_say(s->talk, "%s", text);
}

static void on_answered(void *user, int64_t since_ms)
{
    struct serve *s = user;

    metrics_task_done(&s->metrics, host_due_clock(s->host) - since_ms);
}

static void show_metrics(const struct serve *s, http_exchange *x)
{
    const struct http_header type = {"Content-Type", "text/plain; version=0.0.4; charset=utf-8"};
    struct metrics_sources from = {.engine = host_engine(s->host),
                                   .api = s->api,
                                   .store = s->store,
                                   .lost_talk = talk_lost(s->talk),
                                   .lost_log = s->events ? execution_log_lost(s->events) : 0};
    struct http_answer a = {.status = 200, .headers = &type, .header_count = 1};

    host_count_calls(s->host, &from.calls, &from.queue);
    api_server_stats(s->server, &from.http);
    metrics_write(&s->metrics, &from, &a.body);
    http_reply(x, &a);
}

static bool is_for_metrics(const struct http_message *m)
{
    return strcmp(m->path, "/metrics") == 0 && (m->is_head || strcmp(m->method, "GET") == 0);
}

/* Whom requests are for that are none of the API's. */
static bool serve_look(void *user, const struct http_message *m, struct api_page *out)
{
    const struct serve *s = user;

    if (!is_for_metrics(m))
        return s->door && front_door_look(s->door, m, out);
    *out = (struct api_page){.open = s->public_metrics};
    return true;
}

/* Requests that are none of the API's. */
static bool offer(void *user, http_exchange *x)
{
    const struct serve *s = user;

    if (is_for_metrics(http_exchange_message(x))) {
        show_metrics(s, x);
        return true;
    }
    return s->door && front_door_offer(s->door, x);
}

static bool open_door(struct serve *s, const struct api_config *config, struct diag *why)
{
    struct buf *text = &s->said.routes;
    routes *r = s->routes ? routes_parse(s->routes, buf_str(text), text->len, why) : NULL;

    if (r)
        s->door = front_door_new(host_loop(s->host), s->api, r,
                                 &(struct front_door_options){.region = config->region,
                                                              .account = config->account,
                                                              .now = now,
                                                              .clock = s->host});
    return r || !s->routes;
}

static bool open_log(struct serve *s, struct diag *why)
{
    if (s->log)
        s->events = execution_log_open(host_loop(s->host), s->log, serve_log_line, s, why);
    return s->events || !s->log;
}

static bool take_turn(void *user, struct diag *why)
{
    return host_turn(user, why);
}

static bool is_address(const char *text)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    return uv_ip4_addr(text, 0, &v4) == 0 || uv_ip6_addr(text, 0, &v6) == 0;
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* ---- the store ---- */

static const char in_memory[] = ":memory:";

static bool open_store(struct serve *s, struct diag *why)
{
    bool normal = s->durability && strcmp(s->durability, "normal") == 0;

    if (strcmp(s->store_path, in_memory) == 0)
        s->store = store_memory_new();
    else
        s->store = store_sqlite_open(s->store_path, normal ? STORE_NORMAL : STORE_FULL, why);
    return s->store != NULL;
}

/* A file of an earlier time, or of another hand, may be open to more than its owner. It is left so:
 * that may be meant, for who makes copies. */
static void say_rights(const struct serve *s)
{
    unsigned rights = store_rights(s->store);

    if (rights)
        talk_say(s->talk,
                 "others than its owner have rights on %s (mode %04o), where data and task tokens "
                 "of executions are: chmod 600 %s",
                 s->store_path, 0600 | rights, s->store_path);
}

static void close_store(struct serve *s)
{
    store_free(s->store);
    s->store = NULL;
}

/* Can it be written again? */
static bool store_is_back(struct serve *s)
{
    struct diag why = {0};
    bool good = open_store(s, &why);

    if (good) {
        store_put(s->store, "probe", "written", "1", 1);
        good = store_commit(s->store, &why);
    }
    close_store(s);
    diag_clear(&why);
    return good;
}

static void on_damage(void *user, const char *text)
{
    const struct serve *s = user;

    talk_say(s->talk, "%s; what needs the damaged page fails. asl store check %s says where it is",
             text, s->store_path);
}

static void say_damaged(const struct serve *s)
{
    talk_say(s->talk, "bring the file back from a copy, or see what is left: asl store check %s",
             s->store_path);
}

/* The store failed: nothing is answered but that until it can be written. False: a signal came, or
 * it never will be. */
static bool wait_for_store(struct serve *s, const struct diag *failed)
{
    const char *why = failed->text;

    /* The store goes on without what it could not take. */
    if (strcmp(failed->code, STORE_REFUSED) == 0) {
        talk_say(s->talk, "%s: going on without it", why);
        return true;
    }
    if (strcmp(failed->code, STORE_CORRUPT) == 0) {
        talk_say(s->talk, "%s", why);
        say_damaged(s);
        return false;
    }
    talk_say(s->talk, "%s", why);
    talk_say(s->talk, "nothing is done until the store can be written");
    api_server_fail(s->server, why);
    close_store(s);
    do {
        if (host_rest(s->host, STORE_RETRY_MS))
            return false;
    } while (!store_is_back(s));
    talk_say(s->talk, "the store can be written again");
    return true;
}

/* ---- a life: from opening the store to its failure, or the end ---- */

enum life { LIFE_OVER, LIFE_USAGE, LIFE_BAD, LIFE_AGAIN };

static void say_where(const struct serve *s, const char *address, uint16_t port)
{
    if (strcmp(s->store_path, in_memory) == 0)
        talk_say(s->talk, "state is in memory and lives as long as this process");
    else
        talk_say(s->talk, "state is in %s", s->store_path);
    talk_say(s->talk, "the Step Functions API is at http://%s%s%s:%u",
             strchr(address, ':') ? "[" : "", address, strchr(address, ':') ? "]" : "", port);
}

/* LIFE_OVER: all is ready. */
static enum life serve_begin(struct serve *s, int64_t port)
{
    static const char *const mock_files[] = {"SFN_MOCK_CONFIG", "LOCALSTACK_SFN_MOCK_CONFIG", NULL};
    const char *address = s->listen ? s->listen : "127.0.0.1";
    bool no_limits = s->limits && strcmp(s->limits, "none") == 0;
    struct host_options options = {
        .handlers = {.no_limits = no_limits, .log = handler_line, .log_user = s},
        .user = s,
        .happened = on_happened,
        .ended = on_ended,
        .answered = on_answered,
        .lost = on_lost};
    struct api_config config = {.region = s->where.region,
                                .account = s->where.account,
                                .mocks = serve_first_set(s->mock, mock_files),
                                .no_limits = no_limits,
                                .max_open = (size_t)s->most,
                                .throttle = s->throttled,
                                .retention_ms = s->retention_ms,
                                .least_room = (uint64_t)s->least_room,
                                .spoiled = on_spoiled,
                                .user = s,
                                .served = {serves, s}};
    struct diag why = {0};
    enum life life = LIFE_USAGE;

    if (!open_store(s, &why))
        goto refuse;
    say_rights(s);
    store_on_damage(s->store, on_damage, s);
    services_give(&s->services, &options.handlers);
    bounds_give(&s->bounds, &options);
    s->host = host_new(s->store, &options);
    metrics_init(&s->metrics, host_now(s->host));
    uv_timer_init(host_loop(s->host), &s->grace);
    uv_timer_init(host_loop(s->host), &s->patience);
    uv_signal_init(host_loop(s->host), &s->hup);
    s->grace.data = s->patience.data = s->hup.data = s;
    s->api = api_new(host_engine(s->host), s->store, &config);
    if (!s->api) {
        diag_set(&why, "SERVE", 0, "the system gives no random bytes");
        goto refuse;
    }
    host_add_guest(s->host, api_guest(s->api));
    engine_scale_waits(host_engine(s->host), s->scale);
    s->server = api_server_new(host_loop(s->host), s->api,
                               &(struct api_server_options){.any_host = s->insecure,
                                                            .credentials = s->services.credentials,
                                                            .now = now,
                                                            .clock = s->host,
                                                            .metrics = &s->metrics,
                                                            .look = serve_look,
                                                            .offer = offer,
                                                            .user = s});
    if (s->definitions)
        s->folder = definitions_new(host_loop(s->host), s->api,
                                    &(struct definitions_options){.path = s->definitions,
                                                                  .given = &s->placeholders,
                                                                  .talk = s->talk,
                                                                  .region = config.region,
                                                                  .account = config.account,
                                                                  .quiet = s->quiet,
                                                                  .now = now,
                                                                  .clock = s->host,
                                                                  .turn = take_turn});
    struct buf *text = &s->said.handlers;
    if ((s->handlers &&
         !handlers_parse(host_handlers(s->host), s->handlers, buf_str(text), text->len, &why)) ||
        !open_door(s, &config, &why) || !open_log(s, &why))
        goto refuse;
    if (!api_load(s->api, &why) || !host_recover(s->host, &why)) {
        diag_prefix(&why, "%s: ", s->store_path);
        goto refuse;
    }
    /* A file that went bad while the store was away is no reason to end. */
    if (s->folder && !definitions_load(s->folder) && !s->lived)
        goto out;
    if (s->folder && !s->lived)
        set_options_unused(&s->placeholders, "serve", NULL);
    if (!api_server_listen(s->server, address, s->lived ? s->bound : (uint16_t)port, &s->bound,
                           &why))
        goto refuse;
    if (config.mocks && access(config.mocks, R_OK) != 0)
        talk_say(s->talk, "%s can't be read: executions that ask for mocks are refused",
                 config.mocks);
    if (!s->quiet)
        say_where(s, address, s->bound);
    uv_signal_start(&s->hup, on_hup, SIGHUP);
    uv_unref((uv_handle_t *)&s->hup);
    if (s->folder)
        definitions_watch(s->folder);
    s->lived = true;
    life = LIFE_OVER;
    goto out;
refuse:
    talk_say(s->talk, "%s", why.text);
    if (why.code && (strcmp(why.code, STORE_CORRUPT) == 0 || strcmp(why.code, STORE_DAMAGED) == 0))
        say_damaged(s);
out:
    diag_clear(&why);
    return life;
}

/* Of as much as there is. */
static void end(struct serve *s)
{
    if (s->server)
        api_server_close(s->server);
    front_door_close(s->door);
    execution_log_close(s->events);
    definitions_close(s->folder);
    if (s->host) {
        uv_close((uv_handle_t *)&s->grace, NULL);
        uv_close((uv_handle_t *)&s->patience, NULL);
        uv_close((uv_handle_t *)&s->hup, NULL);
        host_forget_guests(s->host);
    }
    /* Closing the host runs the loop until all of its handles are closed. */
    api_free(s->api);
    host_free(s->host);
    api_server_free(s->server);
    front_door_free(s->door);
    metrics_clear(&s->metrics);
    execution_log_free(s->events);
    definitions_free(s->folder);
    close_store(s);
    s->server = NULL;
    s->door = NULL;
    s->events = NULL;
    s->folder = NULL;
    s->api = NULL;
    s->host = NULL;
}

/* Connections, sockets to services, pipes of handlers: more than a shell lets a program have open,
 * which may have more if it asks. Not as many as there may be: children would inherit it, and some
 * programs close each file that they might have. */
static void allow_files(void)
{
    enum { ENOUGH = 4096 };
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= ENOUGH)
        return;
    files.rlim_cur = files.rlim_max < ENOUGH ? files.rlim_max : ENOUGH;
    setrlimit(RLIMIT_NOFILE, &files);
}

static enum life live(struct serve *s, int64_t port)
{
    struct diag why = {0};
    enum life life = serve_begin(s, port);

    if (life == LIFE_OVER && !host_serve(s->host, on_stop, s, &why)) {
        bool corrupt = strcmp(why.code, STORE_CORRUPT) == 0;
        life = wait_for_store(s, &why) ? LIFE_AGAIN : corrupt ? LIFE_USAGE : LIFE_BAD;
    }
    diag_clear(&why);
    end(s);
    return life;
}

static int serve(struct serve *s, int64_t port)
{
    const struct serve_files files = files_of(s);
    struct diag why = {0};
    enum life life;

    if (!serve_read(&files, &why)) {
        cmd_fail("serve", "%s", why.text);
        diag_clear(&why);
        return EXIT_USAGE;
    }

    if (!(s->talk = talk_new(&why))) {
        cmd_fail("serve", "%s", why.text);
        diag_clear(&why);
        return EXIT_USAGE;
    }
    for (int fd = 0; fd < STREAMS; fd++)
        s->terminals[fd] = isatty(fd);
    allow_files();
    do
        life = live(s, port);
    while (life == LIFE_AGAIN);
    talk_free(s->talk);
    return life == LIFE_OVER ? EXIT_GOOD : life == LIFE_BAD ? EXIT_BAD : EXIT_USAGE;
}

/* ---- the command line ---- */

static const struct option_row rows[] = {
    {"port", 'p', "PORT", "where to listen; 0: a free one (also PORT; default: 8083)",
     offsetof(struct serve, port)},
    {"listen", 0, "ADDRESS", "a numeric address (default: 127.0.0.1)",
     offsetof(struct serve, listen)},
    {"handlers", 0, "FILE", "who does the work of Tasks: docs/handlers.md",
     offsetof(struct serve, handlers)},
    {"lambda-endpoint", 0, "URL",
     "a Lambda Invoke API for functions without a handler\n"
     "(also LAMBDA_ENDPOINT, AWS_ENDPOINT_URL_LAMBDA,\n"
     "AWS_ENDPOINT_URL)",
     offsetof(struct serve, lambda_endpoint)},
    SERVICES_OPTIONS(struct serve, asked),
    {"credentials", 0, "FILE",
     "keys as in ~/.aws/credentials: requests must be signed with one\n"
     "of them",
     offsetof(struct serve, asked.credentials)},
    {"wait-time-scale", 0, "FACTOR",
     "waits and pauses before retries last so many times as long\n"
     "(also WAIT_TIME_SCALE)",
     offsetof(struct serve, wait_scale)},
    {"definitions", 0, "FILE|FOLDER",
     "a state machine of each NAME.asl.json, .asl.yaml in it, updated\n"
     "when the file changes; NAME.express.asl.json: an EXPRESS one;\n"
     "or the machines of a template of SAM, CloudFormation, the CDK, ...",
     offsetof(struct serve, definitions)},
    SET_OPTIONS(struct serve, set),
    {"routes", 0, "FILE",
     "paths whose requests start executions, and get their output:\n"
     "docs/serve.md",
     offsetof(struct serve, routes)},
    {"log", 0, "FILE|-",
     "events of executions, as loggingConfiguration wants them, one\n"
     "JSON object a line; opened anew at SIGHUP",
     offsetof(struct serve, log)},
    {"drain", 0, "TIME",
     "how long handlers' calls may take to end after SIGTERM: 30s, 5m;\n"
     "0: not at all (default: 8s)",
     offsetof(struct serve, drain)},
    {"store", 0, "FILE|:memory:",
     "where state is kept: an SQLite file, which is made if there is\n"
     "none (default: asl.db)",
     offsetof(struct serve, store_path)},
    {"durability", 0, "full|normal",
     "full: what was answered survives a power cut; normal, which is\n"
     "faster: only the end of this process (default: full)",
     offsetof(struct serve, durability)},
    BOUNDS_OPTIONS(struct serve, bounds),
    {"retention", 0, "TIME",
     "forget executions that ended longer ago: 90d, 12h, 30m; 0: never\n"
     "(default: 90d)",
     offsetof(struct serve, retention)},
    {"min-free", 0, "SIZE",
     "refuse new work with ServiceUnavailable when the store's disk has\n"
     "less room than that, so that what runs can end: 64M, 2G; 0: never\n"
     "(default: 64M)",
     offsetof(struct serve, least_free)},
    {"mock", 0, "FILE",
     "mock configuration of Step Functions Local, for starts of\n"
     "MACHINE_ARN#CASE (also SFN_MOCK_CONFIG)",
     offsetof(struct serve, mock)},
    REGION_OPTIONS(struct serve, where),
    {"limits", 0, "aws|none", "AWS's quotas on data, events and concurrency (default: aws)",
     offsetof(struct serve, limits)},
    {"max-executions", 0, "N",
     "STANDARD executions that may run at once; more are refused with\n"
     "ExecutionLimitExceeded (default: AWS's quota, " QUOTA_TEXT(QUOTA_OPEN_EXECUTIONS) ")",
     offsetof(struct serve, max_executions)},
    {"throttle", 0, "nested|aws|none",
     "what is held to AWS's rates: executions that Tasks start, which\n"
     "take their turn; all starts, and state transitions; or nothing\n"
     "(default: nested)",
     offsetof(struct serve, throttle)},
    {"insecure", 0, NULL,
     "let --listen be an address that others reach: nothing checks who\n"
     "they are",
     offsetof(struct serve, insecure)},
    {"public-metrics", 0, NULL, "with --credentials: answer /metrics to other machines, unsigned",
     offsetof(struct serve, public_metrics)},
    {"quiet", 'q', NULL, "no messages, no output of handlers", offsetof(struct serve, quiet)},
};

const struct option_set cmd_serve_options = {
    .command = "serve",
    .usage = "asl serve [OPTIONS]",
    .about = "Serves the AWS Step Functions API to AWS's command line, SDKs and Terraform.\n"
             "State machines and executions are kept in a file: what was answered survives a\n"
             "crash. SIGTERM or SIGINT lets calls of handlers end and answers that are owed go\n"
             "out, then ends it. SIGHUP reads handlers, routes and credentials again.",
    .examples = "  asl serve --handlers handlers.json\n"
                "  aws --endpoint-url http://127.0.0.1:8083 stepfunctions list-state-machines\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

/* "90d" */
static bool serve_read_time(const char *text, int64_t *ms)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'d', 86400000}, {'h', 3600000}, {'m', 60000}, {'s', 1000}};
    char *end;

    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (end == text || errno || n < 0 || n > 100000)
        return false;
    *ms = 0;
    if (n == 0 && !*end)
        return true;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (end[0] == units[i].unit && !end[1])
            *ms = n * units[i].ms;
    return *ms > 0;
}

/* False after saying what is wrong. */
static bool read_throttle(struct serve *s)
{
    static const char *const names[] = {
        [API_THROTTLE_NESTED] = "nested", [API_THROTTLE_AWS] = "aws", [API_THROTTLE_NONE] = "none"};

    for (size_t i = 0; s->throttle && i < COUNT(names); i++)
        if (strcmp(s->throttle, names[i]) == 0) {
            s->throttled = (enum api_throttle)i;
            return true;
        }
    if (s->throttle)
        cmd_usage("serve", "--throttle is nested, aws or none, not '%s'", s->throttle);
    return !s->throttle;
}

/* "64M", or 0 for none. */
static bool read_least_free(struct serve *s)
{
    const char *text = s->least_free ? s->least_free : "64M";
    bool good = strcmp(text, "0") == 0 || bounds_size(text, &s->least_room);

    if (!good)
        cmd_usage("serve", "--min-free is a size, as in 64M or 2G, or 0; not '%s'", text);
    return good;
}

/* ---- definitions ---- */

/* Where the file of the command line isn't there, as others name one. False after saying so. */
static bool check_definitions(const struct serve *s)
{
    static const char head[] = "file://";
    const char *path = s->definitions, *hash = path ? strrchr(path, '#') : NULL;
    size_t n = hash ? (size_t)(hash - path) : 0;
    struct stat is;
    bool good = true;

    if (!path) {
        if (s->set.set.count || s->set.file.count)
            cmd_fail("serve", "--set fills in placeholders of --definitions, and there is none");
        return true;
    }
    if (stat(path, &is) == 0) {
        good = S_ISREG(is.st_mode) || S_ISDIR(is.st_mode);
        if (!good)
            cmd_fail("serve", "--definitions %s: it is no file and no folder", path);
        return good;
    }
    if (strncmp(path, head, sizeof head - 1) == 0) {
        cmd_usage("serve", "--definitions %s: that is how AWS's command line names a file; say %s",
                  path, path + sizeof head - 1);
        return false;
    }
    char *file = hash ? mem_strndup(path, n) : NULL;
    if (file && n && access(file, F_OK) == 0) {
        cmd_usage("serve", "--definitions takes all state machines of a file; say %s", file);
        good = false;
    }
    mem_free(file);
    return good;
}

static int serve_run(struct serve *s, int argc, char **argv)
{
    static const char *const ports[] = {"PORT", NULL};
    const struct option_set *set = &cmd_serve_options;
    int64_t port = DEFAULT_PORT;
    int status;

    argc = serve_translate(argc, argv, &s->texts);
    int first = options_parse(set, argc, argv, s, &status);
    if (first < 0)
        return status;
    if (argc != first)
        return cmd_usage("serve", "what is '%s'? It takes options only", argv[first]);
    const char *given = serve_first_set(s->port, ports);
    if (given && !options_number(set, "port", given, 0, 65535, &port))
        return EXIT_USAGE;
    if (s->limits && strcmp(s->limits, "aws") != 0 && strcmp(s->limits, "none") != 0)
        return cmd_usage("serve", "--limits is aws or none, not '%s'", s->limits);
    if (!bounds_read(set, &s->bounds))
        return EXIT_USAGE;
    if (s->durability && strcmp(s->durability, "full") != 0 && strcmp(s->durability, "normal") != 0)
        return cmd_usage("serve", "--durability is full or normal, not '%s'", s->durability);
    if (!serve_read_time(s->retention ? s->retention : "90d", &s->retention_ms))
        return cmd_usage("serve",
                         "--retention is a number of days, hours, minutes or seconds, "
                         "as in 90d, 12h, 30m, 45s, or 0; not '%s'",
                         s->retention);
    if (!read_throttle(s))
        return EXIT_USAGE;
    if (!serve_read_time(s->drain ? s->drain : "8s", &s->drain_ms))
        return cmd_usage("serve",
                         "--drain is a number of seconds, minutes or hours, as in 30s, 5m, or 0; "
                         "not '%s'",
                         s->drain);
    if (!read_least_free(s))
        return EXIT_USAGE;
    if (s->max_executions &&
        !options_number(set, "max-executions", s->max_executions, 1, INT32_MAX, &s->most))
        return EXIT_USAGE;
    if (!region_read(&s->where, set) || !check_definitions(s))
        return EXIT_USAGE;
    if (!set_options_read(&s->set, set, &s->placeholders))
        return EXIT_USAGE;
    set_options_defaults(&s->placeholders, s->where.region, s->where.account);
    if (s->store_path && !*s->store_path)
        return cmd_usage("serve", "--store takes a file, or :memory:, not ''");
    if (!s->store_path)
        s->store_path = "asl.db";
    if (s->listen && !is_address(s->listen))
        return cmd_usage("serve", "--listen takes an address, as 127.0.0.1 or ::1, not '%s'",
                         s->listen);
    if (s->listen && !is_loopback(s->listen) && !s->insecure && !s->asked.credentials)
        return cmd_usage("serve",
                         "--listen %s lets others in, and nothing checks who they are: name "
                         "--credentials that their requests must be signed with, or say --insecure "
                         "if that is what you want",
                         s->listen);
    if (!options_factor(set, "wait-time-scale", s->wait_scale, "WAIT_TIME_SCALE", &s->scale))
        return EXIT_USAGE;
    if (!services_read(&s->asked, set, s->lambda_endpoint, s->where.region, &s->services))
        return EXIT_USAGE;
    services_not(&s->services, s->listen ? s->listen : "127.0.0.1", port);
    return serve(s, port);
}

int cmd_serve(int argc, char **argv)
{
    struct serve s = {0};
    int status = serve_run(&s, argc, argv);

    services_clear(&s.services);
    serve_texts_clear(&s.said);
    placeholders_clear(&s.placeholders);
    arena_clear(&s.texts);
    return status;
}
