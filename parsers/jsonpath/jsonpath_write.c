/*
 * Paths in the notation that Jayway has for them, whatever their text was: what its messages quote,
 * and those that are AWS's causes of errors.
 */

#include "parsers/jsonpath/jsonpath_impl.h"

static void write_quoted(struct buf *out, const json *name)
{
    buf_addc(out, '\'');
    buf_add(out, json_str(name), json_str_len(name));
    buf_addc(out, '\'');
}

static void write_names(struct buf *out, json *const *names, size_t count)
{
    buf_addc(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_adds(out, ", ");
        write_quoted(out, names[i]);
    }
    buf_addc(out, ']');
}

static void write_indexes(struct buf *out, const struct step *s)
{
    for (size_t i = 0; i < s->count; i++)
        buf_printf(out, "%s%d", i ? "," : "[", s->numbers[i]);
    buf_addc(out, ']');
}

static void write_marks(struct buf *out, const struct step *s)
{
    for (size_t i = 0; i < s->filter->marks; i++)
        buf_adds(out, i ? ",?" : "[?");
    buf_addc(out, ']');
}

/* Messages of AWS show paths in this notation, whatever the author wrote: $.a[0] is $['a'][0]. */
void jsonpath_write_step(struct buf *out, const struct step *s)
{
    switch (s->kind) {
    case STEP_ROOT: buf_addc(out, '$'); break;
    case STEP_NAME: write_names(out, &s->name, 1); break;
    case STEP_NAMES: write_names(out, s->names, s->count); break;
    case STEP_INDEX: buf_printf(out, "[%d]", s->from); break;
    case STEP_FROM_END: buf_printf(out, "[@.size()%d]", s->from); break;
    case STEP_INDEXES: write_indexes(out, s); break;
    case STEP_TAIL: buf_printf(out, "[%d:]", s->from); break;
    case STEP_HEAD: buf_printf(out, "[:%d]", s->to); break;
    case STEP_SLICE: buf_printf(out, "[%d:%d]", s->from, s->to); break;
    case STEP_ALL: buf_adds(out, "[*]"); break;
    case STEP_SCAN: buf_adds(out, ".."); break;
    case STEP_FILTER: write_marks(out, s); break;
    }
}

void jsonpath_write(struct buf *out, const jsonpath *p)
{
    for (size_t i = 0; i < p->route.count; i++)
        jsonpath_write_step(out, &p->route.steps[i]);
}
