/*
 * What all readers of items share: the way from items.h to a format, and the input of those that
 * read text. Such an input is a window on the file: fed at its end, used from its front.
 */

#include "parsers/items/items_impl.h"

#include "parsers/base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

items_reader *items_new(const struct items_options *o, struct diag *why)
{
    assert(o->format != ITEMS_PARQUET);
    switch (o->format) {
    case ITEMS_JSON: return items_new_json(o, why);
    case ITEMS_JSONL: return items_new_jsonl(o, why);
    case ITEMS_CSV: return items_new_csv(o, why);
    case ITEMS_PARQUET: break;
    }
    return NULL;
}

void items_free(items_reader *r)
{
    if (!r)
        return;
    json_unref(r->state);
    r->kind->release(r);
}

enum items_result items_next(items_reader *r, struct item *out, struct diag *why)
{
    return r->kind->next(r, out, why);
}

void items_wanted(const items_reader *r, uint64_t *from, uint64_t *len)
{
    r->kind->wanted(r, from, len);
}

void items_feed(items_reader *r, const char *bytes, size_t len)
{
    r->kind->feed(r, bytes, len);
}

void items_feed_end(items_reader *r)
{
    r->kind->feed_end(r);
}

size_t items_lacks(const items_reader *r)
{
    return r->kind->lacks ? r->kind->lacks(r) : 0;
}

void items_allow(items_reader *r, size_t bytes)
{
    if (r->kind->allow)
        r->kind->allow(r, bytes);
}

size_t items_held(const items_reader *r)
{
    return r->kind->held(r);
}

const json *items_state(const items_reader *r)
{
    return r->state;
}

/* ---- text ---- */

void items_text_init(struct items_text *t, const struct items_kind *kind,
                     const struct items_options *o)
{
    *t = (struct items_text){.head.kind = kind, .max_item = o->max_item};
    if (!t->max_item)
        t->max_item = ITEMS_MAX_ITEM;
    t->in.base = o->position;
    t->in.size = o->size;
    t->in.line = o->position ? 0 : 1;
    buf_reserve(&t->in.text, 1); /* so that its data are never NULL */
}

void items_text_clear(struct items_text *t)
{
    buf_clear(&t->in.text);
}

void items_text_wanted(const items_reader *r, uint64_t *from, uint64_t *len)
{
    const struct items_input *in = &((const struct items_text *)r)->in;

    *from = in->base + in->text.len;
    *len = UINT64_MAX;
    if (in->size != UINT64_MAX)
        *len = *from < in->size ? in->size - *from : 0;
}

/* What is left of the text moves to the front: mostly less than one item. */
void items_text_feed(items_reader *r, const char *bytes, size_t len)
{
    struct items_input *in = &((struct items_text *)r)->in;

    assert(!in->ended);
    if (in->at && in->at >= in->text.len / 2) {
        in->text.len -= in->at;
        memmove(in->text.data, in->text.data + in->at, in->text.len);
        in->base += in->at;
        in->at = 0;
    }
    buf_add(&in->text, bytes, len);
}

void items_text_feed_end(items_reader *r)
{
    ((struct items_text *)r)->in.ended = true;
}

size_t items_text_held(const items_reader *r)
{
    return ((const struct items_text *)r)->in.text.cap;
}

bool items_skip_mark(struct items_input *in)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t len = items_input_len(in), look = len < 3 ? len : 3;

    if (items_input_place(in))
        return true;
    if (look && memcmp(items_input_text(in), mark, look))
        return true;
    if (look == 3)
        in->at += 3;
    return look == 3 || in->ended;
}

enum items_result items_fail(struct diag *why, const char *code, uint64_t at, uint64_t line,
                             const char *format, ...)
{
    va_list args;

    if (!why)
        return ITEMS_FAILED;
    va_start(args, format);
    diag_vset(why, code, (size_t)at, format, args);
    va_end(args);
    why->place = (struct place){.line = line <= UINT32_MAX ? (uint32_t)line : 0};
    return ITEMS_FAILED;
}

enum items_result items_fail_too_large(const struct items_text *t, struct diag *why, uint64_t at,
                                       uint64_t line)
{
    return items_fail(why, "ITEMS_TOO_LARGE", at, line,
                      "an item begins here that is larger than %zu bytes", t->max_item);
}
