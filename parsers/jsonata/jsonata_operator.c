/*
 * Operators with one or two sides that give a value: arithmetic, comparisons, and, or, in, &, `..`.
 * Errors come in the reference's order: the left side is evaluated and, but for and and or, so is
 * the right one before either is looked at.
 */

#include "parsers/jsonata/jsonata_operator.h"

#include "parsers/base/maths.h"
#include "parsers/jsonata/jsonata_eval.h"
#include "parsers/jsonata/jsonata_write.h"

#include <math.h>

/* Says which operator the error that is under way came from, and where that stands. */
static struct jv operator_error(struct evaluation *e, const struct node *n, const char *token)
{
    json_unref(e->why.token);
    e->why.token = json_cstring(token);
    return eval_error_at(e, n->at);
}

/* Whole numbers up to here are divided as such: fmod takes several times as long. */
static const double largest_divided = 0x1p53;

/* As fmod, the sign is that of `a`, also of a zero. */
static double remainder_of(double a, double b)
{
    if (!(fabs(a) <= largest_divided && fabs(b) <= largest_divided && b != 0))
        return maths_fmod(a, b);
    const int64_t m = (int64_t)a, n = (int64_t)b;
    if ((double)m != a || (double)n != b)
        return maths_fmod(a, b);
    return copysign((double)(m % n), a);
}

static double calculate(enum op op, double a, double b)
{
    if (op == OP_PLUS)
        return a + b;
    if (op == OP_MINUS)
        return a - b;
    if (op == OP_TIMES)
        return a * b;
    if (op == OP_DIVIDE)
        return a / b;
    return remainder_of(a, b);
}

static bool is_finite_number(struct jv v)
{
    return v.kind == JV_NUMBER && isfinite(v.n);
}

/*
 * Both sides are checked before an undefined one makes the result undefined: undefined + "a" is an
 * error.
 */
static struct jv arithmetic(struct evaluation *e, enum op op, struct jv a, struct jv b)
{
    int numeric;

    if (is_finite_number(a) && is_finite_number(b))
        return jv_number(calculate(op, a.n, b.n));
    if (!is_undefined(a) && (numeric = jv_is_numeric(e, a)) <= 0)
        return numeric ? jv_error() : eval_error_value(e, "T2001", a);
    if (!is_undefined(b) && (numeric = jv_is_numeric(e, b)) <= 0)
        return numeric ? jv_error() : eval_error_value(e, "T2002", b);
    return jv_undefined();
}

static bool comparable(struct jv v)
{
    return is_undefined(v) || v.kind == JV_STRING || v.kind == JV_NUMBER;
}

/* Of NaN and anything nothing is true. */
static bool compares(enum op op, double a, double b)
{
    if (op == OP_LESS)
        return a < b;
    if (op == OP_LESS_EQUAL)
        return a <= b;
    if (op == OP_GREATER)
        return a > b;
    return a >= b;
}

/*
 * Only strings and numbers have an order, and only among themselves. An undefined side makes the
 * result undefined, but does not excuse the other.
 */
static struct jv comparison(struct evaluation *e, enum op op, struct jv a, struct jv b)
{
    if (a.kind == JV_NUMBER && b.kind == JV_NUMBER)
        return jv_bool(compares(op, a.n, b.n));
    if (!comparable(a) || !comparable(b))
        return eval_error_value(e, "T2010", a.kind == JV_STRING || a.kind == JV_NUMBER ? b : a);
    if (is_undefined(a) || is_undefined(b))
        return jv_undefined();
    if (a.kind != b.kind)
        return eval_error_values(e, "T2009", a, b);
    return jv_bool(compares(op, jv_compare(e, a, b), 0));
}

static struct jv equality(struct evaluation *e, enum op op, struct jv a, struct jv b)
{
    int same;

    if (is_undefined(a) || is_undefined(b))
        return jv_bool(false);
    same = jv_equal(e, a, b);
    if (same < 0)
        return jv_error();
    return jv_bool((same != 0) == (op == OP_EQUAL));
}

/* Identity, as JavaScript's ===: arrays and objects are only equal to themselves. */
static bool identical(struct evaluation *e, struct jv a, struct jv b)
{
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case JV_UNDEFINED:
    case JV_NULL: return true;
    case JV_BOOL: return a.b == b.b;
    case JV_NUMBER: return a.n == b.n;
    case JV_STRING: eval_spend_bytes(e, json_str_len(a.j)); return same_text(a.j, b.j);
    case JV_ARRAY:
    case JV_OBJECT: return a.j == b.j;
    case JV_LIST: return a.list == b.list;
    case JV_MAP: return a.map == b.map;
    case JV_TUPLE: return a.tuple == b.tuple;
    case JV_FUNCTION: return a.f == b.f;
    case JV_ERROR: break;
    }
    return false;
}

static struct jv inclusion(struct evaluation *e, struct jv a, struct jv b)
{
    if (is_undefined(a) || is_undefined(b))
        return jv_bool(false);
    if (!is_array(b))
        return jv_bool(identical(e, a, b));
    if (!eval_steps(e, items_count(b)))
        return jv_error();
    for (size_t i = 0; i < items_count(b); i++)
        if (identical(e, items_at(b, i), a))
            return jv_bool(true);
    return jv_bool(false);
}

/* Each of the two is copied three times, into the texts and into what becomes of them. */
static struct jv concatenation(struct evaluation *e, struct jv a, struct jv b)
{
    struct buf text = {0};
    struct jv joined;

    if (eval_join_small(e, a, b, &joined))
        return joined;
    if (!jv_add_string(e, &text, a)) {
        buf_clear(&text);
        return jv_error();
    }
    struct buf right = {0};
    const bool ok = jv_add_string(e, &right, b);
    if (ok)
        text_add(&text, right.data ? right.data : "", right.len);
    buf_clear(&right);
    if (!ok) {
        buf_clear(&text);
        return jv_error();
    }
    eval_spend_bytes(e, 2 * text.len);
    return eval_take_buf(e, &text);
}

static bool is_whole(struct jv v)
{
    return is_finite_number(v) && v.n == floor(v.n);
}

enum { MAX_RANGE = 10000000, RANGE_BYTES = 12, EVALUATION_BYTES = 370 };

/*
 * The size is bounded before anything is made: by the reference's ten million, and by what Step
 * Functions would need for the items.
 */
static struct jv range(struct evaluation *e, struct jv a, struct jv b)
{
    double size;

    if (!is_undefined(a) && !is_whole(a))
        return eval_error_value(e, "T2003", a);
    if (!is_undefined(b) && !is_whole(b))
        return eval_error_value(e, "T2004", b);
    if (is_undefined(a) || is_undefined(b) || a.n > b.n)
        return jv_undefined();
    size = b.n - a.n + 1;
    if (size > MAX_RANGE)
        return eval_error_value(e, "D2014", jv_number(size));
    if ((size_t)size * RANGE_BYTES + EVALUATION_BYTES > e->memory)
        return eval_error(e, "U1002");
    return jv_list(list_range(e, a.n, (size_t)size, LIST_SEQUENCE));
}

/* The right side is evaluated only when the left one has not decided yet. */
static struct jv logic(struct evaluation *e, const struct node *n, struct jv left, struct jv input,
                       struct frame *env)
{
    int truth = jv_truth(e, left);
    struct jv right;

    if (truth < 0)
        return operator_error(e, n, op_text(n->op));
    if (truth == (n->op == OP_OR))
        return jv_bool(truth != 0);
    right = evaluate(e, n->rhs, input, env);
    truth = is_error(right) ? -1 : jv_truth(e, right);
    return truth < 0 ? operator_error(e, n, op_text(n->op)) : jv_bool(truth != 0);
}

static struct jv operate(struct evaluation *e, enum op op, struct jv a, struct jv b)
{
    if (op >= OP_PLUS && op <= OP_PERCENT)
        return arithmetic(e, op, a, b);
    if (op == OP_EQUAL || op == OP_NOT_EQUAL)
        return equality(e, op, a, b);
    if (op == OP_LESS || op == OP_LESS_EQUAL || op == OP_GREATER || op == OP_GREATER_EQUAL)
        return comparison(e, op, a, b);
    if (op == OP_CONCAT)
        return concatenation(e, a, b);
    if (op == OP_RANGE)
        return range(e, a, b);
    return inclusion(e, a, b);
}

struct jv evaluate_binary(struct evaluation *e, const struct node *n, struct jv input,
                          struct frame *env)
{
    struct jv a = evaluate(e, n->lhs, input, env);
    struct jv b, result;

    if (is_error(a))
        return a;
    if (n->op == OP_AND || n->op == OP_OR)
        return logic(e, n, a, input, env);
    b = evaluate(e, n->rhs, input, env);
    if (is_error(b))
        return b;
    result = operate(e, n->op, a, b);
    return is_error(result) ? operator_error(e, n, op_text(n->op)) : result;
}

struct jv evaluate_negate(struct evaluation *e, const struct node *n, struct jv input,
                          struct frame *env)
{
    struct jv v = evaluate(e, n->lhs, input, env);
    int numeric;

    if (is_error(v) || is_undefined(v))
        return v;
    numeric = jv_is_numeric(e, v);
    if (numeric > 0)
        return jv_number(-v.n);
    if (numeric < 0)
        return v.kind == JV_ERROR ? v : jv_error();
    eval_error_value(e, "D1002", v);
    return operator_error(e, n, "-");
}
