/*
 * The API is asked as a Task asks it, by aws-sdk: so endpoints, regions, keys and signatures are
 * those of handlers, and there is one way to a server. What comes back has the names of AWS's SDK
 * for Java, which differ from those of the API in their first letter.
 */

#include "tools/server_execution.h"

#include "asl/resource/resource.h"
#include "parsers/base/count.h"
#include "parsers/base/text.h"
#include "runtime/aws/endpoints.h"
#include "runtime/handlers/handler.h"
#include "runtime/http/client.h"
#include "tools/cmd.h"
#include "tools/services.h"

#include <string.h>

enum {
    PAGE_EVENTS = 1000,             /* the most that the API gives at once */
    PAGE_BYTES = 256 * 1024 * 1024, /* errors and causes are in them */
    MOST_EVENTS = 1000000,
    PATIENCE_MS = 60 * 1000,
    REGION_BYTES = 64,
};

struct asking {
    struct server_execution *of;
    uv_loop_t loop;
    handlers *handlers;
    struct services services;
    size_t events;             /* that came */
    char region[REGION_BYTES]; /* the execution's, out of its ARN */
    struct task_result result;
    bool answered;
};

/* ---- calls ---- */

static void asking_answered(void *user, uint64_t id, struct task_result *result)
{
    struct asking *a = user;

    (void)id;
    a->result = *result;
    a->answered = true;
}

static void asking_log(void *user, const char *execution, const char *line)
{
    const struct asking *a = user;

    (void)execution;
    cmd_fail(a->of->command, "%s", line);
}

/* What a server can't do need not be known to who asked for a picture. */
static void asking_explain(const struct asking *a)
{
    const struct server_execution *of = a->of;
    const char *error = a->result.error ? json_str(a->result.error) : "";
    const char *cause = a->result.cause ? json_str(a->result.cause) : error;
    const char *url = endpoints_find(a->services.endpoints, "SFN");
    struct buf shown = {0};

    endpoints_show_url(&shown, url);
    if (strcmp(error, "Sfn.ExecutionDoesNotExistException") == 0)
        cmd_fail(of->command, "the server at %s has no execution %s", buf_str(&shown), of->arn);
    else if (strcmp(error, "Sfn.SdkClientException") == 0)
        cmd_fail(of->command, "the server at %s can't be asked: %s%s", buf_str(&shown), cause,
                 of->endpoint ? "" : "; --endpoint URL says where another one is");
    else
        cmd_fail(of->command, "the server at %s refuses to tell of %s: %s", buf_str(&shown),
                 of->arn, cause);
    buf_clear(&shown);
}

/* Makes a call with those parameters, which it takes. Returns false after a message. */
static bool asking_call(struct asking *a, const char *text, json *parameters)
{
    struct asl_resource resource;

    asl_resource_read(text, &resource);
    struct task task = {.id = 1,
                        .resource = &resource,
                        .state = "",
                        .execution = a->of->arn,
                        .key = "",
                        .parameters = parameters,
                        .timeout_ms = PATIENCE_MS};
    task_result_clear(&a->result);
    a->answered = !handlers_start(a->handlers, &task, &a->result);
    while (!a->answered)
        uv_run(&a->loop, UV_RUN_ONCE);
    json_unref(parameters);
    if (!a->result.ok)
        asking_explain(a);
    return a->result.ok;
}

/* ---- what they give ---- */

/* Returns the value with the names of the API: "executionFailedEventDetails". They nest as deep as
 * the model has them; maps of the user's own are among the data that isn't asked for. */
static json *with_api_names(const json *v)
{
    struct json_build b = {0};

    if (json_is_array(v)) {
        json_build_array(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_add(&b, with_api_names(json_at(v, i)));
        return json_build_done(&b);
    }
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        struct buf name = {0};
        buf_adds(&name, json_str(json_key_at(v, i)));
        if (name.len && name.data[0] >= 'A' && name.data[0] <= 'Z')
            name.data[0] = (char)(name.data[0] - 'A' + 'a');
        json_build_set(&b, buf_str(&name), with_api_names(json_value_at(v, i)));
        buf_clear(&name);
    }
    return json_build_done(&b);
}

static bool asking_definition(struct asking *a)
{
    static const char call[] = "arn:aws:states:::aws-sdk:sfn:describeStateMachineForExecution";
    struct server_execution *of = a->of;
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "ExecutionArn", json_cstring(of->arn));
    if (!asking_call(a, call, json_build_done(&b)))
        return false;
    const json *name = json_get(a->result.output, "Name");
    const json *definition = json_get(a->result.output, "Definition");
    if (!name || !json_is_string(name) || !definition || !json_is_string(definition)) {
        cmd_fail(of->command, "the server gives no definition of the state machine of %s", of->arn);
        return false;
    }
    of->name = json_ref(name);
    of->definition = json_ref(definition);
    return true;
}

/* Adds the events of a page. False after a message: it has none. *token: of the next page, NULL
 * behind the last. */
static bool take_page(struct asking *a, struct json_build *events, json **token)
{
    const json *page = json_get(a->result.output, "Events");
    const json *next = json_get(a->result.output, "NextToken");

    *token = next && json_is_string(next) ? json_ref(next) : NULL;
    size_t count = page && json_is_array(page) ? json_count(page) : 0;
    for (size_t i = 0; i < count; i++)
        json_build_add(events, with_api_names(json_at(page, i)));
    a->events += count;
    if (count && a->events <= MOST_EVENTS)
        return true;
    cmd_fail(a->of->command, "the server gives %s events of %s", count ? "too many" : "no",
             a->of->arn);
    json_unref(*token);
    *token = NULL;
    return false;
}

/* Every page has events, and there is a bound on these: a server can't keep us for ever. */
static bool asking_events(struct asking *a)
{
    static const char call[] = "arn:aws:states:::aws-sdk:sfn:getExecutionHistory";
    struct json_build events;
    json *token = NULL;
    bool good;

    json_build_array(&events, PAGE_EVENTS);
    do {
        struct json_build b;
        json_build_object(&b, 4);
        json_build_set(&b, "ExecutionArn", json_cstring(a->of->arn));
        json_build_set(&b, "MaxResults", json_int(PAGE_EVENTS));
        json_build_set(&b, "IncludeExecutionData", json_bool(false));
        if (token)
            json_build_set(&b, "NextToken", token);
        good = asking_call(a, call, json_build_done(&b)) && take_page(a, &events, &token);
    } while (good && token);
    if (good)
        a->of->events = json_build_done(&events);
    else
        json_build_drop(&events);
    return good;
}

/* ---- the server ---- */

/* Takes the region of the execution out of its ARN, "arn:aws:states:REGION:ACCOUNT:execution:…".
 * False: it is none. */
static bool read_region(struct asking *a)
{
    const char *parts[6] = {a->of->arn};

    for (size_t i = 1; i < COUNT(parts); i++) {
        const char *colon = strchr(parts[i - 1], ':');
        if (!colon)
            return false;
        parts[i] = colon + 1;
    }
    size_t len = (size_t)(parts[4] - 1 - parts[3]);
    if (!text_begins_with(parts[0], "arn:") || !text_begins_with(parts[2], "states:") ||
        !text_begins_with(parts[5], "execution:") || len == 0 || len >= sizeof a->region)
        return false;
    memcpy(a->region, parts[3], len);
    return true;
}

/* Says where the server is: the option, the environment, or where asl serve listens. */
static bool asking_find(struct asking *a, const struct option_set *set)
{
    const char *url = a->of->endpoint;
    struct services_options given = {0};
    struct buf option = {0};

    if (url && strcmp(url, "aws") != 0 && !http_url_is_base(url)) {
        struct buf shown = {0};
        endpoints_show_url(&shown, url);
        cmd_usage(a->of->command, "--endpoint takes the URL of a server, as %s, or aws, not '%s'",
                  SERVER_EXECUTION_ENDPOINT, buf_str(&shown));
        buf_clear(&shown);
        return false;
    }
    if (url) {
        buf_printf(&option, "sfn=%s", url);
        given.endpoint = (struct option_values){{buf_str(&option)}, 1};
    }
    bool good = services_read(&given, set, NULL, a->region, &a->services);
    if (good && !endpoints_find(a->services.endpoints, "SFN"))
        good = endpoints_add(a->services.endpoints, "sfn=" SERVER_EXECUTION_ENDPOINT, NULL);
    buf_clear(&option);
    return good;
}

static void asking_close(struct asking *a)
{
    handlers_close(a->handlers);
    while (!handlers_are_closed(a->handlers))
        uv_run(&a->loop, UV_RUN_ONCE);
    handlers_free(a->handlers);
    uv_loop_close(&a->loop);
    task_result_clear(&a->result);
}

bool server_execution_read(struct server_execution *e, const struct option_set *set)
{
    struct asking a = {.of = e};
    struct handlers_options options = {
        .max_output = PAGE_BYTES, .no_limits = true, .log = asking_log, .log_user = &a};
    bool good = false;

    if (strstr(e->arn, ":express:")) {
        cmd_usage(e->command,
                  "--execution: no server keeps the history of an Express workflow's execution");
        return false;
    }
    if (!read_region(&a)) {
        cmd_usage(e->command,
                  "--execution takes the ARN of an execution, as "
                  "arn:aws:states:us-east-1:123456789012:execution:MACHINE:NAME, not '%s'",
                  e->arn);
        return false;
    }
    if (asking_find(&a, set)) {
        services_give(&a.services, &options);
        uv_loop_init(&a.loop);
        a.handlers = handlers_new(&a.loop, &options, asking_answered, &a);
        good = asking_definition(&a) && asking_events(&a);
        asking_close(&a);
    }
    services_clear(&a.services);
    return good;
}

void server_execution_clear(struct server_execution *e)
{
    json_unref(e->name);
    json_unref(e->definition);
    json_unref(e->events);
    e->name = e->definition = e->events = NULL;
}
