/* template: payload templates, single queries, paths, and where problems are reported. */

#include "tests/support/expect.h"
#include "tests/support/world.h"

#include "asl/eval/path.h"
#include "asl/eval/template.h"
#include "parsers/jsonpath/jsonpath.h"

#include <string.h>

static const char context_text[] = "{\"Execution\":{\"Id\":\"arn:x\"},\"State\":{\"Name\":\"S\"}}";
static const char variables_text[] =
    "{\"x\":{\"y\":[7,8]},\"_a1\":1,\"\xC3\xA9t\xC3\xA9\":\"warm\",\"input\":2}";

/* ---- templates that are good ---- */

static const struct {
    const char *name, *template, *input, *want;
} evals[] = {
    {"a constant is itself", "{\"a\":[1,{\"b\":null}]}", NULL, "{\"a\":[1,{\"b\":null}]}"},
    {"strings that look like paths are constants", "{\"a\":\"$.x\",\"b\":\"States.UUID()\"}", NULL,
     "{\"a\":\"$.x\",\"b\":\"States.UUID()\"}"},
    {"a path's key loses its .$", "{\"a.$\":\"$.x\"}", "{\"x\":[1]}", "{\"a\":[1]}"},
    {"members keep their order", "{\"c\":1,\"b.$\":\"$.x\",\"a\":2}", "{\"x\":0}",
     "{\"c\":1,\"b\":0,\"a\":2}"},
    {"at any depth, in arrays too", "[[{\"a\":{\"b.$\":\"$\"}},1]]", "{\"x\":0}",
     "[[{\"a\":{\"b\":{\"x\":0}}},1]]"},
    {"an empty name", "{\".$\":\"$.x\"}", "{\"x\":0}", "{\"\":0}"},
    {"only the last .$ goes", "{\"a.$.$\":\"$.x\"}", "{\"x\":0}", "{\"a.$\":0}"},
    {"a key of $ alone is constant", "{\"$\":\"$.x\"}", "{}", "{\"$\":\"$.x\"}"},
    {"the input is not a template", "{\"a.$\":\"$.x\"}", "{\"x\":{\"b.$\":\"$.x\"}}",
     "{\"a\":{\"b.$\":\"$.x\"}}"},
    {"the whole context object", "{\"a.$\":\"$$\"}", NULL,
     "{\"a\":{\"Execution\":{\"Id\":\"arn:x\"},\"State\":{\"Name\":\"S\"}}}"},
    {"a part of the context object", "{\"a.$\":\"$$.State.Name\"}", NULL, "{\"a\":\"S\"}"},
    {"the context object by bracket", "{\"a.$\":\"$$['State']['Name']\"}", NULL, "{\"a\":\"S\"}"},
    {"a variable", "{\"a.$\":\"$x\"}", NULL, "{\"a\":{\"y\":[7,8]}}"},
    {"a part of a variable", "{\"a.$\":\"$x.y[1]\"}", NULL, "{\"a\":8}"},
    {"a variable's name may have _ and digits", "{\"a.$\":\"$_a1\"}", NULL, "{\"a\":1}"},
    {"a variable's name beyond ASCII", "{\"a.$\":\"$\xC3\xA9t\xC3\xA9\"}", NULL,
     "{\"a\":\"warm\"}"},
    {"a variable named input is no path into the input", "{\"a.$\":\"$input\"}", "{\"x\":1}",
     "{\"a\":2}"},
    {"an intrinsic function", "{\"a.$\":\"States.MathAdd($.x, $_a1)\"}", "{\"x\":41}",
     "{\"a\":42}"},
    {"several nodes give an array", "{\"a.$\":\"$.x[*].y\"}", "{\"x\":[{\"y\":1},{},{\"y\":2}]}",
     "{\"a\":[1,2]}"},
    {"none of several nodes gives an empty one", "{\"a.$\":\"$.x[*].y\"}", "{}", "{\"a\":[]}"},
    {"an element past the end is null", "{\"a.$\":\"$.x[2]\"}", "{\"x\":[1,2]}", "{\"a\":null}"},
    {"nine members and more",
     "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"hh.$\":"
     "\"$.x\",\"h\":9,\"i.$\":\"$.x\"}",
     "{\"x\":0}",
     "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"hh\":0,\"h\":9,\"i\":0}"},
    {"a scalar alone", "17", NULL, "17"},
};

START_TEST(eval)
{
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};
    const asl_template *t;
    struct source source;
    struct world w;

    source_init(&source, evals[_i].template);
    world_init(&w, evals[_i].input, context_text, variables_text);
    t = asl_template_compile(&arena, &source.at, &report);
    expect_report(evals[_i].name, &report, "");
    for (int again = 0; again < 2; again++) {
        json *got = asl_template_eval(t, &w.env, &error);

        expect_error(evals[_i].name, &error, "");
        expect_json(evals[_i].name, got, evals[_i].want);
        json_unref(got);
    }
    arena_clear(&arena);
    source_clear(&source);
    world_clear(&w);
}
END_TEST

START_TEST(constants_are_shared)
{
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};
    struct source source;
    struct world w;
    json *a, *b;

    source_init(&source, "{\"big\":{\"list\":[1,2,3]},\"n.$\":\"$.n\"}");
    world_init(&w, "{\"n\":{\"m\":1}}", NULL, NULL);
    const asl_template *t = asl_template_compile(&arena, &source.at, &report);

    a = asl_template_eval(t, &w.env, &error);
    b = asl_template_eval(t, &w.env, &error);
    ck_assert_ptr_eq(json_get(a, "big"), json_get(b, "big"));
    ck_assert_ptr_eq(json_get(a, "big"), json_get(source.doc, "big"));
    ck_assert_ptr_eq(json_get(a, "n"), json_get(w.input, "n"));
    json_unref(a);
    json_unref(b);
    arena_clear(&arena);
    source_clear(&source);
    world_clear(&w);
}
END_TEST

/* Feeding a template its own result must come to an end in a refusal, not on the stack. */
START_TEST(nesting_is_bounded)
{
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};
    struct source source;
    struct world w;
    int turns = 0;

    source_init(&source, "{\"a.$\":\"$\"}");
    world_init(&w, "{}", NULL, NULL);
    const asl_template *t = asl_template_compile(&arena, &source.at, &report);

    for (json *v; turns < 2 * JSON_MAX_DEPTH && (v = asl_template_eval(t, &w.env, &error));
         turns++) {
        json_unref(w.input);
        w.env.input = w.input = v;
    }
    ck_assert_int_eq(turns, JSON_MAX_DEPTH - 1);
    expect_error("nested too deep", &error,
                 "States.Runtime: The template gives a value nested deeper than 1000 levels");
    asl_error_clear(&error);
    arena_clear(&arena);
    source_clear(&source);
    world_clear(&w);
}
END_TEST

/* ---- evaluation that fails ---- */

static const struct {
    const char *name, *template, *input, *want;
} failures[] = {
    {"nothing in the input", "{\"k\":{\"v.$\":\"$.x\"}}", "{\"other\": 1}",
     "States.Runtime: The JSONPath '$.x' specified for the field 'v.$' could not be found in the "
     "input '{\"other\":1}'"},
    {"nothing in the context object", "{\"v.$\":\"$$.Map.Item.Value.id\"}", NULL,
     "States.Runtime: The JSONPath '$$.Map.Item.Value.id' specified for the field 'v.$' could not "
     "be found in the input '{\"Execution\":{\"Id\":\"arn:x\"},\"State\":{\"Name\":\"S\"}}'"},
    {"nothing in a variable", "{\"v.$\":\"$x.z\"}", NULL,
     "States.Runtime: The JSONPath '$x.z' specified for the field 'v.$' could not be found in the "
     "input '{\"y\":[7,8]}'"},
    {"a variable that is not assigned", "{\"v.$\":\"$none.z\"}", NULL,
     "States.Runtime: The JSONPath '$none.z' specified for the field 'v.$' could not be found: "
     "The variable 'none' is not assigned"},
    {"after members that are good", "{\"a.$\":\"$\",\"v.$\":\"$.x\"}", "{}",
     "States.Runtime: The JSONPath '$.x' specified for the field 'v.$' could not be found in the "
     "input '{}'"},
    {"in an array", "[{\"a.$\":\"$\"},{\"v.$\":\"$.x\"}]", "{}",
     "States.Runtime: The JSONPath '$.x' specified for the field 'v.$' could not be found in the "
     "input '{}'"},
    {"an intrinsic function's failure", "{\"v.$\":\"States.ArrayLength($.x)\"}", "{\"x\":1}",
     "States.Runtime: There was an error while evaluating the intrinsic function: "
     "States.ArrayLength($.x). Invalid arguments in States.ArrayLength"},
};

START_TEST(fail)
{
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};
    const asl_template *t;
    struct source source;
    struct world w;

    source_init(&source, failures[_i].template);
    world_init(&w, failures[_i].input, context_text, variables_text);
    t = asl_template_compile(&arena, &source.at, &report);
    expect_report(failures[_i].name, &report, "");
    expect_json(failures[_i].name, asl_template_eval(t, &w.env, &error), NULL);
    expect_error(failures[_i].name, &error, failures[_i].want);
    asl_error_clear(&error);
    arena_clear(&arena);
    source_clear(&source);
    world_clear(&w);
}
END_TEST

/* ---- templates that are refused ---- */

#define MUST_BE(field)                                                                             \
    "The value for the field '" field "' must be a valid JSONPath or a valid intrinsic function "  \
    "call at /States/S/Parameters"

static const struct {
    const char *name, *template, *want, *pointer;
} refusals[] = {
    {"no path", "{\"a.$\":\"x\"}", MUST_BE("a.$"), "/States/S/Parameters/a.$"},
    {"an empty text", "{\"a.$\":\"\"}", MUST_BE("a.$"), "/States/S/Parameters/a.$"},
    {"not a string", "{\"a.$\":1}", MUST_BE("a.$"), "/States/S/Parameters/a.$"},
    {"an object", "{\"a.$\":{\"b.$\":\"$.x\"}}", MUST_BE("a.$"), "/States/S/Parameters/a.$"},
    {"a blank before the path", "{\"a.$\":\" $.x\"}", MUST_BE("a.$"), "/States/S/Parameters/a.$"},
    {"a path that is none", "{\"a.$\":\"$.x[\"}", MUST_BE("a.$"), "/States/S/Parameters/a.$"},
    {"a function that is none", "{\"a.$\":\"States.No()\"}", MUST_BE("a.$"),
     "/States/S/Parameters/a.$"},
    {"deep down, where AWS gives the template's place", "{\"b/c\":[{\"a.$\":\"x\"}]}",
     MUST_BE("a.$"), "/States/S/Parameters/b~1c/0/a.$"},
    {"two problems are two", "{\"a.$\":\"x\",\"c\":{\"b.$\":\"y\"}}",
     MUST_BE("a.$") "; " MUST_BE("b.$"), "/States/S/Parameters/a.$"},
    {"two members of one name", "{\"a\":1,\"a.$\":\"$.x\"}",
     "The fields 'a' and 'a.$' both give the field 'a' at /States/S/Parameters",
     "/States/S/Parameters/a.$"},
};

START_TEST(refuse)
{
    struct asl_at states, state, parameters;
    struct asl_report report = {0};
    struct arena arena = {0};
    struct source source;
    struct buf text = {0};

    buf_printf(&text, "{\"States\":{\"S\":{\"Parameters\":%s}}}", refusals[_i].template);
    source_init(&source, buf_str(&text));
    ck_assert(asl_at_member(&source.at, "States", &states));
    ck_assert(asl_at_member(&states, "S", &state));
    ck_assert(asl_at_member(&state, "Parameters", &parameters));
    ck_assert_ptr_null(asl_template_compile(&arena, &parameters, &report));
    expect_report(refusals[_i].name, &report, refusals[_i].want);
    expect_text(refusals[_i].name, report.problems[0].pointer, refusals[_i].pointer);
    ck_assert_uint_eq(report.errors, report.count);
    asl_report_clear(&report);
    arena_clear(&arena);
    source_clear(&source);
    buf_clear(&text);
}
END_TEST

/* ---- one query: ErrorPath and CausePath ---- */

static const struct {
    const char *name, *query, *input, *want, *error;
    bool string;
} queries[] = {
    {"a path", "$.e", "{\"e\":\"E\"}", "\"E\"", "", true},
    {"an intrinsic function", "States.Format('{}!', $.e)", "{\"e\":\"E\"}", "\"E!\"", "", true},
    {"one that may give a string", "States.ArrayGetItem($.e, 0)", "{\"e\":[\"E\"]}", "\"E\"", "",
     true},
    {"one that never does", "States.ArrayLength($.e)", "{\"e\":[]}", "0", "", false},
    {"nothing there", "$.c", "{\"e\":1}", NULL,
     "States.Runtime: The JSONPath '$.c' specified for the field 'ErrorPath' could not be found in "
     "the input '{\"e\":1}'",
     true},
};

START_TEST(query)
{
    json *text = json_cstring(queries[_i].query), *field = json_cstring("ErrorPath");
    struct asl_at at = {.value = text};
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};
    const asl_query *q = asl_query_compile(&arena, &at, field, &report);
    struct world w;
    json *got;

    world_init(&w, queries[_i].input, NULL, NULL);
    expect_report(queries[_i].name, &report, "");
    ck_assert_msg(asl_query_gives_string(q) == queries[_i].string, "%s", queries[_i].name);
    got = asl_query_eval(q, &w.env, &error);
    expect_error(queries[_i].name, &error, queries[_i].error);
    expect_json(queries[_i].name, got, queries[_i].want);
    json_unref(got);
    json_unref(text);
    json_unref(field);
    asl_error_clear(&error);
    arena_clear(&arena);
    world_clear(&w);
}
END_TEST

/* ---- paths ---- */

enum { REFERENCE = 1, DEFINITE = 2, INPUT = 4 };

static const struct {
    const char *name, *text;
    unsigned roots, want;
    const char *refused; /* NULL: good */
} paths[] = {
    {"the input", "$", 0, REFERENCE | DEFINITE | INPUT, NULL},
    {"a member", "$.a.b[0]", 0, REFERENCE | DEFINITE, NULL},
    {"a member by bracket", "$['a b']", 0, REFERENCE | DEFINITE, NULL},
    {"several nodes", "$.a[*]", 0, 0, NULL},
    {"the context object", "$$.a", ASL_ROOT_CONTEXT, DEFINITE, NULL},
    {"all of the context object", "$$", ASL_ROOT_CONTEXT, DEFINITE, NULL},
    {"a variable", "$a.b", ASL_ROOT_VARIABLE, DEFINITE, NULL},
    {"all of a variable", "$a", ASL_ROOT_VARIABLE | ASL_ROOT_CONTEXT, DEFINITE, NULL},
    {"no context object here", "$$.a", ASL_ROOT_VARIABLE, 0, "'$$', cannot be used here"},
    {"no variable here", "$a.b", ASL_ROOT_CONTEXT, 0, "'$a', cannot be used here"},
    {"no $", "a", ASL_ROOT_CONTEXT, 0, "Reference path didn't start with '$'"},
    {"nothing", "", ASL_ROOT_CONTEXT, 0, "Reference path didn't start with '$'"},
    {"a variable with a bad rest", "$a.b[", ASL_ROOT_VARIABLE, 0, ""},
};

START_TEST(path)
{
    json *text = json_cstring(paths[_i].text);
    struct arena arena = {0};
    struct diag why = {0};
    const asl_path *p = asl_path_compile(&arena, text, paths[_i].roots, &why);

    if (paths[_i].refused) {
        ck_assert_msg(!p, "%s", paths[_i].name);
        ck_assert_msg(strstr(why.text, paths[_i].refused) != NULL, "%s: %s", paths[_i].name,
                      why.text);
    } else {
        ck_assert_msg(p != NULL, "%s: %s", paths[_i].name, why.text);
        unsigned got = (asl_path_is_reference(p) ? REFERENCE : 0) |
                       (asl_path_is_definite(p) ? DEFINITE : 0) |
                       (asl_path_is_input(p) ? INPUT : 0);
        ck_assert_msg(got == paths[_i].want, "%s: %u", paths[_i].name, got);
        ck_assert_ptr_eq(asl_path_text(p), text);
    }
    diag_clear(&why);
    arena_clear(&arena);
    json_unref(text);
}
END_TEST

static const struct {
    const char *name, *path, *input, *got, *found; /* NULL: nothing */
} finds[] = {
    {"an element", "$.a[1]", "{\"a\":[1,2]}", "2", "2"},
    {"a null element is there", "$.a[1]", "{\"a\":[1,null]}", "null", "null"},
    {"past the end", "$.a[2]", "{\"a\":[1,null]}", "null", NULL},
    {"past the end of an array in an array", "$.a[0][1]", "{\"a\":[[1]]}", "null", NULL},
    {"past the end of the input", "$[0]", "[]", "null", NULL},
    {"past the end, with blanks", "$.a[ 2 ]", "{\"a\":[1,null]}", "null", NULL},
    {"a null member", "$.a", "{\"a\":null}", "null", "null"},
    {"no member", "$.b", "{\"a\":null}", NULL, NULL},
    {"a name that ends in a digit", "$['a2']", "{\"a2\":null}", "null", "null"},
};

START_TEST(find)
{
    json *text = json_cstring(finds[_i].path), *got;
    struct arena arena = {0};
    struct diag why = {0};
    const asl_path *p = asl_path_compile(&arena, text, 0, &why);
    struct world w;

    world_init(&w, finds[_i].input, NULL, NULL);
    ck_assert_msg(p != NULL, "%s: %s", finds[_i].name, why.text);
    got = asl_path_get(p, &w.env, &why);
    expect_json(finds[_i].name, got, finds[_i].got);
    json_unref(got);
    got = asl_path_find(p, &w.env, &why);
    expect_json(finds[_i].name, got, finds[_i].found);
    if (!got)
        ck_assert_ptr_eq(why.code, JSONPATH_NOT_FOUND);
    json_unref(got);
    diag_clear(&why);
    arena_clear(&arena);
    json_unref(text);
    world_clear(&w);
}
END_TEST

START_TEST(path_set)
{
    json *text = json_cstring("$.a.b"), *root = json_cstring("$"), *doc = json_of("{\"c\":1}");
    struct arena arena = {0};
    const asl_path *p = asl_path_compile(&arena, text, 0, NULL);
    const asl_path *all = asl_path_compile(&arena, root, 0, NULL);
    json *got = asl_path_set(p, doc, json_int(2), NULL);

    expect_json("objects on the way are made", got, "{\"c\":1,\"a\":{\"b\":2}}");
    json_unref(got);
    got = asl_path_set(all, doc, json_int(3), NULL);
    expect_json("the root is replaced", got, "3");
    json_unref(got);
    json_unref(doc);
    json_unref(text);
    json_unref(root);
    arena_clear(&arena);
}
END_TEST

/* ---- reports ---- */

static const struct {
    const char *name, *way, *pointer, *location; /* way: keys and indexes, cut by blanks */
} places[] = {
    {"the whole", "", "", "/"},
    {"a member", "States", "/States", "/States"},
    {"an element", "Choices 0 Next", "/Choices/0/Next", "/Choices[0]/Next"},
    {"names are escaped in pointers alone", "a/b~ c", "/a~1b~0/c", "/a/b~/c"},
};

static void go(const struct asl_at *from, const char *way, const char *name, const char *pointer,
               const char *location)
{
    struct buf text = {0};
    struct asl_at next;
    char step[32];
    size_t n = strcspn(way, " ");

    if (n == 0) {
        asl_at_pointer(from, &text);
        expect_text(name, buf_str(&text), pointer);
        buf_reset(&text);
        asl_at_location(from, &text);
        expect_text(name, buf_str(&text), location);
        buf_clear(&text);
        return;
    }
    memcpy(step, way, n);
    step[n] = '\0';
    if (json_is_array(from->value))
        asl_at_index(from, (size_t)(step[0] - '0'), &next);
    else
        ck_assert(asl_at_member(from, step, &next));
    go(&next, way + n + (way[n] == ' '), name, pointer, location);
}

START_TEST(location)
{
    struct source source;

    source_init(&source, "{\"States\":1,\"Choices\":[{\"Next\":2}],\"a/b~\":{\"c\":3}}");
    go(&source.at, places[_i].way, places[_i].name, places[_i].pointer, places[_i].location);
    source_clear(&source);
}
END_TEST

START_TEST(report_places)
{
    struct asl_report r = {0};
    struct asl_at member;
    struct source source;

    source_init(&source, "{\n  \"Nxt\": \"S\"\n}");
    ck_assert(!asl_at_member(&source.at, "Next", &member));
    ck_assert(asl_at_member(&source.at, "Nxt", &member));
    ck_assert(!asl_at_member(&member, "x", &(struct asl_at){0}));
    asl_report_add(&r, ASL_ERROR, "CODE", &member, ASL_KEY, "hint", "Field '%s'", "Nxt");
    asl_report_relocate(&r, &source.at);
    asl_report_add(&r, ASL_WARNING, "CODE", &member, ASL_VALUE, NULL, "value");
    asl_report_schema(&r, &source.at, "whole");
    asl_report_add(&r, ASL_ERROR, "MISSING_END_STATE", NULL, ASL_VALUE, NULL, "none");
    expect_report("all", &r, "Field 'Nxt' at /; value at /Nxt; whole at /; none at null");
    ck_assert_uint_eq(r.errors, 3);
    ck_assert_str_eq(r.problems[0].hint, "hint");
    ck_assert_str_eq(r.problems[0].pointer, "/Nxt");
    ck_assert_uint_eq(r.problems[0].place.line, 2);
    ck_assert_uint_eq(r.problems[0].place.column, 3);
    ck_assert_uint_eq(r.problems[1].place.column, 10);
    ck_assert_uint_eq(r.problems[2].place.line, 1);
    ck_assert_str_eq(r.problems[2].code, "SCHEMA_VALIDATION_FAILED");
    ck_assert_uint_eq(r.problems[3].place.line, 0);
    asl_report_clear(&r);
    source_clear(&source);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("template");
    TCase *t = tcase_create("template");

    tcase_add_loop_test(t, eval, 0, COUNT(evals));
    tcase_add_test(t, constants_are_shared);
    tcase_add_test(t, nesting_is_bounded);
    tcase_add_loop_test(t, fail, 0, COUNT(failures));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_loop_test(t, query, 0, COUNT(queries));
    tcase_add_loop_test(t, path, 0, COUNT(paths));
    tcase_add_loop_test(t, find, 0, COUNT(finds));
    tcase_add_test(t, path_set);
    tcase_add_loop_test(t, location, 0, COUNT(places));
    tcase_add_test(t, report_places);
    suite_add_tcase(s, t);
    return run_suite(s);
}
