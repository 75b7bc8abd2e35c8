/* What things are called where nobody says it, and where in AWS's world that would be. */

#include "runtime/names.h"

#include <string.h>

static const struct partition {
    const char *regions; /* their names begin with it */
    const char *name, *domain;
} partitions[] = {
    {"us-gov-", "aws-us-gov", "amazonaws.com"},  {"cn-", "aws-cn", "amazonaws.com.cn"},
    {"us-iso-", "aws-iso", "c2s.ic.gov"},        {"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
    {"us-isof-", "aws-iso-f", "csp.hci.ic.gov"}, {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
    {"eusc-", "aws-eusc", "amazonaws.eu"},       {"", "aws", "amazonaws.com"},
};

static const struct partition *partition_of(const char *region)
{
    const struct partition *p = partitions;

    while (strncmp(region, p->regions, strlen(p->regions)) != 0)
        p++;
    return p;
}

const char *names_partition(const char *region)
{
    return partition_of(region)->name;
}

const char *names_domain(const char *region)
{
    return partition_of(region)->domain;
}

void names_make(const struct names_given *given, struct rt_names *out)
{
    const char *machine = given->machine ? given->machine : "StateMachine";
    const char *region = given->region ? given->region : NAMES_REGION;
    const char *account = given->account ? given->account : NAMES_ACCOUNT;
    const char *partition = names_partition(region);

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
