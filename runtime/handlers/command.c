/*
 * Commands: an argv vector, never a shell. The payload goes to the child's stdin, its stdout is the
 * result, its stderr goes to the log. A child has ended when it has exited and its outputs are at
 * their end; what it left behind in its process group is killed then.
 *
 *   exit 0, JSON or nothing            the result; nothing is null
 *   exit 0, else                       Lambda.Unknown, with what was printed
 *   exit not 0, an object with
 *   errorType on stdout                the function's error
 *   exit not 0 or a signal, else       Lambda.Unknown, with the status and the end of stderr
 *   timeout_s went by                  the function's error Sandbox.Timedout, as Lambda has it
 *   more than max_output on stdout     States.DataLimitExceeded
 *   no such program, may not be run    Lambda.ResourceNotFoundException
 *   no more processes or descriptors   Lambda.ServiceException
 */
#include "runtime/handlers/child.h"

#include "parsers/base/mem.h"

#include <string.h>
#include <unistd.h>

enum {
    TAIL_BYTES = 4096,   /* of stderr, in a cause: a traceback's last calls */
    MIN_READ = 4 * 1024, /* of stdout, at a time */
    MAX_READ = 1024 * 1024,
    ERR_BYTES = 4 * 1024, /* at a time, of stderr */
};

struct process {
    struct child child; /* first */
    handlers *h;
    struct handler_row *row;
    struct task_call *call; /* NULL: cancelled, nobody waits for the end */
    char *name, *execution; /* in the log; execution may be NULL */
    struct process *prev, *next;
    uv_pipe_t in, out, err;
    uv_write_t write;
    struct buf input, output, tail;
    struct child_log log;
    bool out_ended, err_ended;
    bool tail_cut; /* more was before it */
    enum { END_BY_ITSELF, END_TIMED_OUT, END_TOO_LARGE } end;
    char err_bytes[ERR_BYTES];
};

/* ---- the end ---- */

static void command_on_closed(struct child *c)
{
    struct process *p = (struct process *)c;

    p->h->open--;
    buf_clear(&p->input);
    buf_clear(&p->output);
    buf_clear(&p->log.line);
    buf_clear(&p->tail);
    mem_free(p->name);
    mem_free(p->execution);
    mem_free(p);
}

struct handler_answer process_timed_out(const struct task_call *call)
{
    struct handler_answer a = {.outcome = HANDLER_FUNCTION_ERROR};
    struct json_build b;
    char id[HANDLER_REQUEST_ID];

    handler_request_id(call->key ? call->key : "", id);
    json_build_object(&b, 2);
    json_build_set(&b, "errorType", json_cstring("Sandbox.Timedout"));
    json_build_set(&b, "errorMessage",
                   json_stringf("RequestId: %s Error: Task timed out after %lld.%02lld seconds", id,
                                (long long)(call->row->timeout_ms / 1000),
                                (long long)(call->row->timeout_ms % 1000 / 10)));
    a.value = json_build_done(&b);
    a.raw = json_text(a.value);
    return a;
}

/*
 * The end of stderr, without the last line feed. Where its beginning is cut off, a whole line is
 * the first, or, of a line that is as long as all of it, a whole character.
 */
static void add_tail(struct buf *cause, const struct process *p)
{
    const char *text = p->tail.data;
    size_t len = p->tail.len, from = len > TAIL_BYTES ? len - TAIL_BYTES : 0;
    bool cut = from || p->tail_cut;

    while (len > from && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    while (cut && from < len && ((unsigned char)text[from] & 0xC0) == 0x80)
        from++;
    const char *end = cut && len > from ? memchr(text + from, '\n', len - from) : NULL;
    if (end)
        from = (size_t)(end - text) + 1;
    if (len > from) {
        buf_adds(cause, end ? ":\n" : ": ");
        buf_add(cause, text + from, len - from);
    }
}

static struct handler_answer command_answer_of(struct process *p)
{
    bool exited = p->child.how.si_code == CLD_EXITED;
    struct buf cause = {0};

    switch (p->end) {
    case END_TIMED_OUT: return process_timed_out(p->call);
    case END_TOO_LARGE: return answer_failed("States.DataLimitExceeded", NULL);
    case END_BY_ITSELF: break;
    }
    if (exited && !p->child.how.si_status) {
        buf_printf(&cause, "What the command '%s' printed", p->row->argv[0]);
        struct handler_answer a =
            answer_from_text(p->h, p->output.data, p->output.len, buf_str(&cause));
        buf_clear(&cause);
        return a;
    }
    if (is_function_error(p->output.data, p->output.len))
        return answer_function_error(p->output.data, p->output.len);
    if (exited)
        buf_printf(&cause, "The command '%s' ended with exit status %d", p->row->argv[0],
                   p->child.how.si_status);
    else
        buf_printf(&cause, "The command '%s' was ended by signal %d (%s)", p->row->argv[0],
                   p->child.how.si_status, strsignal(p->child.how.si_status));
    add_tail(&cause, p);
    return answer_failed("Lambda.Unknown", clean_string(&cause));
}

static void command_finish(struct process *p)
{
    struct task_call *call = p->call;
    struct handler_row *row = p->row;
    struct handler_answer a = {0};

    child_log_end(&p->log, p->h, p->name, p->execution);
    if (call)
        a = command_answer_of(p);
    p->call = NULL;
    if (p->prev)
        p->prev->next = p->next;
    else
        p->h->process = p->next;
    if (p->next)
        p->next->prev = p->prev;
    child_shut(&p->child.exit);
    child_shut(&p->in);
    child_shut(&p->out);
    child_shut(&p->err);
    child_shut(&p->child.timer);
    if (call)
        task_call_done(call, &a);
    else
        slot_free(row);
}

static void finish_if_ended(struct process *p)
{
    if (!p->child.alive && p->out_ended && p->err_ended)
        command_finish(p);
}

static void command_on_drained(struct child *c)
{
    struct process *p = (struct process *)c;

    p->out_ended = p->err_ended = true;
    finish_if_ended(p);
}

static void command_on_exited(struct child *c)
{
    struct process *p = (struct process *)c;

    child_shut(&p->in);
    if (!p->call)
        p->out_ended = true;
    finish_if_ended(p);
}

static void command_on_timeout(uv_timer_t *timer)
{
    struct process *p = timer->data;

    p->end = END_TIMED_OUT;
    child_end(&p->child, p->h->options.grace_ms);
}

/* ---- its streams ---- */

static void command_on_written(uv_write_t *write, int status)
{
    struct process *p = write->data;

    (void)status; /* a child may leave its input unread */
    child_shut(&p->in);
}

/* Doubles as it grows; one byte over the bound, to see that there is more. */
static void command_room_for_output(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct process *p = handle->data;
    size_t left = p->h->options.max_output - p->output.len + 1;
    size_t room = p->output.cap - p->output.len;

    (void)suggested;
    if (room < MIN_READ)
        room = p->output.cap + MIN_READ;
    if (room > left)
        room = left;
    if (room > MAX_READ)
        room = MAX_READ;
    *out = uv_buf_init(buf_reserve(&p->output, room), (unsigned)room);
}

static void command_on_output(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct process *p = stream->data;

    (void)bytes;
    if (len < 0) {
        p->out_ended = true;
        child_shut(stream);
        finish_if_ended(p);
        return;
    }
    p->output.len += (size_t)len;
    if (p->output.len > p->h->options.max_output) {
        p->end = END_TOO_LARGE;
        uv_timer_stop(&p->child.timer);
        p->out_ended = true;
        child_shut(stream);
        child_signal(&p->child, SIGKILL);
        finish_if_ended(p);
    }
}

static void room_for_err(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct process *p = handle->data;

    (void)suggested;
    *out = uv_buf_init(p->err_bytes, sizeof p->err_bytes);
}

static void on_err(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct process *p = stream->data;

    if (len < 0) {
        p->err_ended = true;
        child_shut(stream);
        finish_if_ended(p);
        return;
    }
    if (p->tail.len > 2 * TAIL_BYTES) {
        memmove(p->tail.data, p->tail.data + p->tail.len - TAIL_BYTES, TAIL_BYTES);
        p->tail.len = TAIL_BYTES;
        p->tail_cut = true;
    }
    buf_add(&p->tail, bytes->base, (size_t)len);
    child_log_add(&p->log, p->h, p->name, p->execution, bytes->base, (size_t)len);
}

/* ---- the kind ---- */

static const struct child_events events = {command_on_exited, command_on_drained,
                                           command_on_closed};

/* Takes the parent's ends. */
static void command_watch(struct process *p, const int parent[3])
{
    uv_loop_t *loop = p->h->loop;
    uv_buf_t input;

    p->h->open++;
    child_watch(&p->child, loop, &events);
    uv_pipe_init(loop, &p->in, 0);
    uv_pipe_init(loop, &p->out, 0);
    uv_pipe_init(loop, &p->err, 0);
    child_own(&p->child, &p->in);
    child_own(&p->child, &p->out);
    child_own(&p->child, &p->err);
    uv_pipe_open(&p->in, parent[0]);
    uv_pipe_open(&p->out, parent[1]);
    uv_pipe_open(&p->err, parent[2]);
    uv_read_start((uv_stream_t *)&p->out, command_room_for_output, command_on_output);
    uv_read_start((uv_stream_t *)&p->err, room_for_err, on_err);
    json_write(&p->input, p->call->payload);
    input = uv_buf_init(p->input.data, (unsigned)p->input.len);
    p->write.data = p;
    if (uv_write(&p->write, (uv_stream_t *)&p->in, &input, 1, command_on_written))
        child_shut(&p->in);
    if (p->row->timeout_ms)
        child_set_timer(&p->child, command_on_timeout, p->row->timeout_ms);
    child_catch_up(&p->child);
}

static void command_add_variables(struct buf *out, const struct task_call *call)
{
    buf_printf(out, "ASL_EXECUTION_ARN=%s%c", call->execution ? call->execution : "", 0);
    buf_printf(out, "ASL_STATE_NAME=%s%c", call->state_name ? call->state_name : "", 0);
    buf_printf(out, "ASL_IDEMPOTENCY_KEY=%s%c", call->key ? call->key : "", 0);
    buf_printf(out, "ASL_ATTEMPT=%u%c", (unsigned)call->attempt, 0);
    buf_printf(out, "ASL_RESOURCE=%s%c", call->target, 0);
}

static void command_start(struct task_call *call)
{
    struct process *p = mem_calloc(1, sizeof *p);
    int ends[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, error = 0;
    struct buf variables = {0};

    for (int i = 0; i < 3 && !error; i++)
        error = child_pipe(ends[i]);
    if (!error) {
        command_add_variables(&variables, call);
        error = child_spawn(&p->child, call->row, &variables,
                            (const int[3]){ends[0][0], ends[1][1], ends[2][1]});
        buf_clear(&variables);
    }
    if (error) {
        struct handler_answer a = child_not_started(call->row, error);
        child_close_ends(&ends[0][0], 6);
        mem_free(p);
        task_call_ready(call, &a);
        return;
    }
    close(ends[0][0]);
    close(ends[1][1]);
    close(ends[2][1]);
    p->h = call->h;
    p->row = call->row;
    p->call = call;
    p->name = mem_strdup(call->name);
    p->execution = call->execution ? mem_strdup(call->execution) : NULL;
    p->next = p->h->process;
    if (p->next)
        p->next->prev = p;
    p->h->process = p;
    call->work = p;
    command_watch(p, (const int[3]){ends[0][1], ends[1][0], ends[2][0]});
}

static bool command_cancel(struct task_call *call)
{
    struct process *p = call->work;

    p->call = NULL;
    child_end(&p->child, p->h->options.grace_ms);
    return true;
}

/* The calls are dropped, so who still runs has been asked to end, and has what is left of the
 * grace.
 */
static void processes_close(handlers *h)
{
    for (struct process *p = h->process, *next; p; p = next) {
        next = p->next;
        if (!p->child.alive)
            command_on_drained(&p->child);
    }
}

const struct handler_kind handler_command = {.field = "command",
                                             .flags = KIND_SPAWNS | KIND_STARTS_LATER,
                                             .start = command_start,
                                             .cancel = command_cancel,
                                             .close = processes_close};
