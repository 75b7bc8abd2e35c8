/* asl fmt: definitions in one form. */

#define _XOPEN_SOURCE 700 /* realpath */

#include "asl/asl.h"
#include "asl/format.h"
#include "tools/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fmt {
    bool check, write;
    bool differs; /* --check: one isn't formatted */
    bool failed;  /* one could not be read, formatted or written */
};

static void complain(struct fmt *f, const char *path, const struct diag *why)
{
    f->failed = true;
    if (why->place.line)
        fprintf(stderr, "asl fmt: %s:%u:%u: %s\n", path, why->place.line, why->place.column,
                why->text);
    else
        fprintf(stderr, "asl fmt: %s: %s\n", path, why->text);
}

/* ---- writing in place: a file is as it was, or as it is to be ---- */

static bool write_all(int fd, const struct buf *text)
{
    for (size_t done = 0; done < text->len;) {
        ssize_t n = write(fd, text->data + done, text->len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Into a file beside `path`, which then takes its place. */
static bool replace(const char *path, const struct buf *text)
{
    struct buf beside = {0};
    struct stat was;
    bool good = false;
    int fd = -1;

    buf_printf(&beside, "%s.XXXXXX", path);
    if (stat(path, &was) == 0)
        fd = mkstemp(beside.data);
    if (fd >= 0) {
        good = write_all(fd, text) && fchmod(fd, was.st_mode & 07777) == 0 && fsync(fd) == 0;
        good = close(fd) == 0 && good && rename(beside.data, path) == 0;
        if (!good)
            unlink(beside.data);
    }
    buf_clear(&beside);
    return good;
}

static void write_file(struct fmt *f, const char *path, const struct buf *text)
{
    /* A link stays one. */
    char *real = realpath(path, NULL);

    if (!real || !replace(real, text)) {
        fprintf(stderr, "asl fmt: %s can't be written: %s\n", path, strerror(errno));
        f->failed = true;
    }
    free(real);
}

/* ---- one definition ---- */

static void finish(struct fmt *f, const char *path, const struct buf *text, const struct buf *out)
{
    bool same = text->len == out->len && memcmp(text->data, out->data, out->len) == 0;

    if (f->check && !same)
        puts(path);
    f->differs |= !same;
    if (f->write && !same)
        write_file(f, path, out);
    if (!f->check && !f->write)
        fwrite(out->data, 1, out->len, stdout);
}

static void format_file(struct fmt *f, const char *path)
{
    struct buf text = {0}, out = {0};
    struct diag why = {0};
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;

    if (!buf_read_file(&text, path, ASL_MAX_DEFINITION, &why)) {
        fprintf(stderr, "asl fmt: %s\n", why.text);
        f->failed = true;
    } else if (document_format(name, text.data, text.len) == DOCUMENT_YAML) {
        fprintf(stderr,
                "asl fmt: %s is YAML, and only JSON is formatted: comments and anchors "
                "would be lost\n",
                name);
        f->failed = true;
    } else if (!asl_format(text.data, text.len, &out, &why)) {
        complain(f, name, &why);
    } else {
        finish(f, name, &text, &out);
    }
    diag_clear(&why);
    buf_clear(&text);
    buf_clear(&out);
}

/* ---- the command line ---- */

static const struct option_row rows[] = {
    {"check", 0, NULL, "names the files that aren't formatted, and changes none",
     offsetof(struct fmt, check)},
    {"write", 'w', NULL, "changes the files", offsetof(struct fmt, write)},
};

const struct option_set cmd_fmt_options = {
    .command = "fmt",
    .usage = "asl fmt FILE|-… [OPTIONS]",
    .about = "Formats definitions in JSON: fields in one order, two blanks an indent level; what\n"
             "they mean stays as it is. Prints them, unless --check or --write is given. Exit\n"
             "status 0: done, 1: --check found one that isn't formatted, 2: one can't be read.",
    .examples = "  asl fmt order.asl.json\n"
                "  asl fmt --write workflows/*.asl.json\n",
    .files = true,
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

int cmd_fmt(int argc, char **argv)
{
    struct fmt f = {0};
    int status;
    int first = options_parse(&cmd_fmt_options, argc, argv, &f, &status);

    if (first < 0)
        return status;
    if (first == argc)
        return cmd_usage("fmt", "which definitions? It takes files, or -");
    if (f.check && f.write)
        return cmd_usage("fmt", "--check changes nothing: either that or --write");
    for (int i = first; i < argc; i++) {
        if (f.write && strcmp(argv[i], "-") == 0)
            return cmd_usage("fmt", "--write changes files; stdin is none");
        format_file(&f, argv[i]);
    }
    if (f.failed)
        return EXIT_USAGE;
    return f.check && f.differs ? EXIT_BAD : EXIT_GOOD;
}
