#ifndef TESTS_SUPPORT_PARQUET_FILE_H
#define TESTS_SUPPORT_PARQUET_FILE_H

#include "parsers/base/buf.h"

#include <stdint.h>

/*
 * Makes Parquet files by hand, a page at a time: good ones, and ones whose claims are wrong. What
 * is not said is left out, as old writers do.
 *
 *     pqm_begin(&m, fields, COUNT(fields));
 *     pqm_column(&m, &(struct pqm_column){.physical = PQ_INT32, .values = 2});
 *     pqm_page(&m, &(struct pqm_page){.values = 2}, PQ_TEXT("\1\0\0\0\2\0\0\0"));
 *     pqm_group(&m, 2);
 *     pqm_end(&m);
 */

enum { PQ_BOOLEAN, PQ_INT32, PQ_INT64, PQ_INT96, PQ_FLOAT, PQ_DOUBLE, PQ_BYTES, PQ_FIXED };
enum { PQ_REQUIRED, PQ_OPTIONAL, PQ_REPEATED };

#define PQ_TEXT(s) s, sizeof(s) - 1

struct pqm_field {
    const char *name;
    int repetition;
    int kids; /* 0: it is a column, of `physical` */
    int physical, length;
    int converted;        /* an annotation of the older form, and 1; 0: none */
    int logical;          /* one of the newer form, by its field's number; 0: none */
    int scale, precision; /* of a decimal of the older form */
};

struct pqm_column {
    int64_t physical, codec;
    int64_t values;
    /* Claims in place of what is true; 0: the truth. */
    int64_t len, begin;
    const char *elsewhere; /* the name of another file */
    int encrypted;
};

struct pqm_page {
    int kind;     /* 0: data, 2: dictionary, 3: data of the second form */
    int encoding; /* 0: PLAIN */
    int32_t values;
    int levels; /* their encoding; 0: RLE */
    int32_t def_len, rep_len;
    int32_t unpacked; /* 0: as long as it is */
    int32_t packed;   /* a claim; 0: the truth */
    int32_t crc;      /* 0: none */
    int not_packed;   /* the second form: `is_compressed` is false */
};

struct pqm_made {
    struct buf file, footer, columns, groups;
    size_t column_count, group_count;
    struct pqm_column column;
    uint64_t column_begin;
    int64_t rows;
};

void pqm_begin(struct pqm_made *m, const struct pqm_field *fields, size_t count);
void pqm_column(struct pqm_made *m, const struct pqm_column *c);
void pqm_page(struct pqm_made *m, const struct pqm_page *p, const char *bytes, size_t len);
void pqm_group(struct pqm_made *m, int64_t rows);
/* The file is then in `file`. */
void pqm_end(struct pqm_made *m);
void pqm_clear(struct pqm_made *m);

#endif
