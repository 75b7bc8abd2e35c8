/* bedrockagentcore:invokeHarness: streams of events, and what a Task gets of them. */

#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include "runtime/aws/aws_impl.h"
#include "runtime/aws/event_stream.h"

#include <stdlib.h>
#include <string.h>

#define STREAM "Content-Type: application/vnd.amazon.eventstream\r\nx-amzn-RequestId: r-1\r\n"
#define HARNESS "arn:aws:bedrock-agentcore:us-east-1:1:harness/h"
#define ASK                                                                                        \
    "{\"HarnessArn\":\"" HARNESS "\",\"RuntimeSessionId\":\"s\",\"Messages\":[{\"Role\":\"user\"," \
    "\"Content\":[{\"Text\":\"hi\"}]}]}"
#define SAYS(index, text)                                                                          \
    "contentBlockDelta {\"contentBlockIndex\":" index ",\"delta\":{\"text\":\"" text "\"}}\n"
#define START(role) "messageStart {\"role\":\"" role "\"}\n"
#define STOP(reason) "messageStop {\"stopReason\":\"" reason "\"}\n"
#define USED(in, out, all, ms)                                                                     \
    "metadata {\"usage\":{\"inputTokens\":" in ",\"outputTokens\":" out ",\"totalTokens\":" all    \
    "},\"metrics\":{\"latencyMs\":" ms "}}\n"
#define TOLD(content, reason, in, out, all, ms)                                                    \
    "ok {\"Output\":{\"Message\":{\"Role\":\"assistant\",\"Content\":" content                     \
    "}},\"StopReason\":\"" reason "\",\"Usage\":{\"InputTokens\":" in ",\"OutputTokens\":" out     \
    ",\"TotalTokens\":" all "},\"Metrics\":{\"LatencyMs\":" ms "}}"

/* ---- messages ---- */

static void add_number(struct buf *out, uint32_t n, int bytes)
{
    while (bytes-- > 0)
        buf_addc(out, (char)(n >> (8 * bytes)));
}

static void add_header(struct buf *out, const char *name, const char *value, size_t len)
{
    buf_addc(out, (char)strlen(name));
    buf_adds(out, name);
    buf_addc(out, 7);
    add_number(out, (uint32_t)len, 2);
    buf_add(out, value, len);
}

/* A header of each other type, which nobody reads. */
static void add_others(struct buf *out)
{
    static const size_t lengths[] = {0, 0, 1, 2, 4, 8, 0, 0, 8, 16};

    for (unsigned type = 0; type < COUNT(lengths); type++) {
        if (type == 7)
            continue;
        buf_adds(out, "\1x");
        buf_addc(out, (char)type);
        if (type == 6)
            buf_add(out, "\0\2ab", 4);
        for (size_t i = 0; i < lengths[type]; i++)
            buf_addc(out, '\0');
    }
}

/* "TYPE PAYLOAD", "!TYPE PAYLOAD" for an exception, "?CODE MESSAGE" for an error. */
static void add_message(struct buf *out, const char *line, size_t len)
{
    struct buf head = {0}, message = {0};
    bool exception = *line == '!', error = *line == '?';
    const char *kind = exception ? "exception" : error ? "error" : "event";
    const char *of = exception ? ":exception-type" : error ? ":error-code" : ":event-type";

    line += exception || error;
    len -= exception || error;
    size_t name = strcspn(line, " ");
    add_header(&head, ":message-type", kind, strlen(kind));
    add_header(&head, of, line, name);
    add_others(&head);
    size_t rest = len - name - 1;
    if (error)
        add_header(&head, ":error-message", line + name + 1, rest);
    add_number(&message, (uint32_t)(16 + head.len + (error ? 0 : rest)), 4);
    add_number(&message, (uint32_t)head.len, 4);
    add_number(&message, aws_crc32(message.data, message.len), 4);
    buf_add(&message, head.data, head.len);
    if (!error)
        buf_add(&message, line + name + 1, rest);
    add_number(&message, aws_crc32(message.data, message.len), 4);
    buf_add(out, message.data, message.len);
    buf_clear(&head);
    buf_clear(&message);
}

static void add_stream(struct buf *out, const char *lines)
{
    while (*lines) {
        size_t len = strcspn(lines, "\n");

        add_message(out, lines, len);
        lines += len + 1;
    }
}

/* ---- what a Task gets ---- */

static const struct {
    const char *name, *parameters, *events, *request, *want;
} conversations[] = {
    {"a message in pieces", ASK,
     START("assistant") SAYS("0", "Hel")
         SAYS("0", "lo") "contentBlockStop {\"contentBlockIndex\":0}\n" STOP("end_turn")
             USED("3", "2", "5", "40"),
     "POST "
     "/harnesses/invoke?harnessArn=arn%3Aaws%3Abedrock-agentcore%3Aus-east-1%3A1%3Aharness%2Fh "
     "[application/json] [s] "
     "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}\n",
     TOLD("[{\"Text\":\"Hello\"}]", "end_turn", "3", "2", "5", "40")},
    {"a session of its own",
     "{\"HarnessArn\":\"h\",\"Messages\":[],\"Model\":{\"BedrockModelConfig\":{\"ModelId\":\"m\","
     "\"Temperature\":0.7}},"
     "\"Tools\":[{\"Type\":\"agentcore_browser\",\"Config\":{\"AgentCoreBrowser\":{\"BrowserArn\":"
     "\"b\"}}}]}",
     START("assistant") STOP("max_tokens"),
     "POST /harnesses/invoke?harnessArn=h [application/json] "
     "[af63e64c-8601-4d8a-b89e-48398d4006fd] "
     "{\"messages\":[],\"model\":{\"bedrockModelConfig\":{\"modelId\":\"m\",\"temperature\":0.7}},"
     "\"tools\":[{\"type\":\"agentcore_browser\",\"config\":{\"agentCoreBrowser\":{\"browserArn\":"
     "\"b\"}}}]}\n",
     TOLD("[]", "max_tokens", "0", "0", "0", "0")},
    {"only the last message, and the tokens of all", ASK,
     START("assistant") SAYS(
         "0", "let me see") "contentBlockStart "
                            "{\"contentBlockIndex\":1,\"start\":{\"toolUse\":{\"toolUseId\":\"t\","
                            "\"name\":\"n\"}}}\n"
                            "contentBlockDelta "
                            "{\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"{}\"}}}"
                            "\n" STOP("tool_use") USED("10", "1", "11", "100") START("user")
                                SAYS("0", "the tool says") STOP("tool_result") START(
                                    "assistant") "contentBlockDelta "
                                                 "{\"contentBlockIndex\":0,\"delta\":{"
                                                 "\"reasoningContent\":{\"text\":\"hm\"}}}\n" SAYS(
                                                     "1", "one") SAYS("2", "two") SAYS("1", " more")
                                                     STOP("end_turn") USED("20", "2", "22", "50"),
     NULL,
     TOLD("[{\"Text\":\"one more\"},{\"Text\":\"two\"}]", "end_turn", "30", "3", "33", "150")},
    {"what is newer than we are", ASK,
     "news {\"a\":1}\n" START("assistant") SAYS("0", "x") STOP("end_turn"), NULL,
     TOLD("[{\"Text\":\"x\"}]", "end_turn", "0", "0", "0", "0")},
    {"an exception on the way", ASK,
     START("assistant") "!validationException {\"message\":\"no\",\"reason\":\"CannotParse\"}\n",
     NULL,
     "failed BedrockAgentCore.ValidationException: no (Service: BedrockAgentCore, Status Code: "
     "400, Request ID: r-1)"},
    {"an error on the way", ASK, "?InternalServerException it broke\n", NULL,
     "failed BedrockAgentCore.InternalServerException: it broke (Service: BedrockAgentCore, Status "
     "Code: 500, Request ID: r-1)"},
    {"one that nobody knows", ASK, "!oddException {}\n", NULL,
     "failed BedrockAgentCore.BedrockAgentCoreException: {} (Service: BedrockAgentCore, Status "
     "Code: 500, Request ID: r-1)"},
};

START_TEST(conversation)
{
    struct buf body = {0};

    add_stream(&body, conversations[_i].events);
    const struct reply replies[MAX_REPLIES] = {{200, STREAM, body.data}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    w->body_len = body.len;
    w->shown = "Content-Type X-Amzn-Bedrock-AgentCore-Runtime-Session-Id";
    endpoint_world_run(w, "arn:aws:states:::bedrockagentcore:invokeHarness",
                       conversations[_i].parameters);
    if (conversations[_i].request)
        expect_text(conversations[_i].name, buf_str(&w->seen), conversations[_i].request);
    endpoint_world_expect(conversations[_i].name, w, conversations[_i].want);
    endpoint_world_free(w);
    buf_clear(&body);
}
END_TEST

/* An answer that is refused as a whole has no stream. */
START_TEST(refused_conversation)
{
    static const struct reply replies[MAX_REPLIES] = {
        {429, "x-amzn-RequestId: r-1\r\nx-amzn-ErrorType: ThrottlingException\r\n",
         "{\"message\":\"busy\"}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    endpoint_world_run(w, "arn:aws:states:::bedrockagentcore:invokeHarness", ASK);
    endpoint_world_expect("refused", w,
                          "failed BedrockAgentCore.ThrottlingException: busy (Service: "
                          "BedrockAgentCore, Status Code: "
                          "429, Request ID: r-1)");
    endpoint_world_free(w);
}
END_TEST

/* Sums stay at the largest integer. */
START_TEST(conversation_of_many_tokens)
{
    struct buf body = {0};

    add_stream(&body, START("assistant") STOP("end_turn"));
    for (int i = 0; i < 9300; i++)
        add_stream(&body, USED("999999999999999", "1", "999999999999999", "0"));
    const struct reply replies[MAX_REPLIES] = {{200, STREAM, body.data}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    w->body_len = body.len;
    endpoint_world_run(w, "arn:aws:states:::bedrockagentcore:invokeHarness", ASK);
    endpoint_world_expect(
        "sums", w,
        TOLD("[]", "end_turn", "9223372036854775807", "9300", "9223372036854775807", "0"));
    endpoint_world_free(w);
    buf_clear(&body);
}
END_TEST

/* ---- streams ---- */

/* As botocore reads it: its checksums are not ours. */
START_TEST(message_of_another)
{
    static const char hex[] =
        "000000760000005296d5fade0d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970"
        "6507000c6d65737361676553746172740d3a636f6e74656e742d747970650700106170706c69636174696f6e2f"
        "6a"
        "736f6e7b22726f6c65223a22617373697374616e74227d1cc6be18";
    struct buf bytes = {0};
    struct diag why = {0};
    struct aws_event e;

    for (const char *p = hex; *p; p += 2) {
        char two[3] = {p[0], p[1], '\0'};
        buf_addc(&bytes, (char)strtol(two, NULL, 16));
    }
    struct aws_span rest = {bytes.data, bytes.len};
    ck_assert(aws_event_next(&rest, &e, &why));
    ck_assert(aws_span_is(e.kind, "event"));
    ck_assert(aws_span_is(e.type, "messageStart"));
    ck_assert(aws_span_is(e.payload, "{\"role\":\"assistant\"}"));
    ck_assert(!aws_event_next(&rest, &e, &why) && !why.text);
    buf_clear(&bytes);
}
END_TEST

/* Cut off anywhere, or with any byte changed, it is no stream, and nothing beyond it is read. */
START_TEST(damaged_stream)
{
    struct buf bytes = {0};

    add_stream(&bytes, START("assistant") SAYS("0", "x"));
    for (size_t i = 0; i < 2 * bytes.len; i++) {
        size_t len = i < bytes.len ? i : bytes.len, read = 0;
        char *copy = malloc(len ? len : 1);
        struct aws_span rest = {copy, len};
        struct diag why = {0};
        struct aws_event e;

        memcpy(copy, bytes.data, len);
        if (i >= bytes.len)
            copy[i - bytes.len] ^= 1;
        while (aws_event_next(&rest, &e, &why))
            read++;
        ck_assert_msg(why.text || (i < bytes.len && read < 2), "%zu: %zu", i, read);
        diag_clear(&why);
        free(copy);
    }
    buf_clear(&bytes);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("conversation");
    TCase *t = tcase_create("conversation");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, conversation, 0, COUNT(conversations));
    tcase_add_test(t, refused_conversation);
    tcase_add_test(t, conversation_of_many_tokens);
    tcase_add_test(t, message_of_another);
    tcase_add_test(t, damaged_stream);
    suite_add_tcase(s, t);
    return run_suite(s);
}
