/* The functions: a table for each family, in fn_*.c. */

#include "parsers/jsonata/jsonata_functions.h"

#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_call.h"
#include "parsers/jsonata/jsonata_region.h"

#include <string.h>

static const struct family *const families[] = {
    &string_functions, &pattern_functions, &encoding_functions, &number_functions,
    &array_functions,  &object_functions,  &higher_functions,   &boolean_functions,
    &date_functions,   &service_functions,
};

static bool functions_is_in(const struct builtin *f, enum jsonata_dialect dialect)
{
    return f->dialects & (dialect == JSONATA_AWS ? IN_AWS : IN_REFERENCE);
}

/*
 * Called when an expression is compiled, never while it runs: a search from the front is fast
 * enough.
 */
const struct builtin *builtin_find(enum jsonata_dialect dialect, const char *name, size_t len)
{
    /* No function's name is shorter; `$` and `$$`, which all expressions have, are. */
    for (size_t k = 0; len >= 3 && k < COUNT(families); k++)
        for (size_t i = 0; i < families[k]->count; i++) {
            const struct builtin *f = &families[k]->functions[i];
            if (*f->name == *name && strlen(f->name) == len && memcmp(f->name, name, len) == 0 &&
                functions_is_in(f, dialect))
                return f;
        }
    return NULL;
}

bool jsonata_function_at(enum jsonata_dialect dialect, size_t i, struct jsonata_function *out)
{
    for (size_t k = 0; k < COUNT(families); k++)
        for (size_t n = 0; n < families[k]->count; n++) {
            const struct builtin *f = &families[k]->functions[n];
            if (!functions_is_in(f, dialect) || i-- > 0)
                continue;
            *out = (struct jsonata_function){families[k]->name, f->name, f->signature, f->about};
            return true;
        }
    return false;
}

struct jv call_item(struct evaluation *e, struct func *f, struct jv value, struct jv at,
                    struct jv whole)
{
    const struct jv args[] = {value, at, whole};
    /*
     * A function gets as many arguments as it takes: the reference calls a function of one
     * parameter with the value alone, which shows when that is a built-in with optional parameters.
     */
    const size_t arity = func_arity(f);

    return call_func(e, f, args, arity >= 3 ? 3 : arity >= 2 ? 2 : 1, (struct jv){.kind = JV_NULL});
}

bool call_item_into(struct evaluation *e, struct list *l, struct func *f, struct jv value,
                    struct jv at, struct jv whole)
{
    const struct mark m = eval_mark(e);
    const struct jv v = eval_settle(e, &m, call_item(e, f, value, at, whole));

    if (!is_error(v) && !is_undefined(v))
        list_push(e, l, v);
    return !is_error(v);
}

/* Without somebody to ask: a fixed sequence (splitmix64). */
uint64_t eval_chance(struct evaluation *e)
{
    uint64_t z;

    if (e->options->chance)
        return e->options->chance(e->options->user);
    z = ++e->chance * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

double eval_chance_unit(struct evaluation *e)
{
    return (double)(eval_chance(e) >> 11) * 0x1p-53;
}
