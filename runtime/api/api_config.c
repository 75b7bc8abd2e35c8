/*
 * Configurations: parts of requests that name things outside, as log groups, keys and roles.
 * Whether these exist is not looked at; whether they could, is. What a request doesn't say is
 * filled in as AWS does, so that descriptions have it.
 */

#include "runtime/api/api_config.h"

#include "runtime/api/api_call.h"
#include "runtime/api/api_members.h"

#include <string.h>

static const char *const key_types[] = {"AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY", NULL};

const struct member encryption_members[] = {
    {.name = "kmsKeyId", .min = 1, .max = 2048},
    {.name = "kmsDataKeyReusePeriodSeconds", .kind = NUMBER, .min = 60, .max = 900},
    {.name = "type", .required = true, .choices = key_types},
    {.name = NULL},
};

static const char *const levels[] = {"ALL", "ERROR", "FATAL", "OFF", NULL};

static const struct member log_group_members[] = {
    {.name = "logGroupArn", .min = 1, .max = QUOTA_ARN},
    {.name = NULL},
};

static const struct member destination_members[] = {
    {.name = "cloudWatchLogsLogGroup", .kind = STRUCT, .of = log_group_members},
    {.name = NULL},
};

const struct member logging_members[] = {
    {.name = "level", .choices = levels},
    {.name = "includeExecutionData", .kind = FLAG},
    {.name = "destinations", .kind = LIST, .of = destination_members},
    {.name = NULL},
};

const struct member tracing_members[] = {
    {.name = "enabled", .kind = FLAG},
    {.name = NULL},
};

/* ---- configurations, with what AWS fills in ---- */

static json *bad_logging(struct call *c, const char *text)
{
    return call_fail(c, "InvalidLoggingConfiguration", "Invalid Logging Configuration: %s", text);
}

/* What is wrong with arn:PARTITION:logs:REGION:ACCOUNT:log-group:NAME:*; NULL: nothing. Which log
 * groups there are, nobody knows here. */
static const char *destination_problem(const json *destination)
{
    const json *group = json_get(destination, "cloudWatchLogsLogGroup");
    const json *arn = group ? json_get(group, "logGroupArn") : NULL;
    const char *parts[6] = {arn ? json_str(arn) : ""};
    size_t count = 1;

    while (count < 6 && (parts[count] = strchr(parts[count - 1], ':')))
        parts[count++]++;
    if (count < 6 || strncmp(parts[0], "arn:", 4) != 0)
        return "Must set valid CloudWatch Log Group ARN.";
    if (strncmp(parts[2], "logs:", 5) != 0 || strncmp(parts[5], "log-group:", 10) != 0)
        return "Provided ARN is not CloudWatch Logs Log Group ARN.";
    size_t len = strlen(parts[5]);
    if (len < sizeof "log-group:x:*" - 1 || strcmp(parts[5] + len - 2, ":*") != 0)
        return "Log Group ARN must be provided with '*' qualifier.";
    return NULL;
}

/* Only a level that logs needs a log group, but more than one are refused with any. */
json *config_logging(struct call *c, const json *given)
{
    const json *level = given ? json_get(given, "level") : NULL;
    const json *data = given ? json_get(given, "includeExecutionData") : NULL;
    const json *destinations = given ? json_get(given, "destinations") : NULL;
    bool on = level && !json_str_is(level, "OFF");
    struct json_build b;

    if (json_count(destinations ? destinations : json_empty_array()) > 1 ||
        (on && (!destinations || json_count(destinations) != 1)))
        return bad_logging(c, "Must specify exactly one Log Destination.");
    const char *problem = on ? destination_problem(json_at(destinations, 0)) : NULL;
    if (problem)
        return bad_logging(c, problem);
    json_build_object(&b, 3);
    json_build_set(&b, "level", level ? json_ref(level) : json_cstring("OFF"));
    json_build_set(&b, "includeExecutionData", data ? json_ref(data) : json_bool(false));
    if (destinations)
        json_build_set(&b, "destinations", json_ref(destinations));
    return json_build_done(&b);
}

json *config_tracing(const json *given)
{
    const json *enabled = given ? json_get(given, "enabled") : NULL;
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "enabled", enabled ? json_ref(enabled) : json_bool(false));
    return json_build_done(&b);
}

json *config_encryption(const json *given)
{
    struct json_build b;

    if (given)
        return json_ref(given);
    json_build_object(&b, 1);
    json_build_set(&b, "type", json_cstring("AWS_OWNED_KEY"));
    return json_build_done(&b);
}

/* ---- checks ---- */

bool check_encryption(struct call *c, const json *encryption)
{
    const json *key = encryption ? json_get(encryption, "kmsKeyId") : NULL;
    bool has_key = key && json_is_string(key);

    if (!encryption)
        return true;
    if (json_str_is(json_get(encryption, "type"), "AWS_OWNED_KEY") && has_key)
        call_fail(c, "InvalidEncryptionConfiguration",
                  "Custom kmsKeyId is not allowed when selecting AWS_OWNED_KEY.");
    else if (!json_str_is(json_get(encryption, "type"), "AWS_OWNED_KEY") && !has_key)
        call_fail(c, "InvalidEncryptionConfiguration", "Must set a valid kmsKeyId.");
    return !c->error;
}

/* Returns whether the text is the ARN of a role: arn:PARTITION:iam::ACCOUNT:role/NAME, where a
 * path may stand before the name. */
static bool is_role_arn(const char *text, size_t len)
{
    static const char service[] = ":iam::", kind[] = ":role/";
    const char *at = text + strlen("arn:");

    if (strlen(text) != len || strncmp(text, "arn:", strlen("arn:")) != 0)
        return false;
    at += strcspn(at, ":");
    if (at == text + strlen("arn:") || strncmp(at, service, strlen(service)) != 0)
        return false;
    at += strlen(service);
    if (strspn(at, "0123456789") != 12 || strncmp(at + 12, kind, strlen(kind)) != 0)
        return false;
    return at[12 + strlen(kind)] != '\0';
}

bool check_role(struct call *c, const json *role)
{
    if (!role || is_role_arn(json_str(role), json_str_len(role)))
        return true;
    call_fail(c, "InvalidArn", "Invalid Role Arn: '");
    buf_add(&c->message, json_str(role), json_str_len(role));
    buf_addc(&c->message, '\'');
    return false;
}
