/*
 * asl validate: everything that is wrong with definitions, before they are deployed or run.
 * Templates are read before definitions that stand alone: a template knows the type of a machine
 * and what fills in its placeholders, so a definition that it refers to is validated with it, and
 * not once more by itself.
 */

#include "asl/report/codes.h"
#include "parsers/base/buf.h"
#include "tools/aslrc.h"
#include "tools/cmd.h"
#include "tools/definition_files.h"
#include "tools/explain.h"
#include "tools/machine_file.h"
#include "tools/report_format.h"
#include "tools/report_text.h"
#include "tools/repository.h"
#include "tools/set_options.h"
#include "tools/template/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct validate {
    const char *format, *type, *kind, *config, *color;
    const char *enable;
    struct option_values disable;
    struct set_options set;
    struct placeholders placeholders;
    bool pedantic, explain;
    struct asl_codes wanted, now; /* for all files; for the one that is looked at */
    bool werror, no_config, skip_other;
    const struct template_kind *forced_kind;
    enum asl_workflow workflow; /* of `type` */
    struct aslrc_files *settings;
    struct template_reader reader;
    struct report_writer writer;
    struct buf in;              /* what stdin had */
    struct json_build referred; /* an object: files that templates refer to, validated with them */
    struct json_build told;     /* an object: machines of files, with the pass that told of them */
    int64_t pass;               /* how many templates and definitions were read */
    size_t seen;                /* definitions and templates so far, whatever became of them */
    size_t definitions, errors, warnings, unchecked;
    bool unread; /* something could not be read */
};

/* ---- what was found ---- */

/*
 * Returns whether the machine in that file was reached by another template already, and notes it if
 * not. Within one pass it may come several times, as the two sides of a condition.
 */
static bool is_told(struct validate *v, const struct template_found *found)
{
    char *real = found->machine && !found->remark ? repository_real(found->file) : NULL;
    struct buf key = {0};
    bool told;

    if (!real)
        return false;
    buf_printf(&key, "%s#%s", real, found->machine);
    const json *pass = json_get_n(v->told.v, buf_str(&key), key.len);
    told = pass && json_int_value(pass) != v->pass;
    if (!pass)
        json_build_set(&v->told, buf_str(&key), json_int(v->pass));
    buf_clear(&key);
    free(real);
    return told;
}

/* The file of the services' models is missing for all definitions, or for none. */
static void tell_once(struct validate *v, const struct asl_report *report)
{
    static const char code[] = "ASL_NO_SERVICES_FILE";

    for (size_t i = 0; i < report->count; i++)
        if (strcmp(report->problems[i].code, code) == 0) {
            asl_codes_set(&v->wanted, code, strlen(code), false);
            asl_codes_set(&v->now, code, strlen(code), false);
        }
}

/* Gets the problems of one definition: settings and options decide which stay, in this order:
 * what files disable or raise, what the command line wants, then --werror. */
static void validate_on_found(void *ctx, const struct template_found *found)
{
    struct validate *v = ctx;
    struct asl_report *report = found->report;

    v->seen++;
    if (aslrc_ignores(v->settings, found->file) || is_told(v, found))
        return;
    aslrc_apply(v->settings, found->file, report);
    asl_report_keep(report, &v->now);
    asl_report_sort(report, 0);
    if (v->werror)
        aslrc_raise(report);
    tell_once(v, report);
    v->definitions += !found->remark;
    v->errors += report->errors;
    v->warnings += report->count - report->errors;
    if (!found->remark || report->count)
        report_writer_file(&v->writer, &(struct report_file){.name = found->file,
                                                             .machine = found->machine,
                                                             .lines = found->lines,
                                                             .report = report});
}

static void validate_on_unchecked(void *ctx, const char *file, const char *machine, const char *why)
{
    struct validate *v = ctx;

    v->seen++;
    v->unchecked++;
    fprintf(stderr, "asl validate: %s: %s is not checked: %s\n", file, machine ? machine : "it",
            why);
}

static void on_open(void *ctx, const char *file, const json *names)
{
    struct buf list = {0};

    (void)ctx;
    set_options_list(&list, names);
    fprintf(stderr, "asl validate: %s: nothing fills in %s\n", file, buf_str(&list));
    buf_clear(&list);
}

/* ---- files ---- */

/* A plan of Terraform, with all that it plans, is larger than any definition. */
enum { MAX_BYTES = 64 * 1024 * 1024 };

static bool validate_on_read_file(void *ctx, const char *near, const char *path, struct buf *text,
                                  struct diag *why)
{
    struct validate *v = ctx;
    char *real;
    bool good = repository_read(near, path, MAX_BYTES, text, &real, why);

    if (good)
        json_build_set(&v->referred, real, json_bool(true));
    free(real);
    return good;
}

static bool validate_read_file(struct validate *v, const char *path, struct buf *text)
{
    struct diag why = {0};
    bool good = buf_read_file(text, path, MAX_BYTES, &why);

    if (!good) {
        fprintf(stderr, "asl validate: %s\n", why.text);
        v->unread = true;
    }
    diag_clear(&why);
    return good;
}

/* Switches the codes of a list, "A,B" or "A B". False after a message that a code doesn't exist. */
static bool switch_codes(struct asl_codes *set, const char *option, const char *codes, bool on)
{
    while (codes && *codes) {
        size_t n = strcspn(codes, ", ");
        if (n && !asl_codes_set(set, codes, n, on)) {
            explain_unknown(option, codes, n);
            return false;
        }
        codes += n;
        codes += strspn(codes, ", ");
    }
    return true;
}

/* Settings differ from folder to folder, so the wanted codes are made anew for each file.
 * --disable comes last: the command line goes before files. */
static void validate_check_text(struct validate *v, const struct template_kind *kind,
                                const char *name, const struct buf *text)
{
    v->reader.otherwise = ASL_STANDARD;
    aslrc_type(v->settings, name, &v->reader.otherwise);
    v->now = v->wanted;
    aslrc_enable(v->settings, name, &v->now);
    for (size_t i = 0; i < v->disable.count; i++)
        switch_codes(&v->now, "--disable", v->disable.at[i], false);
    v->pass++;
    template_read(&v->reader, kind, name, text->data, text->len);
}

/* Returns whether the file's name alone says that it is a definition. */
static bool is_definition_name(const char *path)
{
    return template_kind_of(path, "", 0) != NULL;
}

/*
 * Validates what is in the file, unless it is a definition that stands alone (true): a template
 * that is still to come may refer to it, and knows more of it.
 */
static bool check_template(struct validate *v, const struct definition_path *file)
{
    struct buf text = {0};
    bool later = false, in = strcmp(file->path, "-") == 0;
    const char *name = in ? "<stdin>" : file->path;

    if (aslrc_ignores(v->settings, name)) {
        v->seen++;
        return false;
    }
    if (!v->forced_kind && !in && is_definition_name(name)) {
        v->seen++;
        return true;
    }
    if (!validate_read_file(v, file->path, &text))
        goto out;
    const struct template_kind *kind = v->forced_kind && file->named
                                           ? v->forced_kind
                                           : template_kind_of(name, text.data, text.len);
    if (!kind && file->named && !v->skip_other)
        kind = template_kind_find("definition");
    later = kind == template_kind_find("definition");
    v->seen += later;
    if (kind && !later)
        validate_check_text(v, kind, name, &text);
    if (later && in) {
        v->in = text;
        text = (struct buf){0};
    }
out:
    buf_clear(&text);
    return later;
}

/* Returns whether the text is known to be no definition, and tells so. Without this, prose and
 * HCL would be reported as wrong YAML, with a place that helps nobody. */
static bool is_none(struct validate *v, const char *name, const struct buf *text)
{
    const char *why = NULL;

    if (template_is_hcl(name, text->data, text->len))
        why = HCL_UNREAD;
    else if (!template_may_be_mapping(name, text->data, text->len))
        why = "it is no definition: neither a JSON object nor a mapping of YAML";
    if (!why)
        return false;
    fprintf(stderr, "asl validate: %s: %s\n", name, why);
    v->unread = true;
    return true;
}

static void check_alone(struct validate *v, const char *name, const struct buf *text)
{
    if (!is_none(v, name, text))
        validate_check_text(v, template_kind_find("definition"), name, text);
}

static void check_definition(struct validate *v, const char *path)
{
    struct buf text = {0};
    char *real = json_count(v->referred.v) ? repository_real(path) : NULL;

    if (strcmp(path, "-") == 0)
        check_alone(v, "<stdin>", &v->in);
    else if (!(real && json_get(v->referred.v, real)) && validate_read_file(v, path, &text))
        check_alone(v, path, &text);
    free(real);
    buf_clear(&text);
}

/* Checks templates first and collects the definitions at the beginning of the list; then checks
 * those of them that no template refers to. */
static void check_files(struct validate *v, char **arguments, int count)
{
    static const char *const endings[] = {".json", ".yaml", ".yml", ".template", NULL};
    struct definition_files files = {.command = "validate", .endings = endings, .passing = ".tf"};
    size_t later = 0;

    for (int i = 0; i < count; i++) {
        size_t from = files.count, before = v->seen, passed = files.passed;
        v->unread |= !definition_files_add(&files, arguments[i]);
        bool folder = files.count > from ? !files.files[from].named : files.count == from;
        for (size_t n = from; n < files.count; n++)
            if (check_template(v, &files.files[n])) {
                struct definition_path kept = files.files[n];
                files.files[n] = files.files[later];
                files.files[later++] = kept;
            }
        if (folder && v->seen == before && !v->unread) {
            fprintf(stderr, "asl validate: there is no definition in %s%s\n", arguments[i],
                    files.passed > passed ? ", but files in HCL. " HCL_UNREAD : "");
            v->unread = true;
        }
    }
    for (size_t n = 0; n < later; n++)
        check_definition(v, files.files[n].path);
    definition_files_clear(&files);
}

/* ---- the command line ---- */

static void validate_summarize(const struct validate *v)
{
    fprintf(stderr, "asl validate: %zu definition%s, %zu error%s, %zu warning%s", v->definitions,
            v->definitions == 1 ? "" : "s", v->errors, v->errors == 1 ? "" : "s", v->warnings,
            v->warnings == 1 ? "" : "s");
    if (v->unchecked)
        fprintf(stderr, ", %zu not checked", v->unchecked);
    fputc('\n', stderr);
}

static bool choose_codes(struct validate *v)
{
    asl_codes_default(&v->wanted);
    if (v->pedantic)
        asl_codes_all(&v->wanted);
    bool good = switch_codes(&v->wanted, "--enable", v->enable, true);
    for (size_t i = 0; good && i < v->disable.count; i++)
        good = switch_codes(&v->wanted, "--disable", v->disable.at[i], false);
    return good;
}

static const struct option_row rows[] = {
    {"format", 0, REPORT_FORMATS, "how problems are printed (default: text)",
     offsetof(struct validate, format)},
    {"type", 0, "STANDARD|EXPRESS",
     "the type of all state machines (default: what the template\nsays, else STANDARD)",
     offsetof(struct validate, type)},
    {"kind", 0, TEMPLATE_KINDS, "what the files are (default: their content tells)",
     offsetof(struct validate, kind)},
    {"skip-other", 0, NULL, "passes over named files that have no definition",
     offsetof(struct validate, skip_other)},
    {"disable", 0, "CODE,...", "ignores problems with these codes",
     offsetof(struct validate, disable)},
    {"enable", 0, "CODE,...", "turns on warnings that are off by default",
     offsetof(struct validate, enable)},
    {"pedantic", 0, NULL, "turns on all warnings", offsetof(struct validate, pedantic)},
    {"explain", 0, NULL,
     "explains codes and checks nothing: those that are named,\nor all of them in a line each",
     offsetof(struct validate, explain)},
    {"werror", 0, NULL, "treats warnings as errors", offsetof(struct validate, werror)},
    {"config", 0, "FILE",
     "the file of settings (default: the nearest .aslrc, beside\na definition or in a folder "
     "above)",
     offsetof(struct validate, config)},
    {"no-config", 0, NULL, "uses no settings but those of the command line",
     offsetof(struct validate, no_config)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {{&own, 0},
                                         {&set_group, offsetof(struct validate, set)},
                                         {&colour_group, offsetof(struct validate, color)},
                                         {NULL, 0}};

const struct option_set cmd_validate_options = {
    .command = "validate",
    .usage = "asl validate FILE|FOLDER|PATTERN|-… [OPTIONS]",
    .about =
        "Finds everything that AWS would refuse in definitions, and tells its place. They may\n"
        "stand alone or in templates: of CloudFormation, SAM and the CDK, serverless.yml,\n"
        "Terraform's JSON and plans. In a folder, checks all JSON and YAML that has any.\n"
        "Exit status 0: all are valid, 1: one is not, 2: one can't be read.",
    .examples = "  asl validate order.asl.json\n"
                "  asl validate template.yaml 'workflows/**/*.asl.json'\n"
                "  asl validate . --format github --disable WAIT_OF_ZERO\n"
                "  asl validate --explain PATH_NEVER_PRODUCED\n",
    .files = true,
    .uses = uses,
};

/* Turns options into what they stand for. Returns EXIT_GOOD, or the exit status after a message. */
static int validate_prepare(struct validate *v)
{
    v->writer.format = report_format_find(v->format);
    v->forced_kind = v->kind ? template_kind_find(v->kind) : NULL;
    if (v->type && strcmp(v->type, "EXPRESS") == 0)
        v->workflow = ASL_EXPRESS;
    if (!choose_codes(v))
        return EXIT_USAGE;
    if (!set_options_read(&v->set, &cmd_validate_options, &v->placeholders))
        return EXIT_USAGE;
    v->reader.given = &v->placeholders;
    v->reader.wanted = &v->now;
    v->reader.forced = v->type ? &v->workflow : NULL;
    v->writer.colour = colour_wanted(stdout, v->color);
    v->settings = aslrc_new(v->config, v->no_config);
    return aslrc_is_good(v->settings) ? EXIT_GOOD : EXIT_USAGE;
}

int cmd_validate(int argc, char **argv)
{
    struct validate v = {.format = "text",
                         .writer = {.out = stdout},
                         .reader = {.ctx = &v,
                                    .found = validate_on_found,
                                    .open = on_open,
                                    .unchecked = validate_on_unchecked,
                                    .read_file = validate_on_read_file}};
    int status;
    int first = options_parse(&cmd_validate_options, argc, argv, &v, &status);

    if (first < 0)
        goto out;
    if (v.explain) {
        status = explain(v.format, argc - first, argv + first);
        goto out;
    }
    if (first == argc) {
        status = cmd_usage("validate", "which definitions? It takes files, folders, or -");
        goto out;
    }
    if (!cmd_stdin_once("validate", (const char *const *)argv + first, (size_t)(argc - first))) {
        status = EXIT_USAGE;
        goto out;
    }
    status = validate_prepare(&v);
    if (status != EXIT_GOOD)
        goto out;
    json_build_object(&v.told, 0);
    json_build_object(&v.referred, 0);
    check_files(&v, argv + first, argc - first);
    report_writer_end(&v.writer);
    fflush(stdout); /* what is counted comes before the count, where both go to one place */
    set_options_unused(&v.placeholders, "validate", NULL);
    validate_summarize(&v);
    if (v.unread || !aslrc_is_good(v.settings))
        status = EXIT_USAGE;
    else
        status = v.errors ? EXIT_BAD : EXIT_GOOD;
out:
    if (v.told.v) {
        json_build_drop(&v.told);
        json_build_drop(&v.referred);
    }
    aslrc_free(v.settings);
    placeholders_clear(&v.placeholders);
    buf_clear(&v.in);
    return status;
}
