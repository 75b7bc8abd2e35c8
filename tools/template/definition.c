/*
 * A definition, however it is written down: validated, or given to `take`, and its problems put
 * where they stand in the file that a person edits. There are three forms. Values are copied with
 * their places (definition_value); text is sewn together in a quilt (definition_text); and a file
 * of its own is read and then is text (definition_file).
 */

#include "asl/report/quota.h"
#include "tools/template/template_impl.h"

#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>

const json *member(const json *v, const struct json_places *at, const char *key,
                   const struct json_places **member_at)
{
    size_t i = v && json_is_object(v) ? json_find(v, key, strlen(key)) : SIZE_MAX;

    if (i == SIZE_MAX)
        return NULL;
    if (member_at)
        *member_at = &at->kids[i];
    return json_value_at(v, i);
}

void reading_init(struct reading *r, const struct template_reader *to, const char *name,
                  const char *text, size_t len, enum document_format format)
{
    *r = (struct reading){.to = to, .name = name, .text = text, .len = len, .format = format};
    source_lines_init(&r->lines, text, len);
}

void reading_clear(struct reading *r)
{
    json_unref(r->assets);
    source_lines_clear(&r->lines);
}

enum asl_workflow definition_workflow(struct reading *in, const json *v)
{
    if (in->to->forced)
        return *in->to->forced;
    return v && json_is_string(v) && json_str_is(v, "EXPRESS") ? ASL_EXPRESS : ASL_STANDARD;
}

static void found(const struct machine *m, struct reading *in, struct asl_report *report)
{
    in->to->found(in->to->ctx,
                  &(struct template_found){
                      .machine = m->name, .file = in->name, .lines = &in->lines, .report = report});
}

void definition_unchecked(struct machine *m, const char *why)
{
    m->unchecked = true;
    m->in->to->unchecked(m->in->to->ctx, m->in->name, m->name, why);
}

/* ---- definitions that are taken ---- */

/* The names of the placeholders in a text. */
static void add_open(struct json_build *names, const char *text, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++) {
        size_t n = text[i] == '$' ? placeholder_at(text + i, len - i) : 0;
        if (n)
            json_build_set_key(names, json_string(text + i + 2, n - 3), json_bool(true));
    }
}

/* Recurses as deep as the template goes, JSON_MAX_DEPTH at most. */
static void add_open_of_value(struct json_build *names, const json *v)
{
    if (json_is_string(v))
        add_open(names, json_str(v), json_str_len(v));
    if (json_is_scalar(v))
        return;
    for (size_t i = 0; i < json_count(v); i++) {
        if (!json_is_array(v))
            add_open_of_value(names, json_key_at(v, i));
        add_open_of_value(names, json_is_array(v) ? json_at(v, i) : json_value_at(v, i));
    }
}

/*
 * Adds the names of a quilt's patches. placeholder_at would not find them all, as names of
 * functions and interpolations have letters that others may not have. A bare one stands in quotes,
 * which are no part of its name.
 */
static void add_open_of_quilt(struct json_build *names, const struct quilt *q)
{
    for (size_t i = 0; i < q->count; i++) {
        size_t from = q->patches[i].from + (q->patches[i].bare ? 3 : 2),
               to = q->patches[i].to - (q->patches[i].bare ? 2 : 1);
        json_build_set_key(names, json_string(q->text.data + from, to - from), json_bool(true));
    }
}

static char *first_bare(const struct quilt *q)
{
    for (size_t i = 0; i < q->count; i++)
        if (q->patches[i].bare)
            return mem_strndup(q->text.data + q->patches[i].from + 3,
                               q->patches[i].to - q->patches[i].from - 5);
    return NULL;
}

/* Returns an object with the names of open placeholders, in `value` or, if that is NULL, in the
 * text; `q` is what that text was sewn into, or NULL. */
static json *open_names(const json *value, const char *text, size_t len, const struct quilt *q)
{
    struct json_build names;

    json_build_object(&names, 0);
    if (value)
        add_open_of_value(&names, value);
    else
        add_open(&names, text, len);
    if (q)
        add_open_of_quilt(&names, q);
    return json_build_done(&names);
}

/* Gives the definition to the reader's `take`, with what the machine and the file add to it. `q`
 * is what its text was sewn into, or NULL. */
static void definition_give(struct machine *m, struct reading *in, struct template_taken taken,
                            const struct quilt *q)
{
    char *bare = q ? first_bare(q) : NULL;
    json *open = open_names(taken.value, taken.text, taken.len, q);

    taken.machine = m->name;
    taken.file = in->name;
    taken.lines = &in->lines;
    taken.workflow = m->workflow;
    taken.open = open;
    taken.bare = bare;
    m->in->to->take(m->in->to->ctx, &taken);
    json_unref(open);
    mem_free(bare);
}

/* Tells which placeholders stay, but only of a definition that stands alone, and to somebody who
 * gave values for others: in templates warnings tell it, and without any value it is meant. */
static void definition_tell_open(struct machine *m, struct reading *in, const json *value,
                                 const char *text, size_t len, const struct quilt *q)
{
    const struct template_reader *to = m->in->to;

    if (m->name || !to->open || !to->given || !placeholders_any(to->given))
        return;
    json *names = open_names(value, text, len, q);
    if (json_count(names))
        to->open(to->ctx, in->name, names);
    json_unref(names);
}

/* ---- values ---- */

/* A tree that is copied, with the calls of functions as what they come to. */
struct flatten {
    struct machine *m;
    struct arena a; /* of the places */
    struct asl_report *warnings;
};

static json *flatten_call(struct flatten *f, const json *v, const struct json_places *at)
{
    struct quilt q = {.plain = true, .filler = f->m};

    cfn_text(&q, f->m->in, v, at);
    substitutions_check(&f->m->substitutions, f->m->in, &q, f->warnings);
    json *text = json_string(buf_str(&q.text), q.text.len);
    quilt_clear(&q);
    return text;
}

/* Turns #{…} into ${…}: serverless-pseudo-parameters, a plugin of Serverless, writes
 * placeholders so. */
static json *flatten_pseudo(const json *v)
{
    struct buf text = {0};

    buf_add(&text, json_str(v), json_str_len(v));
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.data[i] == '#' && text.data[i + 1] == '{')
            text.data[i] = '$';
    return json_take_buf(&text);
}

/* A variable of serverless.yml, "self:custom.delay", keeps its type where it is all of a value. */
static json *typed(const struct quilt *q, const char *name)
{
    const char *colon = strchr(name, ':');
    json *v = colon && colon[1] != ':' ? json_parse(q->text.data, q->text.len, 0, NULL) : NULL;

    if (v && (json_is_string(v) || !json_is_scalar(v))) {
        json_unref(v);
        v = NULL;
    }
    return v;
}

/* Returns whether `v`, all of which is a placeholder, is a variable that stands for a string. */
static bool is_text_variable(const struct reading *in, const json *v)
{
    struct buf text = {0};
    bool is = variable_fill(in, json_str(v) + 2, json_str_len(v) - 3, &text) == VARIABLE_TEXT;

    buf_clear(&text);
    return is;
}

/* Takes the string or key `v`. CloudFormation leaves a string what it is: "5" is no number. */
static json *fill_in(struct flatten *f, json *v, bool key)
{
    struct quilt q = {.plain = true, .filler = f->m};
    struct source_map map = {0};
    size_t len = json_str_len(v);
    json *out = NULL;

    if (!placeholder_may_be_in(json_str(v), len))
        return v;
    source_map_add(&map, 0, 0, true);
    quilt_add(&q, json_str(v), 0, len, &map);
    bool whole = placeholder_at(json_str(v), len) == len;
    if (!key && whole && f->m->in->pseudo && q.text.len)
        out = typed(&q, json_str(v));
    if (out && is_text_variable(f->m->in, v)) {
        json_unref(out);
        out = NULL;
    }
    if (!out)
        out = json_string(buf_str(&q.text), q.text.len);
    json_unref(v);
    source_map_clear(&map);
    quilt_clear(&q);
    return out;
}

static json *flatten_string(struct flatten *f, const json *v, struct place at, bool key)
{
    bool pseudo = !key && f->m->in->pseudo && strstr(json_str(v), "#{");
    json *text = fill_in(f, pseudo ? flatten_pseudo(v) : json_ref(v), key);

    /* What is filled in is told by now; what stays may be anything's. */
    if (json_is_string(text))
        substitutions_check_string(&f->m->substitutions, text, at, f->warnings);
    return text;
}

/* Recurses as deep as the template goes, JSON_MAX_DEPTH at most. */
static json *definition_flatten(struct flatten *f, const json *v, const struct json_places *at,
                                struct json_places *out)
{
    struct json_build b;
    size_t count = json_count(v);

    out->value = at->value;
    out->key = at->key;
    if (cfn_function(v))
        return flatten_call(f, v, at);
    if (json_is_string(v))
        return flatten_string(f, v, at->value, false);
    if (json_is_scalar(v))
        return json_ref(v);
    out->kids = arena_calloc(&f->a, count ? count : 1, sizeof *out->kids);
    if (json_is_array(v))
        json_build_array(&b, count);
    else
        json_build_object(&b, count);
    for (size_t i = 0; i < count; i++) {
        if (json_is_array(v)) {
            json_build_add(&b, definition_flatten(f, json_at(v, i), &at->kids[i], &out->kids[i]));
            continue;
        }
        json *key = flatten_string(f, json_key_at(v, i), at->kids[i].key, true);
        /* What is filled in may name a member that is there already. */
        size_t have = json_find(b.v, json_str(key), json_str_len(key));
        json *value = definition_flatten(f, json_value_at(v, i), &at->kids[i],
                                         &out->kids[have == SIZE_MAX ? json_count(b.v) : have]);
        json_build_set_key(&b, key, value);
    }
    return json_build_done(&b);
}

/* Moves the problems of one report to another, which then owns their texts. */
static void definition_append(struct asl_report *to, struct asl_report *from)
{
    for (size_t i = 0; i < from->count; i++) {
        MEM_GROW(to->problems, to->count, to->cap);
        to->problems[to->count++] = from->problems[i];
        to->errors += from->problems[i].severity == ASL_ERROR;
    }
    from->count = 0;
    asl_report_clear(from);
}

void definition_value(struct machine *m, const json *v, const struct json_places *at)
{
    struct asl_report report = {0}, warnings = {0};
    struct flatten f = {.m = m, .warnings = &warnings};
    struct json_places places = {0};
    json *definition = definition_flatten(&f, v, at, &places);

    /* A call that came to one placeholder and nothing else tells nothing of the definition. */
    if (json_is_string(definition) && asl_has_placeholder(definition)) {
        definition_unchecked(m, "what its definition will be is not known here");
    } else if (m->in->to->take) {
        definition_give(m, m->in, (struct template_taken){.value = definition, .places = &places},
                        NULL);
    } else {
        asl_lint_value(definition, &places, m->workflow, m->in->to->wanted, &report);
        definition_append(&report, &warnings);
        found(m, m->in, &report);
        definition_tell_open(m, m->in, definition, NULL, 0, NULL);
    }
    json_unref(definition);
    arena_clear(&f.a);
    asl_report_clear(&report);
    asl_report_clear(&warnings);
}

/* ---- text ---- */

/* A text that can't be read for what a placeholder left open, is not known to be wrong. */
static bool is_open(const struct quilt *q, struct source_lines *lines,
                    const struct asl_report *report)
{
    const struct asl_problem *p = report->count == 1 ? &report->problems[0] : NULL;

    return p && strcmp(p->code, "INVALID_JSON_DESCRIPTION") == 0 &&
           quilt_is_bare(q, source_offset(lines, p->place.line, p->place.column));
}

/* Turns places in the text that was sewn together into places in the file. An end is looked up
 * apart from its beginning, as the pieces between them may stand anywhere. */
static void definition_translate(const struct source_map *map, struct source_lines *lines,
                                 struct source_lines *file, struct asl_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        struct place *p = &report->problems[i].place;
        if (!p->line)
            continue;
        size_t at = source_offset(lines, p->line, p->column);
        size_t end = source_offset(lines, p->line, p->column + p->length);
        *p = source_place(file, source_map_find(map, at),
                          source_map_end(map, end > at ? end : at + 1));
    }
}

/* Translates the places of problems in a text that was taken. Those of a value are in the file
 * already. */
static void translate_taken(const struct template_taken *t, struct asl_report *report)
{
    struct source_lines lines;

    source_lines_init(&lines, t->text, t->len);
    definition_translate(t->map, &lines, t->lines, report);
    source_lines_clear(&lines);
}

asl_machine *template_compile(const struct template_taken *t, struct asl_report *report)
{
    asl_machine *m = t->value ? asl_compile_value(t->value, t->places, report)
                              : asl_compile(t->text, t->len, t->format, report);

    if (t->text && t->map)
        translate_taken(t, report);
    return m;
}

void template_mark(const struct template_taken *t, template_marks *mark, void *user,
                   struct asl_report *marks)
{
    struct json_places *places = NULL;
    struct arena arena = {0};
    json *read =
        t->value ? NULL : document_parse(t->format, t->text, t->len, 0, &arena, &places, NULL);

    if (t->value || read)
        mark(user,
             &(struct asl_at){.value = t->value ? t->value : read,
                              .places = t->value ? t->places : places},
             marks);
    if (t->text && t->map)
        translate_taken(t, marks);
    json_unref(read);
    arena_clear(&arena);
}

void template_validate(const struct template_taken *t, const struct asl_served *served,
                       struct asl_report *report)
{
    if (t->value)
        asl_validate_value(t->value, t->places, t->workflow, served, report);
    else
        asl_validate(t->text, t->len, t->format, t->workflow, served, report);
    if (t->text && t->map)
        translate_taken(t, report);
}

static void refuse_bare(struct machine *m, const struct quilt *q)
{
    char *name = first_bare(q);
    struct buf why = {0};

    buf_printf(&why,
               "what ${%s} stands for, outside of quotes, decides whether its definition is JSON",
               name);
    definition_unchecked(m, buf_str(&why));
    buf_clear(&why);
    mem_free(name);
}

/* Validates the text of a quilt, which stands in the file `in`. What was sewn from YAML is read
 * as YAML, which also reads the JSON that may be in it. */
static void definition_check_text(struct machine *m, struct reading *in, const struct quilt *q)
{
    enum document_format format = q->plain ? DOCUMENT_YAML : DOCUMENT_JSON;
    struct asl_report report = {0};
    struct source_lines lines;

    if (m->in->to->take) {
        definition_give(
            m, in,
            (struct template_taken){
                .text = q->text.data, .len = q->text.len, .format = format, .map = &q->map},
            q);
        return;
    }
    source_lines_init(&lines, q->text.data, q->text.len);
    asl_lint(q->text.data, q->text.len, format, m->workflow, m->in->to->wanted, &report);
    if (is_open(q, &lines, &report)) {
        refuse_bare(m, q);
    } else {
        definition_translate(&q->map, &lines, &in->lines, &report);
        substitutions_check(&m->substitutions, in, q, &report);
        found(m, in, &report);
        definition_tell_open(m, in, NULL, q->text.data, q->text.len, q);
    }
    source_lines_clear(&lines);
    asl_report_clear(&report);
}

void definition_text(struct machine *m, const struct quilt *q)
{
    if (quilt_is_unknown(q))
        definition_unchecked(m, "what its definition will be is not known here");
    else
        definition_check_text(m, m->in, q);
}

/* ---- files ---- */

/* Warns of placeholders in a file whose text is used as it stands; the quilt is only there to
 * look at. */
static void check_whole(struct machine *m, struct reading *in, struct asl_report *report)
{
    struct quilt q = {.plain = true};

    if (!m->substitutions.wanted)
        return;
    source_map_add(&q.map, 0, 0, false);
    buf_add(&q.text, in->text, in->len);
    substitutions_check(&m->substitutions, in, &q, report);
    quilt_clear(&q);
}

/*
 * Text with placeholders is sewn together: of JSON all, which may stand outside of strings; of YAML
 * where some are filled in. All else is read as it is.
 */
static bool sew_file(struct machine *m, struct reading *in, struct quilt *q)
{
    struct source_map map = {0};
    bool yaml = in->format != DOCUMENT_JSON;

    if (in->len > QUOTA_DEFINITION || !placeholder_may_be_in(in->text, in->len))
        return false;
    if (yaml && !m->substitutions.given && !(in->to->given && placeholders_any(in->to->given)))
        return false;
    q->filler = m;
    q->plain = yaml;
    source_map_add(&map, 0, 0, false);
    quilt_add(q, in->text, 0, in->len, &map);
    source_map_clear(&map);
    return true;
}

static void check_file(struct machine *m, struct reading *in)
{
    struct asl_report report = {0};
    struct quilt q = {0};

    if (sew_file(m, in, &q)) {
        definition_check_text(m, in, &q);
    } else if (in->to->take) {
        definition_give(
            m, in, (struct template_taken){.text = in->text, .len = in->len, .format = in->format},
            NULL);
    } else {
        asl_lint(in->text, in->len, in->format, m->workflow, m->in->to->wanted, &report);
        check_whole(m, in, &report);
        found(m, in, &report);
        definition_tell_open(m, in, NULL, in->text, in->len, NULL);
    }
    quilt_clear(&q);
    asl_report_clear(&report);
}

void definition_alone(struct machine *m)
{
    check_file(m, m->in);
}

static void refuse_file(struct machine *m, const struct json_places *at, const struct diag *why)
{
    struct asl_report report = {0};
    struct asl_at place = {.places = at};

    asl_report_add(&report, ASL_ERROR, "ASL_NO_DEFINITION_FILE", &place, ASL_VALUE,
                   "a path is seen from the folder of the template",
                   "The file of the definition can't be read: %s", why->text);
    asl_report_relocate(&report, NULL);
    m->unchecked = true;
    found(m, m->in, &report);
    asl_report_clear(&report);
}

/* Adds a path to a folder: "machines/" and "../x.json" is "x.json". Messages then show the name
 * that a person would write, and the same file has the same name. */
static void definition_add_path(struct buf *folder, const char *path)
{
    for (;;) {
        size_t last = folder->len ? folder->len - 1 : 0;
        while (last && folder->data[last - 1] != '/')
            last--;
        size_t n = folder->len - last;
        bool named = n > 1 && memcmp(folder->data + last, "./", 2) != 0 &&
                     !(n == 3 && memcmp(folder->data + last, "../", 3) == 0);
        if (strncmp(path, "./", 2) == 0) {
            path += 2;
        } else if (strncmp(path, "../", 3) == 0 && named) {
            path += 3;
            folder->len = last;
        } else {
            break;
        }
    }
    buf_adds(folder, path);
}

void definition_path(struct buf *out, const char *from, const char *path)
{
    const char *slash = strrchr(from, '/');

    if (slash && *path != '/')
        buf_add(out, from, (size_t)(slash - from) + 1);
    definition_add_path(out, path);
}

void definition_file(struct machine *m, const char *path, const struct json_places *at)
{
    struct buf name = {0}, text = {0};
    struct diag why = {0};
    struct reading file;

    definition_path(&name, (m->root ? m->root : m->in)->name, path);
    if (m->in->to->read_file(m->in->to->ctx, m->in->name, buf_str(&name), &text, &why)) {
        buf_str(&text);
        reading_init(&file, m->in->to, buf_str(&name), text.data, text.len,
                     document_format(buf_str(&name), text.data, text.len));
        file.variables = m->in->variables;
        check_file(m, &file);
        reading_clear(&file);
    } else {
        refuse_file(m, at, &why);
    }
    diag_clear(&why);
    buf_clear(&name);
    buf_clear(&text);
}

void definition_end(struct machine *m)
{
    struct asl_report report = {0};

    if (!m->unchecked)
        substitutions_unused(&m->substitutions, &report);
    if (report.count)
        m->in->to->found(m->in->to->ctx, &(struct template_found){.machine = m->name,
                                                                  .file = m->in->name,
                                                                  .lines = &m->in->lines,
                                                                  .report = &report,
                                                                  .remark = true});
    asl_report_clear(&report);
    substitutions_clear(&m->substitutions);
}
