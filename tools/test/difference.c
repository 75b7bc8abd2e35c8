/* Frees what comparing has found: each difference owns its words and values. */
#include "tools/test/difference.h"

#include "parsers/base/utf8.h"

#include "parsers/base/mem.h"

void sentence_parts_clear(struct sentence_parts *p)
{
    mem_free(p->wanted);
    mem_free(p->was);
    *p = (struct sentence_parts){0};
}

void differences_clear(struct differences *d)
{
    for (size_t i = 0; i < d->count; i++) {
        mem_free(d->all[i].pointer);
        mem_free(d->all[i].text);
        sentence_parts_clear(&d->all[i].parts);
        json_unref(d->all[i].expected);
        json_unref(d->all[i].actual);
    }
    mem_free(d->all);
    *d = (struct differences){0};
}

/* ---- values in sentences ---- */

enum { MOST_SHOWN = 120, SHOWN_BEFORE = 40 };

/* Adds the text from byte `from` on, at the edges of characters; what is left out is an ellipsis.
 */
static void difference_write_part(struct buf *out, const struct buf *text, size_t from)
{
    size_t len = utf8_cut(text->data + from, text->len - from, MOST_SHOWN);

    buf_adds(out, from ? "… " : "");
    buf_add(out, text->data + from, len);
    buf_adds(out, from + len < text->len ? " …" : "");
}

void difference_write_value(struct buf *out, const json *v)
{
    struct buf text = {0};

    if (!v) {
        buf_adds(out, "nothing");
        return;
    }
    json_write(&text, v);
    difference_write_part(out, &text, 0);
    buf_clear(&text);
}

/* Letters with their accents beside or within them, blanks and dashes of many kinds look alike. */
static void write_code_points(struct buf *out, const json *expected, const json *actual)
{
    const char *a = json_str(expected), *b = json_str(actual);
    size_t a_len = json_str_len(expected), b_len = json_str_len(actual), at = 0;
    uint32_t wanted = 0, was = 0;

    while (at < a_len && at < b_len && a[at] == b[at])
        at++;
    while (at > 0 && at < a_len && ((unsigned char)a[at] & 0xc0) == 0x80)
        at--;
    if (at < a_len)
        utf8_decode(a + at, a_len - at, &wanted);
    if (at < b_len)
        utf8_decode(b + at, b_len - at, &was);
    if (wanted <= 0x7e && was <= 0x7e)
        return;
    buf_printf(out, " (character %zu is ", utf8_count(a, at) + 1);
    if (at < b_len)
        buf_printf(out, "U+%04X", (unsigned)was);
    else
        buf_adds(out, "not there");
    if (at < a_len)
        buf_printf(out, ", not U+%04X)", (unsigned)wanted);
    else
        buf_adds(out, ", where the text should end)");
}

static void write_texts(struct buf *wanted, struct buf *was, const json *expected,
                        const json *actual)
{
    struct buf a = {0}, b = {0};
    size_t same = 0, from = 0;

    json_write(&a, expected);
    json_write(&b, actual);
    while (same < a.len && same < b.len && a.data[same] == b.data[same])
        same++;
    if ((a.len > MOST_SHOWN || b.len > MOST_SHOWN) && same > MOST_SHOWN - SHOWN_BEFORE)
        from = utf8_cut(a.data, a.len, same - SHOWN_BEFORE);
    difference_write_part(wanted, &a, from);
    difference_write_part(was, &b, from);
    write_code_points(was, expected, actual);
    buf_clear(&a);
    buf_clear(&b);
}

/* In events, and in what some services take, inputs and outputs are texts that hold JSON. */
static bool holds_kind_of(const json *text, const json *v)
{
    json *held = json_parse(json_str(text), json_str_len(text), 0, NULL);
    bool same = held && (json_is_object(v) || json_is_array(v)) && json_kind(held) == json_kind(v);

    json_unref(held);
    return same;
}

void difference_write_pair(struct buf *wanted, struct buf *was, const json *expected,
                           const json *actual)
{
    bool text = actual && json_is_string(actual);

    if (text && expected && json_is_string(expected)) {
        write_texts(wanted, was, expected, actual);
        return;
    }
    difference_write_value(wanted, expected);
    difference_write_value(was, actual);
    if (text && expected && holds_kind_of(actual, expected))
        buf_adds(was, " (text that holds JSON: {$json: …} compares what it holds)");
}
