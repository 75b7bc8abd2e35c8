/*
 * The memory that readings of Parquet have together. A page of a few kilobytes may unpack to
 * hundreds of megabytes, so a reading asks before it takes more than a little. What doesn't fit
 * beside the others waits in line; but one may go beyond the bound, or two that have a part each
 * would wait for each other for ever. Who has had its room for long and is asked for nothing yields
 * it to the line: its file is read on later from behind its last item.
 */
#include "runtime/mapio/mapio_impl.h"

/* Each reading may have so much without asking. */
enum { A_LITTLE = 1 << 20 };
/* For so long a reading may keep what it has, whoever waits: to get it again costs a second or two
 * for the largest pages there may be. */
enum { KEEPS_MS = 10 * 1000 };
/* So often those in line look whether it is their turn; it is also when room is given back. */
enum { LOOKS_MS = 500 };

static int64_t room_now(const struct reading *r)
{
    return r->asker.m->world.now(r->asker.m->world.user);
}

/* ---- the holders ---- */

static void unlink_holder(struct reading *r)
{
    struct reading **at = &r->asker.m->room.holders;

    while (*at != r)
        at = &(*at)->next_holder;
    *at = r->next_holder;
    r->next_holder = NULL;
}

/* Notes how much a reading has: a little is nothing. */
static void room_note(struct reading *r, size_t bytes)
{
    struct room *m = &r->asker.m->room;

    if (bytes <= A_LITTLE)
        bytes = 0;
    if (bytes && !r->taken) {
        r->taken_ms = room_now(r);
        r->next_holder = m->holders;
        m->holders = r;
    } else if (!bytes && r->taken) {
        unlink_holder(r);
        if (m->beyond == r)
            m->beyond = NULL;
    }
    m->taken += bytes;
    m->taken -= r->taken;
    r->taken = bytes;
}

/* ---- the line ---- */

static void reading_looks_again(struct asker *a)
{
    reading_go_on(reading_of(a));
}

static void enter_line(struct reading *r)
{
    struct room *m = &r->asker.m->room;

    if (r->is_in_line)
        return;
    if (m->line_end)
        m->line_end->next_in_line = r;
    else
        m->line = r;
    m->line_end = r;
    r->is_in_line = true;
}

static void leave_line(struct reading *r)
{
    struct room *m = &r->asker.m->room;
    struct reading **at = &m->line, *before = NULL;

    if (!r->is_in_line)
        return;
    for (; *at != r; at = &(*at)->next_in_line)
        before = *at;
    *at = r->next_in_line;
    if (m->line_end == r)
        m->line_end = before;
    r->next_in_line = NULL;
    r->is_in_line = false;
}

static void wake_line(const struct room *m)
{
    if (m->line)
        asker_rest(&m->line->asker, 1, reading_looks_again);
}

/* It waits no more, and is not woken. */
static void stop_waiting(struct reading *r)
{
    struct mapio *m = r->asker.m;

    if (!r->is_in_line)
        return;
    leave_line(r);
    due_heap_remove(&m->later, &r->asker.later);
    wake_line(&m->room);
}

/* ---- for readings ---- */

void room_recount(struct reading *r)
{
    struct room *m = &r->asker.m->room;
    size_t before = m->taken;

    room_note(r, r->format == ITEMS_PARQUET && r->file.reader ? items_held(r->file.reader) : 0);
    if (m->taken < before)
        wake_line(m);
}

void room_yield(struct reading *r)
{
    const struct room *m = &r->asker.m->room;

    if (r->asked)
        return;
    stop_waiting(r);
    if (!r->taken || r->asker.action || !m->line || room_now(r) - r->taken_ms < KEEPS_MS)
        return;
    file_put_away(&r->file);
    room_recount(r);
}

/* Of the holders only those are looked at that nothing is asked of: others are at work. */
static void make_room(const struct room *m)
{
    for (struct reading *r = m->holders, *next; r; r = next) {
        next = r->next_holder;
        room_yield(r);
    }
}

bool room_take(struct reading *r, size_t bytes)
{
    struct room *m = &r->asker.m->room;
    bool is_first = !m->line || m->line == r;

    if (bytes <= A_LITTLE || bytes <= r->taken)
        return true;
    bool fits = bytes <= m->most && m->taken - r->taken <= m->most - bytes;
    if (m->beyond != r && !(is_first && (fits || !m->beyond))) {
        enter_line(r);
        make_room(m);
        asker_rest(&r->asker, LOOKS_MS, reading_looks_again);
        return false;
    }
    if (!fits)
        m->beyond = r;
    leave_line(r);
    room_note(r, bytes);
    wake_line(m);
    return true;
}

void room_leave(struct reading *r)
{
    struct room *m = &r->asker.m->room;
    size_t before = m->taken;
    bool was_first = m->line == r;

    leave_line(r);
    room_note(r, 0);
    if (was_first || m->taken < before)
        wake_line(m);
}
