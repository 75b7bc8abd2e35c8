/*
 * What is legal but likely wrong: the table of warnings, and the machine as they look at it. They
 * are looked for in machines without errors only, so none is the consequence of one.
 */

#include "asl/warn/warn_impl.h"

#include "asl/call/call.h"
#include "asl/load/field.h"
#include "parsers/base/count.h"

#include <string.h>

/* ---- the table ---- */

static const struct row {
    const char *code;
    warn_state *state;     /* called with each state, */
    warn_field *field;     /* with each field of each state, */
    warn_block *block;     /* with each block of States, */
    warn_machine *machine; /* or once */
} rows[] = {
#define WARNING(name, what, look) {.code = #name, .what = look},
#include "asl/warn/warn_list.h"
#undef WARNING
};

/* Rows that are wanted, each with its code. */
struct wanted {
    const struct row *rows[COUNT(rows)];
    const struct asl_code *codes[COUNT(rows)];
    size_t count;
};

/* The walk over a machine: each thing in it is shown to the rows that look at its kind, so a state
 * and its fields are visited once, however many rows there are. */
struct visit {
    struct warner *w;
    struct wanted states, fields, blocks;
    const struct asl_state *state; /* whose fields are visited */
};

/* Calls a member of all rows of a list; the code of the row is what warn_at reports. */
#define EACH_ROW(v, list, look, ...)                                                               \
    do {                                                                                           \
        for (size_t k = 0; k < (v)->list.count; k++) {                                             \
            (v)->w->code = (v)->list.codes[k];                                                     \
            (v)->list.rows[k]->look((v)->w, __VA_ARGS__);                                          \
        }                                                                                          \
    } while (0)

static void warn_visit_field(void *user, const struct asl_field *f, const struct asl_at *at)
{
    const struct visit *v = user;

    EACH_ROW(v, fields, field, v->state, f, at);
}

/* As deep as the definition, which JSON_MAX_DEPTH bounds. */
static void warn_visit(struct visit *v, const struct block *b)
{
    struct asl_at at;
    struct block inner;

    EACH_ROW(v, blocks, block, b);
    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        asl_at_index(&b->states, i, &at);
        EACH_ROW(v, states, state, s, &at);
        v->state = s;
        if (v->fields.count)
            fields_visit(&asl_state_fields, &at, v->w->memo, warn_visit_field, v);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            warn_visit(v, &inner);
    }
}

static void want(struct wanted *list, const struct row *row, const struct asl_code *code)
{
    list->rows[list->count] = row;
    list->codes[list->count++] = code;
}

void asl_warn(const asl_machine *m, const struct asl_at *top, enum asl_workflow workflow,
              const struct asl_codes *wanted, struct asl_report *report)
{
    struct field_memo memo = {0};
    struct warner w = {.m = m,
                       .top = top,
                       .workflow = workflow,
                       .report = report,
                       .memo = &memo,
                       .guesses = CALL_GUESSES};
    size_t before = report->count;
    struct visit v = {.w = &w};
    struct block b;

    warn_order_expressions(&w);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        w.code = asl_codes_get(wanted, row->code);
        if (!w.code)
            continue;
        if (row->machine)
            row->machine(&w);
        else
            want(row->state ? &v.states : row->field ? &v.fields : &v.blocks, row, w.code);
    }
    graph_top_block(w.m, w.top, &b);
    warn_visit(&v, &b);
    warn_forget_variables(&w);
    warn_forget_raised(&w);
    warn_forget_expressions(&w);
    asl_report_sort(report, before);
}
