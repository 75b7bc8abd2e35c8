/* Several who change a bucket's folder at once: threads, and processes. */
#define _GNU_SOURCE /* flock */

#include "tests/support/bucket_dir.h"
#include "tests/support/expect.h"

#include "parsers/base/count.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Waits take no time when the suite says so, and locks of folders are unknown. */
static bool waits_at_once, is_nfs;
static size_t waits;

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest);
int __real_nanosleep(const struct timespec *time, struct timespec *rest);
int __wrap_flock(int fd, int how);
int __real_flock(int fd, int how);

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
    waits++;
    return waits_at_once ? 0 : __real_nanosleep(time, rest);
}

int __wrap_flock(int fd, int how)
{
    errno = EBADF;
    return is_nfs ? -1 : __real_flock(fd, how);
}

static void begin_writers(void)
{
    bucket_dir_begin();
    waits_at_once = is_nfs = false;
    waits = 0;
}

static void writers_delete(const char *key)
{
    struct diag why = {0};
    bool good;

    do
        good = folder_delete(bucket_dir.f, bucket_dir_key(key), NULL, &why);
    while (!good && folder_was_locked(&why));
    ck_assert_msg(good, "%s: %s", key, why.text);
    diag_clear(&why);
}

enum { WRITERS = 4, ROUNDS = 200 };

static bool writers_see(const char *name)
{
    char path[256];

    bucket_dir_path(path, sizeof path, name);
    return !access(path, F_OK);
}

static void *write_and_delete(void *user)
{
    const char *key = user;

    for (int i = 0; i < ROUNDS; i++) {
        bucket_dir_put(key, key);
        writers_delete(key);
    }
    return NULL;
}

/* A folder that one call empties and takes away is there again for another. */
START_TEST(folders_come_and_go)
{
    static char keys[WRITERS][8] = {"a/b/1", "a/b/2", "a/c/3", "a/4"};
    pthread_t threads[WRITERS];

    for (int i = 0; i < WRITERS; i++)
        ck_assert(!pthread_create(&threads[i], NULL, write_and_delete, keys[i]));
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert(!writers_see("a"));
}
END_TEST

static void *put_first(void *user)
{
    const struct folder_conditions when = {.none_match = "*"};
    struct folder_object o;
    struct diag why = {0};
    bool good;

    do
        good = folder_put(bucket_dir.f, bucket_dir_key("one"), user, 1, &when, &o, &why);
    while (!good && folder_was_locked(&why));
    diag_clear(&why);
    return good ? user : NULL;
}

/* Of several who want to be the first, one is. */
START_TEST(one_is_the_first)
{
    static char texts[WRITERS][2] = {"1", "2", "3", "4"};
    pthread_t threads[WRITERS];
    int first = 0;

    for (int i = 0; i < WRITERS; i++)
        ck_assert(!pthread_create(&threads[i], NULL, put_first, texts[i]));
    for (int i = 0; i < WRITERS; i++) {
        void *won;
        pthread_join(threads[i], &won);
        first += won != NULL;
    }
    ck_assert_int_eq(first, 1);
}
END_TEST

/* Of folders those go that were made for what was not written, and no others. */
START_TEST(folders_of_others_stay)
{
    const struct folder_conditions not_so = {.match = "\"x\""};
    static char longs[300], long_name[512], long_folder[512], below_long[512];
    const char *const keys[] = {"hollow/in/k", "hollow/in/new/er/k", long_name, long_folder,
                                below_long};
    struct folder_object o;
    char path[256];

    memset(longs, 'y', sizeof longs - 1);
    snprintf(long_name, sizeof long_name, "hollow/in/new/er/%s", longs);
    snprintf(long_folder, sizeof long_folder, "hollow/in/new/er/%s/k", longs);
    snprintf(below_long, sizeof below_long, "hollow/in/new/er/%s/d/k", longs);

    bucket_dir_path(path, sizeof path, "hollow");
    ck_assert(!mkdir(path, 0777));
    bucket_dir_path(path, sizeof path, "hollow/in");
    ck_assert(!mkdir(path, 0777));
    for (size_t i = 0; i < COUNT(keys); i++) {
        ck_assert(!folder_put(bucket_dir.f, bucket_dir_key(keys[i]), "", 0, &not_so, &o, NULL));
        ck_assert_msg(writers_see("hollow/in"), "%s", keys[i]);
        ck_assert_msg(!writers_see("hollow/in/new"), "%s", keys[i]);
    }
}
END_TEST

/* ---- conditions ---- */

enum { COUNTERS = 4, PROCESSES = 3, COUNTS = 15 };

/* Adds one to the number in an object, unless somebody else has meanwhile. Returns the code of what
 * went wrong; "": nothing. */
static const char *count_one(void)
{
    const struct folder_ask ask = {.key = bucket_dir_key("d/counter")};
    struct folder_object o;
    struct folder_part part;
    struct buf body = {0};
    struct diag why = {0};
    const char *code = "";
    char next[32];

    if (!folder_get(bucket_dir.f, &ask, 100, &o, &part, &body, &why)) {
        code = why.code;
    } else {
        const struct folder_object old = o;
        const struct folder_conditions same = {.match = old.etag};
        snprintf(next, sizeof next, "%d", atoi(buf_str(&body)) + 1);
        if (!folder_put(bucket_dir.f, ask.key, next, strlen(next), &same, &o, &why))
            code = why.code;
    }
    buf_clear(&body);
    diag_clear(&why);
    return code;
}

/* Returns NULL when all went well, or a code that is no good. */
static void *count_on(void *user)
{
    for (int done = 0; done < COUNTS;) {
        const char *code = count_one();
        if (!*code)
            done++;
        else if (strcmp(code, "PreconditionFailed") != 0 &&
                 strcmp(code, "ConditionalRequestConflict") != 0)
            return (void *)(size_t)code;
    }
    return user;
}

/* None of those who count, in threads and processes, is overtaken between look and change. */
START_TEST(counted_once)
{
    pthread_t threads[COUNTERS];
    pid_t children[PROCESSES];
    int processes = _i ? 0 : PROCESSES, status;

    is_nfs = _i;
    bucket_dir_put("d/counter", "0");
    for (int i = 0; i < processes; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (!children[i])
            _exit(count_on(NULL) ? 1 : 0);
    }
    for (int i = 0; i < COUNTERS; i++)
        ck_assert(!pthread_create(&threads[i], NULL, count_on, NULL));
    for (int i = 0; i < COUNTERS; i++) {
        void *fault;
        pthread_join(threads[i], &fault);
        ck_assert_msg(!fault, "%s", (const char *)fault);
    }
    for (int i = 0; i < processes; i++)
        ck_assert(waitpid(children[i], &status, 0) == children[i] && !status);
    const struct folder_ask ask = {.key = bucket_dir_key("d/counter")};
    struct folder_object o;
    struct folder_part part;
    struct buf body = {0};
    ck_assert(folder_get(bucket_dir.f, &ask, 100, &o, &part, &body, NULL));
    ck_assert_int_eq(atoi(buf_str(&body)), (COUNTERS + processes) * COUNTS);
    ck_assert_uint_eq(bucket_dir_temporaries(), 0);
    buf_clear(&body);
}
END_TEST

static const char first_etag[] = "\"c4ca4238a0b923820dcc509a6f75849b\""; /* of "1" */

static void *delete_first(void *user)
{
    const struct folder_conditions when = {.match = first_etag};
    struct diag why = {0};
    bool good;

    do
        good = folder_delete(bucket_dir.f, bucket_dir_key("d/k"), &when, &why);
    while (!good && folder_was_locked(&why));
    diag_clear(&why);
    return good ? user : NULL;
}

static void *copy_over_first(void *user)
{
    const struct folder_conditions when = {.match = first_etag};
    const struct folder_ask ask = {.key = bucket_dir_key("other")};
    struct folder_object o;
    struct diag why = {0};
    bool good;

    do
        good =
            folder_copy(bucket_dir.f, &ask, bucket_dir.f, bucket_dir_key("d/k"), &when, &o, &why);
    while (!good && folder_was_locked(&why));
    diag_clear(&why);
    return good ? user : NULL;
}

/* Of those who delete or replace the same object, one does. */
START_TEST(one_changes_it)
{
    for (int round = 0; round < 40; round++) {
        pthread_t threads[WRITERS];
        int done = 0;

        bucket_dir_put("other", "2");
        bucket_dir_put("d/k", "1");
        for (int i = 0; i < WRITERS; i++)
            ck_assert(!pthread_create(&threads[i], NULL, i % 2 ? delete_first : copy_over_first,
                                      bucket_dir.path));
        for (int i = 0; i < WRITERS; i++) {
            void *won;
            pthread_join(threads[i], &won);
            done += won != NULL;
        }
        ck_assert_int_eq(done, 1);
    }
}
END_TEST

/* Somebody holds the lock for ever: that is told after a moment. */
START_TEST(locked_for_ever)
{
    const struct folder_conditions is_new = {.none_match = "*"}, is_first = {.match = first_etag};
    struct folder_object o;
    struct diag why = {0};
    char path[256];

    bucket_dir_put("d/k", "1");
    bucket_dir_path(path, sizeof path, "d");
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    ck_assert(fd >= 0 && !flock(fd, LOCK_EX));
    waits_at_once = true;
    ck_assert(!folder_put(bucket_dir.f, bucket_dir_key("d/new"), "", 0, &is_new, &o, &why));
    ck_assert_str_eq(why.code, "ConditionalRequestConflict");
    ck_assert(!folder_delete(bucket_dir.f, bucket_dir_key("d/k"), &is_first, &why));
    ck_assert_str_eq(why.code, "ConditionalRequestConflict");
    ck_assert(!folder_put(bucket_dir.f, bucket_dir_key("d/k"), "2", 1, NULL, &o, &why));
    ck_assert_str_eq(why.code, "OperationAborted");
    ck_assert(!folder_delete(bucket_dir.f, bucket_dir_key("d/k"), NULL, &why));
    ck_assert_str_eq(why.code, "OperationAborted");
    ck_assert_uint_le(waits, 4 * 5);
    /* Other folders are not locked, and reading is not held up. */
    const struct folder_ask ask = {.key = bucket_dir_key("d/k")};
    struct folder_part part;
    ck_assert(folder_head(bucket_dir.f, &ask, &o, &part, &why));
    ck_assert_str_eq(o.etag, first_etag);
    bucket_dir_put("e/k", "1");
    close(fd);
    bucket_dir_put("d/k", "2");
    ck_assert_uint_eq(bucket_dir_temporaries(), 0);
    diag_clear(&why);
}
END_TEST

/* ---- uploads ---- */

static char upload_at_once[FOLDER_UPLOAD_ID];

static void *put_parts(void *user)
{
    struct folder_object o;
    struct diag why = {0};

    for (int64_t i = 1; i <= 20; i++)
        folder_upload_put(bucket_dir.f, bucket_dir_key("k"), upload_at_once, i, user, 1, &o, &why);
    diag_clear(&why);
    return NULL;
}

/* A part that comes while its upload is aborted is put before that, and goes, or is refused. */
START_TEST(no_part_is_left)
{
    static char text[2] = "p";
    struct diag why = {0};

    for (int round = 0; round < 40; round++) {
        pthread_t threads[2];

        ck_assert(
            folder_upload_begin(bucket_dir.f, bucket_dir_key("k"), NULL, upload_at_once, NULL));
        for (size_t i = 0; i < COUNT(threads); i++)
            ck_assert(!pthread_create(&threads[i], NULL, put_parts, text));
        while (!folder_upload_abort(bucket_dir.f, bucket_dir_key("k"), upload_at_once, &why))
            ck_assert(folder_was_locked(&why));
        for (size_t i = 0; i < COUNT(threads); i++)
            pthread_join(threads[i], NULL);
        ck_assert_uint_eq(bucket_dir_temporaries(), 0);
    }
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("folder_writers");
    TCase *tc = tcase_create("folder_writers");

    tcase_add_checked_fixture(tc, begin_writers, bucket_dir_end);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, folders_come_and_go);
    tcase_add_test(tc, one_is_the_first);
    tcase_add_test(tc, folders_of_others_stay);
    tcase_add_loop_test(tc, counted_once, 0, 2);
    tcase_add_test(tc, one_changes_it);
    tcase_add_test(tc, locked_for_ever);
    tcase_add_test(tc, no_part_is_left);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
