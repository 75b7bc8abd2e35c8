#include "runtime/names.h"

static json *random_name(uint64_t seed)
{
    struct asl_chance chance = {seed};
    uint64_t a = asl_chance_next(&chance), b = asl_chance_next(&chance);

    return json_stringf("%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
                        (unsigned)(a >> 16) & 0xffff, (unsigned)a & 0xfff,
                        (unsigned)(b >> 48 & 0x3fff) | 0x8000,
                        (unsigned long long)b & 0xffffffffffff);
}

void names_make(const struct names_given *given, struct rt_names *out)
{
    const char *machine = given->machine ? given->machine : "StateMachine";
    const char *region = given->region ? given->region : "us-east-1";
    const char *account = given->account ? given->account : "123456789012";

    out->region = json_cstring(region);
    out->machine_name = json_cstring(machine);
    out->name = given->name ? json_cstring(given->name) : random_name(given->seed);
    out->machine_arn =
        json_stringf("arn:aws:states:%s:%s:stateMachine:%s", region, account, machine);
    out->arn = json_stringf("arn:aws:states:%s:%s:execution:%s:%s", region, account, machine,
                            json_str(out->name));
    out->role_arn = json_stringf("arn:aws:iam::%s:role/asl", account);
}
