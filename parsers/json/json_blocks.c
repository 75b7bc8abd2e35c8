/*
 * Blocks of memory that small values share (struct json_block). Each says by its flags where its
 * block begins, so that it is freed as one that lies alone: whoever holds a value need not know.
 */

#include "parsers/json/json_impl.h"

#include "parsers/base/mem.h"

void json_blocks_leave(struct json_blocks *b)
{
    if (b->now && !--b->now->live)
        mem_free(b->now);
    b->now = NULL;
    b->used = b->size = 0;
}

/* What is too large lies alone, and the block that is being filled waits for smaller ones. */
json *json_new_in_next_block(struct json_blocks *b, enum json_kind kind, size_t size)
{
    if (size > JSON_MOST_IN_BLOCK || size + JSON_BLOCK_STEP > JSON_BLOCK_STEP * b->next_size)
        return json_new(kind, size);
    json_blocks_leave(b);
    b->now = mem_alloc(JSON_BLOCK_STEP * b->next_size);
    b->now->live = 1;
    b->size = b->next_size;
    b->used = 1;
    return json_new_in(b, kind, size);
}

/* So few values lie alone: half of their block would stay empty, or be held by one of them. */
enum { FEW_VALUES = 3 };

/* A number takes one step, a short string two. */
void json_blocks_expect(struct json_blocks *b, size_t values)
{
    const size_t steps = 1 + 2 * values;

    if (values > FEW_VALUES && steps > b->next_size)
        b->next_size = steps < JSON_BLOCK_STEPS ? (uint32_t)steps : JSON_BLOCK_STEPS;
}

json *json_int_in(struct json_blocks *b, int64_t n)
{
    struct int_value *v = (struct int_value *)json_new_in(b, JSON_INT, sizeof(*v));

    v->n = n;
    return &v->head;
}

json *json_double_in(struct json_blocks *b, double d)
{
    struct double_value *v = (struct double_value *)json_new_in(b, JSON_DOUBLE, sizeof(*v));

    v->d = d;
    return &v->head;
}

/* A string that is lent lies in storage of somebody else's, so a reference to it is a copy. */
static json *own(struct json_blocks *b, const json *lent)
{
    const struct string_value *s = as_string(lent);
    struct string_value *mine;

    if (!s->len)
        return json_string(NULL, 0);
    mine = (struct string_value *)json_new_in(b, JSON_STRING, sizeof(*s) + s->len + 1);
    mine->len = s->len;
    mine->hash = s->hash;
    mine->head.flags |= s->head.flags & (JSON_PLAIN | JSON_ESCAPED);
    memcpy(mine->text, s->text, s->len + 1);
    return &mine->head;
}

json *json_own(const json *lent)
{
    return own(&(struct json_blocks){0}, lent);
}

json *json_ref_in(struct json_blocks *b, const json *v)
{
    return v && v->refs == JSON_LENT ? own(b, v) : json_ref(v);
}
