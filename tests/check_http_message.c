/* What a request says of host, origin and page; dates and heads of answers. */

#include "tests/support/expect.h"
#include "tests/support/http_world.h"

#include "runtime/http/server.h"

#include <string.h>

/* ---- hosts, origins, dates, heads ---- */

static const struct {
    const char *host, *name;
    bool sync, loopback;
} hosts[] = {
    {"localhost", "localhost", false, true},
    {"LocalHost:8083", "LocalHost", false, true},
    {"sync-localhost:8083", "localhost", true, true},
    {"states.localhost", "states.localhost", false, true},
    {"sync-states.localhost:1", "states.localhost", true, true},
    {"127.0.0.1:8083", "127.0.0.1", false, true},
    {"sync-127.0.0.1:8083", "127.0.0.1", true, true},
    {"127.9.8.7", "127.9.8.7", false, true},
    {"[::1]:8083", "[::1]", false, true},
    {"[::1]", "[::1]", false, true},
    {"[::2]:80", "[::2]", false, false},
    {"", "", false, false},
    {":80", "", false, false},
    {".localhost", ".localhost", false, false},
    {"xlocalhost", "xlocalhost", false, false},
    {"localhost.example.org", "localhost.example.org", false, false},
    {"127.0.0.1.example.org", "127.0.0.1.example.org", false, false},
    {"127.0.0", "127.0.0", false, false},
    {"127.0.0.256", "127.0.0.256", false, false},
    {"127.0.0.1.", "127.0.0.1.", false, false},
    {"128.0.0.1", "128.0.0.1", false, false},
    {"states.us-east-1.amazonaws.com", "states.us-east-1.amazonaws.com", false, false},
};

START_TEST(host)
{
    size_t len;
    bool sync;
    const char *name = http_host_name(hosts[_i].host, &len, &sync);

    expect_bytes(hosts[_i].host, name, len, hosts[_i].name, strlen(hosts[_i].name));
    ck_assert_msg(sync == hosts[_i].sync, "%s", hosts[_i].host);
    ck_assert_msg(http_host_is_loopback(hosts[_i].host) == hosts[_i].loopback, "%s",
                  hosts[_i].host);
}
END_TEST

static const struct {
    const char *origin, *host;
    bool same;
} origins[] = {
    {"http://localhost:8083", "localhost:8083", true},
    {"HTTPS://LOCALHOST", "localhost", true},
    {"http://localhost", "localhost:8083", false},
    {"http://localhost:80830", "localhost:8083", false},
    {"http://localhost:8083/", "localhost:8083", false},
    {"localhost:8083", "localhost:8083", false},
    {"null", "null", false},
    {"", "", false},
};

START_TEST(origin)
{
    ck_assert_msg(http_origin_is_host(origins[_i].origin, origins[_i].host) == origins[_i].same,
                  "%s", origins[_i].origin);
}
END_TEST

static const struct {
    const char *address;
    bool loopback;
} peers[] = {{"127.0.0.1", true},
             {"127.255.255.255", true},
             {"128.0.0.1", false},
             {"126.255.255.255", false},
             {"0.0.0.0", false},
             {"::1", true},
             {"::2", false},
             {"::", false},
             {"::ffff:127.0.0.1", true},
             {"::ffff:10.0.0.1", false},
             {"::127.0.0.1", false},
             {"fe80::1", false}};

START_TEST(loopback)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    const char *text = peers[_i].address;
    bool six = strchr(text, ':');

    ck_assert(!(six ? uv_ip6_addr(text, 1, &v6) : uv_ip4_addr(text, 1, &v4)));
    ck_assert_msg(http_address_is_loopback(six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4) ==
                      peers[_i].loopback,
                  "%s", text);
}
END_TEST

static const struct {
    const char *name, *headers;
    bool cross;
} sites[] = {
    {"no browser", "", false},
    {"a page of this server", "Origin: http://localhost:1\r\n", false},
    {"a page of this server, told twice",
     "Origin: http://localhost:1\r\nSec-Fetch-Site: same-origin\r\n", false},
    {"another port", "Origin: http://localhost:2\r\n", true},
    {"a page without an origin", "Origin: null\r\n", true},
    {"an origin that is nothing", "Origin:\r\n", true},
    {"a picture of elsewhere", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: image\r\n", true},
    {"a link of another port", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\n", true},
    {"an address that was typed", "Sec-Fetch-Site: none\r\n", false},
    {"a word of later browsers", "Sec-Fetch-Site: any\r\n", true},
    {"one of ours that a page elsewhere had moved",
     "Origin: http://localhost:1\r\nSec-Fetch-Site: cross-site\r\n", true},
};

START_TEST(cross_site)
{
    http_reader *r = http_reader_new(&(struct http_limits){0});
    struct buf text = {0};
    size_t used;

    buf_printf(&text, "GET / HTTP/1.1\r\nHost: localhost:1\r\n%s\r\n", sites[_i].headers);
    ck_assert_int_eq(http_reader_feed(r, text.data, text.len, &used), HTTP_HEAD_READ);
    ck_assert_msg(http_message_is_cross_site(http_reader_message(r)) == sites[_i].cross, "%s",
                  sites[_i].name);
    buf_clear(&text);
    http_reader_free(r);
}
END_TEST

static const struct {
    int64_t ms;
    const char *text;
} dates[] = {
    {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
    {784111777000, "Sun, 06 Nov 1994 08:49:37 GMT"},
    {951782399999, "Mon, 28 Feb 2000 23:59:59 GMT"},
    {951782400000, "Tue, 29 Feb 2000 00:00:00 GMT"},
    {253402300799000, "Fri, 31 Dec 9999 23:59:59 GMT"},
};

START_TEST(date)
{
    char got[HTTP_DATE_SIZE];

    http_date(dates[_i].ms, got);
    expect_text("date", got, dates[_i].text);
}
END_TEST

static const struct {
    const char *name;
    int status;
    struct http_header header;
    const char *want;
} heads[] = {
    {"a header",
     404,
     {"X-A", "b"},
     "HTTP/1.1 404 Not Found\r\nDate: D\r\nX-A: b\r\nContent-Length: 5\r\n"},
    {"a value can't end its line",
     200,
     {"A", "b\r\nC: d\n"},
     "HTTP/1.1 200 OK\r\nDate: D\r\nA: b  C: d \r\nContent-Length: 5\r\n"},
    {"a name that is none",
     200,
     {"A: b\r\nC", "d"},
     "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n"},
    {"an empty name", 200, {"", "d"}, "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n"},
    {"Content-Length is ours",
     200,
     {"content-length", "7"},
     "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n"},
    {"Transfer-Encoding is ours",
     200,
     {"Transfer-encoding", "chunked"},
     "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n"},
    {"204 has no length", 204, {"A", "b"}, "HTTP/1.1 204 No Content\r\nDate: D\r\nA: b\r\n"},
    {"304 has no length", 304, {"A", "b"}, "HTTP/1.1 304 Not Modified\r\nDate: D\r\nA: b\r\n"},
    {"a status without a name",
     299,
     {"A", "b"},
     "HTTP/1.1 299 Unknown\r\nDate: D\r\nA: b\r\nContent-Length: 5\r\n"},
};

START_TEST(head)
{
    struct buf got = {0}, want = {0};

    http_write_head(&got, heads[_i].status, &heads[_i].header, 1, 5, "D", true);
    buf_printf(&want, "%sConnection: keep-alive\r\n\r\n", heads[_i].want);
    expect_text(heads[_i].name, buf_str(&got), buf_str(&want));
    buf_clear(&got);
    buf_clear(&want);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http_message");
    TCase *t = tcase_create("http_message");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, host, 0, COUNT(hosts));
    tcase_add_loop_test(t, origin, 0, COUNT(origins));
    tcase_add_loop_test(t, date, 0, COUNT(dates));
    tcase_add_loop_test(t, head, 0, COUNT(heads));
    tcase_add_loop_test(t, loopback, 0, COUNT(peers));
    tcase_add_loop_test(t, cross_site, 0, COUNT(sites));
    suite_add_tcase(s, t);
    return run_suite(s);
}
