/*
 * Answers of handlers, made of the bytes that came from them. Such bytes may be anything: what is
 * shown of them, in a cause or in the log, has passed through add_clean.
 */
#include "runtime/handlers/handlers_impl.h"

#include "asl/report/quota.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"
#include "runtime/aws/aws.h"

#include <string.h>

/* Bytes of what was printed instead of JSON. */
enum { SHOWN_OUTPUT = 200 };

void handler_answer_clear(struct handler_answer *a)
{
    json_unref(a->value);
    json_unref(a->raw);
    json_unref(a->error);
    json_unref(a->cause);
    json_unref(a->version);
    json_unref(a->headers);
    json_unref(a->exchange);
    *a = (struct handler_answer){0};
}

/* Two hashes of the key (FNV-1a, then splitmix64's finish), in the shape of a version 4 UUID. */
void handler_request_id(const char *key, char id[HANDLER_REQUEST_ID])
{
    uint64_t half[2] = {UINT64_C(0xCBF29CE484222325), UINT64_C(0x9AE16A3B2F90404F)};

    for (const char *p = key; *p; p++)
        for (int i = 0; i < 2; i++)
            half[i] = (half[i] ^ (unsigned char)*p) * UINT64_C(0x100000001B3);
    for (int i = 0; i < 2; i++) {
        half[i] = (half[i] ^ (half[i] >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        half[i] = (half[i] ^ (half[i] >> 27)) * UINT64_C(0x94D049BB133111EB);
        half[i] ^= half[i] >> 31;
    }
    aws_uuid_write(half, id);
}

struct handler_answer answer_failed(const char *error, json *cause)
{
    return (struct handler_answer){
        .outcome = HANDLER_FAILED, .error = json_cstring(error), .cause = cause};
}

/* Only an object can be one, so most answers need no parsing to know. */
bool is_function_error(const char *text, size_t len)
{
    json *v;
    bool is;

    text_trim_json_blanks(&text, &len);
    if (!len || *text != '{')
        return false;
    v = json_parse(text, len, 0, NULL);
    is = v && json_get(v, "errorType");
    json_unref(v);
    return is;
}

/* "ESC [ 31 m" and the like, with which a terminal is steered; 0: no such stands there. */
static size_t terminal_sequence(const char *bytes, size_t len)
{
    size_t n = 2;

    if (len < 3 || bytes[0] != '\x1b' || bytes[1] != '[')
        return 0;
    while (n < len && bytes[n] >= 0x20 && bytes[n] < 0x40)
        n++;
    return n < len && bytes[n] >= 0x40 && bytes[n] < 0x7f ? n + 1 : 0;
}

/* A control character; returns how many bytes it and what belongs to it have. */
static size_t add_control(struct buf *out, const char *bytes, size_t len)
{
    size_t n = terminal_sequence(bytes, len);

    if (n)
        return n;
    if (*bytes == '\r') {
        buf_addc(out, '\n');
        return len > 1 && bytes[1] == '\n' ? 2 : 1;
    }
    buf_adds(out, "\xEF\xBF\xBD");
    return 1;
}

/*
 * New lines and tabs are what output is made of; the others can steer a terminal or break a line
 * of a log.
 */
static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
}

void add_clean(struct buf *out, const char *bytes, size_t len)
{
    struct buf mended = {0};
    size_t at = 0;

    if (utf8_valid(bytes, len) < len) {
        utf8_add_mended(&mended, bytes, len);
        bytes = mended.data;
        len = mended.len;
    }
    while (at < len) {
        size_t plain = at;

        while (plain < len && !is_control(bytes[plain]))
            plain++;
        buf_add(out, bytes + at, plain - at);
        at = plain;
        if (at < len)
            at += add_control(out, bytes + at, len - at);
    }
    buf_clear(&mended);
}

json *clean_string(struct buf *text)
{
    struct buf clean = {0};

    add_clean(&clean, text->data, text->len);
    buf_clear(text);
    return json_take_buf(&clean);
}

json *clean_cstring(const char *text)
{
    const char *p = text;
    struct buf clean = {0};

    /* nearly all are plain: each answer has a dozen of headers */
    while (*p >= 0x20 && *p < 0x7f)
        p++;
    if (!*p)
        return json_string(text, (size_t)(p - text));
    add_clean(&clean, text, strlen(text));
    return json_take_buf(&clean);
}

json *cause_of_refusal(const struct task_call *call, const char *why)
{
    struct buf cause = {0};

    buf_adds(&cause, "The Parameters '");
    json_write(&cause, call->payload);
    buf_printf(&cause, "' could not be used to start the Task: [%s]", why);
    return json_take_buf(&cause);
}

/* AWS shows the payload as it came, byte by byte, so `raw` is not written anew from its value. */
struct handler_answer answer_function_error(const char *text, size_t len)
{
    struct handler_answer a = {.outcome = HANDLER_FUNCTION_ERROR};
    struct buf clean = {0};

    text_trim_json_blanks(&text, &len);
    a.value = json_parse(text, len, JSON_READ_SURROGATES, NULL);
    if (utf8_valid(text, len) == len) {
        a.raw = json_string(text, len);
    } else {
        add_clean(&clean, text, len);
        a.raw = json_take_buf(&clean);
    }
    return a;
}

/*
 * A text that isn't JSON and is too large is told as too large: it may well have been cut
 * somewhere on the way.
 */
struct handler_answer answer_from_text(const handlers *h, const char *text, size_t len,
                                       const char *who)
{
    struct handler_answer a = {0};
    struct diag why = {0};
    struct buf cause = {0};

    text_trim_json_blanks(&text, &len);
    a.value = len ? json_parse(text, len, JSON_READ_SURROGATES, &why) : json_null();
    if (!a.value && len > QUOTA_DATA && !h->options.no_limits) {
        a = answer_failed("States.DataLimitExceeded", NULL);
    } else if (!a.value) {
        buf_printf(&cause, "%s is not JSON (%s): ", who, why.text);
        add_clean(&cause, text, utf8_cut(text, len, SHOWN_OUTPUT));
        if (len > SHOWN_OUTPUT)
            buf_adds(&cause, "...");
        a = answer_failed("Lambda.Unknown", clean_string(&cause));
    }
    diag_clear(&why);
    return a;
}
