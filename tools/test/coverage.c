/* What cases have passed, summed up over suites, and told by what they have not. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "tools/test/coverage.h"

#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Suites may name one file in several ways. */
static char *real_path(const char *file)
{
    char *real = realpath(file, NULL), *path = mem_strdup(real ? real : file);

    free(real);
    return path;
}

/* Suites of one file, the machine's name and size included, share a row. */
static struct covered *find_covered(const struct coverage *c, const char *path,
                                    const struct suite_machine *m)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->all[i].path, path) == 0 && json_equal(c->all[i].machine->name, m->name) &&
            c->all[i].machine->elements->count == m->elements->count)
            return &c->all[i];
    return NULL;
}

void coverage_add(struct coverage *c, const struct suite *s)
{
    char *path = real_path(s->machine.file);

    if (find_covered(c, path, &s->machine)) {
        mem_free(path);
        return;
    }
    MEM_GROW(c->all, c->count, c->cap);
    c->all[c->count++] =
        (struct covered){.machine = &s->machine,
                         .path = path,
                         .hits = mem_calloc(s->machine.elements->count + 1, sizeof(uint64_t))};
}

static const struct covered *covered_of(const struct coverage *c, const struct suite *s)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->all[i].machine == &s->machine)
            return &c->all[i];
    char *path = real_path(s->machine.file);
    const struct covered *found = find_covered(c, path, &s->machine);
    mem_free(path);
    return found;
}

void coverage_count(struct coverage *c, const struct suite *s, const json *hits)
{
    const struct covered *row = covered_of(c, s);

    for (size_t i = 0; i < json_count(hits) && i < row->machine->elements->count; i++)
        row->hits[i] += (uint64_t)json_int_value(json_at(hits, i));
}

void coverage_clear(struct coverage *c)
{
    for (size_t i = 0; i < c->count; i++) {
        mem_free(c->all[i].path);
        mem_free(c->all[i].hits);
    }
    mem_free(c->all);
    *c = (struct coverage){0};
}

struct coverage_sums covered_sum(const struct covered *m)
{
    const struct elements *e = m->machine->elements;
    struct coverage_sums sums = {.states = e->states, .ways = e->count - e->states};

    for (size_t i = 0; i < e->count; i++)
        *(i < e->states ? &sums.states_hit : &sums.ways_hit) += m->hits[i] != 0;
    return sums;
}

void coverage_sums_add(struct coverage_sums *to, const struct coverage_sums *more)
{
    to->states += more->states;
    to->states_hit += more->states_hit;
    to->ways += more->ways;
    to->ways_hit += more->ways_hit;
}

struct coverage_sums coverage_sum(const struct coverage *c)
{
    struct coverage_sums sums = {0};

    for (size_t i = 0; i < c->count; i++) {
        struct coverage_sums one = covered_sum(&c->all[i]);
        coverage_sums_add(&sums, &one);
    }
    return sums;
}

double coverage_percent(const struct coverage_sums *s)
{
    size_t all = s->states + s->ways;

    return all ? 100.0 * (double)(s->states_hit + s->ways_hit) / (double)all : 100;
}

void coverage_write(const struct coverage *c, struct buf *out)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct elements *e = c->all[i].machine->elements;
        for (size_t k = 0; k < e->count; k++) {
            if (c->all[i].hits[k])
                continue;
            buf_printf(out, "%s:%u: not tested: ", c->all[i].machine->file, e->all[k].place.line);
            element_write(out, &e->all[k]);
            buf_addc(out, '\n');
        }
    }
}

void coverage_write_sums(const struct coverage_sums *s, struct buf *out)
{
    buf_printf(out, "coverage: states %zu of %zu, transitions %zu of %zu\n", s->states_hit,
               s->states, s->ways_hit, s->ways);
}
