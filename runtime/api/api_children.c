/*
 * Executions of Map Runs: found, described and listed by what the store has of them. A child's own
 * row does not know whether the Map waits for its redrive: its parent's history does, and the
 * parent is looked at first, as most have none. Children have no note; what their start was told
 * is in the note of the execution at the top.
 */

#include "runtime/api/api_children.h"

#include "asl/load/field.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_map_runs.h"
#include "runtime/api/api_page.h"
#include "runtime/api/api_state.h"

#include <string.h>

/* ---- one of them ---- */

/* Only one that was redriven and runs has children for which a redrive may be still to come. */
static bool redrives_children(api *a, uint64_t parent)
{
    const struct store_execution *row;
    struct diag why = {0};
    bool may =
        store_find(a->store, parent, &row, &why) && row->status == RT_RUNNING && row->redrives > 0;

    api_pass_damage(a, &why);
    return may;
}

/* Looks for the cheapest reason to say no first: the row's own status, then whether the parent was
 * redriven; only then is the parent's history read, which tells whose turn has not come yet. */
bool child_pends(api *a, const struct store_execution *row)
{
    const struct store_parent parent = row->parent;

    if (!parent.set || row->status == RT_RUNNING || row->status == RT_SUCCEEDED ||
        !redrives_children(a, parent.execution))
        return false;
    const struct map_runs *runs = map_runs_of(a, parent.execution);
    /* Its events' sequence numbers are the parent's own: no other run has a child of that one. */
    for (size_t i = 0; i < runs->count; i++) {
        const struct map_child *c = map_run_child(&runs->list[i], parent.ref);
        if (c)
            return c->state == CHILD_PENDS;
    }
    return false;
}

json *note_at_top(api *a, uint64_t number)
{
    const struct store_execution *row;
    struct diag why = {0};
    json *note = NULL;

    /* Parents are older than their children; in a file that was changed they may not be. */
    for (uint64_t child = UINT64_MAX; number < child && store_find(a->store, number, &row, &why);) {
        child = number;
        if (!row->parent.set) {
            note = json_ref(row->note);
            break;
        }
        number = row->parent.execution;
    }
    api_pass_damage(a, &why);
    return note;
}

/* ---- what it runs ---- */

static bool is_state_named(const void *name, const json *there, const json *state)
{
    (void)state;
    return json_equal(there, name);
}

/* Labels are unique in a machine. */
static bool is_labelled_map(const void *label, const json *name, const json *state)
{
    const json *given = json_is_object(state) ? json_get(state, "Label") : NULL;
    const json *type = given ? json_get(state, "Type") : NULL;

    (void)name;
    return type && json_str_is(given, label) && json_str_is(type, "Map");
}

/* The text of what a Map of the definition runs for each item; NULL: there is no such Map. */
static json *processor_text(const json *text, written_state_is *is, const void *user)
{
    json *definition = json_parse(json_str(text), json_str_len(text), JSON_READ_SURROGATES, NULL);
    struct written_state map;
    struct asl_at at = {0}, processor;
    json *out = NULL;

    if (definition && field_find_state(definition, is, user, &map)) {
        at.value = map.value;
        if (field_blocks(&at, &processor))
            out = json_text(processor.value);
    }
    json_unref(definition);
    return out;
}

json *labelled_processor(const json *definition, const char *label)
{
    return processor_text(definition, is_labelled_map, label);
}

/* The scope that a child runs belongs to the Map that its parent has; the store keeps it with the
 * child. */
static json *definition_of(api *a, const struct execution *x, const json *whole)
{
    struct diag why = {0};
    const struct store_execution *row;
    json *text = NULL;

    if (store_find(a->store, x->number, &row, &why) && row->config.scope &&
        row->config.scope->owner)
        text = processor_text(whole, is_state_named, row->config.scope->owner->name);
    api_pass_damage(a, &why);
    return text;
}

/* "…:mapRun:MACHINE/LABEL:UUID" */
static json *label_of(const json *map_run)
{
    const char *label = strchr(json_str(map_run), '/');

    return label ? json_string(label + 1, strcspn(label + 1, ":")) : json_cstring("");
}

/* Returns `object` with the member `key` added or replaced. Takes `object` and `v`. */
static json *with_member(json *object, const char *key, json *v)
{
    json *out = json_with(object, json_cstring(key), v);

    json_unref(object);
    return out;
}

json *child_describe_machine(api *a, const struct execution *x, json *out)
{
    const json *whole = json_get(out, "definition");
    json *definition = whole ? definition_of(a, x, whole) : NULL;

    if (definition)
        out = with_member(out, "definition", definition);
    out = with_member(out, "mapRunArn", json_ref(x->map_run));
    return with_member(out, "label", label_of(x->map_run));
}

/* ---- ListExecutions of a Map Run ---- */

struct listing {
    struct call *c;
    const struct map_run *run;
    const char *status, *redrive;
    size_t limit, count, looks;
    struct store_place last; /* what was looked at last */
    bool more;
    struct json_build list;
};

static bool passes_redrive_filter(const struct listing *l, uint32_t redrives)
{
    return !l->redrive || (strcmp(l->redrive, "REDRIVEN") == 0) == (redrives > 0);
}

/* The index tells redrives; only then the row is read. The status filter means what is shown, which
 * may be PENDING_REDRIVE, and not the row's own. */
static bool add_child_to_list(void *user, const struct store_listed *at)
{
    struct listing *l = user;
    const struct store_execution *row;
    struct diag why = {0};
    struct json_build item;

    l->more = l->count == l->limit || l->looks >= PAGE_LOOKS;
    if (l->more)
        return false;
    l->looks++;
    l->last = at->place;
    if (!passes_redrive_filter(l, at->redrives))
        return true;
    if (!store_find(l->c->api->store, at->place.number, &row, &why)) {
        api_pass_damage(l->c->api, &why);
        return !call_is_unreadable(l->c->api);
    }
    const struct map_child *child = map_run_child(l->run, row->parent.ref);
    bool pending = child && child->state == CHILD_PENDS;
    const char *status = pending ? "PENDING_REDRIVE" : rt_status_name(row->status);
    if (l->status && strcmp(l->status, status) != 0) {
        l->looks += PAGE_ROW_LOOKS;
        return true;
    }
    json_build_object(&item, 10);
    json_build_set(&item, "executionArn", json_ref(row->config.names.arn));
    json_build_set(&item, "stateMachineArn", json_ref(row->config.names.machine_arn));
    json_build_set(&item, "name", json_ref(row->config.names.name));
    json_build_set(&item, "status", json_cstring(status));
    json_build_set(&item, "startDate", api_time(row->start_ms));
    if (row->status != RT_RUNNING && !pending)
        json_build_set(&item, "stopDate", api_time(row->stop_ms));
    json_build_set(&item, "mapRunArn", json_ref(l->run->arn));
    json_build_set(&item, "itemCount", json_int(child ? child->items : 1));
    json_build_set(&item, "redriveCount", json_int(row->redrives));
    if (row->redrives)
        json_build_set(&item, "redriveDate", api_time(row->redriven_ms));
    json_build_add(&l->list, json_build_done(&item));
    l->count++;
    return true;
}

/* The index of the store has the row's own status. PENDING_REDRIVE is none of these: then all are
 * looked at. */
json *list_map_run_executions(struct call *c, const char *args)
{
    const char *arn = call_text(c, "mapRunArn");
    struct listing l = {
        .c = c, .status = call_text(c, "statusFilter"), .redrive = call_text(c, "redriveFilter")};
    uint64_t execution;
    enum rt_status status;
    struct store_place after;
    struct page page;
    struct diag why = {0};

    l.run = map_run_find(c, arn, &execution);
    if (!l.run || !page_begin(c, args, &page))
        return NULL;
    l.limit = page.limit;
    json_build_array(&l.list, 0);
    bool goes_on = page_place(&page, &after);
    /* What waits for its redrive has ended in one way or another. */
    bool own = l.status && execution_status_of(l.status, &status);
    store_list_executions(c->api->store, arn, own ? &status : NULL, goes_on ? &after : NULL,
                          add_child_to_list, &l, &why);
    api_read_failed(c->api, &why);
    return page_end(c, &page, "executions", json_build_done(&l.list),
                    l.more ? page_at(&l.last) : NULL);
}
