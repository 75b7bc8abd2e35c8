/*
 * The counters of DescribeMapRun. The history of the Map Run's execution tells what became of each
 * child that it has heard of; rows of the store tell of the others, and of those that older
 * programs have kept.
 */

#include "runtime/api/api_map_counts.h"

#include "parsers/base/count.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_redrive.h"
#include "runtime/api/api_state.h"

#include <string.h>

/* Counts the children of a Map Run by what became of them, or the items that they have. */
struct look {
    api *api;
    const struct map_run *run;
    uint64_t execution; /* that has the run */
    bool of_items;
    int64_t counts[CHILD_STATES];
    int64_t found, not_redrivable;
};

/* For how many a child counts. */
static int64_t weight_of(const struct look *l, const struct map_child *child)
{
    return l->of_items ? child->items : 1;
}

static bool is_unsuccessful(enum child_state state)
{
    return state == CHILD_FAILED || state == CHILD_TIMED_OUT || state == CHILD_ABORTED ||
           state == CHILD_CUT_OFF;
}

/* Of a run that was redriven: those that failed before and run again, or are to, have rows that say
 * otherwise; and each is asked whether it could be. */
static int64_t note_redrivable(struct look *l, uint64_t number)
{
    const struct store_execution *row;
    struct diag why = {0};
    bool found = store_find(l->api->store, number, &row, &why);
    const struct map_child *child = found ? map_run_child(l->run, row->parent.ref) : NULL;

    api_pass_damage(l->api, &why);
    if (!child || !is_unsuccessful(child->state))
        return 0;
    const struct execution x = {.number = number,
                                .status = row->status,
                                .start_ms = row->start_ms,
                                .stop_ms = row->stop_ms,
                                .names = row->config.names};
    int64_t weight = weight_of(l, child);
    l->not_redrivable += execution_refusal(l->api, &x) ? weight : 0;
    return weight;
}

/* How many items a child has that is not one of a redriven run. */
static int64_t weight_of_row(struct look *l, uint64_t number)
{
    const struct store_execution *row;
    struct diag why = {0};
    const struct map_child *child = NULL;

    if (!l->of_items || !l->run->batched)
        return 1;
    if (store_find(l->api->store, number, &row, &why))
        child = map_run_child(l->run, row->parent.ref);
    api_pass_damage(l->api, &why);
    return child ? child->items : 1;
}

static bool note_end(void *user, const struct store_listed *at)
{
    struct look *l = user;

    l->found += l->run->redrives ? note_redrivable(l, at->place.number)
                                 : weight_of_row(l, at->place.number);
    return true;
}

static bool note_row(void *user, const struct store_listed *at)
{
    struct look *l = user;

    l->found += weight_of_row(l, at->place.number);
    return true;
}

static int64_t count_rows(struct look *l, enum rt_status status)
{
    struct diag why = {0};

    l->found = 0;
    store_list_executions(l->api->store, json_str(l->run->arn), &status, NULL, note_row, l, &why);
    api_pass_damage(l->api, &why);
    return l->found;
}

static enum child_state fate_of(const struct look *l, const struct map_child *child)
{
    const struct store_execution *row;
    struct diag why = {0};
    uint64_t number;
    enum child_state fate = CHILD_UNBEGUN;

    if (store_find_child(l->api->store, l->execution, child->ref, &number, &why) &&
        store_find(l->api->store, number, &row, &why))
        fate = row->status == RT_SUCCEEDED ? CHILD_SUCCEEDED : CHILD_ABORTED;
    api_pass_damage(l->api, &why);
    return fate;
}

/*
 * Of a child that was there when its execution ended, the history doesn't tell what became of it:
 * it may have succeeded by then, or not begun. Its row does, and is looked at unless all of them
 * have been stopped; Express children have none. Returns how many are still to hear of it.
 */
static int64_t settle_cut_off(struct look *l)
{
    const struct map_run *m = l->run;
    int64_t cut_off = l->counts[CHILD_CUT_OFF];

    if (!cut_off)
        return 0;
    int64_t stopping = m->express ? 0 : count_rows(l, RT_RUNNING);
    if (m->express || (!m->redrives && stopping + count_rows(l, RT_ABORTED) >=
                                           l->counts[CHILD_ABORTED] + cut_off)) {
        l->counts[CHILD_ABORTED] += cut_off;
        return stopping;
    }
    for (size_t i = 0; i < m->count; i++)
        if (m->children[i].state == CHILD_CUT_OFF)
            l->counts[fate_of(l, &m->children[i])] += weight_of(l, &m->children[i]);
    return stopping;
}

/* How a child has ended is told by its row, as histories of older programs tell only that it
 * failed. */
static void count_children(struct look *l)
{
    static const struct {
        enum rt_status status;
        enum child_state state;
    } ends[] = {
        {RT_ABORTED, CHILD_ABORTED}, {RT_TIMED_OUT, CHILD_TIMED_OUT}, {RT_FAILED, CHILD_FAILED}};
    struct diag why = {0};

    for (size_t i = 0; i < l->run->count; i++)
        l->counts[l->run->children[i].state] += weight_of(l, &l->run->children[i]);
    int64_t stopping = settle_cut_off(l);
    int64_t unsuccessful =
        l->counts[CHILD_FAILED] + l->counts[CHILD_TIMED_OUT] + l->counts[CHILD_ABORTED] - stopping;
    if (!unsuccessful || l->run->express)
        return;
    /* Of those that failed only the number is told: it is what is left, unless there was a
     * redrive. */
    for (size_t i = 0; i < COUNT(ends) - !l->run->redrives; i++) {
        l->found = 0;
        store_list_executions(l->api->store, json_str(l->run->arn), &ends[i].status, NULL, note_end,
                              l, &why);
        l->counts[ends[i].state] = l->found < unsuccessful ? l->found : unsuccessful;
        unsuccessful -= l->counts[ends[i].state];
        api_pass_damage(l->api, &why);
    }
    l->counts[CHILD_FAILED] = (l->run->redrives ? l->counts[CHILD_FAILED] : 0) + unsuccessful;
    l->counts[CHILD_ABORTED] += stopping;
}

static int64_t share_of(const struct look *l, struct map_share share)
{
    return l->of_items ? share.items : share.executions;
}

/* What a child failed with is a result, too (measured on AWS in 2026). Where files are written,
 * only what is in them counts. */
static int64_t results_written(const struct look *l)
{
    const struct map_run *m = l->run;

    if (m->writes)
        return share_of(l, m->written) + share_of(l, m->written_failures);
    if (!m->stop_ms)
        return 0;
    return l->counts[CHILD_SUCCEEDED] + l->counts[CHILD_FAILED] + l->counts[CHILD_TIMED_OUT];
}

static json *counts_of(const struct look *l)
{
    static const struct {
        const char *name;
        enum child_state state;
    } members[] = {{"running", CHILD_RUNS},
                   {"succeeded", CHILD_SUCCEEDED},
                   {"failed", CHILD_FAILED},
                   {"timedOut", CHILD_TIMED_OUT},
                   {"aborted", CHILD_ABORTED}};
    const struct map_run *m = l->run;
    const int64_t *counts = l->counts;
    struct json_build b;

    /* How many children a stream will have is not known; what it has read is with them. Of a run
     * that waits to be open AWS counts nothing. */
    int64_t total = m->waits && !m->count        ? 0
                    : l->of_items || !m->streams ? m->items
                                                 : (int64_t)m->count;
    int64_t pending = counts[CHILD_UNBEGUN];

    if (!m->streams && total)
        pending += total - (int64_t)m->count;
    /* What a run that has failed did not begin stands in its files, and a redrive begins it. */
    if (m->streams && !(m->waits && !m->count)) {
        int64_t unbegun = share_of(l, map_run_unbegun(m));
        total += unbegun;
        pending += unbegun;
    }
    json_build_object(&b, 10);
    json_build_set(&b, "pending", json_int(pending));
    for (size_t i = 0; i < COUNT(members); i++)
        json_build_set(&b, members[i].name, json_int(counts[members[i].state]));
    json_build_set(&b, "total", json_int(total));
    json_build_set(&b, "resultsWritten", json_int(results_written(l)));
    json_build_set(&b, "failuresNotRedrivable", json_int(l->not_redrivable));
    json_build_set(&b, "pendingRedrive", json_int(counts[CHILD_PENDS]));
    return json_build_done(&b);
}

json *map_run_counts(api *a, uint64_t execution, const struct map_run *m, bool of_items)
{
    struct look l = {.api = a, .run = m, .execution = execution, .of_items = of_items};

    count_children(&l);
    return counts_of(&l);
}
