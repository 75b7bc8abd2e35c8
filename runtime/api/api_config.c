/* Parts of requests that name things outside: log groups and keys. Whether these exist is not
 * looked at; whether they could, is. */

#include "runtime/api/api_impl.h"

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
