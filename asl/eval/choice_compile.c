/*
 * Compiles the tests of Choice rules. One table has the comparison operators; a rule becomes a tree
 * whose leaves hold a path and a literal, or two paths. All that is wrong is told, in AWS's words
 * and order.
 */

#include "asl/eval/choice_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/nearest.h"

#include <string.h>

/* ---- the operators ---- */

/* In the order that AWS lists them in when a rule has none or several. */
static const struct choice_operator operators[] = {
    {"StringEquals", FAMILY_STRING, EQUALS, false},
    {"IsBoolean", FAMILY_IS, IS_BOOLEAN, false},
    {"StringLessThan", FAMILY_STRING, LESS_THAN, false},
    {"IsNumeric", FAMILY_IS, IS_NUMERIC, false},
    {"BooleanEquals", FAMILY_BOOLEAN, EQUALS, false},
    {"StringLessThanEqualsPath", FAMILY_STRING, LESS_THAN_EQUALS, true},
    {"NumericLessThan", FAMILY_NUMERIC, LESS_THAN, false},
    {"NumericGreaterThan", FAMILY_NUMERIC, GREATER_THAN, false},
    {"NumericLessThanPath", FAMILY_NUMERIC, LESS_THAN, true},
    {"StringMatches", FAMILY_MATCHES, 0, false},
    {"TimestampLessThanEqualsPath", FAMILY_TIMESTAMP, LESS_THAN_EQUALS, true},
    {"NumericEquals", FAMILY_NUMERIC, EQUALS, false},
    {"TimestampGreaterThan", FAMILY_TIMESTAMP, GREATER_THAN, false},
    {"StringGreaterThanEqualsPath", FAMILY_STRING, GREATER_THAN_EQUALS, true},
    {"TimestampGreaterThanEqualsPath", FAMILY_TIMESTAMP, GREATER_THAN_EQUALS, true},
    {"TimestampLessThanEquals", FAMILY_TIMESTAMP, LESS_THAN_EQUALS, false},
    {"NumericLessThanEqualsPath", FAMILY_NUMERIC, LESS_THAN_EQUALS, true},
    {"TimestampEquals", FAMILY_TIMESTAMP, EQUALS, false},
    {"BooleanEqualsPath", FAMILY_BOOLEAN, EQUALS, true},
    {"IsTimestamp", FAMILY_IS, IS_TIMESTAMP, false},
    {"StringLessThanEquals", FAMILY_STRING, LESS_THAN_EQUALS, false},
    {"NumericLessThanEquals", FAMILY_NUMERIC, LESS_THAN_EQUALS, false},
    {"StringLessThanPath", FAMILY_STRING, LESS_THAN, true},
    {"TimestampGreaterThanPath", FAMILY_TIMESTAMP, GREATER_THAN, true},
    {"StringGreaterThan", FAMILY_STRING, GREATER_THAN, false},
    {"StringGreaterThanPath", FAMILY_STRING, GREATER_THAN, true},
    {"IsString", FAMILY_IS, IS_STRING, false},
    {"StringEqualsPath", FAMILY_STRING, EQUALS, true},
    {"TimestampEqualsPath", FAMILY_TIMESTAMP, EQUALS, true},
    {"TimestampLessThan", FAMILY_TIMESTAMP, LESS_THAN, false},
    {"StringGreaterThanEquals", FAMILY_STRING, GREATER_THAN_EQUALS, false},
    {"NumericGreaterThanPath", FAMILY_NUMERIC, GREATER_THAN, true},
    {"NumericGreaterThanEquals", FAMILY_NUMERIC, GREATER_THAN_EQUALS, false},
    {"NumericEqualsPath", FAMILY_NUMERIC, EQUALS, true},
    {"TimestampLessThanPath", FAMILY_TIMESTAMP, LESS_THAN, true},
    {"IsNull", FAMILY_IS, IS_NULL, false},
    {"IsPresent", FAMILY_IS, IS_PRESENT, false},
    {"TimestampGreaterThanEquals", FAMILY_TIMESTAMP, GREATER_THAN_EQUALS, false},
    {"NumericGreaterThanEqualsPath", FAMILY_NUMERIC, GREATER_THAN_EQUALS, true},
};

enum { OPERATOR_COUNT = COUNT(operators) };

struct compiler {
    struct arena *arena;
    struct asl_report *report;
};

static void choice_release(void *v)
{
    json_unref(v);
}

/* The table of Knuth, Morris and Pratt. */
static void build_failure(struct arena *a, struct piece *p)
{
    size_t k = 0;

    p->failure = arena_calloc(a, p->len + 1, sizeof *p->failure);
    for (size_t i = 1; i < p->len; i++) {
        while (k > 0 && p->text[i] != p->text[k])
            k = p->failure[k - 1];
        k += p->text[i] == p->text[k];
        p->failure[i] = (uint32_t)k;
    }
}

/* character / "*" / "\*" / "\\" */
static struct pattern compile_pattern(struct arena *a, const char *text, size_t len)
{
    struct pattern out = {.count = 1};
    struct piece *p;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\' && i + 1 < len)
            i++;
        else
            out.count += text[i] == '*';
    }
    p = out.pieces = arena_calloc(a, out.count, sizeof *out.pieces);
    p->text = arena_alloc(a, len + 1);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '*') {
            p[1].text = p->text + p->len;
            p++;
            continue;
        }
        if (text[i] == '\\') {
            i++;
            if (i == len || (text[i] != '*' && text[i] != '\\')) {
                out.dangling = true;
                return out;
            }
        }
        p->text[p->len++] = text[i];
    }
    for (size_t i = 0; i < out.count; i++)
        build_failure(a, &out.pieces[i]);
    return out;
}

/* ---- compiling a rule ---- */

static const asl_test *choice_compile(struct compiler *c, const struct asl_at *at, bool top,
                                      unsigned depth);

/* The state that the rule at `at` belongs to, for problems that AWS locates there. */
static const struct asl_at *state_of(const struct asl_at *at)
{
    for (const struct asl_at *up = at; up; up = up->up)
        if (up->key && json_str_is(up->key, "Choices"))
            return up->up;
    return at;
}

/* AWS locates a field of the other language at the state, and not at the rule. */
static void wrong_language(struct compiler *c, const struct asl_at *at, const char *field,
                           const char *hint)
{
    struct asl_at member;

    if (!asl_at_member(at, field, &member))
        return;
    asl_report_add(c->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &member, ASL_KEY, hint,
                   "The QueryLanguage is set to 'JSONPath', but field '%s' is only supported for "
                   "the 'JSONata' QueryLanguage",
                   field);
    asl_report_relocate(c->report, state_of(at));
}

static const struct choice_operator *find_operator(const json *name)
{
    for (size_t i = 0; i < OPERATOR_COUNT; i++)
        if (json_str_is(name, operators[i].name))
            return &operators[i];
    return NULL;
}

/* An operator that the rule has already is not what was meant by another member. */
static void unsupported(struct compiler *c, const struct asl_at *rule, const struct asl_at *member)
{
    struct nearest near = {.want = json_str(member->key), .len = json_str_len(member->key)};
    struct buf hint = {0};

    for (size_t i = 0; i < OPERATOR_COUNT; i++)
        if (!asl_at_member(rule, operators[i].name, &(struct asl_at){0}))
            nearest_offer(&near, operators[i].name);
    if (near.best && !find_operator(member->key))
        buf_printf(&hint, "Was '%s' meant?", near.best);
    asl_report_add(c->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, member, ASL_KEY,
                   hint.len ? buf_str(&hint) : NULL, "Field '%s' is not supported",
                   json_str(member->key));
    asl_report_relocate(c->report, rule);
    buf_clear(&hint);
}

/* "There should only be one …" or "This object should have only one …", and all the operators. */
static void report_operators(struct compiler *c, const struct asl_at *at, const char *beginning)
{
    struct buf names = {0};

    for (size_t i = 0; i < OPERATOR_COUNT; i++) {
        buf_adds(&names, i > 0 ? ", " : "");
        buf_adds(&names, operators[i].name);
    }
    asl_report_schema(c->report, at, "%s [%s]", beginning, buf_str(&names));
    buf_clear(&names);
}

static bool choice_is_one_of(const json *key, const char *const *names)
{
    for (; *names; names++)
        if (json_str_is(key, *names))
            return true;
    return false;
}

static void check_comment(struct compiler *c, const struct asl_at *at)
{
    if (!json_is_string(at->value) && json_kind(at->value) != JSON_NULL)
        asl_report_schema(c->report, at, "Expected value of type [STRING]");
}

/*
 * Refuses what a rule may not have beside `selector`, and finds the operator of a comparison: the
 * member's place, SIZE_MAX without one. False when something was refused.
 */
static bool check_fields(struct compiler *c, const struct asl_at *at, const char *selector,
                         bool top, size_t *operator_at)
{
    static const char *const of_rules[] = {"Next", "Assign", "Comment", NULL};
    static const char *const of_nested[] = {"Comment", NULL};
    bool comparison = !strcmp(selector, "Variable");
    size_t errors = c->report->errors, found = 0;

    *operator_at = SIZE_MAX;
    for (size_t i = 0; i < json_count(at->value); i++) {
        struct asl_at member;

        asl_at_index(at, i, &member);
        if (json_str_is(member.key, "Comment"))
            check_comment(c, &member);
        if (json_str_is(member.key, selector) ||
            choice_is_one_of(member.key, top ? of_rules : of_nested))
            continue;
        if (comparison && find_operator(member.key)) {
            *operator_at = i;
            found++;
        } else if (top && json_str_is(member.key, "Output")) {
            wrong_language(c, at, "Output", "Use 'Assign', or the state's 'OutputPath'");
        } else {
            unsupported(c, at, &member);
        }
    }
    if (c->report->errors > errors || !comparison || found == 1)
        return c->report->errors == errors;
    report_operators(c, at,
                     found ? "There should only be one of the following fields:"
                           : "This object should have only one of the following fields:");
    return false;
}

static const asl_path *compile_variable(struct compiler *c, const struct asl_at *rule)
{
    struct diag why = {0};
    const asl_path *path;
    struct asl_at at;

    asl_at_member(rule, "Variable", &at);
    if (!json_is_string(at.value)) {
        asl_report_schema(c->report, &at, "Expected value of type [STRING]");
        return NULL;
    }
    path = asl_path_compile(c->arena, at.value, ASL_ROOT_CONTEXT | ASL_ROOT_VARIABLE, &why);
    if (!path)
        asl_report_schema(c->report, &at, "Value is not a Reference Path: %s", why.text);
    diag_clear(&why);
    return path;
}

static bool compile_path_operand(struct compiler *c, const struct asl_at *at, asl_test *t)
{
    struct diag why = {0};

    if (!json_is_string(at->value)) {
        asl_report_schema(c->report, at, "Expected value of type [STRING]");
        return false;
    }
    t->path = asl_path_compile(c->arena, at->value, ASL_ROOT_CONTEXT | ASL_ROOT_VARIABLE, &why);
    if (t->path && !asl_path_is_definite(t->path)) {
        t->path = NULL;
        diag_set(&why, NULL, 0, "It may name one node only");
    }
    if (!t->path)
        asl_report_schema(c->report, at, "Value is not a Reference Path: %s", why.text);
    diag_clear(&why);
    return t->path;
}

/* A literal has the type that the operator compares, and a timestamp is parsed once for all. */
static bool compile_operand(struct compiler *c, const struct asl_at *at, asl_test *t)
{
    const char *type = NULL;

    switch (t->operator->family) {
    case FAMILY_STRING:
    case FAMILY_MATCHES:
    case FAMILY_TIMESTAMP: type = json_is_string(at->value) ? NULL : "STRING"; break;
    case FAMILY_NUMERIC: type = json_is_number(at->value) ? NULL : "NUMBER"; break;
    case FAMILY_BOOLEAN:
    case FAMILY_IS: type = choice_is_boolean(at->value) ? NULL : "BOOLEAN"; break;
    }
    if (type) {
        asl_report_schema(c->report, at, "Expected value of type [%s]", type);
        return false;
    }
    if (t->operator->family == FAMILY_TIMESTAMP && !choice_is_timestamp(at->value, &t->when)) {
        asl_report_add(c->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, at, ASL_VALUE,
                       "Write it as in \"2024-01-31T12:00:00Z\"",
                       "String does not match RFC3339 timestamp");
        return false;
    }
    if (t->operator->family == FAMILY_MATCHES)
        t->pattern = compile_pattern(c->arena, json_str(at->value), json_str_len(at->value));
    t->operand = json_ref(at->value);
    arena_defer(c->arena, choice_release, t->operand);
    return true;
}

/* A Variable that is amiss is told beside an operator that is. */
static const asl_test *compile_comparison(struct compiler *c, const struct asl_at *at, bool top)
{
    asl_test *t = arena_alloc(c->arena, sizeof *t);
    struct asl_at operand;
    size_t i;
    bool ok;

    ok = check_fields(c, at, "Variable", top, &i);
    t->variable = compile_variable(c, at);
    if (i == SIZE_MAX)
        return NULL;
    asl_at_index(at, i, &operand);
    t->kind = TEST_COMPARE;
    t->operator= find_operator(operand.key);
    ok &=
        t->operator->path ? compile_path_operand(c, &operand, t) : compile_operand(c, &operand, t);
    return ok && t->variable ? t : NULL;
}

static const asl_test *compile_list(struct compiler *c, const struct asl_at *at, asl_test *t,
                                    unsigned depth)
{
    size_t errors = c->report->errors;

    if (!json_is_array(at->value)) {
        asl_report_schema(c->report, at, "Expected value of type [ARRAY]");
        return NULL;
    }
    t->count = json_count(at->value);
    if (t->count == 0) {
        asl_report_schema(c->report, at, "Value cannot be empty");
        return NULL;
    }
    t->tests = arena_calloc(c->arena, t->count, sizeof *t->tests);
    for (size_t i = 0; i < t->count; i++) {
        struct asl_at item;

        asl_at_index(at, i, &item);
        t->tests[i] = choice_compile(c, &item, false, depth + 1);
    }
    return c->report->errors == errors ? t : NULL;
}

static const asl_test *compile_compound(struct compiler *c, const struct asl_at *at,
                                        const char *selector, enum test_kind kind, bool top,
                                        unsigned depth)
{
    asl_test *t = arena_alloc(c->arena, sizeof *t);
    struct asl_at operand;
    size_t unused;
    bool ok = check_fields(c, at, selector, top, &unused);

    asl_at_member(at, selector, &operand);
    t->kind = kind;
    if (kind != TEST_NOT)
        return compile_list(c, &operand, t, depth) && ok ? t : NULL;
    t->count = 1;
    t->tests = arena_alloc(c->arena, sizeof *t->tests);
    t->tests[0] = choice_compile(c, &operand, false, depth + 1);
    return t->tests[0] && ok ? t : NULL;
}

static const asl_test *choice_compile(struct compiler *c, const struct asl_at *at, bool top,
                                      unsigned depth)
{
    static const struct {
        const char *name;
        enum test_kind kind;
    } selectors[] = {
        {"And", TEST_AND}, {"Or", TEST_OR}, {"Not", TEST_NOT}, {"Variable", TEST_COMPARE}};
    size_t found = 0, which = 0;

    if (!json_is_object(at->value)) {
        asl_report_schema(c->report, at, "Expected value of type [OBJECT]");
        return NULL;
    }
    if (depth > NESTING_MAX) {
        asl_report_schema(c->report, at, "And, Or and Not are nested more than %d levels deep",
                          NESTING_MAX);
        return NULL;
    }
    for (size_t i = 0; i < COUNT(selectors); i++)
        if (json_get(at->value, selectors[i].name)) {
            which = i;
            found++;
        }
    if (found == 0 && json_get(at->value, "Condition")) {
        wrong_language(c, at, "Condition",
                       "Use 'Variable' and an operator, or set 'QueryLanguage'");
        return NULL;
    }
    if (found != 1 || json_get(at->value, "Condition")) {
        asl_report_schema(c->report, at,
                          "The object must have only one of the following fields, "
                          "[And, Or, Not, Variable, Condition]");
        return NULL;
    }
    if (selectors[which].kind == TEST_COMPARE)
        return compile_comparison(c, at, top);
    return compile_compound(c, at, selectors[which].name, selectors[which].kind, top, depth);
}

const asl_test *asl_test_compile(struct arena *a, const struct asl_at *at, bool top,
                                 struct asl_report *report)
{
    struct compiler c = {a, report};

    return choice_compile(&c, at, top, 1);
}
