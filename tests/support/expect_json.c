/* Apart from expect.c, so that a suite of parsers/base links no JSON. */

#include "tests/support/expect.h"

#include "parsers/base/buf.h"

#include <string.h>

json *json_of(const char *text)
{
    struct diag why = {0};
    json *v = json_parse(text, strlen(text), JSON_READ_SURROGATES, &why);

    ck_assert_msg(v != NULL, "the test's own JSON is wrong: %s in %s", why.text, text);
    return v;
}

void expect_json(const char *name, const json *got, const char *want)
{
    struct buf got_text = {0}, want_text = {0};
    json *wanted;

    if (got)
        json_write(&got_text, got);
    if (!got || !want) {
        ck_assert_msg(!got && !want, "%s: got %s, want %s", name,
                      got ? buf_str(&got_text) : "nothing", want ? want : "nothing");
        return;
    }
    wanted = json_of(want);
    json_write(&want_text, wanted);
    ck_assert_msg(!strcmp(buf_str(&got_text), buf_str(&want_text)), "%s: got %s, want %s", name,
                  buf_str(&got_text), buf_str(&want_text));
    json_unref(wanted);
    buf_clear(&got_text);
    buf_clear(&want_text);
}

void expect_place(const char *name, const struct json_places *at, const char *path,
                  struct place want)
{
    struct place got = at->value;

    for (; *path; path++) {
        bool key = *path == 'k';

        path += key;
        at = &at->kids[*path - '0'];
        got = key ? at->key : at->value;
    }
    ck_assert_msg(got.line == want.line && got.column == want.column && got.length == want.length,
                  "%s: got %u:%u, %u long", name, got.line, got.column, got.length);
}
