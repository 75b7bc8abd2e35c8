/* Files of the names *.gz and *.zstd (*.zst) are unpacked while they are read: by zlib and zstd. */
#include "parsers/base/mem.h"
#include "runtime/mapio/mapio_impl.h"

#include <string.h>
#include <zlib.h>
#include <zstd.h>

struct unpacker {
    enum { GZIP, ZSTD } kind;
    z_stream z;
    ZSTD_DStream *zstd;
    bool done;  /* a member or frame has ended, and no other one has begun */
    bool ended; /* there has been one */
};

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len > n && memcmp(text + len - n, end, n) == 0;
}

static bool begin_unpacking(struct unpacker *u)
{
    if (u->kind == ZSTD)
        return (u->zstd = ZSTD_createDStream()) != NULL;
    /* 32: by its own header it is gzip's or zlib's. */
    return inflateInit2(&u->z, 32 + MAX_WBITS) == Z_OK;
}

bool unpacker_for(const char *key, size_t len, struct unpacker **out)
{
    bool gzip = ends_with(key, len, ".gz"),
         zstd = ends_with(key, len, ".zstd") || ends_with(key, len, ".zst");

    *out = NULL;
    if (!gzip && !zstd)
        return true;
    *out = mem_calloc(1, sizeof **out);
    (*out)->kind = gzip ? GZIP : ZSTD;
    (*out)->done = true;
    if (begin_unpacking(*out))
        return true;
    mem_free(*out);
    *out = NULL;
    return false;
}

void unpacker_free(struct unpacker *u)
{
    if (!u)
        return;
    if (u->kind == GZIP)
        inflateEnd(&u->z);
    ZSTD_freeDStream(u->zstd);
    mem_free(u);
}

size_t unpacker_held(const struct unpacker *u)
{
    return u->zstd ? ZSTD_sizeof_DStream(u->zstd) : 0;
}

bool unpacker_is_done(const struct unpacker *u)
{
    return u->done;
}

/* A file may have several members, one behind the other, and zeros behind the last: tapes have
 * blocks, and gzip(1) ignores the padding. */
static size_t unpack_gzip(struct unpacker *u, const char *bytes, size_t len, size_t *used,
                          char *out, size_t room, const char **why)
{
    size_t before = *used;

    while (u->ended && u->done && *used < len && bytes[*used] == 0)
        ++*used;
    if (u->ended && u->done && *used == len)
        return 0;
    u->z.next_in = (unsigned char *)(uintptr_t)(bytes + *used);
    u->z.avail_in = (unsigned)(len - *used);
    u->z.next_out = (unsigned char *)out;
    u->z.avail_out = (unsigned)room;
    int result = inflate(&u->z, Z_NO_FLUSH);
    *used = len - u->z.avail_in;
    if (result == Z_STREAM_END) {
        u->done = u->ended = true;
        inflateReset(&u->z);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        *why = u->z.msg ? u->z.msg : "it is no gzip";
        return SIZE_MAX;
    } else if (*used > before) {
        u->done = false;
    }
    return room - u->z.avail_out;
}

static size_t unpack_zstd(struct unpacker *u, const char *bytes, size_t len, size_t *used,
                          char *out, size_t room, const char **why)
{
    size_t before = *used;
    ZSTD_inBuffer in = {bytes, len, before};
    ZSTD_outBuffer to = {out, room, 0};
    size_t result = ZSTD_decompressStream(u->zstd, &to, &in);

    *used = in.pos;
    if (ZSTD_isError(result)) {
        *why = ZSTD_getErrorName(result);
        return SIZE_MAX;
    }
    /* Without input it asks for the header of a next frame, though there need not be one. */
    if (to.pos || in.pos > before)
        u->done = result == 0;
    return to.pos;
}

/* A header or the end of a member gives no bytes: then it goes on with what is behind it. What an
 * earlier call had no room for comes even without input. */
size_t unpack(struct unpacker *u, const char *bytes, size_t len, size_t *used, char *out,
              size_t room, const char **why)
{
    for (;;) {
        size_t before = *used, got = u->kind == GZIP
                                         ? unpack_gzip(u, bytes, len, used, out, room, why)
                                         : unpack_zstd(u, bytes, len, used, out, room, why);
        if (got || *used == before)
            return got;
    }
}
