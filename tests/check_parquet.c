/*
 * Parquet: files that are made here by hand, a page at a time, for each encoding, type and form of
 * nesting, and files whose claims are wrong. Each is read at once and byte by byte, and by a new
 * reader from behind each row. tests/parquet/run compares files of real writers.
 */

#include "tests/support/expect.h"
#include "tests/support/parquet_file.h"

#include "parsers/base/mem.h"
#include "parsers/parquet/parquet.h"

#include <snappy-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* ---- reading ---- */

struct outcome {
    struct json_build items;
    uint64_t last;
    size_t count, most_wanted, pieces;
    enum items_result result;
    struct diag why;
    json *state;
};

static void outcome_clear(struct outcome *o)
{
    json_build_drop(&o->items);
    json_unref(o->state);
    diag_clear(&o->why);
}

/* `piece` 0: all that is wanted. */
static struct outcome read_rows(const struct buf *file, uint64_t position, size_t piece,
                                size_t max_item)
{
    struct outcome got = {.last = position};
    struct items_options o = {
        .format = ITEMS_PARQUET, .size = file->len, .position = position, .max_item = max_item};
    items_reader *r = parquet_new(&o, &got.why);
    struct item item;
    uint64_t from, len;

    json_build_array(&got.items, 0);
    got.result = ITEMS_FAILED;
    while (r && ((got.result = items_next(r, &item, &got.why)) == ITEMS_ITEM ||
                 got.result == ITEMS_WANTS || got.result == ITEMS_RESTS)) {
        if (got.result == ITEMS_RESTS)
            continue;
        if (got.result == ITEMS_ITEM) {
            ck_assert_uint_eq(item.end, got.last + 1);
            got.last = item.end;
            got.count++;
            json_build_add(&got.items, item.value);
            continue;
        }
        items_wanted(r, &from, &len);
        ck_assert_uint_gt(len, 0);
        ck_assert_uint_le(from + len, file->len);
        got.most_wanted = len > got.most_wanted ? (size_t)len : got.most_wanted;
        got.pieces++;
        items_feed(r, file->data + from, piece && piece < len ? piece : (size_t)len);
    }
    if (r)
        got.state = json_ref(items_state(r));
    items_free(r);
    return got;
}

static struct outcome read_file(const struct buf *file, uint64_t position, size_t piece)
{
    return read_rows(file, position, piece, 1000);
}

/* Reads in all ways, and tells what comes of it. */
static void expect_file(const char *name, const struct buf *file, const char *items,
                        const char *error)
{
    struct outcome whole = read_file(file, 0, 0), other = read_file(file, 0, 1);
    struct buf text = {0};

    json_write(&text, whole.items.v);
    expect_text(name, buf_str(&text), items);
    expect_text(name, whole.why.text, error);
    ck_assert_msg((whole.result == ITEMS_END) == !error, "%s: ends otherwise", name);
    ck_assert_msg(json_equal(whole.items.v, other.items.v), "%s: byte by byte", name);
    expect_text(name, other.why.text, error);
    outcome_clear(&other);
    for (uint64_t i = 0; !error && i < whole.count; i++) {
        other = read_file(file, i + 1, 0);
        ck_assert_msg(other.result == ITEMS_END, "%s: goes on: %s", name,
                      other.why.text ? other.why.text : "");
        ck_assert_uint_eq(other.count, whole.count - i - 1);
        for (size_t k = 0; k < other.count; k++)
            ck_assert_msg(
                json_equal(json_at(other.items.v, k), json_at(whole.items.v, k + (size_t)i + 1)),
                "%s: row %zu from behind row %zu", name, k, (size_t)i);
        outcome_clear(&other);
    }
    buf_clear(&text);
    outcome_clear(&whole);
}

/* ---- files of few pages ---- */

enum { UTF8 = 1, MAP, MAP_KEY_VALUE, LIST, ENUM, DECIMAL, DATE, TIME_MILLIS, TIME_MICROS };
enum { TIMESTAMP_MILLIS = 10, TIMESTAMP_MICROS, UINT_8, UINT_16, UINT_32, UINT_64, INT_8 };
enum { JSON_TEXT = 20, BSON, INTERVAL };
enum { DATA, DICTIONARY = 2, DATA_V2 };
enum { PLAIN, PLAIN_DICTIONARY = 2, RLE, BIT_PACKED, DELTA, DELTA_LENGTH, DELTA_TEXT };
enum { RLE_DICTIONARY = 8, SPLIT };

struct page {
    struct pqm_page head;
    const char *bytes;
    size_t len;
    int column;
};

struct made {
    const char *name;
    struct pqm_field fields[6]; /* below the root; without a name: the end */
    struct page pages[4];
    int64_t rows;
    const char *items, *error;
    struct pqm_column column; /* its claims, and its codec */
};

static const struct pqm_field *leaf_of(const struct made *m, int column)
{
    const struct pqm_field *f = m->fields;

    for (;; f++)
        if (!f->kids && !column--)
            return f;
}

static void begin_made_column(struct pqm_made *file, const struct made *m, int column)
{
    struct pqm_column c = m->column;

    if (!c.physical)
        c.physical = leaf_of(m, column)->physical;
    if (!c.values)
        for (size_t i = 0; i < COUNT(m->pages) && m->pages[i].bytes; i++)
            if (m->pages[i].column == column && m->pages[i].head.kind != DICTIONARY)
                c.values += m->pages[i].head.values;
    pqm_column(file, &c);
}

static void make_file(struct pqm_made *file, const struct made *m)
{
    struct pqm_field fields[1 + COUNT(m->fields)] = {{.name = "root"}};
    size_t count = 0;
    int column = -1;

    for (; count < COUNT(m->fields) && m->fields[count].name; count++)
        fields[1 + count] = m->fields[count];
    for (size_t i = 0, skip = 0; i < count; i++) {
        fields[0].kids += !skip;
        skip = skip ? skip - 1 + (size_t)m->fields[i].kids : (size_t)m->fields[i].kids;
    }
    pqm_begin(file, fields, count + 1);
    for (size_t i = 0; i < COUNT(m->pages) && m->pages[i].bytes; i++) {
        if (m->pages[i].column != column)
            begin_made_column(file, m, column = m->pages[i].column);
        pqm_page(file, &m->pages[i].head, m->pages[i].bytes, m->pages[i].len);
    }
    pqm_group(file, m->rows);
    pqm_end(file);
}

#define ONE(...)                                                                                   \
    {                                                                                              \
        {                                                                                          \
            .name = "c", __VA_ARGS__                                                               \
        }                                                                                          \
    }
#define PAGE(count, text)                                                                          \
    {                                                                                              \
        {                                                                                          \
            {.values = (count)}, PQ_TEXT(text), 0                                                  \
        }                                                                                          \
    }
#define CODED(code, count, text)                                                                   \
    {                                                                                              \
        {                                                                                          \
            {.encoding = (code), .values = (count)}, PQ_TEXT(text), 0                              \
        }                                                                                          \
    }
#define MAYBE .repetition = PQ_OPTIONAL

#define LIST_OF(inner, repeated)                                                                   \
    {                                                                                              \
        {.name = "l", MAYBE, .kids = 1, .converted = LIST},                                        \
            {.name = repeated, .repetition = PQ_REPEATED, .kids = 1},                              \
        {                                                                                          \
            .name = inner, MAYBE, .physical = PQ_INT32                                             \
        }                                                                                          \
    }
#define NUMBERS "\1\0\0\0\2\0\0\0"

static const struct made mades[] = {
    {"booleans",
     ONE(.physical = PQ_BOOLEAN),
     PAGE(3, "\5"),
     3,
     "[{\"c\":true},{\"c\":false},{\"c\":true}]",
     NULL,
     {0}},
    {"booleans as runs",
     ONE(.physical = PQ_BOOLEAN),
     CODED(RLE, 3, "\2\0\0\0\3\5"),
     3,
     "[{\"c\":true},{\"c\":false},{\"c\":true}]",
     NULL,
     {0}},
    {"numbers of 32 bits",
     ONE(.physical = PQ_INT32),
     PAGE(2, "\1\0\0\0\xFE\xFF\xFF\xFF"),
     2,
     "[{\"c\":1},{\"c\":-2}]",
     NULL,
     {0}},
    {"numbers of 64 bits",
     ONE(.physical = PQ_INT64),
     PAGE(1, "\0\0\0\0\0\0\0\x80"),
     1,
     "[{\"c\":-9223372036854775808}]",
     NULL,
     {0}},
    {"whole numbers without a sign",
     {{.name = "a", .physical = PQ_INT32, .converted = UINT_8},
      {.name = "b", .physical = PQ_INT32, .converted = UINT_32},
      {.name = "c", .physical = PQ_INT64, .converted = UINT_64}},
     {{{.values = 1}, PQ_TEXT("\xFF\xFF\xFF\xFF"), 0},
      {{.values = 1}, PQ_TEXT("\xFF\xFF\xFF\xFF"), 1},
      {{.values = 1}, PQ_TEXT("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), 2}},
     1,
     "[{\"a\":255,\"b\":4294967295,\"c\":18446744073709551615}]",
     NULL,
     {0}},
    {"an INT96 is a time",
     ONE(.physical = PQ_INT96),
     PAGE(1, "\1\xCA\x9A\x3B\0\0\0\0\x8D\x3D\x25\0"),
     1,
     "[{\"c\":\"1970-01-02T00:00:01.000000001\"}]",
     NULL,
     {0}},
    {"floats",
     ONE(.physical = PQ_FLOAT),
     PAGE(3, "\0\0\xC0\x3F\0\0\xC0\x7F\0\0\x80\xFF"),
     3,
     "[{\"c\":1.5},{\"c\":\"NaN\"},{\"c\":\"-Infinity\"}]",
     NULL,
     {0}},
    {"doubles",
     ONE(.physical = PQ_DOUBLE),
     PAGE(1, "\0\0\0\0\0\0\xF8\xBF"),
     1,
     "[{\"c\":-1.5}]",
     NULL,
     {0}},
    {"halves",
     ONE(.physical = PQ_FIXED, .length = 2, .logical = 15),
     PAGE(4, "\0\x3C\1\0\0\xFC\0\x7E"),
     4,
     "[{\"c\":1.0},{\"c\":5.960464477539063E-8},{\"c\":\"-Infinity\"},{\"c\":\"NaN\"}]",
     NULL,
     {0}},
    {"bytes are base64",
     ONE(.physical = PQ_BYTES),
     PAGE(2, "\2\0\0\0\xFF\0\0\0\0\0"),
     2,
     "[{\"c\":\"/wA=\"},{\"c\":\"\"}]",
     NULL,
     {0}},
    {"texts",
     ONE(.physical = PQ_BYTES, .converted = UTF8),
     PAGE(2, "\2\0\0\0hi\2\0\0\0\xC3\xA4"),
     2,
     "[{\"c\":\"hi\"},{\"c\":\"\xC3\xA4\"}]",
     NULL,
     {0}},
    {"texts that are no UTF-8",
     ONE(.physical = PQ_BYTES, .converted = UTF8),
     PAGE(1, "\2\0\0\0a\xFF"),
     1,
     "[{\"c\":\"a\xEF\xBF\xBD\"}]",
     NULL,
     {0}},
    {"JSON stays a text",
     ONE(.physical = PQ_BYTES, .converted = JSON_TEXT),
     PAGE(1, "\2\0\0\0[]"),
     1,
     "[{\"c\":\"[]\"}]",
     NULL,
     {0}},
    {"a UUID",
     ONE(.physical = PQ_FIXED, .length = 16, .logical = 14),
     PAGE(1, "\0\1\2\3\4\5\6\7\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F"),
     1,
     "[{\"c\":\"00010203-0405-0607-0809-0a0b0c0d0e0f\"}]",
     NULL,
     {0}},
    {"dates",
     ONE(.physical = PQ_INT32, .converted = DATE),
     PAGE(3, "\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"),
     3,
     "[{\"c\":\"1970-01-01\"},{\"c\":\"1969-12-31\"},{\"c\":\"+5881580-07-11\"}]",
     NULL,
     {0}},
    {"times",
     ONE(.physical = PQ_INT32, .converted = TIME_MILLIS),
     PAGE(1, "\xFF\x5B\x26\x05"),
     1,
     "[{\"c\":\"23:59:59.999\"}]",
     NULL,
     {0}},
    {"a time that is none",
     ONE(.physical = PQ_INT32, .converted = TIME_MILLIS),
     PAGE(1, "\xFF\xFF\xFF\xFF"),
     1,
     "[]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"timestamps of the older form are instants",
     ONE(.physical = PQ_INT64, .converted = TIMESTAMP_MILLIS),
     PAGE(1, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
     1,
     "[{\"c\":\"1969-12-31T23:59:59.999Z\"}]",
     NULL,
     {0}},
    {"an interval",
     ONE(.physical = PQ_FIXED, .length = 12, .converted = INTERVAL),
     PAGE(1, "\1\0\0\0\2\0\0\0\xB8\x0B\0\0"),
     1,
     "[{\"c\":\"P1M2DT3.000S\"}]",
     NULL,
     {0}},
    {"decimals are numbers",
     ONE(.physical = PQ_INT32, .converted = DECIMAL, .scale = 2, .precision = 9),
     PAGE(2, "\x7B\0\0\0\xFF\xFF\xFF\xFF"),
     2,
     "[{\"c\":1.23},{\"c\":-0.01}]",
     NULL,
     {0}},
    {"decimals of many digits are texts",
     ONE(.physical = PQ_INT64, .converted = DECIMAL, .scale = 2, .precision = 18),
     PAGE(2, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"),
     2,
     "[{\"c\":\"-0.01\"},{\"c\":\"92233720368547758.07\"}]",
     NULL,
     {0}},
    {"whole decimals are numbers",
     ONE(.physical = PQ_BYTES, .converted = DECIMAL, .precision = 38),
     PAGE(2, "\1\0\0\0\x80\x0A\0\0\0\1\0\0\0\0\0\0\0\0\0"),
     2,
     "[{\"c\":-128},{\"c\":4722366482869645213696}]",
     NULL,
     {0}},
    {"decimals in bytes, with a sign that goes on",
     ONE(.physical = PQ_BYTES, .converted = DECIMAL, .scale = 3, .precision = 10),
     PAGE(2, "\2\0\0\0\xFF\xFE\0\0\0\0"),
     2,
     "[{\"c\":-0.002},{\"c\":0.0}]",
     NULL,
     {0}},
    {"a decimal whose sign is longer than any may be",
     ONE(.physical = PQ_BYTES, .converted = DECIMAL, .scale = 3, .precision = 38),
     PAGE(1, "\x21\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
             "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
     1,
     "[{\"c\":\"-0.001\"}]",
     NULL,
     {0}},
    {"a decimal that is too long",
     ONE(.physical = PQ_BYTES, .converted = DECIMAL, .scale = 3, .precision = 38),
     PAGE(1, "\x21\0\0\0\1"
             "12345678901234567890123456789012"),
     1,
     "[]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"what an annotation is not for is itself",
     ONE(.physical = PQ_INT32, .converted = TIMESTAMP_MILLIS),
     PAGE(1, "\1\0\0\0"),
     1,
     "[{\"c\":1}]",
     NULL,
     {0}},
    /* encodings */
    {"a dictionary, and packed numbers in it",
     ONE(.physical = PQ_BYTES, .converted = ENUM),
     {{{.kind = DICTIONARY, .values = 2}, PQ_TEXT("\1\0\0\0a\1\0\0\0b"), 0},
      {{.encoding = RLE_DICTIONARY, .values = 3}, PQ_TEXT("\1\3\6"), 0}},
     3,
     "[{\"c\":\"a\"},{\"c\":\"b\"},{\"c\":\"b\"}]",
     NULL,
     {0}},
    {"a dictionary of the older name, and a run",
     ONE(.physical = PQ_INT32),
     {{{.kind = DICTIONARY, .encoding = PLAIN_DICTIONARY, .values = 2}, PQ_TEXT(NUMBERS), 0},
      {{.encoding = PLAIN_DICTIONARY, .values = 2}, PQ_TEXT("\1\4\1"), 0},
      {{.values = 1}, PQ_TEXT("\7\0\0\0"), 0}},
     3,
     "[{\"c\":2},{\"c\":2},{\"c\":7}]",
     NULL,
     {0}},
    {"a dictionary of one value needs no bits",
     ONE(.physical = PQ_INT32),
     {{{.kind = DICTIONARY, .values = 1}, PQ_TEXT("\7\0\0\0"), 0},
      {{.encoding = RLE_DICTIONARY, .values = 2}, PQ_TEXT("\0"), 0}},
     2,
     "[{\"c\":7},{\"c\":7}]",
     NULL,
     {0}},
    {"differences that are all the same",
     ONE(.physical = PQ_INT32),
     CODED(DELTA, 5, "\x80\1\4\5\2\2\0\0\0\0"),
     5,
     "[{\"c\":1},{\"c\":2},{\"c\":3},{\"c\":4},{\"c\":5}]",
     NULL,
     {0}},
    {"differences in two bits",
     ONE(.physical = PQ_INT64),
     CODED(DELTA, 8, "\x80\1\4\10\16\3\2\0\0\0\xC0\x3F\0\0\0\0\0\0"),
     8,
     "[{\"c\":7},{\"c\":5},{\"c\":3},{\"c\":1},{\"c\":2},{\"c\":3},{\"c\":4},{\"c\":5}]",
     NULL,
     {0}},
    {"differences of which the last ones are cut off",
     ONE(.physical = PQ_INT64),
     CODED(DELTA, 8, "\x80\1\4\10\16\3\2\0\0\0\xC0\x3F"),
     8,
     "[{\"c\":7},{\"c\":5},{\"c\":3},{\"c\":1},{\"c\":2},{\"c\":3},{\"c\":4},{\"c\":5}]",
     NULL,
     {0}},
    {"texts behind their lengths",
     ONE(.physical = PQ_BYTES, .converted = UTF8),
     CODED(DELTA_LENGTH, 4, "\x80\1\4\4\12\0\1\0\0\0\2\0\0\0HelloWorldFoobarABCDEF"),
     4,
     "[{\"c\":\"Hello\"},{\"c\":\"World\"},{\"c\":\"Foobar\"},{\"c\":\"ABCDEF\"}]",
     NULL,
     {0}},
    {"texts that begin alike",
     ONE(.physical = PQ_BYTES, .converted = UTF8),
     CODED(DELTA_TEXT, 4,
           "\x80\1\4\4\0\3\3\0\0\0\x44\1\0\0\0\0\0\0\0\0\0\0"
           "\x80\1\4\4\10\3\3\0\0\0\x70\0\0\0\0\0\0\0\0\0\0\0"
           "axislebabbleyhood"),
     4,
     "[{\"c\":\"axis\"},{\"c\":\"axle\"},{\"c\":\"babble\"},{\"c\":\"babyhood\"}]",
     NULL,
     {0}},
    {"floats by their bytes",
     ONE(.physical = PQ_FLOAT),
     CODED(SPLIT, 2, "\0\0\0\0\xC0\0\x3F\xC0"),
     2,
     "[{\"c\":1.5},{\"c\":-2.0}]",
     NULL,
     {0}},
    {"differences of 61 bits",
     ONE(.physical = PQ_INT64),
     CODED(DELTA, 3, "\x80\1\4\3\0\0\x3D\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2"),
     3,
     "[{\"c\":0},{\"c\":1},{\"c\":1152921504606846977}]",
     NULL,
     {0}},
    {"one difference says nothing of blocks",
     ONE(.physical = PQ_INT32),
     CODED(DELTA, 1, "\0\0\1\x0E"),
     1,
     "[{\"c\":7}]",
     NULL,
     {0}},
    {"packed numbers of which the last ones are cut off",
     ONE(.physical = PQ_INT32),
     {{{.kind = DICTIONARY, .values = 2}, PQ_TEXT(NUMBERS), 0},
      {{.encoding = RLE_DICTIONARY, .values = 2}, PQ_TEXT("\4\3\1"), 0}},
     2,
     "[{\"c\":2},{\"c\":1}]",
     NULL,
     {0}},
    /* nulls */
    {"nulls",
     ONE(.physical = PQ_INT32, MAYBE),
     PAGE(3, "\2\0\0\0\3\5" NUMBERS),
     3,
     "[{\"c\":1},{\"c\":null},{\"c\":2}]",
     NULL,
     {0}},
    {"nulls by the older levels",
     ONE(.physical = PQ_INT32, MAYBE),
     {{{.values = 3, .levels = BIT_PACKED}, PQ_TEXT("\xA0" NUMBERS), 0}},
     3,
     "[{\"c\":1},{\"c\":null},{\"c\":2}]",
     NULL,
     {0}},
    {"nulls in a page of the second form",
     ONE(.physical = PQ_INT32, MAYBE),
     {{{.kind = DATA_V2, .values = 3, .def_len = 2, .not_packed = 1}, PQ_TEXT("\3\5" NUMBERS), 0}},
     3,
     "[{\"c\":1},{\"c\":null},{\"c\":2}]",
     NULL,
     {0}},
    {"nulls alone, in several pages",
     ONE(.physical = PQ_INT32, MAYBE),
     {{{.values = 2}, PQ_TEXT("\2\0\0\0\4\0"), 0},
      {{.encoding = RLE_DICTIONARY, .values = 1}, PQ_TEXT("\2\0\0\0\2\0"), 0}},
     3,
     "[{\"c\":null},{\"c\":null},{\"c\":null}]",
     NULL,
     {0}},
    {"a column of no type that has values",
     ONE(.physical = PQ_INT32, .logical = 11),
     PAGE(1, NUMBERS),
     1,
     "[{\"c\":null}]",
     NULL,
     {0}},
    {"a column of no type",
     ONE(.physical = PQ_INT32, MAYBE, .logical = 11),
     PAGE(1, "\2\0\0\0\2\0"),
     1,
     "[{\"c\":null}]",
     NULL,
     {0}},
    /* nesting */
    {"lists",
     LIST_OF("element", "list"),
     PAGE(4, "\2\0\0\0\3\2\3\0\0\0\3\x1B\0\1\0\0\0"),
     3,
     "[{\"l\":[1,null]},{\"l\":[]},{\"l\":null}]",
     NULL,
     {0}},
    {"lists whose rows go over pages",
     LIST_OF("element", "list"),
     {{{.values = 2}, PQ_TEXT("\2\0\0\0\3\2\2\0\0\0\4\3" NUMBERS), 0},
      {{.values = 2}, PQ_TEXT("\2\0\0\0\3\1\2\0\0\0\4\3" NUMBERS), 0}},
     2,
     "[{\"l\":[1,2,1]},{\"l\":[2]}]",
     NULL,
     {0}},
    {"lists of structs that old writers named array",
     LIST_OF("x", "array"),
     PAGE(1, "\2\0\0\0\2\0\2\0\0\0\2\3\1\0\0\0"),
     1,
     "[{\"l\":[{\"x\":1}]}]",
     NULL,
     {0}},
    {"lists of structs that old writers named after the list",
     LIST_OF("x", "l_tuple"),
     PAGE(1, "\2\0\0\0\2\0\2\0\0\0\2\3\1\0\0\0"),
     1,
     "[{\"l\":[{\"x\":1}]}]",
     NULL,
     {0}},
    {"lists of two levels",
     {{.name = "l", MAYBE, .kids = 1, .converted = LIST},
      {.name = "element", .repetition = PQ_REPEATED, .physical = PQ_INT32}},
     PAGE(2, "\2\0\0\0\3\2\2\0\0\0\4\2" NUMBERS),
     1,
     "[{\"l\":[1,2]}]",
     NULL,
     {0}},
    {"a repeated field is a list",
     ONE(.physical = PQ_INT32, .repetition = PQ_REPEATED),
     PAGE(3, "\2\0\0\0\3\2\2\0\0\0\3\3" NUMBERS),
     2,
     "[{\"c\":[1,2]},{\"c\":[]}]",
     NULL,
     {0}},
    {"structs",
     {{.name = "s", MAYBE, .kids = 2},
      {.name = "a", MAYBE, .physical = PQ_INT32},
      {.name = "b", .physical = PQ_INT32}},
     {{{.values = 3}, PQ_TEXT("\3\0\0\0\3\x06\0\1\0\0\0"), 0},
      {{.values = 3}, PQ_TEXT("\2\0\0\0\3\3" NUMBERS), 1}},
     3,
     "[{\"s\":{\"a\":1,\"b\":1}},{\"s\":{\"a\":null,\"b\":2}},{\"s\":null}]",
     NULL,
     {0}},
    {"maps with texts as keys are objects",
     {{.name = "m", MAYBE, .kids = 1, .converted = MAP},
      {.name = "map", .repetition = PQ_REPEATED, .kids = 2, .converted = MAP_KEY_VALUE},
      {.name = "key", .physical = PQ_BYTES, .converted = UTF8},
      {.name = "value", MAYBE, .physical = PQ_INT32}},
     {{{.values = 3}, PQ_TEXT("\2\0\0\0\3\2\3\0\0\0\3\x1A\0\1\0\0\0a\1\0\0\0b"), 0},
      {{.values = 3}, PQ_TEXT("\2\0\0\0\3\2\3\0\0\0\3\x1B\0\1\0\0\0"), 1}},
     2,
     "[{\"m\":{\"a\":1,\"b\":null}},{\"m\":{}}]",
     NULL,
     {0}},
    {"maps with other keys are lists",
     {{.name = "m", MAYBE, .kids = 1, .converted = MAP},
      {.name = "key_value", .repetition = PQ_REPEATED, .kids = 2},
      {.name = "key", .physical = PQ_INT32},
      {.name = "value", MAYBE, .physical = PQ_INT32}},
     {{{.values = 1}, PQ_TEXT("\2\0\0\0\2\0\2\0\0\0\2\2" NUMBERS), 0},
      {{.values = 1}, PQ_TEXT("\2\0\0\0\2\0\2\0\0\0\2\3" NUMBERS), 1}},
     1,
     "[{\"m\":[{\"key\":1,\"value\":1}]}]",
     NULL,
     {0}},
    /* what is wrong */
    {"a codec that is not read",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "column 'c': it is packed by a codec that can't be read: LZ4_RAW (7)",
     {.codec = 7}},
    {"a codec that there is not",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "column 'c': it is packed by a codec that can't be read: that is not known (70)",
     {.codec = 70}},
    {"a codec whose lower half there is",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "column 'c': it is packed by a codec that can't be read: that is not known (4294967296)",
     {.codec = INT64_C(1) << 32}},
    {"an encoding that there is not",
     ONE(.physical = PQ_INT32),
     CODED(10, 1, NUMBERS),
     1,
     "[]",
     "column 'c': its encoding is not one of its type (encoding 10)",
     {0}},
    {"an encoding of another type",
     ONE(.physical = PQ_INT32),
     CODED(DELTA_TEXT, 1, NUMBERS),
     1,
     "[]",
     "column 'c': its encoding is not one of its type (encoding 7)",
     {0}},
    {"another type than in the schema",
     ONE(.physical = PQ_INT64),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "column 'c': its type in a row group is not that of the schema",
     {.physical = PQ_INT32}},
    {"a type whose lower half is in the schema",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "column 'c': its type in a row group is not that of the schema",
     {.physical = (INT64_C(1) << 32) + PQ_INT32}},
    {"a column in another file",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "the file has columns in other files, which can't be read",
     {.elsewhere = "x"}},
    {"a column behind the end",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "the footer has a column that is not in the file",
     {.begin = 1000}},
    {"a column longer than the file",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "the footer has a column that is not in the file",
     {.len = 1000}},
    {"a column of fewer than no values",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "a column of a row group has no values or bytes",
     {.values = -1}},
    {"an encrypted column",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     1,
     "[]",
     "the file has encrypted columns, which can't be read",
     {.encrypted = 1}},
    {"fewer than no rows",
     ONE(.physical = PQ_INT32),
     PAGE(1, NUMBERS),
     -1,
     "[]",
     "a row group has no rows or columns",
     {0}},
    {"a page that there is not",
     ONE(.physical = PQ_INT32),
     {{{.kind = 9, .values = 1}, PQ_TEXT(NUMBERS), 0}},
     1,
     "[]",
     "column 'c': the header of a page can't be read",
     {0}},
    {"a page of fewer than no values",
     ONE(.physical = PQ_INT32),
     PAGE(-1, NUMBERS),
     1,
     "[]",
     "column 'c': the header of a page can't be read",
     {.values = 1}},
    {"differences in blocks whose bits end within a byte",
     ONE(.physical = PQ_INT32),
     CODED(DELTA, 2, "\x0C\1\2\2\2\0"),
     2,
     "[]",
     "column 'c': its values can't be read (encoding 5)",
     {0}},
    {"differences in blocks that can't be",
     ONE(.physical = PQ_INT32),
     CODED(DELTA, 2, "\x80\1\5\2\2\2\0\0\0\0\0"),
     2,
     "[]",
     "column 'c': its values can't be read (encoding 5)",
     {0}},
    {"differences of 65 bits",
     ONE(.physical = PQ_INT32),
     CODED(DELTA, 2, "\x80\1\4\2\2\2\x41\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     2,
     "[{\"c\":1}]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"differences that end before their block",
     ONE(.physical = PQ_INT32),
     CODED(DELTA, 2, "\x80\1\4\2\2"),
     2,
     "[{\"c\":1}]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"lengths that end before their texts",
     ONE(.physical = PQ_BYTES),
     CODED(DELTA_LENGTH, 2, "\x80\1\4\2\2"),
     2,
     "[]",
     "column 'c': its values can't be read (encoding 6)",
     {0}},
    {"a length of more than there is",
     ONE(.physical = PQ_BYTES),
     CODED(DELTA_LENGTH, 1, "\x80\1\4\1\6a"),
     1,
     "[]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"more in common than there was",
     ONE(.physical = PQ_BYTES),
     CODED(DELTA_TEXT, 1, "\x80\1\4\1\2\x80\1\4\1\2a"),
     1,
     "[]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"half a value by its bytes",
     ONE(.physical = PQ_FLOAT),
     CODED(SPLIT, 1, "\1\2\3\4\5"),
     1,
     "[]",
     "column 'c': its values can't be read (encoding 9)",
     {0}},
    {"a run without its value",
     ONE(.physical = PQ_INT32),
     {{{.kind = DICTIONARY, .values = 2}, PQ_TEXT(NUMBERS), 0},
      {{.encoding = RLE_DICTIONARY, .values = 1}, PQ_TEXT("\1\2"), 0}},
     1,
     "[]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"numbers of more than 32 bits",
     ONE(.physical = PQ_INT32),
     {{{.kind = DICTIONARY, .values = 2}, PQ_TEXT(NUMBERS), 0},
      {{.encoding = RLE_DICTIONARY, .values = 1}, PQ_TEXT("\x21\2"), 0}},
     1,
     "[]",
     "column 'c': the numbers in its dictionary can't be read",
     {0}},
    {"older levels that are longer than the page",
     ONE(.physical = PQ_INT32, MAYBE),
     {{{.values = 30, .levels = BIT_PACKED}, PQ_TEXT("\xA0"), 0}},
     30,
     "[]",
     "column 'c': the levels of a page can't be read",
     {0}},
    {"a list without its levels",
     LIST_OF("element", "list"),
     PAGE(1, "\0\0\0\0\2\0\0\0\2\3" NUMBERS),
     1,
     "[]",
     "column 'l.list.element': the levels of a page can't be read",
     {0}},
    {"a list with fewer values than it says",
     LIST_OF("element", "list"),
     PAGE(1, "\2\0\0\0\2\0\2\0\0\0\2\3"),
     1,
     "[]",
     "column 'l.list.element': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"a list with fewer rows than its row group",
     LIST_OF("element", "list"),
     PAGE(1, "\2\0\0\0\2\0\2\0\0\0\2\3" NUMBERS),
     2,
     "[{\"l\":[1]}]",
     "column 'l.list.element': it has fewer rows than its row group",
     {0}},
    {"lists of which one has an entry more",
     {{.name = "l", .repetition = PQ_REPEATED, .kids = 2},
      {.name = "a", .physical = PQ_INT32},
      {.name = "b", .repetition = PQ_REPEATED, .physical = PQ_INT32}},
     {{{.values = 2}, PQ_TEXT("\2\0\0\0\3\2\2\0\0\0\4\1" NUMBERS), 0},
      {{.values = 1}, PQ_TEXT("\2\0\0\0\2\0\2\0\0\0\2\1"), 1}},
     1,
     "[]",
     "column 'l.b': it does not fit the columns beside it",
     {0}},
    {"a row more than there are values",
     ONE(.physical = PQ_INT32),
     PAGE(1, "\1\0\0\0"),
     2,
     "[{\"c\":1}]",
     "column 'c': it has fewer rows than its row group",
     {0}},
    {"a value more than there are rows",
     ONE(.physical = PQ_INT32),
     PAGE(2, NUMBERS),
     1,
     "[{\"c\":1}]",
     "column 'c': it has more rows than its row group",
     {0}},
    {"a page that ends before its values do",
     ONE(.physical = PQ_INT32),
     PAGE(3, NUMBERS),
     3,
     "[{\"c\":1},{\"c\":2}]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"more values than the footer says",
     ONE(.physical = PQ_INT32),
     PAGE(2, NUMBERS),
     2,
     "[]",
     "column 'c': its pages have more values than the footer says",
     {.values = 1}},
    {"pages that end too early",
     ONE(.physical = PQ_INT32),
     PAGE(2, NUMBERS),
     3,
     "[{\"c\":1},{\"c\":2}]",
     "column 'c': a page goes beyond the end of the column",
     {.values = 3}},
    {"a page that is longer than the column",
     ONE(.physical = PQ_INT32),
     {{{.values = 2, .packed = 100}, PQ_TEXT(NUMBERS), 0}},
     2,
     "[]",
     "column 'c': a page goes beyond the end of the column",
     {0}},
    {"a page that is no longer when unpacked, and says so",
     ONE(.physical = PQ_INT32),
     {{{.values = 2, .unpacked = 100}, PQ_TEXT(NUMBERS), 0}},
     2,
     "[]",
     "column 'c': a page can't have as many bytes as it says",
     {0}},
    {"a page that would have to be unpacked to very much",
     ONE(.physical = PQ_BYTES),
     {{{.values = 2, .unpacked = 100 << 20}, PQ_TEXT(NUMBERS), 0}},
     2,
     "[]",
     "column 'c': a page can't have as many bytes as it says",
     {.codec = 1}},
    {"a page that can't be unpacked",
     ONE(.physical = PQ_INT32),
     PAGE(2, NUMBERS),
     2,
     "[]",
     "column 'c': a page can't be unpacked",
     {.codec = 6}},
    {"a page of more bytes than any may have",
     ONE(.physical = PQ_INT32),
     {{{.values = 2, .unpacked = 300 << 20}, PQ_TEXT(NUMBERS), 0}},
     2,
     "[]",
     "column 'c': a page has more than 268435456 bytes",
     {.codec = 6}},
    {"a checksum that is another one",
     ONE(.physical = PQ_INT32),
     {{{.values = 2, .crc = 5}, PQ_TEXT(NUMBERS), 0}},
     2,
     "[]",
     "column 'c': a page is damaged: its checksum is another one",
     {0}},
    {"numbers in no dictionary",
     ONE(.physical = PQ_INT32),
     CODED(RLE_DICTIONARY, 1, "\1\3\6"),
     1,
     "[]",
     "column 'c': it has no dictionary",
     {0}},
    {"a number behind the end of the dictionary",
     ONE(.physical = PQ_INT32),
     {{{.kind = DICTIONARY, .values = 2}, PQ_TEXT(NUMBERS), 0},
      {{.encoding = RLE_DICTIONARY, .values = 1}, PQ_TEXT("\2\2\2"), 0}},
     1,
     "[]",
     "column 'c': a page has fewer values than it says, or one that can't be read",
     {0}},
    {"a dictionary with fewer values than it says",
     ONE(.physical = PQ_INT32),
     {{{.kind = DICTIONARY, .values = 3}, PQ_TEXT(NUMBERS), 0},
      {{.encoding = RLE_DICTIONARY, .values = 1}, PQ_TEXT("\2\2\2"), 0}},
     1,
     "[]",
     "column 'c': its dictionary has fewer values than it says",
     {0}},
    {"a dictionary with a text that is too long",
     ONE(.physical = PQ_BYTES),
     {{{.kind = DICTIONARY, .values = 1}, PQ_TEXT("\5\0\0\0a"), 0},
      {{.encoding = RLE_DICTIONARY, .values = 1}, PQ_TEXT("\0"), 0}},
     1,
     "[]",
     "column 'c': its dictionary can't be read",
     {0}},
    {"two dictionaries",
     ONE(.physical = PQ_INT32),
     {{{.kind = DICTIONARY, .values = 2}, PQ_TEXT(NUMBERS), 0},
      {{.kind = DICTIONARY, .values = 2}, PQ_TEXT(NUMBERS), 0},
      {{.encoding = RLE_DICTIONARY, .values = 1}, PQ_TEXT("\2\2\2"), 0}},
     1,
     "[]",
     "column 'c': it has two dictionaries, or one that can't be read",
     {0}},
    {"a level that there is not",
     ONE(.physical = PQ_INT32, MAYBE),
     PAGE(1, "\2\0\0\0\2\2" NUMBERS),
     1,
     "[]",
     "column 'c': the levels of a page can't be read",
     {0}},
    {"levels that are longer than the page",
     ONE(.physical = PQ_INT32, MAYBE),
     PAGE(1, "\x20\0\0\0\2\2"),
     1,
     "[]",
     "column 'c': the levels of a page can't be read",
     {0}},
    {"levels that are longer than a page of the second form",
     ONE(.physical = PQ_INT32, MAYBE),
     {{{.kind = DATA_V2, .values = 1, .def_len = 20}, PQ_TEXT("\3\5"), 0}},
     1,
     "[]",
     "column 'c': the levels of a page are longer than it",
     {0}},
    {"a row that begins in its midst",
     ONE(.physical = PQ_INT32, .repetition = PQ_REPEATED),
     PAGE(1, "\2\0\0\0\3\1\2\0\0\0\3\3" NUMBERS),
     1,
     "[]",
     "column 'c': a row does not begin with its first value",
     {0}},
    {"columns of a struct that do not fit together",
     {{.name = "s", MAYBE, .kids = 2},
      {.name = "a", .physical = PQ_INT32},
      {.name = "b", .physical = PQ_INT32}},
     {{{.values = 1}, PQ_TEXT("\2\0\0\0\2\1" NUMBERS), 0},
      {{.values = 1}, PQ_TEXT("\2\0\0\0\2\0"), 1}},
     1,
     "[]",
     "column 's.b': it does not fit the columns beside it",
     {0}},
    {"columns of a list that do not fit together",
     {{.name = "l", .repetition = PQ_REPEATED, .kids = 2},
      {.name = "a", .physical = PQ_INT32},
      {.name = "b", .physical = PQ_INT32}},
     {{{.values = 1}, PQ_TEXT("\2\0\0\0\2\0\2\0\0\0\2\1" NUMBERS), 0},
      {{.values = 2}, PQ_TEXT("\2\0\0\0\3\2\2\0\0\0\4\1" NUMBERS), 1}},
     1,
     "[]",
     "column 'l.b': it does not fit the columns beside it",
     {0}},
    {"two fields of one name",
     {{.name = "c", .physical = PQ_INT32}, {.name = "c", .physical = PQ_INT32}},
     {{{.values = 1}, PQ_TEXT(NUMBERS), 0}, {{.values = 1}, PQ_TEXT(NUMBERS), 1}},
     1,
     "[]",
     "two fields of the schema have the same name",
     {0}},
    {"nulls without end in a row",
     LIST_OF("element", "list"),
     PAGE(1000000, "\6\0\0\0\2\0\xFE\x88\x7A\1\4\0\0\0\x80\x89\x7A\2"),
     1,
     "[]",
     "column 'l.list.element': a row is larger than 1000 bytes",
     {0}},
};

START_TEST(made)
{
    struct pqm_made file;

    make_file(&file, &mades[_i]);
    expect_file(mades[_i].name, &file.file, mades[_i].items, mades[_i].error);
    pqm_clear(&file);
}
END_TEST

/* ---- codecs ---- */

static size_t pack(int codec, const char *bytes, size_t len, char *out, size_t room)
{
    if (codec == 1) {
        ck_assert_int_eq(snappy_compress(bytes, len, out, &room), SNAPPY_OK);
        return room;
    }
    if (codec == 6)
        return ZSTD_compress(out, room, bytes, len, 1);
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes,
                  .avail_in = (unsigned)len,
                  .next_out = (unsigned char *)out,
                  .avail_out = (unsigned)room};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static const int codecs[] = {1, 2, 6};

/* Pages of many megabytes are unpacked in turns, whatever they are packed by, in one part or two.
 */
static const struct large_page {
    int codec, parts;
    int window_log; /* zstd; 0: its own choice */
    bool dictionary;
} large_pages[] = {{1, 1, 0, false}, {2, 1, 0, false}, {2, 2, 0, false},
                   {6, 1, 0, false}, {6, 2, 0, false}, {6, 1, 24, false},
                   {0, 1, 0, true},  {1, 1, 0, true},  {6, 1, 0, true}};

enum { LARGE_TEXTS = 20 << 10, LARGE_TEXT = 1020 };

static size_t pack_large(const struct large_page *p, const char *bytes, size_t len, char *out,
                         size_t room)
{
    ZSTD_CCtx *z;
    size_t got;

    if (p->codec == 0) {
        memcpy(out, bytes, len);
        return len;
    }
    if (p->codec != 6)
        return pack(p->codec, bytes, len, out, room);
    z = ZSTD_createCCtx();
    if (p->window_log)
        ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, p->window_log);
    ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
    got = ZSTD_compress2(z, out, room, bytes, len);
    ck_assert(!ZSTD_isError(got));
    ZSTD_freeCCtx(z);
    return got;
}

static void make_large_page(struct pqm_made *m, const struct large_page *p)
{
    static const struct pqm_field fields[] = {
        {.name = "root", .kids = 1}, {.name = "c", .physical = PQ_BYTES, .converted = UTF8}};
    struct buf plain = {0};
    size_t len = (size_t)LARGE_TEXTS * (4 + LARGE_TEXT), part = len / (size_t)p->parts, packed = 0;
    char *room = mem_alloc(len + len / 4);

    for (int i = 0; i < LARGE_TEXTS; i++)
        buf_add(&plain, "\xFC\3\0", 4), buf_printf(&plain, "%0*d", LARGE_TEXT, i);
    ck_assert_uint_eq(plain.len, len);
    pqm_begin(m, fields, COUNT(fields));
    pqm_column(
        m, &(struct pqm_column){.physical = PQ_BYTES, .codec = p->codec, .values = LARGE_TEXTS});
    for (int i = 0; i < p->parts; i++)
        packed += pack_large(p, plain.data + (size_t)i * part, part, room + packed,
                             len + len / 4 - packed);
    pqm_page(m,
             &(struct pqm_page){.kind = p->dictionary ? DICTIONARY : DATA,
                                .values = LARGE_TEXTS,
                                .unpacked = (int32_t)len,
                                .crc = (int32_t)crc32(0, (unsigned char *)room, (unsigned)packed)},
             room, packed);
    if (p->dictionary) {
        /* All numbers of the dictionary, of 15 bits each. */
        struct buf numbers = {0};
        unsigned word = 0, bits = 0;

        buf_add(&numbers, "\xF\x81\x28", 3); /* LARGE_TEXTS / 8 << 1 | 1 */
        for (unsigned i = 0; i < LARGE_TEXTS; i++)
            for (word |= i << bits, bits += 15; bits >= 8; bits -= 8, word >>= 8)
                buf_addc(&numbers, (char)word);
        len = pack_large(p, numbers.data, numbers.len, room, len);
        pqm_page(m,
                 &(struct pqm_page){.encoding = RLE_DICTIONARY,
                                    .values = LARGE_TEXTS,
                                    .unpacked = (int32_t)numbers.len},
                 room, len);
        buf_clear(&numbers);
    }
    pqm_group(m, LARGE_TEXTS);
    pqm_end(m);
    mem_free(room);
    buf_clear(&plain);
}

/* What would be held is asked for before anything is unpacked. */
START_TEST(large_page)
{
    struct pqm_made m;
    struct items_options o = {.format = ITEMS_PARQUET, .asks = true};
    enum items_result result = ITEMS_FAILED;
    struct diag why = {0};
    struct item item;
    size_t turns = 0, rows = 0, asked = 0, held = 0;
    uint64_t from, len;

    make_large_page(&m, &large_pages[_i]);
    o.size = m.file.len;
    items_reader *r = parquet_new(&o, &why);
    while ((result = items_next(r, &item, &why)) != ITEMS_END && result != ITEMS_FAILED) {
        if (result == ITEMS_RESTS && !rows) {
            turns++;
        } else if (result == ITEMS_FULL) {
            /* zstd keeps up to 8 MiB of its own */
            ck_assert_uint_le(items_held(r), held + asked + (10 << 20));
            asked += items_lacks(r);
            items_allow(r, items_lacks(r));
        } else if (result == ITEMS_WANTS) {
            items_wanted(r, &from, &len);
            items_feed(r, m.file.data + from, (size_t)len);
            held += (size_t)len + len / 2;
        } else if (result == ITEMS_ITEM) {
            ck_assert_int_eq(atoi(json_str(json_get(item.value, "c"))), (int)rows++);
            json_unref(item.value);
        }
    }
    ck_assert_msg(result == ITEMS_END, "%s", why.text ? why.text : "");
    ck_assert_uint_eq(rows, LARGE_TEXTS);
    ck_assert_uint_ge(turns, 4);
    ck_assert_uint_ge(asked, 20 << 20);
    items_free(r);
    pqm_clear(&m);
}
END_TEST

/* The same page in both forms: of the second one the levels are not packed. */
START_TEST(codec)
{
    static const struct pqm_field fields[] = {{.name = "root", .kids = 1},
                                              {.name = "c", .physical = PQ_INT32, MAYBE}};
    static const char levels[] = "\2\0\0\0\3\5", numbers[] = NUMBERS;
    char plain[14], packed[200], second[202];
    struct pqm_made m;
    size_t len;

    memcpy(plain, levels, 6);
    memcpy(plain + 6, numbers, 8);
    pqm_begin(&m, fields, COUNT(fields));
    pqm_column(&m, &(struct pqm_column){.physical = PQ_INT32, .codec = codecs[_i], .values = 6});
    len = pack(codecs[_i], plain, 14, packed, sizeof packed);
    pqm_page(&m, &(struct pqm_page){.values = 3, .unpacked = 14}, packed, len);
    memcpy(second, levels + 4, 2);
    len = pack(codecs[_i], numbers, 8, second + 2, sizeof second - 2);
    pqm_page(&m, &(struct pqm_page){.kind = DATA_V2, .values = 3, .def_len = 2, .unpacked = 10},
             second, len + 2);
    pqm_group(&m, 6);
    pqm_end(&m);
    expect_file("packed", &m.file,
                "[{\"c\":1},{\"c\":null},{\"c\":2},{\"c\":1},{\"c\":null},{\"c\":2}]", NULL);
    pqm_clear(&m);
}
END_TEST

/* ---- files of pyarrow and duckdb ---- */

static const char *const samples[] = {"pyarrow-types",     "pyarrow-snappy", "pyarrow-nested",
                                      "pyarrow-encodings", "duckdb-v1",      "duckdb-v2"};

static void read_sample(struct buf *out, const char *name, const char *end)
{
    struct buf path = {0};
    struct diag why = {0};

    buf_printf(&path, "tests/data/parquet/%s.%s", name, end);
    ck_assert_msg(buf_read_regular(out, buf_str(&path), SIZE_MAX, &why), "%s", why.text);
    buf_clear(&path);
}

/* The rows of each file stand beside it, as pyarrow reads them. */
START_TEST(sample)
{
    struct buf file = {0}, lines = {0}, want = {0};
    struct outcome got;

    read_sample(&file, samples[_i], "parquet");
    read_sample(&lines, samples[_i], "jsonl");
    got = read_file(&file, 0, 0);
    ck_assert_msg(got.result == ITEMS_END, "%s: %s", samples[_i], got.why.text);
    buf_addc(&want, '[');
    for (size_t i = 0; i + 1 < lines.len; i++)
        buf_addc(&want, lines.data[i] == '\n' ? ',' : lines.data[i]);
    buf_addc(&want, ']');
    json *rows = json_of(buf_str(&want));
    ck_assert_msg(json_equal(got.items.v, rows), "%s", samples[_i]);
    json_unref(rows);
    outcome_clear(&got);
    buf_clear(&file);
    buf_clear(&lines);
    buf_clear(&want);
}
END_TEST

/* ---- files that are none ---- */

static const struct {
    const char *name, *text;
    size_t len;
    const char *error;
} odd_files[] = {
    {"nothing", PQ_TEXT(""), "the file is no Parquet: it is too short"},
    {"a text", PQ_TEXT("a,b\n1,2\n3,4\n5,6\n"),
     "the file is no Parquet: it does not end with PAR1"},
    {"an encrypted footer", PQ_TEXT("PARE\0\0\0\0PARE"),
     "the file is encrypted, which can't be read"},
    {"a footer that is longer than the file", PQ_TEXT("PAR1\1\0\0\0PAR1"),
     "the footer is longer than the file"},
    {"a footer that is longer than any", PQ_TEXT("PAR1\1\0\x50\0PAR1"),
     "the footer has 5242881 bytes, and may have no more than 5 MiB"},
    {"a footer of nothing", PQ_TEXT("PAR1\0\0\0\0PAR1"), "the footer can't be read"},
    {"a footer that ends in its midst", PQ_TEXT("PAR1\x15\x02\2\0\0\0PAR1"),
     "the footer can't be read"},
    {"a list of more than there is", PQ_TEXT("PAR1\x29\xFC\xFF\xFF\xFF\x07\6\0\0\0PAR1"),
     "the schema ends too early"},
    {"a map of very much", PQ_TEXT("PAR1\x1B\xFF\xFF\xFF\xFF\x07\x11\7\0\0\0PAR1"),
     "the footer can't be read"},
    {"row groups before the schema", PQ_TEXT("PAR1\x49\x1C\0\0\4\0\0\0PAR1"),
     "the footer has row groups before the schema"},
    {"encrypted columns", PQ_TEXT("PAR1\x8C\0\0\3\0\0\0PAR1"),
     "the file is encrypted, which can't be read"},
    {"a version alone, in the long form", PQ_TEXT("PAR1\5\2\2\0\4\0\0\0PAR1"),
     "the footer can't be read"},
    {"a version that is a text", PQ_TEXT("PAR1\x18\1\x31\0\4\0\0\0PAR1"),
     "the footer can't be read"},
    {"a number without end",
     PQ_TEXT("PAR1\x15\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\x0E\0\0\0PAR1"),
     "the footer can't be read"},
    {"lists without end",
     PQ_TEXT("PAR1\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19"
             "\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19\x19"
             "\x28\0\0\0PAR1"),
     "the footer can't be read"},
};

START_TEST(odd_file)
{
    struct buf file = {0};

    buf_add(&file, odd_files[_i].text, odd_files[_i].len);
    expect_file(odd_files[_i].name, &file, "[]", odd_files[_i].error);
    buf_clear(&file);
}
END_TEST

START_TEST(unknown_size)
{
    struct diag why = {0};

    ck_assert(!parquet_new(&(struct items_options){.size = UINT64_MAX}, &why));
    expect_text("why", why.text,
                "Parquet is read from its end on, so the size of the file must be known");
    diag_clear(&why);
}
END_TEST

/* ---- schemas ---- */

static void expect_schema(const char *name, const struct pqm_field *fields, size_t count,
                          const char *error)
{
    struct pqm_made m;

    pqm_begin(&m, fields, count);
    pqm_end(&m);
    expect_file(name, &m.file, "[]", error);
    pqm_clear(&m);
}

static const struct {
    const char *name;
    struct pqm_field fields[4];
    const char *error;
} schemas[] = {
    {"no rows", {{.name = "root", .kids = 1}, {.name = "c", .physical = PQ_INT32}}, NULL},
    {"no columns", {{.name = "root"}}, "the schema is a single column"},
    {"a repetition that there is not",
     {{.name = "root", .kids = 1}, {.name = "c", .repetition = 3}},
     "the schema has a repetition type that there is not"},
    {"a type that there is not",
     {{.name = "root", .kids = 1}, {.name = "c", .physical = 8}},
     "the schema has a physical type that there is not"},
    {"fewer fields than a group has", {{.name = "root", .kids = 1}}, "the schema ends too early"},
    {"more of them",
     {{.name = "root", .kids = 1}, {.name = "c"}, {.name = "d"}},
     "the schema has elements that belong to no field"},
    {"a length that can't be",
     {{.name = "root", .kids = 1}, {.name = "c", .physical = PQ_FIXED, .length = -1}},
     "the schema has a fixed length that can't be"},
    {"a negative number of fields",
     {{.name = "root", .kids = 1}, {.name = "c", .kids = -1}},
     "the schema has a column with fields below it"},
};

START_TEST(schema)
{
    size_t count = 0;

    while (count < COUNT(schemas[_i].fields) && schemas[_i].fields[count].name)
        count++;
    expect_schema(schemas[_i].name, schemas[_i].fields, count, schemas[_i].error);
}
END_TEST

START_TEST(deep_and_wide)
{
    struct pqm_field *fields = mem_calloc(20000, sizeof *fields);

    for (size_t i = 0; i < 102; i++)
        fields[i] = (struct pqm_field){.name = "f", .kids = i < 101};
    expect_schema("as deep as may be", fields + 1, 101, NULL);
    expect_schema("too deep", fields, 102, "fields are nested deeper than 100 levels");
    fields[0] = (struct pqm_field){.name = "root", .kids = 10002};
    for (size_t i = 1; i < 10003; i++)
        fields[i] = (struct pqm_field){.name = "f"};
    expect_schema("too wide", fields, 10003, "there are more than 10000 columns");
    mem_free(fields);
}
END_TEST

/* ---- large files ---- */

enum { PAGE_ROWS = 50000, PAGES = 10, ROWS = PAGE_ROWS * PAGES };

static void add_numbers(struct pqm_made *m, uint64_t factor)
{
    struct buf page = {0};

    pqm_column(m, &(struct pqm_column){.physical = PQ_INT64, .values = ROWS});
    for (uint64_t i = 0; i < ROWS; i++) {
        for (unsigned k = 0; k < 8; k++)
            buf_addc(&page, (char)(i * factor >> 8 * k));
        if ((i + 1) % PAGE_ROWS == 0) {
            pqm_page(m, &(struct pqm_page){.values = PAGE_ROWS}, page.data, page.len);
            buf_reset(&page);
        }
    }
    buf_clear(&page);
}

/* Row groups that are larger than a span: each column has its own pieces. The rows are not kept. */
static void expect_numbers(const struct buf *file, uint64_t position, size_t piece, size_t *pieces)
{
    struct items_options o = {.format = ITEMS_PARQUET, .size = file->len, .position = position};
    items_reader *r = parquet_new(&o, NULL);
    enum items_result result;
    struct item item;
    uint64_t from, len;

    *pieces = 0;
    while ((result = items_next(r, &item, NULL)) == ITEMS_ITEM || result == ITEMS_WANTS ||
           result == ITEMS_RESTS) {
        if (result == ITEMS_RESTS)
            continue;
        if (result == ITEMS_WANTS) {
            items_wanted(r, &from, &len);
            ck_assert_uint_le(len, PARQUET_SPAN);
            ck_assert_uint_le(items_held(r), 32 << 20);
            items_feed(r, file->data + from, piece && piece < len ? piece : (size_t)len);
            ++*pieces;
            continue;
        }
        int64_t a = json_int_value(json_get(item.value, "a"));
        ck_assert_int_eq(a, (int64_t)(position++ % ROWS));
        ck_assert_int_eq(json_int_value(json_get(item.value, "b")), a * 7);
        json_unref(item.value);
    }
    ck_assert_int_eq(result, ITEMS_END);
    ck_assert_uint_eq(position, 2 * ROWS);
    items_free(r);
}

START_TEST(large)
{
    static const struct pqm_field fields[] = {{.name = "root", .kids = 2},
                                              {.name = "a", .physical = PQ_INT64},
                                              {.name = "b", .physical = PQ_INT64}};
    struct pqm_made m;
    size_t pieces;

    pqm_begin(&m, fields, COUNT(fields));
    for (int group = 0; group < 2; group++) {
        add_numbers(&m, 1);
        add_numbers(&m, 7);
        pqm_group(&m, ROWS);
    }
    pqm_end(&m);
    expect_numbers(&m.file, 0, 0, &pieces);
    ck_assert_uint_le(pieces, 6);
    expect_numbers(&m.file, 0, 100001, &pieces);
    expect_numbers(&m.file, ROWS - 1, 0, &pieces);
    expect_numbers(&m.file, ROWS, 0, &pieces);
    ck_assert_uint_le(pieces, 4);
    expect_numbers(&m.file, 2 * ROWS - 1, 7777, &pieces);
    expect_numbers(&m.file, 2 * ROWS, 0, &pieces);
    ck_assert_uint_le(pieces, 2);
    pqm_clear(&m);
}
END_TEST

/* Small columns of a large row group come together. */
START_TEST(many_columns)
{
    enum { WIDE = 200, FEW = 4000 };
    struct pqm_field *fields = mem_calloc(WIDE + 1, sizeof *fields);
    struct pqm_made m;
    struct buf page = {0};
    struct outcome got;
    char names[WIDE][16];

    fields[0] = (struct pqm_field){.name = "root", .kids = WIDE};
    for (int i = 0; i < WIDE; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        fields[i + 1] = (struct pqm_field){.name = names[i], .physical = PQ_INT64};
    }
    for (int i = 0; i < FEW * 8; i++)
        buf_addc(&page, (char)(i % 8 ? 0 : i / 8 % 100));
    pqm_begin(&m, fields, WIDE + 1);
    for (int i = 0; i < WIDE; i++) {
        pqm_column(&m, &(struct pqm_column){.physical = PQ_INT64, .values = FEW});
        pqm_page(&m, &(struct pqm_page){.values = FEW}, page.data, page.len);
    }
    pqm_group(&m, FEW);
    pqm_end(&m);
    ck_assert_uint_gt(m.file.len, PARQUET_SPAN);
    got = read_rows(&m.file, FEW - 2, 0, 0);
    ck_assert_int_eq(got.result, ITEMS_END);
    ck_assert_uint_eq(got.count, 2);
    ck_assert_int_eq(json_int_value(json_get(json_at(got.items.v, 1), "c199")), (FEW - 1) % 100);
    ck_assert_uint_le(got.pieces, 4);
    outcome_clear(&got);
    buf_clear(&page);
    pqm_clear(&m);
    mem_free(fields);
}
END_TEST

/* A file of which only the end is here: what is before is never wanted. */
START_TEST(large_group)
{
    static const struct pqm_field fields[] = {{.name = "root", .kids = 1},
                                              {.name = "c", .physical = PQ_INT32}};
    struct items_options o = {.format = ITEMS_PARQUET, .size = 400 << 20};
    struct pqm_made m;
    struct diag why = {0};
    struct item item;
    uint64_t from, len;

    pqm_begin(&m, fields, COUNT(fields));
    pqm_column(&m, &(struct pqm_column){.physical = PQ_INT32, .values = 1, .len = 300 << 20});
    pqm_group(&m, 1);
    pqm_end(&m);
    items_reader *r = parquet_new(&o, NULL);
    while (items_next(r, &item, &why) == ITEMS_WANTS) {
        items_wanted(r, &from, &len);
        ck_assert_uint_ge(from, o.size - m.file.len);
        items_feed(r, m.file.data + (from + m.file.len - o.size), (size_t)len);
    }
    expect_text("why", why.text,
                "a row group has 314572800 bytes, and may have no more than 256 MiB");
    ck_assert_uint_eq(why.at, 4);
    diag_clear(&why);
    items_free(r);
    pqm_clear(&m);
}
END_TEST

/* Writers that had no rows left leave row groups without any, and say nothing of where they are. */
START_TEST(empty_groups)
{
    static const struct pqm_field fields[] = {{.name = "root", .kids = 1},
                                              {.name = "c", .physical = PQ_INT32}};
    struct pqm_made m;

    pqm_begin(&m, fields, COUNT(fields));
    for (int i = 0; i < 5; i++) {
        pqm_column(&m, &(struct pqm_column){
                           .physical = PQ_INT32, .values = i % 2 ? 2 : 0, .begin = i % 2 ? 0 : -1});
        if (i % 2)
            pqm_page(&m, &(struct pqm_page){.values = 2}, PQ_TEXT(NUMBERS));
        pqm_group(&m, i % 2 ? 2 : 0);
    }
    pqm_end(&m);
    expect_file("empty groups", &m.file, "[{\"c\":1},{\"c\":2},{\"c\":1},{\"c\":2}]", NULL);
    pqm_clear(&m);
}
END_TEST

/* Small row groups come together. */
START_TEST(many_groups)
{
    static const struct pqm_field fields[] = {{.name = "root", .kids = 1},
                                              {.name = "c", .physical = PQ_INT32}};
    struct pqm_made m;
    struct outcome got;

    pqm_begin(&m, fields, COUNT(fields));
    for (int i = 0; i < 500; i++) {
        pqm_column(&m, &(struct pqm_column){.physical = PQ_INT32, .values = 2});
        pqm_page(&m, &(struct pqm_page){.values = 2}, PQ_TEXT(NUMBERS));
        pqm_group(&m, 2);
    }
    pqm_end(&m);
    got = read_file(&m.file, 0, 0);
    ck_assert_uint_eq(got.count, 1000);
    ck_assert_uint_eq(got.pieces, 3);
    expect_json("state", got.state, "{\"rows\": 1000}");
    outcome_clear(&got);
    got = read_file(&m.file, 1001, 0);
    expect_text("behind the end", got.why.text,
                "the file was changed: it has fewer rows than before");
    outcome_clear(&got);
    pqm_clear(&m);
}
END_TEST

START_TEST(ends_early)
{
    struct diag why = {0};
    struct items_options o = {.format = ITEMS_PARQUET, .size = 100};
    items_reader *r = parquet_new(&o, NULL);
    struct item item;

    ck_assert_int_eq(items_next(r, &item, &why), ITEMS_WANTS);
    items_feed_end(r);
    ck_assert_int_eq(items_next(r, &item, &why), ITEMS_FAILED);
    expect_text("why", why.text, "the file is shorter than it was said to be");
    diag_clear(&why);
    items_free(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("parquet");
    TCase *t = tcase_create("parquet");

    tcase_add_loop_test(t, made, 0, COUNT(mades));
    tcase_add_loop_test(t, codec, 0, COUNT(codecs));
    tcase_add_loop_test(t, large_page, 0, COUNT(large_pages));
    tcase_add_loop_test(t, sample, 0, COUNT(samples));
    tcase_add_loop_test(t, odd_file, 0, COUNT(odd_files));
    tcase_add_test(t, unknown_size);
    tcase_add_loop_test(t, schema, 0, COUNT(schemas));
    tcase_add_test(t, deep_and_wide);
    tcase_add_test(t, large);
    tcase_add_test(t, many_columns);
    tcase_add_test(t, large_group);
    tcase_add_test(t, empty_groups);
    tcase_add_test(t, many_groups);
    tcase_add_test(t, ends_early);
    suite_add_tcase(s, t);
    return run_suite(s);
}
