/*
 * Options by their rows. getopt_long knows a row by its number in all groups of the command
 * together, as option_row_at counts them.
 */

#include "tools/options.h"

#include "parsers/base/buf.h"
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

/* A left side that is too long for its column pushes the help text to the next line. */
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

const struct option_row *option_row_at(const struct option_set *set, size_t i, size_t *base)
{
    size_t before = 0;

    for (const struct option_use *u = set->uses; u->group; u++) {
        if (i - before < u->group->count) {
            if (base)
                *base = u->member;
            return &u->group->rows[i - before];
        }
        before += u->group->count;
    }
    return NULL;
}

enum option_argument option_argument(const struct option_row *r)
{
    const char *a = r->argument;

    if (!a)
        return TAKES_NOTHING;
    if (strstr(a, "@FILE"))
        return TAKES_INPUT;
    if (strncmp(a, "FILE", 4) == 0)
        return TAKES_FILE;
    return strchr(a, '|') ? TAKES_WORDS : TAKES_TEXT;
}

static void print_help(const struct option_set *set)
{
    const struct option_row *r;

    printf("usage: %s\n\n%s\n\noptions:\n", set->usage, set->about);
    for (size_t i = 0; (r = option_row_at(set, i, NULL)); i++)
        print_row(r->name, r->letter, r->argument, r->help);
    print_row("help", 'h', NULL, "this text");
    if (set->examples)
        printf("\nexamples:\n%s", set->examples);
}

/* A word with dashes that is no option; the nearest name is suggested. */
static void unknown_option(const struct option_set *set, const char *word)
{
    const char *name = word + strspn(word, "-");
    struct nearest near = {.want = name, .len = strcspn(name, "=")};
    const struct option_row *r;

    for (size_t i = 0; (r = option_row_at(set, i, NULL)); i++)
        nearest_offer(&near, r->name);
    nearest_offer(&near, "help");
    if (near.best)
        cmd_usage(set->command, "there is no option '%s'; did you mean '--%s'?", word, near.best);
    else
        cmd_usage(set->command, "there is no option '%s'", word);
}

/* Returns whether the option may be given again, which its argument shows by "..." at its end. */
static bool is_many(const struct option_row *row)
{
    size_t len = row->argument ? strlen(row->argument) : 0;

    return len > 3 && strcmp(row->argument + len - 3, "...") == 0;
}

/* Fills a member of the struct at `values`. False: it was given too often. */
static bool options_fill(const struct option_row *row, const char *argument, void *values)
{
    void *member = (char *)values + row->member;
    struct option_values *list = member;

    if (is_many(row) && list->count == OPTION_VALUES)
        return false;
    if (is_many(row))
        list->at[list->count++] = argument;
    else if (row->argument)
        *(const char **)member = argument;
    else
        *(bool *)member = true;
    return true;
}

/* Returns the row of what getopt_long has found: LONG_ONLY and the row's number for a long
 * option, the letter for a short one. NULL: none, as for --help. */
static const struct option_row *row_of(const struct option_set *set, int found, size_t *base)
{
    const struct option_row *r;

    if (found >= LONG_ONLY)
        return option_row_at(set, (size_t)(found - LONG_ONLY), base);
    for (size_t i = 0; found && (r = option_row_at(set, i, base)); i++)
        if (r->letter == found)
            return r;
    return NULL;
}

/*
 * Says what is wrong with the option in `word`, which getopt_long read last. In optopt it leaves
 * a letter, which may stand behind others in its word, the value of a long option that it knows, or
 * 0 for a long option that it doesn't know.
 */
static void options_refuse(const struct option_set *set, int found, const char *word)
{
    const struct option_row *row = row_of(set, optopt, NULL);
    char letter[] = {'-', (char)optopt, '\0'};

    if (found == ':')
        cmd_usage(set->command, "option '%s%s' needs an argument",
                  optopt < LONG_ONLY ? letter : "--", optopt < LONG_ONLY ? "" : row->name);
    else if (row || optopt == 'h')
        cmd_usage(set->command, "option '--%s' takes no argument", row ? row->name : "help");
    else
        unknown_option(set, optopt > ' ' && optopt < 0x7f ? letter : word);
}

/* ---- what is checked once all options are there ---- */

/* Returns whether `text` is one of "always|never|auto". */
static bool is_word_of(const char *words, const char *text)
{
    size_t len = strlen(text), n;

    for (; (n = strcspn(words, "|")); words += n + (words[n] == '|'))
        if (n == len && strncmp(words, text, n) == 0)
            return true;
    return false;
}

/* "always, never or auto" */
static void add_words(struct buf *out, const char *words)
{
    for (; *words; words++) {
        if (*words != '|')
            buf_addc(out, *words);
        else
            buf_adds(out, strchr(words + 1, '|') ? ", " : " or ");
    }
}

/* Words are checked when all options have been read, so that --help is answered however wrong
 * the rest is. */
static bool options_check_words(const struct option_set *set, const void *out)
{
    const struct option_row *r;
    size_t base;

    for (size_t i = 0; (r = option_row_at(set, i, &base)); i++) {
        const void *member = (const char *)out + base + r->member;
        const char *given = option_argument(r) == TAKES_WORDS ? *(const char *const *)member : NULL;
        struct buf words = {0};

        if (!given || is_word_of(r->argument, given))
            continue;
        add_words(&words, r->argument);
        cmd_usage(set->command, "--%s is %s, not '%s'", r->name, buf_str(&words), given);
        buf_clear(&words);
        return false;
    }
    return true;
}

static bool options_check_groups(const struct option_set *set, void *out)
{
    bool good = true;

    for (const struct option_use *u = set->uses; good && u->group; u++)
        good = !u->group->check || u->group->check((char *)out + u->member, set);
    return good;
}

/* ---- parsing ---- */

/* What getopt_long is told: a ':' first, so that a missing argument is told from an unknown option.
 * Both are the caller's to free. */
static void options_describe(const struct option_set *set, struct option **longs, char **letters)
{
    const struct option_row *r;
    size_t count = 0;

    while (option_row_at(set, count, NULL))
        count++;
    *longs = mem_calloc(count + 2, sizeof **longs);
    *letters = mem_calloc(2 * count + 4, 1);
    char *end = *letters;
    *end++ = ':';
    *end++ = 'h';
    (*longs)[0] = (struct option){"help", no_argument, NULL, 'h'};
    for (size_t i = 0; (r = option_row_at(set, i, NULL)); i++) {
        (*longs)[i + 1] = (struct option){r->name, r->argument ? required_argument : no_argument,
                                          NULL, LONG_ONLY + (int)i};
        if (r->letter) {
            *end++ = r->letter;
            if (r->argument)
                *end++ = ':';
        }
    }
}

int options_parse(const struct option_set *set, int argc, char **argv, void *out, int *status)
{
    struct option *longs;
    char *letters;
    int found, first = -1;

    options_describe(set, &longs, &letters);
    *status = EXIT_USAGE;
    opterr = 0;
    optind = 1;
    /* glibc moves what is no option to the end of argv, so options may stand behind files. */
    while ((found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        size_t base = 0;
        const struct option_row *row = row_of(set, found, &base);

        if (found == 'h') {
            print_help(set);
            *status = EXIT_GOOD;
            goto out;
        }
        if (found == ':' || found == '?') {
            options_refuse(set, found, argv[optind - 1]);
            goto out;
        }
        if (!options_fill(row, optarg, (char *)out + base)) {
            cmd_usage(set->command, "--%s may be given %d times", row->name, (int)OPTION_VALUES);
            goto out;
        }
    }
    if (options_check_words(set, out) && options_check_groups(set, out))
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
