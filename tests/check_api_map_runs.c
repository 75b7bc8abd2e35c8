/* The API in process: Map Runs and their executions. */

#include "tests/support/api_scene.h"
#include "tests/support/expect.h"

#include "runtime/store/sqlite/store_check.h"

#include <string.h>

/* ---- how many events and rows are read: the linker puts this before store_read,
 * store_read_outline and store_find (see rules.mk) ---- */

static size_t events_read, rows_read;

bool __real_store_find(store *s, uint64_t execution, const struct store_execution **out,
                       struct diag *why);
bool __wrap_store_find(store *s, uint64_t execution, const struct store_execution **out,
                       struct diag *why);

bool __wrap_store_find(store *s, uint64_t execution, const struct store_execution **out,
                       struct diag *why)
{
    rows_read++;
    return __real_store_find(s, execution, out, why);
}

struct reading {
    store_visit *visit;
    void *user;
};

static bool count_event(void *user, const struct rt_event *e)
{
    const struct reading *r = user;

    events_read++;
    return r->visit(r->user, e);
}

bool __real_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why);
bool __wrap_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why);

bool __wrap_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why)
{
    return __real_store_read(s, execution, seq, count_event, &(struct reading){visit, user}, why);
}

bool __real_store_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                               void *user, struct diag *why);
bool __wrap_store_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                               void *user, struct diag *why);

bool __wrap_store_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                               void *user, struct diag *why)
{
    return __real_store_read_outline(s, execution, seq, count_event, &(struct reading){visit, user},
                                     why);
}

static const struct story stories[] = {
    {"a child of a Map with an Iterator is described by that",
     {CREATE("m",
             "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","
             "\\\"Label\\\":\\\"L\\\",\\\"Iterator\\\":{\\\"ProcessorConfig\\\":{"
             "\\\"Mode\\\":\\\"DISTRIBUTED\\\",\\\"ExecutionType\\\":\\\"STANDARD\\\"}," IN_VAIN
             "},\\\"End\\\":true}}}"),
      START("m", "e", "[1]"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "mapRunArn", 0},
      MAP_RUN_CALL("ListExecutions", "", 200, EXECUTION("m/L:")),
      CHILD_CALL("DescribeStateMachineForExecution", 200,
                 "\"definition\":\"{\\\"ProcessorConfig\\\":"),
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/L") "\"}", 200,
       "\"definition\":\"{\\\"ProcessorConfig\\\":", 0}}},
    {"the ARN of a labelled Map describes what it runs",
     {CREATE("m", MAP_RUN("STANDARD", "")),
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/L") "\"}", 200,
       "\"label\":\"L\"", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/L") "\"}", 200,
       "\"definition\":\"{\\\"ProcessorConfig\\\":", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/L") "\"}", 200,
       "\"name\":\"m/L\"", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/K") "\"}", 400,
       "State Machine Does Not Exist: '" MACHINE("m/K") "'", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("n/L") "\"}", 400,
       "State Machine Does Not Exist: '" MACHINE("n/L") "'", 0}}},
    {"a Map Run that failed is redriven with its parent",
     {CREATE("m", MAP_RUN("STANDARD", ",\\\"ToleratedFailureCount\\\":1")),
      START("m", "e", "[1,2,3]"),
      DESCRIBE("m:e", "States.ExceedToleratedFailureThreshold"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"stateMachineArn\":\"" MACHINE("m/L") "\"", 0},
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"status\":\"FAILED\""),
      MAP_RUN_CALL(
          "DescribeMapRun", "", 200,
          "\"maxConcurrency\":2147483647,\"toleratedFailureCount\":1,\"toleratedFailurePercentage\""
          ":0.0,\"itemCounts\":{\"pending\":0,\"running\":0,\"succeeded\":0,\"failed\":3,"
          "\"timedOut\":0,\"aborted\":0,\"total\":3,\"resultsWritten\":3,"
          "\"failuresNotRedrivable\":0,\"pendingRedrive\":0}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"stopDate\":1700000.0"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"redriveCount\":0}"),
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":2", 400,
                   "\"reason\":\"CANNOT_UPDATE_COMPLETED_MAP_RUN\""),
      MAP_RUN_CALL("ListExecutions", "", 200, "\"status\":\"FAILED\",\"startDate\":1700000.0,"),
      CHILD_CALL("DescribeExecution", 200, "\"redriveStatus\":\"REDRIVABLE_BY_MAP_RUN\""),
      CHILD_CALL("RedriveExecution", 400, "API_DOES_NOT_SUPPORT_LABELED_ARNS"),
      REDRIVE("m:e", "t", 200, "1700000.0"),
      DESCRIBE("m:e", "\"output\":\"[\\\"at last\\\",\\\"at last\\\",\\\"at last\\\"]\""),
      CHILD_CALL("DescribeExecution", 200, "\"redriveCount\":1,\"redriveDate\":1700000.0"),
      CHILD_CALL("GetExecutionHistory", 200, "\"type\":\"ExecutionRedriven\""),
      MAP_RUN_CALL("ListExecutions", ",\"redriveFilter\":\"REDRIVEN\",\"maxResults\":2", 200,
                   "nextToken"),
      MAP_RUN_CALL("ListExecutions",
                   ",\"redriveFilter\":\"REDRIVEN\",\"maxResults\":2,\"nextToken\":\"<next>\"", 200,
                   "!nextToken"),
      MAP_RUN_CALL("ListExecutions", ",\"redriveFilter\":\"NOT_REDRIVEN\"", 200,
                   "{\"executions\":[]}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "\"succeeded\":3,\"failed\":0,\"timedOut\":0,\"aborted\":0,\"total\":3,"
                   "\"resultsWritten\":3,\"failuresNotRedrivable\":0,\"pendingRedrive\":0},"
                   "\"redriveCount\":1,\"redriveDate\":1700000.0}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"status\":\"SUCCEEDED\""),
      {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"type\":\"MapRunRedriven\"", 0}}},
    {"a batch is one execution of several items",
     {CREATE("m", MAP_RUN("STANDARD", ",\\\"ItemBatcher\\\":{\\\"MaxItemsPerBatch\\\":2}")),
      START("m", "e", "[1,2,3]"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "mapRunArn", 0},
      MAP_RUN_CALL("ListExecutions", ",\"maxResults\":1", 200, "\"itemCount\":1"),
      MAP_RUN_CALL("ListExecutions", ",\"maxResults\":1,\"nextToken\":\"<next>\"", 200,
                   "\"itemCount\":2"),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "\"failed\":3,\"timedOut\":0,\"aborted\":0,\"total\":3,\"resultsWritten\":3,"
                   "\"failuresNotRedrivable\":0,\"pendingRedrive\":0},\"executionCounts\":{"
                   "\"pending\":0,\"running\":0,\"succeeded\":0,\"failed\":2,")}},
    {"an Express child of a Map Run is started anew",
     {CREATE("m", MAP_RUN("EXPRESS", "")),
      START("m", "e", "[1]"),
      DESCRIBE("m:e", "FAILED"),
      REDRIVE("m:e", "t", 200, "redriveDate"),
      {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"type\":\"MapRunRedriven\"", 0},
      DESCRIBE("m:e", "\"redriveCount\":1")}},
    {"a Map Run's executions are told by its ARN, one that waits for its redrive too",
     {CREATE("m", MAP_RUN_WAITS),
      START("m", "e", "[1,2,3]"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "!stopDate", 0},
      MAP_RUN_CALL("UpdateMapRun", "", 400, "MISSING_REQUIRED_PARAMETER"),
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":2,\"toleratedFailurePercentage\":12.5", 200,
                   "{}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "\"status\":\"RUNNING\",\"startDate\":1700000.0,\"maxConcurrency\":2,"
                   "\"toleratedFailureCount\":0,\"toleratedFailurePercentage\":12.5,"
                   "\"itemCounts\":{\"pending\":1,\"running\":2,"),
      MAP_RUN_CALL("ListExecutions", ",\"statusFilter\":\"RUNNING\"", 200, "\"itemCount\":1"),
      CHILD_CALL("DescribeExecution", 200,
                 "\"mapRunArn\":\"arn:aws:states:us-east-1:123456789012:"
                 "mapRun:m/"),
      CHILD_CALL("DescribeStateMachineForExecution", 200,
                 "\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\\":60,"),
      CHILD_CALL("DescribeStateMachineForExecution", 200, "\"label\":\""),
      STOP("m:e"),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "{\"pending\":1,\"running\":0,\"succeeded\":0,\"failed\":0,\"timedOut\":0,"
                   "\"aborted\":2,\"total\":3,\"resultsWritten\":0,\"failuresNotRedrivable\":0,"
                   "\"pendingRedrive\":0}"),
      REDRIVE("m:e", "t", 200, "redriveDate"),
      DESCRIBE("m:e", "!stopDate"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "!stopDate"),
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":1", 200, "{}"),
      STOP("m:e"),
      REDRIVE("m:e", "u", 200, "redriveDate"),
      MAP_RUN_CALL("ListExecutions", ",\"statusFilter\":\"PENDING_REDRIVE\"", 200,
                   "\"status\":\"PENDING_REDRIVE\""),
      CHILD_CALL("DescribeExecution", 200, "\"status\":\"PENDING_REDRIVE\""),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "{\"pending\":1,\"running\":1,\"succeeded\":0,\"failed\":0,\"timedOut\":0,"
                   "\"aborted\":0,\"total\":3,\"resultsWritten\":0,\"failuresNotRedrivable\":0,"
                   "\"pendingRedrive\":1}"),
      CHILD_CALL("ListMapRuns", 200, "{\"mapRuns\":[]}"),
      STOP("m:e"),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "{\"pending\":1,\"running\":0,\"succeeded\":0,\"failed\":0,\"timedOut\":0,"
                   "\"aborted\":2,\"total\":3,\"resultsWritten\":0,\"failuresNotRedrivable\":0,"
                   "\"pendingRedrive\":0}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"stopDate\":1700000.0"),
      {"DescribeMapRun", "{\"mapRunArn\":\"arn:aws:states:us-east-1:123456789012:mapRun:m/L:x\"}",
       400, "ResourceNotFound", 0}}},
    {"the concurrency of a Map Run is shown as it was asked for",
     {CREATE("m", MAP_RUN_WAITS),
      START("m", "e", "[1]"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "mapRunArn", 0},
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":20000", 200, "{}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"maxConcurrency\":20000,"),
      MAP_RUN_CALL("UpdateMapRun", ",\"toleratedFailureCount\":1", 200, "{}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"maxConcurrency\":20000,"),
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":10000", 200, "{}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"maxConcurrency\":10000,"),
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":0", 200, "{}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"maxConcurrency\":2147483647,"),
      STOP("m:e")}},
    {"an Express child of a Map Run has five minutes",
     {CREATE("m",
             "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","
             "\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":"
             "\\\"DISTRIBUTED\\\",\\\"ExecutionType\\\":\\\"EXPRESS\\\"},\\\"StartAt\\\":"
             "\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\\":301,"
             "\\\"End\\\":true}}},\\\"End\\\":true}}}"),
      {"StartExecution",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[1]\"}", 200,
       EXECUTION("m:e"), 299999},
      {"DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"status\":\"RUNNING\"", 1},
      DESCRIBE("m:e", "States.ExceedToleratedFailureThreshold")}},
    {"Express children that are stopped are aborted ones",
     {CREATE("m",
             "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","
             "\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":"
             "\\\"DISTRIBUTED\\\",\\\"ExecutionType\\\":\\\"EXPRESS\\\"},\\\"StartAt\\\":"
             "\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\\":60,"
             "\\\"End\\\":true}}},\\\"End\\\":true}}}"),
      START("m", "e", "[1,2]"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "mapRunArn", 0},
      MAP_RUN_CALL("ListExecutions", "", 200, "\"status\":\"RUNNING\""),
      STOP("m:e"),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "\"failed\":0,\"timedOut\":0,\"aborted\":2,\"total\":2,")}},
};

/* The thousandth goes on with the Map Run, the next fails with what says why. */
START_TEST(map_run_is_redriven_a_thousand_times)
{
    static const char describe[] = "{\"executionArn\":\"" EXECUTION("m:e") "\"}";
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" MAP_RUN_FAILS "\"}");
    scene_call(&s, "StartExecution",
               "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[1]\"}");
    scene_settle(&s);
    for (int i = 1; i <= 1001; i++) {
        scene_call(&s, "RedriveExecution", describe);
        ck_assert_msg(s.status == 200, "redrive %d: %s", i, buf_str(&s.answer));
        scene_settle(&s);
        if (i < 1000)
            continue;
        scene_call(&s, "DescribeExecution", describe);
        ck_assert_msg(strstr(buf_str(&s.answer), i == 1000
                                                     ? "States.ExceedToleratedFailureThreshold"
                                                     : "redriven 1000 times, which is the most"),
                      "redrive %d: %s", i, buf_str(&s.answer));
    }
    scene_clear(&s);
}
END_TEST

/* One more than may be open has begun, and has nothing to count until another one is over. */
START_TEST(map_runs_wait_for_their_turn)
{
    static const char counted[] = "\"itemCounts\":{\"pending\":%d,\"running\":%d,";
    struct scene s;
    struct buf want = {0};

    scene_init(&s, MEMORY);
    s.max_map_runs = 1;
    scene_restart(&s);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" MAP_RUN_WAITS "\"}");
    scene_call(&s, "StartExecution",
               "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"a\",\"input\":\"[1]\"}");
    scene_settle(&s);
    scene_call(&s, "StartExecution",
               "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"b\",\"input\":\"[1,2]\"}");
    scene_settle(&s);
    scene_call(&s, "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:b") "\"}");
    for (int opened = 0; opened < 2; opened++) {
        scene_call(&s, "DescribeMapRun", "{\"mapRunArn\":\"<run>\"}");
        buf_printf(&want, counted, opened, opened);
        ck_assert_msg(strstr(buf_str(&s.answer), buf_str(&want)) &&
                          strstr(buf_str(&s.answer), "\"status\":\"RUNNING\""),
                      "%s", buf_str(&s.answer));
        ck_assert(strstr(buf_str(&s.answer), opened ? "\"total\":2" : "\"total\":0"));
        buf_reset(&want);
        scene_call(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:a") "\"}");
        scene_settle(&s);
    }
    buf_clear(&want);
    scene_clear(&s);
}
END_TEST

/* All of its children begin, as none fails. */
#define MAP_RUN_PASSES                                                                             \
    "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","              \
    "\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\","            \
    "\\\"ExecutionType\\\":\\\"STANDARD\\\"},\\\"StartAt\\\":\\\"P\\\",\\\"States\\\":{\\\"P\\\":" \
    "{\\\"Type\\\":\\\"Pass\\\",\\\"End\\\":true}}},\\\"End\\\":true}}}"

/* A Map Run's history is read once, and then what is new of it; nothing of it for a child. */
START_TEST(what_is_told_of_a_map_run_is_read_once)
{
    static const char *const calls[][2] = {
        {"DescribeMapRun", "{\"mapRunArn\":\"<run>\"}"},
        {"ListExecutions", "{\"mapRunArn\":\"<run>\"}"},
        {"ListExecutions", "{\"mapRunArn\":\"<run>\",\"statusFilter\":\"ABORTED\"}"},
        {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}"},
        {"DescribeExecution", "{\"executionArn\":\"<child>\"}"},
    };
    enum { ITEMS = 500 };
    struct scene s;
    struct buf body = {0};

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" MAP_RUN_PASSES "\"}");
    buf_adds(&body, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[0");
    for (int i = 1; i < ITEMS; i++)
        buf_printf(&body, ",%d", i);
    buf_adds(&body, "]\"}");
    scene_call(&s, "StartExecution", buf_str(&body));
    scene_settle(&s);
    scene_call(&s, "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    ck_assert_uint_gt(events_read, ITEMS);
    events_read = 0;
    for (size_t i = 0; i < COUNT(calls); i++) {
        scene_call(&s, calls[i][0], calls[i][1]);
        ck_assert_msg(s.status == 200, "%s: %s", calls[i][0], buf_str(&s.answer));
    }
    ck_assert_msg(events_read < 10, "%zu events were read", events_read);
    rows_read = 0;
    scene_call(&s, "ListExecutions", "{\"mapRunArn\":\"<run>\",\"statusFilter\":\"RUNNING\"}");
    ck_assert_str_eq(buf_str(&s.answer), "{\"executions\":[]}");
    ck_assert_msg(rows_read < 3, "%zu executions were looked at", rows_read);
    buf_clear(&body);
    scene_clear(&s);
}
END_TEST

/* How children have ended, the list tells: which of them each is matters only where they have
 * several items. */
START_TEST(children_are_counted_without_their_rows)
{
    enum { ITEMS = 50 };
    struct scene s;
    struct buf body = {0};

    scene_init(&s, MEMORY);
    scene_call_well(
        &s, "CreateStateMachine",
        "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\""
        "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","
        "\\\"ItemBatcher\\\":{\\\"MaxItemsPerBatch\\\":1},\\\"ItemProcessor\\\":{"
        "\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\",\\\"ExecutionType\\\":"
        "\\\"STANDARD\\\"},\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":"
        "\\\"Wait\\\",\\\"Seconds\\\":60,\\\"End\\\":true}}},\\\"End\\\":true}}}\"}");
    buf_adds(&body, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[0");
    for (int i = 1; i < ITEMS; i++)
        buf_printf(&body, ",%d", i);
    buf_adds(&body, "]\"}");
    scene_call_well(&s, "StartExecution", buf_str(&body));
    scene_settle(&s);
    scene_call_well(&s, "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_call_well(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_settle(&s);
    rows_read = 0;
    scene_call_well(&s, "DescribeMapRun", "{\"mapRunArn\":\"<run>\"}");
    ck_assert_msg(strstr(buf_str(&s.answer), "\"aborted\":50,") != NULL, "%s", buf_str(&s.answer));
    ck_assert_msg(rows_read < ITEMS, "%zu executions were looked at", rows_read);
    buf_clear(&body);
    scene_clear(&s);
}
END_TEST

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;

    for (; (text = strstr(text, word)); text += strlen(word))
        count++;
    return count;
}

/* What DescribeMapRun counts of a Map Run that is stopped is what ListExecutions gives. */
static void expect_counts_as_listed(struct scene *s, size_t items, const char *when, int turns)
{
    struct buf want = {0};

    scene_call(s, "ListExecutions", "{\"mapRunArn\":\"<run>\"}");
    size_t good = count_of(buf_str(&s->answer), "\"SUCCEEDED\""),
           begun = count_of(buf_str(&s->answer), "\"status\"");
    buf_printf(&want,
               "\"executionCounts\":{\"pending\":%zu,\"running\":0,\"succeeded\":%zu,"
               "\"failed\":0,\"timedOut\":0,\"aborted\":%zu,\"total\":%zu,",
               items - begun, good, begun - good, items);
    scene_call(s, "DescribeMapRun", "{\"mapRunArn\":\"<run>\"}");
    ck_assert_msg(strstr(buf_str(&s->answer), buf_str(&want)), "%s, after %d turns: %s, not %s",
                  when, turns, buf_str(&s->answer), buf_str(&want));
    buf_clear(&want);
}

static void stop_after(struct scene *s, int turns)
{
    for (int i = 0; i < turns; i++)
        scene_turn(s);
    scene_ask(s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_settle(s);
}

/* Whenever a Map Run is stopped: what had not begun by then pends, and never begins; what had
 * succeeded has, though its Map did not hear of it. So it is when that is redriven and stopped
 * again. */
START_TEST(counts_of_a_stopped_map_run_are_those_of_its_children)
{
    enum { ITEMS = 3, TURNS = 5 };

    for (int turns = 0; turns < TURNS * TURNS; turns++) {
        struct scene s;
        scene_init(&s, MEMORY);
        scene_call_well(
            &s, "CreateStateMachine",
            "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\""
            "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","
            "\\\"MaxConcurrency\\\":2,\\\"ItemProcessor\\\":{"
            "\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\",\\\"ExecutionType\\\":"
            "\\\"STANDARD\\\"},\\\"StartAt\\\":\\\"P\\\",\\\"States\\\":{\\\"P\\\":{\\\"Type\\\":"
            "\\\"Pass\\\",\\\"End\\\":true}}},\\\"End\\\":true}}}\"}");
        scene_ask(
            &s, "StartExecution",
            "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[1,2,3]\"}");
        stop_after(&s, 1 + turns % TURNS);
        scene_call(&s, "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
        expect_counts_as_listed(&s, ITEMS, "stopped", turns);
        scene_ask(&s, "RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
        stop_after(&s, 1 + turns / TURNS);
        expect_counts_as_listed(&s, ITEMS, "stopped once more", turns);
        scene_clear(&s);
    }
}
END_TEST

struct look {
    const char *when;
    struct store_counts counts;
};

static void expect_healthy(void *user, const char *where, const char *what)
{
    const struct look *l = user;

    ck_abort_msg("%s: %s: %s", l->when, where, what);
}

/* What is in the file, with which nothing is wrong. */
static struct store_counts look_at_file(const char *when)
{
    struct diag why = {0};
    struct look l = {.when = when};
    store *s = store_sqlite_look(scene_files.file, &why);

    ck_assert_msg(s != NULL, "%s: %s", when, why.text);
    ck_assert_msg(store_check(s, expect_healthy, &l, &l.counts, &why), "%s: %s", when, why.text);
    ck_assert_msg(l.counts.executions || !l.counts.rows, "%s: events of nobody", when);
    store_free(s);
    return l.counts;
}

static const struct {
    const char *name, *definition, *input;
    bool stop;       /* the execution, before the machine is deleted */
    int64_t kept_ms; /* it goes by retention instead; 0: its machine is deleted */
} families[] = {
    {"children that failed", MAP_RUN("STANDARD", ""), "[<items>]", false, 0},
    {"children that are being stopped", MAP_RUN_WAITS, "[1,2,3]", true, 0},
    {"Express children", MAP_RUN("EXPRESS", ""), "[1,2,3]", false, 0},
    {"an execution that is too old", MAP_RUN("STANDARD", ""), "[<items>]", false, 5000},
};

/* Map Runs go with their machine, or with the execution that had them: in pieces, and with a crash
 * in the midst. */
START_TEST(map_runs_go_with_what_had_them)
{
    struct scene s;
    struct buf input = {0}, start = {0};
    const char *name = families[_i].name, *items = strstr(families[_i].input, "<items>");

    scene_init(&s, SQLITE);
    s.retention_ms = families[_i].kept_ms;
    scene_crash(&s);
    buf_printf(&start, "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"%s\"}",
               families[_i].definition);
    scene_call_well(&s, "CreateStateMachine", buf_str(&start));
    for (int i = 0; items && i < 200; i++)
        buf_printf(&input, i ? ",%d" : "[%d", i);
    buf_adds(&input, items ? "]" : families[_i].input);
    buf_reset(&start);
    buf_printf(&start, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"%s\"}",
               buf_str(&input));
    scene_call(&s, "StartExecution", buf_str(&start));
    scene_settle(&s);
    ck_assert_msg(look_at_file(name).executions > 0, "%s", name);
    if (families[_i].stop)
        scene_call(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    if (families[_i].kept_ms)
        s.now_ms += 20000;
    else
        scene_call(&s, "DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    uint64_t left = UINT64_MAX;
    /* What a turn lets go of, the next one commits. */
    for (int i = 0; i < 20 && left; i++) {
        scene_turn(&s);
        scene_turn(&s);
        scene_fall_down(&s);
        store_free(s.store);
        left = look_at_file(name).executions;
        scene_open_store(&s);
        scene_wake_up(&s);
    }
    scene_settle(&s);
    ck_assert_msg(!left, "%s: %d are left", name, (int)left);
    scene_clear(&s);
    struct store_counts counts = look_at_file(name);
    ck_assert_msg(!counts.executions && (families[_i].kept_ms || !counts.definitions), "%s", name);
    buf_clear(&input);
    buf_clear(&start);
}
END_TEST

/* A Map Run may run, or be redriven, long after its first executions have ended. */
START_TEST(children_are_kept_with_their_map_run)
{
    struct scene s;

    scene_init(&s, _i);
    s.retention_ms = 5000;
    scene_crash(&s);
    scene_start_m(&s, MAP_RUN_WAITS, "[1,2]");
    scene_call(&s, "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    s.now_ms += 61000;
    scene_settle(&s);
    for (int i = 0; i < 3; i++, s.now_ms += 20000) {
        scene_crash(&s);
        scene_call_well(&s, "ListExecutions", "{\"mapRunArn\":\"<run>\"}");
        ck_assert_msg(count_of(buf_str(&s.answer), "\"status\"") == 2, "%s", buf_str(&s.answer));
        scene_call_well(&s, "DescribeMapRun", "{\"mapRunArn\":\"<run>\"}");
        scene_expect_words(&s, "\"total\":2");
    }
    scene_settle(&s);
    scene_call_well(&s, "ListExecutions", "{\"mapRunArn\":\"<run>\"}");
    ck_assert_msg(count_of(buf_str(&s.answer), "\"SUCCEEDED\"") == 2, "%s", buf_str(&s.answer));
    s.now_ms += 70000;
    scene_settle(&s);
    scene_call_in_vain(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}",
                       "ExecutionDoesNotExist");
    scene_call(&s, "DescribeMapRun", "{\"mapRunArn\":\"<run>\"}");
    ck_assert_msg(s.status == 400, "%s", buf_str(&s.answer));
    scene_clear(&s);
}
END_TEST

/* What is left of a Map Run while it goes lacks executions, and a redrive would begin them anew. */
START_TEST(what_goes_is_not_redriven)
{
    struct scene s;
    struct buf input = {0};

    scene_init(&s, _i);
    s.retention_ms = 5000;
    scene_crash(&s);
    for (int i = 0; i < 400; i++)
        buf_printf(&input, i ? ",%d" : "[%d", i);
    buf_adds(&input, "]");
    scene_start_m(&s, MAP_RUN("STANDARD", ""), buf_str(&input));
    s.now_ms += 70000;
    scene_turn(&s);
    scene_turn(&s);
    scene_call_well(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_call_in_vain(&s, "RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}",
                       "ExecutionDoesNotExist");
    scene_clear(&s);
    buf_clear(&input);
}
END_TEST

/* How many events of children have data, and how many have null in its place. */
struct data_kept {
    size_t kept, taken;
};

static bool count_data(void *user, const struct rt_event *e)
{
    struct data_kept *d = user;

    if ((e->kind == RT_CHILD_STARTED || e->kind == RT_CHILD_ENDED) && e->data)
        *(json_kind(e->data) == JSON_NULL ? &d->taken : &d->kept) += 1;
    return true;
}

static void expect_data_kept(struct scene *s, const char *what, size_t kept, size_t taken)
{
    struct data_kept d = {0};
    uint64_t execution = 0;

    ck_assert(store_find_arn(s->store, EXECUTION("m:e"), &execution, NULL));
    ck_assert(store_read(s->store, execution, 0, count_data, &d, NULL));
    ck_assert_msg(d.kept == kept && d.taken == taken, "%s: %zu kept, %zu taken", what, d.kept,
                  d.taken);
}

/* What children began with and gave would be the whole file: once nobody can redrive the Map Run,
 * it goes. Counts and the output stay. */
START_TEST(data_of_children_goes_with_success)
{
    struct scene s;

    scene_init(&s, _i);
    scene_call_well(&s, "CreateStateMachine",
                    "{\"name\":\"m\",\"roleArn\":\"" ROLE
                    "\",\"definition\":\"" MAP_RUN("STANDARD", "") "\"}");
    scene_call_well(
        &s, "StartExecution",
        "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[1,2,3]\"}");
    scene_settle(&s);
    expect_data_kept(&s, "it failed, and may be redriven", 3, 0);
    scene_call_well(&s, "RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_settle(&s);
    expect_data_kept(&s, "it succeeded", 0, 6);
    scene_call_well(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    ck_assert(strstr(buf_str(&s.answer), "[\\\"at last\\\",\\\"at last\\\",\\\"at last\\\"]"));
    scene_call_well(&s, "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_call_well(&s, "DescribeMapRun", "{\"mapRunArn\":\"<run>\"}");
    ck_assert_msg(strstr(buf_str(&s.answer), "\"succeeded\":3"), "%s", buf_str(&s.answer));
    scene_clear(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_map_runs");
    TCase *tc = scene_case("api_map_runs");

    scene_add_stories(tc, stories, COUNT(stories));
    tcase_add_test(tc, map_run_is_redriven_a_thousand_times);
    tcase_add_test(tc, map_runs_wait_for_their_turn);
    tcase_add_test(tc, what_is_told_of_a_map_run_is_read_once);
    tcase_add_test(tc, children_are_counted_without_their_rows);
    tcase_add_test(tc, counts_of_a_stopped_map_run_are_those_of_its_children);
    tcase_add_loop_test(tc, data_of_children_goes_with_success, 0, KINDS);
    tcase_add_loop_test(tc, children_are_kept_with_their_map_run, 0, KINDS);
    tcase_add_loop_test(tc, what_goes_is_not_redriven, 0, KINDS);
    tcase_add_loop_test(tc, map_runs_go_with_what_had_them, 0, COUNT(families));
    suite_add_tcase(s, tc);
    return run_suite(s);
}
