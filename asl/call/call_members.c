/*
 * Names in the objects of calls: those that there are not, and those that are required. A model has
 * its names as the service writes them, Step Functions as the SDK for Java does.
 */
#include "asl/call/call_impl.h"
#include "asl/eval/expression.h"
#include "parsers/base/ascii.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text.h"

#include <string.h>

/* ---- names ---- */

enum { LONGEST_NAME = 256 };

/* A member's name as Step Functions has it; nothing when it is too long. */
static void member_name(const char *own, char out[LONGEST_NAME])
{
    size_t len = strlen(own);

    out[0] = '\0';
    if (len + MODEL_TITLE_TAIL < LONGEST_NAME)
        model_member_title(own, out);
}

/* The SDK's spelling, or the model's own with a first capital: "SsekmsKeyId", "SSEKMSKeyId". */
static bool spells(const struct walk *w, const char *own, const char *name, size_t len)
{
    size_t n = strlen(own);
    char sdk[LONGEST_NAME];

    /* Most names differ, and most others are the same but for the first letter. */
    if (len == 0 || name[0] != ascii_upper(own[0]))
        return false;
    if (len == n && name[0] == ascii_upper(own[0]) && memcmp(own + 1, name + 1, len - 1) == 0)
        return !w->sdk || !model_is_java_word(own, n);
    member_name(own, sdk);
    return strlen(sdk) == len && memcmp(sdk, name, len) == 0;
}

static bool find_member(const struct walk *w, const struct model_shape *shape, const char *name,
                        size_t len, struct model_member *out)
{
    return model_member_named(shape, name, len, out) && spells(w, out->name, name, len);
}

bool call_is_path(const struct walk *w, const json *key)
{
    return w->source == CALL_OF_JSONPATH && json_str_ends(key, ".$");
}

/* ---- the members of an object ---- */

static const struct call_field *find_own(const struct members *m, const char *name, size_t len)
{
    for (const struct call_field *f = m->own; f && f->name; f++)
        if (strlen(f->name) == len && memcmp(f->name, name, len) == 0)
            return f;
    return NULL;
}

/* Writes the nearest name that the object may have into `out`, as Step Functions writes it. Returns
 * false when none is near. */
static bool guess_member(const struct walk *w, const struct members *m, const char *name,
                         size_t len, char out[LONGEST_NAME])
{
    struct nearest near = {.want = name, .len = len};

    for (const struct call_field *f = m->own; f && f->name; f++)
        nearest_offer(&near, f->name);
    for (size_t i = 0; m->shape && i < m->shape->count && *w->guesses; i++, --*w->guesses)
        nearest_offer(&near, model_member_at(m->shape, i).name);
    if (near.best)
        member_name(near.best, out);
    return near.best;
}

static size_t name_length(const struct walk *w, const json *key)
{
    return json_str_len(key) - (call_is_path(w, key) ? strlen(".$") : 0);
}

static bool is_member(const struct walk *w, const struct members *m, const char *name, size_t len,
                      struct model_member *out)
{
    return m->shape && find_member(w, m->shape, name, len, out);
}

/* More names than that are not read. */
enum { MOST_NAMES = 12 };

static void list_name(struct buf *out, const char *name)
{
    buf_printf(out, "%s%s", out->len ? ", " : "", name);
}

/* Most people write names as the service's own guide has them, "SS" for "Ss": both are told. */
static void list_member(const struct walk *w, struct buf *out, const char *own)
{
    char sdk[LONGEST_NAME], plain[LONGEST_NAME];
    size_t len = strlen(own);

    member_name(own, sdk);
    list_name(out, sdk);
    if (!sdk[0])
        return;
    memcpy(plain, own, len + 1);
    plain[0] = ascii_upper(own[0]);
    if (strcmp(plain, sdk) != 0 && spells(w, own, plain, len))
        buf_printf(out, " (%s)", plain);
}

void call_list_members(const struct walk *w, const struct members *m, struct buf *out)
{
    size_t count = m->shape ? m->shape->count : 0;

    for (const struct call_field *f = m->own; f && f->name; f++)
        count++;
    if (count > MOST_NAMES)
        return;
    for (const struct call_field *f = m->own; f && f->name; f++)
        list_name(out, f->name);
    for (size_t i = 0; m->shape && i < m->shape->count; i++)
        list_member(w, out, model_member_at(m->shape, i).name);
}

static bool is_given_literally(const struct walk *w, const struct asl_at *at)
{
    return !call_is_path(w, at->key) &&
           !(w->source == CALL_OF_JSONATA && json_is_string(at->value) &&
             asl_expression_begins(at->value));
}

static void tell_unknown(const struct walk *w, const struct asl_at *at, const struct members *m)
{
    char meant[LONGEST_NAME];
    struct buf name = {0}, has = {0};

    buf_add(&name, json_str(at->key), name_length(w, at->key));
    bool near = guess_member(w, m, buf_str(&name), name.len, meant);
    if (!near && *w->guesses)
        call_list_members(w, m, &has);
    w->see(w->user, &(struct call_problem){.fault = CALL_UNKNOWN,
                                           .at = at,
                                           .name = buf_str(&name),
                                           .meant = near ? meant : NULL,
                                           .has = has.len ? buf_str(&has) : NULL,
                                           .literal = is_given_literally(w, at),
                                           .inside = m->inside});
    buf_clear(&name);
    buf_clear(&has);
}

/* Finds what is given for a parameter. A null is as good as nothing: it is not sent. */
static bool find_parameter(const struct walk *w, const struct asl_at *at, const char *want,
                           struct asl_at *out)
{
    for (size_t i = 0; i < json_count(at->value); i++) {
        const json *key = json_key_at(at->value, i);

        if (spells(w, want, json_str(key), name_length(w, key))) {
            asl_at_index(at, i, out);
            return true;
        }
    }
    return false;
}

static bool has_parameter(const struct walk *w, const struct asl_at *at, const char *want)
{
    struct asl_at given;

    return find_parameter(w, at, want, &given) && json_kind(given.value) != JSON_NULL;
}

/* Finds a member whose name there is not, and which likely stands for `sdk`. */
static bool find_misspelt(const struct walk *w, const struct asl_at *at, const struct members *m,
                          const char *sdk, struct asl_at *out)
{
    char meant[LONGEST_NAME];
    struct model_member member;

    for (size_t i = 0; i < json_count(at->value) && *w->guesses; i++) {
        asl_at_index(at, i, out);
        const char *name = json_str(out->key);
        size_t len = name_length(w, out->key);

        if (!find_own(m, name, len) && !is_member(w, m, name, len, &member) &&
            guess_member(w, m, name, len, meant) && strcmp(meant, sdk) == 0)
            return true;
    }
    return false;
}

static void check_given(const struct walk *w, const struct asl_at *at, const struct members *m,
                        const char *own, struct call_problem is)
{
    char name[LONGEST_NAME];
    struct asl_at misspelt, given;

    if (find_parameter(w, at, own, &given)) {
        if (json_kind(given.value) != JSON_NULL)
            return;
        /* AWS creates such a machine, as the name is there. */
        if (w->source != CALL_OF_TASK) {
            call_tell_value(w, &given, "'%s' is required, and null is not sent",
                            call_name_of(&given));
            return;
        }
    }
    member_name(own, name);
    is.fault = CALL_MISSING;
    is.at = at;
    is.name = name;
    is.inside = m->inside;
    if (find_misspelt(w, at, m, name, &misspelt)) {
        is.misspelt = &misspelt;
        is.literal = is_given_literally(w, &misspelt);
    }
    w->see(w->user, &is);
}

static bool is_needed(const struct walk *w, const struct members *m, const char *name)
{
    for (size_t i = 0; !m->inside && w->call->needs && w->call->needs[i]; i++)
        if (strcmp(w->call->needs[i], name) == 0)
            return true;
    return false;
}

void call_check_required(const struct walk *w, const struct asl_at *at, const struct members *m)
{
    for (size_t i = 0; !m->inside && w->call->needs && w->call->needs[i]; i++)
        check_given(w, at, m, w->call->needs[i], (struct call_problem){.needed = true});
    for (const struct call_field *f = m->own; f && f->name; f++)
        if (f->required && !(f->instead && has_parameter(w, at, f->instead)))
            check_given(w, at, m, f->name, (struct call_problem){0});
    for (size_t i = 0; m->shape && i < m->shape->count; i++) {
        if (!model_member_is_required(m->shape, i))
            continue;
        struct model_member member = model_member_at(m->shape, i);

        if (!is_needed(w, m, member.name) &&
            !text_has_word(m->optional, member.name, strlen(member.name)))
            check_given(w, at, m, member.name,
                        (struct call_problem){.filled = member.idempotency_token});
    }
}

/* Of a union one member is given: it is one thing or another. */
static void check_union(const struct walk *w, const struct asl_at *at, const struct members *m)
{
    size_t count = 0;
    struct buf given = {0};

    for (size_t i = 0; i < json_count(at->value); i++)
        count += json_kind(json_value_at(at->value, i)) != JSON_NULL;
    if (!m->shape || count == 1 || !(m->shape->is_union || call_is_attribute(m->shape)))
        return;
    buf_add_int(&given, (int64_t)count);
    call_tell_object(w, at, m, "'%s' takes one of its members, and this has %s", call_name_of(at),
                     count ? buf_str(&given) : "none");
    buf_clear(&given);
}

void call_check_members(const struct walk *w, const struct asl_at *at, const struct members *m)
{
    struct model_member member;
    struct asl_at each;

    for (size_t i = 0; i < json_count(at->value); i++) {
        const json *key = json_key_at(at->value, i);
        const char *name = json_str(key);
        size_t len = name_length(w, key);
        const struct call_field *own = find_own(m, name, len);
        bool known = own || is_member(w, m, name, len, &member);

        /* What a path leads to isn't known, so most members need no second look. */
        if (known && call_is_path(w, key))
            continue;
        asl_at_index(at, i, &each);
        if (own)
            call_check_own(w, &each, own);
        else if (!known)
            tell_unknown(w, &each, m);
        else if (!member.json_text && !text_has_word(w->call->any, name, len))
            call_check_shape(w, &each, member.shape, NULL);
    }
    /* A member that is named by a placeholder may be any. */
    if (w->source != CALL_OF_TASK && asl_is_open(at->value))
        return;
    call_check_required(w, at, m);
    check_union(w, at, m);
}
