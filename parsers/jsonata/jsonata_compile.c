/*
 * The life of a compiled expression: all that its tree holds lies in one arena, which goes with it.
 * The name of `$$` comes first: jsonata_eval binds the input to the name of number 0.
 */

#include "parsers/jsonata/jsonata.h"

#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_names.h"
#include "parsers/jsonata/jsonata_parse.h"

/* Bytes of arena that a byte of text needs, about. */
enum { TREE_A_BYTE = 64 };

static void clear_expression(jsonata *x)
{
    if (x->pictures)
        pictures_clear(x->pictures);
    arena_clear(&x->arena);
    names_clear(&x->names);
}

jsonata *jsonata_compile(const char *text, size_t len, enum jsonata_dialect dialect,
                         struct jsonata_error *why)
{
    jsonata *x = mem_calloc(1, sizeof *x);
    struct failure failure = {0};

    x->dialect = dialect;
    arena_expect(&x->arena, TREE_A_BYTE * len);
    x->pictures = arena_calloc(&x->arena, 1, sizeof *x->pictures);
    jsonata_name(x, "$", 1);
    jsonata_name(x, "", 0);
    if (jsonata_parse(x, text, len, &failure))
        return x;
    failure_report(&failure, why);
    jsonata_free(x);
    return NULL;
}

uint64_t jsonata_steps(const jsonata *x)
{
    return x->steps;
}

void jsonata_free(jsonata *x)
{
    if (!x)
        return;
    clear_expression(x);
    mem_free(x);
}
