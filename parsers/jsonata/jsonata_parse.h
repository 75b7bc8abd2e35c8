#ifndef PARSERS_JSONATA_JSONATA_PARSE_H
#define PARSERS_JSONATA_JSONATA_PARSE_H

#include "parsers/jsonata/jsonata_error.h"
#include "parsers/jsonata/jsonata_lex.h"
#include "parsers/jsonata/jsonata_tree.h"

/* A text on its way to a tree. */
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

/* Makes a node of the expression's arena; `at`: the byte in the text where it stands. */
struct node *node_new(struct parser *p, enum node_kind kind, size_t at);
/* Adds to the items of `list`. */
void node_add(struct parser *p, struct node *list, struct node *item);
/* Fills p->why; returns NULL. `token` is shown quoted; NULL: there is none. */
struct node *syntax_error(struct parser *p, const char *code, size_t at, const json *token);

#endif
