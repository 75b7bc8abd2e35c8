/*
 * The lists of a state: its retriers, its catchers, and the rules of a Choice. Each entry is an
 * object with a table of fields. A catcher or rule leads to a state of the scope that the state is
 * in, so its readers get both: struct in_state.
 */

#include "asl/load/load_impl.h"
#include "asl/report/quota.h"
#include "parsers/base/count.h"

#define SLOT(type) ((type *)(void *)((char *)object + f->offset))

/* ---- error names ---- */

/* Names may be any: States.… that AWS does not know are a warning's business. */
void load_error_names(struct loader *l, const struct asl_at *at, struct asl_errors *out)
{
    struct asl_at each;

    if (!load_array(l, at, 1))
        return;
    out->names = arena_calloc(l->a, json_count(at->value), sizeof *out->names);
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &each);
        if (load_string(l, &each))
            out->names[out->count++] = load_keep(l, each.value);
    }
}

/* It would leave nothing for what stands behind or beside it. Told once for an entry. */
void load_check_all(struct loader *l, const struct asl_at *list)
{
    size_t count = json_count(list->value);
    struct asl_at entry, names, name;

    for (size_t i = 0; i < count && !l->purpose->stored; i++) {
        asl_at_index(list, i, &entry);
        if (!asl_at_member(&entry, "ErrorEquals", &names) || !json_is_array(names.value))
            continue;
        size_t n = json_count(names.value);
        for (size_t k = 0; k < n; k++) {
            asl_at_index(&names, k, &name);
            if (json_is_string(name.value) && json_str_is(name.value, ASL_ALL) &&
                (n > 1 || i + 1 < count)) {
                asl_report_schema(l->report, &name,
                                  "States.ALL must appear alone and at end of list");
                break;
            }
        }
    }
}

/* ---- Retry ---- */

static void load_retrier_names(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                               void *object)
{
    load_error_names(l, at, SLOT(struct asl_errors));
}

static void load_seconds(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                         void *object)
{
    load_whole(l, f, at, SLOT(int64_t));
}

/* 0 is a number of attempts: the error is not retried, and no later retrier is asked. */
static void load_attempts(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                          void *object)
{
    int64_t n;

    if (load_whole(l, f, at, &n))
        *SLOT(uint32_t) = (uint32_t)n;
}

/* A whole number is a rate, too. Below 1 delays would shrink, which AWS refuses. */
static void load_rate(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                      void *object)
{
    if (!json_is_number(at->value))
        asl_report_schema(l->report, at, "Expected value of type Float");
    else if (json_double_value(at->value) < 1 && !l->purpose->stored)
        asl_report_schema(l->report, at, "Minimum value is 1.0");
    else
        *SLOT(double) = json_double_value(at->value);
}

/* A misspelt strategy is told, and means none. */
static void load_jitter(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                        void *object)
{
    static const char *const strategies[] = {"NONE", "FULL", NULL};

    if (load_word(l, at, strategies))
        *SLOT(bool) = json_str_is(at->value, "FULL");
}

static const struct asl_field retrier_rows[] = {
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"ErrorEquals", 0, 0, FIELD_DATA, load_retrier_names, offsetof(struct asl_retrier, errors), 0,
     0, NULL},
    {"IntervalSeconds", 0, 0, FIELD_NUMBER, load_seconds, offsetof(struct asl_retrier, interval_s),
     0, QUOTA_SECONDS, NULL},
    {"MaxAttempts", 0, 0, FIELD_NUMBER, load_attempts, offsetof(struct asl_retrier, max_attempts),
     0, QUOTA_SECONDS, NULL},
    {"BackoffRate", 0, 0, FIELD_NUMBER, load_rate, offsetof(struct asl_retrier, backoff_rate), 0, 0,
     NULL},
    {"MaxDelaySeconds", 0, 0, FIELD_NUMBER, load_seconds, offsetof(struct asl_retrier, max_delay_s),
     1, QUOTA_RETRY_DELAY_S, NULL},
    {"JitterStrategy", 0, 0, FIELD_DATA, load_jitter, offsetof(struct asl_retrier, full_jitter), 0,
     0, NULL},
};
const struct asl_fields load_retrier_fields = {.rows = retrier_rows, .count = COUNT(retrier_rows)};

/* What a retrier does not say is 3 attempts, after 1 s, 2 s and 4 s. Spec: "Retrying". */
void load_retry(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    static const char *const required[] = {"ErrorEquals", NULL};
    struct asl_state *s = object;
    struct asl_at each;

    (void)f;
    if (!load_array(l, at, 0))
        return;
    s->retriers = json_count(at->value);
    s->retry = arena_calloc(l->a, s->retriers, sizeof *s->retry);
    for (size_t i = 0; i < s->retriers; i++) {
        s->retry[i] = (struct asl_retrier){.interval_s = 1, .max_attempts = 3, .backoff_rate = 2};
        asl_at_index(at, i, &each);
        if (!load_object(l, &each))
            continue;
        load_fields(l, &load_retrier_fields, 0, &each, &s->retry[i]);
        load_required(l, &each, required);
    }
    load_check_all(l, at);
}

/* ---- Catch ---- */

/* A rule or catcher, with the state whose scope its Next is looked up in. */
struct in_state {
    const struct asl_state *state;
    union {
        struct asl_catcher *catcher;
        struct asl_rule *rule;
    };
};

static void load_catcher_names(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                               void *object)
{
    (void)f;
    load_error_names(l, at, &((struct in_state *)object)->catcher->errors);
}

static void load_catcher_next(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                              void *object)
{
    struct in_state *in = object;

    (void)f;
    in->catcher->next = load_target(l, in->state->scope, at);
}

/* The readers of these want the catcher alone, and not the state beside it. */
static void load_catcher_part(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                              void *object)
{
    struct in_state *in = object;

    if (f->offset == offsetof(struct asl_catcher, assign))
        load_assign(l, f, at, in->catcher);
    else if (f->offset == offsetof(struct asl_catcher, output))
        load_template(l, f, at, in->catcher);
    else
        load_reference_flow(l, f, at, in->catcher);
}

static const struct asl_field catcher_rows[] = {
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"ErrorEquals", 0, 0, FIELD_DATA, load_catcher_names, 0, 0, 0, NULL},
    {"ResultPath", 0, ASL_JSONPATH, FIELD_FLOW, load_catcher_part,
     offsetof(struct asl_catcher, result_path), 0, 0, NULL},
    {"Assign", 0, 0, FIELD_ASSIGN, load_catcher_part, offsetof(struct asl_catcher, assign), 0, 0,
     NULL},
    {"Output", 0, ASL_JSONATA, FIELD_TEMPLATE, load_catcher_part,
     offsetof(struct asl_catcher, output), 0, 0, NULL},
    {"Next", 0, 0, FIELD_TARGET, load_catcher_next, 0, 0, 0, NULL},
};
const struct asl_fields asl_catcher_fields = {.rows = catcher_rows, .count = COUNT(catcher_rows)};

void load_catch(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    static const char *const required[] = {"Next", "ErrorEquals", NULL};
    struct asl_state *s = object;
    struct asl_at each;

    (void)f;
    if (!load_array(l, at, 0))
        return;
    s->catchers = json_count(at->value);
    s->catch = arena_calloc(l->a, s->catchers, sizeof *s->catch);
    for (size_t i = 0; i < s->catchers; i++) {
        struct in_state in = {.state = s, .catcher = &s->catch[i]};
        asl_at_index(at, i, &each);
        if (!load_object(l, &each))
            continue;
        load_fields(l, &asl_catcher_fields, 0, &each, &in);
        load_required(l, &each, required);
    }
    load_check_all(l, at);
}

/* ---- Choice ---- */

static void load_rule_next(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                           void *object)
{
    struct in_state *in = object;

    (void)f;
    in->rule->next = load_target(l, in->state->scope, at);
}

/* The offset of the row tells which part of the rule it is. */
static void load_rule_part(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                           void *object)
{
    struct in_state *in = object;

    if (f->offset == offsetof(struct asl_rule, assign))
        load_assign(l, f, at, in->rule);
    else
        load_template(l, f, at, in->rule);
}

/* A Boolean may stand there without an expression. */
static void load_condition(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                           void *object)
{
    struct in_state *in = object;
    enum json_kind kind = json_kind(at->value);

    (void)f;
    if (kind == JSON_TRUE || kind == JSON_FALSE || load_is_expression(l, at))
        in->rule->condition = load_value(l, at);
    else if (json_is_string(at->value))
        asl_report_schema(l->report, at, "JSONata string must start with {%% and end with %%}");
    else
        asl_report_schema(l->report, at, "Expected value of type [STRING]");
}

/* A rule of JSONata has a Condition, which is read here. One of JSONPath is asl_test_compile's. */
enum { BY_CONDITION = 1, BY_TEST = 2 };

static const struct asl_field operand = {"", BY_TEST, ASL_JSONPATH, FIELD_OPERAND, NULL, 0,
                                         0,  0,       NULL};

static const struct asl_fields test_fields;

/* What And, Or and Not have: tests, with which nothing is done but asked. */
static const struct asl_field test_rows[] = {
    {"Comment", BY_TEST, ASL_JSONPATH, FIELD_DATA, NULL, 0, 0, 0, NULL},
    {"Variable", BY_TEST, ASL_JSONPATH, FIELD_PATH, NULL, 0, 0, 0, NULL},
    {"And", BY_TEST, ASL_JSONPATH, FIELD_OBJECT, NULL, 0, 0, 0, &test_fields},
    {"Or", BY_TEST, ASL_JSONPATH, FIELD_OBJECT, NULL, 0, 0, 0, &test_fields},
    {"Not", BY_TEST, ASL_JSONPATH, FIELD_OBJECT, NULL, 0, 0, 0, &test_fields},
};
static const struct asl_fields test_fields = {
    .rows = test_rows,
    .count = COUNT(test_rows),
    .others = &operand,
    .others_before = COUNT(test_rows),
};

static const struct asl_field rule_rows[] = {
    {"Comment", BY_CONDITION | BY_TEST, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"Variable", BY_TEST, ASL_JSONPATH, FIELD_PATH, NULL, 0, 0, 0, NULL},
    {"Condition", BY_CONDITION, 0, FIELD_TEXT, load_condition, 0, 0, 0, NULL},
    {"And", BY_TEST, ASL_JSONPATH, FIELD_OBJECT, NULL, 0, 0, 0, &test_fields},
    {"Or", BY_TEST, ASL_JSONPATH, FIELD_OBJECT, NULL, 0, 0, 0, &test_fields},
    {"Not", BY_TEST, ASL_JSONPATH, FIELD_OBJECT, NULL, 0, 0, 0, &test_fields},
    {"Assign", BY_CONDITION | BY_TEST, 0, FIELD_ASSIGN, load_rule_part,
     offsetof(struct asl_rule, assign), 0, 0, NULL},
    {"Output", BY_CONDITION, 0, FIELD_TEMPLATE, load_rule_part, offsetof(struct asl_rule, output),
     0, 0, NULL},
    {"Next", BY_CONDITION | BY_TEST, 0, FIELD_TARGET, load_rule_next, 0, 0, 0, NULL},
};
const struct asl_fields asl_rule_fields = {
    .rows = rule_rows,
    .count = COUNT(rule_rows),
    .others = &operand,
    .others_before = 6, /* the comparison stands before Assign */
};

/* A rule that is written in JSONPath is told once, by its selector. */
static void load_jsonata_rule(struct loader *l, const struct asl_at *at, struct in_state *in)
{
    struct asl_at member;

    /* That it lacks a Condition, and what its operators are, follows from the wrong language. */
    for (size_t i = 0; i < COUNT(rule_rows); i++)
        if (rule_rows[i].language == ASL_JSONPATH &&
            asl_at_member(at, rule_rows[i].name, &member)) {
            load_other_language(l, &rule_rows[i], &member,
                                "in JSONata, a rule has \"Condition\": \"{% … %}\"");
            asl_at_member(at, "Next", &member);
            in->rule->next = load_target(l, in->state->scope, &member);
            return;
        }
    load_fields(l, &asl_rule_fields, BY_CONDITION, at, in);
    if (!load_has(l, at, "Condition"))
        asl_report_schema(l->report, at,
                          "The object must have only one of the following fields, "
                          "[And, Or, Not, Variable, Condition]");
}

/* Targets and Assign are looked at even where the test is amiss, so that all is told at once. */
static void load_jsonpath_rule(struct loader *l, const struct asl_state *s, const struct asl_at *at,
                               struct asl_rule *rule)
{
    static const struct asl_field assign = {.name = "Assign",
                                            .offset = offsetof(struct asl_rule, assign)};
    struct asl_at member;

    rule->test = asl_test_compile(l->a, at, true, l->report);
    asl_at_member(at, "Next", &member);
    rule->next = load_target(l, s->scope, &member);
    if (asl_at_member(at, "Assign", &member))
        load_assign(l, &assign, &member, rule);
}

/* A rule without Next leads nowhere, and nothing more is told of it. */
void load_choices(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                  void *object)
{
    static const char *const required[] = {"Next", NULL};
    struct asl_state *s = object;
    struct asl_at each;

    (void)f;
    if (!load_array(l, at, 1))
        return;
    size_t count = json_count(at->value);
    struct asl_rule *rules = arena_calloc(l->a, count, sizeof *rules);
    for (size_t i = 0; i < count; i++) {
        struct in_state in = {.state = s, .rule = &rules[i]};
        asl_at_index(at, i, &each);
        if (!load_object(l, &each) || !load_required(l, &each, required))
            continue;
        if (s->jsonata)
            load_jsonata_rule(l, &each, &in);
        else
            load_jsonpath_rule(l, s, &each, &rules[i]);
    }
    s->choice.rules = rules;
    s->choice.count = count;
}
