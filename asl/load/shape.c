/*
 * What is known of values before anything has run. Members are a sorted array, so that two objects
 * are compared and joined in one go. A shape is as deep as DEPTH_MAX: a loop that wraps its data
 * once more each time comes to an end, and what it makes is no longer known.
 */

#include "asl/load/shape.h"

#include <stdlib.h>
#include <string.h>

/*
 * Of one shape its levels and nodes, of a whole analysis the nodes that were ever made: beyond them
 * nothing is known, and so nothing is warned of.
 */
enum { DEPTH_MAX = 10, SIZE_MAX_NODES = 5000, MADE_MAX = 2000000 };

enum kind { SCALAR, ARRAY, OBJECT };

struct shape {
    enum kind kind;
    unsigned depth;
    size_t size; /* nodes in it */
    size_t count;
    const struct shape_member *members;
};

static const shape array = {.kind = ARRAY, .depth = 1, .size = 1};
static const shape scalar = {.kind = SCALAR, .depth = 1, .size = 1};
static const shape empty_object = {.kind = OBJECT, .depth = 1, .size = 1};

bool shapes_spent(const struct shapes *s)
{
    return s->made >= MADE_MAX;
}

const shape *shape_array(void)
{
    return &array;
}

const shape *shape_scalar(void)
{
    return &scalar;
}

const shape *shape_empty_object(void)
{
    return &empty_object;
}

/* By bytes, then by length: any order will do. */
static int compare_keys(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return order ? order : a_len < b_len ? -1 : a_len > b_len;
}

/* NULL, not known, when it is too large. */
static const shape *make_object(struct shapes *s, const struct shape_member *members, size_t count)
{
    shape *o;
    unsigned depth = 0;
    size_t size = 1;

    for (size_t i = 0; i < count; i++) {
        const shape *v = members[i].value;
        size += v ? v->size : 1;
        if (v && v->depth > depth)
            depth = v->depth;
    }
    s->made += count + 1;
    if (depth + 1 > DEPTH_MAX || size > SIZE_MAX_NODES || shapes_spent(s))
        return NULL;
    o = arena_alloc(s->arena, sizeof *o);
    *o = (shape){OBJECT, depth + 1, size, count, members};
    return o;
}

static int shape_by_key(const void *a, const void *b)
{
    const struct shape_member *x = a, *y = b;

    return compare_keys(x->key, x->len, y->key, y->len);
}

/* A key that comes twice counts once. */
const shape *shape_object(struct shapes *s, struct shape_member *members, size_t count)
{
    size_t kept = 0;

    if (!count)
        return &empty_object;
    qsort(members, count, sizeof *members, shape_by_key);
    for (size_t i = 0; i < count; i++)
        if (!kept || shape_by_key(&members[i], &members[kept - 1]) != 0)
            members[kept++] = members[i];
    return make_object(s, members, kept);
}

const shape *shape_of(struct shapes *s, const json *v)
{
    size_t count = json_count(v);
    struct shape_member *members;

    if (json_is_array(v))
        return &array;
    if (!json_is_object(v))
        return &scalar;
    members = arena_calloc(s->arena, count + 1, sizeof *members);
    for (size_t i = 0; i < count; i++) {
        const json *key = json_key_at(v, i);
        members[i] = (struct shape_member){json_str(key), json_str_len(key),
                                           shape_of(s, json_value_at(v, i))};
    }
    return shape_object(s, members, count);
}

/* Copies the members: shapes are shared and never change. */
const shape *shape_with(struct shapes *s, const shape *object, const char *key, size_t len,
                        const shape *member)
{
    struct shape_member *members;
    size_t at = 0, same;

    if (!object || object->kind != OBJECT || shapes_spent(s))
        return NULL;
    while (at < object->count &&
           compare_keys(object->members[at].key, object->members[at].len, key, len) < 0)
        at++;
    same = at < object->count &&
           compare_keys(object->members[at].key, object->members[at].len, key, len) == 0;
    members = arena_calloc(s->arena, object->count + 1, sizeof *members);
    if (at)
        memcpy(members, object->members, at * sizeof *members);
    members[at] = (struct shape_member){key, len, member};
    if (at + same < object->count)
        memcpy(members + at + 1, object->members + at + same,
               (object->count - at - same) * sizeof *members);
    return make_object(s, members, object->count + 1 - same);
}

/* ---- one or the other ---- */

/* The members of both; one that only one of them has may be there. As deep as DEPTH_MAX. */
static const shape *join_objects(struct shapes *s, const shape *a, const shape *b)
{
    struct shape_member *members = arena_calloc(s->arena, a->count + b->count + 1, sizeof *members);
    size_t i = 0, k = 0, n = 0;

    while (i < a->count || k < b->count) {
        int order = i == a->count   ? 1
                    : k == b->count ? -1
                                    : compare_keys(a->members[i].key, a->members[i].len,
                                                   b->members[k].key, b->members[k].len);
        members[n] = order <= 0 ? a->members[i] : b->members[k];
        if (order == 0)
            members[n].value = shape_either(s, a->members[i].value, b->members[k].value);
        n++;
        i += order <= 0;
        k += order >= 0;
    }
    return make_object(s, members, n);
}

/* Of two kinds nothing is known; of two arrays, or two scalars, that they are one. */
const shape *shape_either(struct shapes *s, const shape *a, const shape *b)
{
    if (a == b)
        return a;
    if (!a || !b || a->kind != b->kind || shapes_spent(s))
        return NULL;
    return a->kind == OBJECT ? join_objects(s, a, b) : a;
}

/* As deep as DEPTH_MAX. */
bool shape_equal(const shape *a, const shape *b)
{
    if (a == b)
        return true;
    if (!a || !b || a->kind != b->kind || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (compare_keys(a->members[i].key, a->members[i].len, b->members[i].key,
                         b->members[i].len) != 0 ||
            !shape_equal(a->members[i].value, b->members[i].value))
            return false;
    return true;
}

/* ---- paths ---- */

struct step {
    const char *name; /* NULL: an index */
    size_t len;
};

/* A path as it is read: `.name`, `['name']`, `[0]`. */
struct steps {
    const char *text;
    size_t len, at;
    bool bad; /* another step, or none that is understood */
};

/* A name behind a dot ends where JSONPath has a sign of its own. */
static size_t shape_plain_name(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && text[n] && !strchr(".[]()*?@'\" \t\r\n\\,:", text[n]))
        n++;
    return n;
}

/* False behind the last, or when the path is bad. */
static bool next_step(struct steps *p, struct step *out)
{
    const char *t = p->text + p->at;
    size_t left = p->len - p->at, n;

    if (!left)
        return false;
    if (t[0] == '.') {
        n = shape_plain_name(t + 1, left - 1);
        *out = (struct step){t + 1, n};
        p->at += n + 1;
        p->bad = n == 0 || (p->at < p->len && p->text[p->at] != '.' && p->text[p->at] != '[');
        return !p->bad;
    }
    p->bad = true;
    if (left < 3 || t[0] != '[')
        return false;
    if (t[1] == '\'') {
        const char *end = memchr(t + 2, '\'', left - 2);
        n = end ? (size_t)(end - t - 2) : 0;
        if (!end || n + 4 > left || end[1] != ']' || memchr(t + 2, '\\', n))
            return false;
        *out = (struct step){t + 2, n};
        p->at += n + 4;
    } else {
        for (n = 1; n < left && t[n] >= '0' && t[n] <= '9';)
            n++;
        if (n == 1 || n == left || t[n] != ']')
            return false;
        *out = (struct step){NULL, 0};
        p->at += n + 1;
    }
    p->bad = false;
    return true;
}

/* Returns whether all steps are understood. */
static bool shape_is_plain(const char *path, size_t len)
{
    struct steps p = {path, len, 1, false};
    struct step step;

    if (!len || path[0] != '$')
        return false;
    while (next_step(&p, &step))
        ;
    return !p.bad;
}

/* By bisection. */
static const struct shape_member *member_of(const shape *object, const struct step *step)
{
    size_t low = 0, high = object->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct shape_member *m = &object->members[middle];
        int order = compare_keys(m->key, m->len, step->name, step->len);
        if (order == 0)
            return m;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A path with wildcards or filters may lead to several nodes: nothing is told of it. */
enum shape_found shape_find(const shape *in, const char *path, size_t len, const shape **out)
{
    struct steps p = {path, len, 1, false};
    struct step step;

    if (!shape_is_plain(path, len))
        return SHAPE_UNKNOWN;
    while (in && next_step(&p, &step)) {
        if (!step.name)
            return in->kind == ARRAY ? SHAPE_UNKNOWN : SHAPE_NOTHING;
        if (in->kind != OBJECT)
            return SHAPE_NOTHING;
        const struct shape_member *m = member_of(in, &step);
        if (!m)
            return SHAPE_NOTHING;
        in = m->value;
    }
    *out = in;
    return in ? SHAPE_KNOWN : SHAPE_UNKNOWN;
}

/* As deep as the path has steps: those beyond DEPTH_MAX make the whole unknown. */
static const shape *set_from(struct shapes *s, const shape *in, struct steps p, const shape *member,
                             unsigned depth)
{
    struct step step;

    if (!next_step(&p, &step))
        return p.bad ? NULL : member;
    if (!in || in->kind != OBJECT || !step.name || depth > DEPTH_MAX)
        return NULL;
    const struct shape_member *m = member_of(in, &step);
    return shape_with(s, in, step.name, step.len,
                      set_from(s, m ? m->value : &empty_object, p, member, depth + 1));
}

/* Along the path objects are made where there are none, as ResultPath does. */
const shape *shape_set(struct shapes *s, const shape *in, const char *path, size_t len,
                       const shape *member)
{
    if (!shape_is_plain(path, len))
        return NULL;
    return set_from(s, in, (struct steps){path, len, 1, false}, member, 0);
}
