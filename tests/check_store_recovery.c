/* store_recovery: an engine that goes on from a store, also a damaged one, and what it keeps there.
 */

#include "tests/support/expect.h"
#include "tests/support/store_scene.h"

#include "asl/eval/model.h"
#include "runtime/engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char simple[] = ONE_STATE("A", "\"Type\":\"Pass\",\"End\":true");

/* What is wrong with the store's rows of execution 0, and how it is told; the others run on. */
static const struct {
    const char *name, *sql, *words;
} damages[] = {
    {"a state that the machine has not", "UPDATE events SET text='{\"k\":\"se\",\"s\":5}'",
     "no such state"},
    {"events that are no JSON", "UPDATE events SET text='x'", "an event can't be read"},
    {"events that are lost", "DELETE FROM events", "behind 0 events"},
    {"events that begin later", "UPDATE events SET seq=5, text=replace(text,'\"q\":1','\"q\":5')",
     "behind 0 events"},
    {"an event without its input",
     "UPDATE events SET text=replace(text,'\"k\":\"xs\"','\"k\":\"se\",\"s\":0')",
     "behind 0 events"},
    {"an event of the right number without its input",
     "UPDATE events SET text=replace(text,'\"d\":','\"z\":')", "not what one of its kind has"},
    {"a cause that is no text",
     "UPDATE events SET text=replace(text,'\"k\":\"xs\"','\"k\":\"xs\",\"c\":1')",
     "not what one of its kind has"},
    {"a time behind all times",
     "UPDATE events SET text=replace(text,'\"u\":','\"u\":4000000000000000000,\"z\":')",
     "not what one of its kind has"},
    {"variables that are no object",
     "UPDATE events SET text=replace(text,'\"k\":\"se\"','\"k\":\"sx\",\"x\":1')",
     "not what one of its kind has"},
    {"a task's event at a state that is none",
     "UPDATE events SET text=replace(text,'\"k\":\"se\"','\"k\":\"tok\"')",
     "not what one of its kind has"},
    {"a row of events that is empty", "UPDATE events SET text=''", "events are missing"},
    {"a definition that can't be compiled", "UPDATE definitions SET text='{}'",
     "its definition can't be compiled"},
    {"a definition that is lost", "DELETE FROM definitions", "lacks its definition"},
    {"a definition's key that is none", "UPDATE executions SET definition=x'00' WHERE number=0",
     "which definition"},
    {"a configuration that is none", "UPDATE executions SET config='{}' WHERE number=0",
     "its configuration"},
    {"a status that is none", "UPDATE executions SET status=9 WHERE number=0", "its row"},
    {"an end without a time", "UPDATE executions SET status=1 WHERE number=0", "its row"},
    {"a number that none has reached",
     "UPDATE executions SET number=1<<40 WHERE number=0; UPDATE events SET execution=1<<40",
     "its row"},
};

struct losses {
    struct buf text;
    size_t count;
    int64_t used_ns;
};

static void note_lost(void *user, uint64_t execution, const char *arn, const char *list,
                      const char *why)
{
    struct losses *l = user;

    (void)execution;
    (void)list;
    l->count++;
    buf_printf(&l->text, "%s: %s\n", arn, why);
}

START_TEST(damaged)
{
    struct losses lost = {0};
    struct engine_hooks hooks = {.user = &lost, .lost = note_lost};
    struct diag why = {0};
    const struct store_execution *row;
    store *s = open_sqlite();
    asl_machine *m = machine_of(ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":5,\"End\":true")),
                *other = machine_of(simple);
    json *arn = json_cstring("arn:damaged"), *name = json_cstring("n"), *second = json_cstring("b");
    struct rt_config config = {.names = {arn, name, name, name, name, name}};
    uint64_t n;

    engine *e = engine_new(s, &hooks);
    ck_assert(engine_recover(e, START_MS, INT64_MAX, &why));
    engine_start(e, m, &config, json_empty_object(), NULL);
    ck_assert(engine_advance(e, START_MS, &why));
    engine_free(e);
    store_free(s);
    make_file(damages[_i].sql);
    s = open_sqlite();
    config.names.arn = second;
    e = engine_new(s, &hooks);
    ck_assert_msg(engine_recover(e, START_MS, INT64_MAX, &why), "%s: %s", damages[_i].name,
                  why.text);
    while (engine_next_due(e) == INT64_MIN)
        ck_assert(engine_advance(e, START_MS, &why));
    ck_assert_msg(lost.count == 1 && strstr(buf_str(&lost.text), "arn:damaged") &&
                      strstr(buf_str(&lost.text), damages[_i].words),
                  "%s: told is: %s", damages[_i].name, buf_str(&lost.text));
    ck_assert_uint_eq(engine_running(e), 0);
    /* Others run, and it has failed, also for the next that opens the store. */
    engine_start(e, other, &config, json_empty_object(), NULL);
    for (int i = 0; i < 3; i++)
        ck_assert(engine_advance(e, START_MS + i, &why));
    ck_assert(store_find_arn(s, "b", &n, &why) && store_find(s, n, &row, &why));
    ck_assert(row->status == RT_SUCCEEDED);
    engine_free(e);
    store_free(s);
    s = open_sqlite();
    ck_assert(store_find_arn(s, "arn:damaged", &n, &why) && store_find(s, n, &row, &why));
    ck_assert(row->status == RT_FAILED && row->apart && strstr(row->damage, damages[_i].words));
    expect_running("it runs no more", s, 9, "");
    store_free(s);
    asl_machine_unref(m);
    asl_machine_unref(other);
    json_unref(arn);
    json_unref(name);
    json_unref(second);
    buf_clear(&lost.text);
    diag_clear(&why);
}
END_TEST

static int64_t each_look_is_late(void *user)
{
    struct losses *l = user;

    return l->used_ns += 10000000;
}

/* The store has the definition of who starts it last. */
START_TEST(a_definition_is_started_while_a_history_of_it_is_read)
{
    struct losses lost = {0};
    struct engine_hooks hooks = {.user = &lost, .lost = note_lost, .used_ns = each_look_is_late};
    struct diag why = {0};
    struct buf text = {0};
    store *s = open_sqlite();
    json *name = json_cstring("n");
    struct rt_config config = {.names = {name, name, name, name, name, name}};

    buf_adds(&text, "{\"StartAt\":\"S0\",\"States\":{");
    for (int i = 0; i < 40; i++)
        buf_printf(&text, "\"S%d\":{\"Type\":\"Pass\",\"Next\":\"S%d\"},", i, i + 1);
    buf_adds(&text, "\"S40\":{\"Type\":\"Wait\",\"Seconds\":500,\"End\":true}}}");
    engine *e = engine_new(s, &hooks);
    for (size_t life = 1; life <= 3; life++) {
        ck_assert(engine_recover(e, START_MS, INT64_MAX, &why));
        for (size_t i = 0; i < 20 * (life - 1); i++)
            ck_assert(engine_advance(e, START_MS, &why));
        asl_machine *m = machine_of(buf_str(&text));
        engine_start(e, m, &config, json_empty_object(), NULL);
        asl_machine_unref(m);
        while (engine_next_due(e) == INT64_MIN)
            ck_assert(engine_advance(e, START_MS, &why));
        ck_assert_msg(!lost.count, "%s", buf_str(&lost.text));
        ck_assert_uint_eq(engine_running(e), life);
        engine_free(e);
        store_free(s);
        s = open_sqlite();
        e = engine_new(s, &hooks);
    }
    engine_free(e);
    store_free(s);
    json_unref(name);
    buf_clear(&text);
    buf_clear(&lost.text);
}
END_TEST

/* ---- what is kept of an execution ---- */

static const struct {
    const char *name;
    enum engine_keep keep;
    bool running, ended; /* has the store a row of it? */
    size_t events;       /* in the end, wherever its history is */
} keeps[] = {
    {"all", ENGINE_KEEP, true, true, 7},
    {"as long as it runs", ENGINE_KEEP_RUNNING, true, false, 0},
    {"apart", ENGINE_KEEP_APART, false, false, 7},
    {"nothing", ENGINE_KEEP_NOTHING, false, false, 0},
};

struct ending {
    engine *e;
    size_t events; /* of the history when it ended; the public and the private ones */
};

static bool count_event(void *user, const struct rt_event *e)
{
    (void)e;
    ++*(size_t *)user;
    return true;
}

static void on_end(void *user, uint64_t execution, const rt_exec *x)
{
    struct ending *v = user;

    ck_assert(rt_exec_status(x) == RT_SUCCEEDED);
    ck_assert(
        store_read(engine_store(v->e, execution), execution, 0, count_event, &v->events, NULL));
}

START_TEST(what_is_kept)
{
    store *s = open_sqlite();
    struct ending v = {0};
    struct engine_hooks hooks = {.user = &v, .ended = on_end};
    asl_machine *m =
        machine_of("{\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":5,"
                   "\"Next\":\"P\"},\"P\":{\"Type\":\"Pass\",\"End\":true}}}");
    json *name = json_cstring("n"), *list = json_cstring("l"), *note = json_of("{\"a\":1}");
    struct rt_config config = {.names = {name, name, name, name, name, name}, .aws_limits = true};
    struct engine_label label = {.keep = keeps[_i].keep, .list = list, .note = note};
    const struct store_execution *row;

    v.e = engine_new(s, &hooks);
    ck_assert(engine_recover(v.e, START_MS, INT64_MAX, NULL));
    uint64_t execution = engine_start(v.e, m, &config, json_empty_object(), &label);
    ck_assert(engine_advance(v.e, START_MS, NULL));
    ck_assert_msg(has_row(s, execution) == keeps[_i].running, "%s: while it runs", keeps[_i].name);
    if (keeps[_i].running) {
        ck_assert(store_find(s, execution, &row, NULL));
        ck_assert(json_equal(row->list, list) && json_equal(row->note, note));
        ck_assert(row->transient == !keeps[_i].ended);
    }
    while (engine_next_due(v.e) != INT64_MAX)
        ck_assert(engine_advance(v.e, START_MS + 5000, NULL));
    ck_assert_msg(has_row(s, execution) == keeps[_i].ended, "%s: when it has ended",
                  keeps[_i].name);
    if (keeps[_i].events)
        ck_assert_uint_eq(v.events, keeps[_i].events);
    ck_assert_msg(!engine_execution(v.e, execution), "what has ended is still in memory");
    engine_free(v.e);
    store_free(s);
    asl_machine_unref(m);
    json_unref(name);
    json_unref(list);
    json_unref(note);
}
END_TEST

/* A child whose Map Run is over was to be stopped, and is when the store is opened again. */
START_TEST(orphan)
{
    struct engine_hooks hooks = {0};
    const struct store_execution *row;
    store *s = open_sqlite();
    asl_machine *m = machine_of(ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":500,\"End\":true"));
    json *name = json_cstring("n");
    struct rt_config config = {.names = {name, name, name, name, name, name}};

    engine *e = engine_new(s, &hooks);
    ck_assert(engine_recover(e, START_MS, INT64_MAX, NULL));
    engine_start(e, m, &config, json_empty_object(), NULL);
    ck_assert(engine_advance(e, START_MS, NULL));
    engine_free(e);
    store_free(s);
    make_file("UPDATE executions SET parent=77, parent_ref=5");
    s = open_sqlite();
    e = engine_new(s, &hooks);
    ck_assert(engine_recover(e, START_MS, INT64_MAX, NULL));
    ck_assert(engine_advance(e, START_MS, NULL));
    ck_assert(store_find(s, 0, &row, NULL) && row->status == RT_ABORTED);
    engine_free(e);
    store_free(s);
    asl_machine_unref(m);
    json_unref(name);
}
END_TEST

/* What is read for a Map Run comes to it, though the store says that a child is of that event. */
struct one_reading {
    engine *e;
    uint64_t id;
    bool answers;
};

static void bring_nothing(void *user, const struct map_reading *reading)
{
    static const char part[] = "{\"items\": [], \"ends\": [], \"bytes\": 0, \"end\": true}";
    struct one_reading *r = user;

    r->id = reading->id;
    if (r->answers)
        engine_items_came(r->e, r->id, json_parse(part, sizeof part - 1, 0, NULL));
}

static void end_reading(void *user, uint64_t id)
{
    (void)user, (void)id;
}

START_TEST(child_of_a_reading)
{
    static const char reads[] = ONE_STATE(
        "M", "\"Type\":\"Map\",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\","
             "\"Parameters\":{}},\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\","
             "\"ExecutionType\":\"STANDARD\"},\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":"
             "\"Pass\",\"End\":true}}},\"End\":true");
    struct one_reading r = {0};
    struct engine_hooks hooks = {
        .user = &r, .read_items = bring_nothing, .cancel_task = end_reading};
    const struct store_execution *row;
    store *s = open_sqlite();
    asl_machine *map = machine_of(reads),
                *wait =
                    machine_of(ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":500,\"End\":true"));
    json *name = json_cstring("arn:aws:states:us-east-1:123456789012:execution:m:n");
    struct rt_config config = {.names = {name, name, name, name, name, name}};
    struct buf damage = {0};

    r.e = engine_new(s, &hooks);
    ck_assert(engine_recover(r.e, START_MS, INT64_MAX, NULL));
    engine_start(r.e, map, &config, json_empty_object(), NULL);
    engine_start(r.e, wait, &config, json_empty_object(), NULL);
    ck_assert(engine_advance(r.e, START_MS, NULL));
    engine_free(r.e);
    store_free(s);
    buf_printf(&damage, "UPDATE executions SET parent=0, parent_ref=%u WHERE number=1",
               (unsigned)(r.id & UINT32_MAX));
    make_file(buf_str(&damage));
    s = open_sqlite();
    r.e = engine_new(s, &hooks);
    r.answers = true;
    ck_assert(engine_recover(r.e, START_MS, INT64_MAX, NULL));
    for (int turn = 0; turn < 5; turn++)
        ck_assert(engine_advance(r.e, START_MS, NULL));
    ck_assert(store_find(s, 0, &row, NULL) && row->status == RT_SUCCEEDED);
    ck_assert(store_find(s, 1, &row, NULL) && row->status == RT_ABORTED);
    engine_free(r.e);
    store_free(s);
    asl_machine_unref(map);
    asl_machine_unref(wait);
    json_unref(name);
    buf_clear(&damage);
}
END_TEST

/* One that ends in its first turn never is in the store at all. */
START_TEST(transient_of_one_turn)
{
    store *s = open_sqlite();
    struct ending v = {0};
    struct engine_hooks hooks = {.user = &v, .ended = on_end};
    asl_machine *m = machine_of(simple);
    json *name = json_cstring("n");
    struct rt_config config = {.names = {name, name, name, name, name, name}, .aws_limits = true};

    v.e = engine_new(s, &hooks);
    ck_assert(engine_recover(v.e, START_MS, INT64_MAX, NULL));
    engine_start(v.e, m, &config, json_empty_object(),
                 &(struct engine_label){.keep = ENGINE_KEEP_RUNNING});
    ck_assert(engine_advance(v.e, START_MS, NULL));
    ck_assert_uint_eq(v.events, 0);
    ck_assert(!has_row(s, 0) && next_number(s) == 0);
    engine_free(v.e);
    store_free(s);
    asl_machine_unref(m);
    json_unref(name);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("store_recovery");
    TCase *t = tcase_create("store_recovery");

    tcase_add_checked_fixture(t, store_scene_setup, store_scene_teardown);
    tcase_add_loop_test(t, damaged, 0, COUNT(damages));
    tcase_add_test(t, a_definition_is_started_while_a_history_of_it_is_read);
    tcase_add_test(t, orphan);
    tcase_add_test(t, child_of_a_reading);
    tcase_add_loop_test(t, what_is_kept, 0, COUNT(keeps));
    tcase_add_test(t, transient_of_one_turn);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return run_suite(s);
}
