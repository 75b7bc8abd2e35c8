/*
 * asl eval: one expression on one input, or with --batch one of each in a line of JSON. A language
 * is a row of the table below: its option, what a line of the batch has to contain, and the
 * function that compiles and evaluates.
 */

#include "tools/cmd.h"
#include "tools/eval.h"
#include "tools/input.h"

#include "asl/eval/intrinsic.h"
#include "parsers/base/buf.h"
#include "parsers/json/json.h"
#include "parsers/jsonpath/jsonpath.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { MAX_LINE = 256 * 1024 * 1024 }; /* bytes */

enum { JSONPATH, INTRINSIC, JSONATA, LANGUAGES };

struct language {
    const char *option;
    const char *field;   /* of a --batch line: where the expression is */
    const char *nothing; /* of an answer: what is true when there is no value */
    bool where;          /* the answer to an invalid expression says where it is wrong */
    bool no_data;        /* there may be no input */
    void (*evaluate)(const struct question *q, struct answer *out);
};

/* A path that finds nothing is an answer of its own: --batch tells it from a failure, as a test
 * suite has to. */
static void evaluate_jsonpath(const struct question *q, struct answer *out)
{
    jsonpath *p = jsonpath_compile(q->text, q->len, &out->why);

    if (!p) {
        out->kind = ANSWER_INVALID;
        return;
    }
    out->result = jsonpath_get(p, q->data, NULL, &out->why);
    if (!out->result)
        out->kind = out->why.code == JSONPATH_NOT_FOUND ? ANSWER_NOTHING : ANSWER_FAILED;
    jsonpath_free(p);
}

static const json *eval_context_of(void *user)
{
    const struct question *q = user;

    return q->context ? q->context : json_empty_object();
}

/* Variables are assigned by states, and there is none here. */
static const json *no_variable(void *user, const json *name)
{
    (void)user;
    (void)name;
    return NULL;
}

/* The environment asks for the context by a function, so the question is passed as its user. */
static void evaluate_intrinsic(const struct question *q, struct answer *out)
{
    struct arena arena = {0};
    struct question mine = *q;
    const asl_intrinsic *call = asl_intrinsic_compile(&arena, q->text, q->len, &out->why);

    if (!call) {
        out->kind = ANSWER_INVALID;
    } else {
        out->result = asl_intrinsic_eval(call,
                                         &(struct asl_env){.input = q->data,
                                                           .context = eval_context_of,
                                                           .variable = no_variable,
                                                           .user = &mine,
                                                           .chance = q->chance},
                                         &out->error);
        out->kind = out->result ? ANSWER_RESULT : ANSWER_FAILED;
    }
    arena_clear(&arena);
}

static const struct language languages[LANGUAGES] = {
    [JSONPATH] = {"--jsonpath", "path", "notFound", false, false, evaluate_jsonpath},
    [INTRINSIC] = {"--intrinsic", "expr", NULL, true, false, evaluate_intrinsic},
    [JSONATA] = {"--jsonata", "expr", "undefined", false, true, eval_jsonata},
};

/* What the command line says. */
struct eval {
    bool wanted[LANGUAGES];
    bool batch, list_functions;
    const char *input, *context, *dialect;
};

static void clear_answer(struct answer *a)
{
    json_unref(a->result);
    json_unref(a->fault);
    asl_error_clear(&a->error);
    diag_clear(&a->why);
}

/* ---- --batch ---- */

/*
 * Reads a line without its end. False at the end of the input. One that is too long is read to its
 * end and comes out cut, which makes it no JSON.
 */
static bool read_line(FILE *from, struct buf *line)
{
    int c;
    bool any = false;

    buf_reset(line);
    while ((c = getc(from)) != EOF && c != '\n') {
        any = true;
        if (line->len < MAX_LINE)
            buf_addc(line, (char)c);
    }
    return any || c == '\n';
}

/* Each line of --batch is answered by one line, whatever happens: whoever drives it counts on
 * that. */
static void put_answer(struct json_build *out, const struct language *l, const struct answer *a)
{
    const char *text = a->why.text ? a->why.text : "";

    if (a->fault) {
        json_build_set(out, "error", json_ref(a->fault));
        return;
    }
    switch (a->kind) {
    case ANSWER_RESULT: json_build_set(out, "result", json_ref(a->result)); break;
    case ANSWER_NOTHING:
        json_build_set(out, l->nothing, json_bool(true));
        json_build_set(out, "message", json_cstring(text));
        break;
    case ANSWER_FAILED:
        json_build_set(out, "error", a->error.name ? json_ref(a->error.name) : json_cstring(text));
        if (a->error.cause)
            json_build_set(out, "message", json_ref(a->error.cause));
        break;
    case ANSWER_INVALID:
        json_build_set(out, "error", json_cstring(text));
        if (l->where)
            json_build_set(out, "at", json_int((int64_t)a->why.at));
        break;
    }
}

/* Returns what is wrong with a line of --batch, or NULL. These texts are answers, too. */
static const char *fault_of(const struct language *l, const json *request)
{
    static const char *const no_expression = "The line has no expression";

    if (!json_is_object(request))
        return "The line is not an object";
    if (!json_get(request, l->field) || !json_is_string(json_get(request, l->field)))
        return no_expression;
    if (json_get(request, "context") && !json_is_object(json_get(request, "context")))
        return "The context is not an object";
    return json_get(request, "data") || l->no_data ? NULL : "The line has no data";
}

static void answer_request(struct json_build *out, const struct eval *e, const struct language *l,
                           struct asl_chance *chance, const json *request)
{
    const char *fault = fault_of(l, request);
    const json *text = json_get(request, l->field);
    const json *id = json_get(request, "id");
    struct answer a = {0};

    if (id)
        json_build_set(out, "id", json_ref(id));
    if (fault) {
        json_build_set(out, "error", json_cstring(fault));
        return;
    }
    l->evaluate(&(struct question){.text = json_str(text),
                                   .len = json_str_len(text),
                                   .data = json_get(request, "data"),
                                   .context = json_get(request, "context"),
                                   .request = request,
                                   .dialect = e->dialect,
                                   .chance = chance},
                &a);
    put_answer(out, l, &a);
    clear_answer(&a);
}

static void answer_line(const struct eval *e, const struct language *l, struct asl_chance *chance,
                        const struct buf *line)
{
    struct diag why = {0};
    struct buf text = {0};
    struct json_build out;
    json *request = json_parse(line->data, line->len, JSON_READ_SURROGATES, &why);
    json *reply;

    json_build_object(&out, 3);
    if (request)
        answer_request(&out, e, l, chance, request);
    else
        json_build_set(&out, "error", json_cstring(why.text));
    reply = json_build_done(&out);
    json_write(&text, reply);
    buf_addc(&text, '\n');
    fwrite(text.data, 1, text.len, stdout);
    /* The driver may wait for this answer before it sends the next line. */
    fflush(stdout);
    json_unref(reply);
    json_unref(request);
    buf_clear(&text);
    diag_clear(&why);
}

static int run_batch(const struct eval *e, const struct language *l, struct asl_chance *chance)
{
    struct buf line = {0};

    while (!ferror(stdout) && read_line(stdin, &line))
        answer_line(e, l, chance, &line);
    buf_clear(&line);
    return EXIT_GOOD;
}

/* ---- one expression ---- */

static void print_result(const json *v)
{
    struct buf text = {0};

    if (isatty(STDOUT_FILENO))
        json_write_pretty(&text, v);
    else
        json_write(&text, v);
    fwrite(text.data, 1, text.len, stdout);
    putchar('\n');
    buf_clear(&text);
}

static void print_refusal(const struct answer *a)
{
    if (a->error.name)
        fprintf(stderr, "asl eval: %s: %s\n", json_str(a->error.name),
                a->error.cause ? json_str(a->error.cause) : "");
    else
        fprintf(stderr, "asl eval: %s\n", a->why.text);
}

/* No value, and a failure on this input, are a no (1); an expression that isn't one is bad usage
 * (2), with a caret below its mistake. */
static int evaluate_one(const struct language *l, const struct question *q)
{
    struct answer a = {0};
    int status = EXIT_BAD;

    l->evaluate(q, &a);
    if (a.kind == ANSWER_RESULT) {
        print_result(a.result);
        status = EXIT_GOOD;
    } else {
        print_refusal(&a);
    }
    if (a.kind == ANSWER_INVALID) {
        cmd_point_at(q->text, q->len, a.why.at);
        status = EXIT_USAGE;
    }
    clear_answer(&a);
    return status;
}

static int run_one(const struct eval *e, const struct language *l, struct asl_chance *chance,
                   const char *expression)
{
    struct input in = {.command = "eval", .what = "the input", .given = e->input ? e->input : "{}"};
    json *data = NULL, *context = NULL;
    int status = EXIT_USAGE;

    if (!cmd_stdin_once("eval", (const char *[]){e->input, e->context}, 2) || !input_read(&in))
        goto out;
    status = EXIT_BAD;
    if (!(data = input_parse(&in, JSON_READ_SURROGATES)))
        goto out;
    status = EXIT_USAGE;
    if (e->context &&
        !(context = input_json("eval", "--context", e->context, JSON_READ_SURROGATES)))
        goto out;
    if (context && !json_is_object(context)) {
        cmd_usage("eval", "--context takes a JSON object");
        goto out;
    }
    status = evaluate_one(l, &(struct question){.text = expression,
                                                .len = strlen(expression),
                                                .data = data,
                                                .context = context,
                                                .dialect = e->dialect,
                                                .chance = chance});
out:
    json_unref(data);
    json_unref(context);
    input_clear(&in);
    return status;
}

/* ---- the command line ---- */

static const struct option_row rows[] = {
    {"jsonpath", 0, NULL, "EXPRESSION is a JSONPath, as Step Functions reads it",
     offsetof(struct eval, wanted[JSONPATH])},
    {"intrinsic", 0, NULL,
     "EXPRESSION is a call of an intrinsic function:\n"
     "\"States.Format('{}', $.a)\"",
     offsetof(struct eval, wanted[INTRINSIC])},
    {"jsonata", 0, NULL, "EXPRESSION is JSONata", offsetof(struct eval, wanted[JSONATA])},
    {"dialect", 0, "aws|reference",
     "which JSONata: that of Step Functions (2.0.6 with its additions;\n"
     "default), or the current one (2.2)",
     offsetof(struct eval, dialect)},
    {"input", 'i', "JSON|@FILE|-",
     "the input; @FILE reads a file, - reads standard input\n"
     "(default: {})",
     offsetof(struct eval, input)},
    {"context", 0, "JSON|@FILE|-", "the context object $$ of an intrinsic function",
     offsetof(struct eval, context)},
    {"batch", 0, NULL,
     "reads a JSON object from each line and answers with one:\n"
     "--jsonpath: {\"id\", \"path\", \"data\"} with {\"id\", \"result\"},\n"
     "{\"id\", \"notFound\", \"message\"} or {\"id\", \"error\"}\n"
     "--intrinsic: {\"id\", \"expr\", \"data\"[, \"context\"]} with\n"
     "{\"id\", \"result\"}, {\"id\", \"error\", \"message\"} or,\n"
     "where it is no call, {\"id\", \"error\", \"at\"}\n"
     "--jsonata: {\"id\", \"expr\"[, \"data\", \"bindings\", \"timelimit\",\n"
     "\"depth\"]} with {\"id\", \"result\"}, {\"id\", \"undefined\"} or\n"
     "{\"id\", \"error\": {\"code\", \"message\", \"token\"}}",
     offsetof(struct eval, batch)},
    {"list-functions", 0, NULL, "prints the intrinsic functions; with --jsonata, those of JSONata",
     offsetof(struct eval, list_functions)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {{&own, 0}, {NULL, 0}};

const struct option_set cmd_eval_options = {
    .command = "eval",
    .usage = "asl eval LANGUAGE EXPRESSION [-i JSON|@FILE|-]\n"
             "       asl eval LANGUAGE --batch\n"
             "       asl eval [--jsonata] --list-functions",
    .about = "Evaluates one expression and prints the result as JSON. LANGUAGE is --jsonpath,\n"
             "--intrinsic or --jsonata. Exit status: 0 there is a result, 1 the input has none,\n"
             "or is no JSON, 2 the expression or the usage is wrong.",
    .examples = "  asl eval --jsonpath '$.orders[?(@.total > 100)].id' -i @orders.json\n"
                "  asl eval --intrinsic \"States.Format('Hello, {}!', $.name)\" "
                "-i '{\"name\": \"Ada\"}'\n"
                "  asl eval --jsonata '$sum(orders.total)' -i @orders.json\n",
    .uses = uses,
};

/* Returns the one language that the options name. NULL after a message: there is none, or two. */
static const struct language *eval_language_of(const struct eval *e)
{
    const struct language *found = NULL;

    for (size_t i = 0; i < LANGUAGES; i++) {
        if (!e->wanted[i])
            continue;
        if (found) {
            cmd_usage("eval", "%s and %s exclude each other", found->option, languages[i].option);
            return NULL;
        }
        found = &languages[i];
    }
    if (!found)
        cmd_usage("eval", "which language? For example %s", languages[0].option);
    return found;
}

int cmd_eval(int argc, char **argv)
{
    struct eval e = {0};
    struct asl_chance chance;
    int status;
    int first = options_parse(&cmd_eval_options, argc, argv, &e, &status);

    if (first < 0)
        return status;
    if (e.list_functions && e.wanted[JSONATA]) {
        eval_jsonata_list(e.dialect);
        return EXIT_GOOD;
    }
    if (e.list_functions) {
        struct buf text = {0};
        asl_intrinsic_list(&text);
        fputs(buf_str(&text), stdout);
        buf_clear(&text);
        return EXIT_GOOD;
    }
    const struct language *l = eval_language_of(&e);
    if (!l)
        return EXIT_USAGE;
    if (e.batch && (first < argc || e.input || e.context))
        return cmd_usage("eval", "--batch takes expressions and inputs from standard input");
    if (e.context && !e.wanted[INTRINSIC])
        return cmd_usage("eval", "--context goes with --intrinsic");
    if (!e.batch && first == argc)
        return cmd_usage("eval", "the expression is missing");
    if (argc - first > 1)
        return cmd_usage("eval", "one expression is enough: '%s'", argv[first + 1]);
    if (getrandom(&chance.state, sizeof chance.state, 0) != sizeof chance.state)
        return cmd_fail("eval", "the system has no random number");
    return e.batch ? run_batch(&e, l, &chance) : run_one(&e, l, &chance, argv[first]);
}
