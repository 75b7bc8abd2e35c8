/* The library's face: include/asl.h on top of the engine. Text on that side, values on this. */

#include "asl/asl.h"
#include "include/asl.h"
#include "parsers/base/mem.h"
#include "runtime/core/place.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/names.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>

/* Turns in one asl_advance, while the engine has more to do. */
enum { TURNS_AT_ONCE = 64 };

struct asl_definition {
    asl_machine *machine; /* NULL: it has errors */
    char *name;
    struct buf problems;
    size_t errors;
};

struct asl_execution {
    asl_engine *engine;
    uint64_t number;
    bool dropped; /* freed from within a callback: goes when the turn is over */
    char *output;
    struct buf history, variables;
};

struct asl_engine {
    struct asl_engine_options options;
    engine *engine;
    store *store; /* NULL without keep_history */
    int64_t now_ms;
    bool advancing;
    struct diag why;
    asl_execution **executions; /* by number; NULL: freed */
    size_t count, cap;
    size_t dropped;
};

const char *asl_version(void)
{
    return ASL_VERSION;
}

/* ---- definitions ---- */

static void embed_describe(struct buf *out, const struct asl_problem *p)
{
    if (p->place.line)
        buf_printf(out, "%u:%u: ", p->place.line, p->place.column);
    buf_printf(out, "%s: %s", p->severity == ASL_ERROR ? "error" : "warning", p->message);
    if (p->hint)
        buf_printf(out, " (%s)", p->hint);
    buf_printf(out, " [%s]\n", p->code);
}

/* A definition with errors is an object, too: it is how the caller reads what is wrong. */
asl_definition *asl_definition_new(const char *name, const char *text, size_t len)
{
    asl_definition *d = mem_calloc(1, sizeof *d);
    struct asl_report report = {0};

    d->name = name ? mem_strdup(name) : NULL;
    d->machine = asl_compile(text, len, document_format(NULL, text, len), &report);
    d->errors = report.errors;
    for (size_t i = 0; i < report.count; i++)
        embed_describe(&d->problems, &report.problems[i]);
    /* So that the text is there, and empty, where there are none. */
    buf_str(&d->problems);
    asl_report_clear(&report);
    return d;
}

void asl_definition_free(asl_definition *d)
{
    if (!d)
        return;
    asl_machine_unref(d->machine);
    mem_free(d->name);
    buf_clear(&d->problems);
    mem_free(d);
}

size_t asl_definition_errors(const asl_definition *d)
{
    return d->errors;
}

const char *asl_definition_problems(const asl_definition *d)
{
    return d->problems.data;
}

/* ---- from the engine to the callbacks ---- */

static json *embed_text_value(const char *text)
{
    return text ? json_cstring(text) : NULL;
}

static void embed_run_task(void *user, const struct task *t)
{
    asl_engine *e = user;
    struct buf parameters = {0};

    /* Said at once, from within the turn: the engine takes the answer in as it would any other. */
    if (!e->options.run_task) {
        asl_task_fail(e, t->id, ASL_NO_HANDLER, "The program does no Tasks");
        return;
    }
    json_write(&parameters, t->parameters);
    e->options.run_task(e->options.user, e,
                        &(struct asl_task_call){.id = t->id,
                                                .execution = e->executions[t->number],
                                                .resource = t->resource->text,
                                                .state = t->state,
                                                .parameters = buf_str(&parameters),
                                                .key = t->key,
                                                .attempt = t->attempt,
                                                .timeout_ms = t->timeout_ms});
    buf_clear(&parameters);
}

static void embed_cancel_task(void *user, uint64_t id)
{
    asl_engine *e = user;

    if (e->options.cancel_task)
        e->options.cancel_task(e->options.user, e, id);
}

static void embed_ended(void *user, uint64_t execution, const rt_exec *x)
{
    asl_engine *e = user;

    (void)x;
    if (e->options.ended)
        e->options.ended(e->options.user, e, e->executions[execution]);
}

/* ---- the engine ---- */

asl_engine *asl_engine_new(const struct asl_engine_options *options)
{
    asl_engine *e = mem_calloc(1, sizeof *e);
    struct engine_hooks hooks = {.user = e,
                                 .run_task = embed_run_task,
                                 .cancel_task = embed_cancel_task,
                                 .ended = embed_ended};

    if (options)
        e->options = *options;
    /* Without a store an execution has no history that could be read: it is what happens now, and
     * its end. */
    if (e->options.keep_history)
        e->store = store_memory_new();
    e->engine = engine_new(e->store, &hooks);
    return e;
}

/* The slot stays empty for good: numbers are not used again, so a late callback finds NULL and no
 * other. */
static void embed_drop(asl_execution *x)
{
    asl_engine *e = x->engine;

    e->executions[x->number] = NULL;
    engine_forget(e->engine, x->number);
    mem_free(x->output);
    buf_clear(&x->history);
    buf_clear(&x->variables);
    mem_free(x);
}

void asl_engine_free(asl_engine *e)
{
    if (!e)
        return;
    assert(!e->advancing);
    for (size_t i = 0; i < e->count; i++)
        if (e->executions[i])
            embed_drop(e->executions[i]);
    engine_free(e->engine);
    store_free(e->store);
    diag_clear(&e->why);
    mem_free(e->executions);
    mem_free(e);
}

void asl_advance(asl_engine *e, int64_t now_ms)
{
    assert(!e->advancing);
    e->advancing = true;
    e->now_ms = now_ms;
    /* A machine that loops for ever would keep us here: after some turns the caller has a say
     * again, and asl_next_due tells it to come back at once. */
    for (int turn = 0; turn < TURNS_AT_ONCE; turn++) {
        bool kept = engine_advance(e->engine, now_ms, NULL);
        assert(kept); /* memory keeps all that it is given */
        (void)kept;
        if (engine_next_due(e->engine) > now_ms)
            break;
    }
    e->advancing = false;
    /* Who was freed from within a callback was still in use then. */
    for (size_t i = 0; e->dropped && i < e->count; i++) {
        if (e->executions[i] && e->executions[i]->dropped) {
            embed_drop(e->executions[i]);
            e->dropped--;
        }
    }
}

/* What is due already is due now, as callers count from the time that they gave us. */
int64_t asl_next_due(const asl_engine *e)
{
    int64_t due_ms = engine_next_due(e->engine);

    return due_ms > e->now_ms ? due_ms : e->now_ms;
}

/* ---- Tasks ---- */

/* NULL with *why filled, which stays the engine's. `what` names the text. */
static json *read_json(asl_engine *e, const char *what, const char *text, const char **why)
{
    struct diag found = {0};
    json *v = json_parse(text, strlen(text), 0, &found);

    if (!v) {
        diag_set(&e->why, found.code, found.at, "%s isn't JSON, %u:%u: %s", what, found.place.line,
                 found.place.column, found.text);
        if (why)
            *why = e->why.text;
    }
    diag_clear(&found);
    return v;
}

bool asl_task_succeed(asl_engine *e, uint64_t id, const char *output, const char **why)
{
    json *v = read_json(e, "the output", output, why);

    if (!v)
        return false;
    engine_task_done(e->engine, id, &(struct task_result){.ok = true, .output = v});
    return true;
}

void asl_task_fail(asl_engine *e, uint64_t id, const char *error, const char *cause)
{
    engine_task_done(
        e->engine, id,
        &(struct task_result){.error = embed_text_value(error), .cause = embed_text_value(cause)});
}

/* ---- executions ---- */

/* What an execution is made from. */
struct embed_start {
    const asl_definition *definition;
    const struct asl_state *first; /* NULL: the one of StartAt */
    const char *written;           /* the input's text */
    json *input, *context, *variables;
    uint64_t seed;
};

/* The number is the engine's, and the index into `executions`. */
static asl_execution *add_execution(asl_engine *e, const struct embed_start *s,
                                    const struct asl_start_options *o)
{
    struct rt_config config = {.context = s->context,
                               .aws_limits = !o->no_limits,
                               .seed = s->seed,
                               .first = s->first,
                               .scope = s->first ? s->first->scope : NULL,
                               .variables = s->variables};
    asl_execution *x = mem_calloc(1, sizeof *x);

    names_make(
        &(struct names_given){.machine = s->definition->name, .name = o->name, .seed = s->seed},
        &config.names);
    x->engine = e;
    json *text = rt_written(s->input, s->written, strlen(s->written));
    config.written = text;
    x->number = engine_start(e->engine, s->definition->machine, &config, s->input, NULL);
    json_unref(text);
    rt_names_clear(&config.names);
    if (x->number >= e->cap) {
        e->cap = mem_grow(e->cap, (size_t)x->number + 1);
        e->executions = mem_realloc(e->executions, e->cap * sizeof(asl_execution *));
    }
    e->executions[x->number] = x;
    e->count = (size_t)x->number + 1;
    return x;
}

/* Tells that the start is refused. Returns false. */
static bool refuse_start(asl_engine *e, const char **why, const char *text)
{
    diag_set(&e->why, NULL, 0, "%s", text);
    if (why)
        *why = e->why.text;
    return false;
}

/* Reads the text of an object, which may be NULL. */
static bool embed_read_object(asl_engine *e, const char *what, const char *text, json **out,
                              const char **why)
{
    if (!text)
        return true;
    *out = read_json(e, what, text, why);
    if (!*out || json_is_object(*out))
        return *out != NULL;
    diag_set(&e->why, NULL, 0, "%s is no JSON object", what);
    if (why)
        *why = e->why.text;
    return false;
}

/* 0 asks for chance; any other seed makes the execution the same each time. */
static bool choose_seed(asl_engine *e, uint64_t *seed, const char **why)
{
    return *seed || getrandom(seed, sizeof *seed, 0) == sizeof *seed ||
           refuse_start(e, why, "the system has no random number for the seed");
}

static bool find_first(asl_engine *e, struct embed_start *s, const char *state, const char **why)
{
    const asl_machine *m = s->definition->machine;

    for (size_t i = 0; state && i < m->count && !s->first; i++)
        if (json_str_is(m->states[i]->name, state))
            s->first = m->states[i];
    if (!state || s->first)
        return true;
    diag_set(&e->why, NULL, 0, "the definition has no state '%s'", state);
    if (why)
        *why = e->why.text;
    return false;
}

asl_execution *asl_start_at(asl_engine *e, const asl_definition *d, const char *state,
                            const char *variables, const char *input,
                            const struct asl_start_options *options, const char **why)
{
    /* No options are all zeros: so a new member means nothing to programs that are older than it.
     */
    static const struct asl_start_options none = {0};
    const struct asl_start_options *o = options ? options : &none;
    struct embed_start s = {.definition = d, .written = input, .seed = o->seed};
    asl_execution *x = NULL;

    if (!d->machine)
        refuse_start(e, why, "the definition has errors");
    else if (find_first(e, &s, state, why) &&
             (s.input = read_json(e, "the input", input, why)) != NULL &&
             embed_read_object(e, "the context", o->context, &s.context, why) &&
             embed_read_object(e, "the text of variables", variables, &s.variables, why) &&
             choose_seed(e, &s.seed, why))
        x = add_execution(e, &s, o);
    json_unref(s.input);
    json_unref(s.context);
    json_unref(s.variables);
    return x;
}

asl_execution *asl_start(asl_engine *e, const asl_definition *d, const char *input,
                         const struct asl_start_options *options, const char **why)
{
    return asl_start_at(e, d, NULL, NULL, input, options, why);
}

static const rt_exec *exec_of(const asl_execution *x)
{
    return engine_execution(x->engine->engine, x->number);
}

void asl_stop(asl_execution *x, const char *error, const char *cause)
{
    struct asl_error e = {.name = embed_text_value(error), .cause = embed_text_value(cause)};

    engine_stop(x->engine->engine, x->number, &e);
    asl_error_clear(&e);
}

void asl_execution_free(asl_execution *x)
{
    if (!x || x->dropped)
        return;
    /* Within a turn the engine may be about to tell of it. */
    if (!x->engine->advancing) {
        embed_drop(x);
        return;
    }
    x->dropped = true;
    x->engine->dropped++;
}

enum asl_status asl_execution_status(const asl_execution *x)
{
    switch (rt_exec_status(exec_of(x))) {
    /* The two enums are kept apart: ours may change, the one of the library's header may not. */
    case RT_RUNNING: break;
    case RT_SUCCEEDED: return ASL_SUCCEEDED;
    case RT_FAILED: return ASL_FAILED;
    case RT_ABORTED: return ASL_ABORTED;
    case RT_TIMED_OUT: return ASL_TIMED_OUT;
    }
    return ASL_RUNNING;
}

const char *asl_status_name(enum asl_status status)
{
    switch (status) {
    case ASL_RUNNING: return rt_status_name(RT_RUNNING);
    case ASL_SUCCEEDED: return rt_status_name(RT_SUCCEEDED);
    case ASL_FAILED: return rt_status_name(RT_FAILED);
    case ASL_ABORTED: return rt_status_name(RT_ABORTED);
    case ASL_TIMED_OUT: return rt_status_name(RT_TIMED_OUT);
    }
    return NULL;
}

const char *asl_execution_arn(const asl_execution *x)
{
    return json_str(rt_exec_names(exec_of(x))->arn);
}

const char *asl_execution_output(asl_execution *x)
{
    /* NULL while it runs, and when it failed. */
    const json *v = rt_exec_output(exec_of(x));
    struct buf text = {0};

    /* Written once; the text is the execution's, as the value never changes after its end. */
    if (v && !x->output) {
        json_write(&text, v);
        x->output = buf_take(&text);
    }
    return x->output;
}

const char *asl_execution_error(const asl_execution *x)
{
    const struct asl_error *e = rt_exec_error(exec_of(x));

    return e && e->name ? json_str(e->name) : NULL;
}

const char *asl_execution_cause(const asl_execution *x)
{
    const struct asl_error *e = rt_exec_error(exec_of(x));

    return e && e->cause ? json_str(e->cause) : NULL;
}

const char *asl_execution_state(const asl_execution *x)
{
    struct rt_place place;

    return rt_place_of_root(exec_of(x), &place) ? json_str(place.state->name) : NULL;
}

/* Made anew at each call, as they change with each state. */
const char *asl_execution_variables(asl_execution *x)
{
    struct rt_place place;

    if (!rt_place_of_root(exec_of(x), &place))
        return NULL;
    buf_reset(&x->variables);
    json_write(&x->variables, place.variables ? place.variables : json_empty_object());
    return buf_str(&x->variables);
}

/* Private events have no id, and are not AWS's. */
static bool add_event(void *user, const struct rt_event *event)
{
    asl_execution *x = user;

    if (!event->id)
        return true;
    json *v = rt_event_json(exec_of(x), event);
    if (event->id > 1)
        buf_addc(&x->history, ',');
    json_write(&x->history, v);
    json_unref(v);
    return true;
}

/* Made anew at each call, as the history of an execution that runs grows. */
const char *asl_execution_history(asl_execution *x)
{
    if (!x->engine->store)
        return NULL;
    buf_reset(&x->history);
    buf_adds(&x->history, "{\"events\":[");
    /* Memory can always be read. */
    store_read(x->engine->store, x->number, 0, add_event, x, NULL);
    buf_adds(&x->history, "]}");
    return buf_str(&x->history);
}
