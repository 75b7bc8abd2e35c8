/*
 * The kinds of events: what each needs of the execution that it comes to, what it does to it, and a
 * row of the table that says this and all else that the core has to know of a kind. rt_apply is the
 * only place where an event changes an execution. What is decided is decided before, in rt_step:
 * applying the same events again must give the same execution, so nothing here looks at anything
 * but the two.
 */

#include "parsers/base/mem.h"
#include "runtime/core/event_kinds.h"
#include "runtime/core/map_run_events.h"
#include "runtime/core/redrive.h"

#include <string.h>

/* ---- what an event needs beside what its row's bits say ---- */

/* Nothing has happened yet. */
static bool fits_start(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)f, (void)e;
    return x->root == RT_NO_FRAME && x->status == RT_RUNNING;
}

static bool fits_end(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)f, (void)e;
    return exec_frame(x, x->root) && x->status == RT_RUNNING;
}

static bool fits_redrive(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)f, (void)e;
    return exec_frame(x, x->root) && x->status != RT_RUNNING && x->status != RT_SUCCEEDED;
}

/* A state leads only to states of its own scope. */
static bool fits_exit(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    return e->exited.to == RT_NO_STATE ||
           (e->exited.to < x->machine->count &&
            x->machine->states[e->exited.to]->scope == f->state->scope);
}

/* As many children as there are branches, or items. */
static bool fits_group_start(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const json *items = e->group.items;

    (void)x;
    if (f->state->type == ASL_PARALLEL)
        return e->group.length == (int64_t)f->state->parallel.count;
    if (f->state->map.reader)
        return !items && e->group.length == 0;
    return items && (json_is_array(items) || json_is_object(items)) &&
           e->group.length == (int64_t)json_count(items);
}

static bool fits_group_success(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    return f->group->done == f->group->total;
}

static bool fits_iteration_start(const rt_exec *x, const struct rt_frame *f,
                                 const struct rt_event *e)
{
    (void)x;
    return !f->group->run && !f->state->map.distributed && starts_next_child(f->group, e);
}

/* The child that ends is one of the group's, and has not ended before. */
static bool fits_child_success(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_group *g = f->group;
    const struct rt_frame *child = exec_frame(x, e->child.frame);

    return !g->run && e->child.index < g->total && !g->results[e->child.index] &&
           g->done < g->total && child && child->parent == f->id && child->index == e->child.index;
}

static bool fits_backoff(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    return e->later.retrier < f->state->retriers;
}

/* ---- what events do ---- */

static void replace_error(struct asl_error *slot, const struct asl_error *e)
{
    struct asl_error fresh = asl_error_copy(e);

    asl_error_clear(slot);
    *slot = fresh;
}

static void start_execution_of(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_frame *root = exec_add_frame(x, x->scope);

    (void)f;
    x->root = root->id;
    x->started_ms = e->at_ms;
    exec_set_deadline(x, e->at_ms + e->skew_ms);
    exec_replace(&x->input, json_ref(e->data));
    root->input = json_ref(e->data);
    root->seq = e->seq;
    if (x->first)
        root->state = x->first;
    if (x->variables) {
        x->vars_len = root->vars_len = exec_vars_len(x, root, x->variables);
        root->vars = json_ref(x->variables);
    }
}

static void end_execution(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)f;
    x->status = event_kinds[e->kind].ends;
    x->stopped_ms = e->at_ms;
    /* A redrive asks whose failure it was: see fails_by_itself. */
    x->failed_frame = e->frame;
    exec_replace(&x->output, json_ref(e->data));
    replace_error(&x->error, &e->error);
}

static void enter_state(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    x->transitions++;
    f->phase = RT_ENTERED;
    f->entered = e->id;
    f->entered_ms = e->at_ms;
}

static json *with_assigned(const json *vars, const json *assigned)
{
    struct json_build b;

    if (!vars)
        return json_ref(assigned);
    json_build_copy(&b, vars, json_count(assigned));
    for (size_t i = 0; i < json_count(assigned); i++)
        json_build_set_key(&b, json_ref(json_key_at(assigned, i)),
                           json_ref(json_value_at(assigned, i)));
    return json_build_done(&b);
}

static void leave_state(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    exec_clear_visit(x, f);
    exec_replace(&f->input, json_ref(e->data));
    if (e->exited.variables) {
        /* Measured before the values are merged: afterwards the old ones, which must be taken off,
         * are gone. */
        size_t others = x->vars_len - f->vars_len;
        x->vars_len = exec_vars_len(x, f, e->exited.variables);
        f->vars_len = x->vars_len - others;
        exec_replace(&f->vars, with_assigned(f->vars, e->exited.variables));
    }
    if (e->exited.to != RT_NO_STATE) {
        f->state = x->machine->states[e->exited.to];
        f->phase = RT_ENTERING;
    } else {
        f->phase = RT_ENTERED; /* its end follows in the same step */
    }
}

/*
 * Whoever has the token of lambda:invoke.waitForTaskToken is expected to send heartbeats from when
 * the function has returned: until then it has its time limit only.
 */
static bool beats_once_submitted(const struct rt_frame *f)
{
    const struct asl_resource *r = &f->state->task.parts;

    return r->pattern == ASL_WAIT_FOR_TASK_TOKEN && asl_resource_calls(r, "lambda", "invoke");
}

/* The next heartbeat is due so long after `e`. */
static void expect_heartbeat(struct rt_frame *f, const struct rt_event *e)
{
    bool waits = beats_once_submitted(f) && !f->submitted;

    f->beat_ms = f->beat_every_ms && !waits ? e->at_ms + e->skew_ms + f->beat_every_ms : INT64_MAX;
}

json *rt_task_role(const struct rt_event *scheduled)
{
    const json *credentials = scheduled->scheduled.credentials;
    const json *role =
        credentials && json_is_object(credentials) ? json_get(credentials, "RoleArn") : NULL;

    return role && json_is_string(role) ? json_ref(role) : NULL;
}

static void schedule_task(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    /* An activity waits for a worker to take it; other work is handed out at once. */
    f->phase = f->state->task.kind == ASL_ACTIVITY ? RT_TASK : RT_SCHEDULED;
    f->started = false;
    f->ref = e->seq;
    f->scheduled = e->id;
    f->due_ms = e->scheduled.due_ms ? e->scheduled.due_ms : INT64_MAX;
    f->beat_every_ms = 1000 * e->scheduled.heartbeat_s;
    exec_replace(&f->task, json_ref(e->data));
    exec_replace(&f->token, json_ref(e->scheduled.token));
    exec_replace(&f->role, rt_task_role(e));
    exec_replace(&f->submitted, NULL);
    expect_heartbeat(f, e);
}

static void begin_task(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    f->phase = RT_TASK;
    f->started = true;
}

static void submit_task(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    f->phase = RT_TASK;
    exec_replace(&f->submitted, json_ref(e->data));
    if (beats_once_submitted(f))
        expect_heartbeat(f, e);
}

static void answer_task(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    f->answered = true;
    exec_replace(&f->answer, json_ref(e->data));
    replace_error(&f->error, &e->error);
}

static void note_heartbeat(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    expect_heartbeat(f, e);
}

/* …Failed and …TimedOut bring the error that is decided on next. A result that is too large is a
 * …Failed of our own making, and looks the same here. */
static void end_task(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    f->ref = 0;
    f->due_ms = f->beat_ms = INT64_MAX;
    exec_clear_task(f);
    if (e->error.name || e->error.cause || e->kind == RT_TASK_FAILED) {
        f->phase = RT_ERRED;
        f->heartbeat_missed = e->kind == RT_TASK_TIMED_OUT && e->timed_out.heartbeat;
        replace_error(&f->error, &e->error);
    } else {
        f->phase = RT_ENTERED; /* its exit follows in the same step */
    }
}

static void start_group(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    const struct asl_state *state = f->state;
    struct rt_group *g = mem_calloc(1, sizeof *g);

    exec_drop_group(x, f);
    f->group = g;
    g->begun = e->id;
    f->phase = RT_GROUP;
    g->first = g->last_child = RT_NO_FRAME;
    g->input = json_ref(e->data);
    g->items = json_ref(e->group.items);
    g->total = (uint32_t)e->group.length;
    g->limit = (uint32_t)e->group.limit;
    g->results = mem_calloc(g->total, sizeof(json *));
    g->results_cap = g->total;
    /* A Parallel has all its branches at once; iterations have events of their own. */
    if (state->type != ASL_PARALLEL)
        return;
    for (uint32_t i = 0; i < g->total; i++) {
        struct rt_frame *child = exec_add_child(x, f, state->parallel.branches[i], i);
        child->input = json_ref(e->data);
        child->last = e->id;
        child->seq = e->seq;
    }
}

/* A Map Run has set `joined` when it succeeded, one event before this. */
static void complete_group(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    f->phase = RT_ENTERED; /* its exit follows */
    if (!f->group->run)
        f->group->joined = e->previous;
}

static void fail_group(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    f->phase = RT_ENTERED; /* its exit, or its parent's failure, follows */
    if (f->group)
        f->group->over = true;
    if (f->group && f->group->run)
        forget_ahead(f->group->run);
}

static void start_iteration_of(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_frame *child = exec_add_child(x, f, f->state->map.processor, e->child.index);

    child->input = json_ref(e->data);
    child->last = e->id;
    child->seq = e->seq;
    /* A redriven Map starts iterations until as many run as may: then it waits as any other does.
     */
    if (f->group->resumed)
        f->group->resumed = f->group->started < f->group->total && group_has_room(f->group);
}

/* The frame of a branch's or iteration's end is the Parallel's or Map's, `child.frame` the child.
 */
static void end_branch(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_frame *child = exec_frame(x, e->child.frame);

    f->last = e->id ? e->id : e->previous;
    f->group->results[e->child.index] = json_ref(e->data);
    f->group->done++;
    if (child)
        exec_drop_frame(x, child);
}

static void begin_wait(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    f->phase = RT_WAIT;
    f->due_ms = e->later.due_ms;
}

/* A retry starts from nothing: the children of the attempt that failed go, and so does its error.
 */
static void back_off(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    if (!f->tries)
        f->tries = mem_calloc(f->state->retriers, sizeof *f->tries);
    f->tries[e->later.retrier]++;
    f->retries++;
    f->last = e->previous;
    f->phase = RT_RETRYING;
    f->due_ms = e->later.due_ms;
    exec_drop_group(x, f);
    asl_error_clear(&f->error);
}

/* ---- the table ---- */

/* Phases that a frame may be in, as bits. */
#define IN(phase) (1u << (phase))
#define ANYWHERE (~0u)
#define AT_WORK (IN(RT_ENTERED) | IN(RT_RETRYING) | IN(RT_REDRIVEN))
#define WITH_TASK (IN(RT_SCHEDULED) | IN(RT_TASK))

/* Which types of states have it, as bits. */
#define OF(type) (1u << (type))
#define ANY_TYPE (~0u)
#define GROUPS (OF(ASL_PARALLEL) | OF(ASL_MAP))

const struct event_kind event_kinds[RT_EVENT_KINDS] = {
    [RT_EXECUTION_STARTED] = {"xs", NAMED_ALONE, "ExecutionStarted", .wakes = WAKES_ROOT,
                              .details = DETAIL(INPUT) | DETAIL(ROLE), .needs = NEED_VALUE,
                              .tally = RT_TALLY_STARTED, .news = RT_NEWS_STARTED,
                              .fits = fits_start, .act = start_execution_of},
    [RT_EXECUTION_SUCCEEDED] = {"xok", NAMED_ALONE, "ExecutionSucceeded", .ends = RT_SUCCEEDED,
                                .details = DETAIL(OUTPUT), .needs = NEED_VALUE,
                                .tally = RT_TALLY_SUCCEEDED, .fits = fits_end,
                                .act = end_execution},
    [RT_EXECUTION_FAILED] = {"xf", NAMED_ALONE, "ExecutionFailed", .ends = RT_FAILED,
                             .details = DETAIL(ERROR), .tally = RT_TALLY_FAILED, .fits = fits_end,
                             .act = end_execution},
    [RT_EXECUTION_ABORTED] = {"xa", NAMED_ALONE, "ExecutionAborted", .ends = RT_ABORTED,
                              .details = DETAIL(ERROR), .tally = RT_TALLY_ABORTED, .fits = fits_end,
                              .act = end_execution},
    [RT_EXECUTION_TIMED_OUT] = {"xt", NAMED_ALONE, "ExecutionTimedOut", .ends = RT_TIMED_OUT,
                                .details = DETAIL(ERROR), .tally = RT_TALLY_TIMED_OUT,
                                .fits = fits_end, .act = end_execution},
    [RT_EXECUTION_REDRIVEN] = {"xr", NAMED_ALONE, "ExecutionRedriven", SHAPE_REDRIVE,
                               .wakes = WAKES_ALL, .details = DETAIL(REDRIVES), .needs = NEED_TEXT,
                               .fits = fits_redrive, .act = apply_redrive},
    [RT_STATE_ENTERED] = {"se", NAMED_BY_STATE, "StateEntered", .chain = CHAIN_MOVES,
                          .details = DETAIL(NAME) | DETAIL(INPUT), .phases = IN(RT_ENTERING),
                          .types = ANY_TYPE, .needs = NEED_VALUE, .tally = RT_TALLY_TRANSITION,
                          .news = RT_NEWS_ENTERED, .act = enter_state},
    [RT_STATE_EXITED] = {"sx", NAMED_BY_STATE, "StateExited", SHAPE_EXITED, .chain = CHAIN_MOVES,
                         .details = DETAIL(NAME) | DETAIL(OUTPUT) | DETAIL(VARIABLES),
                         .phases = ~IN(RT_ENTERING), .types = ANY_TYPE, .needs = NEED_VALUE,
                         .news = RT_NEWS_EXITED, .fits = fits_exit, .act = leave_state},
    [RT_STATE_ABORTED] = {"sa", NAMED_BY_STATE, "StateAborted", .phases = ANYWHERE,
                          .types = ANY_TYPE, .news = RT_NEWS_ABORTED, .act = apply_abort},
    [RT_TASK_SCHEDULED] = {"tq", NAMED_BY_TASK, "Scheduled", SHAPE_SCHEDULED, .chain = CHAIN_MOVES,
                           .details = DETAIL(TASK), .phases = AT_WORK, .types = OF(ASL_TASK),
                           .needs = NEED_VALUE, .tally = RT_TALLY_TASK_STARTED,
                           .news = RT_NEWS_ATTEMPT, .act = schedule_task},
    [RT_TASK_STARTED] = {"ts", NAMED_BY_TASK, "Started", .chain = CHAIN_MOVES,
                         .details = DETAIL(RESOURCE) | DETAIL(WORKER), .phases = WITH_TASK,
                         .types = OF(ASL_TASK), .needs = NEED_TEXT, .act = begin_task},
    [RT_TASK_SUBMITTED] = {"tm", NAMED_BY_TASK, "Submitted", .chain = CHAIN_MOVES,
                           .details = DETAIL(RESOURCE) | DETAIL(OUTPUT), .phases = WITH_TASK,
                           .types = OF(ASL_TASK), .needs = NEED_VALUE, .act = submit_task},
    [RT_TASK_SUCCEEDED] = {"tok", NAMED_BY_TASK, "Succeeded", .chain = CHAIN_MOVES,
                           .details = DETAIL(RESOURCE) | DETAIL(OUTPUT), .phases = WITH_TASK,
                           .types = OF(ASL_TASK), .needs = NEED_VALUE,
                           .tally = RT_TALLY_TASK_SUCCEEDED, .news = RT_NEWS_RESULT,
                           .act = end_task},
    [RT_TASK_FAILED] = {"tf", NAMED_BY_TASK, "Failed", .chain = CHAIN_MOVES,
                        .details = DETAIL(RESOURCE) | DETAIL(ERROR), .phases = WITH_TASK,
                        .types = OF(ASL_TASK), .tally = RT_TALLY_TASK_FAILED,
                        .news = RT_NEWS_FAILED, .act = end_task},
    [RT_TASK_TIMED_OUT] = {"tt", NAMED_BY_TASK, "TimedOut", SHAPE_TIMED_OUT, .chain = CHAIN_MOVES,
                           .details = DETAIL(RESOURCE) | DETAIL(ERROR), .phases = WITH_TASK,
                           .types = OF(ASL_TASK), .tally = RT_TALLY_TASK_TIMED_OUT,
                           .news = RT_NEWS_FAILED, .act = end_task},
    [RT_GROUP_STARTED] = {"gs", NAMED_BY_GROUP, "StateStarted", SHAPE_GROUP, .chain = CHAIN_MOVES,
                          .wakes = WAKES_CHILDREN, .details = DETAIL(LENGTH), .phases = AT_WORK,
                          .types = GROUPS, .needs = NEED_VALUE, .news = RT_NEWS_ATTEMPT,
                          .fits = fits_group_start, .act = start_group},
    [RT_GROUP_SUCCEEDED] = {"gok", NAMED_BY_GROUP, "StateSucceeded", .chain = CHAIN_MOVES,
                            .phases = IN(RT_GROUP), .types = GROUPS, .needs = NEED_GROUP,
                            .fits = fits_group_success, .act = complete_group},
    [RT_GROUP_FAILED] = {"gf", NAMED_BY_GROUP, "StateFailed", .chain = CHAIN_MOVES,
                         .phases = ANYWHERE, .types = GROUPS, .news = RT_NEWS_GROUP_FAILED,
                         .act = fail_group},
    [RT_ITERATION_STARTED] = {"is", NAMED_ALONE, "MapIterationStarted", SHAPE_CHILD,
                              .chain = CHAIN_ASIDE, .wakes = WAKES_CHILD,
                              .details = DETAIL(NAME) | DETAIL(INDEX), .phases = IN(RT_GROUP),
                              .types = OF(ASL_MAP), .needs = NEED_GROUP | NEED_VALUE,
                              .fits = fits_iteration_start, .act = start_iteration_of},
    [RT_ITERATION_SUCCEEDED] = {"iok", NAMED_ALONE, "MapIterationSucceeded", SHAPE_CHILD,
                                .details = DETAIL(NAME) | DETAIL(INDEX), .phases = IN(RT_GROUP),
                                .types = OF(ASL_MAP), .needs = NEED_GROUP | NEED_VALUE,
                                .fits = fits_child_success, .act = end_branch},
    [RT_ITERATION_FAILED] = {"if", NAMED_ALONE, "MapIterationFailed", SHAPE_CHILD,
                             .details = DETAIL(NAME) | DETAIL(INDEX), .phases = ANYWHERE,
                             .types = OF(ASL_MAP)},
    [RT_ITERATION_ABORTED] = {"ia", NAMED_ALONE, "MapIterationAborted", SHAPE_CHILD,
                              .details = DETAIL(NAME) | DETAIL(INDEX), .phases = ANYWHERE,
                              .types = OF(ASL_MAP)},
    [RT_MAP_RUN_STARTED] = {"ms", NAMED_ALONE, "MapRunStarted", SHAPE_MAP_RUN, .chain = CHAIN_MOVES,
                            .details = DETAIL(MAP_RUN), .phases = IN(RT_GROUP),
                            .types = OF(ASL_MAP), .needs = NEED_GROUP | NEED_VALUE | NEED_TEXT,
                            .fits = fits_map_run_start, .act = apply_map_run_start},
    [RT_MAP_RUN_SUCCEEDED] = {"mok", NAMED_ALONE, "MapRunSucceeded", .phases = IN(RT_GROUP),
                              .types = OF(ASL_MAP), .needs = NEED_MAP_RUN,
                              .act = apply_map_run_success},
    [RT_MAP_RUN_FAILED] = {"mf", NAMED_ALONE, "MapRunFailed", .chain = CHAIN_MOVES,
                           .details = DETAIL(ERROR), .phases = IN(RT_GROUP), .types = OF(ASL_MAP),
                           .needs = NEED_MAP_RUN, .act = apply_map_run_failure},
    [RT_MAP_RUN_REDRIVEN] = {"mr", NAMED_ALONE, "MapRunRedriven", SHAPE_REDRIVE,
                             .chain = CHAIN_MOVES, .details = DETAIL(MAP_RUN) | DETAIL(REDRIVES),
                             .phases = IN(RT_GROUP), .types = OF(ASL_MAP),
                             .needs = NEED_MAP_RUN | NEED_VALUE | NEED_TEXT,
                             .act = apply_map_run_redrive},
    [RT_EVALUATION_FAILED] = {"ef", NAMED_ALONE, "EvaluationFailed", .chain = CHAIN_MOVES,
                              .details = DETAIL(STATE) | DETAIL(ERROR) | DETAIL(LOCATION),
                              .phases = ANYWHERE, .types = ANY_TYPE, .news = RT_NEWS_FAILED},
    [RT_BRANCH_SUCCEEDED] = {"bok", NAMED_ALONE, "branch succeeded", SHAPE_CHILD,
                             .phases = IN(RT_GROUP), .types = OF(ASL_PARALLEL),
                             .needs = NEED_GROUP | NEED_VALUE, .fits = fits_child_success,
                             .act = end_branch},
    [RT_CHILD_STARTED] = {"cs", NAMED_ALONE, "child started", SHAPE_CHILD, .chain = CHAIN_ASIDE,
                          .phases = IN(RT_GROUP), .types = OF(ASL_MAP),
                          .needs = NEED_MAP_RUN | NEED_VALUE, .fits = fits_run_child_start,
                          .act = apply_run_child_start},
    [RT_CHILD_ENDED] = {"ce", NAMED_ALONE, "child ended", SHAPE_CHILD, .phases = IN(RT_GROUP),
                        .types = OF(ASL_MAP), .needs = NEED_MAP_RUN, .news = RT_NEWS_CHILD_ENDED,
                        .fits = fits_run_child_end, .act = apply_run_child_end},
    [RT_WAITING] = {"w", NAMED_ALONE, "waiting", SHAPE_LATER, .phases = ANYWHERE,
                    .types = OF(ASL_WAIT), .news = RT_NEWS_WAIT, .act = begin_wait},
    [RT_BACKOFF] = {"r", NAMED_ALONE, "backoff", SHAPE_LATER, .phases = ANYWHERE, .types = ANY_TYPE,
                    .news = RT_NEWS_RETRY, .fits = fits_backoff, .act = back_off},
    [RT_HEARTBEAT] = {"h", NAMED_ALONE, "heartbeat", .chain = CHAIN_ASIDE, .phases = WITH_TASK,
                      .types = OF(ASL_TASK), .act = note_heartbeat},
    [RT_CHILD_REDRIVEN] = {"cr", NAMED_ALONE, "child redriven", SHAPE_CHILD, .chain = CHAIN_ASIDE,
                           .phases = IN(RT_GROUP), .types = OF(ASL_MAP), .needs = NEED_MAP_RUN,
                           .fits = fits_run_child_redrive, .act = apply_run_child_redrive},
    [RT_MAP_RUN_UPDATED] = {"mu", NAMED_ALONE, "map run updated", SHAPE_MAP_RUN,
                            .phases = IN(RT_GROUP), .types = OF(ASL_MAP), .needs = NEED_MAP_RUN,
                            .act = apply_map_run_update},
    [RT_TASK_ANSWERED] = {"ta", NAMED_ALONE, "task answered", .chain = CHAIN_ASIDE,
                          .phases = WITH_TASK, .types = OF(ASL_TASK), .act = answer_task},
    [RT_SOURCE_CHANGED] = {"sc", NAMED_ALONE, "source changed", .chain = CHAIN_ASIDE,
                           .phases = IN(RT_GROUP), .types = OF(ASL_MAP),
                           .needs = NEED_MAP_RUN | NEED_VALUE, .fits = fits_stream,
                           .act = apply_source},
    [RT_ITEMS_ENDED] = {"ie", NAMED_ALONE, "items ended", .phases = IN(RT_GROUP),
                        .types = OF(ASL_MAP), .needs = NEED_MAP_RUN, .fits = fits_stream,
                        .act = apply_items_end},
    [RT_MAP_RUN_WAITING] = {"mw", NAMED_ALONE, "map run waiting", .phases = IN(RT_GROUP),
                            .types = OF(ASL_MAP), .needs = NEED_MAP_RUN, .fits = fits_waiting,
                            .act = apply_map_run_waiting},
    [RT_MAP_RUN_OPENED] = {"mo", NAMED_ALONE, "map run opened", .phases = IN(RT_GROUP),
                           .types = OF(ASL_MAP), .needs = NEED_MAP_RUN, .fits = fits_opening,
                           .act = apply_map_run_opening},
    [RT_RESULTS_WRITTEN] = {"rw", NAMED_ALONE, "results written", SHAPE_RESULTS,
                            .phases = IN(RT_GROUP), .types = OF(ASL_MAP),
                            .needs = NEED_MAP_RUN | NEED_VALUE, .fits = fits_results,
                            .act = apply_results},
    [RT_MAP_RUN_CLOSING] = {"mc", NAMED_ALONE, "map run closing", .phases = IN(RT_GROUP),
                            .types = OF(ASL_MAP), .needs = NEED_MAP_RUN, .fits = fits_closing,
                            .act = apply_closing},
    [RT_MAP_RUN_FAILING] = {"mx", NAMED_ALONE, "map run failing", .phases = IN(RT_GROUP),
                            .types = OF(ASL_MAP), .needs = NEED_MAP_RUN, .fits = fits_failing,
                            .act = apply_failing},
    [RT_CHILD_UNBEGUN] = {"cu", NAMED_ALONE, "child unbegun", SHAPE_CHILD, .phases = IN(RT_GROUP),
                          .types = OF(ASL_MAP), .needs = NEED_MAP_RUN, .fits = fits_unbegun,
                          .act = apply_unbegun},
    [RT_SOURCE_DIFFERS] = {"sd", NAMED_ALONE, "source differs", .chain = CHAIN_ASIDE,
                           .phases = IN(RT_GROUP), .types = OF(ASL_MAP), .needs = NEED_MAP_RUN,
                           .fits = fits_stream, .act = apply_source_differs},
    [RT_RESULTS_LOST] = {"rl", NAMED_ALONE, "results lost", .phases = IN(RT_GROUP),
                         .types = OF(ASL_MAP), .needs = NEED_MAP_RUN | NEED_VALUE,
                         .fits = fits_results_loss, .act = apply_results_loss},
};

#define AT(member) offsetof(struct rt_event, member)

const struct event_members event_shapes[EVENT_SHAPES] = {
    [SHAPE_SCHEDULED] = {{{"m", WIDTH_I64, AT(scheduled.timeout_s), BOUND_COUNT},
                          {"l", WIDTH_I64, AT(scheduled.heartbeat_s), BOUND_COUNT},
                          {"u", WIDTH_I64, AT(scheduled.due_ms), BOUND_TIME}},
                         {{"x", "X", AT(scheduled.credentials), TYPE_ANY},
                          {"o", "O", AT(scheduled.token), TYPE_TEXT}}},
    [SHAPE_EXITED] = {{{"n", WIDTH_U32, AT(exited.to), BOUND_STATE}},
                      {{"x", "X", AT(exited.variables), TYPE_OBJECT}}},
    [SHAPE_GROUP] = {{{"m", WIDTH_I64, AT(group.length), BOUND_COUNT},
                      {"l", WIDTH_I64, AT(group.limit), BOUND_COUNT}},
                     {{"x", "X", AT(group.items), TYPE_ANY}}},
    [SHAPE_MAP_RUN] = {{{"m", WIDTH_I64, AT(map_run.count), BOUND_NONE},
                        {"l", WIDTH_I64, AT(map_run.limit), BOUND_COUNT}},
                       {{"x", "X", AT(map_run.percentage), TYPE_NUMBER},
                        {"g", "G", AT(map_run.plan), TYPE_OBJECT}}},
    [SHAPE_REDRIVE] = {{{"m", WIDTH_I64, AT(redrive.number), BOUND_COUNT}}, {{0}}},
    [SHAPE_CHILD] = {{{"n", WIDTH_U32, AT(child.frame), BOUND_NONE},
                      {"j", WIDTH_U32, AT(child.index), BOUND_NONE},
                      {"b", WIDTH_U32, AT(child.items), BOUND_NONE},
                      {"o", WIDTH_I64, AT(child.position), BOUND_PLACE},
                      {"m", WIDTH_U32, AT(child.status), BOUND_NONE},
                      {"a", WIDTH_I64, AT(child.began_ms), BOUND_TIME},
                      {"z", WIDTH_I64, AT(child.ended_ms), BOUND_TIME}},
                     {{0}}},
    [SHAPE_TIMED_OUT] = {{{"j", WIDTH_U32, AT(timed_out.heartbeat), BOUND_NONE}}, {{0}}},
    [SHAPE_LATER] = {{{"j", WIDTH_U32, AT(later.retrier), BOUND_NONE},
                      {"u", WIDTH_I64, AT(later.due_ms), BOUND_TIME}},
                     {{0}}},
    [SHAPE_RESULTS] = {{{"m", WIDTH_I64, AT(results.succeeded), BOUND_COUNT},
                        {"l", WIDTH_I64, AT(results.failed), BOUND_COUNT},
                        {"n", WIDTH_I64, AT(results.pending), BOUND_COUNT},
                        {"o", WIDTH_I64, AT(results.earlier), BOUND_COUNT},
                        {"b", WIDTH_I64, AT(results.items), BOUND_PLACE},
                        {"j", WIDTH_U32, AT(results.over), BOUND_NONE}},
                       {{0}}},
};

const struct event_members event_first_members = {{{"q", WIDTH_U64, AT(seq), BOUND_NONE},
                                                   {"i", WIDTH_U32, AT(id), BOUND_NONE},
                                                   {"p", WIDTH_U32, AT(previous), BOUND_NONE},
                                                   {"t", WIDTH_I64, AT(at_ms), BOUND_TIME},
                                                   {"f", WIDTH_U32, AT(frame), BOUND_NONE}},
                                                  {{"d", "D", AT(data), TYPE_ANY}}};

const struct event_members event_last_members = {{{"w", WIDTH_I64, AT(skew_ms), BOUND_NONE}},
                                                 {{"e", "E", AT(error.name), TYPE_TEXT},
                                                  {"c", "C", AT(error.cause), TYPE_TEXT},
                                                  {"y", "Y", AT(error.location), TYPE_TEXT}}};

/* ---- applying ---- */

/* First what all events do to their frame's chain, by the row; then what the kind does, which may
 * point the chain elsewhere. */
void rt_apply(rt_exec *x, const struct rt_event *e)
{
    const struct event_kind *k = &event_kinds[e->kind];
    struct rt_frame *f = exec_frame(x, e->frame);

    x->seq = e->seq;
    if (e->id)
        x->event_id = e->id;
    if (f && k->chain == CHAIN_MOVES)
        f->last = e->id;
    if (f && k->chain != CHAIN_ASIDE)
        f->seq = e->seq;
    if (k->act)
        k->act(x, f, e);
}
