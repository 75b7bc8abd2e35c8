#ifndef RUNTIME_AWS_CLUSTER_TOKEN_H
#define RUNTIME_AWS_CLUSTER_TOKEN_H

#include "parsers/base/buf.h"
#include "runtime/aws/sigv4.h"

#include <stdint.h>

/*
 * Adds the bearer token by which a cluster of EKS knows who asks: a request of STS for the caller's
 * identity, signed for that cluster, which the cluster makes itself within a minute. It is the one
 * that `aws eks get-token` gives.
 */
void cluster_token_write(struct buf *out, sigv4_signer *s, const char *cluster, const char *region,
                         const struct sigv4_keys *keys, int64_t now_ms);

#endif
