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
    {"a database", "postgresql://host/db", "postgresql://HOST/NAME"},
    {"a database by the short name", "postgres://host/db", "postgresql://HOST/NAME"},
    {"almost a database", "postgresql:/host/db", "FILE"},
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

static const struct {
    const char *name, *store, *want;
} shows[] = {
    {"a file", "a:b@c", "a:b@c"},
    {"no password", "postgresql://u@h/d", "postgresql://u@h/d"},
    {"a password", "postgresql://u:p@h:1/d?x=y", "postgresql://u@h:1/d?x=y"},
    {"a password with signs", "postgresql://u:p:q@r@h/d", "postgresql://u@h/d"},
    {"an option", "postgres://h/d?password=p&x=y", "postgres://h/d?password=&x=y"},
    {"two options", "postgres:///d?sslpassword=p&password=q",
     "postgres:///d?sslpassword=&password="},
    {"a host alone", "postgres://h:1/d@e", "postgres://h:1/d@e"},
};

START_TEST(shown)
{
    struct buf out = {0};

    stores_add_shown(&out, shows[_i].store);
    expect_text(shows[_i].name, buf_str(&out), shows[_i].want);
    buf_clear(&out);
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
    ck_assert_str_eq(why.text, "unknown store kind 'mysql://host/db': a store is "
                               "FILE|:memory:|postgresql://HOST/NAME");
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
    tcase_add_loop_test(t, shown, 0, COUNT(shows));
    tcase_add_test(t, opening);
    suite_add_tcase(s, t);
    return run_suite(s);
}
