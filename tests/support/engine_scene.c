#include "tests/support/engine_scene.h"

#include "tests/support/expect.h"

#include "parsers/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct engine_disk disk;

bool __real_store_commit(store *s, struct diag *why);
bool __wrap_store_commit(store *s, struct diag *why);

bool __wrap_store_commit(store *s, struct diag *why)
{
    disk.commits++;
    if (disk.before)
        disk.before();
    if (disk.commits == disk.fail_at) {
        diag_set(why, "DISK_FULL", 0, "the disk is full");
        return false;
    }
    return __real_store_commit(s, why);
}

size_t asked_what_is_held;

size_t __real_rt_exec_held(const rt_exec *x);
size_t __wrap_rt_exec_held(const rt_exec *x);

size_t __wrap_rt_exec_held(const rt_exec *x)
{
    asked_what_is_held++;
    return __real_rt_exec_held(x);
}

struct engine_reads reads;

bool __real_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why);
bool __wrap_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why);

bool __wrap_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why)
{
    reads.count++;
    if (reads.fails && execution == reads.of) {
        diag_set(why, reads.fails, 0, "it can't be read");
        return false;
    }
    return __real_store_read(s, execution, seq, visit, user, why);
}

/* The one that a commit looks at. */
static struct world_log *seen;

static void note_commit(void)
{
    ck_assert(disk.commits < COUNT(seen->at_commit));
    seen->at_commit[disk.commits] = seen->log.len;
}

void run_task(void *user, const struct task *t)
{
    struct world_log *w = user;

    buf_printf(&w->log, "run %s %s %s", t->state, t->key, t->execution);
    buf_printf(&w->log, t->role ? " as %s\n" : "%s\n", t->role ? t->role : "");
    /* Every third fails, every seventh never answers. */
    w->tasks++;
    if (w->tasks % 7 == 0)
        return;
    ck_assert(w->count < COUNT(w->answers));
    w->answers[w->count++] = (struct due_answer){w->now_ms + 300 * (int64_t)(w->tasks % 4), t->id,
                                                 json_ref(t->parameters), w->tasks % 3 == 0};
}

void cancel_task(void *user, uint64_t id)
{
    struct world_log *w = user;

    (void)id;
    w->cancelled++;
    buf_adds(&w->log, "cancel\n");
}

static void stop_job(void *user, const struct task *t)
{
    struct world_log *w = user;

    buf_printf(&w->log, "stop %s %s as %s: ", t->state, t->key, t->role ? t->role : "nobody");
    if (t->submitted)
        json_write(&w->log, t->submitted);
    buf_adds(&w->log, "\n");
}

struct folding {
    rt_exec *x;
    uint64_t seq;
};

static bool fold(void *user, const struct rt_event *e)
{
    struct folding *f = user;

    ck_assert(e->seq == ++f->seq);
    rt_apply(f->x, e);
    return true;
}

/* The id of the last public event; 0: there is none. */
static uint32_t last_public(const struct rt_events *events)
{
    uint32_t id = 0;

    for (size_t i = 0; i < events->count; i++)
        id = events->list[i].id ? events->list[i].id : id;
    return id;
}

/* What is told stands in the store, and makes the execution that it is told of. */
static void happened(void *user, uint64_t execution, const rt_exec *x,
                     const struct rt_events *events)
{
    struct world_log *w = user;
    struct rt_event e;

    for (size_t i = 0; i < events->count; i++) {
        char name[RT_EVENT_NAME];
        rt_events_at(events, i, &e);
        rt_event_name(&e, name);
        buf_printf(&w->log, "%" PRIu64 " %" PRIu64 " %s\n", execution, e.seq, name);
    }
    /* One that is under way stands further on. */
    if (!events->count || rt_exec_events(x) != last_public(events))
        return;
    struct folding f = {0};
    struct rt_config config;
    struct buf why = {0};
    rt_exec_config(x, &config);
    f.x = rt_exec_new(rt_exec_machine(x), &config);
    __real_store_read(w->s, execution, 0, fold, &f, NULL);
    ck_assert_msg(rt_exec_same(x, f.x, &why), "what is told is not what is kept: %s",
                  buf_str(&why));
    rt_exec_free(f.x);
}

void ended(void *user, uint64_t execution, const rt_exec *x)
{
    struct world_log *w = user;

    buf_printf(&w->log, "%" PRIu64 " ended %s\n", execution, rt_status_name(rt_exec_status(x)));
}

static void answered(void *user, int64_t since_ms)
{
    struct world_log *w = user;

    ck_assert_int_le(since_ms, w->now_ms);
    w->answered++;
}

enum { LOOK_NS = 10000000 };

/* Each look at the clock takes longer than a turn has: whatever can be left in its midst is. */
static int64_t used_ns(void *user)
{
    struct world_log *w = user;

    return w->used_ns += LOOK_NS;
}

size_t used_bytes(void *user)
{
    const struct world_log *w = user;
    size_t used = w->used_bytes;

    for (uint64_t i = 0; !w->used_bytes && w->e && i < 1000; i++) {
        const rt_exec *x = engine_execution(w->e, i);
        used += x ? __real_rt_exec_held(x) : 0;
    }
    return used;
}

/* Brings three numbers at once, whenever items are asked for. */
static void read_items(void *user, const struct map_reading *reading)
{
    struct world_log *w = user;
    struct json_build b, items, ends;

    ck_assert_msg(reading->aws_limits, "the limits of the execution hold for what is read");
    if (reading->begin) {
        w->readings++;
        w->read = reading->position;
    }
    json_build_array(&items, 3);
    json_build_array(&ends, 3);
    for (int i = 0; i < 3 && w->read < w->items; i++) {
        json_build_add(&items, json_int((int64_t)++w->read));
        json_build_add(&ends, json_int((int64_t)w->read));
    }
    json_build_object(&b, 4);
    json_build_set(&b, "items", json_build_done(&items));
    json_build_set(&b, "ends", json_build_done(&ends));
    json_build_set(&b, "bytes", json_int(3));
    if (w->read == w->items)
        json_build_set(&b, "end", json_bool(true));
    engine_items_came(w->e, reading->id, json_build_done(&b));
}

static void write_results(void *user, const struct map_writing *writing)
{
    struct world_log *w = user;
    struct json_build b;

    if (writing->check) {
        json_build_object(&b, 1);
        json_build_set(&b, "checked", json_bool(true));
        engine_results_written(w->e, writing->id, json_build_done(&b));
        return;
    }
    ck_assert_msg(!w->writing, "results are to be written twice at once");
    w->writing = writing->id;
    w->results = json_ref(writing->results);
}

void world_write(struct world_log *w)
{
    struct json_build b, counts;
    uint64_t id = w->writing;

    if (!id)
        return;
    json_build_array(&counts, RT_RESULT_KINDS);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++) {
        const json *count = json_get(json_at(w->results, i), "count");
        json_build_add(&counts, json_ref(count));
        w->written += (size_t)json_int_value(count);
    }
    json_build_object(&b, 3);
    json_build_set(&b, "state", json_ref(json_empty_object()));
    json_build_set(&b, "counts", json_build_done(&counts));
    json_build_set(&b, "over", json_bool(true));
    json_unref(w->results);
    w->results = NULL;
    w->writing = 0;
    engine_results_written(w->e, id, json_build_done(&b));
}

static size_t held_for(void *user, uint64_t id)
{
    const struct world_log *w = user;

    return id == w->writing ? w->writing_bytes : w->reading_bytes;
}

static void lost(void *user, uint64_t execution, const char *arn, const char *list, const char *why)
{
    struct world_log *w = user;

    (void)arn;
    (void)list;
    buf_printf(&w->log, "%" PRIu64 " lost: %s\n", execution, why);
}

engine *new_engine(struct world_log *w, bool slices)
{
    struct engine_hooks hooks = {.user = w,
                                 .run_task = run_task,
                                 .cancel_task = cancel_task,
                                 .stop_job = stop_job,
                                 .read_items = read_items,
                                 .write_results = write_results,
                                 .held_for = held_for,
                                 .happened = happened,
                                 .ended = ended,
                                 .lost = lost,
                                 .answered = answered,
                                 .used_ns = slices ? used_ns : NULL,
                                 .used_bytes = used_bytes};

    return engine_new(w->s, &hooks);
}

void world_open_with(struct world_log *w, size_t fail_at, bool slices)
{
    *w = (struct world_log){.now_ms = START_MS, .s = store_memory_new()};
    w->e = new_engine(w, slices);
    seen = w;
    disk.commits = 0;
    disk.fail_at = fail_at;
    disk.before = note_commit;
}

void world_open(struct world_log *w, size_t fail_at)
{
    world_open_with(w, fail_at, false);
}

void world_close(struct world_log *w)
{
    engine_free(w->e);
    store_free(w->s);
    for (size_t i = 0; i < w->count; i++)
        json_unref(w->answers[i].parameters);
    buf_clear(&w->log);
    disk.before = NULL;
    disk.fail_at = 0;
}

uint64_t start_as(struct world_log *w, const char *definition, const char *input, bool express)
{
    asl_machine *m = machine_of(definition);
    json *in = json_of(input), *name = json_stringf("execution-%s", input);
    struct rt_config config = {.names = {name, name, name, name, name, name},
                               .aws_limits = true,
                               .seed = 1,
                               .express = express};
    uint64_t execution = engine_start(w->e, m, &config, in, NULL);

    asl_machine_unref(m);
    json_unref(in);
    json_unref(name);
    return execution;
}

uint64_t start(struct world_log *w, const char *definition, const char *input)
{
    return start_as(w, definition, input, false);
}

void give_answers(struct world_log *w)
{
    for (size_t i = 0; i < w->count;) {
        struct due_answer a = w->answers[i];
        if (a.at_ms > w->now_ms) {
            i++;
            continue;
        }
        struct task_result r = {.ok = !a.fails, .output = a.fails ? NULL : a.parameters};
        if (a.fails) {
            json_unref(a.parameters);
            r.error = json_cstring("E");
        }
        w->answers[i] = w->answers[--w->count];
        engine_task_done(w->e, a.id, &r);
    }
}

bool run_until_quiet(struct world_log *w, struct diag *why)
{
    for (int turns = 0; turns < 100000; turns++) {
        give_answers(w);
        if (!engine_advance(w->e, w->now_ms, why))
            return false;
        int64_t next = engine_next_due(w->e);
        for (size_t i = 0; i < w->count; i++)
            if (w->answers[i].at_ms < next)
                next = w->answers[i].at_ms;
        if (next == INT64_MAX)
            return true;
        if (next > w->now_ms)
            w->now_ms = next;
    }
    ck_abort_msg("it does not come to rest");
    return false;
}

const char parallel[] = ONE_STATE(
    "P",
    "\"Type\":\"Parallel\",\"End\":true,\"Branches\":[" ONE_STATE(
        "A", TASK
        "\"End\":true") "," ONE_STATE("B", TASK
                                      "\"End\":true") "," ONE_STATE("W",
                                                                    "\"Type\":\"Wait\",\"Seconds\":"
                                                                    "3,\"End\":true") "]");
const char no_retry[] = ONE_STATE(
    "A", "\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","
         "\"TimeoutSeconds\":5,\"End\":true");
const char map[] = ONE_STATE(
    "M", "\"Type\":\"Map\",\"MaxConcurrency\":2,\"End\":true,\"ItemProcessor\":" ONE_STATE(
             "C", TASK "\"End\":true"));
const char map_run[] = ONE_STATE(
    "D", "\"Type\":\"Map\",\"End\":true,\"ToleratedFailurePercentage\":50,\"ItemProcessor\":{"
         "\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},"
         "\"StartAt\":\"E\",\"States\":{\"E\":{" TASK "\"End\":true}}}");

void turn(struct world_log *w)
{
    ck_assert(engine_advance(w->e, w->now_ms, NULL));
}

enum rt_status status(const struct world_log *w, uint64_t execution)
{
    return rt_exec_status(engine_execution(w->e, execution));
}

void bound_memory(struct world_log *w)
{
    engine_limit_memory(w->e, MOST);
    ck_assert(!engine_is_full(w->e));
}

size_t most_used(struct world_log *w)
{
    size_t most = 0;

    for (int turns = 0; turns < 100000; turns++) {
        give_answers(w);
        turn(w);
        size_t used = used_bytes(w);
        most = used > most ? used : most;
        int64_t next = engine_next_due(w->e);
        for (size_t i = 0; i < w->count; i++)
            if (w->answers[i].at_ms < next)
                next = w->answers[i].at_ms;
        if (next == INT64_MAX)
            return most;
        if (next > w->now_ms)
            w->now_ms = next;
    }
    ck_abort_msg("it does not come to rest");
    return 0;
}

const char one_task[] = ONE_STATE("A", TASK "\"End\":true");

const char for_ever[] =
    "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":"
    "\"$.x\",\"IsPresent\":true,\"Next\":\"S\"}],\"Default\":\"A\"},\"S\":{\"Type\":"
    "\"Succeed\"}}}";

enum rt_status stored(struct world_log *w, uint64_t execution)
{
    const struct store_execution *row;

    ck_assert(store_find(w->s, execution, &row, NULL));
    return row->status;
}
