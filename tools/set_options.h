#ifndef TOOLS_SET_OPTIONS_H
#define TOOLS_SET_OPTIONS_H

#include "parsers/base/buf.h"
#include "tools/options.h"
#include "tools/template/placeholders.h"

#include <stddef.h>

/* The options that fill placeholders in. */
struct set_options {
    struct option_values set, file;
};

extern const struct option_group set_group;

/*
 * Adds the values of the options to `out`: --set comes before files, and later ones before earlier
 * ones. False after a message. placeholders_clear is needed in any case.
 */
bool set_options_read(const struct set_options *given, const struct option_set *set,
                      struct placeholders *out);
/* Adds the values that AWS fills in at each deployment, as AWS::Region. NULL: the default region or
 * account. */
void set_options_defaults(struct placeholders *p, const char *region, const char *account);
/* Adds the names of an object as placeholders: "${A}, ${B}". */
void set_options_list(struct buf *out, const json *names);
/* Prints a message for each name that was given and never used. The nearest of the names in the
 * object `open` (NULL: none), which nothing fills in, is suggested. */
void set_options_unused(struct placeholders *p, const char *command, const json *open);

#endif
