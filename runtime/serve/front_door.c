/*
 * A visit is a request on its way: DescribeStateMachine tells the machine's type, then
 * StartSyncExecution answers with the end of an EXPRESS execution, and StartExecution begins a
 * STANDARD one, whose end the engine's hook tells, by its ARN.
 */

#include "runtime/serve/front_door.h"

#include "asl/eval/env.h"
#include "asl/report/quota.h"
#include "parsers/base/id_map.h"
#include "parsers/base/mem.h"
#include "parsers/base/text_map.h"
#include "runtime/base/aws_defaults.h"
#include "runtime/base/partition.h"
#include "runtime/serve/http_event.h"

#include <string.h>
#include <sys/random.h>

struct front_door {
    uv_loop_t *loop;
    api *api;
    routes *routes;
    struct front_door_options options;
    char *region, *account;
    struct asl_chance chance; /* request ids, which name executions */
    bool stopping;
    struct id_map visits;
    uint64_t last_visit;
    struct text_map by_arn; /* visits that wait for a STANDARD execution */
};

struct visit {
    struct id_node node; /* first */
    front_door *door;
    http_exchange *x; /* NULL: it is over */
    uv_timer_t timer;
    json *id;      /* of the request; the execution's name */
    json *machine; /* ARN */
    json *input;   /* its text */
    json *arn;     /* of a STANDARD execution, once it is waited for */
    uint64_t call; /* of the api, which waits; 0: none does */
    bool express, timed_out;
    int64_t timeout_ms;
};

/* ---- the end of a visit ---- */

static void front_door_on_timer_closed(uv_handle_t *h)
{
    struct visit *v = h->data;

    json_unref(v->id);
    json_unref(v->machine);
    json_unref(v->input);
    json_unref(v->arn);
    mem_free(v);
}

/* Ends a visit, whether it was answered or its client has gone. Its memory is freed when libuv
 * has closed the timer; until then `x` NULL says that it is over. */
static void end_visit(struct visit *v)
{
    v->x = NULL;
    if (v->call)
        api_give_up(v->door->api, v->call);
    if (v->arn)
        text_map_take(&v->door->by_arn, json_str(v->arn));
    id_map_take(&v->door->visits, v->node.id);
    uv_close((uv_handle_t *)&v->timer, front_door_on_timer_closed);
}

/* Takes `body`. */
static void front_door_reply(http_exchange *x, const json *id, int status,
                             const struct http_header *headers, size_t count, struct buf *body)
{
    struct http_answer a = {.status = status, .body = *body};
    struct http_header *all = mem_calloc(count + 1, sizeof *all);

    *body = (struct buf){0};
    if (count)
        memcpy(all, headers, count * sizeof *all);
    all[count] = (struct http_header){"x-amzn-RequestId", json_str(id)};
    a.headers = all;
    a.header_count = count + 1;
    http_reply(x, &a);
    mem_free(all);
}

/* The client is no longer watched before it is answered: writing the answer may already find it
 * gone, and the visit would end twice. */
static void front_door_finish(struct visit *v, int status, const struct http_header *headers,
                              size_t count, struct buf *body)
{
    http_exchange *x = v->x;

    http_exchange_on_gone(x, NULL, NULL);
    front_door_reply(x, v->id, status, headers, count, body);
    end_visit(v);
}

static void front_door_set_ref(struct json_build *b, const char *key, const json *v)
{
    if (v)
        json_build_set(b, key, json_ref(v));
}

/* {"error", "cause", "executionArn"}, of which each may be NULL. */
static void finish_badly(struct visit *v, int status, const json *error, const json *cause)
{
    static const struct http_header type = {"Content-Type", "application/json"};
    struct json_build b;
    struct buf body = {0};

    json_build_object(&b, 3);
    front_door_set_ref(&b, "error", error);
    front_door_set_ref(&b, "cause", cause);
    front_door_set_ref(&b, "executionArn", v->arn);
    json *out = json_build_done(&b);
    json_write(&body, out);
    json_unref(out);
    front_door_finish(v, status, &type, 1, &body);
}

static void finish_with_words(struct visit *v, int status, const char *error, const char *cause)
{
    json *name = json_cstring(error), *words = json_cstring(cause);

    finish_badly(v, status, name, words);
    json_unref(name);
    json_unref(words);
}

/* An output that can't be made an answer is the author's mistake, not the client's: 502, as API
 * Gateway answers for an integration whose answer is malformed. */
static void finish_well(struct visit *v, const json *output)
{
    struct http_event_answer a;
    struct diag why = {0};

    if (http_event_answer(output, &a, &why)) {
        front_door_finish(v, a.status, a.headers, a.header_count, &a.body);
        http_event_answer_clear(&a);
    } else {
        finish_with_words(v, 502, "Asl.InvalidAnswer", why.text);
    }
    diag_clear(&why);
}

static void finish_timed_out(struct visit *v)
{
    finish_with_words(v, 504, "Asl.RouteTimedOut",
                      v->express ? "The execution did not end in the time that the route allows"
                                 : "The execution did not end in the time that the route allows, "
                                   "and goes on");
}

/* ---- calls of the api ---- */

/* Hands over `request`. */
static void front_door_ask(struct visit *v, const char *operation, json *request, api_done *done)
{
    front_door *d = v->door;
    struct buf body = {0};

    json_write(&body, request);
    json_unref(request);
    v->call =
        api_call(d->api, operation, body.data, body.len, d->options.now(d->options.clock), done, v);
    buf_clear(&body);
}

/* What the api refused is, but for the input, no fault of the client's. */
static void finish_refused(struct visit *v, const json *answer)
{
    const json *type = json_get(answer, "__type");

    finish_badly(v, type && json_str_is(type, "InvalidExecutionInput") ? 400 : 502, type,
                 json_get(answer, "message"));
}

static json *front_door_answer_of(struct buf *body)
{
    return json_parse(body->data, body->len, JSON_READ_SURROGATES, NULL);
}

static json *output_of(const json *text)
{
    json *v =
        text ? json_parse(json_str(text), json_str_len(text), JSON_READ_SURROGATES, NULL) : NULL;

    return v ? v : json_null();
}

/* The end of an EXPRESS execution. A visit that has run out of time is answered here, too:
 * api_time_out makes the call end, and that end comes as an answer. */
static void on_sync_answer(void *user, int status, struct buf *body)
{
    struct visit *v = user;
    json *answer = front_door_answer_of(body);
    const json *ended = json_get(answer, "status");

    v->call = 0;
    if (status != 200) {
        finish_refused(v, answer);
    } else if (v->timed_out) {
        finish_timed_out(v);
    } else if (json_str_is(ended, "SUCCEEDED")) {
        json *output = output_of(json_get(answer, "output"));
        finish_well(v, output);
        json_unref(output);
    } else if (json_str_is(ended, "TIMED_OUT")) {
        finish_with_words(v, 504, ASL_TIMEOUT, "The state machine ran into its time-out");
    } else {
        finish_badly(v, 502, json_get(answer, "error"), json_get(answer, "cause"));
    }
    json_unref(answer);
}

/* Unless the execution has ended before this comes. */
static void on_start_answer(void *user, int status, struct buf *body)
{
    struct visit *v = user;
    json *answer;

    v->call = 0;
    if (status == 200)
        return;
    answer = front_door_answer_of(body);
    finish_refused(v, answer);
    json_unref(answer);
}

static json *start_request(const struct visit *v)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "stateMachineArn", json_ref(v->machine));
    json_build_set(&b, "name", json_ref(v->id));
    json_build_set(&b, "input", json_ref(v->input));
    return json_build_done(&b);
}

/* arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME */
static json *front_door_execution_arn(const struct visit *v, const json *machine_name)
{
    const char *arn = json_str(v->machine), *kind = strstr(arn, ":stateMachine:");

    return json_stringf("%.*s:execution:%s:%s", kind ? (int)(kind - arn) : 0, arn,
                        json_str(machine_name), json_str(v->id));
}

/*
 * The machine's type decides which call comes next. The ARN of a STANDARD execution is known before
 * it is started, and is noted first: a short one ends in the same turn in which its start is
 * answered.
 */
static void on_description(void *user, int status, struct buf *body)
{
    struct visit *v = user;
    json *answer = front_door_answer_of(body);

    v->call = 0;
    if (status != 200) {
        finish_refused(v, answer);
        goto out;
    }
    v->express = json_str_is(json_get(answer, "type"), "EXPRESS");
    if (v->express) {
        front_door_ask(v, "StartSyncExecution", start_request(v), on_sync_answer);
        goto out;
    }
    v->arn = front_door_execution_arn(v, json_get(answer, "name"));
    text_map_put(&v->door->by_arn, json_str(v->arn), v);
    front_door_ask(v, "StartExecution", start_request(v), on_start_answer);
out:
    json_unref(answer);
}

/* ---- while it waits ---- */

void front_door_ended(front_door *d, const rt_exec *x)
{
    struct visit *v = text_map_get(&d->by_arn, json_str(rt_exec_names(x)->arn));
    const struct asl_error *error = rt_exec_error(x);

    if (!v)
        return;
    switch (rt_exec_status(x)) {
    case RT_RUNNING: break;
    case RT_SUCCEEDED: finish_well(v, rt_exec_output(x)); break;
    case RT_TIMED_OUT:
        finish_with_words(v, 504, ASL_TIMEOUT, "The state machine ran into its time-out");
        break;
    case RT_FAILED:
    case RT_ABORTED:
        finish_badly(v, 502, error ? error->name : NULL, error ? error->cause : NULL);
        break;
    }
}

/* An EXPRESS execution is stopped through its call, whose answer then ends the visit. A STANDARD
 * one goes on: only the client stops waiting. */
static void front_door_on_timer(uv_timer_t *t)
{
    struct visit *v = t->data;

    if (!api_waits(v->door->api, v->call)) {
        finish_timed_out(v);
        return;
    }
    v->timed_out = true;
    api_time_out(v->door->api, v->call, v->door->options.now(v->door->options.clock));
}

/* What runs goes on. */
static void front_door_on_gone(void *user)
{
    struct visit *v = user;

    end_visit(v);
}

/* ---- the begin of a visit ---- */

/* A route names a machine by its ARN, or by its name in our own region and account. */
static json *front_door_machine_arn(const front_door *d, const char *name)
{
    if (!strncmp(name, "arn:", 4))
        return json_cstring(name);
    return json_stringf("arn:%s:states:%s:%s:stateMachine:%s", partition_name(d->region), d->region,
                        d->account, name);
}

/* The input's text; NULL: the body isn't JSON. */
static json *input_of(const front_door *d, http_exchange *x, const struct route *route,
                      const json *parameters, const json *id)
{
    const struct http_message *m = http_exchange_message(x);
    struct http_event e = {.message = m,
                           .peer = http_exchange_peer(x),
                           .route = route->path,
                           .lists_methods = route->lists_methods,
                           .parameters = parameters,
                           .request_id = json_str(id),
                           .account = d->account,
                           .now_ms = d->options.now(d->options.clock)};

    if (route->body_only) {
        json *v = m->body.len ? json_parse(m->body.data, m->body.len, 0, NULL)
                              : json_ref(json_empty_object());
        json *text = v && m->body.len ? json_string(m->body.data, m->body.len)
                     : v              ? json_text(v)
                                      : NULL;
        json_unref(v);
        return text;
    }
    json *event = http_event_json(&e);
    json *text = json_text(event);
    json_unref(event);
    return text;
}

static struct visit *new_visit(front_door *d, http_exchange *x, const struct route *route, json *id,
                               json *input)
{
    struct visit *v = mem_calloc(1, sizeof *v);

    *v = (struct visit){.node = {.id = ++d->last_visit},
                        .door = d,
                        .x = x,
                        .id = id,
                        .input = input,
                        .machine = front_door_machine_arn(d, route->machine),
                        .timeout_ms = route->timeout_ms};
    uv_timer_init(d->loop, &v->timer);
    v->timer.data = v;
    /* The loop's time is that of its last turn, which may have been long: without this the timer
     * would run out too early. */
    uv_update_time(d->loop);
    uv_timer_start(&v->timer, front_door_on_timer, (uint64_t)route->timeout_ms, 0);
    id_map_put(&d->visits, &v->node);
    return v;
}

static void front_door_refuse(http_exchange *x, const json *id, int status, const char *allow,
                              const char *error, const char *cause)
{
    const struct http_header headers[] = {{"Content-Type", "application/json"}, {"Allow", allow}};
    struct json_build b;
    struct buf body = {0};

    json_build_object(&b, 2);
    json_build_set(&b, "error", json_cstring(error));
    json_build_set(&b, "cause", json_cstring(cause));
    json *v = json_build_done(&b);
    json_write(&body, v);
    json_unref(v);
    front_door_reply(x, id, status, headers, allow ? 2 : 1, &body);
}

/* Takes `id`. */
static void front_door_begin(front_door *d, http_exchange *x, const struct route *route,
                             const json *parameters, json *id)
{
    json *input = input_of(d, x, route, parameters, id), *request;
    struct json_build b;

    if (!input || json_str_len(input) > QUOTA_DATA) {
        if (!input)
            front_door_refuse(x, id, 400, NULL, "Asl.InvalidInput", "The body is no JSON");
        else
            front_door_refuse(x, id, 413, NULL, "Asl.InvalidInput",
                              "The request is larger than an execution's input may be");
        json_unref(input);
        json_unref(id);
        return;
    }
    struct visit *v = new_visit(d, x, route, id, input);
    /* When the client has gone already the answer goes nowhere, but its request was complete. */
    (void)http_exchange_on_gone(x, front_door_on_gone, v);
    json_build_object(&b, 2);
    json_build_set(&b, "stateMachineArn", json_ref(v->machine));
    json_build_set(&b, "includedData", json_cstring("METADATA_ONLY"));
    request = json_build_done(&b);
    front_door_ask(v, "DescribeStateMachine", request, on_description);
}

bool front_door_look(const front_door *d, const struct http_message *m, struct route_access *out)
{
    const struct route *route = NULL;

    if (routes_find(d->routes, m->method, m->path, &route, NULL, NULL) != ROUTE_FOUND)
        return false;
    *out = (struct route_access){
        .open = route->open, .cross_site = route->cross_site, .max_body = QUOTA_DATA};
    return true;
}

bool front_door_offer(front_door *d, http_exchange *x)
{
    const struct http_message *m = http_exchange_message(x);
    const struct route *route = NULL;
    json *parameters = NULL, *id;
    struct buf allow = {0};
    enum route_found found =
        routes_find(d->routes, m->method, m->path, &route, &parameters, &allow);

    if (found == ROUTE_NONE)
        return false;
    id = asl_chance_uuid(&d->chance);
    if (found == ROUTE_FOUND && !d->stopping) {
        front_door_begin(d, x, route, parameters, json_ref(id));
    } else if (found == ROUTE_FOUND) {
        front_door_refuse(x, id, 503, NULL, "Asl.Stopping", "The server is about to stop");
    } else if (found == ROUTE_BAD_PATH) {
        front_door_refuse(x, id, 400, NULL, "Asl.InvalidPath",
                          "The path is not UTF-8 with good %XX");
    } else {
        front_door_refuse(x, id, 405, buf_str(&allow), "Asl.MethodNotAllowed",
                          "No route has this path with this method");
    }
    json_unref(parameters);
    json_unref(id);
    buf_clear(&allow);
    return true;
}

/* ---- life ---- */

front_door *front_door_new(uv_loop_t *loop, api *a, routes *r,
                           const struct front_door_options *options)
{
    front_door *d = mem_calloc(1, sizeof *d);

    d->loop = loop;
    d->api = a;
    d->routes = r;
    d->options = *options;
    d->region = mem_strdup(options->region ? options->region : AWS_DEFAULT_REGION);
    d->account = mem_strdup(options->account ? options->account : AWS_DEFAULT_ACCOUNT);
    if (getrandom(&d->chance.state, sizeof d->chance.state, 0) != sizeof d->chance.state)
        d->chance.state = (uint64_t)options->now(options->clock); /* ids need be no secret */
    return d;
}

void front_door_use(front_door *d, routes *r)
{
    routes_free(d->routes);
    d->routes = r;
}

void front_door_stop(front_door *d)
{
    if (d)
        d->stopping = true;
}

void front_door_fail(front_door *d, const char *why)
{
    struct id_node *n;

    while (d && (n = id_map_take_any(&d->visits)))
        finish_with_words((struct visit *)(void *)n, 503, "ServiceUnavailable", why);
}

void front_door_close(front_door *d)
{
    struct id_node *n;

    while (d && (n = id_map_take_any(&d->visits)))
        end_visit((struct visit *)(void *)n);
}

void front_door_free(front_door *d)
{
    if (!d)
        return;
    routes_free(d->routes);
    id_map_clear(&d->visits);
    text_map_clear(&d->by_arn);
    mem_free(d->region);
    mem_free(d->account);
    mem_free(d);
}
