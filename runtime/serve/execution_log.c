/*
 * The log of executions. Lines are collected during a turn of the loop and given to the writer
 * before anything is answered that comes after them. The writer has a thread of its own: the loop
 * never waits for a slow disk or reader, it loses lines and counts them.
 */

#include "runtime/serve/execution_log.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/core/token.h"
#include "runtime/serve/log_writer.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum {
    FLUSH_BYTES = 1024 * 1024,     /* are given to the writer before the turn is over */
    ROOM_BYTES = 16 * 1024 * 1024, /* may wait for a reader that lags behind */
    PATIENCE_MS = 1000,            /* with it at the end */
    SETTLE_MS = 50,                /* and once while it lags behind */
};

/* ---- lines ---- */

/* CloudWatch's levels. ERROR has all that failed, timed out or was aborted, and Fail states;
 * FATAL only what ends an execution so. */
static bool execution_log_wanted(const char *level, const char *type)
{
    bool bad = text_ends_with(type, "Failed") || text_ends_with(type, "TimedOut") ||
               text_ends_with(type, "Aborted");

    if (strcmp(level, "ALL") == 0)
        return true;
    if (strcmp(level, "ERROR") == 0)
        return bad || strcmp(type, "FailStateEntered") == 0;
    return strcmp(level, "FATAL") == 0 && bad && strncmp(type, "Execution", 9) == 0;
}

/* The object of details; an empty one for an event without. */
static json *details_of(const rt_exec *x, const struct rt_event *e, bool data)
{
    json *event = rt_event_json(x, e);
    const json *last;
    json *details;

    if (!data)
        event = rt_event_without_data(event);
    last = json_value_at(event, json_count(event) - 1);
    details = json_ref(json_is_object(last) ? last : json_empty_object());
    json_unref(event);
    return details;
}

void execution_log_line(struct buf *out, const json *configuration, const rt_exec *x,
                        const struct rt_event *e)
{
    const json *level = configuration ? json_get(configuration, "level") : NULL;
    const json *data = configuration ? json_get(configuration, "includeExecutionData") : NULL;
    char type[RT_EVENT_NAME];
    struct json_build b;

    if (!e->id || !level)
        return;
    rt_event_name(e, type);
    if (!execution_log_wanted(json_str(level), type))
        return;
    json_build_object(&b, 7);
    json_build_set(&b, "id", json_stringf("%" PRIu32, e->id));
    json_build_set(&b, "type", json_cstring(type));
    json_build_set(&b, "details", details_of(x, e, data && json_kind(data) == JSON_TRUE));
    json_build_set(&b, "previous_event_id", json_stringf("%" PRIu32, e->previous));
    json_build_set(&b, "event_timestamp", json_stringf("%" PRId64, e->at_ms));
    json_build_set(&b, "execution_arn", json_ref(rt_exec_names(x)->arn));
    json_build_set(&b, "redrive_count", json_stringf("%" PRIu32, rt_exec_redrives(x)));
    json *line = json_build_done(&b);
    json_write(out, line);
    buf_addc(out, '\n');
    json_unref(line);
}

/* ---- the file ---- */

struct execution_log {
    char *name; /* for messages */
    log_writer *writer;
    struct buf lines;
    void (*say)(void *user, const char *line);
    void *user;
    uv_prepare_t turn;
};

static void flush(execution_log *l)
{
    struct buf news = {0}, line = {0};

    /* A file has the lines before anything is answered that comes after them. */
    if (l->lines.len) {
        log_writer_add(l->writer, l->lines.data, l->lines.len);
        log_writer_settle(l->writer, SETTLE_MS);
    }
    buf_reset(&l->lines);
    if (log_writer_news(l->writer, &news)) {
        buf_printf(&line, "asl serve: the log %s: %s", l->name, buf_str(&news));
        l->say(l->user, buf_str(&line));
    }
    buf_clear(&news);
    buf_clear(&line);
}

static void on_turn(uv_prepare_t *p)
{
    flush(p->data);
}

execution_log *execution_log_open(uv_loop_t *loop, const char *path,
                                  void (*say)(void *user, const char *line), void *user,
                                  struct diag *why)
{
    bool file = strcmp(path, "-") != 0;
    log_writer *w = log_writer_open(&(struct log_writer_options){.fd = STDOUT_FILENO,
                                                                 .path = file ? path : NULL,
                                                                 .room = ROOM_BYTES},
                                    why);

    if (!w)
        return NULL;
    execution_log *l = mem_calloc(1, sizeof *l);
    l->name = mem_strdup(file ? path : "on standard output");
    l->writer = w;
    l->say = say;
    l->user = user;
    uv_prepare_init(loop, &l->turn);
    l->turn.data = l;
    uv_prepare_start(&l->turn, on_turn);
    uv_unref((uv_handle_t *)&l->turn);
    return l;
}

void execution_log_add(execution_log *l, const json *configuration, const rt_exec *x,
                       const struct rt_events *events)
{
    struct rt_event e;

    for (size_t i = 0; i < events->count; i++) {
        size_t from = l->lines.len;

        rt_events_at(events, i, &e);
        execution_log_line(&l->lines, configuration, x, &e);
        /* A task token lets whoever has it answer the Task, and a log is read by more people
         * than that. */
        rt_hide_tokens(l->lines.data + from, l->lines.len - from);
        if (l->lines.len > FLUSH_BYTES)
            flush(l);
    }
}

void execution_log_reopen(execution_log *l)
{
    flush(l);
    log_writer_reopen(l->writer);
}

uint64_t execution_log_lost(const execution_log *l)
{
    return log_writer_lost(l->writer);
}

void execution_log_close(execution_log *l)
{
    if (!l)
        return;
    flush(l);
    uv_close((uv_handle_t *)&l->turn, NULL);
}

void execution_log_free(execution_log *l)
{
    if (!l)
        return;
    log_writer_close(l->writer, PATIENCE_MS);
    buf_clear(&l->lines);
    mem_free(l->name);
    mem_free(l);
}
