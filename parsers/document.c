/*
 * A file that holds JSON or YAML. Its name decides if it has a known ending; else its first
 * character does, which in JSON is a bracket: a lone number or string is read as YAML, which has
 * the same.
 */

#include "parsers/document.h"

#include "parsers/base/text.h"
#include "parsers/yaml/yaml.h"

#include <string.h>

enum document_format document_format(const char *name, const char *text, size_t len)
{
    size_t i = len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;

    if (name && text_ends_with_any_case(name, ".json"))
        return DOCUMENT_JSON;
    if (name && (text_ends_with_any_case(name, ".yaml") || text_ends_with_any_case(name, ".yml")))
        return DOCUMENT_YAML;
    i = text_skip_json_blanks(text, len, i);
    return i == len || text[i] == '{' || text[i] == '[' ? DOCUMENT_JSON : DOCUMENT_YAML;
}

const char *document_format_name(enum document_format format)
{
    switch (format) {
    case DOCUMENT_JSON: return "JSON";
    case DOCUMENT_YAML: return "YAML";
    }
    return "";
}

json *document_parse(enum document_format format, const char *text, size_t len, unsigned flags,
                     struct arena *a, struct json_places **places, struct diag *why)
{
    switch (format) {
    case DOCUMENT_JSON: return json_parse_places(text, len, flags, a, places, why);
    case DOCUMENT_YAML: return yaml_parse_places(text, len, flags, a, places, why);
    }
    return NULL;
}
