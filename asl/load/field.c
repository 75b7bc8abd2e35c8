/*
 * Walks over a definition by the tables of fields. None of it asks whether the definition is valid:
 * objects may be anything, members that have no row are passed over. All recursion is as deep as
 * the definition, which JSON_MAX_DEPTH bounds.
 */

#include "asl/load/field.h"

#include <assert.h>
#include <string.h>

/* Returns the table's count when no row for objects of `on` (0: of any) has that name. Most rows
 * differ in their first letter. */
static size_t row_index(const struct asl_fields *table, unsigned on, const char *name, size_t len)
{
    for (size_t i = 0; len && i < table->count; i++) {
        const struct asl_field *row = &table->rows[i];
        if (*row->name == *name && strncmp(row->name, name, len) == 0 && !row->name[len] &&
            (!on || !row->on || (row->on & on)))
            return i;
    }
    return table->count;
}

const struct asl_field *field_find(const struct asl_fields *table, const char *name, size_t len)
{
    size_t i = row_index(table, 0, name, len);

    return i < table->count ? &table->rows[i] : table->others;
}

const struct asl_field *field_of_key(const struct asl_fields *table, unsigned on, const json *key,
                                     struct field_memo *memo)
{
    struct field_found *found = &memo->found[json_hash(key) % FIELD_MEMO];

    if (found->key != key || found->table != table || found->on != on) {
        size_t i = row_index(table, on, json_str(key), json_str_len(key));

        *found = (struct field_found){key, table, on, i < table->count ? &table->rows[i] : NULL};
    }
    return found->row;
}

const struct asl_field *field_with_role(const struct asl_fields *table, enum field_role role)
{
    size_t i = 0;

    while (i < table->count && table->rows[i].role != role)
        i++;
    assert(i < table->count);
    return &table->rows[i];
}

const struct asl_field *field_with_inside(const struct asl_fields *table,
                                          const struct asl_fields *inside)
{
    size_t i = 0;

    while (i < table->count && table->rows[i].inside != inside)
        i++;
    assert(i < table->count);
    return &table->rows[i];
}

size_t field_rank(const struct asl_fields *table, const char *name, size_t len)
{
    size_t i = row_index(table, 0, name, len);

    /* Those without a row have a rank of their own, between two rows. */
    if (i == table->count)
        return table->others ? table->others_before : table->count;
    return i + (table->others && i >= table->others_before);
}

/* An array stands for its elements. */
static void visit_each(const struct asl_fields *table, const struct asl_at *at,
                       struct field_memo *memo, field_see *see, void *user)
{
    struct asl_at each;

    if (!json_is_array(at->value)) {
        fields_visit(table, at, memo, see, user);
        return;
    }
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &each);
        visit_each(table, &each, memo, see, user);
    }
}

/*
 * An object that has a table of its own is entered, and not shown itself: who sees fields sees only
 * those that hold something.
 */
void fields_visit(const struct asl_fields *table, const struct asl_at *at, struct field_memo *memo,
                  field_see *see, void *user)
{
    struct asl_at member;

    for (size_t i = 0; json_is_object(at->value) && i < json_count(at->value); i++) {
        asl_at_index(at, i, &member);
        const struct asl_field *f = field_of_key(table, 0, member.key, memo);
        if (!f)
            f = table->others;
        if (f && f->role == FIELD_OBJECT)
            visit_each(f->inside, &member, memo, see, user);
        else if (f)
            see(user, f, &member);
    }
}

bool field_blocks(const struct asl_at *state, struct asl_at *out)
{
    for (size_t i = 0; json_is_object(state->value) && i < json_count(state->value); i++) {
        asl_at_index(state, i, out);
        const struct asl_field *f =
            field_find(&asl_state_fields, json_str(out->key), json_str_len(out->key));
        if (f && f->role == FIELD_BLOCK)
            return true;
    }
    return false;
}

/* ---- a state, wherever it stands ---- */

struct looking_for {
    written_state_is *is;
    const void *user;
    struct written_state *out;
};

static bool find_in_block(const struct looking_for *l, const struct asl_at *block, bool in_map);

/* A state has one block, as Map, or an array of them. */
static bool find_in_state(const struct looking_for *l, const struct asl_at *state, bool in_map)
{
    struct asl_at blocks, each;

    if (!field_blocks(state, &blocks))
        return false;
    if (!json_is_array(blocks.value))
        return find_in_block(l, &blocks, true);
    for (size_t i = 0; i < json_count(blocks.value); i++) {
        asl_at_index(&blocks, i, &each);
        if (find_in_block(l, &each, in_map))
            return true;
    }
    return false;
}

static bool find_in_block(const struct looking_for *l, const struct asl_at *block, bool in_map)
{
    struct asl_at states, state;

    if (!asl_at_member(block, "States", &states) || !json_is_object(states.value))
        return false;
    for (size_t i = 0; i < json_count(states.value); i++) {
        asl_at_index(&states, i, &state);
        if (l->is(l->user, state.key, state.value)) {
            *l->out = (struct written_state){state.key, state.value, in_map};
            return true;
        }
    }
    for (size_t i = 0; i < json_count(states.value); i++) {
        asl_at_index(&states, i, &state);
        if (find_in_state(l, &state, in_map))
            return true;
    }
    return false;
}

bool field_find_state(const json *definition, written_state_is *is, const void *user,
                      struct written_state *out)
{
    const struct looking_for l = {is, user, out};
    const struct asl_at top = {.value = definition};

    return find_in_block(&l, &top, false);
}
