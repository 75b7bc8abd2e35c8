/* Lists of folders that are buckets: the order of keys, pages, and what they cost. */
#define _GNU_SOURCE

#include "tests/support/bucket_dir.h"
#include "tests/support/expect.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How many names were read, after how many a list is stopped, and by how many seconds the clock is
 * ahead. */
static size_t names_read, stop_at;
static atomic_bool stop;
static int ahead_s;

struct dirent *__wrap_readdir(DIR *dir);
struct dirent *__real_readdir(DIR *dir);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);
int __real_clock_gettime(clockid_t clock, struct timespec *out);

struct dirent *__wrap_readdir(DIR *dir)
{
    names_read++;
    if (names_read == stop_at)
        stop = true;
    return __real_readdir(dir);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
    int failed = __real_clock_gettime(clock, out);

    out->tv_sec += ahead_s;
    return failed;
}

static void begin_lists(void)
{
    bucket_dir_begin();
    names_read = stop_at = 0;
    stop = false;
    ahead_s = 0;
}

/* ---- order ---- */

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
    struct folder_query q = {.prefix = bucket_dir_key(lists[_i].prefix),
                             .delimiter = bucket_dir_key(lists[_i].delimiter),
                             .after = bucket_dir_key(lists[_i].after)};
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

/* ---- what a list costs ---- */

static void make_empty(const char *name)
{
    char path[256];

    bucket_dir_path(path, sizeof path, name);
    ck_assert(!mkdir(path, 0777));
}

/* Lists all, and checks that there are so many keys. */
static void expect_keys(const char *name, struct folder_query q, size_t keys)
{
    struct buf got = {0};
    size_t pages, count = 0;

    bucket_dir_list(q, &got, &pages);
    for (size_t i = 0; i < got.len; i++)
        count += got.data[i] == ' ';
    ck_assert_msg(count + (got.len > 0) == keys, "%s: %zu keys", name, count + (got.len > 0));
    buf_clear(&got);
}

/* A folder that nobody changes is read once for all pages, and for lists of a part of it. */
START_TEST(pages_read_a_folder_once)
{
    enum { MANY = 3000, BEHIND = 2000 };
    struct folder_query q = {.most = 100};
    char name[32];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "d/%05d", i);
        bucket_dir_make_file(name, "");
    }
    ahead_s = 10;
    expect_keys("all", q, MANY);
    ck_assert_msg(names_read < 2 * MANY, "%zu names read", names_read);
    q.after = bucket_dir_key("d/00999");
    names_read = 0;
    expect_keys("behind a key", q, BEHIND);
    ck_assert_msg(names_read < 2 * MANY, "%zu names read", names_read);
    q = (struct folder_query){.most = 10, .prefix = bucket_dir_key("d/012")};
    names_read = 0;
    expect_keys("a prefix", q, 100);
    ck_assert_msg(names_read < 2 * MANY, "%zu names read", names_read);
}
END_TEST

static const struct {
    const char *name;
    bool is_link;
    const char *delimiter;
} fillings[] = {
    {"empty folders", false, ""},
    {"empty folders, and common prefixes", false, "/"},
    {"links that lead nowhere", true, ""},
    {"links that lead nowhere, and common prefixes", true, "/"},
};

/* However small the page is: names that stand for nothing cost one look at each. */
START_TEST(what_is_no_key_is_passed_once)
{
    enum { MANY = 600 };
    struct folder_query q = {.delimiter = bucket_dir_key(fillings[_i].delimiter), .most = 1};
    char name[32];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%05d", i);
        if (fillings[_i].is_link)
            bucket_dir_make_link(name, "nowhere");
        else
            make_empty(name);
    }
    bucket_dir_make_file("last", "");
    expect_keys(fillings[_i].name, q, 1);
    /* The names, and of each folder that it is empty: ".", "..", and the end. */
    ck_assert_msg(names_read <= 4 * MANY + 100, "%s: %zu names read", fillings[_i].name,
                  names_read);
}
END_TEST

/* A common prefix stands on the page when its first key is found: what else is there is not read.
 */
START_TEST(one_key_is_enough_for_a_prefix)
{
    enum { MANY = 600 };
    struct folder_query q = {.delimiter = bucket_dir_key("/"), .most = 10};
    char name[32];

    bucket_dir_make_file("a/0/key", "");
    for (int i = 1; i <= MANY; i++) {
        snprintf(name, sizeof name, "a/%05d", i);
        make_empty(name);
    }
    expect_keys("a prefix", q, 1);
    ck_assert_msg(names_read <= 2 * MANY + 100, "%zu names read", names_read);
}
END_TEST

static void list_page(struct folder_query q, struct folder_page *page)
{
    struct diag why = {0};

    ck_assert_msg(folder_list(bucket_dir.f, &q, page, &why), "%s", why.text);
}

/* What came before a page was asked for is on it, also right after the folder was made. */
START_TEST(changes_are_seen)
{
    struct folder_query q = {.most = 300};
    struct folder_page first, second;
    char name[32];

    for (int i = 0; i < 600; i++) {
        snprintf(name, sizeof name, "%05d", i);
        bucket_dir_make_file(name, "");
    }
    ahead_s = _i ? 10 : 0;
    list_page(q, &first);
    ck_assert_uint_eq(first.count, 300);
    bucket_dir_make_file("00300-new", "");
    q.token = bucket_dir_key(first.token);
    list_page(q, &second);
    ck_assert_str_eq(second.entries[0].key, "00300");
    ck_assert_str_eq(second.entries[1].key, "00300-new");
    folder_page_clear(&second);
    char path[256];
    bucket_dir_path(path, sizeof path, "00300");
    ck_assert(!unlink(path));
    list_page(q, &second);
    ck_assert_str_eq(second.entries[0].key, "00300-new");
    folder_page_clear(&first);
    folder_page_clear(&second);
}
END_TEST

/* Of more names than are read at once, the smaller ones are listed first. */
START_TEST(more_names_than_are_read_at_once)
{
    enum { MANY = 1600 };
    struct folder_query q = {.most = _i ? 7 : 1000};
    struct buf want = {0}, got = {0};
    size_t pages;
    char name[256];

    for (int i = 0; i < MANY; i++) {
        snprintf(
            name, sizeof name, "%05d%.*s", i, 200,
            "----------------------------------------------------------------------------------"
            "----------------------------------------------------------------------------------"
            "--------------------------------------");
        bucket_dir_make_file(name, "");
        buf_printf(&want, "%s%s", i ? " " : "", name);
    }
    bucket_dir_list(q, &got, &pages);
    ck_assert_uint_eq(pages, (MANY + q.most - 1) / q.most);
    ck_assert(got.len == want.len && !memcmp(got.data, want.data, got.len));
    q.prefix = bucket_dir_key("015");
    expect_keys("the last ones", q, 100);
    buf_clear(&want);
    buf_clear(&got);
}
END_TEST

/* More folders than are kept, of which each has more names than a page. */
START_TEST(many_folders_at_once)
{
    enum { FOLDERS = 18, FILES = 260 };
    struct folder_query q = {.most = 1};
    struct folder_page page;
    char name[32], prefix[32];

    for (int i = 0; i < FOLDERS * FILES; i++) {
        snprintf(name, sizeof name, "%02d/%03d", i / FILES, i % FILES);
        bucket_dir_make_file(name, "");
    }
    ahead_s = 10;
    /* The first pages of all lists, then the last ones. */
    for (int i = 0; i < 2 * FOLDERS; i++) {
        snprintf(prefix, sizeof prefix, "%02d/", i % FOLDERS);
        snprintf(name, sizeof name, "%02d/%03d", i % FOLDERS, FILES - 2);
        q.prefix = bucket_dir_key(prefix);
        q.after = bucket_dir_key(i < FOLDERS ? "" : name);
        list_page(q, &page);
        snprintf(name, sizeof name, "%02d/%03d", i % FOLDERS, i < FOLDERS ? 0 : FILES - 1);
        ck_assert_str_eq(page.entries[0].key, name);
        folder_page_clear(&page);
    }
    q = (struct folder_query){.most = 1000};
    expect_keys("all", q, FOLDERS * FILES);
}
END_TEST

/* ---- its end ---- */

/* A list that nobody waits for any more ends in its midst, wherever it is, and leaves no half of a
 * folder's names behind. */
START_TEST(stopped)
{
    enum { MANY = 600 };
    static const char *const delimiters[] = {"", "/"};
    struct folder_page page;
    char name[32];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%05d", i);
        make_empty(name);
        snprintf(name, sizeof name, "f/%05d", i);
        bucket_dir_make_file(name, "");
    }
    ahead_s = 10;
    for (size_t at = 1; at < 4 * MANY; at += 97)
        for (size_t d = 0; d < COUNT(delimiters); d++) {
            struct folder_query q = {
                .most = 1000, .delimiter = bucket_dir_key(delimiters[d]), .stop = &stop};
            struct diag why = {0};

            names_read = 0;
            stop_at = at;
            ck_assert_msg(!folder_list(bucket_dir.f, &q, &page, &why) || names_read < at,
                          "stopped at %zu", at);
            ck_assert_uint_le(names_read, at + 3); /* "." and ".." are passed over */
            diag_clear(&why);
            folder_page_clear(&page);
            stop = false;
            stop_at = 0;
            q.delimiter = bucket_dir_key("");
            expect_keys("all, after it was stopped", q, MANY);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("folder_lists");
    TCase *tc = tcase_create("folder_lists");

    tcase_add_checked_fixture(tc, begin_lists, bucket_dir_end);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, list, 0, COUNT(lists));
    tcase_add_test(tc, list_of_many);
    tcase_add_test(tc, bad_tokens);
    tcase_add_test(tc, deep_folders);
    tcase_add_test(tc, pages_read_a_folder_once);
    tcase_add_loop_test(tc, what_is_no_key_is_passed_once, 0, COUNT(fillings));
    tcase_add_test(tc, one_key_is_enough_for_a_prefix);
    tcase_add_loop_test(tc, changes_are_seen, 0, 2);
    tcase_add_loop_test(tc, more_names_than_are_read_at_once, 0, 2);
    tcase_add_test(tc, many_folders_at_once);
    tcase_add_test(tc, stopped);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
