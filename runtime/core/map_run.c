/*
 * A distributed Map: a Map Run, each item of which is an execution of its own. Its history has only
 * the Map Run's beginning and end; what becomes of the children is told by private events.
 */

#include "runtime/core/map_run.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "runtime/core/errors.h"
#include "runtime/core/family.h"
#include "runtime/core/leave.h"
#include "runtime/core/map_cut.h"
#include "runtime/core/map_items.h"
#include "runtime/core/map_results.h"
#include "runtime/core/map_write.h"
#include "runtime/core/redrive.h"
#include "runtime/core/state_group.h"

#include <string.h>

/* ---- names ---- */

/* arn:…:mapRun:<machine>/<label>:<uuid> */
static json *map_run_arn(struct step *s, const struct rt_frame *f)
{
    const rt_exec *x = s->x;
    const struct rt_names *own = rt_exec_names(x);
    const json *label = f->state->map.label;
    json *made = label ? json_ref(label) : asl_chance_uuid(&s->chance),
         *id = asl_chance_uuid(&s->chance);
    json *arn = json_stringf("%.*smapRun:%s/%s:%s", arn_prefix(x), json_str(own->arn),
                             json_str(own->machine_name), json_str(made), json_str(id));

    json_unref(made);
    json_unref(id);
    return arn;
}

/* The child is the same whenever the command is given again: what chance it begins with, and what
 * its name is made from. */
static uint64_t chance_of_child(const rt_exec *x, uint64_t ref, struct asl_chance *names)
{
    *names = (struct asl_chance){x->seed ^ (ref * 0x9e3779b97f4a7c15u)};
    return asl_chance_next(names);
}

void child_names(const rt_exec *x, const json *map_run, uint64_t ref, struct rt_names *out)
{
    struct asl_chance chance;

    chance_of_child(x, ref, &chance);
    family_names(family_of(x, map_run), chance, out);
}

void rt_child_config(const rt_exec *x, const struct rt_command *c, struct rt_config *out)
{
    struct asl_chance chance;

    *out = (struct rt_config){
        .aws_limits = x->aws_limits,
        .express = c->state->map.express,
        .fails_early = x->fails_early,
        /* The child runs the item processor as its whole machine; states keep their numbers in the
         * definition. */
        .scope = c->state->map.processor,
    };
    out->seed = chance_of_child(x, c->ref, &chance);
    out->family = family_of(x, c->map_run);
    out->name_chance = chance.state;
    memcpy(out->secret, x->secret, sizeof out->secret);
}

/* ---- failing ---- */

/* Until a source is read to its end, only MaxItems bounds how many items it has. */
static int64_t most_items(const struct rt_group *g)
{
    const struct rt_run *run = g->run;

    if (!run->reads)
        return (int64_t)json_count(g->items);
    uint64_t most = g->total == RT_MANY ? run->most : run->taken;
    return most < INT64_MAX ? (int64_t)most : INT64_MAX;
}

/* AWS counts what has failed so far against all items, ended or not. What is too much of the most
 * that there may be is so of fewer, too: with 0 % that is the first failure. */
bool too_many_failed(const struct rt_group *g)
{
    struct asl_tolerance t = {g->run->tolerated_count, g->run->tolerated_percentage};

    return asl_tolerance_exceeded(&t, g->run->failed, most_items(g));
}

/* Of data that are too large or an expression that can't be: as of other states, the execution
 * fails with it. */
static bool is_beyond_catching(const json *name)
{
    return name && (json_str_is(name, ASL_DATA_LIMIT_EXCEEDED) || asl_error_is_terminal(name));
}

static void end_map_run(struct step *s, struct rt_frame *f, const struct asl_error *e)
{
    emit(s, &(struct rt_event){.kind = RT_MAP_RUN_FAILED,
                               .frame = f->id,
                               .previous = f->last,
                               .state = f->state,
                               .error = asl_error_copy(e)});
    struct asl_error own = asl_error_copy(e);
    if (running(s) && is_beyond_catching(e->name))
        fail_execution(s, f, &own);
    else if (running(s))
        decide(s, f, &own);
    asl_error_clear(&own);
}

static void cancel_running(struct step *s, struct rt_frame *f, bool awaited);

static void record_failure(struct step *s, struct rt_frame *f, enum rt_event_kind kind,
                           const struct asl_error *e)
{
    emit(s, &(struct rt_event){
                .kind = kind, .frame = f->id, .state = f->state, .error = asl_error_copy(e)});
}

/* Its children have ended. One that has results to write does that first. */
static void end_or_close(struct step *s, struct rt_frame *f, const struct asl_error *e)
{
    if (!results_are_awaited(f->group->run)) {
        end_map_run(s, f, e);
        return;
    }
    record_failure(s, f, RT_MAP_RUN_CLOSING, e);
    write_results(s, f);
}

/*
 * Children that run are cancelled, and each tells how it ended: one may have succeeded before it
 * heard of that, or not begun. So results, counts and the children's own rows say the same.
 */
static void fail_map_run(struct step *s, struct rt_frame *f, const struct asl_error *e)
{
    if (run_children_out(f->group) == 0) {
        end_or_close(s, f, e);
        return;
    }
    cancel_running(s, f, true);
    record_failure(s, f, RT_MAP_RUN_FAILING, e);
}

void map_run_failed(struct step *s, struct rt_frame *f)
{
    struct asl_error e = {0};

    asl_tolerance_error(&e);
    fail_map_run(s, f, &e);
    asl_error_clear(&e);
}

/* ---- starting ---- */

/* What the Map tolerates; false after failing the state. */
static bool tolerance(struct step *s, struct rt_frame *f, const struct asl_env *env, int64_t *count,
                      double *percentage)
{
    struct asl_tolerance t;
    struct asl_error e = {0};

    if (!asl_flow_tolerance(f->state, env, &t, &e)) {
        state_failed(s, f, &e);
        return false;
    }
    *count = t.count;
    *percentage = t.percentage;
    return true;
}

static void child_command(struct step *s, struct rt_frame *f, enum rt_command_kind kind,
                          const struct rt_child *child, bool awaited)
{
    *new_command(s) = (struct rt_command){
        .kind = kind,
        .frame = f->id,
        .ref = child->ref,
        .state = f->state,
        .parameters = kind == RT_CANCEL_CHILD ? NULL : json_ref(child->input),
        .map_run = kind == RT_CANCEL_CHILD ? NULL : json_ref(f->group->run->arn),
        .index = (uint32_t)child->node.id,
        .attempt = child->redrives,
        .awaited = awaited,
    };
}

/* What the world is asked for a child that is to run, or that is to end as its Map Run has failed.
 */
static enum rt_command_kind command_for(const struct rt_run *run, const struct rt_child *c)
{
    if (run->failing)
        return RT_CANCEL_CHILD;
    return c->redrives ? RT_REDRIVE_CHILD : RT_START_CHILD;
}

/* False when it failed, and with it the Map: `f` may be gone then. */
static bool map_run_start_child(struct step *s, struct rt_frame *f)
{
    struct rt_event started = {.kind = RT_CHILD_STARTED,
                               .frame = f->id,
                               .state = f->state,
                               .child = {.index = f->group->started}};

    struct asl_error e = {0};

    if (!(started.data = run_next_input(s, f, &started, &e))) {
        if (running(s))
            fail_map_run(s, f, &e);
        asl_error_clear(&e);
        return false;
    }
    emit(s, &started);
    if (!running(s))
        return false;
    child_command(s, f, RT_START_CHILD, f->group->run->last, true);
    return true;
}

static void map_run_redrive_child(struct step *s, struct rt_frame *f)
{
    const struct rt_child *child = f->group->run->next_pending;

    emit(s, &(struct rt_event){.kind = RT_CHILD_REDRIVEN,
                               .frame = f->id,
                               .state = f->state,
                               .child = {.index = (uint32_t)child->node.id}});
    if (running(s))
        child_command(s, f, command_for(f->group->run, child), child, true);
}

/* A child's input is held until it ends, so what MaxConcurrency allows may be too much. With none
 * out one begins in any case, as nothing else would make room. */
static bool waits_for_memory(const struct step *s, const struct rt_frame *f)
{
    return s->scarce && run_children_out(f->group) > 0;
}

/* Returns whether one more may begin, and takes it from how many may. If not, the frame is left to
 * begin_late_children. */
static bool takes_turn(struct step *s)
{
    if (!s->children)
        return true;
    if (*s->children <= 0) {
        s->out->late = true;
        return false;
    }
    --*s->children;
    return true;
}

/* Children that failed before a redrive go first, then items that have never had one. False when
 * one failed to begin, and with it the Map: `f` may be gone then. */
static bool begin_children(struct step *s, struct rt_frame *f)
{
    const struct rt_group *g = f->group;

    while (!step_is_long(s)) {
        if (!running(s) || !group_wants_more(g) || waits_for_memory(s, f) || !takes_turn(s))
            return running(s);
        if (g->run->pending)
            map_run_redrive_child(s, f);
        else if (!map_run_start_child(s, f))
            return false;
    }
    group_goes_on(s, f);
    return running(s);
}

/* That there are no more items can end the Map Run, by too many failures or by success. */
void start_children(struct step *s, struct rt_frame *f)
{
    const struct rt_run *run = f->group->run;

    if (run->waits || run->failing || results_are_checked_first(s, f))
        return;
    /* An earlier attempt may have left so many that children wait, and none is out to end. */
    write_results(s, f);
    if (!begin_children(s, f) || f->group->total != RT_MANY)
        return;
    if (!run_is_used_up(f->group)) {
        if (!waits_for_memory(s, f))
            run_ask_for_items(s, f);
        return;
    }
    run_end_items(s, f);
    if (running(s) && too_many_failed(f->group))
        map_run_failed(s, f);
}

/* ---- opening ---- */

static void ask_to_open(struct step *s, const struct rt_frame *f)
{
    *new_command(s) = (struct rt_command){
        .kind = RT_OPEN_MAP_RUN, .frame = f->id, .ref = f->group->run->ref, .state = f->state};
}

/* Returns whether one more may be open, and takes it from how many may. */
static bool takes_place(struct step *s)
{
    if (s->map_runs && *s->map_runs <= 0)
        return false;
    if (s->map_runs)
        --*s->map_runs;
    return true;
}

/* AWS has so many open Map Runs: others have begun, and wait without children. */
static void begin_map_run(struct step *s, struct rt_frame *f)
{
    if (takes_place(s)) {
        start_children(s, f);
        return;
    }
    emit(s, &(struct rt_event){.kind = RT_MAP_RUN_WAITING, .frame = f->id, .state = f->state});
    if (running(s))
        ask_to_open(s, f);
}

void open_map_run(struct step *s)
{
    struct rt_frame *oldest = NULL;

    for (uint32_t i = 0; i < s->x->frame_count; i++) {
        struct rt_frame *f = s->x->frames[i];
        if (f && f->phase == RT_GROUP && f->group->run && f->group->run->waits &&
            (!oldest || f->group->run->ref < oldest->group->run->ref))
            oldest = f;
    }
    if (!oldest)
        return;
    if (!takes_place(s)) {
        ask_to_open(s, oldest);
        return;
    }
    emit(s, &(struct rt_event){
                .kind = RT_MAP_RUN_OPENED, .frame = oldest->id, .state = oldest->state});
    if (running(s))
        start_children(s, oldest);
}

void begin_late_children(struct step *s)
{
    for (uint32_t i = 0; i < s->x->frame_count; i++) {
        struct rt_frame *f = s->x->frames[i];
        if (f && f->group && f->group->run)
            group_goes_on(s, f);
    }
}

void start_map_run(struct step *s, struct rt_frame *f, const struct asl_env *env)
{
    int64_t count;
    double percentage;
    json *plan;
    struct asl_error e = {0};

    if (!tolerance(s, f, env, &count, &percentage))
        return;
    if (!asl_flow_plan(f->state, env, &plan, &e)) {
        state_failed(s, f, &e);
        return;
    }
    if (!plan_can_write(plan)) {
        json_unref(plan);
        asl_error_set(&e, ASL_RESULT_WRITER_FAILED,
                      "The ResultWriter needs a Bucket that is a text.");
        state_failed(s, f, &e);
        return;
    }
    emit(s, &(struct rt_event){
                .kind = RT_MAP_RUN_STARTED,
                .frame = f->id,
                .previous = f->last,
                .state = f->state,
                .data = map_run_arn(s, f),
                .map_run = {.percentage = percentage < 0 ? NULL : json_double(percentage),
                            .plan = plan,
                            .count = count}});
    if (running(s))
        begin_map_run(s, f);
}

/* After a restart the world is asked for each child that ran, once more, or to cancel it. It knows
 * a child by this execution and `ref`, and takes up the one that it has instead of starting
 * another. */
void resume_children(struct step *s, struct rt_frame *f)
{
    const struct rt_run *run = f->group && !f->group->over ? f->group->run : NULL;

    /* A redrive that has not come to it yet asks for all of them. */
    if (!run || f->group->resumed)
        return;
    for (const struct rt_child *c = run->first; c; c = c->next)
        if (c->runs)
            child_command(s, f, command_for(run, c), c, true);
    if (f->phase != RT_GROUP)
        return;
    if (run->waits) {
        ask_to_open(s, f);
        return;
    }
    if (f->group->total == RT_MANY && !run->failing)
        run_ask_for_items(s, f);
    /* One that is closing goes on by itself: it has to list first what it didn't begin. */
    if (!run->closing)
        write_results(s, f);
}

/* ---- redriving ---- */

void redrive_map_run(struct step *s, struct rt_frame *f)
{
    const struct rt_group *g = f->group;
    struct asl_error e = {0};

    if (g->run->redrives >= QUOTA_MAP_REDRIVES) {
        asl_error_set(&e, ASL_RUNTIME, "The Map Run was redriven %d times, which is the most.",
                      QUOTA_MAP_REDRIVES);
        state_failed(s, f, &e);
        return;
    }
    tell_succeeded_children(s, f);
    emit(s, &(struct rt_event){.kind = RT_MAP_RUN_REDRIVEN,
                               .frame = f->id,
                               /* The redrive is a second beginning: it points back to
                                * MapStateStarted, as MapRunStarted does. */
                               .previous = g->begun,
                               .state = f->state,
                               .data = json_ref(g->run->arn),
                               .redrive = {(int64_t)g->run->redrives + 1}});
    if (running(s))
        begin_map_run(s, f);
}

/* ---- ending ---- */

static void cancel_running(struct step *s, struct rt_frame *f, bool awaited)
{
    for (const struct rt_child *c = f->group->run->first; c; c = c->next)
        if (c->runs)
            child_command(s, f, RT_CANCEL_CHILD, c, awaited);
}

/* A group that is over had its children called off when it failed. */
void cancel_children(struct step *s, struct rt_frame *f)
{
    const struct rt_group *g = f->group;

    if (!g || g->over || !g->run)
        return;
    tell_unbegun_children(s, f);
    cancel_running(s, f, false);
    run_stop_reading(s, f);
    stop_writing(s, f);
}

void close_map_run(struct step *s, struct rt_frame *f)
{
    const struct rt_run *run = f->group->run;

    if (run->closing && results_are_awaited(run)) {
        write_results(s, f);
        return;
    }
    struct asl_error e = asl_error_copy(&run->error);
    if (run->closing)
        end_map_run(s, f, &e);
    else
        end_or_close(s, f, &e);
    asl_error_clear(&e);
}

void map_run_succeeded(struct step *s, struct rt_frame *f)
{
    emit(s,
         &(struct rt_event){
             .kind = RT_MAP_RUN_SUCCEEDED, .frame = f->id, .previous = f->last, .state = f->state});
}

/* The frame of the Map Run whose child has answered. NULL: that is over, and hears of none. */
static struct rt_frame *frame_of_child(const rt_exec *x, const struct rt_input *in)
{
    struct rt_frame *f = exec_frame(x, in->frame);
    const struct rt_group *g = f ? f->group : NULL;
    const struct rt_child *child = g && g->run ? run_child(g->run, in->index) : NULL;

    return child && !g->over && child->runs && child->ref == in->ref ? f : NULL;
}

static bool map_run_goes_on(const struct rt_group *g)
{
    return g->done < g->started || g->run->pending || run_has_next(g) || run_may_have_more(g);
}

/* The execution would fail with this when all children have ended. */
static void fail_for_results(struct step *s, struct rt_frame *f)
{
    struct asl_error e = {0};

    error_too_large(&e, f->state->name, "returned a result");
    fail_map_run(s, f, &e);
    asl_error_clear(&e);
}

/* It is told of one that was cancelled alone. */
void child_unbegun(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = frame_of_child(s->x, in);

    if (f && f->group->run->failing)
        emit(s, &(struct rt_event){.kind = RT_CHILD_UNBEGUN,
                                   .frame = f->id,
                                   .state = f->state,
                                   .child = {.index = in->index}});
}

void child_answered(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = frame_of_child(s->x, in);
    bool good = in->kind == RT_IN_CHILD_OK;
    struct rt_event ended = {
        .kind = RT_CHILD_ENDED, .frame = in->frame, .child = {.index = in->index}};

    if (!f)
        return;
    const struct rt_group *g = f->group;
    ended.state = f->state;
    if (good) {
        ended.data = json_ref(in->value);
    } else {
        ended.error = asl_error_copy(in->error);
        /* Of a failure nothing need be said. */
        ended.child.status = in->status == RT_FAILED ? 0 : in->status;
    }
    if (results_have_times(g->run, good)) {
        ended.child.began_ms = in->began_ms;
        ended.child.ended_ms = in->ended_ms;
    }
    emit(s, &ended);
    if (running(s) && s->x->fails_early && !g->run->failing && results_are_too_large(g->run) &&
        map_run_goes_on(g)) {
        fail_for_results(s, f);
        return;
    }
    /* Children that ended in the same moment are heard first: they have not been cut off. */
    if (running(s) && too_many_failed(g) && !g->run->failing) {
        s->defers = true;
        return;
    }
    /* Any end leaves room for the next child. */
    write_results(s, f);
    start_children(s, f);
}

/* The group of the Map Run that the input is for; NULL: it is over. */
static struct rt_frame *frame_that_reads(const rt_exec *x, const struct rt_input *in)
{
    struct rt_frame *f = exec_frame(x, in->frame);
    const struct rt_group *g = f ? f->group : NULL;

    return g && g->run && !g->over && g->run->ref == in->ref && g->run->ahead.asked ? f : NULL;
}

void items_came(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = frame_that_reads(s->x, in);

    if (!f)
        return;
    run_add_items(f->group->run, in->value);
    if (f->group->run->failing)
        write_results(s, f);
    else
        start_children(s, f);
}

/* A run that has failed, with this or before, lists what it had read by then when it closes, as
 * after a crash: there is nothing more to ask for. */
void reading_failed(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = frame_that_reads(s->x, in);

    if (!f)
        return;
    struct rt_run *run = f->group->run;
    run->ahead.asked = false;
    run->ahead.end = run->ahead.broken = true;
    if (run->failing) {
        exec_replace(&run->closed.unread, json_ref(in->error->cause));
        write_results(s, f);
        return;
    }
    if (in->value)
        emit(s, &(struct rt_event){.kind = RT_SOURCE_DIFFERS, .frame = f->id, .state = f->state});
    if (running(s))
        fail_map_run(s, f, in->error);
}

void map_results_written(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = results_came(s, in);

    /* That they can be written is no event: the frame does what it has waited with. */
    if (f && json_get(in->value, "checked")) {
        exec_ready(s->x, f);
        return;
    }
    /* A frame at its end goes on by itself. */
    if (!f || !running(s) || f->group->run->closing || f->group->done == f->group->total)
        return;
    write_results(s, f);
    start_children(s, f);
}

/*
 * That a Map Run has failed before says more than that its results are missing. As long as children
 * are out it can't end for that: they are awaited, and then it is tried once more.
 */
void writing_failed(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = results_not_written(s, in);
    const struct rt_run *run = f ? f->group->run : NULL;

    if (!run || (run->failing && !run->closing))
        return;
    if (in->value)
        emit(s, &(struct rt_event){.kind = RT_RESULTS_LOST,
                                   .frame = f->id,
                                   .state = f->state,
                                   .data = json_ref(in->value)});
    struct asl_error e = asl_error_copy(run->failing ? &run->error : in->error);
    end_map_run(s, f, &e);
    asl_error_clear(&e);
}

/* ---- changing ---- */

/* A run that is over is not found, and the request has no effect. */
static struct rt_frame *frame_of_run(const rt_exec *x, const json *map_run)
{
    for (uint32_t i = 0; map_run && i < x->frame_count; i++) {
        struct rt_frame *f = x->frames[i];
        if (f && f->phase == RT_GROUP && f->group->run && !f->group->run->failing &&
            json_equal(f->group->run->arn, map_run))
            return f;
    }
    return NULL;
}

/* UpdateMapRun: what the request leaves out stays as it is. A tolerance that is lower now may fail
 * the run at once, a higher limit starts children at once. */
void change_map_run(struct step *s, const json *request)
{
    struct rt_frame *f = frame_of_run(s->x, json_get(request, "mapRunArn"));
    const json *limit = json_get(request, "maxConcurrency"),
               *count = json_get(request, "toleratedFailureCount"),
               *percentage = json_get(request, "toleratedFailurePercentage");

    if (!f)
        return;
    const struct rt_group *g = f->group;
    const struct rt_run *run = g->run;
    struct rt_event e = {.kind = RT_MAP_RUN_UPDATED,
                         .frame = f->id,
                         .state = f->state,
                         .map_run = {.count = count ? json_int_value(count) : run->tolerated_count,
                                     .limit = limit ? json_int_value(limit) : g->limit}};
    if (e.map_run.limit == 0 || e.map_run.limit > INT32_MAX)
        e.map_run.limit = INT32_MAX;
    if (percentage || run->tolerated_percentage >= 0)
        e.map_run.percentage =
            json_double(percentage ? json_double_value(percentage) : run->tolerated_percentage);
    emit(s, &e);
    if (running(s) && too_many_failed(g))
        map_run_failed(s, f);
    else if (running(s))
        start_children(s, f);
}
