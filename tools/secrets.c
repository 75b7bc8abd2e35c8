/*
 * Members with secrets are told by their names, as the services have them and as people call them.
 * A secret that is JSON text, as most of Secrets Manager's are, keeps its form, so that a workflow
 * reads it as before; each text in it is a secret. Others have one stand-in for each text, so that
 * what was equal stays so, and letters and digits only, as many as Base64 has.
 */
#include "tools/secrets.h"

#include "parsers/base/ascii.h"
#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <string.h>

/* A text that is shorter stands in many places that have nothing to do with the secret: it is not
 * looked for elsewhere, or not within others. */
enum { SHORTEST_ALONE = 4, SHORTEST_WITHIN = 8 };

/* So many secrets are looked for within other texts, which takes as long as there are of them. */
enum { MOST_WITHIN = 1000 };

void secrets_clear(struct secrets *s)
{
    json_set_clear(&s->found);
    *s = (struct secrets){0};
}

/* ---- which ---- */

/* "clientSecret", "client_secret" and "CLIENT-SECRET" are one name. */
static void add_plain_name(struct buf *out, const char *name)
{
    for (; *name; name++)
        if (ascii_is_letter((unsigned char)*name) || ascii_is_digit((unsigned char)*name))
            buf_addc(out, ascii_lower(*name));
}

static bool is_secret_name(const char *name)
{
    static const char *const ends[] = {
        "accesstoken",  "apikey",    "authorization", "authorizationtoken",  "clientsecret",
        "cookie",       "idtoken",   "keymaterial",   "passphrase",          "passwd",
        "password",     "plaintext", "privatekey",    "privatekeyplaintext", "refreshtoken",
        "secretbinary", "secretkey", "secretstring",  "secretaccesskey",     "sessiontoken",
    };
    struct buf plain = {0};
    bool is = false;

    add_plain_name(&plain, name);
    for (size_t i = 0; i < COUNT(ends) && !is; i++)
        is = text_ends_with(buf_str(&plain), ends[i]);
    buf_clear(&plain);
    return is;
}

/* Systems Manager tells of a parameter's value beside it that it is secret. */
static bool is_secret_member(const json *object, const json *key)
{
    const json *type = json_get(object, "Type");

    return is_secret_name(json_str(key)) ||
           (json_str_is(key, "Value") && type && json_is_string(type) &&
            json_str_is(type, "SecureString"));
}

/* ---- stand-ins ---- */

static json *stand_in(size_t number)
{
    return json_stringf("masked%06zu", number + 1);
}

/* Returns the text with stand-ins for the secrets in it. */
static json *without_secrets(const struct secrets *s, const json *text)
{
    size_t number = json_set_find(&s->found, text);
    json *out = json_ref(text);

    if (number != SIZE_MAX && json_str_len(text) >= SHORTEST_ALONE) {
        json_unref(out);
        return stand_in(number);
    }
    for (size_t i = 0; i < s->found.count && i < MOST_WITHIN; i++) {
        const json *secret = s->found.values[i];
        size_t len = json_str_len(secret);
        struct buf b = {0};
        const char *from = json_str(out), *end = from + json_str_len(out), *at;

        if (len < SHORTEST_WITHIN || !strstr(from, json_str(secret)))
            continue;
        for (; (at = strstr(from, json_str(secret))); from = at + len) {
            buf_add(&b, from, (size_t)(at - from));
            buf_printf(&b, "masked%06zu", i + 1);
        }
        buf_add(&b, from, (size_t)(end - from));
        json_unref(out);
        out = json_take_buf(&b);
    }
    return out;
}

/* `secret`: the texts and numbers in it are. Recursion is bounded by the depth of what is read. */
static json *masked(struct secrets *s, const json *v, bool secret);

static json *masked_text(struct secrets *s, const json *v, bool secret)
{
    const char *text = json_str(v);
    json *read = *text == '{' || *text == '[' ? json_parse(text, json_str_len(v), 0, NULL) : NULL;

    if (read) {
        json *inner = masked(s, read, secret);
        json *out = json_equal(inner, read) ? json_ref(v) : json_text(inner);
        json_unref(inner);
        json_unref(read);
        return out;
    }
    if (!secret || !*text || text_begins_with(text, "arn:"))
        return without_secrets(s, v);
    s->values++;
    return stand_in(json_set_add(&s->found, v));
}

static json *masked(struct secrets *s, const json *v, bool secret)
{
    struct json_build b;

    if (json_is_string(v))
        return masked_text(s, v, secret);
    if (secret && json_is_number(v)) {
        s->values++;
        return json_int(0);
    }
    if (json_is_array(v)) {
        json_build_array(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_add(&b, masked(s, json_at(v, i), secret));
        return json_build_done(&b);
    }
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);
        json_build_set_key(&b, json_ref(key),
                           masked(s, json_value_at(v, i), secret || is_secret_member(v, key)));
    }
    return json_build_done(&b);
}

json *secrets_masked(struct secrets *s, const json *v)
{
    return masked(s, v, false);
}
