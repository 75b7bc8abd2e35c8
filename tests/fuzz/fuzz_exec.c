/*
 * Executions: bytes make a definition that loads, and what its tasks answer. It is played to its
 * end or to a bound, and again with crashes; what play.h watches must hold, and the history be the
 * same.
 */

#include "asl/asl.h"
#include "tests/support/play.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what, const char *more)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s: %s\n", what, more);
    abort();
}

/* ---- bytes to choices ---- */

struct bytes {
    const uint8_t *at, *end;
};

/* One of 0 … n-1; 0 when the bytes are used up. */
static unsigned take(struct bytes *b, unsigned n)
{
    return b->at < b->end ? *b->at++ % n : 0;
}

#define PICK(b, table) ((table)[take(b, sizeof(table) / sizeof *(table))])

/* ---- a definition ---- */

enum { MOST_DEPTH = 4, MOST_STATES = 40, IN_SCOPE = 5 };

struct maker {
    struct bytes bytes;
    struct buf out;
    unsigned states;
};

/* Most of them find something as long as a state leaves its input in place. */
static const char *const paths[] = {"$",
                                    "$",
                                    "$",
                                    "$",
                                    "$.n",
                                    "$.l",
                                    "$.o",
                                    "$.l[*]",
                                    "$$",
                                    "$$.State.Name",
                                    "$.s",
                                    "$.l[1]",
                                    "$..n",
                                    "$$.Execution.Input",
                                    "$.l[?(@ > 1)]",
                                    "$v0",
                                    "$.none",
                                    "$v1.n",
                                    "$$.Map.Item.Value"};
static const char *const result_paths[] = {"\"$.r\"", "\"$.r\"",         "\"$.r\"",    "null",
                                           "null",    "\"$.o.deep.er\"", "\"$.l[0]\"", "\"$.r\"",
                                           "\"$\"",   "\"$.r.r\""};
static const char *const queries[] = {"$",
                                      "$.n",
                                      "$.l",
                                      "$$.State.Name",
                                      "States.MathAdd($.n, 1)",
                                      "States.Format('{}-{}', $.n, $.l)",
                                      "States.UUID()",
                                      "States.ArrayRange(0, 5, 1)",
                                      "States.MathRandom(0, 100)",
                                      "States.Array($, $)",
                                      "$.o",
                                      "$$.Execution.Input",
                                      "States.JsonMerge($.o, $$.State, false)",
                                      "States.StringToJson($.s)",
                                      "$.none",
                                      "$$.State.RetryCount",
                                      "$$.Map.Item.Index",
                                      "$v0"};
static const char *const errors[] = {"E",
                                     "F",
                                     "States.ALL",
                                     "States.Timeout",
                                     "States.TaskFailed",
                                     "States.HeartbeatTimeout",
                                     "States.IntrinsicFailure",
                                     "States.DataLimitExceeded",
                                     "States.Runtime"};

static void field_path(struct maker *m, const char *name, unsigned one_in)
{
    if (take(&m->bytes, one_in) == 1)
        buf_printf(&m->out, ",\"%s\":\"%s\"", name, PICK(&m->bytes, paths));
}

static void template(struct maker *m, const char *name, unsigned one_in)
{
    if (take(&m->bytes, one_in) != 1)
        return;
    buf_printf(&m->out, ",\"%s\":{\"n\":%u", name, take(&m->bytes, 4));
    if (take(&m->bytes, 2))
        buf_printf(&m->out, ",\"l\":[1,{\"x.$\":\"%s\"},3],\"s\":\"{\"", PICK(&m->bytes, queries));
    buf_printf(&m->out, ",\"o.$\":\"%s\"}", PICK(&m->bytes, queries));
}

static void assign(struct maker *m, unsigned one_in, unsigned depth)
{
    if (take(&m->bytes, one_in) == 1)
        buf_printf(&m->out, ",\"Assign\":{\"v%u.$\":\"%s\"}", depth, PICK(&m->bytes, queries));
}

static void retry(struct maker *m)
{
    unsigned count = take(&m->bytes, 3);

    buf_adds(&m->out, ",\"Retry\":[");
    for (unsigned i = 0; i < count; i++) {
        bool last = i + 1 == count;
        const char *error = PICK(&m->bytes, errors);
        if (!last && !strcmp(error, "States.ALL"))
            error = "E";
        buf_printf(&m->out,
                   "%s{\"ErrorEquals\":[\"%s\"],\"IntervalSeconds\":%u,\"MaxAttempts\":%u,"
                   "\"BackoffRate\":%s%s}",
                   i ? "," : "", error, take(&m->bytes, 4), take(&m->bytes, 4),
                   take(&m->bytes, 2) ? "2.5" : "1",
                   take(&m->bytes, 4) == 1   ? ",\"JitterStrategy\":\"FULL\""
                   : take(&m->bytes, 4) == 1 ? ",\"MaxDelaySeconds\":4"
                                             : "");
    }
    buf_adds(&m->out, "]");
}

/* `first`: the number of the scope's first state, of `count`. */
static void target(struct maker *m, const char *name, unsigned first, unsigned count)
{
    buf_printf(&m->out, ",\"%s\":\"S%u\"", name, first + take(&m->bytes, count));
}

static void catchers(struct maker *m, unsigned first, unsigned count, unsigned depth)
{
    unsigned n = take(&m->bytes, 3);

    buf_adds(&m->out, ",\"Catch\":[");
    for (unsigned i = 0; i < n; i++) {
        const char *error = PICK(&m->bytes, errors);
        if (i + 1 < n && !strcmp(error, "States.ALL"))
            error = "F";
        buf_printf(&m->out, "%s{\"ErrorEquals\":[\"%s\"]", i ? "," : "", error);
        if (take(&m->bytes, 8) != 1)
            buf_printf(&m->out, ",\"ResultPath\":%s", PICK(&m->bytes, result_paths));
        assign(m, 3, depth);
        target(m, "Next", first, count);
        buf_adds(&m->out, "}");
    }
    buf_adds(&m->out, "]");
}

static void results(struct maker *m)
{
    template(m, "ResultSelector", 6);
    if (take(&m->bytes, 8) != 1)
        buf_printf(&m->out, ",\"ResultPath\":%s", PICK(&m->bytes, result_paths));
}

static void scope(struct maker *m, unsigned depth);

static void pass(struct maker *m)
{
    static const char *const literals[] = {
        "{\"n\":1,\"l\":[1,2],\"o\":{\"n\":2,\"l\":[]},\"s\":\"{}\"}", "7", "[[],[1]]", "null",
        "\"text\""};

    if (take(&m->bytes, 3) == 1)
        buf_printf(&m->out, ",\"Result\":%s", PICK(&m->bytes, literals));
    template(m, "Parameters", 3);
    if (take(&m->bytes, 8) != 1)
        buf_printf(&m->out, ",\"ResultPath\":%s", PICK(&m->bytes, result_paths));
}

static void task(struct maker *m)
{
    static const char *const resources[] = {"arn:aws:lambda:us-east-1:123456789012:function:f",
                                            "arn:aws:states:::lambda:invoke",
                                            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                                            "arn:aws:states:us-east-1:123456789012:activity:a"};

    buf_printf(&m->out, ",\"Resource\":\"%s\"", PICK(&m->bytes, resources));
    template(m, "Parameters", 3);
    switch (take(&m->bytes, 4)) {
    case 0: buf_printf(&m->out, ",\"TimeoutSeconds\":%u", 6 + take(&m->bytes, 4)); break;
    case 1: buf_adds(&m->out, ",\"TimeoutSecondsPath\":\"$.n\""); break;
    }
    if (take(&m->bytes, 3) == 1)
        buf_printf(&m->out, ",\"HeartbeatSeconds\":%u", 1 + take(&m->bytes, 5));
}

static void wait(struct maker *m)
{
    switch (take(&m->bytes, 4)) {
    case 0: buf_printf(&m->out, ",\"Seconds\":%u", take(&m->bytes, 5)); break;
    case 1: buf_adds(&m->out, ",\"SecondsPath\":\"$.n\""); break;
    case 2: buf_adds(&m->out, ",\"Timestamp\":\"2024-01-01T00:00:07Z\""); break;
    default: buf_adds(&m->out, ",\"TimestampPath\":\"$.t\""); break;
    }
}

static void choice(struct maker *m, unsigned first, unsigned count, unsigned depth)
{
    static const char *const tests[] = {"\"IsPresent\":true", "\"NumericLessThan\":2",
                                        "\"StringEquals\":\"x\"", "\"NumericEqualsPath\":\"$.n\"",
                                        "\"IsNull\":false"};
    unsigned rules = 1 + take(&m->bytes, 3);

    buf_adds(&m->out, ",\"Choices\":[");
    for (unsigned i = 0; i < rules; i++) {
        buf_printf(&m->out, "%s{\"Variable\":\"%s\",%s", i ? "," : "", PICK(&m->bytes, paths),
                   PICK(&m->bytes, tests));
        assign(m, 3, depth);
        target(m, "Next", first, count);
        buf_adds(&m->out, "}");
    }
    buf_adds(&m->out, "]");
}

static void parallel(struct maker *m, unsigned depth)
{
    unsigned branches = 1 + take(&m->bytes, 4);

    template(m, "Parameters", 4);
    buf_adds(&m->out, ",\"Branches\":[");
    for (unsigned i = 0; i < branches; i++) {
        buf_adds(&m->out, i ? ",{" : "{");
        scope(m, depth + 1);
        buf_adds(&m->out, "}");
    }
    buf_adds(&m->out, "]");
}

static void map(struct maker *m, unsigned depth)
{
    static const char *const items[] = {
        "$.l", "$.l", "$", "$.o.l", "$.l[*]", "$v0", "$$.Execution.Input.l"};

    buf_printf(&m->out, ",\"ItemsPath\":\"%s\"", PICK(&m->bytes, items));
    template(m, "ItemSelector", 3);
    if (take(&m->bytes, 2))
        buf_printf(&m->out, ",\"MaxConcurrency\":%u", take(&m->bytes, 4));
    bool distributed = take(&m->bytes, 4) == 1;
    if (distributed && take(&m->bytes, 2))
        buf_printf(&m->out, ",\"ToleratedFailureCount\":%u", take(&m->bytes, 3));
    else if (distributed && take(&m->bytes, 2))
        buf_printf(&m->out, ",\"ToleratedFailurePercentage\":%u", take(&m->bytes, 101));
    buf_adds(&m->out, ",\"ItemProcessor\":{");
    if (distributed)
        buf_adds(&m->out, "\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":"
                          "\"STANDARD\"},");
    scope(m, depth + 1);
    buf_adds(&m->out, "}");
}

static void state(struct maker *m, unsigned number, unsigned first, unsigned count, unsigned depth)
{
    static const char *const types[] = {"Pass", "Task", "Choice",   "Wait", "Task",
                                        "Map",  "Task", "Parallel", "Fail", "Succeed"};
    bool last = number + 1 == first + count, deep = depth >= MOST_DEPTH || m->states > MOST_STATES;
    const char *type = PICK(&m->bytes, types);

    /* Every state can be reached, and each scope has an end. */
    if ((deep && (!strcmp(type, "Map") || !strcmp(type, "Parallel"))) ||
        (last && !strcmp(type, "Choice")) ||
        (!last && (!strcmp(type, "Fail") || !strcmp(type, "Succeed"))))
        type = "Pass";
    buf_printf(&m->out, "\"S%u\":{\"Type\":\"%s\"", number, type);
    if (!strcmp(type, "Fail")) {
        if (take(&m->bytes, 4))
            buf_printf(&m->out, ",\"Error\":\"%s\"", take(&m->bytes, 2) ? "E" : "F");
        buf_adds(&m->out, "}");
        return;
    }
    field_path(m, "InputPath", 8);
    field_path(m, "OutputPath", 8);
    if (strcmp(type, "Succeed") != 0)
        assign(m, 4, depth);
    switch (type[0]) {
    case 'C': choice(m, first, count, depth); break;
    case 'W': wait(m); break;
    case 'T': task(m); break;
    case 'M': map(m, depth); break;
    case 'P':
        if (type[2] == 's')
            pass(m);
        else
            parallel(m, depth);
        break;
    }
    if (!strcmp(type, "Task") || !strcmp(type, "Map") || !strcmp(type, "Parallel")) {
        results(m);
        retry(m);
        catchers(m, first, count, depth);
    }
    if (!strcmp(type, "Choice"))
        buf_printf(&m->out, ",\"Default\":\"S%u\"", number + 1);
    else if (!strcmp(type, "Succeed"))
        ;
    else if (last)
        buf_adds(&m->out, ",\"End\":true");
    else
        buf_printf(&m->out, ",\"Next\":\"S%u\"", number + 1);
    buf_adds(&m->out, "}");
}

static void scope(struct maker *m, unsigned depth)
{
    unsigned first = m->states, count = 1 + take(&m->bytes, IN_SCOPE);

    m->states += count;
    buf_printf(&m->out, "\"StartAt\":\"S%u\",\"States\":{", first);
    for (unsigned i = 0; i < count; i++) {
        if (i)
            buf_addc(&m->out, ',');
        state(m, first + i, first, count, depth);
    }
    buf_adds(&m->out, "}");
}

static asl_machine *make(struct maker *m)
{
    struct asl_report report = {0};

    buf_adds(&m->out, "{");
    if (take(&m->bytes, 8) == 1)
        buf_adds(&m->out, "\"TimeoutSeconds\":20,");
    scope(m, 0);
    buf_adds(&m->out, "}");
    asl_machine *machine = asl_compile(buf_str(&m->out), m->out.len, DOCUMENT_JSON, &report);
    must(machine || report.errors > 0, "a definition that is refused has an error", "");
    asl_report_clear(&report);
    return machine;
}

/* ---- what tasks answer ---- */

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static json *large(void)
{
    static const size_t size = 263000;
    struct buf b = {0};

    memset(buf_reserve(&b, size), 'x', size);
    b.len = size;
    return json_take_buf(&b);
}

static bool answer(void *user, const struct rt_command *c, uint32_t nth, struct play_answer *out)
{
    const uint64_t *seed = user;
    uint64_t r = mix(*seed + c->state->id * 1000003u + nth * 7919u);

    out->kind = PLAY_OK;
    out->after_ms = (int64_t)(r >> 8 & 15) * 700;
    if (r >> 12 & 1)
        out->after_ms = 0;
    if ((r >> 13 & 3) == 1) {
        out->beats = 2;
        out->beats_ms[0] = 900;
        out->beats_ms[1] = 2600;
    }
    if (c->kind == RT_RUN_TASK && c->state->task.parts.pattern == ASL_WAIT_FOR_TASK_TOKEN)
        out->submitted = json_bool(true);
    switch (r >> 16 & 15) {
    case 0: out->kind = PLAY_NEVER; break;
    case 1:
    case 2:
    case 3:
    case 4:
        out->kind = PLAY_FAIL;
        out->error.name = json_cstring(r >> 20 & 1 ? "E" : "F");
        if (r >> 21 & 1)
            out->error.cause = json_cstring("{\"a\":1");
        break;
    case 5: out->kind = PLAY_FAIL; break;
    case 6: out->value = (r >> 22 & 7) ? json_ref(c->parameters) : large(); break;
    case 7: out->value = json_ref(c->parameters); break;
    default: out->value = json_int((int64_t)(r >> 24 & 7)); break;
    }
    return true;
}

/* ---- playing ---- */

static void check_events(const struct played *d)
{
    struct buf text = {0};

    for (size_t i = 0; i < d->count && i < 200; i++) {
        const json *data = d->events[i].data, *extra = rt_event_extra(&d->events[i]);
        if (!d->events[i].id || (data && json_text_len(data) > 1000000) ||
            (extra && json_text_len(extra) > 1000000))
            continue;
        json *e = rt_event_json(d->x, &d->events[i]);
        json_write(&text, e);
        json_unref(e);
        buf_reset(&text);
    }
    buf_clear(&text);
}

static void play_again(const struct play *p, const struct played *whole, struct play_crash crash)
{
    struct played again;
    struct buf why = {0};

    play_run(p, crash, &again);
    must(again.fault.len == 0, "with a crash", buf_str(&again.fault));
    must(played_same(whole, &again, &why), "a crash changes nothing", buf_str(&why));
    played_clear(&again);
    buf_clear(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char input[] = "{\"n\":3,\"s\":\"{\\\"a\\\":[1]}\",\"l\":[1,2,3,4],"
                                "\"o\":{\"n\":1,\"l\":[[],{}]},\"t\":\"2024-01-01T00:00:05Z\"}";
    struct maker m = {.bytes = {data, data + size}};
    uint64_t seed = mix(take(&m.bytes, 256) + 256 * (uint64_t)take(&m.bytes, 256));
    unsigned flags = take(&m.bytes, 256), stop_s = take(&m.bytes, 256);
    size_t crash_at = take(&m.bytes, 256);
    asl_machine *machine = make(&m);
    struct played whole;

    buf_clear(&m.out);
    if (!machine)
        return 0;
    json *in = json_parse(input, sizeof input - 1, 0, NULL), *name = json_cstring("x");
    struct play p = {.machine = machine,
                     .config = {.names = {name, name, name, name, name, name},
                                .aws_limits = flags & 1,
                                .seed = seed},
                     .input = in,
                     .start_ms = 1704067200000,
                     .stop_ms = stop_s < 20 ? 1704067200000 + 1000 * (int64_t)stop_s : INT64_MAX,
                     .max_events = 1000,
                     .max_steps = 600,
                     .user = &seed,
                     .answer = answer};
    play_run(&p, PLAY_NO_CRASH, &whole);
    must(whole.fault.len == 0, "while it runs", buf_str(&whole.fault));
    check_events(&whole);
    play_again(&p, &whole, PLAY_ALWAYS_CRASH);
    play_again(&p, &whole, (struct play_crash){crash_at, crash_at});
    played_clear(&whole);
    json_unref(in);
    json_unref(name);
    asl_machine_unref(machine);
    return 0;
}
