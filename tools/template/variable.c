/*
 * Variables of serverless.yml. Serverless fills them in before CloudFormation sees anything, at all
 * places of the file:
 *
 *     ${self:custom.x}          a member of the file; provider.stage is "dev" and provider.region
 *                               "us-east-1" where nobody gives them
 *     ${opt:stage}              an option of its command line: known by --set opt:stage=… alone
 *     ${sls:stage}              opt:stage, or provider.stage
 *     ${env:X}                  the environment
 *     ${one, other, 'text'}     the first that has a value
 *
 * Those of other sources (cf, ssm, s3, param, file within a text) are known by --set alone, and so
 * is what has members of its own.
 */

#include "tools/template/template_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"

#include <stdlib.h>
#include <string.h>

struct words {
    const char *at;
    size_t len;
};

static struct words variable_trimmed(struct words w)
{
    while (w.len && *w.at == ' ')
        w.at++, w.len--;
    while (w.len && w.at[w.len - 1] == ' ')
        w.len--;
    return w;
}

/* Takes what stands before the next comma that is in no quotes. */
static struct words variable_next_of(struct words *rest)
{
    size_t n = 0;
    bool quoted = false;

    while (n < rest->len && (quoted || rest->at[n] != ','))
        quoted ^= rest->at[n++] == '\'';
    struct words w = variable_trimmed((struct words){rest->at, n});
    n += n < rest->len;
    rest->at += n;
    rest->len -= n;
    return w;
}

/* Behind `head`; false: it doesn't begin so. */
static bool variable_begins(struct words *w, const char *head)
{
    if (!text_n_begins_with(w->at, w->len, head))
        return false;
    w->at += strlen(head);
    w->len -= strlen(head);
    return true;
}

static bool variable_is(const struct words *w, const char *text)
{
    return w->len == strlen(text) && memcmp(w->at, text, w->len) == 0;
}

static enum variable variable_text_of(const char *text, struct buf *out)
{
    buf_adds(out, text);
    return VARIABLE_TEXT;
}

/* Returns the member of the file at a path like "custom.list.0", or NULL. */
static const json *variable_find(const json *v, struct words path)
{
    while (v && path.len) {
        const char *dot = memchr(path.at, '.', path.len);
        size_t n = dot ? (size_t)(dot - path.at) : path.len, i = SIZE_MAX;

        if (json_is_object(v)) {
            i = json_find(v, path.at, n);
        } else if (json_is_array(v) && n && n < 6 && strspn(path.at, "0123456789") >= n) {
            char *digits = mem_strndup(path.at, n);
            i = (size_t)strtoul(digits, NULL, 10);
            mem_free(digits);
        }
        if (json_is_scalar(v) || i >= json_count(v))
            return NULL;
        v = json_is_array(v) ? json_at(v, i) : json_value_at(v, i);
        n += dot != NULL;
        path.at += n;
        path.len -= n;
    }
    return v;
}

static enum variable variable_add_value(const json *v, struct buf *out)
{
    if (!json_is_scalar(v))
        return VARIABLE_NONE;
    if (!json_is_string(v)) {
        json_write(out, v);
        return VARIABLE_VALUE;
    }
    const char *text = json_str(v);
    if (strncmp(text, "${file(", 7) == 0)
        return VARIABLE_NONE;
    buf_add(out, text, json_str_len(v));
    return placeholder_may_be_in(text, json_str_len(v)) ? VARIABLE_VALUE : VARIABLE_TEXT;
}

static enum variable variable_add_member(const struct reading *in, struct words path,
                                         struct buf *out)
{
    const json *v = variable_find(in->variables, path);

    if (v)
        return variable_add_value(v, out);
    return variable_is(&path, "provider.stage")    ? variable_text_of("dev", out)
           : variable_is(&path, "provider.region") ? variable_text_of("us-east-1", out)
                                                   : VARIABLE_NONE;
}

static enum variable add_given(const struct reading *in, struct words w, struct buf *out)
{
    const json *v = in->to->given ? placeholders_get(in->to->given, w.at, w.len) : NULL;

    if (!v)
        return VARIABLE_NONE;
    buf_add(out, json_str(v), json_str_len(v));
    return VARIABLE_VALUE;
}

static enum variable add_of_environment(struct words name, struct buf *out)
{
    char *text = mem_strndup(name.at, name.len);
    const char *v = getenv(text);

    mem_free(text);
    return v ? variable_text_of(v, out) : VARIABLE_NONE;
}

static enum variable add_stage(const struct reading *in, struct buf *out)
{
    static const char option[] = "opt:stage", member[] = "provider.stage";
    enum variable found = add_given(in, (struct words){option, sizeof option - 1}, out);

    return found ? found : variable_add_member(in, (struct words){member, sizeof member - 1}, out);
}

static enum variable add_one(const struct reading *in, struct words w, struct buf *out)
{
    enum variable found = w.len ? add_given(in, w, out) : VARIABLE_NONE;

    if (found)
        return found;
    if (w.len >= 2 && w.at[0] == '\'' && w.at[w.len - 1] == '\'') {
        buf_add(out, w.at + 1, w.len - 2);
        return VARIABLE_TEXT;
    }
    if (variable_is(&w, "sls:stage"))
        return add_stage(in, out);
    if (variable_begins(&w, "self:"))
        return variable_add_member(in, w, out);
    if (variable_begins(&w, "env:"))
        return add_of_environment(w, out);
    /* A number, or true: as it stands there. */
    json *v = json_parse(w.at, w.len, 0, NULL);
    if (v && json_is_scalar(v) && !json_is_string(v))
        found = variable_add_value(v, out);
    json_unref(v);
    return found;
}

enum variable variable_fill(const struct reading *in, const char *name, size_t len, struct buf *out)
{
    struct words rest = {name, len};
    enum variable found = VARIABLE_NONE;

    while (in->variables && !found && rest.len)
        found = add_one(in, variable_next_of(&rest), out);
    return found;
}
