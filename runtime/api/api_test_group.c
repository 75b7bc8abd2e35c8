/*
 * TestState of a Map or a Parallel: the mock stands for all that its branches or iterations do, but
 * what the state makes of its input before that is done here, and can fail.
 */

#include "runtime/api/api_test_impl.h"

#include "asl/eval/flow.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_state.h"

/* On the way to the work: what is shown of it, and the error where it ended. */
struct way {
    const struct test_state *test;
    const struct asl_state *state;
    struct asl_env env; /* with the state's input */
    struct json_build shown;
    struct asl_error error;
    json *effective, *items;
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

/* With an ItemReader they are what it reads, as far as the request says what that is. */
static bool take_items(struct way *w)
{
    struct asl_env env = w->env;

    if (w->test->reads) {
        w->items = json_ref(w->test->items);
        return true;
    }
    env.input = w->effective;
    w->items = asl_flow_items(w->state, &env, &w->error);
    if (w->items && w->state->map.items_path)
        show_on_way(w, "afterItemsPath", w->items);
    return w->items != NULL;
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

json *test_context_of_item(const json *item, size_t i)
{
    struct json_build b, m;

    json_build_object(&b, 2);
    json_build_set(&b, "Index", json_int((int64_t)i));
    json_build_set(&b, "Value", json_ref(item));
    json_build_object(&m, 1);
    json_build_set(&m, "Item", json_build_done(&b));
    return json_build_done(&m);
}

/* ItemSelector, once for each item, with that item in the context object. */
static bool take_inputs(struct way *w)
{
    const asl_template *selector = w->state->map.item_selector;
    struct json_build list;

    if (!selector || !w->items)
        return true;
    json_build_array(&list, json_count(w->items));
    for (size_t i = 0; i < json_count(w->items) && !w->error.name; i++) {
        json *context = json_with(w->test->context, json_cstring("Map"),
                                  test_context_of_item(json_at(w->items, i), i));
        struct test_view view = {w->test, context};
        struct asl_env env = test_env(&view, w->env.chance, w->effective);
        json *v = asl_template_eval(selector, &env, &w->error);
        if (v)
            json_build_add(&list, v);
        json_unref(context);
    }
    json *all = json_build_done(&list);
    if (!w->error.name)
        show_on_way(w, "afterItemSelector", all);
    json_unref(all);
    return !w->error.name;
}

static bool go_through_map(struct way *w)
{
    return take_items(w) && take_limits(w) && take_inputs(w);
}

/* The mock's error comes about in an iteration: the request says which of them. */
static void count_failures(struct way *w)
{
    int64_t total = w->items ? (int64_t)json_count(w->items) : w->test->failures;

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
        if (w.items && t->failures > (int64_t)json_count(w.items))
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
    json_unref(w.items);
    return !c->error;
}
