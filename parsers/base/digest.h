#ifndef PARSERS_BASE_DIGEST_H
#define PARSERS_BASE_DIGEST_H

#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Digests (hashes) of bytes, by OpenSSL's libcrypto, which is loaded when the first one is made;
 * and what else is done with secrets. All of it may be called by several threads.
 */
enum digest_algorithm {
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    DIGEST_ALGORITHMS, /* how many there are: none of them */
};

enum { DIGEST_MAX = 64, DIGEST_SHA256_SIZE = 32 };

/* Returns the algorithm of a name of AWS's ("SHA-256", "MD5"), to the letter; else
 * DIGEST_ALGORITHMS. */
enum digest_algorithm digest_named(const char *name, size_t len);

/* Loads the library now. Returns false with *why filled when that can't be done: who can refuse to
 * begin asks this; the functions below end the process without it. */
bool digest_ready(struct diag *why);

/* Writes the digest of the bytes, DIGEST_MAX at most. Returns its size; 0 when the library refuses
 * the algorithm, as one that is bound to FIPS does with MD5. */
size_t digest_make(enum digest_algorithm algorithm, const void *bytes, size_t len,
                   unsigned char *out);

/* The same of bytes that come piece by piece. */
typedef struct digest digest;

/* Returns NULL when the library refuses the algorithm. Yours: digest_free. */
digest *digest_new(enum digest_algorithm algorithm);
void digest_add(digest *d, const void *bytes, size_t len);
/* Writes the digest and returns its size; the next piece begins another one. */
size_t digest_end(digest *d, unsigned char *out);
void digest_free(digest *d);

/* Writes the HMAC (RFC 2104) of a text by `sha256`, a digest that is not within bytes. */
void digest_hmac_by(digest *sha256, const void *key, size_t key_len, const void *text, size_t len,
                    unsigned char out[DIGEST_SHA256_SIZE]);
/* The same by a digest of its own, which costs more to make than a short text's HMAC. */
void digest_hmac(const void *key, size_t key_len, const void *text, size_t len,
                 unsigned char out[DIGEST_SHA256_SIZE]);

/* Returns whether bytes are equal, in a time that doesn't tell where they differ. */
bool digest_is_same(const void *a, const void *b, size_t len);

#endif
