/*
 * Calls. A function's body that ends in a call gives a thunk instead, which the loop in call_func
 * unpacks: tail calls don't grow the stack, nor, as far as their arguments allow, the region.
 */

#include "parsers/jsonata/jsonata_call.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_eval.h"
#include "parsers/jsonata/jsonata_frame.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_match.h"
#include "parsers/jsonata/jsonata_region.h"
#include "parsers/jsonata/jsonata_signature.h"
#include "parsers/jsonata/jsonata_transform.h"

#include <string.h>

/* Of what a call costs, what it passes is not counted elsewhere when the function is built in. */
enum { MAX_CALLS = 2000, CALL_COST = 4 };

size_t func_arity(const struct func *f)
{
    switch (f->kind) {
    case FUNC_BUILTIN: return f->builtin->arity;
    case FUNC_LAMBDA: return f->param_count;
    case FUNC_REGEX: return 2;
    case FUNC_WRAPPED: return func_arity(f->inner);
    case FUNC_PARTIAL: return f->param_count;
    case FUNC_COMPOSED:
    case FUNC_TRANSFORM: return 1;
    case FUNC_NEXT_MATCH: break;
    }
    return 0;
}

const struct func *func_regex(const struct func *f)
{
    while (f->kind == FUNC_WRAPPED)
        f = f->inner;
    return f->kind == FUNC_REGEX || f->kind == FUNC_NEXT_MATCH ? f : NULL;
}

/*
 * Functions that are plain JavaScript in the reference carry neither a name nor a place: what fails
 * in one is told as of the call around it.
 */
static bool is_bare(const struct func *f)
{
    return f->kind == FUNC_WRAPPED || f->kind == FUNC_REGEX || f->kind == FUNC_NEXT_MATCH;
}

struct jv evaluate_lambda(struct evaluation *e, const struct node *n, struct jv input,
                          struct frame *env)
{
    struct func *f = eval_alloc(e, sizeof *f);

    *f = (struct func){.kind = FUNC_LAMBDA,
                       .node = n->body,
                       .signature = n->lambda.signature,
                       .params = n->lambda.params,
                       .param_count = n->count,
                       .env = env,
                       .input = input,
                       .thunk = n->lambda.thunk,
                       .born = e->serial++};
    return jv_func(f);
}

/* ---- applying ---- */

/*
 * Parameters without an argument are bound, too: to undefined, so that a variable outside of the
 * same name is not seen.
 */
static struct jv call_lambda(struct evaluation *e, const struct func *f, const struct jv *args,
                             size_t count)
{
    struct frame *env = frame_new(e, f->env, (uint32_t)f->param_count);

    for (size_t i = 0; i < f->param_count; i++)
        env->bindings[env->count++] =
            (struct binding){f->params[i], i < count ? args[i] : jv_undefined()};
    return evaluate(e, f->node, f->input, env);
}

static struct jv call_builtin(struct evaluation *e, const struct func *f, const struct jv *args,
                              size_t count, struct jv input)
{
    return f->builtin->call(e, &(struct call){args, count, input});
}

/* Puts what was left out among what was given, and checks them as a call would. */
static struct jv call_partial(struct evaluation *e, const struct func *f, const struct jv *args,
                              size_t count)
{
    struct jv *all = eval_alloc(e, (f->arg_count + 1) * sizeof *all);
    struct arguments checked;
    size_t next = 0, given = 0;

    for (size_t i = 0; i < f->arg_count; i++) {
        all[i] = f->args[i];
        if (is_error(all[i]))
            all[i] = next < count ? args[next++] : jv_undefined();
        if (!is_undefined(all[i]))
            given = i + 1;
    }
    if (f->inner->kind != FUNC_BUILTIN)
        return call_func(e, f->inner, all, f->arg_count, (struct jv){.kind = JV_NULL});
    if (!signature_validate(e, f->inner->signature, all, given, jv_undefined(), &checked))
        return jv_error();
    return call_builtin(e, f->inner, checked.items, checked.count, jv_undefined());
}

static struct jv call_regex(struct evaluation *e, const struct func *f, const struct jv *args,
                            size_t count)
{
    size_t from = 0;

    if (f->kind == FUNC_NEXT_MATCH)
        return regex_call(e, f, f->text, f->from, true);
    if (count == 0 || !is_string(args[0]))
        return jv_undefined();
    if (count > 1)
        from = match_position(args[1]);
    return regex_call(e, f, args[0].j, from, false);
}

/* Its signature is <(oa):o>. */
static struct jv call_transform(struct evaluation *e, const struct func *f, const struct jv *args,
                                size_t count)
{
    const bool fits =
        count > 0 && (is_object(args[0]) || is_array(args[0]) || is_undefined(args[0]));

    if (fits && count == 1)
        return evaluate_transform(e, f, args[0]);
    eval_error_value(e, "T0410", count > fits ? args[fits] : jv_undefined());
    e->why.index = fits ? 2 : 1;
    return jv_error();
}

static struct jv call_any(struct evaluation *e, const struct func *f, const struct jv *args,
                          size_t count, struct jv input)
{
    const struct jv null = {.kind = JV_NULL};
    struct jv v;

    switch (f->kind) {
    case FUNC_BUILTIN: return call_builtin(e, f, args, count, input);
    case FUNC_LAMBDA: return call_lambda(e, f, args, count);
    case FUNC_REGEX:
    case FUNC_NEXT_MATCH: return call_regex(e, f, args, count);
    case FUNC_WRAPPED: return call_func(e, f->inner, args, count, null);
    case FUNC_PARTIAL: return call_partial(e, f, args, count);
    case FUNC_TRANSFORM: return call_transform(e, f, args, count);
    case FUNC_COMPOSED:
        v = call_func(e, f->inner, args, count ? 1 : 0, null);
        return is_error(v) ? v : call_func(e, f->outer, &v, 1, null);
    }
    return jv_undefined();
}

static void keep_token(struct evaluation *e, const json *token)
{
    if (!e->why.token && token)
        e->why.token = json_ref(token);
}

/* What is wrong with a call, at its place. */
static struct jv call_error(struct evaluation *e, const struct node *n, const char *code)
{
    eval_error(e, code);
    keep_token(e, n->text);
    return eval_error_at(e, n->at);
}

/* Says where the call that failed stands. */
static struct jv note_call(struct evaluation *e, const struct func *f)
{
    if (!is_bare(f))
        keep_token(e, f->token);
    if (f->placed && f->at) {
        e->why.at = f->at;
        e->why.placed = true;
    }
    return jv_error();
}

/* A call of what has a signature, of which a partial application keeps to none, or is no lambda. */
static struct jv call_checked(struct evaluation *e, const struct func *f, const struct jv *args,
                              size_t count, struct jv input)
{
    struct arguments checked = {.items = NULL};

    if (!f->signature || f->kind == FUNC_PARTIAL)
        return call_any(e, f, args, count, input);
    if (!signature_validate(e, f->signature, args, count, input, &checked))
        return jv_error();
    return call_any(e, f, checked.items, checked.count, input);
}

/* One call, which may give a thunk. Most are of a lambda that takes what it is given. */
static struct jv apply_once(struct evaluation *e, struct func *f, const struct jv *args,
                            size_t count, struct jv input)
{
    struct jv v;

    if (e->nesting == MAX_CALLS)
        return eval_too_deep(e);
    if (!eval_steps(e, f->kind == FUNC_BUILTIN ? CALL_COST : 1))
        return jv_error();
    e->nesting++;
    if (f->kind == FUNC_LAMBDA && !f->signature)
        v = call_lambda(e, f, args, count);
    else
        v = call_checked(e, f, args, count, input);
    e->nesting--;
    return is_error(v) ? note_call(e, f) : v;
}

static bool is_thunk(struct jv v)
{
    return v.kind == JV_FUNCTION && v.f->kind == FUNC_LAMBDA && v.f->thunk;
}

/* The function and the arguments that a thunk holds. False after an error. */
static bool unpack(struct evaluation *e, const struct func *thunk, struct func **f,
                   struct jv **args)
{
    const struct node *call = thunk->node;
    const struct jv next = evaluate(e, call->callee, thunk->input, thunk->env);

    if (is_error(next))
        return false;
    if (next.kind == JV_FUNCTION) {
        *f = next.f;
        if (call->callee->kind == NODE_VARIABLE)
            (*f)->token = call->callee->text;
        (*f)->at = call->callee->at;
        (*f)->placed = true;
    }
    *args = eval_alloc(e, (call->count + 1) * sizeof **args);
    for (size_t i = 0; i < call->count; i++) {
        (*args)[i] = evaluate(e, call->items[i], thunk->input, thunk->env);
        if (is_error((*args)[i]))
            return false;
    }
    if (next.kind == JV_FUNCTION)
        return true;
    call_error(e, call, "T1006");
    return false;
}

enum { ENOUGH_GARBAGE = 1 << 18, KEPT_ARGS = 16 };

static void note_oldest(uint64_t *outer, uint64_t bound)
{
    if (bound < *outer)
        *outer = bound;
}

/*
 * Between two tail calls only the function and its arguments live; what else was made since the
 * mark goes. `outer`: the oldest frame that anything was bound in, so far.
 */
static struct jv *clear_away(struct evaluation *e, struct mark *m, uint64_t *outer,
                             const struct func *f, struct jv *args, size_t count)
{
    struct jv kept[KEPT_ARGS];
    const bool bound = e->oldest_bound < m->serial;

    if (e->used - m->used < ENOUGH_GARBAGE)
        return args;
    note_oldest(outer, e->oldest_bound);
    if (f->born >= m->serial || bound || count > KEPT_ARGS) {
        *m = eval_mark(e);
    } else {
        memcpy(kept, args, count * sizeof *kept);
        eval_settle_all(e, m, kept, count);
        args = eval_alloc(e, (count + 1) * sizeof *args);
        memcpy(args, kept, count * sizeof *kept);
    }
    m->oldest_bound = e->oldest_bound = UINT64_MAX;
    return args;
}

/* The loop of tail calls, from the thunk `v` on. `input` stays that of the first call. */
static struct jv call_thunks(struct evaluation *e, struct jv v, struct jv input)
{
    struct mark m = eval_mark(e);
    uint64_t outer = m.oldest_bound;
    struct func *f;
    struct jv *next;

    m.oldest_bound = UINT64_MAX;
    while (is_thunk(v)) {
        const size_t n = v.f->node->count;
        if (!unpack(e, v.f, &f, &next))
            return jv_error();
        next = clear_away(e, &m, &outer, f, next, n);
        v = apply_once(e, f, next, n, input);
    }
    note_oldest(&e->oldest_bound, outer);
    return v;
}

struct jv call_func(struct evaluation *e, struct func *f, const struct jv *args, size_t count,
                    struct jv input)
{
    const struct jv v = apply_once(e, f, args, count, input);

    return is_thunk(v) ? call_thunks(e, v, input) : v;
}

/* ---- calls in the text ---- */

/* Functions that are arguments hand on no context. */
static struct jv wrapped(struct evaluation *e, struct jv v)
{
    struct func *f;

    if (v.kind != JV_FUNCTION || v.f->kind == FUNC_WRAPPED)
        return v;
    f = eval_alloc(e, sizeof *f);
    *f = (struct func){.kind = FUNC_WRAPPED, .inner = v.f, .born = e->serial++};
    return jv_func(f);
}

/* Nothing has this name, but a variable has: somebody forgot the dollar. */
static bool forgot_dollar(struct evaluation *e, const struct node *n, struct jv proc,
                          struct frame *env)
{
    return is_undefined(proc) && n->callee->kind == NODE_PATH && n->name != NO_NAME &&
           !is_undefined(frame_lookup(e, env, n->name));
}

/*
 * The function is evaluated before its arguments; that it is none is said only after them. The
 * call's name and place are noted in the function, as the reference does, for errors that come from
 * within.
 */
struct jv evaluate_call(struct evaluation *e, const struct node *n, struct jv input,
                        struct frame *env, const struct jv *first)
{
    const struct jv proc = evaluate(e, n->callee, input, env);
    const size_t before = first ? 1 : 0;
    struct frame *outer = e->env;
    struct jv few[4], *args = few, v;

    if (is_error(proc))
        return proc;
    if (forgot_dollar(e, n, proc, env))
        return call_error(e, n, "T1005");
    if (n->count + before > COUNT(few))
        args = eval_alloc(e, (n->count + before) * sizeof *args);
    if (first)
        args[0] = *first;
    for (size_t i = 0; i < n->count; i++) {
        args[before + i] = wrapped(e, evaluate(e, n->items[i], input, env));
        if (is_error(args[before + i]))
            return jv_error();
    }
    if (proc.kind != JV_FUNCTION)
        return call_error(e, n, "T1006");
    if (!is_bare(proc.f)) {
        proc.f->token = n->text;
        proc.f->at = n->at;
        proc.f->placed = true;
    }
    e->env = env;
    v = call_func(e, proc.f, args, n->count + before, input);
    e->env = outer;
    if (is_error(v)) {
        keep_token(e, n->text);
        if (!e->why.placed || !e->why.at)
            e->why.at = n->at;
        e->why.placed = true;
    }
    return v;
}

/* ---- partial application ---- */

/* A lambda with fewer parameters: what was given is bound in a frame of its own. */
static struct jv partial_lambda(struct evaluation *e, const struct func *f, const struct jv *args,
                                size_t count)
{
    struct func *p = eval_alloc(e, sizeof *p);
    uint32_t *params = eval_alloc(e, (f->param_count + 1) * sizeof *params);

    *p = (struct func){.kind = FUNC_LAMBDA, .node = f->node, .input = f->input, .params = params};
    p->born = e->serial++;
    p->env = frame_new(e, f->env, (uint32_t)f->param_count);
    for (size_t i = 0; i < f->param_count; i++) {
        if (i < count && is_error(args[i]))
            params[p->param_count++] = f->params[i];
        else
            p->env->bindings[p->env->count++] =
                (struct binding){f->params[i], i < count ? args[i] : jv_undefined()};
    }
    return jv_func(p);
}

/* Any other function keeps its arguments until the missing ones come. */
static struct jv partial_other(struct evaluation *e, struct func *f, struct jv *args, size_t count)
{
    struct func *p = eval_alloc(e, sizeof *p);

    *p = (struct func){.kind = FUNC_PARTIAL, .inner = f, .args = args, .arg_count = count};
    p->born = e->serial++;
    for (size_t i = 0; i < count; i++)
        p->param_count += is_error(args[i]);
    return jv_func(p);
}

/*
 * Arguments first, then the function: the other way round than in a call, and so in the reference.
 */
struct jv evaluate_partial(struct evaluation *e, const struct node *n, struct jv input,
                           struct frame *env)
{
    struct jv *args = eval_alloc(e, n->count * sizeof *args);
    struct jv proc;

    for (size_t i = 0; i < n->count; i++) {
        args[i] = jv_error();
        if (n->items[i]->kind == NODE_HOLE)
            continue;
        args[i] = evaluate(e, n->items[i], input, env);
        if (is_error(args[i]))
            return jv_error();
    }
    proc = evaluate(e, n->callee, input, env);
    if (is_error(proc))
        return proc;
    if (forgot_dollar(e, n, proc, env))
        return call_error(e, n, "T1007");
    if (proc.kind != JV_FUNCTION)
        return call_error(e, n, "T1008");
    if (proc.f->kind == FUNC_LAMBDA)
        return partial_lambda(e, proc.f, args, n->count);
    return partial_other(e, proc.f, args, n->count);
}

/* ---- ~> ---- */

static struct jv compose(struct evaluation *e, struct func *inner, struct func *outer)
{
    struct func *f = eval_alloc(e, sizeof *f);

    *f = (struct func){.kind = FUNC_COMPOSED, .inner = inner, .outer = outer, .born = e->serial++};
    return jv_func(f);
}

/* a ~> f(b) is f(a, b); a ~> f is f(a); of two functions it makes one that calls both. */
struct jv evaluate_apply(struct evaluation *e, const struct node *n, struct jv input,
                         struct frame *env)
{
    struct jv left = evaluate(e, n->lhs, input, env);
    struct jv right;

    if (is_error(left))
        return left;
    /* The reference has no eye for what stands behind such a call: predicates, a group. */
    if (n->rhs->kind == NODE_CALL)
        return evaluate_call(e, n->rhs, input, env, &left);
    right = evaluate(e, n->rhs, input, env);
    if (is_error(right))
        return right;
    if (right.kind != JV_FUNCTION) {
        eval_error_value(e, "T2006", right);
        return eval_error_at(e, n->at);
    }
    if (left.kind == JV_FUNCTION)
        return compose(e, left.f, right.f);
    return call_func(e, right.f, &left, 1, (struct jv){.kind = JV_NULL});
}
