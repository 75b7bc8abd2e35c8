/*
 * Signatures under libFuzzer: requests as the HTTP reader gives them, with whatever target, headers
 * and body. What we sign is signed, also in its head alone; with one byte of the body more it
 * isn't. What came without our signature never is.
 */

#include "parsers/base/mem.h"
#include "runtime/aws/sigv4.h"
#include "runtime/http/message.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW_MS = 1440938160 };

static const int64_t now_ms = INT64_C(1000) * NOW_MS; /* 2015-08-30T12:36:00Z */

/* One for all inputs: keys that are kept from earlier ones must do no harm. */
static sigv4_signer *signer;

static void require(bool ok)
{
    if (!ok)
        abort();
}

static bool lookup(void *user, const char *access_key, size_t len, struct sigv4_keys *out)
{
    *out = *(const struct sigv4_keys *)user;
    return len == strlen(out->access_key) && !memcmp(out->access_key, access_key, len);
}

static bool verify(const struct sigv4_request *q, struct sigv4_keys *keys)
{
    struct sigv4_error why = {0}, early = {0};
    bool good = sigv4_verify(signer, q, "states", now_ms, lookup, keys, &why);
    bool head = sigv4_verify_head(q, "states", now_ms, lookup, keys, &early);

    require(head || !good);
    require(good == !why.type && head == !early.type);
    require(good || (json_str_len(why.type) && json_str_len(why.message)));
    sigv4_error_clear(&why);
    sigv4_error_clear(&early);
    return good;
}

/* Ours alone are to be there: of two, the first counts. */
static bool is_ours(const char *name)
{
    return !strcasecmp(name, "Authorization") || !strcasecmp(name, "X-Amz-Date") ||
           !strcasecmp(name, "X-Amz-Security-Token");
}

static void sign_and_verify(const struct http_message *m)
{
    struct sigv4_keys keys = {"AKID", "a secret that no input knows", "token"};
    struct sigv4_header *headers = mem_calloc(m->field_count + 4, sizeof *headers);
    struct sigv4_request q = {.method = m->method,
                              .path = m->path,
                              .query = m->query,
                              .headers = headers,
                              .body = m->body.data,
                              .body_len = m->body.len};
    struct sigv4_signed s;
    struct buf longer = {0};

    for (size_t i = 0; i < m->field_count; i++)
        headers[q.header_count++] = (struct sigv4_header){m->fields[i].name, m->fields[i].value};
    require(!verify(&q, &keys));
    q.header_count = 0;
    for (size_t i = 0; i < m->field_count; i++)
        if (!is_ours(m->fields[i].name))
            headers[q.header_count++] =
                (struct sigv4_header){m->fields[i].name, m->fields[i].value};
    sigv4_sign(signer, &q, &keys, &(struct sigv4_scope){"us-east-1", "states", now_ms}, false, &s);
    headers[q.header_count++] = (struct sigv4_header){"X-Amz-Date", s.date};
    headers[q.header_count++] = (struct sigv4_header){"X-Amz-Security-Token", s.session_token};
    headers[q.header_count++] = (struct sigv4_header){"Authorization", buf_str(&s.authorization)};
    /* names with characters that stand for something in the list of names can't be signed */
    bool plain = q.header_count < 60;
    for (size_t i = 0; i < q.header_count; i++)
        plain = plain && !strpbrk(q.headers[i].name, ";,= \t");
    require(!plain || verify(&q, &keys));
    buf_add(&longer, m->body.data, m->body.len);
    buf_addc(&longer, 'x');
    q.body = longer.data;
    q.body_len = longer.len;
    require(!verify(&q, &keys));
    buf_clear(&longer);
    sigv4_signed_clear(&s);
    mem_free(headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    http_reader *r = http_reader_new(&(struct http_limits){0});
    enum http_progress p;
    size_t used, at = 0;

    if (!signer)
        signer = sigv4_signer_new();
    do {
        p = http_reader_feed(r, (const char *)data + at, size - at, &used);
        at += used;
    } while (p == HTTP_HEAD_READ);
    if (p == HTTP_COMPLETE)
        sign_and_verify(http_reader_message(r));
    http_reader_free(r);
    return 0;
}
