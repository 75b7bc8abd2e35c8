/*
 * Text that grows, and the one place where a file is read whole. A buffer keeps no NUL behind its
 * text: buf_str() puts one there when a C string is asked for.
 */

#include "parsers/base/buf.h"

#include "parsers/base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static __attribute__((noinline)) void buf_grow(struct buf *b, size_t more)
{
    assert(more < SIZE_MAX / 4 && b->len < SIZE_MAX / 4);
    b->cap = mem_grow(b->cap, b->len + more < 64 ? 64 : b->len + more);
    b->data = mem_realloc(b->data, b->cap);
}

static inline char *buf_room(struct buf *b, size_t more)
{
    if (!b->data || more > b->cap - b->len)
        buf_grow(b, more);
    return b->data + b->len;
}

char *buf_reserve(struct buf *b, size_t more)
{
    return buf_room(b, more);
}

void buf_add(struct buf *b, const char *bytes, size_t len)
{
    if (!len)
        return;
    memcpy(buf_room(b, len), bytes, len);
    b->len += len;
}

void buf_adds(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_addc(struct buf *b, char c)
{
    *buf_room(b, 1) = c;
    b->len++;
}

void buf_add_hex(struct buf *b, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    char *at = buf_reserve(b, 2 * len);

    for (size_t i = 0; i < len; i++) {
        at[2 * i] = digits[bytes[i] >> 4];
        at[2 * i + 1] = digits[bytes[i] & 15];
    }
    b->len += 2 * len;
}

void buf_add_int(struct buf *b, int64_t n)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;

    /* Two at a time: a time of day has 13. */
    for (; left >= 100; left /= 100) {
        digits[--at] = (char)('0' + left % 10);
        digits[--at] = (char)('0' + left / 10 % 10);
    }
    if (left >= 10)
        digits[--at] = (char)('0' + left % 10);
    digits[--at] = (char)('0' + (left >= 10 ? left / 10 : left));
    if (n < 0)
        digits[--at] = '-';
    buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

/* What most formatted texts are shorter than: causes of errors have about 200 bytes. */
enum { MOST_PRINTED = 256 };

/*
 * Most texts fit into what is there: they are formatted once. Only a longer one is formatted again,
 * into the room that the first try asked for.
 */
void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    int len;

    va_copy(again, args);
    buf_reserve(b, MOST_PRINTED);
    len = vsnprintf(b->data + b->len, b->cap - b->len, format, args);
    assert(len >= 0);
    if ((size_t)len >= b->cap - b->len) {
        buf_reserve(b, (size_t)len + 1);
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
    }
    va_end(again);
    b->len += (size_t)len;
}

const char *buf_str(struct buf *b)
{
    *buf_reserve(b, 1) = '\0';
    return b->data;
}

char *buf_take(struct buf *b)
{
    char *bytes;

    buf_str(b);
    bytes = b->data;
    *b = (struct buf){0};
    return bytes;
}

void buf_reset(struct buf *b)
{
    b->len = 0;
}

void buf_clear(struct buf *b)
{
    mem_free(b->data);
    *b = (struct buf){0};
}

/* How much room to read with, when nothing is known of what comes. */
enum { FIRST_READ = 65536 };

/* Returns how long the file is; 0: that isn't known. */
static size_t size_told(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
}

/*
 * Reads until the end, whatever the file's size says: files under /proc have none, and others may
 * grow. Only one that gave just as much as its size, though it was asked for more, is at its end
 * without being asked once more. Leaves `b` as it was when it fails.
 */
static bool buf_read_all(struct buf *b, int fd, const char *name, size_t limit, struct diag *why)
{
    size_t before = b->len, size = size_told(fd);

    buf_reserve(b, !size ? FIRST_READ : size <= limit ? size + 1 : limit + 1);
    for (;;) {
        char *end = buf_reserve(b, 1);
        size_t room = b->cap - b->len;
        ssize_t got = read(fd, end, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            return true;
        if (got < 0) {
            diag_set(why, "FILE_READ", 0, "%s can't be read: %s", name, strerror(errno));
            break;
        }
        b->len += (size_t)got;
        if (b->len - before > limit) {
            diag_set(why, "FILE_TOO_LARGE", 0, "%s is larger than %zu bytes", name, limit);
            break;
        }
        if (size && (size_t)got == size && size < room)
            return true;
    }
    b->len = before;
    return false;
}

/* What stands under the name of a file; NULL: a file, or what can be read as if it were one. */
static const char *buf_kind_of(mode_t mode)
{
    return S_ISDIR(mode)                    ? "a folder"
           : S_ISFIFO(mode)                 ? "a pipe"
           : S_ISSOCK(mode)                 ? "a socket"
           : S_ISCHR(mode) || S_ISBLK(mode) ? "a device"
                                            : NULL;
}

/* AWS's command line names a file by file://NAME. */
static void refuse_to_open(const char *path, struct diag *why)
{
    static const char *const heads[] = {"file://", "fileb://"};
    const char *text = strerror(errno), *name = NULL;
    struct stat st;

    /* The system has other words for that: "No such device or address". */
    if (errno == ENXIO && stat(path, &st) == 0 && buf_kind_of(st.st_mode))
        text = "it is no file";

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strncmp(path, heads[i], strlen(heads[i])) == 0)
            name = path + strlen(heads[i]);
    if (name)
        diag_set(why, "FILE_READ", 0,
                 "%s can't be opened: %s: that is how AWS's command line names a file; say %s",
                 path, text, name);
    else
        diag_set(why, "FILE_READ", 0, "%s can't be opened: %s", path, text);
}

bool buf_read_file(struct buf *b, const char *path, size_t limit, struct diag *why)
{
    int fd;
    bool ok;

    if (!strcmp(path, "-"))
        return buf_read_all(b, STDIN_FILENO, "standard input", limit, why);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        refuse_to_open(path, why);
        return false;
    }
    ok = buf_read_all(b, fd, path, limit, why);
    close(fd);
    return ok;
}

bool buf_read_regular(struct buf *b, const char *path, size_t limit, struct diag *why)
{
    struct stat st = {0};
    bool ok = false, is_stdin = strcmp(path, "-") == 0;
    /* Without O_NONBLOCK a pipe would be opened only when somebody writes to it. */
    int fd = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (is_stdin)
        diag_set(why, "FILE_KIND", 0, "standard input can't be read again, only a file can");
    else if (fd < 0)
        refuse_to_open(path, why);
    else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        ok = buf_read_all(b, fd, path, limit, why);
    else
        diag_set(why, "FILE_KIND", 0, "%s is %s, and only a file can be read here", path,
                 buf_kind_of(st.st_mode) ? buf_kind_of(st.st_mode) : "of another kind");
    if (fd >= 0)
        close(fd);
    return ok;
}
