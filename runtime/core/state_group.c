/*
 * Parallel and Map: states that run others, one frame a branch or iteration. A child ends by an
 * event of the group's frame, which takes the child's away: pointers to it are not good after that.
 */

#include "runtime/core/state_group.h"

#include "asl/report/quota.h"
#include "runtime/core/context.h"
#include "runtime/core/errors.h"
#include "runtime/core/leave.h"
#include "runtime/core/map_items.h"
#include "runtime/core/map_results.h"
#include "runtime/core/map_run.h"
#include "runtime/core/map_write.h"
#include "runtime/core/redrive.h"

/* Without AWS's quota as many iterations run at once as this; a bound on memory, not on meaning. */
enum { MOST_CONCURRENCY = 1000 };

/* ---- starting ---- */

/* The branches need no commands of their own: applying the event adds a frame for each. */
static void start_parallel(struct step *s, struct rt_frame *f, json *effective)
{
    emit(s, &(struct rt_event){.kind = RT_GROUP_STARTED,
                               .frame = f->id,
                               .previous = f->last,
                               .state = f->state,
                               .data = json_ref(effective),
                               .group = {.length = (int64_t)f->state->parallel.count}});
}

/* A reader's items come later. */
static json *items_of(struct step *s, struct rt_frame *f, json *effective, struct asl_error *e)
{
    struct scope_view view;

    view_init(&view, s, f);
    struct asl_env env = view_env(&view, effective);
    return asl_flow_items(f->state, &env, e);
}

static bool state_group_concurrency(struct step *s, struct rt_frame *f, const struct asl_env *env,
                                    int64_t *out, struct asl_error *e)
{
    /* Of a Map Run is kept, and shown, what was asked for: group_has_room knows the quota. */
    int64_t most = f->state->map.distributed ? INT32_MAX
                   : s->x->aws_limits        ? QUOTA_INLINE_ITERATIONS
                                             : MOST_CONCURRENCY;

    if (!asl_flow_concurrency(f->state, env, out, e))
        return false;
    /* 0 stands for as many as there may be. */
    if (*out == 0 || *out > most)
        *out = most;
    return true;
}

/* A bad ItemSelector fails the Map itself, not the iteration: that has not begun. */
static json *iteration_input(struct step *s, struct rt_frame *f, uint32_t i)
{
    struct asl_error e = {0};
    struct map_item item = group_map_item(f->group, i);
    json *input = item_input(s, f, &item, &e);

    if (!input) {
        tell_failed_item(s, f, &item);
        state_failed(s, f, &e);
        return NULL;
    }
    if (check_size(s, f, input))
        return input;
    json_unref(input);
    return NULL;
}

/* False when it failed, and with it the Map: `f` may be gone then. */
static bool state_group_start_iteration(struct step *s, struct rt_frame *f, uint32_t previous)
{
    uint32_t i = f->group->started;
    json *input = iteration_input(s, f, i);

    if (!input)
        return false;
    emit(s, &(struct rt_event){.kind = RT_ITERATION_STARTED,
                               .frame = f->id,
                               .previous = previous,
                               .state = f->state,
                               .data = input,
                               .child = {.index = i}});
    return running(s);
}

/* The first of them all point back to MapStateStarted. */
static void start_iterations(struct step *s, struct rt_frame *f)
{
    while (group_wants_more(f->group) && !step_is_long(s))
        if (!state_group_start_iteration(s, f, f->group->begun))
            return;
    group_goes_on(s, f);
}

void group_goes_on(struct step *s, struct rt_frame *f)
{
    if (f->phase == RT_GROUP &&
        (group_wants_more(f->group) || (f->group->run && run_is_used_up(f->group))))
        exec_ready(s->x, f);
}

/* The items are chosen and measured before the Map starts: what is wrong with them is an error
 * before MapStateStarted. */
static void start_map(struct step *s, struct rt_frame *f, const struct asl_env *env,
                      json *effective)
{
    struct asl_error e = {0};
    struct asl_env inner = *env;
    int64_t limit;
    bool reads = f->state->map.reader != NULL;
    json *items = reads ? NULL : items_of(s, f, effective, &e);

    /* MaxConcurrency and the tolerance look at what InputPath and Parameters made. */
    inner.input = effective;
    if ((!items && !reads) || !state_group_concurrency(s, f, &inner, &limit, &e)) {
        json_unref(items);
        state_failed(s, f, &e);
        return;
    }
    if (items && !check_size(s, f, items)) {
        json_unref(items);
        return;
    }
    emit(s, &(struct rt_event){.kind = RT_GROUP_STARTED,
                               .frame = f->id,
                               .previous = f->last,
                               .state = f->state,
                               .data = json_ref(effective),
                               .group = {items, items ? (int64_t)json_count(items) : 0, limit}});
    if (!running(s))
        return;
    if (f->state->map.distributed) {
        start_map_run(s, f, &inner);
        return;
    }
    start_iterations(s, f);
}

/* ---- joining ---- */

static void state_group_join(struct step *s, struct rt_frame *f)
{
    struct rt_group *g = f->group;
    struct asl_error e = {0};
    struct scope_view view;
    json *result = results_of_group(g);

    if (g->run)
        map_run_succeeded(s, f);
    emit(s, &(struct rt_event){.kind = RT_GROUP_SUCCEEDED,
                               .frame = f->id,
                               .previous = g->run ? s->x->event_id : f->last,
                               .state = f->state});
    /* The results of a Map Run are put together before anything can leave them out. */
    if (running(s) && g->run && results_are_too_large(g->run)) {
        result_is_too_large(s, f);
    } else if (running(s) && (!g->run || check_size(s, f, result))) {
        view_init(&view, s, f);
        struct asl_env env = view_env(&view, f->input);
        env.result = result;
        json *output = asl_flow_output(f->state, &env, json_ref(result), &e);
        if (output)
            finish_state(s, f, output, result);
        else
            state_failed(s, f, &e);
    }
    json_unref(result);
}

static void go_on_with_group(struct step *s, struct rt_frame *f)
{
    const struct rt_group *g = f->group;

    if (g->resumed)
        resume_group(s, f);
    else if (g->run && g->run->failing)
        close_map_run(s, f);
    else if (g->run && too_many_failed(g))
        map_run_failed(s, f);
    else if (g->done == g->total && g->run && results_are_awaited(g->run))
        write_results(s, f);
    else if (g->done == g->total)
        state_group_join(s, f);
    else if (g->run)
        start_children(s, f);
    else
        start_iterations(s, f);
}

void work_group(struct step *s, struct rt_frame *f)
{
    struct asl_error e = {0};
    struct scope_view view;

    /* It has begun before: its children brought it here, or a step that had no time to start them
     * all. */
    if (f->phase == RT_GROUP) {
        go_on_with_group(s, f);
        return;
    }
    view_init(&view, s, f);
    struct asl_env env = view_env(&view, f->input);
    json *effective = asl_flow_arguments(f->state, &env, &e);
    if (!effective)
        state_failed(s, f, &e);
    else if (check_size(s, f, effective)) {
        if (f->state->type == ASL_PARALLEL)
            start_parallel(s, f, effective);
        else
            start_map(s, f, &env, effective);
    }
    json_unref(effective);
}

/* Iterations that a failure had kept from starting begin now, as many as may run at once; those
 * that ran go on by themselves. */
void resume_group(struct step *s, struct rt_frame *f)
{
    if (f->group->run) {
        redrive_map_run(s, f);
        return;
    }
    while (f->group->resumed && !step_is_long(s))
        if (!state_group_start_iteration(s, f, f->last))
            return;
    group_goes_on(s, f);
}

void child_ended(struct step *s, struct rt_frame *child, const json *output)
{
    struct rt_frame *f = s->x->frames[child->parent];
    uint32_t freed = child->last; /* what the next iteration points back to */
    bool map = f->state->type == ASL_MAP;

    emit(s, &(struct rt_event){.kind = map ? RT_ITERATION_SUCCEEDED : RT_BRANCH_SUCCEEDED,
                               .frame = f->id,
                               .previous = child->last,
                               .state = f->state,
                               .data = json_ref(output),
                               .child = {.index = child->index, .frame = child->id}});
    /* One ends, one begins: so as many run as before, and the new one points back to the old one's
     * end. */
    if (map && running(s) && f->group->started < f->group->total &&
        state_group_start_iteration(s, f, freed))
        group_goes_on(s, f);
}

/* ---- failing ---- */

static void state_aborted(struct step *s, struct rt_frame *f, uint32_t previous);

/* Which children are cut off: those that have failed by themselves, and wait for that to be decided
 * on, are told apart. */
enum { CUT_RUNNING = 1, CUT_FAILED = 2, CUT_ALL = CUT_RUNNING | CUT_FAILED };

static void children_aborted(struct step *s, struct rt_frame *f, const struct rt_frame *but,
                             uint32_t previous, int which)
{
    bool map = f->state->type == ASL_MAP;

    for (uint32_t id = f->group->first; running(s) && id != RT_NO_FRAME;
         id = s->x->frames[id]->next) {
        struct rt_frame *child = s->x->frames[id];
        if (child == but || !(which & (child->phase == RT_ERRED ? CUT_FAILED : CUT_RUNNING)))
            continue;
        if (map)
            emit(s, &(struct rt_event){.kind = RT_ITERATION_ABORTED,
                                       .frame = f->id,
                                       .previous = previous,
                                       .state = f->state,
                                       .child = {.index = child->index}});
        if (running(s))
            state_aborted(s, child, previous);
    }
}

/* The state that `f` is in is cut off. Nesting is bounded by that of the definition. */
static void state_aborted(struct step *s, struct rt_frame *f, uint32_t previous)
{
    enum asl_type type = f->state->type;

    if (f->phase == RT_TASK)
        command(s, RT_CANCEL_TASK, f);
    /* It has no …StateEntered, so nothing that could be cut off. */
    if (f->phase == RT_ENTERING)
        return;
    /* AWS has …StateAborted for states that take time: Task, Wait, Parallel and Map. One that waits
     * for its retry has ended its children already. */
    if (type == ASL_TASK || type == ASL_WAIT || (f->group && f->phase != RT_RETRYING))
        emit(s, &(struct rt_event){.kind = RT_STATE_ABORTED,
                                   .frame = f->id,
                                   .previous = previous,
                                   .state = f->state});
    cancel_children(s, f);
    if (running(s) && f->group)
        children_aborted(s, f, NULL, previous, CUT_ALL);
}

/*
 * Of a Map, those that still run are cut off before the iteration is said to have failed (measured
 * on AWS in 2026), those that have failed in the same instant after it (recorded: four time-outs at
 * once).
 */
void child_failed(struct step *s, struct rt_frame *child)
{
    struct rt_frame *f = s->x->frames[child->parent];
    uint32_t previous = child->last;
    bool map = f->state->type == ASL_MAP;

    if (map) {
        children_aborted(s, f, child, previous, CUT_RUNNING);
        if (running(s))
            emit(s, &(struct rt_event){.kind = RT_ITERATION_FAILED,
                                       .frame = f->id,
                                       .previous = previous,
                                       .state = f->state,
                                       .child = {.index = child->index}});
    }
    /* The Task that failed is told to be aborted, too, as AWS has it. */
    if (running(s) && child->state->type == ASL_TASK)
        state_aborted(s, child, previous);
    if (running(s))
        children_aborted(s, f, child, previous, map ? CUT_FAILED : CUT_ALL);
}

void group_failed(struct step *s, struct rt_frame *f)
{
    cancel_children(s, f);
    children_aborted(s, f, NULL, f->last, CUT_ALL);
}
