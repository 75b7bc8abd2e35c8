#ifndef RUNTIME_FOLDER_FOLDER_H
#define RUNTIME_FOLDER_FOLDER_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A folder of files as a bucket of S3: each regular file beneath it is an object, and its path from
 * there, with slashes, is the object's key. Nothing outside of the folder is read or written,
 * whatever a key says or a symbolic link leads to. Other things than files are no objects, nor are
 * files whose names are no UTF-8 or have control characters.
 *
 * All functions but folder_free may be called by several threads at once, and may block. What they
 * refuse has one of S3's codes in why->code ("NoSuchKey", "PreconditionFailed", …), and S3's
 * message, or one of ours, in why->text. Calls that may take long look at a `stop` (NULL: none),
 * and end as soon as another thread sets it: as refused, with nothing written.
 *
 * Calls that change an object need the lock of the folder that it is in, and wait for it no longer
 * than two milliseconds: who wants to be patient makes the call once more when folder_was_locked.
 */
typedef struct object_folder object_folder;

/* Returns whether a call was refused, with nothing done, as somebody else held the lock of an
 * object's folder. */
bool folder_was_locked(const struct diag *why);

/* What an object's key may have at most, in bytes, as on S3. */
enum { FOLDER_KEY_MOST = 1024 };
enum { FOLDER_ETAG_SIZE = 64 };

enum {
    FOLDER_DURABLE = 1,   /* what is put is on the disk before folder_put returns */
    FOLDER_LINKS_OUT = 2, /* symbolic links may leave the folder: who opens it has made them */
};

/* Opens the folder at `path`, which must be there, and is found by that path from then on; `how` is
 * FOLDER_… or 0. Returns NULL with *why filled when it can't be opened. */
object_folder *folder_open(const char *path, unsigned how, struct diag *why);
/* Returns its path from the root of the file system on: a look. */
const char *folder_path(const object_folder *f);
void folder_free(object_folder *f);

struct folder_object {
    uint64_t size;
    int64_t modified_ms; /* since 1970 */
    /* With its quotes: the MD5 of a small file's bytes; of a larger one, "…-N" where … is made of
     * size, time of change (ns) and inode, so that nobody has to read it. */
    char etag[FOLDER_ETAG_SIZE];
};

/*
 * Under which conditions a call is to be done: RFC 9110, section 13. Empty is none. Calls that
 * change an object take `match` and `none_match`, and no other call, of this process or another,
 * changes it between the look at it and the change. A file system that can't lock folders (NFS)
 * makes that so for one process only; programs that write the files themselves know nothing of it.
 */
struct folder_conditions {
    const char *match, *none_match; /* lists of ETags, or "*"; NULL: any */
    bool has_since, has_until;
    int64_t since_ms; /* it was modified after that; counts without `none_match` only */
    int64_t until_ms; /* it was not; counts without `match` only */
    bool has_size;    /* an upload's object is to have so many bytes */
    uint64_t size;
    const atomic_bool *stop;
};

/* A key, which need not end with a NUL. */
struct folder_key {
    const char *text;
    size_t len;
};

struct folder_ask {
    struct folder_key key;
    struct folder_conditions when;
    const char *range; /* "bytes=0-99", "bytes=100-", "bytes=-10"; NULL, or another form: all */
};

/* What of an object is asked for. */
struct folder_part {
    bool is_range;
    uint64_t from, len;
};

/* Tells of an object, and of the part that is asked for. */
bool folder_head(const object_folder *f, const struct folder_ask *ask, struct folder_object *out,
                 struct folder_part *part, struct diag *why);
/*
 * Reads an object, or the part that is asked for, into `body`. Refuses more than `most` bytes with
 * the code FOLDER_TOO_LARGE.
 */
bool folder_get(const object_folder *f, const struct folder_ask *ask, size_t most,
                struct folder_object *out, struct folder_part *part, struct buf *body,
                struct diag *why);
extern const char FOLDER_TOO_LARGE[];

/*
 * Writes an object, whole or not at all: whoever reads it meanwhile gets the one that was there.
 * Folders are made as needed.
 */
bool folder_put(const object_folder *f, struct folder_key key, const char *bytes, size_t len,
                const struct folder_conditions *when, struct folder_object *out, struct diag *why);
/* Returns whether an object of that key could be put, as far as that can be told without writing
 * anything; else fills *why as folder_put would. */
bool folder_may_put(const object_folder *f, struct folder_key key, struct diag *why);
/* Copies the object that `ask` names in `from` to a key of `to`, whole or not at all; a range does
 * not count. `when` is for the object that is replaced. */
bool folder_copy(const object_folder *from, const struct folder_ask *ask, const object_folder *to,
                 struct folder_key key, const struct folder_conditions *when,
                 struct folder_object *out, struct diag *why);
/*
 * Writes an object in parts, as S3's multipart uploads do. What was put waits beside the objects
 * and outlives the process, until the upload is completed or aborted; it is not listed.
 */
enum { FOLDER_UPLOAD_ID = 33, FOLDER_PARTS_MOST = 10000 };

/* Begins an upload, and makes its id. Once an hour it deletes uploads that nobody can want. */
bool folder_upload_begin(const object_folder *f, struct folder_key key, const atomic_bool *stop,
                         char id[FOLDER_UPLOAD_ID], struct diag *why);
/* Puts part `number`, 1 and up, in place of one of that number. Of `out` the ETag names it. */
bool folder_upload_put(const object_folder *f, struct folder_key key, const char *id,
                       int64_t number, const char *bytes, size_t len, struct folder_object *out,
                       struct diag *why);

struct folder_upload_part {
    int64_t number;
    const char *etag;
};

/* Makes the object of the parts, whose numbers rise, and forgets the upload. */
bool folder_upload_complete(const object_folder *f, struct folder_key key, const char *id,
                            const struct folder_upload_part *parts, size_t count,
                            const struct folder_conditions *when, struct folder_object *out,
                            struct diag *why);
bool folder_upload_abort(const object_folder *f, struct folder_key key, const char *id,
                         struct diag *why);

/* Deletes an object, and the folders that are empty then. It is no error that there is none, unless
 * there is a condition. */
bool folder_delete(const object_folder *f, struct folder_key key,
                   const struct folder_conditions *when, struct diag *why);

/* A list of objects in the order of their keys' bytes. All texts are looks, and may be empty. */
struct folder_query {
    struct folder_key prefix;    /* keys that begin with that */
    struct folder_key delimiter; /* keys that have it behind the prefix are listed up to there */
    struct folder_key after;     /* keys that come behind that */
    struct folder_key token;     /* of the page before, instead of `after` */
    size_t most;                 /* objects and common prefixes of the page, at most 1,000 */
    const atomic_bool *stop;
};

struct folder_entry {
    char *key;
    bool is_prefix; /* it stands for all keys that begin with it */
    struct folder_object object;
};

/* A page of the list. */
struct folder_page {
    struct folder_entry *entries;
    size_t count, cap;
    char *token; /* for the next page; NULL: this is the last one */
};

/* Fills *page, which folder_page_clear empties. While a list goes on, up to 32 MiB of names of
 * folders are kept with the bucket, so that a page costs what is on it. */
bool folder_list(const object_folder *f, const struct folder_query *query, struct folder_page *page,
                 struct diag *why);
void folder_page_clear(struct folder_page *page);

#endif
