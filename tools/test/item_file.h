#ifndef TOOLS_TEST_ITEM_FILE_H
#define TOOLS_TEST_ITEM_FILE_H

#include "asl/eval/model.h"
#include "tools/test/route.h"

#include <stdbool.h>

/*
 * Files that a Map's ItemReader reads, made of the items that it is to find in them. The definition
 * says their form; where an expression does, it is JSON's.
 */

/* Returns whether such a file can be made: it holds rows, and isn't Parquet or a list of files. */
bool item_file_is_known(const struct asl_state *map);
/* Returns whether the Map reads the rows of files. Otherwise its items are objects of a list. */
bool item_file_has_rows(const struct asl_state *map);
/* Returns the file: a text, or the value of which it is the JSON. Yours. */
json *item_file_of(const struct asl_state *map, const json *items);
/* Returns the end of a file's name that says its form, ".csv". */
const char *item_file_ending(const struct asl_state *map);

#endif
