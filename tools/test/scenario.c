/* What a test decides of an execution, and playing it. */
#include "tools/test/scenario.h"

#include "parsers/base/mem.h"
#include "runtime/engine/names.h"
#include "tools/test/case_run.h"
#include "tools/test/mock_shape.h"

enum { MOST_CALLS = 1000 };

#define OTHER_CLOCK_MS INT64_C(123456789) /* a day and some hours, so that each part differs */

static struct scenario_answer scenario_answer_copy(const struct scenario_answer *a)
{
    return (struct scenario_answer){json_ref(a->value), json_ref(a->error)};
}

static void answer_clear(struct scenario_answer *a)
{
    json_unref(a->value);
    json_unref(a->error);
    *a = (struct scenario_answer){0};
}

static void answers_cut(struct scenario_calls *c, size_t count)
{
    while (c->count > count)
        answer_clear(&c->all[--c->count]);
}

/* Returns the answer of call `n`. Up to it, calls that had none of their own get the last one,
 * which is what they would have got. */
static struct scenario_answer *answer_at(struct scenario_calls *c, uint64_t n)
{
    if (n < c->count)
        return &c->all[n];
    c->all = mem_realloc(c->all, (n + 1) * sizeof *c->all);
    while (c->count <= n) {
        c->all[c->count] = scenario_answer_copy(&c->all[c->count - 1]);
        c->count++;
    }
    return &c->all[n];
}

struct scenario *scenario_new(const asl_machine *m)
{
    struct scenario *s = mem_calloc(1, sizeof *s);

    s->input = json_ref((json *)(uintptr_t)json_empty_object());
    s->variables = json_ref(s->input);
    s->states = m->count;
    s->most_events = SCENARIO_FEW_EVENTS;
    s->calls = mem_calloc(m->count, sizeof *s->calls);
    for (size_t i = 0; i < m->count; i++) {
        if (m->states[i]->type != ASL_TASK)
            continue;
        s->calls[i].all = mem_calloc(1, sizeof *s->calls[i].all);
        s->calls[i].all[0].value = mock_shape_of(m->states[i]);
        s->calls[i].count = 1;
    }
    return s;
}

struct scenario *scenario_copy(const struct scenario *from)
{
    struct scenario *s = mem_calloc(1, sizeof *s);

    s->first = from->first;
    s->most_events = from->most_events;
    s->input = json_ref(from->input);
    s->variables = json_ref(from->variables);
    s->states = from->states;
    s->calls = mem_calloc(s->states, sizeof *s->calls);
    for (size_t i = 0; i < s->states; i++) {
        const struct scenario_calls *c = &from->calls[i];
        s->calls[i].all = mem_calloc(c->count, sizeof *c->all);
        for (size_t k = 0; k < c->count; k++)
            s->calls[i].all[k] = scenario_answer_copy(&c->all[k]);
        s->calls[i].count = c->count;
    }
    return s;
}

void scenario_free(struct scenario *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->states; i++) {
        answers_cut(&s->calls[i], 0);
        mem_free(s->calls[i].all);
    }
    mem_free(s->calls);
    json_unref(s->input);
    json_unref(s->variables);
    mem_free(s);
}

const struct scenario_answer *scenario_answer(const struct scenario *s,
                                              const struct asl_state *state, uint64_t n)
{
    const struct scenario_calls *c = &s->calls[state->id];

    return &c->all[n < c->count ? n : c->count - 1];
}

static bool set(json **place, json *v)
{
    bool new = !json_equal(*place, v);

    json_unref(*place);
    *place = v;
    return new;
}

bool scenario_set_input(struct scenario *s, json *v)
{
    return set(&s->input, v);
}

bool scenario_set_variables(struct scenario *s, json *v)
{
    return set(&s->variables, v);
}

bool scenario_return(struct scenario *s, const struct asl_state *state, uint64_t n, json *v)
{
    const struct scenario_answer *have = scenario_answer(s, state, n);
    bool new = !have->value || !json_equal(have->value, v);

    if (n >= MOST_CALLS || !new) {
        json_unref(v);
        return false;
    }
    struct scenario_answer *a = answer_at(&s->calls[state->id], n);
    answer_clear(a);
    a->value = v;
    return true;
}

static bool fails_so(const struct scenario_answer *a, const char *error)
{
    return !a->value && (error ? a->error && json_str_is(a->error, error) : !a->error);
}

bool scenario_throw(struct scenario *s, const struct asl_state *state, uint64_t n,
                    const char *error)
{
    struct scenario_calls *c = &s->calls[state->id];

    if (n >= MOST_CALLS || (fails_so(scenario_answer(s, state, n), error) && c->count <= n + 1))
        return false;
    answers_cut(c, n + 1);
    struct scenario_answer *a = answer_at(c, n);
    answer_clear(a);
    a->error = error ? json_cstring(error) : NULL;
    return true;
}

bool scenario_throw_once(struct scenario *s, const struct asl_state *state, uint64_t n,
                         const char *error)
{
    struct scenario_calls *c = &s->calls[state->id];

    if (n >= MOST_CALLS || (fails_so(scenario_answer(s, state, n), error) && c->count > n + 1))
        return false;
    answer_at(c, n + 1);
    if (!c->all[n + 1].value) {
        answer_clear(&c->all[n + 1]);
        c->all[n + 1].value = mock_shape_of(state);
    }
    answer_clear(&c->all[n]);
    c->all[n].error = error ? json_cstring(error) : NULL;
    return true;
}

/* ---- playing ---- */

static bool play_answer(void *user, const struct trial_call *call, struct trial_answer *out)
{
    const struct scenario_answer *a = scenario_answer(user, call->state, call->nth);

    if (a->value)
        *out = (struct trial_answer){.kind = TRIAL_RETURNS, .value = json_ref(a->value)};
    else if (a->error)
        *out = (struct trial_answer){.kind = TRIAL_THROWS, .error = json_ref(a->error)};
    else
        *out = (struct trial_answer){.kind = TRIAL_NEVER};
    return true;
}

static trial *play(const struct scenario *s, asl_machine *m, const struct names_given *names,
                   int64_t start_ms)
{
    struct rt_config config = {
        .aws_limits = true, .seed = names->seed, .first = s->first, .variables = s->variables};

    if (s->first)
        config.scope = s->first->scope;

    names_make(names, &config.names);
    trial *t = trial_run(&(struct trial_options){.machine = m,
                                                 .config = config,
                                                 .input = s->input,
                                                 .start_ms = start_ms,
                                                 .answer = play_answer,
                                                 .user = (void *)(uintptr_t)s,
                                                 .most_events = s->most_events});
    rt_names_clear(&config.names);
    return t;
}

trial *scenario_play(const struct scenario *s, asl_machine *m, const char *name)
{
    return play(s, m, &(struct names_given){.machine = name}, CASE_CLOCK_MS);
}

trial *scenario_play_otherwise(const struct scenario *s, asl_machine *m, const char *name)
{
    return play(s, m, &(struct names_given){.machine = name, .name = "another", .seed = 1},
                CASE_CLOCK_MS + OTHER_CLOCK_MS);
}
