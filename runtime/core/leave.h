#ifndef RUNTIME_CORE_LEAVE_H
#define RUNTIME_CORE_LEAVE_H

/* Leaving a state: bounds of what it leaves with, its Assign, and the next state or the end of its
 * scope. */

#include "runtime/core/step.h"

/* How a state is left: for `to` (NULL: its scope ends), by that way. */
struct leaving_by {
    const struct asl_state *to;
    enum rt_way way;
    size_t index; /* of the rule, the catcher */
};

/* Leaves the state. Takes output and variables, which may be NULL. The end of a scope may free `f`,
 * which must not be looked at afterwards. */
void exit_state(struct step *s, struct rt_frame *f, json *output, json *vars, struct leaving_by by);
/* Leaves the state by its own Assign and Next, after checking the output. `assign_from` is what the
 * Assign reads: `$` in JSONPath, $states.result in JSONata. Takes `output`; `f` may be freed, as by
 * exit_state. */
void finish_state(struct step *s, struct rt_frame *f, json *output, const json *assign_from);
/* Sets `e` to "The state/task 'WHO' WHAT with a size exceeding …"; `what`: "returned a result", or
 * what else it did. */
void error_too_large(struct asl_error *e, const json *who, const char *what);
/* Fails the execution as what the state has made is too large. */
void result_is_too_large(struct step *s, struct rt_frame *f);
/* Returns how many bytes of text data may have. */
size_t data_limit(const struct step *s);
/* False with *e filled when `v` is deeper than allowed. */
bool depth_is_allowed(const json *v, struct asl_error *e);
/* False after failing the state when `v` is deeper than allowed. */
bool check_depth(struct step *s, struct rt_frame *f, const json *v);
/* False after failing the state when `v` is deeper than allowed, or the execution when it is
 * larger. */
bool check_size(struct step *s, struct rt_frame *f, const json *v);
/* Checks both as check_size does, and all variables of the execution together. False after failing:
 * then it takes both. `vars` may be NULL. */
bool check_leaving(struct step *s, struct rt_frame *f, json *output, json *vars);
/* Returns whether `v` has more text than data may have. Measuring may abandon the step; then the
 * answer means nothing, and nothing that follows from it is recorded. */
bool is_larger_than_data(const struct step *s, const json *v);

#endif
