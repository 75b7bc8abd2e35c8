/* Values for what states read and nobody has decided yet. */
#include "tools/test/fill.h"

#include "tools/test/mock_shape.h"

#include "parsers/base/timestamp.h"

#include <string.h>

enum { BATCH_BYTES = 100000 };

struct filling {
    const struct history *h;
    size_t visit;
    struct scenario *s;
    bool force; /* values of the wrong kind, too */
    bool changed;
};

static bool is_fitting_time(const json *v)
{
    struct timestamp t;

    return json_is_string(v) && timestamp_parse(json_str(v), json_str_len(v), &t);
}

static bool fits(const struct reference *r, const json *v)
{
    switch (r->hint) {
    case HINT_ANY: return true;
    case HINT_TEXT: return json_is_string(v);
    case HINT_NUMBER: return json_is_number(v);
    case HINT_LARGE: return json_is_number(v) && json_double_value(v) > 1;
    case HINT_BYTES: return json_is_number(v) && json_double_value(v) >= BATCH_BYTES;
    case HINT_ARRAY: return json_is_array(v) && json_count(v);
    case HINT_OBJECT: return json_is_object(v);
    case HINT_TIME: return is_fitting_time(v);
    case HINT_JSON: {
        json *parsed = json_is_string(v) ? json_parse(json_str(v), json_str_len(v), 0, NULL) : NULL;
        json_unref(parsed);
        return parsed != NULL;
    }
    case HINT_BASE64: return json_str_is(v, "dGV4dA==");
    case HINT_PARTS: return json_is_string(v) && strstr(json_str(v), json_str(r->separator));
    }
    return true;
}

/* A text that tells what it is for: the last name of the way to it. */
static json *named_text(const struct route *r)
{
    for (size_t i = r->steps.count; i-- > 0;)
        if (json_is_string(r->steps.at[i]))
            return json_ref((json *)(uintptr_t)r->steps.at[i]);
    return json_cstring(r->root == ROUTE_VARIABLE ? json_str(r->variable) : "text");
}

static json *list_of_one(void)
{
    struct json_build b;

    json_build_array(&b, 1);
    json_build_add(&b, json_cstring("item 1"));
    return json_build_done(&b);
}

static json *value_for(const struct reference *r)
{
    switch (r->hint) {
    case HINT_NUMBER: return json_int(1);
    case HINT_LARGE: return json_int(10);
    case HINT_BYTES: return json_int(BATCH_BYTES);
    case HINT_ARRAY: return list_of_one();
    case HINT_OBJECT: return json_ref((json *)(uintptr_t)json_empty_object());
    case HINT_TIME: return json_cstring("2024-01-01T01:00:00Z");
    case HINT_JSON: return json_cstring("{}");
    case HINT_BASE64: return json_cstring("dGV4dA==");
    case HINT_PARTS: {
        const char *by = json_str(r->separator);
        return json_stringf("part1%spart2%spart3%spart4", by, by, by);
    }
    case HINT_ANY:
    case HINT_TEXT: break;
    }
    return named_text(&r->route);
}

static const json *value_at_origin(const struct filling *f, const struct origin *o)
{
    return o->change_count ? NULL : steps_get(origin_whole(f->h->scenario, o), &o->steps);
}

static void fill(void *user, const struct reference *r)
{
    struct filling *f = user;
    struct origin o;
    bool passes = f->h->visits->all[f->visit].state->type == ASL_PASS;
    /* Where the value is not kept anywhere on its way, what stands at its origin is looked at. */
    bool by_origin = r->place == PLACE_MADE || (r->place == PLACE_RESULT && passes) ||
                     (r->of_item && r->route.root == ROUTE_CONTEXT);

    if (!origin_of(f->h, f->visit, &r->route, r->place, r->of_item, &o, NULL))
        return;
    const json *have =
        by_origin ? value_at_origin(f, &o) : origin_value(f->h, f->visit, &r->route, r->place);
    if (have && (!f->force || fits(r, have)))
        return;
    /* An earlier reference of the same state may have led there just now. */
    const json *now = value_at_origin(f, &o);
    if (now && now != have && fits(r, now))
        return;
    json *v = o.task && !o.change_count ? mock_shape_value(o.task, &o.steps) : NULL;
    if (v && !fits(r, v)) {
        json_unref(v);
        v = NULL;
    }
    v = v ? v : value_for(r);
    f->changed |= origin_put(f->s, f->h->arena, &o, v);
    json_unref(v);
}

bool fill_references(const struct history *h, size_t visit, struct scenario *s)
{
    struct filling f = {.h = h, .visit = visit, .s = s};

    route_references(h->arena, h->visits->all[visit].state, fill, &f);
    if (f.changed)
        return true;
    f.force = true;
    route_references(h->arena, h->visits->all[visit].state, fill, &f);
    return f.changed;
}

bool fill_items(const struct history *h, size_t visit, struct scenario *s, struct buf *why)
{
    struct filling f = {.h = h, .visit = visit, .s = s};
    struct origin o;

    if (!origin_of_items(h, visit, &o, why))
        return false;
    const json *have = value_at_origin(&f, &o);
    if (have && json_is_array(have) && json_count(have))
        return false;
    json *v = o.task && !o.change_count ? mock_shape_value(o.task, &o.steps) : NULL;
    if (!v || !json_is_array(v)) {
        json_unref(v);
        v = list_of_one();
    }
    bool changed = origin_put(s, h->arena, &o, v);
    json_unref(v);
    return changed;
}
