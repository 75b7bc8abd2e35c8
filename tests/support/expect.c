#include "tests/support/expect.h"

#include <stdlib.h>
#include <string.h>

void expect_text(const char *name, const char *got, const char *want)
{
    bool same = got && want ? !strcmp(got, want) : got == want;

    ck_assert_msg(same, "%s: got %s, want %s", name, got ? got : "nothing",
                  want ? want : "nothing");
}

void expect_bytes(const char *name, const char *got, size_t got_len, const char *want,
                  size_t want_len)
{
    ck_assert_msg(got_len == want_len && (!want_len || !memcmp(got, want, want_len)),
                  "%s: got %zu bytes \"%.*s\", want %zu bytes \"%.*s\"", name, got_len,
                  (int)got_len, got ? got : "", want_len, (int)want_len, want ? want : "");
}

void expect_diag(const char *name, const struct diag *why, const char *code, size_t at,
                 const char *words)
{
    ck_assert_msg(why->code && why->text, "%s: no reason given", name);
    expect_text(name, why->code, code);
    ck_assert_msg(strstr(why->text, words) != NULL, "%s: got \"%s\", want \"%s\" in it", name,
                  why->text, words);
    ck_assert_msg(why->at == at, "%s: at byte %zu, want %zu (%s)", name, why->at, at, why->text);
}

int run_suite(Suite *s)
{
    SRunner *runner = srunner_create(s);
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
