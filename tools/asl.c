/*
 * The program: a table of subcommands, and what they share in talking to people. Output that could
 * not be written ends the program with status 2, whatever the command returned: see asl_finish.
 */

#include "tools/cmd.h"
#include "tools/completion.h"
#include "tools/shown.h"

#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cmd commands[] = {
    {"run", cmd_run, &cmd_run_options, "run a state machine once"},
    {"test", cmd_test, &cmd_test_options, "play state machines against suites of cases"},
    {"validate", cmd_validate, &cmd_validate_options, "find what is wrong with definitions"},
    {"fmt", cmd_fmt, &cmd_fmt_options, "format definitions"},
    {"graph", cmd_graph, &cmd_graph_options, "draw a state machine"},
    {"serve", cmd_serve, &cmd_serve_options,
     "serve the AWS Step Functions API on a port of this machine"},
    {"store", cmd_store, &cmd_store_options, "check or mend the file of asl serve"},
    {"eval", cmd_eval, &cmd_eval_options,
     "evaluate a JSONPath, JSONata or an intrinsic function, or many"},
    {"bench", cmd_bench, &cmd_bench_options, "measure what executions cost"},
};

/* ---- what subcommands share ---- */

/* Messages may quote what a file or a server said, so they are printed with what controls a
 * terminal taken out. */
static void __attribute__((format(printf, 2, 0)))
asl_complain(const char *name, const char *format, va_list args)
{
    struct buf text = {0};

    buf_vprintf(&text, format, args);
    fprintf(stderr, "asl %s: ", name);
    shown_print(stderr, buf_str(&text));
    fputc('\n', stderr);
    buf_clear(&text);
}

int cmd_fail(const char *name, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    asl_complain(name, format, args);
    va_end(args);
    return EXIT_USAGE;
}

int cmd_usage(const char *name, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    asl_complain(name, format, args);
    va_end(args);
    fprintf(stderr, "Try: asl %s --help\n", name);
    return EXIT_USAGE;
}

bool cmd_stdin_once(const char *name, const char *const *given, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += given[i] && strcmp(given[i], "-") == 0;
    if (n > 1)
        cmd_usage(name, "- is standard input, and can be read once only");
    return n <= 1;
}

void cmd_point_at(const char *text, size_t len, size_t at)
{
    struct excerpt e;

    excerpt_init(&e, text, len, at, at + 1, 76);
    fprintf(stderr, "  %s\n  %*s^\n", buf_str(&e.line), (int)e.before, "");
    excerpt_clear(&e);
}

const char *cmd_nearest(const char *word, const char *const *first, size_t count, size_t stride)
{
    struct nearest near = {.want = word, .len = strlen(word)};

    for (size_t i = 0; i < count; i++)
        nearest_offer(&near,
                      *(const char *const *)(const void *)((const char *)first + i * stride));
    return near.best;
}

/* ---- asl itself ---- */

static int help(FILE *to)
{
    fputs("asl: the Amazon States Language without AWS\n\n"
          "usage: asl COMMAND [OPTIONS]\n\n"
          "commands:\n",
          to);
    for (size_t i = 0; i < COUNT(commands); i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\noptions:\n"
          "  -h, --help          print this text; asl COMMAND --help tells more of a command\n"
          "  -V, --version       print the version\n"
          "  --completion SHELL  print a script that completes commands in bash, zsh or fish\n\n"
          "exit status: 0 good, 1 the answer is no, 2 it could not run\n",
          to);
    return to == stdout ? EXIT_GOOD : EXIT_USAGE;
}

static int unknown(const char *word)
{
    static const char *const options[] = {"--help", "--version"};
    const char *nearest =
        *word == '-' ? cmd_nearest(word, options, COUNT(options), sizeof *options)
                     : cmd_nearest(word, &commands[0].name, COUNT(commands), sizeof commands[0]);

    fprintf(stderr, "asl: there is no %s '", *word == '-' ? "option" : "command");
    shown_print(stderr, word);
    fprintf(stderr, "'%s%s%s\nTry: asl --help\n", nearest ? "; did you mean '" : "",
            nearest ? nearest : "", nearest ? "'?" : "");
    return EXIT_USAGE;
}

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(argv[0], commands[i].name) == 0)
            return commands[i].run(argc, argv);
    return unknown(argv[0]);
}

/* "asl help run", as other programs have it. */
static int help_of(char *command)
{
    static char option[] = "--help";

    return run_command(2, (char *[]){command, option, NULL});
}

/* For `make install`, and for who sets up a shell by hand. */
static int completion(const char *shell)
{
    if (shell && completion_print(shell, commands, COUNT(commands)))
        return EXIT_GOOD;
    fputs("asl: --completion takes bash, zsh or fish\n", stderr);
    return EXIT_USAGE;
}

/* Returns whether the reader of a pipe has closed it, as `head` does when it has seen enough.
 * That is no failure to complain of. */
static bool is_reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* Output that could not be written is no answer, neither a good nor a bad one. */
static int asl_finish(int status)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (!is_reader_gone())
        fprintf(stderr, "asl: the output can't be written%s%s\n", errno ? ": " : "",
                errno ? strerror(errno) : "");
    return EXIT_USAGE;
}

/* A terminal that is closed sends SIGHUP. It is handled as SIGTERM, so that the commands that
 * the program started are ended, too. */
static void on_hangup(int number)
{
    (void)number;
    raise(SIGTERM);
}

/*
 * Opens standard streams that are closed, so that no other file gets their numbers and is written
 * to by mistake. They are opened for reading only: writing fails, and asl_finish tells of it.
 */
static void open_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    open_streams();
    mem_give_back_large();
    mem_keep_freed();
    /* A pipe that closed is an error of write, which asl_finish sees. A SIGHUP that nohup has
     * switched off stays so. */
    signal(SIGPIPE, SIG_IGN);
    /* A file beyond a limit of its size is told as a full disk is. */
    signal(SIGXFSZ, SIG_IGN);
    if (signal(SIGHUP, on_hangup) == SIG_IGN)
        signal(SIGHUP, SIG_IGN);
    if (argc < 2)
        return help(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return asl_finish(help(stdout));
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("asl " ASL_VERSION);
        return asl_finish(EXIT_GOOD);
    }
    if (strcmp(argv[1], "--completion") == 0)
        return asl_finish(completion(argv[2]));
    if (strcmp(argv[1], "help") == 0)
        return asl_finish(argc > 2 ? help_of(argv[2]) : help(stdout));
    return asl_finish(run_command(argc - 1, argv + 1));
}
