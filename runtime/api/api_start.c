/*
 * Executions that start and end: StartExecution, StartSyncExecution, and who waits for them. A
 * start is answered when the turn that has it is committed, so a name is looked for in the store
 * and, for the two turns until the store has it, among the fresh. A synchronous start waits for
 * the end of its execution, of which nothing is stored.
 */

#include "runtime/api/api_start.h"

#include "asl/report/quota.h"
#include "asl/report/reader_words.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_context.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_tasks.h"
#include "runtime/api/api_test_state.h"
#include "runtime/api/api_throttle.h"
#include "runtime/api/api_versions.h"
#include "runtime/base/partition.h"

#include <string.h>
#include <sys/random.h>

enum { BILLED_STEP_MS = 100, BILLED_MB = 64 };

/* Most ARNs of executions are shorter. */
enum { ROOM_FOR_ARN = 160 };

/* ---- what is in memory ---- */

/* An execution that the store may not have yet. */
struct fresh {
    json *arn;
    uint64_t number, turn;
    uint64_t input; /* the engine's, that starts it */
};

struct run *run_at(const api *a, uint64_t number)
{
    return (struct run *)(void *)id_map_get(&a->executions.runs, number);
}

/* Most executions have no run: nobody waits for them, and nothing is mocked. */
struct run *run_of(api *a, uint64_t number)
{
    struct run *r = run_at(a, number);

    if (r)
        return r;
    r = mem_calloc(1, sizeof *r);
    r->node.id = number;
    id_map_put(&a->executions.runs, &r->node);
    return r;
}

static void run_free(struct run *r)
{
    if (!r)
        return;
    mocks_free(r->mocks);
    id_queue_clear(&r->parents);
    json_unref(r->note);
    mem_free(r);
}

void executions_init(api *a, size_t max_open)
{
    a->executions.max_open = max_open ? max_open : QUOTA_OPEN_EXECUTIONS;
}

/* Two turns on, the store has whatever was started, so forget_fresh frees all of it. */
void executions_clear(api *a)
{
    struct id_node *n;

    while ((n = id_map_take_any(&a->executions.runs)))
        run_free((struct run *)(void *)n);
    id_map_clear(&a->executions.runs);
    a->executions.turn += 2;
    forget_fresh(a);
    text_map_clear(&a->executions.fresh_arns);
    mem_free(a->executions.fresh);
}

void executions_count_turn(api *a)
{
    a->executions.turn++;
}

bool fresh_number(const api *a, const char *arn, uint64_t *number)
{
    const struct fresh *f = text_map_get(&a->executions.fresh_arns, arn);

    if (f)
        *number = f->number;
    return f != NULL;
}

/* Only Standard executions count towards the quota on open ones. */
void machine_runs(api *a, struct machine *m)
{
    m->running++;
    a->executions.open += !m->express;
}

void machine_rests(api *a, struct machine *m)
{
    m->running--;
    a->executions.open -= !m->express;
}

/* Memory is asked first: what can't be run is no matter of quotas. */
bool may_open(struct call *c, const struct machine *m)
{
    if (engine_is_full(c->api->engine)) {
        call_fail(c, "ThrottlingException",
                  "Rate exceeded: the process has too little memory left (asl serve --memory)");
        return false;
    }
    if (m->express || quota_allows(c->api, c->api->executions.open, c->api->executions.max_open))
        return true;
    call_fail(c, "ExecutionLimitExceeded",
              "The maximum number of running executions has been reached: %zu",
              c->api->executions.max_open);
    return false;
}

/*
 * The entry stays until the engine has come to the input that starts the execution, which may be
 * turns later.
 */
static void add_fresh(api *a, const json *arn, uint64_t number)
{
    struct fresh *f = mem_alloc(sizeof *f);

    *f = (struct fresh){.arn = json_ref(arn),
                        .number = number,
                        .turn = a->executions.turn,
                        .input = engine_last_input(a->engine)};
    MEM_GROW(a->executions.fresh, a->executions.fresh_count, a->executions.fresh_cap);
    a->executions.fresh[a->executions.fresh_count++] = f;
    text_map_put(&a->executions.fresh_arns, json_str(f->arn), f);
}

void forget_fresh(api *a)
{
    for (; a->executions.fresh_head < a->executions.fresh_count; a->executions.fresh_head++) {
        struct fresh *f = a->executions.fresh[a->executions.fresh_head];
        if (f->turn + 1 >= a->executions.turn || !engine_is_settled(a->engine, f->input))
            break;
        text_map_take(&a->executions.fresh_arns, json_str(f->arn));
        json_unref(f->arn);
        mem_free(f);
    }
    /* Each is moved about once. */
    if (a->executions.fresh_head < a->executions.fresh_count - a->executions.fresh_head)
        return;
    a->executions.fresh_count -= a->executions.fresh_head;
    if (a->executions.fresh_count)
        memmove(a->executions.fresh, a->executions.fresh + a->executions.fresh_head,
                a->executions.fresh_count * sizeof *a->executions.fresh);
    a->executions.fresh_head = 0;
}

/* ---- input ---- */

/* The words are those of AWS's reader of JSON; what only we refuse, as too deep a value, has our
 * own. */
json *execution_input(struct call *c, const json *text)
{
    struct diag why = {0};
    struct buf words = {0}, place = {0};
    json *v = json_parse(json_str(text), json_str_len(text), 0, &why);

    if (!v && why.code && strcmp(why.code, "JSON_EMPTY") == 0)
        buf_adds(&words, "Invalid execution input.");
    else if (!v && !reader_words(json_str(text), json_str_len(text), READER_OF_API, &words, &place))
        buf_adds(&words, why.text); /* of what only we mind, as depth */
    if (!v)
        call_fail(c, "InvalidExecutionInput", "Invalid State Machine Execution Input: '%s'",
                  buf_str(&words));
    buf_clear(&words);
    buf_clear(&place);
    diag_clear(&why);
    return v;
}

/* ---- starting ---- */

/* arn:…:execution:MACHINE:NAME, or arn:…:express:MACHINE:NAME:UUID. */
static json *new_execution_arn(api *a, const struct machine *m, const json *name)
{
    json *id = m->express ? api_uuid(a) : NULL;
    const char *const parts[] = {"arn",
                                 partition_name(a->region),
                                 "states",
                                 a->region,
                                 a->account,
                                 m->express ? "express" : "execution",
                                 json_str(m->name),
                                 json_str(name),
                                 id ? json_str(id) : NULL};
    struct buf text = {0};

    buf_reserve(&text, ROOM_FOR_ARN);
    for (size_t i = 0; i < COUNT(parts) && parts[i]; i++) {
        if (i)
            buf_addc(&text, ':');
        buf_adds(&text, parts[i]);
    }
    json_unref(id);
    return json_take_buf(&text);
}

/* Makes the note that is kept with the execution: what the core has no use for, and descriptions
 * tell. */
static json *make_note(const struct call *c, const struct target *t, const char *test_case,
                       int64_t nesting)
{
    const json *trace = call_get(c, "traceHeader");
    struct json_build b;

    json_build_object(&b, 6);
    json_build_set(&b, NOTE_REVISION, json_ref(t->revision->key));
    if (t->version)
        json_build_set(&b, NOTE_VERSION, json_ref(t->version->arn));
    if (t->alias)
        json_build_set(&b, NOTE_ALIAS, json_ref(t->alias->arn));
    if (trace)
        json_build_set(&b, NOTE_TRACE, json_ref(trace));
    if (test_case)
        json_build_set(&b, NOTE_MOCKS, json_cstring(test_case));
    if (nesting)
        json_build_set(&b, NOTE_NESTING, json_int(nesting));
    return json_build_done(&b);
}

/* What is to be started. */
struct start {
    struct target to;
    bool sync;
    json *arn, *name, *input, *text; /* `input` is the value of `text` */
    const char *test_case;           /* NULL: none */
    mocks *mocks;                    /* of it; taken */
    int64_t nesting;
};

/* StartSyncExecution's can't be redriven, and their context object has nothing of it. NULL: the
 * usual one will do. */
static json *context_of_start(const struct call *c, const struct start *s,
                              const struct rt_names *names)
{
    struct json_build b;

    if (!s->sync)
        return NULL;
    json_build_object(&b, 1);
    json_build_set(&b, "Execution",
                   context_of_execution(names, names->role_arn, s->input, c->now_ms));
    return json_build_done(&b);
}

/* Asks the system for the bytes of several secrets together: each time is a system call. What was
 * taken is not kept here. */
static bool take_secret(api *a, unsigned char secret[RT_SECRET])
{
    struct executions *x = &a->executions;

    if (x->random_left < RT_SECRET) {
        x->random_left = 0;
        if (getrandom(x->random, sizeof x->random, 0) != sizeof x->random)
            return false;
        x->random_left = sizeof x->random;
    }
    x->random_left -= RT_SECRET;
    memcpy(secret, x->random + x->random_left, RT_SECRET);
    memset(x->random + x->random_left, 0, RT_SECRET);
    return true;
}

/*
 * What the engine starts is counted at once, so that the next call of this turn sees it. The
 * secret is what task tokens are made of; without random bytes nothing starts. NULL with the call
 * failed.
 */
static struct run *start_in_engine(struct call *c, struct start *s, uint64_t *number)
{
    api *a = c->api;
    struct machine *m = s->to.machine;
    json *region = json_cstring(a->region), *note = make_note(c, &s->to, s->test_case, s->nesting);
    struct rt_config config = {.names = {.arn = s->arn,
                                         .name = s->name,
                                         .machine_arn = m->arn,
                                         .machine_name = m->name,
                                         .role_arn = s->to.revision->role_arn,
                                         .region = region},
                               .written = s->text,
                               .aws_limits = !a->no_limits,
                               .express = m->express,
                               .seed = asl_chance_next(&a->chance)};
    json *context = context_of_start(c, s, &config.names);
    struct engine_label label = {.keep = s->sync      ? ENGINE_KEEP_NOTHING
                                         : m->express ? ENGINE_KEEP_RUNNING
                                                      : ENGINE_KEEP,
                                 .list = m->arn,
                                 .note = note};
    struct run *r = NULL;

    config.context = context;
    if (take_secret(a, config.secret)) {
        *number = engine_start(a->engine, s->to.revision->compiled, &config, s->input, &label);
        machine_runs(a, m);
        r = run_of(a, *number);
        r->mocks = s->mocks;
        s->mocks = NULL;
        r->note = s->sync ? json_ref(note) : NULL;
        /* Others have a name that nobody else was given, and are not looked for in this turn, as
         * those that a task waits for are. */
        if (!m->express && (call_get(c, "name") || c->from.own))
            add_fresh(a, s->arn, *number);
    } else {
        call_fail(c, "InternalServerError", "The system gives no random bytes");
    }
    json_unref(region);
    json_unref(context);
    json_unref(note);
    return r;
}

static json *started(const json *arn, int64_t start_ms)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "executionArn", json_ref(arn));
    json_build_set(&b, "startDate", api_time(start_ms));
    return json_build_done(&b);
}

/* The mocks that "#CASE" behind the machine's ARN asks for. False with the call failed. */
static bool find_mocks(struct call *c, const struct machine *m, const asl_machine *compiled,
                       const char *name, mocks **out)
{
    struct diag why = {0};

    if (!c->api->mock_file)
        call_fail(
            c, "ValidationException",
            "There is no mock configuration for the test case '%s': give asl serve --mock FILE",
            name);
    else if (!(*out = mocks_load(c->api->mock_file, json_str(m->name), name, &why)) ||
             !mocks_fit(*out, compiled, &why))
        call_fail(c, "ValidationException", "%s: %s", c->api->mock_file, why.text);
    diag_clear(&why);
    return !c->error;
}

/*
 * Answers a start whose name was used before: as on AWS the same request gets the same answer as
 * long as the execution runs, and any other is refused. NULL: the name is new, or the call failed.
 */
static json *start_again(struct call *c, const struct start *s)
{
    struct execution old;
    uint64_t number;
    json *out = NULL;

    if (!call_get(c, "name") || !execution_number(c->api, json_str(s->arn), &number) ||
        !execution_look(c->api, number, &old))
        return NULL;
    if (old.status == RT_RUNNING && old.input && json_equal(old.input, s->text))
        out = started(s->arn, old.start_ms);
    else
        call_fail(c, "ExecutionAlreadyExists", "Execution Already Exists: '%s'", json_str(s->arn));
    execution_clear(&old);
    return out;
}

/* A run stays in memory only where somebody needs it: who waits, or mocks. */
static json *start_new(struct call *c, struct start *s)
{
    const char *data = call_text(c, "includedData");
    uint64_t number;
    struct run *r = start_in_engine(c, s, &number);

    if (!r)
        return NULL;
    if (!s->sync) {
        if (!r->mocks)
            run_free((struct run *)(void *)id_map_take(&c->api->executions.runs, number));
        return started(s->arn, c->now_ms);
    }
    struct waiter *w = call_wait(c, c->now_ms + QUOTA_EXPRESS_MS);
    w->run = r;
    r->waiter = w->node.id;
    r->metadata_only = data && strcmp(data, "METADATA_ONLY") == 0;
    return NULL;
}

/* Starts for both operations; `plain` is the ARN without "#CASE". Only the first failure is
 * told, so the order of the checks shows. */
static json *start_plain(struct call *c, struct start *s, const char *plain)
{
    json *out = NULL;

    if (!arn_refuse_label(c, plain) || !target_find(c, plain, &s->to) || !name_check(c, s->name))
        return NULL;
    const struct machine *m = s->to.machine;
    if (s->test_case && !find_mocks(c, m, s->to.revision->compiled, s->test_case, &s->mocks))
        return NULL;
    if (m->deleting)
        return call_fail(c, "StateMachineDeleting", "State Machine is being deleted: '%s'",
                         json_str(m->arn));
    if (!revision_runs(c, s->to.revision))
        return NULL;
    if (s->sync && !m->express)
        return call_fail(c, "StateMachineTypeNotSupported",
                         "This operation is not supported by this type of state machine");
    if (!(s->input = execution_input(c, s->text)))
        return NULL;
    s->arn = new_execution_arn(c->api, m, s->name);
    if (!(out = start_again(c, s)) && !c->error && !call_is_unreadable(c->api) && may_open(c, m) &&
        (s->nesting = start_nesting(c)) >= 0 && !call_is_unreadable(c->api))
        out = start_new(c, s);
    return out;
}

/* Serves StartExecution and StartSyncExecution, with mocks where the ARN names a test case. */
static json *start_as_requested(struct call *c, bool sync)
{
    const json *given = call_get(c, "name"), *input = call_get(c, "input");
    const char *of = call_text(c, "stateMachineArn"), *test_case = strchr(of, '#');
    json *plain = json_string(of, test_case ? (size_t)(test_case - of) : strlen(of));
    struct start s = {.sync = sync,
                      .name = given ? json_ref(given) : api_uuid_in_time(c->api),
                      .text = input ? json_ref(input) : json_cstring("{}"),
                      /* A bare '#' asks for none, as in Step Functions Local. */
                      .test_case = test_case && test_case[1] ? test_case + 1 : NULL};
    json *out = start_is_throttled(c) ? NULL : start_plain(c, &s, json_str(plain));

    mocks_free(s.mocks);
    json_unref(plain);
    json_unref(s.text);
    json_unref(s.name);
    json_unref(s.arn);
    json_unref(s.input);
    return out;
}

#define TRACE                                                                                      \
    {                                                                                              \
        .name = "traceHeader", .max = 256, .pattern = "\\p{ASCII}*", .matches = pattern_ascii      \
    }

static const struct member start_in[] = {
    ARN_MEMBER("stateMachineArn"),
    NAME_MEMBER(false),
    {.name = "input", .kind = PAYLOAD, .max = QUOTA_DATA},
    TRACE,
    {.name = NULL},
};

static json *start_execution(struct call *c)
{
    return start_as_requested(c, false);
}

const struct operation start_execution_operation = {
    .name = "StartExecution",
    .run = start_execution,
    .in = start_in,
    .grows = true,
};

static const struct member start_sync_in[] = {
    ARN_MEMBER("stateMachineArn"),
    NAME_MEMBER(false),
    {.name = "input", .kind = PAYLOAD, .max = QUOTA_DATA},
    TRACE,
    {.name = "includedData", .choices = included_data},
    {.name = NULL},
};

static json *start_sync_execution(struct call *c)
{
    return start_as_requested(c, true);
}

const struct operation start_sync_execution_operation = {
    .name = "StartSyncExecution",
    .run = start_sync_execution,
    .in = start_sync_in,
    .grows = true,
};

/* ---- the end ---- */

/* AWS bills in steps of 100 ms, the first of which is never free. */
static json *sync_answer(const struct run *r, const struct execution *x)
{
    const json *trace = execution_note(x, NOTE_TRACE);
    /* The time of day may have been set back. */
    int64_t took = x->stop_ms > x->start_ms ? x->stop_ms - x->start_ms : 0;
    int64_t billed = (took + BILLED_STEP_MS - 1) / BILLED_STEP_MS * BILLED_STEP_MS;
    const char *status = x->status == RT_ABORTED ? "FAILED" : rt_status_name(x->status);
    struct json_build b, billing;

    json_build_object(&b, 14);
    json_build_set(&b, "executionArn", json_ref(x->names.arn));
    json_build_set(&b, "stateMachineArn", json_ref(x->names.machine_arn));
    json_build_set(&b, "name", json_ref(x->names.name));
    json_build_set(&b, "startDate", api_time(x->start_ms));
    json_build_set(&b, "stopDate", api_time(x->stop_ms));
    json_build_set(&b, "status", json_cstring(status));
    if (!r->metadata_only) {
        execution_add_data(&b, x);
        json_build_set(&b, "outputDetails", api_included());
    }
    execution_add_error(&b, x);
    if (trace)
        json_build_set(&b, "traceHeader", json_ref(trace));
    json_build_object(&billing, 2);
    json_build_set(&billing, "billedDurationInMilliseconds",
                   json_int(billed ? billed : BILLED_STEP_MS));
    json_build_set(&billing, "billedMemoryUsedInMB", json_int(BILLED_MB));
    json_build_set(&b, "billingDetails", json_build_done(&billing));
    return json_build_done(&b);
}

/* Answers TIMED_OUT and stops the execution: an Express one may not run longer than its caller
 * may wait. */
void sync_timed_out(api *a, struct waiter *w)
{
    struct run *r = w->run;
    const rt_exec *exec = engine_execution(a->engine, r->node.id);
    struct asl_error none = {0};
    struct execution x;

    execution_of_exec(a, r->node.id, exec, r->note, &x);
    x.status = RT_TIMED_OUT;
    r->waiter = 0;
    waiter_answer(a, w, sync_answer(r, &x));
    execution_clear(&x);
    engine_stop(a->engine, r->node.id, &none);
}

/* The note of an execution that the store has; NULL: it hasn't. */
static json *note_in_store(api *a, uint64_t number)
{
    const struct store_execution *row;
    struct diag why = {0};
    bool found = store_find(a->store, number, &row, &why);
    json *note = found ? json_ref(row->note) : NULL;

    api_pass_damage(a, &why);
    return note;
}

/* As api_ended, of an execution whose history turned out to be damaged: what the store has of it
 * is told. */
void api_lost(api *a, uint64_t execution, const char *list)
{
    struct machine *m = list ? machine_at(a, list) : NULL;
    struct run *r = (struct run *)(void *)id_map_take(&a->executions.runs, execution);
    struct execution x;

    if (m)
        machine_rests(a, m);
    if (r && execution_look(a, execution, &x)) {
        execution_result(a, &x);
        own_nested_ended(a, r, &x);
        execution_clear(&x);
    }
    run_free(r);
}

/* The engine calls this when the end is committed. A TestState, a machine and whoever waits hear
 * of it, in this order. */
void api_ended(api *a, uint64_t execution, const rt_exec *exec, int64_t now_ms)
{
    struct test_state *test = test_state_of(a, execution);
    struct machine *m = machine_at(a, json_str(rt_exec_names(exec)->machine_arn));
    struct run *r = (struct run *)(void *)id_map_take(&a->executions.runs, execution);
    struct execution x;

    a->now_ms = now_ms;
    sweep_count_end(a);
    if (test)
        test_state_ended(a, test, exec);
    else if (m)
        machine_rests(a, m);
    if (!r)
        return;
    execution_of_exec(a, execution, exec, r->note, &x);
    if (!x.note)
        x.note = note_in_store(a, execution);
    struct waiter *w = waiter_of(a, r->waiter);
    if (w)
        waiter_answer(a, w, sync_answer(r, &x));
    own_nested_ended(a, r, &x);
    execution_clear(&x);
    run_free(r);
}
