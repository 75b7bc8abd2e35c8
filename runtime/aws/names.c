/*
 * The names of a Task's parameters. They may have any capitals, and the services' models are asked
 * without regard to these; but the tables of what Step Functions adds to a call, and of how its job
 * is found again, have each name once. So the names are made theirs before anything else is done.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"

#include <string.h>
#include <strings.h>

/* A name, which need not end where it does. */
struct name {
    const char *at;
    size_t len;
};

/* Looks for a name among those that a mapping takes from the parameters: "<JobName". */
static bool find_in_mapping(const char *mapping, const json *key, struct name *out)
{
    for (const char *p = mapping; p && (p = strchr(p, '<'));) {
        *out = (struct name){p + 1, strcspn(p + 1, " .|")};
        if (out->len == json_str_len(key) && !strncasecmp(out->at, json_str(key), out->len))
            return true;
        p++;
    }
    return false;
}

static bool find_in_words(const char *words, const json *key, struct name *out)
{
    while (words && *(words += strspn(words, " "))) {
        *out = (struct name){words, strcspn(words, " ")};
        if (out->len == json_str_len(key) && !strncasecmp(out->at, json_str(key), out->len))
            return true;
        words += out->len;
    }
    return false;
}

/* Finds the name that the tables have for `key`, or else the model. */
static bool find_name(const struct aws_call *c, const json *key, struct name *out)
{
    const struct aws_integration *i = c->integration;
    const char *const words[] = {i ? i->text : NULL, i ? i->own : NULL};
    const char *const mappings[] = {i ? i->request : NULL, c->job ? c->job->request : NULL,
                                    c->job ? c->job->stop_request : NULL,
                                    c->job ? c->job->also : NULL};
    struct model_shape input;
    struct model_member m;

    for (size_t k = 0; k < COUNT(words); k++)
        if (find_in_words(words[k], key, out))
            return true;
    for (size_t k = 0; k < COUNT(mappings); k++)
        if (find_in_mapping(mappings[k], key, out))
            return true;
    if (!c->operation.input)
        return false;
    input = model_shape_at(c->service, c->operation.input);
    if (!model_member_named(&input, json_str(key), json_str_len(key), &m) ||
        strcasecmp(m.name, json_str(key)) != 0)
        return false;
    *out = (struct name){m.name, strlen(m.name)};
    return true;
}

/* Step Functions' names begin with a capital. */
static json *with_capital(struct name name)
{
    struct buf text = {0};

    buf_add(&text, name.at, name.len);
    text.data[0] = ascii_upper(text.data[0]);
    return json_take_buf(&text);
}

/* Returns whether a name that stands before `index`, or behind it, differs by capitals alone from
 * the one at `index`. */
static bool has_twin(const json *parameters, size_t index)
{
    const json *name = json_key_at(parameters, index);

    for (size_t i = 0; i < json_count(parameters); i++)
        if (i != index && !strcasecmp(json_str(json_key_at(parameters, i)), json_str(name)))
            return true;
    return false;
}

/* Names of no parameter stay, as do those of a call of the SDK: its models are read in any case. */
json *aws_with_own_names(const struct aws_call *c, const json *parameters, struct diag *why)
{
    struct json_build b;
    struct name name;

    if (!json_is_object(parameters))
        return json_ref(parameters);
    json_build_object(&b, json_count(parameters));
    for (size_t i = 0; i < json_count(parameters); i++) {
        const json *given = json_key_at(parameters, i);
        json *key = find_name(c, given, &name) ? with_capital(name) : json_ref(given);
        bool exact = json_equal(key, given), loses = !exact && json_get_key(parameters, key);
        bool twice = !exact && !loses && has_twin(parameters, i);

        if (!loses && !twice)
            json_build_set_key(&b, json_ref(c->integration ? key : given),
                               json_ref(json_value_at(parameters, i)));
        if (twice)
            diag_set(why, "PARAMETERS", 0, "The field '%s' is given twice, in other capitals",
                     json_str(key));
        json_unref(key);
        if (twice) {
            json_build_drop(&b);
            return NULL;
        }
    }
    return json_build_done(&b);
}
