/*
 * serverless.yml: the state machines of its plugin for Step Functions, and those among the
 * resources of CloudFormation that it brings along. Any part may be in a file of its own.
 */

#include "tools/template/template_impl.h"

#include <string.h>

/* Moves the node to its member `key`, which may be in a file. False: there is none that can be
 * read. */
static bool serverless_descend(struct includes *all, struct include_node *node, const char *key)
{
    const struct json_places *at = NULL;
    const json *v = member(node->v, node->at, key, &at);

    if (!v)
        return false;
    *node = (struct include_node){node->in, v, at};
    return include_resolve(all, node);
}

static bool has_definition(const json *machines)
{
    for (size_t i = 0; i < json_count(machines); i++)
        if (json_get(json_value_at(machines, i), "definition"))
            return true;
    return false;
}

/* Returns whether `resources` of serverless.yml, one or a list of several, have a state machine.
 * What is in files isn't looked at. */
static bool has_machine(const json *resources)
{
    for (size_t i = 0; json_is_array(resources) && i < json_count(resources); i++)
        if (cloudformation_has_machine(json_at(resources, i)))
            return true;
    return cloudformation_has_machine(resources);
}

static bool is_include(const json *v)
{
    return v && json_is_string(v) && strncmp(json_str(v), "${file(", 7) == 0;
}

/* Returns whether `v`, or one of what it has, is in a file of its own. */
static bool has_include(const json *v)
{
    bool any = is_include(v);

    for (size_t i = 0; v && !json_is_scalar(v) && i < json_count(v); i++)
        any |= is_include(json_is_array(v) ? json_at(v, i) : json_value_at(v, i));
    return any;
}

/* Files of resources have forms of their own: their kind can't be told before they are read. */
static bool is_service(const json *doc, const json *resources)
{
    return json_get(doc, "service") && (json_get(doc, "provider") || has_include(resources) ||
                                        has_include(member(resources, NULL, "Resources", NULL)));
}

bool serverless_is(const json *doc)
{
    if (!json_is_object(doc))
        return false;
    const json *plugin = json_get(doc, "stepFunctions"), *resources = json_get(doc, "resources");
    const json *machines = plugin ? NULL : json_get(doc, "stateMachines");

    if (plugin && (json_is_string(plugin) || member(plugin, NULL, "stateMachines", NULL)))
        return true;
    if (machines && json_is_object(machines) && has_definition(machines))
        return true;
    return resources && (has_machine(resources) || is_service(doc, resources));
}

/* ---- the plugin's machines ---- */

static const char unknown[] = "what its definition will be is not known here";

static void serverless_read_text(struct machine *m, const struct include_node *node)
{
    struct quilt q = {.filler = m};

    if (strncmp(json_str(node->v), "${", 2) == 0) {
        definition_unchecked(m, unknown);
        return;
    }
    cfn_text(&q, node->in, node->v, node->at);
    definition_text(m, &q);
    quilt_clear(&q);
}

static void read_definition(struct includes *all, struct machine *m, struct include_node node)
{
    struct include_node said = node;

    if (!include_resolve(all, &node)) {
        include_read_alone(m, json_is_string(node.v) ? &node : &said);
        return;
    }
    m->in = node.in;
    if (json_is_string(node.v))
        serverless_read_text(m, &node);
    else
        definition_value(m, node.v, node.at);
}

static void serverless_read_machine(struct includes *all, const struct include_node *machines,
                                    size_t i)
{
    struct machine m = {
        .in = machines->in, .root = all->root, .name = json_str(json_key_at(machines->v, i))};
    struct include_node node = {machines->in, json_value_at(machines->v, i),
                                &machines->at->kids[i]};
    const struct json_places *v_at = NULL;

    if (!include_resolve(all, &node) || !json_is_object(node.v)) {
        definition_unchecked(&m, "it is in another file");
        definition_end(&m);
        return;
    }
    m.in = node.in;
    m.workflow = definition_workflow(node.in, member(node.v, NULL, "type", NULL));
    const json *definition = member(node.v, node.at, "definition", &v_at);
    if (definition)
        read_definition(all, &m, (struct include_node){node.in, definition, v_at});
    else
        definition_unchecked(&m, "its definition is in another file");
    m.in = node.in;
    definition_end(&m);
}

/* Reads the plugin's machines: under stepFunctions in serverless.yml, or at the top of a file of
 * their own that serverless.yml includes. */
static void read_machines(struct includes *all, struct include_node doc)
{
    bool plugin = json_get(doc.v, "stepFunctions") != NULL;

    if (!plugin && !json_get(doc.v, "stateMachines"))
        return;
    if ((plugin && !serverless_descend(all, &doc, "stepFunctions")) ||
        !serverless_descend(all, &doc, "stateMachines") || !json_is_object(doc.v)) {
        definition_unchecked(&(struct machine){.in = doc.in, .name = "stateMachines"},
                             "they are in other files");
        return;
    }
    for (size_t i = 0; i < json_count(doc.v); i++)
        serverless_read_machine(all, &doc, i);
}

/* ---- resources ---- */

static void refuse_resources(const struct include_node *node)
{
    definition_unchecked(&(struct machine){.in = node->in, .name = "resources"},
                         "they are in a file that can't be read, or has no such member");
}

static void read_resources(struct includes *all, struct include_node node)
{
    const struct json_places *at = NULL;

    if (!include_resolve(all, &node) || include_is_open(node.v)) {
        refuse_resources(&node);
        return;
    }
    for (size_t i = 0; json_is_array(node.v) && i < json_count(node.v); i++)
        read_resources(all, (struct include_node){node.in, json_at(node.v, i), &node.at->kids[i]});
    const json *resources = member(node.v, node.at, "Resources", &at);
    if (resources) {
        struct include_node in_file = {node.in, resources, at};
        if (include_resolve(all, &in_file) && !include_is_open(in_file.v))
            cloudformation_read_resources(all, in_file);
        else
            refuse_resources(&in_file);
    }
}

void serverless_read(struct reading *in, const json *doc, const struct json_places *at)
{
    struct includes all = {.root = in};
    struct include_node top = {in, doc, at};
    const struct json_places *resources_at = NULL;
    const json *resources = member(doc, at, "resources", &resources_at);

    in->pseudo = true;
    in->variables = doc;
    read_machines(&all, top);
    if (resources)
        read_resources(&all, (struct include_node){in, resources, resources_at});
    includes_clear(&all);
}
