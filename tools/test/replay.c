/*
 * A call is answered by the recorded call of the same state, for the same item of a Map: in the
 * order in which they came, but one that sent the same goes first, as calls of items that ran at
 * the same time come in an order of chance. What happened is compared chain by chain.
 */
#include "tools/test/replay.h"

#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/timestamp.h"
#include "runtime/core/token.h"
#include "runtime/engine/names.h"
#include "tools/test/matcher.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* The recorded calls of one history, and which of them have answered. */
struct answering {
    const struct history *history;
    const struct replay_child *child; /* NULL: of the execution itself */
    bool *used;
    size_t first; /* all before it are used */
};

struct replaying {
    const struct replay_options *options;
    struct answering *sources;
    size_t source_count;
    struct replay *out;
};

/* ---- answers ---- */

static bool is_call_of(const struct answering *a, const struct history_call *c,
                       const struct trial_call *call)
{
    bool in_item = c->in_item || a->child;
    int64_t index = c->in_item ? c->index : a->child ? a->child->index : 0;

    return json_equal(c->state, call->state->name) && in_item == call->in_item &&
           (!in_item || index == call->index);
}

static const struct history_call *recorded_in(struct answering *a, const struct trial_call *call)
{
    const struct history *h = a->history;
    size_t found = SIZE_MAX;

    while (a->first < h->call_count && a->used[a->first])
        a->first++;
    for (size_t i = a->first; i < h->call_count; i++) {
        if (a->used[i] || !is_call_of(a, &h->calls[i], call))
            continue;
        bool same = h->calls[i].parameters && call->parameters &&
                    json_equal(h->calls[i].parameters, call->parameters);
        if (same || found == SIZE_MAX)
            found = i;
        if (same)
            break;
    }
    if (found == SIZE_MAX)
        return NULL;
    a->used[found] = true;
    return &h->calls[found];
}

enum { MOST_BEATS = 1000000 };

/* Heartbeats came if the Task took longer than it may without one, up to its answer, or up to when
 * the lack of them ended it. */
static void add_beats(const struct history_call *c, struct trial_answer *out)
{
    int64_t may_ms = c->heartbeat_s * 1000, took_ms = c->ended_ms - c->scheduled_ms;
    bool lacked = c->outcome == CALL_TIMED_OUT && (!c->timeout_s || took_ms < c->timeout_s * 1000);

    if (c->outcome == CALL_OPEN || may_ms <= 0 || took_ms <= may_ms + may_ms / 2)
        return;
    int64_t beats = (lacked ? took_ms - may_ms : took_ms) / (may_ms / 2);
    out->beat_every_ms = may_ms / 2;
    out->beats = (uint32_t)(beats < MOST_BEATS ? beats : MOST_BEATS);
}

static struct trial_answer answer_of(const struct history_call *c)
{
    struct trial_answer a = {.kind = TRIAL_NEVER};

    if (c->outcome == CALL_SUCCEEDED) {
        a.kind = TRIAL_RETURNS;
        a.value = c->output ? json_ref(c->output) : json_null();
    } else if (c->outcome == CALL_FAILED) {
        a.kind = TRIAL_THROWS;
        a.error = c->error && json_is_string(c->error) ? json_ref(c->error) : json_cstring("");
        a.cause = c->cause && json_is_string(c->cause) ? json_ref(c->cause) : NULL;
    }
    if (a.kind != TRIAL_NEVER && c->ended_ms > c->scheduled_ms)
        a.after_ms = c->ended_ms - c->scheduled_ms;
    if (c->submitted)
        a.submitted = json_ref(c->submitted);
    if (c->worker && json_is_string(c->worker))
        a.worker = json_ref(c->worker);
    add_beats(c, &a);
    return a;
}

static struct trial_answer answer_copy(const struct trial_answer *a)
{
    struct trial_answer copy = *a;

    json_ref(copy.value);
    json_ref(copy.error);
    json_ref(copy.cause);
    json_ref(copy.submitted);
    json_ref(copy.worker);
    return copy;
}

static bool is_of_a_map_run(const struct asl_state *s)
{
    for (s = s->scope->owner; s; s = s->scope->owner)
        if (s->type == ASL_MAP && s->map.distributed)
            return true;
    return false;
}

/* Notes that a Map state has called the bucket. */
static void note_folder(struct replaying *r, const json *bucket)
{
    const struct replay_options *o = r->options;
    struct json_build b = {0};

    if (json_get_key(r->out->folders, bucket))
        return;
    for (size_t i = 0; i < o->bucket_count; i++) {
        if (!json_str_is(bucket, o->buckets[i].name))
            continue;
        json_build_copy(&b, r->out->folders, 1);
        json_build_set_key(&b, json_ref(bucket), json_cstring(o->buckets[i].folder));
        json_unref(r->out->folders);
        r->out->folders = json_build_done(&b);
        return;
    }
}

/* What a Map state reads and writes is no event: its bucket answers. False: it is a call of another
 * kind. */
static bool answer_map(struct replaying *r, const struct trial_call *call, struct trial_answer *out)
{
    if (call->state->type != ASL_MAP)
        return false;
    *out = (struct trial_answer){.kind = TRIAL_NEVER};
    if (case_buckets_have(&r->out->buckets, call)) {
        note_folder(r, case_bucket_called(call));
        out->kind = TRIAL_REAL;
    } else if (!r->out->unread) {
        r->out->unread = json_str(call->state->name);
    }
    return true;
}

static bool replay_answer(void *user, const struct trial_call *call, struct trial_answer *out)
{
    struct replaying *r = user;
    struct replay *to = r->out;
    const struct history_call *c = NULL;

    bool of_map = answer_map(r, call, out);

    for (size_t i = 0; i < r->source_count && !c && !of_map; i++)
        c = recorded_in(&r->sources[i], call);
    if (!of_map)
        *out = c ? answer_of(c) : (struct trial_answer){.kind = TRIAL_NEVER};
    if (!c && !of_map && !to->unknown && is_of_a_map_run(call->state))
        to->unknown = json_str(call->state->name);
    MEM_GROW(to->answers, to->answer_count, to->answer_cap);
    to->answers[to->answer_count++] = answer_copy(out);
    return true;
}

/*
 * AWS writes the input as text of JSON. Other text is taken as a string, as a hand-written history
 * may have it.
 */
json *replay_input(const struct history *h)
{
    const json *text = json_get(h->events[0].details, "input");
    json *input = json_is_string(text)
                      ? json_parse(json_str(text), json_str_len(text), JSON_READ_SURROGATES, NULL)
                      : NULL;

    return input ? input : json_ref(text);
}

static void take_source(struct replaying *r, const struct history *h,
                        const struct replay_child *child)
{
    r->sources[r->source_count++] = (struct answering){
        .history = h, .child = child, .used = mem_calloc(h->call_count + 1, sizeof(bool))};
}

/* ---- what no two executions have alike ---- */

/* States.UUID() and names of executions make others each time. */
static bool is_uuid(const char *s, size_t len)
{
    if (len != 36)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !strchr("0123456789abcdefABCDEF", s[i]))
            return false;
    }
    return true;
}

static bool is_time_text(const char *s, size_t len)
{
    struct timestamp t;

    return timestamp_parse(s, len, &t);
}

/* What each of both executions is told of itself. */
struct selves {
    const json *role_was, *role_is; /* their roles; NULL: not known */
    const json *machine_is;         /* the state machine that is played */
};

/* Returns what an ARN of Step Functions is of, "execution:NAME:NAME"; NULL: it is none. */
static const char *states_arn(const char *s)
{
    if (!text_begins_with(s, "arn:aws") || !(s = strchr(s + 4, ':')) ||
        !text_begins_with(s, ":states:"))
        return NULL;
    s += sizeof ":states:" - 1;
    for (int i = 0; i < 2 && s; i++) {
        s = strchr(s, ':');
        s = s ? s + 1 : NULL;
    }
    return s;
}

/* Each execution and each Map Run has an ARN of its own. What is told by a name that its author
 * chose, as a state machine or an activity, is another thing under another name. */
static bool are_arns_alike(const struct selves *own, const json *was, const json *is)
{
    static const char *const types[] = {"execution:", "express:", "mapRun:"};
    const char *a = states_arn(json_str(was)), *b = states_arn(json_str(is));

    if (a && b && own->machine_is && json_equal(is, own->machine_is))
        return text_begins_with(a, "stateMachine:");
    for (size_t i = 0; a && b && i < sizeof types / sizeof *types; i++)
        if (text_begins_with(a, types[i]))
            return text_begins_with(b, types[i]);
    return own->role_was && own->role_is && json_equal(was, own->role_was) &&
           json_equal(is, own->role_is);
}

/* A token of ours stands only where a Task's own one is to stand. What AWS had there is a long text
 * in the alphabets of Base64; between two such texts that are no tokens a difference is one. */
static bool are_tokens(const json *was, const json *is)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_.";
    size_t len = json_str_len(was);

    return rt_is_like_token(json_str(is)) && len >= 64 && strspn(json_str(was), letters) == len;
}

bool replay_are_uuids(const json *a, const json *b)
{
    return is_uuid(json_str(a), json_str_len(a)) && is_uuid(json_str(b), json_str_len(b));
}

bool replay_are_times(const json *a, const json *b)
{
    return is_time_text(json_str(a), json_str_len(a)) && is_time_text(json_str(b), json_str_len(b));
}

/* Whether the texts are the same but for UUIDs in them: keys of result files have that of the Map
 * Run. */
static bool are_same_but_uuids(const json *was, const json *is)
{
    const char *a = json_str(was), *b = json_str(is);
    size_t len = json_str_len(was), i = 0;

    if (json_str_len(is) != len)
        return false;
    while (i < len) {
        bool uuids = len - i >= 36 && is_uuid(a + i, 36) && is_uuid(b + i, 36);
        if (!uuids && a[i] != b[i])
            return false;
        i += uuids ? 36 : 1;
    }
    return true;
}

/*
 * Only what can't be the same in two executions is left out of a comparison; both texts must be of
 * that kind.
 */
static bool are_alike(const struct selves *own, const json *was, const json *is)
{
    return are_same_but_uuids(was, is) || replay_are_times(was, is) ||
           are_arns_alike(own, was, is) || are_tokens(was, is);
}

/* Returns the value of a text that holds JSON with something in it; NULL: it doesn't. */
static json *value_within(const json *text)
{
    const char first = *json_str(text);

    return first == '{' || first == '['
               ? json_parse(json_str(text), json_str_len(text), JSON_READ_SURROGATES, NULL)
               : NULL;
}

static json *settle(const struct selves *own, const json *was, const json *actual);

/* Whether texts that hold JSON are the same but for what no two executions have alike. */
static bool are_alike_within(const struct selves *own, const json *was, const json *actual)
{
    json *a = value_within(was), *b = a ? value_within(actual) : NULL;
    json *settled = b ? settle(own, a, b) : NULL;
    bool alike = settled && json_equal(a, settled);

    json_unref(a);
    json_unref(b);
    json_unref(settled);
    return alike;
}

/*
 * Returns the actual value with those texts of the recorded one that no two executions have alike:
 * what is different then is a difference. Text of JSON within is settled as well.
 */
static json *settle(const struct selves *own, const json *was, const json *actual)
{
    struct json_build b = {0};

    if (json_is_string(was) && json_is_string(actual)) {
        bool alike = are_alike(own, was, actual) ||
                     (!json_equal(was, actual) && are_alike_within(own, was, actual));
        return json_ref(alike ? was : actual);
    }
    if (json_is_array(was) && json_is_array(actual) && json_count(was) == json_count(actual)) {
        json_build_array(&b, json_count(was));
        for (size_t i = 0; i < json_count(was); i++)
            json_build_add(&b, settle(own, json_at(was, i), json_at(actual, i)));
        return json_build_done(&b);
    }
    if (!json_is_object(was) || !json_is_object(actual))
        return json_ref(actual);
    json_build_object(&b, json_count(actual));
    for (size_t i = 0; i < json_count(actual); i++) {
        const json *key = json_key_at(actual, i), *v = json_value_at(actual, i);
        const json *other = json_get_key(was, key);
        json_build_set_key(&b, json_ref(key), other ? settle(own, other, v) : json_ref(v));
    }
    return json_build_done(&b);
}

/* ---- comparing ---- */

/* The first event that differs, so far: the one with the lowest id. */
struct first_difference {
    int64_t id;
    const struct history_event *was, *is; /* NULL: there is none */
    bool told;
    struct selves own;
    bool follows; /* the chain only ended as its group failed, which another difference tells */
};

/*
 * Keeps the earliest difference: all that comes behind follows from it. One that only follows from
 * a group's failure gives way to any other.
 */
static void offer(struct first_difference *d, const struct first_difference *new)
{
    if (!d->told || (d->follows && !new->follows) ||
        (d->follows == new->follows &&new->id < d->id)) {
        const struct selves own = d->own;
        *d = *new;
        d->own = own;
        d->told = true;
    }
}

/* When something is stopped depends on chance, and leaves no more behind than that. */
static bool is_compared(const struct history_event *e)
{
    return !text_ends_with(e->type, "Aborted");
}

/*
 * Returns the chain's next event that is compared, and steps behind it; NULL at its end, and for no
 * chain.
 */
static const struct history_event *next_event(const struct history *h,
                                              const struct history_chain *c, size_t *at)
{
    while (c && *at < c->count) {
        const struct history_event *e = &h->events[c->events[(*at)++]];
        if (is_compared(e))
            return e;
    }
    return NULL;
}

static bool are_same(const struct selves *own, const struct history_event *was,
                     const struct history_event *is, struct differences *out)
{
    json *a = history_event_value(was), *b = history_event_value(is), *settled;

    settled = settle(own, a, b);
    bool same = matcher_compare_plain(a, settled, out);
    json_unref(a);
    json_unref(b);
    json_unref(settled);
    return same;
}

/*
 * Chains are compared one by one, as the order of events of two of them depends on which branch was
 * quicker. A recorded history that hasn't ended may lack events at the end of each.
 */
static void compare_chain(const struct history *h, const struct history_chain *c,
                          const struct history *live, const struct history_chain *l,
                          struct first_difference *d)
{
    const struct history_event *was, *is;
    size_t i = 0, k = 0;
    int64_t last = 0;

    for (;;) {
        was = next_event(h, c, &i);
        is = next_event(live, l, &k);
        if (!was || !is)
            break;
        if (!are_same(&d->own, was, is, NULL)) {
            offer(d, &(struct first_difference){.id = was->id, .was = was, .is = is});
            return;
        }
        last = was->id;
    }
    if (was && !c->cut)
        offer(d, &(struct first_difference){.id = was->id, .was = was, .follows = !l || l->cut});
    if (is && h->ended && !c->cut)
        offer(d, &(struct first_difference){.id = last + 1, .is = is});
}

static int by_name(const void *a, const void *b)
{
    const struct history_chain *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static const struct history_chain **sorted_chains(const struct history *h)
{
    const struct history_chain **all = mem_calloc(h->chain_count, sizeof *all);

    for (size_t i = 0; i < h->chain_count; i++)
        all[i] = h->chains[i];
    qsort((void *)(uintptr_t)all, h->chain_count, sizeof *all, by_name);
    return all;
}

/* A chain that was not there then is no difference where its group has failed, or was not yet done.
 */
static void offer_new_chain(const struct history *h, const struct history_chain *const *was,
                            const struct history *live, const struct history_chain *l,
                            struct first_difference *d)
{
    const struct history_chain **up =
        bsearch(&l->up, (const void *)(uintptr_t)was, h->chain_count, sizeof *was, by_name);
    size_t k = 0;

    const struct history_event *is = next_event(live, l, &k);
    if (!up || !is || !h->ended)
        return;
    for (size_t i = 0; i < h->chain_count; i++)
        if (h->chains[i]->up == *up && h->chains[i]->cut)
            return;
    offer(d, &(struct first_difference){.id = INT64_MAX, .is = is, .follows = true});
}

/*
 * Goes through both lists of chains, sorted by name, as a merge does. A chain that only one has is
 * told by the events that it lacks.
 */
static void compare_histories(const struct history *h, const struct history *live,
                              struct first_difference *d)
{
    const struct history_chain **was = sorted_chains(h), **is = sorted_chains(live);
    size_t i = 0, k = 0;

    while (i < h->chain_count || k < live->chain_count) {
        int order = i == h->chain_count      ? 1
                    : k == live->chain_count ? -1
                                             : strcmp(was[i]->name, is[k]->name);
        if (order > 0)
            offer_new_chain(h, was, live, is[k], d);
        else
            compare_chain(h, was[i], live, order ? NULL : is[k], d);
        i += order <= 0;
        k += order >= 0;
    }
    mem_free((void *)(uintptr_t)was);
    mem_free((void *)(uintptr_t)is);
}

/* ---- telling ---- */

static void write_event(struct buf *out, const struct history_event *e)
{
    buf_adds(out, e->type);
    if (e->state)
        buf_printf(out, " of '%s'", json_str(e->state));
}

static void write_end_of_case(struct buf *out, const struct replay *r)
{
    const char *status = json_str(result_member(r->result, "status"));

    if (strcmp(status, "STUCK") == 0)
        buf_adds(out, "nothing came, as a Task waits for an answer that was not recorded");
    else
        buf_printf(out, "nothing came: the execution had %s",
                   strcmp(status, "SUCCEEDED") == 0 ? "succeeded" : "ended");
}

/*
 * Where both have the same event with other data, the data's differences are told, else the two
 * events.
 */
static void tell_difference(struct replay *r, const struct first_difference *d)
{
    struct differences differences = {0};
    struct buf what = {0}, text = {0};

    if (d->id == INT64_MAX)
        buf_adds(&what, "events");
    else
        buf_printf(&what, "event %lld", (long long)d->id);
    bool alike =
        d->was && d->is && strcmp(d->was->type, d->is->type) == 0 &&
        (d->was->state ? d->is->state && json_equal(d->was->state, d->is->state) : !d->is->state);
    if (alike) {
        buf_adds(&text, "other data in ");
        write_event(&text, d->was);
        are_same(&d->own, d->was, d->is, &differences);
    } else if (d->was) {
        buf_adds(&text, "expected ");
        write_event(&text, d->was);
        buf_adds(&text, ", but ");
        if (d->is)
            write_event(&text, d->is);
        else
            write_end_of_case(&text, r);
        buf_adds(&text, d->is ? " came" : "");
    } else {
        write_event(&text, d->is);
        buf_adds(&text, " came, where nothing did then");
    }
    failures_add(&r->failures, (struct place){0}, buf_str(&what), "%s", buf_str(&text));
    struct failure *f = &r->failures.all[r->failures.count - 1];
    f->differences = differences;
    f->expected = d->was ? history_event_value(d->was) : NULL;
    f->actual = d->is ? history_event_value(d->is) : NULL;
    buf_clear(&what);
    buf_clear(&text);
}

/* What came is of the definition as it is now; a state that was and is gone has no place in it. */
static const struct asl_state *state_that_differs(const asl_machine *m,
                                                  const struct first_difference *d)
{
    const json *names[] = {d->is ? d->is->state : NULL, d->was ? d->was->state : NULL};
    const struct asl_state *s = NULL;

    for (size_t i = 0; !s && i < 2; i++)
        s = names[i] ? trial_find_state(m, json_str(names[i]), NULL) : NULL;
    return s;
}

static void replay_compare(const struct replay_options *o, const struct rt_names *names,
                           struct replay *r)
{
    struct first_difference d = {
        .own = {.role_was = json_get(o->history->events[0].details, "roleArn"),
                .role_is = names->role_arn,
                .machine_is = names->machine_arn}};
    struct diag why = {0};

    if (trial_how(r->trial) == TRIAL_FAILED) {
        failures_add(&r->failures, (struct place){0}, "replay", "%s", trial_why(r->trial));
        return;
    }
    struct history *live = history_of(json_ref(result_member(r->result, "events")), &why);
    if (live)
        compare_histories(o->history, live, &d);
    else
        failures_add(&r->failures, (struct place){0}, "replay", "%s", why.text);
    if (r->unread)
        failures_add(
            &r->failures, (struct place){0}, "replay",
            "what '%s' reads from S3, or writes there, is in no history: it takes a folder "
            "as its bucket, --bucket NAME=FOLDER",
            r->unread);
    else if (r->unknown && o->child_count)
        failures_add(
            &r->failures, (struct place){0}, "replay",
            "'%s' is called for an item that its Map Run didn't have: its bucket has other "
            "objects than then, perhaps those that the execution itself wrote there",
            r->unknown);
    else if (r->unknown)
        failures_add(&r->failures, (struct place){0}, "replay",
                     "what '%s' was answered in a Map Run stands in histories of their own, which "
                     "are not at hand",
                     r->unknown);
    else if (d.told)
        tell_difference(r, &d);
    r->differs = state_that_differs(o->machine, &d);
    diag_clear(&why);
    history_free(live);
}

/* ---- playing ---- */

void replay_run(const struct replay_options *options, struct replay *out)
{
    const struct history_event *start = &options->history->events[0];
    json *input = replay_input(options->history);
    struct replaying r = {.options = options, .out = out};
    struct rt_config config = {
        .aws_limits = true, .context = options->context, .seed = options->seed};
    uint64_t began = uv_hrtime();

    *out = (struct replay){.folders = json_ref(json_empty_object())};
    bool good = case_buckets_give(&out->buckets, options->machine, options->buckets,
                                  options->bucket_count, &out->failures);
    r.sources = mem_calloc(options->child_count + 1, sizeof *r.sources);
    take_source(&r, options->history, NULL);
    for (size_t i = 0; i < options->child_count; i++)
        take_source(&r, options->children[i].history, &options->children[i]);
    names_make(&(struct names_given){.machine = json_str(options->name),
                                     .name = options->execution,
                                     .seed = options->seed},
               &config.names);
    out->trial = trial_run(&(struct trial_options){.machine = options->machine,
                                                   .config = config,
                                                   .input = input,
                                                   .start_ms = start->at_ms,
                                                   .answer = replay_answer,
                                                   .user = &r,
                                                   .handlers = {.buckets = out->buckets.all,
                                                                .bucket_count = out->buckets.count,
                                                                .buckets_in_order = true}});
    out->result = result_new(out->trial);
    json_unref(input);
    for (size_t i = 0; i < r.source_count; i++)
        mem_free(r.sources[i].used);
    mem_free(r.sources);
    if (good)
        replay_compare(options, &config.names, out);
    rt_names_clear(&config.names);
    out->took_s = (double)(uv_hrtime() - began) / 1e9;
}

void replay_clear(struct replay *r)
{
    for (size_t i = 0; i < r->answer_count; i++)
        trial_answer_clear(&r->answers[i]);
    mem_free(r->answers);
    failures_clear(&r->failures);
    result_free(r->result);
    trial_free(r->trial);
    case_buckets_clear(&r->buckets);
    json_unref(r->folders);
    *r = (struct replay){0};
}
