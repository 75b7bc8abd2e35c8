/*
 * A tracefile of lcov, as geninfo(1) describes it. States are its functions, and the ways out of a
 * state the branches of its line, so that its sums are those of asl test.
 */
#include "tools/test/coverage_report_impl.h"

#include <inttypes.h>

/* lcov ends a function's name at a comma. */
static void write_function_name(struct buf *out, const struct covered *m, size_t i, bool several)
{
    size_t from = out->len;

    if (several)
        buf_printf(out, "%s:", covered_name(m));
    trial_state_path(out, m->machine->elements->all[i].state);
    for (; from < out->len; from++)
        if (out->data[from] == ',' || (unsigned char)out->data[from] < ' ')
            out->data[from] = ';';
}

static void write_functions(struct buf *out, const struct covered_file *f)
{
    for (size_t k = 0; k < f->count; k++) {
        const struct covered *m = f->machines[k];
        for (size_t i = 0; i < m->machine->elements->states; i++) {
            buf_printf(out, "FN:%" PRIu32 ",", covered_line_of(m, i));
            write_function_name(out, m, i, f->count > 1);
            buf_printf(out, "\nFNDA:%" PRIu64 ",", m->hits[i]);
            write_function_name(out, m, i, f->count > 1);
            buf_addc(out, '\n');
        }
    }
    buf_printf(out, "FNF:%zu\nFNH:%zu\n", f->sums.states, f->sums.states_hit);
}

/* Each state is a block of its own. */
static void write_branches(struct buf *out, const struct covered_file *f)
{
    size_t block = 0;

    for (size_t k = 0; k < f->count; k++) {
        const struct covered *m = f->machines[k];
        const struct elements *e = m->machine->elements;
        for (size_t s = 0; s < e->states; s++, block++)
            for (size_t i = e->first[s]; i < e->first[s + 1]; i++) {
                buf_printf(out, "BRDA:%" PRIu32 ",%zu,%zu,", covered_line_of(m, s), block,
                           i - e->first[s]);
                if (m->hits[s])
                    buf_printf(out, "%" PRIu64 "\n", m->hits[i]);
                else
                    buf_adds(out, "-\n");
            }
    }
    buf_printf(out, "BRF:%zu\nBRH:%zu\n", f->sums.ways, f->sums.ways_hit);
}

void coverage_write_lcov(const struct coverage_files *f, struct buf *out)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct covered_file *file = &f->all[i];
        buf_printf(out, "TN:\nSF:%s\n", file->path);
        write_functions(out, file);
        write_branches(out, file);
        for (size_t k = 0; k < file->line_count; k++)
            buf_printf(out, "DA:%" PRIu32 ",%" PRIu64 "\n", file->lines[k].line,
                       file->lines[k].hits);
        buf_printf(out, "LF:%zu\nLH:%zu\nend_of_record\n", file->line_count, file->lines_hit);
    }
}
