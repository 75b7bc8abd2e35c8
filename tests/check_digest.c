/* digest: what libcrypto makes, whole and by pieces. */

#include "tests/support/expect.h"

#include "parsers/base/buf.h"
#include "parsers/base/digest.h"

#include <string.h>

/* Of "abc", as the standards give them: RFC 1321, FIPS 180-2. */
static const struct {
    const char *name, *sum;
} rows[] = {
    {"MD5", "900150983cd24fb0d6963f7d28e17f72"},
    {"SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"SHA-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"SHA-384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                "8086072ba1e7cc2358baeca134c825a7"},
    {"SHA-512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void expect_sum(const char *what, const unsigned char *sum, size_t size, const char *want)
{
    struct buf text = {0};

    buf_add_hex(&text, sum, size);
    expect_text(what, buf_str(&text), want);
    buf_clear(&text);
}

START_TEST(digest_of_a_text)
{
    const char *name = rows[_i].name, *want = rows[_i].sum;
    enum digest_algorithm algorithm = digest_named(name, strlen(name));
    unsigned char sum[DIGEST_MAX];

    expect_sum(name, sum, digest_make(algorithm, "abc", 3, sum), want);
    digest *d = digest_new(algorithm);
    for (int i = 0; i < 2; i++) {
        digest_add(d, "a", 1);
        digest_add(d, NULL, 0);
        digest_add(d, "bc", 2);
        expect_sum(i ? "another by pieces" : "by pieces", sum, digest_end(d, sum), want);
    }
    digest_free(d);
}
END_TEST

START_TEST(names_are_to_the_letter)
{
    static const char *const others[] = {"", "md5", "SHA1", "SHA-2567", "SHA-25", "SHA-224"};

    for (size_t i = 0; i < COUNT(others); i++)
        ck_assert_msg(digest_named(others[i], strlen(others[i])) == DIGEST_ALGORITHMS, "%s",
                      others[i]);
}
END_TEST

/* RFC 4231, cases 2 and 6: a short key, and one that is longer than a block. */
START_TEST(hmac)
{
    static const char text[] = "what do ya want for nothing?",
                      second[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    unsigned char key[131], sum[DIGEST_SHA256_SIZE];

    memset(key, 0xaa, sizeof key);
    digest_hmac("Jefe", 4, text, strlen(text), sum);
    expect_sum("a short key", sum, sizeof sum,
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    digest_hmac(key, sizeof key, second, strlen(second), sum);
    expect_sum("a long key", sum, sizeof sum,
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
END_TEST

START_TEST(same_bytes)
{
    ck_assert(digest_is_same("abc", "abd", 2));
    ck_assert(!digest_is_same("abc", "abd", 3));
    ck_assert(!digest_is_same("xbc", "abc", 3));
    ck_assert(digest_is_same("", "a", 0));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("digest");
    TCase *t = tcase_create("digest");

    tcase_add_loop_test(t, digest_of_a_text, 0, COUNT(rows));
    tcase_add_test(t, names_are_to_the_letter);
    tcase_add_test(t, hmac);
    tcase_add_test(t, same_bytes);
    suite_add_tcase(s, t);
    return run_suite(s);
}
