/* What comes back from the store: executions that sleep, and after a crash all that ran. */

#include "runtime/engine_impl.h"

#include "parsers/mem.h"

#include <inttypes.h>
#include <string.h>

/* ---- folding ---- */

struct folding {
    rt_exec *x;
    bool fits;
};

static bool apply(void *user, const struct rt_event *event)
{
    struct folding *f = user;

    f->fits = rt_fits(f->x, event);
    if (f->fits)
        rt_apply(f->x, event);
    return f->fits;
}

bool engine_is_damage(const struct diag *why)
{
    return why->code && strcmp(why->code, STORE_DAMAGED) == 0;
}

/* The execution as its history makes it; NULL with *why filled. `row` is what the store has of it,
 * good until it is asked again. */
static rt_exec *fold(engine *e, uint64_t execution, struct diag *why)
{
    const struct store_execution *row;
    struct folding f = {.fits = true};

    if (!e->store) {
        diag_set(why, "STORE_NONE", 0, "there is no store");
        return NULL;
    }
    if (!store_find(e->store, execution, &row, why))
        return NULL;
    if (row->damage) {
        diag_set(why, STORE_DAMAGED, 0, "%s", row->damage);
        return NULL;
    }
    f.x = rt_exec_new(row->machine, &row->config);
    bool good = store_read(e->store, execution, 0, apply, &f, why);
    if (good && f.fits && rt_exec_start_ms(f.x))
        return f.x;
    if (good)
        diag_set(why, STORE_DAMAGED, 0,
                 "its history has a gap, or what belongs elsewhere, behind %" PRIu32 " events",
                 rt_exec_events(f.x));
    rt_exec_free(f.x);
    return NULL;
}

/* ---- what can't be used ---- */

/* It is no longer the engine's; who waits for it hears of that. */
static void drop_entry(engine *e, struct entry *entry, const char *why)
{
    if (entry->errand)
        engine_child_lost(e, entry->errand, why);
    if (!entry->over)
        e->running--;
    engine_release(e, entry->node.id);
}

void engine_set_apart(engine *e, uint64_t execution, const char *why)
{
    const struct store_execution *row;
    struct entry *entry = engine_entry(e, execution);
    struct diag missing = {0};
    struct buf text = {0};
    json *arn = NULL, *list = NULL;

    buf_adds(&text, why);
    if (store_find(e->store, execution, &row, &missing)) {
        arn = json_ref(row->config.names.arn);
        list = row->list && row->status == RT_RUNNING ? json_ref(row->list) : NULL;
        if (row->transient)
            store_forget(e->store, execution);
        else
            store_set_apart(e->store, execution, buf_str(&text), e->now_ms);
    }
    if (entry)
        drop_entry(e, entry, buf_str(&text));
    if (arn && e->hooks.lost)
        e->hooks.lost(e->hooks.user, execution, json_str(arn), list ? json_str(list) : NULL,
                      buf_str(&text));
    json_unref(arn);
    json_unref(list);
    diag_clear(&missing);
    buf_clear(&text);
}

/* ---- waking ---- */

/*
 * What it has out is out already, and what was answered meanwhile comes with the next input. But
 * one whose row says that it only waits for the time, though it has tasks, was changed from
 * outside: those go out with this turn.
 */
static void take_commands(engine *e, struct entry *entry, struct rt_output *out)
{
    struct rt_output *turn;

    if (!out->command_count || entry->kept_due_ms == STORE_AWAKE) {
        rt_output_clear(out);
        return;
    }
    for (size_t i = 0; i < out->command_count; i++)
        entry->errands += starts_errand(&out->commands[i]);
    turn = engine_new_turn(e, entry->node.id);
    rt_output_clear(turn);
    *turn = *out;
}

/* Brings an execution that sleeps back into memory. */
bool engine_wake(engine *e, struct entry *entry)
{
    struct rt_output out = {0};
    struct diag why = {0};

    if (e->unreadable)
        return false;
    if (!(entry->x = fold(e, entry->node.id, &why))) {
        if (engine_is_damage(&why)) {
            engine_set_apart(e, entry->node.id, why.text);
        } else {
            e->unreadable = true;
            diag_set(&e->why, why.code, 0, "%s", why.text);
        }
        diag_clear(&why);
        return false;
    }
    rt_resume(entry->x, engine_due_clock(e), &out);
    take_commands(e, entry, &out);
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
    uint64_t *spoiled;
    size_t spoiled_count, spoiled_cap;
};

static bool note_spoiled(void *user, uint64_t number)
{
    struct recovery *v = user;

    MEM_GROW(v->spoiled, v->spoiled_count, v->spoiled_cap);
    v->spoiled[v->spoiled_count++] = number;
    return true;
}

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

/* Its history has ended, and its row doesn't say so: the history is the truth. */
static void mend_end(engine *e, struct entry *entry)
{
    static const char why[] =
        "its history had ended and its row said that it ran: it has ended now";
    const rt_exec *x = entry->x;
    json *arn = json_ref(rt_exec_names(x)->arn), *list = json_ref(rt_exec_names(x)->machine_arn);
    uint64_t execution = entry->node.id;

    if (entry->keep == ENGINE_KEEP_RUNNING)
        store_forget(e->store, execution);
    else
        store_progress(e->store, execution, rt_exec_status(x), rt_exec_stop_ms(x), STORE_AWAKE);
    drop_entry(e, entry, why);
    if (e->hooks.lost)
        e->hooks.lost(e->hooks.user, execution, json_str(arn), json_str(list), why);
    json_unref(arn);
    json_unref(list);
}

/* Lets an execution go on. Its tasks are handed out; the children that it asks for must wait until
 * all executions are known, so it then has a turn, in the order of the executions. False with *why
 * filled: it can't. */
static bool go_on(engine *e, struct entry *entry, struct diag *why)
{
    if (!(entry->x = fold(e, entry->node.id, why)))
        return false;
    if (rt_exec_status(entry->x) != RT_RUNNING) {
        mend_end(e, entry);
        return true;
    }
    struct rt_output *out = engine_new_turn(e, entry->node.id);
    rt_resume(entry->x, engine_due_clock(e), out);
    if (!out->command_count && rt_next_due(entry->x) == INT64_MAX && !rt_exec_can_go_on(entry->x)) {
        diag_set(why, STORE_DAMAGED, 0, "the end of its history is missing: it waits for nothing");
        return false;
    }
    for (size_t i = 0; i < out->command_count; i++)
        entry->errands += starts_errand(&out->commands[i]);
    engine_set_due(e, entry, rt_next_due(entry->x));
    engine_queue(e, entry);
    if (!asks_for_children(out)) {
        hand_out_all(e, entry->node.id, entry->x, out);
        e->turn_count--;
        engine_leave_if_short(e, entry);
    }
    return true;
}

static bool take_up(engine *e, const struct store_running *r, struct diag *why)
{
    struct entry *entry = engine_add_entry(e, r->number);
    struct diag wrong = {0};

    entry->keep = r->transient ? ENGINE_KEEP_RUNNING : ENGINE_KEEP;
    entry->kept = true;
    e->running++;
    entry->kept_due_ms = r->due_ms;
    if (r->due_ms != STORE_AWAKE) {
        engine_set_due(e, entry, r->due_ms);
        return true;
    }
    bool good = go_on(e, entry, &wrong);
    if (!good && engine_is_damage(&wrong)) {
        engine_set_apart(e, r->number, wrong.text);
        good = true;
    } else if (!good) {
        diag_set(why, wrong.code, 0, "%s", wrong.text);
    }
    diag_clear(&wrong);
    return good;
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
    struct diag wrong = {0};

    if (!good || !*found)
        return good;
    if ((x = fold(e, child, &wrong)))
        engine_tell_parent(e, r, x);
    else if ((good = engine_is_damage(&wrong)))
        engine_child_lost(e, r, wrong.text);
    else
        diag_set(why, wrong.code, 0, "%s", wrong.text);
    rt_exec_free(x);
    diag_clear(&wrong);
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
        for (size_t k = 0; engine_entry(e, t->execution) && k < t->out.command_count; k++)
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
        struct entry *entry = engine_entry(e, row->number);
        if (!entry)
            continue;
        entry->errand = r;
        r->number = row->number;
    }
}

static bool recover_turn(engine *e, struct turn *t, struct diag *why)
{
    const struct entry *entry = engine_entry(e, t->execution);
    const rt_exec *x = entry ? entry->x : NULL;
    bool good = true;

    for (size_t i = 0; x && good && i < t->out.command_count; i++) {
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
        if (!entry || !v->rows[i].parent.set || entry->errand)
            continue;
        entry->orphan = true;
        engine_stop(e, entry->node.id, &none);
    }
}

bool engine_recover(engine *e, int64_t now_ms, int64_t sleep_ms, struct diag *why)
{
    struct recovery v = {.e = e};

    e->recovers = true;
    e->sleep_ms = sleep_ms;
    e->now_ms = now_ms;
    bool good = store_next_number(e->store, &e->next, why) &&
                store_list_spoiled(e->store, note_spoiled, &v, why);
    for (size_t i = 0; i < v.spoiled_count; i++)
        engine_set_apart(e, v.spoiled[i], "its row can't be one that was kept");
    good = good && store_list_running(e->store, false, note_running, &v, why);
    for (size_t i = 0; good && i < v.count; i++)
        good = take_up(e, &v.rows[i], why);
    attach_children(e, &v);
    for (size_t i = 0; good && i < e->turn_count; i++)
        good = recover_turn(e, &e->turns[i], why);
    e->turn_count = 0;
    if (good)
        stop_orphans(e, &v);
    mem_free(v.rows);
    mem_free(v.spoiled);
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
