/*
 * What goes with time: executions that ended longer ago than they are kept, machines that are
 * deleted with all that is theirs, and what the store has no more use for. A piece goes a turn, and
 * the next turn comes at once while there is more. The piece is as large as what has ended
 * meanwhile, twice, and some: so what goes never falls behind what comes, and no turn is long.
 */

#include "runtime/api/api_sweep.h"

#include "parsers/base/mem.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_state.h"

enum { PIECE = 64, LOOK_MS = 1000, LOOK_LEAST_MS = 60 * 1000 };

/* How many executions may go in this turn. */
static size_t piece(api *a)
{
    size_t count = PIECE + 2 * a->ended;

    a->ended = 0;
    return count;
}

/* Where there was nothing to do it is looked for less and less often. */
static void look_later(api *a, bool found)
{
    a->look_ms = found ? LOOK_MS : 2 * a->look_ms;
    if (a->look_ms < LOOK_MS)
        a->look_ms = LOOK_MS;
    if (a->look_ms > LOOK_LEAST_MS)
        a->look_ms = LOOK_LEAST_MS;
    a->retire_ms = a->now_ms + a->look_ms;
}

/* True: there may be more. */
static bool retire_some(api *a, size_t limit)
{
    if (!a->retention_ms || a->now_ms < a->retire_ms)
        return false;
    struct store_gone gone;
    struct diag why = {0};
    store_retire(a->store, a->now_ms + a->skew_ms - a->retention_ms, limit, &gone, &why);
    diag_clear(&why);
    a->untidy |= gone.count > 0;
    if (gone.count < limit)
        look_later(a, gone.count > 0);
    return gone.count > 0;
}

/* Of the machines that are deleted and have nothing running, one at a time. True: there may be
 * more. Where only what runs is waited for, as the executions of a Map Run that are being stopped,
 * the turn comes by itself in which that ends. */
static bool sweep_machines(api *a, size_t limit)
{
    for (size_t i = 0; i < a->condemned_count; i++) {
        struct machine *m = a->condemned[i];
        if (m->running)
            continue;
        size_t count;
        bool over = machine_sweep(a, m, limit, &count);
        if (over) {
            a->condemned[i] = a->condemned[--a->condemned_count];
            machine_drop(a, m);
            a->untidy = true;
        }
        if (over || count)
            return true;
    }
    return false;
}

/* Bytes of definitions from the store that a turn compiles, so that a server with many starts at
 * once. */
enum { COMPILED_BYTES = 64 * 1024 };

/* True: there are more. */
static bool compile_some(api *a)
{
    for (size_t bytes = 0; a->compiled < a->machine_count && bytes < COMPILED_BYTES;) {
        struct revision *r = a->sorted[a->compiled++]->revision;
        bytes += json_str_len(r->definition);
        revision_compile(a, r);
    }
    return a->compiled < a->machine_count;
}

void machine_condemn(api *a, struct machine *m)
{
    MEM_GROW(a->condemned, a->condemned_count, a->condemned_cap);
    a->condemned[a->condemned_count++] = m;
    a->sweeps = true;
}

/*
 * One kind of work a turn: compiling comes first, as starts wait for it, and tidying last, as it
 * gives back what the others have let go.
 */
void api_sweep(api *a)
{
    size_t limit = piece(a);
    bool more = compile_some(a);

    if (!more)
        more = retire_some(a, limit);
    if (!more)
        more = sweep_machines(a, limit);
    if (!more && a->untidy) {
        a->untidy = store_tidy(a->store);
        more = true;
    }
    /* What this turn put in, the next one keeps. */
    a->sweeps = more;
}

/* Without a retention nobody needs to look for what is old. */
int64_t sweep_due(const api *a)
{
    if (a->sweeps)
        return INT64_MIN;
    return a->retention_ms ? a->retire_ms : INT64_MAX;
}
