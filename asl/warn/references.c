/*
 * variableReferences: which variables each state of a machine reads, in its paths, intrinsic calls
 * and expressions. What an expression binds itself, a function's parameter for one, is none.
 */

#include "asl/warn/warn_impl.h"

#include "parsers/json/json_set.h"

#include <stdlib.h>
#include <string.h>

struct listing {
    struct warner w;
    struct json_build out;
    struct json_set names; /* of one state */
};

static void references_note_name(void *user, const struct asl_at *at, const char *text, size_t len)
{
    struct listing *l = user;
    json *name = json_string(text, len);

    (void)at;
    json_set_add(&l->names, name);
    json_unref(name);
}

static int by_text(const void *a, const void *b)
{
    const json *const *x = a, *const *y = b;

    return strcmp(json_str(*x), json_str(*y));
}

static json *references_sorted(struct json_set *names)
{
    struct json_build b;

    qsort(names->values, names->count, sizeof *names->values, by_text);
    json_build_array(&b, names->count);
    for (size_t i = 0; i < names->count; i++)
        json_build_add(&b, json_ref(names->values[i]));
    return json_build_done(&b);
}

/* As deep as the definition, which JSON_MAX_DEPTH bounds. */
static void list_block(struct listing *l, const struct block *b)
{
    struct asl_at at;
    struct block inner;

    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        asl_at_index(&b->states, i, &at);
        warn_variables(&l->w, s, &at, references_note_name, l);
        if (l->names.count)
            json_build_set_key(&l->out, json_ref(s->name), references_sorted(&l->names));
        json_set_clear(&l->names);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            list_block(l, &inner);
    }
}

json *asl_variable_references(const asl_machine *m)
{
    const struct asl_at top = {.value = m->definition};
    struct field_memo memo = {0};
    struct listing l = {.w = {.m = m, .top = &top, .memo = &memo}};
    struct block b;

    json_build_object(&l.out, 0);
    warn_order_expressions(&l.w);
    graph_top_block(m, &top, &b);
    list_block(&l, &b);
    warn_forget_expressions(&l.w);
    if (json_count(l.out.v))
        return json_build_done(&l.out);
    json_build_drop(&l.out);
    return NULL;
}
