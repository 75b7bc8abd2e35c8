#ifndef TOOLS_TEST_SCENARIO_H
#define TOOLS_TEST_SCENARIO_H

#include "asl/eval/model.h"
#include "runtime/trial/trial.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * All that a test decides of one execution: its input, and what each call of each Task is answered.
 * Whoever makes cases changes it and plays it again.
 */
struct scenario_answer {
    json *value; /* it returns this; NULL: it does not return */
    json *error; /* it throws this; NULL besides: nothing comes */
};

struct scenario {
    const struct asl_state *first; /* that it begins with; NULL: the machine's own */
    json *input;
    json *variables;      /* that are assigned from the start: an object */
    uint64_t most_events; /* it is cut off behind so many */
    /* By a state's id: the answers of its first calls. Those behind get the last one again. */
    struct scenario_calls {
        struct scenario_answer *all;
        size_t count;
    } * calls;
    size_t states;
};

/* Few are enough for most; a history on AWS has 25,000 at most. */
enum { SCENARIO_FEW_EVENTS = 5000, SCENARIO_MOST_EVENTS = 30000 };

/* Each Task gives what its integration gives. */
struct scenario *scenario_new(const asl_machine *m);
struct scenario *scenario_copy(const struct scenario *s);
void scenario_free(struct scenario *s);

/* Returns what call `n` of the state is answered: a look. */
const struct scenario_answer *scenario_answer(const struct scenario *s,
                                              const struct asl_state *state, uint64_t n);

/* Set the input, the variables, or what call `n` returns. They take `v`, and return whether that is
 * new. */
bool scenario_set_input(struct scenario *s, json *v);
bool scenario_set_variables(struct scenario *s, json *v);
bool scenario_return(struct scenario *s, const struct asl_state *state, uint64_t n, json *v);
/* Makes call `n` and all behind it fail with the error, or, when `error` is NULL, have no answer.
 * Returns whether that is new. */
bool scenario_throw(struct scenario *s, const struct asl_state *state, uint64_t n,
                    const char *error);
/* Makes call `n` fail so, and those behind it go on as they did. Returns whether that is new. */
bool scenario_throw_once(struct scenario *s, const struct asl_state *state, uint64_t n,
                         const char *error);

/* Plays it as `asl test` plays a case of the machine of that name. */
trial *scenario_play(const struct scenario *s, asl_machine *m, const char *name);
/* Plays it on another day, under another name and with other chance. What comes out otherwise than
 * by scenario_play follows from these. */
trial *scenario_play_otherwise(const struct scenario *s, asl_machine *m, const char *name);

#endif
