/*
 * asl fmt: definitions in one form. How a definition is formatted is asl_format's matter; here
 * files are found, compared and written. A file that can't be formatted doesn't stop the others.
 */

#include "asl/asl.h"
#include "asl/format.h"
#include "asl/report/quota.h"
#include "tools/aslrc.h"
#include "tools/cmd.h"
#include "tools/definition_files.h"
#include "tools/machine_file.h"
#include "tools/replace_file.h"
#include "tools/template/template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fmt {
    bool check, write;
    struct aslrc_files *settings;
    size_t good;    /* definitions that could be formatted, as they were or not */
    size_t differs; /* that were not as they should be */
    size_t failed;  /* that could not be read, formatted or written */
    bool missing;   /* an argument names nothing */
};

/* A ${placeholder} outside of quotes is the usual reason for text that isn't JSON, so it is
 * named. */
static void fmt_complain(struct fmt *f, const char *path, const struct buf *text,
                         const struct diag *why)
{
    bool placeholder = why->at + 2 <= text->len && memcmp(text->data + why->at, "${", 2) == 0;

    f->failed++;
    if (why->place.line)
        cmd_fail("fmt", "%s:%u:%u: %s%s", path, why->place.line, why->place.column, why->text,
                 placeholder ? "; with a placeholder outside of quotes it isn't JSON yet" : "");
    else
        cmd_fail("fmt", "%s: %s", path, why->text);
}

/* ---- writing in place: a file is as it was, or as it is to be ---- */

static bool write_file(const char *path, const struct buf *text)
{
    bool good = replace_file(path, text);

    if (!good)
        cmd_fail("fmt", "%s can't be written: %s", path, strerror(errno));
    return good;
}

/* ---- one definition ---- */

/* Without --check and --write the result is printed even where nothing changed. */
static void fmt_finish(struct fmt *f, const char *path, const struct buf *text,
                       const struct buf *out)
{
    bool same = text->len == out->len && memcmp(text->data, out->data, out->len) == 0;

    if (f->write && !same && !write_file(path, out)) {
        f->failed++;
        return;
    }
    if (f->check && !same)
        puts(path);
    if (!f->check && !f->write)
        fwrite(out->data, 1, out->len, stdout);
    f->good++;
    f->differs += !same;
}

static void format_file(struct fmt *f, const char *path)
{
    struct buf text = {0}, out = {0};
    struct diag why = {0};
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;

    if (!buf_read_file(&text, path, QUOTA_DEFINITION, &why)) {
        cmd_fail("fmt", "%s", why.text);
        f->failed++;
    } else if (template_is_hcl(name, text.data, text.len)) {
        cmd_fail("fmt", "%s: " HCL_UNREAD, name);
        f->failed++;
    } else if (document_format(name, text.data, text.len) == DOCUMENT_YAML) {
        cmd_fail("fmt",
                 "%s is YAML, and only JSON is formatted: comments and anchors would be lost",
                 name);
        f->failed++;
    } else if (!asl_format(text.data, text.len, &out, &why)) {
        fmt_complain(f, name, &text, &why);
    } else {
        fmt_finish(f, name, &text, &out);
    }
    diag_clear(&why);
    buf_clear(&text);
    buf_clear(&out);
}

static void format_files(struct fmt *f, const char *argument)
{
    static const char *const endings[] = {".asl.json", NULL};
    struct definition_files files = {.command = "fmt", .endings = endings};
    bool good = definition_files_add(&files, argument);

    /* A folder without any definition is most likely the wrong folder. */
    if (good && files.count == 0)
        good = cmd_fail("fmt", "there is no *.asl.json in %s", argument) == EXIT_GOOD;
    f->missing |= !good;
    for (size_t i = 0; i < files.count; i++)
        if (!aslrc_ignores(f->settings, files.files[i].path))
            format_file(f, files.files[i].path);
    definition_files_clear(&files);
}

/* ---- the command line ---- */

static void fmt_summarize(const struct fmt *f)
{
    fflush(stdout); /* the names come before their count, where both go to one place */
    fprintf(stderr, "asl fmt: %zu definition%s, %zu %s", f->good, f->good == 1 ? "" : "s",
            f->differs, f->write ? "changed" : "not formatted");
    if (f->failed)
        fprintf(stderr, ", %zu failed", f->failed);
    fputc('\n', stderr);
}

static const struct option_row rows[] = {
    {"check", 0, NULL, "names the files that aren't formatted and changes none",
     offsetof(struct fmt, check)},
    {"write", 'w', NULL, "changes the files", offsetof(struct fmt, write)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {{&own, 0}, {NULL, 0}};

const struct option_set cmd_fmt_options = {
    .command = "fmt",
    .usage = "asl fmt FILE|FOLDER|PATTERN|-… [OPTIONS]",
    .about =
        "Formats definitions in JSON: puts fields in one order and indents by two blanks, and\n"
        "leaves the meaning as it is. Prints them, unless --check or --write is given. In\n"
        "a folder and those below it, takes all *.asl.json.\n"
        "Exit status 0: done, 1: --check found one that isn't formatted, 2: one can't be read.",
    .examples = "  asl fmt order.asl.json\n"
                "  asl fmt --write workflows\n"
                "  asl fmt --check .\n",
    .files = true,
    .uses = uses,
};

int cmd_fmt(int argc, char **argv)
{
    struct fmt f = {0};
    int status;
    int first = options_parse(&cmd_fmt_options, argc, argv, &f, &status);

    if (first < 0)
        return status;
    if (first == argc)
        return cmd_usage("fmt", "which definitions? It takes files, folders, or -");
    if (f.check && f.write)
        return cmd_usage("fmt", "--check changes nothing: either that or --write");
    for (int i = first; i < argc; i++)
        if (f.write && strcmp(argv[i], "-") == 0)
            return cmd_usage("fmt", "--write changes files; stdin is none");
    if (!cmd_stdin_once("fmt", (const char *const *)argv + first, (size_t)(argc - first)))
        return EXIT_USAGE;
    f.settings = aslrc_new(NULL, false);
    for (int i = first; i < argc; i++)
        format_files(&f, argv[i]);
    if (f.check || f.write)
        fmt_summarize(&f);
    if (f.failed || f.missing || !aslrc_is_good(f.settings))
        status = EXIT_USAGE;
    else
        status = f.check && f.differs ? EXIT_BAD : EXIT_GOOD;
    aslrc_free(f.settings);
    return status;
}
