/*
 * Folders as buckets of S3. A call of S3 whose Bucket has a row is made into the request that would
 * be sent to S3, and answered from the files: the Task then gets of the answer what it gets of
 * S3's. Disks can be slow, so a thread of libuv's does the work; the loop and its timers go on. The
 * thread sees nothing but the request and its reply: values of JSON stay in the loop.
 */
#include "runtime/handlers/bucket_impl.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"
#include "runtime/aws/endpoints.h"
#include "runtime/handlers/advice.h"
#include "runtime/handlers/endpoint_impl.h"
#include "runtime/handlers/integration.h"

#include <string.h>

/* A list may go through millions of names. Of libuv's four threads such calls have two at once, so
 * that others find one. */
enum { LONG_AT_WORK = 2 };
/* Where somebody else holds the lock of an object's folder, the call is made once more after a
 * pause, which grows; when it has paused for so long in all, it fails. */
enum { LEAST_PAUSE_MS = 10, MOST_PAUSE_MS = 320, PATIENCE_MS = 10000 };

/* A call of a bucket: a thread has it, or it is in line behind others that take long, or pauses. */
struct bucket_work {
    uv_work_t work; /* first */
    bool is_long, is_at_work, is_in_line;
    struct bucket_work *next; /* in line */
    struct due_node due;      /* of its pause */
    int64_t pause_ms, paused_ms;
    atomic_bool stop;
    struct handler_row *row;
    struct task_call *call; /* NULL: nobody waits for it any more */
    struct aws_call aws;
    struct bucket_request request;
    struct bucket_reply reply;
};

/* ---- which bucket ---- */

static bool is_of_s3(const struct asl_resource *r)
{
    return r && asl_resource_is_call(r) && asl_piece_is(r->service, "s3");
}

static struct handler_row *row_of_bucket(const handlers *h, const char *name, size_t len)
{
    for (size_t i = 0; i < h->row_count; i++) {
        const char *bucket = h->rows[i]->bucket;
        if (bucket && strlen(bucket) == len && !memcmp(bucket, name, len))
            return h->rows[i];
    }
    return NULL;
}

const object_folder *bucket_folder(const handlers *h, const char *name, size_t len)
{
    const struct handler_row *row = row_of_bucket(h, name, len);

    return row ? row->folder : NULL;
}

const json *bucket_named(const struct handler_input *v)
{
    const json *bucket = is_of_s3(v->resource) ? aws_given(v->payload, "Bucket") : NULL;

    return bucket && json_is_string(bucket) ? bucket : NULL;
}

struct handler_row *bucket_match(const handlers *h, const struct handler_input *v)
{
    const json *bucket = h->bucket_count ? bucket_named(v) : NULL;

    return bucket ? row_of_bucket(h, json_str(bucket), json_str_len(bucket)) : NULL;
}

/*
 * The last row of a set has no folder: it is for buckets that are nowhere, where some are folders.
 * So a Task can catch S3.NoSuchBucketException as on AWS.
 */
static bool bucket_serves(handlers *h, const struct handler_input *v, struct diag *why)
{
    (void)why;
    return h->bucket_count && bucket_named(v);
}

bool handlers_bucket(const handlers *h, size_t index, struct handlers_bucket *out)
{
    for (size_t i = 0; i < h->row_count; i++) {
        const struct handler_row *row = h->rows[i];
        if (!row->bucket || index--)
            continue;
        *out = (struct handlers_bucket){row->bucket, row->folder};
        return true;
    }
    return false;
}

void bucket_add(handlers *h, const struct handlers_bucket *b)
{
    struct handler_row *row = handlers_add_default(h, &handler_bucket);

    row->bucket = arena_strndup(&h->arena, b->name, strlen(b->name));
    row->folder = b->folder;
    h->bucket_count++;
}

/* ---- a call ---- */

static void bucket_work_free(struct bucket_work *w)
{
    bucket_request_clear(&w->request);
    buf_clear(&w->reply.body);
    mem_free(w->reply.message);
    mem_free(w);
}

/* Makes what the Task gets of the reply. */
static struct handler_answer bucket_answer_of(struct bucket_work *w)
{
    const struct bucket_reply *reply = &w->reply;
    struct aws_result r = {0};
    struct buf error = {0};
    char id[HANDLER_REQUEST_ID];
    json *headers;

    if (reply->too_large)
        return answer_failed(ASL_DATA_LIMIT_EXCEEDED, NULL);
    if (reply->code)
        bucket_reply_error(&w->request, reply, &error);
    headers = bucket_reply_headers(&w->request, reply);
    const struct buf *body = reply->code ? &error : &reply->body;
    handler_request_id(w->call->key ? w->call->key : "", id);
    const struct aws_answer a = {.status = reply->status,
                                 .body = body->data ? body->data : "",
                                 .len = body->len,
                                 .headers = headers,
                                 .request_id = id,
                                 .raw = w->call->raw,
                                 .parameters = w->call->payload};
    aws_answer_read(&w->aws, &a, &r);
    json_unref(headers);
    buf_clear(&error);
    return (struct handler_answer){.outcome = r.ok ? HANDLER_OK : HANDLER_FAILED,
                                   .value = r.value,
                                   .error = r.error,
                                   .cause = r.cause};
}

/* What the thread has allocated is freed by the loop, so it is handed over; and so is, to the
 * thread, what has come of it before a pause. */
static void bucket_do(uv_work_t *work)
{
    struct bucket_work *w = (struct bucket_work *)work;

    mem_take_over(w->reply.message);
    mem_take_over(w->reply.body.data);
    bucket_request_do(&w->request, &w->reply);
    mem_hand_over(w->reply.message);
    mem_hand_over(w->reply.body.data);
}

/* ---- threads ---- */

static void bucket_done(uv_work_t *work, int status);

static void bucket_to_thread(struct bucket_work *w)
{
    handlers *h = w->row->h;

    w->is_at_work = true;
    h->bucket_works++;
    mem_hand_over(w->reply.message);
    mem_hand_over(w->reply.body.data);
    uv_queue_work(h->loop, &w->work, bucket_do, bucket_done);
}

static void bucket_wait(struct bucket_work *w)
{
    struct bucket_queue *q = &w->row->h->bucket_queue;

    w->is_in_line = true;
    if (q->last)
        q->last->next = w;
    else
        q->first = w;
    q->last = w;
}

static void bucket_leave_line(struct bucket_work *w)
{
    struct bucket_queue *q = &w->row->h->bucket_queue;
    struct bucket_work **at = &q->first, *before = NULL;

    for (; *at != w; at = &(*at)->next)
        before = *at;
    *at = w->next;
    if (q->last == w)
        q->last = before;
    w->next = NULL;
    w->is_in_line = false;
}

static unsigned bucket_lanes(const handlers *h)
{
    return h->options.buckets_in_order ? 1 : LONG_AT_WORK;
}

/* One that takes long takes a lane, or waits in line for one. */
static void bucket_go(struct bucket_work *w)
{
    struct bucket_queue *q = &w->row->h->bucket_queue;

    if (w->is_long && q->at_work >= bucket_lanes(w->row->h)) {
        bucket_wait(w);
        return;
    }
    q->at_work += w->is_long;
    bucket_to_thread(w);
}

static void bucket_leave_lane(handlers *h)
{
    struct bucket_work *w = h->bucket_queue.first;

    h->bucket_queue.at_work--;
    if (!w)
        return;
    bucket_leave_line(w);
    bucket_go(w);
}

/* ---- locks that somebody else holds ---- */

static struct bucket_work *work_of_due(struct due_node *n)
{
    return (struct bucket_work *)(void *)((char *)n - offsetof(struct bucket_work, due));
}

static void bucket_set_timer(handlers *h);

/* It goes with those that take long: however many wait for a lock, other calls find a thread. */
static void bucket_pauses_over(uv_timer_t *timer)
{
    handlers *h = timer->data;
    struct due_heap *paused = &h->bucket_queue.paused;
    int64_t until_ms = due_heap_next_ms(paused);

    while (paused->count && due_heap_next_ms(paused) <= until_ms) {
        struct bucket_work *w = work_of_due(due_heap_first(paused));

        due_heap_remove(paused, &w->due);
        if (h->options.buckets_in_order) {
            bucket_to_thread(w);
        } else {
            w->is_long = true;
            bucket_go(w);
        }
    }
    bucket_set_timer(h);
}

static void bucket_set_timer(handlers *h)
{
    struct bucket_queue *q = &h->bucket_queue;
    int64_t now_ms = (int64_t)uv_now(h->loop), due_ms = due_heap_next_ms(&q->paused);

    if (!q->paused.count)
        return;
    if (!q->has_timer) {
        uv_timer_init(h->loop, &q->timer);
        q->timer.data = h;
        q->has_timer = true;
        h->open++;
    }
    uv_timer_start(&q->timer, bucket_pauses_over, due_ms > now_ms ? (uint64_t)(due_ms - now_ms) : 0,
                   0);
}

/* No change of ours takes as long as the patience: a program of another kind holds the lock, or one
 * that was halted. */
static bool bucket_is_patient(const struct bucket_work *w)
{
    return w->call && w->reply.is_locked && !w->request.is_last;
}

static void bucket_pause(struct bucket_work *w)
{
    struct bucket_queue *q = &w->row->h->bucket_queue;

    w->is_at_work = false;
    w->pause_ms = !w->pause_ms                  ? LEAST_PAUSE_MS
                  : w->pause_ms < MOST_PAUSE_MS ? 2 * w->pause_ms
                                                : w->pause_ms;
    w->paused_ms += w->pause_ms;
    w->request.is_last = w->paused_ms >= PATIENCE_MS;
    due_heap_set(&q->paused, &w->due,
                 (struct due_key){.due_ms = (int64_t)uv_now(w->row->h->loop) + w->pause_ms,
                                  .order = q->pauses++});
    bucket_set_timer(w->row->h);
}

/* ---- begin and end ---- */

/* One that was cancelled before its thread began has no reply, and nobody waits for one. Where the
 * order of calls counts, one that pauses keeps its lane, so that none overtakes it. */
static void bucket_done(uv_work_t *work, int status)
{
    struct bucket_work *w = (struct bucket_work *)work;
    handlers *h = w->row->h;
    struct task_call *call = w->call;
    struct handler_answer answer = {0};

    if (status != UV_ECANCELED) {
        mem_take_over(w->reply.message);
        mem_take_over(w->reply.body.data);
    }
    h->bucket_works--;
    bool again = bucket_is_patient(w);
    if (w->is_long && !(again && h->options.buckets_in_order))
        bucket_leave_lane(h);
    if (again) {
        bucket_pause(w);
        return;
    }
    if (call)
        answer = bucket_answer_of(w);
    else
        slot_free(w->row);
    bucket_work_free(w);
    if (!call)
        return;
    if (h->options.buckets_in_order)
        task_call_fill(call, &answer);
    else
        task_call_done(call, &answer);
}

static void bucket_begin(struct bucket_work *w)
{
    bool in_order = w->call->h->options.buckets_in_order;

    w->call->work = w;
    w->is_long = in_order || bucket_request_is_long(&w->request);
    if (in_order)
        task_call_keep_place(w->call);
    bucket_go(w);
}

/* AWS's text, and what to do about it. */
static void bucket_refuse_nowhere(struct bucket_work *w)
{
    const char *bucket = w->request.bucket;
    struct buf todo = {0};

    advice_bucket(&todo, bucket);
    buf_adds(&todo, "say where S3 is: ");
    endpoints_say("S3", &todo);
    bucket_refuse(&w->reply, "NoSuchBucket", "The specified bucket does not exist: %s",
                  buf_str(&todo));
    buf_clear(&todo);
}

/* Mistakes of the call are told without a thread; the answer waits for the loop's next round. */
static void bucket_start(struct task_call *call)
{
    struct bucket_work *w = mem_calloc(1, sizeof *w);
    const struct aws_body body = endpoint_raw_body(call);
    struct aws_call asked;
    const struct aws_caller caller = {call->execution, call->key};
    struct handler_answer answer = {0};
    struct diag why = {0};

    w->row = call->row;
    w->call = call;
    w->request.folder = call->row->folder;
    w->request.stop = &w->stop;
    w->request.probe = call->probe;
    w->request.most = call->raw ? HANDLER_RAW_MOST : call->h->options.max_output;
    bool known = aws_call_read(&call->resource, &w->aws, &why);
    asked = w->aws;
    if (body.bytes)
        asked.body = &body;
    if (!known) {
        answer = answer_failed(ASL_RUNTIME,
                               json_stringf("No bucket can serve '%s'%s%s", call->target,
                                            why.text ? ": " : "", why.text ? why.text : ""));
    } else if (!endpoint_may_start(call, &why) ||
               !aws_request_make(&asked, call->payload, &caller, &w->request.http, &why)) {
        answer = answer_failed(ASL_RUNTIME, cause_of_refusal(call, why.text));
    } else if (!bucket_request_make(&w->request, call, w->aws.operation.name, &w->reply)) {
        answer = bucket_answer_of(w);
    } else if (!w->request.folder) {
        bucket_refuse_nowhere(w);
        answer = bucket_answer_of(w);
    } else {
        bucket_begin(w);
        return;
    }
    diag_clear(&why);
    bucket_work_free(w);
    task_call_ready(call, &answer);
}

/* A thread that has begun sees that it is to stop, and the slot is taken until it has. */
static bool bucket_cancel(struct task_call *call)
{
    struct bucket_work *w = call->work;
    handlers *h = call->h;

    if (!w->is_at_work) {
        if (w->is_in_line)
            bucket_leave_line(w);
        else if (h->options.buckets_in_order)
            bucket_leave_lane(h);
        due_heap_remove(&h->bucket_queue.paused, &w->due);
        bucket_work_free(w);
        return false;
    }
    w->call = NULL;
    atomic_store(&w->stop, true);
    uv_cancel((uv_req_t *)&w->work);
    return true;
}

static void bucket_timer_closed(uv_handle_t *timer)
{
    handlers *h = timer->data;

    h->open--;
}

/* All calls are gone, so nothing pauses any more. */
static void bucket_close(handlers *h)
{
    if (h->bucket_queue.has_timer)
        uv_close((uv_handle_t *)&h->bucket_queue.timer, bucket_timer_closed);
    due_heap_clear(&h->bucket_queue.paused);
}

static bool bucket_is_closed(const handlers *h)
{
    return !h->bucket_works;
}

const struct handler_kind handler_bucket = {.field = "bucket",
                                            .start = bucket_start,
                                            .cancel = bucket_cancel,
                                            .serves = bucket_serves,
                                            .close = bucket_close,
                                            .is_closed = bucket_is_closed};
