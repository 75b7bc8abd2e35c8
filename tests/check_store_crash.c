/* store_crash: executions that live through crashes and kills, wherever these come. */

#include "tests/support/expect.h"
#include "tests/support/store_scene.h"

#include "asl/eval/model.h"
#include "runtime/engine/engine.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLBACK                                                                                   \
    "\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::lambda:invoke.waitForTaskToken\","          \
    "\"Parameters\":{\"FunctionName\":\"f\",\"Payload.$\":\"$$.Task.Token\"},"                     \
    "\"TimeoutSeconds\":9,\"Catch\":[{\"ErrorEquals\":[\"States.ALL\"],\"Next\":\"Z\"}],"

/* ---- crashes: the linker puts this before store_commit (see the Makefile) ---- */

enum crash { NO_CRASH, CRASH_BEFORE, CRASH_AFTER };

static struct {
    size_t commits, at;
    bool always;
    enum crash crash;
} disk;

bool __real_store_commit(store *s, struct diag *why);
bool __wrap_store_commit(store *s, struct diag *why);

bool __wrap_store_commit(store *s, struct diag *why)
{
    bool now = disk.crash != NO_CRASH &&
               (++disk.commits == disk.at || (disk.always && disk.commits % 2 == 0));

    if (now && disk.crash == CRASH_BEFORE)
        return false;
    return __real_store_commit(s, why) && !now;
}

/*
 * Executions, and a world that answers their tasks: what it answers follows from the task's key,
 * and when, from when it was first asked. It keeps that, and the time, in the store.
 */
enum { MOST_ANSWERS = 400 };

struct due_answer {
    int64_t at_ms;
    uint64_t id, random;
    json *parameters;
};

struct world {
    int kind;
    store *s;
    engine *e;
    int64_t now_ms;
    unsigned first, count; /* the executions, by their names' numbers */
    struct due_answer answers[MOST_ANSWERS];
    size_t answer_count;
    size_t tasks, crashes, slept;
    int64_t sleep_ms;
};

static const char *const machines[] = {
    ONE_STATE(
        "P",
        "\"Type\":\"Parallel\",\"End\":true,\"Branches\":[" ONE_STATE(
            "A", TASK
            "\"End\":true") "," ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":3,\"End\":true") "]"),
    ONE_STATE("M", "\"Type\":\"Map\",\"MaxConcurrency\":2,\"End\":true,\"ItemsPath\":\"$.l\","
                   "\"ItemProcessor\":" ONE_STATE("C", TASK "\"End\":true")),
    "{\"StartAt\":\"V\",\"States\":{\"V\":{\"Type\":\"Wait\",\"Seconds\":60,\"Next\":\"D\"},"
    "\"D\":{\"Type\":\"Map\",\"End\":true,\"ToleratedFailurePercentage\":10,\"ItemsPath\":\"$.l\","
    "\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":"
    "\"STANDARD\"},\"StartAt\":\"E\",\"States\":{\"E\":{" TASK "\"End\":true}}}}}}",
    "{\"StartAt\":\"K\",\"States\":{\"K\":{" CALLBACK "\"Next\":\"Y\"},"
    "\"Y\":{\"Type\":\"Wait\",\"Seconds\":100,\"Next\":\"Z\"},"
    "\"Z\":{\"Type\":\"Pass\",\"End\":true}}}",
};

static uint64_t hash(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    while (*text)
        h = (h ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

static void run_task(void *user, const struct task *t)
{
    struct world *w = user;
    struct buf due = {0};
    uint64_t random = hash(t->key);

    w->tasks++;
    /* Some never answer. */
    if (random % 7 == 0)
        return;
    if (!store_get(w->s, "answer", t->key, &due, NULL)) {
        buf_add_int(&due, w->now_ms + 300 * (int64_t)(random / 7 % 4));
        store_put(w->s, "answer", t->key, due.data, due.len);
    }
    ck_assert(w->answer_count < MOST_ANSWERS);
    w->answers[w->answer_count++] = (struct due_answer){strtoll(buf_str(&due), NULL, 10), t->id,
                                                        random, json_ref(t->parameters)};
    if (t->token && !t->submitted) {
        json *submitted = json_cstring("submitted");
        engine_task_submitted(w->e, t->id, submitted);
        json_unref(submitted);
    }
    buf_clear(&due);
}

static void cancel_task(void *user, uint64_t id)
{
    (void)user;
    (void)id;
}

static void arn_of(unsigned i, char arn[96])
{
    snprintf(arn, 96, "arn:aws:states:us-east-1:123456789012:execution:m:%u", i);
}

/* Starts what the store does not know yet: its start was not acknowledged. */
static void start_missing(struct world *w)
{
    for (unsigned i = w->first; i < w->first + w->count; i++) {
        char arn[96];
        uint64_t n;
        arn_of(i, arn);
        if (store_find_arn(w->s, arn, &n, NULL))
            continue;
        asl_machine *m = machine_of(machines[i % COUNT(machines)]);
        json *name = json_stringf("%u", i), *arn_text = json_cstring(arn),
             *input = json_of("{\"l\":[1,2,3,4,5]}");
        struct rt_config config = {
            .names = {arn_text, name, name, name, name, name}, .aws_limits = true, .seed = i};
        engine_start(w->e, m, &config, input, NULL);
        asl_machine_unref(m);
        json_unref(name);
        json_unref(arn_text);
        json_unref(input);
    }
}

static void world_open(struct world *w)
{
    struct engine_hooks hooks = {.user = w, .run_task = run_task, .cancel_task = cancel_task};
    struct diag why = {0};
    struct buf now = {0};

    if (!w->s)
        w->s = open_store(w->kind);
    w->now_ms = START_MS;
    if (store_get(w->s, "clock", "now", &now, NULL))
        w->now_ms = strtoll(buf_str(&now), NULL, 10);
    buf_clear(&now);
    w->e = engine_new(w->s, &hooks);
    ck_assert_msg(engine_recover(w->e, w->now_ms, w->sleep_ms, &why), "%s", why.text);
    start_missing(w);
}

/* All that is not in the store is lost. */
static void world_crash(struct world *w)
{
    for (size_t i = 0; i < w->answer_count; i++)
        json_unref(w->answers[i].parameters);
    w->answer_count = 0;
    engine_free(w->e);
    w->e = NULL;
    if (!store_kind_is_kept(w->kind))
        return;
    store_free(w->s);
    w->s = NULL;
}

static void world_close(struct world *w)
{
    world_crash(w);
    store_free(w->s);
    w->s = NULL;
}

static void give_answers(struct world *w)
{
    for (size_t i = 0; i < w->answer_count;) {
        struct due_answer a = w->answers[i];
        if (a.at_ms > w->now_ms) {
            i++;
            continue;
        }
        struct task_result r = {.ok = a.random % 3 != 0};
        if (r.ok)
            r.output = a.parameters;
        else
            r.error = json_cstring("E");
        if (!r.ok)
            json_unref(a.parameters);
        /* In the order in which they were asked for. */
        w->answer_count--;
        memmove(&w->answers[i], &w->answers[i + 1], (w->answer_count - i) * sizeof a);
        engine_task_done(w->e, a.id, &r);
    }
}

static bool advance(struct world *w)
{
    struct buf now = {0};
    struct diag why = {0};

    give_answers(w);
    buf_add_int(&now, w->now_ms);
    store_put(w->s, "clock", "now", now.data, now.len);
    buf_clear(&now);
    bool good = engine_advance(w->e, w->now_ms, &why);
    ck_assert_msg(good || !why.code, "%s", why.text);
    return good;
}

enum { REDRIVES = 2, MANY = 12 };

/* Those that ended unsuccessfully run again, each as often as that; false: none does any more. */
static bool redrive(struct world *w)
{
    struct diag why = {0};
    bool any = false;

    for (unsigned i = w->first; i < w->first + w->count; i++) {
        char arn[96];
        uint64_t n;
        arn_of(i, arn);
        ck_assert(store_find_arn(w->s, arn, &n, &why));
        const rt_exec *x = engine_fetch(w->e, n, &why);
        ck_assert_msg(x != NULL, "%s", why.text);
        if (rt_exec_redrives(x) < REDRIVES && !rt_exec_redrive_refusal(x, w->now_ms))
            any |= engine_redrive(w->e, n, NULL, &why);
        else
            engine_release(w->e, n);
    }
    return any;
}

/* Until nothing is to come any more; crashes on the way are lived through. */
static void run_world(struct world *w)
{
    world_open(w);
    for (int turns = 0; turns < 100000; turns++) {
        if (!advance(w)) {
            w->crashes++;
            world_crash(w);
            world_open(w);
            continue;
        }
        for (unsigned i = w->first; i < w->first + w->count; i++) {
            uint64_t n;
            char arn[96];
            arn_of(i, arn);
            if (w->sleep_ms != INT64_MAX && store_find_arn(w->s, arn, &n, NULL))
                w->slept += !engine_execution(w->e, n);
        }
        int64_t next = engine_next_due(w->e);
        for (size_t i = 0; i < w->answer_count; i++)
            if (w->answers[i].at_ms < next)
                next = w->answers[i].at_ms;
        if (next == INT64_MAX && !redrive(w))
            return;
        if (next != INT64_MAX && next > w->now_ms)
            w->now_ms = next;
    }
    ck_abort_msg("it does not come to rest");
}

/* ---- what became of them ---- */

struct folding {
    rt_exec *x;
    uint64_t seq;
    struct buf *out;
    bool whole; /* each event in a line, not only the end */
};

static bool fold(void *user, const struct rt_event *e)
{
    struct folding *f = user;
    char name[RT_EVENT_NAME];

    ck_assert_msg(e->seq == ++f->seq, "a gap in a history before event %" PRIu64, e->seq);
    rt_apply(f->x, e);
    rt_event_name(e, name);
    if (f->whole && e->id)
        buf_printf(f->out, "  %u<%u %s %" PRId64 "\n", e->id, e->previous, name, e->at_ms);
    return true;
}

/* A line for each execution: status, output or error; and its history if that is asked for. */
static void outcomes(struct world *w, bool whole, struct buf *out)
{
    struct diag why = {0};

    for (unsigned i = w->first; i < w->first + w->count; i++) {
        const struct store_execution *row;
        char arn[96];
        uint64_t n;

        arn_of(i, arn);
        ck_assert_msg(store_find_arn(w->s, arn, &n, &why), "execution %u is lost", i);
        ck_assert_msg(store_find(w->s, n, &row, &why), "%s", why.text);
        enum rt_status status = row->status;
        uint32_t redrives = row->redrives;
        struct folding f = {rt_exec_new(row->machine, &row->config), 0, out, whole};
        ck_assert_msg(store_read(w->s, n, 0, fold, &f, &why), "%s", why.text);
        ck_assert_msg(rt_exec_status(f.x) == status && status != RT_RUNNING,
                      "execution %u is %s, its row says %s", i, rt_status_name(rt_exec_status(f.x)),
                      rt_status_name(status));
        ck_assert(rt_exec_redrives(f.x) == redrives);
        const struct asl_error *error = rt_exec_error(f.x);
        buf_printf(out, "%u %s ", i, rt_status_name(status));
        if (rt_exec_output(f.x))
            json_write(out, rt_exec_output(f.x));
        if (error && error->name)
            json_write(out, error->name);
        buf_addc(out, '\n');
        rt_exec_free(f.x);
    }
    expect_running("children have ended, too", w->s, 99, "");
}

/* As it goes without a crash. */
static void expected(unsigned first, unsigned count, struct buf *out, size_t *commits)
{
    struct world w = {.kind = MEMORY, .first = first, .count = count, .sleep_ms = INT64_MAX};

    disk.crash = CRASH_BEFORE;
    disk.always = false;
    disk.commits = 0;
    disk.at = SIZE_MAX;
    run_world(&w);
    if (commits)
        *commits = disk.commits;
    disk.crash = NO_CRASH;
    ck_assert(w.tasks > count);
    outcomes(&w, true, out);
    ck_assert(count < MANY || strstr(buf_str(out), "MapRunRedriven"));
    world_close(&w);
}

static const struct {
    const char *name;
    int kind;
    enum crash crash;
    int64_t sleep_ms;
} crashes[] = {
    {"in memory, after a commit", MEMORY, CRASH_AFTER, INT64_MAX},
    {"in SQLite, before a commit", SQLITE, CRASH_BEFORE, INT64_MAX},
    {"in SQLite, after a commit", SQLITE, CRASH_AFTER, INT64_MAX},
    {"asleep, before a commit", SQLITE, CRASH_BEFORE, 0},
    {"asleep, after a commit", SQLITE, CRASH_AFTER, 0},
};

/* One crash in a run, at each commit. */
START_TEST(one_crash)
{
    struct buf want = {0};
    size_t commits;

    expected(0, MANY, &want, &commits);
    ck_assert_msg(commits > 20, "%zu commits", commits);
    for (size_t n = 1; n <= commits; n++) {
        struct world w = {
            .kind = crashes[_i].kind, .count = MANY, .sleep_ms = crashes[_i].sleep_ms};
        struct buf got = {0};
        disk.crash = crashes[_i].crash;
        disk.commits = 0;
        disk.at = n;
        run_world(&w);
        disk.crash = NO_CRASH;
        ck_assert_msg(w.crashes == 1, "%s: %zu crashes", crashes[_i].name, w.crashes);
        ck_assert(w.sleep_ms != 0 || w.slept > 0);
        outcomes(&w, true, &got);
        ck_assert_msg(!strcmp(buf_str(&got), buf_str(&want)), "%s: commit %zu: got\n%swant\n%s",
                      crashes[_i].name, n, buf_str(&got), buf_str(&want));
        world_close(&w);
        buf_clear(&got);
        if (store_kind_is_kept(w.kind)) {
            store_scene_teardown();
            store_scene_setup();
        }
    }
    buf_clear(&want);
}
END_TEST

/* A crash after every second commit of a run: the one between is the recovery's own. */
START_TEST(always_crashing)
{
    struct world w = {.kind = _i, .count = MANY, .sleep_ms = 0};
    struct buf want = {0}, got = {0};

    expected(0, MANY, &want, NULL);
    disk.crash = CRASH_AFTER;
    disk.always = true;
    run_world(&w);
    disk.always = false;
    disk.crash = NO_CRASH;
    ck_assert_msg(w.crashes > 20, "%zu crashes", w.crashes);
    outcomes(&w, true, &got);
    expect_text("a crash each time", buf_str(&got), buf_str(&want));
    world_close(&w);
    buf_clear(&want);
    buf_clear(&got);
}
END_TEST

/* ---- and killed, wherever it stands ---- */

enum { KILLS = 50 };

/* Check has a file open for what its test processes report: a kill must not cut that. */
static void hide_files(void)
{
    int null = open("/dev/null", O_RDWR);

    for (int fd = 3; fd < 256; fd++)
        if (fd != null && fcntl(fd, F_GETFD) != -1)
            dup2(null, fd);
}

START_TEST(killed)
{
    struct world w = {.kind = SQLITE, .count = MANY, .sleep_ms = 0};
    struct buf want = {0}, got = {0};
    uint64_t random = 1;
    size_t kills = 0;

    for (int runs = 0; kills < KILLS && runs < 40 * KILLS; runs++) {
        pid_t child = fork();
        int status;
        ck_assert(child >= 0);
        if (child == 0) {
            hide_files();
            run_world(&w);
            _exit(0);
        }
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        nanosleep(&(struct timespec){.tv_nsec = (long)(random >> 33) % 12000000}, NULL);
        kill(child, SIGKILL);
        ck_assert(waitpid(child, &status, 0) == child);
        if (WIFSIGNALED(status)) {
            kills++;
            continue;
        }
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a run failed");
        /* It came to its end: more to do. */
        w.count += MANY;
    }
    ck_assert_msg(kills == KILLS, "%zu kills", kills);
    run_world(&w);
    outcomes(&w, false, &got);
    world_close(&w);
    w = (struct world){.kind = MEMORY, .count = w.count, .sleep_ms = INT64_MAX};
    run_world(&w);
    outcomes(&w, false, &want);
    world_close(&w);
    expect_text("killed at random", buf_str(&got), buf_str(&want));
    buf_clear(&want);
    buf_clear(&got);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("store_crash");
    TCase *t = tcase_create("store_crash");

    tcase_add_checked_fixture(t, store_scene_setup, store_scene_teardown);
    tcase_add_loop_test(t, one_crash, 0, COUNT(crashes));
    tcase_add_loop_test(t, always_crashing, 0, KINDS);
    tcase_add_test(t, killed);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return run_suite(s);
}
