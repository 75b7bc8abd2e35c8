/*
 * Cases for a machine that has none. A case is played, the first state that was left by another way
 * than planned is seen to, and it is played again: until all goes by the plan, or what is left
 * can't be had.
 */
#include "tools/test/init.h"

#include "parsers/base/mem.h"
#include "tools/test/fill.h"
#include "tools/test/held_signals.h"
#include "tools/test/mock_shape.h"
#include "tools/test/plan.h"
#include "tools/test/solve.h"

#include <string.h>

/* Bounds: how often a case is played, a place is tried, and ways to a goal are tried; and how many
 * events all playings for one goal may have, and visits be looked at to find where their values
 * come from: that is some tenths of a second's work. */
enum { MOST_PLAYS = 150, MOST_TRIES = 24, MOST_VARIANTS = 8, MOST_DETOURS = 3, MOST_WORK = 60000 };
/* At how many places one element is given up before it is for all: in a loop that can't be left as
 * planned each round is a place, and what did not help in so many won't in thousands more. */
enum { MOST_PLACES = 64 };
/* How many tries of a retrier fail in a case for it. */
enum { MOST_FAILURES = 6 };

/* How often something was tried at a place where the plan was left. */
struct tried {
    size_t owner; /* the state's id and which of its visits it is */
    size_t wanted;
    bool throws;
    size_t count;
    bool given_up;
};

/* The making of one case. */
struct attempt {
    struct init *init;
    struct plan *plan;
    const struct scenario *base; /* that ends well; NULL: this is to be the first */
    struct scenario *scenario;
    struct pins pins;
    struct tried *tried;
    size_t tried_count, tried_cap;
    size_t *places;              /* by element: where it was given up; the last one: of throwers */
    const struct visits *visits; /* of the last playing */
    struct played played;        /* the last time */
    struct buf why;              /* of the last thing that was given up */
    bool stuck;                  /* a place was given up since the last measuring of ways */
    size_t *work;                /* for the goal so far: see MOST_WORK */
};

static asl_machine *machine_of(const struct init *i)
{
    return i->machine->machine;
}

/* ---- places ---- */

/*
 * A visit is told by its state and how many visits of that state came before: that stays the same
 * when the case is played again.
 */
static size_t owner_of(const struct attempt *a, size_t visit)
{
    const struct visit *v = &a->visits->all[visit];

    return v->nth * machine_of(a->init)->count + v->state->id;
}

/*
 * What was tried at a place where the plan was left, for what is wanted there; made when there is
 * none.
 */
static struct tried *tried_at(struct attempt *a, const struct divergence *d)
{
    size_t owner = owner_of(a, d->visit);

    for (size_t i = 0; i < a->tried_count; i++)
        if (a->tried[i].owner == owner && a->tried[i].wanted == d->wanted &&
            a->tried[i].throws == d->throws)
            return &a->tried[i];
    MEM_GROW(a->tried, a->tried_count, a->tried_cap);
    a->tried[a->tried_count] =
        (struct tried){.owner = owner, .wanted = d->wanted, .throws = d->throws};
    return &a->tried[a->tried_count++];
}

/* Returns at how many places what is wanted there was given up. */
static size_t *places_of(const struct attempt *a, const struct divergence *d)
{
    return &a->places[d->wanted == NO_ELEMENT ? a->plan->elements->count : d->wanted];
}

static void give_up_place(struct attempt *a, const struct divergence *d, struct tried *tried)
{
    *places_of(a, d) += !tried->given_up;
    tried->given_up = true;
}

static bool is_given_up(void *user, const struct divergence *d)
{
    struct attempt *a = user;

    return *places_of(a, d) >= MOST_PLACES || tried_at(a, d)->given_up;
}

/* ---- mending ---- */

/* What a Task gave in this case or the base, when it gave anything. */
static json *usual_return(const struct attempt *a, const struct asl_state *task)
{
    const struct scenario *places[] = {a->scenario, a->base};

    for (size_t p = 0; p < sizeof places / sizeof *places && places[p]; p++)
        for (size_t i = 0; i < places[p]->calls[task->id].count; i++)
            if (places[p]->calls[task->id].all[i].value)
                return json_ref(places[p]->calls[task->id].all[i].value);
    return mock_shape_of(task);
}

/* Fails until the retrier's last try, so that the case sees each pause and how many there are. */
static bool fail_until_last(struct attempt *a, const struct visit *v, const struct element *retrier,
                            const char *error)
{
    uint32_t tries = retrier->state->retry[retrier->index].max_attempts;
    bool changed = false;

    for (uint32_t n = 0; n < tries && n < MOST_FAILURES; n++)
        changed |= scenario_throw_once(a->scenario, v->state, v->first_call + n, error);
    return changed;
}

/*
 * A Task is mended by the answer of a mock. One that was never called failed before, on its input:
 * what that refers to is filled in.
 */
static bool mend_task(struct attempt *a, const struct history *h, const struct divergence *d,
                      size_t tries)
{
    const struct visit *v = &a->visits->all[d->visit];
    enum element_kind kind = d->throws ? ELEMENT_CATCH : a->plan->elements->all[d->wanted].kind;

    if (!v->calls)
        return fill_references(h, d->visit, a->scenario);
    if (kind == ELEMENT_CATCH)
        return scenario_throw(a->scenario, v->state, v->first_call,
                              d->throws ? a->plan->error : plan_error(a->plan, d->wanted, tries));
    if (kind == ELEMENT_RETRY)
        return fail_until_last(a, v, &a->plan->elements->all[d->wanted],
                               plan_error(a->plan, d->wanted, tries));
    uint64_t last = v->first_call + v->calls - 1;
    if (scenario_answer(a->scenario, v->state, last)->value)
        return fill_references(h, d->visit, a->scenario);
    return scenario_return(a->scenario, v->state, last, usual_return(a, v->state));
}

/* Tries one alternative after the other until the scenario is another one. */
static bool mend_choice(struct attempt *a, const struct history *h, const struct divergence *d,
                        struct tried *tried)
{
    const struct element *e = &a->plan->elements->all[d->wanted];
    size_t count = json_count(json_get(state_text(e->state), "Choices"));
    size_t rule = e->kind == ELEMENT_DEFAULT ? count : e->index, alternatives = 1;

    while (tried->count <= alternatives && tried->count < MOST_TRIES) {
        buf_reset(&a->why);
        enum solved how = solve_choice(h, d->visit, rule, tried->count++, a->scenario, &a->pins,
                                       tried->owner, &alternatives, &a->why);
        if (how == SOLVED)
            return true;
    }
    return false;
}

/*
 * Changes the scenario so that the place is left as planned. Where that can't be had the element
 * gets a penalty, so that the next measuring of ways goes around it.
 */
static bool attempt_mend(struct attempt *a, const struct history *h, const struct divergence *d)
{
    const struct visit *v = &a->visits->all[d->visit];
    struct tried *tried = tried_at(a, d);
    bool changed;

    buf_reset(&a->why);
    if (v->state->type == ASL_CHOICE) {
        changed = mend_choice(a, h, d, tried);
    } else {
        tried->count++;
        if (v->state->type == ASL_TASK)
            changed = mend_task(a, h, d, tried->count - 1);
        else if (v->state->type == ASL_MAP && !v->children)
            changed = fill_items(h, d->visit, a->scenario, &a->why) ||
                      fill_references(h, d->visit, a->scenario);
        else
            changed = fill_references(h, d->visit, a->scenario);
    }
    if (!changed || tried->count >= MOST_TRIES)
        give_up_place(a, d, tried);
    if (!changed && d->wanted != NO_ELEMENT) {
        a->plan->penalties[d->wanted] += 50;
        a->stuck = true;
    }
    return changed;
}

/* ---- playing ---- */

/* Plays and mends once. Returns whether to go on. */
static bool attempt_step(struct attempt *a)
{
    struct arena arena = {0};
    struct visits visits;
    struct divergence d;
    bool go_on = false;

    played_clear(&a->played);
    a->played = scenario_play(a->scenario, machine_of(a->init), json_str(a->init->machine->name));
    if (scenario_add_objects(a->scenario, a->played.trial))
        return true;
    visits_of(a->played.trial, machine_of(a->init)->count, &visits);
    const struct trial_event *unused;
    *a->work += trial_events(a->played.trial, &unused);
    a->visits = &visits;
    const struct history h = {machine_of(a->init), a->scenario, &visits, &arena, a->work};
    while (!go_on && *a->work < MOST_WORK && plan_compare(a->plan, &visits, is_given_up, a, &d))
        go_on = attempt_mend(a, &h, &d);
    visits_clear(&visits);
    arena_clear(&arena);
    return go_on;
}

/* A playing that was cut short passes nothing: a case must end. */
static bool has_hit(const struct attempt *a, size_t element)
{
    const struct elements *e = a->plan->elements;
    uint64_t *hits = mem_calloc(e->count, sizeof *hits);

    elements_count(e, a->played.trial, hits);
    bool hit =
        element == NO_ELEMENT ? trial_how(a->played.trial) == TRIAL_ENDED : hits[element] > 0;
    mem_free(hits);
    return hit && trial_how(a->played.trial) == TRIAL_ENDED;
}

static void attempt_clear(struct attempt *a)
{
    pins_clear(&a->pins);
    mem_free(a->tried);
    mem_free(a->places);
    scenario_free(a->scenario);
    played_clear(&a->played);
    buf_clear(&a->why);
    *a = (struct attempt){0};
}

/*
 * Plays until the goal is passed or nothing helps any more; then once more by another way, as what
 * could not be had has made its ways longer.
 */
static bool attempt_run(struct attempt *a)
{
    size_t places = a->plan->elements->count + 1;

    a->places = mem_calloc(places, sizeof *a->places);
    for (size_t detour = 0; detour < MOST_DETOURS; detour++) {
        size_t plays = 0;
        a->stuck = false;
        while (attempt_step(a) && ++plays < MOST_PLAYS && *a->work < MOST_WORK)
            ;
        if (has_hit(a, a->plan->goal) || !a->stuck)
            break;
        plan_measure(a->plan);
        a->tried_count = 0;
        memset(a->places, 0, places * sizeof *a->places);
    }
    return has_hit(a, a->plan->goal);
}

/* ---- cases ---- */

struct making {
    struct init *init;
    struct plan plan;
    uint64_t *hits; /* of the cases so far */
    uint64_t most_events;
};

static void write_case_name(struct buf *out, const struct plan *p, size_t element)
{
    const struct element *e = &p->elements->all[element];

    trial_state_path(out, e->state);
    if (e->to)
        buf_printf(out, " to %s", json_str(e->to->name));
    switch (e->kind) {
    case ELEMENT_RULE: buf_printf(out, " by rule %zu", e->index + 1); break;
    case ELEMENT_DEFAULT: buf_adds(out, " by Default"); break;
    case ELEMENT_CATCH: buf_printf(out, " by catcher %zu", e->index + 1); break;
    case ELEMENT_RETRY: buf_printf(out, " tries again by retrier %zu", e->index + 1); break;
    case ELEMENT_BRANCH: buf_printf(out, " in branch %zu", e->index + 1); break;
    case ELEMENT_ITEMS: buf_adds(out, " for an item"); break;
    case ELEMENT_NEXT:
        if (!e->to)
            buf_adds(out, " to its end");
        break;
    case ELEMENT_STATE: break;
    }
}

static bool name_is_taken(const struct init *i, const char *name)
{
    for (size_t k = 0; k < i->count; k++)
        if (!strcmp(i->cases[k].name, name))
            return true;
    return false;
}

/* The element that the case is for: the goal, or what else it passes first. */
static size_t subject(const struct making *m, const uint64_t *hits, size_t goal)
{
    const struct elements *e = m->plan.elements;

    if (goal != NO_ELEMENT && hits[goal])
        return goal;
    for (size_t i = e->states; i < e->count; i++)
        if (hits[i] && !m->hits[i])
            return i;
    return NO_ELEMENT;
}

/* Keeps what the attempt made when it passes something new; the first case in any event. */
static void keep(struct making *m, struct attempt *a)
{
    const struct elements *e = m->plan.elements;
    uint64_t *hits = mem_calloc(e->count, sizeof *hits);
    struct buf name = {0};

    elements_count(e, a->played.trial, hits);
    size_t element = subject(m, hits, m->plan.goal);
    bool first = m->init->count == 0;
    if (trial_how(a->played.trial) == TRIAL_ENDED && (first || element != NO_ELEMENT)) {
        if (first)
            buf_adds(&name, rt_exec_status(trial_exec(a->played.trial)) == RT_SUCCEEDED
                                ? "happy path"
                                : "first path");
        else
            write_case_name(&name, &m->plan, element);
        while (name_is_taken(m->init, buf_str(&name)))
            buf_adds(&name, " again");
        MEM_GROW(m->init->cases, m->init->count, m->init->cap);
        m->init->cases[m->init->count++] =
            (struct init_case){buf_take(&name), a->scenario, a->played};
        a->scenario = NULL;
        a->played = (struct played){0};
        for (size_t i = 0; i < e->count; i++)
            m->hits[i] += hits[i];
    }
    buf_clear(&name);
    mem_free(hits);
}

static const struct scenario *making_base(const struct making *m)
{
    return m->init->count ? m->init->cases[0].scenario : NULL;
}

/* What an attempt starts with: what the first case has, nothing, or nothing and in the midst of the
 * machine, at the state that the goal is of. */
enum { START_BASE, START_FRESH, START_THERE, STARTS };

/* One attempt from one start. What it passes on the way is kept even when it misses its goal. */
static bool pursue_from(struct making *m, size_t start, size_t *work, struct buf *why)
{
    const struct scenario *base = making_base(m);
    struct attempt a = {.init = m->init, .plan = &m->plan, .base = base, .work = work};

    if ((start == START_BASE && !base) || (start == START_THERE && m->plan.goal == NO_ELEMENT))
        return false;
    a.scenario = start == START_BASE ? scenario_copy(base) : scenario_new(machine_of(m->init));
    a.scenario->most_events = m->most_events;
    if (start == START_THERE)
        a.scenario->first = m->plan.elements->all[m->plan.goal].state;
    bool hit = attempt_run(&a);
    if (a.why.len && why->len == 0)
        buf_add(why, a.why.data, a.why.len);
    keep(m, &a);
    attempt_clear(&a);
    return hit;
}

/* Tries each way to bring the goal about from each start, until one passes it, or the process is to
 * end. */
static bool pursue(struct making *m, struct buf *why)
{
    bool hit = false;
    size_t work = 0;

    for (size_t v = 0; !hit && !signals_wait() && v < MOST_VARIANTS * STARTS; v++) {
        if (!plan_variant(&m->plan, v % MOST_VARIANTS))
            v += MOST_VARIANTS - 1 - v % MOST_VARIANTS;
        else if (work < MOST_WORK || v % MOST_VARIANTS == 0)
            hit = pursue_from(m, v / MOST_VARIANTS, &work, why);
    }
    return hit;
}

static void making_miss(struct init *i, size_t element, struct buf *why)
{
    MEM_GROW(i->missing, i->missing_count, i->missing_cap);
    buf_str(why);
    i->missing[i->missing_count++] = (struct init_missing){element, buf_take(why)};
}

/* A later case may have passed what an earlier attempt could not. */
static void count_missing(struct making *m, struct buf *why)
{
    const struct elements *e = m->plan.elements;

    m->init->ways = e->count - e->states;
    for (size_t i = e->states; i < e->count; i++)
        if (m->hits[i])
            m->init->hit++;
        else
            making_miss(m->init, i, &why[i]);
}

/*
 * The first case is one that ends well, as all others begin with what it has. Then each way that no
 * case has passed is a goal in turn.
 */
void init_make(const struct suite_machine *machine, struct init *out)
{
    const struct elements *e = machine->elements;
    struct buf *why = mem_calloc(e->count + 1, sizeof *why);
    struct making m = {.init = out};

    *out = (struct init){.machine = machine};
    m.hits = mem_calloc(e->count, sizeof *m.hits);
    plan_init(&m.plan, machine->machine, e);
    plan_aim(&m.plan, NO_ELEMENT);
    /* What goes on for longer even on its way home is a large machine, and no circle. */
    m.most_events = SCENARIO_FEW_EVENTS;
    if (!pursue(&m, &why[e->count])) {
        m.most_events = SCENARIO_MOST_EVENTS;
        pursue(&m, &why[e->count]);
    }
    for (size_t goal = e->states; goal < e->count; goal++) {
        if (m.hits[goal])
            continue;
        plan_aim(&m.plan, goal);
        pursue(&m, &why[goal]);
    }
    count_missing(&m, why);
    plan_clear(&m.plan);
    mem_free(m.hits);
    for (size_t i = 0; i <= e->count; i++)
        buf_clear(&why[i]);
    mem_free(why);
}

void init_clear(struct init *i)
{
    for (size_t k = 0; k < i->count; k++) {
        mem_free(i->cases[k].name);
        scenario_free(i->cases[k].scenario);
        played_clear(&i->cases[k].played);
    }
    for (size_t k = 0; k < i->missing_count; k++)
        mem_free(i->missing[k].why);
    mem_free(i->cases);
    mem_free(i->missing);
    *i = (struct init){0};
}
