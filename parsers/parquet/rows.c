/*
 * A column's entries, row by row. Of one that is not repeated each entry is a row, and some are
 * taken ahead: with many columns it costs more to come back to one than to take a value. A bad
 * value ends what is taken ahead, and is told when its own row is wanted.
 */

#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/mem.h"

/* Long texts are not taken far ahead. A value takes about so much memory beside its text. */
enum { AHEAD_BYTES = 16 << 10, VALUE_BYTES = 32 };

static const char bad_levels[] = "the levels of a page can't be read";
static const char bad_values[] = "a page has fewer values than it says, or one that can't be read";

/* ---- values ---- */

/* Counts what is kept of a dictionary. Returns whether there is room for it. */
static bool column_keeps(struct column *c, const json *made)
{
    size_t bytes = VALUE_BYTES + (json_is_string(made) ? json_str_len(made) : 0);

    if (c->all->resident + bytes > c->all->max_resident)
        return false;
    c->all->resident += bytes;
    c->dictionary.counted += bytes;
    return true;
}

/*
 * What is made of an entry of the dictionary is kept, and shared by all rows that have it. It is
 * kept from its second time on: of a column whose values hardly repeat nearly all would be kept for
 * nothing, and looked for in memory that nobody else uses. JSON's null, which has no memory, stands
 * for the first time.
 */
static inline json *dictionary_value(struct column *c, uint32_t i)
{
    struct dictionary *d = &c->dictionary;
    struct bytes v = {(const unsigned char *)d->bytes.data, c->leaf->type.width};
    json *made;

    if (i >= d->count)
        return NULL;
    if (d->made[i] && d->made[i] != json_null())
        return json_ref(d->made[i]);
    if (d->offsets)
        v = (struct bytes){v.at + d->offsets[i] + 4, load32(v.at + d->offsets[i])};
    else
        v.at += i * v.len;
    made = c->maker.make(&c->maker, v);
    if (!d->made[i])
        d->made[i] = json_null();
    else if (made && column_keeps(c, made))
        d->made[i] = json_ref(made);
    return made;
}

static inline json *take_value(struct column *c)
{
    struct bytes v;
    uint32_t i;

    if (c->by_dictionary)
        return hybrid_next(&c->indexes, &i) ? dictionary_value(c, i) : NULL;
    return c->values.next(&c->values, &v) ? c->maker.make(&c->maker, v) : NULL;
}

/* Values can't be jumped over, as most have no fixed length; but no JSON is made of them. */
static bool pass_value(struct column *c)
{
    struct bytes v;
    uint32_t i;

    return c->by_dictionary ? hybrid_next(&c->indexes, &i) : c->values.next(&c->values, &v);
}

/* About as many bytes as the value takes as JSON, with the name and what stands between. */
static inline uint32_t entry_bytes(const struct column *c, const json *value)
{
    return c->entry_bytes +
           (c->is_text && value && json_is_string(value) ? (uint32_t)json_str_len(value) : 0);
}

/* Takes an entry's definition level, and its value into *out, which is NULL where it has none.
 * Returns what is wrong; NULL: nothing. */
static inline const char *take_entry(struct column *c, uint32_t *def, json **out)
{
    *out = NULL;
    if (!hybrid_next(&c->defs, def) || *def > c->leaf->max_def)
        return bad_levels;
    if (*def == c->leaf->max_def && !(*out = take_value(c)))
        return bad_values;
    c->page_left--;
    return NULL;
}

static const char *pass_entry(struct column *c)
{
    uint32_t def;

    if (!hybrid_next(&c->defs, &def) || def > c->leaf->max_def)
        return bad_levels;
    if (def == c->leaf->max_def && !pass_value(c))
        return bad_values;
    c->all->work += COLUMN_ENTRY_WORK;
    c->page_left--;
    return NULL;
}

/* Goes to a page with entries. COLUMN_ROW with *ended: there is none any more. A call that has done
 * nothing yet reads a page at least, so it always comes further. */
static enum column_step find_page(struct column *c, bool *ended, struct diag *why)
{
    *ended = false;
    while (!c->page_left) {
        if (!c->values_left) {
            *ended = true;
            return COLUMN_ROW;
        }
        if (column_has_worked(c))
            return COLUMN_RESTS;
        enum column_step step = column_next_page(c, why);
        if (step != COLUMN_ROW)
            return step;
    }
    return COLUMN_ROW;
}

/* ---- a column that is not repeated ---- */

/* Takes entries that all have a value, as a run of definition levels says: most do. */
static void take_run_ahead(struct column *c, size_t *bytes)
{
    struct entry *begin = c->row + c->row_count, *e = begin;
    const struct entry *end = c->row + COLUMN_AHEAD;
    uint16_t def = c->leaf->max_def;

    if (c->page_left < (uint64_t)(end - e))
        end = e + c->page_left;
    if (c->defs.repeat < (uint64_t)(end - e))
        end = e + c->defs.repeat;
    for (; e < end && *bytes < AHEAD_BYTES; e++) {
        json *value = take_value(c);
        if (!value) {
            c->failure = bad_values;
            break;
        }
        *e = (struct entry){0, def, entry_bytes(c, value), value};
        *bytes += e->bytes;
    }
    c->row_count += (size_t)(e - begin);
    c->page_left -= (uint64_t)(e - begin);
    c->defs.repeat -= (uint64_t)(e - begin);
}

static void take_ahead(struct column *c)
{
    size_t bytes = 0;

    while (c->page_left && c->row_count < COLUMN_AHEAD && bytes < AHEAD_BYTES && !c->failure) {
        json *value;
        uint32_t def;

        if (c->defs.repeat && c->defs.value == c->leaf->max_def) {
            take_run_ahead(c, &bytes);
            continue;
        }
        c->failure = take_entry(c, &def, &value);
        if (c->failure)
            return;
        c->row[c->row_count] = (struct entry){0, (uint16_t)def, entry_bytes(c, value), value};
        bytes += c->row[c->row_count++].bytes;
    }
}

/* Takes entries of one page, after those that nobody wants. */
static enum column_step fill_flat(struct column *c, struct diag *why)
{
    c->row_count = c->row_next = 0;
    while (!c->row_count) {
        bool ended;
        enum column_step step;

        if (c->failure)
            return column_fail(c, why, "%s", c->failure);
        step = find_page(c, &ended, why);
        if (step != COLUMN_ROW)
            return step;
        if (ended)
            return column_fail(c, why, "it has fewer rows than its row group");
        for (; c->skip && c->page_left && !c->failure; c->skip--) {
            if (column_has_worked(c))
                return COLUMN_RESTS;
            c->failure = pass_entry(c);
        }
        if (!c->failure)
            take_ahead(c);
    }
    return COLUMN_ROW;
}

/* ---- a column that is repeated ---- */

/* Ends a row. Returns whether it was one that nobody wants. */
static bool end_row(struct column *c)
{
    c->row_is_open = false;
    if (!c->skip)
        return false;
    c->skip--;
    return true;
}

/* The level of the next entry tells whether it begins a row, and is read before the row ends: that
 * may need the next page. */
static enum column_step peek_level(struct column *c, bool *ended, struct diag *why)
{
    enum column_step step = find_page(c, ended, why);

    if (step != COLUMN_ROW || *ended || c->rep_is_read)
        return step;
    if (!hybrid_next(&c->reps, &c->rep) || c->rep > c->leaf->max_rep)
        return column_fail(c, why, "%s", bad_levels);
    c->rep_is_read = true;
    return COLUMN_ROW;
}

/* What all columns have of a row counts together: it is the item that must not be too large. */
static bool collect_entry(struct column *c, struct diag *why)
{
    const char *failure;
    uint32_t def = 0;
    json *value = NULL;

    failure = c->skip ? pass_entry(c) : take_entry(c, &def, &value);
    if (failure) {
        column_fail(c, why, "%s", failure);
        return false;
    }
    c->rep_is_read = false;
    if (c->skip)
        return true;
    MEM_GROW(c->row, c->row_count, c->row_cap);
    c->row[c->row_count++] =
        (struct entry){(uint16_t)c->rep, (uint16_t)def, entry_bytes(c, value), value};
    c->all->row_bytes += c->row[c->row_count - 1].bytes;
    if (c->all->row_bytes <= c->all->max_item)
        return true;
    column_fail(c, why, "a row is larger than %zu bytes", c->all->max_item);
    return false;
}

/* A row goes on until the next entry begins another one. */
static enum column_step next_repeated(struct column *c, struct diag *why)
{
    if (!c->row_is_open)
        c->row_count = c->row_next = 0;
    for (;;) {
        bool ended;
        enum column_step step = peek_level(c, &ended, why);

        if (step != COLUMN_ROW)
            return step;
        if (c->row_is_open && (ended || !c->rep)) {
            if (!end_row(c))
                return COLUMN_ROW;
            continue;
        }
        if (ended)
            return column_fail(c, why, "it has fewer rows than its row group");
        if (!c->row_is_open && c->rep)
            return column_fail(c, why, "a row does not begin with its first value");
        if (column_has_worked(c))
            return COLUMN_RESTS;
        c->row_is_open = true;
        if (!collect_entry(c, why))
            return COLUMN_FAILED;
    }
}

/* ---- both ---- */

enum column_step column_next_row(struct column *c, struct diag *why)
{
    if (c->leaf->max_rep)
        return next_repeated(c, why);
    return c->row_next < c->row_count ? COLUMN_ROW : fill_flat(c, why);
}

/* Values that were taken from the row are NULL. */
void column_drop_rows(struct column *c)
{
    for (size_t i = c->row_next; i < c->row_count; i++)
        json_unref(c->row[i].value);
    c->row_count = c->row_next = 0;
}

bool column_is_done(struct column *c, struct diag *why)
{
    if (!c->page_left && !c->values_left && c->row_next == c->row_count)
        return true;
    column_fail(c, why, "it has more rows than its row group");
    return false;
}
