/*
 * A path or an expression that stands where text is text, as the name lacks its .$, the
 * QueryLanguage is another, or something stands around the delimiters.
 */

#include "asl/eval/expression.h"
#include "asl/eval/intrinsic.h"
#include "asl/warn/warn_impl.h"
#include "parsers/jsonpath/jsonpath.h"

#include <ctype.h>
#include <string.h>

static bool warn_text_is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

/* "$.a", "$$.Execution", "$['a']", and nothing but a path. */
static bool is_path(const json *text)
{
    const char *p = json_str(text);
    size_t len = json_str_len(text);

    if (len < 3 || p[0] != '$' || strpbrk(p, " \t\r\n"))
        return false;
    p += p[1] == '$' ? 2 : 1;
    if (!(p[0] == '.' && warn_text_is_name_start(p[1])) && !(p[0] == '[' && p[1] == '\''))
        return false;
    /* jsonpath_compile knows one `$`: it is given the text from the last `$` on. */
    size_t skipped = (size_t)(p - json_str(text)) - 1;
    jsonpath *path = jsonpath_compile(json_str(text) + skipped, len - skipped, NULL);
    jsonpath_free(path);
    return path;
}

static bool warn_text_is_call(const json *text)
{
    struct arena a = {0};
    bool is = false;

    if (json_str_begins(text, "States."))
        is = asl_intrinsic_compile(&a, json_str(text), json_str_len(text), NULL);
    arena_clear(&a);
    return is;
}

/*
 * The delimiters of an expression, wherever they stand: within other text they mean nothing to AWS.
 */
static bool has_delimiters(const json *text)
{
    const char *open = strstr(json_str(text), "{%");

    return open && strstr(open, "%}");
}

static void passed_as_text(struct warner *w, const struct asl_at *at)
{
    warn_at(w, at, ASL_VALUE, "'%s' is passed as text: it is evaluated when the name ends in .$",
            json_str(at->value));
}

static void check_jsonpath(struct warner *w, const struct asl_at *at)
{
    if (is_path(at->value) || warn_text_is_call(at->value))
        passed_as_text(w, at);
    else if (asl_expression_begins(at->value) && has_delimiters(at->value))
        warn_at(w, at, ASL_VALUE, "JSONata is passed as text: the QueryLanguage here is JSONPath");
}

/* What is an expression is judged where it is compiled. */
static void check_jsonata(struct warner *w, const struct asl_at *at)
{
    if (asl_expression_begins(at->value))
        return;
    if (has_delimiters(at->value))
        warn_at(w, at, ASL_VALUE, "The expression is passed as text: something stands around it");
    else if (json_str_begins(at->value, "$states.") || is_path(at->value) ||
             warn_text_is_call(at->value))
        warn_at(w, at, ASL_VALUE, "'%s' is passed as text: an expression reads {%% … %%}",
                json_str(at->value));
}

/* As deep as a value: JSON_MAX_DEPTH. */
static void warn_text_check_texts(struct warner *w, const struct asl_at *at, bool jsonata)
{
    struct asl_at kid;

    if (json_is_string(at->value)) {
        if (jsonata)
            check_jsonata(w, at);
        else if (!at->key || !json_str_ends(at->key, ".$"))
            check_jsonpath(w, at);
    }
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        warn_text_check_texts(w, &kid, jsonata);
    }
}

/* What `x.$` says in a Result is not evaluated either. */
static void check_result(struct warner *w, const struct asl_at *at)
{
    struct asl_at kid;

    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        if (kid.key && json_str_ends(kid.key, ".$") && json_is_string(kid.value) &&
            (is_path(kid.value) || warn_text_is_call(kid.value) || json_str_is(kid.value, "$")))
            warn_at(w, &kid, ASL_KEY, "Nothing is evaluated in a Result; Parameters are");
        else
            check_result(w, &kid);
    }
}

/* "Payload": "$": no service takes a `$` alone for a parameter, though it may be a payload's text.
 */
static void check_parameters(struct warner *w, const struct asl_at *at)
{
    struct asl_at each;

    for (size_t i = 0; json_is_object(at->value) && i < json_count(at->value); i++) {
        asl_at_index(at, i, &each);
        if (json_is_string(each.value) && !json_str_ends(each.key, ".$") &&
            (json_str_is(each.value, "$") || json_str_is(each.value, "$$")))
            passed_as_text(w, &each);
    }
}

void warn_expression_as_text(struct warner *w, const struct asl_state *s, const struct asl_field *f,
                             const struct asl_at *at)
{
    if (!s->jsonata && f->role == FIELD_TEMPLATE && json_str_is(at->key, "Parameters") &&
        s->type == ASL_TASK && asl_resource_is_call(&s->task.parts))
        check_parameters(w, at);
    if (field_is_template(f))
        warn_text_check_texts(w, at, s->jsonata);
    else if (json_str_is(at->key, "Result"))
        check_result(w, at);
}
