/* asl validate: everything that is wrong with definitions, before they are deployed or run. */

#include "asl/codes.h"
#include "parsers/buf.h"
#include "parsers/mem.h"
#include "tools/cmd.h"
#include "tools/explain.h"
#include "tools/report_format.h"
#include "tools/report_text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct validate {
    const char *format, *type, *disable, *enable;
    bool werror, pedantic, explain;
    struct asl_codes wanted;
    enum asl_workflow workflow;
    struct report_writer writer;
    size_t errors, warnings;
    bool unread; /* something could not be read */
};

/* ---- one definition ---- */

static void raise_warnings(struct asl_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        report->problems[i].severity = ASL_ERROR;
    report->errors = report->count;
}

static void check_text(struct validate *v, const char *name, const struct buf *text)
{
    struct asl_report report = {0};
    enum document_format format = document_format(name, text->data, text->len);

    asl_lint(text->data, text->len, format, v->workflow, &v->wanted, &report);
    if (v->werror)
        raise_warnings(&report);
    report_writer_file(&v->writer,
                       &(struct report_file){
                           .name = name, .text = text->data, .len = text->len, .report = &report});
    v->errors += report.errors;
    v->warnings += report.count - report.errors;
    asl_report_clear(&report);
}

static bool read_file(struct validate *v, const char *path, struct buf *text)
{
    struct diag why = {0};
    /* One byte over the limit is enough for the loader to see that it is over. */
    bool good = buf_read_file(text, path, (size_t)ASL_MAX_DEFINITION + 1, &why);

    if (!good) {
        fprintf(stderr, "asl validate: %s\n", why.text);
        v->unread = true;
    }
    diag_clear(&why);
    return good;
}

static void check_file(struct validate *v, const char *path)
{
    struct buf text = {0};

    if (read_file(v, path, &text))
        check_text(v, strcmp(path, "-") == 0 ? "<stdin>" : path, &text);
    buf_clear(&text);
}

/* ---- folders ---- */

static bool ends_with(const char *text, const char *tail)
{
    size_t n = strlen(text), k = strlen(tail);

    return n >= k && strcmp(text + n - k, tail) == 0;
}

static bool is_definition_name(const char *name)
{
    return ends_with(name, ".asl.json") || ends_with(name, ".asl.yaml") ||
           ends_with(name, ".asl.yml");
}

/* Other JSON is a definition when it looks like one. */
static void check_if_definition(struct validate *v, const char *path)
{
    struct buf text = {0};
    json *doc = NULL;

    if (!buf_read_file(&text, path, ASL_MAX_DEFINITION, NULL))
        goto out;
    doc = json_parse(text.data, text.len, 0, NULL);
    if (doc && json_get(doc, "StartAt") && json_get(doc, "States"))
        check_text(v, path, &text);
out:
    json_unref(doc);
    buf_clear(&text);
}

/* What is in a folder but no source: what is hidden, and packages. Links are not followed. */
static int is_of_interest(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "node_modules") != 0;
}

/* Below a folder that was named; its depth is bounded by PATH_MAX. */
static void check_folder(struct validate *v, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_of_interest, alphasort);

    if (count < 0) {
        fprintf(stderr, "asl validate: %s can't be read\n", folder);
        v->unread = true;
    }
    for (int i = 0; i < count; i++) {
        struct buf path = {0};
        struct stat is;
        const char *name = entries[i]->d_name;
        buf_printf(&path, "%s%s%s", folder, ends_with(folder, "/") ? "" : "/", name);
        if (lstat(buf_str(&path), &is) == 0) {
            if (S_ISDIR(is.st_mode))
                check_folder(v, buf_str(&path));
            else if (S_ISREG(is.st_mode) && is_definition_name(name))
                check_file(v, buf_str(&path));
            else if (S_ISREG(is.st_mode) && ends_with(name, ".json"))
                check_if_definition(v, buf_str(&path));
        }
        buf_clear(&path);
        free(entries[i]);
    }
    free(entries);
}

static void check_path(struct validate *v, const char *path)
{
    struct stat is;
    size_t before = v->writer.files;

    if (strcmp(path, "-") == 0 || stat(path, &is) != 0 || !S_ISDIR(is.st_mode)) {
        check_file(v, path);
        return;
    }
    check_folder(v, path);
    if (v->writer.files == before) {
        fprintf(stderr, "asl validate: there is no definition in %s\n", path);
        v->unread = true;
    }
}

/* ---- the command line ---- */

static void summarize(const struct validate *v)
{
    size_t files = v->writer.files;

    fprintf(stderr, "asl validate: %zu definition%s, %zu error%s, %zu warning%s\n", files,
            files == 1 ? "" : "s", v->errors, v->errors == 1 ? "" : "s", v->warnings,
            v->warnings == 1 ? "" : "s");
}

/* Switches the codes of a list; false after saying that there is no such. */
static bool switch_codes(struct validate *v, const char *option, const char *codes, bool on)
{
    while (codes && *codes) {
        size_t n = strcspn(codes, ", ");
        if (n && !asl_codes_set(&v->wanted, codes, n, on)) {
            explain_unknown(option, codes, n);
            return false;
        }
        codes += n;
        codes += strspn(codes, ", ");
    }
    return true;
}

static bool choose_codes(struct validate *v)
{
    asl_codes_default(&v->wanted);
    if (v->pedantic)
        asl_codes_all(&v->wanted);
    return switch_codes(v, "--enable", v->enable, true) &&
           switch_codes(v, "--disable", v->disable, false);
}

static const struct option_row rows[] = {
    {"format", 0, REPORT_FORMATS, "how problems are printed (default: text)",
     offsetof(struct validate, format)},
    {"type", 0, "STANDARD|EXPRESS", "the type of the state machines (default: STANDARD)",
     offsetof(struct validate, type)},
    {"disable", 0, "CODE,…", "problems with these codes are none",
     offsetof(struct validate, disable)},
    {"enable", 0, "CODE,…", "warnings that are off by default, on",
     offsetof(struct validate, enable)},
    {"pedantic", 0, NULL, "all warnings", offsetof(struct validate, pedantic)},
    {"explain", 0, NULL,
     "says what codes mean, instead: those that are named,\nor all in a line each",
     offsetof(struct validate, explain)},
    {"werror", 0, NULL, "warnings are errors", offsetof(struct validate, werror)},
};

const struct option_set cmd_validate_options = {
    .command = "validate",
    .usage = "asl validate FILE|FOLDER|-… [OPTIONS]",
    .about =
        "Finds everything that AWS would refuse in definitions, and what is legal but likely\n"
        "wrong. Of a folder: *.asl.json, *.asl.yaml, *.asl.yml, and other *.json with StartAt and\n"
        "States. Exit status 0: all are valid, 1: one is not, 2: one can't be read.",
    .examples = "  asl validate order.asl.json\n"
                "  asl validate workflows/ --type EXPRESS --format github\n"
                "  asl validate --explain PATH_NEVER_PRODUCED\n",
    .files = true,
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

int cmd_validate(int argc, char **argv)
{
    struct validate v = {.format = "text", .type = "STANDARD", .writer = {.out = stdout}};
    int status;
    int first = options_parse(&cmd_validate_options, argc, argv, &v, &status);

    if (first < 0)
        return status;
    if (v.explain)
        return explain(v.format, argc - first, argv + first);
    if (first == argc)
        return cmd_usage("validate", "which definitions? It takes files, folders, or -");
    v.writer.format = report_format_find(v.format);
    if (!v.writer.format)
        return cmd_usage("validate", "--format is one of " REPORT_FORMATS ", not '%s'", v.format);
    if (strcmp(v.type, "EXPRESS") == 0)
        v.workflow = ASL_EXPRESS;
    else if (strcmp(v.type, "STANDARD") != 0)
        return cmd_usage("validate", "--type is STANDARD or EXPRESS, not '%s'", v.type);

    if (!choose_codes(&v))
        return EXIT_USAGE;

    v.writer.colour = colour_wanted(stdout);
    for (int i = first; i < argc; i++)
        check_path(&v, argv[i]);
    report_writer_end(&v.writer);
    summarize(&v);
    if (v.unread)
        return EXIT_USAGE;
    return v.errors ? EXIT_BAD : EXIT_GOOD;
}
