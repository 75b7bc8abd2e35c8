/*
 * Pages: their headers, and how they are unpacked. A header is a struct of Thrift without a length,
 * directly before the page; so it is read to find where it ends. A page's length, packed and
 * unpacked, is claimed in its header; no memory is got for a claim that the codec cannot keep.
 */

#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/mem.h"

#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* ---- headers ---- */

/* A data page's header, or a dictionary's, which has no levels. */
static void read_data_header(struct thrift *t, const struct thrift_field *of, bool has_levels,
                             struct page_header *h)
{
    struct thrift_field f = {0};

    if (!thrift_struct(t, of))
        return;
    while (thrift_next(t, &f))
        if (f.id == 1)
            h->values = (uint32_t)thrift_int32(t, &f);
        else if (f.id == 2)
            h->encoding = thrift_int32(t, &f);
        else if (f.id == 3 && has_levels)
            h->def_encoding = thrift_int32(t, &f);
        else if (f.id == 4 && has_levels)
            h->rep_encoding = thrift_int32(t, &f);
        else
            thrift_skip(t, &f);
}

/* The second form also has the numbers of rows and nulls, which nobody needs here. */
static void read_data_header_v2(struct thrift *t, const struct thrift_field *of,
                                struct page_header *h)
{
    struct thrift_field f = {0};

    if (!thrift_struct(t, of))
        return;
    while (thrift_next(t, &f))
        switch (f.id) {
        case 1: h->values = (uint32_t)thrift_int32(t, &f); break;
        case 4: h->encoding = thrift_int32(t, &f); break;
        case 5: h->def_len = (uint32_t)thrift_int32(t, &f); break;
        case 6: h->rep_len = (uint32_t)thrift_int32(t, &f); break;
        case 7: h->is_packed = thrift_bool(t, &f); break;
        default: thrift_skip(t, &f); break;
        }
}

/* All of these are signed in the file: what was negative is larger than any may be. */
static bool is_good_header(const struct page_header *h)
{
    return (h->kind == PAGE_DATA || h->kind == PAGE_INDEX || h->kind == PAGE_DICTIONARY ||
            h->kind == PAGE_DATA_V2) &&
           h->packed <= INT32_MAX && h->unpacked <= INT32_MAX && h->values <= INT32_MAX &&
           h->def_len <= INT32_MAX && h->rep_len <= INT32_MAX;
}

size_t page_header_read(struct page_header *h, struct bytes text)
{
    struct thrift t = {text.at, text.at + text.len, THRIFT_GOOD};
    struct thrift_field f = {0};

    *h = (struct page_header){.packed = UINT32_MAX, .is_packed = true, .encoding = -1};
    while (thrift_next(&t, &f))
        switch (f.id) {
        case 1: h->kind = (enum page_kind)thrift_int32(&t, &f); break;
        case 2: h->unpacked = (uint32_t)thrift_int32(&t, &f); break;
        case 3: h->packed = (uint32_t)thrift_int32(&t, &f); break;
        case 4:
            h->crc = (uint32_t)thrift_int32(&t, &f);
            h->has_crc = true;
            break;
        case 5:
        case 7: read_data_header(&t, &f, f.id == 5, h); break;
        case 8: read_data_header_v2(&t, &f, h); break;
        default: thrift_skip(&t, &f); break;
        }
    if (t.state == THRIFT_SHORT)
        return 0;
    return t.state == THRIFT_GOOD && is_good_header(h) ? (size_t)(t.at - text.at) : SIZE_MAX;
}

/* ---- codecs ---- */

enum codec { CODEC_NONE, CODEC_SNAPPY, CODEC_GZIP, CODEC_ZSTD = 6 };

/* Names of the format, at their numbers. For these no library is linked. */
const char *codec_refused(int64_t codec)
{
    static const char *const others[] = {NULL, NULL, NULL, "LZO", "BROTLI", "LZ4", NULL, "LZ4_RAW"};

    if (codec < 0 || (uint64_t)codec >= sizeof others / sizeof *others)
        return "that is not known";
    if (codec == CODEC_SNAPPY && !snappy_is_there(NULL))
        return "SNAPPY, without libsnappy,";
    return others[codec];
}

/* The most that deflate, zstd's blocks of one byte and snappy's copies can make of a byte. */
bool page_may_unpack(int codec, size_t packed, size_t unpacked)
{
    switch (codec) {
    case CODEC_SNAPPY: return unpacked / 64 <= packed;
    case CODEC_GZIP: return unpacked / 1040 <= packed;
    case CODEC_ZSTD: return unpacked / (128 << 10) <= packed;
    default: return unpacked == packed;
    }
}

/* A page of so many bytes is unpacked at once; of a larger one so many in a turn. */
enum { AT_ONCE = 8 << 20, A_TURN = 4 << 20 };
/* What zstd needs of what came before it keeps for itself when it takes turns: of so much, 8 MiB,
 * another copy is no harm. Frames that look further back are few. */
enum { WINDOW_LOG = 23 };
/* Memory comes in pages of so many bytes, or of more. */
enum { MEMORY_PAGE = 4096 };

struct packing {
    z_stream z;
    bool inflates;
    ZSTD_DCtx *zstd;
};

size_t packing_held(const struct packing *p)
{
    return p && p->zstd ? ZSTD_sizeof_DCtx(p->zstd) : 0;
}

void packing_free(struct packing *p)
{
    if (!p)
        return;
    if (p->inflates)
        inflateEnd(&p->z);
    ZSTD_freeDCtx(p->zstd);
    mem_free(p);
}

/* 32: by its own header it is gzip's or zlib's. */
static bool begin_inflating(struct packing *p)
{
    if (!p->inflates && inflateInit2(&p->z, 32 + MAX_WBITS) != Z_OK)
        return false;
    p->inflates = true;
    return inflateReset(&p->z) == Z_OK;
}

/* A page may have several members of gzip, one behind the other. */
static enum unpack_step unpack_page_gzip(struct packing *p, struct unpacking *u, size_t turn)
{
    int result = Z_OK;

    if (!u->used && !u->done && !begin_inflating(p))
        return UNPACK_FAILED;
    p->z.next_in = (unsigned char *)(uintptr_t)(u->in.at + u->used);
    p->z.avail_in = (unsigned)(u->in.len - u->used);
    p->z.next_out = u->out + u->done;
    p->z.avail_out = (unsigned)turn;
    do {
        if (u->member_ended && inflateReset(&p->z) != Z_OK)
            return UNPACK_FAILED;
        result = inflate(&p->z, Z_NO_FLUSH);
        u->member_ended = result == Z_STREAM_END;
    } while (u->member_ended && p->z.avail_in && p->z.avail_out);
    u->used = u->in.len - p->z.avail_in;
    u->done += turn - p->z.avail_out;
    if (u->done == u->len)
        return u->member_ended ? UNPACK_DONE : UNPACK_FAILED;
    return (result == Z_OK || u->member_ended) && !p->z.avail_out ? UNPACK_GOES_ON : UNPACK_FAILED;
}

/* Frames may follow each other; the function unpacks them all. */
static bool unpack_zstd_at_once(struct packing *p, const struct unpacking *u)
{
    return ZSTD_decompressDCtx(p->zstd, u->out, u->len, u->in.at, u->in.len) == u->len;
}

/* Behind the last byte there may be a checksum, and frames that are empty. */
static bool end_zstd(struct packing *p, ZSTD_inBuffer *in, ZSTD_outBuffer *out, size_t result)
{
    while (result || in->pos < in->size) {
        size_t before = in->pos;

        result = ZSTD_decompressStream(p->zstd, out, in);
        if (ZSTD_isError(result) || in->pos == before)
            return false;
    }
    return true;
}

static enum unpack_step unpack_zstd_turn(struct packing *p, struct unpacking *u, size_t turn)
{
    ZSTD_inBuffer in = {u->in.at, u->in.len, u->used};
    ZSTD_outBuffer out = {u->out + u->done, turn, 0};
    size_t result;

    if (!u->used && !u->done) {
        ZSTD_DCtx_reset(p->zstd, ZSTD_reset_session_only);
        ZSTD_DCtx_setParameter(p->zstd, ZSTD_d_windowLogMax, WINDOW_LOG);
    }
    do
        result = ZSTD_decompressStream(p->zstd, &out, &in);
    while (!ZSTD_isError(result) && out.pos < out.size && in.pos < in.size);
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
        u->used = u->done = 0;
        u->at_once = true;
        return UNPACK_GOES_ON;
    }
    u->used = in.pos;
    u->done += out.pos;
    if (ZSTD_isError(result) || out.pos < out.size)
        return UNPACK_FAILED;
    if (u->done < u->len)
        return UNPACK_GOES_ON;
    return end_zstd(p, &in, &out, result) ? UNPACK_DONE : UNPACK_FAILED;
}

/* Most of the time that a large page takes the system needs to get its memory. */
static bool get_memory(struct unpacking *u, size_t turn)
{
    for (size_t i = 0; i < turn; i += MEMORY_PAGE)
        u->out[u->done + i] = 0;
    u->done += turn;
    return u->done == u->len;
}

static bool unpack_at_once(struct packing *p, const struct unpacking *u)
{
    return u->codec == CODEC_ZSTD ? unpack_zstd_at_once(p, u)
                                  : snappy_unpack(u->in, u->out, u->len);
}

static enum unpack_step copy_turn(struct unpacking *u, size_t turn)
{
    memcpy(u->out + u->done, u->in.at + u->done, turn);
    u->done += turn;
    return u->done == u->len ? UNPACK_DONE : UNPACK_GOES_ON;
}

enum unpack_step page_unpack(struct packing **all, struct unpacking *u)
{
    size_t left = u->len - u->done, turn = u->len > AT_ONCE && left > A_TURN ? A_TURN : left;
    struct packing *p = *all;

    if (!p)
        p = *all = mem_calloc(1, sizeof *p);
    if (u->codec == CODEC_NONE)
        return copy_turn(u, turn);
    if (u->codec == CODEC_GZIP)
        return unpack_page_gzip(p, u, turn);
    if (u->codec == CODEC_ZSTD && !p->zstd && !(p->zstd = ZSTD_createDCtx()))
        return UNPACK_FAILED;
    if (u->codec == CODEC_ZSTD && u->len > AT_ONCE && !u->at_once)
        return unpack_zstd_turn(p, u, turn);
    if (u->len > AT_ONCE && !get_memory(u, turn))
        return UNPACK_GOES_ON;
    return unpack_at_once(p, u) ? UNPACK_DONE : UNPACK_FAILED;
}
