/*
 * Comparing by structure. Each matcher is one row of a table: its name, a check of what stands
 * behind it, and the comparison. What a matcher wants is told in words, so that a difference reads
 * as a sentence.
 */
#include "tools/test/matcher.h"

#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/base/timestamp.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/regex/regex.h"
#include "tools/test/matcher_argument.h"
#include "tools/test/matcher_impl.h"
#include "tools/test/schema.h"

#include <stdarg.h>
#include <string.h>

enum { MOST_DIFFERENCES = 20 };

struct matcher {
    const char *name;
    const char *about; /* of its argument, for the documentation */
    /* Adds what is wrong with the argument. NULL: anything will do. */
    void (*check)(const struct asl_at *argument, struct asl_report *report);
    /* Compares; `argument` is where the argument stands. */
    bool (*compare)(const struct compared *c, const struct asl_at *argument);
};

/* ---- telling a difference ---- */

/* Adds a difference: the sentence of the format, and its parts. Returns false, for the callers'
 * answers. */
static bool differs(const struct compared *c, const char *what, const char *was, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));

static bool differs(const struct compared *c, const char *what, const char *was, const char *format,
                    ...)
{
    struct differences *d = c->out;
    const struct asl_at *at = c->expected ? c->expected : c->within;
    struct buf text = {0};
    va_list args;

    if (!d)
        return false;
    if (d->count == MOST_DIFFERENCES) {
        d->more++;
        return false;
    }
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    buf_str(&text);
    MEM_GROW(d->all, d->count, d->cap);
    d->all[d->count++] = (struct difference){
        .pointer = mem_strndup(c->pointer->data ? c->pointer->data : "", c->pointer->len),
        .text = buf_take(&text),
        .parts = {what ? mem_strdup(what) : NULL, was ? mem_strdup(was) : NULL},
        .expected = c->expected ? json_ref(c->expected->value) : NULL,
        .actual = c->actual ? json_ref(c->actual) : NULL,
        .place = at && at->places ? at->places->value : (struct place){0}};
    return false;
}

bool compared_want(const struct compared *c, const char *what)
{
    struct buf shown = {0};

    if (!c->out)
        return false;
    difference_write_value(&shown, c->actual);
    differs(c, what, buf_str(&shown), "expected %s, but was %s", what, buf_str(&shown));
    buf_clear(&shown);
    return false;
}

bool compared_want_value(const struct compared *c, const char *words, const json *v)
{
    struct buf what = {0};

    if (!c->out)
        return false;
    buf_adds(&what, words);
    difference_write_value(&what, v);
    compared_want(c, buf_str(&what));
    buf_clear(&what);
    return false;
}

static bool wanted_pair(const struct compared *c, const json *v)
{
    struct buf what = {0}, was = {0};

    if (!c->out)
        return false;
    difference_write_pair(&what, &was, v, c->actual);
    differs(c, buf_str(&what), buf_str(&was), "expected %s, but was %s", buf_str(&what),
            buf_str(&was));
    buf_clear(&what);
    buf_clear(&was);
    return false;
}

/* ---- values ---- */

/* A JSON Pointer (RFC 6901): `~` and `/` in names are escaped. */
static void pointer_add(struct buf *pointer, const struct buf *to, const json *key, size_t index)
{
    buf_add(pointer, to->data ? to->data : "", to->len);
    buf_addc(pointer, '/');
    if (!key) {
        buf_printf(pointer, "%zu", index);
        return;
    }
    for (const char *at = json_str(key); *at; at++) {
        if (*at == '~' || *at == '/')
            buf_adds(pointer, *at == '~' ? "~0" : "~1");
        else
            buf_addc(pointer, *at);
    }
}

static bool compare_child(const struct compared *c, const struct asl_at *expected,
                          const json *actual, const json *key, size_t index)
{
    struct buf pointer = {0};

    /* Where a value stands is only told: $contains compares millions of pairs for the answer. */
    if (c->out)
        pointer_add(&pointer, c->pointer, key, index);
    struct compared inner = *c;
    inner.expected = expected;
    inner.actual = actual;
    inner.pointer = &pointer;
    bool same = compared_is_same(&inner);
    buf_clear(&pointer);
    return same;
}

/* Tells of what was not expected: a member of an object by its key, or an element of an array by
 * its index, when `key` is NULL. */
static bool unexpected(const struct compared *c, const json *key, size_t index, const json *actual)
{
    struct buf pointer = {0}, shown = {0};

    if (!c->out)
        return false;
    pointer_add(&pointer, c->pointer, key, index);
    difference_write_value(&shown, actual);
    differs(
        &(struct compared){
            .within = c->expected, .actual = actual, .pointer = &pointer, .out = c->out},
        NULL, buf_str(&shown), "not expected, but was %s", buf_str(&shown));
    buf_clear(&pointer);
    buf_clear(&shown);
    return false;
}

/*
 * All members are compared, even behind the first difference: whoever mends a test wants to see all
 * of them at once. In a subset further members don't matter.
 */
static bool compare_objects(const struct compared *c)
{
    const json *e = c->expected->value;
    struct asl_at member;
    bool same = true;

    for (size_t i = 0; i < json_count(e); i++) {
        asl_at_index(c->expected, i, &member);
        same &= compare_child(c, &member, json_get_key(c->actual, member.key), member.key, 0);
    }
    for (size_t i = 0; !c->subset && i < json_count(c->actual); i++)
        if (!json_get_key(e, json_key_at(c->actual, i)))
            same = unexpected(c, json_key_at(c->actual, i), 0, json_value_at(c->actual, i));
    return same;
}

static bool wanted_count(const struct compared *c, size_t wants, size_t has)
{
    struct buf what = {0}, was = {0};

    if (!c->out)
        return false;
    buf_printf(&what, "%zu element%s", wants, wants == 1 ? "" : "s");
    buf_printf(&was, "%zu", has);
    differs(c, buf_str(&what), buf_str(&was), "expected %s, but there are %s", buf_str(&what),
            buf_str(&was));
    buf_clear(&what);
    buf_clear(&was);
    return false;
}

/* So many elements that only one of two arrays has are shown. */
enum { BEYOND_SHOWN = 3 };

static bool compare_arrays(const struct compared *c)
{
    size_t wants = json_count(c->expected->value), has = json_count(c->actual);
    struct asl_at element;
    bool same = true;

    if (wants != has)
        same = wanted_count(c, wants, has);
    for (size_t i = 0; i < wants && i < has; i++) {
        asl_at_index(c->expected, i, &element);
        same &= compare_child(c, &element, json_at(c->actual, i), NULL, i);
    }
    for (size_t i = has; c->out && i < wants && i < has + BEYOND_SHOWN; i++) {
        asl_at_index(c->expected, i, &element);
        compare_child(c, &element, NULL, NULL, i);
    }
    for (size_t i = wants; i < has && i < wants + BEYOND_SHOWN; i++)
        unexpected(c, NULL, i, json_at(c->actual, i));
    return same;
}

/* Numbers are compared by value: 1 and 1.0 are equal, as they are to JSONPath and JSONata. */
static bool compare_plain(const struct compared *c)
{
    const json *e = c->expected->value, *a = c->actual;

    if (a && json_is_object(e) && json_is_object(a))
        return compare_objects(c);
    if (a && json_is_array(e) && json_is_array(a))
        return compare_arrays(c);
    if (a && json_is_number(e) && json_is_number(a))
        return json_compare_numbers(e, a) == 0 || compared_want_value(c, "", e);
    return (a && json_equal(e, a)) || wanted_pair(c, e);
}

/* ---- matchers ---- */

static bool match_any(const struct compared *c, const struct asl_at *a)
{
    (void)a;
    return c->actual || compared_want(c, "any value");
}

static bool match_absent(const struct compared *c, const struct asl_at *a)
{
    (void)a;
    return !c->actual || compared_want(c, "nothing");
}

static bool match_type(const struct compared *c, const struct asl_at *a)
{
    return (c->actual && json_str_is(a->value, json_kind_name(c->actual))) ||
           compared_want_value(c, "a value of type ", a->value);
}

void compared_trouble(const struct compared *c, const char *format, ...)
{
    va_list args;

    if (c->trouble->len)
        return;
    va_start(args, format);
    buf_vprintf(c->trouble, format, args);
    va_end(args);
}

/*
 * A search has a bound of its own. One that reaches it decides nothing, so that $not around it
 * doesn't make a pass of it.
 */
static bool regex_finds(const struct compared *c, const char *pattern, size_t pattern_len,
                        const json *text)
{
    js_regex *x = js_regex_compile(pattern, pattern_len, false, false, NULL);
    struct work work = {0};
    struct js_search s;

    if (!x) {
        compared_trouble(c, "%s is no regular expression", pattern);
        return false;
    }
    work_begin(&work);
    js_search_init(&s, x, json_str(text), json_str_len(text));
    s.work = &work;
    enum js_regex_answer answer = js_search_next(&s);
    if (answer == JS_REGEX_TOO_MUCH || answer == JS_REGEX_TOO_LARGE)
        compared_trouble(c, "$regex %s takes too long to search for", pattern);
    js_search_clear(&s);
    js_regex_free(x);
    return answer == JS_REGEX_FOUND;
}

static bool match_regex(const struct compared *c, const struct asl_at *a)
{
    return (c->actual && json_is_string(c->actual) &&
            regex_finds(c, json_str(a->value), json_str_len(a->value), c->actual)) ||
           compared_want_value(c, "text that has a match of ", a->value);
}

static bool match_uuid(const struct compared *c, const struct asl_at *a)
{
    static const char form[] = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";

    (void)a;
    return (c->actual && json_is_string(c->actual) &&
            regex_finds(c, form, sizeof form - 1, c->actual)) ||
           compared_want(c, "a UUID");
}

static bool match_timestamp(const struct compared *c, const struct asl_at *a)
{
    struct timestamp t;

    (void)a;
    return (c->actual && json_is_string(c->actual) &&
            timestamp_parse(json_str(c->actual), json_str_len(c->actual), &t)) ||
           compared_want(c, "a timestamp like 2024-01-01T00:00:00Z");
}

bool compared_holds(const struct compared *c, const struct asl_at *e)
{
    struct compared inner = *c;

    inner.expected = e;
    inner.out = NULL;
    return compared_is_same(&inner);
}

static bool match_length(const struct compared *c, const struct asl_at *a)
{
    const json *v = c->actual;
    bool holder = v && (json_is_array(v) || json_is_object(v)), text = v && json_is_string(v);
    json *count = json_int((int64_t)(text ? json_str_len(v) : holder ? json_count(v) : 0));
    struct compared inner = *c;

    inner.actual = count;
    bool same = (text || holder) && compared_holds(&inner, a);
    json_unref(count);
    return same || compared_want_value(c, "a value of length ", a->value);
}

/* A bound may be a duration; what is compared with it is in seconds then. */
static bool beyond(const json *actual, const json *bound, int sign)
{
    int64_t ms;

    if (!actual || !json_is_number(actual))
        return true;
    if (json_is_number(bound))
        return json_compare_numbers(actual, bound) * sign > 0;
    if (!schema_duration(bound, &ms))
        return true;
    double bound_s = (double)ms / 1e3, has = json_double_value(actual);
    return sign > 0 ? has > bound_s : has < bound_s;
}

static bool match_least(const struct compared *c, const struct asl_at *a)
{
    return !beyond(c->actual, a->value, -1) ||
           compared_want_value(c, "a number of at least ", a->value);
}

static bool match_most(const struct compared *c, const struct asl_at *a)
{
    return !beyond(c->actual, a->value, 1) ||
           compared_want_value(c, "a number of at most ", a->value);
}

/* What could not be decided is no more true for being turned round. */
static bool match_not(const struct compared *c, const struct asl_at *a)
{
    const json *undecided = NULL;
    struct compared inner = *c;

    inner.undecided = &undecided;
    if (compared_holds(&inner, a))
        return compared_want_value(c, "anything but ", a->value);
    if (undecided)
        compared_trouble(c, "$jsonata %s finds nothing, so it is neither true nor false",
                         json_str(undecided));
    return !undecided;
}

static bool match_one_of(const struct compared *c, const struct asl_at *a)
{
    struct asl_at element;

    for (size_t i = 0; i < json_count(a->value); i++) {
        asl_at_index(a, i, &element);
        if (compared_holds(c, &element))
            return true;
    }
    return compared_want_value(c, "one of ", a->value);
}

static bool match_all(const struct compared *c, const struct asl_at *a)
{
    bool same = true;

    for (size_t i = 0; i < json_count(a->value); i++) {
        struct asl_at element;
        struct compared inner = *c;
        asl_at_index(a, i, &element);
        inner.expected = &element;
        same &= compared_is_same(&inner);
    }
    return same;
}

static bool match_each(const struct compared *c, const struct asl_at *a)
{
    bool same = true;

    if (!c->actual || !json_is_array(c->actual))
        return compared_want(c, "an array");
    for (size_t i = 0; i < json_count(c->actual); i++)
        same &= compare_child(c, a, json_at(c->actual, i), NULL, i);
    return same;
}

/* Text that is JSON. */
static bool match_json(const struct compared *c, const struct asl_at *a)
{
    json *v = c->actual && json_is_string(c->actual)
                  ? json_parse(json_str(c->actual), json_str_len(c->actual), 0, NULL)
                  : NULL;
    struct compared inner = *c;

    inner.expected = a;
    inner.actual = v;
    bool same = v ? compared_is_same(&inner) : compared_want(c, "text that is JSON");
    json_unref(v);
    return same;
}

static bool match_equal(const struct compared *c, const struct asl_at *a)
{
    return (c->actual && json_equal(c->actual, a->value)) || compared_want_value(c, "", a->value);
}

static bool match_jsonata(const struct compared *c, const struct asl_at *a)
{
    jsonata *x = jsonata_compile(json_str(a->value), json_str_len(a->value), JSONATA_AWS, NULL);
    struct jsonata_error why = {0};
    json *v = NULL;

    if (!x) {
        compared_trouble(c, "$jsonata %s can't be read", json_str(a->value));
        return false;
    }
    enum jsonata_outcome how = jsonata_eval(x, &(struct jsonata_options){0}, c->actual, &v, &why);
    if (how == JSONATA_UNDEFINED && c->undecided)
        *c->undecided = a->value;
    bool same = how == JSONATA_VALUE && json_kind(v) == JSON_TRUE;
    if (how == JSONATA_FAILED)
        compared_trouble(c, "$jsonata %s fails: %s", json_str(a->value), why.text);
    else if (how == JSONATA_VALUE && !same && json_kind(v) != JSON_FALSE)
        compared_trouble(c, "$jsonata %s gives a value of type %s, which is neither true nor false",
                         json_str(a->value), json_kind_name(v));
    else if (!same)
        compared_want_value(c, "a value for which this is true: ", a->value);
    json_unref(v);
    jsonata_free(x);
    jsonata_error_clear(&why);
    return same;
}

static const struct matcher matchers[] = {
    {"$any", "true: any value, but there must be one", argument_check_true, match_any},
    {"$absent", "true: nothing may be there", argument_check_true, match_absent},
    {"$type", "null, boolean, number, string, array or object", argument_check_type, match_type},
    {"$regex", "text that has a match of this regular expression of JavaScript",
     argument_check_regex, match_regex},
    {"$uuid", "true: text that is a UUID", argument_check_true, match_uuid},
    {"$timestamp", "true: text that is a timestamp of the States Language", argument_check_true,
     match_timestamp},
    {"$contains",
     "text that has this text; an object with these members and any others, as objects in it may "
     "have, while arrays in it have no other elements; an array with these elements, each of them "
     "once, or with this one, and any others",
     argument_check_within, matcher_contains},
    {"$length", "text of so many bytes, an array of so many elements, an object of so many members",
     argument_check_within, match_length},
    {"$least", "a number that is not less; of seconds a duration may stand here",
     argument_check_number, match_least},
    {"$most", "a number that is not more; of seconds a duration may stand here",
     argument_check_number, match_most},
    {"$not", "anything that this does not match", argument_check_within, match_not},
    {"$oneOf", "what one of this list matches", argument_check_list, match_one_of},
    {"$all", "what all of this list match", argument_check_list, match_all},
    {"$each", "an array of which this matches each element", argument_check_within, match_each},
    {"$json", "text that is JSON, whose value this matches", argument_check_within, match_json},
    {"$equal", "exactly this value, even if it looks like a matcher", NULL, match_equal},
    {"$jsonata", "a value for which this JSONata, whose `$` it is, is true", argument_check_jsonata,
     match_jsonata},
};
enum { MATCHERS = sizeof matchers / sizeof *matchers };

bool matcher_begins(const struct asl_at *at, struct asl_at *argument)
{
    if (!json_is_object(at->value) || json_count(at->value) != 1)
        return false;
    asl_at_index(at, 0, argument);
    return *json_str(argument->key) == '$';
}

static const struct matcher *find_matcher(const json *key)
{
    for (size_t i = 0; i < MATCHERS; i++)
        if (json_str_is(key, matchers[i].name))
            return &matchers[i];
    return NULL;
}

bool compared_is_same(const struct compared *c)
{
    struct asl_at argument;
    const struct matcher *m =
        !c->plain && matcher_begins(c->expected, &argument) ? find_matcher(argument.key) : NULL;

    return m ? m->compare(c, &argument) : compare_plain(c);
}

static bool compare_whole(struct compared c)
{
    struct buf pointer = {0}, trouble = {0};

    c.pointer = &pointer;
    c.trouble = &trouble;
    bool same = compared_is_same(&c);
    if (trouble.len)
        same = differs(&c, NULL, NULL, "%s", buf_str(&trouble));
    buf_clear(&pointer);
    buf_clear(&trouble);
    return same;
}

bool matcher_compare(const struct asl_at *expected, const json *actual, bool subset,
                     struct differences *out)
{
    return compare_whole(
        (struct compared){.expected = expected, .actual = actual, .subset = subset, .out = out});
}

bool matcher_compare_plain(const json *expected, const json *actual, struct differences *out)
{
    const struct asl_at at = {.value = expected};

    return compare_whole(
        (struct compared){.expected = &at, .actual = actual, .plain = true, .out = out});
}

/* ---- checking ---- */

static void refuse_matcher(const struct asl_at *argument, struct asl_report *report)
{
    struct nearest near = {.want = json_str(argument->key), .len = json_str_len(argument->key)};
    struct buf hint = {0};

    for (size_t i = 0; i < MATCHERS; i++)
        nearest_offer(&near, matchers[i].name);
    if (near.best)
        buf_printf(&hint, "did you mean %s? ", near.best);
    buf_adds(&hint, "a value that really has such a member is written {$equal: …}");
    if (!near.best)
        buf_printf(&hint, "; a variable '%s' is written without the $",
                   json_str(argument->key) + 1);
    schema_refuse(report, argument, ASL_KEY, buf_str(&hint), "there is no matcher %s",
                  json_str(argument->key));
    buf_clear(&hint);
}

/* Beside other members a matcher would be compared as a name: nobody means that. */
static void refuse_beside_others(const struct asl_at *object, struct asl_report *report)
{
    struct asl_at member;

    for (size_t i = 0; json_is_object(object->value) && i < json_count(object->value); i++) {
        asl_at_index(object, i, &member);
        if (!find_matcher(member.key))
            continue;
        schema_refuse(report, &member, ASL_KEY,
                      "write {$all: [{…}, {…}]}; a value that really has such a member is written "
                      "{$equal: …}",
                      "%s has other members beside it", json_str(member.key));
        return;
    }
}

void matcher_check(const struct asl_at *at, struct asl_report *report)
{
    struct asl_at inner;

    if (matcher_begins(at, &inner)) {
        const struct matcher *m = find_matcher(inner.key);
        if (!m)
            refuse_matcher(&inner, report);
        else if (m->check)
            m->check(&inner, report);
        return;
    }
    refuse_beside_others(at, report);
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &inner);
        matcher_check(&inner, report);
    }
}

void matcher_write_markdown(struct buf *out)
{
    buf_adds(out, "\n### matchers\n\nAn object with one such member, in place of a value that is "
                  "expected:\n\n| matcher | matches |\n| --- | --- |\n");
    for (size_t i = 0; i < MATCHERS; i++)
        buf_printf(out, "| `%s` | %s |\n", matchers[i].name, matchers[i].about);
}
