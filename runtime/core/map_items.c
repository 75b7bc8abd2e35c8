/*
 * The items of a Map Run come from its group, or are read from elsewhere while its children run. A
 * child takes one, or a batch of them. What was read ahead is bounded: more is asked for when
 * little is at hand, so that a file of any size costs the memory of a few parts.
 */
#include "runtime/core/map_items.h"

#include "asl/eval/batch.h"
#include "parsers/base/mem.h"
#include "runtime/core/context.h"
#include "runtime/core/errors.h"
#include "runtime/core/leave.h"

#include <inttypes.h>

/* With fewer items at hand than these, or than a batch needs, more are asked for, unless they have
 * so many bytes. */
enum { FEW_ITEMS = 2000, MANY_BYTES = 4 << 20 };

/* Children have so many items; those that a run which has failed passed over are not at hand
 * either.
 */
static uint64_t taken_of(const struct rt_run *run)
{
    return run->taken + run->closed.passed;
}

/* Walks over the items at hand, from the first that is not taken. */
struct cursor {
    const struct rt_group *g;
    size_t part, at;
    uint64_t index; /* of the next item */
};

static struct cursor cursor_begin(const struct rt_group *g)
{
    return (struct cursor){g, g->run->ahead.head, g->run->ahead.at, taken_of(g->run)};
}

static bool next_of_group(struct cursor *c, struct map_item *out)
{
    if (c->index >= json_count(c->g->items))
        return false;
    *out = group_map_item(c->g, c->index++);
    return true;
}

static int64_t line_of(const struct rt_part *p, size_t i)
{
    if (p->lines)
        return json_int_value(json_at(p->lines, i));
    return p->line ? p->line + (int64_t)i : 0;
}

/* Goes on to the next item. False: there is none at hand. */
static bool cursor_next(struct cursor *c, struct map_item *out)
{
    const struct rt_ahead *a = &c->g->run->ahead;

    if (!c->g->run->reads)
        return next_of_group(c, out);
    for (; c->part < a->count; c->part++, c->at = 0) {
        const struct rt_part *p = &a->parts[c->part];
        if (c->at >= json_count(p->items))
            continue;
        *out = (struct map_item){.key = p->keys ? json_at(p->keys, c->at) : NULL,
                                 .value = json_at(p->items, c->at),
                                 .state = p->states ? json_at(p->states, c->at) : p->state,
                                 .from = p->sources ? json_at(p->sources, c->at) : p->from,
                                 .unit = p->unit,
                                 .end = json_int_value(json_at(p->ends, c->at)),
                                 .line = line_of(p, c->at),
                                 .index = c->index++};
        c->at++;
        return true;
    }
    return false;
}

/* ---- how many ---- */

static uint64_t at_hand(const struct rt_group *g)
{
    const struct rt_run *run = g->run;
    uint64_t taken = taken_of(run),
             there = run->reads ? run->ahead.items : json_count(g->items) - taken,
             left = run->most - taken;

    return there < left ? there : left;
}

/* Returns whether nothing is to come behind the items at hand. */
static bool has_all(const struct rt_group *g)
{
    const struct rt_run *run = g->run;

    return !run->reads || run->ahead.end || run->ahead.items >= run->most - taken_of(run);
}

static bool has_many_bytes(const struct rt_run *run)
{
    return run->ahead.bytes >= MANY_BYTES;
}

static bool is_batched(const struct rt_run *run)
{
    return run->batch;
}

/* A batch waits for as many items as it may have, or for more bytes than any input may have. */
bool run_has_next(const struct rt_group *g)
{
    const struct rt_run *run = g->run;

    if (g->total != RT_MANY && !is_batched(run))
        return g->started + run->closed.passed < g->total;
    uint64_t there = at_hand(g);
    return there && (!is_batched(run) || has_all(g) || has_many_bytes(run) ||
                     there >= asl_batch_bound(run->batch, "items"));
}

/* ---- the input of a child ---- */

struct map_item group_map_item(const struct rt_group *g, uint64_t i)
{
    return (struct map_item){
        .key = group_item_key(g, i), .value = group_item_value(g, i), .index = i};
}

static json *plain_item(const struct map_item *item)
{
    struct json_build b;

    if (!item->key)
        return json_ref(item->value);
    json_build_object(&b, 2);
    json_build_set(&b, "Key", json_ref(item->key));
    json_build_set(&b, "Value", json_ref(item->value));
    return json_build_done(&b);
}

json *item_input(struct step *s, struct rt_frame *f, const struct map_item *item,
                 struct asl_error *e)
{
    const asl_template *selector = f->state->map.item_selector;
    struct scope_view view;

    if (!selector)
        return plain_item(item);
    view_init(&view, s, f);
    view.in_item = true;
    view.item = item->value;
    view.key = item->key;
    view.source = item->from;
    view.index = item->index;
    struct asl_env env = view_env(&view, f->group->input);
    json *input = asl_template_eval(selector, &env, e);
    /* It had the item in it, which nothing after this may see. */
    forget_context(s);
    return input;
}

/* The list of what a failed run did not begin has all items. */
static json *listed_input(struct step *s, struct rt_frame *f, const struct map_item *item,
                          struct asl_error *e)
{
    json *input = item_input(s, f, item, e);

    if (input || !f->group->run->closing)
        return input;
    asl_error_clear(e);
    return plain_item(item);
}

/* A batch has one item at least, however large that is. Both bounds hold for the others. */
static json *batch_input(struct step *s, struct rt_frame *f, struct map_item *last, uint32_t *count,
                         struct asl_error *e)
{
    uint64_t there = at_hand(f->group);
    struct cursor c = cursor_begin(f->group);
    struct asl_batch b;
    struct map_item item;

    asl_batch_begin(&b, f->group->run->batch, data_limit(s));
    for (*count = 0; *count < there && !asl_batch_is_full(&b) && cursor_next(&c, &item); ++*count) {
        json *input = listed_input(s, f, &item, e);
        if (!input) {
            *last = item;
            json_unref(asl_batch_done(&b));
            return NULL;
        }
        if (!asl_batch_add(&b, input)) {
            json_unref(input);
            break;
        }
        *last = item;
    }
    return asl_batch_done(&b);
}

static json *single_input(struct step *s, struct rt_frame *f, struct map_item *item,
                          struct asl_error *e)
{
    struct cursor c = cursor_begin(f->group);

    cursor_next(&c, item);
    return listed_input(s, f, item, e);
}

/* The reader may be in another state behind the item: then that is recorded first. */
static void note_source(struct step *s, struct rt_frame *f, const json *state)
{
    const json *known = f->group->run->source;

    if (state && state != known && (!known || !json_equal(state, known)))
        emit(s, &(struct rt_event){.kind = RT_SOURCE_CHANGED,
                                   .frame = f->id,
                                   .state = f->state,
                                   .data = json_ref(state)});
}

/* The input of the next child: of `count` items, the last of which is `last`. */
static json *next_input(struct step *s, struct rt_frame *f, struct map_item *last, uint32_t *count,
                        struct asl_error *e)
{
    *last = (struct map_item){0};
    *count = 1;
    return is_batched(f->group->run) ? batch_input(s, f, last, count, e)
                                     : single_input(s, f, last, e);
}

void run_skip_items(struct rt_group *g, uint64_t items)
{
    uint64_t there = at_hand(g), count = items < there ? items : there;

    g->run->closed.passed += count;
    run_drop_items(g->run, count);
}

json *run_pass_items(struct step *s, struct rt_frame *f, uint32_t *count)
{
    struct map_item last;
    struct asl_error none = {0};
    json *input = next_input(s, f, &last, count, &none);

    run_skip_items(f->group, *count);
    return input;
}

/* Lines and rows are counted from 1. The byte is the first one behind the item, unpacked. */
static void add_place_of_item(struct buf *out, const struct map_item *item)
{
    if (item->from)
        buf_printf(out, " of %s", json_str(item->from));
    if (item->line)
        buf_printf(out, ", line %" PRId64 ",", item->line);
    if (item->unit && json_str_is(item->unit, "row"))
        buf_printf(out, " in row %" PRId64, item->end);
    else if (item->unit)
        buf_printf(out, " before byte %" PRId64, item->end);
}

/* What is recorded of results that are too large, said of the input that ends with the item: it is
 * no result of a child, so the item is what to look for. */
static void blame_item(const struct rt_frame *f, const json *input, const struct map_item *last,
                       struct asl_error *e)
{
    struct buf what = {0};

    const struct rt_run *run = f->group->run;
    const json *shared = is_batched(run) ? json_get(run->batch, "input") : NULL;

    buf_printf(&what, "made the input of an execution, %zu bytes, with ", json_text_len(input));
    if (shared)
        buf_printf(&what, "a BatchInput of %zu bytes and ", json_text_len(shared));
    buf_printf(&what, "Map.Item.Index %" PRIu64, last->index);
    add_place_of_item(&what, last);
    buf_addc(&what, ',');
    error_too_large(e, f->state->name, buf_str(&what));
    buf_clear(&what);
}

void tell_failed_item(struct step *s, const struct rt_frame *f, const struct map_item *item)
{
    struct buf text = {0};

    buf_printf(&text, "no input can be made of the item with Map.Item.Index %" PRIu64, item->index);
    add_place_of_item(&text, item);
    *new_command(s) = (struct rt_command){.kind = RT_TELL,
                                          .frame = f->id,
                                          .state = f->state,
                                          .parameters = json_string(text.data, text.len)};
    buf_clear(&text);
}

/* False with *e filled, as an error of the state: what ItemSelector makes is bounded as all data
 * is. */
static bool can_be_input(struct step *s, struct rt_frame *f, const json *input,
                         const struct map_item *last, struct asl_error *e)
{
    if (!input || !depth_is_allowed(input, e)) {
        tell_failed_item(s, f, last);
        blame_state(s, f, f->last, e);
        return false;
    }
    if (!is_larger_than_data(s, input))
        return true;
    blame_item(f, input, last, e);
    return false;
}

json *run_next_input(struct step *s, struct rt_frame *f, struct rt_event *started,
                     struct asl_error *e)
{
    struct map_item last;
    uint32_t count;
    json *input = next_input(s, f, &last, &count, e);

    if (!can_be_input(s, f, input, &last, e)) {
        json_unref(input);
        return NULL;
    }
    started->child.items = count > 1 ? count : 0;
    started->child.position = last.end;
    note_source(s, f, last.state);
    return input;
}

/* ---- reading ---- */

static uint64_t part_bytes(const struct rt_part *p)
{
    return (uint64_t)json_int_value(json_get(p->whole, "bytes"));
}

/* Its members are looked up once here, and not for each item. */
static struct rt_part look_at_part(const json *part)
{
    const json *line = json_get(part, "line");

    return (struct rt_part){.whole = json_ref(part),
                            .items = json_get(part, "items"),
                            .ends = json_get(part, "ends"),
                            .keys = json_get(part, "keys"),
                            .states = json_get(part, "states"),
                            .sources = json_get(part, "sources"),
                            .lines = json_get(part, "lines"),
                            .state = json_get(part, "state"),
                            .from = json_get(part, "from"),
                            .unit = json_get(part, "unit"),
                            .line = line ? json_int_value(line) : 0};
}

void run_add_items(struct rt_run *run, const json *part)
{
    struct rt_ahead *a = &run->ahead;

    a->asked = false;
    a->end = json_get(part, "end") != NULL;
    if (a->head == a->count)
        a->head = a->count = 0;
    MEM_GROW(a->parts, a->count, a->cap);
    struct rt_part *p = &a->parts[a->count++];
    *p = look_at_part(part);
    a->items += json_count(p->items);
    a->bytes += part_bytes(p);
}

void run_drop_items(struct rt_run *run, uint64_t items)
{
    struct rt_ahead *a = &run->ahead;

    /* A fold has read nothing ahead. */
    while (items && a->head < a->count) {
        const struct rt_part *p = &a->parts[a->head];
        uint64_t left = json_count(p->items) - a->at, taken = items < left ? items : left;
        a->items -= taken;
        a->at += taken;
        items -= taken;
        if (a->at < json_count(p->items))
            return;
        a->at = 0;
        a->head++;
        a->bytes -= part_bytes(p);
        json_unref(p->whole);
    }
}

void run_ask_for_items(struct step *s, struct rt_frame *f)
{
    struct rt_run *run = f->group->run;

    bool enough = run->ahead.items >= FEW_ITEMS && run_has_next(f->group);

    if (run->ahead.asked || has_all(f->group) || has_many_bytes(run) || enough)
        return;
    *new_command(s) = (struct rt_command){
        .kind = RT_READ_ITEMS,
        .frame = f->id,
        .ref = run->ref,
        .state = f->state,
        .parameters = json_ref(run->plan),
        .source = json_ref(run->source),
        .position = run->position,
        .begin = !run->ahead.begun,
        .anew = run->anew,
        .attempt = run->redrives,
    };
    run->ahead.asked = run->ahead.begun = true;
}

bool run_may_have_more(const struct rt_group *g)
{
    return g->total == RT_MANY && !has_all(g);
}

bool run_is_used_up(const struct rt_group *g)
{
    return g->total == RT_MANY && !g->run->failing && at_hand(g) == 0 && has_all(g);
}

void run_end_items(struct step *s, struct rt_frame *f)
{
    run_stop_reading(s, f);
    emit(s, &(struct rt_event){.kind = RT_ITEMS_ENDED, .frame = f->id, .state = f->state});
}

void run_stop_reading(struct step *s, const struct rt_frame *f)
{
    const struct rt_run *run = f->group->run;

    if (run->ahead.begun)
        *new_command(s) = (struct rt_command){
            .kind = RT_CANCEL_READING, .frame = f->id, .ref = run->ref, .state = f->state};
}
