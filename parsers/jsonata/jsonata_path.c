/*
 * Paths. The items that a step finds for each item before it become one sequence, which the next
 * step goes over. Where `@`, `#` or `%` need to know what came before, the items are tuples: each
 * carries what was bound on its way.
 */

#include "parsers/jsonata/jsonata_path.h"

#include "parsers/base/utf8.h"
#include "parsers/jsonata/jsonata_eval.h"
#include "parsers/jsonata/jsonata_frame.h"
#include "parsers/jsonata/jsonata_group.h"
#include "parsers/jsonata/jsonata_lookup.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/jsonata/jsonata_region.h"
#include "parsers/jsonata/jsonata_sort.h"
#include "parsers/jsonata/jsonata_tuple.h"

#include <math.h>

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
            return jv_error();
        eval_settle(e, &m, jv_undefined());
        for (; times > 0; times--)
            list_push(e, l, item);
    }
    return jv_list(l);
}

/* ---- steps ---- */

/* Applies predicates, and `#`, which binds the position, to all that a step found. */
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

/* Returns what a step finds for one item, behind its predicates. */
static struct jv step_value(struct evaluation *e, const struct node *step, struct jv item,
                            struct frame *env)
{
    struct jv v = evaluate(e, step, item, env);

    for (size_t i = 0; i < step->stages.count && !is_error(v); i++)
        if (step->stages.items[i].filter)
            v = evaluate_filter(e, step->stages.items[i].filter, v, env);
    return v;
}

/*
 * Adds what a step found. An array is flattened by one level, unless a constructor at a path's end
 * made it.
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
 * Returns what a step finds for item `i`, settled. A name asks an object of the input where the one
 * before it had the key, and makes nothing.
 */
static struct jv step_item(struct evaluation *e, const struct node *step, struct jv input, size_t i,
                           struct frame *env, struct json_near *near)
{
    const struct jv item = items_at(input, i);

    if (near && item.kind == JV_OBJECT) {
        if (!eval_step(e))
            return jv_error();
        eval_spend_key(e, step->text);
        return jv_from_json(json_get_near(item.j, step->text, near));
    }
    const struct mark m = eval_mark(e);
    return eval_settle(e, &m, step_value(e, step, item, env));
}

/*
 * Items are evaluated one by one, each settled before the next. A sequence is made only when a
 * second value is found: most steps find one.
 */
static struct jv evaluate_step(struct evaluation *e, const struct node *step, struct jv input,
                               struct frame *env, bool last)
{
    const size_t count = items_count(input);
    const bool plain = is_plain_name(step) && e->depth < e->max_depth;
    struct json_near near = {0};
    struct list *l = NULL;
    struct jv only = jv_undefined(), v;
    size_t found = 0;

    if (step->kind == NODE_SORT) {
        v = evaluate_sort(e, step, input, env);
        return is_error(v) ? v : apply_stages(e, &step->stages, v, env);
    }
    for (size_t i = 0; i < count; i++) {
        v = step_item(e, step, input, i, env, plain ? &near : NULL);
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
            return jv_error();
        if (!add_step_value(e, l, v))
            return jv_error();
    }
    if (l)
        return jv_list(l);
    if (found && last && stands_alone(only))
        return only;
    l = list_new(e, LIST_SEQUENCE, found);
    return add_step_value(e, l, only) ? jv_list(l) : jv_error();
}

/* ---- steps over tuples ---- */

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
            return jv_error();
        if (!is_undefined(v))
            tuples_extend(e, step, t, v, l);
    }
    return apply_stages(e, &step->stages, jv_list(l), env);
}

/* ---- paths ---- */

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
            return jv_error();
        if (!is_tuples && (is_undefined(result) || (is_array(result) && items_count(result) == 0)))
            break;
        if (step->focus == NO_NAME && (!is_tuples || (i == 0 && step->cons_array)))
            input = loose_items(e, result);
    }
    if (!is_tuples || is_undefined(tuples))
        return result;
    return n->tuple || n->group ? tuples : tuples_items(e, tuples);
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
