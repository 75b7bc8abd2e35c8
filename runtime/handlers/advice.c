/*
 * What people are told about handlers: which lines or options would let somebody serve a Task, and
 * what of AWS's ways nobody does here.
 */
#include "runtime/handlers/advice.h"
#include "runtime/handlers/roles.h"

#include "asl/call/call.h"
#include "asl/eval/env.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/glob.h"
#include "runtime/shapes/shapes.h"

#include <stdarg.h>
#include <string.h>

/* More lines than that are not told, nor kept; the last one says so. */
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
        handlers_log(h, execution, "%s%s", json_str(line),
                     before + 1 == MOST_TOLD ? " (the last such line: others are not told)" : "");
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

/* Adds how a row gets into the handlers file: `kind` is what it has beside its resource. */
static void add_row(struct buf *out, const handlers *h, const char *resource, size_t len,
                    const char *kind)
{
    bool yaml = h->file && (text_ends_with(h->file, ".yaml") || text_ends_with(h->file, ".yml"));

    if (h->file)
        buf_printf(out, "add to \"handlers\" in %s the line %s", h->file, yaml ? "- " : "");
    else
        buf_adds(out, "give --handlers FILE with {\"handlers\": [");
    buf_adds(out, "{\"resource\": ");
    write_resource(out, resource, len);
    buf_printf(out, ", %s}%s", kind, h->file ? "" : "]}");
}

static const char does_work[] = "\"command\": [\"./handler\"]";

/* A profile might have said where the service is. */
static void add_lost_profile(struct buf *out, handlers *h)
{
    struct key_plan *plan = handlers_key_plan(h);

    if (plan->nowhere)
        buf_printf(out, "; %s", plan->wrong);
    key_plan_unref(plan);
}

/* A service may be asked; one that isn't there may be stood in for. */
static void advise_service(struct buf *out, handlers *h, const struct asl_resource *r,
                           const struct aws_call *c)
{
    struct buf all = {0};

    buf_add(&all, r->text, (size_t)(r->type.at + r->type.len - r->text));
    buf_adds(&all, ":*");
    buf_adds(out, "say where the service is, by ");
    endpoints_say_of_call(c, out);
    if (h->options.endpoints)
        endpoints_say_here(h->options.endpoints, c->service->id, out);
    buf_adds(out, ", or ");
    add_row(out, h, all.data, all.len, "\"endpoint\": \"URL\"");
    buf_adds(out, "; \"command\", \"http\" or \"mock\" instead of \"endpoint\" stands in for it");
    add_lost_profile(out, h);
    buf_clear(&all);
}

/* Adds what was likely meant by a call that there is not. */
static void add_guess(struct buf *out, const struct asl_resource *r)
{
    const struct call *call = call_find(r);
    size_t guesses = CALL_GUESSES;
    bool unknown =
        call_models_known() && !(call && call->patterns & 1u << r->pattern && call_exists(call, r));
    struct buf meant = {0};

    /* That there is no such service or action is said already. */
    if (unknown && call_guess(r, &guesses, &meant))
        buf_printf(out, " (%s)", buf_str(&meant));
    buf_clear(&meant);
}

/* ---- rows that nearly match ---- */

static const char of_states[] = "arn:aws:states:::";

/* Returns what stands behind the beginning that such resources share, whatever the count of its
 * colons is. */
static const char *past_states(const char *text)
{
    static const char begin[] = "arn:aws:states:";

    return text_begins_with(text, begin) ? text + strlen(begin) + strspn(text + strlen(begin), ":")
                                         : text;
}

/* Returns whether a pattern is for another way to write a call's resource: with another beginning
 * or ending, as a call of the SDK or as none, or by the service alone. */
static bool matches_otherwise(const char *pattern, const struct asl_resource *r)
{
    static const char sdk[] = "aws-sdk:";
    struct buf text = {0};
    bool matches = false;

    pattern = past_states(pattern);
    for (int i = 0; i < 4 && !matches; i++) {
        buf_reset(&text);
        buf_printf(&text, "%s%s%.*s", i & 1 ? of_states : "", i & 2 ? sdk : "", (int)r->service.len,
                   r->service.at);
        matches = glob_match(pattern, buf_str(&text), text.len);
        buf_printf(&text, ":%.*s", (int)r->action.len, r->action.at);
        size_t len = text.len;
        for (int k = 0; k < ASL_PATTERNS && !matches; k++) {
            text.len = len;
            buf_adds(&text, asl_pattern_ending((enum asl_pattern)k));
            matches = glob_match(pattern, buf_str(&text), text.len);
        }
    }
    buf_clear(&text);
    return matches;
}

/* Finds the row that may be meant for what no row matches; NULL without one. */
static const struct handler_row *near_row(const handlers *h, const struct handler_input *v)
{
    bool call = v->resource && asl_resource_is_call(v->resource);
    struct asl_piece name = asl_function_name(v->target);
    const char *plain = past_states(v->target);
    struct nearest near = {.want = v->lambda ? name.at : plain,
                           .len = v->lambda ? name.len : strlen(plain)};
    const struct handler_row *found = NULL;

    for (size_t i = 0; i < h->row_count; i++) {
        const char *pattern = h->rows[i]->pattern, *before = near.best;

        if (!pattern)
            continue;
        if (h->rows[i]->host && glob_match(pattern, v->target, strlen(v->target)))
            return h->rows[i];
        if (call && matches_otherwise(pattern, v->resource))
            return h->rows[i];
        nearest_offer(&near, past_states(pattern));
        if (near.best != before)
            found = h->rows[i];
    }
    return found;
}

/* Returns the name in a bucket's ARN or URI; NULL: it is neither. */
static const char *name_of_bucket(const char *bucket)
{
    static const char arn[] = ":s3:::", uri[] = "s3://";
    const char *in_arn = text_begins_with(bucket, "arn:") ? strstr(bucket, arn) : NULL;

    if (text_begins_with(bucket, uri))
        return bucket + strlen(uri);
    return in_arn ? in_arn + strlen(arn) : NULL;
}

/* A name with a placeholder that nothing has filled in is no bucket's. Returns whether it is one.
 */
static bool advise_placeholder(struct buf *out, const char *bucket)
{
    const char *mark = strstr(bucket, "${"), *end = mark ? strchr(mark, '}') : NULL;

    if (!end)
        return false;
    int len = (int)(end - mark) - 2;
    buf_printf(out,
               "nothing fills in ${%.*s}: give --set %.*s=VALUE --bucket %.*sVALUE%s=FOLDER, or ",
               len, mark + 2, len, mark + 2, (int)(mark - bucket), bucket, end + 1);
    return true;
}

void advice_bucket(struct buf *out, const char *bucket)
{
    if (advise_placeholder(out, bucket))
        return;
    const char *name = name_of_bucket(bucket);
    int len = (int)strcspn(name ? name : bucket, "/");

    if (name)
        buf_printf(out, "write the bucket's name alone, %.*s, in place of %s, and ", len, name,
                   bucket);
    buf_printf(out, "give --bucket %.*s=FOLDER, or ", name ? len : (int)strlen(bucket),
               name ? name : bucket);
}

void advice_missing(handlers *h, const struct handler_input *v, const struct diag *also,
                    struct task_result *failed)
{
    const struct asl_resource *r = v->resource;
    struct asl_piece name = {v->target, strlen(v->target)};
    bool call = r && asl_resource_is_call(r) && !is_invoke(r) && !is_of_cluster(r);
    struct buf text = {0};
    struct aws_call c;

    buf_printf(&text, "No handler for '%s': ", v->target);
    if (call && aws_call_read(r, &c, NULL)) {
        const json *bucket = bucket_named(v);
        if (bucket)
            advice_bucket(&text, json_str(bucket));
        advise_service(&text, h, r, &c);
    } else if (call && also->text) {
        buf_adds(&text, also->text);
        add_guess(&text, r);
        buf_adds(&text, "; to do its work here, ");
        add_row(&text, h, name.at, name.len, does_work);
    } else {
        if (v->lambda)
            name = asl_function_name(v->target);
        if (also->text)
            buf_printf(&text, "%s; to do its work here, ", also->text);
        add_row(&text, h, name.at, name.len, does_work);
        if (v->lambda)
            buf_adds(&text, ", or give --lambda-endpoint URL");
    }
    const struct handler_row *near = near_row(h, v);
    if (near && near->host)
        buf_printf(&text, "; the row for '%s' is for the host '%s' alone", near->pattern,
                   near->host);
    else if (near)
        buf_printf(&text, "; the row for '%s' nearly matches", near->pattern);
    integration_fail(failed, ASL_NO_HANDLER, json_cstring(buf_str(&text)));
    buf_clear(&text);
}

/* ---- nobody brings its token ---- */

/* Returns whether the kind of handler is a service that only takes the call on, as AWS's does. A
 * handler of one's own does the work of the Task itself, and may well answer with the result. */
static bool only_takes_on(const struct handler_kind *kind)
{
    return kind == &handler_endpoint || kind == &handler_lambda_endpoint || kind == &handler_bucket;
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

/* ---- mocks ---- */

static void tell_of_mock(handlers *h, const char *execution, const char *text)
{
    if (h->options.mock_log)
        h->options.mock_log(h->options.mock_user, text);
    else
        advice_once(h, execution, "%s", text);
}

static void look_at_mocked_error(struct buf *text, const char *state, const struct asl_resource *r,
                                 const json *error)
{
    struct buf meant = {0};
    size_t guesses = CALL_GUESSES;

    if (asl_resource_is_call(r) && !call_may_fail_with(r, json_str(error), &guesses, &meant))
        buf_printf(text, "state '%s': %.*s doesn't fail with '%s', as its mock does", state,
                   (int)r->call.len, r->call.at, json_str(error));
    if (meant.len)
        buf_printf(text, "; did you mean \"%s\"?", buf_str(&meant));
    buf_clear(&meant);
}

static void look_at_mocked_value(struct buf *text, const char *state, const struct asl_resource *r,
                                 const json *value)
{
    const struct aws_shape_rules rules = {.execution = true};
    struct aws_shape_fault fault = {0};
    struct aws_shape shape;

    if (aws_shape_find(r, AWS_SHAPE_RESULT, &shape) &&
        !aws_shape_fits(&shape, value, &rules, &fault))
        buf_printf(text, "state '%s': what its mock gives is no answer of %.*s:%s: %s", state,
                   (int)r->type.len, r->type.at, r->api, buf_str(&fault.why));
    buf_clear(&fault.why);
}

/* asl test refuses such mocks in its suites: their runs end well, and AWS's never do. */
void advice_mock(handlers *h, const char *execution, const char *state,
                 const struct asl_resource *r, const json *value, const json *error)
{
    struct buf text = {0};

    if (error)
        look_at_mocked_error(&text, state, r, error);
    else
        look_at_mocked_value(&text, state, r, value);
    if (text.len)
        tell_of_mock(h, execution, buf_str(&text));
    buf_clear(&text);
}

void handlers_look_at_mock(handlers *h, const struct task *task, const struct task_result *result)
{
    advice_mock(h, task->execution, task->state, task->resource, result->output, result->error);
}
