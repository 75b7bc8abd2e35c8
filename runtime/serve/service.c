/*
 * A service is opened from the store upwards and closed in the other direction. Closing takes
 * whatever was opened so far, so that each opening may fail at any place. One pass from opening to
 * closing is a life: a service has several when its store fails and comes back, and its port, once
 * bound, stays the same in all of them.
 */

#include "runtime/serve/service.h"
#include "runtime/console/console.h"

#include "asl/model/model.h"
#include "parsers/base/digest.h"
#include "parsers/base/maths.h"
#include "parsers/base/mem.h"
#include "runtime/aws/credentials.h"
#include "runtime/serve/api_server.h"
#include "runtime/serve/execution_log.h"
#include "runtime/serve/front_door.h"
#include "runtime/serve/metrics.h"
#include "runtime/stores/stores.h"

#include <assert.h>
#include <signal.h>
#include <string.h>
#include <uv.h>

/* GRACE_MS: how long answers that are owed may take at least once the server is to stop, even
 * when --drain is shorter. */
enum { GRACE_MS = 8000, STORE_RETRY_MS = 5000 };

struct service {
    struct service_options options;
    struct service_texts texts;
    bool lived;              /* it was ready once */
    uint16_t bound;          /* and then on this port */
    struct unkept_jobs jobs; /* that services had begun when the store failed, which lacks them */

    /* Of one life; NULL: not open. */
    store *store;
    host *host;
    api *api;
    api_server *server;
    front_door *door; /* also NULL without routes */
    execution_log *log;
    struct metrics metrics;
    bool begun;          /* the hook `begin` was called */
    bool ending;         /* and after it the hook `end` */
    uv_timer_t grace;    /* for answers that are still owed when it is to stop */
    uv_timer_t patience; /* with calls of handlers then */
    uv_signal_t hup;
    bool answered, drained; /* it is to stop: nothing is owed any more, no call is cut off */
};

static void service_tell(const service *s, const struct service_news *news)
{
    if (s->options.hooks.tell)
        s->options.hooks.tell(s->options.user, news);
}

/* ---- stopping: both the answers and the calls of handlers are waited for ---- */

static void service_stop_if_done(const service *s)
{
    if (s->answered && s->drained)
        host_stop(s->host);
}

static void service_answered_all(void *user)
{
    service *s = user;

    s->answered = true;
    service_stop_if_done(s);
}

static void service_grace_over(uv_timer_t *t)
{
    service_answered_all(t->data);
}

static void service_drained_all(void *user)
{
    service *s = user;

    s->drained = true;
    service_stop_if_done(s);
}

static void service_patience_over(uv_timer_t *t)
{
    service *s = t->data;

    if (!s->drained)
        service_tell(s, &(struct service_news){.kind = SERVICE_CUT_OFF});
    service_drained_all(s);
}

/*
 * Stopping begins at the outside: no new visits, no new requests; then what is under way may end.
 * The loop stops once the answers and the calls of handlers have each ended or run out of time.
 */
static void service_on_stop(void *user)
{
    service *s = user;
    int64_t drain_ms = s->options.drain_ms;
    size_t calls, waiting;

    host_count_calls(s->host, &calls, &waiting);
    s->answered = s->drained = false;
    service_tell(s, &(struct service_news){.kind = SERVICE_STOPPING, .calls = calls - waiting});
    /* Answers may wait for what handlers do. */
    uv_timer_start(&s->grace, service_grace_over,
                   (uint64_t)(drain_ms > GRACE_MS ? drain_ms : GRACE_MS), 0);
    uv_timer_start(&s->patience, service_patience_over, (uint64_t)drain_ms, 0);
    front_door_stop(s->door);
    api_server_stop(s->server, service_answered_all, s);
    host_drain(s->host, service_drained_all, s);
}

/* ---- reading files again ---- */

static void service_add_name(struct buf *names, const char *name)
{
    if (name)
        buf_printf(names, "%s%s", names->len ? ", " : "", name);
}

/* Puts what was read in the place of what is in use. Nothing here can fail, so all of it takes
 * effect together. */
static void service_use(service *s, struct service_fresh *fresh)
{
    struct service_texts old = s->texts;

    if (fresh->credentials)
        credentials_swap(s->options.credentials, fresh->credentials);
    if (fresh->routes)
        front_door_use(s->door, fresh->routes);
    if (fresh->handlers)
        host_use_handlers(s->host, fresh->handlers);
    fresh->routes = NULL;
    s->texts = fresh->texts;
    fresh->texts = old;
}

bool service_reload(service *s, struct buf *read, struct diag *why)
{
    const struct service_paths *paths = &s->options.files;
    struct service_fresh fresh = {0};

    /* The log is opened anew even when a file turns out to be wrong: whoever rotates logs sends
     * the same signal, and must not lose lines for a mistake in a handlers file. */
    if (s->log)
        execution_log_reopen(s->log);
    bool good = service_files_read_again(paths, s->host, &fresh, why);
    if (good) {
        service_use(s, &fresh);
        service_add_name(read, paths->handlers);
        service_add_name(read, paths->routes);
        service_add_name(read, paths->credentials);
    }
    service_fresh_clear(&fresh);
    return good;
}

static void service_on_hup(uv_signal_t *hup, int number)
{
    const service *s = hup->data;

    (void)number;
    if (s->options.hooks.hung_up)
        s->options.hooks.hung_up(s->options.user);
}

/* ---- what the parts tell ---- */

static int64_t service_now(void *clock)
{
    return host_now(clock);
}

static void service_log_line(void *user, const char *line)
{
    service_tell(user, &(struct service_news){.kind = SERVICE_LOG_FAILED, .text = line});
}

static void service_handler_line(void *user, const char *execution, const char *line)
{
    const service *s = user;

    if (s->options.hooks.handler_line)
        s->options.hooks.handler_line(s->options.user, host_now(s->host), execution, line);
}

static void service_ended(void *user, uint64_t execution, const rt_exec *x)
{
    const service *s = user;
    enum rt_status status = rt_exec_status(x);

    if (s->options.hooks.failed && (status == RT_FAILED || status == RT_TIMED_OUT) &&
        !api_is_test(s->api, execution))
        s->options.hooks.failed(s->options.user, host_now(s->host), x);
    if (s->door)
        front_door_ended(s->door, x);
}

static void service_happened(void *user, uint64_t execution, const rt_exec *x,
                             const struct rt_events *events)
{
    service *s = user;

    (void)execution;
    metrics_happened(&s->metrics, events);
    if (s->log)
        execution_log_add(s->log, api_logging(s->api, json_str(rt_exec_names(x)->machine_arn)), x,
                          events);
}

/* Returns whether the handlers file has a row for a Resource that AWS doesn't have. Asked at
 * each validation, as SIGHUP may bring another file. */
static bool service_serves(void *user, const char *resource)
{
    const service *s = user;

    return handlers_name(host_handlers(s->host), resource);
}

static void service_lost(void *user, uint64_t execution, const char *arn, const char *list,
                         const char *why)
{
    (void)execution;
    (void)list;
    service_tell(user, &(struct service_news){
                           .kind = SERVICE_EXECUTION_LOST, .execution = arn, .text = why});
}

static void service_spoiled(void *user, const char *text)
{
    service_tell(user, &(struct service_news){.kind = SERVICE_RECORD_SPOILED, .text = text});
}

static void service_task_answered(void *user, int64_t since_ms)
{
    service *s = user;

    metrics_task_done(&s->metrics, host_due_clock(s->host) - since_ms);
}

static void service_damaged(void *user, const char *text)
{
    service_tell(user, &(struct service_news){.kind = SERVICE_STORE_DAMAGED, .text = text});
}

/* ---- requests that are none of the API's: metrics, the console, and routes ---- */

static bool service_is_for_metrics(const struct http_message *m)
{
    return strcmp(m->path, "/metrics") == 0 && (m->is_head || strcmp(m->method, "GET") == 0);
}

static void service_show_metrics(const service *s, http_exchange *x)
{
    const struct service_hooks *hooks = &s->options.hooks;
    const struct http_header type = {"Content-Type", "text/plain; version=0.0.4; charset=utf-8"};
    struct metrics_sources from = {.engine = host_engine(s->host),
                                   .api = s->api,
                                   .store = s->store,
                                   .lost_talk =
                                       hooks->lost_lines ? hooks->lost_lines(s->options.user) : 0,
                                   .lost_log = s->log ? execution_log_lost(s->log) : 0};
    struct http_answer a = {.status = 200, .headers = &type, .header_count = 1};

    host_count_calls(s->host, &from.calls, &from.queue);
    api_server_stats(s->server, &from.http);
    metrics_write(&s->metrics, &from, &a.body);
    http_reply(x, &a);
}

static enum console_part service_console_part(const service *s, const struct http_message *m)
{
    return s->options.console ? console_part_of(m) : CONSOLE_NONE;
}

/* A link on another page may lead to the console's. A route for / comes before it. */
static bool service_look(void *user, const struct http_message *m, struct route_access *out)
{
    const service *s = user;
    enum console_part part = service_console_part(s, m);

    if (service_is_for_metrics(m)) {
        *out = (struct route_access){.open = s->options.public_metrics};
        return true;
    }
    if (part != CONSOLE_PAGE && part != CONSOLE_FILE && s->door && front_door_look(s->door, m, out))
        return true;
    if (part != CONSOLE_NONE)
        *out = (struct route_access){.open = s->options.public_console,
                                     .cross_site = part != CONSOLE_FILE};
    return part != CONSOLE_NONE;
}

static bool service_offer(void *user, http_exchange *x)
{
    const service *s = user;
    const struct http_message *m = http_exchange_message(x);
    enum console_part part = service_console_part(s, m);

    if (service_is_for_metrics(m)) {
        service_show_metrics(s, x);
        return true;
    }
    if (part != CONSOLE_PAGE && part != CONSOLE_FILE && s->door && front_door_offer(s->door, x))
        return true;
    if (part != CONSOLE_NONE)
        console_answer_file(x);
    return part != CONSOLE_NONE;
}

static bool service_offer_signed(void *user, http_exchange *x)
{
    const service *s = user;

    return s->options.console && console_answer_drawing(x);
}

/* ---- the store ---- */

/* Pages and tokens need digests: later, when many files are open, might be too late to get them. */
static bool service_open_store(service *s, struct diag *why)
{
    const struct service_options *o = &s->options;

    if (!digest_ready(why))
        return false;
    maths_load();
    s->store = stores_open(o->store ? o->store : ":memory:", o->durability, why);
    return s->store != NULL;
}

static void service_close_store(service *s)
{
    store_free(s->store);
    s->store = NULL;
}

/* A file of an earlier time, or of another hand, may be open to more than its owner. It is left so:
 * that may be meant, for who makes copies. */
static void service_tell_rights(const service *s)
{
    unsigned rights = store_rights(s->store);

    if (rights)
        service_tell(s, &(struct service_news){.kind = SERVICE_STORE_RIGHTS, .rights = rights});
}

/* Returns whether the store can be written again. Opening alone doesn't tell: a full disk or a
 * read-only file system lets a file be opened, so a record is written and committed, and removed.
 */
static bool service_store_is_back(service *s)
{
    struct diag why = {0};
    bool good = service_open_store(s, &why);

    if (good) {
        store_put(s->store, "probe", "written", "1", 1);
        good = store_commit(s->store, &why);
        store_put(s->store, "probe", "written", NULL, 0);
        good = store_commit(s->store, &why) && good;
    }
    service_close_store(s);
    diag_clear(&why);
    return good;
}

/* What the hook `begin` has opened in the loop may call the API and the host, and has to be closed
 * before these can't be called any more. */
static void service_tell_end(service *s)
{
    const struct service_hooks *hooks = &s->options.hooks;

    if (!s->begun || s->ending)
        return;
    s->ending = true;
    if (hooks->end)
        hooks->end(s->options.user);
}

/* What follows when the store has failed. */
enum after_failure {
    LIVES_AGAIN, /* the store goes on */
    IS_DAMAGED,  /* waiting doesn't mend that */
    IS_TO_STOP,  /* a signal came while the store was away */
};

/* Answers requests with the failure until the store can be written again. One that merely refused
 * something goes on without that, at once. */
static enum after_failure service_wait_for_store(service *s, const struct diag *failed)
{
    int64_t retry_ms = s->options.store_retry_ms ? s->options.store_retry_ms : STORE_RETRY_MS;

    if (strcmp(failed->code, STORE_REFUSED) == 0) {
        service_tell(s,
                     &(struct service_news){.kind = SERVICE_STORE_REFUSED, .text = failed->text});
        return LIVES_AGAIN;
    }
    if (strcmp(failed->code, STORE_CORRUPT) == 0)
        return IS_DAMAGED;
    service_tell(s, &(struct service_news){.kind = SERVICE_STORE_AWAY, .text = failed->text});
    api_server_fail(s->server, failed->text);
    front_door_fail(s->door, failed->text);
    service_tell_end(s);
    /* From here on the file is not open in this process, as whoever mends it may replace it. So
     * nothing that still is in the loop may call the API, or make a turn. */
    service_close_store(s);
    do {
        if (host_rest(s->host, retry_ms))
            return IS_TO_STOP;
    } while (!service_store_is_back(s));
    service_tell(s, &(struct service_news){.kind = SERVICE_STORE_BACK});
    return LIVES_AGAIN;
}

/* ---- how it ended ---- */

/* A process that ends in order tells of begins of jobs that it cuts off, and leaves this record;
 * where it is missing, the process was killed, and nobody has told. */
static const char end_kind[] = "end", end_key[] = "orderly";

static void service_note_end(service *s)
{
    store_put(s->store, end_kind, end_key, "1", 1);
    store_commit(s->store, NULL);
}

/* Returns how the life before ended. The record goes with the first commit, before which nothing
 * begins. */
static bool service_ended_in_order(service *s)
{
    struct buf text = {0};
    bool noted = store_get(s->store, end_kind, end_key, &text, NULL);

    if (noted)
        store_put(s->store, end_kind, end_key, NULL, 0);
    buf_clear(&text);
    return noted || s->lived;
}

/* ---- opening, from the store upwards ---- */

/* The hooks of the host are the service's own and pass on what the options ask for. The timers
 * and the signal live in the host's loop, and are closed before the host in service_close. */
static bool service_open_host(service *s, struct diag *why)
{
    struct host_options options = s->options.host;

    options.handlers.tells_repeats = !service_ended_in_order(s);

    options.handlers.log = service_handler_line;
    options.handlers.log_user = s;
    options.user = s;
    options.happened = service_happened;
    options.ended = service_ended;
    options.answered = service_task_answered;
    options.lost = service_lost;
    s->host = host_new(s->store, &options, why);
    if (!s->host)
        return false;
    host_give_jobs(s->host, &s->jobs);
    metrics_init(&s->metrics, host_now(s->host));
    uv_timer_init(host_loop(s->host), &s->grace);
    uv_timer_init(host_loop(s->host), &s->patience);
    uv_signal_init(host_loop(s->host), &s->hup);
    s->grace.data = s->patience.data = s->hup.data = s;
    return true;
}

static bool service_open_api(service *s, struct diag *why)
{
    struct api_config config = s->options.api;

    config.spoiled = service_spoiled;
    config.user = s;
    config.served = (struct asl_served){service_serves, s};
    s->api = api_new(host_engine(s->host), s->store, &config);
    if (!s->api) {
        diag_set(why, "SERVE", 0, "the system gives no random bytes");
        return false;
    }
    /* The API is asked before the handlers: Tasks of activities and nested executions are its
     * own. */
    host_add_guest(s->host, api_guest(s->api));
    engine_scale_waits(host_engine(s->host), s->options.wait_scale);
    return true;
}

static void service_open_server(service *s)
{
    s->server = api_server_new(host_loop(s->host), s->api,
                               &(struct api_server_options){.any_host = s->options.any_host,
                                                            .credentials = s->options.credentials,
                                                            .now = service_now,
                                                            .clock = s->host,
                                                            .metrics = &s->metrics,
                                                            .look = service_look,
                                                            .offer = service_offer,
                                                            .offer_signed = service_offer_signed,
                                                            .user = s});
}

static bool service_open_handlers(service *s, struct diag *why)
{
    const char *path = s->options.files.handlers;
    struct buf *text = &s->texts.handlers;

    return !path || handlers_parse(host_handlers(s->host), path, buf_str(text), text->len, why);
}

static bool service_open_door(service *s, struct diag *why)
{
    const char *path = s->options.files.routes;
    struct buf *text = &s->texts.routes;
    routes *r = path ? routes_parse(path, buf_str(text), text->len, why) : NULL;

    if (r)
        s->door = front_door_new(host_loop(s->host), s->api, r,
                                 &(struct front_door_options){.region = s->options.api.region,
                                                              .account = s->options.api.account,
                                                              .now = service_now,
                                                              .clock = s->host});
    return r || !path;
}

static bool service_open_log(service *s, struct diag *why)
{
    if (s->options.log)
        s->log = execution_log_open(host_loop(s->host), s->options.log, service_log_line, s, why);
    return s->log || !s->options.log;
}

/* Restores what the store has: first what the API keeps, whose hooks the engine then asks. */
static bool service_restore(service *s, struct diag *why)
{
    const char *name = s->options.store;
    bool good = api_load(s->api, why) && host_recover(s->host, why);

    if (!good && name && stores_kind_of(name)->kept)
        diag_prefix(why, "%s: ", name);
    return good;
}

/* The hook may create machines, so it comes when all is loaded, and before the port is open: no
 * client sees the server without them. */
static bool service_begin(service *s, struct diag *why)
{
    const struct service_hooks *hooks = &s->options.hooks;

    s->begun = true;
    return !hooks->begin || hooks->begin(s->options.user, s->host, s->api, s->lived, why);
}

/* The port comes last: whoever reaches it finds everything in its place. */
static bool service_listen(service *s, struct diag *why)
{
    uint16_t port = s->lived ? s->bound : s->options.port;

    return api_server_listen(s->server, s->options.address, port, &s->bound, why);
}

/* Opens all parts in the order in which they need each other. False with *why filled: what was
 * opened so far is left to service_close. */
static bool service_open(service *s, struct diag *why)
{
    if (!service_open_store(s, why))
        return false;
    service_tell_rights(s);
    store_on_damage(s->store, service_damaged, s);
    if (!service_open_host(s, why) || !service_open_api(s, why))
        return false;
    service_open_server(s);
    if (!service_open_handlers(s, why) || !service_open_door(s, why) || !service_open_log(s, why) ||
        !service_restore(s, why) || !service_begin(s, why) || !service_listen(s, why))
        return false;
    s->lived = true;
    uv_signal_start(&s->hup, service_on_hup, SIGHUP);
    /* A handle that only waits for SIGHUP must not keep the loop alive when all else has ended. */
    uv_unref((uv_handle_t *)&s->hup);
    if (s->options.hooks.ready)
        s->options.hooks.ready(s->options.user, s->bound);
    return true;
}

/* Closes as much as was opened. The host's closing runs the loop until all handles are closed;
 * what has handles in that loop is freed after that. */
static void service_close(service *s)
{
    const struct service_hooks *hooks = &s->options.hooks;

    if (s->server)
        api_server_close(s->server);
    front_door_close(s->door);
    execution_log_close(s->log);
    service_tell_end(s);
    if (s->host) {
        uv_close((uv_handle_t *)&s->grace, NULL);
        uv_close((uv_handle_t *)&s->patience, NULL);
        uv_close((uv_handle_t *)&s->hup, NULL);
        host_forget_guests(s->host);
    }
    api_free(s->api);
    host_free(s->host);
    api_server_free(s->server);
    front_door_free(s->door);
    metrics_clear(&s->metrics);
    execution_log_free(s->log);
    if (s->begun && hooks->ended)
        hooks->ended(s->options.user);
    service_close_store(s);
    s->begun = s->ending = false;
    s->server = NULL;
    s->door = NULL;
    s->log = NULL;
    s->api = NULL;
    s->host = NULL;
}

/* ---- the service ---- */

service *service_new(const struct service_options *options, struct diag *why)
{
    service *s = mem_calloc(1, sizeof *s);

    s->options = *options;
    /* It is needed when the first call of AWS goes out, and then there may be no file left for it.
     * That it isn't there is told by who needs it. */
    model_file(NULL);
    if (service_files_read(&options->files, &s->texts, why))
        return s;
    service_free(s);
    return NULL;
}

void service_free(service *s)
{
    if (!s)
        return;
    assert(!s->host);
    service_texts_clear(&s->texts);
    unkept_jobs_clear(&s->jobs);
    mem_free(s);
}

/* Runs one life, from opening to closing. Returns true when the store failed and is back, so
 * that another life is to begin. */
static bool service_live(service *s, enum service_end *end, struct diag *why)
{
    enum after_failure after = IS_DAMAGED;
    bool open = service_open(s, why),
         stopped = open && host_serve(s->host, service_on_stop, s, why);

    if (stopped)
        service_note_end(s);
    if (open && !stopped)
        after = service_wait_for_store(s, why);
    if (after == LIVES_AGAIN)
        host_take_jobs(s->host, &s->jobs);
    service_close(s);
    /* *why says what could not be opened, or that the store is damaged. */
    *end = stopped ? SERVICE_STOPPED : after == IS_TO_STOP ? SERVICE_GAVE_UP : SERVICE_REFUSED;
    return after == LIVES_AGAIN;
}

/* Only a refusal is the caller's to hear: a store that failed and came back was told by the hook
 * already. */
enum service_end service_run(service *s, struct diag *why)
{
    enum service_end end;
    struct diag failed = {0};

    while (service_live(s, &end, &failed))
        diag_clear(&failed);
    if (end == SERVICE_REFUSED) {
        diag_clear(why);
        *why = failed;
        failed = (struct diag){0};
    }
    diag_clear(&failed);
    return end;
}
