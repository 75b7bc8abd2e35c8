/*
 * What little of a Parquet file may claim: pages that unpack to much, entries by the million,
 * dictionaries of tiny values. A reader says no, or lets others go first after a bounded amount of
 * work; it never does much more than what its rows need.
 */

#include "tests/support/expect.h"
#include "tests/support/parquet_file.h"

#include "parsers/base/mem.h"
#include "parsers/parquet/parquet.h"

#include <string.h>
#include <zstd.h>

enum { DATA, DICTIONARY = 2 };
enum { PLAIN, RLE_DICTIONARY = 8 };
enum { ZSTD = 6, UTF8 = 1, MIB = 1 << 20 };

struct outcome {
    json *rows[16]; /* the first ones */
    size_t count, rests;
    enum items_result result;
    struct diag why;
};

static struct outcome read_bomb(const struct buf *file, struct items_options o)
{
    struct outcome got = {.result = ITEMS_FAILED};
    struct item item;
    uint64_t from, len;

    o.format = ITEMS_PARQUET;
    o.size = file->len;
    items_reader *r = parquet_new(&o, &got.why);
    while (r && (got.result = items_next(r, &item, &got.why)) != ITEMS_END &&
           got.result != ITEMS_FAILED) {
        if (got.result == ITEMS_RESTS) {
            got.rests++;
        } else if (got.result == ITEMS_WANTS) {
            items_wanted(r, &from, &len);
            items_feed(r, file->data + from, (size_t)len);
        } else if (got.count < COUNT(got.rows)) {
            got.rows[got.count++] = item.value;
        } else {
            got.count++;
            json_unref(item.value);
        }
    }
    items_free(r);
    return got;
}

static void outcome_clear(struct outcome *got)
{
    for (size_t i = 0; i < got->count && i < COUNT(got->rows); i++)
        json_unref(got->rows[i]);
    diag_clear(&got->why);
}

static void begin_file(struct pqm_made *m, struct pqm_field leaf)
{
    struct pqm_field fields[] = {{.name = "root", .kids = 1}, leaf};

    fields[1].name = "c";
    pqm_begin(m, fields, COUNT(fields));
}

static void end_file(struct pqm_made *m, int64_t rows)
{
    pqm_group(m, rows);
    pqm_end(m);
}

/* Adds pages, each of which begins with `head` and goes on with zeros up to `len` bytes, packed. */
static void add_zeros(struct pqm_made *m, struct pqm_page page, const char *head, size_t head_len,
                      size_t len, int pages)
{
    char *plain = mem_calloc(len, 1);
    size_t room = ZSTD_compressBound(len);
    char *packed = mem_alloc(room);

    memcpy(plain, head, head_len);
    page.unpacked = (int32_t)len;
    room = ZSTD_compress(packed, room, plain, len, 1);
    for (int i = 0; i < pages; i++)
        pqm_page(m, &page, packed, room);
    mem_free(plain);
    mem_free(packed);
}

/* A number has a width, so a page of one number has no use for a megabyte. */
START_TEST(numbers_fill_a_page)
{
    static const char want[] = "column 'c': a page has more bytes than its values need";
    struct pqm_made m;

    begin_file(&m, (struct pqm_field){.physical = PQ_INT32});
    pqm_column(&m, &(struct pqm_column){.physical = PQ_INT32, .codec = ZSTD, .values = 1});
    if (_i)
        add_zeros(&m, (struct pqm_page){.kind = DICTIONARY, .values = 1}, "", 0, MIB, 1);
    add_zeros(&m, (struct pqm_page){.values = 1}, "\7\0\0\0", 4, _i ? 4 : MIB, 1);
    end_file(&m, 1);
    struct outcome got = read_bomb(&m.file, (struct items_options){0});
    expect_text("why", got.why.text, want);
    outcome_clear(&got);
    pqm_clear(&m);
}
END_TEST

/* What a writer may have beside the values is no reason to refuse a page. */
START_TEST(a_page_may_be_padded)
{
    struct pqm_made m;

    begin_file(&m, (struct pqm_field){.physical = PQ_INT32});
    pqm_column(&m, &(struct pqm_column){.physical = PQ_INT32, .codec = ZSTD, .values = 1});
    add_zeros(&m, (struct pqm_page){.values = 1}, "\7\0\0\0", 4, 64 << 10, 1);
    end_file(&m, 1);
    struct outcome got = read_bomb(&m.file, (struct items_options){0});
    ck_assert_int_eq(got.result, ITEMS_END);
    expect_json("row", got.rows[0], "{\"c\":7}");
    outcome_clear(&got);
    pqm_clear(&m);
}
END_TEST

/* Pages of texts may have any size. Between some megabytes of them others go first, and all of them
 * together are bounded. */
START_TEST(pages_unpack_in_turns)
{
    enum { PAGES = 8 };
    static const char null[] = "\2\0\0\0\2\0";
    struct pqm_made m;

    begin_file(
        &m, (struct pqm_field){.physical = PQ_BYTES, .converted = UTF8, .repetition = PQ_OPTIONAL});
    pqm_column(&m, &(struct pqm_column){.physical = PQ_BYTES, .codec = ZSTD, .values = PAGES});
    add_zeros(&m, (struct pqm_page){.values = 1}, null, 6, 8 * MIB, PAGES);
    end_file(&m, PAGES);
    struct outcome got = read_bomb(&m.file, (struct items_options){.max_pages = 64 * MIB});
    ck_assert_int_eq(got.result, ITEMS_END);
    ck_assert_uint_eq(got.count, PAGES);
    outcome_clear(&got);
    got = read_bomb(&m.file, (struct items_options){.max_pages = 64 * MIB - 1});
    ck_assert_uint_eq(got.count, PAGES - 1);
    expect_text("why", got.why.text,
                "column 'c': the pages of the file have more than 67108863 bytes, unpacked");
    outcome_clear(&got);
    got = read_bomb(&m.file, (struct items_options){.position = PAGES - 1});
    ck_assert_uint_eq(got.count, 1);
    outcome_clear(&got);
    pqm_clear(&m);
}
END_TEST

/* One row may have its values in many pages; those that are no part of any row are without an end.
 */
START_TEST(a_row_of_many_pages)
{
    enum { PAGES = 6 };
    struct pqm_made m;

    begin_file(
        &m, (struct pqm_field){.physical = PQ_BYTES, .converted = UTF8, .repetition = PQ_REPEATED});
    pqm_column(&m, &(struct pqm_column){.physical = PQ_BYTES, .codec = ZSTD, .values = PAGES});
    add_zeros(&m, (struct pqm_page){.values = 1}, "\2\0\0\0\2\0\2\0\0\0\2\1", 12, 8 * MIB, 1);
    add_zeros(&m, (struct pqm_page){.values = 1}, "\2\0\0\0\2\1\2\0\0\0\2\1", 12, 8 * MIB,
              PAGES - 1);
    end_file(&m, 1);
    struct outcome got = read_bomb(&m.file, (struct items_options){0});
    ck_assert_int_eq(got.result, ITEMS_END);
    ck_assert_uint_ge(got.rests, PAGES - 1);
    expect_json("row", got.rows[0], "{\"c\":[\"\",\"\",\"\",\"\",\"\",\"\"]}");
    outcome_clear(&got);
    pqm_clear(&m);
}
END_TEST

/* A page without entries is not unpacked. */
START_TEST(nothing_stays_packed)
{
    static const char one[] = "\2\0\0\0\2\0\2\0\0\0\2\1\7\0\0"; /* levels, and 7 */
    struct pqm_made m;

    begin_file(&m, (struct pqm_field){.physical = PQ_INT32, .repetition = PQ_REPEATED});
    pqm_column(&m, &(struct pqm_column){.physical = PQ_INT32, .codec = ZSTD, .values = 1});
    add_zeros(&m, (struct pqm_page){.values = 0}, "", 0, 8 * MIB, 4);
    add_zeros(&m, (struct pqm_page){.values = 1}, one, 16, 16, 1);
    end_file(&m, 1);
    struct outcome got = read_bomb(&m.file, (struct items_options){.max_pages = 16});
    ck_assert_int_eq(got.result, ITEMS_END);
    expect_json("row", got.rows[0], "{\"c\":[7]}");
    outcome_clear(&got);
    pqm_clear(&m);
}
END_TEST

/* A few bytes say that there are millions of entries: who goes on behind them passes over them in
 * turns. They are in one page, as whole pages are jumped over. */
static void pass_entries(const struct pqm_field *field, const char *page, size_t len,
                         const char *row)
{
    enum { ENTRIES = 3000000 };
    struct pqm_made m;

    begin_file(&m, *field);
    pqm_column(&m, &(struct pqm_column){.physical = PQ_INT32, .values = ENTRIES});
    pqm_page(&m, &(struct pqm_page){.values = ENTRIES}, page, len);
    end_file(&m, ENTRIES);
    struct outcome got = read_bomb(&m.file, (struct items_options){.position = ENTRIES - 2});
    ck_assert_int_eq(got.result, ITEMS_END);
    ck_assert_uint_eq(got.count, 2);
    ck_assert_uint_ge(got.rests, 4);
    expect_json("row", got.rows[1], row);
    outcome_clear(&got);
    pqm_clear(&m);
}

/* What says that twice so many entries (a number of several bytes) have the level 0. */
#define LEVELS "\5\0\0\0\x80\x9B\xEE\2\0"

START_TEST(entries_are_passed_in_turns)
{
    pass_entries(&(struct pqm_field){.physical = PQ_INT32, .repetition = PQ_OPTIONAL},
                 PQ_TEXT(LEVELS), "{\"c\":null}");
}
END_TEST

/* Of rows with lists no page can be jumped over. */
START_TEST(lists_are_passed_in_turns)
{
    pass_entries(&(struct pqm_field){.physical = PQ_INT32, .repetition = PQ_REPEATED},
                 PQ_TEXT(LEVELS LEVELS), "{\"c\":[]}");
}
END_TEST

/* What is made of a dictionary's value is shared from its second time on, and not before: most
 * values of some columns never come again. */
START_TEST(dictionary_is_shared)
{
    struct pqm_made m;

    begin_file(&m, (struct pqm_field){.physical = PQ_BYTES, .converted = UTF8});
    pqm_column(&m, &(struct pqm_column){.physical = PQ_BYTES, .values = 4});
    pqm_page(&m, &(struct pqm_page){.kind = DICTIONARY, .values = 1}, PQ_TEXT("\1\0\0\0a"));
    pqm_page(&m, &(struct pqm_page){.encoding = RLE_DICTIONARY, .values = 4}, PQ_TEXT("\1\x8\0"));
    end_file(&m, 4);
    struct outcome got = read_bomb(&m.file, (struct items_options){0});
    ck_assert_uint_eq(got.count, 4);
    const json *first = json_get(got.rows[0], "c"), *second = json_get(got.rows[1], "c");
    ck_assert(json_equal(first, second) && first != second);
    ck_assert(json_get(got.rows[2], "c") == second && json_get(got.rows[3], "c") == second);
    outcome_clear(&got);
    pqm_clear(&m);
}
END_TEST

/* Values of one byte, each of which would have a place of many: the places count, too. */
START_TEST(dictionary_of_tiny_values)
{
    enum { VALUES = 96 * MIB };
    struct pqm_made m;

    begin_file(&m, (struct pqm_field){.physical = PQ_FIXED, .length = 1});
    pqm_column(&m, &(struct pqm_column){.physical = PQ_FIXED, .codec = ZSTD, .values = 1});
    add_zeros(&m, (struct pqm_page){.kind = DICTIONARY, .values = VALUES}, "", 0, VALUES, 1);
    end_file(&m, 1);
    struct outcome got = read_bomb(&m.file, (struct items_options){0});
    expect_text("why", got.why.text,
                "column 'c': the pages that are needed at once have more than 1024 MiB");
    outcome_clear(&got);
    pqm_clear(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("parquet_bounds");
    TCase *t = tcase_create("parquet_bounds");

    tcase_add_loop_test(t, numbers_fill_a_page, 0, 2);
    tcase_add_test(t, a_page_may_be_padded);
    tcase_add_test(t, pages_unpack_in_turns);
    tcase_add_test(t, a_row_of_many_pages);
    tcase_add_test(t, nothing_stays_packed);
    tcase_add_test(t, entries_are_passed_in_turns);
    tcase_add_test(t, lists_are_passed_in_turns);
    tcase_add_test(t, dictionary_is_shared);
    tcase_add_test(t, dictionary_of_tiny_values);
    suite_add_tcase(s, t);
    return run_suite(s);
}
