/*
 * The tables as a JSON Schema for editors, and as Markdown for the documentation. Each object of
 * the tables is one definition, so objects may hold each other.
 */
#include "parsers/base/mem.h"
#include "parsers/json/json.h"
#include "tools/test/schema.h"

#include <string.h>

/* ---- the objects, each once ---- */

struct objects {
    const struct schema_object **all;
    size_t count, cap;
};

static void add_shape(struct objects *o, const struct schema_shape *s);

static void schema_add_object(struct objects *o, const struct schema_object *object)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->all[i] == object)
            return;
    MEM_GROW(o->all, o->count, o->cap);
    o->all[o->count++] = object;
    for (size_t i = 0; i < object->count; i++)
        add_shape(o, object->fields[i].shape);
}

static void add_shape(struct objects *o, const struct schema_shape *s)
{
    if (s->object)
        schema_add_object(o, s->object);
    if (s->of)
        add_shape(o, s->of);
}

/* ---- JSON Schema ---- */

static json *shape_schema(const struct schema_shape *s);

static json *typed(const char *type)
{
    struct json_build b = {0};

    json_build_object(&b, 1);
    json_build_set(&b, "type", json_cstring(type));
    return json_build_done(&b);
}

static json *true_schema(void)
{
    struct json_build b = {0};

    json_build_object(&b, 1);
    json_build_set(&b, "const", json_bool(true));
    return json_build_done(&b);
}

static json *matcher_schema(void)
{
    struct json_build b = {0};

    json_build_object(&b, 3);
    json_build_set(&b, "type", json_cstring("object"));
    json_build_set(&b, "minProperties", json_int(1));
    json_build_set(&b, "maxProperties", json_int(1));
    return json_build_done(&b);
}

static json *pattern(const char *regex)
{
    struct json_build b = {0};

    json_build_object(&b, 2);
    json_build_set(&b, "type", json_cstring("string"));
    json_build_set(&b, "pattern", json_cstring(regex));
    return json_build_done(&b);
}

static json *number_from_zero(const char *type)
{
    struct json_build b = {0};

    json_build_object(&b, 2);
    json_build_set(&b, "type", json_cstring(type));
    json_build_set(&b, "minimum", json_int(0));
    return json_build_done(&b);
}

static json *words_schema(const struct schema_shape *s)
{
    struct json_build b = {0}, words = {0};

    json_build_array(&words, 8);
    for (const char *const *w = s->words; *w; w++)
        json_build_add(&words, json_cstring(*w));
    json_build_object(&b, 1);
    json_build_set(&b, "enum", json_build_done(&words));
    return json_build_done(&b);
}

static json *map_schema(const char *type, const char *member, const struct schema_shape *of)
{
    struct json_build b = {0};

    json_build_object(&b, 2);
    json_build_set(&b, "type", json_cstring(type));
    json_build_set(&b, member, shape_schema(of));
    return json_build_done(&b);
}

static json *reference(const struct schema_object *o)
{
    struct json_build b = {0};

    json_build_object(&b, 1);
    json_build_set(&b, "$ref", json_stringf("#/$defs/%s", o->name));
    return json_build_done(&b);
}

static json *shape_schema(const struct schema_shape *s)
{
    struct json_build any = {0}, b = {0};

    if (s->forms & (SCHEMA_ANY | SCHEMA_PATTERN))
        return json_bool(true);
    json_build_array(&any, 4);
    if (s->forms & SCHEMA_TEXT)
        json_build_add(&any, typed("string"));
    if (s->forms & SCHEMA_FILE)
        json_build_add(&any, pattern("^[\\s\\S]"));
    if (s->forms & SCHEMA_FLAG)
        json_build_add(&any, typed("boolean"));
    if (s->forms & SCHEMA_TRUE)
        json_build_add(&any, true_schema());
    if (s->forms & SCHEMA_MATCHER)
        json_build_add(&any, matcher_schema());
    if (s->forms & (SCHEMA_COUNT | SCHEMA_RANGE))
        json_build_add(&any, number_from_zero("integer"));
    if (s->forms & SCHEMA_RANGE)
        json_build_add(&any, pattern("^[0-9]+(-[0-9]*)?$"));
    if (s->forms & SCHEMA_DURATION) {
        json_build_add(&any, number_from_zero("number"));
        json_build_add(&any, pattern("^([0-9.]+(ms|s|m|h|d))+$"));
    }
    if (s->forms & SCHEMA_TIME)
        json_build_add(&any, pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T.*(Z|[+-][0-9]{2}:[0-9]{2})$"));
    if (s->forms & SCHEMA_EXPRESSION)
        json_build_add(&any, pattern("^\\{%[\\s\\S]*%\\}$"));
    if (s->forms & SCHEMA_PATH)
        json_build_add(&any, pattern("^\\$"));
    if (s->forms & SCHEMA_WORD)
        json_build_add(&any, words_schema(s));
    if (s->forms & SCHEMA_LIST)
        json_build_add(&any, map_schema("array", "items", s->of));
    if (s->forms & SCHEMA_MAP)
        json_build_add(&any, map_schema("object", "additionalProperties", s->of));
    if (s->forms & SCHEMA_OBJECT)
        json_build_add(&any, reference(s->object));
    if (json_count(any.v) == 1) {
        json *one = json_ref(json_at(any.v, 0));
        json_build_drop(&any);
        return one;
    }
    json_build_object(&b, 1);
    json_build_set(&b, "anyOf", json_build_done(&any));
    return json_build_done(&b);
}

/* `true` can't be described, so it stands in an object of its own. */
static json *schema_described(json *schema, const char *about)
{
    struct json_build b = {0};

    if (json_is_object(schema))
        json_build_copy(&b, schema, 1);
    else
        json_build_object(&b, 1);
    json_build_set(&b, "description", json_cstring(about));
    json_unref(schema);
    return json_build_done(&b);
}

static json *any_behind_x(void)
{
    struct json_build b = {0};

    json_build_object(&b, 1);
    json_build_set(&b, "^x-", json_bool(true));
    return json_build_done(&b);
}

static json *object_schema(const struct schema_object *o)
{
    struct json_build b = {0}, fields = {0}, required = {0};

    json_build_object(&fields, o->count);
    json_build_array(&required, 1);
    for (size_t i = 0; i < o->count; i++) {
        json_build_set(&fields, o->fields[i].name,
                       schema_described(shape_schema(o->fields[i].shape), o->fields[i].about));
        if (o->fields[i].required)
            json_build_add(&required, json_cstring(o->fields[i].name));
    }
    json_build_object(&b, 6);
    json_build_set(&b, "type", json_cstring("object"));
    json_build_set(&b, "description", json_cstring(o->about));
    json_build_set(&b, "properties", json_build_done(&fields));
    if (o->remarks)
        json_build_set(&b, "patternProperties", any_behind_x());
    json_build_set(&b, "additionalProperties", json_bool(false));
    json_build_set(&b, "required", json_build_done(&required));
    return json_build_done(&b);
}

void schema_write_json(struct buf *out, const struct schema_object *root, const char *title)
{
    struct objects objects = {0};
    struct json_build b = {0}, defs = {0};

    schema_add_object(&objects, root);
    json_build_object(&defs, objects.count);
    for (size_t i = 0; i < objects.count; i++)
        json_build_set(&defs, objects.all[i]->name, object_schema(objects.all[i]));
    json_build_object(&b, 4);
    json_build_set(&b, "$schema", json_cstring("https://json-schema.org/draft/2020-12/schema"));
    json_build_set(&b, "title", json_cstring(title));
    json_build_set(&b, "$ref", json_stringf("#/$defs/%s", root->name));
    json_build_set(&b, "$defs", json_build_done(&defs));
    json *schema = json_build_done(&b);
    json_write_pretty(out, schema);
    buf_addc(out, '\n');
    json_unref(schema);
    mem_free(objects.all);
}

/* ---- Markdown ---- */

static bool shape_has_field(const struct schema_object *o, const struct schema_field *f)
{
    for (size_t i = 0; o && i < o->count; i++)
        if (strcmp(o->fields[i].name, f->name) == 0)
            return true;
    return false;
}

/* Tells that `o` has the fields of another object, and which of them it lacks. */
static void write_likeness(struct buf *out, const struct schema_object *o)
{
    size_t lacks = 0;

    buf_printf(out, " The fields of a [%s](#%s) may stand in it", o->like->name, o->like->name);
    for (size_t i = 0; i < o->like->count; i++)
        if (!shape_has_field(o, &o->like->fields[i]))
            buf_printf(out, "%s `%s`", lacks++ ? "," : ", but not", o->like->fields[i].name);
    buf_adds(out, ".");
}

static void write_objects_table(struct buf *out, const struct schema_object *o)
{
    size_t told = 0;

    buf_printf(out, "\n### %s\n\n%s", o->name, o->about);
    if (o->like)
        write_likeness(out, o);
    buf_adds(out, "\n");
    for (size_t i = 0; i < o->count; i++) {
        if (shape_has_field(o->like, &o->fields[i]))
            continue;
        buf_printf(out, "%s| `%s` | %s |\n", told++ ? "" : "\n| field | |\n| --- | --- |\n",
                   o->fields[i].name, o->fields[i].about);
    }
}

void schema_write_markdown(struct buf *out, const struct schema_object *root)
{
    struct objects objects = {0};

    schema_add_object(&objects, root);
    for (size_t i = 0; i < objects.count; i++)
        write_objects_table(out, objects.all[i]);
    mem_free(objects.all);
}
