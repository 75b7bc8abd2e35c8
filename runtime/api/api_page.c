/*
 * Pages: a nextToken is what the last page ended with and a MAC over that, the operation and the
 * arguments. So it goes on with the same question only, and nobody makes one up.
 */

#include "runtime/api/api_impl.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum { MAC_BYTES = 16, DEFAULT_LIMIT = 100 };

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(struct buf *out, const char *text, size_t len)
{
    if (len % 2)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        buf_addc(out, (char)(high << 4 | low));
    }
    return true;
}

/* The MAC of `after` as the end of a page of this very question. */
static void mac(const struct call *c, const char *args, const char *after, size_t len,
                unsigned char out[EVP_MAX_MD_SIZE])
{
    struct buf text = {0};
    unsigned size = 0;

    buf_adds(&text, c->operation);
    for (const char *a = args; *a; a += strspn(a, " ")) {
        size_t n = strcspn(a, " ");
        const json *v = json_get_n(c->in, a, n);
        buf_addc(&text, '\n');
        if (v)
            json_write(&text, v);
        a += n;
    }
    buf_addc(&text, '\n');
    buf_add(&text, after, len);
    HMAC(EVP_sha256(), c->api->key, sizeof c->api->key, (const unsigned char *)text.data, text.len,
         out, &size);
    buf_clear(&text);
}

/* In a time that doesn't tell how much of it is right. */
static bool same(const unsigned char *a, const unsigned char *b, size_t len)
{
    unsigned char differ = 0;

    for (size_t i = 0; i < len; i++)
        differ |= a[i] ^ b[i];
    return !differ;
}

bool page_begin(struct call *c, const char *args, struct page *out)
{
    const json *limit = call_get(c, "maxResults"), *token = call_get(c, "nextToken");
    unsigned char want[EVP_MAX_MD_SIZE];
    struct buf text = {0};
    bool good = true;

    *out = (struct page){.limit = limit ? (size_t)json_int_value(limit) : 0};
    if (!out->limit)
        out->limit = DEFAULT_LIMIT;
    if (!token)
        return true;
    good = from_hex(&text, json_str(token), json_str_len(token)) && text.len >= MAC_BYTES;
    if (good) {
        mac(c, args, text.data + MAC_BYTES, text.len - MAC_BYTES, want);
        good = same((const unsigned char *)text.data, want, MAC_BYTES);
    }
    if (good)
        out->after = json_string(text.data + MAC_BYTES, text.len - MAC_BYTES);
    else
        call_fail(c, "InvalidToken", "Invalid Token: 'Invalid token'");
    buf_clear(&text);
    return good;
}

void page_clear(struct page *p)
{
    json_unref(p->after);
    p->after = NULL;
}

json *page_token(struct call *c, const char *args, json *after)
{
    unsigned char code[EVP_MAX_MD_SIZE];
    struct buf text = {0};

    mac(c, args, json_str(after), json_str_len(after), code);
    buf_add_hex(&text, code, MAC_BYTES);
    buf_add_hex(&text, (const unsigned char *)json_str(after), json_str_len(after));
    json_unref(after);
    return json_take_buf(&text);
}
