/* The table of operations with their members, and the way of a request through it. */

#include "asl/report/quota.h"
#include "runtime/api/api_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "runtime/base/partition.h"

#include <stdarg.h>
#include <string.h>
#include <sys/random.h>

/* ---- members ---- */

static const char *const types[] = {"STANDARD", "EXPRESS", NULL};
static const char *const levels[] = {"ALL", "ERROR", "FATAL", "OFF", NULL};
static const char *const key_types[] = {"AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY", NULL};
static const char *const included[] = {"ALL_DATA", "METADATA_ONLY", NULL};
/* In the order that AWS names them. */
static const char *const statuses[] = {
    "SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING", NULL};
static const char *const redrives[] = {"REDRIVEN", "NOT_REDRIVEN", NULL};
static const char *const severities[] = {"ERROR", "WARNING", NULL};
static const char *const modes[] = {"STRICT", "PRESENT", "NONE", NULL};
static const char *const inspections[] = {"INFO", "DEBUG", "TRACE", NULL};

#define T(name, min, max)                                                                          \
    {                                                                                              \
        name, TEXT, false, min, max, NULL, NULL, NULL, NULL                                        \
    }
#define T_(name, min, max)                                                                         \
    {                                                                                              \
        name, TEXT, true, min, max, NULL, NULL, NULL, NULL                                         \
    }
#define NAME(need)                                                                                 \
    {                                                                                              \
        "name", NAME, need, 1, QUOTA_NAME, NULL, NULL, NULL, NULL                                  \
    }
#define X(name, min, max)                                                                          \
    {                                                                                              \
        name, PRIVATE, false, min, max, NULL, NULL, NULL, NULL                                     \
    }
#define X_(name, min, max)                                                                         \
    {                                                                                              \
        name, PRIVATE, true, min, max, NULL, NULL, NULL, NULL                                      \
    }
/* Nobody is told what it was. It is looked for by what is before a NUL. */
#define TOKEN                                                                                      \
    {                                                                                              \
        "taskToken", PRIVATE, true, 1, QUOTA_TASK_TOKEN, "[^\\x00]*", pattern_no_nul, NULL, NULL   \
    }
#define D(name)                                                                                    \
    {                                                                                              \
        name, PAYLOAD, false, 0, QUOTA_DATA, NULL, NULL, NULL, NULL                                \
    }
#define D_(name)                                                                                   \
    {                                                                                              \
        name, PAYLOAD, true, 0, QUOTA_DATA, NULL, NULL, NULL, NULL                                 \
    }
#define PATTERN(name, need, min, max, pattern, f)                                                  \
    {                                                                                              \
        name, TEXT, need, min, max, pattern, f, NULL, NULL                                         \
    }
#define ENUM(name, need, choices)                                                                  \
    {                                                                                              \
        name, TEXT, need, 0, -1, NULL, NULL, choices, NULL                                         \
    }
#define N(name, min, max)                                                                          \
    {                                                                                              \
        name, NUMBER, false, min, max, NULL, NULL, NULL, NULL                                      \
    }
#define N_(name, min, max)                                                                         \
    {                                                                                              \
        name, NUMBER, true, min, max, NULL, NULL, NULL, NULL                                       \
    }
#define B(name)                                                                                    \
    {                                                                                              \
        name, FLAG, false, 0, -1, NULL, NULL, NULL, NULL                                           \
    }
#define L(name, need, min, max, of)                                                                \
    {                                                                                              \
        name, LIST, need, min, max, NULL, NULL, NULL, of                                           \
    }
#define TEXTS_(name, of)                                                                           \
    {                                                                                              \
        name, TEXTS, true, 0, -1, NULL, NULL, NULL, of                                             \
    }
#define S(name, of)                                                                                \
    {                                                                                              \
        name, STRUCT, false, 0, -1, NULL, NULL, NULL, of                                           \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, TEXT, false, 0, 0, NULL, NULL, NULL, NULL                                            \
    }

/* Of the elements of a list that has a bound: what AWS's class is called, as it prints them. */
#define END_OF(class)                                                                              \
    {                                                                                              \
        NULL, TEXT, false, 0, 0, class, NULL, NULL, NULL                                           \
    }

#define ARN(name) T_(name, 1, QUOTA_ARN)
#define PAGES N("maxResults", 0, QUOTA_PAGE), T("nextToken", 1, QUOTA_PAGE_TOKEN)
#define TRACE PATTERN("traceHeader", false, 0, 256, "\\p{ASCII}*", pattern_ascii)

static const struct member log_group[] = {T("logGroupArn", 1, QUOTA_ARN), END};
static const struct member destination[] = {S("cloudWatchLogsLogGroup", log_group), END};
static const struct member logging[] = {ENUM("level", false, levels), B("includeExecutionData"),
                                        L("destinations", false, 0, -1, destination), END};
static const struct member tracing[] = {B("enabled"), END};
static const struct member encryption[] = {T("kmsKeyId", 1, 2048),
                                           N("kmsDataKeyReusePeriodSeconds", 60, 900),
                                           ENUM("type", true, key_types), END};
static const struct member tag[] = {T("key", 1, QUOTA_TAG_KEY), T("value", 0, QUOTA_TAG_VALUE),
                                    END};
static const struct member tag_key[] = {T("member", 1, QUOTA_TAG_KEY), END};
static const struct member route[] = {ARN("stateMachineVersionArn"), N_("weight", 0, 100),
                                      END_OF("RoutingConfigurationListItem")};

#define CONFIGURATION                                                                              \
    S("loggingConfiguration", logging), S("tracingConfiguration", tracing),                        \
        S("encryptionConfiguration", encryption), B("publish"),                                    \
        X("versionDescription", 0, QUOTA_DESCRIPTION)

static const struct member create_state_machine_in[] = {NAME(true),
                                                        X_("definition", 0, QUOTA_DEFINITION),
                                                        T_("roleArn", 1, QUOTA_ARN),
                                                        ENUM("type", false, types),
                                                        L("tags", false, 0, -1, tag),
                                                        CONFIGURATION,
                                                        END};
static const struct member update_state_machine_in[] = {
    ARN("stateMachineArn"), X("definition", 0, QUOTA_DEFINITION), T("roleArn", 1, QUOTA_ARN),
    CONFIGURATION, END};
static const struct member describe_state_machine_in[] = {
    ARN("stateMachineArn"), ENUM("includedData", false, included), END};
static const struct member state_machine_in[] = {ARN("stateMachineArn"), END};
static const struct member pages_in[] = {PAGES, END};
static const struct member validate_in[] = {
    X_("definition", 0, QUOTA_DEFINITION), ENUM("type", false, types),
    ENUM("severity", false, severities), N("maxResults", 0, 100), END};
static const struct member publish_in[] = {ARN("stateMachineArn"), T("revisionId", 0, -1),
                                           X("description", 0, QUOTA_DESCRIPTION), END};
static const struct member version_in[] = {T_("stateMachineVersionArn", 1, QUOTA_LONG_ARN), END};
static const struct member machine_pages_in[] = {ARN("stateMachineArn"), PAGES, END};
static const struct member create_alias_in[] = {
    X("description", 0, QUOTA_DESCRIPTION),
    PATTERN("name", true, 1, QUOTA_NAME, "^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$",
            pattern_alias),
    L("routingConfiguration", true, 1, 2, route), END};
static const struct member update_alias_in[] = {ARN("stateMachineAliasArn"),
                                                X("description", 0, QUOTA_DESCRIPTION),
                                                L("routingConfiguration", false, 1, 2, route), END};
static const struct member alias_in[] = {ARN("stateMachineAliasArn"), END};
static const struct member tag_in[] = {ARN("resourceArn"), L("tags", true, 0, -1, tag), END};
static const struct member untag_in[] = {ARN("resourceArn"), TEXTS_("tagKeys", tag_key), END};
static const struct member resource_in[] = {ARN("resourceArn"), END};
static const struct member start_in[] = {ARN("stateMachineArn"), NAME(false), D("input"), TRACE,
                                         END};
static const struct member start_sync_in[] = {ARN("stateMachineArn"),
                                              NAME(false),
                                              D("input"),
                                              TRACE,
                                              ENUM("includedData", false, included),
                                              END};
static const struct member stop_in[] = {ARN("executionArn"), X("error", 0, QUOTA_ERROR),
                                        X("cause", 0, QUOTA_CAUSE), END};
static const struct member describe_execution_in[] = {ARN("executionArn"),
                                                      ENUM("includedData", false, included), END};
static const struct member list_executions_in[] = {T("stateMachineArn", 1, QUOTA_ARN),
                                                   ENUM("statusFilter", false, statuses),
                                                   N("maxResults", 0, QUOTA_PAGE),
                                                   T("nextToken", 1, QUOTA_LONG_PAGE_TOKEN),
                                                   T("mapRunArn", 1, QUOTA_LONG_ARN),
                                                   ENUM("redriveFilter", false, redrives),
                                                   END};
static const struct member history_in[] = {ARN("executionArn"), PAGES, B("reverseOrder"),
                                           B("includeExecutionData"), END};
static const struct member execution_pages_in[] = {ARN("executionArn"), PAGES, END};
static const struct member map_run_in[] = {T_("mapRunArn", 1, QUOTA_LONG_ARN), END};
static const struct member update_map_run_in[] = {
    T_("mapRunArn", 1, QUOTA_LONG_ARN),
    N("maxConcurrency", 0, -1),
    {"toleratedFailurePercentage", FRACTION, false, 0, 100, NULL, NULL, NULL, NULL},
    N("toleratedFailureCount", 0, -1),
    END};
static const struct member redrive_in[] = {
    ARN("executionArn"), PATTERN("clientToken", false, 1, 64, "[!-~]+", pattern_visible), END};
static const struct member create_activity_in[] = {NAME(true), L("tags", false, 0, -1, tag),
                                                   S("encryptionConfiguration", encryption), END};
static const struct member activity_in[] = {ARN("activityArn"), END};
static const struct member poll_in[] = {ARN("activityArn"), T("workerName", 1, QUOTA_NAME), END};
static const struct member success_in[] = {TOKEN, D_("output"), END};
static const struct member failure_in[] = {TOKEN, X("error", 0, QUOTA_ERROR),
                                           X("cause", 0, QUOTA_CAUSE), END};
static const struct member heartbeat_in[] = {TOKEN, END};
static const struct member error_output[] = {X("error", 0, QUOTA_ERROR), X("cause", 0, QUOTA_CAUSE),
                                             END};
static const struct member mock[] = {D("result"), S("errorOutput", error_output),
                                     ENUM("fieldValidationMode", false, modes), END};
static const struct member state_configuration[] = {
    N("retrierRetryCount", 0, -1), X("errorCausedByState", 1, QUOTA_NAME),
    N("mapIterationFailureCount", 0, -1), D("mapItemReaderData"), END};
static const struct member test_state_in[] = {X_("definition", 1, QUOTA_DEFINITION),
                                              T("roleArn", 1, QUOTA_ARN),
                                              D("input"),
                                              ENUM("inspectionLevel", false, inspections),
                                              B("revealSecrets"),
                                              D("variables"),
                                              X("stateName", 1, QUOTA_NAME),
                                              S("mock", mock),
                                              D("context"),
                                              S("stateConfiguration", state_configuration),
                                              END};

static const struct operation {
    const char *name;
    json *(*run)(struct call *c);
    const struct member *in;
} operations[] = {
    {"CreateActivity", create_activity, create_activity_in},
    {"CreateStateMachine", create_state_machine, create_state_machine_in},
    {"CreateStateMachineAlias", create_state_machine_alias, create_alias_in},
    {"DeleteActivity", delete_activity, activity_in},
    {"DeleteStateMachine", delete_state_machine, state_machine_in},
    {"DeleteStateMachineAlias", delete_state_machine_alias, alias_in},
    {"DeleteStateMachineVersion", delete_state_machine_version, version_in},
    {"DescribeActivity", describe_activity, activity_in},
    {"DescribeExecution", describe_execution, describe_execution_in},
    {"DescribeMapRun", describe_map_run, map_run_in},
    {"DescribeStateMachine", describe_state_machine, describe_state_machine_in},
    {"DescribeStateMachineAlias", describe_state_machine_alias, alias_in},
    {"DescribeStateMachineForExecution", describe_state_machine_for_execution,
     describe_execution_in},
    {"GetActivityTask", get_activity_task, poll_in},
    {"GetExecutionHistory", get_execution_history, history_in},
    {"ListActivities", list_activities, pages_in},
    {"ListExecutions", list_executions, list_executions_in},
    {"ListMapRuns", list_map_runs, execution_pages_in},
    {"ListStateMachineAliases", list_state_machine_aliases, machine_pages_in},
    {"ListStateMachineVersions", list_state_machine_versions, machine_pages_in},
    {"ListStateMachines", list_state_machines, pages_in},
    {"ListTagsForResource", list_tags_for_resource, resource_in},
    {"PublishStateMachineVersion", publish_state_machine_version, publish_in},
    {"RedriveExecution", redrive_execution, redrive_in},
    {"SendTaskFailure", send_task_failure, failure_in},
    {"SendTaskHeartbeat", send_task_heartbeat, heartbeat_in},
    {"SendTaskSuccess", send_task_success, success_in},
    {"StartExecution", start_execution, start_in},
    {"StartSyncExecution", start_sync_execution, start_sync_in},
    {"StopExecution", stop_execution, stop_in},
    {"TagResource", tag_resource, tag_in},
    {"TestState", test_state, test_state_in},
    {"UntagResource", untag_resource, untag_in},
    {"UpdateMapRun", update_map_run, update_map_run_in},
    {"UpdateStateMachine", update_state_machine, update_state_machine_in},
    {"UpdateStateMachineAlias", update_state_machine_alias, update_alias_in},
    {"ValidateStateMachineDefinition", validate_state_machine_definition, validate_in},
};

const char *api_operation(size_t i)
{
    return i < COUNT(operations) ? operations[i].name : NULL;
}

/* ---- a call ---- */

json *call_fail(struct call *c, const char *error, const char *format, ...)
{
    va_list args;

    c->error = error;
    buf_reset(&c->message);
    va_start(args, format);
    buf_vprintf(&c->message, format, args);
    va_end(args);
    return NULL;
}

json *call_refuse(struct call *c, const char *reason, const char *format, ...)
{
    va_list args;

    c->error = "ValidationException";
    c->extra_key = "reason";
    c->extra = json_cstring(reason);
    buf_reset(&c->message);
    va_start(args, format);
    buf_vprintf(&c->message, format, args);
    va_end(args);
    return NULL;
}

const json *call_get(const struct call *c, const char *name)
{
    const json *v = json_get(c->in, name);

    return v && json_kind(v) != JSON_NULL ? v : NULL;
}

const char *call_text(const struct call *c, const char *name)
{
    const json *v = call_get(c, name);

    return v ? json_str(v) : NULL;
}

bool call_flag(const struct call *c, const char *name)
{
    const json *v = call_get(c, name);

    return v && json_kind(v) == JSON_TRUE;
}

struct waiter *call_wait(struct call *c, int64_t due_ms)
{
    struct waiter *w = mem_calloc(1, sizeof *w);

    c->waits = true;
    w->node.id = c->from.call;
    w->from = c->from;
    w->due_ms = due_ms;
    id_map_put(&c->api->waiters, &w->node);
    if (due_ms < c->api->next_due_ms)
        c->api->next_due_ms = due_ms;
    return w;
}

/* Takes `out`. `input`: the engine's, which what is said comes from; 0: none. */
static void send_answer(api *a, const struct caller *to, int status, json *out, uint64_t input)
{
    struct buf body = {0};

    json_write(&body, out);
    json_unref(out);
    if (to->own) {
        to->done(to->user, status, &body);
        buf_clear(&body);
        return;
    }
    MEM_GROW(a->owed, a->owed_count, a->owed_cap);
    a->owed[a->owed_count++] =
        (struct owed){.to = *to, .status = status, .body = body, .input = input};
}

/*
 * Gives what was owed before the turn began, but for what the engine has not come to yet or has
 * under way. Who is answered may call again.
 */
static void api_pay(api *a)
{
    size_t count = a->sealed, left = 0;

    a->sealed = 0;
    for (size_t i = 0; i < count; i++) {
        struct owed o = a->owed[i];
        if (o.to.done && !engine_is_settled(a->engine, o.input)) {
            a->owed[left++] = o;
            continue;
        }
        if (o.to.done)
            o.to.done(o.to.user, o.status, &o.body);
        buf_clear(&o.body);
    }
    if (left == count)
        return;
    memmove(a->owed + left, a->owed + count, (a->owed_count - count) * sizeof *a->owed);
    a->owed_count -= count - left;
}

static void waiter_free(struct waiter *w)
{
    json_unref(w->worker);
    mem_free(w);
}

void waiter_answer(api *a, struct waiter *w, json *out)
{
    id_map_take(&a->waiters, w->node.id);
    send_answer(a, &w->from, 200, out, engine_last_input(a->engine));
    waiter_free(w);
}

static int status_of(const char *error)
{
    if (strcmp(error, "InternalServerError") == 0)
        return 500;
    if (strcmp(error, "ServiceUnavailable") == 0)
        return 503;
    return strcmp(error, "ServiceQuotaExceededException") == 0 ? 402 : 400;
}

static void answer_error(struct call *c)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "__type", json_cstring(c->error));
    json_build_set(&b, "message", json_take_buf(&c->message));
    if (c->extra_key)
        json_build_set(&b, c->extra_key, c->extra);
    send_answer(c->api, &c->from, status_of(c->error), json_build_done(&b), 0);
}

static const struct operation *find_operation(const char *name)
{
    for (size_t i = 0; i < COUNT(operations); i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return NULL;
}

static json *api_read_request(struct call *c, const char *body, size_t len)
{
    struct diag why = {0};
    json *in = len ? json_parse(body, len, 0, &why) : json_ref(json_empty_object());

    if (!in)
        call_fail(c, "SerializationException", "The body is no JSON: %s", why.text);
    else if (!json_is_object(in))
        call_fail(c, "SerializationException", "The body is to be an object, not %s",
                  json_kind_name(in));
    else if (json_depth(in) > API_MAX_DEPTH)
        call_fail(c, "SerializationException", "The body is nested too deeply");
    diag_clear(&why);
    return in;
}

/* What nobody needs any more goes when the engine is between turns. */
static void forget_what_is_over(api *a)
{
    for (size_t i = 0; i < a->over_count; i++) {
        engine_forget(a->engine, a->over[i]);
        test_state_free((struct test_state *)(void *)id_map_take(&a->tests, a->over[i]));
    }
    a->over_count = 0;
}

/* Operations that make the store grow, beside what runs already. */
static bool makes_more(const char *operation)
{
    static const char *const more[] = {
        "StartExecution", "StartSyncExecution",         "RedriveExecution",
        "CreateActivity", "CreateStateMachine",         "CreateStateMachineAlias",
        "TagResource",    "PublishStateMachineVersion", "UpdateStateMachine"};
    bool is = false;

    for (size_t i = 0; i < COUNT(more) && !is; i++)
        is = strcmp(operation, more[i]) == 0;
    return is;
}

/* What runs is to be able to commit to its end: new work is refused before the disk is full. */
static bool api_has_room(struct call *c)
{
    uint64_t least = c->api->least_room;

    if (!least || !makes_more(c->operation) || store_room(c->api->store) >= least)
        return true;
    call_fail(
        c, "ServiceUnavailable",
        "The disk that the store lies on has less than %llu MiB left: nothing new is taken on",
        (unsigned long long)(least >> 20));
    return false;
}

static uint64_t make_call(api *a, const char *operation, const char *body, size_t len,
                          int64_t now_ms, struct caller from)
{
    struct call c = {.api = a, .operation = operation, .now_ms = now_ms, .from = from};
    const struct operation *op = find_operation(operation);
    json *in = NULL, *out = NULL;
    uint64_t before = engine_last_input(a->engine);

    a->now_ms = now_ms;
    /* The name is bytes of a header, which need be no text. */
    if (!op && utf8_valid(operation, strlen(operation)) < strlen(operation))
        call_fail(&c, "UnknownOperationException", "There is no such operation");
    else if (!op)
        call_fail(&c, "UnknownOperationException", "There is no operation '%s'", operation);
    else
        in = api_read_request(&c, body, len);
    c.in = in;
    bool outer = a->unreadable;
    a->unreadable = false;
    a->calling++;
    if (!c.error && check_members(&c, op->in) && api_has_room(&c))
        out = op->run(&c);
    a->calling--;
    bool unreadable = a->unreadable;
    a->unreadable = outer;
    if (unreadable && !c.waits) {
        json_unref(out);
        json_unref(c.extra);
        c.extra_key = NULL;
        out = call_fail(&c, "InternalServerError", "%s", buf_str(&a->unread));
    }
    if (c.error)
        answer_error(&c);
    else if (!c.waits)
        send_answer(a, &c.from, 200, out,
                    engine_last_input(a->engine) > before ? engine_last_input(a->engine) : 0);
    json_unref(in);
    buf_clear(&c.message);
    return c.waits || !from.own ? from.call : 0;
}

uint64_t api_call(api *a, const char *operation, const char *body, size_t len, int64_t now_ms,
                  api_done *done, void *user)
{
    struct caller from = {.call = ++a->last_call, .done = done, .user = user};

    return make_call(a, operation, body, len, now_ms, from);
}

uint64_t api_call_own(api *a, const char *operation, const char *body, size_t len, int64_t now_ms,
                      api_done *done, void *user)
{
    struct caller from = {.call = ++a->last_call, .done = done, .user = user, .own = true};

    return make_call(a, operation, body, len, now_ms, from);
}

bool api_waits(const api *a, uint64_t call)
{
    return id_map_get(&a->waiters, call) != NULL;
}

void api_give_up(api *a, uint64_t call)
{
    struct waiter *w = (struct waiter *)(void *)id_map_take(&a->waiters, call);

    for (size_t i = 0; !w && i < a->owed_count; i++)
        if (a->owed[i].to.call == call)
            a->owed[i].to.done = NULL;
    if (!w)
        return;
    if (w->run)
        w->run->waiter = 0;
    if (w->test)
        w->test->waiter = 0;
    waiter_free(w);
}

/* ---- small things ---- */

json *api_time(int64_t ms)
{
    return json_double((double)ms / 1000);
}

json *api_empty(void)
{
    return json_ref(json_empty_object());
}

json *api_uuid(api *a)
{
    return asl_chance_uuid(&a->chance);
}

json *api_uuid_in_time(api *a)
{
    uint64_t high = asl_chance_next(&a->chance) & 0xffff;

    return asl_uuid(high | (uint64_t)a->now_ms << 16, asl_chance_next(&a->chance));
}

/* ---- life ---- */

api *api_new(engine *e, store *s, const struct api_config *config)
{
    api *a = mem_calloc(1, sizeof *a);

    if (getrandom(a->key, sizeof a->key, 0) != sizeof a->key ||
        getrandom(&a->chance.state, sizeof a->chance.state, 0) != sizeof a->chance.state) {
        mem_free(a);
        return NULL;
    }
    a->engine = e;
    a->store = s;
    a->region = mem_strdup(config->region ? config->region : AWS_DEFAULT_REGION);
    a->account = mem_strdup(config->account ? config->account : AWS_DEFAULT_ACCOUNT);
    a->mock_file = config->mocks ? mem_strdup(config->mocks) : NULL;
    a->no_limits = config->no_limits;
    a->throttle = config->throttle;
    throttle_init(a);
    a->max_open = config->max_open ? config->max_open : QUOTA_OPEN_EXECUTIONS;
    a->served = config->served;
    a->retention_ms = config->retention_ms;
    a->untidy = a->sweeps = true;
    a->least_room = config->least_room;
    a->spoiled = config->spoiled;
    a->user = config->user;
    a->next_due_ms = INT64_MAX;
    return a;
}

bool quota_allows(const api *a, size_t count, size_t most)
{
    return a->no_limits || count < most;
}

const struct asl_served *api_served(const api *a)
{
    return a->served.serves ? &a->served : NULL;
}

void api_free(api *a)
{
    struct id_node *n;

    if (!a)
        return;
    for (size_t i = 0; i < a->owed_count; i++)
        buf_clear(&a->owed[i].body);
    mem_free(a->owed);
    while ((n = id_map_take_any(&a->waiters)))
        waiter_free((struct waiter *)(void *)n);
    while ((n = id_map_take_any(&a->tests)))
        test_state_free((struct test_state *)(void *)n);
    while (a->machine_count)
        machine_drop(a, a->sorted[a->machine_count - 1]);
    for (size_t i = 0; i < a->activity_count; i++)
        activity_free(a->activity_list[i]);
    text_map_clear(&a->tokens);
    while ((n = id_map_take_any(&a->tasks)))
        api_task_free(a, (struct api_task *)(void *)n);
    text_map_clear(&a->machines);
    while ((n = id_map_take_any(&a->runs)))
        run_free((struct run *)(void *)n);
    map_runs_forget(a);
    a->turn += 2;
    forget_fresh(a);
    text_map_clear(&a->fresh_arns);
    mem_free(a->fresh);
    text_map_clear(&a->activities);
    id_map_clear(&a->runs);
    id_map_clear(&a->tests);
    id_map_clear(&a->tasks);
    id_map_clear(&a->awaiting);
    starts_clear(a);
    id_queue_clear(&a->later);
    id_map_clear(&a->waiters);
    mem_free(a->sorted);
    mem_free(a->over);
    mem_free(a->condemned);
    mem_free(a->activity_list);
    mem_free(a->region);
    mem_free(a->account);
    mem_free(a->mock_file);
    buf_clear(&a->unread);
    mem_free(a);
}

/* ---- time ---- */

static void end_wait(api *a, struct waiter *w)
{
    if (w->run)
        sync_timed_out(a, w);
    else if (w->test)
        test_state_timed_out(a, w);
    else
        activity_poll_ended(a, w);
}

/* Those that are due; few wait, and they are looked at only when one is. True: there are more. */
static bool end_waits(api *a, int64_t now_ms, bool polls_only)
{
    struct waiter *due[64];
    size_t count = 0;
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < a->waiters.room; i++)
        for (struct id_node *n = a->waiters.buckets[i]; n; n = n->next) {
            struct waiter *w = (struct waiter *)(void *)n;
            bool now = w->due_ms <= now_ms && !(polls_only && (w->run || w->test));
            if (now && count < COUNT(due))
                due[count++] = w;
            else if (w->due_ms < next)
                next = w->due_ms;
        }
    a->next_due_ms = next;
    for (size_t i = 0; i < count; i++)
        end_wait(a, due[i]);
    return count == COUNT(due);
}

void api_time_out(api *a, uint64_t call, int64_t now_ms)
{
    struct waiter *w = (struct waiter *)(void *)id_map_get(&a->waiters, call);

    a->now_ms = now_ms;
    if (w)
        end_wait(a, w);
}

void api_end_polls(api *a)
{
    a->ending = true;
    while (end_waits(a, INT64_MAX, true))
        continue;
}

void api_begin_turn(api *a)
{
    a->sealed = a->owed_count;
}

void api_advance(api *a, int64_t now_ms)
{
    a->now_ms = now_ms;
    a->turn++;
    api_pay(a);
    forget_fresh(a);
    forget_what_is_over(a);
    api_sweep(a);
    own_calls_go_on(a);
    starts_go_on(a);
    while (now_ms >= a->next_due_ms && end_waits(a, now_ms, false))
        continue;
}

bool api_is_test(const api *a, uint64_t execution)
{
    return id_map_get(&a->tests, execution) != NULL;
}

void api_clock_set(api *a, int64_t by_ms, int64_t skew_ms)
{
    a->skew_ms = skew_ms;
    for (size_t i = 0; i < a->waiters.room; i++)
        for (struct id_node *n = a->waiters.buckets[i]; n; n = n->next)
            ((struct waiter *)(void *)n)->due_ms += by_ms;
    if (a->next_due_ms != INT64_MAX)
        a->next_due_ms += by_ms;
    for (int kind = 0; kind < START_KINDS; kind++)
        if (a->starts[kind].tokens.at_ms)
            a->starts[kind].tokens.at_ms += by_ms;
    a->retire_ms += by_ms;
}

size_t api_waiting(const api *a)
{
    return a->waiters.count;
}

int64_t api_next_due(const api *a)
{
    int64_t due = a->next_due_ms, starts = starts_due(a);

    if (a->owed_count || a->later.first < a->later.count)
        return INT64_MIN;
    if (sweep_due(a) < due)
        due = sweep_due(a);
    return starts < due ? starts : due;
}
