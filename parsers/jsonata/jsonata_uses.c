/*
 * What an expression takes from outside. Names that it binds itself anywhere, by := or as a
 * parameter, count as its own only within that block or function.
 */

#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_functions.h"

struct walk {
    const jsonata *x;
    bool (*see)(void *user, const struct jsonata_use *use);
    void *user;
    bool go_on;
    uint64_t steps;
    uint32_t *own; /* for each name, how many of the parts around bind it */
};

static void walk(struct walk *w, const struct node *n, bool top);

static void count_binding(struct walk *w, uint32_t name, int by)
{
    w->steps++;
    if (name != NO_NAME)
        w->own[name] += (uint32_t)by;
}

/* What a part binds for what is within it: by 1 as the walk goes in, by -1 as it comes out. */
static void bind_names(struct walk *w, const struct node *n, int by)
{
    if (n->kind == NODE_BIND)
        count_binding(w, n->lhs->name, by);
    for (size_t i = 0; i < n->count; i++) {
        const struct node *item = n->items[i];
        if (n->kind == NODE_LAMBDA)
            count_binding(w, n->lambda.params ? n->lambda.params[i] : NO_NAME, by);
        else if (n->kind == NODE_BLOCK)
            count_binding(w, item->kind == NODE_BIND ? item->lhs->name : NO_NAME, by);
        if (n->kind != NODE_PATH)
            continue;
        count_binding(w, item->focus, by);
        count_binding(w, item->index, by);
        for (size_t k = 0; k < item->stages.count; k++)
            count_binding(w, item->stages.items[k].name, by);
    }
}

static void see(struct walk *w, const struct name *name, const json *field, size_t at)
{
    if (w->go_on)
        w->go_on =
            w->see(w->user, &(struct jsonata_use){name->text, field, at, name->builtin != NULL});
}

/* `next` is the step behind the variable: of $states.input the field is of interest, too. */
static void see_variable(struct walk *w, const struct node *n, const struct node *next, bool top)
{
    const json *field = next && next->kind == NODE_NAME ? next->text : NULL;
    const bool context = json_str_len(n->text) == 0;

    if (context ? top : w->own[n->name] == 0)
        see(w, &w->x->names.items[n->name], field, n->at);
}

static void walk_stages(struct walk *w, const struct stages *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i].filter)
            walk(w, s->items[i].filter, false);
}

static void walk_step(struct walk *w, const struct node *step, const struct node *next, bool top)
{
    if (step->kind != NODE_NAME && step->kind != NODE_VARIABLE) {
        walk(w, step, top);
        return;
    }
    if (step->kind == NODE_VARIABLE)
        see_variable(w, step, next, top);
    else if (top)
        see(w, &w->x->names.items[1], step->text, step->at);
    walk_stages(w, &step->predicates);
    walk_stages(w, &step->stages);
}

/* Only the first step looks at what the path is applied to; `@` and `#` bind for all of it. */
static void walk_path(struct walk *w, const struct node *n, bool top)
{
    bind_names(w, n, 1);
    for (size_t i = 0; i < n->count; i++)
        walk_step(w, n->items[i], i + 1 < n->count ? n->items[i + 1] : NULL, top && i == 0);
    if (n->group)
        walk(w, n->group, false);
    bind_names(w, n, -1);
}

/* A function's own name is in scope in its body. */
static void walk_binding(struct walk *w, const struct node *n, bool top)
{
    bind_names(w, n, 1);
    walk(w, n->rhs, top);
    bind_names(w, n, -1);
}

/* A sort's terms look at the items that are sorted, not at the top. */
static void walk_parts(struct walk *w, const struct node *n, bool top)
{
    for (size_t i = 0; i < NODE_PARTS; i++)
        walk(w, n->parts[i], top);
    if (n->kind != NODE_LAMBDA)
        for (size_t i = 0; i < n->count; i++)
            walk(w, n->items[i], top && n->kind != NODE_SORT);
    walk_stages(w, &n->predicates);
    walk_stages(w, &n->stages);
    if (n->group)
        walk(w, n->group, false);
}

static void walk(struct walk *w, const struct node *n, bool top)
{
    if (!n || !w->go_on)
        return;
    w->steps++;
    if (n->kind == NODE_PATH) {
        walk_path(w, n, top);
        return;
    }
    if (n->kind == NODE_BIND) {
        walk_binding(w, n, top);
        return;
    }
    if (n->kind == NODE_VARIABLE)
        see_variable(w, n, NULL, top);
    /* A transform's parts look at what it is applied to. */
    if (n->kind == NODE_TRANSFORM)
        top = false;
    if (n->kind == NODE_LAMBDA || n->kind == NODE_BLOCK)
        bind_names(w, n, 1);
    walk_parts(w, n, top);
    if (n->kind == NODE_LAMBDA || n->kind == NODE_BLOCK)
        bind_names(w, n, -1);
}

uint64_t jsonata_uses(const jsonata *x, bool (*see_use)(void *user, const struct jsonata_use *use),
                      void *user)
{
    enum { FEW_NAMES = 32 };
    struct walk w = {.x = x, .see = see_use, .user = user, .go_on = true};
    uint32_t few[FEW_NAMES] = {0}, *many = NULL;

    if (x->names.count > FEW_NAMES)
        many = mem_calloc(x->names.count, sizeof *many);
    w.own = many ? many : few;
    walk(&w, x->root, true);
    mem_free(many);
    return w.steps;
}
