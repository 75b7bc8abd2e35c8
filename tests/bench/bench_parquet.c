/*
 * How fast rows are read out of Parquet files: megabytes of file a second of user time.
 *
 *     bench_parquet [--rows] FILE...
 *
 * With --rows it prints the rows instead, a line each, and on the error output why there are no
 * more of them.
 */

#include "parsers/base/mem.h"
#include "parsers/parquet/parquet.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { PIECE = 4 << 20 };

static double user_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6;
}

static void print_row(const json *row)
{
    struct buf text = {0};

    json_write(&text, row);
    puts(buf_str(&text));
    buf_clear(&text);
}

/* Reads all rows; returns how many, SIZE_MAX when the file is bad. */
static size_t read_rows(const struct buf *file, bool print, size_t *requests)
{
    struct items_options o = {.format = ITEMS_PARQUET, .size = file->len};
    struct diag why = {0};
    items_reader *r = parquet_new(&o, &why);
    enum items_result result = r ? ITEMS_WANTS : ITEMS_FAILED;
    struct item item;
    uint64_t from, len;
    size_t rows = 0;

    while (r && (result = items_next(r, &item, &why)) != ITEMS_END && result != ITEMS_FAILED) {
        if (result == ITEMS_WANTS) {
            items_wanted(r, &from, &len);
            items_feed(r, file->data + from, len < PIECE ? (size_t)len : PIECE);
            ++*requests;
            continue;
        }
        if (result == ITEMS_RESTS)
            continue;
        if (print)
            print_row(item.value);
        json_unref(item.value);
        rows++;
    }
    if (result == ITEMS_FAILED)
        fprintf(stderr, "byte %zu: %s\n", why.at, why.text);
    diag_clear(&why);
    items_free(r);
    return result == ITEMS_FAILED ? SIZE_MAX : rows;
}

static void measure_file(const char *name, const struct buf *file)
{
    double best = 1e9;
    size_t rows = 0, requests = 0;

    for (int run = 0; run < 5; run++) {
        double begun = user_s(), took;

        requests = 0;
        rows = read_rows(file, false, &requests);
        took = user_s() - begun;
        best = took < best ? took : best;
    }
    printf("%-40s %8.2f MB %9zu rows %5zu pieces %8.1f MB/s %8.0f rows/ms\n", name,
           (double)file->len / 1e6, rows, requests, (double)file->len / 1e6 / best,
           (double)rows / best / 1e3);
}

int main(int argc, char **argv)
{
    bool print = argc > 1 && !strcmp(argv[1], "--rows"), good = true;

    mem_keep_freed();
    for (int i = 1 + print; i < argc; i++) {
        struct buf file = {0};
        struct diag why = {0};
        size_t requests = 0;

        if (!buf_read_regular(&file, argv[i], SIZE_MAX, &why)) {
            fprintf(stderr, "%s\n", why.text);
            good = false;
        } else if (print) {
            good = read_rows(&file, true, &requests) != SIZE_MAX && good;
        } else {
            measure_file(argv[i], &file);
        }
        diag_clear(&why);
        buf_clear(&file);
    }
    return good ? 0 : 1;
}
