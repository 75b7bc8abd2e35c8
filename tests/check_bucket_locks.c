/* Handlers of kind bucket where somebody else holds the lock of an object's folder. */
#define _GNU_SOURCE /* flock */

#include "tests/support/expect.h"
#include "tests/support/handlers_world.h"

#include "parsers/base/count.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define S3 "arn:aws:states:::aws-sdk:s3:"
#define ONE "\\\"c4ca4238a0b923820dcc509a6f75849b\\\"" /* of "1" */

/* Those of threads, which never last, and those of the loop, which do not when the suite says so.
 */
static size_t pauses;
static bool pauses_at_once;

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest);
int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat);
int __real_uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat);

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
    (void)time, (void)rest;
    return 0;
}

int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat)
{
    pauses++;
    return __real_uv_timer_start(timer, cb, pauses_at_once ? 0 : timeout, repeat);
}

/* ---- two buckets, one of which is locked ---- */

static struct handlers_world *world;
static int lock;

static int open_world_folder(const char *name)
{
    char path[512];

    ck_assert_int_lt(snprintf(path, sizeof path, "%s/%s", world->folder, name), (int)sizeof path);
    mkdir(path, 0777);
    return open(path, O_RDONLY | O_DIRECTORY);
}

/* locked: a, d/k, d/l; other: k. All hold "1", and `name` is locked. */
static void open_locked(const char *name, bool in_order)
{
    static const char *const folders[] = {"locked", "locked/d", "other"};
    static const char *const files[] = {"locked/a", "locked/d/k", "locked/d/l", "other/k"};

    world = handlers_world_new();
    for (size_t i = 0; i < COUNT(folders); i++)
        close(open_world_folder(folders[i]));
    for (size_t i = 0; i < COUNT(files); i++)
        handlers_world_write(world, files[i], "1", 0600);
    world->options.buckets_in_order = in_order;
    handlers_world_open(world, "{\"handlers\": [{\"bucket\": \"locked\", \"folder\": \"locked\"},"
                               " {\"bucket\": \"other\", \"folder\": \"other\"}]}");
    lock = open_world_folder(name);
    ck_assert(lock >= 0 && !flock(lock, LOCK_EX));
    pauses_at_once = false;
    pauses = 0;
}

static void unlock(void)
{
    if (lock >= 0)
        close(lock);
    lock = -1;
}

static void close_locked(void)
{
    unlock();
    pauses_at_once = false;
    handlers_world_free(world);
}

static uint64_t begin(const char *action, const char *parameters)
{
    char resource[128];

    snprintf(resource, sizeof resource, S3 "%s", action);
    return handlers_world_begin_with(world, resource, json_of(parameters));
}

static void expect_answer(const char *name, uint64_t id, const char *want)
{
    handlers_world_expect(name, &world->answers[id], want);
}

#define GET_OTHER "{\"Bucket\":\"other\",\"Key\":\"k\"}"
#define PUT_LOCKED "{\"Bucket\":\"locked\",\"Key\":\"new\",\"Body\":2}"

/* ---- tests ---- */

/* However many calls wait for a lock, no thread does. */
START_TEST(others_go_on)
{
    enum { PUTS = 40, GETS = 3 };
    uint64_t puts[PUTS], gets[GETS];

    open_locked("locked", false);
    for (int i = 0; i < PUTS; i++)
        puts[i] = begin("putObject", PUT_LOCKED);
    for (int i = 0; i < GETS; i++)
        gets[i] = begin("getObject", GET_OTHER);
    handlers_world_wait(world, GETS);
    for (int i = 0; i < GETS; i++)
        expect_answer("of the other bucket", gets[i], "ok {\"AcceptRanges\"...");
    unlock();
    handlers_world_wait(world, PUTS + GETS);
    for (int i = 0; i < PUTS; i++)
        expect_answer("when the lock is free", puts[i], "ok {\"ETag\":...");
    close_locked();
}
END_TEST

#define CONFLICT                                                                                   \
    "failed S3.S3Exception: A conflicting conditional operation is currently in progress against " \
    "this resource. Try again. (Service: S3, Status Code: 409, ..."
#define CONDITIONAL_CONFLICT                                                                       \
    "failed S3.S3Exception: The conditional request cannot succeed due to a conflicting "          \
    "operation against this resource. (Service: S3, Status Code: 409, ..."

static const struct {
    const char *name, *action, *parameters, *want;
} refused[] = {
    {"a put", "putObject", "{\"Bucket\":\"locked\",\"Key\":\"d/new\",\"Body\":2}", CONFLICT},
    {"a put under a condition", "putObject",
     "{\"Bucket\":\"locked\",\"Key\":\"d/new\",\"Body\":2,\"IfNoneMatch\":\"*\"}",
     CONDITIONAL_CONFLICT},
    {"a copy", "copyObject", "{\"Bucket\":\"locked\",\"Key\":\"d/new\",\"CopySource\":\"other/k\"}",
     CONFLICT},
    {"a deletion", "deleteObject", "{\"Bucket\":\"locked\",\"Key\":\"d/k\"}", CONFLICT},
    {"a deletion under a condition", "deleteObject",
     "{\"Bucket\":\"locked\",\"Key\":\"d/k\",\"IfMatch\":\"" ONE "\"}", CONDITIONAL_CONFLICT},
    {"of several deletions those that need the lock", "deleteObjects",
     "{\"Bucket\":\"locked\",\"Delete\":{\"Objects\":[{\"Key\":\"a\",\"ETag\":\"" ONE
     "\"},{\"Key\":\"d/k\"},{\"Key\":\"d/l\"},{\"Key\":\"none\"}]}}",
     "ok {\"Deleted\":[{\"Key\":\"a\"},{\"Key\":\"none\"}],\"Errors\":[{\"Key\":\"d/k\",\"Code\":"
     "\"OperationAborted\",\"Message\":\"A conflicting conditional operation is currently in "
     "progress against this resource. Try again.\"},{\"Key\":\"d/l\"..."},
};

/* After ten seconds of pauses, the longest of which is a third of one. */
START_TEST(refused_in_the_end)
{
    enum { PAUSES = 36 };

    open_locked("locked/d", false);
    pauses_at_once = true;
    uint64_t id = begin(refused[_i].action, refused[_i].parameters);
    handlers_world_wait(world, 1);
    expect_answer(refused[_i].name, id, refused[_i].want);
    ck_assert_msg(pauses == PAUSES, "%s: %zu pauses", refused[_i].name, pauses);
    close_locked();
}
END_TEST

/* What was done before the lock was met is not done again. */
START_TEST(goes_on_where_it_was)
{
    open_locked("locked/d", false);
    uint64_t id = begin("deleteObjects",
                        "{\"Bucket\":\"locked\",\"Delete\":{\"Objects\":[{\"Key\":\"a\",\"ETag\":"
                        "\"" ONE "\"},{\"Key\":\"d/k\",\"ETag\":\"" ONE "\"}]}}");
    while (!pauses)
        uv_run(&world->loop, UV_RUN_ONCE);
    unlock();
    handlers_world_wait(world, 1);
    expect_answer("both", id, "ok {\"Deleted\":[{\"Key\":\"a\"},{\"Key\":\"d/k\"}]}");
    close_locked();
}
END_TEST

/* A call that pauses can be stopped, alone or with the set. */
START_TEST(stopped_in_a_pause)
{
    open_locked("locked", _i);
    uint64_t id = begin("putObject", PUT_LOCKED);
    begin("putObject", PUT_LOCKED);
    while (!pauses)
        uv_run(&world->loop, UV_RUN_ONCE);
    handlers_cancel(world->handlers, id);
    ck_assert_uint_eq(handlers_busy(world->handlers), 1);
    pauses = 0;
    while (!pauses)
        uv_run(&world->loop, UV_RUN_ONCE);
    ck_assert_uint_eq(world->answered, 0);
    close_locked();
}
END_TEST

/* Where the order counts, nothing overtakes a call that pauses. */
START_TEST(order_is_kept)
{
    open_locked("locked", true);
    uint64_t put = begin("putObject", PUT_LOCKED), get = begin("getObject", GET_OTHER);
    while (pauses < 3)
        uv_run(&world->loop, UV_RUN_ONCE);
    ck_assert_uint_eq(world->answered, 0);
    unlock();
    handlers_world_wait(world, 1);
    expect_answer("the first", put, "ok {\"ETag\":...");
    handlers_world_wait(world, 2);
    expect_answer("the second", get, "ok {\"AcceptRanges\"...");
    close_locked();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bucket_locks");
    TCase *tc = tcase_create("bucket_locks");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, others_go_on);
    tcase_add_loop_test(tc, refused_in_the_end, 0, COUNT(refused));
    tcase_add_test(tc, goes_on_where_it_was);
    tcase_add_loop_test(tc, stopped_in_a_pause, 0, 2);
    tcase_add_test(tc, order_is_kept);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
