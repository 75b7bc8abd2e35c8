/*
 * What a request says besides its body, and the heads of answers. The questions about hosts,
 * origins and pages keep a page in somebody's browser from using a server on that machine (DNS
 * rebinding).
 */

#include "runtime/http/message_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/timestamp.h"

#include <assert.h>
#include <netinet/in.h>

/* ---- what a request says ---- */

const char *http_message_header(const struct http_message *m, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < m->field_count; i++) {
        if (m->fields[i].name_len == len && !strncasecmp(m->fields[i].name, name, len))
            return m->fields[i].value;
    }
    return NULL;
}

/* Without the port: digits behind the last colon, which is not one of an address in brackets. */
static size_t message_name_length(const char *host)
{
    size_t len = strlen(host), at = len;

    while (at && ascii_is_digit(host[at - 1]))
        at--;
    return at && host[at - 1] == ':' && !memchr(host + at, ']', len - at) ? at - 1 : len;
}

/*
 * AWS's SDKs put "sync-" before the host of StartSyncExecution, even of a host that was given to
 * them.
 */
const char *http_host_name(const char *host, size_t *len, bool *sync)
{
    bool found = !strncasecmp(host, "sync-", 5);

    if (found)
        host += 5;
    if (sync)
        *sync = found;
    *len = message_name_length(host);
    return host;
}

/* 127.0.0.0/8, written as four decimal numbers. */
/*
 * By hand, because inet_aton would take "127.1" and octal numbers, which browsers and proxies read
 * in other ways.
 */
static bool is_loopback_address(const char *text, size_t len)
{
    size_t at = 0;

    for (int i = 0; i < 4; i++) {
        size_t from = at;
        unsigned n = 0;

        while (at < len && at - from < 3 && ascii_is_digit(text[at]))
            n = n * 10 + (unsigned)(text[at++] - '0');
        if (at == from || n > 255 || (i == 0 && n != 127))
            return false;
        if (i < 3 && (at == len || text[at++] != '.'))
            return false;
    }
    return at == len;
}

bool http_host_is_loopback(const char *host)
{
    static const char end[] = ".localhost";
    size_t len;
    const char *name = http_host_name(host, &len, NULL);

    if (http_same_word(name, len, "localhost") || http_same_word(name, len, "[::1]"))
        return true;
    if (len >= sizeof end && http_same_word(name + len - (sizeof end - 1), sizeof end - 1, end))
        return true;
    return is_loopback_address(name, len);
}

bool http_origin_is_host(const char *origin, const char *host)
{
    if (!strncasecmp(origin, "http://", 7))
        origin += 7;
    else if (!strncasecmp(origin, "https://", 8))
        origin += 8;
    else
        return false;
    return !strcasecmp(origin, host);
}

/*
 * A browser tells the page's origin; a program that is none sends neither header, and is trusted
 * as far as its host is.
 */
bool http_message_is_cross_site(const struct http_message *m)
{
    const char *origin = http_message_header(m, "Origin");
    const char *site = http_message_header(m, "Sec-Fetch-Site");

    if (origin && !http_origin_is_host(origin, m->host))
        return true;
    /* none: an address that somebody typed */
    return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

bool http_message_is_for_loopback(const struct http_message *m)
{
    return http_host_is_loopback(m->host) && !http_message_is_cross_site(m);
}

bool http_address_is_loopback(const struct sockaddr *address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff}, one[16] = {[15] = 1};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    unsigned char bytes[16];

    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    if (address->sa_family != AF_INET6)
        return false;
    memcpy(&v6, address, sizeof v6);
    memcpy(bytes, &v6.sin6_addr, sizeof bytes);
    if (!memcmp(bytes, mapped, sizeof mapped))
        return bytes[12] == 127;
    return !memcmp(bytes, one, sizeof one);
}

/* ---- headers ---- */

bool http_header_name_ok(const char *name)
{
    for (const char *p = name; *p; p++)
        if (!http_is_token((unsigned char)*p))
            return false;
    return *name;
}

bool http_header_value_ok(const char *value)
{
    size_t len = strlen(value);

    return http_find_control(value, len) == len;
}

/* ---- answers ---- */

/* Headers that follow from the answer itself: who writes an answer can't contradict them. */
static const char *const ours[] = {"Content-Length", "Transfer-Encoding", "Connection", "Date"};

static bool may_write(const char *name)
{
    for (size_t i = 0; i < COUNT(ours); i++)
        if (ascii_lower(*name) == ascii_lower(*ours[i]) && !strcasecmp(name, ours[i]))
            return false;
    return http_header_name_ok(name);
}

/* A line end within a value would begin another header or the body (response splitting). */
static void write_header(struct buf *out, const char *name, const char *value)
{
    size_t from;

    if (!may_write(name))
        return;
    buf_adds(out, name);
    buf_add(out, ": ", 2);
    from = out->len;
    buf_adds(out, value);
    while ((from += http_find_control(out->data + from, out->len - from)) < out->len)
        out->data[from] = ' ';
    buf_add(out, "\r\n", 2);
}

/* The registry of IANA. */
static const struct {
    int status;
    const char *name;
} statuses[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Payload Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
};

const char *http_status_name(int status)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].name;
    return "Unknown";
}

/* RFC 9110, 6.4.1: 1xx, 204 and 304 have none, whatever their Content-Length says. */
bool http_status_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

void http_write_head(struct buf *out, int status, const struct http_header *headers, size_t count,
                     size_t body_len, const char *date, bool keep_alive)
{
    buf_adds(out, "HTTP/1.1 ");
    buf_add_int(out, status);
    buf_addc(out, ' ');
    buf_adds(out, http_status_name(status));
    buf_adds(out, "\r\nDate: ");
    buf_adds(out, date);
    buf_add(out, "\r\n", 2);
    for (size_t i = 0; i < count; i++)
        write_header(out, headers[i].name, headers[i].value);
    if (http_status_has_body(status)) {
        buf_adds(out, "Content-Length: ");
        buf_add_int(out, (int64_t)body_len);
        buf_add(out, "\r\n", 2);
    }
    buf_adds(out, keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

void http_date(int64_t ms, char date[HTTP_DATE_SIZE])
{
    static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const int64_t day_ms = 24 * 60 * 60 * 1000;
    size_t day = (size_t)(ms / day_ms % 7), month;
    struct buf text = {0};
    const char *t;

    assert(ms >= 0 && ms < 253402300800000); /* the years to 9999 */
    timestamp_write(&text, ms);              /* 2024-01-01T00:00:00.000Z */
    t = buf_str(&text);
    month = (size_t)((t[5] - '0') * 10 + (t[6] - '0') - 1);
    memcpy(date, days + 3 * day, 3);
    memcpy(date + 3, ", ", 2);
    memcpy(date + 5, t + 8, 2);
    date[7] = ' ';
    memcpy(date + 8, months + 3 * month, 3);
    date[11] = ' ';
    memcpy(date + 12, t, 4);
    date[16] = ' ';
    memcpy(date + 17, t + 11, 8);
    memcpy(date + 25, " GMT", 5);
    buf_clear(&text);
}
