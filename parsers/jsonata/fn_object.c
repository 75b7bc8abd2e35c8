/*
 * Functions on objects. Where members are listed, it is in JavaScript's order (members_order),
 * which the reference's answers have.
 */

#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_lookup.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/jsonata/jsonata_region.h"

/* Of an array, the keys of all objects in it, each once. */
static bool fn_object_add_keys(struct evaluation *e, struct map *keys, struct jv v, size_t depth)
{
    if (depth == JSON_MAX_DEPTH) {
        eval_too_deep(e);
        return false;
    }
    if (is_array(v)) {
        for (size_t i = 0; i < items_count(v); i++)
            if (!eval_step(e) || !fn_object_add_keys(e, keys, items_at(v, i), depth + 1))
                return false;
        return true;
    }
    eval_spend(e, is_object(v) ? 4 * members_count(v) : 0);
    for (size_t i = 0; is_object(v) && i < members_count(v); i++)
        map_set(e, keys, member_key(v, i), jv_bool(true));
    return true;
}

static struct jv fn_keys(struct evaluation *e, const struct call *c)
{
    struct map *keys = map_new(e, 0);
    struct list *l = list_new(e, LIST_SEQUENCE, 0);
    const uint32_t *order;

    if (!fn_object_add_keys(e, keys, arg(c, 0), 0))
        return jv_error();
    order = members_order(e, jv_map(keys));
    for (uint32_t i = 0; i < keys->count; i++)
        list_push(e, l,
                  (struct jv){.kind = JV_STRING, .j = keys->members[order ? order[i] : i].key});
    return jv_list(l);
}

static struct jv fn_lookup(struct evaluation *e, const struct call *c)
{
    return is_string(arg(c, 1)) ? jv_lookup(e, arg(c, 0), arg(c, 1).j) : jv_undefined();
}

/* Adds an object for each member; what is no object is added as it is. */
static bool fn_object_spread(struct evaluation *e, struct list *l, struct jv v, size_t depth)
{
    const uint32_t *order;

    if (depth == JSON_MAX_DEPTH)
        return eval_too_deep(e), false;
    if (is_array(v)) {
        for (size_t i = 0; i < items_count(v); i++)
            if (!eval_step(e) || !fn_object_spread(e, l, items_at(v, i), depth + 1))
                return false;
        return true;
    }
    if (!is_object(v)) {
        if (!is_undefined(v))
            list_push(e, l, v);
        return true;
    }
    order = members_order(e, v);
    eval_spend(e, 2 * members_count(v));
    for (size_t i = 0; i < members_count(v); i++) {
        const size_t at = order ? order[i] : i;
        struct map *one = map_new(e, 1);
        map_set(e, one, member_key(v, at), member_value(v, at));
        list_push(e, l, jv_map(one));
    }
    return true;
}

static bool holds_something(struct jv array)
{
    for (size_t i = 0; i < items_count(array); i++)
        if (!is_undefined(items_at(array, i)))
            return true;
    return false;
}

static struct jv fn_spread(struct evaluation *e, const struct call *c)
{
    const struct jv v = arg(c, 0);
    struct list *l;

    if (!is_array(v) && !is_object(v))
        return v;
    /* What the reference appended to is an array, not a sequence. */
    l = list_new(e, is_array(v) && holds_something(v) ? 0 : LIST_SEQUENCE, 0);
    return fn_object_spread(e, l, v, 0) ? jv_list(l) : jv_error();
}

static struct jv fn_merge(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    struct map *m;
    size_t i = 0;

    if (is_undefined(list))
        return list;
    if (items_count(list) > 0 && can_be_map_base(items_at(list, 0)))
        m = map_on(e, items_at(list, i++).j);
    else
        m = map_new(e, 0);
    for (; i < items_count(list); i++) {
        const struct jv v = items_at(list, i);
        if (!eval_steps(e, 1 + (is_object(v) ? 2 * members_count(v) : 0)))
            return jv_error();
        for (size_t k = 0; is_object(v) && k < members_count(v); k++)
            map_set(e, m, member_key(v, k), member_value(v, k));
    }
    return jv_map(m);
}

static struct jv fn_each(struct evaluation *e, const struct call *c)
{
    const struct jv o = arg(c, 0);
    struct list *l = list_new(e, LIST_SEQUENCE, 0);
    const uint32_t *order;

    if (!is_object(o))
        return jv_list(l);
    order = members_order(e, o);
    for (size_t i = 0; i < members_count(o); i++) {
        const size_t at = order ? order[i] : i;
        const struct jv key = {.kind = JV_STRING, .j = member_key(o, at)};
        if (!call_item_into(e, l, arg(c, 1).f, member_value(o, at), key, o))
            return jv_error();
    }
    return jv_list(l);
}

/*
 * Without a function it fails as the reference does: only when there is a member to call it with.
 */
static struct jv fn_sift(struct evaluation *e, const struct call *c)
{
    const struct jv o = arg(c, 0);
    struct map *kept = map_new(e, 0);
    const uint32_t *order;

    if (!is_object(o))
        return jv_undefined();
    if (arg(c, 1).kind != JV_FUNCTION)
        return members_count(o) ? eval_error(e, "T1006") : jv_undefined();
    order = members_order(e, o);
    for (size_t i = 0; i < members_count(o); i++) {
        const size_t at = order ? order[i] : i;
        const struct jv key = {.kind = JV_STRING, .j = member_key(o, at)};
        const struct mark m = eval_mark(e);
        const struct jv v = call_item(e, arg(c, 1).f, member_value(o, at), key, o);
        const int truth = is_error(v) ? -1 : jv_truth(e, v);
        if (truth < 0)
            return jv_error();
        eval_settle(e, &m, jv_undefined());
        if (truth)
            map_set(e, kept, key.j, member_value(o, at));
    }
    return kept->count ? jv_map(kept) : jv_undefined();
}

static struct jv fn_clone(struct evaluation *e, const struct call *c)
{
    return jv_clone(e, arg(c, 0), 0);
}

static const struct builtin functions[] = {
    {"keys", "<x-:a<s>>", fn_keys, 1, IN_BOTH, "the keys of an object, or of all in an array"},
    {"lookup", "<x-s:x>", fn_lookup, 2, IN_BOTH, "the value of a key"},
    {"spread", "<x-:a<o>>", fn_spread, 1, IN_BOTH, "an object for each member"},
    {"merge", "<a<o>:o>", fn_merge, 1, IN_BOTH, "the members of all in one; the last wins"},
    {"each", "<o-f:a>", fn_each, 2, IN_BOTH, "what a function makes of each member"},
    {"sift", "<o-f?:o>", fn_sift, 2, IN_BOTH, "the members that a function is true for"},
    {"clone", "<(oa)-:o>", fn_clone, 1, IN_BOTH, "a copy; transforms work on one"},
};

const struct family object_functions = {"objects", functions, COUNT(functions)};
