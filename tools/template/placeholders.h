#ifndef TOOLS_TEMPLATE_PLACEHOLDERS_H
#define TOOLS_TEMPLATE_PLACEHOLDERS_H

#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Values that somebody gives for placeholders, "${NAME}": text by name, in the order in which the
 * names were first given; later values of a name win. Empty is {0}.
 */
struct placeholders {
    struct json_build build; /* until the first is asked for */
    json *values;            /* then */
    bool *used;
    size_t asked; /* values[asked...] are defaults: nobody minds when they are not used */
};

/* NAME=VALUE. False with *why filled: it is none. */
bool placeholders_add(struct placeholders *p, const char *given, struct diag *why);
/*
 * A file that maps names to values, in JSON or YAML: text, numbers, true and false; null, lists and
 * objects stand for their JSON. Those that have a value keep it.
 */
bool placeholders_add_file(struct placeholders *p, const char *path, struct diag *why);
/* A value for who gave none; after the others. */
void placeholders_default(struct placeholders *p, const char *name, const char *value);

/* The text for a name, a look, which counts as used from now on; NULL: none is given. */
const json *placeholders_get(struct placeholders *p, const char *name, size_t len);
/* Is any given? Defaults don't count. */
bool placeholders_any(const struct placeholders *p);
/* Tells the names that were given and never used. */
void placeholders_unused(struct placeholders *p, void (*tell)(void *user, const char *name),
                         void *user);
void placeholders_clear(struct placeholders *p);

#endif
