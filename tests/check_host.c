/*
 * host: what is due comes, by the real clock, beside tasks that take long and when the time of day
 * is set. It bears a busy machine; how late timers are is looked at in check_host_timers.
 */

#include "tests/support/expect.h"
#include "tests/support/folder.h"

#include "asl/asl.h"
#include "parsers/base/timestamp.h"
#include "runtime/base/clock.h"
#include "runtime/engine/names.h"
#include "runtime/host/host.h"
#include "runtime/store/store_impl.h"

#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static asl_machine *machine_of(const char *text)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(text, strlen(text), DOCUMENT_JSON, &report);

    ck_assert(m != NULL);
    asl_report_clear(&report);
    return m;
}

/* ---- beside a task that takes its time ---- */

static const char beside[] =
    "{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Parallel\",\"End\":true,\"Branches\":["
    "{\"StartAt\":\"T\",\"States\":{\"T\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-"
    "1:123456789012:function:slow\",\"TimeoutSeconds\":3,\"End\":true}}},"
    "{\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":1,\"Next\":\"F\"},"
    "\"F\":{\"Type\":\"Fail\"}}}]}}}";

static const char hasty[] =
    "{\"StartAt\":\"T\",\"States\":{\"T\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-"
    "1:123456789012:function:slow\",\"TimeoutSeconds\":1,\"End\":true}}}";

static const char brief_then_hasty[] =
    "{\"StartAt\":\"B\",\"States\":{\"B\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-"
    "1:123456789012:function:brief\",\"Next\":\"T\"},\"T\":{\"Type\":\"Task\",\"Resource\":\"arn:"
    "aws:"
    "lambda:us-east-1:123456789012:function:slow\",\"TimeoutSeconds\":1,\"End\":true}}}";

/* Each runs a command that says something all the time and does not end by itself. */
static const struct {
    const char *name, *machine;
    bool virtual_clock;
    int64_t limit_ms; /* host_run's */
    enum host_end end;
    const char *error;
    int64_t took_ms;         /* at least, and at most LATE_MS more */
    int64_t virtual_took_ms; /* exactly */
} slow_tasks[] = {
    {"a Wait ends on time beside a task", beside, false, 0, HOST_DONE, NULL, 1000, 0},
    {"a task runs into its time-out", hasty, false, 0, HOST_DONE, "States.Timeout", 1000, 0},
    {"virtual time passes while a task runs into its time-out", hasty, true, 0, HOST_DONE,
     "States.Timeout", 1000, 1000},
    {"what came before is no part of a time-out in virtual time", brief_then_hasty, true, 0,
     HOST_DONE, "States.Timeout", 1600, 1000},
    {"a limit ends what would take longer", hasty, false, 200, HOST_TIMED_OUT, "Asl.TimedOut", 200,
     0},
    {"a limit is real time under a virtual clock, too", hasty, true, 200, HOST_TIMED_OUT,
     "Asl.TimedOut", 200, 0},
};

enum { EARLY_MS = 2, LATE_MS = 1500 }; /* two clocks round, and the machine may be busy */

START_TEST(slow_task)
{
    struct host_options options = {.virtual_clock = slow_tasks[_i].virtual_clock,
                                   .start_ms = 1700000000000};
    const char *name = slow_tasks[_i].name;
    asl_machine *m = machine_of(slow_tasks[_i].machine);
    struct rt_config config = {0};
    struct diag why = {0};
    host *h = host_new(NULL, &options, &why);
    struct names_given given = {0};

    names_make(&given, &config.names);

    ck_assert_msg(handlers_load(host_handlers(h), "tests/data/host-handlers.json", &why), "%s: %s",
                  name, why.text);
    uint64_t n = engine_start(host_engine(h), m, &config, json_empty_object(), NULL);
    int64_t began = clock_steady_ms();
    enum host_end end = host_run(h, n, slow_tasks[_i].limit_ms, &why);
    int64_t took = clock_steady_ms() - began;
    const struct asl_error *e = rt_exec_error(engine_execution(host_engine(h), n));
    ck_assert_msg(end == slow_tasks[_i].end, "%s: it ended by %d", name, end);
    expect_text(name, e->name ? json_str(e->name) : NULL, slow_tasks[_i].error);
    ck_assert_msg(took >= slow_tasks[_i].took_ms - EARLY_MS &&
                      took <= slow_tasks[_i].took_ms + LATE_MS,
                  "%s: it took %d ms", name, (int)took);
    if (slow_tasks[_i].virtual_clock)
        ck_assert_msg(host_now(h) == 1700000000000 + slow_tasks[_i].virtual_took_ms, "%s: %d ms",
                      name, (int)(host_now(h) - 1700000000000));
    rt_names_clear(&config.names);
    host_free(h);
    asl_machine_unref(m);
}
END_TEST

/* ---- the time of day is set ---- */

#define FUNCTION(name) "arn:aws:lambda:us-east-1:123456789012:function:" name
#define ONE_STATE(more) "{\"StartAt\":\"S\",\"States\":{\"S\":{" more ",\"End\":true}}"
#define A_TASK(name, more)                                                                         \
    ONE_STATE("\"Type\":\"Task\",\"Resource\":\"" FUNCTION(name) "\"," more) "}"

/* Each takes a second from its start to its end. */
static const struct {
    const char *name, *text;
} second_long[] = {
    {"a Wait", ONE_STATE("\"Type\":\"Wait\",\"Seconds\":1") "}"},
    {"a retry", A_TASK("failing", "\"Retry\":[{\"ErrorEquals\":[\"Lost\"],\"IntervalSeconds\":1,"
                                  "\"MaxAttempts\":1}]")},
    {"a time-out", A_TASK("slow", "\"TimeoutSeconds\":1")},
    {"a heartbeat", A_TASK("slow", "\"TimeoutSeconds\":9,\"HeartbeatSeconds\":1")},
    {"a machine's time-out", ONE_STATE("\"Type\":\"Wait\",\"Seconds\":9") ",\"TimeoutSeconds\":1}"},
    /* The last: after 9999 there is none. */
    {"a Timestamp", ONE_STATE("\"Type\":\"Wait\",\"TimestampPath\":\"$.at\"") "}"},
};

enum { HOUR_S = 3600 };
#define CENTURIES_S (INT64_C(90) * 100 * 366 * 24 * HOUR_S)

enum { GO_ON, RESTART, RESTART_MACHINE };

/* What is done to the time of day meanwhile, which changes nothing. */
static const struct {
    const char *name;
    int64_t at_s, set_s; /* how far it is off at the start; by how much it is set after 0.3 s */
    int then;            /* what happens right after that */
} sets[] = {
    {"set back", 0, -HOUR_S, GO_ON},
    {"set forward", 0, HOUR_S, GO_ON},
    {"set back, and a new process", 0, -HOUR_S, RESTART},
    {"set forward, and a new process", 0, HOUR_S, RESTART},
    {"set back, and the machine is started anew", 0, -HOUR_S, RESTART_MACHINE},
    {"set forward, and the machine is started anew", 0, HOUR_S, RESTART_MACHINE},
    {"from before 1970 to after 9999", -CENTURIES_S, 2 * CENTURIES_S, RESTART},
    {"from after 9999 to before 1970", CENTURIES_S, -2 * CENTURIES_S, RESTART_MACHINE},
};

static int64_t off_us;

static int64_t wall_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 + off_us;
}

/* Descriptors that a loop takes, and some more. */
enum { MOST_FILES = 16 };

/* With no room for a loop there is no host, but a reason; with some more there is one. Some
 * versions of libuv leave a descriptor open when they fail, so each round counts from what is free
 * by then. */
START_TEST(few_files)
{
    struct rlimit usual, less;
    bool made = false;

    ck_assert(getrlimit(RLIMIT_NOFILE, &usual) == 0);
    for (int room = 0; room < MOST_FILES; room++) {
        struct diag why = {0};
        int lowest = dup(0);
        ck_assert(lowest >= 0);
        close(lowest);
        less = (struct rlimit){.rlim_cur = (rlim_t)(lowest + room), .rlim_max = usual.rlim_max};
        ck_assert(setrlimit(RLIMIT_NOFILE, &less) == 0);
        host *h = host_new(NULL, &(struct host_options){.virtual_clock = true}, &why);
        ck_assert(setrlimit(RLIMIT_NOFILE, &usual) == 0);
        ck_assert_msg(h || !made, "%d files are too few, but one less was enough", room);
        made = h != NULL;
        expect_text("why", why.text, h ? NULL : "no event loop can be made: Too many open files");
        host_free(h);
        diag_clear(&why);
    }
    ck_assert(made);
}
END_TEST

/* Executions of all of them, over several processes where that is asked for. */
struct passing {
    host *h;
    uv_timer_t timer;
    const char *name;
    int64_t set_us, began_ms;
    size_t started, ended;
    bool leaves;
};

static void on_end(void *user, uint64_t execution, const rt_exec *x)
{
    struct passing *p = user;
    int64_t took = clock_steady_ms() - p->began_ms;

    (void)x;
    ck_assert(execution < COUNT(second_long));
    ck_assert_msg(took >= 1000 - EARLY_MS && took <= 1000 + LATE_MS, "%s: %s took %d ms", p->name,
                  second_long[execution].name, (int)took);
    if (++p->ended == p->started)
        host_stop(p->h);
}

static void on_set(uv_timer_t *t)
{
    struct passing *p = t->data;

    off_us += p->set_us;
    if (p->leaves)
        host_stop(p->h);
}

static void open_host(struct passing *p, store *s)
{
    struct host_options options = {.user = p, .ended = on_end, .wall_us = wall_us};
    struct diag why = {0};

    p->h = host_new(s, &options, &why);
    ck_assert_msg(handlers_load(host_handlers(p->h), "tests/data/host-handlers.json", &why), "%s",
                  why.text);
    ck_assert_msg(host_recover(p->h, &why), "%s", why.text);
    uv_timer_init(host_loop(p->h), &p->timer);
    p->timer.data = p;
}

static void never_asked(void *user)
{
    (void)user;
}

static void serve_and_close(struct passing *p)
{
    struct diag why = {0};

    ck_assert_msg(host_serve(p->h, never_asked, NULL, &why), "%s", why.text);
    uv_close((uv_handle_t *)&p->timer, NULL);
    host_free(p->h);
}

static void start_one(struct passing *p, const char *machine)
{
    asl_machine *m = machine_of(machine);
    struct rt_config config = {0};
    struct names_given given = {0};
    struct buf text = {0};

    names_make(&given, &config.names);
    buf_adds(&text, "{\"at\":\"");
    timestamp_write(&text, host_now(p->h) + 1000);
    buf_adds(&text, "\"}");
    json *input = json_of(buf_str(&text));
    engine_start(host_engine(p->h), m, &config, input, NULL);
    json_unref(input);
    buf_clear(&text);
    rt_names_clear(&config.names);
    asl_machine_unref(m);
}

/* What was noted is of another start of the machine. */
static void forget_start(store *s)
{
    struct buf note = {0};
    struct diag why = {0};

    ck_assert(store_get(s, "host", "clock", &note, &why));
    char *start = strstr(buf_str(&note), "\"start\":\"");
    ck_assert(start != NULL);
    start[9] = start[9] == 'x' ? 'y' : 'x';
    store_put(s, "host", "clock", note.data, note.len);
    ck_assert(store_commit(s, &why));
    buf_clear(&note);
}

START_TEST(clock_is_set)
{
    struct passing p = {.name = sets[_i].name,
                        .set_us = 1000000 * sets[_i].set_s,
                        .leaves = sets[_i].then != GO_ON};
    struct diag why = {0};
    struct folder f;

    folder_make(&f);
    off_us = 1000000 * sets[_i].at_s;
    store *s = store_sqlite_open(f.file, STORE_NORMAL, &why);
    open_host(&p, s);
    uv_timer_start(&p.timer, on_set, 300, 0);
    p.began_ms = clock_steady_ms();
    p.started = COUNT(second_long) - (sets[_i].at_s > 0);
    for (size_t i = 0; i < p.started; i++)
        start_one(&p, second_long[i].text);
    serve_and_close(&p);
    if (p.leaves) {
        if (sets[_i].then == RESTART_MACHINE)
            forget_start(s);
        store_free(s);
        s = store_sqlite_open(f.file, STORE_NORMAL, &why);
        open_host(&p, s);
        serve_and_close(&p);
    }
    ck_assert(p.ended == p.started);
    store_free(s);
    folder_remove(&f);
}
END_TEST

/* ---- commits that take their time ---- */

enum { STARTS = 60, COMMIT_MS = 8 };

/* Starts an execution whenever the loop goes round, as clients do whose requests trickle in. */
struct trickle {
    host *h;
    uv_idle_t each_round;
    int started, ended, commits;
    struct store_ops ops; /* the store's, but that its commits take COMMIT_MS */
    bool (*commit)(store *s, struct diag *why);
};

static struct trickle *trickle_of(const store *s)
{
    return (struct trickle *)((char *)(uintptr_t)s->ops - offsetof(struct trickle, ops));
}

static bool commit_slowly(store *s, struct diag *why)
{
    struct timespec nap = {.tv_nsec = COMMIT_MS * 1000000L};

    if (s->changed) {
        trickle_of(s)->commits++;
        nanosleep(&nap, NULL);
    }
    return trickle_of(s)->commit(s, why);
}

static void on_round(uv_idle_t *idle)
{
    struct trickle *t = idle->data;
    asl_machine *m =
        machine_of("{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}}");
    struct rt_config config = {0};
    json *input = json_int(t->started);

    engine_start(host_engine(t->h), m, &config, input, NULL);
    json_unref(input);
    asl_machine_unref(m);
    if (++t->started == STARTS)
        uv_idle_stop(idle);
}

static void on_trickle_end(void *user, uint64_t execution, const rt_exec *x)
{
    struct trickle *t = user;

    (void)execution;
    ck_assert(rt_exec_status(x) == RT_SUCCEEDED);
    if (++t->ended == STARTS)
        host_stop(t->h);
}

START_TEST(slow_commits_are_shared)
{
    struct trickle t = {0};
    struct host_options options = {.user = &t, .ended = on_trickle_end};
    struct diag why = {0};
    store *s = store_memory_new();

    t.ops = *s->ops;
    t.commit = t.ops.commit;
    t.ops.commit = commit_slowly;
    s->ops = &t.ops;
    t.h = host_new(s, &options, &why);
    ck_assert_msg(host_recover(t.h, &why), "%s", why.text);
    uv_idle_init(host_loop(t.h), &t.each_round);
    t.each_round.data = &t;
    uv_idle_start(&t.each_round, on_round);
    t.commits = 0;
    ck_assert_msg(host_serve(t.h, never_asked, NULL, &why), "%s", why.text);
    ck_assert_int_eq(t.ended, STARTS);
    /* One each, were the loop not looked at before a turn. */
    ck_assert_msg(t.commits <= STARTS / 2, "%d commits", t.commits);
    uv_close((uv_handle_t *)&t.each_round, NULL);
    host_free(t.h);
    store_free(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host");
    TCase *slow = tcase_create("slow tasks"), *clocks = tcase_create("clocks");
    TCase *commits = tcase_create("commits");

    tcase_set_timeout(slow, 30);
    tcase_add_loop_test(slow, slow_task, 0, COUNT(slow_tasks));
    tcase_add_test(slow, few_files);
    suite_add_tcase(s, slow);
    tcase_set_timeout(clocks, 30);
    tcase_add_loop_test(clocks, clock_is_set, 0, COUNT(sets));
    suite_add_tcase(s, clocks);
    tcase_add_test(commits, slow_commits_are_shared);
    suite_add_tcase(s, commits);
    return run_suite(s);
}
