#ifndef RUNTIME_API_API_TEST_STATE_H
#define RUNTIME_API_API_TEST_STATE_H

#include "runtime/api/api_operation.h"

struct test_state;

/* TestStates that run, and those that have ended and are to be forgotten after the turn. */
struct test_states {
    struct id_map running; /* by the engine's numbers */
    uint64_t *over;        /* numbers */
    size_t over_count, over_cap;
};

void test_states_clear(api *a);
/* Forgets those that have ended. To be called between turns of the engine, which is in the midst of
 * telling of an end when it is noted. */
void test_states_forget(api *a);
/* Returns the TestState whose execution that is; NULL: it is another's. A look. */
struct test_state *test_state_of(const api *a, uint64_t execution);
/* Returns whether it is the execution of a TestState with a mock. */
bool test_state_is_mocked(const api *a, uint64_t execution);
/* Gives the task call of a mocked state its result. False: it is none of such a state. */
bool test_state_answers(api *a, const struct task *task);
/* Answers TestState when its execution has ended. */
void test_state_ended(api *a, struct test_state *t, const rt_exec *x);
/* Goes on without the client, who has gone: nobody is answered. */
void test_state_left(struct test_state *t);
/* Answers a TestState that has waited for as long as it may, and stops it. */
void test_state_timed_out(api *a, struct waiter *w);

extern const struct operation test_state_operation;

#endif
