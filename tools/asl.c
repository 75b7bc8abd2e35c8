#include "tools/cmd.h"
#include "tools/completion.h"

#include "parsers/nearest.h"
#include "parsers/utf8.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The program: a table of subcommands, and what they share in talking to people. */

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct cmd commands[] = {
    {"run", cmd_run, &cmd_run_options, "run a state machine once"},
    {"validate", cmd_validate, &cmd_validate_options, "find what is wrong with definitions"},
    {"fmt", cmd_fmt, &cmd_fmt_options, "format definitions"},
    {"serve", cmd_serve, &cmd_serve_options,
     "the AWS Step Functions API on a port of this machine"},
    {"eval", cmd_eval, &cmd_eval_options,
     "evaluate a JSONPath, JSONata or an intrinsic function, or many"},
    {"bench", cmd_bench, &cmd_bench_options, "measure what executions cost"},
};

/* ---- what subcommands share ---- */

int cmd_usage(const char *name, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "asl %s: ", name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nTry: asl %s --help\n", name);
    return EXIT_USAGE;
}

/* Moves `i` back to where a character begins. */
static size_t char_start(const char *text, size_t i)
{
    while (i > 0 && ((unsigned char)text[i] & 0xC0) == 0x80)
        i--;
    return i;
}

/* Of a long line, the stretch around the place is shown. */
void cmd_point_at(const char *text, size_t len, size_t at)
{
    enum { BEFORE = 50, SHOWN = 74 };
    size_t begin = at;
    size_t end = at;

    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    while (end < len && text[end] != '\n')
        end++;
    if (at - begin > BEFORE)
        begin = char_start(text, at - BEFORE);
    if (end - begin > SHOWN)
        end = char_start(text, begin + SHOWN);
    fprintf(stderr, "  %.*s\n  %*s\n", (int)(end - begin), text + begin,
            (int)utf8_count(text + begin, at - begin) + 1, "^");
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
          "  --help     this text; asl COMMAND --help says more of a command\n"
          "  --version  which version this is\n\n"
          "exit status: 0 good, 1 the answer is no, 2 it could not run\n",
          to);
    return to == stdout ? EXIT_GOOD : EXIT_USAGE;
}

static int unknown(const char *word)
{
    const char *nearest = cmd_nearest(word, &commands[0].name, COUNT(commands), sizeof commands[0]);

    fprintf(stderr, "asl: there is no command '%s'", word);
    if (nearest)
        fprintf(stderr, "; did you mean '%s'?", nearest);
    fputs("\nTry: asl --help\n", stderr);
    return EXIT_USAGE;
}

/* For `make install`, and for who sets up a shell by hand; --help doesn't speak of it. */
static int completion(const char *shell)
{
    if (shell && completion_print(shell, commands, COUNT(commands)))
        return EXIT_GOOD;
    fputs("asl: --completion takes bash, zsh or fish\n", stderr);
    return EXIT_USAGE;
}

/* Output that could not be written is no success. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (status == EXIT_GOOD)
        status = EXIT_USAGE;
    fputs("asl: cannot write the output\n", stderr);
    return status;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2)
        return help(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return finish(help(stdout));
    if (strcmp(argv[1], "--version") == 0) {
        puts("asl " ASL_VERSION);
        return finish(EXIT_GOOD);
    }
    if (strcmp(argv[1], "--completion") == 0)
        return finish(completion(argv[2]));
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return finish(commands[i].run(argc - 1, argv + 1));
    return unknown(argv[1]);
}
