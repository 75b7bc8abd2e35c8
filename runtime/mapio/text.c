/*
 * The items of a text that stands for a file, as TestState is given one: a reading whose S3 has
 * that text in its only object. So what is made of it is what would be made of the file.
 */
#include "runtime/mapio/mapio_impl.h"

struct text_reading {
    mapio *m;
    const json *text;
    uint64_t left; /* items that may still come */
    struct json_build items, keys;
    bool with_keys, over;
    struct asl_error error;
};

static void text_call(void *user, const struct task *task)
{
    const struct text_reading *t = user;
    struct task_result r = {.ok = true};
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "Body", json_ref(t->text));
    r.output = json_build_done(&b);
    mapio_task_done(t->m, task->id, &r);
}

/* Every call is answered from within. */
static void text_cancel(void *user, uint64_t id)
{
    (void)user, (void)id;
}

static int64_t text_now(void *user)
{
    (void)user;
    return 0;
}

static void text_came(void *user, uint64_t id, json *part)
{
    struct text_reading *t = user;
    const json *items = json_get(part, "items"), *keys = json_get(part, "keys");

    (void)id;
    if (keys && !t->with_keys)
        json_build_array(&t->keys, 0);
    t->with_keys |= keys != NULL;
    for (size_t i = 0; i < json_count(items) && t->left; i++, t->left--) {
        json_build_add(&t->items, json_ref(json_at(items, i)));
        if (keys)
            json_build_add(&t->keys, json_ref(json_at(keys, i)));
    }
    t->over = json_get(part, "end") || !t->left;
    json_unref(part);
}

static void text_failed(void *user, uint64_t id, struct asl_error error, bool differs)
{
    struct text_reading *t = user;

    (void)id, (void)differs;
    t->error = error;
    t->over = true;
}

bool mapio_read_text(const json *plan, const json *text, json **items, json **keys,
                     struct asl_error *error)
{
    const json *most = json_get(json_get(json_get(plan, "reader"), "config"), "MaxItems");
    struct text_reading t = {
        .text = text,
        .left = most && json_int_value(most) > 0 ? (uint64_t)json_int_value(most) : UINT64_MAX};
    struct map_reading reading = {.id = 1, .as = &(struct task){.id = 0}, .plan = plan};

    json_build_array(&t.items, 0);
    t.m = mapio_new(&(struct mapio_world){.user = &t,
                                          .call = text_call,
                                          .cancel = text_cancel,
                                          .now = text_now,
                                          .came = text_came,
                                          .failed = text_failed});
    for (reading.begin = true; !t.over; reading.begin = false)
        mapio_read(t.m, &reading);
    mapio_free(t.m);
    *items = json_build_done(&t.items);
    *keys = t.with_keys ? json_build_done(&t.keys) : NULL;
    if (!t.error.name)
        return true;
    json_unref(*items);
    json_unref(*keys);
    *items = *keys = NULL;
    *error = t.error;
    return false;
}
