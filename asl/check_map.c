/*
 * What AWS minds in a Map, and running one here does not: the reader and the batcher of a
 * distributed Map, its use in an Express workflow.
 */

#include "asl/load_impl.h"

#include <string.h>

static bool is_text(const struct asl_at *object, const char *field, const char *text)
{
    const json *v = json_get(object->value, field);

    return v && json_is_string(v) && json_str_is(v, text);
}

static void check_reader_config(struct loader *l, const struct asl_at *config)
{
    static const char *const headers[] = {"CSVHeaders", NULL};
    static const char *const max[] = {"MaxItems", "MaxItemsPath", NULL};
    struct asl_at location;
    bool located = asl_at_member(config, "CSVHeaderLocation", &location);

    if (is_text(config, "InputType", "CSV") && !located)
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, config, ASL_KEY,
                       "FIRST_ROW when the file begins with them, or GIVEN, with CSVHeaders",
                       "The field 'CSVHeaderLocation' is required");
    if (is_text(config, "InputType", "JSON") && located) {
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &location, ASL_KEY, NULL,
                       "Field 'CSVHeaderLocation' is not supported");
        asl_report_relocate(l->report, config);
    }
    if (is_text(config, "CSVHeaderLocation", "GIVEN"))
        load_required(l, config, headers);
    load_one_of(l, config, max, false);
}

static void check_at_least_zero(struct loader *l, const struct asl_at *object, const char *field)
{
    struct asl_at at;

    if (asl_at_member(object, field, &at) && json_kind(at.value) == JSON_INT &&
        json_int_value(at.value) < 0)
        asl_report_schema(l->report, &at, "Minimum value is 0");
}

static void check_batcher(struct loader *l, const struct asl_at *batcher)
{
    static const char *const items[] = {"MaxItemsPerBatch", "MaxItemsPerBatchPath", NULL};
    static const char *const bytes[] = {"MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath", NULL};

    check_at_least_zero(l, batcher, items[0]);
    check_at_least_zero(l, batcher, bytes[0]);
    load_one_of(l, batcher, items, false);
    load_one_of(l, batcher, bytes, false);
}

/* A path into the input or a variable; the context object can't tell how much is tolerated. */
static void check_tolerated(struct loader *l, const struct asl_at *map, const char *field)
{
    struct asl_at at;

    if (asl_at_member(map, field, &at) && json_is_string(at.value) &&
        strncmp(json_str(at.value), "$$", 2) == 0)
        asl_report_schema(l->report, &at, "Value is not a Reference Path");
}

static void check_mode(struct loader *l, const struct asl_at *map)
{
    struct asl_at processor, config, mode;

    if ((asl_at_member(map, "ItemProcessor", &processor) ||
         asl_at_member(map, "Iterator", &processor)) &&
        asl_at_member(&processor, "ProcessorConfig", &config) &&
        asl_at_member(&config, "Mode", &mode))
        asl_report_schema(l->report, &mode,
                          "The field 'Mode' with value 'DISTRIBUTED' is not supported inside "
                          "'EXPRESS' state machines");
}

void load_check_map(struct loader *l, const struct asl_state *s, const struct asl_at *at)
{
    struct asl_at reader, config, batcher;

    if (l->workflow == ASL_EXPRESS && s->map.distributed)
        check_mode(l, at);
    if (asl_at_member(at, "ItemReader", &reader) &&
        asl_at_member(&reader, "ReaderConfig", &config) && json_is_object(config.value))
        check_reader_config(l, &config);
    if (asl_at_member(at, "ItemBatcher", &batcher) && json_is_object(batcher.value))
        check_batcher(l, &batcher);
    check_tolerated(l, at, "ToleratedFailureCountPath");
    check_tolerated(l, at, "ToleratedFailurePercentagePath");
}
