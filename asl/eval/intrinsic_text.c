/* Intrinsic functions on strings and JSON text. A constant template of Format is cut up once. */

#include "asl/eval/intrinsic_impl.h"
#include "asl/report/reader_words.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* ---- Format ---- */

/*
 * A template cut at its placeholders: text, value, text, value, … text. Texts have their escapes
 * undone.
 */
struct format {
    char *text; /* all texts, one behind the other */
    size_t *ends;
    size_t count;   /* of placeholders; there are count + 1 ends */
    char unmatched; /* the first { that no } follows, or } that no { precedes; or 0 */
};

static bool is_placeholder(const char *text, size_t len, size_t i)
{
    return text[i] == '{' && i + 1 < len && text[i + 1] == '}';
}

static bool is_escape(const char *text, size_t len, size_t i)
{
    return text[i] == '\\' && i + 1 < len && memchr("'{}\\", text[i + 1], 4);
}

/* An escaped brace is text. */
static size_t count_placeholders(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++) {
        if (is_escape(text, len, i))
            i++;
        else if (is_placeholder(text, len, i))
            count++;
    }
    return count;
}

/* Braces that do not match are noted and refused when it is filled in, as AWS does. */
static struct format *intrinsic_text_cut(struct arena *a, const json *template)
{
    const char *text = json_str(template);
    size_t len = json_str_len(template), n = 0, done = 0;
    struct format *f = arena_alloc(a, sizeof *f);

    f->count = count_placeholders(text, len);
    f->ends = arena_calloc(a, f->count + 1, sizeof *f->ends);
    f->text = arena_alloc(a, len + 1);
    for (size_t i = 0; i < len; i++) {
        if (is_placeholder(text, len, i)) {
            f->ends[done++] = n;
            i++;
            continue;
        }
        if (!f->unmatched && (text[i] == '{' || text[i] == '}'))
            f->unmatched = text[i];
        if (is_escape(text, len, i))
            i++;
        f->text[n++] = text[i];
    }
    f->ends[done] = n;
    return f;
}

void *intrinsic_format_prepare(struct arena *a, const struct argument *arguments, size_t count)
{
    const struct argument *template = &arguments[0];

    (void)count;
    if (template->kind != ARGUMENT_VALUE || !json_is_string(template->value))
        return NULL;
    return intrinsic_text_cut(a, template->written ? template->written : template->value);
}

/* As Java's toString has it: {Key=value, Other=[1, 2]}. As deep as a value: JSON_MAX_DEPTH. */
static void intrinsic_text_add_value(struct buf *out, const json *v)
{
    size_t count = json_count(v);

    switch (json_kind(v)) {
    case JSON_STRING: buf_add(out, json_str(v), json_str_len(v)); return;
    case JSON_ARRAY:
        buf_addc(out, '[');
        for (size_t i = 0; i < count; i++) {
            if (i > 0)
                buf_adds(out, ", ");
            intrinsic_text_add_value(out, json_at(v, i));
        }
        buf_addc(out, ']');
        return;
    case JSON_OBJECT:
        buf_addc(out, '{');
        for (size_t i = 0; i < count; i++) {
            if (i > 0)
                buf_adds(out, ", ");
            intrinsic_text_add_value(out, json_key_at(v, i));
            buf_addc(out, '=');
            intrinsic_text_add_value(out, json_value_at(v, i));
        }
        buf_addc(out, '}');
        return;
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_INT:
    case JSON_BIGINT:
    case JSON_DOUBLE: json_write(out, v); return;
    }
}

/* The length is counted before anything is written: arguments may be large, and come twice. */
static json *intrinsic_text_fill(struct invocation *in, const struct format *f)
{
    struct buf out = {0};
    size_t from = 0, len = 0;

    if (f->unmatched)
        return intrinsic_refuse(in,
                                "Invalid template in States.Format: matching '%c' not found for "
                                "'%c'.",
                                f->unmatched == '{' ? '}' : '{', f->unmatched);
    if (f->count != in->count - 1)
        return intrinsic_refuse(in, "Invalid arguments in States.Format: number of arguments do "
                                    "not match the occurrences of {}.");
    for (size_t i = 1; i < in->count; i++)
        len += json_text_len(in->arguments[i]);
    if (!intrinsic_spend_making(in, len + f->ends[f->count]))
        return NULL;
    for (size_t i = 0;; i++) {
        buf_add(&out, f->text + from, f->ends[i] - from);
        from = f->ends[i];
        if (i == f->count)
            return json_take_buf(&out);
        intrinsic_text_add_value(&out, in->arguments[i + 1]);
    }
}

/* A template that is not constant is cut when it is evaluated, and by the work of its length. */
json *intrinsic_format(struct invocation *in)
{
    struct arena scratch = {0};
    const json *template;
    json *v;

    if (in->call->prepared)
        return intrinsic_text_fill(in, in->call->prepared);
    template = intrinsic_string(in, 0);
    if (!template || !intrinsic_spend_making(in, json_str_len(template)))
        return NULL;
    v = intrinsic_text_fill(in, intrinsic_text_cut(&scratch, template));
    arena_clear(&scratch);
    return v;
}

/* ---- StringSplit ---- */

static int compare_characters(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* The character at `text`; a byte that is none counts as one. Returns its length. */
static size_t character(const char *text, size_t len, uint32_t *c)
{
    size_t n = utf8_decode(text, len, c);

    if (n > 0)
        return n;
    *c = (unsigned char)text[0];
    return 1;
}

/* The characters of `text` in order, to be looked up; the caller frees them. */
static uint32_t *sorted_characters(const json *text, size_t *count)
{
    size_t len = json_str_len(text), n = 0;
    uint32_t *set = mem_calloc(len + 1, sizeof *set);

    for (size_t i = 0; i < len;)
        i += character(json_str(text) + i, len - i, &set[n++]);
    qsort(set, n, sizeof *set, compare_characters);
    *count = n;
    return set;
}

/* Any character of the second argument cuts, and what is empty between two of them is left out. */
json *intrinsic_string_split(struct invocation *in)
{
    const json *subject = intrinsic_string(in, 0);
    const json *delimiters = subject ? intrinsic_string(in, 1) : NULL;
    struct json_build b;
    const char *text;
    size_t len, piece = 0, n, count;
    uint32_t *set, c;

    if (!delimiters || !intrinsic_spend_making(in, json_str_len(subject)) ||
        !intrinsic_spend_making(in, json_str_len(delimiters)))
        return NULL;
    set = sorted_characters(delimiters, &count);
    text = json_str(subject);
    len = json_str_len(subject);
    json_build_array(&b, 0);
    for (size_t i = 0; i < len; i += n) {
        n = character(text + i, len - i, &c);
        if (!bsearch(&c, set, count, sizeof *set, compare_characters))
            continue;
        if (i > piece)
            json_build_add(&b, json_string(text + piece, i - piece));
        piece = i + n;
    }
    if (len > piece)
        json_build_add(&b, json_string(text + piece, len - piece));
    mem_free(set);
    return json_build_done(&b);
}

/* ---- JSON ---- */

static bool is_blank_text(const json *text)
{
    return strspn(json_str(text), ASCII_JSON_BLANKS) == json_str_len(text);
}

/* Blanks alone give null. What is no JSON is refused in the words of AWS's reader. */
json *intrinsic_string_to_json(struct invocation *in)
{
    const json *text = intrinsic_string(in, 0);
    struct diag why = {0};
    json *v;

    if (!text || !intrinsic_spend_making(in, json_str_len(text)))
        return NULL;
    if (is_blank_text(text))
        return json_null();
    v = json_parse(json_str(text), json_str_len(text), JSON_READ_SURROGATES, &why);
    if (!v) {
        struct buf words = {0}, place = {0};
        bool told =
            reader_words(json_str(text), json_str_len(text), READER_OF_FUNCTIONS, &words, &place);
        intrinsic_refuse(in,
                         "Cannot convert String to Json in States.StringToJson, caused by: %s%s%s",
                         told ? buf_str(&words) : why.text, told ? "\n at " : "", buf_str(&place));
        buf_clear(&words);
        buf_clear(&place);
    }
    diag_clear(&why);
    return v;
}

/* The length is known without writing the text, so it is paid before anything is made. */
json *intrinsic_json_to_string(struct invocation *in)
{
    return intrinsic_spend_making(in, json_text_len(in->arguments[0])) ? json_text(in->arguments[0])
                                                                       : NULL;
}

json *intrinsic_json_merge(struct invocation *in)
{
    const json *first = intrinsic_object(in, 0);
    const json *second = first ? intrinsic_object(in, 1) : NULL;
    struct json_build b;

    if (!second)
        return NULL;
    /* Only a shallow merge is there; AWS takes whatever isn't true for it. */
    if (json_kind(in->arguments[2]) == JSON_TRUE)
        return intrinsic_invalid(in);
    if (!intrinsic_spend(in, json_count(first) + json_count(second)))
        return NULL;
    json_build_copy(&b, first, json_count(second));
    for (size_t i = 0; i < json_count(second); i++)
        json_build_set_key(&b, json_ref(json_key_at(second, i)),
                           json_ref(json_value_at(second, i)));
    return json_build_done(&b);
}
