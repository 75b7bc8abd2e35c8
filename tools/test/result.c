/*
 * A trial's events told as people think of them: which states were entered in which chain. An event
 * names the state but not the iteration that it is of; that follows from the event before it in its
 * chain, as in AWS's histories.
 */
#include "tools/test/result.h"

#include "parsers/base/mem.h"

#include <string.h>

enum member {
    STATUS,
    OUTPUT,
    ERROR,
    CAUSE,
    PATH,
    VISITS,
    WAY,
    CHAINS,
    CALLS,
    DURATION,
    VARIABLES,
    EVENTS,
    NEXT,
    INSPECTION,
    MEMBERS,
};

static const char *const names[MEMBERS] = {[STATUS] = "status",
                                           [OUTPUT] = "output",
                                           [ERROR] = "error",
                                           [CAUSE] = "cause",
                                           [PATH] = "path",
                                           [VISITS] = "visits",
                                           [CHAINS] = "chains",
                                           [CALLS] = "calls",
                                           [DURATION] = "duration",
                                           [EVENTS] = "events",
                                           [VARIABLES] = "variables",
                                           [NEXT] = "next",
                                           [INSPECTION] = "inspection",
                                           [WAY] = "way"};

struct result {
    const trial *trial;
    json *values[MEMBERS];
    bool made[MEMBERS];
};

result *result_new(const trial *t)
{
    result *r = mem_calloc(1, sizeof *r);

    r->trial = t;
    return r;
}

/* For a state that ran alone: there is no trial to make members from, so all are given. */
result *result_of_values(json *members)
{
    result *r = mem_calloc(1, sizeof *r);

    for (enum member m = 0; m < MEMBERS; m++) {
        const json *v = json_get(members, names[m]);
        r->values[m] = v ? json_ref(v) : NULL;
        r->made[m] = true;
    }
    json_unref(members);
    return r;
}

void result_free(result *r)
{
    for (size_t i = 0; r && i < MEMBERS; i++)
        json_unref(r->values[i]);
    mem_free(r);
}

/* ---- status and error ---- */

/* Ends of a playing that no execution on AWS can have get words of their own. */
static const char *status_name(const trial *t)
{
    switch (trial_how(t)) {
    case TRIAL_REACHED: return "RUNNING";
    case TRIAL_STUCK: return "STUCK";
    case TRIAL_CUT:
    case TRIAL_LATE: return "CUT";
    case TRIAL_INTERRUPTED: return "INTERRUPTED";
    case TRIAL_FAILED: return "UNPLAYABLE";
    case TRIAL_ENDED: break;
    }
    return rt_status_name(rt_exec_status(trial_exec(t)));
}

/* A trial that was cut has failed with nothing yet. */
static const struct asl_error *error_of(const trial *t)
{
    return trial_how(t) == TRIAL_ENDED ? rt_exec_error(trial_exec(t)) : NULL;
}

/* ---- chains ---- */

/* The names of the chains of one execution, by their frames. */
struct chain_names {
    char **by_frame;
    size_t count;
    char *prefix; /* of all of them: "" or "Map[0]" of a Map Run's */
    struct trial_ids ids;
};

struct walk {
    struct chain_names *executions;
    size_t count;
};

/* Takes `name`. Frames are used again, so a later chain takes the place of an earlier one. */
static char *set_name(struct chain_names *c, uint32_t frame, char *name)
{
    if (frame >= c->count) {
        size_t count = mem_grow(c->count, (size_t)frame + 1);
        c->by_frame = mem_realloc(c->by_frame, count * sizeof *c->by_frame);
        memset(c->by_frame + c->count, 0, (count - c->count) * sizeof *c->by_frame);
        c->count = count;
    }
    mem_free(c->by_frame[frame]);
    return c->by_frame[frame] = name;
}

static const char *name_at(const struct chain_names *c, uint32_t frame)
{
    return frame < c->count && c->by_frame[frame] ? c->by_frame[frame] : c->prefix;
}

/* "Outer[0]/Map[2]", as expectations name chains. */
static char *inner_name(const char *outer, const struct asl_state *group, size_t index)
{
    struct buf b = {0};

    buf_printf(&b, "%s%s%s[%zu]", outer, *outer ? "/" : "", json_str(group->name), index);
    buf_str(&b);
    return buf_take(&b);
}

/* The chain of a state that is entered: a new one right behind the start of its iteration or
 * Parallel, else the one that its frame has. */
static const char *chain_entered(struct chain_names *c, const struct rt_event *e)
{
    const struct rt_event *before = trial_ids_before(&c->ids, e);

    if (before && before->kind == RT_ITERATION_STARTED)
        return set_name(c, e->frame,
                        inner_name(name_at(c, before->frame), before->state, before->child.index));
    if (before && before->kind == RT_GROUP_STARTED && e->state->scope->owner == before->state)
        return set_name(
            c, e->frame,
            inner_name(name_at(c, before->frame), before->state, trial_branch_of(e->state->scope)));
    return name_at(c, e->frame);
}

/* Lists by name, in the order in which the names come first. A list grows in place. */
struct named_lists {
    struct json_build names; /* an object: the place of a name is that of its list */
    struct named_list {
        struct json_build list;
        const struct trial_made_call *last; /* that is told in it, of lists of calls */
    } * all;
    size_t cap;
};

static void lists_init(struct named_lists *l)
{
    *l = (struct named_lists){0};
    json_build_object(&l->names, 4);
}

/* Returns the list of that name, good until the next call. Takes `name`. */
static struct named_list *lists_get(struct named_lists *l, json *name)
{
    size_t count = json_count(l->names.v);
    size_t at = json_find(l->names.v, json_str(name), json_str_len(name));

    if (at == SIZE_MAX) {
        at = count;
        MEM_GROW(l->all, count, l->cap);
        l->all[at] = (struct named_list){0};
        json_build_array(&l->all[at].list, 2);
        json_build_set_key(&l->names, json_ref(name), json_null());
    }
    json_unref(name);
    return &l->all[at];
}

/* Returns an object with all lists, yours; nothing is left. */
static json *lists_done(struct named_lists *l)
{
    for (size_t i = 0; i < json_count(l->names.v); i++)
        json_build_put(&l->names, i, json_build_done(&l->all[i].list));
    mem_free(l->all);
    return json_build_done(&l->names);
}

static json *path_of(const struct asl_state *s)
{
    struct buf b = {0};

    trial_state_path(&b, s);
    return json_take_buf(&b);
}

/*
 * Children of Map Runs are executions of their own, with the name of their iteration before all of
 * their chains. A parent stands before its children.
 */
static void walk_begin(struct walk *w, const trial *t)
{
    const struct trial_execution *all;

    w->count = trial_executions(t, &all);
    w->executions = mem_calloc(w->count, sizeof *w->executions);
    for (size_t i = 0; i < w->count; i++)
        w->executions[i].prefix =
            all[i].map ? inner_name(w->executions[all[i].parent].prefix, all[i].map, all[i].index)
                       : mem_strdup("");
}

static void walk_end(struct walk *w)
{
    for (size_t i = 0; i < w->count; i++) {
        for (size_t k = 0; k < w->executions[i].count; k++)
            mem_free(w->executions[i].by_frame[k]);
        mem_free(w->executions[i].by_frame);
        trial_ids_clear(&w->executions[i].ids);
        mem_free(w->executions[i].prefix);
    }
    mem_free(w->executions);
}

/* "Map[1]/State": which iteration of the Map enters the state. */
static json *step_of(const char *chain, const struct asl_state *s)
{
    return json_stringf("%s%s%s", chain, *chain ? "/" : "", json_str(s->name));
}

/* Path, visits, way and chains come from one walk: whichever is asked for first makes all. */
static void walk_events(result *r)
{
    struct json_build path = {0}, visits = {0}, way = {0};
    struct named_lists chains;
    const struct trial_event *events;
    struct walk w = {0};
    size_t count = trial_events(r->trial, &events);

    json_build_array(&path, 8);
    json_build_array(&visits, 8);
    json_build_array(&way, 8);
    lists_init(&chains);
    walk_begin(&w, r->trial);
    for (size_t i = 0; i < count; i++) {
        const struct rt_event *e = &events[i].event;
        struct chain_names *c = &w.executions[events[i].execution];
        trial_ids_note(&c->ids, e);
        if (e->kind != RT_STATE_ENTERED)
            continue;
        const char *chain = chain_entered(c, e);
        json_build_add(&visits, path_of(e->state));
        json_build_add(&way, step_of(chain, e->state));
        if (*chain)
            json_build_add(&lists_get(&chains, json_cstring(chain))->list,
                           json_ref(e->state->name));
        else
            json_build_add(&path, json_ref(e->state->name));
    }
    walk_end(&w);
    r->values[PATH] = json_build_done(&path);
    r->values[VISITS] = json_build_done(&visits);
    r->values[WAY] = json_build_done(&way);
    r->values[CHAINS] = lists_done(&chains);
    r->made[PATH] = r->made[VISITS] = r->made[WAY] = r->made[CHAINS] = true;
}

/* ---- calls ---- */

/* A whole number of seconds is one; else milliseconds are its fraction. */
static json *in_seconds(int64_t ms)
{
    return ms % 1000 == 0 ? json_int(ms / 1000) : json_double((double)ms / 1e3);
}

static int64_t started_ms(const trial *t)
{
    const struct trial_event *events;

    return trial_events(t, &events) ? events[0].event.at_ms : 0;
}

static json *call_value(const trial *t, const struct trial_made_call *c,
                        const struct trial_made_call *before)
{
    struct json_build b = {0};

    json_build_object(&b, 5);
    json_build_set(&b, "input", c->parameters ? json_ref(c->parameters) : json_null());
    json_build_set(&b, "attempt", json_int(c->attempt));
    json_build_set(&b, "at", in_seconds(c->at_ms - started_ms(t)));
    if (before)
        json_build_set(&b, "pause", in_seconds(c->at_ms - before->at_ms));
    if (c->in_item)
        json_build_set(&b, "index", json_int(c->index));
    return json_build_done(&b);
}

/* Lists the calls of each state under its path, in the order of first calls. */
static json *calls_value(const trial *t)
{
    const struct trial_made_call *calls;
    struct named_lists lists;
    size_t count = trial_calls(t, &calls);

    lists_init(&lists);
    for (size_t i = 0; i < count; i++) {
        struct named_list *of = lists_get(&lists, path_of(calls[i].state));
        json_build_add(&of->list, call_value(t, &calls[i], of->last));
        of->last = &calls[i];
    }
    return lists_done(&lists);
}

/* ---- events ---- */

/* As GetExecutionHistory tells them: without private events, and without those of children. */
static json *events_value(const trial *t)
{
    const struct trial_event *events;
    struct json_build b = {0};
    size_t count = trial_events(t, &events);

    json_build_array(&b, count);
    for (size_t i = 0; i < count; i++)
        if (events[i].execution == 0 && events[i].event.id)
            json_build_add(&b, trial_event_json(t, &events[i]));
    return json_build_done(&b);
}

/* ---- all of it ---- */

static json *shared(const json *v)
{
    return v ? json_ref(v) : NULL;
}

static json *make(result *r, enum member m)
{
    const trial *t = r->trial;
    const struct asl_error *e = error_of(t);

    switch (m) {
    case STATUS: return json_cstring(status_name(t));
    case OUTPUT: return shared(trial_exec(t) ? trial_output(t) : NULL);
    case ERROR: return shared(e ? e->name : NULL);
    case CAUSE: return shared(e ? e->cause : NULL);
    case CALLS: return calls_value(t);
    case DURATION: return in_seconds(trial_took_ms(t));
    case VARIABLES: return shared(trial_variables(t));
    case EVENTS: return events_value(t);
    case PATH:
    case VISITS:
    case WAY:
    case CHAINS: walk_events(r); return r->values[m];
    case NEXT:
    case INSPECTION:
    case MEMBERS: break;
    }
    return NULL;
}

/* Members are made when they are first asked for: most cases look at two or three of them. */
const json *result_member(result *r, const char *name)
{
    for (enum member m = 0; m < MEMBERS; m++) {
        if (strcmp(names[m], name) != 0)
            continue;
        if (!r->made[m]) {
            r->values[m] = make(r, m);
            r->made[m] = true;
        }
        return r->values[m];
    }
    return NULL;
}

const struct asl_state *result_waits_in(const result *r)
{
    const struct trial_made_call *calls;
    size_t count = r->trial ? trial_calls(r->trial, &calls) : 0;

    for (size_t i = 0; i < count; i++)
        if (calls[i].ended_ms < 0 && !calls[i].cancelled)
            return calls[i].state;
    return NULL;
}

json *result_whole(result *r)
{
    struct json_build b = {0};

    json_build_object(&b, MEMBERS);
    for (enum member m = 0; m < MEMBERS; m++) {
        const json *v = result_member(r, names[m]);
        if (v)
            json_build_set(&b, names[m], json_ref(v));
    }
    return json_build_done(&b);
}
