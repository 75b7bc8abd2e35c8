/*
 * Evaluates the tests of Choice rules, which choice_compile.c has made. Nothing is parsed any more,
 * and each comparison is paid for by the length of its texts before it is made.
 */

#include "asl/eval/choice_impl.h"

#include "parsers/jsonpath/jsonpath.h"

#include <string.h>

/* Behind the first occurrence of `p` in the bytes from `from` to `end`; NULL when there is none. */
static const char *choice_find(const struct piece *p, const char *from, const char *end)
{
    size_t k = 0;

    if (p->len == 0)
        return from;
    for (; from < end; from++) {
        while (k > 0 && *from != p->text[k])
            k = p->failure[k - 1];
        if (*from == p->text[k] && ++k == p->len)
            return from + 1;
    }
    return NULL;
}

/*
 * The first piece must begin the text and the last end it; each one between is taken at its first
 * occurrence behind the one before, which leaves the most room to the rest.
 */
static bool choice_matches(const struct pattern *pattern, const char *text, size_t len)
{
    const struct piece *first = &pattern->pieces[0], *last = &pattern->pieces[pattern->count - 1];
    const char *p = text, *end = text + len;

    if (pattern->count == 1)
        return len == first->len && !memcmp(text, first->text, len);
    if (len < first->len + last->len || memcmp(text, first->text, first->len) ||
        memcmp(end - last->len, last->text, last->len))
        return false;
    p += first->len;
    end -= last->len;
    for (size_t i = 1; p && i + 1 < pattern->count; i++)
        p = choice_find(&pattern->pieces[i], p, end);
    return p;
}

static bool choice_holds(enum relation relation, int order)
{
    switch (relation) {
    case EQUALS: return order == 0;
    case LESS_THAN: return order < 0;
    case GREATER_THAN: return order > 0;
    case LESS_THAN_EQUALS: return order <= 0;
    case GREATER_THAN_EQUALS: return order >= 0;
    }
    return false;
}

/* The value is there, or it would not have come here: IsPresent is asked in eval_presence. */
static bool choice_is(enum subject subject, const json *v)
{
    struct timestamp unused;

    switch (subject) {
    case IS_BOOLEAN: return choice_is_boolean(v);
    case IS_NULL: return json_kind(v) == JSON_NULL;
    case IS_NUMERIC: return json_is_number(v);
    case IS_PRESENT: return true;
    case IS_STRING: return json_is_string(v);
    case IS_TIMESTAMP: return choice_is_timestamp(v, &unused);
    }
    return false;
}

/*
 * An operand that a path names counts as 0 when it is no number: AWS looks at the type of the
 * variable's value only.
 */
static int choice_compare_numbers(const json *v, const json *operand)
{
    json *zero;
    int order;

    if (json_is_number(operand))
        return json_compare_numbers(v, operand);
    zero = json_int(0);
    order = json_compare_numbers(v, zero);
    json_unref(zero);
    return order;
}

/* Values of other types than the operator's compare false. */
static bool choice_compare(const asl_test *t, const json *v, const json *operand)
{
    enum relation relation = t->operator->what;
    struct timestamp a, b = t->when;

    switch (t->operator->family) {
    case FAMILY_STRING:
        return json_is_string(v) && json_is_string(operand) &&
               choice_holds(relation, json_compare_strings(v, operand));
    case FAMILY_NUMERIC:
        return json_is_number(v) && choice_holds(relation, choice_compare_numbers(v, operand));
    case FAMILY_BOOLEAN: return choice_is_boolean(v) && json_kind(v) == json_kind(operand);
    case FAMILY_TIMESTAMP:
        return choice_is_timestamp(v, &a) && (!t->path || choice_is_timestamp(operand, &b)) &&
               choice_holds(relation, timestamp_compare(&a, &b));
    case FAMILY_MATCHES:
        return json_is_string(v) && choice_matches(&t->pattern, json_str(v), json_str_len(v));
    case FAMILY_IS: return choice_is(t->operator->what, v) == (json_kind(operand) == JSON_TRUE);
    }
    return false;
}

static bool choice_may_go_on(const struct asl_env *env, size_t bytes, struct asl_error *error)
{
    if (work_spend_bytes(env->work, bytes))
        return true;
    asl_error_set(error, ASL_RUNTIME, "Evaluating the Choice rule takes too long");
    return false;
}

/* Texts are gone through from their beginning: a pattern's pieces, too, look at no byte twice. */
static bool may_compare(const json *v, const json *operand, const struct asl_env *env,
                        struct asl_error *error)
{
    size_t bytes = json_is_string(v) ? json_str_len(v) : 0;

    if (json_is_string(operand))
        bytes += json_str_len(operand);
    return choice_may_go_on(env, bytes, error);
}

static bool is_barred(const asl_path *path, const struct asl_env *env, struct asl_error *error)
{
    if (!asl_path_is_barred(path, env))
        return false;
    asl_error_set(error, ASL_RUNTIME, ASL_PATH_BARRED);
    return true;
}

static void fail_too_much(const asl_path *path, const char *why, struct asl_error *error)
{
    asl_error_set(error, ASL_RUNTIME, "Invalid path '%s': %s", json_str(asl_path_text(path)), why);
}

/* Both sides of a comparison must be there; only IsPresent may ask for what is missing. */
static json *read(const asl_path *path, const struct asl_env *env, struct asl_error *error)
{
    struct diag why = {0};
    json *v;

    if (is_barred(path, env, error))
        return NULL;
    v = asl_path_find(path, env, &why);
    if (!v && why.code == JSONPATH_TOO_MUCH)
        fail_too_much(path, why.text, error);
    else if (!v)
        asl_error_set(error, ASL_RUNTIME,
                      "Invalid path '%s': The choice state's condition path references an invalid "
                      "value.",
                      json_str(asl_path_text(path)));
    diag_clear(&why);
    return v;
}

/* A search that was given up says nothing of whether there is something. */
static int eval_presence(const asl_test *t, const struct asl_env *env, struct asl_error *error)
{
    struct diag why = {0};
    json *v;
    bool too_much;

    if (is_barred(t->variable, env, error))
        return -1;
    v = asl_path_find(t->variable, env, &why);
    too_much = !v && why.code == JSONPATH_TOO_MUCH;
    if (too_much)
        fail_too_much(t->variable, why.text, error);
    diag_clear(&why);
    json_unref(v);
    return too_much ? -1 : (v != NULL) == (json_kind(t->operand) == JSON_TRUE);
}

/*
 * IsPresent comes first, as its variable may be missing. A bad pattern fails when it is used, and
 * not when the definition is loaded.
 */
static int eval_comparison(const asl_test *t, const struct asl_env *env, struct asl_error *error)
{
    json *v, *operand;
    int result;

    if (t->operator->family == FAMILY_IS && t->operator->what == IS_PRESENT)
        return eval_presence(t, env, error);
    if (t->pattern.dangling) {
        asl_error_set(error, ASL_RUNTIME,
                      "The StringMatches pattern '%s' has a backslash that escapes nothing",
                      json_str(t->operand));
        return -1;
    }
    v = read(t->variable, env, error);
    if (!v)
        return -1;
    operand = t->path ? read(t->path, env, error) : json_ref(t->operand);
    result = operand && may_compare(v, operand, env, error) ? choice_compare(t, v, operand) : -1;
    json_unref(operand);
    json_unref(v);
    return result;
}

/* Nested NESTING_MAX deep at most. And and Or stop at the first test that decides. */
static int eval_test(const asl_test *t, const struct asl_env *env, struct asl_error *error)
{
    int deciding = t->kind == TEST_OR;
    int result;

    if (!choice_may_go_on(env, 0, error))
        return -1;
    if (t->kind == TEST_COMPARE)
        return eval_comparison(t, env, error);
    if (t->kind == TEST_NOT) {
        result = eval_test(t->tests[0], env, error);
        return result < 0 ? result : !result;
    }
    for (size_t i = 0; i < t->count; i++) {
        result = eval_test(t->tests[i], env, error);
        if (result < 0 || result == deciding)
            return result;
    }
    return !deciding;
}

int asl_test_eval(const asl_test *t, const struct asl_env *env, struct asl_error *error)
{
    work_begin(env->work);
    return eval_test(t, env, error);
}
