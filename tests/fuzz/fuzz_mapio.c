/*
 * Readings and writings of Map Runs, with an S3 that answers anything. The first byte chooses what
 * is asked for, the second whether it goes on from a state, which comes first then; the rest are
 * answers, a NUL between them: one that is a JSON object is the result of the call, one that begins
 * with `!` the name of its error, all else an object's bytes.
 */

#include "tests/fuzz/require.h"

#include "parsers/base/count.h"
#include "runtime/mapio/mapio.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_CALLS = 40, MOST_PARTS = 40, ID = 7 };

#define READER(resource, config)                                                                   \
    "{\"reader\": {\"resource\": \"" resource "\", \"config\": {" config                           \
    "}, \"parameters\": {\"Bucket\": \"b\", \"Key\": \"k\", \"Prefix\": \"p\"}}}"

#define WRITER_PLAN                                                                                \
    "{\"writer\": {\"resource\": \"putObject\", \"config\": {}, \"parameters\": {\"Bucket\": "     \
    "\"b\"}}}"

static const char *const plans[] = {
    READER("getObject", ""),
    READER("getObject", "\"InputType\": \"JSON\", \"ItemsPointer\": \"/a\""),
    READER("getObject", "\"InputType\": \"CSV\", \"CSVHeaderLocation\": \"FIRST_ROW\""),
    READER("getObject", "\"InputType\": \"PARQUET\""),
    READER("getObject", "\"ManifestType\": \"S3_INVENTORY\""),
    READER("getObject", "\"InputType\": \"CSV\", \"ManifestType\": \"ATHENA_DATA\""),
    READER("listObjectsV2", ""),
    READER("listObjectsV2", "\"InputType\": \"JSONL\", \"Transformation\": \"LOAD_AND_FLATTEN\""),
    WRITER_PLAN,
};
enum { WRITER = COUNT(plans) - 1 };

struct world {
    mapio *m;
    const char *at, *end; /* the answers that are left */
    uint64_t call;        /* that is out; 0: none */
    size_t calls, parts;
    bool raw, over;
    json *state; /* of what came last */
};

/* The text up to the next NUL. */
static const char *next_text(struct world *w, size_t *len)
{
    const char *from = w->at, *nul = memchr(from, '\0', (size_t)(w->end - from));

    *len = (size_t)((nul ? nul : w->end) - from);
    w->at = nul ? nul + 1 : w->end;
    return from;
}

static void call_s3(void *user, const struct task *task)
{
    struct world *w = user;

    require(!w->call && task->resource->action.len && json_is_object(task->parameters));
    w->call = task->id;
    w->raw = task->raw;
}

static void cancel_call(void *user, uint64_t id)
{
    struct world *w = user;

    require(id == w->call);
    w->call = 0;
}

static int64_t now(void *user)
{
    (void)user;
    return 0;
}

static void keep_state(struct world *w, const json *of)
{
    json_unref(w->state);
    w->state = json_ref(json_get(of, "state"));
}

static void came(void *user, uint64_t id, json *part)
{
    struct world *w = user;

    require(id == ID && !w->over);
    require(json_count(json_get(part, "items")) == json_count(json_get(part, "ends")));
    w->over = json_get(part, "end") != NULL;
    w->parts++;
    keep_state(w, part);
    json_unref(part);
}

static void written(void *user, uint64_t id, json *what)
{
    struct world *w = user;

    require(id == ID && json_count(json_get(what, "counts")) == RT_RESULT_KINDS);
    w->over = true;
    keep_state(w, what);
    json_unref(what);
}

static void failed(void *user, uint64_t id, struct asl_error error)
{
    struct world *w = user;

    require(id == ID && error.name);
    w->over = true;
    asl_error_clear(&error);
}

static void not_written(void *user, uint64_t id, struct asl_error error, json *without)
{
    json_unref(without);
    failed(user, id, error);
}

/* No reading here is one of a redrive. */
static void reading_ended(void *user, uint64_t id, struct asl_error error, bool differs)
{
    require(!differs);
    failed(user, id, error);
}

static struct task_result result_of(struct world *w)
{
    size_t len;
    const char *text = next_text(w, &len);
    struct json_build b;
    json *whole = len && *text == '{' ? json_parse(text, len, 0, NULL) : NULL;

    if (whole)
        return (struct task_result){.ok = true, .output = whole};
    if (len && *text == '!')
        return (struct task_result){.error = json_string_mended(text + 1, len - 1),
                                    .cause = json_cstring("(Service: S3, Status Code: 404)")};
    json_build_object(&b, 2);
    json_build_set(&b, "Body", w->raw ? json_string(text, len) : json_string_mended(text, len));
    json_build_set(&b, "ETag", json_cstring("\"e\""));
    return (struct task_result){.ok = true, .output = json_build_done(&b)};
}

/* Calls that are to be made once more wait for nothing here. */
static void answer_calls(struct world *w)
{
    while (w->call && w->calls++ < MOST_CALLS) {
        uint64_t id = w->call;
        struct task_result r = result_of(w);
        w->call = 0;
        mapio_task_done(w->m, id, &r);
        if (!w->call)
            mapio_wake(w->m, INT64_MAX - 1);
    }
}

static json *results_to_write(void)
{
    static const char text[] = "[{\"text\": \",1\", \"count\": 1}, {\"text\": \"\", \"count\": 0}, "
                               "{\"text\": \",2,3\", \"count\": 2}]";

    return json_parse(text, sizeof text - 1, 0, NULL);
}

static void ask(struct world *w, const json *plan, bool write, bool begin, const json *state)
{
    struct task as = {.state = "M", .execution = "arn", .key = "k"};
    json *arn = write ? json_cstring("a:b:mapRun:m/L:UUID") : NULL,
         *results = write ? results_to_write() : NULL;

    if (write)
        mapio_write(w->m, &(struct map_writing){.id = ID,
                                                .as = &as,
                                                .plan = plan,
                                                .map_run = arn,
                                                .state = state,
                                                .results = results,
                                                .end = begin});
    else
        mapio_read(w->m, &(struct map_reading){.id = ID,
                                               .as = &as,
                                               .plan = plan,
                                               .begin = begin,
                                               .source = state,
                                               .position = state ? 1 : 0});
    answer_calls(w);
    json_unref(arn);
    json_unref(results);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {0};
    size_t len;

    if (size < 2)
        return 0;
    size_t which = data[0] % COUNT(plans);
    w.at = (const char *)data + 2;
    w.end = (const char *)data + size;
    w.m = mapio_new(&(struct mapio_world){.user = &w,
                                          .call = call_s3,
                                          .cancel = cancel_call,
                                          .now = now,
                                          .came = came,
                                          .failed = reading_ended,
                                          .written = written,
                                          .not_written = not_written,
                                          .most_file = 8});
    json *plan = json_parse(plans[which], strlen(plans[which]), 0, NULL), *state = NULL;
    if (data[1] % 2) {
        const char *text = next_text(&w, &len);
        state = json_parse(text, len, 0, NULL);
    }
    ask(&w, plan, which == WRITER, data[1] % 4 < 2 || which != WRITER, state);
    while (which != WRITER && !w.over && !w.call && w.parts && w.parts < MOST_PARTS &&
           w.calls < MOST_CALLS)
        ask(&w, plan, false, false, NULL);
    /* And on from where it was, as after a restart. */
    if (w.state && !w.call && w.calls < MOST_CALLS) {
        json_unref(state);
        state = json_ref(w.state);
        w.over = false;
        mapio_cancel(w.m, ID);
        ask(&w, plan, which == WRITER, true, state);
    }
    mapio_free(w.m);
    json_unref(plan);
    json_unref(state);
    json_unref(w.state);
    return 0;
}
