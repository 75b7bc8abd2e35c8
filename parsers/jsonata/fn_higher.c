/*
 * Functions that call functions. What each call makes is settled before the next, so that a long
 * list needs no more memory than its result.
 */

#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_call.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_region.h"

static struct jv fn_map(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    struct list *l;

    if (is_undefined(list))
        return list;
    l = list_new(e, LIST_SEQUENCE, items_count(list));
    for (size_t i = 0; i < items_count(list); i++)
        if (!call_item_into(e, l, arg(c, 1).f, items_at(list, i), jv_number((double)i), list))
            return jv_error();
    return jv_list(l);
}

/* Returns 1 when the function is true for item `i`, 0 when it is not, -1 after an error. */
static int fn_higher_holds(struct evaluation *e, struct func *f, struct jv list, size_t i)
{
    const struct mark m = eval_mark(e);
    const struct jv v = call_item(e, f, items_at(list, i), jv_number((double)i), list);
    const int truth = is_error(v) ? -1 : jv_truth(e, v);

    if (truth >= 0)
        eval_settle(e, &m, jv_undefined());
    return truth;
}

static struct jv fn_filter(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    struct list *l;
    int truth;

    if (is_undefined(list))
        return list;
    l = list_new(e, LIST_SEQUENCE, 0);
    for (size_t i = 0; i < items_count(list); i++) {
        truth = fn_higher_holds(e, arg(c, 1).f, list, i);
        if (truth < 0)
            return jv_error();
        if (truth)
            list_push(e, l, items_at(list, i));
    }
    return jv_list(l);
}

/* Looks on behind the first that fits: a second one is an error (D3138), as none is (D3139). */
static struct jv fn_single(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0), f = arg(c, 1);
    struct jv found = jv_undefined();
    bool any = false;
    int truth;

    if (is_undefined(list))
        return list;
    for (size_t i = 0; i < items_count(list); i++) {
        truth = f.kind == JV_FUNCTION ? fn_higher_holds(e, f.f, list, i) : 1;
        if (truth < 0)
            return jv_error();
        if (!truth)
            continue;
        if (any)
            return eval_error(e, "D3138");
        any = true;
        found = items_at(list, i);
    }
    return any ? found : eval_error(e, "D3139");
}

/*
 * Between two calls only the value so far lives: what else was made since the mark goes. The mark
 * is set anew when a variable outside has taken hold of something.
 */
static struct jv fn_reduce(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    struct func *f = arg(c, 1).f;
    struct jv v = arg(c, 2);
    size_t arity, i = 0;

    if (is_undefined(list))
        return list;
    arity = func_arity(f);
    if (arity < 2)
        return eval_error(e, "D3050");
    if (is_undefined(v) && items_count(list) > 0)
        v = items_at(list, i++);
    const struct mark start = eval_mark(e);
    uint64_t outer = start.oldest_bound;
    struct mark m = start;
    m.oldest_bound = UINT64_MAX;
    for (; i < items_count(list) && !is_error(v); i++) {
        const struct jv args[] = {v, items_at(list, i), jv_number((double)i), list};
        v = call_func(e, f, args, arity > 4 ? 4 : arity, (struct jv){.kind = JV_NULL});
        if (e->oldest_bound < outer)
            outer = e->oldest_bound;
        /* What was bound outside may hold on to anything made so far. */
        if (e->oldest_bound < m.serial)
            m = eval_mark(e);
        else
            v = eval_settle(e, &m, v);
        m.oldest_bound = e->oldest_bound = UINT64_MAX;
    }
    e->oldest_bound = outer;
    return v;
}

static const struct builtin functions[] = {
    {"map", "<af>", fn_map, 2, IN_BOTH, "what a function makes of each item"},
    {"filter", "<af>", fn_filter, 2, IN_BOTH, "the items that a function is true for"},
    {"single", "<af?>", fn_single, 2, IN_BOTH, "the only item that a function is true for"},
    {"reduce", "<afj?:j>", fn_reduce, 3, IN_BOTH,
     "items taken together by a function of two, one after the other"},
};

const struct family higher_functions = {"functions of functions", functions, COUNT(functions)};
