/*
 * JSONata expressions of the States Language. When one is compiled, all names that it takes from
 * outside are looked at: so a definition is refused for what it can never have, and the context
 * object is made only for expressions that may look at it.
 */

#include "asl/eval/expression.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"
#include "parsers/json/json_set.h"
#include "parsers/jsonata/jsonata.h"

#include <string.h>

struct asl_expression {
    const asl_expression *next; /* in the list of its machine */
    jsonata *compiled;
    json *source;   /* with its delimiters */
    json *location; /* the field, as a path from the state: "Output/a/b[0]" */
    bool context;   /* it may look at $states.context, or at all of $states */
    /* The variables that it reads, as often as it names them. */
    const json **variables;
    size_t variable_count;
};

static void release_jsonata(void *x)
{
    jsonata_free(x);
}

static void release_value(void *v)
{
    json_unref(v);
}

bool asl_expression_begins(const json *text)
{
    return json_str_begins(text, "{%");
}

/* ---- compiling ---- */

/* The text between the delimiters, without blanks at its ends; false when they are no pair. */
static bool expression_inside(const json *text, const char **out, size_t *len)
{
    const char *p = json_str(text), *end = p + json_str_len(text);

    if (end - p < 4 || end[-2] != '%' || end[-1] != '}')
        return false;
    *out = p + 2;
    *len = (size_t)(end - p) - 4;
    text_trim_json_blanks(out, len);
    return true;
}

/* AWS's location of the field, without that of its state before it. */
static json *expression_location_of(const struct asl_at *at, const struct asl_at *state)
{
    enum { MOST = 256 }; /* a definition may have ten thousand, each at the end of a long way */
    struct buf text = {0};

    asl_at_location_from(state, at, MOST, &text);
    json *v = text.len ? json_string(text.data + 1, text.len - 1) : json_cstring("");
    buf_clear(&text);
    return v;
}

struct looking {
    const struct asl_at *at, *state;
    struct asl_report *report;
    struct json_set told; /* the messages so far */
    const json **variables;
    size_t variable_count, variable_cap;
    bool context, good;
};

/* So many messages tell enough of one expression. */
enum { MOST_TOLD = 100 };

/* Each message once; takes it. */
static void expression_tell(struct looking *l, const char *hint, json *message)
{
    size_t before = l->told.count;

    l->good = false;
    if (before < MOST_TOLD && json_set_add(&l->told, message) == before)
        asl_report_add(l->report, ASL_ERROR, "UNSUPPORTED_JSONATA_EXPRESSION", l->at, ASL_VALUE,
                       hint, "%s", json_str(message));
    json_unref(message);
}

/* The field of the state that the expression is in, and the one in that, of a list the element's.
 */
static const char *field_of(const struct looking *l, const char **inner)
{
    const struct asl_at *at = l->at, *below = NULL;

    for (*inner = ""; at && at->up != l->state; at = at->up) {
        if (below && !at->key)
            *inner = json_str(below->key);
        below = at->key ? at : NULL;
    }
    return at && at->key ? json_str(at->key) : "";
}

static bool expression_is(const char *text, const char *a, const char *b)
{
    return strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

/* Returns whether $states has the field there. */
static bool has_field(const struct looking *l, const char *name)
{
    const json *type = json_get(l->state->value, "Type");
    const char *inner, *field = field_of(l, &inner);

    if (strcmp(name, "result") == 0)
        return expression_is(field, "Output", "Assign") && json_is_string(type) &&
               (json_str_is(type, "Task") || expression_is(json_str(type), "Parallel", "Map"));
    if (strcmp(name, "errorOutput") == 0)
        return strcmp(field, "Catch") == 0 && expression_is(inner, "Output", "Assign");
    return expression_is(name, "input", "context");
}

/* There is no input document: neither `$`, `$$` nor a bare name means anything. */
static bool expression_look(void *user, const struct jsonata_use *use)
{
    static const char from[] = "data come from $states and from variables";
    struct looking *l = user;

    if (json_str_len(use->name) == 0) {
        expression_tell(l, from,
                        json_stringf("Reference to '%s' at the top level is not supported.",
                                     use->field ? json_str(use->field) : "$"));
    } else if (json_str_is(use->name, "$")) {
        expression_tell(l, from, json_cstring("Reference to '$$' is not supported."));
    } else if (json_str_is(use->name, "states") && use->field &&
               !has_field(l, json_str(use->field))) {
        expression_tell(
            l,
            "$states has input and context; in Output and Assign of a Task, Parallel or Map it "
            "has result, in those of a Catcher errorOutput",
            json_stringf("Field '$states.%s' does not exist.", json_str(use->field)));
    } else if (json_str_is(use->name, "states")) {
        l->context |= !use->field || json_str_is(use->field, "context");
    } else if (!use->function) {
        MEM_GROW(l->variables, l->variable_count, l->variable_cap);
        l->variables[l->variable_count++] = use->name;
    }
    return true;
}

/* Where it stops being an expression: the character, and what stands there on its line. */
static void expression_refuse(const struct asl_at *at, const char *text, size_t len,
                              const struct jsonata_error *why, struct asl_report *report)
{
    enum { SHOWN = 24 };
    size_t from = why->at < len ? why->at : len, n = 0;
    struct buf hint = {0};

    while (from + n < len && text[from + n] != '\n' &&
           (n < SHOWN || ((unsigned char)text[from + n] & 0xc0) == 0x80))
        n++;
    if (n)
        buf_printf(&hint, "at character %zu of the expression: %.*s%s", utf8_count(text, from) + 1,
                   (int)n, text + from, from + n < len ? " …" : "");
    else
        buf_printf(&hint, "at character %zu of the expression%s", utf8_count(text, from) + 1,
                   from == len ? ", its end" : ", the end of a line");
    asl_report_add(report, ASL_ERROR, "INVALID_JSONATA_EXPRESSION", at, ASL_VALUE, buf_str(&hint),
                   "%s", why->text);
    buf_clear(&hint);
}

static asl_expression *new_expression(struct arena *a, jsonata *x, const struct looking *l)
{
    asl_expression *e = arena_alloc(a, sizeof *e);

    e->compiled = x;
    e->context = l->context;
    e->source = json_ref(l->at->value);
    e->location = expression_location_of(l->at, l->state);
    arena_defer(a, release_value, e->source);
    arena_defer(a, release_value, e->location);
    if (l->variable_count)
        e->variables =
            arena_grow(a, l->variables, l->variable_count, l->variable_count, sizeof *e->variables);
    e->variable_count = l->variable_count;
    return e;
}

const asl_expression *asl_expression_compile(struct arena *a, const struct asl_at *at,
                                             const struct asl_at *state,
                                             const asl_expression **list, struct asl_report *report)
{
    struct jsonata_error why = {0};
    const char *text;
    size_t len;

    if (!expression_inside(at->value, &text, &len)) {
        asl_report_schema(report, at, "JSONata string must start with {%% and end with %%}");
        return NULL;
    }
    jsonata *x = jsonata_compile(text, len, JSONATA_AWS, &why);
    if (!x) {
        expression_refuse(at, text, len, &why, report);
        jsonata_error_clear(&why);
        return NULL;
    }
    arena_defer(a, release_jsonata, x);

    struct looking l = {.at = at, .state = state, .report = report, .good = true};
    jsonata_uses(x, expression_look, &l);
    json_set_clear(&l.told);
    asl_expression *e = l.good ? new_expression(a, x, &l) : NULL;
    mem_free(l.variables);
    if (e) {
        e->next = *list;
        *list = e;
    }
    return e;
}

const asl_expression *asl_expression_next(const asl_expression *e)
{
    return e->next;
}

const json *asl_expression_source(const asl_expression *e)
{
    return e->source;
}

const json *asl_expression_variable(const asl_expression *e, size_t i)
{
    return i < e->variable_count ? e->variables[i] : NULL;
}

/* ---- evaluating ---- */

/* What one evaluation asks for, and what was made for it. */
struct asking {
    const asl_expression *e;
    const struct asl_env *env;
    json *states;
};

/* $states as AWS has it: members that do not apply where the expression stands are not there. */
static json *states_of(const asl_expression *e, const struct asl_env *env)
{
    struct json_build b;

    json_build_object(&b, 4);
    json_build_set(&b, "input", json_ref(env->input));
    if (env->result)
        json_build_set(&b, "result", json_ref(env->result));
    if (env->error_output)
        json_build_set(&b, "errorOutput", json_ref(env->error_output));
    if (e->context && env->context)
        json_build_set(&b, "context", json_ref(env->context(env->user)));
    return json_build_done(&b);
}

/* $states is made once for an evaluation, when it is first named. */
static const json *expression_variable(void *user, const json *name)
{
    struct asking *a = user;

    if (!json_str_is(name, "states"))
        return a->env->variable ? a->env->variable(a->env->user, name) : NULL;
    if (!a->states)
        a->states = states_of(a->e, a->env);
    return a->states;
}

static uint64_t expression_chance(void *user)
{
    const struct asking *a = user;

    return asl_chance_next(a->env->chance);
}

/* Code points of an expression that a cause quotes: a loop that catches its failure writes it with
 * each turn. */
enum { QUOTED_EXPRESSION = 2048 };

/* "The JSONata expression '…' specified for the field '…' returned …" */
static void failed(const asl_expression *e, struct asl_error *error, const char *what)
{
    const char *text;
    size_t len, shown;

    expression_inside(e->source, &text, &len);
    shown = utf8_prefix(text, len, QUOTED_EXPRESSION);
    asl_error_set(error, ASL_QUERY_EVALUATION_ERROR,
                  "The JSONata expression '%.*s%s' specified for the field '%s' %s", (int)shown,
                  text, shown < len ? "\xE2\x80\xA6" : "", json_str(e->location), what);
    error->location = json_ref(e->location);
}

/* As much of a text as a cause can show, however its characters are written. */
static int cause_len(const char *text, size_t len)
{
    enum { BYTES_A_CHARACTER = 4 };

    return (int)utf8_prefix(text, len, (size_t)QUOTA_CAUSE * BYTES_A_CHARACTER);
}

static void threw(const asl_expression *e, const struct jsonata_error *why, struct asl_error *error)
{
    struct buf what = {0};
    int shown = cause_len(why->text, strlen(why->text));

    /* What is told of AWS's own bounds goes without a code. */
    if (why->code && why->code[0] != 'U')
        buf_printf(&what, "threw an error during evaluation. %s: %.*s", why->code, shown,
                   why->text);
    else
        buf_printf(&what, "threw an error during evaluation: %.*s", shown, why->text);
    failed(e, error, buf_str(&what));
    buf_clear(&what);
}

json *asl_expression_eval(const asl_expression *e, const struct asl_env *env,
                          struct asl_error *error)
{
    struct asking a = {e, env, NULL};
    struct jsonata_error why = {0};
    struct jsonata_options options = {
        .variable = expression_variable,
        .chance = env->chance ? expression_chance : NULL,
        .user = &a,
        .now_ms = env->now_ms,
        .work = env->work,
    };
    json *out = NULL;

    switch (jsonata_eval(e->compiled, &options, NULL, &out, &why)) {
    case JSONATA_VALUE: break;
    case JSONATA_UNDEFINED: failed(e, error, "returned nothing (undefined)."); break;
    case JSONATA_UNSUPPORTED: failed(e, error, "returned an unsupported result type."); break;
    case JSONATA_FAILED: threw(e, &why, error); break;
    }
    jsonata_error_clear(&why);
    json_unref(a.states);
    return out;
}

void asl_expression_wrong_type(const asl_expression *e, const json *v, const char *expected,
                               struct asl_error *error)
{
    json *text = json_text(v);
    struct buf what = {0};

    buf_printf(
        &what, "returned an unexpected result type. Expected '%s', but was '%s' for value: %.*s",
        expected, json_kind_name(v), cause_len(json_str(text), json_str_len(text)), json_str(text));
    failed(e, error, buf_str(&what));
    buf_clear(&what);
    json_unref(text);
}

const json *asl_expression_location(const asl_expression *e)
{
    return e->location;
}
