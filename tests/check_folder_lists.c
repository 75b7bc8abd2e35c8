/* Lists of folders that are buckets: the order of keys, pages, and what they cost. */
#define _GNU_SOURCE

#include "tests/support/bucket_dir.h"
#include "tests/support/expect.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name, *prefix, *delimiter, *after, *want;
} lists[] = {
    {"by bytes: a folder is where its slash is", "", "", "",
     "A a!/x a-b a.b a/b.c a/b/c a/b/d a/z a0 ab/c b \xc3\xa9 \xef\xbd\x81 \xf0\x9f\x98\x80"},
    {"with a prefix", "a/", "", "", "a/b.c a/b/c a/b/d a/z"},
    {"with a prefix amidst a name", "a/b", "", "", "a/b.c a/b/c a/b/d"},
    {"with a prefix that is a key", "b", "", "", "b"},
    {"with a prefix of none", "a/b/c/", "", "", ""},
    {"with a prefix that leads out", "../", "", "", ""},
    {"behind a key", "", "", "a/b/d", "a/z a0 ab/c b \xc3\xa9 \xef\xbd\x81 \xf0\x9f\x98\x80"},
    {"behind a folder", "a", "", "a/", "a/b.c a/b/c a/b/d a/z a0 ab/c"},
    {"behind what is none", "", "", "a/b/cc",
     "a/b/d a/z a0 ab/c b \xc3\xa9 \xef\xbd\x81 \xf0\x9f\x98\x80"},
    {"behind the last one", "", "", "\xf0\x9f\x98\x80", ""},
    {"before the prefix", "b", "", "a", "b"},
    {"behind the prefix", "a/", "", "b", ""},
    {"common prefixes", "", "/", "",
     "A a!/* a-b a.b a/* a0 ab/* b \xc3\xa9 \xef\xbd\x81 \xf0\x9f\x98\x80"},
    {"common prefixes in a folder", "a/", "/", "", "a/b.c a/b/* a/z"},
    {"common prefixes by a part of names", "a", "b", "", "a!/x a-b* a.b* a/b* a/z a0 ab*"},
    {"common prefixes by more than one character", "", "b/", "",
     "A a!/x a-b a.b a/b.c a/b/* a/z a0 ab/* b \xc3\xa9 \xef\xbd\x81 \xf0\x9f\x98\x80"},
    {"a common prefix that begins before the key", "", "/", "a/b/d",
     "a/* a0 ab/* b \xc3\xa9 \xef\xbd\x81 \xf0\x9f\x98\x80"},
    {"a common prefix of which nothing is left", "", "/", "a/zz",
     "a0 ab/* b \xc3\xa9 \xef\xbd\x81 \xf0\x9f\x98\x80"},
    {"no delimiter behind the prefix", "a/b/", "/", "", "a/b/c a/b/d"},
};

/* Each list is the same whatever a page holds. */
START_TEST(list)
{
    static const char *const names[] = {
        "A",
        "a!/x",
        "a-b",
        "a.b",
        "a/b/c",
        "a/b/d",
        "a/b.c",
        "a/z",
        "a0",
        "ab/c",
        "b",
        "\xc3\xa9",
        "\xf0\x9f\x98\x80",
        "\xef\xbd\x81",
        "a/.asl-put-1",
        "bad\xff/x",
        "line\nfeed",
    };
    struct folder_query q = {bucket_dir_key(lists[_i].prefix),
                             bucket_dir_key(lists[_i].delimiter),
                             bucket_dir_key(lists[_i].after),
                             {0},
                             0};
    char path[256];

    for (size_t i = 0; i < COUNT(names); i++)
        bucket_dir_make_file(names[i], names[i]);
    /* Folders without keys, and what is no file. */
    static const char *const folders[] = {"a/c", "a/c/d", "b0", "zz", "a/b/c0"};
    for (size_t i = 0; i < COUNT(folders); i++) {
        bucket_dir_path(path, sizeof path, folders[i]);
        ck_assert(!mkdir(path, 0777));
    }
    bucket_dir_make_link("zz/self", "..");
    bucket_dir_make_link("zz/out", "../../secret");
    bucket_dir_make_link("zz/nowhere", "nowhere");
    bucket_dir_path(path, sizeof path, "a/c/pipe");
    ck_assert(!mkfifo(path, 0666));
    for (size_t most = 1; most <= 1000; most = most < 20 ? most + 1 : most * 50) {
        struct buf got = {0};
        size_t pages;

        q.most = most;
        bucket_dir_list(q, &got, &pages);
        ck_assert_msg(!strcmp(buf_str(&got), lists[_i].want), "%s, pages of %zu: got %s, not %s",
                      lists[_i].name, most, buf_str(&got), lists[_i].want);
        buf_clear(&got);
    }
}
END_TEST

START_TEST(list_of_many)
{
    enum { MANY = 12000 };
    struct folder_query q = {.most = 1000};
    struct buf got = {0}, want = {0};
    struct folder_page page;
    size_t pages;
    char name[32];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "d%d/%05d", i / 6000, i);
        bucket_dir_make_file(name, "");
        buf_printf(&want, "%s%s", i ? " " : "", name);
    }
    bucket_dir_list(q, &got, &pages);
    ck_assert(got.len == want.len && !memcmp(got.data, want.data, got.len));
    ck_assert_uint_eq(pages, 12);
    buf_reset(&got);
    q.delimiter = bucket_dir_key("/");
    bucket_dir_list(q, &got, &pages);
    ck_assert_str_eq(buf_str(&got), "d0/* d1/*");
    /* A page costs what a page has, and not what the folder has. */
    size_t before = mem_in_use();
    q = (struct folder_query){.most = 10};
    ck_assert(folder_list(bucket_dir.f, &q, &page, NULL));
    ck_assert_uint_eq(page.count, 10);
    ck_assert_uint_lt(mem_in_use() - before, 8192);
    folder_page_clear(&page);
    q.most = 0;
    ck_assert(folder_list(bucket_dir.f, &q, &page, NULL) && !page.count && !page.token);
    q.most = 5000;
    ck_assert(folder_list(bucket_dir.f, &q, &page, NULL));
    ck_assert_uint_eq(page.count, 1000);
    folder_page_clear(&page);
    buf_clear(&got);
    buf_clear(&want);
}
END_TEST

START_TEST(bad_tokens)
{
    static const char *const tokens[] = {"x", "!!!!", "aw==", "emE="};
    struct folder_page page;

    for (size_t i = 0; i < COUNT(tokens); i++) {
        struct folder_query q = {.token = bucket_dir_key(tokens[i]), .most = 1};
        struct diag why = {0};

        ck_assert_msg(!folder_list(bucket_dir.f, &q, &page, &why), "%s", tokens[i]);
        ck_assert_str_eq(why.code, "InvalidArgument");
        diag_clear(&why);
    }
}
END_TEST

/* As deep as a key can be; what is deeper is no key, and costs nothing but its names. */
START_TEST(deep_folders)
{
    struct folder_query q = {.most = 10};
    struct buf key = {0}, got = {0};
    size_t pages;
    int at_fd = open(bucket_dir.path, O_RDONLY | O_DIRECTORY);

    for (int i = 0; i < 700; i++) {
        ck_assert(!mkdirat(at_fd, "a", 0777));
        int next = openat(at_fd, "a", O_RDONLY | O_DIRECTORY);
        close(at_fd);
        at_fd = next;
        if (i == 510)
            close(openat(at_fd, "f", O_CREAT | O_WRONLY, 0666));
    }
    close(openat(at_fd, "f", O_CREAT | O_WRONLY, 0666));
    close(at_fd);
    for (int i = 0; i <= 510; i++)
        buf_adds(&key, "a/");
    buf_addc(&key, 'f');
    bucket_dir_list(q, &got, &pages);
    ck_assert_str_eq(buf_str(&got), buf_str(&key));
    buf_reset(&got);
    q.delimiter = bucket_dir_key("/");
    bucket_dir_list(q, &got, &pages);
    ck_assert_str_eq(buf_str(&got), "a/*");
    buf_clear(&key);
    buf_clear(&got);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("folder_lists");
    TCase *tc = tcase_create("folder_lists");

    tcase_add_checked_fixture(tc, bucket_dir_begin, bucket_dir_end);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, list, 0, COUNT(lists));
    tcase_add_test(tc, list_of_many);
    tcase_add_test(tc, bad_tokens);
    tcase_add_test(tc, deep_folders);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
