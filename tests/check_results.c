/*
 * mapio: result files of Map Runs, written to a made-up S3. Each row is written whole, and then
 * again with a crash after each call of S3: what was not answered is asked for once more.
 */
#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "runtime/mapio/mapio.h"

#include <stdlib.h>
#include <string.h>

/* ---- a made-up S3 ---- */

enum { SMALL = 39, MOST_OBJECTS = 16, MOST_UPLOADS = 16, MOST_PARTS = 16 };

struct object {
    json *key, *body;
};

struct upload {
    json *key; /* NULL: it is not there any more */
    json *parts[MOST_PARTS];
};

struct world {
    mapio *m;
    struct object objects[MOST_OBJECTS];
    size_t count;
    struct upload uploads[MOST_UPLOADS];
    size_t upload_count;
    uint64_t call; /* that is out; 0: none */
    char action[32];
    json *parameters;
    size_t calls;
    size_t crash_at; /* the number of the call after which the answer is lost; 0: none */
    bool crashed, gives_no_id;
    bool probe;              /* the call only asks whether an object could be put */
    const char *refused;     /* the call that S3 refuses; NULL: none */
    enum mapio_taker taker;  /* of its calls */
    const char *refused_key; /* the key under which it takes nothing; NULL: none */
    /* What came of the last request. */
    json *written;
    struct asl_error error;
    json *without;
};

static void world_call(void *user, const struct task *task)
{
    struct world *w = user;

    ck_assert_msg(!w->call, "a writing asks for one thing at a time");
    w->call = task->id;
    ck_assert_uint_lt(task->resource->action.len, sizeof w->action);
    memcpy(w->action, task->resource->action.at, task->resource->action.len);
    w->action[task->resource->action.len] = '\0';
    w->parameters = json_ref(task->parameters);
    w->probe = task->probe;
    expect_text("bucket", json_str(json_get(task->parameters, "Bucket")), "out");
}

static void world_cancel(void *user, uint64_t id)
{
    struct world *w = user;

    ck_assert_uint_eq(id, w->call);
    w->call = 0;
    json_unref(w->parameters);
    w->parameters = NULL;
}

static int64_t world_now(void *user)
{
    (void)user;
    return 0;
}

static void world_written(void *user, uint64_t id, json *written)
{
    struct world *w = user;

    ck_assert_uint_eq(id, 7);
    ck_assert(!w->written);
    w->written = written;
}

static void world_not_written(void *user, uint64_t id, struct asl_error error, json *without)
{
    struct world *w = user;

    ck_assert_uint_eq(id, 7);
    w->error = error;
    json_unref(w->without);
    w->without = without;
}

static enum mapio_taker world_would_take(void *user, const struct task *task,
                                         struct task_result *failed)
{
    const struct world *w = user;

    ck_assert(asl_piece_is(task->resource->action, "putObject"));
    if (w->taker == MAPIO_NOBODY)
        *failed = (struct task_result){.error = json_cstring(ASL_NO_HANDLER),
                                       .cause = json_cstring("add a row")};
    return w->taker;
}

static struct task_result refused(const char *error)
{
    return (struct task_result){.error = json_cstring(error), .cause = json_cstring("why")};
}

static struct task_result with_text(const char *name, json *value)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, name, value);
    return (struct task_result){.ok = true, .output = json_build_done(&b)};
}

static struct object *object_named(struct world *w, const json *key)
{
    for (size_t i = 0; i < w->count; i++)
        if (json_equal(w->objects[i].key, key))
            return &w->objects[i];
    return NULL;
}

static void keep(struct world *w, const json *key, json *body)
{
    struct object *o = object_named(w, key);

    if (!o) {
        ck_assert_uint_lt(w->count, MOST_OBJECTS);
        o = &w->objects[w->count++];
        o->key = json_ref(key);
    }
    json_unref(o->body);
    o->body = body;
}

static struct upload *upload_of(struct world *w)
{
    const json *id = json_get(w->parameters, "UploadId");
    size_t i = id ? (size_t)atoi(json_str(id)) : MOST_UPLOADS;

    return i < w->upload_count && w->uploads[i].key ? &w->uploads[i] : NULL;
}

static struct task_result put_part(struct world *w, struct upload *u)
{
    int64_t n = json_int_value(json_get(w->parameters, "PartNumber"));

    ck_assert(n > 0 && n <= MOST_PARTS);
    json_unref(u->parts[n - 1]);
    u->parts[n - 1] = json_ref(json_get(w->parameters, "Body"));
    return with_text("ETag", json_stringf("\"%d-%s\"", (int)n, json_str(u->parts[n - 1])));
}

/* S3 joins the parts that are named, if they are those that it has. */
static struct task_result complete(struct world *w, struct upload *u)
{
    const json *parts = json_get(json_get(w->parameters, "MultipartUpload"), "Parts");
    struct buf body = {0};

    for (size_t i = 0; i < json_count(parts); i++) {
        json *etag = json_stringf("\"%d-%s\"", (int)i + 1, json_str(u->parts[i]));
        ck_assert(json_equal(json_get(json_at(parts, i), "ETag"), etag));
        ck_assert_int_eq(json_int_value(json_get(json_at(parts, i), "PartNumber")), (int)i + 1);
        json_unref(etag);
        buf_add(&body, json_str(u->parts[i]), json_str_len(u->parts[i]));
    }
    keep(w, u->key, json_take_buf(&body));
    json_unref(u->key);
    u->key = NULL;
    return with_text("ETag", json_cstring("\"whole\""));
}

static struct task_result answer_of(struct world *w)
{
    const json *key = json_get(w->parameters, "Key");

    if ((w->refused && !strcmp(w->action, w->refused)) ||
        (w->refused_key && json_str_is(key, w->refused_key)))
        return refused("S3.AccessDenied");
    if (!strcmp(w->action, "putObject")) {
        keep(w, key, json_ref(json_get(w->parameters, "Body")));
        return with_text("ETag", json_cstring("\"whole\""));
    }
    if (!strcmp(w->action, "createMultipartUpload")) {
        ck_assert_uint_lt(w->upload_count, MOST_UPLOADS);
        if (w->gives_no_id)
            return with_text("UploadId", json_cstring(""));
        w->uploads[w->upload_count].key = json_ref(key);
        return with_text("UploadId", json_stringf("%zu", w->upload_count++));
    }
    if (!strcmp(w->action, "headObject") && w->probe)
        return with_text("AcceptRanges", json_cstring("bytes"));
    if (!strcmp(w->action, "headObject")) {
        const struct object *o = object_named(w, key);
        return o ? with_text("ContentLength", json_int((int64_t)json_str_len(o->body)))
                 : refused("S3.NoSuchKeyException");
    }
    struct upload *u = upload_of(w);
    if (!u)
        return refused("S3.NoSuchUploadException");
    if (!strcmp(w->action, "abortMultipartUpload")) {
        json_unref(u->key);
        u->key = NULL;
        return with_text("RequestCharged", json_cstring("no"));
    }
    return !strcmp(w->action, "uploadPart") ? put_part(w, u) : complete(w, u);
}

static mapio *new_mapio(struct world *w, uint64_t most_file)
{
    return mapio_new(&(struct mapio_world){.user = w,
                                           .call = world_call,
                                           .would_take = world_would_take,
                                           .cancel = world_cancel,
                                           .now = world_now,
                                           .written = world_written,
                                           .not_written = world_not_written,
                                           .most_file = most_file});
}

static void world_init(struct world *w, uint64_t most_file)
{
    *w = (struct world){0};
    w->m = new_mapio(w, most_file);
}

static void world_clear(struct world *w)
{
    mapio_free(w->m);
    for (size_t i = 0; i < w->count; i++) {
        json_unref(w->objects[i].key);
        json_unref(w->objects[i].body);
    }
    for (size_t i = 0; i < w->upload_count; i++) {
        json_unref(w->uploads[i].key);
        for (size_t k = 0; k < MOST_PARTS; k++)
            json_unref(w->uploads[i].parts[k]);
    }
    json_unref(w->without);
    json_unref(w->parameters);
    json_unref(w->written);
    asl_error_clear(&w->error);
}

/* Lets S3 answer until the writing is done, or its process has died. */
static void answer_calls(struct world *w)
{
    while (w->call) {
        uint64_t id = w->call;
        struct task_result r = answer_of(w);
        if (++w->calls == w->crash_at) {
            w->crashed = true;
            task_result_clear(&r);
            mapio_free(w->m);
            w->m = new_mapio(w, SMALL);
            return;
        }
        w->call = 0;
        json_unref(w->parameters);
        w->parameters = NULL;
        mapio_task_done(w->m, id, &r);
    }
}

/* ---- writing all ---- */

#define MAP_RUN "arn:aws:states:us-east-1:123456789012:mapRun:m/L:UUID"

static json *parsed(const char *text)
{
    json *v = json_parse(text, strlen(text), 0, NULL);

    ck_assert_msg(v != NULL, "no JSON: %s", text);
    return v;
}

/* Of each kind what the core gives: the texts with commas before or newlines behind them. */
static json *joined(const json *texts, bool lines)
{
    struct json_build b, kind;

    json_build_array(&b, RT_RESULT_KINDS);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++) {
        const json *list = json_at(texts, i);
        struct buf text = {0};
        for (size_t k = 0; k < json_count(list); k++)
            if (json_str_len(json_at(list, k)))
                buf_printf(&text, lines ? "%s\n" : ",%s", json_str(json_at(list, k)));
        json_build_object(&kind, 2);
        json_build_set(&kind, "text", json_take_buf(&text));
        json_build_set(&kind, "count", json_int((int64_t)json_count(list)));
        json_build_add(&b, json_build_done(&kind));
    }
    return json_build_done(&b);
}

/* What is left of texts: of a kind all are written, or none. */
static json *rest_of(const json *texts, const json *counts)
{
    struct json_build b, none;

    json_build_array(&b, RT_RESULT_KINDS);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++) {
        size_t count = (size_t)json_int_value(json_at(counts, i));
        ck_assert(count == 0 || count == json_count(json_at(texts, i)));
        json_build_array(&none, 0);
        json *nothing = json_build_done(&none);
        json_build_add(&b, json_ref(count ? nothing : json_at(texts, i)));
        json_unref(nothing);
    }
    return json_build_done(&b);
}

static bool is_empty(const json *texts)
{
    return !json_count(json_at(texts, 0)) && !json_count(json_at(texts, 1)) &&
           !json_count(json_at(texts, 2));
}

static size_t bytes_of(const json *results)
{
    size_t bytes = 0;

    for (size_t i = 0; i < json_count(results); i++)
        bytes += json_str_len(json_get(json_at(results, i), "text"));
    return bytes;
}

/* As the core asks: with what is not written yet, in the state that came last. */
static void write_request(struct world *w, const json *plan, const json *request, json **state)
{
    struct task as = {.state = "M", .execution = "arn:e", .key = "k"};
    json *texts = json_ref(json_get(request, "results")), *arn = json_cstring(MAP_RUN);
    const json *end = json_get(request, "end"), *attempt = json_get(request, "attempt");
    bool done = false, lines = json_get(json_get(json_get(plan, "writer"), "config"), "OutputType");

    for (int tries = 0; tries < 20 && !done && !w->error.name; tries++) {
        json *results = joined(texts, lines);
        json_unref(w->written);
        w->written = NULL;
        mapio_write(
            w->m, &(struct map_writing){.id = 7,
                                        .as = &as,
                                        .plan = plan,
                                        .map_run = arn,
                                        .state = *state,
                                        .results = results,
                                        .attempt = attempt ? (uint32_t)json_int_value(attempt) : 0,
                                        .end = end != NULL});
        if (w->call)
            ck_assert_uint_ge(mapio_held(w->m, 7), bytes_of(results));
        json_unref(results);
        answer_calls(w);
        ck_assert_uint_eq(mapio_held(w->m, 7), 0);
        if (!w->written)
            continue;
        json_unref(*state);
        *state = json_ref(json_get(w->written, "state"));
        json *rest = rest_of(texts, json_get(w->written, "counts"));
        json_unref(texts);
        texts = rest;
        done = is_empty(texts) && (!end || json_get(w->written, "over"));
    }
    ck_assert(done || w->error.name);
    json_unref(texts);
    json_unref(arn);
}

/* The objects that there are, a line each, by key. */
static void describe(struct world *w, struct buf *out)
{
    bool told[MOST_OBJECTS] = {false};

    for (size_t n = 0; n < w->count; n++) {
        size_t first = MOST_OBJECTS;
        for (size_t i = 0; i < w->count; i++)
            if (!told[i] && (first == MOST_OBJECTS || strcmp(json_str(w->objects[i].key),
                                                             json_str(w->objects[first].key)) < 0))
                first = i;
        told[first] = true;
        buf_printf(out, "%s %s\n", json_str(w->objects[first].key),
                   json_str(w->objects[first].body));
    }
    if (w->error.name)
        buf_printf(out, "%s: %s\n", json_str(w->error.name), json_str(w->error.cause));
}

#define PLAN(config)                                                                               \
    "{\"writer\": {\"resource\": \"putObject\", \"config\": {" config                              \
    "}, \"parameters\": {\"Bucket\": \"out\", \"Prefix\": \"p\"}}}"
#define MANIFEST(failed, pending, succeeded)                                                       \
    "p/UUID/manifest.json {\"DestinationBucket\":\"out\",\"MapRunArn\":\"" MAP_RUN                 \
    "\",\"ResultFiles\":{\"FAILED\":[" failed "],\"PENDING\":[" pending                            \
    "],\"SUCCEEDED\":[" succeeded "]}}\n"
#define FILE_OF(name, size) "{\"Key\":\"p/UUID/" name "\",\"Size\":" size "}"

/* Files of at most SMALL bytes. */
static const struct {
    const char *name, *plan;
    const char *requests[4];
    const char *want;
} rows[] = {
    {"nothing", PLAN(""), {"{\"results\": [[], [], []], \"end\": true}"}, MANIFEST("", "", "")},
    {"small",
     PLAN(""),
     {"{\"results\": [[\"1\", \"2\"], [\"{}\"], [\"3\"]], \"end\": true}"},
     "p/UUID/FAILED_0.json [{}]\n"
     "p/UUID/PENDING_0.json [3]\n"
     "p/UUID/SUCCEEDED_0.json [1,2]\n" MANIFEST(FILE_OF("FAILED_0.json", "4"),
                                                FILE_OF("PENDING_0.json", "3"),
                                                FILE_OF("SUCCEEDED_0.json", "5"))},
    {"lines",
     PLAN("\"OutputType\": \"JSONL\""),
     {"{\"results\": [[\"1\", \"\", \"2\\n3\"], [], []], \"end\": true}"},
     "p/UUID/SUCCEEDED_0.json 1\n2\n3\n\n" MANIFEST("", "", FILE_OF("SUCCEEDED_0.json", "6"))},
    {"flat and empty",
     PLAN(""),
     {"{\"results\": [[\"\", \"\"], [], []], \"end\": true}"},
     "p/UUID/SUCCEEDED_0.json []\n" MANIFEST("", "", FILE_OF("SUCCEEDED_0.json", "2"))},
    {"in parts",
     PLAN(""),
     {"{\"results\": [[\"1\", \"2\"], [], []]}", "{\"results\": [[\"3\"], [\"4\"], []]}",
      "{\"results\": [[\"5\"], [], []], \"end\": true}"},
     "p/UUID/FAILED_0.json [4]\n"
     "p/UUID/SUCCEEDED_0.json [1,2,3,5]\n" MANIFEST(FILE_OF("FAILED_0.json", "3"), "",
                                                    FILE_OF("SUCCEEDED_0.json", "9"))},
    {"nothing more at the end",
     PLAN(""),
     {"{\"results\": [[\"1\"], [], []]}", "{\"results\": [[], [], []], \"end\": true}"},
     "p/UUID/SUCCEEDED_0.json [1]\n" MANIFEST("", "", FILE_OF("SUCCEEDED_0.json", "3"))},
    {"lines in parts",
     PLAN("\"OutputType\": \"JSONL\""),
     {"{\"results\": [[\"1\"], [], []]}", "{\"results\": [[], [], []], \"end\": true}"},
     "p/UUID/SUCCEEDED_0.json 1\n\n" MANIFEST("", "", FILE_OF("SUCCEEDED_0.json", "2"))},
    {"more than a file holds",
     PLAN(""),
     {"{\"results\": [[\"111111111111\", \"222222222222\"], [], []]}",
      "{\"results\": [[\"333333333333\", \"444444444444\"], [], []]}",
      "{\"results\": [[\"555555555555\"], [], []], \"end\": true}"},
     "p/UUID/SUCCEEDED_0.json [111111111111,222222222222]\n"
     "p/UUID/SUCCEEDED_1.json [333333333333,444444444444]\n"
     "p/UUID/SUCCEEDED_2.json [555555555555]\n" MANIFEST(
         "", "",
         FILE_OF("SUCCEEDED_0.json", "27") "," FILE_OF("SUCCEEDED_1.json", "27") "," FILE_OF(
             "SUCCEEDED_2.json", "14"))},
    {"lines, more than a file holds",
     PLAN("\"OutputType\": \"JSONL\""),
     {"{\"results\": [[\"111111111111\", \"222222222222\"], [], []]}",
      "{\"results\": [[\"333333333333\", \"444444444444\"], [], []], \"end\": true}"},
     "p/UUID/SUCCEEDED_0.json 111111111111\n222222222222\n\n"
     "p/UUID/SUCCEEDED_1.json 333333333333\n444444444444\n\n" MANIFEST(
         "", "", FILE_OF("SUCCEEDED_0.json", "26") "," FILE_OF("SUCCEEDED_1.json", "26"))},
    {"a redrive: successes stay, failures are told anew",
     PLAN(""),
     {"{\"results\": [[\"1\"], [\"2\"], [\"3\"]], \"end\": true}",
      "{\"results\": [[\"4\"], [\"5\"], []], \"end\": true, \"attempt\": 1}"},
     "p/UUID/FAILED_0.json [2]\n"
     "p/UUID/FAILED_1.json [5]\n"
     "p/UUID/PENDING_0.json [3]\n"
     "p/UUID/SUCCEEDED_0.json [1]\n"
     "p/UUID/SUCCEEDED_1.json [4]\n" MANIFEST(
         FILE_OF("FAILED_1.json", "3"), "",
         FILE_OF("SUCCEEDED_0.json", "3") "," FILE_OF("SUCCEEDED_1.json", "3"))},
};

/* Writes a row, with a crash after that call (0: without). Returns how many calls it took. */
static size_t write_row(size_t i, size_t crash_at)
{
    struct world w;
    struct buf got = {0};
    json *plan = parsed(rows[i].plan), *state = NULL;

    world_init(&w, SMALL);
    w.crash_at = crash_at;
    for (size_t k = 0; k < COUNT(rows[i].requests) && rows[i].requests[k]; k++) {
        json *request = parsed(rows[i].requests[k]);
        write_request(&w, plan, request, &state);
        json_unref(request);
    }
    describe(&w, &got);
    ck_assert_msg(!strcmp(buf_str(&got), rows[i].want), "%s, a crash after call %zu: got\n%s",
                  rows[i].name, crash_at, buf_str(&got));
    ck_assert(!crash_at || w.crashed);
    size_t calls = w.calls;
    json_unref(plan);
    json_unref(state);
    buf_clear(&got);
    world_clear(&w);
    return calls;
}

START_TEST(row)
{
    size_t calls = write_row((size_t)_i, 0);

    for (size_t at = 1; at <= calls; at++)
        write_row((size_t)_i, at);
}
END_TEST

/* ---- what goes wrong ---- */

static const struct {
    const char *refused, *request, *want;
} failures[] = {
    {"putObject", "{\"results\": [[\"1\"], [], []], \"end\": true}",
     "States.ResultWriterFailed: why\n"},
    {"createMultipartUpload", "{\"results\": [[\"1\"], [], []]}",
     "States.ResultWriterFailed: why\n"},
    {"uploadPart", "{\"results\": [[\"1\"], [], []]}", "States.ResultWriterFailed: why\n"},
};

START_TEST(failure)
{
    struct world w;
    struct buf got = {0};
    json *plan = parsed(PLAN("")), *request = parsed(failures[_i].request), *state = NULL;

    world_init(&w, 0);
    w.refused = failures[_i].refused;
    write_request(&w, plan, request, &state);
    describe(&w, &got);
    expect_text("what came", buf_str(&got), failures[_i].want);
    json_unref(plan);
    json_unref(request);
    json_unref(state);
    buf_clear(&got);
    world_clear(&w);
}
END_TEST

/* Somebody has aborted the upload, and there is no object in its stead: seen by a part or as the
 * file is closed. Successes are written anew into the next file. */
START_TEST(lost_upload)
{
    struct world w;
    struct buf got = {0};
    json *plan = parsed(PLAN("")), *state = NULL;
    json *first = parsed("{\"results\": [[\"1\"], [], []]}"),
         *last = parsed(_i ? "{\"results\": [[\"2\"], [], []], \"end\": true}"
                           : "{\"results\": [[\"2\"], [], []]}"),
         *redrive =
             parsed("{\"results\": [[\"1\", \"2\"], [], []], \"end\": true, \"attempt\": 1}");

    world_init(&w, 0);
    write_request(&w, plan, first, &state);
    json_unref(w.uploads[0].key);
    w.uploads[0].key = NULL;
    write_request(&w, plan, last, &state);
    expect_text("cause", json_str(w.error.cause),
                "The multipart upload of 'p/UUID/SUCCEEDED_0.json' is not there any more, nor are "
                "the results in it: a redrive writes them anew.");
    ck_assert_msg(w.without, "it can't go on without the file");
    asl_error_clear(&w.error);
    json_unref(state);
    state = json_ref(w.without);
    write_request(&w, plan, redrive, &state);
    describe(&w, &got);
    expect_text(
        "what is there", buf_str(&got),
        "p/UUID/SUCCEEDED_1.json [1,2]\n" MANIFEST("", "", FILE_OF("SUCCEEDED_1.json", "5")));
    buf_clear(&got);
    json_unref(redrive);
    json_unref(plan);
    json_unref(first);
    json_unref(last);
    json_unref(state);
    world_clear(&w);
}
END_TEST

/* One that was begun, and took nothing before it was gone: a redrive begins another. Within an
 * attempt there is none but one, so that S3 is not asked for ever. */
START_TEST(lost_empty_upload)
{
    struct world w;
    struct buf got = {0};
    json *plan = parsed(PLAN("")), *state = NULL;
    json *first = parsed("{\"results\": [[\"1\"], [], []]}"),
         *redrive = parsed("{\"results\": [[\"1\"], [], []], \"attempt\": 1}"),
         *last = parsed("{\"results\": [[\"2\"], [], []], \"end\": true, \"attempt\": 1}");

    world_init(&w, 0);
    w.refused = "uploadPart";
    write_request(&w, plan, first, &state);
    expect_text("refused", json_str(w.error.name), "States.ResultWriterFailed");
    asl_error_clear(&w.error);
    json_unref(w.uploads[0].key);
    w.uploads[0].key = NULL;
    w.refused = NULL;
    write_request(&w, plan, first, &state);
    ck_assert_msg(w.error.name, "an upload that is gone was taken for one that a redrive finds");
    asl_error_clear(&w.error);
    write_request(&w, plan, redrive, &state);
    write_request(&w, plan, last, &state);
    describe(&w, &got);
    expect_text(
        "what is there", buf_str(&got),
        "p/UUID/SUCCEEDED_0.json [1,2]\n" MANIFEST("", "", FILE_OF("SUCCEEDED_0.json", "5")));
    json_unref(plan);
    json_unref(first);
    json_unref(redrive);
    json_unref(last);
    json_unref(state);
    buf_clear(&got);
    world_clear(&w);
}
END_TEST

/* A server's answer may have nothing in it, and so may a state of an earlier version. */
START_TEST(empty_upload_id)
{
    struct world w;
    struct buf got = {0};
    json *plan = parsed(PLAN("")), *state = NULL;
    json *first = parsed("{\"results\": [[\"1\"], [], []]}"),
         *last = parsed("{\"results\": [[\"1\"], [], []], \"end\": true, \"attempt\": 1}");

    world_init(&w, 0);
    w.gives_no_id = true;
    write_request(&w, plan, first, &state);
    expect_text(
        "cause", w.error.cause ? json_str(w.error.cause) : "",
        "The answer of s3:createMultipartUpload has no UploadId, a text that is not empty.");
    asl_error_clear(&w.error);
    json_unref(state);
    state = parsed("{\"SUCCEEDED\": {\"next\": 1, \"key\": \"k\", \"upload\": \"\", "
                   "\"parts\": [], \"size\": 0}}");
    write_request(&w, plan, last, &state);
    describe(&w, &got);
    expect_text("what is there", buf_str(&got),
                "p/UUID/SUCCEEDED_1.json [1]\n" MANIFEST("", "", FILE_OF("SUCCEEDED_1.json", "3")));
    json_unref(plan);
    json_unref(first);
    json_unref(last);
    json_unref(state);
    buf_clear(&got);
    world_clear(&w);
}
END_TEST

/* One file is complete when another one fails: a redrive goes on behind the first. */
START_TEST(failure_behind_a_file)
{
    struct world w;
    struct buf got = {0};
    json *plan = parsed(PLAN("")), *state = NULL;
    json *first = parsed("{\"results\": [[\"1\"], [], []]}"),
         *last = parsed("{\"results\": [[\"2\"], [\"3\"], []], \"end\": true}"),
         *redrive = parsed("{\"results\": [[\"4\"], [], []], \"end\": true, \"attempt\": 1}");

    world_init(&w, 0);
    write_request(&w, plan, first, &state);
    w.refused_key = "p/UUID/FAILED_0.json";
    write_request(&w, plan, last, &state);
    expect_text("name", json_str(w.error.name), "States.ResultWriterFailed");
    asl_error_clear(&w.error);
    write_request(&w, plan, redrive, &state);
    describe(&w, &got);
    expect_text("what is there", buf_str(&got),
                "p/UUID/SUCCEEDED_0.json [1,2]\n"
                "p/UUID/SUCCEEDED_1.json [4]\n" MANIFEST(
                    "", "", FILE_OF("SUCCEEDED_0.json", "5") "," FILE_OF("SUCCEEDED_1.json", "3")));
    json_unref(plan);
    json_unref(first);
    json_unref(last);
    json_unref(redrive);
    json_unref(state);
    buf_clear(&got);
    world_clear(&w);
}
END_TEST

/* A state that no writer has made is taken for none. */
START_TEST(odd_state)
{
    static const char *const states[] = {"{}", "[]",
                                         "{\"SUCCEEDED\": {\"next\": \"x\", \"key\": 3}}",
                                         "{\"attempt\": -1, \"SUCCEEDED\": {\"closed\": {}}}"};
    struct world w;
    json *plan = parsed(PLAN("")), *state = parsed(states[_i]);
    json *request = parsed("{\"results\": [[\"1\"], [], []], \"end\": true}");

    world_init(&w, 0);
    write_request(&w, plan, request, &state);
    ck_assert_uint_eq(w.count, 2);
    json_unref(plan);
    json_unref(request);
    json_unref(state);
    world_clear(&w);
}
END_TEST

/* Before the first child it is seen where results will go: only a folder is asked, whether it could
 * take them, and nothing is written. */
static const struct {
    const char *name;
    enum mapio_taker taker;
    const char *refused;
    size_t calls;
    const char *error; /* NULL: it is good */
} checks[] = {
    {"S3 is not asked", MAPIO_UNKNOWN, NULL, 0, NULL},
    {"nobody would write them", MAPIO_NOBODY, NULL, 0, "Asl.NoHandler"},
    {"a folder takes them", MAPIO_FOLDER, NULL, 1, NULL},
    {"a folder does not", MAPIO_FOLDER, "headObject", 1, "States.ResultWriterFailed"},
};

START_TEST(check)
{
    struct world w;
    struct task as = {.state = "M"};
    json *plan = parsed(PLAN("")), *arn = json_cstring(MAP_RUN);

    world_init(&w, 0);
    w.taker = checks[_i].taker;
    w.refused = checks[_i].refused;
    mapio_write(w.m, &(struct map_writing){
                         .id = 7, .as = &as, .plan = plan, .map_run = arn, .check = true});
    answer_calls(&w);
    expect_text(checks[_i].name, w.error.name ? json_str(w.error.name) : NULL, checks[_i].error);
    ck_assert_uint_eq(w.calls, checks[_i].calls);
    ck_assert(checks[_i].error ? !w.written : json_get(w.written, "checked") != NULL);
    ck_assert_uint_eq(w.count, 0);
    ck_assert_uint_eq(w.upload_count, 0);
    json_unref(plan);
    json_unref(arn);
    world_clear(&w);
}
END_TEST

START_TEST(cancelled)
{
    struct world w;
    struct task as = {.state = "M"};
    json *plan = parsed(PLAN("")), *arn = json_cstring(MAP_RUN),
         *texts = parsed("[[\"1\"], [], []]"), *results = joined(texts, false);
    uint64_t writing = 0;

    world_init(&w, 0);
    mapio_write(
        w.m,
        &(struct map_writing){
            .id = 7, .as = &as, .plan = plan, .map_run = arn, .results = results, .end = true});
    ck_assert(w.call && mapio_made_for(w.m, w.call, &writing) && writing == 7);
    mapio_cancel(w.m, 7);
    ck_assert(!w.call && !w.written && !w.error.name);
    json_unref(plan);
    json_unref(arn);
    json_unref(texts);
    json_unref(results);
    world_clear(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("results");
    TCase *t = tcase_create("results");

    tcase_add_loop_test(t, row, 0, COUNT(rows));
    tcase_add_loop_test(t, failure, 0, COUNT(failures));
    tcase_add_loop_test(t, lost_upload, 0, 2);
    tcase_add_test(t, lost_empty_upload);
    tcase_add_test(t, empty_upload_id);
    tcase_add_test(t, failure_behind_a_file);
    tcase_add_loop_test(t, odd_state, 0, 4);
    tcase_add_loop_test(t, check, 0, COUNT(checks));
    tcase_add_test(t, cancelled);
    suite_add_tcase(s, t);
    return run_suite(s);
}
