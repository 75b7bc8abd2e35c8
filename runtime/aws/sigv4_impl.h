#ifndef RUNTIME_AWS_SIGV4_IMPL_H
#define RUNTIME_AWS_SIGV4_IMPL_H

#include "runtime/aws/sigv4.h"

/* ---- signer.c: hashes and keys, for sigv4.c ---- */

enum { SIGV4_HASH_SIZE = 32, SIGV4_DAY_LEN = 8 };

/* What a signature is good for. Only the first eight bytes of `date` count: the day. */
struct sigv4_scope_text {
    const char *date; /* "20150830T123600Z" */
    const char *region;
    size_t region_len;
    const char *service;
    size_t service_len;
};

/* Adds the SHA-256 of `bytes` (may be NULL when `len` is 0) in hexadecimal digits. */
void signer_add_sha256(sigv4_signer *s, struct buf *out, const char *bytes, size_t len);
/* Adds the signature of `text` in hexadecimal digits: its HMAC with the key that is derived from
 * `secret` for the scope. */
void signer_add_signature(sigv4_signer *s, struct buf *out, const char *secret,
                          const struct sigv4_scope_text *scope, const struct buf *text);

#endif
