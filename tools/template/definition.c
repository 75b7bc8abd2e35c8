/* A definition, however it is written down: validated, and its problems put where they stand. */

#include "tools/template/template_impl.h"

#include "parsers/mem.h"

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

/* ---- values ---- */

/* A tree that is copied, with the calls of functions as what they come to. */
struct flatten {
    struct machine *m;
    struct arena a; /* of the places */
    struct asl_report *warnings;
};

static json *flatten_call(struct flatten *f, const json *v, const struct json_places *at)
{
    struct quilt q = {.plain = true};

    cfn_text(&q, f->m->in, v, at);
    substitutions_check(&f->m->substitutions, f->m->in, &q, f->warnings);
    json *text = json_string(buf_str(&q.text), q.text.len);
    quilt_clear(&q);
    return text;
}

/* #{…} of serverless.yml, as a plugin of it wants it. */
static json *flatten_pseudo(const json *v)
{
    struct buf text = {0};

    buf_add(&text, json_str(v), json_str_len(v));
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.data[i] == '#' && text.data[i + 1] == '{')
            text.data[i] = '$';
    return json_take_buf(&text);
}

static json *flatten_scalar(struct flatten *f, const json *v, const struct json_places *at)
{
    if (!json_is_string(v))
        return json_ref(v);
    substitutions_check_string(&f->m->substitutions, v, at->value, f->warnings);
    return f->m->in->pseudo && strstr(json_str(v), "#{") ? flatten_pseudo(v) : json_ref(v);
}

/* Recurses as deep as the template goes, JSON_MAX_DEPTH at most. */
static json *flatten(struct flatten *f, const json *v, const struct json_places *at,
                     struct json_places *out)
{
    struct json_build b;
    size_t count = json_count(v);

    out->value = at->value;
    out->key = at->key;
    if (cfn_function(v))
        return flatten_call(f, v, at);
    if (json_is_scalar(v))
        return flatten_scalar(f, v, at);
    out->kids = arena_calloc(&f->a, count ? count : 1, sizeof *out->kids);
    if (json_is_array(v))
        json_build_array(&b, count);
    else
        json_build_object(&b, count);
    for (size_t i = 0; i < count; i++) {
        if (json_is_array(v)) {
            json_build_add(&b, flatten(f, json_at(v, i), &at->kids[i], &out->kids[i]));
            continue;
        }
        const json *key = json_key_at(v, i);
        substitutions_check_string(&f->m->substitutions, key, at->kids[i].key, f->warnings);
        json *value = flatten(f, json_value_at(v, i), &at->kids[i], &out->kids[i]);
        json_build_set_key(&b, json_ref(key), value);
    }
    return json_build_done(&b);
}

static void append(struct asl_report *to, struct asl_report *from)
{
    for (size_t i = 0; i < from->count; i++) {
        if (to->count == to->cap) {
            to->cap = mem_grow(to->cap, to->count + 1);
            to->problems = mem_realloc(to->problems, to->cap * sizeof *to->problems);
        }
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
    json *definition = flatten(&f, v, at, &places);

    if (json_is_string(definition) && asl_has_placeholder(definition)) {
        definition_unchecked(m, "what its definition will be is not known here");
    } else {
        asl_lint_value(definition, &places, m->workflow, m->in->to->wanted, &report);
        append(&report, &warnings);
        found(m, m->in, &report);
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

static void translate(const struct quilt *q, struct source_lines *lines, struct source_lines *file,
                      struct asl_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        struct place *p = &report->problems[i].place;
        if (!p->line)
            continue;
        size_t at = source_offset(lines, p->line, p->column);
        size_t end = source_offset(lines, p->line, p->column + p->length);
        *p = source_place(file, source_map_find(&q->map, at),
                          source_map_end(&q->map, end > at ? end : at + 1));
    }
}

/* `in`: the file that the text stands in. */
static void check_text(struct machine *m, struct reading *in, const struct quilt *q)
{
    struct asl_report report = {0};
    struct source_lines lines;

    source_lines_init(&lines, q->text.data, q->text.len);
    asl_lint(q->text.data, q->text.len, DOCUMENT_JSON, m->workflow, m->in->to->wanted, &report);
    if (is_open(q, &lines, &report)) {
        definition_unchecked(m, "what a placeholder outside of quotes stands for decides whether "
                                "its definition is JSON");
    } else {
        translate(q, &lines, &in->lines, &report);
        substitutions_check(&m->substitutions, in, q, &report);
        found(m, in, &report);
    }
    source_lines_clear(&lines);
    asl_report_clear(&report);
}

void definition_text(struct machine *m, const struct quilt *q)
{
    if (quilt_is_unknown(q))
        definition_unchecked(m, "what its definition will be is not known here");
    else
        check_text(m, m->in, q);
}

/* ---- files ---- */

/* Warns of the placeholders in a file that is as it is. */
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

static bool may_have_placeholder(const char *text, size_t len)
{
    const char *end = text + len;

    for (const char *p = text; p < end && (p = memchr(p, '$', (size_t)(end - p))) != NULL; p++)
        if (p + 1 < end && p[1] == '{')
            return true;
    return false;
}

/* JSON with placeholders outside of strings is sewn together, all else read as it is. */
static void check_file(struct machine *m, struct reading *in)
{
    struct asl_report report = {0};
    struct source_map map = {0};
    struct quilt q = {0};

    if (in->format == DOCUMENT_JSON && in->len <= ASL_MAX_DEFINITION &&
        may_have_placeholder(in->text, in->len)) {
        source_map_add(&map, 0, 0, false);
        quilt_add(&q, in->text, 0, in->len, &map);
    }
    if (q.count) {
        check_text(m, in, &q);
    } else {
        asl_lint(in->text, in->len, in->format, m->workflow, m->in->to->wanted, &report);
        check_whole(m, in, &report);
        found(m, in, &report);
    }
    source_map_clear(&map);
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

/* "machines/" and "../x.json" is "x.json". */
static void add_path(struct buf *folder, const char *path)
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

void definition_file(struct machine *m, const char *path, const struct json_places *at)
{
    const char *slash = strrchr(m->in->name, '/');
    struct buf name = {0}, text = {0};
    struct diag why = {0};
    struct reading file;

    if (slash && *path != '/')
        buf_add(&name, m->in->name, (size_t)(slash - m->in->name) + 1);
    add_path(&name, path);
    if (m->in->to->read_file(m->in->to->ctx, m->in->name, buf_str(&name), &text, &why)) {
        buf_str(&text);
        reading_init(&file, m->in->to, buf_str(&name), text.data, text.len,
                     document_format(buf_str(&name), text.data, text.len));
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
