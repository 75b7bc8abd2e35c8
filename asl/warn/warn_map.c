/*
 * Warnings of what a Map reads, batches and writes: fields that have no effect beside others, such
 * as AWS documents not to go together, and what fails each run. AWS takes these definitions, so
 * nothing here is an error; only constants are judged, as a path or an expression may give
 * anything.
 */
#include "asl/report/quota.h"
#include "asl/warn/warn_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"
#include "parsers/json/json_set.h"

#include <string.h>

static bool is_word(const struct asl_at *object, const char *field, const char *word)
{
    struct asl_at at;

    return asl_at_member(object, field, &at) && json_is_string(at.value) &&
           json_str_is(at.value, word);
}

/* ---- fields that another one leaves without effect ---- */

static const struct {
    const char *field, *beside, *words[5];
} idle[] = {
    {"CSVDelimiter", "InputType", {"JSON", "JSONL", "PARQUET"}},
    {"CSVHeaderLocation", "ManifestType", {"S3_INVENTORY"}},
    {"CSVHeaders", "CSVHeaderLocation", {"FIRST_ROW"}},
    {"CSVHeaders", "ManifestType", {"S3_INVENTORY"}},
    {"InputType", "ManifestType", {"S3_INVENTORY"}},
    {"ItemsPointer", "InputType", {"CSV", "JSONL", "PARQUET", "MANIFEST"}},
};

static void check_idle(struct warner *w, const struct asl_at *config)
{
    struct asl_at at;

    for (size_t i = 0; i < COUNT(idle); i++)
        for (size_t k = 0; asl_at_member(config, idle[i].field, &at) && idle[i].words[k]; k++)
            if (is_word(config, idle[i].beside, idle[i].words[k]))
                warn_at(w, &at, ASL_KEY, "'%s' has no effect beside %s %s", idle[i].field,
                        idle[i].beside, idle[i].words[k]);
}

/* The objects of a list are items as they are: how files are read has no effect on them. */
static void warn_of_list(struct warner *w, const struct asl_at *config)
{
    static const char *const of_files[] = {"CSVDelimiter", "CSVHeaderLocation", "CSVHeaders",
                                           "InputType",    "ItemsPointer",      "ManifestType"};
    struct asl_at at;

    for (size_t i = 0; i < COUNT(of_files); i++)
        if (asl_at_member(config, of_files[i], &at))
            warn_with_hint(w, &at, ASL_KEY,
                           "Leave the field out, or write \"Transformation\": "
                           "\"LOAD_AND_FLATTEN\": then the objects' rows are the items.",
                           "'%s' has no effect on a list of objects without LOAD_AND_FLATTEN",
                           of_files[i]);
}

/* Headers that are there twice fail the Map Run (recorded). */
static void warn_of_headers(struct warner *w, const struct asl_at *config)
{
    struct asl_at headers, at;
    struct json_set seen = {0};

    if (!asl_at_member(config, "CSVHeaders", &headers) || !json_is_array(headers.value))
        return;
    size_t i = 0;
    while (i < json_count(headers.value) && json_set_add(&seen, json_at(headers.value, i)) == i)
        i++;
    json_set_clear(&seen);
    if (i == json_count(headers.value))
        return;
    asl_at_index(&headers, i, &at);
    warn_with_hint(w, &at, ASL_VALUE, "Give each column a name of its own.",
                   "CSV headers cannot contain duplicates");
}

/* ---- an ItemReader ---- */

static bool calls(const struct asl_at *reader, const char *call)
{
    struct asl_at at;

    return asl_at_member(reader, "Resource", &at) && json_is_string(at.value) &&
           text_ends_with(json_str(at.value), call);
}

static void check_manifest(struct warner *w, const struct asl_at *config)
{
    struct asl_at type, input;

    if (!is_word(config, "ManifestType", "ATHENA_DATA") ||
        !asl_at_member(config, "ManifestType", &type))
        return;
    if (!asl_at_member(config, "InputType", &input))
        warn_with_hint(w, &type, ASL_KEY, "Say what the files are, as \"InputType\": \"CSV\".",
                       "ManifestType ATHENA_DATA needs an InputType: CSV, JSONL or "
                       "PARQUET");
    else if (is_word(config, "InputType", "MANIFEST"))
        warn_with_hint(w, &input, ASL_VALUE, "Say what the files are that it names.",
                       "The files of ManifestType ATHENA_DATA are CSV, JSONL or PARQUET");
}

static void check_transformation(struct warner *w, const struct asl_at *reader,
                                 const struct asl_at *config)
{
    struct asl_at at;
    bool loads = is_word(config, "Transformation", "LOAD_AND_FLATTEN");

    if (calls(reader, ":s3:listObjectsV2") && !asl_at_member(config, "Transformation", &at))
        warn_of_list(w, config);
    else if (calls(reader, ":s3:listObjectsV2") && is_word(config, "Transformation", "NONE"))
        warn_of_list(w, config);
    else if (loads && calls(reader, ":s3:getObject") &&
             asl_at_member(config, "Transformation", &at))
        warn_with_hint(w, &at, ASL_KEY,
                       "Leave the field out, or read with arn:aws:states:::s3:listObjectsV2.",
                       "'Transformation' has no effect with getObject");
    else if (loads && is_word(config, "InputType", "MANIFEST") &&
             asl_at_member(config, "InputType", &at))
        warn_with_hint(w, &at, ASL_VALUE, "Say what the files of the list are.",
                       "The files of LOAD_AND_FLATTEN are CSV, JSON, JSONL or PARQUET");
}

static void check_item_reader(struct warner *w, const struct asl_at *map)
{
    static const char *const chosen[] = {"Items", "ItemsPath"};
    struct asl_at reader, config, at;

    if (!asl_at_member(map, "ItemReader", &reader))
        return;
    for (size_t i = 0; i < COUNT(chosen); i++)
        if (asl_at_member(map, chosen[i], &at))
            warn_at(w, &at, ASL_KEY, "'%s' has no effect beside an ItemReader", chosen[i]);
    if (!asl_at_member(&reader, "ReaderConfig", &config))
        return;
    check_idle(w, &config);
    warn_of_headers(w, &config);
    check_manifest(w, &config);
    check_transformation(w, &reader, &config);
}

/* ---- the others ---- */

static void check_item_batcher(struct warner *w, const struct asl_at *map)
{
    struct asl_at batcher, at;

    if (asl_at_member(map, "ItemBatcher", &batcher) &&
        asl_at_member(&batcher, "MaxInputBytesPerBatch", &at) && json_kind(at.value) == JSON_INT &&
        json_int_value(at.value) > QUOTA_DATA)
        warn_with_hint(w, &at, ASL_VALUE, "Write a smaller number, or leave the field out.",
                       "A batch has %d bytes at most, as every input", QUOTA_DATA);
}

static void check_result_writer(struct warner *w, const struct asl_at *map)
{
    static const char *const places[] = {"Parameters", "Arguments"};
    struct asl_at writer, at;

    if (!asl_at_member(map, "ResultWriter", &writer) || asl_at_member(&writer, "Resource", &at))
        return;
    for (size_t i = 0; i < COUNT(places); i++)
        if (asl_at_member(&writer, places[i], &at))
            warn_with_hint(w, &at, ASL_KEY,
                           "Add \"Resource\": \"arn:aws:states:::s3:putObject\": without it no "
                           "results are written.",
                           "'%s' has no effect without a Resource", places[i]);
}

/* A literal object with expressions in it is an object whatever they give. */
static void check_inline_items(struct warner *w, const struct asl_at *map)
{
    struct asl_at at;

    if (asl_at_member(map, "Items", &at) && json_is_object(at.value))
        warn_with_hint(w, &at, ASL_KEY, "Give it an array, or make the Map distributed.",
                       "An inline Map goes over an array, and not over an object");
}

void warn_map_fields(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    if (s->type != ASL_MAP)
        return;
    if (!s->map.distributed) {
        check_inline_items(w, at);
        return;
    }
    check_item_reader(w, at);
    check_item_batcher(w, at);
    check_result_writer(w, at);
}
