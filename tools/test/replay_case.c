/*
 * A case that plays as an execution did: the answers that came become mocks, and what came of it is
 * expected. A state's answers become as few rules as tell them apart: one, if all are the same;
 * else by try, by item, by both, or, which always does, by the number of the call.
 */
#include "tools/test/replay_case.h"

#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "parsers/base/text_map.h"
#include "parsers/base/timestamp.h"
#include "tools/test/mock_check.h"
#include "tools/test/suite.h"

#include <string.h>

/* ---- values ---- */

/* JSONata that gives the text. */
static json *as_literal(const json *text)
{
    struct buf b = {0};

    buf_adds(&b, "{% ");
    json_write(&b, text);
    buf_adds(&b, " %}");
    return json_take_buf(&b);
}

/* Makes a value of which `change` gives what stands for a part of it; NULL: its parts are looked
 * at. */
static json *changed(const json *v, json *(*change)(const json *v))
{
    struct json_build b = {0};
    json *made = change(v);

    if (made)
        return made;
    if (json_is_array(v)) {
        json_build_array(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_add(&b, changed(json_at(v, i), change));
        return json_build_done(&b);
    }
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_set_key(&b, json_ref(json_key_at(v, i)), changed(json_value_at(v, i), change));
    return json_build_done(&b);
}

/* In what a mock returns, text that looks like JSONata would be taken for it. */
static json *no_jsonata(const json *v)
{
    return json_is_string(v) && json_str_begins(v, "{%") ? as_literal(v) : NULL;
}

/* In what is expected, an object that looks like a matcher would be taken for one. */
static json *no_matcher(const json *v)
{
    struct json_build b = {0};

    if (!json_is_object(v) || json_count(v) != 1 || *json_str(json_key_at(v, 0)) != '$')
        return NULL;
    json_build_object(&b, 1);
    json_build_set(&b, "$equal", json_ref(v));
    return json_build_done(&b);
}

static json *json_seconds(int64_t ms)
{
    return ms % 1000 ? json_double((double)ms / 1e3) : json_int(ms / 1000);
}

/* ---- rules ---- */

/* A mock throws a name alone, or a name with a cause. */
static json *thrown(const struct trial_answer *a)
{
    struct json_build b = {0};

    if (!a->cause)
        return json_ref(a->error);
    json_build_object(&b, 2);
    json_build_set(&b, "error", json_ref(a->error));
    json_build_set(&b, "cause", json_ref(a->cause));
    return json_build_done(&b);
}

static json *beats(const struct trial_answer *a)
{
    struct json_build b = {0};

    json_build_object(&b, 2);
    json_build_set(&b, "every", json_seconds(a->beat_every_ms));
    if (a->beats)
        json_build_set(&b, "times", json_int(a->beats));
    return json_build_done(&b);
}

static json *replay_rule_of(const struct trial_answer *a)
{
    struct json_build b = {0};

    json_build_object(&b, 6);
    if (a->kind == TRIAL_RETURNS)
        json_build_set(&b, "return", changed(a->value, no_jsonata));
    else if (a->kind == TRIAL_THROWS)
        json_build_set(&b, "throw", thrown(a));
    else
        json_build_set(&b, "never", json_bool(true));
    if (a->after_ms)
        json_build_set(&b, "after", json_seconds(a->after_ms));
    if (a->beat_every_ms)
        json_build_set(&b, "heartbeats", beats(a));
    if (a->submitted)
        json_build_set(&b, "submitted", json_ref(a->submitted));
    if (a->worker)
        json_build_set(&b, "worker", json_ref(a->worker));
    return json_build_done(&b);
}

/* ---- which rule is for which call ---- */

struct state_call {
    const struct trial_made_call *call;
    int64_t nth; /* among the calls of the state */
    json *rule;
};

struct state_calls {
    struct state_call *all;
    size_t count;
};

/* What may tell calls apart. */
enum { BY_ATTEMPT = 1, BY_ITEM = 2, BY_CALL = 4 };

static json *replay_rule_for(const struct state_call *c, unsigned by)
{
    struct json_build b = {0};

    json_build_object(&b, 8);
    if (by & BY_ITEM)
        json_build_set(&b, "item", json_int(c->call->index));
    if (by & BY_ATTEMPT)
        json_build_set(&b, "attempt", json_int(c->call->attempt));
    if (by & BY_CALL)
        json_build_set(&b, "call", json_int(c->nth));
    for (size_t i = 0; i < json_count(c->rule); i++)
        json_build_set_key(&b, json_ref(json_key_at(c->rule, i)),
                           json_ref(json_value_at(c->rule, i)));
    return json_build_done(&b);
}

/* What the call has of what tells calls apart. False: it is of no item. */
static bool write_key(struct buf *out, const struct state_call *c, unsigned by)
{
    buf_reset(out);
    if ((by & BY_ITEM) && !c->call->in_item)
        return false;
    if (by & BY_ITEM)
        buf_printf(out, "item %u ", c->call->index);
    if (by & BY_ATTEMPT)
        buf_printf(out, "attempt %u ", c->call->attempt);
    if (by & BY_CALL)
        buf_printf(out, "call %lld", (long long)c->nth);
    return true;
}

/* Returns a rule for each of the calls that are told apart so; NULL: there are others that would
 * have to have several. */
static json *rules_by(const struct state_calls *s, unsigned by)
{
    struct text_map by_key = {0};
    struct arena keys = {0};
    struct json_build b = {0};
    struct buf key = {0};
    bool good = true;

    json_build_array(&b, s->count);
    for (size_t i = 0; good && i < s->count; i++) {
        const struct state_call *c = &s->all[i], *same = NULL;
        good = write_key(&key, c, by);
        if (good && (same = text_map_get(&by_key, buf_str(&key)))) {
            good = json_equal(same->rule, c->rule);
        } else if (good) {
            text_map_put(&by_key, arena_strndup(&keys, buf_str(&key), key.len), &s->all[i]);
            json_build_add(&b, replay_rule_for(c, by));
        }
    }
    while (text_map_take_any(&by_key))
        ;
    text_map_clear(&by_key);
    arena_clear(&keys);
    buf_clear(&key);
    if (good)
        return json_build_done(&b);
    json_build_drop(&b);
    return NULL;
}

/*
 * Tries the plainest way to tell calls apart first. By the number of the call each has a rule of
 * its own, so the last way always gives rules.
 */
static json *replay_rules_of(const struct state_calls *s)
{
    static const unsigned ways[] = {0, BY_ATTEMPT, BY_ITEM, BY_ITEM | BY_ATTEMPT, BY_CALL};
    json *rules = NULL;

    for (size_t i = 0; !rules && i < sizeof ways / sizeof *ways; i++)
        rules = rules_by(s, ways[i]);
    if (json_count(rules) > 1)
        return rules;
    json *one = json_ref(json_at(rules, 0));
    json_unref(rules);
    return one;
}

static json *state_rules(const struct replay *r, const struct trial_made_call *calls, size_t count,
                         const struct asl_state *state)
{
    struct state_calls s = {.all = mem_calloc(count, sizeof *s.all)};

    for (size_t i = 0; i < count; i++) {
        if (calls[i].state != state || calls[i].real)
            continue;
        s.all[s.count] = (struct state_call){
            .call = &calls[i], .nth = (int64_t)s.count, .rule = replay_rule_of(&r->answers[i])};
        s.count++;
    }
    json *rules = replay_rules_of(&s);
    for (size_t i = 0; i < s.count; i++)
        json_unref(s.all[i].rule);
    mem_free(s.all);
    return rules;
}

/* The answers stand in the order of the calls. Each state's are gathered at its first call. */
static json *replay_mocks_of(const struct replay *r)
{
    const struct trial_made_call *calls;
    size_t count = trial_calls(r->trial, &calls);
    struct json_build b = {0};

    json_build_object(&b, 4);
    for (size_t i = 0; i < count && i < r->answer_count; i++) {
        struct buf path = {0};
        /* The case has the bucket that answered. */
        if (calls[i].real)
            continue;
        trial_state_path(&path, calls[i].state);
        if (!json_get(b.v, buf_str(&path)))
            json_build_set(&b, buf_str(&path),
                           state_rules(r, calls, r->answer_count, calls[i].state));
        buf_clear(&path);
    }
    return json_build_done(&b);
}

/* ---- the case ---- */

static json *matcher(const char *name)
{
    struct json_build b = {0};

    json_build_object(&b, 1);
    json_build_set(&b, name, json_bool(true));
    return json_build_done(&b);
}

json *replay_expected(const json *was, const json *is)
{
    struct json_build b = {0};

    if (json_equal(was, is))
        return changed(was, no_matcher);
    if (json_is_array(was) && json_is_array(is) && json_count(was) == json_count(is)) {
        json_build_array(&b, json_count(was));
        for (size_t i = 0; i < json_count(was); i++)
            json_build_add(&b, replay_expected(json_at(was, i), json_at(is, i)));
        return json_build_done(&b);
    }
    json *looks = no_matcher(was);
    bool plain = json_is_object(was) && json_is_object(is) && !looks;
    for (size_t i = 0; plain && i < json_count(was); i++)
        plain = json_count(was) == json_count(is) && json_get_key(is, json_key_at(was, i));
    json_unref(looks);
    if (!plain) {
        bool texts = json_is_string(was) && json_is_string(is);
        return matcher(texts && replay_are_uuids(was, is)   ? "$uuid"
                       : texts && replay_are_times(was, is) ? "$timestamp"
                                                            : "$any");
    }
    json_build_object(&b, json_count(was));
    for (size_t i = 0; i < json_count(was); i++) {
        const json *key = json_key_at(was, i);
        json_build_set_key(&b, json_ref(key),
                           replay_expected(json_value_at(was, i), json_get_key(is, key)));
    }
    return json_build_done(&b);
}

/* What the last event has of the end. NULL: it is another end, or none yet. Yours. */
static json *ending_of(const struct history *h, const char *member)
{
    const struct history_event *last = &h->events[h->count - 1];
    json *event = h->ended ? history_event_value(last) : NULL;
    const json *v = event ? json_get(event, member) : NULL, *text = json_get(last->details, member);
    /* The output's text holds a value; a cause that holds JSON is a text all the same. */
    json *made = v ? json_ref(strcmp(member, "output") == 0 ? v : text) : NULL;

    json_unref(event);
    return made;
}

/* The case goes on until it waits for what isn't known, perhaps through states that the history
 * doesn't have yet. */
static void set_way_so_far(struct json_build *b, const struct history *h)
{
    json *path = history_path(h);
    struct json_build order = {0};

    if (json_count(path)) {
        json_build_object(&order, 1);
        json_build_set(&order, "order", json_ref(path));
        json_build_set(b, "path", json_build_done(&order));
    }
    json_unref(path);
}

/*
 * What is expected is what the replay gave, but matchers stand where the recorded execution had
 * other values: such values are different each time.
 */
static json *expectations(const struct replay *r, const struct history *h)
{
    static const char *const ends[] = {"output", "error", "cause"};
    struct json_build b = {0};

    json_build_object(&b, 5);
    json_build_set(&b, "status", json_ref(result_member(r->result, "status")));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const json *is = result_member(r->result, ends[i]);
        json *was = ending_of(h, ends[i]);
        if (is)
            json_build_set(&b, ends[i], was ? replay_expected(was, is) : changed(is, no_matcher));
        json_unref(was);
    }
    if (h->ended)
        json_build_set(&b, "path", json_ref(result_member(r->result, "path")));
    else
        set_way_so_far(&b, h);
    return json_build_done(&b);
}

/* Returns the state of a call that was answered as the model of its service does not have it; NULL:
 * there is none. */
static const struct asl_state *answered_oddly(const struct replay *r)
{
    const struct trial_made_call *calls;
    size_t count = trial_calls(r->trial, &calls);

    for (size_t i = 0; i < count && i < r->answer_count; i++)
        if (!calls[i].real && !mock_check_answer(calls[i].state, &r->answers[i]))
            return calls[i].state;
    return NULL;
}

/* What came is true, whatever the model says: the suite has to take it when it is read. */
static void set_check(struct json_build *b, const struct replay *r, const struct history *h)
{
    const struct asl_state *odd = answered_oddly(r);
    struct buf about = {0};

    if (!h->ended)
        buf_adds(&about, "The execution had not ended when its history was read: what was not yet "
                         "answered then never comes here.");
    if (odd)
        buf_printf(&about,
                   "%sWhat answered '%s' is not what its service answers by its model, so mocks "
                   "are not checked.",
                   about.len ? " " : "", json_str(odd->name));
    if (about.len)
        json_build_set(b, "about", json_take_buf(&about));
    if (odd)
        json_build_set(b, "check", json_cstring("none"));
}

/* The folders stand in the suite by the way from it to them. */
static void set_buckets(struct json_build *b, const struct replay *r, const char *suite)
{
    struct json_build buckets = {0};

    if (!json_count(r->folders))
        return;
    json_build_object(&buckets, json_count(r->folders));
    for (size_t i = 0; i < json_count(r->folders); i++) {
        char *way = suite_definition_name(suite, json_str(json_value_at(r->folders, i)));
        json_build_set_key(&buckets, json_ref(json_key_at(r->folders, i)), json_cstring(way));
        mem_free(way);
    }
    json_build_set(b, "buckets", json_build_done(&buckets));
}

json *replay_case(const struct replay *r, const struct history *h, const char *suite)
{
    struct json_build b = {0};
    struct buf clock = {0};

    timestamp_write(&clock, h->events[0].at_ms);
    json_build_object(&b, 8);
    set_check(&b, r, h);
    json_build_set(&b, "input", replay_input(h));
    json_build_set(&b, "clock", json_take_buf(&clock));
    set_buckets(&b, r, suite);
    json *mocks = replay_mocks_of(r);
    if (json_count(mocks))
        json_build_set(&b, "mocks", json_ref(mocks));
    json_unref(mocks);
    json_build_set(&b, "expect", expectations(r, h));
    return json_build_done(&b);
}
