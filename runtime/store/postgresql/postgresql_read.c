/*
 * The PostgreSQL store: what is read of one execution, and of records. Rows come in pages, as libpq
 * holds a whole answer in memory. Nothing of a row is trusted: what can't be what was put in is
 * STORE_DAMAGED, which costs its execution only.
 */

#include "runtime/store/postgresql/postgresql_impl.h"

#include "runtime/core/event_text.h"

#include <string.h>

/* Rows of events that are asked for at a time; each has some 16 KiB, or one event. */
enum { PAGE_ROWS = 64 };

bool postgresql_next_number(store *s, uint64_t *out, struct diag *why)
{
    (void)why;
    *out = database_of(s)->next;
    return true;
}

/* ---- one execution ---- */

void pg_clear_found(struct database *d)
{
    kept_clear_row(&d->found);
    d->machines.look = NULL;
}

/* Something of the row of `x` is wrong; the first thing counts. */
static void spoil_found(struct database *d, const char *text, size_t len)
{
    if (d->found.damage)
        return;
    buf_reset(&d->damage);
    buf_add(&d->damage, text, len);
    d->found.damage = buf_str(&d->damage);
}

/* A look; NULL with *why filled. */
asl_machine *pg_machine(struct database *d, const void *key, struct diag *why)
{
    const struct kept_machine *known = kept_machines_find(&d->machines, key);
    struct pg_params p = {0};
    size_t len;

    if (known)
        return kept_machine_get(known, why);
    pg_add_bytes(&p, key, KEPT_KEY_BYTES);
    PGresult *r = pg_ask(d, PG_GET_DEFINITION, &p, why);
    if (r && pq.ntuples(r)) {
        const char *text = pg_bytes(r, 0, 0, &len);
        known = kept_machines_compile(&d->machines, text, len, key);
    } else if (r) {
        diag_set(why, STORE_DAMAGED, 0, "the store lacks its definition");
    }
    pq.clear(r);
    return known ? kept_machine_get(known, why) : NULL;
}

/* The machine and the configuration, as far as they can be read. False: the store can't be. */
static bool read_config(struct database *d, const PGresult *r, struct diag *why)
{
    static const char lacks_key[] = "it doesn't say which definition it runs";
    struct store_execution *x = &d->found;
    struct diag wrong = {0};
    bool good = true;
    size_t len;
    const char *key = pg_bytes(r, 0, 0, &len);

    if (len != KEPT_KEY_BYTES)
        spoil_found(d, lacks_key, strlen(lacks_key));
    /* A definition that can't be compiled is this row's damage; a store that can't be read is
     * nobody's in particular. */
    else if (!(x->machine = pg_machine(d, key, &wrong)))
        good = strcmp(wrong.code, STORE_DAMAGED) == 0;
    if (!good)
        diag_set(why, wrong.code, 0, "%s", wrong.text);
    else if (wrong.code)
        spoil_found(d, wrong.text, strlen(wrong.text));
    diag_clear(&wrong);
    const char *config = pg_bytes(r, 0, 1, &len);
    if (good && !rt_config_read(config, len, x->machine, &x->config, &wrong)) {
        diag_prefix(&wrong, "its configuration: ");
        spoil_found(d, wrong.text, strlen(wrong.text));
        diag_clear(&wrong);
    }
    return good;
}

static bool read_found(struct database *d, const PGresult *r, struct diag *why)
{
    static const char no_status[] = "its status is none";
    struct store_execution *x = &d->found;
    int64_t status = pg_number(r, 0, 2);
    size_t len;

    /* A status that is none counts as a failure: it ends, and nobody takes it up. */
    x->status = status >= RT_RUNNING && status <= RT_TIMED_OUT ? (enum rt_status)status : RT_FAILED;
    x->start_ms = pg_number(r, 0, 3);
    x->stop_ms = pg_number(r, 0, 4);
    x->due_ms = pg_is_null(r, 0, 5) ? STORE_AWAKE : pg_number(r, 0, 5);
    x->parent = (struct store_parent){!pg_is_null(r, 0, 6), (uint64_t)pg_number(r, 0, 6),
                                      (uint64_t)pg_number(r, 0, 7)};
    const char *text = pg_bytes(r, 0, 8, &len);
    x->list = kept_list(text, len);
    text = pg_bytes(r, 0, 9, &len);
    x->note = kept_note(text, len);
    x->transient = pg_number(r, 0, 10) != 0;
    x->redrives = (uint32_t)pg_number(r, 0, 11);
    x->redriven_ms = pg_number(r, 0, 12);
    text = pg_bytes(r, 0, 13, &len);
    x->apart = text != NULL;
    if (text)
        spoil_found(d, text, len);
    if (status != (int64_t)x->status)
        spoil_found(d, no_status, strlen(no_status));
    bool good = read_config(d, r, why);
    text = pg_bytes(r, 0, 14, &len);
    kept_fill_names(x, json_string(text ? text : "", len));
    d->machines.look = x->machine;
    return good;
}

static void add_key(struct pg_params *p, uint64_t execution)
{
    pg_add_number(p, pg_shard_of(execution));
    pg_add_number(p, (int64_t)execution);
}

bool postgresql_find(store *s, uint64_t execution, const struct store_execution **out,
                     struct diag *why)
{
    struct database *d = database_of(s);
    struct pg_params p = {0};
    bool good = false;

    add_key(&p, execution);
    PGresult *r = pg_ask(d, PG_GET_EXECUTION, &p, why);
    if (r && !pq.ntuples(r)) {
        pg_none(why, "execution");
    } else if (r) {
        pg_clear_found(d);
        d->found.number = execution;
        good = read_found(d, r, why);
    }
    pq.clear(r);
    if (good)
        *out = &d->found;
    return good;
}

/* ---- its events ---- */

static json *read_shared(void *user, uint64_t execution, uint64_t seq, struct diag *why)
{
    struct database *d = user;
    struct pg_params p = {0};
    json *data = NULL;
    size_t len = 0;

    add_key(&p, execution);
    pg_add_number(&p, (int64_t)seq);
    PGresult *r = pg_ask(d, PG_GET_EVENT, &p, why);
    if (r) {
        bool any = pq.ntuples(r) > 0;
        const char *text = any ? pg_bytes(r, 0, 0, &len) : NULL;
        data = kept_rows_data(text, len, any ? (uint64_t)pg_number(r, 0, 1) : 0, seq, why);
    }
    pq.clear(r);
    return data;
}

void pg_share(struct kept_sharing *s, struct database *d, uint64_t execution)
{
    kept_share(s, &d->shared, execution, read_shared, d);
}

/* Finds the machine, by which events are read. False: there is nothing to read, *good says whether
 * that is a failure. */
static bool find_machine(struct database *d, uint64_t execution, struct kept_reading *r, bool *good)
{
    const struct store_execution *x;
    struct diag missing = {0};

    /* Events whose row is missing are nobody's: as if there were none. */
    if (!postgresql_find(&d->store, execution, &x, &missing)) {
        *good = missing.code == STORE_NONE;
        if (!*good)
            diag_set(r->why, missing.code, 0, "%s", missing.text);
        diag_clear(&missing);
        return false;
    }
    /* Events name states by their numbers in the machine, so without it none can be read. */
    *good = x->machine != NULL;
    if (!*good)
        diag_set(r->why, STORE_DAMAGED, 0, "%s", x->damage);
    r->machine = x->machine;
    return *good;
}

/* Visits the rows of a page, and says where the next one begins. False: there is no next one. */
static bool visit_page(struct kept_reading *r, const PGresult *page, int rows, uint64_t *next)
{
    int count = pq.ntuples(page);

    for (int i = 0; i < count; i++) {
        size_t len;
        const char *text = pg_bytes(page, i, 0, &len);
        uint64_t seq = (uint64_t)pg_number(page, i, 1);
        *next = r->back ? seq : seq + 1;
        if (!kept_rows_visit(r, text, len, seq))
            return false;
    }
    return count == rows;
}

/* How the rows of events are asked for: a page by `first`, the others by `then`. */
struct walk {
    enum pg_statement first, then;
    uint64_t at; /* the event that `first` is told */
    int rows;    /* of a page; 1: it is all that is wanted */
};

/* The visitor may read the store, so the machine, which is a look, is held meanwhile. */
static bool read_pages(struct database *d, uint64_t execution, struct walk w,
                       struct kept_reading *r)
{
    bool more, good;

    if (!find_machine(d, execution, r, &good))
        return good;
    asl_machine *held = asl_machine_ref(d->found.machine);
    r->good = true;
    pg_share(&r->sharing, d, execution);
    do {
        struct pg_params p = {0};
        add_key(&p, execution);
        pg_add_number(&p, w.at < INT64_MAX ? (int64_t)w.at : INT64_MAX);
        pg_add_number(&p, w.rows);
        PGresult *page = pg_ask(d, w.first, &p, r->why);
        more = page && visit_page(r, page, w.rows, &w.at);
        r->good = r->good && page;
        pq.clear(page);
        w.first = w.then;
    } while (more && w.rows > 1);
    asl_machine_unref(held);
    return r->good;
}

bool postgresql_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                     struct diag *why)
{
    struct kept_reading r = {
        .from = seq, .before = UINT64_MAX, .visit = visit, .user = user, .why = why};

    return read_pages(database_of(s), execution,
                      (struct walk){PG_GET_EVENTS, PG_NEXT_EVENTS, seq, PAGE_ROWS}, &r);
}

bool postgresql_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                             void *user, struct diag *why)
{
    struct kept_reading r = {.from = seq,
                             .before = UINT64_MAX,
                             .outline = true,
                             .visit = visit,
                             .user = user,
                             .why = why};

    return read_pages(database_of(s), execution,
                      (struct walk){PG_GET_EVENTS, PG_NEXT_EVENTS, seq, PAGE_ROWS}, &r);
}

bool postgresql_read_back(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                          void *user, struct diag *why)
{
    struct kept_reading r = {.before = seq, .back = true, .visit = visit, .user = user, .why = why};

    return read_pages(database_of(s), execution,
                      (struct walk){PG_GET_EVENTS_BACK, PG_GET_EVENTS_BACK, seq, PAGE_ROWS}, &r);
}

/* The last row, read forwards. */
bool postgresql_read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                          struct diag *why)
{
    struct kept_reading r = {.before = UINT64_MAX, .visit = visit, .user = user, .why = why};

    return read_pages(database_of(s), execution,
                      (struct walk){PG_GET_EVENTS_BACK, PG_GET_EVENTS_BACK, UINT64_MAX, 1}, &r);
}

/* ---- by what leads to it ---- */

/* A question for one number that may be none. */
static bool ask_number(struct database *d, enum pg_statement statement, const struct pg_params *p,
                       const char *what, uint64_t *out, struct diag *why)
{
    PGresult *r = pg_ask(d, statement, p, why);
    bool found = r && pq.ntuples(r) && !pg_is_null(r, 0, 0);

    if (found)
        *out = (uint64_t)pg_number(r, 0, 0);
    else if (r)
        pg_none(why, what);
    pq.clear(r);
    return found;
}

bool postgresql_find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    struct pg_params p = {0};

    pg_add_string(&p, arn);
    return ask_number(database_of(s), PG_FIND_ARN, &p, "execution", execution, why);
}

bool postgresql_find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                           struct diag *why)
{
    struct pg_params p = {0};

    pg_add_number(&p, (int64_t)parent);
    pg_add_number(&p, (int64_t)ref);
    return ask_number(database_of(s), PG_FIND_CHILD, &p, "execution", execution, why);
}

bool postgresql_find_map_run(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    struct database *d = database_of(s);
    unsigned char key[KEPT_KEY_BYTES];
    struct pg_params p = {0};

    kept_map_run_key(d->hash, arn, strlen(arn), key);
    pg_add_bytes(&p, key, KEPT_KEY_BYTES);
    return ask_number(d, PG_FIND_TOKEN, &p, "execution", execution, why);
}

bool postgresql_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                           struct diag *why)
{
    struct database *d = database_of(s);
    unsigned char key[KEPT_KEY_BYTES];
    struct pg_params p = {0};

    kept_key(d->hash, token, strlen(token), key);
    pg_add_bytes(&p, key, KEPT_KEY_BYTES);
    PGresult *r = pg_ask(d, PG_FIND_TOKEN, &p, why);
    bool found = r && pq.ntuples(r);
    if (found) {
        *execution = (uint64_t)pg_number(r, 0, 0);
        *seq = (uint64_t)pg_number(r, 0, 1);
    } else if (r) {
        pg_none(why, "token");
    }
    pq.clear(r);
    return found;
}

bool postgresql_get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why)
{
    struct pg_params p = {0};
    size_t len;

    pg_add_string(&p, kind);
    pg_add_string(&p, key);
    PGresult *r = pg_ask(database_of(s), PG_GET_RECORD, &p, why);
    bool found = r && pq.ntuples(r);
    if (found) {
        const char *text = pg_bytes(r, 0, 0, &len);
        buf_add(out, text, len);
    } else if (r) {
        pg_none(why, "record");
    }
    pq.clear(r);
    return found;
}
