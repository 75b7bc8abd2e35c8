/*
 * Where the chains of an execution stand, for those outside of the core who want to show it or
 * decide by it.
 */
#include "runtime/core/place.h"

#include "runtime/core/context.h"
#include "runtime/core/frames.h"

bool rt_place_of(const rt_exec *x, uint32_t frame, struct rt_place *out)
{
    const struct rt_frame *f = exec_frame(x, frame);

    *out = (struct rt_place){0};
    if (!f)
        return false;
    out->state = f->state;
    uint64_t index = 0;
    const json *key;
    out->in_item = exec_enclosing_item(x, f, &out->item, &key, &index);
    out->index = (uint32_t)index;
    out->variables = f->vars;
    return true;
}

bool rt_place_of_root(const rt_exec *x, struct rt_place *out)
{
    *out = (struct rt_place){0};
    return x->root != RT_NO_FRAME && rt_place_of(x, x->root, out);
}

const json *rt_place_item(const rt_exec *x, uint32_t frame, uint32_t index)
{
    const struct rt_frame *f = exec_frame(x, frame);

    const struct rt_group *g = f ? f->group : NULL;
    const struct rt_child *child;

    /* What was read, or is one of a batch, is known as its child's input only. */
    if (g && g->run && g->run->plan)
        return (child = run_child(g->run, index)) ? child->input : NULL;
    return g && g->items ? group_item_value(g, index) : NULL;
}
