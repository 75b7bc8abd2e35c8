/* What an execution and its machine are called where nobody says it. */

#include "runtime/engine/names.h"

#include "runtime/base/aws_defaults.h"
#include "runtime/base/partition.h"

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
