/*
 * From text to a tree of operators, by operator precedence (Pratt): what begins an expression is
 * read by `prefix`, what goes on with one by `infix`. jsonata_process.c makes paths of it.
 */

#include "parsers/jsonata/jsonata_parse.h"

#include "parsers/base/utf8.h"
#include "parsers/jsonata/jsonata_names.h"
#include "parsers/jsonata/jsonata_process.h"
#include "parsers/jsonata/jsonata_signature.h"

#include <string.h>

struct node *node_new(struct parser *p, enum node_kind kind, size_t at)
{
    struct node *n = arena_alloc(&p->x->arena, sizeof *n);

    n->kind = kind;
    n->at = at;
    n->focus = n->index = n->name = NO_NAME;
    return n;
}

/* Room doubles at powers of two. */
void node_add(struct parser *p, struct node *list, struct node *item)
{
    const size_t n = list->count;

    p->x->steps++;
    if ((n & (n - 1)) == 0) {
        p->x->steps += n;
        list->items = arena_grow(&p->x->arena, list->items, n, n ? 2 * n : 1, sizeof *list->items);
    }
    list->items[list->count++] = item;
}

struct node *syntax_error(struct parser *p, const char *code, size_t at, const json *token)
{
    failure_clear(p->why);
    p->why->code = code;
    p->why->at = at;
    p->why->placed = true;
    if (token)
        p->why->token = json_ref((json *)(uintptr_t)token);
    return NULL;
}

static struct node *too_deep(struct parser *p, size_t at)
{
    return syntax_error(p, "D1011", at, NULL);
}

/* ---- tokens ---- */

/* What the reference calls a token's value. */
static json *token_value(const struct token *t)
{
    switch (t->kind) {
    case TOKEN_END: return json_cstring("(end)");
    case TOKEN_OPERATOR: return json_cstring(op_text(t->op));
    case TOKEN_NAME:
    case TOKEN_VARIABLE:
    case TOKEN_STRING: return json_ref(t->text);
    case TOKEN_NUMBER: return json_double(t->number);
    case TOKEN_VALUE:
        return t->constant == JSON_NULL ? json_null() : json_bool(t->constant == JSON_TRUE);
    case TOKEN_REGEX: return json_ref((json *)(uintptr_t)json_empty_object());
    }
    return NULL;
}

/* Fills in the token that the parser did not expect. Returns false. */
static bool fail_at_token(struct parser *p, const char *code)
{
    json *token = token_value(&p->token);

    syntax_error(p, code, p->token.at, token);
    json_unref(token);
    return false;
}

/* `value`: a value may follow, so a slash begins a regular expression. */
static bool next(struct parser *p, bool value)
{
    const size_t from = p->lexer.at;
    const bool read = jsonata_lex(&p->lexer, value, &p->token);

    p->x->steps += 1 + p->lexer.at - from;
    if (!read)
        return false;
    if (p->token.op == OP_NOT || p->token.op == OP_TILDE)
        return fail_at_token(p, "S0204");
    return true;
}

static bool at_op(const struct parser *p, enum op op)
{
    return p->token.kind == TOKEN_OPERATOR && p->token.op == op;
}

static bool expect(struct parser *p, enum op op, bool value)
{
    if (!at_op(p, op)) {
        fail_at_token(p, p->token.kind == TOKEN_END ? "S0203" : "S0202");
        json_write_string(&p->why->value, op_text(op), strlen(op_text(op)));
        return false;
    }
    return next(p, value);
}

/* ---- expressions ---- */

static struct node *expression(struct parser *p, int power);

/* A token that is a whole expression: a name, a variable, a constant, a regular expression. */
static struct node *terminal(struct parser *p, const struct token *t)
{
    struct node *n = node_new(p, NODE_END, t->at);

    n->text = t->text;
    switch (t->kind) {
    case TOKEN_END: break;
    case TOKEN_NAME: n->kind = NODE_NAME; break;
    case TOKEN_VARIABLE:
        n->kind = NODE_VARIABLE;
        n->name = jsonata_name_of(p->x, t->text);
        break;
    case TOKEN_STRING:
        n->kind = NODE_STRING;
        n->constant = (struct jv){.kind = JV_STRING, .j = t->text};
        break;
    case TOKEN_NUMBER:
        n->kind = NODE_NUMBER;
        n->constant = jv_number(t->number);
        break;
    case TOKEN_VALUE:
        n->kind = NODE_VALUE;
        n->constant = t->constant == JSON_NULL ? (struct jv){.kind = JV_NULL}
                                               : jv_bool(t->constant == JSON_TRUE);
        break;
    case TOKEN_REGEX:
        n->kind = NODE_REGEX;
        n->regex = t->regex;
        break;
    case TOKEN_OPERATOR:
        n->kind = NODE_OPERATOR;
        n->op = t->op;
        n->text = jsonata_keep(p->x, op_text(t->op), strlen(op_text(t->op)));
        break;
    }
    return n;
}

/* "(" expr (";" expr)* ";"? ")" */
static struct node *block(struct parser *p, const struct token *t)
{
    struct node *n = node_new(p, NODE_BLOCK, t->at);
    struct node *item;

    while (!at_op(p, OP_CLOSE_PAREN)) {
        item = expression(p, 0);
        if (!item)
            return NULL;
        node_add(p, n, item);
        if (!at_op(p, OP_SEMICOLON))
            break;
        if (!next(p, true))
            return NULL;
    }
    return expect(p, OP_CLOSE_PAREN, false) ? n : NULL;
}

/* expr (".." expr)?, in an array constructor */
static struct node *parse_element(struct parser *p)
{
    struct node *first = expression(p, 0);
    struct node *range;

    if (!first || !at_op(p, OP_RANGE))
        return first;
    range = node_new(p, NODE_BINARY, p->token.at);
    range->op = OP_RANGE;
    range->lhs = first;
    if (!next(p, true))
        return NULL;
    range->rhs = expression(p, 0);
    return range->rhs ? range : NULL;
}

/* "[" (element ("," element)*)? "]" */
static struct node *array(struct parser *p, const struct token *t)
{
    struct node *n = node_new(p, NODE_ARRAY, t->at);
    struct node *item;

    while (!at_op(p, OP_CLOSE_BRACKET) || n->count) {
        item = parse_element(p);
        if (!item)
            return NULL;
        node_add(p, n, item);
        if (!at_op(p, OP_COMMA))
            break;
        if (!next(p, true))
            return NULL;
    }
    return expect(p, OP_CLOSE_BRACKET, false) ? n : NULL;
}

/* (expr ":" expr ("," expr ":" expr)*)? "}" */
static struct node *pairs(struct parser *p, const struct token *t)
{
    struct node *n = node_new(p, NODE_OBJECT, t->at);
    struct node *key, *value;

    if (at_op(p, OP_CLOSE_BRACE))
        return next(p, false) ? n : NULL;
    for (;;) {
        key = expression(p, 0);
        if (!key || !expect(p, OP_COLON, true))
            return NULL;
        value = expression(p, 0);
        if (!value)
            return NULL;
        node_add(p, n, key);
        node_add(p, n, value);
        if (!at_op(p, OP_COMMA))
            break;
        if (!next(p, true))
            return NULL;
    }
    return expect(p, OP_CLOSE_BRACE, false) ? n : NULL;
}

/* "|" pattern "|" update ("," delete)? "|" */
static struct node *transform(struct parser *p, const struct token *t)
{
    struct node *n = node_new(p, NODE_TRANSFORM, t->at);

    /* What makes its copies, unless a variable of that name does. */
    n->name = jsonata_name(p->x, "clone", 5);
    n->pattern = expression(p, 0);
    if (!n->pattern || !expect(p, OP_BAR, true))
        return NULL;
    n->update = expression(p, 0);
    if (!n->update)
        return NULL;
    if (at_op(p, OP_COMMA)) {
        if (!next(p, true))
            return NULL;
        n->removal = expression(p, 0);
        if (!n->removal)
            return NULL;
    }
    return expect(p, OP_BAR, true) ? n : NULL;
}

/*
 * 70 is below the powers of what belongs to the operand: `.`, `[`, `(`, `@` and `#`. So -a.b is
 * -(a.b).
 */
static struct node *negate(struct parser *p, const struct token *t)
{
    struct node *n = node_new(p, NODE_NEGATE, t->at);

    n->lhs = expression(p, 70);
    return n->lhs ? n : NULL;
}

static struct node *no_prefix(struct parser *p, const struct token *t)
{
    json *token = token_value(t);

    syntax_error(p, "S0211", t->at, token);
    json_unref(token);
    return NULL;
}

/*
 * What may begin an expression. The words and, or, in may be names of members, and are taken for
 * such where a value is due.
 */
static struct node *prefix(struct parser *p, const struct token *t)
{
    if (t->kind != TOKEN_OPERATOR)
        return terminal(p, t);
    if (t->op == OP_MINUS)
        return negate(p, t);
    if (t->op == OP_TIMES)
        return node_new(p, NODE_WILDCARD, t->at);
    if (t->op == OP_DESCEND)
        return node_new(p, NODE_DESCENDANT, t->at);
    if (t->op == OP_PERCENT)
        return node_new(p, NODE_PARENT, t->at);
    if (t->op == OP_OPEN_PAREN)
        return block(p, t);
    if (t->op == OP_OPEN_BRACKET)
        return array(p, t);
    if (t->op == OP_OPEN_BRACE)
        return pairs(p, t);
    if (t->op == OP_BAR)
        return transform(p, t);
    if (t->op == OP_AND || t->op == OP_OR || t->op == OP_IN)
        return terminal(p, t);
    return no_prefix(p, t);
}

/* "<" ... ">" behind the parameters of a function */
static bool lambda_signature(struct parser *p, struct node *n)
{
    const size_t at = p->token.at;
    struct buf text = {0};
    int depth = 1;
    bool ok = true;

    buf_addc(&text, '<');
    while (ok && depth > 0 && !at_op(p, OP_OPEN_BRACE) && p->token.kind != TOKEN_END) {
        ok = next(p, true);
        if (!ok)
            break;
        if (at_op(p, OP_GREATER))
            depth--;
        else if (at_op(p, OP_LESS))
            depth++;
        buf_add(&text, p->lexer.text + p->token.at, p->token.end - p->token.at);
    }
    if (ok && expect(p, OP_GREATER, true)) {
        n->lambda.signature = signature_parse(&p->x->arena, text.data, text.len, p->why, at);
        ok = n->lambda.signature != NULL;
    } else {
        ok = false;
    }
    buf_clear(&text);
    return ok;
}

/* The parameters are read: signature? "{" body "}" */
static struct node *lambda(struct parser *p, struct node *n)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->items[i]->kind != NODE_VARIABLE) {
            syntax_error(p, "S0208", n->items[i]->at, n->items[i]->text);
            buf_add_int(&p->why->value, (int64_t)i + 1);
            return NULL;
        }
    n->kind = NODE_LAMBDA;
    if (at_op(p, OP_LESS) && !lambda_signature(p, n))
        return NULL;
    if (!expect(p, OP_OPEN_BRACE, true))
        return NULL;
    n->body = expression(p, 0);
    return n->body && expect(p, OP_CLOSE_BRACE, true) ? n : NULL;
}

static bool names_lambda(const struct node *n)
{
    return n->kind == NODE_NAME &&
           (json_str_is(n->text, "function") || json_str_is(n->text, "\xCE\xBB"));
}

/* procedure "(" (argument ("," argument)*)? ")", where an argument may be "?" */
static struct node *parse_call_of(struct parser *p, const struct token *t, struct node *left)
{
    struct node *n = node_new(p, NODE_CALL, t->at);
    struct node *item;

    n->callee = left;
    while (!at_op(p, OP_CLOSE_PAREN) || n->count) {
        if (at_op(p, OP_QUESTION)) {
            n->kind = NODE_PARTIAL;
            item = node_new(p, NODE_HOLE, p->token.at);
            if (!next(p, true))
                return NULL;
        } else {
            item = expression(p, 0);
        }
        if (!item)
            return NULL;
        node_add(p, n, item);
        if (!at_op(p, OP_COMMA))
            break;
        if (!next(p, true))
            return NULL;
    }
    if (!expect(p, OP_CLOSE_PAREN, false))
        return NULL;
    return names_lambda(left) ? lambda(p, n) : n;
}

/* step "[" predicate? "]" */
static struct node *filter(struct parser *p, const struct token *t, struct node *left)
{
    struct node *n, *step = left;

    if (at_op(p, OP_CLOSE_BRACKET)) {
        for (; step->kind == NODE_BINARY && step->op == OP_OPEN_BRACKET; step = step->lhs)
            p->x->steps++;
        step->keep_array = true;
        return next(p, true) ? left : NULL;
    }
    n = node_new(p, NODE_BINARY, t->at);
    n->op = OP_OPEN_BRACKET;
    n->lhs = left;
    n->rhs = expression(p, 0);
    return n->rhs && expect(p, OP_CLOSE_BRACKET, false) ? n : NULL;
}

/* step "^" "(" ("<" | ">")? expr ("," ...)* ")" */
static struct node *order_by(struct parser *p, const struct token *t, struct node *left)
{
    struct node *n = node_new(p, NODE_BINARY, t->at);
    struct node *term, *key;

    n->op = OP_CARET;
    n->lhs = left;
    if (!expect(p, OP_OPEN_PAREN, true))
        return NULL;
    for (;;) {
        const bool descending = at_op(p, OP_GREATER);
        if ((descending || at_op(p, OP_LESS)) && !next(p, true))
            return NULL;
        key = expression(p, 0);
        if (!key)
            return NULL;
        term = node_new(p, NODE_SORT, key->at);
        term->lhs = key;
        term->op = descending ? OP_GREATER : OP_LESS;
        node_add(p, n, term);
        if (!at_op(p, OP_COMMA))
            break;
        if (!next(p, true))
            return NULL;
    }
    return expect(p, OP_CLOSE_PAREN, true) ? n : NULL;
}

/* step "{" pairs "}" */
static struct node *group_by(struct parser *p, const struct token *t, struct node *left)
{
    struct node *n = node_new(p, NODE_BINARY, t->at);

    n->op = OP_OPEN_BRACE;
    n->lhs = left;
    n->rhs = pairs(p, t);
    return n->rhs ? n : NULL;
}

static struct node *binary(struct parser *p, const struct token *t, struct node *left, int power)
{
    struct node *n = node_new(p, NODE_BINARY, t->at);

    n->op = t->op;
    n->lhs = left;
    n->rhs = expression(p, power);
    return n->rhs ? n : NULL;
}

/* variable ":=" expr, which binds to the right: a := b := 1 sets both. */
static struct node *assignment(struct parser *p, const struct token *t, struct node *left)
{
    if (left->kind != NODE_VARIABLE)
        return syntax_error(p, "S0212", left->at, left->text);
    return binary(p, t, left, op_power(OP_BIND) - 1);
}

/* step "@" variable, step "#" variable */
static struct node *binding(struct parser *p, const struct token *t, struct node *left)
{
    struct node *n = binary(p, t, left, op_power(t->op));
    json *token;

    if (n && n->rhs->kind != NODE_VARIABLE) {
        token = json_cstring(op_text(t->op));
        n = syntax_error(p, "S0214", n->rhs->at, token);
        json_unref(token);
    }
    return n;
}

/* condition "?" then (":" else)? */
static struct node *condition(struct parser *p, const struct token *t, struct node *left)
{
    struct node *n = node_new(p, NODE_CONDITION, t->at);

    n->test = left;
    n->then = expression(p, 0);
    if (!n->then)
        return NULL;
    if (at_op(p, OP_COLON)) {
        if (!next(p, true))
            return NULL;
        n->otherwise = expression(p, 0);
        if (!n->otherwise)
            return NULL;
    }
    return n;
}

/*
 * left ?: else, left ?? else: a condition on left's truth, or on its being there, whose result left
 * is, too: it is evaluated once.
 */
static struct node *fallback(struct parser *p, const struct token *t, struct node *left)
{
    struct node *n = node_new(p, NODE_CONDITION, t->at);

    n->op = t->op;
    n->test = left;
    n->otherwise = expression(p, 0);
    return n->otherwise ? n : NULL;
}

/* What goes on with the expression `left`. The operator is read already. */
static struct node *infix(struct parser *p, const struct token *t, struct node *left)
{
    if (t->op == OP_OPEN_PAREN)
        return parse_call_of(p, t, left);
    if (t->op == OP_OPEN_BRACKET)
        return filter(p, t, left);
    if (t->op == OP_OPEN_BRACE)
        return group_by(p, t, left);
    if (t->op == OP_CARET)
        return order_by(p, t, left);
    if (t->op == OP_BIND)
        return assignment(p, t, left);
    if (t->op == OP_AT || t->op == OP_HASH)
        return binding(p, t, left);
    if (t->op == OP_QUESTION)
        return condition(p, t, left);
    if (t->op == OP_DEFAULT || t->op == OP_COALESCE)
        return fallback(p, t, left);
    return binary(p, t, left, op_power(t->op));
}

static void parse_raise(size_t *height, const struct node *n)
{
    if (n && n->height > *height)
        *height = n->height;
}

/* Sets the height of a node whose parts have theirs; false when it is too much. */
static bool parse_measure(struct parser *p, struct node *n)
{
    size_t height = 0;

    if (n->height)
        return true;
    p->x->steps += 1 + n->count;
    for (size_t i = 0; i < NODE_PARTS; i++)
        parse_raise(&height, n->parts[i]);
    for (size_t i = 0; i < n->count; i++)
        parse_raise(&height, n->items[i]);
    n->height = height + 1;
    return n->height <= JSONATA_MAX_HEIGHT || too_deep(p, n->at);
}

/*
 * Pratt's loop: goes on with `left` as long as the next operator binds stronger than `power`. The
 * height is measured on the way, as a chain of operators makes a tree as high as it is long without
 * nesting here.
 */
static struct node *expression_in(struct parser *p, int power)
{
    struct token t = p->token;
    struct node *left;

    if (!next(p, false))
        return NULL;
    left = prefix(p, &t);
    while (left && parse_measure(p, left) && p->token.kind == TOKEN_OPERATOR &&
           power < op_power(p->token.op)) {
        t = p->token;
        if (!next(p, true))
            return NULL;
        left = infix(p, &t, left);
    }
    return left && left->height <= JSONATA_MAX_HEIGHT ? left : NULL;
}

static struct node *expression(struct parser *p, int power)
{
    struct node *n;

    if (p->nesting == JSONATA_MAX_NESTING)
        return too_deep(p, p->token.at);
    p->nesting++;
    n = expression_in(p, power);
    p->nesting--;
    return n;
}

/*
 * Half a character is let in, as the reference's strings may hold it; any other fault of UTF-8 is
 * an error of the text.
 */
static bool parse_check_text(struct parser *p, const char *text, size_t len)
{
    uint32_t cp;
    size_t n;

    if (len > JSONATA_MAX_TEXT)
        return too_deep(p, JSONATA_MAX_TEXT);
    for (size_t at = utf8_valid(text, len); at < len; at += n) {
        n = utf8_decode(text + at, len - at, &cp);
        if (!n) {
            syntax_error(p, "S0205", at, NULL);
            return false;
        }
    }
    return true;
}

bool jsonata_parse(jsonata *x, const char *text, size_t len, struct failure *why)
{
    struct parser p = {.x = x, .why = why};
    struct node *raw;

    p.lexer = (struct lexer){.x = x, .text = text, .len = len, .why = why};
    if (!parse_check_text(&p, text, len) || !next(&p, true))
        return false;
    raw = expression(&p, 0);
    if (!raw)
        return false;
    if (p.token.kind != TOKEN_END)
        return fail_at_token(&p, "S0201");
    x->root = jsonata_process(&p, raw);
    return x->root != NULL;
}
