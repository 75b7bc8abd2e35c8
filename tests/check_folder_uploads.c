/* Uploads in parts that are neither completed nor aborted: how long they stay. */
#include "tests/support/bucket_dir.h"
#include "tests/support/expect.h"

#include "parsers/base/count.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How many names have been read of folders, and how far the clock is ahead. */
static size_t names_read;
static time_t ahead_s;

struct dirent *__wrap_readdir(DIR *dir);
struct dirent *__real_readdir(DIR *dir);
int __wrap_clock_gettime(clockid_t which, struct timespec *out);
int __real_clock_gettime(clockid_t which, struct timespec *out);

struct dirent *__wrap_readdir(DIR *dir)
{
    names_read++;
    return __real_readdir(dir);
}

int __wrap_clock_gettime(clockid_t which, struct timespec *out)
{
    int result = __real_clock_gettime(which, out);

    out->tv_sec += ahead_s;
    return result;
}

static void begin_uploads(void)
{
    ahead_s = 0;
    bucket_dir_begin();
}

static void begin_upload(char id[FOLDER_UPLOAD_ID])
{
    struct diag why = {0};

    ck_assert_msg(folder_upload_begin(bucket_dir.f, bucket_dir_key("k"), NULL, id, &why), "%s",
                  why.text);
}

/* Returns whether a part can be put. */
static bool put_part(const char *id)
{
    struct folder_object o;
    struct diag why = {0};
    bool good = folder_upload_put(bucket_dir.f, bucket_dir_key("k"), id, 1, "x", 1, &o, &why);

    ck_assert_str_eq(good ? "" : why.code, good ? "" : "NoSuchUpload");
    diag_clear(&why);
    return good;
}

/* Makes the upload look as if nothing had been done with it for so many days. */
static void age_file(const char *name, int days)
{
    const struct timespec then = {.tv_sec = time(NULL) - days * 24 * 3600}, times[2] = {then, then};
    char path[256];

    bucket_dir_path(path, sizeof path, name);
    ck_assert(!utimensat(AT_FDCWD, path, times, 0));
}

static void age_upload(const char *id, int days)
{
    char name[64];

    snprintf(name, sizeof name, ".asl-put-%s-0", id);
    age_file(name, days);
}

static const struct {
    const char *name;
    int days;
    bool has_part, has_part_since, stays;
} ages[] = {
    {"its Map Run may have had no part for two weeks", 16, true, false, true},
    {"its Map Run may have run for a year, and be redriven", 379, true, false, true},
    {"no Map Run can want it", 381, true, false, false},
    {"it is as old as its last part", 381, true, true, true},
    {"nothing was put into it yet", 14, false, false, true},
    {"nothing was ever put into it", 16, false, false, false},
};

START_TEST(old_uploads_go)
{
    char id[FOLDER_UPLOAD_ID], other[FOLDER_UPLOAD_ID];

    begin_upload(id);
    if (ages[_i].has_part)
        put_part(id);
    age_upload(id, ages[_i].days);
    if (ages[_i].has_part_since)
        put_part(id);
    bucket_dir_open_again(0);
    begin_upload(other);
    ck_assert_msg(put_part(id) == ages[_i].stays, "%s", ages[_i].name);
    ck_assert(put_part(other));
}
END_TEST

/* What a process that was killed had begun to write goes, when nobody can be writing it. */
START_TEST(half_files_go)
{
    static const char *const names[] = {".asl-put-0123456789abcdef0123456789abcdef",
                                        ".asl-put-of-my-own"};
    char id[FOLDER_UPLOAD_ID], path[256];

    for (int days = 14; days <= 16; days += 2) {
        for (size_t i = 0; i < COUNT(names); i++) {
            bucket_dir_make_file(names[i], "half");
            age_file(names[i], days);
        }
        bucket_dir_open_again(0);
        begin_upload(id);
        for (size_t i = 0; i < COUNT(names); i++) {
            bucket_dir_path(path, sizeof path, names[i]);
            ck_assert_msg(access(path, F_OK) == (i == 0 && days == 16 ? -1 : 0), "%s", names[i]);
        }
    }
}
END_TEST

/* A bucket may have many names, and each Map Run with a ResultWriter begins an upload. */
START_TEST(swept_once_an_hour)
{
    enum { MANY = 50 };
    char id[FOLDER_UPLOAD_ID], old[FOLDER_UPLOAD_ID];

    begin_upload(old);
    age_upload(old, 400);
    names_read = 0;
    for (int i = 0; i < MANY; i++)
        begin_upload(id);
    ck_assert_uint_eq(names_read, 0);
    ahead_s = 3601;
    begin_upload(id);
    ahead_s = 0;
    ck_assert_uint_ge(names_read, MANY);
    ck_assert(!put_part(old));
    ck_assert(put_part(id));
}
END_TEST

/* A call that is stopped leaves nothing behind, and reads no further. */
START_TEST(begin_is_stopped)
{
    const atomic_bool stop = true;
    char id[FOLDER_UPLOAD_ID];
    struct diag why = {0};

    names_read = 0;
    ck_assert(!folder_upload_begin(bucket_dir.f, bucket_dir_key("k"), &stop, id, &why));
    ck_assert_str_eq(why.text, "The call was given up");
    ck_assert_uint_eq(names_read, 0);
    ck_assert_uint_eq(bucket_dir_temporaries(), 0);
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("folder_uploads");
    TCase *tc = tcase_create("folder_uploads");

    tcase_add_checked_fixture(tc, begin_uploads, bucket_dir_end);
    tcase_add_loop_test(tc, old_uploads_go, 0, COUNT(ages));
    tcase_add_test(tc, half_files_go);
    tcase_add_test(tc, swept_once_an_hour);
    tcase_add_test(tc, begin_is_stopped);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
