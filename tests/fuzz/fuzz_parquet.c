/*
 * The reader of Parquet. An input is a file without its ends: the length of the footer (2 bytes),
 * then the row groups and the footer. So what is changed, cut out or put in leaves a file whose
 * footer is still found. However it is fed, and wherever a new reader goes on, the rows are the
 * same.
 */

#include "tests/fuzz/require.h"

#include "parsers/base/mem.h"
#include "parsers/parquet/parquet.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A few bytes can say that there are billions of rows. */
enum { MOST_ROWS = 300, MOST_ITEM = 5000 };

struct outcome {
    struct json_build rows;
    bool is_cut; /* there may be more of them */
    enum items_result result;
    struct diag why;
};

static void outcome_clear(struct outcome *got)
{
    json_build_drop(&got->rows);
    diag_clear(&got->why);
}

static size_t next_piece(uint32_t *seed, uint64_t wanted)
{
    size_t piece = (size_t)wanted;

    if (*seed) {
        *seed = *seed * 1664525u + 1013904223u;
        piece = (*seed >> 8) % 97 + 1;
    }
    return piece < wanted ? piece : (size_t)wanted;
}

/* `seed` 0 feeds all that is wanted at once. */
static void read_all(struct outcome *got, const struct buf *file, uint64_t position, uint32_t seed)
{
    struct items_options o = {
        .format = ITEMS_PARQUET, .size = file->len, .max_item = MOST_ITEM, .position = position};
    items_reader *r = parquet_new(&o, &got->why);
    struct item item;
    uint64_t from, wanted, row = position;

    json_build_array(&got->rows, 0);
    got->is_cut = false;
    got->result = ITEMS_FAILED;
    while (r && ((got->result = items_next(r, &item, &got->why)) == ITEMS_ITEM ||
                 got->result == ITEMS_WANTS || got->result == ITEMS_RESTS)) {
        if (got->result == ITEMS_RESTS)
            continue;
        if (got->result == ITEMS_WANTS) {
            items_wanted(r, &from, &wanted);
            require(wanted && from < file->len && wanted <= file->len - from);
            items_feed(r, file->data + from, next_piece(&seed, wanted));
            continue;
        }
        require(item.value && !item.key && item.end == ++row && items_state(r));
        json_build_add(&got->rows, item.value);
        if ((got->is_cut = row - position == MOST_ROWS))
            break;
    }
    items_free(r);
}

/* Are the rows of `got` those of `want` behind the first `skipped` ones? A reader that skips pages
 * does not see what is wrong in them, so it may come further. */
static void require_same(const struct outcome *got, const struct outcome *want, size_t skipped)
{
    size_t have = json_count(got->rows.v), had = json_count(want->rows.v) - skipped;

    if (!skipped)
        require(have == had && got->result == want->result);
    require(have >= had || got->result == ITEMS_FAILED);
    for (size_t i = 0; i < have && i < had; i++)
        require(json_equal(json_at(got->rows.v, i), json_at(want->rows.v, i + skipped)));
    if (!skipped && want->why.text)
        require(got->why.text && !strcmp(got->why.text, want->why.text) &&
                got->why.at == want->why.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf file = {0};
    struct outcome whole = {0}, other = {0};

    if (size < 2)
        return 0;
    buf_adds(&file, "PAR1");
    buf_add(&file, (const char *)data + 2, size - 2);
    buf_addc(&file, (char)data[0]);
    buf_addc(&file, (char)data[1]);
    buf_add(&file, "\0\0PAR1", 6);
    read_all(&whole, &file, 0, 0);
    for (size_t i = 0; i < json_count(whole.rows.v); i++)
        require_json(json_at(whole.rows.v, i));
    read_all(&other, &file, 0, 1 + data[0]);
    require_same(&other, &whole, 0);
    outcome_clear(&other);
    for (size_t i = 1; i <= json_count(whole.rows.v); i += 1 + i / 2) {
        other = (struct outcome){0};
        read_all(&other, &file, i, i % 2 ? 0 : 7);
        if (whole.result != ITEMS_FAILED)
            require_same(&other, &whole, i);
        outcome_clear(&other);
    }
    outcome_clear(&whole);
    buf_clear(&file);
    return 0;
}
