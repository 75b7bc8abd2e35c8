#include "parsers/jsonata/jsonata_impl.h"

/*
 * What an expression takes from outside. Names that it binds itself anywhere, by := or as a
 * parameter, count as its own only within that block or function.
 */

struct scope {
    const struct scope *around;
    const struct node *owner; /* a lambda (its parameters) or a block (its assignments) */
};

struct walk {
    const jsonata *x;
    bool (*see)(void *user, const struct jsonata_use *use);
    void *user;
    bool go_on;
};

static void walk(struct walk *w, const struct node *n, const struct scope *scope, bool top);

static bool binds(const struct node *owner, uint32_t name)
{
    for (size_t i = 0; i < owner->count; i++) {
        const struct node *item = owner->items[i];
        if (owner->kind == NODE_LAMBDA ? owner->params[i] == name
                                       : item->kind == NODE_BIND && item->lhs->name == name)
            return true;
    }
    return owner->kind == NODE_BIND && owner->lhs->name == name;
}

static bool steps_bind(const struct node *path, uint32_t name)
{
    for (size_t i = 0; i < path->count; i++) {
        const struct node *step = path->items[i];
        if (step->focus == name || step->index == name)
            return true;
        for (size_t k = 0; k < step->stages.count; k++)
            if (step->stages.items[k].name == name)
                return true;
    }
    return false;
}

static bool is_own(const struct scope *scope, uint32_t name)
{
    for (; scope; scope = scope->around)
        if (scope->owner->kind == NODE_PATH ? steps_bind(scope->owner, name)
                                            : binds(scope->owner, name))
            return true;
    return false;
}

static void see(struct walk *w, const struct name *name, const json *field, size_t at)
{
    if (w->go_on)
        w->go_on =
            w->see(w->user, &(struct jsonata_use){name->text, field, at, name->builtin != NULL});
}

static void see_variable(struct walk *w, const struct node *n, const struct node *next,
                         const struct scope *scope, bool top)
{
    const json *field = next && next->kind == NODE_NAME ? next->text : NULL;
    const bool context = json_str_len(n->text) == 0;

    if (context ? top : !is_own(scope, n->name))
        see(w, &w->x->names.items[n->name], field, n->at);
}

static void walk_stages(struct walk *w, const struct stages *s, const struct scope *scope)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i].filter)
            walk(w, s->items[i].filter, scope, false);
}

static void walk_path(struct walk *w, const struct node *n, const struct scope *around, bool top)
{
    const struct scope scope = {around, n};

    for (size_t i = 0; i < n->count; i++) {
        const struct node *step = n->items[i];
        const struct node *next = i + 1 < n->count ? n->items[i + 1] : NULL;
        if (step->kind == NODE_NAME) {
            if (i == 0 && top)
                see(w, &w->x->names.items[1], step->text, step->at);
            walk_stages(w, &step->predicates, &scope);
            walk_stages(w, &step->stages, &scope);
        } else if (step->kind == NODE_VARIABLE) {
            see_variable(w, step, next, &scope, top && i == 0);
            walk_stages(w, &step->predicates, &scope);
            walk_stages(w, &step->stages, &scope);
        } else {
            walk(w, step, &scope, top && i == 0);
        }
    }
    if (n->group)
        walk(w, n->group, &scope, false);
}

static void walk(struct walk *w, const struct node *n, const struct scope *scope, bool top)
{
    const struct scope own = {scope, n};

    if (!n || !w->go_on)
        return;
    if (n->kind == NODE_PATH) {
        walk_path(w, n, scope, top);
        return;
    }
    if (n->kind == NODE_VARIABLE)
        see_variable(w, n, NULL, scope, top);
    if (n->kind == NODE_LAMBDA || n->kind == NODE_BLOCK)
        scope = &own;
    /* A function's own name is in scope in its body. */
    if (n->kind == NODE_BIND) {
        walk(w, n->rhs, &own, top);
        return;
    }
    /* A transform's parts look at what it is applied to. */
    if (n->kind == NODE_TRANSFORM)
        top = false;
    walk(w, n->lhs, scope, top);
    walk(w, n->rhs, scope, top);
    walk(w, n->third, scope, top);
    walk(w, n->body, scope, top);
    if (n->kind != NODE_LAMBDA)
        for (size_t i = 0; i < n->count; i++)
            walk(w, n->items[i], scope, top && n->kind != NODE_SORT);
    walk_stages(w, &n->predicates, scope);
    walk_stages(w, &n->stages, scope);
    if (n->group)
        walk(w, n->group, scope, false);
}

void jsonata_uses(const jsonata *x, bool (*see_use)(void *user, const struct jsonata_use *use),
                  void *user)
{
    struct walk w = {.x = x, .see = see_use, .user = user, .go_on = true};

    walk(&w, x->root, NULL, true);
}
