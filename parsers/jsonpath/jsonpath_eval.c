/*
 * Evaluating. A definite path is followed in a loop. One that selects several values goes step by
 * step into all of them; that recursion ends with the path's steps and the document's depth.
 *
 * NULL as a value is Java's null: an explicit null read by name, or an index outside of the array.
 * An explicit null read by index is a value like any other; the two fail differently.
 */

#include "parsers/jsonpath/jsonpath.h"

#include "parsers/jsonpath/jsonpath_impl.h"

#include <stdarg.h>

/* Where we are, for messages: the steps taken, innermost first. */
struct spot {
    const struct spot *up; /* NULL: `$` */
    const json *key;       /* NULL: an index */
    int64_t index;
    bool node; /* Jackson's node, of which Java shows the JSON text; else a string shows bare */
};

static const struct spot top = {.node = true};

/* ---- failing ---- */

/* Spends what a step looks at. False with the path's own error when the budget is used up. */
bool jsonpath_spend(struct eval *e, size_t units)
{
    if (work_spend(e->work, units))
        return true;
    diag_set(e->why, JSONPATH_TOO_MUCH, 0, "Evaluating the path takes too long");
    return false;
}

enum outcome jsonpath_broken(struct eval *e, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag_vset(e->why, JSONPATH_INVALID, 0, format, args);
    va_end(args);
    return BROKEN;
}

static void jsonpath_eval_write_key(struct buf *out, const json *key)
{
    buf_adds(out, "['");
    buf_add(out, json_str(key), json_str_len(key));
    buf_adds(out, "']");
}

static void write_index(struct buf *out, int64_t i)
{
    buf_addc(out, '[');
    buf_add_int(out, i);
    buf_addc(out, ']');
}

/* The depth of a spot is bounded by that of the document and the number of steps. */
static void write_spot(struct buf *out, const struct spot *at)
{
    if (!at->up) {
        buf_addc(out, '$');
        return;
    }
    write_spot(out, at->up);
    if (at->key)
        jsonpath_eval_write_key(out, at->key);
    else
        write_index(out, at->index);
}

static bool is_object(const json *v)
{
    return v && json_is_object(v);
}

static bool is_array(const json *v)
{
    return v && json_is_array(v);
}

/* What a value is when it was read by name. */
static const json *lift(const json *v)
{
    return json_kind(v) == JSON_NULL ? NULL : v;
}

/*
 * Why step `s` finds nothing in `v`, which is at `path`. A name that is missing is told apart by
 * whether the path goes on behind it.
 */
static void explain_missing(struct diag *why, const struct step *s, bool leaf, const json *v,
                            struct buf *path)
{
    struct buf step = {0};

    jsonpath_write_step(&step, s);
    if (s->kind != STEP_NAME && s->kind != STEP_NAMES)
        diag_set(why, JSONPATH_NOT_FOUND, 0, "The path %s is null", buf_str(path));
    else if (!is_object(v))
        diag_set(why, JSONPATH_NOT_FOUND, 0, "Property %s not found in path %s", buf_str(&step),
                 buf_str(path));
    else if (leaf)
        diag_set(why, JSONPATH_NOT_FOUND, 0, "No results for path: %s%s", buf_str(path),
                 buf_str(&step));
    else
        diag_set(why, JSONPATH_NOT_FOUND, 0, "Missing property in path %s%s", buf_str(path),
                 buf_str(&step));
    buf_clear(&step);
}

/* Step `s`, which wants an array, or an array or object, got `v`. `node`: as in a spot. */
static enum outcome broken_type(struct eval *e, const struct step *s, const struct step *end,
                                const json *v, bool node)
{
    struct buf text = {0};

    if (!e->why)
        return BROKEN;
    buf_adds(&text, "Filter: ");
    for (const struct step *t = s; t < end; t++)
        jsonpath_write_step(&text, t);
    buf_adds(&text, s->kind == STEP_FILTER ? " can not be applied to primitives."
                                           : " can only be applied to arrays.");
    buf_adds(&text, " Current context is: ");
    if (!v)
        buf_adds(&text, "null");
    else if (json_is_string(v) && !node)
        buf_add(&text, json_str(v), json_str_len(v));
    else
        json_write(&text, v);
    jsonpath_broken(e, "%s", buf_str(&text));
    buf_clear(&text);
    return BROKEN;
}

/* Several names at once (['a','b']) may only end a definite path. */
static enum outcome broken_names(struct eval *e, const struct step *s, struct buf *path)
{
    jsonpath_write_step(path, s);
    return jsonpath_broken(e, "Multi properties can only be used as path leafs: %s", buf_str(path));
}

/* ---- definite paths ---- */

/* The element at `i`, which need not be there. */
static const json *jsonpath_eval_element(const json *array, int64_t i)
{
    return i >= 0 && (uint64_t)i < json_count(array) ? json_at(array, (size_t)i) : NULL;
}

/* An index from the end may be before the start: the caller finds no element there. */
static int64_t jsonpath_index_of(const struct step *s, const json *array)
{
    return s->kind == STEP_FROM_END ? (int64_t)json_count(array) + s->from : s->from;
}

static bool jsonpath_eval_has_all(const json *object, json *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!json_get_key(object, names[i]))
            return false;
    return true;
}

/* An object with those of the names that `v` has. */
static json *pick(const struct step *s, const json *v)
{
    struct json_build b;

    json_build_object(&b, s->count);
    for (size_t i = 0; i < s->count; i++) {
        const json *m = json_get_key(v, s->names[i]);
        if (m)
            json_build_set_key(&b, json_ref(s->names[i]), json_ref(m));
    }
    return json_build_done(&b);
}

/* The path to the value that step `stop` is applied to. */
static void write_followed(struct buf *out, const struct route *route, const json *from,
                           const struct step *stop)
{
    const json *v = from;

    for (const struct step *s = route->steps; s < stop; s++) {
        if (s->kind == STEP_ROOT) {
            buf_reset(out);
            buf_addc(out, '$');
        } else if (s->kind == STEP_NAME) {
            jsonpath_write_step(out, s);
            v = json_get_key(v, s->name);
        } else {
            int64_t i = jsonpath_index_of(s, v);
            write_index(out, i);
            v = jsonpath_eval_element(v, i);
        }
    }
}

/* The path to here is written only now, as nearly all paths go on to their end. */
static enum outcome broken_followed_names(struct eval *e, const struct route *route,
                                          const json *from, const struct step *s)
{
    struct buf path = {0};

    write_followed(&path, route, from, s);
    broken_names(e, s, &path);
    buf_clear(&path);
    return BROKEN;
}

/*
 * The way of nearly all paths in a definition: a loop over names and indexes that makes nothing.
 * *out has where it stopped, for the message; `node` follows what Java would show a string as.
 */
enum outcome jsonpath_follow(struct eval *e, const struct route *route, const json *from,
                             bool all_names, struct arrival *out)
{
    const struct step *end = route->steps + route->count;
    const json *v = from;
    bool node = from == e->doc;

    if (!jsonpath_spend(e, route->count))
        return BROKEN;
    for (const struct step *s = route->steps + 1; s < end; s++) {
        const json *next;
        if (s->kind == STEP_ROOT)
            continue;
        *out = (struct arrival){.v = v, .stopped = s};
        if (s->kind == STEP_NAME) {
            next = is_object(v) ? json_get_key(v, s->name) : NULL;
            if (!next)
                return MISSING;
            v = lift(next);
            node = false;
        } else if (s->kind == STEP_NAMES) {
            if (!is_object(v))
                return MISSING;
            if (s + 1 < end)
                return broken_followed_names(e, route, from, s);
            if (!jsonpath_spend(e, s->count))
                return BROKEN;
            if (all_names && !jsonpath_eval_has_all(v, s->names, s->count))
                return MISSING;
            out->made = pick(s, v);
            v = out->made;
        } else {
            if (!v)
                return MISSING;
            if (!is_array(v))
                return broken_type(e, s, end, v, node);
            v = jsonpath_eval_element(v, jsonpath_index_of(s, v));
            node = true;
        }
    }
    out->v = v;
    return WENT_ON;
}

/* An explicit null at the end is a result, though it was followed as Java's null. */
static json *get_definite(struct eval *e, const struct route *route)
{
    struct arrival got = {0};
    const struct step *end = route->steps + route->count;
    enum outcome o = jsonpath_follow(e, route, e->doc, false, &got);
    struct buf path = {0};

    if (o == WENT_ON && got.made)
        return got.made;
    if (o == WENT_ON)
        return got.v ? json_ref(got.v) : json_null();
    if (!e->why || o == BROKEN)
        return NULL;
    write_followed(&path, route, e->doc, got.stopped);
    explain_missing(e->why, got.stopped, got.stopped + 1 == end, got.v, &path);
    buf_clear(&path);
    return NULL;
}

/* ---- paths that select several values ---- */

static enum outcome jsonpath_eval_apply(struct eval *e, const struct step *s, const json *v,
                                        const struct spot *at);

/* Quiet while a filter asks: a path that finds nothing there is an answer, not an error. */
static enum outcome missing(struct eval *e, const struct step *s, const json *v,
                            const struct spot *at)
{
    struct buf path = {0};

    if (!e->why || e->quiet)
        return MISSING;
    write_spot(&path, at);
    explain_missing(e->why, s, s + 1 == e->end, v, &path);
    buf_clear(&path);
    return MISSING;
}

static bool count_results(struct eval *e, size_t size)
{
    if (JSONPATH_MAX_RESULTS - e->found_count < size) {
        jsonpath_broken(e, "The result of the path is too large");
        return false;
    }
    e->found_count += size;
    return true;
}

/* Puts the results so far into `found`, where `more` are to be added. */
static void spell_results(struct eval *e, size_t more)
{
    if (!e->whole)
        return;
    json_build_drop(&e->found);
    json_build_copy(&e->found, e->whole, more);
    e->whole = NULL;
}

/* `size`: how many values it adds to what there is. */
static enum outcome jsonpath_eval_add_result(struct eval *e, const json *v, size_t size)
{
    if (!count_results(e, size))
        return BROKEN;
    spell_results(e, 1);
    json_build_add(&e->found, v ? json_ref(v) : json_null());
    return WENT_ON;
}

/*
 * All elements of an array are results. The first such array is not looked into: if nothing is
 * added it is the result itself, and what is added to a large one copies nothing of it.
 */
static enum outcome add_elements(struct eval *e, const json *array)
{
    const size_t count = json_count(array);

    if (!count)
        return WENT_ON;
    if (!count_results(e, count))
        return BROKEN;
    if (!e->whole && !json_count(e->found.v)) {
        e->whole = array;
        return WENT_ON;
    }
    if (!jsonpath_spend(e, count))
        return BROKEN;
    spell_results(e, count);
    for (size_t i = 0; i < count; i++)
        json_build_add(&e->found, json_ref(json_at(array, i)));
    return WENT_ON;
}

/* `v` is where step `s` leads to. */
static enum outcome jsonpath_eval_go_on(struct eval *e, const struct step *s, const json *v,
                                        const struct spot *at)
{
    if (s + 1 < e->end)
        return jsonpath_eval_apply(e, s + 1, v, at);
    return jsonpath_spend(e, 1) ? jsonpath_eval_add_result(e, v, 1) : BROKEN;
}

static enum outcome apply_name(struct eval *e, const struct step *s, const json *v,
                               const struct spot *at)
{
    const json *next = is_object(v) ? json_get_key(v, s->name) : NULL;
    struct spot there = {.up = at, .key = s->name};

    if (next)
        return jsonpath_eval_go_on(e, s, lift(next), &there);
    /* In an object, only a last name or one among definite steps must be there. */
    if (is_object(v) && s + 1 < e->end && !s[-1].rest_definite)
        return WENT_ON;
    return missing(e, s, v, at);
}

static enum outcome apply_names(struct eval *e, const struct step *s, const json *v,
                                const struct spot *at)
{
    struct buf path = {0};
    json *picked;
    enum outcome o;

    if (!is_object(v))
        return missing(e, s, v, at);
    if (s + 1 < e->end) {
        write_spot(&path, at);
        o = broken_names(e, s, &path);
        buf_clear(&path);
        return o;
    }
    if (!jsonpath_spend(e, s->count))
        return BROKEN;
    picked = pick(s, v);
    o = jsonpath_eval_add_result(e, picked, 1 + json_count(picked));
    json_unref(picked);
    return o;
}

static enum outcome apply_index(struct eval *e, const struct step *s, const json *v, int64_t i,
                                const struct spot *at)
{
    struct spot there = {.up = at, .index = i, .node = true};

    return jsonpath_eval_go_on(e, s, jsonpath_eval_element(v, i), &there);
}

static enum outcome apply_range(struct eval *e, const struct step *s, const json *v, int64_t from,
                                int64_t to, const struct spot *at)
{
    enum outcome o = WENT_ON;

    for (int64_t i = from; o == WENT_ON && i < to; i++)
        o = apply_index(e, s, v, i, at);
    return o;
}

static enum outcome apply_list(struct eval *e, const struct step *s, const json *v,
                               const struct spot *at)
{
    enum outcome o = WENT_ON;

    for (size_t i = 0; o == WENT_ON && i < s->count; i++)
        o = apply_index(e, s, v, s->numbers[i], at);
    return o;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Negative numbers count from the end in [-2:] and [:-2], but not in [-2:-1]. */
static enum outcome apply_array(struct eval *e, const struct step *s, const json *v,
                                const struct spot *at)
{
    int64_t len;

    if (!v)
        return missing(e, s, v, at);
    if (!is_array(v))
        return broken_type(e, s, e->end, v, at->node);
    len = (int64_t)json_count(v);
    switch (s->kind) {
    case STEP_INDEXES: return apply_list(e, s, v, at);
    case STEP_TAIL: {
        int64_t from = s->from < 0 ? len + s->from : s->from;
        return apply_range(e, s, v, from < 0 ? 0 : from, len, at);
    }
    case STEP_HEAD:
        return apply_range(e, s, v, 0, smaller(len, s->to < 0 ? len + s->to : s->to), at);
    case STEP_SLICE:
        return len == 0 ? WENT_ON : apply_range(e, s, v, s->from, smaller(len, s->to), at);
    default: return apply_index(e, s, v, jsonpath_index_of(s, v), at);
    }
}

/* What is missing below an element of an array drops that element; below a member, it fails. */
static enum outcome apply_all(struct eval *e, const struct step *s, const json *v,
                              const struct spot *at)
{
    size_t count = v ? json_count(v) : 0;
    bool array = is_array(v);
    enum outcome o = WENT_ON;

    if (array && s + 1 == e->end)
        return add_elements(e, v);
    for (size_t i = 0; i < count; i++) {
        if (array) {
            e->quiet++;
            o = apply_index(e, s, v, (int64_t)i, at);
            e->quiet--;
        } else {
            struct spot there = {.up = at, .key = json_key_at(v, i)};
            o = jsonpath_eval_go_on(e, s, lift(json_value_at(v, i)), &there);
        }
        if (o == BROKEN || (o == MISSING && !array))
            return o;
    }
    return WENT_ON;
}

/* An object is tested itself; of an array, the elements are. */
static enum outcome apply_filter(struct eval *e, const struct step *s, const json *v,
                                 const struct spot *at)
{
    enum verdict verdict;

    if (is_object(v)) {
        verdict = jsonpath_accept(e, s->filter, v);
        if (verdict == ACCEPTED)
            return jsonpath_eval_go_on(e, s, v, at);
        return verdict == REJECTED ? WENT_ON : BROKEN;
    }
    if (!is_array(v))
        return broken_type(e, s, e->end, v, at->node);
    for (size_t i = 0; i < json_count(v); i++) {
        verdict = jsonpath_accept(e, s->filter, lift(json_at(v, i)));
        enum outcome o = verdict == ACCEPTED ? apply_index(e, s, v, (int64_t)i, at) : WENT_ON;
        if (verdict == UNDECIDED)
            return BROKEN;
        if (o != WENT_ON)
            return o;
    }
    return WENT_ON;
}

/* ---- `..` ---- */

/*
 * Whether the step behind `..` applies to `v`, an array or object. A filter that fails is
 * UNDECIDED.
 */
static enum verdict suits(struct eval *e, const struct step *s, const json *v)
{
    bool yes = false;

    switch (s->kind) {
    case STEP_NAME: yes = is_object(v) && jsonpath_eval_has_all(v, &s->name, 1); break;
    case STEP_NAMES:
        if (!jsonpath_spend(e, s->count))
            return UNDECIDED;
        yes = is_object(v) && jsonpath_eval_has_all(v, s->names, s->count);
        break;
    case STEP_INDEX:
    case STEP_FROM_END:
    case STEP_INDEXES:
    case STEP_TAIL:
    case STEP_HEAD:
    case STEP_SLICE: yes = is_array(v); break;
    case STEP_ALL: yes = true; break;
    case STEP_FILTER: return jsonpath_accept(e, s->filter, v);
    case STEP_ROOT:
    case STEP_SCAN: break;
    }
    return yes ? ACCEPTED : REJECTED;
}

static enum outcome scan(struct eval *e, const struct step *s, const json *v,
                         const struct spot *at);

static enum outcome scan_kids(struct eval *e, const struct step *s, const json *v,
                              const struct spot *at)
{
    enum outcome o = WENT_ON;
    bool array = is_array(v);

    for (size_t i = 0; o == WENT_ON && i < json_count(v); i++) {
        struct spot there = {
            .up = at, .key = array ? NULL : json_key_at(v, i), .index = (int64_t)i};
        o = scan(e, s, array ? json_at(v, i) : json_value_at(v, i), &there);
    }
    return o;
}

/*
 * Behind `..`, a step that suits an array but is not the path's last one stands for all elements,
 * whatever it says: `$..[0].a` is `$..[*].a`.
 */
static enum outcome scan_elements(struct eval *e, const struct step *s, const json *v,
                                  const struct spot *at)
{
    enum outcome o = WENT_ON;

    for (size_t i = 0; o == WENT_ON && i < json_count(v); i++) {
        struct spot there = {.up = at, .index = (int64_t)i};
        o = jsonpath_eval_apply(e, s + 1, lift(json_at(v, i)), &there);
    }
    return o;
}

/* Applies step `s` to `v` and all that is in it, from the outside in. */
static enum outcome scan(struct eval *e, const struct step *s, const json *v, const struct spot *at)
{
    enum outcome o = WENT_ON;
    enum verdict verdict;

    if (!jsonpath_spend(e, 1))
        return BROKEN;
    if (!is_object(v) && !is_array(v))
        return WENT_ON;
    verdict = suits(e, s, v);
    if (verdict == UNDECIDED)
        return BROKEN;
    if (verdict == ACCEPTED)
        o = is_array(v) && s + 1 < e->end ? scan_elements(e, s, v, at)
                                          : jsonpath_eval_apply(e, s, v, at);
    return o == WENT_ON ? scan_kids(e, s, v, at) : o;
}

static enum outcome jsonpath_eval_apply(struct eval *e, const struct step *s, const json *v,
                                        const struct spot *at)
{
    if (!jsonpath_spend(e, 1))
        return BROKEN;
    switch (s->kind) {
    case STEP_ROOT: return jsonpath_eval_go_on(e, s, v, &top);
    case STEP_NAME: return apply_name(e, s, v, at);
    case STEP_NAMES: return apply_names(e, s, v, at);
    case STEP_INDEX:
    case STEP_FROM_END:
    case STEP_INDEXES:
    case STEP_TAIL:
    case STEP_HEAD:
    case STEP_SLICE: return apply_array(e, s, v, at);
    case STEP_ALL: return apply_all(e, s, v, at);
    case STEP_SCAN: return scan(e, s + 1, v, at);
    case STEP_FILTER: return apply_filter(e, s, v, at);
    }
    return BROKEN;
}

static json *get_several(struct eval *e, const struct route *route)
{
    enum outcome o;
    json *list;

    e->end = route->steps + route->count;
    json_build_array(&e->found, 0);
    o = jsonpath_eval_apply(e, route->steps, e->doc, &top);
    if (o != WENT_ON) {
        json_build_drop(&e->found);
        return NULL;
    }
    list = e->whole ? json_ref(e->whole) : NULL;
    if (list)
        json_build_drop(&e->found);
    else
        list = json_build_done(&e->found);
    if (json_depth(list) <= JSON_MAX_DEPTH)
        return list;
    json_unref(list);
    jsonpath_broken(e, "The result of the path is nested too deep");
    return NULL;
}

/* What most paths are, names and indexes, where all is there; NULL: look again, with care. */
static const json *look_up(const struct route *route, const json *doc)
{
    const struct step *end = route->steps + route->count;
    const json *v = doc;

    for (const struct step *s = route->steps + 1; v && s < end; s++) {
        if (s->kind == STEP_NAME)
            v = json_get_key(v, s->name);
        else
            v = json_is_array(v) ? jsonpath_eval_element(v, s->from) : NULL;
    }
    return v;
}

static json *get_with_care(const jsonpath *p, const json *doc, struct work *work, struct diag *why)
{
    struct work own = {0};
    struct eval e = {.doc = doc, .work = work ? work : &own, .why = why};

    work_begin(&own);
    if (jsonpath_is_definite(p))
        return get_definite(&e, &p->route);
    return get_several(&e, &p->route);
}

json *jsonpath_get(const jsonpath *p, const json *doc, struct work *work, struct diag *why)
{
    const json *v = p->is_reference ? look_up(&p->route, doc) : NULL;

    return v ? json_ref(v) : get_with_care(p, doc, work, why);
}

bool jsonpath_is_past_end(const jsonpath *p, const json *doc, struct work *work, size_t *index)
{
    const struct step *last = &p->route.steps[p->route.count - 1];
    jsonpath before = *p; /* a look, without that step */
    json *array;
    bool past;

    if (!jsonpath_is_definite(p) || last->kind != STEP_INDEX || last->from < 0)
        return false;
    before.route.count--;
    array = jsonpath_get(&before, doc, work, NULL);
    past = array && json_is_array(array) && (size_t)last->from >= json_count(array);
    json_unref(array);
    if (past)
        *index = (size_t)last->from;
    return past;
}
