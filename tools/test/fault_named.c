/*
 * The one fault that a person asks for, STATE=ERROR. A fault that there is not would be tried in no
 * case, and so look like one that all cases handle: what is wrong with it is said beforehand.
 */
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "tools/test/faults.h"
#include "tools/test/faults_impl.h"

#include <string.h>

/* Names of states and errors may have a `=` in them, so each of them may be the one between. */
static const struct asl_state *state_before(const trial_states *states, const char *fault,
                                            const char *equals)
{
    char *name = mem_strndup(fault, (size_t)(equals - fault));
    const struct asl_state *s = trial_states_find(states, name, NULL);

    mem_free(name);
    return s;
}

bool fault_is_named(const trial_states *states, const char *fault, const struct asl_state *s,
                    const json *error)
{
    for (const char *at = strchr(fault, '='); at; at = strchr(at + 1, '='))
        if (json_str_is(error, at + 1) && state_before(states, fault, at) == s)
            return true;
    return false;
}

static void write_nearest_state(struct buf *why, const asl_machine *m, const char *fault)
{
    struct nearest near = {.want = fault, .len = strcspn(fault, "=")};

    for (size_t i = 0; i < m->count; i++)
        nearest_offer(&near, json_str(m->states[i]->name));
    buf_printf(why, "no state is called '%.*s'", (int)near.len, fault);
    if (near.best)
        buf_printf(why, "; did you mean '%s'?", near.best);
}

static bool reads_or_writes(const struct asl_state *s)
{
    json *errors = fault_errors(s);
    bool does = json_count(errors) > 0;

    json_unref(errors);
    return does;
}

/* Adds what the state fails with. Returns whether `error` is one of these. */
static bool has_error(const struct asl_state *s, const char *error, struct buf *why)
{
    json *errors = fault_errors(s);
    size_t count = json_count(errors);
    bool has = false;

    buf_printf(why, "'%s' is no error that '%s' fails with: ", error, json_str(s->name));
    for (size_t i = 0; i < count; i++) {
        has |= json_str_is(json_at(errors, i), error);
        buf_printf(why, "%s%s",
                   i == 0          ? ""
                   : i + 1 < count ? ", "
                                   : " or ",
                   json_str(json_at(errors, i)));
    }
    json_unref(errors);
    return has;
}

bool faults_has(const struct suite *s, const char *fault, struct buf *why)
{
    const struct asl_state *state = NULL;
    const char *at = strchr(fault, '=');

    buf_reset(why);
    if (!at) {
        buf_printf(why, "it takes STATE=ERROR, and '%s' has no =", fault);
        return false;
    }
    for (; at && !state; at = state ? at : strchr(at + 1, '='))
        state = state_before(s->states, fault, at);
    if (!state)
        write_nearest_state(why, s->machine.machine, fault);
    else if (state->type != ASL_TASK && !reads_or_writes(state))
        buf_printf(why,
                   "'%s' is a %s, and only Tasks fail by it, and Maps that read or write files",
                   json_str(state->name), asl_type_names[state->type]);
    else
        return has_error(state, at + 1, why);
    return false;
}
