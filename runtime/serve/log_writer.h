#ifndef RUNTIME_SERVE_LOG_WRITER_H
#define RUNTIME_SERVE_LOG_WRITER_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes lines to a file that may keep who writes to it waiting: a pipe that nobody reads, a FIFO
 * that nobody opens, a disk that is far away. It does so in a thread of its own; adding never
 * waits. Lines for which there is no room, or that can't be written, are lost and counted.
 */
typedef struct log_writer log_writer;

struct log_writer_options {
    int fd;           /* where there is no path; it stays open */
    const char *path; /* a file to append to, made if there is none; NULL: fd */
    size_t room;      /* bytes that may wait to be written */
    const char *loss; /* the writer itself tells, in the file, how many lines were lost, with these
                       * words behind the number; NULL: it doesn't */
};

/* NULL with *why filled when the file can't be opened. */
log_writer *log_writer_open(const struct log_writer_options *options, struct diag *why);
/* Whole lines: they are written together or lost together, as long as nothing fails meanwhile. */
void log_writer_add(log_writer *w, const char *lines, size_t len);
/* Waits for what was added to be written, for at most so long; once that was not enough, not again
 * before all of it is. */
void log_writer_settle(log_writer *w, int64_t patience_ms);
/* What is added from now on goes to a file that is opened anew by its path. */
void log_writer_reopen(log_writer *w);
/* Lines that were lost so far. */
uint64_t log_writer_lost(log_writer *w);
/* Has something gone wrong, or is it well again, since this was last asked? `out` gains what: words
 * for behind the file's name; nothing when it is well. */
bool log_writer_news(log_writer *w, struct buf *out);
/* Writes what is left, for at most so long, and ends; takes NULL. */
void log_writer_close(log_writer *w, int64_t patience_ms);

#endif
