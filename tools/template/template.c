/*
 * What a file is, by what is in it. First its bytes are searched for words that each kind has,
 * since a repository has many files and few templates; only what has some is parsed and asked.
 */

#include "tools/template/template_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <string.h>

struct template_kind {
    const char *name;
    bool (*is)(const json *doc);
    void (*read)(struct reading *in, const json *doc, const struct json_places *at);
    /* What the text of one has, and what tells one that can't be read; NULL behind the last where
     * there are fewer. */
    const char *words[3], *marks[3];
};

static bool definition_is(const json *doc)
{
    return json_is_object(doc) && json_get(doc, "StartAt") && json_get(doc, "States");
}

/* The first row is what a file is taken for that is none of the others. The order decides
 * between kinds that both recognize a file. */
static const struct template_kind kinds[] = {
    {"definition", definition_is, NULL, {"StartAt"}, {NULL}},
    {"cloudformation",
     cloudformation_is,
     cloudformation_read,
     {"Resources"},
     {"AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"}},
    {"serverless",
     serverless_is,
     serverless_read,
     {"stepFunctions", "stateMachines", "resources"},
     {"stepFunctions:"}},
    {"terraform",
     terraform_is,
     terraform_read,
     {"aws_sfn_state_machine", "terraform_version"},
     {NULL}},
};

const struct template_kind *template_kind_find(const char *name)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static bool template_has_word(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);
    const char *end = text + len;

    for (const char *p = text; (p = memchr(p, *word, (size_t)(end - p))) != NULL; p++)
        if ((size_t)(end - p) >= n && memcmp(p, word, n) == 0)
            return true;
    return false;
}

/* Words are looked for in the bytes, as that is far quicker than to parse a file. */
static bool has_any(const char *text, size_t len, const char *const *words)
{
    for (size_t i = 0; i < 3 && words[i]; i++)
        if (template_has_word(text, len, words[i]))
            return true;
    return false;
}

const struct template_kind *template_kind_of(const char *name, const char *text, size_t len)
{
    const struct template_kind *kind = NULL;
    bool may_be[COUNT(kinds)], any = false;

    if (text_ends_with(name, ".asl.json") || text_ends_with(name, ".asl.yaml") ||
        text_ends_with(name, ".asl.yml"))
        return &kinds[0];
    /* Most files of a repository are none of them, and need not be read for that. */
    for (size_t i = 0; i < COUNT(kinds); i++)
        any |= may_be[i] = has_any(text, len, kinds[i].words);
    if (!any)
        return NULL;
    json *doc = document_parse(document_format(name, text, len), text, len, JSON_READ_TAGS, NULL,
                               NULL, NULL);
    for (size_t i = 0; i < COUNT(kinds) && !kind; i++)
        if (may_be[i] && (doc ? kinds[i].is(doc) : has_any(text, len, kinds[i].marks)))
            kind = &kinds[i];
    json_unref(doc);
    return kind;
}

/* ---- templates ---- */

static void template_tell(struct reading *in, struct asl_report *report, bool remark)
{
    in->to->found(in->to->ctx,
                  &(struct template_found){
                      .file = in->name, .lines = &in->lines, .report = report, .remark = remark});
}

/* Tells what is wrong with the text of a template itself. A repeated key is only a warning, because
 * what reads templates takes the last one. */
static void tell_of_text(struct reading *in, const struct diag *why, bool twice)
{
    struct asl_report report = {0};
    struct json_places places = {.value = why->place};
    struct asl_at at = {.places = &places};

    if (twice)
        asl_report_add(&report, ASL_WARNING, "ASL_DUPLICATE_KEY", &at, ASL_VALUE,
                       "the last one counts", "%s", why->text);
    else
        asl_report_add(&report, ASL_ERROR,
                       in->format == DOCUMENT_JSON ? "INVALID_JSON_DESCRIPTION"
                                                   : "INVALID_YAML_DESCRIPTION",
                       &at, ASL_VALUE, NULL, "%s", why->text);
    asl_report_relocate(&report, NULL);
    template_tell(in, &report, twice);
    asl_report_clear(&report);
}

/* A key that stands twice is told first; then the text is read once more, and the last one counts.
 */
static void template_read_template(struct reading *in, const struct template_kind *kind)
{
    struct arena a = {0};
    struct json_places *places = NULL;
    struct diag why = {0};
    json *doc = document_parse(in->format, in->text, in->len, JSON_READ_TAGS | JSON_READ_UNIQUE, &a,
                               &places, &why);

    if (!doc && why.code && strcmp(why.code, "JSON_DUPLICATE_KEY") == 0) {
        tell_of_text(in, &why, true);
        doc = document_parse(in->format, in->text, in->len, JSON_READ_TAGS, &a, &places, &why);
    }
    if (doc)
        kind->read(in, doc, places);
    else
        tell_of_text(in, &why, false);
    json_unref(doc);
    arena_clear(&a);
    diag_clear(&why);
}

void template_read(const struct template_reader *reader, const struct template_kind *kind,
                   const char *name, const char *text, size_t len)
{
    struct reading in;

    reading_init(&in, reader, name, text, len, document_format(name, text, len));
    if (kind->read) {
        template_read_template(&in, kind);
    } else {
        struct machine m = {.in = &in, .workflow = reader->otherwise};
        if (reader->forced)
            m.workflow = *reader->forced;
        definition_alone(&m);
        definition_end(&m);
    }
    reading_clear(&in);
}
