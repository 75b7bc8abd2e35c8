/*
 * What a suite file may have: one row a field. A new field of a case stands here, and where it is
 * used; the checks, the JSON Schema and docs/testing.md follow from the row.
 */
#include "tools/test/suite_fields.h"

#include "tools/test/case_check.h"
#include "tools/test/matcher.h"
#include "tools/test/mocking.h"

#include <inttypes.h>

#define SHAPE(name, ...) static const struct schema_shape name = {__VA_ARGS__}
#define FIELDS(rows) .fields = rows, .count = sizeof rows / sizeof *rows

SHAPE(any, .forms = SCHEMA_ANY);
SHAPE(pattern, .forms = SCHEMA_PATTERN);
SHAPE(patterns, .forms = SCHEMA_LIST | SCHEMA_MATCHER, .of = &pattern);
SHAPE(pattern_by_name, .forms = SCHEMA_MAP, .of = &pattern);
SHAPE(text, .forms = SCHEMA_TEXT);
SHAPE(reason, .forms = SCHEMA_TEXT, .hint = "say why: skip: REASON");
SHAPE(texts, .forms = SCHEMA_LIST | SCHEMA_TEXT, .of = &text);
SHAPE(file, .forms = SCHEMA_FILE);
SHAPE(files, .forms = SCHEMA_LIST | SCHEMA_FILE, .of = &file);
SHAPE(values_by_name, .forms = SCHEMA_MAP, .of = &any);
SHAPE(flag, .forms = SCHEMA_FLAG);
SHAPE(yes, .forms = SCHEMA_TRUE);
SHAPE(whole, .forms = SCHEMA_COUNT);
SHAPE(duration, .forms = SCHEMA_DURATION);
SHAPE(duration_pattern, .forms = SCHEMA_DURATION | SCHEMA_MATCHER);
SHAPE(duration_patterns, .forms = SCHEMA_LIST | SCHEMA_MATCHER, .of = &duration_pattern);
SHAPE(instant, .forms = SCHEMA_TIME);
SHAPE(range, .forms = SCHEMA_RANGE);
SHAPE(expression, .forms = SCHEMA_EXPRESSION);

/* ---- mocks ---- */

static const struct schema_field error_rows[] = {
    {"error", &text, "The error's name, as Retry and Catch see it.", true},
    {"cause", &text,
     "The cause. Without it the error has none, of which a Catcher makes an empty text.", false},
};
static const struct schema_object error_fields = {
    .name = "error", .about = "An error that a Task fails with.", FIELDS(error_rows)};
SHAPE(thrown, .forms = SCHEMA_OBJECT | SCHEMA_TEXT, .object = &error_fields);

/* No heartbeat at all is told by leaving the field out, and a Task counts them in 32 bits. */
static void check_heartbeats(const struct asl_at *at, struct asl_report *report)
{
    struct asl_at every, times;
    int64_t ms;

    if (asl_at_member(at, "every", &every) && schema_duration(every.value, &ms) && ms == 0)
        schema_refuse(report, &every, ASL_VALUE, "without heartbeats leave 'heartbeats' out",
                      "heartbeats come one after another, so this is more than 0");
    if (asl_at_member(at, "times", &times) && json_kind(times.value) == JSON_INT &&
        (json_int_value(times.value) == 0 || json_int_value(times.value) > UINT32_MAX))
        schema_refuse(report, &times, ASL_VALUE, "without heartbeats leave 'heartbeats' out",
                      "this should be a whole number from 1 to %" PRIu32, UINT32_MAX);
}

static const struct schema_field heartbeats_rows[] = {
    {"every", &duration, "How long after the call, and after each other, they come.", true},
    {"times", &whole, "How many come at most; without it they come until the answer.", false},
};
static const struct schema_object heartbeats_fields = {
    .name = "heartbeats",
    .about = "Heartbeats of a Task that has HeartbeatSeconds.",
    FIELDS(heartbeats_rows),
    .check = check_heartbeats};
SHAPE(heartbeats, .forms = SCHEMA_OBJECT, .object = &heartbeats_fields);

/* A rule says one thing that comes, or that nothing does. */
static void check_rule(const struct asl_at *at, struct asl_report *report)
{
    static const char *const actions[] = {"return", "throw", "never", "real"};
    size_t count = 0;

    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        count += json_get(at->value, actions[i]) != NULL;
    if (count != 1)
        schema_refuse(report, at, ASL_VALUE,
                      "write return: VALUE, throw: ERROR, never: true or "
                      "real: true",
                      count ? "this mock has several answers instead of one"
                            : "this mock has no answer");
    struct asl_at returned;
    if (asl_at_member(at, "return", &returned))
        mocking_check_value(&returned, report);
}

static const struct schema_field rule_rows[] = {
    {"return", &any,
     "The Task succeeds with this. Text `{% … %}` in it is JSONata, which sees `$arguments` (what "
     "the Task sends), `$attempt` (0 for the first try), `$call` (how many calls of the state "
     "came before), and in a Map `$item` and `$index`.",
     false},
    {"throw", &thrown, "The Task fails: the error's name, or an object with `error` and `cause`.",
     false},
    {"never", &yes, "Nothing comes, so that the Task's time-out or heartbeat acts.", false},
    {"real", &yes, "The handler of the handlers file does the work.", false},
    {"after", &duration, "The answer comes so long after the call, in virtual time.", false},
    {"heartbeats", &heartbeats, "Heartbeats that come before the answer.", false},
    {"submitted", &any,
     "What the service says when it takes the call on (`.sync`, `.waitForTaskToken`); without it, "
     "what is returned.",
     false},
    {"worker", &text, "The name of the worker that takes an activity's task.", false},
    {"attempt", &range,
     "Only for these tries: `0` is the first, `1-3` the first three retries, "
     "`4-` all from the fourth on.",
     false},
    {"call", &range, "Only for these calls of the state, counted from 0 over the whole execution.",
     false},
    {"item", &range, "Only for these items of the Map around the state, counted from 0.", false},
    {"when", &expression, "Only when this JSONata is true; it sees what `return` sees.", false},
};
static const struct schema_object rule_fields = {
    .name = "mock",
    .about = "An answer to a Task's calls, and which calls it is for. In a list of them the first "
             "one that fits a call answers it.",
    FIELDS(rule_rows),
    .check = check_rule};
SHAPE(rule, .forms = SCHEMA_OBJECT, .object = &rule_fields);
SHAPE(rules, .forms = SCHEMA_OBJECT | SCHEMA_LIST, .object = &rule_fields, .of = &rule);
SHAPE(mocks, .forms = SCHEMA_MAP, .of = &rules);

/* ---- expectations ---- */

/* What is empty would hold whatever comes: nobody means that. */
static void refuse_empty(const struct asl_at *at, struct asl_report *report)
{
    bool holds = json_is_array(at->value) || json_is_object(at->value);

    if (holds && !json_count(at->value))
        schema_refuse(report, at, ASL_VALUE, "leave it out, or say what is expected",
                      "this is empty, so that it expects nothing");
}

static void refuse_empty_members(const struct asl_at *at, const char *const *names,
                                 struct asl_report *report)
{
    struct asl_at member;

    for (; *names; names++)
        if (asl_at_member(at, *names, &member))
            refuse_empty(&member, report);
}

static void check_path(const struct asl_at *at, struct asl_report *report)
{
    static const char *const lists[] = {"contains", "order", "never", "counts", NULL};

    refuse_empty(at, report);
    refuse_empty_members(at, lists, report);
}

static const char *const status_words[] = {"SUCCEEDED", "FAILED",       "TIMED_OUT",
                                           "ABORTED",   "RUNNING",      "STUCK",
                                           "RETRIABLE", "CAUGHT_ERROR", NULL};
SHAPE(status, .forms = SCHEMA_WORD, .words = status_words);
SHAPE(order, .forms = SCHEMA_LIST, .of = &text);

static const struct schema_field path_rows[] = {
    {"exact", &order, "The states in the order in which they are entered, all of them.", false},
    {"contains", &order, "States that are entered, in any order.", false},
    {"order", &order, "States that are entered in this order, with any others between.", false},
    {"never", &order, "States that are not entered.", false},
    {"counts", &pattern_by_name, "How often states are entered: a number, or a matcher.", false},
};
static const struct schema_object path_fields = {
    .name = "path",
    .about = "The states that are entered. A state within a Map or Parallel is named `Map/State`; "
             "`exact` looks at the machine's own states only, the others at all.",
    FIELDS(path_rows),
    .check = check_path};
SHAPE(path, .forms = SCHEMA_OBJECT | SCHEMA_LIST, .object = &path_fields, .of = &text);
SHAPE(chains, .forms = SCHEMA_MAP, .of = &order);

static const struct schema_field calls_rows[] = {
    {"count", &pattern, "How many calls there are: a number, or a matcher.", false},
    {"each", &pattern, "What every call sends.", false},
    {"inputs", &patterns, "What the calls send, in their order: a list, or a matcher of it.",
     false},
    {"attempts", &patterns,
     "Which tries they are, in their order: a list of numbers, or a matcher of it.", false},
    {"pauses", &duration_patterns,
     "How long after the one before each call comes: a list of durations, or a matcher of it.",
     false},
    {"at", &duration_patterns,
     "When they come, since the execution began: a list of durations, or a matcher of it.", false},
};
static const struct schema_object calls_fields = {.name = "calls",
                                                  .about = "The calls of a Task state.",
                                                  FIELDS(calls_rows),
                                                  .check = refuse_empty};
SHAPE(calls_of, .forms = SCHEMA_OBJECT | SCHEMA_LIST, .object = &calls_fields, .of = &pattern);
SHAPE(calls, .forms = SCHEMA_MAP, .of = &calls_of);
SHAPE(predicate, .forms = SCHEMA_EXPRESSION | SCHEMA_PATH);
SHAPE(objects, .forms = SCHEMA_MAP, .of = &pattern);
SHAPE(objects_by_bucket, .forms = SCHEMA_MAP, .of = &objects);
SHAPE(predicates, .forms = SCHEMA_EXPRESSION | SCHEMA_PATH | SCHEMA_LIST, .of = &predicate);

static const char *const snapshot_words[] = {"output", "path", "calls", "events", NULL};
SHAPE(snapshot_part, .forms = SCHEMA_WORD, .words = snapshot_words);
SHAPE(snapshot, .forms = SCHEMA_FLAG | SCHEMA_LIST, .of = &snapshot_part);

static const struct schema_field expect_rows[] = {
    {"status", &status,
     "How the execution ends: `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`; `RUNNING` behind the "
     "state of `until`; `STUCK` where it waits for something that never comes; of a state alone "
     "(`state`) also `RETRIABLE` and `CAUGHT_ERROR`. Without it, FAILED where `error` or `cause` "
     "is "
     "expected (of a state alone CAUGHT_ERROR if `next` or `output` is, too), RUNNING with "
     "`until`, "
     "else SUCCEEDED.",
     false},
    {"output", &pattern, "The output. Matchers may stand in it.", false},
    {"error", &pattern, "The name of the error that it fails with.", false},
    {"cause", &pattern, "The cause that it fails with; `{$absent: true}` where it has none.",
     false},
    {"path", &path, "The states that are entered: a list of all, or an object.", false},
    {"chains", &chains,
     "The states that iterations and branches enter, in their order: `Map[0]` is the first "
     "iteration, `Parallel[1]` the second branch, `Parallel[1]/Map[0]` an iteration within that "
     "branch.",
     false},
    {"calls", &calls, "What Tasks send, by state: a list of what each call sends, or an object.",
     false},
    {"duration", &duration_pattern,
     "How long it takes in virtual time: a duration, or a matcher of seconds.", false},
    {"variables", &pattern, "Variables as they are at the end.", false},
    {"events", &patterns,
     "Events of the history, in this order, with any others between: each a matcher of an event "
     "as GetExecutionHistory gives it, of which not all members need be told. Or a matcher of the "
     "list of all events.",
     false},
    {"buckets", &objects_by_bucket,
     "What is in the buckets of the case at the end: by bucket and key, a text that the object "
     "has, or the value of which it has the JSON; `{$absent: true}` where there is none. A `*` in "
     "a "
     "key stands for any text, where no object is called so.",
     false},
    {"next", &text, "With `state`: the state that comes next.", false},
    {"inspection", &pattern,
     "With `state`: the inspectionData that TestState gives, of which not all members need be "
     "told; "
     "data that is text there is JSON here.",
     false},
    {"that", &predicates,
     "JSONata that must be true, or JSONPath that must find something other than false, null or "
     "nothing (one that is for several values, one such value), over what came: an object with "
     "status, output, error, cause, path, chains, calls, "
     "duration, variables and events.",
     false},
    {"snapshot", &snapshot,
     "Compares with what `asl test --update` wrote down: true, or a list of output, path, calls, "
     "events.",
     false},
};
/* Arguments of the matchers in these members. */
static void check_expect(const struct asl_at *at, struct asl_report *report)
{
    static const char *const lists[] = {"events", "that", "calls", "chains", "buckets", NULL};

    refuse_empty_members(at, lists, report);
}
static const struct schema_object expect_fields = {
    .name = "expectations",
    .about = "What must come of an execution. Without any of these it must succeed.",
    FIELDS(expect_rows),
    .check = check_expect};
SHAPE(expect, .forms = SCHEMA_OBJECT, .object = &expect_fields);

/* ---- cases ---- */

static const struct schema_field configuration_rows[] = {
    {"retrierRetryCount", &whole, "How often the retrier that fits the error has retried before.",
     false},
    {"errorCausedByState", &text, "The state within the Map or Parallel that the error comes from.",
     false},
    {"mapIterationFailureCount", &whole, "How many iterations of the Map have failed.", false},
    {"mapItemReaderData", &text, "What the Map's ItemReader reads: the text of the file.", false},
};
static const struct schema_object configuration_fields = {
    .name = "configuration",
    .about = "What a state that runs alone is told of how it came there, by TestState's names.",
    FIELDS(configuration_rows)};
SHAPE(configuration, .forms = SCHEMA_OBJECT, .object = &configuration_fields);

static const char *const check_words[] = {"strict", "present", "none", NULL};
SHAPE(checks, .forms = SCHEMA_WORD, .words = check_words);

SHAPE(bucket, .forms = SCHEMA_FILE | SCHEMA_MAP, .of = &any,
      .hint = "write the name of a folder, or the objects: {KEY: TEXT}");
SHAPE(buckets, .forms = SCHEMA_MAP, .of = &bucket);

#define CASE_FIELDS                                                                                 \
    {"input", &any, "The execution's input; `{}` without it.", false},                              \
        {"with", &values_by_name,                                                                   \
         "What is different in the input that the case or the defaults say: members that replace "  \
         "others or are added, at any depth; null takes one away (JSON Merge Patch).",              \
         false},                                                                                    \
        {"context", &values_by_name, "Members of the context object, beside AWS's.", false},        \
        {"execution", &text, "The execution's name.", false},                                       \
        {"variables", &values_by_name, "Variables that are assigned from the start.", false},       \
        {"clock", &instant, "The virtual time at which it starts.", false},                         \
        {"seed", &whole, "What jitter, UUIDs and random numbers follow from.", false},              \
        {"handlers", &file, "The handlers file, for Tasks that are not mocked.", false},            \
        {"buckets", &buckets,                                                                       \
         "Buckets of S3 that the case has for itself, by name: the name of a folder whose files "   \
         "are the objects, or the objects: keys with texts, or with values that are written as "    \
         "JSON. What the case changes in them is gone afterwards.",                                 \
         false},                                                                                    \
        {"start", &text, "The state that it starts with, instead of StartAt.", false},              \
        {"until", &text, "Stops when this state was left.", false},                                 \
        {"state", &text,                                                                            \
         "Runs this state alone, as AWS's TestState does; its status may be RETRIABLE or "          \
         "CAUGHT_ERROR, too.",                                                                      \
         false},                                                                                    \
        {"configuration", &configuration, "With `state`: TestState's stateConfiguration.", false},  \
        {"mocks", &mocks,                                                                           \
         "Answers to Tasks: by state (`State`, or `Map/State`), by resource (`arn:…`, where `*` " \
         "is any text), by Lambda function (`function:NAME`).",                                     \
         false},                                                                                    \
        {"check", &checks,                                                                          \
         "How mocks are held against what the service answers: `present` looks at the members "     \
         "that they have, `strict` misses those that are always there, too, `none` does not "       \
         "look; "                                                                                   \
         "`present` without it.",                                                                   \
         false},                                                                                    \
        {"expect", &expect, "What must come of it.", false},                                        \
    {                                                                                               \
        "tags", &texts,                                                                             \
            "Words to choose cases by: asl test --tag. Those of the defaults and of a row's case "  \
            "count, too.",                                                                          \
            false                                                                                   \
    }

static const struct schema_object case_fields;

static const struct schema_field row_rows[] = {
    {"name", &text, "What tells the row from others; its number without it.", false},
    CASE_FIELDS,
};
static const struct schema_object row_fields = {
    .name = "row",
    .about = "One row of a case's table: what is different from the case. Mocks and expectations "
             "are added to those of the case, as those of a case are to those of the defaults.",
    FIELDS(row_rows),
    .like = &case_fields,
    .within = &expect_fields,
    .within_field = "expect",
    .check = case_check_fields};
SHAPE(row, .forms = SCHEMA_OBJECT, .object = &row_fields);
SHAPE(foreach, .forms = SCHEMA_LIST, .of = &row);

static void check_case(const struct asl_at *at, struct asl_report *report)
{
    struct asl_at state, rows;

    case_check_fields(at, report);
    if (asl_at_member(at, "foreach", &rows) && json_is_array(rows.value) && !json_count(rows.value))
        schema_refuse(report, &rows, ASL_VALUE, "leave it out, or give it a row",
                      "the table has no row, so the case would never run");

    if (asl_at_member(at, "state", &state) &&
        (json_get(at->value, "start") || json_get(at->value, "until") ||
         json_get(at->value, "buckets")))
        schema_refuse(report, &state, ASL_KEY, "leave out start, until and buckets",
                      "a case with 'state' runs that state alone");
}

static const struct schema_field case_rows[] = {
    {"about", &text, "What the case shows, for readers.", false},
    CASE_FIELDS,
    {"foreach", &foreach, "A table: the case runs once for each row.", false},
    {"skip", &reason, "Leaves the case out, and says why.", false},
    {"only", &flag, "Runs this case of the suite, and others that say so, alone.", false},
};
static const struct schema_object case_fields = {.name = "case",
                                                 .about =
                                                     "One execution, and what must come of it.",
                                                 FIELDS(case_rows),
                                                 .within = &expect_fields,
                                                 .within_field = "expect",
                                                 .check = check_case};
SHAPE(test_case, .forms = SCHEMA_OBJECT, .object = &case_fields);
SHAPE(cases, .forms = SCHEMA_MAP, .of = &test_case,
      .hint = "write cases with their names before them: NAME: {…}");

static const struct schema_field defaults_rows[] = {CASE_FIELDS};
static const struct schema_object defaults_fields = {
    .name = "defaults",
    .about = "Fields that every case has unless it says otherwise. Mocks are added to those of the "
             "case. Of expectations each `that` counts; `calls`, `chains`, `path`, `variables` and "
             "`buckets` "
             "are added key by key, of a key the case's; of the others the case's are taken.",
    FIELDS(defaults_rows),
    .like = &case_fields,
    .within = &expect_fields,
    .within_field = "expect",
    .check = case_check_fields};
SHAPE(defaults, .forms = SCHEMA_OBJECT, .object = &defaults_fields);

/* ---- files ---- */

static const struct schema_field suite_rows[] = {
    {"definition", &file,
     "The definition's file, or FILE#MACHINE in a template of SAM, CloudFormation, the CDK, "
     "Serverless or Terraform; without it the file beside NAME.test.yaml that is called "
     "NAME.asl.json, NAME.asl.yaml, NAME.json and so on.",
     false},
    {"substitutions", &values_by_name, "Values for placeholders, `${NAME}`.", false},
    {"include", &files, "Files with mocks that several suites share.", false},
    {"mocks", &mocks, "Mocks of all cases.", false},
    {"defaults", &defaults, "What all cases have.", false},
    {"cases", &cases, "The cases, by name.", true},
};
const struct schema_object suite_fields = {
    .name = "suite",
    .about =
        "A suite: cases for one definition. Members `x-…` are its author's own, such as a place "
        "for anchors of YAML.",
    FIELDS(suite_rows),
    .remarks = true};

static const struct schema_field shared_rows[] = {
    {"mocks", &mocks, "Mocks, as a suite has them.", true},
};
const struct schema_object shared_mocks_fields = {
    .name = "file of shared mocks", .about = "Mocks that suites share.", FIELDS(shared_rows)};
