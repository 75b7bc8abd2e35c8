/*
 * asl run: one execution in this process. The output alone goes to stdout, so that it can be piped
 * on; progress, what handlers write, and errors go to stderr.
 */

#include "parsers/base/buf.h"
#include "tools/cmd.h"
#include "tools/progress.h"
#include "tools/recording.h"
#include "tools/shown.h"
#include "tools/workflow.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct run {
    struct workflow w;
    const char *timeout, *record, *definition;
    bool history, quiet;
    progress *progress;
    struct buf way;       /* of what is shown now */
    recording *recording; /* of --record; NULL: none */
    host *host;
};

/* Adds the items of Maps that an execution of a Map Run is for, from the outermost on: "Folders[0]/
 * Files[2]/". Nested as deep as the definition. */
static void add_way(struct buf *out, const engine *e, uint64_t execution)
{
    struct rt_place at;
    uint64_t parent;

    if (!engine_child_place(e, execution, &at))
        return;
    if (engine_parent(e, execution, &parent))
        add_way(out, e, parent);
    shown_add(out, json_str(at.state->name), json_str_len(at.state->name));
    buf_printf(out, "[%u]/", (unsigned)at.index);
}

/* Called after each turn for all executions of the engine: those of Map Runs come here as well. */
static void run_happened(void *user, uint64_t execution, const rt_exec *x,
                         const struct rt_events *events)
{
    struct run *r = user;

    if (r->progress) {
        buf_reset(&r->way);
        add_way(&r->way, host_engine(r->host), execution);
        progress_events(r->progress, execution, x, buf_str(&r->way), events);
    }
    if (r->recording)
        recording_events(r->recording, host_engine(r->host), execution, x, events);
}

static void run_log_line(void *user, const char *execution, const char *line)
{
    const struct run *r = user;

    (void)execution;
    if (r->progress)
        progress_note(r->progress, line);
    else
        fprintf(stderr, "%s\n", line);
}

/* ---- the answer ---- */

struct history_out {
    const rt_exec *x;
    struct buf text;
    bool any;
};

/* Events without an id are private: AWS has none of them in a history. */
static bool print_event(void *user, const struct rt_event *e)
{
    struct history_out *h = user;

    if (!e->id)
        return true;
    json *v = rt_event_json(h->x, e);
    buf_reset(&h->text);
    json_write(&h->text, v);
    json_unref(v);
    fputs(h->any ? ",\n  " : "\n  ", stdout);
    fwrite(h->text.data, 1, h->text.len, stdout);
    h->any = true;
    return true;
}

/* Events are printed as they are read, as a history may be larger than what one would hold in
 * memory twice. */
static void print_history(store *s, uint64_t execution, const rt_exec *x)
{
    struct history_out h = {.x = x};

    fputs("{\"events\": [", stdout);
    store_read(s, execution, 0, print_event, &h, NULL);
    fputs("\n]}\n", stdout);
    buf_clear(&h.text);
}

/* Indented for people; in one line for what reads it through a pipe. */
static void print_output(const json *output)
{
    struct buf text = {0};

    if (isatty(STDOUT_FILENO))
        json_write_pretty(&text, output);
    else
        json_write(&text, output);
    buf_addc(&text, '\n');
    fwrite(text.data, 1, text.len, stdout);
    buf_clear(&text);
}

/* What the failure says, whole, where the progress shows only its beginning. */
static void print_error(const rt_exec *x)
{
    const struct asl_error *e = rt_exec_error(x);

    struct buf text = {0};

    if (e->name) {
        buf_adds(&text, "  error: ");
        shown_add(&text, json_str(e->name), json_str_len(e->name));
        buf_addc(&text, '\n');
    }
    if (e->cause && json_str_len(e->cause)) {
        buf_adds(&text, "  cause: ");
        shown_add_lines(&text, json_str(e->cause), json_str_len(e->cause));
        buf_addc(&text, '\n');
    }
    fprintf(stderr, "asl run: the execution ended %s\n%s", rt_status_name(rt_exec_status(x)),
            buf_str(&text));
    buf_clear(&text);
}

static int run_answer(const struct run *r, store *s, uint64_t execution, const rt_exec *x)
{
    bool good = rt_exec_status(x) == RT_SUCCEEDED;

    if (r->progress)
        progress_end(r->progress, x);
    if (r->history)
        print_history(s, execution, x);
    else if (good)
        print_output(rt_exec_output(x));
    if (!good)
        print_error(x);
    return good ? EXIT_GOOD : EXIT_BAD;
}

/* ---- running ---- */

static int run_it(struct run *r, const struct option_set *set, int64_t limit_ms)
{
    struct host_options options = {.user = r, .happened = run_happened};
    struct rt_config config = workflow_config(&r->w);
    struct diag why = {0};
    /* Only --history needs a store. Without one, events are forgotten once they have happened. */
    store *s = r->history ? store_memory_new() : NULL;
    int status = EXIT_USAGE;

    /* A history, or a suite, is to be as AWS's. */
    config.fails_early = !r->history && !r->record;

    workflow_host_options(&r->w, &options);
    options.handlers.log = run_log_line;
    options.handlers.no_output = r->quiet;
    options.handlers.log_user = r;
    options.handlers.no_tokens = true;
    host *h = r->host = host_new(s, &options, &why);
    if (!h) {
        cmd_fail("run", "%s", why.text);
        goto out;
    }
    if (!workflow_handlers(&r->w, set, h))
        goto out;
    uint64_t execution = engine_start(host_engine(h), r->w.file.machine, &config, r->w.value, NULL);
    if (!r->quiet)
        r->progress = progress_new(stderr, execution, r->w.color);
    enum host_end end = host_run(h, execution, limit_ms, &why);
    host_stop_jobs(h);
    const rt_exec *x = engine_execution(host_engine(h), execution);
    switch (end) {
    case HOST_DONE:
    case HOST_TIMED_OUT: status = run_answer(r, s, execution, x); break;
    /* The execution was aborted by the first Ctrl-C, and has an end like any other. */
    case HOST_INTERRUPTED:
        status = run_answer(r, s, execution, x);
        /* As shells have it: a script sees that the user wanted to end it all. */
        if (host_signal(h) == SIGINT)
            status = EXIT_INTERRUPTED;
        break;
    case HOST_STUCK:
        fprintf(stderr, "asl run: the execution waits for something that nothing here will "
                        "bring\n");
        status = EXIT_BAD;
        break;
    case HOST_FAILED: fprintf(stderr, "asl run: %s\n", why.text); break;
    }
    if (r->recording && !recording_write(r->recording, &r->w, h, r->definition, r->record) &&
        status != EXIT_INTERRUPTED)
        status = EXIT_USAGE;
out:
    /* What is cut off may still have something to say. */
    host_free(h);
    progress_free(r->progress);
    buf_clear(&r->way);
    store_free(s);
    diag_clear(&why);
    return status;
}

/* ---- the command line ---- */

static const struct option_row rows[] = {
    {"history", 0, NULL,
     "prints the events, as GetExecutionHistory gives them, instead of\n"
     "the output",
     offsetof(struct run, history)},
    {"record", 0, "FILE",
     "makes a suite of the run, with the answers that came as mocks,\nwhich asl test plays",
     offsetof(struct run, record)},
    {"quiet", 'q', NULL, "prints no progress and no output of handlers; warnings\nstay",
     offsetof(struct run, quiet)},
    {"timeout", 0, "SECONDS", "stops the execution after that much real time",
     offsetof(struct run, timeout)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {WORKFLOW_USES(struct run, w), {&own, 0}, {NULL, 0}};

const struct option_set cmd_run_options = {
    .command = "run",
    .usage = "asl run DEFINITION [OPTIONS]",
    .about = "Runs a state machine once and prints its output on stdout; progress goes to\n"
             "stderr. DEFINITION is a file, - for standard input, or a state machine of a\n"
             "template, TEMPLATE#MACHINE: of SAM, CloudFormation, the CDK, serverless.yml or\n"
             "Terraform's JSON. Exit status: 0 it succeeded, 1 it failed, 2 it could not run,\n"
             "130 Ctrl-C ended it.",
    .examples = "  asl run order.asl.json -i '{\"id\": 7}' --handlers handlers.json\n"
                "  asl run order.asl.json -i @order.json --clock virtual --history\n"
                "  asl run template.yaml#Orders --set Table=orders --handlers handlers.json\n",
    .files = true,
    .uses = uses,
};

int cmd_run(int argc, char **argv)
{
    struct run r = {0};
    int64_t limit_s = 0;
    const struct option_set *set = &cmd_run_options;
    int status;
    int first = options_parse(set, argc, argv, &r, &status);

    if (first < 0)
        return status;
    if (argc - first != 1)
        return cmd_usage("run", first == argc ? "which definition? Name its file"
                                              : "one definition at a time, please");
    if (r.timeout && !options_number(set, "timeout", r.timeout, 1, 31622400, &limit_s))
        return EXIT_USAGE;
    if (r.record && strcmp(argv[first], "-") == 0)
        return cmd_usage("run", "--record needs a definition that the suite can name: a file");
    r.definition = argv[first];
    r.recording = r.record ? recording_new() : NULL;
    r.w.silent = r.quiet;
    status = workflow_load(&r.w, set, argv[first]);
    if (status == EXIT_GOOD && r.record && !recording_may_begin(&r.w, r.record))
        status = EXIT_USAGE;
    if (status == EXIT_GOOD)
        status = run_it(&r, set, 1000 * limit_s);
    workflow_clear(&r.w);
    recording_free(r.recording);
    return status;
}
