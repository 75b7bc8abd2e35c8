/* Digests by OpenSSL's libcrypto, of which nothing else is used. */
#include "parsers/base/digest.h"

#include "parsers/base/count.h"
#include "parsers/base/library.h"
#include "parsers/base/mem.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CRYPTO_FUNCTIONS(_)                                                                        \
    _(, CRYPTO_memcmp)                                                                             \
    _(, EVP_Digest)                                                                                \
    _(, EVP_DigestFinal_ex)                                                                        \
    _(, EVP_DigestInit_ex)                                                                         \
    _(, EVP_DigestUpdate)                                                                          \
    _(, EVP_MD_CTX_free)                                                                           \
    _(, EVP_MD_CTX_new)                                                                            \
    _(, EVP_MD_fetch)

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

static const struct {
    const char *name, *fetch; /* AWS's and libcrypto's */
} algorithms[DIGEST_ALGORITHMS] = {
    [DIGEST_MD5] = {"MD5", "MD5"},
    [DIGEST_SHA1] = {"SHA-1", "SHA1"},
    [DIGEST_SHA256] = {"SHA-256", "SHA2-256"},
    [DIGEST_SHA384] = {"SHA-384", "SHA2-384"},
    [DIGEST_SHA512] = {"SHA-512", "SHA2-512"},
};

static void digest_find(struct library *library);

/* Algorithms are kept, as the library looks them up slowly. */
static struct {
    struct library library;
    struct {
        CRYPTO_FUNCTIONS(LIBRARY_MEMBER)
    } functions;
    EVP_MD *algorithms[DIGEST_ALGORITHMS]; /* NULL: the library refuses it */
} crypto = {
    .library = {.soname = "libcrypto.so." TEXT(OPENSSL_SHLIB_VERSION),
                .user = "A digest",
                .find = digest_find},
};

static void digest_find(struct library *library)
{
    __typeof__(crypto.functions) *functions = &crypto.functions;

    CRYPTO_FUNCTIONS(LIBRARY_FIND)
    for (size_t i = 0; !library->error[0] && i < COUNT(algorithms); i++)
        crypto.algorithms[i] = functions->EVP_MD_fetch(NULL, algorithms[i].fetch, NULL);
}

bool digest_ready(struct diag *why)
{
    return library_load(&crypto.library, why);
}

/* Without the library nothing can go on, as without one that the loader misses at the start. */
static void need_library(void)
{
    struct diag why = {0};

    if (digest_ready(&why))
        return;
    fprintf(stderr, "asl: %s\n", why.text);
    exit(127);
}

enum digest_algorithm digest_named(const char *name, size_t len)
{
    size_t i = 0;

    while (i < COUNT(algorithms) &&
           (strlen(algorithms[i].name) != len || memcmp(algorithms[i].name, name, len) != 0))
        i++;
    return (enum digest_algorithm)i;
}

size_t digest_make(enum digest_algorithm algorithm, const void *bytes, size_t len,
                   unsigned char *out)
{
    unsigned size = 0;

    need_library();
    if (!crypto.algorithms[algorithm] ||
        !crypto.functions.EVP_Digest(bytes, len, out, &size, crypto.algorithms[algorithm], NULL))
        return 0;
    return size;
}

struct digest {
    EVP_MD_CTX *context;
};

static void check(int good)
{
    if (!good)
        abort(); /* as mem_alloc: no memory */
}

digest *digest_new(enum digest_algorithm algorithm)
{
    need_library();
    if (!crypto.algorithms[algorithm])
        return NULL;
    digest *d = mem_alloc(sizeof *d);
    d->context = crypto.functions.EVP_MD_CTX_new();
    check(d->context &&
          crypto.functions.EVP_DigestInit_ex(d->context, crypto.algorithms[algorithm], NULL));
    return d;
}

void digest_add(digest *d, const void *bytes, size_t len)
{
    if (len)
        check(crypto.functions.EVP_DigestUpdate(d->context, bytes, len));
}

/* That the context keeps its algorithm is what makes the next digest cheap: the library looks an
 * algorithm up under locks. */
size_t digest_end(digest *d, unsigned char *out)
{
    unsigned size = 0;

    check(crypto.functions.EVP_DigestFinal_ex(d->context, out, &size) &&
          crypto.functions.EVP_DigestInit_ex(d->context, NULL, NULL));
    return size;
}

void digest_free(digest *d)
{
    if (!d)
        return;
    crypto.functions.EVP_MD_CTX_free(d->context);
    mem_free(d);
}

/* Each byte of a block, which has the key and zeros behind it, is changed to make two keys of it.
 */
enum { HMAC_BLOCK = 64, HMAC_INNER = 0x36, HMAC_OUTER = 0x5c };

/* RFC 2104. The library's own MAC would be looked up by its name and made anew each time. */
void digest_hmac_by(digest *d, const void *key, size_t key_len, const void *text, size_t len,
                    unsigned char out[DIGEST_SHA256_SIZE])
{
    unsigned char block[HMAC_BLOCK] = {0};

    if (key_len > HMAC_BLOCK) {
        digest_add(d, key, key_len);
        digest_end(d, block);
    } else if (key_len) {
        memcpy(block, key, key_len);
    }
    for (size_t i = 0; i < HMAC_BLOCK; i++)
        block[i] ^= HMAC_INNER;
    digest_add(d, block, HMAC_BLOCK);
    digest_add(d, text, len);
    digest_end(d, out);
    for (size_t i = 0; i < HMAC_BLOCK; i++)
        block[i] ^= HMAC_INNER ^ HMAC_OUTER;
    digest_add(d, block, HMAC_BLOCK);
    digest_add(d, out, DIGEST_SHA256_SIZE);
    digest_end(d, out);
    mem_wipe(block, sizeof block);
}

void digest_hmac(const void *key, size_t key_len, const void *text, size_t len,
                 unsigned char out[DIGEST_SHA256_SIZE])
{
    digest *d = digest_new(DIGEST_SHA256);

    check(d != NULL);
    digest_hmac_by(d, key, key_len, text, len, out);
    digest_free(d);
}

bool digest_is_same(const void *a, const void *b, size_t len)
{
    need_library();
    return crypto.functions.CRYPTO_memcmp(a, b, len) == 0;
}
