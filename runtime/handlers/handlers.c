/*
 * The set of handlers: who waits, who runs, who has answered. A task call starts when its row and
 * the set have a slot for it; commands are started a few in a round of the loop, because each stops
 * it for half a millisecond.
 */
#include "runtime/handlers/advice.h"
#include "runtime/handlers/integration.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "runtime/base/aws_defaults.h"
#include "runtime/core/token.h"
#include "runtime/handlers/oauth.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>

enum {
    MAX_OUTPUT = 1024 * 1024,
    MAX_IN_FLIGHT = 1000,
    MAX_PROCESSES = 64,
    GRACE_MS = 1000,
    SPAWNS_A_ROUND = 4,  /* of processes */
    STARTS_A_ROUND = 64, /* of calls of all kinds: then the loop looks at its sockets again */
};

const char *handlers_region(const handlers *h)
{
    return h->options.region ? h->options.region : AWS_DEFAULT_REGION;
}

void handlers_log(handlers *h, const char *execution, const char *format, ...)
{
    struct buf text = {0}, line = {0};
    va_list args;

    if (!h->options.log)
        return;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    /* What services and Tasks say may have line ends, after which it would look like ours. */
    utf8_add_line(&line, text.data, text.len);
    buf_clear(&text);
    rt_hide_tokens(line.data, line.len);
    h->options.log(h->options.log_user, execution, buf_str(&line));
    buf_clear(&line);
}

/* ---- task calls ---- */

/* Takes a call out of the map: who has it next frees it. */
static struct task_call *take_call(handlers *h, uint64_t id)
{
    struct task_call *call = (struct task_call *)id_map_take(&h->calls, id);

    if (call && call->unheard)
        h->unheard--;
    return call;
}

static void handlers_round(uv_idle_t *idle);

/* There may be something to start or to tell at the next round. */
static void wake(handlers *h)
{
    if (!h->closing && !uv_is_active((uv_handle_t *)&h->round))
        uv_idle_start(&h->round, handlers_round);
}

void slot_free(struct handler_row *row)
{
    handlers *h = row->h;

    row->running--;
    h->running--;
    if (row->kind->flags & KIND_SPAWNS)
        h->processes_running--;
    wake(h);
}

static void log_unheard(struct task_call *call, const struct handler_answer *a)
{
    if (a->outcome == HANDLER_FUNCTION_ERROR)
        handlers_log(call->h, call->execution, "%s: %s", call->name, json_str(a->raw));
    else if (a->outcome == HANDLER_FAILED)
        handlers_log(call->h, call->execution, "%s: %s: %s", call->name, json_str(a->error),
                     a->cause ? json_str(a->cause) : "");
}

/* Who asked is told last: it may close the set. */
static void handlers_tell(struct task_call *call, struct handler_answer *answer)
{
    handlers *h = call->h;
    uint64_t id = call->node.id;
    bool unheard = call->unheard;
    struct task_result r = {0};

    take_call(h, id);
    if (unheard)
        log_unheard(call, answer);
    else
        call->integration->settle(call, answer, &r);
    handler_answer_clear(answer);
    task_call_free(call);
    if (!unheard)
        h->done(h->user, id, &r);
}

void task_call_done(struct task_call *call, struct handler_answer *answer)
{
    slot_free(call->row);
    handlers_tell(call, answer);
}

/*
 * A kind may find the answer inside its own `start`, where nobody may be told. So the slot is free
 * at once, and the answer waits for the next round.
 */
void task_call_ready(struct task_call *call, struct handler_answer *answer)
{
    handlers *h = call->h;

    if (call->state == CALL_RUNNING)
        slot_free(call->row);
    call->state = CALL_READY;
    call->answer = *answer;
    call_list_put(&h->ready, call);
    wake(h);
}

void task_call_keep_place(struct task_call *call)
{
    call->state = CALL_READY;
    call->unfilled = true;
    call_list_put(&call->h->ready, call);
}

void task_call_fill(struct task_call *call, struct handler_answer *answer)
{
    call->unfilled = false;
    call->answer = *answer;
    slot_free(call->row);
}

/* Most come with the same delay, so the place is near the end. */
void task_call_sleep(struct task_call *call, struct handler_answer *answer, int64_t due_ms)
{
    struct call_list *l = &call->h->asleep;
    struct task_call *before = l->last;

    call->answer = *answer;
    call->due_ms = due_ms;
    while (before && before->due_ms > due_ms)
        before = before->prev;
    call_list_put_behind(l, before, call);
}

void task_call_gone(struct task_call *call)
{
    handlers *h = call->h;
    uint64_t id = call->node.id;

    call_list_take(&h->lingering, call);
    slot_free(call->row);
    task_call_free(call);
    if (h->gone && !h->closing)
        h->gone(h->user, id);
}

void task_call_rouse(struct task_call *call)
{
    call_list_take(&call->h->asleep, call);
}

int64_t handlers_next_due(const handlers *h)
{
    return h->asleep.first ? h->asleep.first->due_ms : INT64_MAX;
}

size_t handlers_asleep(const handlers *h)
{
    return h->asleep.count;
}

void handlers_wake(handlers *h, int64_t now_ms)
{
    while (handlers_next_due(h) <= now_ms) {
        struct task_call *call = h->asleep.first;
        struct handler_answer answer = call->answer;

        task_call_rouse(call);
        task_call_ready(call, &answer);
    }
}

/*
 * Three bounds at once: of the whole set, of the row, and of processes, which are dearer than
 * sockets.
 */
static bool has_slot(const struct handler_row *row)
{
    const handlers *h = row->h;

    return !h->draining && h->running < h->options.max_in_flight &&
           (!row->concurrency || row->running < row->concurrency) &&
           (!(row->kind->flags & KIND_SPAWNS) || h->processes_running < h->options.max_processes);
}

/* The slot is taken before `start`, which may end the call at once by task_call_ready. */
static void handlers_start_call(struct task_call *call)
{
    struct handler_row *row = call->row;

    row->running++;
    row->h->running++;
    if (row->kind->flags & KIND_SPAWNS)
        row->h->processes_running++;
    call->state = CALL_RUNNING;
    row->kind->start(call);
}

static bool has_answer(const handlers *h)
{
    return h->ready.count && !h->ready.first->unfilled;
}

static void tell_ready(handlers *h)
{
    /* Those that get ready meanwhile have to wait: a machine of mocks must not hold the loop. */
    for (size_t left = h->ready.count; left && has_answer(h) && !h->closing; left--) {
        struct task_call *call = h->ready.first;
        struct handler_answer answer = call->answer;

        call_list_take(&h->ready, call);
        call->answer = (struct handler_answer){0};
        handlers_tell(call, &answer);
    }
}

/* Round and round the rows, one call of each, as long as there are slots. */
static void start_waiting(handlers *h)
{
    size_t idle = 0, spawns = 0, starts = 0;

    while (idle < h->row_count && starts < STARTS_A_ROUND) {
        if (h->next_row >= h->row_count)
            h->next_row = 0;
        struct handler_row *row = h->rows[h->next_row++];
        struct task_call *call = row->waiting.first;
        bool spawn = row->kind->flags & KIND_SPAWNS;
        if (!call || !has_slot(row) || (spawn && spawns == SPAWNS_A_ROUND)) {
            idle++;
            continue;
        }
        idle = 0;
        starts++;
        spawns += spawn;
        call_list_take(&row->waiting, call);
        handlers_start_call(call);
    }
}

size_t handlers_waiting(const handlers *h)
{
    size_t count = 0;

    for (size_t i = 0; i < h->row_count; i++)
        count += h->rows[i]->waiting.count;
    return count;
}

static bool can_start(const handlers *h)
{
    for (size_t i = 0; i < h->row_count; i++)
        if (h->rows[i]->waiting.count && has_slot(h->rows[i]))
            return true;
    return false;
}

/*
 * An idle handle keeps libuv from sleeping, so it runs only while there is something to tell or to
 * start.
 */
static void handlers_round(uv_idle_t *idle)
{
    handlers *h = idle->data;

    tell_ready(h);
    if (h->closing)
        return;
    start_waiting(h);
    if (!has_answer(h) && !can_start(h))
        uv_idle_stop(idle);
}

/* ---- the set ---- */

/*
 * Rows without a pattern stand at the end of every set: what no row of a file takes may go to the
 * Lambda endpoint or to a service's own, and else its bucket may be nowhere.
 */
handlers *handlers_new(uv_loop_t *loop, const struct handlers_options *options, handler_done *done,
                       void *user)
{
    handlers *h = mem_calloc(1, sizeof *h);
    struct sigaction pipe_signal;

    h->loop = loop;
    if (options)
        h->options = *options;
    if (!h->options.max_output)
        h->options.max_output = MAX_OUTPUT;
    if (!h->options.max_in_flight)
        h->options.max_in_flight = MAX_IN_FLIGHT;
    if (!h->options.max_processes)
        h->options.max_processes = MAX_PROCESSES;
    if (!h->options.grace_ms)
        h->options.grace_ms = GRACE_MS;
    h->done = done;
    h->user = user;
    if (h->options.lambda_endpoint)
        h->lambda_endpoint = mem_strdup(h->options.lambda_endpoint);
    h->options.lambda_endpoint = h->lambda_endpoint;
    handlers_add_default(h, &handler_lambda_endpoint)->url = h->lambda_endpoint;
    handlers_add_default(h, &handler_endpoint);
    handlers_add_default(h, &handler_bucket);
    for (size_t i = 0; i < h->options.bucket_count; i++)
        bucket_add(h, &h->options.buckets[i]);
    uv_idle_init(loop, &h->round);
    h->round.data = h;
    h->open = 1;
    /* A child that doesn't read its input is no reason to die. */
    if (!sigaction(SIGPIPE, NULL, &pipe_signal) && pipe_signal.sa_handler == SIG_DFL) {
        pipe_signal.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &pipe_signal, NULL);
    }
    return h;
}

/* What starts a process may fail at once, and waits for the loop with that. */
static void start_or_queue(struct task_call *call)
{
    struct handler_row *row = call->row;

    if (!(row->kind->flags & KIND_STARTS_LATER) && !row->waiting.count && has_slot(row)) {
        handlers_start_call(call);
        return;
    }
    call->state = CALL_WAITING;
    call_list_put(&row->waiting, call);
    wake(row->h);
}

void handlers_on_jobs(handlers *h, handler_submitted *submitted, handler_gone *gone)
{
    h->submitted = submitted;
    h->gone = gone;
}

/* A bucket's row comes first, as it says more than a resource does. A row of the file comes before
 * what serves without one, so a file can stand in for a service. NULL: nobody serves it; *also may
 * say what else would let somebody. */
static struct handler_row *row_for(handlers *h, const struct handler_input *v, struct diag *also)
{
    struct handler_row *row = bucket_match(h, v);
    char *host = row ? NULL : invoke_host(v);

    if (!row)
        row = handlers_match(h, v->target, host);
    mem_free(host);
    for (size_t i = 0; !row && i < h->row_count; i++)
        if (!h->rows[i]->pattern && !h->rows[i]->bucket && h->rows[i]->kind->serves(h, v, also))
            row = h->rows[i];
    return row;
}

/* Returns the row of services that no row of the file is for. */
static struct handler_row *row_of_services(handlers *h)
{
    for (size_t i = 0; i < h->row_count; i++)
        if (!h->rows[i]->pattern && h->rows[i]->kind == &handler_endpoint)
            return h->rows[i];
    return NULL;
}

/*
 * Lambda takes an Event and answers at once. Where the kind doesn't do that itself, two calls stand
 * for one: `heard` has its answer already, and the one that is returned does the work.
 */
static struct task_call *split_event(struct task_call *heard, struct task_call *work)
{
    handlers *h = heard->h;
    struct handler_answer taken = {.value = json_null()};

    work->unheard = true;
    work->node.id = TASK_CALL_UNHEARD | h->next_unheard++;
    h->unheard++;
    id_map_put(&h->calls, &work->node);
    task_call_ready(heard, &taken);
    return work;
}

bool handlers_start(handlers *h, const struct task *task, struct task_result *failed)
{
    const struct integration *i = integration_of(task->resource);
    struct handler_input v = {0};
    struct diag also = {0};

    if (!i->prepare(task, &v, failed))
        return false;
    struct handler_row *row = row_for(h, &v, &also);
    /* Its job may run for hours, and the next start may say again where its service is. */
    if (!row && task->submitted)
        row = row_of_services(h);
    if (row) {
        advice_token(row, task);
        struct task_call *call = task_call_new(row, task, i, &v);
        id_map_put(&h->calls, &call->node);
        if (call->event && !(row->kind->flags & KIND_TAKES_EVENTS))
            call = split_event(call, task_call_new(row, task, i, &v));
        start_or_queue(call);
    } else {
        advice_missing(h, &v, &also, failed);
    }
    diag_clear(&also);
    json_unref(v.payload);
    return row != NULL;
}

enum handlers_taker handlers_would_take(handlers *h, const struct task *task,
                                        struct task_result *failed)
{
    struct handler_input v = {0};
    struct diag also = {0};

    if (!integration_of(task->resource)->prepare(task, &v, failed))
        return HANDLERS_NOBODY;
    const struct handler_row *row = row_for(h, &v, &also);
    if (!row)
        advice_missing(h, &v, &also, failed);
    diag_clear(&also);
    json_unref(v.payload);
    return !row ? HANDLERS_NOBODY : row->kind == &handler_bucket ? HANDLERS_FOLDER : HANDLERS_OTHER;
}

/* Returns whether a call that waits for its slot is to stop a job when it is cancelled: it had
 * begun before a restart. */
static bool has_known_job(const struct task_call *call)
{
    return call->row->kind->flags & KIND_HAS_JOBS && task_call_has_job(call) && !call->released &&
           !call->h->closing;
}

/* What it leaves behind (a slot still taken) is the kind's affair. Returns whether it lingers. */
static bool handlers_drop(struct task_call *call)
{
    handlers *h = call->h;
    struct handler_row *row = call->row;

    switch (call->state) {
    case CALL_WAITING:
        call_list_take(&row->waiting, call);
        if (!has_known_job(call))
            break;
        handlers_start_call(call);
        return handlers_drop(call);
    case CALL_READY:
        call_list_take(&h->ready, call);
        if (!call->unfilled)
            break;
        if (!row->kind->cancel(call))
            slot_free(row);
        wake(h);
        break;
    case CALL_RUNNING:
        if (!row->kind->cancel(call))
            slot_free(row);
        break;
    }
    bool lingers = call->lingers;
    if (lingers)
        call_list_put(&h->lingering, call);
    else
        task_call_free(call);
    return lingers;
}

/* A call of another set, or one that has ended meanwhile, isn't in the map. */
bool handlers_cancel(handlers *h, uint64_t id)
{
    struct task_call *call = take_call(h, id);

    return call && handlers_drop(call);
}

static void log_unstopped(handlers *h, const struct task *task, const char *why)
{
    struct buf job = {0};

    if (task->submitted)
        json_write(&job, task->submitted);
    handlers_log(h, task->execution, "%s: the job %s%s: %s", task->resource->text, buf_str(&job),
                 task->submitted ? " was not stopped and may go on"
                                 : "may have begun, and was not stopped",
                 why);
    buf_clear(&job);
}

/* Whoever serves the resource now, a job that is known, if only by name, runs at a service. */
static struct handler_row *row_for_stop(handlers *h, bool known, const struct handler_input *v,
                                        struct diag *also)
{
    struct handler_row *row = row_for(h, v, also);

    return row && row->kind->flags & KIND_HAS_JOBS ? row : known ? row_of_services(h) : NULL;
}

/* Waits for no slot: what there was to wait for was over in an earlier process. */
bool handlers_stop_job(handlers *h, const struct task *task)
{
    const struct integration *i = integration_of(task->resource);
    struct handler_input v = {0};
    struct task_result failed = {0};
    struct diag also = {0};
    bool stopping = false;

    if (!i->prepare(task, &v, &failed)) {
        log_unstopped(h, task, json_str(failed.cause ? failed.cause : failed.error));
        task_result_clear(&failed);
        return false;
    }
    bool known = task->submitted || endpoint_names_job(&v);
    struct handler_row *row = row_for_stop(h, known, &v, &also);
    if (!row) {
        log_unstopped(h, task, "nobody serves its service any more");
    } else if (!known) {
        log_unstopped(h, task, "asl ended before the service had answered");
    } else {
        struct task_call *call = task_call_new(row, task, i, &v);
        call->only_stops = !task->submitted;
        id_map_put(&h->calls, &call->node);
        handlers_start_call(call);
        if (call->state == CALL_READY && call->answer.cause)
            log_unstopped(h, task, json_str(call->answer.cause));
        stopping = handlers_cancel(h, task->id);
    }
    diag_clear(&also);
    json_unref(v.payload);
    return stopping;
}

void handlers_release(handlers *h, uint64_t id)
{
    struct task_call *call = take_call(h, id);

    if (!call)
        return;
    call->released = true;
    handlers_drop(call);
}

void handlers_forget_job(handlers *h, uint64_t id)
{
    struct task_call *call = (struct task_call *)id_map_get(&h->calls, id);

    if (call)
        call->forgotten = true;
}

size_t handlers_busy(const handlers *h)
{
    return h->calls.count - h->unheard;
}

void handlers_drain(handlers *h)
{
    h->draining = true;
}

/*
 * A call that waits for its slot, has only a job elsewhere to await, or sleeps can be begun again
 * by the next process; any other would be lost.
 */
static bool is_at_work(const struct id_map *calls)
{
    for (size_t i = 0; i < calls->room; i++)
        for (const struct id_node *n = calls->buckets[i]; n; n = n->next) {
            const struct task_call *call = (const struct task_call *)(const void *)n;
            bool sleeps = call->row->kind->flags & KIND_SLEEPS && call->state == CALL_RUNNING;
            if (call->state != CALL_WAITING && !call->begun && !sleeps)
                return true;
        }
    return false;
}

/* Stops that wait for keys are the next process's once draining has begun: the store has them. */
static bool stops_are_out(const handlers *h)
{
    for (const struct task_call *call = h->lingering.first; call; call = call->next)
        if (!call->stalled || !h->draining)
            return true;
    return false;
}

/* Calls that wait count until draining begins: then the next process begins them. */
bool handlers_are_idle(const handlers *h)
{
    bool waits = !h->draining && h->calls.count;

    return !waits && !stops_are_out(h) && !is_at_work(&h->calls);
}

bool handlers_are_stopping_jobs(const handlers *h)
{
    return h->lingering.count > 0;
}

static void on_round_closed(uv_handle_t *handle)
{
    handlers *h = handle->data;

    h->open--;
}

/* The calls go first, while their kinds still are whole; each kind then closes what it has left. */
void handlers_close(handlers *h)
{
    struct task_call *call;

    if (h->closing)
        return;
    h->closing = true;
    while ((call = (struct task_call *)id_map_take_any(&h->calls)))
        handlers_drop(call);
    while ((call = h->lingering.first)) {
        call->row->kind->cancel(call);
        task_call_gone(call);
    }
    uv_close((uv_handle_t *)&h->round, on_round_closed);
    for (size_t i = 0; handler_kind_at(i); i++)
        if (handler_kind_at(i)->close)
            handler_kind_at(i)->close(h);
    roles_close(h);
    oauth_close(h);
    if (h->http)
        http_client_close(h->http);
}

bool handlers_are_closed(const handlers *h)
{
    for (size_t i = 0; handler_kind_at(i); i++)
        if (handler_kind_at(i)->is_closed && !handler_kind_at(i)->is_closed(h))
            return false;
    return h->closing && !h->open && (!h->http || http_client_is_closed(h->http));
}

void handlers_free(handlers *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->row_count; i++)
        handler_row_clear(h->rows[i]);
    http_client_free(h->http);
    for (size_t i = 0; handler_kind_at(i); i++)
        if (handler_kind_at(i)->free)
            handler_kind_at(i)->free(h);
    connections_free(h);
    roles_free(h);
    sigv4_signer_free(h->signer);
    id_map_clear(&h->calls);
    json_set_clear(&h->told);
    mem_free(h->rows);
    mem_free(h->file);
    mem_free(h->lambda_endpoint);
    arena_clear(&h->arena);
    mem_free(h);
}
