/*
 * Coverage in the form of Cobertura (coverage-04.dtd), which GitLab draws into merge requests: a
 * file is a class, its states are the methods, and folders are packages.
 */
#include "tools/test/coverage_report_impl.h"
#include "tools/test/markup.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static double rate(size_t hit, size_t all)
{
    return all ? (double)hit / (double)all : 1;
}

static void write_rates(struct buf *out, size_t lines_hit, size_t lines, size_t branches_hit,
                        size_t branches)
{
    buf_printf(out, " line-rate=\"%.4f\" branch-rate=\"%.4f\"", rate(lines_hit, lines),
               rate(branches_hit, branches));
}

static void write_cobertura_line(struct buf *out, const struct covered_line *l)
{
    buf_printf(out, "<line number=\"%" PRIu32 "\" hits=\"%" PRIu64 "\"", l->line, l->hits);
    if (l->branches)
        buf_printf(out, " branch=\"true\" condition-coverage=\"%zu%% (%zu/%zu)\"",
                   l->branches_hit * 100 / l->branches, l->branches_hit, l->branches);
    else
        buf_adds(out, " branch=\"false\"");
    buf_adds(out, "/>\n");
}

static void write_state(struct buf *out, const struct covered *m, size_t i)
{
    const struct elements *e = m->machine->elements;
    struct covered_line line = {.line = covered_line_of(m, i), .hits = m->hits[i]};
    struct buf name = {0};

    for (size_t k = e->first[i]; k < e->first[i + 1]; k++) {
        line.branches++;
        line.branches_hit += m->hits[k] != 0;
    }
    trial_state_path(&name, e->all[i].state);
    buf_adds(out, "            <method");
    markup_attribute(out, "name", buf_str(&name));
    markup_attribute(out, "signature", covered_name(m));
    write_rates(out, line.hits != 0, 1, line.branches_hit, line.branches);
    buf_adds(out, " complexity=\"0\"><lines>");
    write_cobertura_line(out, &line);
    out->len--; /* one line for a method */
    buf_adds(out, "</lines></method>\n");
    buf_clear(&name);
}

static void write_class(struct buf *out, const struct covered_file *f)
{
    const char *slash = strrchr(f->path, '/');

    buf_adds(out, "        <class");
    markup_attribute(out, "name", slash ? slash + 1 : f->path);
    markup_attribute(out, "filename", f->path);
    write_rates(out, f->lines_hit, f->line_count, f->sums.ways_hit, f->sums.ways);
    buf_adds(out, " complexity=\"0\">\n          <methods>\n");
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < f->machines[i]->machine->elements->states; k++)
            write_state(out, f->machines[i], k);
    buf_adds(out, "          </methods>\n          <lines>\n");
    for (size_t i = 0; i < f->line_count; i++) {
        buf_adds(out, "            ");
        write_cobertura_line(out, &f->lines[i]);
    }
    buf_adds(out, "          </lines>\n        </class>\n");
}

static size_t folder_len(const struct covered_file *f)
{
    const char *slash = strrchr(f->path, '/');

    return slash ? (size_t)(slash - f->path) : 0;
}

static bool same_folder(const struct covered_file *a, const struct covered_file *b)
{
    return folder_len(a) == folder_len(b) && memcmp(a->path, b->path, folder_len(a)) == 0;
}

/* Writes a package of the files [from, to). */
static void write_package(struct buf *out, const struct covered_file *from,
                          const struct covered_file *to)
{
    size_t lines = 0, lines_hit = 0;
    struct coverage_sums sums = {0};
    struct buf name = {0};

    for (const struct covered_file *f = from; f < to; f++) {
        lines += f->line_count;
        lines_hit += f->lines_hit;
        coverage_sums_add(&sums, &f->sums);
    }
    buf_add(&name, folder_len(from) ? from->path : ".", folder_len(from) ? folder_len(from) : 1);
    buf_adds(out, "    <package");
    markup_attribute(out, "name", buf_str(&name));
    write_rates(out, lines_hit, lines, sums.ways_hit, sums.ways);
    buf_adds(out, " complexity=\"0\">\n      <classes>\n");
    for (const struct covered_file *f = from; f < to; f++)
        write_class(out, f);
    buf_adds(out, "      </classes>\n    </package>\n");
    buf_clear(&name);
}

void coverage_write_cobertura(const struct coverage_files *f, struct buf *out)
{
    buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE coverage SYSTEM "
                  "\"http://cobertura.sourceforge.net/xml/coverage-04.dtd\">\n<coverage");
    write_rates(out, f->lines_hit, f->lines, f->sums.ways_hit, f->sums.ways);
    buf_printf(out,
               " lines-covered=\"%zu\" lines-valid=\"%zu\" branches-covered=\"%zu\" "
               "branches-valid=\"%zu\" complexity=\"0\" version=\"" ASL_VERSION
               "\" timestamp=\"%lld\">\n  <sources>\n    <source>",
               f->lines_hit, f->lines, f->sums.ways_hit, f->sums.ways,
               (long long)time(NULL) * 1000);
    markup_text(out, f->root);
    buf_adds(out, "</source>\n  </sources>\n  <packages>\n");
    for (size_t i = 0, end; i < f->count; i = end) {
        for (end = i + 1; end < f->count && same_folder(&f->all[i], &f->all[end]);)
            end++;
        write_package(out, &f->all[i], &f->all[end]);
    }
    buf_adds(out, "  </packages>\n</coverage>\n");
}
