/*
 * $formatNumber: a picture of one or two sub-pictures, each
 *
 *   prefix integer ( decimal-separator fraction )? ( exponent-separator exponent )? suffix
 *
 * is split, checked and measured, then the number is written by it. The numbers in the comments are
 * those of XPath F&O 3.1, section 4.7.5. Where the reference leaves the specification, so does
 * this.
 */

#include "parsers/picture/format_number.h"

#include "parsers/base/maths.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "parsers/picture/js_number.h"
#include "parsers/picture/row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Digits behind the point that JavaScript writes. */
    MAX_DECIMALS = 100,
    NOWHERE = -1,
};

/* ---- signs ---- */

static const struct {
    const char *option, *text;
} symbol_defaults[SYMBOL_COUNT] = {
    [SYMBOL_DECIMAL_SEPARATOR] = {"decimal-separator", "."},
    [SYMBOL_GROUPING_SEPARATOR] = {"grouping-separator", ","},
    [SYMBOL_EXPONENT_SEPARATOR] = {"exponent-separator", "e"},
    [SYMBOL_INFINITY] = {"infinity", "Infinity"},
    [SYMBOL_MINUS_SIGN] = {"minus-sign", "-"},
    [SYMBOL_NAN] = {"NaN", "NaN"},
    [SYMBOL_PERCENT] = {"percent", "%"},
    [SYMBOL_PER_MILLE] = {"per-mille", "\xE2\x80\xB0"},
    [SYMBOL_ZERO_DIGIT] = {"zero-digit", "0"},
    [SYMBOL_DIGIT] = {"digit", "#"},
    [SYMBOL_PATTERN_SEPARATOR] = {"pattern-separator", ";"},
};

void number_symbols_set(struct number_symbols *s, const char *key, size_t key_len, const char *text,
                        size_t len)
{
    for (int i = 0; i < SYMBOL_COUNT; i++) {
        if (strlen(symbol_defaults[i].option) != key_len ||
            memcmp(symbol_defaults[i].option, key, key_len) != 0)
            continue;
        s->of[i].text = text;
        s->of[i].len = len;
    }
}

static const char *symbol_text(const struct number_symbols *s, int which, size_t *len)
{
    if (s && s->of[which].text) {
        *len = s->of[which].len;
        return s->of[which].text;
    }
    *len = strlen(symbol_defaults[which].text);
    return symbol_defaults[which].text;
}

static void add_symbol(const struct number_symbols *s, int which, struct buf *out)
{
    size_t len;
    const char *text = symbol_text(s, which, &len);

    buf_add(out, text, len);
}

/* The first character of each; no character at all for an empty one. */
struct signs {
    uint32_t of[SYMBOL_COUNT];
};

static void signs_of(const struct number_symbols *s, struct signs *signs)
{
    for (int i = 0; i < SYMBOL_COUNT; i++) {
        size_t len;
        const char *text = symbol_text(s, i, &len);

        signs->of[i] = UINT32_MAX;
        utf8_decode(text, len, &signs->of[i]);
    }
}

static bool format_number_is_digit(const struct signs *s, uint32_t c)
{
    return c >= s->of[SYMBOL_ZERO_DIGIT] && c - s->of[SYMBOL_ZERO_DIGIT] <= 9;
}

static bool is_any_digit(const struct signs *s, uint32_t c)
{
    return format_number_is_digit(s, c) || c == s->of[SYMBOL_DIGIT];
}

static bool is_active(const struct signs *s, uint32_t c)
{
    return is_any_digit(s, c) || c == s->of[SYMBOL_DECIMAL_SEPARATOR] ||
           c == s->of[SYMBOL_EXPONENT_SEPARATOR] || c == s->of[SYMBOL_GROUPING_SEPARATOR] ||
           c == s->of[SYMBOL_PATTERN_SEPARATOR];
}

/* ---- stretches of a picture ---- */

struct span {
    const uint32_t *at;
    size_t count;
};

/*
 * A row without characters has no list: `at` points at something all the same, so that arithmetic
 * with it is defined.
 */
static struct span span_of(const struct row *r)
{
    static const uint32_t nothing[] = {0};

    return (struct span){r->count ? r->list : nothing, r->count};
}

static struct span format_number_cut(struct span s, size_t from, size_t to)
{
    if (to > s.count)
        to = s.count;
    if (from > to)
        from = to;
    return (struct span){s.at + from, to - from};
}

static long format_number_find(struct span s, uint32_t c, size_t from)
{
    for (size_t i = from; i < s.count; i++)
        if (s.at[i] == c)
            return (long)i;
    return NOWHERE;
}

static size_t format_number_count_of(struct span s, uint32_t c)
{
    size_t n = 0;

    for (size_t i = 0; i < s.count; i++)
        n += s.at[i] == c;
    return n;
}

typedef bool is_of(const struct signs *s, uint32_t c);

static size_t count_if(struct span s, const struct signs *signs, is_of *test)
{
    size_t n = 0;

    for (size_t i = 0; i < s.count; i++)
        n += test(signs, s.at[i]);
    return n;
}

static void write_span(struct span s, struct buf *out)
{
    for (size_t i = 0; i < s.count; i++)
        out->len += utf8_encode(s.at[i], buf_reserve(out, 4));
}

/* ---- a sub-picture: its parts ---- */

struct sub_picture {
    struct span all, prefix, suffix, active, mantissa, integer, fraction, exponent;
    bool has_exponent;
};

static bool ends_affix(const struct signs *s, uint32_t c)
{
    return is_active(s, c) && c != s->of[SYMBOL_EXPONENT_SEPARATOR];
}

/* A sub-picture in which nothing ends the prefix has none, and no suffix. */
static void format_number_split(struct sub_picture *p, const struct signs *s)
{
    size_t first = 0, last = p->all.count;
    long at;

    while (first < p->all.count && !ends_affix(s, p->all.at[first]))
        first++;
    while (last > 0 && !ends_affix(s, p->all.at[last - 1]))
        last--;
    if (first == p->all.count) {
        first = 0;
        last = p->all.count;
    }
    p->prefix = format_number_cut(p->all, 0, first);
    p->suffix = format_number_cut(p->all, last, p->all.count);
    p->active = p->mantissa = format_number_cut(p->all, first, last);
    at = format_number_find(p->all, s->of[SYMBOL_EXPONENT_SEPARATOR], first);
    p->has_exponent = at != NOWHERE && (size_t)at <= last;
    if (p->has_exponent) {
        /* Counted from the start of the sub-picture, so that behind a prefix nothing is left. */
        p->mantissa = format_number_cut(p->active, 0, (size_t)at);
        p->exponent = format_number_cut(p->active, (size_t)at + 1, p->active.count);
    }
    at = format_number_find(p->mantissa, s->of[SYMBOL_DECIMAL_SEPARATOR], 0);
    p->integer = at == NOWHERE ? p->mantissa : format_number_cut(p->mantissa, 0, (size_t)at);
    p->fraction = at == NOWHERE ? p->suffix
                                : format_number_cut(p->mantissa, (size_t)at + 1, p->mantissa.count);
}

/* ---- what a sub-picture must not be: F&O 4.7.3. Of several errors the last is told. ---- */

static bool touches_grouping(const struct sub_picture *p, const struct signs *s, size_t at)
{
    uint32_t grouping = s->of[SYMBOL_GROUPING_SEPARATOR];

    return (at > 0 && p->all.at[at - 1] == grouping) ||
           (at + 1 < p->all.count && p->all.at[at + 1] == grouping);
}

static bool has_double_grouping(const struct sub_picture *p, const struct signs *s)
{
    for (size_t i = 1; i < p->all.count; i++)
        if (p->all.at[i] == s->of[SYMBOL_GROUPING_SEPARATOR] && p->all.at[i - 1] == p->all.at[i])
            return true;
    return false;
}

static const char *check_signs(const struct sub_picture *p, const struct signs *s)
{
    size_t percents = format_number_count_of(p->all, s->of[SYMBOL_PERCENT]);
    size_t per_milles = format_number_count_of(p->all, s->of[SYMBOL_PER_MILLE]);
    const char *error = NULL;

    if (format_number_count_of(p->all, s->of[SYMBOL_DECIMAL_SEPARATOR]) > 1)
        error = "D3081";
    if (percents > 1)
        error = "D3082";
    if (per_milles > 1)
        error = "D3083";
    if (percents && per_milles)
        error = "D3084";
    if (!count_if(p->mantissa, s, is_any_digit))
        error = "D3085";
    if (count_if(p->active, s, is_active) < p->active.count)
        error = "D3086";
    return error;
}

static const char *check_separators(const struct sub_picture *p, const struct signs *s)
{
    uint32_t grouping = s->of[SYMBOL_GROUPING_SEPARATOR];
    long decimal = format_number_find(p->all, s->of[SYMBOL_DECIMAL_SEPARATOR], 0);
    const char *error = NULL;

    if (decimal != NOWHERE && touches_grouping(p, s, (size_t)decimal))
        error = "D3087";
    if (decimal == NOWHERE && p->integer.count && p->integer.at[p->integer.count - 1] == grouping)
        error = "D3088";
    if (has_double_grouping(p, s))
        error = "D3089";
    return error;
}

static const char *check_digits(const struct sub_picture *p, const struct signs *s)
{
    long optional = format_number_find(p->integer, s->of[SYMBOL_DIGIT], 0), next;
    const char *error = NULL;

    if (optional != NOWHERE &&
        count_if(format_number_cut(p->integer, 0, (size_t)optional), s, format_number_is_digit))
        error = "D3090";
    for (optional = NOWHERE, next = format_number_find(p->fraction, s->of[SYMBOL_DIGIT], 0);
         next != NOWHERE;
         next = format_number_find(p->fraction, s->of[SYMBOL_DIGIT], (size_t)next + 1))
        optional = next;
    if (optional != NOWHERE &&
        count_if(format_number_cut(p->fraction, (size_t)optional, p->fraction.count), s,
                 format_number_is_digit))
        error = "D3091";
    if (p->has_exponent && p->exponent.count &&
        (format_number_find(p->all, s->of[SYMBOL_PERCENT], 0) != NOWHERE ||
         format_number_find(p->all, s->of[SYMBOL_PER_MILLE], 0) != NOWHERE))
        error = "D3092";
    if (p->has_exponent && (!p->exponent.count ||
                            count_if(p->exponent, s, format_number_is_digit) < p->exponent.count))
        error = "D3093";
    return error;
}

static const char *format_number_check(const struct sub_picture *p, const struct signs *s)
{
    const char *error = check_digits(p, s);

    if (!error)
        error = check_separators(p, s);
    return error ? error : check_signs(p, s);
}

/* ---- what a sub-picture asks for: F&O 4.7.4 ---- */

struct positions {
    size_t *list;
    size_t count, cap;
};

static void add_position(struct positions *p, size_t position)
{
    MEM_GROW(p->list, p->count, p->cap);
    p->list[p->count++] = position;
}

struct measures {
    struct positions integer_groups, fraction_groups; /* digits right and left of the separator */
    size_t every; /* one after each so many digits; 0: not regular */
    size_t least_integer, scale, least_fraction, most_fraction, least_exponent;
};

/*
 * The greatest common divisor is the only interval there can be; it is one if each of its
 * multiples, up to the largest position, has a separator.
 */
/* The positions are in order, the largest first. */
static size_t format_number_find_interval(const struct positions *p)
{
    size_t interval = 0, at = p->count;

    for (size_t i = 0; i < p->count; i++)
        interval = common_divisor(interval, p->list[i]);
    for (size_t i = 1; i <= p->count; i++) {
        while (at > 0 && p->list[at - 1] < i * interval)
            at--;
        if (at == 0 || p->list[at - 1] != i * interval)
            return 0;
    }
    return interval;
}

/* All separators but the first are looked for in the integer part: the reference does it so. */
static void format_number_find_groups(struct measures *m, const struct sub_picture *p,
                                      const struct signs *s)
{
    uint32_t grouping = s->of[SYMBOL_GROUPING_SEPARATOR];
    size_t digits = count_if(p->integer, s, is_any_digit), seen = 0;
    long at;

    for (at = format_number_find(p->integer, grouping, 0); at != NOWHERE;
         at = format_number_find(p->integer, grouping, (size_t)at + 1)) {
        digits -= count_if(format_number_cut(p->integer, seen, (size_t)at), s, is_any_digit);
        seen = (size_t)at;
        add_position(&m->integer_groups, digits);
    }
    digits = seen = 0;
    for (at = format_number_find(p->fraction, grouping, 0); at != NOWHERE;
         at = format_number_find(p->integer, grouping, (size_t)at + 1)) {
        digits += count_if(format_number_cut(p->fraction, seen, (size_t)at), s, is_any_digit);
        seen = (size_t)at;
        add_position(&m->fraction_groups, digits);
    }
    m->every = format_number_find_interval(&m->integer_groups);
}

/*
 * The rules of F&O 4.7.4 on pictures that have no mandatory digit: each later one repairs what the
 * ones before left open, so their order counts.
 */
static void format_number_measure(struct measures *m, const struct sub_picture *p,
                                  const struct signs *s)
{
    format_number_find_groups(m, p, s);
    m->scale = m->least_integer = count_if(p->integer, s, format_number_is_digit);
    m->least_fraction = count_if(p->fraction, s, format_number_is_digit);
    m->most_fraction = count_if(p->fraction, s, is_any_digit);
    m->least_exponent = count_if(p->exponent, s, format_number_is_digit);
    if (!m->least_integer && !m->most_fraction) {
        if (p->has_exponent)
            m->least_fraction = m->most_fraction = 1;
        else
            m->least_integer = 1;
    }
    if (p->has_exponent && !m->least_integer &&
        format_number_find(p->integer, s->of[SYMBOL_DIGIT], 0) != NOWHERE)
        m->least_integer = 1;
    if (!m->least_integer && !m->least_fraction)
        m->least_fraction = 1;
}

static void measures_clear(struct measures *m)
{
    mem_free(m->integer_groups.list);
    mem_free(m->fraction_groups.list);
}

/* ---- writing the number: F&O 4.7.5 ---- */

/* The digits of `n` in the family of the picture's; what else there is stays. */
static void format_number_read_digits(struct row *r, double n, size_t decimals,
                                      const struct signs *s)
{
    struct buf text = {0};

    js_number_write_fixed(&text, n, decimals < MAX_DECIMALS ? (int)decimals : MAX_DECIMALS);
    row_read(r, text.data, text.len);
    for (size_t i = 0; i < r->count; i++)
        if (r->list[i] >= '0' && r->list[i] <= '9')
            r->list[i] += s->of[SYMBOL_ZERO_DIGIT] - '0';
    buf_clear(&text);
}

/* 7: without zeros at the ends; then, 8 and 9, with as many as there must be. */
static void pad(struct row *r, const struct measures *m, const struct signs *s)
{
    uint32_t zero = s->of[SYMBOL_ZERO_DIGIT], decimal = s->of[SYMBOL_DECIMAL_SEPARATOR];
    long point = format_number_find(span_of(r), '.', 0);
    size_t zeros = 0, before, behind;

    if (point == NOWHERE)
        row_fill(r, r->count, 1, decimal);
    else
        r->list[point] = decimal;
    while (zeros < r->count && r->list[zeros] == zero)
        zeros++;
    row_remove(r, 0, zeros);
    while (r->count && r->list[r->count - 1] == zero)
        r->count--;
    point = format_number_find(span_of(r), decimal, 0);
    before = point == NOWHERE ? 0 : (size_t)point;
    if (before < m->least_integer) {
        row_fill(r, 0, m->least_integer - before, zero);
        before = m->least_integer;
    }
    behind = r->count - before - 1;
    if (behind < m->least_fraction)
        row_fill(r, r->count, m->least_fraction - behind, zero);
}

/* As JavaScript's slice counts: a negative index from the end. */
static size_t index_from(long index, size_t count)
{
    if (index < 0)
        index += (long)count;
    return index < 0 ? 0 : (size_t)index;
}

/* 10 and 11. */
static void group(struct row *r, const struct measures *m, const struct signs *s)
{
    uint32_t grouping = s->of[SYMBOL_GROUPING_SEPARATOR];
    long decimal = format_number_find(span_of(r), s->of[SYMBOL_DECIMAL_SEPARATOR], 0);
    size_t regular = m->every && decimal > 0 ? (size_t)(decimal - 1) / m->every : 0;
    struct row_gap gap;

    row_open(&gap, r, m->every ? regular : m->integer_groups.count);
    for (size_t i = 1; i <= regular; i++)
        row_insert(&gap, (size_t)decimal - i * m->every, grouping);
    for (size_t i = 0; !m->every && i < m->integer_groups.count; i++, decimal++)
        row_insert(&gap, index_from(decimal - (long)m->integer_groups.list[i], r->count), grouping);
    row_close(&gap);
    decimal = format_number_find(span_of(r), s->of[SYMBOL_DECIMAL_SEPARATOR], 0);
    row_open(&gap, r, m->fraction_groups.count);
    for (size_t i = 0; i < m->fraction_groups.count; i++)
        row_insert(&gap, (size_t)decimal + m->fraction_groups.list[i] + 1, grouping);
    row_close(&gap);
}

/* 5: the mantissa has as many digits in front of the point as the picture asks for. */
static double scale(double n, const struct measures *m, long *exponent)
{
    double most = maths_pow(10, (double)m->scale), least = maths_pow(10, (double)m->scale - 1);

    *exponent = 0;
    if (!m->least_exponent || n == 0)
        return n;
    /*
     * A few hundred rounds at most: a double has no more powers of ten, and infinity was written
     * before.
     */
    for (; fabs(n) < least; n *= 10)
        --*exponent;
    for (; fabs(n) > most; n /= 10)
        ++*exponent;
    return n;
}

/*
 * F&O 4.7.5, 13: the exponent has its own least number of digits, and a minus sign but never a
 * plus.
 */
static void write_exponent(long exponent, const struct measures *m, const struct signs *s,
                           const struct number_symbols *symbols, struct buf *out)
{
    struct row digits = {0};

    format_number_read_digits(&digits, (double)labs(exponent), 0, s);
    if (digits.count < m->least_exponent)
        row_fill(&digits, 0, m->least_exponent - digits.count, s->of[SYMBOL_ZERO_DIGIT]);
    add_symbol(symbols, SYMBOL_EXPONENT_SEPARATOR, out);
    if (exponent < 0)
        add_symbol(symbols, SYMBOL_MINUS_SIGN, out);
    row_write(&digits, out);
    row_clear(&digits);
}

static void write_finite(double n, const struct sub_picture *p, const struct measures *m,
                         const struct signs *s, const struct number_symbols *symbols,
                         struct buf *out)
{
    struct row r = {0};
    long exponent, decimal;

    n = js_number_round(scale(n, m, &exponent), (double)m->most_fraction);
    format_number_read_digits(&r, fabs(n), m->most_fraction, s);
    pad(&r, m, s);
    group(&r, m, s);
    /* 12: the separator goes when the picture has none, or when no digit follows it. */
    /* 12 */
    decimal = format_number_find(span_of(&r), s->of[SYMBOL_DECIMAL_SEPARATOR], 0);
    if (r.count && (format_number_find(p->all, s->of[SYMBOL_DECIMAL_SEPARATOR], 0) == NOWHERE ||
                    decimal == (long)r.count - 1))
        r.count--;
    row_write(&r, out);
    if (m->least_exponent)
        write_exponent(exponent, m, s, symbols, out);
    row_clear(&r);
}

/* A picture that was read: the second sub-picture is for negative numbers. */
struct number_picture {
    struct signs signs;
    struct row text;
    struct sub_picture subs[2];
    struct measures measures[2];
    size_t separators;
};

static void format_number_write_number(double n, const struct number_picture *picture, size_t which,
                                       bool minus, const struct number_symbols *symbols,
                                       struct buf *out)
{
    const struct sub_picture *p = &picture->subs[which];
    const struct signs *s = &picture->signs;

    if (isnan(n)) {
        add_symbol(symbols, SYMBOL_NAN, out);
        return;
    }
    if (minus)
        add_symbol(symbols, SYMBOL_MINUS_SIGN, out);
    write_span(p->prefix, out);
    if (format_number_find(p->all, s->of[SYMBOL_PERCENT], 0) != NOWHERE)
        n *= 100;
    else if (format_number_find(p->all, s->of[SYMBOL_PER_MILLE], 0) != NOWHERE)
        n *= 1000;
    if (isinf(n))
        add_symbol(symbols, SYMBOL_INFINITY, out);
    else
        write_finite(n, p, &picture->measures[which], s, symbols, out);
    write_span(p->suffix, out);
}

static void format_number_clear_picture(void *picture)
{
    struct number_picture *p = picture;

    measures_clear(&p->measures[0]);
    measures_clear(&p->measures[1]);
    row_clear(&p->text);
}

/* Nothing is left to clear when it fails. */
static bool read_with_symbols(struct number_picture *p, const char *text, size_t len,
                              const struct number_symbols *symbols, struct fault *why)
{
    const char *error = NULL;
    long at;

    signs_of(symbols, &p->signs);
    row_read(&p->text, text, len);
    const struct span all = span_of(&p->text);
    p->separators = format_number_count_of(all, p->signs.of[SYMBOL_PATTERN_SEPARATOR]);
    at = format_number_find(all, p->signs.of[SYMBOL_PATTERN_SEPARATOR], 0);
    if (p->separators > 1)
        error = "D3080";
    p->subs[0].all = format_number_cut(all, 0, at == NOWHERE ? all.count : (size_t)at);
    p->subs[1].all = format_number_cut(all, at == NOWHERE ? all.count : (size_t)at + 1, all.count);
    for (size_t i = 0; !error && i <= p->separators; i++) {
        format_number_split(&p->subs[i], &p->signs);
        error = format_number_check(&p->subs[i], &p->signs);
        if (!error)
            format_number_measure(&p->measures[i], &p->subs[i], &p->signs);
    }
    if (error) {
        fault_set(why, error);
        format_number_clear_picture(p);
    }
    return !error;
}

static bool format_number_read_picture(void *picture, const char *text, size_t len,
                                       struct fault *why)
{
    return read_with_symbols(picture, text, len, NULL, why);
}

static const struct picture_sort numbers = {
    sizeof(struct number_picture), format_number_read_picture, format_number_clear_picture};

/* Without a second sub-picture negative numbers have a minus sign in front. */
static void write_signed(double n, const struct number_picture *p,
                         const struct number_symbols *symbols, struct buf *out)
{
    if (n >= 0)
        format_number_write_number(n, p, 0, false, symbols, out);
    else
        format_number_write_number(n, p, p->separators, !p->separators, symbols, out);
}

/*
 * Only pictures without symbols of their own are kept: with symbols, the same text may mean
 * something else at the next call.
 */
bool picture_format_number(struct buf *out, double n, const char *picture, size_t len,
                           const struct number_symbols *symbols, struct pictures *kept,
                           struct fault *why)
{
    struct number_picture own = {.separators = 0};
    const struct number_picture *p;

    if (!symbols) {
        p = pictures_get(kept, &numbers, picture, len, why);
        if (p)
            write_signed(n, p, NULL, out);
        return p != NULL;
    }
    if (!read_with_symbols(&own, picture, len, symbols, why))
        return false;
    write_signed(n, &own, symbols, out);
    format_number_clear_picture(&own);
    return true;
}
