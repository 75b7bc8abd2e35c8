#ifndef RUNTIME_CORE_LEAVE_H
#define RUNTIME_CORE_LEAVE_H

/* Leaving a state: bounds of what it leaves with, its Assign, and the next state or the end of its
 * scope. */

#include "runtime/core/step.h"

/* Returns whether the state's Output and Assign see $states.result: of a Task, Parallel or Map. */
bool has_result(const struct asl_state *s);
/* How a state is left: for `to` (NULL: its scope ends), by that way. */
struct leaving_by {
    const struct asl_state *to;
    enum rt_way way;
    size_t index; /* of the rule, the catcher */
};

/* Leaves the state. Takes output and variables, which may be NULL. */
void exit_state(struct step *s, struct rt_frame *f, json *output, json *vars, struct leaving_by by);
/* Leaves the state by its own Assign and Next, after checking the output. `assign_from` is `$` of
 * Assign. Takes `output`. */
void finish_state(struct step *s, struct rt_frame *f, json *output, const json *assign_from);
/* Sets `e` to "The state/task 'WHO' returned a result with a size exceeding …". */
void error_too_large(struct asl_error *e, const json *who, const char *what);
/* False after failing the state when `v` is deeper than allowed. */
bool check_depth(struct step *s, struct rt_frame *f, const json *v);
/* False after failing the state when `v` is larger or deeper than allowed. */
bool check_size(struct step *s, struct rt_frame *f, const json *v);
/* False after failing the state when what it leaves with is too large or too deep; then it takes
 * both. `vars` may be NULL. */
bool check_leaving(struct step *s, struct rt_frame *f, json *output, json *vars);
/* Returns whether `v` has more text than data may have. An abandoned step may be told so of
 * anything. */
bool is_larger_than_data(const struct step *s, const json *v);

#endif
