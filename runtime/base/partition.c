/* AWS's partitions: a table of how their regions' names begin. */

#include "runtime/base/partition.h"

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

const char *partition_name(const char *region)
{
    return partition_of(region)->name;
}

const char *partition_domain(const char *region)
{
    return partition_of(region)->domain;
}
