/*
 * Warnings of calls of intrinsic functions. AWS takes a call with too few or too many arguments,
 * and fails when it comes to it, which nothing catches.
 */

#include "asl/eval/intrinsic.h"
#include "asl/warn/warn_impl.h"

static void see_call(struct warner *w, const struct asl_at *at)
{
    struct arena a = {0};
    struct buf why = {0};

    if (!json_str_begins(at->value, "States."))
        return;
    const asl_intrinsic *call =
        asl_intrinsic_compile(&a, json_str(at->value), json_str_len(at->value), NULL);

    if (call && asl_intrinsic_is_miscounted(call, &why))
        warn_at(w, at, ASL_VALUE, "%s", buf_str(&why));
    buf_clear(&why);
    arena_clear(&a);
}

/* In a template, calls stand in members whose names end with .$ */
static void calls_of_template(struct warner *w, const struct asl_at *at)
{
    struct asl_at kid;

    if (json_is_string(at->value) && at->key && json_str_ends(at->key, ".$"))
        see_call(w, at);
    for (size_t k = 0; k < json_count(at->value); k++) {
        asl_at_index(at, k, &kid);
        calls_of_template(w, &kid);
    }
}

void warn_intrinsic_arguments(struct warner *w, const struct asl_state *s,
                              const struct asl_field *f, const struct asl_at *at)
{
    if (s->jsonata)
        return;
    if (field_is_template(f))
        calls_of_template(w, at);
    else if (f->role == FIELD_PATH && json_is_string(at->value))
        see_call(w, at);
}
