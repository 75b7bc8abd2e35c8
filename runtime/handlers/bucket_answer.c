/*
 * Answers requests of S3 from files. A row of the table below for each action: what is read of the
 * request (bucket_request.c), in the loop; what is done with the files, in a thread; and which
 * headers the answer has.
 * Errors have S3's codes and texts, of which aws_answer_read makes those of the Task.
 */
#include "runtime/handlers/bucket_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/percent.h"
#include "parsers/base/timestamp.h"
#include "runtime/http/message.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

enum {
    HAS_OBJECT = 1, /* its answer tells of one by headers */
    HAS_PART = 2,   /* … and of the part of it */
    IS_HEAD = 4,    /* errors have no body */
    IS_LONG = 8,    /* it may go through many files, or large ones */
};

struct bucket_action {
    const char *name;
    unsigned flags;
    bucket_read *read; /* NULL: it has nothing of its own */
    bool (*act)(const struct bucket_request *q, struct bucket_reply *reply, struct diag *why);
};

/* ---- errors ---- */

static const struct {
    const char *code;
    int status;
} statuses[] = {
    {"NotModified", 304},      {"InvalidArgument", 400},    {"InvalidRequest", 400},
    {"KeyTooLongError", 400},  {"MalformedXML", 400},       {"AccessDenied", 403},
    {"NoSuchBucket", 404},     {"NoSuchKey", 404},          {"NoSuchVersion", 404},
    {"NoSuchUpload", 404},     {"InvalidPart", 400},        {"InvalidPartOrder", 400},
    {"BadDigest", 400},        {"InvalidDigest", 400},      {"ConditionalRequestConflict", 409},
    {"OperationAborted", 409}, {"PreconditionFailed", 412}, {"InvalidRange", 416},
    {"InternalError", 500},    {"NotImplemented", 501},
};

void bucket_refuse(struct bucket_reply *reply, const char *code, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    reply->status = 500;
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (!strcmp(statuses[i].code, code))
            reply->status = statuses[i].status;
    reply->code = code;
    reply->message = buf_take(&text);
}

/* ---- XML ---- */

/* Of control characters XML 1.0 takes only these three, and neither U+FFFE nor U+FFFF, which UTF-8
 * begins with EF BF. */
static size_t len_not_in_xml(const char *text, size_t len)
{
    bool is_control = (unsigned char)*text < ' ' && !(*text && strchr("\t\n\r", *text));
    bool is_none =
        len >= 3 && (!memcmp(text, "\xef\xbf\xbe", 3) || !memcmp(text, "\xef\xbf\xbf", 3));

    return is_control ? 1 : is_none ? 3 : 0;
}

/* A key may have what no XML can: U+FFFD stands for that, as the whole answer would be unreadable
 * otherwise. */
static void xml_write(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0, none; i < len; i += none ? none : 1) {
        none = len_not_in_xml(text + i, len - i);
        if (none) {
            buf_adds(out, "\xef\xbf\xbd");
            continue;
        }
        switch (text[i]) {
        case '&': buf_adds(out, "&amp;"); break;
        case '<': buf_adds(out, "&lt;"); break;
        case '>': buf_adds(out, "&gt;"); break;
        case '\r': buf_adds(out, "&#xD;"); break;
        default: buf_addc(out, text[i]);
        }
    }
}

static void xml_element(struct buf *out, const char *name, const char *text, size_t len)
{
    buf_printf(out, "<%s>", name);
    xml_write(out, text, len);
    buf_printf(out, "</%s>", name);
}

/* S3 lists times by whole seconds, as headers have them. */
static void xml_time(struct buf *out, const char *name, int64_t ms)
{
    buf_printf(out, "<%s>", name);
    timestamp_write(out, ms / 1000 * 1000);
    buf_printf(out, "</%s>", name);
}

static void xml_etag(struct buf *out, const struct folder_object *o)
{
    xml_element(out, "ETag", o->etag, strlen(o->etag));
}

/* The answer to a HEAD has no body, so its errors say no more than their status; what S3 doesn't
 * know, it can say. */
void bucket_reply_error(const struct bucket_request *q, const struct bucket_reply *reply,
                        struct buf *out)
{
    bool is_plain =
        reply->status == 304 ||
        (q->action && q->action->flags & IS_HEAD &&
         (!strcmp(reply->code, "NoSuchKey") || !strcmp(reply->code, "NoSuchVersion") ||
          !strcmp(reply->code, "PreconditionFailed") || !strcmp(reply->code, "InvalidRange")));

    if (is_plain)
        return;
    buf_adds(out, "<Error>");
    xml_element(out, "Code", reply->code, strlen(reply->code));
    xml_element(out, "Message", reply->message, strlen(reply->message));
    buf_adds(out, "</Error>");
}

/* ---- headers ---- */

static void reply_header(struct json_build *b, const char *name, const char *text)
{
    json_build_set(b, name, json_cstring(text));
}

/* What S3 says of an object that was put without saying more of it. */
static void tell_object(struct json_build *b, const struct bucket_reply *reply)
{
    const struct folder_part *part = &reply->part;
    char date[HTTP_DATE_SIZE];

    http_date(reply->object.modified_ms, date);
    reply_header(b, "accept-ranges", "bytes");
    json_build_set(b, "content-length", json_stringf("%" PRIu64, part->len));
    if (part->is_range)
        json_build_set(b, "content-range",
                       json_stringf("bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, part->from,
                                    part->from + part->len - 1, reply->object.size));
    reply_header(b, "content-type", "binary/octet-stream");
    reply_header(b, "last-modified", date);
}

json *bucket_reply_headers(const struct bucket_request *q, const struct bucket_reply *reply)
{
    struct json_build b;

    json_build_object(&b, 8);
    if (!reply->code && q->action->flags & HAS_PART)
        tell_object(&b, reply);
    if (!reply->code && q->action->flags & HAS_OBJECT)
        reply_header(&b, "etag", reply->object.etag);
    return json_build_done(&b);
}

/* ---- what is done ---- */

/* These run in a thread: they look at the request and write the reply, and touch nothing else. */

static bool act_get(const struct bucket_request *q, struct bucket_reply *reply, struct diag *why)
{
    return folder_get(q->folder, &q->ask, q->most, &reply->object, &reply->part, &reply->body, why);
}

static bool act_head(const struct bucket_request *q, struct bucket_reply *reply, struct diag *why)
{
    if (q->probe)
        return folder_may_put(q->folder, q->ask.key, why);
    return folder_head(q->folder, &q->ask, &reply->object, &reply->part, why);
}

/* Returns the algorithm that a header has the checksum by, as in "x-amz-checksum-sha256"; NULL: it
 * has none. */
static const char *checksum_in(const char *header)
{
    static const char begin[] = "x-amz-checksum-";
    static const char *const others[] = {"algorithm", "mode", "type"};
    const char *name = header + strlen(begin);

    if (!strcasecmp(header, "content-md5"))
        return "MD5";
    if (strncasecmp(header, begin, strlen(begin)) != 0)
        return NULL;
    for (size_t i = 0; i < COUNT(others); i++)
        if (!strcasecmp(name, others[i]))
            return NULL;
    return name;
}

static void refuse_digest(const char *header, const char *algorithm, struct diag *why)
{
    char name[32];
    size_t len = 0;

    if (!strcasecmp(header, "content-md5")) {
        diag_set(why, "BadDigest", 0,
                 "The Content-MD5 you specified did not match what we received.");
        return;
    }
    for (; algorithm[len] && len < sizeof name - 1; len++)
        name[len] = algorithm[len] >= 'a' && algorithm[len] <= 'z'
                        ? (char)(algorithm[len] - ('a' - 'A'))
                        : algorithm[len];
    name[len] = '\0';
    diag_set(why, "BadDigest", 0, "The %s you specified did not match the calculated checksum.",
             name);
}

/* Returns whether the bytes are those whose checksum the request has. */
static bool body_is_right(const struct bucket_request *q, struct diag *why)
{
    bool good = true;

    for (size_t i = 0; good && i < q->http.header_count; i++) {
        const char *header = q->http.headers[i].name, *algorithm = checksum_in(header);
        struct buf sum = {0};

        if (!algorithm)
            continue;
        if (!aws_checksum(algorithm, &q->http.body, &sum)) {
            diag_set(why, "NotImplemented", 0,
                     "A header you provided implies functionality that is not implemented: %s",
                     header);
            good = false;
        } else if (strcmp(buf_str(&sum), q->http.headers[i].value) != 0) {
            refuse_digest(header, algorithm, why);
            good = false;
        }
        buf_clear(&sum);
    }
    return good;
}

static bool act_put(const struct bucket_request *q, struct bucket_reply *reply, struct diag *why)
{
    const struct buf *body = &q->http.body;

    return body_is_right(q, why) && folder_put(q->folder, q->key, body->data ? body->data : "",
                                               body->len, &q->when, &reply->object, why);
}

static bool act_copy(const struct bucket_request *q, struct bucket_reply *reply, struct diag *why)
{
    struct buf *out = &reply->body;

    if (!folder_copy(q->source, &q->ask, q->folder, q->key, &q->when, &reply->object, why))
        return false;
    buf_adds(out, "<CopyObjectResult>");
    xml_time(out, "LastModified", reply->object.modified_ms);
    xml_etag(out, &reply->object);
    buf_adds(out, "</CopyObjectResult>");
    return true;
}

static bool act_delete(const struct bucket_request *q, struct bucket_reply *reply, struct diag *why)
{
    reply->status = 204;
    return folder_delete(q->folder, q->key, &q->when, why);
}

static bool act_begin_upload(const struct bucket_request *q, struct bucket_reply *reply,
                             struct diag *why)
{
    struct buf *out = &reply->body;
    char id[FOLDER_UPLOAD_ID];

    if (!folder_upload_begin(q->folder, q->key, q->stop, id, why))
        return false;
    buf_adds(out, "<InitiateMultipartUploadResult>");
    xml_element(out, "Bucket", q->bucket, strlen(q->bucket));
    xml_element(out, "Key", q->key.text, q->key.len);
    xml_element(out, "UploadId", id, strlen(id));
    buf_adds(out, "</InitiateMultipartUploadResult>");
    return true;
}

static bool act_put_part(const struct bucket_request *q, struct bucket_reply *reply,
                         struct diag *why)
{
    const struct buf *body = &q->http.body;

    return body_is_right(q, why) &&
           folder_upload_put(q->folder, q->key, q->upload, q->part, body->data ? body->data : "",
                             body->len, &reply->object, why);
}

static bool act_complete_upload(const struct bucket_request *q, struct bucket_reply *reply,
                                struct diag *why)
{
    struct buf *out = &reply->body;

    if (!folder_upload_complete(q->folder, q->key, q->upload, q->parts, q->part_count, &q->when,
                                &reply->object, why))
        return false;
    buf_adds(out, "<CompleteMultipartUploadResult>");
    xml_element(out, "Bucket", q->bucket, strlen(q->bucket));
    xml_element(out, "Key", q->key.text, q->key.len);
    xml_etag(out, &reply->object);
    buf_adds(out, "</CompleteMultipartUploadResult>");
    return true;
}

static bool act_abort_upload(const struct bucket_request *q, struct bucket_reply *reply,
                             struct diag *why)
{
    reply->status = 204;
    return folder_upload_abort(q->folder, q->key, q->upload, why);
}

static bool delete_one(const struct bucket_request *q, const struct bucket_doomed *d,
                       struct diag *why)
{
    const struct folder_conditions when = {.match = d->etag, .stop = q->stop};

    if (!d->of_a_version)
        return folder_delete(q->folder, d->key, &when, why);
    diag_set(why, "NoSuchVersion", 0, "The specified version does not exist.");
    return false;
}

/* Each key is on its own: one that can't be deleted is told of in the answer, which is no error. */
static bool act_delete_keys(const struct bucket_request *q, struct bucket_reply *reply,
                            struct diag *why)
{
    struct buf *out = &reply->body;

    if (!out->len)
        buf_adds(out, "<DeleteResult>");
    for (; reply->keys_done < q->key_count && !atomic_load(q->stop); reply->keys_done++) {
        const struct bucket_doomed *doomed = &q->keys[reply->keys_done];
        const struct folder_key *key = &doomed->key;
        if (delete_one(q, doomed, why)) {
            if (q->quiet)
                continue;
            buf_adds(out, "<Deleted>");
            xml_element(out, "Key", key->text, key->len);
            buf_adds(out, "</Deleted>");
            continue;
        }
        if (folder_was_locked(why) && !q->is_last)
            return false;
        buf_adds(out, "<Error>");
        xml_element(out, "Key", key->text, key->len);
        xml_element(out, "Code", why->code, strlen(why->code));
        xml_element(out, "Message", why->text, strlen(why->text));
        buf_adds(out, "</Error>");
        diag_clear(why);
    }
    buf_adds(out, "</DeleteResult>");
    return true;
}

/* Texts that keys are made of, as the list was asked for. */
static void list_text(const struct bucket_request *q, struct buf *out, const char *name,
                      const char *text, size_t len)
{
    struct buf encoded = {0};

    if (q->url_encoded) {
        percent_encode(&encoded, text, len, true);
        text = buf_str(&encoded);
        len = encoded.len;
    }
    xml_element(out, name, text, len);
    buf_clear(&encoded);
}

static void list_asked(const struct bucket_request *q, struct buf *out)
{
    const struct folder_query *l = &q->query;

    xml_element(out, "Name", q->bucket, strlen(q->bucket));
    list_text(q, out, "Prefix", l->prefix.text ? l->prefix.text : "", l->prefix.len);
    if (l->delimiter.text)
        list_text(q, out, "Delimiter", l->delimiter.text, l->delimiter.len);
    if (l->after.text)
        list_text(q, out, "StartAfter", l->after.text, l->after.len);
    if (l->token.text)
        xml_element(out, "ContinuationToken", l->token.text, l->token.len);
    if (q->url_encoded)
        buf_adds(out, "<EncodingType>url</EncodingType>");
}

/* An object, or a common prefix of several. */
static void list_entry(const struct bucket_request *q, struct buf *out,
                       const struct folder_entry *e)
{
    buf_adds(out, e->is_prefix ? "<CommonPrefixes>" : "<Contents>");
    list_text(q, out, e->is_prefix ? "Prefix" : "Key", e->key, strlen(e->key));
    if (e->is_prefix) {
        buf_adds(out, "</CommonPrefixes>");
        return;
    }
    xml_time(out, "LastModified", e->object.modified_ms);
    xml_etag(out, &e->object);
    buf_printf(out, "<Size>%" PRIu64 "</Size><StorageClass>STANDARD</StorageClass></Contents>",
               e->object.size);
}

/* The whole page becomes XML here, in the thread, where time does not matter. */
static bool act_list(const struct bucket_request *q, struct bucket_reply *reply, struct diag *why)
{
    struct buf *out = &reply->body;
    struct folder_page page;

    if (!folder_list(q->folder, &q->query, &page, why))
        return false;
    buf_adds(out, "<ListBucketResult>");
    list_asked(q, out);
    buf_printf(out, "<KeyCount>%zu</KeyCount><MaxKeys>%zu</MaxKeys><IsTruncated>%s</IsTruncated>",
               page.count, q->query.most, page.token ? "true" : "false");
    if (page.token)
        xml_element(out, "NextContinuationToken", page.token, strlen(page.token));
    for (size_t i = 0; i < page.count; i++)
        list_entry(q, out, &page.entries[i]);
    buf_adds(out, "</ListBucketResult>");
    folder_page_clear(&page);
    return true;
}

/* That the bucket is there is all that is asked. */
static bool act_nothing(const struct bucket_request *q, struct bucket_reply *reply,
                        struct diag *why)
{
    (void)q, (void)reply, (void)why;
    return true;
}

/* ---- requests ---- */

static const struct bucket_action actions[] = {
    {"GetObject", HAS_OBJECT | HAS_PART, bucket_read_object, act_get},
    {"HeadObject", HAS_OBJECT | HAS_PART | IS_HEAD, bucket_read_object, act_head},
    {"PutObject", HAS_OBJECT, bucket_read_put, act_put},
    {"CopyObject", IS_LONG, bucket_read_copy, act_copy},
    {"DeleteObject", 0, bucket_read_delete, act_delete},
    {"DeleteObjects", IS_LONG, bucket_read_keys, act_delete_keys},
    {"ListObjectsV2", IS_LONG, bucket_read_list, act_list},
    {"CreateMultipartUpload", 0, NULL, act_begin_upload},
    {"UploadPart", HAS_OBJECT, bucket_read_upload, act_put_part},
    {"CompleteMultipartUpload", IS_LONG, bucket_read_parts, act_complete_upload},
    {"AbortMultipartUpload", 0, bucket_read_upload, act_abort_upload},
    {"HeadBucket", IS_HEAD, NULL, act_nothing},
};

/* Nothing is done half: who asks for more than files can do is told what they can. */
static void refuse_action(struct bucket_reply *reply, const char *action)
{
    struct buf known = {0};

    for (size_t i = 0; i < COUNT(actions); i++)
        buf_printf(&known, "%s%s", i ? ", " : "", actions[i].name);
    bucket_refuse(reply, "NotImplemented", "A bucket that is a folder has no %s: it has %s", action,
                  buf_str(&known));
    buf_clear(&known);
}

bool bucket_request_make(struct bucket_request *q, const struct task_call *call, const char *action,
                         struct bucket_reply *reply)
{
    bucket_read_path(q);
    q->when.stop = q->stop;
    for (size_t i = 0; i < COUNT(actions); i++)
        if (!strcmp(actions[i].name, action)) {
            q->action = &actions[i];
            return !q->folder || (bucket_knows_headers(q, reply) &&
                                  (!q->action->read || q->action->read(q, call, reply)));
        }
    if (q->folder)
        refuse_action(reply, action);
    return !q->folder;
}

bool bucket_request_is_long(const struct bucket_request *q)
{
    return q->action->flags & IS_LONG;
}

void bucket_request_clear(struct bucket_request *q)
{
    aws_request_clear(&q->http);
    arena_clear(&q->texts);
}

void bucket_request_do(const struct bucket_request *q, struct bucket_reply *reply)
{
    struct diag why = {0};

    if (reply->is_locked) {
        mem_free(reply->message);
        *reply = (struct bucket_reply){.body = reply->body, .keys_done = reply->keys_done};
    }
    if (q->action->act(q, reply, &why)) {
        if (!reply->status)
            reply->status = reply->part.is_range ? 206 : 200;
    } else if (why.code == FOLDER_TOO_LARGE) {
        reply->too_large = true;
    } else {
        reply->is_locked = folder_was_locked(&why);
        bucket_refuse(reply, why.code, "%s", why.text);
    }
    diag_clear(&why);
}
