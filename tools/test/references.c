/* What the fields of a state read: all routes in its JSONPaths, intrinsic calls and JSONata. */
#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_tree.h"
#include "tools/test/route.h"

#include <string.h>

struct finding {
    struct arena *a;
    void (*see)(void *user, const struct reference *r);
    void *user;
    enum route_place place;
    bool of_item;
    const json *separator; /* of the call around; NULL: it splits nothing */
};

const json *state_text(const struct asl_state *s)
{
    return json_value_at(s->scope->names, (size_t)(s - s->scope->states));
}

static struct reference reference_at(const struct finding *f, enum route_hint hint)
{
    return (struct reference){.place = f->place,
                              .hint = f->separator ? HINT_PARTS : hint,
                              .of_item = f->of_item,
                              .separator = f->separator};
}

static void see_path(struct finding *f, const json *path, enum route_hint hint)
{
    struct reference r = reference_at(f, hint);

    if (route_of_path(f->a, path, &r.route))
        f->see(f->user, &r);
}

/* ---- intrinsic functions ---- */

/* The end of an argument: a comma or bracket that is in no call and no text. */
static const char *argument_end(const char *p)
{
    size_t depth = 0;
    bool quoted = false;

    for (; *p; p++) {
        if (*p == '\\' && p[1]) {
            p++;
        } else if (*p == '\'') {
            quoted = !quoted;
        } else if (!quoted) {
            if (depth == 0 && (*p == ',' || *p == ')'))
                return p;
            depth += *p == '(' || *p == '[';
            depth -= depth && (*p == ')' || *p == ']');
        }
    }
    return p;
}

bool route_intrinsic(struct arena *a, const json *text, const json **name, const json **arguments,
                     size_t most, size_t *count)
{
    const char *open = json_str_begins(text, "States.") ? strchr(json_str(text), '(') : NULL;

    if (!open)
        return false;
    *name = arena_keep(a, json_string(json_str(text), (size_t)(open - json_str(text))));
    *count = 0;
    for (const char *p = open + 1; *p && *count < most;) {
        const char *end = argument_end(p), *last = end;
        while (*p == ' ')
            p++;
        while (last > p && last[-1] == ' ')
            last--;
        if (last > p)
            arguments[(*count)++] = arena_keep(a, json_string(p, (size_t)(last - p)));
        if (*end != ',')
            break;
        p = end + 1;
    }
    return true;
}

/* What an argument has to be, by the function; `first`: the first argument only. */
static const struct {
    const char *name;
    enum route_hint hint;
    bool first;
} takes[] = {
    {"States.StringToJson", HINT_JSON, false},
    {"States.JsonMerge", HINT_OBJECT, false},
    {"States.MathAdd", HINT_NUMBER, false},
    {"States.MathRandom", HINT_NUMBER, true},
    {"States.ArrayLength", HINT_ARRAY, false},
    {"States.ArrayUnique", HINT_ARRAY, false},
    {"States.ArrayGetItem", HINT_ARRAY, true},
    {"States.ArrayPartition", HINT_ARRAY, true},
    {"States.ArrayContains", HINT_ARRAY, true},
    {"States.ArrayRange", HINT_NUMBER, false},
    {"States.StringSplit", HINT_TEXT, false},
    {"States.Base64Decode", HINT_BASE64, false},
    {"States.Base64Encode", HINT_TEXT, false},
    {"States.Hash", HINT_TEXT, false},
    {"$parse", HINT_JSON, false},
    {"$count", HINT_ARRAY, false},
    {"$sum", HINT_ARRAY, false},
    {"$number", HINT_NUMBER, false},
    {"$map", HINT_ARRAY, true},
    {"$filter", HINT_ARRAY, true},
    {"$merge", HINT_OBJECT, false},
    {"$keys", HINT_OBJECT, false},
    {"$toMillis", HINT_TIME, false},
    {"$uppercase", HINT_TEXT, false},
    {"$lowercase", HINT_TEXT, false},
    {"$length", HINT_TEXT, false},
    {"$split", HINT_TEXT, false},
    {"$substring", HINT_TEXT, false},
    {"$contains", HINT_TEXT, false},
    {"$join", HINT_ARRAY, true},
    {"$base64decode", HINT_BASE64, false},
    {"$abs", HINT_NUMBER, false},
    {"$floor", HINT_NUMBER, false},
    {"$round", HINT_NUMBER, false},
    {"$partition", HINT_ARRAY, true},
    {"$append", HINT_ARRAY, false},
};

static enum route_hint hint_of(const char *function, size_t argument)
{
    for (size_t i = 0; i < COUNT(takes); i++)
        if (!strcmp(takes[i].name, function) && (!takes[i].first || argument == 0))
            return takes[i].hint;
    if (!strcmp(function, "States.ArrayGetItem") || !strcmp(function, "States.ArrayPartition"))
        return HINT_NUMBER;
    return !strcmp(function, "States.MathRandom") ? HINT_LARGE : HINT_ANY;
}

/* The text that a quoted argument is; NULL: it is none. */
static const json *unquoted(struct arena *a, const json *argument)
{
    size_t len = json_str_len(argument);

    if (len < 3 || json_str(argument)[0] != '\'' || json_str(argument)[len - 1] != '\'')
        return NULL;
    return arena_keep(a, json_string(json_str(argument) + 1, len - 2));
}

/* Nested as deep as brackets in a text that the loader has taken: a few levels. */
static void see_query(struct finding *f, const json *text, enum route_hint hint)
{
    enum { MOST = 20 };
    const json *name, *arguments[MOST];
    size_t count;

    if (!route_intrinsic(f->a, text, &name, arguments, MOST, &count)) {
        see_path(f, text, hint);
        return;
    }
    const json *around = f->separator;
    for (size_t i = 0; i < count; i++) {
        f->separator = i == 0 && count == 2 && json_str_is(name, "States.StringSplit")
                           ? unquoted(f->a, arguments[1])
                           : NULL;
        see_query(f, arguments[i], hint_of(json_str(name), i));
    }
    f->separator = around;
}

/* ---- JSONata ---- */

static void see_node(struct finding *f, const struct node *n, enum route_hint hint);

static void see_stages(struct finding *f, const struct stages *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i].filter)
            see_node(f, s->items[i].filter, HINT_ANY);
}

static enum route_hint operand_hint(const struct node *n, enum route_hint around)
{
    if (n->kind == NODE_NEGATE)
        return HINT_NUMBER;
    if (n->kind != NODE_BINARY)
        return n->kind == NODE_CONDITION || n->kind == NODE_BLOCK ? around : HINT_ANY;
    switch ((unsigned)n->op) {
    case OP_PLUS:
    case OP_MINUS:
    case OP_TIMES:
    case OP_DIVIDE:
    case OP_PERCENT:
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
    case OP_RANGE: return HINT_NUMBER;
    default: return HINT_ANY;
    }
}

/* The text by which a call of $split splits its first argument; NULL: it is none. */
static const json *splits_by(const struct node *n)
{
    bool splits = n->kind == NODE_CALL && n->text && json_str_is(n->text, "split");

    return splits && n->count == 2 && n->items[1]->kind == NODE_STRING ? n->items[1]->text : NULL;
}

static void see_parts(struct finding *f, const struct node *n, enum route_hint hint)
{
    for (size_t i = 0; i < NODE_PARTS; i++)
        if (n->parts[i])
            see_node(f, n->parts[i], operand_hint(n, hint));
    if (n->kind != NODE_LAMBDA)
        for (size_t i = 0; i < n->count; i++) {
            struct buf name = {0};
            if (n->kind == NODE_CALL && n->text)
                buf_printf(&name, "$%s", json_str(n->text));
            const json *around = f->separator;
            f->separator = i == 0 ? splits_by(n) : NULL;
            see_node(f, n->items[i], hint_of(buf_str(&name), i));
            f->separator = around;
            buf_clear(&name);
        }
    see_stages(f, &n->predicates);
    see_stages(f, &n->stages);
    if (n->group)
        see_node(f, n->group, HINT_ANY);
}

/* Nested as deep as the expression, which JSONATA_MAX_HEIGHT bounds. */
static void see_node(struct finding *f, const struct node *n, enum route_hint hint)
{
    struct reference r = reference_at(f, hint);

    if ((n->kind == NODE_PATH || n->kind == NODE_VARIABLE) && route_of_node(f->a, n, &r.route))
        f->see(f->user, &r);
    see_parts(f, n, hint);
}

static void see_expression(struct finding *f, const json *text, enum route_hint hint)
{
    const struct node *n = route_expression(f->a, text);

    if (n)
        see_node(f, n, hint);
}

/* ---- templates ---- */

static bool is_reference_expression(const json *v)
{
    return json_is_string(v) && json_str_begins(v, "{%");
}

/* Nested as deep as the definition, which JSON_MAX_DEPTH bounds. */
static void see_template(struct finding *f, const json *t, bool expressions)
{
    if (expressions && is_reference_expression(t))
        see_expression(f, t, HINT_ANY);
    for (size_t i = 0; json_is_array(t) && i < json_count(t); i++)
        see_template(f, json_at(t, i), expressions);
    for (size_t i = 0; json_is_object(t) && i < json_count(t); i++) {
        const json *key = json_key_at(t, i), *v = json_value_at(t, i);
        if (!expressions && json_str_ends(key, ".$"))
            see_query(f, v, HINT_ANY);
        else
            see_template(f, v, expressions);
    }
}

/* ---- fields ---- */

enum field_kind { FIELD_PATH, FIELD_QUERY, FIELD_TEMPLATE };

/* In the order in which a state uses them; of those in one object the ones of a known kind first.
 */
static const struct {
    const char *name; /* with a point before a field within */
    enum field_kind kind;
    enum route_place place;
    enum route_hint hint;
    bool of_item; /* in a Map it is made for each item */
} fields[] = {
    {"InputPath", FIELD_PATH, PLACE_RAW, HINT_ANY, false},
    {"ItemsPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_ARRAY, false},
    {"Items", FIELD_TEMPLATE, PLACE_RAW, HINT_ARRAY, false},
    {"ItemReader.ReaderConfig.MaxItemsPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_LARGE, false},
    {"ItemReader.ReaderConfig.MaxItems", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_LARGE, false},
    {"ItemReader", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_ANY, false},
    {"ItemBatcher.MaxItemsPerBatchPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_NUMBER, false},
    {"ItemBatcher.MaxItemsPerBatch", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_NUMBER, false},
    {"ItemBatcher.MaxInputBytesPerBatchPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_BYTES, false},
    {"ItemBatcher.MaxInputBytesPerBatch", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_BYTES, false},
    {"ItemBatcher", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_ANY, false},
    {"ResultWriter", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_ANY, false},
    {"Parameters", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_ANY, true},
    {"ItemSelector", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_ANY, true},
    {"Arguments", FIELD_TEMPLATE, PLACE_RAW, HINT_ANY, false},
    {"SecondsPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_NUMBER, false},
    {"Seconds", FIELD_TEMPLATE, PLACE_RAW, HINT_NUMBER, false},
    {"TimestampPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_TIME, false},
    {"Timestamp", FIELD_TEMPLATE, PLACE_RAW, HINT_TIME, false},
    {"TimeoutSecondsPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_NUMBER, false},
    {"HeartbeatSecondsPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_NUMBER, false},
    {"MaxConcurrencyPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_NUMBER, false},
    {"ToleratedFailureCountPath", FIELD_PATH, PLACE_EFFECTIVE, HINT_NUMBER, false},
    {"ToleratedFailurePercentagePath", FIELD_PATH, PLACE_EFFECTIVE, HINT_NUMBER, false},
    {"Credentials", FIELD_TEMPLATE, PLACE_EFFECTIVE, HINT_ANY, false},
    {"ErrorPath", FIELD_QUERY, PLACE_EFFECTIVE, HINT_TEXT, false},
    {"CausePath", FIELD_QUERY, PLACE_EFFECTIVE, HINT_TEXT, false},
    {"Error", FIELD_TEMPLATE, PLACE_RAW, HINT_TEXT, false},
    {"Cause", FIELD_TEMPLATE, PLACE_RAW, HINT_TEXT, false},
    {"ResultSelector", FIELD_TEMPLATE, PLACE_RESULT, HINT_ANY, false},
    {"Assign", FIELD_TEMPLATE, PLACE_RESULT, HINT_ANY, false},
    {"Output", FIELD_TEMPLATE, PLACE_RAW, HINT_ANY, false},
    {"OutputPath", FIELD_PATH, PLACE_MADE, HINT_ANY, false},
};

static const json *field_of(const json *text, const char *name)
{
    for (const char *point; text && (point = strchr(name, '.')); name = point + 1)
        text = json_get_n(text, name, (size_t)(point - name));
    return text ? json_get(text, name) : NULL;
}

/* A Pass gives what it passes on. */
static bool gives_result(const struct asl_state *s)
{
    return s->type == ASL_TASK || s->type == ASL_PARALLEL || s->type == ASL_MAP ||
           s->type == ASL_PASS;
}

void route_references(struct arena *a, const struct asl_state *s,
                      void (*see)(void *user, const struct reference *r), void *user)
{
    const json *text = state_text(s);

    for (size_t i = 0; i < COUNT(fields); i++) {
        struct finding f = {.a = a, .see = see, .user = user, .place = fields[i].place};
        const json *v = field_of(text, fields[i].name);
        if (!v || json_kind(v) == JSON_NULL)
            continue;
        f.of_item = fields[i].of_item && s->type == ASL_MAP;
        if (f.place == PLACE_RESULT && !gives_result(s))
            f.place = PLACE_EFFECTIVE;
        if (fields[i].kind == FIELD_PATH)
            see_path(&f, v, fields[i].hint);
        else if (fields[i].kind == FIELD_QUERY)
            see_query(&f, v, fields[i].hint);
        else if (s->jsonata && is_reference_expression(v))
            see_expression(&f, v, fields[i].hint);
        else
            see_template(&f, v, s->jsonata);
    }
}
