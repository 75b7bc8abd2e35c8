#ifndef TESTS_SUPPORT_HTTP_STUB_H
#define TESTS_SUPPORT_HTTP_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* An HTTP/1.1 server on loopback, in the loop of the test. It answers what the test says. */
typedef struct http_stub http_stub;

struct stub_request {
    const char *method, *target;
    const char *head; /* all lines up to the empty one */
    const char *body;
    size_t body_len;
};

struct stub_reply {
    int status;
    const char *headers; /* more lines, each with "\r\n"; or NULL */
    const char *body;    /* or NULL */
    size_t zeros;        /* so many '0' bytes as the body instead */
    bool hold;           /* not before http_stub_release */
    bool drop;           /* close the connection instead */
    bool reset;          /* and as if the server had crashed */
    bool cut;            /* close it in the middle of the body */
};

typedef void stub_answer(void *user, const struct stub_request *q, struct stub_reply *r);

http_stub *http_stub_new(uv_loop_t *loop, stub_answer *answer, void *user);
/* "http://127.0.0.1:PORT" */
const char *http_stub_url(const http_stub *s);
/* A header's value in a request, up to the line's end; copied to `value`. False without one. */
bool stub_header(const struct stub_request *q, const char *name, char *value, size_t room);
/* Requests that are held, connections that were made, requests that came. */
size_t http_stub_held(const http_stub *s);
size_t http_stub_connections(const http_stub *s);
size_t http_stub_requests(const http_stub *s);
/* Connections that are open now. */
size_t http_stub_open(const http_stub *s);
/* Lets bodies have so many bytes from now on; 0: up to their NUL. */
void http_stub_set_body_len(http_stub *s, size_t len);
/* Answers those that are held. */
void http_stub_release(http_stub *s);
/* Closes every connection that waits for a request. */
void http_stub_hang_up(http_stub *s);
/* The loop must run until the handles are closed; the last one frees the stub. */
void http_stub_close(http_stub *s);

#endif
