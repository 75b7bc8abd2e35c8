/*
 * Objects in the buckets of a case, as they are when it has ended. Only those that the suite names
 * are read: a bucket may be a folder of any size.
 */
#include "parsers/base/mem.h"
#include "runtime/base/glob.h"
#include "runtime/folder/folder.h"
#include "tools/test/case_buckets.h"
#include "tools/test/expect_impl.h"

#include <string.h>

/* The keys that fit a pattern. */
struct fitting {
    json *first; /* NULL: none does */
    size_t count;
};

/* Looks through the list of the keys that begin as the pattern does. False with *why filled. */
static bool find_fitting(const object_folder *f, const json *pattern, struct fitting *out,
                         struct diag *why)
{
    struct folder_query query = {.prefix = {json_str(pattern), strcspn(json_str(pattern), "*")},
                                 .most = 1000};
    struct folder_page page = {0};
    json *token = NULL;
    bool good;

    while ((good = folder_list(f, &query, &page, why))) {
        for (size_t i = 0; i < page.count; i++) {
            const char *key = page.entries[i].key;
            if (glob_match(json_str(pattern), key, strlen(key)) && out->count++ == 0)
                out->first = json_cstring(key);
        }
        json_unref(token);
        token = page.token ? json_cstring(page.token) : NULL;
        folder_page_clear(&page);
        if (!token)
            break;
        query.token = (struct folder_key){json_str(token), json_str_len(token)};
    }
    json_unref(token);
    return good;
}

/* Returns the key that is meant: where the suite has a `*`, and no object is called so, it stands
 * for any text, as a part of the key may be another one each time. */
static json *meant_key(const object_folder *f, const json *key, struct diag *why)
{
    const struct folder_ask ask = {.key = {json_str(key), json_str_len(key)}};
    struct folder_object o;
    struct folder_part part;
    struct diag gone = {0};
    struct fitting fitting = {0};
    bool there = !strchr(json_str(key), '*') || folder_head(f, &ask, &o, &part, &gone);

    diag_clear(&gone);
    if (there || !find_fitting(f, key, &fitting, why) || !fitting.count)
        return json_ref(key);
    if (fitting.count > 1)
        diag_set(why, "SEVERAL", 0, "%zu objects have such a key, the first is '%s'", fitting.count,
                 json_str(fitting.first));
    return fitting.first;
}

static void expect_object(struct checking *k, const object_folder *f, const struct asl_at *bucket,
                          const struct asl_at *object)
{
    struct buf what = {0};
    struct diag why = {0};
    json *key = meant_key(f, object->key, &why);
    json *v = why.text ? NULL : case_bucket_value(f, key, json_is_string(object->value), &why);

    buf_printf(&what, "%s/%s", json_str(bucket->key), json_str(key));
    if (why.text)
        failures_add(k->out, expect_place(object), buf_str(&what), "%s", why.text);
    else
        expect_compare(k, buf_str(&what), object, v, false);
    diag_clear(&why);
    json_unref(v);
    json_unref(key);
    buf_clear(&what);
}

static void expect_bucket(struct checking *k, const struct asl_at *bucket)
{
    const object_folder *f =
        case_buckets_folder(k->buckets, json_str(bucket->key), json_str_len(bucket->key));

    if (!f) {
        failures_add(k->out, expect_place(bucket), "buckets",
                     "the case has no bucket '%s': write\n    buckets: {%s: {}}",
                     json_str(bucket->key), json_str(bucket->key));
        return;
    }
    for (size_t i = 0; i < json_count(bucket->value); i++) {
        struct asl_at object;
        asl_at_index(bucket, i, &object);
        expect_object(k, f, bucket, &object);
    }
}

void expect_buckets(const struct test_case *c, const struct case_buckets *buckets,
                    struct failures *out)
{
    struct checking k = {.c = c, .out = out, .buckets = buckets};

    expect_each(&k, "buckets", expect_bucket);
}
