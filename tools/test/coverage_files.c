/* What was covered, sorted by files and lines. */
#include "tools/test/coverage_files.h"

#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>

uint32_t covered_line_of(const struct covered *m, size_t i)
{
    const struct elements *e = m->machine->elements;

    if (e->all[i].place.line)
        return e->all[i].place.line;
    uint32_t line = e->all[e->all[i].state->id].place.line;
    return line ? line : 1;
}

const char *covered_name(const struct covered *m)
{
    return m->machine->name ? json_str(m->machine->name) : "";
}

/* ---- lines ---- */

/* An element, or the branches of a state, in a line. */
struct stands {
    uint32_t line;
    bool state, branch;
    uint64_t hits;
};

static int compare_stands(const void *a, const void *b)
{
    const struct stands *x = a, *y = b;

    return x->line < y->line ? -1 : x->line > y->line;
}

/* Each way stands in its own line, and is a branch of its state's. */
static size_t list_stands(const struct covered *m, struct stands *out)
{
    const struct elements *e = m->machine->elements;
    size_t n = 0;

    for (size_t i = 0; i < e->count; i++) {
        out[n++] = (struct stands){covered_line_of(m, i), i < e->states, false, m->hits[i]};
        if (i >= e->states)
            out[n++] =
                (struct stands){covered_line_of(m, e->all[i].state->id), false, true, m->hits[i]};
    }
    return n;
}

static void add_to_line(struct covered_line *line, const struct stands *s, bool *has_state)
{
    if (s->branch) {
        line->branches++;
        line->branches_hit += s->hits != 0;
        return;
    }
    line->elements++;
    line->elements_hit += s->hits != 0;
    if (s->state && !*has_state)
        line->hits = 0;
    *has_state |= s->state;
    if (s->state == *has_state && s->hits > line->hits)
        line->hits = s->hits;
}

static void make_lines(struct covered_file *f)
{
    size_t most = 0, n = 0;

    for (size_t i = 0; i < f->count; i++)
        most += 2 * f->machines[i]->machine->elements->count;
    struct stands *all = mem_calloc(most + 1, sizeof *all);
    for (size_t i = 0; i < f->count; i++)
        n += list_stands(f->machines[i], all + n);
    qsort(all, n, sizeof *all, compare_stands);
    f->lines = mem_calloc(n + 1, sizeof *f->lines);
    bool has_state = false;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || all[i].line != all[i - 1].line) {
            f->lines[f->line_count++].line = all[i].line;
            has_state = false;
        }
        add_to_line(&f->lines[f->line_count - 1], &all[i], &has_state);
    }
    for (size_t i = 0; i < f->line_count; i++)
        f->lines_hit += f->lines[i].hits != 0;
    mem_free(all);
}

/* ---- files ---- */

static size_t folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) : 0;
}

/* Files of one folder stand together. */
static int compare_paths(const char *a, const char *b)
{
    size_t x = folder_of(a), y = folder_of(b);
    int order = memcmp(a, b, x < y ? x : y);

    return order ? order : x != y ? (x < y ? -1 : 1) : strcmp(a, b);
}

static int compare_machines(const void *a, const void *b)
{
    const struct covered *x = *(const struct covered *const *)a,
                         *y = *(const struct covered *const *)b;
    int by_path = compare_paths(x->path, y->path);

    return by_path ? by_path : strcmp(covered_name(x), covered_name(y));
}

static const char *path_from(const char *root, const char *path)
{
    size_t len = strlen(root);

    while (len && root[len - 1] == '/')
        len--;
    return strncmp(path, root, len) == 0 && path[len] == '/' ? path + len + 1 : path;
}

static void coverage_end_file(struct coverage_files *all, struct covered_file *f)
{
    make_lines(f);
    for (size_t i = 0; i < f->count; i++) {
        struct coverage_sums sums = covered_sum(f->machines[i]);
        coverage_sums_add(&f->sums, &sums);
    }
    coverage_sums_add(&all->sums, &f->sums);
    all->lines += f->line_count;
    all->lines_hit += f->lines_hit;
}

struct coverage_files *coverage_files_new(const struct coverage *c, const char *root)
{
    struct coverage_files *f = mem_calloc(1, sizeof *f);
    const struct covered **rows = mem_calloc(c->count + 1, sizeof *rows);

    f->root = mem_strdup(root);
    f->all = mem_calloc(c->count + 1, sizeof *f->all);
    for (size_t i = 0; i < c->count; i++)
        rows[i] = &c->all[i];
    qsort(rows, c->count, sizeof *rows, compare_machines);
    for (size_t i = 0; i < c->count; i++) {
        if (i == 0 || strcmp(rows[i]->path, rows[i - 1]->path) != 0) {
            struct covered_file *file = &f->all[f->count++];
            file->real = rows[i]->path;
            file->path = path_from(root, file->real);
            file->machines = mem_calloc(c->count - i, sizeof *file->machines);
        }
        struct covered_file *file = &f->all[f->count - 1];
        file->machines[file->count++] = rows[i];
    }
    for (size_t i = 0; i < f->count; i++)
        coverage_end_file(f, &f->all[i]);
    mem_free((void *)rows);
    return f;
}

void coverage_files_free(struct coverage_files *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->count; i++) {
        mem_free((void *)f->all[i].machines);
        mem_free(f->all[i].lines);
    }
    mem_free(f->all);
    mem_free(f->root);
    mem_free(f);
}
