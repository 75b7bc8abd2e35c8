/*
 * What a turn has made goes into the store: events of all its executions, then where each of them
 * stands, then one commit. The events come first, so that a row never tells of more than the
 * history has.
 */

#include "runtime/engine/engine_keep.h"

#include "runtime/engine/engine_stops.h"
#include "runtime/engine/engine_turn.h"

/* Returns whether the execution only waits, and for long. */
static bool can_sleep(const engine *e, const struct entry *entry)
{
    return entry->calls == 0 && !entry->to_open && !entry->queued && !entry->late &&
           !entry->throttled && entry->due_ms != INT64_MAX &&
           entry->due_ms - engine_due_clock(e) > e->sleep_ms;
}

static void keep_start(engine *e, struct entry *entry)
{
    struct store_execution x = {.number = entry->node.id,
                                .machine = rt_exec_machine(entry->x),
                                .status = rt_exec_status(entry->x),
                                .start_ms = rt_exec_start_ms(entry->x),
                                .due_ms = can_sleep(e, entry) ? entry->due_ms : STORE_AWAKE};

    rt_exec_config(entry->x, &x.config);
    /* It may have ended in its first turn. */
    entry->kept_end = x.status != RT_RUNNING;
    x.stop_ms = entry->kept_end ? rt_exec_stop_ms(entry->x) : 0;
    entry->kept_due_ms = x.due_ms;
    x.parent = entry->parent;
    x.transient = entry->keep == ENGINE_KEEP_RUNNING;
    x.list = entry->list;
    x.note = entry->note;
    store_start(e->store, &x);
    entry->kept = true;
    json_unref(entry->list);
    json_unref(entry->note);
    entry->list = entry->note = NULL;
}

/* One that has succeeded is never redriven. */
static void keep_end(engine *e, const struct entry *entry, enum rt_status status)
{
    uint64_t execution = entry->node.id;

    if (entry->keep == ENGINE_KEEP_RUNNING) {
        store_forget(e->store, execution);
        return;
    }
    store_progress(e->store, execution, status, rt_exec_stop_ms(entry->x), STORE_AWAKE);
    if (status == RT_SUCCEEDED && rt_exec_is_parent(entry->x))
        store_trim_later(e->store, execution);
}

/* Tells the store where an execution stands once this turn is over; only what is news. */
static void keep_progress(engine *e, struct entry *entry)
{
    enum rt_status status = rt_exec_status(entry->x);
    int64_t due_ms = can_sleep(e, entry) ? entry->due_ms : STORE_AWAKE;

    if (entry->redriven)
        store_redriven(e->store, entry->node.id, rt_exec_redrives(entry->x),
                       rt_exec_redriven_ms(entry->x));
    entry->redriven = false;
    if (status != RT_RUNNING && !entry->kept_end) {
        keep_end(e, entry, status);
    } else if (status == RT_RUNNING && due_ms != entry->kept_due_ms) {
        store_progress(e->store, entry->node.id, status, 0, due_ms);
    }
    entry->kept_end = status != RT_RUNNING;
    entry->kept_due_ms = due_ms;
}

/* Returns whether the store is to have the execution. An execution that leaves nothing behind and
 * ends in its first turn never sees the store. */
static bool keeps(const struct entry *entry)
{
    if (entry->keep == ENGINE_KEEP_RUNNING)
        return entry->kept || rt_exec_status(entry->x) == RT_RUNNING;
    return entry->keep == ENGINE_KEEP;
}

static void keep_apart(engine *e, struct turn_output *t)
{
    if (!e->apart)
        e->apart = store_memory_new();
    store_take_output(e->apart, t->execution, &t->out);
}

/* One that leaves nothing behind may be forgotten before the hooks have heard of its events. */
static void keep_output(engine *e, const struct entry *entry, struct turn_output *t)
{
    if (entry && entry->keep == ENGINE_KEEP_RUNNING)
        store_append_output(e->store, t->execution, &t->out);
    else
        store_take_output(e->store, t->execution, &t->out);
}

bool engine_keep_events(engine *e, struct diag *why)
{
    struct diag failed = {0};
    uint64_t refused;

    if (!e->store)
        return true;
    for (size_t i = 0; i < e->turn_count; i++) {
        struct turn_output *t = &e->turns[i];
        struct entry *entry = e->recovers ? engine_entry(e, t->execution) : NULL;
        if (entry && entry->keep == ENGINE_KEEP_APART)
            keep_apart(e, t);
        if (entry && !keeps(entry))
            continue;
        if (entry && !entry->kept)
            keep_start(e, entry);
        keep_output(e, entry, t);
        if (entry && entry->keep == ENGINE_KEEP)
            engine_keep_stops(e, t);
    }
    for (size_t i = 0; e->recovers && i < e->turn_count; i++) {
        struct entry *entry = engine_entry(e, e->turns[i].execution);
        if (entry && entry->kept)
            keep_progress(e, entry);
    }
    if (store_commit(e->store, &failed))
        return true;
    /* One execution is at fault. It is set apart, so that the next turn can commit the others. */
    if (failed.code == STORE_REFUSED && store_refused(e->store, &refused)) {
        store_set_apart(e->store, refused, failed.text, e->now_ms);
        store_commit(e->store, NULL);
    }
    if (failed.code)
        diag_set(why, failed.code, 0, "%s", failed.text);
    diag_clear(&failed);
    return false;
}
