/*
 * Values of calls: a definition's value and the shape of a service's model are walked side by side.
 * What of the value is known only when the Task runs ends the walk there.
 */
#include "asl/call/call_impl.h"
#include "asl/eval/expression.h"
#include "parsers/base/base64.h"
#include "parsers/base/nearest.h"
#include "parsers/base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

/* ---- what is known, and what is told ---- */

/* What is evaluated, or filled in before the definition is deployed, isn't known here. A path that
 * lacks its `.$` has a warning of its own. */
static bool is_fixed(const struct walk *w, const struct asl_at *at)
{
    const json *v = at->value;

    if ((at->key && call_is_path(w, at->key)) || json_kind(v) == JSON_NULL)
        return false;
    if (!json_is_string(v) || w->source == CALL_OF_TASK)
        return true;
    if (asl_has_placeholder(v) || (w->source == CALL_OF_JSONATA && asl_expression_begins(v)))
        return false;
    return w->source == CALL_OF_JSONATA ||
           !(json_str_begins(v, "$") || json_str_begins(v, "States."));
}

/* `m`: what the value should be an object of; NULL: it should be none. */
static void __attribute__((format(printf, 4, 0)))
tell_value(const struct walk *w, const struct asl_at *at, const struct members *m,
           const char *format, va_list args)
{
    struct buf text = {0}, has = {0};

    buf_vprintf(&text, format, args);
    if (m)
        call_list_members(w, m, &has);
    w->see(w->user, &(struct call_problem){.fault = CALL_VALUE,
                                           .at = at,
                                           .text = buf_str(&text),
                                           .has = has.len ? buf_str(&has) : NULL});
    buf_clear(&text);
    buf_clear(&has);
}

void call_tell_value(const struct walk *w, const struct asl_at *at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell_value(w, at, NULL, format, args);
    va_end(args);
}

void call_tell_object(const struct walk *w, const struct asl_at *at, const struct members *m,
                      const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell_value(w, at, m, format, args);
    va_end(args);
}

const char *call_name_of(const struct asl_at *at)
{
    while (!at->key && at->up)
        at = at->up;
    return at->key ? json_str(at->key) : "it";
}

static const char *name_of_kind(const struct asl_at *at)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",       [JSON_FALSE] = "false",     [JSON_TRUE] = "true",
        [JSON_INT] = "a number",    [JSON_BIGINT] = "a number", [JSON_DOUBLE] = "a fraction",
        [JSON_STRING] = "a string", [JSON_ARRAY] = "an array",  [JSON_OBJECT] = "an object",
    };

    return names[json_kind(at->value)];
}

static void tell_type(const struct walk *w, const struct asl_at *at, const char *takes)
{
    call_tell_value(w, at, "%s'%s' takes %s, and this is %s", at->key ? "" : "An element of ",
                    call_name_of(at), takes, name_of_kind(at));
}

static void tell_no_object(const struct walk *w, const struct asl_at *at, const struct members *m)
{
    call_tell_object(w, at, m, "'%s' takes an object, and this is %s", call_name_of(at),
                     name_of_kind(at));
}

/* ---- words and bounds ---- */

/* What is said of a Task that runs goes to a log, where its data has no place. */
static void tell_word_of_task(const struct walk *w, const struct asl_at *at,
                              const struct nearest *near, const struct buf *all)
{
    const char *name = call_name_of(at);

    if (near->best)
        call_tell_value(w, at, "'%s' has a word that the service doesn't know; did you mean %s?",
                        name, near->best);
    else if (all->len)
        call_tell_value(w, at, "'%s' has another word than %s", name, all->data);
    else
        call_tell_value(w, at, "'%s' has a word that the service doesn't know", name);
}

static void tell_word(const struct walk *w, const struct asl_at *at, const struct nearest *near,
                      const struct buf *all)
{
    const char *what = json_str(at->value);

    if (w->source == CALL_OF_TASK)
        tell_word_of_task(w, at, near, all);
    else if (near->best)
        call_tell_value(w, at, "'%s' cannot be '%s'; did you mean %s?", call_name_of(at), what,
                        near->best);
    else if (all->len)
        call_tell_value(w, at, "'%s' cannot be '%s', only one of %s", call_name_of(at), what,
                        all->data);
    else
        call_tell_value(w, at, "'%s' cannot be '%s', which the service doesn't know",
                        call_name_of(at), what);
}

static void add_word(struct buf *all, const char *word)
{
    buf_printf(all, "%s%s", all->len ? ", " : "", word);
}

/* More words than that are not listed. */
enum { MOST_WORDS = 12 };

static void check_values(const struct walk *w, const struct asl_at *at,
                         const struct model_shape *shape)
{
    struct nearest near = {.want = json_str(at->value), .len = json_str_len(at->value)};
    struct buf all = {0};

    for (size_t i = 0; i < shape->count; i++)
        if (json_str_is(at->value, model_value_at(shape, i)))
            return;
    for (size_t i = 0; i < shape->count; i++) {
        nearest_offer(&near, model_value_at(shape, i));
        if (shape->count <= MOST_WORDS)
            add_word(&all, model_value_at(shape, i));
    }
    tell_word(w, at, &near, &all);
    buf_clear(&all);
}

static void check_words(const struct walk *w, const struct asl_at *at, const char *const *words)
{
    struct nearest near = {.want = json_str(at->value), .len = json_str_len(at->value)};
    struct buf all = {0};

    for (size_t i = 0; words[i]; i++)
        if (json_str_is(at->value, words[i]))
            return;
    for (size_t i = 0; words[i]; i++) {
        nearest_offer(&near, words[i]);
        add_word(&all, words[i]);
    }
    tell_word(w, at, &near, &all);
    buf_clear(&all);
}

/* `has`: how many units the value has; or the number that it is, when there is no unit. */
static void check_bounds(const struct walk *w, const struct asl_at *at,
                         const struct model_shape *shape, double has, const char *unit)
{
    /* NaN, no bound, is neither more nor less. */
    bool less = has < shape->min;
    double bound = less ? shape->min : shape->max;

    if (!less && !(has > bound))
        return;
    const char *of = at->key ? "" : "An element of ";
    if (unit)
        call_tell_value(w, at, "%s'%s' has at %s %.15g %s%s, and this has %.15g", of,
                        call_name_of(at), less ? "least" : "most", bound, unit,
                        bound == 1 ? "" : "s", has);
    else
        call_tell_value(w, at, "%s'%s' is at %s %.15g, and this is %.15g", of, call_name_of(at),
                        less ? "least" : "most", bound, has);
}

/* ---- values of a shape ---- */

static void check_elements(const struct walk *w, const struct asl_at *at,
                           const struct model_shape *shape, const char *optional)
{
    struct asl_at each;

    check_bounds(w, at, shape, (double)json_count(at->value), "element");
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &each);
        call_check_shape(w, &each, shape->of, optional);
    }
}

/* The keys of a map are data; a path's value isn't known, whatever its key. */
static void check_map(const struct walk *w, const struct asl_at *at,
                      const struct model_shape *shape)
{
    struct asl_at each;

    check_bounds(w, at, shape, (double)json_count(at->value), "member");
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &each);
        call_check_shape(w, &each, shape->of, NULL);
    }
}

/* Step Functions reads a number, true and false out of text, too: samples of AWS have "false". */
static bool reads_as_number(const json *v, double *out)
{
    json *read = NULL;

    if (json_is_string(v))
        v = read = json_number(json_str(v), json_str_len(v));
    if (!v || !json_is_number(v))
        return false;
    *out = json_double_value(v);
    json_unref(read);
    return true;
}

static bool reads_as_boolean(const json *v)
{
    return json_is_string(v)
               ? strcasecmp(json_str(v), "true") == 0 || strcasecmp(json_str(v), "false") == 0
               : json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE;
}

static void check_numeric(const struct walk *w, const struct asl_at *at,
                          const struct model_shape *shape, bool whole)
{
    double value;

    if (!reads_as_number(at->value, &value) || (whole && floor(value) != value))
        tell_type(w, at, whole ? "a whole number" : "a number");
    else
        check_bounds(w, at, shape, value, NULL);
}

/* A character has one to four bytes: of most texts the characters need not be counted. */
static bool is_surely_within(const struct model_shape *shape, double bytes)
{
    return !(bytes > shape->max) && !(bytes < 4 * shape->min);
}

/* Returns how many bytes of a text are not sent, as they say only what an id is of. */
static size_t unsent(const struct walk *w, const struct asl_at *at)
{
    const char *text = json_str(at->value);

    return at->up == w->given && at->key
               ? (size_t)(call_text_sent(w->service->name, json_str(at->key), text) - text)
               : 0;
}

static void check_string(const struct walk *w, const struct asl_at *at,
                         const struct model_shape *shape)
{
    /* An array or an object goes as its JSON text. */
    if (json_is_scalar(at->value) && !json_is_string(at->value)) {
        tell_type(w, at, "a string");
        return;
    }
    if (!json_is_string(at->value))
        return;
    if (shape->count) {
        check_values(w, at, shape);
        return;
    }
    size_t skip = unsent(w, at), len = json_str_len(at->value) - skip;
    if (!is_surely_within(shape, (double)len))
        check_bounds(w, at, shape, (double)utf8_count(json_str(at->value) + skip, len),
                     "character");
}

/* A blob takes text, or JSON that goes as its text; a time goes as text or as a number. */
void call_check_shape(const struct walk *w, const struct asl_at *at, model_shape_id id,
                      const char *optional)
{
    struct model_shape shape = model_shape_at(w->service, id);
    struct members m = {.shape = &shape, .optional = optional, .inside = true};
    enum json_kind kind = json_kind(at->value);

    if (!is_fixed(w, at))
        return;
    switch (shape.kind) {
    case MODEL_STRUCTURE:
        if (kind == JSON_OBJECT)
            call_check_members(w, at, &m);
        else if (!(w->call->shorthand && kind == JSON_STRING && call_is_attribute(&shape)))
            tell_no_object(w, at, &m);
        break;
    case MODEL_LIST:
        if (kind == JSON_ARRAY)
            check_elements(w, at, &shape, optional);
        else
            tell_type(w, at, "an array");
        break;
    case MODEL_MAP:
        if (kind == JSON_OBJECT)
            check_map(w, at, &shape);
        else
            tell_type(w, at, "an object");
        break;
    case MODEL_STRING: check_string(w, at, &shape); break;
    case MODEL_BOOLEAN:
        if (!reads_as_boolean(at->value))
            tell_type(w, at, "true or false");
        break;
    case MODEL_INTEGER:
    case MODEL_LONG: check_numeric(w, at, &shape, true); break;
    case MODEL_FLOAT:
    case MODEL_DOUBLE: check_numeric(w, at, &shape, false); break;
    case MODEL_TIMESTAMP:
        if (kind != JSON_STRING && !json_is_number(at->value))
            tell_type(w, at, "a time");
        break;
    case MODEL_BLOB:
    case MODEL_DOCUMENT: break;
    }
}

/* ---- values of Step Functions' own parameters ---- */

static void check_text_lists(const struct walk *w, const struct asl_at *at)
{
    struct asl_at each, text;

    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &each);
        if (!is_fixed(w, &each))
            continue;
        if (!json_is_array(each.value)) {
            tell_type(w, &each, "an array of strings");
            continue;
        }
        for (size_t k = 0; k < json_count(each.value); k++) {
            asl_at_index(&each, k, &text);
            if (is_fixed(w, &text) && !json_is_string(text.value))
                tell_type(w, &text, "strings");
        }
    }
}

static void check_like(const struct walk *w, const struct asl_at *at, const struct call_field *f)
{
    struct model_shape input;
    struct model_member like;

    if (!w->service || !w->operation.input)
        return;
    input = model_shape_at(w->service, w->operation.input);
    if (!model_member_named(&input, f->like, strlen(f->like), &like))
        return;
    call_check_shape(w, at,
                     f->kind == TAKES_LIKE ? like.shape : model_shape_at(w->service, like.shape).of,
                     f->optional);
}

/* arn:PARTITION:events:REGION:ACCOUNT:connection/NAME/ID */
static bool is_connection(const json *text)
{
    return json_str_begins(text, "arn:") && strstr(json_str(text), ":events:") &&
           strstr(json_str(text), ":connection/");
}

static bool are_certificates(const json *text)
{
    struct buf plain = {0};
    bool are = base64_decode(&plain, json_str(text), json_str_len(text)) &&
               strstr(buf_str(&plain), "-----BEGIN CERTIFICATE-----");

    buf_clear(&plain);
    return are;
}

static void check_own_text(const struct walk *w, const struct asl_at *at,
                           const struct call_field *f)
{
    if (!json_is_string(at->value))
        tell_type(w, at, "a string");
    else if (f->kind == TAKES_WORD)
        check_words(w, at, f->words);
    else if (f->kind == TAKES_CONNECTION && !is_connection(at->value))
        call_tell_value(w, at, "'%s' takes the ARN of a connection of EventBridge",
                        call_name_of(at));
    else if (f->kind == TAKES_HTTPS && !json_str_begins(at->value, "https://"))
        call_tell_value(w, at, "'%s' takes a URL that begins with https://", call_name_of(at));
    else if (f->kind == TAKES_CERTIFICATES && !are_certificates(at->value))
        call_tell_value(w, at,
                        "'%s' takes certificates in Base64, as EKS tells them of the cluster",
                        call_name_of(at));
}

void call_check_own(const struct walk *w, const struct asl_at *at, const struct call_field *f)
{
    struct members m = {.own = f->inside, .inside = true};
    enum json_kind kind = json_kind(at->value);

    if (!is_fixed(w, at))
        return;
    switch (f->kind) {
    case TAKES_ANY: break;
    case TAKES_TEXT:
    case TAKES_WORD:
    case TAKES_CONNECTION:
    case TAKES_HTTPS:
    case TAKES_CERTIFICATES: check_own_text(w, at, f); break;
    case TAKES_BOOLEAN:
        if (!reads_as_boolean(at->value))
            tell_type(w, at, "true or false");
        break;
    case TAKES_OBJECT:
    case TAKES_TEXT_LISTS:
        if (kind != JSON_OBJECT)
            tell_no_object(w, at, &m);
        else if (f->kind == TAKES_TEXT_LISTS)
            check_text_lists(w, at);
        else if (f->inside)
            call_check_members(w, at, &m);
        break;
    case TAKES_LIKE:
    case TAKES_ONE_OF_LIKE: check_like(w, at, f); break;
    }
}
