/* What a state reads: the paths and expressions in its fields. */

#include "asl/expression.h"
#include "asl/warn_impl.h"
#include "parsers/jsonata/jsonata.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_among(const json *key, const char *const *names, size_t count)
{
    for (size_t i = 0; key && i < count; i++)
        if (json_str_is(key, names[i]))
            return true;
    return false;
}

bool warn_is_template(const json *key)
{
    static const char *const names[] = {"Parameters",   "ResultSelector", "Assign",
                                        "ItemSelector", "Credentials",    "BatchInput"};

    return is_among(key, names, COUNT(names));
}

bool warn_is_block(const json *key)
{
    static const char *const names[] = {"Branches", "ItemProcessor", "Iterator"};

    return is_among(key, names, COUNT(names));
}

bool warn_has_tail(const json *key, const char *tail)
{
    size_t len = json_str_len(key), n = strlen(tail);

    return len >= n && memcmp(json_str(key) + len - n, tail, n) == 0;
}

bool warn_begins(const json *text, const char *head)
{
    return json_str_len(text) >= strlen(head) && memcmp(json_str(text), head, strlen(head)) == 0;
}

/* ---- paths ---- */

/* The end of the path that begins at text[i]: a comma, bracket or blank outside of [ ] and quotes.
 */
static size_t path_end(const char *text, size_t len, size_t i)
{
    int depth = 0;
    char quote = '\0';

    for (; i < len; i++) {
        char c = text[i];
        if (quote) {
            if (c == '\\')
                i++;
            else if (c == quote)
                quote = '\0';
        } else if (depth && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == '[') {
            depth++;
        } else if (c == ']') {
            depth--;
        } else if (depth <= 0 && strchr(",() \t\r\n", c)) {
            break;
        }
    }
    return i < len ? i : len;
}

/* Arguments of a call are numbers, strings in single quotes, paths and calls. */
static void paths_in_call(const struct asl_at *at, warn_see_path see, void *user)
{
    const char *text = json_str(at->value);
    size_t len = json_str_len(at->value);

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'') {
            for (i++; i < len && text[i] != '\''; i++)
                i += text[i] == '\\';
        } else if (text[i] == '$') {
            size_t end = path_end(text, len, i);
            see(user, at, text + i, end - i);
            i = end;
        }
    }
}

void warn_paths_in(const struct asl_at *at, warn_see_path see, void *user)
{
    if (!json_is_string(at->value))
        return;
    if (warn_begins(at->value, "States."))
        paths_in_call(at, see, user);
    else
        see(user, at, json_str(at->value), json_str_len(at->value));
}

void warn_paths_of_template(const struct asl_at *at, warn_see_path see, void *user)
{
    struct asl_at kid;

    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        if (kid.key && warn_has_tail(kid.key, ".$"))
            warn_paths_in(&kid, see, user);
        else
            warn_paths_of_template(&kid, see, user);
    }
}

/* In an object that is no template: a Variable, what ends in Path, and templates below. */
static void paths_of(const struct asl_at *at, warn_see_path see, void *user)
{
    struct asl_at kid;

    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        if (kid.key && warn_is_template(kid.key))
            warn_paths_of_template(&kid, see, user);
        else if (!kid.key || (!warn_is_block(kid.key) && !json_str_is(kid.key, "Result") &&
                              !json_str_is(kid.key, "Comment"))) {
            if (kid.key && (json_str_is(kid.key, "Variable") || warn_has_tail(kid.key, "Path")))
                warn_paths_in(&kid, see, user);
            else
                paths_of(&kid, see, user);
        }
    }
}

/* ---- variables ---- */

struct looking {
    const struct asl_at *at;
    warn_see_variable see;
    void *user;
};

/* `$name` of a path; `$.` and `$[` are the input, `$$` the context object. */
static void variable_of_path(void *user, const struct asl_at *at, const char *path, size_t len)
{
    const struct looking *l = user;
    size_t n = 1;

    while (n < len && !strchr(".[$", path[n]))
        n++;
    if (n > 1)
        l->see(l->user, at, path + 1, n - 1);
}

static bool is_function(const json *name)
{
    struct jsonata_function f;

    for (size_t i = 0; jsonata_function_at(JSONATA_AWS, i, &f); i++)
        if (json_str_is(name, f.name[0] == '$' ? f.name + 1 : f.name))
            return true;
    return false;
}

static bool variable_of_expression(void *user, const struct jsonata_use *use)
{
    const struct looking *l = user;

    if (json_str_len(use->name) && !json_str_is(use->name, "states") && !is_function(use->name))
        l->see(l->user, l->at, json_str(use->name), json_str_len(use->name));
    return true;
}

static void variables_of_expressions(const struct asl_at *at, struct looking *l)
{
    struct jsonata_error why = {0};
    struct asl_at kid;
    jsonata *x;

    if (json_is_string(at->value) && asl_expression_begins(at->value)) {
        /* It has been compiled with its delimiters away; so it is good. */
        x = jsonata_compile(json_str(at->value) + 2, json_str_len(at->value) - 4, JSONATA_AWS,
                            &why);
        l->at = at;
        if (x)
            jsonata_uses(x, variable_of_expression, l);
        jsonata_free(x);
        jsonata_error_clear(&why);
        return;
    }
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        if (!kid.key || (!warn_is_block(kid.key) && !json_str_is(kid.key, "Comment")))
            variables_of_expressions(&kid, l);
    }
}

void warn_variables(const struct asl_state *s, const struct asl_at *at, warn_see_variable see,
                    void *user)
{
    struct looking l = {at, see, user};

    if (s->jsonata)
        variables_of_expressions(at, &l);
    else
        paths_of(at, variable_of_path, &l);
}
