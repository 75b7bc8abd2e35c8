/*
 * A reading goes on as long as its Map Run asks: it fills one part, answers with it, and rests.
 */
#include "runtime/mapio/mapio_impl.h"

#include "parsers/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* AWS's 5 GB of a file of results, and 10 GB of a file of items. */
static const uint64_t MOST_FILE = UINT64_C(5) << 30, MOST_READ = UINT64_C(10) << 30;

/* The part of all memory that readings may have together before one of them must wait. */
enum { ROOM_SHARE = 4 };

/* ---- its ends ---- */

static void reading_free(struct reading *r)
{
    id_map_take(&r->asker.m->readings, r->asker.node.id);
    due_heap_remove(&r->asker.m->gathering, &r->gathered);
    room_leave(r);
    asker_end(&r->asker);
    if (r->kind)
        r->kind->free(r);
    file_close(&r->file);
    part_drop(&r->part);
    json_unref(r->plan);
    asl_error_clear(&r->error);
    json_unref(r->source);
    json_unref(r->from);
    json_unref(r->headers);
    mem_free(r);
}

/* Only what was asked for is answered: what there is besides waits for the next request. */
static void answer(struct reading *r, bool end)
{
    r->asked = false;
    due_heap_remove(&r->asker.m->gathering, &r->gathered);
    r->asker.m->world.came(r->asker.m->world.user, r->asker.node.id,
                           part_done(&r->part, r->source, r->from, r->unit, end));
}

static void tell_failure(struct reading *r)
{
    const struct mapio_world world = r->asker.m->world;
    uint64_t id = r->asker.node.id;
    struct asl_error error = r->error;
    bool differs = r->differs;

    r->error = (struct asl_error){0};
    reading_free(r);
    world.failed(world.user, id, error, differs);
}

/* What was read before goes first: then it makes no difference in which pieces a file comes. */
static void tell_end(struct reading *r)
{
    if (r->part.count)
        answer(r, false);
    else
        tell_failure(r);
}

/* It may have read ahead: then it waits to be asked. */
static void end_with(struct reading *r, struct asl_error error)
{
    r->error = error;
    if (r->asked)
        tell_end(r);
}

void reading_fail(struct reading *r, const char *format, ...)
{
    struct buf text = {0};
    struct asl_error error = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    asl_error_set(&error, ASL_ITEM_READER_FAILED, "%s", buf_str(&text));
    buf_clear(&text);
    end_with(r, error);
}

void reading_fail_changed(struct reading *r, const char *what)
{
    r->differs = r->redriven;
    if (r->differs)
        reading_fail(r,
                     "%s was changed after the Map Run began. A redrive reads on in what it began "
                     "with: put that back, or start another execution.",
                     what);
    else
        reading_fail(r, "%s was changed while it was read.", what);
}

void reading_fail_with(struct reading *r, const struct task_result *result)
{
    struct asl_error error = {.cause = json_ref(result->cause)};

    asker_tell_failure(&r->asker, result);
    error.name = json_str_is(result->error, ASL_NO_HANDLER) ? json_ref(result->error)
                                                            : json_cstring(ASL_ITEM_READER_FAILED);
    end_with(r, error);
}

/* ---- going on ---- */

void reading_enter(struct reading *r, json *state, json *from)
{
    if (r->part.count && r->asked && !r->gathers)
        answer(r, false);
    json_unref(r->source);
    json_unref(r->from);
    r->source = state;
    r->from = from;
}

void reading_add(struct reading *r, struct item *item, uint64_t bytes, json *state)
{
    const struct mapio_world *world = &r->asker.m->world;
    bool own = r->gathers && !state;

    if (!r->part.count && r->gathers)
        r->gather_until_ms = world->now(world->user) + world->gather_ms;
    /* Of an array they have no keys, of an object all have. */
    if (r->part.count && r->part.with_keys != (item->key != NULL) && r->asked)
        answer(r, false);
    part_add(&r->part, item, bytes, own ? json_ref(r->source) : state,
             own ? json_ref(r->from) : NULL);
}

/*
 * Items that are at hand wait for those of the next file, as each part costs a commit of the store:
 * thousands of small files would take as many. They don't wait for long, as S3 may be slow.
 */
static void gather(struct reading *r)
{
    const struct mapio_world *world = &r->asker.m->world;

    if (!r->gathers || !r->asked || !r->part.count)
        return;
    if (world->now(world->user) >= r->gather_until_ms)
        answer(r, false);
    else
        due_heap_set(&r->asker.m->gathering, &r->gathered,
                     (struct due_key){.due_ms = r->gather_until_ms, .order = r->asker.node.id});
}

void readings_gathered(mapio *m, int64_t now_ms)
{
    while (due_heap_next_ms(&m->gathering) <= now_ms) {
        struct due_node *n = due_heap_first(&m->gathering);
        struct reading *r =
            (struct reading *)(void *)((char *)n - offsetof(struct reading, gathered));

        answer(r, false);
    }
}

/* So long a reading keeps the thread: little of a file can unpack to much that has no items. */
enum { MOST_MS = 20 };

static void reading_rested(struct asker *a)
{
    reading_go_on(reading_of(a));
}

void reading_go_on(struct reading *r)
{
    const struct mapio_world *world = &r->asker.m->world;
    enum source_step step = SOURCE_GOES_ON;
    int64_t until_ms = world->now(world->user) + MOST_MS;

    /* It will go on by itself. */
    if (r->asker.later.place)
        return;
    if (r->error.name) {
        if (r->asked)
            tell_end(r);
        return;
    }
    while (r->asked && !r->asker.action && step == SOURCE_GOES_ON) {
        step = r->kind->next(r);
        if (step == SOURCE_FAILED)
            return;
        if (r->asked && step == SOURCE_ENDS)
            answer(r, true);
        else if (r->asked && part_is_full(&r->part))
            answer(r, false);
        if (step == SOURCE_GOES_ON && r->asked && !r->asker.action &&
            world->now(world->user) > until_ms) {
            asker_rest(&r->asker, 1, reading_rested);
            return;
        }
    }
    room_recount(r);
    if (r->is_in_line && r->part.count)
        answer(r, false);
    if (r->asker.action)
        gather(r);
    room_yield(r);
    asker_send(&r->asker);
}

const json *text_member(const json *v, const char *name)
{
    const json *member = v && json_is_object(v) ? json_get(v, name) : NULL;

    return member && json_is_string(member) ? member : NULL;
}

const json *reading_parameter(const struct reading *r, const char *name)
{
    const json *text = text_member(json_get(json_get(r->plan, "reader"), "parameters"), name);

    return text && json_str_len(text) ? text : NULL;
}

const json *reading_setting(const struct reading *r, const char *name)
{
    return json_get(json_get(json_get(r->plan, "reader"), "config"), name);
}

bool reading_is_set(const struct reading *r, const char *name, const char *value)
{
    const json *v = reading_setting(r, name);

    return v && json_is_string(v) && json_str_is(v, value);
}

/* ---- for the host ---- */

struct reading *reading_of(struct asker *a)
{
    return (struct reading *)(void *)a;
}

/* Without an InputType a file is JSON. */
static enum items_format format_of(const struct reading *r)
{
    if (reading_is_set(r, "InputType", "CSV"))
        return ITEMS_CSV;
    if (reading_is_set(r, "InputType", "JSONL"))
        return ITEMS_JSONL;
    if (reading_is_set(r, "InputType", "PARQUET"))
        return ITEMS_PARQUET;
    return ITEMS_JSON;
}

static const struct source_kind *kind_of(const struct reading *r)
{
    const json *resource = json_get(json_get(r->plan, "reader"), "resource");

    if (resource && json_str_is(resource, "listObjectsV2"))
        return &source_list;
    return reading_is_set(r, "InputType", "MANIFEST") || reading_setting(r, "ManifestType")
               ? &source_manifest
               : &source_object;
}

static void reading_begin(mapio *m, const struct map_reading *of)
{
    struct reading *r = mem_calloc(1, sizeof *r);

    asker_begin(&r->asker, m, of->id, of->as);
    r->plan = json_ref(of->plan);
    r->source = json_ref(of->source);
    r->asked = true;
    r->anew = of->anew;
    r->redriven = of->redriven && of->source && !of->anew;
    r->most_read = of->aws_limits ? m->world.most_read : UINT64_MAX;
    id_map_put(&m->readings, &r->asker.node);
    r->kind = kind_of(r);
    r->gathers = m->world.gather_ms && r->kind != &source_object;
    r->format = format_of(r);
    if (reading_is_set(r, "CSVHeaderLocation", "GIVEN"))
        r->headers = json_ref(reading_setting(r, "CSVHeaders"));
    const json *most = reading_setting(r, "MaxItems");
    if (most && json_int_value(most) < 0)
        reading_fail(r, "field MaxItems must be positive");
    else if (r->kind->begin(r, of->position))
        reading_go_on(r);
}

void mapio_read(mapio *m, const struct map_reading *reading)
{
    struct reading *r = (struct reading *)(void *)id_map_get(&m->readings, reading->id);

    if (r && reading->begin) {
        reading_free(r);
        r = NULL;
    }
    if (!r) {
        reading_begin(m, reading);
        return;
    }
    r->asked = true;
    r->asker.now_ms = reading->as->now_ms;
    reading_go_on(r);
}

void mapio_cancel(mapio *m, uint64_t id)
{
    struct reading *r = (struct reading *)(void *)id_map_get(&m->readings, id);

    if (r)
        reading_free(r);
    writing_cancel(m, id);
}

size_t mapio_held(const mapio *m, uint64_t id)
{
    const struct reading *r = (struct reading *)(void *)id_map_get(&m->readings, id);

    return r ? r->part.bytes + file_held(&r->file) + r->of_kind_bytes : writing_held(m, id);
}

mapio *mapio_new(const struct mapio_world *world)
{
    mapio *m = mem_calloc(1, sizeof *m);

    m->world = *world;
    if (!m->world.most_file)
        m->world.most_file = MOST_FILE;
    if (!m->world.most_read)
        m->world.most_read = MOST_READ;
    m->room.most = m->world.memory ? m->world.memory / ROOM_SHARE : SIZE_MAX;
    return m;
}

void mapio_free(mapio *m)
{
    if (!m)
        return;
    while (m->readings.count) {
        struct id_node *n = id_map_take_any(&m->readings);
        id_map_put(&m->readings, n);
        reading_free((struct reading *)(void *)n);
    }
    id_map_clear(&m->readings);
    writings_free(m);
    id_map_clear(&m->calls);
    due_heap_clear(&m->later);
    due_heap_clear(&m->gathering);
    mem_free(m);
}
