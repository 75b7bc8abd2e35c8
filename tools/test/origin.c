/*
 * Values followed backwards: a state's input is the output of the one before; that is made of its
 * input and its result by ResultPath and templates; and so on, until the execution's input or a
 * Task's answer is reached.
 */
#include "tools/test/origin_impl.h"

#include "parsers/base/count.h"

#include <stdint.h>
#include <string.h>

enum { MOST_HOPS = 2000 };

static bool from_input(struct search *s, size_t visit, const struct steps *steps);
static bool from_output(struct search *s, size_t visit, const struct steps *steps);
static bool from_result(struct search *s, size_t visit, const struct steps *steps);

static const struct visit *visit_at(const struct search *s, size_t visit)
{
    return &s->h->visits->all[visit];
}

bool search_hop(struct search *s)
{
    if (s->steps_left == 0)
        return false;
    s->steps_left--;
    ++*s->h->work;
    return true;
}

bool search_give_up(struct search *s, size_t visit, const char *what)
{
    if (s->why && s->why->len == 0)
        buf_printf(s->why, "'%s' has it from %s", json_str(visit_at(s, visit)->state->name), what);
    return false;
}

bool search_change(struct search *s, enum origin_change_kind kind, const json *by,
                   const struct steps *steps)
{
    if (s->out->change_count == COUNT(s->out->changes))
        return false;
    struct origin_change *c = &s->out->changes[s->out->change_count++];
    *c = (struct origin_change){.kind = kind, .by = by};
    if (steps)
        c->steps = *steps;
    return true;
}

static const json *field(const struct search *s, size_t visit, const char *name)
{
    const json *v = json_get(state_text(visit_at(s, visit)->state), name);

    return v;
}

/* ---- into a state ---- */

/* The effective input is what InputPath leaves of the input. */
static bool from_effective(struct search *s, size_t visit, const struct steps *steps)
{
    const json *path = field(s, visit, "InputPath");
    struct route r;

    if (!path)
        return from_input(s, visit, steps);
    if (!route_of_path(s->h->arena, path, &r) || !steps_join(&r.steps, steps))
        return search_give_up(s, visit, "an InputPath that leads nowhere");
    return search_route(s, visit, &r, PLACE_RAW, false);
}

/* A Map's Parameters are its ItemSelector of old, and make the input of its iterations only. */
static bool from_arguments(struct search *s, size_t visit, const struct steps *steps)
{
    const struct asl_state *state = visit_at(s, visit)->state;
    const json *t = field(s, visit, state->jsonata ? "Arguments" : "Parameters");

    if (t && state->type != ASL_MAP)
        return search_template(s, visit, t, PLACE_EFFECTIVE, false, steps);
    return from_effective(s, visit, steps);
}

/* The search ends well here, too, if a test can say what is in the file. */
static bool from_reader(struct search *s, size_t visit, const struct steps *steps)
{
    const struct asl_state *map = visit_at(s, visit)->state;

    if (!scenario_items(s->h->scenario, map))
        return search_give_up(s, visit, "a list or a file that can't be made up");
    s->out->map = map;
    s->out->steps = *steps;
    return true;
}

/* The array that a Map goes over. */
static bool from_items(struct search *s, size_t visit, const struct steps *steps)
{
    const json *path = field(s, visit, "ItemsPath"), *items = field(s, visit, "Items");
    struct route r;

    if (field(s, visit, "ItemReader"))
        return from_reader(s, visit, steps);
    if (items)
        return search_template(s, visit, items, PLACE_RAW, false, steps);
    if (!path)
        return from_effective(s, visit, steps);
    if (!route_of_path(s->h->arena, path, &r) || !steps_join(&r.steps, steps))
        return search_give_up(s, visit, "an ItemsPath that is not one place");
    return search_route(s, visit, &r, PLACE_EFFECTIVE, false);
}

static bool from_item(struct search *s, size_t map, uint32_t index, const struct steps *steps)
{
    struct steps all = {.at = {arena_keep(s->h->arena, json_int(index))}, .count = 1};

    return steps_join(&all, steps) && from_items(s, map, &all);
}

static bool from_selected_item(struct search *s, size_t map, uint32_t index,
                               const struct steps *steps)
{
    const json *selector = field(s, map, "ItemSelector");

    if (!selector && !visit_at(s, map)->state->jsonata)
        selector = field(s, map, "Parameters");
    if (selector)
        return search_template(s, map, selector, PLACE_EFFECTIVE, true, steps);
    return from_item(s, map, index, steps);
}

/* {"BatchInput": …, "Items": […]}. Only of the first batch it is known which items it has. */
static bool from_batch(struct search *s, size_t map, uint32_t index, const struct steps *steps)
{
    const json *input = json_get(field(s, map, "ItemBatcher"), "BatchInput");
    struct steps rest = {0};

    if (steps->count)
        steps_after(steps, &(struct steps){.at = {steps->at[0]}, .count = 1}, &rest);
    if (steps->count && json_str_is(steps->at[0], "BatchInput"))
        return input ? search_template(s, map, input, PLACE_EFFECTIVE, false, &rest)
                     : search_give_up(s, map, "a BatchInput that it does not have");
    if (!rest.count || !json_str_is(steps->at[0], "Items") || json_kind(rest.at[0]) != JSON_INT ||
        index)
        return search_give_up(s, map, "a batch");
    struct steps within;
    steps_after(&rest, &(struct steps){.at = {rest.at[0]}, .count = 1}, &within);
    return from_selected_item(s, map, (uint32_t)json_int_value(rest.at[0]), &within);
}

static bool from_item_input(struct search *s, size_t map, uint32_t index, const struct steps *steps)
{
    return field(s, map, "ItemBatcher") ? from_batch(s, map, index, steps)
                                        : from_selected_item(s, map, index, steps);
}

/* The search ends well here: the value is one of the execution's input. */
static bool from_execution(struct search *s, const struct steps *steps)
{
    s->out->task = NULL;
    s->out->steps = *steps;
    return true;
}

/*
 * The input comes from the state before, or from the Map or Parallel around the first state of a
 * scope. Each step back is a hop, which bounds the recursion in loops.
 */
static bool from_input(struct search *s, size_t visit, const struct steps *steps)
{
    const struct visit *v = visit_at(s, visit);

    if (!search_hop(s))
        return false;
    if (v->previous != NO_VISIT)
        return from_output(s, v->previous, steps);
    if (v->parent == NO_VISIT)
        return from_execution(s, steps);
    if (visit_at(s, v->parent)->state->type == ASL_PARALLEL)
        return from_arguments(s, v->parent, steps);
    return from_item_input(s, v->parent, v->index, steps);
}

/* ---- out of a state ---- */

static const json *catcher_text(const struct search *s, size_t visit)
{
    return json_at(field(s, visit, "Catch"), visit_at(s, visit)->by);
}

/* What ResultPath makes of the input and what it puts into it. */
static bool from_result_path(struct search *s, size_t visit, const json *path, bool caught,
                             const struct steps *steps)
{
    struct route r = {0};
    struct steps rest, unused;

    if (path && json_kind(path) == JSON_NULL)
        return from_input(s, visit, steps);
    if (path && !route_of_path(s->h->arena, path, &r))
        return search_give_up(s, visit, "a ResultPath that leads nowhere");
    if (steps_after(steps, &r.steps, &rest))
        return caught ? search_give_up(s, visit, "an error that was caught")
                      : from_result(s, visit, &rest);
    if (steps_after(&r.steps, steps, &unused))
        return search_give_up(s, visit, "an object that its ResultPath leads into");
    return from_input(s, visit, steps);
}

/* What a state has made before OutputPath: for those without a result it is the effective input. */
static bool from_made(struct search *s, size_t visit, const struct steps *steps)
{
    const struct visit *v = visit_at(s, visit);

    switch (v->state->type) {
    case ASL_TASK:
    case ASL_PARALLEL:
    case ASL_MAP:
    case ASL_PASS: break;
    case ASL_CHOICE:
    case ASL_WAIT:
    case ASL_SUCCEED:
    case ASL_FAIL: return from_effective(s, visit, steps);
    }
    return from_result_path(s, visit, field(s, visit, "ResultPath"), false, steps);
}

/*
 * The Output of the catcher or rule by which the state was left takes the place of the state's own.
 * A catcher without one has the error as output.
 */
static const json *output_template(const struct search *s, size_t visit)
{
    const struct visit *v = visit_at(s, visit);
    const json *by = v->way == RT_BY_CATCH  ? catcher_text(s, visit)
                     : v->way == RT_BY_RULE ? json_at(field(s, visit, "Choices"), v->by)
                                            : NULL;
    const json *t = by ? json_get(by, "Output") : NULL;

    return t || v->way == RT_BY_CATCH ? t : field(s, visit, "Output");
}

static bool from_jsonata_output(struct search *s, size_t visit, const struct steps *steps)
{
    const struct visit *v = visit_at(s, visit);
    const json *t = output_template(s, visit);

    if (t)
        return search_template(s, visit, t, PLACE_RAW, false, steps);
    if (v->way == RT_BY_CATCH)
        return search_give_up(s, visit, "an error that was caught");
    return v->state->type == ASL_TASK || v->state->type == ASL_MAP || v->state->type == ASL_PARALLEL
               ? from_result(s, visit, steps)
               : from_input(s, visit, steps);
}

static bool from_output(struct search *s, size_t visit, const struct steps *steps)
{
    const struct visit *v = visit_at(s, visit);
    const json *path = field(s, visit, "OutputPath");
    struct route r;

    if (v->state->jsonata)
        return from_jsonata_output(s, visit, steps);
    if (v->exited && v->way == RT_BY_CATCH)
        return from_result_path(s, visit, json_get(catcher_text(s, visit), "ResultPath"), true,
                                steps);
    if (!path)
        return from_made(s, visit, steps);
    if (!route_of_path(s->h->arena, path, &r) || !steps_join(&r.steps, steps))
        return search_give_up(s, visit, "an OutputPath that leads nowhere");
    return search_route(s, visit, &r, PLACE_MADE, false);
}

/* ---- results ---- */

/* The last visit of the branch or iteration. */
static size_t last_child(const struct search *s, size_t parent, int64_t index)
{
    for (size_t i = s->h->visits->count; i-- > 0;)
        if (visit_at(s, i)->parent == parent && (int64_t)visit_at(s, i)->index == index)
            return i;
    return NO_VISIT;
}

/*
 * The result of a Map or Parallel is an array, so the first step says which iteration or branch the
 * value is from.
 */
static bool from_children(struct search *s, size_t visit, const struct steps *steps)
{
    struct steps rest;

    if (steps->count == 0 || json_is_string(steps->at[0]))
        return search_give_up(s, visit, "all of its branches or iterations");
    size_t child = last_child(s, visit, json_int_value(steps->at[0]));
    if (child == NO_VISIT)
        return search_give_up(s, visit, "an iteration that did not run");
    steps_after(steps, &(struct steps){.at = {steps->at[0]}, .count = 1}, &rest);
    return from_output(s, child, &rest);
}

/*
 * The search ends well at a Task: the value is one of what its last call returned. Earlier calls of
 * the visit have failed.
 */
static bool from_raw_result(struct search *s, size_t visit, const struct steps *steps)
{
    const struct visit *v = visit_at(s, visit);
    const json *made;

    switch (v->state->type) {
    case ASL_TASK:
        s->out->task = v->state;
        s->out->call = v->first_call + (v->calls ? v->calls - 1 : 0);
        s->out->steps = *steps;
        return true;
    case ASL_PARALLEL:
    case ASL_MAP: return from_children(s, visit, steps);
    case ASL_PASS: break;
    case ASL_CHOICE:
    case ASL_WAIT:
    case ASL_SUCCEED:
    case ASL_FAIL: return from_effective(s, visit, steps);
    }
    made = field(s, visit, "Result");
    return made ? search_give_up(s, visit, "its Result, which is constant")
                : from_arguments(s, visit, steps);
}

static bool from_result(struct search *s, size_t visit, const struct steps *steps)
{
    const json *selector = field(s, visit, "ResultSelector");

    if (selector)
        return search_template(s, visit, selector, PLACE_RESULT, false, steps);
    return from_raw_result(s, visit, steps);
}

/* ---- variables and the context object ---- */

static const json *assign_template(const struct search *s, size_t visit)
{
    const struct visit *v = visit_at(s, visit);
    const json *by = v->way == RT_BY_CATCH  ? catcher_text(s, visit)
                     : v->way == RT_BY_RULE ? json_at(field(s, visit, "Choices"), v->by)
                                            : NULL;

    return by ? json_get(by, "Assign") : field(s, visit, "Assign");
}

/* The visit that has last assigned the variable before `visit`. */
static size_t assigner(const struct visits *all, size_t visit, const json *name)
{
    while (visit != NO_VISIT) {
        const struct visit *v = &all->all[visit];
        visit = v->previous != NO_VISIT ? v->previous : v->parent;
        if (visit != NO_VISIT && v->previous != NO_VISIT && all->all[visit].variables &&
            json_get_key(all->all[visit].variables, name))
            return visit;
    }
    return NO_VISIT;
}

/*
 * In a scenario that starts in the midst of the machine a variable that nothing assigned is one of
 * those that the case gives.
 */
static bool from_variable(struct search *s, size_t visit, const struct route *r)
{
    size_t by = assigner(s->h->visits, visit, r->variable);
    struct steps steps = {.at = {r->variable}, .count = 1};

    if (!steps_join(&steps, &r->steps))
        return false;
    if (by == NO_VISIT) {
        s->out->variables = true;
        s->out->steps = steps;
        return s->h->scenario->first ||
               search_give_up(s, visit, "a variable that nothing assigned");
    }
    const json *t = assign_template(s, by);
    if (!t || !search_hop(s))
        return false;
    return search_template(s, by, t, PLACE_RESULT, false, &steps);
}

static bool steps_begin(const struct steps *s, const char *const *names, size_t count,
                        struct steps *rest)
{
    if (s->count < count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!json_str_is(s->at[i], names[i]))
            return false;
    *rest = (struct steps){.count = s->count - count};
    memcpy(rest->at, s->at + count, rest->count * sizeof *rest->at);
    return true;
}

/* In an ItemSelector the item is one of the state itself, which may be any: the first. */
static bool from_context(struct search *s, size_t visit, const struct route *r, bool of_item)
{
    static const char *const input[] = {"Execution", "Input"}, *const item[] = {"Map", "Item",
                                                                                "Value"};
    struct steps rest;

    if (steps_begin(&r->steps, input, COUNT(input), &rest))
        return from_execution(s, &rest);
    if (!steps_begin(&r->steps, item, COUNT(item), &rest))
        return search_give_up(s, visit, "the context object");
    if (of_item)
        return from_item(s, visit, 0, &rest);
    for (size_t v = visit; visit_at(s, v)->parent != NO_VISIT; v = visit_at(s, v)->parent)
        if (visit_at(s, visit_at(s, v)->parent)->state->type == ASL_MAP)
            return from_item(s, visit_at(s, v)->parent, visit_at(s, v)->index, &rest);
    return false;
}

/* ---- routes and templates ---- */

/*
 * The four places where data can be read are those of the specification's data flow: before
 * InputPath, behind it, the raw result, and behind ResultPath.
 */
static bool from_place(struct search *s, size_t visit, enum route_place place,
                       const struct steps *steps)
{
    switch (place) {
    case PLACE_RAW: return from_input(s, visit, steps);
    case PLACE_EFFECTIVE: return from_effective(s, visit, steps);
    case PLACE_RESULT: return from_raw_result(s, visit, steps);
    case PLACE_MADE: return from_made(s, visit, steps);
    }
    return false;
}

bool search_route(struct search *s, size_t visit, const struct route *r, enum route_place place,
                  bool of_item)
{
    switch (r->root) {
    case ROUTE_DATA: return from_place(s, visit, place, &r->steps);
    case ROUTE_INPUT: return from_input(s, visit, &r->steps);
    case ROUTE_RESULT: return from_raw_result(s, visit, &r->steps);
    case ROUTE_ERROR: return search_give_up(s, visit, "an error that was caught");
    case ROUTE_CONTEXT: return from_context(s, visit, r, of_item);
    case ROUTE_VARIABLE: return from_variable(s, visit, r);
    }
    return false;
}

static bool from_query(struct search *s, size_t visit, const json *text, enum route_place place,
                       bool of_item, const struct steps *steps)
{
    enum { MOST = 4 };
    const json *name, *arguments[MOST];
    struct steps inner = *steps;
    struct route r;
    size_t count;

    if (!route_intrinsic(s->h->arena, text, &name, arguments, MOST, &count))
        return route_of_path(s->h->arena, text, &r) && steps_join(&r.steps, steps)
                   ? search_route(s, visit, &r, place, of_item)
                   : search_give_up(s, visit, "a path that is not one place");
    const json *number =
        count == 2 ? arena_keep(s->h->arena,
                                json_number(json_str(arguments[1]), json_str_len(arguments[1])))
                   : NULL;
    if (json_str_is(name, "States.ArrayLength") && count == 1)
        return search_change(s, CHANGE_LENGTH, NULL, NULL) &&
               from_query(s, visit, arguments[0], place, of_item, steps);
    if (json_str_is(name, "States.StringToJson") && count == 1) {
        inner.count = 0;
        return search_change(s, CHANGE_PARSED, NULL, steps) &&
               from_query(s, visit, arguments[0], place, of_item, &inner);
    }
    if (json_str_is(name, "States.MathAdd") && number)
        return search_change(s, CHANGE_ADD, number, NULL) &&
               from_query(s, visit, arguments[0], place, of_item, steps);
    if (json_str_is(name, "States.Array") && steps->count && json_kind(steps->at[0]) == JSON_INT &&
        (size_t)json_int_value(steps->at[0]) < count) {
        steps_after(steps, &(struct steps){.at = {steps->at[0]}, .count = 1}, &inner);
        return from_query(s, visit, arguments[json_int_value(steps->at[0])], place, of_item,
                          &inner);
    }
    return search_give_up(s, visit, "an intrinsic function");
}

static bool from_member(struct search *s, size_t visit, const json *t, enum route_place place,
                        bool of_item, const struct steps *steps)
{
    const json *v = json_is_string(steps->at[0]) ? json_get_key(t, steps->at[0])
                    : json_is_array(t) && (size_t)json_int_value(steps->at[0]) < json_count(t)
                        ? json_at(t, (size_t)json_int_value(steps->at[0]))
                        : NULL;
    struct steps rest;
    struct buf key = {0};

    steps_after(steps, &(struct steps){.at = {steps->at[0]}, .count = 1}, &rest);
    if (v)
        return search_template(s, visit, v, place, of_item, &rest);
    if (json_is_string(steps->at[0]) && !visit_at(s, visit)->state->jsonata) {
        buf_printf(&key, "%s.$", json_str(steps->at[0]));
        v = json_get(t, buf_str(&key));
        buf_clear(&key);
    }
    return v ? from_query(s, visit, v, place, of_item, &rest)
             : search_give_up(s, visit, "a template that does not have it");
}

/* Nested as deep as the steps, or as expressions lead into others: MOST_HOPS bounds that. */
bool search_template(struct search *s, size_t visit, const json *t, enum route_place place,
                     bool of_item, const struct steps *steps)
{
    if (s->steps_left == 0)
        return false;
    if (visit_at(s, visit)->state->jsonata && json_is_string(t) && json_str_begins(t, "{%")) {
        const struct node *n = route_expression(s->h->arena, t);
        bool around = s->selects;
        s->selects = of_item;
        bool found = n && search_node(s, visit, n, steps);
        s->selects = around;
        return found;
    }
    if (steps->count && (json_is_object(t) || json_is_array(t)))
        return from_member(s, visit, t, place, of_item, steps);
    return search_give_up(s, visit, "a constant of its definition");
}

/* ---- asking ---- */

bool origin_of(const struct history *h, size_t visit, const struct route *r, enum route_place place,
               bool of_item, struct origin *out, struct buf *why)
{
    struct search s = {h, out, why, MOST_HOPS, false};

    *out = (struct origin){0};
    return search_route(&s, visit, r, place, of_item);
}

bool origin_of_node(const struct history *h, size_t visit, const struct node *n, struct origin *out,
                    struct buf *why)
{
    struct search s = {h, out, why, MOST_HOPS, false};

    *out = (struct origin){0};
    return search_node(&s, visit, n, &(struct steps){0});
}

bool origin_of_items(const struct history *h, size_t visit, struct origin *out, struct buf *why)
{
    struct search s = {h, out, why, MOST_HOPS, false};

    *out = (struct origin){0};
    return from_items(&s, visit, &(struct steps){0});
}
