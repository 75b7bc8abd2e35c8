/*
 * Formats a definition. The text is read once by the JSON reader, for what may be wrong with it;
 * then into a tree of stretches of it, so that each number and string comes out as it went in.
 * Members come into the order of the rows in the table of their object (asl/load/field.h).
 */

#include "asl/format.h"

#include "asl/load/field.h"
#include "parsers/base/arena.h"
#include "parsers/base/ascii.h"
#include "parsers/base/utf8.h"
#include "parsers/json/json.h"

#include <stdlib.h>
#include <string.h>

/* Deeper than INDENTED levels nothing is moved further to the right: it would be all blanks. */
enum { WIDTH = 100, INDENT = 2, INDENTED = 40 };

/* ---- the tree ---- */

enum kind { SCALAR, ARRAY, OBJECT };

struct node {
    enum kind kind;
    const char *key, *text; /* as written; `key` NULL: in an array, or the whole */
    size_t key_len, len;    /* of the key with its quotes; of a scalar */
    struct node *kids;
    size_t count, cap;
    size_t rank, place; /* for sorting: that of its name, and where it was */
};

struct reader {
    struct arena *arena;
    const char *p; /* within a text that the JSON reader took */
};

static void format_skip_blanks(struct reader *r)
{
    r->p += strspn(r->p, ASCII_JSON_BLANKS);
}

/* The length of the string, number or word that begins here. */
static size_t scalar_length(const char *p)
{
    const char *end = p + 1;

    if (*p != '"')
        return strcspn(p, ",]} \t\r\n");
    for (; *end != '"'; end++)
        end += *end == '\\';
    return (size_t)(end - p) + 1;
}

static struct node *add_kid(struct reader *r, struct node *n)
{
    if (n->count == n->cap) {
        n->cap = n->cap ? 2 * n->cap : 8;
        n->kids = arena_grow(r->arena, n->kids, n->count, n->cap, sizeof *n->kids);
    }
    return &n->kids[n->count++];
}

/* As deep as the JSON reader allows: JSON_MAX_DEPTH. */
static void read_node(struct reader *r, struct node *n)
{
    format_skip_blanks(r);
    if (*r->p != '{' && *r->p != '[') {
        n->text = r->p;
        n->len = scalar_length(r->p);
        r->p += n->len;
        return;
    }
    n->kind = *r->p++ == '{' ? OBJECT : ARRAY;
    for (format_skip_blanks(r); *r->p != '}' && *r->p != ']'; format_skip_blanks(r)) {
        struct node kid = {.place = n->count};
        if (*r->p == ',') {
            r->p++;
            continue;
        }
        if (n->kind == OBJECT) {
            kid.key = r->p;
            kid.key_len = scalar_length(r->p);
            r->p += kid.key_len;
            format_skip_blanks(r);
            r->p++; /* the colon */
        }
        read_node(r, &kid);
        *add_kid(r, n) = kid;
    }
    r->p++;
}

/* ---- the order of members ---- */

static int by_rank(const void *a, const void *b)
{
    const struct node *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* The key without its quotes. One with escapes names no field. */
static size_t name_of(const struct node *member, const char **name)
{
    *name = member->key + 1;
    return member->key_len - 2;
}

/* `n` is an object with the fields of `table`, or an array of such. Payloads stay as they are. */
static void sort_object(struct node *n, const struct asl_fields *table);

/* What stands under a name in an object with the fields of `table`. */
static void sort_member(struct node *member, const struct asl_fields *table)
{
    const char *name;
    size_t len = name_of(member, &name);
    const struct asl_field *f = field_find(table, name, len);

    member->rank = field_rank(table, name, len);
    if (!f || !f->inside)
        return;
    /* States have names of the author's, and stay in the author's order. */
    if (f->role == FIELD_STATES)
        for (size_t i = 0; i < member->count; i++)
            sort_object(&member->kids[i], f->inside);
    else
        sort_object(member, f->inside);
}

static void sort_object(struct node *n, const struct asl_fields *table)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->kind == ARRAY)
            sort_object(&n->kids[i], table);
        else
            sort_member(&n->kids[i], table);
    if (n->kind == OBJECT && n->count && !table->unordered)
        qsort(n->kids, n->count, sizeof *n->kids, by_rank);
}

/* ---- writing ---- */

/* How wide the array is on one line; SIZE_MAX when it has to have several. */
static size_t line_width(const struct node *n)
{
    size_t width = 2;

    for (size_t i = 0; i < n->count; i++) {
        if (n->kids[i].kind != SCALAR)
            return SIZE_MAX;
        width += utf8_count(n->kids[i].text, n->kids[i].len) + (i ? 2 : 0);
    }
    return width;
}

static size_t indentation(size_t level)
{
    return INDENT * (level < INDENTED ? level : INDENTED);
}

static void format_new_line(struct buf *out, size_t level)
{
    buf_addc(out, '\n');
    for (size_t i = 0; i < indentation(level); i++)
        buf_addc(out, ' ');
}

/* `room`: how many columns are left on the line. */
static void write_node(struct buf *out, const struct node *n, size_t level, size_t room)
{
    bool lines = n->count > 0 && (n->kind == OBJECT || line_width(n) > room);

    if (n->kind == SCALAR) {
        buf_add(out, n->text, n->len);
        return;
    }
    buf_addc(out, n->kind == OBJECT ? '{' : '[');
    for (size_t i = 0; i < n->count; i++) {
        const struct node *kid = &n->kids[i];
        size_t used = indentation(level + 1) + 1; /* a comma may follow */
        if (i)
            buf_addc(out, ',');
        if (lines)
            format_new_line(out, level + 1);
        else if (i)
            buf_addc(out, ' ');
        if (kid->key) {
            buf_add(out, kid->key, kid->key_len);
            buf_adds(out, ": ");
            used += utf8_count(kid->key, kid->key_len) + 2;
        }
        write_node(out, kid, level + 1, used < WIDTH ? WIDTH - used : 0);
    }
    if (lines)
        format_new_line(out, level);
    buf_addc(out, n->kind == OBJECT ? '}' : ']');
}

bool asl_format(const char *text, size_t len, struct buf *out, struct diag *why)
{
    struct arena arena = {0};
    struct buf copy = {0};
    struct node whole = {0};
    json *doc = json_parse(text, len, JSON_READ_UNIQUE | JSON_READ_SURROGATES, why);
    bool definition = doc && json_get(doc, "States");

    json_unref(doc);
    if (!definition) {
        if (doc)
            diag_set(why, NULL, 0, "this is no definition: it has no States");
        return false;
    }
    /* With a NUL behind it, which is no blank and ends every scalar. */
    buf_add(&copy, text, len);
    struct reader r = {&arena, buf_str(&copy)};
    if (strncmp(r.p, "\xef\xbb\xbf", 3) == 0)
        r.p += 3;
    read_node(&r, &whole);
    sort_object(&whole, &asl_block_fields);
    write_node(out, &whole, 0, WIDTH);
    buf_addc(out, '\n');
    arena_clear(&arena);
    buf_clear(&copy);
    return true;
}
