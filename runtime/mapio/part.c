/* The items of one answer: bounded in number and in bytes, so that a turn of the engine is. */
#include "runtime/mapio/mapio_impl.h"

enum { PART_ITEMS = 1000, PART_BYTES = 1 << 20 };

static void part_begin(struct part *p, bool with_keys, bool with_states, bool with_sources)
{
    json_build_array(&p->items, 0);
    json_build_array(&p->ends, 0);
    if (with_keys)
        json_build_array(&p->keys, 0);
    if (with_states)
        json_build_array(&p->states, 0);
    if (with_sources)
        json_build_array(&p->sources, 0);
    p->with_keys = with_keys;
    p->with_states = with_states;
    p->with_sources = with_sources;
    p->begun = true;
}

static uint64_t line_after(const struct part *p, size_t items)
{
    return p->line ? p->line + items : 0;
}

/* Mostly each item has a line of its own: then the first one tells all. */
static void part_add_line(struct part *p, uint64_t line)
{
    if (!p->count)
        p->line = line;
    if (!p->with_lines && line == line_after(p, p->count))
        return;
    if (!p->with_lines) {
        json_build_array(&p->lines, 0);
        for (size_t i = 0; i < p->count; i++)
            json_build_add(&p->lines, json_int((int64_t)line_after(p, i)));
    }
    p->with_lines = true;
    json_build_add(&p->lines, json_int((int64_t)line));
}

void part_add(struct part *p, struct item *item, uint64_t bytes, json *state, json *source)
{
    if (!p->begun)
        part_begin(p, item->key != NULL, state != NULL, source != NULL);
    part_add_line(p, item->line);
    json_build_add(&p->items, item->value);
    json_build_add(&p->ends, json_int((int64_t)item->end));
    if (p->with_keys)
        json_build_add(&p->keys, item->key);
    if (p->with_states)
        json_build_add(&p->states, state);
    if (p->with_sources)
        json_build_add(&p->sources, source);
    p->count++;
    p->bytes += bytes;
}

bool part_is_full(const struct part *p)
{
    return p->count >= PART_ITEMS || p->bytes >= PART_BYTES;
}

json *part_done(struct part *p, const json *state, const json *from, const char *unit, bool end)
{
    struct json_build b;

    if (!p->begun)
        part_begin(p, false, false, false);
    json_build_object(&b, 9);
    json_build_set(&b, "items", json_build_done(&p->items));
    json_build_set(&b, "ends", json_build_done(&p->ends));
    if (p->with_keys)
        json_build_set(&b, "keys", json_build_done(&p->keys));
    if (p->with_states)
        json_build_set(&b, "states", json_build_done(&p->states));
    else if (state)
        json_build_set(&b, "state", json_ref(state));
    if (p->with_sources)
        json_build_set(&b, "sources", json_build_done(&p->sources));
    else if (from)
        json_build_set(&b, "from", json_ref(from));
    if (p->with_lines)
        json_build_set(&b, "lines", json_build_done(&p->lines));
    else if (p->line)
        json_build_set(&b, "line", json_int((int64_t)p->line));
    if (unit)
        json_build_set(&b, "unit", json_cstring(unit));
    json_build_set(&b, "bytes", json_int((int64_t)p->bytes));
    if (end)
        json_build_set(&b, "end", json_bool(true));
    *p = (struct part){0};
    return json_build_done(&b);
}

void part_drop(struct part *p)
{
    if (p->begun)
        json_unref(part_done(p, NULL, NULL, NULL, false));
}
