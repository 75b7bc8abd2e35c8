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
 * What they give: --set before files, later ones before earlier ones. False after a message.
 * placeholders_clear is needed in any case.
 */
bool set_options_read(const struct set_options *given, const struct option_set *set,
                      struct placeholders *out);
/* What AWS fills in wherever a template is deployed; NULL: as without an option. */
void set_options_defaults(struct placeholders *p, const char *region, const char *account);
/* "${A}, ${B}" of an object with these names. */
void set_options_list(struct buf *out, const json *names);
/* Says which names were given for nothing. `open`: an object with names that nothing fills in. */
void set_options_unused(struct placeholders *p, const char *command, const json *open);

#endif
