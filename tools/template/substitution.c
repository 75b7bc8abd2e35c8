/*
 * Placeholders that a template fills in by DefinitionSubstitutions: warnings of those without a
 * value and of values without a placeholder, and the values themselves.
 */

#include "asl/report/quota.h"
#include "tools/template/template_impl.h"

#include "parsers/base/mem.h"

#include <string.h>

#define MISSING "ASL_MISSING_SUBSTITUTION"
#define UNUSED "ASL_UNUSED_SUBSTITUTION"

void substitutions_init(struct substitutions *s, const json *given,
                        const struct json_places *places)
{
    *s = (struct substitutions){.wanted = true};
    if (!given || !json_is_object(given)) {
        /* Made by a function, which only a deployment can tell. */
        s->wanted = !given;
        return;
    }
    s->given = given;
    s->places = places;
    s->used = mem_calloc(json_count(given) + 1, sizeof *s->used);
    s->texts = mem_calloc(json_count(given) + 1, sizeof *s->texts);
}

static void warn(struct asl_report *report, const char *code, struct place place, const char *hint,
                 const char *what, const char *name, size_t len)
{
    struct json_places places = {.value = place};
    struct asl_at at = {.places = &places};

    asl_report_add(report, ASL_WARNING, code, &at, ASL_VALUE, hint, "%s ${%.*s}", what, (int)len,
                   name);
    asl_report_relocate(report, NULL);
}

/* Returns whether a substitution fills the placeholder in, and notes that this one is used. */
static bool substitution_is_given(struct substitutions *s, const char *name, size_t len)
{
    size_t i = s->given ? json_find(s->given, name, len) : SIZE_MAX;

    if (i != SIZE_MAX)
        s->used[i] = true;
    return i != SIZE_MAX;
}

/* Returns whether the name is a variable of serverless.yml, "self:custom.x", and no pseudo
 * parameter, "AWS::Region". */
static bool is_variable(const char *name, size_t len)
{
    const char *colon = memchr(name, ':', len);

    return colon && colon + 1 < name + len && colon[1] != ':';
}

static void miss(struct asl_report *report, struct place place, const char *name, size_t len)
{
    warn(report, MISSING, place,
         is_variable(name, len) ? "its value is not known here: give --set NAME=VALUE"
                                : "give it in DefinitionSubstitutions, or let Fn::Sub fill it in",
         "Nothing is filled in for the placeholder", name, len);
}

void substitutions_check(struct substitutions *s, struct reading *in, const struct quilt *q,
                         struct asl_report *report)
{
    const char *text = q->text.data;
    size_t patch = 0;

    if (!s->wanted)
        return;
    for (size_t i = 0; i < q->text.len; i++) {
        while (patch < q->count && q->patches[patch].to <= i)
            patch++;
        if (patch < q->count && q->patches[patch].filled && q->patches[patch].from <= i) {
            i = q->patches[patch].to - 1;
            continue;
        }
        size_t n = placeholder_at(text + i, q->text.len - i);
        if (n == 0)
            continue;
        /* Who writes ${!name} in Fn::Sub, and gives no substitutions, means the letters. */
        if (!substitution_is_given(s, text + i + 2, n - 3) && (s->given || !q->function))
            miss(report,
                 source_place(&in->lines, source_map_find(&q->map, i),
                              source_map_end(&q->map, i + n)),
                 text + i + 2, n - 3);
        i += n - 1;
    }
}

void substitutions_check_string(struct substitutions *s, const json *v, struct place at,
                                struct asl_report *report)
{
    const char *text = json_str(v);
    size_t len = json_str_len(v);

    if (!s->wanted)
        return;
    for (const char *p = text; (p = memchr(p, '$', len - (size_t)(p - text))) != NULL; p++) {
        size_t n = placeholder_at(p, len - (size_t)(p - text));
        if (n && !substitution_is_given(s, p + 2, n - 3))
            miss(report, at, p + 2, n - 3);
    }
}

void substitutions_unused(const struct substitutions *s, struct asl_report *report)
{
    for (size_t i = 0; i < json_count(s->given ? s->given : json_empty_object()); i++) {
        const json *key = json_key_at(s->given, i);
        if (!s->used[i])
            warn(report, UNUSED, s->places->kids[i].key,
                 "remove it, or check how the placeholder in the definition is spelled",
                 "The definition has no placeholder", json_str(key), json_str_len(key));
    }
}

/* ---- filling in ---- */

/*
 * The text of value `i`, null when it isn't known to the last letter. What its functions stand for,
 * only the command line can say; placeholders in its letters are filled in later.
 */
static json *substitution_text_of(struct machine *m, size_t i)
{
    const struct substitutions *s = &m->substitutions;
    struct quilt q = {.plain = true, .filler = m};
    json *text;

    m->filling = true;
    cfn_text(&q, m->in, json_value_at(s->given, i), &s->places->kids[i]);
    m->filling = false;
    if (q.count == 0 && !quilt_is_full(&q))
        text = json_string(buf_str(&q.text), q.text.len);
    else
        text = json_null();
    quilt_clear(&q);
    return text;
}

static bool fill_given(struct machine *m, const char *name, size_t len, struct buf *out)
{
    struct substitutions *s = &m->substitutions;
    size_t i = s->given ? json_find(s->given, name, len) : SIZE_MAX;

    if (i == SIZE_MAX || m->filling)
        return false;
    if (!s->texts[i])
        s->texts[i] = substitution_text_of(m, i);
    if (!json_is_string(s->texts[i]))
        return false;
    s->used[i] = true;
    buf_add(out, json_str(s->texts[i]), json_str_len(s->texts[i]));
    return true;
}

/* What variables come to, many times the file that they stand in, has a bound in all. */
static bool fill_variable(struct machine *m, const char *name, size_t len, struct buf *out)
{
    size_t before = out->len;

    if (m->of_variables > 4 * QUOTA_DEFINITION ||
        variable_fill(m->in, name, len, out) == VARIABLE_NONE)
        return false;
    m->of_variables += out->len - before + len;
    return true;
}

/*
 * The command line goes first: it tells what a deployment will do. A placeholder that stands for a
 * function's value (`filled`) isn't looked up in the substitutions, which are for those of the
 * definition itself.
 */
bool substitutions_fill(struct machine *m, const char *name, size_t len, bool filled,
                        struct buf *out, bool *checked)
{
    struct placeholders *set = m->in->to->given;
    const json *value = set ? placeholders_get(set, name, len) : NULL;

    *checked = value != NULL;
    if (value)
        buf_add(out, json_str(value), json_str_len(value));
    return value || (!filled && fill_given(m, name, len, out)) || fill_variable(m, name, len, out);
}

void substitutions_clear(struct substitutions *s)
{
    for (size_t i = 0; s->given && i < json_count(s->given); i++)
        json_unref(s->texts[i]);
    mem_free(s->texts);
    mem_free(s->used);
    *s = (struct substitutions){0};
}
