/*
 * A reader of the objects that S3 lists: they are the items, or with LOAD_AND_FLATTEN the files
 * that have them, one behind the other. A list comes in pages. The state behind an item is its key,
 * and its position says nothing: objects come and go while a list is read, so a number would find
 * another one after a restart.
 */
#include "runtime/mapio/mapio_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"

#include <string.h>

struct list {
    json *page;     /* of listObjectsV2; NULL: the next one is to be asked for */
    json *after;    /* the key that the next page begins behind; NULL: the parameters say it */
    json *token;    /* of the next page, which needs no key then; NULL: none was given */
    size_t next;    /* of the page */
    unsigned empty; /* pages in a row that had no object */
    bool last;      /* there is none behind it */
};

/* With a Delimiter a page may have a thousand common prefixes, and no object. */
enum { MAX_EMPTY = 10 * 1000 };

static const json *objects_of(const json *page)
{
    const json *objects = json_get(page, "Contents");

    return objects && json_is_array(objects) ? objects : json_empty_array();
}

static bool list_flattens(const struct reading *r)
{
    return reading_is_set(r, "Transformation", "LOAD_AND_FLATTEN");
}

static bool list_begin(struct reading *r, uint64_t position)
{
    struct list *l = mem_calloc(1, sizeof *l);
    const json *bucket = reading_parameter(r, "Bucket"), *after = text_member(r->source, "after"),
               *key = text_member(r->source, "key");

    r->of_kind = l;
    if (!bucket) {
        reading_fail(r, "The ItemReader needs a Bucket, a text that is not empty.");
        return false;
    }
    l->after = json_ref(key ? key : after);
    if (!key)
        return true;
    struct json_build outer;
    json_build_object(&outer, 1);
    json_build_set(&outer, "key", json_ref(key));
    return file_open(r, bucket, key, r->source, position, json_build_done(&outer));
}

/* Handlers may answer with anything. */
static bool is_page(const json *v)
{
    const json *objects = json_is_object(v) ? json_get(v, "Contents") : NULL;

    if (!json_is_object(v) || (objects && !json_is_array(objects)))
        return false;
    for (size_t i = 0; objects && i < json_count(objects); i++)
        if (!text_member(json_at(objects, i), "Key"))
            return false;
    return true;
}

/*
 * Notes where the next page begins: by the token that S3 gives, as a page may have no object (with
 * a Delimiter, all may be in common prefixes), or behind the last key. False: it would be the same
 * one.
 */
static bool note_next_page(struct list *l)
{
    const json *objects = objects_of(l->page),
               *token = text_member(l->page, "NextContinuationToken");
    size_t count = json_count(objects);
    const json *last = count ? json_get(json_at(objects, count - 1), "Key") : NULL;
    bool moves = token ? !l->token || !json_equal(token, l->token)
                       : last && (!l->after || !json_equal(last, l->after));

    json_unref(l->token);
    l->token = json_ref(token);
    if (last) {
        json_unref(l->after);
        l->after = json_ref(last);
    }
    return moves;
}

static bool is_greater(const json *key, const json *than)
{
    size_t a = json_str_len(key), b = json_str_len(than);
    int order = memcmp(json_str(key), json_str(than), a < b ? a : b);

    return order ? order > 0 : a > b;
}

/*
 * Finds an object whose key is not behind that of the object before it, in the order of the bytes,
 * as S3 has them. Where such a list goes on after a restart, behind a key, objects would be lost or
 * come twice. Keys that are encoded have another order. NULL: there is none.
 */
static const json *key_out_of_order(const struct list *l, const json *page)
{
    const json *objects = objects_of(page), *before = l->after;

    for (size_t i = 0; !json_get(page, "EncodingType") && i < json_count(objects); i++) {
        const json *key = json_get(json_at(objects, i), "Key");
        if (before && !is_greater(key, before))
            return key;
        before = key;
    }
    return NULL;
}

static void page_came(struct asker *asker, struct task_result *result)
{
    struct reading *r = reading_of(asker);
    struct list *l = r->of_kind;
    const json *more;

    if (!result->ok) {
        reading_fail_with(r, result);
        return;
    }
    if (!is_page(result->output)) {
        reading_fail(r, "The answer of listObjectsV2 is none: Contents has objects, each with its "
                        "Key.");
        return;
    }
    const json *misplaced = key_out_of_order(l, result->output);
    if (misplaced) {
        reading_fail(r,
                     "The list of '%s' is not in the order of its keys: '%s' is not behind the key "
                     "before it.",
                     json_str(reading_parameter(r, "Bucket")), json_str(misplaced));
        return;
    }
    more = json_get(result->output, "IsTruncated");
    l->page = json_ref(result->output);
    r->of_kind_bytes = json_text_len(l->page);
    l->last = !more || json_kind(more) != JSON_TRUE;
    l->empty = json_count(objects_of(l->page)) ? 0 : l->empty + 1;
    if (!note_next_page(l) && !l->last)
        reading_fail(r, "listObjectsV2 says that the list goes on, and not where.");
    else if (l->empty == MAX_EMPTY && !l->last)
        reading_fail(r, "listObjectsV2 gave 10000 pages in a row without an object, and says that "
                        "the list goes on.");
    else
        reading_go_on(r);
}

/* All parameters are handed on, but where the list goes on is ours to say. S3 has no look at
 * StartAfter where there is a token. */
static void ask_for_page(struct reading *r)
{
    const struct list *l = r->of_kind;
    const json *parameters = json_get(json_get(r->plan, "reader"), "parameters");
    struct json_build b;

    json_build_object(&b, json_count(parameters) + 1);
    for (size_t i = 0; i < json_count(parameters); i++) {
        const json *name = json_key_at(parameters, i);
        bool ours = (l->after || l->token) &&
                    (json_str_is(name, "StartAfter") || json_str_is(name, "ContinuationToken"));
        if (!ours)
            json_build_set_key(&b, json_ref(name), json_ref(json_value_at(parameters, i)));
    }
    if (l->token)
        json_build_set(&b, "ContinuationToken", json_ref(l->token));
    else if (l->after)
        json_build_set(&b, "StartAfter", json_ref(l->after));
    asker_set_call(&r->asker, "listObjectsV2", json_build_done(&b), false, page_came);
}

static json *list_seconds_of(const json *time)
{
    struct timestamp t;

    if (time && json_is_string(time) && timestamp_parse(json_str(time), json_str_len(time), &t))
        return json_int(t.ms / 1000);
    return json_ref(time);
}

/* The form that AWS gives: Etag is spelt so. */
static json *item_of(const json *object)
{
    static const char *const names[][2] = {{"Etag", "ETag"},
                                           {"Key", "Key"},
                                           {"LastModified", NULL},
                                           {"Size", "Size"},
                                           {"StorageClass", "StorageClass"}};
    struct json_build b;

    json_build_object(&b, 5);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json *v = names[i][1] ? json_ref(json_get(object, names[i][1]))
                              : list_seconds_of(json_get(object, "LastModified"));
        if (v)
            json_build_set(&b, names[i][0], v);
    }
    return json_build_done(&b);
}

static json *state_behind(const json *object)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "after", json_ref(json_get(object, "Key")));
    return json_build_done(&b);
}

static enum source_step add_object(struct reading *r, const json *object)
{
    struct list *l = r->of_kind;
    struct item item = {.value = item_of(object)};
    uint64_t bytes = json_text_len(item.value) + json_str_len(json_get(object, "Key"));

    l->next++;
    if (!r->from)
        reading_enter(r, NULL, json_stringf("S3://%s", json_str(reading_parameter(r, "Bucket"))));
    reading_add(r, &item, bytes, state_behind(object));
    return SOURCE_GOES_ON;
}

static enum source_step open_object(struct reading *r, const json *object)
{
    struct list *l = r->of_kind;
    const json *key = json_get(object, "Key");
    struct json_build outer;

    l->next++;
    json_build_object(&outer, 1);
    json_build_set(&outer, "key", json_ref(key));
    return file_open(r, reading_parameter(r, "Bucket"), key, NULL, 0, json_build_done(&outer))
               ? SOURCE_GOES_ON
               : SOURCE_FAILED;
}

/* An object with nothing in it has no items, and in JSON and Parquet it would be a bad file: what
 * the S3 console shows as a folder, the _SUCCESS that Spark and Hive leave. AWS documents none. */
static bool list_object_is_empty(const json *object)
{
    const json *size = json_get(object, "Size");

    return size && json_kind(size) == JSON_INT && json_int_value(size) == 0;
}

static enum source_step take_object(struct reading *r)
{
    struct list *l = r->of_kind;
    const json *object = json_at(objects_of(l->page), l->next);

    if (!list_flattens(r))
        return add_object(r, object);
    if (!list_object_is_empty(object))
        return open_object(r, object);
    l->next++;
    return SOURCE_GOES_ON;
}

static void leave_page(struct reading *r)
{
    struct list *l = r->of_kind;

    json_unref(l->page);
    l->page = NULL;
    r->of_kind_bytes = 0;
    l->next = 0;
}

static enum source_step list_next(struct reading *r)
{
    struct list *l = r->of_kind;
    enum source_step step;

    if (file_is_open(&r->file))
        return (step = file_read(r)) == SOURCE_ENDS ? SOURCE_GOES_ON : step;
    if (!l->page && l->last)
        return SOURCE_ENDS;
    if (!l->page) {
        ask_for_page(r);
        return SOURCE_WAITS;
    }
    if (l->next < json_count(objects_of(l->page)))
        return take_object(r);
    leave_page(r);
    return SOURCE_GOES_ON;
}

static void list_free(struct reading *r)
{
    struct list *l = r->of_kind;

    if (!l)
        return;
    json_unref(l->page);
    json_unref(l->after);
    json_unref(l->token);
    mem_free(l);
}

const struct source_kind source_list = {list_begin, list_next, list_free};
