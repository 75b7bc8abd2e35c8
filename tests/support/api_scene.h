#ifndef TESTS_SUPPORT_API_SCENE_H
#define TESTS_SUPPORT_API_SCENE_H

#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "parsers/json/json.h"
#include "runtime/api/api.h"
#include "tests/support/store_kinds.h"

#include <check.h>

/*
 * A scene is an engine, a store and the API above them, as a server has them, without sockets and
 * in virtual time. A suite tells stories on it: requests one after the other, and what each answer
 * has.
 */
enum { START_MS = 1700000000, MAX_STEPS = 28 };

#define ROLE "arn:aws:iam::123456789012:role/r"
#define MACHINE(name) "arn:aws:states:us-east-1:123456789012:stateMachine:" name
#define EXECUTION(name) "arn:aws:states:us-east-1:123456789012:execution:" name
#define ACTIVITY(name) "arn:aws:states:us-east-1:123456789012:activity:" name

#define PASS                                                                                       \
    "{\\\"StartAt\\\":\\\"P\\\",\\\"States\\\":{\\\"P\\\":{\\\"Type\\\":\\\"Pass\\\",\\\"End\\\":" \
    "true}}}"
#define PASS_2                                                                                     \
    "{\\\"StartAt\\\":\\\"Q\\\",\\\"States\\\":{\\\"Q\\\":{\\\"Type\\\":\\\"Pass\\\",\\\"End\\\":" \
    "true}}}"
#define WAIT                                                                                       \
    "{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":\\\"Wait\\\","             \
    "\\\"Seconds\\\":60,\\\"End\\\":true}}}"
#define TASK(resource, more)                                                                       \
    "{\\\"StartAt\\\":\\\"T\\\",\\\"States\\\":{\\\"T\\\":{\\\"Type\\\":\\\"Task\\\","             \
    "\\\"Resource\\\":\\\"" resource "\\\"" more ",\\\"End\\\":true}}}"

/* Fails, and succeeds once its execution is redriven. */
#define IN_VAIN                                                                                    \
    "\\\"StartAt\\\":\\\"V\\\",\\\"States\\\":{\\\"V\\\":{\\\"Type\\\":\\\"Pass\\\","              \
    "\\\"QueryLanguage\\\":\\\"JSONata\\\",\\\"Output\\\":\\\"{% "                                 \
    "$states.context.Execution.RedriveCount = 0 ? "                                                \
    "$error('in vain') : 'at last' %}\\\",\\\"End\\\":true}}"
#define MAP_RUN(type, more)                                                                        \
    "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","              \
    "\\\"Label\\\":\\\"L\\\""                                                                      \
    "" more ",\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\","   \
    "\\\"ExecutionType\\\":\\\"" type "\\\"}," IN_VAIN "},\\\"End\\\":true}}}"
#define MAP_RUN_FAILS                                                                              \
    "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","              \
    "\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\","            \
    "\\\"ExecutionType\\\":\\\"STANDARD\\\"},\\\"StartAt\\\":\\\"F\\\",\\\"States\\\":{\\\"F\\\":" \
    "{\\\"Type\\\":\\\"Fail\\\"}}},\\\"End\\\":true}}}"
/* Its children wait. */
#define MAP_RUN_WAITS                                                                              \
    "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","              \
    "\\\"MaxConcurrency\\\":1,"                                                                    \
    "\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\","            \
    "\\\"ExecutionType\\\":\\\"STANDARD\\\"},\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":" \
    "{\\\"Type\\\":"                                                                               \
    "\\\"Wait\\\",\\\"Seconds\\\":60,\\\"End\\\":true}}},\\\"End\\\":true}}}"

#define CREATE(name, definition)                                                                   \
    {                                                                                              \
        "CreateStateMachine",                                                                      \
            "{\"name\":\"" name "\",\"definition\":\"" definition "\",\"roleArn\":\"" ROLE "\"}",  \
            200, MACHINE(name), 0                                                                  \
    }
#define START(machine, name, input)                                                                \
    {                                                                                              \
        "StartExecution",                                                                          \
            "{\"stateMachineArn\":\"" MACHINE(machine) "\",\"name\":\"" name                       \
                                                       "\",\"input\":\"" input "\"}",              \
            200, EXECUTION(machine ":" name), 0                                                    \
    }
/* Creates m and starts an execution e of it: two steps. */
#define RUN_M(definition) CREATE("m", definition), START("m", "e", "1")
#define STOP(execution)                                                                            \
    {                                                                                              \
        "StopExecution", "{\"executionArn\":\"" EXECUTION(execution) "\"}", 200, "stopDate", 0     \
    }
#define DESCRIBE(execution, want)                                                                  \
    {                                                                                              \
        "DescribeExecution", "{\"executionArn\":\"" EXECUTION(execution) "\"}", 200, want, 0       \
    }

#define REDRIVE(execution, token, status, want)                                                    \
    {                                                                                              \
        "RedriveExecution",                                                                        \
            "{\"executionArn\":\"" EXECUTION(execution) "\",\"clientToken\":\"" token "\"}",       \
            status, want, 0                                                                        \
    }
#define MAP_RUN_CALL(operation, more, status, want)                                                \
    {                                                                                              \
        operation, "{\"mapRunArn\":\"<run>\"" more "}", status, want, 0                            \
    }
#define CHILD_CALL(operation, status, want)                                                        \
    {                                                                                              \
        operation, "{\"executionArn\":\"<child>\"}", status, want, 0                               \
    }
#define LIST_M(more) "{\"stateMachineArn\":\"" MACHINE("m") "\"" more "}"

/* ---- stories ---- */

/*
 * One request. `status` 0: it has no answer yet. `want` must be in the answer; with '!' before it,
 * it must not. An empty operation makes no request, but looks at the answer that an earlier one got
 * meanwhile. In a body <token> and <next> stand for the last answer's taskToken and nextToken,
 * <run> and <child> for the first ARN of a Map Run, and of an execution of one, in the last answer
 * that had any.
 */
struct step {
    const char *operation, *body;
    int status;
    const char *want;
    int64_t later_ms; /* time that passes after it */
};

struct story {
    const char *name; /* what holds */
    struct step steps[MAX_STEPS];
};

/* Makes a test case of that name whose tests have a folder of their own. */
TCase *scene_case(const char *name);
/* Adds tests that tell each story on each store: as it is, with a crash before each request after
 * which everything is taken up, and with one after which nothing is yet. Looks at `stories`. */
void scene_add_stories(TCase *tc, const struct story *stories, size_t count);

/* ---- the scene ---- */

/* The folder of the test that runs; a store that is a file is there. */
extern struct folder scene_files;

struct scene {
    int kind; /* of the store: as in store_kinds.h */
    engine *engine;
    store *store;
    api *api;
    int64_t now_ms;
    int status; /* of the last answer */
    struct buf answer;
    json *token, *next, *run, *child; /* what the marks in a body stand for */
    size_t ended;                     /* executions */
    uint64_t told;                    /* the last task whose token brings its result */
    /* As in struct api_config; scene_crash brings changes into force. */
    size_t max_open, max_map_runs;
    enum api_throttle throttle;
    int64_t retention_ms;
    uint64_t least_room;
};

/* Opens a new store of that kind, and what stands on it. To be cleared. */
void scene_init(struct scene *s, int kind);
void scene_clear(struct scene *s);

/* Takes one turn, as the server's loop does. */
void scene_turn(struct scene *s);
/* Takes turns until nothing is due. */
void scene_settle(struct scene *s);
/* As scene_settle, with as many turns as it takes. */
void scene_rest(struct scene *s);

/* Ends the process as kill -9 does and starts another: only the store is left, and nothing of it is
 * taken up yet. */
void scene_restart(struct scene *s);
/* As scene_restart, and takes up what ran. */
void scene_crash(struct scene *s);
/* The parts of a restart: frees the engine and the API; opens the store; loads the API. */
void scene_fall_down(struct scene *s);
void scene_open_store(struct scene *s);
void scene_wake_up(struct scene *s);

/* Makes a request, its marks filled in. The turns to come bring the answer: `status`, `answer`. */
void scene_ask(struct scene *s, const char *operation, const char *body);
/* As scene_ask, and takes a turn. */
void scene_call(struct scene *s, const char *operation, const char *body);
/* As scene_call; the answer must be good, and have what AWS's model says. */
void scene_call_well(struct scene *s, const char *operation, const char *body);
/* Fails unless `words` are in the last answer. */
void scene_expect_words(struct scene *s, const char *words);
/* As scene_call; the answer must be 400 with `words` in it. */
void scene_call_in_vain(struct scene *s, const char *operation, const char *body,
                        const char *words);
/* Takes an answer: for api_call, whose user is the scene. */
void scene_answered(void *user, int status, struct buf *body);
/* Puts the first ARN with that prefix in the answer into `*at`, in place of what was there. */
void scene_keep_arn(json **at, const char *answer, const char *prefix);

/* Creates a state machine called m. */
void scene_make_m(struct scene *s, const char *definition);
/* Creates m and starts an execution e of it, and lets it run as far as it goes. */
void scene_start_m(struct scene *s, const char *definition, const char *input);
/* Starts `count` executions of m, called e0, e1, …, each after the end of the one before. */
void scene_start_many(struct scene *s, int count);

#endif
