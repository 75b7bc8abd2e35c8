/*
 * Handlers files and the connections in them under libFuzzer: each is refused with its place, or
 * says of any resource whether it has a line for it. Nothing is started.
 */
#define _GNU_SOURCE /* memfd_create */

#include "runtime/handlers/handler.h"
#include "tests/fuzz/as_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const targets[] = {
    "f",
    "arn:aws:lambda:us-east-1:123456789012:function:order:live",
    "arn:aws:states:::sqs:sendMessage",
    "arn:aws:states:::http:invoke",
    "arn:aws:states:us-east-1:123456789012:activity:a",
};

static void done(void *user, uint64_t id, struct task_result *result)
{
    (void)user;
    (void)id;
    (void)result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct as_file f = as_file(data, size);
    struct handlers_options options = {0};
    struct diag why = {0};
    uv_loop_t loop;

    uv_loop_init(&loop);
    handlers *h = handlers_new(&loop, &options, done, NULL);
    bool good = handlers_load(h, f.path, &why);
    must(good || (why.code && strstr(why.text, f.path)), "a refusal names the file");
    for (size_t i = 0; good && i < sizeof targets / sizeof *targets; i++)
        handlers_name(h, targets[i]);
    diag_clear(&why);
    handlers_close(h);
    uv_run(&loop, UV_RUN_DEFAULT);
    handlers_free(h);
    must(!uv_loop_close(&loop), "nothing is left in the loop");
    as_file_close(&f);
    return 0;
}
