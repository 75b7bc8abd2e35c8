/* The values at origins: read in a visit, and put into a scenario. */
#include "tools/test/origin.h"

#include "tools/test/mock_shape.h"

#include <string.h>

/* ---- reading ---- */

static const json *variable_value(const struct history *h, size_t visit, const json *name)
{
    const struct visits *all = h->visits;

    while (visit != NO_VISIT) {
        const struct visit *v = &all->all[visit];
        if (v->previous == NO_VISIT) {
            visit = v->parent;
            continue;
        }
        visit = v->previous;
        const json *vars = all->all[visit].variables,
                   *value = vars ? json_get_key(vars, name) : NULL;
        if (value)
            return value;
    }
    return json_get_key(h->scenario->variables, name);
}

/* The index of the item around the visit, and the Map's visit. */
static const json *item_value(const struct history *h, size_t visit, struct steps *steps)
{
    struct origin o;

    for (size_t v = visit; h->visits->all[v].parent != NO_VISIT; v = h->visits->all[v].parent) {
        size_t map = h->visits->all[v].parent;
        if (h->visits->all[map].state->type != ASL_MAP)
            continue;
        if (!origin_of_items(h, map, &o, NULL) || o.task || o.change_count)
            return NULL;
        struct steps all = o.steps, index = {.count = 1};
        index.at[0] = arena_keep(h->arena, json_int(h->visits->all[v].index));
        return steps_join(&all, &index) && steps_join(&all, steps)
                   ? steps_get(origin_whole(h->scenario, &o), &all)
                   : NULL;
    }
    return NULL;
}

static const json *context_value(const struct history *h, size_t visit, const struct steps *s)
{
    struct steps rest = {0};

    if (s->count >= 2 && json_str_is(s->at[0], "Execution") && json_str_is(s->at[1], "Input")) {
        steps_after(s, &(struct steps){.at = {s->at[0], s->at[1]}, .count = 2}, &rest);
        return steps_get(h->scenario->input, &rest);
    }
    if (s->count >= 3 && json_str_is(s->at[0], "Map") && json_str_is(s->at[2], "Value")) {
        steps_after(s, &(struct steps){.at = {s->at[0], s->at[1], s->at[2]}, .count = 3}, &rest);
        return item_value(h, visit, &rest);
    }
    return NULL;
}

static const json *effective_value(const struct history *h, size_t visit, const struct steps *s)
{
    const struct visit *v = &h->visits->all[visit];
    const json *path = json_get(state_text(v->state), "InputPath");
    struct route r;

    if (!path)
        return steps_get(v->input, s);
    if (!route_of_path(h->arena, path, &r) || !steps_join(&r.steps, s))
        return NULL;
    return origin_value(h, visit, &r, PLACE_RAW);
}

static const json *result_value(const struct history *h, size_t visit)
{
    const struct visit *v = &h->visits->all[visit];

    if (v->result || v->state->type != ASL_TASK || !v->calls)
        return v->result;
    return scenario_answer(h->scenario, v->state, v->first_call + v->calls - 1)->value;
}

const json *origin_value(const struct history *h, size_t visit, const struct route *r,
                         enum route_place place)
{
    const struct visit *v = &h->visits->all[visit];

    switch (r->root) {
    case ROUTE_INPUT: return steps_get(v->input, &r->steps);
    case ROUTE_RESULT: return steps_get(result_value(h, visit), &r->steps);
    case ROUTE_ERROR: return NULL;
    case ROUTE_CONTEXT: return context_value(h, visit, &r->steps);
    case ROUTE_VARIABLE: return steps_get(variable_value(h, visit, r->variable), &r->steps);
    case ROUTE_DATA: break;
    }
    switch (place) {
    case PLACE_RAW: return steps_get(v->input, &r->steps);
    case PLACE_EFFECTIVE: return effective_value(h, visit, &r->steps);
    case PLACE_RESULT: return steps_get(result_value(h, visit), &r->steps);
    case PLACE_MADE: return NULL;
    }
    return NULL;
}

/* ---- putting ---- */

const json *origin_whole(const struct scenario *s, const struct origin *o)
{
    return o->task        ? scenario_answer(s, o->task, o->call)->value
           : o->map       ? scenario_items(s, o->map)
           : o->variables ? s->variables
                          : s->input;
}

/* An element of a longer array: one like those that are there or that the service gives, and text
 * that tells which it is where anything will do. */
static json *further_element(const json *have, const json *given, size_t i)
{
    const json *like = json_count(have) ? json_at(have, json_count(have) - 1)
                       : given          ? json_at(given, 0)
                                        : NULL;

    return like && !json_is_string(like) ? json_ref((json *)(uintptr_t)like)
                                         : json_stringf("item %zu", i + 1);
}

static const json *made_array(struct arena *a, const struct origin *o, const json *have,
                              const json *length)
{
    enum { MOST = 100 };
    int64_t count = length && json_kind(length) == JSON_INT ? json_int_value(length) : 1;
    json *given = o->task ? mock_shape_value(o->task, &o->steps) : NULL;
    struct json_build b;

    if (count < 0 || count > MOST) {
        json_unref(given);
        return NULL;
    }
    if (!have || !json_is_array(have))
        have = json_empty_array();
    json_build_array(&b, (size_t)count);
    for (size_t i = 0; i < (size_t)count; i++)
        json_build_add(
            &b, i < json_count(have)
                    ? json_ref((json *)(uintptr_t)json_at(have, i))
                    : further_element(have, given && json_is_array(given) ? given : NULL, i));
    json_unref(given);
    return arena_keep(a, json_build_done(&b));
}

static const json *less(struct arena *a, const json *v, const json *by)
{
    if (!v || !json_is_number(v))
        return v;
    if (json_kind(v) == JSON_INT && json_kind(by) == JSON_INT)
        return arena_keep(a, json_int(json_int_value(v) - json_int_value(by)));
    double d = json_double_value(v) - json_double_value(by);
    if (d > -1e15 && d < 1e15 && d == (double)(int64_t)d)
        return arena_keep(a, json_int((int64_t)d));
    return arena_keep(a, json_double(d));
}

/* A text of JSON with the value in its place. */
static const json *in_text(struct arena *a, const json *have, const struct steps *steps,
                           const json *v)
{
    json *doc = have && json_is_string(have)
                    ? json_parse(json_str(have), json_str_len(have), 0, NULL)
                    : NULL;
    json *changed = steps_set(doc, steps, v);
    const json *text = arena_keep(a, json_text(changed));

    json_unref(doc);
    json_unref(changed);
    return text;
}

static const json *undo(struct arena *a, const struct origin *o, const struct origin_change *c,
                        const json *have, const json *v)
{
    switch (c->kind) {
    case CHANGE_LENGTH: return v ? made_array(a, o, have, v) : NULL;
    case CHANGE_ADD: return less(a, v, c->by);
    case CHANGE_PARSED: return in_text(a, have, &c->steps, v);
    }
    return v;
}

bool origin_put(struct scenario *s, struct arena *a, const struct origin *o, const json *v)
{
    const json *whole = origin_whole(s, o), *have = steps_get(whole, &o->steps);

    for (size_t i = 0; i < o->change_count; i++)
        v = undo(a, o, &o->changes[i], have, v);
    json *changed = steps_set(whole, &o->steps, v);
    return o->task        ? scenario_return(s, o->task, o->call, changed)
           : o->map       ? scenario_set_items(s, o->map, changed)
           : o->variables ? scenario_set_variables(s, changed)
                          : scenario_set_input(s, changed);
}

void origin_write(struct buf *out, const struct origin *o)
{
    if (o->task)
        buf_printf(out, "%u:%llu:", o->task->id, (unsigned long long)o->call);
    if (o->map)
        buf_printf(out, "map %u:", o->map->id);
    buf_adds(out, o->variables ? "$" : "");
    steps_write(out, &o->steps);
    for (size_t i = 0; i < o->change_count; i++) {
        buf_printf(out, "|%d", (int)o->changes[i].kind);
        if (o->changes[i].kind == CHANGE_PARSED)
            steps_write(out, &o->changes[i].steps);
    }
}
