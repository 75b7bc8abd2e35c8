/*
 * The state of a writer is {"attempt", "SUCCEEDED": {"next", "closed", "key", "upload", "parts",
 * "size"}, …}; the last four only where a file is open. It is our own, but comes from a store: what
 * is not of this form is taken for missing.
 */
#include "runtime/mapio/outfile.h"

#include <string.h>

static const char *const kinds[RT_RESULT_KINDS] = {
    [RT_RESULTS_SUCCEEDED] = "SUCCEEDED",
    [RT_RESULTS_FAILED] = "FAILED",
    [RT_RESULTS_PENDING] = "PENDING",
};

const char *outfile_kind_name(enum rt_result_kind kind)
{
    return kinds[kind];
}

/* ---- one ---- */

static json *no_elements(void)
{
    struct json_build b;

    json_build_array(&b, 0);
    return json_build_done(&b);
}

static void drop_open(struct outfile *f)
{
    json_unref(f->key);
    json_unref(f->upload);
    json_unref(f->parts);
    f->key = f->upload = f->parts = NULL;
    f->size = 0;
}

static void outfile_clear(struct outfile *f)
{
    drop_open(f);
    json_unref(f->closed);
    *f = (struct outfile){0};
}

static json *with_element(json *array, json *element)
{
    struct json_build b;

    json_build_copy(&b, array, 1);
    json_build_add(&b, element);
    json_unref(array);
    return json_build_done(&b);
}

void outfile_open(struct outfile *f, json *key)
{
    drop_open(f);
    f->key = key;
    f->parts = no_elements();
    f->next++;
}

void outfile_add_part(struct outfile *f, const json *etag, uint64_t bytes)
{
    f->parts = with_element(f->parts, json_ref(etag));
    f->size += bytes;
}

void outfile_give_up(struct outfile *f)
{
    drop_open(f);
}

void outfile_close(struct outfile *f)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "Key", json_ref(f->key));
    json_build_set(&b, "Size", json_int((int64_t)f->size));
    f->closed = with_element(f->closed, json_build_done(&b));
    drop_open(f);
}

/* ---- the state ---- */

static const json *state_member(const json *of, const char *name, bool (*is)(const json *v))
{
    const json *v = of && json_is_object(of) ? json_get(of, name) : NULL;

    return v && is(v) ? v : NULL;
}

static bool is_counter(const json *v)
{
    return json_kind(v) == JSON_INT && json_int_value(v) >= 0;
}

static uint64_t count_of(const json *of, const char *name)
{
    const json *v = state_member(of, name, is_counter);

    return v ? (uint64_t)json_int_value(v) : 0;
}

static void outfile_read(struct outfile *f, const json *state)
{
    const json *closed = state_member(state, "closed", json_is_array),
               *key = state_member(state, "key", json_is_string),
               *upload = state_member(state, "upload", json_is_string),
               *parts = state_member(state, "parts", json_is_array);

    f->next = (uint32_t)count_of(state, "next");
    f->closed = closed ? json_ref(closed) : no_elements();
    if (!key || !upload || !json_str_len(upload) || !parts)
        return;
    f->key = json_ref(key);
    f->upload = json_ref(upload);
    f->parts = json_ref(parts);
    f->size = count_of(state, "size");
}

static json *outfile_state(const struct outfile *f)
{
    struct json_build b;

    json_build_object(&b, 6);
    json_build_set(&b, "next", json_int(f->next));
    json_build_set(&b, "closed", json_ref(f->closed));
    if (f->upload) {
        json_build_set(&b, "key", json_ref(f->key));
        json_build_set(&b, "upload", json_ref(f->upload));
        json_build_set(&b, "parts", json_ref(f->parts));
        json_build_set(&b, "size", json_int((int64_t)f->size));
    }
    return json_build_done(&b);
}

void outfiles_read(struct outfiles *f, const json *state, uint32_t attempt)
{
    bool again = state && count_of(state, "attempt") != attempt;

    *f = (struct outfiles){.attempt = attempt, .again = again};
    for (size_t i = 0; i < RT_RESULT_KINDS; i++) {
        outfile_read(&f->of[i], state_member(state, kinds[i], json_is_object));
        if (again && i != RT_RESULTS_SUCCEEDED) {
            drop_open(&f->of[i]);
            json_unref(f->of[i].closed);
            f->of[i].closed = no_elements();
        }
    }
}

json *outfiles_state(const struct outfiles *f)
{
    struct json_build b;

    json_build_object(&b, RT_RESULT_KINDS + 1);
    json_build_set(&b, "attempt", json_int(f->attempt));
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        json_build_set(&b, kinds[i], outfile_state(&f->of[i]));
    return json_build_done(&b);
}

json *outfiles_manifest(const struct outfiles *f, const json *bucket, const json *map_run)
{
    /* AWS has the members in the order of their names. */
    static const enum rt_result_kind order[] = {RT_RESULTS_FAILED, RT_RESULTS_PENDING,
                                                RT_RESULTS_SUCCEEDED};
    struct json_build b, files;

    json_build_object(&files, RT_RESULT_KINDS);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        json_build_set(&files, kinds[order[i]], json_ref(f->of[order[i]].closed));
    json_build_object(&b, 3);
    json_build_set(&b, "DestinationBucket", json_ref(bucket));
    json_build_set(&b, "MapRunArn", json_ref(map_run));
    json_build_set(&b, "ResultFiles", json_build_done(&files));
    return json_build_done(&b);
}

void outfiles_clear(struct outfiles *f)
{
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        outfile_clear(&f->of[i]);
}
