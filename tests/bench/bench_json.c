/* How fast JSON is read and written, and what small values cost. */

#include "parsers/base/mem.h"
#include "parsers/json/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <yajl/yajl_parse.h>

/* Seconds of this process's own: others may be at work on the machine. */
static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

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
    double from = now_s();
    yajl_handle yajl = yajl_alloc(&nothing, NULL, NULL);

    yajl_parse(yajl, (const unsigned char *)text->data, text->len);
    yajl_complete_parse(yajl);
    yajl_free(yajl);
    return now_s() - from;
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

        t[0] = now_s();
        v = json_parse(text->data, text->len, 0, NULL);
        t[1] = now_s();
        buf_reset(&out);
        json_write(&out, v);
        t[2] = now_s();
        json_unref(v);
        t[3] = now_s();
        placed = json_parse_places(text->data, text->len, 0, &a, &places, NULL);
        t[4] = now_s();
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

static void measure_texts(void)
{
    static const struct {
        const char *name;
        void (*add)(struct buf *, unsigned);
    } kinds[] = {
        {"200 kB of integers", add_integer},
        {"200 kB of decimals", add_decimal},
        {"200 kB of 17-digit doubles", add_double},
        {"200 kB of strings", add_plain_string},
        {"200 kB of strings of 1,000", add_long_string},
        {"200 kB of strings with escapes", add_escaped_string},
        {"200 kB of strings, not ASCII", add_wide_string},
    };
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
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
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
        double t0 = now_s(), took;

        for (int i = 0; i < ROUNDS / 5; i += KEPT) {
            for (int k = 0; k < KEPT; k++)
                kept[k] = make(i + k);
            for (int k = 0; k < KEPT; k++)
                json_unref(kept[k]);
        }
        took = (now_s() - t0) / (ROUNDS / 5) * 1e9;
        best = took < best ? took : best;
    }
    printf("%-32s %6.1f ns\n", name, best);
}

static void measure_doubles(void)
{
    struct buf out = {0};
    double t0 = now_s(), few, many;

    for (int i = 0; i < 200000; i++) {
        buf_reset(&out);
        json_write_double(&out, i / 100.0);
    }
    few = now_s();
    for (int i = 0; i < 200000; i++) {
        buf_reset(&out);
        json_write_double(&out, 1.0 / (i + 3));
    }
    many = now_s();
    printf("%-32s %6.1f ns\n%-32s %6.1f ns\n", "write a double of two decimals",
           (few - t0) / 200000 * 1e9, "write a double of full length", (many - few) / 200000 * 1e9);
    buf_clear(&out);
}

int main(void)
{
    measure_texts();
    measure_making("make and free an int", make_int);
    measure_making("make and free a short string", make_string);
    measure_making("make and free {\"id\":null}", make_object);
    measure_making("make and free [1,2]", make_array);
    measure_making("read and free {\"id\":1}", read_small);
    measure_doubles();
    return 0;
}
