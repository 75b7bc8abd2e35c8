/* How fast items are read out of CSV, JSON Lines and JSON: megabytes of file a second of user time.
 */

#include "parsers/base/mem.h"
#include "parsers/items/items.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { SIZE = 64 << 20, PIECE = 1 << 16 };

static double user_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6;
}

static void fill_csv(struct buf *b)
{
    buf_adds(b, "id,customer,email,amount,currency,status,created\n");
    for (int i = 0; b->len < SIZE; i++)
        buf_printf(b,
                   "%d,customer %d,c%d@example.com,%d.%02d,EUR,delivered,2026-11-%02dT10:00:00Z\n",
                   i, i, i, i % 1000, i % 100, i % 30 + 1);
}

static void fill_quoted(struct buf *b)
{
    buf_adds(b, "\"id\",\"customer\",\"email\",\"amount\",\"note\"\n");
    for (int i = 0; b->len < SIZE; i++)
        buf_printf(b,
                   "\"%d\",\"customer, %d\",\"c%d@example.com\",\"%d.%02d\",\"says \"\"yes\"\"\"\n",
                   i, i, i, i % 1000, i % 100);
}

static void fill_row(struct buf *b, int i)
{
    buf_printf(b,
               "{\"id\":%d,\"name\":\"customer %d\",\"email\":\"c%d@example.com\",\"active\":%s,"
               "\"amount\":%d.%02d,\"tags\":[\"new\",\"eu\"]}",
               i, i, i, i % 3 ? "true" : "false", i % 1000, i % 100);
}

static void fill_jsonl(struct buf *b)
{
    for (int i = 0; b->len < SIZE; i++) {
        fill_row(b, i);
        buf_addc(b, '\n');
    }
}

static void fill_json(struct buf *b)
{
    buf_adds(b, "{\"rows\":[");
    for (int i = 0; b->len < SIZE; i++) {
        buf_adds(b, i ? ",\n" : "\n");
        fill_row(b, i);
    }
    buf_adds(b, "]}\n");
}

static void measure(const char *name, enum items_format format, const char *pointer,
                    void (*fill)(struct buf *))
{
    struct items_options o = {.format = format, .pointer = pointer, .size = UINT64_MAX};
    struct buf file = {0};
    double best = 1e9;
    size_t items = 0;

    fill(&file);
    for (int run = 0; run < 5; run++) {
        double begun = user_s();
        items_reader *r = items_new(&o, NULL);
        enum items_result result;
        struct item item;
        uint64_t from, len;

        items = 0;
        while ((result = items_next(r, &item, NULL)) != ITEMS_END) {
            if (result == ITEMS_FAILED)
                abort();
            if (result == ITEMS_ITEM) {
                items++;
                json_unref(item.value);
                continue;
            }
            items_wanted(r, &from, &len);
            if (from == file.len)
                items_feed_end(r);
            else
                items_feed(r, file.data + from,
                           file.len - from < PIECE ? file.len - (size_t)from : PIECE);
        }
        items_free(r);
        begun = user_s() - begun;
        best = begun < best ? begun : best;
    }
    printf("%-12s %5.0f MB/s  %4zu bytes an item, %6.0f ns\n", name, (double)file.len / best / 1e6,
           file.len / items, best / (double)items * 1e9);
    buf_clear(&file);
}

int main(void)
{
    mem_keep_freed();
    measure("CSV", ITEMS_CSV, NULL, fill_csv);
    measure("CSV, quoted", ITEMS_CSV, NULL, fill_quoted);
    measure("JSON Lines", ITEMS_JSONL, NULL, fill_jsonl);
    measure("JSON", ITEMS_JSON, "/rows", fill_json);
    return 0;
}
