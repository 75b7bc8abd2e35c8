/*
 * What pages of the API cost, in process and without HTTP: a history forwards and backwards, and
 * lists of executions with each filter when the store has many. Beside each the limit that was
 * measured in the same run: a history is held against the same events forwards in memory.
 *
 *   bench_pages [FOLDER [EXECUTIONS [CHILDREN]]]
 *
 * For a row of tests/bench/rows.py, in a store in memory or in FOLDER:
 *
 *   bench_pages history|newest memory|FOLDER forwards|backwards ROUNDS
 *       all events in pages of 1,000, or the first page of ten
 *   bench_pages list memory|FOLDER EXECUTIONS ROUNDS
 *       the first page of ListExecutions
 */

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/api/api.h"
#include "runtime/store/store.h"
#include "tests/bench/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARN(kind, name) "arn:aws:states:us-east-1:123456789012:" kind ":" name
#define ROLE "arn:aws:iam::123456789012:role/r"

enum { EVENTS = 20000, NOW_MS = 1700000000 };

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench_pages: %s\n", what);
    exit(EXIT_FAILURE);
}

/* ---- a server without sockets ---- */

struct world {
    const char *path; /* NULL: the store is in memory */
    store *store;
    engine *engine;
    api *api;
    struct buf answer;
    int status;
    double took_s; /* the last call */
    json *next;    /* its nextToken */
};

static void run_task(void *user, const struct task *t)
{
    (void)user;
    (void)t;
}

static void cancel_task(void *user, uint64_t id)
{
    (void)user;
    (void)id;
}

static void ended(void *user, uint64_t execution, const rt_exec *x)
{
    api_ended(((struct world *)user)->api, execution, x, NOW_MS);
}

static void drop_file(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".lock"};
    char name[512];

    for (size_t i = 0; i < COUNT(tails); i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

static void open_world(struct world *w, const char *path)
{
    struct diag why = {0};

    *w = (struct world){.path = path};
    w->store = path ? store_sqlite_open(path, STORE_NORMAL, &why) : store_memory_new();
    must(w->store != NULL, why.text);
    w->engine = engine_new(
        w->store, &(struct engine_hooks){
                      .user = w, .run_task = run_task, .cancel_task = cancel_task, .ended = ended});
    w->api = api_new(w->engine, w->store,
                     &(struct api_config){.no_limits = true, .throttle = API_THROTTLE_NONE});
    must(w->api && api_load(w->api, &why), "the API doesn't load");
    must(engine_recover(w->engine, NOW_MS, INT64_MAX, &why), "no recovery");
}

static void close_world(struct world *w)
{
    api_free(w->api);
    engine_free(w->engine);
    store_free(w->store);
    buf_clear(&w->answer);
    json_unref(w->next);
    if (w->path)
        drop_file(w->path);
}

static void take_turn(struct world *w)
{
    struct diag why = {0};

    api_begin_turn(w->api);
    must(engine_advance(w->engine, NOW_MS, &why), "a turn failed");
    api_advance(w->api, NOW_MS);
}

static void rest(struct world *w)
{
    do
        take_turn(w);
    while (engine_next_due(w->engine) <= NOW_MS || api_next_due(w->api) <= NOW_MS);
}

static void answered(void *user, int status, struct buf *body)
{
    struct world *w = user;

    w->status = status;
    w->answer = *body;
    *body = (struct buf){0};
}

/* The turn is part of what a call costs: nothing else is in it. */
static void call(struct world *w, const char *operation, const char *body)
{
    w->status = 0;
    buf_clear(&w->answer);
    double began = row_cpu_s();
    api_call(w->api, operation, body, strlen(body), NOW_MS, answered, w);
    take_turn(w);
    w->took_s = row_cpu_s() - began;
    must(w->status == 200, w->status ? buf_str(&w->answer) : operation);
}

/* `body` lacks its last brace. */
static void call_page(struct world *w, const char *operation, const char *body)
{
    struct buf text = {0};
    /* The list may be large: only its end is of interest. */
    static const char key[] = "\"nextToken\":\"";

    buf_adds(&text, body);
    if (w->next)
        buf_printf(&text, ",\"nextToken\":\"%s\"", json_str(w->next));
    buf_adds(&text, "}");
    call(w, operation, buf_str(&text));
    buf_clear(&text);
    json_unref(w->next);
    w->next = NULL;
    const char *all = buf_str(&w->answer);
    size_t from = w->answer.len > 1000 ? w->answer.len - 1000 : 0;
    const char *at = strstr(all + from, key);
    if (at)
        w->next = json_string(at + strlen(key), strcspn(at + strlen(key), "\""));
}

static void forget_page(struct world *w)
{
    json_unref(w->next);
    w->next = NULL;
}

static void create(struct world *w, const char *definition)
{
    struct buf body = {0};

    buf_adds(&body, "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":");
    json_write_string(&body, definition, strlen(definition));
    buf_adds(&body, "}");
    call(w, "CreateStateMachine", buf_str(&body));
    buf_clear(&body);
}

static void start(struct world *w, const char *input)
{
    struct buf body = {0};

    buf_adds(&body,
             "{\"stateMachineArn\":\"" ARN("stateMachine", "m") "\",\"name\":\"e\",\"input\":");
    json_write_string(&body, input, strlen(input));
    buf_adds(&body, "}");
    call(w, "StartExecution", buf_str(&body));
    buf_clear(&body);
    rest(w);
}

/* ---- a history ---- */

static const char loop[] =
    "{\"StartAt\":\"Count\",\"States\":{\"Count\":{\"Type\":\"Pass\",\"Parameters\":{"
    "\"i.$\":\"States.MathAdd($.i,1)\",\"order\":\"a-17\",\"total\":12.5},\"Next\":\"More?\"},"
    "\"More?\":{\"Type\":\"Choice\",\"Default\":\"Done\",\"Choices\":[{\"Variable\":\"$.i\","
    "\"NumericLessThan\":5000,\"Next\":\"Count\"}]},\"Done\":{\"Type\":\"Succeed\"}}}";

static const char history_of[] =
    "{\"executionArn\":\"" ARN("execution", "m:e") "\",\"reverseOrder\":%s,\"maxResults\":%d";

struct reading {
    double event_us, first_ms, middle_ms, last_ms; /* of pages of ten */
};

static struct reading read_history(struct world *w, bool backwards)
{
    char body[400];
    struct reading r = {0};
    double all_s = 0;
    size_t pages = 0;

    do {
        snprintf(body, sizeof body, history_of, backwards ? "true" : "false", 10);
        json *at = json_ref(w->next);
        call_page(w, "GetExecutionHistory", body);
        if (pages == 0)
            r.first_ms = 1e3 * w->took_s;
        if (pages == EVENTS / 2000)
            r.middle_ms = 1e3 * w->took_s;
        if (pages == EVENTS / 1000 - 1)
            r.last_ms = 1e3 * w->took_s;
        forget_page(w);
        w->next = at;
        snprintf(body, sizeof body, history_of, backwards ? "true" : "false", 1000);
        call_page(w, "GetExecutionHistory", body);
        all_s += w->took_s;
        pages++;
    } while (w->next);
    r.event_us = 1e6 * all_s / EVENTS;
    return r;
}

static void say_reading(const char *where, const char *order, struct reading r, double limit_us)
{
    printf("history %-7s %-9s %6.2f us an event (%.2f of the limit); pages of ten: first %.3f ms, "
           "middle %.3f, last %.3f\n",
           where, order, r.event_us, limit_us / r.event_us, r.first_ms, r.middle_ms, r.last_ms);
}

static void histories(const char *path)
{
    double limit_us = 0;

    for (int kind = 0; kind < 2; kind++) {
        const char *name = kind ? "SQLite" : "memory";
        struct world w;
        open_world(&w, kind ? path : NULL);
        create(&w, loop);
        start(&w, "{\"i\":0}");
        read_history(&w, false);
        struct reading forwards = read_history(&w, false), backwards = read_history(&w, true);
        if (kind == 0)
            limit_us = forwards.event_us;
        say_reading(name, "forwards", forwards, limit_us);
        say_reading(name, "backwards", backwards, limit_us);
        close_world(&w);
    }
}

/* ---- lists ---- */

static const char pass[] =
    "{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}}";

/* As engine and API would have put it in, without running it. */
static void put_execution(struct world *w, uint64_t number, const struct store_execution *like)
{
    struct store_execution x = *like;
    json *name = json_stringf("execution-%llu", (unsigned long long)number);
    json *arn = json_stringf(ARN("execution", "m:%s"), json_str(name));
    struct rt_event e = {.seq = 1,
                         .id = 1,
                         .at_ms = NOW_MS,
                         .kind = RT_EXECUTION_STARTED,
                         .data = json_int((int64_t)number)};

    x.number = number;
    x.config.names.name = name;
    x.config.names.arn = arn;
    x.start_ms = NOW_MS - 1 + (int64_t)number / 50;
    x.stop_ms = x.start_ms + 1;
    x.status = number % 1000 == 7 ? RT_FAILED : number % 100000 == 11 ? RT_ABORTED : RT_SUCCEEDED;
    store_start(w->store, &x);
    store_append(w->store, number, &e, 1);
    if (number % 50000 == 13)
        store_redriven(w->store, number, 1, x.stop_ms);
    rt_event_clear(&e);
    json_unref(name);
    json_unref(arn);
}

static void fill(struct world *w, uint64_t count)
{
    const struct store_execution *first = NULL;
    struct store_execution like;
    struct json_build note;
    uint64_t number = 0;
    struct diag why = {0};

    create(w, pass);
    start(w, "1");
    must(store_find_arn(w->store, ARN("execution", "m:e"), &number, &why) &&
             store_find(w->store, number, &first, &why),
         "no execution");
    like = *first;
    like.machine = asl_machine_ref(first->machine);
    like.list = json_ref(first->list);
    like.note = json_ref(first->note);
    json_build_object(&note, 2);
    json_build_set(&note, "revision", json_ref(json_get(first->note, "revision")));
    json_build_set(&note, "version", json_cstring(ARN("stateMachine", "m:1")));
    json *versioned = json_build_done(&note);
    const struct rt_names *n = &first->config.names;
    struct rt_names names = {.machine_arn = json_ref(n->machine_arn),
                             .machine_name = json_ref(n->machine_name),
                             .role_arn = json_ref(n->role_arn),
                             .region = json_ref(n->region)};
    like.config.names = names;
    like.config.context = NULL;
    like.config.written = json_cstring("1");
    const json *plain = like.note, *written = like.config.written, *list = like.list;
    for (uint64_t i = 1; i <= count; i++) {
        like.note = i % 20000 == 17 ? versioned : plain;
        put_execution(w, number + i, &like);
        if (i % 10000 == 0)
            must(store_commit(w->store, &why), "a commit failed");
    }
    must(store_commit(w->store, &why), "a commit failed");
    rt_names_clear(&names);
    json_unref(versioned);
    (void)written;
    (void)list;
}

static const struct {
    const char *what, *operation, *body; /* which lacks its last brace */
} lists[] = {
    {"all", "ListExecutions", "{\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"SUCCEEDED", "ListExecutions",
     "{\"statusFilter\":\"SUCCEEDED\",\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"FAILED", "ListExecutions",
     "{\"statusFilter\":\"FAILED\",\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"ABORTED", "ListExecutions",
     "{\"statusFilter\":\"ABORTED\",\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"RUNNING", "ListExecutions",
     "{\"statusFilter\":\"RUNNING\",\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"REDRIVEN", "ListExecutions",
     "{\"redriveFilter\":\"REDRIVEN\",\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"NOT_REDRIVEN", "ListExecutions",
     "{\"redriveFilter\":\"NOT_REDRIVEN\",\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"ABORTED and REDRIVEN", "ListExecutions",
     "{\"statusFilter\":\"ABORTED\",\"redriveFilter\":\"REDRIVEN\","
     "\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"of a version", "ListExecutions", "{\"stateMachineArn\":\"" ARN("stateMachine", "m:1") "\""},
    {"ListMapRuns", "ListMapRuns", "{\"executionArn\":\"" ARN("execution", "m:e") "\""},
    {"DescribeExecution", "DescribeExecution",
     "{\"executionArn\":\"" ARN("execution", "m:execution-99") "\""},
    {"DescribeStateMachine", "DescribeStateMachine",
     "{\"stateMachineArn\":\"" ARN("stateMachine", "m") "\""},
    {"ListStateMachines", "ListStateMachines", "{\"maxResults\":10"},
};

enum { MOST_PAGES = 60 };

static void say_pages(struct world *w, const char *where, const char *what, const char *operation,
                      const char *body)
{
    double worst = 0, sum = 0;
    size_t pages = 0;

    do {
        call_page(w, operation, body);
        worst = w->took_s > worst ? w->took_s : worst;
        sum += w->took_s;
        pages++;
    } while (w->next && pages < MOST_PAGES);
    forget_page(w);
    printf("list %-7s %-22s %3zu pages, mean %8.3f ms, slowest %8.3f\n", where, what, pages,
           1e3 * sum / (double)pages, 1e3 * worst);
}

static void many(const char *path, uint64_t count)
{
    for (int kind = 0; kind < 2; kind++) {
        struct world w;
        open_world(&w, kind ? path : NULL);
        fill(&w, count);
        call(&w, "PublishStateMachineVersion",
             "{\"stateMachineArn\":\"" ARN("stateMachine", "m") "\"}");
        printf("%llu executions\n", (unsigned long long)count);
        for (size_t i = 0; i < COUNT(lists); i++)
            say_pages(&w, kind ? "SQLite" : "memory", lists[i].what, lists[i].operation,
                      lists[i].body);
        close_world(&w);
    }
}

/* ---- a Map Run ---- */

static const char map[] =
    "{\"StartAt\":\"M\",\"States\":{\"M\":{\"Type\":\"Map\",\"End\":true,"
    "\"ToleratedFailurePercentage\":100,\"ItemProcessor\":{\"ProcessorConfig\":{"
    "\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},\"StartAt\":\"C\",\"States\":{"
    "\"C\":{\"Type\":\"Choice\",\"Default\":\"P\",\"Choices\":[{\"Variable\":\"$\","
    "\"NumericLessThan\":50,\"Next\":\"F\"}]},\"P\":{\"Type\":\"Pass\",\"End\":true},"
    "\"F\":{\"Type\":\"Fail\"}}}}}}";

static const struct {
    const char *what, *operation, *more; /* of members */
} of_run[] = {
    {"all of a Map Run", "ListExecutions", ""},
    {"its SUCCEEDED", "ListExecutions", ",\"statusFilter\":\"SUCCEEDED\""},
    {"its FAILED", "ListExecutions", ",\"statusFilter\":\"FAILED\""},
    {"its RUNNING", "ListExecutions", ",\"statusFilter\":\"RUNNING\""},
    {"its PENDING_REDRIVE", "ListExecutions", ",\"statusFilter\":\"PENDING_REDRIVE\""},
    {"its REDRIVEN", "ListExecutions", ",\"redriveFilter\":\"REDRIVEN\""},
    {"DescribeMapRun", "DescribeMapRun", ""},
};

static void map_run(const char *path, uint64_t children)
{
    for (int kind = 0; kind < 2; kind++) {
        struct buf text = {0};
        struct world w;
        open_world(&w, kind ? path : NULL);
        create(&w, map);
        for (uint64_t i = 0; i < children; i++)
            buf_printf(&text, "%c%llu", i ? ',' : '[', (unsigned long long)i);
        buf_adds(&text, "]");
        start(&w, buf_str(&text));
        call(&w, "ListMapRuns", "{\"executionArn\":\"" ARN("execution", "m:e") "\"}");
        const char *arn =
            strstr(buf_str(&w.answer), "arn:aws:states:us-east-1:123456789012:mapRun:");
        must(arn != NULL, "no Map Run");
        json *run = json_string(arn, strcspn(arn, "\""));
        printf("%llu children of a Map Run\n", (unsigned long long)children);
        for (size_t i = 0; i < COUNT(of_run); i++) {
            buf_reset(&text);
            buf_printf(&text, "{\"mapRunArn\":\"%s\"%s", json_str(run), of_run[i].more);
            say_pages(&w, kind ? "SQLite" : "memory", of_run[i].what, of_run[i].operation,
                      buf_str(&text));
        }
        json_unref(run);
        buf_clear(&text);
        close_world(&w);
    }
}

/* ---- rows of tests/bench/rows.py ---- */

/* One page, from where the last one ended. */
static double page_s(struct world *w, bool backwards, int events)
{
    char body[400];

    snprintf(body, sizeof body, history_of, backwards ? "true" : "false", events);
    call_page(w, "GetExecutionHistory", body);
    return w->took_s;
}

static void history_row(struct world *w, bool newest, bool backwards, size_t rounds)
{
    double took = 0;

    create(w, loop);
    start(w, "{\"i\":0}");
    for (size_t i = 0; i < rounds; i++) {
        do
            took += page_s(w, backwards, newest ? 10 : 1000);
        while (w->next && !newest);
        forget_page(w);
    }
    row_print(&(struct row){.cpu_s = took, .count = newest ? rounds : rounds * EVENTS});
}

static void list_row(struct world *w, size_t executions, size_t rounds)
{
    double took = 0;

    fill(w, executions);
    for (size_t i = 0; i < rounds; i++) {
        call_page(w, lists[0].operation, lists[0].body);
        took += w->took_s;
        forget_page(w);
    }
    row_print(&(struct row){.cpu_s = took, .count = rounds});
}

static int row(const char *what, const char *path, const char *how, size_t rounds)
{
    struct world w;

    open_world(&w, path);
    if (strcmp(what, "list") == 0)
        list_row(&w, row_number(how), rounds);
    else
        history_row(&w, strcmp(what, "newest") == 0, strcmp(how, "backwards") == 0, rounds);
    close_world(&w);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    char folder[256], path[300];
    bool as_row = argc == 5, in_memory = as_row && strcmp(argv[2], "memory") == 0;

    if (in_memory)
        return row(argv[1], NULL, argv[3], row_number(argv[4]));
    snprintf(folder, sizeof folder, "%s/asl-bench-XXXXXX", argc > 1 ? argv[1 + as_row] : ".");
    must(mkdtemp(folder) != NULL, "no folder");
    snprintf(path, sizeof path, "%s/asl.db", folder);
    if (as_row) {
        row(argv[1], path, argv[3], row_number(argv[4]));
    } else {
        histories(path);
        many(path, argc > 2 ? strtoull(argv[2], NULL, 10) : 200000);
        map_run(path, argc > 3 ? strtoull(argv[3], NULL, 10) : 20000);
    }
    rmdir(folder);
    return EXIT_SUCCESS;
}
