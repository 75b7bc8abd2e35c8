/* postgresql: what only the store in PostgreSQL does. Who owns a database, what happens to one that
 * has lost it, and to one whose server goes; how tables are made; what messages say. */

#define _GNU_SOURCE /* memmem */

#include "tests/support/expect.h"
#include "tests/support/postgresql.h"
#include "tests/support/store_scene.h"

#include "parsers/base/mem.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(const char *sql)
{
    mem_free(postgresql_run(&store_files, sql));
}

static void expect_sql(const char *name, const char *sql, const char *want)
{
    char *got = postgresql_run(&store_files, sql);

    expect_text(name, got ? got : "nothing", want);
    mem_free(got);
}

static store *try_open(struct diag *why)
{
    struct buf url = {0};

    postgresql_add_url(&url, &store_files);
    store *s = store_postgresql_open(buf_str(&url), STORE_FULL, why);
    buf_clear(&url);
    return s;
}

static void expect_words(const char *text, const char *words)
{
    ck_assert_msg(strstr(text, words) != NULL, "'%s' is not in: %s", words, text);
}

/* One execution, kept. */
static store *open_with_one(void)
{
    struct diag why = {0};
    store *s = try_open(&why);

    ck_assert_msg(s != NULL, "%s", why.text);
    put_execution(s, 0, "a", 0);
    put_events(s, 0, 1, 2);
    commit(s);
    return s;
}

START_TEST(reopening)
{
    store *s = open_with_one();

    put_events(s, 0, 3, 1);
    put_execution(s, 1, "b", 0);
    store_free(s);
    s = open_store(POSTGRESQL);
    expect_events("what was not committed is not there", s, 0, 0, 9, "1:1A 2:2A ");
    expect_running("nor is an execution", s, 9, "0 ");
    ck_assert(next_number(s) == 1);
    put_events(s, 0, 3, 1);
    commit(s);
    expect_events("it goes on", s, 0, 0, 9, "1:1A 2:2A 3:3A ");
    store_forget(s, 0);
    commit(s);
    store_free(s);
    s = open_store(POSTGRESQL);
    ck_assert_msg(next_number(s) == 1, "a number is used again");
    store_free(s);
}
END_TEST

/* More than a page of all that is read in pages. */
START_TEST(pages)
{
    enum { MANY = 600, ROWS = 150 };
    store *s = open_store(POSTGRESQL);
    struct seen v = {.most = MANY};
    struct diag why = {0};
    char key[16];

    for (uint64_t i = 0; i < MANY; i++) {
        put_listed(s, i, "a", 0, "l");
        snprintf(key, sizeof key, "%04d", (int)i);
        store_put(s, "k", key, "x", 1);
    }
    for (uint64_t i = 0; i < ROWS; i++)
        put_events(s, 0, 3 * i + 1, 3);
    commit(s);
    ck_assert(store_read(s, 0, 2, see_event, &v, &why) && v.most == MANY - 3 * ROWS + 1);
    v.most = MANY;
    ck_assert(store_read_back(s, 0, 3 * ROWS, see_event, &v, &why));
    ck_assert_msg(v.most == MANY - 3 * ROWS + 1, "%zu", v.most);
    buf_clear(&v.text);
    ck_assert_uint_eq(last_of(s, 0), 3 * ROWS);
    for (uint64_t i = 0; i < MANY; i++)
        store_progress(s, i, RT_SUCCEEDED, 2000, STORE_AWAKE);
    commit(s);
    ck_assert_uint_eq(forget_list(s, "l", 2 * MANY), MANY);
    commit(s);
    expect_sql("all is gone", "SELECT count(*) FROM asl_executions", "0");
    expect_sql("with all events", "SELECT count(*) FROM asl_events", "0");
    store_free(s);
}
END_TEST

/* ---- who owns it ---- */

#define OTHER "'\\x6f74686572'"
#define OTHER_NODE                                                                                 \
    "INSERT INTO asl_nodes VALUES(" OTHER ", 'process 7 on elsewhere', 1000,"                      \
    " clock_timestamp() + interval '1 hour');"

static const struct {
    const char *name, *sql, *words;
} takings[] = {
    {"another node has all shards", OTHER_NODE "UPDATE asl_shards SET epoch=1000, node=" OTHER,
     "process 7 on elsewhere owns it now, by a lease until "},
    {"another node has the shard",
     OTHER_NODE "UPDATE asl_shards SET epoch=1000, node=" OTHER " WHERE shard=0",
     "process 7 on elsewhere owns it now"},
    {"the epoch has risen", "UPDATE asl_shards SET epoch=epoch+1", "another process has taken it"},
    {"another has it in the same epoch", "UPDATE asl_shards SET node=" OTHER,
     "another process has taken it"},
    {"another has it, and has put there what this one puts",
     OTHER_NODE "UPDATE asl_shards SET epoch=1000, node=" OTHER
                "; INSERT INTO asl_events VALUES(0, 0, 3, '')",
     "process 7 on elsewhere owns it now"},
};

START_TEST(fencing)
{
    store *s = open_with_one();
    struct diag why = {0};

    run(takings[_i].sql);
    char *before = postgresql_run(&store_files, "SELECT count(*) FROM asl_events");
    put_events(s, 0, 3, 2);
    put_execution(s, 256, "b", 0);
    store_put(s, "k", "a", "1", 1);
    ck_assert_msg(!store_commit(s, &why), "%s: it commits", takings[_i].name);
    expect_text(takings[_i].name, why.code, STORE_WRITE);
    expect_words(why.text, takings[_i].words);
    expect_sql("no execution is added", "SELECT count(*) FROM asl_executions", "1");
    expect_sql("no record is added", "SELECT count(*) FROM asl_records", "0");
    expect_sql("no event is added", "SELECT count(*) FROM asl_events", before);
    /* It has lost it for good. */
    ck_assert(!store_commit(s, &why));
    store_put(s, "k", "a", "1", 1);
    ck_assert(!store_commit(s, &why));
    expect_sql("nor later", "SELECT count(*) FROM asl_events", before);
    store_free(s);
    mem_free(before);
    diag_clear(&why);
}
END_TEST

START_TEST(other_shards_go_on)
{
    store *s = open_with_one();
    struct diag why = {0};

    run("UPDATE asl_shards SET epoch=epoch+1 WHERE shard=7");
    put_events(s, 0, 3, 1);
    commit(s);
    put_execution(s, 7, "b", 0);
    ck_assert(!store_commit(s, &why));
    expect_sql("nothing is added", "SELECT count(*) FROM asl_executions", "1");
    store_free(s);
    diag_clear(&why);
}
END_TEST

/* Another process opens the database while this one has it, or after it was killed. */
START_TEST(owner_is_told)
{
    store *s = open_with_one();
    struct diag why = {0};

    store_free(s);
    run("UPDATE asl_shards SET node=" OTHER);
    run(OTHER_NODE);
    pid_t child = fork();
    if (!child) {
        /* An owner that is alive renews its lease. */
        for (;;)
            run("UPDATE asl_nodes SET alive_until=alive_until + interval '1 second'");
    }
    s = try_open(&why);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ck_assert_msg(!s, "it opens");
    expect_text("it is another's", why.code, "STORE_BUSY");
    expect_words(why.text, "process 7 on elsewhere owns it, by a lease until 20");
    expect_sql("its lease stays", "SELECT count(*) FROM asl_shards WHERE node=" OTHER, "256");
    run("UPDATE asl_nodes SET alive_until=clock_timestamp() + interval '300 milliseconds'");
    s = try_open(&why);
    ck_assert_msg(s != NULL, "a lease that is over can be taken: %s", why.text);
    expect_events("with what was kept", s, 0, 0, 9, "1:1A 2:2A ");
    store_free(s);
    diag_clear(&why);
}
END_TEST

START_TEST(killed_owner)
{
    pid_t child = fork();

    if (!child) {
        open_with_one();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    expect_sql("its lease is there", "SELECT count(*) FROM asl_nodes WHERE alive_until > now()",
               "1");
    store *s = open_store(POSTGRESQL);
    expect_events("it needn't be waited for", s, 0, 0, 9, "1:1A 2:2A ");
    expect_sql("its row is gone", "SELECT count(*) FROM asl_nodes", "1");
    store_free(s);
    expect_sql("and is given back", "SELECT count(*) FROM asl_nodes", "0");
}
END_TEST

/* ---- what fails ---- */

START_TEST(refused)
{
    store *s = open_with_one();
    struct diag why = {0};
    uint64_t execution = 99;

    put_execution(s, 1, "b", 0);
    put_events(s, 0, 1, 1);
    ck_assert(!store_commit(s, &why));
    expect_text("it is there already", why.code, STORE_REFUSED);
    ck_assert(store_refused(s, &execution) && execution == 0);
    store_set_apart(s, 0, "for a test", 5000);
    put_execution(s, 1, "b", 0);
    put_events(s, 1, 1, 1);
    commit(s);
    expect_running("the store goes on without it", s, 9, "1 ");
    expect_events("and all of the other is there", s, 1, 0, 9, "1:101A ");
    store_free(s);
    diag_clear(&why);
}
END_TEST

/* The server goes in the midst of a transaction, some of which it has seen. */
START_TEST(server_goes)
{
    store *s = open_with_one();
    const struct store_execution *x;
    struct diag why = {0};

    put_events(s, 0, 3, 1);
    expect_events("it is in the transaction", s, 0, 0, 9, "1:1A 2:2A 3:3A ");
    postgresql_restart();
    store_put(s, "k", "a", "1", 1);
    ck_assert_msg(!store_commit(s, &why), "it commits");
    expect_text("it can't be written", why.code, STORE_WRITE);
    ck_assert_msg(!store_find(s, 0, &x, &why), "it is read");
    expect_text("nor read", why.code, STORE_READ);
    store_put(s, "k", "b", "1", 1);
    ck_assert(!store_commit(s, &why));
    store_free(s);
    s = try_open(&why);
    ck_assert_msg(s != NULL, "%s", why.text);
    expect_events("nothing of it is kept", s, 0, 0, 9, "1:1A 2:2A ");
    expect_sql("no record either", "SELECT count(*) FROM asl_records", "0");
    put_events(s, 0, 3, 1);
    commit(s);
    store_free(s);
    diag_clear(&why);
}
END_TEST

/* ---- a network that fails ---- */

enum cut { CUT_NOTHING, CUT_QUESTION, CUT_ANSWER };

/* Stands between the store and its server, in a process of its own. */
struct relay {
    atomic_int *cut; /* what is next to get lost, with its connection */
    pid_t child;
};

enum { MOST_LINES = 8 };

/* A connection's two ends: the store's, and the server's. */
static int relay_lines[MOST_LINES][2];

static struct sockaddr_un socket_in(const char *folder)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    snprintf(at.sun_path, sizeof at.sun_path, "%s/.s.PGSQL.5432", folder);
    return at;
}

static void relay_accept(int listening, size_t line)
{
    struct sockaddr_un at = socket_in(postgresql_socket_folder());

    relay_lines[line][0] = accept(listening, NULL, NULL);
    relay_lines[line][1] = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(relay_lines[line][1], (struct sockaddr *)&at, sizeof at) != 0)
        _exit(1);
}

/* Passes on what one end has said, or loses it. A commit's answer is known by its text. */
static void relay_pass(atomic_int *cut, int line[2], int from)
{
    char bytes[65536];
    ssize_t len = read(line[from], bytes, sizeof bytes);
    int now = atomic_load(cut);
    bool loses = len <= 0 || (now == CUT_QUESTION && from == 0) ||
                 (now == CUT_ANSWER && from == 1 && memmem(bytes, (size_t)len, "COMMIT", 7));

    if (!loses && write(line[1 - from], bytes, (size_t)len) == len)
        return;
    if (len > 0)
        atomic_store(cut, CUT_NOTHING);
    close(line[0]);
    close(line[1]);
    line[0] = line[1] = -1;
}

static _Noreturn void relay_run(atomic_int *cut, int listening)
{
    struct pollfd ends[1 + 2 * MOST_LINES];
    size_t lines = 0;

    for (;;) {
        ends[0] = (struct pollfd){.fd = lines < MOST_LINES ? listening : -1, .events = POLLIN};
        for (size_t i = 0; i < 2 * lines; i++)
            ends[1 + i] = (struct pollfd){.fd = relay_lines[i / 2][i % 2], .events = POLLIN};
        if (poll(ends, 1 + 2 * lines, -1) < 0)
            _exit(1);
        for (size_t i = 0; i < 2 * lines; i++)
            if (ends[1 + i].revents && relay_lines[i / 2][0] >= 0)
                relay_pass(cut, relay_lines[i / 2], (int)(i % 2));
        if (ends[0].revents)
            relay_accept(listening, lines++);
    }
}

static void start_relay(struct relay *r)
{
    struct sockaddr_un at = socket_in(store_files.path);
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);

    r->cut = mmap(NULL, sizeof *r->cut, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert(r->cut != MAP_FAILED);
    ck_assert(bind(listening, (struct sockaddr *)&at, sizeof at) == 0 && listen(listening, 8) == 0);
    r->child = fork();
    if (!r->child)
        relay_run(r->cut, listening);
    close(listening);
}

static void end_relay(struct relay *r)
{
    struct sockaddr_un at = socket_in(store_files.path);

    kill(r->child, SIGKILL);
    waitpid(r->child, NULL, 0);
    munmap(r->cut, sizeof *r->cut);
    unlink(at.sun_path);
}

static const struct {
    const char *name, *events;
    enum cut cut;
} cuts[] = {
    {"what the commit asks for doesn't come there", "1:1A 2:2A ", CUT_QUESTION},
    {"the answer of the commit doesn't come back", "1:1A 2:2A 3:3A ", CUT_ANSWER},
};

START_TEST(cut_commits)
{
    struct relay r;
    struct buf url = {0};
    struct diag why = {0};

    store_free(open_with_one());
    start_relay(&r);
    postgresql_add_url_by(&url, &store_files, store_files.path);
    store *s = store_postgresql_open(buf_str(&url), STORE_FULL, &why);
    ck_assert_msg(s != NULL, "%s", why.text);
    put_events(s, 0, 3, 1);
    atomic_store(r.cut, cuts[_i].cut);
    ck_assert_msg(!store_commit(s, &why), "%s: it commits", cuts[_i].name);
    expect_text(cuts[_i].name, why.code, STORE_WRITE);
    expect_words(why.text, "whether what was being committed is kept shows when it is opened");
    store_free(s);
    s = store_postgresql_open(buf_str(&url), STORE_FULL, &why);
    ck_assert_msg(s != NULL, "%s", why.text);
    expect_events(cuts[_i].name, s, 0, 0, 9, cuts[_i].events);
    put_events(s, 0, _i + 3, 1);
    commit(s);
    store_free(s);
    end_relay(&r);
    buf_clear(&url);
    diag_clear(&why);
}
END_TEST

/* A wait for the server is over at once when a test says so. */
static bool is_impatient;
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    return __real_poll(fds, count, is_impatient && timeout > 0 ? 1 : timeout);
}

/* The process of the server that works for the store is paused: its kernel goes on to take what is
 * sent. */
START_TEST(silent_server)
{
    store *s = open_with_one();
    struct diag why = {0};

    put_events(s, 0, 3, 1);
    expect_events("it is in the transaction", s, 0, 0, 9, "1:1A 2:2A 3:3A ");
    char *pid =
        postgresql_run(&store_files, "SELECT pid FROM pg_stat_activity WHERE "
                                     "application_name='asl' AND state='idle in transaction'");
    ck_assert(kill((pid_t)strtol(pid, NULL, 10), SIGSTOP) == 0);
    is_impatient = true;
    bool kept = store_commit(s, &why);
    is_impatient = false;
    kill((pid_t)strtol(pid, NULL, 10), SIGCONT);
    ck_assert_msg(!kept, "it commits");
    expect_text("it counts as lost", why.code, STORE_WRITE);
    expect_words(why.text, "it has said nothing for 30 s; whether what was being committed");
    store_free(s);
    s = open_store(POSTGRESQL);
    store_free(s);
    mem_free(pid);
    diag_clear(&why);
}
END_TEST

/* ---- tables ---- */

/* Some processes find an empty database at the same time. */
START_TEST(made_at_once)
{
    enum { OPENERS = 4 };
    pid_t children[OPENERS];
    struct buf url = {0};
    int opened = 0;

    postgresql_add_url(&url, &store_files);
    for (int i = 0; i < OPENERS; i++) {
        children[i] = fork();
        if (children[i])
            continue;
        struct diag why = {0};
        store *s = store_postgresql_open(buf_str(&url), STORE_FULL, &why);
        bool busy = !s && !strcmp(why.code, "STORE_BUSY");
        if (!s && !busy)
            fprintf(stderr, "%s\n", why.text);
        store_free(s);
        _exit(s ? 0 : busy ? 1 : 2);
    }
    for (int i = 0; i < OPENERS; i++) {
        int status;
        ck_assert(waitpid(children[i], &status, 0) == children[i] && WIFEXITED(status));
        ck_assert_msg(WEXITSTATUS(status) < 2, "one could not make, or find, the tables");
        opened += !WEXITSTATUS(status);
    }
    ck_assert_msg(opened > 0, "none has opened it");
    expect_sql("they are made once", "SELECT count(*) FROM asl_shards", "256");
    expect_sql("and of one version", "SELECT version FROM asl_schema", "1");
    buf_clear(&url);
}
END_TEST

START_TEST(newer)
{
    struct diag why = {0};

    store_free(open_with_one());
    run("UPDATE asl_schema SET version=9, oldest=9");
    ck_assert(!try_open(&why));
    expect_text("a newer version's", why.code, "STORE_NEWER");
    run("UPDATE asl_schema SET version=9, oldest=1");
    store *s = try_open(&why);
    ck_assert_msg(s != NULL, "one that this version may work on: %s", why.text);
    store_free(s);
    diag_clear(&why);
}
END_TEST

static const struct {
    const char *name, *sql, *words;
} strange_tables[] = {
    {"a table that is gone", "DROP TABLE asl_events", "relation \"asl_events\" does not exist"},
    {"another's table of versions", "DROP TABLE asl_schema; CREATE TABLE asl_schema(x int)",
     "column \"version\" does not exist; its tables asl_... are not of this program: name another"},
    {"other tables", "DROP TABLE asl_schema", "already exists; its tables asl_... are not of this"},
};

START_TEST(tables_of_others)
{
    struct diag why = {0};

    store_free(open_with_one());
    run(strange_tables[_i].sql);
    ck_assert_msg(!try_open(&why), "%s: it opens", strange_tables[_i].name);
    expect_words(why.text, strange_tables[_i].words);
    const char *place = strstr(why.text, "postgresql://");
    ck_assert_msg(place && !strstr(place + 1, "postgresql://"), "the place twice: %s", why.text);
    diag_clear(&why);
}
END_TEST

/* ---- messages ---- */

static const struct {
    const char *name, *url, *words;
} refusals[] = {
    {"nobody listens", "postgresql://u:secret@127.0.0.1:1/data", "postgresql://127.0.0.1:1/data: "},
    {"a port that is none", "postgresql://u:secret@127.0.0.1:x/data", "\"x\""},
    {"a host without its end", "postgresql://u:secret@[host/data", "its form is postgresql://USER"},
    {"an option that is none", "postgres://u:secret@host/data?secret2=secret",
     "its form is postgresql://USER"},
};

START_TEST(messages)
{
    struct diag why = {0};

    ck_assert(!store_postgresql_open(refusals[_i].url, STORE_FULL, &why));
    expect_text(refusals[_i].name, why.code, "STORE_OPEN");
    expect_words(why.text, refusals[_i].words);
    ck_assert_msg(!strstr(why.text, ":secret@"), "the password is shown: %s", why.text);
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("postgresql");
    TCase *t = tcase_create("messages");

    tcase_add_loop_test(t, messages, 0, COUNT(refusals));
    suite_add_tcase(s, t);
    if (postgresql_runs()) {
        t = tcase_create("store");
        tcase_add_checked_fixture(t, store_scene_setup, store_scene_teardown);
        tcase_add_test(t, reopening);
        tcase_add_test(t, pages);
        tcase_add_loop_test(t, fencing, 0, COUNT(takings));
        tcase_add_test(t, other_shards_go_on);
        tcase_add_test(t, owner_is_told);
        tcase_add_test(t, killed_owner);
        tcase_add_test(t, refused);
        tcase_add_test(t, server_goes);
        tcase_add_test(t, made_at_once);
        tcase_add_test(t, newer);
        tcase_add_loop_test(t, cut_commits, 0, COUNT(cuts));
        tcase_add_test(t, silent_server);
        tcase_add_loop_test(t, tables_of_others, 0, COUNT(strange_tables));
        tcase_set_timeout(t, 120);
        suite_add_tcase(s, t);
    }
    return run_suite(s);
}
