/* Functions on strings. Lengths and positions count characters (code points). */

#include "parsers/base/ascii.h"
#include "parsers/base/case.h"
#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_eval.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_write.h"

#include <math.h>

static struct jv fn_string(struct evaluation *e, const struct call *c)
{
    struct jv v = arg(c, 0);
    const bool pretty = arg(c, 1).kind == JV_BOOL && arg(c, 1).b;
    struct buf text = {0};
    bool ok;

    if (is_undefined(v) || is_string(v))
        return v;
    if (has_flag(v, LIST_OUTER))
        v = v.list->items[0];
    if (pretty && (is_array(v) || is_object(v)))
        ok = jv_write(e, &text, v, true, 2);
    else
        ok = jv_add_string(e, &text, v);
    if (ok)
        return eval_take_buf(e, &text);
    buf_clear(&text);
    return jv_error();
}

static size_t char_len(const char *s)
{
    const unsigned char c = (unsigned char)*s;

    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Characters that are counted, or gone through and copied one by one. */
enum { COUNTED_A_UNIT = 8, COPIED_A_UNIT = 4 };

/* Counts code points by their first bytes, paid for piece by piece. */
static bool count_chars(struct evaluation *e, const char *s, size_t len, size_t bytes_a_unit,
                        size_t *count)
{
    *count = 0;
    for (size_t i = 0, paid = 0; i < len;) {
        if (!work_spend_piece(e->work, i, len, bytes_a_unit, &paid))
            return eval_stop(e);
        for (; i < paid; i++)
            *count += ((unsigned char)s[i] & 0xC0) != 0x80;
    }
    return true;
}

/* The byte that character `n` begins at. */
static bool char_at(struct evaluation *e, const char *s, size_t len, size_t n, size_t *at)
{
    size_t paid = 0;

    for (*at = 0; n > 0 && *at < len; n--) {
        if (!work_spend_piece(e->work, *at, len, COPIED_A_UNIT, &paid))
            return eval_stop(e);
        *at += char_len(s + *at);
    }
    return true;
}

/* A position as JavaScript's slice takes it: from the end when negative, and within the text. */
static size_t slice_at(double n, size_t count)
{
    n = trunc(n);
    if (isnan(n))
        return 0;
    if (n < 0)
        n += (double)count;
    return n < 0 ? 0 : n > (double)count ? count : (size_t)n;
}

/*
 * As JavaScript's slice of an array of characters, with its ways: a negative start counts from the
 * end, one before the beginning is the beginning, and fractions are cut off.
 */
static struct jv fn_substring(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0), length = arg(c, 2);
    double start = is_undefined(arg(c, 1)) ? 0 : arg(c, 1).n;
    size_t count, from, to, first, bytes;

    if (is_undefined(s))
        return s;
    if (!count_chars(e, str(s), str_len(s), COPIED_A_UNIT, &count))
        return jv_error();
    if ((double)count + start < 0)
        start = 0;
    to = count;
    if (!is_undefined(length)) {
        if (length.n <= 0)
            return eval_text(e, "", 0);
        to = slice_at(start >= 0 ? start + length.n : (double)count + start + length.n, count);
        /* JavaScript: neither is more than no number. */
        if (is_undefined(arg(c, 1)))
            to = 0;
    }
    from = slice_at(start, count);
    if (from >= to)
        return eval_text(e, "", 0);
    if (!char_at(e, str(s), str_len(s), from, &first) ||
        !char_at(e, str(s) + first, str_len(s) - first, to - from, &bytes))
        return jv_error();
    return eval_text(e, str(s) + first, bytes);
}

/* What a string is looked through for; JavaScript turns undefined into text. */
struct sought {
    const char *text;
    size_t len;
};

static struct sought sought_of(struct jv what)
{
    static const char none[] = "undefined";

    return is_undefined(what) ? (struct sought){none, sizeof none - 1}
                              : (struct sought){str(what), str_len(what)};
}

static struct jv fn_substring_before(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0);
    const struct sought what = sought_of(arg(c, 1));
    size_t at;

    if (is_undefined(s))
        return s;
    at = text_find(e, str(s), str_len(s), 0, what.text, what.len);
    eval_spend_bytes(e, at == SIZE_MAX ? 0 : at);
    return at == SIZE_MAX ? s : eval_text(e, str(s), at);
}

static struct jv fn_substring_after(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0);
    const struct sought what = sought_of(arg(c, 1));
    size_t at;

    if (is_undefined(s))
        return s;
    at = text_find(e, str(s), str_len(s), 0, what.text, what.len);
    eval_spend_bytes(e, at == SIZE_MAX ? 0 : str_len(s) - at);
    if (at == SIZE_MAX)
        return s;
    at += what.len;
    return eval_text(e, str(s) + at, str_len(s) - at);
}

static struct jv change_case(struct evaluation *e, const struct call *c,
                             bool (*change)(struct buf *, const char *, size_t, struct work *))
{
    struct buf text = {0};

    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    if (change(&text, str(arg(c, 0)), str_len(arg(c, 0)), e->work))
        return eval_take_buf(e, &text);
    buf_clear(&text);
    eval_stop(e);
    return jv_error();
}

static struct jv fn_lowercase(struct evaluation *e, const struct call *c)
{
    return change_case(e, c, case_lower);
}

static struct jv fn_uppercase(struct evaluation *e, const struct call *c)
{
    return change_case(e, c, case_upper);
}

static struct jv fn_length(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0);
    size_t count;

    if (is_undefined(s))
        return s;
    return count_chars(e, str(s), str_len(s), COUNTED_A_UNIT, &count) ? jv_number((double)count)
                                                                      : jv_error();
}

/* Blanks at the ends go, and each run of them within becomes one space. */
static struct jv fn_trim(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0);
    struct buf text = {0};
    size_t paid = 0;
    bool gap = false;

    if (is_undefined(s))
        return s;
    for (size_t i = 0; i < str_len(s); i++) {
        if (!work_spend_piece(e->work, i, str_len(s), COPIED_A_UNIT, &paid)) {
            buf_clear(&text);
            eval_stop(e);
            return jv_error();
        }
        if (ascii_is_json_blank(str(s)[i])) {
            gap = text.len > 0;
            continue;
        }
        if (gap)
            buf_addc(&text, ' ');
        gap = false;
        buf_addc(&text, str(s)[i]);
    }
    return eval_take_buf(e, &text);
}

/* `count` characters of `fill`, over and over. */
static bool add_padding(struct evaluation *e, struct buf *out, struct jv fill, size_t count)
{
    const char *s = str_len(fill) ? str(fill) : " ";
    const size_t len = str_len(fill) ? str_len(fill) : 1;
    size_t at = 0, paid = 0;

    if (count > e->memory / 4) {
        eval_error(e, "U1002");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t n = char_len(s + at);
        if (!work_spend_piece(e->work, i, count, COPIED_A_UNIT / 2, &paid))
            return eval_stop(e);
        text_add(out, s + at, n);
        at = at + n < len ? at + n : 0;
    }
    return true;
}

/* A negative width fills on the left. The size is bounded before anything is made. */
static struct jv fn_pad(struct evaluation *e, const struct call *c)
{
    const struct jv s = arg(c, 0);
    const double width = is_undefined(arg(c, 1)) ? 0 : trunc(arg(c, 1).n);
    struct buf text = {0};
    size_t count;
    bool ok;

    if (is_undefined(s))
        return s;
    if (!count_chars(e, str(s), str_len(s), COUNTED_A_UNIT, &count))
        return jv_error();
    const double missing = fabs(width) - (double)count;
    if (!(missing > 0))
        return s;
    if (missing > (double)e->memory)
        return eval_error(e, "U1002");
    if (width > 0)
        text_add(&text, str(s), str_len(s));
    ok = add_padding(e, &text, arg(c, 2), (size_t)missing);
    if (width < 0)
        text_add(&text, str(s), str_len(s));
    if (ok)
        return eval_take_buf(e, &text);
    buf_clear(&text);
    return jv_error();
}

/*
 * An array that is given as the context is wrapped as an expression's input is, so that a path goes
 * over its items.
 */
static struct jv fn_eval(struct evaluation *e, const struct call *c)
{
    struct jv input = is_undefined(arg(c, 1)) ? c->input : arg(c, 1);
    struct list *outer;

    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    if (!is_undefined(arg(c, 1)) && is_array(input) && !is_sequence(input)) {
        outer = list_new(e, LIST_SEQUENCE | LIST_OUTER, 1);
        list_push(e, outer, input);
        input = jv_list(outer);
    }
    return evaluate_text(e, arg(c, 0).j, input, e->env ? e->env : &e->root);
}

static const struct builtin functions[] = {
    {"string", "<x-b?:s>", fn_string, 1, IN_BOTH, "the value as text; JSON for arrays and objects"},
    {"length", "<s-:n>", fn_length, 1, IN_BOTH, "how many characters a string has"},
    {"substring", "<s-nn?:s>", fn_substring, 3, IN_BOTH,
     "the part from a position on, of a length"},
    {"substringBefore", "<s-s:s>", fn_substring_before, 2, IN_BOTH,
     "what stands before another string"},
    {"substringAfter", "<s-s:s>", fn_substring_after, 2, IN_BOTH,
     "what stands behind another string"},
    {"lowercase", "<s-:s>", fn_lowercase, 1, IN_BOTH, "the string in lower case"},
    {"uppercase", "<s-:s>", fn_uppercase, 1, IN_BOTH, "the string in upper case"},
    {"trim", "<s-:s>", fn_trim, 1, IN_BOTH, "without blanks around, and single ones within"},
    {"pad", "<s-ns?:s>", fn_pad, 3, IN_BOTH,
     "filled up to a width, on the left when that is negative"},
    {"eval", "<sx?:x>", fn_eval, 2, IN_REFERENCE, "what an expression in a string evaluates to"},
};

const struct family string_functions = {"strings", functions, COUNT(functions)};
