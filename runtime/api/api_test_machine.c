/*
 * TestState: a machine of the one state. What the state leads to are Succeed states there; a first
 * state assigns the variables; Retry is taken out, as what would follow an error is told instead of
 * done; a Map or Parallel, which must be mocked, becomes a Task with the same ways in and out. What
 * a field is, the table of fields says (asl/load/field.h), so a new field needs no word here.
 */

#include "runtime/api/api_test_impl.h"

#include "asl/load/field.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_state.h"

#include <string.h>

static const char first_state[] = "TestState variables";
/* A state that leads to itself leads to this name behind its own. */
static const char again[] = " (again)";
static const char stand_in[] = "arn:aws:lambda:us-east-1:000000000000:function:mock";

struct wrapping {
    struct json_build states;
    const char *name;
};

/* Adds the Succeed state that `next` leads to, if it isn't there yet. */
static json *target(struct wrapping *w, const json *next)
{
    struct json_build b;
    json *name = json_is_string(next) && json_str_is(next, w->name)
                     ? json_stringf("%s%s", w->name, again)
                     : json_ref(next);

    if (json_is_string(name) && !json_get_key(w->states.v, name)) {
        json_build_object(&b, 1);
        json_build_set(&b, "Type", json_cstring("Succeed"));
        json_build_set_key(&w->states, json_ref(name), json_build_done(&b));
    }
    return name;
}

/* Returns the row of a state's field; NULL: states have no such field. */
static const struct asl_field *test_field_of(const json *key)
{
    return field_find(&asl_state_fields, json_str(key), json_str_len(key));
}

/* Returns the row of the field that names a state, in the objects that `f` has in it; NULL: they
 * lead nowhere. */
static const struct asl_field *target_inside(const struct asl_field *f)
{
    for (size_t i = 0; f->role == FIELD_OBJECT && i < f->inside->count; i++)
        if (f->inside->rows[i].role == FIELD_TARGET)
            return &f->inside->rows[i];
    return NULL;
}

/* Returns the rules of a Choice or the catchers of a state with the targets that they lead to. */
static json *with_targets(struct wrapping *w, const json *list, const struct asl_field *leads)
{
    struct json_build b;

    if (!json_is_array(list))
        return json_ref(list);
    json_build_array(&b, json_count(list));
    for (size_t i = 0; i < json_count(list); i++) {
        const json *of = json_at(list, i);
        const json *next = json_is_object(of) ? json_get(of, leads->name) : NULL;
        json_build_add(&b, next ? json_with(of, json_cstring(leads->name), target(w, next))
                                : json_ref(of));
    }
    return json_build_done(&b);
}

/* Returns whether all of these types of states have the field. */
static bool field_is_on(const struct asl_field *f, unsigned types)
{
    return !f->on || (f->on & types) == types;
}

/*
 * Returns whether a field stays when a Task stands in for a Map or Parallel. Those do that all
 * three have: by them the result becomes output, and they say where the state leads. What makes the
 * input of the work is another field in a Map, or is evaluated before the Task, by
 * api_test_group.c.
 */
static bool stays_in_stand_in(const struct asl_field *f)
{
    return f && field_is_on(f, 1u << ASL_TASK | 1u << ASL_MAP | 1u << ASL_PARALLEL);
}

/* Everything but what names other states stays as it was given. */
static json *wrapped_state(struct wrapping *w, const json *state, bool stand_in_for)
{
    struct json_build b;

    json_build_object(&b, json_count(state));
    for (size_t i = 0; i < json_count(state); i++) {
        const json *key = json_key_at(state, i), *v = json_value_at(state, i);
        const struct asl_field *f = test_field_of(key), *leads = f ? target_inside(f) : NULL;
        if (json_str_is(key, "Retry") || (stand_in_for && !stays_in_stand_in(f)))
            continue;
        json_build_set_key(&b, json_ref(key),
                           f && f->role == FIELD_TARGET ? target(w, v)
                           : leads                      ? with_targets(w, v, leads)
                                                        : json_ref(v));
    }
    if (stand_in_for) {
        json_build_set(&b, "Type", json_cstring("Task"));
        json_build_set(&b, "Resource", json_cstring(stand_in));
    }
    return json_build_done(&b);
}

/* Variables come about by a state that assigns them: there is no other way into an execution. */
static json *variables_state(const json *variables, const char *next)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "Type", json_cstring("Pass"));
    if (json_count(variables))
        json_build_set(&b, "Assign", json_ref(variables));
    json_build_set(&b, "Next", json_cstring(next));
    return json_build_done(&b);
}

/* Returns whether the mock stands for what the field is about: what is done with results. */
static bool is_mocked_away(const json *key)
{
    return json_str_is(key, "ResultWriter");
}

/* What a machine is made for: see test_machine, which makes one of each. */
enum purpose {
    TO_RUN,
    TO_LOOK_AT, /* as it was given, Retry and type too */
    TO_CHECK,   /* all of what was given */
};

static json *state_for(struct wrapping *w, const json *state, enum purpose purpose)
{
    struct json_build b;
    json *wrapped = wrapped_state(w, state, purpose == TO_RUN && test_is_group(state));
    const json *retry = json_get(state, "Retry");

    if (purpose == TO_RUN)
        return wrapped;
    json_build_object(&b, json_count(wrapped) + 1);
    for (size_t i = 0; i < json_count(wrapped); i++)
        if (purpose == TO_CHECK || !is_mocked_away(json_key_at(wrapped, i)))
            json_build_set_key(&b, json_ref(json_key_at(wrapped, i)),
                               json_ref(json_value_at(wrapped, i)));
    if (retry)
        json_build_set(&b, "Retry", json_ref(retry));
    json_unref(wrapped);
    return json_build_done(&b);
}

/* The text of a machine with that state. */
static json *wrap(const struct test_state *t, const json *language, const json *state,
                  enum purpose purpose)
{
    const char *name = json_str(t->name);
    struct wrapping w = {.name = name};
    struct json_build b;

    json_build_object(&w.states, 4);
    if (purpose != TO_CHECK)
        json_build_set(&w.states, first_state, variables_state(t->variables, name));
    json *inner = state_for(&w, state, purpose);
    json_build_set(&w.states, name, inner);
    json_build_object(&b, 3);
    if (language)
        json_build_set(&b, "QueryLanguage", json_ref(language));
    json_build_set(&b, "StartAt", json_cstring(purpose == TO_CHECK ? name : first_state));
    json_build_set(&b, "States", json_build_done(&w.states));
    json *machine = json_build_done(&b), *text = json_text(machine);
    json_unref(machine);
    return text;
}

/* Takes `text`. NULL with the call failed. */
static asl_machine *compile_tested(struct call *c, json *text)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(json_str(text), json_str_len(text), DOCUMENT_JSON, &report);

    if (!m)
        definition_refuse(c, &report);
    asl_report_clear(&report);
    json_unref(text);
    return m;
}

/* Takes `text`. False with the call failed: AWS would refuse it. */
static bool check_tested(struct call *c, json *text)
{
    struct asl_report report = {0};

    if (!c->api->trusted)
        asl_validate(json_str(text), json_str_len(text), DOCUMENT_JSON, ASL_STANDARD,
                     api_served(c->api), &report);
    if (report.errors)
        definition_refuse(c, &report);
    asl_report_clear(&report);
    json_unref(text);
    return !c->error;
}

/* Three machines: all of what was given is checked as CreateStateMachine would; one is run; and
 * one, which has Retry and the true type, is looked at for what would follow. */
asl_machine *test_machine(struct call *c, const json *doc, const json *state, struct test_state *t)
{
    const json *language = doc == state ? NULL : json_get(doc, "QueryLanguage");
    json *text =
        doc == state ? wrap(t, NULL, state, TO_CHECK) : json_ref(call_get(c, "definition"));

    if (!check_tested(c, text))
        return NULL;
    t->whole = compile_tested(c, wrap(t, language, state, TO_LOOK_AT));
    return t->whole ? compile_tested(c, wrap(t, language, state, TO_RUN)) : NULL;
}

/* The machine that is looked at has the state that assigns variables beside the tested one. */
const struct asl_state *test_state_in(const struct test_state *t)
{
    const struct asl_scope *top = t->whole->top;

    for (size_t i = 0; i < top->count; i++)
        if (json_equal(top->states[i].name, t->name))
            return &top->states[i];
    return NULL;
}

json *test_target_name(const struct test_state *t, const json *name)
{
    json *self = json_stringf("%s%s", json_str(t->name), again);
    json *out = json_ref(json_equal(name, self) ? t->name : name);

    json_unref(self);
    return out;
}
