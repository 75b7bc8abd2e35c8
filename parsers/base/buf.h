#ifndef PARSERS_BASE_BUF_H
#define PARSERS_BASE_BUF_H

#include "parsers/base/diag.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that grow. Empty is {0}; `data` is NULL as long as nothing was written. */
struct buf {
    char *data;
    size_t len, cap;
};

/* Makes room for `more` bytes behind `len` and returns where they go; `len` stays. */
char *buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const char *bytes, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_add_int(struct buf *b, int64_t n);
/* Adds two hexadecimal digits for each byte, in small letters. */
void buf_add_hex(struct buf *b, const unsigned char *bytes, size_t len);
/* Adds what printf would print. Formats that depend on the locale, and %n, must not be used. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Puts a NUL behind the bytes (not counted in `len`) and returns them; "" for an empty one. */
const char *buf_str(struct buf *b);
/* Hands the bytes, with a NUL behind, to the caller (mem_free) and leaves `b` empty. */
char *buf_take(struct buf *b);
/* Forgets the bytes, keeps the room. */
void buf_reset(struct buf *b);
void buf_clear(struct buf *b);

/*
 * Adds what the file at `path` holds; "-" is standard input. False with *why filled when it can't
 * be read or is larger than `limit` bytes. It waits for what comes through a pipe or a terminal, so
 * it is for what a person names at the start, while signals still end the process.
 */
bool buf_read_file(struct buf *b, const char *path, size_t limit, struct diag *why);
/*
 * Adds what a regular file holds, as buf_read_file, but refuses everything else: so nobody ever
 * waits, and a server may call it.
 */
bool buf_read_regular(struct buf *b, const char *path, size_t limit, struct diag *why);

#endif
