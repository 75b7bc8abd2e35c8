/*
 * From the tree of operators to what is evaluated: chains of `.` become paths of steps, brackets
 * become stages of their steps, `%` finds its step (jsonata_parent.c), and calls in tail position
 * are put into functions without parameters, which the caller's loop unpacks.
 */

#include "parsers/jsonata/jsonata_process.h"

#include "parsers/jsonata/jsonata_names.h"
#include "parsers/jsonata/jsonata_parent.h"
#include "parsers/jsonata/jsonata_write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct node *process(struct parser *p, struct node *n);

static void stages_add(struct parser *p, struct stages *s, struct stage stage)
{
    p->x->steps++;
    if (s->count == s->cap) {
        p->x->steps += s->count;
        s->cap = s->cap ? 2 * s->cap : 1;
        s->items = arena_grow(&p->x->arena, s->items, s->count, s->cap, sizeof *s->items);
    }
    s->items[s->count++] = stage;
}

/* ---- paths ---- */

static struct node *process_path_of(struct parser *p, struct node *step)
{
    struct node *path = node_new(p, NODE_PATH, step->at);

    node_add(p, path, step);
    return path;
}

/* Those that were not looked at yet, and the last that was: it may have been changed since. */
static bool check_steps(struct parser *p, struct node *path)
{
    const size_t from = path->path.checked ? path->path.checked - 1 : 0;

    path->path.checked = path->count;
    for (size_t i = from; i < path->count; i++) {
        struct node *step = path->items[i];
        p->x->steps++;
        if (step->kind == NODE_STRING)
            step->kind = NODE_NAME;
        if (step->keep_array)
            path->path.keep_singleton = true;
        if (step->kind == NODE_NUMBER || step->kind == NODE_VALUE) {
            syntax_error(p, "S0213", step->at, NULL);
            if (step->constant.kind == JV_NUMBER)
                p->why->token = json_double(step->constant.n);
            jv_write(NULL, &p->why->value, step->constant, false, 0);
            return false;
        }
    }
    return true;
}

/*
 * A path on either side is taken apart: a.(b.c) stays, a.b.c is one path of three steps. Predicates
 * on the right belong to that step alone, so they become its stages. Array constructors at either
 * end keep their arrays whole.
 */
static struct node *process_dot(struct parser *p, struct node *n)
{
    struct node *left = process(p, n->lhs);
    struct node *path, *rest;

    if (!left)
        return NULL;
    path = left->kind == NODE_PATH ? left : process_path_of(p, left);
    if (left->kind == NODE_PARENT)
        slots_add(p, &path->seeking, left->slot);
    rest = process(p, n->rhs);
    if (!rest)
        return NULL;
    if (rest->kind == NODE_PATH) {
        for (size_t i = 0; i < rest->count; i++)
            node_add(p, path, rest->items[i]);
    } else {
        if (rest->predicates.count) {
            rest->stages = rest->predicates;
            rest->predicates = (struct stages){0};
        }
        node_add(p, path, rest);
    }
    if (!check_steps(p, path))
        return NULL;
    if (path->items[0]->kind == NODE_ARRAY)
        path->items[0]->cons_array = true;
    if (path->items[path->count - 1]->kind == NODE_ARRAY)
        path->items[path->count - 1]->cons_array = true;
    return resolve_ancestry(p, path) ? path : NULL;
}

/*
 * A predicate of a path belongs to its last step. A `%` within climbs to that step first, and from
 * there on.
 */
static struct node *process_filter(struct parser *p, struct node *n)
{
    struct node *whole = process(p, n->lhs);
    struct node *step = whole, *predicate;
    struct stages *stages;

    if (!whole)
        return NULL;
    stages = &step->predicates;
    if (whole->kind == NODE_PATH) {
        step = whole->items[whole->count - 1];
        stages = &step->stages;
    }
    if (step->group)
        return syntax_error(p, "S0209", n->at, NULL);
    predicate = process(p, n->rhs);
    if (!predicate)
        return NULL;
    for (size_t i = 0; i < predicate->seeking.count; i++) {
        struct slot *slot = predicate->seeking.items[i];
        if (slot->level != 1)
            slot->level--;
        else if (!seek_parent(p, step, slot))
            return NULL;
    }
    if (predicate->seeking.count)
        push_ancestry(p, step, predicate);
    stages_add(p, stages, (struct stage){.filter = predicate, .name = NO_NAME, .at = n->at});
    return whole;
}

/* `push`: what the items ask of their ancestors, `n` asks. */
static bool process_items(struct parser *p, struct node *n, bool push)
{
    for (size_t i = 0; i < n->count; i++) {
        n->items[i] = process(p, n->items[i]);
        if (!n->items[i])
            return false;
        if (push)
            push_ancestry(p, n, n->items[i]);
    }
    return true;
}

enum { MAX_PLAIN_KEYS = 32 };

/*
 * True for keys that are constant, all different and no array indexes, which JavaScript would list
 * first: an object of such keys can be made without a look-up for each. There must be few, as each
 * is compared with all others.
 */
static bool has_plain_keys(const struct node *pairs)
{
    for (size_t i = 0; i < pairs->count && pairs->count / 2 <= MAX_PLAIN_KEYS; i += 2) {
        const struct node *key = pairs->items[i];
        if (key->kind != NODE_STRING || key->predicates.count || key->group || key->keep_array)
            return false;
        if (json_str(key->text)[0] >= '0' && json_str(key->text)[0] <= '9')
            return false;
        for (size_t k = 0; k < i; k += 2)
            if (same_text(pairs->items[k]->text, key->text))
                return false;
    }
    return pairs->count / 2 <= MAX_PLAIN_KEYS;
}

static bool process_pairs(struct parser *p, struct node *n, bool push)
{
    if (!process_items(p, n, push))
        return false;
    n->object.plain_keys = has_plain_keys(n);
    return true;
}

static struct node *process_group(struct parser *p, struct node *n)
{
    struct node *whole = process(p, n->lhs);

    if (!whole)
        return NULL;
    if (whole->group)
        return syntax_error(p, "S0210", n->at, NULL);
    if (!process_pairs(p, n->rhs, false))
        return NULL;
    whole->group = n->rhs;
    whole->group->at = n->at;
    return whole;
}

/* The order becomes a step of the path, behind what it orders. */
static struct node *process_sort(struct parser *p, struct node *n)
{
    struct node *path = process(p, n->lhs);
    struct node *sort;

    if (!path)
        return NULL;
    if (path->kind != NODE_PATH)
        path = process_path_of(p, path);
    sort = node_new(p, NODE_SORT, n->at);
    sort->sort.descending = arena_calloc(&p->x->arena, n->count, sizeof *sort->sort.descending);
    for (size_t i = 0; i < n->count; i++) {
        struct node *key = process(p, n->items[i]->lhs);
        if (!key)
            return NULL;
        push_ancestry(p, sort, key);
        sort->sort.descending[i] = n->items[i]->op == OP_GREATER;
        node_add(p, sort, key);
    }
    node_add(p, path, sort);
    return resolve_ancestry(p, path) ? path : NULL;
}

static struct node *last_step(struct node *n)
{
    return n->kind == NODE_PATH ? n->items[n->count - 1] : n;
}

/*
 * step@$v binds the item to $v and leaves the context as it was, so from here on the path carries
 * tuples.
 */
static struct node *process_focus(struct parser *p, struct node *n)
{
    struct node *whole = process(p, n->lhs);
    struct node *step;

    if (!whole)
        return NULL;
    step = last_step(whole);
    if (step->stages.count || step->predicates.count)
        return syntax_error(p, "S0215", n->at, NULL);
    if (step->kind == NODE_SORT)
        return syntax_error(p, "S0216", n->at, NULL);
    if (n->keep_array)
        step->keep_array = true;
    step->focus = n->rhs->name;
    step->tuple = true;
    return whole;
}

/*
 * step#$i binds the position: of the item that the step finds, or, behind predicates, of what those
 * left.
 */
static struct node *process_index(struct parser *p, struct node *n)
{
    struct node *whole = process(p, n->lhs);
    struct node *step;

    if (!whole)
        return NULL;
    step = last_step(whole);
    if (whole->kind != NODE_PATH) {
        whole = process_path_of(p, whole);
        step->stages = step->predicates;
        step->predicates = (struct stages){0};
    }
    if (step->stages.count)
        stages_add(p, &step->stages, (struct stage){.name = n->rhs->name, .at = n->at});
    else
        step->index = n->rhs->name;
    step->tuple = true;
    return whole;
}

/* ---- all else ---- */

static struct node *process_bind(struct parser *p, struct node *n)
{
    n->kind = NODE_BIND;
    n->rhs = process(p, n->rhs);
    if (!n->rhs)
        return NULL;
    p->binds++;
    push_ancestry(p, n, n->rhs);
    return n;
}

static struct node *process_apply(struct parser *p, struct node *n)
{
    n->kind = NODE_APPLY;
    n->lhs = process(p, n->lhs);
    n->rhs = n->lhs ? process(p, n->rhs) : NULL;
    if (!n->rhs)
        return NULL;
    n->keep_array = n->keep_array || n->lhs->keep_array || n->rhs->keep_array;
    return n;
}

/* Numbers on both sides, and a finite result: done here. */
static struct node *process_fold(struct node *n)
{
    const struct node *a = n->lhs, *b = n->rhs;
    const bool numbers = (a->kind == NODE_NUMBER || a->kind == NODE_FOLDED) &&
                         (b->kind == NODE_NUMBER || b->kind == NODE_FOLDED) &&
                         !a->predicates.count && !b->predicates.count && !a->group && !b->group;
    double r;

    if (!numbers)
        return n;
    if (n->op == OP_PLUS)
        r = a->constant.n + b->constant.n;
    else if (n->op == OP_MINUS)
        r = a->constant.n - b->constant.n;
    else if (n->op == OP_TIMES)
        r = a->constant.n * b->constant.n;
    else if (n->op == OP_DIVIDE)
        r = a->constant.n / b->constant.n;
    else
        return n;
    if (isfinite(r)) {
        n->kind = NODE_FOLDED;
        n->constant = jv_number(r);
    }
    return n;
}

/* Processes the nodes below `n`, the left one first. */
static bool process_parts(struct parser *p, struct node *n)
{
    for (size_t i = 0; i < NODE_PARTS; i++) {
        if (!n->parts[i])
            continue;
        n->parts[i] = process(p, n->parts[i]);
        if (!n->parts[i])
            return false;
    }
    return true;
}

/* Processes them, too; what they ask of their ancestors, `n` asks. */
static bool process_asking(struct parser *p, struct node *n)
{
    if (!process_parts(p, n))
        return false;
    for (size_t i = 0; i < NODE_PARTS; i++)
        if (n->parts[i])
            push_ancestry(p, n, n->parts[i]);
    return true;
}

static struct node *process_operator(struct parser *p, struct node *n)
{
    if (!process_asking(p, n))
        return NULL;
    return process_fold(n);
}

/* These signs are operators with two sides to the parser only; each becomes something else here. */
static struct node *process_binary(struct parser *p, struct node *n)
{
    if (n->op == OP_DOT)
        return process_dot(p, n);
    if (n->op == OP_OPEN_BRACKET)
        return process_filter(p, n);
    if (n->op == OP_OPEN_BRACE)
        return process_group(p, n);
    if (n->op == OP_CARET)
        return process_sort(p, n);
    if (n->op == OP_BIND)
        return process_bind(p, n);
    if (n->op == OP_AT)
        return process_focus(p, n);
    if (n->op == OP_HASH)
        return process_index(p, n);
    if (n->op == OP_APPLY)
        return process_apply(p, n);
    return process_operator(p, n);
}

/* A negative number is a constant. */
static struct node *process_negate(struct parser *p, struct node *n)
{
    n->lhs = process(p, n->lhs);
    if (!n->lhs)
        return NULL;
    if (n->lhs->kind == NODE_NUMBER) {
        n->lhs->constant.n = -n->lhs->constant.n;
        return n->lhs;
    }
    push_ancestry(p, n, n->lhs);
    return n;
}

static struct node *process_call(struct parser *p, struct node *n)
{
    const struct node *step;

    if (!process_items(p, n, true))
        return NULL;
    n->callee = process(p, n->callee);
    if (!n->callee)
        return NULL;
    /* The name that was called, for error messages; as a variable, for the hint at a missing $. */
    step = n->callee->kind == NODE_PATH ? n->callee->items[0] : n->callee;
    n->text = step->kind == NODE_OPERATOR ? NULL : step->text;
    if (n->callee->kind == NODE_PATH && n->text)
        n->name = jsonata_name_of(p->x, n->text);
    return n;
}

/* A call whose result is the function's is put off: see call_func. */
static struct node *put_off_tail_call(struct parser *p, struct node *n)
{
    struct node *thunk;

    p->x->steps++;
    if (n->kind == NODE_CALL && !n->predicates.count) {
        thunk = node_new(p, NODE_LAMBDA, n->at);
        thunk->lambda.thunk = true;
        thunk->body = n;
        return thunk;
    }
    if (n->kind == NODE_CONDITION) {
        if (n->then)
            n->then = put_off_tail_call(p, n->then);
        if (n->otherwise)
            n->otherwise = put_off_tail_call(p, n->otherwise);
    }
    if (n->kind == NODE_BLOCK && n->count)
        n->items[n->count - 1] = put_off_tail_call(p, n->items[n->count - 1]);
    return n;
}

static struct node *process_lambda(struct parser *p, struct node *n)
{
    const size_t binds = p->binds;

    n->body = process(p, n->body);
    if (!n->body)
        return NULL;
    p->binds = binds;
    n->lambda.params = arena_calloc(&p->x->arena, n->count, sizeof *n->lambda.params);
    for (size_t i = 0; i < n->count; i++)
        n->lambda.params[i] = n->items[i]->name;
    n->body = put_off_tail_call(p, n->body);
    return n;
}

/* Of `?:` and `??` there is no `then`: the value of the test is the result. */
static struct node *process_condition(struct parser *p, struct node *n)
{
    return process_asking(p, n) ? n : NULL;
}

/* Its parts look at what it is applied to, and so can't ask for ancestors. */
static struct node *process_transform(struct parser *p, struct node *n)
{
    return process_parts(p, n) ? n : NULL;
}

/* A block needs a frame of its own only if something in it binds a variable. */
static struct node *process_block(struct parser *p, struct node *n)
{
    const size_t binds = p->binds;

    if (!process_items(p, n, true))
        return NULL;
    for (size_t i = 0; i < n->count; i++) {
        const struct node *part = n->items[i];
        if (part->cons_array || (part->kind == NODE_PATH && part->items[0]->cons_array))
            n->cons_array = true;
    }
    /* $eval may bind too. */
    n->block.frame = p->binds != binds || p->x->dialect == JSONATA_REFERENCE;
    p->binds = binds;
    return n;
}

/* A name is a path of one step: a.b and a then go the same way. */
static struct node *process_name(struct parser *p, struct node *n)
{
    struct node *path = process_path_of(p, n);

    n->kind = NODE_NAME;
    path->path.keep_singleton = n->keep_array;
    return path;
}

/*
 * The slot gets a name that no text can spell, under which the tuples of its path carry the step's
 * input.
 */
static struct node *process_parent(struct parser *p, struct node *n)
{
    char label[16];

    if (p->labels == JSONATA_MAX_PARENTS)
        return syntax_error(p, "D1011", n->at, NULL);
    n->slot = arena_alloc(&p->x->arena, sizeof *n->slot);
    snprintf(label, sizeof label, "!%u", p->labels++);
    n->slot->label = jsonata_name(p->x, label, strlen(label));
    n->slot->level = 1;
    return n;
}

static struct node *process_kind(struct parser *p, struct node *n)
{
    switch (n->kind) {
    case NODE_BINARY: return process_binary(p, n);
    case NODE_NEGATE: return process_negate(p, n);
    case NODE_ARRAY: return process_items(p, n, true) ? n : NULL;
    case NODE_OBJECT: return process_pairs(p, n, true) ? n : NULL;
    case NODE_CALL:
    case NODE_PARTIAL: return process_call(p, n);
    case NODE_LAMBDA: return process_lambda(p, n);
    case NODE_CONDITION: return process_condition(p, n);
    case NODE_TRANSFORM: return process_transform(p, n);
    case NODE_BLOCK: return process_block(p, n);
    case NODE_NAME:
    case NODE_OPERATOR: return process_name(p, n);
    case NODE_PARENT: return process_parent(p, n);
    case NODE_STRING:
    case NODE_NUMBER:
    case NODE_VALUE:
    case NODE_WILDCARD:
    case NODE_DESCENDANT:
    case NODE_VARIABLE:
    case NODE_REGEX:
    case NODE_HOLE: return n;
    /* Made here, so never seen here. */
    case NODE_PATH:
    case NODE_FOLDED:
    case NODE_BIND:
    case NODE_APPLY:
    case NODE_SORT:
    case NODE_END: break;
    }
    json *token = json_cstring("(end)");
    syntax_error(p, "S0207", n->at, token);
    json_unref(token);
    return NULL;
}

static struct node *process(struct parser *p, struct node *n)
{
    const bool keep = n->keep_array;
    struct node *done = process_kind(p, n);

    p->x->steps++;
    if (done && keep)
        done->keep_array = true;
    return done;
}

/* What still asks for an ancestor at the top has none. */
struct node *jsonata_process(struct parser *p, struct node *raw)
{
    struct node *n = process(p, raw);

    if (n && (n->kind == NODE_PARENT || n->seeking.count)) {
        no_parent(p, n);
        return NULL;
    }
    return n;
}
