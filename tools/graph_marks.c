/*
 * A history is told apart by chains (tools/test/history.h): in each, states are entered and left
 * one after the other. Visits of one state are added up; of their ends the one counts that a person
 * looks for first.
 */
#include "tools/graph_marks.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "tools/test/elements.h"
#include "tools/test/history.h"

#include <stdlib.h>
#include <string.h>

enum { MARKS_MOST = 512 * 1024 * 1024 };

struct marking {
    drawing *d;
    const asl_machine *m;
    const struct history *h;
    const struct asl_state **by_name; /* sorted */
    struct drawing_mark *marks;       /* by id */
    bool ended, failed;               /* the execution; it failed */
    const json *error;                /* with which it did; may be NULL */
    int64_t last_ms;
};

/* A state, while its chain is in it. */
struct visit {
    const struct asl_state *state; /* NULL: the chain is in none */
    int64_t entered_ms;
    size_t retries;
    bool failed;       /* the last attempt */
    const json *error; /* may be NULL */
};

/* ---- states by their names ---- */

static int compare_states(const void *a, const void *b)
{
    const struct asl_state *x = *(const struct asl_state *const *)a;
    const struct asl_state *y = *(const struct asl_state *const *)b;

    return strcmp(json_str(x->name), json_str(y->name));
}

static int compare_name(const void *name, const void *state)
{
    return strcmp(name, json_str((*(const struct asl_state *const *)state)->name));
}

static const struct asl_state *named_state(const struct marking *k, const json *name)
{
    const struct asl_state **found =
        name ? bsearch(json_str(name), k->by_name, k->m->count, sizeof(void *), compare_name)
             : NULL;

    return found ? *found : NULL;
}

static void marking_init(struct marking *k)
{
    size_t n = k->m->count;

    k->by_name = mem_calloc(n, sizeof *k->by_name);
    k->marks = mem_calloc(n, sizeof *k->marks);
    for (size_t i = 0; i < n; i++)
        k->by_name[i] = k->m->states[i];
    qsort(k->by_name, n, sizeof *k->by_name, compare_states);
}

/* ---- visits ---- */

/* Returns the error that a Fail state always has; NULL: it is no such state, or that depends. */
static const json *fixed_error(const struct asl_state *s)
{
    return s && s->type == ASL_FAIL && !s->fail.error_expression ? s->fail.error : NULL;
}

/* Returns the name of the error that the visit has failed with; NULL: it isn't known. */
static const char *visit_error(const struct visit *v)
{
    const json *fixed = fixed_error(v->state), *error = fixed ? fixed : v->error;

    return error && json_is_string(error) ? json_str(error) : NULL;
}

/* A visit is over, or the history is. */
static void end_visit(struct marking *k, const struct visit *v, enum drawing_status status,
                      int64_t at_ms)
{
    struct drawing_mark *m = &k->marks[v->state->id];

    m->entered++;
    m->retries += v->retries;
    m->took_ms += at_ms > v->entered_ms ? at_ms - v->entered_ms : 0;
    if (status > m->status)
        m->status = status;
    if (status == DRAWING_FAILED || status == DRAWING_CAUGHT)
        m->error = visit_error(v);
}

/* Of several rules that lead there the history doesn't tell which one it was: the first counts. */
static void mark_way_between(struct marking *k, const struct visit *from,
                             const struct asl_state *to)
{
    struct edge e;

    for (int exact = 1; exact >= 0; exact--)
        for (size_t i = 0; graph_edge(from->state, i, &e); i++) {
            bool caught = e.kind == EDGE_CATCH;
            if (e.to != to || caught != from->failed)
                continue;
            if (caught && exact &&
                !asl_errors_match(&from->state->catch[e.index].errors, from->error))
                continue;
            drawing_mark_way(k->d, from->state, e.kind, e.index, 1);
            return;
        }
}

/* Returns how a visit stands that has not ended where the events of its chain do. */
static enum drawing_status open_status(const struct marking *k, const struct history_chain *c,
                                       const struct visit *v)
{
    if (v->failed || v->state->type == ASL_FAIL)
        return k->ended || c->up || v->state->type == ASL_FAIL ? DRAWING_FAILED : DRAWING_RUNNING;
    if (!k->ended && !c->cut)
        return DRAWING_RUNNING;
    return k->failed && !c->up ? DRAWING_FAILED : DRAWING_STOPPED;
}

static bool begins_attempt(const char *type)
{
    return (text_ends_with(type, "Scheduled") && !text_begins_with(type, "Wait")) ||
           strcmp(type, "MapStateStarted") == 0 || strcmp(type, "ParallelStateStarted") == 0;
}

/* An attempt that follows on another one is a retry; the first one, and that of a redrive, follow
 * on the state's entry. */
static bool is_retry(const struct marking *k, const struct history_event *e)
{
    return e->previous > 0 && e->previous < e->id &&
           !text_ends_with(k->h->events[e->previous - 1].type, "StateEntered");
}

/* Returns the error of a failure. That of a Map or Parallel says none, but comes after what failed
 * inside, with no more than the failures of those around that between them. */
static const json *error_of(const struct marking *k, const struct history_event *e)
{
    const json *error = json_get(e->details, "error");

    while (!error && e->previous > 0 && e->previous < e->id) {
        e = &k->h->events[e->previous - 1];
        error = text_ends_with(e->type, "StateEntered")
                    ? fixed_error(named_state(k, json_get(e->details, "name")))
                    : json_get(e->details, "error");
        if (!text_ends_with(e->type, "Failed"))
            break;
    }
    return error;
}

static bool is_failure(const char *type)
{
    return (text_ends_with(type, "Failed") || text_ends_with(type, "TimedOut")) &&
           !text_begins_with(type, "Execution") && !text_begins_with(type, "MapIteration");
}

static bool mark_event(struct marking *k, const struct history_event *e, struct visit *now,
                       struct visit *before, struct diag *why)
{
    if (text_ends_with(e->type, "StateEntered")) {
        *now = (struct visit){.state = named_state(k, json_get(e->details, "name")),
                              .entered_ms = e->at_ms};
        if (!now->state) {
            const json *name = json_get(e->details, "name");
            diag_set(why, NULL, 0, "the machine has no state '%s'", name ? json_str(name) : "");
            return false;
        }
        if (before->state)
            mark_way_between(k, before, now->state);
    } else if (text_ends_with(e->type, "StateExited") && now->state) {
        end_visit(k, now, now->failed ? DRAWING_CAUGHT : DRAWING_SUCCEEDED, e->at_ms);
        if (graph_is_end(now->state) && !now->failed)
            drawing_mark_way(k->d, now->state, EDGE_NEXT, 0, 1);
        *before = *now;
        now->state = NULL;
    } else if (begins_attempt(e->type)) {
        now->retries += is_retry(k, e);
        now->failed = false;
    } else if (text_ends_with(e->type, "StateSucceeded")) {
        /* A Parallel or Map that a redrive brought to a good end, without a new attempt. */
        now->failed = false;
    } else if (is_failure(e->type)) {
        now->failed = true;
        now->error = error_of(k, e);
    }
    return true;
}

static bool mark_chain(struct marking *k, const struct history_chain *c, struct diag *why)
{
    struct visit now = {0}, before = {0};

    for (size_t i = 0; i < c->count; i++)
        if (!mark_event(k, &k->h->events[c->events[i]], &now, &before, why))
            return false;
    if (now.state) {
        enum drawing_status status = open_status(k, c, &now);
        if (status == DRAWING_FAILED && !now.error && !c->up)
            now.error = k->error;
        /* What failed did so with the last event of its chain. */
        end_visit(k, &now, status,
                  status == DRAWING_FAILED ? k->h->events[c->events[c->count - 1]].at_ms
                                           : k->last_ms);
    }
    return true;
}

static void find_end(struct marking *k)
{
    for (size_t i = 0; i < k->h->count; i++) {
        const char *type = k->h->events[i].type;
        k->last_ms = k->h->events[i].at_ms > k->last_ms ? k->h->events[i].at_ms : k->last_ms;
        if (strcmp(type, "ExecutionRedriven") == 0) {
            k->ended = k->failed = false;
        } else if (strcmp(type, "ExecutionFailed") == 0) {
            k->ended = k->failed = true;
            k->error = json_get(k->h->events[i].details, "error");
        } else {
            k->ended |= strcmp(type, "ExecutionSucceeded") == 0 ||
                        strcmp(type, "ExecutionAborted") == 0 ||
                        strcmp(type, "ExecutionTimedOut") == 0;
        }
    }
}

static bool mark_history(drawing *d, const asl_machine *m, const struct history *h,
                         struct diag *why)
{
    struct marking k = {.d = d, .m = m, .h = h};
    bool good = true;

    marking_init(&k);
    find_end(&k);
    for (size_t i = 0; good && i < h->chain_count; i++)
        good = mark_chain(&k, h->chains[i], why);
    for (size_t i = 0; good && i < m->count; i++)
        drawing_mark_state(d, m->states[i], &k.marks[i]);
    mem_free(k.by_name);
    mem_free(k.marks);
    return good;
}

bool graph_mark_history(drawing *d, const asl_machine *m, const char *path, struct diag *why)
{
    struct buf text = {0};

    if (!buf_read_file(&text, path, MARKS_MOST, why))
        return false;
    struct history *h = history_read_any(buf_str(&text), text.len, why);
    bool good = h && mark_history(d, m, h, why);
    if (!good)
        diag_prefix(why, "%s: ", path);
    history_free(h);
    buf_clear(&text);
    return good;
}

bool graph_mark_events(drawing *d, const asl_machine *m, json *events, struct diag *why)
{
    struct history *h = history_of_any(events, why);
    bool good = h && mark_history(d, m, h, why);

    history_free(h);
    return good;
}

/* ---- coverage ---- */

static void mark_element(drawing *d, const struct element *e, uint64_t hits)
{
    switch (e->kind) {
    case ELEMENT_STATE: {
        struct drawing_mark m = {
            .status = hits ? DRAWING_PASSED : DRAWING_NOT_REACHED, .entered = hits, .took_ms = -1};
        drawing_mark_state(d, e->state, &m);
        break;
    }
    case ELEMENT_NEXT: drawing_mark_way(d, e->state, EDGE_NEXT, 0, hits); break;
    case ELEMENT_RULE: drawing_mark_way(d, e->state, EDGE_RULE, e->index, hits); break;
    case ELEMENT_DEFAULT: drawing_mark_way(d, e->state, EDGE_DEFAULT, 0, hits); break;
    case ELEMENT_CATCH: drawing_mark_way(d, e->state, EDGE_CATCH, e->index, hits); break;
    case ELEMENT_RETRY:
    case ELEMENT_BRANCH:
    case ELEMENT_ITEMS: break;
    }
    /* Succeed has no way of its own: who enters it ends. */
    if (e->kind == ELEMENT_STATE && e->state->type == ASL_SUCCEED)
        drawing_mark_way(d, e->state, EDGE_NEXT, 0, hits);
}

/* Adds the hits of one line's case; returns whether it is one of this machine. */
static bool add_hits(const struct elements *e, const char *line, size_t len, uint64_t *hits)
{
    json *record = json_parse(line, len, JSON_READ_SURROGATES, NULL);
    const json *list = record ? json_get(record, "hits") : NULL;
    bool good = list && json_is_array(list) && json_count(list) == e->count;

    for (size_t i = 0; good && i < e->count; i++)
        if (json_kind(json_at(list, i)) == JSON_INT && json_int_value(json_at(list, i)) > 0)
            hits[i] += (uint64_t)json_int_value(json_at(list, i));
    json_unref(record);
    return good;
}

bool graph_mark_coverage(drawing *d, const asl_machine *m, const char *path, struct diag *why)
{
    struct buf text = {0};
    struct elements *e = elements_new(m);
    uint64_t *hits = mem_calloc(e->count + 1, sizeof *hits);
    size_t cases = 0;
    bool good = buf_read_file(&text, path, MARKS_MOST, why);

    for (size_t at = 0; good && at < text.len;) {
        const char *line = text.data + at, *end = memchr(line, '\n', text.len - at);
        size_t len = end ? (size_t)(end - line) : text.len - at;
        cases += add_hits(e, line, len, hits);
        at += len + 1;
    }
    if (good && cases == 0) {
        diag_set(why, NULL, 0,
                 "%s has no case of this definition; asl test --coverage --format json writes them",
                 path);
        good = false;
    }
    for (size_t i = 0; good && i < e->count; i++)
        mark_element(d, &e->all[i], hits[i]);
    elements_free(e);
    mem_free(hits);
    buf_clear(&text);
    return good;
}
