/*
 * Large arrays and objects that share what did not change: random changes of random versions, each
 * version held beside a flat copy of what it should be, and all of them compared to the end.
 */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* What a version should hold, in plain arrays; keys are numbers of the pool. */
struct model {
    size_t count;
    size_t *keys; /* NULL: an array */
    json **values;
};

struct version {
    json *v;
    struct model want;
};

enum { VERSIONS = 12, KEYS = 3000, CHANGES = 400 };

struct world {
    uint64_t state;
    bool objects;
    json *pool[KEYS];
    struct version versions[VERSIONS];
};

static size_t pick(struct world *w, size_t below)
{
    w->state ^= w->state << 13;
    w->state ^= w->state >> 7;
    w->state ^= w->state << 17;
    return (size_t)(w->state >> 11) % below;
}

/* Values of all kinds: shallow and deep, of every length, numbers of every form. */
static json *any_value(struct world *w)
{
    static const char *const texts[] = {"null",
                                        "true",
                                        "1.5",
                                        "1.0",
                                        "-0.0",
                                        "18446744073709551616",
                                        "9007199254740993",
                                        "\"a\\\"b\"",
                                        "\"\"",
                                        "\"plain\"",
                                        "[]",
                                        "{}",
                                        "[[[1]]]",
                                        "{\"a\":[2.5,{\"b\":\"c\"}]}",
                                        "[1,2,3]"};
    size_t n = pick(w, 3 * COUNT(texts));
    json *v;

    if (n >= COUNT(texts))
        return json_int((int64_t)pick(w, 2000) - 1000);
    v = json_of(texts[n]);
    if (pick(w, 2))
        json_text_len(v);
    return v;
}

/* ---- models ---- */

static void model_clear(struct model *m)
{
    for (size_t i = 0; i < m->count; i++)
        json_unref(m->values[i]);
    mem_free(m->values);
    mem_free(m->keys);
    *m = (struct model){0};
}

/* A copy with room for `more`. */
static struct model model_copy(const struct model *m, bool object, size_t more)
{
    size_t room = m->count + more + 1;
    struct model to = {.count = m->count, .values = mem_calloc(room, sizeof(json *))};

    to.keys = object ? mem_calloc(room, sizeof(size_t)) : NULL;
    for (size_t i = 0; i < m->count; i++)
        to.values[i] = json_ref(m->values[i]);
    if (object && m->count)
        memcpy(to.keys, m->keys, m->count * sizeof(size_t));
    return to;
}

/* Sets element or key `at`; takes `v`. */
static void model_set(struct model *m, size_t at, json *v)
{
    size_t i = m->keys ? 0 : at;

    while (m->keys && i < m->count && m->keys[i] != at)
        i++;
    if (i == m->count) {
        m->count++;
        if (m->keys)
            m->keys[i] = at;
    } else {
        json_unref(m->values[i]);
    }
    m->values[i] = v;
}

/* The same, built from nothing: flat however large it is. */
static json *flat(const struct world *w, const struct model *m)
{
    struct json_build b;

    if (w->objects)
        json_build_object(&b, 0);
    else
        json_build_array(&b, 0);
    for (size_t i = 0; i < m->count; i++)
        if (w->objects)
            json_build_set_key(&b, json_ref(w->pool[m->keys[i]]), json_ref(m->values[i]));
        else
            json_build_add(&b, json_ref(m->values[i]));
    return json_build_done(&b);
}

/* ---- comparing ---- */

static void expect_lookups(const struct world *w, const struct version *x)
{
    for (size_t i = 0; i < x->want.count; i++) {
        const json *key = w->pool[x->want.keys[i]];

        ck_assert(json_find(x->v, json_str(key), json_str_len(key)) == i);
        ck_assert(json_get_key(x->v, key) == x->want.values[i]);
        ck_assert(json_equal(json_key_at(x->v, i), key));
    }
    for (size_t k = 0; k < KEYS; k += 37) {
        bool there = false;

        for (size_t i = 0; i < x->want.count; i++)
            there |= x->want.keys[i] == k;
        ck_assert((json_get(x->v, json_str(w->pool[k])) != NULL) == there);
    }
}

static void expect_same_text(const json *v, const json *same,
                             void (*write)(struct buf *, const json *))
{
    struct buf a = {0}, b = {0};

    write(&a, v);
    write(&b, same);
    expect_bytes("text", a.data, a.len, b.data, b.len);
    buf_clear(&a);
    buf_clear(&b);
}

static void expect_version(const struct world *w, const struct version *x)
{
    json *same = flat(w, &x->want), *text;

    ck_assert_uint_eq(json_count(x->v), x->want.count);
    for (size_t i = 0; i < x->want.count; i++) {
        const json *key;
        ck_assert(json_member_at(x->v, i, &key) == x->want.values[i]);
    }
    if (w->objects)
        expect_lookups(w, x);
    else
        ck_assert(json_has_usual_numbers(x->v) == json_has_usual_numbers(same) &&
                  json_is_all_numbers(x->v) == json_is_all_numbers(same));
    ck_assert_uint_eq(json_depth(x->v), json_depth(same));
    ck_assert_uint_eq(json_text_len(x->v), json_text_len(same));
    ck_assert(json_equal(x->v, same) && json_equal(same, x->v));
    text = json_text(x->v);
    ck_assert_uint_eq(json_str_len(text), json_text_len(x->v));
    json_unref(text);
    expect_same_text(x->v, same, json_write);
    expect_same_text(x->v, same, json_write_sorted);
    expect_same_text(x->v, same, json_write_pretty);
    json_unref(same);
}

/* Two versions are equal if their members are. */
static void expect_comparison(const struct version *a, const struct version *b)
{
    bool same = a->want.count == b->want.count;
    json *left, *right;

    for (size_t i = 0; same && i < a->want.count; i++)
        same = json_equal(a->want.values[i], b->want.values[i]) &&
               (!a->want.keys || a->want.keys[i] == b->want.keys[i]);
    if (same)
        ck_assert(json_equal(a->v, b->v));
    left = json_text(a->v);
    right = json_text(b->v);
    if (json_equal(left, right))
        ck_assert(json_equal(a->v, b->v));
    json_unref(left);
    json_unref(right);
}

/* ---- changes ---- */

static void change_object(struct world *w, struct json_build *b, struct model *m)
{
    bool known = m->count && pick(w, 2);
    size_t key = known ? m->keys[pick(w, m->count)] : pick(w, KEYS);
    json *v = any_value(w);

    model_set(m, key, json_ref(v));
    if (pick(w, 2))
        json_build_set_key(b, json_ref(w->pool[key]), v);
    else
        json_build_set_key(b, json_string(json_str(w->pool[key]), json_str_len(w->pool[key])), v);
}

static void change_array(struct world *w, struct json_build *b, struct model *m)
{
    bool replace = m->count && pick(w, 2);
    size_t i = replace ? pick(w, m->count) : m->count;
    json *v = any_value(w);

    model_set(m, i, json_ref(v));
    if (replace)
        json_build_put(b, i, v);
    else
        json_build_add(b, v);
}

/* A changed copy of a version stands in another's place. The copy may outlive what it is of before
 * it is changed. */
static void make_version(struct world *w)
{
    struct version *from = &w->versions[pick(w, VERSIONS)], *to = &w->versions[pick(w, VERSIONS)];
    size_t changes = pick(w, 8) ? pick(w, 4) : pick(w, 300);
    struct model want = model_copy(&from->want, w->objects, changes);
    struct json_build b;

    if (pick(w, 2))
        json_text_len(from->v);
    if (!w->objects && pick(w, 2))
        json_has_usual_numbers(from->v);
    json_build_copy(&b, from->v, pick(w, 2) ? changes : 0);
    json_unref(to->v);
    model_clear(&to->want);
    for (size_t i = 0; i < changes; i++)
        if (w->objects)
            change_object(w, &b, &want);
        else
            change_array(w, &b, &want);
    *to = (struct version){json_build_done(&b), want};
}

static json *pool_key(size_t i)
{
    return json_stringf(i % 10 ? "key %zu" : "\"%zu\"", i);
}

START_TEST(versions)
{
    struct world *w = mem_calloc(1, sizeof *w);

    w->state = 88172645463325252 + (uint64_t)_i * UINT64_C(0x9E3779B97F4A7C15);
    w->objects = _i % 2;
    for (size_t i = 0; i < KEYS; i++)
        w->pool[i] = pool_key(i);
    for (size_t i = 0; i < VERSIONS; i++) {
        struct model *m = &w->versions[i].want;

        *m = model_copy(m, w->objects, 100);
        for (size_t k = pick(w, 100); k > 0; k--)
            model_set(m, w->objects ? pick(w, KEYS) : m->count, any_value(w));
        w->versions[i].v = flat(w, m);
    }
    for (size_t i = 0; i < CHANGES; i++) {
        make_version(w);
        expect_version(w, &w->versions[pick(w, VERSIONS)]);
        expect_comparison(&w->versions[pick(w, VERSIONS)], &w->versions[pick(w, VERSIONS)]);
    }
    for (size_t i = 0; i < VERSIONS; i++) {
        expect_version(w, &w->versions[i]);
        json_unref(w->versions[i].v);
        model_clear(&w->versions[i].want);
    }
    for (size_t i = 0; i < KEYS; i++)
        json_unref(w->pool[i]);
    mem_free(w);
}
END_TEST

/* ---- growing ---- */

/* One more at a time, over the borders of all levels that a test can reach. */
START_TEST(growth_of_array)
{
    json *v = json_ref(json_empty_array()), *early = NULL;
    double sum = 0;

    for (int i = 0; i < 70000; i++) {
        struct json_build b;

        json_build_copy(&b, v, 1);
        json_build_add(&b, json_int(i));
        json_unref(v);
        v = json_build_done(&b);
        if (i == 1000)
            early = json_ref(v);
        sum += i;
        ck_assert(json_int_value(json_at(v, (size_t)i / 2)) == i / 2);
    }
    ck_assert(json_count(v) == 70000 && json_sum(v) == sum);
    for (size_t i = 0; i < json_count(v); i++)
        ck_assert(json_int_value(json_at(v, i)) == (int64_t)i);
    ck_assert(json_count(early) == 1001 && json_text_len(early) == 2 + 1000 + 10 + 180 + 2700 + 4);
    json_unref(early);
    json_unref(v);
}
END_TEST

/* Many objects of one, each with a key of its own: their index does not grow for ever. */
START_TEST(siblings_of_object)
{
    json *base = json_ref(json_empty_object()), *siblings[2000];

    for (size_t i = 0; i < 100; i++) {
        json *next = json_with(base, pool_key(i), json_int((int64_t)i));

        json_unref(base);
        base = next;
    }
    for (size_t i = 0; i < COUNT(siblings); i++)
        siblings[i] = json_with(base, pool_key(1000 + i), json_int((int64_t)i));
    for (size_t i = 0; i < COUNT(siblings); i++) {
        json *own = pool_key(1000 + i), *other = pool_key(1001 + i);

        ck_assert(json_int_value(json_get_key(siblings[i], own)) == (int64_t)i);
        ck_assert(!json_get_key(siblings[i], other) && !json_get_key(base, own));
        ck_assert(json_int_value(json_get(siblings[i], "key 99")) == 99);
        json_unref(own);
        json_unref(other);
        json_unref(siblings[i]);
    }
    json_unref(base);
}
END_TEST

/* A list of 5,000 numbers, of which `v` is number `i`. Takes `v`. */
static json *list_with(size_t i, json *v)
{
    struct json_build b;
    json *numbers, *list;

    json_build_array(&b, 0);
    for (int k = 0; k < 5000; k++)
        json_build_add(&b, json_int(k));
    numbers = json_build_done(&b);
    json_has_usual_numbers(numbers);
    json_build_copy(&b, numbers, 0);
    json_build_put(&b, i, v);
    list = json_build_done(&b);
    json_unref(numbers);
    return list;
}

/* What is said of all elements follows the one that changes: depth rises and falls, a number of
 * another form comes. */
START_TEST(one_among_many)
{
    static const struct {
        const char *text;
        size_t depth;
        bool usual;
    } rows[] = {
        {"7", 1, true},       {"[[1]]", 3, true},
        {"1.5", 1, true},     {"1.0", 1, false},
        {"\"1.0\"", 1, true}, {"-9007199254740992", 1, true},
        {"1e300", 1, false},  {"9007199254740993", 1, false},
        {"-0.0", 1, false},   {"18446744073709551616", 1, false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        json *list = list_with(i * 500, json_of(rows[i].text)), *without;
        struct json_build b;

        ck_assert_msg(json_depth(list) == rows[i].depth, "%s", rows[i].text);
        ck_assert_msg(json_has_usual_numbers(list) == rows[i].usual, "%s", rows[i].text);
        json_build_copy(&b, list, 0);
        json_build_put(&b, i * 500, json_int(1));
        without = json_build_done(&b);
        ck_assert(json_depth(without) == 1 && json_has_usual_numbers(without));
        json_build_copy(&b, without, 0);
        json_build_add(&b, json_of(rows[i].text));
        json_unref(list);
        list = json_build_done(&b);
        ck_assert(json_depth(list) == rows[i].depth);
        ck_assert(json_has_usual_numbers(list) == rows[i].usual);
        json_unref(list);
        json_unref(without);
    }
}
END_TEST

/* Trees within trees are freed without a stack, however deep. */
START_TEST(deep_and_large)
{
    json *v = json_int(1);

    for (int depth = 0; depth < 100000; depth++) {
        struct json_build b;

        json_build_array(&b, 0);
        for (int i = 0; i < 66 && depth % 10 == 0; i++)
            json_build_add(&b, json_null());
        json_build_add(&b, json_null());
        json *base = json_build_done(&b);
        json_build_copy(&b, base, 0);
        json_build_put(&b, 0, v);
        json_unref(base);
        v = json_build_done(&b);
    }
    ck_assert_uint_eq(json_depth(v), UINT16_MAX);
    json_unref(v);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json_tree");
    TCase *t = tcase_create("json_tree");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, versions, 0, 8);
    tcase_add_test(t, growth_of_array);
    tcase_add_test(t, siblings_of_object);
    tcase_add_test(t, one_among_many);
    tcase_add_test(t, deep_and_large);
    suite_add_tcase(s, t);
    return run_suite(s);
}
