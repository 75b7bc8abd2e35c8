/* flow: fields that are a number or the path to one. */

#include "tests/support/expect.h"
#include "tests/support/world.h"

#include "asl/eval/flow.h"

#define NOT_VALID(value)                                                                           \
    "States.Runtime: The NPath field refers to value \"" value                                     \
    "\" which is not a valid integer: $.n"

static const struct {
    const char *name, *input;
    int64_t want;
    const char *error;
} numbers[] = {
    {"a whole number", "{\"n\":7}", 7, ""},
    {"a string that reads as one", "{\"n\":\"7\"}", 7, ""},
    {"a negative one", "{\"n\":\"-1\"}", -1, ""},
    {"a fraction", "{\"n\":1.5}", 0, NOT_VALID("1.5")},
    {"a whole number written as a fraction", "{\"n\":1.0}", 0, NOT_VALID("1.0")},
    {"a fraction in a string", "{\"n\":\"1.5\"}", 0, NOT_VALID("1.5")},
    {"other text", "{\"n\":\"NoNumber\"}", 0, NOT_VALID("NoNumber")},
    {"an empty string", "{\"n\":\"\"}", 0, NOT_VALID("")},
    {"an object", "{\"n\":{}}", 0, NOT_VALID("{}")},
    {"null", "{\"n\":null}", 0, NOT_VALID("null")},
    {"nothing", "{}", 0, "States.Runtime: Invalid path '$.n' : No results for path: $['n']"},
};

START_TEST(number)
{
    json *text = json_cstring("$.n");
    struct arena arena = {0};
    struct asl_number n = {.path = asl_path_compile(&arena, text, ASL_ROOT_INPUT, NULL),
                           .set = true};
    struct asl_error error = {0};
    struct world w;
    int64_t got = 0;

    world_init(&w, numbers[_i].input, NULL, NULL);
    bool good = asl_flow_number(&n, "NPath", &w.env, &got, &error);
    expect_error(numbers[_i].name, &error, numbers[_i].error);
    ck_assert_msg(good == !*numbers[_i].error, "%s", numbers[_i].name);
    ck_assert_msg(got == numbers[_i].want, "%s", numbers[_i].name);
    asl_error_clear(&error);
    json_unref(text);
    arena_clear(&arena);
    world_clear(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("flow");
    TCase *t = tcase_create("flow");

    tcase_add_loop_test(t, number, 0, COUNT(numbers));
    suite_add_tcase(s, t);
    return run_suite(s);
}
