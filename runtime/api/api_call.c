/*
 * The way of a call: its operation is looked up, its members are checked, the operation runs, and
 * the answer is owed until what it says is durable. A call that waits is answered later, by whoever
 * ends its wait.
 */

#include "runtime/api/api_call.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_state.h"

#include <stdarg.h>
#include <string.h>

/* An answer that goes out once what it says is durable. */
struct owed {
    struct caller to; /* done NULL: it has gone */
    uint64_t input;   /* the engine's, which is to be settled; 0: none */
    int status;
    struct buf body;
};

/* Frees a waiter without an answer. */
static void waiter_free(struct waiter *w)
{
    json_unref(w->worker);
    mem_free(w);
}

void calls_init(api *a)
{
    a->calls.next_due_ms = INT64_MAX;
}

void calls_clear(api *a)
{
    struct id_node *n;

    for (size_t i = 0; i < a->calls.owed_count; i++)
        buf_clear(&a->calls.owed[i].body);
    mem_free(a->calls.owed);
    while ((n = id_map_take_any(&a->calls.waiters)))
        waiter_free((struct waiter *)(void *)n);
    id_map_clear(&a->calls.waiters);
    buf_clear(&a->calls.unread);
}

/* ---- a call ---- */

/* The error that is told last counts. It has one more member; `key` NULL: none. Takes `v`. */
static void call_set_error(struct call *c, const char *error, const char *key, json *v,
                           const char *format, va_list args) __attribute__((format(printf, 5, 0)));

static void call_set_error(struct call *c, const char *error, const char *key, json *v,
                           const char *format, va_list args)
{
    json_unref(c->extra);
    c->extra_key = key;
    c->extra = v;
    c->error = error;
    buf_reset(&c->message);
    buf_vprintf(&c->message, format, args);
}

json *call_fail(struct call *c, const char *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    call_set_error(c, error, NULL, NULL, format, args);
    va_end(args);
    return NULL;
}

json *call_refuse(struct call *c, const char *reason, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    call_set_error(c, "ValidationException", "reason", json_cstring(reason), format, args);
    va_end(args);
    return NULL;
}

json *call_fail_about(struct call *c, const char *resource, const char *error, const char *format,
                      ...)
{
    va_list args;

    va_start(args, format);
    call_set_error(c, error, "resourceName", json_cstring(resource), format, args);
    va_end(args);
    return NULL;
}

/* null is as good as missing, as for AWS's clients. */
const json *call_get(const struct call *c, const char *name)
{
    const json *v = json_get(c->in, name);

    return v && json_kind(v) != JSON_NULL ? v : NULL;
}

const char *call_text(const struct call *c, const char *name)
{
    const json *v = call_get(c, name);

    return v ? json_str(v) : NULL;
}

bool call_flag(const struct call *c, const char *name)
{
    const json *v = call_get(c, name);

    return v && json_kind(v) == JSON_TRUE;
}

/* The waiter has the number of its call, by which a client that goes away, and a time-out, find
 * it. */
struct waiter *call_wait(struct call *c, int64_t due_ms)
{
    struct waiter *w = mem_calloc(1, sizeof *w);

    c->waits = true;
    w->node.id = c->from.call;
    w->from = c->from;
    w->due_ms = due_ms;
    id_map_put(&c->api->calls.waiters, &w->node);
    if (due_ms < c->api->calls.next_due_ms)
        c->api->calls.next_due_ms = due_ms;
    return w;
}

/*
 * Answers a call with `out` (taken). `input` is the number of the engine's input that the answer
 * depends on; 0: none. A task of our own is answered at once, all others when the turn is over.
 */
static void send_answer(api *a, const struct caller *to, int status, json *out, uint64_t input)
{
    struct buf body = {0};

    json_write(&body, out);
    json_unref(out);
    if (to->own) {
        to->done(to->user, status, &body);
        buf_clear(&body);
        return;
    }
    MEM_GROW(a->calls.owed, a->calls.owed_count, a->calls.owed_cap);
    a->calls.owed[a->calls.owed_count++] =
        (struct owed){.to = *to, .status = status, .body = body, .input = input};
}

/*
 * Sends the answers that were owed before the turn began, except those whose input the engine has
 * not finished with. Who is answered may make further calls.
 */
void calls_pay(api *a)
{
    size_t count = a->calls.sealed, left = 0;

    a->calls.room_known = false;
    a->calls.sealed = 0;
    for (size_t i = 0; i < count; i++) {
        struct owed o = a->calls.owed[i];
        if (o.to.done && !engine_is_settled(a->engine, o.input)) {
            a->calls.owed[left++] = o;
            continue;
        }
        if (o.to.done)
            o.to.done(o.to.user, o.status, &o.body);
        buf_clear(&o.body);
    }
    if (left == count)
        return;
    memmove(a->calls.owed + left, a->calls.owed + count,
            (a->calls.owed_count - count) * sizeof *a->calls.owed);
    a->calls.owed_count -= count - left;
}

void waiter_answer(api *a, struct waiter *w, json *out)
{
    id_map_take(&a->calls.waiters, w->node.id);
    send_answer(a, &w->from, 200, out, engine_last_input(a->engine));
    waiter_free(w);
}

/* The HTTP status of an error, by AWS's model. */
static int status_of(const char *error)
{
    if (strcmp(error, "InternalServerError") == 0)
        return 500;
    if (strcmp(error, "ServiceUnavailable") == 0)
        return 503;
    return strcmp(error, "ServiceQuotaExceededException") == 0 ? 402 : 400;
}

void api_error_body(struct buf *out, const char *type, const char *message)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "__type", json_cstring(type));
    json_build_set(&b, "message", json_cstring(message));
    json *body = json_build_done(&b);
    json_write(out, body);
    json_unref(body);
}

static void answer_error(struct call *c)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "__type", json_cstring(c->error));
    json_build_set(&b, "message", json_take_buf(&c->message));
    if (c->extra_key)
        json_build_set(&b, c->extra_key, c->extra);
    send_answer(c->api, &c->from, status_of(c->error), json_build_done(&b), 0);
}

/* Depth is bounded here, and with it every recursion over a request. */
static json *read_request(struct call *c, const char *body, size_t len)
{
    struct diag why = {0};
    json *in = len ? json_parse(body, len, 0, &why) : json_ref(json_empty_object());

    if (!in)
        call_fail(c, "SerializationException", "The body is no JSON: %s", why.text);
    else if (!json_is_object(in))
        call_fail(c, "SerializationException", "The body is to be an object, not %s",
                  json_kind_name(in));
    else if (json_depth(in) > API_MAX_DEPTH)
        call_fail(c, "SerializationException", "The body is nested too deeply");
    diag_clear(&why);
    return in;
}

/* The least room is far more than a turn writes, so the system is asked once a turn, not for each
 * of its calls. */
static uint64_t room_of_turn(api *a)
{
    if (!a->calls.room_known)
        a->calls.room = store_room(a->store);
    a->calls.room_known = true;
    return a->calls.room;
}

/* What runs is to be able to commit to its end: new work is refused before the disk is full. */
static bool disk_has_room(struct call *c, const struct operation *op)
{
    uint64_t least = c->api->least_room;

    if (!least || !op->grows || room_of_turn(c->api) >= least)
        return true;
    call_fail(
        c, "ServiceUnavailable",
        "The disk that the store lies on has less than %llu MiB left: nothing new is taken on",
        (unsigned long long)(least >> 20));
    return false;
}

/*
 * An answer that tells of what the engine is yet to do waits for the engine's last input. One that
 * only reads waits for the turn, as it may tell what is not committed yet. An error waits for no
 * input.
 */
static uint64_t make_call(api *a, const char *operation, const char *body, size_t len,
                          int64_t now_ms, struct caller from)
{
    struct call c = {.api = a, .operation = operation, .now_ms = now_ms, .from = from};
    const struct operation *op = operation_find(operation);
    json *in = NULL, *out = NULL;
    uint64_t before = engine_last_input(a->engine);

    a->now_ms = now_ms;
    /* The name is bytes of a header, which need be no text. */
    if (!op && utf8_valid(operation, strlen(operation)) < strlen(operation))
        call_fail(&c, "UnknownOperationException", "There is no such operation");
    else if (!op)
        call_fail(&c, "UnknownOperationException", "There is no operation '%s'", operation);
    else
        in = read_request(&c, body, len);
    c.in = in;
    bool outer = a->calls.unreadable;
    a->calls.unreadable = false;
    a->calls.making++;
    if (!c.error && check_members(&c, op->in) && disk_has_room(&c, op))
        out = op->run(&c);
    a->calls.making--;
    bool unreadable = a->calls.unreadable;
    a->calls.unreadable = outer;
    if (unreadable && !c.waits) {
        json_unref(out);
        out = call_fail(&c, "InternalServerError", "%s", buf_str(&a->calls.unread));
    }
    if (c.error)
        answer_error(&c);
    else if (!c.waits)
        send_answer(a, &c.from, 200, out,
                    engine_last_input(a->engine) > before ? engine_last_input(a->engine) : 0);
    json_unref(in);
    buf_clear(&c.message);
    return c.waits || !from.own ? from.call : 0;
}

uint64_t api_call(api *a, const char *operation, const char *body, size_t len, int64_t now_ms,
                  api_done *done, void *user)
{
    struct caller from = {.call = ++a->calls.last, .done = done, .user = user};

    return make_call(a, operation, body, len, now_ms, from);
}

uint64_t api_call_own(api *a, const char *operation, const char *body, size_t len, int64_t now_ms,
                      api_done *done, void *user)
{
    struct caller from = {.call = ++a->calls.last, .done = done, .user = user, .own = true};

    return make_call(a, operation, body, len, now_ms, from);
}

struct waiter *waiter_of(const api *a, uint64_t call)
{
    return (struct waiter *)(void *)id_map_get(&a->calls.waiters, call);
}

struct waiter *waiter_next(const api *a, struct id_queue *q)
{
    return (struct waiter *)(void *)id_queue_take(q, &a->calls.waiters);
}

bool api_waits(const api *a, uint64_t call)
{
    return waiter_of(a, call) != NULL;
}

/* A call has a waiter or an answer that is owed, never both. */
void api_give_up(api *a, uint64_t call)
{
    struct waiter *w = (struct waiter *)(void *)id_map_take(&a->calls.waiters, call);

    for (size_t i = 0; !w && i < a->calls.owed_count; i++)
        if (a->calls.owed[i].to.call == call)
            a->calls.owed[i].to.done = NULL;
    if (!w)
        return;
    if (w->run)
        w->run->waiter = 0;
    if (w->test)
        test_state_left(w->test);
    waiter_free(w);
}

/* ---- waits that end ---- */

/* What kind of call it is that waits follows from what it waits for. */
static void end_wait(api *a, struct waiter *w)
{
    if (w->run)
        sync_timed_out(a, w);
    else if (w->test)
        test_state_timed_out(a, w);
    else
        activity_poll_ended(a, w);
}

/*
 * Ends the waits that are due, up to a bound, and notes when the next one is. All waiters are
 * looked at, which is cheap: few wait, and only when one is due. Returns whether there may be more.
 */
static bool end_waits(api *a, int64_t now_ms, bool polls_only)
{
    struct waiter *due[64];
    size_t count = 0;
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < a->calls.waiters.room; i++)
        for (struct id_node *n = a->calls.waiters.buckets[i]; n; n = n->next) {
            struct waiter *w = (struct waiter *)(void *)n;
            bool now = w->due_ms <= now_ms && !(polls_only && (w->run || w->test));
            if (now && count < COUNT(due))
                due[count++] = w;
            else if (w->due_ms < next)
                next = w->due_ms;
        }
    a->calls.next_due_ms = next;
    for (size_t i = 0; i < count; i++)
        end_wait(a, due[i]);
    return count == COUNT(due);
}

/* A call that was answered meanwhile, or given up, is none any more. */
void api_time_out(api *a, uint64_t call, int64_t now_ms)
{
    struct waiter *w = waiter_of(a, call);

    a->now_ms = now_ms;
    if (w)
        end_wait(a, w);
}

void api_end_polls(api *a)
{
    a->calls.ending = true;
    while (end_waits(a, INT64_MAX, true))
        continue;
}

void calls_end_waits(api *a)
{
    while (a->now_ms >= a->calls.next_due_ms && end_waits(a, a->now_ms, false))
        continue;
}

int64_t calls_due(const api *a)
{
    return a->calls.owed_count ? INT64_MIN : a->calls.next_due_ms;
}

void calls_clock_set(api *a, int64_t by_ms)
{
    for (size_t i = 0; i < a->calls.waiters.room; i++)
        for (struct id_node *n = a->calls.waiters.buckets[i]; n; n = n->next)
            ((struct waiter *)(void *)n)->due_ms += by_ms;
    if (a->calls.next_due_ms != INT64_MAX)
        a->calls.next_due_ms += by_ms;
}

bool calls_are_ending(const api *a)
{
    return a->calls.ending;
}

size_t api_waiting(const api *a)
{
    return a->calls.waiters.count;
}

/*
 * What is owed by now is made durable by the turn that begins; what comes later waits for the
 * next.
 */
void api_begin_turn(api *a)
{
    a->calls.sealed = a->calls.owed_count;
}

/* ---- what the store says ---- */

bool call_is_unreadable(const api *a)
{
    return a->calls.unreadable;
}

/* The first failure counts: what follows may come of it. */
static void store_failed_call(api *a, const struct diag *why)
{
    if (a->calls.unreadable)
        return;
    a->calls.unreadable = true;
    buf_reset(&a->calls.unread);
    buf_adds(&a->calls.unread, why->text);
}

void api_read_failed(api *a, struct diag *why)
{
    if (why->code && strcmp(why->code, STORE_NONE) != 0) {
        if (a->calls.making)
            store_failed_call(a, why);
        else if (strcmp(why->code, STORE_DAMAGED) != 0)
            engine_cannot_read(a->engine, why);
    }
    diag_clear(why);
}

void api_pass_damage(api *a, struct diag *why)
{
    if (why->code && strcmp(why->code, STORE_DAMAGED) == 0)
        diag_clear(why);
    api_read_failed(a, why);
}

/* ---- values of answers ---- */

json *api_time(int64_t ms)
{
    return json_double((double)ms / 1000);
}

json *api_empty(void)
{
    return json_ref(json_empty_object());
}

json *api_uuid(api *a)
{
    return asl_chance_uuid(&a->chance);
}

json *api_uuid_in_time(api *a)
{
    uint64_t high = asl_chance_next(&a->chance) & 0xffff;

    return asl_uuid(high | (uint64_t)a->now_ms << 16, asl_chance_next(&a->chance));
}
