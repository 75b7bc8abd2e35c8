#ifndef RUNTIME_BASE_GLOB_H
#define RUNTIME_BASE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Returns whether all of `text` fits `pattern`. There `*` is any text, `?` any one byte. Time is
 * bounded by the product of the lengths. */
bool glob_match(const char *pattern, const char *text, size_t len);
/* Counts the bytes of a pattern that are not wild. */
size_t glob_literal(const char *pattern);

#endif
