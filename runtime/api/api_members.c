/*
 * Requests against the shapes of their operations. All that breaks a constraint is told at once, in
 * AWS's words; a member of another type is a request that can't be read at all.
 */

#include "runtime/api/api_members.h"

#include "parsers/base/utf8.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_state.h"

#include <string.h>

const char *const included_data[] = {"ALL_DATA", "METADATA_ONLY", NULL};

struct checker {
    struct call *call;
    struct buf text; /* the breaches so far */
    size_t count;
    bool secret;     /* the member that is looked at is one */
    bool unreadable; /* the call failed already */
};

/* ---- patterns ---- */

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A name of letters, digits and "_-." that is no number: versions have those. */
bool pattern_alias(const char *text, size_t len)
{
    bool word = false;

    for (size_t i = 0; i < len; i++) {
        bool other = is_ascii_letter(text[i]) || (text[i] && strchr("_-.", text[i]));
        if (!other && (text[i] < '0' || text[i] > '9'))
            return false;
        word |= other;
    }
    return word;
}

bool pattern_ascii(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

bool pattern_no_nul(const char *text, size_t len)
{
    return !memchr(text, 0, len);
}

bool pattern_visible(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] < '!' || text[i] > '~')
            return false;
    return len > 0;
}

/* ---- breaches ---- */

/* Begins AWS's sentence about one breach, and returns the buffer for the constraint to be added.
 * The value of a secret member is left out. */
static struct buf *breach(struct checker *k, const char *path, const json *value)
{
    if (k->count++)
        buf_adds(&k->text, "; ");
    buf_adds(&k->text, "Value");
    if (!value) {
        buf_adds(&k->text, " null");
    } else if (!k->secret) {
        buf_adds(&k->text, " '");
        if (json_is_string(value))
            buf_add(&k->text, json_str(value), json_str_len(value));
        else
            json_write(&k->text, value);
        buf_addc(&k->text, '\'');
    }
    buf_printf(&k->text, " at '%s' failed to satisfy constraint: ", path);
    return &k->text;
}

/* As Java prints a value: texts without quotes, structures as CLASS(member=value, member=value). */
static void add_java(struct buf *out, const struct member *shape, const json *v)
{
    const struct member *m = shape, *end = shape;
    const char *before = "";

    if (json_is_string(v)) {
        buf_add(out, json_str(v), json_str_len(v));
        return;
    }
    while (end && end->name)
        end++;
    if (!end || !json_is_object(v)) {
        json_write(out, v);
        return;
    }
    buf_printf(out, "%s(", end->java_class ? end->java_class : "");
    for (; m->name; m++) {
        const json *member = json_get(v, m->name);
        if (!member || json_kind(member) == JSON_NULL)
            continue;
        buf_printf(out, "%s%s=", before, m->name);
        add_java(out, m->of, member);
        before = ", ";
    }
    buf_addc(out, ')');
}

/* Returns a list as the text of a breach shows it, "[a, b]" in Java's form. */
static json *java_list(const struct member *m, const json *list)
{
    struct buf text = {0};

    buf_addc(&text, '[');
    for (size_t i = 0; i < json_count(list); i++) {
        buf_adds(&text, i ? ", " : "");
        add_java(&text, m->of, json_at(list, i));
    }
    buf_addc(&text, ']');
    return json_take_buf(&text);
}

static void check_range(struct checker *k, const struct member *m, const char *path,
                        const json *value, int64_t n, const char *what)
{
    if (n < m->min)
        buf_printf(breach(k, path, value), "Member must have %s greater than or equal to %lld",
                   what, (long long)m->min);
    if (m->max && n > m->max)
        buf_printf(breach(k, path, value), "Member must have %s less than or equal to %lld", what,
                   (long long)m->max);
}

/* As check_range, of what may have a fraction. */
static void check_fraction(struct checker *k, const struct member *m, const char *path,
                           const json *value)
{
    if (json_double_value(value) < (double)m->min)
        buf_printf(breach(k, path, value), "Member must have value greater than or equal to %lld",
                   (long long)m->min);
    if (json_double_value(value) > (double)m->max)
        buf_printf(breach(k, path, value), "Member must have value less than or equal to %lld",
                   (long long)m->max);
}

/*
 * Lengths are in characters, but those of documents in bytes; the option to lift AWS's quotas
 * lifts only the latter.
 */
static void check_text_member(struct checker *k, const struct member *m, const char *path,
                              const json *value)
{
    const char *text = json_str(value);
    const char *const *c = m->choices;
    size_t len = json_str_len(value);

    if (m->kind != PAYLOAD || !k->call->api->no_limits)
        check_range(k, m, path, value, (int64_t)(m->kind == PAYLOAD ? len : utf8_count(text, len)),
                    "length");
    if (m->matches && !m->matches(text, len))
        buf_printf(breach(k, path, value), "Member must satisfy regular expression pattern: %s",
                   m->pattern);
    /* ARNs, tokens and the like are looked for by what is before a NUL. */
    if (m->kind == TEXT && !c && memchr(text, 0, len))
        buf_adds(breach(k, path, value),
                 "Member must satisfy regular expression pattern: [^\\x00]*");
    while (c && *c && !json_str_is(value, *c))
        c++;
    if (!c || *c)
        return;
    buf_adds(breach(k, path, value), "Member must satisfy enum value set: [");
    for (c = m->choices; *c; c++)
        buf_printf(&k->text, "%s%s", c == m->choices ? "" : ", ", *c);
    buf_addc(&k->text, ']');
}

/* The first such member is told, and nothing else of the request is looked at. */
static void unreadable(struct checker *k, const char *path, const char *want, const json *value)
{
    if (!k->unreadable)
        call_fail(k->call, "SerializationException", "The member '%s' is to be %s, not %s", path,
                  want, json_kind_name(value));
    k->unreadable = true;
}

static bool is_flag(const json *v)
{
    return json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE;
}

static void check_shape(struct checker *k, const struct member *shape, const char *prefix,
                        const json *value);

/* Adds AWS's name for element `i` of a list, which counts from 1: "tags.1.member". */
static void element_path(struct buf *out, const char *path, size_t i)
{
    buf_printf(out, "%s.%zu.member", path, i + 1);
}

/* Each text is checked as one member, by the row that stands for all. */
static void check_text_list(struct checker *k, const struct member *m, const char *path,
                            const json *value)
{
    for (size_t i = 0; i < json_count(value) && !k->unreadable; i++) {
        struct buf inner = {0};
        element_path(&inner, path, i);
        if (!json_is_string(json_at(value, i)))
            unreadable(k, buf_str(&inner), "a string", json_at(value, i));
        else
            check_text_member(k, m->of, buf_str(&inner), json_at(value, i));
        buf_clear(&inner);
    }
}

static void check_list(struct checker *k, const struct member *m, const char *path,
                       const json *value)
{
    json *text = java_list(m, value);

    check_range(k, m, path, text, (int64_t)json_count(value), "length");
    json_unref(text);
    for (size_t i = 0; i < json_count(value) && !k->unreadable; i++) {
        struct buf inner = {0};
        const json *item = json_at(value, i);
        element_path(&inner, path, i);
        if (!json_is_object(item))
            unreadable(k, buf_str(&inner), "an object", item);
        else
            check_shape(k, m->of, buf_str(&inner), item);
        buf_clear(&inner);
    }
}

/* Each kind first asks for the JSON type that it needs, then looks at the value. */
static void check_one(struct checker *k, const struct member *m, const char *path, const json *v)
{
    switch (m->kind) {
    case TEXT:
    case NAME:
    case PRIVATE:
    case PAYLOAD:
        k->secret = m->kind == PRIVATE || m->kind == PAYLOAD;
        if (!json_is_string(v))
            unreadable(k, path, "a string", v);
        else
            check_text_member(k, m, path, v);
        k->secret = false;
        break;
    case NUMBER:
        if (json_kind(v) != JSON_INT)
            unreadable(k, path, "a whole number", v);
        else
            check_range(k, m, path, v, json_int_value(v), "value");
        break;
    case FRACTION:
        if (!json_is_number(v))
            unreadable(k, path, "a number", v);
        else
            check_fraction(k, m, path, v);
        break;
    case FLAG:
        if (!is_flag(v))
            unreadable(k, path, "a boolean", v);
        break;
    case LIST:
        if (!json_is_array(v))
            unreadable(k, path, "a list", v);
        else
            check_list(k, m, path, v);
        break;
    case TEXTS:
        if (!json_is_array(v))
            unreadable(k, path, "a list", v);
        else
            check_text_list(k, m, path, v);
        break;
    case STRUCT:
        if (!json_is_object(v))
            unreadable(k, path, "an object", v);
        else if (m->of)
            check_shape(k, m->of, path, v);
        break;
    }
}

/* The path of a member of a member is "outer.inner". Recursion goes as deep as the tables do. */
static void check_shape(struct checker *k, const struct member *shape, const char *prefix,
                        const json *value)
{
    for (const struct member *m = shape; m && m->name && !k->unreadable; m++) {
        struct buf joined = {0};
        const json *v = json_get(value, m->name);
        const char *path = m->name;

        if (*prefix) {
            buf_printf(&joined, "%s.%s", prefix, m->name);
            path = buf_str(&joined);
        }
        if (v && json_kind(v) != JSON_NULL)
            check_one(k, m, path, v);
        else if (m->required)
            buf_adds(breach(k, path, NULL), "Member must not be null");
        buf_clear(&joined);
    }
}

/* The count comes first in AWS's sentence, so breaches are gathered before it is written. */
bool check_members(struct call *c, const struct member *shape)
{
    struct checker k = {.call = c};

    check_shape(&k, shape, "", c->in);
    if (k.count && !k.unreadable) {
        call_fail(c, "ValidationException", "%zu validation error%s detected: ", k.count,
                  k.count == 1 ? "" : "s");
        buf_add(&c->message, k.text.data, k.text.len);
    }
    buf_clear(&k.text);
    return !c->error;
}
