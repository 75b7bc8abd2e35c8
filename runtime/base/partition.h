#ifndef RUNTIME_BASE_PARTITION_H
#define RUNTIME_BASE_PARTITION_H

/*
 * AWS's regions are in partitions, each with a name in ARNs and a domain of its own: "aws-cn" and
 * "amazonaws.com.cn" for cn-north-1. A region of none of them is taken for one of "aws".
 */
const char *partition_name(const char *region);
const char *partition_domain(const char *region);

#endif
