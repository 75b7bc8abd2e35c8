#ifndef TOOLS_CMD_H
#define TOOLS_CMD_H

#include "parsers/base/diag.h"
#include "tools/options.h"

#include <stdbool.h>
#include <stddef.h>

/* What the program ends with. */
enum {
    EXIT_GOOD = 0,
    EXIT_BAD = 1,           /* it ran, and the answer is no: failed, invalid, not found */
    EXIT_USAGE = 2,         /* it could not run: bad usage, unreadable file, no expression */
    EXIT_INTERRUPTED = 130, /* asl run: Ctrl-C ended it */
};

/* One subcommand: argv[0] is its name. Each has its own --help. */
struct cmd {
    const char *name;
    int (*run)(int argc, char **argv);
    const struct option_set *options;
    const char *summary; /* one line */
};

int cmd_bench(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_fmt(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_store(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_validate(int argc, char **argv);

extern const struct option_set cmd_bench_options, cmd_eval_options, cmd_fmt_options,
    cmd_graph_options, cmd_run_options, cmd_serve_options, cmd_store_options, cmd_test_options,
    cmd_validate_options;

/* Prints "asl NAME: ..." on stderr. Returns EXIT_USAGE. */
int cmd_fail(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints such a line about a wrong command line, and how to get help. Returns EXIT_USAGE. */
int cmd_usage(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * Checks that at most one of the `given` arguments (NULL: not given) is "-": standard input can be
 * read only once. False after a message.
 */
bool cmd_stdin_once(const char *name, const char *const *given, size_t count);
/* Shows `text` with a caret under what `at` points to, on stderr. */
void cmd_point_at(const char *text, size_t len, size_t at);
/* Returns the word most like `word` of `count` words, the first at `first`, `stride` bytes apart.
 * NULL: none is like it. */
const char *cmd_nearest(const char *word, const char *const *first, size_t count, size_t stride);

#endif
