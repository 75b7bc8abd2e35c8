/*
 * TestState of a Map or a Parallel: the mock stands for all that its branches or iterations do, but
 * what the state makes of its input before that is done here, and can fail.
 */

#include "runtime/api/api_test_impl.h"

#include "asl/eval/batch.h"
#include "asl/eval/flow.h"
#include "asl/report/quota.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_state.h"
#include "runtime/mapio/mapio.h"

/* On the way to the work: what is shown of it, and the error where it ended. */
struct way {
    const struct test_state *test;
    const struct asl_state *state;
    struct asl_env env; /* with the state's input */
    struct json_build shown;
    struct asl_error error;
    json *effective;
    json *plan;        /* of a distributed Map; NULL: it has no reader or batches */
    json *items;       /* an array; NULL: not known */
    json *keys;        /* of those that are members of an object; NULL: they are of an array */
    json *from;        /* where they were read; NULL: they are the state's own data */
    json *inputs;      /* one for each item */
    size_t iterations; /* as far as items are known */
    struct asl_tolerance tolerance;
};

static void show_on_way(struct way *w, const char *key, const json *v)
{
    json_build_set(&w->shown, key, test_text(w->test, v));
}

/* Of a Parallel, and of a JSONata state, no afterInputPath is shown. */
static bool take_input_of_group(struct way *w)
{
    const struct asl_state *s = w->state;
    json *v = s->jsonata || s->type != ASL_MAP ? NULL : test_after_input_path(s, &w->env);

    if (v)
        show_on_way(w, "afterInputPath", v);
    json_unref(v);
    w->effective = asl_flow_arguments(s, &w->env, &w->error);
    return w->effective != NULL;
}

/* Takes apart what a path or expression found (taken). */
static void note_items(struct way *w, json *found)
{
    struct json_build keys, values;

    if (json_is_array(found)) {
        w->items = found;
        return;
    }
    json_build_array(&keys, json_count(found));
    json_build_array(&values, json_count(found));
    for (size_t i = 0; i < json_count(found); i++) {
        json_build_add(&keys, json_ref(json_key_at(found, i)));
        json_build_add(&values, json_ref(json_value_at(found, i)));
    }
    w->keys = json_build_done(&keys);
    w->items = json_build_done(&values);
    json_unref(found);
}

static bool take_items(struct way *w)
{
    struct asl_env env = w->env;

    if (w->state->map.reader)
        return true;
    env.input = w->effective;
    json *found = asl_flow_items(w->state, &env, &w->error);
    if (found && w->state->map.items_path)
        show_on_way(w, "afterItemsPath", found);
    if (found)
        note_items(w, found);
    return found != NULL;
}

/*
 * Each is shown as soon as it is known, so that what comes before one that can't be evaluated is
 * shown.
 */
static bool take_limits(struct way *w)
{
    struct asl_tolerance *t = &w->tolerance;
    int64_t limit;

    if (!asl_flow_concurrency(w->state, &w->env, &limit, &w->error))
        return false;
    json_build_set(&w->shown, "maxConcurrency", json_int(limit));
    if (!asl_flow_tolerance(w->state, &w->env, t, &w->error))
        return false;
    if (t->count >= 0)
        json_build_set(&w->shown, "toleratedFailureCount", json_int(t->count));
    if (t->percentage >= 0)
        json_build_set(&w->shown, "toleratedFailurePercentage", json_double(t->percentage));
    return true;
}

/* ---- what is read ---- */

static bool take_plan(struct way *w)
{
    struct asl_env env = w->env;

    env.input = w->effective;
    return !w->state->map.distributed || asl_flow_plan(w->state, &env, &w->plan, &w->error);
}

static const json *text_in(const json *object, const char *name)
{
    const json *v = object && json_is_object(object) ? json_get(object, name) : NULL;

    return v && json_is_string(v) ? v : NULL;
}

/*
 * The plan of a reader of one file that holds the data: rows of the files of a list or a manifest
 * are rows as well, and the objects of a list are an array. NULL: what an inventory's files have in
 * them is known by the inventory alone, and Parquet is no text.
 */
static json *plan_of_data(const struct way *w)
{
    const json *reader = json_get(w->plan, "reader"), *config = json_get(reader, "config"),
               *input = text_in(config, "InputType"), *type = text_in(config, "ManifestType");
    struct json_build b, inner, place;

    if ((input && (json_str_is(input, "MANIFEST") || json_str_is(input, "PARQUET"))) ||
        (type && json_str_is(type, "S3_INVENTORY")))
        return NULL;
    json_build_object(&inner, json_count(config));
    for (size_t i = 0; i < json_count(config); i++)
        if (!json_str_is(json_key_at(config, i), "ManifestType"))
            json_build_set_key(&inner, json_ref(json_key_at(config, i)),
                               json_ref(json_value_at(config, i)));
    json_build_object(&place, 2);
    json_build_set(&place, "Bucket", json_cstring("TestState"));
    json_build_set(&place, "Key", json_cstring("mapItemReaderData"));
    json_build_object(&b, 3);
    json_build_set(&b, "resource", json_cstring("getObject"));
    json_build_set(&b, "parameters", json_build_done(&place));
    json_build_set(&b, "config", json_build_done(&inner));
    json *with = json_build_done(&b),
         *plan = json_with(w->plan, json_cstring("reader"), json_ref(with));
    json_unref(with);
    return plan;
}

/* S3://bucket/key, or S3://bucket of a list, whose items are the objects. */
static json *place_of_data(const struct way *w)
{
    const json *parameters = json_get(json_get(w->plan, "reader"), "parameters"),
               *bucket = text_in(parameters, "Bucket"), *key = text_in(parameters, "Key");

    return json_stringf("S3://%s%s%s", bucket ? json_str(bucket) : "", key ? "/" : "",
                        key ? json_str(key) : "");
}

/* What a pointer finds, as it was: an array, or an object with its members. */
static void show_pointed(struct way *w)
{
    struct json_build b;

    if (!json_get(json_get(json_get(w->plan, "reader"), "config"), "ItemsPointer"))
        return;
    if (!w->keys) {
        show_on_way(w, "afterItemsPointer", w->items);
        return;
    }
    json_build_object(&b, json_count(w->items));
    for (size_t i = 0; i < json_count(w->items); i++)
        json_build_set_key(&b, json_ref(json_at(w->keys, i)), json_ref(json_at(w->items, i)));
    json *object = json_build_done(&b);
    show_on_way(w, "afterItemsPointer", object);
    json_unref(object);
}

static bool read_data(struct way *w)
{
    json *plan = w->state->map.reader && w->test->data ? plan_of_data(w) : NULL;

    if (!plan)
        return true;
    bool good = mapio_read_text(plan, w->test->data, &w->items, &w->keys, &w->error);
    json_unref(plan);
    w->from = place_of_data(w);
    if (good)
        show_pointed(w);
    return good;
}

/* ---- the inputs of the iterations ---- */

json *test_context_of_item(const json *item, const json *key, const json *from, size_t i)
{
    struct json_build b, m;

    json_build_object(&b, 4);
    json_build_set(&b, "Index", json_int((int64_t)i));
    if (key)
        json_build_set(&b, "Key", json_ref(key));
    json_build_set(&b, "Value", json_ref(item));
    json_build_set(&b, "Source", from ? json_ref(from) : json_cstring("STATE_DATA"));
    json_build_object(&m, 1);
    json_build_set(&m, "Item", json_build_done(&b));
    return json_build_done(&m);
}

/* Without an ItemSelector an object's member is a pair. */
static json *pair_of(const json *key, const json *value)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "Key", json_ref(key));
    json_build_set(&b, "Value", json_ref(value));
    return json_build_done(&b);
}

/* ItemSelector sees the item in the context object. NULL: it fails. */
static json *input_of_item(struct way *w, size_t i)
{
    const asl_template *selector = w->state->map.item_selector;
    const json *item = json_at(w->items, i), *key = w->keys ? json_at(w->keys, i) : NULL;

    if (!selector)
        return key ? pair_of(key, item) : json_ref(item);
    json *context = json_with(w->test->context, json_cstring("Map"),
                              test_context_of_item(item, key, w->from, i));
    struct test_view view = {w->test, context};
    struct asl_env env = test_env(&view, w->env.chance, w->effective);
    json *v = asl_template_eval(selector, &env, &w->error);
    json_unref(context);
    return v;
}

static bool take_inputs(struct way *w)
{
    struct json_build list;

    if (!w->items)
        return true;
    json_build_array(&list, json_count(w->items));
    for (size_t i = 0; i < json_count(w->items) && !w->error.name; i++) {
        json *v = input_of_item(w, i);
        if (v)
            json_build_add(&list, v);
    }
    w->inputs = json_build_done(&list);
    w->iterations = json_count(w->inputs);
    if (!w->error.name && w->state->map.item_selector)
        show_on_way(w, "afterItemSelector", w->inputs);
    return !w->error.name;
}

static bool take_batches(struct way *w)
{
    const json *of = w->plan ? json_get(w->plan, "batch") : NULL;
    struct json_build list;
    struct asl_batch batch;

    if (!of || !w->inputs)
        return true;
    json_build_array(&list, 0);
    for (size_t i = 0; i < json_count(w->inputs);) {
        asl_batch_begin(&batch, of, QUOTA_DATA);
        while (i < json_count(w->inputs)) {
            json *input = json_ref(json_at(w->inputs, i));
            if (!asl_batch_add(&batch, input)) {
                json_unref(input);
                break;
            }
            i++;
        }
        json_build_add(&list, asl_batch_done(&batch));
    }
    json *batches = json_build_done(&list);
    w->iterations = json_count(batches);
    show_on_way(w, "afterItemBatcher", batches);
    json_unref(batches);
    return true;
}

static bool go_through_map(struct way *w)
{
    return take_items(w) && take_limits(w) && take_plan(w) && read_data(w) && take_inputs(w) &&
           take_batches(w);
}

/* The mock's error comes about in an iteration: the request says which of them. */
static void count_failures(struct way *w)
{
    int64_t total = w->items ? (int64_t)w->iterations : w->test->failures;

    /* Without a threshold none is exceeded (recorded). */
    bool bounded = w->tolerance.count >= 0 || w->tolerance.percentage >= 0;

    if (w->test->mock && bounded && asl_tolerance_exceeded(&w->tolerance, w->test->failures, total))
        asl_tolerance_error(&w->error);
}

/* An error on the way takes the place of the mock: the state that stands in for the Map then fails
 * with it, and its Retry and Catch are looked at as for any other. */
bool test_prepare_group(struct call *c, struct test_state *t)
{
    struct asl_chance chance = {asl_chance_next(&c->api->chance)};
    struct test_view view = {t, t->context};
    struct way w = {
        .test = t, .state = test_state_in(t), .env = test_env(&view, &chance, t->input)};

    json_build_object(&w.shown, 8);
    json_build_set(&w.shown, "input", json_ref(t->input_text));
    if (take_input_of_group(&w) && w.state->type == ASL_MAP && go_through_map(&w)) {
        if (w.items && t->failures > (int64_t)w.iterations)
            test_refuse(c, "Map iteration failure count must be less than or equal to the number "
                           "of Map iterations");
        else
            count_failures(&w);
    }
    if (w.error.name) {
        json_unref(t->mock);
        t->mock = NULL;
        asl_error_clear(&t->mock_error);
        t->mock_error = asl_error_copy(&w.error);
    }
    t->before = json_build_done(&w.shown);
    asl_error_clear(&w.error);
    json_unref(w.effective);
    json_unref(w.plan);
    json_unref(w.items);
    json_unref(w.keys);
    json_unref(w.from);
    json_unref(w.inputs);
    return !c->error;
}
