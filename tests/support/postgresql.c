/*
 * A PostgreSQL server for a suite. It is the child of the program itself, not of a test: it ends
 * when its input does, which is when the program ends, however that comes about.
 */

#include "tests/support/postgresql.h"

#include "parsers/base/mem.h"
#include "runtime/store/postgresql/postgresql_impl.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    bool asked, runs;
    pid_t owner, child;
    int to, from; /* its input and output */
    char folder[64];
    struct folder made; /* whose schema was made last */
} server;

/* Reads a line; false: it says nothing more. */
static bool read_word(char *word, size_t size)
{
    size_t len = 0;

    while (len + 1 < size && read(server.from, word + len, 1) == 1 && word[len] != '\n')
        len++;
    word[len] = '\0';
    return len > 0;
}

/* Tests end by exit, too: the server is the program's. */
static void end_server(void)
{
    if (!server.child || getpid() != server.owner)
        return;
    close(server.to);
    waitpid(server.child, NULL, 0);
}

static void start_server(void)
{
    const char *tmp = getenv("TMPDIR");
    int in[2], out[2];

    snprintf(server.folder, sizeof server.folder, "%s/asl-pg-%ld",
             tmp && strlen(tmp) < 32 ? tmp : "/tmp", (long)getpid());
    /* No test runs yet, so there is none to fail. */
    server.owner = getpid();
    server.child = pipe(in) == 0 && pipe(out) == 0 ? fork() : -1;
    if (server.child < 0) {
        perror("PostgreSQL's server");
        exit(1);
    }
    if (!server.child) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        execl("tests/support/postgresql-server", "postgresql-server", server.folder, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    server.to = in[1];
    server.from = out[0];
    atexit(end_server);
}

bool postgresql_runs(void)
{
    char word[32];

    if (server.asked)
        return server.runs;
    server.asked = true;
    start_server();
    bool told = read_word(word, sizeof word);
    server.runs = told && strcmp(word, "ready") == 0;
    if (told && strcmp(word, "missing") == 0) {
        printf("skipped: stores in PostgreSQL, as its server isn't installed\n");
    } else if (!server.runs) {
        fprintf(stderr, "PostgreSQL's server can't be started\n");
        exit(1);
    }
    return server.runs;
}

void postgresql_restart(void)
{
    char word[32];

    ck_assert(write(server.to, "restart\n", 8) == 8);
    ck_assert(read_word(word, sizeof word) && strcmp(word, "ready") == 0);
}

static const char *schema_of(const struct folder *folder)
{
    return strrchr(folder->path, '/') + 1;
}

static char *run_sql(const char *sql)
{
    static const char *const keywords[] = {"host", "user", "dbname", NULL};
    const char *const values[] = {server.folder, "asl", "postgres", NULL};

    ck_assert(pq_library_load(NULL));
    PGconn *db = pq.connectdbParams(keywords, values, 0);
    ck_assert_msg(pq.status(db) == CONNECTION_OK, "%s", pq.errorMessage(db));
    PGresult *r = pg_query(db, sql, 0, NULL);
    ExecStatusType status = pq.resultStatus(r);
    ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s: %s", sql,
                  pq.errorMessage(db));
    bool any = status == PGRES_TUPLES_OK && pq.ntuples(r);
    char *first = any ? mem_strdup(pq.getvalue(r, 0, 0)) : NULL;
    pq.clear(r);
    pq.finish(db);
    return first;
}

char *postgresql_run(const struct folder *folder, const char *sql)
{
    struct buf text = {0};

    buf_printf(&text, "SET search_path=\"%s\"; %s", schema_of(folder), sql);
    char *first = run_sql(buf_str(&text));
    buf_clear(&text);
    return first;
}

const char *postgresql_socket_folder(void)
{
    return server.folder;
}

void postgresql_add_url(struct buf *out, const struct folder *folder)
{
    postgresql_add_url_by(out, folder, server.folder);
}

void postgresql_add_url_by(struct buf *out, const struct folder *folder, const char *socket_folder)
{
    struct buf sql = {0};

    if (strcmp(server.made.path, folder->path) != 0) {
        buf_printf(&sql, "SET client_min_messages=warning; CREATE SCHEMA IF NOT EXISTS \"%s\"",
                   schema_of(folder));
        mem_free(run_sql(buf_str(&sql)));
        server.made = *folder;
    }
    buf_clear(&sql);
    buf_adds(out, "postgresql://asl@");
    for (const char *c = socket_folder; *c; c++)
        buf_printf(out, *c == '/' ? "%%2F" : "%c", *c);
    buf_printf(out, "/postgres?options=-csearch_path%%3D%%22%s%%22", schema_of(folder));
}
