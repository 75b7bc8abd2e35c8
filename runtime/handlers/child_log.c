#include "runtime/handlers/child.h"

enum {
    LINE_BYTES = 2000,      /* in one line of the log */
    LOG_BYTES = 256 * 1024, /* of one call */
};

static void end_line(struct child_log *l, handlers *h, const char *name)
{
    struct buf clean = {0};

    add_clean(&clean, l->line.data, l->line.len);
    handlers_log(h, "%s: %s", name, buf_str(&clean));
    buf_clear(&clean);
    buf_reset(&l->line);
}

void child_log_add(struct child_log *l, handlers *h, const char *name, const char *bytes,
                   size_t len)
{
    for (size_t i = 0; i < len && l->logged <= LOG_BYTES; i++) {
        if (bytes[i] != '\n')
            buf_addc(&l->line, bytes[i]);
        if (bytes[i] == '\n' || l->line.len == LINE_BYTES)
            end_line(l, h, name);
        if (++l->logged > LOG_BYTES) {
            end_line(l, h, name);
            handlers_log(h, "%s: what it writes more is left out", name);
        }
    }
}

void child_log_end(struct child_log *l, handlers *h, const char *name)
{
    if (l->line.len)
        end_line(l, h, name);
}
