/*
 * Task calls of S3, made in the name of a Map Run. A call's id has a bit of its own, by which the
 * host tells it from those of the engine.
 */
#include "runtime/mapio/mapio_impl.h"

#include "parsers/base/mem.h"

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
    if (a->call)
        a->m->world.cancel(a->m->world.user, a->call);
    drop_call(a);
    mem_free(a->state);
    mem_free(a->execution);
    mem_free(a->own_role);
    mem_free(a->key);
}

void asker_set_call(struct asker *a, const char *action, json *parameters, bool raw,
                    void (*answered)(struct asker *a, struct task_result *result))
{
    a->action = action;
    a->parameters = parameters;
    a->raw = raw;
    a->answered = answered;
}

void asker_send(struct asker *a)
{
    struct mapio *m = a->m;
    struct own_call *call;
    struct buf text = {0};
    struct asl_resource resource;

    if (!a->action || a->call)
        return;
    call = mem_calloc(1, sizeof *call);
    json *parameters = json_ref(a->parameters);
    a->call = call->node.id = OWN_CALL | ++m->next_call;
    call->asker = a;
    id_map_put(&m->calls, &call->node);
    buf_printf(&text, "arn:aws:states:::aws-sdk:s3:%s", a->action);
    asl_resource_read(buf_str(&text), &resource);
    m->world.call(m->world.user, &(struct task){.id = a->call,
                                                .resource = &resource,
                                                .state = a->state,
                                                .execution = a->execution,
                                                .own_role = a->own_role,
                                                .key = a->key,
                                                .parameters = parameters,
                                                .now_ms = a->now_ms,
                                                .number = a->number,
                                                .raw = a->raw});
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

void mapio_task_done(mapio *m, uint64_t call, struct task_result *result)
{
    struct asker *a = asker_of(m, call);

    if (a) {
        void (*answered)(struct asker *, struct task_result *) = a->answered;
        drop_call(a);
        answered(a, result);
    }
    task_result_clear(result);
}
