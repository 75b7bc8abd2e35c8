#include "runtime/names.h"

void names_make(const struct names_given *given, struct rt_names *out)
{
    const char *machine = given->machine ? given->machine : "StateMachine";
    const char *region = given->region ? given->region : NAMES_REGION;
    const char *account = given->account ? given->account : NAMES_ACCOUNT;

    struct asl_chance chance = {given->seed};

    out->region = json_cstring(region);
    out->machine_name = json_cstring(machine);
    out->name = given->name ? json_cstring(given->name) : asl_chance_uuid(&chance);
    out->machine_arn =
        json_stringf("arn:aws:states:%s:%s:stateMachine:%s", region, account, machine);
    out->arn = json_stringf("arn:aws:states:%s:%s:execution:%s:%s", region, account, machine,
                            json_str(out->name));
    out->role_arn = json_stringf("arn:aws:iam::%s:role/asl", account);
}
