/* The rules of Choice states taken apart into comparisons of single values. */
#include "tools/test/condition.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_tree.h"

#include <string.h>

struct asking {
    const struct history *h;
    size_t visit;
    size_t alternative; /* what is left of its number */
    struct needs *out;
    struct buf *why;
};

/* What a need is about: a route, or a node of JSONata. */
struct subject {
    struct route route;
    enum route_place place;
    const struct node *node;
};

static bool refuse_condition(struct asking *k, const char *what)
{
    if (k->why->len == 0)
        buf_printf(k->why, "'%s' asks for %s", json_str(k->h->visits->all[k->visit].state->name),
                   what);
    return false;
}

/* Takes one of `count` ways, by the alternative's number. */
static size_t pick_way(struct asking *k, size_t count)
{
    size_t way = k->alternative % count;

    k->alternative /= count;
    k->out->alternatives *= k->out->alternatives < 1000 ? count : 1;
    return way;
}

/* ---- needs ---- */

static const json *need_test(struct asking *k, const char *operator, const json * operand)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "Variable", json_cstring("$.v"));
    json_build_set(&b, operator, json_ref((json *)(uintptr_t)operand));
    return arena_keep(k->h->arena, json_build_done(&b));
}

/* The length that $count takes of what its argument names. */
static const json *node_value(struct asking *k, const struct node *n)
{
    struct route r;

    if (n->kind != NODE_CALL || !json_str_is(n->text, "count") || n->count != 1 ||
        !route_of_node(k->h->arena, n->items[0], &r))
        return NULL;
    const json *v = origin_value(k->h, k->visit, &r, PLACE_RAW);
    return arena_keep(k->h->arena,
                      json_int(v && json_is_array(v) ? (int64_t)json_count(v) : v != NULL));
}

static const json *subject_value(struct asking *k, const struct subject *s)
{
    return s->node ? node_value(k, s->node) : origin_value(k->h, k->visit, &s->route, s->place);
}

static bool add_need(struct asking *k, const struct subject *s, const char *operator,
                     const json * operand, bool truth)
{
    struct need n = {.now = subject_value(k, s), .truth = truth};
    struct buf why = {0};

    n.settable = s->node ? origin_of_node(k->h, k->visit, s->node, &n.origin, &why)
                         : origin_of(k->h, k->visit, &s->route, s->place, false, &n.origin, &why);
    if (!n.settable && k->why->len == 0)
        buf_add(k->why, why.data, why.len);
    buf_clear(&why);
    n.test = need_test(k, operator, operand);
    MEM_GROW(k->out->all, k->out->count, k->out->cap);
    k->out->all[k->out->count++] = n;
    return true;
}

static const json *yes(struct asking *k)
{
    return arena_keep(k->h->arena, json_bool(true));
}

/* ---- operators with a path for their operand ---- */

/* Returns the operator that says the same with its sides exchanged: of "NumericLessThan" it is
 * "NumericGreaterThan". It is written to `out` where it is another one. */
static const char *mirrored(const char *operator, char out[64])
{
    static const struct {
        const char *from, *to;
    } turns[] = {{"LessThan", "GreaterThan"}, {"GreaterThan", "LessThan"}};

    for (size_t i = 0; i < COUNT(turns); i++) {
        const char *at = strstr(operator, turns[i].from);
        if (!at)
            continue;
        struct buf b = {0};
        buf_printf(&b, "%.*s%s%s", (int)(at - operator), operator, turns[i].to,
                   at + strlen(turns[i].from));
        strncpy(out, buf_str(&b), 63);
        out[63] = 0;
        buf_clear(&b);
        return out;
    }
    return operator;
}

static bool fits_operator(const char *operator, const json * v)
{
    if (!v)
        return false;
    if (!strncmp(operator, "Numeric", 7))
        return json_is_number(v);
    if (!strncmp(operator, "Boolean", 7))
        return json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE;
    return json_is_string(v);
}

static const json *usual_operand(struct asking *k, const char *operator)
{
    return arena_keep(k->h->arena, !strncmp(operator, "Numeric", 7)   ? json_int(10)
                                   : !strncmp(operator, "Boolean", 7) ? json_bool(true)
                                   : !strncmp(operator, "Timestamp", 9)
                                       ? json_cstring("2024-06-01T00:00:00Z")
                                       : json_cstring("text"));
}

/*
 * One side is taken as it is, the other has to fit it. Which is which is an alternative, unless
 * only one of them can be set.
 */
static bool want_both(struct asking *k, const struct subject *left, const char *operator,
                      const struct subject * right, bool truth)
{
    char turned[64];
    struct origin o;
    bool set_left = origin_of(k->h, k->visit, &left->route, left->place, false, &o, NULL);
    bool set_right = origin_of(k->h, k->visit, &right->route, right->place, false, &o, NULL);
    bool turn = set_left && set_right ? pick_way(k, 2) == 1 : set_right;
    const struct subject *fixed = turn ? left : right, *set = turn ? right : left;
    const json *v = subject_value(k, fixed);

    if (!fits_operator(operator, v)) {
        v = usual_operand(k, operator);
        add_need(k, fixed,
                 !strncmp(operator, "Numeric", 7)   ? "NumericEquals"
                 : !strncmp(operator, "Boolean", 7) ? "BooleanEquals"
                                                    : "StringEquals",
                 v, true);
    }
    return add_need(k, set, turn ? mirrored(operator, turned) : operator, v, truth);
}

/* ---- JSONPath ---- */

static bool want_test(struct asking *k, const json *test, bool truth);

static bool is_own_field(const char *key)
{
    static const char *const others[] = {"Variable", "Next", "Comment", "Assign", "Output"};

    for (size_t i = 0; i < COUNT(others); i++)
        if (!strcmp(key, others[i]))
            return true;
    return false;
}

static bool want_comparison(struct asking *k, const json *test, bool truth)
{
    struct subject s = {.place = PLACE_EFFECTIVE}, other = {.place = PLACE_EFFECTIVE};

    if (!route_of_path(k->h->arena, json_get(test, "Variable"), &s.route))
        return refuse_condition(k, "a Variable that is not one place");
    for (size_t i = 0; i < json_count(test); i++) {
        const char *operator= json_str(json_key_at(test, i));
        size_t len = strlen(operator);
        const json *operand = json_value_at(test, i);
        if (is_own_field(operator))
            continue;
        if (len < 5 || strcmp(operator+ len - 4, "Path") != 0)
            return add_need(k, &s, operator, operand, truth);
        if (!route_of_path(k->h->arena, operand, &other.route))
            return refuse_condition(k, "an operand that is not one place");
        char name[64] = {0};
        strncpy(name, operator, len - 4<sizeof name - 1 ? len - 4 : sizeof name - 1);
        return want_both(k, &s, name, &other, truth);
    }
    return false;
}

/*
 * `all`: every one has to be `truth`. Else one decides, and those before it must not: what they ask
 * for has to be there, or the rule fails.
 */
static bool want_list(struct asking *k, const json *list, bool all, bool truth)
{
    size_t count = json_count(list), one = all ? count : pick_way(k, count);

    for (size_t i = 0; i < count && i <= one; i++)
        if (!want_test(k, json_at(list, i), i == one ? truth : all ? truth : !truth))
            return false;
    return true;
}

/* Nested as deep as the loader lets tests be. */
static bool want_test(struct asking *k, const json *test, bool truth)
{
    const json *v;

    if ((v = json_get(test, "And")))
        return want_list(k, v, truth, truth);
    if ((v = json_get(test, "Or")))
        return want_list(k, v, !truth, truth);
    if ((v = json_get(test, "Not")))
        return want_test(k, v, !truth);
    return want_comparison(k, test, truth);
}

/* ---- JSONata ---- */

static bool want_node(struct asking *k, const struct node *n, bool truth);

static bool subject_of(struct asking *k, const struct node *n, struct subject *out)
{
    static const char *const same[] = {"number", "string", "trim", "lowercase", "uppercase"};

    *out = (struct subject){.place = PLACE_RAW};
    while (n->kind == NODE_BLOCK && n->count == 1)
        n = n->items[0];
    if (n->kind == NODE_CONDITION && !n->then)
        n = n->test;
    if (route_of_node(k->h->arena, n, &out->route))
        return true;
    if (n->kind != NODE_CALL || n->count != 1)
        return false;
    for (size_t i = 0; i < COUNT(same); i++)
        if (json_str_is(n->text, same[i]))
            return subject_of(k, n->items[0], out);
    out->node = n;
    return json_str_is(n->text, "count");
}

static const char *operator_for(enum op op, const json *operand)
{
    bool text = json_is_string(operand);

    switch ((unsigned)op) {
    case OP_LESS: return text ? "StringLessThan" : "NumericLessThan";
    case OP_LESS_EQUAL: return text ? "StringLessThanEquals" : "NumericLessThanEquals";
    case OP_GREATER: return text ? "StringGreaterThan" : "NumericGreaterThan";
    case OP_GREATER_EQUAL: return text ? "StringGreaterThanEquals" : "NumericGreaterThanEquals";
    default: break;
    }
    if (text)
        return "StringEquals";
    return json_kind(operand) == JSON_NULL ? "IsNull"
           : json_is_number(operand)       ? "NumericEquals"
                                           : "BooleanEquals";
}

static bool want_type(struct asking *k, const struct node *call, const json *type, bool truth)
{
    static const struct {
        const char *type, *test;
    } tests[] = {{"string", "IsString"},
                 {"number", "IsNumeric"},
                 {"boolean", "IsBoolean"},
                 {"null", "IsNull"}};
    struct subject s;

    if (call->count == 1 && subject_of(k, call->items[0], &s))
        for (size_t i = 0; i < COUNT(tests); i++)
            if (json_str_is(type, tests[i].type))
                return add_need(k, &s, tests[i].test, yes(k), truth);
    return refuse_condition(k, "a type that no test has");
}

static enum op turned_op(enum op op)
{
    switch ((unsigned)op) {
    case OP_LESS: return OP_GREATER;
    case OP_LESS_EQUAL: return OP_GREATER_EQUAL;
    case OP_GREATER: return OP_LESS;
    case OP_GREATER_EQUAL: return OP_LESS_EQUAL;
    default: return op;
    }
}

static bool want_relation(struct asking *k, const struct node *n, bool truth)
{
    const json *right = route_constant(k->h->arena, n->rhs);
    const json *left = route_constant(k->h->arena, n->lhs);
    const struct node *side = right ? n->lhs : n->rhs;
    const json *operand = right ? right : left;
    enum op op = right ? n->op : turned_op(n->op);
    struct subject s, other;

    if (op == OP_NOT_EQUAL) {
        op = OP_EQUAL;
        truth = !truth;
    }
    if (!operand) {
        if (!subject_of(k, n->lhs, &s) || !subject_of(k, n->rhs, &other) || s.node || other.node)
            return refuse_condition(k, "a comparison of expressions");
        const json *like = subject_value(k, &other);
        if (!like || !json_is_scalar(like))
            like = subject_value(k, &s);
        if (!like || !json_is_scalar(like))
            like = op == OP_EQUAL ? arena_keep(k->h->arena, json_cstring("text"))
                                  : arena_keep(k->h->arena, json_int(1));
        return want_both(k, &s, operator_for(op, like), &other, truth);
    }
    if (side->kind == NODE_CALL && json_str_is(side->text, "type") && json_is_string(operand))
        return want_type(k, side, operand, truth);
    if (!subject_of(k, side, &s))
        return refuse_condition(k, "a comparison of an expression");
    bool null = json_kind(operand) == JSON_NULL;
    return add_need(k, &s, operator_for(op, operand), null ? yes(k) : operand, truth);
}

/* x in [a, b]: one of them, or none; a in x: the first element of x. */
static bool want_in(struct asking *k, const struct node *n, bool truth)
{
    const json *constant = route_constant(k->h->arena, n->lhs);
    struct subject s;

    if (constant && subject_of(k, n->rhs, &s) && !s.node &&
        steps_add(&s.route.steps, arena_keep(k->h->arena, json_int(0))))
        return add_need(k, &s, operator_for(OP_EQUAL, constant), constant, truth);
    if (n->rhs->kind != NODE_ARRAY || !n->rhs->count || !subject_of(k, n->lhs, &s))
        return refuse_condition(k, "a membership of an expression");
    size_t one = truth ? pick_way(k, n->rhs->count) : 0;
    for (size_t i = 0; i < n->rhs->count; i++) {
        constant = route_constant(k->h->arena, n->rhs->items[i]);
        if (!constant)
            return refuse_condition(k, "a membership of an expression");
        if (!truth || i == one)
            add_need(k, &s, operator_for(OP_EQUAL, constant), constant, truth);
    }
    return true;
}

/* A text with the pattern's own characters escaped, between stars. */
static const json *pattern_around(struct asking *k, const json *text)
{
    struct buf b = {0};

    buf_addc(&b, '*');
    for (const char *p = json_str(text); *p; p++) {
        if (*p == '*' || *p == '\\')
            buf_addc(&b, '\\');
        buf_addc(&b, *p);
    }
    buf_addc(&b, '*');
    return arena_keep(k->h->arena, json_take_buf(&b));
}

static bool want_call(struct asking *k, const struct node *n, bool truth)
{
    struct subject s;

    if (json_str_is(n->text, "not") && n->count == 1)
        return want_node(k, n->items[0], !truth);
    if (json_str_is(n->text, "boolean") && n->count == 1)
        return want_node(k, n->items[0], truth);
    if (json_str_is(n->text, "exists") && n->count == 1 && subject_of(k, n->items[0], &s))
        return add_need(k, &s, "IsPresent", yes(k), truth);
    const json *part = n->count == 2 ? route_constant(k->h->arena, n->items[1]) : NULL;
    if (json_str_is(n->text, "contains") && part && json_is_string(part) &&
        subject_of(k, n->items[0], &s))
        return add_need(k, &s, "StringMatches", pattern_around(k, part), truth);
    return refuse_condition(k, "a function's answer");
}

static bool want_nodes(struct asking *k, const struct node *n, bool all, bool truth)
{
    size_t one = all ? 2 : pick_way(k, 2);
    const struct node *sides[] = {n->lhs, n->rhs};

    for (size_t i = 0; i < 2 && i <= one; i++)
        if (!want_node(k, sides[i], i == one ? truth : all ? truth : !truth))
            return false;
    return true;
}

/* Nested as deep as the expression, which JSONATA_MAX_HEIGHT bounds. */
static bool want_node(struct asking *k, const struct node *n, bool truth)
{
    const json *constant = route_constant(k->h->arena, n);
    struct subject s;

    if (constant)
        return (json_kind(constant) == JSON_TRUE) == truth || refuse_condition(k, "a constant");
    if (n->kind == NODE_BLOCK && n->count == 1)
        return want_node(k, n->items[0], truth);
    if (n->kind == NODE_CALL)
        return want_call(k, n, truth);
    if (n->kind == NODE_BINARY) {
        if (n->op == OP_AND || n->op == OP_OR)
            return want_nodes(k, n, (n->op == OP_AND) == truth, truth);
        return n->op == OP_IN ? want_in(k, n, truth) : want_relation(k, n, truth);
    }
    if (subject_of(k, n, &s))
        return add_need(k, &s, "BooleanEquals", arena_keep(k->h->arena, json_bool(truth)), true);
    return refuse_condition(k, "an expression that can't be followed");
}

/* ---- rules ---- */

static bool want_rule(struct asking *k, const struct asl_state *state, const json *rule, bool truth)
{
    if (!state->jsonata)
        return want_test(k, rule, truth);
    const json *condition = json_get(rule, "Condition");
    const struct node *n =
        json_is_string(condition) ? route_expression(k->h->arena, condition) : NULL;
    return n && want_node(k, n, truth);
}

bool condition_needs(const struct history *h, size_t visit, size_t rule, size_t alternative,
                     struct needs *out, struct buf *why)
{
    struct asking k = {h, visit, alternative, out, why};
    const struct asl_state *state = h->visits->all[visit].state;
    const json *rules = json_get(state_text(state), "Choices");

    out->alternatives = 1;
    for (size_t i = 0; i < json_count(rules) && i <= rule; i++)
        if (!want_rule(&k, state, json_at(rules, i), i == rule))
            return false;
    return true;
}

void needs_clear(struct needs *n)
{
    mem_free(n->all);
    *n = (struct needs){0};
}
