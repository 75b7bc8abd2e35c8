/*
 * Single values of a request, as text. What a form of its own needs is told by the model: times,
 * which services want as a number, as ISO 8601 or as HTTP's dates, and bytes, which go as Base64.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/base64.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* ---- kinds ---- */

bool aws_whole_read(const json *v, int64_t *out)
{
    const double most = 9007199254740992.0; /* 2^53: beyond it a double need not be what was said */
    json *number = json_is_string(v) ? json_number(json_str(v), json_str_len(v)) : json_ref(v);
    double d = number && json_is_number(number) ? json_double_value(number) : 0.5;
    bool is_int = number && json_kind(number) == JSON_INT;
    bool good = is_int || (floor(d) == d && d >= -most && d <= most);

    if (good)
        *out = is_int ? json_int_value(number) : (int64_t)d;
    json_unref(number);
    return good;
}

bool aws_truth_read(const json *v, bool *out)
{
    bool is_text = json_is_string(v);

    if (json_kind(v) == JSON_TRUE || (is_text && !strcasecmp(json_str(v), "true")))
        *out = true;
    else if (json_kind(v) == JSON_FALSE || (is_text && !strcasecmp(json_str(v), "false")))
        *out = false;
    else
        return false;
    return true;
}

/* A Task's data may come from text: AWS's samples have "false", and documents where a service wants
 * their text. asl/call/call_values.c lets pass what is mended here. */
json *aws_fitting(const struct model_shape *s, const json *v)
{
    json *read = NULL;
    int64_t whole;
    bool truth;

    switch (s->kind) {
    case MODEL_BOOLEAN:
        if (aws_truth_read(v, &truth))
            return json_bool(truth);
        break;
    case MODEL_INTEGER:
    case MODEL_LONG:
        if (aws_whole_read(v, &whole))
            return json_int(whole);
        /* fall through */
    case MODEL_FLOAT:
    case MODEL_DOUBLE:
        if (json_is_string(v))
            read = json_number(json_str(v), json_str_len(v));
        break;
    case MODEL_STRING:
        if (json_is_array(v) || json_is_object(v))
            read = json_text(v);
        break;
    case MODEL_STRUCTURE:
    case MODEL_LIST:
    case MODEL_MAP:
    case MODEL_BLOB:
    case MODEL_TIMESTAMP:
    case MODEL_DOCUMENT: break;
    }
    return read ? read : json_ref(v);
}

/* ---- times ---- */

static bool seconds_read(double seconds, struct timestamp *out)
{
    double us = floor(seconds * 1e6 + 0.5);

    /* The years that four digits can write. */
    if (!(us > -6.2e16 && us < 2.5e17))
        return false;
    out->ms = (int64_t)floor(us / 1000);
    out->ns = (uint32_t)((int64_t)us - out->ms * 1000) * 1000;
    return true;
}

bool aws_time_read(const json *v, struct timestamp *out)
{
    json *number = NULL;
    bool good = false;

    if (json_is_number(v))
        return seconds_read(json_double_value(v), out);
    if (!json_is_string(v))
        return false;
    if (timestamp_parse(json_str(v), json_str_len(v), out))
        return true;
    number = json_number(json_str(v), json_str_len(v));
    if (number)
        good = seconds_read(json_double_value(number), out);
    json_unref(number);
    return good;
}

/* The fraction of a second, without the zeros at its end; nothing when it is none. */
static void add_fraction(struct buf *out, unsigned us)
{
    size_t from = out->len;

    if (!us)
        return;
    buf_printf(out, ".%06u", us);
    while (out->len > from && out->data[out->len - 1] == '0')
        out->len--;
}

static void write_seconds(struct buf *out, const struct timestamp *t)
{
    int64_t us = t->ms * 1000 + t->ns / 1000;

    if (us < 0) {
        buf_addc(out, '-');
        us = -us;
    }
    buf_add_int(out, us / 1000000);
    add_fraction(out, (unsigned)(us % 1000000));
}

/* As Java's Instant writes it: no fraction, or three or six digits of it. */
static void write_iso(struct buf *out, const struct timestamp *t)
{
    timestamp_write(out, t->ms);
    if (!t->ns && t->ms % 1000 == 0) {
        out->len -= sizeof ".000Z" - 1;
        buf_addc(out, 'Z');
    } else if (t->ns >= 1000) {
        out->len--;
        buf_printf(out, "%03uZ", t->ns / 1000);
    }
}

/* Sun, 06 Nov 1994 08:49:37 GMT: RFC 9110, section 5.6.7. */
static void write_http_date(struct buf *out, const struct timestamp *t)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970 began with a Thursday */
    const int64_t ms_a_day = INT64_C(86400000);
    int64_t day = t->ms / ms_a_day - (t->ms % ms_a_day < 0);
    unsigned weekday = (unsigned)((day % 7 + 7) % 7), month;
    struct buf iso = {0};

    timestamp_write(&iso, t->ms);
    const char *text = buf_str(&iso); /* 1994-11-06T08:49:37.000Z */
    month = (unsigned)((text[5] - '0') * 10 + text[6] - '0') - 1;
    buf_printf(out, "%.3s, %.2s %.3s %.4s %.8s GMT", days + weekday * 3, text + 8,
               months + month * 3, text, text + 11);
    buf_clear(&iso);
}

void aws_time_write(struct buf *out, const struct timestamp *t, enum model_time form)
{
    switch (form) {
    case MODEL_TIME_SECONDS: write_seconds(out, t); break;
    case MODEL_TIME_HTTP: write_http_date(out, t); break;
    case MODEL_TIME_ISO8601:
    case MODEL_TIME_BY_PROTOCOL: write_iso(out, t); break;
    }
}

/* ---- texts ---- */

void aws_write_plain(struct buf *out, const json *v)
{
    if (json_is_string(v))
        buf_add(out, json_str(v), json_str_len(v));
    else
        json_write(out, v);
}

void aws_write_base64(struct buf *out, const json *v)
{
    struct buf text = {0};

    aws_write_plain(&text, v);
    base64_encode(out, buf_str(&text), text.len);
    buf_clear(&text);
}

/* "False" is written as false is, and 1e3 as 1000 where a whole number is wanted. */
static void write_fitting(struct buf *out, const struct model_shape *s, const json *v)
{
    json *fit = aws_fitting(s, v);

    aws_write_plain(out, fit);
    json_unref(fit);
}

void aws_write_text(struct buf *out, const struct model_shape *s, enum model_time form,
                    const json *v)
{
    struct timestamp t;

    if (s && s->kind == MODEL_TIMESTAMP && aws_time_read(v, &t))
        aws_time_write(out, &t, s->time ? s->time : form);
    else if (s && s->kind == MODEL_BLOB)
        aws_write_base64(out, v);
    else if (s && (s->kind == MODEL_BOOLEAN || s->kind == MODEL_INTEGER || s->kind == MODEL_LONG))
        write_fitting(out, s, v);
    else
        aws_write_plain(out, v);
}

/* ---- names ---- */

void aws_unknown_name(struct buf *out, const struct model_shape *s, const json *key)
{
    size_t at = out->len;

    buf_add(out, json_str(key), json_str_len(key));
    if (s && s->kind == MODEL_STRUCTURE && s->count && out->len > at &&
        ascii_is_lower(model_member_at(s, 0).wire[0]))
        out->data[at] = ascii_lower(out->data[at]);
}
