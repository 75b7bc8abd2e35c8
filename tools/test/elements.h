#ifndef TOOLS_TEST_ELEMENTS_H
#define TOOLS_TEST_ELEMENTS_H

#include "asl/eval/model.h"
#include "asl/report/report.h"
#include "runtime/trial/trial.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What there is to test in a definition: its states, and the ways from one to the next. Coverage
 * counts them, and whoever makes cases tries to reach them.
 */
enum element_kind {
    ELEMENT_STATE,
    ELEMENT_NEXT,    /* Next or End */
    ELEMENT_RULE,    /* of a Choice */
    ELEMENT_DEFAULT, /* of a Choice */
    ELEMENT_RETRY,   /* a retrier that makes a Task, Map or Parallel try again */
    ELEMENT_CATCH,
    ELEMENT_BRANCH, /* of a Parallel */
    ELEMENT_ITEMS,  /* a Map runs for an item */
};

struct element {
    enum element_kind kind;
    const struct asl_state *state;
    size_t index;               /* of the rule, retrier, catcher, branch */
    const struct asl_state *to; /* NULL: the scope ends, or it is no way to a state */
    struct place place;         /* in the definition's file; line 0: not known */
};

/* All elements of a machine, states first by their ids, then the ways. Counted in `hits` by their
 * index. */
struct elements {
    struct element *all;
    size_t count, cap;
    size_t states;       /* the first so many are states */
    const size_t *first; /* by a state's id: the index of its first way */
};

struct elements *elements_new(const asl_machine *m);
void elements_free(struct elements *e);

/* Adds to `marks` a problem at the place of each element whose text is the element's index: `top`
 * is where the definition stands. Then the marks are translated to the file that has the
 * definition, and elements_place takes them. */
void elements_mark(const struct elements *e, const asl_machine *m, const struct asl_at *top,
                   struct asl_report *marks);
void elements_place(struct elements *e, const struct asl_report *marks);

/* Adds to hits[i] how often element i was passed in the trial, whose machine is that of `e`. */
void elements_count(const struct elements *e, const trial *t, uint64_t *hits);

/* A state that ran alone, and by what it was left, if it was. */
struct element_passed {
    const struct asl_state *state; /* NULL: none ran */
    bool left;
    enum element_kind by;
    size_t index; /* of the rule, retrier, catcher */
};

/* Adds to hits[i] whether element i was passed by a state that ran alone, which may be one of
 * another machine with the same states. */
void elements_count_passed(const struct elements *e, const struct element_passed *p,
                           uint64_t *hits);

/* Returns by which kind of element a state was left. */
enum element_kind element_of_way(enum rt_way way);

/* Adds the element in words: "'Check' → 'Ship' by rule 2". */
void element_write(struct buf *out, const struct element *e);
/* Adds where a way leads, without the state that it begins at: "→ 'Ship' by rule 2". */
void element_write_way(struct buf *out, const struct element *e);

#endif
