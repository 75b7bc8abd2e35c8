/*
 * What an answer of getObject says of its bytes, held against what came and what was asked for. An
 * answer that ends too early must not pass for the file's end: the items behind would be missing,
 * and nobody would know. One that has some of what was asked for is good, and the rest is asked for
 * next.
 */
#include "runtime/mapio/mapio_impl.h"

#include <inttypes.h>
#include <stdio.h>

/* An object without an ETag shows by its size that it is another one by now. */
static bool takes_size(struct reading *r, uint64_t size)
{
    struct file *f = &r->file;

    if (f->size && size && size != f->size) {
        file_refuse_changed(r);
        return false;
    }
    if (size)
        f->size = size;
    return true;
}

bool file_may_end(struct reading *r)
{
    const struct file *f = &r->file;
    uint64_t at = f->next == FILE_FROM_END ? 0 : f->next;

    if (at >= f->size)
        return true;
    reading_fail(r, "getObject gave nothing of '%s' from byte %" PRIu64 " on, of %" PRIu64 ".",
                 json_str(f->key), at, f->size);
    return false;
}

static bool refuse_length(struct reading *r, const json *range, size_t len, const char *than)
{
    reading_fail(r, "getObject gave %zu bytes of '%s', %s its ContentRange '%s' has.", len,
                 json_str(r->file.key), than, json_str(range));
    return false;
}

/* "bytes <from>-<last>/<size>", or "*" for a size that is not known. Small servers say of an empty
 * object that its size is 0. */
bool extent_of_range(struct reading *r, const json *range, size_t len, struct extent *out)
{
    const struct file *f = &r->file;
    int told = sscanf(json_str(range), "bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64, &out->from,
                      &out->last, &out->size);

    if (told < (r->format == ITEMS_PARQUET ? 3 : 2)) {
        reading_fail(r, "The answer of getObject for '%s' has the ContentRange '%s'.",
                     json_str(f->key), json_str(range));
        return false;
    }
    if (out->from != f->next && f->next != FILE_FROM_END) {
        reading_fail(r, "getObject gave '%s' from byte %" PRIu64 " on, and not from %" PRIu64 ".",
                     json_str(f->key), out->from, f->next);
        return false;
    }
    if (!takes_size(r, out->size))
        return false;
    if (!len)
        return (told == 3 && !out->size) || refuse_length(r, range, len, "fewer than");
    return (out->last >= out->from && len - 1 <= out->last - out->from) ||
           refuse_length(r, range, len, "more than");
}

bool extent_of_whole(struct reading *r, size_t len)
{
    const struct file *f = &r->file;

    if (!len && !file_may_end(r))
        return false;
    if (f->next != FILE_FROM_END && len < f->next) {
        reading_fail(r, "getObject gave %zu bytes of '%s', which was read to byte %" PRIu64 ".",
                     len, json_str(f->key), f->next);
        return false;
    }
    return takes_size(r, len);
}
