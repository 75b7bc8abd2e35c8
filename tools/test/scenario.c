/*
 * What a test decides of an execution, and playing it. A Map that reads files has its items here;
 * a file is made of them each time, under the name by which the Map asked for it.
 */
#include "tools/test/scenario.h"

#include "parsers/base/mem.h"
#include "runtime/aws/aws.h"
#include "runtime/engine/names.h"
#include "tools/test/case_run.h"
#include "tools/test/item_file.h"
#include "tools/test/mock_shape.h"

#include <string.h>

enum { MOST_CALLS = 1000 };

#define OTHER_CLOCK_MS INT64_C(123456789) /* a day and some hours, so that each part differs */

static struct scenario_answer scenario_answer_copy(const struct scenario_answer *a)
{
    return (struct scenario_answer){json_ref(a->value), json_ref(a->error)};
}

static void answer_clear(struct scenario_answer *a)
{
    json_unref(a->value);
    json_unref(a->error);
    *a = (struct scenario_answer){0};
}

static void answers_cut(struct scenario_calls *c, size_t count)
{
    while (c->count > count)
        answer_clear(&c->all[--c->count]);
}

/* Returns the answer of call `n`. Up to it, calls that had none of their own get the last one,
 * which is what they would have got. */
static struct scenario_answer *answer_at(struct scenario_calls *c, uint64_t n)
{
    if (n < c->count)
        return &c->all[n];
    c->all = mem_realloc(c->all, (n + 1) * sizeof *c->all);
    while (c->count <= n) {
        c->all[c->count] = scenario_answer_copy(&c->all[c->count - 1]);
        c->count++;
    }
    return &c->all[n];
}

/* An item that is good for something as it is: other members come to it when they are missed. */
static json *first_items(const struct asl_state *map)
{
    struct json_build item, items;

    if (!map->map.reader || !item_file_has_rows(map) || !item_file_is_known(map))
        return NULL;
    json_build_object(&item, 1);
    json_build_set(&item, "id", json_cstring("1"));
    json_build_array(&items, 1);
    json_build_add(&items, json_build_done(&item));
    return json_build_done(&items);
}

struct scenario *scenario_new(const asl_machine *m)
{
    struct scenario *s = mem_calloc(1, sizeof *s);

    s->input = json_ref((json *)(uintptr_t)json_empty_object());
    s->variables = json_ref(s->input);
    s->states = m->count;
    s->most_events = SCENARIO_FEW_EVENTS;
    s->objects = json_ref(s->input);
    s->calls = mem_calloc(m->count, sizeof *s->calls);
    s->items = mem_calloc(m->count, sizeof(json *));
    for (size_t i = 0; i < m->count; i++) {
        if (m->states[i]->type == ASL_MAP)
            s->items[i] = first_items(m->states[i]);
        if (m->states[i]->type != ASL_TASK)
            continue;
        s->calls[i].all = mem_calloc(1, sizeof *s->calls[i].all);
        s->calls[i].all[0].value = mock_shape_of(m->states[i]);
        s->calls[i].count = 1;
    }
    return s;
}

struct scenario *scenario_copy(const struct scenario *from)
{
    struct scenario *s = mem_calloc(1, sizeof *s);

    s->first = from->first;
    s->most_events = from->most_events;
    s->input = json_ref(from->input);
    s->variables = json_ref(from->variables);
    s->states = from->states;
    s->objects = json_ref(from->objects);
    s->calls = mem_calloc(s->states, sizeof *s->calls);
    s->items = mem_calloc(s->states, sizeof(json *));
    for (size_t i = 0; i < s->states; i++) {
        s->items[i] = json_ref(from->items[i]);
        const struct scenario_calls *c = &from->calls[i];
        s->calls[i].all = mem_calloc(c->count, sizeof *c->all);
        for (size_t k = 0; k < c->count; k++)
            s->calls[i].all[k] = scenario_answer_copy(&c->all[k]);
        s->calls[i].count = c->count;
    }
    return s;
}

void scenario_free(struct scenario *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->states; i++) {
        answers_cut(&s->calls[i], 0);
        mem_free(s->calls[i].all);
        json_unref(s->items[i]);
    }
    mem_free(s->calls);
    mem_free(s->items);
    json_unref(s->objects);
    json_unref(s->input);
    json_unref(s->variables);
    mem_free(s);
}

const struct scenario_answer *scenario_answer(const struct scenario *s,
                                              const struct asl_state *state, uint64_t n)
{
    const struct scenario_calls *c = &s->calls[state->id];

    return &c->all[n < c->count ? n : c->count - 1];
}

static bool set(json **place, json *v)
{
    bool new = !json_equal(*place, v);

    json_unref(*place);
    *place = v;
    return new;
}

bool scenario_set_input(struct scenario *s, json *v)
{
    return set(&s->input, v);
}

bool scenario_set_variables(struct scenario *s, json *v)
{
    return set(&s->variables, v);
}

bool scenario_return(struct scenario *s, const struct asl_state *state, uint64_t n, json *v)
{
    const struct scenario_answer *have = scenario_answer(s, state, n);
    bool new = !have->value || !json_equal(have->value, v);

    if (n >= MOST_CALLS || !new) {
        json_unref(v);
        return false;
    }
    struct scenario_answer *a = answer_at(&s->calls[state->id], n);
    answer_clear(a);
    a->value = v;
    return true;
}

static bool fails_so(const struct scenario_answer *a, const char *error)
{
    return !a->value && (error ? a->error && json_str_is(a->error, error) : !a->error);
}

bool scenario_throw(struct scenario *s, const struct asl_state *state, uint64_t n,
                    const char *error)
{
    struct scenario_calls *c = &s->calls[state->id];

    if (n >= MOST_CALLS || (fails_so(scenario_answer(s, state, n), error) && c->count <= n + 1))
        return false;
    answers_cut(c, n + 1);
    struct scenario_answer *a = answer_at(c, n);
    answer_clear(a);
    a->error = error ? json_cstring(error) : NULL;
    return true;
}

bool scenario_throw_once(struct scenario *s, const struct asl_state *state, uint64_t n,
                         const char *error)
{
    struct scenario_calls *c = &s->calls[state->id];

    if (n >= MOST_CALLS || (fails_so(scenario_answer(s, state, n), error) && c->count > n + 1))
        return false;
    answer_at(c, n + 1);
    if (!c->all[n + 1].value) {
        answer_clear(&c->all[n + 1]);
        c->all[n + 1].value = mock_shape_of(state);
    }
    answer_clear(&c->all[n]);
    c->all[n].error = error ? json_cstring(error) : NULL;
    return true;
}

/* ---- what Maps read and write ---- */

const json *scenario_items(const struct scenario *s, const struct asl_state *map)
{
    return s->items[map->id];
}

bool scenario_set_items(struct scenario *s, const struct asl_state *map, json *v)
{
    return set(&s->items[map->id], v);
}

/* What a list is to find: keys that begin with the prefix, behind another one. */
struct listing {
    const char *prefix, *after; /* "": any */
};

static struct listing listing_of(const json *parameters)
{
    const json *prefix = aws_given(parameters, "Prefix"),
               *after = aws_given(parameters, "StartAfter");

    return (struct listing){prefix && json_is_string(prefix) ? json_str(prefix) : "",
                            after && json_is_string(after) ? json_str(after) : ""};
}

static bool finds_any(const struct listing *l, const json *bucket)
{
    for (size_t i = 0; i < json_count(bucket); i++)
        if (json_str_begins(json_key_at(bucket, i), l->prefix) &&
            strcmp(json_str(json_key_at(bucket, i)), l->after) > 0)
            return true;
    return false;
}

/* What is longer comes behind what it begins with. */
static json *listed_key(const struct listing *l, const struct asl_state *map)
{
    bool behind = strncmp(l->after, l->prefix, strlen(l->prefix)) == 0;

    return json_stringf("%s1%s", behind ? l->after : l->prefix, item_file_ending(map));
}

/* Returns the key of the object that a Map's call asks for, and that the bucket hasn't. NULL: it
 * has, or none can be made up. */
static json *missing_key(const struct trial_made_call *call, struct asl_piece action,
                         const json *bucket)
{
    const json *key = aws_given(call->parameters, "Key");
    const struct listing listing = listing_of(call->parameters);

    if (!call->state->map.reader || !item_file_is_known(call->state))
        return NULL;
    if (asl_piece_is(action, "listObjectsV2"))
        return finds_any(&listing, bucket) ? NULL : listed_key(&listing, call->state);
    if (!asl_piece_is(action, "getObject") || !key || json_get_key(bucket, key))
        return NULL;
    return json_ref((json *)(uintptr_t)key);
}

/* Adds what one call asked for. Returns whether it was not there. */
static bool add_object_of(struct scenario *s, const struct trial_made_call *call)
{
    struct asl_resource r;

    if (call->state->type != ASL_MAP || !asl_resource_read(json_str(call->resource), &r))
        return false;
    const json *name = aws_given(call->parameters, "Bucket");
    if (!name || !json_is_string(name))
        return false;
    const json *bucket = json_get_key(s->objects, name);
    json *key = missing_key(call, r.action, bucket ? bucket : json_empty_object());
    if (bucket && !key)
        return false;
    struct json_build with, all;
    json_build_copy(&with, bucket ? bucket : json_empty_object(), bucket ? json_count(bucket) : 0);
    if (key)
        json_build_set_key(&with, key,
                           s->items[call->state->id] ? json_int(call->state->id)
                                                     : json_cstring("text"));
    json_build_copy(&all, s->objects, json_count(s->objects));
    json_build_set_key(&all, json_ref((json *)(uintptr_t)name), json_build_done(&with));
    json_unref(s->objects);
    s->objects = json_build_done(&all);
    return true;
}

bool scenario_add_objects(struct scenario *s, const trial *t)
{
    const struct trial_made_call *calls;
    size_t count = trial_calls(t, &calls);
    bool added = false;

    for (size_t i = 0; i < count; i++)
        added |= add_object_of(s, &calls[i]);
    return added;
}

json *scenario_buckets(const struct scenario *s, const asl_machine *m)
{
    struct json_build all;

    json_build_object(&all, json_count(s->objects));
    for (size_t i = 0; i < json_count(s->objects); i++) {
        const json *bucket = json_value_at(s->objects, i);
        struct json_build b;
        json_build_object(&b, json_count(bucket));
        for (size_t k = 0; k < json_count(bucket); k++) {
            const json *v = json_value_at(bucket, k);
            size_t map = json_is_string(v) ? 0 : (size_t)json_int_value(v);
            json_build_set_key(&b, json_ref((json *)(uintptr_t)json_key_at(bucket, k)),
                               json_is_string(v) ? json_ref((json *)(uintptr_t)v)
                                                 : item_file_of(m->states[map], s->items[map]));
        }
        json_build_set_key(&all, json_ref((json *)(uintptr_t)json_key_at(s->objects, i)),
                           json_build_done(&b));
    }
    return json_build_done(&all);
}

/* ---- playing ---- */

struct playing {
    const struct scenario *s;
    const struct case_buckets *buckets;
};

static bool answer_task(const struct scenario *s, const struct trial_call *call,
                        struct trial_answer *out)
{
    const struct scenario_answer *a = scenario_answer(s, call->state, call->nth);

    if (a->value)
        *out = (struct trial_answer){.kind = TRIAL_RETURNS, .value = json_ref(a->value)};
    else if (a->error)
        *out = (struct trial_answer){.kind = TRIAL_THROWS, .error = json_ref(a->error)};
    else
        *out = (struct trial_answer){.kind = TRIAL_NEVER};
    return true;
}

/* What a Map reads and writes is in the buckets, as far as it is known yet. */
static bool play_answer(void *user, const struct trial_call *call, struct trial_answer *out)
{
    const struct playing *p = user;

    if (call->state->type != ASL_MAP)
        return answer_task(p->s, call, out);
    if (case_buckets_have(p->buckets, call))
        return false;
    *out = (struct trial_answer){.kind = TRIAL_THROWS, .error = json_cstring("Asl.NoHandler")};
    return true;
}

/* What a folder can't hold is not there, and the execution goes by that. */
static void make_buckets(const struct scenario *s, const asl_machine *m, struct case_buckets *out)
{
    json *buckets = scenario_buckets(s, m);
    struct failures failures = {0};

    case_buckets_of(out, buckets, &failures);
    failures_clear(&failures);
    json_unref(buckets);
}

static struct played play(const struct scenario *s, asl_machine *m, const struct names_given *names,
                          int64_t start_ms)
{
    struct rt_config config = {
        .aws_limits = true, .seed = names->seed, .first = s->first, .variables = s->variables};
    struct played p = {0};
    struct playing playing = {s, &p.buckets};

    if (s->first)
        config.scope = s->first->scope;
    make_buckets(s, m, &p.buckets);
    names_make(names, &config.names);
    p.trial = trial_run(&(struct trial_options){.machine = m,
                                                .config = config,
                                                .input = s->input,
                                                .start_ms = start_ms,
                                                .answer = play_answer,
                                                .user = &playing,
                                                .handlers.buckets = p.buckets.all,
                                                .handlers.bucket_count = p.buckets.count,
                                                .handlers.buckets_in_order = true,
                                                .most_events = s->most_events});
    rt_names_clear(&config.names);
    return p;
}

struct played scenario_play(const struct scenario *s, asl_machine *m, const char *name)
{
    return play(s, m, &(struct names_given){.machine = name}, CASE_CLOCK_MS);
}

struct played scenario_play_otherwise(const struct scenario *s, asl_machine *m, const char *name)
{
    return play(s, m, &(struct names_given){.machine = name, .name = "another", .seed = 1},
                CASE_CLOCK_MS + OTHER_CLOCK_MS);
}

void played_clear(struct played *p)
{
    trial_free(p->trial);
    case_buckets_clear(&p->buckets);
    *p = (struct played){0};
}
