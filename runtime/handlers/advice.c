/*
 * What people are told about handlers: which lines or options would let somebody serve a Task, and
 * what of AWS's ways nobody does here.
 */
#include "runtime/handlers/advice.h"

#include "asl/eval/env.h"

#include <stdarg.h>
#include <string.h>

/* More lines than that are not told, nor kept. */
enum { MOST_TOLD = 100 };

void advice_once(handlers *h, const char *execution, const char *format, ...)
{
    struct buf text = {0};
    size_t before = h->told.count;
    va_list args;

    if (!h->options.log || before == MOST_TOLD)
        return;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    json *line = json_take_buf(&text);
    if (json_set_add(&h->told, line) == before)
        handlers_log(h, execution, "%s", json_str(line));
    json_unref(line);
}

/* ---- nobody serves it ---- */

/* As a handlers file has it, in which ${NAME} is a variable of the environment and $${ stands for
 * ${. */
static void write_resource(struct buf *out, const char *name, size_t len)
{
    struct buf text = {0};

    for (size_t i = 0; i < len; i++) {
        if (name[i] == '$' && i + 1 < len && name[i + 1] == '{')
            buf_addc(&text, '$');
        buf_addc(&text, name[i]);
    }
    json_write_string(out, text.data, text.len);
    buf_clear(&text);
}

void advice_missing(const handlers *h, const struct handler_input *v, const struct diag *also,
                    struct task_result *failed)
{
    struct buf text = {0};
    struct asl_piece name = {v->target, strlen(v->target)};

    if (v->lambda)
        name = asl_function_name(v->target);

    buf_printf(&text, "No handler for '%s': ", v->target);
    if (h->file)
        buf_printf(&text, "add to \"handlers\" in %s the line ", h->file);
    else
        buf_adds(&text, "give --handlers FILE with {\"handlers\": [");
    buf_adds(&text, "{\"resource\": ");
    write_resource(&text, name.at, name.len);
    buf_printf(&text, ", \"command\": [\"./handler\"]}%s", h->file ? "" : "]}");
    if (v->lambda)
        buf_adds(&text, ", or give --lambda-endpoint URL");
    if (also->text)
        buf_printf(&text, "; %s", also->text);
    integration_fail(failed, ASL_NO_HANDLER, json_cstring(buf_str(&text)));
    buf_clear(&text);
}

/* ---- nobody brings its token ---- */

/* Returns whether the kind of handler is a service that only takes the call on, as AWS's does. A
 * handler of one's own does the work of the Task itself, and may well answer with the result. */
static bool only_takes_on(const struct handler_kind *kind)
{
    return kind == &handler_endpoint || kind == &handler_lambda_endpoint;
}

void advice_token(const struct handler_row *row, const struct task *t)
{
    handlers *h = row->h;

    if (h->options.no_tokens && only_takes_on(row->kind) &&
        t->resource->pattern == ASL_WAIT_FOR_TASK_TOKEN)
        advice_once(h, t->execution,
                    "state '%s' waits for no token: nobody can send it here, so what the service "
                    "answers is the result; asl serve waits for the token",
                    t->state);
}
