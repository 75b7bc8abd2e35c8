/* What is sent before a body and comes before one, as curl wants it and has it: URLs and headers.
 */
#include "runtime/http/client_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/percent.h"

#include <string.h>

bool http_url_ok(const char *url)
{
    size_t scheme = strncmp(url, "http://", 7) == 0 ? 7 : strncmp(url, "https://", 8) == 0 ? 8 : 0;

    if (!scheme || strchr("/?#:@", url[scheme]))
        return false;
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= 0x20 || *p == 0x7f)
            return false;
    return true;
}

bool http_url_is_base(const char *url)
{
    const char *authority = http_url_ok(url) ? strstr(url, "://") + 3 : NULL;

    return authority && !strpbrk(url, "?#") && authority[strcspn(authority, "/@")] != '@';
}

static void add_name(struct buf *headers, const char *name, bool empty)
{
    buf_adds(headers, name);
    /* curl's way to say that a header without a value is wanted */
    buf_adds(headers, empty ? ";" : ": ");
}

void http_header_add_plain(struct buf *headers, const char *name, const char *value)
{
    add_name(headers, name, !*value);
    buf_add(headers, value, strlen(value) + 1);
}

void http_header_add(struct buf *headers, const char *name, const char *value)
{
    add_name(headers, name, !*value);
    for (const char *p = value; *p; p++) {
        unsigned char b = (unsigned char)*p;

        if (b >= 0x20 && b < 0x7f && b != '%')
            buf_addc(headers, *p);
        else
            percent_add(headers, *p);
    }
    buf_addc(headers, '\0');
}

struct curl_slist *http_client_lines(struct http_transfer *t)
{
    size_t count = 0;

    for (size_t at = 0; at < t->headers.len; at += strlen(t->headers.data + at) + 1)
        count++;
    if (count > t->line_room) {
        t->line_room = count;
        t->lines = mem_realloc(t->lines, count * sizeof *t->lines);
    }
    count = 0;
    for (size_t at = 0; at < t->headers.len; at += strlen(t->headers.data + at) + 1) {
        t->lines[count] = (struct curl_slist){.data = t->headers.data + at};
        if (count)
            t->lines[count - 1].next = &t->lines[count];
        count++;
    }
    return count ? t->lines : NULL;
}

const char *http_response_url(const struct http_response *r)
{
    char *url = NULL;

    r->transfer->client->curl->easy_getinfo(r->transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
    return url ? url : "";
}

const char *http_response_header(const struct http_response *r, const char *name)
{
    const struct http_transfer *t = r->transfer;
    struct curl_header *header;

    if (t->client->curl->easy_header(t->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value;
}

bool http_response_next(const struct http_response *r, void **at, const char **name,
                        const char **value)
{
    const struct http_transfer *t = r->transfer;
    struct curl_header *header = t->client->curl->easy_nextheader(t->easy, CURLH_HEADER, -1, *at);

    if (!header)
        return false;
    *at = header;
    *name = header->name;
    *value = header->value;
    return true;
}
