#ifndef TESTS_FUZZ_AS_FILE_H
#define TESTS_FUZZ_AS_FILE_H

/* What reads files by name, given bytes: they are in one that only this process has. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct as_file {
    int fd;
    char path[32];
};

static inline struct as_file as_file(const uint8_t *data, size_t size)
{
    struct as_file f = {.fd = memfd_create("fuzz", 0)};

    if (f.fd < 0 || write(f.fd, data, size) != (ssize_t)size)
        abort();
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
    return f;
}

static inline void as_file_close(const struct as_file *f)
{
    close(f->fd);
}

/* Says what does not hold, and ends. */
static inline void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

#endif
