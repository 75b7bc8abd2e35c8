/* What cases have passed, summed up over suites, and told by what they have not. */
#include "tools/test/coverage.h"

#include "parsers/base/mem.h"

#include <string.h>

/* Suites of one file, the machine's name and size included, share a row. */
static bool is_same(const struct suite_machine *a, const struct suite_machine *b)
{
    return strcmp(a->file, b->file) == 0 && json_equal(a->name, b->name) &&
           a->elements->count == b->elements->count;
}

static struct covered *covered_of(const struct coverage *c, const struct suite *s)
{
    for (size_t i = 0; i < c->count; i++)
        if (is_same(c->all[i].machine, &s->machine))
            return &c->all[i];
    return NULL;
}

void coverage_add(struct coverage *c, const struct suite *s)
{
    if (covered_of(c, s))
        return;
    MEM_GROW(c->all, c->count, c->cap);
    c->all[c->count++] =
        (struct covered){.machine = &s->machine,
                         .hits = mem_calloc(s->machine.elements->count + 1, sizeof(uint64_t))};
}

void coverage_count(struct coverage *c, const struct suite *s, const json *hits)
{
    const struct covered *row = covered_of(c, s);

    for (size_t i = 0; i < json_count(hits) && i < row->machine->elements->count; i++)
        row->hits[i] += (uint64_t)json_int_value(json_at(hits, i));
}

void coverage_clear(struct coverage *c)
{
    for (size_t i = 0; i < c->count; i++)
        mem_free(c->all[i].hits);
    mem_free(c->all);
    *c = (struct coverage){0};
}

struct coverage_sums coverage_sum(const struct coverage *c)
{
    struct coverage_sums sums = {0};

    for (size_t i = 0; i < c->count; i++) {
        const struct elements *e = c->all[i].machine->elements;
        for (size_t k = 0; k < e->count; k++) {
            bool hit = c->all[i].hits[k] != 0;
            if (k < e->states) {
                sums.states++;
                sums.states_hit += hit;
            } else {
                sums.ways++;
                sums.ways_hit += hit;
            }
        }
    }
    return sums;
}

double coverage_percent(const struct coverage_sums *s)
{
    size_t all = s->states + s->ways;

    return all ? 100.0 * (double)(s->states_hit + s->ways_hit) / (double)all : 100;
}

void coverage_print(const struct coverage *c, FILE *out)
{
    struct buf text = {0};

    for (size_t i = 0; i < c->count; i++) {
        const struct elements *e = c->all[i].machine->elements;
        for (size_t k = 0; k < e->count; k++) {
            if (c->all[i].hits[k])
                continue;
            buf_reset(&text);
            element_write(&text, &e->all[k]);
            fprintf(out, "%s:%u: not tested: %s\n", c->all[i].machine->file, e->all[k].place.line,
                    buf_str(&text));
        }
    }
    buf_clear(&text);
}
