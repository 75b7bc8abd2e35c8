/*
 * Between the engine and the others of a host: task calls go to guests, then to handlers, and what
 * is read for Map Runs goes the same way; guests and options hear of what happened.
 */
#include "runtime/host/host_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <string.h>
#include <time.h>

/* ---- task calls ---- */

/*
 * Brings `result` (taken) to the engine, unless a guest says that the task call's token will. What
 * a service says when it takes a task call on is an event of its own, so the engine hears of that
 * first; where no guest knows of tokens, it stands for the result, too.
 */
void host_task_ended(void *user, uint64_t id, struct task_result *result)
{
    host *h = user;
    bool over = true;

    uint64_t reading;

    if (mapio_made_for(h->mapio, id, &reading)) {
        mapio_task_done(h->mapio, id, result);
        return;
    }
    if (result->ok)
        engine_task_submitted(h->engine, id, result->output);
    for (size_t i = 0; i < h->guest_count && over; i++)
        if (h->guests[i].over)
            over = h->guests[i].over(h->guests[i].user, id, result);
    if (over)
        engine_task_done(h->engine, id, result);
    else
        task_result_clear(result);
}

void host_task_submitted(void *user, uint64_t id, const json *output)
{
    host *h = user;

    engine_task_submitted(h->engine, id, output);
    unkept_jobs_note(&h->jobs, id, engine_last_input(h->engine), output);
}

void host_task_gone(void *user, uint64_t id)
{
    host *h = user;

    engine_task_gone(h->engine, id);
}

/* Of a job that had begun when the store failed the store is told now. Who is offered the task
 * follows that job instead of beginning another. */
static void remember_job(host *h, struct task *task)
{
    const json *known = task->submitted ? NULL : unkept_jobs_find(&h->jobs, task->id);

    if (!known)
        return;
    host_task_submitted(h, task->id, known);
    task->submitted = known;
}

static void give_to_handlers(host *h, struct task *task)
{
    struct task_result result = {0};

    remember_job(h, task);

    if (task->activity)
        engine_task_started(h->engine, task->id, NULL);
    if (!handlers_start(handler_sets_now(&h->handlers), task, &result))
        host_task_ended(h, task->id, &result);
}

static bool guests_take(const host *h, struct task *task)
{
    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].offer && h->guests[i].offer(h->guests[i].user, task))
            return true;
    return false;
}

/* While draining, nobody is given anything: the next process hands the task call out again. */
static void host_run_task(void *user, const struct task *task)
{
    host *h = user;
    struct task offered = *task;

    if (!h->draining && !guests_take(h, &offered))
        give_to_handlers(h, &offered);
}

static void host_cancel_task(void *user, uint64_t id)
{
    host *h = user;

    mapio_cancel(h->mapio, id);
    bool is_out = handler_sets_cancel(&h->handlers, id);
    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].cancel)
            h->guests[i].cancel(h->guests[i].user, id);
    if (!is_out && h->engine)
        engine_task_gone(h->engine, id);
}

/* Of a job that a guest has begun it knows without being told. */
static void host_stop_job(void *user, const struct task *task)
{
    host *h = user;
    struct task offered = *task;
    bool taken = task->submitted && guests_take(h, &offered);

    if (!taken)
        remember_job(h, &offered);
    if (taken || !handlers_stop_job(handler_sets_now(&h->handlers), &offered))
        host_cancel_task(h, task->id);
}

/* S3 is asked for a Map Run as a Task would ask: guests and handlers are the same. */
static void host_items_came(void *user, uint64_t id, json *part)
{
    const host *h = user;

    engine_items_came(h->engine, id, part);
}

static void host_reading_failed(void *user, uint64_t id, struct asl_error error, bool differs)
{
    const host *h = user;

    engine_reading_failed(h->engine, id, error, differs);
}

static void host_results_written(void *user, uint64_t id, json *written)
{
    const host *h = user;

    engine_results_written(h->engine, id, written);
}

static void host_writing_failed(void *user, uint64_t id, struct asl_error error, json *without)
{
    const host *h = user;

    engine_writing_failed(h->engine, id, error, without);
}

static bool host_made_for(void *user, uint64_t id, uint64_t *behind)
{
    const host *h = user;

    return mapio_made_for(h->mapio, id, behind);
}

static void host_done_for(void *user, uint64_t id, struct task_result *result)
{
    const host *h = user;

    mapio_task_done(h->mapio, id, result);
}

static void host_read_items(void *user, const struct map_reading *reading)
{
    const host *h = user;

    if (!h->draining)
        mapio_read(h->mapio, reading);
}

static size_t host_held_for(void *user, uint64_t id)
{
    const host *h = user;

    return mapio_held(h->mapio, id);
}

static void host_write_results(void *user, const struct map_writing *writing)
{
    const host *h = user;

    if (!h->draining)
        mapio_write(h->mapio, writing);
}

static void host_release_task(void *user, uint64_t id)
{
    host *h = user;

    handler_sets_release(&h->handlers, id);
    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].release)
            h->guests[i].release(h->guests[i].user, id);
}

static bool host_has_activity(void *user, uint64_t execution, const char *arn)
{
    const host *h = user;
    bool has = true;

    for (size_t i = 0; i < h->guest_count && has; i++)
        if (h->guests[i].has_activity)
            has = h->guests[i].has_activity(h->guests[i].user, execution, arn);
    return has;
}

static int64_t used_ns(void *user)
{
    struct timespec t;

    (void)user;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static size_t used_bytes(void *user)
{
    (void)user;
    return mem_in_use();
}

static void host_ended(void *user, uint64_t execution, const rt_exec *x)
{
    host *h = user;

    if (h->options.ended)
        h->options.ended(h->options.user, execution, x);
    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].ended)
            h->guests[i].ended(h->guests[i].user, execution, x, host_now(h));
}

static void host_lost(void *user, uint64_t execution, const char *arn, const char *list,
                      const char *why)
{
    host *h = user;

    if (h->options.lost)
        h->options.lost(h->options.user, execution, arn, list, why);
    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].lost)
            h->guests[i].lost(h->guests[i].user, execution, list);
}

static void host_answered(void *user, int64_t since_ms)
{
    const host *h = user;

    if (h->options.answered)
        h->options.answered(h->options.user, since_ms);
}

static void host_happened(void *user, uint64_t execution, const rt_exec *x,
                          const struct rt_events *events)
{
    const host *h = user;

    if (h->options.happened)
        h->options.happened(h->options.user, execution, x, events);
}

/* As handlers do: with them S3 is asked. */
static void host_tell(void *user, const char *execution, const char *line)
{
    const struct handlers_options *to = &((const host *)user)->options.handlers;

    if (to->log)
        to->log(to->log_user, execution, line);
}

static void host_tell_of_state(void *user, const char *execution, const char *state,
                               const char *text)
{
    struct buf line = {0};

    buf_printf(&line, "%s: ", state);
    /* Keys may have line ends, after which it would look like another line. */
    utf8_add_line(&line, text, strlen(text));
    host_tell(user, execution, buf_str(&line));
    buf_clear(&line);
}

void host_set_hooks(host *h, struct engine_hooks *hooks)
{
    *hooks = (struct engine_hooks){.user = h,
                                   .run_task = host_run_task,
                                   .read_items = host_read_items,
                                   .held_for = host_held_for,
                                   .write_results = host_write_results,
                                   .made_for = host_made_for,
                                   .done_for = host_done_for,
                                   .cancel_task = host_cancel_task,
                                   .stop_job = host_stop_job,
                                   .release_task = host_release_task,
                                   .happened = host_happened,
                                   .tell = host_tell_of_state,
                                   .ended = host_ended,
                                   .lost = host_lost,
                                   .answered = host_answered,
                                   .has_activity = host_has_activity,
                                   .used_ns = used_ns,
                                   .used_bytes = used_bytes};
}

/* Mocks may take any task call, and folders may be asked without a second thought. */
static enum mapio_taker host_would_take(void *user, const struct task *task,
                                        struct task_result *failed)
{
    const host *h = user;

    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].mocks)
            return MAPIO_UNKNOWN;
    switch (handlers_would_take(handler_sets_now(&h->handlers), task, failed)) {
    case HANDLERS_NOBODY: return MAPIO_NOBODY;
    case HANDLERS_FOLDER: return MAPIO_FOLDER;
    case HANDLERS_OTHER: break;
    }
    return MAPIO_UNKNOWN;
}

/* By the virtual clock each file's items come at once, so that a run goes like the one before. */
enum { GATHER_MS = 50 };

mapio *host_new_mapio(host *h, size_t memory)
{
    return mapio_new(&(struct mapio_world){.user = h,
                                           .call = host_run_task,
                                           .would_take = host_would_take,
                                           .cancel = host_cancel_task,
                                           .now = host_clock_now,
                                           .gather_ms = h->options.virtual_clock ? 0 : GATHER_MS,
                                           .came = host_items_came,
                                           .failed = host_reading_failed,
                                           .written = host_results_written,
                                           .not_written = host_writing_failed,
                                           .tell = host_tell,
                                           .memory = memory});
}
