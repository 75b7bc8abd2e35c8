/*
 * A row out of its entries. Where a field is not there, each column below it has one entry that
 * says so by its definition level; where a repeated field goes on, the next entry has its
 * repetition level. So the first column below a field tells what becomes of it, and the others
 * follow.
 */

#include "parsers/parquet/parquet_impl.h"

/* Where a column has no entry left though the schema wants one, the columns do not fit. */
static const struct entry *peek_row(struct assembling *a, uint32_t leaf)
{
    struct column *c = &a->columns[leaf];

    if (c->row_next < c->row_count)
        return &c->row[c->row_next];
    a->bad = c;
    return NULL;
}

static json *assemble_field(struct assembling *a, const struct node *n);

/* One entry of each column below stands for what is not there: it says that the field around it is.
 */
static void drop_absent(struct assembling *a, const struct node *n)
{
    for (uint32_t i = n->first_leaf; i < n->first_leaf + n->leaves; i++) {
        const struct entry *e = peek_row(a, i);
        if (!e)
            return;
        if (n->repetition == REQUIRED || e->def + 1 != n->max_def) {
            a->bad = &a->columns[i];
            return;
        }
        a->columns[i].row_next++;
    }
}

/* The value of a column: most fields are such. */
static inline json *leaf_value(struct assembling *a, const struct node *n)
{
    struct column *c = &a->columns[n->first_leaf];
    struct entry *e = &c->row[c->row_next];
    json *v;

    if (c->row_next < c->row_count && (v = e->value)) {
        a->bytes += e->bytes;
        e->value = NULL;
        c->row_next++;
        return v;
    }
    if (c->row_next < c->row_count && n->repetition == OPTIONAL && e->def + 1 == n->max_def)
        c->row_next++;
    else
        a->bad = c;
    return json_null();
}

static json *assemble_struct(struct assembling *a, const struct node *n)
{
    json **values = a->slots + n->first_slot;
    const struct node *kid = n + 1;

    for (uint32_t i = 0; i < n->kids; i++, kid += kid->size)
        if (a->bad)
            values[i] = json_null();
        else if (kid->shape == NODE_LEAF && kid->repetition != REPEATED)
            values[i] = leaf_value(a, kid);
        else
            values[i] = assemble_field(a, kid);
    return json_object_of(n->keys, values);
}

static json *assemble_list(struct assembling *a, const struct node *repeated, bool own_element);
static json *assemble_map(struct assembling *a, const struct node *n);

/* The value of a field that is there. */
static json *assemble_present(struct assembling *a, const struct node *n)
{
    switch (n->shape) {
    case NODE_LEAF: return leaf_value(a, n);
    case NODE_STRUCT: return assemble_struct(a, n);
    case NODE_LIST: return assemble_list(a, n + 1, n->own_element);
    case NODE_MAP: return assemble_map(a, n);
    }
    return json_null();
}

/* The value of a field that may not be there, or be there several times. */
static json *assemble_field(struct assembling *a, const struct node *n)
{
    const struct entry *e;

    if (n->repetition == REPEATED)
        return assemble_list(a, n, true);
    if (n->shape == NODE_LEAF)
        return leaf_value(a, n);
    e = peek_row(a, n->first_leaf);
    if (!e)
        return json_null();
    if (e->def >= n->max_def)
        return assemble_present(a, n);
    drop_absent(a, n);
    return json_null();
}

/* Is the repeated field there at all? If it is not, its entries are taken. */
static bool has_elements(struct assembling *a, const struct node *repeated)
{
    const struct entry *e = peek_row(a, repeated->first_leaf);

    if (e && e->def < repeated->max_def)
        drop_absent(a, repeated);
    return e && e->def >= repeated->max_def;
}

/* Each element takes an entry at least. */
static bool has_further_element(struct assembling *a, const struct node *repeated)
{
    const struct column *c = &a->columns[repeated->first_leaf];

    return !a->bad && c->row_next < c->row_count && c->row[c->row_next].rep == repeated->max_rep;
}

static json *assemble_list(struct assembling *a, const struct node *repeated, bool own_element)
{
    struct json_build b;

    json_build_array(&b, 0);
    if (has_elements(a, repeated))
        do
            json_build_add(&b, own_element ? assemble_present(a, repeated)
                                           : assemble_field(a, repeated + 1));
        while (has_further_element(a, repeated));
    return json_build_done(&b);
}

/* Only texts can be keys of an object. */
static bool has_text_keys(const struct node *key)
{
    switch (key->type.meaning) {
    case MEANS_TEXT:
    case MEANS_DATE:
    case MEANS_TIME:
    case MEANS_TIMESTAMP:
    case MEANS_UUID: return key->repetition == REQUIRED;
    default: return false;
    }
}

static json *key_and_value(json *key, json *value)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "key", key);
    json_build_set(&b, "value", value);
    return json_build_done(&b);
}

static json *assemble_map(struct assembling *a, const struct node *n)
{
    const struct node *repeated = n + 1, *key = n + 2, *value = key + key->size;
    bool texts = has_text_keys(key);
    struct json_build b;

    if (texts)
        json_build_object(&b, 0);
    else
        json_build_array(&b, 0);
    if (has_elements(a, repeated))
        do {
            json *k = assemble_field(a, key);
            json *v = repeated->kids == 2 && !a->bad ? assemble_field(a, value) : json_null();
            if (!texts) {
                json_build_add(&b, key_and_value(k, v));
            } else if (json_is_string(k)) {
                json_build_set_key(&b, k, v);
            } else {
                json_unref(k);
                json_unref(v);
            }
        } while (has_further_element(a, repeated));
    return json_build_done(&b);
}

/* A column that is repeated must have been used up: what is left over belongs to no field. Of the
 * others each field takes just one entry. */
json *assemble_row(const struct schema *s, struct assembling *a)
{
    a->bad = NULL;
    a->bytes = 0;
    json *row = assemble_struct(a, s->nodes);
    for (size_t i = 0; i < s->repeated_count && !a->bad; i++) {
        const struct column *c = &a->columns[s->repeated[i]];
        if (c->row_next < c->row_count)
            a->bad = c;
    }
    if (!a->bad)
        return row;
    json_unref(row);
    return NULL;
}
