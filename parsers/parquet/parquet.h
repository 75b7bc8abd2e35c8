#ifndef PARSERS_PARQUET_PARQUET_H
#define PARSERS_PARQUET_PARQUET_H

#include "parsers/items/items.h"

/*
 * The rows of a Parquet file as items, through the interface of items.h. Each row is an object with
 * a member for each column, in the order of the schema. How values become JSON is told in
 * docs/map.md ("Parquet").
 *
 * Bytes are wanted by random access: first the footer at the end of the file, then the row groups.
 * As many small row groups as fit into PARQUET_SPAN bytes are wanted at once; of a larger one each
 * column has a window of its own, which is wanted in pieces, or whole with those of small columns
 * beside it.
 *
 * `options.size` has to be known. An item's `end` is its number in the file, from 1 on. The state
 * only tells how many rows the file has. A reader that goes on later does not read the row groups
 * before, and does not unpack the pages that it skips.
 */
items_reader *parquet_new(const struct items_options *o, struct diag *why);

enum {
    PARQUET_SPAN = 4 << 20,          /* the most that is wanted at once */
    PARQUET_MAX_FOOTER = 5 << 20,    /* as on AWS */
    PARQUET_MAX_GROUP_MIB = 256,     /* of a row group as it stands in the file; as on AWS */
    PARQUET_MAX_DEPTH = 100,         /* of fields within fields */
    PARQUET_MAX_PAGE = 256 << 20,    /* bytes of one page, unpacked */
    PARQUET_MAX_RESIDENT_MIB = 1024, /* of all pages that are in memory at once */
};

#endif
