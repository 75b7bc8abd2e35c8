#ifndef PARSERS_JSONATA_JSONATA_LEX_H
#define PARSERS_JSONATA_JSONATA_LEX_H

#include "parsers/json/json.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/regex/regex.h"

struct failure;

enum token_kind {
    TOKEN_END,
    TOKEN_OPERATOR,
    TOKEN_NAME,
    TOKEN_VARIABLE,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_VALUE, /* true, false, null */
    TOKEN_REGEX,
};

/* Operators by their text; what can stand for several is told apart by the parser. */
enum op {
    OP_NONE,
    OP_DOT,
    OP_OPEN_BRACKET,
    OP_CLOSE_BRACKET,
    OP_OPEN_BRACE,
    OP_CLOSE_BRACE,
    OP_OPEN_PAREN,
    OP_CLOSE_PAREN,
    OP_COMMA,
    OP_AT,
    OP_HASH,
    OP_SEMICOLON,
    OP_COLON,
    OP_QUESTION,
    OP_PLUS,
    OP_MINUS,
    OP_TIMES,
    OP_DIVIDE,
    OP_PERCENT,
    OP_BAR,
    OP_EQUAL,
    OP_LESS,
    OP_GREATER,
    OP_CARET,
    OP_DESCEND,
    OP_RANGE,
    OP_BIND,
    OP_NOT_EQUAL,
    OP_LESS_EQUAL,
    OP_GREATER_EQUAL,
    OP_APPLY,
    OP_AND,
    OP_OR,
    OP_IN,
    OP_CONCAT,
    OP_NOT,
    OP_TILDE,
    OP_DEFAULT,  /* ?: */
    OP_COALESCE, /* ?? */
};

struct token {
    enum token_kind kind;
    enum op op;
    size_t at, end;
    json *text; /* of names, variables, strings, operators: a look */
    double number;
    enum json_kind constant; /* of TOKEN_VALUE */
    js_regex *regex;         /* the compiled expression's */
};

struct lexer {
    jsonata *x;
    const char *text;
    size_t len, at;
    struct failure *why;
};

/*
 * Reads the next token. `value`: a value may stand here, so that a slash begins a regular
 * expression. False with *why filled.
 */
bool jsonata_lex(struct lexer *l, bool value, struct token *out);
/* Returns an operator's text, as "." */
const char *op_text(enum op op);
/* Returns how strongly an operator binds what stands before it; 0: it is none that does. */
int op_power(enum op op);

#endif
