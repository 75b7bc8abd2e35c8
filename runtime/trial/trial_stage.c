/*
 * Each loop takes half a dozen descriptors, which the kernel makes and forgets again; and what
 * memory there is stands in files of control groups. Both cost more than playing a small case.
 */
#include "runtime/trial/trial_stage.h"

#include "parsers/base/mem.h"
#include "runtime/base/process_memory.h"
#include "runtime/host/event_loop.h"

struct staged_loop {
    uv_loop_t loop; /* first */
    struct staged_loop *next;
};

struct trial_stage {
    struct staged_loop *idle;
    size_t memory;
};

trial_stage *trial_stage_new(void)
{
    trial_stage *s = mem_calloc(1, sizeof *s);

    s->memory = process_memory_most() / 2;
    return s;
}

void trial_stage_free(trial_stage *s)
{
    if (!s)
        return;
    for (struct staged_loop *l; (l = s->idle);) {
        s->idle = l->next;
        uv_loop_close(&l->loop);
        mem_free(l);
    }
    mem_free(s);
}

uv_loop_t *trial_stage_take(trial_stage *s, struct diag *why)
{
    struct staged_loop *l = s->idle;

    if (l) {
        s->idle = l->next;
        return &l->loop;
    }
    l = mem_calloc(1, sizeof *l);
    if (event_loop_open(&l->loop, why))
        return &l->loop;
    mem_free(l);
    return NULL;
}

void trial_stage_give_back(trial_stage *s, uv_loop_t *loop)
{
    struct staged_loop *l = (struct staged_loop *)loop;

    l->next = s->idle;
    s->idle = l;
}

size_t trial_stage_memory(const trial_stage *s)
{
    return s->memory;
}
