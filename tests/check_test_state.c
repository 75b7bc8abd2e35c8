/* TestState: one request a row, and all of its answer. */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "runtime/api/api.h"

#include <string.h>

enum { NOW_MS = 1700000000 };

#define FUNCTION "arn:aws:lambda:us-east-1:123456789012:function:f"
#define TASK(resource, more)                                                                       \
    "{\"Type\":\"Task\",\"Resource\":\"" resource "\",\"End\":true" more "}"
#define MAP(more)                                                                                  \
    "{\"Type\":\"Map\",\"ItemsPath\":\"$.v\",\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":"    \
    "\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},\"StartAt\":\"I\",\"States\":{\"I\":{"        \
    "\"Type\":\"Pass\",\"End\":true}}},\"End\":true" more "}"
#define MAP_A(more)                                                                                \
    "{\"Type\":\"Map\",\"QueryLanguage\":\"JSONata\",\"Items\":\"{% $states.input.v %}\","         \
    "\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":"          \
    "\"STANDARD\"},\"StartAt\":\"I\",\"States\":{\"I\":{\"Type\":\"Pass\",\"End\":true}}},"        \
    "\"End\":true" more "}"
#define FAILURE "\"mock\":{\"errorOutput\":{\"error\":\"E\",\"cause\":\"C\"}}"

static const struct {
    const char *name;
    const char *definition, *input, *context, *variables, *result; /* texts; NULL: not given */
    const char *more;                                              /* members of the request */
    int status;
    const char *want; /* of 200: the answer, in which text that is JSON is that; else the message */
} rows[] = {
    {"a state without a name is called StateName",
     "{\"Type\":\"Pass\",\"Parameters\":{\"n.$\":"
     "\"$$.State.Name\"},\"End\":true}",
     NULL, NULL, NULL, NULL, "", 200,
     "{\"output\":{\"n\":\"StateName\"},\"status\":\"SUCCEEDED\"}"},
    {"so is one that has a name",
     "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"Parameters\":{\"n.$\":"
     "\"$$.State.Name\",\"m.$\":\"$$..Map\"},\"End\":true}}}",
     NULL, NULL, NULL, NULL, "\"stateName\":\"A\"", 200,
     "{\"output\":{\"n\":\"StateName\",\"m\":[]},\"status\":\"SUCCEEDED\"}"},
    {"States in data are none",
     "{\"StartAt\":\"D\",\"States\":{\"D\":{\"Type\":\"Pass\",\"Result\":{\"States\":{\"A\":{"
     "\"Type\":\"Pass\",\"End\":true}}},\"End\":true}}}",
     NULL, NULL, NULL, NULL, "\"stateName\":\"A\"", 400, "State not found in definition"},
    {"a state inside of a Map has the first item, which is its input",
     "{\"StartAt\":\"M\",\"States\":{\"M\":{\"Type\":\"Map\",\"ItemProcessor\":{\"StartAt\":\"A\","
     "\"States\":{\"A\":{\"Type\":\"Pass\",\"Parameters\":{\"m.$\":\"$$.Map\"},\"End\":true}}},"
     "\"End\":true}}}",
     "[7]", NULL, NULL, NULL, "\"stateName\":\"A\"", 200,
     "{\"output\":{\"m\":{\"Item\":{\"Index\":0,\"Value\":[7],\"Source\":\"STATE_DATA\"}}},"
     "\"status\":\"SUCCEEDED\"}"},
    {"failed iterations of a Map without a threshold fail nothing", MAP(""), "{\"v\":[1,2]}", NULL,
     NULL, "[0,1]", "\"stateConfiguration\":{\"mapIterationFailureCount\":2}", 200,
     "{\"output\":[0,1],\"status\":\"SUCCEEDED\"}"},
    {"its context object has no redrives, and no role that wasn't given",
     "{\"Type\":\"Pass\",\"Parameters\":{\"r.$\":\"$$.Execution.RoleArn\",\"x.$\":"
     "\"$$..RedriveCount\"},\"End\":true}",
     NULL, NULL, NULL, NULL, "", 200,
     "{\"output\":{\"r\":null,\"x\":[]},\"status\":\"SUCCEEDED\"}"},
    {"a context object that is given is all there is",
     TASK(FUNCTION, ",\"ResultSelector\":{\"c.$\":\"$$\"}"), NULL, "{}", NULL, "1", "", 200,
     "{\"output\":{\"c\":{}},\"status\":\"SUCCEEDED\"}"},
    {"a context object's fields are known", TASK(FUNCTION, ""), NULL,
     "{\"Execution\":{\"pokemon\":1}}", NULL, "1", "", 400,
     "Invalid Context object provided: Field 'pokemon' is not allowed"},
    {"only who waits for more has a token", TASK(FUNCTION, ""), NULL,
     "{\"Task\":{\"Token\":\"t\"}}", NULL, "1", "", 400,
     "Invalid Context object provided: Context object contains 'Task' when state is not a Task "
     "state with a '.sync' or '.waitForTaskToken' service integration pattern"},
    {"and have their types", TASK(FUNCTION, ""), NULL, "{\"State\":{\"RetryCount\":\"1\"}}", NULL,
     "1", "", 400, "Invalid Context object provided: State.RetryCount must be a number"},
    {"a context object stands beside a mock", TASK(FUNCTION, ""), NULL, "{}", NULL, NULL,
     "\"roleArn\":\"r\"", 400, "TestState does not support Context when a mock is not specified."},
    {"the way through a JSONata state is its Arguments and its result",
     TASK(FUNCTION, ",\"QueryLanguage\":\"JSONata\",\"Arguments\":{\"a\":\"{% $states.input.x "
                    "%}\"},\"Output\":\"{% $states.result.y %}\",\"Assign\":{\"v\":1}"),
     "{\"x\":2}", NULL, "{\"w\":0}", "{\"y\":3}", "\"inspectionLevel\":\"DEBUG\"", 200,
     "{\"output\":\"3\",\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{\"x\":2},"
     "\"afterArguments\":{\"a\":2},\"result\":{\"y\":3},\"variables\":{\"w\":0,\"v\":1}}}"},
    {"and of others, the input", "{\"Type\":\"Pass\",\"QueryLanguage\":\"JSONata\",\"End\":true}",
     "{\"x\": 2}", NULL, NULL, NULL, "\"inspectionLevel\":\"TRACE\"", 200,
     "{\"output\":{\"x\":2},\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{\"x\":2}}}"},
    {"an expression that fails can be caught",
     TASK(FUNCTION, ",\"QueryLanguage\":\"JSONata\",\"Output\":\"{% $states.result.no %}\","
                    "\"Catch\":[{\"ErrorEquals\":[\"States.QueryEvaluationError\"],\"Next\":\"N\","
                    "\"Output\":{\"c\":1}}]"),
     NULL, NULL, NULL, "{}", "\"inspectionLevel\":\"DEBUG\"", 200,
     "{\"output\":{\"c\":1},\"nextState\":\"N\",\"error\":\"States.QueryEvaluationError\","
     "\"cause\":\"The JSONata expression '$states.result.no' specified for the field 'Output' "
     "returned nothing (undefined).\",\"status\":\"CAUGHT_ERROR\",\"inspectionData\":{\"input\":{},"
     "\"result\":{},\"errorDetails\":{\"catchIndex\":0}}}"},
    {"a retrier that is used up is named",
     TASK(FUNCTION, ",\"Retry\":[{\"ErrorEquals\":[\"F\"]},{\"ErrorEquals\":[\"E\"],"
                    "\"MaxAttempts\":2}]"),
     NULL, NULL, NULL, NULL,
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"retrierRetryCount\":2}," FAILURE, 200,
     "{\"error\":\"E\",\"cause\":\"C\",\"status\":\"FAILED\",\"inspectionData\":{\"input\":{},"
     "\"afterInputPath\":{},\"afterParameters\":{},\"errorDetails\":{\"retryIndex\":1}}}"},
    {"the second retry waits for longer",
     TASK(FUNCTION, ",\"Retry\":[{\"ErrorEquals\":[\"E\"],\"IntervalSeconds\":3}]"), NULL, NULL,
     NULL, NULL,
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"retrierRetryCount\":1}," FAILURE, 200,
     "{\"error\":\"E\",\"cause\":\"C\",\"status\":\"RETRIABLE\",\"inspectionData\":{\"input\":{},"
     "\"afterInputPath\":{},\"afterParameters\":{},\"errorDetails\":{\"retryIndex\":0,"
     "\"retryBackoffIntervalSeconds\":6}}}"},
    {"a Map shows its items and limits",
     MAP(",\"ToleratedFailureCount\":2,\"ItemSelector\":{"
         "\"i.$\":\"$$.Map.Item.Index\",\"k.$\":\"$.k\"}"),
     "{\"v\":[\"a\",\"b\"],\"k\":7}", NULL, NULL, "[1,2]", "\"inspectionLevel\":\"DEBUG\"", 200,
     "{\"output\":[1,2],\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{\"v\":[\"a\","
     "\"b\"],\"k\":7},\"afterInputPath\":{\"v\":[\"a\",\"b\"],\"k\":7},\"afterItemsPath\":[\"a\","
     "\"b\"],\"maxConcurrency\":0,\"toleratedFailureCount\":2,\"afterItemSelector\":[{\"i\":0,"
     "\"k\":7},{\"i\":1,\"k\":7}],\"afterResultPath\":[1,2],\"afterResultSelector\":[1,2]}}"},
    {"a Map over what is no array fails", MAP(""), "{\"v\":1}", NULL, NULL, "[]",
     "\"inspectionLevel\":\"DEBUG\"", 200,
     "{\"error\":\"States.Runtime\",\"cause\":\"Reference path \\\"$.v\\\" must point to array.\","
     "\"status\":\"FAILED\",\"inspectionData\":{\"input\":{\"v\":1},\"afterInputPath\":{\"v\":1}}"
     "}"},
    {"more failed iterations than a Map tolerates fail it",
     MAP_A(",\"ToleratedFailureCount\":1,\"Retry\":[{\"ErrorEquals\":["
           "\"States.ExceedToleratedFailureThreshold\"]}]"),
     "{\"v\":[1,2,3]}", NULL, NULL, "[0,0,1]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapIterationFailureCount\":2}", 200,
     "{\"error\":\"States.ExceedToleratedFailureThreshold\",\"cause\":\"The specified tolerated "
     "failure threshold was exceeded\",\"status\":\"RETRIABLE\",\"inspectionData\":{\"input\":{"
     "\"v\":[1,2,3]},\"maxConcurrency\":0,\"toleratedFailureCount\":1,\"errorDetails\":{"
     "\"retryIndex\":0,\"retryBackoffIntervalSeconds\":1}}}"},
    {"as many as it tolerates don't", MAP_A(",\"ToleratedFailurePercentage\":50"), "{\"v\":[1,2]}",
     NULL, NULL, "[0,1]", "\"stateConfiguration\":{\"mapIterationFailureCount\":1}", 200,
     "{\"output\":[0,1],\"status\":\"SUCCEEDED\"}"},
    {"no more iterations fail than there are", MAP_A(""), "{\"v\":[1]}", NULL, NULL, "[0]",
     "\"stateConfiguration\":{\"mapIterationFailureCount\":2}", 400,
     "Map iteration failure count must be less than or equal to the number of Map iterations"},
    {"what an ItemReader reads comes with the request",
     MAP_A(
         ",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\",\"ReaderConfig\":{"
         "\"InputType\":\"JSON\"},\"Arguments\":{\"Bucket\":\"b\",\"Key\":\"k\"}},"
         "\"MaxConcurrency\":4,\"ItemSelector\":{\"w\":\"{% $states.context.Map.Item.Value %}\"}"),
     "{}", NULL, NULL, "[1]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapItemReaderData\":\"[5]\"}", 200,
     "{\"output\":[1],\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{},\"maxConcurrency\":"
     "4,\"afterItemSelector\":[{\"w\":5}]}}"},
    {"rows of CSV, in batches",
     MAP(",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\",\"ReaderConfig\":{"
         "\"InputType\": \"CSV\", \"CSVHeaderLocation\": "
         "\"FIRST_ROW\"},\"Parameters\":{\"Bucket\": \"b\", \"Key\": "
         "\"d/"
         "k.csv\"}},\"ItemSelector\":{\"n.$\":\"$$.Map.Item.Value.n\",\"from.$\":\"$$.Map.Item."
         "Source\"},\"ItemBatcher\":{\"MaxItemsPerBatch\":2,\"BatchInput\":{\"x.$\":\"$.x\"}}"),
     "{\"x\":1}", NULL, NULL, "[1,2]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapItemReaderData\": "
     "\"n\\n1\\n2\\n3\\n\"}",
     200,
     "{\"output\":[1,2],\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{\"x\":1},"
     "\"afterInputPath\":{\"x\":1},\"maxConcurrency\":0,\"afterItemSelector\":[{\"n\":\"1\","
     "\"from\":\"S3://b/d/k.csv\"},{\"n\":\"2\",\"from\":\"S3://b/d/"
     "k.csv\"},{\"n\":\"3\",\"from\":\"S3://b/d/"
     "k.csv\"}],\"afterItemBatcher\":[{\"BatchInput\":{\"x\":1},\"Items\":[{\"n\":\"1\",\"from\":"
     "\"S3://b/d/k.csv\"},{\"n\":\"2\",\"from\":\"S3://b/d/"
     "k.csv\"}]},{\"BatchInput\":{\"x\":1},\"Items\":[{\"n\":\"3\",\"from\":\"S3://b/d/"
     "k.csv\"}]}],\"afterResultPath\":[1,2],\"afterResultSelector\":[1,2]}}"},
    {"what an ItemsPointer finds",
     MAP_A(",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\",\"ReaderConfig\":{"
           "\"InputType\": \"JSON\", \"ItemsPointer\": \"/a/b\"},\"Arguments\":{\"Bucket\": \"b\", "
           "\"Key\": \"d/k.csv\"}},\"ItemSelector\":{\"i\":\"{% $states.context.Map.Item %}\"}"),
     "{}", NULL, NULL, "[1]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapItemReaderData\": \"{\\\"a\\\": "
     "{\\\"b\\\": {\\\"k\\\": [1]}}}\"}",
     200,
     "{\"output\":[1],\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{},\"maxConcurrency\":"
     "0,\"afterItemsPointer\":{\"k\":[1]},\"afterItemSelector\":[{\"i\":{\"Index\":0,\"Key\":\"k\","
     "\"Value\":[1],\"Source\":\"S3://b/d/k.csv\"}}]}}"},
    {"JSON Lines, as many as MaxItems says",
     MAP_A(",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\",\"ReaderConfig\":{"
           "\"InputType\": \"JSONL\", \"MaxItems\": 2},\"Arguments\":{\"Bucket\": \"b\", \"Key\": "
           "\"d/k.csv\"}},\"ItemBatcher\":{\"MaxInputBytesPerBatch\":14}"),
     "{}", NULL, NULL, "[1]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapItemReaderData\": "
     "\"1\\n22\\n333\\n\"}",
     200,
     "{\"output\":[1],\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{},\"maxConcurrency\":"
     "0,\"afterItemBatcher\":[{\"Items\":[1]},{\"Items\":[22]}]}}"},
    {"objects of a list are an array",
     MAP_A(",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:listObjectsV2\",\"ReaderConfig\":{}"
           ",\"Arguments\":{\"Bucket\": \"b\"}},\"ItemSelector\":{\"i\":\"{% "
           "$states.context.Map.Item %}\"}"),
     "{}", NULL, NULL, "[1]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapItemReaderData\": "
     "\"[{\\\"Key\\\": \\\"k\\\"}]\"}",
     200,
     "{\"output\":[1],\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{},\"maxConcurrency\":"
     "0,\"afterItemSelector\":[{\"i\":{\"Index\":0,\"Value\":{\"Key\":\"k\"},\"Source\":\"S3://"
     "b\"}}]}}"},
    {"data that can't be read fail the state",
     MAP(",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\",\"ReaderConfig\":{"
         "\"InputType\": \"JSONL\"},\"Parameters\":{\"Bucket\": \"b\", \"Key\": "
         "\"d/"
         "k.csv\"}},\"Catch\":[{\"ErrorEquals\":[\"States.ItemReaderFailed\"],\"Next\":\"N\"}]"),
     "{}", NULL, NULL, "[]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapItemReaderData\": \"1\\n{\\n\"}",
     200,
     "{\"output\":{\"Error\":\"States.ItemReaderFailed\",\"Cause\":\"'mapItemReaderData', line 2, "
     "column 2, byte 3: "
     "the line ends inside an "
     "object\"},\"nextState\":\"N\",\"error\":\"States.ItemReaderFailed\",\"cause\":\"'"
     "mapItemReaderData', line 2, column 2, byte 3: the line ends inside an "
     "object\",\"status\":\"CAUGHT_ERROR\",\"inspectionData\":{\"input\":{},\"afterInputPath\":{},"
     "\"maxConcurrency\":0,\"errorDetails\":{\"catchIndex\":0}}}"},
    {"an object is no list without a pointer to it",
     MAP(",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\",\"ReaderConfig\":{"
         "\"InputType\": \"JSON\"},\"Parameters\":{\"Bucket\": \"b\", \"Key\": \"d/k.csv\"}}"),
     "{}", NULL, NULL, "[]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapItemReaderData\": \"{\\\"a\\\": "
     "1}\"}",
     200,
     "{\"error\":\"States.ItemReaderFailed\",\"cause\":\"Attempting to map over non-iterable "
     "node.\",\"status\":\"FAILED\",\"inspectionData\":{\"input\":{},\"afterInputPath\":{},"
     "\"maxConcurrency\":0}}"},
    {"a reader that is none fails as it would",
     MAP(",\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\",\"Parameters\":{\"Bucket."
         "$\":\"$.b\",\"Key\":\"k\"}}"),
     "{}", NULL, NULL, "[]",
     "\"inspectionLevel\":\"DEBUG\",\"stateConfiguration\":{\"mapItemReaderData\": \"[]\"}", 200,
     "{\"error\":\"States.Runtime\",\"cause\":\"The JSONPath '$.b' specified for the field "
     "'Bucket.$' could not be found in the input "
     "'{}'\",\"status\":\"FAILED\",\"inspectionData\":{\"input\":{},\"afterInputPath\":{},"
     "\"maxConcurrency\":0}}"},
    {"members of an object", MAP(",\"ItemBatcher\":{\"MaxItemsPerBatch\":9}"),
     "{\"v\":{\"a\":1,\"b\":2}}", NULL, NULL, "[1]", "\"inspectionLevel\":\"DEBUG\"", 200,
     "{\"output\":[1],\"status\":\"SUCCEEDED\",\"inspectionData\":{\"input\":{\"v\":{\"a\":1,\"b\":"
     "2}},\"afterInputPath\":{\"v\":{\"a\":1,\"b\":2}},\"afterItemsPath\":{\"a\":1,\"b\":2},"
     "\"maxConcurrency\":0,\"afterItemBatcher\":[{\"Items\":[{\"Key\":\"a\",\"Value\":1},{\"Key\":"
     "\"b\",\"Value\":2}]}],\"afterResultPath\":[1],\"afterResultSelector\":[1]}}"},
    {"a batch is an iteration", MAP(",\"ItemBatcher\":{\"MaxItemsPerBatch\":2}"), "{\"v\":[1,2,3]}",
     NULL, NULL, "[1]", "\"stateConfiguration\":{\"mapIterationFailureCount\":3}", 400,
     "Map iteration failure count must be less than or equal to the number of Map iterations"},
    {"data without a reader are of no use", MAP(""), "{\"v\":[1]}", NULL, NULL, "[1]",
     "\"stateConfiguration\":{\"mapItemReaderData\":\"x\"}", 200,
     "{\"output\":[1],\"status\":\"SUCCEEDED\"}"},
    {"a ResultWriter that writes nowhere leaves an array",
     MAP_A(",\"ResultWriter\":{\"WriterConfig\":{\"Transformation\":\"COMPACT\",\"OutputType\":"
           "\"JSON\"}}"),
     "{\"v\":[1]}", NULL, NULL, "[1]", "", 200, "{\"output\":[1],\"status\":\"SUCCEEDED\"}"},
    {"one that writes leaves an object",
     MAP(",\"ResultWriter\":{\"Resource\":\"arn:aws:states:::s3:putObject\",\"Parameters\":{"
         "\"Bucket\":\"b\",\"Prefix\":\"p\"}}"),
     "{\"v\":[1]}", NULL, NULL, "{\"MapRunArn\":\"a\"}", "", 200,
     "{\"output\":{\"MapRunArn\":\"a\"},\"status\":\"SUCCEEDED\"}"},
    {"a Map's own expressions fail as its state does", MAP_A(",\"MaxConcurrency\":\"{% 'x' %}\""),
     "{\"v\":[]}", NULL, NULL, "[]", "", 200,
     "{\"error\":\"States.QueryEvaluationError\",\"cause\":\"The JSONata expression ''x'' "
     "specified for the field 'MaxConcurrency' returned an unexpected result type. Expected "
     "'number', but was 'string' for value: \\\"x\\\"\",\"status\":\"FAILED\"}"},
    {"a definition that AWS refuses is refused",
     TASK("arn:aws:states:::dynamodb:query", ",\"Parameters\":{}"), NULL, NULL, NULL, "{}", "", 400,
     "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The resource provided "
     "arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or "
     "the resource is not available in this region. at /States/StateName/Resource'"},
    {"a mocked result is what the service answers",
     TASK("arn:aws:states:::events:putEvents", ",\"Parameters\":{\"Entries\":[]}"), NULL, NULL,
     NULL, "{\"Entries\":[{\"EventId\":\"1\"},{\"EventId\":[]}]}", "", 400,
     "Mock result schema validation error: Field 'EventId' must be a string"},
    {"unless the request doesn't ask for it",
     TASK("arn:aws:states:::events:putEvents", ",\"Parameters\":{\"Entries\":[]}"), NULL, NULL,
     NULL, NULL, "\"mock\":{\"result\":\"{\\\"Entries\\\":1}\",\"fieldValidationMode\":\"NONE\"}",
     200, "{\"output\":{\"Entries\":1},\"status\":\"SUCCEEDED\"}"},
    {"the mode is one of three", TASK(FUNCTION, ""), NULL, NULL, NULL, NULL,
     "\"mock\":{\"fieldValidationMode\":\"LAX\"}", 400,
     "1 validation error detected: Value 'LAX' at 'mock.fieldValidationMode' failed to satisfy "
     "constraint: Member must satisfy enum value set: [STRICT, PRESENT, NONE]"},
    {"an activity is mocked", TASK("arn:aws:states:us-east-1:123456789012:activity:a", ""), NULL,
     NULL, NULL, "1", "", 200, "{\"output\":\"1\",\"status\":\"SUCCEEDED\"}"},
    {"or not tested", TASK("arn:aws:states:us-east-1:123456789012:activity:a", ""), NULL, NULL,
     NULL, NULL, "\"roleArn\":\"r\"", 400,
     "A mock must be specified when testing a Task state with an activity"},
};

/* ---- the world ---- */

struct world {
    engine *engine;
    store *store;
    api *api;
    int status; /* 0: no answer yet */
    json *answer;
    int given_out; /* tasks that are not mocked */
    enum task_trace trace;
};

static void run_task(void *user, const struct task *t)
{
    struct world *w = user;

    if (api_offer_task(w->api, t) == API_TAKEN)
        return;
    w->given_out++;
    w->trace = api_trace(w->api, t);
}

static void cancel_task(void *user, uint64_t id)
{
    struct world *w = user;

    api_task_cancelled(w->api, id);
}

static void ended(void *user, uint64_t execution, const rt_exec *x)
{
    struct world *w = user;

    api_ended(w->api, execution, x, NOW_MS);
}

static bool has_activity(void *user, uint64_t execution, const char *arn)
{
    const struct world *w = user;

    return api_has_activity(w->api, execution, arn);
}

static void answered(void *user, int status, struct buf *body)
{
    struct world *w = user;

    w->status = status;
    w->answer = json_parse(body->data, body->len, 0, NULL);
}

static void add(struct json_build *b, const char *key, const char *text)
{
    if (text)
        json_build_set(b, key, json_cstring(text));
}

static json *request(int i)
{
    struct buf more = {0};
    struct json_build b, mock;

    buf_printf(&more, "{%s}", rows[i].more);
    json *members = json_of(buf_str(&more));
    json_build_copy(&b, members, 6);
    add(&b, "definition", rows[i].definition);
    add(&b, "input", rows[i].input);
    add(&b, "context", rows[i].context);
    add(&b, "variables", rows[i].variables);
    if (rows[i].result) {
        json_build_object(&mock, 1);
        add(&mock, "result", rows[i].result);
        json_build_set(&b, "mock", json_build_done(&mock));
    }
    json_unref(members);
    buf_clear(&more);
    return json_build_done(&b);
}

/* Text that is an object or an array becomes that. */
static json *opened(const json *v)
{
    struct json_build b;

    if (json_is_string(v) && strchr("{[", json_str(v)[0]) && json_str_len(v))
        return json_parse(json_str(v), json_str_len(v), 0, NULL);
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_set_key(&b, json_ref(json_key_at(v, i)), opened(json_value_at(v, i)));
    return json_build_done(&b);
}

static void world_init(struct world *w)
{
    struct engine_hooks hooks = {.user = w,
                                 .run_task = run_task,
                                 .cancel_task = cancel_task,
                                 .ended = ended,
                                 .has_activity = has_activity};

    *w = (struct world){.store = store_memory_new()};
    w->engine = engine_new(w->store, &hooks);
    w->api = api_new(w->engine, w->store, &(struct api_config){0});
}

static void world_clear(struct world *w)
{
    json_unref(w->answer);
    api_free(w->api);
    engine_free(w->engine);
    store_free(w->store);
}

/* A task that is not mocked never ends here. */
static void test_state(struct world *w, const char *body, size_t len)
{
    api_call(w->api, "TestState", body, len, NOW_MS, answered, w);
    for (int turns = 0; turns < 100 && !w->status; turns++) {
        api_begin_turn(w->api);
        ck_assert(engine_advance(w->engine, NOW_MS, NULL));
        api_advance(w->api, NOW_MS);
    }
}

/* Parts of what is given look in the answer as they did in the request. */
static const struct {
    const char *name, *definition, *input, *context, *result;
    const char *member, *want; /* of inspectionData; its text */
} kept[] = {
    {"the input", TASK(FUNCTION, ""), "{ \"x\" : 1e2 }", NULL, "1", "afterInputPath",
     "{ \"x\" : 1e2 }"},
    {"a part of the input", TASK(FUNCTION, ",\"InputPath\":\"$.x\""), "{\"x\":[1.0, 2]}", NULL, "1",
     "afterInputPath", "[1.0, 2]"},
    {"one whose key is there twice is written anew", TASK(FUNCTION, ",\"InputPath\":\"$.b\""),
     "{\"a\":[1],\"a\":[2],\"b\":[ 3 ]}", NULL, "1", "afterInputPath", "[3]"},
    {"the mocked result", TASK(FUNCTION, ""), "{}", NULL, "{ \"r\" : 1e2 }", "afterResultSelector",
     "{ \"r\" : 1e2 }"},
    {"the context object", TASK(FUNCTION, ",\"InputPath\":\"$$\""), "{}",
     "{ \"Execution\": {\"Id\" : \"i\"} }", "1", "afterInputPath",
     "{ \"Execution\": {\"Id\" : \"i\"} }"},
    {"a part of the context object", TASK(FUNCTION, ",\"InputPath\":\"$$.Execution.Input\""), "{}",
     "{\"Execution\":{\"Input\":{\"b\": 1e2, \"a\": [ ]}}}", "1", "afterInputPath",
     "{\"b\": 1e2, \"a\": [ ]}"},
    {"the items of a Map",
     "{\"Type\":\"Map\",\"ItemsPath\":\"$$.Execution.Input.l\",\"ItemProcessor\":{\"StartAt\":"
     "\"A\","
     "\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}},\"End\":true}",
     "{}", "{\"Execution\":{\"Input\":{\"l\":[1, 2.50]}}}", "[1,2]", "afterItemsPath", "[1, 2.50]"},
};

START_TEST(texts_are_kept)
{
    struct world w;
    struct json_build b, mock;

    json_build_object(&mock, 1);
    add(&mock, "result", kept[_i].result);
    json_build_object(&b, 5);
    add(&b, "definition", kept[_i].definition);
    add(&b, "input", kept[_i].input);
    add(&b, "context", kept[_i].context);
    add(&b, "inspectionLevel", "DEBUG");
    json_build_set(&b, "mock", json_build_done(&mock));
    json *in = json_build_done(&b), *text = json_text(in);
    world_init(&w);
    test_state(&w, json_str(text), json_str_len(text));
    ck_assert_msg(w.status == 200, "%s: status %d", kept[_i].name, w.status);
    const json *data = json_get(w.answer, "inspectionData");
    const json *got = data ? json_get(data, kept[_i].member) : NULL;
    expect_text(kept[_i].name, got ? json_str(got) : NULL, kept[_i].want);
    json_unref(in);
    json_unref(text);
    world_clear(&w);
}
END_TEST

START_TEST(row)
{
    struct world w;
    json *in = request(_i), *text = json_text(in);

    world_init(&w);
    test_state(&w, json_str(text), json_str_len(text));
    ck_assert_msg(w.given_out == 0, "%s: a mocked task is given out", rows[_i].name);
    ck_assert_msg(w.status == rows[_i].status, "%s: status %d", rows[_i].name, w.status);
    if (w.status == 200) {
        json *got = opened(w.answer);
        expect_json(rows[_i].name, got, rows[_i].want);
        json_unref(got);
    } else {
        expect_text(rows[_i].name, json_str(json_get(w.answer, "message")), rows[_i].want);
    }
    json_unref(in);
    json_unref(text);
    world_clear(&w);
}
END_TEST

/* ---- what is told of a task's request ---- */

#define HTTP                                                                                       \
    "{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"arn:aws:states:::http:invoke\\\","            \
    "\\\"Parameters\\\":{\\\"ApiEndpoint\\\":\\\"https://"                                         \
    "example.com\\\",\\\"Method\\\":\\\"GET\\\","                                                  \
    "\\\"Authentication\\\":{\\\"ConnectionArn\\\":\\\"arn:aws:events:us-east-1:123456789012:"     \
    "connection/c/1\\\"}},\\\"End\\\":true}"
#define LAMBDA "{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"" FUNCTION "\\\",\\\"End\\\":true}"

static const struct {
    const char *name, *state, *more;
    enum task_trace want;
} traces[] = {
    {"an HTTP task's", HTTP, "\"inspectionLevel\":\"TRACE\"", TASK_TRACED},
    {"with its secrets", HTTP, "\"inspectionLevel\":\"TRACE\",\"revealSecrets\":true",
     TASK_REVEALED},
    {"less is asked for", HTTP, "\"inspectionLevel\":\"DEBUG\"", TASK_UNTRACED},
    {"nothing is asked for", HTTP, "\"revealSecrets\":true", TASK_UNTRACED},
    {"a function's", LAMBDA, "\"inspectionLevel\":\"TRACE\"", TASK_UNTRACED},
    {"a function's secrets", LAMBDA, "\"inspectionLevel\":\"TRACE\",\"revealSecrets\":true",
     TASK_UNTRACED},
};

START_TEST(only_http_tasks_are_traced)
{
    struct world w;
    struct buf body = {0};

    world_init(&w);
    buf_printf(&body, "{\"roleArn\":\"arn:aws:iam::123456789012:role/r\",\"definition\":\"%s\",%s}",
               traces[_i].state, traces[_i].more);
    test_state(&w, buf_str(&body), body.len);
    ck_assert_msg(w.given_out == 1 && w.trace == traces[_i].want, "%s: %d (%d: %s)",
                  traces[_i].name, w.trace, w.status,
                  w.answer ? json_str(json_get(w.answer, "message")) : "no answer");
    buf_clear(&body);
    world_clear(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("test_state");
    TCase *tc = tcase_create("test_state");

    tcase_add_loop_test(tc, row, 0, COUNT(rows));
    tcase_add_loop_test(tc, texts_are_kept, 0, COUNT(kept));
    tcase_add_loop_test(tc, only_http_tasks_are_traced, 0, COUNT(traces));
    suite_add_tcase(s, tc);
    return run_suite(s);
}
