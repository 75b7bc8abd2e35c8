/*
 * Paths. The items that a step finds for each item before it become one sequence, which the next
 * step goes over. Where `@`, `#` or `%` need to know what came before, the items are tuples: each
 * carries what was bound on its way.
 */

#include "parsers/jsonata/jsonata_path.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "parsers/jsonata/jsonata_eval.h"
#include "parsers/jsonata/jsonata_frame.h"
#include "parsers/jsonata/jsonata_lookup.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/jsonata/jsonata_region.h"

#include <math.h>
#include <string.h>

static const struct jv failed = {.kind = JV_ERROR};

/* ---- predicates ---- */

static bool numbers_only(struct evaluation *e, struct jv v, bool *fail)
{
    if (!is_array(v) || has_flag(v, LIST_RANGE))
        return is_array(v);
    for (size_t i = 0; i < items_count(v); i++) {
        const int numeric = jv_is_numeric(e, items_at(v, i));
        if (numeric <= 0) {
            *fail = numeric < 0;
            return false;
        }
    }
    return true;
}

/* A position, from the end when negative. */
static double position_of(double n, size_t count)
{
    const double i = floor(n);

    return i < 0 ? (double)count + i : i;
}

/* How often a predicate's value picks item `index`; -1 after an error. */
static int picks(struct evaluation *e, struct jv v, size_t index, size_t count)
{
    bool fail = false;
    int times = 0, truth;

    if (v.kind == JV_BOOL)
        return v.b;
    if (v.kind == JV_NUMBER && (truth = jv_is_numeric(e, v)) != 0)
        return truth < 0 ? -1 : position_of(v.n, count) == (double)index;
    if (is_array(v) && !eval_steps(e, items_count(v)))
        return -1;
    if (numbers_only(e, v, &fail)) {
        for (size_t i = 0; i < items_count(v); i++)
            times += position_of(items_at(v, i).n, count) == (double)index;
        return times;
    }
    if (fail)
        return -1;
    truth = jv_truth(e, v);
    return truth;
}

static struct jv filter_at(struct evaluation *e, double n, struct jv input)
{
    const size_t count = is_array(input) ? items_count(input) : 1;
    const double i = position_of(n, count);
    struct list *l;
    struct jv item;

    if (i < 0 || i >= (double)count)
        return jv_list(
            list_new(e, LIST_SEQUENCE | (has_flag(input, LIST_TUPLES) ? LIST_TUPLES : 0), 0));
    item = is_array(input) ? items_at(input, (size_t)i) : input;
    if (is_array(item))
        return item;
    l = list_new(e, LIST_SEQUENCE | (has_flag(input, LIST_TUPLES) ? LIST_TUPLES : 0), 1);
    if (!is_undefined(item))
        list_push(e, l, item);
    return jv_list(l);
}

/*
 * A number picks by position, all else by its truth. What a predicate makes on the way goes before
 * the next item.
 */
struct jv evaluate_filter(struct evaluation *e, const struct node *predicate, struct jv input,
                          struct frame *env)
{
    const bool tuples = has_flag(input, LIST_TUPLES);
    const size_t count = is_array(input) ? items_count(input) : 1;
    struct list *l;

    if (predicate->kind == NODE_NUMBER)
        return filter_at(e, predicate->constant.n, input);
    l = list_new(e, LIST_SEQUENCE | (tuples ? LIST_TUPLES : 0), 0);
    for (size_t i = 0; i < count; i++) {
        const struct jv item = is_array(input) ? items_at(input, i) : input;
        const struct mark m = eval_mark(e);
        struct frame *at = tuples ? frame_of_tuple(e, env, item.tuple) : env;
        const struct jv v = evaluate(e, predicate, tuples ? item.tuple->item : item, at);
        int times = is_error(v) ? -1 : picks(e, v, i, count);
        if (times < 0)
            return failed;
        eval_settle(e, &m, jv_undefined());
        for (; times > 0; times--)
            list_push(e, l, item);
    }
    return jv_list(l);
}

static struct jv apply_stages(struct evaluation *e, const struct stages *stages, struct jv v,
                              struct frame *env);

/* ---- sorting ---- */

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

/* Puts the error of two keys that don't go together. */
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

/* What has one item or none is handed on as it is, its keys unseen. */
static struct jv evaluate_sort(struct evaluation *e, const struct node *n, struct jv input,
                               struct frame *env)
{
    struct sort s = {.node = n, .input = input, .env = env, .count = items_count(input)};
    struct list *l;
    size_t *order;

    if (s.count <= 1)
        return input;
    s.keys = eval_alloc(e, s.count * n->count * sizeof *s.keys);
    for (size_t i = 0; i < s.count * n->count; i++)
        s.keys[i] = failed;
    order = eval_alloc(e, s.count * sizeof *order);
    if (!merge_sort(e, order, s.count, sorts_after, &s))
        return failed;
    l = list_new(e, has_flag(input, LIST_TUPLES) ? LIST_TUPLES : 0, s.count);
    for (size_t i = 0; i < s.count; i++)
        list_push(e, l, items_at(input, order[i]));
    return jv_list(l);
}

/* ---- steps ---- */

/* The value of a step for one item. */
static struct jv step_value(struct evaluation *e, const struct node *step, struct jv item,
                            struct frame *env)
{
    struct jv v = evaluate(e, step, item, env);

    for (size_t i = 0; i < step->stages.count && !is_error(v); i++)
        if (step->stages.items[i].filter)
            v = evaluate_filter(e, step->stages.items[i].filter, v, env);
    return v;
}

/* An array that was found is flattened by one level, unless a constructor at a path's end made it.
 */
static bool add_step_value(struct evaluation *e, struct list *to, struct jv v)
{
    if (!has_flag(v, LIST_CONS))
        return list_add_found(e, to, v);
    list_push(e, to, v);
    return true;
}

/* The only value that the last step found is the result as it is when it is an array. */
static bool stands_alone(struct jv v)
{
    return is_array(v) && !is_sequence(v);
}

/*
 * Items are evaluated one by one, each settled before the next. A sequence is made only when a
 * second value is found: most steps find one.
 */
static struct jv evaluate_step(struct evaluation *e, const struct node *step, struct jv input,
                               struct frame *env, bool last)
{
    const size_t count = items_count(input);
    struct list *l = NULL;
    struct jv only = jv_undefined(), v;
    size_t found = 0;

    if (step->kind == NODE_SORT) {
        v = evaluate_sort(e, step, input, env);
        return is_error(v) ? v : apply_stages(e, &step->stages, v, env);
    }
    for (size_t i = 0; i < count; i++) {
        const struct mark m = eval_mark(e);
        v = eval_settle(e, &m, step_value(e, step, items_at(input, i), env));
        if (is_error(v))
            return v;
        if (is_undefined(v))
            continue;
        if (found++ == 0) {
            only = v;
            continue;
        }
        if (!l)
            l = list_new(e, LIST_SEQUENCE, count < 8 ? count : 8);
        if (found == 2 && !add_step_value(e, l, only))
            return failed;
        if (!add_step_value(e, l, v))
            return failed;
    }
    if (l)
        return jv_list(l);
    if (found && last && stands_alone(only))
        return only;
    l = list_new(e, LIST_SEQUENCE, found);
    return add_step_value(e, l, only) ? jv_list(l) : failed;
}

/* ---- tuples ---- */

/* Bindings that are looked at, or copied, for a unit. */
enum { BINDINGS_A_UNIT = 8 };

/* Sets a binding of the tuple, or adds it. */
static void tuple_set(struct evaluation *e, struct tuple *t, uint32_t name, struct jv v)
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

/* Items as tuples that bind nothing; `index`: a name for their position, or NO_NAME. */
static struct jv tuples_of(struct evaluation *e, struct jv input, uint32_t index)
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

static struct jv apply_stages(struct evaluation *e, const struct stages *stages, struct jv v,
                              struct frame *env)
{
    for (size_t s = 0; s < stages->count && !is_error(v); s++) {
        if (stages->items[s].filter) {
            v = evaluate_filter(e, stages->items[s].filter, v, env);
            continue;
        }
        eval_spend(e, is_array(v) ? items_count(v) : 1);
        for (size_t i = 0; is_array(v) && i < items_count(v); i++) {
            const struct jv item = items_at(v, i);
            if (item.kind == JV_TUPLE)
                tuple_set(e, item.tuple, stages->items[s].name, jv_number((double)i));
        }
    }
    return v;
}

/* What a step found from one tuple, as tuples. */
static void extend_tuple(struct evaluation *e, const struct node *step, const struct tuple *from,
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

/* `tuples` undefined: this is the first step that needs them, and goes over `input`. */
static struct jv evaluate_tuple_step(struct evaluation *e, const struct node *step, struct jv input,
                                     struct jv tuples, struct frame *env)
{
    struct list *l;
    struct jv v;

    if (step->kind == NODE_SORT) {
        v = evaluate_sort(e, step, is_undefined(tuples) ? input : tuples, env);
        if (!is_error(v) && is_undefined(tuples))
            v = tuples_of(e, v, step->index);
        return is_error(v) ? v : apply_stages(e, &step->stages, v, env);
    }
    if (is_undefined(tuples))
        tuples = tuples_of(e, input, NO_NAME);
    l = list_new(e, LIST_SEQUENCE | LIST_TUPLES, 0);
    for (size_t i = 0; i < items_count(tuples); i++) {
        const struct tuple *t = items_at(tuples, i).tuple;
        v = evaluate(e, step, t->item, frame_of_tuple(e, env, t));
        if (is_error(v))
            return v;
        if (is_array(v) && !eval_steps(e, items_count(v)))
            return failed;
        if (!is_undefined(v))
            extend_tuple(e, step, t, v, l);
    }
    return apply_stages(e, &step->stages, jv_list(l), env);
}

/* ---- groups ---- */

struct group {
    const json *key;
    size_t pair;
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
        return group_append(e, g, item) ? key : failed;
    }
    if (gs->count == gs->cap) {
        gs->cap = gs->cap ? 2 * gs->cap : pairs->count / 2;
        gs->items = eval_grow(e, gs->items, gs->count, gs->cap, sizeof *gs->items);
    }
    map_set(e, gs->index, key.j, jv_number((double)gs->count));
    gs->items[gs->count++] = (struct group){.key = key.j, .pair = pair, .data = item};
    return key;
}

/* The tuples of a group in one: what each name was bound to, appended. */
static struct tuple *reduce_tuples(struct evaluation *e, struct jv data)
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

static struct jv group_value(struct evaluation *e, const struct node *pairs, const struct group *g,
                             struct frame *env, bool tuples)
{
    struct jv data = g->data;
    struct tuple *t;

    if (tuples && !is_undefined(data)) {
        t = reduce_tuples(e, data);
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
                return failed;
        }
    }
    return group_values(e, pairs, &gs, env, tuples);
}

/* ---- paths ---- */

/* What the last step gives when it is done with tuples. */
static struct jv untuple(struct evaluation *e, struct jv tuples)
{
    struct list *l = list_new(e, LIST_SEQUENCE, items_count(tuples));

    eval_spend(e, items_count(tuples));
    for (size_t i = 0; i < items_count(tuples); i++) {
        const struct jv v = items_at(tuples, i);
        list_push(e, l, v.kind == JV_TUPLE ? v.tuple->item : v);
    }
    return jv_list(l);
}

/* A path with [] keeps a sequence of one item a sequence. */
static struct jv keep_singleton(struct evaluation *e, struct jv v)
{
    struct list *l;

    if (has_flag(v, LIST_CONS) && !is_sequence(v)) {
        l = list_new(e, LIST_SEQUENCE, 1);
        list_push(e, l, v);
        v = jv_list(l);
    }
    if (v.kind == JV_LIST)
        v.list->flags |= LIST_KEEP;
    return v;
}

static bool is_plain_name(const struct node *step)
{
    return step->kind == NODE_NAME && !step->stages.count && !step->predicates.count &&
           !step->group && !step->tuple && !step->keep_array;
}

/*
 * Names from the first step on, as far as there is one object for each: the usual path, which needs
 * no sequences. Returns how many steps that were; *at is where they lead.
 */
static size_t walk_names(struct evaluation *e, struct node *const *steps, size_t count,
                         struct jv *at)
{
    size_t i = 0;

    while (i < count && is_object(*at) && is_plain_name(steps[i]) && e->depth < e->max_depth) {
        const struct jv v = member_get(*at, steps[i]->text);
        eval_spend_key(e, steps[i]->text);
        if (is_sequence(v))
            break;
        *at = v;
        i++;
    }
    return i;
}

static struct jv one_item(struct evaluation *e, struct jv item)
{
    struct list *l = list_new(e, LIST_SEQUENCE, 1);

    list_push(e, l, item);
    return jv_list(l);
}

/*
 * What the steps behind an array constructor with predicates go over when those left no array: the
 * reference asks such a value for its length, which only strings have.
 */
static struct jv loose_items(struct evaluation *e, struct jv v)
{
    struct list *l;
    uint32_t cp;
    size_t n;

    if (is_array(v))
        return v;
    l = list_new(e, LIST_SEQUENCE, 0);
    eval_spend(e, str_len(v));
    for (size_t at = 0; at < str_len(v); at += n) {
        n = utf8_decode(str(v) + at, str_len(v) - at, &cp);
        list_push(e, l, eval_text(e, str(v) + at, n));
    }
    return jv_list(l);
}

/*
 * Goes from sequence to sequence, or, once a step needs them, from tuples to tuples. A step that
 * finds nothing ends the path.
 */
static struct jv path_steps(struct evaluation *e, const struct node *n, struct jv input,
                            size_t from, struct frame *env)
{
    bool is_tuples = false;
    struct jv tuples = jv_undefined(), result = jv_undefined();

    for (size_t i = from; i < n->count; i++) {
        const struct node *step = n->items[i];
        is_tuples = is_tuples || step->tuple;
        if (i == 0 && step->cons_array)
            result = evaluate(e, step, input, env);
        else if (is_tuples)
            tuples = evaluate_tuple_step(e, step, input, tuples, env);
        else
            result = evaluate_step(e, step, input, env, i == n->count - 1);
        if (is_error(result) || is_error(tuples))
            return failed;
        if (!is_tuples && (is_undefined(result) || (is_array(result) && items_count(result) == 0)))
            break;
        if (step->focus == NO_NAME && (!is_tuples || (i == 0 && step->cons_array)))
            input = loose_items(e, result);
    }
    if (!is_tuples || is_undefined(tuples))
        return result;
    return n->tuple || n->group ? tuples : untuple(e, tuples);
}

/*
 * The usual path, names only and one object at each, is walked without sequences; the first step
 * that needs one goes on where that stopped, with the same result.
 */
struct jv evaluate_path(struct evaluation *e, const struct node *n, struct jv input,
                        struct frame *env)
{
    const struct node *first = n->items[0];
    const bool plain = !n->path.keep_singleton && !n->group && !n->tuple;
    struct jv result, at = input;
    size_t walked = 0;

    if (plain) {
        if (first->kind == NODE_VARIABLE && n->count > 1 && !first->stages.count &&
            !first->predicates.count && !first->group && !first->tuple && !first->keep_array) {
            at = evaluate(e, first, input, env);
            if (is_error(at))
                return at;
            if (is_object(at))
                walked = 1 + walk_names(e, n->items + 1, n->count - 1, &at);
        } else if (is_object(at)) {
            walked = walk_names(e, n->items, n->count, &at);
        }
        if (walked == n->count || (walked && is_undefined(at)))
            return at;
    }
    if (walked) {
        if (is_array(at) && items_count(at) == 0)
            return jv_undefined();
        input = is_array(at) && !has_flag(at, LIST_CONS) ? at : one_item(e, at);
        /* Sorting hands on what is no longer than one item: it must be a sequence. */
        if (n->items[walked]->kind == NODE_SORT && is_array(at) && items_count(at) == 1)
            input = one_item(e, items_at(at, 0));
        return path_steps(e, n, input, walked, env);
    }
    if (!is_array(input) || first->kind == NODE_VARIABLE)
        input = one_item(e, input);
    result = path_steps(e, n, input, 0, env);
    if (is_error(result))
        return result;
    if (n->path.keep_singleton)
        result = keep_singleton(e, result);
    return n->group ? evaluate_group(e, n->group, result, env) : result;
}
