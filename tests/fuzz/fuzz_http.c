/*
 * The HTTP reader under libFuzzer. The first byte of an input says how the others are cut. However
 * they are, the same requests must be read; each is what the rules allow, and, written down in the
 * plainest form, reads as itself.
 */

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "runtime/http/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_limits limits = {.line = 128, .head = 512, .fields = 12, .body = 256};

/* Of the plain form, which may be longer: a blank behind each colon. */
static const struct http_limits wide = {.line = 1024, .head = 4096, .fields = 16, .body = 256};

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void require_plain(const char *text, size_t len, bool ascii)
{
    require(strlen(text) == len);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        require(ascii ? c > 0x20 && c < 0x7f : (c >= 0x20 && c != 0x7f) || c == '\t');
    }
}

static bool is_framing(const char *name)
{
    return !strcasecmp(name, "Content-Length") || !strcasecmp(name, "Transfer-Encoding") ||
           !strcasecmp(name, "Expect");
}

static void check_message(const struct http_message *m)
{
    require(strlen(m->method) > 0);
    require_plain(m->target, strlen(m->target), true);
    require_plain(m->path, strlen(m->path), true);
    require(m->path[0] == '/' || !strcmp(m->target, "*"));
    require(!strchr(m->path, '?') && !strchr(m->target, '#'));
    require((m->query != NULL) == (strchr(m->target, '?') != NULL));
    require(!m->query || !strcmp(m->query, strchr(m->target, '?') + 1));
    require(m->host != NULL && http_message_header(m, "hOST") == m->host);
    require(m->field_count <= limits.fields || m->field_count <= wide.fields);
    require(m->body.len <= limits.body);
    for (size_t i = 0; i < m->field_count; i++) {
        const struct http_field *f = &m->fields[i];

        require(f->name_len > 0);
        require_plain(f->name, f->name_len, true);
        require(!strchr(f->name, ':'));
        require_plain(f->value, f->value_len, false);
        require(!f->value_len || (f->value[0] != ' ' && f->value[f->value_len - 1] != ' '));
    }
    require(!http_message_header(m, "Content-Length") ||
            !http_message_header(m, "Transfer-Encoding"));
    http_host_is_loopback(m->host);
    http_origin_is_host(m->target, m->host);
}

/* With Content-Length, whatever it came with. */
static void write_plain(struct buf *out, const struct http_message *m)
{
    buf_printf(out, "%s %s HTTP/1.1\r\n", m->method, m->target);
    for (size_t i = 0; i < m->field_count; i++) {
        if (!is_framing(m->fields[i].name))
            buf_printf(out, "%s: %s\r\n", m->fields[i].name, m->fields[i].value);
    }
    buf_printf(out, "Content-Length: %zu\r\n\r\n", m->body.len);
    buf_add(out, m->body.data, m->body.len);
}

static void check_plain(const struct http_message *m)
{
    struct buf text = {0}, again = {0};
    http_reader *r = http_reader_new(&wide);
    const struct http_message *n = http_reader_message(r);
    size_t used, at;

    write_plain(&text, m);
    require(http_reader_feed(r, text.data, text.len, &used) == HTTP_HEAD_READ);
    at = used;
    require(http_reader_feed(r, text.data + at, text.len - at, &used) == HTTP_COMPLETE);
    require(at + used == text.len);
    check_message(n);
    require(!strcmp(m->path, n->path) && m->is_head == n->is_head);
    write_plain(&again, n);
    require(again.len == text.len && !memcmp(again.data, text.data, text.len));
    buf_clear(&text);
    buf_clear(&again);
    http_reader_free(r);
}

/* Each piece is a block of its own, so that a read beyond it is seen. */
static enum http_progress feed(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    char *piece = mem_alloc(len + !len);
    enum http_progress p;

    if (len)
        memcpy(piece, bytes, len);
    p = http_reader_feed(r, piece, len, used);
    require(*used <= len);
    mem_free(piece);
    return p;
}

static void read_all(const char *bytes, size_t len, unsigned cut, struct buf *out)
{
    http_reader *r = http_reader_new(&limits);
    const struct http_message *m = http_reader_message(r);
    enum http_progress p = HTTP_INCOMPLETE;
    size_t at = 0;

    while (p != HTTP_REFUSED && (at < len || p == HTTP_HEAD_READ)) {
        size_t some = cut ? (cut = cut * 5 + 1) % 7 + 1 : len - at, used;

        if (some > len - at)
            some = len - at;
        p = feed(r, bytes + at, some, &used);
        at += used;
        require(p != HTTP_INCOMPLETE || used == some);
        if (p == HTTP_COMPLETE) {
            check_message(m);
            if (!cut)
                check_plain(m);
            write_plain(out, m);
            buf_printf(out, "\n%d %d\n", m->keep_alive, m->expects);
            http_reader_next(r);
            require(!http_reader_has_begun(r));
        }
    }
    if (p == HTTP_REFUSED)
        buf_printf(out, "%d %s", http_reader_status(r), http_reader_why(r));
    else
        buf_printf(out, "%d %d", http_reader_has_begun(r), http_reader_in_body(r));
    http_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct buf whole = {0}, parts = {0};

    if (!size)
        return 0;
    read_all(text + 1, size - 1, 0, &whole);
    read_all(text + 1, size - 1, 1 + (unsigned)data[0], &parts);
    require(whole.len == parts.len && !memcmp(whole.data, parts.data, whole.len));
    buf_clear(&whole);
    buf_clear(&parts);
    return 0;
}
