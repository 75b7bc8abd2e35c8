/* Predicates over all that came of a case: JSONata that must be true, JSONPath that must find
 * something. Both were compiled when the suite was read, so that they can be. */
#include "asl/resource/resource.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/jsonpath/jsonpath.h"
#include "tools/test/difference.h"
#include "tools/test/expect_impl.h"

#include <string.h>

/* ---- what a predicate was, instead of true ---- */

/* Where an operator of the words stands at the top of an expression: outside of brackets and texts.
 * The first of the operators that are listed wins at each place. NULL: there is none. */
static const char *top_operator(const char *text, const char *end, const char *const *words,
                                size_t *len)
{
    int depth = 0;

    for (const char *at = text; at < end; at++) {
        if (*at == '"' || *at == '\'' || *at == '`') {
            char quote = *at++;
            while (at < end && *at != quote)
                at += *at == '\\' ? 2 : 1;
            continue;
        }
        depth += strchr("([{", *at) ? 1 : strchr(")]}", *at) ? -1 : 0;
        for (size_t i = 0; depth == 0 && at > text && words[i]; i++) {
            *len = strlen(words[i]);
            if ((size_t)(end - at) > *len && strncmp(at, words[i], *len) == 0)
                return at;
        }
    }
    return NULL;
}

static struct asl_piece trimmed(const char *text, const char *end)
{
    while (text < end && strchr(" \t\r\n", *text))
        text++;
    while (end > text && strchr(" \t\r\n", end[-1]))
        end--;
    return (struct asl_piece){text, (size_t)(end - text)};
}

/* Evaluates a part of a predicate, which perhaps can't stand alone. *v is yours. */
static enum jsonata_outcome part_value(struct asl_piece part, const json *whole, json **v)
{
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(part.at, part.len, JSONATA_AWS, &why);
    enum jsonata_outcome how =
        x ? jsonata_eval(x, &(struct jsonata_options){0}, whole, v, &why) : JSONATA_FAILED;

    jsonata_free(x);
    jsonata_error_clear(&why);
    return how;
}

/* Adds what the part is, unless it is written as that. */
static void write_part_value(struct buf *out, struct asl_piece part, const json *whole)
{
    struct buf shown = {0};
    json *v = NULL;
    enum jsonata_outcome how = part_value(part, whole, &v);
    bool text = part.len && (*part.at == '"' || *part.at == '\'');

    difference_write_value(&shown, v);
    bool same = shown.len == part.len && memcmp(shown.data, part.at, part.len) == 0;
    if (how != JSONATA_FAILED && !text && !same)
        buf_printf(out, "%s%.*s is %s", out->len ? ", " : ": ", (int)part.len, part.at,
                   buf_str(&shown));
    buf_clear(&shown);
    json_unref(v);
}

static bool part_holds(struct asl_piece part, const json *whole)
{
    json *v = NULL;
    bool holds = part_value(part, whole, &v) == JSONATA_VALUE && json_kind(v) == JSON_TRUE;

    json_unref(v);
    return holds;
}

/*
 * Of parts that are joined by `and` the first that isn't true is looked at, of a comparison both
 * sides: whoever reads the report wants to know what stood there. Expressions of other forms tell
 * what they are as a whole.
 */
static void write_why_not(struct buf *out, struct asl_piece x, const json *whole)
{
    static const char *const joins[] = {" and ", NULL}, *const others[] = {" or ", "?", ":=", "~>",
                                                                           NULL};
    static const char *const compares[] = {"!=", "<=", ">=", "=", "<", ">", " in ", NULL};
    const char *end = x.at + x.len, *at;
    size_t len;

    while (!top_operator(x.at, end, others, &len) && (at = top_operator(x.at, end, joins, &len))) {
        struct asl_piece first = trimmed(x.at, at);
        if (!part_holds(first, whole)) {
            x = first;
            end = x.at + x.len;
            break;
        }
        x = trimmed(at + len, end);
    }
    at = top_operator(x.at, end, others, &len) ? NULL : top_operator(x.at, end, compares, &len);
    if (at) {
        write_part_value(out, trimmed(x.at, at), whole);
        write_part_value(out, trimmed(at + len, end), whole);
    }
    if (!out->len)
        write_part_value(out, x, whole);
}

/* ---- predicates ---- */

static void expect_jsonata(struct checking *k, const struct asl_at *at, const json *whole)
{
    const char *text = json_str(at->value);
    size_t len = json_str_len(at->value);
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(text + 2, len - 4, JSONATA_AWS, &why);
    struct buf instead = {0};
    json *v = NULL;

    enum jsonata_outcome how = jsonata_eval(x, &(struct jsonata_options){0}, whole, &v, &why);
    if (how == JSONATA_FAILED) {
        failures_add(k->out, expect_place(at), "that", "%s fails: %s", text, why.text);
    } else if (how != JSONATA_VALUE || json_kind(v) != JSON_TRUE) {
        write_why_not(&instead, trimmed(text + 2, text + len - 2), whole);
        failures_add(k->out, expect_place(at), "that", "%s is not true%s", text, buf_str(&instead));
    }
    buf_clear(&instead);
    json_unref(v);
    jsonata_free(x);
    jsonata_error_clear(&why);
}

static bool is_something(const json *v)
{
    return json_kind(v) != JSON_NULL && json_kind(v) != JSON_FALSE &&
           !(json_is_array(v) && !json_count(v));
}

/* What an indefinite path finds comes as a list. */
static bool has_something(const json *list)
{
    for (size_t i = 0; i < json_count(list); i++)
        if (is_something(json_at(list, i)))
            return true;
    return false;
}

/* What it finds may be there all the same, and be null, false or empty. */
static void tell_found(struct checking *k, const struct asl_at *at, const json *v)
{
    struct buf shown = {0};

    if (v && !(json_is_array(v) && !json_count(v))) {
        buf_adds(&shown, " but ");
        difference_write_value(&shown, v);
    }
    failures_add(k->out, expect_place(at), "that", "%s finds nothing%s", json_str(at->value),
                 buf_str(&shown));
    buf_clear(&shown);
}

static void expect_jsonpath(struct checking *k, const struct asl_at *at, const json *whole)
{
    const char *text = json_str(at->value);
    jsonpath *p = jsonpath_compile(text, json_str_len(at->value), NULL);
    json *v = jsonpath_get(p, whole, NULL, NULL);

    if (!v || !(jsonpath_is_definite(p) ? is_something(v) : has_something(v)))
        tell_found(k, at, v);
    json_unref(v);
    jsonpath_free(p);
}

static void expect_predicate(struct checking *k, const struct asl_at *at, const json *whole)
{
    if (json_str_begins(at->value, "{%"))
        expect_jsonata(k, at, whole);
    else
        expect_jsonpath(k, at, whole);
}

static void expect_predicates(struct checking *k, const struct asl_at *at, const json *whole)
{
    struct asl_at predicate;

    if (!json_is_array(at->value))
        expect_predicate(k, at, whole);
    for (size_t i = 0; json_is_array(at->value) && i < json_count(at->value); i++) {
        asl_at_index(at, i, &predicate);
        expect_predicate(k, &predicate, whole);
    }
}

/* Checks the predicates of all layers: a nearer layer adds its own to those behind it, and replaces
 * none. */
void expect_that(struct checking *k)
{
    json *whole = NULL;
    struct asl_at at;

    for (size_t i = 0; i < k->c->layer_count; i++) {
        if (!layer_expects(k->c, i, "that", &at))
            continue;
        if (!whole)
            whole = result_whole(k->r);
        expect_predicates(k, &at, whole);
    }
    json_unref(whole);
}
