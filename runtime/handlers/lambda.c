/*
 * Lambda functions as they are deployed: a program (a `bootstrap`, or a runtime interface client)
 * that asks the Lambda Runtime API for one invocation after the other, and stays for the next.
 * lambda_api.c has what it asks.
 *
 * A process is started when an invocation finds none that is free, and serves the function it was
 * started for; when a row has as many as it may have, one of another function makes room. What
 * comes of an invocation besides:
 *
 *   timeout_s went by, from
 *   when it has the event   the process is killed; the function's error Sandbox.Timedout
 *   the process ended       the function's error Runtime.ExitError; the next invocation starts anew
 *   a result that isn't
 *   JSON                    Lambda.Unknown
 *   one over max_output     States.DataLimitExceeded at once, and 413 for the process
 *   it can't be started     as a command that can't be
 */
#define _GNU_SOURCE /* strsignal's words, O_CLOEXEC */

#include "runtime/handlers/lambda_impl.h"

#include "parsers/base/base64.h"
#include "parsers/base/mem.h"
#include "runtime/base/aws_defaults.h"
#include "runtime/base/clock.h"
#include "runtime/base/partition.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>

enum {
    INIT_MS = 10 * 1000,     /* to begin, besides timeout_s */
    MAX_MS = 15 * 60 * 1000, /* Lambda's longest: the deadline without timeout_s */
    SECRET_BYTES = 16,
};

/* ---- its output ---- */

static void lambda_room_for_output(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct runtime *rt = handle->data;

    (void)suggested;
    *out = uv_buf_init(rt->bytes, sizeof rt->bytes);
}

/* ---- the end of a process ---- */

static void launch(struct runtime *rt, struct task_call *call);

static void lambda_on_closed(struct child *c)
{
    struct runtime *rt = (struct runtime *)c;
    struct task_call *call = rt->waits ? rt->call : NULL;

    rt->h->open--;
    buf_clear(&rt->log.line);
    mem_free(rt->name);
    rt->name = NULL;
    rt->waits = false;
    if (call)
        launch(rt, call);
}

/* For which it works; NULL: for none. */
static const char *execution_of(const struct runtime *rt)
{
    return rt->call && !rt->waits ? rt->call->execution : NULL;
}

static void lambda_on_drained(struct child *c)
{
    struct runtime *rt = (struct runtime *)c;

    child_log_end(&rt->log, rt->h, rt->name, execution_of(rt));
    child_shut(&rt->out);
    child_shut(&c->timer);
}

static void lambda_on_output(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct runtime *rt = stream->data;

    if (len > 0)
        child_log_add(&rt->log, rt->h, rt->name, execution_of(rt), bytes->base, (size_t)len);
    if (len >= 0)
        return;
    uv_read_stop(stream);
    if (!rt->child.alive)
        lambda_on_drained(&rt->child);
}

/* {"errorType", "errorMessage"}, as Lambda says that a process has ended. */
static struct handler_answer exit_error(const struct runtime *rt)
{
    struct handler_answer a = {.outcome = HANDLER_FUNCTION_ERROR};
    struct buf words = {0};
    struct json_build b;

    buf_printf(&words, "RequestId: %s Error: Runtime exited ", rt->id);
    if (rt->child.how.si_code != CLD_EXITED) {
        buf_adds(&words, "with error: signal: ");
        for (const char *p = strsignal(rt->child.how.si_status); *p; p++)
            buf_addc(&words, (char)tolower((unsigned char)*p));
    } else if (rt->child.how.si_status) {
        buf_printf(&words, "with error: exit status %d", rt->child.how.si_status);
    } else {
        buf_adds(&words, "without providing a reason");
    }
    json_build_object(&b, 2);
    json_build_set(&b, "errorType", json_cstring("Runtime.ExitError"));
    json_build_set(&b, "errorMessage", json_take_buf(&words));
    a.value = json_build_done(&b);
    a.raw = json_text(a.value);
    return a;
}

void runtime_done(struct runtime *rt, struct handler_answer *a)
{
    struct task_call *call = rt->call;

    rt->call = NULL;
    rt->sent = false;
    if (rt->child.alive && !rt->ending)
        uv_timer_stop(&rt->child.timer);
    task_call_done(call, a);
}

static void lambda_on_exited(struct child *c)
{
    struct runtime *rt = (struct runtime *)c;

    runtime_forget_poll(rt);
    if (rt->held)
        slot_free(rt->row);
    rt->held = false;
    if (rt->call && !rt->waits) {
        struct handler_answer a = rt->timed_out ? process_timed_out(rt->call) : exit_error(rt);
        runtime_done(rt, &a);
    }
}

static const struct child_events events = {lambda_on_exited, lambda_on_drained, lambda_on_closed};

void runtime_end(struct runtime *rt)
{
    if (!rt->child.alive || rt->ending)
        return;
    rt->ending = true;
    child_end(&rt->child, rt->h->options.grace_ms);
}

static void lambda_on_timeout(uv_timer_t *timer)
{
    struct runtime *rt = timer->data;

    rt->timed_out = rt->ending = true;
    child_signal(&rt->child, SIGKILL);
}
/* ---- invocations ---- */

/* A process that begins may take longer, as on Lambda. */
static void start_clock(struct runtime *rt, int64_t more_ms)
{
    if (rt->row->timeout_ms)
        child_set_timer(&rt->child, lambda_on_timeout, rt->row->timeout_ms + more_ms);
}

static void add_arn(struct buf *out, const struct task_call *call)
{
    if (!strncmp(call->target, "arn:", 4))
        buf_adds(out, call->target);
    else
        buf_printf(out, "arn:%s:lambda:%s:" AWS_DEFAULT_ACCOUNT ":function:%s",
                   partition_name(handlers_region(call->h)), handlers_region(call->h), call->name);
    if (call->qualifier)
        buf_printf(out, ":%s", call->qualifier);
}

/* "1-xxxxxxxx-" and 24 more digits: those of the request's id. */
static void add_trace(struct buf *out, const char *id)
{
    size_t digits = 0;

    buf_adds(out, "Root=1-");
    for (; *id; id++) {
        if (*id == '-')
            continue;
        buf_addc(out, *id);
        if (++digits == 8)
            buf_addc(out, '-');
    }
    buf_adds(out, ";Sampled=0");
}

void runtime_deliver(struct runtime *rt)
{
    const struct task_call *call = rt->call;
    http_exchange *x = rt->poll;
    struct buf deadline = {0}, arn = {0}, trace = {0}, context = {0};

    if (!x || !call || rt->sent || rt->waits)
        return;
    rt->poll = NULL;
    http_exchange_on_gone(x, NULL, NULL);
    buf_printf(&deadline, "%" PRId64,
               clock_wall_ms() + (rt->row->timeout_ms ? rt->row->timeout_ms : MAX_MS));
    add_arn(&arn, call);
    add_trace(&trace, rt->id);
    struct http_header headers[6] = {
        {"Content-Type", "application/json"},
        {"Lambda-Runtime-Aws-Request-Id", rt->id},
        {"Lambda-Runtime-Deadline-Ms", buf_str(&deadline)},
        {"Lambda-Runtime-Invoked-Function-Arn", buf_str(&arn)},
        {"Lambda-Runtime-Trace-Id", buf_str(&trace)},
    };
    size_t count = 5;
    if (call->client_context &&
        base64_decode(&context, call->client_context, strlen(call->client_context)))
        headers[count++] = (struct http_header){"Lambda-Runtime-Client-Context", buf_str(&context)};
    struct http_answer a = {.status = 200, .headers = headers, .header_count = count};
    json_write(&a.body, call->payload);
    rt->sent = http_reply(x, &a);
    start_clock(rt, 0);
    buf_clear(&deadline);
    buf_clear(&arn);
    buf_clear(&trace);
    buf_clear(&context);
}

/* `rt` lives. */
static void lambda_give(struct runtime *rt, struct task_call *call)
{
    rt->call = call;
    rt->sent = rt->timed_out = false;
    rt->log.logged = 0;
    call->work = rt;
    handler_request_id(call->key ? call->key : "", rt->id);
    start_clock(rt, INIT_MS);
    runtime_deliver(rt);
}
/* ---- starting ---- */

static void lambda_add_variables(struct buf *out, struct runtime *rt, const struct task_call *call)
{
    const char *region = rt->h->options.region;

    buf_printf(out, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:%u%s%c", (unsigned)rt->port,
               rt->secret.len ? buf_str(&rt->secret) : "", 0);
    buf_printf(out, "AWS_LAMBDA_FUNCTION_NAME=%s%c", call->name, 0);
    buf_printf(out, "AWS_LAMBDA_FUNCTION_VERSION=%s%c",
               call->qualifier ? call->qualifier : "$LATEST", 0);
    buf_printf(out, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128%c", 0);
    buf_printf(out, "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand%c", 0);
    buf_printf(out, "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/%s%c", call->name, 0);
    buf_printf(out, "AWS_LAMBDA_LOG_STREAM_NAME=%u%c", (unsigned)rt->port, 0);
    buf_printf(out, "LAMBDA_TASK_ROOT=%s%c", rt->row->cwd, 0);
    buf_printf(out, "TZ=:UTC%c", 0);
    if (region) {
        buf_printf(out, "AWS_REGION=%s%c", region, 0);
        buf_printf(out, "AWS_DEFAULT_REGION=%s%c", region, 0);
    }
}

static void lambda_watch(struct runtime *rt, int out)
{
    uv_loop_t *loop = rt->h->loop;

    rt->h->open++;
    child_watch(&rt->child, loop, &events);
    uv_pipe_init(loop, &rt->out, 0);
    child_own(&rt->child, &rt->out);
    uv_pipe_open(&rt->out, out);
    uv_read_start((uv_stream_t *)&rt->out, lambda_room_for_output, lambda_on_output);
}

/* Of this process, and no other: who knew an earlier one's knows nothing. 0 or an errno. */
static int make_secret(struct runtime *rt)
{
    unsigned char bytes[SECRET_BYTES];

    buf_clear(&rt->secret);
    rt->life = ++rt->h->runtimes->lives;
    rt->warned = false;
    if (!rt->row->secret_path && child_peers_are_told())
        return 0;
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return errno ? errno : EIO;
    buf_addc(&rt->secret, '/');
    buf_add_hex(&rt->secret, bytes, sizeof bytes);
    return 0;
}

/* Starts a process in a place that has none. */
static void launch(struct runtime *rt, struct task_call *call)
{
    int ends[2] = {-1, -1}, in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int error = in < 0 ? errno : child_pipe(ends);
    struct buf variables = {0};

    rt->row = call->row;
    rt->call = NULL;
    if (!error)
        error = make_secret(rt);
    if (!error) {
        lambda_add_variables(&variables, rt, call);
        error = child_spawn(&rt->child, rt->row, &variables, (const int[3]){in, ends[1], ends[1]});
        buf_clear(&variables);
    }
    child_close_ends(&in, 1);
    child_close_ends(&ends[1], 1);
    if (error) {
        struct handler_answer a = child_not_started(rt->row, error);
        child_close_ends(&ends[0], 1);
        task_call_ready(call, &a);
        return;
    }
    rt->ending = rt->waits = rt->held = false;
    rt->name = mem_strdup(call->name);
    lambda_watch(rt, ends[0]);
    lambda_give(rt, call);
    child_catch_up(&rt->child);
}

/* A place without a process; NULL with *why filled. */
static struct runtime *vacant(handlers *h, struct diag *why)
{
    struct runtimes *all = runtimes_of(h);
    struct runtime *rt = all->first;
    uint16_t port;

    while (rt && rt->child.open)
        rt = rt->next;
    if (rt)
        return rt;
    if (!http_server_listen(all->server, "127.0.0.1", 0, &port, why))
        return NULL;
    rt = mem_calloc(1, sizeof *rt);
    *rt = (struct runtime){.next = all->first, .h = h, .port = port};
    all->first = rt;
    return rt;
}

/*
 * A process that is free to be used for `call`: *fits tells whether it serves the function, and
 * does not end. NULL: the row may have one more. One that has ended counts as long as a call waits
 * for its place.
 */
static struct runtime *find_free(const struct task_call *call, bool *fits)
{
    const struct runtimes *all = call->h->runtimes;
    struct runtime *other = NULL;
    unsigned count = 0;

    *fits = true;
    for (struct runtime *rt = all ? all->first : NULL; rt; rt = rt->next) {
        if ((!rt->child.alive && !rt->waits) || rt->row != call->row)
            continue;
        count++;
        if (rt->call || rt->held)
            continue;
        if (!rt->ending && !strcmp(rt->name, call->name))
            return rt;
        other = rt;
    }
    *fits = false;
    return count < call->row->concurrency ? NULL : other;
}

static void runtime_start(struct task_call *call)
{
    struct diag why = {0};
    bool fits;
    struct runtime *rt = find_free(call, &fits);

    if (rt && fits) {
        lambda_give(rt, call);
        return;
    }
    if (rt) {
        rt->call = call;
        rt->waits = true;
        call->work = rt;
        runtime_end(rt);
        return;
    }
    rt = vacant(call->h, &why);
    if (rt) {
        launch(rt, call);
    } else {
        struct handler_answer a = answer_failed("Lambda.ServiceException", json_cstring(why.text));
        task_call_ready(call, &a);
    }
    diag_clear(&why);
}

/* One that has not got its event stays for the next. */
static bool runtime_cancel(struct task_call *call)
{
    struct runtime *rt = call->work;

    rt->call = NULL;
    if (rt->waits) {
        rt->waits = false;
        return false;
    }
    if (!rt->sent) {
        uv_timer_stop(&rt->child.timer);
        return false;
    }
    rt->sent = false;
    rt->held = true;
    uv_timer_stop(&rt->child.timer);
    runtime_end(rt);
    return true;
}

static void runtimes_close(handlers *h)
{
    if (!h->runtimes)
        return;
    for (struct runtime *rt = h->runtimes->first; rt; rt = rt->next) {
        runtime_forget_poll(rt);
        if (rt->child.alive)
            runtime_end(rt);
        else if (rt->child.open)
            lambda_on_drained(&rt->child);
    }
    http_server_close(h->runtimes->server);
}

static bool runtimes_are_closed(const handlers *h)
{
    return !h->runtimes || http_server_is_closed(h->runtimes->server);
}

static void runtimes_free(handlers *h)
{
    if (!h->runtimes)
        return;
    for (struct runtime *rt = h->runtimes->first, *next; rt; rt = next) {
        next = rt->next;
        buf_clear(&rt->secret);
        mem_free(rt);
    }
    http_server_free(h->runtimes->server);
    mem_free(h->runtimes);
}

const struct handler_kind handler_lambda = {.field = "lambda",
                                            .flags = KIND_STARTS_LATER,
                                            .start = runtime_start,
                                            .cancel = runtime_cancel,
                                            .close = runtimes_close,
                                            .is_closed = runtimes_are_closed,
                                            .free = runtimes_free};
