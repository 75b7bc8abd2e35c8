#ifndef RUNTIME_AWS_CREDENTIALS_H
#define RUNTIME_AWS_CREDENTIALS_H

#include "parsers/base/diag.h"
#include "runtime/aws/sigv4.h"
#include "runtime/http/message.h"

/*
 * A file of keys in the form of ~/.aws/credentials:
 *
 *     [default]
 *     aws_access_key_id = AKIDEXAMPLE
 *     aws_secret_access_key = …
 *     aws_session_token = …
 *
 * It says who may ask a server, and as whom one asks others: own_keys.h.
 */
typedef struct credentials credentials;

/* Reads a file, which may be a pipe. Returns NULL with *why filled, with the file's line, when it
 * can't be read or has no key. */
credentials *credentials_load(const char *path, struct diag *why);
/* Reads a file as credentials_load does, but only a regular one, so that it waits for nobody. */
credentials *credentials_reload(const char *path, struct diag *why);
void credentials_free(credentials *c);
/* Exchanges the keys of the two. */
void credentials_swap(credentials *a, credentials *b);

/* Finds the secret of an access key: a sigv4_lookup, whose `c` is a credentials. */
bool credentials_find(void *c, const char *access_key, size_t len, struct sigv4_keys *out);

/* Returns whether a request to the Step Functions API is signed with one of the keys; if not, *why
 * says what is wrong. */
bool credentials_signed(credentials *c, const struct http_message *m, int64_t now_ms,
                        struct sigv4_error *why);
/* Checks what a request's head tells before its body has come: all that credentials_signed checks
 * but the signature itself. */
bool credentials_may_be_signed(credentials *c, const struct http_message *m, int64_t now_ms,
                               struct sigv4_error *why);

#endif
