/*
 * The store in PostgreSQL: what is put in, and committed. This is its first form, for one process
 * at a time: the interface of stores is synchronous, so the loop waits for each commit, which is
 * one round trip (postgresql_query.c). What is still to come is in docs/cluster.md.
 *
 * A connection that fails is the end of the store: whoever opened it opens it again, and goes on
 * from what is kept. Whether the last commit is among that shows only then, as after a crash.
 */

#include "runtime/store/postgresql/postgresql_impl.h"

#include "parsers/base/mem.h"
#include "runtime/core/event_text.h"

#include <inttypes.h>
#include <string.h>

/* Records and definitions are of no execution: who has this shard may change them. */
enum { SHARD_OF_RECORDS = 0 };

static void drop_strays(struct database *d)
{
    while (d->stray_count && !d->broken.code)
        pg_forget_events(d, d->strays[--d->stray_count]);
}

/* The transaction begins late, with the first thing put in: a turn that keeps nothing costs the
 * server nothing. */
bool pg_begin(struct database *d, uint64_t execution)
{
    if (d->broken.code)
        return false;
    d->touched[execution == PG_NOBODY ? SHARD_OF_RECORDS : pg_shard_of(execution)] = true;
    if (d->writing)
        return true;
    d->writing = true;
    pg_queue(d, PG_FRAME, PG_BEGIN, NULL);
    drop_strays(d);
    return !d->broken.code;
}

void pg_forget_known(struct database *d)
{
    pg_clear_found(d);
    kept_machines_clear(&d->machines);
    kept_shared_forget(&d->shared);
}

/* ---- putting in ---- */

static void add_optional(struct pg_params *p, bool is, int64_t n)
{
    if (is)
        pg_add_number(p, n);
    else
        pg_add_null(p);
}

static void add_execution(struct pg_params *p, uint64_t execution)
{
    pg_add_number(p, pg_shard_of(execution));
    pg_add_number(p, (int64_t)execution);
}

/* The key of a machine, whose definition is in the store then. */
static const struct kept_machine *put_machine(struct database *d, uint64_t execution,
                                              asl_machine *m)
{
    const struct kept_machine *known = kept_machines_of(&d->machines, m);
    struct pg_params p = {0};
    unsigned char key[KEPT_KEY_BYTES];

    if (known)
        return known;
    buf_reset(&d->text);
    kept_machine_text(m, &d->text);
    kept_key(d->hash, d->text.data, d->text.len, key);
    pg_add_bytes(&p, key, KEPT_KEY_BYTES);
    pg_add_bytes(&p, d->text.data, d->text.len);
    pg_queue(d, execution, PG_ADD_DEFINITION, &p);
    return kept_machines_add(&d->machines, asl_machine_ref(m), NULL, key);
}

/* The definition goes in before the row that names it, in the same transaction: no row is without
 * its own. */
static void postgresql_start(store *s, const struct store_execution *x)
{
    struct database *d = database_of(s);
    const json *arn = x->config.names.arn;
    struct pg_params p = {0};

    if (!pg_begin(d, x->number))
        return;
    const struct kept_machine *machine = put_machine(d, x->number, x->machine);
    buf_reset(&d->text);
    rt_config_write(&d->text, &x->config);
    add_execution(&p, x->number);
    pg_add_bytes(&p, arn ? json_str(arn) : "", arn ? json_str_len(arn) : 0);
    pg_add_bytes(&p, machine->key, KEPT_KEY_BYTES);
    pg_add_bytes(&p, d->text.data, d->text.len);
    pg_add_number(&p, x->status);
    pg_add_number(&p, x->start_ms);
    add_optional(&p, x->status != RT_RUNNING, x->stop_ms);
    add_optional(&p, x->due_ms != STORE_AWAKE, x->due_ms);
    add_optional(&p, x->parent.set, (int64_t)x->parent.execution);
    add_optional(&p, x->parent.set, (int64_t)x->parent.ref);
    pg_add_number(&p, x->transient);
    if (x->list)
        pg_add_bytes(&p, json_str(x->list), json_str_len(x->list));
    else
        pg_add_null(&p);
    buf_reset(&d->note);
    if (x->note)
        json_write(&d->note, x->note);
    if (x->note)
        pg_add_bytes(&p, d->note.data, d->note.len);
    else
        pg_add_null(&p);
    pg_add_number(&p, x->status == RT_RUNNING ? x->start_ms : x->stop_ms);
    pg_queue(d, x->number, PG_ADD_EXECUTION, &p);
    if (x->number >= d->next)
        d->next = x->number + 1;
}

/* What is put in for one execution. */
struct appending {
    struct database *database;
    uint64_t execution;
};

static void postgresql_add_token(void *user, const struct rt_event *e)
{
    const struct appending *a = user;
    const json *token = rt_event_token(e);
    unsigned char key[KEPT_KEY_BYTES];
    struct pg_params p = {0};

    if (token)
        kept_key(a->database->hash, json_str(token), json_str_len(token), key);
    else
        kept_map_run_key(a->database->hash, json_str(e->data), json_str_len(e->data), key);
    pg_add_bytes(&p, key, KEPT_KEY_BYTES);
    add_execution(&p, a->execution);
    pg_add_number(&p, (int64_t)e->seq);
    pg_queue(a->database, a->execution, PG_ADD_TOKEN, &p);
}

static void postgresql_add_row(void *user, uint64_t seq)
{
    const struct appending *a = user;
    struct database *d = a->database;
    struct pg_params p = {0};

    add_execution(&p, a->execution);
    pg_add_number(&p, (int64_t)seq);
    pg_add_bytes(&p, d->text.data, d->text.len);
    pg_queue(d, a->execution, PG_ADD_EVENTS, &p);
}

static void postgresql_append(store *s, uint64_t execution, const struct rt_events *events)
{
    struct database *d = database_of(s);
    struct appending a = {d, execution};
    struct kept_writer writer = {&a, postgresql_add_token, postgresql_add_row};
    struct kept_sharing sharing;

    if (!pg_begin(d, execution))
        return;
    pg_share(&sharing, d, execution);
    kept_rows_write(&d->text, events, &sharing, &writer);
}

static void postgresql_progress(store *s, uint64_t execution, enum rt_status status,
                                int64_t stop_ms, int64_t due_ms)
{
    struct database *d = database_of(s);
    struct pg_params p = {0};

    if (!pg_begin(d, execution))
        return;
    add_execution(&p, execution);
    pg_add_number(&p, status);
    add_optional(&p, status != RT_RUNNING, stop_ms);
    add_optional(&p, due_ms != STORE_AWAKE, due_ms);
    pg_queue(d, execution, PG_SET_PROGRESS, &p);
}

static void postgresql_redriven(store *s, uint64_t execution, uint32_t redrives, int64_t at_ms)
{
    struct database *d = database_of(s);
    struct pg_params p = {0};

    if (!pg_begin(d, execution))
        return;
    add_execution(&p, execution);
    pg_add_number(&p, redrives);
    pg_add_number(&p, at_ms);
    pg_queue(d, execution, PG_SET_REDRIVES, &p);
}

static void postgresql_set_apart(store *s, uint64_t execution, const char *why, int64_t at_ms)
{
    struct database *d = database_of(s);
    struct pg_params p = {0};

    if (!pg_begin(d, execution))
        return;
    add_execution(&p, execution);
    pg_add_number(&p, at_ms);
    pg_add_string(&p, why);
    pg_queue(d, execution, PG_SET_APART, &p);
}

static void postgresql_put(store *s, const char *kind, const char *key, const char *text,
                           size_t len)
{
    struct database *d = database_of(s);
    struct pg_params p = {0};

    if (!pg_begin(d, PG_NOBODY))
        return;
    pg_add_string(&p, kind);
    pg_add_string(&p, key);
    if (text)
        pg_add_bytes(&p, text, len);
    pg_queue(d, PG_NOBODY, text ? PG_PUT_RECORD : PG_DROP_RECORD, &p);
}

/* ---- committing ---- */

/* The last statement before COMMIT: the epochs of all shards that were written to. */
static void queue_fence(struct database *d)
{
    struct buf shards = {0};
    struct pg_params p = {0};
    int64_t count = 0;

    for (int i = 0; i < PG_SHARDS; i++)
        if (d->touched[i])
            buf_printf(&shards, "%s%d", count++ ? "," : "{", i);
    buf_addc(&shards, '}');
    pg_add_written(&p, buf_str(&shards));
    pg_add_number(&p, d->lease.epoch);
    pg_add_string(&p, buf_str(&d->lease.node));
    pg_add_number(&p, count);
    pg_queue(d, PG_FRAME, PG_FENCE, &p);
    buf_clear(&shards);
}

static void add_owner_params(struct database *d, struct pg_params *p)
{
    pg_add_string(p, buf_str(&d->lease.node));
    pg_add_number(p, d->lease.epoch);
}

/* Says who has the lease, after a commit that failed: a row that was there already may have been
 * put there by the new owner. */
static void tell_owner(struct database *d)
{
    struct pg_params p = {0};
    struct diag ignored = {0};
    size_t len = 0;

    add_owner_params(d, &p);
    PGresult *r = pg_ask(d, PG_GET_OWNER, &p, &ignored);
    const char *text = r && pq.ntuples(r) ? pg_bytes(r, 0, 0, &len) : NULL;
    if (text || atomic_load(&d->lease.lost)) {
        atomic_store(&d->lease.lost, true);
        diag_clear(&d->broken);
        diag_set(
            &d->broken, STORE_WRITE, 0,
            "the store can't be written: %s: another process has taken it over, and nothing of "
            "this is kept%s%.*s",
            buf_str(&d->place.text), text ? ": " : "", (int)len, text ? text : "");
    }
    pq.clear(r);
    diag_clear(&ignored);
}

/* Nothing of the turn is kept. One that is refused costs the others only this turn, which the
 * engine makes again without it. */
static bool commit_failed(struct database *d, struct diag *why)
{
    pg_roll_back(d);
    if (d->broken.code == STORE_REFUSED || atomic_load(&d->lease.lost))
        tell_owner(d);
    diag_set(why, d->broken.code, 0, "%s", d->broken.text);
    if (d->broken.code == STORE_REFUSED)
        diag_clear(&d->broken);
    pg_forget_known(d);
    return false;
}

static bool postgresql_commit(store *s, struct diag *why)
{
    struct database *d = database_of(s);

    if (!d->writing && !d->broken.code && atomic_load(&d->lease.lost))
        pg_fail(d, STORE_WRITE, "another process has taken it over", PG_NOBODY);
    if (d->writing && !d->broken.code) {
        queue_fence(d);
        pg_queue(d, PG_FRAME, PG_COMMIT, NULL);
        pg_settle(d);
    }
    if (d->broken.code)
        return commit_failed(d, why);
    d->writing = false;
    memset(d->touched, 0, sizeof d->touched);
    return true;
}

static bool postgresql_refused(const store *s, uint64_t *execution)
{
    const struct database *d = (const struct database *)s;

    *execution = d->refused;
    return d->refused < PG_FRAME;
}

static unsigned postgresql_rights(const store *s)
{
    (void)s;
    return 0;
}

static uint64_t postgresql_room(const store *s)
{
    (void)s;
    return UINT64_MAX;
}

/* ---- life ---- */

/* Gives the lease back, so that the next one needn't wait until it is over. */
static void release(struct database *d)
{
    struct pg_params p = {0};

    pg_roll_back(d);
    if (!d->lease.epoch || d->broken.code)
        return;
    add_owner_params(d, &p);
    pg_queue(d, PG_FRAME, PG_RELEASE, &p);
    pg_settle(d);
}

static void free_database(store *s)
{
    struct database *d = database_of(s);

    if (d->db)
        release(d);
    pq.finish(d->db);
    pg_lease_clear(&d->lease);
    pg_forget_known(d);
    pg_place_clear(&d->place);
    digest_free(d->hash);
    diag_clear(&d->broken);
    buf_clear(&d->failure.text);
    buf_clear(&d->text);
    buf_clear(&d->note);
    buf_clear(&d->damage);
    mem_free(d->queued);
    mem_free(d->strays);
    mem_free(d->to_trim);
    mem_free(d);
}

static struct database *new_database(void)
{
    static const struct store_ops ops = {
        .free = free_database,
        .start = postgresql_start,
        .append = postgresql_append,
        .progress = postgresql_progress,
        .redriven = postgresql_redriven,
        .set_apart = postgresql_set_apart,
        .forget = postgresql_forget,
        .forget_list = postgresql_forget_list,
        .retire = postgresql_retire,
        .tidy = postgresql_tidy,
        .trim_later = postgresql_trim_later,
        .trim = postgresql_trim,
        .commit = postgresql_commit,
        .refused = postgresql_refused,
        .rights = postgresql_rights,
        .room = postgresql_room,
        .next_number = postgresql_next_number,
        .read = postgresql_read,
        .read_outline = postgresql_read_outline,
        .read_back = postgresql_read_back,
        .read_last = postgresql_read_last,
        .find = postgresql_find,
        .find_arn = postgresql_find_arn,
        .find_child = postgresql_find_child,
        .find_map_run = postgresql_find_map_run,
        .find_token = postgresql_find_token,
        .list_running = postgresql_list_running,
        .list_spoiled = postgresql_list_spoiled,
        .list_numbers = postgresql_list_numbers,
        .list_executions = postgresql_list_executions,
        .next_list = postgresql_next_list,
        .put = postgresql_put,
        .get = postgresql_get,
        .list = postgresql_list,
        .next_kind = postgresql_next_kind,
    };
    struct database *d = mem_calloc(1, sizeof *d);

    d->store.ops = &ops;
    d->refused = PG_NOBODY;
    d->hash = digest_new(DIGEST_SHA256);
    /* What earlier runs left is looked for once after each start. */
    d->untidy = true;
    return d;
}

/* The server is trusted to be durable as it is set up, unless that is off: then nothing would be.
 */
static bool set_durability(PGconn *db, enum store_durability durability, struct diag *why)
{
    return pg_execute(db,
                      durability == STORE_NORMAL
                          ? "SET synchronous_commit=off"
                          : "SELECT set_config('synchronous_commit', 'on', false) "
                            "WHERE current_setting('synchronous_commit')='off'",
                      why);
}

static bool read_next(struct database *d, struct diag *why)
{
    PGresult *r = pg_ask(d, PG_GET_NEXT, NULL, why);

    for (int i = 0; r && i < pq.ntuples(r); i++) {
        int64_t shard = pg_number(r, i, 0);
        if (shard >= 0 && shard < PG_SHARDS)
            d->nexts[shard] = pg_number(r, i, 1);
        for (int column = 1; column <= 3; column++)
            if (pg_number(r, i, column) > (int64_t)d->next)
                d->next = (uint64_t)pg_number(r, i, column);
    }
    bool good = r != NULL;
    pq.clear(r);
    return good;
}

static bool end_opening(struct database *d, bool good, struct diag *why)
{
    if (good && !pq.enterPipelineMode(d->db)) {
        diag_set(why, "STORE_OPEN", 0, "libpq gives no pipeline");
        good = false;
    }
    /* What is read tells the place itself. */
    if (!good && d->place.text.len)
        diag_prefix(why, "%s: ", buf_str(&d->place.text));
    return good && read_next(d, why);
}

static bool open_database(struct database *d, const char *url, enum store_durability durability,
                          struct diag *why)
{
    bool good = pg_place_read(&d->place, url, why);

    pg_lease_init(&d->lease, &d->place);
    if (good)
        d->db = pg_connect(&d->place, false, why);
    good = good && d->db && set_durability(d->db, durability, why) && pg_migrate(d->db, why) &&
           pg_lease_take(&d->lease, d->db, why);
    return end_opening(d, good, why);
}

/* A transaction that reads sees the database as it was when it began, however long it takes. */
static bool look_at_database(struct database *d, const char *url, struct diag *why)
{
    static const char begin[] = "SET idle_in_transaction_session_timeout=0;"
                                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    bool good = pg_place_read(&d->place, url, why);

    pg_lease_init(&d->lease, &d->place);
    if (good)
        d->db = pg_connect(&d->place, true, why);
    good = good && d->db && pg_is_of_now(d->db, why) && pg_execute(d->db, begin, why);
    return end_opening(d, good, why);
}

static store *opened_database(struct database *d, bool good)
{
    if (good)
        return &d->store;
    free_database(&d->store);
    return NULL;
}

store *store_postgresql_open(const char *url, enum store_durability durability, struct diag *why)
{
    if (!pq_library_load(why) || !digest_ready(why))
        return NULL;
    struct database *d = new_database();
    return opened_database(d, open_database(d, url, durability, why));
}

store *store_postgresql_look(const char *url, struct diag *why)
{
    if (!pq_library_load(why) || !digest_ready(why))
        return NULL;
    struct database *d = new_database();
    return opened_database(d, look_at_database(d, url, why));
}
