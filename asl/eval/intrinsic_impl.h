#ifndef ASL_EVAL_INTRINSIC_IMPL_H
#define ASL_EVAL_INTRINSIC_IMPL_H

#include "asl/eval/intrinsic.h"
#include "asl/eval/path.h"
#include "parsers/base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* Inside the intrinsic functions: the compiled call, and what a function sees of it. */

enum argument_kind { ARGUMENT_VALUE, ARGUMENT_PATH, ARGUMENT_CALL };

struct argument {
    enum argument_kind kind;
    json *value;
    json *written; /* of a string with escapes: the text between the quotes as it stands */
    const asl_path *path;
    const asl_intrinsic *call;
};

struct asl_intrinsic {
    const struct intrinsic_function *function;
    struct argument *arguments;
    size_t count;
    json *text;     /* of the outermost call: all of it */
    json *value;    /* of a call whose result is always the same */
    void *prepared; /* what the function's `prepare` made of constant arguments; or NULL */
};

/* One evaluation of one call. */
struct invocation {
    const asl_intrinsic *call;
    json **arguments;
    size_t count;
    struct asl_chance *chance;
    struct work *work; /* NULL: constants, which are as short as the text that has them */
    struct diag *why;
};

enum {
    INTRINSIC_STRING = 1, /* may give a string: good for ErrorPath and CausePath */
    INTRINSIC_CHANCE = 2, /* does not always give the same for the same arguments */
    INTRINSIC_GROWS = 4,  /* gives much for short arguments: no definition has it as a constant */
};

enum { INTRINSIC_ANY_COUNT = SIZE_MAX };

struct intrinsic_function {
    const char *name;      /* behind "States." */
    const char *arguments; /* as people read them */
    size_t least, most;
    unsigned flags;
    json *(*run)(struct invocation *in);
    /* May look at the arguments when a call is compiled; what it returns lives in the arena. */
    void *(*prepare)(struct arena *a, const struct argument *arguments, size_t count);
    const char *about;
};

extern const struct intrinsic_function intrinsic_functions[];
extern const size_t intrinsic_function_count;

/* Tells whether the call has as many arguments as its function takes. */
bool intrinsic_count_fits(const asl_intrinsic *call);

/* Evaluates a call without a path or chance in it; NULL when a function refuses. */
json *intrinsic_constant(const asl_intrinsic *call);

/* ---- for the functions: refusing, and arguments of a kind; false or NULL after refusing ---- */

json *intrinsic_refuse(struct invocation *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Refuses as AWS does, which doesn't say which argument is wrong, nor why. */
json *intrinsic_invalid(struct invocation *in);
/* Spend work: units, bytes to be read, bytes to be made, which take memory besides. False after
 * refusing, as no more work is allowed. */
bool intrinsic_spend(struct invocation *in, uint64_t units);
bool intrinsic_spend_reading(struct invocation *in, size_t bytes);
bool intrinsic_spend_making(struct invocation *in, size_t bytes);
/* Returns `v` as text: a string as it is, anything else as JSON. */
json *intrinsic_text(struct invocation *in, const json *v);
const json *intrinsic_array(struct invocation *in, size_t i);
const json *intrinsic_object(struct invocation *in, size_t i);
const json *intrinsic_string(struct invocation *in, size_t i);
/* Reads a number as a whole one within 32 bits: without its fraction, or rounded as Java's
 * Math.round does. */
bool intrinsic_integer(struct invocation *in, size_t i, int64_t *out);
bool intrinsic_rounded(struct invocation *in, size_t i, int64_t *out);

json *intrinsic_array_new(struct invocation *in);
json *intrinsic_array_partition(struct invocation *in);
json *intrinsic_array_contains(struct invocation *in);
json *intrinsic_array_range(struct invocation *in);
json *intrinsic_array_get_item(struct invocation *in);
json *intrinsic_array_length(struct invocation *in);
json *intrinsic_array_unique(struct invocation *in);

json *intrinsic_format(struct invocation *in);
void *intrinsic_format_prepare(struct arena *a, const struct argument *arguments, size_t count);
json *intrinsic_string_split(struct invocation *in);
json *intrinsic_string_to_json(struct invocation *in);
json *intrinsic_json_to_string(struct invocation *in);
json *intrinsic_json_merge(struct invocation *in);

json *intrinsic_base64_encode(struct invocation *in);
json *intrinsic_base64_decode(struct invocation *in);
json *intrinsic_hash(struct invocation *in);

json *intrinsic_math_add(struct invocation *in);
json *intrinsic_math_random(struct invocation *in);
json *intrinsic_uuid(struct invocation *in);

#endif
