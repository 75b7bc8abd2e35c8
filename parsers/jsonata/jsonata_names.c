/*
 * The names of an expression: variables and functions. Each gets a number when it is first seen, so
 * an evaluation compares numbers. Many are found by an index of their hashes (open addressing).
 */

#include "parsers/jsonata/jsonata_names.h"

#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_signature.h"

#include <string.h>

static void drop_json(void *p)
{
    json_unref(p);
}

json *jsonata_keep(jsonata *x, const char *text, size_t len)
{
    json *s = json_string(text, len);

    arena_defer(&x->arena, drop_json, s);
    return s;
}

/* So few names are compared one by one, without an index. */
enum { FEW_NAMES = 8 };

static uint32_t hash_name(const char *text, size_t len)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

static void names_index(struct names *n, uint32_t i)
{
    const json *text = n->items[i].text;
    uint32_t slot = hash_name(json_str(text), json_str_len(text)) & n->mask;

    while (n->slots[slot])
        slot = (slot + 1) & n->mask;
    n->slots[slot] = i + 1;
}

/* Makes room for one more, in the list and in the index of it. */
static void names_grow(struct names *n)
{
    if (n->count == n->cap) {
        n->cap = (uint32_t)mem_grow(n->cap, n->count + 8);
        n->items = mem_realloc(n->items, n->cap * sizeof *n->items);
    }
    if (n->count < FEW_NAMES || (n->slots && n->count < n->mask / 2))
        return;
    for (n->mask = n->mask ? n->mask : 15; n->mask / 2 <= n->count;)
        n->mask = 2 * n->mask + 1;
    mem_free(n->slots);
    n->slots = mem_calloc(n->mask + 1, sizeof *n->slots);
    for (uint32_t i = 0; i < n->count; i++)
        names_index(n, i);
}

void names_clear(struct names *n)
{
    mem_free(n->items);
    mem_free(n->slots);
    *n = (struct names){.items = NULL};
}

static bool name_is(jsonata *x, uint32_t i, const char *text, size_t len)
{
    const json *name = x->names.items[i].text;

    x->steps++;
    return json_str_len(name) == len && memcmp(json_str(name), text, len) == 0;
}

/* Returns the number of the name, or the number that the next new name gets. */
static uint32_t names_find(jsonata *x, const char *text, size_t len)
{
    const struct names *n = &x->names;
    uint32_t slot;

    for (uint32_t i = 0; !n->slots && i < n->count; i++)
        if (name_is(x, i, text, len))
            return i;
    if (!n->slots)
        return n->count;
    for (slot = hash_name(text, len) & n->mask; n->slots[slot]; slot = (slot + 1) & n->mask)
        if (name_is(x, n->slots[slot] - 1, text, len))
            return n->slots[slot] - 1;
    return n->count;
}

/* Returns the number that the name has or would get. */
static uint32_t number_of_name(jsonata *x, const char *text, size_t len)
{
    /* $eval copies the names of the expression around its text, but not their index. */
    if (!x->names.slots)
        names_grow(&x->names);
    return names_find(x, text, len);
}

/*
 * Adds a name under the number that it got. Names are numbered as they are first seen, so an
 * evaluation finds a variable by comparing numbers. A function's name gets its function here, once
 * for all evaluations.
 */
static void add_name(jsonata *x, uint32_t i, json *text)
{
    struct names *n = &x->names;
    const struct builtin *f = builtin_find(x->dialect, json_str(text), json_str_len(text));

    names_grow(n);
    n->items[i] = (struct name){
        .text = text,
        .builtin = f,
        .signature =
            f ? signature_parse(&x->arena, f->signature, strlen(f->signature), NULL, 0) : NULL,
    };
    n->count++;
    if (n->slots)
        names_index(n, i);
}

uint32_t jsonata_name(jsonata *x, const char *text, size_t len)
{
    uint32_t i = number_of_name(x, text, len);

    if (i == x->names.count)
        add_name(x, i, jsonata_keep(x, text, len));
    return i;
}

uint32_t jsonata_name_of(jsonata *x, json *kept)
{
    uint32_t i = number_of_name(x, json_str(kept), json_str_len(kept));

    if (i == x->names.count)
        add_name(x, i, kept);
    return i;
}
