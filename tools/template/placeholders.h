#ifndef TOOLS_TEMPLATE_PLACEHOLDERS_H
#define TOOLS_TEMPLATE_PLACEHOLDERS_H

#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Values for placeholders, "${NAME}": text by name, in the order in which the names were first
 * given. Of several values for a name the last one counts. Empty is {0}.
 */
struct placeholders {
    struct json_build build; /* the values until placeholders_get is first called */
    json *values;            /* the values from then on */
    bool *used;
    size_t asked; /* values[asked...] are defaults: nobody minds when they are not used */
};

/* Adds a value given as NAME=VALUE. False with *why filled when it has another form. */
bool placeholders_add(struct placeholders *p, const char *given, struct diag *why);
/*
 * Adds the values of a file that maps names to values, in JSON or YAML: text, numbers, true and
 * false; null, lists and objects stand for their JSON. A name that has a value keeps it. False with
 * *why filled.
 */
bool placeholders_add_file(struct placeholders *p, const char *path, struct diag *why);
/* Adds a value that counts if none was given. To be called after the functions above. */
void placeholders_default(struct placeholders *p, const char *name, const char *value);

/* Returns the text for a name, a look, and marks it as used. NULL: none was given. */
const json *placeholders_get(struct placeholders *p, const char *name, size_t len);
/* Returns whether any value was given; defaults don't count. */
bool placeholders_any(const struct placeholders *p);
/* Returns the values that were given, by their names: an object, yours. */
json *placeholders_given(const struct placeholders *p);
/* Calls `tell` for each name that was given and never used. */
void placeholders_unused(struct placeholders *p, void (*tell)(void *user, const char *name),
                         void *user);
void placeholders_clear(struct placeholders *p);

#endif
