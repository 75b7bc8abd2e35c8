/*
 * The SQLite store: which large values stand in which events already. That is known of what was
 * written or read lately, and held, so that an address is a value's own; what is forgotten is
 * written once more, which harms nobody. After a commit that failed all is forgotten: an event must
 * not refer to one that isn't kept.
 */

#include "runtime/store/sqlite/store_sqlite_impl.h"

#include "runtime/core/event_text.h"

#include <string.h>

/* Bytes of text in which values were noted; in memory they take a few times as much. */
enum { SHARED_MOST = 16 << 20 };

static size_t slot_of(uint64_t n)
{
    return (size_t)(n * 0x9E3779B97F4A7C15u >> 32) % SHARED_SLOTS;
}

static struct shared *slot_of_value(struct file *f, const json *v)
{
    return &f->by_value[slot_of((uintptr_t)v)];
}

static struct shared *slot_of_event(struct file *f, uint64_t execution, uint64_t seq)
{
    return &f->by_event[slot_of(execution * 0x10001 + seq)];
}

static void drop_shared(struct shared *x)
{
    json_unref(x->v);
    json_unref(x->path);
    *x = (struct shared){0};
}

void sqlite_forget_shared(struct file *f)
{
    for (size_t i = 0; i < SHARED_SLOTS; i++) {
        drop_shared(&f->by_value[i]);
        drop_shared(&f->by_event[i]);
    }
    f->shared_bytes = 0;
}

/* It is forgotten all at once: what is still needed then is written once more. */
void sqlite_count_shared(struct file *f, size_t len)
{
    if (len < RT_SHARED_BYTES)
        return;
    f->shared_bytes += len;
    if (f->shared_bytes > SHARED_MOST)
        sqlite_forget_shared(f);
}

static void keep_shared(struct shared *x, uint64_t execution, const json *v,
                        const struct rt_place *at)
{
    drop_shared(x);
    x->execution = execution;
    x->v = json_ref(v);
    x->path = json_ref(at->path);
    x->at = (struct rt_place){at->seq, x->path};
}

static const struct rt_place *find_shared(void *user, const json *v)
{
    const struct sharing *s = user;
    const struct shared *x = slot_of_value(s->file, v);

    return x->v == v && x->execution == s->execution ? &x->at : NULL;
}

/* The first event that has a value keeps it. */
static void note_shared(void *user, const json *v, const struct rt_place *at)
{
    const struct sharing *s = user;
    struct shared *x = slot_of_event(s->file, s->execution, at->seq);

    if (!find_shared(user, v))
        keep_shared(slot_of_value(s->file, v), s->execution, v, at);
    if (!json_count(at->path) && (!x->v || x->execution != s->execution || x->at.seq != at->seq))
        keep_shared(x, s->execution, v, at);
}

/* The text of event `seq` among the lines of a row. NULL: it hasn't so many. */
static const char *line_of(const char *text, size_t len, uint64_t first, uint64_t seq, size_t *out)
{
    const char *last = text + len, *end = NULL;

    for (; text < last; text = end + 1, first++) {
        if (!(end = memchr(text, '\n', (size_t)(last - text))))
            end = last;
        *out = (size_t)(end - text);
        if (first == seq)
            return text;
    }
    return NULL;
}

static json *read_data(struct sharing *s, uint64_t seq, struct diag *why)
{
    struct file *f = s->file;
    sqlite3_stmt *q = sqlite_use(f, GET_EVENT);
    const char *line = NULL;
    json *data = NULL;
    size_t len;

    f->reading = s->execution;
    sqlite_bind_number(q, 1, s->execution);
    sqlite_bind_number(q, 2, seq);
    int got = sqlite.step(q);
    if (got == SQLITE_ROW)
        line = line_of((const char *)sqlite.column_text(q, 0), (size_t)sqlite.column_bytes(q, 0),
                       (uint64_t)sqlite.column_int64(q, 1), seq, &len);
    if (line)
        data = rt_event_read_data(line, len, seq, why);
    else if (got == SQLITE_ROW || got == SQLITE_DONE)
        diag_set(why, STORE_DAMAGED, 0, "an event that another refers to is missing");
    else
        sqlite_read_failed(f, why);
    sqlite.reset(q);
    return data;
}

static json *shared_data(void *user, uint64_t seq, struct diag *why)
{
    struct sharing *s = user;
    struct shared *x = slot_of_event(s->file, s->execution, seq);

    if (x->v && x->execution == s->execution && x->at.seq == seq)
        return json_ref(x->v);
    json *data = read_data(s, seq, why);
    if (data)
        event_sharing_note(&s->shares, data, seq);
    return data;
}

void sqlite_share(struct sharing *s, struct file *f, uint64_t execution)
{
    *s = (struct sharing){f, execution, {s, find_shared, note_shared, shared_data}};
}
