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

/* What the store had before this process began may be untidy, too. */
void sweep_init(api *a, int64_t retention_ms)
{
    a->sweeping.retention_ms = retention_ms;
    sweep_again(a);
}

void sweep_clear(api *a)
{
    mem_free(a->sweeping.condemned);
}

void sweep_count_end(api *a)
{
    a->sweeping.ended++;
}

void sweep_again(api *a)
{
    a->sweeping.untidy = a->sweeping.more = true;
}

void sweep_clock_set(api *a, int64_t by_ms, int64_t skew_ms)
{
    a->sweeping.skew_ms = skew_ms;
    a->sweeping.retire_ms += by_ms;
}

/* How many executions may go in this turn. */
static size_t piece(api *a)
{
    size_t count = PIECE + 2 * a->sweeping.ended;

    a->sweeping.ended = 0;
    return count;
}

/* Where there was nothing to do it is looked for less and less often. */
static void look_later(api *a, bool found)
{
    a->sweeping.look_ms = found ? LOOK_MS : 2 * a->sweeping.look_ms;
    if (a->sweeping.look_ms < LOOK_MS)
        a->sweeping.look_ms = LOOK_MS;
    if (a->sweeping.look_ms > LOOK_LEAST_MS)
        a->sweeping.look_ms = LOOK_LEAST_MS;
    a->sweeping.retire_ms = a->now_ms + a->sweeping.look_ms;
}

/* Executions that ended before are to go. */
static int64_t retired_before(const api *a)
{
    return a->now_ms + a->sweeping.skew_ms - a->sweeping.retention_ms;
}

bool sweep_is_over(const api *a, int64_t stop_ms)
{
    return a->sweeping.retention_ms && stop_ms < retired_before(a);
}

/* True: there may be more. */
static bool retire_some(api *a, size_t limit)
{
    if (!a->sweeping.retention_ms || a->now_ms < a->sweeping.retire_ms)
        return false;
    struct store_gone gone;
    struct diag why = {0};
    store_retire(a->store, retired_before(a), limit, &gone, &why);
    diag_clear(&why);
    a->sweeping.untidy |= gone.count > 0;
    if (gone.count < limit)
        look_later(a, gone.count > 0);
    return gone.count > 0;
}

/* Of the machines that are deleted and have nothing running, one at a time. True: there may be
 * more. Where only what runs is waited for, as the executions of a Map Run that are being stopped,
 * the turn comes by itself in which that ends. */
static bool sweep_machines(api *a, size_t limit)
{
    for (size_t i = 0; i < a->sweeping.condemned_count; i++) {
        struct machine *m = a->sweeping.condemned[i];
        if (m->running)
            continue;
        size_t count;
        bool over = machine_sweep(a, m, limit, &count);
        if (over) {
            a->sweeping.condemned[i] = a->sweeping.condemned[--a->sweeping.condemned_count];
            machine_drop(a, m);
            a->sweeping.untidy = true;
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
    const struct machine *m = machine_by_name(a, a->sweeping.compiled);

    for (size_t bytes = 0; m && bytes < COMPILED_BYTES;) {
        bytes += json_str_len(m->revision->definition);
        revision_compile(a, m->revision);
        m = machine_by_name(a, ++a->sweeping.compiled);
    }
    return m != NULL;
}

void machine_condemn(api *a, struct machine *m)
{
    MEM_GROW(a->sweeping.condemned, a->sweeping.condemned_count, a->sweeping.condemned_cap);
    a->sweeping.condemned[a->sweeping.condemned_count++] = m;
    a->sweeping.more = true;
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
    if (!more && store_trim(a->store))
        more = a->sweeping.untidy = true;
    if (!more && a->sweeping.untidy) {
        a->sweeping.untidy = store_tidy(a->store);
        more = true;
    }
    /* What this turn put in, the next one keeps. */
    a->sweeping.more = more;
}

/* Without a retention nobody needs to look for what is old. */
int64_t sweep_due(const api *a)
{
    if (a->sweeping.more)
        return INT64_MIN;
    return a->sweeping.retention_ms ? a->sweeping.retire_ms : INT64_MAX;
}
