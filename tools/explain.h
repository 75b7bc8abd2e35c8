#ifndef TOOLS_EXPLAIN_H
#define TOOLS_EXPLAIN_H

#include <stddef.h>

/*
 * Says on stdout what the `count` codes mean, or all of them in a line each for none. `format`:
 * "text", "json" (a line for each). Returns what to end with.
 */
int explain(const char *format, int count, char **names);
/* Says on stderr that there is no such code, for which `option` asked. */
void explain_unknown(const char *option, const char *name, size_t len);

#endif
