/*
 * Pages: a nextToken is when it was given, what the last page ended with, and a MAC over that, the
 * operation and the arguments. So it goes on with the same question only, for a day, and nobody
 * makes one up.
 */

#include "runtime/api/api_page.h"

#include "asl/report/quota.h"
#include "parsers/base/ascii.h"
#include "parsers/base/digest.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_state.h"

#include <stdlib.h>
#include <string.h>

enum { MAC_BYTES = 16, TIME_BYTES = 8, HEAD = MAC_BYTES + TIME_BYTES, DEFAULT_LIMIT = 100 };

/* Decodes hexadecimal digits. False: the text has others, and what is in `out` is of no use. */
static bool from_hex(struct buf *out, const char *text, size_t len)
{
    if (len % 2)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        int high = ascii_hex_value(text[i]), low = ascii_hex_value(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        buf_addc(out, (char)(high << 4 | low));
    }
    return true;
}

/* The MAC of `after`, which has the time before it, as the end of a page of this very question. */
static void mac(const struct call *c, const char *args, const char *after, size_t len,
                unsigned char out[DIGEST_SHA256_SIZE])
{
    struct buf text = {0};

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
    digest_hmac(c->api->page_key, sizeof c->api->page_key, text.data, text.len, out);
    buf_clear(&text);
}

/* The most significant byte first. */
static void add_time(struct buf *out, int64_t ms)
{
    for (int shift = 8 * TIME_BYTES; shift > 0;) {
        shift -= 8;
        buf_addc(out, (char)((uint64_t)ms >> shift & 0xff));
    }
}

static int64_t read_token_time(const char *bytes)
{
    uint64_t ms = 0;

    for (size_t i = 0; i < TIME_BYTES; i++)
        ms = ms << 8 | (unsigned char)bytes[i];
    return (int64_t)ms;
}

/* A token is hexadecimal: MAC, time, and what the last page ended with. All of it is checked
 * before any is used. */
bool page_begin(struct call *c, const char *args, struct page *out)
{
    const json *limit = call_get(c, "maxResults"), *token = call_get(c, "nextToken");
    unsigned char want[DIGEST_SHA256_SIZE];
    struct buf text = {0};
    bool good = true;

    *out = (struct page){.limit = limit ? (size_t)json_int_value(limit) : 0, .args = args};
    if (!out->limit)
        out->limit = DEFAULT_LIMIT;
    if (!token)
        return true;
    good = from_hex(&text, json_str(token), json_str_len(token)) && text.len >= HEAD;
    if (good) {
        mac(c, args, text.data + MAC_BYTES, text.len - MAC_BYTES, want);
        good = digest_is_same(text.data, want, MAC_BYTES) &&
               c->now_ms - read_token_time(text.data + MAC_BYTES) < QUOTA_PAGE_TOKEN_MS;
    }
    if (good)
        out->after = json_string(text.data + HEAD, text.len - HEAD);
    else
        call_fail(c, "InvalidToken", "Invalid Token: 'Invalid token'");
    buf_clear(&text);
    return good;
}

uint64_t page_after(const struct page *p, uint64_t none)
{
    return p->after ? strtoull(json_str(p->after), NULL, 10) : none;
}

/*
 * The time stands before what the page ended with, under the same MAC: nobody can make a token
 * younger.
 */
static json *token(const struct call *c, const char *args, const json *last)
{
    unsigned char code[DIGEST_SHA256_SIZE];
    struct buf text = {0}, end = {0};

    add_time(&end, c->now_ms);
    buf_add(&end, json_str(last), json_str_len(last));
    mac(c, args, end.data, end.len, code);
    buf_add_hex(&text, code, MAC_BYTES);
    buf_add_hex(&text, (const unsigned char *)end.data, end.len);
    buf_clear(&end);
    return json_take_buf(&text);
}

/* The arguments are those of page_begin: a token that is made here is read there. */
json *page_end(struct call *c, struct page *p, const char *member, json *list, json *last)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, member, list);
    if (last)
        json_build_set(&b, "nextToken", token(c, p->args, last));
    json_unref(last);
    json_unref(p->after);
    p->after = NULL;
    return json_build_done(&b);
}

json *page_number(uint64_t last)
{
    return json_stringf("%llu", (unsigned long long)last);
}

bool page_place(const struct page *p, struct store_place *out)
{
    char *end;

    if (!p->after)
        return false;
    out->at_ms = strtoll(json_str(p->after), &end, 10);
    out->number = strtoull(end, NULL, 10);
    return true;
}

json *page_at(const struct store_place *last)
{
    return json_stringf("%lld %llu", (long long)last->at_ms, (unsigned long long)last->number);
}
