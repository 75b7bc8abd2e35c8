/* Requests as bytes: what is served, what is refused, wherever the bytes are cut. */

#include "tests/support/expect.h"
#include "tests/support/http_world.h"

#include "runtime/http/server.h"

#include <stdio.h>
#include <string.h>

/* ---- raw bytes in, raw bytes out ---- */

static const struct {
    const char *name, *in, *out;
} served[] = {
    {"a GET", "GET /a HTTP/1.1\r\n" HOST "\r\n", OK(6, "GET /a")},
    {"a body of Content-Length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
     OK(10, "POST / abc")},
    {"a body of no bytes", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", OK(6, "POST /")},
    {"no length is no body", "POST / HTTP/1.1\r\n" HOST "\r\n", OK(6, "POST /")},
    {"chunks are joined",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\n\r\n",
     OK(20, "POST / abc0123456789")},
    {"a coding's name in any case",
     "POST / HTTP/1.1\r\n" HOST "TRANSFER-encoding:CHUNKED \r\n\r\n1\r\nx\r\n0\r\n\r\n",
     OK(8, "POST / x")},
    {"trailers are read and forgotten",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "1\r\nx\r\n0\r\nX-Case: late\r\nContent-Length: 7\r\n\r\n",
     OK(8, "POST / x")},
    {"no chunk but the last",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", OK(6, "POST /")},
    {"a chunk that looks like an end",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n",
     OK(12, "POST / 0\r\n\r\n")},
    {"the target stays as it was sent", "GET /%7Ea//b/../c;d?e=%20&f?g HTTP/1.1\r\n" HOST "\r\n",
     OK(30, "GET /%7Ea//b/../c;d ?e=%20&f?g")},
    {"an empty query", "GET /a? HTTP/1.1\r\n" HOST "\r\n", OK(8, "GET /a ?")},
    {"a target with scheme and host", "GET http://localhost/a?b HTTP/1.1\r\n" HOST "\r\n",
     OK(9, "GET /a ?b")},
    {"... and without a path", "GET http://LOCALHOST?b HTTP/1.1\r\n" HOST "\r\n",
     OK(8, "GET / ?b")},
    {"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", OK(9, "OPTIONS *")},
    {"a chunk of 16 digits",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "0000000000000001\r\nx\r\n0\r\n\r\n",
     OK(8, "POST / x")},
    {"a field whose name begins as another's",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encodings: x\r\nContent-Length: 1\r\n\r\nx",
     OK(8, "POST / x")},
    {"any method", "PURGE /a HTTP/1.1\r\n" HOST "\r\n", OK(8, "PURGE /a")},
    {"HEAD has the length but no body", "HEAD /a HTTP/1.1\r\n" HOST "\r\n", OK(7, "")},
    {"a header's name in any case, blanks around its value",
     "GET / HTTP/1.1\r\nhOsT:localhost\r\nX-CASE: \t a b \t\r\n\r\n", OK(11, "GET / x=a b")},
    {"the first of several", "GET / HTTP/1.1\r\n" HOST "X-Case: 1\r\nX-Case: 2\r\n\r\n",
     OK(9, "GET / x=1")},
    {"an empty value", "GET / HTTP/1.1\r\n" HOST "X-Case:\r\nA: b\r\n\r\n", OK(8, "GET / x=")},
    {"a header after an empty one", "GET / HTTP/1.1\r\n" HOST "A:\r\nX-Case: b\r\n\r\n",
     OK(9, "GET / x=b")},
    {"a header after one of blanks", "GET / HTTP/1.1\r\n" HOST "A: \t\r\nX-Case: b\r\n\r\n",
     OK(9, "GET / x=b")},
    {"a tab and bytes beyond ASCII in a value",
     "GET / HTTP/1.1\r\n" HOST "X-Case: a\tb\303\251\r\n\r\n", OK(13, "GET / x=a\tb\303\251")},
    {"Connection: close", "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", LAST(5, "GET /")},
    {"... after which nothing is read",
     "GET / HTTP/1.1\r\n" HOST "Connection: x, close\r\n\r\nGET /b HTTP/1.1\r\n" HOST "\r\n",
     LAST(5, "GET /")},
    {"... in another line of that name, in any case",
     "GET / HTTP/1.1\r\n" HOST "Connection: x\r\nCONNECTION:y ,\tClose ,z\r\n\r\n",
     LAST(5, "GET /")},
    {"a word that is longer", "GET / HTTP/1.1\r\n" HOST "Connection: closed, xclose\r\n\r\n",
     OK(5, "GET /")},
    {"HTTP/1.0 that wants both", "GET / HTTP/1.0\r\n" HOST "Connection: keep-alive, close\r\n\r\n",
     LAST(5, "GET /")},
    {"HTTP/1.0 ends", "GET / HTTP/1.0\r\n" HOST "\r\n", LAST(5, "GET /")},
    {"HTTP/1.0 that wants to stay", "GET / HTTP/1.0\r\n" HOST "Connection: keep-alive\r\n\r\n",
     OK(5, "GET /")},
    {"pipelined requests are answered in order",
     "GET /1 HTTP/1.1\r\n" HOST "\r\nPOST /2 HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi"
     "GET /3 HTTP/1.1\r\n" HOST "\r\n",
     OK(6, "GET /1") OK(10, "POST /2 hi") OK(6, "GET /3")},
    {"an empty line before a request", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", OK(5, "GET /")},
    {"an empty line after a body",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
     OK(8, "POST / x") OK(5, "GET /")},
    {"an Upgrade is ignored",
     "GET / HTTP/1.1\r\n" HOST "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
     "HTTP2-Settings: AAMAAABkAAQ\r\n\r\nGET /b HTTP/1.1\r\n" HOST "\r\n",
     OK(5, "GET /") OK(6, "GET /b")},
    {"... with a body, too",
     "POST / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\nx",
     OK(8, "POST / x")},
    {"100-continue when the body is there already",
     "POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 0\r\n\r\n",
     OK(6, "POST /")},
    {"a host with port, and the prefix of AWS SDKs",
     "GET / HTTP/1.1\r\nHost: sync-localhost:8083\r\n\r\n", OK(5, "GET /")},
    {"a page that this server served",
     "GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\nOrigin: http://127.0.0.1:80\r\n\r\n", OK(5, "GET /")},
    {"half a request is none", "GET / HTTP/1.1\r\n" HOST, ""},
    {"half a body is none", "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nx", ""},
    {"nothing at all", "", ""},
};

static void check_served(size_t row, bool bytewise)
{
    struct http_world *w = http_world_new();
    struct buf *got;

    http_world_exchange(w, served[row].in, strlen(served[row].in), bytewise);
    got = &w->clients[0].got;
    http_world_cut_dates(served[row].name, got);
    expect_bytes(served[row].name, got->data, got->len, served[row].out, strlen(served[row].out));
    ck_assert_uint_eq(w->delivered, w->requests);
    http_world_free(w);
}

START_TEST(served_in_one_piece)
{
    check_served((size_t)_i, false);
}
END_TEST

START_TEST(served_byte_by_byte)
{
    check_served((size_t)_i, true);
}
END_TEST

/* ---- what is refused ---- */

#define TEXT(s) s, sizeof s - 1
#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

static const struct {
    const char *name, *in;
    size_t len;
    int status;
} refused[] = {
    {"two Content-Length",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"), 400},
    {"two in one", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\nx"), 400},
    {"an empty Content-Length", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n"), 400},
    {"... of blanks", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: \t \r\n\r\n"), 400},
    {"a signed Content-Length", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\nx"),
     400},
    {"a negative Content-Length", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"),
     400},
    {"a hexadecimal one", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\nx"), 400},
    {"one beyond 64 bits",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551617\r\n\r\nx"), 413},
    {"Content-Length beside Transfer-Encoding",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
          "0\r\n\r\n"),
     400},
    {"... the other way around",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
          "0\r\n\r\n"),
     400},
    {"another coding", TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n"), 400},
    {"another before chunked",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 400},
    {"chunked and identity",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"), 400},
    {"chunked twice",
     TEXT("POST / HTTP/1.1\r\n" HOST
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     400},
    {"nearly chunked",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 400},
    {"chunked behind a control character",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\013chunked\r\n\r\n0\r\n\r\n"), 400},
    {"an empty coding", TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n"), 400},
    {"chunked in HTTP/1.0",
     TEXT("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
    {"a bare LF after the request line", TEXT("GET / HTTP/1.1\n" HOST "\r\n"), 400},
    {"a bare LF after a header", TEXT("GET / HTTP/1.1\r\nHost: localhost\n\r\n"), 400},
    {"a bare LF at the end", TEXT("GET / HTTP/1.1\r\n" HOST "\n"), 400},
    {"a bare LF before a request", TEXT("\nGET / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a bare CR in a header", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\rC: d\r\n\r\n"), 400},
    {"two CR", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\r\r\n\r\n"), 400},
    {"two empty lines before a request", TEXT("\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a blank before a colon", TEXT("GET / HTTP/1.1\r\nHost : localhost\r\n\r\n"), 400},
    {"a tab before a colon", TEXT("GET / HTTP/1.1\r\n" HOST "A\t: b\r\n\r\n"), 400},
    {"a blank in a name", TEXT("GET / HTTP/1.1\r\n" HOST "A b: c\r\n\r\n"), 400},
    {"no name", TEXT("GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n"), 400},
    {"no colon", TEXT("GET / HTTP/1.1\r\n" HOST "A\r\n\r\n"), 400},
    {"a name beyond ASCII", TEXT("GET / HTTP/1.1\r\n" HOST "\303\251: b\r\n\r\n"), 400},
    {"a line that continues another", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n"), 400},
    {"a blank before the first header", TEXT("GET / HTTP/1.1\r\n A: b\r\n" HOST "\r\n"), 400},
    {"no Host", TEXT("GET / HTTP/1.1\r\n\r\n"), 400},
    {"no Host in HTTP/1.0", TEXT("GET / HTTP/1.0\r\n\r\n"), 400},
    {"two Hosts", TEXT("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), 400},
    {"a Host that is none", TEXT("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400},
    {"a Host with a user", TEXT("GET / HTTP/1.1\r\nHost: a@localhost\r\n\r\n"), 400},
    {"NUL in a value", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\0c\r\n\r\n"), 400},
    {"a control character in a value", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\001\r\n\r\n"), 400},
    {"a control character behind eight others",
     TEXT("GET / HTTP/1.1\r\n" HOST "A: \303\251456789\t12345\0376789012\r\n\r\n"), 400},
    {"DEL in a long value",
     TEXT("GET / HTTP/1.1\r\n" HOST "A: 12345678~\t\303\251 \177345678901\r\n\r\n"), 400},
    {"DEL in a value", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\177\r\n\r\n"), 400},
    {"a tab in the target", TEXT("GET /a\tb HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a blank in the target", TEXT("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a target beyond ASCII", TEXT("GET /\303\251 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a fragment in the target", TEXT("GET /a#b HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"two blanks in the request line", TEXT("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a blank behind it", TEXT("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400},
    {"a target without a slash", TEXT("GET a HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"* for GET", TEXT("GET * HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a target of another host", TEXT("GET http://other/ HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"HTTP/0.9", TEXT("GET /\r\n\r\n"), 400},
    {"a version that is none", TEXT("GET / HTTP/1\r\n" HOST "\r\n"), 400},
    {"another protocol", TEXT("GET / ICE/1.0\r\n" HOST "\r\n"), 400},
    {"a version to come", TEXT("GET / HTTP/2.0\r\n" HOST "\r\n"), 505},
    {"TLS", TEXT("\026\003\001\002\000\001\000\001\374\003\003"), 400},
    {"HTTP/2's preface", TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 501},
    {"a version of one number", TEXT("GET / HTTP/1\r\n" HOST "\r\n"), 400},
    {"a version of two digits", TEXT("GET / HTTP/1.10\r\n" HOST "\r\n"), 400},
    {"a version that is none", TEXT("GET / HTTP/1.x\r\n" HOST "\r\n"), 400},
    {"HTTP/0.9", TEXT("GET / HTTP/0.9\r\n" HOST "\r\n"), 505},
    {"two Content-Length of different value",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), 400},
    {"two Content-Length of equal value",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"), 400},
    {"a method that begins as one", TEXT("GETS / HTTP/1.1\r\n" HOST "\r\n"), 501},
    {"a method that nobody knows", TEXT("BREW /pot HTTP/1.1\r\n" HOST "\r\n"), 501},
    {"a method in small letters", TEXT("get / HTTP/1.1\r\n" HOST "\r\n"), 501},
    {"CONNECT", TEXT("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n"), 501},
    {"another expectation", TEXT("POST / HTTP/1.1\r\n" HOST "Expect: more\r\n\r\n"), 417},
    {"a chunk without size", TEXT(CHUNKED "\r\n\r\n"), 400},
    {"a chunk of no number", TEXT(CHUNKED "x\r\nabc\r\n0\r\n\r\n"), 400},
    {"a negative chunk", TEXT(CHUNKED "-1\r\nabc\r\n0\r\n\r\n"), 400},
    {"a chunk 0x1", TEXT(CHUNKED "0x1\r\na\r\n0\r\n\r\n"), 400},
    {"a blank behind a chunk's size", TEXT(CHUNKED "1 \r\na\r\n0\r\n\r\n"), 400},
    {"a chunk beyond 64 bits", TEXT(CHUNKED "10000000000000001\r\na\r\n0\r\n\r\n"), 400},
    {"a chunk of 17 digits", TEXT(CHUNKED "00000000000000001\r\na\r\n0\r\n\r\n"), 400},
    {"a chunk of nearly 64 bits", TEXT(CHUNKED "ffffffffffffffff\r\na\r\n0\r\n\r\n"), 413},
    {"a chunk that is longer than its size", TEXT(CHUNKED "1\r\nab\r\n0\r\n\r\n"), 400},
    {"a chunk with other bytes at its end", TEXT(CHUNKED "1\r\naXX0\r\n\r\n"), 400},
    {"a chunk's bare LF", TEXT(CHUNKED "1\r\na\n0\r\n\r\n"), 400},
    {"a bare LF behind a size", TEXT(CHUNKED "1\na\r\n0\r\n\r\n"), 400},
    {"a byte between CR and the chunk", TEXT(CHUNKED "1\rXa\r\n0\r\n\r\n"), 400},
    {"a control character in a chunk's extension", TEXT(CHUNKED "1;\001\r\na\r\n0\r\n\r\n"), 400},
    {"a chunk's extension without end", TEXT(CHUNKED "1;" X100 X100 X100), 400},
    {"a trailer without a name", TEXT(CHUNKED "0\r\n: a\r\n\r\n"), 400},
    {"a trailer with a bare LF", TEXT(CHUNKED "0\r\nA: b\n\r\n"), 400},
    {"another host", TEXT("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"), 403},
    {"a host that begins like ours", TEXT("GET / HTTP/1.1\r\nHost: localhost.example.org\r\n\r\n"),
     403},
    {"no host's name", TEXT("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 403},
    {"a foreign page", TEXT("GET / HTTP/1.1\r\n" HOST "Origin: http://example.org\r\n\r\n"), 403},
    {"a page of another port",
     TEXT("GET / HTTP/1.1\r\n" HOST "Origin: http://localhost:3000\r\n\r\n"), 403},
    {"a page from nowhere", TEXT("GET / HTTP/1.1\r\n" HOST "Origin: null\r\n\r\n"), 403},
    /* the limits of these tests: 200, 400, 10, 1000 */
    {"a request line that is too long", TEXT("GET /" X100 X100 " HTTP/1.1\r\n" HOST "\r\n"), 414},
    {"... and goes on", TEXT("GET /" X100 X100 X100 X100 X100 X100 X100 X100), 414},
    {"a header that is too long",
     TEXT("GET / HTTP/1.1\r\n" HOST "A: " X100 X100 X100 X100 "\r\n\r\n"), 431},
    {"headers that are too long together",
     TEXT("GET / HTTP/1.1\r\n" HOST "A: " X100 "\r\nB: " X100 "\r\nC: " X100 "\r\nD: " X100
          "\r\n\r\n"),
     431},
    {"a header that goes on", TEXT("GET / HTTP/1.1\r\n" HOST "A" X100 X100 X100 X100 X100), 431},
    {"too many headers",
     TEXT("GET / HTTP/1.1\r\n" HOST
          "A:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n\r\n"),
     431},
    {"trailers that are too long",
     TEXT(CHUNKED "0\r\nA: " X100 "\r\nB: " X100 "\r\nC: " X100 "\r\nD: " X100 "\r\n\r\n"), 431},
    {"a body that is too large", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n"),
     413},
    {"... and very large",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999999999999999\r\n\r\n"), 413},
    {"a chunk that is too large", TEXT(CHUNKED "3E9\r\n"), 413},
    {"chunks that are too large together",
     TEXT(CHUNKED "64\r\n" X100 "\r\n64\r\n" X100 "\r\n321\r\n"), 413},
};

/* The answer is of that status, is the only one, and the connection ends with it. */
static void check_refused(size_t row, bool bytewise)
{
    struct http_world *w = http_world_new();
    struct http_stats stats;
    char want[32];
    const char *got;

    w->options.limits = http_world_small;
    http_world_exchange(w, refused[row].in, refused[row].len, bytewise);
    got = buf_str(&w->clients[0].got);
    snprintf(want, sizeof want, "HTTP/1.1 %d ", refused[row].status);
    ck_assert_msg(!strncmp(got, want, strlen(want)), "%s: %s", refused[row].name, got);
    ck_assert_msg(strstr(got, "\r\nConnection: close\r\n") != NULL, "%s: %s", refused[row].name,
                  got);
    ck_assert_msg(!strstr(got + 1, "HTTP/1.1 2"), "%s: %s", refused[row].name, got);
    http_server_stats(w->server, &stats);
    ck_assert_uint_eq(stats.refused, 1);
    ck_assert_uint_eq(w->requests, 0);
    http_world_free(w);
}

START_TEST(refused_in_one_piece)
{
    check_refused((size_t)_i, false);
}
END_TEST

START_TEST(refused_byte_by_byte)
{
    check_refused((size_t)_i, true);
}
END_TEST

/* ---- the reader alone: wherever the bytes are cut ---- */

/* What was read, as text; a request that is not complete gives its state. */
static void read_all(const char *in, size_t len, size_t cut, struct buf *out)
{
    http_reader *r = http_reader_new(&http_world_small);
    const struct http_message *m = http_reader_message(r);
    size_t at = 0;

    for (;;) {
        size_t end = at < cut ? cut : len, used;

        switch (http_reader_feed(r, in + at, end - at, &used)) {
        case HTTP_INCOMPLETE:
            ck_assert_uint_eq(used, end - at);
            if (end == len) {
                buf_printf(out, "begun %d, body %d", http_reader_has_begun(r),
                           http_reader_in_body(r));
                goto out;
            }
            break;
        case HTTP_HEAD_READ: buf_printf(out, "%s %s %s:", m->method, m->target, m->host); break;
        case HTTP_COMPLETE:
            buf_printf(out, "%zu %zu %d\n", m->field_count, m->body.len, m->keep_alive);
            http_reader_next(r);
            break;
        case HTTP_REFUSED:
            buf_printf(out, "%d %s", http_reader_status(r), http_reader_why(r));
            goto out;
        }
        at += used;
    }
out:
    http_reader_free(r);
}

static void check_cuts(const char *name, const char *in, size_t len)
{
    struct buf whole = {0};

    read_all(in, len, 0, &whole);
    for (size_t cut = 1; cut < len; cut++) {
        struct buf parts = {0};

        read_all(in, len, cut, &parts);
        expect_bytes(name, parts.data, parts.len, whole.data, whole.len);
        buf_clear(&parts);
    }
    buf_clear(&whole);
}

START_TEST(cut_anywhere)
{
    for (size_t i = 0; i < COUNT(served); i++)
        check_cuts(served[i].name, served[i].in, strlen(served[i].in));
    for (size_t i = 0; i < COUNT(refused); i++)
        check_cuts(refused[i].name, refused[i].in, refused[i].len);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http_requests");
    TCase *t = tcase_create("http_requests");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, served_in_one_piece, 0, COUNT(served));
    tcase_add_loop_test(t, served_byte_by_byte, 0, COUNT(served));
    tcase_add_loop_test(t, refused_in_one_piece, 0, COUNT(refused));
    tcase_add_loop_test(t, refused_byte_by_byte, 0, COUNT(refused));
    tcase_add_test(t, cut_anywhere);
    suite_add_tcase(s, t);
    return run_suite(s);
}
