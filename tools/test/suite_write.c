/* Suites as files: YAML, in which people read and change them, unless the name asks for JSON. */
#include "tools/test/suite_write.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "tools/test/suite.h"
#include "tools/test/yaml_write.h"

#include <string.h>

enum { INDENT = 2 };

bool suite_write_is_json(const char *path)
{
    return path && text_ends_with(path, ".json");
}

json *suite_of_cases(const char *path, const char *definition, json *substitutions, json *more,
                     json *cases)
{
    struct json_build b = {0};
    char *name = suite_definition_name(path, definition);

    json_build_object(&b, 5);
    json_build_set(&b, "definition", json_cstring(name));
    mem_free(name);
    if (substitutions && json_count(substitutions))
        json_build_set(&b, "substitutions", json_ref(substitutions));
    json_unref(substitutions);
    for (size_t i = 0; more && i < json_count(more); i++)
        json_build_set_key(&b, json_ref(json_key_at(more, i)), json_ref(json_value_at(more, i)));
    json_unref(more);
    json_build_set(&b, "cases", cases);
    return json_build_done(&b);
}

/* ---- YAML ---- */

static void write_remark(struct buf *out, size_t indent, const json *remark)
{
    if (remark)
        yaml_write_remark(out, indent, json_str(remark));
}

static const json *remark_at(const json *remarks, const json *key)
{
    const json *v = remarks ? json_get_key(remarks, key) : NULL;

    return v && json_is_string(v) ? v : NULL;
}

static const json *remarks_under(const json *remarks, const json *key)
{
    const json *v = remarks ? json_get_key(remarks, key) : NULL;

    return v && json_is_object(v) ? v : NULL;
}

static void write_case(struct buf *out, const json *test, const json *remarks)
{
    for (size_t i = 0; i < json_count(test); i++) {
        const json *key = json_key_at(test, i);
        write_remark(out, 2 * INDENT, remark_at(remarks, key));
        buf_printf(out, "%*s%s:", 2 * INDENT, "", json_str(key));
        yaml_write_value(out, json_value_at(test, i), 3 * INDENT);
    }
}

static void write_cases(struct buf *out, const json *cases, const json *remarks)
{
    buf_adds(out, json_count(cases) ? "\ncases:" : "\ncases: {}\n");
    for (size_t i = 0; i < json_count(cases); i++) {
        const json *name = json_key_at(cases, i), *test = json_value_at(cases, i);
        buf_printf(out, "\n%*s", INDENT, "");
        yaml_write_key(out, name, INDENT);
        buf_adds(out, json_count(test) ? "\n" : " {}\n");
        write_case(out, test, remarks_under(remarks, name));
    }
}

static void write_yaml(struct buf *out, const json *suite, const json *remarks)
{
    for (size_t i = 0; i < json_count(suite); i++) {
        const json *key = json_key_at(suite, i), *v = json_value_at(suite, i);
        const json *remark = remark_at(remarks, key);
        if (json_str_is(key, "cases")) {
            write_cases(out, v, remarks_under(remarks, key));
            continue;
        }
        if (remark && i > 0)
            buf_addc(out, '\n');
        write_remark(out, 0, remark);
        buf_printf(out, "%s:", json_str(key));
        yaml_write_value(out, v, INDENT);
    }
    const json *end = remarks ? json_get(remarks, "") : NULL;
    if (end) {
        buf_addc(out, '\n');
        write_remark(out, 0, end);
    }
}

void suite_write(struct buf *out, const char *path, const json *suite, const json *remarks)
{
    if (suite_write_is_json(path)) {
        json_write_pretty(out, suite);
        buf_addc(out, '\n');
    } else {
        write_yaml(out, suite, remarks);
    }
}
