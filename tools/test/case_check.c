/*
 * A case that begins as no execution on AWS can begin shows nothing of what happens there. What is
 * refused here is what StartExecution, Assign and TestState refuse.
 */
#include "tools/test/case_check.h"

#include "asl/eval/path.h"
#include "asl/report/quota.h"
#include "parsers/base/timestamp.h"
#include "parsers/base/utf8.h"
#include "runtime/engine/names.h"
#include "tools/test/schema.h"

#include <string.h>

/* ---- the execution's name ---- */

static void check_execution(const struct asl_at *at, struct asl_report *report)
{
    if (!json_is_string(at->value))
        return;
    const char *name = json_str(at->value);
    size_t len = json_str_len(at->value), count = utf8_count(name, len);
    size_t good = names_good_len(name, len);
    if (count == 0 || count > QUOTA_NAME)
        schema_refuse(report, at, ASL_VALUE, "", "an execution's name has 1 to %d characters",
                      QUOTA_NAME);
    else if (good < len)
        schema_refuse(report, at, ASL_VALUE, "letters, digits, -, _ and . are good",
                      "an execution's name can't have the character in column %zu of it",
                      utf8_count(name, good) + 1);
}

/* ---- variables ---- */

static void check_variable_name(const struct asl_at *at, struct asl_report *report)
{
    const char *name = json_str(at->key);
    size_t len = json_str_len(at->key);
    bool good = len > 0 && asl_name_may_begin(name[0]);

    for (size_t i = 1; good && i < len; i++)
        good = asl_name_may_go_on(name[i]);
    if (!good)
        schema_refuse(report, at, ASL_KEY,
                      *name == '$'
                          ? "write it without the $"
                          : "a variable's name is a letter or _, then letters, digits and _",
                      "no variable can have this name");
    else if (utf8_count(name, len) > QUOTA_NAME)
        schema_refuse(report, at, ASL_KEY, "", "a variable's name has at most %d characters",
                      QUOTA_NAME);
    else if (json_str_is(at->key, "states"))
        schema_refuse(report, at, ASL_KEY, "give it another name",
                      "$states is the name of what a state may look at");
}

static void check_variables(const struct asl_at *at, struct asl_report *report)
{
    size_t sum = 0;

    for (size_t i = 0; i < json_count(at->value); i++) {
        struct asl_at one;
        asl_at_index(at, i, &one);
        size_t len = json_text_len(one.value);
        check_variable_name(&one, report);
        if (len > QUOTA_DATA)
            schema_refuse(report, &one, ASL_KEY, "give it a smaller value",
                          "a variable has at most %d bytes as JSON, and this one %zu", QUOTA_DATA,
                          len);
        sum += len;
    }
    if (sum > QUOTA_VARIABLES)
        schema_refuse(report, at, ASL_KEY, "give fewer or smaller ones",
                      "all variables have at most %d bytes as JSON, and these %zu", QUOTA_VARIABLES,
                      sum);
}

/* ---- the context object ---- */

enum context_kind { CONTEXT_TEXT, CONTEXT_TIME, CONTEXT_WHOLE };

/* Members of AWS's own that have a type. A case's own members may be anything. */
static const struct {
    const char *root, *field;
    enum context_kind kind;
} context_fields[] = {
    {"Execution", "Id", CONTEXT_TEXT},
    {"Execution", "Name", CONTEXT_TEXT},
    {"Execution", "RoleArn", CONTEXT_TEXT},
    {"Execution", "StartTime", CONTEXT_TIME},
    {"Execution", "RedriveCount", CONTEXT_WHOLE},
    {"Execution", "RedriveTime", CONTEXT_TIME},
    {"State", "EnteredTime", CONTEXT_TIME},
    {"State", "Name", CONTEXT_TEXT},
    {"State", "RetryCount", CONTEXT_WHOLE},
    {"StateMachine", "Id", CONTEXT_TEXT},
    {"StateMachine", "Name", CONTEXT_TEXT},
    {"Task", "Token", CONTEXT_TEXT},
};

static bool context_fits(enum context_kind kind, const json *v)
{
    struct timestamp t;

    switch (kind) {
    case CONTEXT_TEXT: return json_is_string(v);
    case CONTEXT_TIME:
        return json_is_string(v) && timestamp_parse(json_str(v), json_str_len(v), &t);
    case CONTEXT_WHOLE: return json_kind(v) == JSON_INT && json_int_value(v) >= 0;
    }
    return false;
}

static void case_check_context_field(const struct asl_at *root, const struct asl_at *field,
                                     struct asl_report *report)
{
    static const char *const wanted[] = {"text", "a time like 2024-01-01T00:00:00Z",
                                         "a whole number from 0"};

    for (size_t i = 0; i < sizeof context_fields / sizeof *context_fields; i++)
        if (json_str_is(root->key, context_fields[i].root) &&
            json_str_is(field->key, context_fields[i].field) &&
            !context_fits(context_fields[i].kind, field->value))
            schema_refuse(report, field, ASL_VALUE, "", "%s.%s of the context object should be %s",
                          json_str(root->key), json_str(field->key),
                          wanted[context_fields[i].kind]);
}

static void check_context(const struct asl_at *at, struct asl_report *report)
{
    static const char *const roots[] = {"Execution", "State", "StateMachine", "Task", "Map"};

    for (size_t i = 0; i < json_count(at->value); i++) {
        struct asl_at root, field;
        asl_at_index(at, i, &root);
        for (size_t k = 0; k < sizeof roots / sizeof *roots; k++)
            if (json_str_is(root.key, roots[k]) && !json_is_object(root.value))
                schema_refuse(report, &root, ASL_VALUE, "",
                              "%s of the context object should be an object", roots[k]);
        for (size_t k = 0; json_is_object(root.value) && k < json_count(root.value); k++) {
            asl_at_index(&root, k, &field);
            case_check_context_field(&root, &field, report);
        }
    }
}

void case_check_fields(const struct asl_at *at, struct asl_report *report)
{
    struct asl_at member;

    if (asl_at_member(at, "execution", &member))
        check_execution(&member, report);
    if (asl_at_member(at, "variables", &member) && json_is_object(member.value))
        check_variables(&member, report);
    if (asl_at_member(at, "context", &member) && json_is_object(member.value))
        check_context(&member, report);
}
