/* Routes: read from JSONPaths and from JSONata, followed, and written to. */
#include "tools/test/route.h"

#include "asl/eval/path.h"
#include "parsers/jsonata/jsonata_tree.h"

#include <string.h>

static void route_release_value(void *v)
{
    json_unref(v);
}

const json *arena_keep(struct arena *a, json *v)
{
    arena_defer(a, route_release_value, v);
    return v;
}

/* ---- steps ---- */

bool steps_add(struct steps *s, const json *step)
{
    if (s->count == STEPS_MOST)
        return false;
    s->at[s->count++] = step;
    return true;
}

bool steps_join(struct steps *s, const struct steps *more)
{
    for (size_t i = 0; i < more->count; i++)
        if (!steps_add(s, more->at[i]))
            return false;
    return true;
}

/* Whether `s` begins with `head`; the rest becomes *rest. */
bool steps_after(const struct steps *s, const struct steps *head, struct steps *rest)
{
    if (head->count > s->count)
        return false;
    for (size_t i = 0; i < head->count; i++)
        if (!json_equal(s->at[i], head->at[i]))
            return false;
    *rest = (struct steps){.count = s->count - head->count};
    memcpy(rest->at, s->at + head->count, rest->count * sizeof *rest->at);
    return true;
}

/* A name leads into an object, an index into an array; anything else leads nowhere. */
static const json *step_get(const json *doc, const json *step)
{
    if (json_is_string(step))
        return json_is_object(doc) ? json_get_key(doc, step) : NULL;
    if (!json_is_array(doc) || (size_t)json_int_value(step) >= json_count(doc))
        return NULL;
    return json_at(doc, (size_t)json_int_value(step));
}

const json *steps_get(const json *doc, const struct steps *s)
{
    for (size_t i = 0; doc && i < s->count; i++)
        doc = step_get(doc, s->at[i]);
    return doc;
}

/* An object without a member. */
static json *steps_without(const json *object, const json *key)
{
    struct json_build b;

    json_build_object(&b, json_count(object));
    for (size_t i = 0; i < json_count(object); i++)
        if (!json_equal(json_key_at(object, i), key))
            json_build_set_key(&b, json_ref((json *)(uintptr_t)json_key_at(object, i)),
                               json_ref((json *)(uintptr_t)json_value_at(object, i)));
    return json_build_done(&b);
}

static json *steps_set_from(const json *doc, const struct steps *s, size_t from, const json *v);

/* Elements in front of a new one are null. An array is not made longer than a case can show. */
static json *set_element(const json *doc, const struct steps *s, size_t from, const json *v)
{
    enum { MOST_ELEMENTS = 1000 };
    size_t index = (size_t)json_int_value(s->at[from]);
    size_t count = doc && json_is_array(doc) ? json_count(doc) : 0;
    struct json_build b;

    if (index >= MOST_ELEMENTS || (!v && index >= count))
        return json_ref((json *)(uintptr_t)doc);
    json_build_array(&b, index + 1);
    for (size_t i = 0; i < count || i <= index; i++) {
        const json *have = i < count ? json_at(doc, i) : NULL;
        if (i != index)
            json_build_add(&b, have ? json_ref((json *)(uintptr_t)have) : json_null());
        else if (v || from + 1 < s->count)
            json_build_add(&b, steps_set_from(have, s, from + 1, v));
    }
    return json_build_done(&b);
}

static json *set_member(const json *doc, const struct steps *s, size_t from, const json *v)
{
    const json *key = s->at[from];
    const json *object = doc && json_is_object(doc) ? doc : json_empty_object();
    const json *have = json_get_key(object, key);

    if (!v && !have)
        return json_ref((json *)(uintptr_t)doc);
    if (!v && from + 1 == s->count)
        return steps_without(object, key);
    return json_with(object, json_ref((json *)(uintptr_t)key),
                     steps_set_from(have, s, from + 1, v));
}

/* Nested STEPS_MOST deep at most. */
static json *steps_set_from(const json *doc, const struct steps *s, size_t from, const json *v)
{
    if (from == s->count)
        return v ? json_ref((json *)(uintptr_t)v) : json_null();
    return json_is_string(s->at[from]) ? set_member(doc, s, from, v) : set_element(doc, s, from, v);
}

json *steps_set(const json *doc, const struct steps *s, const json *v)
{
    json *out = steps_set_from(doc, s, 0, v);

    return out ? out : json_null();
}

void steps_write(struct buf *out, const struct steps *s)
{
    buf_addc(out, '$');
    for (size_t i = 0; i < s->count; i++)
        if (json_is_string(s->at[i]))
            buf_printf(out, ".%s", json_str(s->at[i]));
        else
            buf_printf(out, "[%lld]", (long long)json_int_value(s->at[i]));
}

/* ---- JSONPath ---- */

struct reader {
    struct arena *a;
    const char *p, *end;
};

static bool route_read_name(struct reader *r, struct steps *out)
{
    const char *from = r->p;

    while (r->p < r->end && *r->p != '.' && *r->p != '[' && *r->p != '(')
        r->p++;
    size_t len = (size_t)(r->p - from);
    if (len == 0 && r->p < r->end && *r->p == '[')
        return true; /* AWS reads `.[0]` as `[0]` */
    if (len == 0 || (r->p < r->end && *r->p == '('))
        return false;
    if (len == 1 && *from == '*')
        return steps_add(out, arena_keep(r->a, json_int(0)));
    return steps_add(out, arena_keep(r->a, json_string(from, len)));
}

/* Behind `[`: 'name', a number, `*`, or a filter, which stands for the first that fits. */
static bool route_read_bracket(struct reader *r, struct steps *out)
{
    const char *close = memchr(r->p, ']', (size_t)(r->end - r->p));

    if (r->p < r->end && (*r->p == '\'' || *r->p == '"')) {
        const char *quote = memchr(r->p + 1, *r->p, (size_t)(r->end - r->p - 1));
        if (!quote || quote + 1 >= r->end || quote[1] != ']')
            return false;
        json *name = json_string(r->p + 1, (size_t)(quote - r->p - 1));
        r->p = quote + 2;
        return steps_add(out, arena_keep(r->a, name));
    }
    if (!close)
        return false;
    json *number = json_number(r->p, (size_t)(close - r->p));
    bool index = number && json_kind(number) == JSON_INT && json_int_value(number) >= 0;
    int64_t n = index ? json_int_value(number) : 0;
    json_unref(number);
    bool any = *r->p == '*' || *r->p == '?' || *r->p == ':' || index;
    if (*r->p == '?') {
        const char *filter = strstr(r->p, ")]");
        close = filter ? filter + 1 : close;
    }
    r->p = close + 1;
    return any && steps_add(out, arena_keep(r->a, json_int(n)));
}

static bool route_read_steps(struct reader *r, struct steps *out)
{
    while (r->p < r->end) {
        char c = *r->p++;
        if (c == '.' ? !route_read_name(r, out) : c != '[' || !route_read_bracket(r, out))
            return false;
    }
    return true;
}

bool route_of_path(struct arena *a, const json *path, struct route *out)
{
    if (!json_is_string(path) || json_str(path)[0] != '$')
        return false;
    struct reader r = {a, json_str(path) + 1, json_str(path) + json_str_len(path)};
    const char *name = r.p;

    *out = (struct route){.root = ROUTE_DATA};
    if (r.p < r.end && *r.p == '$') {
        out->root = ROUTE_CONTEXT;
        r.p++;
    } else if (r.p < r.end && asl_name_may_begin(*r.p)) {
        while (r.p < r.end && asl_name_may_go_on(*r.p))
            r.p++;
        out->root = ROUTE_VARIABLE;
        out->variable = arena_keep(a, json_string(name, (size_t)(r.p - name)));
    }
    return route_read_steps(&r, &out->steps);
}

/* ---- JSONata ---- */

static void route_release_jsonata(void *x)
{
    jsonata_free(x);
}

const struct node *route_expression(struct arena *a, const json *text)
{
    const char *p = json_str(text);
    size_t len = json_str_len(text);

    if (len >= 4 && !memcmp(p, "{%", 2) && !memcmp(p + len - 2, "%}", 2)) {
        p += 2;
        len -= 4;
    }
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(p, len, JSONATA_AWS, &why);
    jsonata_error_clear(&why);
    if (!x)
        return NULL;
    arena_defer(a, route_release_jsonata, x);
    return x->root;
}

const json *route_constant(struct arena *a, const struct node *n)
{
    double sign = 1;

    if (n->kind == NODE_NEGATE) {
        sign = -1;
        n = n->lhs;
    }
    if (n->kind != NODE_STRING && n->kind != NODE_NUMBER && n->kind != NODE_VALUE &&
        n->kind != NODE_FOLDED)
        return NULL;
    switch ((unsigned)n->constant.kind) {
    case JV_NULL: return arena_keep(a, json_null());
    case JV_BOOL: return arena_keep(a, json_bool(n->constant.b));
    case JV_STRING: return n->constant.j;
    case JV_NUMBER: break;
    default: return NULL;
    }
    double d = sign * n->constant.n;
    if (d > -1e15 && d < 1e15 && d == (double)(int64_t)d)
        return arena_keep(a, json_int((int64_t)d));
    return arena_keep(a, json_double(d));
}

/* A predicate that is a number is an index; of any other the first that fits is meant. */
static bool add_predicates(struct arena *a, const struct stages *s, struct steps *out)
{
    for (size_t i = 0; i < s->count; i++) {
        const json *v = s->items[i].filter ? route_constant(a, s->items[i].filter) : NULL;
        bool index = v && json_kind(v) == JSON_INT && json_int_value(v) >= 0;
        if (s->items[i].filter && !steps_add(out, index ? v : arena_keep(a, json_int(0))))
            return false;
    }
    return true;
}

bool route_node_steps(struct arena *a, const struct node *path, size_t first, struct steps *out)
{
    for (size_t i = first; i < path->count; i++) {
        const struct node *step = path->items[i];
        if ((step->kind != NODE_NAME && step->kind != NODE_STRING) || !steps_add(out, step->text))
            return false;
        if (!add_predicates(a, &step->predicates, out) || !add_predicates(a, &step->stages, out))
            return false;
    }
    return path->group == NULL;
}

/* `$states.input` and its like are roots; the rest are steps. */
static bool set_root(struct route *r)
{
    static const struct {
        const char *name;
        enum route_root root;
    } roots[] = {{"input", ROUTE_INPUT},
                 {"result", ROUTE_RESULT},
                 {"errorOutput", ROUTE_ERROR},
                 {"context", ROUTE_CONTEXT}};
    struct steps rest = {0};

    if (!json_str_is(r->variable, "states"))
        return true;
    if (r->steps.count == 0)
        return false;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        if (!json_str_is(r->steps.at[0], roots[i].name))
            continue;
        steps_after(&r->steps, &(struct steps){.at = {r->steps.at[0]}, .count = 1}, &rest);
        r->root = roots[i].root;
        r->steps = rest;
        return true;
    }
    return false;
}

bool route_of_node(struct arena *a, const struct node *n, struct route *out)
{
    const struct node *root = n->kind == NODE_PATH && n->count ? n->items[0] : n;

    *out = (struct route){.root = ROUTE_VARIABLE};
    if (root->kind != NODE_VARIABLE || json_str_len(root->text) == 0)
        return false;
    out->variable = root->text;
    if (!add_predicates(a, &root->predicates, &out->steps) ||
        (n != root && !route_node_steps(a, n, 1, &out->steps)))
        return false;
    return set_root(out);
}
