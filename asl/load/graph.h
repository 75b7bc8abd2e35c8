#ifndef ASL_LOAD_GRAPH_H
#define ASL_LOAD_GRAPH_H

#include "asl/eval/machine.h"
#include "asl/eval/model.h"
#include "asl/report/report.h"

#include <stdbool.h>
#include <stddef.h>

/* A loaded machine as a graph, beside the text it was loaded from: for checks and warnings. */

enum edge_kind { EDGE_NEXT, EDGE_RULE, EDGE_DEFAULT, EDGE_CATCH };

/* A way out of a state. */
struct edge {
    enum edge_kind kind;
    size_t index; /* of the rule or catcher */
    const struct asl_state *to;
};

/* Gives the k-th way out of a state, from 0; false behind the last. */
bool graph_edge(const struct asl_state *s, size_t k, struct edge *out);
/* Tells whether its scope ends with the state. */
bool graph_is_end(const struct asl_state *s);

/*
 * Puts into order[0…] the states that can be reached from the start, each before those that follow
 * it but for ways back in loops (reverse postorder). Returns how many. Edges to no state, as an
 * invalid definition may have them, are passed over.
 */
size_t graph_order(const struct asl_scope *scope, size_t *order);

/*
 * Puts into component[i], for each state i of the scope that can be reached from the start, a
 * number that it shares with the states it is in a loop with; for the others, the count that is
 * returned. No edge leads to a higher number.
 */
size_t graph_components(const struct asl_scope *scope, size_t *component);

/* A block of States, and where it stands. Must not be moved: `states` points into `outer`. */
struct block {
    const struct asl_scope *scope;
    struct asl_at outer[2], states;
};

/* Gives the machine's own block; `top`: its definition. */
void graph_top_block(const asl_machine *m, const struct asl_at *top, struct block *out);
/* Gives the k-th block, from 0, inside the Parallel or Map that stands at `at`; false behind the
 * last. */
bool graph_inner_block(const struct asl_state *s, const struct asl_at *at, size_t k,
                       struct block *out);

/* ---- what is known before each state ---- */

/* A state that is left, and where it stands. */
struct leaving {
    const struct asl_state *state;
    struct asl_at at;
    size_t from; /* its index in the scope */
};

/*
 * What is to be known before each state of a block: facts that are the user's, and only grow. Those
 * of the start are there from the beginning.
 */
struct graph_flow {
    void *user;
    /* Makes of what is known before the state what is known behind it. NULL: the same. */
    void (*transfer)(void *user, const struct leaving *l);
    /*
     * Joins what leaves by the edge with what is known before state `to`; true when that grows. It
     * must be true when `to` is reached for the first time, too: unless `loops_share`, a state is
     * left only after that.
     */
    bool (*join)(void *user, const struct leaving *l, const struct edge *e, size_t to);
    /* The user keeps one fact for all states of a loop (graph_components), so each of them is left
     * again when it grows, not only the one that an edge led to. */
    bool loops_share;
};

/*
 * Follows the facts over the graph until nothing grows. A loop is gone through again as long as
 * something in it grows, mostly two or three times, and more often where loops stand in it. False:
 * it would take more rounds than are made, and what is known so far is not all.
 */
bool graph_solve(const struct block *b, const struct graph_flow *flow);

/* ---- variables ---- */

/*
 * Gives the Assign on a way out of the state at `at`: its own, a rule's, a Catcher's; false when
 * there is none. *out points into `place`.
 */
bool graph_assign(const struct asl_at *at, const struct edge *e, struct asl_at place[2],
                  struct asl_at *out);

typedef void graph_see_assign(void *user, const struct asl_at *assign, bool jsonata);

/* Calls `see` with each Assign of the state, its own first. */
void graph_each_assign(const struct asl_state *s, const struct asl_at *at, graph_see_assign *see,
                       void *user);
/* Returns the length of the variable's name in the key of an Assign's member: in JSONPath, "x.$"
 * assigns x. */
size_t graph_variable_len(const json *key, bool jsonata);

#endif
