/*
 * The schema: a tree that is written as a list, each field before those below it. Here it is read
 * into such a list, too, and each node learns its levels, what its values mean, and how a list or a
 * map is told from a group of fields: the format's rules for the forms of older writers included
 * (https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types).
 */

#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/mem.h"

#include <string.h>

/* A file of more nodes than that has no more than ITEMS_MAX_COLUMNS leaves only if it is odd. */
enum { MAX_NODES = 5 * ITEMS_MAX_COLUMNS };

/* One element of the list, as it is written. */
struct element {
    int physical, length, repetition, children;
    int converted; /* the older form of the annotation; -1: none */
    int logical;   /* the field of the union; 0: none */
    int scale, precision, bits;
    unsigned digits;
    bool is_signed, utc;
    struct bytes name;
};

/* ---- reading an element ---- */

/*
 * SchemaElement: type, length, repetition, name, number of children, and what the values mean, in
 * an older form (a number) or a newer one (a union, of which the field's number tells what it is).
 *
 * TimeUnit: a union of three empty structs.
 */
static unsigned read_time_unit(struct thrift *t, const struct thrift_field *unit)
{
    struct thrift_field f = {0};
    unsigned digits = 0;

    if (!thrift_struct(t, unit))
        return 0;
    while (thrift_next(t, &f)) {
        digits = f.id >= 1 && f.id <= 3 ? 3 * (unsigned)f.id : 0;
        thrift_skip(t, &f);
    }
    return digits;
}

enum {
    LOGICAL_STRING = 1,
    LOGICAL_MAP,
    LOGICAL_LIST,
    LOGICAL_ENUM,
    LOGICAL_DECIMAL,
    LOGICAL_DATE,
    LOGICAL_TIME,
    LOGICAL_TIMESTAMP,
    LOGICAL_INTEGER = 10,
    LOGICAL_UNKNOWN,
    LOGICAL_JSON,
    LOGICAL_UUID = 14,
    LOGICAL_FLOAT16,
};

static void read_logical_details(struct thrift *t, struct element *e)
{
    struct thrift_field f = {0};

    while (thrift_next(t, &f)) {
        if (e->logical == LOGICAL_DECIMAL && f.id == 1)
            e->scale = thrift_int32(t, &f);
        else if (e->logical == LOGICAL_DECIMAL && f.id == 2)
            e->precision = thrift_int32(t, &f);
        else if ((e->logical == LOGICAL_TIME || e->logical == LOGICAL_TIMESTAMP) && f.id == 1)
            e->utc = thrift_bool(t, &f);
        else if ((e->logical == LOGICAL_TIME || e->logical == LOGICAL_TIMESTAMP) && f.id == 2)
            e->digits = read_time_unit(t, &f);
        else if (e->logical == LOGICAL_INTEGER && f.id == 1)
            e->bits = thrift_int32(t, &f);
        else if (e->logical == LOGICAL_INTEGER && f.id == 2)
            e->is_signed = thrift_bool(t, &f);
        else
            thrift_skip(t, &f);
    }
}

static void read_logical(struct thrift *t, const struct thrift_field *logical, struct element *e)
{
    struct thrift_field f = {0};

    if (!thrift_struct(t, logical))
        return;
    while (thrift_next(t, &f)) {
        e->logical = f.id;
        if (thrift_struct(t, &f))
            read_logical_details(t, e);
    }
}

static void read_element(struct thrift *t, struct element *e)
{
    struct thrift_field f = {0};

    *e = (struct element){.physical = PHYSICAL_NONE, .converted = -1};
    while (thrift_next(t, &f))
        switch (f.id) {
        case 1:
            e->physical = thrift_int32(t, &f);
            if (e->physical == PHYSICAL_NONE)
                e->physical = -1; /* it is no type of the format */
            break;
        case 2: e->length = thrift_int32(t, &f); break;
        case 3: e->repetition = thrift_int32(t, &f); break;
        case 4: e->name = thrift_bytes(t, &f); break;
        case 5: e->children = thrift_int32(t, &f); break;
        case 6: e->converted = thrift_int32(t, &f); break;
        case 7: e->scale = thrift_int32(t, &f); break;
        case 8: e->precision = thrift_int32(t, &f); break;
        case 10: read_logical(t, &f, e); break;
        default: thrift_skip(t, &f); break;
        }
}

/* ---- what values mean ---- */

/* The older annotations, and what they say in the newer form. */
static const struct {
    enum meaning meaning;
    unsigned bits, digits;
} converted_types[] = {
    {MEANS_TEXT, 0, 0},      {MEANS_MAP, 0, 0},       {MEANS_MAP, 0, 0},
    {MEANS_LIST, 0, 0},      {MEANS_TEXT, 0, 0},      {MEANS_DECIMAL, 0, 0},
    {MEANS_DATE, 0, 0},      {MEANS_TIME, 0, 3},      {MEANS_TIME, 0, 6},
    {MEANS_TIMESTAMP, 0, 3}, {MEANS_TIMESTAMP, 0, 6}, {MEANS_UNSIGNED, 8, 0},
    {MEANS_UNSIGNED, 16, 0}, {MEANS_UNSIGNED, 32, 0}, {MEANS_UNSIGNED, 64, 0},
    {MEANS_ITSELF, 0, 0},    {MEANS_ITSELF, 0, 0},    {MEANS_ITSELF, 0, 0},
    {MEANS_ITSELF, 0, 0},    {MEANS_TEXT, 0, 0},      {MEANS_ITSELF, 0, 0},
    {MEANS_INTERVAL, 0, 0},
};

static enum meaning meaning_of_logical(const struct element *e)
{
    switch (e->logical) {
    case LOGICAL_STRING:
    case LOGICAL_ENUM:
    case LOGICAL_JSON: return MEANS_TEXT;
    case LOGICAL_MAP: return MEANS_MAP;
    case LOGICAL_LIST: return MEANS_LIST;
    case LOGICAL_DECIMAL: return MEANS_DECIMAL;
    case LOGICAL_DATE: return MEANS_DATE;
    case LOGICAL_TIME: return MEANS_TIME;
    case LOGICAL_TIMESTAMP: return MEANS_TIMESTAMP;
    case LOGICAL_INTEGER: return e->is_signed ? MEANS_ITSELF : MEANS_UNSIGNED;
    case LOGICAL_UNKNOWN: return MEANS_NULL;
    case LOGICAL_UUID: return MEANS_UUID;
    case LOGICAL_FLOAT16: return MEANS_FLOAT16;
    default: return MEANS_ITSELF;
    }
}

static uint32_t width_of(const struct element *e)
{
    static const uint32_t widths[] = {1, 4, 8, 12, 4, 8, 0};

    return e->physical == PHYSICAL_FIXED ? (uint32_t)e->length : widths[e->physical];
}

/* An annotation only counts on the physical type that it is for: elsewhere a value is itself. */
static bool annotation_fits(const struct leaf_type *t)
{
    bool is_int = t->physical == PHYSICAL_INT32 || t->physical == PHYSICAL_INT64;

    switch (t->meaning) {
    case MEANS_TEXT: return t->physical == PHYSICAL_BYTES || t->physical == PHYSICAL_FIXED;
    case MEANS_UNSIGNED: return is_int;
    case MEANS_DATE: return t->physical == PHYSICAL_INT32;
    case MEANS_TIME: return is_int && t->digits;
    case MEANS_TIMESTAMP: return t->physical == PHYSICAL_INT64 && t->digits;
    case MEANS_DECIMAL:
        return t->scale >= 0 && t->precision > 0 && t->scale <= t->precision &&
               (is_int || t->physical == PHYSICAL_BYTES || t->physical == PHYSICAL_FIXED);
    case MEANS_UUID: return t->physical == PHYSICAL_FIXED && t->width == 16;
    case MEANS_FLOAT16: return t->physical == PHYSICAL_FIXED && t->width == 2;
    case MEANS_INTERVAL: return t->physical == PHYSICAL_FIXED && t->width == 12;
    case MEANS_NULL: return true;
    case MEANS_ITSELF:
    case MEANS_LIST:
    case MEANS_MAP: break;
    }
    return false;
}

/* The newer form of an annotation counts where both are there. */
static struct leaf_type leaf_type_of(const struct element *e)
{
    struct leaf_type t = {.physical = (enum physical)e->physical,
                          .width = width_of(e),
                          .bits = (unsigned)e->bits,
                          .digits = e->digits,
                          .utc = e->utc,
                          .scale = e->scale,
                          .precision = e->precision};

    if (e->logical) {
        t.meaning = meaning_of_logical(e);
    } else if (e->converted >= 0 &&
               (size_t)e->converted < sizeof converted_types / sizeof *converted_types) {
        t.meaning = converted_types[e->converted].meaning;
        t.bits = converted_types[e->converted].bits;
        t.digits = converted_types[e->converted].digits;
        t.utc = true;
    }
    if (!annotation_fits(&t))
        t.meaning = MEANS_ITSELF;
    return t;
}

static enum meaning meaning_of_group(const struct element *e)
{
    enum meaning m = MEANS_ITSELF;

    if (e->logical)
        m = meaning_of_logical(e);
    else if (e->converted >= 0 &&
             (size_t)e->converted < sizeof converted_types / sizeof *converted_types)
        m = converted_types[e->converted].meaning;
    return m == MEANS_LIST || m == MEANS_MAP ? m : MEANS_ITSELF;
}

/* ---- shapes ---- */

static bool is_named_as_element(const struct node *n, const struct node *list)
{
    size_t len = json_str_len(list->name);

    return json_str_is(n->name, "array") ||
           (json_str_len(n->name) == len + 6 &&
            !memcmp(json_str(n->name), json_str(list->name), len) &&
            !strcmp(json_str(n->name) + len, "_tuple"));
}

/*
 * A list holds one repeated field. Mostly that is a group whose only field is the element. Older
 * writers made it the element itself: then it is no group, has several fields, or is named so.
 */
static bool is_own_element(const struct node *list)
{
    const struct node *repeated = list + 1, *inner = list + 2;

    return repeated->shape == NODE_LEAF || repeated->kids != 1 ||
           is_named_as_element(repeated, list) || repeated->type.meaning == MEANS_LIST ||
           repeated->type.meaning == MEANS_MAP || inner->repetition == REPEATED;
}

/* What is annotated as a list and has not its form is a group like any other. */
static bool is_list(const struct node *n)
{
    return n->type.meaning == MEANS_LIST && n->kids == 1 && n[1].repetition == REPEATED;
}

/* A map's repeated group has the key, which is no group and not repeated, and the value. */
static bool is_map(const struct node *n)
{
    return n->type.meaning == MEANS_MAP && n->kids == 1 && n[1].repetition == REPEATED &&
           n[1].shape != NODE_LEAF && (n[1].kids == 1 || n[1].kids == 2) &&
           n[2].repetition != REPEATED;
}

/* The names of a group's fields, which all rows share. An object can't have one twice. */
static bool keys_of_struct(const struct schema *s, struct node *n, struct diag *why)
{
    struct json_build keys, seen;
    const struct node *kid = n + 1;

    json_build_array(&keys, n->kids);
    json_build_object(&seen, n->kids);
    for (uint32_t i = 0; i < n->kids; i++, kid += kid->size) {
        json_build_add(&keys, json_ref(kid->name));
        json_build_set_key(&seen, json_ref(kid->name), json_null());
    }
    bool good = json_count(seen.v) == n->kids;
    if (!good) {
        struct buf path = {0};
        schema_add_path(&path, s, n);
        diag_set(why, "PARQUET_SCHEMA", 0, "two fields of %s have the same name",
                 path.len ? buf_str(&path) : "the schema");
        buf_clear(&path);
    }
    json_build_drop(&seen);
    n->keys = json_build_done(&keys);
    return good;
}

/* Those below come first, as their shapes are looked at. */
static bool shape_nodes(struct schema *s, struct diag *why)
{
    uint32_t slots = 0;

    for (size_t i = s->count; i-- > 0;) {
        struct node *n = &s->nodes[i];
        if (n->shape == NODE_LEAF)
            continue;
        n->first_slot = slots;
        slots += n->kids;
        if (i && is_list(n)) {
            n->shape = NODE_LIST;
            n->own_element = is_own_element(n);
        } else if (i && is_map(n)) {
            n->shape = NODE_MAP;
        }
        if (!keys_of_struct(s, n, why))
            return false;
    }
    return true;
}

/* ---- the tree ---- */

struct schema_reading {
    struct schema *s;
    struct thrift *t;
    uint32_t left; /* elements of the list */
    struct diag *why;
};

static bool refuse_schema(struct schema_reading *r, const char *text)
{
    diag_set(r->why, "PARQUET_SCHEMA", 0, "%s", text);
    return false;
}

/* What is not refused here is safe to be used as an index or a length. */
static bool check_element(struct schema_reading *r, const struct element *e)
{
    const struct schema *s = r->s;

    if (r->t->state != THRIFT_GOOD)
        return refuse_schema(r, "the schema can't be read");
    if (s->count == MAX_NODES || s->leaf_count > ITEMS_MAX_COLUMNS) {
        diag_set(r->why, "PARQUET_SCHEMA", 0, "there are more than %d columns", ITEMS_MAX_COLUMNS);
        return false;
    }
    if (e->repetition < REQUIRED || e->repetition > REPEATED)
        return refuse_schema(r, "the schema has a repetition type that there is not");
    if (e->physical < 0 || e->physical > PHYSICAL_NONE)
        return refuse_schema(r, "the schema has a physical type that there is not");
    if (e->children < 0 || (e->physical != PHYSICAL_NONE && e->children))
        return refuse_schema(r, "the schema has a column with fields below it");
    if (e->physical == PHYSICAL_FIXED && (e->length <= 0 || e->length > PARQUET_MAX_PAGE))
        return refuse_schema(r, "the schema has a fixed length that can't be");
    if (e->physical == PHYSICAL_NONE && !e->children && s->count)
        return refuse_schema(r, "the schema has a group without fields");
    return true;
}

static void add_leaf(struct schema *s, struct node *n, uint32_t i, const struct element *e)
{
    n->shape = NODE_LEAF;
    n->type = leaf_type_of(e);
    n->leaves = 1;
    if (n->max_rep) {
        MEM_GROW(s->repeated, s->repeated_count, s->repeated_cap);
        s->repeated[s->repeated_count++] = (uint32_t)s->leaf_count;
    }
    MEM_GROW(s->leaves, s->leaf_count, s->leaf_cap);
    s->leaves[s->leaf_count++] = i;
}

/*
 * Levels: a field that may be missing adds one to the definition level of what is below it, and one
 * that is repeated adds one to both levels. So a value is there when its definition level is the
 * greatest of its column, and a lower one tells which field around it is missing.
 *
 * Reads a node with those below it. `parent` is its own number at the root.
 */
static bool read_schema_node(struct schema_reading *r, uint32_t parent, unsigned depth)
{
    struct schema *s = r->s;
    struct element e;
    uint32_t i = (uint32_t)s->count;

    if (depth > PARQUET_MAX_DEPTH) {
        diag_set(r->why, "PARQUET_SCHEMA", 0, "fields are nested deeper than %d levels",
                 PARQUET_MAX_DEPTH);
        return false;
    }
    if (!r->left--)
        return refuse_schema(r, "the schema ends too early");
    read_element(r->t, &e);
    if (!check_element(r, &e))
        return false;
    MEM_GROW(s->nodes, s->count, s->cap);
    s->nodes[s->count++] = (struct node){
        .name = json_string_mended((const char *)e.name.at, e.name.len),
        .repetition = i ? (enum repetition)e.repetition : REQUIRED,
        .shape = NODE_STRUCT,
        .kids = (uint32_t)e.children,
        .first_leaf = (uint32_t)s->leaf_count,
        .parent = parent,
        .type = {.physical = PHYSICAL_NONE, .meaning = meaning_of_group(&e)},
    };
    struct node *n = &s->nodes[i];
    if (i) {
        n->max_def = (uint16_t)(s->nodes[parent].max_def + (n->repetition != REQUIRED));
        n->max_rep = (uint16_t)(s->nodes[parent].max_rep + (n->repetition == REPEATED));
    }
    if (e.physical != PHYSICAL_NONE)
        add_leaf(s, n, i, &e);
    for (int k = 0; k < e.children; k++)
        if (!read_schema_node(r, i, depth + 1))
            return false;
    n = &s->nodes[i]; /* they may have moved */
    n->size = (uint32_t)s->count - i;
    n->leaves = (uint32_t)s->leaf_count - n->first_leaf;
    return true;
}

bool schema_read(struct schema *s, struct thrift *t, const struct thrift_field *f, struct diag *why)
{
    struct schema_reading r = {s, t, thrift_structs(t, f), why};

    schema_clear(s);
    if (!read_schema_node(&r, 0, 0))
        return false;
    if (r.left)
        return refuse_schema(&r, "the schema has elements that belong to no field");
    if (s->nodes[0].shape == NODE_LEAF)
        return refuse_schema(&r, "the schema is a single column");
    return shape_nodes(s, why);
}

void schema_clear(struct schema *s)
{
    for (size_t i = 0; i < s->count; i++) {
        json_unref(s->nodes[i].name);
        json_unref(s->nodes[i].keys);
    }
    mem_free(s->nodes);
    mem_free(s->leaves);
    mem_free(s->repeated);
    *s = (struct schema){0};
}

void schema_add_path(struct buf *out, const struct schema *s, const struct node *n)
{
    const struct node *names[PARQUET_MAX_DEPTH + 2];
    size_t depth = 0;

    for (; n != s->nodes; n = &s->nodes[n->parent])
        names[depth++] = n;
    while (depth--) {
        buf_add(out, json_str(names[depth]->name), json_str_len(names[depth]->name));
        if (depth)
            buf_addc(out, '.');
    }
}
