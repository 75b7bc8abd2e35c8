/*
 * ARNs and names: arn:PARTITION:states:REGION:ACCOUNT:KIND:NAME[:REST]. Only the form is checked
 * here, in the order in which AWS does it, as each step has words of its own; whether there is
 * such a thing, its module knows. Region and account may be others: then nothing is found.
 */

#include "runtime/api/api_arn.h"

#include "runtime/api/api_call.h"
#include "runtime/api/api_state.h"
#include "runtime/base/partition.h"
#include "runtime/engine/names.h"

#include <string.h>

/* Returns whether the word is among those that are separated by blanks. */
static bool is_among_words(const char *words, const char *word, size_t len)
{
    for (const char *w = words; *w; w += strspn(w, " ")) {
        size_t n = strcspn(w, " ");
        if (n == len && memcmp(w, word, n) == 0)
            return true;
        w += n;
    }
    return false;
}

/* arn = "arn:" PARTITION ":" SERVICE ":" REGION ":" ACCOUNT ":" KIND ":" NAME [":" REST] */
bool arn_parse(struct call *c, const char *text, const char *kinds, struct arn *out)
{
    const char *at = text;

    if (strncmp(text, "arn:", 4) != 0) {
        call_fail(c, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", text);
        return false;
    }
    for (int colons = 0; colons < 5 && at; colons++) {
        at = strchr(at, ':');
        at = at ? at + 1 : NULL;
    }
    if (!at || !*at) {
        call_fail(c, "InvalidArn", "Invalid Arn: 'Invalid ARN: %s'", text);
        return false;
    }
    out->kind = at;
    out->kind_len = strcspn(at, ":");
    if (!is_among_words(kinds, out->kind, out->kind_len)) {
        call_fail(c, "InvalidArn", "Invalid Arn: 'Resource type not valid in this context: %.*s'",
                  (int)out->kind_len, out->kind);
        return false;
    }
    out->name = at + out->kind_len;
    if (*out->name != ':' || !out->name[1]) {
        call_fail(c, "InvalidArn", "Invalid Arn: 'Invalid ARN: %s'", text);
        return false;
    }
    out->name++;
    out->name_len = strcspn(out->name, ":");
    out->rest = out->name[out->name_len] ? out->name + out->name_len + 1 : NULL;
    return true;
}

bool arn_refuse_label(struct call *c, const char *text)
{
    const char *kind = strstr(text, ":stateMachine:");

    if (!kind || !strchr(kind, '/'))
        return true;
    call_refuse(c, "API_DOES_NOT_SUPPORT_LABELED_ARNS",
                "The ARN of a Map inside of a state machine is not supported here: '%s'", text);
    return false;
}

json *arn_make(const api *a, const char *kind, const char *name)
{
    return json_stringf("arn:%s:states:%s:%s:%s:%s", partition_name(a->region), a->region,
                        a->account, kind, name);
}

/* The message has the name's own bytes: a NUL may be among them. */
bool name_check(struct call *c, const json *name)
{
    const char *text = json_str(name);
    size_t len = json_str_len(name);

    if (names_good_len(text, len) == len)
        return true;
    call_fail(c, "InvalidName", "Invalid Name: '");
    buf_add(&c->message, text, len);
    buf_addc(&c->message, '\'');
    return false;
}
