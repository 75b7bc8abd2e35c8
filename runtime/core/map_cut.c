/*
 * A Map Run that is stopped, times out, or is cut off by a state beside it does not wait for its
 * children, as AWS's doesn't. What became of each is in the child's own row, and the history has to
 * say the same: the counters of DescribeMapRun and the result files of a later redrive come of it.
 * So what never began is told as the Map Run ends, and what has succeeded by then when it is
 * redriven. All others are ABORTED.
 */
#include "runtime/core/map_cut.h"

#include "runtime/core/map_results.h"

/* Nobody has seen an execution of these, and nobody will: their items pend. */
void tell_unbegun_children(struct step *s, struct rt_frame *f)
{
    const struct rt_child *next;

    for (const struct rt_child *c = s->withdraw ? f->group->run->first : NULL; c; c = next) {
        next = c->next;
        if (c->runs && !c->unbegun && s->withdraw(s->world, c->ref, !f->state->map.express))
            emit_anyway(s, &(struct rt_event){.kind = RT_CHILD_UNBEGUN,
                                              .frame = f->id,
                                              .state = f->state,
                                              .child = {.index = (uint32_t)c->node.id}});
    }
}

/* An Express execution is not kept: what has become of it nobody knows. */
void tell_succeeded_children(struct step *s, struct rt_frame *f)
{
    bool known = s->child_output && !f->state->map.express;
    const struct rt_child *next;

    for (const struct rt_child *c = known ? f->group->run->first : NULL; c; c = next) {
        struct rt_event ended = {.kind = RT_CHILD_ENDED,
                                 .frame = f->id,
                                 .state = f->state,
                                 .child = {.index = (uint32_t)c->node.id}};
        next = c->next;
        if (!c->runs || c->unbegun)
            continue;
        ended.data =
            s->child_output(s->world, c->ref, &ended.child.began_ms, &ended.child.ended_ms);
        if (!ended.data)
            continue;
        if (!results_have_times(f->group->run, true))
            ended.child.began_ms = ended.child.ended_ms = 0;
        emit(s, &ended);
    }
}
