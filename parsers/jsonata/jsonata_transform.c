/*
 * Transforms: | pattern | update, delete |. The value is copied all the way down first, so what the
 * pattern finds in the copy can be changed in its place and the input stays as it was.
 */

#include "parsers/jsonata/jsonata_transform.h"

#include "parsers/jsonata/jsonata_call.h"
#include "parsers/jsonata/jsonata_eval.h"
#include "parsers/jsonata/jsonata_frame.h"
#include "parsers/jsonata/jsonata_map.h"

/* Sets the members that the update gives in one match. */
static bool update_match(struct evaluation *e, const struct func *f, struct jv match)
{
    const struct node *n = f->node;
    struct jv update = evaluate(e, n->update, match, f->env);

    if (is_error(update))
        return false;
    if (is_undefined(update))
        return true;
    if (!is_object(update)) {
        eval_error_value(e, "T2011", update);
        eval_error_at(e, n->update->at);
        return false;
    }
    eval_spend(e, members_count(update));
    for (size_t i = 0; match.kind == JV_MAP && i < members_count(update); i++)
        map_set(e, match.map, member_key(update, i), member_value(update, i));
    return true;
}

/* Removes the members that the third part names from one match. */
static bool delete_from_match(struct evaluation *e, const struct func *f, struct jv match)
{
    const struct node *n = f->node;
    struct jv names = evaluate(e, n->removal, match, f->env);
    size_t count;

    if (is_error(names))
        return false;
    if (is_undefined(names))
        return true;
    count = is_array(names) ? items_count(names) : 1;
    for (size_t i = 0; i < count; i++) {
        const struct jv name = is_array(names) ? items_at(names, i) : names;
        if (!is_string(name)) {
            eval_error_value(e, "T2012", names);
            eval_error_at(e, n->removal->at);
            return false;
        }
    }
    for (size_t i = 0; match.kind == JV_MAP && i < count; i++)
        map_delete(e, match.map, (is_array(names) ? items_at(names, i) : names).j);
    return true;
}

/* Copies `v` by $clone, unless a variable of that name is bound to another function. */
static struct jv transform_clone(struct evaluation *e, const struct func *f, struct jv v)
{
    const struct jv clone = frame_lookup(e, f->env, f->node->name);

    if (is_undefined(clone) || (clone.kind == JV_FUNCTION && clone.f->kind == FUNC_BUILTIN))
        return jv_clone(e, v, 0);
    if (clone.kind != JV_FUNCTION) {
        eval_error(e, "T2013");
        return eval_error_at(e, f->node->at);
    }
    v = call_func(e, clone.f, &v, 1, (struct jv){.kind = JV_NULL});
    return is_error(v) ? v : jv_clone(e, v, 0);
}

/* The matches are parts of the copy, which is changed in its place. */
struct jv evaluate_transform(struct evaluation *e, const struct func *f, struct jv v)
{
    struct jv copy, matches, match;
    size_t count;

    if (is_undefined(v))
        return v;
    copy = transform_clone(e, f, v);
    if (is_error(copy))
        return copy;
    matches = evaluate(e, f->node->pattern, copy, f->env);
    if (is_error(matches))
        return matches;
    count = is_undefined(matches) ? 0 : is_array(matches) ? items_count(matches) : 1;
    for (size_t i = 0; i < count; i++) {
        match = is_array(matches) ? items_at(matches, i) : matches;
        if (!update_match(e, f, match) || (f->node->removal && !delete_from_match(e, f, match)))
            return jv_error();
    }
    return copy;
}
