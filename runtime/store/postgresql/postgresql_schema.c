/*
 * The tables. Each key that can has the shard, so that what distributes tables by a column
 * (Citus) or a key (CockroachDB, YugabyteDB) can take it; docs/cluster.md says what each table is
 * for. All numbers are bigint. All texts are bytea: they are what we wrote, byte by byte, whatever
 * encoding and collation the database has, and their order is that of bytes.
 */

#include "runtime/store/postgresql/postgresql_impl.h"

#include "parsers/base/count.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char STORE_OPEN[] = "STORE_OPEN", STORE_NEWER[] = "STORE_NEWER";

/* From version i to i + 1 of the schema; the first makes it. Never changed, only added to. */
static const char *const migrations[] = {
    "CREATE TABLE asl_nodes(node bytea PRIMARY KEY, name text NOT NULL, epoch bigint NOT NULL,"
    "  alive_until timestamptz NOT NULL);"
    /* next: a number that no execution of the shard has, and none had that is gone. */
    "CREATE TABLE asl_shards(shard bigint PRIMARY KEY, epoch bigint NOT NULL, node bytea,"
    "  next bigint NOT NULL);"
    "INSERT INTO asl_shards SELECT i, 0, NULL, 0 FROM generate_series(0, 255) AS i;"
    "CREATE TABLE asl_definitions(key bytea PRIMARY KEY, text bytea NOT NULL);"
    /* listed_ms: when it ended; else when it began, or was redriven. */
    "CREATE TABLE asl_executions(shard bigint NOT NULL, number bigint NOT NULL, arn bytea NOT NULL,"
    "  definition bytea NOT NULL, config bytea NOT NULL, status bigint NOT NULL,"
    "  start_ms bigint NOT NULL, stop_ms bigint, due_ms bigint, parent bigint, parent_ref bigint,"
    "  transient bigint NOT NULL, list bytea, note bytea, redrives bigint NOT NULL,"
    "  redriven_ms bigint NOT NULL, listed_ms bigint NOT NULL, damage bytea,"
    "  PRIMARY KEY(shard, number));"
    "CREATE INDEX asl_executions_arn ON asl_executions(arn, number);"
    "CREATE INDEX asl_executions_running ON asl_executions(number) WHERE status = 0;"
    "CREATE INDEX asl_executions_stopped ON asl_executions(stop_ms, number)"
    "  WHERE stop_ms IS NOT NULL AND parent IS NULL;"
    "CREATE INDEX asl_executions_list ON asl_executions(list, status, listed_ms, number, redrives)"
    "  WHERE list IS NOT NULL;"
    "CREATE INDEX asl_executions_parent ON asl_executions(parent, parent_ref, number)"
    "  WHERE parent IS NOT NULL;"
    "CREATE INDEX asl_executions_definition ON asl_executions(definition);"
    "CREATE INDEX asl_executions_spoiled ON asl_executions(number) WHERE damage IS NULL AND"
    "  (status NOT BETWEEN 0 AND 4 OR (status <> 0 AND stop_ms IS NULL));"
    "CREATE TABLE asl_events(shard bigint NOT NULL, execution bigint NOT NULL, seq bigint NOT NULL,"
    "  text bytea NOT NULL, PRIMARY KEY(shard, execution, seq));"
    "CREATE TABLE asl_tokens(hash bytea NOT NULL, shard bigint NOT NULL, execution bigint NOT NULL,"
    "  seq bigint NOT NULL, PRIMARY KEY(hash, shard));"
    "CREATE INDEX asl_tokens_execution ON asl_tokens(shard, execution);"
    "CREATE TABLE asl_records(kind bytea NOT NULL, key bytea NOT NULL, text bytea NOT NULL,"
    "  PRIMARY KEY(kind, key));",
};
enum { SCHEMA = COUNT(migrations), OLDEST = 1 /* whose program may work on the newest */ };

/* The versions that the database tells; 0, 0: there are no tables. False with *why filled. */
static bool read_versions(PGconn *db, const char *sql, int64_t *version, int64_t *oldest,
                          struct diag *why)
{
    PGresult *r = pg_query(db, sql, 0, NULL);
    bool rows = pq.resultStatus(r) == PGRES_TUPLES_OK && pq.ntuples(r) == 1;
    bool missing = strcmp(pg_state_of(r), "42P01") == 0;
    struct buf text = {0};

    *version = rows ? strtoll(pq.getvalue(r, 0, 0), NULL, 10) : 0;
    *oldest = rows ? strtoll(pq.getvalue(r, 0, 1), NULL, 10) : 0;
    if (!rows && !missing) {
        pg_add_error(&text, db, r);
        diag_set(why, STORE_OPEN, 0, "%s", buf_str(&text));
    }
    buf_clear(&text);
    pq.clear(r);
    return rows || missing;
}

static bool check_versions(int64_t version, int64_t oldest, struct diag *why)
{
    if (version <= SCHEMA || oldest <= SCHEMA)
        return true;
    diag_set(why, STORE_NEWER, 0,
             "it was written by a newer version of this program (schema %" PRId64
             ", this one knows %d)",
             version, SCHEMA);
    return false;
}

bool pg_is_of_now(PGconn *db, struct diag *why)
{
    int64_t version, oldest;

    if (!read_versions(db, "SELECT version, oldest FROM asl_schema", &version, &oldest, why) ||
        !check_versions(version, oldest, why))
        return false;
    if (version >= SCHEMA)
        return true;
    diag_set(why, STORE_OPEN, 0,
             version ? "an older version has written it: asl serve brings it up to date"
                     : "there are no tables of asl serve in it");
    return false;
}

/* The row of versions is the lock: who has it changes the tables, and others wait. */
static const char lock_row[] =
    "BEGIN; SET LOCAL lock_timeout='60s';"
    "CREATE TABLE IF NOT EXISTS asl_schema(one bigint PRIMARY KEY CHECK (one = 1),"
    "  version bigint NOT NULL, oldest bigint NOT NULL);"
    "INSERT INTO asl_schema VALUES(1, 0, 0) ON CONFLICT DO NOTHING;";

/* All in one transaction: a crash leaves the version that was. */
static bool migrate_once(PGconn *db, struct diag *why)
{
    struct buf sql = {0};
    int64_t version, oldest;
    bool good = pg_execute(db, lock_row, why) &&
                read_versions(db, "SELECT version, oldest FROM asl_schema FOR UPDATE", &version,
                              &oldest, why) &&
                check_versions(version, oldest, why);

    for (int64_t i = good ? version : SCHEMA; i < SCHEMA; i++)
        buf_adds(&sql, migrations[i]);
    if (sql.len)
        buf_printf(&sql, "UPDATE asl_schema SET version=%d, oldest=%d;", SCHEMA, OLDEST);
    buf_adds(&sql, "COMMIT");
    good = good && pg_execute(db, buf_str(&sql), why);
    if (!good)
        pg_execute(db, "ROLLBACK", NULL);
    buf_clear(&sql);
    return good;
}

/* Two that make the first table at once: to one of them PostgreSQL tells that a row of its own
 * catalogue is there already, IF NOT EXISTS notwithstanding. Then the table is there. */
bool pg_migrate(PGconn *db, struct diag *why)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000000};
    int64_t version, oldest;

    if (!read_versions(db, "SELECT version, oldest FROM asl_schema", &version, &oldest, why) ||
        !check_versions(version, oldest, why))
        return false;
    for (int tries = 0; version < SCHEMA; tries++) {
        struct diag failed = {0};
        bool good = migrate_once(db, &failed);
        if (!good && tries == 5)
            diag_set(why, failed.code, 0, "%s", failed.text);
        diag_clear(&failed);
        if (good || tries == 5)
            return good;
        nanosleep(&pause, NULL);
    }
    return true;
}
