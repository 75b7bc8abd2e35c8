/*
 * Anchors and aliases. An alias is one more reference to a value that is there, so that nine lists
 * of nine aliases each, nine times over, cost nothing to read; to walk or to write that would take
 * for ever. So the size of what aliases stand for is counted, and bounded.
 */

#include "parsers/yaml/yaml_impl.h"

void yaml_anchors_clear(struct yaml_anchors *a)
{
    for (size_t i = 0; i < a->count; i++) {
        json_unref(a->members[i].key);
        json_unref(a->members[i].value);
    }
    mem_free(a->members);
    mem_free(a->more);
    mem_free(a->index);
}

static size_t yaml_anchor_find(const struct yaml_anchors *a, const char *name)
{
    size_t len = strlen(name);

    return a->count ? json_index_find(a->index, a->members, name, len, json_hash_bytes(name, len))
                    : SIZE_MAX;
}

static size_t yaml_anchor_add(struct yaml_anchors *a, const char *name)
{
    json *key = json_cstring(name);

    /*
     * The index compares hashes before texts, so a key must have its hash before it is looked up.
     */
    json_hash(key);
    if (a->count == a->cap) {
        a->cap = mem_grow(a->cap, a->count + 1);
        a->members = mem_realloc(a->members, a->cap * sizeof(*a->members));
        a->more = mem_realloc(a->more, a->cap * sizeof(*a->more));
    }
    a->members[a->count] = (struct json_member){.key = key};
    a->more[a->count] = (struct yaml_anchor){0};
    a->count++;
    if (a->index && !json_index_full(a->index, a->count)) {
        json_index_add(a->index, a->members, a->count - 1);
        return a->count - 1;
    }
    a->index = json_index_new(a->index, 2 * a->count);
    for (size_t i = 0; i < a->count; i++)
        json_index_add(a->index, a->members, i);
    return a->count - 1;
}

/* A name may be given again: an alias means the definition that began last before it. */
struct yaml_naming yaml_name_begin(struct yaml_reader *r, const yaml_char_t *name)
{
    struct yaml_anchors *a = &r->anchors;
    struct yaml_naming n = {.anchor = SIZE_MAX, .before = r->size};

    if (!name)
        return n;
    n.anchor = yaml_anchor_find(a, (const char *)name);
    if (n.anchor == SIZE_MAX)
        n.anchor = yaml_anchor_add(a, (const char *)name);
    n.serial = a->more[n.anchor].serial = ++a->serial;
    json_unref(a->members[n.anchor].value);
    a->members[n.anchor].value = NULL;
    return n;
}

/*
 * When the name was given to another node meanwhile (one inside of this), it is that node's: YAML
 * 1.2, section 7.1, "the most recent preceding node".
 */
void yaml_name_end(struct yaml_reader *r, const struct yaml_naming *n, const json *v,
                   struct json_places *kids)
{
    struct yaml_anchor *a;

    if (n->anchor == SIZE_MAX || r->anchors.more[n->anchor].serial != n->serial)
        return;
    r->anchors.members[n->anchor].value = json_ref(json_mutable(v));
    a = &r->anchors.more[n->anchor];
    a->kids = kids;
    a->size.nodes = r->size.nodes - n->before.nodes;
    a->size.bytes = r->size.bytes - n->before.bytes;
}

static void add_size(struct yaml_size *sum, const struct yaml_size *more)
{
    sum->nodes += more->nodes;
    sum->bytes += more->bytes;
}

const json *yaml_alias(struct yaml_reader *r, const yaml_event_t *e, struct json_places **kids)
{
    const char *name = (const char *)e->data.alias.anchor;
    size_t i = yaml_anchor_find(&r->anchors, name), at = yaml_offset(r, e->start_mark);
    const struct yaml_anchor *a;
    const json *v;

    if (i == SIZE_MAX) {
        yaml_refuse(r, at, "YAML_ALIAS",
                    "there is no anchor &%s before this alias (a text that begins with '*' must be "
                    "quoted)",
                    name);
        return NULL;
    }
    v = r->anchors.members[i].value;
    a = &r->anchors.more[i];
    if (!v) {
        yaml_refuse(r, at, "YAML_ALIAS", "*%s stands within what &%s names: it would have no end",
                    name, name);
        return NULL;
    }
    if (r->made.depth + json_depth(v) > JSON_MAX_DEPTH) {
        yaml_refuse(r, at, "JSON_DEPTH",
                    "with what *%s stands for, sequences and mappings are nested deeper than %d "
                    "levels",
                    name, JSON_MAX_DEPTH);
        return NULL;
    }
    add_size(&r->aliased, &a->size);
    add_size(&r->size, &a->size);
    if (r->aliased.nodes > YAML_MAX_ALIAS_NODES || r->aliased.bytes > YAML_MAX_ALIAS_BYTES) {
        yaml_refuse(r, at, "YAML_ALIAS",
                    "the aliases up to here stand for more than %d values or %d MiB",
                    YAML_MAX_ALIAS_NODES, YAML_MAX_ALIAS_BYTES / 1024 / 1024);
        return NULL;
    }
    *kids = a->kids;
    return v;
}
