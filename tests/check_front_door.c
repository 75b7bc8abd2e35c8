/* The front door without sockets: routes files, which route a request takes, requests as events,
 * outputs as answers. */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "runtime/serve/http_event.h"
#include "runtime/serve/route.h"

#include <string.h>

/* ---- routes files ---- */

#define ROUTE(more) "{\"routes\":[{\"stateMachine\":\"m\"," more "}]}"

static const struct {
    const char *name, *text;
    const char *want; /* NULL: it is good */
} files[] = {
    {"no routes are fine", "{\"routes\":[]}", NULL},
    {"all fields",
     ROUTE("\"path\":\"/a/{b}/{c+}\",\"methods\":[\"GET\"],\"timeoutSeconds\":0.5,"
           "\"input\":\"body\",\"open\":true,\"crossSite\":false"),
     NULL},
    {"YAML will do", "routes:\n  - path: /a\n    stateMachine: m\n", NULL},
    {"the root is a path", ROUTE("\"path\":\"/\""), NULL},
    {"any path is a path", ROUTE("\"path\":\"$default\""), NULL},
    {"bad JSON has a place", "{\"routes\":\n [}", "f:2:3: "},
    {"another member has a place", "{\"routes\":[],\"x\":1}", "f:1:1: a routes file is"},
    {"routes are a list", "{\"routes\":{}}", "f:1:1: a routes file is"},
    {"a route is an object", "{\"routes\":[\n 1]}", "f:2:2: a route must be an object"},
    {"a path is needed", "{\"routes\":[{\"stateMachine\":\"m\"}]}", "f:1:12: a route needs 'path'"},
    {"a machine is needed", "{\"routes\":[{\"path\":\"/\"}]}", "a route needs 'stateMachine'"},
    {"an unknown field with the one that was meant", ROUTE("\"path\":\"/\",\n \"timeoutSecond\":1"),
     "f:2:2: unknown field 'timeoutSecond'; did you mean 'timeoutSeconds'?"},
    {"a field twice", ROUTE("\"path\":\"/\",\"path\":\"/\""), "path"},
    {"a path begins with a slash", ROUTE("\"path\":\"a\""), "'path' begins with '/'"},
    {"a path has no empty parts", ROUTE("\"path\":\"/a//b\""), "an empty part"},
    {"a path does not end with a slash", ROUTE("\"path\":\"/a/\""), "an empty part"},
    {"a path has no query", ROUTE("\"path\":\"/a?b\""), "has no '?'"},
    {"a parameter is a whole part", ROUTE("\"path\":\"/a{b}\""), "is a whole part"},
    {"a parameter has a name", ROUTE("\"path\":\"/{}\""), "is no parameter"},
    {"a rest has a name", ROUTE("\"path\":\"/{+}\""), "is no parameter"},
    {"the rest is last", ROUTE("\"path\":\"/{a+}/b\""), "must be the last part"},
    {"a parameter stands once", ROUTE("\"path\":\"/{a}/{a}\""), "the parameter 'a' twice"},
    {"own pages are no routes", ROUTE("\"path\":\"/metrics\""), "a page of asl serve"},
    {"nor are pages of the console", ROUTE("\"path\":\"/console/{x}\""), "a page of asl serve"},
    {"a longer name is a route", ROUTE("\"path\":\"/consoles\""), NULL},
    {"methods are a list", ROUTE("\"path\":\"/\",\"methods\":\"GET\""), "must be an array"},
    {"an unknown method", ROUTE("\"path\":\"/\",\"methods\":[\"get\"]"), "a method is GET"},
    {"no time at all", ROUTE("\"path\":\"/\",\"timeoutSeconds\":0"), "0.001 to 3600"},
    {"open to some", ROUTE("\"path\":\"/\",\"open\":\"some\""), "'open' is true or false"},
    {"for some pages", ROUTE("\"path\":\"/\",\"crossSite\":1"), "'crossSite' is true or false"},
    {"an unknown input", ROUTE("\"path\":\"/\",\"input\":\"all\""), "\"request\" or \"body\""},
    {"two routes for the same requests",
     "{\"routes\":[{\"path\":\"/{a}\",\"methods\":[\"GET\",\"PUT\"],\"stateMachine\":\"m\"},\n"
     " {\"path\":\"/{b}\",\"methods\":[\"PUT\"],\"stateMachine\":\"n\"}]}",
     "f:2:2: '/{b}' is for requests that the route at line 1 has"},
    {"one path may have a route for each method, and one for the others",
     "{\"routes\":[{\"path\":\"/\",\"stateMachine\":\"a\"},"
     "{\"path\":\"/\",\"methods\":[\"GET\"],\"stateMachine\":\"b\"},"
     "{\"path\":\"/\",\"methods\":[\"PUT\"],\"stateMachine\":\"c\"}]}",
     NULL},
};

START_TEST(file)
{
    struct diag why = {0};
    routes *r = routes_parse("f", files[_i].text, strlen(files[_i].text), &why);

    ck_assert_msg(!r == !!files[_i].want, "%s: %s", files[_i].name, why.text ? why.text : "good");
    if (!r)
        ck_assert_msg(strstr(why.text, files[_i].want) != NULL, "%s: %s", files[_i].name, why.text);
    routes_free(r);
    diag_clear(&why);
}
END_TEST

/* ---- which route ---- */

static const char many[] =
    "{\"routes\":["
    "{\"path\":\"$default\",\"methods\":[\"GET\"],\"stateMachine\":\"default\"},"
    "{\"path\":\"/a/{p+}\",\"stateMachine\":\"rest\"},"
    "{\"path\":\"/a/{p}\",\"methods\":[\"GET\",\"POST\"],\"stateMachine\":\"name\"},"
    "{\"path\":\"/a/b\",\"methods\":[\"GET\"],\"stateMachine\":\"text\"},"
    "{\"path\":\"/a/{p}/c\",\"methods\":[\"PUT\"],\"stateMachine\":\"inner\"},"
    "{\"path\":\"/b\",\"stateMachine\":\"b\"},"
    "{\"path\":\"/b\",\"methods\":[\"PUT\"],\"stateMachine\":\"put b\"},"
    "{\"path\":\"/c\",\"methods\":[\"PUT\"],\"stateMachine\":\"c\"},"
    "{\"path\":\"/c\",\"methods\":[\"POST\"],\"stateMachine\":\"c too\"},"
    "{\"path\":\"/\\u00e9 {\\\"\",\"stateMachine\":\"x\"}]}";

static const struct {
    const char *name, *method, *path;
    enum route_found found;
    const char *want; /* the machine and its parameters; the methods */
} finds[] = {
    {"text before a name", "GET", "/a/b", ROUTE_FOUND, "text"},
    {"a name where the text has another method", "POST", "/a/b", ROUTE_FOUND, "name {\"p\":\"b\"}"},
    {"the rest where the name has others, too", "PUT", "/a/b", ROUTE_FOUND, "rest {\"p\":\"b\"}"},
    {"a name before the rest", "GET", "/a/x", ROUTE_FOUND, "name {\"p\":\"x\"}"},
    {"the rest of several parts", "GET", "/a/x/y/z", ROUTE_FOUND, "rest {\"p\":\"x/y/z\"}"},
    {"the rest may end with a slash", "GET", "/a/x/", ROUTE_FOUND, "rest {\"p\":\"x/\"}"},
    {"the rest is not nothing", "PUT", "/a/", ROUTE_OTHER_METHOD, "GET"},
    {"text behind a name", "PUT", "/a/x/c", ROUTE_FOUND, "inner {\"p\":\"x\"}"},
    {"a method before no methods", "PUT", "/b", ROUTE_FOUND, "put b"},
    {"no methods are all methods", "PROPFIND", "/b", ROUTE_FOUND, "b"},
    {"the default where nothing else fits", "GET", "/zz", ROUTE_FOUND, "default"},
    {"the default has the root", "GET", "/", ROUTE_FOUND, "default"},
    {"the default where a path has other methods", "GET", "/c", ROUTE_FOUND, "default"},
    {"the methods that a path has", "DELETE", "/c", ROUTE_OTHER_METHOD, "GET, POST, PUT"},
    {"a slash at the end is another path", "POST", "/c/", ROUTE_OTHER_METHOD, "GET"},
    {"parts are decoded", "GET", "/a/%c3%A9%2F%25", ROUTE_FOUND, "name {\"p\":\"\xc3\xa9/%\"}"},
    {"text is compared decoded", "PUT", "/%62", ROUTE_FOUND, "put b"},
    {"half an escape", "GET", "/a/%4", ROUTE_BAD_PATH, ""},
    {"an escape that is none", "GET", "/a/%gg", ROUTE_BAD_PATH, ""},
    {"no UTF-8", "GET", "/a/%ff", ROUTE_BAD_PATH, ""},
    {"a character in two parts is none", "GET", "/a/%c3/%a9", ROUTE_BAD_PATH, ""},
    {"NUL", "GET", "/a/%00", ROUTE_BAD_PATH, ""},
    {"no path at all", "OPTIONS", "*", ROUTE_BAD_PATH, ""},
};

START_TEST(find)
{
    struct diag why = {0};
    /* The last route shows that a brace within text is refused: without it the file is good. */
    struct buf text = {0};
    buf_add(&text, many, (size_t)(strstr(many, ",{\"path\":\"/\\u00e9") - many));
    buf_adds(&text, "]}");
    routes *r = routes_parse("f", buf_str(&text), text.len, &why);
    const struct route *route = NULL;
    json *parameters = NULL;
    struct buf got = {0};

    ck_assert_msg(r != NULL, "%s", why.text ? why.text : "");
    enum route_found found =
        routes_find(r, finds[_i].method, finds[_i].path, &route, &parameters, &got);
    ck_assert_msg(found == finds[_i].found, "%s: %d", finds[_i].name, (int)found);
    if (route)
        buf_adds(&got, route->machine);
    if (parameters) {
        buf_addc(&got, ' ');
        json_write(&got, parameters);
    }
    expect_text(finds[_i].name, buf_str(&got), finds[_i].want);
    json_unref(parameters);
    buf_clear(&got);
    buf_clear(&text);
    routes_free(r);
    diag_clear(&why);
}
END_TEST

START_TEST(brace_in_text)
{
    struct diag why = {0};

    ck_assert_ptr_null(routes_parse("f", many, strlen(many), &why));
    expect_diag("a brace is a parameter's", &why, "ROUTES_FILE", 0, "a whole part of 'path'");
    diag_clear(&why);
}
END_TEST

/* ---- requests ---- */

#define CONTEXT(method, path, agent, key)                                                          \
    "\"requestContext\":{\"accountId\":\"anonymous\",\"apiId\":\"x\",\"domainName\":\"x.y\","      \
    "\"domainPrefix\":\"x\",\"http\":{\"method\":\"" method "\",\"path\":\"" path "\","            \
    "\"protocol\":\"HTTP/1.1\",\"sourceIp\":\"10.0.0.1\",\"userAgent\":\"" agent                   \
    "\"},\"requestId\":\"ID\",\"routeKey\":\"" key "\",\"stage\":\"$default\","                    \
    "\"time\":\"05/Aug/2022:08:14:39 +0000\",\"timeEpoch\":1659687279885}"
#define EVENT(method, path, query, key, more, agent, end)                                          \
    "{\"version\":\"2.0\",\"routeKey\":\"" key "\",\"rawPath\":\"" path                            \
    "\",\"rawQueryString\":\"" query "\"," more "," CONTEXT(method, path, agent, key) "," end "}"
#define HOST "\"headers\":{\"host\":\"x.y:80\"}"

static const struct {
    const char *name, *text;
    const char *route, *parameters;
    bool lists_methods;
    const char *want;
} requests[] = {
    {"a bare request has no members that are empty", "GET /p HTTP/1.1\r\nHost: x.y:80\r\n\r\n",
     "/p", NULL, false, EVENT("GET", "/p", "", "ANY /p", HOST, "", "\"isBase64Encoded\":false")},
    {"any path", "GET /p HTTP/1.1\r\nHost: x.y:80\r\n\r\n", "$default", NULL, true,
     EVENT("GET", "/p", "", "$default", HOST, "", "\"isBase64Encoded\":false")},
    {"parameters and a route with methods", "PUT /%70 HTTP/1.1\r\nHost: x.y:80\r\n\r\n", "/{x}",
     "{\"x\":\"p\"}", true,
     EVENT("PUT", "/%70", "", "PUT /{x}", HOST ",\"pathParameters\":{\"x\":\"p\"}", "",
           "\"isBase64Encoded\":false")},
    {"headers of one name are joined, in lower case; cookies stand apart",
     "GET /p HTTP/1.1\r\nHost: x.y:80\r\nX-A: 1\r\nCookie: a=b; c=d\r\nx-a:2\r\nCookie: e\r\n"
     "User-Agent: u\r\n\r\n",
     "/p", NULL, false,
     EVENT("GET", "/p", "", "ANY /p",
           "\"cookies\":[\"a=b\",\"c=d\",\"e\"],\"headers\":{\"host\":\"x.y:80\","
           "\"x-a\":\"1,2\",\"user-agent\":\"u\"}",
           "u", "\"isBase64Encoded\":false")},
    {"parameters of the query are decoded and joined",
     "GET /p?a=1&b=+%C3%A9&a=2&c&&=z&d=%zz HTTP/1.1\r\nHost: x.y:80\r\n\r\n", "/p", NULL, false,
     EVENT("GET", "/p", "a=1&b=+%C3%A9&a=2&c&&=z&d=%zz", "ANY /p",
           HOST ",\"queryStringParameters\":{\"a\":\"1,2\",\"b\":\" \xc3\xa9\",\"c\":\"\","
                "\"\":\"z\",\"d\":\"%zz\"}",
           "", "\"isBase64Encoded\":false")},
    {"a text is the body as it is",
     "POST /p HTTP/1.1\r\nHost: x.y:80\r\nContent-Length: 4\r\n\r\n\"\xc3\xa9\"", "/p", NULL, false,
     EVENT("POST", "/p", "", "ANY /p", "\"headers\":{\"host\":\"x.y:80\",\"content-length\":\"4\"}",
           "", "\"body\":\"\\\"\xc3\xa9\\\"\",\"isBase64Encoded\":false")},
    {"a body that is no UTF-8 is Base64",
     "POST /p HTTP/1.1\r\nHost: x.y:80\r\nContent-Length: 2\r\n\r\n\xff\x41", "/p", NULL, false,
     EVENT("POST", "/p", "", "ANY /p", "\"headers\":{\"host\":\"x.y:80\",\"content-length\":\"2\"}",
           "", "\"body\":\"/0E=\",\"isBase64Encoded\":true")},
    {"a body of a type that is no text is Base64",
     "POST /p HTTP/1.1\r\nHost: x.y:80\r\nContent-Type: image/png\r\nContent-Length: 1\r\n\r\nA",
     "/p", NULL, false,
     EVENT("POST", "/p", "", "ANY /p",
           "\"headers\":{\"host\":\"x.y:80\",\"content-type\":\"image/png\","
           "\"content-length\":\"1\"}",
           "", "\"body\":\"QQ==\",\"isBase64Encoded\":true")},
    {"JSON by any name is text",
     "POST /p HTTP/1.1\r\nHost: x.y:80\r\nContent-Type: application/ld+json; a=b\r\n"
     "Content-Length: 1\r\n\r\n1",
     "/p", NULL, false,
     EVENT("POST", "/p", "", "ANY /p",
           "\"headers\":{\"host\":\"x.y:80\",\"content-type\":\"application/ld+json; a=b\","
           "\"content-length\":\"1\"}",
           "", "\"body\":\"1\",\"isBase64Encoded\":false")},
    {"header bytes that are no UTF-8 are Latin-1",
     "GET /p HTTP/1.1\r\nHost: x.y:80\r\nX: \xe9\r\n\r\n", "/p", NULL, false,
     EVENT("GET", "/p", "", "ANY /p", "\"headers\":{\"host\":\"x.y:80\",\"x\":\"\xc3\xa9\"}", "",
           "\"isBase64Encoded\":false")},
};

START_TEST(request)
{
    http_reader *reader = http_reader_new(&(struct http_limits){0});
    const char *at = requests[_i].text;
    size_t left = strlen(at), used;
    enum http_progress p;
    json *parameters = requests[_i].parameters ? json_of(requests[_i].parameters) : NULL;

    do {
        p = http_reader_feed(reader, at, left, &used);
        at += used;
        left -= used;
    } while (p == HTTP_HEAD_READ);
    ck_assert_msg(p == HTTP_COMPLETE, "%s", requests[_i].name);
    json *got = http_event_json(&(struct http_event){.message = http_reader_message(reader),
                                                     .peer = "10.0.0.1:4711",
                                                     .route = requests[_i].route,
                                                     .lists_methods = requests[_i].lists_methods,
                                                     .parameters = parameters,
                                                     .request_id = "ID",
                                                     .now_ms = 1659687279885});
    expect_json(requests[_i].name, got, requests[_i].want);
    json_unref(got);
    json_unref(parameters);
    http_reader_free(reader);
}
END_TEST

/* ---- answers ---- */

static const struct {
    const char *name, *output;
    const char *want; /* the status, headers and body; what is wrong */
} answers[] = {
    {"a plain value is JSON", "[1,{\"a\":null}]",
     "200\nContent-Type: application/json\n\n[1,{\"a\":null}]"},
    {"a text is JSON, too", "\"a\"", "200\nContent-Type: application/json\n\n\"a\""},
    {"an object without a status is JSON", "{\"body\":1}",
     "200\nContent-Type: application/json\n\n{\"body\":1}"},
    {"a status alone", "{\"statusCode\":204}", "204\nContent-Type: application/json\n\n"},
    {"status, headers, cookies, body",
     "{\"statusCode\":201.0,\"headers\":{\"content-type\":\"text/plain\",\"X-N\":1.5,\"X-B\":true},"
     "\"cookies\":[\"a=b; Secure\",\"c\"],\"body\":\"hi\",\"isBase64Encoded\":false}",
     "201\ncontent-type: text/plain\nX-N: 1.5\nX-B: true\nSet-Cookie: a=b; Secure\n"
     "Set-Cookie: c\n\nhi"},
    {"members that are null are none",
     "{\"statusCode\":200,\"headers\":null,\"cookies\":null,\"body\":null,"
     "\"isBase64Encoded\":null}",
     "200\nContent-Type: application/json\n\n"},
    {"a body that is no text is JSON", "{\"statusCode\":200,\"body\":{\"a\":[1]}}",
     "200\nContent-Type: application/json\n\n{\"a\":[1]}"},
    {"a body of bytes", "{\"statusCode\":200,\"body\":\"aGk=\",\"isBase64Encoded\":true}",
     "200\nContent-Type: application/json\n\nhi"},
    {"a body that is no Base64", "{\"statusCode\":200,\"body\":\"a\",\"isBase64Encoded\":true}",
     "the output's body is not the Base64 that isBase64Encoded says"},
    {"a body of bytes that is no text", "{\"statusCode\":200,\"body\":1,\"isBase64Encoded\":true}",
     "the output's body is not the Base64 that isBase64Encoded says"},
    {"isBase64Encoded is a boolean", "{\"statusCode\":200,\"isBase64Encoded\":\"true\"}",
     "the output's isBase64Encoded is no boolean"},
    {"a status that is a text", "{\"statusCode\":\"200\"}",
     "the output's statusCode is no whole number from 200 to 599"},
    {"a status out of range", "{\"statusCode\":101}",
     "the output's statusCode is no whole number from 200 to 599"},
    {"half a status", "{\"statusCode\":200.5}",
     "the output's statusCode is no whole number from 200 to 599"},
    {"a status without bounds", "{\"statusCode\":1e300}",
     "the output's statusCode is no whole number from 200 to 599"},
    {"headers are an object", "{\"statusCode\":200,\"headers\":[]}",
     "the output's headers are no object"},
    {"a header is one value", "{\"statusCode\":200,\"headers\":{\"a\":[\"b\"]}}",
     "a header of the output is no text, number or boolean"},
    {"cookies are a list", "{\"statusCode\":200,\"cookies\":\"a=b\"}",
     "the output's cookies are no array of texts"},
    {"cookies are texts", "{\"statusCode\":200,\"cookies\":[1]}",
     "the output's cookies are no array of texts"},
};

START_TEST(answer)
{
    json *output = json_of(answers[_i].output);
    struct http_event_answer a = {0};
    struct diag why = {0};
    struct buf got = {0};

    if (http_event_answer(output, &a, &why)) {
        buf_printf(&got, "%d\n", a.status);
        for (size_t i = 0; i < a.header_count; i++)
            buf_printf(&got, "%s: %s\n", a.headers[i].name, a.headers[i].value);
        buf_addc(&got, '\n');
        buf_add(&got, a.body.data, a.body.len);
    } else {
        buf_adds(&got, why.text);
    }
    expect_text(answers[_i].name, buf_str(&got), answers[_i].want);
    http_event_answer_clear(&a);
    buf_clear(&got);
    diag_clear(&why);
    json_unref(output);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("front_door");
    TCase *tc = tcase_create("front_door");

    tcase_add_loop_test(tc, file, 0, COUNT(files));
    tcase_add_loop_test(tc, find, 0, COUNT(finds));
    tcase_add_test(tc, brace_in_text);
    tcase_add_loop_test(tc, request, 0, COUNT(requests));
    tcase_add_loop_test(tc, answer, 0, COUNT(answers));
    suite_add_tcase(s, tc);
    return run_suite(s);
}
