/*
 * Errors of states, and the chance that expressions draw from. Both must be the same whenever an
 * execution is folded again, so there is no randomness but what the seed of the input gives.
 */

#include "asl/eval/env.h"

#include "asl/report/quota.h"
#include "parsers/base/buf.h"
#include "parsers/base/utf8.h"

#include <stdarg.h>

/* What a cause quotes may be cut within a character: it is mended before it becomes a value. */
void asl_error_set(struct asl_error *e, const char *name, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    utf8_mend(&text);
    asl_error_clear(e);
    e->name = json_cstring(name);
    e->cause = json_take_buf(&text);
}

struct asl_error asl_error_copy(const struct asl_error *e)
{
    struct asl_error copy = {0};

    if (e && e->name)
        copy.name = json_ref(e->name);
    if (e && e->cause)
        copy.cause = json_ref(e->cause);
    if (e && e->location)
        copy.location = json_ref(e->location);
    return copy;
}

/* Keeps the first `most` code points. A text that fits is shared as it is. */
static void cap_text(json **text, size_t most)
{
    const char *bytes;
    size_t len, kept;

    if (!*text)
        return;
    bytes = json_str(*text);
    len = json_str_len(*text);
    kept = utf8_prefix(bytes, len, most);
    if (kept == len)
        return;
    json *cut = json_string(bytes, kept);
    json_unref(*text);
    *text = cut;
}

void asl_error_cap(struct asl_error *e)
{
    cap_text(&e->name, QUOTA_ERROR);
    cap_text(&e->cause, QUOTA_CAUSE);
    cap_text(&e->location, QUOTA_LOCATION);
}

/* SplitMix64: any seed will do, and the next state does not depend on what was drawn for. */
uint64_t asl_chance_next(struct asl_chance *c)
{
    uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double asl_chance_unit(struct asl_chance *c)
{
    return (double)(asl_chance_next(c) >> 11) * 0x1p-53;
}

/*
 * RFC 4122, section 4.4: four bits say the version (4), two the variant (binary 10), the others are
 * chance. Digits are taken from the highest bits down.
 */
/* Writes the lower `digits` digits of `n`, and returns where they end. */
static char *put_hex(char *at, uint64_t n, unsigned digits)
{
    for (unsigned shift = 4 * digits; shift; shift -= 4)
        *at++ = "0123456789abcdef"[n >> (shift - 4) & 15];
    return at;
}

json *asl_uuid(uint64_t high, uint64_t low)
{
    char text[36], *at = text;

    high = (high & ~UINT64_C(0xf000)) | 0x4000;
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63;
    at = put_hex(at, high >> 32, 8);
    *at++ = '-';
    at = put_hex(at, high >> 16, 4);
    *at++ = '-';
    at = put_hex(at, high, 4);
    *at++ = '-';
    at = put_hex(at, low >> 48, 4);
    *at++ = '-';
    put_hex(at, low, 12);
    return json_string(text, sizeof text);
}

json *asl_chance_uuid(struct asl_chance *c)
{
    uint64_t high = asl_chance_next(c);

    return asl_uuid(high, asl_chance_next(c));
}
