/* A reader whose items are in one object. */
#include "runtime/mapio/mapio_impl.h"

static bool object_begin(struct reading *r, uint64_t position)
{
    const json *bucket = reading_parameter(r, "Bucket"), *key = reading_parameter(r, "Key");

    if (bucket && key)
        return file_open(r, bucket, key, r->source, position, NULL);
    reading_fail(r, "The ItemReader needs a Bucket and a Key, texts that are not empty.");
    return false;
}

static enum source_step object_next(struct reading *r)
{
    return file_read(r);
}

static void object_free(struct reading *r)
{
    (void)r;
}

const struct source_kind source_object = {object_begin, object_next, object_free};
