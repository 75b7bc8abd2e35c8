/*
 * Objects in the buckets of a case, as they are when it has ended. Only those that the suite names
 * are read: a bucket may be a folder of any size.
 */
#include "parsers/base/mem.h"
#include "runtime/folder/folder.h"
#include "tools/test/case_buckets.h"
#include "tools/test/expect_impl.h"

#include <string.h>

enum { OBJECT_MOST = 16 << 20 };

/* What an object holds: as a text where a text is expected, else as the JSON that it is. NULL:
 * there is no such object, or *why says why it can't be read. */
static json *object_value(const object_folder *f, const struct asl_at *object, struct diag *why)
{
    const struct folder_ask ask = {.key = {json_str(object->key), json_str_len(object->key)}};
    struct folder_object o;
    struct folder_part part;
    struct buf body = {0};
    json *v = NULL;

    if (folder_get(f, &ask, OBJECT_MOST, &o, &part, &body, why)) {
        if (!json_is_string(object->value))
            v = json_parse(buf_str(&body), body.len, JSON_READ_SURROGATES, NULL);
        if (!v)
            v = json_string_mended(buf_str(&body), body.len);
    } else if (!strcmp(why->code, "NoSuchKey")) {
        diag_clear(why);
    }
    buf_clear(&body);
    return v;
}

static void expect_object(struct checking *k, const object_folder *f, const struct asl_at *bucket,
                          const struct asl_at *object)
{
    struct buf what = {0};
    struct diag why = {0};
    json *v = object_value(f, object, &why);

    buf_printf(&what, "%s/%s", json_str(bucket->key), json_str(object->key));
    if (why.text)
        failures_add(k->out, expect_place(object), buf_str(&what), "%s", why.text);
    else
        expect_compare(k, buf_str(&what), object, v, false);
    diag_clear(&why);
    json_unref(v);
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
