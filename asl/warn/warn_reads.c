/*
 * What a state reads: the paths and expressions in its fields, which the table of fields tells.
 * Used by warnings of variables and data, and by the API's variableReferences.
 */

#include "asl/eval/expression.h"
#include "asl/load/field.h"
#include "asl/warn/warn_impl.h"
#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
    if (json_str_begins(at->value, "States."))
        paths_in_call(at, see, user);
    else
        see(user, at, json_str(at->value), json_str_len(at->value));
}

/* Those of each `x.$` in a template. */
static void paths_of_template(const struct asl_at *at, warn_see_path see, void *user)
{
    struct asl_at kid;

    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        if (kid.key && json_str_ends(kid.key, ".$"))
            warn_paths_in(&kid, see, user);
        else
            paths_of_template(&kid, see, user);
    }
}

/* Where the paths of a state are looked for. */
struct path_looking {
    warn_see_path see;
    void *user;
};

/*
 * A comparison's operand is a path only where its name says so: "StringEqualsPath". Roles without
 * paths are listed, so that a new role makes the compiler ask.
 */
static void paths_of_field(void *user, const struct asl_field *f, const struct asl_at *at)
{
    const struct path_looking *l = user;

    switch (f->role) {
    case FIELD_OPERAND:
        if (!json_str_ends(at->key, "Path"))
            break;
        /* fall through */
    case FIELD_PATH:
    case FIELD_FLOW: warn_paths_in(at, l->see, l->user); break;
    case FIELD_TEMPLATE:
    case FIELD_ASSIGN: paths_of_template(at, l->see, l->user); break;
    case FIELD_DATA:
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_TARGET:
    case FIELD_OBJECT:
    case FIELD_BLOCK:
    case FIELD_STATES: break;
    }
}

/* ---- variables ---- */

struct looking {
    const struct warner *w;
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

/* The loader compiles each string of the definition at most once, so its address names it. */
static int by_source(const void *a, const void *b)
{
    const asl_expression *const *p = a, *const *q = b;
    uintptr_t x = (uintptr_t)asl_expression_source(*p), y = (uintptr_t)asl_expression_source(*q);

    return x < y ? -1 : x > y;
}

/* Sorted once, so that each of a machine's ten thousand expressions is found by bisection. */
void warn_order_expressions(struct warner *w)
{
    size_t cap = 0;

    for (const asl_expression *e = w->m->expressions; e; e = asl_expression_next(e)) {
        MEM_GROW(w->expressions, w->expression_count, cap);
        w->expressions[w->expression_count++] = e;
    }
    if (w->expression_count)
        qsort(w->expressions, w->expression_count, sizeof *w->expressions, by_source);
}

void warn_forget_expressions(struct warner *w)
{
    mem_free(w->expressions);
}

/* NULL: it is in a field that the loader has left out. */
static const asl_expression *expression_of(const struct warner *w, const json *source)
{
    size_t low = 0, high = w->expression_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const json *there = asl_expression_source(w->expressions[middle]);
        if (there == source)
            return w->expressions[middle];
        if ((uintptr_t)there < (uintptr_t)source)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A function of that name is no variable; $states is what the state may look at. */
static bool variable_of_use(void *user, const struct jsonata_use *use)
{
    const struct looking *l = user;

    if (json_str_len(use->name) && !use->function && !json_str_is(use->name, "states"))
        l->see(l->user, l->at, json_str(use->name), json_str_len(use->name));
    return true;
}

static void variables_of_expression(const struct asl_at *at, struct looking *l)
{
    const asl_expression *e = expression_of(l->w, at->value);
    const json *name;

    l->at = at;
    for (size_t i = 0; e && (name = asl_expression_variable(e, i)); i++)
        l->see(l->user, at, json_str(name), json_str_len(name));
    if (e)
        return;
    /* What the loader has left out isn't compiled either. */
    struct jsonata_error why = {0};
    jsonata *x = json_str_len(at->value) < 4
                     ? NULL
                     : jsonata_compile(json_str(at->value) + 2, json_str_len(at->value) - 4,
                                       JSONATA_AWS, &why);
    if (x)
        jsonata_uses(x, variable_of_use, l);
    jsonata_free(x);
    jsonata_error_clear(&why);
}

/* As deep as a value: JSON_MAX_DEPTH. */
static void variables_of_expressions(const struct asl_at *at, struct looking *l)
{
    struct asl_at kid;

    if (json_is_string(at->value) && asl_expression_begins(at->value)) {
        variables_of_expression(at, l);
        return;
    }
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        variables_of_expressions(&kid, l);
    }
}

static void expressions_of_field(void *user, const struct asl_field *f, const struct asl_at *at)
{
    if (f->role == FIELD_TEXT || f->role == FIELD_NUMBER || field_is_template(f))
        variables_of_expressions(at, user);
}

void warn_variables(const struct warner *w, const struct asl_state *s, const struct asl_at *at,
                    warn_see_variable see, void *user)
{
    struct looking l = {w, at, see, user};
    struct path_looking paths = {variable_of_path, &l};

    if (s->jsonata)
        fields_visit(&asl_state_fields, at, w->memo, expressions_of_field, &l);
    else
        fields_visit(&asl_state_fields, at, w->memo, paths_of_field, &paths);
}
