#ifndef ASL_WARN_WARN_IMPL_H
#define ASL_WARN_WARN_IMPL_H

/* What the files of the warnings share. warn.c has the table: a function for each warning. */

#include "asl/load/graph.h"
#include "asl/warn/warn.h"

struct warner {
    const asl_machine *m;
    const struct asl_at *top;
    enum asl_workflow workflow;
    struct asl_report *report;
    const struct asl_code *code; /* of the row that is at work */
    struct analysis *variables;  /* of warn_variable.c, when a row has wanted it */
    struct raised *raised;       /* of warn_error.c, likewise */
    /* The machine's expressions, in the order of their strings' addresses. */
    const asl_expression **expressions;
    size_t expression_count;
};

/* Reports the code that is looked for; the hint is how that is mended. */
#define warn_at(w, at, part, ...)                                                                  \
    asl_report_add((w)->report, ASL_WARNING, (w)->code->name, at, part, (w)->code->mend,           \
                   __VA_ARGS__)

/* ---- what a state reads: warn_reads.c ---- */

typedef void (*warn_see_path)(void *user, const struct asl_at *at, const char *path, size_t len);

/* The path in the string at `at`, or those in the intrinsic call that it is. */
void warn_paths_in(const struct asl_at *at, warn_see_path see, void *user);

typedef void (*warn_see_variable)(void *user, const struct asl_at *at, const char *name,
                                  size_t len);

/* Makes and frees w->expressions. */
void warn_order_expressions(struct warner *w);
void warn_forget_expressions(struct warner *w);
/* Each variable that the state itself reads, not its inner blocks. */
void warn_variables(const struct warner *w, const struct asl_state *s, const struct asl_at *at,
                    warn_see_variable see, void *user);

/* ---- the warnings ---- */

typedef void warn_state(struct warner *w, const struct asl_state *s, const struct asl_at *at);
typedef void warn_block(struct warner *w, const struct block *b);
typedef void warn_machine(struct warner *w);

warn_state warn_callback_without_timeout, warn_task_without_timeout, warn_token_not_passed,
    warn_lambda_without_retry, warn_express_time_limit; /* warn_task.c */
warn_state warn_concurrency_capped, warn_map_without_concurrency, warn_deprecated_field,
    warn_wait_of_zero, warn_fail_without_error, warn_result_dropped; /* warn_state.c */
warn_state warn_catch_loses_input, warn_error_never_caught, warn_unknown_states_error,
    warn_unreachable_catcher, warn_unreachable_retrier; /* warn_error.c */
warn_state warn_choice_without_default, warn_compared_by_two_types,
    warn_unreachable_rule;             /* warn_choice.c */
warn_block warn_no_way_out;            /* warn_flow.c */
warn_machine warn_path_never_produced; /* warn_data.c */
warn_state warn_expression_as_text;    /* warn_text.c */
warn_state warn_intrinsic_arguments;   /* warn_intrinsic.c */
warn_machine warn_secret;              /* warn_secret.c */
warn_machine warn_variable_never_assigned, warn_variable_maybe_unassigned,
    warn_unused_variable; /* warn_variable.c */
void warn_forget_variables(struct warner *w);
void warn_forget_raised(struct warner *w);

#endif
