#ifndef ASL_EVAL_BATCH_H
#define ASL_EVAL_BATCH_H

#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The input of a child that ItemBatcher makes, while it is filled: {"BatchInput": …, "Items": […]}.
 */
struct asl_batch {
    const json *shared; /* BatchInput; NULL: none */
    uint64_t most_items, most_bytes;
    uint64_t bytes; /* that it has as JSON text */
    size_t count;
    struct json_build items;
};

/* Begins one without items, which gets no more than `most` bytes. `of` is "batch" of the Map's plan
 * (asl_flow_plan), and must outlive it. */
void asl_batch_begin(struct asl_batch *b, const json *of, uint64_t most);
/* Adds an item (taken). False: it has no room any more, and `item` stays the caller's. The first
 * one always has room, however large it is. */
bool asl_batch_add(struct asl_batch *b, json *item);
/* Returns whether it has as many items as it may have. */
bool asl_batch_is_full(const struct asl_batch *b);
/* Makes the input. The batch is empty afterwards. */
json *asl_batch_done(struct asl_batch *b);
/* Returns a bound of the plan's batches, "items" or "bytes"; UINT64_MAX: there is none. */
uint64_t asl_batch_bound(const json *of, const char *bound);

#endif
