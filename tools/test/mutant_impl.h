#ifndef TOOLS_TEST_MUTANT_IMPL_H
#define TOOLS_TEST_MUTANT_IMPL_H

/* What the files that make mutants share. */

#include "tools/test/mutant.h"

/* A state of which mutants are being made, or the head of a block of states. */
struct making {
    struct mutants *out;
    const struct elements *elements;
    const char *kind; /* of the row that makes them */
    const struct asl_state *s;
    const struct asl_at *at; /* of the state's object; without places */
    const struct asl_scope *scope;
    const struct asl_at *block; /* of the object with StartAt and States */
};

/* A kind of mutant: a row of the table. */
struct mutant_row {
    const char *kind;
    void (*make)(struct making *k);
    bool of_blocks; /* it is called for each block, not for each state */
};

/* How a mutant differs, and where that is told. */
struct change {
    const struct asl_at *replaced; /* the value in whose stead comes: */
    json *by;                      /* taken */
    const struct asl_at *where;    /* at or below `replaced` */
    enum asl_part part;
    size_t element;
};

/* Adds a mutant. */
void mutant_add(struct making *k, struct change change, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns the index of a way of the state: the state's own where it has no such way. */
size_t mutant_element(const struct making *k, enum element_kind kind, size_t index);

/* Adds the mutant without a field of the state. */
void mutant_drop_field(struct making *k, const struct asl_at *field);

/* Returns a copy of an object with a member, or with another one. Takes `v`. */
json *object_with(const json *object, const char *key, json *v);
/* Return a copy of an object without a member, of an array without an element, of an array with
 * elements i and i + 1 in each other's place. */
json *object_without(const json *object, const char *key);
json *array_without(const json *array, size_t i);
json *array_swapped(const json *array, size_t i);
/* Returns a copy of an object whose member has another key at the same place. Takes `v`. */
json *object_renamed(const json *object, size_t member, const char *key, json *v);

/* ---- what decides that nobody can tell a mutant from the definition ---- */

/* Returns the first state from `s` on that does something: Pass states that only hand on are
 * skipped. NULL: the scope ends without anything more. */
const struct asl_state *mutant_acts(const struct asl_state *s);
/* Returns whether what the state `next` is given is of no account, as it fails with words of its
 * own. */
bool mutant_input_is_lost(const struct asl_state *next);
/* Returns whether it makes no difference which of the two comes next. Two Fail states with the same
 * words are the same, too. */
bool mutant_is_same_way(const struct asl_state *a, const struct asl_state *b);
/* Returns whether nobody sees what comes out of the state, as the Fail behind it has words of its
 * own. */
bool mutant_output_is_lost(const struct asl_state *s);
/* Returns a state that `from` might lead to by mistake instead of `to`: mostly the one behind it.
 * NULL: each does the same. */
const struct asl_state *mutant_elsewhere(const struct asl_state *from, const struct asl_state *to);

/* The numbers that a comparison of a Choice is true of. */
struct interval {
    double low, high;
    bool low_open, high_open;
};

/* Reads rule or test `v` of a Choice as an interval: false when it is none. */
bool interval_of(const json *v, struct interval *out);
bool interval_contains(const struct interval *outer, const struct interval *inner);
/* Returns whether a rule before rule `i` is true of all numbers in the interval, when it looks at
 * the same variable as `test`. */
bool interval_is_taken(const json *rules, size_t i, const json *test, const struct interval *of);
/* Returns whether both rules are never true of the same input. */
bool rules_exclude(const json *a, const json *b);

/* Returns whether no error gets as far as the catcher. */
bool catcher_is_dead(const struct asl_state *s, size_t i);
/* Returns whether the state does the same without the catcher: as another one does what it did. */
bool catcher_is_spare(const struct asl_state *s, const json *list, size_t i, const json *name);
/* Returns whether the order of catchers i and i + 1 matters. */
bool catchers_overlap(const struct asl_state *s, const json *list, size_t i);

/* ---- the rows ---- */

void mutate_choice_operator(struct making *k);
void mutate_choice_bound(struct making *k);
void mutate_choice_logic(struct making *k);
void mutate_choice_operand(struct making *k);
void mutate_choice_negation(struct making *k);
void mutate_condition(struct making *k);
/* Faults in the text of a Condition. */
void mutate_condition_text(struct making *k, size_t rule, const struct asl_at *condition);
void mutate_expression(struct making *k);
void mutate_rule_dropped(struct making *k);
void mutate_rule_order(struct making *k);
void mutate_default_dropped(struct making *k);
void mutate_next(struct making *k);
void mutate_start(struct making *k);
void mutate_catch_dropped(struct making *k);
void mutate_catch_order(struct making *k);
void mutate_retry_dropped(struct making *k);
void mutate_max_attempts(struct making *k);
void mutate_error_equals(struct making *k);
void mutate_result_path(struct making *k);
void mutate_member_dropped(struct making *k);
void mutate_path_dropped(struct making *k);
void mutate_wait(struct making *k);
void mutate_limit_dropped(struct making *k);
void mutate_machine_limit(struct making *k);
void mutate_retry_interval(struct making *k);
void mutate_limit_changed(struct making *k);
void mutate_fail(struct making *k);

#endif
