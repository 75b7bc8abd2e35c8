#include "tools/options.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/json/json.h"
#include "tools/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 28, LONG_ONLY = 256 };

static void print_row(const char *name, char letter, const char *argument, const char *help)
{
    char left[64];
    int n =
        snprintf(left, sizeof left, "  %c%c%s--%s%s%s", letter ? '-' : ' ', letter ? letter : ' ',
                 letter ? ", " : "  ", name, argument ? " " : "", argument ? argument : "");

    if (n < HELP_COLUMN)
        printf("%-*s", HELP_COLUMN, left);
    else
        printf("%s\n%*s", left, HELP_COLUMN, "");
    for (const char *c = help; *c; c++) {
        putchar(*c);
        if (*c == '\n')
            printf("%*s", HELP_COLUMN, "");
    }
    putchar('\n');
}

static void print_help(const struct option_set *set)
{
    printf("usage: %s\n\n%s\n\noptions:\n", set->usage, set->about);
    for (size_t i = 0; i < set->count; i++) {
        const struct option_row *r = &set->rows[i];
        print_row(r->name, r->letter, r->argument, r->help);
    }
    print_row("help", 'h', NULL, "this text");
    if (set->examples)
        printf("\nexamples:\n%s", set->examples);
}

static void unknown_option(const struct option_set *set, const char *word)
{
    const char *name = word + strspn(word, "-");
    struct nearest near = {.want = name, .len = strcspn(name, "=")};

    for (size_t i = 0; i < set->count; i++)
        nearest_offer(&near, set->rows[i].name);
    nearest_offer(&near, "help");
    if (near.best)
        cmd_usage(set->command, "there is no option '%s'; did you mean '--%s'?", word, near.best);
    else
        cmd_usage(set->command, "there is no option '%s'", word);
}

static bool is_many(const struct option_row *row)
{
    size_t len = row->argument ? strlen(row->argument) : 0;

    return len > 3 && strcmp(row->argument + len - 3, "...") == 0;
}

/* False: it was given too often. */
static bool options_fill(const struct option_row *row, const char *argument, void *out)
{
    void *member = (char *)out + row->member;
    struct option_values *values = member;

    if (is_many(row) && values->count == OPTION_VALUES)
        return false;
    if (is_many(row))
        values->at[values->count++] = argument;
    else if (row->argument)
        *(const char **)member = argument;
    else
        *(bool *)member = true;
    return true;
}

static const struct option_row *row_of(const struct option_set *set, int found)
{
    if (found == 0)
        return NULL;
    if (found >= LONG_ONLY)
        return &set->rows[found - LONG_ONLY];
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i].letter == found)
            return &set->rows[i];
    return NULL;
}

/*
 * `word` was last read. getopt tells a letter, which may stand behind others in its word, or the
 * value of a long option that it knows, or nothing.
 */
static void options_refuse(const struct option_set *set, int found, const char *word)
{
    const struct option_row *row = row_of(set, optopt);
    char letter[] = {'-', (char)optopt, '\0'};

    if (found == ':')
        cmd_usage(set->command, "option '%s%s' needs an argument",
                  optopt < LONG_ONLY ? letter : "--", optopt < LONG_ONLY ? "" : row->name);
    else if (row || optopt == 'h')
        cmd_usage(set->command, "option '--%s' takes no argument", row ? row->name : "help");
    else
        unknown_option(set, optopt > ' ' && optopt < 0x7f ? letter : word);
}

int options_parse(const struct option_set *set, int argc, char **argv, void *out, int *status)
{
    struct option *longs = mem_calloc(set->count + 2, sizeof *longs);
    char *letters = mem_calloc(2 * set->count + 4, 1), *end = letters;
    int found;

    *end++ = ':'; /* a missing argument is told from an unknown option */
    *end++ = 'h';
    longs[0] = (struct option){"help", no_argument, NULL, 'h'};
    for (size_t i = 0; i < set->count; i++) {
        const struct option_row *r = &set->rows[i];
        longs[i + 1] = (struct option){r->name, r->argument ? required_argument : no_argument, NULL,
                                       LONG_ONLY + (int)i};
        if (r->letter) {
            *end++ = r->letter;
            if (r->argument)
                *end++ = ':';
        }
    }

    int first = -1;
    *status = EXIT_USAGE;
    opterr = 0;
    optind = 1;
    while ((found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (found == 'h') {
            print_help(set);
            *status = EXIT_GOOD;
            goto out;
        }
        if (found == ':' || found == '?') {
            options_refuse(set, found, argv[optind - 1]);
            goto out;
        }
        if (!options_fill(row_of(set, found), optarg, out)) {
            cmd_usage(set->command, "--%s may be given %d times", row_of(set, found)->name,
                      (int)OPTION_VALUES);
            goto out;
        }
    }
    first = optind;
out:
    mem_free(longs);
    mem_free(letters);
    return first;
}

bool options_number(const struct option_set *set, const char *name, const char *text, int64_t min,
                    int64_t max, int64_t *out)
{
    char *end;

    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end || errno || n < min || n > max) {
        cmd_usage(set->command, "--%s takes a whole number from %lld to %lld, not '%s'", name,
                  (long long)min, (long long)max, text);
        return false;
    }
    *out = n;
    return true;
}

bool options_factor(const struct option_set *set, const char *name, const char *text,
                    const char *variable, double *out)
{
    const char *env = getenv(variable);
    json *v;

    *out = 1;
    if (!text)
        text = env && *env ? env : NULL;
    if (!text)
        return true;
    v = json_number(text, strlen(text));
    bool good = v && json_double_value(v) >= 0;
    if (good)
        *out = json_double_value(v);
    else
        cmd_usage(set->command, "--%s (or %s) takes a number that is 0 or more, not '%s'", name,
                  variable, text);
    json_unref(v);
    return good;
}
