/*
 * Streams of small numbers. Both forms come in runs: of one value that repeats, or of values packed
 * into few bits each, the first one in the lowest bits of the first byte. Each value is taken out
 * of a word that is loaded at its byte, so no run is unpacked ahead, and a claim of many values
 * costs nothing until they are asked for.
 */

#include "parsers/parquet/parquet_impl.h"

#include <string.h>

static bool bits_varint(const unsigned char **at, const unsigned char *end, uint64_t *out)
{
    uint64_t n = 0;

    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        unsigned b = *(*at)++;
        n |= (uint64_t)(b & 127) << shift;
        if (b < 128) {
            *out = n;
            return true;
        }
    }
    return false;
}

unsigned bits_for(uint32_t most)
{
    unsigned bits = 0;

    for (; most; most >>= 1)
        bits++;
    return bits;
}

/* ---- RLE and bit-packing, mixed ---- */

void hybrid_begin(struct hybrid *h, struct bytes text, unsigned width)
{
    *h = (struct hybrid){.at = text.at, .end = text.at + text.len, .width = width};
    /* Numbers of no bits are all 0, and need no text. */
    if (!width)
        h->repeat = UINT64_MAX;
}

void hybrid_begin_packed(struct hybrid *h, struct bytes text, unsigned width, uint64_t count)
{
    hybrid_begin(h, text, width);
    if (!width)
        return;
    h->from_top = true;
    h->packed = (uint64_t)text.len * 8 / width;
    if (h->packed > count)
        h->packed = count;
    h->run = h->at;
    h->run_end = h->end;
    h->at = h->end;
}

/*
 * A run: count << 1, and the value in as many whole bytes as it needs; or groups << 1 | 1, and that
 * many groups of 8 packed values. Some writers cut the last group off.
 */
bool hybrid_begin_run(struct hybrid *h)
{
    uint64_t head;
    size_t bytes = (h->width + 7) / 8, left;

    if (!bits_varint(&h->at, h->end, &head))
        return false;
    left = (size_t)(h->end - h->at);
    if (head & 1) {
        uint64_t room = (uint64_t)left * 8 / h->width;
        h->packed = head >> 1 > UINT32_MAX ? UINT32_MAX : (head >> 1) * 8;
        if (h->packed > room)
            h->packed = room;
        h->bit = 0;
        h->run = h->at;
        h->at += (size_t)((h->packed * h->width + 7) / 8);
        h->run_end = h->at;
        return true;
    }
    if (left < bytes)
        return false;
    h->value = (uint32_t)load_bits(h->at, h->at + bytes);
    h->at += bytes;
    h->repeat = head >> 1;
    return true;
}

/* The older order, which only levels of old files have. */
uint32_t hybrid_unpack_from_top(struct hybrid *h)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < h->width; i++, h->bit++)
        value = value << 1 | (h->run[h->bit / 8] >> (7 - h->bit % 8) & 1);
    return value;
}

/* ---- DELTA_BINARY_PACKED ---- */

static uint64_t unzigzag(uint64_t n)
{
    return n >> 1 ^ (0 - (n & 1));
}

/* Values of a block, its miniblocks, count of all values, the first value. */
bool delta_begin(struct delta *d, struct bytes text)
{
    uint64_t block, minis, first;

    *d = (struct delta){.at = text.at, .end = text.at + text.len};
    if (!bits_varint(&d->at, d->end, &block) || !bits_varint(&d->at, d->end, &minis) ||
        !bits_varint(&d->at, d->end, &d->left) || !bits_varint(&d->at, d->end, &first))
        return false;
    d->last = unzigzag(first);
    /* Who has one value or none may say what he likes of blocks. */
    if (!minis || minis > text.len || !block || block > UINT32_MAX || block % minis ||
        block / minis % 8)
        return d->left <= 1;
    d->minis = d->mini = (uint32_t)minis;
    d->per_mini = block / minis;
    return true;
}

/* A block: its least difference, the width of each miniblock, the miniblocks. */
static bool begin_block(struct delta *d)
{
    uint64_t least;

    if (!d->minis || !bits_varint(&d->at, d->end, &least) || (size_t)(d->end - d->at) < d->minis)
        return false;
    d->least = unzigzag(least);
    d->widths = d->at;
    d->at += d->minis;
    d->mini = 0;
    return true;
}

static bool begin_mini(struct delta *d)
{
    if (d->mini == d->minis && !begin_block(d))
        return false;
    d->width = d->widths[d->mini++];
    uint64_t bytes = d->per_mini * d->width / 8, left = (uint64_t)(d->end - d->at);
    if (d->width > 64)
        return false;
    d->data = d->at;
    d->mini_left = d->per_mini;
    d->bit = 0;
    /* The last miniblock is to be filled up, but not all writers do so. */
    if (bytes > left) {
        d->mini_left = left * 8 / d->width;
        bytes = left;
    }
    d->at += bytes;
    return true;
}

static uint64_t delta_unpack(struct delta *d)
{
    const unsigned char *at = d->data + d->bit / 8;
    unsigned shift = d->bit % 8;
    uint64_t word = load_bits(at, d->at) >> shift;

    if (shift + d->width > 64)
        word |= (uint64_t)at[8] << (64 - shift);
    d->bit += d->width;
    return d->width < 64 ? word & ((UINT64_C(1) << d->width) - 1) : word;
}

bool delta_next(struct delta *d, int64_t *out)
{
    if (!d->left)
        return false;
    if (d->begun) {
        if (!d->mini_left && (!begin_mini(d) || !d->mini_left))
            return false;
        d->mini_left--;
        d->last += d->least + (d->width ? delta_unpack(d) : 0);
    }
    d->begun = true;
    d->left--;
    *out = (int64_t)d->last;
    return true;
}

/* Each step takes bytes, so a claim of many values ends soon. */
bool delta_find_end(const struct delta *d, const unsigned char **end)
{
    struct delta copy = *d;

    for (uint64_t left = copy.left ? copy.left - 1 : 0; left;) {
        if (!begin_mini(&copy) || !copy.mini_left)
            return false;
        left -= left < copy.mini_left ? left : copy.mini_left;
    }
    *end = copy.at;
    return true;
}
