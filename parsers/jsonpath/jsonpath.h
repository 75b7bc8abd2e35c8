#ifndef PARSERS_JSONPATH_JSONPATH_H
#define PARSERS_JSONPATH_JSONPATH_H

#include "parsers/base/diag.h"
#include "parsers/base/work.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A JSONPath as Step Functions reads it: an old Jayway (2.0.0 on Jackson's JsonNode), compiled
 * once, read many times, never changed. The first `$` stands for the document that jsonpath_get is
 * given.
 */
typedef struct jsonpath jsonpath;

/* Returns NULL with *why filled (message and byte offset) when `text` is not a path. */
jsonpath *jsonpath_compile(const char *text, size_t len, struct diag *why);
void jsonpath_free(jsonpath *p);

/* Returns whether the path names exactly one node; if not, its result is a list. */
bool jsonpath_is_definite(const jsonpath *p);
/* Returns whether the path is just `$`. */
bool jsonpath_is_root(const jsonpath *p);
/*
 * Returns whether the path is a Reference Path, of names and indexes only, which jsonpath_set can
 * write to. Spec: "Reference Paths".
 */
bool jsonpath_is_reference(const jsonpath *p);

/* The codes that a failed read puts into its `why`. */
extern const char JSONPATH_NOT_FOUND[]; /* the document has nothing there */
extern const char JSONPATH_INVALID[];   /* the path cannot be applied to what the document has */
extern const char JSONPATH_TOO_MUCH[];  /* reading it takes more work than is allowed */

/*
 * Reads `p` in `doc`. Returns a new reference; NULL with *why filled (code and Jayway's message)
 * when there is nothing. An indefinite path gives an array, which may be empty.
 *
 * What reading costs is spent from `work`, whose owner has begun the evaluation; with NULL, one
 * reading may cost WORK_MOST.
 */
json *jsonpath_get(const jsonpath *p, const json *doc, struct work *work, struct diag *why);

/*
 * Returns whether the path ends in an index, and that is past the end of its array in `doc`; sets
 * *index then. For such, as for an element that is null, jsonpath_get gives null. Costs what
 * reading does.
 */
bool jsonpath_is_past_end(const jsonpath *p, const json *doc, struct work *work, size_t *index);

/*
 * Returns a copy of `doc` with `v` at reference path `p`: objects that are missing on the way are
 * made, what is there is replaced. Takes `v`. NULL with *why filled when the path leads through
 * something that is no object, or to an element that an array does not have.
 */
json *jsonpath_set(const jsonpath *p, const json *doc, json *v, struct diag *why);

/*
 * Returns the name or index of the first step of reference path `p` that finds nothing in `doc` or,
 * when `writing`, that jsonpath_set cannot pass; NULL if there is none.
 */
json *jsonpath_blocking_step(const jsonpath *p, const json *doc, bool writing);

/* Adds the path in Jayway's own notation, as its messages have it: "$['a'][0]". */
void jsonpath_write(struct buf *out, const jsonpath *p);

#endif
