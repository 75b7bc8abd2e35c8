/* Ways through a machine: shortest ones to a goal and to a good end, and where a trial left them.
 */
#include "tools/test/plan.h"

#include "parsers/base/mem.h"

#include <limits.h>
#include <string.h>

enum { FAR = 1000000, A_FAILURE = 2000, A_CATCH = 30 };

void plan_init(struct plan *p, const asl_machine *m, const struct elements *e)
{
    *p = (struct plan){.machine = m, .elements = e, .goal = NO_ELEMENT};
    p->home = mem_calloc(m->count, sizeof *p->home);
    p->toward = mem_calloc(m->count, sizeof *p->toward);
    p->penalties = mem_calloc(e->count, sizeof *p->penalties);
}

void plan_clear(struct plan *p)
{
    mem_free(p->home);
    mem_free(p->toward);
    mem_free(p->penalties);
    *p = (struct plan){0};
}

/* Without a goal a plan only leads home, which is to a good end. */
static const struct element *goal_of(const struct plan *p)
{
    return p->goal == NO_ELEMENT ? NULL : &p->elements->all[p->goal];
}

/* ---- distances ---- */

/*
 * Of all elements only these are ways from state to state: Retry, branches and items stay within.
 */
static bool leads_on(const struct element *e)
{
    return e->kind == ELEMENT_NEXT || e->kind == ELEMENT_RULE || e->kind == ELEMENT_DEFAULT ||
           e->kind == ELEMENT_CATCH;
}

/*
 * A catcher costs more than a plain way, as an error has to be brought about first; penalties make
 * what was tried in vain longer still.
 */
static unsigned way_cost(const struct plan *p, size_t element, const unsigned *distances)
{
    const struct element *e = &p->elements->all[element];
    unsigned on = e->to ? distances[e->to->id] : distances == p->home ? 0 : FAR;

    return on >= FAR ? FAR : on + (e->kind == ELEMENT_CATCH ? A_CATCH : 1) + p->penalties[element];
}

/* The way out of the state that is the shortest by the distances; NO_ELEMENT: it has none. */
static size_t best_way(const struct plan *p, const struct asl_state *s, const unsigned *distances)
{
    size_t best = NO_ELEMENT;
    unsigned least = FAR;

    for (size_t i = p->elements->first[s->id]; i < p->elements->first[s->id + 1]; i++) {
        unsigned cost = leads_on(&p->elements->all[i]) ? way_cost(p, i, distances) : FAR;
        if (cost < least) {
            least = cost;
            best = i;
        }
    }
    return best;
}

/* Relaxes until nothing changes: each round settles one state more at least. */
static void settle(const struct plan *p, unsigned *distances, const bool *fixed)
{
    bool changed = true;

    for (size_t round = 0; changed && round <= p->machine->count; round++) {
        changed = false;
        for (size_t i = 0; i < p->machine->count; i++) {
            size_t way = fixed[i] ? NO_ELEMENT : best_way(p, p->machine->states[i], distances);
            unsigned cost = way == NO_ELEMENT ? FAR : way_cost(p, way, distances);
            if (!fixed[i] && cost < distances[i]) {
                distances[i] = cost;
                changed = true;
            }
        }
    }
}

/* The state of that scope that the way to the goal leads through; NULL: none. */
static const struct asl_state *target_in(const struct plan *p, const struct asl_scope *scope)
{
    const struct element *goal = goal_of(p);

    if (!goal)
        return NULL;
    for (const struct asl_state *s = p->thrower ? p->thrower : goal->state; s; s = s->scope->owner)
        if (s->scope == scope)
            return s;
    return NULL;
}

/*
 * Measures from both ends: how far each state is from a good end, and how far from the state of the
 * goal, in the goal's scope or one around it.
 */
void plan_measure(struct plan *p)
{
    bool *fixed = mem_calloc(p->machine->count, sizeof *fixed);

    for (size_t i = 0; i < p->machine->count; i++) {
        enum asl_type type = p->machine->states[i]->type;
        fixed[i] = type == ASL_SUCCEED || type == ASL_FAIL;
        p->home[i] = type == ASL_SUCCEED ? 0 : type == ASL_FAIL ? A_FAILURE : FAR;
    }
    settle(p, p->home, fixed);
    for (size_t i = 0; i < p->machine->count; i++) {
        const struct asl_state *s = p->machine->states[i];
        fixed[i] = target_in(p, s->scope) == s;
        p->toward[i] = fixed[i] ? 0 : FAR;
    }
    settle(p, p->toward, fixed);
    mem_free(fixed);
}

void plan_aim(struct plan *p, size_t goal)
{
    p->goal = goal;
    p->thrower = NULL;
    p->error = NULL;
    memset(p->penalties, 0, p->elements->count * sizeof *p->penalties);
    plan_measure(p);
}

/* ---- errors ---- */

static bool is_state_within(const struct asl_state *s, const struct asl_state *group)
{
    for (const struct asl_state *o = s->scope->owner; o; o = o->scope->owner)
        if (o == group)
            return true;
    return false;
}

/* The `n`th state within that can fail: first those that nothing within catches. */
static const struct asl_state *thrower_at(const struct plan *p, const struct asl_state *group,
                                          size_t n)
{
    for (int caught = 0; caught < 2; caught++)
        for (size_t i = 0; i < p->machine->count; i++) {
            const struct asl_state *s = p->machine->states[i];
            bool may = s->type == ASL_TASK || s->type == ASL_FAIL;
            if (may && (s->catchers > 0) == caught && is_state_within(s, group) && n-- == 0)
                return s;
        }
    return NULL;
}

static const struct asl_errors *element_errors(const struct element *goal)
{
    return goal->kind == ELEMENT_RETRY ? &goal->state->retry[goal->index].errors
                                       : &goal->state->catch[goal->index].errors;
}

/* An error that the name in a list stands for; NULL: one that comes when nothing does. */
static const char *error_for(const char *name, const struct asl_state *task)
{
    if (!strcmp(name, ASL_ALL) || !strcmp(name, ASL_TASK_FAILED))
        return "Test.Error";
    if (task->type == ASL_TASK &&
        ((!strcmp(name, ASL_TIMEOUT) && task->task.timeout_s.set) ||
         (!strcmp(name, ASL_HEARTBEAT_TIMEOUT) && task->task.heartbeat_s.set)))
        return NULL;
    return name;
}

const char *plan_error(const struct plan *p, size_t element, size_t n)
{
    const struct element *e = &p->elements->all[element];
    const struct asl_errors *errors = element_errors(e);

    if (element == p->goal)
        return p->error;
    return errors->count ? error_for(json_str(errors->names[n % errors->count]), e->state) : NULL;
}

bool plan_variant(struct plan *p, size_t variant)
{
    const struct element *goal = goal_of(p);
    bool group = goal && (goal->state->type == ASL_MAP || goal->state->type == ASL_PARALLEL);

    if (!goal || (goal->kind != ELEMENT_RETRY && goal->kind != ELEMENT_CATCH))
        return variant == 0;
    size_t names = element_errors(goal)->count;
    if (names == 0 || (!group && variant >= names))
        return false;
    p->thrower = group ? thrower_at(p, goal->state, variant / names) : NULL;
    if (group && !p->thrower)
        return false;
    p->error = error_for(json_str(element_errors(goal)->names[variant % names]),
                         group ? p->thrower : goal->state);
    plan_measure(p);
    return true;
}

/* ---- comparing ---- */

/*
 * More than 64 retriers of a state share their bits, which only makes a plan look passed too early.
 */
static bool passed(const struct plan *p, const struct visit *v, size_t element)
{
    const struct element *e = &p->elements->all[element];

    switch (e->kind) {
    case ELEMENT_NEXT: return v->exited && v->way == RT_BY_NEXT;
    case ELEMENT_RULE: return v->exited && v->way == RT_BY_RULE && v->by == e->index;
    case ELEMENT_DEFAULT: return v->exited && v->way == RT_BY_DEFAULT;
    case ELEMENT_CATCH: return v->exited && v->way == RT_BY_CATCH && v->by == e->index;
    case ELEMENT_RETRY: return v->retried >> (e->index & 63) & 1;
    case ELEMENT_ITEMS: return v->children > 0;
    case ELEMENT_STATE:
    case ELEMENT_BRANCH: return true;
    }
    return true;
}

/* How far a comparison has come. */
struct comparing {
    const struct plan *p;
    const struct visits *v;
    size_t achieved; /* the visit that passed the goal; NO_VISIT: none so far */
    bool thrown;     /* the thrower has failed */
};

static bool within_visit(const struct visits *v, size_t visit, size_t outer)
{
    for (; visit != NO_VISIT; visit = v->all[visit].parent)
        if (visit == outer)
            return true;
    return false;
}

/*
 * Returns whether the visit is on its way to the goal. What is within a group whose catcher is the
 * goal is so even when the group has been left by that; behind the first error of a retrier it is
 * no longer, as the work goes well then.
 */
static bool is_seeking(const struct comparing *c, size_t visit)
{
    const struct element *goal = goal_of(c->p);

    if (!goal || c->p->toward[c->v->all[visit].state->id] >= FAR)
        return false;
    if (c->p->thrower && c->thrown && goal->kind == ELEMENT_RETRY)
        return false;
    if (c->achieved == NO_VISIT)
        return true;
    return c->p->thrower && visit != c->achieved && within_visit(c->v, visit, c->achieved);
}

/* Returns whether the visit stands beside the state that is to fail, and can only fail itself: it
 * is left as it is, since one failure is enough. */
static bool is_beside(const struct comparing *c, size_t visit)
{
    const struct asl_state *s = c->v->all[visit].state;

    return c->p->thrower && c->p->home[s->id] >= A_FAILURE &&
           is_state_within(s, goal_of(c->p)->state);
}

/* Returns the element that a Map's items are; NO_ELEMENT: the state has none. */
static size_t map_items(const struct plan *p, const struct asl_state *s)
{
    for (size_t i = p->elements->first[s->id]; i < p->elements->first[s->id + 1]; i++)
        if (p->elements->all[i].kind == ELEMENT_ITEMS)
            return i;
    return NO_ELEMENT;
}

/* What the visit was to pass. */
static size_t wanted_of(const struct comparing *c, size_t visit, bool *throws)
{
    const struct plan *p = c->p;
    const struct asl_state *s = c->v->all[visit].state;
    const struct element *goal = goal_of(p);

    *throws = false;
    /* A Map without items shows nothing of what it does. */
    if (s->type == ASL_MAP && !c->v->all[visit].children)
        return map_items(p, s);
    if (!is_seeking(c, visit))
        return is_beside(c, visit) ? NO_ELEMENT : best_way(p, s, p->home);
    if (p->toward[s->id] > 0)
        return best_way(p, s, p->toward);
    if (s == p->thrower) {
        *throws = s->type == ASL_TASK;
        return NO_ELEMENT;
    }
    if (s == goal->state)
        return p->goal;
    return best_way(p, s, p->home);
}

/* Looks at one visit. Returns whether it left the plan. */
static bool diverges(struct comparing *c, size_t visit, struct divergence *out)
{
    const struct visit *v = &c->v->all[visit];
    bool throws;
    size_t wanted = wanted_of(c, visit, &throws);

    *out = (struct divergence){visit, wanted, throws};
    if (throws) {
        bool failed = v->calls && !v->exited;
        c->thrown |= failed;
        return !failed;
    }
    if (v->state == c->p->thrower)
        c->thrown = true;
    if (wanted == NO_ELEMENT)
        return false;
    if (!passed(c->p, v, wanted))
        return true;
    if (wanted == c->p->goal && c->achieved == NO_VISIT)
        c->achieved = visit;
    /* A retrier is no way out: behind it the state has to be left, too. */
    if (c->p->elements->all[wanted].kind != ELEMENT_RETRY &&
        c->p->elements->all[wanted].kind != ELEMENT_ITEMS)
        return false;
    out->wanted = best_way(c->p, v->state, c->p->home);
    return out->wanted != NO_ELEMENT && !passed(c->p, v, out->wanted);
}

static bool is_group(const struct visit *v)
{
    return v->state->type == ASL_MAP || v->state->type == ASL_PARALLEL;
}

/*
 * What a branch or iteration does goes before what becomes of the whole of them. A state is aborted
 * with the others of its group, also when it is the one that failed: those come behind the rest.
 */
bool plan_compare(const struct plan *p, const struct visits *v,
                  bool (*passed_over)(void *user, const struct divergence *d), void *user,
                  struct divergence *out)
{
    struct comparing c = {p, v, NO_VISIT, false};
    struct divergence later[2] = {{.visit = NO_VISIT}, {.visit = NO_VISIT}}, d;

    for (size_t i = 0; i < v->count; i++) {
        if (!diverges(&c, i, &d) || passed_over(user, &d))
            continue;
        bool group = is_group(&v->all[i]) && v->all[i].children;
        if (!group && !v->all[i].aborted) {
            *out = d;
            return true;
        }
        if (later[group].visit == NO_VISIT)
            later[group] = d;
    }
    *out = later[later[0].visit == NO_VISIT];
    return out->visit != NO_VISIT;
}
