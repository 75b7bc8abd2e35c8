/* Rows of items as text. What has a form of its own, as a CSV's value that is no text, is JSON. */
#include "tools/test/item_file.h"

#include "parsers/items/items.h"

#include <string.h>

/* What the reader says; NULL: nothing, or an expression that decides it. */
static const json *reader_field(const struct asl_state *map, const char *name)
{
    return json_get(json_get(state_text(map), "ItemReader"), name);
}

static const json *config_field(const struct asl_state *map, const char *name)
{
    const json *config = reader_field(map, "ReaderConfig"),
               *v = config ? json_get(config, name) : NULL;

    return v && json_is_string(v) && json_str_begins(v, "{%") ? NULL : v;
}

static bool config_is(const struct asl_state *map, const char *name, const char *text)
{
    const json *v = config_field(map, name);

    return v && json_str_is(v, text);
}

bool item_file_has_rows(const struct asl_state *map)
{
    const json *resource = reader_field(map, "Resource");
    bool lists = resource && json_is_string(resource) && json_str_ends(resource, ":listObjectsV2");

    return !lists || config_is(map, "Transformation", "LOAD_AND_FLATTEN");
}

bool item_file_is_known(const struct asl_state *map)
{
    return !config_is(map, "InputType", "PARQUET") && !config_is(map, "InputType", "MANIFEST") &&
           !config_field(map, "ManifestType");
}

const char *item_file_ending(const struct asl_state *map)
{
    return config_is(map, "InputType", "CSV")     ? ".csv"
           : config_is(map, "InputType", "JSONL") ? ".jsonl"
                                                  : ".json";
}

/* ---- CSV ---- */

static char csv_delimiter(const struct asl_state *map)
{
    for (size_t i = 0; i < ITEMS_DELIMITERS; i++)
        if (config_is(map, "CSVDelimiter", items_delimiters[i].name))
            return items_delimiters[i].c;
    return items_delimiters[0].c;
}

/* In quotes a backslash makes the next character an ordinary one. */
static void add_csv_field(struct buf *out, const json *v)
{
    struct buf text = {0};

    if (v && json_is_string(v))
        buf_add(&text, json_str(v), json_str_len(v));
    else if (v && json_kind(v) != JSON_NULL)
        json_write(&text, v);
    bool plain = true;
    for (size_t i = 0; i < text.len; i++)
        plain &= text.data[i] != ' ' && !strchr(",|;\t\r\n\"\\", text.data[i]);
    if (!plain)
        buf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            buf_addc(out, '\\');
        buf_addc(out, text.data[i]);
    }
    if (!plain)
        buf_addc(out, '"');
    buf_clear(&text);
}

static json *headers_of(const json *items)
{
    struct json_build b;

    json_build_object(&b, 4);
    for (size_t i = 0; i < json_count(items); i++)
        for (size_t k = 0; json_is_object(json_at(items, i)) && k < json_count(json_at(items, i));
             k++)
            json_build_set_key(&b, json_ref((json *)(uintptr_t)json_key_at(json_at(items, i), k)),
                               json_null());
    return json_build_done(&b);
}

static void add_csv_row(struct buf *out, const json *headers, const json *item, char delimiter)
{
    for (size_t i = 0; i < json_count(headers); i++) {
        const json *name = json_is_array(headers) ? json_at(headers, i) : json_key_at(headers, i);
        if (i)
            buf_addc(out, delimiter);
        add_csv_field(out, item ? json_get_key(item, name) : name);
    }
    buf_addc(out, '\n');
}

static void add_csv(struct buf *out, const struct asl_state *map, const json *items)
{
    const json *given = config_field(map, "CSVHeaders");
    bool has_given = given && json_is_array(given);
    json *headers = has_given ? json_ref((json *)(uintptr_t)given) : headers_of(items);
    char delimiter = csv_delimiter(map);

    if (!has_given)
        add_csv_row(out, headers, NULL, delimiter);
    for (size_t i = 0; i < json_count(items); i++)
        add_csv_row(out, headers, json_at(items, i), delimiter);
    json_unref(headers);
}

/* ---- JSON ---- */

static void add_lines(struct buf *out, const json *items)
{
    for (size_t i = 0; i < json_count(items); i++) {
        json_write(out, json_at(items, i));
        buf_addc(out, '\n');
    }
}

/* Wraps the items in objects as ItemsPointer leads to them. Nested as deep as the pointer. */
static json *under_pointer(const char *pointer, const json *items)
{
    const char *end;
    struct buf name = {0};
    struct json_build b;

    if (*pointer != '/')
        return json_ref((json *)(uintptr_t)items);
    pointer++;
    end = pointer + strcspn(pointer, "/");
    for (; pointer < end; pointer++) {
        bool escape = *pointer == '~' && (pointer[1] == '0' || pointer[1] == '1');
        buf_addc(&name, !escape ? *pointer : *++pointer == '0' ? '~' : '/');
    }
    json_build_object(&b, 1);
    json_build_set_key(&b, json_take_buf(&name), under_pointer(end, items));
    return json_build_done(&b);
}

json *item_file_of(const struct asl_state *map, const json *items)
{
    const json *pointer = config_field(map, "ItemsPointer");
    struct buf text = {0};

    if (!config_is(map, "InputType", "CSV") && !config_is(map, "InputType", "JSONL"))
        return under_pointer(pointer && json_is_string(pointer) ? json_str(pointer) : "", items);
    if (config_is(map, "InputType", "CSV"))
        add_csv(&text, map, items);
    else
        add_lines(&text, items);
    return json_take_buf(&text);
}
