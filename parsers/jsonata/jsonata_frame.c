/*
 * Variables. A name is a number, and a frame holds few, so a search compares numbers from the
 * innermost frame outwards. Those of the outermost frame lie in a table by their number, which asks
 * the caller's options once for each.
 */

#include "parsers/jsonata/jsonata_frame.h"

#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_region.h"

#include <string.h>

struct frame *frame_new(struct evaluation *e, struct frame *parent, uint32_t room)
{
    struct frame *f = eval_alloc(e, sizeof *f + room * sizeof *f->bindings);

    *f = (struct frame){.parent = parent, .born = e->serial++, .cap = room};
    f->bindings = (struct binding *)(void *)(f + 1);
    return f;
}

/* The bindings stay in the tuple: a frame for each of a thousand items costs no copies. */
struct frame *frame_of_tuple(struct evaluation *e, struct frame *parent, const struct tuple *t)
{
    struct frame *f = frame_new(e, parent, 0);

    f->tuple = t;
    return f;
}

static struct jv builtin_function(struct global *g, const struct name *n)
{
    g->function =
        (struct func){.kind = FUNC_BUILTIN, .builtin = n->builtin, .signature = n->signature};
    return jv_func(&g->function);
}

/* A variable of the outermost frame: the caller's, or a function's name. */
static struct jv global_lookup(struct evaluation *e, uint32_t name)
{
    struct global *g = &e->globals[name];
    const struct name *n = &e->names->items[name];
    const json *v;

    if (g->state == GLOBAL_BOUND)
        return g->value;
    if (g->state == GLOBAL_NONE)
        return jv_undefined();
    v = e->options->variable ? e->options->variable(e->options->user, n->text) : NULL;
    g->state = GLOBAL_BOUND;
    if (v)
        g->value = jv_from_json(v);
    else if (n->builtin)
        g->value = builtin_function(g, n);
    else
        g->state = GLOBAL_NONE;
    return g->state == GLOBAL_BOUND ? g->value : jv_undefined();
}

static const struct binding *find_binding(const struct binding *list, uint32_t count, uint32_t name)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i].name == name)
            return &list[i];
    return NULL;
}

/* Bindings, and frames, that are looked at for a unit. */
enum { LOOKS_A_UNIT = 16 };

/*
 * From the innermost frame outwards. Names are numbers, frames are small, so a search is a few
 * comparisons; long ones are counted.
 */
struct jv frame_lookup(struct evaluation *e, const struct frame *env, uint32_t name)
{
    const struct binding *found = NULL;
    uint64_t looks = 0;

    for (; env && !found; env = env->parent) {
        found = find_binding(env->bindings, env->count, name);
        looks += env->count + 1;
        if (found || !env->tuple)
            continue;
        found = find_binding(env->tuple->bindings, env->tuple->count, name);
        looks += env->tuple->count;
    }
    if (looks >= LOOKS_A_UNIT)
        eval_spend(e, looks / LOOKS_A_UNIT);
    return found ? found->value : global_lookup(e, name);
}

/*
 * Binding again in the same frame replaces the value. Variables of the outermost frame lie in
 * `globals`, where their number is their place.
 */
void frame_bind(struct evaluation *e, struct frame *env, uint32_t name, struct jv v)
{
    struct binding *found;

    if (env->born < e->oldest_bound)
        e->oldest_bound = env->born;
    if (env == &e->root) {
        e->globals[name].state = GLOBAL_BOUND;
        e->globals[name].value = v;
        return;
    }
    found = (struct binding *)(uintptr_t)find_binding(env->bindings, env->count, name);
    eval_spend(e, env->count / LOOKS_A_UNIT);
    if (found) {
        found->value = v;
        return;
    }
    if (env->count == env->cap) {
        env->cap = env->cap ? 2 * env->cap : 4;
        env->bindings = eval_grow(e, env->bindings, env->count, env->cap, sizeof *env->bindings);
    }
    env->bindings[env->count++] = (struct binding){name, v};
}

/* The old table stays in memory: function values point into it. */
void globals_widen(struct evaluation *e, struct global *wider, uint32_t count)
{
    if (e->global_count)
        memcpy(wider, e->globals, e->global_count * sizeof *wider);
    for (uint32_t i = e->global_count; i < count; i++)
        wider[i].state = GLOBAL_UNKNOWN;
    e->globals = wider;
    e->global_count = count;
}
