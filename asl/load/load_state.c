/* What each type of state has: the table of fields, and the readers of what only states have. */

#include "asl/eval/expression.h"
#include "asl/load/load_impl.h"
#include "asl/report/quota.h"
#include "parsers/base/count.h"
#include "parsers/base/timestamp.h"
#include "parsers/base/utf8.h"

#include <string.h>

#define ON(type) (1u << (type))

enum {
    PASS = ON(ASL_PASS),
    TASK = ON(ASL_TASK),
    CHOICE = ON(ASL_CHOICE),
    WAIT = ON(ASL_WAIT),
    SUCCEED = ON(ASL_SUCCEED),
    FAIL = ON(ASL_FAIL),
    PARALLEL = ON(ASL_PARALLEL),
    MAP = ON(ASL_MAP),
    WORKS = TASK | PARALLEL | MAP,    /* may fail and be tried again */
    MOVES = WORKS | PASS | WAIT,      /* have Next or End */
    FLOWS = MOVES | CHOICE | SUCCEED, /* have input and output */
    ALL = FLOWS | FAIL,
};

/* ---- the machine ---- */

static void load_version(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                         void *object)
{
    static const char *const versions[] = {"1.0", NULL};

    (void)f;
    (void)object;
    load_word(l, at, versions);
}

/* ---- transitions ---- */

static void load_next(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                      void *object)
{
    struct asl_state *s = object;

    (void)f;
    s->next = load_target(l, s->scope, at);
}

/* What it means is in Next: none is an end. "End": false says nothing. */
static void load_end(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                     void *object)
{
    (void)f;
    (void)object;
    if (json_kind(at->value) != JSON_TRUE && json_kind(at->value) != JSON_FALSE)
        asl_report_schema(l->report, at, "Expected value of type Boolean");
}

/* ---- Choice ---- */

static void load_default(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                         void *object)
{
    struct asl_state *s = object;

    (void)f;
    s->choice.fallback = load_target(l, s->scope, at);
}

/* ---- Wait ---- */

/* A wait ends when the time has come in full, so fractions of a millisecond are rounded up. */
static void load_timestamp(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                           void *object)
{
    struct asl_state *s = object;
    const json *v = load_string(l, at);
    struct timestamp t;

    (void)f;
    s->wait.timestamp = true;
    if (v && load_is_expression(l, at)) {
        s->wait.timestamp_expression = load_value(l, at);
        return;
    }
    if (!v)
        return;
    if (!timestamp_parse(json_str(v), json_str_len(v), &t))
        asl_report_add(l->report, ASL_ERROR, "SCHEMA_VALIDATION_FAILED", at, ASL_VALUE,
                       "write it like \"2024-01-31T12:00:00Z\"",
                       "String does not match RFC3339 timestamp");
    else
        s->wait.timestamp_ms = t.ms + (t.ns > 0);
}

static void load_timestamp_path(struct loader *l, const struct asl_field *f,
                                const struct asl_at *at, void *object)
{
    ((struct asl_state *)object)->wait.timestamp = true;
    load_path(l, f, at, object);
}

/* ---- Fail ---- */

static void load_error(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                       void *object)
{
    if (load_is_expression(l, at))
        ((struct asl_state *)object)->fail.error_expression = load_value(l, at);
    else
        load_text(l, f, at, object);
}

static void load_cause(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                       void *object)
{
    if (load_is_expression(l, at))
        ((struct asl_state *)object)->fail.cause_expression = load_value(l, at);
    else
        load_text(l, f, at, object);
}

/* ---- Task ---- */

static void load_credentials(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                             void *object)
{
    if (load_is_expression(l, at) || load_object(l, at))
        load_template(l, f, at, object);
}

static json *keep_new(struct loader *l, json *v)
{
    json *kept = load_keep(l, v);

    json_unref(v);
    return kept;
}

static void load_resource(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                          void *object)
{
    struct asl_task *task = &((struct asl_state *)object)->task;
    const json *v = load_string(l, at);
    bool read, placeholder;

    (void)f;
    if (!v)
        return;
    read = asl_resource_read(json_str(v), &task->parts);
    /* A template's placeholder, not filled in: a handler may be given for it by that name. */
    placeholder = !task->parts.partition.at && strstr(json_str(v), "${");
    if (!read && !placeholder) {
        asl_report_schema(l->report, at, "Value is not a valid resource ARN");
        return;
    }
    task->resource = load_keep(l, v);
    if (placeholder || task->parts.kind == ASL_RESOURCE_LAMBDA) {
        task->kind = ASL_LAMBDA;
    } else if (task->parts.kind == ASL_RESOURCE_ACTIVITY) {
        task->kind = ASL_ACTIVITY;
    } else {
        task->kind = ASL_INTEGRATION;
        task->type = keep_new(l, json_string(task->parts.type.at, task->parts.type.len));
        task->api = keep_new(l, json_cstring(task->parts.api));
    }
}

/* ---- Parallel and Map ---- */

/* A literal array or object with expressions in it, or one expression. */
static void load_items(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                       void *object)
{
    (void)f;
    if (json_is_array(at->value) || json_is_object(at->value) || load_is_expression(l, at))
        ((struct asl_state *)object)->map.items = load_value(l, at);
    else if (json_is_string(at->value))
        asl_report_schema(l->report, at, "JSONata string must start with {%% and end with %%}");
    else
        asl_report_schema(l->report, at, "Expected value of type [ARRAY]");
}

static const struct asl_field config_rows[] = {
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"ExecutionType", 0, 0, FIELD_DATA, load_ignored, 0, 0, 0, NULL}, /* read with the mode */
    {"Mode", 0, 0, FIELD_DATA, load_ignored, 0, 0, 0, NULL},
};
static const struct asl_fields config_fields = {
    .rows = config_rows, .count = COUNT(config_rows), .unordered = true};

/* `object` is the Map state. */
static void load_processor_config(struct loader *l, const struct asl_field *f,
                                  const struct asl_at *at, void *object)
{
    static const char *const required[] = {"ExecutionType", NULL};
    static const char *const modes[] = {"INLINE", "DISTRIBUTED", NULL};
    static const char *const types[] = {"STANDARD", "EXPRESS", NULL};
    struct asl_state *s = object;
    struct asl_at mode, type;

    (void)f;
    if (!load_object(l, at))
        return;
    load_fields(l, &config_fields, 0, at, s);
    bool typed = asl_at_member(at, "ExecutionType", &type);
    /* Of a mode that is misspelt or a placeholder, it is what goes with the rest. */
    if (asl_at_member(at, "Mode", &mode))
        s->map.distributed =
            load_word(l, &mode, modes) ? json_str_is(mode.value, "DISTRIBUTED") : typed;
    if (!s->map.distributed && typed) {
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &type, ASL_KEY,
                       "it goes with \"Mode\": \"DISTRIBUTED\"",
                       "Field 'ExecutionType' is not supported");
        asl_report_relocate(l->report, at);
    } else if (s->map.distributed && load_required(l, at, required)) {
        s->map.express = load_word(l, &type, types) && json_str_is(type.value, "EXPRESS");
        /* The states of the processor come next: they are those of Express workflows. */
        if (s->map.express)
            l->workflow = ASL_EXPRESS;
    }
}

/* Blanks, control characters (those of Latin-1 begin with C2), and what ARNs and globs are of. */
static bool is_forbidden(const char *c)
{
    unsigned char first = (unsigned char)c[0], second = (unsigned char)c[1];

    return first <= 0x20 || first == 0x7f || (first == 0xc2 && second < 0xa0) ||
           strchr("?*<>{}[]:;,\\|^~$#%&`\"", *c);
}

static void load_label(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                       void *object)
{
    const json *v = load_string(l, at);

    (void)f;
    if (!v)
        return;
    size_t chars = utf8_count(json_str(v), json_str_len(v));
    ((struct asl_state *)object)->map.label = load_keep(l, v);
    if (l->purpose->stored)
        return;
    if (chars < 1 || chars > QUOTA_LABEL)
        asl_report_add(l->report, ASL_ERROR, "INVALID_LABEL_NAME", at, ASL_VALUE,
                       "a Label has 1 to " QUOTA_TEXT(QUOTA_LABEL) " characters",
                       "Invalid Label name: %s%s", json_str(v),
                       chars ? " exceeds the " QUOTA_TEXT(
                                   QUOTA_LABEL) "-character limit allowed by the service"
                             : "");
    const char *end = json_str(v) + json_str_len(v);
    for (const char *c = json_str(v); c < end; c++)
        if (is_forbidden(c)) {
            asl_report_add(l->report, ASL_ERROR, "INVALID_LABEL_NAME", at, ASL_VALUE,
                           "a Label has no blanks, no control characters and none of "
                           "? * < > { } [ ] : ; , \\ | ^ ~ $ # % & ` \"",
                           "Invalid Label name: %s", json_str(v));
            break;
        }
    size_t before = l->labels.count;
    if (json_set_add(&l->labels, v) < before)
        asl_report_add(l->report, ASL_ERROR, "DUPLICATE_LABEL_NAME", at, ASL_VALUE, NULL,
                       "Duplicate Label name: %s", json_str(v));
}

static struct asl_scope *nested(struct loader *l, const struct asl_at *at, unsigned kind,
                                struct asl_state *owner)
{
    if (!load_object(l, at))
        return NULL;
    load_fields(l, &asl_block_fields, kind, at, owner);
    return load_scope(l, at, owner);
}

static void load_nested(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                        void *object)
{
    struct asl_state *s = object;
    enum asl_workflow outer = l->workflow;

    (void)f;
    s->map.processor = nested(l, at, LOAD_PROCESSOR, s);
    l->workflow = outer;
}

static void load_branches(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                          void *object)
{
    struct asl_state *s = object;
    struct asl_at each;

    (void)f;
    if (!load_array(l, at, 1))
        return;
    s->parallel.count = json_count(at->value);
    s->parallel.branches = arena_calloc(l->a, s->parallel.count, sizeof *s->parallel.branches);
    for (size_t i = 0; i < s->parallel.count; i++) {
        asl_at_index(at, i, &each);
        s->parallel.branches[i] = nested(l, &each, LOAD_BRANCH, s);
    }
}

/* ---- the tables ---- */

#define AT(member) offsetof(struct asl_state, member)

/* clang-format off */
static const struct asl_field state_rows[] = {
    {"Type",                   ALL, 0, FIELD_DATA, load_ignored, 0, 0, 0, NULL}, /* read before all others */
    {"Comment",                ALL, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"QueryLanguage",          ALL, 0, FIELD_DATA, load_ignored, 0, 0, 0, NULL}, /* read before all others */
    {"Resource",               TASK, 0, FIELD_DATA, load_resource, 0, 0, 0, NULL},
    {"Credentials",            TASK, 0, FIELD_TEMPLATE, load_credentials, AT(task.credentials), 0, 0, NULL},
    {"InputPath",              FLOWS, ASL_JSONPATH, FIELD_FLOW, load_flow, AT(input_path), 0, 0, NULL},
    {"Parameters",             PASS | TASK | PARALLEL, ASL_JSONPATH, FIELD_TEMPLATE, load_template, AT(parameters), 0, 0, NULL},
    {"Parameters",             MAP, ASL_JSONPATH, FIELD_TEMPLATE, load_template, AT(map.item_selector), 0, 0, NULL},
    {"Arguments",              TASK | PARALLEL, ASL_JSONATA, FIELD_TEMPLATE, load_template, AT(parameters), 0, 0, NULL},
    /* Map */
    {"ItemReader",             MAP, 0, FIELD_OBJECT, load_reader, 0, 0, 0, &load_reader_fields},
    {"Items",                  MAP, ASL_JSONATA, FIELD_TEMPLATE, load_items, 0, 0, 0, NULL},
    {"ItemsPath",              MAP, ASL_JSONPATH, FIELD_PATH, load_path, AT(map.items_path), 0, 0, NULL},
    {"ItemSelector",           MAP, 0, FIELD_TEMPLATE, load_template, AT(map.item_selector), 0, 0, NULL},
    {"ItemBatcher",            MAP, 0, FIELD_OBJECT, load_batcher, 0, 0, 0, &load_batcher_fields},
    {"MaxConcurrency",         MAP, 0, FIELD_NUMBER, load_number, AT(map.max_concurrency), 0, ASL_NEVER, NULL},
    {"MaxConcurrencyPath",     MAP, ASL_JSONPATH, FIELD_PATH, load_count_path, AT(map.max_concurrency), 0, 0, NULL},
    {"ToleratedFailureCount",  MAP, 0, FIELD_NUMBER, load_number, AT(map.tolerated_count), 0, ASL_NEVER, NULL},
    {"ToleratedFailureCountPath", MAP, ASL_JSONPATH, FIELD_PATH, load_count_path, AT(map.tolerated_count), 0, 0, NULL},
    {"ToleratedFailurePercentage", MAP, 0, FIELD_NUMBER, load_share, AT(map.tolerated_percentage), 0, 100, NULL},
    {"ToleratedFailurePercentagePath", MAP, ASL_JSONPATH, FIELD_PATH, load_share_path, AT(map.tolerated_percentage), 0, 0, NULL},
    {"Label",                  MAP, 0, FIELD_DATA, load_label, 0, 0, 0, NULL},
    {"ItemProcessor",          MAP, 0, FIELD_BLOCK, load_nested, 0, 0, 0, &asl_block_fields},
    {"Iterator",               MAP, 0, FIELD_BLOCK, load_nested, 0, 0, 0, &asl_block_fields},
    {"ResultWriter",           MAP, 0, FIELD_OBJECT, load_writer, 0, 0, 0, &load_writer_fields},
    /* Parallel, Choice, Wait, Fail, Pass */
    {"Branches",               PARALLEL, 0, FIELD_BLOCK, load_branches, 0, 0, 0, &asl_block_fields},
    {"Choices",                CHOICE, 0, FIELD_OBJECT, load_choices, 0, 0, 0, &asl_rule_fields},
    {"Seconds",                WAIT, 0, FIELD_NUMBER, load_number, AT(wait.seconds), 0, QUOTA_SECONDS, NULL},
    {"SecondsPath",            WAIT, ASL_JSONPATH, FIELD_PATH, load_number_path, AT(wait.seconds), 0, 0, NULL},
    {"Timestamp",              WAIT, 0, FIELD_TEXT, load_timestamp, 0, 0, 0, NULL},
    {"TimestampPath",          WAIT, ASL_JSONPATH, FIELD_PATH, load_timestamp_path, AT(wait.timestamp_path), 0, 0, NULL},
    {"Error",                  FAIL, 0, FIELD_TEXT, load_error, AT(fail.error), 0, 0, NULL},
    {"ErrorPath",              FAIL, ASL_JSONPATH, FIELD_PATH, load_query, AT(fail.error_path), 0, 0, NULL},
    {"Cause",                  FAIL, 0, FIELD_TEXT, load_cause, AT(fail.cause), 0, 0, NULL},
    {"CausePath",              FAIL, ASL_JSONPATH, FIELD_PATH, load_query, AT(fail.cause_path), 0, 0, NULL},
    {"Result",                 PASS, ASL_JSONPATH, FIELD_DATA, load_any, AT(result), 0, 0, NULL},
    /* and again all of them */
    {"TimeoutSeconds",         TASK, 0, FIELD_NUMBER, load_number, AT(task.timeout_s), 1, QUOTA_SECONDS, NULL},
    {"TimeoutSecondsPath",     TASK, ASL_JSONPATH, FIELD_PATH, load_number_path, AT(task.timeout_s), 0, 0, NULL},
    {"HeartbeatSeconds",       TASK, 0, FIELD_NUMBER, load_number, AT(task.heartbeat_s), 1, QUOTA_SECONDS, NULL},
    {"HeartbeatSecondsPath",   TASK, ASL_JSONPATH, FIELD_PATH, load_number_path, AT(task.heartbeat_s), 0, 0, NULL},
    {"ResultSelector",         WORKS, ASL_JSONPATH, FIELD_TEMPLATE, load_template, AT(result_selector), 0, 0, NULL},
    {"ResultPath",             WORKS | PASS, ASL_JSONPATH, FIELD_FLOW, load_reference_flow, AT(result_path), 0, 0, NULL},
    {"OutputPath",             FLOWS, ASL_JSONPATH, FIELD_FLOW, load_flow, AT(output_path), 0, 0, NULL},
    {"Assign",                 FLOWS & ~SUCCEED, 0, FIELD_ASSIGN, load_assign, AT(assign), 0, 0, NULL},
    {"Output",                 FLOWS, ASL_JSONATA, FIELD_TEMPLATE, load_template, AT(output), 0, 0, NULL},
    {"Retry",                  WORKS, 0, FIELD_OBJECT, load_retry, 0, 0, 0, &load_retrier_fields},
    {"Catch",                  WORKS, 0, FIELD_OBJECT, load_catch, 0, 0, 0, &asl_catcher_fields},
    {"Default",                CHOICE, 0, FIELD_TARGET, load_default, 0, 0, 0, NULL},
    {"Next",                   MOVES, 0, FIELD_TARGET, load_next, 0, 0, 0, NULL},
    {"End",                    MOVES, 0, FIELD_DATA, load_end, 0, 0, 0, NULL},
};
/* clang-format on */
const struct asl_fields asl_state_fields = {.rows = state_rows, .count = COUNT(state_rows)};

static const struct asl_field block_rows[] = {
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"Version", LOAD_MACHINE, 0, FIELD_DATA, load_version, 0, 0, 0, NULL},
    {"QueryLanguage", LOAD_MACHINE, 0, FIELD_DATA, load_ignored, 0, 0, 0,
     NULL}, /* read before all others */
    {"TimeoutSeconds", LOAD_MACHINE, 0, FIELD_NUMBER, load_number,
     offsetof(struct asl_machine, timeout_s), 0, QUOTA_SECONDS, NULL},
    {"ProcessorConfig", LOAD_PROCESSOR, 0, FIELD_OBJECT, load_processor_config, 0, 0, 0,
     &config_fields},
    {"StartAt", 0, 0, FIELD_TARGET, load_ignored, 0, 0, 0, NULL}, /* read with the scope */
    {"States", 0, 0, FIELD_STATES, load_ignored, 0, 0, 0, &asl_state_fields},
};
const struct asl_fields asl_block_fields = {.rows = block_rows, .count = COUNT(block_rows)};

/* clang-format off */
/* Fields that must be there, and fields of which one stands in for another. */
static const struct {
    unsigned on;
    const char *const *names;
} required[] = {
    {TASK,     (const char *const[]){"Resource", NULL}},
    {CHOICE,   (const char *const[]){"Choices", NULL}},
    {PARALLEL, (const char *const[]){"Branches", NULL}},
};

static const struct {
    unsigned on;
    bool must;
    const char *const *names;
} one_of[] = {
    {MOVES, true,  (const char *const[]){"Next", "End", NULL}},
    {WAIT,  true,  (const char *const[]){"SecondsPath", "Seconds", "TimestampPath", "Timestamp", NULL}},
    {MAP,   true,  (const char *const[]){"ItemProcessor", "Iterator", NULL}},
    {MAP,   false, (const char *const[]){"Parameters", "ItemSelector", NULL}},
    {MAP,   false, (const char *const[]){"MaxConcurrency", "MaxConcurrencyPath", NULL}},
    {MAP,   false, (const char *const[]){"ToleratedFailureCountPath", "ToleratedFailureCount", NULL}},
    {MAP,   false, (const char *const[]){"ToleratedFailurePercentage", "ToleratedFailurePercentagePath", NULL}},
    {TASK,  false, (const char *const[]){"TimeoutSeconds", "TimeoutSecondsPath", NULL}},
    {TASK,  false, (const char *const[]){"HeartbeatSecondsPath", "HeartbeatSeconds", NULL}},
    {FAIL,  false, (const char *const[]){"Error", "ErrorPath", NULL}},
    {FAIL,  false, (const char *const[]){"Cause", "CausePath", NULL}},
};
/* clang-format on */

static bool load_state_is_constant(const struct asl_number *n)
{
    return n->set && !n->path && !n->expression;
}

/* Both are known here only as constants; else the state fails when it runs. */
static void check_task(struct loader *l, const struct asl_state *s, const struct asl_at *at)
{
    const struct asl_task *t = &s->task;
    struct asl_at beat;

    if (!l->purpose->stored && load_state_is_constant(&t->timeout_s) &&
        load_state_is_constant(&t->heartbeat_s) && t->heartbeat_s.value >= t->timeout_s.value) {
        asl_at_member(at, "HeartbeatSeconds", &beat);
        asl_report_schema(l->report, &beat, "HeartbeatSeconds must be less than TimeoutSeconds");
    }
}

/* A state of a JSONata machine can't go back to JSONPath. */
static enum asl_language load_state_language_of(struct loader *l, const struct asl_at *at)
{
    enum asl_language language = load_language(l, at, l->machine_language);

    if (language == ASL_JSONPATH && l->machine_language == ASL_JSONATA) {
        struct asl_at own;
        asl_at_member(at, "QueryLanguage", &own);
        asl_report_schema(l->report, &own,
                          "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole "
                          "state machine");
        asl_report_relocate(l->report, at);
        return ASL_ANY_LANGUAGE;
    }
    return language;
}

void load_state(struct loader *l, struct asl_state *s, const struct asl_at *at)
{
    unsigned on = ON(s->type);
    const struct loader outer = *l;

    l->state = at;
    l->language = load_state_language_of(l, at);
    s->jsonata = l->language == ASL_JSONATA;
    load_fields(l, &asl_state_fields, on, at, s);
    for (size_t i = 0; i < COUNT(required); i++)
        if (required[i].on & on)
            load_required(l, at, required[i].names);
    for (size_t i = 0; i < COUNT(one_of); i++)
        if (one_of[i].on & on)
            load_one_of(l, at, one_of[i].names, one_of[i].must);
    if (s->type == ASL_TASK)
        check_task(l, s, at);
    if (s->type == ASL_MAP)
        load_map_done(l, s, at);
    if (!l->purpose->stored && s->type == ASL_TASK)
        load_check_credentials(l, s, at);
    if (l->purpose->validating && s->type == ASL_TASK)
        load_check_resource(l, s, at);
    if (l->purpose->validating && s->type == ASL_MAP)
        load_check_map(l, s, at);
    l->state = outer.state;
    l->language = outer.language;
}
