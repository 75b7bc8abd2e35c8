/*
 * What is legal but likely wrong: the table of warnings, and the machine as they look at it. They
 * are looked for in machines without errors only, so none is the consequence of one.
 */

#include "asl/warn/warn_impl.h"

#include "parsers/base/count.h"

#include <string.h>

/* ---- the table ---- */

static const struct row {
    const char *code;
    warn_state *state;     /* called with each state, */
    warn_block *block;     /* with each block of States, */
    warn_machine *machine; /* or once */
} rows[] = {
    {"CALLBACK_WITHOUT_TIMEOUT", warn_callback_without_timeout, NULL, NULL},
    {"CATCH_LOSES_INPUT", warn_catch_loses_input, NULL, NULL},
    {"CHOICE_WITHOUT_DEFAULT", warn_choice_without_default, NULL, NULL},
    {"COMPARED_BY_TWO_TYPES", warn_compared_by_two_types, NULL, NULL},
    {"DEPRECATED_FIELD", warn_deprecated_field, NULL, NULL},
    {"ERROR_NEVER_CAUGHT", warn_error_never_caught, NULL, NULL},
    {"EXPRESSION_AS_TEXT", warn_expression_as_text, NULL, NULL},
    {"EXPRESS_TIME_LIMIT", warn_express_time_limit, NULL, NULL},
    {"FAIL_WITHOUT_ERROR", warn_fail_without_error, NULL, NULL},
    {"INTRINSIC_ARGUMENTS", warn_intrinsic_arguments, NULL, NULL},
    {"LAMBDA_WITHOUT_RETRY", warn_lambda_without_retry, NULL, NULL},
    {"MAP_CONCURRENCY_CAPPED", warn_concurrency_capped, NULL, NULL},
    {"MAP_WITHOUT_CONCURRENCY", warn_map_without_concurrency, NULL, NULL},
    {"NO_WAY_OUT", NULL, warn_no_way_out, NULL},
    {"PATH_NEVER_PRODUCED", NULL, NULL, warn_path_never_produced},
    {"RESULT_DROPPED", warn_result_dropped, NULL, NULL},
    {"SECRET_IN_DEFINITION", NULL, NULL, warn_secret},
    {"TASK_TOKEN_NOT_PASSED", warn_token_not_passed, NULL, NULL},
    {"TASK_WITHOUT_TIMEOUT", warn_task_without_timeout, NULL, NULL},
    {"UNKNOWN_STATES_ERROR", warn_unknown_states_error, NULL, NULL},
    {"UNREACHABLE_CATCHER", warn_unreachable_catcher, NULL, NULL},
    {"UNREACHABLE_RETRIER", warn_unreachable_retrier, NULL, NULL},
    {"UNREACHABLE_RULE", warn_unreachable_rule, NULL, NULL},
    {"UNUSED_VARIABLE", NULL, NULL, warn_unused_variable},
    {"VARIABLE_MAYBE_UNASSIGNED", NULL, NULL, warn_variable_maybe_unassigned},
    {"VARIABLE_NEVER_ASSIGNED", NULL, NULL, warn_variable_never_assigned},
    {"WAIT_OF_ZERO", warn_wait_of_zero, NULL, NULL},
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
    struct warner w = {.m = m, .top = top, .workflow = workflow, .report = report};
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
