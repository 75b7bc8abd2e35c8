/* A service of AWS's that says what the test wants, and handlers that ask it. */
#define _DEFAULT_SOURCE

#include "tests/support/endpoint_world.h"

#include "parsers/base/mem.h"
#include "runtime/aws/endpoints.h"
#include "tests/support/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 30 * 1000 };

static void out_of_patience(uv_timer_t *timer)
{
    (void)timer;
    ck_abort_msg("no answer after %d s", PATIENCE_MS / 1000);
}

static void on_request(void *user, const struct stub_request *q, struct stub_reply *r)
{
    struct endpoint_world *w = user;
    const struct reply *next = &w->replies[w->replied];
    char value[512];

    buf_printf(&w->seen, "%s %s", q->method, q->target);
    for (const char *name = w->shown; name && *name;) {
        char one[64];
        size_t len = strcspn(name, " ");

        snprintf(one, sizeof one, "%.*s", (int)len, name);
        if (stub_header(q, one, value, sizeof value))
            buf_printf(&w->seen, " [%s]", value);
        name += len + strspn(name + len, " ");
    }
    if (q->body_len) {
        buf_addc(&w->seen, ' ');
        buf_add(&w->seen, q->body, q->body_len);
    }
    buf_addc(&w->seen, '\n');
    w->signs = w->signs && stub_header(q, "Authorization", value, sizeof value);
    http_stub_set_body_len(w->stub, w->body_len);
    *r = (struct stub_reply){abs(next->status),     next->headers,       next->body,
                             .drop = !next->status, .reset = next->body, .hold = next->status < 0};
    if (w->replied + 1 < MAX_REPLIES)
        w->replied++;
}

static void on_result(void *user, uint64_t id, struct task_result *r)
{
    struct endpoint_world *w = user;

    (void)id;
    task_result_clear(&w->result);
    w->result = *r;
    w->answered = true;
    w->ended++;
}

static void on_submitted(void *user, uint64_t id, const json *output)
{
    struct endpoint_world *w = user;

    (void)id;
    ck_assert_msg(!w->submitted && !w->answered, "told of a job's begin at the wrong time");
    w->submitted = json_ref(output);
}

struct endpoint_world *endpoint_world_new(const struct reply *replies, const char *file)
{
    return endpoint_world_new_with(replies, file, (struct handlers_options){0});
}

struct endpoint_world *endpoint_world_new_with(const struct reply *replies, const char *file,
                                               struct handlers_options options)
{
    struct endpoint_world *w = mem_calloc(1, sizeof *w);
    struct buf any = {0};

    unsetenv("AWS_ENDPOINT_URL");
    unsetenv("AWS_PROFILE");
    unsetenv("AWS_DEFAULT_PROFILE");
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    uv_loop_init(&w->loop);
    uv_timer_init(&w->loop, &w->patience);
    uv_timer_start(&w->patience, out_of_patience, PATIENCE_MS, 0);
    w->stub = http_stub_new(&w->loop, on_request, w);
    w->replies = replies;
    w->signs = true;
    w->endpoints = endpoints_new(NULL);
    buf_printf(&any, "*=%s", http_stub_url(w->stub));
    if (!file)
        ck_assert(endpoints_add(w->endpoints, buf_str(&any), NULL));
    buf_clear(&any);
    options.endpoints = w->endpoints;
    if (!options.poll_ms)
        options.poll_ms = 1;
    w->handlers = handlers_new(&w->loop, &options, on_result, w);
    handlers_on_jobs(w->handlers, on_submitted, NULL);
    if (file) {
        char path[] = "/tmp/asl-endpoint-XXXXXX";
        int fd = mkstemp(path);
        struct buf text = {0};
        struct diag why = {0};
        const char *stub = strstr(file, "STUB");

        if (stub)
            buf_printf(&text, "%.*s%s%s", (int)(stub - file), file, http_stub_url(w->stub),
                       stub + 4);
        else
            buf_adds(&text, file);
        ck_assert_int_eq(write(fd, text.data, text.len), (int)text.len);
        close(fd);
        ck_assert_msg(handlers_load(w->handlers, path, &why), "%s", why.text);
        unlink(path);
        buf_clear(&text);
    }
    return w;
}

void endpoint_world_free(struct endpoint_world *w)
{
    handlers_close(w->handlers);
    http_stub_close(w->stub);
    uv_close((uv_handle_t *)&w->patience, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    handlers_free(w->handlers);
    endpoints_free(w->endpoints);
    task_result_clear(&w->result);
    json_unref(w->submitted);
    buf_clear(&w->seen);
    mem_free(w);
}

void endpoint_world_begin_again(struct endpoint_world *w, const char *resource,
                                const char *parameters, const json *submitted)
{
    json *v = json_of(parameters);
    struct asl_resource parts;
    asl_resource_read(resource, &parts);
    struct task t = {.id = ++w->begun,
                     .role = w->role,
                     .own_role = "arn:aws:iam::123456789012:role/own",
                     .resource = &parts,
                     .state = "S",
                     .execution = EXECUTION,
                     .key = "k",
                     .parameters = v,
                     .submitted = submitted};

    w->answered = false;
    if (!handlers_start(w->handlers, &t, &w->result))
        w->answered = true;
    json_unref(v);
}

void endpoint_world_begin(struct endpoint_world *w, const char *resource, const char *parameters)
{
    endpoint_world_begin_again(w, resource, parameters, NULL);
}

void endpoint_world_wait(struct endpoint_world *w)
{
    while (!w->answered)
        uv_run(&w->loop, UV_RUN_ONCE);
}

void endpoint_world_wait_for(struct endpoint_world *w, uint64_t ended)
{
    while (w->ended < ended)
        uv_run(&w->loop, UV_RUN_ONCE);
}

void endpoint_world_run(struct endpoint_world *w, const char *resource, const char *parameters)
{
    endpoint_world_begin(w, resource, parameters);
    endpoint_world_wait(w);
}

/* Puts `word` for the first place where `made` stands. */
static void replace_made(struct buf *text, const char *made, const char *word)
{
    char *at = strstr(buf_str(text), made);
    struct buf changed = {0};

    if (!at)
        return;
    buf_printf(&changed, "%.*s%s%s", (int)(at - text->data), text->data, word, at + strlen(made));
    buf_clear(text);
    *text = changed;
}

void endpoint_world_expect(const char *name, const struct endpoint_world *w, const char *want)
{
    struct buf got = {0};
    char id[37];

    if (w->result.ok) {
        buf_adds(&got, "ok ");
        json_write(&got, w->result.output);
    } else {
        buf_printf(&got, "failed %s: %s", json_str(w->result.error),
                   w->result.cause ? json_str(w->result.cause) : "(none)");
    }
    handler_request_id("k", id); /* what follows from the key */
    replace_made(&got, id, "MADE");
    if (strstr(want, "STUB"))
        replace_made(&got, http_stub_url(w->stub), "STUB");
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
}
