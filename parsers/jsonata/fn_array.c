/*
 * Functions on arrays. A signature with `a` makes an array of a single value, so they get arrays or
 * undefined, and those with `x` whatever there is.
 */

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_call.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/jsonata/jsonata_rank.h"
#include "parsers/jsonata/jsonata_region.h"
#include "parsers/jsonata/jsonata_sort.h"
#include "parsers/picture/js_number.h"

#include <math.h>
#include <string.h>

static struct jv fn_count(struct evaluation *e, const struct call *c)
{
    (void)e;
    return jv_number(is_undefined(arg(c, 0)) ? 0 : (double)items_count(arg(c, 0)));
}

static struct jv fn_append(struct evaluation *e, const struct call *c)
{
    return jv_append(e, arg(c, 0), arg(c, 1));
}

static struct jv fn_reverse(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    struct list *l;

    if (is_undefined(list) || items_count(list) <= 1)
        return list;
    if (!eval_steps(e, items_count(list)))
        return jv_error();
    l = list_new(e, 0, items_count(list));
    for (size_t i = items_count(list); i-- > 0;)
        list_push(e, l, items_at(list, i));
    return jv_list(l);
}

/* Fisher and Yates, inside out. */
static struct jv fn_shuffle(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    struct list *l;

    if (is_undefined(list) || items_count(list) <= 1)
        return list;
    if (!eval_steps(e, items_count(list)))
        return jv_error();
    l = list_new(e, 0, items_count(list));
    for (size_t i = 0; i < items_count(list); i++) {
        const size_t j = (size_t)floor(eval_chance_unit(e) * (double)(i + 1));
        list_push(e, l, j == i ? items_at(list, i) : l->items[j]);
        l->items[j] = items_at(list, i);
    }
    return jv_list(l);
}

/* Which strings and numbers were seen: by text, numbers with a sign that no key has in front. */
static bool seen_scalar(struct evaluation *e, struct map *strings, struct map *numbers, struct jv v)
{
    struct map *m = is_string(v) ? strings : numbers;
    struct buf text = {0};
    const json *key = v.j;

    eval_spend(e, 4);
    if (!is_string(v)) {
        js_number_write(&text, v.n);
        key = eval_take_buf(e, &text).j;
    }
    if (!is_undefined(map_get(m, key)))
        return true;
    map_set(e, m, key, jv_bool(true));
    return false;
}

/*
 * All else is compared with each that was seen: nothing cheaper knows when two objects are equal.
 */
static int seen(struct evaluation *e, const struct list *others, struct jv v)
{
    int same = 0;

    for (size_t i = 0; same == 0 && i < others->count; i++)
        same = jv_equal(e, v, others->items[i]);
    return same;
}

/*
 * Strings and numbers, which are most of what lists hold, are found by an index. A sequence stays
 * one: [1, 1] from a path becomes 1.
 */
static struct jv fn_distinct(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    struct map *strings, *numbers;
    struct list *l, *others;
    int found;

    if (!is_array(list) || items_count(list) <= 1)
        return list;
    strings = map_new(e, 0);
    numbers = map_new(e, 0);
    others = list_new(e, 0, 0);
    l = list_new(e, is_sequence(list) ? LIST_SEQUENCE : 0, 0);
    for (size_t i = 0; i < items_count(list); i++) {
        const struct jv v = items_at(list, i);
        if (!eval_step(e))
            return jv_error();
        if (is_string(v) || (v.kind == JV_NUMBER && !isnan(v.n)))
            found = seen_scalar(e, strings, numbers, v);
        else
            found = seen(e, others, v);
        if (found < 0)
            return jv_error();
        if (found)
            continue;
        if (!is_string(v) && v.kind != JV_NUMBER)
            list_push(e, others, v);
        list_push(e, l, v);
    }
    return jv_list(l);
}

/* As many rows as the shortest argument has items; what is no array has none. */
static struct jv fn_zip(struct evaluation *e, const struct call *c)
{
    struct list *l = list_new(e, 0, 0);
    size_t shortest = c->count ? SIZE_MAX : 0;

    for (size_t k = 0; k < c->count; k++) {
        const size_t n = is_array(c->args[k]) ? items_count(c->args[k]) : 0;
        if (n < shortest)
            shortest = n;
    }
    for (size_t i = 0; i < shortest; i++) {
        struct list *row = list_new(e, 0, c->count);
        if (!eval_steps(e, c->count))
            return jv_error();
        for (size_t k = 0; k < c->count; k++)
            list_push(e, row, items_at(c->args[k], i));
        list_push(e, l, jv_list(row));
    }
    return jv_list(l);
}

/* ---- $sort ---- */

struct sorting {
    struct jv *items;
    struct func *f; /* NULL: numbers or strings, ascending */
};

/* JavaScript's truth, not JSONata's: what the reference asks a comparator's result for. */
static int is_truthy(struct jv v)
{
    switch (v.kind) {
    case JV_UNDEFINED:
    case JV_NULL: return 0;
    case JV_BOOL: return v.b;
    case JV_NUMBER: return v.n != 0 && !isnan(v.n);
    case JV_STRING: return json_str_len(v.j) > 0;
    case JV_ARRAY:
    case JV_OBJECT:
    case JV_LIST:
    case JV_MAP:
    case JV_TUPLE:
    case JV_FUNCTION: return 1;
    case JV_ERROR: break;
    }
    return -1;
}

/* With a function. What the comparison made goes at once. */
static int comes_after(struct evaluation *e, void *user, size_t a, size_t b)
{
    const struct sorting *s = user;
    const struct jv args[] = {s->items[a], s->items[b]};
    const struct mark m = eval_mark(e);
    const struct jv v = call_func(e, s->f, args, 2, (struct jv){.kind = JV_NULL});

    return is_truthy(eval_settle(e, &m, v));
}

/* Where two strings begin alike. */
static int string_comes_after(struct evaluation *e, void *user, size_t a, size_t b)
{
    const struct sorting *s = user;

    return jv_compare(e, s->items[a], s->items[b]) > 0;
}

/*
 * Returns 1 if all items are of the kind, 0 if not, -1 after an error: an infinite number is one.
 */
static int all_of(struct evaluation *e, const struct jv *items, size_t count, enum jv_kind kind)
{
    eval_spend(e, count / 4);
    for (size_t i = 0; i < count; i++) {
        const int fits = kind == JV_NUMBER ? jv_is_numeric(e, items[i]) : items[i].kind == kind;
        if (fits <= 0)
            return fits;
    }
    return 1;
}

/* Without a function all items have to be numbers, or all strings (D3070). */
static bool sort_scalars(struct evaluation *e, struct sorting *s, size_t *order, size_t count)
{
    int fits = all_of(e, s->items, count, JV_NUMBER);

    if (fits == 0)
        fits = all_of(e, s->items, count, JV_STRING);
    if (fits == 0)
        eval_error(e, "D3070");
    return fits > 0 && rank_sort(e, order, s->items, count, false,
                                 is_string(s->items[0]) ? string_comes_after : NULL, s);
}

/* The sort is stable, as the reference's. */
static struct jv fn_sort(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    struct sorting s = {.f = arg(c, 1).kind == JV_FUNCTION ? arg(c, 1).f : NULL};
    size_t count, *order;
    struct list *l;
    bool ok;

    if (is_undefined(list) || items_count(list) <= 1)
        return list;
    count = items_count(list);
    s.items = mem_alloc(count * sizeof *s.items);
    for (size_t i = 0; i < count; i++)
        s.items[i] = items_at(list, i);
    order = eval_alloc(e, count * sizeof *order);
    ok = s.f ? merge_sort(e, order, count, comes_after, &s) : sort_scalars(e, &s, order, count);
    l = list_new(e, 0, ok ? count : 0);
    for (size_t i = 0; ok && i < count; i++)
        list_push(e, l, s.items[order[i]]);
    mem_free(s.items);
    return ok ? jv_list(l) : jv_error();
}

static const struct builtin functions[] = {
    {"count", "<a:n>", fn_count, 1, IN_BOTH, "how many items there are"},
    {"append", "<xx:a>", fn_append, 2, IN_BOTH, "the items of both"},
    {"sort", "<af?:a>", fn_sort, 2, IN_BOTH,
     "sorted; the function says whether two are to be swapped"},
    {"reverse", "<a:a>", fn_reverse, 1, IN_BOTH, "the last first"},
    {"shuffle", "<a:a>", fn_shuffle, 1, IN_BOTH, "in random order"},
    {"distinct", "<x:x>", fn_distinct, 1, IN_BOTH, "each value once"},
    {"zip", "<a+>", fn_zip, 0, IN_BOTH, "the first of each, the second of each, ..."},
};

const struct family array_functions = {"arrays", functions, COUNT(functions)};
