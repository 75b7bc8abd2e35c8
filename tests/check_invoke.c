/* http:invoke and apigateway:invoke: the requests, connections, and what a Task gets. */

#include "parsers/base/mem.h"
#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include <stdlib.h>
#include <string.h>

/* ---- plain HTTP ---- */

#define HTTP "arn:aws:states:::http:invoke"
#define GATEWAY "arn:aws:states:::apigateway:invoke"
#define CONNECTION "arn:aws:events:us-east-1:1:connection/shop/8f"
#define WITH_CONNECTION "\"Authentication\":{\"ConnectionArn\":\"" CONNECTION "\"}"
#define FILE_WITH(row, connection)                                                                 \
    "{\"handlers\":[{\"resource\":\"" row "\",\"endpoint\":\"STUB/\"}],\"connections\":[{"         \
    "\"connection\":\"shop\"" connection "}]}"

static const struct {
    const char *name, *resource, *file, *parameters, *header;
    struct reply replies[MAX_REPLIES];
    const char *requests, *want;
} invokes[] = {
    {"http:invoke: query, header and body",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://api.example.com/v1/x?a=1\",\"Method\":\"POST\"," WITH_CONNECTION
     ",\"QueryParameters\":{\"q\":[\"1\",\"2 3\"]},\"RequestBody\":{\"b\":1}}",
     "User-Agent",
     {{201, "X-Some: y\r\n", "{\"ok\":true}"}},
     "POST /v1/x?a=1&q=1&q=2%203 [Amazon|StepFunctions|HttpInvoke|us-east-1] {\"b\":1}\n",
     "ok "
     "{\"Headers\":{\"x-some\":[\"y\"],\"content-length\":[\"11\"]},\"ResponseBody\":{\"ok\":true},"
     "\"StatusCode\":201,\"StatusText\":\"Created\"}"},
    {"text stays text",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     "Range",
     {{200, NULL, "hello"}},
     "GET / [bytes=0-262144]\n",
     "ok {\"Headers\":{\"content-length\":[\"5\"]},\"ResponseBody\":\"hello\",\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"a connection's user",
     HTTP,
     FILE_WITH(HTTP, ",\"basic\":{\"user\":\"u\",\"password\":\"p\"}"),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     "Authorization",
     {{204, NULL, NULL}},
     "GET / [Basic dTpw]\n",
     "ok "
     "{\"Headers\":{\"content-length\":[\"0\"]},\"ResponseBody\":\"\",\"StatusCode\":204,"
     "\"StatusText\":\"No Content\"}"},
    {"a connection's key and members win",
     HTTP,
     FILE_WITH(HTTP, ",\"api_key\":{\"name\":\"X-Key\",\"value\":\"k\"},\"query\":{\"q\":\"mine\"},"
                     "\"body\":{\"b\":\"mine\"}"),
     "{\"ApiEndpoint\":\"https://h/p\",\"Method\":\"PUT\"," WITH_CONNECTION
     ",\"Headers\":{\"x-key\":\"theirs\"},\"QueryParameters\":{\"q\":\"theirs\",\"r\":1},"
     "\"RequestBody\":{\"b\":1,\"c\":2}}",
     "X-Key",
     {{500, NULL, "broken"}},
     "PUT /p?r=1&q=mine [k] {\"b\":\"mine\",\"c\":2}\n",
     "failed States.Http.StatusCode.500: broken"},
    {"a form",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"POST\"," WITH_CONNECTION
     ",\"Headers\":{\"Content-Type\":\"application/x-www-form-urlencoded\"},"
     "\"RequestBody\":{\"a\":[1,2],\"o\":{\"k\":\"v w\"}},"
     "\"Transform\":{\"RequestBodyEncoding\":\"URL_ENCODED\",\"RequestEncodingOptions\":{"
     "\"ArrayFormat\":\"BRACKETS\"}}}",
     "Content-Type",
     {{302, NULL, ""}},
     "POST / [application/x-www-form-urlencoded] a%5B%5D=1&a%5B%5D=2&o%5Bk%5D=v%20w\n",
     "failed States.Http.StatusCode.302: "},
    {"a header that can't be set",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\",\"Headers\":{\"Host\":\"x\"}}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\","
     "\"Headers\":{\"Host\":\"x\"}}' could not be used to start the Task: [The field 'Headers' has "
     "one that can't be set]"},
    {"an endpoint that is none",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"file:///etc/passwd\",\"Method\":\"GET\"}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"ApiEndpoint\":\"file:///etc/passwd\",\"Method\":"
     "\"GET\"}' could not be used to start the Task: [The field 'ApiEndpoint' must be a URL]"},
    {"without its connection nothing is sent",
     HTTP,
     "{\"handlers\":[]}",
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{0}},
     "",
     NULL},
    {"a metadata address is refused",
     HTTP,
     "{\"handlers\":[],\"connections\":[{\"connection\":\"shop\"}]}",
     "{\"ApiEndpoint\":\"http://169.254.169.254/latest\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{0}},
     "",
     "failed States.Http.Socket: Unable to execute HTTP request: Connect to 169.254.169.254:80 "
     "failed: this address is not allowed"},
    {"an answer's text keeps its lines and colours",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{200, NULL, "a\r\nb\x1b[1m\r"}},
     "GET /\n",
     "ok "
     "{\"Headers\":{\"content-length\":[\"9\"]},\"ResponseBody\":\"a\\r\\nb\\u001B[1m\\r\","
     "\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"what is no UTF-8 in an answer",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{200, NULL, "a\xff\xc3z"}},
     "GET /\n",
     "ok "
     "{\"Headers\":{\"content-length\":[\"4\"]},\"ResponseBody\":\"a\xEF\xBF\xBD\xEF\xBF\xBDz\","
     "\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"an error's text keeps its lines, too",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{404, NULL,
       "a\r\n\xff"
       "b"}},
     "GET /\n",
     "failed States.Http.StatusCode.404: a\r\n\xEF\xBF\xBD"
     "b"},
    {"a redirect is not followed",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{301, "Location: /b\r\n", "moved"}},
     "GET /\n",
     "failed States.Http.StatusCode.301: moved"},
    {"JSON is read whatever its type is",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{200, NULL, " 0.5 "}},
     "GET /\n",
     "ok {\"Headers\":{\"content-length\":[\"5\"]},\"ResponseBody\":0.5,\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"a form's lists by default",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"POST\"," WITH_CONNECTION ","
     "\"Headers\":{\"Content-Type\":\"application/x-www-form-urlencoded\"},"
     "\"RequestBody\":{\"a\":[1,\"x y\"],\"o\":{\"k\":true}},\"Transform\":{"
     "\"RequestBodyEncoding\":\"URL_ENCODED\"}}",
     NULL,
     {{200, NULL, "1"}},
     "POST / a%5B0%5D=1&a%5B1%5D=x%20y&o%5Bk%5D=true\n",
     "ok {\"Headers\":{\"content-length\":[\"1\"]},\"ResponseBody\":1,\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"a form's lists by INDICES",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"POST\"," WITH_CONNECTION ","
     "\"Headers\":{\"Content-Type\":\"application/x-www-form-urlencoded\"},"
     "\"RequestBody\":{\"a\":[1,\"x y\"],\"o\":{\"k\":true}},\"Transform\":{"
     "\"RequestBodyEncoding\":\"URL_ENCODED\",\"RequestEncodingOptions\":{\"ArrayFormat\":"
     "\"INDICES\"}}}",
     NULL,
     {{200, NULL, "1"}},
     "POST / a%5B0%5D=1&a%5B1%5D=x%20y&o%5Bk%5D=true\n",
     "ok {\"Headers\":{\"content-length\":[\"1\"]},\"ResponseBody\":1,\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"a form's lists by REPEAT",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"POST\"," WITH_CONNECTION ","
     "\"Headers\":{\"Content-Type\":\"application/x-www-form-urlencoded\"},"
     "\"RequestBody\":{\"a\":[1,\"x y\"],\"o\":{\"k\":true}},\"Transform\":{"
     "\"RequestBodyEncoding\":\"URL_ENCODED\",\"RequestEncodingOptions\":{\"ArrayFormat\":"
     "\"REPEAT\"}}}",
     NULL,
     {{200, NULL, "1"}},
     "POST / a=1&a=x%20y&o%5Bk%5D=true\n",
     "ok {\"Headers\":{\"content-length\":[\"1\"]},\"ResponseBody\":1,\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"a form's lists by COMMAS",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"POST\"," WITH_CONNECTION ","
     "\"Headers\":{\"Content-Type\":\"application/x-www-form-urlencoded\"},"
     "\"RequestBody\":{\"a\":[1,\"x y\"],\"o\":{\"k\":true}},\"Transform\":{"
     "\"RequestBodyEncoding\":\"URL_ENCODED\",\"RequestEncodingOptions\":{\"ArrayFormat\":"
     "\"COMMAS\"}}}",
     NULL,
     {{200, NULL, "1"}},
     "POST / a=1%2Cx%20y&o%5Bk%5D=true\n",
     "ok {\"Headers\":{\"content-length\":[\"1\"]},\"ResponseBody\":1,\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"a form's lists by BRACKETS",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"POST\"," WITH_CONNECTION ","
     "\"Headers\":{\"Content-Type\":\"application/x-www-form-urlencoded\"},"
     "\"RequestBody\":{\"a\":[1,\"x y\"],\"o\":{\"k\":true}},\"Transform\":{"
     "\"RequestBodyEncoding\":\"URL_ENCODED\",\"RequestEncodingOptions\":{\"ArrayFormat\":"
     "\"BRACKETS\"}}}",
     NULL,
     {{200, NULL, "1"}},
     "POST / a%5B%5D=1&a%5B%5D=x%20y&o%5Bk%5D=true\n",
     "ok {\"Headers\":{\"content-length\":[\"1\"]},\"ResponseBody\":1,\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"apigateway:invoke",
     GATEWAY,
     FILE_WITH(GATEWAY, ""),
     "{\"ApiEndpoint\":\"x.execute-api.us-east-1.amazonaws.com\",\"Method\":\"GET\",\"Stage\":"
     "\"s\","
     "\"Path\":\"a/b\",\"QueryParameters\":{\"q\":[\"1\"]},\"Headers\":{\"X-A\":[\"1\",\"2\"]}}",
     "X-A",
     {{403, NULL, "{\"message\":\"Forbidden\"}"}},
     "GET /s/a/b?q=1 [1,2]\n",
     "failed ApiGateway.403: {\"message\":\"Forbidden\"}"},
    {"apigateway:invoke: names of headers stay as they are, and a null body is none",
     GATEWAY,
     FILE_WITH(GATEWAY, ""),
     "{\"ApiEndpoint\":\"x.execute-api.us-east-1.amazonaws.com\",\"Method\":\"POST\","
     "\"RequestBody\":null}",
     "Content-Type",
     {{200, "X-Some-Id: y\r\n", "[1]"}},
     "POST / [application/json]\n",
     "ok {\"Headers\":{\"X-Some-Id\":[\"y\"],\"Content-Length\":[\"3\"]},\"ResponseBody\":[1],"
     "\"StatusCode\":200,\"StatusText\":\"OK\"}"},
    {"apigateway:invoke: a header that is no list",
     GATEWAY,
     FILE_WITH(GATEWAY, ""),
     "{\"Method\":\"GET\",\"Headers\":{\"X-A\":\"1\"}}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"Method\":\"GET\",\"Headers\":{\"X-A\":\"1\"}}' "
     "could "
     "not be used to start the Task: [The values of the field 'Headers' must be lists of strings]"},
    {"apigateway:invoke: a list with a number in it",
     GATEWAY,
     FILE_WITH(GATEWAY, ""),
     "{\"Method\":\"GET\",\"Headers\":{\"X-A\":[1]}}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"Method\":\"GET\",\"Headers\":{\"X-A\":[1]}}' could "
     "not "
     "be used to start the Task: [The values of the field 'Headers' must be lists of strings]"},
};

START_TEST(invoke)
{
    struct endpoint_world *w = endpoint_world_new(invokes[_i].replies, invokes[_i].file);

    w->shown = invokes[_i].header;
    endpoint_world_run(w, invokes[_i].resource, invokes[_i].parameters);
    expect_text(invokes[_i].name, buf_str(&w->seen), invokes[_i].requests);
    if (invokes[_i].want)
        endpoint_world_expect(invokes[_i].name, w, invokes[_i].want);
    else
        ck_assert_msg(json_str_is(w->result.error, "Asl.NoHandler") &&
                          strstr(json_str(w->result.cause), "\"connection\": \"" CONNECTION "\""),
                      "%s: %s", invokes[_i].name, json_str(w->result.cause));
    endpoint_world_free(w);
}
END_TEST

/* However a metadata address is written, with a proxy in the environment, too: it isn't asked. */
static const struct {
    const char *url, *said; /* NULL: the proxy is asked for it */
} proxied[] = {
    {"http://169.254.169.254/", "169.254.169.254:80"},
    {"https://169.254.169.254/", "169.254.169.254:443"},
    {"http://2852039166/", ""},
    {"http://0xa9fea9fe/", ""},
    {"http://0251.0376.0251.0376/", ""},
    {"http://169.254.43518/", ""},
    {"http://169.254.169.254./", ""},
    {"http://[::ffff:169.254.169.254]/", ""},
    {"http://[64:ff9b::a9fe:a9fe]/", ""},
    {"http://[fd00:ec2::23]/", ""},
    {"http://100.100.100.200/", ""},
    {"http://0/", ""},
    {"http://0.0.0.0/", ""},
    {"http://192.0.2.1/x", NULL},
    {"http://metadata.google.internal.invalid/x", NULL},
    {"http://no-such-host.invalid/x", NULL},
};

START_TEST(guard_behind_proxy)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct endpoint_world *w =
        endpoint_world_new(replies, "{\"handlers\":[],\"connections\":[{\"connection\":"
                                    "\"shop\"}]}");
    struct buf text = {0}, want = {0};

    setenv("http_proxy", http_stub_url(w->stub), 1);
    setenv("https_proxy", http_stub_url(w->stub), 1);
    buf_printf(&text, "{\"ApiEndpoint\":\"%s\",\"Method\":\"GET\"," WITH_CONNECTION "}",
               proxied[_i].url);
    endpoint_world_run(w, HTTP, buf_str(&text));
    if (!proxied[_i].said)
        buf_printf(&want, "GET %s\n", proxied[_i].url);
    expect_text(proxied[_i].url, buf_str(&w->seen), buf_str(&want));
    ck_assert_msg(proxied[_i].said ? strstr(json_str(w->result.cause), proxied[_i].said) &&
                                         strstr(json_str(w->result.cause), "is not allowed")
                                   : w->result.error == NULL,
                  "%s: %s", proxied[_i].url, w->result.cause ? json_str(w->result.cause) : "ok");
    buf_clear(&text);
    buf_clear(&want);
    unsetenv("http_proxy");
    unsetenv("https_proxy");
    endpoint_world_free(w);
}
END_TEST

START_TEST(oauth)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"access_token\":\"T\",\"expires_in\":3600}"},
        {200, NULL, "1"},
        {200, NULL, "2"}};
    struct endpoint_world *w = endpoint_world_new(
        replies, "{\"handlers\":[{\"resource\":\"" HTTP "\",\"endpoint\":\"http://127.0.0.1:9\"}],"
                 "\"connections\":[{\"connection\":\"shop\",\"oauth\":{"
                 "\"url\":\"STUB/token\",\"client_id\":\"c&\","
                 "\"client_secret\":\"s\",\"scope\":\"a b\"}}]}");

    /* The handler's endpoint is nowhere: only the token's request comes. */
    endpoint_world_run(w, HTTP,
                       "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}");
    expect_text("the token is asked for", buf_str(&w->seen),
                "POST /token "
                "grant_type=client_credentials&client_id=c%26&client_secret=s&scope=a%20b\n");
    ck_assert(json_str_is(w->result.error, "States.Http.Socket"));
    endpoint_world_free(w);
}
END_TEST

/* The token is asked for once, and again a minute before it expires. */
static const struct {
    const char *name, *token, *requests;
} tokens[] = {
    {"a token is kept", "{\"access_token\":\"T\",\"expires_in\":3600}",
     "POST /token TOKEN\nGET /a [Bearer T]\nGET /a [Bearer T]\n"},
    {"a token without its time is kept for an hour", "{\"access_token\":\"T\"}",
     "POST /token TOKEN\nGET /a [Bearer T]\nGET /a [Bearer T]\n"},
    {"a token that ends within a minute is used once", "{\"access_token\":\"T\",\"expires_in\":59}",
     "POST /token TOKEN\nGET /a [Bearer T]\nPOST /token TOKEN\nGET /a [Bearer T]\n"},
};

START_TEST(oauth_token)
{
    static const char form[] = "grant_type=client_credentials&client_id=c&client_secret=s";
    struct reply replies[MAX_REPLIES] = {{200, NULL, tokens[_i].token},
                                         {200, NULL, "1"},
                                         {200, NULL, tokens[_i].token},
                                         {200, NULL, "1"}};
    struct endpoint_world *w = endpoint_world_new(
        replies, "{\"handlers\":[],\"connections\":[{\"connection\":\"shop\",\"oauth\":{"
                 "\"url\":\"STUB/token\",\"client_id\":\"c\",\"client_secret\":\"s\"}}]}");
    struct buf text = {0}, seen = {0};

    w->shown = "Authorization";
    buf_printf(&text, "{\"ApiEndpoint\":\"%s/a\",\"Method\":\"GET\"," WITH_CONNECTION "}",
               http_stub_url(w->stub));
    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, HTTP, buf_str(&text));
    for (const char *at = buf_str(&w->seen), *found; *at; at = found + strlen(form)) {
        found = strstr(at, form);
        if (!found) {
            buf_adds(&seen, at);
            break;
        }
        buf_printf(&seen, "%.*sTOKEN", (int)(found - at), at);
    }
    expect_text(tokens[_i].name, buf_str(&seen), tokens[_i].requests);
    buf_clear(&text);
    buf_clear(&seen);
    endpoint_world_free(w);
}
END_TEST

START_TEST(too_large)
{
    char *body = mem_alloc(2 * 1024 * 1024);

    memset(body, 'x', 2 * 1024 * 1024 - 1);
    body[2 * 1024 * 1024 - 1] = '\0';
    const struct reply replies[MAX_REPLIES] = {{200, NULL, body}};
    struct endpoint_world *w = endpoint_world_new(replies, FILE_WITH(HTTP, ""));

    endpoint_world_run(w, HTTP,
                       "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}");
    ck_assert(json_str_is(w->result.error, "States.DataLimitExceeded"));
    endpoint_world_free(w);
    mem_free(body);
}
END_TEST

/* Names that the author of a machine can't set; a connection may. */
static const char *const reserved[] = {
    "a-im",
    "Accept-Charset",
    "Accept-Datetime",
    "Accept-Encoding",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-MD5",
    "Date",
    "Expect",
    "Forwarded",
    "From",
    "HOST",
    "HTTP2-Settings",
    "If-Match",
    "If-None-Match",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Proxy-Authorization",
    "Referer",
    "Server",
    "TE",
    "Trailer",
    "Upgrade",
    "Via",
    "Warning",
    "X-Forwarded-For",
    "x-amz-date",
    "X-Amzn-Trace-Id",
    "Transfer-Encoding",
};

START_TEST(reserved_header)
{
    const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct endpoint_world *w = endpoint_world_new(replies, FILE_WITH(HTTP, ""));
    struct buf text = {0};

    buf_printf(&text,
               "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION
               ",\"Headers\":{\"%s\":\"x\"}}",
               reserved[_i]);
    endpoint_world_run(w, HTTP, buf_str(&text));
    ck_assert_msg(json_str_is(w->result.error, "States.Runtime") && !w->seen.len, "%s: it is sent",
                  reserved[_i]);
    buf_clear(&text);
    endpoint_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("invoke");
    TCase *t = tcase_create("invoke");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, invoke, 0, COUNT(invokes));
    tcase_add_loop_test(t, guard_behind_proxy, 0, COUNT(proxied));
    tcase_add_test(t, oauth);
    tcase_add_loop_test(t, oauth_token, 0, COUNT(tokens));
    tcase_add_test(t, too_large);
    tcase_add_loop_test(t, reserved_header, 0, COUNT(reserved));
    suite_add_tcase(s, t);
    return run_suite(s);
}
