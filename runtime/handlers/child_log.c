/*
 * What a child says, line by line. Programs that draw progress end their lines with CR.
 */

#include "runtime/handlers/child.h"

#include "parsers/base/utf8.h"

#include <string.h>

enum {
    LINE_BYTES = 2000,      /* in one line of the log */
    LOG_BYTES = 256 * 1024, /* of one call */
};

/* Of a line that is too long the part that ends with a whole character; the rest is the next. */
static void child_log_end_line(struct child_log *l, handlers *h, const char *name,
                               const char *execution)
{
    size_t n = utf8_cut(l->line.data, l->line.len, LINE_BYTES);
    struct buf clean = {0};

    if (!h->options.no_output) {
        add_clean(&clean, l->line.data, n);
        handlers_log(h, execution, "%s: %s", name, buf_str(&clean));
        buf_clear(&clean);
    }
    l->line.len -= n;
    memmove(l->line.data, l->line.data + n, l->line.len);
}

/* The rest is left out, and so is a character that would be cut in two. */
static void end_log(struct child_log *l, handlers *h, const char *name, const char *execution)
{
    size_t good = utf8_valid(l->line.data, l->line.len);

    if (l->line.len - good < 4)
        l->line.len = good;
    child_log_end_line(l, h, name, execution);
}

static void add_byte(struct child_log *l, handlers *h, const char *name, const char *execution,
                     char c)
{
    bool belongs = c == '\n' && l->returned;

    l->returned = c == '\r';
    if (belongs)
        return;
    if (c == '\n' || c == '\r') {
        child_log_end_line(l, h, name, execution);
        return;
    }
    buf_addc(&l->line, c);
    if (l->line.len > LINE_BYTES)
        child_log_end_line(l, h, name, execution);
}

void child_log_add(struct child_log *l, handlers *h, const char *name, const char *execution,
                   const char *bytes, size_t len)
{
    for (size_t i = 0; i < len && l->logged <= LOG_BYTES; i++) {
        add_byte(l, h, name, execution, bytes[i]);
        if (++l->logged > LOG_BYTES) {
            end_log(l, h, name, execution);
            if (!h->options.no_output)
                handlers_log(h, execution, "%s: what it writes more is left out", name);
        }
    }
}

void child_log_end(struct child_log *l, handlers *h, const char *name, const char *execution)
{
    if (l->line.len)
        child_log_end_line(l, h, name, execution);
}
