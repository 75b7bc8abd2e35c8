/*
 * Copies a store of one kind to one of another, by what store.h has for both: so a new kind of
 * store is copied, too. Executions keep their numbers, as parents, and the names of tokens, refer
 * to them; where tokens lead follows from the events. All is one commit, so a copy that ends in its
 * midst leaves nothing behind.
 */

#include "runtime/stores/stores_copy.h"

#include "asl/asl.h"
#include "parsers/base/mem.h"

#include <string.h>

/* Events that are put in together, and executions after which what was put in is looked at: a
 * store that sends what it is given to a server does so then. */
enum { TOGETHER = 64, LOOK_AFTER = 256 };

struct copying {
    store *from, *to;
    stores_left_out *tell;
    void *user;
    struct stores_copied *copied;
    struct diag *why;
    const char *kind; /* of the records that are copied */
    uint64_t execution;
    struct rt_event events[TOGETHER];
    size_t count;
};

/* ---- what there is ---- */

static bool note_any(void *user, uint64_t number)
{
    (void)number;
    *(bool *)user = true;
    return false;
}

bool stores_is_empty(store *s, struct diag *why)
{
    struct buf kind = {0};
    bool any = false;
    bool good = store_list_numbers(s, note_any, &any, why);

    if (good && !any) {
        any = store_next_kind(s, &kind, why);
        good = any || strcmp(why->code, STORE_NONE) == 0;
        if (good)
            diag_clear(why);
    }
    buf_clear(&kind);
    return good && !any;
}

/* ---- executions ---- */

static void put_events(struct copying *c)
{
    if (c->count)
        store_append(c->to, c->execution, c->events, c->count);
    c->copied->events += c->count;
    while (c->count)
        rt_event_clear(&c->events[--c->count]);
}

static bool copy_event(void *user, const struct rt_event *e)
{
    struct copying *c = user;

    if (c->count == TOGETHER)
        put_events(c);
    c->events[c->count++] = rt_event_copy(e);
    return true;
}

/* Damage costs the execution only. False: *why says that the store can't be read. */
static bool leave_out(struct copying *c, uint64_t number, const char *arn, const struct diag *wrong)
{
    bool damaged = strcmp(wrong->code, STORE_DAMAGED) == 0;

    if (damaged) {
        c->copied->left_out++;
        c->tell(c->user, number, arn, wrong->text);
    } else {
        diag_set(c->why, wrong->code, 0, "%s", wrong->text);
    }
    return damaged;
}

/* What of an execution is put in behind its events; texts are its own. */
struct copied_row {
    struct store_execution x;
    struct buf arn, damage;
    uint64_t events; /* copied before it */
};

static void note_row(struct copied_row *row, const struct store_execution *x)
{
    const json *arn = x->config.names.arn;

    row->x = *x;
    row->x.machine = x->machine ? asl_machine_ref(x->machine) : NULL;
    buf_adds(&row->arn, arn ? json_str(arn) : "");
    buf_adds(&row->damage, x->damage ? x->damage : "");
}

static void clear_copied_row(struct copied_row *row)
{
    asl_machine_unref(row->x.machine);
    buf_clear(&row->arn);
    buf_clear(&row->damage);
}

static void put_progress(struct copying *c, struct copied_row *row)
{
    const struct store_execution *x = &row->x;

    if (x->redrives)
        store_redriven(c->to, x->number, x->redrives, x->redriven_ms);
    if (x->apart)
        store_set_apart(c->to, x->number, buf_str(&row->damage), x->stop_ms);
    else
        store_progress(c->to, x->number, x->status, x->stop_ms, x->due_ms);
}

/* One that was set apart may have events that can't be read: it is as it was, then. */
static bool copy_events(struct copying *c, struct copied_row *row)
{
    struct diag wrong = {0};
    bool good = store_read(c->from, row->x.number, 0, copy_event, c, &wrong);

    put_events(c);
    if (good || (row->x.apart && strcmp(wrong.code, STORE_DAMAGED) == 0)) {
        put_progress(c, row);
        c->copied->executions++;
        good = true;
    } else {
        store_forget(c->to, row->x.number);
        c->copied->events = row->events;
        good = leave_out(c, row->x.number, buf_str(&row->arn), &wrong);
    }
    diag_clear(&wrong);
    return good;
}

/* `x` is a look at what the store has read last, so it is put in, as a new one, before more is
 * read.
 */
static bool copy_row(struct copying *c, const struct store_execution *x)
{
    struct copied_row row = {.events = c->copied->events};
    struct diag wrong = {0};
    bool good;

    note_row(&row, x);
    if (x->machine && (x->apart || !x->damage)) {
        struct store_execution fresh = *x;
        fresh.damage = NULL;
        fresh.apart = false;
        fresh.redrives = 0;
        fresh.redriven_ms = 0;
        store_start(c->to, &fresh);
        good = copy_events(c, &row);
    } else {
        diag_set(&wrong, STORE_DAMAGED, 0, "%s", buf_str(&row.damage));
        good = leave_out(c, row.x.number, buf_str(&row.arn), &wrong);
        diag_clear(&wrong);
    }
    clear_copied_row(&row);
    return good;
}

static bool is_put_in(struct copying *c, uint64_t number)
{
    const struct store_execution *x;

    return c->copied->executions % LOOK_AFTER || store_find(c->to, number, &x, c->why);
}

static bool copy_execution(void *user, uint64_t number)
{
    struct copying *c = user;
    const struct store_execution *x;
    struct diag wrong = {0};
    uint64_t left_out = c->copied->left_out;

    c->execution = number;
    bool good =
        store_find(c->from, number, &x, &wrong) ? copy_row(c, x) : leave_out(c, number, "", &wrong);
    diag_clear(&wrong);
    return good && (left_out != c->copied->left_out || is_put_in(c, number));
}

/* The copy gives out no number that the store has given out, even if that execution is gone. */
static bool keep_numbers(struct copying *c)
{
    static const char text[] =
        "{\"StartAt\":\"None\",\"States\":{\"None\":{\"Type\":\"Succeed\"}}}";
    struct asl_report report = {0};
    uint64_t next, copied;

    if (!store_next_number(c->from, &next, c->why) || !store_next_number(c->to, &copied, c->why))
        return false;
    if (next <= copied)
        return true;
    asl_machine *m = asl_compile_stored(text, strlen(text), &report);
    struct store_execution last = {.number = next - 1, .machine = m, .due_ms = STORE_AWAKE};
    store_start(c->to, &last);
    store_forget(c->to, last.number);
    asl_machine_unref(m);
    asl_report_clear(&report);
    return true;
}

/* ---- records ---- */

static bool copy_record(void *user, const char *key, const char *text, size_t len)
{
    struct copying *c = user;

    store_put(c->to, c->kind, key, text, len);
    c->copied->records++;
    return true;
}

static bool copy_records(struct copying *c)
{
    struct buf kind = {0};
    struct diag none = {0};
    bool good = true;

    while (good && store_next_kind(c->from, &kind, &none)) {
        c->kind = buf_str(&kind);
        good = store_list(c->from, c->kind, NULL, copy_record, c, c->why);
    }
    if (good && strcmp(none.code, STORE_NONE) != 0) {
        diag_set(c->why, none.code, 0, "%s", none.text);
        good = false;
    }
    diag_clear(&none);
    buf_clear(&kind);
    return good;
}

bool stores_copy(store *from, store *to, stores_left_out *tell, void *user,
                 struct stores_copied *out, struct diag *why)
{
    struct copying c = {
        .from = from, .to = to, .tell = tell, .user = user, .copied = out, .why = why};

    *out = (struct stores_copied){0};
    bool good = store_list_numbers(from, copy_execution, &c, why) && !why->code &&
                copy_records(&c) && keep_numbers(&c);
    /* What could not be put in is told by the commit. */
    if (!good && strcmp(why->code, STORE_NONE) != 0)
        return false;
    diag_clear(why);
    return store_commit(to, why);
}
