/*
 * Connections to PostgreSQL, and how a database is named to people. The URL may have a password:
 * it goes to libpq and nowhere else, so a message is never made from the URL, but from those of its
 * parts that are no secret.
 */

#include "runtime/store/postgresql/postgresql_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static const char STORE_OPEN[] = "STORE_OPEN";

bool store_postgresql_takes(const char *name)
{
    return text_begins_with(name, "postgresql://") || text_begins_with(name, "postgres://");
}

static const char *option_of(const PQconninfoOption *all, const char *keyword)
{
    for (; all->keyword; all++)
        if (strcmp(all->keyword, keyword) == 0)
            return all->val;
    return NULL;
}

static void add_option(struct buf *out, const char *before, const char *value)
{
    if (value && *value) {
        buf_adds(out, before);
        buf_adds(out, value);
    }
}

/* libpq's own message may quote the URL. */
static bool refuse_url(const char *url, const char *error, struct diag *why)
{
    bool quotes = !error || strstr(error, url) != NULL;
    size_t len = error ? strcspn(error, "\n") : 0;

    diag_set(why, STORE_OPEN, 0, "the store's URL can't be read%s%.*s; its form is %s",
             quotes ? "" : ": ", quotes ? 0 : (int)len, error ? error : "",
             "postgresql://USER@HOST:PORT/DATABASE?OPTION=VALUE");
    return false;
}

bool pg_place_read(struct pg_place *p, const char *url, struct diag *why)
{
    char *error = NULL;
    PQconninfoOption *all = pq.conninfoParse(url, &error);

    *p = (struct pg_place){.url = mem_strdup(url)};
    if (!all) {
        refuse_url(url, error, why);
        pq.freemem(error);
        return false;
    }
    buf_adds(&p->text, "postgresql://");
    add_option(&p->text, "", option_of(all, "host"));
    add_option(&p->text, ":", option_of(all, "port"));
    add_option(&p->text, "/", option_of(all, "dbname"));
    pq.conninfoFree(all);
    return true;
}

void pg_place_clear(struct pg_place *p)
{
    mem_free(p->url);
    buf_clear(&p->text);
}

const char *pg_state_of(const PGresult *r)
{
    const char *state = r ? pq.resultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

    return state ? state : "";
}

/* What can be done about errors whose own texts don't tell. */
static void add_advice(struct buf *out, const char *state)
{
    static const char pooled[] =
        "the connection goes through a pooler that gives each transaction another session: name "
        "PostgreSQL itself, or a pool whose pool_mode is session";
    static const char foreign[] =
        "its tables asl_... are not of this program: name another database, or another schema by "
        "?options=-csearch_path%3DNAME";
    static const struct {
        const char *state, *advice;
    } advices[] = {
        {"26000", pooled},  /* no such prepared statement */
        {"42P05", pooled},  /* it is prepared already */
        {"42703", foreign}, /* no such column */
        {"42P07", foreign}, /* the table is there already */
        {"42501", "the role that asl connects as must own the database, or the tables"},
    };

    for (size_t i = 0; i < COUNT(advices); i++)
        if (strcmp(state, advices[i].state) == 0)
            buf_printf(out, "; %s", advices[i].advice);
}

void pg_add_error(struct buf *out, PGconn *db, const PGresult *r)
{
    const char *text = r ? pq.resultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;

    /* libpq's own messages have several lines, some of them with a tab at their beginning. */
    if (!text)
        text = pq.errorMessage(db);
    size_t len = strlen(text);
    while (len && (text[len - 1] == '\n' || text[len - 1] == '.'))
        len--;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\n')
            buf_adds(out, "; ");
        else if (text[i] != '\t')
            buf_addc(out, text[i]);
    add_advice(out, pg_state_of(r));
}

/* TCP tells of a network that is cut, not of a server that hangs. */
bool pg_wait(PGconn *db)
{
    struct pollfd from = {.fd = pq.socket(db), .events = POLLIN};
    bool more = true;

    while (more && pq.isBusy(db)) {
        int ready = poll(&from, 1, PG_SILENCE_S * 1000);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            shutdown(from.fd, SHUT_RDWR);
            return false;
        }
        more = pq.consumeInput(db);
    }
    return true;
}

PGresult *pg_query(PGconn *db, const char *sql, int count, const char *const *values)
{
    bool sent = count ? pq.sendQueryParams(db, sql, count, NULL, values, NULL, NULL, 0)
                      : pq.sendQuery(db, sql);
    PGresult *last = NULL;

    while (sent) {
        pg_wait(db);
        PGresult *r = pq.getResult(db);
        if (!r)
            break;
        pq.clear(last);
        last = r;
    }
    return last;
}

bool pg_execute(PGconn *db, const char *sql, struct diag *why)
{
    PGresult *r = pg_query(db, sql, 0, NULL);
    ExecStatusType status = pq.resultStatus(r);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    struct buf text = {0};

    if (!good) {
        pg_add_error(&text, db, r);
        diag_set(why, STORE_OPEN, 0, "%s", buf_str(&text));
    }
    buf_clear(&text);
    pq.clear(r);
    return good;
}

static void ignore_notice(void *user, const char *text)
{
    (void)user;
    (void)text;
}

static bool refuse_connection(PGconn *db, struct diag *why)
{
    struct buf text = {0};

    pg_add_error(&text, db, NULL);
    if (pq.connectionNeedsPassword(db))
        buf_adds(&text, "; the password's place is ~/.pgpass, or the file that PGPASSFILE names");
    diag_set(why, STORE_OPEN, 0, "%s", buf_str(&text));
    buf_clear(&text);
    return false;
}

static bool check_server(PGconn *db, struct diag *why)
{
    enum { OLDEST = 130000 };
    int version = pq.serverVersion(db);

    if (version >= OLDEST)
        return true;
    diag_set(why, STORE_OPEN, 0, "it is PostgreSQL %d; 13 or newer is needed", version / 10000);
    return false;
}

PGconn *pg_connect(const struct pg_place *p, bool reads, struct diag *why)
{
    /* What stands before the URL is a default that the URL may change. A server that doesn't
     * answer, or is cut off before it does, costs seconds, not the hours that TCP would give it. */
    static const char *const keywords[] = {
        "connect_timeout",      "tcp_user_timeout", "keepalives_idle",
        "keepalives_interval",  "keepalives_count", "fallback_application_name",
        "target_session_attrs", "dbname",           NULL};
    const char *const values[] = {
        "5", "10000", "5", "2", "3", "asl", reads ? "any" : "read-write", p->url, NULL};
    PGconn *db = pq.connectdbParams(keywords, values, 1);
    bool good = pq.status(db) == CONNECTION_OK || refuse_connection(db, why);

    good = good && check_server(db, why);
    if (good)
        pq.setNoticeProcessor(db, ignore_notice, NULL);
    /* A process that is paused in a transaction must not hold its locks for ever. */
    good = good && pg_execute(db, "SET idle_in_transaction_session_timeout='10s'", why);
    if (good)
        return db;
    pq.finish(db);
    return NULL;
}
