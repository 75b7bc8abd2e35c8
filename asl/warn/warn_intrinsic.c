/* Warnings of calls of intrinsic functions. */

#include "asl/eval/intrinsic.h"
#include "asl/warn/warn_impl.h"
#include "parsers/base/count.h"

static void see_call(struct warner *w, const struct asl_at *at)
{
    struct arena a = {0};
    struct buf why = {0};
    const asl_intrinsic *call =
        asl_intrinsic_compile(&a, json_str(at->value), json_str_len(at->value), NULL);

    if (call && asl_intrinsic_is_miscounted(call, &why))
        warn_at(w, at, ASL_VALUE, "%s", buf_str(&why));
    buf_clear(&why);
    arena_clear(&a);
}

/* Calls stand in members whose names end with `tail`. */
static void look_at(struct warner *w, const struct asl_at *at, const char *tail)
{
    struct asl_at kid;

    if (!json_is_string(at->value))
        for (size_t i = 0; i < json_count(at->value); i++) {
            asl_at_index(at, i, &kid);
            look_at(w, &kid, ".$");
        }
    else if (json_str_begins(at->value, "States.") && at->key && json_str_ends(at->key, tail))
        see_call(w, at);
}

void warn_intrinsic_arguments(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    /* Blocks are looked at by themselves, a Result is data, and in the others no calls are. */
    static const char *const others[] = {"Branches", "ItemProcessor", "Iterator", "Result",
                                         "Retry"};
    struct asl_at field;

    if (s->jsonata)
        return;
    for (size_t i = 0; i < json_count(at->value); i++) {
        bool other = false;
        asl_at_index(at, i, &field);
        for (size_t k = 0; k < COUNT(others); k++)
            other |= json_str_is(field.key, others[k]);
        if (!other)
            look_at(w, &field, "Path");
    }
}
