/*
 * Evaluating a node with a context (the input) in a frame of variables: `evaluate` sends each kind
 * to the function for it, of here or of the file for its family. Errors travel as values; what is
 * wrong is noted in the evaluation.
 */

#include "parsers/jsonata/jsonata_eval.h"

#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_call.h"
#include "parsers/jsonata/jsonata_frame.h"
#include "parsers/jsonata/jsonata_group.h"
#include "parsers/jsonata/jsonata_lookup.h"
#include "parsers/jsonata/jsonata_operator.h"
#include "parsers/jsonata/jsonata_parse.h"
#include "parsers/jsonata/jsonata_path.h"
#include "parsers/jsonata/jsonata_region.h"

#include <math.h>
#include <string.h>

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
            return jv_error();
    }
    if (n->cons_array)
        l->flags |= LIST_CONS;
    return jv_list(l);
}

/* ---- control ---- */

/* `??` asks whether the value is there, `?:` and `? :` whether it is true. */
static struct jv evaluate_condition(struct evaluation *e, const struct node *n, struct jv input,
                                    struct frame *env)
{
    struct jv v = evaluate(e, n->test, input, env);
    int truth = is_error(v) ? -1 : n->op == OP_COALESCE ? !is_undefined(v) : jv_truth(e, v);

    if (truth < 0)
        return jv_error();
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

/* Predicates come before a group, and the group of a path is the path's own business. */
static __attribute__((noinline)) struct jv
evaluate_whole(struct evaluation *e, const struct node *n, struct jv input, struct frame *env)
{
    struct jv v = evaluate_kind(e, n, input, env);

    for (size_t i = 0; i < n->predicates.count && !is_error(v); i++)
        v = evaluate_filter(e, n->predicates.items[i].filter, v, env);
    if (n->group && n->kind != NODE_PATH && !is_error(v))
        v = evaluate_group(e, n->group, v, env);
    return sequence_value(v, n->keep_array);
}

static inline bool is_constant(const struct node *n)
{
    return n->kind == NODE_NUMBER || n->kind == NODE_STRING || n->kind == NODE_VALUE;
}

/*
 * The depth counts nested evaluations, which bounds the C stack. Half of all nodes are constants
 * and variables with nothing around them: these need none of what the others do.
 */
struct jv evaluate(struct evaluation *e, const struct node *n, struct jv input, struct frame *env)
{
    const bool plain = !n->predicates.count && !n->group && !n->keep_array;
    struct jv v;

    if (e->depth == e->max_depth)
        return eval_too_deep(e);
    if (!eval_step(e))
        return jv_error();
    if (plain && is_constant(n))
        return n->constant;
    if (plain && n->kind == NODE_VARIABLE)
        return sequence_value(evaluate_variable(e, n, input, env), false);
    e->depth++;
    v = evaluate_whole(e, n, input, env);
    e->depth--;
    return v;
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
        globals_widen(e, arena_calloc(&e->lasting, x->names.count, sizeof *e->globals),
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
    if (e->why.code)
        failure_clear(&e->why);
    for (size_t i = 0; i < MATCH_KEYS; i++)
        json_unref(e->match_keys[i]);
    json_blocks_leave(&e->blocks);
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
    globals_widen(e, eval_alloc(e, e->names->count * sizeof *e->globals), e->names->count);
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
