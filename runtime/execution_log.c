#include "runtime/execution_log.h"

#include "parsers/mem.h"
#include "runtime/core/token.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum {
    MODE = 0640,
    FLUSH_BYTES = 1024 * 1024, /* are written before the turn is over */
    PATIENCE_MS = 1000,        /* for a reader of standard output that lags behind */
};

/* ---- lines ---- */

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);

    return len >= n && strcmp(text + len - n, end) == 0;
}

static bool wanted(const char *level, const char *type)
{
    bool bad = ends_in(type, "Failed") || ends_in(type, "TimedOut") || ends_in(type, "Aborted");

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
    if (!wanted(json_str(level), type))
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
    char *path; /* NULL: standard output */
    int fd;
    struct buf lines;
    bool torn;    /* half a line was written */
    bool failing; /* and that was said */
    void (*say)(void *user, const char *line);
    void *user;
    uv_prepare_t turn;
    uv_signal_t hup;
};

static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, MODE);
}

static void complain(execution_log *l, const char *what, int error)
{
    struct buf line = {0};

    if (!l->failing) {
        buf_printf(&line, "asl serve: the log %s: %s: %s", l->path ? l->path : "on standard output",
                   what, strerror(error));
        l->say(l->user, buf_str(&line));
    }
    buf_clear(&line);
    l->failing = true;
}

/* How much was written; all, unless errno tells why not. */
static size_t write_all(int fd, const char *bytes, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = write(fd, bytes + done, len - done);
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno == EINTR)
            continue;
        else if (n == 0 || errno != EAGAIN || poll(&ready, 1, PATIENCE_MS) <= 0)
            break;
    }
    return done;
}

static void flush(execution_log *l)
{
    size_t done;

    if (!l->lines.len)
        return;
    errno = 0;
    if (l->torn && write_all(l->fd, "\n", 1) == 1)
        l->torn = false;
    done = l->torn ? 0 : write_all(l->fd, l->lines.data, l->lines.len);
    if (done == l->lines.len) {
        l->failing = false;
    } else {
        complain(l, "events are lost", errno ? errno : EIO);
        l->torn |= done > 0 && l->lines.data[done - 1] != '\n';
    }
    buf_reset(&l->lines);
}

static void on_turn(uv_prepare_t *p)
{
    flush(p->data);
}

/* Whoever rotates the log has moved the file away. */
static void on_hup(uv_signal_t *s, int number)
{
    execution_log *l = s->data;
    int fd;

    (void)number;
    flush(l);
    fd = open_file(l->path);
    if (fd < 0) {
        l->failing = false;
        complain(l, "it can't be opened anew", errno);
        return;
    }
    close(l->fd);
    l->fd = fd;
    l->torn = false;
}

execution_log *execution_log_open(uv_loop_t *loop, const char *path,
                                  void (*say)(void *user, const char *line), void *user,
                                  struct diag *why)
{
    bool file = strcmp(path, "-") != 0;
    int fd = file ? open_file(path) : STDOUT_FILENO;
    execution_log *l;

    if (fd < 0) {
        diag_set(why, "LOG_FILE", 0, "%s: %s", path, strerror(errno));
        return NULL;
    }
    l = mem_calloc(1, sizeof *l);
    l->path = file ? mem_strdup(path) : NULL;
    l->fd = fd;
    l->say = say;
    l->user = user;
    uv_prepare_init(loop, &l->turn);
    uv_signal_init(loop, &l->hup);
    l->turn.data = l->hup.data = l;
    uv_prepare_start(&l->turn, on_turn);
    if (file)
        uv_signal_start(&l->hup, on_hup, SIGHUP);
    uv_unref((uv_handle_t *)&l->turn);
    uv_unref((uv_handle_t *)&l->hup);
    return l;
}

void execution_log_add(execution_log *l, const json *configuration, const rt_exec *x,
                       const struct rt_event *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t from = l->lines.len;

        execution_log_line(&l->lines, configuration, x, &events[i]);
        rt_hide_tokens(l->lines.data + from, l->lines.len - from);
        if (l->lines.len > FLUSH_BYTES)
            flush(l);
    }
}

void execution_log_close(execution_log *l)
{
    if (!l)
        return;
    flush(l);
    uv_close((uv_handle_t *)&l->turn, NULL);
    uv_close((uv_handle_t *)&l->hup, NULL);
}

void execution_log_free(execution_log *l)
{
    if (!l)
        return;
    if (l->path)
        close(l->fd);
    buf_clear(&l->lines);
    mem_free(l->path);
    mem_free(l);
}
