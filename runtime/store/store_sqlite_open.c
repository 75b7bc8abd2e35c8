/* The SQLite store: its schema, and opening a file that may be another's, older or newer. */

#include "runtime/store/store_sqlite_impl.h"

#include "parsers/count.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

static const char STORE_OPEN[] = "STORE_OPEN", STORE_FOREIGN[] = "STORE_FOREIGN",
                  STORE_NEWER[] = "STORE_NEWER";

/* "asl1" in the file's header. */
enum { APPLICATION_ID = 0x61736c31 };

/* From version i to i + 1 of the schema; the first makes it. Never changed, only added to. */
static const char *const migrations[] = {
    "CREATE TABLE definitions(key BLOB PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;"
    /* AUTOINCREMENT: a number is not used again, as task tokens may still tell of it. */
    "CREATE TABLE executions(number INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL,"
    "  definition BLOB NOT NULL, config TEXT NOT NULL, status INTEGER NOT NULL,"
    "  start_ms INTEGER NOT NULL, stop_ms INTEGER, due_ms INTEGER, parent INTEGER,"
    "  parent_ref INTEGER, transient INTEGER NOT NULL,"
    "  list TEXT, note TEXT);"
    "CREATE INDEX executions_arn ON executions(arn);"
    "CREATE INDEX executions_running ON executions(number, due_ms) WHERE status = 0;"
    "CREATE INDEX executions_stopped ON executions(stop_ms) WHERE stop_ms IS NOT NULL;"
    "CREATE INDEX executions_list ON executions(list, status, number) WHERE list IS NOT NULL;"
    "CREATE INDEX executions_parent ON executions(parent, parent_ref) WHERE parent IS NOT NULL;"
    "CREATE TABLE events(execution INTEGER NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE UNIQUE INDEX events_execution ON events(execution, seq);"
    "CREATE TABLE tokens(hash BLOB PRIMARY KEY, execution INTEGER NOT NULL, seq INTEGER NOT NULL)"
    "  WITHOUT ROWID;"
    "CREATE INDEX tokens_execution ON tokens(execution);"
    "CREATE TABLE records(kind TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL,"
    "  PRIMARY KEY(kind, key)) WITHOUT ROWID;",
    "ALTER TABLE executions ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE executions ADD COLUMN redriven_ms INTEGER NOT NULL DEFAULT 0;",
};
enum { SCHEMA = COUNT(migrations) };

static const char *const statements[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ADD_DEFINITION] = "INSERT OR IGNORE INTO definitions VALUES(?,?)",
    [ADD_EXECUTION] = "INSERT INTO executions VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,0,0)",
    [SET_PROGRESS] = "UPDATE executions SET status=?2, stop_ms=?3, due_ms=?4 WHERE number=?1",
    [SET_REDRIVES] = "UPDATE executions SET redrives=?2, redriven_ms=?3 WHERE number=?1",
    [ADD_EVENTS] = "INSERT INTO events VALUES(?,?,?)",
    [ADD_TOKEN] = "INSERT OR REPLACE INTO tokens VALUES(?,?,?)",
    [DROP_EXECUTION] = "DELETE FROM executions WHERE number=?",
    [DROP_EVENTS] = "DELETE FROM events WHERE execution=?",
    [DROP_TOKENS] = "DELETE FROM tokens WHERE execution=?",
    [LIST_STOPPED] = "SELECT number FROM executions WHERE stop_ms IS NOT NULL AND stop_ms<? "
                     "ORDER BY stop_ms LIMIT ?",
    [LIST_ENDED] = "SELECT number FROM executions WHERE list=? AND status<>0 LIMIT ?",
    [PUT_RECORD] = "INSERT OR REPLACE INTO records VALUES(?,?,?)",
    [DROP_RECORD] = "DELETE FROM records WHERE kind=? AND key=?",
    [NEXT_NUMBER] = "SELECT seq+1 FROM sqlite_sequence WHERE name='executions'",
    [GET_DEFINITION] = "SELECT text FROM definitions WHERE key=?",
    [GET_EXECUTION] = "SELECT definition, config, status, start_ms, stop_ms, due_ms, parent, "
                      "parent_ref, list, note, transient, redrives, redriven_ms FROM executions "
                      "WHERE number=?",
    /* Where `seq` lies in a row begins with the row's own. */
    [GET_EVENTS] = "SELECT text FROM events WHERE execution=?1 AND seq>=coalesce((SELECT max(seq) "
                   "FROM events WHERE execution=?1 AND seq<=?2),0) ORDER BY seq",
    [GET_LAST_EVENTS] = "SELECT text FROM events WHERE execution=? ORDER BY seq DESC LIMIT 1",
    [FIND_ARN] = "SELECT max(number) FROM executions WHERE arn=?",
    [FIND_CHILD] = "SELECT max(number) FROM executions WHERE parent=? AND parent_ref=?",
    [FIND_TOKEN] = "SELECT execution, seq FROM tokens WHERE hash=?",
    [LIST_RUNNING] = "SELECT number, due_ms, parent, parent_ref, list, note, transient "
                     "FROM executions WHERE status=0 ORDER BY number",
    /* The index has them by status: five lists, merged. */
    [LIST_ALL] = "SELECT number FROM executions WHERE list=?1 AND status=0 AND number<?2 UNION ALL "
                 "SELECT number FROM executions WHERE list=?1 AND status=1 AND number<?2 UNION ALL "
                 "SELECT number FROM executions WHERE list=?1 AND status=2 AND number<?2 UNION ALL "
                 "SELECT number FROM executions WHERE list=?1 AND status=3 AND number<?2 UNION ALL "
                 "SELECT number FROM executions WHERE list=?1 AND status=4 AND number<?2 "
                 "ORDER BY number DESC",
    [LIST_STATUS] = "SELECT number FROM executions WHERE list=? AND number<? AND status=? "
                    "ORDER BY number DESC",
    [GET_RECORD] = "SELECT text FROM records WHERE kind=? AND key=?",
    [LIST_RECORDS] = "SELECT key, text FROM records WHERE kind=? AND key>? ORDER BY key",
};

static bool execute(struct file *f, const char *sql, struct diag *why)
{
    if (sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    diag_set(why, STORE_OPEN, 0, "%s", sqlite3_errmsg(f->db));
    return false;
}

static bool pragma(struct file *f, const char *sql, int64_t *out, struct diag *why)
{
    sqlite3_stmt *q = NULL;
    bool good =
        sqlite3_prepare_v2(f->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW;

    if (good)
        *out = sqlite3_column_int64(q, 0);
    else
        diag_set(why, sqlite3_errcode(f->db) == SQLITE_NOTADB ? STORE_FOREIGN : STORE_OPEN, 0, "%s",
                 sqlite3_errmsg(f->db));
    sqlite3_finalize(q);
    return good;
}

/* Is it ours to write? Nothing is written before that is known. */
static bool check_owner(struct file *f, int64_t *version, struct diag *why)
{
    int64_t application = 0, tables = 0;

    if (!pragma(f, "SELECT count(*) FROM sqlite_schema", &tables, why) ||
        !pragma(f, "PRAGMA application_id", &application, why) ||
        !pragma(f, "PRAGMA user_version", version, why))
        return false;
    if (application != APPLICATION_ID && (application || tables || *version)) {
        diag_set(why, STORE_FOREIGN, 0, "it is the SQLite file of another program");
        return false;
    }
    if (*version < 0 || *version > SCHEMA) {
        diag_set(why, STORE_NEWER, 0,
                 "it was written by a newer version of this program (schema %" PRId64
                 ", this one knows %d)",
                 *version, SCHEMA);
        return false;
    }
    return true;
}

/* All in one transaction: a crash leaves the version that was. */
static bool migrate(struct file *f, int64_t version, struct diag *why)
{
    struct buf sql = {0};

    if (version == SCHEMA)
        return true;
    buf_adds(&sql, "BEGIN EXCLUSIVE;");
    for (int64_t i = version; i < SCHEMA; i++)
        buf_adds(&sql, migrations[i]);
    buf_printf(&sql, "PRAGMA application_id=%d;PRAGMA user_version=%d;COMMIT", APPLICATION_ID,
               SCHEMA);
    bool good = execute(f, buf_str(&sql), why);
    buf_clear(&sql);
    return good;
}

static bool prepare(struct file *f, struct diag *why)
{
    for (int i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v3(f->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &f->kept[i],
                               NULL) != SQLITE_OK) {
            diag_set(why, STORE_OPEN, 0, "%s", sqlite3_errmsg(f->db));
            return false;
        }
    }
    return true;
}

/* What executions work on is their owner's: a file that is made is for nobody else. SQLite gives
 * its log the same rights. */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd >= 0)
        close(fd);
}

bool sqlite_open_file(struct file *f, const char *path, enum store_durability durability,
                      struct diag *why)
{
    int64_t version = 0;

    make_private(path);

    if (sqlite3_open_v2(path, &f->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        diag_set(why, STORE_OPEN, 0, "%s", f->db ? sqlite3_errmsg(f->db) : "no memory");
        return false;
    }
    /* Someone who reads with the command line may hold a lock for a moment. */
    sqlite3_busy_timeout(f->db, 1000);
    if (!check_owner(f, &version, why) ||
        !execute(f,
                 "PRAGMA journal_mode=WAL;PRAGMA wal_autocheckpoint=0;PRAGMA secure_delete=OFF;"
                 "PRAGMA temp_store=MEMORY;PRAGMA trusted_schema=OFF;PRAGMA cache_size=-32768;"
                 "PRAGMA journal_size_limit=16777216",
                 why) ||
        !execute(f,
                 durability == STORE_FULL ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
                 why) ||
        !migrate(f, version, why) || !prepare(f, why))
        return false;
    sqlite3_wal_hook(f->db, sqlite_note_log, f);
    return true;
}
