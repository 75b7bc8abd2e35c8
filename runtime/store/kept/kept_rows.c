/*
 * Rows of text, as stores keep them that outlive the process: how events become rows, and what is
 * read of them. Whoever keeps the rows may have damaged or changed them: what can't be what was
 * put in is STORE_DAMAGED, which costs its execution only.
 */

#define _GNU_SOURCE /* memrchr */

#include "runtime/store/kept/kept_rows.h"

#include "runtime/core/event_text.h"

#include <string.h>

enum { ROW_BYTES = 16 * 1024 /* of events, that end a row */ };

/* A row that gets long is ended, as who reads a page of a history reads whole rows. */
void kept_rows_write(struct buf *text, const struct rt_events *events, struct kept_sharing *sharing,
                     const struct kept_writer *writer)
{
    uint64_t first = events->first;
    struct rt_event e;

    buf_reset(text);
    for (size_t i = 0; i < events->count; i++) {
        size_t before = text->len;
        rt_events_at(events, i, &e);
        rt_event_write(text, &e, &sharing->shares);
        kept_shared_count(sharing->all, text->len - before);
        buf_addc(text, '\n');
        if (rt_event_token(&e) || e.kind == RT_MAP_RUN_STARTED)
            writer->token(writer->user, &e);
        if (text->len < ROW_BYTES && i + 1 < events->count)
            continue;
        writer->row(writer->user, first);
        buf_reset(text);
        first = e.seq + 1;
    }
}

/* ---- reading ---- */

/* False: *why says what is wrong with it. */
static bool read_line_event(struct kept_reading *r, const char *text, size_t len, uint64_t seq,
                            struct rt_event *e)
{
    struct diag wrong = {0};
    bool good;

    kept_shared_count(r->sharing.all, len);
    if (r->outline)
        good = rt_event_read_outline(text, len, r->machine, &r->sharing.shares, e, &wrong);
    else
        good = rt_event_read(text, len, r->machine, &r->sharing.shares, e, &wrong);
    if (!good) {
        diag_set(r->why, STORE_DAMAGED, 0, "an event can't be read: %s", wrong.text);
        diag_clear(&wrong);
        return false;
    }
    /* Numbers are dense, so a line that is lost or doubled shows at the next one. */
    if (e->seq == seq && rt_event_is_sound(e))
        return true;
    diag_set(r->why, STORE_DAMAGED, 0,
             e->seq == seq ? "an event has not what one of its kind has"
                           : "an event stands in the place of another");
    rt_event_clear(e);
    return false;
}

/* The event of a line, number `seq`. False: it is enough, or it can't be read. */
static bool visit_line(struct kept_reading *r, const char *text, size_t len, uint64_t seq)
{
    struct rt_event e;

    if (seq < r->from || seq >= r->before)
        return true;
    r->good = read_line_event(r, text, len, seq, &e);
    if (!r->good)
        return false;
    bool more = r->visit(r->user, &e);
    rt_event_clear(&e);
    return more;
}

/* A line each: JSON that we write has no line breaks. False: it is enough. */
static bool visit_forwards(struct kept_reading *r, const char *text, size_t len, uint64_t seq)
{
    for (const char *end, *last = text + len; text < last; text = end + 1, seq++) {
        if (!(end = memchr(text, '\n', (size_t)(last - text))))
            end = last;
        if (!visit_line(r, text, (size_t)(end - text), seq))
            return false;
    }
    return true;
}

/* The lines are counted first, as only the first one's number is known; but only those that are
 * asked for are read. */
static bool visit_backwards(struct kept_reading *r, const char *text, size_t len, uint64_t seq)
{
    len -= text[len - 1] == '\n';
    for (const char *at = text, *last = text + len;
         (at = memchr(at, '\n', (size_t)(last - at))) != NULL; at++)
        seq++;
    for (;; seq--) {
        const char *before = memrchr(text, '\n', len);
        size_t begin = before ? (size_t)(before - text) + 1 : 0;
        if (!visit_line(r, text + begin, len - begin, seq))
            return false;
        if (!before)
            return true;
        len = begin - 1;
    }
}

bool kept_rows_visit(struct kept_reading *r, const char *text, size_t len, uint64_t seq)
{
    if (!len) {
        diag_set(r->why, STORE_DAMAGED, 0, "events are missing");
        r->good = false;
        return false;
    }
    return r->back ? visit_backwards(r, text, len, seq) : visit_forwards(r, text, len, seq);
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

json *kept_rows_data(const char *text, size_t len, uint64_t first, uint64_t seq, struct diag *why)
{
    size_t line_len;
    const char *line = text ? line_of(text, len, first, seq, &line_len) : NULL;

    if (line)
        return rt_event_read_data(line, line_len, seq, why);
    diag_set(why, STORE_DAMAGED, 0, "an event that another refers to is missing");
    return NULL;
}

/*
 * No other event refers to what is taken away (event_lends), and what an event itself refers to
 * needn't be known here.
 */
bool kept_rows_trim(const asl_machine *m, const char *text, size_t len, struct buf *out)
{
    const char *end, *last = text + len;
    bool any = false;

    for (; text < last; text = end + 1) {
        struct rt_event e;
        struct diag why = {0};
        if (!(end = memchr(text, '\n', (size_t)(last - text))))
            end = last;
        if (!rt_event_read(text, (size_t)(end - text), m, NULL, &e, &why)) {
            diag_clear(&why);
            return false;
        }
        bool trimmed = rt_event_trim(&e);
        if (trimmed)
            rt_event_write(out, &e, NULL);
        else
            buf_add(out, text, (size_t)(end - text));
        buf_addc(out, '\n');
        rt_event_clear(&e);
        any |= trimmed;
    }
    return any;
}

/* ---- the row of an execution ---- */

void kept_fill_names(struct store_execution *x, json *arn)
{
    struct rt_names *n = &x->config.names;
    const char *name = strrchr(json_str(arn), ':');
    json *list = x->list ? json_ref(x->list) : json_cstring("");
    const char *machine = strrchr(json_str(list), ':');

    /* Only what the configuration lacks: mostly nothing is missing. */
    if (!n->name)
        n->name = json_cstring(name ? name + 1 : "");
    if (!n->machine_name)
        n->machine_name = json_cstring(machine ? machine + 1 : "");
    if (!n->machine_arn)
        n->machine_arn = json_ref(list);
    if (!n->role_arn)
        n->role_arn = json_cstring("");
    if (!n->region)
        n->region = json_cstring("");
    if (!n->arn)
        n->arn = json_ref(arn);
    json_unref(arn);
    json_unref(list);
}

const json *kept_list(const char *text, size_t len)
{
    return text ? json_string(text, len) : NULL;
}

/* A note is what we wrote: it can be read. */
const json *kept_note(const char *text, size_t len)
{
    return text ? json_parse(text, len, JSON_READ_SURROGATES, NULL) : NULL;
}

void kept_unref_look(const json *v)
{
    json *own;

    memcpy(&own, &v, sizeof own);
    json_unref(own);
}

void kept_clear_row(struct store_execution *x)
{
    rt_config_clear(&x->config);
    kept_unref_look(x->list);
    kept_unref_look(x->note);
    *x = (struct store_execution){0};
}
