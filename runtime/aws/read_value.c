/*
 * Values of answers, as Step Functions writes them: times as ISO 8601, or as milliseconds in the
 * results of the older integrations, and members by the names that AWS's SDK for Java gives them.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"

#include <stdlib.h>
#include <string.h>

/* Sun, 06 Nov 1994 08:49:37 GMT: RFC 9110, section 5.6.7. */
static bool http_time_read(const char *text, size_t len, struct timestamp *out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct buf iso = {0};
    int month = 0;
    bool good = false;

    if (len != sizeof "Sun, 06 Nov 1994 08:49:37 GMT" - 1 || strcmp(text + len - 4, " GMT") != 0)
        return false;
    while (month < 12 && strncmp(text + 8, months + 3 * month, 3) != 0)
        month++;
    if (month == 12)
        return false;
    buf_printf(&iso, "%.4s-%02d-%.2sT%.8sZ", text + 12, month + 1, text + 5, text + 17);
    good = timestamp_parse(buf_str(&iso), iso.len, out);
    buf_clear(&iso);
    return good;
}

/* What is no time stays as it is. */
json *aws_time_for_task(const json *v, bool in_ms)
{
    struct timestamp t;
    struct buf text = {0};

    if (!aws_time_read(v, &t) &&
        !(json_is_string(v) && http_time_read(json_str(v), json_str_len(v), &t)))
        return json_ref(v);
    if (in_ms)
        return json_int(t.ms);
    t.ns = 0;
    aws_time_write(&text, &t, MODEL_TIME_ISO8601);
    return json_take_buf(&text);
}

/* The older integrations show the service's own names but for the first letter. */
json *aws_name_for_task(const char *name, bool in_ms, const json *wire)
{
    char usual[128];
    size_t room = strlen(name) + MODEL_TITLE_TAIL + 1;
    char *text = room <= sizeof usual ? usual : mem_alloc(room);
    json *made;

    if (in_ms) {
        memcpy(text, name, strlen(name) + 1);
        text[0] = ascii_upper(text[0]);
    } else {
        model_member_title(name, text);
    }
    made = wire && json_str_is(wire, text) ? json_ref(wire) : json_cstring(text);
    if (text != usual)
        mem_free(text);
    return made;
}

json *aws_text_for_task(const struct model_shape *s, const char *text, size_t len, bool in_ms)
{
    json *v = NULL, *time;

    switch (s->kind) {
    case MODEL_BOOLEAN: return json_bool(len == 4 && !memcmp(text, "true", 4));
    case MODEL_INTEGER:
    case MODEL_LONG:
    case MODEL_FLOAT:
    case MODEL_DOUBLE: v = json_number(text, len); break;
    case MODEL_TIMESTAMP:
        v = json_string_mended(text, len);
        time = aws_time_for_task(v, in_ms);
        json_unref(v);
        return time;
    case MODEL_STRUCTURE:
    case MODEL_LIST:
    case MODEL_MAP:
    case MODEL_STRING:
    case MODEL_BLOB:
    case MODEL_DOCUMENT: break;
    }
    return v ? v : json_string_mended(text, len);
}
