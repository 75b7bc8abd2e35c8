#ifndef PARSERS_JSONATA_JSONATA_PROCESS_H
#define PARSERS_JSONATA_JSONATA_PROCESS_H

#include "parsers/jsonata/jsonata_parse.h"

/*
 * Turns the tree of operators into paths of steps. Returns the new root; NULL
 * with p->why filled.
 */
struct node *jsonata_process(struct parser *p, struct node *raw);

#endif
