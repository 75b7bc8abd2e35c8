/*
 * Taking up what ran before a restart, without anybody having to wait for it.
 *
 * engine_recover only notes which executions run: an entry each, marked as untaken. Turns take them
 * up in the order of their numbers, for a share of each turn; a long history is read in several. An
 * input for one that is untaken, or its timer, takes it up at once.
 *
 * Parents come before their children, as only they know whether they still ask for them. So there
 * is a child call for each child that runs, unasked until its parent has been taken up: what that
 * asks for and is there is its child again, what has ended meanwhile is answered, what is not there
 * is started. A child that is unasked then is stopped: its Map has ended, and the process before
 * the stop.
 */

#include "runtime/engine/engine_take_up.h"

#include "parsers/base/mem.h"
#include "runtime/engine/engine_call.h"
#include "runtime/engine/engine_map_runs.h"
#include "runtime/engine/engine_memory.h"
#include "runtime/engine/engine_recover.h"
#include "runtime/engine/engine_redrive.h"
#include "runtime/engine/engine_slice.h"
#include "runtime/engine/engine_tell.h"
#include "runtime/engine/engine_turn.h"

#include <string.h>

/* ---- what is to be taken up ---- */

void engine_note_running(engine *e, const struct store_running *row)
{
    struct entry *entry = engine_add_entry(e, row->number);
    const struct store_parent p = row->parent;

    entry->keep = row->transient ? ENGINE_KEEP_RUNNING : ENGINE_KEEP;
    entry->kept = entry->untaken = true;
    entry->kept_due_ms = row->due_ms;
    e->running++;
    if (row->due_ms != STORE_AWAKE)
        engine_set_due(e, entry, row->due_ms);
    if (row->due_ms != STORE_AWAKE && !p.set)
        return;
    MEM_GROW(e->untaken, e->untaken_count, e->untaken_cap);
    e->untaken[e->untaken_count++] = row->number;
    if (!p.set)
        return;
    /* Parents are older. In a file that was changed they may not be, or have a child twice. */
    if (p.execution >= row->number || engine_find_call(e, p.execution, p.ref)) {
        engine_orphan(e, entry);
        return;
    }
    engine_set_call(e, entry, engine_new_call(e, p.execution, p.ref, true));
    entry->call->unasked = true;
    entry->call->number = row->number;
}

bool engine_takes_up(const engine *e)
{
    return e->untaken_head < e->untaken_count;
}

size_t engine_untaken(const engine *e)
{
    return e->untaken_count - e->untaken_head;
}

void engine_take_up_later(engine *e, bool later)
{
    e->takes_up_later = later;
}

/* ---- children ---- */

void engine_orphan(engine *e, struct entry *entry)
{
    static const struct asl_error none;

    if (entry->call) {
        id_map_take(&e->calls, entry->call->node.id);
        pool_give(&e->spare_calls, entry->call);
    }
    entry->call = NULL;
    entry->orphan = true;
    engine_stop(e, entry->node.id, &none);
}

bool engine_find_child(engine *e, const struct engine_call *call, uint64_t *child, bool *found,
                       struct diag *why)
{
    struct diag missing = {0};

    *found = e->store && store_find_child(e->store, call->execution, call->ref, child, &missing);
    bool good = *found || !e->store || !strcmp(missing.code, "STORE_NONE");
    if (!good)
        diag_set(why, missing.code, 0, "%s", missing.text);
    diag_clear(&missing);
    return good;
}

/* Without a call that is out it has answered, or ran before a restart and was not asked for since.
 */
bool engine_withdraw_child(engine *e, uint64_t execution, uint64_t ref, bool kept)
{
    const struct engine_call *call = engine_find_call(e, execution, ref);
    struct entry *child = call && call->number != NO_CHILD ? engine_entry(e, call->number) : NULL;
    const struct engine_call of = {.execution = execution, .ref = ref};
    struct diag why = {0};
    uint64_t number;
    bool found;

    if (child)
        return child->withdrawn = child->unstarted;
    if (!e->store || !kept)
        return false;
    bool known = engine_find_child(e, &of, &number, &found, &why);
    diag_clear(&why);
    return known && !found;
}

/* Few have an output that their Map Run didn't hear of: the others cost a look at their rows. */
json *engine_output_of_child(engine *e, uint64_t execution, uint64_t ref, int64_t *began_ms,
                             int64_t *ended_ms)
{
    const struct engine_call of = {.execution = execution, .ref = ref};
    const struct store_execution *row;
    struct diag why = {0};
    uint64_t child;
    bool found;
    json *output = NULL;
    rt_exec *x = NULL;

    if (engine_find_child(e, &of, &child, &found, &why) && found &&
        store_find(e->store, child, &row, &why) && row->status == RT_SUCCEEDED)
        x = engine_fold_whole(e, child, &why);
    if (x) {
        output = json_ref(rt_exec_output(x));
        *began_ms = rt_exec_start_ms(x);
        *ended_ms = rt_exec_stop_ms(x);
    }
    rt_exec_free(x);
    diag_clear(&why);
    return output;
}

/* The child's answer may not have reached its parent. False with *why filled when the store can't
 * be read. */
static bool find_ended_child(engine *e, struct engine_call *call, bool *found, struct diag *why)
{
    uint64_t child;
    rt_exec *x = NULL;
    bool good = engine_find_child(e, call, &child, found, why);
    struct diag wrong = {0};

    if (!good || !*found)
        return good;
    if ((x = engine_fold_whole(e, child, &wrong)))
        engine_tell_parent(e, call, x);
    else if ((good = engine_is_damage(&wrong)))
        engine_child_lost(e, call, wrong.text);
    else
        diag_set(why, wrong.code, 0, "%s", wrong.text);
    rt_exec_free(x);
    diag_clear(&wrong);
    return good;
}

/* The child that runs is its parent's again, or the one that has ended is answered for, or there is
 * none yet. One that is to end does so. */
static bool engine_take_up_ask_for_child(engine *e, const struct entry *entry,
                                         const struct rt_command *c, struct diag *why)
{
    struct engine_call *call = engine_add_call(e, entry->node.id, c);
    bool found = false, runs = call->number != NO_CHILD;

    if (runs && c->kind == RT_CANCEL_CHILD)
        engine_cancel_child(e, call, true);
    if (runs)
        return true;
    if (c->kind == RT_REDRIVE_CHILD)
        return engine_redrive_child(e, call, entry->x, c, why);
    if (!find_ended_child(e, call, &found, why))
        return false;
    if (!found && c->kind == RT_CANCEL_CHILD)
        engine_cancel_child(e, call, true);
    else if (!found)
        engine_start_child(e, call, entry->x, c);
    return true;
}

/* ---- one of them ---- */

static bool give_commands(engine *e, struct entry *entry, const struct rt_output *out,
                          struct diag *why)
{
    bool good = true;

    for (size_t i = 0; i < out->command_count; i++) {
        /* The call for a child that is to end is made anew, too. */
        entry->calls += starts_call(&out->commands[i]) || out->commands[i].kind == RT_CANCEL_CHILD;
        entry->to_open += out->commands[i].kind == RT_OPEN_MAP_RUN;
    }
    for (size_t i = 0; good && i < out->command_count; i++) {
        const struct rt_command *c = &out->commands[i];
        if (c->kind == RT_RUN_TASK || c->kind == RT_READ_ITEMS || c->kind == RT_WRITE_RESULTS)
            engine_hand_out(e, entry->node.id, entry->x, c, true);
        else if (c->kind == RT_OPEN_MAP_RUN)
            engine_open_later(e, entry);
        else
            good = engine_take_up_ask_for_child(e, entry, c, why);
    }
    return good;
}

/* Resumes an execution that was made from its history. False with *why filled when it can't. */
static bool resume_folded_entry(engine *e, struct entry *entry, struct diag *why)
{
    struct rt_output out = {0};
    const rt_exec *x = entry->x;
    bool good = true;

    entry->untaken = false;
    if (rt_exec_status(x) != RT_RUNNING) {
        engine_mend_end(e, entry);
        return true;
    }
    e->turn_bytes += rt_exec_held(x);
    engine_note_map_runs(e, entry);
    engine_note_step(e, entry);
    rt_resume(entry->x, engine_due_clock(e), &out);
    if (!out.command_count && rt_next_due(x) == INT64_MAX && !rt_exec_can_go_on(x)) {
        diag_set(why, STORE_DAMAGED, 0, "the end of its history is missing: it waits for nothing");
        good = false;
    } else {
        engine_set_due(e, entry, rt_next_due(x));
        good = give_commands(e, entry, &out, why);
    }
    rt_output_clear(&out);
    return good;
}

/* What an earlier turn has read of that history, or nothing. */
static struct fold engine_take_up_begun(engine *e, uint64_t execution)
{
    struct fold f = {.execution = execution};

    if (e->fold.x && e->fold.execution == execution) {
        f = e->fold;
        e->fold.x = NULL;
    }
    return f;
}

/*
 * Takes up one execution, whose parent has been taken up or is gone. False: its history is long,
 * and the rest of it is for the next turn. Then, or when the store can't be read, the entry is as
 * it was; else it isn't untaken any more, or it is gone.
 */
static bool take_up_entry(engine *e, struct entry *entry, bool pauses)
{
    uint64_t execution = entry->node.id;
    struct fold f = engine_take_up_begun(e, execution);
    struct diag why = {0};

    if (entry->call && entry->call->unasked)
        engine_orphan(e, entry);
    enum fold_end end = engine_fold(e, &f, pauses, &why);
    if (end == FOLD_PAUSED) {
        rt_exec_free(e->fold.x);
        e->fold = f;
        return false;
    }
    entry->x = f.x;
    if (end == FOLD_FAILED || !resume_folded_entry(e, entry, &why)) {
        if (engine_is_damage(&why))
            engine_set_apart(e, execution, why.text);
        else
            engine_cannot_read(e, &why);
    }
    engine_used_ns(e);
    diag_clear(&why);
    return true;
}

/* The oldest of its parents that is untaken, or itself. */
static struct entry *eldest(const engine *e, struct entry *entry)
{
    while (entry->call && entry->call->unasked) {
        struct entry *parent = engine_entry(e, entry->call->execution);
        if (!parent || !parent->untaken)
            break;
        entry = parent;
    }
    return entry;
}

static struct entry *untaken_entry(const engine *e, uint64_t execution)
{
    struct entry *entry = engine_entry(e, execution);

    return entry && entry->untaken ? entry : NULL;
}

/* ---- before its turn, and in it ---- */

bool engine_take_up_now(engine *e, struct entry *entry)
{
    uint64_t execution = entry->node.id;

    while (!e->unreadable && (entry = untaken_entry(e, execution))) {
        entry = eldest(e, entry);
        uint64_t number = entry->node.id;
        bool awake = entry->kept_due_ms == STORE_AWAKE;
        take_up_entry(e, entry, false);
        /* It was awake in the store, so it had a step to come: queue that. */
        if (awake && (entry = engine_entry(e, number)))
            engine_queue(e, entry);
    }
    return !e->unreadable && engine_entry(e, execution);
}

bool engine_take_up(engine *e, uint64_t execution)
{
    struct entry *entry = untaken_entry(e, execution);

    return entry && engine_take_up_now(e, entry);
}

/* The next that is to be taken up; NULL: that one needn't be. */
static struct entry *engine_take_up_next_of(engine *e, uint64_t execution)
{
    struct entry *entry = untaken_entry(e, execution), *next = entry ? eldest(e, entry) : NULL;

    if (!entry || next != entry || entry->kept_due_ms == STORE_AWAKE)
        return next;
    /* It sleeps on, unless nobody asks for it. */
    if (entry->call && entry->call->unasked)
        engine_orphan(e, entry);
    return NULL;
}

void engine_take_up_some(engine *e)
{
    if (!e->untaken || e->takes_up_later)
        return;
    engine_begin_later_share(e);
    while (engine_takes_up(e) && !e->unreadable && !engine_share_is_over(e)) {
        struct entry *entry = engine_take_up_next_of(e, e->untaken[e->untaken_head]);
        if (!entry) {
            e->untaken_head++;
            e->share_steps++;
            continue;
        }
        uint64_t execution = entry->node.id;
        if (!take_up_entry(e, entry, true))
            return;
        if (!e->unreadable && engine_entry(e, execution))
            engine_step(e, &(struct input){.kind = RT_IN_CONTINUE, .execution = execution});
    }
    if (engine_takes_up(e))
        return;
    mem_free(e->untaken);
    e->untaken = NULL;
    e->untaken_head = e->untaken_count = e->untaken_cap = 0;
}
