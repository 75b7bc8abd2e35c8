/* The states and ways of a compiled machine, and which of them a trial has passed. */
#include "tools/test/elements.h"

#include "asl/load/graph.h"
#include "parsers/base/mem.h"

#include <stdlib.h>

/* ---- what there is ---- */

static void add(struct elements *e, struct element new)
{
    MEM_GROW(e->all, e->count, e->cap);
    e->all[e->count++] = new;
}

static void add_choice(struct elements *e, const struct asl_state *s)
{
    for (size_t i = 0; i < s->choice.count; i++)
        add(e, (struct element){ELEMENT_RULE, s, i, s->choice.rules[i].next, {0}});
    if (s->choice.fallback)
        add(e, (struct element){ELEMENT_DEFAULT, s, 0, s->choice.fallback, {0}});
}

/* Behind Succeed and Fail nothing comes: entering them is all. */
static void add_ways(struct elements *e, const struct asl_state *s)
{
    if (s->type == ASL_CHOICE)
        add_choice(e, s);
    else if (s->type != ASL_SUCCEED && s->type != ASL_FAIL)
        add(e, (struct element){ELEMENT_NEXT, s, 0, s->next, {0}});
    for (size_t i = 0; i < s->retriers; i++)
        if (s->retry[i].max_attempts)
            add(e, (struct element){ELEMENT_RETRY, s, i, NULL, {0}});
    for (size_t i = 0; i < s->catchers; i++)
        add(e, (struct element){ELEMENT_CATCH, s, i, s->catch[i].next, {0}});
    for (size_t i = 0; s->type == ASL_PARALLEL && i < s->parallel.count; i++)
        add(e, (struct element){ELEMENT_BRANCH, s, i, s->parallel.branches[i]->start, {0}});
    if (s->type == ASL_MAP)
        add(e, (struct element){ELEMENT_ITEMS, s, 0, s->map.processor->start, {0}});
}

struct elements *elements_new(const asl_machine *m)
{
    struct elements *e = mem_calloc(1, sizeof *e);
    size_t *first = mem_calloc(m->count + 1, sizeof *first);

    for (size_t i = 0; i < m->count; i++)
        add(e, (struct element){ELEMENT_STATE, m->states[i], 0, NULL, {0}});
    e->states = e->count;
    for (size_t i = 0; i < m->count; i++) {
        first[i] = e->count;
        add_ways(e, m->states[i]);
    }
    first[m->count] = e->count;
    e->first = first;
    return e;
}

void elements_free(struct elements *e)
{
    if (!e)
        return;
    mem_free((void *)(uintptr_t)e->first);
    mem_free(e->all);
    mem_free(e);
}

/* ---- their places ---- */

/* Finds where an element stands, below its state. *part: its value or its key. */
static bool element_at(const struct element *e, const struct asl_at *state, struct asl_at *list,
                       struct asl_at *out, enum asl_part *part)
{
    static const char *const fields[] = {[ELEMENT_RULE] = "Choices",
                                         [ELEMENT_RETRY] = "Retry",
                                         [ELEMENT_CATCH] = "Catch",
                                         [ELEMENT_BRANCH] = "Branches"};

    *part = ASL_KEY;
    switch (e->kind) {
    case ELEMENT_STATE: *out = *state; return true;
    case ELEMENT_NEXT: return asl_at_member(state, "Next", out) || asl_at_member(state, "End", out);
    case ELEMENT_DEFAULT: return asl_at_member(state, "Default", out);
    case ELEMENT_ITEMS:
        return asl_at_member(state, "ItemProcessor", out) || asl_at_member(state, "Iterator", out);
    case ELEMENT_RULE:
    case ELEMENT_RETRY:
    case ELEMENT_CATCH:
    case ELEMENT_BRANCH: break;
    }
    *part = ASL_VALUE;
    if (!asl_at_member(state, fields[e->kind], list) || e->index >= json_count(list->value))
        return false;
    asl_at_index(list, e->index, out);
    return true;
}

static void mark(const struct elements *e, size_t i, const struct asl_at *state,
                 struct asl_report *marks)
{
    struct asl_at list, at;
    enum asl_part part;

    if (element_at(&e->all[i], state, &list, &at, &part))
        asl_report_add(marks, ASL_WARNING, "ELEMENT", &at, part, "", "%zu", i);
}

static void mark_block(const struct elements *e, const struct block *b, struct asl_report *marks)
{
    struct block inner;

    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        struct asl_at at;
        asl_at_index(&b->states, i, &at);
        mark(e, s->id, &at, marks);
        for (size_t k = e->first[s->id]; k < e->first[s->id + 1]; k++)
            mark(e, k, &at, marks);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            mark_block(e, &inner, marks);
    }
}

void elements_mark(const struct elements *e, const asl_machine *m, const struct asl_at *top,
                   struct asl_report *marks)
{
    struct block b;

    graph_top_block(m, top, &b);
    mark_block(e, &b, marks);
}

void elements_place(struct elements *e, const struct asl_report *marks)
{
    for (size_t i = 0; i < marks->count; i++) {
        size_t k = strtoul(marks->problems[i].message, NULL, 10);
        if (k < e->count)
            e->all[k].place = marks->problems[i].place;
    }
}

/* ---- what was passed ---- */

static void hit(const struct elements *e, const struct asl_state *s, enum element_kind kind,
                size_t index, uint64_t *hits)
{
    for (size_t i = e->first[s->id]; i < e->first[s->id + 1]; i++)
        if (e->all[i].kind == kind && e->all[i].index == index)
            hits[i]++;
}

static void hit_entered(const struct elements *e, const struct asl_state *s, uint64_t *hits)
{
    const struct asl_state *owner = s->scope->owner;

    hits[s->id]++;
    if (!owner || owner->type != ASL_PARALLEL || s->scope->start != s)
        return;
    hit(e, owner, ELEMENT_BRANCH, trial_branch_of(s->scope), hits);
}

enum element_kind element_of_way(enum rt_way way)
{
    static const enum element_kind kinds[] = {[RT_BY_NEXT] = ELEMENT_NEXT,
                                              [RT_BY_RULE] = ELEMENT_RULE,
                                              [RT_BY_DEFAULT] = ELEMENT_DEFAULT,
                                              [RT_BY_CATCH] = ELEMENT_CATCH};

    return kinds[way];
}

static void hit_exited(const struct elements *e, const struct rt_event *event, uint64_t *hits)
{
    hit(e, event->state, element_of_way(event->exited.way), event->exited.index, hits);
}

void elements_count(const struct elements *e, const trial *t, uint64_t *hits)
{
    const struct trial_event *events;
    size_t count = trial_events(t, &events);

    for (size_t i = 0; i < count; i++) {
        const struct rt_event *event = &events[i].event;
        if (event->kind == RT_STATE_ENTERED)
            hit_entered(e, event->state, hits);
        else if (event->kind == RT_STATE_EXITED)
            hit_exited(e, event, hits);
        else if (event->kind == RT_BACKOFF)
            hit(e, event->state, ELEMENT_RETRY, event->later.retrier, hits);
        else if (event->kind == RT_ITERATION_STARTED || event->kind == RT_CHILD_STARTED)
            hit(e, event->state, ELEMENT_ITEMS, 0, hits);
    }
}

void elements_count_passed(const struct elements *e, const struct element_passed *p, uint64_t *hits)
{
    if (!p->state)
        return;
    hits[p->state->id]++;
    if (p->left)
        hit(e, p->state, p->by, p->index, hits);
}

/* ---- words ---- */

void element_write_way(struct buf *out, const struct element *e)
{
    if (e->kind == ELEMENT_RETRY) {
        buf_printf(out, "tries again by retrier %zu", e->index + 1);
        return;
    }
    if (e->to)
        buf_printf(out, "→ '%s'", json_str(e->to->name));
    else
        buf_adds(out, "→ end");
    switch (e->kind) {
    case ELEMENT_RULE: buf_printf(out, " by rule %zu", e->index + 1); break;
    case ELEMENT_DEFAULT: buf_adds(out, " by Default"); break;
    case ELEMENT_CATCH: buf_printf(out, " by catcher %zu", e->index + 1); break;
    case ELEMENT_BRANCH: buf_printf(out, " in branch %zu", e->index + 1); break;
    case ELEMENT_ITEMS: buf_adds(out, " for an item"); break;
    case ELEMENT_STATE:
    case ELEMENT_NEXT:
    case ELEMENT_RETRY: break;
    }
}

void element_write(struct buf *out, const struct element *e)
{
    buf_addc(out, '\'');
    trial_state_path(out, e->state);
    buf_addc(out, '\'');
    if (e->kind == ELEMENT_STATE)
        return;
    buf_addc(out, ' ');
    element_write_way(out, e);
}
