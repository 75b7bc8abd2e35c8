/* How fast JSON is read and written, and what small values cost. */

#include "parsers/base/mem.h"
#include "parsers/json/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
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

/* The best of several runs, each of at least `times` rounds. */
static void measure_text(const char *name, size_t size, int times)
{
    struct buf text = {0}, out = {0};
    double best_parse = 1e9, best_free = 1e9, best_write = 1e9, best_places = 1e9;

    fill(&text, size);
    for (int i = 0; i < times; i++) {
        struct arena a = {0};
        struct json_places *places;
        double t0 = now_s(), t1, t2, t3, t4, t5;
        json *v = json_parse(text.data, text.len, 0, NULL), *placed;

        t1 = now_s();
        buf_reset(&out);
        json_write(&out, v);
        t2 = now_s();
        json_unref(v);
        t3 = now_s();
        placed = json_parse_places(text.data, text.len, 0, &a, &places, NULL);
        t4 = now_s();
        json_unref(placed);
        arena_clear(&a);
        t5 = t1 - t0;
        best_parse = t5 < best_parse ? t5 : best_parse;
        best_write = t2 - t1 < best_write ? t2 - t1 : best_write;
        best_free = t3 - t2 < best_free ? t3 - t2 : best_free;
        best_places = t4 - t3 < best_places ? t4 - t3 : best_places;
    }
    printf("%-16s parse %4.0f  parse+free %4.0f  with places %4.0f  write %4.0f  MB/s\n", name,
           (double)text.len / best_parse / 1e6, (double)text.len / (best_parse + best_free) / 1e6,
           (double)text.len / best_places / 1e6, (double)out.len / best_write / 1e6);
    buf_clear(&text);
    buf_clear(&out);
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
    measure_text("3.7 kB", 3700, 20000);
    measure_text("payload 262 kB", 262000, 300);
    measure_text("array 50 MB", 50000000, 3);
    measure_making("make and free an int", make_int);
    measure_making("make and free a short string", make_string);
    measure_making("make and free {\"id\":null}", make_object);
    measure_making("make and free [1,2]", make_array);
    measure_making("read and free {\"id\":1}", read_small);
    measure_doubles();
    return 0;
}
