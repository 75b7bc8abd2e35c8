/* What an execution that waits costs: make bench-waiting. Prints bytes of memory an execution, and
 * how long it takes to start them all and to let them all end. */

#include "asl/asl.h"
#include "parsers/base/mem.h"
#include "runtime/engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXECUTIONS = 100000 };

static const char definition[] =
    "{\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":5,\"End\":true}}}";

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long resident_kib(void)
{
    long pages = 0, ignored;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f || fscanf(f, "%ld %ld", &ignored, &pages) != 2)
        pages = 0;
    if (f)
        fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

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

int main(void)
{
    struct asl_report report = {0};
    struct diag why = {0};
    struct engine_hooks hooks = {.run_task = no_task, .cancel_task = no_cancel};
    asl_machine *m = asl_compile(definition, sizeof definition - 1, DOCUMENT_JSON, &report);
    engine *e = engine_new(NULL, &hooks);
    json *machine_arn = json_cstring("arn:aws:states:us-east-1:123456789012:stateMachine:wait");
    json *machine_name = json_cstring("wait"), *region = json_cstring("us-east-1");
    json *role = json_cstring("arn:aws:iam::123456789012:role/asl");
    double start = seconds();
    long before = resident_kib();
    size_t ended = 0;

    for (int i = 0; i < EXECUTIONS; i++) {
        struct json_build input;
        struct rt_config config = {.aws_limits = true, .seed = (uint64_t)i};
        config.names = (struct rt_names){
            .arn = json_stringf("arn:aws:states:us-east-1:123456789012:execution:wait:%08d", i),
            .name = json_stringf("%08d", i),
            .machine_arn = machine_arn,
            .machine_name = machine_name,
            .role_arn = role,
            .region = region,
        };
        json_build_object(&input, 1);
        json_build_set(&input, "id", json_int(i));
        json *value = json_build_done(&input);
        engine_start(e, m, &config, value, NULL);
        json_unref(value);
        json_unref(config.names.arn);
        json_unref(config.names.name);
        if (i % 1000 == 999)
            engine_advance(e, i, &why);
    }
    engine_advance(e, EXECUTIONS, &why);
    printf("%d executions wait: %.0f bytes each, %.2f us of CPU each to start\n", EXECUTIONS,
           1024.0 * (double)(resident_kib() - before) / EXECUTIONS,
           1e6 * (seconds() - start) / EXECUTIONS);

    start = seconds();
    while (engine_next_due(e) != INT64_MAX)
        engine_advance(e, engine_next_due(e), &why);
    for (uint64_t i = 0; i < EXECUTIONS; i++)
        ended += rt_exec_status(engine_execution(e, i)) == RT_SUCCEEDED;
    printf("%zu ended, %.2f us of CPU each\n", ended, 1e6 * (seconds() - start) / EXECUTIONS);

    engine_free(e);
    asl_machine_unref(m);
    asl_report_clear(&report);
    diag_clear(&why);
    json_unref(machine_arn);
    json_unref(machine_name);
    json_unref(region);
    json_unref(role);
    return ended == EXECUTIONS ? EXIT_SUCCESS : EXIT_FAILURE;
}
