#ifndef RUNTIME_SERVE_LOG_WRITER_H
#define RUNTIME_SERVE_LOG_WRITER_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes lines to a file that may block its writer: a pipe that nobody reads, a FIFO
 * that nobody opens, a disk that is far away. It does so in a thread of its own; adding never
 * waits. Lines for which there is no room, or that can't be written, are lost and counted.
 */
typedef struct log_writer log_writer;

struct log_writer_options {
    int fd;           /* is written to if there is no path; stays open */
    const char *path; /* a file to append to, made if there is none; NULL: fd */
    size_t room;      /* bytes that may wait to be written */
    const char *loss; /* words that the writer puts behind the number of lost lines when it tells of
                       * them in the file itself; NULL: it doesn't */
};

/* NULL with *why filled when the file can't be opened. */
log_writer *log_writer_open(const struct log_writer_options *options, struct diag *why);
/* Adds whole lines. They are written together or lost together, unless writing fails midway. */
void log_writer_add(log_writer *w, const char *lines, size_t len);
/* Waits until what was added is written, for `patience_ms` at most. Once that was not long enough,
 * it doesn't wait again before everything is written. */
void log_writer_settle(log_writer *w, int64_t patience_ms);
/* Opens the file anew by its path, for what is added from now on. */
void log_writer_reopen(log_writer *w);
/* Returns how many lines were lost so far. */
uint64_t log_writer_lost(log_writer *w);
/* Returns whether writing has begun to fail, or to work again, since the last call. If
 * so, `out` gains which, and how many lines are lost: words to put behind the file's name. */
bool log_writer_news(log_writer *w, struct buf *out);
/* Writes what is left, for `patience_ms` at most, and ends the writer. Takes NULL. */
void log_writer_close(log_writer *w, int64_t patience_ms);

#endif
