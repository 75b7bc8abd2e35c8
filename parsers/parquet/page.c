/*
 * Pages: their headers, and how they are unpacked. A header is a struct of Thrift without a length,
 * directly before the page; so it is read to find where it ends. A page's length, packed and
 * unpacked, is claimed in its header; no memory is got for a claim that the codec cannot keep.
 */

#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/mem.h"

#include <zlib.h>
#include <zstd.h>

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

struct packing {
    z_stream z;
    bool inflates;
    ZSTD_DCtx *zstd;
};

void packing_free(struct packing *p)
{
    if (!p)
        return;
    if (p->inflates)
        inflateEnd(&p->z);
    ZSTD_freeDCtx(p->zstd);
    mem_free(p);
}

/* A page may have several members of gzip, one behind the other. */
static bool unpack_page_gzip(struct packing *p, struct bytes in, unsigned char *out, size_t len)
{
    int result = Z_OK;

    /* 32: by its own header it is gzip's or zlib's. */
    if (!p->inflates && inflateInit2(&p->z, 32 + MAX_WBITS) != Z_OK)
        return false;
    p->inflates = true;
    p->z.next_in = (unsigned char *)(uintptr_t)in.at;
    p->z.avail_in = (unsigned)in.len;
    p->z.next_out = out;
    p->z.avail_out = (unsigned)len;
    do {
        if (inflateReset(&p->z) != Z_OK)
            return false;
        result = inflate(&p->z, Z_FINISH);
    } while (result == Z_STREAM_END && p->z.avail_in && p->z.avail_out);
    return result == Z_STREAM_END && !p->z.avail_out;
}

/* Frames may follow each other; the function unpacks them all. */
static bool unpack_page_zstd(struct packing *p, struct bytes in, unsigned char *out, size_t len)
{
    if (!p->zstd)
        p->zstd = ZSTD_createDCtx();
    return p->zstd && ZSTD_decompressDCtx(p->zstd, out, len, in.at, in.len) == len;
}

bool page_unpack(struct packing **p, int codec, struct bytes in, unsigned char *out, size_t len)
{
    if (!*p)
        *p = mem_calloc(1, sizeof **p);
    switch (codec) {
    case CODEC_SNAPPY: return snappy_unpack(in, out, len);
    case CODEC_GZIP: return unpack_page_gzip(*p, in, out, len);
    case CODEC_ZSTD: return unpack_page_zstd(*p, in, out, len);
    default: return false;
    }
}
