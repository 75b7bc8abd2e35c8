/* retry: which errors a pattern list matches, how long to wait; and the stream of chance. */

#include "tests/support/expect.h"

#include "asl/eval/retry.h"

static const struct {
    const char *name, *patterns, *error;
    bool want;
} matches[] = {
    {"a name matches itself", "[\"MyError\"]", "\"MyError\"", true},
    {"no other name", "[\"MyError\"]", "\"MyErrors\"", false},
    {"case counts", "[\"MyError\"]", "\"myerror\"", false},
    {"any name of the list", "[\"A\",\"B\"]", "\"B\"", true},
    {"an empty list matches nothing", "[]", "\"B\"", false},
    {"States.ALL matches a name of the author's own", "[\"States.ALL\"]", "\"MyError\"", true},
    {"States.ALL matches a time-out", "[\"States.ALL\"]", "\"States.Timeout\"", true},
    {"States.ALL matches a result that is too large", "[\"States.ALL\"]",
     "\"States.DataLimitExceeded\"", true},
    {"States.ALL matches a failure without a name", "[\"States.ALL\"]", "null", true},
    {"States.ALL does not match States.Runtime", "[\"States.ALL\"]", "\"States.Runtime\"", false},
    {"States.Runtime is not matched by its name", "[\"States.Runtime\"]", "\"States.Runtime\"",
     false},
    {"States.TaskFailed matches a name of the author's own", "[\"States.TaskFailed\"]",
     "\"MyError\"", true},
    {"States.TaskFailed matches a failure without a name", "[\"States.TaskFailed\"]", "null", true},
    {"States.TaskFailed does not match a time-out", "[\"States.TaskFailed\"]", "\"States.Timeout\"",
     false},
    {"States.TaskFailed does not match States.Runtime", "[\"States.TaskFailed\"]",
     "\"States.Runtime\"", false},
    {"a missed heartbeat is a time-out", "[\"States.Timeout\"]", "\"States.HeartbeatTimeout\"",
     true},
    {"a missed heartbeat has a name of its own", "[\"States.HeartbeatTimeout\"]",
     "\"States.HeartbeatTimeout\"", true},
    {"a time-out is no missed heartbeat", "[\"States.HeartbeatTimeout\"]", "\"States.Timeout\"",
     false},
    {"a name does not match a failure without one", "[\"MyError\"]", "null", false},
    {"States.ALL does not match that nothing does the Task", "[\"States.ALL\"]",
     "\"Asl.NoHandler\"", false},
    {"nor does its name", "[\"Asl.NoHandler\"]", "\"Asl.NoHandler\"", false},
};

START_TEST(match)
{
    json *patterns = json_of(matches[_i].patterns), *error = json_of(matches[_i].error);
    json *names[4];
    struct asl_errors errors = {names, json_count(patterns)};

    for (size_t i = 0; i < errors.count; i++)
        names[i] = json_ref(json_at(patterns, i));
    ck_assert_msg(asl_errors_match(&errors, error) == matches[_i].want, "%s", matches[_i].name);
    for (size_t i = 0; i < errors.count; i++)
        json_unref(names[i]);
    json_unref(patterns);
    json_unref(error);
}
END_TEST

static const struct {
    const char *name;
    struct asl_retrier retrier;
    uint32_t attempt;
    int64_t want;
} delays[] = {
    {"the first retry waits the interval", {.interval_s = 3, .backoff_rate = 2}, 1, 3000},
    {"each further one the rate more", {.interval_s = 3, .backoff_rate = 2}, 4, 24000},
    {"a rate of 1 keeps the interval", {.interval_s = 5, .backoff_rate = 1}, 100, 5000},
    {"a rate with a fraction", {.interval_s = 1, .backoff_rate = 1.5}, 3, 2250},
    {"MaxDelaySeconds is the most",
     {.interval_s = 3, .backoff_rate = 2, .max_delay_s = 10},
     3,
     10000},
    {"MaxDelaySeconds caps the interval too",
     {.interval_s = 30, .backoff_rate = 2, .max_delay_s = 10},
     1,
     10000},
    {"what a double cannot hold is bounded",
     {.interval_s = 99999999, .backoff_rate = 1e300},
     99999999,
     99999999000},
    {"an interval of 0 stays 0", {.interval_s = 0, .backoff_rate = 1e300}, 99999999, 0},
};

START_TEST(delay)
{
    struct asl_chance chance = {7};
    int64_t got = asl_retry_delay_ms(&delays[_i].retrier, delays[_i].attempt, &chance);

    ck_assert_msg(got == delays[_i].want, "%s: %lld", delays[_i].name, (long long)got);
    ck_assert_msg(chance.state == 7, "%s: drew from chance without need", delays[_i].name);
}
END_TEST

static const struct {
    const char *name;
    struct asl_retrier retrier;
} jitters[] = {
    {"any part of the delay", {.interval_s = 10, .backoff_rate = 2, .full_jitter = true}},
    {"any part of the delay that MaxDelaySeconds leaves",
     {.interval_s = 1000, .backoff_rate = 2, .max_delay_s = 20, .full_jitter = true}},
};

START_TEST(jitter)
{
    const struct asl_retrier r = jitters[_i].retrier;
    struct asl_chance chance = {42}, again = {42};
    int64_t sum = 0;
    enum { TRIES = 10000 };

    for (int i = 0; i < TRIES; i++) {
        int64_t d = asl_retry_delay_ms(&r, 2, &chance);

        ck_assert(d >= 0 && d <= 20000);
        ck_assert(d == asl_retry_delay_ms(&r, 2, &again));
        sum += d;
    }
    ck_assert_msg(sum / TRIES > 9500 && sum / TRIES < 10500, "%s: the mean is %lld",
                  jitters[_i].name, (long long)(sum / TRIES));
}
END_TEST

START_TEST(chance_is_a_stream)
{
    struct asl_chance a = {1}, b = {1}, c = {2};

    ck_assert(asl_chance_next(&a) == asl_chance_next(&b));
    ck_assert(asl_chance_next(&a) != asl_chance_next(&c));
    for (int i = 0; i < 1000; i++) {
        double u = asl_chance_unit(&a);

        ck_assert(u >= 0 && u < 1);
    }
}
END_TEST

START_TEST(error_text)
{
    struct asl_error e = {0};

    asl_error_set(&e, ASL_RUNTIME, "%d of %s", 1, "them");
    ck_assert_str_eq(json_str(e.name), "States.Runtime");
    ck_assert_str_eq(json_str(e.cause), "1 of them");
    asl_error_set(&e, ASL_TIMEOUT, "%s", "");
    ck_assert_str_eq(json_str(e.name), "States.Timeout");
    ck_assert_str_eq(json_str(e.cause), "");
    asl_error_clear(&e);
    ck_assert(!e.name && !e.cause);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("retry");
    TCase *t = tcase_create("retry");

    tcase_add_loop_test(t, match, 0, COUNT(matches));
    tcase_add_loop_test(t, delay, 0, COUNT(delays));
    tcase_add_loop_test(t, jitter, 0, COUNT(jitters));
    tcase_add_test(t, chance_is_a_stream);
    tcase_add_test(t, error_text);
    suite_add_tcase(s, t);
    return run_suite(s);
}
