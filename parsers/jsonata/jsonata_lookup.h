#ifndef PARSERS_JSONATA_JSONATA_LOOKUP_H
#define PARSERS_JSONATA_JSONATA_LOOKUP_H

#include "parsers/jsonata/jsonata_evaluation.h"

/*
 * Is the step a name and nothing else? Of an object of the input that is its member, found without
 * an error. So may a path of one such step be: returns it, NULL of all other nodes.
 */
bool is_plain_name(const struct node *step);
const struct node *plain_name_of(const struct node *n);

/* Returns the member of an object, or those of all objects in an array as a sequence; undefined of
 * all else, JV_ERROR after an error. */
struct jv jv_lookup(struct evaluation *e, struct jv input, const json *key);
/* Returns the values of `*`: all members, or items, without the arrays around them, as a list;
 * JV_ERROR after an error. */
struct jv evaluate_wildcard(struct evaluation *e, struct jv input);
/* Returns the values of `**`: `input` and all that is in it, but for arrays, as a list or as the
 * only one; JV_ERROR after an error. */
struct jv evaluate_descendant(struct evaluation *e, struct jv input);

/* Adds what was found to a list: an array's items one by one, of undefined nothing. False after an
 * error. */
bool list_add_found(struct evaluation *e, struct list *to, struct jv v);

#endif
