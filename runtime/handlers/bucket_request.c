/*
 * Reads requests of S3 to a bucket that is a folder: keys, ranges, conditions, what is listed. This
 * runs in the loop, where parameters of the Task may be looked at; what the thread needs is copied.
 */
#include "runtime/handlers/bucket_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/percent.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* As many keys as S3 deletes by one call. */
enum { MOST_DELETED = 1000, MOST_LISTED = 1000 };

/* ---- what a request has ---- */

const char *bucket_header(const struct bucket_request *q, const char *name)
{
    for (size_t i = 0; i < q->http.header_count; i++)
        if (!strcasecmp(q->http.headers[i].name, name))
            return q->http.headers[i].value;
    return NULL;
}

/* The texts live as long as the request, which the thread has. */
static struct folder_key keep_decoded(struct bucket_request *q, const char *text, size_t len)
{
    struct buf decoded = {0};
    struct folder_key kept;

    percent_decode(&decoded, text, len);
    kept =
        (struct folder_key){arena_strndup(&q->texts, buf_str(&decoded), decoded.len), decoded.len};
    buf_clear(&decoded);
    return kept;
}

/* The value of a name in the query; its text is NULL when the request doesn't have it. */
static struct folder_key query_value(struct bucket_request *q, const char *name)
{
    const char *p = q->http.query.data ? buf_str(&q->http.query) : "";
    size_t n = strlen(name);

    while (*p) {
        size_t len = strcspn(p, "&");
        if (len > n && p[n] == '=' && !memcmp(p, name, n))
            return keep_decoded(q, p + n + 1, len - n - 1);
        p += len + (p[len] == '&');
    }
    return (struct folder_key){0};
}

/* A NUL belongs to a value like any other byte. */
static bool is_word(struct folder_key value, const char *word)
{
    return value.len == strlen(word) && !memcmp(value.text, word, value.len);
}

/* The path is /BUCKET or /BUCKET/KEY, encoded. */
void bucket_read_path(struct bucket_request *q)
{
    const char *path = buf_str(&q->http.path) + 1;
    size_t bucket = strcspn(path, "/");

    q->bucket = keep_decoded(q, path, bucket).text;
    if (path[bucket])
        q->key = keep_decoded(q, path + bucket + 1, strlen(path + bucket + 1));
}

static bool bucket_is_given(const json *v)
{
    return v && json_kind(v) != JSON_NULL;
}

/* What is no text is no object's ETag, and no version; nor is one with a NUL, which must not be cut
 * to what may be another object's. */
static const char *bucket_keep_text(struct bucket_request *q, const json *v)
{
    return json_is_string(v) && strlen(json_str(v)) == json_str_len(v)
               ? arena_strndup(&q->texts, json_str(v), json_str_len(v))
               : "";
}

/* A time stands in the Task's parameters as people write it. What is none would be a condition that
 * is passed over. */
static bool read_time(const struct task_call *call, const char *name, bool *has, int64_t *ms,
                      struct bucket_reply *reply)
{
    const json *v = aws_given(call->payload, name);
    struct timestamp t;

    if (!bucket_is_given(v))
        return true;
    if (!aws_time_read(v, &t)) {
        bucket_refuse(reply, "InvalidArgument", "%s is no time", name);
        return false;
    }
    *has = true;
    *ms = t.ms;
    return true;
}

/* Files have one version, which S3 calls null where a bucket keeps none. */
static bool has_version(struct bucket_request *q, struct bucket_reply *reply)
{
    struct folder_key version = query_value(q, "versionId");

    if (!version.text || is_word(version, "null"))
        return true;
    bucket_refuse(reply, "NoSuchVersion", "The specified version does not exist.");
    return false;
}

bool bucket_read_object(struct bucket_request *q, const struct task_call *call,
                        struct bucket_reply *reply)
{
    struct folder_conditions *when = &q->ask.when;

    q->ask.key = q->key;
    q->ask.range = bucket_header(q, "Range");
    when->match = bucket_header(q, "If-Match");
    when->none_match = bucket_header(q, "If-None-Match");
    if (!read_time(call, "IfModifiedSince", &when->has_since, &when->since_ms, reply) ||
        !read_time(call, "IfUnmodifiedSince", &when->has_until, &when->until_ms, reply))
        return false;
    if (query_value(q, "partNumber").text) {
        bucket_refuse(reply, "NotImplemented",
                      "A file in a folder has no parts: leave PartNumber out, or give a Range");
        return false;
    }
    return has_version(q, reply);
}

bool bucket_knows_headers(const struct bucket_request *q, struct bucket_reply *reply)
{
    /* S3 has these for directory buckets, and refuses them for others. */
    static const char *const others[] = {"x-amz-write-offset-bytes", "x-amz-if-match-size",
                                         "x-amz-if-match-last-modified-time",
                                         "x-amz-if-match-initiated-time"};

    for (size_t i = 0; i < COUNT(others); i++)
        if (bucket_header(q, others[i])) {
            bucket_refuse(reply, "NotImplemented",
                          "A header you provided implies functionality that is not implemented: %s",
                          others[i]);
            return false;
        }
    return true;
}

/* Where something is written, S3 knows an ETag that the object must have, or that there must be
 * none, and refuses anything else. */
static bool read_target(struct bucket_request *q, struct bucket_reply *reply)
{
    struct folder_conditions *when = &q->when;

    when->match = bucket_header(q, "If-Match");
    when->none_match = bucket_header(q, "If-None-Match");
    if (!when->none_match || (!strcmp(when->none_match, "*") && !when->match))
        return true;
    bucket_refuse(reply, "NotImplemented",
                  "A header you provided implies functionality that is not implemented: "
                  "If-None-Match is '*', and not together with If-Match");
    return false;
}

bool bucket_read_delete(struct bucket_request *q, const struct task_call *call,
                        struct bucket_reply *reply)
{
    (void)call;
    q->when.match = bucket_header(q, "If-Match");
    return has_version(q, reply);
}

bool bucket_read_put(struct bucket_request *q, const struct task_call *call,
                     struct bucket_reply *reply)
{
    (void)call;
    return read_target(q, reply);
}

/* ---- uploads in parts ---- */

bool bucket_read_upload(struct bucket_request *q, const struct task_call *call,
                        struct bucket_reply *reply)
{
    struct folder_key id = query_value(q, "uploadId"), part = query_value(q, "partNumber");

    (void)call, (void)reply;
    q->upload = id.text && strlen(id.text) == id.len ? id.text : "";
    q->part = part.text ? strtoll(part.text, NULL, 10) : 0;
    return true;
}

/* How large the object is to be. */
static bool read_size(struct bucket_request *q, struct bucket_reply *reply)
{
    const char *size = bucket_header(q, "x-amz-mp-object-size");
    char *end = NULL;

    q->when.has_size = size != NULL;
    q->when.size = size ? strtoull(size, &end, 10) : 0;
    if (size && (*size < '0' || *size > '9' || *end)) {
        bucket_refuse(reply, "InvalidRequest", "x-amz-mp-object-size must be a number of bytes");
        return false;
    }
    return true;
}

/* A part without an ETag can't be found. */
bool bucket_read_parts(struct bucket_request *q, const struct task_call *call,
                       struct bucket_reply *reply)
{
    const json *given = aws_given(call->payload, "MultipartUpload");
    const json *parts = given ? aws_given(given, "Parts") : NULL;
    size_t count = parts && json_is_array(parts) ? json_count(parts) : 0;
    bool good = count && count <= FOLDER_PARTS_MOST;

    bucket_read_upload(q, call, reply);
    if (!read_target(q, reply) || !read_size(q, reply))
        return false;
    q->parts = good ? arena_calloc(&q->texts, count, sizeof *q->parts) : NULL;
    for (size_t i = 0; good && i < count; i++) {
        const json *number = aws_given(json_at(parts, i), "PartNumber"),
                   *etag = aws_given(json_at(parts, i), "ETag");
        struct folder_upload_part *part = &q->parts[q->part_count++];
        part->etag = etag ? bucket_keep_text(q, etag) : "";
        good = number && aws_whole_read(number, &part->number);
    }
    if (!good)
        bucket_refuse(reply, "MalformedXML",
                      "The XML you provided was not well-formed or did not validate against our "
                      "published schema: MultipartUpload has 1 to %d Parts, each with its "
                      "PartNumber",
                      FOLDER_PARTS_MOST);
    return good;
}

/* ---- copies ---- */

/*
 * "orders/2026/a.csv", with its %XX, perhaps with a slash before it and ?versionId= behind. The
 * slash between bucket and key may be %2F, as who encodes all of it at once has it.
 */
static bool read_copied(struct bucket_request *q, const struct task_call *call,
                        struct bucket_reply *reply)
{
    const char *text = bucket_header(q, "x-amz-copy-source");

    text = text ? text : "";
    size_t len = strcspn(text, "?");
    struct folder_key all = keep_decoded(q, text, len);
    const char *name = all.text + (*all.text == '/');
    size_t bucket = strcspn(name, "/");
    if (name[bucket] != '/') {
        bucket_refuse(reply, "InvalidArgument",
                      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        return false;
    }
    q->source = bucket_folder(call->h, name, bucket);
    if (!q->source) {
        bucket_refuse(reply, "NoSuchBucket",
                      "The specified bucket does not exist: only from another folder can be copied "
                      "into a folder, so give --bucket %.*s=FOLDER",
                      (int)bucket, name);
        return false;
    }
    const char *key = name + bucket + 1;
    q->ask.key = (struct folder_key){key, (size_t)(all.text + all.len - key)};
    if (text[len] && strcmp(text + len, "?versionId=null") != 0) {
        bucket_refuse(reply, "NoSuchVersion", "The specified version does not exist.");
        return false;
    }
    return true;
}

bool bucket_read_copy(struct bucket_request *q, const struct task_call *call,
                      struct bucket_reply *reply)
{
    struct folder_conditions *when = &q->ask.when;
    const char *directive = bucket_header(q, "x-amz-metadata-directive");

    if (!read_copied(q, call, reply) || !read_target(q, reply))
        return false;
    when->match = bucket_header(q, "x-amz-copy-source-if-match");
    when->none_match = bucket_header(q, "x-amz-copy-source-if-none-match");
    if (!read_time(call, "CopySourceIfModifiedSince", &when->has_since, &when->since_ms, reply) ||
        !read_time(call, "CopySourceIfUnmodifiedSince", &when->has_until, &when->until_ms, reply))
        return false;
    bool same = q->source == q->folder && q->ask.key.len == q->key.len &&
                !memcmp(q->ask.key.text, q->key.text, q->key.len);
    if (same && !(directive && !strcmp(directive, "REPLACE"))) {
        bucket_refuse(reply, "InvalidRequest",
                      "This copy request is illegal because it is trying to copy an object to "
                      "itself without changing the object's metadata, storage class, website "
                      "redirect location or encryption attributes.");
        return false;
    }
    return true;
}

bool bucket_read_list(struct bucket_request *q, const struct task_call *call,
                      struct bucket_reply *reply)
{
    struct folder_key most = query_value(q, "max-keys"), encoding = query_value(q, "encoding-type");
    char *end = NULL;
    long long n = most.text ? strtoll(most.text, &end, 10) : MOST_LISTED;

    (void)call;
    if (most.text && (!most.len || *end || n < 0 || n > INT32_MAX)) {
        bucket_refuse(reply, "InvalidArgument",
                      "Argument maxKeys must be an integer between 0 and 2147483647");
        return false;
    }
    if (encoding.text && !is_word(encoding, "url")) {
        bucket_refuse(reply, "InvalidArgument", "Invalid Encoding Method specified in Request");
        return false;
    }
    q->url_encoded = encoding.text != NULL;
    q->query = (struct folder_query){.prefix = query_value(q, "prefix"),
                                     .delimiter = query_value(q, "delimiter"),
                                     .after = query_value(q, "start-after"),
                                     .token = query_value(q, "continuation-token"),
                                     .most = n < MOST_LISTED ? (size_t)n : MOST_LISTED,
                                     .stop = q->stop};
    if (q->query.token.text && !q->query.token.len) {
        bucket_refuse(reply, "InvalidArgument", "The continuation token provided is incorrect");
        return false;
    }
    return true;
}

/* Reads one of the objects to be deleted. Returns false when it has no key. */
static bool read_doomed(struct bucket_request *q, const json *object, struct bucket_doomed *out)
{
    const json *key = aws_given(object, "Key"), *etag = aws_given(object, "ETag"),
               *version = aws_given(object, "VersionId");

    if (!key || !json_is_string(key))
        return false;
    out->key = (struct folder_key){bucket_keep_text(q, key), json_str_len(key)};
    out->etag = bucket_is_given(etag) ? bucket_keep_text(q, etag) : NULL;
    out->of_a_version =
        bucket_is_given(version) && strcmp(bucket_keep_text(q, version), "null") != 0;
    return true;
}

/* The parameters are read, and not the XML made of them: keys are the same in both. */
bool bucket_read_keys(struct bucket_request *q, const struct task_call *call,
                      struct bucket_reply *reply)
{
    const json *given = aws_given(call->payload, "Delete");
    const json *objects = given ? aws_given(given, "Objects") : NULL,
               *quiet = given ? aws_given(given, "Quiet") : NULL;
    size_t count = objects && json_is_array(objects) ? json_count(objects) : 0;
    bool good = count && count <= MOST_DELETED;

    q->quiet = quiet && aws_truth_read(quiet, &q->quiet) && q->quiet;
    q->keys = good ? arena_calloc(&q->texts, count, sizeof *q->keys) : NULL;
    for (size_t i = 0; good && i < count; i++) {
        const json *object = json_at(objects, i);

        good = read_doomed(q, object, &q->keys[i]);
        if (good && (bucket_is_given(aws_given(object, "Size")) ||
                     bucket_is_given(aws_given(object, "LastModifiedTime")))) {
            bucket_refuse(reply, "NotImplemented",
                          "Size and LastModifiedTime of an object to be deleted are for directory "
                          "buckets: give its ETag");
            return false;
        }
    }
    q->key_count = count;
    if (!good)
        bucket_refuse(reply, "MalformedXML",
                      "The XML you provided was not well-formed or did not validate against our "
                      "published schema: Delete has 1 to %d Objects, each with its Key",
                      MOST_DELETED);
    return good;
}
