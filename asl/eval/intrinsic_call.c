/*
 * The table of intrinsic functions, and how a compiled call is evaluated. A function checks its own
 * arguments, and counts what it does before doing it: intrinsic_spend. Its messages are AWS's,
 * which name the outermost call.
 */

#include "asl/eval/intrinsic_impl.h"

#include "asl/report/quota.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/jsonpath/jsonpath.h"

#include <math.h>
#include <string.h>

/*
 * In the order that `asl eval --list-functions` prints. What may give something else each time
 * (CHANCE), or far more than it is given (GROWS), is never evaluated when it is compiled.
 */
const struct intrinsic_function intrinsic_functions[] = {
    {"Format", "template, value, …", 1, INTRINSIC_ANY_COUNT, INTRINSIC_STRING, intrinsic_format,
     intrinsic_format_prepare, "the template with each {} replaced by the next value"},
    {"StringToJson", "text", 1, 1, 0, intrinsic_string_to_json, NULL,
     "the value that the JSON text stands for"},
    {"JsonToString", "value", 1, 1, INTRINSIC_STRING, intrinsic_json_to_string, NULL,
     "the value as JSON text"},
    {"StringSplit", "text, delimiters", 2, 2, 0, intrinsic_string_split, NULL,
     "the pieces between characters of the second argument, empty ones left out"},
    {"Array", "value, …", 0, INTRINSIC_ANY_COUNT, 0, intrinsic_array_new, NULL,
     "an array of its arguments"},
    {"ArrayPartition", "array, size", 2, 2, 0, intrinsic_array_partition, NULL,
     "the array cut into arrays of that size"},
    {"ArrayContains", "array, value", 2, 2, 0, intrinsic_array_contains, NULL,
     "whether the array has that value"},
    {"ArrayRange", "first, last, step", 3, 3, INTRINSIC_GROWS, intrinsic_array_range, NULL,
     "the numbers from the first to the last, " QUOTA_TEXT(QUOTA_RANGE) " at most"},
    {"ArrayGetItem", "array, index", 2, 2, INTRINSIC_STRING, intrinsic_array_get_item, NULL,
     "the element at that index, from 0"},
    {"ArrayLength", "array", 1, 1, 0, intrinsic_array_length, NULL, "how many elements it has"},
    {"ArrayUnique", "array", 1, 1, 0, intrinsic_array_unique, NULL,
     "the array without repetitions"},
    {"Base64Encode", "text", 1, 1, INTRINSIC_STRING, intrinsic_base64_encode, NULL,
     "the text, " QUOTA_TEXT(QUOTA_ENCODED) " characters at most, in Base64"},
    {"Base64Decode", "base64", 1, 1, INTRINSIC_STRING, intrinsic_base64_decode, NULL,
     "the text that the Base64 stands for"},
    {"Hash", "data, algorithm", 2, 2, INTRINSIC_STRING, intrinsic_hash, NULL,
     "the MD5, SHA-1, SHA-256, SHA-384 or SHA-512 in hexadecimal digits"},
    {"JsonMerge", "object, object, false", 3, 3, 0, intrinsic_json_merge, NULL,
     "both objects' members in one; the second's win"},
    {"MathRandom", "start, end[, seed]", 2, 3, INTRINSIC_CHANCE, intrinsic_math_random, NULL,
     "a whole number from the start up to, but not, the end"},
    {"MathAdd", "number, number", 2, 2, 0, intrinsic_math_add, NULL,
     "the sum of two whole numbers"},
    {"UUID", "", 0, 0, INTRINSIC_STRING | INTRINSIC_CHANCE, intrinsic_uuid, NULL,
     "a random UUID, version 4"},
};

const size_t intrinsic_function_count = COUNT(intrinsic_functions);

void asl_intrinsic_list(struct buf *out)
{
    for (size_t i = 0; i < intrinsic_function_count; i++) {
        const struct intrinsic_function *f = &intrinsic_functions[i];

        buf_printf(out, "States.%s(%s)\n    %s\n", f->name, f->arguments, f->about);
    }
}

/* A path may lead to a string; of a function the table tells. */
bool asl_intrinsic_gives_string(const asl_intrinsic *call)
{
    return call->function->flags & INTRINSIC_STRING;
}

/* ---- refusing ---- */

/*
 * Where AWS says more than "Invalid arguments", the function gives the words; all other refusals
 * are intrinsic_invalid.
 */
json *intrinsic_refuse(struct invocation *in, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag_vset(in->why, NULL, 0, format, args);
    va_end(args);
    return NULL;
}

json *intrinsic_invalid(struct invocation *in)
{
    return intrinsic_refuse(in, "Invalid arguments in States.%s", in->call->function->name);
}

/* ---- work ---- */

bool intrinsic_spend(struct invocation *in, uint64_t units)
{
    if (work_spend(in->work, units))
        return true;
    intrinsic_refuse(in, "States.%s takes too long", in->call->function->name);
    return false;
}

bool intrinsic_spend_reading(struct invocation *in, size_t bytes)
{
    return intrinsic_spend(in, bytes / WORK_BYTES_A_UNIT + 1);
}

/* Making a text costs more than reading it: it takes memory, too. */
bool intrinsic_spend_making(struct invocation *in, size_t bytes)
{
    enum { BYTES_A_UNIT = 8 };

    return intrinsic_spend(in, bytes / BYTES_A_UNIT + 1);
}

json *intrinsic_text(struct invocation *in, const json *v)
{
    if (json_is_string(v))
        return json_ref(v);
    return intrinsic_spend_making(in, json_text_len(v)) ? json_text(v) : NULL;
}

/* ---- arguments of a kind ---- */

const json *intrinsic_array(struct invocation *in, size_t i)
{
    if (json_is_array(in->arguments[i]))
        return in->arguments[i];
    intrinsic_invalid(in);
    return NULL;
}

const json *intrinsic_object(struct invocation *in, size_t i)
{
    if (json_is_object(in->arguments[i]))
        return in->arguments[i];
    intrinsic_invalid(in);
    return NULL;
}

const json *intrinsic_string(struct invocation *in, size_t i)
{
    if (json_is_string(in->arguments[i]))
        return in->arguments[i];
    intrinsic_invalid(in);
    return NULL;
}

/* Java's Math.round: to the nearest, halves towards positive infinity. */
static double round_java(double d)
{
    double below = floor(d);

    return d - below >= 0.5 ? below + 1 : below;
}

/* Java's cast to int. */
static double drop_fraction(double d)
{
    return trunc(d);
}

/* AWS reads numbers as Java's int: beyond 32 bits a call is refused. */
static bool integer(struct invocation *in, size_t i, double (*whole)(double), int64_t *out)
{
    const json *v = in->arguments[i];
    double d;

    if (json_kind(v) == JSON_INT && json_int_value(v) == (int32_t)json_int_value(v)) {
        *out = json_int_value(v);
        return true;
    }
    if (!json_is_number(v)) {
        intrinsic_invalid(in);
        return false;
    }
    d = json_kind(v) == JSON_INT ? (double)json_int_value(v) : whole(json_double_value(v));
    if (d < INT32_MIN || d > INT32_MAX) {
        intrinsic_invalid(in);
        return false;
    }
    *out = (int64_t)d;
    return true;
}

bool intrinsic_integer(struct invocation *in, size_t i, int64_t *out)
{
    return integer(in, i, drop_fraction, out);
}

bool intrinsic_rounded(struct invocation *in, size_t i, int64_t *out)
{
    return integer(in, i, round_java, out);
}

/* ---- evaluation ---- */

/* What every call of one evaluation shares. */
struct evaluation {
    const asl_intrinsic *outermost;
    const struct asl_env *env;
    struct asl_error *error;
};

static void intrinsic_call_fail(struct evaluation *e, const char *why)
{
    asl_error_set(e->error, ASL_RUNTIME, "The function '%s' had the following error: %s",
                  json_str(e->outermost->text), why);
}

/* AWS writes a path into the context object with one `$`, and the state's input beside it. */
static void fail_path(struct evaluation *e, const asl_path *path, const struct diag *why)
{
    const char *text = json_str(asl_path_text(path));
    struct buf cause = {0};

    if (why->code != JSONPATH_NOT_FOUND) {
        intrinsic_call_fail(e, why->text);
        return;
    }
    buf_printf(&cause, "The JsonPath argument for the field '%s' could not be found in the input '",
               text[1] == '$' ? text + 1 : text);
    if (e->env->input)
        json_write(&cause, e->env->input);
    buf_addc(&cause, '\'');
    intrinsic_call_fail(e, buf_str(&cause));
    buf_clear(&cause);
}

static json *eval_call(struct evaluation *e, const asl_intrinsic *call);

static json *eval_argument(struct evaluation *e, const struct argument *a)
{
    struct diag why = {0};
    json *v = NULL;

    switch (a->kind) {
    case ARGUMENT_VALUE: return json_ref(a->value);
    case ARGUMENT_CALL: return eval_call(e, a->call);
    case ARGUMENT_PATH:
        v = asl_path_find(a->path, e->env, &why);
        if (!v)
            fail_path(e, a->path, &why);
        diag_clear(&why);
        return v;
    }
    return v;
}

bool intrinsic_count_fits(const asl_intrinsic *call)
{
    return call->count >= call->function->least && call->count <= call->function->most;
}

/* The innermost call first: it is evaluated first. */
bool asl_intrinsic_is_miscounted(const asl_intrinsic *call, struct buf *out)
{
    const struct intrinsic_function *f = call->function;

    for (size_t i = 0; i < call->count; i++)
        if (call->arguments[i].kind == ARGUMENT_CALL &&
            asl_intrinsic_is_miscounted(call->arguments[i].call, out))
            return true;
    if (intrinsic_count_fits(call))
        return false;
    buf_printf(out, "States.%s takes %zu", f->name, f->least);
    if (f->most == INTRINSIC_ANY_COUNT)
        buf_adds(out, " or more");
    else if (f->most > f->least)
        buf_printf(out, " or %zu", f->most);
    buf_printf(out, " argument%s, not %zu", f->most == 1 ? "" : "s", call->count);
    return true;
}

/* AWS takes a call with too few or too many arguments, and fails when it comes to it. */
static json *invoke(struct invocation *in)
{
    const struct intrinsic_function *f = in->call->function;

    if (intrinsic_count_fits(in->call))
        return f->run(in);
    if (f->run == intrinsic_json_to_string)
        return intrinsic_refuse(in, "Invalid arguments in States.JsonToString: only a single "
                                    "argument is allowed.");
    return intrinsic_invalid(in);
}

/* A call costs a unit of work for itself and for each argument, whatever the function does. */
static json *intrinsic_call_run(struct evaluation *e, const asl_intrinsic *call, json **arguments)
{
    struct diag why = {0};
    struct invocation in = {call, arguments, call->count, e->env->chance, e->env->work, &why};
    json *v = intrinsic_spend(&in, 1 + call->count) ? invoke(&in) : NULL;

    if (!v)
        asl_error_set(e->error, ASL_RUNTIME,
                      "There was an error while evaluating the intrinsic function: %s. %s",
                      json_str(e->outermost->text), why.text);
    diag_clear(&why);
    return v;
}

/* Calls are nested QUOTA_CALL_DEPTH deep at most. */
static json *eval_call(struct evaluation *e, const asl_intrinsic *call)
{
    json *few[8], **arguments = few;
    json *result = NULL;
    size_t i;

    if (call->value)
        return json_ref(call->value);
    if (call->count > COUNT(few))
        arguments = mem_calloc(call->count, sizeof *arguments);
    for (i = 0; i < call->count; i++) {
        arguments[i] = eval_argument(e, &call->arguments[i]);
        if (!arguments[i])
            break;
    }
    if (i == call->count)
        result = intrinsic_call_run(e, call, arguments);
    while (i > 0)
        json_unref(arguments[--i]);
    if (arguments != few)
        mem_free(arguments);
    return result;
}

json *asl_intrinsic_eval(const asl_intrinsic *call, const struct asl_env *env,
                         struct asl_error *error)
{
    struct evaluation e = {call, env, error};

    return eval_call(&e, call);
}

/* No work is counted: its arguments are as short as the definition that has them. */
json *intrinsic_constant(const asl_intrinsic *call)
{
    json **arguments = mem_calloc(call->count + 1, sizeof *arguments);
    struct diag why = {0};
    struct invocation in = {
        .call = call, .arguments = arguments, .count = call->count, .why = &why};
    json *v;

    for (size_t i = 0; i < call->count; i++)
        arguments[i] = call->arguments[i].value; /* a look: the call holds it */
    v = invoke(&in);
    diag_clear(&why);
    mem_free(arguments);
    return v;
}
