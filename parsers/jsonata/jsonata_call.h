#ifndef PARSERS_JSONATA_JSONATA_CALL_H
#define PARSERS_JSONATA_JSONATA_CALL_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Evaluates a call. `first` goes before its arguments (a ~> f(b)); NULL: there is none. */
struct jv evaluate_call(struct evaluation *e, const struct node *n, struct jv input,
                        struct frame *env, const struct jv *first);
struct jv evaluate_partial(struct evaluation *e, const struct node *n, struct jv input,
                           struct frame *env);
/* Evaluates a ~> b, which calls b with a, or makes a function of two. */
struct jv evaluate_apply(struct evaluation *e, const struct node *n, struct jv input,
                         struct frame *env);
struct jv evaluate_lambda(struct evaluation *e, const struct node *n, struct jv input,
                          struct frame *env);

/* Calls a function with arguments; `input` is the context. */
struct jv call_func(struct evaluation *e, struct func *f, const struct jv *args, size_t count,
                    struct jv input);
/* Returns how many parameters the function takes. */
size_t func_arity(const struct func *f);
/* Returns the regular expression behind the function's wrappers; NULL: it is none. */
const struct func *func_regex(const struct func *f);

#endif
