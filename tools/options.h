#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The options of a subcommand: one row each, from which parsing, --help, the completion of shells
 * and the check of words are made. A row fills a member of a struct: a const char * for those with
 * an argument, a bool for those without, a struct option_values for those that may be given again.
 */
struct option_row {
    const char *name;     /* without the dashes */
    char letter;          /* 0: none */
    const char *argument; /* as --help shows it, "real|virtual", "FILE"; NULL: a flag */
    const char *help;     /* a '\n' in it begins a new line */
    size_t member;        /* offsetof */
};

/* What an option's argument is, as its row shows it. */
enum option_argument {
    TAKES_NOTHING, /* a flag */
    TAKES_TEXT,    /* "N", "URL": any text */
    TAKES_WORDS,   /* "real|virtual": one of these, and nothing else */
    TAKES_FILE,    /* "FILE", "FILE#CASE", "FILE|FOLDER" */
    TAKES_INPUT,   /* "JSON|@FILE|-" */
};

/* Returns the kind of a row's argument. */
enum option_argument option_argument(const struct option_row *r);

/* The member of an option that may be given again: its argument ends in "...". */
enum { OPTION_VALUES = 64 };

struct option_values {
    const char *at[OPTION_VALUES];
    size_t count;
};

struct option_set;

/*
 * Options that fill one struct: a command's own, or those that several commands share. `check` may
 * be NULL; it reads numbers and the like from the texts in the struct, and returns false after
 * a message.
 */
struct option_group {
    const struct option_row *rows;
    size_t count;
    bool (*check)(void *values, const struct option_set *set);
};

/* A group in the options of a command, and where the command's struct has the group's. */
struct option_use {
    const struct option_group *group;
    size_t member; /* offsetof */
};

struct option_set {
    const char *command;           /* "run" */
    const char *usage;             /* "asl run DEFINITION [OPTIONS]" */
    const char *about;             /* what it does, in a few lines */
    const char *examples;          /* NULL: none */
    bool files;                    /* what is no option is a file */
    const struct option_use *uses; /* in the order of --help; the last has no group */
};

/* Returns row `i` of all groups together, NULL behind the last. *base, unless base is NULL, becomes
 * the offset of the struct in which it fills a member. */
const struct option_row *option_row_at(const struct option_set *set, size_t i, size_t *base);

/*
 * Reads argv into the struct at `out`, checks words and groups, and moves what is no option to the
 * end of argv. Returns the index of the first such, or -1 after it has said what is wrong or
 * printed --help: *status is what to end with then.
 */
int options_parse(const struct option_set *set, int argc, char **argv, void *out, int *status);

/* Reads a whole number from `min` to `max`. False after a message. */
bool options_number(const struct option_set *set, const char *name, const char *text, int64_t min,
                    int64_t max, int64_t *out);

/* Reads a number that is 0 or more from `text`, or, if that is NULL, from the environment's
 * `variable`; without either it is 1. False after a message. */
bool options_factor(const struct option_set *set, const char *name, const char *text,
                    const char *variable, double *out);

#endif
