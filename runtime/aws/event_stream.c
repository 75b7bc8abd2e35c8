/*
 * Streams of events, as services of AWS send them (application/vnd.amazon.eventstream). Numbers are
 * big-endian; a message is
 *
 *     total:u32 headers:u32 crc32(the first 8 bytes):u32 header… payload crc32(all before):u32
 *     header = len:u8 name type:u8 value
 *
 * where the type says how long the value is: 7 is a text with its length before it, as all are that
 * tell what an event is.
 */
#include "runtime/aws/event_stream.h"

#include "runtime/aws/aws_impl.h"

#include <string.h>

enum { PRELUDE = 8, CRC = 4, LEAST = PRELUDE + CRC + CRC };

static uint32_t number_at(const char *p, size_t bytes)
{
    uint32_t n = 0;

    for (size_t i = 0; i < bytes; i++)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

/* Returns the length of a header's value of that type, which begins at `at`; SIZE_MAX: it has no
 * end. */
static size_t value_length(unsigned type, const char *at, const char *end)
{
    static const size_t fixed[] = {0, 0, 1, 2, 4, 8};

    if (type < sizeof fixed / sizeof *fixed)
        return fixed[type];
    switch (type) {
    case 6:
    case 7: return end - at < 2 ? SIZE_MAX : 2 + number_at(at, 2);
    case 8: return 8;
    case 9: return 16;
    default: return SIZE_MAX;
    }
}

static void note_header(struct aws_event *e, const char *name, size_t len, struct aws_span value)
{
    const struct {
        const char *name;
        struct aws_span *to;
    } known[] = {
        {":message-type", &e->kind}, {":event-type", &e->type},       {":exception-type", &e->type},
        {":error-code", &e->type},   {":error-message", &e->message},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == len && !memcmp(known[i].name, name, len))
            *known[i].to = value;
}

static bool stream_read_headers(const char *at, const char *end, struct aws_event *out)
{
    while (at < end) {
        size_t name_len = (unsigned char)*at++;
        const char *name = at;

        if ((size_t)(end - at) < name_len + 1)
            return false;
        at += name_len;
        unsigned type = (unsigned char)*at++;
        size_t len = value_length(type, at, end);
        if ((size_t)(end - at) < len)
            return false;
        if (type == 7)
            note_header(out, name, name_len, (struct aws_span){at + 2, len - 2});
        at += len;
    }
    return true;
}

bool aws_event_next(struct aws_span *rest, struct aws_event *out, struct diag *why)
{
    const char *p = rest->at;
    size_t total, headers;

    *out = (struct aws_event){0};
    if (!rest->len)
        return false;
    total = rest->len < LEAST ? 0 : number_at(p, 4);
    headers = total < LEAST ? 0 : number_at(p + 4, 4);
    if (total < LEAST || total > rest->len || headers > total - LEAST) {
        diag_set(why, "EVENTS", 0, "an event is cut off");
        return false;
    }
    if (aws_crc32(p, PRELUDE) != number_at(p + PRELUDE, CRC) ||
        aws_crc32(p, total - CRC) != number_at(p + total - CRC, CRC)) {
        diag_set(why, "EVENTS", 0, "an event's checksum is wrong");
        return false;
    }
    p += PRELUDE + CRC;
    if (!stream_read_headers(p, p + headers, out)) {
        diag_set(why, "EVENTS", 0, "an event's headers can't be read");
        return false;
    }
    out->payload = (struct aws_span){p + headers, total - LEAST - headers};
    rest->at += total;
    rest->len -= total;
    return true;
}

bool aws_span_is(struct aws_span s, const char *text)
{
    return strlen(text) == s.len && !memcmp(s.at ? s.at : "", text, s.len);
}
