/*
 * Functions that tell what a value is, and $error and $assert, by which an expression fails on its
 * own account.
 */

#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_functions.h"

#include <math.h>
#include <string.h>

static struct jv fn_boolean(struct evaluation *e, const struct call *c)
{
    return jv_boolean(e, arg(c, 0));
}

static struct jv fn_not(struct evaluation *e, const struct call *c)
{
    const struct jv v = jv_boolean(e, arg(c, 0));

    return v.kind == JV_BOOL ? jv_bool(!v.b) : v;
}

static struct jv fn_exists(struct evaluation *e, const struct call *c)
{
    (void)e;
    return jv_bool(!is_undefined(arg(c, 0)));
}

static struct jv fn_type(struct evaluation *e, const struct call *c)
{
    const char *name = NULL;

    switch (arg(c, 0).kind) {
    case JV_UNDEFINED: return jv_undefined();
    case JV_NULL: name = "null"; break;
    case JV_BOOL: name = "boolean"; break;
    case JV_NUMBER:
        if (jv_is_numeric(e, arg(c, 0)) < 0)
            return jv_error();
        /* What is no number is nothing else that the reference asks for, either. */
        name = isnan(arg(c, 0).n) ? "object" : "number";
        break;
    case JV_STRING: name = "string"; break;
    case JV_ARRAY:
    case JV_LIST: name = "array"; break;
    case JV_OBJECT:
    case JV_MAP:
    case JV_TUPLE: name = "object"; break;
    case JV_FUNCTION: name = "function"; break;
    case JV_ERROR: return arg(c, 0);
    }
    return eval_text(e, name, strlen(name));
}

static struct jv fn_boolean_raise(struct evaluation *e, const char *code, struct jv message,
                                  const char *otherwise)
{
    eval_error(e, code);
    if (str_len(message))
        buf_add(&e->why.message, str(message), str_len(message));
    else
        buf_adds(&e->why.message, otherwise);
    return jv_error();
}

static struct jv fn_error(struct evaluation *e, const struct call *c)
{
    return fn_boolean_raise(e, "D3137", arg(c, 0), "$error() function evaluated");
}

static struct jv fn_assert(struct evaluation *e, const struct call *c)
{
    if (arg(c, 0).kind == JV_BOOL && arg(c, 0).b)
        return jv_undefined();
    return fn_boolean_raise(e, "D3141", arg(c, 1), "$assert() statement failed");
}

static const struct builtin functions[] = {
    {"boolean", "<x-:b>", fn_boolean, 1, IN_BOTH, "is it true, or not empty, or not 0?"},
    {"not", "<x-:b>", fn_not, 1, IN_BOTH, "the opposite of $boolean"},
    {"exists", "<x:b>", fn_exists, 1, IN_BOTH, "is there a value?"},
    {"type", "<x:s>", fn_type, 1, IN_BOTH, "the name of the value's type"},
    {"error", "<s?:x>", fn_error, 1, IN_BOTH, "fails with a message"},
    {"assert", "<bs?:x>", fn_assert, 2, IN_BOTH, "fails with a message unless it is true"},
};

const struct family boolean_functions = {"truth and types", functions, COUNT(functions)};
