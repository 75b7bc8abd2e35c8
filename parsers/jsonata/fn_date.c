/* Dates and times: milliseconds since 1970. Now is the same all through an evaluation. */

#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/picture/datetime.h"

/* Units of work for a date, with a picture that was read before. */
enum { DATE_COST = 16 };

/*
 * Fails with the fault in *why. Without one, it was a bound of the evaluation that stopped the
 * call.
 */
static struct jv fn_date_refused(struct evaluation *e, struct fault *why)
{
    if (why->code)
        return eval_error_fault(e, why);
    eval_stop(e);
    return jv_error();
}

/* The picture is paid for before it is read: it is the expression's text, and may be long. */
static struct jv format(struct evaluation *e, double ms, struct jv picture, struct jv zone)
{
    struct fault why = {0};
    struct buf text = {0};

    eval_spend(e, DATE_COST);
    if (!eval_picture_steps(e, picture))
        return jv_error();
    if (datetime_from_millis(&text, ms, is_string(picture) ? str(picture) : NULL, str_len(picture),
                             is_string(zone) ? str(zone) : NULL, str_len(zone), e->dialect,
                             e->x->pictures, e->work, e->memory, &why))
        return eval_take_buf(e, &text);
    buf_clear(&text);
    return fn_date_refused(e, &why);
}

static struct jv fn_now(struct evaluation *e, const struct call *c)
{
    return format(e, (double)e->options->now_ms, arg(c, 0), arg(c, 1));
}

static struct jv fn_millis(struct evaluation *e, const struct call *c)
{
    (void)c;
    return jv_number((double)e->options->now_ms);
}

static struct jv fn_from_millis(struct evaluation *e, const struct call *c)
{
    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    return format(e, arg(c, 0).n, arg(c, 1), arg(c, 2));
}

static struct jv fn_to_millis(struct evaluation *e, const struct call *c)
{
    const struct jv text = arg(c, 0), picture = arg(c, 1);
    struct fault why = {0};
    bool found = true;
    double ms;

    if (is_undefined(text))
        return text;
    eval_spend(e, DATE_COST);
    eval_spend_characters(e, str_len(text));
    if (!eval_picture_steps(e, picture))
        return jv_error();
    /*
     * A text that does not fit the picture is no fault: the result is undefined, as in the
     * reference.
     */
    if (!datetime_to_millis(str(text), str_len(text), is_string(picture) ? str(picture) : NULL,
                            str_len(picture), e->options->now_ms, e->dialect, e->x->pictures,
                            e->work, &found, &ms, &why))
        return fn_date_refused(e, &why);
    return found ? jv_number(ms) : jv_undefined();
}

static const struct builtin functions[] = {
    {"now", "<s?s?:s>", fn_now, 2, IN_BOTH, "the time of the evaluation, as text"},
    {"millis", "<:n>", fn_millis, 0, IN_BOTH, "the time of the evaluation"},
    {"fromMillis", "<n-s?s?:s>", fn_from_millis, 3, IN_BOTH,
     "a time as text, by a picture, in a time zone"},
    {"toMillis", "<s-s?:n>", fn_to_millis, 2, IN_BOTH, "a time from text, by a picture"},
};

const struct family date_functions = {"dates and times", functions, COUNT(functions)};
