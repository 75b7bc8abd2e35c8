/*
 * Executions: what is known of one, and the operations that stop, describe and list them. The
 * store is asked first, as it has all that is committed; the engine knows those of the current
 * turn, and those that are not stored, as synchronous ones. A list is a walk through an index of
 * the store, with a bound on what one call looks at.
 */

#include "runtime/api/api_executions.h"

#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_children.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_page.h"
#include "runtime/api/api_records.h"
#include "runtime/api/api_redrive.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_versions.h"

#include <string.h>

const char NOTE_REVISION[] = "revision", NOTE_VERSION[] = "version", NOTE_ALIAS[] = "alias",
           NOTE_TRACE[] = "trace", NOTE_MOCKS[] = "mocks", NOTE_NESTING[] = "nesting";

/* ---- looking ---- */

static struct rt_names share_names(const struct rt_names *n)
{
    return (struct rt_names){json_ref(n->arn),         json_ref(n->name),
                             json_ref(n->machine_arn), json_ref(n->machine_name),
                             json_ref(n->role_arn),    json_ref(n->region)};
}

static void keep_end_of_execution(struct execution *x, const json *output,
                                  const struct asl_error *error)
{
    if (output)
        x->output = json_text(output);
    /* A machine that ran into its own time-out says no more than that. */
    if (error && x->status != RT_TIMED_OUT)
        x->error = asl_error_copy(error);
}

/* The engine tells no end time: an execution that it is asked of has ended just now, or runs. */
void execution_of_exec(const api *a, uint64_t number, const rt_exec *exec, const json *note,
                       struct execution *x)
{
    struct rt_config config;

    rt_exec_config(exec, &config);
    *x = (struct execution){.number = number,
                            .status = rt_exec_status(exec),
                            .start_ms = rt_exec_start_ms(exec) ? rt_exec_start_ms(exec) : a->now_ms,
                            .stop_ms = a->now_ms,
                            .names = share_names(rt_exec_names(exec)),
                            .note = json_ref(note),
                            .redrives = rt_exec_redrives(exec),
                            .redriven_ms = rt_exec_redriven_ms(exec),
                            .input = json_ref(config.written)};
    keep_end_of_execution(x, rt_exec_output(exec), rt_exec_error(exec));
}

/* Takes the input from the first event. Only executions of Map Runs need it: their input was
 * never given as text. */
static bool keep_first_input(void *user, const struct rt_event *e)
{
    struct execution *x = user;

    if (e->kind == RT_EXECUTION_STARTED)
        x->input = json_text(e->data);
    return false;
}

/* A row whose input was not given as text is a child's: its first event has the value. */
bool execution_look(api *a, uint64_t number, struct execution *x)
{
    const struct store_execution *row;
    struct diag why = {0};

    if (!store_find(a->store, number, &row, &why)) {
        const rt_exec *exec = engine_execution(a->engine, number);
        api_read_failed(a, &why);
        if (exec)
            execution_of_exec(a, number, exec, NULL, x);
        return exec != NULL;
    }
    *x = (struct execution){.number = number,
                            .status = row->status,
                            .start_ms = row->start_ms,
                            .stop_ms = row->stop_ms,
                            .names = share_names(&row->config.names),
                            .note = json_ref(row->note),
                            .redrives = row->redrives,
                            .redriven_ms = row->redriven_ms,
                            .map_run = row->parent.set ? json_ref(row->list) : NULL,
                            .input = json_ref(row->config.written),
                            .apart = row->apart,
                            .damage = row->damage ? json_cstring(row->damage) : NULL};
    x->pends = child_pends(a, row);
    if (!x->input)
        store_read(a->store, number, 0, keep_first_input, x, &why);
    api_pass_damage(a, &why);
    return true;
}

/* Gives a damaged execution an error that says why, in place of its result. The first reason
 * stays. */
void execution_spoil(struct execution *x, const char *why)
{
    if (!x->damage)
        x->damage = json_cstring(why);
    asl_error_clear(&x->error);
    asl_error_set(&x->error, "States.Runtime",
                  "The store's record of this execution is damaged: %s", json_str(x->damage));
}

static bool look_at_end(void *user, const struct rt_event *e)
{
    struct execution *x = user;

    if (!rt_event_is_end(e->kind))
        return true;
    /* One that was redriven has had other ends. */
    json_unref(x->output);
    x->output = NULL;
    asl_error_clear(&x->error);
    keep_end_of_execution(x, e->kind == RT_EXECUTION_SUCCEEDED ? e->data : NULL, &e->error);
    return true;
}

/* Only the last events are read: the end is among them. One that is damaged is told as such by its
 * error, whatever its status. */
void execution_result(api *a, struct execution *x)
{
    struct diag why = {0};

    if (x->status != RT_RUNNING && !x->damage)
        store_read_last(a->store, x->number, look_at_end, x, &why);
    if (why.code && strcmp(why.code, STORE_DAMAGED) == 0)
        execution_spoil(x, why.text);
    else if (x->damage)
        execution_spoil(x, json_str(x->damage));
    else
        api_read_failed(a, &why);
    diag_clear(&why);
}

void execution_clear(struct execution *x)
{
    rt_names_clear(&x->names);
    json_unref(x->note);
    json_unref(x->map_run);
    json_unref(x->damage);
    json_unref(x->input);
    json_unref(x->output);
    asl_error_clear(&x->error);
    *x = (struct execution){0};
}

/* A note of a spoiled record may be anything: what is no text counts as missing. */
const json *note_text(const json *note, const char *name)
{
    const json *text = note && json_is_object(note) ? json_get(note, name) : NULL;

    return text && json_is_string(text) ? text : NULL;
}

const json *execution_note(const struct execution *x, const char *name)
{
    return note_text(x->note, name);
}

/* Looks among the executions of the last two turns first, which the store doesn't have yet. */
bool execution_number(api *a, const char *arn, uint64_t *number)
{
    struct diag why = {0};
    bool found = fresh_number(a, arn, number) || store_find_arn(a->store, arn, number, &why);

    api_read_failed(a, &why);
    return found;
}

bool execution_find(struct call *c, struct execution *x)
{
    const char *arn = call_text(c, "executionArn");
    struct arn parts;
    uint64_t number;

    *x = (struct execution){0};
    if (!arn_parse(c, arn, "execution", &parts))
        return false;
    if (execution_number(c->api, arn, &number) && execution_look(c->api, number, x) &&
        !call_is_unreadable(c->api))
        return true;
    execution_clear(x);
    call_fail(c, "ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn);
    return false;
}

/* ---- answers ---- */

json *api_included(void)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "included", json_bool(true));
    return json_build_done(&b);
}

void execution_add_data(struct json_build *b, const struct execution *x)
{
    if (x->input) {
        json_build_set(b, "input", json_ref(x->input));
        json_build_set(b, "inputDetails", api_included());
    }
    if (x->output)
        json_build_set(b, "output", json_ref(x->output));
}

void execution_add_error(struct json_build *b, const struct execution *x)
{
    if (x->error.name)
        json_build_set(b, "error", json_ref(x->error.name));
    if (x->error.cause)
        json_build_set(b, "cause", json_ref(x->error.cause));
}

static const struct member stop_in[] = {
    ARN_MEMBER("executionArn"),
    {.name = "error", .kind = PRIVATE, .max = QUOTA_ERROR},
    {.name = "cause", .kind = PRIVATE, .max = QUOTA_CAUSE},
    {.name = NULL},
};

/* One that has ended is not stopped again, and answers with the date of its end. */
static json *stop_execution(struct call *c)
{
    const json *error = call_get(c, "error"), *cause = call_get(c, "cause");
    struct execution x;
    struct json_build b;

    if (!execution_find(c, &x))
        return NULL;
    if (x.status == RT_RUNNING) {
        struct asl_error e = {.name = json_ref(error), .cause = json_ref(cause)};
        engine_stop(c->api->engine, x.number, &e);
        asl_error_clear(&e);
    }
    json_build_object(&b, 1);
    json_build_set(&b, "stopDate", api_time(x.status == RT_RUNNING ? c->now_ms : x.stop_ms));
    execution_clear(&x);
    return json_build_done(&b);
}

const struct operation stop_execution_operation = {
    .name = "StopExecution",
    .run = stop_execution,
    .in = stop_in,
};

/* The members that DescribeExecution and ListExecutions share. */
static void add_execution_names(struct json_build *b, const struct execution *x)
{
    const json *version = execution_note(x, NOTE_VERSION), *alias = execution_note(x, NOTE_ALIAS);

    json_build_set(b, "executionArn", json_ref(x->names.arn));
    json_build_set(b, "stateMachineArn", json_ref(x->names.machine_arn));
    json_build_set(b, "name", json_ref(x->names.name));
    json_build_set(b, "status",
                   json_cstring(x->pends ? "PENDING_REDRIVE" : rt_status_name(x->status)));
    json_build_set(b, "startDate", api_time(x->start_ms));
    if (x->status != RT_RUNNING && !x->pends)
        json_build_set(b, "stopDate", api_time(x->stop_ms));
    if (version)
        json_build_set(b, "stateMachineVersionArn", json_ref(version));
    if (alias)
        json_build_set(b, "stateMachineAliasArn", json_ref(alias));
    add_redrives(b, x);
}

static json *execution_description(api *a, const struct execution *x, bool metadata_only)
{
    const json *trace = execution_note(x, NOTE_TRACE);
    struct json_build b;

    json_build_object(&b, 20);
    add_execution_names(&b, x);
    if (x->map_run)
        json_build_set(&b, "mapRunArn", json_ref(x->map_run));
    if (!metadata_only) {
        execution_add_data(&b, x);
        if (x->output)
            json_build_set(&b, "outputDetails", api_included());
    }
    execution_add_error(&b, x);
    if (trace)
        json_build_set(&b, "traceHeader", json_ref(trace));
    add_redrive_status(&b, a, x);
    return json_build_done(&b);
}

/* METADATA_ONLY asks for a description without the data that a key encrypts. */
static bool metadata_only(const struct call *c)
{
    const char *data = call_text(c, "includedData");

    return data && strcmp(data, "METADATA_ONLY") == 0;
}

static const struct member describe_execution_in[] = {
    ARN_MEMBER("executionArn"),
    {.name = "includedData", .choices = included_data},
    {.name = NULL},
};

static json *describe_execution(struct call *c)
{
    struct execution x;

    if (!execution_find(c, &x))
        return NULL;
    execution_result(c->api, &x);
    json *out = execution_description(c->api, &x, metadata_only(c));
    execution_clear(&x);
    return out;
}

const struct operation describe_execution_operation = {
    .name = "DescribeExecution",
    .run = describe_execution,
    .in = describe_execution_in,
};

/* The definition is that of the revision which the execution runs, not of the machine as it is
 * now. */
static json *describe_state_machine_for_execution(struct call *c)
{
    struct execution x;
    struct json_build b;

    if (!execution_find(c, &x))
        return NULL;
    if (!x.note)
        x.note = note_at_top(c->api, x.number);
    const json *key = execution_note(&x, NOTE_REVISION);
    struct revision *r = key ? revision_find(c->api, key) : NULL;
    json_build_object(&b, 10);
    json_build_set(&b, "stateMachineArn", json_ref(x.names.machine_arn));
    json_build_set(&b, "name", json_ref(x.names.machine_name));
    if (r) {
        json_build_set(&b, "updateDate", api_time(r->at_ms));
        revision_describe(&b, r, metadata_only(c));
    }
    json *out = json_build_done(&b);
    if (x.map_run && r)
        out = child_describe_machine(c->api, &x, out);
    revision_unref(r);
    execution_clear(&x);
    return out;
}

const struct operation describe_state_machine_for_execution_operation = {
    .name = "DescribeStateMachineForExecution",
    .run = describe_state_machine_for_execution,
    .in = describe_execution_in,
};

/* ---- lists ---- */

struct listing {
    api *api;
    const json *version, *alias; /* its ARN; NULL: whichever */
    const char *redrive;         /* NULL: whichever */
    size_t limit, count, looks;
    struct json_build list;
    struct store_place last; /* what was looked at last */
    bool more;
};

/* An execution that an alias started also has a version in its note: so the alias, if one is
 * asked for, decides alone. */
static bool was_started_by(const struct listing *l, const struct execution *x)
{
    const json *version = execution_note(x, NOTE_VERSION), *alias = execution_note(x, NOTE_ALIAS);

    if (l->alias)
        return alias && json_equal(alias, l->alias);
    return !l->version || (version && json_equal(version, l->version));
}

/* One more than the limit tells that there are more. A row that can't be looked at is left out of
 * the list, but counts as looked at. */
static bool add_to_list(void *user, const struct store_listed *at)
{
    struct listing *l = user;
    struct execution x;
    struct json_build item;

    l->more = l->count == l->limit || l->looks >= PAGE_LOOKS;
    if (l->more)
        return false;
    l->looks++;
    l->last = at->place;
    if (l->redrive && (strcmp(l->redrive, "REDRIVEN") == 0) != (at->redrives > 0))
        return true;
    if (!execution_look(l->api, at->place.number, &x))
        return true;
    if (was_started_by(l, &x)) {
        json_build_object(&item, 10);
        add_execution_names(&item, &x);
        json_build_add(&l->list, json_build_done(&item));
        l->count++;
    } else {
        l->looks += PAGE_ROW_LOOKS;
    }
    execution_clear(&x);
    return true;
}

bool execution_status_of(const char *name, enum rt_status *out)
{
    for (enum rt_status s = RT_RUNNING; s <= RT_TIMED_OUT; s++)
        if (strcmp(rt_status_name(s), name) == 0) {
            *out = s;
            return true;
        }
    return false;
}

/* The statuses in the order in which AWS's message names them, as messages are compared to the
 * letter. */
static const char *const statuses[] = {
    "SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING", NULL};

static const char *const redrives[] = {"REDRIVEN", "NOT_REDRIVEN", NULL};

static const struct member list_executions_in[] = {
    {.name = "stateMachineArn", .min = 1, .max = QUOTA_ARN},
    {.name = "statusFilter", .choices = statuses},
    {.name = "maxResults", .kind = NUMBER, .max = QUOTA_PAGE},
    {.name = "nextToken", .min = 1, .max = QUOTA_LONG_PAGE_TOKEN},
    {.name = "mapRunArn", .min = 1, .max = QUOTA_LONG_ARN},
    {.name = "redriveFilter", .choices = redrives},
    {.name = NULL},
};

/*
 * By the ARN of a version or an alias the executions of the machine are walked through, and those
 * that were started by another are passed over.
 */
static json *list_executions(struct call *c)
{
    static const char args[] = "stateMachineArn mapRunArn statusFilter redriveFilter";
    const char *arn = call_text(c, "stateMachineArn"), *map_run = call_text(c, "mapRunArn");
    const char *filter = call_text(c, "statusFilter");
    struct listing l = {.api = c->api, .redrive = call_text(c, "redriveFilter")};
    enum rt_status status = RT_RUNNING;
    struct store_place after;
    struct diag why = {0};
    struct target t;
    struct page page;

    if (!arn && !map_run)
        return call_fail(c, "ValidationException", "Must provide a StateMachine ARN or MapRun ARN");
    if (arn && map_run)
        return call_fail(c, "ValidationException",
                         "Must specify either stateMachineArn or mapRunArn");
    if (map_run)
        return list_map_run_executions(c, args);
    if (filter && !execution_status_of(filter, &status))
        return call_fail(c, "ValidationException",
                         "The status filter %s goes with a mapRunArn only", filter);
    if (!target_find(c, arn, &t))
        return NULL;
    if (t.machine->express)
        return call_fail(c, "StateMachineTypeNotSupported",
                         "This operation is not supported by this type of state machine");
    if (!page_begin(c, args, &page))
        return NULL;
    l.limit = page.limit;
    l.version = t.version ? t.version->arn : NULL;
    l.alias = t.alias ? t.alias->arn : NULL;
    bool goes_on = page_place(&page, &after);
    json_build_array(&l.list, 0);
    store_list_executions(c->api->store, json_str(t.machine->arn), filter ? &status : NULL,
                          goes_on ? &after : NULL, add_to_list, &l, &why);
    api_read_failed(c->api, &why);
    return page_end(c, &page, "executions", json_build_done(&l.list),
                    l.more ? page_at(&l.last) : NULL);
}

const struct operation list_executions_operation = {
    .name = "ListExecutions",
    .run = list_executions,
    .in = list_executions_in,
};
