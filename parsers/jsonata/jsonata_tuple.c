/*
 * Tuples: the items of a path with all that `@`, `#` and `%` bound on the way to them. A tuple is
 * copied for each item that a step finds from it, so items that part ways don't see each other's
 * bindings.
 */

#include "parsers/jsonata/jsonata_tuple.h"

#include "parsers/jsonata/jsonata_region.h"

#include <string.h>

/* Bindings that are looked at, or copied, for a unit. */
enum { BINDINGS_A_UNIT = 8 };

void tuple_set(struct evaluation *e, struct tuple *t, uint32_t name, struct jv v)
{
    eval_spend(e, t->count / BINDINGS_A_UNIT);

    for (uint32_t i = 0; i < t->count; i++)
        if (t->bindings[i].name == name) {
            t->bindings[i].value = v;
            return;
        }
    if (t->count == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 4;
        t->bindings = eval_grow(e, t->bindings, t->count, t->cap, sizeof *t->bindings);
    }
    t->bindings[t->count++] = (struct binding){name, v};
}

/* A copy of `from` (NULL: nothing bound) with room for more. */
static struct tuple *tuple_new(struct evaluation *e, const struct tuple *from, struct jv item)
{
    struct tuple *t = eval_alloc(e, sizeof *t);

    *t = (struct tuple){.item = item};
    if (!from || !from->count)
        return t;
    eval_spend(e, from->count / BINDINGS_A_UNIT);
    t->count = from->count;
    t->cap = from->count + 2;
    t->bindings = eval_alloc(e, t->cap * sizeof *t->bindings);
    memcpy(t->bindings, from->bindings, t->count * sizeof *t->bindings);
    return t;
}

static void tuples_push(struct evaluation *e, struct list *l, struct tuple *t)
{
    list_push(e, l, (struct jv){.kind = JV_TUPLE, .tuple = t});
}

struct jv tuples_of(struct evaluation *e, struct jv input, uint32_t index)
{
    struct list *l = list_new(e, LIST_SEQUENCE | LIST_TUPLES, items_count(input));

    eval_spend(e, items_count(input));
    for (size_t i = 0; i < items_count(input); i++) {
        struct tuple *t = tuple_new(e, NULL, items_at(input, i));
        if (index != NO_NAME)
            tuple_set(e, t, index, jv_number((double)i));
        tuples_push(e, l, t);
    }
    return jv_list(l);
}

void tuples_extend(struct evaluation *e, const struct node *step, const struct tuple *from,
                   struct jv found, struct list *to)
{
    const size_t count = is_array(found) ? items_count(found) : 1;

    for (size_t i = 0; i < count; i++) {
        const struct jv v = is_array(found) ? items_at(found, i) : found;
        struct tuple *t = tuple_new(e, from, v);
        if (v.kind == JV_TUPLE) {
            t->item = v.tuple->item;
            for (uint32_t b = 0; b < v.tuple->count; b++)
                tuple_set(e, t, v.tuple->bindings[b].name, v.tuple->bindings[b].value);
            tuples_push(e, to, t);
            continue;
        }
        if (step->focus != NO_NAME) {
            tuple_set(e, t, step->focus, v);
            t->item = from->item;
        }
        if (step->index != NO_NAME)
            tuple_set(e, t, step->index, jv_number((double)i));
        if (step->ancestor)
            tuple_set(e, t, step->ancestor->label, from->item);
        tuples_push(e, to, t);
    }
}

struct tuple *tuples_reduce(struct evaluation *e, struct jv data)
{
    struct tuple *t;

    if (data.kind == JV_TUPLE)
        return tuple_new(e, data.tuple, data.tuple->item);
    t = tuple_new(e, items_at(data, 0).tuple, items_at(data, 0).tuple->item);
    for (size_t i = 1; i < items_count(data); i++) {
        const struct tuple *more = items_at(data, i).tuple;
        t->item = jv_append(e, t->item, more->item);
        for (uint32_t b = 0; b < more->count; b++) {
            struct jv old = jv_undefined();
            eval_spend(e, 1 + t->count / BINDINGS_A_UNIT);
            for (uint32_t k = 0; k < t->count; k++)
                if (t->bindings[k].name == more->bindings[b].name)
                    old = t->bindings[k].value;
            tuple_set(e, t, more->bindings[b].name, jv_append(e, old, more->bindings[b].value));
        }
    }
    return t;
}

struct jv tuples_items(struct evaluation *e, struct jv tuples)
{
    struct list *l = list_new(e, LIST_SEQUENCE, items_count(tuples));

    eval_spend(e, items_count(tuples));
    for (size_t i = 0; i < items_count(tuples); i++) {
        const struct jv v = items_at(tuples, i);
        list_push(e, l, v.kind == JV_TUPLE ? v.tuple->item : v);
    }
    return jv_list(l);
}
