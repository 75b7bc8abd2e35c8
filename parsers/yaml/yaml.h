#ifndef PARSERS_YAML_YAML_H
#define PARSERS_YAML_YAML_H

#include "parsers/json/json.h"

/* What all aliases of a text may stand for together: values, and bytes as JSON. */
enum { YAML_MAX_ALIAS_NODES = 1000000, YAML_MAX_ALIAS_BYTES = 16 * 1024 * 1024 };

/*
 * Reads the one document of a YAML text (1.2, as libyaml reads it; a byte order mark is skipped)
 * into what json_parse_places makes of the same document in JSON. `a` and `places` may be NULL;
 * flags are those of JSON, halves of characters are always refused.
 *
 * A plain scalar is null (null, ~, nothing at all), true, false, a number if JSON would read it as
 * one, else a string: so are no, True, 012, 1:30, 0x1F, .5 and dates. What is quoted, a block or
 * tagged !!str is a string. As keys, plain scalars are their text: `200:` is the key "200", as
 * names of states and status codes need no quotes. `<<` merges mappings. An alias shares its value;
 * its place is its own, the places within are the anchored value's.
 * With JSON_READ_TAGS, the place of a tagged value is that of its tag.
 *
 * NULL with *why filled as json_parse_places; codes besides its own (but JSON_SYNTAX and
 * JSON_SURROGATE): YAML_SYNTAX, YAML_DOCUMENTS (a second one), YAML_KEY (is no string), YAML_TAG
 * (CloudFormation's, and all but YAML's for JSON's kinds), YAML_ALIAS (no such anchor, within
 * itself, too much), YAML_MERGE.
 */
json *yaml_parse_places(const char *text, size_t len, unsigned flags, struct arena *a,
                        struct json_places **places, struct diag *why);

#endif
