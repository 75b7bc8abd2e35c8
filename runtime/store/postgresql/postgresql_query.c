/*
 * Statements, and the pipeline that carries them. What is put in is queued in libpq's buffer and
 * not waited for; whoever reads, or commits, sends all of it and waits once. So a turn that reads
 * nothing of what it puts in is one round trip, from BEGIN to COMMIT.
 *
 * Results come in the order of statements: d->queued says whose each is. After one has failed the
 * server passes over all others up to the end of the pipeline.
 */

#include "runtime/store/postgresql/postgresql_impl.h"

#include "parsers/base/mem.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Lists have the size of a page first. This one is of a list and status behind a place. */
#define LISTED(status)                                                                             \
    "(SELECT listed_ms, number, redrives FROM asl_executions WHERE list=$2 AND status=" status     \
    " AND (listed_ms, number) < ($3, $4) ORDER BY listed_ms DESC, number DESC LIMIT $1)"
#define ROW_OF_RUNNING "number, due_ms, parent, parent_ref, transient"

static const char *const statements[PG_STATEMENTS] = {
    [PG_BEGIN] = "BEGIN ISOLATION LEVEL READ COMMITTED",
    /* The rows stay locked until the commit: nobody takes a shard in between. A division by zero
     * is the way to fail that needs no function in the database. */
    [PG_FENCE] = "SELECT 1 / (CASE WHEN count(*) = $4::bigint THEN 1 ELSE 0 END) FROM (SELECT 1 "
                 "FROM asl_shards WHERE shard = ANY($1::bigint[]) AND epoch=$2 AND node=$3 "
                 "FOR SHARE) AS held",
    [PG_COMMIT] = "COMMIT",
    [PG_ROLLBACK] = "ROLLBACK",
    [PG_ADD_DEFINITION] = "INSERT INTO asl_definitions VALUES($1,$2) ON CONFLICT DO NOTHING",
    [PG_ADD_EXECUTION] = "INSERT INTO asl_executions VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
                         "$13,$14,0,0,$15,NULL)",
    [PG_SET_PROGRESS] = "UPDATE asl_executions SET status=$3, stop_ms=$4, due_ms=$5, "
                        "listed_ms=coalesce($4, listed_ms) WHERE shard=$1 AND number=$2",
    [PG_SET_REDRIVES] = "UPDATE asl_executions SET redrives=$3, redriven_ms=$4, listed_ms=$4 "
                        "WHERE shard=$1 AND number=$2",
    /* The first reason is kept: what comes after is a consequence of it. */
    [PG_SET_APART] = "UPDATE asl_executions SET status=2, stop_ms=$3, due_ms=NULL, listed_ms=$3, "
                     "damage=coalesce(damage, $4) WHERE shard=$1 AND number=$2",
    [PG_SET_NEXT] = "UPDATE asl_shards SET next=greatest(next, $2) WHERE shard=$1",
    [PG_ADD_EVENTS] = "INSERT INTO asl_events VALUES($1,$2,$3,$4)",
    [PG_SET_EVENTS] = "UPDATE asl_events SET text=$4 WHERE shard=$1 AND execution=$2 AND seq=$3",
    [PG_ADD_TOKEN] = "INSERT INTO asl_tokens VALUES($1,$2,$3,$4) ON CONFLICT(hash, shard) "
                     "DO UPDATE SET execution=excluded.execution, seq=excluded.seq",
    [PG_DROP_EXECUTION] = "DELETE FROM asl_executions WHERE shard=$1 AND number=$2",
    [PG_DROP_EVENTS] = "DELETE FROM asl_events WHERE shard=$1 AND execution=$2",
    [PG_DROP_TOKENS] = "DELETE FROM asl_tokens WHERE shard=$1 AND execution=$2",
    /* Children are younger than their parents, whatever a damaged row says. */
    [PG_FIRST_CHILD] = "SELECT number, status FROM asl_executions WHERE parent=$1 AND number>$1 "
                       "LIMIT 1",
    [PG_LIST_DEFINITIONS] = "SELECT key FROM asl_definitions WHERE key>$1 ORDER BY key LIMIT $2",
    [PG_DROP_DEFINITION] = "DELETE FROM asl_definitions WHERE key=$1 AND NOT EXISTS"
                           "(SELECT 1 FROM asl_executions WHERE definition=$1)",
    [PG_LIST_STOPPED] = "SELECT number FROM asl_executions WHERE stop_ms IS NOT NULL AND "
                        "stop_ms<$1 AND parent IS NULL AND status<>0 ORDER BY stop_ms, number "
                        "LIMIT $2",
    [PG_LIST_ENDED] = "SELECT number FROM asl_executions WHERE list=$1 AND status>0 LIMIT $2",
    [PG_PUT_RECORD] = "INSERT INTO asl_records VALUES($1,$2,$3) ON CONFLICT(kind, key) "
                      "DO UPDATE SET text=excluded.text",
    [PG_DROP_RECORD] = "DELETE FROM asl_records WHERE kind=$1 AND key=$2",
    /* A look at the end of each shard, however many rows it has. */
    [PG_GET_NEXT] = "SELECT s.shard, s.next, coalesce((SELECT max(number) FROM asl_executions x "
                    "WHERE x.shard=s.shard), -1) + 1, coalesce((SELECT max(execution) FROM "
                    "asl_events e WHERE e.shard=s.shard), -1) + 1 FROM asl_shards s",
    [PG_GET_DEFINITION] = "SELECT text FROM asl_definitions WHERE key=$1",
    [PG_GET_EXECUTION] = "SELECT definition, config, status, start_ms, stop_ms, due_ms, parent, "
                         "parent_ref, list, note, transient, redrives, redriven_ms, damage, arn "
                         "FROM asl_executions WHERE shard=$1 AND number=$2",
    /* Where `seq` lies in a row begins with the row's own. */
    [PG_GET_EVENTS] = "SELECT text, seq FROM asl_events WHERE shard=$1 AND execution=$2 AND "
                      "seq>=coalesce((SELECT max(seq) FROM asl_events WHERE shard=$1 AND "
                      "execution=$2 AND seq<=$3), 0) ORDER BY seq LIMIT $4",
    [PG_NEXT_EVENTS] = "SELECT text, seq FROM asl_events WHERE shard=$1 AND execution=$2 AND "
                       "seq>=$3 ORDER BY seq LIMIT $4",
    /* The row that has that event. */
    [PG_GET_EVENT] = "SELECT text, seq FROM asl_events WHERE shard=$1 AND execution=$2 AND "
                     "seq<=$3 ORDER BY seq DESC LIMIT 1",
    [PG_GET_EVENTS_BACK] = "SELECT text, seq FROM asl_events WHERE shard=$1 AND execution=$2 AND "
                           "seq<$3 ORDER BY seq DESC LIMIT $4",
    [PG_FIND_ARN] = "SELECT max(number) FROM asl_executions WHERE arn=$1",
    [PG_FIND_CHILD] = "SELECT max(number) FROM asl_executions WHERE parent=$1 AND parent_ref=$2",
    [PG_FIND_TOKEN] = "SELECT execution, seq FROM asl_tokens WHERE hash=$1 "
                      "ORDER BY execution DESC LIMIT 1",
    [PG_LIST_RUNNING] = "SELECT " ROW_OF_RUNNING ", "
                        "CASE WHEN $3::bigint<>0 THEN list END, "
                        "CASE WHEN $3::bigint<>0 THEN note END FROM asl_executions "
                        "WHERE status=0 AND number>$2 ORDER BY number LIMIT $1",
    [PG_LIST_SPOILED] = "SELECT number FROM asl_executions WHERE damage IS NULL AND "
                        "(status NOT BETWEEN 0 AND 4 OR (status <> 0 AND stop_ms IS NULL)) "
                        "AND number>$2 ORDER BY number LIMIT $1",
    /* The index has them by status: five lists, merged. */
    [PG_LIST_ALL] = LISTED("0") " UNION ALL " LISTED("1") " UNION ALL " LISTED(
        "2") " UNION ALL " LISTED("3") " UNION ALL " LISTED("4") " ORDER BY 1 DESC, 2 DESC LIMIT "
                                                                 "$1",
    [PG_LIST_STATUS] = LISTED("$5"),
    [PG_NEXT_LIST] = "SELECT list FROM asl_executions WHERE list>$1 ORDER BY list LIMIT 1",
    [PG_GET_RECORD] = "SELECT text FROM asl_records WHERE kind=$1 AND key=$2",
    [PG_LIST_RECORDS] = "SELECT key, text FROM asl_records WHERE kind=$2 AND key>$3 "
                        "ORDER BY key LIMIT $1",
    /* By the primary key, which has the shard first. */
    [PG_LIST_NUMBERS] = "SELECT number, shard FROM asl_executions WHERE (shard, number) > ($2, $3) "
                        "ORDER BY shard, number LIMIT $1",
    [PG_NEXT_KIND] = "SELECT kind FROM asl_records WHERE kind>$1 ORDER BY kind LIMIT 1",
    [PG_GET_OWNER] = "SELECT convert_to(n.name || ' owns it now, by a lease until ' || to_char("
                     "n.alive_until AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),'UTF8') "
                     "FROM asl_nodes n WHERE n.node=(SELECT node FROM asl_shards WHERE shard=0) "
                     "AND NOT (n.node=$1 AND n.epoch=$2)",
    /* A shard of a node that isn't there is free. */
    [PG_RELEASE] = "DELETE FROM asl_nodes WHERE node=$1 AND epoch=$2",
};

/* ---- what a statement is given ---- */

static void add_param(struct pg_params *p, const char *value, int len, int format)
{
    p->values[p->count] = value;
    p->lengths[p->count] = len;
    p->formats[p->count++] = format;
}

/* Numbers go as the server has them: eight bytes, the highest first. */
void pg_add_number(struct pg_params *p, int64_t n)
{
    char *at = p->numbers[p->count];

    for (int i = 0; i < 8; i++)
        at[i] = (char)((uint64_t)n >> (56 - 8 * i));
    add_param(p, at, 8, 1);
}

void pg_add_null(struct pg_params *p)
{
    add_param(p, NULL, 0, 1);
}

/* Longer ones are refused before (pg_queue). */
void pg_add_bytes(struct pg_params *p, const void *bytes, size_t len)
{
    add_param(p, bytes ? bytes : "", len < INT_MAX ? (int)len : INT_MAX, 1);
}

void pg_add_string(struct pg_params *p, const char *text)
{
    pg_add_bytes(p, text, strlen(text));
}

void pg_add_written(struct pg_params *p, const char *text)
{
    add_param(p, text, 0, 0);
}

/* ---- failures ---- */

static bool is_connected(const struct database *d)
{
    return pq.status(d->db) == CONNECTION_OK;
}

void pg_fail(struct database *d, const char *code, const char *text, uint64_t whose)
{
    if (d->broken.code)
        return;
    d->refused = code == STORE_REFUSED ? whose : PG_NOBODY;
    diag_set(&d->broken, code, 0, "%s: %s: %s",
             code == STORE_REFUSED ? "the store can't take it" : "the store can't be written",
             buf_str(&d->place.text), text);
}

/* What a SQLSTATE means for who put something in: see store.h. The value is refused (22), it is
 * there already (23), it is larger than what PostgreSQL takes (54). */
static const char *code_of(const char *state)
{
    if (!strncmp(state, "22", 2) || !strncmp(state, "23", 2) || !strncmp(state, "54", 2))
        return STORE_REFUSED;
    return strcmp(state, "XX001") && strcmp(state, "XX002") ? STORE_WRITE : STORE_CORRUPT;
}

/* What failed first counts: the rest follows from it. `text` NULL: as the result, or libpq, says.
 */
static void set_failure(struct pg_failure *f, PGconn *db, const PGresult *r, const char *text)
{
    if (f->is)
        return;
    f->is = true;
    snprintf(f->state, sizeof f->state, "%s", pg_state_of(r));
    buf_reset(&f->text);
    if (text)
        buf_adds(&f->text, text);
    else
        pg_add_error(&f->text, db, r);
}

static void note_failure(struct database *d, const struct pg_queued *q, const PGresult *r)
{
    struct buf text = {0};

    if (q && q->statement == PG_FENCE && !strcmp(pg_state_of(r), "22012")) {
        atomic_store(&d->lease.lost, true);
        pg_fail(d, STORE_WRITE, "another process has taken it over", PG_NOBODY);
        return;
    }
    set_failure(&d->failure, d->db, r, NULL);
    buf_adds(&text, buf_str(&d->failure.text));
    if (!is_connected(d))
        buf_adds(&text, "; whether what was being committed is kept shows when it is opened again");
    pg_fail(d, q && q->whose != PG_FRAME ? code_of(d->failure.state) : STORE_WRITE, buf_str(&text),
            q ? q->whose : PG_NOBODY);
    buf_clear(&text);
}

/* Waits for the next result. One that doesn't come ends the connection, which shows then. */
static PGresult *next_result(struct database *d)
{
    struct buf text = {0};

    if (!pg_wait(d->db)) {
        buf_printf(&text, "it has said nothing for %d s", PG_SILENCE_S);
        set_failure(&d->failure, d->db, NULL, buf_str(&text));
    }
    buf_clear(&text);
    return pq.getResult(d->db);
}

/* ---- the pipeline ---- */

static bool send_failed(struct database *d)
{
    d->failure.is = false;
    note_failure(d, NULL, NULL);
    return false;
}

static void note_queued(struct database *d, struct pg_queued q)
{
    MEM_GROW(d->queued, d->queued_count, d->queued_cap);
    d->queued[d->queued_count++] = q;
}

static bool send_statement(struct database *d, uint64_t whose, enum pg_statement statement,
                           const struct pg_params *params)
{
    static const struct pg_params none;
    const struct pg_params *p = params ? params : &none;
    char name[16];

    snprintf(name, sizeof name, "asl%d", (int)statement);
    if (d->prepared[statement] == PG_UNPREPARED) {
        if (!pq.sendPrepare(d->db, name, statements[statement], 0, NULL))
            return send_failed(d);
        note_queued(d, (struct pg_queued){statement, PG_FRAME, true});
        d->prepared[statement] = PG_PREPARING;
    }
    if (!pq.sendQueryPrepared(d->db, name, p->count, p->values, p->lengths, p->formats, 1))
        return send_failed(d);
    note_queued(d, (struct pg_queued){statement, whose, false});
    return true;
}

/* More than a gigabyte is none of PostgreSQL's values; libpq and the server each hold a copy. */
static bool are_too_long(const struct pg_params *p)
{
    enum { MOST = 1 << 29 };

    for (int i = 0; p && i < p->count; i++)
        if (p->lengths[i] > MOST)
            return true;
    return false;
}

void pg_queue(struct database *d, uint64_t whose, enum pg_statement statement,
              const struct pg_params *params)
{
    if (d->broken.code)
        return;
    if (are_too_long(params))
        pg_fail(d, STORE_REFUSED, "its events of one turn are longer than what PostgreSQL keeps",
                whose);
    else
        send_statement(d, whose, statement, params);
}

/* An execution that was to be changed and has no row was let go while it still ran. */
static void note_done(struct database *d, const struct pg_queued *q, PGresult *r)
{
    bool changes = q->statement == PG_SET_PROGRESS || q->statement == PG_SET_REDRIVES;

    if (!q->prepares && changes && !strcmp(pq.cmdTuples(r), "0")) {
        MEM_GROW(d->strays, d->stray_count, d->stray_cap);
        d->strays[d->stray_count++] = q->whose;
    }
    /* A transaction that can't be committed ends so, without an error. */
    if (q->statement == PG_COMMIT && !q->prepares && strcmp(pq.cmdStatus(r), "COMMIT") != 0)
        pg_fail(d, STORE_WRITE, "the transaction was rolled back", PG_NOBODY);
}

static void note_result(struct database *d, const struct pg_queued *q, PGresult *r)
{
    ExecStatusType status = pq.resultStatus(r);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

    if (q->prepares)
        d->prepared[q->statement] = good ? PG_PREPARED : PG_UNPREPARED;
    if (good)
        note_done(d, q, r);
    else if (status != PGRES_PIPELINE_ABORTED)
        note_failure(d, q, r);
}

/* Waits for all results up to the end of the pipeline; *last is the last statement's, or NULL. */
static bool take_results(struct database *d, PGresult **last)
{
    size_t i = 0;
    bool ended = false;

    *last = NULL;
    for (int nothing = 0; !ended && nothing < 2 && is_connected(d);) {
        PGresult *r = next_result(d);
        ended = r && pq.resultStatus(r) == PGRES_PIPELINE_SYNC;
        /* NULL stands between two statements; twice, and nothing comes any more. */
        nothing = r ? 0 : nothing + 1;
        if (!r || ended) {
            pq.clear(r);
            continue;
        }
        if (i == d->queued_count) {
            note_failure(d, NULL, r);
            pq.clear(r);
            continue;
        }
        note_result(d, &d->queued[i], r);
        if (++i == d->queued_count)
            *last = r;
        else
            pq.clear(r);
    }
    if (!ended || i < d->queued_count)
        note_failure(d, NULL, NULL);
    d->queued_count = 0;
    return !d->broken.code;
}

static bool settle(struct database *d, PGresult **last)
{
    *last = NULL;
    d->failure.is = false;
    if (is_connected(d) && pq.pipelineSync(d->db))
        return take_results(d, last);
    d->queued_count = 0;
    return send_failed(d);
}

bool pg_settle(struct database *d)
{
    PGresult *last = NULL;

    if (d->queued_count)
        settle(d, &last);
    pq.clear(last);
    return !d->broken.code;
}

/* Called with d->broken empty, which may not be so afterwards. */
static void send_rollback(struct database *d)
{
    PGresult *last = NULL;

    /* What failed in the same pipeline would make the server pass over a ROLLBACK behind it. */
    if (d->queued_count)
        settle(d, &last);
    pq.clear(last);
    last = NULL;
    if (is_connected(d) && send_statement(d, PG_FRAME, PG_ROLLBACK, NULL))
        settle(d, &last);
    pq.clear(last);
}

void pg_roll_back(struct database *d)
{
    struct diag before = d->broken;
    uint64_t refused = d->refused;

    if (!d->writing)
        return;
    d->writing = false;
    d->stray_count = 0;
    memset(d->touched, 0, sizeof d->touched);
    /* What is known of the counters may be of the transaction that is taken back. */
    memset(d->nexts, 0, sizeof d->nexts);
    d->broken = (struct diag){0};
    if (is_connected(d))
        send_rollback(d);
    if (is_connected(d) || before.code) {
        diag_clear(&d->broken);
        d->broken = before;
        d->refused = refused;
    }
}

static bool ask_failed(struct database *d, struct diag *why)
{
    set_failure(&d->failure, d->db, NULL, NULL);
    bool damaged = code_of(d->failure.state) == STORE_CORRUPT;
    diag_set(why, damaged ? STORE_DAMAGED : STORE_READ, 0, "%s: %s: %s",
             damaged ? "the database is damaged" : "the store can't be read",
             buf_str(&d->place.text), buf_str(&d->failure.text));
    /* Told once: an operator needs the first report, not one for each read. */
    store_damage *told = damaged ? d->store.told : NULL;
    if (told) {
        d->store.told = NULL;
        told(d->store.told_user, buf_str(&d->place.text));
    }
    return false;
}

/*
 * Something that was queued before may have failed, or the question itself, which takes the
 * transaction with it. Then all is taken back, and it is asked once more, of what is committed: the
 * turn is lost, and what is read shows nobody more than that.
 */
PGresult *pg_ask(struct database *d, enum pg_statement statement, const struct pg_params *params,
                 struct diag *why)
{
    for (int tries = 0; tries < 2; tries++) {
        PGresult *r = NULL;
        bool was_broken = d->broken.code != NULL;
        if (was_broken)
            pg_roll_back(d);
        struct diag before = d->broken;
        uint64_t refused = d->refused;
        d->broken = (struct diag){0};
        d->failure.is = false;
        if (is_connected(d) && send_statement(d, PG_FRAME, statement, params))
            settle(d, &r);
        bool good = r && pq.resultStatus(r) == PGRES_TUPLES_OK;
        bool again = !good && !was_broken && d->writing && is_connected(d);
        if (!good && !again)
            ask_failed(d, why);
        /* A failed question breaks nothing but the transaction that it stands in. */
        if (was_broken || (!d->writing && is_connected(d))) {
            diag_clear(&d->broken);
            d->broken = before;
            d->refused = refused;
        }
        if (good)
            return r;
        pq.clear(r);
        if (!again)
            return NULL;
    }
    return NULL;
}

/* ---- results ---- */

bool pg_is_null(const PGresult *r, int row, int column)
{
    return pq.getisnull(r, row, column);
}

int64_t pg_number(const PGresult *r, int row, int column)
{
    const unsigned char *at = (const unsigned char *)pq.getvalue(r, row, column);
    uint64_t n = 0;

    for (int i = 0; pq.getlength(r, row, column) == 8 && i < 8; i++)
        n = n << 8 | at[i];
    return (int64_t)n;
}

const char *pg_bytes(const PGresult *r, int row, int column, size_t *len)
{
    bool null = pq.getisnull(r, row, column);

    *len = null ? 0 : (size_t)pq.getlength(r, row, column);
    return null ? NULL : pq.getvalue(r, row, column);
}

bool pg_none(struct diag *why, const char *what)
{
    diag_set(why, STORE_NONE, 0, "there is no such %s", what);
    return false;
}
