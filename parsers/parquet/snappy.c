/* Pages that are packed by snappy: its library brings that of C++ with it, so it is loaded when the
 * first such page comes. */
#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/library.h"

#include <snappy-c.h>

static struct {
    __typeof__(snappy_uncompressed_length) *uncompressed_length;
    __typeof__(snappy_uncompress) *uncompress;
} snappy;

static void snappy_find(struct library *l)
{
    library_find(l, "snappy_uncompressed_length", &snappy.uncompressed_length);
    library_find(l, "snappy_uncompress", &snappy.uncompress);
}

static struct library library = {.soname = "libsnappy.so.1", .user = "SNAPPY", .find = snappy_find};

bool snappy_is_there(struct diag *why)
{
    return library_load(&library, why);
}

/* The text says itself how long it gets, which must be what the header says: else it would be
 * written over the end. */
bool snappy_unpack(struct bytes in, unsigned char *out, size_t len)
{
    size_t claimed;

    return snappy_is_there(NULL) &&
           snappy.uncompressed_length((const char *)in.at, in.len, &claimed) == SNAPPY_OK &&
           claimed == len &&
           snappy.uncompress((const char *)in.at, in.len, (char *)out, &claimed) == SNAPPY_OK &&
           claimed == len;
}
