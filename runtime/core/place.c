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
    out->in_item = exec_enclosing_item(x, f, &out->item, &out->index);
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

    return f && f->group && f->group->items ? json_at(f->group->items, index) : NULL;
}
