/*
 * Writing the results of a Map Run: some whenever there are enough for a piece of a file, the rest
 * when all children have ended. A run that has failed is closed first: children that ran have a
 * record, and what was not begun is listed, which may mean to read the source to its end. That
 * list is not in the history; after a crash it is made again, without the part that is in files.
 */
#include "runtime/core/map_write.h"

#include "parsers/base/mem.h"
#include "runtime/core/map_items.h"
#include "runtime/core/map_results.h"

#include <string.h>

/* S3 takes no smaller pieces than 5 MiB but for a file's last. With the second bound unwritten,
 * children wait. */
enum { PIECE_BYTES = 5 << 20, MOST_UNWRITTEN = 6 << 20 };

uint64_t writing_ref(const struct rt_run *run)
{
    return run->ref - 1;
}

bool results_are_behind(const struct rt_run *run)
{
    const struct rt_unwritten *u = run->results.unwritten;

    return unwritten_bytes(&u[RT_RESULTS_SUCCEEDED]) > MOST_UNWRITTEN ||
           unwritten_bytes(&u[RT_RESULTS_FAILED]) > MOST_UNWRITTEN;
}

bool results_are_awaited(const struct rt_run *run)
{
    return run->results.wanted && !run->results.over;
}

/* ---- what was not begun ---- */

static bool list_has_room(const struct rt_run *run)
{
    return unwritten_bytes(&run->results.unwritten[RT_RESULTS_PENDING]) < PIECE_BYTES &&
           unwritten_bytes(&run->closed.earlier) < PIECE_BYTES;
}

static void add_pending(struct step *s, struct rt_run *run, const json *input, uint32_t items)
{
    struct rt_closed *c = &run->closed;

    results_note_pending(s->x, run, input);
    MEM_GROW(c->items, c->count, c->cap);
    c->items[c->count++] = items;
}

/*
 * Children that this redrive did not come to are what they were before it: those that had failed
 * are among the failures, as their own rows say. Those that had not begun pend. They stand first,
 * so what a crash has left in files is the first of them.
 */
static void list_pending_children(struct step *s, struct rt_run *run)
{
    struct rt_closed *c = &run->closed;

    if (!c->begun)
        c->child = run->first;
    c->begun = true;
    for (; c->child && list_has_room(run); c->child = c->child->next) {
        if (!c->child->pending)
            continue;
        if (c->child->unbegun) {
            if (c->listed++ >= run->results.pending_written)
                add_pending(s, run, c->child->input, 0);
        } else if (c->listed_earlier++ >= run->results.earlier_written) {
            results_note_earlier(s->x, run, c->child);
        }
    }
}

/* Those that are in files from before a crash are passed over by their number: batches may be
 * others by now. */
static void list_items(struct step *s, struct rt_frame *f)
{
    struct rt_run *run = f->group->run;

    if (run->closed.passed < run->results.pending_items)
        run_skip_items(f->group, run->results.pending_items - run->closed.passed);
    while (list_has_room(run) && !step_is_long(s) && run_has_next(f->group)) {
        uint32_t count;
        json *input = run_pass_items(s, f, &count);
        add_pending(s, run, input, count);
        json_unref(input);
    }
}

static void list_pending(struct step *s, struct rt_frame *f)
{
    struct rt_run *run = f->group->run;

    if (!run->closing || run->closed.over)
        return;
    list_pending_children(s, run);
    if (!run->closed.child)
        list_items(s, f);
    if (run->closed.child || run_has_next(f->group)) {
        /* What there is no room for goes on when more is written. */
        if (list_has_room(run))
            exec_ready(s->x, f);
        return;
    }
    run->closed.over = !run_may_have_more(f->group);
    if (!run->closed.over)
        run_ask_for_items(s, f);
}

/* ---- writing ---- */

/* Failures of this attempt have those of earlier ones behind them; other kinds have nothing. */
static const struct rt_unwritten *behind(const struct rt_run *run, size_t kind)
{
    static const struct rt_unwritten none;

    return kind == RT_RESULTS_FAILED ? &run->closed.earlier : &none;
}

static bool is_piece(const struct rt_run *run, size_t kind)
{
    return unwritten_bytes(&run->results.unwritten[kind]) + unwritten_bytes(behind(run, kind)) >=
           PIECE_BYTES;
}

static json *texts_of(const struct rt_unwritten *first, const struct rt_unwritten *second)
{
    struct buf text = {0};
    struct json_build b;

    buf_add(&text, unwritten_text(first), unwritten_bytes(first));
    buf_add(&text, unwritten_text(second), unwritten_bytes(second));
    json_build_object(&b, 2);
    json_build_set(&b, "text", json_take_buf(&text));
    json_build_set(&b, "count",
                   json_int((int64_t)(unwritten_count(first) + unwritten_count(second))));
    return json_build_done(&b);
}

static json *results_to_write(const struct rt_run *run, bool end)
{
    static const struct rt_unwritten none;
    struct json_build b;

    json_build_array(&b, RT_RESULT_KINDS);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        json_build_add(&b, end || is_piece(run, i)
                               ? texts_of(&run->results.unwritten[i], behind(run, i))
                               : texts_of(&none, &none));
    return json_build_done(&b);
}

static bool has_piece(const struct rt_run *run)
{
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        if (is_piece(run, i))
            return true;
    return false;
}

/* Returns the command for who writes; what is to be written is left to be filled in. */
static struct rt_command *ask_writer(struct step *s, const struct rt_frame *f)
{
    struct rt_run *run = f->group->run;
    struct rt_command *c = new_command(s);

    *c = (struct rt_command){
        .kind = RT_WRITE_RESULTS,
        .frame = f->id,
        .ref = writing_ref(run),
        .state = f->state,
        .parameters = json_ref(run->plan),
        .source = json_ref(run->results.writer),
        .map_run = json_ref(run->arn),
        .attempt = run->redrives,
    };
    run->results.asked = true;
    return c;
}

void write_results(struct step *s, struct rt_frame *f)
{
    const struct rt_group *g = f->group;
    struct rt_run *run = g->run;
    struct rt_results *r = &run->results;

    if (!running(s) || !results_are_awaited(run) || r->asked || run->waits || r->lacks)
        return;
    list_pending(s, f);
    bool end = run->closing ? run->closed.over : !run->failing && g->done == g->total;
    if (!end && !has_piece(run))
        return;
    struct rt_command *c = ask_writer(s, f);
    c->results = results_to_write(run, end);
    c->end = end;
    if (end && run->closed.unread) {
        c->unread = json_ref(run->closed.unread);
        c->listed = r->pending_written + unwritten_count(&r->unwritten[RT_RESULTS_PENDING]);
    }
}

bool results_are_checked_first(struct step *s, const struct rt_frame *f)
{
    const struct rt_results *r = &f->group->run->results;

    if (!r->wanted || r->checked)
        return false;
    if (!r->asked)
        ask_writer(s, f)->begin = true;
    return true;
}

void stop_writing(struct step *s, const struct rt_frame *f)
{
    struct rt_run *run = f->group->run;

    if (run->results.asked)
        *new_command(s) = (struct rt_command){
            .kind = RT_CANCEL_WRITING, .frame = f->id, .ref = writing_ref(run), .state = f->state};
    run->results.asked = false;
}

/* ---- what came of it ---- */

static struct rt_frame *frame_that_writes(const rt_exec *x, const struct rt_input *in)
{
    struct rt_frame *f = exec_frame(x, in->frame);
    const struct rt_group *g = f ? f->group : NULL;

    return g && g->run && !g->over && writing_ref(g->run) == in->ref && g->run->results.asked
               ? f
               : NULL;
}

struct rt_frame *results_not_written(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = frame_that_writes(s->x, in);

    if (f)
        f->group->run->results.asked = false;
    return f;
}

/* What an event says of the end of all. */
static uint32_t end_of_all(const struct rt_run *run, const json *written)
{
    if (!json_get(written, "over"))
        return 0;
    return run->ahead.broken ? 2 : 1;
}

/* How many items the first `records` of those list that were to be written; they leave the queue.
 */
static int64_t take_listed(struct rt_closed *c, int64_t records)
{
    int64_t items = 0;

    for (; records > 0 && c->head < c->count; records--)
        items += c->items[c->head++];
    if (c->head >= c->count - c->head && c->head) {
        c->count -= c->head;
        memmove(c->items, c->items + c->head, c->count * sizeof *c->items);
        c->head = 0;
    }
    return items;
}

struct rt_frame *results_came(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = results_not_written(s, in);
    const json *counts = f ? json_get(in->value, "counts") : NULL;

    if (f && json_get(in->value, "checked"))
        f->group->run->results.checked = true;
    if (!counts)
        return f;
    int64_t pending = json_int_value(json_at(counts, RT_RESULTS_PENDING)),
            all_failed = json_int_value(json_at(counts, RT_RESULTS_FAILED)),
            own = (int64_t)unwritten_count(&f->group->run->results.unwritten[RT_RESULTS_FAILED]),
            failed = all_failed < own ? all_failed : own;
    emit(s, &(struct rt_event){
                .kind = RT_RESULTS_WRITTEN,
                .frame = f->id,
                .state = f->state,
                .data = json_ref(json_get(in->value, "state")),
                .results = {.succeeded = json_int_value(json_at(counts, RT_RESULTS_SUCCEEDED)),
                            .failed = failed,
                            .pending = pending,
                            .earlier = all_failed - failed,
                            .items = take_listed(&f->group->run->closed, pending),
                            .over = end_of_all(f->group->run, in->value)}});
    return f;
}
