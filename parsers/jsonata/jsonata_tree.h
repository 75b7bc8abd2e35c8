#ifndef PARSERS_JSONATA_JSONATA_TREE_H
#define PARSERS_JSONATA_JSONATA_TREE_H

#include "parsers/base/arena.h"
#include "parsers/jsonata/jsonata_lex.h"
#include "parsers/jsonata/jsonata_value.h"
#include "parsers/picture/pictures.h"

/*
 * The tree of an expression. jsonata_parse.c makes it of the text, jsonata_process.c turns it into
 * what is evaluated; from then on nothing of it changes. All of it lies in the expression's arena.
 */

struct builtin;
struct node;
struct signature;

/* A place that `%` needs: which step's input, told by how many levels are left to climb. */
struct slot {
    uint32_t label; /* a name */
    size_t level;
};

struct slots {
    struct slot **items;
    size_t count, cap;
};

/* What follows a step: a predicate, or `#` and a name that is bound to the position. */
struct stage {
    struct node *filter; /* NULL: binds the position to `name` */
    uint32_t name;
    size_t at;
};

struct stages {
    struct stage *items;
    size_t count, cap;
};

enum node_kind {
    NODE_PATH,
    NODE_BINARY,
    NODE_NEGATE,
    NODE_ARRAY,  /* [a, b] */
    NODE_OBJECT, /* {a: b} */
    NODE_NAME,
    NODE_STRING,
    NODE_NUMBER,
    NODE_VALUE,  /* true, false, null */
    NODE_FOLDED, /* an operator on constants, done already */
    NODE_WILDCARD,
    NODE_DESCENDANT,
    NODE_PARENT,
    NODE_CONDITION,
    NODE_BLOCK,
    NODE_BIND,
    NODE_REGEX,
    NODE_CALL,
    NODE_PARTIAL,
    NODE_VARIABLE,
    NODE_LAMBDA,
    NODE_APPLY,
    NODE_TRANSFORM,
    NODE_SORT,
    NODE_HOLE,     /* the ? of a partial application */
    NODE_OPERATOR, /* and, or, in where a value should be */
    NODE_END,
};

enum { NODE_PARTS = 3 };

#define NO_NAME UINT32_MAX

struct node {
    enum node_kind kind;
    enum op op; /* of NODE_BINARY (as parsed, also [ { ^ . @ #), a condition, a term of ^ */
    size_t at, height;
    json *text;    /* of names, strings and variables; of a call, the name that is called */
    uint32_t name; /* of a variable; of a call by a bare name, that name; NO_NAME: none */

    /* The nodes below, by what they are to their kind; NULL where there is none. */
    union {
        struct node *parts[NODE_PARTS];
        struct {
            struct node *lhs, *rhs; /* of operators; lhs alone of NODE_NEGATE and terms of ^ */
        };
        struct {
            struct node *test, *then, *otherwise; /* without `then` the test's value is it */
        };
        struct {
            struct node *pattern, *update, *removal; /* of a transform; removal may be NULL */
        };
        struct node *callee; /* of NODE_CALL and NODE_PARTIAL */
        struct node *body;   /* of a lambda */
    };
    /* Steps, elements, keys and values in turn, arguments, parameters, terms. */
    struct node **items;
    size_t count;

    /* What only one kind has. */
    union {
        struct jv constant; /* of NODE_STRING, NODE_NUMBER, NODE_VALUE, NODE_FOLDED */
        js_regex *regex;
        struct slot *slot; /* of NODE_PARENT */
        struct {
            size_t checked; /* so many steps have been looked at */
            bool keep_singleton;
        } path;
        struct {
            bool plain_keys; /* all constant, different, in their order, and few */
        } object;
        struct {
            bool frame; /* it binds variables */
        } block;
        struct {
            bool *descending; /* for each term */
        } sort;
        struct {
            uint32_t *params; /* names: `count` of them */
            struct signature *signature;
            bool thunk; /* a call that is put off */
        } lambda;
    };

    /* What any node may have around it, as a step of a path above all. */
    struct node *group; /* a NODE_OBJECT */
    struct stages predicates, stages;
    struct slots seeking;
    struct slot *ancestor; /* its input is asked for */
    uint32_t focus, index; /* names that @ and # bind; NO_NAME: none */
    bool keep_array, cons_array, tuple;
};

/* A name that variables have. */
struct name {
    json *text; /* a look */
    const struct builtin *builtin;
    struct signature *signature; /* of that */
};

/* All names of an expression, so that a variable is a number. */
struct names {
    struct name *items;
    uint32_t count, cap;
    uint32_t *slots; /* by the text's hash: a name's number + 1, or 0 */
    uint32_t mask;
};

/* What a text was made into: its tree, and all that the tree holds. */
struct jsonata {
    struct arena arena;
    struct names names;
    struct node *root;
    enum jsonata_dialect dialect;
    struct pictures *pictures; /* that its evaluations have read */
    uint64_t steps;            /* that compiling took: all loops over its parts count them */
};

#endif
