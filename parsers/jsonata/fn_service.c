#include "parsers/jsonata/jsonata_impl.h"

#include "parsers/jsonata/js_number.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/*
 * What Step Functions adds to the language. How it words their errors is not known; D3150 is our
 * own.
 */

enum { MAX_RANGE_ITEMS = 1000 };

static struct jv refuse(struct jn *e, const char *text)
{
    jn_error(e, "D3150");
    buf_adds(&e->why.message, text);
    return (struct jv){.kind = JV_ERROR};
}

static bool is_whole(struct jv v)
{
    return v.kind == JV_NUMBER && isfinite(v.n) && v.n == floor(v.n);
}

static struct jv fn_partition(struct jn *e, const struct call *c)
{
    const struct jv list = arg(c, 0), size = arg(c, 1);
    struct list *l, *part = NULL;

    if (is_undefined(list))
        return list;
    if (!is_whole(size) || size.n < 1)
        return refuse(e, "The second argument of the partition function must be a positive "
                         "integer");
    if (!jn_steps(e, items_count(list)))
        return (struct jv){.kind = JV_ERROR};
    l = list_new(e, 0, 0);
    for (size_t i = 0; i < items_count(list); i++) {
        if (!part || (double)part->count == size.n) {
            part = list_new(e, 0, 0);
            list_push(e, l, jv_list(part));
        }
        list_push(e, part, items_at(list, i));
    }
    return jv_list(l);
}

static struct jv fn_range(struct jn *e, const struct call *c)
{
    const struct jv first = arg(c, 0), last = arg(c, 1), step = arg(c, 2);
    struct list *l;
    double count;

    if (is_undefined(first) || is_undefined(last) || is_undefined(step))
        return jv_undefined();
    if (!is_whole(first) || !is_whole(last) || !is_whole(step) || step.n == 0)
        return refuse(e, "The arguments of the range function must be integers, and its step not "
                         "zero");
    count = floor((last.n - first.n) / step.n) + 1;
    if (count > MAX_RANGE_ITEMS)
        return refuse(e, "The range function must not give more than 1000 items");
    l = list_new(e, LIST_SEQUENCE, 0);
    for (double i = 0; i < count; i++)
        list_push(e, l, jv_number(first.n + i * step.n));
    return jv_list(l);
}

static const EVP_MD *digest_of(struct jv name)
{
    static const struct {
        const char *name;
        const EVP_MD *(*digest)(void);
    } digests[] = {
        {"MD5", EVP_md5},        {"SHA-1", EVP_sha1},     {"SHA-256", EVP_sha256},
        {"SHA-384", EVP_sha384}, {"SHA-512", EVP_sha512},
    };

    for (size_t i = 0; i < COUNT(digests); i++)
        if (is_string(name) && json_str_is(name.j, digests[i].name))
            return digests[i].digest();
    return NULL;
}

static struct jv fn_hash(struct jn *e, const struct call *c)
{
    static const char hex[] = "0123456789abcdef";
    const struct jv text = arg(c, 0);
    const EVP_MD *digest = digest_of(arg(c, 1));
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct buf out = {0};

    if (is_undefined(text))
        return text;
    if (!digest)
        return refuse(e, "The second argument of the hash function must be one of MD5, SHA-1, "
                         "SHA-256, SHA-384, SHA-512");
    if (!EVP_Digest(str(text), str_len(text), sum, &len, digest, NULL))
        return refuse(e, "The hash function has no such algorithm here");
    for (unsigned i = 0; i < len; i++) {
        buf_addc(&out, hex[sum[i] >> 4]);
        buf_addc(&out, hex[sum[i] & 15]);
    }
    return jn_take_buf(e, &out);
}

static struct jv fn_uuid(struct jn *e, const struct call *c)
{
    const uint64_t high = (jn_chance(e) & ~UINT64_C(0xF000)) | 0x4000;
    const uint64_t low = (jn_chance(e) & (UINT64_MAX >> 2)) | UINT64_C(1) << 63;
    struct buf text = {0};

    (void)c;
    buf_printf(&text, "%08llx-%04llx-%04llx-%04llx-%012llx", (unsigned long long)(high >> 32),
               (unsigned long long)(high >> 16 & 0xFFFF), (unsigned long long)(high & 0xFFFF),
               (unsigned long long)(low >> 48),
               (unsigned long long)(low & UINT64_C(0xFFFFFFFFFFFF)));
    return jn_take_buf(e, &text);
}

static struct jv fn_parse(struct jn *e, const struct call *c)
{
    const struct jv text = arg(c, 0);
    struct diag why = {0};
    json *v;

    if (is_undefined(text))
        return text;
    v = json_parse(str(text), str_len(text), JSON_READ_SURROGATES, &why);
    if (v)
        return jv_from_json(jn_hold(e, v));
    jn_error_value(e, "D3150", text);
    buf_printf(&e->why.message, "The argument of the parse function is not JSON: %s", why.text);
    diag_clear(&why);
    return (struct jv){.kind = JV_ERROR};
}

static const struct builtin functions[] = {
    {"partition", "<an:a>", fn_partition, 2, IN_AWS, "the items in groups of a size"},
    {"range", "<nnn:a>", fn_range, 3, IN_AWS, "numbers from the first to the last by a step"},
    {"hash", "<s-s:s>", fn_hash, 2, IN_AWS, "a digest in hex: MD5, SHA-1, SHA-256, -384, -512"},
    {"uuid", "<:s>", fn_uuid, 0, IN_AWS, "a random UUID"},
    {"parse", "<s-:x>", fn_parse, 1, IN_AWS, "the value of a JSON text"},
};

const struct family service_functions = {"Step Functions", functions, COUNT(functions)};
