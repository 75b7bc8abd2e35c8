#ifndef PARSERS_DOCUMENT_H
#define PARSERS_DOCUMENT_H

#include "parsers/json/json.h"

/* A value written down for people: in JSON or in YAML. */
enum document_format { DOCUMENT_JSON, DOCUMENT_YAML };

/*
 * Tells the format by the ending of the file's name (.json; .yaml, .yml), in any case; with
 * another, or NULL for no name, by the text: JSON when it is blank or begins with { or [.
 */
enum document_format document_format(const char *name, const char *text, size_t len);
/* Returns "JSON" or "YAML". */
const char *document_format_name(enum document_format format);

/* Reads by json_parse_places or yaml_parse_places; `a` and `places` may be NULL. */
json *document_parse(enum document_format format, const char *text, size_t len, unsigned flags,
                     struct arena *a, struct json_places **places, struct diag *why);

#endif
