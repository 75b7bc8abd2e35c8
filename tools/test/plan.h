#ifndef TOOLS_TEST_PLAN_H
#define TOOLS_TEST_PLAN_H

#include "tools/test/elements.h"
#include "tools/test/visits.h"

#include <stdbool.h>
#include <stddef.h>

enum { NO_ELEMENT = SIZE_MAX };

/*
 * By which way each state is to be left, so that an execution passes a goal (an element of the
 * machine) and then ends well by the shortest way.
 */
struct plan {
    const asl_machine *machine;
    const struct elements *elements;
    size_t goal; /* NO_ELEMENT: only to end well */
    /* How a goal that is a retrier or catcher is brought about: an error. */
    const struct asl_state *thrower; /* of a Parallel's or Map's: a Task or Fail within */
    const char *error;               /* NULL: nothing comes, so that the Task times out */
    unsigned *home, *toward;         /* by a state's id: how far it is to the end, to the goal */
    unsigned *penalties;             /* by element: ways that could not be had */
};

void plan_init(struct plan *p, const asl_machine *m, const struct elements *e);
void plan_clear(struct plan *p);
/* Makes the plan for a goal. */
void plan_aim(struct plan *p, size_t goal);
/* Measures all ways anew, after penalties were changed or a thrower was chosen. */
void plan_measure(struct plan *p);

/* Chooses the `variant`th way to bring the error of the goal about; false behind the last one. A
 * goal that needs none has one. */
bool plan_variant(struct plan *p, size_t variant);

/* Returns an error that the retrier or catcher takes, the `n`th of those that its names stand for;
 * NULL: one that comes when nothing does. */
const char *plan_error(const struct plan *p, size_t element, size_t n);

/* Where an execution left the plan. */
struct divergence {
    size_t visit;
    size_t wanted; /* the element that the state was to pass */
    bool throws;   /* it is the thrower, and was to fail with the error */
};

/*
 * Finds where the visits first leave the plan; `passed_over` is asked whether a divergence is to be
 * left as it is. False: nowhere.
 */
bool plan_compare(const struct plan *p, const struct visits *v,
                  bool (*passed_over)(void *user, const struct divergence *d), void *user,
                  struct divergence *out);

#endif
