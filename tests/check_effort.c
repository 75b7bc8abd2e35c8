/*
 * effort: what evaluating costs is counted where it is done, and stops when that is too much. Each
 * row, given a budget of a few thousand units, would spend many times that.
 */

#include "tests/support/expect.h"
#include "tests/support/world.h"

#include "asl/eval/choice.h"
#include "asl/eval/template.h"
#include "parsers/base/mem.h"

#include <string.h>

enum { ITEMS = 4000, BUDGET = 20000 };

/*
 * The input is {"items":[1,{"n":1},2,{"n":2},…], "text":"aaa…","many":["aa…1","aa…2",…]}: 4,000
 * items, 150,000 letters, 400 texts of 400 letters.
 */
static json *make_input(void)
{
    char *letters = mem_alloc(150000);
    struct json_build items, many, all;

    memset(letters, 'a', 150000);
    json_build_array(&items, ITEMS);
    for (int64_t i = 0; i < ITEMS; i += 2) {
        struct json_build item;
        json_build_object(&item, 1);
        json_build_set(&item, "n", json_int(i));
        json_build_add(&items, json_int(i));
        json_build_add(&items, json_build_done(&item));
    }
    json_build_array(&many, 400);
    for (int i = 0; i < 400; i++)
        json_build_add(&many, json_stringf("%.400s%d", letters, i));
    json_build_object(&all, 3);
    json_build_set(&all, "items", json_build_done(&items));
    json_build_set(&all, "text", json_string(letters, 150000));
    json_build_set(&all, "many", json_build_done(&many));
    mem_free(letters);
    return json_build_done(&all);
}

/* A template of `times` members with the query each, or an array of so many `template`s. */
static const struct {
    const char *name, *query;
    unsigned times;
    bool fails; /* even with room enough, for another reason */
} templates[] = {
    {"paths that look everywhere", "$..n", 8, false},
    {"paths to a slice of all", "$.items[0:]", 8, false},
    {"a filter", "$.items[?(@.n == 5)]", 8, false},
    {"an array of all", "States.Array($.items, $.items[0:], $.items[0:], $.items[0:])", 8, false},
    {"partitions", "States.ArrayPartition($.items, 1)", 8, false},
    {"looking for an element", "States.ArrayContains($.items, 'x')", 8, false},
    {"looking for a long text", "States.ArrayContains($.many, $.many[399])", 80, false},
    {"ranges", "States.ArrayRange(1, 1000, 1)", 40, false},
    {"each once", "States.ArrayUnique($.items)", 8, false},
    {"each long text once", "States.ArrayUnique($.many)", 8, false},
    {"a template filled in", "States.Format('{}{}', $.text, $.text)", 8, false},
    {"a long template", "States.Format($.text)", 8, false},
    {"a value filled in", "States.Format('{}', $)", 8, false},
    {"a text split", "States.StringSplit($.text, 'b')", 8, false},
    {"a text split at long delimiters", "States.StringSplit('a', $.text)", 8, false},
    {"a value written", "States.JsonToString($)", 8, false},
    {"a text read", "States.StringToJson(States.Format('\"{}\"', $.text))", 8, false},
    {"objects merged", "States.JsonMerge($, $, false)", 4000, false},
    {"a text too long to be hashed", "States.Hash($, 'MD5')", 8, true},
    {"hashes", "States.Hash($.many[0], 'MD5')", 2000, false},
    {"many paths", "$.text", 21000, false},
};

static void expect_too_long(const char *name, const struct asl_error *error)
{
    ck_assert_msg(error->name != NULL, "%s: came to an end", name);
    expect_text(name, json_str(error->name), ASL_RUNTIME);
    ck_assert_msg(strstr(json_str(error->cause), "too long") != NULL, "%s: %s", name,
                  json_str(error->cause));
}

/* What an evaluation needs around it. */
struct scene {
    struct buf text;
    struct asl_report report;
    struct asl_error error;
    struct arena arena;
    struct source source;
    struct work work;
    json *input;
    struct asl_env env;
};

static void scene_init(struct scene *c, struct work work)
{
    *c = (struct scene){.work = work, .input = make_input()};
    c->env = (struct asl_env){.input = c->input, .work = &c->work};
}

static void scene_clear(struct scene *c)
{
    asl_error_clear(&c->error);
    json_unref(c->input);
    arena_clear(&c->arena);
    source_clear(&c->source);
    buf_clear(&c->text);
}

START_TEST(template)
{
    struct scene c;

    scene_init(&c, (struct work){.most = BUDGET});
    buf_addc(&c.text, '{');
    for (unsigned i = 0; i < templates[_i].times; i++) {
        buf_printf(&c.text, "%s\"k%u.$\":", i ? "," : "", i);
        json_write_string(&c.text, templates[_i].query, strlen(templates[_i].query));
    }
    buf_addc(&c.text, '}');
    source_init(&c.source, buf_str(&c.text));
    const asl_template *t = asl_template_compile(&c.arena, &c.source.at, &c.report);
    expect_report(templates[_i].name, &c.report, "");
    json *got = asl_template_eval(t, &c.env, &c.error);
    ck_assert_msg(!got, "%s: has a result", templates[_i].name);
    expect_too_long(templates[_i].name, &c.error);
    asl_error_clear(&c.error);

    /* With room enough it has one, and what was too much before doesn't count. */
    c.work.most = 0;
    got = asl_template_eval(t, &c.env, &c.error);
    ck_assert_msg((got != NULL) == !templates[_i].fails, "%s: %s", templates[_i].name,
                  c.error.cause ? json_str(c.error.cause) : "has a result");
    json_unref(got);
    scene_clear(&c);
}
END_TEST

/* Rules, each as often in an Or. */
static const struct {
    const char *name, *rule;
    unsigned times;
} rules[] = {
    {"texts compared", "{\"Variable\":\"$.text\",\"StringLessThanPath\":\"$.text\"}", 50},
    {"patterns", "{\"Variable\":\"$.text\",\"StringMatches\":\"*a*a*a*a*a*b*a*\"}", 50},
    {"what may be there", "{\"Variable\":\"$..n..n\",\"IsPresent\":false}", 50},
    {"what is anywhere", "{\"Variable\":\"$.items[?(@.n < 0)]\",\"IsNull\":true}", 50},
    {"many rules", "{\"Not\":{\"Not\":{\"Variable\":\"$.text\",\"IsNull\":true}}}", 20000},
};

START_TEST(rule)
{
    struct scene c;

    scene_init(&c, (struct work){.most = BUDGET});
    buf_adds(&c.text, "{\"Next\":\"A\",\"Or\":[");
    for (unsigned i = 0; i < rules[_i].times; i++)
        buf_printf(&c.text, "%s%s", i ? "," : "", rules[_i].rule);
    buf_adds(&c.text, "]}");
    source_init(&c.source, buf_str(&c.text));
    const asl_test *t = asl_test_compile(&c.arena, &c.source.at, true, &c.report);
    expect_report(rules[_i].name, &c.report, "");
    ck_assert_int_eq(asl_test_eval(t, &c.env, &c.error), -1);
    expect_too_long(rules[_i].name, &c.error);
    asl_error_clear(&c.error);
    c.work.most = 0;
    ck_assert_msg(asl_test_eval(t, &c.env, &c.error) == 0, "%s: %s", rules[_i].name,
                  c.error.cause ? json_str(c.error.cause) : "holds");
    scene_clear(&c);
}
END_TEST

/* What an owner gives up is given up everywhere, and leaves nothing behind. */
static enum work_verdict abandon(struct work *w)
{
    return ++*(unsigned *)w->user < 3 ? WORK_GOES_ON : WORK_ABANDONED;
}

START_TEST(abandoned)
{
    unsigned ticks = 0;
    struct scene c;

    scene_init(&c, (struct work){.tick = abandon, .user = &ticks});
    source_init(&c.source, "{\"a\":[{\"b.$\":\"States.ArrayUnique($..n)\"},{\"c.$\":\"States."
                           "ArrayContains($.items, 'x')\"}]}");
    const asl_template *t = asl_template_compile(&c.arena, &c.source.at, &c.report);
    expect_report("compiled", &c.report, "");
    ck_assert_ptr_null(asl_template_eval(t, &c.env, &c.error));
    ck_assert_int_eq(c.work.verdict, WORK_ABANDONED);
    ck_assert_uint_eq(ticks, 3);
    asl_error_clear(&c.error);
    ck_assert_ptr_null(asl_template_eval(t, &c.env, &c.error));
    ck_assert_uint_eq(ticks, 3);
    scene_clear(&c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("effort");
    TCase *t = tcase_create("effort");

    tcase_add_loop_test(t, template, 0, COUNT(templates));
    tcase_add_loop_test(t, rule, 0, COUNT(rules));
    tcase_add_test(t, abandoned);
    suite_add_tcase(s, t);
    return run_suite(s);
}
