#ifndef TOOLS_SERVE_TALK_H
#define TOOLS_SERVE_TALK_H

#include "parsers/base/diag.h"
#include "runtime/core/exec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What asl serve says on stderr. It never waits for who reads that: lines that find no room are
 * lost, counted, and told of as soon as there is room again.
 */
typedef struct talk talk;

/* NULL with *why filled. */
talk *talk_new(struct diag *why);
/* A line behind "asl serve: "; what it has of others' texts is shown as it can't harm a terminal.
 */
void talk_say(talk *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Lines as they are. */
void talk_add(talk *t, const char *lines, size_t len);
/* A handler's line: with the time, and the ARN of the execution for which it works (or NULL). */
void talk_handler(talk *t, int64_t now_ms, const char *execution, const char *line);
/* That an execution has failed or timed out: when, where, with which error. Of many in a second the
 * most are only counted. */
void talk_failed(talk *t, int64_t now_ms, const rt_exec *x);
/* Lines that were lost. */
uint64_t talk_lost(talk *t);
/* Lets what is left out, for a second at most; takes NULL. */
void talk_free(talk *t);

#endif
