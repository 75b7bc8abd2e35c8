/* What runs again: executions that ended unsuccessfully, and Map Runs that are changed meanwhile.
 */

#include "runtime/engine/engine_redrive.h"

#include "runtime/engine/engine_map_runs.h"
#include "runtime/engine/engine_recover.h"
#include "runtime/engine/engine_take_up.h"
#include "runtime/engine/engine_tell.h"
#include "runtime/engine/engine_turn.h"

#include <string.h>

bool engine_redrive(engine *e, uint64_t execution, const json *token, struct diag *why)
{
    if (!engine_fetch(e, execution, why))
        return false;
    engine_add_input(e, RT_IN_REDRIVE, execution)->value = json_ref(token);
    return true;
}

void engine_update_map_run(engine *e, uint64_t execution, const json *request)
{
    engine_add_input(e, RT_IN_UPDATE_MAP_RUN, execution)->value = json_ref(request);
}

struct entry *engine_ended_entry(engine *e, uint64_t execution)
{
    struct diag why = {0};
    const rt_exec *x = engine_fetch(e, execution, &why);

    /* That it is gone, or damaged, is an answer; that it can't be read is none. */
    if (!x && strcmp(why.code, STORE_NONE) != 0 && !engine_is_damage(&why))
        engine_cannot_read(e, &why);
    diag_clear(&why);
    return x ? engine_entry(e, execution) : NULL;
}

void engine_forget_end(engine *e, struct entry *entry)
{
    e->running++;
    entry->over = false;
    entry->redriven = true;
    entry->kept_end = false;
    entry->kept_due_ms = INT64_MAX; /* nothing is ever due then */
}

bool engine_redrive_child(engine *e, struct engine_call *call, const rt_exec *parent,
                          const struct rt_command *c, struct diag *why)
{
    uint64_t child;
    bool found;

    if (!engine_find_child(e, call, &child, &found, why))
        return false;
    if (!found) {
        engine_start_child(e, call, parent, c);
        return true;
    }
    struct diag wrong = {0};
    struct entry *entry = engine_entry(e, child);
    if (entry && entry->untaken) {
        engine_set_call(e, entry, call);
        entry->orphan = false;
        call->number = child;
        return true;
    }
    const rt_exec *x = engine_fetch(e, child, &wrong);
    if (!x) {
        bool lost = engine_is_damage(&wrong);
        if (lost)
            engine_child_lost(e, call, wrong.text);
        else
            diag_set(why, wrong.code, 0, "%s", wrong.text);
        diag_clear(&wrong);
        return lost;
    }
    bool runs = rt_exec_status(x) == RT_RUNNING;
    if (!runs && (rt_exec_redrives(x) >= c->attempt || rt_exec_redrive_refusal(x, e->now_ms))) {
        engine_tell_parent(e, call, x);
        engine_release(e, child);
        return true;
    }
    entry = engine_entry(e, child);
    engine_set_call(e, entry, call);
    entry->orphan = false;
    call->number = child;
    return runs || engine_redrive(e, child, NULL, why);
}
