#ifndef TOOLS_TEST_SCENARIO_H
#define TOOLS_TEST_SCENARIO_H

#include "asl/eval/model.h"
#include "runtime/trial/trial.h"
#include "tools/test/case_buckets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * All that a test decides of one execution: its input, what each call of each Task is answered, and
 * what is in the buckets that its Maps read and write. Whoever makes cases changes it and plays it
 * again.
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
    /* By a state's id: an array of what a Map finds in the files that it reads; NULL: it reads
     * none. */
    json **items;
    /* What Maps have asked for: objects by bucket and key. The value of one that holds a Map's
     * items is the number of its state; any other one is a text. */
    json *objects;
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

/* Returns what the Map reads: a look. NULL: it reads nothing from files. */
const json *scenario_items(const struct scenario *s, const struct asl_state *map);
/* Sets it. Takes `v`, and returns whether that is new. */
bool scenario_set_items(struct scenario *s, const struct asl_state *map, json *v);
/* Adds the buckets and objects that calls of Maps in `t` have asked for and that were not there.
 * Returns whether there were any. */
bool scenario_add_objects(struct scenario *s, const trial *t);
/* Returns the buckets with their objects, as a suite has them. Yours. */
json *scenario_buckets(const struct scenario *s, const asl_machine *m);

/* How a scenario was played. Its buckets are there until it is cleared. */
struct played {
    trial *trial;
    struct case_buckets buckets;
};

/* Plays it as `asl test` plays a case of the machine of that name; played_clear it. Signals that
 * end the process should be held (held_signals.h), as it makes folders for buckets. */
struct played scenario_play(const struct scenario *s, asl_machine *m, const char *name);
/* Plays it on another day, under another name and with other chance. What comes out otherwise than
 * by scenario_play follows from these. */
struct played scenario_play_otherwise(const struct scenario *s, asl_machine *m, const char *name);
void played_clear(struct played *p);

#endif
