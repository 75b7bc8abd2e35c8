/* Folders as buckets: keys, ETags, ranges, conditions, and what is kept out. */
#define _GNU_SOURCE /* nftw */

#include "tests/support/bucket_dir.h"
#include "tests/support/expect.h"

#include "parsers/base/count.h"
#include "runtime/folder/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel has no openat2 when the suite says so. */
static bool is_old;

long __wrap_syscall(long number, int dir, const char *path, void *how, size_t size);
long __real_syscall(long number, int dir, const char *path, void *how, size_t size);

long __wrap_syscall(long number, int dir, const char *path, void *how, size_t size)
{
    if (!is_old)
        return __real_syscall(number, dir, path, how, size);
    errno = ENOSYS;
    return -1;
}

static void end_old_kernel(void)
{
    is_old = false;
}

/* ---- reading ---- */

static const struct {
    const char *name, *key;
    struct folder_conditions when;
    const char *range, *want; /* "BYTES at FROM of SIZE", "BYTES", or "CODE: message..." */
} gets[] = {
    {"all of a file", "a.txt", {0}, NULL, "hello"},
    {"a file in folders", "d/e/f.txt", {0}, NULL, "deep"},
    {"a key of any characters", "d/\xc3\xa4 +%&.txt", {0}, NULL, "odd"},
    {"a name that begins with dots", "..a", {0}, NULL, "dots"},
    {"an empty file", "empty", {0}, NULL, ""},
    {"a range", "a.txt", {0}, "bytes=1-3", "ell at 1 of 5"},
    {"a range behind the end is cut", "a.txt", {0}, "bytes=3-99999999999999999999", "lo at 3 of 5"},
    {"a range without end", "a.txt", {0}, "bytes=4-", "o at 4 of 5"},
    {"the last bytes", "a.txt", {0}, "bytes=-2", "lo at 3 of 5"},
    {"more last bytes than there are", "a.txt", {0}, "bytes=-9", "hello at 0 of 5"},
    {"a range that begins behind the end",
     "a.txt",
     {0},
     "bytes=5-",
     "InvalidRange: The requested range is not satisfiable"},
    {"no last bytes", "a.txt", {0}, "bytes=-0", "InvalidRange..."},
    {"a range of an empty file", "empty", {0}, "bytes=0-9", "InvalidRange..."},
    {"two ranges are none", "a.txt", {0}, "bytes=0-1,3-4", "hello"},
    {"a range backwards is none", "a.txt", {0}, "bytes=3-1", "hello"},
    {"another unit is none", "a.txt", {0}, "lines=1-2", "hello"},
    {"a range of nothing is none", "a.txt", {0}, "bytes=-", "hello"},
    {"its ETag", "a.txt", {.match = "\"5d41402abc4b2a76b9719d911017c592\""}, NULL, "hello"},
    {"its ETag without quotes",
     "a.txt",
     {.match = "5d41402abc4b2a76b9719d911017c592"},
     NULL,
     "hello"},
    {"its ETag among others",
     "a.txt",
     {.match = "\"x\", \"5d41402abc4b2a76b9719d911017c592\""},
     NULL,
     "hello"},
    {"any ETag", "a.txt", {.match = "*"}, NULL, "hello"},
    {"another ETag",
     "a.txt",
     {.match = "\"5d41402abc4b2a76b9719d911017c59\""},
     NULL,
     "PreconditionFailed: At least one of the pre-conditions you specified did not hold"},
    {"an empty list of ETags", "a.txt", {.match = " ,"}, NULL, "PreconditionFailed..."},
    {"not its ETag",
     "a.txt",
     {.none_match = "\"5d41402abc4b2a76b9719d911017c592\""},
     NULL,
     "NotModified..."},
    {"not another one", "a.txt", {.none_match = "\"x\""}, NULL, "hello"},
    {"modified since then", "a.txt", {.has_since = true, .since_ms = 1000000000000}, NULL, "hello"},
    {"not modified since, but for a part of a second",
     "a.txt",
     {.has_since = true, .since_ms = 1700000000000},
     NULL,
     "NotModified..."},
    {"not modified since", "a.txt", {.has_until = true, .until_ms = 1700000000000}, NULL, "hello"},
    {"modified meanwhile",
     "a.txt",
     {.has_until = true, .until_ms = 1699999999000},
     NULL,
     "PreconditionFailed..."},
    {"an ETag counts more than a time",
     "a.txt",
     {.match = "*",
      .none_match = "\"x\"",
      .has_since = true,
      .since_ms = 1800000000000,
      .has_until = true,
      .until_ms = 0},
     NULL,
     "hello"},
    {"no such file", "b.txt", {0}, NULL, "NoSuchKey: The specified key does not exist."},
    {"no such file, whatever its ETag", "b.txt", {.match = "*"}, NULL, "NoSuchKey..."},
    {"a folder is no object", "d", {0}, NULL, "NoSuchKey..."},
    {"nothing is beneath a file", "a.txt/x", {0}, NULL, "NoSuchKey..."},
    {"a pipe is no object", "pipe", {0}, NULL, "NoSuchKey..."},
    {"a link to a file", "link", {0}, NULL, "deep"},
    {"a link that leaves the folder",
     "out",
     {0},
     NULL,
     "AccessDenied: Access Denied: 'out' leads over a symbolic link that leaves the bucket's "
     "folder"},
    {"a link to a folder outside", "up/secret", {0}, NULL, "AccessDenied..."},
    {"a link to a file by its whole path", "absolute", {0}, NULL, "AccessDenied..."},
    {"a link to itself", "round", {0}, NULL, "AccessDenied..."},
    {"a link of /proc", "magic", {0}, NULL, "AccessDenied..."},
    {"a folder above",
     "../secret",
     {0},
     NULL,
     "InvalidRequest: The key '../secret' can't be that of a file in a folder: '.' and '..' are no "
     "names"},
    {"a folder above amidst", "d/../../secret", {0}, NULL, "InvalidRequest..."},
    {"a dot alone", "d/./e", {0}, NULL, "InvalidRequest..."},
    {"a slash at the beginning",
     "/etc/passwd",
     {0},
     NULL,
     "InvalidRequest: The key '/etc/passwd' can't be that of a file in a folder: it has an empty "
     "name between its slashes, or at an end"},
    {"two slashes", "d//e", {0}, NULL, "InvalidRequest..."},
    {"a slash at the end", "d/", {0}, NULL, "InvalidRequest..."},
    {"no key",
     "",
     {0},
     NULL,
     "InvalidRequest: The key '' can't be that of a file in a folder: it is empty"},
    {"a control character", "a\nb", {0}, NULL, "InvalidRequest..."},
    {"no UTF-8", "a\xff", {0}, NULL, "InvalidRequest: The key 'a\xef\xbf\xbd' can't..."},
    {"a file that is being written", "d/.asl-put-0123", {0}, NULL, "InvalidRequest..."},
};

static void make_all(void)
{
    char path[256];
    const struct timespec times[2] = {{1700000000, 123456789}, {1700000000, 123456789}};

    bucket_dir_make_file("a.txt", "hello");
    bucket_dir_make_file("d/e/f.txt", "deep");
    bucket_dir_make_file("d/\xc3\xa4 +%&.txt", "odd");
    bucket_dir_make_file("..a", "dots");
    bucket_dir_make_file("empty", "");
    bucket_dir_make_file("../secret", "secret");
    bucket_dir_make_link("link", "d/e/f.txt");
    bucket_dir_make_link("out", "../secret");
    bucket_dir_make_link("up", "..");
    bucket_dir_make_link("round", "round");
    bucket_dir_make_link("magic", "/proc/self/root/etc/passwd");
    bucket_dir_path(path, sizeof path, "a.txt");
    bucket_dir_make_link("absolute", path);
    ck_assert(!utimensat(AT_FDCWD, path, times, 0));
    bucket_dir_path(path, sizeof path, "pipe");
    ck_assert(!mkfifo(path, 0666));
}

static void expect_begin(const char *name, const char *got, const char *want)
{
    const char *dots = strstr(want, "...");
    size_t len = dots ? (size_t)(dots - want) : strlen(got) + 1;

    ck_assert_msg(!strncmp(got, want, len), "%s: got \"%s\", not \"%s\"", name, got, want);
}

static void get_one(size_t i, const char *want)
{
    const struct folder_ask ask = {
        .key = bucket_dir_key(gets[i].key), .when = gets[i].when, .range = gets[i].range};
    struct folder_object o, head;
    struct folder_part part, of_head;
    struct buf body = {0};
    struct diag why = {0}, of_why = {0};
    bool good = folder_get(bucket_dir.f, &ask, 1 << 20, &o, &part, &body, &why);

    ck_assert_msg(folder_head(bucket_dir.f, &ask, &head, &of_head, &of_why) == good, "%s: head",
                  gets[i].name);
    if (!good) {
        ck_assert_str_eq(why.text, of_why.text);
        buf_reset(&body);
        buf_printf(&body, "%s: %s", why.code, why.text);
    } else {
        ck_assert_str_eq(o.etag, head.etag);
        ck_assert_uint_eq(part.len, of_head.len);
        ck_assert_uint_eq(body.len, part.len);
        if (part.is_range)
            buf_printf(&body, " at %d of %d", (int)part.from, (int)o.size);
    }
    expect_begin(gets[i].name, buf_str(&body), want);
    buf_clear(&body);
    diag_clear(&why);
    diag_clear(&of_why);
}

START_TEST(get)
{
    make_all();
    get_one((size_t)_i, gets[_i].want);
}
END_TEST

/* Without openat2 no symbolic link is followed at all; everything else is the same. */
START_TEST(get_on_old_kernel)
{
    make_all();
    is_old = true;
    bucket_dir_open_again(0);
    get_one((size_t)_i, !strcmp(gets[_i].key, "link") ? "NoSuchKey..."
                        : strstr(gets[_i].want, "AccessDenied") && !strchr(gets[_i].key, '/')
                            ? "NoSuchKey..."
                        : strstr(gets[_i].want, "AccessDenied") ? "NoSuchKey..."
                                                                : gets[_i].want);
}
END_TEST

START_TEST(too_much_is_not_read)
{
    const struct folder_ask ask = {.key = bucket_dir_key("a")},
                            part_of = {bucket_dir_key("a"), {0}, "bytes=1-2"};
    struct folder_object o;
    struct folder_part part;
    struct buf body = {0};
    struct diag why = {0};

    bucket_dir_make_file("a", "12345");
    ck_assert(!folder_get(bucket_dir.f, &ask, 4, &o, &part, &body, &why));
    ck_assert_ptr_eq(why.code, FOLDER_TOO_LARGE);
    ck_assert(folder_get(bucket_dir.f, &part_of, 4, &o, &part, &body, &why));
    buf_clear(&body);
    diag_clear(&why);
}
END_TEST

/* A large file is not read for its ETag, which tells one state of it from another. */
START_TEST(etags_of_large_files)
{
    const struct folder_ask ask = {.key = bucket_dir_key("big")};
    struct folder_object first, second, other;
    struct folder_part part;
    struct diag why = {0};
    char path[256];

    bucket_dir_make_file("big", "");
    bucket_dir_path(path, sizeof path, "big");
    ck_assert(!truncate(path, 20L << 30)); /* its MD5 would take a minute */
    ck_assert(folder_head(bucket_dir.f, &ask, &first, &part, &why));
    ck_assert(folder_head(bucket_dir.f, &ask, &second, &part, &why));
    ck_assert_str_eq(first.etag, second.etag);
    ck_assert_uint_eq(strlen(first.etag), 39);
    ck_assert_msg(strstr(first.etag, "-2560\"") != NULL, "%s", first.etag);
    ck_assert(!truncate(path, (20L << 30) - 1));
    ck_assert(folder_head(bucket_dir.f, &ask, &other, &part, &why));
    ck_assert_str_ne(first.etag, other.etag);
    ck_assert(!truncate(path, 1 << 20));
    ck_assert(folder_head(bucket_dir.f, &ask, &other, &part, &why));
    ck_assert_str_eq(other.etag, "\"b6d81b360a5672d80c27430f39153e2c\"");
}
END_TEST

/* ---- writing ---- */

static void expect_body(const char *name, const char *key, const char *want)
{
    const struct folder_ask ask = {.key = bucket_dir_key(key)};
    struct folder_object o;
    struct folder_part part;
    struct buf body = {0};
    struct diag why = {0};

    if (!folder_get(bucket_dir.f, &ask, 1 << 20, &o, &part, &body, &why))
        buf_adds(&body, why.code);
    ck_assert_msg(!strcmp(buf_str(&body), want), "%s: got \"%s\"", name, buf_str(&body));
    buf_clear(&body);
    diag_clear(&why);
}

static const struct {
    const char *name, *key;
    struct folder_conditions when;
    const char *want; /* NULL: it goes well */
} puts_[] = {
    {"a new object", "new", {0}, NULL},
    {"in folders that are made", "x/y/z", {0}, NULL},
    {"in place of another", "a.txt", {0}, NULL},
    {"in place of a link, which goes", "out", {0}, NULL},
    {"in place of an empty folder", "hollow", {0}, NULL},
    {"only if there is none", "new", {.none_match = "*"}, NULL},
    {"and there is one",
     "a.txt",
     {.none_match = "*"},
     "PreconditionFailed: At least one of the pre-conditions you specified did not hold"},
    {"and there is a link", "out", {.none_match = "*"}, "PreconditionFailed..."},
    {"only if it is this one", "a.txt", {.match = "\"5d41402abc4b2a76b9719d911017c592\""}, NULL},
    {"and it is another", "a.txt", {.match = "\"x\""}, "PreconditionFailed..."},
    {"and there is none", "x/new", {.match = "\"x\""}, "NoSuchKey..."},
    {"where a folder of keys is",
     "d",
     {0},
     "OperationAborted: 'd' is a folder of other keys, so it can't be an object as well"},
    {"beneath an object",
     "a.txt/b/c",
     {0},
     "OperationAborted: A part of 'a.txt/b/c' is an object, or no folder, so no key can be beneath "
     "it"},
    {"beneath a link that leaves the folder", "up/data/new", {0}, "AccessDenied..."},
    {"above the folder", "../new", {0}, "InvalidRequest..."},
    {"under a name that is too long", NULL, {0}, "KeyTooLongError: Your key is too long"},
};

START_TEST(put)
{
    struct folder_object o;
    struct diag why = {0};
    struct buf got = {0};
    char path[256], longest[1025 + 1], longest_name[257];
    struct folder_key key = {longest, 1025};

    memset(longest, 'k', sizeof longest);
    memset(longest_name, 'k', sizeof longest_name);
    make_all();
    bucket_dir_path(path, sizeof path, "hollow");
    ck_assert(!mkdir(path, 0777));
    if (puts_[_i].key)
        key = bucket_dir_key(puts_[_i].key);
    bool may = folder_may_put(bucket_dir.f, key, &why);
    bucket_dir_path(path, sizeof path, "x");
    ck_assert_msg(access(path, F_OK), "nothing is written for a question");
    bool good = folder_put(bucket_dir.f, key, "new text", 8, &puts_[_i].when, &o, &why);
    /* That other objects are in the way, or are not, is seen when it is put. */
    ck_assert_msg(may == (good || puts_[_i].when.none_match || puts_[_i].when.match ||
                          (puts_[_i].key && !strcmp(puts_[_i].key, "d"))),
                  "%s: may it be put?", puts_[_i].name);
    if (!good)
        buf_printf(&got, "%s: %s", why.code, why.text);
    if (!puts_[_i].want) {
        ck_assert_msg(good, "%s: %s", puts_[_i].name, why.text);
        expect_body(puts_[_i].name, puts_[_i].key, "new text");
        ck_assert_str_eq(o.etag, "\"f39092e2b663fef60bc0097fe914066e\"");
    } else {
        expect_begin(puts_[_i].name, buf_str(&got), puts_[_i].want);
        expect_body(puts_[_i].name, "a.txt", "hello");
    }
    bucket_dir_path(path, sizeof path, "x");
    ck_assert_msg(good || access(path, F_OK), "a folder is left of what was not written");
    ck_assert_uint_eq(bucket_dir_temporaries(), 0);
    key = (struct folder_key){longest_name, sizeof longest_name};
    ck_assert(!folder_put(bucket_dir.f, key, "", 0, NULL, &o, &why));
    ck_assert_str_eq(why.code, "KeyTooLongError");
    bucket_dir_path(path, sizeof path, "../secret");
    ck_assert(!access(path, F_OK));
    buf_clear(&got);
    diag_clear(&why);
}
END_TEST

static void must_delete(const char *key)
{
    struct diag why = {0};

    ck_assert_msg(folder_delete(bucket_dir.f, bucket_dir_key(key), NULL, &why), "%s: %s", key,
                  why.text);
}

static bool is_there(const char *name)
{
    char path[256];
    struct stat st;

    bucket_dir_path(path, sizeof path, name);
    return !lstat(path, &st);
}

/* What is put is on the disk: nothing else can be seen of it here. */
START_TEST(durable)
{
    bucket_dir_open_again(FOLDER_DURABLE);
    bucket_dir_put("x/y", "1");
    expect_body("durable", "x/y", "1");
    must_delete("x/y");
    ck_assert(!is_there("x"));
}
END_TEST

START_TEST(delete_takes_empty_folders_along)
{
    struct diag why = {0};

    make_all();
    bucket_dir_put("x/y/z", "1");
    bucket_dir_put("x/1", "1");
    must_delete("x/y/z");
    ck_assert(!is_there("x/y") && is_there("x/1"));
    must_delete("x/1");
    ck_assert(!is_there("x"));
    must_delete("a.txt");
    ck_assert(!is_there("a.txt"));
    /* What is no object stays, and it is no error. */
    must_delete("a.txt");
    must_delete("nowhere/at/all");
    must_delete("d");
    must_delete("pipe");
    must_delete("d/e/f.txt/x");
    ck_assert(is_there("d/e/f.txt") && is_there("pipe"));
    must_delete("out");
    ck_assert(!is_there("out") && is_there("../secret"));
    ck_assert(!folder_delete(bucket_dir.f, bucket_dir_key("../secret"), NULL, &why));
    ck_assert_str_eq(why.code, "InvalidRequest");
    ck_assert(!folder_delete(bucket_dir.f, bucket_dir_key("up/secret"), NULL, &why));
    ck_assert_str_eq(why.code, "AccessDenied");
    ck_assert(is_there("../secret"));
    diag_clear(&why);
}
END_TEST

START_TEST(copy)
{
    const struct folder_conditions is_new = {.none_match = "*"};
    const struct folder_ask from = {.key = bucket_dir_key("a.txt")},
                            none = {.key = bucket_dir_key("none")},
                            not_so = {.key = bucket_dir_key("a.txt"),
                                      .when = {.none_match = "5d41402abc4b2a76b9719d911017c592"}};
    struct folder_object o;
    struct diag why = {0};

    make_all();
    ck_assert(
        folder_copy(bucket_dir.f, &from, bucket_dir.f, bucket_dir_key("c/d"), NULL, &o, &why));
    ck_assert_str_eq(o.etag, "\"5d41402abc4b2a76b9719d911017c592\"");
    expect_body("copied", "c/d", "hello");
    ck_assert(
        !folder_copy(bucket_dir.f, &none, bucket_dir.f, bucket_dir_key("c/e"), NULL, &o, &why));
    ck_assert_str_eq(why.code, "NoSuchKey");
    ck_assert(
        !folder_copy(bucket_dir.f, &not_so, bucket_dir.f, bucket_dir_key("c/e"), NULL, &o, &why));
    ck_assert_str_eq(why.code, "PreconditionFailed");
    ck_assert(
        !folder_copy(bucket_dir.f, &from, bucket_dir.f, bucket_dir_key("c/d"), &is_new, &o, &why));
    ck_assert_str_eq(why.code, "PreconditionFailed");
    ck_assert(!folder_copy(bucket_dir.f, &from, bucket_dir.f, bucket_dir_key("d"), NULL, &o, &why));
    ck_assert_str_eq(why.code, "OperationAborted");
    ck_assert_uint_eq(bucket_dir_temporaries(), 0);
    diag_clear(&why);
}
END_TEST

/* Links that its owner has made may lead anywhere; what is put takes their place, and not that of
 * what they lead to. */
START_TEST(links_out)
{
    struct folder_query q = {.most = 10};
    struct buf got = {0};
    size_t pages;

    bucket_dir_make_file("../secret", "secret");
    bucket_dir_make_file("a", "a");
    bucket_dir_make_link("out", "../secret");
    bucket_dir_make_link("nowhere", "../nowhere");
    bucket_dir_open_again(FOLDER_LINKS_OUT);
    expect_body("a link that leaves the folder", "out", "secret");
    bucket_dir_list(q, &got, &pages);
    ck_assert_str_eq(buf_str(&got), "a out");
    bucket_dir_put("out", "new");
    expect_body("a link that was replaced", "out", "new");
    expect_body("and not by its path", "../secret", "InvalidRequest");
    char path[256];
    bucket_dir_path(path, sizeof path, "../secret");
    struct stat st;
    ck_assert(!stat(path, &st) && st.st_size == 6);
    buf_clear(&got);
}
END_TEST

static const struct {
    const char *name, *key, *match, *want; /* want NULL: it goes well */
} deletes[] = {
    {"of its ETag", "a.txt", "\"5d41402abc4b2a76b9719d911017c592\"", NULL},
    {"whatever its ETag", "a.txt", "*", NULL},
    {"a link by the ETag of its file", "link", "*", NULL},
    {"of another ETag", "a.txt", "\"x\"", "PreconditionFailed"},
    {"of an empty list of ETags", "a.txt", "", "PreconditionFailed"},
    {"where there is none", "b.txt", "*", "NoSuchKey"},
    {"where there is no folder", "x/b.txt", "*", "NoSuchKey"},
    {"beneath a file", "a.txt/b", "*", "NoSuchKey"},
    {"a folder", "d", "*", "NoSuchKey"},
    {"a pipe", "pipe", "*", "NoSuchKey"},
    {"a link that leaves the folder", "out", "*", "AccessDenied"},
};

START_TEST(delete_under_condition)
{
    const struct folder_conditions when = {.match = deletes[_i].match};
    struct diag why = {0};

    make_all();
    bool good = folder_delete(bucket_dir.f, bucket_dir_key(deletes[_i].key), &when, &why);
    ck_assert_msg(good == !deletes[_i].want && (good || !strcmp(why.code, deletes[_i].want)),
                  "%s: %s", deletes[_i].name, good ? "deleted" : why.code);
    ck_assert_msg(is_there(deletes[_i].key) ==
                          (!good && strcmp(deletes[_i].want, "NoSuchKey") != 0) ||
                      deletes[_i].key[1] == '\0' || !strcmp(deletes[_i].key, "pipe"),
                  "%s", deletes[_i].name);
    diag_clear(&why);
}
END_TEST

/* A copy that nobody waits for any more ends in its midst: there is no half of it. */
START_TEST(copy_is_stopped)
{
    atomic_bool stop = true;
    const struct folder_ask from = {.key = bucket_dir_key("a.txt")};
    const struct folder_conditions when = {.stop = &stop};
    struct folder_object o;
    struct diag why = {0};

    bucket_dir_make_file("a.txt", "hello");
    ck_assert(
        !folder_copy(bucket_dir.f, &from, bucket_dir.f, bucket_dir_key("c/d"), &when, &o, &why));
    ck_assert_str_eq(why.text, "The call was given up");
    ck_assert(!is_there("c"));
    diag_clear(&why);
}
END_TEST

/* ---- uploads in parts ---- */

static char upload[FOLDER_UPLOAD_ID];

/* Puts a part, and returns its ETag, good until the next call. */
static const char *part_put(int64_t number, const char *text)
{
    static struct folder_object o[3];
    static size_t next;
    struct diag why = {0};

    next = (next + 1) % COUNT(o);
    ck_assert_msg(folder_upload_put(bucket_dir.f, bucket_dir_key("u/k"), upload, number, text,
                                    strlen(text), &o[next], &why),
                  "%s", why.text);
    return o[next].etag;
}

/* How completing it ends: "ok", or the code of the error. */
static const char *completed_if(const struct folder_conditions *when, const char *key,
                                const struct folder_upload_part *parts, size_t count)
{
    struct folder_object o;
    struct diag why = {0};
    const char *code = "ok";

    if (!folder_upload_complete(bucket_dir.f, bucket_dir_key(key), upload, parts, count, when, &o,
                                &why))
        code = why.code;
    diag_clear(&why);
    return code;
}

static const char *completed(const char *key, const struct folder_upload_part *parts, size_t count)
{
    return completed_if(NULL, key, parts, count);
}

START_TEST(uploads)
{
    const struct folder_conditions small = {.has_size = true, .size = 10},
                                   right = {.has_size = true, .size = 11, .none_match = "*"},
                                   other_one = {.match = "\"x\""};
    struct folder_query q = {.most = 10};
    struct folder_object o;
    struct buf got = {0};
    struct diag why = {0};
    size_t pages;

    bucket_dir_make_file("a", "a");
    ck_assert(folder_upload_begin(bucket_dir.f, bucket_dir_key("u/k"), NULL, upload, &why));
    struct folder_upload_part parts[2] = {{1, part_put(1, "one ")}, {7, part_put(7, "seven")}};
    const struct folder_upload_part backwards[2] = {parts[1], parts[0]}, other[1] = {{1, "\"x\""}},
                                    missing[1] = {{2, "*"}}, none[1] = {{0, "*"}};
    bucket_dir_list(q, &got, &pages);
    ck_assert_str_eq(buf_str(&got), "a");
    bucket_dir_open_again(FOLDER_DURABLE);
    ck_assert_str_eq(completed("u/k", backwards, 2), "InvalidPartOrder");
    ck_assert_str_eq(completed("u/k", other, 1), "InvalidPart");
    ck_assert_str_eq(completed("u/k", missing, 1), "InvalidPart");
    ck_assert_str_eq(completed("u/k", none, 1), "InvalidPart");
    ck_assert_str_eq(completed("u/other", parts, 2), "NoSuchUpload");
    ck_assert(!is_there("u"));
    parts[0].etag = part_put(1, "first ");
    part_put(9, "in no list");
    ck_assert_str_eq(completed_if(&small, "u/k", parts, 2), "InvalidRequest");
    ck_assert_str_eq(completed_if(&other_one, "u/k", parts, 2), "NoSuchKey");
    ck_assert(!is_there("u"));
    ck_assert_str_eq(completed_if(&right, "u/k", parts, 2), "ok");
    expect_body("completed", "u/k", "first seven");
    ck_assert_uint_eq(bucket_dir_temporaries(), 0);
    ck_assert_str_eq(completed("u/k", parts, 2), "NoSuchUpload");
    ck_assert(folder_upload_begin(bucket_dir.f, bucket_dir_key("u/k"), NULL, upload, &why));
    part_put(1, "1");
    ck_assert(
        !folder_upload_put(bucket_dir.f, bucket_dir_key("u/k"), upload, 10001, "", 0, &o, &why));
    ck_assert_str_eq(why.code, "InvalidArgument");
    ck_assert(folder_upload_abort(bucket_dir.f, bucket_dir_key("u/k"), upload, &why));
    ck_assert_uint_eq(bucket_dir_temporaries(), 0);
    ck_assert(!folder_upload_abort(bucket_dir.f, bucket_dir_key("u/k"), upload, &why));
    ck_assert(!folder_upload_put(bucket_dir.f, bucket_dir_key("a"), "../a", 1, "", 0, &o, &why));
    ck_assert_str_eq(why.code, "NoSuchUpload");
    ck_assert(!folder_upload_begin(bucket_dir.f, bucket_dir_key("../k"), NULL, upload, &why));
    buf_clear(&got);
    diag_clear(&why);
}
END_TEST

/* A folder that was made anew while a server runs is the bucket; where there is none, nothing is.
 */
START_TEST(made_anew)
{
    struct folder_query q = {.most = 10};
    struct folder_object o;
    struct buf got = {0};
    struct diag why = {0};
    char moved[96];
    size_t pages;

    bucket_dir_make_file("old", "1");
    snprintf(moved, sizeof moved, "%s/moved", bucket_dir.top);
    ck_assert(!rename(bucket_dir.path, moved));
    bucket_dir_list(q, &got, &pages);
    ck_assert_str_eq(buf_str(&got), "");
    expect_body("gone", "old", "NoSuchKey");
    ck_assert(!folder_put(bucket_dir.f, bucket_dir_key("k"), "", 0, NULL, &o, &why));
    ck_assert_str_eq(why.text, "'k' can't be written: No such file or directory");
    ck_assert(!mkdir(bucket_dir.path, 0777));
    bucket_dir_put("new", "2");
    expect_body("made anew", "new", "2");
    expect_body("not the old one", "old", "NoSuchKey");
    buf_clear(&got);
    diag_clear(&why);
}
END_TEST

START_TEST(no_such_folder)
{
    struct diag why = {0};

    ck_assert(!folder_open("/nowhere/at/all", FOLDER_DURABLE, &why));
    ck_assert_str_eq(why.text,
                     "the folder '/nowhere/at/all' can't be opened: No such file or directory");
    bucket_dir_make_file("a", "");
    char path[256];
    bucket_dir_path(path, sizeof path, "a");
    ck_assert(!folder_open(path, 0, &why));
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("folder");
    TCase *tc = tcase_create("folder");

    tcase_add_checked_fixture(tc, bucket_dir_begin, bucket_dir_end);
    tcase_add_checked_fixture(tc, NULL, end_old_kernel);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, get, 0, COUNT(gets));
    tcase_add_loop_test(tc, get_on_old_kernel, 0, COUNT(gets));
    tcase_add_test(tc, too_much_is_not_read);
    tcase_add_test(tc, etags_of_large_files);
    tcase_add_loop_test(tc, put, 0, COUNT(puts_));
    tcase_add_test(tc, durable);
    tcase_add_test(tc, links_out);
    tcase_add_test(tc, delete_takes_empty_folders_along);
    tcase_add_loop_test(tc, delete_under_condition, 0, COUNT(deletes));
    tcase_add_test(tc, copy);
    tcase_add_test(tc, copy_is_stopped);
    tcase_add_test(tc, uploads);
    tcase_add_test(tc, made_anew);
    tcase_add_test(tc, no_such_folder);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
