/*
 * The text functions of JSONata under libFuzzer. An input is a letter that says which function, a
 * picture or pattern, a NUL, and a text; a number is read from the text. Text that values cannot
 * hold is not tried.
 */

#include "parsers/base/case.h"
#include "parsers/base/utf8.h"
#include "parsers/jsonata/url.h"
#include "parsers/picture/datetime.h"
#include "parsers/picture/format_number.h"
#include "parsers/picture/js_number.h"
#include "parsers/picture/picture.h"
#include "parsers/regex/regex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_TEXT = 2000, MAX_MATCHES = 50, NOW_MS = 1700000000, SEARCH_WORK = 1000000 };

struct input {
    const char *picture, *text;
    size_t picture_len, text_len;
    double n;
    struct pictures *kept;
    struct work *work;
};

static void require(bool ok)
{
    if (!ok)
        abort();
}

static bool is_text(const char *text, size_t len)
{
    uint32_t cp;

    for (size_t i = 0, n; i < len; i += n) {
        n = utf8_decode(text + i, len - i, &cp);
        if (!n)
            return false;
    }
    return true;
}

static void try_regex(const struct input *in, bool ignore_case, bool multiline)
{
    struct diag why = {0};
    js_regex *r = js_regex_compile(in->picture, in->picture_len, ignore_case, multiline, &why);
    struct js_search s;
    struct buf out = {0};

    require((r != NULL) == (why.code == NULL));
    if (r) {
        struct work work = {.most = SEARCH_WORK};

        work_begin(&work);
        js_search_init(&s, r, in->text, in->text_len);
        s.work = &work;
        for (int i = 0; i < MAX_MATCHES && js_search_next(&s) == JS_REGEX_FOUND; i++)
            for (unsigned k = 0; k <= js_regex_groups(r); k++)
                if (s.span[k].start <= s.span[k].end)
                    js_search_add(&s, s.span[k], &out);
        require(is_text(out.data, out.len));
        js_search_clear(&s);
    }
    buf_clear(&out);
    js_regex_free(r);
    diag_clear(&why);
}

static bool try_dates(const struct input *in, struct buf *out, struct fault *why)
{
    bool found = false;
    double ms = 0;

    if (!datetime_from_millis(out, in->n, in->picture, in->picture_len, NULL, 0, JSONATA_AWS,
                              in->kept, in->work, SIZE_MAX / 2, why))
        return false;
    datetime_to_millis(out->data ? out->data : "", out->len, in->picture, in->picture_len, NOW_MS,
                       JSONATA_AWS, in->kept, in->work, &found, &ms, NULL);
    datetime_to_millis(in->text, in->text_len, NULL, 0, NOW_MS, JSONATA_AWS, in->kept, in->work,
                       &found, &ms, NULL);
    return datetime_from_millis(out, in->n, NULL, 0, in->text, in->text_len, JSONATA_REFERENCE,
                                in->kept, in->work, SIZE_MAX / 2, why);
}

static bool try_case(const struct input *in, struct buf *out)
{
    case_upper(out, in->text, in->text_len, NULL);
    case_lower(out, in->text, in->text_len, NULL);
    return true;
}

/* What is encoded decodes to itself. */
static bool try_url(const struct input *in, struct buf *out, struct fault *why)
{
    struct buf back = {0};

    if (js_url_encode_component(out, in->text, in->text_len, NULL, why)) {
        require(js_url_decode_component(&back, out->data ? out->data : "", out->len, NULL, NULL));
        require(back.len == in->text_len);
        require(!back.len || memcmp(back.data, in->text, back.len) == 0);
    }
    buf_clear(&back);
    return !why->code && js_url_decode(out, in->text, in->text_len, NULL, why);
}

static bool try_function(char which, const struct input *in, struct buf *out, struct fault *why)
{
    bool found = false;
    double n = 0;

    switch (which) {
    case 'n':
        return picture_format_number(out, in->n, in->picture, in->picture_len, NULL, in->kept, why);
    case 'i':
        return picture_format_integer(out, in->n, in->picture, in->picture_len, in->kept, why);
    case 'p':
        return picture_parse_integer(in->text, in->text_len, in->picture, in->picture_len, in->kept,
                                     &n, why);
    case 'd': return try_dates(in, out, why);
    case 't':
        return datetime_to_millis(in->text, in->text_len, in->picture, in->picture_len, NOW_MS,
                                  JSONATA_REFERENCE, in->kept, in->work, &found, &n, why);
    case 'u': return try_url(in, out, why);
    default: return try_case(in, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const char *end = size > 1 ? memchr(bytes + 1, '\0', size - 1) : NULL;
    struct pictures kept = {0};
    struct work work = {.most = SEARCH_WORK};
    struct input in = {.kept = &kept, .work = &work};
    struct buf out = {0};
    struct fault why = {0};

    if (!end || size > MAX_TEXT || !is_text(bytes + 1, size - 1))
        return 0;
    in.picture = bytes + 1;
    in.picture_len = (size_t)(end - in.picture);
    in.text = end + 1;
    in.text_len = size - in.picture_len - 2;
    js_number_read(in.text, in.text_len, &in.n);
    if (bytes[0] == 'r' || bytes[0] == 'R') {
        try_regex(&in, bytes[0] == 'R', bytes[0] == 'R');
    } else {
        work_begin(&work);
        bool ok = try_function(bytes[0], &in, &out, &why);

        /* What has used up its work stops without a fault. */
        require(ok == !why.code || work.verdict != WORK_GOES_ON);
        require(is_text(out.data, out.len));
    }
    pictures_clear(&kept);
    buf_clear(&out);
    fault_clear(&why);
    return 0;
}
