/*
 * Task calls of S3, made in the name of a Map Run. A call's id has a bit of its own, by which the
 * host tells it from those of the engine. What fails as servers and networks do now and then is
 * tried again as AWS's SDKs do: a file of 10 GB takes thousands of calls, and without that any of
 * them could end its Map Run.
 */
#include "runtime/mapio/mapio_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The engine's ids never get that far, nor has handlers.c this bit. */
static const uint64_t OWN_CALL = UINT64_C(1) << 62;

/* What a call is for. */
struct own_call {
    struct id_node node;
    struct asker *asker;
};

static char *copy(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

void asker_begin(struct asker *a, mapio *m, uint64_t id, const struct task *as)
{
    a->node.id = id;
    a->m = m;
    a->state = copy(as->state);
    a->execution = copy(as->execution);
    a->own_role = copy(as->own_role);
    a->key = copy(as->key);
    a->number = as->number;
    a->now_ms = as->now_ms;
}

static void drop_call(struct asker *a)
{
    mem_free(id_map_take(&a->m->calls, a->call));
    json_unref(a->parameters);
    a->parameters = NULL;
    a->action = NULL;
    a->call = 0;
}

void asker_end(struct asker *a)
{
    due_heap_remove(&a->m->later, &a->later);
    if (a->call)
        a->m->world.cancel(a->m->world.user, a->call);
    drop_call(a);
    json_unref(a->where);
    mem_free(a->state);
    mem_free(a->execution);
    mem_free(a->own_role);
    mem_free(a->key);
}

/* Of a list the prefix stands for the key. */
static json *where_of(const json *parameters)
{
    const json *bucket = text_member(parameters, "Bucket"), *key = text_member(parameters, "Key"),
               *prefix = text_member(parameters, "Prefix");

    if (!key)
        key = prefix;
    return json_stringf("S3://%s%s%s", bucket ? json_str(bucket) : "", key ? "/" : "",
                        key ? json_str(key) : "");
}

void asker_set_call(struct asker *a, const char *action, json *parameters, bool raw,
                    void (*answered)(struct asker *a, struct task_result *result))
{
    a->action = action;
    a->parameters = parameters;
    a->raw = raw;
    a->answered = answered;
    a->tries = 0;
    a->asked = action;
    json_unref(a->where);
    a->where = where_of(parameters);
}

void asker_tell(const struct asker *a, const char *format, ...)
{
    const struct mapio_world *world = &a->m->world;
    struct buf text = {0}, line = {0};
    va_list args;

    if (!world->tell)
        return;
    buf_printf(&text, "%s: ", a->state);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    /* Keys, and what S3 says, may have line ends, after which it would look like another line. */
    utf8_add_line(&line, text.data, text.len);
    world->tell(world->user, a->execution, buf_str(&line));
    buf_clear(&text);
    buf_clear(&line);
}

/* Of a missing handler the error says all. */
void asker_tell_failure(const struct asker *a, const struct task_result *result)
{
    if (!json_str_is(result->error, ASL_NO_HANDLER))
        asker_tell(a, "%s of %s failed: %s: %s", a->asked, json_str(a->where),
                   json_str(result->error), result->cause ? json_str(result->cause) : "no cause");
}

/* Fills in the task of a call; the buffer has the text that `resource` looks at. */
static struct task task_of(const struct asker *a, const char *action, const json *parameters,
                           struct buf *text, struct asl_resource *resource)
{
    buf_printf(text, "arn:aws:states:::aws-sdk:s3:%s", action);
    asl_resource_read(buf_str(text), resource);
    return (struct task){.id = a->call,
                         .resource = resource,
                         .state = a->state,
                         .execution = a->execution,
                         .own_role = a->own_role,
                         .key = a->key,
                         .parameters = parameters,
                         .now_ms = a->now_ms,
                         .number = a->number,
                         .raw = a->raw,
                         .probe = a->probe};
}

enum mapio_taker asker_taker(const struct asker *a, const char *action, const json *parameters,
                             struct task_result *failed)
{
    const struct mapio_world *world = &a->m->world;
    struct asl_resource resource;
    struct buf text = {0};
    const struct task task = task_of(a, action, parameters, &text, &resource);
    enum mapio_taker taker =
        world->would_take ? world->would_take(world->user, &task, failed) : MAPIO_UNKNOWN;

    buf_clear(&text);
    return taker;
}

void asker_send(struct asker *a)
{
    struct mapio *m = a->m;
    struct own_call *call;
    struct buf text = {0};
    struct asl_resource resource;

    if (!a->action || a->call || a->later.place)
        return;
    a->tries++;
    call = mem_calloc(1, sizeof *call);
    json *parameters = json_ref(a->parameters);
    a->call = call->node.id = OWN_CALL | ++m->next_call;
    call->asker = a;
    id_map_put(&m->calls, &call->node);
    const struct task task = task_of(a, a->action, parameters, &text, &resource);
    m->world.call(m->world.user, &task);
    json_unref(parameters);
    buf_clear(&text);
}

static struct asker *asker_of(const mapio *m, uint64_t call)
{
    const struct own_call *own = (struct own_call *)(void *)id_map_get(&m->calls, call);

    return own ? own->asker : NULL;
}

bool mapio_made_for(const mapio *m, uint64_t call, uint64_t *id)
{
    const struct asker *a = asker_of(m, call);

    if (a)
        *id = a->node.id;
    return a != NULL;
}

/* ---- once more ---- */

/* "Standard" mode of the SDKs: so many calls at most, and before each further one up to 1 s, 2 s, …
 * of a pause, its length by chance. */
enum { MOST_TRIES = 3, FIRST_PAUSE_MS = 1000 };

/* Returns the status that S3 answered with; 0: none is told. */
static int status_of_cause(const json *cause)
{
    static const char before[] = "Status Code: ";
    const char *at = cause ? strstr(json_str(cause), before) : NULL;

    return at ? (int)strtol(at + strlen(before), NULL, 10) : 0;
}

bool is_condition_failed(const struct task_result *result)
{
    return status_of_cause(result->cause) == 412;
}

/* Returns whether the next call may fare better: no answer came, or one that says so. */
static bool may_pass(const struct task_result *result)
{
    static const int passing[] = {429, 500, 502, 503, 504};
    int status = status_of_cause(result->cause);

    for (size_t i = 0; i < COUNT(passing); i++)
        if (status == passing[i])
            return true;
    return result->error && text_ends_with(json_str(result->error), ".SdkClientException");
}

static void call_later(struct asker *a)
{
    struct mapio *m = a->m;
    struct asl_chance chance = {a->call ^ a->node.id};
    double most_ms = (double)(FIRST_PAUSE_MS << (a->tries - 1));
    int64_t pause_ms = (int64_t)(most_ms * asl_chance_unit(&chance));

    mem_free(id_map_take(&m->calls, a->call));
    a->call = 0;
    a->now_ms += pause_ms;
    due_heap_set(
        &m->later, &a->later,
        (struct due_key){.due_ms = m->world.now(m->world.user) + pause_ms, .order = m->next_call});
}

void asker_rest(struct asker *a, int64_t rest_ms, void (*rested)(struct asker *a))
{
    struct mapio *m = a->m;

    a->rested = rested;
    due_heap_set(
        &m->later, &a->later,
        (struct due_key){.due_ms = m->world.now(m->world.user) + rest_ms, .order = m->next_call});
}

static int64_t next_later(const mapio *m)
{
    return due_heap_next_ms(&m->later);
}

int64_t mapio_next_due(const mapio *m)
{
    int64_t later_ms = next_later(m), gathered_ms = due_heap_next_ms(&m->gathering);

    return later_ms < gathered_ms ? later_ms : gathered_ms;
}

size_t mapio_asleep(const mapio *m)
{
    return m->later.count;
}

void mapio_wake(mapio *m, int64_t now_ms)
{
    readings_gathered(m, now_ms);
    while (next_later(m) <= now_ms) {
        struct due_node *n = due_heap_first(&m->later);
        due_heap_remove(&m->later, n);
        struct asker *a = (struct asker *)(void *)((char *)n - offsetof(struct asker, later));
        if (a->action)
            asker_send(a);
        else
            a->rested(a);
    }
}

void mapio_task_done(mapio *m, uint64_t call, struct task_result *result)
{
    struct asker *a = asker_of(m, call);

    if (a && !result->ok && a->tries < MOST_TRIES && may_pass(result)) {
        call_later(a);
    } else if (a) {
        void (*answered)(struct asker *, struct task_result *) = a->answered;
        drop_call(a);
        answered(a, result);
    }
    task_result_clear(result);
}
