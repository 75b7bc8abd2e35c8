/*
 * A catcher without ResultPath, or in JSONata without Output, hands on the error and nothing else.
 * What the state had as its input is lost, and a later state that reads part of it fails, or goes
 * another way than its author thought.
 */
#include "parsers/base/mem.h"
#include "tools/test/faults_impl.h"

#include <ctype.h>
#include <string.h>

bool fault_next_catch(const trial *t, size_t *from, const struct rt_event **out)
{
    const struct trial_event *events;
    size_t count = trial_events(t, &events);

    for (; *from < count; ++*from) {
        const struct rt_event *e = &events[*from].event;
        if (e->kind == RT_STATE_EXITED && e->exited.way == RT_BY_CATCH) {
            ++*from;
            *out = e;
            return true;
        }
    }
    return false;
}

/* ---- what a state reads ---- */

/* Fields that are no reading of the input: they name what comes out, or other states. */
static bool reads_nothing(const json *key)
{
    static const char *const names[] = {"ResultPath",    "OutputPath", "ResultSelector",
                                        "ItemProcessor", "Iterator",   "Branches",
                                        "Comment",       "Catch",      "Retry"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_str_is(key, names[i]))
            return true;
    return false;
}

static bool is_path_field(const json *key)
{
    return json_str_ends(key, ".$") || json_str_ends(key, "Path") || json_str_is(key, "Variable");
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

struct reading {
    const char *head;        /* what stands before the name of a member: "$." */
    bool fields;             /* only in fields that hold paths */
    const json *input, *now; /* what the state that failed was given, and what this one is */
};

/* Returns the first name in the text that the input had and that is gone. */
static char *lost_in_text(const struct reading *r, const char *text)
{
    size_t head = strlen(r->head);

    for (const char *at = text; (at = strstr(at, r->head)); at += head) {
        const char *name = at + head;
        size_t len = 0;
        while (is_name_char(name[len]))
            len++;
        /* "$$." is the context. */
        if (!len || (at > text && at[-1] == '$'))
            continue;
        if (json_get_n(r->input, name, len) && !json_get_n(r->now, name, len))
            return mem_strndup(name, len);
    }
    return NULL;
}

/* `path`: the value stands in a field that holds a path. */
static char *lost_in(const struct reading *r, const json *v, bool path)
{
    char *lost = NULL;

    if (json_is_string(v))
        return path || !r->fields ? lost_in_text(r, json_str(v)) : NULL;
    for (size_t i = 0; !lost && json_is_object(v) && i < json_count(v); i++)
        if (!reads_nothing(json_key_at(v, i)))
            lost = lost_in(r, json_value_at(v, i), is_path_field(json_key_at(v, i)));
    for (size_t i = 0; !lost && json_is_array(v) && i < json_count(v); i++)
        lost = lost_in(r, json_at(v, i), path);
    return lost;
}

static char *lost_for(const struct asl_state *s, const json *input, const json *now)
{
    const struct reading r = {.head = s->jsonata ? "$states.input." : "$.",
                              .fields = !s->jsonata,
                              .input = input,
                              .now = now};

    return lost_in(&r, json_value_at(s->scope->names, (size_t)(s - s->scope->states)), false);
}

/* ---- on the way ---- */

static bool replaces_input(const struct asl_state *s, const struct asl_catcher *c)
{
    return s->jsonata ? !c->output : !c->result_path.path && !c->result_path.null;
}

/* The input that the state had when it was entered last, before event `at`. */
static const json *input_before(const struct trial_event *events, size_t at,
                                const struct asl_state *s)
{
    while (at-- > 0)
        if (events[at].event.kind == RT_STATE_ENTERED && events[at].event.state == s)
            return events[at].event.data;
    return NULL;
}

/* States are looked at as long as they are given the error as it is. */
bool fault_loses(const trial *t, const struct asl_state *s, struct fault_loss *out)
{
    const struct trial_event *events;
    size_t count = trial_events(t, &events), at = 0;
    const struct rt_event *left = NULL;

    while (fault_next_catch(t, &at, &left) && left->state != s)
        left = NULL;
    if (!left || !replaces_input(s, &s->catch[left->exited.index]))
        return false;
    const json *input = input_before(events, at - 1, s);
    for (; input && json_is_object(input) && at < count; at++) {
        const struct rt_event *e = &events[at].event;
        if (e->kind != RT_STATE_ENTERED || e->state->scope != s->scope)
            continue;
        if (!json_equal(e->data, left->data))
            return false;
        char *name = lost_for(e->state, input, e->data);
        if (name) {
            *out = (struct fault_loss){left->exited.index, e->state, name};
            return true;
        }
    }
    return false;
}
