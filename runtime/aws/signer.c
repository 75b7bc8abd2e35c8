/*
 * What all signatures need, and what is the same from one to the next: a context of libcrypto's
 * SHA-256, which is costly to make anew, and the keys that were derived last. A derived key is
 * good for a day, region and service, so that nearly all requests find theirs here.
 */
#include "runtime/aws/sigv4_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/digest.h"
#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_KEYS = 8 };

/* A derived key, and what it was derived from. */
struct derived_key {
    char day[SIGV4_DAY_LEN];
    char *secret; /* NULL: this place is free; the texts below follow it in the same storage */
    const char *region, *service;
    unsigned char key[SIGV4_HASH_SIZE];
};

struct sigv4_signer {
    digest *sha256;
    struct derived_key kept[KEPT_KEYS];
    size_t next; /* the place that is given away next: that of the oldest */
};

sigv4_signer *sigv4_signer_new(void)
{
    sigv4_signer *s = mem_calloc(1, sizeof *s);

    s->sha256 = digest_new(DIGEST_SHA256);
    if (!s->sha256)
        abort(); /* there is no libcrypto without it */
    return s;
}

static void derived_key_clear(struct derived_key *k)
{
    if (k->secret)
        mem_wipe(k->secret, strlen(k->secret));
    mem_free(k->secret);
    mem_wipe(k, sizeof *k);
    k->secret = NULL;
}

void sigv4_signer_free(sigv4_signer *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < KEPT_KEYS; i++)
        derived_key_clear(&s->kept[i]);
    digest_free(s->sha256);
    mem_free(s);
}

/* ---- hashes ---- */

struct bytes {
    const void *at;
    size_t len;
};

static void hmac(sigv4_signer *s, struct bytes key, struct bytes text,
                 unsigned char out[SIGV4_HASH_SIZE])
{
    digest_hmac_by(s->sha256, key.at, key.len, text.at, text.len, out);
}

void signer_add_sha256(sigv4_signer *s, struct buf *out, const char *bytes, size_t len)
{
    unsigned char hash[SIGV4_HASH_SIZE];

    digest_add(s->sha256, bytes, len);
    digest_end(s->sha256, hash);
    buf_add_hex(out, hash, sizeof hash);
}

/* ---- keys ---- */

static bool is_derived_for(const struct derived_key *k, const char *secret,
                           const struct sigv4_scope_text *scope)
{
    return k->secret && !memcmp(k->day, scope->date, SIGV4_DAY_LEN) &&
           !strncmp(k->region, scope->region, scope->region_len) && !k->region[scope->region_len] &&
           !strncmp(k->service, scope->service, scope->service_len) &&
           !k->service[scope->service_len] && !strcmp(k->secret, secret);
}

/*
 * The key is derived step by step from the secret: by the day, the region, the service, and a fixed
 * word. So a key that leaks is good for one day, region and service only.
 */
static void derive(sigv4_signer *s, struct derived_key *k, const struct sigv4_scope_text *scope)
{
    static const char terminator[] = "aws4_request";
    const struct bytes steps[] = {
        {scope->date, SIGV4_DAY_LEN},
        {scope->region, scope->region_len},
        {scope->service, scope->service_len},
        {terminator, sizeof terminator - 1},
    };
    struct buf seed = {0};
    struct bytes key;

    buf_adds(&seed, "AWS4");
    buf_adds(&seed, k->secret);
    key = (struct bytes){seed.data, seed.len};
    for (size_t i = 0; i < COUNT(steps); i++) {
        hmac(s, key, steps[i], k->key);
        key = (struct bytes){k->key, sizeof k->key};
    }
    mem_wipe(seed.data, seed.len);
    buf_clear(&seed);
}

static const struct derived_key *key_for(sigv4_signer *s, const char *secret,
                                         const struct sigv4_scope_text *scope)
{
    size_t len = strlen(secret);
    struct derived_key *k;

    for (size_t i = 0; i < KEPT_KEYS; i++)
        if (is_derived_for(&s->kept[i], secret, scope))
            return &s->kept[i];
    k = &s->kept[s->next];
    s->next = (s->next + 1) % KEPT_KEYS;
    derived_key_clear(k);
    char *at = mem_calloc(1, len + scope->region_len + scope->service_len + 3);
    k->secret = memcpy(at, secret, len);
    k->region = memcpy(at + len + 1, scope->region, scope->region_len);
    k->service = memcpy(at + len + scope->region_len + 2, scope->service, scope->service_len);
    memcpy(k->day, scope->date, SIGV4_DAY_LEN);
    derive(s, k, scope);
    return k;
}

void signer_add_signature(sigv4_signer *s, struct buf *out, const char *secret,
                          const struct sigv4_scope_text *scope, const struct buf *text)
{
    const struct derived_key *k = key_for(s, secret, scope);
    unsigned char hash[SIGV4_HASH_SIZE];

    hmac(s, (struct bytes){k->key, sizeof k->key}, (struct bytes){text->data, text->len}, hash);
    buf_add_hex(out, hash, sizeof hash);
}
