/*
 * How fast JSON is read and written, and what small values cost. For a row of tests/bench/rows.py:
 *
 *   bench_json read|yajl KIND ROUNDS    200 kB of KIND to values, or to yajl's events alone
 *   bench_json write|printf doubles N   doubles of full length to text, or by printf
 */

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/json/json.h"
#include "tests/bench/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

/* An array of records as a task might hand out, of at least `size` bytes. */
static void fill(struct buf *b, size_t size)
{
    buf_addc(b, '[');
    for (int i = 0; b->len < size; i++)
        buf_printf(b,
                   "%s{\"id\":%d,\"name\":\"customer %d\",\"email\":\"c%d@example.com\","
                   "\"active\":%s,\"balance\":%d.%02d,\"tags\":[\"new\",\"eu\"],"
                   "\"address\":{\"street\":\"Main Street %d\",\"city\":\"Z\xC3\xBCrich\","
                   "\"zip\":\"%05d\"},\"note\":null}",
                   i ? "," : "", i, i, i, i % 3 ? "true" : "false", i % 10000, i % 100, i % 300,
                   i % 100000);
    buf_addc(b, ']');
}

/* An array of what `add` adds, of at least `size` bytes. */
static void fill_with(struct buf *b, void (*add)(struct buf *, unsigned), size_t size)
{
    uint64_t state = 88172645463325252;

    buf_addc(b, '[');
    while (b->len < size) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if (b->len > 1)
            buf_addc(b, ',');
        add(b, (unsigned)(state >> 20));
    }
    buf_addc(b, ']');
}

static void add_integer(struct buf *b, unsigned n)
{
    buf_printf(b, "%u", n >> n % 24);
}

static void add_decimal(struct buf *b, unsigned n)
{
    buf_printf(b, "%u.%02u", n >> 16, n % 100);
}

static void add_double(struct buf *b, unsigned n)
{
    buf_printf(b, "%.17g", 1.0 / (n | 1));
}

static void add_plain_string(struct buf *b, unsigned n)
{
    buf_printf(b, "\"a string of %u, as they are\"", n);
}

static void add_long_string(struct buf *b, unsigned n)
{
    buf_addc(b, '"');
    for (unsigned i = 0; i < 1000; i++)
        buf_addc(b, (char)('a' + (n + i) % 26));
    buf_addc(b, '"');
}

static void add_escaped_string(struct buf *b, unsigned n)
{
    buf_printf(b, "\"line %u\\nof a text with \\\"quotes\\\" and a tab\\t, \\u00e4 or so\"", n);
}

static void add_wide_string(struct buf *b, unsigned n)
{
    buf_printf(b,
               "\"Gr\xC3\xBC\xC3\x9F"
               "e, \xE4\xBD\xA0\xE5\xA5\xBD, \xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 %u\"",
               n);
}

/* What yajl alone takes: its events, of which nothing is made. */
static double yajl_alone_s(const struct buf *text)
{
    static const yajl_callbacks nothing;
    double from = row_cpu_s();
    yajl_handle yajl = yajl_alloc(&nothing, NULL, NULL);

    yajl_parse(yajl, (const unsigned char *)text->data, text->len);
    yajl_complete_parse(yajl);
    yajl_free(yajl);
    return row_cpu_s() - from;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

enum { READ, FREE, PLACES, WRITE, YAJL, WHATS, MOST_TIMES = 2000 };

static double seconds[WHATS][MOST_TIMES];

static double rate_of(int what, int times, size_t bytes)
{
    qsort(seconds[what], (size_t)times, sizeof(double), by_size);
    return (double)bytes / seconds[what][times / 2] / 1e6;
}

/* Medians of so many runs. `text` is taken. */
static void measure_text(const char *name, struct buf *text, int times)
{
    struct buf out = {0};

    for (int i = 0; i < times; i++) {
        struct arena a = {0};
        struct json_places *places;
        double t[5];
        json *v, *placed;

        t[0] = row_cpu_s();
        v = json_parse(text->data, text->len, 0, NULL);
        t[1] = row_cpu_s();
        buf_reset(&out);
        json_write(&out, v);
        t[2] = row_cpu_s();
        json_unref(v);
        t[3] = row_cpu_s();
        placed = json_parse_places(text->data, text->len, 0, &a, &places, NULL);
        t[4] = row_cpu_s();
        json_unref(placed);
        arena_clear(&a);
        seconds[READ][i] = t[1] - t[0];
        seconds[WRITE][i] = t[2] - t[1];
        seconds[FREE][i] = t[3] - t[2];
        seconds[PLACES][i] = t[4] - t[3];
        seconds[YAJL][i] = yajl_alone_s(text);
    }
    printf("%-30s %6.0f %6.0f %6.0f %6.0f %8.0f\n", name, rate_of(READ, times, text->len),
           rate_of(YAJL, times, text->len), rate_of(FREE, times, text->len),
           rate_of(PLACES, times, text->len), rate_of(WRITE, times, out.len));
    buf_clear(text);
    buf_clear(&out);
}

static const struct {
    const char *word; /* of a row */
    const char *name;
    void (*add)(struct buf *, unsigned);
} kinds[] = {
    {"integers", "200 kB of integers", add_integer},
    {"decimals", "200 kB of decimals", add_decimal},
    {"doubles", "200 kB of 17-digit doubles", add_double},
    {"strings", "200 kB of strings", add_plain_string},
    {"long-strings", "200 kB of strings of 1,000", add_long_string},
    {"escapes", "200 kB of strings with escapes", add_escaped_string},
    {"wide", "200 kB of strings, not ASCII", add_wide_string},
};

static void measure_texts(void)
{
    struct buf text = {0}, pretty = {0};
    json *v;

    printf("%-30s %6s %6s %6s %6s %8s   MB/s of CPU\n", "", "read", "(yajl", "free", "places",
           "write");
    printf("%-30s %6s %6s\n", "", "", "alone)");
    fill(&text, 3700);
    measure_text("3.7 kB of records", &text, 2000);
    fill(&text, 200000);
    v = json_parse(text.data, text.len, 0, NULL);
    json_write_pretty(&pretty, v);
    json_unref(v);
    measure_text("200 kB of records", &text, 300);
    measure_text("200 kB, written for people", &pretty, 300);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        fill_with(&text, kinds[i].add, 200000);
        measure_text(kinds[i].name, &text, 300);
    }
    fill(&text, 50000000);
    measure_text("50 MB of records", &text, 3);
}

enum { ROUNDS = 2000000, KEPT = 1000 };

static json *make_int(int i)
{
    return json_int(i);
}

static json *make_string(int i)
{
    (void)i;
    return json_string("customer", 8);
}

static json *make_object(int i)
{
    static json *key;
    struct json_build b;

    if (!key)
        key = json_cstring("id");
    (void)i;
    json_build_object(&b, 1);
    json_build_set_key(&b, json_ref(key), json_null());
    return json_build_done(&b);
}

static json *make_array(int i)
{
    struct json_build b;

    json_build_array(&b, 2);
    json_build_add(&b, json_int(i));
    json_build_add(&b, json_int(i));
    return json_build_done(&b);
}

static json *read_small(int i)
{
    (void)i;
    return json_parse("{\"id\":1}", 8, 0, NULL);
}

/* Makes values a thousand at a time and frees them, as a run does. */
static void measure_making(const char *name, json *(*make)(int))
{
    json *kept[KEPT];
    double best = 1e9;

    for (int run = 0; run < 5; run++) {
        double t0 = row_cpu_s(), took;

        for (int i = 0; i < ROUNDS / 5; i += KEPT) {
            for (int k = 0; k < KEPT; k++)
                kept[k] = make(i + k);
            for (int k = 0; k < KEPT; k++)
                json_unref(kept[k]);
        }
        took = (row_cpu_s() - t0) / (ROUNDS / 5) * 1e9;
        best = took < best ? took : best;
    }
    printf("%-32s %6.1f ns\n", name, best);
}

static void measure_doubles(void)
{
    struct buf out = {0};
    double t0 = row_cpu_s(), few, many;

    for (int i = 0; i < 200000; i++) {
        buf_reset(&out);
        json_write_double(&out, i / 100.0);
    }
    few = row_cpu_s();
    for (int i = 0; i < 200000; i++) {
        buf_reset(&out);
        json_write_double(&out, 1.0 / (i + 3));
    }
    many = row_cpu_s();
    printf("%-32s %6.1f ns\n%-32s %6.1f ns\n", "write a double of two decimals",
           (few - t0) / 200000 * 1e9, "write a double of full length", (many - few) / 200000 * 1e9);
    buf_clear(&out);
}

/* ---- rows of tests/bench/rows.py ---- */

static bool fill_kind(struct buf *text, const char *word)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i].word, word) == 0)
            fill_with(text, kinds[i].add, 200000);
    if (strcmp(word, "records") == 0)
        fill(text, 200000);
    return text->len > 0;
}

/* Values are freed outside of what is measured, as yajl alone makes none. */
static void read_row(const struct buf *text, bool by_yajl, size_t rounds)
{
    double took = 0;

    for (size_t i = 0; i < rounds; i++) {
        if (by_yajl) {
            took += yajl_alone_s(text);
            continue;
        }
        double from = row_cpu_s();
        json *v = json_parse(text->data, text->len, 0, NULL);
        took += row_cpu_s() - from;
        json_unref(v);
    }
    row_print(&(struct row){.cpu_s = took, .count = rounds * text->len});
}

static void write_row(bool by_printf, size_t rounds)
{
    struct buf out = {0};
    double from = row_cpu_s();

    for (size_t i = 0; i < rounds; i++) {
        double number = 1.0 / (double)(i + 3);
        buf_reset(&out);
        if (by_printf)
            buf_printf(&out, "%.17g", number);
        else
            json_write_double(&out, number);
    }
    row_print(&(struct row){.cpu_s = row_cpu_s() - from, .count = rounds});
    buf_clear(&out);
}

static int row(const char *work, const char *kind, size_t rounds)
{
    struct buf text = {0};
    bool by_yajl = strcmp(work, "yajl") == 0, by_printf = strcmp(work, "printf") == 0;
    bool good = true;

    if (by_printf || strcmp(work, "write") == 0)
        write_row(by_printf, rounds);
    else if ((by_yajl || strcmp(work, "read") == 0) && fill_kind(&text, kind))
        read_row(&text, by_yajl, rounds);
    else
        good = false;
    if (!good)
        fprintf(stderr, "bench_json: there is no row %s %s\n", work, kind);
    buf_clear(&text);
    return good ? EXIT_SUCCESS : 2;
}

int main(int argc, char **argv)
{
    mem_keep_freed();
    if (argc == 4)
        return row(argv[1], argv[2], row_number(argv[3]));
    measure_texts();
    measure_making("make and free an int", make_int);
    measure_making("make and free a short string", make_string);
    measure_making("make and free {\"id\":null}", make_object);
    measure_making("make and free [1,2]", make_array);
    measure_making("read and free {\"id\":1}", read_small);
    measure_doubles();
    return 0;
}
