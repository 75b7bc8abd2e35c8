/*
 * Checksums of bodies, which S3 asks for: by the algorithm that the Task names, or CRC32, as the
 * SDKs send it, where the model says that there must be one.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/base64.h"
#include "parsers/base/count.h"
#include "parsers/base/digest.h"

#include <string.h>
#include <strings.h>

/* Cyclic codes as reflected polynomials of `bits` bits; and digests. */
static const struct {
    const char *name;
    unsigned bits;
    uint64_t polynomial;
    enum digest_algorithm made_by;
} algorithms[] = {
    {"CRC32", 32, UINT64_C(0xEDB88320), DIGEST_ALGORITHMS},
    {"CRC32C", 32, UINT64_C(0x82F63B78), DIGEST_ALGORITHMS},
    {"CRC64NVME", 64, UINT64_C(0x9A6C9329AC4BC9B5), DIGEST_ALGORITHMS},
    {"SHA1", 0, 0, DIGEST_SHA1},
    {"SHA256", 0, 0, DIGEST_SHA256},
    {"SHA512", 0, 0, DIGEST_SHA512},
    {"MD5", 0, 0, DIGEST_MD5},
};

/*
 * A byte at a time, by a table that costs as much as 256 bytes do: what models of Bedrock answer
 * may have megabytes. A stream of events has many checksums of a few bytes instead: for these it is
 * half a byte at a time, by a table of 16.
 */
enum { FEW_BYTES = 512 };

static uint64_t crc_of(const char *bytes, size_t len, unsigned bits, uint64_t polynomial)
{
    uint64_t ones = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1, crc = ones, table[256];
    unsigned step = len < FEW_BYTES ? 4 : 8, count = 1u << step;

    for (unsigned i = 0; i < count; i++) {
        table[i] = i;
        for (unsigned k = 0; k < step; k++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? polynomial : 0);
    }
    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)bytes[i];
        for (unsigned k = 0; k < 8; k += step)
            crc = crc >> step ^ table[crc & (count - 1)];
    }
    return crc ^ ones;
}

uint32_t aws_crc32(const char *bytes, size_t len)
{
    return (uint32_t)crc_of(bytes, len, algorithms[0].bits, algorithms[0].polynomial);
}

bool aws_checksum(const char *algorithm, const struct buf *body, struct buf *out)
{
    unsigned char bytes[DIGEST_MAX];
    size_t len;

    for (size_t i = 0; i < COUNT(algorithms); i++) {
        if (strcasecmp(algorithms[i].name, algorithm) != 0)
            continue;
        if (!algorithms[i].bits) {
            len =
                digest_make(algorithms[i].made_by, body->data ? body->data : "", body->len, bytes);
            if (!len)
                return false;
        } else {
            uint64_t crc =
                crc_of(body->data, body->len, algorithms[i].bits, algorithms[i].polynomial);
            len = algorithms[i].bits / 8;
            for (size_t k = 0; k < len; k++)
                bytes[k] = (unsigned char)(crc >> (8 * (len - 1 - k)));
        }
        char raw[DIGEST_MAX];
        memcpy(raw, bytes, len);
        base64_encode(out, raw, len);
        return true;
    }
    return false;
}

/* A checksum that the Task gives itself stands. */
static bool has_checksum(const struct aws_request *q)
{
    static const char begin[] = "x-amz-checksum-";

    for (size_t i = 0; i < q->header_count; i++) {
        const char *name = q->headers[i].name;
        if (!strncasecmp(name, begin, strlen(begin)) &&
            strcasecmp(name + strlen(begin), "algorithm") != 0 &&
            strcasecmp(name + strlen(begin), "mode") != 0 &&
            strcasecmp(name + strlen(begin), "type") != 0)
            return true;
    }
    return false;
}

bool aws_add_checksum(const struct aws_call *c, const json *v, struct aws_request *q,
                      struct diag *why)
{
    const struct model_operation *o = &c->operation;
    const json *given = o->checksum_by ? aws_given(v, o->checksum_by) : NULL;
    const char *algorithm = given && json_is_string(given) ? json_str(given) : "CRC32";
    struct buf name = {0}, sum = {0};
    struct model_member m;
    bool good;

    if (has_checksum(q) || (!given && !o->needs_checksum))
        return true;
    good = aws_checksum(algorithm, &q->body, &sum);
    if (!good)
        diag_set(why, "PARAMETERS", 0, "The checksum algorithm '%s' is not known here", algorithm);
    buf_printf(&name, "x-amz-checksum-%s", algorithm);
    for (size_t i = 0; i < name.len; i++)
        name.data[i] = name.data[i] >= 'A' && name.data[i] <= 'Z'
                           ? (char)(name.data[i] + ('a' - 'A'))
                           : name.data[i];
    good = good && aws_request_header(q, buf_str(&name), buf_str(&sum), "ChecksumAlgorithm", why);
    if (good && !given && o->checksum_by && o->input) {
        struct model_shape input = model_shape_at(c->service, o->input);
        if (model_member_named(&input, o->checksum_by, strlen(o->checksum_by), &m))
            good = aws_request_header(q, m.wire, algorithm, m.name, why);
    }
    buf_clear(&name);
    buf_clear(&sum);
    return good;
}
