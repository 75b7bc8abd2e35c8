/*
 * The names of a Task's parameters. They may have any capitals, and the services' models are asked
 * without regard to these; but the tables of what Step Functions adds to a call, and of how its job
 * is found again, have each name once. So the names are made theirs before anything else is done.
 * In structures only those names are taken out that lose to another of the same member.
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

/* Step Functions' names begin with a capital, and most are given so. */
static json *with_capital(struct name name, const json *given)
{
    struct buf text = {0};

    if (json_str(given)[0] == ascii_upper(name.at[0]) && json_str_len(given) == name.len &&
        memcmp(json_str(given) + 1, name.at + 1, name.len - 1) == 0)
        return json_ref(given);
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

static void tell_twice(const char *name, struct diag *why)
{
    diag_set(why, "PARAMETERS", 0, "The field '%c%s' is given twice, in other capitals",
             ascii_upper(name[0]), name + 1);
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
        json *key = find_name(c, given, &name) ? with_capital(name, given) : json_ref(given);
        bool exact = json_equal(key, given), loses = !exact && json_get_key(parameters, key);
        bool twice = !exact && !loses && has_twin(parameters, i);

        if (!loses && !twice)
            json_build_set_key(&b, json_ref(c->integration ? key : given),
                               json_ref(json_value_at(parameters, i)));
        if (twice)
            tell_twice(json_str(key), why);
        json_unref(key);
        if (twice) {
            json_build_drop(&b);
            return NULL;
        }
    }
    return json_build_done(&b);
}

/* ---- names in structures ---- */

/* What becomes of a name beside others of its object, from good to bad. */
enum name_fate { NAME_STAYS, NAME_LOSES, NAME_IS_TWICE };

enum { LONGEST_NAME = 256 };

/* Returns the fate of name `i` of a structure. The most exact one is that of Step Functions, "Ss",
 * then the service's own with a first capital, "SS"; of others there may be one only. */
static enum name_fate fate_of_name(const struct model_member *m, const json *v, size_t i)
{
    char title[LONGEST_NAME], own[LONGEST_NAME];
    const json *key = json_key_at(v, i);
    size_t len = strlen(m->name);

    if (len + MODEL_TITLE_TAIL >= LONGEST_NAME)
        return NAME_STAYS;
    model_member_title(m->name, title);
    memcpy(own, m->name, len + 1);
    own[0] = ascii_upper(own[0]);
    if (json_str_is(key, title))
        return NAME_STAYS;
    if (json_get(v, title))
        return NAME_LOSES;
    if (json_str_is(key, own))
        return NAME_STAYS;
    if (json_get(v, own))
        return NAME_LOSES;
    for (size_t k = 0; k < json_count(v); k++) {
        const char *other = json_str(json_key_at(v, k));
        if (k != i && (!strcasecmp(other, title) || !strcasecmp(other, own)))
            return NAME_IS_TWICE;
    }
    return NAME_STAYS;
}

/* Finds the member that name `i` of a structure stands for. Returns the name's fate; a name of no
 * member stays. */
static enum name_fate find_fate(const struct model_shape *s, const json *v, size_t i,
                                struct model_member *out)
{
    const json *key = json_key_at(v, i);

    *out = (struct model_member){0};
    if (!model_member_named(s, json_str(key), json_str_len(key), out))
        return NAME_STAYS;
    return json_count(v) > 1 ? fate_of_name(out, v, i) : NAME_STAYS;
}

/* Returns the kind of a value that has names in it: a list, a map or a structure, if the value fits
 * its shape; else MODEL_DOCUMENT. */
static enum model_kind kind_with_names(const struct model_service *service, model_shape_id id,
                                       const json *v, struct model_shape *s)
{
    if (!id || !(json_is_object(v) || json_is_array(v)))
        return MODEL_DOCUMENT;
    *s = model_shape_at(service, id);
    bool fits = s->kind == MODEL_LIST
                    ? json_is_array(v)
                    : (s->kind == MODEL_MAP || s->kind == MODEL_STRUCTURE) && json_is_object(v);
    return fits ? s->kind : MODEL_DOCUMENT;
}

/* Returns the worst fate in a value; *name is the member that is given twice. Recursion: values are
 * no deeper than the api and the reader let them be. */
static enum name_fate worst_fate(const struct model_service *service, model_shape_id id,
                                 const json *v, const char **name)
{
    struct model_shape s;
    enum model_kind kind = kind_with_names(service, id, v, &s);
    enum name_fate worst = NAME_STAYS;

    if (kind == MODEL_DOCUMENT)
        return NAME_STAYS;
    for (size_t i = 0; i < json_count(v) && worst != NAME_IS_TWICE; i++) {
        const json *value = kind == MODEL_LIST ? json_at(v, i) : json_value_at(v, i);
        struct model_member m = {.shape = s.of};
        enum name_fate fate = kind == MODEL_STRUCTURE ? find_fate(&s, v, i, &m) : NAME_STAYS;

        if (fate == NAME_IS_TWICE)
            *name = m.name;
        else if (fate == NAME_STAYS)
            fate = worst_fate(service, m.shape, value, name);
        worst = fate > worst ? fate : worst;
    }
    return worst;
}

static json *without_losers(const struct model_service *service, model_shape_id id, const json *v)
{
    struct model_shape s;
    enum model_kind kind = kind_with_names(service, id, v, &s);
    struct json_build b;

    if (kind == MODEL_DOCUMENT)
        return json_ref(v);
    if (kind == MODEL_LIST)
        json_build_array(&b, json_count(v));
    else
        json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        struct model_member m = {.shape = s.of};

        if (kind == MODEL_LIST)
            json_build_add(&b, without_losers(service, s.of, json_at(v, i)));
        else if (kind == MODEL_MAP || find_fate(&s, v, i, &m) == NAME_STAYS)
            json_build_set_key(&b, json_ref(json_key_at(v, i)),
                               without_losers(service, m.shape, json_value_at(v, i)));
    }
    return json_build_done(&b);
}

/* Nearly all requests have each name once, and stay as they are. */
json *aws_with_single_names(const struct aws_call *c, json *v, struct diag *why)
{
    const char *name = NULL;
    enum name_fate worst = worst_fate(c->service, c->operation.input, v, &name);
    json *single = v;

    if (worst == NAME_IS_TWICE) {
        tell_twice(name, why);
        single = NULL;
    } else if (worst == NAME_LOSES) {
        single = without_losers(c->service, c->operation.input, v);
    }
    if (single != v)
        json_unref(v);
    return single;
}
