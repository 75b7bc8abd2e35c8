/*
 * What became of states, in a picture: a word, how long it took, how often it was entered and
 * retried. It stands where otherwise the kind of the state does, and decides on colours.
 */

#include "asl/drawing/drawing_impl.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *class, *words, *stroke, *fill;
} statuses[DRAWING_STATUSES] = {
    [DRAWING_NOT_REACHED] = {"not-reached", "not reached", "#aab7b8", "#ffffff"},
    [DRAWING_PASSED] = {"passed", "passed", "#1d8102", "#e6f4e1"},
    [DRAWING_SUCCEEDED] = {"succeeded", "succeeded", "#1d8102", "#e6f4e1"},
    [DRAWING_CAUGHT] = {"caught", "error caught", "#b7791f", "#fdf3d9"},
    [DRAWING_STOPPED] = {"stopped", "stopped", "#687078", "#f2f3f3"},
    [DRAWING_FAILED] = {"failed", "failed", "#d13212", "#fde7e3"},
    [DRAWING_RUNNING] = {"running", "running", "#0972d3", "#e3effb"},
};

const char *drawing_status_class(enum drawing_status s)
{
    return statuses[s].class;
}

const char *drawing_status_words(enum drawing_status s)
{
    return statuses[s].words;
}

const char *drawing_status_fill(enum drawing_status s)
{
    return statuses[s].fill;
}

const char *drawing_status_stroke(enum drawing_status s)
{
    return statuses[s].stroke;
}

/* Of a state there are its Catchers, its rules, and Next or Default, or that it ends its block. */
static size_t count_ways(const struct asl_state *s)
{
    return s->catchers + (s->type == ASL_CHOICE ? s->choice.count : 0) + 1;
}

static void begin_marks(drawing *d)
{
    if (d->marked)
        return;
    d->marked = true;
    d->marks = arena_calloc(&d->arena, d->machine->count, sizeof *d->marks);
    d->ways = arena_calloc(&d->arena, d->machine->count, sizeof *d->ways);
    for (size_t i = 0; i < d->machine->count; i++) {
        d->marks[i].took_ms = -1;
        d->ways[i] = arena_calloc(&d->arena, count_ways(d->machine->states[i]), sizeof *d->ways[i]);
    }
}

void drawing_mark_state(drawing *d, const struct asl_state *s, const struct drawing_mark *m)
{
    begin_marks(d);
    d->counted |= m->status == DRAWING_PASSED;
    d->marks[s->id] = *m;
    if (m->error)
        d->marks[s->id].error = arena_strndup(&d->arena, m->error, strlen(m->error));
}

static size_t way_index(const struct asl_state *s, enum edge_kind kind, size_t index)
{
    switch (kind) {
    case EDGE_CATCH: return index;
    case EDGE_RULE: return s->catchers + index;
    case EDGE_NEXT:
    case EDGE_DEFAULT: break;
    }
    return count_ways(s) - 1;
}

void drawing_mark_way(drawing *d, const struct asl_state *s, enum edge_kind kind, size_t index,
                      uint64_t times)
{
    begin_marks(d);
    d->ways[s->id][way_index(s, kind, index)] += times;
}

const struct drawing_mark *drawing_mark_of(const drawing *d, const struct asl_state *s)
{
    return d->marked ? &d->marks[s->id] : NULL;
}

/* Adds a duration as people say it: "20 ms", "1.5 s", "3 min 20 s", "2 h 5 min", "4 d 1 h". */
static void add_duration(struct buf *out, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}};

    if (ms < 1000) {
        buf_printf(out, "%" PRId64 " ms", ms);
        return;
    }
    if (ms < 60000) {
        buf_printf(out, "%" PRId64 ".%" PRId64 " s", ms / 1000, ms % 1000 / 100);
        return;
    }
    for (size_t i = 0; i < 3; i++)
        if (ms >= units[i].ms) {
            buf_printf(out, "%" PRId64 " %s", ms / units[i].ms, units[i].name);
            int64_t rest = ms % units[i].ms / units[i + 1].ms;
            if (rest)
                buf_printf(out, " %" PRId64 " %s", rest, units[i + 1].name);
            return;
        }
}

static const char *mark_text(struct arena *a, const struct drawing_mark *m)
{
    struct buf b = {0};

    if (m->status == DRAWING_PASSED)
        buf_printf(&b, "passed %" PRIu64 "×", m->entered);
    else
        buf_adds(&b, drawing_status_words(m->status));
    if (m->error && (m->status == DRAWING_FAILED || m->status == DRAWING_CAUGHT))
        buf_printf(&b, ": %s", m->error);
    if (m->entered > 1 && m->status != DRAWING_PASSED)
        buf_printf(&b, " · %" PRIu64 "×", m->entered);
    if (m->entered && m->took_ms > 0) {
        buf_adds(&b, " · ");
        add_duration(&b, m->took_ms);
    }
    if (m->retries)
        buf_printf(&b, " · retried %" PRIu64 "×", m->retries);
    const char *text = arena_strndup(a, buf_str(&b), b.len);
    buf_clear(&b);
    return text;
}

static const char *join_text(struct arena *a, const char *first, const char *between,
                             const char *second)
{
    struct buf b = {0};

    buf_printf(&b, "%s%s%s", first, between, second);
    const char *text = arena_strndup(a, buf_str(&b), b.len);
    buf_clear(&b);
    return text;
}

static void mark_edge(drawing *d, struct drawing_block *b, size_t i)
{
    struct drawing_edge *e = &b->edges[i];
    const struct asl_state *from = b->nodes[b->place->edges[i].from].state;
    const struct asl_state *to = b->nodes[b->place->edges[i].to].state;
    enum edge_kind kind = e->to_end ? EDGE_NEXT : e->way.kind;

    if (e->from_start)
        e->times = d->marks[to->id].entered;
    else
        e->times = d->ways[from->id][way_index(from, kind, e->way.index)];
    if (e->label.text && e->times > !d->counted) {
        struct buf times = {0};
        buf_printf(&times, "%" PRIu64 "×", e->times);
        e->label.text = join_text(&d->arena, buf_str(&times), " ", e->label.text);
        buf_clear(&times);
    }
}

void drawing_take_marks(drawing *d, struct drawing_block *b)
{
    for (size_t i = 0; i < b->place->node_count; i++) {
        struct drawing_node *n = &b->nodes[i];
        if (!n->state)
            continue;
        n->note.text = mark_text(&d->arena, &d->marks[n->state->id]);
        n->about = join_text(&d->arena, n->about, "\n", n->note.text);
        for (size_t k = 0; k < n->inner_count; k++)
            drawing_take_marks(d, &n->inner[k]);
    }
    for (size_t i = 0; i < b->place->edge_count; i++)
        mark_edge(d, b, i);
}
