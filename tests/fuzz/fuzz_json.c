/*
 * Any bytes: read or refused with a reason, in bounds; and what was read keeps its meaning through
 * every way of writing it. The first byte chooses the flags.
 */

#include "parsers/base/utf8.h"
#include "parsers/json/json_events.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static size_t offset_of(const char *text, size_t len, struct place p)
{
    size_t i = len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;

    for (; p.line > 1; p.line--) {
        while (i < len && text[i] != '\n')
            i++;
        i++;
    }
    for (; p.column > 1; p.column--) {
        i++;
        while (i < len && ((unsigned char)text[i] & 0xC0) == 0x80)
            i++;
    }
    return i;
}

static void check_place(const char *text, size_t len, struct place p, const json *v)
{
    static const char *const first[] = {"n",  "f", "t", "-0123456789", "-0123456789", "-0123456789",
                                        "\"", "[", "{"};
    size_t at = offset_of(text, len, p);

    must(p.line && p.column && p.length, "each token has a place");
    must(at < len && strchr(first[json_kind(v)], text[at]), "a value's place is where it begins");
    if (json_is_string(v))
        must(at + p.length <= len && p.length >= 2, "a string's length is within the text");
}

static void check_places(const char *text, size_t len, const struct json_places *p, const json *v)
{
    check_place(text, len, p->value, v);
    for (size_t i = 0; i < json_count(v); i++) {
        const json *kid = json_is_array(v) ? json_at(v, i) : json_value_at(v, i);

        if (json_is_object(v))
            check_place(text, len, p->kids[i].key, json_key_at(v, i));
        check_places(text, len, &p->kids[i], kid);
    }
}

static void check_refusal(const char *text, size_t len, const struct diag *why)
{
    struct place p = place_of(text, len, why->at);

    must(why->code && why->text && *why->text, "a refusal has a reason");
    must(why->at <= len, "a refusal is within the text");
    must(!memcmp(&p, &why->place, sizeof(p)), "its place is that of its offset");
    must(!strstr(why->text, "but found a string") || strstr(why->text, "end of the text") ||
             strstr(why->text, "expected ','") || strstr(why->text, "expected ':'"),
         "a good token is not blamed");
    must(!strstr(why->text, "found the end of the text"), "the end has a sentence of its own");
}

static void check_written(const json *v, unsigned flags, void (*write)(struct buf *, const json *))
{
    struct buf out = {0};
    json *back;

    write(&out, v);
    must(utf8_valid(out.data, out.len) == out.len, "what is written is UTF-8");
    if (write == json_write)
        must(json_text_len(v) == out.len, "the length is known before");
    back = json_parse(out.data, out.len, flags | JSON_READ_UNIQUE, NULL);
    must(back != NULL, "what is written can be read");
    must(json_equal(v, back) && json_equal(back, v), "and means the same");
    must(json_depth(v) == json_depth(back), "and is as deep");
    json_unref(back);
    buf_clear(&out);
}

static void check_copy(const json *v)
{
    struct json_build b;
    json *copy;

    if (json_is_scalar(v))
        return;
    json_build_copy(&b, v, 0);
    copy = json_build_done(&b);
    must(json_equal(v, copy), "a copy is equal");
    json_build_object(&b, 0);
    for (size_t i = 0; json_is_object(v) && i < json_count(v); i++) {
        const json *key = json_key_at(v, i);

        must(json_get_key(v, key) == json_value_at(v, i), "each key finds its value");
        must(json_find(v, json_str(key), json_str_len(key)) == i, "by its text too");
        json_build_set_key(&b, json_ref(key), json_ref(json_value_at(v, i)));
    }
    json_unref(copy);
    copy = json_build_done(&b);
    must(!json_is_object(v) || json_equal(v, copy), "so is one built member by member");
    json_unref(copy);
}

/* A reader of many texts says the same of the text, also behind another one. */
static void check_reader(const char *text, size_t len, unsigned flags, const json *want)
{
    json_reader *r = json_reader_new(flags);

    for (int i = 0; i < 2; i++) {
        json *v = json_reader_read(r, text, len, NULL);

        must(!v == !want, "a reader of many texts refuses the same");
        must(!v || json_equal(v, want), "a reader of many texts reads the same");
        json_unref(v);
    }
    json_reader_free(r);
}

/* The reader of data alone takes what the other reader takes, and reads the very same. */
static void check_data_reader(const char *text, size_t len, unsigned flags)
{
    static struct json_events made;
    struct buf one = {0}, other = {0};
    json *v, *want = json_parse_places(text, len, flags, NULL, NULL, NULL);

    json_events_init(&made, flags, NULL, len);
    v = text ? json_read_data(&made, text, len) : NULL;
    json_events_clear(&made);
    must(!v == !want, "both readers take the same");
    if (v) {
        json_write(&one, v);
        json_write(&other, want);
        must(one.len == other.len && !memcmp(one.data, other.data, one.len),
             "both readers read the same");
        must(json_depth(v) == json_depth(want), "as deep");
    }
    json_unref(v);
    json_unref(want);
    buf_clear(&one);
    buf_clear(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned flags = size ? data[0] & (JSON_READ_SURROGATES | JSON_READ_UNIQUE) : 0;
    const char *text = size ? (const char *)data + 1 : NULL;
    size_t len = size ? size - 1 : 0;
    struct diag why = {0};
    struct arena a = {0};
    struct json_places *places = NULL;
    json *v = json_parse(text, len, flags, &why), *placed;

    placed = json_parse_places(text, len, flags, &a, &places, NULL);
    must(!v == !placed, "places change nothing");
    check_data_reader(text, len, flags);
    check_reader(text, len, flags, v);
    if (v) {
        must(json_equal(v, placed), "places change no value");
        if (len < 4096)
            check_places(text, len, places, placed);
        check_written(v, flags, json_write);
        check_written(v, flags, json_write_pretty);
        check_written(v, flags, json_write_sorted);
        check_copy(v);
    } else {
        check_refusal(text, len, &why);
    }
    json_unref(v);
    json_unref(placed);
    diag_clear(&why);
    arena_clear(&a);
    return 0;
}
