/*
 * Evaluating a node with a context (the input) in a frame of variables. Errors travel as values;
 * what is wrong is noted in the evaluation.
 */

#include "parsers/jsonata/jsonata_eval.h"

#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_call.h"
#include "parsers/jsonata/jsonata_match.h"
#include "parsers/jsonata/jsonata_parse.h"
#include "parsers/jsonata/jsonata_path.h"
#include "parsers/jsonata/jsonata_region.h"
#include "parsers/jsonata/jsonata_write.h"

#include <math.h>
#include <string.h>

/* ---- errors ---- */

/* The operator that an error came from. */
static struct jv error_at(struct evaluation *e, const struct node *n, const char *token)
{
    json_unref(e->why.token);
    e->why.token = json_cstring(token);
    e->why.at = n->at;
    e->why.placed = true;
    return (struct jv){.kind = JV_ERROR};
}

/* Puts the place of `n` on the error that is under way. */
static struct jv error_placed(struct evaluation *e, const struct node *n)
{
    e->why.at = n->at;
    e->why.placed = true;
    return (struct jv){.kind = JV_ERROR};
}

/* ---- frames ---- */

struct frame *frame_new(struct evaluation *e, struct frame *parent, uint32_t room)
{
    struct frame *f = eval_alloc(e, sizeof *f);

    *f = (struct frame){.parent = parent, .born = e->serial++, .cap = room};
    if (room)
        f->bindings = eval_alloc(e, room * sizeof *f->bindings);
    return f;
}

/* The bindings stay in the tuple: a frame for each of a thousand items costs no copies. */
struct frame *frame_of_tuple(struct evaluation *e, struct frame *parent, const struct tuple *t)
{
    struct frame *f = frame_new(e, parent, 0);

    f->tuple = t;
    return f;
}

static struct jv builtin_function(struct global *g, const struct name *n)
{
    g->function =
        (struct func){.kind = FUNC_BUILTIN, .builtin = n->builtin, .signature = n->signature};
    return jv_func(&g->function);
}

/* A variable of the outermost frame: the caller's, or a function's name. */
static struct jv global_lookup(struct evaluation *e, uint32_t name)
{
    struct global *g = &e->globals[name];
    const struct name *n = &e->names->items[name];
    const json *v;

    if (g->state == GLOBAL_BOUND)
        return g->value;
    if (g->state == GLOBAL_NONE)
        return jv_undefined();
    v = e->options->variable ? e->options->variable(e->options->user, n->text) : NULL;
    g->state = GLOBAL_BOUND;
    if (v)
        g->value = jv_from_json(v);
    else if (n->builtin)
        g->value = builtin_function(g, n);
    else
        g->state = GLOBAL_NONE;
    return g->state == GLOBAL_BOUND ? g->value : jv_undefined();
}

static const struct binding *find_binding(const struct binding *list, uint32_t count, uint32_t name)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i].name == name)
            return &list[i];
    return NULL;
}

/* Bindings, and frames, that are looked at for a unit. */
enum { LOOKS_A_UNIT = 16 };

/*
 * From the innermost frame outwards. Names are numbers, frames are small, so a search is a few
 * comparisons; long ones are counted.
 */
struct jv frame_lookup(struct evaluation *e, const struct frame *env, uint32_t name)
{
    const struct binding *found = NULL;
    uint64_t looks = 0;

    for (; env && !found; env = env->parent) {
        found = find_binding(env->bindings, env->count, name);
        looks += env->count + 1;
        if (found || !env->tuple)
            continue;
        found = find_binding(env->tuple->bindings, env->tuple->count, name);
        looks += env->tuple->count;
    }
    if (looks >= LOOKS_A_UNIT)
        eval_spend(e, looks / LOOKS_A_UNIT);
    return found ? found->value : global_lookup(e, name);
}

/*
 * Binding again in the same frame replaces the value. Variables of the outermost frame lie in
 * `globals`, where their number is their place.
 */
static void frame_bind(struct evaluation *e, struct frame *env, uint32_t name, struct jv v)
{
    struct binding *found;

    if (env->born < e->oldest_bound)
        e->oldest_bound = env->born;
    if (env == &e->root) {
        e->globals[name].state = GLOBAL_BOUND;
        e->globals[name].value = v;
        return;
    }
    found = (struct binding *)(uintptr_t)find_binding(env->bindings, env->count, name);
    eval_spend(e, env->count / LOOKS_A_UNIT);
    if (found) {
        found->value = v;
        return;
    }
    if (env->count == env->cap) {
        env->cap = env->cap ? 2 * env->cap : 4;
        env->bindings = eval_grow(e, env->bindings, env->count, env->cap, sizeof *env->bindings);
    }
    env->bindings[env->count++] = (struct binding){name, v};
}

/* ---- operators ---- */

/*
 * Both sides are checked before an undefined one makes the result undefined: undefined + "a" is an
 * error.
 */
static struct jv arithmetic(struct evaluation *e, enum op op, struct jv a, struct jv b)
{
    int numeric;

    if (!is_undefined(a) && (numeric = jv_is_numeric(e, a)) <= 0)
        return numeric ? (struct jv){.kind = JV_ERROR} : eval_error_value(e, "T2001", a);
    if (!is_undefined(b) && (numeric = jv_is_numeric(e, b)) <= 0)
        return numeric ? (struct jv){.kind = JV_ERROR} : eval_error_value(e, "T2002", b);
    if (is_undefined(a) || is_undefined(b))
        return jv_undefined();
    if (op == OP_PLUS)
        return jv_number(a.n + b.n);
    if (op == OP_MINUS)
        return jv_number(a.n - b.n);
    if (op == OP_TIMES)
        return jv_number(a.n * b.n);
    if (op == OP_DIVIDE)
        return jv_number(a.n / b.n);
    return jv_number(fmod(a.n, b.n));
}

static bool comparable(struct jv v)
{
    return is_undefined(v) || v.kind == JV_STRING || v.kind == JV_NUMBER;
}

/*
 * Only strings and numbers have an order, and only among themselves. An undefined side makes the
 * result undefined, but does not excuse the other.
 */
static struct jv comparison(struct evaluation *e, enum op op, struct jv a, struct jv b)
{
    int c;

    if (!comparable(a) || !comparable(b))
        return eval_error_value(e, "T2010", a.kind == JV_STRING || a.kind == JV_NUMBER ? b : a);
    if (is_undefined(a) || is_undefined(b))
        return jv_undefined();
    if (a.kind != b.kind)
        return eval_error_values(e, "T2009", a, b);
    if (a.kind == JV_NUMBER && (isnan(a.n) || isnan(b.n)))
        return jv_bool(false);
    c = jv_compare(e, a, b);
    if (op == OP_LESS)
        return jv_bool(c < 0);
    if (op == OP_LESS_EQUAL)
        return jv_bool(c <= 0);
    if (op == OP_GREATER)
        return jv_bool(c > 0);
    return jv_bool(c >= 0);
}

static struct jv equality(struct evaluation *e, enum op op, struct jv a, struct jv b)
{
    int same;

    if (is_undefined(a) || is_undefined(b))
        return jv_bool(false);
    same = jv_equal(e, a, b);
    if (same < 0)
        return (struct jv){.kind = JV_ERROR};
    return jv_bool((same != 0) == (op == OP_EQUAL));
}

/* Identity, as JavaScript's ===: arrays and objects are only equal to themselves. */
static bool identical(struct evaluation *e, struct jv a, struct jv b)
{
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case JV_UNDEFINED:
    case JV_NULL: return true;
    case JV_BOOL: return a.b == b.b;
    case JV_NUMBER: return a.n == b.n;
    case JV_STRING: eval_spend_bytes(e, json_str_len(a.j)); return same_text(a.j, b.j);
    case JV_ARRAY:
    case JV_OBJECT: return a.j == b.j;
    case JV_LIST: return a.list == b.list;
    case JV_MAP: return a.map == b.map;
    case JV_TUPLE: return a.tuple == b.tuple;
    case JV_FUNCTION: return a.f == b.f;
    case JV_ERROR: break;
    }
    return false;
}

static struct jv inclusion(struct evaluation *e, struct jv a, struct jv b)
{
    if (is_undefined(a) || is_undefined(b))
        return jv_bool(false);
    if (!is_array(b))
        return jv_bool(identical(e, a, b));
    if (!eval_steps(e, items_count(b)))
        return (struct jv){.kind = JV_ERROR};
    for (size_t i = 0; i < items_count(b); i++)
        if (identical(e, items_at(b, i), a))
            return jv_bool(true);
    return jv_bool(false);
}

/* Each of the two is copied three times, into the texts and into what becomes of them. */
static struct jv concatenation(struct evaluation *e, struct jv a, struct jv b)
{
    struct buf text = {0};

    if (!jv_add_string(e, &text, a)) {
        buf_clear(&text);
        return (struct jv){.kind = JV_ERROR};
    }
    struct buf right = {0};
    const bool ok = jv_add_string(e, &right, b);
    if (ok)
        text_add(&text, right.data ? right.data : "", right.len);
    buf_clear(&right);
    if (!ok) {
        buf_clear(&text);
        return (struct jv){.kind = JV_ERROR};
    }
    eval_spend_bytes(e, 2 * text.len);
    return eval_take_buf(e, &text);
}

static bool is_whole(struct jv v)
{
    return v.kind == JV_NUMBER && isfinite(v.n) && v.n == floor(v.n);
}

enum { MAX_RANGE = 10000000, RANGE_BYTES = 12, EVALUATION_BYTES = 370 };

/*
 * The size is bounded before anything is made: by the reference's ten million, and by what Step
 * Functions would need for the items.
 */
static struct jv range(struct evaluation *e, struct jv a, struct jv b)
{
    double size;

    if (!is_undefined(a) && !is_whole(a))
        return eval_error_value(e, "T2003", a);
    if (!is_undefined(b) && !is_whole(b))
        return eval_error_value(e, "T2004", b);
    if (is_undefined(a) || is_undefined(b) || a.n > b.n)
        return jv_undefined();
    size = b.n - a.n + 1;
    if (size > MAX_RANGE)
        return eval_error_value(e, "D2014", jv_number(size));
    if ((size_t)size * RANGE_BYTES + EVALUATION_BYTES > e->memory)
        return eval_error(e, "U1002");
    return jv_list(list_range(e, a.n, (size_t)size, LIST_SEQUENCE));
}

/* The right side is evaluated only when the left one has not decided yet. */
static struct jv logic(struct evaluation *e, const struct node *n, struct jv left, struct jv input,
                       struct frame *env)
{
    int truth = jv_truth(e, left);
    struct jv right;

    if (truth < 0)
        return error_at(e, n, op_text(n->op));
    if (truth == (n->op == OP_OR))
        return jv_bool(truth != 0);
    right = evaluate(e, n->rhs, input, env);
    truth = is_error(right) ? -1 : jv_truth(e, right);
    return truth < 0 ? error_at(e, n, op_text(n->op)) : jv_bool(truth != 0);
}

static struct jv operate(struct evaluation *e, enum op op, struct jv a, struct jv b)
{
    if (op == OP_EQUAL || op == OP_NOT_EQUAL)
        return equality(e, op, a, b);
    if (op == OP_LESS || op == OP_LESS_EQUAL || op == OP_GREATER || op == OP_GREATER_EQUAL)
        return comparison(e, op, a, b);
    if (op == OP_CONCAT)
        return concatenation(e, a, b);
    if (op == OP_RANGE)
        return range(e, a, b);
    if (op == OP_IN)
        return inclusion(e, a, b);
    return arithmetic(e, op, a, b);
}

static struct jv evaluate_binary(struct evaluation *e, const struct node *n, struct jv input,
                                 struct frame *env)
{
    struct jv a = evaluate(e, n->lhs, input, env);
    struct jv b, result;

    if (is_error(a))
        return a;
    if (n->op == OP_AND || n->op == OP_OR)
        return logic(e, n, a, input, env);
    b = evaluate(e, n->rhs, input, env);
    if (is_error(b))
        return b;
    result = operate(e, n->op, a, b);
    return is_error(result) ? error_at(e, n, op_text(n->op)) : result;
}

static struct jv evaluate_negate(struct evaluation *e, const struct node *n, struct jv input,
                                 struct frame *env)
{
    struct jv v = evaluate(e, n->lhs, input, env);
    int numeric;

    if (is_error(v) || is_undefined(v))
        return v;
    numeric = jv_is_numeric(e, v);
    if (numeric > 0)
        return jv_number(-v.n);
    if (numeric < 0)
        return v.kind == JV_ERROR ? v : (struct jv){.kind = JV_ERROR};
    eval_error_value(e, "D1002", v);
    return error_at(e, n, "-");
}

/* ---- constructors ---- */

static struct jv evaluate_array(struct evaluation *e, const struct node *n, struct jv input,
                                struct frame *env)
{
    struct list *l = list_new(e, 0, n->count);
    struct jv v;

    for (size_t i = 0; i < n->count; i++) {
        v = evaluate(e, n->items[i], input, env);
        if (is_error(v))
            return v;
        if (is_undefined(v))
            continue;
        if (n->items[i]->kind == NODE_ARRAY || !is_array(v))
            list_push(e, l, v);
        else if (l->count == 0 && has_flag(v, LIST_RANGE))
            l = list_range(e, v.list->first, v.list->count, 0);
        else if (eval_steps(e, items_count(v)))
            list_extend(e, l, v);
        else
            return (struct jv){.kind = JV_ERROR};
    }
    if (n->cons_array)
        l->flags |= LIST_CONS;
    return jv_list(l);
}

/* ---- wildcards ---- */

static bool evaluation_flatten(struct evaluation *e, struct list *to, struct jv v, size_t depth)
{
    if (!eval_step(e))
        return false;
    if (depth == JSON_MAX_DEPTH)
        return eval_too_deep(e), false;
    if (!is_array(v)) {
        list_push(e, to, v);
        return true;
    }
    for (size_t i = 0; i < items_count(v); i++)
        if (!evaluation_flatten(e, to, items_at(v, i), depth + 1))
            return false;
    return true;
}

/* The members' values, without the arrays around them. */
static struct jv evaluate_wildcard(struct evaluation *e, struct jv input)
{
    struct list *l = list_new(e, LIST_SEQUENCE, 0);
    const uint32_t *order = NULL;

    if (has_flag(input, LIST_OUTER) && input.list->count > 0)
        input = input.list->items[0];
    if (is_array(input)) {
        for (size_t i = 0; i < items_count(input); i++) {
            const struct jv v = items_at(input, i);
            if (is_array(v))
                l->flags = 0;
            if (!evaluation_flatten(e, l, v, 0))
                return (struct jv){.kind = JV_ERROR};
        }
        return jv_list(l);
    }
    if (!is_object(input))
        return jv_list(l);
    order = members_order(e, input);
    for (size_t i = 0; i < members_count(input); i++) {
        const struct jv v = member_value(input, order ? order[i] : i);
        /* What was appended to is no sequence any more. */
        if (is_array(v))
            l->flags = 0;
        if (!evaluation_flatten(e, l, v, 0))
            return (struct jv){.kind = JV_ERROR};
    }
    return jv_list(l);
}

/* An array's items are found, the array itself is not. */
static bool evaluation_descend(struct evaluation *e, struct list *to, struct jv v, size_t depth)
{
    const uint32_t *order;

    if (!eval_step(e))
        return false;
    if (depth == JSON_MAX_DEPTH)
        return eval_too_deep(e), false;
    if (is_array(v)) {
        for (size_t i = 0; i < items_count(v); i++)
            if (!evaluation_descend(e, to, items_at(v, i), depth + 1))
                return false;
        return true;
    }
    list_push(e, to, v);
    if (!is_object(v))
        return true;
    order = members_order(e, v);
    for (size_t i = 0; i < members_count(v); i++)
        if (!evaluation_descend(e, to, member_value(v, order ? order[i] : i), depth + 1))
            return false;
    return true;
}

static struct jv evaluate_descendant(struct evaluation *e, struct jv input)
{
    struct list *l;

    if (is_undefined(input))
        return input;
    l = list_new(e, LIST_SEQUENCE, 0);
    if (!evaluation_descend(e, l, input, 0))
        return (struct jv){.kind = JV_ERROR};
    return l->count == 1 ? l->items[0] : jv_list(l);
}

/* ---- control ---- */

/* `??` asks whether the value is there, `?:` and `? :` whether it is true. */
static struct jv evaluate_condition(struct evaluation *e, const struct node *n, struct jv input,
                                    struct frame *env)
{
    struct jv v = evaluate(e, n->test, input, env);
    int truth = is_error(v) ? -1 : n->op == OP_COALESCE ? !is_undefined(v) : jv_truth(e, v);

    if (truth < 0)
        return (struct jv){.kind = JV_ERROR};
    if (truth)
        return n->then ? evaluate(e, n->then, input, env) : v;
    return n->otherwise ? evaluate(e, n->otherwise, input, env) : jv_undefined();
}

static struct jv evaluate_block(struct evaluation *e, const struct node *n, struct jv input,
                                struct frame *env)
{
    struct frame *frame = n->block.frame ? frame_new(e, env, 0) : env;
    struct jv v = jv_undefined();

    for (size_t i = 0; i < n->count && !is_error(v); i++)
        v = evaluate(e, n->items[i], input, frame);
    return v;
}

/* The value of a binding is the value that was bound. */
static struct jv evaluate_bind(struct evaluation *e, const struct node *n, struct jv input,
                               struct frame *env)
{
    struct jv v = evaluate(e, n->rhs, input, env);

    if (!is_error(v))
        frame_bind(e, env, n->lhs->name, v);
    return v;
}

/*
 * `$` is the context. Around an input that is an array there is a sequence of one (LIST_OUTER),
 * which nobody is to see.
 */
static struct jv evaluate_variable(struct evaluation *e, const struct node *n, struct jv input,
                                   struct frame *env)
{
    if (json_str_len(n->text) > 0)
        return frame_lookup(e, env, n->name);
    return has_flag(input, LIST_OUTER) ? input.list->items[0] : input;
}

static struct jv make_function(struct evaluation *e, enum func_kind kind, const struct node *n,
                               struct jv input, struct frame *env)
{
    struct func *f = eval_alloc(e, sizeof *f);

    *f = (struct func){.kind = kind, .node = n, .env = env, .input = input, .born = e->serial++};
    return jv_func(f);
}

/* What the update says, put into one match. */
static bool update_match(struct evaluation *e, const struct func *f, struct jv match)
{
    const struct node *n = f->node;
    struct jv update = evaluate(e, n->update, match, f->env);

    if (is_error(update))
        return false;
    if (is_undefined(update))
        return true;
    if (!is_object(update)) {
        eval_error_value(e, "T2011", update);
        error_placed(e, n->update);
        return false;
    }
    eval_spend(e, members_count(update));
    for (size_t i = 0; match.kind == JV_MAP && i < members_count(update); i++)
        map_set(e, match.map, member_key(update, i), member_value(update, i));
    return true;
}

static bool delete_from_match(struct evaluation *e, const struct func *f, struct jv match)
{
    const struct node *n = f->node;
    struct jv names = evaluate(e, n->removal, match, f->env);
    size_t count;

    if (is_error(names))
        return false;
    if (is_undefined(names))
        return true;
    count = is_array(names) ? items_count(names) : 1;
    for (size_t i = 0; i < count; i++) {
        const struct jv name = is_array(names) ? items_at(names, i) : names;
        if (!is_string(name)) {
            eval_error_value(e, "T2012", names);
            error_placed(e, n->removal);
            return false;
        }
    }
    for (size_t i = 0; match.kind == JV_MAP && i < count; i++)
        map_delete(e, match.map, (is_array(names) ? items_at(names, i) : names).j);
    return true;
}

/* A copy of `v` by $clone, which a variable of that name may replace. */
static struct jv transform_clone(struct evaluation *e, const struct func *f, struct jv v)
{
    const struct jv clone = frame_lookup(e, f->env, f->node->name);

    if (is_undefined(clone) || (clone.kind == JV_FUNCTION && clone.f->kind == FUNC_BUILTIN))
        return jv_clone(e, v, 0);
    if (clone.kind != JV_FUNCTION) {
        eval_error(e, "T2013");
        return error_placed(e, f->node);
    }
    v = call_func(e, clone.f, &v, 1, (struct jv){.kind = JV_NULL});
    return is_error(v) ? v : jv_clone(e, v, 0);
}

/* The matches are parts of the copy, which is changed in its place. */
struct jv evaluate_transform(struct evaluation *e, const struct func *f, struct jv v)
{
    struct jv copy, matches, match;
    size_t count;

    if (is_undefined(v))
        return v;
    copy = transform_clone(e, f, v);
    if (is_error(copy))
        return copy;
    matches = evaluate(e, f->node->pattern, copy, f->env);
    if (is_error(matches))
        return matches;
    count = is_undefined(matches) ? 0 : is_array(matches) ? items_count(matches) : 1;
    for (size_t i = 0; i < count; i++) {
        match = is_array(matches) ? items_at(matches, i) : matches;
        if (!update_match(e, f, match) || (f->node->removal && !delete_from_match(e, f, match)))
            return (struct jv){.kind = JV_ERROR};
    }
    return copy;
}

/* ---- nodes ---- */

/* It counts as deep as what it was folded from. */
static struct jv evaluate_folded(struct evaluation *e, const struct node *n)
{
    return e->depth + n->height - 1 > e->max_depth ? eval_too_deep(e) : n->constant;
}

static struct jv evaluate_kind(struct evaluation *e, const struct node *n, struct jv input,
                               struct frame *env)
{
    switch (n->kind) {
    case NODE_PATH: return evaluate_path(e, n, input, env);
    case NODE_BINARY: return evaluate_binary(e, n, input, env);
    case NODE_NEGATE: return evaluate_negate(e, n, input, env);
    case NODE_ARRAY: return evaluate_array(e, n, input, env);
    case NODE_OBJECT: return evaluate_group(e, n, input, env);
    case NODE_NAME: return jv_lookup(e, input, n->text);
    case NODE_STRING:
    case NODE_NUMBER:
    case NODE_VALUE: return n->constant;
    case NODE_FOLDED: return evaluate_folded(e, n);
    case NODE_WILDCARD: return evaluate_wildcard(e, input);
    case NODE_DESCENDANT: return evaluate_descendant(e, input);
    case NODE_PARENT: return frame_lookup(e, env, n->slot->label);
    case NODE_CONDITION: return evaluate_condition(e, n, input, env);
    case NODE_BLOCK: return evaluate_block(e, n, input, env);
    case NODE_BIND: return evaluate_bind(e, n, input, env);
    case NODE_REGEX: return make_function(e, FUNC_REGEX, n, input, env);
    case NODE_CALL: return evaluate_call(e, n, input, env, NULL);
    case NODE_PARTIAL: return evaluate_partial(e, n, input, env);
    case NODE_VARIABLE: return evaluate_variable(e, n, input, env);
    case NODE_LAMBDA: return evaluate_lambda(e, n, input, env);
    case NODE_APPLY: return evaluate_apply(e, n, input, env);
    case NODE_TRANSFORM: return make_function(e, FUNC_TRANSFORM, n, input, env);
    case NODE_SORT:
    case NODE_HOLE:
    case NODE_OPERATOR:
    case NODE_END: break;
    }
    return jv_undefined();
}

/* What a sequence stands for. */
static struct jv sequence_value(struct jv v, bool keep)
{
    if (v.kind != JV_LIST || !(v.list->flags & LIST_SEQUENCE) || (v.list->flags & LIST_TUPLES))
        return v;
    if (keep)
        v.list->flags |= LIST_KEEP;
    if (v.list->count == 0)
        return jv_undefined();
    if (v.list->count == 1 && !(v.list->flags & LIST_KEEP))
        return items_at(v, 0);
    return v;
}

/*
 * The depth counts nested evaluations, which bounds the C stack. Predicates come before a group,
 * and the group of a path is the path's own business.
 */
struct jv evaluate(struct evaluation *e, const struct node *n, struct jv input, struct frame *env)
{
    struct jv v;

    if (e->depth == e->max_depth)
        return eval_too_deep(e);
    if (!eval_step(e))
        return (struct jv){.kind = JV_ERROR};
    e->depth++;
    v = evaluate_kind(e, n, input, env);
    for (size_t i = 0; i < n->predicates.count && !is_error(v); i++)
        v = evaluate_filter(e, n->predicates.items[i].filter, v, env);
    if (n->group && n->kind != NODE_PATH && !is_error(v))
        v = evaluate_group(e, n->group, v, env);
    e->depth--;
    return sequence_value(v, n->keep_array);
}

/* ---- $eval ---- */

static void drop_expression(void *p)
{
    jsonata_free(p);
}

/* The names of an expression that is compiled while another runs go behind those of that one. */
static struct jsonata *begin_inner(struct evaluation *e)
{
    struct jsonata *x = mem_calloc(1, sizeof *x);
    const struct names *names = e->names;

    eval_spend(e, names->count);
    x->dialect = e->dialect;
    x->names = (struct names){.cap = names->count + 8, .count = names->count};
    x->names.items = mem_alloc(x->names.cap * sizeof *names->items);
    memcpy(x->names.items, names->items, names->count * sizeof *names->items);
    arena_defer(&e->lasting, drop_expression, x);
    return x;
}

/* `wider`: room for `count`. What they were in stays: values look at functions there. */
static void set_globals(struct evaluation *e, struct global *wider, uint32_t count)
{
    if (e->global_count)
        memcpy(wider, e->globals, e->global_count * sizeof *wider);
    for (uint32_t i = e->global_count; i < count; i++)
        wider[i].state = GLOBAL_UNKNOWN;
    e->globals = wider;
    e->global_count = count;
}

enum { MAX_INNER_TEXT = 2000 };

/* Quoted in the text of an $eval around it, a text may double its length: it is cut. */
static struct jv inner_error(struct evaluation *e, const char *code, const struct failure *inner)
{
    struct buf text = {0};
    struct jv value, error;

    failure_text(inner, &text);
    if (text.len > MAX_INNER_TEXT) {
        text.len = MAX_INNER_TEXT;
        while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xC0) == 0x80)
            text.len--;
    }
    value = eval_take_buf(e, &text);
    error = eval_error_value(e, code, value);
    return error;
}

/*
 * The names of the text go on from those of the expression around it, so that both speak of the
 * same variables. Errors are wrapped (D3120 in the text, D3121 while it runs), but for those of
 * bounds (D1012, U1001 and the like), which come through as they are.
 */
struct jv evaluate_text(struct evaluation *e, const json *text, struct jv input, struct frame *env)
{
    struct jsonata *x = begin_inner(e);
    struct failure why = {0};
    struct jv v;

    const bool parsed = jsonata_parse(x, json_str(text), json_str_len(text), &why);
    eval_spend(e, x->steps);
    e->used += x->arena.used + x->names.cap * (sizeof *x->names.items + sizeof *e->globals);
    if (!parsed) {
        v = inner_error(e, "D3120", &why);
        failure_clear(&why);
        return v;
    }
    e->names = &x->names;
    if (x->names.count > e->global_count)
        set_globals(e, arena_calloc(&e->lasting, x->names.count, sizeof *e->globals),
                    x->names.count);
    v = evaluate(e, x->root, input, env);
    if (is_error(v) && strcmp(e->why.code, "D1012") != 0 && e->why.code[0] != 'U') {
        why = e->why;
        e->why = (struct failure){0};
        v = inner_error(e, "D3121", &why);
        failure_clear(&why);
    }
    return v;
}

/* ---- the whole ---- */

/* Step Functions writes the name of a number that is not finite. */
static bool is_unsupported(const struct evaluation *e, struct jv v)
{
    return v.kind == JV_FUNCTION ||
           (v.kind == JV_NUMBER && !isfinite(v.n) && e->dialect != JSONATA_AWS);
}

static void end_evaluation(struct evaluation *e)
{
    failure_clear(&e->why);
    for (size_t i = 0; i < MATCH_KEYS; i++)
        json_unref(e->match_keys[i]);
    region_end(e);
    arena_clear(&e->lasting);
}

/*
 * A function has no JSON, and the reference none for Infinity, which Step Functions writes by its
 * name.
 */
static enum jsonata_outcome outcome_of(struct evaluation *e, struct jv v, json **out,
                                       struct jsonata_error *why)
{
    bool unsupported = false;
    json *result = NULL;

    if (is_undefined(v))
        return JSONATA_UNDEFINED;
    if (is_unsupported(e, v))
        return JSONATA_UNSUPPORTED;
    if (has_flag(v, LIST_OUTER))
        v = v.list->items[0];
    if (is_error(v) || !jv_to_json(e, v, &result, &unsupported)) {
        failure_report(&e->why, why);
        return JSONATA_FAILED;
    }
    if (unsupported) {
        json_unref(result);
        return JSONATA_UNSUPPORTED;
    }
    *out = result;
    return JSONATA_VALUE;
}

static void begin_evaluation(struct evaluation *e, const jsonata *x,
                             const struct jsonata_options *options, struct first_chunk *first)
{
    *e = (struct evaluation){.x = x, .options = options, .dialect = x->dialect};
    region_begin(e, first);
    e->names = (struct names *)(uintptr_t)&x->names;
    e->max_depth = x->dialect == JSONATA_AWS ? JSONATA_AWS_DEPTH : JSONATA_DEPTH;
    if (options->depth)
        e->max_depth = options->depth;
    if (e->max_depth > JSONATA_MAX_DEPTH)
        e->max_depth = JSONATA_MAX_DEPTH;
    e->memory = options->memory ? options->memory : JSONATA_MEMORY;
    e->work = options->work ? options->work : &e->own_work;
    work_begin(e->work);
    e->serial = 1;
    e->oldest_bound = UINT64_MAX;
    set_globals(e, eval_alloc(e, e->names->count * sizeof *e->globals), e->names->count);
}

enum jsonata_outcome jsonata_eval(const jsonata *x, const struct jsonata_options *options,
                                  const json *input, json **out, struct jsonata_error *why)
{
    static const struct jsonata_options none;
    struct evaluation e;
    struct jv v;
    enum jsonata_outcome outcome;
    struct list *outer;
    struct first_chunk first;

    begin_evaluation(&e, x, options ? options : &none, &first);
    v = jv_from_json(input);
    frame_bind(&e, &e.root, 0, v);
    if (v.kind == JV_ARRAY) {
        outer = list_new(&e, LIST_SEQUENCE | LIST_OUTER, 1);
        list_push(&e, outer, v);
        v = jv_list(outer);
    }
    outcome = outcome_of(&e, evaluate(&e, x->root, v, &e.root), out, why);
    end_evaluation(&e);
    return outcome;
}
