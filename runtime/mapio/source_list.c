/*
 * A reader of the objects that S3 lists: they are the items, or with LOAD_AND_FLATTEN the files
 * that have them, one behind the other. A list comes in pages. The state of a page is the key that
 * it begins behind, and an item's position the number of those before it, so that any of them is
 * found again.
 */
#include "runtime/mapio/mapio_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"

struct list {
    json *page;  /* of listObjectsV2; NULL: the next one is to be asked for */
    json *after; /* the key before the page; NULL: it is the first */
    size_t next; /* of the page */
    bool last;   /* there is none behind it */
};

static const json *objects_of(const json *page)
{
    const json *objects = json_get(page, "Contents");

    return objects && json_is_array(objects) ? objects : json_empty_array();
}

static bool flattens(const struct reading *r)
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
        reading_fail(r, "The ItemReader needs a Bucket that is a text.");
        return false;
    }
    l->after = json_ref(key ? key : after);
    if (!key) {
        l->next = (size_t)position;
        return true;
    }
    struct json_build outer;
    json_build_object(&outer, 1);
    json_build_set(&outer, "key", json_ref(key));
    return file_open(r, bucket, key, r->source, position, json_build_done(&outer));
}

/* Handlers may answer with anything. A page that has more behind it has something. */
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
    more = json_get(result->output, "IsTruncated");
    l->page = json_ref(result->output);
    l->last = !more || json_kind(more) != JSON_TRUE || !json_count(objects_of(l->page));
    reading_go_on(r);
}

/* All parameters are handed on; where the list goes on is ours to say. */
static void ask_for_page(struct reading *r)
{
    struct list *l = r->of_kind;
    const json *parameters = json_get(json_get(r->plan, "reader"), "parameters");
    struct json_build b;

    json_build_copy(&b, parameters, 1);
    if (l->after)
        json_build_set(&b, "StartAfter", json_ref(l->after));
    asker_set_call(&r->asker, "listObjectsV2", json_build_done(&b), false, page_came);
}

static json *seconds_of(const json *time)
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
                              : seconds_of(json_get(object, "LastModified"));
        if (v)
            json_build_set(&b, names[i][0], v);
    }
    return json_build_done(&b);
}

static json *state_of_page(const struct list *l)
{
    struct json_build b;

    json_build_object(&b, 1);
    if (l->after)
        json_build_set(&b, "after", json_ref(l->after));
    return json_build_done(&b);
}

static enum source_step add_object(struct reading *r, const json *object)
{
    struct list *l = r->of_kind;
    struct item item = {.value = item_of(object), .end = l->next + 1};
    bool first = l->next == 0 || !r->part.count;

    l->next++;
    if (first)
        reading_enter(r, state_of_page(l),
                      json_stringf("S3://%s", json_str(reading_parameter(r, "Bucket"))));
    reading_add(r, &item, json_text_len(item.value));
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

static void leave_page(struct list *l)
{
    const json *objects = objects_of(l->page);
    size_t count = json_count(objects);

    if (count) {
        json_unref(l->after);
        l->after = json_ref(json_get(json_at(objects, count - 1), "Key"));
    }
    json_unref(l->page);
    l->page = NULL;
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
    if (l->next < json_count(objects_of(l->page))) {
        const json *object = json_at(objects_of(l->page), l->next);
        return flattens(r) ? open_object(r, object) : add_object(r, object);
    }
    leave_page(l);
    return SOURCE_GOES_ON;
}

static void list_free(struct reading *r)
{
    struct list *l = r->of_kind;

    if (!l)
        return;
    json_unref(l->page);
    json_unref(l->after);
    mem_free(l);
}

const struct source_kind source_list = {list_begin, list_next, list_free};
