/*
 * Values that several events have, written once. Writing goes through a value from its top and
 * stops where it meets one that is written already, by its address: values never change and are
 * shared, so a document that goes through a hundred states is met at once, and of one that is made
 * anew around it the parts are. Reading puts them back, so that they are shared again.
 */

#include "runtime/core/event_share.h"

#include <inttypes.h>
#include <string.h>

/* The way from an event to a value in it. */
struct step {
    const struct step *up; /* NULL: it is a member of the event */
    const json *key;       /* NULL: an element */
    size_t index;
};

static void add_steps(struct json_build *b, const struct step *at)
{
    if (at->up)
        add_steps(b, at->up);
    json_build_add(b, at->key ? json_ref(at->key) : json_int((int64_t)at->index));
}

static json *path_of(const struct step *at)
{
    struct json_build b;

    json_build_array(&b, 4);
    if (at)
        add_steps(&b, at);
    return json_build_done(&b);
}

/* ---- writing ---- */

bool event_lends(enum rt_event_kind kind)
{
    return kind != RT_CHILD_STARTED && kind != RT_CHILD_ENDED;
}

void event_sharing_begin(struct event_sharing *s, const struct rt_shares *shares,
                         const struct rt_event *e)
{
    *s = (struct event_sharing){.shares = shares, .seq = e->seq, .lends = event_lends(e->kind)};
}

static void add_found(struct event_sharing *s, const struct step *at, const struct rt_place *place)
{
    struct json_build b;

    if (!s->any)
        json_build_array(&s->found, 1);
    s->any = true;
    json_build_array(&b, 3);
    json_build_add(&b, path_of(at));
    json_build_add(&b, json_int((int64_t)place->seq));
    json_build_add(&b, json_ref(place->path));
    json_build_add(&s->found, json_build_done(&b));
}

static void note_value(const struct rt_shares *shares, const json *v, uint64_t seq,
                       const struct step *at)
{
    json *path = path_of(at);

    shares->note(shares->user, v, &(struct rt_place){seq, path});
    json_unref(path);
}

/* `at` leads from the event to `v`, `in_data` from the event's data; NULL: it is all of them. */
static json *reduce(struct event_sharing *s, const json *v, const struct step *at, bool is_data,
                    const struct step *in_data)
{
    struct json_build b;
    bool changed = false;

    if (json_text_len(v) < RT_SHARED_BYTES)
        return json_ref(v);
    const struct rt_place *found = s->shares->find(s->shares->user, v);
    if (found && found->seq < s->seq) {
        add_found(s, at, found);
        return json_null();
    }
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key, *child = json_member_at(v, i, &key);
        struct step below = {at, key, i}, in_data_below = {in_data, key, i};
        json *rest = reduce(s, child, &below, is_data, &in_data_below);
        if (rest == child) {
            json_unref(rest);
            continue;
        }
        if (!changed)
            json_build_copy(&b, v, 0);
        changed = true;
        json_build_put(&b, i, rest);
    }
    if (changed)
        return json_build_done(&b);
    /* Only what is written as a whole may be referred to, so that one look is enough. */
    if (is_data)
        note_value(s->shares, v, s->seq, in_data);
    return json_ref(v);
}

json *event_sharing_reduce(struct event_sharing *s, const char *key, const json *v)
{
    if (!s->shares || json_text_len(v) < RT_SHARED_BYTES)
        return json_ref(v);
    json *name = json_cstring(key);
    bool is_data = s->lends && strcmp(key, "d") == 0;
    json *rest = reduce(s, v, &(struct step){.key = name}, is_data, NULL);
    json_unref(name);
    return rest;
}

json *event_sharing_end(struct event_sharing *s)
{
    return s->any ? json_build_done(&s->found) : NULL;
}

/* ---- reading ---- */

/* Whoever goes on with what was read meets the same values again. */
static void note_all(const struct rt_shares *shares, const json *v, uint64_t seq,
                     const struct step *at)
{
    if (json_text_len(v) < RT_SHARED_BYTES)
        return;
    note_value(shares, v, seq, at);
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key, *child = json_member_at(v, i, &key);
        note_all(shares, child, seq, &(struct step){at, key, i});
    }
}

void event_sharing_note(const struct rt_shares *shares, const json *data, uint64_t seq)
{
    note_all(shares, data, seq, NULL);
}

struct filling {
    const struct rt_shares *shares;
    uint64_t seq; /* of the event */
    const json *parts;
    size_t next; /* of the parts */
    const char *code;
    struct diag *why;
};

/* The child that a step of a path leads to; its index in *i. NULL: there is none. */
static const json *child_at(const json *v, const json *step, size_t *i)
{
    const json *key;

    if (json_is_string(step))
        *i = json_find(v, json_str(step), json_str_len(step));
    else
        *i = json_is_array(v) && json_kind(step) == JSON_INT && json_int_value(step) >= 0
                 ? (size_t)json_int_value(step)
                 : SIZE_MAX;
    return *i < json_count(v) ? json_member_at(v, *i, &key) : NULL;
}

/* The value of a part, a new reference; NULL with *why filled. */
static json *value_of(const struct filling *f, const json *part)
{
    int64_t seq = json_int_value(json_at(part, 1));
    const json *path = json_at(part, 2);
    json *data = f->shares->data(f->shares->user, (uint64_t)seq, f->why);
    const json *v = data;
    size_t i;

    if (!data)
        return NULL;
    for (size_t step = 0; v && step < json_count(path); step++)
        v = child_at(v, json_at(path, step), &i);
    if (!v)
        diag_set(f->why, f->code, 0, "it refers to what event %" PRId64 " has not", seq);
    json *own = v ? json_ref(v) : NULL;
    json_unref(data);
    return own;
}

/* Of the next part, if it leads through what the first `level` steps of `first` lead to. */
static const json *next_path(const struct filling *f, const json *first, size_t level)
{
    if (f->next == json_count(f->parts))
        return NULL;
    const json *path = json_at(json_at(f->parts, f->next), 0);
    if (json_count(path) < level)
        return NULL;
    for (size_t i = 0; i < level; i++)
        if (!json_equal(json_at(path, i), json_at(first, i)))
            return NULL;
    return path;
}

/*
 * Returns `v`, to which the first `level` steps of the next part lead, with all parts in it, which
 * stand behind one another. A new reference; NULL with *why filled.
 */
static json *fill(struct filling *f, const json *v, size_t level)
{
    const json *first = json_at(json_at(f->parts, f->next), 0);
    struct json_build b;
    size_t i;

    if (json_count(first) == level)
        return value_of(f, json_at(f->parts, f->next++));
    if (!json_count(v)) {
        diag_set(f->why, f->code, 0, "it has no place for what it refers to");
        return NULL;
    }
    json_build_copy(&b, v, 0);
    for (const json *path; (path = next_path(f, first, level)) != NULL;) {
        const json *child = json_count(path) > level ? child_at(v, json_at(path, level), &i) : NULL;
        json *filled = child ? fill(f, child, level + 1) : NULL;
        if (!child)
            diag_set(f->why, f->code, 0, "it has no place for what it refers to");
        if (!filled) {
            json_build_drop(&b);
            return NULL;
        }
        json_build_put(&b, i, filled);
    }
    return json_build_done(&b);
}

/* A part is as it was written: paths, and an earlier event. */
static bool is_part(const json *part, uint64_t seq)
{
    const json *from;

    return json_is_array(part) && json_count(part) == 3 && json_is_array(json_at(part, 0)) &&
           json_count(json_at(part, 0)) && json_count(json_at(part, 0)) <= JSON_MAX_DEPTH &&
           json_kind(from = json_at(part, 1)) == JSON_INT && json_int_value(from) > 0 &&
           (uint64_t)json_int_value(from) < seq && json_is_array(json_at(part, 2));
}

static bool are_parts(const json *parts, uint64_t seq)
{
    bool good = json_is_array(parts) && json_count(parts);

    for (size_t i = 0; good && i < json_count(parts); i++)
        good = is_part(json_at(parts, i), seq);
    return good;
}

json *event_sharing_fill(const struct rt_shares *shares, json *v, bool lends, size_t len,
                         const char *code, struct diag *why)
{
    const json *parts = shares ? json_get(v, "r") : NULL;

    if (!parts && (!shares || len < RT_SHARED_BYTES))
        return v;
    const json *number = json_get(v, "q"), *data = json_get(v, "d");
    bool numbered = number && json_kind(number) == JSON_INT && json_int_value(number) > 0;
    struct filling f = {.shares = shares,
                        .seq = numbered ? (uint64_t)json_int_value(number) : 0,
                        .parts = parts,
                        .code = code,
                        .why = why};
    json *filled = NULL;

    if (data && numbered && lends)
        note_all(shares, data, f.seq, NULL);
    if (!parts)
        return v;
    if (are_parts(parts, f.seq))
        filled = fill(&f, v, 0);
    else
        diag_set(why, code, 0, "\"r\" tells no places of earlier events");
    json_unref(v);
    return filled;
}
