/*
 * A suite may have thousands of mocks, of which a case calls few. So a mock is found by its key, as
 * the document has it, and only patterns are gone through; its rules are looked at when something
 * calls for it, and the value that a rule returns is compiled when it is first asked for.
 */
#include "tools/test/mocking.h"

#include "asl/eval/template.h"
#include "asl/resource/resource.h"
#include "parsers/base/arena.h"
#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata.h"
#include "runtime/base/glob.h"
#include "tools/test/schema.h"

#include <string.h>

/* One rule of a mock. */
struct mock_rule {
    const struct asl_at *at;
    const asl_template *value; /* of `return`; NULL: not compiled yet, or it returns nothing */
    jsonata *when;             /* NULL: not compiled yet, or there is none */
    bool answered;
};

/* A mock: its key, and its rules. */
struct mock {
    const struct asl_at *at; /* NULL: nothing has called for it */
    struct mock_rule *rules;
    size_t count;
};

/* The mocks that stand in one place: a row's, a case's, a suite's. */
struct mock_layer {
    const struct asl_at *at; /* the object that has them */
    struct mock *mocks;      /* by their index in it */
    size_t *patterns;        /* indexes of those whose key is a pattern */
    size_t count, pattern_count;
    size_t of;   /* the layer of the case that has them; CASE_LAYERS: they stand outside of it */
    bool shared; /* they stand in another file than the suite */
};

struct mocking {
    struct arena arena;
    struct mock_layer *layers;
    size_t layer_count, layer_cap;
    uint64_t seed;              /* of the case */
    const struct asl_at *last;  /* the rule that answered last; NULL: it is shared */
    const struct asl_at *unfit; /* a mock that is for the last call, but has no rule for it */
};

static const char function_key[] = "function:";

/* ---- the rules ---- */

/* Copies a place into the arena: others point up to it. */
static struct asl_at *keep_at(mocking *m, const struct asl_at *at)
{
    struct asl_at *copy = arena_alloc(&m->arena, sizeof *copy);

    *copy = *at;
    return copy;
}

static size_t rules_in(const json *mock)
{
    return json_is_array(mock) ? json_count(mock) : 1;
}

/* A mock is one rule, or a list of rules of which the first that fits answers. */
static struct mock *mock_called(mocking *m, const struct mock_layer *layer, size_t i)
{
    struct mock *mock = &layer->mocks[i];
    struct asl_at at, rule;

    if (mock->at)
        return mock;
    asl_at_index(layer->at, i, &at);
    mock->at = keep_at(m, &at);
    mock->count = rules_in(at.value);
    mock->rules = arena_calloc(&m->arena, mock->count, sizeof *mock->rules);
    if (!json_is_array(at.value))
        mock->rules[0].at = mock->at;
    for (size_t k = 0; json_is_array(at.value) && k < mock->count; k++) {
        asl_at_index(mock->at, k, &rule);
        mock->rules[k].at = keep_at(m, &rule);
    }
    return mock;
}

static bool mock_is_pattern(const json *key)
{
    return json_str_begins(key, "arn:") || json_str_begins(key, function_key);
}

/*
 * Layers stand in the order in which they are asked: row, case, defaults, the suite's, then shared
 * files.
 */
static void add_mocks(mocking *m, const struct asl_at *above, size_t of, bool shared)
{
    struct asl_at mocks;

    if (!asl_at_member(above, "mocks", &mocks))
        return;
    MEM_GROW(m->layers, m->layer_count, m->layer_cap);
    struct mock_layer *layer = &m->layers[m->layer_count++];
    *layer = (struct mock_layer){
        .at = keep_at(m, &mocks), .count = json_count(mocks.value), .of = of, .shared = shared};
    layer->mocks = arena_calloc(&m->arena, layer->count, sizeof *layer->mocks);
    layer->patterns = arena_calloc(&m->arena, layer->count, sizeof *layer->patterns);
    for (size_t i = 0; i < layer->count; i++)
        if (mock_is_pattern(json_key_at(mocks.value, i)))
            layer->patterns[layer->pattern_count++] = i;
}

mocking *mocking_new(const struct test_case *c)
{
    mocking *m = mem_calloc(1, sizeof *m);
    struct asl_at seed;

    if (case_field(c, "seed", &seed))
        m->seed = (uint64_t)json_int_value(seed.value);
    for (size_t i = 0; i < c->layer_count; i++)
        add_mocks(m, &c->layers[i], i, false);
    add_mocks(m, &c->suite->file.top, CASE_LAYERS, false);
    for (size_t i = 0; i < c->suite->included_count; i++)
        add_mocks(m, &c->suite->included[i].top, CASE_LAYERS, true);
    return m;
}

void mocking_free(mocking *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->layer_count; i++)
        for (size_t k = 0; k < m->layers[i].count; k++)
            for (size_t r = 0; r < m->layers[i].mocks[k].count; r++)
                jsonata_free(m->layers[i].mocks[k].rules[r].when);
    mem_free(m->layers);
    arena_clear(&m->arena);
    mem_free(m);
}

/* ---- what an expression in a mock sees ---- */

struct call_values {
    const char *name;
    const json *value;
};

static const json *call_variable(void *user, const json *name)
{
    for (const struct call_values *v = user; v->name; v++)
        if (json_str_is(name, v->name))
            return v->value;
    return NULL;
}

enum { CALL_VALUES = 6 };

/* Fills `out` with the values of the call, by name. The first three are made here: they go with
 * call_values_release. */
static void call_values(const struct trial_call *call, struct call_values out[CALL_VALUES])
{
    size_t n = 0;

    out[n++] = (struct call_values){"attempt", json_int(call->attempt)};
    out[n++] = (struct call_values){"call", json_int((int64_t)call->nth)};
    out[n++] = (struct call_values){"index", call->in_item ? json_int(call->index) : NULL};
    out[n++] = (struct call_values){"item", call->item};
    out[n++] = (struct call_values){"arguments", call->parameters};
    out[n] = (struct call_values){0};
}

static void call_values_release(struct call_values v[CALL_VALUES])
{
    for (size_t i = 0; i < 3; i++)
        json_unref((json *)(uintptr_t)v[i].value);
}

/* ---- which rule ---- */

/*
 * A rule that says nothing of a number takes any. `known` is false where the call has no such
 * number: a rule for items takes no call outside of a Map.
 */
static bool in_range(const json *rule, const char *field, bool known, uint64_t n)
{
    const json *range = json_get(rule, field);
    int64_t first, last;

    if (!range)
        return true;
    return known && schema_range(range, &first, &last) && n >= (uint64_t)first &&
           n <= (uint64_t)last;
}

/* What a rule's `when` says of the call. */
enum held { HELD_NOT, HELD, HELD_FAILED };

/* HELD_FAILED: `why` says why it is neither true nor false. */
static enum held when_holds(struct mock_rule *rule, const struct trial_call *call, struct buf *why)
{
    const json *when = json_get(rule->at->value, "when");
    struct call_values values[CALL_VALUES];
    struct jsonata_error failed = {0};
    enum held held = HELD_FAILED;
    json *v = NULL;

    if (!when)
        return HELD;
    if (!rule->when)
        rule->when = jsonata_compile(json_str(when) + 2, json_str_len(when) - 4, JSONATA_AWS, NULL);
    call_values(call, values);
    struct jsonata_options options = {.variable = call_variable, .user = values};
    enum jsonata_outcome how = jsonata_eval(rule->when, &options, call->parameters, &v, &failed);
    if (how == JSONATA_VALUE && json_kind(v) == JSON_TRUE)
        held = HELD;
    else if (how == JSONATA_UNDEFINED || (how == JSONATA_VALUE && json_kind(v) == JSON_FALSE))
        held = HELD_NOT;
    else
        buf_printf(why, "when %s %s", json_str(when),
                   how == JSONATA_FAILED ? failed.text : "is neither true nor false");
    call_values_release(values);
    jsonata_error_clear(&failed);
    json_unref(v);
    return held;
}

/* Returns NULL when no rule takes the call; where `why` is not empty, the one that can't be
 * decided. */
static struct mock_rule *rule_for(struct mock *mock, const struct trial_call *call, struct buf *why)
{
    for (size_t i = 0; i < mock->count; i++) {
        const json *rule = mock->rules[i].at->value;
        if (in_range(rule, "attempt", true, call->attempt) &&
            in_range(rule, "call", true, call->nth) &&
            in_range(rule, "item", call->in_item, call->index) &&
            when_holds(&mock->rules[i], call, why) != HELD_NOT)
            return &mock->rules[i];
    }
    return NULL;
}

/* "charge" and "arn:aws:lambda:…:function:charge" are both the function charge. */
static bool is_function(const char *pattern, const char *name)
{
    struct asl_piece bare = asl_function_name(name);

    return glob_match(pattern, bare.at, bare.len) || glob_match(pattern, bare.at, strlen(bare.at));
}

/*
 * A function is called by its own ARN as the Task's resource, or by lambda:invoke with its name
 * among the parameters.
 */
static bool calls_function(const char *pattern, const struct trial_call *call)
{
    const json *named = call->parameters && json_is_object(call->parameters)
                            ? json_get(call->parameters, "FunctionName")
                            : NULL;

    if (call->state->type != ASL_TASK)
        return false;
    if (call->state->task.kind == ASL_LAMBDA)
        return is_function(pattern, call->resource);
    return strstr(call->resource, ":::lambda:invoke") && named && json_is_string(named) &&
           is_function(pattern, json_str(named));
}

static bool pattern_fits(const json *key, const struct trial_call *call)
{
    if (json_str_begins(key, function_key))
        return calls_function(json_str(key) + sizeof function_key - 1, call);
    return glob_match(json_str(key), call->resource, strlen(call->resource));
}

/* The rule of the i-th mock, whose key fits the call, which takes it. */
static struct mock_rule *rule_of(mocking *m, const struct mock_layer *layer, size_t i,
                                 const struct trial_call *call, struct buf *why)
{
    struct mock *mock = mock_called(m, layer, i);
    struct mock_rule *rule = rule_for(mock, call, why);

    if (!rule && !m->unfit)
        m->unfit = mock->at;
    return rule;
}

/* The rule of the mock with that key which takes the call. */
static struct mock_rule *rule_named(mocking *m, const struct mock_layer *layer, const char *key,
                                    size_t len, const struct trial_call *call, struct buf *why)
{
    size_t i = json_find(layer->at->value, key, len);

    return i == SIZE_MAX ? NULL : rule_of(m, layer, i, call, why);
}

/*
 * A path is told before a name, a name before a pattern: the closest key wins, whatever the order
 * in the file. A mock none of whose rules takes the call lets those with a looser key, and then the
 * next layer, have it.
 */
static struct mock_rule *rule_in(mocking *m, const struct mock_layer *layer,
                                 const struct trial_call *call, const struct buf *path,
                                 struct buf *why)
{
    const json *name = call->state->name;
    struct mock_rule *rule = rule_named(m, layer, path->data, path->len, call, why);

    if (!rule && !why->len && path->len != json_str_len(name))
        rule = rule_named(m, layer, json_str(name), json_str_len(name), call, why);
    for (size_t i = 0; i < layer->pattern_count && !rule && !why->len; i++)
        if (pattern_fits(json_key_at(layer->at->value, layer->patterns[i]), call))
            rule = rule_of(m, layer, layer->patterns[i], call, why);
    return rule;
}

/* ---- the answer ---- */

/*
 * What is wrong with a mock becomes an error of the Task, so that the case tells where it happened.
 */
static bool fails(struct trial_answer *out, const struct asl_error *why)
{
    trial_answer_clear(out);
    out->kind = TRIAL_THROWS;
    out->error = json_cstring(MOCK_FAILED);
    out->cause = why->cause ? json_ref(why->cause) : NULL;
    return false;
}

/* Chance that is another for each case's seed, state and call, and the same each time it runs. */
static struct asl_chance chance_of(const mocking *m, const struct trial_call *call)
{
    struct asl_chance chance = {m->seed};

    chance.state = asl_chance_next(&chance) + call->state->id;
    chance.state = asl_chance_next(&chance) + call->nth;
    return chance;
}

/* Evaluates a template of a mock. NULL, with *out filled, when that fails. */
static json *evaluate_answer(const mocking *m, const asl_template *t, const struct trial_call *call,
                             struct trial_answer *out)
{
    struct call_values values[CALL_VALUES];
    struct asl_chance chance = chance_of(m, call);
    struct asl_error error = {0};

    call_values(call, values);
    json *v = asl_template_eval(t,
                                &(struct asl_env){.input = call->parameters,
                                                  .variable = call_variable,
                                                  .user = values,
                                                  .chance = &chance},
                                &error);
    if (!v)
        fails(out, &error);
    call_values_release(values);
    asl_error_clear(&error);
    return v;
}

/*
 * It was checked when the suite was loaded (mocking_check_value), so nothing is wrong with it here.
 */
static const asl_template *compile(mocking *m, const struct asl_at *at, const struct asl_at *rule)
{
    const asl_expression *list = NULL;
    struct asl_report report = {0};
    const asl_template *t = asl_template_compile_jsonata(&m->arena, at, rule, &list, &report);

    asl_report_clear(&report);
    return t;
}

static int64_t duration_in(const json *rule, const char *field)
{
    const json *v = json_get(rule, field);
    int64_t ms = 0;

    if (v)
        schema_duration(v, &ms);
    return ms;
}

static void throw_as(const json *thrown, struct trial_answer *out)
{
    const json *cause = json_is_object(thrown) ? json_get(thrown, "cause") : NULL;

    out->kind = TRIAL_THROWS;
    out->error = json_ref(json_is_object(thrown) ? json_get(thrown, "error") : thrown);
    out->cause = cause ? json_ref(cause) : NULL;
}

/* A rule has one of return, throw, never and real; the schema refuses more than one. */
static void answer_by(mocking *m, struct mock_rule *rule, const struct trial_call *call,
                      struct trial_answer *out)
{
    const json *r = rule->at->value, *beats = json_get(r, "heartbeats");
    const json *times = beats ? json_get(beats, "times") : NULL;
    const json *submitted = json_get(r, "submitted"), *worker = json_get(r, "worker");
    struct asl_at returned;

    *out = (struct trial_answer){.after_ms = duration_in(r, "after"),
                                 .beat_every_ms = beats ? duration_in(beats, "every") : 0,
                                 .beats = times ? (uint32_t)json_int_value(times) : 0,
                                 .submitted = submitted ? json_ref(submitted) : NULL,
                                 .worker = worker ? json_ref(worker) : NULL};
    if (asl_at_member(rule->at, "return", &returned)) {
        if (!rule->value)
            rule->value = compile(m, keep_at(m, &returned), rule->at);
        out->kind = TRIAL_RETURNS;
        out->value = evaluate_answer(m, rule->value, call, out);
    } else if (json_get(r, "throw")) {
        throw_as(json_get(r, "throw"), out);
    } else {
        out->kind = json_get(r, "never") ? TRIAL_NEVER : TRIAL_REAL;
    }
}

/*
 * Layers are asked from the nearest outwards. A rule that can't be decided ends the search, and the
 * Task fails with what was wrong: the next rule might answer what its author never meant.
 */
bool mocking_answer(mocking *m, const struct trial_call *call, struct trial_answer *out)
{
    struct mock_rule *rule = NULL;
    struct buf path = {0}, why = {0};

    trial_state_path(&path, call->state);
    m->unfit = NULL;
    for (size_t i = 0; i < m->layer_count && !rule; i++) {
        rule = rule_in(m, &m->layers[i], call, &path, &why);
        m->last = rule && !m->layers[i].shared ? rule->at : NULL;
    }
    if (rule)
        rule->answered = true;
    if (rule && !why.len)
        answer_by(m, rule, call, out);
    else if (rule)
        *out = (struct trial_answer){.kind = TRIAL_THROWS,
                                     .error = json_cstring(MOCK_FAILED),
                                     .cause = json_string(why.data, why.len)};
    buf_clear(&path);
    buf_clear(&why);
    return rule != NULL;
}

const struct asl_at *mocking_unfit(const mocking *m)
{
    return m->unfit;
}

const struct asl_at *mocking_last(const mocking *m)
{
    return m->last;
}

json *mocking_uses(const mocking *m, size_t layer)
{
    const struct mock_layer *l = m->layers, *end = m->layers + m->layer_count;
    struct json_build b = {0};

    while (l < end && l->of != layer)
        l++;
    if (l == end)
        return NULL;
    json_build_array(&b, l->count);
    for (size_t i = 0; i < l->count; i++) {
        const struct mock *mock = &l->mocks[i];
        size_t count = rules_in(json_value_at(l->at->value, i));
        for (size_t k = 0; k < count; k++)
            json_build_add(&b, json_int(!mock->at                 ? MOCK_UNCALLED
                                        : mock->rules[k].answered ? MOCK_ANSWERED
                                                                  : MOCK_FITTED_NONE));
    }
    return json_build_done(&b);
}

/* Which function lambda:invoke calls is known beforehand where its name is written as it is. */
static bool may_call_function(const char *pattern, const struct asl_state *task)
{
    const json *state = json_get_key(task->scope->names, task->name);
    const json *sent = state ? json_get(state, task->jsonata ? "Arguments" : "Parameters") : NULL;
    const json *named = sent && json_is_object(sent) ? json_get(sent, "FunctionName") : NULL;
    bool plain = named && json_is_string(named) && !json_str_begins(named, "{%") &&
                 !strstr(json_str(named), "${");

    return !plain || is_function(pattern, json_str(named));
}

bool mocking_may_answer(const json *key, const struct asl_state *task)
{
    const char *resource = json_str(task->task.resource);
    struct buf path = {0};
    bool may;

    if (json_str_begins(key, "arn:"))
        return glob_match(json_str(key), resource, strlen(resource));
    if (json_str_begins(key, function_key))
        return task->task.kind == ASL_LAMBDA
                   ? is_function(json_str(key) + sizeof function_key - 1, resource)
                   : asl_resource_calls(&task->task.parts, "lambda", "invoke") &&
                         may_call_function(json_str(key) + sizeof function_key - 1, task);
    if (json_equal(key, task->name))
        return true;
    if (!memchr(json_str(key), '/', json_str_len(key)))
        return false;
    trial_state_path(&path, task);
    may = json_str_is(key, buf_str(&path));
    buf_clear(&path);
    return may;
}

bool mocking_fits_some(const json *key, const asl_machine *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->states[i]->type == ASL_TASK && mocking_may_answer(key, m->states[i]))
            return true;
    return false;
}

void mocking_check_value(const struct asl_at *at, struct asl_report *report)
{
    const asl_expression *list = NULL;
    struct arena arena = {0};

    asl_template_compile_jsonata(&arena, at, at, &list, report);
    arena_clear(&arena);
}
