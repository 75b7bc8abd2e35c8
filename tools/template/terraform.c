/* Terraform: configurations written as JSON, and what `terraform show -json` says of plans. */

#include "tools/template/template_impl.h"

#include "parsers/base/mem.h"

#include <string.h>

#define TYPE "aws_sfn_state_machine"

/* Returns the root module of a plan (planned_values) or of a state (values). */
static const json *root_module(const json *doc, const struct json_places *at,
                               const struct json_places **root_at)
{
    static const char *const values[] = {"planned_values", "values"};
    const struct json_places *values_at = NULL;

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const json *v = member(doc, at, values[i], &values_at);
        const json *root = v ? member(v, values_at, "root_module", root_at) : NULL;
        if (root)
            return root;
    }
    return NULL;
}

/* Blocks may be a list of objects instead of one; with `key` its member. Depth is bounded: each is
 * an array in the document. */
static bool terraform_has(const json *v, const char *key)
{
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_count(v); i++)
            if (terraform_has(json_at(v, i), key))
                return true;
        return false;
    }
    return json_is_object(v) && json_get(v, key);
}

/* Plans and states name their formats; a configuration is of interest by a resource of ours. */
bool terraform_is(const json *doc)
{
    const json *resource = json_is_object(doc) ? json_get(doc, "resource") : NULL;

    if (!json_is_object(doc))
        return false;
    if (json_get(doc, "format_version") && json_get(doc, "terraform_version"))
        return true;
    return resource && terraform_has(resource, TYPE);
}

/* ---- configurations ---- */

/* Returns the end of the "${" or "%{" at `i`, over braces and strings within it. */
static size_t template_end(const char *text, size_t len, size_t i)
{
    size_t level = 1;
    bool quoted = false;

    for (i += 2; i < len; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && text[i] == '{')
            level++;
        else if (!quoted && text[i] == '}' && --level == 0)
            return i + 1;
    }
    return len;
}

/*
 * Sews the text together with its interpolations, "${…}", as placeholders; "$${" and "%%{" stand
 * for "${" and "%{". False: it has a directive, "%{ if … }", which decides how much of the text
 * around it stays, so that nothing is known of the whole.
 */
static bool interpolate(struct quilt *q, const char *text, size_t len, const struct source_map *map)
{
    size_t start = 0;

    for (size_t i = 0; i + 1 < len;) {
        bool opens = (text[i] == '$' || text[i] == '%') && text[i + 1] == '{';
        bool doubled = i + 2 < len && (text[i] == '$' || text[i] == '%') &&
                       text[i + 1] == text[i] && text[i + 2] == '{';
        if (doubled) {
            quilt_add(q, text, start, i, map);
            start = i + 1;
            i += 3;
        } else if (opens && text[i] == '%') {
            return false;
        } else if (opens) {
            size_t end = template_end(text, len, i);
            quilt_add(q, text, start, i, map);
            quilt_placeholder(q, text + i + 2, end > i + 3 ? end - i - 3 : 0,
                              source_map_find(map, i), true);
            start = i = end;
        } else {
            i++;
        }
    }
    quilt_add(q, text, start, len, map);
    return true;
}

/* The path in "${file("path")}" or "${templatefile("path", …)}"; NULL: it is no such. */
static char *file_of(const char *text)
{
    static const char *const calls[] = {"${file(\"", "${templatefile(\""};
    static const char module[] = "${path.module}/";
    struct buf path = {0};

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        size_t n = strlen(calls[i]);
        if (strncmp(text, calls[i], n) != 0)
            continue;
        text += n;
        if (strncmp(text, module, strlen(module)) == 0)
            text += strlen(module);
        const char *end = strchr(text, '"');
        if (!end || memchr(text, '$', (size_t)(end - text)))
            return NULL;
        buf_add(&path, text, (size_t)(end - text));
        return buf_take(&path);
    }
    return NULL;
}

/* A definition in *.tf.json: a text with interpolations, or a call that names its file. */
static void read_configured(struct machine *m, const json *v, const struct json_places *at)
{
    struct source_map map = {0};
    struct quilt q = {.filler = m};
    char *path = file_of(json_str(v));

    if (path) {
        definition_file(m, path, at);
    } else {
        scalar_map(m->in, v, at, &map);
        if (interpolate(&q, json_str(v), json_str_len(v), &map))
            definition_text(m, &q);
        else
            definition_unchecked(m, "what its definition will be is not known here");
    }
    mem_free(path);
    source_map_clear(&map);
    quilt_clear(&q);
}

/* ---- plans ---- */

/* A plan has the definition as it will be deployed, so its text is taken as it stands. */
static void read_planned(struct machine *m, const json *v, const struct json_places *at)
{
    struct source_map map = {0};
    struct quilt q = {.filler = m};

    scalar_map(m->in, v, at, &map);
    quilt_add(&q, json_str(v), 0, json_str_len(v), &map);
    definition_text(m, &q);
    source_map_clear(&map);
    quilt_clear(&q);
}

/* ---- both ---- */

typedef void form(struct machine *m, const json *v, const struct json_places *at);

static void terraform_read_machine(struct reading *in, const char *name, form *read, const json *v,
                                   const struct json_places *at)
{
    struct machine m = {.in = in, .name = name};
    const struct json_places *definition_at = NULL;
    const json *definition = member(v, at, "definition", &definition_at);

    m.workflow = definition_workflow(in, member(v, at, "type", NULL));
    if (definition && json_is_string(definition))
        read(&m, definition, definition_at);
    else
        definition_unchecked(&m, "its definition is known only when it is applied");
    definition_end(&m);
}

/* A resource has one body, or, as Terraform allows for every block in JSON, a list of them. */
static void each_body(struct reading *in, const char *name, const json *v,
                      const struct json_places *at)
{
    if (json_is_object(v))
        terraform_read_machine(in, name, read_configured, v, at);
    for (size_t i = 0; json_is_array(v) && i < json_count(v); i++)
        each_body(in, name, json_at(v, i), &at->kids[i]);
}

static void terraform_each_name(struct reading *in, const json *v, const struct json_places *at)
{
    for (size_t i = 0; i < json_count(v); i++) {
        if (json_is_array(v))
            terraform_each_name(in, json_at(v, i), &at->kids[i]);
        else
            each_body(in, json_str(json_key_at(v, i)), json_value_at(v, i), &at->kids[i]);
    }
}

static void each_resource(struct reading *in, const json *v, const struct json_places *at)
{
    const struct json_places *machines_at = NULL;
    const json *machines = member(v, at, TYPE, &machines_at);

    if (machines)
        terraform_each_name(in, machines, machines_at);
    for (size_t i = 0; json_is_array(v) && i < json_count(v); i++)
        each_resource(in, json_at(v, i), &at->kids[i]);
}

/* The machines of a module and of the modules in it. Resources of mode "data" are only looked up by
 * Terraform, and deployed by somebody else: they are left out. */
static void read_module(struct reading *in, const json *module, const struct json_places *at)
{
    const struct json_places *list_at = NULL, *values_at = NULL;
    const json *list = member(module, at, "resources", &list_at);

    for (size_t i = 0; list && json_is_array(list) && i < json_count(list); i++) {
        const json *r = json_at(list, i), *type = member(r, &list_at->kids[i], "type", NULL),
                   *address = member(r, &list_at->kids[i], "address", NULL),
                   *mode = member(r, &list_at->kids[i], "mode", NULL),
                   *values = member(r, &list_at->kids[i], "values", &values_at);
        if (!type || !json_is_string(type) || !json_str_is(type, TYPE) || !values ||
            (mode && json_is_string(mode) && json_str_is(mode, "data")))
            continue;
        terraform_read_machine(in, address && json_is_string(address) ? json_str(address) : TYPE,
                               read_planned, values, values_at);
    }
    list = member(module, at, "child_modules", &list_at);
    for (size_t i = 0; list && json_is_array(list) && i < json_count(list); i++)
        read_module(in, json_at(list, i), &list_at->kids[i]);
}

void terraform_read(struct reading *in, const json *doc, const struct json_places *at)
{
    const struct json_places *part_at = NULL;
    const json *part = root_module(doc, at, &part_at);

    if (part)
        read_module(in, part, part_at);
    part = member(doc, at, "resource", &part_at);
    if (part)
        each_resource(in, part, part_at);
}
