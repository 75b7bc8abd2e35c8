/*
 * Writing: the containers along the path are copied, everything beside it is shared. They are
 * collected on the way down, and rebuilt on the way up.
 */

#include "parsers/jsonpath/jsonpath.h"

#include "parsers/base/mem.h"
#include "parsers/jsonpath/jsonpath_impl.h"

static void write_first(struct buf *out, const struct route *route, size_t count)
{
    for (size_t i = 0; i < count; i++)
        jsonpath_write_step(out, &route->steps[i]);
}

/* Why step `i` cannot be written to in `v`. */
static void jsonpath_set_explain(struct diag *why, const struct route *route, size_t i,
                                 const json *v)
{
    const struct step *s = &route->steps[i];
    struct buf whole = {0};
    struct buf part = {0};

    if (!why)
        return;
    write_first(&whole, route, route->count);
    write_first(&part, route, i);
    if (!v)
        diag_set(why, JSONPATH_INVALID, 0, "Cannot write to %s: there is no array at %s",
                 buf_str(&whole), buf_str(&part));
    else if (s->kind == STEP_NAME)
        diag_set(why, JSONPATH_INVALID, 0, "Cannot write to %s: %s is not an object but %s",
                 buf_str(&whole), buf_str(&part), json_kind_name(v));
    else if (!json_is_array(v))
        diag_set(why, JSONPATH_INVALID, 0, "Cannot write to %s: %s is not an array but %s",
                 buf_str(&whole), buf_str(&part), json_kind_name(v));
    else
        diag_set(why, JSONPATH_INVALID, 0,
                 "Cannot write to %s: the array at %s has %zu elements and no element %d",
                 buf_str(&whole), buf_str(&part), json_count(v), s->from);
    buf_clear(&whole);
    buf_clear(&part);
}

/*
 * Whether step `s` can be written to in `v`. NULL is what is missing and can be made, if it is an
 * object.
 */
static bool can_write(const struct step *s, const json *v)
{
    if (s->kind == STEP_NAME)
        return !v || json_is_object(v);
    return v && json_is_array(v) && s->from >= 0 && (size_t)s->from < json_count(v);
}

/* Only asked for a step that can_write let pass. */
static const json *jsonpath_set_inside(const struct step *s, const json *v)
{
    if (!v)
        return NULL;
    return s->kind == STEP_NAME ? json_get_key(v, s->name) : json_at(v, (size_t)s->from);
}

/* A copy of `v` with `new` at step `s`. Takes `new`. */
static json *jsonpath_set_with(const struct step *s, const json *v, json *new)
{
    struct json_build b;

    if (s->kind == STEP_NAME)
        return json_with(v ? v : json_empty_object(), json_ref(s->name), new);
    json_build_copy(&b, v, 0);
    json_build_put(&b, (size_t)s->from, new);
    return json_build_done(&b);
}

/* Goes the way that a read, or a write, would go, and stops where it could not. */
json *jsonpath_blocking_step(const jsonpath *p, const json *doc, bool writing)
{
    const json *v = doc;

    for (size_t i = 1; p->is_reference && i < p->route.count; i++) {
        const struct step *s = &p->route.steps[i];
        bool passable = can_write(s, v);

        v = passable ? jsonpath_set_inside(s, v) : NULL;
        if (!passable || (!writing && !v))
            return s->kind == STEP_NAME ? json_ref(s->name) : json_stringf("%d", s->from);
    }
    return NULL;
}

/* Fills containers[i] with what step i is applied to. */
static bool jsonpath_set_descend(const struct route *route, const json *doc,
                                 const json **containers, struct diag *why)
{
    const json *v = doc;

    for (size_t i = 1; i < route->count; i++) {
        containers[i] = v;
        if (!can_write(&route->steps[i], v)) {
            jsonpath_set_explain(why, route, i, v);
            return false;
        }
        v = jsonpath_set_inside(&route->steps[i], v);
    }
    return true;
}

/*
 * The depth is checked before anything is built: a result that is too deep could not be written
 * or compared.
 */
json *jsonpath_set(const jsonpath *p, const json *doc, json *v, struct diag *why)
{
    const struct route *route = &p->route;
    const json **containers = NULL;
    json *result = NULL;

    if (!p->is_reference) {
        diag_set(why, JSONPATH_INVALID, 0, "Only a path of names and indexes can be written to");
        goto out;
    }
    if (route->count - 1 + json_depth(v) > JSON_MAX_DEPTH) {
        diag_set(why, JSONPATH_INVALID, 0, "The result would be nested too deep");
        goto out;
    }
    containers = mem_calloc(route->count, sizeof(json *));
    if (!jsonpath_set_descend(route, doc, containers, why))
        goto out;
    result = v;
    v = NULL;
    for (size_t i = route->count - 1; i > 0; i--)
        result = jsonpath_set_with(&route->steps[i], containers[i], result);
out:
    json_unref(v);
    mem_free(containers);
    return result;
}
