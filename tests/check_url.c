/* The functions of JavaScript that encode and decode URLs. */

#include "tests/support/expect.h"
#include "tests/support/expect_fault.h"

#include "parsers/jsonata/url.h"

#include <string.h>

typedef bool url_function(struct buf *out, const char *text, size_t len, struct work *work,
                          struct fault *why);

static const struct {
    const char *name;
    url_function *call;
    const char *text, *want;
} urls[] = {
    {"an URL keeps what it is made of", js_url_encode, "https://x.y/a b?q=\xC3\xA9&r=1#z",
     "https://x.y/a%20b?q=%C3%A9&r=1#z"},
    {"a component does not", js_url_encode_component, "a b&c/\xC3\xA9", "a%20b%26c%2F%C3%A9"},
    {"marks that stay", js_url_encode_component, "-_.!~*'()", "-_.!~*'()"},
    {"a lone surrogate", js_url_encode, "\xED\xA0\x80", "!D3140 \xED\xA0\x80"},
    {"a lone surrogate in a component", js_url_encode_component, "\xED\xA0\x80",
     "!D3140 \xED\xA0\x80"},
    {"decoding", js_url_decode, "%D1%88%20%F0%9F%98%80", "\xD1\x88 \xF0\x9F\x98\x80"},
    {"an URL keeps what would take it apart", js_url_decode, "%2F%3f%23%41", "%2F%3f%23A"},
    {"a component does not keep it", js_url_decode_component, "%3Fx%3Dtest", "?x=test"},
    {"an escape cut off", js_url_decode, "%E0%A4%A", "!D3140 %E0%A4%A"},
    {"a surrogate in escapes", js_url_decode_component, "%ED%A0%80", "!D3140 %ED%A0%80"},
    {"an overlong character", js_url_decode_component, "%C0%80", "!D3140 %C0%80"},
};

START_TEST(url)
{
    struct buf out = {0};
    struct fault why = {0};
    bool ok = urls[_i].call(&out, urls[_i].text, strlen(urls[_i].text), NULL, &why);

    expect_outcome(urls[_i].name, ok, &out, &why, urls[_i].want);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("url");
    TCase *t = tcase_create("urls");

    tcase_add_loop_test(t, url, 0, COUNT(urls));
    suite_add_tcase(s, t);
    return run_suite(s);
}
