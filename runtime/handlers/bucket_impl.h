#ifndef RUNTIME_HANDLERS_BUCKET_IMPL_H
#define RUNTIME_HANDLERS_BUCKET_IMPL_H

/*
 * What the files of handlers of kind bucket share: bucket.c finds the folder of a call and has a
 * thread do the work, bucket_answer.c does it: it reads a request of S3 and answers it as S3 would.
 */

#include "parsers/base/arena.h"
#include "runtime/aws/aws.h"
#include "runtime/folder/folder.h"
#include "runtime/handlers/handlers_impl.h"

struct bucket_action;

/* One of several objects that are to be deleted. */
struct bucket_doomed {
    struct folder_key key;
    const char *etag;  /* NULL: whatever it is */
    bool of_a_version; /* of one that there is not */
};

/* A request to a bucket. The thread looks at it; texts live in `texts` or in `http`. */
struct bucket_request {
    const struct bucket_action *action;
    const object_folder *folder;
    const char *bucket;
    struct aws_request http;
    struct arena texts;
    const atomic_bool *stop;       /* nobody waits for it any more */
    struct folder_ask ask;         /* what is read; of a copy, the object that is copied */
    struct folder_key key;         /* what is written or deleted */
    struct folder_conditions when; /* … if what is there is as the request wants it */
    const object_folder *source;   /* of a copy: the folder of the object that is copied */
    struct folder_query query;     /* a list */
    bool url_encoded;              /* and how its texts are written */
    struct bucket_doomed *keys;    /* that are deleted */
    size_t key_count;
    const char *upload;               /* of an upload in parts: its id */
    int64_t part;                     /* the number of one that is put */
    struct folder_upload_part *parts; /* that make the object */
    size_t part_count;
    bool quiet;   /* only those are told of that could not be deleted */
    bool probe;   /* of a HeadObject: it is only asked whether the object could be put */
    bool is_last; /* who holds a lock is waited for no longer */
    size_t most;  /* bytes of an object that may be read */
};

/* What comes of it. The thread makes it and hands its memory over to the loop's. */
struct bucket_reply {
    int status;       /* 200 and so on; 0: not yet known */
    const char *code; /* of an error; NULL: there is none */
    char *message;
    bool too_large;   /* more than may be read at once */
    bool is_locked;   /* somebody else holds a lock: it may be asked once more, with this reply */
    size_t keys_done; /* of those that are deleted, which `body` tells of */
    struct folder_object object;
    struct folder_part part;
    struct buf body;
};

/*
 * Makes the request of a task call. Returns false with *reply filled when it is answered at once,
 * by an error.
 */
bool bucket_request_make(struct bucket_request *q, const struct task_call *call, const char *action,
                         struct bucket_reply *reply);
void bucket_request_clear(struct bucket_request *q);
/* Returns whether it may take long: a list, or a copy, as against one object that fits in memory.
 */
bool bucket_request_is_long(const struct bucket_request *q);
/* Does the work: in a thread, which may wait for the disk. Does the rest of it when `reply` is the
 * locked one of the time before. */
void bucket_request_do(const struct bucket_request *q, struct bucket_reply *reply);
/* Makes the headers of the answer: an object name: text. */
json *bucket_reply_headers(const struct bucket_request *q, const struct bucket_reply *reply);
/* Makes the body of an answer that is an error. */
void bucket_reply_error(const struct bucket_request *q, const struct bucket_reply *reply,
                        struct buf *out);
/* Fills a reply that is an error of S3. */
void bucket_refuse(struct bucket_reply *reply, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- bucket_request.c ---- */

/* Returns the value of a header; NULL: the request doesn't have it. */
const char *bucket_header(const struct bucket_request *q, const char *name);
/* Returns false with *reply filled when the request has a condition that only other buckets know.
 */
bool bucket_knows_headers(const struct bucket_request *q, struct bucket_reply *reply);
/* Reads the bucket and the key. */
void bucket_read_path(struct bucket_request *q);
/* Read what an action alone has. Return false with *reply filled when it is refused. */
typedef bool bucket_read(struct bucket_request *q, const struct task_call *call,
                         struct bucket_reply *reply);
bucket_read bucket_read_object, bucket_read_delete, bucket_read_put, bucket_read_upload,
    bucket_read_parts, bucket_read_copy, bucket_read_list, bucket_read_keys;

/* Returns the folder of a bucket of the set; NULL: it has none of that name. */
const object_folder *bucket_folder(const handlers *h, const char *name, size_t len);

#endif
