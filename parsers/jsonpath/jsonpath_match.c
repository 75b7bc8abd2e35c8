/*
 * Judging a value by a filter: what compares with what, in the terms of Java's types. A literal is
 * always text, and becomes a number or a boolean only when it meets one.
 */

#include "parsers/jsonpath/jsonpath_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <string.h>
#include <strings.h>

/* ---- decimals ---- */

/* sign * 0.DIGITS * 10^point, where DIGITS (which may have a point among them) begins with 1..9. */
struct decimal {
    int sign; /* 0: zero, and nothing else counts */
    const char *digits, *end;
    int64_t point;
};

/* The exponent behind `e`; it must fit an int, as Java wants it. */
static bool read_exponent(const char *p, const char *end, int64_t *out)
{
    bool minus = p < end && *p == '-';
    int64_t n = 0;

    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end)
        return false;
    for (; p < end; p++) {
        if (!ascii_is_digit(*p))
            return false;
        n = n * 10 + (*p - '0');
        if (n > INT32_MAX)
            return false;
    }
    *out = minus ? -n : n;
    return true;
}

/* [sign] digits [. digits] [e [sign] digits], with a digit before the exponent. */
static bool read_decimal(const char *text, size_t len, struct decimal *out)
{
    const char *p = text;
    const char *end = text + len;
    bool point = false;
    size_t digits = 0;
    size_t whole = 0; /* significant ones before the point */
    size_t zeros = 0; /* after the point, before the first significant one */
    size_t fraction = 0;
    int64_t exponent = 0;

    *out = (struct decimal){.sign = 1};
    if (p < end && (*p == '-' || *p == '+'))
        out->sign = *p++ == '-' ? -1 : 1;
    for (; p < end && (ascii_is_digit(*p) || (*p == '.' && !point)); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        digits++;
        fraction += point;
        if (!out->digits && *p != '0')
            out->digits = p;
        whole += out->digits && !point;
        zeros += !out->digits && point;
    }
    out->end = p;
    if (digits == 0)
        return false;
    if (p < end && ((*p != 'e' && *p != 'E') || !read_exponent(p + 1, end, &exponent)))
        return false;
    if ((int64_t)fraction - exponent > INT32_MAX || (int64_t)fraction - exponent < INT32_MIN)
        return false;
    if (!out->digits)
        out->sign = 0;
    out->point = (int64_t)whole - (int64_t)zeros + exponent;
    return true;
}

/*
 * Behind the last digit come zeros without end: 1.5 and 1.50 are equal without either being padded.
 */
static char next_digit(const char **p, const char *end)
{
    if (*p < end && **p == '.')
        (*p)++;
    return *p < end ? *(*p)++ : '0';
}

static int jsonpath_match_compare_digits(const struct decimal *a, const struct decimal *b)
{
    const char *p = a->digits;
    const char *q = b->digits;

    while (p < a->end || q < b->end) {
        int d = next_digit(&p, a->end) - next_digit(&q, b->end);
        if (d != 0)
            return d;
    }
    return 0;
}

/*
 * Signs first, then the places before the point, then digit by digit: exact for any number of
 * digits, where doubles would call large neighbours equal.
 */
static int compare_decimals(const struct decimal *a, const struct decimal *b)
{
    if (a->sign != b->sign)
        return a->sign < b->sign ? -1 : 1;
    if (a->sign == 0)
        return 0;
    if (a->point != b->point)
        return a->point < b->point ? -a->sign : a->sign;
    return a->sign * jsonpath_match_compare_digits(a, b);
}

/* ---- the sides of an operator ---- */

struct side {
    enum side_kind {
        SIDE_NULL,
        SIDE_TEXT,
        SIDE_NUMBER,
        SIDE_BOOL,
        SIDE_NODE, /* an array, an object, or a number beyond 64 bits: cannot be compared */
        SIDE_PATTERN,
    } kind;
    const json *v; /* a literal's and pattern's text too */
    json *made;    /* what must be released */
    const java_regex *regex;
};

/* Integers beyond 64 bits are BigInteger in Java, which Jayway's filters compare with nothing. */
static enum side_kind side_kind_of(const json *v)
{
    if (!v)
        return SIDE_NULL;
    switch (json_kind(v)) {
    case JSON_NULL: return SIDE_NULL;
    case JSON_FALSE:
    case JSON_TRUE: return SIDE_BOOL;
    case JSON_INT:
    case JSON_DOUBLE: return SIDE_NUMBER;
    case JSON_STRING: return SIDE_TEXT;
    case JSON_BIGINT:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return SIDE_NODE;
}

static enum outcome load_side(struct eval *e, const struct operand *o, const json *item,
                              struct side *out)
{
    struct arrival got = {0};
    enum outcome outcome;

    *out = (struct side){.kind = SIDE_TEXT, .v = o->text, .regex = o->regex};
    switch (o->kind) {
    case OPERAND_TEXT: return WENT_ON;
    case OPERAND_PATTERN: out->kind = SIDE_PATTERN; return WENT_ON;
    case OPERAND_ITEM:
    case OPERAND_ROOT: break;
    }
    outcome = jsonpath_follow(e, &o->route, o->kind == OPERAND_ROOT ? e->doc : item, false, &got);
    *out = (struct side){.kind = side_kind_of(got.v), .v = got.v, .made = got.made};
    return outcome;
}

/* The text of a number, in Java's form. */
static bool decimal_of(const struct side *s, struct buf *room, struct decimal *out)
{
    if (s->kind == SIDE_TEXT)
        return read_decimal(json_str(s->v), json_str_len(s->v), out);
    buf_reset(room);
    json_write(room, s->v);
    return read_decimal(room->data, room->len, out);
}

static enum verdict jsonpath_match_compare_numbers(struct eval *e, const struct side *expected,
                                                   const struct side *actual, int *order)
{
    struct buf rooms[2] = {{0}, {0}};
    struct decimal a;
    struct decimal b;
    bool ok;

    if (expected->kind == SIDE_NUMBER && json_kind(expected->v) == JSON_INT &&
        json_kind(actual->v) == JSON_INT) {
        int64_t x = json_int_value(expected->v);
        int64_t y = json_int_value(actual->v);
        *order = (x > y) - (x < y);
        return ACCEPTED;
    }
    ok = decimal_of(expected, &rooms[0], &a) && decimal_of(actual, &rooms[1], &b);
    if (ok)
        *order = compare_decimals(&a, &b);
    else
        jsonpath_broken(e, "Cannot compare a number with '%s'", json_str(expected->v));
    buf_clear(&rooms[0]);
    buf_clear(&rooms[1]);
    return ok ? ACCEPTED : UNDECIDED;
}

/* In an expected text, \' stands for the quote. */
static int compare_texts(const struct side *expected, const struct side *actual)
{
    const char *text = json_str(expected->v);
    size_t len = json_str_len(expected->v);
    struct buf plain = {0};
    int order;

    if (!memchr(text, '\'', len))
        return json_compare_strings(expected->v, actual->v);
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\\' || i + 1 == len || text[i + 1] != '\'')
            buf_addc(&plain, text[i]);
    order = utf8_compare_utf16(buf_str(&plain), plain.len, json_str(actual->v),
                               json_str_len(actual->v));
    buf_clear(&plain);
    return order;
}

static bool bool_of(const struct side *s)
{
    if (s->kind == SIDE_TEXT)
        return json_str_len(s->v) == 4 && strncasecmp(json_str(s->v), "true", 4) == 0;
    return json_kind(s->v) == JSON_TRUE;
}

/* null, and the text that spells it */
static bool is_nullish(const struct side *s)
{
    return s->kind == SIDE_NULL || (s->kind == SIDE_TEXT && json_str_is(s->v, "null"));
}

/* What comparing with a text costs, in units of work. */
static size_t cost_of(const struct side *a, const struct side *b)
{
    size_t a_len = a->kind == SIDE_TEXT ? json_str_len(a->v) : SIZE_MAX;
    size_t b_len = b->kind == SIDE_TEXT ? json_str_len(b->v) : SIZE_MAX;
    size_t len = a_len < b_len ? a_len : b_len;

    return len == SIZE_MAX ? 0 : len / WORK_BYTES_A_UNIT;
}

/* REJECTED: the two cannot be compared, and every comparison of them is false. */
static enum verdict jsonpath_match_compare(struct eval *e, const struct side *expected,
                                           const struct side *actual, int *order)
{
    bool texts = expected->kind == SIDE_TEXT;

    if (!jsonpath_spend(e, cost_of(expected, actual)))
        return UNDECIDED;
    if (is_nullish(expected) || is_nullish(actual)) {
        *order = is_nullish(actual) - is_nullish(expected);
        return ACCEPTED;
    }
    if (actual->kind == SIDE_TEXT && texts) {
        *order = compare_texts(expected, actual);
        return ACCEPTED;
    }
    if (actual->kind == SIDE_NUMBER && (texts || expected->kind == SIDE_NUMBER))
        return jsonpath_match_compare_numbers(e, expected, actual, order);
    if (actual->kind == SIDE_BOOL && (texts || expected->kind == SIDE_BOOL)) {
        *order = bool_of(expected) - bool_of(actual);
        return ACCEPTED;
    }
    return REJECTED;
}

/* `order` is how the expected value, on the right, stands to the actual one. */
static bool jsonpath_match_holds(enum condition_op op, int order)
{
    switch (op) {
    case OP_EQ: return order == 0;
    case OP_NE: return order != 0;
    case OP_GE: return order <= 0;
    case OP_LE: return order >= 0;
    case OP_LT: return order > 0;
    case OP_GT: return order < 0;
    case OP_EXISTS:
    case OP_ABSENT:
    case OP_MATCHES: break;
    }
    return false;
}

/* With null on one side only, `<` and its like are false; == and != compare null as any value. */
static enum verdict judge_order(struct eval *e, const struct condition *c, const struct side *left,
                                const struct side *right)
{
    enum condition_op op = c->op;
    int order = 0;
    enum verdict v = ACCEPTED;

    if (op != OP_EQ && op != OP_NE && (left->kind == SIDE_NULL) != (right->kind == SIDE_NULL))
        return REJECTED;
    if (!c->twins)
        v = jsonpath_match_compare(e, right, left, &order);
    return v == ACCEPTED && !jsonpath_match_holds(op, order) ? REJECTED : v;
}

static enum verdict undecided(struct eval *e, const char *text)
{
    jsonpath_broken(e, "%s", text);
    return UNDECIDED;
}

/* The pattern may stand on either side; the other side is matched as its text. */
static enum verdict judge_match(struct eval *e, const struct side *left, const struct side *right)
{
    const struct side *pattern = left->kind == SIDE_PATTERN ? left : right;
    const struct side *other = pattern == left ? right : left;
    json *text;
    int matched;

    if (pattern->kind != SIDE_PATTERN && pattern->kind != SIDE_NULL)
        return undecided(e, "There is no regular expression beside =~");
    if (other->kind == SIDE_NULL)
        return REJECTED;
    if (pattern->kind == SIDE_NULL)
        return undecided(e, "There is no regular expression beside =~");
    if (!json_is_string(other->v) &&
        !jsonpath_spend(e, json_text_len(other->v) / WORK_BYTES_A_UNIT))
        return UNDECIDED;
    text = json_is_string(other->v) ? json_ref(other->v) : json_text(other->v);
    matched = java_regex_match(pattern->regex, json_str(text), json_str_len(text), e->work);
    json_unref(text);
    if (matched < 0) {
        diag_set(e->why, JSONPATH_TOO_MUCH, 0, "Matching the regular expression takes too long");
        return UNDECIDED;
    }
    return matched ? ACCEPTED : REJECTED;
}

/* Always a path into the item, even when it begins with `$`. */
static enum verdict judge_presence(struct eval *e, const struct condition *c, const json *item)
{
    struct arrival got = {0};
    enum outcome o = jsonpath_follow(e, &c->left.route, item, true, &got);
    bool there = o == WENT_ON && side_kind_of(got.v) != SIDE_NULL;

    json_unref(got.made);
    if (o == BROKEN)
        return UNDECIDED;
    return there == (c->op == OP_EXISTS) ? ACCEPTED : REJECTED;
}

/*
 * The left side is read first, and if it is missing the right is not read at all: what would be
 * wrong with it goes unnoticed, as in Jayway.
 */
static enum verdict judge_sides(struct eval *e, const struct condition *c, const json *item)
{
    struct side left = {0};
    struct side right = {0};
    enum verdict v = UNDECIDED;
    enum outcome o = load_side(e, &c->left, item, &left);

    if (o == WENT_ON)
        o = load_side(e, &c->right, item, &right);
    if (o == MISSING)
        v = REJECTED;
    else if (o == WENT_ON)
        v = c->op == OP_MATCHES ? judge_match(e, &left, &right) : judge_order(e, c, &left, &right);
    json_unref(left.made);
    json_unref(right.made);
    return v;
}

static enum verdict judge(struct eval *e, const struct condition *c, const json *item)
{
    if (!jsonpath_spend(e, 1))
        return UNDECIDED;
    if (c->op == OP_EXISTS || c->op == OP_ABSENT)
        return judge_presence(e, c, item);
    return judge_sides(e, c, item);
}

/*
 * Conditions come in the order of judging. Once a group has a condition that is rejected, its
 * others are passed over up to `||`; UNDECIDED ends it all.
 */
enum verdict jsonpath_accept(struct eval *e, const struct filter *f, const json *item)
{
    enum verdict v = ACCEPTED;

    if (f->count == 0)
        return undecided(e, "The filter [?] has no condition");
    for (size_t i = 0; i < f->count; i++) {
        const struct condition *c = &f->conditions[i];
        if (v == ACCEPTED)
            v = judge(e, c, item);
        if (v == UNDECIDED)
            return v;
        if (c->ends_group) {
            if (v == ACCEPTED)
                return v;
            v = ACCEPTED;
        }
    }
    return v;
}
