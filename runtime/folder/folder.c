/*
 * Finds and reads the files of a folder. Everything is opened from the folder's descriptor by
 * openat2, which never leaves what is beneath; where the kernel has none, by names one after the
 * other without following any symbolic link. A path is never looked at before it is opened: what
 * was opened is asked what it is.
 */
#define _GNU_SOURCE /* O_PATH, syscall */

#include "runtime/folder/folder_impl.h"
#include "runtime/folder/folder_names.h"

#include "parsers/base/digest.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Files up to that size have their MD5 as ETag: they are read for it. Larger ones have N as if they
 * had come in parts of that size. */
enum { SMALL_BYTES = 1 << 20, PART_BYTES = 8 << 20 };

const char FOLDER_TOO_LARGE[] = "TooLarge";

/* ---- paths ---- */

bool folder_name_is_key(const char *name, size_t len)
{
    if (!len || (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))))
        return false;
    if (text_n_begins_with(name, len, FOLDER_TEMPORARY) || utf8_valid(name, len) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        /* U+FFFE and U+FFFF (EF BF BE, EF BF BF) are no characters of XML either. */
        if (c < 0x20 || c == 0x7f ||
            (c == 0xef && len - i > 2 && (unsigned char)name[i + 1] == 0xbf &&
             (unsigned char)name[i + 2] >= 0xbe))
            return false;
    }
    return true;
}

static bool refuse_key(struct diag *why, struct folder_key key, const char *reason)
{
    struct buf shown = {0};

    utf8_add_mended(&shown, key.text, key.len);
    diag_set(why, "InvalidRequest", 0, "The key '%s' can't be that of a file in a folder: %s",
             buf_str(&shown), reason);
    buf_clear(&shown);
    return false;
}

/* Says what folder_name_is_key doesn't like. */
static const char *fault_of_name(const char *name, size_t len)
{
    if (!len)
        return "it has an empty name between its slashes, or at an end";
    if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
        return "'.' and '..' are no names";
    if (text_n_begins_with(name, len, FOLDER_TEMPORARY))
        return "names that begin with '" FOLDER_TEMPORARY "' are those of files being written";
    return "it has control characters, or is no UTF-8";
}

bool folder_path_of(struct folder_key key, struct folder_path *out, struct diag *why)
{
    if (!key.len)
        return refuse_key(why, key, "it is empty");
    if (key.len > FOLDER_KEY_MOST) {
        diag_set(why, "KeyTooLongError", 0, "Your key is too long");
        return false;
    }
    for (size_t at = 0; at <= key.len;) {
        const char *slash = memchr(key.text + at, '/', key.len - at);
        size_t len = (slash ? (size_t)(slash - key.text) : key.len) - at;

        if (!folder_name_is_key(key.text + at, len))
            return refuse_key(why, key, fault_of_name(key.text + at, len));
        at += len + 1;
    }
    memcpy(out->text, key.text, key.len);
    out->text[key.len] = '\0';
    out->len = key.len;
    return true;
}

/* Goes down name by name. A name that is a symbolic link ends that. */
static int walk_open(int root, const char *path, int flags)
{
    int at = root, next;

    for (;;) {
        size_t len = strcspn(path, "/");
        bool last = path[len] == '\0';
        char *name = mem_strndup(path, len);

        next = openat(at, name, O_NOFOLLOW | O_CLOEXEC | (last ? flags : O_PATH | O_DIRECTORY));
        int error = errno;
        mem_free(name);
        if (at != root)
            close(at);
        errno = error;
        if (last || next < 0)
            return next;
        at = next;
        path += len + 1;
    }
}

/* RESOLVE_BENEATH refuses what is absolute or goes above the root, at each step of a link, too. */
static int beneath_open(int root, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;

    /* EAGAIN: something was renamed meanwhile, so that the kernel can't tell. */
    for (int tries = 0; tries < 100; tries++) {
        fd = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return (int)fd;
}

int folder_open_path(const object_folder *f, const char *path, int flags)
{
    int root = open(f->path, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, error;

    if (root < 0)
        return -1;
    if (f->links_out)
        fd = openat(root, path, flags | O_CLOEXEC);
    else if (f->walks)
        fd = walk_open(root, path, flags);
    else
        fd = beneath_open(root, path, flags);
    error = errno;
    close(root);
    errno = error;
    return fd;
}

/* ---- what is refused ---- */

bool folder_is_stopped(const atomic_bool *stop)
{
    return stop && atomic_load_explicit(stop, memory_order_relaxed);
}

bool folder_refuse_stopped(struct diag *why)
{
    diag_set(why, "OperationAborted", 0, "The call was given up");
    return false;
}

bool folder_refuse_no_key(struct diag *why)
{
    diag_set(why, "NoSuchKey", 0, "The specified key does not exist.");
    return false;
}

bool folder_refuse(struct diag *why, int error, const char *path, const char *doing)
{
    switch (error) {
    case EXDEV:
    case ELOOP:
        diag_set(why, "AccessDenied", 0,
                 "Access Denied: '%s' leads over a symbolic link that leaves the bucket's folder",
                 path);
        break;
    case EACCES:
    case EPERM:
    case EROFS:
        diag_set(why, "AccessDenied", 0, "Access Denied: '%s' can't be %s: %s", path, doing,
                 strerror(error));
        break;
    case ENAMETOOLONG: diag_set(why, "KeyTooLongError", 0, "Your key is too long"); break;
    default:
        diag_set(why, "InternalError", 0, "'%s' can't be %s: %s", path, doing, strerror(error));
    }
    return false;
}

/* ---- the folder ---- */

/* The path counts from where the process is now. */
static char *whole_path_of(const char *path)
{
    char here[PATH_MAX];
    struct buf whole = {0};

    if (*path != '/' && getcwd(here, sizeof here))
        buf_printf(&whole, "%s/", here);
    buf_adds(&whole, path);
    return buf_take(&whole);
}

/*
 * The folder is found by its path at each call: one that is deleted, or moved away, and made anew
 * while a server runs is the bucket from then on.
 */
object_folder *folder_open(const char *path, unsigned how, struct diag *why)
{
    int root, probe;
    object_folder *f;

    /* ETags are digests: when many files are open it may be too late to get them. */
    if (!digest_ready(why))
        return NULL;
    root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        diag_set(why, "FOLDER", 0, "the folder '%s' can't be opened: %s", path, strerror(errno));
        return NULL;
    }
    f = mem_calloc(1, sizeof *f);
    f->path = whole_path_of(path);
    f->durable = how & FOLDER_DURABLE;
    f->links_out = how & FOLDER_LINKS_OUT;
    f->names = kept_names_new();
    f->mutex = mem_alloc(sizeof *f->mutex);
    pthread_mutex_init(f->mutex, NULL);
    f->next_sweep_s = mem_alloc(sizeof *f->next_sweep_s);
    atomic_init(f->next_sweep_s, 0);
    /* Kernels before 5.6 don't know openat2, and some sandboxes forbid it. */
    probe = beneath_open(root, ".", O_PATH);
    if (probe >= 0)
        close(probe);
    else
        f->walks = true;
    close(root);
    return f;
}

const char *folder_path(const object_folder *f)
{
    return f->path;
}

void folder_free(object_folder *f)
{
    if (!f)
        return;
    kept_names_free(f->names);
    pthread_mutex_destroy(f->mutex);
    mem_free(f->mutex);
    mem_free(f->next_sweep_s);
    mem_free(f->path);
    mem_free(f);
}

/* ---- files ---- */

/*
 * A pipe or a device is not even opened for reading: that alone can block, or do something. What
 * was found is opened once more, and must be a file still.
 */
int folder_open_file(const object_folder *f, const char *path, struct stat *st, struct diag *why)
{
    int fd = folder_open_path(f, path, O_PATH);
    bool is_file = fd >= 0 && !fstat(fd, st) && S_ISREG(st->st_mode);

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR) {
        folder_refuse(why, errno, path, "read");
        return -1;
    }
    if (fd >= 0)
        close(fd);
    if (is_file) {
        fd = folder_open_path(f, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (fd >= 0 && !fstat(fd, st) && S_ISREG(st->st_mode))
            return fd;
        int error = errno;
        if (fd >= 0)
            close(fd);
        if (fd < 0 && error != ENOENT && error != ENOTDIR) {
            folder_refuse(why, error, path, "read");
            return -1;
        }
    }
    folder_refuse_no_key(why);
    return -1;
}

static int64_t modified_ms(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static void write_etag(const unsigned char sum[16], uint64_t parts, char out[FOLDER_ETAG_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    size_t n = 0;

    out[n++] = '"';
    for (size_t i = 0; i < 16; i++) {
        out[n++] = digits[sum[i] >> 4];
        out[n++] = digits[sum[i] & 15];
    }
    if (parts)
        n += (size_t)snprintf(out + n, FOLDER_ETAG_SIZE - n, "-%" PRIu64, parts);
    out[n++] = '"';
    out[n] = '\0';
}

/* Reads all of the file through `md`. Returns false with errno set. */
static bool digest_file(int fd, digest *md)
{
    char piece[16 << 10];
    uint64_t at = 0;

    for (;;) {
        ssize_t got = pread(fd, piece, sizeof piece, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        digest_add(md, piece, (size_t)got);
        at += (uint64_t)got;
    }
}

/* A file that is replaced has another inode, one that is written another time or size. */
static void digest_identity(const struct stat *st, digest *md)
{
    char text[128];
    int len =
        snprintf(text, sizeof text, "%" PRId64 " %" PRId64 ".%09ld %" PRIu64, (int64_t)st->st_size,
                 (int64_t)st->st_mtim.tv_sec, (long)st->st_mtim.tv_nsec, (uint64_t)st->st_ino);

    digest_add(md, text, (size_t)len);
}

bool folder_describe(int fd, const struct stat *st, struct folder_object *out, struct diag *why)
{
    digest *md = digest_new(DIGEST_MD5);
    unsigned char sum[DIGEST_MAX];
    uint64_t size = (uint64_t)st->st_size;
    bool is_small = size <= SMALL_BYTES, good = md;

    *out = (struct folder_object){.size = size, .modified_ms = modified_ms(st)};
    if (!good)
        diag_set(why, "InternalError", 0, "libcrypto has no MD5, of which ETags are made");
    if (good && is_small && !digest_file(fd, md))
        good = folder_refuse(why, errno, "the file", "read");
    if (good && !is_small)
        digest_identity(st, md);
    if (good) {
        digest_end(md, sum);
        write_etag(sum, is_small ? 0 : (size + PART_BYTES - 1) / PART_BYTES, out->etag);
    }
    digest_free(md);
    return good;
}

/* ---- conditions ---- */

/* The list is as in a header: "a", W/"b", or "*" for whatever is there; quotes may be missing. */
static bool has_etag(const char *list, const char *etag)
{
    size_t bare = strlen(etag) - 2;

    for (const char *p = list; *p;) {
        p += strspn(p, " \t,");
        if (text_begins_with(p, "W/"))
            p += 2;
        size_t len = strcspn(p, " \t,");
        if ((len == 1 && *p == '*') || (len == bare + 2 && !memcmp(p, etag, len)) ||
            (len == bare && !memcmp(p, etag + 1, len)))
            return true;
        p += len;
    }
    return false;
}

bool folder_precondition_failed(struct diag *why)
{
    diag_set(why, "PreconditionFailed", 0,
             "At least one of the pre-conditions you specified did not hold");
    return false;
}

/* Headers have whole seconds, so the rest of the file's does not count. */
static bool modified_after(const struct folder_object *o, int64_t ms)
{
    return o->modified_ms / 1000 > ms / 1000;
}

/* An ETag says more than a time: where both are given, it alone counts. */
bool folder_meets(const struct folder_conditions *when, const struct folder_object *o,
                  struct diag *why)
{
    if (when->match && (!o || !has_etag(when->match, o->etag)))
        return folder_precondition_failed(why);
    if (!o)
        return true;
    if (!when->match && when->has_until && modified_after(o, when->until_ms))
        return folder_precondition_failed(why);
    if (when->none_match ? has_etag(when->none_match, o->etag)
                         : when->has_since && !modified_after(o, when->since_ms)) {
        diag_set(why, "NotModified", 0, "Not Modified");
        return false;
    }
    return true;
}

/* ---- reading ---- */

static bool read_number(const char **p, uint64_t *out)
{
    char *end;

    if (**p < '0' || **p > '9')
        return false;
    errno = 0;
    *out = strtoull(*p, &end, 10);
    *p = end;
    return true;
}

/* bytes=FIRST-LAST, bytes=FIRST-, bytes=-COUNT (the last ones). As S3 has it, what is none of these
 * asks for all. */
static bool find_part(const char *range, uint64_t size, struct folder_part *part, struct diag *why)
{
    uint64_t first = 0, last = UINT64_MAX;
    const char *p = range && text_begins_with(range, "bytes=") ? range + strlen("bytes=") : "";
    bool has_first = read_number(&p, &first), has_last = false;

    *part = (struct folder_part){.len = size};
    if (*p == '-') {
        p++;
        has_last = read_number(&p, &last);
    } else {
        return true;
    }
    if (*p || (!has_first && !has_last) || (has_first && has_last && last < first))
        return true;
    part->is_range = true;
    if (!has_first) {
        part->len = last < size ? last : size;
        part->from = size - part->len;
    } else if (first < size) {
        part->from = first;
        part->len = (last < size - 1 ? last : size - 1) - first + 1;
    } else {
        part->len = 0;
    }
    if (part->len)
        return true;
    diag_set(why, "InvalidRange", 0, "The requested range is not satisfiable");
    return false;
}

/* Returns the open file, which meets the conditions; -1 with *why filled. */
static int open_asked(const object_folder *f, const struct folder_ask *ask,
                      struct folder_object *out, struct folder_part *part, struct diag *why)
{
    struct folder_path path;
    struct folder_object o;
    struct stat st;
    int fd = -1;

    if (folder_path_of(ask->key, &path, why))
        fd = folder_open_file(f, path.text, &st, why);
    if (fd < 0)
        return -1;
    if (folder_describe(fd, &st, &o, why) && folder_meets(&ask->when, &o, why) &&
        find_part(ask->range, o.size, part, why)) {
        *out = o;
        return fd;
    }
    close(fd);
    return -1;
}

bool folder_head(const object_folder *f, const struct folder_ask *ask, struct folder_object *out,
                 struct folder_part *part, struct diag *why)
{
    int fd = open_asked(f, ask, out, part, why);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* A file that has become shorter gives less than was promised: that is an error, and no end. */
static bool folder_read_part(int fd, const struct folder_part *part, struct buf *body,
                             struct diag *why)
{
    char *to = buf_reserve(body, (size_t)part->len);
    size_t done = 0;

    while (done < part->len) {
        ssize_t got = pread(fd, to + done, (size_t)part->len - done, (off_t)(part->from + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return folder_refuse(why, errno, "the file", "read");
        if (got == 0) {
            diag_set(why, "InternalError", 0, "The file became shorter while it was read");
            return false;
        }
        done += (size_t)got;
    }
    body->len += done;
    return true;
}

bool folder_get(const object_folder *f, const struct folder_ask *ask, size_t most,
                struct folder_object *out, struct folder_part *part, struct buf *body,
                struct diag *why)
{
    int fd = open_asked(f, ask, out, part, why);
    bool good = fd >= 0;

    if (good && part->len > most) {
        diag_set(why, FOLDER_TOO_LARGE, 0, "The object is larger than may be read at once");
        good = false;
    }
    good = good && folder_read_part(fd, part, body, why);
    if (fd >= 0)
        close(fd);
    return good;
}
