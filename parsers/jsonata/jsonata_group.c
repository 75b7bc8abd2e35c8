/*
 * Objects of keys and values, as a constructor {...} or behind a path. The items are grouped by the
 * key that each gives, and the value of a key is evaluated once, for all items of its group.
 */

#include "parsers/jsonata/jsonata_group.h"

#include "parsers/jsonata/jsonata_eval.h"
#include "parsers/jsonata/jsonata_frame.h"
#include "parsers/jsonata/jsonata_lookup.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/jsonata/jsonata_region.h"
#include "parsers/jsonata/jsonata_tuple.h"

/* One key of the object to come, and the items that gave it. */
struct group {
    const json *key;
    size_t pair; /* which pair of key and value gave it */
    struct jv data;
    struct list *several; /* data, when it is more than one item */
};

struct groups {
    struct map *index; /* key to number */
    struct group *items;
    size_t count, cap;
};

/* The first item of a group is kept as it is; a list is made for the second. */
static bool group_append(struct evaluation *e, struct group *g, struct jv item)
{
    if (!g->several) {
        g->several = list_new(e, 0, 0);
        if (is_array(g->data))
            list_extend(e, g->several, g->data);
        else if (!is_undefined(g->data))
            list_push(e, g->several, g->data);
        g->data = jv_list(g->several);
    }
    return item.kind == JV_TUPLE ? (list_push(e, g->several, item), true)
                                 : list_add_found(e, g->several, item);
}

static struct jv group_error(struct evaluation *e, const struct node *pairs, const char *code,
                             struct jv key)
{
    eval_error_value(e, code, key);
    return eval_error_at(e, pairs->at);
}

/*
 * Puts an item into the group of its key. Two pairs that give the same key are an error (D1009), as
 * the key can have only one value.
 */
static struct jv group_item(struct evaluation *e, const struct node *pairs, struct groups *gs,
                            size_t pair, struct jv key, struct jv item)
{
    struct jv at;

    if (is_undefined(key))
        return key;
    if (!is_string(key))
        return group_error(e, pairs, "T1003", key);
    at = map_get(gs->index, key.j);
    eval_spend_key(e, key.j);
    if (!is_undefined(at)) {
        struct group *g = &gs->items[(size_t)at.n];
        if (g->pair != pair)
            return group_error(e, pairs, "D1009", key);
        return group_append(e, g, item) ? key : jv_error();
    }
    if (gs->count == gs->cap) {
        gs->cap = gs->cap ? 2 * gs->cap : pairs->count / 2;
        gs->items = eval_grow(e, gs->items, gs->count, gs->cap, sizeof *gs->items);
    }
    map_set(e, gs->index, key.j, jv_number((double)gs->count));
    gs->items[gs->count++] = (struct group){.key = key.j, .pair = pair, .data = item};
    return key;
}

static struct jv group_value(struct evaluation *e, const struct node *pairs, const struct group *g,
                             struct frame *env, bool tuples)
{
    struct jv data = g->data;
    struct tuple *t;

    if (tuples && !is_undefined(data)) {
        t = tuples_reduce(e, data);
        data = t->item;
        env = frame_of_tuple(e, env, t);
    }
    return evaluate(e, pairs->items[2 * g->pair + 1], data, env);
}

/*
 * Values are evaluated in the order in which JavaScript lists the keys, so that the first error is
 * the reference's.
 */
static struct jv group_values(struct evaluation *e, const struct node *pairs, struct groups *gs,
                              struct frame *env, bool tuples)
{
    struct map *m = map_new(e, gs->count);
    const uint32_t *order = members_order(e, jv_map(gs->index));
    struct jv v;

    for (size_t i = 0; i < gs->count; i++) {
        const struct group *g = &gs->items[order ? order[i] : i];
        v = group_value(e, pairs, g, env, tuples);
        if (is_error(v))
            return v;
        if (!is_undefined(v))
            map_set(e, m, g->key, v);
    }
    return jv_map(m);
}

/* A constructor's usual case: one item. Undefined: a key is no string, so do it the long way. */
static struct jv construct(struct evaluation *e, const struct node *pairs, struct jv item,
                           struct frame *env)
{
    struct map *m = map_new(e, pairs->count / 2);

    for (size_t i = 0; i < pairs->count; i += 2) {
        struct jv v = evaluate(e, pairs->items[i + 1], item, env);
        if (is_error(v))
            return v;
        if (!is_undefined(v))
            map_set(e, m, pairs->items[i]->text, v);
    }
    return jv_map(m);
}

struct jv evaluate_group(struct evaluation *e, const struct node *pairs, struct jv input,
                         struct frame *env)
{
    const bool tuples = has_flag(input, LIST_TUPLES);
    size_t count = is_array(input) ? items_count(input) : 1;
    struct groups gs = {0};
    struct jv item, key;

    if (!is_array(input) && pairs->object.plain_keys)
        return construct(e, pairs, input, env);
    if (count == 0 && tuples && e->dialect == JSONATA_REFERENCE)
        return jv_map(map_new(e, 0));
    gs.index = map_new(e, 0);
    /* Without items there is one, undefined: a constructor makes its object all the same. */
    for (size_t i = 0; i < (count ? count : 1); i++) {
        item = count == 0 ? jv_undefined() : is_array(input) ? items_at(input, i) : input;
        struct frame *at = item.kind == JV_TUPLE ? frame_of_tuple(e, env, item.tuple) : env;
        const struct jv context = item.kind == JV_TUPLE ? item.tuple->item : item;
        for (size_t pair = 0; pair < pairs->count / 2; pair++) {
            key = evaluate(e, pairs->items[2 * pair], context, at);
            if (is_error(key) || is_error(group_item(e, pairs, &gs, pair, key, item)))
                return jv_error();
        }
    }
    return group_values(e, pairs, &gs, env, tuples);
}
