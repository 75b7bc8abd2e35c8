/*
 * The batches of a distributed Map. Both bounds hold at once, and bytes are those of the child's
 * whole input as JSON text: AWS measures what it starts the child with. Without a bound of bytes a
 * batch has as many as a child's input may have.
 */
#include "asl/eval/batch.h"

uint64_t asl_batch_bound(const json *of, const char *bound)
{
    const json *n = json_get(of, bound);

    return n ? (uint64_t)json_int_value(n) : UINT64_MAX;
}

static json *batch_of(const json *shared, json *items)
{
    struct json_build b;

    json_build_object(&b, 2);
    if (shared)
        json_build_set(&b, "BatchInput", json_ref(shared));
    json_build_set(&b, "Items", items);
    return json_build_done(&b);
}

void asl_batch_begin(struct asl_batch *b, const json *of, uint64_t most)
{
    uint64_t bytes = asl_batch_bound(of, "bytes");

    *b = (struct asl_batch){.shared = json_get(of, "input"),
                            .most_items = asl_batch_bound(of, "items"),
                            .most_bytes = bytes < most ? bytes : most};
    json *empty = batch_of(b->shared, json_ref(json_empty_array()));
    b->bytes = json_text_len(empty);
    json_unref(empty);
    json_build_array(&b->items, 0);
}

bool asl_batch_is_full(const struct asl_batch *b)
{
    return b->count && b->count >= b->most_items;
}

bool asl_batch_add(struct asl_batch *b, json *item)
{
    uint64_t bytes = b->bytes + json_text_len(item) + (b->count > 0);

    if (asl_batch_is_full(b) || (b->count && bytes > b->most_bytes))
        return false;
    b->bytes = bytes;
    b->count++;
    json_build_add(&b->items, item);
    return true;
}

json *asl_batch_done(struct asl_batch *b)
{
    return batch_of(b->shared, json_build_done(&b->items));
}
