/* A set of handlers in a loop of its own, and what came of its calls. */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include "tests/support/handlers_world.h"

#include "asl/model/model.h"
#include "parsers/base/mem.h"
#include "tests/support/expect.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void out_of_patience(uv_timer_t *timer)
{
    (void)timer;
    ck_abort_msg("no answer after %d s", PATIENCE_MS / 1000);
}

static void on_answer(void *user, uint64_t id, struct task_result *r)
{
    struct handlers_world *w = user;

    ck_assert_msg(id < MAX_CALLS, "an answer to a call that was not made");
    w->answers[id] = *r;
    w->answered++;
}

static void on_result(void *user, uint64_t id, struct task_result *r)
{
    struct handlers_world *w = user;

    (void)id;
    task_result_clear(&w->result);
    w->result = *r;
    w->answered++;
}

static void on_log(void *user, const char *execution, const char *line)
{
    struct handlers_world *w = user;

    (void)execution;
    buf_adds(&w->log, line);
    buf_addc(&w->log, '\n');
}

static void on_task_log(void *user, const char *execution, const char *line)
{
    (void)user;
    (void)execution;
    (void)line;
}

void handlers_world_write(struct handlers_world *w, const char *name, const char *text, mode_t mode)
{
    char path[300];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    f = fopen(path, "w");
    ck_assert_msg(f != NULL, "can't write %s", path);
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
}

static size_t open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t count = 0;

    ck_assert(d != NULL);
    while (readdir(d))
        count++;
    closedir(d);
    return count;
}

struct handlers_world *handlers_world_new(void)
{
    struct handlers_world *w = mem_calloc(1, sizeof *w);
    const char *tmp = getenv("TMPDIR");

    /* libuv's first loop opens what stays open, and so do the services' models */
    ck_assert_int_eq(uv_loop_init(&w->loop), 0);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    model_service_count();
    w->files = open_files();
    ck_assert_int_eq(uv_loop_init(&w->loop), 0);
    uv_timer_init(&w->loop, &w->patience);
    uv_timer_start(&w->patience, out_of_patience, PATIENCE_MS, 0);
    snprintf(w->folder, sizeof w->folder, "%s/asl-handlers-XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_msg(mkdtemp(w->folder) != NULL, "no folder for the test's files");
    snprintf(w->file, sizeof w->file, "%s/h.json", w->folder);
    w->options.log = on_log;
    w->options.log_user = w;
    return w;
}

void handlers_world_open(struct handlers_world *w, const char *file)
{
    struct diag why = {0};

    w->handlers = handlers_new(&w->loop, &w->options, on_answer, w);
    if (!file)
        return;
    handlers_world_write(w, "h.json", file, 0600);
    ck_assert_msg(handlers_load(w->handlers, w->file, &why), "%s", why.text);
}

void handlers_world_open_tasks(struct handlers_world *w, const char *file)
{
    struct diag why = {0};

    w->options.log = on_task_log;
    w->handlers = handlers_new(&w->loop, &w->options, on_result, w);
    handlers_world_write(w, "h.json", file, 0600);
    ck_assert_msg(handlers_load(w->handlers, w->file, &why), "%s", why.text);
}

/* All handles must be gone in the end, uv_loop_close says so, and all descriptors. */
void handlers_world_free(struct handlers_world *w)
{
    char command[300];

    if (w->handlers)
        handlers_close(w->handlers);
    if (w->stub)
        http_stub_close(w->stub);
    uv_close((uv_handle_t *)&w->patience, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    handlers_free(w->handlers);
    ck_assert_uint_eq(open_files(), w->files);
    task_result_clear(&w->result);
    for (size_t i = 0; i < MAX_CALLS; i++)
        task_result_clear(&w->answers[i]);
    snprintf(command, sizeof command, "rm -r '%s'", w->folder);
    ck_assert_int_eq(system(command), 0);
    buf_clear(&w->log);
    buf_clear(&w->seen);
    mem_free(w);
}

/* A function by its name or ARN goes by lambda:invoke; what else has an ARN is a resource itself.
 */
struct task handlers_world_task(struct handlers_world *w, const char *target,
                                const json *parameters)
{
    bool resource = !strncmp(target, "arn:", 4) && !strstr(target, ":function:");

    ck_assert(asl_resource_read(resource ? target : INVOKE, &w->resource));
    return (struct task){
        .id = w->next_id++,
        .resource = &w->resource,
        .state = "S",
        .execution = "arn:aws:states:us-east-1:123456789012:execution:m:e",
        .key = "arn:aws:states:us-east-1:123456789012:execution:m:e/5",
        .parameters = parameters,
        .attempt = 2,
    };
}

/* {"FunctionName": target, "Payload": payload (taken)} */
json *invoke_parameters(const char *target, json *payload)
{
    struct json_build b;

    json_build_object(&b, 6);
    json_build_set(&b, "FunctionName", json_cstring(target));
    json_build_set(&b, "Payload", payload);
    return json_build_done(&b);
}

uint64_t handlers_world_begin_with(struct handlers_world *w, const char *target, json *parameters)
{
    struct task t = handlers_world_task(w, target, parameters);
    struct task_result failed = {0};
    size_t before = w->answered;

    ck_assert_msg(handlers_start(w->handlers, &t, &failed), "%s", json_str(failed.cause));
    ck_assert_msg(w->answered == before, "answered from inside handlers_start");
    json_unref(parameters);
    return t.id;
}

uint64_t handlers_world_begin(struct handlers_world *w, const char *target, const char *payload)
{
    return handlers_world_begin_with(w, target, invoke_parameters(target, json_of(payload)));
}

void expect_no_handler(struct handlers_world *w, const char *name, const char *target,
                       const char *want)
{
    json *parameters = invoke_parameters(target, json_of("{}"));
    struct task t = handlers_world_task(w, target, parameters);
    struct task_result failed = {0};

    ck_assert_msg(!handlers_start(w->handlers, &t, &failed), "%s: it started", name);
    expect_text(name, json_str(failed.error), "Asl.NoHandler");
    if (want)
        expect_text(name, json_str(failed.cause), want);
    task_result_clear(&failed);
    json_unref(parameters);
}

/* What the handler answered: of a function, the Payload in what Invoke gives. */
const json *handlers_world_value(const struct task_result *r)
{
    const json *payload =
        r->output && json_is_object(r->output) ? json_get(r->output, "Payload") : NULL;

    return payload ? payload : r->output;
}

void handlers_world_wait(struct handlers_world *w, size_t answered)
{
    while (w->answered < answered)
        uv_run(&w->loop, UV_RUN_ONCE);
}

void handlers_world_rounds(struct handlers_world *w, int count)
{
    while (count--)
        uv_run(&w->loop, UV_RUN_NOWAIT);
}

/* "ok 1", "function {...}" of one that raised, "failed Error: cause" */
void handlers_world_expect(const char *name, const struct task_result *r, const char *want)
{
    static const char untyped[] = "The cause could not be determined because Lambda did not return "
                                  "an error type. Returned payload: ";
    const char *cause = r->cause ? json_str(r->cause) : "(none)";
    struct buf got = {0};
    size_t len = strlen(want);

    if (r->ok) {
        buf_adds(&got, "ok ");
        json_write(&got, handlers_world_value(r));
    } else if (!strncmp(cause, untyped, strlen(untyped))) {
        buf_printf(&got, "function %s", cause + strlen(untyped));
    } else if (*cause == '{') {
        buf_printf(&got, "function %s", cause);
    } else {
        buf_printf(&got, "failed %s: %s", json_str(r->error), cause);
    }
    /* A want that ends in "..." is a beginning. */
    if (len > 3 && !strcmp(want + len - 3, "...") && got.len >= len - 3) {
        got.len = len - 3;
        buf_adds(&got, "...");
    }
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
}

void handlers_world_on_request(void *user, const struct stub_request *q, struct stub_reply *r)
{
    struct handlers_world *w = user;

    *r = w->reply;
    buf_reset(&w->seen);
    buf_printf(&w->seen, "%s %s\n%s", q->method, q->target, q->body);
    w->header_value[0] = '\0';
    if (w->header)
        stub_header(q, w->header, w->header_value, sizeof w->header_value);
}
