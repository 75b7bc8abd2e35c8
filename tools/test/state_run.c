/*
 * One state alone, by an API of its own in this process, which gets one or two requests of
 * TestState. TestState wants to know the result of a Task before it begins, and a mock may look at
 * what the Task sends: so the first request of a Task has a stand-in for the result, and only tells
 * what would be sent; the second one has the mock's answer.
 */
#include "tools/test/state_run.h"

#include "parsers/base/mem.h"
#include "runtime/api/api.h"
#include "runtime/engine/engine.h"
#include "runtime/store/store.h"

#include <string.h>

/* An API with nothing in it, and the answer to its one call. */
struct state_world {
    store *store;
    engine *engine;
    api *api;
    int64_t now_ms;
    int status; /* 0: not answered yet */
    json *answer;
    const struct asl_state *state; /* that runs */
    struct element_passed passed;  /* nothing yet, unless it was left */
};

/* ---- the API ---- */

/* Every Task has its mock in the request. */
static void state_run_task(void *user, const struct task *t)
{
    struct state_world *w = user;

    api_offer_task(w->api, t);
}

static void state_cancel_task(void *user, uint64_t id)
{
    struct state_world *w = user;

    api_task_cancelled(w->api, id);
}

static void state_ended(void *user, uint64_t execution, const rt_exec *x)
{
    struct state_world *w = user;

    api_ended(w->api, execution, x, w->now_ms);
}

/* TestState's machine has a state with that name, and the rules and catchers in their order. */
static void state_happened(void *user, uint64_t execution, const rt_exec *x,
                           const struct rt_events *events)
{
    struct state_world *w = user;
    struct rt_event e;

    (void)execution;
    (void)x;
    for (size_t i = 0; i < events->count; i++) {
        rt_events_at(events, i, &e);
        if (e.kind == RT_STATE_EXITED && json_equal(e.state->name, w->state->name))
            w->passed = (struct element_passed){.state = w->state,
                                                .left = true,
                                                .by = element_of_way(e.exited.way),
                                                .index = e.exited.index};
    }
}

static bool state_has_activity(void *user, uint64_t execution, const char *arn)
{
    (void)user;
    (void)execution;
    (void)arn;
    return true;
}

static void state_answered(void *user, int status, struct buf *body)
{
    struct state_world *w = user;

    w->status = status;
    w->answer = json_parse(body->data, body->len, 0, NULL);
}

/* Time jumps to what is due next, so a Wait state ends at once; but not before a turn in which
 * nothing was to be done, as an answer goes out in the turn behind the one in which it is made. */
static void turn_until_answered(struct state_world *w)
{
    bool idle = false;

    while (!w->status) {
        api_begin_turn(w->api);
        if (!engine_advance(w->engine, w->now_ms, NULL))
            return;
        api_advance(w->api, w->now_ms);
        int64_t a = engine_next_due(w->engine), b = api_next_due(w->api), due = a < b ? a : b;
        bool was_idle = idle;
        idle = due > w->now_ms;
        if (!idle || !was_idle)
            continue;
        if (due == INT64_MAX)
            return;
        w->now_ms = due;
        idle = false;
    }
}

/* Makes a request; takes it. Returns the answer, and the status and the time in *w. */
static json *ask(const struct state_run *s, json *request, struct state_world *w)
{
    struct engine_hooks hooks = {.user = w,
                                 .run_task = state_run_task,
                                 .cancel_task = state_cancel_task,
                                 .happened = state_happened,
                                 .ended = state_ended,
                                 .has_activity = state_has_activity};
    json *text = json_text(request);

    *w =
        (struct state_world){.store = store_memory_new(), .now_ms = s->clock_ms, .state = s->state};
    w->engine = engine_new(w->store, &hooks);
    w->api = api_new(w->engine, w->store,
                     &(struct api_config){.seed = s->seed + 1, .trusted = s->trusted});
    if (w->api) {
        api_call(w->api, "TestState", json_str(text), json_str_len(text), w->now_ms, state_answered,
                 w);
        turn_until_answered(w);
    }
    api_free(w->api);
    engine_free(w->engine);
    store_free(w->store);
    json_unref(text);
    json_unref(request);
    return w->answer;
}

/* ---- the request ---- */

static void set_text_of(struct json_build *b, const char *member, const json *v)
{
    json_build_set(b, member, json_text(v));
}

/* The request without a mock, and with room for one. */
static void begin_request(const struct state_run *s, struct json_build *b)
{
    static const char *const texts[] = {"variables", "context"};
    struct asl_at at;

    json_build_object(b, 8);
    set_text_of(b, "definition", s->machine->definition);
    json_build_set(b, "stateName", json_ref(s->state->name));
    json_build_set(b, "inspectionLevel", json_cstring("DEBUG"));
    set_text_of(b, "input", s->input);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (case_field(s->c, texts[i], &at))
            set_text_of(b, texts[i], at.value);
    if (case_field(s->c, "configuration", &at))
        json_build_set(b, "stateConfiguration", json_ref(at.value));
}

/* How mocks are held against the service's model is the case's to say (`check`), so the request has
 * them taken as they are. */
static void set_mock(struct json_build *b, const char *member, json *v)
{
    struct json_build mock = {0};

    json_build_object(&mock, 2);
    json_build_set(&mock, member, v);
    json_build_set(&mock, "fieldValidationMode", json_cstring("NONE"));
    json_build_set(b, "mock", json_build_done(&mock));
}

/* ---- the answer ---- */

/* Returns what text of JSON says; other text as it is. */
static json *opened(const json *v)
{
    json *read = json_is_string(v) ? json_parse(json_str(v), json_str_len(v), 0, NULL) : NULL;

    return read ? read : json_ref(v);
}

/* The inspectionData, in which data of the state is text. */
static json *inspection_of(const json *answer)
{
    const json *data = json_get(answer, "inspectionData");
    struct json_build b = {0};

    json_build_object(&b, data ? json_count(data) : 0);
    for (size_t i = 0; data && i < json_count(data); i++)
        json_build_set_key(&b, json_ref(json_key_at(data, i)), opened(json_value_at(data, i)));
    return json_build_done(&b);
}

/* What a Task sends, a look; NULL: it comes not so far. */
static const json *sent_by(const json *inspection)
{
    const json *sent = json_get(inspection, "afterArguments");

    return sent ? sent : json_get(inspection, "afterParameters");
}

/* A request that is refused fails the case with TestState's own message, at the mock if it is about
 * what is mocked. */
static bool refused(const struct state_run *s, const struct state_world *w, struct failures *out)
{
    static const char about[] = "Mock";
    const json *message = w->answer ? json_get(w->answer, "message") : NULL;
    const struct asl_at *mock = mocking_last(s->mocks);
    bool of_mock = mock && message && json_str_begins(message, about);
    struct asl_at at;

    if (w->status == 200)
        return false;
    failures_add(out,
                 of_mock                          ? mock->places->value
                 : case_field(s->c, "state", &at) ? at.places->value
                                                  : s->c->place,
                 of_mock ? "mocks" : "state", "TestState refuses it: %s",
                 message ? json_str(message) : "it gives no answer");
    return true;
}

/* ---- the mock ---- */

static bool is_task(const struct state_run *s)
{
    return s->state->type == ASL_TASK;
}

/* TestState takes a mock for these only; for others it would be refused. */
static bool takes_mock(const struct state_run *s)
{
    return is_task(s) || s->state->type == ASL_MAP || s->state->type == ASL_PARALLEL;
}

/* The try that it is, by the case's configuration. */
static uint32_t try_of(const struct state_run *s)
{
    struct asl_at at, retries;

    return case_field(s->c, "configuration", &at) &&
                   asl_at_member(&at, "retrierRetryCount", &retries)
               ? (uint32_t)json_int_value(retries.value)
               : 0;
}

/* What the Task would send, yours. NULL: it sends nothing, or *failed. */
static json *would_send(const struct state_run *s, struct failures *out, bool *failed)
{
    struct state_world w;
    struct json_build b;

    begin_request(s, &b);
    set_mock(&b, "result", json_cstring("{}"));
    ask(s, json_build_done(&b), &w);
    *failed = refused(s, &w, out);
    json *inspection = *failed ? NULL : inspection_of(w.answer);
    const json *sent = inspection ? sent_by(inspection) : NULL;
    json *mine = sent ? json_ref(sent) : NULL;
    json_unref(inspection);
    json_unref(w.answer);
    return mine;
}

static json *error_output(const struct trial_answer *answer)
{
    struct json_build b = {0};

    json_build_object(&b, 2);
    json_build_set(&b, "error", json_ref(answer->error));
    if (answer->cause)
        json_build_set(&b, "cause", json_ref(answer->cause));
    return json_build_done(&b);
}

static struct place mock_place(const struct state_run *s)
{
    const struct asl_at *mock = mocking_last(s->mocks);

    return mock ? mock->places->value : s->c->place;
}

/* Puts the mock's answer into the request. False: there is none, and a failure tells so. */
static bool add_mock(const struct state_run *s, const json *sent, struct json_build *b,
                     struct failures *out)
{
    struct trial_call call = {.state = s->state,
                              .resource = is_task(s) ? json_str(s->state->task.resource) : "",
                              .parameters = sent,
                              .attempt = try_of(s)};
    struct trial_answer answer = {0};
    bool good = true;

    if (!mocking_answer(s->mocks, &call, &answer)) {
        s->unmocked(s->user, &call);
        return false;
    }
    size_t before = out->count;
    s->answered(s->user, &call, &answer);
    switch (answer.kind) {
    case TRIAL_RETURNS: set_mock(b, "result", json_text(answer.value)); break;
    case TRIAL_THROWS: set_mock(b, "errorOutput", error_output(&answer)); break;
    case TRIAL_NEVER:
    case TRIAL_REAL:
        failures_add(out, mock_place(s), "mocks",
                     "a state that runs alone takes mocks that return or throw, and no others");
        good = false;
    }
    trial_answer_clear(&answer);
    return good && out->count == before;
}

/* ---- what came of it ---- */

/* Returns a list of one or two elements. Takes both; the second one may be NULL. */
static json *state_list_of(json *first, json *second)
{
    struct json_build b;

    json_build_array(&b, 2);
    json_build_add(&b, first);
    if (second)
        json_build_add(&b, second);
    return json_build_done(&b);
}

static json *state_path_text(const struct asl_state *s)
{
    struct buf b = {0};

    trial_state_path(&b, s);
    return json_take_buf(&b);
}

/* One call, as cases of whole executions tell them. */
static json *calls_of_state(const struct state_run *s, const json *inspection)
{
    const json *sent = is_task(s) ? sent_by(inspection) : NULL;
    struct json_build b, call;

    json_build_object(&b, 1);
    if (sent) {
        json_build_object(&call, 3);
        json_build_set(&call, "input", json_ref(sent));
        json_build_set(&call, "attempt", json_int(try_of(s)));
        json_build_set(&call, "at", json_int(0));
        json_build_set_key(&b, state_path_text(s->state),
                           state_list_of(json_build_done(&call), NULL));
    }
    return json_build_done(&b);
}

/* A state that assigns nothing leaves the variables as the case gave them. */
static json *variables_of_state(const struct state_run *s, const json *inspection)
{
    const json *after = json_get(inspection, "variables");
    struct asl_at at;

    if (after)
        return json_ref(after);
    return json_ref(case_field(s->c, "variables", &at) ? at.value : json_empty_object());
}

/*
 * Makes of TestState's answer what a whole execution would have left, so that expectations and
 * reports needn't know the difference.
 */
static result *state_result_of(const struct state_run *s, const struct state_world *w)
{
    static const char *const same[] = {"status", "error", "cause"};
    const json *next = json_get(w->answer, "nextState"), *output = json_get(w->answer, "output");
    json *inspection = inspection_of(w->answer);
    struct json_build b;

    json_build_object(&b, 12);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const json *v = json_get(w->answer, same[i]);
        if (v)
            json_build_set(&b, same[i], json_ref(v));
    }
    if (output)
        json_build_set(&b, "output", opened(output));
    if (next)
        json_build_set(&b, "next", json_ref(next));
    json_build_set(&b, "path",
                   state_list_of(json_ref(s->state->name), next ? json_ref(next) : NULL));
    json_build_set(&b, "visits", state_list_of(state_path_text(s->state), NULL));
    json_build_set(&b, "chains", json_ref(json_empty_object()));
    json_build_set(&b, "events", json_ref(json_empty_array()));
    json_build_set(&b, "calls", calls_of_state(s, inspection));
    json_build_set(&b, "duration", json_double((double)(w->now_ms - s->clock_ms) / 1e3));
    json_build_set(&b, "variables", variables_of_state(s, inspection));
    json_build_set(&b, "inspection", inspection);
    return result_of_values(json_build_done(&b));
}

/* What is tried again has not been left, though the machine that TestState makes, which has no
 * retriers, may have gone on. */
static struct element_passed passed_by(const struct state_run *s, const struct state_world *w)
{
    const json *inspection = json_get(w->answer, "inspectionData");
    const json *details = inspection ? json_get(inspection, "errorDetails") : NULL;
    const json *retrier = details ? json_get(details, "retryIndex") : NULL;

    if (retrier && json_str_is(json_get(w->answer, "status"), "RETRIABLE"))
        return (struct element_passed){.state = s->state,
                                       .left = true,
                                       .by = ELEMENT_RETRY,
                                       .index = (size_t)json_int_value(retrier)};
    return w->passed.state ? w->passed : (struct element_passed){.state = s->state};
}

result *state_run(const struct state_run *s, struct element_passed *passed, struct failures *out)
{
    bool failed = false, mocked = takes_mock(s);
    json *sent = is_task(s) ? would_send(s, out, &failed) : NULL;
    struct state_world w = {0};
    struct json_build b;
    result *r = NULL;

    begin_request(s, &b);
    if (!failed && (!mocked || add_mock(s, sent, &b, out))) {
        ask(s, json_build_done(&b), &w);
        if (!refused(s, &w, out)) {
            r = state_result_of(s, &w);
            *passed = passed_by(s, &w);
        }
    } else {
        json_build_drop(&b);
    }
    json_unref(w.answer);
    json_unref(sent);
    return r;
}
