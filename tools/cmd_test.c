/* asl test: plays the cases of suites, and tells which did not go as expected. What else it does,
 * as printing the schema or making a suite, is here; the rest in test_*.c. */
#include "tools/test_command.h"

#include "parsers/base/text.h"
#include "tools/history_files.h"
#include "tools/replace_file.h"
#include "tools/report_text.h"
#include "tools/test/init_file.h"
#include "tools/test/matcher.h"
#include "tools/test/schema.h"
#include "tools/test/suite_fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the schema ---- */

static int print_schema(const struct test *t)
{
    struct buf out = {0};

    if (t->schema) {
        schema_write_json(&out, &suite_fields, "A suite of asl test");
    } else {
        schema_write_markdown(&out, &suite_fields);
        matcher_write_markdown(&out);
    }
    fwrite(out.data, 1, out.len, stdout);
    buf_clear(&out);
    return EXIT_GOOD;
}

/* ---- a suite for a definition ---- */

/* Refuses to replace a file. It may be a suite that was written by hand, or changed since it was
 * made, or any other file. */
static bool may_write_suite(const char *path)
{
    struct stat is;

    if (!path || stat(path, &is) != 0 || !S_ISREG(is.st_mode))
        return true;
    cmd_fail("test", "%s is there already: delete it, or write to another file", path);
    return false;
}

static bool write_made(const char *path, const struct buf *text)
{
    bool good = path ? replace_file(path, text)
                     : fwrite(text->data, 1, text->len, stdout) == text->len && !fflush(stdout);

    if (!good)
        cmd_fail("test", "%s can't be written: %s", path ? path : "the suite", strerror(errno));
    return good;
}

/* What the command line fills in is written into the suite, which is read without it. */
static int make_suite(struct test *t, int argc, char **argv)
{
    const struct suite_reader reader = {
        .read = test_read_machine, .used = test_used_values, .user = t};
    struct placeholders given = {0};
    struct init_made made = {0};
    struct diag why = {0};
    bool good = false;

    if (argc != 1) {
        cmd_usage("test", "--init takes one definition: FILE, or FILE#MACHINE of a template");
        return EXIT_USAGE;
    }
    if (text_ends_with(argv[0], ".test.yaml") || text_ends_with(argv[0], ".test.yml") ||
        text_ends_with(argv[0], ".test.json"))
        return cmd_fail(
            "test", "%s is a suite, and --init takes the definition that it is to be for", argv[0]);
    if (!test_has_loop())
        return EXIT_USAGE;
    if (may_write_suite(t->output) && set_options_read(&t->set, &cmd_test_options, &given)) {
        placeholders_get(&given, "", 0);
        good = init_file_make(&reader, argv[0], given.values, t->output, &made, &why);
        if (why.text)
            cmd_fail("test", "%s", why.text);
        if (good && (good = write_made(t->output, &made.text)))
            fprintf(stderr, "asl test: %s\n", made.told.data);
    }
    init_made_clear(&made);
    diag_clear(&why);
    placeholders_clear(&given);
    return good ? EXIT_GOOD : EXIT_USAGE;
}

/* ---- histories ---- */

static int test_histories(struct test *t, int argc, char **argv)
{
    struct suite_machine machine = {0};
    struct diag why = {0};
    int status = EXIT_USAGE;

    if (argc != 1)
        return cmd_usage("test", "--from-history takes one definition");
    if (!test_has_loop())
        return EXIT_USAGE;
    t->reporter.out = stdout;
    t->reporter.colour = colour_wanted(stdout, t->color);
    if (!may_write_suite(t->output) || !test_read_buckets(t) ||
        !set_options_read(&t->set, &cmd_test_options, &t->placeholders))
        return EXIT_USAGE;
    json *given = placeholders_given(&t->placeholders), *substitutions = NULL;
    struct buf again = {0};
    test_write_again(t, &again);
    bool good = test_read_machine(t, argv[0], NULL, &machine, &why);
    substitutions = test_used_values(t, given);
    if (good)
        status = history_files_test(&(struct history_files){.argument = t->from_history,
                                                            .suite = t->output,
                                                            .definition = argv[0],
                                                            .substitutions = substitutions,
                                                            .again = buf_str(&again),
                                                            .machine = &machine,
                                                            .buckets = t->given,
                                                            .bucket_count = t->given_count,
                                                            .reporter = &t->reporter});
    else if (why.text)
        cmd_fail("test", "%s", why.text);
    json_unref(given);
    json_unref(substitutions);
    buf_clear(&again);
    diag_clear(&why);
    suite_machine_clear(&machine);
    return status;
}

/* ---- the command ---- */

static int test_found(struct test *t, int argc, char **argv)
{
    static const char *const endings[] = {".test.yaml", ".test.yml", ".test.json", NULL};
    struct definition_files files = {.command = "test", .endings = endings};
    int status = EXIT_USAGE;

    if (test_find_suites(argc, argv, &files))
        status =
            t->watches && files.count ? test_watch(t, &files, argc, argv) : test_once(t, &files);
    definition_files_clear(&files);
    return status;
}

int cmd_test(int argc, char **argv)
{
    struct test t = {0};
    int status;
    int first = options_parse(&cmd_test_options, argc, argv, &t, &status);

    if (first >= 0 && !test_may_play(&t)) {
        status = EXIT_USAGE;
    } else if (first >= 0 && (t.schema || t.fields) && first < argc) {
        status = cmd_usage("test", "--schema and --fields take no file");
    } else if (first >= 0) {
        t.format = t.format ? t.format : "tree";
        t.reporter.kind = reporter_kind_find(t.format);
        status = t.schema || t.fields ? print_schema(&t)
                 : t.from_history     ? test_histories(&t, argc - first, argv + first)
                 : t.init             ? make_suite(&t, argc - first, argv + first)
                                      : test_found(&t, argc - first, argv + first);
    }
    placeholders_clear(&t.placeholders);
    test_forget_buckets(&t);
    json_unref(t.unused);
    return status;
}
