/* Regular expressions of JavaScript, by PCRE2: what they match, and which are refused. */

#include "tests/support/expect.h"

#include "parsers/regex/regex.h"

#include <string.h>

static const struct {
    const char *name, *pattern, *flags, *text;
    const char *want; /* INDEX:MATCH,GROUP,... of each; '-' is a group that took no part */
} searches[] = {
    {"all matches", "a(b+)", "", "ababbabbcc", "0:ab,b 2:abb,bb 5:abb,bb"},
    {"none", "x", "", "abc", ""},
    {"ignoring case", "hello", "i", "Hello", "0:Hello"},
    {"digits are ASCII", "\\d+", "", "a1\xD9\xA1", "1:1"},
    {"letters of words are ASCII", "\\w", "", "\xC3\xA9", ""},
    {"blanks are Unicode's", "\\s+", "",
     "a\xC2\xA0\xEF\xBB\xBF"
     "b",
     "1:\xC2\xA0\xEF\xBB\xBF"},
    {"the point stops at U+2028", ".+", "",
     "a\xE2\x80\xA8"
     "b",
     "0:a 2:b"},
    {"^ without m is the start", "^b", "", "a\nb", ""},
    {"^ with m is behind a line's end", "^b", "m", "a\nb", "2:b"},
    {"$ without m is not in front of the last line's end", "a$", "", "a\n", ""},
    {"$ with m is in front of a return", "a$", "m", "a\r\n", "0:a"},
    {"a lookahead", "a(?=a)", "", "aaa", "0:a 1:a"},
    {"a lookbehind", "(?<=\\$)\\d+", "", "$12 13", "1:12"},
    {"a lookahead that repeats", "(?=a)*b", "", "ab", "1:b"},
    {"a backreference", "(a|b)\\1", "", "abb", "1:bb,b"},
    {"a group that took no part", "(a)|(b)", "", "ba", "0:b,-,b 1:a,a,-"},
    {"a backreference to it is empty", "(?:(a)|b)\\1c", "", "bc", "0:bc,-"},
    {"\\2 without a second group is octal", "(a)\\2", "", "a\x02", "0:a\x02,a"},
    {"names", "(?<y>\\d+)-\\k<y>", "", "7-7", "0:7-7,7"},
    {"\\k without names is k", "\\k<a>", "", "k<a>", "0:k<a>"},
    {"\\p is p without the flag u", "\\p{2}", "", "pp", "0:pp"},
    {"\\u and \\x", "\\u0041\\x42", "", "AB", "0:AB"},
    {"\\cJ", "\\cJ", "", "\n", "0:\n"},
    {"a brace that counts nothing", "a{b}{", "", "a{b}{", "0:a{b}{"},
    {"lazy", "A+?", "", "AAA", "0:A 1:A 2:A"},
    {"a class that takes everything", "a[^]b", "", "a\nb", "0:a\nb"},
    {"a class that takes nothing", "a[]?b", "", "ab", "0:ab"},
    {"a bracket in a class", "[[]+", "", "[[", "0:[["},
    {"brackets in brackets are no class of POSIX", "[[:alpha:]]", "", "p]a]", "0:p] 2:a]"},
    {"a class set against a hyphen", "[\\d-x]+", "", "1-x", "0:1-x"},
    {"sharp s has no capital of its own", "\xC3\x9F", "i", "\xE1\xBA\x9E", ""},
    {"the Kelvin sign is no k", "k", "i", "\xE2\x84\xAA", ""},
    {"final sigma is a sigma", "\xCF\x83", "i", "\xCF\x82\xCE\xA3", "0:\xCF\x82 1:\xCE\xA3"},
    {"a range in any case", "[\xC3\xA0-\xC3\xB6]+", "i", "\xC3\x80\xC3\xA9", "0:\xC3\x80\xC3\xA9"},
    {"an index in code units", "b", "",
     "\xF0\x9F\x98\x80"
     "b",
     "2:b"},
    {"a character beyond U+FFFF is two", "^..$", "", "\xF0\x9F\x98\x80", "0:\xF0\x9F\x98\x80"},
    {"a match between its halves", "\\ud83d", "", "\xF0\x9F\x98\x80", "0:\xED\xA0\xBD"},
    {"a lone surrogate", "[\\ud800-\\udbff]", "", "\xED\xA0\xBD", "0:\xED\xA0\xBD"},
    {"the first match may be empty", "x*", "", "", "0:"},
    {"a later one ends the search", "x*", "", "xa", "0:x empty"},
    {"a match at the end is the last", "a*", "", "aa", "0:aa"},
    {"what explodes ends", "(a+)+$", "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
     "too much"},
};

static void list_matches(struct js_search *s, struct buf *out)
{
    enum js_regex_answer answer;

    while ((answer = js_search_next(s)) != JS_REGEX_NONE) {
        buf_adds(out, out->len ? " " : "");
        if (answer != JS_REGEX_FOUND) {
            buf_adds(out, answer == JS_REGEX_EMPTY ? "empty" : "too much");
            return;
        }
        buf_printf(out, "%zu:", s->index);
        js_search_add(s, s->span[0], out);
        for (unsigned i = 1; i <= js_regex_groups(s->regex); i++) {
            buf_addc(out, ',');
            if (s->span[i].start > s->span[i].end)
                buf_addc(out, '-');
            else
                js_search_add(s, s->span[i], out);
        }
    }
}

/* Often enough that the later searches run as machine code. */
START_TEST(search)
{
    const char *pattern = searches[_i].pattern, *text = searches[_i].text;
    struct diag why = {0};
    js_regex *r = js_regex_compile(pattern, strlen(pattern), strchr(searches[_i].flags, 'i'),
                                   strchr(searches[_i].flags, 'm'), &why);

    ck_assert_msg(r, "%s: %s", searches[_i].name, why.text ? why.text : "");
    /* Often enough for the matcher to be made machine code; what explodes is slow before that. */
    const int rounds = strcmp(searches[_i].want, "too much") == 0 ? 1 : 20;
    for (int i = 0; i < rounds; i++) {
        struct js_search s;
        struct buf out = {0};

        struct work work = {.most = 1000000};

        work_begin(&work);
        js_search_init(&s, r, text, strlen(text));
        s.work = &work;
        list_matches(&s, &out);
        expect_text(searches[_i].name, buf_str(&out), searches[_i].want);
        js_search_clear(&s);
        buf_clear(&out);
    }
    js_regex_free(r);
}
END_TEST

START_TEST(search_seek)
{
    const char text[] = "\xF0\x9F\x98\x80"
                        "aba";
    js_regex *r = js_regex_compile("a", 1, false, false, NULL);
    struct js_search s;

    js_search_init(&s, r, text, strlen(text));
    js_search_seek(&s, 3);
    ck_assert(js_search_next(&s) == JS_REGEX_FOUND);
    ck_assert_uint_eq(s.index, 4);
    ck_assert_uint_eq(js_search_units(&s, s.span[0]), 1);
    js_search_seek(&s, 0);
    ck_assert(js_search_next(&s) == JS_REGEX_FOUND);
    ck_assert_uint_eq(s.index, 2);
    js_search_seek(&s, 6);
    ck_assert(js_search_next(&s) == JS_REGEX_NONE);
    js_search_clear(&s);
    js_regex_free(r);
}
END_TEST

/* What is between the halves of a character comes together again. */
START_TEST(search_joins)
{
    const char text[] = "\xF0\x9F\x98\x80";
    js_regex *r = js_regex_compile("\\ud83d", 6, false, false, NULL);
    struct js_search s;
    struct buf out = {0};

    js_search_init(&s, r, text, strlen(text));
    ck_assert(js_search_next(&s) == JS_REGEX_FOUND);
    js_search_add(&s, s.span[0], &out);
    js_search_add(&s, (struct js_span){s.span[0].end, s.len}, &out);
    expect_text("both halves", buf_str(&out), text);
    buf_clear(&out);
    js_search_clear(&s);
    js_regex_free(r);
}
END_TEST

static const struct {
    const char *name, *pattern;
    size_t at;
    const char *words;
} regex_refusals[] = {
    {"nothing to repeat", "a|*", 2, "nothing to repeat"},
    {"possessive", "a++", 2, "nothing to repeat"},
    {"a verb of PCRE2", "(*UCP)a", 1, "nothing to repeat"},
    {"a group that stays open", "a(b", 3, "without )"},
    {"a group that was not opened", "ab)", 2, "unmatched )"},
    {"a class that stays open", "a[b", 1, "without ]"},
    {"a range out of order", "[a-cz-y]", 4, "out of order"},
    {"counts out of order", "a{2,1}", 1, "out of order"},
    {"a count too large", "a{70000}", 1, "too large"},
    {"a backslash at the end", "a\\", 1, "backslash"},
    {"a group of PCRE2", "(?>a)", 0, "invalid group"},
    {"a recursion of PCRE2", "(?R)", 0, "invalid group"},
    {"a name twice", "(?<a>x)(?<a>y)", 10, "same name"},
    {"a name that is none", "(?<1>x)", 3, "invalid name"},
    {"\\k that names no group", "(?<a>x)\\k<b>", 8, "names no group"},
    {"a lookbehind of any length", "x(?<=a+)", 1, "lookbehind"},
};

START_TEST(regex_refuse)
{
    const char *pattern = regex_refusals[_i].pattern;
    struct diag why = {0};

    ck_assert_msg(!js_regex_compile(pattern, strlen(pattern), false, false, &why), "%s",
                  regex_refusals[_i].name);
    expect_diag(regex_refusals[_i].name, &why, "regex", regex_refusals[_i].at,
                regex_refusals[_i].words);
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("regex");
    TCase *found = tcase_create("searches");
    TCase *refused = tcase_create("refusals");

    tcase_add_loop_test(found, search, 0, COUNT(searches));
    tcase_add_test(found, search_seek);
    tcase_add_test(found, search_joins);
    tcase_add_loop_test(refused, regex_refuse, 0, COUNT(regex_refusals));
    suite_add_tcase(s, found);
    suite_add_tcase(s, refused);
    return run_suite(s);
}
