/* Values of an evaluation: making, asking, copying them, and what they are in JSON. */

#include "parsers/jsonata/jsonata_value.h"

#include "parsers/base/utf8.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/jsonata/jsonata_region.h"
#include "parsers/picture/js_number.h"

#include <math.h>
#include <string.h>

/* ---- strings ---- */

static const int64_t exact = INT64_C(1) << 53;

/* What no double holds is kept beside it: it is a whole number of 64 bits yet when it comes out. */
static struct jv number_from_int(int64_t n)
{
    struct jv v = jv_number((double)n);

    v.exact = n > exact || n < -exact;
    if (v.exact)
        v.rest =
            (int16_t)((uint64_t)n - (v.n < 0x1p63 ? (uint64_t)(int64_t)v.n : UINT64_C(1) << 63));
    return v;
}

struct jv jv_from_json(const json *v)
{
    if (!v)
        return jv_undefined();
    switch (json_kind(v)) {
    case JSON_NULL: return (struct jv){.kind = JV_NULL};
    case JSON_FALSE: return jv_bool(false);
    case JSON_TRUE: return jv_bool(true);
    case JSON_INT: return number_from_int(json_int_value(v));
    case JSON_BIGINT:
    case JSON_DOUBLE: return jv_number(json_double_value(v));
    case JSON_STRING: return (struct jv){.kind = JV_STRING, .j = v};
    case JSON_ARRAY: return (struct jv){.kind = JV_ARRAY, .j = v};
    case JSON_OBJECT: return (struct jv){.kind = JV_OBJECT, .j = v};
    }
    return jv_undefined();
}

/* Takes `s`. */
static struct jv eval_string(struct evaluation *e, json *s)
{
    return (struct jv){.kind = JV_STRING, .j = eval_hold(e, s)};
}

/*
 * Small strings lie in the region like all else; larger ones are counted values, which survive a
 * mark without being copied.
 */
struct jv eval_text(struct evaluation *e, const char *text, size_t len)
{
    if (len > SMALL_STRING)
        return eval_string(e, json_string(text, len));
    return (struct jv){.kind = JV_STRING,
                       .j = json_string_in(eval_alloc(e, json_string_room(len)), text, len)};
}

struct jv eval_take_buf(struct evaluation *e, struct buf *b)
{
    struct jv v = eval_text(e, b->data, b->len);

    buf_clear(b);
    return v;
}

static bool value_is_surrogate(const char *s, unsigned char from, unsigned char to)
{
    const unsigned char *u = (const unsigned char *)s;

    return u[0] == 0xED && u[1] >= from && u[1] <= to;
}

/* Do the first one's end and the second one's beginning make one character? */
static bool halves_meet(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len >= 3 && b_len >= 3 && value_is_surrogate(a + a_len - 3, 0xA0, 0xAF) &&
           value_is_surrogate(b, 0xB0, 0xBF);
}

void text_add(struct buf *out, const char *text, size_t len)
{
    uint32_t high, low;
    char joined[4];
    size_t n;

    if (halves_meet(out->data, out->len, text, len)) {
        utf8_decode(out->data + out->len - 3, 3, &high);
        utf8_decode(text, 3, &low);
        out->len -= 3;
        n = utf8_encode(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), joined);
        buf_add(out, joined, n);
        text += 3;
        len -= 3;
    }
    buf_add(out, text, len);
}

bool eval_join_small(struct evaluation *e, struct jv a, struct jv b, struct jv *joined)
{
    const size_t left = str_len(a), right = str_len(b);
    char text[SMALL_STRING];

    if (!is_string(a) || !is_string(b) || left + right > sizeof text ||
        halves_meet(str(a), left, str(b), right))
        return false;
    memcpy(text, str(a), left);
    memcpy(text + left, str(b), right);
    *joined = eval_text(e, text, left + right);
    return true;
}

/*
 * Each character is one unit, and those of four bytes are two. Half a character, of three bytes, is
 * one.
 */
size_t text_units(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        n += (c & 0xC0) != 0x80;
        n += c >= 0xF0;
    }
    return n;
}

/* ---- lists ---- */

struct list *list_new(struct evaluation *e, unsigned flags, size_t room)
{
    struct list *l = eval_alloc(e, sizeof *l);

    *l = (struct list){.flags = flags, .cap = room};
    if (room)
        l->items = eval_alloc(e, room * sizeof *l->items);
    return l;
}

/* The range as items. */
static void list_spell(struct evaluation *e, struct list *l, size_t room)
{
    eval_spend(e, l->count / 4);
    struct jv *items = eval_alloc(e, room * sizeof *items);

    for (size_t i = 0; i < l->count; i++)
        items[i] = jv_number(l->first + (double)i);
    l->items = items;
    l->cap = room;
    l->flags &= ~(unsigned)LIST_RANGE;
}

/*
 * Items move to a new place twice as large. The old place is not given back before the region goes
 * back to a mark.
 */
static void list_reserve(struct evaluation *e, struct list *l, size_t count)
{
    struct jv *items;
    size_t had, cap;

    if (l->flags & LIST_RANGE)
        list_spell(e, l, count);
    if (count <= l->cap)
        return;
    had = l->cap - l->based;
    count -= l->based;
    cap = had * 2 > count ? had * 2 : count;
    if (cap < 4)
        cap = 4;
    items = eval_alloc(e, cap * sizeof *items);
    if (l->count > l->based)
        memcpy(items, l->items, (l->count - l->based) * sizeof *items);
    /* The old ones are not counted any more: in sum they are less than the new ones. */
    if (!l->lent)
        e->used -= had * sizeof *items;
    l->lent = false;
    l->items = items;
    l->cap = l->based + cap;
}

void list_push(struct evaluation *e, struct list *l, struct jv v)
{
    if (l->count == l->cap || (l->flags & LIST_RANGE))
        list_reserve(e, l, l->count + 1);
    l->items[l->count++ - l->based] = v;
}

/* Shorter arrays are copied: an item of a list is read in less time. */
enum { BASED_LEAST = 64 };

/*
 * May a list begin with the array itself? Its numbers come out as they are in it, so they must be
 * as they would be written had they been copied.
 */
static bool can_be_base(struct jv array)
{
    return array.kind == JV_ARRAY && json_count(array.j) > BASED_LEAST &&
           json_has_usual_numbers(array.j);
}

void list_extend(struct evaluation *e, struct list *l, struct jv array)
{
    const size_t n = items_count(array);

    if (n == 0)
        return;
    /* Items stay as they are, so two lists may have the same. */
    if (l->count == 0 && array.kind == JV_LIST && !((l->flags | array.list->flags) & LIST_RANGE)) {
        l->lent = true;
        l->items = array.list->items;
        l->based = array.list->based;
        if (l->based)
            l->base = array.list->base;
        l->count = l->cap = n;
        return;
    }
    if (l->count == 0 && !(l->flags & LIST_RANGE) && can_be_base(array)) {
        l->base = array.j;
        l->based = (uint32_t)n;
        l->count = n;
        l->cap += n;
        return;
    }
    list_reserve(e, l, l->count + n);
    for (size_t i = 0; i < n; i++)
        list_push(e, l, items_at(array, i));
}

/* $map over [1..1000000] reads numbers that nobody has stored. */
struct list *list_range(struct evaluation *e, double first, size_t count, unsigned flags)
{
    struct list *l = list_new(e, flags | LIST_RANGE, 0);

    l->first = first;
    l->count = count;
    return l;
}

/* ---- what values are to operators ---- */

/* JavaScript's isNumeric of the reference: NaN is just no number, Infinity is an error (D1001). */
int jv_is_numeric(struct evaluation *e, struct jv v)
{
    if (v.kind != JV_NUMBER || isnan(v.n))
        return 0;
    if (isfinite(v.n))
        return 1;
    eval_error_value(e, "D1001", v);
    return -1;
}

/* An array is true if any of its items is; see $boolean of the reference. */
static int truth(struct evaluation *e, struct jv v, size_t depth)
{
    int t = 0;

    switch (v.kind) {
    case JV_BOOL: return v.b;
    case JV_NUMBER: t = jv_is_numeric(e, v); return t > 0 ? v.n != 0 : t;
    case JV_STRING: return json_str_len(v.j) > 0;
    case JV_ARRAY:
    case JV_LIST:
        if (depth == JSON_MAX_DEPTH)
            return eval_too_deep(e), -1;
        /* The reference looks at all of them, so that it fails on the last as on the first. */
        for (size_t i = 0; i < items_count(v); i++) {
            const int one = eval_step(e) ? truth(e, items_at(v, i), depth + 1) : -1;
            if (one < 0)
                return -1;
            t |= one;
        }
        return t;
    case JV_OBJECT:
    case JV_MAP: return members_count(v) > 0;
    case JV_TUPLE: return 1;
    /* 2.0.6 takes functions of its own for objects that are not empty. */
    case JV_FUNCTION:
        return e->dialect == JSONATA_AWS && v.f->kind != FUNC_WRAPPED && v.f->kind != FUNC_REGEX &&
               v.f->kind != FUNC_NEXT_MATCH;
    case JV_UNDEFINED:
    case JV_NULL: return 0;
    case JV_ERROR: break;
    }
    return -1;
}

int jv_truth(struct evaluation *e, struct jv v)
{
    return truth(e, v, 0);
}

struct jv jv_boolean(struct evaluation *e, struct jv v)
{
    int t;

    if (is_undefined(v) || is_error(v))
        return v;
    t = jv_truth(e, v);
    return t < 0 ? jv_error() : jv_bool(t > 0);
}

static int value_equal(struct evaluation *e, struct jv a, struct jv b, size_t depth);

static int value_equal_arrays(struct evaluation *e, struct jv a, struct jv b, size_t depth)
{
    const size_t n = items_count(a);
    int same = n == items_count(b);

    for (size_t i = 0; same > 0 && i < n; i++)
        same = value_equal(e, items_at(a, i), items_at(b, i), depth);
    return same;
}

/*
 * Members may stand in any order. As many on both sides, and each of the one in the other, are the
 * same.
 */
static int value_equal_objects(struct evaluation *e, struct jv a, struct jv b, size_t depth)
{
    const size_t n = members_count(a);
    int same = n == members_count(b);

    for (size_t i = 0; same > 0 && i < n; i++) {
        const json *key = member_key(a, i);
        const struct jv other = member_get(b, key);
        eval_spend_key(e, key);
        same = is_undefined(other) ? 0 : value_equal(e, member_value(a, i), other, depth);
    }
    return same;
}

/*
 * Two values are one array or object of the input when their addresses are: nothing in it is
 * compared.
 */
static bool same_json(struct jv a, struct jv b)
{
    return a.kind == b.kind && (a.kind == JV_ARRAY || a.kind == JV_OBJECT) && a.j == b.j;
}

static int value_equal(struct evaluation *e, struct jv a, struct jv b, size_t depth)
{
    if (!eval_step(e))
        return -1;
    if (depth == JSON_MAX_DEPTH)
        return eval_too_deep(e), -1;
    if (is_array(a) && is_array(b))
        return same_json(a, b) ? 1 : value_equal_arrays(e, a, b, depth + 1);
    if (is_object(a) && is_object(b))
        return same_json(a, b) ? 1 : value_equal_objects(e, a, b, depth + 1);
    if (a.kind != b.kind)
        return 0;
    if (a.kind == JV_NUMBER)
        return a.n == b.n;
    if (a.kind == JV_BOOL)
        return a.b == b.b;
    if (a.kind == JV_STRING) {
        eval_spend_bytes(e, json_str_len(a.j));
        return same_text(a.j, b.j);
    }
    if (a.kind == JV_FUNCTION)
        return a.f == b.f;
    return a.kind == JV_NULL || a.kind == JV_UNDEFINED;
}

int jv_equal(struct evaluation *e, struct jv a, struct jv b)
{
    return value_equal(e, a, b, 0);
}

/* Strings by UTF-16 code units, as JavaScript compares. */
int jv_compare(struct evaluation *e, struct jv a, struct jv b)
{
    int c;

    if (a.kind == JV_NUMBER)
        return a.n < b.n ? -1 : a.n > b.n;
    eval_spend_characters(e, json_str_len(a.j) < json_str_len(b.j) ? json_str_len(a.j)
                                                                   : json_str_len(b.j));
    c = json_compare_strings(a.j, b.j);
    return c < 0 ? -1 : c > 0;
}

/*
 * Always makes a new list, as others may look at `a`; only an undefined side gives back the other
 * as it is.
 */
struct jv jv_append(struct evaluation *e, struct jv a, struct jv b)
{
    const size_t n = is_array(a) ? items_count(a) : 1;
    const size_t more = is_array(b) ? items_count(b) : 1;
    const size_t copied = can_be_base(a) ? more : n + more;
    struct list *l;

    if (is_undefined(a))
        return b;
    if (is_undefined(b))
        return a;
    if (!eval_steps(e, copied))
        return jv_error();
    if (n == 0 && has_flag(b, LIST_RANGE))
        return jv_list(list_range(e, b.list->first, b.list->count, 0));
    l = list_new(e, 0, copied);
    if (is_array(a))
        list_extend(e, l, a);
    else
        list_push(e, l, a);
    if (is_array(b))
        list_extend(e, l, b);
    else
        list_push(e, l, b);
    return jv_list(l);
}

/* ---- copies ---- */

static struct jv clone_array(struct evaluation *e, struct jv v, size_t depth)
{
    const size_t n = items_count(v);
    struct list *l = list_new(e, 0, n);

    for (size_t i = 0; i < n; i++) {
        struct jv item = items_at(v, i);
        item = is_undefined(item) ? (struct jv){.kind = JV_NULL} : jv_clone(e, item, depth + 1);
        if (is_error(item))
            return item;
        list_push(e, l, item);
    }
    return jv_list(l);
}

static struct jv clone_object(struct evaluation *e, struct jv v, size_t depth)
{
    const size_t n = members_count(v);
    struct map *m = map_new(e, n);

    for (size_t i = 0; i < n; i++) {
        const struct jv item = jv_clone(e, member_value(v, i), depth + 1);
        if (is_error(item))
            return item;
        map_set(e, m, member_key(v, i), item);
    }
    return jv_map(m);
}

struct jv jv_clone(struct evaluation *e, struct jv v, size_t depth)
{
    if (!eval_step(e))
        return jv_error();
    if (depth == JSON_MAX_DEPTH)
        return eval_too_deep(e);
    if (is_array(v))
        return clone_array(e, v, depth);
    if (is_object(v))
        return clone_object(e, v, depth);
    if (v.kind == JV_FUNCTION)
        return eval_text(e, "", 0);
    if (v.kind == JV_NUMBER) {
        const int numeric = jv_is_numeric(e, v);
        if (numeric < 0)
            return jv_error();
        return numeric ? jv_number(js_number_round15(v.n, e->dialect == JSONATA_AWS))
                       : (struct jv){.kind = JV_NULL};
    }
    return v;
}

/* ---- to JSON ---- */

/* The whole number that an exact one is. */
static int64_t int_of(struct jv v)
{
    return (int64_t)((v.n < 0x1p63 ? (uint64_t)(int64_t)v.n : UINT64_C(1) << 63) +
                     (uint64_t)(int64_t)v.rest);
}

static json *number_to_json(struct evaluation *e, struct jv v, bool *unsupported)
{
    const double n = v.n;

    if (v.exact && e->dialect == JSONATA_AWS)
        return json_int_in(&e->blocks, int_of(v));
    if (isfinite(n)) {
        if (n == floor(n) && fabs(n) <= (double)exact)
            return json_int_in(&e->blocks, (int64_t)n);
        return json_double_in(&e->blocks, n);
    }
    /* Within a value Step Functions writes its name. */
    if (e->dialect == JSONATA_AWS)
        return json_cstring(isnan(n) ? "NaN" : n > 0 ? "Infinity" : "-Infinity");
    *unsupported = true;
    return json_null();
}

static json *to_json(struct evaluation *e, struct jv v, size_t depth, bool *unsupported);

/* What a value of JSON takes besides what it holds. */
enum { ALLOCATED = 32 };

static json *list_to_json(struct evaluation *e, struct jv v, size_t depth, bool *unsupported)
{
    const size_t based = v.list->based;
    struct json_build b;

    if (v.list->as_json)
        return json_ref(v.list->as_json);
    e->used += ALLOCATED + (v.list->count - based) * sizeof(json *);
    json_blocks_expect(&e->blocks, v.list->count - based);
    if (based)
        json_build_copy(&b, v.list->base, v.list->count - based);
    else
        json_build_array_in(&b, &e->blocks, v.list->count);
    for (size_t i = based; i < v.list->count; i++) {
        json *item = to_json(e, items_at(v, i), depth + 1, unsupported);
        if (!item) {
            json_build_drop(&b);
            return NULL;
        }
        json_build_add(&b, item);
    }
    v.list->as_json = (json *)(uintptr_t)eval_hold(e, json_build_done(&b));
    return json_ref(v.list->as_json);
}

/* Adds the members to what is built, in the order; without one those of the base are there. */
static bool members_to_json(struct evaluation *e, struct json_build *b, const struct map *m,
                            const uint32_t *order, size_t depth, bool *unsupported)
{
    const struct jv v = jv_map((struct map *)(uintptr_t)m);
    const size_t count = members_count(v);

    for (size_t i = order ? 0 : count - m->count; i < count; i++) {
        const size_t at = order ? order[i] : i;
        json *item = to_json(e, member_value(v, at), depth + 1, unsupported);
        if (!item)
            return false;
        json_build_add_member(b, json_ref_in(&e->blocks, member_key(v, at)), item);
    }
    return true;
}

static json *map_to_json(struct evaluation *e, struct jv v, size_t depth, bool *unsupported)
{
    const struct map *m = v.map, *over = m->over;
    const uint32_t *order;
    struct json_build b;
    bool ok = true;

    if (m->as_json)
        return json_ref(m->as_json);
    order = members_order(e, v);
    e->used += ALLOCATED + m->count * 2 * sizeof(json *);
    json_blocks_expect(&e->blocks, m->count);
    if (m->base && !order)
        json_build_copy(&b, m->base, m->count);
    else
        json_build_object_in(&b, &e->blocks, members_count(v));
    for (uint32_t i = 0; ok && over && !order && i < over->count; i++) {
        json *item = to_json(e, over->members[i].value, depth + 1, unsupported);
        ok = item;
        if (item)
            json_build_set_key(&b, json_ref(over->members[i].key), item);
    }
    if (!ok || !members_to_json(e, &b, m, order, depth, unsupported)) {
        json_build_drop(&b);
        return NULL;
    }
    v.map->as_json = (json *)(uintptr_t)eval_hold(e, json_build_done(&b));
    return json_ref(v.map->as_json);
}

static json *to_json(struct evaluation *e, struct jv v, size_t depth, bool *unsupported)
{
    json *made = NULL;

    if (depth == JSON_MAX_DEPTH - 1)
        return eval_too_deep(e), NULL;
    if (!eval_step(e))
        return NULL;
    switch (v.kind) {
    case JV_UNDEFINED:
    case JV_NULL: return json_null();
    case JV_BOOL: return json_bool(v.b);
    case JV_NUMBER: e->used += ALLOCATED; return number_to_json(e, v, unsupported);
    case JV_STRING: return json_ref_in(&e->blocks, v.j);
    case JV_ARRAY:
    case JV_OBJECT:
        if (json_depth(v.j) + depth > JSON_MAX_DEPTH)
            return eval_too_deep(e), NULL;
        return json_ref((json *)(uintptr_t)v.j);
    case JV_LIST:
    case JV_MAP:
        made = v.kind == JV_LIST ? list_to_json(e, v, depth, unsupported)
                                 : map_to_json(e, v, depth, unsupported);
        if (made && json_depth(made) + depth > JSON_MAX_DEPTH) {
            json_unref(made);
            return eval_too_deep(e), NULL;
        }
        return made;
    case JV_TUPLE: return to_json(e, v.tuple->item, depth + 1, unsupported);
    case JV_FUNCTION: *unsupported = true; return json_null();
    case JV_ERROR: break;
    }
    return NULL;
}

bool jv_to_json(struct evaluation *e, struct jv v, json **out, bool *unsupported)
{
    *out = to_json(e, v, 0, unsupported);
    return *out != NULL;
}
