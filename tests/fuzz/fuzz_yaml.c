/*
 * Any bytes as YAML: read or refused with a reason, in bounds; what was read means the same when it
 * is written as JSON and read by either reader. What JSON reads, YAML reads alike, or says why not.
 * The first byte chooses the flags.
 */

#include "parsers/base/utf8.h"
#include "parsers/yaml/yaml.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_WALK = 20000 };

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* Characters in the line, and SIZE_MAX when there is no such line. */
static size_t line_length(const char *text, size_t len, uint32_t line)
{
    size_t i = len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0, end;

    for (; line > 1; line--) {
        while (i < len && text[i] != '\n')
            i++;
        if (i++ >= len)
            return SIZE_MAX;
    }
    for (end = i; end < len && text[end] != '\n';)
        end++;
    return utf8_count(text + i, end - i);
}

static void check_place(const char *text, size_t len, struct place p)
{
    size_t have = line_length(text, len, p.line);

    must(p.line && p.column && p.length, "each token has a place");
    must(have != SIZE_MAX, "its line is in the text");
    must(p.column - 1 + p.length <= have + 1, "its columns are in the line");
}

static void check_places(const char *text, size_t len, const struct json_places *p, const json *v,
                         size_t *left)
{
    if (!*left)
        return;
    --*left;
    check_place(text, len, p->value);
    for (size_t i = 0; i < json_count(v); i++) {
        const json *kid = json_is_array(v) ? json_at(v, i) : json_value_at(v, i);

        if (json_is_object(v))
            check_place(text, len, p->kids[i].key);
        check_places(text, len, &p->kids[i], kid, left);
    }
}

static void check_refusal(const char *text, size_t len, const struct diag *why)
{
    struct place p = place_of(text, len, why->at);

    must(why->code && why->text && *why->text, "a refusal has a reason");
    must(strcmp(why->text, "this is not YAML"), "and one that says what is wrong");
    must(why->at <= len, "a refusal is within the text");
    must(!memcmp(&p, &why->place, sizeof(p)), "its place is that of its offset");
}

/* Refusals of what JSON takes and YAML does not. */
static bool may_differ(const struct diag *why)
{
    static const char *const words[] = {
        "control character U+", /* DEL and others, as they are */
        "ends a line in some",  /* U+0085, U+2028, U+2029 */
        "YAML has no pairs",    /* \ud83d\ude00 */
        "on the same line",     /* a key of more than 1024 characters, or a break before : */
        "a tab can't indent",   /* before a top-level scalar */
        "expected ',' or '}'",  /* behind such a key */
        "text within quotes",   /* a line that begins with --- */
        "a mapping has the key",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strstr(why->text, words[i]))
            return true;
    return false;
}

static void check_like_json(const char *text, size_t len, const json *v, const struct diag *why)
{
    json *j = json_parse(text, len, JSON_READ_UNIQUE, NULL);

    if (j && v)
        must(json_equal(j, v), "a JSON text means the same as YAML");
    if (j && !v)
        must(may_differ(why), "a JSON text is YAML");
    json_unref(j);
}

static void check_written(const json *v)
{
    struct buf out = {0};
    struct diag why = {0};
    json *back, *again;

    json_write(&out, v);
    must(json_text_len(v) == out.len, "the length is known before");
    back = json_parse(out.data, out.len, JSON_READ_UNIQUE, NULL);
    must(back && json_equal(v, back), "it is a value of JSON");
    must(json_depth(v) == json_depth(back), "and as deep");
    again = yaml_parse_places(out.data, out.len, JSON_READ_UNIQUE, NULL, NULL, &why);
    must(again ? json_equal(v, again) : may_differ(&why), "and JSON is YAML");
    json_unref(back);
    json_unref(again);
    diag_clear(&why);
    buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned flags = size ? data[0] & JSON_READ_UNIQUE : 0;
    const char *text = size ? (const char *)data + 1 : NULL;
    size_t len = size ? size - 1 : 0, left = MAX_WALK;
    struct diag why = {0};
    struct arena a = {0};
    struct json_places *places = NULL;
    json *v = yaml_parse_places(text, len, flags, &a, &places, &why), *bare;

    bare = yaml_parse_places(text, len, flags, NULL, NULL, NULL);
    must(!v == !bare, "places change nothing");
    must(!v || json_text_len(v) <= 8 * (len + YAML_MAX_ALIAS_BYTES),
         "what it stands for is bounded");
    if (v && len < 4096)
        check_places(text, len, places, v, &left);
    /* Many an alias makes a walk long. */
    if (v && json_text_len(v) < 65536) {
        must(json_equal(v, bare), "places change no value");
        check_written(v);
    }
    if (!v)
        check_refusal(text, len, &why);
    if (flags)
        check_like_json(text, len, v, &why);
    json_unref(v);
    json_unref(bare);
    diag_clear(&why);
    arena_clear(&a);
    return 0;
}
