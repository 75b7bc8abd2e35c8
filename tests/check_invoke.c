/* http:invoke and apigateway:invoke: the requests, connections, and what a Task gets. */

#include "parsers/base/mem.h"
#include "runtime/http/client.h"
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
     "'Host', which Step Functions reserves]"},
    {"an endpoint that is none",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"file:///etc/passwd\",\"Method\":\"GET\"}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"ApiEndpoint\":\"file:///etc/passwd\",\"Method\":"
     "\"GET\"}' could not be used to start the Task: [The field 'ApiEndpoint' must be a URL]"},
    {"an endpoint with one slash, which names no host",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"http:/127.0.0.1/x\",\"Method\":\"GET\"}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"ApiEndpoint\":\"http:/127.0.0.1/x\",\"Method\":"
     "\"GET\"}' could not be used to start the Task: [The field 'ApiEndpoint' must be a URL: two "
     "slashes stand behind the scheme]"},
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
     "{\"ApiEndpoint\":\"https://169.254.169.254/latest\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{0}},
     "",
     "failed States.Http.Socket: Unable to execute HTTP request: Connect to 169.254.169.254:443 "
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
    {"where a redirect without a body leads is told",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{302, "Location: https://login/b?token=t\r\n", ""}},
     "GET /\n",
     "failed States.Http.StatusCode.302: The answer redirects to https://login/b, where nothing is "
     "asked"},
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
    {"apigateway:invoke: headers that are no object",
     GATEWAY,
     FILE_WITH(GATEWAY, ""),
     "{\"Method\":\"GET\",\"Headers\":[\"a\"]}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"Method\":\"GET\",\"Headers\":[\"a\"]}' could not "
     "be "
     "used to start the Task: [The field 'Headers' must be an object]"},
    {"apigateway:invoke: a query that is no object",
     GATEWAY,
     FILE_WITH(GATEWAY, ""),
     "{\"Method\":\"GET\",\"QueryParameters\":[\"a\"]}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"Method\":\"GET\",\"QueryParameters\":[\"a\"]}' "
     "could not be "
     "used to start the Task: [The field 'QueryParameters' must be an object]"},
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

#define CANT_START(parameters, why)                                                                \
    "failed States.Runtime: The Parameters '" parameters                                           \
    "' could not be used to start the Task: [" why "]"
#define OF_URL(url) "{\"ApiEndpoint\":\"" url "\",\"Method\":\"GET\"," WITH_CONNECTION "}"

/* What is wrong with a Task's parameters is told so that it can be mended, and nothing is sent. */
static const struct {
    const char *name, *parameters, *want;
} refused[] = {
    {"another machine over plain HTTP", OF_URL("http://api.example.com/"),
     CANT_START(
         OF_URL("http://api.example.com/"),
         "The field 'ApiEndpoint' takes a URL that begins with https://; http:// is for this "
         "machine only")},
    {"what only looks like this machine", OF_URL("http://127.0.0.1.example.com/"),
     CANT_START(
         OF_URL("http://127.0.0.1.example.com/"),
         "The field 'ApiEndpoint' takes a URL that begins with https://; http:// is for this "
         "machine only")},
    {"a user", OF_URL("http://127.0.0.1:80@example.com/"),
     CANT_START(
         OF_URL("http://127.0.0.1:80@example.com/"),
         "The field 'ApiEndpoint' must be a URL without a user: what stands before '@' would "
         "be taken for the host")},
    {"a fragment", OF_URL("https://h/#x"),
     CANT_START(OF_URL("https://h/#x"), "The field 'ApiEndpoint' must be a URL without a fragment: "
                                        "'#' can only stand in it as %23")},
    {"no ApiEndpoint", "{\"Method\":\"GET\"," WITH_CONNECTION "}",
     CANT_START("{\"Method\":\"GET\"," WITH_CONNECTION "}",
                "The field 'ApiEndpoint' is required but was missing")},
    {"a method in small letters",
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"post\"," WITH_CONNECTION "}",
     CANT_START("{\"ApiEndpoint\":\"https://h/\",\"Method\":\"post\"," WITH_CONNECTION "}",
                "The field 'Method' must be GET, POST, PUT, DELETE, PATCH, OPTIONS or HEAD")},
    {"no method", "{\"ApiEndpoint\":\"https://h/\"," WITH_CONNECTION "}",
     CANT_START("{\"ApiEndpoint\":\"https://h/\"," WITH_CONNECTION "}",
                "The field 'Method' is required but was missing")},
    {"a header's name",
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION
     ",\"Headers\":{\"a b\":\"c\"}}",
     CANT_START("{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION
                ",\"Headers\":{\"a b\":\"c\"}}",
                "The field 'Headers' has 'a b', which is no name of a header")},
    {"a header's value",
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION
     ",\"Headers\":{\"X-A\":\"a\\nb\"}}",
     CANT_START("{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION
                ",\"Headers\":{\"X-A\":\"a\\nb\"}}",
                "The field 'Headers' has 'X-A', whose value no header can have")},
};

START_TEST(is_refused)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct endpoint_world *w =
        endpoint_world_new(replies, "{\"handlers\":[],\"connections\":[{\"connection\":"
                                    "\"shop\"}]}");

    endpoint_world_run(w, HTTP, refused[_i].parameters);
    endpoint_world_expect(refused[_i].name, w, refused[_i].want);
    endpoint_world_free(w);
}
END_TEST

static void note_told(void *user, const char *execution, const char *line)
{
    (void)execution;
    buf_printf(user, "%s\n", line);
}

/* What AWS would refuse, and what does nothing, is told once, and the request goes out. */
static const struct {
    const char *name, *resource, *parameters, *requests, *told;
} unknown[] = {
    {"a body by another name", HTTP,
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"POST\"," WITH_CONNECTION
     ",\"RequestBdy\":{\"a\":1}}",
     "POST /\nPOST /\n",
     "state 'S': AWS may refuse this: http:invoke has no parameter 'RequestBdy' (did you mean "
     "RequestBody?)\n"},
    {"a row without a connection", HTTP, "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"}",
     "GET /\nGET /\n", "state 'S': AWS may refuse this: http:invoke requires 'Authentication'\n"},
    {"words that the gateway doesn't know", GATEWAY,
     "{\"ApiEndpoint\":\"h\",\"Method\":\"GET\",\"AuthType\":\"IAM\",\"QueryParams\":{}}",
     "GET /\nGET /\n",
     "state 'S': AWS may refuse this: 'AuthType' has another word than NO_AUTH, IAM_ROLE, "
     "RESOURCE_POLICY\n"
     "state 'S': AWS may refuse this: apigateway:invoke has no parameter 'QueryParams' (did you "
     "mean QueryParameters?)\n"},
    {"a gateway's API that is not named", GATEWAY, "{\"Method\":\"GET\"}", "", ""},
};

START_TEST(unknown_is_told)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}, {200, NULL, "1"}};
    struct buf lines = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies,
        "{\"handlers\":[{\"resource\":\"arn:aws:states:::*:invoke\",\"endpoint\":\"STUB\"}],"
        "\"connections\":[{\"connection\":\"shop\"}]}",
        (struct handlers_options){.log = note_told, .log_user = &lines});

    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, unknown[_i].resource, unknown[_i].parameters);
    expect_text(unknown[_i].name, buf_str(&w->seen), unknown[_i].requests);
    expect_text(unknown[_i].name, buf_str(&lines), unknown[_i].told);
    if (!*unknown[_i].requests)
        endpoint_world_expect(unknown[_i].name, w,
                              CANT_START("{\"Method\":\"GET\"}",
                                         "The field 'ApiEndpoint' is required but was missing"));
    endpoint_world_free(w);
    buf_clear(&lines);
}
END_TEST

/* What gives no connection is told as what it is. */
START_TEST(no_connection)
{
    static const struct {
        const char *name, *resource, *parameters, *want;
    } cases[] = {
        {"an API that is nowhere", "arn:aws:states:::apigateway:invoke",
         "{\"ApiEndpoint\":\"h\",\"Method\":\"GET\"}",
         "say where the API is by a row of a handlers file, {\"resource\": "
         "\"arn:aws:states:::apigateway:invoke\", \"endpoint\": \"http://127.0.0.1:3000\"}; to do "
         "its work here, add to"},
        {"none in the definition", HTTP, "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"}",
         ": give the Task its Authentication.ConnectionArn, which AWS wants"},
        {"none in the file", HTTP,
         "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
         ": add its connection: \"connections\": [{\"connection\": \"" CONNECTION "\"}]"},
    };
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct endpoint_world *w =
        endpoint_world_new(replies, "{\"handlers\":[],\"connections\":[{\"connection\":\"x\"}]}");

    endpoint_world_run(w, cases[_i].resource, cases[_i].parameters);
    ck_assert_msg(json_str_is(w->result.error, "Asl.NoHandler") &&
                      strstr(json_str(w->result.cause), cases[_i].want),
                  "%s: %s", cases[_i].name, json_str(w->result.cause));
    endpoint_world_free(w);
}
END_TEST

/* However a metadata address is written, with a proxy in the environment, too: it isn't asked. */
static const struct {
    const char *url, *said; /* NULL: the proxy is asked for it */
} proxied[] = {
    {"http://169.254.169.254/", "169.254.169.254:80"},
    {"https://169.254.169.254/", "169.254.169.254:443"},
    {"https://2852039166/", ""},
    {"https://0xa9fea9fe/", ""},
    {"https://0251.0376.0251.0376/", ""},
    {"https://169.254.43518/", ""},
    {"https://169.254.169.254./", ""},
    {"https://[::ffff:169.254.169.254]/", ""},
    {"https://[64:ff9b::a9fe:a9fe]/", ""},
    {"https://[fd00:ec2::23]/", ""},
    {"https://100.100.100.200/", ""},
    {"https://0/", ""},
    {"https://0.0.0.0/", ""},
    {"http://192.0.2.1/x", NULL},
    {"http://metadata.google.internal.invalid/x", NULL},
    {"http://no-such-host.invalid/x", NULL},
};

START_TEST(guard_behind_proxy)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct buf text = {0}, want = {0}, file = {0};
    const char *url = proxied[_i].url;
    bool clear = !strncmp(url, "http:", 5);

    /* Only a row may name another machine over plain HTTP. */
    buf_printf(&file,
               clear ? "{\"handlers\":[{\"resource\":\"" HTTP "\",\"endpoint\":\"%.*s\"}]}"
                     : "{\"handlers\":[],\"connections\":[{\"connection\":\"shop\"}]}",
               (int)strcspn(url + 8, "/") + 8, url);
    struct endpoint_world *w = endpoint_world_new(replies, buf_str(&file));

    setenv("http_proxy", http_stub_url(w->stub), 1);
    setenv("https_proxy", http_stub_url(w->stub), 1);
    buf_printf(&text, "{\"ApiEndpoint\":\"https%s\",\"Method\":\"GET\"," WITH_CONNECTION "}",
               url + (clear ? 4 : 5));
    endpoint_world_run(w, HTTP, buf_str(&text));
    if (!proxied[_i].said)
        buf_printf(&want, "GET %s\n", url);
    expect_text(proxied[_i].url, buf_str(&w->seen), buf_str(&want));
    ck_assert_msg(proxied[_i].said ? strstr(json_str(w->result.cause), proxied[_i].said) &&
                                         strstr(json_str(w->result.cause), "is not allowed")
                                   : w->result.error == NULL,
                  "%s: %s", proxied[_i].url, w->result.cause ? json_str(w->result.cause) : "ok");
    buf_clear(&text);
    buf_clear(&want);
    buf_clear(&file);
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

/* Adds what was seen, with TOKEN for the form of a token's request. */
static void add_seen(struct buf *out, struct endpoint_world *w)
{
    static const char form[] =
        "grant_type=client_credentials&client_id=c&client_secret=pass%2Fs3cret%2Bx";
    const char *at = buf_str(&w->seen), *found;

    for (; (found = strstr(at, form)); at = found + strlen(form))
        buf_printf(out, "%.*sTOKEN", (int)(found - at), at);
    buf_adds(out, at);
}

static struct endpoint_world *oauth_world(const struct reply *replies, struct buf *parameters)
{
    struct endpoint_world *w = endpoint_world_new(
        replies,
        "{\"handlers\":[],\"connections\":[{\"connection\":\"shop\",\"oauth\":{"
        "\"url\":\"STUB/token\",\"client_id\":\"c\",\"client_secret\":\"pass/s3cret+x\"}}]}");

    w->shown = "Authorization";
    buf_printf(parameters, "{\"ApiEndpoint\":\"%s/a\",\"Method\":\"GET\"," WITH_CONNECTION "}",
               http_stub_url(w->stub));
    return w;
}

START_TEST(oauth_token)
{
    struct reply replies[MAX_REPLIES] = {{200, NULL, tokens[_i].token},
                                         {200, NULL, "1"},
                                         {200, NULL, tokens[_i].token},
                                         {200, NULL, "1"}};
    struct buf text = {0}, seen = {0};
    struct endpoint_world *w = oauth_world(replies, &text);

    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, HTTP, buf_str(&text));
    add_seen(&seen, w);
    expect_text(tokens[_i].name, buf_str(&seen), tokens[_i].requests);
    buf_clear(&text);
    buf_clear(&seen);
    endpoint_world_free(w);
}
END_TEST

#define TOKEN(name) "{\"access_token\":\"" name "\",\"expires_in\":3600}"
#define NO_TOKEN "failed States.Http.Socket: The connection's token endpoint, STUB/token, "

/* Two calls that begin together, then one more. */
static const struct {
    const char *name;
    struct reply replies[MAX_REPLIES];
    bool cancel; /* the first */
    const char *together, *then, *requests;
} shared_tokens[] = {
    {"one token for both",
     {{200, NULL, TOKEN("T")}, {200, NULL, "1"}, {200, NULL, "1"}, {200, NULL, "1"}},
     false,
     NULL,
     NULL,
     "POST /token TOKEN\nGET /a [Bearer T]\nGET /a [Bearer T]\nGET /a [Bearer T]\n"},
    {"a failure is told to both, and not kept",
     {{400, NULL, "{\"error\":\"invalid_client\"}"}, {200, NULL, TOKEN("T")}, {200, NULL, "1"}},
     false,
     NO_TOKEN "answered with status 400: invalid_client",
     NULL,
     "POST /token TOKEN\nPOST /token TOKEN\nGET /a [Bearer T]\n"},
    {"a token that can't stand in a header",
     {{200, NULL, "{\"access_token\":\"a\\nb\"}"}, {200, NULL, "{}"}},
     false,
     NO_TOKEN "answered with status 200, but its access_token can't stand in a header",
     NO_TOKEN "answered with status 200, but without an access_token",
     "POST /token TOKEN\nPOST /token TOKEN\n"},
    {"a token that is no bearer's; and a refusal with a good status",
     {{200, NULL, "{\"access_token\":\"T\",\"token_type\":\"MAC\"}"},
      {200, NULL, "{\"error\":\"invalid_scope\"}"}},
     false,
     NO_TOKEN "answered with status 200, but its token_type is none that can be sent as Bearer",
     NO_TOKEN "answered with status 200, but without an access_token: invalid_scope",
     "POST /token TOKEN\nPOST /token TOKEN\n"},
    {"an answer that is no JSON",
     {{200, NULL, "<html>"}, {500, NULL, "out of\nmemory"}},
     false,
     NO_TOKEN "answered with status 200, but without an access_token",
     NO_TOKEN "answered with status 500",
     "POST /token TOKEN\nPOST /token TOKEN\n"},
    {"a refusal in words; and one that tells secrets",
     {{401, NULL, "{\"error\":\"invalid_client\",\"error_description\":\"who are you\"}"},
      {500, NULL, "client_secret=s3cret"}},
     false,
     NO_TOKEN "answered with status 401: invalid_client: who are you",
     NO_TOKEN "answered with status 500",
     "POST /token TOKEN\nPOST /token TOKEN\n"},
    {"the form, escaped; and what is no error of OAuth's",
     {{400, NULL,
       "{\"error\":\"invalid_client\",\"error_description\":\"client_secret="
       "pass%2FS3CRET%2Bx\"}"},
      {400, NULL, "{\"error\":\"no pass\\u002fs3cret+x\",\"error_description\":\"x\"}"}},
     false,
     NO_TOKEN "answered with status 400: invalid_client",
     NO_TOKEN "answered with status 400",
     "POST /token TOKEN\nPOST /token TOKEN\n"},
    {"a secret with a slash, as PHP writes it; and in HTML",
     {{400, NULL, "{\"error\":\"invalid_client\",\"error_description\":\"bad pass\\/s3cret+x\"}"},
      {400, NULL, "<p>client&#95;secret=pass&#47;s3cret"}},
     false,
     NO_TOKEN "answered with status 400: invalid_client",
     NO_TOKEN "answered with status 400",
     "POST /token TOKEN\nPOST /token TOKEN\n"},
    {"the other goes on when the first is cancelled",
     {{200, NULL, TOKEN("T")}, {200, NULL, "1"}, {200, NULL, "1"}},
     true,
     NULL,
     NULL,
     "POST /token TOKEN\nGET /a [Bearer T]\nGET /a [Bearer T]\n"},
};

/* `want` has STUB where the stub's URL stands. */
static void expect_of_stub(const char *name, struct endpoint_world *w, const char *want)
{
    const char *stub = strstr(want, "STUB");
    struct buf text = {0};

    buf_printf(&text, "%.*s%s%s", (int)(stub - want), want, http_stub_url(w->stub), stub + 4);
    endpoint_world_expect(name, w, buf_str(&text));
    buf_clear(&text);
}

START_TEST(oauth_shared)
{
    struct buf text = {0}, seen = {0};
    struct endpoint_world *w = oauth_world(shared_tokens[_i].replies, &text);

    for (int i = 0; i < 2; i++)
        endpoint_world_begin(w, HTTP, buf_str(&text));
    if (shared_tokens[_i].cancel)
        handlers_cancel(w->handlers, 1);
    endpoint_world_wait_for(w, shared_tokens[_i].cancel ? 1 : 2);
    if (shared_tokens[_i].together)
        expect_of_stub(shared_tokens[_i].name, w, shared_tokens[_i].together);
    else
        ck_assert(w->result.ok);
    endpoint_world_run(w, HTTP, buf_str(&text));
    if (shared_tokens[_i].then)
        expect_of_stub(shared_tokens[_i].name, w, shared_tokens[_i].then);
    else
        ck_assert(w->result.ok);
    add_seen(&seen, w);
    expect_text(shared_tokens[_i].name, buf_str(&seen), shared_tokens[_i].requests);
    buf_clear(&text);
    buf_clear(&seen);
    endpoint_world_free(w);
}
END_TEST

/* What is left of a token's time does while there is no new one. */
START_TEST(oauth_outlives_a_refusal)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"access_token\":\"T\",\"expires_in\":59}"},
        {200, NULL, "1"},
        {503, NULL, "later"},
        {200, NULL, "1"}};
    struct buf text = {0}, seen = {0};
    struct endpoint_world *w = oauth_world(replies, &text);

    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, HTTP, buf_str(&text));
    ck_assert_msg(w->result.ok, "%s", json_str(w->result.cause));
    add_seen(&seen, w);
    expect_text("the old token goes on", buf_str(&seen),
                "POST /token TOKEN\nGET /a [Bearer T]\nPOST /token TOKEN\nGET /a [Bearer T]\n");
    buf_clear(&text);
    buf_clear(&seen);
    endpoint_world_free(w);
}
END_TEST

/* As EventBridge does it: the call fails, and the next one has another token. */
START_TEST(oauth_refused_token)
{
    static const int statuses[] = {401, 407};
    struct reply replies[MAX_REPLIES] = {{200, NULL, TOKEN("T")},
                                         {statuses[_i], NULL, "no"},
                                         {200, NULL, TOKEN("U")},
                                         {403, NULL, "no"}};
    struct buf text = {0}, seen = {0};
    struct endpoint_world *w = oauth_world(replies, &text);

    endpoint_world_run(w, HTTP, buf_str(&text));
    endpoint_world_expect("it is the Task's error", w,
                          _i ? "failed States.Http.StatusCode.407: no"
                             : "failed States.Http.StatusCode.401: no");
    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, HTTP, buf_str(&text));
    add_seen(&seen, w);
    expect_text("another is asked for, but not after another refusal", buf_str(&seen),
                "POST /token TOKEN\nGET /a [Bearer T]\nPOST /token TOKEN\nGET /a [Bearer U]\n"
                "GET /a [Bearer U]\n");
    buf_clear(&text);
    buf_clear(&seen);
    endpoint_world_free(w);
}
END_TEST

START_TEST(oauth_closed_while_it_waits)
{
    static const struct reply replies[MAX_REPLIES] = {{-500, NULL, NULL}};
    struct buf text = {0};
    struct endpoint_world *w = oauth_world(replies, &text);

    endpoint_world_begin(w, HTTP, buf_str(&text));
    endpoint_world_begin(w, HTTP, buf_str(&text));
    buf_clear(&text);
    endpoint_world_free(w);
}
END_TEST

/* ---- time-outs ---- */

/* How long the last request may take, and how long it may take instead; 0: as long as it says. */
static int64_t allowed_ms, shortened_ms;

http_transfer *__real_http_client_send(http_client *c, struct http_request *q, http_done *done,
                                       void *user);
http_transfer *__wrap_http_client_send(http_client *c, struct http_request *q, http_done *done,
                                       void *user);
http_transfer *__wrap_http_client_send(http_client *c, struct http_request *q, http_done *done,
                                       void *user)
{
    allowed_ms = q->timeout_ms;
    if (shortened_ms)
        q->timeout_ms = shortened_ms;
    return __real_http_client_send(c, q, done, user);
}

/* On AWS an HTTP Task has 60 seconds. */
START_TEST(sixty_seconds)
{
    static const struct reply replies[MAX_REPLIES] = {{-500, NULL, NULL}};
    struct endpoint_world *w = endpoint_world_new(replies, FILE_WITH(HTTP, ""));

    shortened_ms = 200;
    endpoint_world_run(w, HTTP,
                       "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}");
    ck_assert_msg(allowed_ms > 50 * 1000 && allowed_ms <= 60 * 1000, "%lld ms",
                  (long long)allowed_ms);
    ck_assert_msg(json_str_is(w->result.error, "States.Http.Socket") &&
                      strstr(json_str(w->result.cause), "did not answer within"),
                  "%s", json_str(w->result.cause));
    endpoint_world_free(w);
    shortened_ms = 0;
}
END_TEST

/* A service has them as well, but for calls whose answers take longer on AWS. */
START_TEST(patience)
{
    static const struct {
        const char *resource, *parameters;
        int seconds;
    } calls[] = {
        {"sqs:sendMessage", "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\"}", 60},
        {"glue:startJobRun.sync", "{\"JobName\":\"j\"}", 60},
        {"aws-sdk:sfn:startSyncExecution", "{\"StateMachineArn\":\"a\"}", 300},
        {"aws-sdk:sfn:startExecution", "{\"StateMachineArn\":\"a\"}", 60},
        {"aws-sdk:sfn:getActivityTask", "{\"ActivityArn\":\"a\"}", 70},
        {"aws-sdk:lambda:invoke", "{\"FunctionName\":\"f\"}", 900},
        {"bedrock:invokeModel", "{\"ModelId\":\"m\",\"Body\":{}}", 900},
    };
    static const struct reply replies[MAX_REPLIES] = {{400, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    struct buf resource = {0};

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        buf_reset(&resource);
        buf_printf(&resource, "arn:aws:states:::%s", calls[i].resource);
        endpoint_world_run(w, buf_str(&resource), calls[i].parameters);
        ck_assert_msg(allowed_ms == calls[i].seconds * 1000, "%s: %lld ms", calls[i].resource,
                      (long long)allowed_ms);
    }
    buf_clear(&resource);
    endpoint_world_free(w);
}
END_TEST

/* The token and the request share the row's time; who joins with more time asks once more. */
START_TEST(token_times_out)
{
    static const struct reply replies[MAX_REPLIES] = {{-500, NULL, NULL}};
    struct endpoint_world *w = endpoint_world_new(
        replies, "{\"handlers\":[{\"resource\":\"" HTTP "\",\"endpoint\":\"http://127.0.0.1:9\","
                 "\"timeout_s\":0.05}],\"connections\":[{\"connection\":\"shop\",\"oauth\":{"
                 "\"url\":\"STUB/token\",\"client_id\":\"c\",\"client_secret\":\"s\"}}]}");

    for (int i = 0; i < 2; i++)
        endpoint_world_begin(
            w, HTTP, "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}");
    endpoint_world_wait_for(w, 2);
    ck_assert_msg(
        json_str_is(w->result.error, "States.Http.Socket") &&
            strstr(json_str(w->result.cause), "The connection's token endpoint, http://127"),
        "%s", json_str(w->result.cause));
    endpoint_world_free(w);
}
END_TEST

/* ---- who signs for apigateway:invoke ---- */

static const struct {
    const char *name, *member, *authorization; /* what it begins with; NULL: there is none */
} auth_types[] = {
    {"nobody, without AuthType", "", NULL},
    {"nobody", ",\"AuthType\":\"NO_AUTH\"", NULL},
    {"the role's keys, as the API's policy has it", ",\"AuthType\":\"IAM_ROLE\"",
     "AWS4-HMAC-SHA256 Credential=AKID/"},
    {"the service itself, which nobody is here", ",\"AuthType\":\"RESOURCE_POLICY\"", NULL},
};

START_TEST(auth_type)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct endpoint_world *w = endpoint_world_new(replies, FILE_WITH(GATEWAY, ""));
    const char *begin = auth_types[_i].authorization;
    struct buf text = {0};

    w->shown = "Authorization";
    buf_printf(&text, "{\"ApiEndpoint\":\"h\",\"Method\":\"GET\"%s}", auth_types[_i].member);
    endpoint_world_run(w, GATEWAY, buf_str(&text));
    ck_assert_msg(w->result.ok, "%s: %s", auth_types[_i].name, json_str(w->result.cause));
    if (begin)
        ck_assert_msg(strstr(buf_str(&w->seen), begin) &&
                          strstr(buf_str(&w->seen), "/us-east-1/execute-api/aws4_request, "),
                      "%s: %s", auth_types[_i].name, buf_str(&w->seen));
    else
        expect_text(auth_types[_i].name, buf_str(&w->seen), "GET /\n");
    buf_clear(&text);
    endpoint_world_free(w);
}
END_TEST

/* Without keys the error is the one that a definition catches where they fail later. */
START_TEST(no_keys)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct endpoint_world *w =
        endpoint_world_new(replies, "{\"handlers\":[{\"resource\":\"" GATEWAY
                                    "\",\"endpoint\":\"https://api.example.invalid\"}]}");

    unsetenv("AWS_ACCESS_KEY_ID");
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    endpoint_world_run(w, GATEWAY,
                       "{\"ApiEndpoint\":\"h\",\"Method\":\"GET\",\"AuthType\":\"IAM_ROLE\"}");
    endpoint_world_expect("without keys", w,
                          "failed ApiGateway.SdkClientException: Unable to load AWS credentials: "
                          "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
    endpoint_world_free(w);
}
END_TEST

/* What isn't sent isn't signed: a GET has no body, and its signature is the same without one. */
START_TEST(body_of_get)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct endpoint_world *w = endpoint_world_new(replies, FILE_WITH(GATEWAY, ""));
    const char *first, *second;

    w->shown = "Authorization";
    /* The signatures are of the same second in one of a few tries. */
    for (int i = 0; i < 5; i++) {
        buf_reset(&w->seen);
        endpoint_world_run(w, GATEWAY,
                           "{\"ApiEndpoint\":\"h\",\"Method\":\"GET\",\"AuthType\":\"IAM_ROLE\","
                           "\"RequestBody\":{\"a\":1}}");
        endpoint_world_run(w, GATEWAY,
                           "{\"ApiEndpoint\":\"h\",\"Method\":\"GET\",\"AuthType\":\"IAM_ROLE\"}");
        first = buf_str(&w->seen);
        second = strchr(first, '\n') + 1;
        if (!strncmp(first, second, strlen(second)))
            break;
    }
    ck_assert_msg(!strncmp(first, second, strlen(second)), "%s", first);
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

/* Rows for APIs by their hosts: each gives a fixed answer, but for the last one. */
#define OF_HOST(resource, host, answer)                                                            \
    "{\"resource\":\"" resource "\",\"host\":\"" host "\",\"mock\":{\"return\":\"" answer "\"}},"
#define HOSTS                                                                                      \
    "{\"handlers\":[" OF_HOST("*", "*.example.com", "any of them") OF_HOST(                        \
        "*:apigateway:invoke", "*.com", "of the ending") OF_HOST("*", "A.example.com", "a")        \
        OF_HOST("*", "b.example.com:8443", "b's port") OF_HOST("*", "[::1]", "v6")                 \
            OF_HOST(GATEWAY, "*.example.com", "any API") "{\"resource\":\"" GATEWAY                \
                                                         "\",\"endpoint\":\"STUB/x/\",\"stage\":"  \
                                                         "false}]}"

static const struct {
    const char *name, *resource, *endpoint;
    const char *want; /* how the result begins */
    const char *seen; /* what the stub was asked */
} hosts[] = {
    {"the exact one", HTTP, "https://a.example.com/p", "ok \"a\"", ""},
    {"in any capitals, with a port that the row doesn't tell", HTTP, "https://A.Example.com:8/p",
     "ok \"a\"", ""},
    {"with the port that the row tells", HTTP, "https://b.example.com:8443?x", "ok \"b's port\"",
     ""},
    {"a wild one", HTTP, "https://b.example.com/", "ok \"any of them\"", ""},
    {"an address", HTTP, "https://[::1]:8/", "ok \"v6\"", ""},
    {"a gateway's has no scheme", GATEWAY, "a.example.com", "ok \"a\"", ""},
    {"of two alike the resource's pattern tells", GATEWAY, "c.example.com", "ok \"any API\"", ""},
    {"the longer pattern", GATEWAY, "x.execute-api.amazonaws.com", "ok \"of the ending\"", ""},
    {"a row for all, without the stage", GATEWAY, "x.example.net",
     "ok {\"Headers\":{\"Content-Length\":[\"1\"]},\"ResponseBody\":1,\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}",
     "GET /x/p\n"},
    {"none", HTTP, "https://x.example.net/",
     "failed Asl.NoHandler: No handler for '" HTTP "': give the Task its "
     "Authentication.ConnectionArn, which AWS wants; to do its work here, add to \"handlers\" in ",
     ""},
    {"no host", HTTP, NULL,
     "failed Asl.NoHandler: No handler for '" HTTP "': give the Task its "
     "Authentication.ConnectionArn, which AWS wants; to do its work here, add to \"handlers\" in ",
     ""},
};

START_TEST(of_host)
{
    const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct endpoint_world *w = endpoint_world_new(replies, HOSTS);
    struct buf text = {0}, got = {0};

    buf_adds(&text, "{\"Method\":\"GET\",\"Stage\":\"prod\",\"Path\":\"/p\"");
    if (hosts[_i].endpoint)
        buf_printf(&text, ",\"ApiEndpoint\":\"%s\"", hosts[_i].endpoint);
    buf_addc(&text, '}');
    endpoint_world_run(w, hosts[_i].resource, buf_str(&text));
    buf_adds(&got, w->result.ok ? "ok " : "failed ");
    if (w->result.ok)
        json_write(&got, w->result.output);
    else
        buf_printf(&got, "%s: %s", json_str(w->result.error), json_str(w->result.cause));
    ck_assert_msg(!strncmp(buf_str(&got), hosts[_i].want, strlen(hosts[_i].want)), "%s: %s",
                  hosts[_i].name, buf_str(&got));
    if (!w->result.ok)
        ck_assert_msg(strstr(buf_str(&got), "; the row for '*' is for the host '") != NULL, "%s",
                      buf_str(&got));
    expect_text(hosts[_i].name, buf_str(&w->seen), hosts[_i].seen);
    buf_clear(&text);
    buf_clear(&got);
    endpoint_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("invoke");
    TCase *t = tcase_create("invoke");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, invoke, 0, COUNT(invokes));
    tcase_add_loop_test(t, is_refused, 0, COUNT(refused));
    tcase_add_loop_test(t, no_connection, 0, 3);
    tcase_add_test(t, no_keys);
    tcase_add_test(t, body_of_get);
    tcase_add_loop_test(t, guard_behind_proxy, 0, COUNT(proxied));
    tcase_add_loop_test(t, unknown_is_told, 0, COUNT(unknown));
    tcase_add_test(t, oauth);
    tcase_add_loop_test(t, oauth_token, 0, COUNT(tokens));
    tcase_add_loop_test(t, oauth_shared, 0, COUNT(shared_tokens));
    tcase_add_test(t, oauth_outlives_a_refusal);
    tcase_add_loop_test(t, oauth_refused_token, 0, 2);
    tcase_add_test(t, oauth_closed_while_it_waits);
    tcase_add_test(t, sixty_seconds);
    tcase_add_test(t, patience);
    tcase_add_test(t, token_times_out);
    tcase_add_loop_test(t, auth_type, 0, COUNT(auth_types));
    tcase_add_test(t, too_large);
    tcase_add_loop_test(t, reserved_header, 0, COUNT(reserved));
    tcase_add_loop_test(t, of_host, 0, COUNT(hosts));
    suite_add_tcase(s, t);
    return run_suite(s);
}
