#ifndef TOOLS_EXPLAIN_H
#define TOOLS_EXPLAIN_H

#include <stddef.h>

/*
 * Explains the `count` codes `names` on stdout, or with none all codes in a line each. `format` is
 * "text", or "json" for a line of JSON each. Returns the exit status.
 */
int explain(const char *format, int count, char **names);
/* Prints on stderr that the code `name`, which `option` names, doesn't exist. */
void explain_unknown(const char *option, const char *name, size_t len);

#endif
