#ifndef PARSERS_JSONATA_JSONATA_PARENT_H
#define PARSERS_JSONATA_JSONATA_PARENT_H

#include "parsers/jsonata/jsonata_parse.h"

/* Adds a slot to those of a node that wait for their step. */
void slots_add(struct parser *p, struct slots *s, struct slot *slot);
/* Hands on to `whole` what `part` asks of its ancestors and could not resolve. */
void push_ancestry(struct parser *p, struct node *whole, const struct node *part);
/*
 * Looks for the slot's step from `n` upwards; each step that goes down a level takes one off the
 * slot's. True when it was found or levels are left; false with p->why filled when `n` can have no
 * parent.
 */
bool seek_parent(struct parser *p, struct node *n, struct slot *slot);
/* Resolves what the last step of `path` asks for, in the steps before it; what is left is asked of
 * what is around the path. False with p->why filled. */
bool resolve_ancestry(struct parser *p, struct node *path);
/* Fills p->why with the error of a `%` that has no parent at `n`. Returns false. */
bool no_parent(struct parser *p, const struct node *n);

#endif
