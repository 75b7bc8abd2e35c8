/* Executions: start, stop, describe, list. */

#include "runtime/api/api_impl.h"

#include "parsers/mem.h"

#include <stdlib.h>
#include <string.h>

/* StartSyncExecution's and any Express execution's longest time. */
enum { EXPRESS_MS = 5 * 60 * 1000, BILLED_STEP_MS = 100, BILLED_MB = 64 };

/* ---- life ---- */

void execution_free(api *a, struct execution *x)
{
    struct waiter *w = (struct waiter *)(void *)id_map_get(&a->waiters, x->waiter);

    if (w)
        w->run = NULL;
    id_map_take(&a->by_number, x->node.id);
    text_map_take(&a->executions, json_str(x->arn));
    engine_forget(a->engine, x->node.id);
    revision_unref(x->revision);
    json_unref(x->arn);
    json_unref(x->name);
    json_unref(x->version_arn);
    json_unref(x->alias_arn);
    json_unref(x->input);
    json_unref(x->trace);
    mocks_free(x->mocks);
    json_unref(x->output);
    asl_error_clear(&x->error);
    mem_free(x->parents.ids);
    mem_free(x);
}

void execution_drop(api *a, struct execution *x)
{
    struct machine *m = x->machine;

    for (size_t i = 0; i < m->execution_count; i++)
        if (m->executions[i] == x) {
            memmove(m->executions + i, m->executions + i + 1,
                    (--m->execution_count - i) * sizeof(struct execution *));
            break;
        }
    execution_free(a, x);
}

void api_ended(api *a, uint64_t execution, const rt_exec *exec, int64_t now_ms)
{
    struct execution *x = (struct execution *)(void *)id_map_get(&a->by_number, execution);
    const json *output = rt_exec_output(exec);
    const struct asl_error *error = rt_exec_error(exec);

    struct test_state *test = (struct test_state *)(void *)id_map_get(&a->tests, execution);

    if (test)
        test_state_ended(a, test, exec);
    if (!x)
        return;
    x->machine->running--;
    API_GROW(a->over, a->over_count, a->over_cap);
    a->over[a->over_count++] = execution;
    /* It may have been told to stop because its time was over: that is how it ended, then. */
    if (x->status != RT_RUNNING)
        return;
    x->status = rt_exec_status(exec);
    x->stop_ms = now_ms;
    x->output = output ? json_text(output) : NULL;
    /* A machine that ran into its own time-out says no more than that. */
    if (error && x->status != RT_TIMED_OUT) {
        x->error.name = error->name ? json_ref(error->name) : NULL;
        x->error.cause = error->cause ? json_ref(error->cause) : NULL;
    }
    struct waiter *w = (struct waiter *)(void *)id_map_get(&a->waiters, x->waiter);
    x->waiter = 0;
    if (w)
        waiter_answer(a, w, sync_answer(x));
    own_child_ended(a, x);
}

/* ---- input ---- */

/* Is the place at the end of `text` one for an object's key? */
static bool wants_key(const char *text, size_t len)
{
    struct buf open = {0};
    char before = 0;
    bool wanted;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '"') {
            for (i++; i < len && text[i] != '"'; i++)
                i += text[i] == '\\';
        } else if (c == '{' || c == '[') {
            buf_addc(&open, c);
        } else if ((c == '}' || c == ']') && open.len) {
            open.len--;
        }
        if (!strchr(" \t\r\n", c))
            before = c;
    }
    wanted = open.len && open.data[open.len - 1] == '{' && (before == '{' || before == ',');
    buf_clear(&open);
    return wanted;
}

/* What AWS's JSON reader says of the text that stops making sense at `at`. */
static void parser_words(struct buf *out, const char *text, size_t len, size_t at)
{
    static const char values[] = "JSON String, Number, Array, Object or token 'null', 'true' or "
                                 "'false'";
    size_t word = at;

    while (word < len && ((text[word] | 32) >= 'a') && ((text[word] | 32) <= 'z'))
        word++;
    if (at >= len) {
        buf_adds(out, "Unexpected end-of-input");
    } else if (wants_key(text, at)) {
        buf_printf(out,
                   "Unexpected character ('%c' (code %d)): was expecting double-quote to start "
                   "field name",
                   text[at], (unsigned char)text[at]);
    } else if (word > at) {
        buf_printf(out, "Unrecognized token '%.*s': was expecting (%s)", (int)(word - at),
                   text + at, values);
    } else {
        buf_printf(out, "Unexpected character ('%c' (code %d)): expected a valid value (%s)",
                   text[at], (unsigned char)text[at], values);
    }
}

json *execution_input(struct call *c, const json *text)
{
    struct diag why = {0};
    struct buf words = {0};
    json *v = NULL;

    if (!json_str_len(text)) {
        call_fail(c, "InvalidExecutionInput",
                  "Invalid State Machine Execution Input: 'Invalid execution input.'");
    } else if (!(v = json_parse(json_str(text), json_str_len(text), 0, &why))) {
        parser_words(&words, json_str(text), json_str_len(text), why.at);
        call_fail(c, "InvalidExecutionInput", "Invalid State Machine Execution Input: '%s'",
                  buf_str(&words));
    }
    buf_clear(&words);
    diag_clear(&why);
    return v;
}

/* ---- starting ---- */

/* arn:…:execution:MACHINE:NAME, or arn:…:express:MACHINE:NAME:UUID. */
static json *execution_arn(api *a, const struct machine *m, const json *name)
{
    json *id = m->express ? api_uuid(a) : NULL;
    struct buf text = {0};

    buf_printf(&text, "arn:aws:states:%s:%s:%s:%s:%s", a->region, a->account,
               m->express ? "express" : "execution", json_str(m->name), json_str(name));
    if (id)
        buf_printf(&text, ":%s", json_str(id));
    json_unref(id);
    return json_take_buf(&text);
}

/* Takes `arn`, `name` and `input`, which is the value of `text`. */
static struct execution *start(struct call *c, const struct target *t, json *arn, json *name,
                               json *input, json *text)
{
    api *a = c->api;
    struct machine *m = t->machine;
    struct execution *x = mem_calloc(1, sizeof *x);
    const json *trace = call_get(c, "traceHeader");
    json *region = json_cstring(a->region);
    struct rt_config config = {.names = {.arn = arn,
                                         .name = name,
                                         .machine_arn = m->arn,
                                         .machine_name = m->name,
                                         .role_arn = t->revision->role_arn,
                                         .region = region},
                               .written = text,
                               .aws_limits = !a->no_limits,
                               .seed = asl_chance_next(&a->chance)};

    *x = (struct execution){.machine = m,
                            .revision = revision_ref(t->revision),
                            .arn = arn,
                            .name = name,
                            .version_arn = t->version ? json_ref(t->version->arn) : NULL,
                            .alias_arn = t->alias ? json_ref(t->alias->arn) : NULL,
                            .input = text,
                            .trace = trace ? json_ref(trace) : NULL,
                            .status = RT_RUNNING,
                            .start_ms = c->now_ms};
    x->node.id = engine_start(a->engine, t->revision->compiled, &config, input, NULL);
    json_unref(input);
    json_unref(region);
    id_map_put(&a->by_number, &x->node);
    text_map_put(&a->executions, json_str(arn), x);
    API_GROW(m->executions, m->execution_count, m->execution_cap);
    m->executions[m->execution_count++] = x;
    m->running++;
    return x;
}

static json *started(const struct execution *x)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "executionArn", json_ref(x->arn));
    json_build_set(&b, "startDate", api_time(x->start_ms));
    return json_build_done(&b);
}

/* The mocks that "#CASE" behind the machine's ARN asks for. False with the call failed. */
static bool find_mocks(struct call *c, const struct machine *m, const char *name, mocks **out)
{
    struct diag why = {0};

    if (!c->api->mock_file)
        call_fail(
            c, "ValidationException",
            "There is no mock configuration for the test case '%s': give asl serve --mock FILE",
            name);
    else if (!(*out = mocks_load(c->api->mock_file, json_str(m->name), name, &why)))
        call_fail(c, "ValidationException", "%s: %s", c->api->mock_file, why.text);
    diag_clear(&why);
    return !c->error;
}

/* Both operations: finds what to run, its name and input, and starts it. NULL with the call failed,
 * or with *again the execution that the same request started before. */
static struct execution *begin(struct call *c, bool sync, struct execution **again)
{
    const json *given = call_get(c, "name"), *input = call_get(c, "input");
    json *text = input ? json_ref(input) : json_cstring("{}"), *value = NULL;
    json *name = given ? json_ref(given) : api_uuid(c->api), *arn = NULL;
    const char *of = call_text(c, "stateMachineArn"), *test_case = strchr(of, '#');
    json *plain = json_string(of, test_case ? (size_t)(test_case - of) : strlen(of));
    struct target t;
    struct execution *x = NULL;
    mocks *m = NULL;

    if (!target_find(c, json_str(plain), &t) || !name_check(c, json_str(name)))
        goto out;
    if (test_case && !find_mocks(c, t.machine, test_case + 1, &m))
        goto out;
    if (t.machine->deleting) {
        call_fail(c, "StateMachineDeleting", "State Machine is being deleted: '%s'",
                  json_str(t.machine->arn));
        goto out;
    }
    if (sync && !t.machine->express) {
        call_fail(c, "StateMachineTypeNotSupported",
                  "This operation is not supported by this type of state machine");
        goto out;
    }
    if (!(value = execution_input(c, text)))
        goto out;
    arn = execution_arn(c->api, t.machine, name);
    struct execution *old = text_map_get(&c->api->executions, json_str(arn));
    if (old && old->status == RT_RUNNING && json_equal(old->input, text)) {
        *again = old;
    } else if (old) {
        call_fail(c, "ExecutionAlreadyExists", "Execution Already Exists: '%s'", json_str(arn));
    } else {
        x = start(c, &t, json_ref(arn), json_ref(name), json_ref(value), json_ref(text));
        x->mocks = m;
        m = NULL;
    }
out:
    mocks_free(m);
    json_unref(plain);
    json_unref(text);
    json_unref(name);
    json_unref(arn);
    json_unref(value);
    return x;
}

json *start_execution(struct call *c)
{
    struct execution *again = NULL, *x = begin(c, false, &again);

    return x ? started(x) : again ? started(again) : NULL;
}

json *start_sync_execution(struct call *c)
{
    const char *data = call_text(c, "includedData");
    struct execution *again = NULL, *x = begin(c, true, &again);

    if (!x)
        return NULL;
    struct waiter *w = call_wait(c, c->now_ms + EXPRESS_MS);
    w->run = x;
    x->waiter = w->node.id;
    x->metadata_only = data && strcmp(data, "METADATA_ONLY") == 0;
    return NULL;
}

/* ---- answers ---- */

static json *is_included(void)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "included", json_bool(true));
    return json_build_done(&b);
}

static void add_data(struct json_build *b, const struct execution *x)
{
    json_build_set(b, "input", json_ref(x->input));
    json_build_set(b, "inputDetails", is_included());
    if (x->output)
        json_build_set(b, "output", json_ref(x->output));
}

static void add_error(struct json_build *b, const struct execution *x)
{
    if (x->error.name)
        json_build_set(b, "error", json_ref(x->error.name));
    if (x->error.cause)
        json_build_set(b, "cause", json_ref(x->error.cause));
}

json *sync_answer(const struct execution *x)
{
    int64_t took = x->stop_ms - x->start_ms;
    int64_t billed = (took + BILLED_STEP_MS - 1) / BILLED_STEP_MS * BILLED_STEP_MS;
    const char *status = x->status == RT_ABORTED ? "FAILED" : rt_status_name(x->status);
    struct json_build b, billing;

    json_build_object(&b, 14);
    json_build_set(&b, "executionArn", json_ref(x->arn));
    json_build_set(&b, "stateMachineArn", json_ref(x->machine->arn));
    json_build_set(&b, "name", json_ref(x->name));
    json_build_set(&b, "startDate", api_time(x->start_ms));
    json_build_set(&b, "stopDate", api_time(x->stop_ms));
    json_build_set(&b, "status", json_cstring(status));
    if (!x->metadata_only) {
        add_data(&b, x);
        json_build_set(&b, "outputDetails", is_included());
    }
    add_error(&b, x);
    if (x->trace)
        json_build_set(&b, "traceHeader", json_ref(x->trace));
    json_build_object(&billing, 2);
    json_build_set(&billing, "billedDurationInMilliseconds",
                   json_int(billed ? billed : BILLED_STEP_MS));
    json_build_set(&billing, "billedMemoryUsedInMB", json_int(BILLED_MB));
    json_build_set(&b, "billingDetails", json_build_done(&billing));
    return json_build_done(&b);
}

/* The execution goes with it: an Express execution runs no longer than that. */
void sync_timed_out(api *a, struct waiter *w)
{
    struct execution *x = w->run;
    struct asl_error none = {0};

    engine_stop(a->engine, x->node.id, &none);
    x->status = RT_TIMED_OUT;
    x->stop_ms = a->now_ms;
    x->waiter = 0;
    waiter_answer(a, w, sync_answer(x));
}

static json *no_execution(struct call *c, const char *arn)
{
    return call_fail(c, "ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn);
}

struct execution *execution_find(struct call *c)
{
    const char *arn = call_text(c, "executionArn");
    struct arn parts;

    if (!arn_parse(c, arn, "execution", &parts))
        return NULL;
    struct execution *x = text_map_get(&c->api->executions, arn);
    if (!x)
        no_execution(c, arn);
    return x;
}

json *stop_execution(struct call *c)
{
    const json *error = call_get(c, "error"), *cause = call_get(c, "cause");
    struct execution *x = execution_find(c);
    struct json_build b;

    if (!x)
        return NULL;
    if (x->status == RT_RUNNING) {
        struct asl_error e = {.name = error ? json_ref(error) : NULL,
                              .cause = cause ? json_ref(cause) : NULL};
        engine_stop(c->api->engine, x->node.id, &e);
        asl_error_clear(&e);
    }
    json_build_object(&b, 1);
    json_build_set(&b, "stopDate", api_time(x->status == RT_RUNNING ? c->now_ms : x->stop_ms));
    return json_build_done(&b);
}

/* The members that DescribeExecution and ListExecutions share. */
static void add_names(struct json_build *b, const struct execution *x)
{
    json_build_set(b, "executionArn", json_ref(x->arn));
    json_build_set(b, "stateMachineArn", json_ref(x->machine->arn));
    json_build_set(b, "name", json_ref(x->name));
    json_build_set(b, "status", json_cstring(rt_status_name(x->status)));
    json_build_set(b, "startDate", api_time(x->start_ms));
    if (x->status != RT_RUNNING)
        json_build_set(b, "stopDate", api_time(x->stop_ms));
    if (x->version_arn)
        json_build_set(b, "stateMachineVersionArn", json_ref(x->version_arn));
    if (x->alias_arn)
        json_build_set(b, "stateMachineAliasArn", json_ref(x->alias_arn));
    json_build_set(b, "redriveCount", json_int(0));
}

json *describe_execution(struct call *c)
{
    const char *data = call_text(c, "includedData");
    const struct execution *x = execution_find(c);
    struct json_build b;

    if (!x)
        return NULL;
    json_build_object(&b, 18);
    add_names(&b, x);
    if (!data || strcmp(data, "METADATA_ONLY") != 0) {
        add_data(&b, x);
        if (x->output)
            json_build_set(&b, "outputDetails", is_included());
    }
    add_error(&b, x);
    if (x->trace)
        json_build_set(&b, "traceHeader", json_ref(x->trace));
    if (x->status == RT_RUNNING || x->status == RT_SUCCEEDED) {
        json_build_set(&b, "redriveStatus", json_cstring("NOT_REDRIVABLE"));
        json_build_set(
            &b, "redriveStatusReason",
            json_stringf("Execution is %s and cannot be redriven", rt_status_name(x->status)));
    } else {
        json_build_set(&b, "redriveStatus", json_cstring("REDRIVABLE"));
    }
    return json_build_done(&b);
}

json *describe_state_machine_for_execution(struct call *c)
{
    const char *data = call_text(c, "includedData");
    const struct execution *x = execution_find(c);
    struct json_build b;

    if (!x)
        return NULL;
    json_build_object(&b, 10);
    json_build_set(&b, "stateMachineArn", json_ref(x->machine->arn));
    json_build_set(&b, "name", json_ref(x->machine->name));
    json_build_set(&b, "updateDate", api_time(x->revision->at_ms));
    describe_revision(&b, x->revision, data && strcmp(data, "METADATA_ONLY") == 0);
    return json_build_done(&b);
}

/* ---- lists ---- */

struct filter {
    const char *status;
    const json *version, *alias; /* its ARN; NULL: whichever */
    bool none;                   /* asks for what can't be */
};

static bool passes(const struct filter *f, const struct execution *x)
{
    if (f->none || (f->status && strcmp(f->status, rt_status_name(x->status)) != 0))
        return false;
    if (f->alias)
        return x->alias_arn && json_equal(x->alias_arn, f->alias);
    return !f->version || (x->version_arn && json_equal(x->version_arn, f->version));
}

json *list_executions(struct call *c)
{
    static const char args[] = "stateMachineArn mapRunArn statusFilter redriveFilter";
    const char *arn = call_text(c, "stateMachineArn"), *map_run = call_text(c, "mapRunArn");
    const char *redrive = call_text(c, "redriveFilter");
    struct filter f = {.status = call_text(c, "statusFilter")};
    struct target t;
    struct page page;
    struct json_build b, list;
    size_t n = 0;

    if (!arn == !map_run)
        return call_fail(c, "ValidationException",
                         "Must specify either stateMachineArn or mapRunArn");
    if (map_run)
        return call_fail(c, "UnsupportedOperationException",
                         "asl serve does not list the executions of a Map Run yet");
    if (!target_find(c, arn, &t))
        return NULL;
    if (t.machine->express)
        return call_fail(c, "StateMachineTypeNotSupported",
                         "This operation is not supported by this type of state machine");
    if (!page_begin(c, args, &page))
        return NULL;
    f.version = t.version ? t.version->arn : NULL;
    f.alias = t.alias ? t.alias->arn : NULL;
    f.none = redrive && strcmp(redrive, "REDRIVEN") == 0;
    /* The newest first; a page ends with the engine's number of its last. */
    uint64_t before = page.after ? strtoull(json_str(page.after), NULL, 10) : UINT64_MAX, last = 0;
    size_t i = t.machine->execution_count;
    while (i > 0 && t.machine->executions[i - 1]->node.id >= before)
        i--;
    json_build_array(&list, 0);
    for (; i > 0; i--) {
        const struct execution *x = t.machine->executions[i - 1];
        struct json_build item;
        if (!passes(&f, x))
            continue;
        if (n++ == page.limit)
            break;
        json_build_object(&item, 10);
        add_names(&item, x);
        json_build_add(&list, json_build_done(&item));
        last = x->node.id;
    }
    json_build_object(&b, 2);
    json_build_set(&b, "executions", json_build_done(&list));
    if (i > 0)
        json_build_set(&b, "nextToken",
                       page_token(c, args, json_stringf("%llu", (unsigned long long)last)));
    page_clear(&page);
    return json_build_done(&b);
}
