#ifndef RUNTIME_API_API_IMPL_H
#define RUNTIME_API_API_IMPL_H

#include "asl/asl.h"
#include "parsers/base/id_queue.h"
#include "parsers/base/text_map.h"
#include "runtime/api/api.h"
#include "runtime/base/bucket.h"
#include "runtime/handlers/mock_config.h"

/*
 * What the api's files share. A revision is shared by the machine and its versions; a machine owns
 * its versions and aliases. Machines and activities are in memory, and each is a record of the
 * store, which is put again when it changed. Executions are in the store and the engine only.
 */

/* A definition and what goes with it; counted, never changed but for the time. */
struct revision {
    uint32_t refs;
    json *key;        /* of its record: what executions that run it have in their notes */
    json *definition; /* the text as it was given */
    /* One that comes from the store is compiled when it is asked for, or somewhat later: both NULL.
     * `refusal` says why one can't be run. */
    asl_machine *compiled;
    json *refusal;
    json *role_arn, *logging, *tracing, *encryption;
    json *variables; /* variableReferences; NULL: none */
    json *id;        /* NULL: the first */
    int64_t at_ms;
};

struct version {
    uint32_t number;
    json *arn, *description; /* NULL: none */
    struct revision *revision;
    int64_t at_ms;
};

struct alias {
    json *arn, *name, *description;
    json *routes; /* as the API has them */
    int64_t created_ms, updated_ms;
};

struct machine {
    json *arn, *name;
    bool express, deleting;
    int64_t created_ms;
    struct revision *revision;
    json *created_with; /* what CreateStateMachine compares, versionDescription and publish */
    json *tags;         /* an object */
    struct version *versions;
    size_t version_count, version_cap;
    uint32_t last_version, last_revision;
    struct alias *aliases;
    size_t alias_count, alias_cap;
    size_t running; /* executions */
    bool enrolled;  /* it has a second record, which tells if the first is lost */
};

/* What is known of an execution, from the store or the engine. Owns its values. */
struct execution {
    uint64_t number;
    enum rt_status status;
    int64_t start_ms, stop_ms;
    struct rt_names names;
    json *note; /* what start() in api_executions.c put into it */
    uint32_t redrives;
    int64_t redriven_ms; /* the last one */
    json *map_run;       /* whose execution it is; NULL: nobody's */
    bool pends;          /* it waits for its redrive */
    json *input;         /* its text */
    json *damage;        /* why it can't be read, or was set apart; NULL: nothing is wrong */
    bool apart;
    /* How it ended, once execution_result was asked: */
    json *output; /* its text */
    struct asl_error error;
};

/* What there is in memory of an execution that runs: if somebody waits for it, or mocks answer. */
struct run {
    struct id_node node;     /* first; by the engine's number */
    mocks *mocks;            /* NULL: none */
    struct id_queue parents; /* tasks that wait for its end; numbers, as in an activity's */
    uint64_t waiter;         /* the StartSyncExecution that waits for it; 0: none */
    json *note;              /* of such a one, which the store doesn't know */
    bool metadata_only;
};

/* The tasks of an execution that wait for others to end. */
struct awaiting {
    struct id_node node; /* first; by the execution's number */
    struct api_task *first;
};

/* An execution that the store may not have yet. */
struct fresh {
    json *arn;
    uint64_t number, turn;
    uint64_t input; /* the engine's, that starts it */
};

struct activity {
    json *arn, *name, *tags, *encryption;
    int64_t created_ms;
    struct id_queue tasks, workers;
    bool enrolled; /* as a machine's */
};

/* Tasks that are calls of the api itself. */
enum own_task {
    OWN_NONE,
    OWN_START, /* states:startExecution … */
    OWN_SYNC,
    OWN_SYNC_2,
    OWN_CALLBACK,
    OWN_SDK, /* aws-sdk:sfn:… */
};

#define NO_CHILD UINT64_MAX

/* A task whose result the api brings: by a token, or from an execution that it started. */
struct api_task {
    struct id_node node; /* first; by the engine's id */
    api *api;
    enum own_task own;
    uint64_t call;         /* of an own task: it waits for that call; 0: for none */
    uint64_t child;        /* OWN_SYNC…: the execution it waits for; NO_CHILD: none yet */
    uint64_t number;       /* of its own execution */
    struct api_task *next; /* of those that wait in the same execution */
    json *token;           /* NULL: no worker has it yet */
    bool by_token;         /* nothing but the token brings its result */
    json *input;           /* of an activity's: its text */
    json *parent;          /* of an own task: the ARN of its execution */
    json *request;         /* of one whose call waits for its turn: the call's body; else NULL */
    json *operation;       /* of such a one: which; NULL: StartExecution */
};

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
    bool reads;         /* has an ItemReader */
    json *items;        /* what that reads; NULL: not known */
    int64_t failures;   /* iterations that failed */
    uint32_t tries;     /* of the retrier, so far */
    bool inspect;
    enum task_trace trace;
    json *exchange;  /* of its HTTP request; or NULL */
    uint64_t waiter; /* 0: nobody waits any more */
};

/* Who made a call. */
struct caller {
    uint64_t call; /* its number */
    api_done *done;
    void *user;
    bool own; /* a task of ours: it is answered at once, as its next turn is the answer's, too */
};

/* An answer that goes out once what it says is durable. */
struct owed {
    struct caller to; /* done NULL: it has gone */
    uint64_t input;   /* the engine's, which is to be settled; 0: none */
    int status;
    struct buf body;
};

/* A call that waits. */
struct waiter {
    struct id_node node; /* first; by the call's number */
    struct caller from;
    int64_t due_ms;
    json *worker;            /* GetActivityTask: workerName, or NULL */
    struct run *run;         /* StartSyncExecution */
    struct test_state *test; /* TestState; neither: GetActivityTask */
};

enum start_kind { START_STANDARD, START_EXPRESS, START_KINDS };

/* How many starts there is room for, and the Tasks whose starts wait for that. */
struct start_bucket {
    struct bucket tokens;
    struct id_queue waiting;
};

/* The Map Runs of so many executions are kept as their histories tell of them. */
enum { MAP_RUNS_KEPT = 8 };

struct api {
    engine *engine;
    store *store;
    char *region, *account, *mock_file;
    bool no_limits;
    size_t calling;    /* calls that are being made: one of a Task's may be within another */
    bool unreadable;   /* the store could not be read for the innermost of them: */
    struct buf unread; /* why */
    void (*spoiled)(void *user, const char *text);
    void *user;
    struct asl_served served;
    bool ending;           /* polls are answered at once */
    unsigned char key[32]; /* of page tokens */
    struct asl_chance chance;
    int64_t now_ms;

    struct text_map machines; /* by ARN */
    struct machine **sorted;  /* by name */
    size_t machine_count, machine_cap;
    size_t open, max_open; /* STANDARD executions that run, and may at once */
    enum api_throttle throttle;
    struct start_bucket starts[START_KINDS];
    struct id_queue later; /* tasks whose calls come after the turn */
    struct id_map runs;    /* by the engine's numbers */
    struct fresh **fresh;  /* the oldest first; those before `fresh_head` have gone */
    size_t fresh_head, fresh_count, fresh_cap;
    struct text_map fresh_arns;
    uint64_t turn;  /* of api_advance */
    uint64_t *over; /* numbers of TestStates that have ended */
    size_t over_count, over_cap;
    /* api_sweep.c's: */
    int64_t retention_ms, retire_ms, look_ms; /* 0: none; when to look next; how often */
    struct machine **condemned;               /* those that are to go */
    size_t condemned_count, condemned_cap;
    size_t ended;               /* executions that have since the last piece */
    size_t compiled;            /* machines, by name, whose definitions are */
    bool sweeps;                /* there is more to do, or to commit */
    bool untidy;                /* the store has something to let go of */
    uint64_t least_room;        /* bytes that the disk must have for what is new; 0: no matter */
    int64_t skew_ms;            /* as in api_clock_set */
    struct text_map activities; /* by ARN */
    struct activity **activity_list;
    size_t activity_count, activity_cap;
    struct map_runs *map_runs[MAP_RUNS_KEPT]; /* the last asked for first; NULL: none */
    struct id_map tests;                      /* by number */
    struct id_map tasks;
    struct id_map awaiting; /* by execution: its tasks that wait for others */
    struct text_map tokens; /* to tasks */
    struct id_map waiters;
    uint64_t last_call;
    struct owed *owed;
    size_t owed_count, owed_cap;
    size_t sealed; /* of them: those that the turn makes durable */
    int64_t next_due_ms;
};

/* Does one of AWS's quotas let one more come to `count`? */
bool quota_allows(const api *a, size_t count, size_t most);

/* ---- a call ---- */

struct call {
    api *api;
    const char *operation;
    const json *in;
    int64_t now_ms;
    struct caller from;
    /* What went wrong: the type of AWS's error, NULL while nothing did. */
    const char *error;
    struct buf message;
    const char *extra_key; /* one more member of the error; NULL: none */
    json *extra;
    bool waits; /* it became a waiter */
};

/* Returns NULL, for the function to return. */
json *call_fail(struct call *c, const char *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A ValidationException that has a reason. */
json *call_refuse(struct call *c, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Members of the request, which was checked; NULL: not given. */
const json *call_get(const struct call *c, const char *name);
const char *call_text(const struct call *c, const char *name);
bool call_flag(const struct call *c, const char *name);
struct waiter *call_wait(struct call *c, int64_t due_ms);
/* Answers a call that waited; takes `out`, frees the waiter. */
void waiter_answer(api *a, struct waiter *w, json *out);

/* A call of one of our tasks: as api_call, but `done` may come before it returns. */
uint64_t api_call_own(api *a, const char *operation, const char *body, size_t len, int64_t now_ms,
                      api_done *done, void *user);
json *api_time(int64_t ms);
json *api_empty(void);
json *api_uuid(api *a);
/* One that sorts behind those of earlier milliseconds: so that a store's index grows at its end. */
json *api_uuid_in_time(api *a);

/* ---- api_check.c: the members of a request ---- */

enum member_kind {
    TEXT,
    NAME,    /* a text whose characters the operation looks at */
    PRIVATE, /* a text that no answer repeats */
    PAYLOAD, /* such a one, whose length is in bytes */
    NUMBER,
    FRACTION,
    FLAG,
    LIST,
    TEXTS, /* a LIST of them */
    STRUCT
};

struct member {
    const char *name; /* NULL ends a shape; the `pattern` there is the class of AWS's, or NULL */
    enum member_kind kind;
    bool required;
    int64_t min, max; /* length or value; max < 0: none */
    const char *pattern;
    bool (*matches)(const char *text, size_t len); /* of the pattern */
    const char *const *choices;                    /* NULL ends them */
    const struct member *of; /* STRUCT, LIST of them: their members; TEXTS: what each must be */
};

/* False with the call failed: ValidationException, SerializationException. */
bool check_members(struct call *c, const struct member *shape);

bool pattern_alias(const char *text, size_t len);
bool pattern_ascii(const char *text, size_t len);
bool pattern_visible(const char *text, size_t len);
bool pattern_no_nul(const char *text, size_t len);

/* ---- api_arn.c ---- */

/* An ARN of ours, taken apart. Looks at the text. */
struct arn {
    const char *kind, *name, *rest; /* rest: behind name and its ':'; NULL: nothing */
    size_t kind_len, name_len;
};

/* False with the call failed: InvalidArn. `kinds`: "stateMachine activity", those that will do. */
bool arn_parse(struct call *c, const char *text, const char *kinds, struct arn *out);
json *arn_make(const api *a, const char *kind, const char *name);
/* False with the call failed: ValidationException. Is it that of a Map inside of a machine? */
bool arn_refuse_label(struct call *c, const char *text);
/* As names of machines, activities and executions must be; else the call failed: InvalidName. */
bool name_check(struct call *c, const json *name);

/* ---- api_page.c ---- */

struct page {
    size_t limit;
    json *after; /* what the last page ended with, a string; NULL: from the beginning */
    const char *args;
};

/* False with the call failed: InvalidToken. `args`: the members that must be those of the first
 * call, as "stateMachineArn statusFilter". */
bool page_begin(struct call *c, const char *args, struct page *out);
/* `after` where it is a number; `none` without one. */
uint64_t page_after(const struct page *p, uint64_t none);
/*
 * Ends it: the answer {member: list}, with a nextToken where there is more behind what this page
 * ended with, `last`; NULL: there isn't. Takes list and last.
 */
json *page_end(struct call *c, struct page *p, const char *member, json *list, json *last);
/* A `last` that is a number. */
json *page_number(uint64_t last);
/* `after` where it is a place in a list of executions: false without one. */
bool page_place(const struct page *p, struct store_place *out);
json *page_at(const struct store_place *last);
/* Executions that one page looks at for those that it shows: then it ends, with a nextToken. */
enum { PAGE_LOOKS = 2000 };

/* ---- api_machines.c ---- */

/* InvalidDefinition, with all that is wrong. */
void refuse_definition(struct call *c, const struct asl_report *report);
void revision_unref(struct revision *r);
struct revision *revision_ref(struct revision *r);
/* Takes it into the lists. */
void machine_add(api *a, struct machine *m);
void machine_free(struct machine *m);
/* May it be started? False with the call failed. */
bool revision_runs(struct call *c, struct revision *r);
void revision_compile(api *a, struct revision *r);
/* Out of memory; its record stays. */
void machine_drop(api *a, struct machine *m);
/* Of a machine that is deleted and has nothing running: up to `limit` executions go, those of their
 * Map Runs among them, and when the last has gone, its records. False: there are more to go;
 * `count`: how much has gone. */
bool machine_sweep(api *a, const struct machine *m, size_t limit, size_t *count);
/* By an ARN without qualifier; else the call failed. */
struct machine *machine_find(struct call *c, const char *arn);

/* Where an ARN, which may name a version or an alias, leads. */
struct target {
    struct machine *machine;
    struct revision *revision; /* a look */
    const struct version *version;
    const struct alias *alias;
};

bool target_find(struct call *c, const char *arn, struct target *out);
struct version *version_publish(api *a, struct machine *m, const json *description);
/* One more of the machine's revision, whether it is published or not. */
struct version *version_add(api *a, struct machine *m, const json *description);
/* Is the machine's revision published with that description? NULL: with any. */
bool version_says(const struct machine *m, const json *description);
/* May one more be published? False with the call failed: ServiceQuotaExceededException. */
bool version_has_room(struct call *c, const struct machine *m);
struct version *version_find(const struct machine *m, const char *arn);
void alias_clear(struct alias *al);
void version_clear(struct version *v);
/* The definition's answer members, for the two operations that describe one. */
void describe_revision(struct json_build *b, const struct revision *r, bool metadata_only);

json *create_state_machine(struct call *c);
json *update_state_machine(struct call *c);
json *describe_state_machine(struct call *c);
json *delete_state_machine(struct call *c);
json *list_state_machines(struct call *c);
json *validate_state_machine_definition(struct call *c);
/* api_versions.c */
json *publish_state_machine_version(struct call *c);
json *delete_state_machine_version(struct call *c);
json *list_state_machine_versions(struct call *c);
json *create_state_machine_alias(struct call *c);
json *update_state_machine_alias(struct call *c);
json *describe_state_machine_alias(struct call *c);
json *delete_state_machine_alias(struct call *c);
json *list_state_machine_aliases(struct call *c);
/* api_tags.c */
json *tags_of(const json *list);
json *tag_resource(struct call *c);
json *untag_resource(struct call *c);
json *list_tags_for_resource(struct call *c);

/* ---- api_sweep.c ---- */

/* A piece of what goes with time; to be called each turn. */
void api_sweep(api *a);
/* When it is to be called next. */
int64_t sweep_due(const api *a);
/* The machine is to go, with all that is its. */
void machine_condemn(api *a, struct machine *m);

/* ---- api_start.c ---- */

/* An execution of the machine runs; and it has ended. */
void machine_runs(api *a, struct machine *m);
void machine_rests(api *a, struct machine *m);
/* May one more run? False with the call failed: ExecutionLimitExceeded. */
bool may_open(struct call *c, const struct machine *m);
struct run *run_of(api *a, uint64_t number);
void run_free(struct run *r);
/* Executions that started two turns ago are in the store. */
void forget_fresh(api *a);
/* The value of an input's text; NULL with the call failed, in AWS's words. */
json *execution_input(struct call *c, const json *text);
/* StartSyncExecution has waited for as long as it may. */
void sync_timed_out(api *a, struct waiter *w);

json *start_execution(struct call *c);
json *start_sync_execution(struct call *c);

/* ---- api_throttle.c ---- */

/* Has a client started as many as AWS lets it? Then the call failed: ThrottlingException. */
bool start_is_throttled(struct call *c);
/* Must the Task wait for its turn to make that request? starts_go_on makes it then. */
bool start_must_wait(api *a, struct api_task *t, const json *request);
/* Makes the requests of Tasks whose turn has come. */
void starts_go_on(api *a);
/* When the next one's comes; INT64_MAX: none waits. */
int64_t starts_due(const api *a);
void starts_clear(api *a);
/* At first all buckets are full. Gives the engine its own, where clients are held to it. */
void throttle_init(api *a);
/* How many executions wait for the one that is to be started, one for another; 0: it is awaited by
 * none. Negative with the call failed: they are too many. */
int64_t start_nesting(struct call *c);

/* ---- api_executions.c ---- */

/* Members of a note: the revision's key, the ARNs of version and alias, the X-Ray header, the case
 * of the mocks, how many executions wait for it one for another. */
extern const char NOTE_REVISION[], NOTE_VERSION[], NOTE_ALIAS[], NOTE_TRACE[], NOTE_MOCKS[],
    NOTE_NESTING[];

/* The one that executionArn names; else the call failed. `x` is to be cleared. */
bool execution_find(struct call *c, struct execution *x);
/* The newest execution of that ARN. False: there is none. */
bool execution_number(api *a, const char *arn, uint64_t *number);
/* The status of that name. False: no execution has it as its own. */
bool execution_status_of(const char *name, enum rt_status *out);
/* False: there is none of that number any more. */
bool execution_look(api *a, uint64_t number, struct execution *x);
/*
 * Takes what the store said when it gave nothing, and clears it. That there is nothing fails
 * nobody. That it can't be read, or that what was read is damaged, fails the call that is being
 * made; outside of one the engine's next turn fails when the store can't be read, as an end that is
 * told without what could not be read would be kept.
 */
void api_read_failed(api *a, struct diag *why);
/* As api_read_failed, but damage fails nobody: what can be read without it is told. */
void api_pass_damage(api *a, struct diag *why);
/* From the engine's side. */
void execution_of_exec(const api *a, uint64_t number, const rt_exec *exec, const json *note,
                       struct execution *x);
/* What descriptions say of its data, and of how it failed. */
void execution_add_data(struct json_build *b, const struct execution *x);
void execution_add_error(struct json_build *b, const struct execution *x);
json *api_included(void);
/* Fills in how it ended. */
void execution_result(api *a, struct execution *x);
/* What there is of it can't be read, and `why` says so: that is its error. */
void execution_spoil(struct execution *x, const char *why);
void execution_clear(struct execution *x);
/* A text of the note; NULL: it isn't there. */
const json *execution_note(const struct execution *x, const char *name);
const json *note_text(const json *note, const char *name);

json *stop_execution(struct call *c);
json *describe_execution(struct call *c);
json *list_executions(struct call *c);
json *describe_state_machine_for_execution(struct call *c);
/* api_history.c */
json *get_execution_history(struct call *c);
/* api_map_runs.c */
json *list_map_runs(struct call *c);
json *describe_map_run(struct call *c);
json *update_map_run(struct call *c);

/* ---- api_children.c: executions of Map Runs ---- */

/* Does the execution, whose row that is, wait for its redrive? */
bool child_pends(api *a, const struct store_execution *row);
/* Gives up what is kept of Map Runs. */
void map_runs_forget(api *a);
/* The note of the execution at the top of those that started one another; NULL: none. */
json *note_at_top(api *a, uint64_t number);
/* The answer of DescribeStateMachineForExecution (taken), for the part of the definition that a
 * child runs. */
json *child_describe_machine(api *a, const struct execution *x, json *out);
/* The text of the ItemProcessor of the Map with that Label; NULL: the definition has none. */
json *labelled_processor(const json *definition, const char *label);
/* ListExecutions by a Map Run's ARN; `args` as for page_begin. */
json *list_map_run_executions(struct call *c, const char *args);

/* ---- api_redrive.c ---- */

json *redrive_execution(struct call *c);
/* Why an execution can't be redriven; NULL: it can. */
const char *execution_refusal(api *a, const struct execution *x);
/* redriveCount and redriveDate; redriveStatus and its reason. */
void add_redrives(struct json_build *b, const struct execution *x);
void add_redrive_status(struct json_build *b, api *a, const struct execution *x);

/* ---- api_activities.c ---- */

void activity_add(api *a, struct activity *act);
void activity_free(struct activity *act);
void api_task_free(api *a, struct api_task *t);
/* The long poll is over. */
void activity_poll_ended(api *a, struct waiter *w);

json *create_activity(struct call *c);
json *describe_activity(struct call *c);
json *delete_activity(struct call *c);
json *list_activities(struct call *c);
json *get_activity_task(struct call *c);
json *send_task_success(struct call *c);
json *send_task_failure(struct call *c);
json *send_task_heartbeat(struct call *c);

/* ---- api_test_state.c ---- */

void test_state_free(struct test_state *t);
json *test_state(struct call *c);
/* Is the task that of a mocked state? Then it has its result. */
bool test_state_answers(api *a, const struct task *task);
void test_state_ended(api *a, struct test_state *t, const rt_exec *x);
void test_state_timed_out(api *a, struct waiter *w);

/* ---- api_records.c: what the store has of machines and activities ---- */

/* What changed is put into the store; it is good after the engine's next turn. */
void machine_keep(api *a, const struct machine *m);
void revision_keep(api *a, const struct revision *r);
/* The key of a machine's revision by its number, from 1. */
json *revision_key(const json *machine_arn, uint32_t number);
/* With up to `limit` of its revisions. False: there are more; `count`: of those that went. */
bool machine_forget(api *a, const struct machine *m, size_t limit, size_t *count);
void activity_keep(api *a, const struct activity *act);
void activity_forget(api *a, const struct activity *act);
/* A revision by its key, from memory or the store; counted. NULL: there is none. */
struct revision *revision_find(api *a, const json *key);

/* ---- api_config.c ---- */

/* False with the call failed. NULL: none was given. */
bool check_encryption(struct call *c, const json *encryption);
/* Is it the ARN of a role of IAM? False with the call failed: InvalidArn. NULL: none was given. */
bool check_role(struct call *c, const json *role);

/* ---- api_context.c ---- */

/* $$.Execution of what can't be redriven: StartSyncExecution's, TestState's. `role` may be null. */
json *context_of_execution(const struct rt_names *names, const json *role, const json *input,
                           int64_t now_ms);

/* ---- api_tasks.c ---- */

enum { API_MAX_DEPTH = 32 };

enum own_task own_task_of(const char *resource, char **operation);
/* Calls the api for the task; `t` may be over when it returns. */
void own_start(api *a, struct api_task *t, const struct task *task, const char *operation);
/* The call of a Task that has waited for its turn; `t` may be over when it returns. */
void own_start_now(api *a, struct api_task *t);
/* Calls that were put off until after the turn. */
void own_calls_go_on(api *a);
/* After a crash: the api has answered, and said so. `t` may be over when it returns. */
void own_resume(api *a, struct api_task *t, const json *submitted);
/* The tasks that wait for the execution hear of it. */
void own_child_ended(api *a, struct run *r, const struct execution *x);
/* The execution that the task waits for is stopped, and all that wait for one another below it. */
void own_cancelled(api *a, const struct api_task *t);
/* The task waits no longer. */
void own_leaves(api *a, struct api_task *t);

#endif
