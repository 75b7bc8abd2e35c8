/*
 * The scene that suites of the API play on: the parts of a server in process, with a host that has
 * no handler for any Task, and stories told on each kind of store with and without crashes.
 */

#include "tests/support/api_scene.h"

#include "tests/support/answers.h"
#include "tests/support/expect.h"

#include <string.h>

struct folder scene_files;

static void scene_setup(void)
{
    folder_make(&scene_files);
}

static void scene_teardown(void)
{
    folder_remove(&scene_files);
}

TCase *scene_case(const char *name)
{
    TCase *tc = tcase_create(name);

    store_kinds();
    tcase_add_checked_fixture(tc, scene_setup, scene_teardown);
    tcase_set_timeout(tc, 60); /* of a machine that has much else to do */
    return tc;
}

static void run_task(void *user, const struct task *t)
{
    struct scene *s = user;
    struct task_result r = {.error = json_cstring("Test.NoHandler")};
    enum api_offer offer = api_offer_task(s->api, t);

    if (offer == API_BY_TOKEN) {
        json_unref(s->token);
        s->token = json_cstring(t->token);
        s->told = t->id;
    }
    if (offer == API_NOT_MINE)
        engine_task_done(s->engine, t->id, &r);
    else
        task_result_clear(&r);
}

static void cancel_task(void *user, uint64_t id)
{
    struct scene *s = user;

    api_task_cancelled(s->api, id);
}

static void ended(void *user, uint64_t execution, const rt_exec *x)
{
    struct scene *s = user;

    s->ended++;
    api_ended(s->api, execution, x, s->now_ms);
}

static bool has_activity(void *user, uint64_t execution, const char *arn)
{
    const struct scene *s = user;

    return api_has_activity(s->api, execution, arn);
}

static void keep(json **at, const json *answer, const char *key)
{
    const json *v = json_get(answer, key);

    if (!v)
        return;
    json_unref(*at);
    *at = json_ref(v);
}

void scene_keep_arn(json **at, const char *answer, const char *prefix)
{
    const char *arn = strstr(answer, prefix);

    if (!arn)
        return;
    json_unref(*at);
    *at = json_string(arn, strcspn(arn, "\"'"));
}

void scene_answered(void *user, int status, struct buf *body)
{
    struct scene *s = user;

    ck_assert_msg(!s->status, "a second answer came");
    s->status = status;
    buf_reset(&s->answer);
    buf_add(&s->answer, body->data, body->len);
    json *v = json_parse(body->data, body->len, 0, NULL);
    ck_assert_ptr_nonnull(v);
    keep(&s->token, v, "taskToken");
    keep(&s->next, v, "nextToken");
    scene_keep_arn(&s->run, buf_str(&s->answer), "arn:aws:states:us-east-1:123456789012:mapRun:");
    scene_keep_arn(&s->child, buf_str(&s->answer), EXECUTION("m/"));
    json_unref(v);
}

void scene_turn(struct scene *s)
{
    api_begin_turn(s->api);
    ck_assert(engine_advance(s->engine, s->now_ms, NULL));
    api_advance(s->api, s->now_ms);
}

void scene_settle(struct scene *s)
{
    for (int turns = 0; turns < 1000; turns++) {
        scene_turn(s);
        if (engine_next_due(s->engine) > s->now_ms && api_next_due(s->api) > s->now_ms)
            return;
    }
    ck_abort_msg("the world does not come to rest");
}

void scene_open_store(struct scene *s)
{
    s->store = store_kind_open(s->kind, &scene_files);
}

void scene_wake_up(struct scene *s)
{
    struct diag why = {0};

    s->engine = engine_new(s->store, &(struct engine_hooks){.user = s,
                                                            .run_task = run_task,
                                                            .cancel_task = cancel_task,
                                                            .ended = ended,
                                                            .has_activity = has_activity});
    s->api = api_new(s->engine, s->store,
                     &(struct api_config){.max_open = s->max_open,
                                          .max_map_runs = s->max_map_runs,
                                          .throttle = s->throttle,
                                          .retention_ms = s->retention_ms,
                                          .least_room = s->least_room});
    ck_assert_ptr_nonnull(s->api);
    ck_assert_msg(api_load(s->api, &why), "%s", why.text);
    ck_assert_msg(engine_recover(s->engine, s->now_ms, ENGINE_SLEEP_MS, &why), "%s", why.text);
}

void scene_fall_down(struct scene *s)
{
    api_free(s->api);
    engine_free(s->engine);
}

void scene_restart(struct scene *s)
{
    scene_fall_down(s);
    if (store_kind_is_kept(s->kind)) {
        store_free(s->store);
        scene_open_store(s);
    }
    scene_wake_up(s);
}

void scene_crash(struct scene *s)
{
    scene_restart(s);
    scene_settle(s);
}

void scene_init(struct scene *s, int kind)
{
    *s = (struct scene){.kind = kind, .now_ms = START_MS};
    scene_open_store(s);
    scene_wake_up(s);
}

void scene_clear(struct scene *s)
{
    scene_fall_down(s);
    store_free(s->store);
    buf_clear(&s->answer);
    json_unref(s->token);
    json_unref(s->next);
    json_unref(s->run);
    json_unref(s->child);
}

static void fill_in(struct buf *out, const char *text, const char *mark, const json *with)
{
    const char *at = strstr(text, mark);

    buf_add(out, text, at ? (size_t)(at - text) : strlen(text));
    if (at && with)
        buf_adds(out, json_str(with));
    if (at)
        buf_adds(out, at + strlen(mark));
}

void scene_ask(struct scene *s, const char *operation, const char *body)
{
    const struct {
        const char *mark;
        const json *with;
    } marks[] = {
        {"<token>", s->token}, {"<next>", s->next}, {"<run>", s->run}, {"<child>", s->child}};
    struct buf text = {0};

    s->status = 0;
    buf_adds(&text, body);
    for (size_t i = 0; i < COUNT(marks); i++) {
        struct buf filled = {0};
        fill_in(&filled, buf_str(&text), marks[i].mark, marks[i].with);
        buf_clear(&text);
        text = filled;
    }
    api_call(s->api, operation, text.data, text.len, s->now_ms, scene_answered, s);
    buf_clear(&text);
}

void scene_call(struct scene *s, const char *operation, const char *body)
{
    scene_ask(s, operation, body);
    scene_turn(s);
}

static void look_at_answer(struct scene *s, const char *story, const char *operation)
{
    json *answer = json_of(buf_str(&s->answer));

    expect_answer(story, operation, answer);
    json_unref(answer);
}

void scene_call_well(struct scene *s, const char *operation, const char *body)
{
    scene_call(s, operation, body);
    ck_assert_msg(s->status == 200, "%s: %s", operation, buf_str(&s->answer));
    look_at_answer(s, operation, operation);
}

void scene_expect_words(struct scene *s, const char *words)
{
    ck_assert_msg(strstr(buf_str(&s->answer), words) != NULL, "got %s, want \"%s\" in it",
                  buf_str(&s->answer), words);
}

void scene_call_in_vain(struct scene *s, const char *operation, const char *body, const char *words)
{
    scene_call(s, operation, body);
    ck_assert_msg(s->status == 400 && strstr(buf_str(&s->answer), words), "%s: %s", operation,
                  buf_str(&s->answer));
}

/* Crashes before each request: that comes when what ran has been taken up, or before it is. */
enum scene_telling { WITHOUT_CRASHES, WITH_CRASHES, BEFORE_IT_IS_TAKEN_UP };

static void scene_tell(int kind, const struct story *of, enum scene_telling scene_telling)
{
    struct scene s;
    int owed = 0;             /* answers that are */
    const char *asked = NULL; /* what the last of them is to */

    scene_init(&s, kind);
    for (const struct step *step = of->steps; step->operation; step++) {
        bool not = step->want && step->want[0] == '!';
        if (scene_telling == BEFORE_IT_IS_TAKEN_UP && step->operation[0] && !owed)
            scene_restart(&s);
        else if (scene_telling != WITHOUT_CRASHES && !owed)
            scene_crash(&s);
        /* An empty operation looks at what an earlier one is answered meanwhile. */
        if (step->operation[0])
            scene_call(&s, step->operation, step->body);
        /* A poll waits until there is a task. */
        if (scene_telling == BEFORE_IT_IS_TAKEN_UP && step->status && !s.status)
            scene_settle(&s);
        ck_assert_msg(s.status == step->status, "%s: %s: status %d: %s", of->name, step->operation,
                      s.status, buf_str(&s.answer));
        if (step->operation[0] && !step->status)
            asked = step->operation;
        if (step->status == 200)
            look_at_answer(&s, of->name, step->operation[0] ? step->operation : asked);
        if (step->want)
            ck_assert_msg((strstr(buf_str(&s.answer), step->want + not ) != NULL) != not,
                          "%s: %s: %s\n  wanted: %s", of->name, step->operation, buf_str(&s.answer),
                          step->want);
        if (step->operation[0])
            owed += !step->status;
        else if (step->status)
            owed--;
        s.status = 0;
        scene_settle(&s);
        s.now_ms += step->later_ms;
        scene_settle(&s);
    }
    scene_clear(&s);
}

void scene_rest(struct scene *s)
{
    do
        scene_turn(s);
    while (engine_next_due(s->engine) <= s->now_ms || api_next_due(s->api) <= s->now_ms);
}

void scene_start_m(struct scene *s, const char *definition, const char *input)
{
    struct buf body = {0};

    buf_printf(&body, "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"%s\"}",
               definition);
    scene_call(s, "CreateStateMachine", buf_str(&body));
    buf_reset(&body);
    buf_printf(&body, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"%s\"}",
               input);
    scene_call(s, "StartExecution", buf_str(&body));
    buf_clear(&body);
    scene_rest(s);
}

/* ---- lists and what goes with time ---- */

void scene_start_many(struct scene *s, int count)
{
    struct buf body = {0};

    for (int i = 0; i < count; i++) {
        buf_reset(&body);
        buf_printf(&body, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e%d\"}", i);
        scene_call_well(s, "StartExecution", buf_str(&body));
    }
    scene_settle(s);
    buf_clear(&body);
}

void scene_make_m(struct scene *s, const char *definition)
{
    struct buf body = {0};

    buf_printf(&body, "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"%s\"}",
               definition);
    scene_call_well(s, "CreateStateMachine", buf_str(&body));
    buf_clear(&body);
}

/* ---- stories ---- */

/* The suite's; its tests know them by number only. */
static const struct story *told;

START_TEST(story)
{
    for (int kind = 0; kind < KINDS; kind++)
        scene_tell(kind, &told[_i], WITHOUT_CRASHES);
}
END_TEST

START_TEST(story_with_crashes)
{
    for (int kind = 0; kind < KINDS; kind++)
        scene_tell(kind, &told[_i], WITH_CRASHES);
}
END_TEST

START_TEST(story_before_it_is_taken_up)
{
    for (int kind = 0; kind < KINDS; kind++)
        scene_tell(kind, &told[_i], BEFORE_IT_IS_TAKEN_UP);
}
END_TEST

void scene_add_stories(TCase *tc, const struct story *stories, size_t count)
{
    told = stories;
    tcase_add_loop_test(tc, story, 0, (int)count);
    tcase_add_loop_test(tc, story_with_crashes, 0, (int)count);
    tcase_add_loop_test(tc, story_before_it_is_taken_up, 0, (int)count);
}
