#ifndef PARSERS_JSONATA_JSONATA_PARSE_H
#define PARSERS_JSONATA_JSONATA_PARSE_H

#include "parsers/jsonata/jsonata_error.h"
#include "parsers/jsonata/jsonata_lex.h"
#include "parsers/jsonata/jsonata_tree.h"

struct parser {
    jsonata *x;
    struct lexer lexer;
    struct token token;
    struct failure *why;
    size_t nesting;
    uint32_t labels; /* of slots, so far */
    size_t binds;    /* seen so far */
};

/* Reads `text` into x->root. False with *why filled. */
bool jsonata_parse(jsonata *x, const char *text, size_t len, struct failure *why);
/*
 * Turns the tree of operators into paths of steps (jsonata_process.c). Returns the new root; NULL
 * with p->why filled.
 */
struct node *jsonata_process(struct parser *p, struct node *raw);

struct node *node_new(struct parser *p, enum node_kind kind, size_t at);
/* Adds to the items of `list`. */
void node_add(struct parser *p, struct node *list, struct node *item);
/* Fills p->why; returns NULL. `token` is shown quoted; NULL: there is none. */
struct node *syntax_error(struct parser *p, const char *code, size_t at, const json *token);

/* Makes a string that lives as long as the compiled expression. Returns a look. */
json *jsonata_keep(jsonata *x, const char *text, size_t len);
/* Returns the number of the name, which is added when it is new. */
uint32_t jsonata_name(jsonata *x, const char *text, size_t len);
void names_clear(struct names *n);

#endif
