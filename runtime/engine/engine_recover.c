/* What comes back from the store: executions that sleep, and after a restart all that ran. */

#include "runtime/engine/engine_recover.h"

#include "parsers/base/mem.h"
#include "runtime/engine/engine_call.h"
#include "runtime/engine/engine_slice.h"
#include "runtime/engine/engine_take_up.h"
#include "runtime/engine/engine_tell.h"
#include "runtime/engine/engine_turn.h"

#include <inttypes.h>
#include <string.h>

/* ---- folding ---- */

struct folding {
    engine *e;
    struct fold *fold;
    bool fits, goes_on, pauses, paused;
    size_t events;
};

/* What a row has of events that an earlier turn has read is passed over without a call of this: so
 * that each turn gets on, its share begins with what is new. */
static bool engine_recover_apply(void *user, const struct rt_event *event)
{
    struct folding *v = user;
    engine *e = v->e;

    if (v->pauses && v->goes_on && !v->events)
        engine_begin_later_share(e);
    v->fits = rt_fits(v->fold->x, event);
    if (!v->fits)
        return false;
    rt_apply(v->fold->x, event);
    v->fold->next = event->seq + 1;
    v->events++;
    e->share_steps++;
    if (!v->pauses)
        return true;
    /* Each may be large. */
    engine_used_ns(e);
    v->paused = engine_share_is_over(e);
    return !v->paused;
}

bool engine_is_damage(const struct diag *why)
{
    return why->code && strcmp(why->code, STORE_DAMAGED) == 0;
}

/* Then a history is read to its end at once. */
enum { MOST_BEGINNINGS = 8 };

/*
 * Events look at the states of the store's machine, which is another one when the same definition
 * was started meanwhile by who has compiled it, too: what was made with the one before begins anew.
 */
static bool begin_fold(engine *e, struct fold *f, struct diag *why)
{
    const struct store_execution *row; /* good until the store is asked again */

    if (!e->store) {
        diag_set(why, "STORE_NONE", 0, "there is no store");
        return false;
    }
    if (!store_find(e->store, f->execution, &row, why))
        return false;
    if (row->damage) {
        diag_set(why, STORE_DAMAGED, 0, "%s", row->damage);
        return false;
    }
    if (f->x && rt_exec_machine(f->x) == row->machine)
        return true;
    struct rt_config config = row->config;
    config.keeps_until = f->keeps_until;
    rt_exec_free(f->x);
    f->x = rt_exec_new(row->machine, &config);
    f->next = 0;
    f->begun++;
    return true;
}

/* Results that were lost are in the history before that was known: it is read once more, which
 * keeps them. */
static bool fold_lacks_nothing(struct fold *f)
{
    uint64_t lacks = rt_exec_lacks_results(f->x);

    if (!lacks || f->keeps_until)
        return true;
    f->keeps_until = lacks;
    rt_exec_free(f->x);
    f->x = NULL;
    return false;
}

enum fold_end engine_fold(engine *e, struct fold *f, bool pauses, struct diag *why)
{
    bool begun = begin_fold(e, f, why);
    struct folding v = {.e = e,
                        .fold = f,
                        .fits = true,
                        .goes_on = f->next > 0,
                        .pauses = pauses && f->begun < MOST_BEGINNINGS};

    bool good = begun && store_read(e->store, f->execution, f->next, engine_recover_apply, &v, why);
    if (good && v.fits && v.paused)
        return FOLD_PAUSED;
    if (good && v.fits && rt_exec_start_ms(f->x))
        return fold_lacks_nothing(f) ? FOLD_DONE : engine_fold(e, f, pauses, why);
    if (good)
        diag_set(why, STORE_DAMAGED, 0,
                 "its history has a gap, or what belongs elsewhere, behind %" PRIu32 " events",
                 rt_exec_events(f->x));
    rt_exec_free(f->x);
    f->x = NULL;
    return FOLD_FAILED;
}

rt_exec *engine_fold_whole(engine *e, uint64_t execution, struct diag *why)
{
    struct fold f = {.execution = execution};

    return engine_fold(e, &f, false, why) == FOLD_DONE ? f.x : NULL;
}

/* ---- what can't be used ---- */

/* It is no longer the engine's; who waits for it hears of that. */
static void drop_entry(engine *e, struct entry *entry, const char *why)
{
    if (entry->call && entry->call->unasked)
        engine_orphan(e, entry);
    if (entry->call)
        engine_child_lost(e, entry->call, why);
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
        /* It may be already, or its row can't be written. */
        if (row->transient && !row->apart)
            store_forget(e->store, execution);
        else if (!row->apart)
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

/* The history is the truth. */
void engine_mend_end(engine *e, struct entry *entry)
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

/* ---- waking ---- */

void engine_cannot_read(engine *e, const struct diag *why)
{
    e->unreadable = true;
    diag_set(&e->why, why->code, 0, "%s", why->text);
}

/*
 * What an execution that left memory has asked for is still out. But what was read ahead for its
 * Map Runs is lost with it, so that is read again.
 */
static void resume_woken(engine *e, struct entry *entry)
{
    struct rt_output out = {0};

    rt_resume(entry->x, engine_due_clock(e), &out);
    for (size_t i = 0; i < out.command_count; i++) {
        const struct rt_command *c = &out.commands[i];
        if (c->kind != RT_READ_ITEMS)
            continue;
        entry->calls += !engine_find_call(e, entry->node.id, c->ref);
        engine_hand_out(e, entry->node.id, entry->x, c, false);
    }
    rt_output_clear(&out);
}

/* What it has out is out already, and what was answered meanwhile comes with the next input. */
bool engine_wake(engine *e, struct entry *entry)
{
    struct diag why = {0};

    if (e->unreadable)
        return false;
    if (entry->untaken)
        return engine_take_up_now(e, entry);
    if (!(entry->x = engine_fold_whole(e, entry->node.id, &why))) {
        if (engine_is_damage(&why))
            engine_set_apart(e, entry->node.id, why.text);
        else
            engine_cannot_read(e, &why);
        diag_clear(&why);
        return false;
    }
    resume_woken(e, entry);
    entry->woken_ms = e->now_ms;
    e->turn_bytes += rt_exec_held(entry->x);
    /* Its history may have been long. */
    engine_used_ns(e);
    return true;
}

/* ---- recovery ---- */

/* Executions that are to be set apart. */
struct spoiled {
    uint64_t *list;
    size_t count, cap;
};

static bool note_spoiled(void *user, uint64_t number)
{
    struct spoiled *v = user;

    MEM_GROW(v->list, v->count, v->cap);
    v->list[v->count++] = number;
    return true;
}

static bool recover_note_row(void *user, const struct store_running *row)
{
    engine_note_running(user, row);
    return true;
}

bool engine_recover(engine *e, int64_t now_ms, int64_t sleep_ms, struct diag *why)
{
    struct spoiled v = {0};

    e->recovers = true;
    e->sleep_ms = sleep_ms;
    e->now_ms = now_ms;
    bool good = store_next_number(e->store, &e->next, why) &&
                store_list_spoiled(e->store, note_spoiled, &v, why);
    for (size_t i = 0; i < v.count; i++)
        engine_set_apart(e, v.list[i], "its row can't be one that was kept");
    mem_free(v.list);
    return good && store_list_running(e->store, false, recover_note_row, e, why);
}

const rt_exec *engine_fetch(engine *e, uint64_t execution, struct diag *why)
{
    struct entry *entry = engine_entry(e, execution);

    if (entry && entry->untaken && !engine_take_up_now(e, entry)) {
        diag_set(why, e->unreadable ? e->why.code : STORE_DAMAGED, 0, "%s",
                 e->unreadable ? e->why.text : "it has been set apart");
        return NULL;
    }
    if (entry && entry->x)
        return entry->x;
    rt_exec *x = engine_fold_whole(e, execution, why);
    if (!x)
        return NULL;
    if (!entry) {
        entry = engine_add_entry(e, execution);
        entry->kept = entry->kept_end = entry->over = true;
    }
    entry->x = x;
    if (rt_exec_status(x) == RT_RUNNING)
        resume_woken(e, entry);
    return x;
}
