/* What comes back from the store: executions that sleep, and after a crash all that ran. */

#include "runtime/engine_impl.h"

#include "parsers/mem.h"

#include <string.h>

/* ---- folding ---- */

static bool apply(void *user, const struct rt_event *event)
{
    rt_apply(user, event);
    return true;
}

/* The execution as its history makes it; NULL with *why filled. `row` is what the store has of it,
 * good until it is asked again. */
static rt_exec *fold(engine *e, uint64_t execution, struct diag *why)
{
    const struct store_execution *row;

    if (!e->store) {
        diag_set(why, "STORE_NONE", 0, "there is no store");
        return NULL;
    }
    if (!store_find(e->store, execution, &row, why))
        return NULL;
    rt_exec *x = rt_exec_new(row->machine, &row->config);
    if (store_read(e->store, execution, 0, apply, x, why))
        return x;
    rt_exec_free(x);
    return NULL;
}

/* Brings an execution that sleeps back into memory; what it has out is out already. */
bool engine_wake(engine *e, struct entry *entry)
{
    struct rt_output out = {0};

    if (e->unreadable || !(entry->x = fold(e, entry->node.id, &e->why))) {
        e->unreadable = true;
        return false;
    }
    rt_resume(entry->x, engine_due_clock(e), &out);
    rt_output_clear(&out);
    e->turn_bytes += rt_exec_held(entry->x);
    return true;
}

/* ---- recovery ---- */

/* The number of a child that is not found yet. */
#define NO_CHILD UINT64_MAX

/* What engine_recover learns before it lets anything out. */
struct recovery {
    engine *e;
    struct store_running *rows;
    size_t count, cap;
};

static bool note_running(void *user, const struct store_running *r)
{
    struct recovery *v = user;

    MEM_GROW(v->rows, v->count, v->cap);
    v->rows[v->count] = *r;
    v->rows[v->count].list = v->rows[v->count].note = NULL; /* were looks */
    v->count++;
    return true;
}

static bool asks_for_children(const struct rt_output *out)
{
    for (size_t i = 0; i < out->command_count; i++)
        if (out->commands[i].kind != RT_RUN_TASK)
            return true;
    return false;
}

static void hand_out_all(engine *e, uint64_t execution, const rt_exec *x, struct rt_output *out)
{
    for (size_t i = 0; i < out->command_count; i++)
        engine_hand_out(e, execution, x, &out->commands[i]);
    rt_output_reset(out);
}

/* Takes up an execution. Its tasks are handed out; the children that it asks for must wait until
 * all executions are known, so it then has a turn, in the order of the executions. */
static bool take_up(engine *e, const struct store_running *r, struct diag *why)
{
    struct entry *entry = engine_add_entry(e, r->number);

    entry->keep = r->transient ? ENGINE_KEEP_RUNNING : ENGINE_KEEP;
    entry->kept = true;
    e->running++;
    entry->kept_due_ms = r->due_ms;
    if (r->due_ms != STORE_AWAKE) {
        engine_set_due(e, entry, r->due_ms);
        return true;
    }
    if (!(entry->x = fold(e, r->number, why)))
        return false;
    struct rt_output *out = engine_new_turn(e, r->number);
    rt_resume(entry->x, engine_due_clock(e), out);
    for (size_t i = 0; i < out->command_count; i++)
        entry->errands += starts_errand(&out->commands[i]);
    engine_set_due(e, entry, rt_next_due(entry->x));
    engine_queue(e, entry);
    if (!asks_for_children(out)) {
        hand_out_all(e, r->number, entry->x, out);
        e->turn_count--;
        engine_leave_if_short(e, entry);
    }
    return true;
}

bool engine_find_child(engine *e, const struct errand *r, uint64_t *child, bool *found,
                       struct diag *why)
{
    struct diag missing = {0};

    *found = e->store && store_find_child(e->store, r->execution, r->ref, child, &missing);
    bool good = *found || !e->store || !strcmp(missing.code, "STORE_NONE");
    if (!good)
        diag_set(why, missing.code, 0, "%s", missing.text);
    diag_clear(&missing);
    return good;
}

/* The child's answer may not have reached its parent. False with *why filled when the store can't
 * be read. */
static bool find_ended_child(engine *e, struct errand *r, bool *found, struct diag *why)
{
    uint64_t child;
    rt_exec *x = NULL;
    bool good = engine_find_child(e, r, &child, found, why);

    if (good && *found && (good = (x = fold(e, child, why))))
        engine_tell_parent(e, r, x);
    rt_exec_free(x);
    return good;
}

static bool start_or_answer(engine *e, uint64_t execution, const struct rt_command *c,
                            struct diag *why)
{
    struct errand *r = engine_errand(e, execution, c->ref);
    const rt_exec *x = engine_entry(e, execution)->x;
    bool found = false;

    if (r->number != NO_CHILD)
        return true;
    if (c->kind == RT_REDRIVE_CHILD)
        return engine_redrive_child(e, r, x, c, why);
    if (!find_ended_child(e, r, &found, why))
        return false;
    if (found)
        return true;
    engine_start_child(e, r, x, c);
    return true;
}

/* Children that run are still their parents'. */
static void attach_children(engine *e, const struct recovery *v)
{
    for (size_t i = 0; i < e->turn_count; i++) {
        const struct turn *t = &e->turns[i];
        for (size_t k = 0; k < t->out.command_count; k++)
            if (t->out.commands[k].kind != RT_RUN_TASK)
                engine_add_errand(e, t->execution, &t->out.commands[k])->number = NO_CHILD;
    }
    for (size_t i = 0; i < v->count; i++) {
        const struct store_running *row = &v->rows[i];
        struct errand *r = NULL;
        if (row->parent.set)
            r = engine_errand(e, row->parent.execution, row->parent.ref);
        if (!r)
            continue;
        engine_entry(e, row->number)->errand = r;
        r->number = row->number;
    }
}

static bool recover_turn(engine *e, struct turn *t, struct diag *why)
{
    const rt_exec *x = engine_entry(e, t->execution)->x;
    bool good = true;

    for (size_t i = 0; good && i < t->out.command_count; i++) {
        const struct rt_command *c = &t->out.commands[i];
        if (c->kind == RT_RUN_TASK)
            engine_hand_out(e, t->execution, x, c);
        else
            good = start_or_answer(e, t->execution, c, why);
    }
    rt_output_reset(&t->out);
    return good;
}

/* A child whose Map does not ask for it any more was to be stopped. */
static void stop_orphans(engine *e, const struct recovery *v)
{
    static const struct asl_error none;

    for (size_t i = 0; i < v->count; i++) {
        struct entry *entry = engine_entry(e, v->rows[i].number);
        if (!v->rows[i].parent.set || entry->errand)
            continue;
        entry->orphan = true;
        engine_stop(e, entry->node.id, &none);
    }
}

bool engine_recover(engine *e, int64_t now_ms, int64_t sleep_ms, struct diag *why)
{
    struct recovery v = {.e = e};
    bool good = store_list_running(e->store, note_running, &v, why);

    e->recovers = true;
    e->sleep_ms = sleep_ms;
    e->now_ms = now_ms;
    e->next = store_next_number(e->store);
    for (size_t i = 0; good && i < v.count; i++)
        good = take_up(e, &v.rows[i], why);
    attach_children(e, &v);
    for (size_t i = 0; good && i < e->turn_count; i++)
        good = recover_turn(e, &e->turns[i], why);
    e->turn_count = 0;
    if (good)
        stop_orphans(e, &v);
    mem_free(v.rows);
    return good;
}

const rt_exec *engine_fetch(engine *e, uint64_t execution, struct diag *why)
{
    struct entry *entry = engine_entry(e, execution);
    struct rt_output out = {0};

    if (entry && entry->x)
        return entry->x;
    rt_exec *x = fold(e, execution, why);
    if (!x)
        return NULL;
    if (!entry) {
        entry = engine_add_entry(e, execution);
        entry->kept = entry->kept_end = entry->over = true;
    }
    entry->x = x;
    if (rt_exec_status(x) == RT_RUNNING)
        rt_resume(x, engine_due_clock(e), &out);
    rt_output_clear(&out);
    return x;
}
