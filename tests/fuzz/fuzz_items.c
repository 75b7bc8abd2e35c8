/*
 * Readers of items. The first byte chooses the format and the options, the second seeds the pieces;
 * a pointer ends with a NUL. However the rest is fed, and wherever a new reader goes on, the items
 * are the same; and what is read as JSON is what json_parse makes of it.
 */

#include "tests/fuzz/require.h"

#include "parsers/base/mem.h"
#include "parsers/items/items.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_BYTES = 4096, MOST_ITEM = 200 };

/* What was read; of each item where it ends, and the state that was there. */
struct outcome {
    struct json_build items;
    uint64_t ends[MOST_BYTES + 1];
    size_t count;
    json *state;
    enum items_result result;
    struct diag why;
};

static void outcome_add(struct outcome *got, const struct item *item, const items_reader *r)
{
    struct json_build pair;

    require(item->value && item->end && got->count <= MOST_BYTES);
    require(!got->count || item->end > got->ends[got->count - 1]);
    require(items_state(r) && (!got->state || json_equal(got->state, items_state(r))));
    got->ends[got->count++] = item->end;
    if (!got->state)
        got->state = json_ref(items_state(r));
    json_build_array(&pair, 2);
    json_build_add(&pair, item->key ? item->key : json_null());
    json_build_add(&pair, item->value);
    json_build_add(&got->items, json_build_done(&pair));
}

static void outcome_clear(struct outcome *got)
{
    json_build_drop(&got->items);
    json_unref(got->state);
    diag_clear(&got->why);
}

/* Reads all; `seed` 0 feeds the whole at once. */
static void read_all(struct outcome *got, const struct items_options *o, const char *text,
                     size_t len, uint32_t seed)
{
    items_reader *r = items_new(o, &got->why);
    struct item item;
    uint64_t from, wanted;

    got->count = 0;
    got->state = NULL;
    json_build_array(&got->items, 0);
    got->result = ITEMS_FAILED;
    if (!r)
        return;
    while ((got->result = items_next(r, &item, &got->why)) == ITEMS_ITEM ||
           got->result == ITEMS_WANTS) {
        size_t piece = len;

        if (got->result == ITEMS_ITEM) {
            outcome_add(got, &item, r);
            continue;
        }
        items_wanted(r, &from, &wanted);
        require(from <= len && wanted == UINT64_MAX);
        if (from == len) {
            items_feed_end(r);
            continue;
        }
        if (seed) {
            seed = seed * 1664525u + 1013904223u;
            piece = (seed >> 8) % 17;
        }
        items_feed(r, text + from, piece < len - from ? piece : len - (size_t)from);
    }
    items_free(r);
}

/* Is `got` what `want` has behind its first `skipped` items? */
static void require_same(const struct outcome *got, const struct outcome *want, size_t skipped)
{
    require(got->result == want->result && got->count == want->count - skipped);
    for (size_t i = 0; i < got->count; i++) {
        require(got->ends[i] == want->ends[i + skipped]);
        require(json_equal(json_at(got->items.v, i), json_at(want->items.v, i + skipped)));
    }
    require(!got->why.text == !want->why.text);
    require(!got->why.text || !strcmp(got->why.text, want->why.text));
    require(got->why.at == want->why.at);
    require(skipped || got->why.place.line == want->why.place.line);
}

static struct outcome whole, other;

static void try_resumed(struct items_options o, const char *text, size_t len, uint32_t seed)
{
    for (size_t i = seed % 5; i < whole.count; i += 1 + seed % 7) {
        o.state = whole.state;
        o.position = whole.ends[i];
        read_all(&other, &o, text, len, i % 2 ? seed : 0);
        require_same(&other, &whole, i + 1);
        outcome_clear(&other);
    }
}

/* Without a pointer, a file is good when json_parse says so, and has the same items. */
static void require_parsed(const char *text, size_t len)
{
    struct diag why = {0};
    json *v = json_parse(text, len, JSON_READ_SURROGATES, &why);
    bool good = whole.result == ITEMS_END;
    const char *failed = whole.why.code;

    if (v && json_is_scalar(v))
        require(!good && !strcmp(failed, "ITEMS_NOT_ITERABLE"));
    else if (v)
        require(good || !strcmp(failed, "ITEMS_TOO_LARGE"));
    else
        require(!good);
    if (v && good && json_is_array(v)) {
        require(json_count(v) == whole.count);
        for (size_t i = 0; i < whole.count; i++)
            require(json_equal(json_at(v, i), json_at(json_at(whole.items.v, i), 1)));
    }
    if (v && good && json_is_object(v))
        for (size_t i = 0; i < whole.count; i++)
            require(json_get_key(v, json_at(json_at(whole.items.v, i), 0)) != NULL);
    json_unref(v);
    diag_clear(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {',', '|', ';', ' ', '\t', 0, 'a', '\xC3'};
    struct items_options o = {.size = UINT64_MAX};
    const char *text = (const char *)data, *nul;
    json *headers = json_parse("[\"x\",\"y\",\"z\"]", 13, 0, NULL);
    size_t before = mem_in_use(), len = size;

    if (size < 2 || size > MOST_BYTES) {
        json_unref(headers);
        return 0;
    }
    o.format = (enum items_format)(data[0] % 3);
    o.delimiter = delimiters[data[0] / 3 % 8];
    o.headers = data[0] / 24 % 2 ? headers : NULL;
    o.max_item = data[0] / 48 % 2 ? MOST_ITEM : 0;
    text += 2;
    len -= 2;
    if (o.format == ITEMS_JSON && (nul = memchr(text, '\0', len))) {
        o.pointer = text;
        len -= (size_t)(nul + 1 - text);
        text = nul + 1;
    }
    read_all(&whole, &o, text, len, 0);
    require((whole.result == ITEMS_FAILED) == (whole.why.text != NULL));
    require(whole.why.at <= len);
    read_all(&other, &o, text, len, data[1] + 1u);
    require_same(&other, &whole, 0);
    outcome_clear(&other);
    try_resumed(o, text, len, data[1] + 1u);
    if (o.format == ITEMS_JSON && (!o.pointer || !*o.pointer))
        require_parsed(text, len);
    outcome_clear(&whole);
    require(mem_in_use() == before);
    json_unref(headers);
    return 0;
}
