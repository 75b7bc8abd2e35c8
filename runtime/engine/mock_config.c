/*
 * Mock configurations: read and checked once for a test case, then an execution's answers in the
 * order of its invocations.
 */
#include "runtime/engine/mock_config.h"

#include "asl/eval/env.h"
#include "asl/eval/model.h"
#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* A state's responses and how many of them it has had. */
struct mocked_state {
    const json *name;
    const json *responses;
    uint64_t invocations;
};

struct mocks {
    json *file;
    struct mocked_state *states;
    size_t count;
};

/* ---- loading ---- */

static const json *mock_member(const json *object, const char *key, const char *in,
                               struct diag *why)
{
    const json *v = json_get(object, key);

    if (!v || !json_is_object(v)) {
        diag_set(why, "MOCK_CONFIG", 0, "%s has no object '%s'", in, key);
        return NULL;
    }
    return v;
}

static const json *test_case(const json *machine, const char *name)
{
    const json *cases = json_get(machine, "TestCases");

    return cases ? json_get(cases, name) : NULL;
}

static void refuse_several(const json *machines, const char *name, struct diag *why)
{
    struct buf list = {0};
    const char *first = NULL;

    for (size_t i = 0; i < json_count(machines); i++) {
        if (!test_case(json_value_at(machines, i), name))
            continue;
        buf_printf(&list, "%s%s", first ? ", " : "", json_str(json_key_at(machines, i)));
        first = first ? first : json_str(json_key_at(machines, i));
    }
    diag_set(why, "MOCK_MACHINES", 0,
             "several state machines have a test case '%s': %s; name one of them, #%s#%s", name,
             buf_str(&list), first, name);
    buf_clear(&list);
}

static const json *find_case(const json *machines, const char *machine, const char *name,
                             struct diag *why)
{
    const json *found = NULL;
    size_t count = 0;

    for (size_t i = 0; i < json_count(machines); i++) {
        if (machine && !json_str_is(json_key_at(machines, i), machine))
            continue;
        const json *c = test_case(json_value_at(machines, i), name);
        if (c) {
            found = c;
            count++;
        }
    }
    if (count == 1 && json_is_object(found))
        return found;
    if (count > 1)
        refuse_several(machines, name, why);
    else if (count == 1)
        diag_set(why, "MOCK_CONFIG", 0, "test case '%s' is no object", name);
    else
        diag_set(why, "MOCK_CONFIG", 0, "there is no test case '%s'%s%s", name,
                 machine ? " of state machine " : "", machine ? machine : "");
    return NULL;
}

/* "2" or "0-1": the invocations that a response's key stands for. */
static bool key_range(const json *key, uint64_t *first, uint64_t *last)
{
    const char *text = json_str(key);
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    *first = *last = strtoull(text, &end, 10);
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        *last = strtoull(end + 1, &end, 10);
    return *end == '\0' && *first <= *last;
}

/* Invocations must be told from 0 on without a gap, so that none is forgotten by mistake. */
static bool check_response(const json *name, const json *r, struct diag *why)
{
    uint64_t first, last, next = 0;

    for (size_t i = 0; i < json_count(r); i++) {
        const json *key = json_key_at(r, i), *v = json_value_at(r, i);
        const json *thrown = json_get(v, "Throw");
        if (!key_range(key, &first, &last) || first != next) {
            diag_set(why, "MOCK_CONFIG", 0,
                     "response '%s': the key '%s' should be an invocation's number or a range "
                     "like \"1-2\", in order from 0 without a gap",
                     json_str(name), json_str(key));
            return false;
        }
        next = last + 1;
        if (!json_get(v, "Return") == !thrown) {
            diag_set(why, "MOCK_CONFIG", 0,
                     "response '%s', invocation %s: it needs either Return or Throw",
                     json_str(name), json_str(key));
            return false;
        }
        const json *error = thrown ? json_get(thrown, "Error") : NULL;
        if (thrown && (!error || !json_is_string(error))) {
            diag_set(why, "MOCK_CONFIG", 0,
                     "response '%s', invocation %s: Throw needs an Error that is a string",
                     json_str(name), json_str(key));
            return false;
        }
    }
    return true;
}

static bool take_states(mocks *m, const json *chosen, const json *responses, struct diag *why)
{
    m->states = mem_calloc(json_count(chosen), sizeof *m->states);
    for (size_t i = 0; i < json_count(chosen); i++) {
        const json *name = json_value_at(chosen, i);
        const json *r = json_is_string(name) ? json_get_key(responses, name) : NULL;
        if (!r || !json_is_object(r)) {
            diag_set(why, "MOCK_CONFIG", 0, "state '%s': MockedResponses has no response '%s'",
                     json_str(json_key_at(chosen, i)), json_is_string(name) ? json_str(name) : "");
            return false;
        }
        if (!check_response(name, r, why))
            return false;
        m->states[m->count++] = (struct mocked_state){json_key_at(chosen, i), r, 0};
    }
    return true;
}

mocks *mocks_parse(const char *path, const char *text, size_t len, const char *machine,
                   const char *name, struct diag *why)
{
    mocks *m = mem_calloc(1, sizeof *m);
    const json *machines, *responses, *chosen;
    bool good = false;

    m->file = json_parse(text, len, JSON_READ_UNIQUE, why);
    if (!m->file) {
        if (why)
            diag_prefix(why, "%s:%u:%u: ", path, why->place.line, why->place.column);
        goto out;
    }
    good = (machines = mock_member(m->file, "StateMachines", "the file", why)) &&
           (responses = mock_member(m->file, "MockedResponses", "the file", why)) &&
           (chosen = find_case(machines, machine, name, why)) &&
           take_states(m, chosen, responses, why);
    if (!good)
        diag_prefix(why, "%s: ", path);
out:
    if (good)
        return m;
    mocks_free(m);
    return NULL;
}

mocks *mocks_load(const char *path, const char *machine, const char *name, struct diag *why)
{
    struct buf text = {0};
    mocks *m = buf_read_regular(&text, path, MOCKS_FILE_MAX, why)
                   ? mocks_parse(path, buf_str(&text), text.len, machine, name, why)
                   : NULL;

    buf_clear(&text);
    return m;
}

void mocks_free(mocks *m)
{
    if (!m)
        return;
    json_unref(m->file);
    mem_free(m->states);
    mem_free(m);
}

/* ---- the states that there are ---- */

enum { NAMED_STATES = 10 };

static bool has_state(const asl_machine *machine, const json *name)
{
    for (size_t i = 0; i < machine->count; i++)
        if (json_equal(machine->states[i]->name, name))
            return true;
    return false;
}

/* Those that may be mocked: "; its Task states are 'A', 'B'". */
static void add_tasks(struct buf *out, const asl_machine *machine)
{
    size_t count = 0;

    for (size_t i = 0; i < machine->count; i++) {
        const struct asl_state *s = machine->states[i];
        if (s->type != ASL_TASK)
            continue;
        if (count < NAMED_STATES)
            buf_printf(out, "%s'%s'", count ? ", " : "; its Task states are ", json_str(s->name));
        count++;
    }
    if (count > NAMED_STATES)
        buf_printf(out, " and %zu more", count - NAMED_STATES);
    else if (!count)
        buf_adds(out, "; it has no Task states");
}

bool mocks_fit(const mocks *m, const asl_machine *machine, struct diag *why)
{
    for (size_t i = 0; i < m->count; i++) {
        struct buf text = {0};

        if (has_state(machine, m->states[i].name))
            continue;
        buf_printf(&text, "the test case mocks '%s', but the machine has no such state",
                   json_str(m->states[i].name));
        add_tasks(&text, machine);
        diag_set(why, "MOCK_CONFIG", 0, "%s", buf_str(&text));
        buf_clear(&text);
        return false;
    }
    return true;
}

/* ---- answering ---- */

static const json *response_to(const json *responses, uint64_t invocation)
{
    uint64_t first, last;

    for (size_t i = 0; i < json_count(responses); i++)
        if (key_range(json_key_at(responses, i), &first, &last) && invocation >= first &&
            invocation <= last)
            return json_value_at(responses, i);
    return NULL;
}

bool mocks_answer(mocks *m, const char *state, struct task_result *out)
{
    for (size_t i = 0; i < m->count; i++) {
        struct mocked_state *s = &m->states[i];
        if (!json_str_is(s->name, state))
            continue;
        uint64_t invocation = s->invocations++;
        const json *r = response_to(s->responses, invocation);
        const json *returned = r ? json_get(r, "Return") : NULL;
        const json *thrown = r ? json_get(r, "Throw") : NULL;
        const json *cause = thrown ? json_get(thrown, "Cause") : NULL;
        if (returned)
            *out = (struct task_result){.ok = true, .output = json_ref(returned)};
        else if (thrown)
            *out = (struct task_result){.error = json_ref(json_get(thrown, "Error")),
                                        .cause = cause && json_is_string(cause) ? json_ref(cause)
                                                                                : NULL};
        else
            *out = (struct task_result){
                .error = json_cstring(ASL_RUNTIME),
                .cause = json_stringf("State '%s' has no mocked response for invocation %llu",
                                      state, (unsigned long long)invocation)};
        return true;
    }
    return false;
}

json *mocks_submitted(const struct asl_resource *resource, const struct task_result *answer)
{
    if (answer->ok)
        return json_ref(answer->output);
    if (resource->pattern != ASL_WAIT_FOR_TASK_TOKEN)
        return NULL;
    return json_ref(json_empty_object());
}

void mocks_bring(engine *e, const struct task *task, struct task_result *result)
{
    json *submitted = mocks_submitted(task->resource, result);

    if (task->activity)
        engine_task_started(e, task->id, NULL);
    if (submitted)
        engine_task_submitted(e, task->id, submitted);
    json_unref(submitted);
    engine_task_done(e, task->id, result);
}

bool mocks_offer(mocks *m, engine *e, const struct task *task)
{
    struct task_result result = {0};

    if (!mocks_answer(m, task->state, &result))
        return false;
    mocks_bring(e, task, &result);
    return true;
}
