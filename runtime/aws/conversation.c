/*
 * A harness of Bedrock AgentCore answers with a stream of events, of which Step Functions makes a
 * result in the form of Bedrock's Converse: the texts of the last message of the assistant, why it
 * ended, and the tokens and the time of all turns together. What tools are asked and answer, and
 * what the model thinks, is left out.
 */
#include "runtime/aws/aws_impl.h"
#include "runtime/aws/event_stream.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"

#include <string.h>

enum { MAX_BLOCKS = 1024 };

/* The text of one block of a message. */
struct block {
    int64_t index;
    struct buf text;
};

struct conversation {
    bool assistant; /* the message that is being told is its */
    struct block *blocks;
    size_t count, room;
    json *stop;
    int64_t input, output, total, latency_ms;
};

bool aws_call_converses(const struct aws_call *c)
{
    return c->integration && !strcmp(c->service->name, "bedrockagentcore") &&
           !strcmp(c->operation.name, "InvokeHarness");
}

static void forget_message(struct conversation *t)
{
    for (size_t i = 0; i < t->count; i++)
        buf_clear(&t->blocks[i].text);
    t->count = 0;
}

static const json *inside(const json *v, const char *name)
{
    return v && json_is_object(v) ? json_get(v, name) : NULL;
}

static int64_t count_in(const json *v, const char *name)
{
    const json *n = inside(v, name);
    double d = n && json_is_number(n) ? json_double_value(n) : 0;

    return d > 0 && d < 1e15 ? (int64_t)d : 0;
}

/* Adds what one event says; there may be hundreds of thousands of them. */
static void add_usage(int64_t *sum, const json *v, const char *name)
{
    int64_t n = count_in(v, name);

    *sum = *sum > INT64_MAX - n ? INT64_MAX : *sum + n;
}

/* Blocks come one after the other, or piece by piece in turns. */
static void conversation_add_piece(struct conversation *t, const json *v)
{
    const json *text = inside(inside(v, "delta"), "text");
    int64_t index = count_in(v, "contentBlockIndex");
    size_t i = 0;

    if (!t->assistant || !text || !json_is_string(text))
        return;
    while (i < t->count && t->blocks[i].index != index)
        i++;
    if (i == t->count) {
        if (i == MAX_BLOCKS)
            return;
        MEM_GROW(t->blocks, t->count, t->room);
        t->blocks[t->count++] = (struct block){.index = index};
    }
    buf_add(&t->blocks[i].text, json_str(text), json_str_len(text));
}

static void take_event(struct conversation *t, const struct aws_event *e, const json *v)
{
    const json *usage = inside(v, "usage"), *reason = inside(v, "stopReason");
    const json *role = inside(v, "role");

    if (aws_span_is(e->type, "messageStart")) {
        t->assistant = role && json_is_string(role) && json_str_is(role, "assistant");
        if (t->assistant)
            forget_message(t);
    } else if (aws_span_is(e->type, "contentBlockDelta")) {
        conversation_add_piece(t, v);
    } else if (aws_span_is(e->type, "messageStop") && t->assistant && reason) {
        json_unref(t->stop);
        t->stop = json_ref(reason);
    } else if (aws_span_is(e->type, "metadata")) {
        add_usage(&t->input, usage, "inputTokens");
        add_usage(&t->output, usage, "outputTokens");
        add_usage(&t->total, usage, "totalTokens");
        add_usage(&t->latency_ms, inside(v, "metrics"), "latencyMs");
    }
}

static json *message_of(const struct conversation *t)
{
    struct json_build b, content;

    json_build_array(&content, t->count);
    for (size_t i = 0; i < t->count; i++)
        json_build_add(&content, aws_only("Text", json_string_mended(t->blocks[i].text.data,
                                                                     t->blocks[i].text.len)));
    json_build_object(&b, 2);
    json_build_set(&b, "Role", json_cstring("assistant"));
    json_build_set(&b, "Content", json_build_done(&content));
    return json_build_done(&b);
}

static json *conversation_result_of(const struct conversation *t)
{
    struct json_build b, usage;

    json_build_object(&usage, 3);
    json_build_set(&usage, "InputTokens", json_int(t->input));
    json_build_set(&usage, "OutputTokens", json_int(t->output));
    json_build_set(&usage, "TotalTokens", json_int(t->total));
    json_build_object(&b, 4);
    json_build_set(&b, "Output", aws_only("Message", message_of(t)));
    if (t->stop)
        json_build_set(&b, "StopReason", json_ref(t->stop));
    json_build_set(&b, "Usage", json_build_done(&usage));
    json_build_set(&b, "Metrics", aws_only("LatencyMs", json_int(t->latency_ms)));
    return json_build_done(&b);
}

/* An exception within the stream is as one that comes instead of it: "validationException" is the
 * model's ValidationException. */
static void event_refused(const struct aws_call *c, const struct aws_event *e,
                          const struct aws_answer *a, struct aws_result *out)
{
    struct model_error modelled = {0};
    struct buf code = {0}, body = {0};
    struct aws_answer in = *a;
    json *name, *headers;

    buf_add(&code, e->type.at ? e->type.at : "", e->type.len);
    if (code.len)
        code.data[0] = ascii_upper(code.data[0]);
    name = json_string_mended(buf_str(&code), code.len);
    headers = json_with(a->headers, json_cstring("x-amzn-ErrorType"), name);
    if (model_error_coded(c->service, buf_str(&code), code.len, &modelled) && modelled.status)
        in.status = modelled.status;
    else
        in.status = 500;
    if (e->message.len) {
        json *said = aws_only("message", json_string_mended(e->message.at, e->message.len));
        json_write(&body, said);
        json_unref(said);
    } else {
        buf_add(&body, e->payload.at ? e->payload.at : "", e->payload.len);
    }
    in.headers = headers;
    in.body = buf_str(&body);
    in.len = body.len;
    aws_refused(c, &in, out);
    json_unref(headers);
    buf_clear(&code);
    buf_clear(&body);
}

bool aws_read_conversation(const struct aws_call *c, const struct aws_answer *a,
                           struct aws_result *out, struct diag *why)
{
    struct conversation t = {0};
    struct aws_span rest = {a->body, a->len};
    struct aws_event e;
    bool refused = false;

    while (!refused && aws_event_next(&rest, &e, why)) {
        refused = aws_span_is(e.kind, "exception") || aws_span_is(e.kind, "error");
        if (refused) {
            event_refused(c, &e, a, out);
        } else {
            json *v = e.payload.len
                          ? json_parse(e.payload.at, e.payload.len, JSON_READ_SURROGATES, NULL)
                          : NULL;
            take_event(&t, &e, v);
            json_unref(v);
        }
    }
    bool good = refused || !rest.len;
    if (good && !refused)
        *out = (struct aws_result){.ok = true, .value = conversation_result_of(&t)};
    forget_message(&t);
    mem_free(t.blocks);
    json_unref(t.stop);
    return good;
}
