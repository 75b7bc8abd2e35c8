#ifndef RUNTIME_BASE_PARTITION_H
#define RUNTIME_BASE_PARTITION_H

/* The region and account where nobody says otherwise: those that emulators of AWS have. */
#define AWS_DEFAULT_REGION "us-east-1"
#define AWS_DEFAULT_ACCOUNT "123456789012"

/*
 * AWS's regions are in partitions, each with a name in ARNs and a domain of its own: "aws-cn" and
 * "amazonaws.com.cn" for cn-north-1. A region of none of them is taken for one of "aws".
 */
const char *partition_name(const char *region);
const char *partition_domain(const char *region);

#endif
