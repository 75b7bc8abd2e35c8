#ifndef PARSERS_JSONATA_JSONATA_NAMES_H
#define PARSERS_JSONATA_JSONATA_NAMES_H

#include "parsers/jsonata/jsonata_tree.h"

/* Makes a string that lives as long as the compiled expression. Returns a look. */
json *jsonata_keep(jsonata *x, const char *text, size_t len);
/* Returns the number of the name, which is added when it is new, with its function if the dialect
 * has one. */
uint32_t jsonata_name(jsonata *x, const char *text, size_t len);
/* Returns what jsonata_name returns, of a text that jsonata_keep has made. */
uint32_t jsonata_name_of(jsonata *x, json *kept);
/* Frees the list and its index; the texts are the expression's. */
void names_clear(struct names *n);

#endif
