/*
 * The Step Functions API under libFuzzer: a line of the input is a request,
 *
 *   Operation {"member":"value"}
 *   +5000                          time passes, in ms
 *   -                              the client that has waited longest goes
 *   !                              the server crashes, and starts again
 *
 * In a body <key> stands for what an answer last had under that key, and `text` for the text as
 * a JSON string. After each line the engine comes to rest, or to a bound. Each request must have
 * one answer, in the form of the service; what an execution shows of itself must agree, after a
 * crash too.
 */

#include "parsers/base/mem.h"
#include "runtime/api/api.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_LINES = 64, MOST_TURNS = 400, MOST_BODY = 64 * 1024 };

static const char *const keys[] = {
    "executionArn",
    "stateMachineArn",
    "stateMachineVersionArn",
    "stateMachineAliasArn",
    "activityArn",
    "mapRunArn",
    "taskToken",
    "nextToken",
    "revisionId",
};

enum { KEYS = sizeof keys / sizeof *keys };

#define MOST_EVENTS ",\"maxResults\":1000"

struct asked {
    struct world *world;
    uint64_t call;
    unsigned answers; /* 1 as well when its client has gone */
    struct buf *body; /* where the answer is put; NULL: nowhere */
};

struct world {
    engine *engine;
    store *store;
    api *api;
    int64_t now_ms;
    unsigned requests, tasks;
    struct asked asked[MOST_LINES];
    json *kept[KEYS];
};

static void must(bool holds, const char *what, const char *more)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s: %s\n", what, more);
    abort();
}

/* ---- the engine's side ---- */

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* What no part of the api does: a handler that answers with its parameters, or fails. */
static void run_task(void *user, const struct task *t)
{
    struct world *w = user;
    struct task_result r = {.ok = true};
    enum api_offer offer = api_offer_task(w->api, t);

    if (offer == API_TAKEN)
        return;
    if (offer == API_BY_TOKEN) {
        engine_task_submitted(w->engine, t->id, t->parameters);
        return;
    }
    if (mix(++w->tasks) % 4 == 0)
        r = (struct task_result){.error = json_cstring("E"), .cause = json_cstring("C")};
    else
        r.output = json_ref(t->parameters);
    engine_task_done(w->engine, t->id, &r);
}

static void cancel_task(void *user, uint64_t id)
{
    struct world *w = user;

    api_task_cancelled(w->api, id);
}

static void ended(void *user, uint64_t execution, const rt_exec *x)
{
    struct world *w = user;

    api_ended(w->api, execution, x, w->now_ms);
}

/* ---- answers ---- */

static bool is_text(const json *v)
{
    return v && json_is_string(v);
}

static void keep(struct world *w, const json *answer, int depth)
{
    if (json_is_array(answer) && json_count(answer) > 0) {
        keep(w, json_at(answer, 0), depth);
        return;
    }
    if (!json_is_object(answer) || depth > 2)
        return;
    for (size_t i = 0; i < KEYS; i++) {
        const json *v = json_get(answer, keys[i]);
        if (!is_text(v))
            continue;
        json_unref(w->kept[i]);
        w->kept[i] = json_ref(v);
    }
    for (size_t i = 0; i < json_count(answer); i++)
        keep(w, json_value_at(answer, i), depth + 1);
}

static void answered(void *user, int status, struct buf *body)
{
    struct asked *q = user;
    struct world *w = q->world;
    json *v = json_parse(body->data, body->len, 0, NULL);

    must(v && json_is_object(v), "an answer is an object", buf_str(body));
    must(status == 200 || status == 400 || status == 402, "the status", buf_str(body));
    if (status != 200)
        must(is_text(json_get(v, "__type")) && is_text(json_get(v, "message")),
             "an error has type and message", buf_str(body));
    must(++q->answers == 1, "one answer", buf_str(body));
    if (q->body) {
        buf_reset(q->body);
        buf_add(q->body, body->data, body->len);
    }
    keep(w, v, 0);
    json_unref(v);
}

static void ask(struct asked *q, const char *operation, const struct buf *body)
{
    struct world *w = q->world;

    q->call = api_call(w->api, operation, body->data, body->len, w->now_ms, answered, q);
    must(!q->answers, "no answer before it is durable", operation);
}

/* ---- turns ---- */

static void turn(struct world *w)
{
    api_begin_turn(w->api);
    must(engine_advance(w->engine, w->now_ms, NULL), "the store in memory works", "");
    api_advance(w->api, w->now_ms);
}

static void settle(struct world *w)
{
    for (int turns = 0; turns < MOST_TURNS; turns++) {
        turn(w);
        if (engine_next_due(w->engine) > w->now_ms && api_next_due(w->api) > w->now_ms)
            return;
    }
}

/* ---- requests ---- */

static const char *find(const char *at, const char *end, char c)
{
    return at < end ? memchr(at, c, (size_t)(end - at)) : NULL;
}

/* <key> at `at`; returns what follows it, NULL when it is no such thing. */
static const char *fill_in(struct world *w, const char *at, const char *end, struct buf *out)
{
    const char *close = find(at, end, '>');

    for (size_t i = 0; close && i < KEYS; i++) {
        size_t len = strlen(keys[i]);
        if ((size_t)(close - at) != len + 1 || memcmp(at + 1, keys[i], len) != 0)
            continue;
        if (w->kept[i])
            buf_adds(out, json_str(w->kept[i]));
        return close + 1;
    }
    return NULL;
}

static void body_of(struct world *w, const char *at, const char *end, struct buf *out)
{
    struct buf text = {0};

    while (at < end && out->len < MOST_BODY) {
        const char *close = *at == '`' ? find(at + 1, end, '`') : NULL;
        const char *next = *at == '<' ? fill_in(w, at, end, out) : NULL;
        if (close) {
            buf_reset(&text);
            body_of(w, at + 1, close, &text);
            json_write_string(out, buf_str(&text), text.len);
            next = close + 1;
        } else if (!next) {
            buf_addc(out, *at);
            next = at + 1;
        }
        at = next;
    }
    buf_clear(&text);
}

static void request(struct world *w, const char *at, const char *end)
{
    const char *blank = find(at, end, ' ');
    struct buf operation = {0}, body = {0};
    struct asked *q = &w->asked[w->requests++];

    if (!blank)
        blank = end;
    buf_add(&operation, at, (size_t)(blank - at));
    body_of(w, blank, end, &body);
    q->world = w;
    ask(q, buf_str(&operation), &body);
    bool waits = api_waits(w->api, q->call);
    turn(w);
    must(waits || q->answers == 1, "the next turn brings the answer", buf_str(&operation));
    buf_clear(&operation);
    buf_clear(&body);
}

/* The client of the oldest request that waits goes. */
static bool give_up(struct world *w)
{
    for (unsigned i = 0; i < w->requests; i++) {
        struct asked *q = &w->asked[i];
        if (q->answers)
            continue;
        api_give_up(w->api, q->call);
        q->answers = 1; /* any more is one too many */
        return true;
    }
    return false;
}

/* ---- what an execution shows of itself ---- */

static json *look(struct world *w, const char *operation, const char *arn, const char *more)
{
    struct buf body = {0}, answer = {0};
    struct asked q = {.world = w, .body = &answer};

    buf_adds(&body, "{\"executionArn\":");
    json_write_string(&body, arn, strlen(arn));
    buf_printf(&body, "%s}", more);
    ask(&q, operation, &body);
    turn(w);
    must(q.answers == 1, "a look does not wait", operation);
    json *v = json_parse(answer.data, answer.len, 0, NULL);
    buf_clear(&body);
    buf_clear(&answer);
    return v;
}

static bool is_end(const char *type)
{
    static const char *const ends[] = {"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted",
                                       "ExecutionTimedOut"};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(type, ends[i]) == 0)
            return true;
    return false;
}

static int64_t number(const json *v)
{
    return v && json_kind(v) == JSON_INT ? json_int_value(v) : -1;
}

static void check_execution(struct world *w, const char *arn)
{
    json *d = look(w, "DescribeExecution", arn, "");
    json *h = look(w, "GetExecutionHistory", arn, MOST_EVENTS);
    const json *events = json_get(h, "events"), *status = json_get(d, "status");
    size_t count = events ? json_count(events) : 0;

    for (size_t i = 0; i < count; i++) {
        const json *e = json_at(events, i);
        int64_t before = number(json_get(e, "previousEventId"));
        must(number(json_get(e, "id")) == (int64_t)i + 1, "ids are dense", arn);
        must(before >= 0 && before <= (int64_t)i, "each follows an earlier one", arn);
    }
    if (status && count && !json_get(h, "nextToken")) {
        const char *last = json_str(json_get(json_at(events, count - 1), "type"));
        must(is_end(last) == (strcmp(json_str(status), "RUNNING") != 0),
             "the last event agrees with the status", arn);
    }
    json_unref(d);
    json_unref(h);
}

/* ---- life ---- */

static void wake_up(struct world *w)
{
    w->engine = engine_new(
        w->store, &(struct engine_hooks){
                      .user = w, .run_task = run_task, .cancel_task = cancel_task, .ended = ended});
    w->api = api_new(w->engine, w->store, &(struct api_config){0});
    must(w->api != NULL, "there are random bytes", "");
    must(api_load(w->api, NULL) && engine_recover(w->engine, w->now_ms, ENGINE_SLEEP_MS, NULL),
         "the store in memory is read", "");
}

static void fall_down(struct world *w)
{
    api_free(w->api);
    engine_free(w->engine);
    for (unsigned i = 0; i < w->requests; i++)
        w->asked[i].answers = 1;
}

/* What was to be seen is to be seen again. */
static void crash(struct world *w)
{
    json *arn = json_ref(w->kept[0]);
    json *before = arn ? look(w, "GetExecutionHistory", json_str(arn), MOST_EVENTS) : NULL;

    fall_down(w);
    wake_up(w);
    json *after = arn ? look(w, "GetExecutionHistory", json_str(arn), MOST_EVENTS) : NULL;
    const json *old = before ? json_get(before, "events") : NULL;
    const json *new = after ? json_get(after, "events") : NULL;
    must(!old || new, "a crash takes no execution away", arn ? json_str(arn) : "");
    for (size_t i = 0; old && i < json_count(old); i++)
        must(i < json_count(new) && json_equal(json_at(old, i), json_at(new, i)),
             "a crash changes no event", json_str(arn));
    json_unref(arn);
    json_unref(before);
    json_unref(after);
}

static void line(struct world *w, const char *at, const char *end)
{
    int64_t ms = 0;

    if (at == end)
        return;
    if (*at == '-') {
        give_up(w);
    } else if (*at == '!') {
        crash(w);
    } else if (*at == '+') {
        while (++at < end && *at >= '0' && *at <= '9' && ms < 100000000)
            ms = ms * 10 + (*at - '0');
        w->now_ms += ms;
    } else {
        request(w, at, end);
    }
    settle(w);
}

static void world_clear(struct world *w)
{
    api_end_polls(w->api);
    settle(w);
    while (give_up(w))
        ;
    fall_down(w);
    store_free(w->store);
    for (size_t i = 0; i < KEYS; i++)
        json_unref(w->kept[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    struct world w = {.store = store_memory_new(), .now_ms = 1704067200000};

    wake_up(&w);
    while (at < end && w.requests < MOST_LINES) {
        const char *stop = find(at, end, '\n');
        if (!stop)
            stop = end;
        line(&w, at, stop);
        at = stop + 1;
    }
    if (w.kept[0]) {
        json *arn = json_ref(w.kept[0]);
        check_execution(&w, json_str(arn));
        json_unref(arn);
    }
    world_clear(&w);
    return 0;
}
