/*
 * What is legal but likely wrong: the table of warnings, and the machine as they look at it. They
 * are looked for in machines without errors only, so none is the consequence of one.
 */

#include "asl/warn/warn_impl.h"

#include "asl/call/call.h"
#include "parsers/base/count.h"

#include <string.h>

/* ---- the table ---- */

static const struct row {
    const char *code;
    warn_state *state;     /* called with each state, */
    warn_block *block;     /* with each block of States, */
    warn_machine *machine; /* or once */
} rows[] = {
#define WARNING(name, what, look) {.code = #name, .what = look},
#include "asl/warn/warn_list.h"
#undef WARNING
};

/* The rows that are wanted, each with its code. */
struct wanted {
    const struct row *rows[COUNT(rows)];
    const struct asl_code *codes[COUNT(rows)];
    size_t count;
};

/* As deep as the definition, which JSON_MAX_DEPTH bounds. */
static void warn_visit(struct warner *w, const struct wanted *wanted, const struct block *b)
{
    struct asl_at at;
    struct block inner;

    for (size_t k = 0; k < wanted->count; k++) {
        w->code = wanted->codes[k];
        if (wanted->rows[k]->block)
            wanted->rows[k]->block(w, b);
    }
    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        asl_at_index(&b->states, i, &at);
        for (size_t k = 0; k < wanted->count; k++) {
            w->code = wanted->codes[k];
            if (wanted->rows[k]->state)
                wanted->rows[k]->state(w, s, &at);
        }
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            warn_visit(w, wanted, &inner);
    }
}

void asl_warn(const asl_machine *m, const struct asl_at *top, enum asl_workflow workflow,
              const struct asl_codes *wanted, struct asl_report *report)
{
    struct warner w = {
        .m = m, .top = top, .workflow = workflow, .report = report, .guesses = CALL_GUESSES};
    size_t before = report->count;
    struct wanted looked_for = {.count = 0};
    struct block b;

    warn_order_expressions(&w);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!asl_codes_has(wanted, rows[i].code))
            continue;
        w.code = asl_code_find(rows[i].code, strlen(rows[i].code));
        if (rows[i].machine) {
            rows[i].machine(&w);
            continue;
        }
        looked_for.rows[looked_for.count] = &rows[i];
        looked_for.codes[looked_for.count++] = w.code;
    }
    graph_top_block(w.m, w.top, &b);
    warn_visit(&w, &looked_for, &b);
    warn_forget_variables(&w);
    warn_forget_raised(&w);
    warn_forget_expressions(&w);
    asl_report_sort(report, before);
}
