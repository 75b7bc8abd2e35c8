/* Frees what comparing has found: each difference owns its words and values. */
#include "tools/test/difference.h"

#include "parsers/base/mem.h"

void sentence_parts_clear(struct sentence_parts *p)
{
    mem_free(p->wanted);
    mem_free(p->was);
    *p = (struct sentence_parts){0};
}

void differences_clear(struct differences *d)
{
    for (size_t i = 0; i < d->count; i++) {
        mem_free(d->all[i].pointer);
        mem_free(d->all[i].text);
        sentence_parts_clear(&d->all[i].parts);
        json_unref(d->all[i].expected);
        json_unref(d->all[i].actual);
    }
    mem_free(d->all);
    *d = (struct differences){0};
}
