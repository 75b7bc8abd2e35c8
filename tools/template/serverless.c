/* serverless.yml: the state machines of its plugin for Step Functions. */

#include "tools/template/template_impl.h"

#include "parsers/mem.h"

#include <string.h>

/* They may be in a file of their own, which serverless.yml includes. */
static const json *machines_of(const json *doc, const struct json_places *at,
                               const struct json_places **machines_at)
{
    const struct json_places *plugin_at = NULL;
    const json *plugin = member(doc, at, "stepFunctions", &plugin_at);
    const json *machines = plugin ? member(plugin, plugin_at, "stateMachines", machines_at)
                                  : member(doc, at, "stateMachines", machines_at);

    return machines && json_is_object(machines) ? machines : NULL;
}

static bool has_definition(const json *machines)
{
    for (size_t i = 0; i < json_count(machines); i++)
        if (json_get(json_value_at(machines, i), "definition"))
            return true;
    return false;
}

bool serverless_is(const json *doc)
{
    const json *plugin = json_is_object(doc) ? json_get(doc, "stepFunctions") : NULL;
    const json *machines =
        json_is_object(doc) ? json_get(plugin ? plugin : doc, "stateMachines") : NULL;

    return machines && (plugin || (json_is_object(machines) && has_definition(machines)));
}

/* The path in "${file(path)}", which may have a key or a default behind it; NULL: it is no such. */
static char *file_of(const json *v)
{
    const char *text = json_str(v), *end;
    struct buf path = {0};

    if (strncmp(text, "${file(", 7) != 0)
        return NULL;
    text += 7;
    end = strchr(text, ')');
    if (!end || strcmp(end, ")}") != 0)
        return NULL;
    buf_add(&path, text, (size_t)(end - text));
    return buf_take(&path);
}

static void read_text(struct machine *m, const json *v, const struct json_places *at)
{
    struct quilt q = {0};
    char *path = file_of(v);

    if (path && !strstr(path, "${")) {
        definition_file(m, path, at);
    } else if (strncmp(json_str(v), "${", 2) == 0) {
        definition_unchecked(m, "what its definition will be is not known here");
    } else {
        cfn_text(&q, m->in, v, at);
        definition_text(m, &q);
    }
    mem_free(path);
    quilt_clear(&q);
}

void serverless_read(struct reading *in, const json *doc, const struct json_places *at)
{
    const struct json_places *machines_at = NULL, *v_at = NULL;
    const json *machines = machines_of(doc, at, &machines_at);

    in->pseudo = true;
    for (size_t i = 0; machines && i < json_count(machines); i++) {
        const json *v = json_value_at(machines, i);
        struct machine m = {.in = in, .name = json_str(json_key_at(machines, i))};
        const json *definition = member(v, &machines_at->kids[i], "definition", &v_at);

        m.workflow = definition_workflow(in, member(v, &machines_at->kids[i], "type", NULL));
        if (!definition)
            definition_unchecked(&m, "its definition is in another file");
        else if (json_is_string(definition))
            read_text(&m, definition, v_at);
        else
            definition_value(&m, definition, v_at);
        definition_end(&m);
    }
    if (!machines)
        definition_unchecked(&(struct machine){.in = in, .name = "stateMachines"},
                             "they are in other files");
}
