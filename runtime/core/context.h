#ifndef RUNTIME_CORE_CONTEXT_H
#define RUNTIME_CORE_CONTEXT_H

/* What expressions see of an execution: the context object and the variables. */

#include "runtime/core/step.h"

/* Where an expression stands: what its `$$` and its variables are. */
struct scope_view {
    struct step *step;
    struct rt_frame *frame;
    const json *token;  /* $$.Task; NULL: none */
    const json *item;   /* with in_item: $$.Map.Item, instead of the enclosing iteration's */
    const json *key;    /* of the member that the item is in its object; NULL: none */
    const json *source; /* where it was read; NULL: it is the state's own data */
    uint64_t index;
    bool in_item;
};

/* Looks from where `f` is. */
void view_init(struct scope_view *view, struct step *s, struct rt_frame *f);
/* Returns the environment of an expression whose `$` is `input`; good as long as the view is. */
struct asl_env view_env(struct scope_view *view, const json *input);
/* Drops the context object, which is kept from one expression to the next: it may have changed. */
void forget_context(struct step *s);
/* Returns the value of a variable for the view; NULL: there is none. */
const json *variable(void *view, const json *name);

/* Fills in the item of the innermost Map that `f` runs in, its key (NULL: it is of an array) and
 * its index; false: in none. */
bool exec_enclosing_item(const rt_exec *x, const struct rt_frame *f, const json **item,
                         const json **key, uint64_t *index);

#endif
