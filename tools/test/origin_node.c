/*
 * Values followed through expressions of JSONata: to the path that they are, or to the one part of
 * a constructor, condition or function that decides them.
 */
#include "tools/test/origin_impl.h"

#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_tree.h"

#include <stdint.h>

static bool joined(const struct steps *head, const struct steps *tail, struct steps *out)
{
    *out = *head;
    return steps_join(out, tail);
}

static const struct node *constructed_member(const struct node *object, const json *key)
{
    for (size_t i = 0; i + 1 < object->count; i += 2)
        if (object->items[i]->kind == NODE_STRING && json_equal(object->items[i]->text, key))
            return object->items[i + 1];
    return NULL;
}

/* Of $merge([a, {…}]) the last that has the member decides; what is no constructor may have any. */
static bool from_merge(struct search *s, size_t visit, const struct node *n,
                       const struct steps *steps)
{
    const struct node *list = n->count ? n->items[0] : NULL;

    if (!list || list->kind != NODE_ARRAY || steps->count == 0)
        return search_give_up(s, visit, "objects that are merged");
    for (size_t i = list->count; i-- > 0;) {
        const struct node *part = list->items[i];
        if (part->kind == NODE_OBJECT && !constructed_member(part, steps->at[0]))
            continue;
        /* Of several objects from elsewhere, the one that has it now. */
        struct route r;
        if (part->kind != NODE_OBJECT && i > 0 && route_of_node(s->h->arena, part, &r) &&
            !steps_get(origin_value(s->h, visit, &r, PLACE_RAW),
                       &(struct steps){.at = {steps->at[0]}, .count = 1}))
            continue;
        return search_node(s, visit, part, steps);
    }
    return search_give_up(s, visit, "objects that are merged");
}

static bool from_call(struct search *s, size_t visit, const struct node *n,
                      const struct steps *steps)
{
    static const char *const same[] = {"number", "string",    "boolean",
                                       "trim",   "lowercase", "uppercase"};
    const json *name = n->text;
    struct steps none = {0};

    if (json_str_is(name, "merge"))
        return from_merge(s, visit, n, steps);
    for (size_t i = 0; n->count == 1 && i < COUNT(same); i++)
        if (json_str_is(name, same[i]))
            return search_node(s, visit, n->items[0], steps);
    if (json_str_is(name, "count") && n->count == 1)
        return search_change(s, CHANGE_LENGTH, NULL, NULL) &&
               search_node(s, visit, n->items[0], steps);
    if (json_str_is(name, "parse") && n->count == 1)
        return search_change(s, CHANGE_PARSED, NULL, steps) &&
               search_node(s, visit, n->items[0], &none);
    return search_give_up(s, visit, "a function");
}

static bool from_sum(struct search *s, size_t visit, const struct node *n,
                     const struct steps *steps)
{
    const json *right = route_constant(s->h->arena, n->rhs),
               *left = route_constant(s->h->arena, n->lhs);

    if (n->op == OP_PLUS && right && json_is_number(right))
        return search_change(s, CHANGE_ADD, right, NULL) && search_node(s, visit, n->lhs, steps);
    if (n->op == OP_PLUS && left && json_is_number(left))
        return search_change(s, CHANGE_ADD, left, NULL) && search_node(s, visit, n->rhs, steps);
    if (n->op == OP_MINUS && right && json_is_number(right))
        return search_change(s, CHANGE_ADD,
                             arena_keep(s->h->arena, json_double(-json_double_value(right))),
                             NULL) &&
               search_node(s, visit, n->lhs, steps);
    return search_give_up(s, visit, "a calculation");
}

static bool from_path(struct search *s, size_t visit, const struct node *n,
                      const struct steps *steps)
{
    struct steps inner = {0}, all;
    struct route r;

    if (route_of_node(s->h->arena, n, &r))
        return steps_join(&r.steps, steps) && search_route(s, visit, &r, PLACE_RAW, s->selects);
    if (n->kind != NODE_PATH || n->count < 2 || !route_node_steps(s->h->arena, n, 1, &inner) ||
        !joined(&inner, steps, &all))
        return search_give_up(s, visit, "an expression that can't be followed");
    return search_node(s, visit, n->items[0], &all);
}

/* Of a condition either branch may be it: the one that can be followed. */
static bool from_condition(struct search *s, size_t visit, const struct node *n,
                           const struct steps *steps)
{
    const struct node *branches[] = {n->then ? n->then : n->test, n->otherwise};
    struct origin before = *s->out;

    for (size_t i = 0; i < COUNT(branches); i++) {
        if (branches[i] && search_node(s, visit, branches[i], steps))
            return true;
        *s->out = before;
    }
    return false;
}

bool search_node(struct search *s, size_t visit, const struct node *n, const struct steps *steps)
{
    struct steps rest;

    if (!search_hop(s))
        return false;
    switch ((unsigned)n->kind) {
    case NODE_PATH:
    case NODE_VARIABLE: return from_path(s, visit, n, steps);
    case NODE_CALL: return from_call(s, visit, n, steps);
    case NODE_CONDITION: return from_condition(s, visit, n, steps);
    case NODE_BLOCK: return n->count == 1 && search_node(s, visit, n->items[0], steps);
    case NODE_BINARY: return from_sum(s, visit, n, steps);
    case NODE_OBJECT: {
        const struct node *member = steps->count && json_is_string(steps->at[0])
                                        ? constructed_member(n, steps->at[0])
                                        : NULL;
        if (!member)
            return search_give_up(s, visit, "an object that does not have it");
        steps_after(steps, &(struct steps){.at = {steps->at[0]}, .count = 1}, &rest);
        return search_node(s, visit, member, &rest);
    }
    case NODE_ARRAY:
        if (!steps->count || json_is_string(steps->at[0]) ||
            (size_t)json_int_value(steps->at[0]) >= n->count)
            return search_give_up(s, visit, "a list of its definition");
        steps_after(steps, &(struct steps){.at = {steps->at[0]}, .count = 1}, &rest);
        return search_node(s, visit, n->items[json_int_value(steps->at[0])], &rest);
    default: return search_give_up(s, visit, "an expression that can't be followed");
    }
}
