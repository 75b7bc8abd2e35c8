/*
 * How the cases of a suite end is found by playing all of them, once in each process that plays
 * faults: what they end with is what the suite expects, as they are looked at only if they pass.
 */
#include "tools/test/faults.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/json/json_set.h"
#include "tools/test/faults_impl.h"
#include "tools/test/mocking.h"
#include "tools/test/record.h"

#include <string.h>

/* An error that nobody names. */
#define UNNAMED "Fault.Unnamed"
#define TIMEOUT "States.Timeout"
#define HEARTBEAT "States.HeartbeatTimeout"
/* What S3 says where a Map can't read or write: of such an error it is told in the Map's own. */
#define OF_S3 "S3.AccessDeniedException"

enum { MOST_EVENTS = 50000 };

/* So many calls of a Task fail, one at a time: the first ones, and the last. More of a long loop
 * say the same. */
enum { MOST_CALLS = 5 };

struct faults {
    const char *only, *again;
    const struct suite *suite; /* of which the following is known */
    json *ends;                /* an array of {status, error, state} */
    json *catches;             /* an array: "Charge 0", the catchers by which cases go */
    mocking **mocks;           /* by case of the suite; NULL: not asked for yet */
};

/* ---- the suite ---- */

/* A catcher as a text that can be compared: "Charge 0". */
static json *catch_name(const struct asl_state *s, size_t catcher)
{
    struct buf b = {0};

    trial_state_path(&b, s);
    buf_printf(&b, " %zu", catcher);
    return json_take_buf(&b);
}

static json *state_path(const struct asl_state *s)
{
    struct buf b = {0};

    trial_state_path(&b, s);
    return json_take_buf(&b);
}

/* The Task that failed last, when its error is what the execution ends with. */
static const struct asl_state *failed_with(const trial *t, const json *error)
{
    const struct trial_event *events;

    for (size_t i = trial_events(t, &events); i-- > 0;) {
        const struct rt_event *e = &events[i].event;
        if (e->kind == RT_TASK_FAILED || e->kind == RT_TASK_TIMED_OUT)
            return e->error.name && error && json_equal(e->error.name, error) ? e->state : NULL;
    }
    return NULL;
}

/* How an execution ended. */
static json *end_of(const struct case_run *run)
{
    const json *status = result_member(run->result, "status");
    const json *error = result_member(run->result, "error");
    const struct asl_state *s = failed_with(run->trial, error);
    struct json_build b = {0};

    json_build_object(&b, 3);
    json_build_set(&b, "status", json_ref(status));
    json_build_set(&b, "error", error ? json_ref(error) : json_null());
    json_build_set(&b, "state", s ? state_path(s) : json_null());
    return json_build_done(&b);
}

/*
 * Notes by which catchers the cases of the suite go: what such a catcher loses is what its author
 * wants.
 */
static void add_catches(const trial *t, struct json_build *out)
{
    const struct rt_event *e;
    size_t from = 0;

    while (fault_next_catch(t, &from, &e))
        json_build_add(out, catch_name(e->state, e->exited.index));
}

static void forget_suite(faults *f)
{
    for (size_t i = 0; f->suite && i < f->suite->case_count; i++)
        mocking_free(f->mocks[i]);
    mem_free(f->mocks);
    json_unref(f->ends);
    json_unref(f->catches);
    f->mocks = NULL;
    f->ends = f->catches = NULL;
}

/* Cases with real handlers are not played to learn how they end: they would call these once more in
 * each process. */
static bool teaches(const struct test_case *c)
{
    return !c->skip && !case_has_handlers(c);
}

/*
 * Plays the cases of the suite once. Cases that fail are left out: what they end with is expected
 * by nobody.
 */
static void learn_suite(faults *f, const struct suite *s, const struct case_options *options)
{
    struct json_build ends = {0}, catches = {0};

    if (f->suite == s)
        return;
    forget_suite(f);
    f->suite = s;
    f->mocks = mem_calloc(s->case_count, sizeof *f->mocks);
    json_build_array(&ends, s->case_count);
    json_build_array(&catches, 4);
    for (size_t i = 0; i < s->case_count; i++) {
        struct case_run run;
        if (!teaches(&s->cases[i]))
            continue;
        case_run(&s->cases[i], options, &run);
        if (run.trial && !run.failures.count) {
            json_build_add(&ends, end_of(&run));
            add_catches(run.trial, &catches);
        }
        case_run_clear(&run);
    }
    f->ends = json_build_done(&ends);
    f->catches = json_build_done(&catches);
}

faults *faults_new(const char *only, const char *again)
{
    faults *f = mem_calloc(1, sizeof *f);

    f->only = only;
    f->again = again;
    return f;
}

void faults_free(faults *f)
{
    if (!f)
        return;
    forget_suite(f);
    mem_free(f);
}

/* ---- which errors ---- */

static bool list_has_text(const json *array, const json *text)
{
    for (size_t i = 0; i < json_count(array); i++)
        if (json_equal(json_at(array, i), text))
            return true;
    return false;
}

/* States.ALL and States.TaskFailed stand for other errors, and are thrown by none; others come of
 * Maps alone. */
static bool is_thrown_by_tasks(const json *name)
{
    static const char *const others[] = {"States.ALL", "States.TaskFailed", ASL_ITEM_READER_FAILED,
                                         ASL_RESULT_WRITER_FAILED,
                                         "States.ExceedToleratedFailureThreshold"};

    for (size_t i = 0; i < COUNT(others); i++)
        if (json_str_is(name, others[i]))
            return false;
    return true;
}

static void add_error(struct json_build *out, const json *name)
{
    if (!list_has_text(out->v, name) && is_thrown_by_tasks(name))
        json_build_add(out, json_ref(name));
}

static void add_errors(struct json_build *out, const struct asl_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        add_error(out, errors->names[i]);
}

/* What reading its items or writing its results makes of a Map. */
static json *map_errors(const struct asl_state *map)
{
    struct json_build b;

    json_build_array(&b, 2);
    if (map->type == ASL_MAP && map->map.reader)
        json_build_add(&b, json_cstring(ASL_ITEM_READER_FAILED));
    if (map->type == ASL_MAP && map->map.writer && map->map.writer->resource)
        json_build_add(&b, json_cstring(ASL_RESULT_WRITER_FAILED));
    return json_build_done(&b);
}

/* Gathers the errors that the state and the states around it name, then the ones that a Task can
 * fail with though nobody names them. */
json *fault_errors(const struct asl_state *s)
{
    if (s->type != ASL_TASK)
        return map_errors(s);
    bool beats = s->type == ASL_TASK && s->task.heartbeat_s.set;
    json *others[] = {json_cstring(TIMEOUT), json_cstring(beats ? HEARTBEAT : TIMEOUT),
                      json_cstring(UNNAMED)};
    struct json_build b = {0};

    json_build_array(&b, 8);
    for (; s; s = s->scope->owner) {
        for (size_t i = 0; i < s->retriers; i++)
            add_errors(&b, &s->retry[i].errors);
        for (size_t i = 0; i < s->catchers; i++)
            add_errors(&b, &s->catch[i].errors);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        add_error(&b, others[i]);
        json_unref(others[i]);
    }
    return json_build_done(&b);
}

/* ---- playing one ---- */

struct faulting {
    faults *f;
    const struct test_case *c;
    const struct case_options *options;
    struct failures *out;
    const struct asl_state *s;
    json *errors; /* that it fails with, one after another */
    const json *error;
    size_t nth;   /* the call that fails, from 0 */
    bool always;  /* and those behind it */
    size_t calls; /* of a Map: that could have failed so far */
    size_t tried; /* faults */
};

/*
 * Mocks of other cases are made when they are first asked: most faults need none but the case's
 * own.
 */
static bool ask_mocks(struct faulting *x, size_t i, const struct trial_call *call,
                      struct trial_answer *out)
{
    mocking **m = &x->f->mocks[i];

    if (!*m)
        *m = mocking_new(&x->c->suite->cases[i]);
    return mocking_answer(*m, call, out);
}

/* Returns whether a Map reads by the call; else it writes. */
static bool reads_items(const struct trial_call *call)
{
    struct asl_resource r;

    return asl_resource_read(call->resource, &r) &&
           (asl_piece_is(r.action, "getObject") || asl_piece_is(r.action, "listObjectsV2"));
}

/* A Map fails by one of its calls of S3: by which of them makes no difference. */
static bool call_is_to_fail(struct faulting *x, const struct trial_call *call)
{
    if (call->state != x->s)
        return false;
    if (x->s->type == ASL_MAP)
        return reads_items(call) == json_str_is(x->error, ASL_ITEM_READER_FAILED) &&
               (x->calls++ == 0 || x->always);
    return call->nth == x->nth || (x->always && call->nth > x->nth);
}

/*
 * The call that fails throws; all others are answered by the case's mocks, then by those of any
 * other case: behind a catcher come Tasks that this case never calls.
 */
static bool fault_answer(void *user, const struct trial_call *call, struct trial_answer *out)
{
    struct faulting *x = user;
    const struct suite *s = x->c->suite;
    size_t own = (size_t)(x->c - s->cases);

    if (call_is_to_fail(x, call)) {
        *out = (struct trial_answer){.kind = TRIAL_THROWS,
                                     .error = x->s->type == ASL_MAP ? json_cstring(OF_S3)
                                                                    : json_ref(x->error),
                                     .cause = json_cstring("made by asl test --faults")};
        return true;
    }
    if (ask_mocks(x, own, call, out))
        return true;
    for (size_t i = 0; i < s->case_count; i++)
        if (i != own && teaches(&s->cases[i]) && ask_mocks(x, i, call, out))
            return true;
    return false;
}

/* A Retry of a Map or Parallel around the state counts, too. */
static bool was_retried(const trial *t, const struct asl_state *s)
{
    const struct trial_event *events;
    size_t count = trial_events(t, &events);

    for (size_t i = 0; i < count; i++)
        if (events[i].event.kind == RT_BACKOFF)
            for (const struct asl_state *o = s; o; o = o->scope->owner)
                if (events[i].event.state == o)
                    return true;
    return false;
}

/* ---- judging ---- */

/* Whether each Retry and Catch on the way out of the state treats both errors alike. */
static bool is_alike(const struct asl_state *s, const json *a, const json *b)
{
    bool alike = true;

    for (; s && alike; s = s->scope->owner) {
        for (size_t i = 0; i < s->retriers; i++)
            alike &= asl_errors_match(&s->retry[i].errors, a) ==
                     asl_errors_match(&s->retry[i].errors, b);
        for (size_t i = 0; i < s->catchers; i++)
            alike &= asl_errors_match(&s->catch[i].errors, a) ==
                     asl_errors_match(&s->catch[i].errors, b);
    }
    return alike;
}

/* An error that the execution ends with unchanged was handled by nobody. */
static bool passes_through(const struct faulting *x, const json *end)
{
    return json_equal(json_get(end, "error"), x->error);
}

/* Whether a case ends with that status and error, after the state has failed with `fault`. A case
 * that fails with an error of this Task stands for all errors that are treated alike. */
static bool some_case_ends(const struct faulting *x, const json *status, const json *ended,
                           const json *fault)
{
    bool through = json_equal(ended, fault), expected = false;
    json *path = state_path(x->s);

    for (size_t i = 0; !expected && i < json_count(x->f->ends); i++) {
        const json *other = json_at(x->f->ends, i), *error = json_get(other, "error");
        if (!json_equal(json_get(other, "status"), status))
            continue;
        expected = json_equal(error, ended) ||
                   (through && json_is_string(error) &&
                    json_equal(json_get(other, "state"), path) && is_alike(x->s, error, fault));
    }
    json_unref(path);
    return expected;
}

static bool is_expected(const struct faulting *x, const json *end)
{
    return some_case_ends(x, json_get(end, "status"), json_get(end, "error"), x->error);
}

/* The command that plays this fault alone. */
static void write_again(struct buf *out, const struct faulting *x)
{
    struct buf fault = {0};

    buf_adds(out, "\nagain: ");
    record_write_again(out, x->c->suite->file.path, x->c->name);
    buf_printf(out, "%s --fault ", x->f->again);
    trial_state_path(&fault, x->s);
    buf_printf(&fault, "=%s", json_str(x->error));
    record_write_quoted(out, buf_str(&fault));
    buf_clear(&fault);
}

/* Adds the error; and where `status` is not NULL, those that are treated alike and, as the
 * execution ends with them unchanged, end it so that no case expects it either. */
static void write_errors(struct buf *out, const struct faulting *x, const json *status)
{
    const char *between = "";

    for (size_t i = 0; i < json_count(x->errors); i++) {
        const json *error = json_at(x->errors, i);
        if (!json_equal(error, x->error) && (!status || !is_alike(x->s, error, x->error) ||
                                             some_case_ends(x, status, error, error)))
            continue;
        buf_printf(out, "%s%s", between,
                   json_str_is(error, UNNAMED) ? "an error that nobody names" : json_str(error));
        between = ", or ";
    }
}

/* The first line says the same of all cases, and is told once; the others, how this one came there.
 * `alike` is what write_errors takes as the status. */
static void tell(struct faulting *x, const struct case_run *run, struct buf *what,
                 const json *alike)
{
    const struct suite_machine *m = &x->c->suite->machine;
    struct buf text = {0};

    buf_addc(&text, '\'');
    trial_state_path(&text, x->s);
    buf_printf(&text, "' (%s:%u) fails %s with ", m->file, m->elements->all[x->s->id].place.line,
               x->always ? "each time" : "once");
    write_errors(&text, x, alike);
    buf_adds(&text, buf_str(what));
    if (x->nth)
        buf_printf(&text, "\nit is call %zu of the state that fails", x->nth + 1);
    buf_adds(&text, "\nway: ");
    record_write_way(&text, result_member(run->result, "way"));
    write_again(&text, x);
    failures_add(x->out, x->c->place, FAULTS_WHAT, "%s", buf_str(&text));
    buf_clear(&text);
    buf_reset(what);
}

/*
 * A case that ends as some case of the suite expects is good, whichever that is: the fault may lead
 * where another case goes on purpose.
 */
static void judge_end(struct faulting *x, const struct case_run *run)
{
    json *end = end_of(run);
    const json *error = json_get(end, "error");
    struct buf what = {0};

    if (trial_how(run->trial) == TRIAL_CUT || is_expected(x, end))
        goto out;
    if (run->unmocked)
        buf_printf(&what, ", and no mock of the suite answers '%s' then",
                   json_str(run->unmocked->name));
    else if (passes_through(x, end))
        buf_adds(&what, ", and nobody handles it");
    else if (json_is_string(error))
        buf_printf(&what, ", and it ends %s with %s, as no case expects",
                   json_str(json_get(end, "status")), json_str(error));
    else
        buf_printf(&what, ", and it ends %s, as no case expects",
                   json_str(json_get(end, "status")));
    tell(x, run, &what, passes_through(x, end) ? json_get(end, "status") : NULL);
out:
    json_unref(end);
    buf_clear(&what);
}

/*
 * A catcher without ResultPath puts the error in the place of the input. That is told only where a
 * later state reads what went with it, and no case goes that way on purpose.
 */
static void judge_losses(struct faulting *x, const struct case_run *run)
{
    struct fault_loss loss;
    struct buf what = {0};

    if (!fault_loses(run->trial, x->s, &loss))
        return;
    json *name = catch_name(x->s, loss.catcher);
    if (!list_has_text(x->f->catches, name)) {
        buf_printf(&what, ", and catcher %zu loses '%s', which '%s' reads: it has no %s",
                   loss.catcher + 1, loss.name, json_str(loss.reader->name),
                   x->s->jsonata ? "Output" : "ResultPath");
        tell(x, run, &what, NULL);
    }
    buf_clear(&what);
    json_unref(name);
    mem_free(loss.name);
}

/* Returns whether it was tried again. */
static bool play_fault(struct faulting *x)
{
    struct case_options options = *x->options;
    struct case_run run;

    options.answer = fault_answer;
    options.answer_user = x;
    options.only_play = true;
    options.most_events = MOST_EVENTS;
    x->calls = 0;
    x->tried++;
    case_run(x->c, &options, &run);
    bool retried = false;
    if (run.trial) {
        judge_end(x, &run);
        judge_losses(x, &run);
        retried = was_retried(run.trial, x->s);
    }
    case_run_clear(&run);
    return retried;
}

/* Whether it is the one that is asked for. */
static bool fault_is_wanted(const struct faulting *x)
{
    return !x->f->only || fault_is_named(x->c->suite->states, x->f->only, x->s, x->error);
}

/*
 * Each error is thrown once. Where the state is tried again it is also thrown each time, so that
 * the retriers run out.
 */
static void play_faults(struct faulting *x)
{
    for (size_t i = 0; i < json_count(x->errors); i++) {
        x->error = json_at(x->errors, i);
        if (!fault_is_wanted(x))
            continue;
        x->always = false;
        if (play_fault(x)) {
            x->always = true;
            play_fault(x);
        }
    }
}

/* Lets one call after another fail: items of a Map may lie behind others, and a turn of a loop has
 * what the ones before it left. */
static void play_calls(struct faulting *x, size_t calls)
{
    x->errors = fault_errors(x->s);
    if (x->s->type == ASL_MAP)
        calls = 1;
    for (size_t n = 0; n < calls && n < MOST_CALLS; n++) {
        x->nth = n + 1 < MOST_CALLS ? n : calls - 1;
        play_faults(x);
    }
    json_unref(x->errors);
}

static size_t fault_calls_of(const struct trial_made_call *calls, size_t count,
                             const struct asl_state *s)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += calls[i].state == s;
    return n;
}

/*
 * Calls of a state are played together, at its first one. Cases with handlers are left out: what
 * real programs do can't be played twice.
 */
size_t faults_case(faults *f, const struct test_case *c, const struct case_options *options,
                   const struct case_run *usual, struct failures *out)
{
    struct faulting x = {.f = f, .c = c, .options = options, .out = out};
    const struct trial_made_call *calls;
    size_t count = usual->trial ? trial_calls(usual->trial, &calls) : 0;

    if (!count || case_has_handlers(c))
        return 0;
    learn_suite(f, c->suite, options);
    for (size_t i = 0; i < count; i++) {
        bool before = false;
        for (size_t k = 0; k < i && !before; k++)
            before = calls[k].state == calls[i].state;
        x.s = calls[i].state;
        if (!before)
            play_calls(&x, fault_calls_of(calls, count, x.s));
    }
    return x.tried;
}

/* ---- telling each once ---- */

static bool is_fault(const json *failure)
{
    return json_str_is(json_get(failure, "what"), FAULTS_WHAT);
}

/* Returns the place of the failure's first line among those that are told, at the end for a new
 * one.
 */
static size_t fault_told_at(struct json_set *told, const json *failure)
{
    const json *text = json_get(failure, "text");
    const char *end = strchr(json_str(text), '\n');
    json *line =
        json_string(json_str(text), end ? (size_t)(end - json_str(text)) : json_str_len(text));
    size_t at = json_set_add(told, line);

    json_unref(line);
    return at;
}

/*
 * Returns the record without the faults that an earlier case has told. It passes when none is left.
 */
json *faults_once(struct json_set *told, json *record, size_t *repeats)
{
    const json *failures = json_get(record, "failures");
    struct json_build kept = {0}, b = {0};
    size_t count = failures ? json_count(failures) : 0, before = told->count;

    if (!count)
        return record;
    json_build_array(&kept, count);
    for (size_t i = 0; i < count; i++) {
        const json *failure = json_at(failures, i);
        size_t known = told->count;
        size_t at = is_fault(failure) ? fault_told_at(told, failure) : known;
        if (at >= known)
            json_build_add(&kept, json_ref(failure));
        else
            *repeats += at < before;
    }
    json *left = json_build_done(&kept);
    json_build_copy(&b, record, 0);
    if (!json_count(left))
        json_build_set(&b, "outcome", json_cstring("passed"));
    json_build_set(&b, "failures", left);
    json_unref(record);
    return json_build_done(&b);
}
