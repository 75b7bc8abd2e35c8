/* stores: which kind of store a name is meant for, and what opens. */

#include "tests/support/expect.h"

#include "parsers/base/count.h"
#include "runtime/stores/stores.h"

static const struct {
    const char *name, *store, *want; /* want NULL: no kind takes it */
} names[] = {
    {"memory", ":memory:", ":memory:"},
    {"a file", "asl.db", "FILE"},
    {"a file in a folder", "/var/lib/asl/asl.db", "FILE"},
    {"a file with a colon", "a:b", "FILE"},
    {"a file with a colon and slashes in a folder", "a/b://c", "FILE"},
    {"almost memory is a file", ":memory", "FILE"},
    {"a URL of SQLite, which its store refuses with a hint", "sqlite:///asl.db", "FILE"},
    {"a URI of SQLite, which its store refuses with a hint", "file:///asl.db", "FILE"},
    {"a URL of another database", "mysql://host/db", NULL},
    {"a URL with digits and signs in its scheme", "h2+tcp.x-1://host", NULL},
    {"nothing", "", NULL},
};

START_TEST(kind_of)
{
    const struct store_kind *kind = stores_kind_of(names[_i].store);

    expect_text(names[_i].name, kind ? kind->argument : "none",
                names[_i].want ? names[_i].want : "none");
}
END_TEST

START_TEST(opening)
{
    struct diag why = {0};
    store *s = stores_open(":memory:", STORE_FULL, &why);

    ck_assert(s);
    store_free(s);
    ck_assert(!stores_open("mysql://host/db", STORE_FULL, &why));
    ck_assert_str_eq(why.code, "STORE_UNKNOWN");
    ck_assert_str_eq(why.text, "unknown store kind 'mysql://host/db': a store is FILE|:memory:");
    diag_clear(&why);
    ck_assert(!stores_open("sqlite:///asl.db", STORE_FULL, &why));
    ck_assert_str_eq(why.code, "STORE_OPEN");
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stores");
    TCase *t = tcase_create("stores");

    tcase_add_loop_test(t, kind_of, 0, COUNT(names));
    tcase_add_test(t, opening);
    suite_add_tcase(s, t);
    return run_suite(s);
}
