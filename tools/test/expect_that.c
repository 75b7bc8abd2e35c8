/* Predicates over all that came of a case: JSONata that must be true, JSONPath that must find
 * something. Both were compiled when the suite was read, so that they can be. */
#include "parsers/jsonata/jsonata.h"
#include "parsers/jsonpath/jsonpath.h"
#include "tools/test/expect_impl.h"

static void expect_jsonata(struct checking *k, const struct asl_at *at, const json *whole)
{
    const char *text = json_str(at->value);
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(text + 2, json_str_len(at->value) - 4, JSONATA_AWS, &why);
    json *v = NULL;

    enum jsonata_outcome how = jsonata_eval(x, &(struct jsonata_options){0}, whole, &v, &why);
    if (how == JSONATA_FAILED)
        failures_add(k->out, expect_place(at), "that", "%s fails: %s", text, why.text);
    else if (how != JSONATA_VALUE || json_kind(v) != JSON_TRUE)
        failures_add(k->out, expect_place(at), "that", "%s is not true", text);
    json_unref(v);
    jsonata_free(x);
    jsonata_error_clear(&why);
}

static bool is_something(const json *v)
{
    return json_kind(v) != JSON_NULL && json_kind(v) != JSON_FALSE &&
           !(json_is_array(v) && !json_count(v));
}

/* What an indefinite path finds comes as a list. */
static bool has_something(const json *list)
{
    for (size_t i = 0; i < json_count(list); i++)
        if (is_something(json_at(list, i)))
            return true;
    return false;
}

static void expect_jsonpath(struct checking *k, const struct asl_at *at, const json *whole)
{
    const char *text = json_str(at->value);
    jsonpath *p = jsonpath_compile(text, json_str_len(at->value), NULL);
    json *v = jsonpath_get(p, whole, NULL, NULL);

    if (!v || !(jsonpath_is_definite(p) ? is_something(v) : has_something(v)))
        failures_add(k->out, expect_place(at), "that", "%s finds nothing", text);
    json_unref(v);
    jsonpath_free(p);
}

static void expect_predicate(struct checking *k, const struct asl_at *at, const json *whole)
{
    if (json_str_begins(at->value, "{%"))
        expect_jsonata(k, at, whole);
    else
        expect_jsonpath(k, at, whole);
}

static void expect_predicates(struct checking *k, const struct asl_at *at, const json *whole)
{
    struct asl_at predicate;

    if (!json_is_array(at->value))
        expect_predicate(k, at, whole);
    for (size_t i = 0; json_is_array(at->value) && i < json_count(at->value); i++) {
        asl_at_index(at, i, &predicate);
        expect_predicate(k, &predicate, whole);
    }
}

/* Those of all layers: none is in the place of another. */
void expect_that(struct checking *k)
{
    json *whole = NULL;
    struct asl_at at;

    for (size_t i = 0; i < k->c->layer_count; i++) {
        if (!layer_expects(k->c, i, "that", &at))
            continue;
        if (!whole)
            whole = result_whole(k->r);
        expect_predicates(k, &at, whole);
    }
    json_unref(whole);
}
