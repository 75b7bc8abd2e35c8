/*
 * Who owns a database. Each shard's row has an epoch, which rises whenever the shard is taken, and
 * names the node that took it; the node's row says until when it is alive, by the database's clock.
 * A commit is fenced by the epochs of its shards (PG_FENCE), so whoever has lost them adds nothing,
 * whatever its clock says. The time only tells when others may take a shard.
 *
 * For now a node takes all shards or none. A thread with a connection of its own renews the lease,
 * as a turn may be long, and an idle process makes none. It touches the connection, `lost`, and
 * texts that don't change; all else is the loop's.
 */

#define _GNU_SOURCE /* pthread_condattr_setclock is POSIX; gethostname's bound is not */

#include "runtime/store/postgresql/postgresql_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LEASE_MS = 10000, BEAT_MS = 2000, LOOK_MS = 100 };

/* ---- names of nodes ---- */

/* A line of a small file of the system's; nothing where there is none. */
static void add_system_line(struct buf *out, const char *path)
{
    char line[256] = "";
    FILE *f = fopen(path, "r");

    if (f && fgets(line, sizeof line, f))
        buf_add(out, line, strcspn(line, "\n"));
    if (f)
        fclose(f);
}

/* When a process began, in ticks since the system did: the 22nd field, behind the name in
 * parentheses, which may have anything in it. */
static void add_begin(struct buf *out, long pid)
{
    char path[64];
    struct buf line = {0};

    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    add_system_line(&line, path);
    const char *at = line.len ? strrchr(buf_str(&line), ')') : NULL;
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at)
        buf_add(out, at + 1, strcspn(at + 1, " "));
    buf_clear(&line);
}

/* Where a process lives, so that its number says something: the host, since when it runs, and the
 * name space of its processes. */
static void add_world(struct buf *out)
{
    char host[256] = "", space[64] = "";
    ssize_t len = readlink("/proc/self/ns/pid", space, sizeof space);

    gethostname(host, sizeof host - 1);
    buf_adds(out, *host ? host : "?");
    buf_addc(out, ' ');
    add_system_line(out, "/proc/sys/kernel/random/boot_id");
    buf_addc(out, ' ');
    buf_add(out, space, len > 0 ? (size_t)len : 0);
    buf_addc(out, ' ');
}

static void add_node(struct buf *out, long pid)
{
    add_world(out);
    buf_printf(out, "%ld ", pid);
    add_begin(out, pid);
}

/* Returns whether a node is a process of this system that is no longer there: killed, it can't have
 * given its lease back. */
static bool is_gone(const char *node)
{
    struct buf same = {0};

    add_world(&same);
    bool here = strncmp(node, buf_str(&same), same.len) == 0;
    long pid = here ? strtol(node + same.len, NULL, 10) : 0;
    buf_reset(&same);
    bool gone = pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
    /* The number may be another process's by now. Where that hides when it began, nobody knows. */
    add_begin(&same, pid);
    const char *began = strrchr(node, ' ');
    gone |= pid > 0 && same.len && began && strcmp(began + 1, buf_str(&same)) != 0;
    buf_clear(&same);
    return gone;
}

void pg_lease_init(struct pg_lease *l, const struct pg_place *place)
{
    pthread_condattr_t monotonic;

    *l = (struct pg_lease){.place = place};
    add_node(&l->node, (long)getpid());
    const char *host = buf_str(&l->node);
    buf_printf(&l->name, "process %ld on %.*s", (long)getpid(), (int)strcspn(host, " "), host);
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&l->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

/* ---- taking ---- */

/* A node that has shards and isn't this one. */
struct owner {
    struct buf node, name, until;
    int64_t epoch, left_ms;
};

static void clear_owner(struct owner *o)
{
    buf_clear(&o->node);
    buf_clear(&o->name);
    buf_clear(&o->until);
    *o = (struct owner){0};
}

static PGresult *lease_query(PGconn *db, const char *sql, int count, const char *const *values,
                             struct diag *why)
{
    PGresult *r = pg_query(db, sql, count, values);
    ExecStatusType status = pq.resultStatus(r);
    struct buf text = {0};

    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return r;
    pg_add_error(&text, db, r);
    diag_set(why, "STORE_OPEN", 0, "the lease on it can't be taken: %s", buf_str(&text));
    buf_clear(&text);
    pq.clear(r);
    return NULL;
}

/* The node that will be alive the longest; empty: there is none. */
static bool find_owner(PGconn *db, struct pg_lease *l, struct owner *out, struct diag *why)
{
    static const char sql[] =
        "SELECT convert_from(n.node,'UTF8'), n.name, n.epoch,"
        " to_char(n.alive_until AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'),"
        " (extract(epoch FROM n.alive_until - clock_timestamp()) * 1000)::bigint"
        " FROM asl_nodes n WHERE n.node <> convert_to($1,'UTF8')"
        " AND EXISTS(SELECT 1 FROM asl_shards s WHERE s.node = n.node)"
        " ORDER BY n.alive_until DESC LIMIT 1";
    const char *values[] = {buf_str(&l->node)};
    PGresult *r = lease_query(db, sql, 1, values, why);

    clear_owner(out);
    if (r && pq.ntuples(r)) {
        buf_adds(&out->node, pq.getvalue(r, 0, 0));
        buf_adds(&out->name, pq.getvalue(r, 0, 1));
        out->epoch = strtoll(pq.getvalue(r, 0, 2), NULL, 10);
        buf_adds(&out->until, pq.getvalue(r, 0, 3));
        out->left_ms = strtoll(pq.getvalue(r, 0, 4), NULL, 10);
    }
    bool good = r != NULL;
    pq.clear(r);
    return good;
}

/* Takes all shards from whoever is dead. False without *why filled: somebody is alive by now. */
static bool take_shards(struct pg_lease *l, PGconn *db, struct diag *why)
{
    /* Who takes all shards begins with the first: so one does at a time. */
    static const char lock[] = "BEGIN; SET LOCAL lock_timeout='20s';"
                               "SELECT 1 FROM asl_shards WHERE shard=0 FOR UPDATE";
    static const char beat[] =
        "INSERT INTO asl_nodes SELECT convert_to($1,'UTF8'), $2::text, max(epoch) + 1,"
        " clock_timestamp() + $3::bigint * interval '1 millisecond' FROM asl_shards"
        " ON CONFLICT(node) DO UPDATE SET epoch=excluded.epoch, alive_until=excluded.alive_until"
        " RETURNING epoch";
    char lease_ms[24];
    const char *mine[] = {buf_str(&l->node), buf_str(&l->name), lease_ms};
    struct owner o = {0};
    PGresult *r = NULL;
    bool taken = false;

    snprintf(lease_ms, sizeof lease_ms, "%d", LEASE_MS);
    if (!pg_execute(db, lock, why) || !find_owner(db, l, &o, why))
        goto out;
    if (o.node.len && o.left_ms > 0 && !is_gone(buf_str(&o.node)))
        goto out;
    if (!(r = lease_query(db, beat, 3, mine, why)))
        goto out;
    int64_t epoch = strtoll(pq.getvalue(r, 0, 0), NULL, 10);
    pq.clear(r);
    r = lease_query(db,
                    "UPDATE asl_shards SET epoch=(SELECT max(epoch) + 1 FROM asl_shards),"
                    " node=convert_to($1,'UTF8')",
                    1, mine, why);
    taken = r && pg_execute(db,
                            "DELETE FROM asl_nodes WHERE node NOT IN"
                            " (SELECT node FROM asl_shards WHERE node IS NOT NULL); COMMIT",
                            why);
    if (taken)
        l->epoch = epoch;
out:
    if (!taken)
        pg_execute(db, "ROLLBACK", NULL);
    pq.clear(r);
    clear_owner(&o);
    return taken;
}

static bool refuse_owner(struct owner *o, struct diag *why)
{
    diag_set(why, "STORE_BUSY", 0,
             "%s owns it, by a lease until %s that it renews: one asl serve at a time works on a "
             "database. End that one, or name another database (--store)",
             buf_str(&o->name), buf_str(&o->until));
    return false;
}

/* Waits until a lease is over, or is seen to be renewed: then its owner is alive. */
static bool wait_for_owner(struct pg_lease *l, PGconn *db, struct diag *why)
{
    const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
    struct owner first = {0}, now = {0};
    bool good = find_owner(db, l, &first, why);

    for (int ms = 0; good && first.node.len && ms < LEASE_MS + BEAT_MS; ms += LOOK_MS) {
        good = find_owner(db, l, &now, why);
        if (!good || !now.node.len || now.left_ms <= 0 || is_gone(buf_str(&now.node)))
            break;
        if (strcmp(buf_str(&now.until), buf_str(&first.until)) != 0)
            good = refuse_owner(&now, why);
        else
            nanosleep(&pause, NULL);
    }
    clear_owner(&first);
    clear_owner(&now);
    return good;
}

/* ---- renewing ---- */

/* False: the row is another's, or gone, and so is the lease. */
static bool beat_once(struct pg_lease *l, PGconn **db)
{
    static const char sql[] =
        "UPDATE asl_nodes SET alive_until=clock_timestamp() + $3::bigint * interval '1 millisecond'"
        " WHERE node=convert_to($1,'UTF8') AND epoch=$2::bigint";
    char epoch[24], lease_ms[24];
    const char *values[] = {buf_str(&l->node), epoch, lease_ms};

    snprintf(epoch, sizeof epoch, "%" PRId64, l->epoch);
    snprintf(lease_ms, sizeof lease_ms, "%d", LEASE_MS);
    if (!*db)
        *db = pg_connect(l->place, false, NULL);
    /* What can't be reached is tried again: whether the lease is lost is told by the database. */
    PGresult *r = *db ? pg_query(*db, sql, 3, values) : NULL;
    bool done = r && pq.resultStatus(r) == PGRES_COMMAND_OK;
    bool lost = done && strcmp(pq.cmdTuples(r), "0") == 0;
    pq.clear(r);
    if (!done && *db) {
        pq.finish(*db);
        *db = NULL;
    }
    return !lost;
}

/* Returns whether the thread is to go on, when it is time for the next beat. */
static bool wait_for_beat(struct pg_lease *l)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += BEAT_MS / 1000;
    pthread_mutex_lock(&l->lock);
    int waited = 0;
    while (!l->ends && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&l->wake, &l->lock, &until);
    bool goes_on = !l->ends;
    pthread_mutex_unlock(&l->lock);
    return goes_on;
}

static void *renew_lease(void *user)
{
    struct pg_lease *l = user;
    PGconn *db = NULL;
    bool held = true;

    while (held && wait_for_beat(l))
        held = beat_once(l, &db);
    if (!held)
        atomic_store(&l->lost, true);
    pq.finish(db);
    return NULL;
}

/* Signals are the loop's. */
static bool start_beats(struct pg_lease *l, struct diag *why)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    l->beats = pthread_create(&l->thread, NULL, renew_lease, l) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!l->beats)
        diag_set(why, "STORE_OPEN", 0, "the system gives no thread");
    return l->beats;
}

/* Takes it, or waits for the end of a lease that is another's. False: it can't be taken. */
static bool try_taking(struct pg_lease *l, PGconn *db, struct diag *why)
{
    struct diag failed = {0};
    bool taken = take_shards(l, db, &failed);

    if (failed.code)
        diag_set(why, failed.code, 0, "%s", failed.text);
    bool good = !failed.code && (taken || wait_for_owner(l, db, why));
    diag_clear(&failed);
    return good;
}

bool pg_lease_take(struct pg_lease *l, PGconn *db, struct diag *why)
{
    for (int tries = 0; tries < 5 && !l->epoch; tries++)
        if (!try_taking(l, db, why))
            return false;
    if (l->epoch)
        return start_beats(l, why);
    diag_set(why, "STORE_BUSY", 0, "others take it again and again; try it later");
    return false;
}

void pg_lease_clear(struct pg_lease *l)
{
    if (l->beats) {
        pthread_mutex_lock(&l->lock);
        l->ends = true;
        pthread_cond_signal(&l->wake);
        pthread_mutex_unlock(&l->lock);
        pthread_join(l->thread, NULL);
    }
    if (l->place) {
        pthread_cond_destroy(&l->wake);
        pthread_mutex_destroy(&l->lock);
    }
    buf_clear(&l->node);
    buf_clear(&l->name);
}
