/*
 * Lines of asl serve. Each is put together in one buffer and handed to a log_writer whole, so that
 * lines don't mix and the loop never waits for who reads stderr.
 */

#include "tools/serve_talk.h"

#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "runtime/serve/log_writer.h"
#include "tools/shown.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* A machine that fails in a loop must not fill a disk: beyond FAILURES_A_SECOND executions are
 * only counted. */
enum {
    ROOM_BYTES = 256 * 1024,
    PATIENCE_MS = 1000,
    FAILURES_A_SECOND = 20,
};

struct talk {
    log_writer *writer;
    int64_t second;          /* in which failures are counted */
    uint64_t failures, told; /* of that second */
};

talk *talk_new(struct diag *why)
{
    log_writer *w = log_writer_open(
        &(struct log_writer_options){.fd = STDERR_FILENO,
                                     .room = ROOM_BYTES,
                                     .loss = "lines of asl serve are lost: nobody read them"},
        why);

    if (!w)
        return NULL;
    talk *t = mem_calloc(1, sizeof *t);
    t->writer = w;
    return t;
}

void talk_add(talk *t, const char *lines, size_t len)
{
    log_writer_add(t->writer, lines, len);
}

/* Takes `line`, which has no end yet. */
static void add_line(talk *t, struct buf *line)
{
    buf_addc(line, '\n');
    talk_add(t, line->data, line->len);
    buf_clear(line);
}

void talk_say(talk *t, const char *format, ...)
{
    struct buf text = {0}, line = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    buf_adds(&line, "asl serve: ");
    shown_add(&line, buf_str(&text), text.len);
    add_line(t, &line);
    buf_clear(&text);
}

static void serve_talk_begin_line(struct buf *line, int64_t now_ms, const char *execution)
{
    timestamp_write(line, now_ms);
    buf_addc(line, ' ');
    if (execution) {
        shown_add(line, execution, strlen(execution));
        buf_addc(line, ' ');
    }
}

/* A handler's own line isn't changed: colours that a program writes are meant for whoever
 * watches. The ARN has a name that a client chose, so it is made harmless. */
void talk_handler(talk *t, int64_t now_ms, const char *execution, const char *text)
{
    struct buf line = {0};

    serve_talk_begin_line(&line, now_ms, execution);
    buf_adds(&line, text);
    add_line(t, &line);
}

/* Tells how many failures were left out of the second that is over. It comes with the next
 * failure, or at the end. */
static void tell_rest(talk *t)
{
    uint64_t rest = t->failures - t->told;

    if (rest)
        talk_say(t, "%llu more execution%s failed", (unsigned long long)rest, rest == 1 ? "" : "s");
    t->failures = t->told = 0;
}

void talk_failed(talk *t, int64_t now_ms, const rt_exec *x)
{
    const struct asl_error *e = rt_exec_error(x);
    const char *state = rt_exec_failed_state(x);
    struct buf line = {0};

    if (now_ms / 1000 != t->second)
        tell_rest(t);
    t->second = now_ms / 1000;
    if (++t->failures > FAILURES_A_SECOND)
        return;
    t->told++;
    serve_talk_begin_line(&line, now_ms, json_str(rt_exec_names(x)->arn));
    buf_adds(&line, rt_status_name(rt_exec_status(x)));
    if (state) {
        buf_adds(&line, " in ");
        shown_add(&line, state, strlen(state));
    }
    if (e && e->name) {
        buf_adds(&line, ": ");
        shown_add(&line, json_str(e->name), json_str_len(e->name));
    }
    add_line(t, &line);
}

uint64_t talk_lost(talk *t)
{
    return log_writer_lost(t->writer);
}

void talk_free(talk *t)
{
    if (!t)
        return;
    tell_rest(t);
    log_writer_close(t->writer, PATIENCE_MS);
    mem_free(t);
}
