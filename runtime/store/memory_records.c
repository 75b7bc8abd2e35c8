/* Records of the store in memory: an array sorted by kind and key, as there are few of them. */

#include "runtime/store/memory_records.h"

#include "parsers/base/mem.h"

#include <string.h>

struct memory_record {
    char *kind, *key, *text;
    size_t len;
};

/* Where the record is, or would be. */
static size_t place_of_record(const struct memory_records *r, const char *kind, const char *key)
{
    size_t low = 0, high = r->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct memory_record *at = &r->list[middle];
        int order = strcmp(at->kind, kind);
        if (order == 0)
            order = strcmp(at->key, key);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_record(const struct memory_records *r, size_t i, const char *kind, const char *key)
{
    return i < r->count && !strcmp(r->list[i].kind, kind) && !strcmp(r->list[i].key, key);
}

static void clear_record(struct memory_record *r)
{
    mem_free(r->kind);
    mem_free(r->key);
    mem_free(r->text);
}

void memory_records_put(struct memory_records *r, const char *kind, const char *key,
                        const char *text, size_t len)
{
    size_t i = place_of_record(r, kind, key);
    struct memory_record *at;

    if (is_record(r, i, kind, key)) {
        at = &r->list[i];
        if (text) {
            /* The copy comes first: `text` may be the record's own, as a reader got it. */
            char *fresh = mem_strndup(text, len);
            mem_free(at->text);
            at->text = fresh;
            at->len = len;
            return;
        }
        clear_record(at);
        r->count--;
        memmove(at, at + 1, (r->count - i) * sizeof *at);
        return;
    }
    if (!text)
        return;
    MEM_GROW(r->list, r->count, r->cap);
    at = &r->list[i];
    memmove(at + 1, at, (r->count - i) * sizeof *at);
    r->count++;
    *at = (struct memory_record){mem_strdup(kind), mem_strdup(key), mem_strndup(text, len), len};
}

bool memory_records_get(const struct memory_records *r, const char *kind, const char *key,
                        struct buf *out)
{
    size_t i = place_of_record(r, kind, key);
    bool found = is_record(r, i, kind, key);

    if (found)
        buf_add(out, r->list[i].text, r->list[i].len);
    return found;
}

void memory_records_visit(const struct memory_records *r, const char *kind, const char *after,
                          store_visit_record *visit, void *user)
{
    /* No key is empty, so that stands before all. */
    size_t i = place_of_record(r, kind, after ? after : "");

    if (after && is_record(r, i, kind, after))
        i++;
    for (; i < r->count && !strcmp(r->list[i].kind, kind); i++)
        if (!visit(user, r->list[i].key, r->list[i].text, r->list[i].len))
            break;
}

const char *memory_records_next_kind(const struct memory_records *r, const char *kind)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->list[i].kind, kind) > 0)
            return r->list[i].kind;
    return NULL;
}

void memory_records_clear(struct memory_records *r)
{
    for (size_t i = 0; i < r->count; i++)
        clear_record(&r->list[i]);
    mem_free(r->list);
    *r = (struct memory_records){0};
}
