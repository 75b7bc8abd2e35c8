/*
 * A .sync Task that is cancelled leaves a job at a service, which is told to stop after the commit.
 * That may take its time, and the process may die meanwhile. So a record says from the commit that
 * cancels the Task until nothing of it is out any more that its job is to be stopped; a process
 * that finds such records stops those jobs. All that is needed for that but the record's text is
 * in the execution's history, which is not deleted before.
 */
#include "runtime/engine/engine_stops.h"

#include "parsers/base/mem.h"
#include "runtime/engine/engine_call.h"
#include "runtime/engine/engine_recover.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The key is the execution's number and the event's that scheduled the Task, as "7/12"; the text is
 * what the service said when the job began, if that came after the Task had been cancelled. */
static const char record_kind[] = "stop";

struct stop {
    struct id_node node; /* first; the task call's id */
    uint64_t execution, ref;
};

static void put_stop_record(engine *e, const struct stop *s, const char *text, size_t len)
{
    struct buf key = {0};

    buf_printf(&key, "%" PRIu64 "/%" PRIu64, s->execution, s->ref);
    store_put(e->store, record_kind, buf_str(&key), text, len);
    buf_clear(&key);
}

static struct stop *stop_at(const engine *e, uint64_t id)
{
    return (struct stop *)(void *)id_map_get(&e->stops, id);
}

static struct stop *add_stop(engine *e, uint64_t execution, uint64_t ref)
{
    struct stop *s = mem_calloc(1, sizeof *s);

    s->node.id = engine_call_id(execution, ref);
    s->execution = execution;
    s->ref = ref;
    id_map_put(&e->stops, &s->node);
    store_hold(e->store, execution);
    return s;
}

void engine_clear_stops(engine *e)
{
    for (struct id_node *n; (n = id_map_take_any(&e->stops));)
        mem_free(n);
    id_map_clear(&e->stops);
}

static bool awaits_job(const struct asl_state *s)
{
    enum asl_pattern pattern = s->task.parts.pattern;

    return s->type == ASL_TASK && (pattern == ASL_SYNC || pattern == ASL_SYNC_2);
}

void engine_keep_stops(engine *e, const struct turn_output *t)
{
    for (size_t i = 0; i < t->out.command_count; i++) {
        const struct rt_command *c = &t->out.commands[i];
        if (c->kind == RT_CANCEL_TASK && awaits_job(c->state) &&
            !stop_at(e, engine_call_id(t->execution, c->ref)))
            put_stop_record(e, add_stop(e, t->execution, c->ref), "", 0);
    }
}

void engine_note_late_job(engine *e, uint64_t id, const json *output)
{
    const struct stop *s = stop_at(e, id);
    struct buf text = {0};

    if (!s)
        return;
    json_write(&text, output);
    put_stop_record(e, s, text.data, text.len);
    buf_clear(&text);
}

void engine_task_gone(engine *e, uint64_t id)
{
    struct stop *s = (struct stop *)(void *)id_map_take(&e->stops, id);

    if (!s)
        return;
    put_stop_record(e, s, NULL, 0);
    store_let_go(e->store, s->execution);
    mem_free(s);
}

/* ---- after a restart ---- */

/* A record that was found, and what the history says of its Task. */
struct found_stop {
    uint64_t execution, ref;
    json *submitted; /* NULL: nobody knows which job it is */
    bool has_task;
    struct rt_event task; /* the one that scheduled it */
};

struct found_stops {
    struct found_stop *list;
    size_t count, cap;
};

static bool note_record(void *user, const char *key, const char *text, size_t len)
{
    struct found_stops *v = user;
    char *end;
    struct found_stop s = {.execution = strtoull(key, &end, 10)};

    if (*end == '/')
        s.ref = strtoull(end + 1, NULL, 10);
    s.submitted = len ? json_parse(text, len, JSON_READ_SURROGATES, NULL) : NULL;
    MEM_GROW(v->list, v->count, v->cap);
    v->list[v->count++] = s;
    return true;
}

/* A frame has one Task at a time, so what was submitted in it before the Task's end is its job. */
static bool look_at_event(void *user, const struct rt_event *event)
{
    struct found_stop *s = user;

    if (!s->has_task) {
        s->has_task = event->seq == s->ref && event->kind == RT_TASK_SCHEDULED;
        if (s->has_task)
            s->task = rt_event_copy(event);
        return s->has_task && !s->submitted;
    }
    if (event->frame != s->task.frame)
        return true;
    if (event->kind == RT_TASK_SUBMITTED)
        s->submitted = json_ref(event->data);
    return event->kind == RT_TASK_STARTED || event->kind == RT_HEARTBEAT;
}

static void hand_out_stop(engine *e, const struct found_stop *s, const struct rt_names *names)
{
    struct buf key = {0};
    json *role = rt_task_role(&s->task);

    buf_printf(&key, "%s:%u", json_str(names->arn), s->task.id);
    e->hooks.stop_job(e->hooks.user,
                      &(struct task){.id = add_stop(e, s->execution, s->ref)->node.id,
                                     .resource = &s->task.state->task.parts,
                                     .state = json_str(s->task.state->name),
                                     .execution = json_str(names->arn),
                                     .role = role ? json_str(role) : NULL,
                                     .own_role = names->role_arn ? json_str(names->role_arn) : NULL,
                                     .key = buf_str(&key),
                                     .parameters = s->task.data,
                                     .now_ms = e->now_ms,
                                     .submitted = s->submitted,
                                     .repeated = true,
                                     .since_ms = s->task.at_ms,
                                     .number = s->execution});
    json_unref(role);
    buf_clear(&key);
}

/* An execution that was deleted, or is damaged, has nothing by which its job could be found. */
static bool stop_found(engine *e, struct found_stop *s, struct diag *why)
{
    const struct store_execution *row;
    struct diag wrong = {0};
    struct rt_names names = {0};
    asl_machine *m = NULL;
    bool good = store_find(e->store, s->execution, &row, &wrong);

    if (good && !row->damage) {
        m = asl_machine_ref(row->machine); /* events look at its states */
        names.arn = json_ref(row->config.names.arn);
        names.role_arn = json_ref(row->config.names.role_arn);
        good = store_read(e->store, s->execution, s->ref, look_at_event, s, &wrong);
    }
    if (!good)
        good = !strcmp(wrong.code, STORE_NONE) || engine_is_damage(&wrong);
    if (!good)
        diag_set(why, wrong.code, 0, "%s", wrong.text);
    else if (s->has_task && awaits_job(s->task.state))
        hand_out_stop(e, s, &names);
    else
        put_stop_record(e, &(struct stop){.execution = s->execution, .ref = s->ref}, NULL, 0);
    if (s->has_task)
        rt_event_clear(&s->task);
    asl_machine_unref(m);
    rt_names_clear(&names);
    diag_clear(&wrong);
    return good;
}

bool engine_stop_again(engine *e, struct diag *why)
{
    struct found_stops v = {0};
    bool known = e->recovers && e->hooks.stop_job;
    bool good = !known || store_list(e->store, record_kind, NULL, note_record, &v, why);

    for (size_t i = 0; i < v.count; i++) {
        struct found_stop *s = &v.list[i];
        if (good && !stop_at(e, engine_call_id(s->execution, s->ref)))
            good = stop_found(e, s, why);
        json_unref(s->submitted);
    }
    mem_free(v.list);
    return good;
}
