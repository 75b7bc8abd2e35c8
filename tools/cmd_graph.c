/*
 * asl graph: a picture of a state machine. What is drawn is asl/drawing's matter; here the
 * definition is found, in a file or at a server, and the words of the command line are turned into
 * what is wanted.
 */

#include "asl/drawing/drawing.h"
#include "asl/eval/model.h"
#include "parsers/base/count.h"
#include "parsers/base/nearest.h"
#include "tools/cmd.h"
#include "tools/graph_marks.h"
#include "tools/machine_file.h"
#include "tools/replace_file.h"
#include "tools/report_text.h"
#include "tools/server_execution.h"
#include "tools/set_options.h"
#include "tools/shown.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

struct graph {
    const char *format, *state, *output, *color, *width, *history, *coverage;
    bool ascii;
    struct set_options set;
    struct placeholders placeholders;
    struct server_execution asked; /* --execution, and what the server says of it */
};

/* ---- which state ---- */

/* Returns the state of --state; NULL after a message. */
static const struct asl_state *graph_state(const asl_machine *m, const char *name)
{
    struct nearest near = {.want = name, .len = strlen(name)};

    for (size_t i = 0; i < m->count; i++) {
        if (json_str_is(m->states[i]->name, name))
            return m->states[i];
        nearest_offer(&near, json_str(m->states[i]->name));
    }
    cmd_fail("graph", "there is no state '%s'%s%s%s", name, near.best ? "; did you mean '" : "",
             near.best ? near.best : "", near.best ? "'?" : "");
    return NULL;
}

/* ---- what is written ---- */

/* Box characters are for who sees UTF-8: by the locale, as for other programs. */
static bool graph_is_ascii(const struct graph *g)
{
    if (g->ascii)
        return true;
    setlocale(LC_CTYPE, "");
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    setlocale(LC_CTYPE, "C");
    return !utf8;
}

static bool graph_columns(const struct graph *g, size_t *columns)
{
    int64_t width = 0;

    *columns = g->output ? 0 : shown_columns(stdout, 0);
    if (g->width && !options_number(&cmd_graph_options, "width", g->width, 0, 100000, &width))
        return false;
    if (g->width)
        *columns = (size_t)width;
    return true;
}

static bool graph_write(const struct graph *g, drawing *d, size_t columns, struct buf *out)
{
    if (strcmp(g->format, "svg") == 0)
        return drawing_write_svg(d, out);
    if (strcmp(g->format, "json") == 0)
        return drawing_write_json(d, out);
    if (strcmp(g->format, "dot") == 0)
        drawing_write_dot(d, out);
    else if (strcmp(g->format, "mermaid") == 0)
        drawing_write_mermaid(d, out);
    else
        drawing_write_text(d, columns, graph_is_ascii(g), out);
    return true;
}

static int graph_put(const struct graph *g, const struct buf *text)
{
    if (!g->output) {
        fwrite(text->data, 1, text->len, stdout);
        return EXIT_GOOD;
    }
    if (replace_file(g->output, text))
        return EXIT_GOOD;
    return cmd_fail("graph", "%s can't be written: %s", g->output, strerror(errno));
}

/* Lays over the picture what became of states. False after a message. */
static bool graph_mark(const struct graph *g, drawing *d, const asl_machine *m)
{
    struct diag why = {0};
    bool good = true;

    if (g->asked.events)
        good = graph_mark_events(d, m, json_ref(g->asked.events), &why);
    else if (g->history)
        good = graph_mark_history(d, m, g->history, &why);
    else if (g->coverage)
        good = graph_mark_coverage(d, m, g->coverage, &why);
    if (!good)
        cmd_fail("graph", "%s", why.text);
    diag_clear(&why);
    return good;
}

static int graph_draw(const struct graph *g, const struct machine_file *f)
{
    const struct asl_state *only = NULL;
    struct buf text = {0};
    size_t columns;

    if (!graph_columns(g, &columns))
        return EXIT_USAGE;
    if (g->state && !(only = graph_state(f->machine, g->state)))
        return EXIT_USAGE;
    drawing *d = drawing_new(f->machine, only);
    drawing_set_title(d, json_str(f->name));
    int status = graph_mark(g, d, f->machine) ? EXIT_GOOD : EXIT_USAGE;
    if (status == EXIT_GOOD && !graph_write(g, d, columns, &text))
        status = cmd_fail("graph",
                          "%s is too large to be drawn, as too many transitions pass too many "
                          "states; --format dot and --format text list them",
                          f->argument);
    if (status == EXIT_GOOD)
        status = graph_put(g, &text);
    drawing_free(d);
    buf_clear(&text);
    return status;
}

/* ---- where the definition is ---- */

/* Asks the server for the execution. What it has accepted is drawn, whatever would be said of it
 * today. False after a message. */
static bool graph_ask(struct graph *g, struct machine_file *f)
{
    struct asl_report report = {0};

    g->asked.command = "graph";
    if (!server_execution_read(&g->asked, &cmd_graph_options))
        return false;
    const json *text = g->asked.definition;
    f->argument = json_str(g->asked.name);
    f->name = json_ref(g->asked.name);
    f->machine = asl_compile_stored(json_str(text), json_str_len(text), &report);
    if (!f->machine)
        report_print(stderr, f->argument, json_str(text), json_str_len(text), &report,
                     colour_wanted(stderr, f->color));
    asl_report_clear(&report);
    return f->machine != NULL;
}

/* Finds the definition. False after a message. */
static bool graph_find(struct graph *g, struct machine_file *f)
{
    if (g->asked.arn)
        return graph_ask(g, f);
    return set_options_read(&g->set, &cmd_graph_options, &g->placeholders) && machine_file_load(f);
}

/* ---- the command line ---- */

static const struct option_row rows[] = {
    {"format", 'f', "text|svg|dot|mermaid|json",
     "what is written (default: by the name of --output, else text)",
     offsetof(struct graph, format)},
    {"output", 'o', "FILE", "the file that the picture goes to (default: stdout)",
     offsetof(struct graph, output)},
    {"state", 0, "NAME", "draws this state only, with what is inside of it",
     offsetof(struct graph, state)},
    {"history", 0, "FILE",
     "shows what became of each state in an execution: what asl run\n--history or "
     "GetExecutionHistory gave",
     offsetof(struct graph, history)},
    {"coverage", 0, "FILE",
     "shows how often cases passed states and ways: what asl test\n--coverage --format json gave",
     offsetof(struct graph, coverage)},
    {"execution", 0, "ARN",
     "asks a server for an execution, and draws the definition that it\nruns and what became of "
     "each state",
     offsetof(struct graph, asked.arn)},
    {"endpoint", 0, "URL",
     "the server: of asl serve, of an emulator, or aws for AWS (also\nAWS_ENDPOINT_URL_SFN, "
     "AWS_ENDPOINT_URL; default:\n" SERVER_EXECUTION_ENDPOINT ")",
     offsetof(struct graph, asked.endpoint)},
    {"width", 0, "COLUMNS",
     "how wide text may be, 0: as wide as it takes (default: the\nterminal's width)",
     offsetof(struct graph, width)},
    {"ascii", 0, NULL, "draws text without box characters", offsetof(struct graph, ascii)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {{&own, 0},
                                         {&set_group, offsetof(struct graph, set)},
                                         {&colour_group, offsetof(struct graph, color)},
                                         {NULL, 0}};

const struct option_set cmd_graph_options = {
    .command = "graph",
    .usage = "asl graph DEFINITION [OPTIONS]",
    .about = "Draws a state machine: as text for a terminal, as SVG for browsers, in DOT for\n"
             "Graphviz, as a flowchart of Mermaid, or as JSON with all places. DEFINITION is a\n"
             "file, - or TEMPLATE#MACHINE, as for asl run; --execution needs none.\n"
             "Exit status 0: drawn, 2: the definition can't be read or is invalid.",
    .examples = "  asl graph order.asl.json\n"
                "  asl graph order.asl.json -o order.svg\n"
                "  asl graph order.asl.json --history history.json -o run.svg\n"
                "  asl graph template.yaml#Orders --format mermaid\n"
                "  asl graph --execution "
                "arn:aws:states:us-east-1:123456789012:execution:order:1\n",
    .files = true,
    .uses = uses,
};

/* Finds the format that the name of a file tells. False after a message: it is one of a picture
 * that others make of ours. */
static bool graph_format(struct graph *g)
{
    static const struct {
        const char *ending, *format; /* NULL: none of ours */
    } endings[] = {{".svg", "svg"},   {".dot", "dot"},  {".gv", "dot"}, {".mmd", "mermaid"},
                   {".json", "json"}, {".txt", "text"}, {".png", NULL}, {".pdf", NULL},
                   {".jpg", NULL},    {".jpeg", NULL}};
    const char *dot = g->output ? strrchr(g->output, '.') : NULL;

    if (g->format)
        return true;
    g->format = "text";
    for (size_t i = 0; dot && i < COUNT(endings); i++)
        if (strcmp(dot, endings[i].ending) == 0)
            g->format = endings[i].format;
    if (!g->format)
        cmd_usage("graph", "%s is not written: -o FILE.svg is, and rsvg-convert makes %s of that",
                  dot, dot);
    return g->format != NULL;
}

/* Checks that options and files say one thing. False after a message. */
static bool graph_is_clear(const struct graph *g, int files)
{
    const char *wrong = NULL;

    if (g->asked.arn && files)
        wrong = "either a definition or --execution, which has its own from the server";
    else if (!g->asked.arn && files != 1)
        wrong = files ? "one definition at a time, please" : "which definition? Name its file";
    else if (g->asked.endpoint && !g->asked.arn)
        wrong = "--endpoint says where --execution is looked for, which is not given";
    else if (!!g->history + !!g->coverage + !!g->asked.arn > 1)
        wrong = "one of --history, --coverage and --execution";
    if (wrong)
        cmd_usage("graph", "%s", wrong);
    return !wrong;
}

int cmd_graph(int argc, char **argv)
{
    struct graph g = {0};
    int status;
    int first = options_parse(&cmd_graph_options, argc, argv, &g, &status);
    struct machine_file file = {
        .command = "graph", .purpose = "drawn", .given = &g.placeholders, .quiet = true};

    if (first < 0)
        return status;
    if (!graph_is_clear(&g, argc - first))
        return EXIT_USAGE;
    const char *const read[] = {argv[first], g.history, g.coverage};
    if (!cmd_stdin_once("graph", read, 3))
        return EXIT_USAGE;
    if (!graph_format(&g))
        return EXIT_USAGE;
    file.argument = argv[first];
    file.color = g.color;
    status = EXIT_USAGE;
    if (graph_find(&g, &file))
        status = graph_draw(&g, &file);
    machine_file_clear(&file);
    server_execution_clear(&g.asked);
    placeholders_clear(&g.placeholders);
    return status;
}
