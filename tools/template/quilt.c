/*
 * Text that is sewn together from pieces of a file, with the place of each byte. It is followed
 * whether the text is inside a string of JSON: there a placeholder is text like any other, while
 * one outside is put into quotes, so that the whole can be parsed, and is marked as bare.
 */

#include "asl/report/quota.h"
#include "tools/template/template_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"

#include <string.h>

/*
 * Bytes of the file that are gone through, a piece or function as some of them; and values within
 * values of placeholders.
 */
enum { MAX_STEPS = 32 * 1024 * 1024, PIECE = 100, MAX_DEPTH = 8 };

static bool quilt_is_name(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c && strchr("_.:-", c));
}

/* Returns where the alternative that begins at `i` ends, ", name" or ", 'text'"; `i` itself:
 * none stands there. */
static size_t skip_otherwise(const char *text, size_t i, size_t len)
{
    size_t at = i + 1, start;

    if (i >= len || text[i] != ',')
        return i;
    while (at < len && text[at] == ' ')
        at++;
    start = at;
    if (at < len && text[at] == '\'') {
        for (at++; at < len && text[at] != '\'' && (unsigned char)text[at] >= ' '; at++)
            continue;
        return at < len && text[at] == '\'' ? at + 1 : i;
    }
    while (at < len && quilt_is_name(text[at]))
        at++;
    return at > start ? at : i;
}

size_t placeholder_at(const char *text, size_t len)
{
    size_t i = 2, end;

    if (len < 4 || text[0] != '$' || text[1] != '{')
        return 0;
    while (i < len && quilt_is_name(text[i]))
        i++;
    if (i > 2 && memchr(text + 2, ':', i - 2))
        while ((end = skip_otherwise(text, i, len)) > i)
            i = end;
    return i > 2 && i < len && text[i] == '}' ? i + 1 : 0;
}

bool placeholder_may_be_in(const char *text, size_t len)
{
    const char *end = text + len;

    for (const char *p = text; p < end && (p = memchr(p, '$', (size_t)(end - p))) != NULL; p++)
        if (p + 1 < end && p[1] == '{')
            return true;
    return false;
}

bool quilt_is_full(const struct quilt *q)
{
    return q->text.len > QUOTA_DEFINITION || q->steps > MAX_STEPS;
}

void quilt_work(struct quilt *q)
{
    q->steps += PIECE;
}

static void add_patch(struct quilt *q, struct patch p)
{
    MEM_GROW(q->patches, q->count, q->cap);
    q->patches[q->count++] = p;
}

/* Adds a name, with other letters for those that would end the string that it stands in: an
 * interpolation of Terraform may have quotes. */
static void quilt_add_name(struct buf *out, const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        buf_addc(out, c == '"' ? '\'' : c == '\\' ? '/' : c < ' ' ? ' ' : name[i]);
    }
}

/* ---- values for placeholders ---- */

/* Returns whether the text could stand between the quotes of a string of JSON as it is. */
static bool is_inner(const char *text, size_t len)
{
    struct buf quoted = {0};
    json *v;

    buf_addc(&quoted, '"');
    buf_add(&quoted, text, len);
    buf_addc(&quoted, '"');
    v = json_parse(quoted.data, quoted.len, 0, NULL);
    bool good = v && json_is_string(v);
    json_unref(v);
    buf_clear(&quoted);
    return good;
}

/* Adds a value of the command line. Inside a string of JSON it is escaped if it would end the
 * string; one that is escaped already stays as it is. */
static void quilt_add_value(struct quilt *q, const struct buf *value, size_t at)
{
    struct buf escaped = {0};

    if (q->plain || q->state == QUILT_OUTSIDE || is_inner(value->data, value->len)) {
        quilt_add_from(q, value->data, value->len, at);
        return;
    }
    json_write_string(&escaped, value->data, value->len);
    quilt_add_from(q, escaped.data + 1, escaped.len - 2, at);
    buf_clear(&escaped);
}

/* A value may have placeholders of its own, which are filled in as well; MAX_DEPTH ends values
 * that name each other. */
bool quilt_fill(struct quilt *q, const char *name, size_t len, size_t at, bool filled)
{
    struct buf value = {0};
    bool checked = false;

    if (!q->filler || q->depth == MAX_DEPTH ||
        !substitutions_fill(q->filler, name, len, filled, &value, &checked))
        return false;
    q->depth++;
    buf_str(&value);
    if (checked)
        quilt_add_value(q, &value, at);
    else
        quilt_add_from(q, value.data, value.len, at);
    q->depth--;
    buf_clear(&value);
    return true;
}

void quilt_placeholder(struct quilt *q, const char *name, size_t len, size_t at, bool filled)
{
    struct patch p = {.filled = filled};

    q->steps += PIECE;
    if (quilt_is_full(q) || quilt_fill(q, name, len, at, filled))
        return;
    p.from = q->text.len;
    p.bare = !q->plain && q->state == QUILT_OUTSIDE;
    source_map_add(&q->map, q->text.len, at, true);
    buf_adds(&q->text, p.bare ? "\"${" : "${");
    quilt_add_name(&q->text, name, len);
    buf_adds(&q->text, p.bare ? "}\"" : "}");
    p.to = q->text.len;
    add_patch(q, p);
}

static void quilt_add_piece(struct quilt *q, const char *text, size_t from, size_t to,
                            const struct source_map *map)
{
    if (from == to)
        return;
    source_map_copy(&q->map, q->text.len, map, from, to);
    buf_add(&q->text, text + from, to - from);
}

/* Follows whether the text is in a string of JSON behind the byte `c`. */
static void quilt_follow(struct quilt *q, char c)
{
    switch (q->state) {
    case QUILT_OUTSIDE:
        if (c == '"')
            q->state = QUILT_STRING;
        break;
    case QUILT_STRING:
        if (c == '"')
            q->state = QUILT_OUTSIDE;
        else if (c == '\\')
            q->state = QUILT_ESCAPE;
        break;
    case QUILT_ESCAPE: q->state = QUILT_STRING; break;
    }
}

/*
 * A placeholder between the quotes of a string, or in text that is no JSON, is text like any other
 * unless it is filled in.
 */
static bool quilt_add_found(struct quilt *q, const char *name, size_t len, size_t at)
{
    if (!q->plain && q->state == QUILT_OUTSIDE) {
        quilt_placeholder(q, name, len, at, false);
        return true;
    }
    return quilt_fill(q, name, len, at, false);
}

void quilt_add(struct quilt *q, const char *text, size_t from, size_t to,
               const struct source_map *map)
{
    size_t start = from;

    q->steps += PIECE;
    if (quilt_is_full(q))
        return;
    for (size_t i = from; i < to && (!q->plain || q->filler); i++) {
        size_t n = text[i] == '$' ? placeholder_at(text + i, to - i) : 0;
        if (n) {
            /* What is before it comes first; only then the text of the placeholder. */
            quilt_add_piece(q, text, start, i, map);
            start = i;
            if (quilt_add_found(q, text + i + 2, n - 3, source_map_find(map, i))) {
                start = i + n;
                i = start - 1;
                continue;
            }
        }
        if (!q->plain)
            quilt_follow(q, text[i]);
    }
    quilt_add_piece(q, text, start, to, map);
}

void quilt_add_from(struct quilt *q, const char *text, size_t len, size_t at)
{
    struct source_map map = {0};

    source_map_add(&map, 0, at, true);
    quilt_add(q, text, 0, len, &map);
    source_map_clear(&map);
}

bool quilt_is_unknown(const struct quilt *q)
{
    return q->count == 1 && q->patches[0].from == 0 && q->patches[0].to == q->text.len;
}

static bool is_token(char c)
{
    return quilt_is_name(c) || c == '+' || ascii_is_json_blank(c);
}

/* What is filled in for a bare placeholder may be a piece of a number or a word, or more than
 * one value. So the letters around it belong to it: "1${x}" may be 10. */
bool quilt_is_bare(const struct quilt *q, size_t at)
{
    for (size_t i = 0; i < q->count; i++) {
        size_t from = q->patches[i].from, to = q->patches[i].to;
        if (!q->patches[i].bare)
            continue;
        while (from > 0 && is_token(q->text.data[from - 1]))
            from--;
        while (to < q->text.len && is_token(q->text.data[to]))
            to++;
        if (from <= at && at <= to)
            return true;
    }
    return false;
}

void quilt_clear(struct quilt *q)
{
    buf_clear(&q->text);
    source_map_clear(&q->map);
    mem_free(q->patches);
    *q = (struct quilt){0};
}

void scalar_map(struct reading *in, const json *v, const struct json_places *at,
                struct source_map *map)
{
    size_t start = source_offset(&in->lines, at->value.line, at->value.column);

    if (in->format == DOCUMENT_JSON)
        source_map_json(map, in->text, in->len, start);
    else
        source_map_yaml(map, in->text, in->len, start, json_str(v), json_str_len(v));
}
