/* Parts of requests that name things outside: log groups and keys. Whether these exist is not
 * looked at; whether they could, is. */

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

/* arn:PARTITION:iam::ACCOUNT:role/NAME, a path before the name included. */
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
