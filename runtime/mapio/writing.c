/*
 * Writes results of a Map Run into files in S3, piece by piece: a file that is larger than one
 * piece is a multipart upload, which nobody sees before it is complete. What has been done is the
 * writer's state, which comes with each request and goes back with each answer; so a crash at any
 * point repeats a piece, and a piece that is repeated replaces itself.
 */
#include "runtime/mapio/mapio_impl.h"

#include "asl/eval/plan.h"
#include "parsers/base/mem.h"
#include "runtime/mapio/outfile.h"

#include <inttypes.h>
#include <string.h>

struct writing {
    struct asker asker;
    json *plan, *map_run, *results, *unread;
    uint64_t listed;
    struct outfiles files;
    bool end, lines;
    size_t kind; /* that is being written; RT_RESULT_KINDS: the manifest */
    bool full;   /* its open file gets no more, as it would be too large */
    uint64_t counts[RT_RESULT_KINDS];
    size_t piece; /* how many bytes are out */
};

/* So many bytes of a file that is lost can be written anew: they are all in memory then. */
enum { MOST_ANEW = 128 << 20 };

static void go_on(struct writing *w);

static struct writing *writing_of(struct asker *a)
{
    return (struct writing *)(void *)a;
}

static struct outfile *file_at(struct writing *w)
{
    return &w->files.of[w->kind];
}

/* ---- its ends ---- */

static void writing_free(struct writing *w)
{
    id_map_take(&w->asker.m->writings, w->asker.node.id);
    asker_end(&w->asker);
    outfiles_clear(&w->files);
    json_unref(w->plan);
    json_unref(w->map_run);
    json_unref(w->results);
    json_unref(w->unread);
    mem_free(w);
}

static void writing_done(struct writing *w, bool over)
{
    const struct mapio_world world = w->asker.m->world;
    uint64_t id = w->asker.node.id;
    struct json_build b, counts;

    json_build_array(&counts, RT_RESULT_KINDS);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        json_build_add(&counts, json_int((int64_t)w->counts[i]));
    json_build_object(&b, 3);
    json_build_set(&b, "state", outfiles_state(&w->files));
    json_build_set(&b, "counts", json_build_done(&counts));
    if (over)
        json_build_set(&b, "over", json_bool(true));
    json *written = json_build_done(&b);
    writing_free(w);
    world.written(world.user, id, written);
}

/* A missing handler keeps its name. `without`: see mapio_world.not_written; taken. */
static void fail_without(struct writing *w, const struct task_result *result, json *without)
{
    const struct mapio_world world = w->asker.m->world;
    uint64_t id = w->asker.node.id;
    struct asl_error error = {.cause = json_ref(result->cause)};

    asker_tell_failure(&w->asker, result);
    error.name = json_str_is(result->error, ASL_NO_HANDLER)
                     ? json_ref(result->error)
                     : json_cstring(ASL_RESULT_WRITER_FAILED);
    writing_free(w);
    world.not_written(world.user, id, error, without);
}

static void fail(struct writing *w, const struct task_result *result)
{
    fail_without(w, result, NULL);
}

static void fail_for(struct writing *w, const char *action, const char *member)
{
    struct task_result result = {
        .error = json_cstring(ASL_RESULT_WRITER_FAILED),
        .cause = json_stringf("The answer of s3:%s has no %s, a text that is not empty.", action,
                              member)};

    fail(w, &result);
    task_result_clear(&result);
}

/* Returns what S3 has given of that name; NULL: its answer is none, or has nothing there. */
static const json *given_text(const struct task_result *result, const char *member)
{
    const json *text = result->ok ? text_member(result->output, member) : NULL;

    return text && json_str_len(text) ? text : NULL;
}

/* ---- calls ---- */

static void begin_call(const struct writing *w, const json *key, const json *upload,
                       struct json_build *b)
{
    json_build_object(b, 5);
    json_build_set(b, "Bucket", json_ref(asl_plan_bucket(w->plan)));
    json_build_set(b, "Key", json_ref(key));
    if (upload)
        json_build_set(b, "UploadId", json_ref(upload));
}

static void call_s3(struct writing *w, const char *action, struct json_build *b,
                    void (*answered)(struct asker *a, struct task_result *result))
{
    asker_set_call(&w->asker, action, json_build_done(b), true, answered);
    asker_send(&w->asker);
}

static void put_object(struct writing *w, const json *key, json *body,
                       void (*answered)(struct asker *a, struct task_result *result))
{
    struct json_build b;

    w->piece = json_str_len(body);
    begin_call(w, key, NULL, &b);
    json_build_set(&b, "Body", body);
    json_build_set(&b, "ContentType", json_cstring("application/json"));
    call_s3(w, "putObject", &b, answered);
}

/* How many results of the kind are to be written. */
static uint64_t count_at(const struct writing *w)
{
    return (uint64_t)json_int_value(json_get(json_at(w->results, w->kind), "count"));
}

/* All of them have been taken. */
static void next_kind(struct writing *w)
{
    w->counts[w->kind] = count_at(w);
    w->kind++;
    go_on(w);
}

/* ---- a file that is complete ---- */

static void file_complete(struct writing *w)
{
    outfile_close(file_at(w));
    /* That it is there is kept before anything else can fail. What did not go into it goes into
     * the next one, when that is asked for again. */
    if (!w->full)
        w->counts[w->kind] = count_at(w);
    writing_done(w, false);
}

static void whole_put(struct asker *a, struct task_result *result)
{
    struct writing *w = writing_of(a);

    if (!result->ok) {
        fail(w, result);
        return;
    }
    file_at(w)->size = w->piece;
    file_complete(w);
}

/*
 * The open file is gone, with what is in it. Successes are in the history, so a redrive can write
 * them anew, with all of them in memory; those that did not succeed have others in a redrive.
 */
static void fail_for_loss(struct writing *w)
{
    struct outfile *f = file_at(w);
    bool large = w->kind == RT_RESULTS_SUCCEEDED && f->size > MOST_ANEW;
    bool anew = w->kind == RT_RESULTS_SUCCEEDED && f->size && !large;
    struct task_result lost = {
        .error = json_cstring(ASL_RESULT_WRITER_FAILED),
        .cause =
            json_stringf("The multipart upload of '%s' is not there any more%s", json_str(f->key),
                         !f->size ? "."
                         : large  ? ", nor are the results in it, which are more than a "
                                    "redrive writes anew: start another execution."
                                  : ", nor are the results in it: a redrive writes them "
                                    "anew.")};

    if (anew)
        outfile_give_up(f);
    fail_without(w, &lost, anew ? outfiles_state(&w->files) : NULL);
    task_result_clear(&lost);
}

/* The object is there, with the bytes that the parts have: a crash came after it was completed. */
static void looked_up(struct asker *a, struct task_result *result)
{
    struct writing *w = writing_of(a);
    struct outfile *f = file_at(w);
    const json *len = result->ok && json_is_object(result->output)
                          ? json_get(result->output, "ContentLength")
                          : NULL;

    if (len && json_kind(len) == JSON_INT && (uint64_t)json_int_value(len) == f->size + w->piece) {
        f->size += w->piece;
        file_complete(w);
        return;
    }
    fail_for_loss(w);
}

static bool is_unknown_upload(const struct task_result *result)
{
    return strstr(json_str(result->error), "NoSuchUpload") != NULL;
}

/* `result` is of a call that has failed, for a file that is to be closed. */
static void closing_failed(struct writing *w, const struct task_result *result)
{
    struct json_build b;

    if (!is_unknown_upload(result)) {
        fail(w, result);
        return;
    }
    begin_call(w, file_at(w)->key, NULL, &b);
    call_s3(w, "headObject", &b, looked_up);
}

static void upload_completed(struct asker *a, struct task_result *result)
{
    struct writing *w = writing_of(a);

    if (result->ok)
        file_complete(w);
    else
        closing_failed(w, result);
}

static void complete_upload(struct writing *w)
{
    const struct outfile *f = file_at(w);
    struct json_build b, parts, part, upload;

    json_build_array(&parts, json_count(f->parts));
    for (size_t i = 0; i < json_count(f->parts); i++) {
        json_build_object(&part, 2);
        json_build_set(&part, "ETag", json_ref(json_at(f->parts, i)));
        json_build_set(&part, "PartNumber", json_int((int64_t)i + 1));
        json_build_add(&parts, json_build_done(&part));
    }
    json_build_object(&upload, 1);
    json_build_set(&upload, "Parts", json_build_done(&parts));
    begin_call(w, f->key, f->upload, &b);
    json_build_set(&b, "MultipartUpload", json_build_done(&upload));
    w->piece = 0;
    call_s3(w, "completeMultipartUpload", &b, upload_completed);
}

/* ---- a file in parts ---- */

/* The upload is kept in the history before anything is put into it: then no crash forgets it. */
static void upload_begun(struct asker *a, struct task_result *result)
{
    struct writing *w = writing_of(a);
    const json *id = given_text(result, "UploadId");

    if (!result->ok) {
        fail(w, result);
    } else if (!id) {
        fail_for(w, "createMultipartUpload", "UploadId");
    } else {
        json_unref(file_at(w)->upload);
        file_at(w)->upload = json_ref(id);
        writing_done(w, false);
    }
}

static void begin_upload(struct writing *w)
{
    struct json_build b;

    begin_call(w, file_at(w)->key, NULL, &b);
    json_build_set(&b, "ContentType", json_cstring("application/json"));
    call_s3(w, "createMultipartUpload", &b, upload_begun);
}

static bool closes(const struct writing *w)
{
    return w->end || w->full;
}

/* An upload that a redrive finds gone, and that had nothing in it yet: all that goes into it is
 * here. Once only, as the state is of this attempt then. */
static bool begins_anew(struct writing *w, const struct task_result *result)
{
    return w->files.again && !file_at(w)->size && is_unknown_upload(result);
}

static void part_put(struct asker *a, struct task_result *result)
{
    struct writing *w = writing_of(a);
    const json *etag = given_text(result, "ETag");

    if (!result->ok && begins_anew(w, result)) {
        begin_upload(w);
    } else if (!result->ok && closes(w)) {
        closing_failed(w, result);
    } else if (!result->ok && file_at(w)->size && is_unknown_upload(result)) {
        fail_for_loss(w);
    } else if (!result->ok) {
        fail(w, result);
    } else if (!etag) {
        fail_for(w, "uploadPart", "ETag");
    } else {
        outfile_add_part(file_at(w), etag, w->piece);
        if (closes(w))
            complete_upload(w);
        else
            next_kind(w);
    }
}

static void put_upload_part(struct writing *w, json *body)
{
    const struct outfile *f = file_at(w);
    struct json_build b;

    w->piece = json_str_len(body);
    begin_call(w, f->key, f->upload, &b);
    json_build_set(&b, "PartNumber", json_int((int64_t)json_count(f->parts) + 1));
    json_build_set(&b, "Body", body);
    call_s3(w, "uploadPart", &b, part_put);
}

/* ---- what goes into a file ---- */

/* What stands before each result of an array has to be a bracket before the first. */
static json *part_body(const struct writing *w, const struct outfile *f, const json *text)
{
    struct buf body = {0};
    bool begins = !w->lines && !f->size;
    size_t len = json_str_len(text), skipped = begins && len > 0;

    if (!begins && !closes(w))
        return json_ref(text);
    buf_reserve(&body, len + 2);
    if (begins)
        buf_addc(&body, '[');
    buf_add(&body, json_str(text) + skipped, len - skipped);
    if (closes(w) && !w->lines)
        buf_addc(&body, ']');
    return json_take_buf(&body);
}

/* The numbers of files go on when a Map Run is redriven. */
static void open_outfile(struct writing *w)
{
    struct outfile *f = file_at(w);
    struct buf name = {0};

    buf_printf(&name, "%s_%" PRIu32 ".json", outfile_kind_name((enum rt_result_kind)w->kind),
               f->next);
    outfile_open(f, asl_plan_result_key(w->plan, w->map_run, buf_str(&name)));
    buf_clear(&name);
}

/* Writes the results of a kind, and closes its file at the end. */
static void write_kind(struct writing *w)
{
    const json *text = json_get(json_at(w->results, w->kind), "text");
    struct outfile *f = file_at(w);
    bool open = f->key != NULL;

    w->full = false;
    if (!count_at(w) && !(w->end && open)) {
        next_kind(w);
        return;
    }
    if (!open)
        open_outfile(w);
    json *body = part_body(w, f, text);
    if (open && f->size + json_str_len(body) + !closes(w) > w->asker.m->world.most_file) {
        json_unref(body);
        w->full = true;
        json *nothing = json_cstring("");
        body = part_body(w, f, nothing);
        json_unref(nothing);
    }
    if (f->upload && !json_str_len(body)) {
        json_unref(body);
        complete_upload(w);
    } else if (f->upload) {
        put_upload_part(w, body);
    } else if (w->end) {
        put_object(w, f->key, body, whole_put);
    } else {
        json_unref(body);
        begin_upload(w);
    }
}

/* ---- going on ---- */

/* AWS's manifest has no place for it. */
static void tell_unread_source(const struct writing *w)
{
    if (w->unread)
        asker_tell(&w->asker,
                   "the files of PENDING list %" PRIu64 " executions that never began, and not "
                   "what follows, as the source can't be read any further: %s",
                   w->listed, json_str(w->unread));
}

static void manifest_put(struct asker *a, struct task_result *result)
{
    struct writing *w = writing_of(a);

    if (!result->ok) {
        fail(w, result);
        return;
    }
    tell_unread_source(w);
    writing_done(w, true);
}

static void put_manifest(struct writing *w)
{
    json *key = asl_plan_result_key(w->plan, w->map_run, "manifest.json"),
         *manifest = outfiles_manifest(&w->files, asl_plan_bucket(w->plan), w->map_run);

    put_object(w, key, json_text(manifest), manifest_put);
    json_unref(manifest);
    json_unref(key);
}

static void go_on(struct writing *w)
{
    if (w->kind < RT_RESULT_KINDS)
        write_kind(w);
    else if (w->end)
        put_manifest(w);
    else
        writing_done(w, false);
}

/* ---- before anything is written ---- */

static void writing_checked(struct writing *w)
{
    const struct mapio_world world = w->asker.m->world;
    uint64_t id = w->asker.node.id;
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "checked", json_bool(true));
    writing_free(w);
    world.written(world.user, id, json_build_done(&b));
}

static void target_probed(struct asker *a, struct task_result *result)
{
    struct writing *w = writing_of(a);

    if (result->ok)
        writing_checked(w);
    else
        fail(w, result);
}

static void begin_check_call(const struct writing *w, struct json_build *b)
{
    json *key = asl_plan_result_key(w->plan, w->map_run, "manifest.json");

    begin_call(w, key, NULL, b);
    json_unref(key);
}

/*
 * Children may run for hours, so that nobody can write their results is told before. A folder is
 * asked whether it could take the manifest, and says what is wrong with the bucket or the key. S3
 * itself is not asked: AWS documents no such call, and the role need not allow any but those that
 * write.
 */
static void check_target(struct writing *w)
{
    struct task_result failed = {0};
    struct json_build b;
    json *parameters;

    begin_check_call(w, &b);
    parameters = json_build_done(&b);
    enum mapio_taker taker = asker_taker(&w->asker, "putObject", parameters, &failed);
    json_unref(parameters);
    switch (taker) {
    case MAPIO_UNKNOWN: writing_checked(w); break;
    case MAPIO_NOBODY: fail(w, &failed); break;
    case MAPIO_FOLDER:
        begin_check_call(w, &b);
        w->asker.probe = true;
        call_s3(w, "headObject", &b, target_probed);
        break;
    }
    task_result_clear(&failed);
}

/* ---- for the host ---- */

static bool wants_lines(const json *plan)
{
    const json *output = json_get(json_get(json_get(plan, "writer"), "config"), "OutputType");

    return output && json_is_string(output) && json_str_is(output, "JSONL");
}

void mapio_write(mapio *m, const struct map_writing *of)
{
    struct writing *w = mem_calloc(1, sizeof *w);

    asker_begin(&w->asker, m, of->id, of->as);
    w->plan = json_ref(of->plan);
    w->map_run = json_ref(of->map_run);
    w->results = json_ref(of->results);
    w->end = of->end;
    w->unread = json_ref(of->unread);
    w->listed = of->listed;
    w->lines = wants_lines(of->plan);
    outfiles_read(&w->files, of->state, of->attempt);
    id_map_put(&m->writings, &w->asker.node);
    if (of->check)
        check_target(w);
    else
        go_on(w);
}

void writing_cancel(mapio *m, uint64_t id)
{
    struct writing *w = (struct writing *)(void *)id_map_get(&m->writings, id);

    if (w)
        writing_free(w);
}

/* The texts that it was given, and of them once more what a call has out. */
size_t writing_held(const mapio *m, uint64_t id)
{
    const struct writing *w = (struct writing *)(void *)id_map_get(&m->writings, id);
    const json *body = w && w->asker.parameters ? json_get(w->asker.parameters, "Body") : NULL;
    size_t bytes = body && json_is_string(body) ? json_str_len(body) : 0;

    for (size_t i = 0; w && w->results && i < json_count(w->results); i++)
        bytes += json_str_len(json_get(json_at(w->results, i), "text"));
    return bytes;
}

void writings_free(mapio *m)
{
    struct id_node *n;

    while (m->writings.count) {
        n = id_map_take_any(&m->writings);
        id_map_put(&m->writings, n);
        writing_free((struct writing *)(void *)n);
    }
    id_map_clear(&m->writings);
}
