/*
 * What a name, `*` or `**` finds in a value. Arrays are looked through, so that each of their items
 * is asked in its place; their depth is bounded, as that of the C stack is.
 */

#include "parsers/jsonata/jsonata_lookup.h"

#include "parsers/jsonata/jsonata_map.h"

bool is_plain_name(const struct node *step)
{
    return step->kind == NODE_NAME && !step->stages.count && !step->predicates.count &&
           !step->group && !step->tuple && !step->keep_array;
}

const struct node *plain_name_of(const struct node *n)
{
    if (n->kind == NODE_PATH && n->count == 1 && !n->path.keep_singleton && !n->predicates.count &&
        !n->group && !n->tuple && !n->keep_array)
        n = n->items[0];
    return is_plain_name(n) ? n : NULL;
}

bool list_add_found(struct evaluation *e, struct list *to, struct jv v)
{
    if (is_undefined(v))
        return true;
    if (!is_array(v)) {
        list_push(e, to, v);
        return true;
    }
    if (!eval_steps(e, items_count(v)))
        return false;
    list_extend(e, to, v);
    return true;
}

static struct jv lookup_at(struct evaluation *e, struct jv input, const json *key, size_t depth)
{
    struct list *l;

    eval_spend_key(e, key);
    if (is_object(input))
        return member_get(input, key);
    if (!is_array(input))
        return jv_undefined();
    if (depth == JSON_MAX_DEPTH)
        return eval_too_deep(e);
    l = list_new(e, LIST_SEQUENCE, 0);
    for (size_t i = 0; i < items_count(input); i++) {
        const struct jv v = lookup_at(e, items_at(input, i), key, depth + 1);
        if (is_error(v) || !eval_step(e) || !list_add_found(e, l, v))
            return jv_error();
    }
    return jv_list(l);
}

struct jv jv_lookup(struct evaluation *e, struct jv input, const json *key)
{
    return lookup_at(e, input, key, 0);
}

static bool add_flattened(struct evaluation *e, struct list *to, struct jv v, size_t depth)
{
    if (!eval_step(e))
        return false;
    if (depth == JSON_MAX_DEPTH)
        return eval_too_deep(e), false;
    if (!is_array(v)) {
        list_push(e, to, v);
        return true;
    }
    for (size_t i = 0; i < items_count(v); i++)
        if (!add_flattened(e, to, items_at(v, i), depth + 1))
            return false;
    return true;
}

/* The members' values, without the arrays around them. */
struct jv evaluate_wildcard(struct evaluation *e, struct jv input)
{
    struct list *l = list_new(e, LIST_SEQUENCE, 0);
    const uint32_t *order = NULL;

    if (has_flag(input, LIST_OUTER) && input.list->count > 0)
        input = input.list->items[0];
    if (is_array(input)) {
        for (size_t i = 0; i < items_count(input); i++) {
            const struct jv v = items_at(input, i);
            if (is_array(v))
                l->flags = 0;
            if (!add_flattened(e, l, v, 0))
                return jv_error();
        }
        return jv_list(l);
    }
    if (!is_object(input))
        return jv_list(l);
    order = members_order(e, input);
    for (size_t i = 0; i < members_count(input); i++) {
        const struct jv v = member_value(input, order ? order[i] : i);
        /* What was appended to is no sequence any more. */
        if (is_array(v))
            l->flags = 0;
        if (!add_flattened(e, l, v, 0))
            return jv_error();
    }
    return jv_list(l);
}

/* An array's items are found, the array itself is not. */
static bool add_descendants(struct evaluation *e, struct list *to, struct jv v, size_t depth)
{
    const uint32_t *order;

    if (!eval_step(e))
        return false;
    if (depth == JSON_MAX_DEPTH)
        return eval_too_deep(e), false;
    if (is_array(v)) {
        for (size_t i = 0; i < items_count(v); i++)
            if (!add_descendants(e, to, items_at(v, i), depth + 1))
                return false;
        return true;
    }
    list_push(e, to, v);
    if (!is_object(v))
        return true;
    order = members_order(e, v);
    for (size_t i = 0; i < members_count(v); i++)
        if (!add_descendants(e, to, member_value(v, order ? order[i] : i), depth + 1))
            return false;
    return true;
}

struct jv evaluate_descendant(struct evaluation *e, struct jv input)
{
    struct list *l;

    if (is_undefined(input))
        return input;
    l = list_new(e, LIST_SEQUENCE, 0);
    if (!add_descendants(e, l, input, 0))
        return jv_error();
    return l->count == 1 ? l->items[0] : jv_list(l);
}
