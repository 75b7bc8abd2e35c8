/*
 * Templates of CloudFormation and SAM, those that the CDK writes among them. A resource may give
 * its definition in four properties, of which each has a row in `forms`; any value in between may
 * be a function, which is evaluated as far as the template tells.
 */

#include "tools/template/template_impl.h"

#include "parsers/base/count.h"

#include <string.h>

/* The types of resources that have a definition, and the field that says STANDARD or EXPRESS. */
static const struct {
    const char *type, *workflow;
} types[] = {
    {"AWS::StepFunctions::StateMachine", "StateMachineType"},
    {"AWS::Serverless::StateMachine", "Type"},
};

/* A template need not name its format: then one resource of a type of AWS's is enough. */
bool cloudformation_is(const json *doc)
{
    const json *resources = member(doc, NULL, "Resources", NULL);

    if (!resources || !json_is_object(resources))
        return false;
    if (json_get(doc, "AWSTemplateFormatVersion") || json_get(doc, "Transform"))
        return true;
    for (size_t i = 0; i < json_count(resources); i++) {
        const json *type = json_get(json_value_at(resources, i), "Type");
        if (type && json_is_string(type) && strncmp(json_str(type), "AWS::", 5) == 0)
            return true;
    }
    return false;
}

static bool is_machine(const json *resource)
{
    const json *type = member(resource, NULL, "Type", NULL);

    for (size_t i = 0; type && json_is_string(type) && i < COUNT(types); i++)
        if (json_str_is(type, types[i].type))
            return true;
    return false;
}

bool cloudformation_has_machine(const json *doc)
{
    const json *resources = member(doc, NULL, "Resources", NULL);

    for (size_t i = 0; resources && json_is_object(resources) && i < json_count(resources); i++)
        if (is_machine(json_value_at(resources, i)))
            return true;
    return false;
}

/* ---- the forms of a definition ---- */

static void cloudformation_read_text(struct machine *m, const json *v,
                                     const struct json_places *at);

static void cloudformation_read_value(struct machine *m, const json *v,
                                      const struct json_places *at)
{
    if (json_is_string(v))
        cloudformation_read_text(m, v, at);
    else
        definition_value(m, v, at);
}

/* Reads a property that has text. SAM's and the CDK's users also write the object itself there. */
static void cloudformation_read_text(struct machine *m, const json *v, const struct json_places *at)
{
    struct quilt q = {.filler = m};

    /* Fn::ToJsonString makes text of values, so these are the definition. */
    if (cfn_function(v) && strcmp(cfn_function(v), "ToJsonString") == 0) {
        v = cfn_argument(v, at, &at);
        definition_value(m, v, at);
        return;
    }
    if (json_is_object(v) && !cfn_function(v)) {
        definition_value(m, v, at);
        return;
    }
    cfn_text(&q, m->in, v, at);
    definition_text(m, &q);
    quilt_clear(&q);
}

static const char in_bucket[] = "its definition is in a bucket of S3";

/* A string, or a call that makes one, is a path or an address in S3; an object is {"Bucket",
 * "Key"}, as the CDK writes it for an asset. */
static void read_uri(struct machine *m, const json *v, const struct json_places *at)
{
    struct quilt q = {.plain = true, .filler = m};

    if (!json_is_string(v) && !cfn_function(v)) {
        asset_read(m, v, at, in_bucket);
        return;
    }
    cfn_text(&q, m->in, v, at);
    if (q.count)
        definition_unchecked(m, "which file its definition is in is not known here");
    else if (strstr(buf_str(&q.text), "://"))
        definition_unchecked(m, in_bucket);
    else
        definition_file(m, buf_str(&q.text), at);
    quilt_clear(&q);
}

typedef void form(struct machine *m, const json *v, const struct json_places *at);

/* A text of serverless.yml, which may be that of a file, or what a file has. */
static void read_included(struct machine *m, form *read, const json *v,
                          const struct json_places *at)
{
    const struct include_node said = {m->in, v, at};
    struct include_node node = said;

    if (!include_resolve(m->files, &node)) {
        include_read_alone(m, json_is_string(node.v) ? &node : &said);
    } else if (include_is_open(node.v)) {
        definition_unchecked(m, "what its definition will be is not known here");
    } else {
        m->in = node.in;
        read(m, node.v, node.at);
        m->in = said.in;
    }
}

/* Fn::If leads to one of two: either must be good. Recurses as deep as the template goes. */
static void read_form(struct machine *m, form *read, const json *v, const struct json_places *at)
{
    const struct json_places *list_at;
    const char *name = cfn_function(v);

    if (name && strcmp(name, "If") == 0) {
        const json *list = cfn_argument(v, at, &list_at);
        for (size_t i = 1; json_is_array(list) && i < json_count(list); i++)
            read_form(m, read, json_at(list, i), &list_at->kids[i]);
        return;
    }
    /* AWS::NoValue, usually one side of an Fn::If, takes the property away. */
    if (name && strcmp(name, "Ref") == 0 && json_is_string(json_value_at(v, 0)) &&
        json_str_is(json_value_at(v, 0), "AWS::NoValue"))
        return;
    if (m->files && json_is_string(v))
        read_included(m, read, v, at);
    else
        read(m, v, at);
}

/* The properties that have a definition. */
static const struct {
    const char *name;
    form *read;
} forms[] = {
    {"Definition", cloudformation_read_value},
    {"DefinitionString", cloudformation_read_text},
    {"DefinitionUri", read_uri},
    {"DefinitionS3Location", read_uri},
};

/* ---- resources ---- */

static void read_properties(struct machine *m, const json *properties, const struct json_places *at)
{
    const struct json_places *given_at = NULL, *v_at = NULL;
    const json *given = member(properties, at, "DefinitionSubstitutions", &given_at);
    bool any = false;

    /* Substitutions that a function makes, or that are in a file, are not known. */
    if (!given || !(cfn_function(given) || include_is_open(given)))
        substitutions_init(&m->substitutions, given, given_at);
    for (size_t i = 0; i < COUNT(forms); i++) {
        const json *v = member(properties, at, forms[i].name, &v_at);
        if (v)
            read_form(m, forms[i].read, v, v_at);
        any |= v != NULL;
    }
    if (!any)
        definition_unchecked(m, "it has no definition");
}

/* Reads a resource that is a state machine. In serverless.yml its properties may be in a file. */
static void cloudformation_read_resource(struct includes *files,
                                         const struct include_node *resource, const char *name,
                                         const char *workflow)
{
    struct machine m = {
        .in = resource->in, .root = files ? files->root : NULL, .files = files, .name = name};
    struct include_node node = {.in = resource->in};

    node.v = member(resource->v, resource->at, "Properties", &node.at);
    if (files && node.v && (!include_resolve(files, &node) || !json_is_object(node.v))) {
        definition_unchecked(&m, "its properties are in a file that can't be read, or has no such "
                                 "member");
    } else {
        m.in = node.in;
        m.workflow = definition_workflow(node.in, member(node.v, NULL, workflow, NULL));
        read_properties(&m, node.v, node.at);
    }
    definition_end(&m);
}

/* Finds the resource itself, which may be in a file. False after telling that the file can't be
 * read: it might have had a state machine. */
static bool find_resource(struct includes *files, struct include_node *node, const char *name)
{
    struct reading *in = node->in;

    if (!files || (include_resolve(files, node) && !include_is_open(node->v)))
        return true;
    definition_unchecked(&(struct machine){.in = in, .name = name},
                         "it is in a file that can't be read, or has no such member");
    return false;
}

void cloudformation_read_resources(struct includes *files, struct include_node node)
{
    for (size_t i = 0; json_is_object(node.v) && i < json_count(node.v); i++) {
        const char *name = json_str(json_key_at(node.v, i));
        struct include_node kid = {node.in, json_value_at(node.v, i), &node.at->kids[i]};
        /* Fn::ForEach::Name: [an identifier, a collection, {resources}] */
        if (strncmp(name, "Fn::ForEach::", 13) == 0 && json_is_array(kid.v) &&
            json_count(kid.v) == 3) {
            cloudformation_read_resources(
                files, (struct include_node){kid.in, json_at(kid.v, 2), &kid.at->kids[2]});
            continue;
        }
        if (!find_resource(files, &kid, name))
            continue;
        const json *type = member(kid.v, NULL, "Type", NULL);
        for (size_t t = 0; type && json_is_string(type) && t < COUNT(types); t++)
            if (json_str_is(type, types[t].type))
                cloudformation_read_resource(files, &kid, name, types[t].workflow);
    }
}

void cloudformation_read(struct reading *in, const json *doc, const struct json_places *at)
{
    const struct json_places *resources_at = NULL;
    const json *resources = member(doc, at, "Resources", &resources_at);

    if (resources)
        cloudformation_read_resources(NULL, (struct include_node){in, resources, resources_at});
}
