/* The SQLite store: its schema, and opening a file that may be another's, older or newer. */

#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

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
    /* listed_ms: when it ended; else when it began, or was redriven. */
    "ALTER TABLE executions ADD COLUMN listed_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE executions ADD COLUMN damage TEXT;"
    "UPDATE executions SET listed_ms=ifnull(stop_ms, max(start_ms, redriven_ms));"
    "DROP INDEX executions_list;"
    "CREATE INDEX executions_list ON executions(list, status, listed_ms) WHERE list IS NOT NULL;"
    "CREATE INDEX executions_definition ON executions(definition);"
    "CREATE INDEX executions_spoiled ON executions(number) WHERE " STORE_SPOILED ";",
    /* Events refer to values of earlier ones, which older programs don't know. All that lists are
     * made from is in their index. */
    "DROP INDEX executions_list;"
    "CREATE INDEX executions_list ON executions(list, status, listed_ms, number, redrives)"
    "  WHERE list IS NOT NULL;",
    /* Children go with their parent: those that have ended don't stand before others that may go.
     */
    "DROP INDEX executions_stopped;"
    "CREATE INDEX executions_stopped ON executions(stop_ms)"
    "  WHERE stop_ms IS NOT NULL AND parent IS NULL;",
};
enum { SCHEMA = COUNT(migrations) };

/* More executions than any store will see. */
#define MOST "2147483647"
/* Those of a list and status behind a place. */
#define LISTED(status)                                                                             \
    "list=?1 AND status=" status " AND listed_ms<=?2 AND (listed_ms<?2 OR number<?3) "

#define NEW_EXECUTION "(?,?,?,?,?,?,?,?,?,?,?,?,?,0,0,?,NULL)"
#define TWO_EXECUTIONS NEW_EXECUTION "," NEW_EXECUTION
#define FOUR_EXECUTIONS TWO_EXECUTIONS "," TWO_EXECUTIONS
static_assert(STARTS_AT_ONCE == 8, "ADD_EXECUTIONS adds so many");

static const char *const statements[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ADD_DEFINITION] = "INSERT OR IGNORE INTO definitions VALUES(?,?)",
    [ADD_EXECUTION] = "INSERT INTO executions VALUES" NEW_EXECUTION,
    [ADD_EXECUTIONS] = "INSERT INTO executions VALUES" FOUR_EXECUTIONS "," FOUR_EXECUTIONS,
    [SET_PROGRESS] = "UPDATE executions SET status=?2, stop_ms=?3, due_ms=?4, "
                     "listed_ms=coalesce(?3, listed_ms) WHERE number=?1",
    [SET_REDRIVES] = "UPDATE executions SET redrives=?2, redriven_ms=?3, listed_ms=?3 "
                     "WHERE number=?1",
    [SET_APART] = "UPDATE executions SET status=2, stop_ms=?2, due_ms=NULL, "
                  "listed_ms=?2, damage=?3 "
                  "WHERE number=?1",
    [ADD_EVENTS] = "INSERT INTO events VALUES(?,?,?)",
    [ADD_TOKEN] = "INSERT OR REPLACE INTO tokens VALUES(?,?,?)",
    [DROP_EXECUTION] = "DELETE FROM executions WHERE number=?",
    [DROP_ROW] = "DELETE FROM events WHERE execution=? AND seq=?",
    [DROP_EVENTS] = "DELETE FROM events WHERE execution=?",
    [DROP_TOKENS] = "DELETE FROM tokens WHERE execution=?",
    /* Children are younger than their parents, whatever a damaged row says. */
    [FIRST_CHILD] = "SELECT number, status FROM executions WHERE parent=?1 AND number>?1 LIMIT 1",
    [NEXT_PARENT] = "SELECT parent FROM executions WHERE parent>=? ORDER BY parent LIMIT 1",
    [IS_KNOWN] = "SELECT 1 WHERE EXISTS(SELECT 1 FROM executions WHERE number=?1) "
                 "OR EXISTS(SELECT 1 FROM events WHERE execution=?1)",
    [LIST_DEFINITIONS] = "SELECT key FROM definitions WHERE key>? ORDER BY key LIMIT ?",
    [DROP_DEFINITION] = "DELETE FROM definitions WHERE key=?1 AND NOT EXISTS"
                        "(SELECT 1 FROM executions WHERE definition=?1)",
    [LIST_STOPPED] = "SELECT number FROM executions WHERE stop_ms IS NOT NULL AND stop_ms<? "
                     "AND parent IS NULL AND status<>0 ORDER BY stop_ms LIMIT ?",
    [LIST_ENDED] = "SELECT number FROM executions WHERE list=? AND status>0 LIMIT ?",
    [PUT_RECORD] = "INSERT OR REPLACE INTO records VALUES(?,?,?)",
    [DROP_RECORD] = "DELETE FROM records WHERE kind=? AND key=?",
    /* Whatever was damaged, what is new must not meet what is there. A number that
     * nothing could have reached is damage itself. */
    [NEXT_NUMBER] = "SELECT 1+max(ifnull((SELECT seq FROM sqlite_sequence WHERE name='executions' "
                    "AND typeof(seq)='integer' AND seq<" MOST "),-1), "
                    "ifnull((SELECT max(number) FROM executions WHERE number<" MOST "),-1), "
                    "ifnull((SELECT max(execution) FROM events WHERE execution<" MOST "),-1))",
    [GET_DEFINITION] = "SELECT text FROM definitions WHERE key=?",
    [GET_EXECUTION] = "SELECT definition, config, status, start_ms, stop_ms, due_ms, parent, "
                      "parent_ref, list, note, transient, redrives, redriven_ms, damage, arn "
                      "FROM executions "
                      "WHERE number=?",
    /* Where `seq` lies in a row begins with the row's own. */
    [GET_EVENTS] = "SELECT text, seq FROM events WHERE execution=?1 AND "
                   "seq>=coalesce((SELECT max(seq) "
                   "FROM events WHERE execution=?1 AND seq<=?2),0) ORDER BY seq",
    [NEXT_EVENTS] = "SELECT text, seq FROM events WHERE execution=?1 AND seq>=?2 "
                    "ORDER BY seq LIMIT 1",
    /* The row that has that event. */
    [GET_EVENT] = "SELECT text, seq FROM events WHERE execution=?1 AND seq<=?2 "
                  "ORDER BY seq DESC LIMIT 1",
    [GET_EVENTS_BACK] = "SELECT text, seq FROM events WHERE execution=?1 AND seq<?2 "
                        "ORDER BY seq DESC",
    [GET_LAST_EVENTS] = "SELECT text, seq FROM events WHERE execution=? ORDER BY seq DESC LIMIT 1",
    /* An index has all that this one and NEXT_RUNNING ask for: no row is read. */
    [GET_ARN] = "SELECT arn FROM executions WHERE +number=?",
    /* All that is of it, to the ends of its rows. */
    [HAS_DAMAGE] =
        "SELECT length(arn) + length(config) + length(list) + length(note) FROM executions "
        "WHERE number=?1 UNION ALL SELECT length(text) FROM events WHERE execution=?1",
    /* Where new ones go. */
    [GET_ENDS] = "SELECT max(number) FROM executions UNION ALL SELECT max(rowid) FROM events",
    [FIND_ARN] = "SELECT max(number) FROM executions WHERE arn=?",
    [FIND_CHILD] = "SELECT max(number) FROM executions WHERE parent=? AND parent_ref=?",
    [FIND_TOKEN] = "SELECT execution, seq FROM tokens WHERE hash=?",
    [LIST_RUNNING] = "SELECT number, due_ms, parent, parent_ref, list, note, transient "
                     "FROM executions WHERE status=0 AND number>? ORDER BY number",
    [NEXT_RUNNING] = "SELECT number FROM executions "
                     "WHERE status=0 AND number>? ORDER BY number LIMIT 1",
    [LIST_SPOILED] = "SELECT number FROM executions WHERE " STORE_SPOILED,
    /* The index has them by status: five lists, merged. */
    [LIST_ALL] = "SELECT listed_ms, number, redrives FROM executions WHERE " LISTED(
        "0") "UNION ALL SELECT listed_ms, number, redrives FROM executions "
             "WHERE " LISTED("1") "UNION ALL SELECT listed_ms, number, redrives FROM "
                                  "executions "
                                  "WHERE " LISTED("2") "UNION ALL SELECT listed_ms, number, "
                                                       "redrives FROM "
                                                       "executions WHERE " LISTED(
                                                           "3") "UNION ALL SELECT "
                                                                "listed_ms, number, "
                                                                "redrives FROM "
                                                                "executions "
                                                                "WHERE " LISTED(
                                                                    "4") "ORDER BY listed_ms DESC, "
                                                                         "number DESC",
    [LIST_STATUS] = "SELECT listed_ms, number, redrives FROM executions WHERE " LISTED(
        "?4") "ORDER BY listed_ms DESC, number DESC",
    [NEXT_LIST] = "SELECT list FROM executions WHERE list>? AND typeof(list)='text' "
                  "ORDER BY list LIMIT 1",
    [GET_RECORD] = "SELECT text FROM records WHERE kind=? AND key=?",
    [LIST_RECORDS] = "SELECT key, text FROM records WHERE kind=? AND key>? ORDER BY key",
    [LIST_NUMBERS] = "SELECT number FROM executions",
    [NEXT_KIND] = "SELECT kind FROM records WHERE kind>? AND kind<>'apart' ORDER BY kind "
                  "LIMIT 1",
};

static void refuse_opening(struct file *f, struct diag *why)
{
    int error = sqlite.errcode(f->db) & 0xff;

    if (error == SQLITE_CORRUPT)
        diag_set(why, STORE_CORRUPT, 0, "the file is damaged: %s", sqlite.errmsg(f->db));
    else
        diag_set(why, error == SQLITE_NOTADB ? STORE_FOREIGN : STORE_OPEN, 0, "%s",
                 sqlite.errmsg(f->db));
}

static bool execute(struct file *f, const char *sql, struct diag *why)
{
    if (sqlite.exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    refuse_opening(f, why);
    return false;
}

static bool pragma(struct file *f, const char *sql, int64_t *out, struct diag *why)
{
    sqlite3_stmt *q = NULL;
    bool good =
        sqlite.prepare_v2(f->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite.step(q) == SQLITE_ROW;

    if (good)
        *out = sqlite.column_int64(q, 0);
    else
        refuse_opening(f, why);
    sqlite.finalize(q);
    return good;
}

/* Returns whether the file is ours to write. Nothing is written before that is known. */
static bool check_owner(struct file *f, int64_t *version, struct diag *why)
{
    int64_t application = 0, tables = 0;

    if (!pragma(f, "SELECT count(*) FROM sqlite_schema", &tables, why) ||
        !pragma(f, "PRAGMA application_id", &application, why) ||
        !pragma(f, "PRAGMA user_version", version, why))
        return false;
    /* An empty file is taken: that is how SQLite, and tools that make temporary files, leave one.
     */
    if (application != APPLICATION_ID && (application || tables || *version)) {
        diag_set(why, STORE_FOREIGN, 0, "it is the SQLite file of another program");
        return false;
    }
    /* Our name and tables, and no version: the header was overwritten. */
    if (*version < 0 || (!*version && tables)) {
        diag_set(why, STORE_CORRUPT, 0,
                 "the file is damaged: its header says that its tables are of schema %" PRId64
                 ", which there is none of",
                 *version);
        return false;
    }
    if (*version > SCHEMA) {
        diag_set(why, STORE_NEWER, 0,
                 "it was written by a newer version of this program (schema %" PRId64
                 ", this one knows %d)",
                 *version, SCHEMA);
        return false;
    }
    return true;
}

/* After a failure: what is missing or there already is not what the version has that the file
 * tells.
 */
static bool refuse_tables(struct file *f, int64_t version, struct diag *why)
{
    if (strcmp(why->code, STORE_OPEN) != 0 || (sqlite.errcode(f->db) & 0xff) != SQLITE_ERROR)
        return false;
    diag_set(why, STORE_CORRUPT, 0,
             "the file is damaged: its tables are not those of schema %" PRId64
             ", which its header tells: %s",
             version, sqlite.errmsg(f->db));
    return false;
}

/* All in one transaction: a crash leaves the version that was. */
static bool migrate(struct file *f, int64_t version, struct diag *why)
{
    struct buf sql = {0};

    if (version == SCHEMA)
        return true;
    /* Exclusive: nobody may read between two versions. */
    buf_adds(&sql, "BEGIN EXCLUSIVE;");
    /* A file of any earlier version goes through all that came since. */
    for (int64_t i = version; i < SCHEMA; i++)
        buf_adds(&sql, migrations[i]);
    buf_printf(&sql, "PRAGMA application_id=%d;PRAGMA user_version=%d;COMMIT", APPLICATION_ID,
               SCHEMA);
    bool good = execute(f, buf_str(&sql), why) || refuse_tables(f, version, why);
    buf_clear(&sql);
    return good;
}

/* All statements are prepared at once: a table or column that is missing shows when the file is
 * opened, not in the midst of a turn. */
static bool sqlite_open_prepare(struct file *f, struct diag *why)
{
    for (int i = 0; i < STATEMENTS; i++) {
        if (sqlite.prepare_v3(f->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &f->kept[i],
                              NULL) != SQLITE_OK) {
            refuse_opening(f, why);
            return refuse_tables(f, SCHEMA, why);
        }
    }
    return true;
}

/* What is larger is not copied at once for the sake of giving room back. */
enum { MOST_REWRITTEN = 64 << 20 };

/* The disk has no room for a second copy, or somebody reads the file: it stays as it is. */
static bool can_do_without(const struct file *f)
{
    int code = sqlite.errcode(f->db) & 0xff;

    return code == SQLITE_FULL || code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

/*
 * Room that is free goes back to the disk, a piece at a time, where the file has been made for it.
 * One of an earlier version is made so when it is small; else its free room is used again.
 */
static bool allow_vacuum(struct file *f, bool empty, struct diag *why)
{
    int64_t mode = 0, pages = 0, size = 0;

    if (empty && !execute(f, "PRAGMA auto_vacuum=INCREMENTAL", why))
        return false;
    if (!pragma(f, "PRAGMA auto_vacuum", &mode, why) ||
        !pragma(f, "PRAGMA page_count", &pages, why) || !pragma(f, "PRAGMA page_size", &size, why))
        return false;
    if (mode != 2 && pages * size <= MOST_REWRITTEN &&
        !execute(f, "PRAGMA auto_vacuum=INCREMENTAL;VACUUM", why) && !can_do_without(f))
        return false;
    return pragma(f, "PRAGMA auto_vacuum", &mode, why) && ((f->vacuums = mode == 2), true);
}

bool store_sqlite_takes(const char *name)
{
    size_t scheme = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789+.-");
    bool url = scheme && text_begins_with(name + scheme, "://");

    return *name && (!url || text_begins_with(name, "sqlite:") || text_begins_with(name, "file:"));
}

/* SQLite takes "file:…" for a URI, which may ask for what we rely on not to be. */
static bool sqlite_open_check_name(const char *path, struct diag *why)
{
    static const char url[] = "sqlite:";

    if (!*path) {
        diag_set(why, STORE_OPEN, 0, "a store is named by its path, which is empty");
        return false;
    }
    if (strncmp(path, url, sizeof url - 1) == 0) {
        const char *name = path + sizeof url - 1;
        while (name[0] == '/' && name[1] == '/')
            name++;
        diag_set(why, STORE_OPEN, 0, "a store is named by its path, not by a URL: say %s", name);
        return false;
    }
    if (strncmp(path, "file:", 5) != 0)
        return true;
    diag_set(why, STORE_OPEN, 0,
             "a store is named by its path, not by an SQLite URI; a file of that name is ./%s",
             path);
    return false;
}

/* A path as SQLite's URIs have it. */
static void sqlite_add_uri(struct buf *out, const char *path)
{
    /* With an authority, which is empty: a path may begin with two slashes, as one does. */
    buf_adds(out, path[0] == '/' ? "file://" : "file:");
    for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || strchr("/._-", *c);
        buf_printf(out, plain ? "%c" : "%%%02X", *c);
    }
}

/* An empty log has nothing that the file lacks. */
static bool has_log(const char *path)
{
    struct buf name = {0};
    struct stat log;

    buf_printf(&name, "%s-wal", path);
    bool has = stat(buf_str(&name), &log) == 0 && log.st_size > 0;
    buf_clear(&name);
    return has;
}

/*
 * Where nobody has it, and it has no log, SQLite is told that it won't change: so it makes no files
 * beside it. Else it reads as beside a server.
 */
static bool open_to_read(struct file *f, const char *path, struct diag *why)
{
    struct buf uri = {0};
    struct diag busy = {0};
    bool alone = store_lock_to_read(&f->lock, path, &busy);
    bool good = alone || strcmp(busy.code, "STORE_BUSY") == 0;

    if (!good)
        diag_set(why, busy.code, 0, "%s", busy.text);
    sqlite_add_uri(&uri, path);
    if (alone && !has_log(path))
        buf_adds(&uri, "?immutable=1");
    if (good && sqlite.open_v2(buf_str(&uri), &f->db,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                               NULL) != SQLITE_OK) {
        diag_set(why, STORE_OPEN, 0, "%s", f->db ? sqlite.errmsg(f->db) : "no memory");
        good = false;
    }
    buf_clear(&uri);
    diag_clear(&busy);
    return good;
}

/* Who only looks writes nothing, so an older file can't be brought up to date then. */
static void refuse_version(int64_t version, struct diag *why)
{
    diag_set(why, STORE_OPEN, 0,
             version ? "an earlier version of this program has written it; start asl serve on it "
                       "once, which brings it up to date"
                     : "it is empty");
}

bool sqlite_look_at_file(struct file *f, const char *path, struct diag *why)
{
    int64_t version = 0;

    if (!sqlite_open_check_name(path, why) || !open_to_read(f, path, why))
        return false;
    sqlite.busy_timeout(f->db, 1000);
    if (!check_owner(f, &version, why) ||
        !execute(f, "PRAGMA temp_store=MEMORY;PRAGMA trusted_schema=OFF", why))
        return false;
    if (version == SCHEMA)
        return sqlite_open_prepare(f, why);
    refuse_version(version, why);
    return false;
}

/* For this process alone; whose it is has been looked at. */
static bool open_to_write(struct file *f, const char *path, int64_t *version, struct diag *why)
{
    if (sqlite.open_v2(path, &f->db,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                       NULL) != SQLITE_OK) {
        diag_set(why, STORE_OPEN, 0, "%s", f->db ? sqlite.errmsg(f->db) : "no memory");
        return false;
    }
    /* Someone who reads with the command line may hold a lock for a moment. */
    sqlite.busy_timeout(f->db, 1000);
    return check_owner(f, version, why);
}

bool sqlite_open_to_mend(struct file *f, const char *path, struct diag *why)
{
    int64_t version = 0;

    if (!sqlite_open_check_name(path, why) || !store_lock_there(&f->lock, path, why) ||
        !open_to_write(f, path, &version, why))
        return false;
    if (version == SCHEMA)
        return sqlite_open_prepare(f, why);
    refuse_version(version, why);
    return false;
}

bool sqlite_open_file(struct file *f, const char *path, enum store_durability durability,
                      struct diag *why)
{
    int64_t version = 0, tables = 0;

    if (!sqlite_open_check_name(path, why) || !store_lock(&f->lock, path, why))
        return false;
    if (!open_to_write(f, path, &version, why) ||
        !pragma(f, "SELECT count(*) FROM sqlite_schema", &tables, why) ||
        !allow_vacuum(f, tables == 0, why) ||
        !execute(f,
                 "PRAGMA journal_mode=WAL;PRAGMA wal_autocheckpoint=0;PRAGMA secure_delete=OFF;"
                 "PRAGMA temp_store=MEMORY;PRAGMA trusted_schema=OFF;PRAGMA cache_size=-16384;"
                 "PRAGMA journal_size_limit=16777216",
                 why) ||
        !execute(f,
                 durability == STORE_FULL ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
                 why) ||
        !migrate(f, version, why) || !sqlite_open_prepare(f, why))
        return false;
    sqlite.wal_hook(f->db, sqlite_note_log, f);
    /* From here on a damaged index is told apart from damaged rows. */
    f->judges = true;
    sqlite_load_apart(f);
    return true;
}
