/*
 * Values for placeholders. They are collected into one object, so that looking for a name costs the
 * same however many there are; what was used is remembered beside it, by place.
 */

#include "tools/template/placeholders.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "parsers/document.h"

#include <string.h>

enum { MAX_FILE_BYTES = 16 * 1024 * 1024 };

static size_t placeholders_count_of(const struct placeholders *p)
{
    return p->build.v ? json_count(p->build.v) : 0;
}

/* Takes both. */
/* What a user gave is at the front, and counted by `asked`: only of these is it told that
 * nothing used them. Defaults come behind. */
static void placeholders_set(struct placeholders *p, json *name, json *value)
{
    if (!p->build.v)
        json_build_object(&p->build, 0);
    json_build_set_key(&p->build, name, value);
    p->asked = placeholders_count_of(p);
}

bool placeholders_add(struct placeholders *p, const char *given, struct diag *why)
{
    const char *equals = strchr(given, '=');

    if (strncmp(given, "${", 2) == 0) {
        diag_set(why, "PLACEHOLDER", 0, "takes NAME=VALUE, the name without ${ and }, not '%s'",
                 given);
        return false;
    }
    if (!equals || equals == given) {
        diag_set(why, "PLACEHOLDER", 0, "takes NAME=VALUE, not '%s'", given);
        return false;
    }
    if (utf8_valid(given, strlen(given)) < strlen(given)) {
        diag_set(why, "PLACEHOLDER", 0, "takes NAME=VALUE in UTF-8");
        return false;
    }
    placeholders_set(p, json_string(given, (size_t)(equals - given)), json_cstring(equals + 1));
    return true;
}

bool placeholders_add_file(struct placeholders *p, const char *path, struct diag *why)
{
    struct buf text = {0};
    json *doc = NULL;
    bool good = buf_read_file(&text, path, MAX_FILE_BYTES, why);

    if (!good)
        goto out;
    doc = document_parse(document_format(path, text.data, text.len), text.data, text.len, 0, NULL,
                         NULL, why);
    good = doc && json_is_object(doc);
    if (!doc)
        diag_prefix(why, "%s:%u:%u: ", path, why->place.line, why->place.column);
    else if (!good)
        diag_set(why, "PLACEHOLDER", 0, "%s must map names to values", path);
    for (size_t i = 0; good && i < json_count(doc); i++) {
        const json *key = json_key_at(doc, i), *v = json_value_at(doc, i);
        if (!p->build.v || json_find(p->build.v, json_str(key), json_str_len(key)) == SIZE_MAX)
            placeholders_set(p, json_ref(key), json_is_string(v) ? json_ref(v) : json_text(v));
    }
out:
    json_unref(doc);
    buf_clear(&text);
    return good;
}

void placeholders_default(struct placeholders *p, const char *name, const char *value)
{
    size_t asked = p->asked;

    if (p->build.v && json_find(p->build.v, name, strlen(name)) != SIZE_MAX)
        return;
    placeholders_set(p, json_cstring(name), json_cstring(value));
    p->asked = asked;
}

/* From the first question on no more are added. */
static void seal(struct placeholders *p)
{
    if (p->values || !p->build.v)
        return;
    p->used = mem_calloc(placeholders_count_of(p), sizeof *p->used);
    p->values = json_build_done(&p->build);
    p->build = (struct json_build){0};
}

const json *placeholders_get(struct placeholders *p, const char *name, size_t len)
{
    seal(p);
    size_t i = p->values ? json_find(p->values, name, len) : SIZE_MAX;
    if (i == SIZE_MAX)
        return NULL;
    p->used[i] = true;
    return json_value_at(p->values, i);
}

bool placeholders_any(const struct placeholders *p)
{
    return p->asked > 0;
}

json *placeholders_given(const struct placeholders *p)
{
    const json *values = p->values ? p->values : p->build.v;
    struct json_build b = {0};

    json_build_object(&b, p->asked);
    for (size_t i = 0; i < p->asked; i++)
        json_build_set_key(&b, json_ref(json_key_at(values, i)),
                           json_ref(json_value_at(values, i)));
    return json_build_done(&b);
}

void placeholders_unused(struct placeholders *p, void (*tell)(void *user, const char *name),
                         void *user)
{
    seal(p);
    for (size_t i = 0; i < p->asked; i++)
        if (!p->used[i])
            tell(user, json_str(json_key_at(p->values, i)));
}

void placeholders_clear(struct placeholders *p)
{
    if (p->build.v)
        json_build_drop(&p->build);
    json_unref(p->values);
    mem_free(p->used);
    *p = (struct placeholders){0};
}
