#include "tools/cmd.h"

#include "parsers/buf.h"
#include "parsers/document.h"
#include "parsers/json.h"
#include "parsers/jsonpath.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * asl eval: one expression on one input, or, with --batch, a line of JSON for each. A language is a
 * row of the table below and a function that compiles and evaluates.
 */

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
    MAX_INPUT = 256 * 1024 * 1024, /* bytes of a document or of a line */
};

/* What came of an expression. */
struct answer {
    enum {
        ANSWER_RESULT,
        ANSWER_NOTHING, /* there is no value; `why` says so */
        ANSWER_FAILED,  /* it cannot be evaluated on this input */
        ANSWER_INVALID, /* it is no expression; why.at is where */
    } kind;
    json *result;
    struct diag why;
};

struct question {
    const char *text;
    size_t len;
    const json *data;
    const json *request; /* of --batch: the whole line; else NULL */
};

struct language {
    const char *option;
    const char *name;    /* for people */
    const char *field;   /* of a --batch line: where the expression is */
    const char *nothing; /* of an answer: what is true when there is no value */
    void (*evaluate)(const struct question *q, struct answer *out);
};

static void evaluate_jsonpath(const struct question *q, struct answer *out)
{
    jsonpath *p = jsonpath_compile(q->text, q->len, &out->why);

    if (!p) {
        out->kind = ANSWER_INVALID;
        return;
    }
    out->result = jsonpath_get(p, q->data, &out->why);
    if (!out->result)
        out->kind = out->why.code == JSONPATH_NOT_FOUND ? ANSWER_NOTHING : ANSWER_FAILED;
    jsonpath_free(p);
}

static const struct language languages[] = {
    {"--jsonpath", "JSONPath", "path", "notFound", evaluate_jsonpath},
};

static void clear_answer(struct answer *a)
{
    json_unref(a->result);
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
        if (line->len < MAX_INPUT)
            buf_addc(line, (char)c);
    }
    return any || c == '\n';
}

static void put_answer(struct json_build *out, const struct language *l, const struct answer *a)
{
    const char *text = a->why.text ? a->why.text : "";

    switch (a->kind) {
    case ANSWER_RESULT: json_build_set(out, "result", json_ref(a->result)); break;
    case ANSWER_NOTHING:
        json_build_set(out, l->nothing, json_bool(true));
        json_build_set(out, "message", json_cstring(text));
        break;
    case ANSWER_FAILED:
    case ANSWER_INVALID: json_build_set(out, "error", json_cstring(text)); break;
    }
}

/* What is wrong with a line of --batch, or NULL. */
static const char *fault_of(const struct language *l, const json *request)
{
    static const char *const no_expression = "The line has no expression";

    if (!json_is_object(request))
        return "The line is not an object";
    if (!json_get(request, l->field) || !json_is_string(json_get(request, l->field)))
        return no_expression;
    return json_get(request, "data") ? NULL : "The line has no data";
}

static void answer_request(struct json_build *out, const struct language *l, const json *request)
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
    l->evaluate(
        &(struct question){json_str(text), json_str_len(text), json_get(request, "data"), request},
        &a);
    put_answer(out, l, &a);
    clear_answer(&a);
}

static void answer_line(const struct language *l, const struct buf *line)
{
    struct diag why = {0};
    struct buf text = {0};
    struct json_build out;
    json *request = json_parse(line->data, line->len, JSON_READ_SURROGATES, &why);
    json *reply;

    json_build_object(&out, 3);
    if (request)
        answer_request(&out, l, request);
    else
        json_build_set(&out, "error", json_cstring(why.text));
    reply = json_build_done(&out);
    json_write(&text, reply);
    buf_addc(&text, '\n');
    fwrite(text.data, 1, text.len, stdout);
    fflush(stdout);
    json_unref(reply);
    json_unref(request);
    buf_clear(&text);
    diag_clear(&why);
}

static int run_batch(const struct language *l)
{
    struct buf line = {0};

    while (!ferror(stdout) && read_line(stdin, &line))
        answer_line(l, &line);
    buf_clear(&line);
    return EXIT_GOOD;
}

/* ---- one expression ---- */

/* JSON itself, @FILE (JSON or YAML), or - for JSON on standard input. Sets the exit status when it
 * fails. */
static json *read_input(const char *input, int *status)
{
    struct buf text = {0};
    struct diag why = {0};
    json *v = NULL;
    const char *path = strcmp(input, "-") == 0 ? "-" : input + 1;
    enum document_format format = DOCUMENT_JSON;

    if (input[0] != '@' && strcmp(input, "-") != 0) {
        buf_adds(&text, input);
    } else if (!buf_read_file(&text, path, MAX_INPUT, &why)) {
        fprintf(stderr, "asl eval: %s\n", why.text);
        *status = EXIT_USAGE;
        goto out;
    }
    if (input[0] == '@')
        format = document_format(path, text.data, text.len);
    v = document_parse(format, text.data, text.len, JSON_READ_SURROGATES, NULL, NULL, &why);
    if (!v) {
        fprintf(stderr, "asl eval: the input is not %s: %s (line %u, column %u)\n",
                document_format_name(format), why.text, why.place.line, why.place.column);
        *status = EXIT_BAD;
    }
out:
    buf_clear(&text);
    diag_clear(&why);
    return v;
}

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

static int run_one(const struct language *l, const char *expression, const char *input)
{
    struct answer a = {0};
    int status = EXIT_BAD;
    json *data = read_input(input, &status);

    if (!data)
        return status;
    l->evaluate(&(struct question){expression, strlen(expression), data, NULL}, &a);
    if (a.kind == ANSWER_RESULT) {
        print_result(a.result);
        status = EXIT_GOOD;
    } else {
        fprintf(stderr, "asl eval: %s\n", a.why.text);
    }
    if (a.kind == ANSWER_INVALID) {
        cmd_point_at(expression, strlen(expression), a.why.at);
        status = EXIT_USAGE;
    }
    json_unref(data);
    clear_answer(&a);
    return status;
}

/* ---- the command line ---- */

struct options {
    const struct language *language;
    const char *expression, *input;
    bool batch, help;
};

static int print_help(void)
{
    puts("usage: asl eval LANGUAGE EXPRESSION [-i JSON|@FILE|-]\n"
         "       asl eval LANGUAGE --batch\n\n"
         "Evaluates one expression and prints the result as JSON.\n\n"
         "languages:");
    for (size_t i = 0; i < COUNT(languages); i++)
        printf("  %-14s %s as Step Functions has it\n", languages[i].option, languages[i].name);
    puts("\noptions:\n"
         "  -i, --input    the input: JSON, @FILE, or - for standard input (default {})\n"
         "  --batch        read a JSON object a line, {\"id\", \"path\", \"data\"}, and answer "
         "each\n"
         "                 with {\"id\", \"result\"}, {\"id\", \"notFound\", \"message\"} or\n"
         "                 {\"id\", \"error\"}\n"
         "  --help         this text\n\n"
         "exit status: 0 there is a result, 1 the input has none or is no JSON,\n"
         "             2 the expression is invalid, or the usage");
    return EXIT_GOOD;
}

static const struct language *find_language(const char *option)
{
    for (size_t i = 0; i < COUNT(languages); i++)
        if (strcmp(option, languages[i].option) == 0)
            return &languages[i];
    return NULL;
}

static int unknown_option(const char *word)
{
    const char *all[COUNT(languages) + 3] = {"--batch", "--input", "--help"};
    const char *nearest;

    for (size_t i = 0; i < COUNT(languages); i++)
        all[3 + i] = languages[i].option;
    nearest = cmd_nearest(word, all, COUNT(all), sizeof all[0]);
    return nearest ? cmd_usage("eval", "there is no option '%s'; did you mean '%s'?", word, nearest)
                   : cmd_usage("eval", "there is no option '%s'", word);
}

/* 0, or the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
    bool only_words = false;

    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        const struct language *l = only_words ? NULL : find_language(arg);
        if (l) {
            if (o->language)
                return cmd_usage("eval", "%s and %s exclude each other", o->language->option, arg);
            o->language = l;
        } else if (only_words || arg[0] != '-' || arg[1] == '\0') {
            if (o->expression)
                return cmd_usage("eval", "one expression is enough: '%s'", arg);
            o->expression = arg;
        } else if (strcmp(arg, "--") == 0) {
            only_words = true;
        } else if (strcmp(arg, "--batch") == 0) {
            o->batch = true;
        } else if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
            o->help = true;
        } else if (strcmp(arg, "-i") == 0 || strcmp(arg, "--input") == 0) {
            if (++i == argc)
                return cmd_usage("eval", "%s wants an input", arg);
            o->input = argv[i];
        } else {
            return unknown_option(arg);
        }
    }
    return 0;
}

int cmd_eval(int argc, char **argv)
{
    struct options o = {0};
    int status = read_options(argc, argv, &o);

    if (status)
        return status;
    if (o.help)
        return print_help();
    if (!o.language)
        return cmd_usage("eval", "which language? For example %s", languages[0].option);
    if (o.batch && (o.expression || o.input))
        return cmd_usage("eval", "--batch takes expressions and inputs from standard input");
    if (o.batch)
        return run_batch(o.language);
    if (!o.expression)
        return cmd_usage("eval", "the expression is missing");
    return run_one(o.language, o.expression, o.input ? o.input : "{}");
}
