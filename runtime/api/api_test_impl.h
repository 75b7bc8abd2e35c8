#ifndef RUNTIME_API_API_TEST_IMPL_H
#define RUNTIME_API_API_TEST_IMPL_H

#include "asl/eval/model.h"
#include "parsers/base/id_map.h"
#include "runtime/api/api_test_state.h"
#include "runtime/base/task_io.h"

/*
 * What the files of TestState share: api_test_state.c (a request's way), api_test_mock.c (what it
 * says instead of the world), api_test_machine.c (the machine that is run), api_test_group.c (Map
 * and Parallel, whose work is mocked as a whole), api_test_answer.c.
 */

/* A TestState that runs. */
struct test_state {
    struct id_node node; /* first; by the engine's number */
    json *name;          /* of the state */
    json *input, *input_text, *variables;
    json *context;          /* all of the context object */
    json *context_text;     /* as the request has it; NULL: it has none */
    bool mocked, in_map;    /* in_map: it is a state of what a Map runs for each item */
    json *mock, *mock_text; /* NULL: it fails with mock_error */
    struct asl_error mock_error;
    asl_machine *whole; /* the state as it was given, Retry and all */
    json *before;       /* Map, Parallel: inspectionData of what came before the work; or NULL */
    json *data;         /* what its ItemReader reads, as text; NULL: not known */
    int64_t failures;   /* iterations that failed */
    uint32_t tries;     /* of the retrier, so far */
    bool inspect;
    enum task_trace trace;
    json *exchange;  /* of its HTTP request; or NULL */
    uint64_t waiter; /* 0: nobody waits any more */
};

/* The state's own members, as the definition has them. */
bool test_is_type(const json *state, const char *type);
bool test_is_group(const json *state);
/* Returns whether the state's result comes later, by a token or at a job's end. */
bool test_waits_for_more(const json *state);

json *test_refuse(struct call *c, const char *text);

/* ---- api_test_mock.c: false with the call failed ---- */

bool test_read_mock(struct call *c, const json *state, struct test_state *t);
/* Fills t->context if the request has one. */
bool test_read_context(struct call *c, const json *state, struct test_state *t);
bool test_read_configuration(struct call *c, struct test_state *t);

/* ---- api_test_machine.c ---- */

/* Makes the machine that is run; t->whole becomes one with the state as it was given. NULL with
 * the call failed. `doc` is a machine that has the state in it, or just the state. */
asl_machine *test_machine(struct call *c, const json *doc, const json *state, struct test_state *t);
/* Returns the state in t->whole. */
const struct asl_state *test_state_in(const struct test_state *t);
/* Returns the name that a target has in the request: a state that leads to itself leads to
 * another name in the machine that runs. Owned. */
json *test_target_name(const struct test_state *t, const json *name);

/* ---- api_test_group.c ---- */

/* Does what the state does before its work, and fills t->before with what is shown of that. An
 * error on the way replaces the mock. False with the call failed. */
bool test_prepare_group(struct call *c, struct test_state *t);
/* Makes $$.Map for an item. `key`: of an object's member; NULL: it is of an array. `from`: where it
 * was read; NULL: it is the state's own data. */
json *test_context_of_item(const json *item, const json *key, const json *from, size_t i);

/* ---- api_test_answer.c ---- */

/* Where an expression of the tested state stands, outside of the engine. */
struct test_view {
    const struct test_state *test;
    const json *context;
};

struct asl_env test_env(struct test_view *view, struct asl_chance *chance, const json *input);
/* Returns `v` as text; what came with the request looks as it did there. */
json *test_text(const struct test_state *t, const json *v);
/* Applies InputPath; NULL when it leads nowhere. */
json *test_after_input_path(const struct asl_state *s, const struct asl_env *env);

#endif
