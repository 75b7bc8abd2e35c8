/*
 * The set of handlers: who waits, who runs, who has answered. A job starts when its row and the set
 * have a slot for it; commands are started a few in a turn of the loop, because each stops it for
 * half a millisecond.
 */
#include "runtime/handlers/handlers_impl.h"

#include "parsers/base/mem.h"
#include "runtime/base/partition.h"
#include "runtime/core/token.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>

enum {
    MAX_OUTPUT = 1024 * 1024,
    MAX_IN_FLIGHT = 1000,
    MAX_PROCESSES = 64,
    GRACE_MS = 1000,
    SPAWNS_A_TURN = 4,
    STARTS_A_TURN = 64,
};

const char *handlers_region(const handlers *h)
{
    return h->options.region ? h->options.region : AWS_DEFAULT_REGION;
}

void handlers_log(handlers *h, const char *execution, const char *format, ...)
{
    struct buf line = {0};
    va_list args;

    if (!h->options.log)
        return;
    va_start(args, format);
    buf_vprintf(&line, format, args);
    va_end(args);
    rt_hide_tokens(line.data, line.len);
    h->options.log(h->options.log_user, execution, buf_str(&line));
    buf_clear(&line);
}

/* ---- jobs ---- */

static const char *handlers_keep(char **room, const char *text)
{
    char *at = *room;
    size_t size;

    if (!text)
        return NULL;
    size = strlen(text) + 1;
    memcpy(at, text, size);
    *room += size;
    return at;
}

static size_t kept(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/* One piece of memory: the job and the texts behind it. */
static struct job *job_new(handlers *h, struct handler_row *row, const struct handler_call *c)
{
    size_t name_len;
    const char *name = function_name(c->target, &name_len);
    size_t texts = kept(c->target) + name_len + 1 + kept(c->state) + kept(c->execution) +
                   kept(c->key) + kept(c->qualifier) + kept(c->client_context);
    struct job *j = mem_alloc(sizeof *j + texts);
    char *room = (char *)(j + 1);

    *j = (struct job){.node.id = c->id,
                      .h = h,
                      .row = row,
                      .event = c->event,
                      .log_tail = c->log_tail,
                      .attempt = c->attempt,
                      .trace = c->trace,
                      .payload = c->payload ? json_ref(c->payload) : json_null(),
                      .submitted = json_ref(c->submitted)};
    j->target = handlers_keep(&room, c->target);
    j->state_name = handlers_keep(&room, c->state);
    j->execution = handlers_keep(&room, c->execution);
    j->key = handlers_keep(&room, c->key);
    j->qualifier = handlers_keep(&room, c->qualifier);
    j->client_context = handlers_keep(&room, c->client_context);
    memcpy(room, name, name_len);
    room[name_len] = '\0';
    j->name = room;
    return j;
}

static void job_free(struct job *j)
{
    handler_answer_clear(&j->answer);
    json_unref(j->payload);
    json_unref(j->submitted);
    mem_free(j);
}

/* Behind `before`; NULL: at the head. */
static void list_put_behind(struct job_list *l, struct job *before, struct job *j)
{
    j->prev = before;
    j->next = before ? before->next : l->first;
    if (j->prev)
        j->prev->next = j;
    else
        l->first = j;
    if (j->next)
        j->next->prev = j;
    else
        l->last = j;
    l->count++;
}

static void list_put(struct job_list *l, struct job *j)
{
    list_put_behind(l, l->last, j);
}

static void handlers_list_take(struct job_list *l, struct job *j)
{
    if (j->prev)
        j->prev->next = j->next;
    else
        l->first = j->next;
    if (j->next)
        j->next->prev = j->prev;
    else
        l->last = j->prev;
    l->count--;
}

static void turn(uv_idle_t *idle);

/* There may be something to start or to tell at the next turn. */
static void wake(handlers *h)
{
    if (!h->closing && !uv_is_active((uv_handle_t *)&h->turn))
        uv_idle_start(&h->turn, turn);
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

static void log_unheard(struct job *j, const struct handler_answer *a)
{
    if (a->outcome == HANDLER_FUNCTION_ERROR)
        handlers_log(j->h, j->execution, "%s: %s", j->name, json_str(a->raw));
    else if (a->outcome == HANDLER_FAILED)
        handlers_log(j->h, j->execution, "%s: %s: %s", j->name, json_str(a->error),
                     a->cause ? json_str(a->cause) : "");
}

/* Who asked is told last: it may close the set. */
static void handlers_tell(struct job *j, struct handler_answer *answer)
{
    handlers *h = j->h;
    uint64_t id = j->node.id;
    bool unheard = j->unheard;

    id_map_take(unheard ? &h->unheard : &h->jobs, id);
    if (unheard) {
        log_unheard(j, answer);
        handler_answer_clear(answer);
    }
    job_free(j);
    if (!unheard)
        h->done(h->user, id, answer);
}

void job_done(struct job *j, struct handler_answer *answer)
{
    slot_free(j->row);
    handlers_tell(j, answer);
}

void job_ready(struct job *j, struct handler_answer *answer)
{
    handlers *h = j->h;

    if (j->state == JOB_RUNNING)
        slot_free(j->row);
    j->state = JOB_READY;
    j->answer = *answer;
    list_put(&h->ready, j);
    wake(h);
}

/* Most come with the same delay, so the place is near the end. */
void job_sleep(struct job *j, struct handler_answer *answer, int64_t due_ms)
{
    struct job_list *l = &j->h->asleep;
    struct job *before = l->last;

    j->answer = *answer;
    j->due_ms = due_ms;
    while (before && before->due_ms > due_ms)
        before = before->prev;
    list_put_behind(l, before, j);
}

void job_rouse(struct job *j)
{
    handlers_list_take(&j->h->asleep, j);
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
        struct job *j = h->asleep.first;
        struct handler_answer answer = j->answer;

        job_rouse(j);
        job_ready(j, &answer);
    }
}

static bool has_slot(const struct handler_row *row)
{
    const handlers *h = row->h;

    return !h->draining && h->running < h->options.max_in_flight &&
           (!row->concurrency || row->running < row->concurrency) &&
           (!(row->kind->flags & KIND_SPAWNS) || h->processes_running < h->options.max_processes);
}

static void handlers_start_call(struct job *j)
{
    struct handler_row *row = j->row;

    row->running++;
    row->h->running++;
    if (row->kind->flags & KIND_SPAWNS)
        row->h->processes_running++;
    j->state = JOB_RUNNING;
    row->kind->start(j);
}

static void tell_ready(handlers *h)
{
    /* Those that get ready meanwhile have to wait: a machine of mocks must not hold the loop. */
    for (size_t left = h->ready.count; left && h->ready.count && !h->closing; left--) {
        struct job *j = h->ready.first;
        struct handler_answer answer = j->answer;

        handlers_list_take(&h->ready, j);
        j->answer = (struct handler_answer){0};
        handlers_tell(j, &answer);
    }
}

/* Round and round the rows, one job of each, as long as there are slots. */
static void start_waiting(handlers *h)
{
    size_t idle = 0, spawns = 0, starts = 0;

    while (idle < h->row_count && starts < STARTS_A_TURN) {
        if (h->next_row >= h->row_count)
            h->next_row = 0;
        struct handler_row *row = h->rows[h->next_row++];
        struct job *j = row->waiting.first;
        bool spawn = row->kind->flags & KIND_SPAWNS;
        if (!j || !has_slot(row) || (spawn && spawns == SPAWNS_A_TURN)) {
            idle++;
            continue;
        }
        idle = 0;
        starts++;
        spawns += spawn;
        handlers_list_take(&row->waiting, j);
        handlers_start_call(j);
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

static void turn(uv_idle_t *idle)
{
    handlers *h = idle->data;

    tell_ready(h);
    if (h->closing)
        return;
    start_waiting(h);
    if (!h->ready.count && !can_start(h))
        uv_idle_stop(idle);
}

/* ---- the set ---- */

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
    uv_idle_init(loop, &h->turn);
    h->turn.data = h;
    h->open = 1;
    /* A child that doesn't read its input is no reason to die. */
    if (!sigaction(SIGPIPE, NULL, &pipe_signal) && pipe_signal.sa_handler == SIG_DFL) {
        pipe_signal.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &pipe_signal, NULL);
    }
    return h;
}

/* As a handlers file has it, in which ${NAME} is a variable of the environment and $${ stands for
 * ${. */
static void write_resource(struct buf *out, const char *name, size_t len)
{
    struct buf text = {0};

    for (size_t i = 0; i < len; i++) {
        if (name[i] == '$' && i + 1 < len && name[i + 1] == '{')
            buf_addc(&text, '$');
        buf_addc(&text, name[i]);
    }
    json_write_string(out, text.data, text.len);
    buf_clear(&text);
}

/* `also`: what else would do; may be empty. */
static void say_what_is_missing(const handlers *h, const struct handler_call *call,
                                const struct diag *also, struct diag *why)
{
    struct buf text = {0};
    size_t len = strlen(call->target);
    const char *name = call->lambda ? function_name(call->target, &len) : call->target;

    buf_printf(&text, "No handler for '%s': ", call->target);
    if (h->file)
        buf_printf(&text, "add to \"handlers\" in %s the line ", h->file);
    else
        buf_adds(&text, "give --handlers FILE with {\"handlers\": [");
    buf_adds(&text, "{\"resource\": ");
    write_resource(&text, name, len);
    buf_printf(&text, ", \"command\": [\"./handler\"]}%s", h->file ? "" : "]}");
    if (call->lambda)
        buf_adds(&text, ", or give --lambda-endpoint URL");
    if (also->text)
        buf_printf(&text, "; %s", also->text);
    diag_set(why, "NO_HANDLER", 0, "%s", buf_str(&text));
    buf_clear(&text);
}

/* What starts a process may fail at once, and waits for the loop with that. */
static void start_or_queue(struct job *j)
{
    struct handler_row *row = j->row;

    if (!(row->kind->flags & KIND_STARTS_LATER) && !row->waiting.count && has_slot(row)) {
        handlers_start_call(j);
        return;
    }
    j->state = JOB_WAITING;
    list_put(&row->waiting, j);
    wake(row->h);
}

void handlers_on_submitted(handlers *h, handler_submitted *submitted)
{
    h->submitted = submitted;
}

/* NULL: nobody serves the call; *also may say what else would let somebody. */
static struct handler_row *row_for(handlers *h, const struct handler_call *call, struct diag *also)
{
    struct handler_row *row = handlers_match(h, call->target);

    for (size_t i = 0; !row && i < h->row_count; i++)
        if (!h->rows[i]->pattern && h->rows[i]->kind->serves(h, call, also))
            row = h->rows[i];
    return row;
}

bool handlers_start(handlers *h, const struct handler_call *call, struct diag *why)
{
    struct diag also = {0};
    struct handler_row *row = row_for(h, call, &also);
    struct job *j;

    if (!row) {
        say_what_is_missing(h, call, &also, why);
        diag_clear(&also);
        return false;
    }
    j = job_new(h, row, call);
    id_map_put(&h->jobs, &j->node);
    if (call->event && !(row->kind->flags & KIND_TAKES_EVENTS)) {
        /* Lambda would take the event and answer; the work goes on by itself. */
        struct handler_answer taken = {.value = json_null()};
        struct job *work = job_new(h, row, call);

        work->unheard = true;
        work->node.id = h->next_unheard++;
        id_map_put(&h->unheard, &work->node);
        job_ready(j, &taken);
        j = work;
    }
    start_or_queue(j);
    return true;
}

/* What it leaves behind (a slot still taken) is the kind's affair. */
static void handlers_drop(struct job *j)
{
    handlers *h = j->h;
    struct handler_row *row = j->row;

    switch (j->state) {
    case JOB_WAITING: handlers_list_take(&row->waiting, j); break;
    case JOB_READY: handlers_list_take(&h->ready, j); break;
    case JOB_RUNNING:
        if (!row->kind->cancel(j))
            slot_free(row);
        break;
    }
    job_free(j);
}

void handlers_cancel(handlers *h, uint64_t id)
{
    struct job *j = (struct job *)id_map_take(&h->jobs, id);

    if (j)
        handlers_drop(j);
}

void handlers_release(handlers *h, uint64_t id)
{
    struct job *j = (struct job *)id_map_take(&h->jobs, id);

    if (!j)
        return;
    j->released = true;
    handlers_drop(j);
}

size_t handlers_busy(const handlers *h)
{
    return h->jobs.count;
}

void handlers_drain(handlers *h)
{
    h->draining = true;
}

static bool is_at_work(const struct id_map *jobs)
{
    for (size_t i = 0; i < jobs->room; i++)
        for (const struct id_node *n = jobs->buckets[i]; n; n = n->next) {
            const struct job *j = (const struct job *)(const void *)n;
            bool sleeps = j->row->kind->flags & KIND_SLEEPS && j->state == JOB_RUNNING;
            if (j->state != JOB_WAITING && !j->begun && !sleeps)
                return true;
        }
    return false;
}

bool handlers_are_idle(const handlers *h)
{
    bool waits = !h->draining && (h->jobs.count || h->unheard.count);

    return !waits && !h->stops && !is_at_work(&h->jobs) && !is_at_work(&h->unheard);
}

static void on_turn_closed(uv_handle_t *handle)
{
    handlers *h = handle->data;

    h->open--;
}

void handlers_close(handlers *h)
{
    struct job *j;

    if (h->closing)
        return;
    h->closing = true;
    while ((j = (struct job *)id_map_take_any(&h->jobs)) ||
           (j = (struct job *)id_map_take_any(&h->unheard)))
        handlers_drop(j);
    uv_close((uv_handle_t *)&h->turn, on_turn_closed);
    for (size_t i = 0; handler_kind_at(i); i++)
        if (handler_kind_at(i)->close)
            handler_kind_at(i)->close(h);
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
    for (size_t i = 0; i < h->row_count; i++) {
        json_unref(h->rows[i]->mock);
        buf_clear(&h->rows[i]->headers);
    }
    http_client_free(h->http);
    for (size_t i = 0; handler_kind_at(i); i++)
        if (handler_kind_at(i)->free)
            handler_kind_at(i)->free(h);
    connections_free(h);
    id_map_clear(&h->jobs);
    id_map_clear(&h->unheard);
    mem_free(h->rows);
    mem_free(h->file);
    mem_free(h->lambda_endpoint);
    arena_clear(&h->arena);
    mem_free(h);
}
