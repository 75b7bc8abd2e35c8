/*
 * One libuv loop around an engine, its handlers and its guests. A turn is made when something came
 * in or is due; between turns the loop polls for exactly as long as nothing is due (on_before_poll
 * tells how long that is, and nothing else does).
 */
#include "runtime/host/host_impl.h"

#include "parsers/base/mem.h"
#include "runtime/base/process_memory.h"
#include "runtime/host/event_loop.h"

#include <assert.h>
#include <signal.h>
#include <string.h>
#include <time.h>

/* While the engine has more to do, the loop is looked at again after so many turns of it or so many
 * milliseconds, whichever is first. */
enum { TURNS_AT_ONCE = 64, GLANCE_MS = 2 };

/* Of the memory that the process may use, answers that come in have one of so many parts. */
enum { BODIES_SHARE = 4 };

/*
 * Polls end after so long whatever is due, as their time-outs stand still while the machine is
 * asleep, and nothing tells that the time of day was set. The clock is noted every hour.
 */
enum { MAX_POLL_MS = 10 * 1000, NOTE_EVERY_MS = 3600 * 1000 };

int64_t host_due_clock(const host *h)
{
    return h->options.virtual_clock ? h->virtual_ms : due_clock_now(&h->clock);
}

/* ---- the clock ---- */

static void note_clock(host *h)
{
    struct buf note = {0};

    due_clock_note(&h->clock, &note);
    store_put(h->store, "host", "clock", note.data, note.len);
    h->note_ms = due_clock_now(&h->clock) + NOTE_EVERY_MS;
    buf_clear(&note);
}

/* What waits in a guest does so by the time of day. */
static void tell_guests_of_clock(host *h, int64_t by_ms)
{
    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].clock_set)
            h->guests[i].clock_set(h->guests[i].user, by_ms, h->clock.skew_ms);
}

static void host_look_at_clock(host *h)
{
    int64_t set_ms = due_clock_look(&h->clock);

    if (set_ms)
        tell_guests_of_clock(h, set_ms);
    if (h->note_ms != INT64_MAX && (set_ms || due_clock_now(&h->clock) >= h->note_ms))
        note_clock(h);
}

int64_t host_now(host *h)
{
    if (h->options.virtual_clock)
        return h->virtual_ms;
    host_look_at_clock(h);
    return due_clock_day(&h->clock, due_clock_now(&h->clock));
}

/* ---- the loop ---- */

/* When guests have something to do next; their times are times of day, as that was when it was last
 * looked at. */
static int64_t guests_next_due(const host *h)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < h->guest_count; i++) {
        int64_t due = h->guests[i].next_due ? h->guests[i].next_due(h->guests[i].user) : INT64_MAX;
        if (due != INT64_MIN && due != INT64_MAX)
            due += h->clock.skew_ms;
        if (due < first)
            first = due;
    }
    return first;
}

/* When something is to be done next if nothing comes in before; INT64_MIN: at once. */
static int64_t next_due(const host *h)
{
    int64_t due = engine_next_due(h->engine), handlers_due = handler_sets_next_due(&h->handlers);
    int64_t guests_due = guests_next_due(h), mapio_due = mapio_next_due(h->mapio);

    if (mapio_due < due)
        due = mapio_due;
    if (handlers_due < due)
        due = handlers_due;
    return guests_due < due ? guests_due : due;
}

static int64_t time_until(int64_t due_ms, int64_t now_ms)
{
    return due_ms == INT64_MAX ? INT64_MAX : due_ms > now_ms ? due_ms - now_ms : 0;
}

/* What the clock would show if it went while tasks run. */
static int64_t now_if_it_goes(const host *h)
{
    bool stands = h->options.virtual_clock && h->since_ms;

    return host_due_clock(h) + (stands ? clock_steady_ms() - h->since_ms : 0);
}

/* How long the loop may wait for something to come in. */
static int64_t longest_wait(const host *h)
{
    int64_t wait = h->resting ? INT64_MAX : time_until(next_due(h), now_if_it_goes(h));
    int64_t bound = time_until(h->until_ms, clock_steady_ms());

    if (h->stopped)
        return 0;
    if (wait > MAX_POLL_MS)
        wait = MAX_POLL_MS;
    return wait < bound ? wait : bound;
}

static void host_on_timer(uv_timer_t *t)
{
    (void)t; /* the turn that follows looks at the clock */
}

/*
 * The loop calls this right before it polls, whatever ran since uv_run began: before 1.45, libuv
 * runs timers first, and what they bring must not wait for a poll whose length was told before. So
 * this is the one place that tells how long a poll may last. Timers of others count from the loop's
 * time, which may be old.
 */
static void on_before_poll(uv_prepare_t *p)
{
    host *h = p->data;
    int64_t wait_ms = longest_wait(h);

    uv_update_time(h->loop);
    uv_timer_start(&h->timer, host_on_timer, (uint64_t)wait_ms, 0);
}

/* Lets the loop run until something came in or is due. */
static void wait_for_io(host *h)
{
    uv_run(h->loop, UV_RUN_ONCE);
    uv_timer_stop(&h->timer);
}

/* The engine has more to do: takes what came in meanwhile, now and then. */
static void glance_at_io(host *h)
{
    if (++h->turns < TURNS_AT_ONCE && clock_steady_ms() < h->glance_ms + GLANCE_MS)
        return;
    uv_run(h->loop, UV_RUN_NOWAIT);
    h->turns = 0;
    h->glance_ms = clock_steady_ms();
}

static void on_signal(uv_signal_t *s, int number)
{
    host *h = s->data;

    if (!h->interrupted) {
        h->interrupted = number;
        return;
    }
    /* Who says it twice doesn't want to wait for handlers, but what they run goes with the process.
     * The next one ends that at once. */
    h->stopped = true;
    for (int i = 0; i < 2; i++)
        uv_signal_stop(&h->signals[i]);
}

int64_t host_clock_now(void *user)
{
    return host_due_clock(user);
}

static handlers *new_handlers(host *h)
{
    handlers *made = handlers_new(h->loop, &h->options.handlers, host_task_ended, h);

    handlers_on_jobs(made, host_task_submitted, host_task_gone);
    return made;
}

host *host_new(store *s, const struct host_options *options, struct diag *why)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    host *h = mem_calloc(1, sizeof *h);
    struct engine_hooks hooks;
    size_t memory = options->memory ? options->memory : process_memory_most() / 2;

    h->loop = options->loop ? options->loop : &h->own_loop;
    if (!options->loop && !event_loop_open(h->loop, why)) {
        mem_free(h);
        return NULL;
    }
    /* In a loop that has run before it is still the time of then. */
    uv_update_time(h->loop);
    h->options = *options;
    due_clock_start(&h->clock, options->wall_us);
    h->store = s;
    h->note_ms = INT64_MAX;
    h->virtual_ms = options->start_ms ? options->start_ms : clock_wall_ms();
    uv_timer_init(h->loop, &h->timer);
    h->until_ms = INT64_MAX;
    /* It keeps the loop alive: without handles uv_run would return at once. */
    uv_prepare_init(h->loop, &h->before_poll);
    h->before_poll.data = h;
    uv_prepare_start(&h->before_poll, on_before_poll);
    for (int i = 0; i < 2; i++) {
        uv_signal_init(h->loop, &h->signals[i]);
        h->signals[i].data = h;
        if (!options->without_signals)
            uv_signal_start(&h->signals[i], on_signal, numbers[i]);
        uv_unref((uv_handle_t *)&h->signals[i]);
    }
    h->options.handlers.max_bodies = memory / BODIES_SHARE;
    h->options.handlers.now = host_clock_now;
    h->options.handlers.clock = h;
    handler_sets_use(&h->handlers, new_handlers(h));
    host_set_hooks(h, &hooks);
    h->engine = engine_new(s, &hooks);
    h->mapio = host_new_mapio(h, memory);
    if (memory)
        engine_limit_memory(h->engine, memory);
    if (options->evaluation_ms)
        engine_limit_evaluations(h->engine, options->evaluation_ms);
    return h;
}

static void job_is_forgotten(void *user, uint64_t id)
{
    const host *h = user;

    handler_sets_forget(&h->handlers, id);
}

void host_free(host *h)
{
    if (!h)
        return;
    if (h->failed.code)
        unkept_jobs_each(&h->jobs, job_is_forgotten, h);
    engine_free(h->engine);
    h->engine = NULL; /* calls that are cancelled now have nobody to tell */
    mapio_free(h->mapio);
    handler_sets_close(&h->handlers);
    uv_close((uv_handle_t *)&h->timer, NULL);
    uv_close((uv_handle_t *)&h->before_poll, NULL);
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&h->signals[i], NULL);
    uv_run(h->loop, UV_RUN_DEFAULT);
    handler_sets_free(&h->handlers);
    mocks_free(h->mocks);
    unkept_jobs_clear(&h->jobs);
    diag_clear(&h->failed);
    assert(!uv_loop_alive(h->loop));
    int left = h->options.loop ? 0 : uv_loop_close(h->loop);
    assert(left == 0);
    (void)left;
    mem_free(h);
}

engine *host_engine(host *h)
{
    return h->engine;
}

handlers *host_handlers(host *h)
{
    return handler_sets_now(&h->handlers);
}

handlers *host_read_handlers(host *h, const char *path, const char *text, size_t len,
                             struct diag *why)
{
    handlers *read = new_handlers(h);

    if (handlers_parse(read, path, text, len, why))
        return read;
    handler_sets_retire(&h->handlers, read);
    return NULL;
}

void host_use_handlers(host *h, handlers *read)
{
    handler_sets_use(&h->handlers, read);
}

void host_count_calls(const host *h, size_t *busy, size_t *waiting)
{
    handler_sets_count(&h->handlers, busy, waiting);
}

static void tell_drained(host *h)
{
    if (!h->drained || !handler_sets_are_idle(&h->handlers))
        return;
    void (*drained)(void *user) = h->drained;
    h->drained = NULL;
    drained(h->drained_user);
}

void host_drain(host *h, void (*drained)(void *user), void *user)
{
    h->draining = true;
    engine_take_up_later(h->engine, true);
    handler_sets_drain(&h->handlers);
    h->drained = drained;
    h->drained_user = user;
    tell_drained(h);
}

int host_signal(const host *h)
{
    return h->interrupted;
}

static bool host_mocks_offer(void *user, struct task *task)
{
    host *h = user;
    struct task_result result = {0};

    if (!mocks_answer(h->mocks, task->state, &result))
        return false;
    handlers_look_at_mock(handler_sets_now(&h->handlers), task, &result);
    mocks_bring(h->engine, task, &result);
    return true;
}

/* A guest before all others: what is mocked is theirs no more. */
void host_use_mocks(host *h, mocks *m)
{
    assert(!h->mocks && h->guest_count < MAX_GUESTS);
    h->mocks = m;
    memmove(&h->guests[1], &h->guests[0], h->guest_count++ * sizeof h->guests[0]);
    h->guests[0] = (struct engine_guest){.user = h, .offer = host_mocks_offer, .mocks = true};
}

void host_add_guest(host *h, struct engine_guest guest)
{
    assert(h->guest_count < MAX_GUESTS);
    h->guests[h->guest_count++] = guest;
}

void host_forget_guests(host *h)
{
    h->guest_count = 0;
}

uv_loop_t *host_loop(host *h)
{
    return h->loop;
}

/* Goes on by the clock that another process began. */
static bool take_up_clock(host *h, struct diag *why)
{
    struct diag missing = {0};
    struct buf note = {0};
    bool good = store_get(h->store, "host", "clock", &note, &missing);

    if (good)
        due_clock_go_on(&h->clock, note.data, note.len);
    else if (!(good = strcmp(missing.code, "STORE_NONE") == 0))
        diag_set(why, missing.code, 0, "%s", missing.text);
    if (good)
        note_clock(h);
    tell_guests_of_clock(h, 0);
    diag_clear(&missing);
    buf_clear(&note);
    return good;
}

/* The time of day for the engine, which is told how far its other clock is ahead. */
static int64_t turn_time(host *h)
{
    if (h->options.virtual_clock)
        return h->virtual_ms;
    host_look_at_clock(h);
    int64_t due_clock_ms = due_clock_now(&h->clock);
    int64_t now_ms = due_clock_day(&h->clock, due_clock_ms);
    engine_set_skew(h->engine, due_clock_ms - now_ms);
    return now_ms;
}

/* Counts the task calls that only wait for a time. */
static size_t host_calls_asleep(const host *h)
{
    size_t count = handlers_asleep(handler_sets_now(&h->handlers)) + mapio_asleep(h->mapio);

    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].asleep)
            count += h->guests[i].asleep(h->guests[i].user);
    return count;
}

/* Lets time pass until something is to be done. False: nothing ever will be. */
static bool let_time_pass(host *h, int64_t due_ms)
{
    bool busy = engine_tasks(h->engine) > host_calls_asleep(h);

    if (!busy && due_ms == INT64_MAX)
        return false;
    if (h->options.virtual_clock && !busy) {
        if (due_ms > h->virtual_ms)
            h->virtual_ms = due_ms;
        h->since_ms = 0;
        return true;
    }
    if (!h->since_ms)
        h->since_ms = clock_steady_ms();
    wait_for_io(h);
    if (!h->options.virtual_clock)
        return true;
    /* Nothing came in for as long as the task may take: that much time has passed. */
    int64_t due = next_due(h);
    if (due != INT64_MIN && due <= now_if_it_goes(h))
        h->virtual_ms = due;
    else if (due != INT64_MIN)
        return true;
    h->since_ms = 0;
    return true;
}

/* The execution is to end before its time. */
static void host_stop_execution(host *h, uint64_t execution, const char *name, const char *cause)
{
    struct asl_error e = {0};

    asl_error_set(&e, name, "%s", cause);
    engine_stop(h->engine, execution, &e);
    asl_error_clear(&e);
}

enum host_end host_run(host *h, uint64_t execution, int64_t limit_ms, struct diag *why)
{
    enum host_end end = HOST_DONE;

    h->until_ms = limit_ms ? clock_steady_ms() + limit_ms : INT64_MAX;
    for (;;) {
        if (!host_turn(h, why))
            return HOST_FAILED;
        const rt_exec *x = engine_execution(h->engine, execution);
        if (rt_exec_status(x) != RT_RUNNING)
            return end;
        if (end == HOST_DONE && h->interrupted) {
            end = HOST_INTERRUPTED;
            host_stop_execution(h, execution, "Asl.Interrupted", "The process was told to stop.");
        } else if (end == HOST_DONE && clock_steady_ms() >= h->until_ms) {
            end = HOST_TIMED_OUT;
            h->until_ms = INT64_MAX;
            host_stop_execution(h, execution, "Asl.TimedOut",
                                "The time that --timeout allows is over.");
        }
        int64_t due = next_due(h);
        if (due == INT64_MIN)
            glance_at_io(h);
        else if (!let_time_pass(h, due))
            return HOST_STUCK;
    }
}

void host_stop_jobs(host *h)
{
    int before = h->interrupted;

    h->resting = true;
    h->until_ms = clock_steady_ms() + HOST_STOP_JOBS_MS;
    while (handler_sets_are_stopping_jobs(&h->handlers) && h->interrupted == before &&
           !h->stopped && clock_steady_ms() < h->until_ms)
        wait_for_io(h);
    h->resting = false;
}

/* ---- serving ---- */

void host_stop(host *h)
{
    h->stopped = true;
}

bool host_recover(host *h, struct diag *why)
{
    /* A damaged page that is met in a transaction would take away what is in that. */
    if (!take_up_clock(h, why) || !store_commit(h->store, why))
        return false;
    engine_take_up_later(h->engine, true);
    return engine_recover(h->engine, turn_time(h), ENGINE_SLEEP_MS, why);
}

void host_take_jobs(host *h, struct unkept_jobs *jobs)
{
    unkept_jobs_take(jobs, &h->jobs);
}

void host_give_jobs(host *h, struct unkept_jobs *jobs)
{
    unkept_jobs_take(&h->jobs, jobs);
}

bool host_rest(host *h, int64_t ms)
{
    h->resting = true;
    h->note_ms = INT64_MAX; /* the store may be gone */
    h->until_ms = clock_steady_ms() + ms;
    while (!h->interrupted && clock_steady_ms() < h->until_ms)
        wait_for_io(h);
    return h->interrupted;
}

static bool host_say_failure(const host *h, struct diag *why)
{
    diag_set(why, h->failed.code, 0, "%s", h->failed.text);
    return false;
}

/* What a turn that failed has made is nowhere but in memory, so no other may follow it. Turns are
 * also made from inside the loop of host_serve, which so comes to hear of the failure. */
bool host_turn(host *h, struct diag *why)
{
    if (h->failed.code)
        return host_say_failure(h, why);
    handler_sets_wake(&h->handlers, host_due_clock(h));
    mapio_wake(h->mapio, host_due_clock(h));
    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].begin_turn)
            h->guests[i].begin_turn(h->guests[i].user);
    if (!engine_advance(h->engine, turn_time(h), &h->failed))
        return host_say_failure(h, why);
    unkept_jobs_settle(&h->jobs, h->engine);
    for (size_t i = 0; i < h->guest_count; i++)
        if (h->guests[i].end_turn)
            h->guests[i].end_turn(h->guests[i].user, host_now(h));
    return true;
}

bool host_serve(host *h, void (*on_stop)(void *user), void *user, struct diag *why)
{
    bool told = false;

    if (!engine_stop_again(h->engine, why))
        return false;
    engine_take_up_later(h->engine, false);
    for (;;) {
        host_gather(h);
        if (!host_turn(h, why))
            return false;
        host_note_commit(h);
        if (h->interrupted && !told) {
            told = true;
            on_stop(user);
        }
        handler_sets_tidy(&h->handlers);
        tell_drained(h);
        if (h->stopped)
            return true;
        if (next_due(h) != INT64_MIN)
            wait_for_io(h);
        else
            glance_at_io(h);
    }
}
