/* What an execution and its machine are called where nobody says it. */

#include "runtime/engine/names.h"

#include "parsers/base/ascii.h"
#include "parsers/base/utf8.h"
#include "runtime/base/aws_defaults.h"
#include "runtime/base/partition.h"

#include <string.h>

/* Refused: blanks, brackets, wildcards, what stands for something in URLs and shells, controls,
 * what Unicode has no character for. */
static bool may_be_in_name(uint32_t c)
{
    if (c <= ' ' || (c >= 0x7f && c <= 0x9f))
        return false;
    if (ascii_is_letter((int)c) || ascii_is_digit((int)c))
        return true;
    if (c < 0x7f)
        return !strchr("<>{}[]?*\"#%\\^|~`$&,;:/", (int)c);
    return c != 0xfffe && c != 0xffff && c != 0x10ffff;
}

size_t names_good_len(const char *name, size_t len)
{
    size_t at = 0;

    while (at < len) {
        uint32_t letter = (unsigned char)name[at];
        size_t used = letter < 0x80 ? 1 : utf8_decode(name + at, len - at, &letter);
        if (!used || !may_be_in_name(letter))
            break;
        at += used;
    }
    return at;
}

void names_make(const struct names_given *given, struct rt_names *out)
{
    const char *machine = given->machine ? given->machine : "StateMachine";
    const char *region = given->region ? given->region : AWS_DEFAULT_REGION;
    const char *account = given->account ? given->account : AWS_DEFAULT_ACCOUNT;
    const char *partition = partition_name(region);

    struct asl_chance chance = {given->seed};

    out->region = json_cstring(region);
    out->machine_name = json_cstring(machine);
    out->name = given->name ? json_cstring(given->name) : asl_chance_uuid(&chance);
    out->machine_arn =
        json_stringf("arn:%s:states:%s:%s:stateMachine:%s", partition, region, account, machine);
    out->arn = json_stringf("arn:%s:states:%s:%s:execution:%s:%s", partition, region, account,
                            machine, json_str(out->name));
    out->role_arn = json_stringf("arn:%s:iam::%s:role/asl", partition, account);
}
