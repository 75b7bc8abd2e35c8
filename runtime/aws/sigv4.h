#ifndef RUNTIME_AWS_SIGV4_H
#define RUNTIME_AWS_SIGV4_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * AWS Signature Version 4, in headers. Requests are written in one canonical form, from which both
 * are made: the signature of a request to be sent, and the one that a request ought to have.
 */

struct sigv4_header {
    const char *name, *value;
};

struct sigv4_request {
    const char *method;
    const char *path;  /* as it is sent */
    const char *query; /* as it is sent, without the `?`; NULL: none */
    const struct sigv4_header *headers;
    size_t header_count;
    const char *body;
    size_t body_len;
    bool path_as_is; /* S3: the path is neither put in order nor encoded once more */
    bool in_query;   /* the query has all that is beside the signature, and no headers are added */
};

struct sigv4_keys {
    const char *access_key, *secret_key;
    const char *session_token; /* NULL: none */
};

struct sigv4_scope {
    const char *region, *service;
    int64_t now_ms;
};

enum {
    SIGV4_DATE_SIZE = 17, /* "20150830T123600Z" */
    SIGV4_HEX_SIZE = 65,
    SIGV4_SKEW_MS = 15 * 60 * 1000,
};

/*
 * What is to be sent beside the request's own headers, which have Host among them; all of those are
 * signed. A body's hash goes along where it is asked for: S3 wants it.
 */
struct sigv4_signed {
    char date[SIGV4_DATE_SIZE];     /* X-Amz-Date */
    char body_hash[SIGV4_HEX_SIZE]; /* X-Amz-Content-Sha256 */
    const char *session_token;      /* X-Amz-Security-Token: the keys'; NULL: none */
    struct buf authorization;       /* Authorization */
};

/* Writes a time as signatures have it. */
void sigv4_write_date(int64_t ms, char date[SIGV4_DATE_SIZE]);

/* What signing and verifying keep from one request to the next: the keys that were derived last.
 * They are wiped when it is freed. */
typedef struct sigv4_signer sigv4_signer;

sigv4_signer *sigv4_signer_new(void);
void sigv4_signer_free(sigv4_signer *s);

/* Signs a request; *out is cleared by sigv4_signed_clear. */
void sigv4_sign(sigv4_signer *s, const struct sigv4_request *q, const struct sigv4_keys *keys,
                const struct sigv4_scope *scope, bool with_body_hash, struct sigv4_signed *out);
void sigv4_signed_clear(struct sigv4_signed *s);

/* Finds the keys of an access key, and returns false when there are none. What it gives is looked
 * at during the call of sigv4_verify. */
typedef bool sigv4_lookup(void *user, const char *access_key, size_t len, struct sigv4_keys *out);

/* Why a request is refused, as AWS words it. Owns both. */
struct sigv4_error {
    json *type; /* "InvalidSignatureException" */
    json *message;
};

void sigv4_error_clear(struct sigv4_error *e);

/*
 * Returns whether the request was signed for `service` with one of the keys that `lookup` knows, at
 * most 15 minutes ago; if not, *why says what is wrong. Host, and X-Amz-Target if there is one,
 * must be among what was signed.
 */
bool sigv4_verify(sigv4_signer *s, const struct sigv4_request *q, const char *service,
                  int64_t now_ms, sigv4_lookup *lookup, void *user, struct sigv4_error *why);

/* Checks all that sigv4_verify checks but the signature, which needs the body: a client that lacks
 * the rest is refused before it sends that. */
bool sigv4_verify_head(const struct sigv4_request *q, const char *service, int64_t now_ms,
                       sigv4_lookup *lookup, void *user, struct sigv4_error *why);

/* Writes the canonical request, for tests. `signed_headers` names the headers that count:
 * "host;x-amz-date". */
void sigv4_canonical(sigv4_signer *s, const struct sigv4_request *q, const char *signed_headers,
                     struct buf *out);

#endif
