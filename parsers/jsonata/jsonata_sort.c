/*
 * Sorting: the step ^(...), and the merge sort that $sort uses too. Which pairs are compared, and
 * in what order, is the reference's, as the first error among them is the one that is told.
 */

#include "parsers/jsonata/jsonata_sort.h"

#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_eval.h"
#include "parsers/jsonata/jsonata_frame.h"
#include "parsers/jsonata/jsonata_lookup.h"
#include "parsers/jsonata/jsonata_rank.h"
#include "parsers/jsonata/jsonata_region.h"

#include <string.h>

struct sort {
    const struct node *node;
    struct jv input;
    struct frame *env;
    struct jv *keys; /* count(input) for each term; JV_ERROR: not evaluated yet */
    size_t count;
};

/*
 * Keys are evaluated when a comparison first needs them, as errors must come in the reference's
 * order.
 */
static struct jv sort_key(struct evaluation *e, struct sort *s, size_t term, size_t i)
{
    struct jv *key = &s->keys[term * s->count + i];
    struct jv item = items_at(s->input, i);
    struct frame *env = s->env;

    if (!is_error(*key))
        return *key;
    if (item.kind == JV_TUPLE) {
        env = frame_of_tuple(e, env, item.tuple);
        item = item.tuple->item;
    }
    *key = evaluate(e, s->node->items[term], item, env);
    return *key;
}

static bool sortable(struct jv v)
{
    return v.kind == JV_STRING || v.kind == JV_NUMBER;
}

/* Notes the error of two keys that can't be compared. Returns -1. */
static int unsortable(struct evaluation *e, const struct sort *s, struct jv a, struct jv b)
{
    if (!sortable(a) || !sortable(b))
        eval_error_value(e, "T2008", sortable(a) ? b : a);
    else
        eval_error_values(e, "T2007", a, b);
    eval_error_at(e, s->node->at);
    return -1;
}

/* The first term that tells two items apart decides. */
static int sorts_after(struct evaluation *e, void *user, size_t i, size_t j)
{
    struct sort *s = user;
    int c = 0;

    for (size_t t = 0; c == 0 && t < s->node->count; t++) {
        const struct jv a = sort_key(e, s, t, i);
        const struct jv b = is_error(a) ? a : sort_key(e, s, t, j);
        if (is_error(b))
            return -1;
        /* Undefined comes last, whichever way the rest goes. */
        if (is_undefined(a) || is_undefined(b)) {
            c = is_undefined(a) ? !is_undefined(b) : -1;
            continue;
        }
        if (!sortable(a) || a.kind != b.kind)
            return unsortable(e, s, a, b);
        c = jv_compare(e, a, b);
        if (s->node->sort.descending[t])
            c = -c;
    }
    return c == 1;
}

/*
 * Top-down, the middle rounded down, so that pairs are compared in the reference's order: which
 * error comes first depends on it.
 */
static bool sort_part(struct evaluation *e, size_t *order, size_t *spare, size_t count,
                      int (*after)(struct evaluation *e, void *user, size_t a, size_t b),
                      void *user)
{
    const size_t middle = count / 2;
    size_t left = 0, right = middle, to = 0;

    if (count <= 1)
        return true;
    if (!sort_part(e, order, spare, middle, after, user) ||
        !sort_part(e, order + middle, spare, count - middle, after, user))
        return false;
    memcpy(spare, order, count * sizeof *order);
    while (left < middle && right < count) {
        const int swap = eval_step(e) ? after(e, user, spare[left], spare[right]) : -1;
        if (swap < 0)
            return false;
        order[to++] = swap ? spare[right++] : spare[left++];
    }
    while (left < middle)
        order[to++] = spare[left++];
    while (right < count)
        order[to++] = spare[right++];
    return true;
}

bool merge_sort(struct evaluation *e, size_t *order, size_t count,
                int (*after)(struct evaluation *e, void *user, size_t a, size_t b), void *user)
{
    size_t *spare = mem_alloc((count ? count : 1) * sizeof *spare);
    bool ok;

    for (size_t i = 0; i < count; i++)
        order[i] = i;
    ok = sort_part(e, order, spare, count, after, user);
    mem_free(spare);
    return ok;
}

/*
 * Finds the keys of a term that is a name. Such have no errors of their own, so that nothing tells
 * whether they were all found before the first comparison. False where one can't be compared, which
 * is to be told in its order.
 */
static bool find_plain_keys(struct evaluation *e, struct sort *s, size_t term)
{
    const struct node *name = plain_name_of(s->node->items[term]);
    struct jv *keys = &s->keys[term * s->count];
    struct json_near near = {0};

    if (!name || e->max_depth - e->depth <= 2)
        return false;
    for (size_t i = 0; i < s->count; i++) {
        const struct jv item = items_at(s->input, i);
        if (item.kind != JV_OBJECT)
            return false;
        eval_spend(e, 1);
        eval_spend_key(e, name->text);
        keys[i] = jv_from_json(json_get_near(item.j, name->text, &near));
        if (!sortable(keys[i]) && !is_undefined(keys[i]))
            return false;
    }
    return can_be_ranked(keys, s->count);
}

/* Most lists are sorted by names alone, and what these lead to is of one kind. */
static bool has_plain_keys(struct evaluation *e, struct sort *s)
{
    for (size_t t = 0; t < s->node->count; t++)
        if (!find_plain_keys(e, s, t))
            return false;
    return true;
}

static bool sort_items(struct evaluation *e, struct sort *s, size_t *order)
{
    if (!has_plain_keys(e, s))
        return merge_sort(e, order, s->count, sorts_after, s);
    return rank_sort(e, order, s->keys, s->count, s->node->sort.descending[0], sorts_after, s);
}

/* What has one item or none is handed on as it is, its keys unseen. */
struct jv evaluate_sort(struct evaluation *e, const struct node *n, struct jv input,
                        struct frame *env)
{
    struct sort s = {.node = n, .input = input, .env = env, .count = items_count(input)};
    struct list *l;
    size_t *order;

    if (s.count <= 1)
        return input;
    s.keys = eval_alloc(e, s.count * n->count * sizeof *s.keys);
    for (size_t i = 0; i < s.count * n->count; i++)
        s.keys[i] = jv_error();
    order = eval_alloc(e, s.count * sizeof *order);
    if (!sort_items(e, &s, order))
        return jv_error();
    l = list_new(e, has_flag(input, LIST_TUPLES) ? LIST_TUPLES : 0, s.count);
    for (size_t i = 0; i < s.count; i++)
        list_push(e, l, items_at(input, order[i]));
    return jv_list(l);
}
