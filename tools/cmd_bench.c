/*
 * asl bench: compiles once, runs many executions in this process, one after the other, and says
 * what they cost. The clocks are read around each execution alone: making the host and hashing the
 * output are not counted.
 */

#include "parsers/base/buf.h"
#include "parsers/base/digest.h"
#include "parsers/base/mem.h"
#include "tools/cmd.h"
#include "tools/workflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct bench {
    struct workflow w;
    const char *reps, *warmup;
    bool as_json, keep_history;
    double *wall, *cpu; /* seconds, by execution */
    int64_t count;
    uint64_t transitions;
    char sha256[65];
};

/* ---- measuring ---- */

/* Two clocks are read: the wall's tells what a user waits, the process's what other programs on
 * a busy machine can't disturb. */
static double seconds_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* VmHWM where there is one: ru_maxrss also counts what this process was before its exec. */
static long peak_rss_kib(void)
{
    struct buf status = {0};
    const char *line = NULL;
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    if (buf_read_file(&status, "/proc/self/status", 64 * 1024, NULL))
        line = strstr(buf_str(&status), "\nVmHWM:");
    if (line)
        usage.ru_maxrss = strtol(line + strlen("\nVmHWM:"), NULL, 10);
    buf_clear(&status);
    return usage.ru_maxrss;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

struct spread {
    double min, median, max;
};

/* Sorts the values. Of an even number of them the median lies between the two in the middle. */
static struct spread spread_of(double *values, int64_t count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    double upper = values[count / 2], lower = values[(count - 1) / 2];
    return (struct spread){values[0], (lower + upper) / 2, values[count - 1]};
}

/* Hashes the output with sorted keys, so that two programs that build objects in different
 * orders agree. The hash shows that what was measured also did the work. */
static void hash_output(const json *output, char out[65])
{
    struct buf text = {0};
    unsigned char sum[DIGEST_MAX];

    json_write_sorted(&text, output);
    digest_make(DIGEST_SHA256, text.data, text.len, sum);
    for (unsigned i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", sum[i]);
    buf_clear(&text);
}

/* ---- running ---- */

/* Runs one execution; its cost goes to slot `i`, or nowhere when i is negative: that is for warming
 * up. It is forgotten at the end, so that the next one doesn't find the memory taken. */
static bool run_once(struct bench *b, host *h, int64_t i)
{
    struct rt_config config = workflow_config(&b->w);
    struct diag why = {0};
    double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    engine *e = host_engine(h);
    uint64_t execution = engine_start(e, b->w.file.machine, &config, b->w.value, NULL);
    enum host_end end = host_run(h, execution, 0, &why);
    const rt_exec *x = engine_execution(e, execution);
    bool good = end == HOST_DONE && rt_exec_status(x) == RT_SUCCEEDED;

    if (i >= 0) {
        b->cpu[i] = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        b->wall[i] = seconds_of(CLOCK_MONOTONIC) - wall;
    }
    if (good) {
        b->transitions = rt_exec_transitions(x);
        hash_output(rt_exec_output(x), b->sha256);
    } else if (end == HOST_DONE) {
        const struct asl_error *error = rt_exec_error(x);
        fprintf(stderr, "asl bench: the execution ended %s: %s: %s\n",
                rt_status_name(rt_exec_status(x)), error->name ? json_str(error->name) : "",
                error->cause ? json_str(error->cause) : "");
    } else {
        fprintf(stderr, "asl bench: %s\n",
                end == HOST_INTERRUPTED ? "stopped before the last execution ended"
                : why.text              ? why.text
                           : "the execution waits for something that nothing here will bring");
    }
    engine_forget(e, execution);
    diag_clear(&why);
    return good;
}

static void bench_print_text(const struct bench *b, const struct spread *wall,
                             const struct spread *cpu, long rss_kib)
{
    printf("%lld execution%s of %llu transition%s\n", (long long)b->count, b->count == 1 ? "" : "s",
           (unsigned long long)b->transitions, b->transitions == 1 ? "" : "s");
    printf("  wall     %12.6f s   (%.6f to %.6f)\n", wall->median, wall->min, wall->max);
    printf("  CPU      %12.6f s   (%.6f to %.6f)\n", cpu->median, cpu->min, cpu->max);
    printf("  speed    %12.0f transitions per CPU second\n",
           (double)b->transitions / (cpu->median > 0 ? cpu->median : 1e-9));
    printf("  memory   %12ld KiB at most\n", rss_kib);
    printf("  output   %s\n", b->sha256);
}

/* The names of the members are read by scripts: they don't change. */
static void bench_print_json(const struct bench *b, const struct spread *wall,
                             const struct spread *cpu, long rss_kib)
{
    printf("{\"wall_s\": {\"min\": %.9f, \"median\": %.9f, \"max\": %.9f}, ", wall->min,
           wall->median, wall->max);
    printf("\"cpu_s\": {\"min\": %.9f, \"median\": %.9f, \"max\": %.9f}, ", cpu->min, cpu->median,
           cpu->max);
    printf("\"transitions\": %llu, \"peak_rss_kib\": %ld, \"output_sha256\": \"%s\"}\n",
           (unsigned long long)b->transitions, rss_kib, b->sha256);
}

static int bench_run_all(struct bench *b, const struct option_set *set, int64_t warmup)
{
    struct host_options options = {0};
    store *s = b->keep_history ? store_memory_new() : NULL;
    struct diag why = {0};
    int status = EXIT_USAGE;

    workflow_host_options(&b->w, &options);
    host *h = digest_ready(&why) ? host_new(s, &options, &why) : NULL;
    if (!h) {
        cmd_fail("bench", "%s", why.text);
        goto out;
    }
    if (!workflow_handlers(&b->w, set, h))
        goto out;
    status = EXIT_BAD;
    b->wall = mem_calloc((size_t)b->count, sizeof *b->wall);
    b->cpu = mem_calloc((size_t)b->count, sizeof *b->cpu);
    /* Runs with a negative number warm up and are not measured. */
    for (int64_t i = -warmup; i < b->count; i++)
        if (!run_once(b, h, i))
            goto out;

    struct spread wall = spread_of(b->wall, b->count), cpu = spread_of(b->cpu, b->count);
    if (b->as_json)
        bench_print_json(b, &wall, &cpu, peak_rss_kib());
    else
        bench_print_text(b, &wall, &cpu, peak_rss_kib());
    status = EXIT_GOOD;
out:
    mem_free(b->wall);
    mem_free(b->cpu);
    if (h)
        host_stop_jobs(h);
    host_free(h);
    store_free(s);
    diag_clear(&why);
    return status;
}

/* ---- the command line ---- */

static const struct option_row rows[] = {
    {"reps", 0, "N", "how many executions are measured (default: 10)",
     offsetof(struct bench, reps)},
    {"warmup", 0, "N", "how many executions run before those (default: 1)",
     offsetof(struct bench, warmup)},
    {"keep-history", 0, NULL, "keeps all events in memory, as asl run --history does",
     offsetof(struct bench, keep_history)},
    {"json", 0, NULL, "prints one line of JSON", offsetof(struct bench, as_json)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {WORKFLOW_USES(struct bench, w), {&own, 0}, {NULL, 0}};

const struct option_set cmd_bench_options = {
    .command = "bench",
    .usage = "asl bench DEFINITION [OPTIONS]",
    .about = "Compiles a state machine once, runs it many times in this process, and prints\n"
             "time, CPU time and memory of an execution.",
    .examples = "  asl bench loop.asl.json --limits none --reps 20 --json\n",
    .files = true,
    .uses = uses,
};

int cmd_bench(int argc, char **argv)
{
    struct bench b = {0};
    int64_t warmup = 1;
    const struct option_set *set = &cmd_bench_options;
    int status;
    int first = options_parse(set, argc, argv, &b, &status);

    if (first < 0)
        return status;
    if (argc - first != 1)
        return cmd_usage("bench", first == argc ? "which definition? Name its file"
                                                : "one definition at a time, please");
    b.count = 10;
    if ((b.reps && !options_number(set, "reps", b.reps, 1, 1000000, &b.count)) ||
        (b.warmup && !options_number(set, "warmup", b.warmup, 0, 1000000, &warmup)))
        return EXIT_USAGE;
    status = workflow_load(&b.w, set, argv[first]);
    if (status == EXIT_GOOD)
        status = bench_run_all(&b, set, warmup);
    workflow_clear(&b.w);
    return status;
}
