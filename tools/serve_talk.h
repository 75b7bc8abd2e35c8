#ifndef TOOLS_SERVE_TALK_H
#define TOOLS_SERVE_TALK_H

#include "parsers/base/diag.h"
#include "runtime/core/exec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes the messages of asl serve to stderr, and never waits for the reader of stderr: lines for
 * which there is no room are lost and counted, and a line tells of them as soon as there is room.
 */
typedef struct talk talk;

/* Returns NULL with *why filled when the thread that writes can't be started. */
talk *talk_new(struct diag *why);
/* Writes a line behind "asl serve: ". Characters that could harm a terminal are replaced. */
void talk_say(talk *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes lines as they are. */
void talk_add(talk *t, const char *lines, size_t len);
/* Writes a line of a handler, with the time and the ARN of the execution for which it works (NULL:
 * none). */
void talk_handler(talk *t, int64_t now_ms, const char *execution, const char *line);
/* Writes that an execution has failed or timed out: when, where, with which error. Beyond twenty in
 * a second, executions are only counted. */
void talk_failed(talk *t, int64_t now_ms, const rt_exec *x);
/* Returns how many lines were lost. */
uint64_t talk_lost(talk *t);
/* Writes what is left, for a second at most. Takes NULL. */
void talk_free(talk *t);

#endif
