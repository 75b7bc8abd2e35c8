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
 * It says who may ask a server, and as whom one asks others.
 */
typedef struct credentials credentials;

/* NULL with *why filled, file's line too. A file without any key is refused. It may be a pipe. */
credentials *credentials_load(const char *path, struct diag *why);
/* The same of what must be a regular file: it waits for nobody. */
credentials *credentials_reload(const char *path, struct diag *why);
void credentials_free(credentials *c);
/* Each has the other's keys from then on. */
void credentials_swap(credentials *a, credentials *b);

/* A sigv4_lookup; `c` is a credentials. */
bool credentials_find(void *c, const char *access_key, size_t len, struct sigv4_keys *out);

/* Is a request to the Step Functions API signed with one of the keys? */
bool credentials_signed(credentials *c, const struct http_message *m, int64_t now_ms,
                        struct sigv4_error *why);
/* The same of what its head tells, before its body has come: but for the signature itself. */
bool credentials_may_be_signed(credentials *c, const struct http_message *m, int64_t now_ms,
                               struct sigv4_error *why);

/*
 * Our own, for requests to others, looked for in the environment (AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), then in `given` (may be NULL), then in the file that
 * AWS_SHARED_CREDENTIALS_FILE names, or ~/.aws/credentials; of a file, the profile AWS_PROFILE, or
 * `default`. *file is what was read for it, to be freed when the keys aren't looked at any more.
 */
bool credentials_own(const credentials *given, credentials **file, struct sigv4_keys *out);

#endif
