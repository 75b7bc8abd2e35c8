/* What a scalar is: its tag, if it has one, else how it is written. */

#include "parsers/yaml/yaml_impl.h"

#include "parsers/base/count.h"

#include <strings.h>

static const char standard[] = "tag:yaml.org,2002:";

/* Functions that CloudFormation writes as tags. */
static const char *const cloudformation[] = {
    "!And",    "!Base64", "!Cidr",   "!Condition",   "!Equals", "!FindInMap",    "!ForEach",
    "!GetAZs", "!GetAtt", "!If",     "!ImportValue", "!Join",   "!Length",       "!Not",
    "!Or",     "!Ref",    "!Select", "!Split",       "!Sub",    "!ToJsonString", "!Transform",
};

static bool is_cloudformation(const char *tag)
{
    for (size_t i = 0; i < COUNT(cloudformation); i++)
        if (!strcmp(tag, cloudformation[i]))
            return true;
    return false;
}

/* "str" of !!str; NULL when the tag is not one of YAML's own. */
static const char *standard_name(const char *tag)
{
    return strncmp(tag, standard, strlen(standard)) ? NULL : tag + strlen(standard);
}

static bool refuse_tag(struct yaml_reader *r, const yaml_event_t *e, const char *tag)
{
    size_t at = yaml_offset(r, e->start_mark);

    if (is_cloudformation(tag))
        return yaml_refuse(r, at, "YAML_TAG",
                           "%s is a function of CloudFormation templates, which only a deployment "
                           "can fill in; write the value it would give",
                           tag);
    if (standard_name(tag))
        return yaml_refuse(r, at, "YAML_TAG",
                           "the tag !!%s has no meaning in JSON; leave it out, and quote the value "
                           "if it is to be a string",
                           standard_name(tag));
    return yaml_refuse(r, at, "YAML_TAG", "the tag %s is not known here; leave it out", tag);
}

/*
 * A lone "!" says only that the value is not to be guessed from its looks; on a collection it
 * changes nothing.
 */
bool yaml_check_tag(struct yaml_reader *r, const yaml_event_t *e, const yaml_char_t *tag,
                    const char *wanted)
{
    const char *text = (const char *)tag, *name = text ? standard_name(text) : NULL;

    if (!text || !strcmp(text, "!") || (name && !strcmp(name, wanted)))
        return true;
    return refuse_tag(r, e, text);
}

static bool yaml_scalar_is(const yaml_event_t *e, const char *word)
{
    return e->data.scalar.length == strlen(word) &&
           !memcmp(e->data.scalar.value, word, strlen(word));
}

static json *yaml_scalar_number(struct yaml_reader *r, const yaml_event_t *e)
{
    size_t len = e->data.scalar.length;
    json *v = json_read_number((const char *)e->data.scalar.value, len);

    if (v)
        return v;
    if (len > JSON_MAX_NUMBER)
        yaml_refuse(r, yaml_offset(r, e->start_mark), "JSON_NUMBER",
                    "a number of %zu characters; %d are the most (quote it if it is text)", len,
                    JSON_MAX_NUMBER);
    else
        yaml_refuse(r, yaml_offset(r, e->start_mark), "JSON_NUMBER",
                    "number out of range (quote it if it is text)");
    return NULL;
}

static json *string(const yaml_event_t *e)
{
    return json_string((const char *)e->data.scalar.value, e->data.scalar.length);
}

/* 1: true, 0: false, in YAML 1.1; -1: no boolean. */
static int boolean(const yaml_event_t *e)
{
    static const char *const words[][3] = {{"False", "no", "off"}, {"True", "yes", "on"}};
    char text[8];
    size_t len = e->data.scalar.length;

    if (len >= sizeof(text))
        return -1;
    memcpy(text, e->data.scalar.value, len + 1);
    for (int b = 0; b < 2; b++)
        for (int i = 0; i < 3; i++)
            if (!strcasecmp(text, words[b][i]))
                return b;
    return -1;
}

/*
 * Only what JSON knows, in JSON's forms. YAML 1.1 has more, which turns the country `no` into false
 * and the time 1:30 into 90.
 */
static json *yaml_scalar_plain(struct yaml_reader *r, const yaml_event_t *e)
{
    if (!e->data.scalar.length || yaml_scalar_is(e, "null") || yaml_scalar_is(e, "~"))
        return json_null();
    if (yaml_scalar_is(e, "true") || yaml_scalar_is(e, "false"))
        return json_bool(yaml_scalar_is(e, "true"));
    /*
     * Templates are read by CloudFormation with YAML 1.1, where `yes` is true; definitions are not.
     */
    if (r->made.flags & JSON_READ_TAGS && boolean(e) >= 0)
        return json_bool(boolean(e) > 0);
    if (json_is_number_text((const char *)e->data.scalar.value, e->data.scalar.length))
        return yaml_scalar_number(r, e);
    return string(e);
}

static bool yaml_scalar_fits(const char *name, enum json_kind kind)
{
    switch (kind) {
    case JSON_NULL: return !strcmp(name, "null");
    case JSON_FALSE:
    case JSON_TRUE: return !strcmp(name, "bool");
    case JSON_INT:
    case JSON_BIGINT: return !strcmp(name, "int") || !strcmp(name, "float");
    case JSON_DOUBLE: return !strcmp(name, "float");
    case JSON_STRING:
    case JSON_ARRAY:
    case JSON_OBJECT: return false;
    }
    return false;
}

/* !!int and such: what the text is without quotes must be that. */
static json *tagged(struct yaml_reader *r, const yaml_event_t *e, const char *name)
{
    json *v = yaml_scalar_plain(r, e), *d;

    if (!v)
        return NULL;
    if (!yaml_scalar_fits(name, json_kind(v))) {
        yaml_refuse(r, yaml_offset(r, e->start_mark), "YAML_TAG",
                    "what is tagged !!%s must be written as JSON would write it", name);
        json_unref(v);
        return NULL;
    }
    if (strcmp(name, "float") || json_kind(v) == JSON_DOUBLE)
        return v;
    d = json_double(json_double_value(v));
    json_unref(v);
    return d;
}

json *yaml_scalar(struct yaml_reader *r, const yaml_event_t *e)
{
    static const char *const kinds[] = {"null", "bool", "int", "float"};
    const char *tag = (const char *)e->data.scalar.tag, *name = tag ? standard_name(tag) : NULL;

    if (!tag)
        return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? yaml_scalar_plain(r, e)
                                                               : string(e);
    for (size_t i = 0; name && i < COUNT(kinds); i++)
        if (!strcmp(name, kinds[i]))
            return tagged(r, e, name);
    return yaml_check_tag(r, e, e->data.scalar.tag, "str") ? string(e) : NULL;
}
