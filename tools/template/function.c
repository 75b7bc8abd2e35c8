/*
 * Functions of CloudFormation: what they come to, as far as the template tells. Fn::Sub and
 * Fn::Join are evaluated; what any other comes to is known only when the template is deployed, so
 * it becomes a placeholder with its name.
 */

#include "parsers/base/text.h"
#include "tools/template/template_impl.h"

#include <string.h>

/* Returns "Sub" for the keys "Fn::Sub" and "!Sub" (which the parser makes of YAML's tags), "Ref"
 * for "Ref"; NULL for a key that is no function's. */
static const char *function_name_of(const json *key)
{
    const char *text = json_str(key);

    if (text_begins_with(text, "Fn::"))
        return text + 4;
    if (text[0] == '!' && text[1])
        return text + 1;
    return strcmp(text, "Ref") == 0 ? text : NULL;
}

const char *cfn_function(const json *v)
{
    if (!json_is_object(v))
        return NULL;
    if (json_count(v) == 1)
        return function_name_of(json_key_at(v, 0));
    /* Fn::ForEach and Fn::Transform may have neighbours; then nothing is known of the object. */
    for (size_t i = 0; i < json_count(v); i++)
        if (text_begins_with(json_str(json_key_at(v, i)), "Fn::"))
            return function_name_of(json_key_at(v, i));
    return NULL;
}

const json *cfn_argument(const json *v, const struct json_places *at,
                         const struct json_places **argument_at)
{
    *argument_at = &at->kids[0];
    return json_value_at(v, 0);
}

/* ---- what is not known ---- */

/*
 * Adds the placeholder ${name}, which stands at `at`. AWS::Partition becomes "aws" unless a value
 * is given: which partition it will be makes no difference to what a Resource is, and so ARNs can
 * be checked.
 */
static void function_add_name(struct quilt *q, const char *name, size_t len, size_t at)
{
    static const char partition[] = "AWS::Partition";

    if (len != sizeof partition - 1 || memcmp(name, partition, len) != 0) {
        quilt_placeholder(q, name, len, at, true);
        return;
    }
    if (!quilt_fill(q, name, len, at, true))
        quilt_add_from(q, "aws", 3, at);
}

/* Adds a placeholder for a call that isn't evaluated: "${Queue.Arn}" for GetAtt, "${Queue}" for
 * Ref, and for others the function's name, "${ImportValue}". */
static void add_unknown(struct quilt *q, struct reading *in, const json *v,
                        const struct json_places *at)
{
    const json *argument = json_value_at(v, 0);
    const char *name = cfn_function(v);
    size_t from = source_offset(&in->lines, at->value.line, at->value.column);
    struct buf text = {0};

    if (json_count(v) != 1 || (strcmp(name, "Ref") != 0 && strcmp(name, "GetAtt") != 0))
        buf_adds(&text, name);
    else if (json_is_string(argument))
        buf_add(&text, json_str(argument), json_str_len(argument));
    else if (json_is_array(argument) && json_count(argument) == 2 &&
             json_is_string(json_at(argument, 0)) && json_is_string(json_at(argument, 1)))
        buf_printf(&text, "%s.%s", json_str(json_at(argument, 0)), json_str(json_at(argument, 1)));
    else
        buf_adds(&text, name);
    function_add_name(q, buf_str(&text), text.len, from);
    buf_clear(&text);
}

/* ---- Fn::Sub ---- */

static size_t function_trim(const char *text, size_t *from, size_t to)
{
    while (*from < to && text[*from] == ' ')
        ++*from;
    while (to > *from && text[to - 1] == ' ')
        to--;
    return to;
}

struct sub {
    struct quilt *q;
    struct reading *in;
    const char *text;
    struct source_map map;
    const json *values; /* NULL: none */
    const struct json_places *values_at;
};

/* Adds what the name [from, to) stands for, whose "${" is at `open`: a value of Fn::Sub's own
 * map, or else a placeholder. */
static void sub_name(const struct sub *s, size_t open, size_t from, size_t to)
{
    size_t i;

    to = function_trim(s->text, &from, to);
    i = s->values ? json_find(s->values, s->text + from, to - from) : SIZE_MAX;
    if (i != SIZE_MAX)
        cfn_text(s->q, s->in, json_value_at(s->values, i), &s->values_at->kids[i]);
    else
        function_add_name(s->q, s->text + from, to - from, source_map_find(&s->map, open));
}

/* Sews the text of Fn::Sub. "${!Name}" stands for the letters "${Name}": these are added without
 * the '!'. */
static void sub_text(const struct sub *s, size_t len)
{
    size_t start = 0, i = 0;

    while (i + 1 < len) {
        if (s->text[i] != '$' || s->text[i + 1] != '{') {
            i++;
            continue;
        }
        const char *close = memchr(s->text + i, '}', len - i);
        if (!close)
            break;
        size_t end = (size_t)(close - s->text);
        bool letters = s->text[i + 2] == '!';
        quilt_add(s->q, s->text, start, letters ? i + 2 : i, &s->map);
        start = letters ? i + 3 : end + 1;
        if (!letters)
            sub_name(s, i, i + 2, end);
        i = end + 1;
    }
    quilt_add(s->q, s->text, start, len, &s->map);
}

static bool add_sub(struct quilt *q, struct reading *in, const json *argument,
                    const struct json_places *at)
{
    struct sub s = {.q = q, .in = in};
    const json *text = argument;

    if (json_is_array(argument) && json_count(argument) == 2 &&
        json_is_object(json_at(argument, 1))) {
        text = json_at(argument, 0);
        s.values = json_at(argument, 1);
        s.values_at = &at->kids[1];
        at = &at->kids[0];
    }
    if (!json_is_string(text))
        return false;
    s.text = json_str(text);
    scalar_map(in, text, at, &s.map);
    q->steps += source_map_find(&s.map, json_str_len(text)) - source_map_find(&s.map, 0);
    sub_text(&s, json_str_len(text));
    source_map_clear(&s.map);
    return true;
}

/* ---- Fn::Join ---- */

static bool add_join(struct quilt *q, struct reading *in, const json *argument,
                     const struct json_places *at)
{
    if (!json_is_array(argument) || json_count(argument) != 2 ||
        !json_is_string(json_at(argument, 0)) || !json_is_array(json_at(argument, 1)))
        return false;
    const json *list = json_at(argument, 1);
    for (size_t i = 0; i < json_count(list) && !quilt_is_full(q); i++) {
        if (i && json_str_len(json_at(argument, 0)))
            cfn_text(q, in, json_at(argument, 0), &at->kids[0]);
        cfn_text(q, in, json_at(list, i), &at->kids[1].kids[i]);
    }
    return true;
}

/* ---- all of them ---- */

static void add_scalar(struct quilt *q, struct reading *in, const json *v,
                       const struct json_places *at)
{
    struct source_map map = {0};
    struct buf text = {0};

    if (json_is_string(v)) {
        scalar_map(in, v, at, &map);
        q->steps += source_map_find(&map, json_str_len(v)) - source_map_find(&map, 0);
        quilt_add(q, json_str(v), 0, json_str_len(v), &map);
    } else {
        json_write(&text, v);
        source_map_add(&map, 0, source_offset(&in->lines, at->value.line, at->value.column), false);
        quilt_add(q, buf_str(&text), 0, text.len, &map);
    }
    source_map_clear(&map);
    buf_clear(&text);
}

/* Recurses as deep as the template goes, JSON_MAX_DEPTH at most. */
void cfn_text(struct quilt *q, struct reading *in, const json *v, const struct json_places *at)
{
    static const struct {
        const char *name;
        bool (*add)(struct quilt *, struct reading *, const json *, const struct json_places *);
    } known[] = {{"Sub", add_sub}, {"Join", add_join}};
    const char *name = cfn_function(v);

    quilt_work(q);
    if (quilt_is_full(q))
        return;
    if (!name) {
        if (json_is_scalar(v))
            add_scalar(q, in, v, at);
        else
            quilt_placeholder(q, json_kind_name(v), strlen(json_kind_name(v)),
                              source_offset(&in->lines, at->value.line, at->value.column), true);
        return;
    }
    q->function = true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0 && json_count(v) == 1 &&
            known[i].add(q, in, json_value_at(v, 0), &at->kids[0]))
            return;
    add_unknown(q, in, v, at);
}
