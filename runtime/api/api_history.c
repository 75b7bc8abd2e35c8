/*
 * GetExecutionHistory: the stored events that AWS shows, in pages, forwards or backwards. A page
 * ends at a sequence number of the store, not at an event's id, since private events lie between.
 * Where the store's rows are damaged an ExecutionFailed is made up that says so.
 */

#include "runtime/api/api_history.h"

#include "runtime/api/api_call.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_page.h"
#include "runtime/api/api_state.h"

#include <string.h>

/* ---- GetExecutionHistory ---- */

struct events {
    rt_exec *exec; /* what the events' texts need of it: its names */
    bool bare;     /* without data */
    struct json_build list;
    size_t shown, limit;
    uint64_t last;
    uint32_t last_id, shown_id; /* the greatest so far; the one that was shown last */
    bool more;
};

static void show_event(struct events *l, const struct rt_event *e)
{
    json *event = rt_event_json(l->exec, e);

    json_build_add(&l->list, l->bare ? rt_event_without_data(event) : event);
    l->shown++;
    l->last = e->seq;
    l->last_id = l->shown_id = e->id;
}

/* One more than the limit tells that there are more. */
static bool show_next(void *user, const struct rt_event *e)
{
    struct events *l = user;

    if (!e->id)
        return true;
    l->more = l->shown == l->limit;
    if (!l->more)
        show_event(l, e);
    return !l->more;
}

/*
 * Where events can't be read, or an execution was set apart and its history has no end, this stands
 * in the place of what is missing. What can be read on the way there is shown; `hidden` says what
 * is not, though it may be good, as nobody looks behind the damage.
 */
static json *lost_events(const struct execution *x, uint32_t id, const char *hidden)
{
    struct json_build b, d;

    json_build_object(&d, 2);
    if (x->error.name)
        json_build_set(&d, "error", json_ref(x->error.name));
    if (x->error.cause)
        json_build_set(&d, "cause", json_stringf("%s%s", json_str(x->error.cause), hidden));
    json_build_object(&b, 5);
    json_build_set(&b, "id", json_int(id));
    json_build_set(&b, "previousEventId", json_int((int64_t)id - 1));
    json_build_set(&b, "timestamp", api_time(x->status == RT_RUNNING ? x->start_ms : x->stop_ms));
    json_build_set(&b, "type", json_cstring("ExecutionFailed"));
    json_build_set(&b, "executionFailedEventDetails", json_build_done(&d));
    return json_build_done(&b);
}

/* Returns whether damage ended the reading, and notes it in `x`. Any other failure fails the
 * call. Clears *why. */
static bool was_damaged(api *a, struct execution *x, struct diag *why)
{
    bool damaged = why->code && strcmp(why->code, STORE_DAMAGED) == 0;

    if (damaged)
        execution_spoil(x, why->text);
    else
        api_read_failed(a, why);
    diag_clear(why);
    return damaged;
}

/* Looks backwards for the last event that AWS shows. */
static bool note_last_id(void *user, const struct rt_event *e)
{
    struct events *l = user;

    if (e->id > l->last_id)
        l->last_id = e->id;
    return !e->id;
}

/* The page of the newest events before sequence number `until`. */
static json *newest(struct call *c, struct execution *x, uint64_t until, struct events *l)
{
    static const char hidden[] = "; the events before it are not shown";
    bool ends_apart = x->apart && until == UINT64_MAX;
    struct diag why = {0};

    if (ends_apart) {
        store_read_back(c->api->store, x->number, until, note_last_id, l, &why);
        bool at_once = was_damaged(c->api, x, &why);
        json_build_add(&l->list, lost_events(x, l->last_id + 1, at_once ? hidden : ""));
        l->shown++;
    }
    store_read_back(c->api->store, x->number, until, show_next, l, &why);
    if (was_damaged(c->api, x, &why) && (!ends_apart || l->shown_id))
        json_build_add(&l->list, lost_events(x, l->shown_id > 1 ? l->shown_id - 1 : 1, hidden));
    return json_build_done(&l->list);
}

/* The page of the events behind sequence number `after`. */
static json *oldest(struct call *c, struct execution *x, uint64_t after, struct events *l)
{
    struct diag why = {0};

    store_read(c->api->store, x->number, after + 1, show_next, l, &why);
    bool damaged = was_damaged(c->api, x, &why);
    if ((x->apart || damaged) && !l->more)
        json_build_add(
            &l->list,
            lost_events(x, l->last_id + 1, damaged ? "; the events behind it are not shown" : ""));
    return json_build_done(&l->list);
}

static const struct member history_in[] = {
    ARN_MEMBER("executionArn"),
    PAGE_MEMBERS,
    {.name = "reverseOrder", .kind = FLAG},
    {.name = "includeExecutionData", .kind = FLAG},
    {.name = NULL},
};

/* The events' texts need the execution's names and machine, of which the row has all; it is not
 * folded. */
static json *get_execution_history(struct call *c)
{
    static const char args[] = "executionArn reverseOrder includeExecutionData";
    const json *data = call_get(c, "includeExecutionData");
    const struct store_execution *row;
    struct events l = {.bare = data && json_kind(data) == JSON_FALSE};
    struct diag why = {0};
    struct execution x;
    struct page page;
    json *events;

    if (!execution_find(c, &x))
        return NULL;
    if (!page_begin(c, args, &page)) {
        execution_clear(&x);
        return NULL;
    }
    uint64_t after = page_after(&page, 0);
    l.limit = page.limit;
    json_build_array(&l.list, 0);
    if (x.apart)
        execution_result(c->api, &x);
    if (store_find(c->api->store, x.number, &row, &why) && row->machine)
        l.exec = rt_exec_new(row->machine, &row->config);
    api_read_failed(c->api, &why);
    if (call_is_unreadable(c->api))
        events = json_build_done(&l.list);
    else if (call_flag(c, "reverseOrder"))
        events = newest(c, &x, after ? after : UINT64_MAX, &l);
    else
        events = oldest(c, &x, after, &l);
    rt_exec_free(l.exec);
    execution_clear(&x);
    return page_end(c, &page, "events", events, l.more ? page_number(l.last) : NULL);
}

const struct operation get_execution_history_operation = {
    .name = "GetExecutionHistory",
    .run = get_execution_history,
    .in = history_in,
};
