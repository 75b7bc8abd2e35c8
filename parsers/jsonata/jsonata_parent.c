/*
 * Which step a `%` means. Each `%` is a slot, which asks for the input of the step so many levels
 * up; it climbs from step to step, and what a path can't answer is asked of what is around it. The
 * step that answers carries tuples from then on.
 */

#include "parsers/jsonata/jsonata_parent.h"

void slots_add(struct parser *p, struct slots *s, struct slot *slot)
{
    p->x->steps++;
    if (s->count == s->cap) {
        p->x->steps += s->count;
        s->cap = s->cap ? 2 * s->cap : 2;
        s->items = arena_grow(&p->x->arena, s->items, s->count, s->cap, sizeof *s->items);
    }
    s->items[s->count++] = slot;
}

/* Returns the reference's word for the kind of a node: the error of a `%` without a parent has it.
 */
static const char *kind_name(const struct node *n)
{
    switch (n->kind) {
    case NODE_PATH: return "path";
    case NODE_BINARY: return "binary";
    case NODE_NEGATE:
    case NODE_ARRAY:
    case NODE_OBJECT: return "unary";
    case NODE_NAME: return "name";
    case NODE_STRING: return "string";
    case NODE_NUMBER: return "number";
    case NODE_VALUE:
    case NODE_FOLDED: return "value";
    case NODE_WILDCARD: return "wildcard";
    case NODE_DESCENDANT: return "descendant";
    case NODE_PARENT: return "parent";
    case NODE_CONDITION: return "condition";
    case NODE_BLOCK: return "block";
    case NODE_BIND: return "bind";
    case NODE_REGEX: return "regex";
    case NODE_CALL: return "function";
    case NODE_PARTIAL: return "partial";
    case NODE_VARIABLE: return "variable";
    case NODE_LAMBDA: return "lambda";
    case NODE_APPLY: return "apply";
    case NODE_TRANSFORM: return "transform";
    case NODE_SORT: return "sort";
    case NODE_HOLE:
    case NODE_OPERATOR: return "operator";
    case NODE_END: return "(end)";
    }
    return "";
}

bool no_parent(struct parser *p, const struct node *n)
{
    json *token = json_cstring(kind_name(n));

    syntax_error(p, "S0217", n->at, token);
    json_unref(token);
    return false;
}

/* From the last step to the first, until the slot has climbed as many levels as it asks for. */
static bool seek_in_path(struct parser *p, struct node *path, struct slot *slot)
{
    size_t i = path->count - 1;

    path->tuple = true;
    if (!seek_parent(p, path->items[i], slot))
        return false;
    while (slot->level > 0 && i > 0)
        if (!seek_parent(p, path->items[--i], slot))
            return false;
    return true;
}

bool seek_parent(struct parser *p, struct node *n, struct slot *slot)
{
    p->x->steps++;
    switch (n->kind) {
    case NODE_NAME:
    case NODE_WILDCARD:
        if (--slot->level == 0) {
            if (n->ancestor)
                slot->label = n->ancestor->label;
            n->ancestor = slot;
            n->tuple = true;
        }
        return true;
    case NODE_PARENT: slot->level++; return true;
    case NODE_BLOCK:
        if (n->count == 0)
            return true;
        n->tuple = true;
        return seek_parent(p, n->items[n->count - 1], slot);
    case NODE_PATH: return seek_in_path(p, n, slot);
    case NODE_BINARY:
    case NODE_NEGATE:
    case NODE_ARRAY:
    case NODE_OBJECT:
    case NODE_STRING:
    case NODE_NUMBER:
    case NODE_VALUE:
    case NODE_FOLDED:
    case NODE_DESCENDANT:
    case NODE_CONDITION:
    case NODE_BIND:
    case NODE_REGEX:
    case NODE_CALL:
    case NODE_PARTIAL:
    case NODE_VARIABLE:
    case NODE_LAMBDA:
    case NODE_APPLY:
    case NODE_TRANSFORM:
    case NODE_SORT:
    case NODE_HOLE:
    case NODE_OPERATOR:
    case NODE_END: break;
    }
    return no_parent(p, n);
}

void push_ancestry(struct parser *p, struct node *whole, const struct node *part)
{
    for (size_t i = 0; i < part->seeking.count; i++)
        slots_add(p, &whole->seeking, part->seeking.items[i]);
    if (part->kind == NODE_PARENT)
        slots_add(p, &whole->seeking, part->slot);
}

/*
 * Looks for the slot's step among those before the last. A path that begins too late hands the
 * question on to what is around it.
 */
static bool resolve_slot(struct parser *p, struct node *path, struct slot *slot)
{
    size_t left = path->count - 1; /* steps that were not tried */

    while (slot->level > 0) {
        struct node *step;
        p->x->steps++;
        if (left == 0) {
            slots_add(p, &path->seeking, slot);
            return true;
        }
        step = path->items[--left];
        /* Of steps in a row that bind their item, the first has the input. */
        while (left > 0 && step->focus != NO_NAME && path->items[left - 1]->focus != NO_NAME)
            step = path->items[--left];
        if (!seek_parent(p, step, slot))
            return false;
    }
    return true;
}

bool resolve_ancestry(struct parser *p, struct node *path)
{
    const struct node *last = path->items[path->count - 1];
    const struct slots seeking = last->seeking;

    for (size_t i = 0; i < seeking.count; i++)
        if (!resolve_slot(p, path, seeking.items[i]))
            return false;
    return last->kind != NODE_PARENT || resolve_slot(p, path, last->slot);
}
