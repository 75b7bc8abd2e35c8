/* One case: its fields become the options of a trial, its mocks answer, its expectations judge. */
#include "tools/test/case_run.h"

#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "runtime/engine/mock_config.h"
#include "runtime/engine/names.h"
#include "runtime/shapes/shapes.h"
#include "tools/test/case_input.h"
#include "tools/test/mock_check.h"
#include "tools/test/mock_use.h"
#include "tools/test/mocking.h"
#include "tools/test/snapshot.h"
#include "tools/test/state_run.h"

#include <string.h>
#include <uv.h>

enum { HANDLERS_MOST = 16 * 1024 * 1024 };

struct running_case {
    const struct test_case *c;
    const struct case_options *options;
    struct case_run *out;
    mocking *mocks;
    mocks *local; /* of a mock configuration; NULL: there is none */
    bool has_handlers;
};

/* What a mock is to say at least: the member that AWS's answer always has, if there is one. */
static void write_mock(struct buf *out, const struct asl_state *task, struct buf *path)
{
    struct aws_shape shape;
    bool known = task->type == ASL_TASK &&
                 aws_shape_find(&task->task.parts, AWS_SHAPE_RESULT, &shape) && shape.needs;

    buf_printf(out, "write\n    mocks:\n      %s: ", buf_str(path));
    if (known)
        buf_printf(out, "{return: {%s: …}}", shape.needs);
    else
        buf_adds(out, "{return: …}");
}

/* A mock is there, and its rules are for other calls: what this one is has to be known. */
static void write_unfit(struct buf *out, const struct trial_call *call, const char *key)
{
    buf_printf(out, "no rule of the mock '%s' answers call %llu of '%s', which is attempt %u", key,
               (unsigned long long)call->nth, json_str(call->state->name), call->attempt);
    if (call->in_item)
        buf_printf(out, " of item %u", call->index);
    buf_adds(out, ": write one more, or one without attempt, call, item and when behind them");
}

static void tell_unmocked(struct running_case *k, const struct trial_call *call)
{
    const struct asl_at *unfit = mocking_unfit(k->mocks);
    struct buf path = {0}, text = {0};

    if (!k->out->unmocked)
        k->out->unmocked = call->state;
    trial_state_path(&path, call->state);
    if (k->local)
        buf_printf(&text, "the test case has no response for '%s' (%s)", buf_str(&path),
                   call->resource);
    else if (unfit)
        write_unfit(&text, call, json_str(unfit->key));
    else if (call->state->type == ASL_MAP && case_bucket_called(call))
        buf_printf(&text, "no mock answers what '%s' reads (%s): ", json_str(call->state->name),
                   call->resource);
    else if (call->state->type != ASL_TASK)
        buf_printf(&text,
                   "no mock gives what '%s' gives, which is a %s: where it runs alone all of it "
                   "is mocked: ",
                   json_str(call->state->name), asl_type_names[call->state->type]);
    else
        buf_printf(&text, "no mock answers attempt %u of '%s' (%s): ", call->attempt,
                   json_str(call->state->name), call->resource);
    if (!k->local && !unfit)
        write_mock(&text, call->state, &path);
    if (!k->local && !unfit && case_bucket_called(call))
        buf_printf(&text, "\nor give the case its bucket:\n    buckets:\n      %s: {KEY: TEXT}",
                   json_str(case_bucket_called(call)));
    failures_add(&k->out->failures, k->c->place, "mocks", "%s", buf_str(&text));
    buf_clear(&path);
    buf_clear(&text);
}

/* Answers as a mock configuration does. False: it doesn't mock the state. */
static bool answer_locally(mocks *m, const struct trial_call *call, struct trial_answer *out)
{
    struct task_result got = {0};

    if (!m || !mocks_answer(m, json_str(call->state->name), &got))
        return false;
    *out = (struct trial_answer){.kind = got.ok ? TRIAL_RETURNS : TRIAL_THROWS,
                                 .value = got.output,
                                 .error = got.error,
                                 .cause = got.cause};
    return true;
}

/* Adds a failure of the mock that answered last, unless it has been told: a Task that is tried
 * again asks once more. */
static void tell_mock_once(struct running_case *k, const char *text)
{
    const struct asl_at *mock = mocking_last(k->mocks);
    struct place at = mock ? mock->places->value : k->c->place;
    const struct failures *told = &k->out->failures;

    for (size_t i = 0; i < told->count; i++)
        if (mock ? told->all[i].place.line == at.line && told->all[i].place.column == at.column
                 : strcmp(told->all[i].text, text) == 0)
            return;
    failures_add(&k->out->failures, at, "mocks", "%s", text);
}

/* What JSONata makes is known only now, and which state a pattern answers. */
static void case_check_answer(void *user, const struct trial_call *call,
                              const struct trial_answer *answer)
{
    struct running_case *k = user;
    struct buf why = {0};

    if (answer->error && json_str_is(answer->error, MOCK_FAILED))
        buf_printf(&why, "the mock of '%s' failed: %s", json_str(call->state->name),
                   answer->cause ? json_str(answer->cause) : "");
    else if (answer->kind == TRIAL_RETURNS && call->state->type == ASL_TASK)
        mock_check_value(k->c, call->state, answer->value, &why);
    if (why.len)
        tell_mock_once(k, buf_str(&why));
    buf_clear(&why);
}

/* A mock wants a real handler, and there is none. */
static void tell_no_handlers(struct running_case *k, const struct trial_call *call)
{
    failures_add(&k->out->failures, k->c->place, "mocks",
                 "a mock of '%s' says real: true, but the case has no handlers: write\n"
                 "    handlers: FILE",
                 json_str(call->state->name));
}

static bool answer_by_mocks(struct running_case *k, const struct trial_call *call,
                            struct trial_answer *out)
{
    if (!mocking_answer(k->mocks, call, out))
        return false;
    case_check_answer(k, call, out);
    if (out->kind == TRIAL_REAL && !k->has_handlers && !case_buckets_have(&k->out->buckets, call))
        tell_no_handlers(k, call);
    return true;
}

static bool case_answer(void *user, const struct trial_call *call, struct trial_answer *out)
{
    struct running_case *k = user;

    if (k->options->answer && k->options->answer(k->options->answer_user, call, out))
        return true;
    if (answer_locally(k->local, call, out) || answer_by_mocks(k, call, out))
        return true;
    if (k->has_handlers || case_buckets_have(&k->out->buckets, call))
        return false;
    tell_unmocked(k, call);
    *out = (struct trial_answer){.kind = TRIAL_THROWS,
                                 .error = json_cstring("Asl.NoHandler"),
                                 .cause = json_cstring("No mock of the test answers the Task.")};
    return true;
}

/* Mocks of the row, or of the case if it has no rows, are there for this run alone. */
static void judge_mocks(struct running_case *k)
{
    json *uses = mocking_uses(k->mocks, 0);

    mock_use_tell(k->c, &k->c->layers[0], uses, &k->out->failures);
    json_unref(uses);
    if (k->c->rows && !k->out->failures.count)
        k->out->uses = mocking_uses(k->mocks, 1);
}

/* ---- what the case says ---- */

static const struct asl_state *state_named(const struct test_case *c, const asl_machine *m,
                                           const char *field)
{
    const char *path = case_text(c, field);

    return path ? trial_find_state(m, path, NULL) : NULL;
}

static int64_t case_clock(const struct test_case *c)
{
    const char *text = case_text(c, "clock");
    struct timestamp t;

    return text && timestamp_parse(text, strlen(text), &t) ? t.ms : CASE_CLOCK_MS;
}

static uint64_t case_seed(const struct test_case *c)
{
    struct asl_at at;

    return case_field(c, "seed", &at) ? (uint64_t)json_int_value(at.value) : 0;
}

static void case_config(const struct test_case *c, const asl_machine *m, struct rt_config *out)
{
    const struct asl_state *first = state_named(c, m, "start");
    struct asl_at at;

    *out = (struct rt_config){.aws_limits = true, .seed = case_seed(c), .first = first};
    if (first)
        out->scope = first->scope;
    if (case_field(c, "context", &at))
        out->context = at.value;
    if (case_field(c, "variables", &at))
        out->variables = at.value;
    names_make(&(struct names_given){.machine = json_str(c->suite->machine.name),
                                     .name = case_text(c, "execution"),
                                     .seed = out->seed},
               &out->names);
}

static struct place place_of_handlers(const struct test_case *c)
{
    struct asl_at at;

    return case_field(c, "handlers", &at) && at.places ? at.places->value : c->place;
}

static bool case_read_handlers(struct running_case *k, struct buf *text, char **path)
{
    const char *named = case_text(k->c, "handlers");
    struct diag why = {0};

    if (!named)
        return true;
    k->has_handlers = true;
    *path = suite_path(k->c->suite, named);
    bool good = buf_read_regular(text, *path, HANDLERS_MOST, &why);
    if (!good)
        failures_add(&k->out->failures, place_of_handlers(k->c), "handlers", "%s", why.text);
    diag_clear(&why);
    return good;
}

/* ---- playing ---- */

static uint64_t most_events(const struct running_case *k)
{
    return k->options->most_events ? k->options->most_events : TRIAL_MOST_EVENTS;
}

static void case_judge(struct running_case *k)
{
    struct case_run *out = k->out;

    if (out->trial && trial_how(out->trial) == TRIAL_FAILED) {
        failures_add(&out->failures, place_of_handlers(k->c), "case", "%s", trial_why(out->trial));
        return;
    }
    if (out->trial && trial_how(out->trial) == TRIAL_CUT)
        failures_add(&out->failures, k->c->place, "case",
                     "the execution has had %llu events, and goes on: it may run in a circle",
                     (unsigned long long)most_events(k));
    if (out->trial && trial_how(out->trial) == TRIAL_LATE)
        failures_add(&out->failures, k->c->place, "case",
                     "the execution goes on beyond the year 9999: start it earlier (clock), or "
                     "wait less");
    if (k->local && trial_how(out->trial) == TRIAL_STUCK)
        failures_add(&out->failures, k->c->place, "case",
                     "the execution waits for something that never comes");
    if (k->local || k->options->only_play || out->failures.count)
        return;
    expect_check(k->c, out->result, &out->failures);
    expect_buckets(k->c, &out->buckets, &out->failures);
    if (!k->options->no_snapshots)
        snapshot_check(k->c, out->result, &out->failures);
    judge_mocks(k);
}

static void state_unmocked(void *user, const struct trial_call *call)
{
    tell_unmocked(user, call);
}

static void case_play_state(struct running_case *k, const asl_machine *m,
                            const struct asl_state *state)
{
    json *input = case_input(k->c);

    k->out->result = state_run(&(struct state_run){.c = k->c,
                                                   .machine = m,
                                                   .state = state,
                                                   .mocks = k->mocks,
                                                   .input = input,
                                                   .clock_ms = case_clock(k->c),
                                                   .seed = case_seed(k->c),
                                                   .trusted = k->options->machine != NULL,
                                                   .unmocked = state_unmocked,
                                                   .answered = case_check_answer,
                                                   .user = k},
                               &k->out->alone, &k->out->failures);
    json_unref(input);
}

/* A mock of the case's handlers file, which is held against its service as those of the suite. */
static void case_hear_mock(void *user, const char *line)
{
    const struct running_case *k = user;
    struct failures *told = &k->out->failures;
    struct asl_at check;

    if (case_field(k->c, "check", &check) && json_is_string(check.value) &&
        json_str_is(check.value, "none"))
        return;
    for (size_t i = 0; i < told->count; i++)
        if (!strcmp(told->all[i].text, line))
            return;
    failures_add(told, place_of_handlers(k->c), "mocks", "%s", line);
}

/* Returns false, with a failure, when it could not be played. */
static bool case_play(struct running_case *k, const struct buf *text, const char *path)
{
    const struct case_options *o = k->options;
    asl_machine *m =
        (asl_machine *)(uintptr_t)(o->machine ? o->machine : k->c->suite->machine.machine);
    const struct asl_state *alone = state_named(k->c, m, "state");
    struct rt_config config;

    if (alone) {
        case_play_state(k, m, alone);
        return true;
    }
    if (!case_buckets_make(&k->out->buckets, k->c, m, o->buckets, o->bucket_count,
                           &k->out->failures))
        return false;
    struct handlers_options real = o->handlers;
    real.buckets = k->out->buckets.all;
    real.bucket_count = k->out->buckets.count;
    real.buckets_in_order = true;
    real.mock_log = case_hear_mock;
    real.mock_user = k;
    json *input = case_input(k->c);
    case_config(k->c, m, &config);
    k->out->trial = trial_run(&(struct trial_options){.machine = m,
                                                      .stage = o->stage,
                                                      .config = config,
                                                      .input = input,
                                                      .start_ms = case_clock(k->c),
                                                      .answer = case_answer,
                                                      .user = k,
                                                      .choose = o->choose,
                                                      .choose_user = o->choose_user,
                                                      .most_events = most_events(k),
                                                      .until = state_named(k->c, m, "until"),
                                                      .handlers = real,
                                                      .handlers_path = path,
                                                      .handlers_text = text->data,
                                                      .handlers_len = text->len});
    k->out->result = result_new(k->out->trial);
    rt_names_clear(&config.names);
    json_unref(input);
    return true;
}

void case_run(const struct test_case *c, const struct case_options *options, struct case_run *out)
{
    struct running_case k = {.c = c, .options = options, .out = out};
    struct buf text = {0};
    char *path = NULL;
    uint64_t began = uv_hrtime();

    *out = (struct case_run){0};
    k.mocks = mocking_new(c);
    if (c->mock_case)
        k.local = mocks_parse(c->suite->file.path, buf_str(&c->suite->file.text),
                              c->suite->file.text.len, c->mock_machine, c->mock_case, NULL);
    if (case_read_handlers(&k, &text, &path) && case_play(&k, &text, path))
        case_judge(&k);
    mocking_free(k.mocks);
    mocks_free(k.local);
    buf_clear(&text);
    mem_free(path);
    out->took_s = (double)(uv_hrtime() - began) / 1e9;
}

void case_run_clear(struct case_run *r)
{
    failures_clear(&r->failures);
    json_unref(r->uses);
    result_free(r->result);
    trial_free(r->trial);
    case_buckets_clear(&r->buckets);
    *r = (struct case_run){0};
}
