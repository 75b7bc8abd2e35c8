#ifndef ASL_EVAL_MODEL_H
#define ASL_EVAL_MODEL_H

#include "asl/eval/choice.h"
#include "asl/eval/machine.h"
#include "asl/eval/path.h"
#include "asl/eval/retry.h"
#include "asl/eval/template.h"
#include "asl/resource/resource.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A compiled definition, as the interpreter reads it: states point to states, text is parsed, and
 * nothing changes any more. All of it lives in the machine's arena.
 */

enum asl_type {
    ASL_PASS,
    ASL_TASK,
    ASL_CHOICE,
    ASL_WAIT,
    ASL_SUCCEED,
    ASL_FAIL,
    ASL_PARALLEL,
    ASL_MAP,
};
enum { ASL_TYPES = ASL_MAP + 1 };

/* "Pass", "Task", … */
extern const char *const asl_type_names[ASL_TYPES];

/* InputPath, OutputPath, ResultPath: a path, JSON null, or absent (which means `$`). */
struct asl_flow {
    const asl_path *path; /* NULL: absent or null */
    bool null;
};

/*
 * A field that is a number, the path to one (spec: "TimeoutSecondsPath" and its like), or an
 * expression.
 */
struct asl_number {
    int64_t value;
    const asl_path *path; /* NULL, both of them: `value` holds */
    const asl_template *expression;
    bool set;
};

struct asl_catcher {
    struct asl_errors errors;
    const struct asl_state *next;
    struct asl_flow result_path;
    const asl_template *assign, *output;
};

struct asl_rule {
    const asl_test *test;          /* JSONPath */
    const asl_template *condition; /* JSONata */
    const struct asl_state *next;
    const asl_template *assign, *output;
};

/* Which events a Task's work leaves, and who does it. */
enum asl_task_kind {
    ASL_LAMBDA,      /* arn:aws:lambda:…:function:…: LambdaFunction… events */
    ASL_ACTIVITY,    /* arn:aws:states:…:activity:…: Activity… events */
    ASL_INTEGRATION, /* arn:aws:states:::service:api: Task… events */
};

struct asl_task {
    json *resource; /* the ARN as written */
    enum asl_task_kind kind;
    struct asl_resource parts; /* of the resource */
    json *type, *api;          /* ASL_INTEGRATION: those of the parts, as histories have them */
    struct asl_number timeout_s, heartbeat_s;
    const asl_template *credentials;
    bool doubtful; /* validated, and the service may refuse the call's parameters */
};

struct asl_choice {
    const struct asl_rule *rules;
    size_t count;
    const struct asl_state *fallback; /* Default; NULL: none */
};

struct asl_wait {
    struct asl_number seconds;
    int64_t timestamp_ms;
    const asl_path *timestamp_path;
    const asl_template *timestamp_expression;
    bool timestamp; /* Timestamp or TimestampPath, not Seconds or SecondsPath */
};

struct asl_fail {
    json *error, *cause; /* NULL: absent */
    const asl_query *error_path, *cause_path;
    const asl_template *error_expression, *cause_expression;
};

struct asl_parallel {
    struct asl_scope **branches;
    size_t count;
};

/* A field that is a number with a fraction, the path to one, or an expression. */
struct asl_share {
    double value;
    const asl_path *path; /* NULL, both of them: `value` holds */
    const asl_template *expression;
    bool set;
};

/* Members of a ReaderConfig or WriterConfig, as they are given. */
enum { ASL_MOST_SETTINGS = 8 };
struct asl_settings {
    struct {
        const char *name;
        const asl_template *value;
    } list[ASL_MOST_SETTINGS];
    size_t count;
};

/* Where a distributed Map reads its items. */
struct asl_reader {
    const asl_template *resource;
    const asl_template *parameters; /* Parameters, or Arguments; NULL: none */
    struct asl_settings config;     /* without MaxItems */
    struct asl_number max_items;
};

/* How it makes children of several items each. */
struct asl_batcher {
    const asl_template *input; /* BatchInput; NULL: none */
    struct asl_number items, bytes;
};

/* What it does with its results. */
struct asl_writer {
    const asl_template *resource;   /* NULL: they are the state's result alone */
    const asl_template *parameters; /* NULL: none */
    struct asl_settings config;
};

struct asl_map {
    struct asl_scope *processor;
    const asl_path *items_path; /* NULL: `$` */
    const asl_template *items;  /* JSONata; NULL: the state's input */
    const asl_template *item_selector;
    struct asl_number max_concurrency; /* 0: as many as the mode allows */

    /* Mode DISTRIBUTED: each item is an execution of its own, of a Map Run. */
    bool distributed;
    bool express; /* ExecutionType */
    json *label;  /* NULL: one is made up */
    struct asl_number tolerated_count;
    struct asl_share tolerated_percentage;
    const struct asl_reader *reader;   /* NULL: it has no ItemReader */
    const struct asl_batcher *batcher; /* NULL: it has no ItemBatcher */
    const struct asl_writer *writer;   /* NULL: it has no ResultWriter */
};

struct asl_state {
    enum asl_type type;
    uint32_t id; /* its index in the machine's states */
    json *name;
    const struct asl_scope *scope;
    bool jsonata;                 /* its QueryLanguage, or the machine's */
    const struct asl_state *next; /* NULL: the state ends its scope */

    struct asl_flow input_path, result_path, output_path;
    /* JSONata has Arguments and Output for all of them; Arguments stand in `parameters`. */
    const asl_template *parameters, *result_selector, *assign, *output;
    const json *result; /* Pass: NULL when absent */

    struct asl_retrier *retry;
    size_t retriers;
    struct asl_catcher *catch;
    size_t catchers;

    union {
        struct asl_task task;
        struct asl_choice choice;
        struct asl_wait wait;
        struct asl_fail fail;
        struct asl_parallel parallel;
        struct asl_map map;
    };
};

/* A block of States: the machine's, a branch's, an item processor's. */
struct asl_scope {
    const struct asl_state *start;
    const struct asl_state *owner; /* the Parallel or Map it is in; NULL: the machine's */
    struct asl_state *states;
    size_t count;
    const json *names; /* the States as written: member i is states[i] */
};

struct asl_machine {
    uint32_t refs;
    struct arena arena;
    json *definition;
    json *text; /* as it was given; NULL: not as JSON text */
    struct asl_scope *top;
    const struct asl_state **states; /* all of them, by id */
    size_t count;
    const asl_expression *expressions; /* all of them: a list */
    struct asl_number timeout_s;
};

#endif
