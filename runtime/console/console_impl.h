#ifndef RUNTIME_CONSOLE_CONSOLE_IMPL_H
#define RUNTIME_CONSOLE_CONSOLE_IMPL_H

#include <stddef.h>

/* A file of the page. tools/embed-files writes them. */
struct console_file {
    const char *name, *type, *etag;
    const unsigned char *data;
    size_t len;
};

extern const struct console_file console_files[];
extern const size_t console_file_count;

#endif
