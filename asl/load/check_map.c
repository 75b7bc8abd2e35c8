/*
 * What AWS minds in a Map, and running one here does not: the reader, the batcher and the writer of
 * a distributed Map, its use in an Express workflow.
 */

#include "asl/load/load_impl.h"
#include "asl/report/quota.h"
#include "parsers/base/count.h"

#include <string.h>

/* ---- readers of fields: none of the values is kept ---- */

/* Only whether it can be compiled is of interest. */
static void check_value(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                        void *object)
{
    (void)f;
    (void)object;
    load_value(l, at);
}

static void check_map_check_number(struct loader *l, const struct asl_field *f,
                                   const struct asl_at *at, void *object)
{
    struct asl_number unused = {0};

    (void)object;
    load_number(l, f, at, &unused);
}

static void check_count_path(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                             void *object)
{
    struct asl_number unused = {0};

    (void)object;
    load_count_path(l, f, at, &unused);
}

/* A text, or in JSONata an expression that gives one when the Map runs. */
static void check_map_check_text(struct loader *l, const struct asl_field *f,
                                 const struct asl_at *at, void *object)
{
    (void)f;
    (void)object;
    if (load_is_expression(l, at))
        load_value(l, at);
    else
        load_string(l, at);
}

/* RFC 6901: the pointer to the whole is empty. */
static void check_pointer(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                          void *object)
{
    check_map_check_text(l, f, at, object);
    if (!json_is_string(at->value) || load_is_expression(l, at) || json_str_len(at->value) == 0 ||
        json_str(at->value)[0] == '/')
        return;
    asl_report_schema(l->report, at,
                      "Invalid input: JSON Pointer expression must start with '/': \"%s\"",
                      json_str(at->value));
}

/* What a field can be that is one of a few words: `min` of its row. */
enum { DELIMITER, HEADERS, INPUT, MANIFEST, LOADING, OUTPUT, WRITING };

static const char *const words[][6] = {
    [DELIMITER] = {"COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"},
    [HEADERS] = {"FIRST_ROW", "GIVEN"},
    [INPUT] = {"CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"},
    [MANIFEST] = {"ATHENA_DATA", "S3_INVENTORY"},
    [LOADING] = {"NONE", "LOAD_AND_FLATTEN"},
    [OUTPUT] = {"JSON", "JSONL"},
    [WRITING] = {"NONE", "COMPACT", "FLATTEN"},
};

/* What an expression will give can't be told. */
static void check_word(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                       void *object)
{
    (void)object;
    if (load_is_expression(l, at))
        load_value(l, at);
    else
        load_word(l, at, words[f->min]);
}

static void check_headers(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                          void *object)
{
    struct asl_at each;

    (void)f;
    (void)object;
    if (load_is_expression(l, at)) {
        load_value(l, at);
        return;
    }
    if (!load_array(l, at, 1))
        return;
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &each);
        if (!load_string(l, &each))
            return;
    }
}

/*
 * A Resource must be arn:PARTITION:states:::s3: and one of `calls`, which end with NULL. AWS has no
 * other readers and writers.
 */
static void check_s3(struct loader *l, const struct asl_at *object, const char *const *calls)
{
    static const char service[] = ":states:::s3:";
    struct asl_at at;

    if (!asl_at_member(object, "Resource", &at) || !json_is_string(at.value))
        return;
    const char *call = strstr(json_str(at.value), service);
    for (size_t i = 0; call && calls[i]; i++)
        if (strcmp(call + strlen(service), calls[i]) == 0)
            return;
    struct buf hint = {0};
    for (size_t i = 0; calls[i]; i++)
        buf_printf(&hint, "%sarn:aws:states:::s3:%s", i ? " or " : "it is ", calls[i]);
    asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &at, ASL_VALUE,
                   buf_str(&hint), "The field 'Resource' does not match any of the allowed values");
    buf_clear(&hint);
}

/* ---- ItemReader ---- */

static bool check_map_is_text(const struct asl_at *object, const char *field, const char *text)
{
    const json *v = json_get(object->value, field);

    return v && json_is_string(v) && json_str_is(v, text);
}

/* In these tables `min` of a row that check_word reads is the index of its words, and no bound. */
static const struct asl_field reader_config_rows[] = {
    {"CSVDelimiter", 0, 0, FIELD_TEXT, check_word, 0, DELIMITER, 0, NULL},
    {"CSVHeaderLocation", 0, 0, FIELD_TEXT, check_word, 0, HEADERS, 0, NULL},
    {"CSVHeaders", 0, 0, FIELD_TEXT, check_headers, 0, 0, 0, NULL},
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"InputType", 0, 0, FIELD_TEXT, check_word, 0, INPUT, 0, NULL},
    {"ItemsPointer", 0, 0, FIELD_TEXT, check_pointer, 0, 0, 0, NULL},
    {"ManifestType", 0, 0, FIELD_TEXT, check_word, 0, MANIFEST, 0, NULL},
    {"MaxItems", 0, 0, FIELD_NUMBER, check_map_check_number, 0, 0, QUOTA_MAP_ITEMS, NULL},
    {"MaxItemsPath", 0, ASL_JSONPATH, FIELD_PATH, check_count_path, 0, 0, 0, NULL},
    {"Transformation", 0, 0, FIELD_TEXT, check_word, 0, LOADING, 0, NULL},
};
static const struct asl_fields reader_config_fields = {
    .rows = reader_config_rows, .count = COUNT(reader_config_rows), .unordered = true};

/* What a reader of an InputType doesn't have; `inputs` ends with NULL. */
static const struct {
    const char *field;
    const char *inputs[4];
} not_read[] = {
    {"CSVHeaderLocation", {"JSON", "JSONL", "PARQUET"}},
    {"CSVHeaders", {"JSON", "JSONL", "PARQUET"}},
    {"ManifestType", {"JSON"}},
};

/* Without an InputType, or with one that is an expression, any field may be read. */
static bool is_read(const struct asl_at *config, const char *field)
{
    for (size_t i = 0; i < COUNT(not_read); i++)
        for (size_t k = 0; strcmp(not_read[i].field, field) == 0 && not_read[i].inputs[k]; k++)
            if (check_map_is_text(config, "InputType", not_read[i].inputs[k]))
                return false;
    return true;
}

/* What an expression gives is not known, so only constants are judged. AWS names the object. */
static void check_input_type(struct loader *l, const struct asl_at *config)
{
    struct asl_at at;

    for (size_t i = 0; i < json_count(config->value); i++) {
        asl_at_index(config, i, &at);
        if (is_read(config, json_str(at.key)))
            continue;
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &at, ASL_KEY, NULL,
                       "Field '%s' is not supported", json_str(at.key));
        asl_report_relocate(l->report, config);
    }
    if (check_map_is_text(config, "InputType", "CSV") && !load_has(l, config, "CSVHeaderLocation"))
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, config, ASL_KEY,
                       "FIRST_ROW when the file begins with them, or GIVEN, with CSVHeaders",
                       "The field 'CSVHeaderLocation' is required");
    if (check_map_is_text(config, "Transformation", "LOAD_AND_FLATTEN") &&
        !load_has(l, config, "InputType"))
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, config, ASL_KEY,
                       "what the listed objects hold: CSV, JSON, JSONL or PARQUET",
                       "The field 'InputType' is required");
}

/* CSVHeaders are required by GIVEN only where the InputType reads headers at all. */
static void check_reader_config(struct loader *l, const struct asl_field *f,
                                const struct asl_at *config, void *object)
{
    static const char *const headers[] = {"CSVHeaders", NULL};
    static const char *const max[] = {"MaxItems", "MaxItemsPath", NULL};

    (void)f;
    if (!load_object(l, config))
        return;
    load_fields(l, &reader_config_fields, 0, config, object);
    check_input_type(l, config);
    if (check_map_is_text(config, "CSVHeaderLocation", "GIVEN") &&
        is_read(config, "CSVHeaderLocation"))
        load_required(l, config, headers);
    load_one_of(l, config, max, false);
}

static const struct asl_field reader_rows[] = {
    {"Arguments", 0, ASL_JSONATA, FIELD_TEMPLATE, check_value, 0, 0, 0, NULL},
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"Parameters", 0, ASL_JSONPATH, FIELD_TEMPLATE, check_value, 0, 0, 0, NULL},
    {"ReaderConfig", 0, 0, FIELD_OBJECT, check_reader_config, 0, 0, 0, &reader_config_fields},
    {"Resource", 0, 0, FIELD_TEXT, check_map_check_text, 0, 0, 0, NULL},
};
const struct asl_fields load_reader_fields = {
    .rows = reader_rows, .count = COUNT(reader_rows), .unordered = true};

static void check_reader(struct loader *l, const struct asl_at *reader)
{
    static const char *const required[] = {"Resource", NULL};
    static const char *const calls[] = {"getObject", "listObjectsV2", NULL};

    load_fields(l, &load_reader_fields, 0, reader, NULL);
    load_required(l, reader, required);
    check_s3(l, reader, calls);
}

/* ---- ItemBatcher ---- */

/* A batch ends when either bound is reached; what AWS wants is one of the four fields at least. */
static const struct asl_field batcher_rows[] = {
    {"BatchInput", 0, 0, FIELD_TEMPLATE, check_value, 0, 0, 0, NULL},
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"MaxInputBytesPerBatch", 0, 0, FIELD_NUMBER, check_map_check_number, 0, 0, ASL_NEVER, NULL},
    {"MaxInputBytesPerBatchPath", 0, ASL_JSONPATH, FIELD_PATH, check_count_path, 0, 0, 0, NULL},
    {"MaxItemsPerBatch", 0, 0, FIELD_NUMBER, check_map_check_number, 0, 0, ASL_NEVER, NULL},
    {"MaxItemsPerBatchPath", 0, ASL_JSONPATH, FIELD_PATH, check_count_path, 0, 0, 0, NULL},
};
const struct asl_fields load_batcher_fields = {
    .rows = batcher_rows, .count = COUNT(batcher_rows), .unordered = true};

/* A misspelt one counts: it is told by itself. */
static bool has_one(const struct loader *l, const struct asl_at *object, const char *const *names)
{
    for (; *names; names++)
        if (load_has(l, object, *names))
            return true;
    return false;
}

static void check_batcher(struct loader *l, const struct asl_at *batcher)
{
    static const char *const items[] = {"MaxItemsPerBatchPath", "MaxItemsPerBatch", NULL};
    static const char *const bytes[] = {"MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath", NULL};

    load_fields(l, &load_batcher_fields, 0, batcher, NULL);
    load_one_of(l, batcher, items, false);
    load_one_of(l, batcher, bytes, false);
    if (!has_one(l, batcher, items) && !has_one(l, batcher, bytes))
        asl_report_schema(l->report, batcher,
                          "This object should have at least one of the following fields: "
                          "[MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, "
                          "MaxInputBytesPerBatchPath]");
}

/* ---- ResultWriter ---- */

static const struct asl_field writer_config_rows[] = {
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"OutputType", 0, 0, FIELD_TEXT, check_word, 0, OUTPUT, 0, NULL},
    {"Transformation", 0, 0, FIELD_TEXT, check_word, 0, WRITING, 0, NULL},
};
static const struct asl_fields writer_config_fields = {
    .rows = writer_config_rows, .count = COUNT(writer_config_rows), .unordered = true};

static void check_writer_config(struct loader *l, const struct asl_field *f,
                                const struct asl_at *config, void *object)
{
    (void)f;
    if (load_object(l, config))
        load_fields(l, &writer_config_fields, 0, config, object);
}

static const struct asl_field writer_rows[] = {
    {"Arguments", 0, ASL_JSONATA, FIELD_TEMPLATE, check_value, 0, 0, 0, NULL},
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"Parameters", 0, ASL_JSONPATH, FIELD_TEMPLATE, check_value, 0, 0, 0, NULL},
    {"Resource", 0, 0, FIELD_TEXT, check_map_check_text, 0, 0, 0, NULL},
    {"WriterConfig", 0, 0, FIELD_OBJECT, check_writer_config, 0, 0, 0, &writer_config_fields},
};
const struct asl_fields load_writer_fields = {
    .rows = writer_rows, .count = COUNT(writer_rows), .unordered = true};

/* A ResultWriter may have a Resource, a WriterConfig, or both, but not nothing. In JSONata a
 * Resource comes with the place to write to. */
static void check_writer(struct loader *l, const struct asl_at *writer)
{
    static const char *const calls[] = {"putObject", NULL};
    static const char *const place[] = {"Arguments", NULL};

    if (json_count(writer->value) == 0)
        asl_report_schema(l->report, writer, "Value cannot be empty");
    load_fields(l, &load_writer_fields, 0, writer, NULL);
    if (l->language == ASL_JSONATA && load_has(l, writer, "Resource") &&
        !json_get(writer->value, "Parameters"))
        load_required(l, writer, place);
    check_s3(l, writer, calls);
}

/* ---- a Map ---- */

/* AWS has no Map Runs in Express workflows. */
static void check_mode(struct loader *l, const struct asl_at *map)
{
    struct asl_at processor, config, mode;

    if (field_blocks(map, &processor) && asl_at_member(&processor, "ProcessorConfig", &config) &&
        asl_at_member(&config, "Mode", &mode))
        asl_report_schema(l->report, &mode,
                          "The field 'Mode' with value 'DISTRIBUTED' is not supported inside "
                          "'EXPRESS' state machines");
}

/* Each part is checked as far as it is an object, whatever is wrong with the others. */
void load_check_map(struct loader *l, const struct asl_state *s, const struct asl_at *at)
{
    static const struct {
        const char *field;
        void (*check)(struct loader *l, const struct asl_at *at);
    } parts[] = {
        {"ItemReader", check_reader},
        {"ItemBatcher", check_batcher},
        {"ResultWriter", check_writer},
    };
    struct asl_at part;

    if (l->purpose->workflow == ASL_EXPRESS && s->map.distributed)
        check_mode(l, at);
    for (size_t i = 0; i < COUNT(parts); i++)
        if (asl_at_member(at, parts[i].field, &part) && load_object(l, &part))
            parts[i].check(l, &part);
}
