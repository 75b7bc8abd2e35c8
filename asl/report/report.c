/*
 * What is wrong with a definition, and where. A place is the way to a value: a chain of asl_at on
 * the stack of whoever walks. Ways and their number are bounded, as ten thousand problems at the
 * end of long ways would take more memory than the definition.
 */

#include "asl/report/report.h"

#include "asl/report/hint.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- where we are ---- */

bool asl_at_member_n(const struct asl_at *at, const char *key, size_t len, struct asl_at *out)
{
    size_t i = json_find(at->value, key, len);

    if (i == SIZE_MAX)
        return false;
    asl_at_index(at, i, out);
    return true;
}

/* Places are a tree like the values; of a definition that was not read from text there are none. */
void asl_at_index(const struct asl_at *at, size_t i, struct asl_at *out)
{
    out->up = at;
    out->value = json_member_at(at->value, i, &out->key);
    out->places = at->places && at->places->kids ? &at->places->kids[i] : NULL;
    out->index = i;
}

/* Adds text to a way that may be `most` bytes long: what goes beyond becomes one "…". */
static void add_limited(struct buf *out, const char *text, size_t len, size_t most)
{
    size_t room = most > out->len ? most - out->len : 0, n = utf8_cut(text, len, room);

    if (out->len > most)
        return;
    buf_add(out, text, n);
    if (n < len)
        buf_adds(out, "…");
}

/* The buffer on the stack has room for any number. */
static void add_index(struct buf *out, const char *before, size_t index, const char *behind,
                      size_t most)
{
    char room[32];
    struct buf text = {.data = room, .cap = sizeof room};

    if (out->len > most)
        return;
    buf_adds(&text, before);
    buf_add_int(&text, (int64_t)index);
    buf_adds(&text, behind);
    add_limited(out, room, text.len, most);
}

/* RFC 6901: "~" is "~0" and "/" is "~1". */
static void add_escaped(struct buf *out, const json *key, size_t most)
{
    const char *text = json_str(key);
    size_t len = json_str_len(key);

    add_limited(out, "/", 1, most);
    for (size_t i = 0, n; i < len && out->len <= most; i += n) {
        n = strcspn(text + i, "~/");
        add_limited(out, text + i, n, most);
        if (i + n == len)
            break;
        if (text[i + n])
            add_limited(out, text[i + n] == '~' ? "~0" : "~1", 2, most);
        n++;
    }
}

/* The way from the whole to a place is short (JSON_MAX_DEPTH): recursing up is safe. */
void asl_at_pointer(const struct asl_at *at, struct buf *out)
{
    if (!at->up)
        return;
    asl_at_pointer(at->up, out);
    if (at->key)
        add_escaped(out, at->key, ASL_MAX_POINTER);
    else
        add_index(out, "/", at->index, "", ASL_MAX_POINTER);
}

void asl_at_location_from(const struct asl_at *from, const struct asl_at *at, size_t most,
                          struct buf *out)
{
    if (at == from || !at->up)
        return;
    asl_at_location_from(from, at->up, most, out);
    if (at->key) {
        add_limited(out, "/", 1, most);
        add_limited(out, json_str(at->key), json_str_len(at->key), most);
    } else {
        add_index(out, "[", at->index, "]", most);
    }
}

void asl_at_location(const struct asl_at *at, struct buf *out)
{
    if (at->up)
        asl_at_location_from(NULL, at, ASL_MAX_POINTER, out);
    else
        buf_addc(out, '/');
}

/* ---- placeholders ---- */

/* "${Name}", as templates of SAM, Terraform and Serverless have them. */
bool asl_has_placeholder(const json *string)
{
    const char *open = strstr(json_str(string), "${");

    return open && strchr(open, '}');
}

/* Members that are named by a placeholder may be those which are missing. */
static bool has_open_member(const json *object)
{
    for (size_t i = 0; json_is_object(object) && i < json_count(object); i++)
        if (asl_has_placeholder(json_key_at(object, i)))
            return true;
    return false;
}

bool asl_is_open(const json *value)
{
    return json_is_string(value) ? asl_has_placeholder(value) : has_open_member(value);
}

/* A problem of what a deployment will fill in may be gone by then. */
static bool is_unsure(const struct asl_at *at, enum asl_part part)
{
    if (at->key && asl_has_placeholder(at->key))
        return true;
    /* The whole is no text, whatever is filled in. */
    if (part == ASL_KEY || (!at->up && json_is_string(at->value)))
        return false;
    return asl_is_open(at->value);
}

/* ---- what was found ---- */

static char *report_location_of(const struct asl_at *at)
{
    struct buf text = {0};

    if (!at)
        return NULL;
    asl_at_location(at, &text);
    return buf_take(&text);
}

static char *pointer_of(const struct asl_at *at)
{
    struct buf text = {0};

    if (at)
        asl_at_pointer(at, &text);
    return buf_take(&text);
}

static void __attribute__((format(printf, 6, 0)))
report_add(struct asl_report *r, struct asl_problem p, const struct asl_at *at, enum asl_part part,
           const char *hint, const char *format, va_list args)
{
    struct buf text = {0};

    if (r->full) {
        r->errors += p.severity == ASL_ERROR;
        return;
    }
    /*
     * The last place is for saying that there are more. Errors are counted beyond it: a definition
     * is refused however long the list is.
     */
    r->full = !r->no_most && (r->count == ASL_MAX_PROBLEMS - 1 || r->bytes >= ASL_MAX_REPORT);
    if (r->full) {
        /* Where all are warnings, this is none but one more. */
        p = (struct asl_problem){.severity = r->errors ? ASL_ERROR : p.severity,
                                 .code = "ASL_TOO_MANY_PROBLEMS"};
        at = NULL;
        hint = NULL;
        buf_printf(&text, "There are more problems than %zu; the rest is not listed", r->count);
    } else {
        buf_vprintf(&text, format, args);
        utf8_mend(&text);
    }
    p.message = buf_take(&text);
    if (!hint)
        hint = asl_hint_for(p.code, p.message);
    p.hint = hint ? mem_strdup(hint) : NULL;
    p.pointer = pointer_of(at);
    p.location = report_location_of(at);
    p.unsure = at && at->value && is_unsure(at, part);
    if (at && at->places)
        p.place = part == ASL_KEY && at->key ? at->places->key : at->places->value;
    r->bytes += strlen(p.message) + strlen(p.pointer) + (p.location ? strlen(p.location) : 0);
    /* The end of a text has no character, and still a caret. */
    if (p.place.line && !p.place.length)
        p.place.length = 1;

    MEM_GROW(r->problems, r->count, r->cap);
    r->problems[r->count++] = p;
    r->errors += p.severity == ASL_ERROR;
}

void asl_report_add(struct asl_report *r, enum asl_severity severity, const char *code,
                    const struct asl_at *at, enum asl_part part, const char *hint,
                    const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_add(r, (struct asl_problem){.severity = severity, .code = code}, at, part, hint, format,
               args);
    va_end(args);
}

void asl_report_schema(struct asl_report *r, const struct asl_at *at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_add(r, (struct asl_problem){.severity = ASL_ERROR, .code = ASL_SCHEMA_VALIDATION_FAILED},
               at, ASL_VALUE, NULL, format, args);
    va_end(args);
}

void asl_report_unsure(struct asl_report *r)
{
    if (!r->full)
        r->problems[r->count - 1].unsure = true;
}

/* Problems that are no longer listed have no location to change. */
void asl_report_relocate(struct asl_report *r, const struct asl_at *at)
{
    struct asl_problem *last = &r->problems[r->count - 1];

    if (r->full)
        return;
    mem_free(last->location);
    last->location = report_location_of(at);
}

void asl_report_locate(struct asl_report *r, const char *location)
{
    struct asl_problem *last = &r->problems[r->count - 1];

    if (r->full)
        return;
    mem_free(last->location);
    last->location = mem_strdup(location);
}

/* Code and place are not the report's to free. */
static void clear_problem(struct asl_problem *p)
{
    mem_free(p->message);
    mem_free(p->hint);
    mem_free(p->pointer);
    mem_free(p->location);
}

/* `code` NULL: those that are unsure. */
static void report_drop(struct asl_report *r, const char *code, size_t code_len)
{
    size_t kept = 0;

    for (size_t i = 0; i < r->count; i++) {
        struct asl_problem *p = &r->problems[i];
        if (code ? strlen(p->code) == code_len && memcmp(p->code, code, code_len) == 0
                 : p->unsure) {
            r->errors -= p->severity == ASL_ERROR;
            clear_problem(p);
        } else {
            r->problems[kept++] = *p;
        }
    }
    r->count = kept;
}

static int by_place(const void *a, const void *b)
{
    const struct asl_problem *p = a, *q = b;
    int order;

    /* Lines count from 1: what has no place comes last. */
    if (p->place.line != q->place.line)
        return p->place.line - 1 < q->place.line - 1 ? -1 : 1;
    if (p->place.column != q->place.column)
        return p->place.column < q->place.column ? -1 : 1;
    order = strcmp(p->code, q->code);
    return order ? order : strcmp(p->message, q->message);
}

/* Two warnings may find one thing; it is told once. */
void asl_report_sort(struct asl_report *r, size_t first)
{
    size_t kept = first + 1;

    if (r->count < first + 2)
        return;
    qsort(r->problems + first, r->count - first, sizeof *r->problems, by_place);
    for (size_t i = first + 1; i < r->count; i++) {
        struct asl_problem *p = &r->problems[i];
        if (by_place(p, &r->problems[kept - 1]) == 0) {
            r->errors -= p->severity == ASL_ERROR;
            clear_problem(p);
        } else {
            r->problems[kept++] = *p;
        }
    }
    r->count = kept;
}

void asl_report_drop(struct asl_report *r, const char *code, size_t code_len)
{
    report_drop(r, code, code_len);
}

void asl_report_drop_unsure(struct asl_report *r)
{
    report_drop(r, NULL, 0);
    /* What is not listed could not be told to be sure. */
    r->errors = 0;
    for (size_t i = 0; i < r->count; i++)
        r->errors += r->problems[i].severity == ASL_ERROR;
}

void asl_report_clear(struct asl_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        clear_problem(&r->problems[i]);
    mem_free(r->problems);
    *r = (struct asl_report){0};
}
