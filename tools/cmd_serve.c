/*
 * asl serve: the Step Functions API on a port of this machine. Here are its options and its
 * messages; runtime/serve/service.h opens, runs and closes the server itself, and calls the hooks
 * below.
 */

#include "asl/report/quota.h"
#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/base/aws_defaults.h"
#include "runtime/engine/mock_config.h"
#include "runtime/serve/service.h"
#include "runtime/stores/stores.h"
#include "tools/cmd.h"
#include "tools/execution_options.h"
#include "tools/options.h"
#include "tools/region.h"
#include "tools/serve_definitions.h"
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

enum { DEFAULT_PORT = 8083, STREAMS = 3 };

struct serve {
    /* Options as given; NULL: not. */
    const char *port, *listen, *credentials, *definitions, *mock, *routes, *log, *store_path,
        *durability, *retention, *max_executions, *max_map_runs, *throttle, *drain, *least_free;
    bool insecure, public_metrics, console, no_console, quiet;
    struct execution_options how;
    struct region where;
    struct services_options asked;
    struct set_options set;
    struct placeholders placeholders;
    struct services services;
    struct arena texts; /* what stands for options of the jar */

    int64_t least_room;
    int64_t retention_ms;
    int64_t most, most_map_runs; /* executions and Map Runs at once; 0: AWS's quota */
    int64_t drain_ms;            /* for calls of handlers to end after SIGTERM */
    bool terminals[STREAMS];     /* which standard streams were one at the start */

    talk *talk;
    service *service;
    definitions *folder; /* NULL: none */
};

/* Returns the option, or else the first of the environment's variables that is set and not
 * empty. */
static const char *serve_first_set(const char *given, const char *const *names)
{
    for (; !given && *names; names++) {
        const char *v = getenv(*names);
        if (v && *v)
            given = v;
    }
    return given;
}

/* The variables are those of Step Functions Local and of LocalStack. */
static const char *serve_mocks(const struct serve *s)
{
    static const char *const files[] = {"SFN_MOCK_CONFIG", "LOCALSTACK_SFN_MOCK_CONFIG", NULL};

    return serve_first_set(s->mock, files);
}

static const char *serve_address(const struct serve *s)
{
    return s->listen ? s->listen : "127.0.0.1";
}

/* ---- the jar's names for options, which have one dash and capitals within ---- */

/* Replaces the jar's options by ours, so that a command line of Step Functions Local can be
 * taken over. New texts live in `texts`. Returns the new argc. */
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

/* ---- what the service tells, in words ---- */

/* Returns whether a standard stream that was a terminal at the start is none any more: the
 * terminal has been closed. A server that began without one is never left alone. */
static bool is_left_alone(const struct serve *s)
{
    for (int fd = 0; fd < STREAMS; fd++)
        if (s->terminals[fd] && !isatty(fd))
            return true;
    return false;
}

static void reload(struct serve *s)
{
    struct buf did = {0};
    struct diag why = {0};
    const char *log = s->log ? "; the log is opened anew" : "";

    if (!service_reload(s->service, &did, &why))
        talk_say(s->talk, "SIGHUP: nothing has changed: %s%s", why.text, log);
    else if (!s->quiet && did.len)
        talk_say(s->talk, "SIGHUP: read again: %s%s", buf_str(&did), log);
    else if (!s->quiet)
        talk_say(s->talk, "SIGHUP: there is no file to read again%s", log);
    buf_clear(&did);
    diag_clear(&why);
}

/* A terminal that is closed sends SIGHUP, too. Then nobody is left who wants the server, and it
 * stops; otherwise somebody asks it to read its files again. */
static void serve_hung_up(void *user)
{
    struct serve *s = user;

    if (is_left_alone(s))
        raise(SIGTERM);
    else
        reload(s);
}

/* Returns whether `asl store` can look at the store. */
static bool is_in_file(const struct serve *s)
{
    return store_sqlite_takes(s->store_path);
}

static void say_rights(const struct serve *s, unsigned rights)
{
    talk_say(s->talk,
             "others than its owner have rights on %s (mode %04o), where data and task tokens "
             "of executions are: chmod 600 %s",
             s->store_path, 0600 | rights, s->store_path);
}

static void say_stopping(const struct serve *s, size_t calls)
{
    if (calls && s->drain_ms)
        talk_say(s->talk, "stopping; %zu call%s of handlers may take %lld s to end", calls,
                 calls == 1 ? "" : "s", (long long)(s->drain_ms / 1000));
    else
        talk_say(s->talk, "stopping");
}

/* --quiet hides what is no trouble. Whoever runs the server has to know the rest. */
static void serve_tell(void *user, const struct service_news *n)
{
    const struct serve *s = user;
    talk *t = s->talk;

    switch (n->kind) {
    case SERVICE_STORE_RIGHTS: say_rights(s, n->rights); break;
    case SERVICE_STORE_DAMAGED:
        if (is_in_file(s))
            talk_say(t,
                     "%s; what needs the damaged page fails. asl store check %s says where it is",
                     n->text, s->store_path);
        else
            talk_say(t, "%s; what needs the damaged page fails", n->text);
        break;
    case SERVICE_STORE_REFUSED: talk_say(t, "%s: going on without it", n->text); break;
    case SERVICE_STORE_AWAY:
        talk_say(t, "%s", n->text);
        talk_say(t, "nothing is done until the store can be written");
        break;
    case SERVICE_STORE_BACK: talk_say(t, "the store can be written again"); break;
    case SERVICE_EXECUTION_LOST:
        talk_say(t, "the store's record of %s is damaged, it is set apart: %s", n->execution,
                 n->text);
        break;
    case SERVICE_RECORD_SPOILED:
    case SERVICE_LOG_FAILED: talk_say(t, "%s", n->text); break;
    case SERVICE_STOPPING:
        if (!s->quiet)
            say_stopping(s, n->calls);
        break;
    case SERVICE_CUT_OFF:
        if (!s->quiet)
            talk_say(t, "calls of handlers that still run are cut off");
        break;
    }
}

static void serve_handler_line(void *user, int64_t now_ms, const char *execution, const char *line)
{
    const struct serve *s = user;

    talk_handler(s->talk, now_ms, execution, line);
}

static void serve_failed(void *user, int64_t now_ms, const rt_exec *x)
{
    const struct serve *s = user;

    if (!s->quiet)
        talk_failed(s->talk, now_ms, x);
}

static uint64_t serve_lost_lines(void *user)
{
    const struct serve *s = user;

    return talk_lost(s->talk);
}

/* ---- definitions, which live as long as the service's host ---- */

static int64_t now(void *clock)
{
    return host_now(clock);
}

static bool take_turn(void *user, struct diag *why)
{
    return host_turn(user, why);
}

/* Runs at the beginning of each life of the service. A wrong definition ends the server at its
 * first start, where somebody looks; later it is only told. */
static bool serve_begin(void *user, host *h, api *a, bool again, struct diag *why)
{
    struct serve *s = user;

    (void)why; /* Loading says itself what is wrong, with its place. */
    if (!s->definitions)
        return true;
    s->folder = definitions_new(host_loop(h), a,
                                &(struct definitions_options){.path = s->definitions,
                                                              .given = &s->placeholders,
                                                              .talk = s->talk,
                                                              .region = s->where.region,
                                                              .account = s->where.account,
                                                              .quiet = s->quiet,
                                                              .now = now,
                                                              .clock = h,
                                                              .turn = take_turn});
    /* A file that went bad while the store was away is no reason to end. */
    if (!definitions_load(s->folder) && !again)
        return false;
    if (!again)
        set_options_unused(&s->placeholders, "serve", NULL);
    return true;
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* Where others reach the port, whoever wants the console says so. */
static bool serves_console(const struct serve *s)
{
    return s->console || (!s->no_console && is_loopback(serve_address(s)));
}

static void say_where(const struct serve *s, uint16_t port)
{
    const char *address = serve_address(s);
    const char *open = strchr(address, ':') ? "[" : "", *close = *open ? "]" : "";
    struct buf shown = {0};

    stores_add_shown(&shown, s->store_path);
    if (!stores_kind_of(s->store_path)->kept)
        talk_say(s->talk, "state is in memory and lives as long as this process");
    else
        talk_say(s->talk, "state is in %s", buf_str(&shown));
    buf_clear(&shown);
    talk_say(s->talk, "the Step Functions API is at http://%s%s%s:%u", open, address, close, port);
    if (serves_console(s))
        talk_say(s->talk, "the console is at http://%s%s%s:%u/", open, address, close, port);
}

static void serve_ready(void *user, uint16_t port)
{
    const struct serve *s = user;

    if (!s->quiet)
        say_where(s, port);
    if (s->folder)
        definitions_watch(s->folder);
}

static void serve_end(void *user)
{
    const struct serve *s = user;

    definitions_close(s->folder);
}

static void serve_ended(void *user)
{
    struct serve *s = user;

    definitions_free(s->folder);
    s->folder = NULL;
}

/* ---- serving ---- */

static bool is_address(const char *text)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    return uv_ip4_addr(text, 0, &v4) == 0 || uv_ip6_addr(text, 0, &v6) == 0;
}

/*
 * Raises the number of files that may be open: connections and pipes of handlers need more than the
 * usual 1024. It isn't raised as far as it goes, because children inherit the limit, and some
 * programs close every number below it at their start.
 */
static void allow_files(void)
{
    enum { ENOUGH = 4096 };
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= ENOUGH)
        return;
    files.rlim_cur = files.rlim_max < ENOUGH ? files.rlim_max : ENOUGH;
    setrlimit(RLIMIT_NOFILE, &files);
}

static enum api_throttle throttle_of(const char *given)
{
    return !given || strcmp(given, "nested") == 0 ? API_THROTTLE_NESTED
           : strcmp(given, "aws") == 0            ? API_THROTTLE_AWS
                                                  : API_THROTTLE_NONE;
}

/* The service looks at these texts as long as it lives, so they belong to `s` or to argv. */
static struct service_options serve_options(struct serve *s, int64_t port)
{
    bool normal = s->durability && strcmp(s->durability, "normal") == 0;
    struct service_options o = {.store = s->store_path,
                                .durability = normal ? STORE_NORMAL : STORE_FULL,
                                .files = {s->asked.handlers, s->routes, s->credentials},
                                .credentials = s->services.credentials,
                                .log = s->log,
                                .address = serve_address(s),
                                .port = (uint16_t)port,
                                .any_host = s->insecure,
                                .public_metrics = s->public_metrics,
                                .console = serves_console(s),
                                .public_console = s->console,
                                .api = {.region = s->where.region,
                                        .account = s->where.account,
                                        .mocks = serve_mocks(s),
                                        .no_limits = s->how.no_limits,
                                        .max_open = (size_t)s->most,
                                        .max_map_runs = (size_t)s->most_map_runs,
                                        .throttle = throttle_of(s->throttle),
                                        .retention_ms = s->retention_ms,
                                        .least_room = (uint64_t)s->least_room},
                                .wait_scale = s->how.scale,
                                .drain_ms = s->drain_ms,
                                .hooks = {.tell = serve_tell,
                                          .handler_line = serve_handler_line,
                                          .failed = serve_failed,
                                          .hung_up = serve_hung_up,
                                          .lost_lines = serve_lost_lines,
                                          .begin = serve_begin,
                                          .ready = serve_ready,
                                          .end = serve_end,
                                          .ended = serve_ended},
                                .user = s};

    o.host.handlers.no_output = s->quiet;
    services_give(&s->services, &o.host.handlers);
    o.host.handlers.begun_region = s->where.region ? s->where.region : AWS_DEFAULT_REGION;
    execution_options_give(&s->how, &o.host);
    return o;
}

static void say_refused(const struct serve *s, const struct diag *why)
{
    if (!why->text)
        return;
    talk_say(s->talk, "%s", why->text);
    if (why->code && is_in_file(s) &&
        (strcmp(why->code, STORE_CORRUPT) == 0 || strcmp(why->code, STORE_DAMAGED) == 0))
        talk_say(s->talk,
                 "where it is an index, nothing is lost: have it made anew, asl store mend %s; "
                 "else bring the file back from a copy, or see what is left: asl store check %s",
                 s->store_path, s->store_path);
}

/* Reads the mock configuration once, only to refuse one that isn't there: the API reads it again
 * at each start of an execution. */
static bool check_mocks(const struct serve *s, struct diag *why)
{
    const char *file = serve_mocks(s);
    struct buf text = {0};
    bool good = !file || buf_read_regular(&text, file, MOCKS_FILE_MAX, why);

    buf_clear(&text);
    return good;
}

static int serve(struct serve *s, int64_t port)
{
    const struct service_options options = serve_options(s, port);
    struct diag why = {0};
    int status = EXIT_USAGE;

    if (!check_mocks(s, &why) || !(s->service = service_new(&options, &why)) ||
        !(s->talk = talk_new(&why))) {
        cmd_fail("serve", "%s", why.text);
        goto out;
    }
    /* Noted at the start, as a closed terminal can't be told from a file later. */
    for (int fd = 0; fd < STREAMS; fd++)
        s->terminals[fd] = isatty(fd);
    allow_files();
    switch (service_run(s->service, &why)) {
    case SERVICE_STOPPED: status = EXIT_GOOD; break;
    case SERVICE_GAVE_UP: status = EXIT_BAD; break;
    case SERVICE_REFUSED: say_refused(s, &why); break;
    }
out:
    talk_free(s->talk);
    service_free(s->service);
    diag_clear(&why);
    return status;
}

/* ---- the command line ---- */

static const struct option_row rows[] = {
    {"port", 'p', "PORT", "the port to listen on; 0: any free one (also PORT; default: 8083)",
     offsetof(struct serve, port)},
    {"listen", 0, "ADDRESS", "the numeric address to listen on (default: 127.0.0.1)",
     offsetof(struct serve, listen)},
    {"credentials", 0, "FILE",
     "a file of keys in the form of ~/.aws/credentials; requests must\n"
     "be signed with one of them",
     offsetof(struct serve, credentials)},
    {"definitions", 0, "FILE|FOLDER",
     "makes a state machine of each NAME.asl.json or .asl.yaml in the\n"
     "folder (NAME.express.asl.json: an EXPRESS one), or of each in\n"
     "a template of SAM, CloudFormation, the CDK, ...; updates them\n"
     "when a file changes",
     offsetof(struct serve, definitions)},
    {"routes", 0, "FILE",
     "paths whose HTTP requests start executions and are answered with\n"
     "their output: docs/serve.md",
     offsetof(struct serve, routes)},
    {"log", 0, "FILE|-",
     "writes events of executions, as loggingConfiguration asks for\n"
     "them, one JSON object a line; SIGHUP opens the file anew",
     offsetof(struct serve, log)},
    {"drain", 0, "TIME",
     "how long calls of handlers may go on after SIGTERM: 30s, 5m;\n"
     "0: they are cut off at once (default: 8s)",
     offsetof(struct serve, drain)},
    {"store", 0, STORES_ARGUMENT, "where the state is kept (default: asl.db)" STORES_HELP,
     offsetof(struct serve, store_path)},
    {"durability", 0, "full|normal",
     "full: answers survive a power cut; normal, which is faster: they\n"
     "survive only the end of this process (default: full)",
     offsetof(struct serve, durability)},
    {"retention", 0, "TIME",
     "deletes executions that ended longer ago: 90d, 12h, 30m; 0: none\n"
     "(default: 90d)",
     offsetof(struct serve, retention)},
    {"min-free", 0, "SIZE",
     "refuses new work with ServiceUnavailable when the store's disk has\n"
     "less room than this, so that running executions can end: 64M,\n"
     "2G; 0: never (default: 64M)",
     offsetof(struct serve, least_free)},
    {"mock", 0, "FILE",
     "the mock configuration of Step Functions Local for executions\n"
     "that are started by MACHINE_ARN#CASE (also SFN_MOCK_CONFIG)",
     offsetof(struct serve, mock)},
    {"max-executions", 0, "N",
     "how many STANDARD executions may run at once; a start beyond that\n"
     "fails with ExecutionLimitExceeded (default: AWS's quota, " QUOTA_TEXT(
         QUOTA_OPEN_EXECUTIONS) ")",
     offsetof(struct serve, max_executions)},
    {"max-map-runs", 0, "N",
     "how many Map Runs may be open at once; others have begun, and\n"
     "wait (default: AWS's quota, " QUOTA_TEXT(QUOTA_OPEN_MAP_RUNS) ")",
     offsetof(struct serve, max_map_runs)},
    {"throttle", 0, "nested|aws|none",
     "what has to keep to AWS's rates. nested: executions that Tasks\n"
     "start, which wait for their turn; aws: all starts and state\n"
     "transitions; none: nothing (default: nested)",
     offsetof(struct serve, throttle)},
    {"insecure", 0, NULL,
     "allows --listen with an address that others reach, though nothing\n"
     "checks who they are",
     offsetof(struct serve, insecure)},
    {"public-metrics", 0, NULL,
     "with --credentials: answers /metrics to other machines without\n"
     "a signature",
     offsetof(struct serve, public_metrics)},
    {"console", 0, NULL,
     "serves the console, a page for browsers, though --listen lets\n"
     "others in; for this machine alone it is always served",
     offsetof(struct serve, console)},
    {"no-console", 0, NULL, "serves no console", offsetof(struct serve, no_console)},
    {"quiet", 'q', NULL, "prints no messages and no output of handlers, but for\nwarnings",
     offsetof(struct serve, quiet)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {{&own, 0},
                                         {&services_group, offsetof(struct serve, asked)},
                                         {&buckets_group, offsetof(struct serve, asked.buckets)},
                                         {&execution_group, offsetof(struct serve, how)},
                                         {&set_group, offsetof(struct serve, set)},
                                         {&region_group, offsetof(struct serve, where)},
                                         {NULL, 0}};

const struct option_set cmd_serve_options = {
    .command = "serve",
    .usage = "asl serve [OPTIONS]",
    .about = "Serves the AWS Step Functions API to AWS's command line, SDKs and Terraform.\n"
             "State machines and executions are kept in a file: what was answered survives a\n"
             "crash. SIGTERM or SIGINT ends the server once calls of handlers have ended and\n"
             "answers have gone out. At SIGHUP it reads handlers, routes and credentials again.",
    .examples = "  asl serve --handlers handlers.json\n"
                "  aws --endpoint-url http://127.0.0.1:8083 stepfunctions list-state-machines\n",
    .uses = uses,
};

/* Reads a time as in "90d", "12h", "30m" or "45s"; 0 needs no unit. Months and years have no
 * fixed length, so there are none. */
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

/* "64M", or 0 for none. */
static bool read_least_free(struct serve *s)
{
    const char *text = s->least_free ? s->least_free : "64M";
    bool good = strcmp(text, "0") == 0 || execution_options_size(text, &s->least_room);

    if (!good)
        cmd_usage("serve", "--min-free is a size, as in 64M or 2G, or 0; not '%s'", text);
    return good;
}

/* ---- definitions ---- */

/* Checks that what --definitions names is there, as far as a mistake can be explained: the
 * file:// of AWS's command line, and the FILE#MACHINE of asl run. False after a message. */
static bool check_definitions(const struct serve *s)
{
    static const char head[] = "file://";
    const char *path = s->definitions, *hash = path ? strrchr(path, '#') : NULL;
    size_t n = hash ? (size_t)(hash - path) : 0;
    struct stat is;
    bool good = true;

    if (!path) {
        good = !s->set.set.count && !s->set.file.count;
        if (!good)
            cmd_fail("serve", "--set fills in placeholders of --definitions, and there is none");
        return good;
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

static int refuse_store(const char *name)
{
    struct buf shown = {0};

    stores_add_shown(&shown, name);
    int status = cmd_usage("serve", "--store: unknown store kind '%s': a store is %s",
                           buf_str(&shown), STORES_ARGUMENT);
    buf_clear(&shown);
    return status;
}

static int serve_run(struct serve *s, int argc, char **argv)
{
    static const char *const ports[] = {"PORT", NULL};
    const struct option_set *set = &cmd_serve_options;
    int64_t port = DEFAULT_PORT;
    int status;

    /* First of all: getopt would read -lambdaEndpoint as a bundle of letters. */
    argc = serve_translate(argc, argv, &s->texts);
    int first = options_parse(set, argc, argv, s, &status);
    if (first < 0)
        return status;
    if (argc != first)
        return cmd_usage("serve", "what is '%s'? It takes options only", argv[first]);
    const char *given = serve_first_set(s->port, ports);
    if (given && !options_number(set, "port", given, 0, 65535, &port))
        return EXIT_USAGE;
    if (!serve_read_time(s->retention ? s->retention : "90d", &s->retention_ms))
        return cmd_usage("serve",
                         "--retention is a number of days, hours, minutes or seconds, "
                         "as in 90d, 12h, 30m, 45s, or 0; not '%s'",
                         s->retention);
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
    if (s->max_map_runs &&
        !options_number(set, "max-map-runs", s->max_map_runs, 1, INT32_MAX, &s->most_map_runs))
        return EXIT_USAGE;
    if (!check_definitions(s))
        return EXIT_USAGE;
    if (!set_options_read(&s->set, set, &s->placeholders))
        return EXIT_USAGE;
    set_options_defaults(&s->placeholders, s->where.region, s->where.account);
    if (!s->store_path)
        s->store_path = "asl.db";
    if (!stores_kind_of(s->store_path))
        return refuse_store(s->store_path);
    if (s->console && s->no_console)
        return cmd_usage("serve", "either --console or --no-console");
    if (s->listen && !is_address(s->listen))
        return cmd_usage("serve", "--listen takes an address, as 127.0.0.1 or ::1, not '%s'",
                         s->listen);
    if (s->listen && !is_loopback(s->listen) && !s->insecure && !s->credentials)
        return cmd_usage("serve",
                         "--listen %s lets others in, and nothing checks who they are: name "
                         "--credentials that their requests must be signed with, or say --insecure "
                         "if that is what you want",
                         s->listen);
    if (!services_read(&s->asked, set, s->credentials, s->where.calls, &s->services))
        return EXIT_USAGE;
    /* AWS_ENDPOINT_URL often names this very server; calls of services would come back to us for
     * ever. */
    services_not(&s->services, serve_address(s), port);
    return serve(s, port);
}

int cmd_serve(int argc, char **argv)
{
    struct serve s = {0};
    int status = serve_run(&s, argc, argv);

    services_clear(&s.services);
    placeholders_clear(&s.placeholders);
    arena_clear(&s.texts);
    return status;
}
