/*
 * The PostgreSQL store: what goes. Executions with all that is theirs, definitions that nobody runs
 * any more, and large values that nobody asks for: a piece at a time, so that no turn is long. Room
 * in the database is given back by PostgreSQL itself (autovacuum).
 */

#include "runtime/store/postgresql/postgresql_impl.h"

#include "parsers/base/mem.h"

#include <string.h>

/* ---- executions ---- */

static void queue_of(struct database *d, uint64_t execution, enum pg_statement statement)
{
    struct pg_params p = {0};

    pg_add_number(&p, pg_shard_of(execution));
    pg_add_number(&p, (int64_t)execution);
    pg_queue(d, execution, statement, &p);
}

void pg_forget_events(struct database *d, uint64_t execution)
{
    if (!pg_begin(d, execution))
        return;
    queue_of(d, execution, PG_DROP_EVENTS);
    queue_of(d, execution, PG_DROP_TOKENS);
}

/* A number is not used again, as task tokens may still tell of it: so the shard remembers that it
 * was. */
static void keep_number(struct database *d, uint64_t execution)
{
    int64_t shard = pg_shard_of(execution), next = (int64_t)execution + 1;
    struct pg_params p = {0};

    if (d->nexts[shard] >= next)
        return;
    pg_add_number(&p, shard);
    pg_add_number(&p, next);
    pg_queue(d, PG_FRAME, PG_SET_NEXT, &p);
    d->nexts[shard] = next;
}

void postgresql_forget(store *s, uint64_t execution)
{
    struct database *d = database_of(s);

    if (!pg_begin(d, execution))
        return;
    pg_forget_events(d, execution);
    queue_of(d, execution, PG_DROP_EXECUTION);
    if (execution < d->next)
        keep_number(d, execution);
    /* Its definition may be nobody's now. */
    d->untidy = true;
}

/* What one call lets go of. */
struct going {
    struct database *database;
    size_t limit;
    struct store_gone *gone;
    struct diag *why;
};

/* The first of its children that is there, and whether that runs. */
static bool first_child(struct database *d, uint64_t parent, uint64_t *child, bool *found,
                        bool *runs, struct diag *why)
{
    struct pg_params p = {0};

    pg_add_number(&p, (int64_t)parent);
    PGresult *r = pg_ask(d, PG_FIRST_CHILD, &p, why);
    *found = r && pq.ntuples(r);
    if (*found) {
        *child = (uint64_t)pg_number(r, 0, 0);
        *runs = pg_number(r, 0, 1) == RT_RUNNING;
    }
    bool good = r != NULL;
    pq.clear(r);
    return good;
}

/*
 * An execution goes behind all that are below it. Who has no children goes at once, and then it is
 * looked for the next one from the top: so nothing has to be remembered, from one turn to the next
 * or over a crash, however many they are and however deep. False: the store can't be read.
 */
static bool forget_family(struct going *g, uint64_t top)
{
    struct database *d = g->database;
    uint64_t last;

    do {
        bool runs = g->gone->count == g->limit, found = !runs;
        last = top;
        while (found && !runs)
            if (!first_child(d, last, &last, &found, &runs, g->why))
                return false;
        if (runs || store_is_held(&d->store, last)) {
            g->gone->more = true;
            return true;
        }
        postgresql_forget(&d->store, last);
        g->gone->count++;
    } while (last != top && !d->broken.code);
    return true;
}

/* Forgets the executions whose numbers the query gives. It is asked for one more than may go, and
 * for those that stay whatever happens: they must not stand before all others for ever. */
static bool forget_all(struct going *g, enum pg_statement statement, struct pg_params *p)
{
    struct database *d = g->database;
    size_t most = g->limit < INT32_MAX ? g->limit + 1 + d->store.holds.count : INT32_MAX;
    size_t tried = 0;

    pg_add_number(p, (int64_t)most);
    PGresult *r = pg_ask(d, statement, p, g->why);
    bool good = r != NULL;
    for (int i = 0; good && i < pq.ntuples(r); i++) {
        uint64_t number = (uint64_t)pg_number(r, i, 0);
        if (store_is_held(&d->store, number)) {
            g->gone->more = true;
            continue;
        }
        tried++;
        good = forget_family(g, number);
    }
    g->gone->more |= tried > g->limit && g->gone->count > 0;
    pq.clear(r);
    return good;
}

bool postgresql_forget_list(store *s, const char *list, size_t limit, struct store_gone *out,
                            struct diag *why)
{
    struct going g = {database_of(s), limit, out, why};
    struct pg_params p = {0};

    pg_add_string(&p, list);
    return forget_all(&g, PG_LIST_ENDED, &p);
}

bool postgresql_retire(store *s, int64_t before_ms, size_t limit, struct store_gone *out,
                       struct diag *why)
{
    struct going g = {database_of(s), limit, out, why};
    struct pg_params p = {0};

    pg_add_number(&p, before_ms);
    return forget_all(&g, PG_LIST_STOPPED, &p);
}

/* ---- tidying ---- */

/* Definitions that are looked at, at a time. */
enum { TIDY_DEFINITIONS = 100 };

/* Machines in use are asked for here, rows of executions by the statement. */
static void drop_definition(struct database *d, const unsigned char *key)
{
    struct pg_params p = {0};

    if (!kept_machines_drop(&d->machines, key) || !pg_begin(d, PG_NOBODY))
        return;
    pg_add_bytes(&p, key, KEPT_KEY_BYTES);
    pg_queue(d, PG_NOBODY, PG_DROP_DEFINITION, &p);
    d->store.changed = true;
}

/* Looks at some definitions, from where the last time ended. False: those were the last. */
bool postgresql_tidy(store *s)
{
    struct database *d = database_of(s);
    struct pg_params p = {0};
    struct diag why = {0};
    size_t len;

    pg_clear_found(d);
    if (!d->untidy)
        return false;
    pg_add_bytes(&p, d->tidied, KEPT_KEY_BYTES);
    pg_add_number(&p, TIDY_DEFINITIONS);
    PGresult *r = pg_ask(d, PG_LIST_DEFINITIONS, &p, &why);
    int count = r ? pq.ntuples(r) : 0;
    memset(d->tidied, 0, KEPT_KEY_BYTES);
    for (int i = 0; i < count; i++) {
        const char *key = pg_bytes(r, i, 0, &len);
        if (len != KEPT_KEY_BYTES)
            continue;
        drop_definition(d, (const unsigned char *)key);
        if (count == TIDY_DEFINITIONS)
            memcpy(d->tidied, key, KEPT_KEY_BYTES);
    }
    pq.clear(r);
    diag_clear(&why);
    d->untidy = count == TIDY_DEFINITIONS;
    return d->untidy;
}

/* ---- large values that nobody asks for any more ---- */

/* Bytes of rows that one call reads; the last row may have more. */
enum { TRIM_BYTES = 1 << 20, TRIM_ROWS = 16 };

void postgresql_trim_later(store *s, uint64_t execution)
{
    struct database *d = database_of(s);

    MEM_GROW(d->to_trim, d->trim_count, d->trim_cap);
    d->to_trim[d->trim_count++] = execution;
}

static void end_trim(struct database *d)
{
    d->trim_count--;
    memmove(d->to_trim, d->to_trim + 1, d->trim_count * sizeof *d->to_trim);
    d->trimmed = 0;
}

static void replace_row(struct database *d, uint64_t execution, uint64_t seq)
{
    struct pg_params p = {0};

    if (!pg_begin(d, execution))
        return;
    pg_add_number(&p, pg_shard_of(execution));
    pg_add_number(&p, (int64_t)execution);
    pg_add_number(&p, (int64_t)seq);
    pg_add_bytes(&p, d->text.data, d->text.len);
    pg_queue(d, execution, PG_SET_EVENTS, &p);
    d->store.changed = true;
}

/* Trims some rows. False: they were the last, or can't be read. */
static bool trim_rows(struct database *d, uint64_t execution, const asl_machine *m)
{
    struct pg_params p = {0};
    struct diag why = {0};
    size_t bytes = 0, len;

    pg_add_number(&p, pg_shard_of(execution));
    pg_add_number(&p, (int64_t)execution);
    pg_add_number(&p, (int64_t)d->trimmed);
    pg_add_number(&p, TRIM_ROWS);
    PGresult *r = pg_ask(d, PG_NEXT_EVENTS, &p, &why);
    int count = r ? pq.ntuples(r) : 0, i = 0;
    for (; i < count && bytes < TRIM_BYTES; i++) {
        const char *text = pg_bytes(r, i, 0, &len);
        uint64_t seq = (uint64_t)pg_number(r, i, 1);
        bytes += len;
        buf_reset(&d->text);
        if (kept_rows_trim(m, text, len, &d->text))
            replace_row(d, execution, seq);
        d->trimmed = seq + 1;
    }
    pq.clear(r);
    diag_clear(&why);
    return i < count || count == TRIM_ROWS;
}

bool postgresql_trim(store *s)
{
    struct database *d = database_of(s);
    const struct store_execution *x;
    struct diag why = {0};

    if (!d->trim_count || d->broken.code)
        return false;
    uint64_t execution = d->to_trim[0];
    bool more = postgresql_find(s, execution, &x, &why) && x->machine &&
                x->status == RT_SUCCEEDED && trim_rows(d, execution, x->machine);
    if (!more)
        end_trim(d);
    diag_clear(&why);
    return true;
}
