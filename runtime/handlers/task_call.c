/*
 * How a task call is made and freed. The engine's task is there for the time of a hook only, so all
 * that a call needs of it is copied, into one piece of memory.
 */
#include "runtime/handlers/handlers_impl.h"

#include "parsers/base/mem.h"
#include "runtime/handlers/integration.h"

#include <string.h>

static const char *handlers_keep(char **room, const char *text)
{
    char *at = *room;
    size_t size;

    if (!text)
        return NULL;
    size = strlen(text) + 1;
    memcpy(at, text, size);
    *room += size;
    return at;
}

static const char *keep_piece(char **room, struct asl_piece p)
{
    char *at = *room;

    memcpy(at, p.at, p.len);
    at[p.len] = '\0';
    *room += p.len + 1;
    return at;
}

static size_t kept(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/* Returns the region in the ARN of an execution that an earlier process has begun elsewhere, as its
 * jobs: an empty piece for all others. */
static struct asl_piece region_elsewhere(const handlers *h, const char *execution)
{
    const char *now = h->options.begun_region, *at = execution;

    for (int colons = 0; at && colons < 3; colons++)
        at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL;
    size_t len = at ? strcspn(at, ":") : 0;
    bool is_ours = !now || (strlen(now) == len && !strncmp(now, at, len));
    return (struct asl_piece){at, is_ours ? 0 : len};
}

/*
 * Makes the call and the texts behind it in one piece of memory. The engine's task lives for the
 * time of the hook only, so all texts are copied. A FunctionName is part of the target, and need
 * not end there: its length is told.
 */
struct task_call *task_call_new(struct handler_row *row, const struct task *t,
                                const struct integration *i, const struct handler_input *v)
{
    struct asl_piece name = asl_function_name(v->target);
    struct asl_piece region = region_elsewhere(row->h, t->execution);
    size_t texts = kept(v->target) + name.len + 1 + region.len + 1 + kept(t->state) +
                   kept(t->execution) + kept(t->key) + kept(v->qualifier) +
                   kept(v->client_context) + kept(t->role) + kept(t->own_role);
    struct task_call *call = mem_alloc(sizeof *call + texts);
    char *room = (char *)(call + 1);

    *call = (struct task_call){.node.id = t->id,
                               .h = row->h,
                               .row = row,
                               .integration = i,
                               .event = v->event,
                               .log_tail = v->log_tail,
                               .attempt = t->attempt,
                               .trace = t->trace,
                               .raw = t->raw,
                               .probe = t->probe,
                               .repeated = t->repeated,
                               .since_ms = t->since_ms,
                               .now_ms = t->now_ms,
                               .payload = v->payload ? json_ref(v->payload) : json_null(),
                               .submitted = json_ref(t->submitted)};
    call->target = handlers_keep(&room, v->target);
    if (v->resource)
        call->resource = asl_resource_in(v->resource, call->target);
    call->state_name = handlers_keep(&room, t->state);
    call->execution = handlers_keep(&room, t->execution);
    call->key = handlers_keep(&room, t->key);
    call->qualifier = handlers_keep(&room, v->qualifier);
    call->client_context = handlers_keep(&room, v->client_context);
    call->role = handlers_keep(&room, t->role);
    call->own_role = handlers_keep(&room, t->own_role);
    call->name = keep_piece(&room, name);
    call->region = region.len ? keep_piece(&room, region) : NULL;
    return call;
}

void task_call_free(struct task_call *call)
{
    handler_answer_clear(&call->answer);
    json_unref(call->payload);
    json_unref(call->submitted);
    mem_free(call);
}

/* ---- lists ---- */

void call_list_put_behind(struct call_list *l, struct task_call *before, struct task_call *call)
{
    call->prev = before;
    call->next = before ? before->next : l->first;
    if (call->prev)
        call->prev->next = call;
    else
        l->first = call;
    if (call->next)
        call->next->prev = call;
    else
        l->last = call;
    l->count++;
}

void call_list_put(struct call_list *l, struct task_call *call)
{
    call_list_put_behind(l, l->last, call);
}

void call_list_take(struct call_list *l, struct task_call *call)
{
    if (call->prev)
        call->prev->next = call->next;
    else
        l->first = call->next;
    if (call->next)
        call->next->prev = call->prev;
    else
        l->last = call->prev;
    l->count--;
}
