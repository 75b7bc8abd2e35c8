/*
 * What the SQLite store commits: events of about 300 bytes of text, one to 1,000 executions a
 * commit, each with an event of its own; what SQLite itself does with the same rows on the same
 * disk; whole executions of three states, with what they take in the file; and executions that
 * hand 200 kB through a hundred states, beside the same in memory.
 *
 * For a row of tests/bench/rows.py, with its file in FOLDER:
 *
 *   bench_store document memory|FOLDER EXECUTIONS       200 kB through a hundred states
 *   bench_store sqlite FOLDER full|normal GROUP ROWS    rows by SQLite alone, GROUP a commit
 */

#include "asl/asl.h"
#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "runtime/engine/engine.h"
#include "tests/bench/row.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 230 }; /* of data: with the rest of the event it is 300 */

static const char definition[] =
    "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"Next\":\"B\"},"
    "\"B\":{\"Type\":\"Pass\",\"Next\":\"C\"},\"C\":{\"Type\":\"Pass\",\"End\":true}}}";

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench_store: %s\n", what);
    exit(EXIT_FAILURE);
}

static char folder[256], path[300];

static void drop_files(void)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".lock"};
    char name[320];

    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

static store *open_store(enum store_durability durability)
{
    struct diag why = {0};
    store *s = store_sqlite_open(path, durability, &why);

    must(s != NULL, why.text);
    return s;
}

static json *payload(void)
{
    struct buf b = {0};

    memset(buf_reserve(&b, BYTES), 'x', BYTES);
    b.len = BYTES;
    return json_take_buf(&b);
}

/* For about a second: rows a second, and CPU a row in us. */
struct speed {
    double rows, cpu_us;
};

static struct speed store_speed(enum store_durability durability, size_t group)
{
    store *s = open_store(durability);
    json *data = payload();
    uint64_t seq = 0, rows = 0;
    double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), took;

    do {
        seq++;
        for (size_t i = 0; i < group; i++) {
            struct rt_event e = {.seq = seq,
                                 .id = (uint32_t)seq,
                                 .at_ms = 1704067200000,
                                 .kind = RT_EXECUTION_STARTED,
                                 .data = data};
            store_append(s, i, &e, 1);
        }
        must(store_commit(s, NULL), "a commit failed");
        rows += group;
        took = seconds(CLOCK_MONOTONIC) - start;
    } while (took < 1);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    json_unref(data);
    store_free(s);
    drop_files();
    return (struct speed){(double)rows / took, 1e6 * cpu / (double)rows};
}

/* The limit: rows as long, each behind the last, in a table without a rowid; nothing else. For
 * about a second, or until there are `most` of them. */
static struct speed sqlite_speed(const char *synchronous, size_t group, size_t most)
{
    sqlite3 *db;
    sqlite3_stmt *add;
    char text[BYTES + 70];
    uint64_t seq = 0, rows = 0;

    memset(text, 'x', sizeof text);
    must(sqlite3_open(path, &db) == SQLITE_OK, "no file");
    sqlite3_exec(db,
                 "PRAGMA journal_mode=WAL;PRAGMA secure_delete=OFF;"
                 "PRAGMA cache_size=-32768",
                 NULL, NULL, NULL);
    sqlite3_exec(db, synchronous, NULL, NULL, NULL);
    sqlite3_exec(db, "CREATE TABLE e(x,s,t,PRIMARY KEY(x,s)) WITHOUT ROWID", NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO e VALUES(?,?,?)", -1, &add, NULL);
    double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), took;
    do {
        seq++;
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (size_t i = 0; i < group; i++) {
            sqlite3_bind_int64(add, 1, (sqlite3_int64)(rows + i));
            sqlite3_bind_int64(add, 2, (sqlite3_int64)seq);
            sqlite3_bind_text(add, 3, text, sizeof text, SQLITE_STATIC);
            must(sqlite3_step(add) == SQLITE_DONE, "a row failed");
            sqlite3_reset(add);
        }
        must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "a commit failed");
        rows += group;
        took = seconds(CLOCK_MONOTONIC) - start;
    } while (most ? rows < most : took < 1);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    sqlite3_finalize(add);
    sqlite3_close(db);
    drop_files();
    return (struct speed){(double)rows / took, 1e6 * cpu / (double)rows};
}

static void rows_a_second(void)
{
    static const size_t groups[] = {1, 10, 100, 1000};

    for (int normal = 0; normal < 2; normal++) {
        for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
            struct speed own = store_speed(normal ? STORE_NORMAL : STORE_FULL, groups[i]);
            struct speed limit = sqlite_speed(
                normal ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL", groups[i], 0);
            printf("%s, %4zu a commit: %7.0f rows/s, %5.1f us of CPU each; SQLite alone %7.0f, "
                   "%5.1f us\n",
                   normal ? "NORMAL" : "FULL  ", groups[i], own.rows, own.cpu_us, limit.rows,
                   limit.cpu_us);
        }
    }
}

/* ---- whole executions ---- */

static void no_task(void *user, const struct task *task)
{
    (void)user;
    (void)task;
}

static void no_cancel(void *user, uint64_t id)
{
    (void)user;
    (void)id;
}

static void release(void *user, uint64_t execution, const rt_exec *x)
{
    (void)x;
    engine_release(*(engine **)user, execution);
}

static bool count_event(void *user, const struct rt_event *e)
{
    (void)e;
    ++*(uint64_t *)user;
    return true;
}

static double executions(enum store_durability durability, size_t group, size_t groups)
{
    struct asl_report report = {0};
    engine *e = NULL;
    struct engine_hooks hooks = {
        .user = &e, .run_task = no_task, .cancel_task = no_cancel, .ended = release};
    asl_machine *m = asl_compile(definition, sizeof definition - 1, DOCUMENT_JSON, &report);
    json *name = json_cstring("arn:aws:states:us-east-1:123456789012:stateMachine:three-states");
    store *s = open_store(durability);
    struct diag why = {0};
    double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

    e = engine_new(s, &hooks);
    must(engine_recover(e, 0, INT64_MAX, &why), "no recovery");
    for (size_t i = 0; i < groups; i++) {
        for (size_t k = 0; k < group; k++) {
            json *arn = json_stringf(
                "arn:aws:states:us-east-1:123456789012:execution:three-states:%zu-%zu", i, k);
            json *input = json_stringf("order %zu of group %zu", k, i);
            struct rt_config config = {
                .names = {arn, arn, name, name, name, name}, .aws_limits = true, .seed = i};
            engine_start(e, m, &config, input, NULL);
            json_unref(arn);
            json_unref(input);
        }
        must(engine_advance(e, 1704067200000 + (int64_t)i, &why), "a turn failed");
    }
    double took = seconds(CLOCK_MONOTONIC) - start;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    double count = (double)(group * groups);
    uint64_t events = 0;
    store_read(s, 0, 0, count_event, &events, NULL);
    engine_free(e);
    store_free(s);
    struct stat st;
    must(stat(path, &st) == 0, "no file");
    printf("%s, three states, %4zu executions a turn: %6.0f executions/s, %4.1f us of CPU each, "
           "%.0f bytes each, %.0f an event\n",
           durability == STORE_FULL ? "FULL  " : "NORMAL", group, count / took, 1e6 * cpu / count,
           (double)st.st_size / count, (double)st.st_size / count / (double)events);
    drop_files();
    json_unref(name);
    asl_machine_unref(m);
    asl_report_clear(&report);
    diag_clear(&why);
    return count / took;
}

/* ---- large documents ---- */

enum { DOCUMENT = 200000, PASSES = 100, DOCUMENTS = 20 };

/* {"doc":{"head":{},"rows":[...]},"id":"keep"} */
static json *document(void)
{
    struct buf text = {0};

    buf_adds(&text, "{\"doc\":{\"head\":{\"source\":\"bench\"},\"rows\":[");
    for (int i = 0; text.len < DOCUMENT; i++)
        buf_printf(&text,
                   "%s{\"id\":%d,\"name\":\"row-%06d\",\"price\":%d.25,\"nested\":{\"a\":[%d,2,3]},"
                   "\"text\":\"some words that are as long as such words are\"}",
                   i ? "," : "", i, i, i, i);
    buf_adds(&text, "]},\"id\":\"keep\"}");
    json *v = json_parse(text.data, text.len, 0, NULL);
    buf_clear(&text);
    return v;
}

static asl_machine *passes(const char *fields)
{
    struct asl_report report = {0};
    struct buf text = {0};

    buf_adds(&text, "{\"StartAt\":\"S0\",\"States\":{");
    for (int i = 0; i < PASSES; i++) {
        buf_printf(&text, "%s\"S%d\":{\"Type\":\"Pass\",%s", i ? "," : "", i, fields);
        if (i + 1 < PASSES)
            buf_printf(&text, "\"Next\":\"S%d\"}", i + 1);
        else
            buf_adds(&text, "\"End\":true}");
    }
    buf_adds(&text, "}}");
    asl_machine *m = asl_compile(text.data, text.len, DOCUMENT_JSON, &report);
    must(m != NULL, "no machine of many states");
    asl_report_clear(&report);
    buf_clear(&text);
    return m;
}

/* Returns the CPU of so many executions in seconds. */
static double hand_on(store *s, asl_machine *m, json *input, uint64_t count)
{
    engine *e = NULL;
    struct engine_hooks hooks = {
        .user = &e, .run_task = no_task, .cancel_task = no_cancel, .ended = release};
    struct diag why = {0};

    e = engine_new(s, &hooks);
    must(engine_recover(e, 0, INT64_MAX, &why), "no recovery");
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t i = 0; i < count; i++) {
        json *arn = json_stringf("arn:aws:states:us-east-1:123456789012:execution:m:%d", (int)i);
        struct rt_config config = {
            .names = {arn, arn, arn, arn, arn, arn}, .aws_limits = true, .seed = i};
        /* As an input that comes in: a value of its own. */
        json *text = json_text(input);
        json *own = json_parse(json_str(text), json_str_len(text), 0, NULL);
        config.written = text;
        engine_start(e, m, &config, own, NULL);
        do
            must(engine_advance(e, 1704067200000 + (int64_t)i, &why), "a turn failed");
        while (engine_next_due(e) <= 1704067200000 + (int64_t)i);
        json_unref(own);
        json_unref(text);
        json_unref(arn);
    }
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    engine_free(e);
    return cpu;
}

static void documents(const char *what, const char *fields)
{
    asl_machine *m = passes(fields);
    json *input = document();
    struct stat st;
    store *s = store_memory_new();
    double memory_s = hand_on(s, m, input, DOCUMENTS);

    store_free(s);
    s = open_store(STORE_NORMAL);
    double start = seconds(CLOCK_MONOTONIC), file_s = hand_on(s, m, input, DOCUMENTS);
    double took = seconds(CLOCK_MONOTONIC) - start;
    store_free(s);
    must(stat(path, &st) == 0, "no file");
    printf("%d bytes through %d states, %s: %.2f ms of CPU, %.0f executions/s, %.2f MB of file; in "
           "memory %.2f ms\n",
           DOCUMENT, PASSES, what, 1e3 * file_s / DOCUMENTS, DOCUMENTS / took,
           1e-6 * (double)st.st_size / DOCUMENTS, 1e3 * memory_s / DOCUMENTS);
    drop_files();
    json_unref(input);
    asl_machine_unref(m);
}

/* ---- asleep ---- */

static long resident_kib(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f || fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Leaves `count` executions that wait in the file. By a process of its own: what it uses of memory
 * is not to be seen. */
static void make_waiting(size_t count, asl_machine *m, const struct engine_hooks *hooks,
                         const struct rt_config *config)
{
    store *s = open_store(STORE_NORMAL);
    engine *e = engine_new(s, hooks);

    must(engine_recover(e, 0, ENGINE_SLEEP_MS, NULL), "no recovery");
    for (size_t i = 0; i < count; i++) {
        engine_start(e, m, config, config->names.arn, NULL);
        if (i % 1000 == 999)
            must(engine_advance(e, 1, NULL), "a turn failed");
    }
    engine_free(e);
    store_free(s);
}

static void waiting(size_t count)
{
    static const char wait[] = "{\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\","
                               "\"Seconds\":86400,\"End\":true}}}";
    struct asl_report report = {0};
    struct engine_hooks hooks = {.run_task = no_task, .cancel_task = no_cancel};
    asl_machine *m = asl_compile(wait, sizeof wait - 1, DOCUMENT_JSON, &report);
    json *name = json_cstring("arn:aws:states:us-east-1:123456789012:execution:wait:a");
    struct rt_config config = {.names = {name, name, name, name, name, name}};
    struct diag why = {0};
    int status = 0;
    pid_t maker = fork();

    if (maker == 0) {
        make_waiting(count, m, &hooks, &config);
        _exit(EXIT_SUCCESS);
    }
    must(maker > 0 && waitpid(maker, &status, 0) == maker && status == 0, "nothing waits");
    long before = resident_kib();
    double start = seconds(CLOCK_MONOTONIC);
    store *s = open_store(STORE_NORMAL);
    engine *e = engine_new(s, &hooks);
    must(engine_recover(e, 2, ENGINE_SLEEP_MS, &why), "no recovery");
    printf("%zu executions asleep: taken up in %.0f ms, %.0f bytes of memory each\n", count,
           1e3 * (seconds(CLOCK_MONOTONIC) - start),
           1024.0 * (double)(resident_kib() - before) / (double)count);
    start = seconds(CLOCK_MONOTONIC);
    while (engine_next_due(e) <= 86400001)
        must(engine_advance(e, 86400001, &why), "a turn failed");
    printf("%zu wake and end: %.1f us each\n", count,
           1e6 * (seconds(CLOCK_MONOTONIC) - start) / (double)count);
    engine_free(e);
    store_free(s);
    drop_files();
    json_unref(name);
    asl_machine_unref(m);
    asl_report_clear(&report);
    diag_clear(&why);
}

/* ---- rows of tests/bench/rows.py ---- */

static void document_row(bool in_memory, size_t executions)
{
    asl_machine *m = passes("");
    json *input = document();
    struct stat st = {0};
    store *s = in_memory ? store_memory_new() : open_store(STORE_NORMAL);
    double cpu = hand_on(s, m, input, executions);

    store_free(s);
    must(in_memory || stat(path, &st) == 0, "no file");
    row_print(&(struct row){.cpu_s = cpu, .count = executions, .bytes = (size_t)st.st_size});
    drop_files();
    json_unref(input);
    asl_machine_unref(m);
}

static void sqlite_row(const char *durability, size_t group, size_t rows)
{
    const char *synchronous =
        strcmp(durability, "normal") == 0 ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL";

    rows = (rows + group - 1) / group * group;
    struct speed limit = sqlite_speed(synchronous, group, rows);
    row_print(&(struct row){.cpu_s = 1e-6 * limit.cpu_us * (double)rows,
                            .wall_s = (double)rows / limit.rows,
                            .count = rows});
}

static void make_folder(const char *where)
{
    snprintf(folder, sizeof folder, "%s/asl-bench-XXXXXX", where);
    must(mkdtemp(folder) != NULL, "no folder");
    snprintf(path, sizeof path, "%s/asl.db", folder);
}

static int row(char **argv)
{
    bool in_memory = strcmp(argv[2], "memory") == 0, rows = strcmp(argv[1], "sqlite") == 0;

    if (!in_memory)
        make_folder(argv[2]);
    if (rows)
        sqlite_row(argv[3], row_number(argv[4]), row_number(argv[5]));
    else
        document_row(in_memory, row_number(argv[3]));
    if (!in_memory)
        rmdir(folder);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 4 || argc == 6)
        return row(argv);
    make_folder(argc > 1 ? argv[1] : ".");
    documents("unchanged", "");
    documents("made anew around it",
              "\"InputPath\":\"$.doc\",\"Parameters\":{\"head.$\":\"$.head\",\"rows.$\":\"$.rows\","
              "\"step\":1},\"ResultPath\":\"$.doc\",");
    waiting(100000);
    rows_a_second();
    executions(STORE_FULL, 1, 1000);
    executions(STORE_FULL, 50, 200);
    executions(STORE_FULL, 500, 40);
    executions(STORE_NORMAL, 500, 40);
    rmdir(folder);
    return EXIT_SUCCESS;
}
