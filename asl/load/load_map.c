/*
 * The reader, the batcher and the writer of a distributed Map. Their fields are read as others are;
 * what AWS minds besides, which running a Map does not, is checked behind them.
 */

#include "asl/load/load_impl.h"
#include "asl/report/quota.h"
#include "parsers/base/count.h"

#include <string.h>

/* ---- readers of fields ---- */

#define SLOT(type) ((type *)(void *)((char *)object + f->offset))

/* Keeps the member of a config, whatever it is. */
static void keep_setting(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                         void *object)
{
    struct asl_settings *settings = SLOT(struct asl_settings);
    const asl_template *value = load_value(l, at);

    /* One that stands there twice is a problem of its own. */
    if (value && settings->count < ASL_MOST_SETTINGS) {
        settings->list[settings->count].name = f->name;
        settings->list[settings->count++].value = value;
    }
}

/* A text, or in JSONata an expression that gives one when the Map runs. */
static void load_resource_text(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                               void *object)
{
    if (load_is_expression(l, at) || load_string(l, at))
        *SLOT(const asl_template *) = load_value(l, at);
}

/* RFC 6901: the pointer to the whole is empty. */
static void check_pointer(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                          void *object)
{
    if (!load_is_expression(l, at) && !load_string(l, at))
        return;
    keep_setting(l, f, at, object);
    if (load_is_expression(l, at) || json_str_len(at->value) == 0 || json_str(at->value)[0] == '/')
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
    if (!load_is_expression(l, at) && !load_word(l, at, words[f->min]))
        return;
    keep_setting(l, f, at, object);
}

static void check_headers(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                          void *object)
{
    struct asl_at each;

    if (!load_is_expression(l, at) && !load_array(l, at, 1))
        return;
    for (size_t i = 0; !load_is_expression(l, at) && i < json_count(at->value); i++) {
        asl_at_index(at, i, &each);
        if (!load_string(l, &each))
            return;
    }
    keep_setting(l, f, at, object);
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

#define READER(member) offsetof(struct asl_reader, member)

/* In these tables `min` of a row that check_word reads is the index of its words, and no bound. */
static const struct asl_field reader_config_rows[] = {
    {"CSVDelimiter", 0, 0, FIELD_TEXT, check_word, READER(config), DELIMITER, 0, NULL},
    {"CSVHeaderLocation", 0, 0, FIELD_TEXT, check_word, READER(config), HEADERS, 0, NULL},
    {"CSVHeaders", 0, 0, FIELD_TEXT, check_headers, READER(config), 0, 0, NULL},
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"InputType", 0, 0, FIELD_TEXT, check_word, READER(config), INPUT, 0, NULL},
    {"ItemsPointer", 0, 0, FIELD_TEXT, check_pointer, READER(config), 0, 0, NULL},
    {"ManifestType", 0, 0, FIELD_TEXT, check_word, READER(config), MANIFEST, 0, NULL},
    {"MaxItems", 0, 0, FIELD_NUMBER, load_number, READER(max_items), 0, QUOTA_MAP_ITEMS, NULL},
    {"MaxItemsPath", 0, ASL_JSONPATH, FIELD_PATH, load_count_path, READER(max_items), 0, 0, NULL},
    {"Transformation", 0, 0, FIELD_TEXT, check_word, READER(config), LOADING, 0, NULL},
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

/* What is wrong beside a ManifestType is mostly the InputType. */
static const char *of_manifest(const struct asl_at *config)
{
    return check_map_is_text(config, "ManifestType", "S3_INVENTORY")
               ? "the inventory says what its files are: leave InputType out"
               : "the files that the manifest names are of InputType CSV, JSONL or PARQUET";
}

/* What an expression gives is not known, so only constants are judged. AWS names the object. */
static void check_input_type(struct loader *l, const struct asl_at *config)
{
    struct asl_at at;

    for (size_t i = 0; i < json_count(config->value); i++) {
        asl_at_index(config, i, &at);
        if (is_read(config, json_str(at.key)))
            continue;
        bool manifest = json_str_is(at.key, "ManifestType");
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &at, ASL_KEY,
                       manifest ? of_manifest(config) : NULL, "Field '%s' is not supported",
                       json_str(at.key));
        asl_report_relocate(l->report, config);
    }
    if (check_map_is_text(config, "InputType", "CSV") && !load_has(l, config, "CSVHeaderLocation"))
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, config, ASL_KEY,
                       check_map_is_text(config, "ManifestType", "S3_INVENTORY")
                           ? of_manifest(config)
                           : "FIRST_ROW when the file begins with them, or GIVEN, with CSVHeaders",
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
    {"Arguments", 0, ASL_JSONATA, FIELD_TEMPLATE, load_template, READER(parameters), 0, 0, NULL},
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"Parameters", 0, ASL_JSONPATH, FIELD_TEMPLATE, load_template, READER(parameters), 0, 0, NULL},
    {"ReaderConfig", 0, 0, FIELD_OBJECT, check_reader_config, 0, 0, 0, &reader_config_fields},
    {"Resource", 0, 0, FIELD_TEXT, load_resource_text, READER(resource), 0, 0, NULL},
};
const struct asl_fields load_reader_fields = {
    .rows = reader_rows, .count = COUNT(reader_rows), .unordered = true};

/* AWS reads Parquet by many ranges, and always of the latest version. */
static void check_version(struct loader *l, const struct asl_at *reader)
{
    static const char *const parameters[] = {"Parameters", "Arguments"};
    struct asl_at config, object, at;

    if (!asl_at_member(reader, "ReaderConfig", &config) || !json_is_object(config.value) ||
        !check_map_is_text(&config, "InputType", "PARQUET"))
        return;
    for (size_t i = 0; i < COUNT(parameters); i++)
        if (asl_at_member(reader, parameters[i], &object) && json_is_object(object.value) &&
            (asl_at_member(&object, "VersionId", &at) ||
             asl_at_member(&object, "VersionId.$", &at)))
            asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &at, ASL_KEY,
                           "Parquet is read in the object's latest version",
                           "Field '%s' is not supported", json_str(at.key));
}

static void check_reader(struct loader *l, const struct asl_at *reader)
{
    static const char *const required[] = {"Resource", NULL};
    static const char *const calls[] = {"getObject", "listObjectsV2", NULL};

    load_required(l, reader, required);
    check_s3(l, reader, calls);
    check_version(l, reader);
}

/* ---- ItemBatcher ---- */

/* A batch ends when either bound is reached; what AWS wants is one of the four fields at least. */
#define BATCHER(member) offsetof(struct asl_batcher, member)

static const struct asl_field batcher_rows[] = {
    {"BatchInput", 0, 0, FIELD_TEMPLATE, load_template, BATCHER(input), 0, 0, NULL},
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"MaxInputBytesPerBatch", 0, 0, FIELD_NUMBER, load_number, BATCHER(bytes), 0, ASL_NEVER, NULL},
    {"MaxInputBytesPerBatchPath", 0, ASL_JSONPATH, FIELD_PATH, load_count_path, BATCHER(bytes), 0,
     0, NULL},
    {"MaxItemsPerBatch", 0, 0, FIELD_NUMBER, load_number, BATCHER(items), 0, ASL_NEVER, NULL},
    {"MaxItemsPerBatchPath", 0, ASL_JSONPATH, FIELD_PATH, load_count_path, BATCHER(items), 0, 0,
     NULL},
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

    load_one_of(l, batcher, items, false);
    load_one_of(l, batcher, bytes, false);
    if (!has_one(l, batcher, items) && !has_one(l, batcher, bytes))
        asl_report_schema(l->report, batcher,
                          "This object should have at least one of the following fields: "
                          "[MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, "
                          "MaxInputBytesPerBatchPath]");
}

/* ---- ResultWriter ---- */

#define WRITER(member) offsetof(struct asl_writer, member)

static const struct asl_field writer_config_rows[] = {
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"OutputType", 0, 0, FIELD_TEXT, check_word, WRITER(config), OUTPUT, 0, NULL},
    {"Transformation", 0, 0, FIELD_TEXT, check_word, WRITER(config), WRITING, 0, NULL},
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
    {"Arguments", 0, ASL_JSONATA, FIELD_TEMPLATE, load_template, WRITER(parameters), 0, 0, NULL},
    {"Comment", 0, 0, FIELD_DATA, load_comment, 0, 0, 0, NULL},
    {"Parameters", 0, ASL_JSONPATH, FIELD_TEMPLATE, load_template, WRITER(parameters), 0, 0, NULL},
    {"Resource", 0, 0, FIELD_TEXT, load_resource_text, WRITER(resource), 0, 0, NULL},
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
    if (l->language == ASL_JSONATA && load_has(l, writer, "Resource") &&
        !json_get(writer->value, "Parameters"))
        load_required(l, writer, place);
    check_s3(l, writer, calls);
}

/* ---- a Map ---- */

void load_reader(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    struct asl_reader *r = arena_calloc(l->a, 1, sizeof *r);

    (void)f;
    if (!load_object(l, at))
        return;
    load_fields(l, &load_reader_fields, 0, at, r);
    ((struct asl_state *)object)->map.reader = r;
}

void load_batcher(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                  void *object)
{
    struct asl_batcher *b = arena_calloc(l->a, 1, sizeof *b);

    (void)f;
    if (!load_object(l, at))
        return;
    load_fields(l, &load_batcher_fields, 0, at, b);
    ((struct asl_state *)object)->map.batcher = b;
}

void load_writer(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    struct asl_writer *w = arena_calloc(l->a, 1, sizeof *w);

    (void)f;
    if (!load_object(l, at))
        return;
    load_fields(l, &load_writer_fields, 0, at, w);
    ((struct asl_state *)object)->map.writer = w;
}

/* AWS has no Map Runs in Express workflows, and so none in Express children of another. */
static void check_mode(struct loader *l, const struct asl_at *map)
{
    struct asl_at processor, config, mode;

    if (field_blocks(map, &processor) && asl_at_member(&processor, "ProcessorConfig", &config) &&
        asl_at_member(&config, "Mode", &mode))
        asl_report_schema(l->report, &mode,
                          "The field 'Mode' with value 'DISTRIBUTED' is not supported inside "
                          "'EXPRESS' state machines");
}

/* A Map whose iterations are no executions has no reader, batches or writer. */
static void check_inline(struct loader *l, const struct asl_at *map)
{
    static const char *const fields[] = {"ItemReader", "ItemBatcher", "ResultWriter"};
    struct asl_at at;

    for (size_t i = 0; i < COUNT(fields); i++)
        if (asl_at_member(map, fields[i], &at))
            asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &at, ASL_KEY,
                           "it goes with \"Mode\": \"DISTRIBUTED\"", "Field '%s' is not supported",
                           fields[i]);
}

void load_map_done(struct loader *l, struct asl_state *s, const struct asl_at *at)
{
    if (s->map.distributed)
        return;
    s->map.reader = NULL;
    s->map.batcher = NULL;
    s->map.writer = NULL;
    if (!l->purpose->stored)
        check_inline(l, at);
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

    if (l->workflow == ASL_EXPRESS && s->map.distributed)
        check_mode(l, at);
    for (size_t i = 0; i < COUNT(parts); i++)
        if (asl_at_member(at, parts[i].field, &part) && json_is_object(part.value))
            parts[i].check(l, &part);
}
