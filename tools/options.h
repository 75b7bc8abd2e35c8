#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The options of a subcommand: one row each, from which parsing, --help and the completion of
 * shells are made. A row fills a member of the command's own struct: a const char * for those with
 * an argument, a bool for those without.
 */
struct option_row {
    const char *name;     /* without the dashes */
    char letter;          /* 0: none */
    const char *argument; /* as --help shows it, "real|virtual", "FILE"; NULL: a flag */
    const char *help;     /* a '\n' in it begins a new line */
    size_t member;        /* offsetof */
};

/* The member of an option that may be given again: its argument ends in "...". */

enum { OPTION_VALUES = 64 };

struct option_values {
    const char *at[OPTION_VALUES];
    size_t count;
};

struct option_set {
    const char *command;  /* "run" */
    const char *usage;    /* "asl run DEFINITION [OPTIONS]" */
    const char *about;    /* what it does, in a few lines */
    const char *examples; /* NULL: none */
    bool files;           /* what is no option is a file */
    const struct option_row *rows;
    size_t count;
};

/*
 * Reads argv into the struct at `out` and moves what is no option to its end. Returns the index of
 * the first such, or -1 after it has said what is wrong or printed --help: *status is what to end
 * with then.
 */
int options_parse(const struct option_set *set, int argc, char **argv, void *out, int *status);

/* A whole number from `min` to `max`, or false after saying that it is none. */
bool options_number(const struct option_set *set, const char *name, const char *text, int64_t min,
                    int64_t max, int64_t *out);

/* A number that is 0 or more; without `text` the environment's `variable`, else 1. */
bool options_factor(const struct option_set *set, const char *name, const char *text,
                    const char *variable, double *out);

#endif
