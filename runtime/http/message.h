#ifndef RUNTIME_HTTP_MESSAGE_H
#define RUNTIME_HTTP_MESSAGE_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/*
 * HTTP/1.x requests out of bytes, and the heads of answers into bytes; no I/O, no clock. What a
 * request is doesn't depend on how its bytes were cut. RFC 9110, RFC 9112; where they leave a
 * choice between reading and refusing, it is refused: two programs that read one stream in two ways
 * is how requests are smuggled.
 */
typedef struct http_reader http_reader;

struct http_limits {
    size_t line;   /* bytes of the request line; 0: 8 KiB; at most 16 KiB */
    size_t head;   /* bytes of all header lines, or of all trailers; 0: 32 KiB; at most 64 KiB */
    size_t fields; /* header lines; 0: 100 */
    size_t body;   /* bytes, chunks joined; 0: 4 MiB */
};

struct http_field {
    const char *name;  /* as it was sent */
    const char *value; /* without blanks around it */
    size_t name_len, value_len;
};

/* All text is NUL-terminated and has no other NUL. */
struct http_message {
    const char *method;
    const char *target;        /* as it was sent, undecoded: what SigV4 signs */
    const char *path;          /* its part before `?`, undecoded */
    const char *query;         /* its part behind `?`, undecoded; NULL without `?` */
    const char *host;          /* the Host header; never NULL */
    struct http_field *fields; /* in the order they were sent */
    size_t field_count;
    struct buf body;
    bool is_head;    /* HEAD: the answer has no body */
    bool keep_alive; /* the client lets the connection stay */
    bool expects;    /* it waits for "100 Continue" before it sends the body */
};

enum http_progress {
    HTTP_INCOMPLETE, /* all bytes were taken, more must come */
    HTTP_HEAD_READ,  /* the head is complete; once a request. Feed on, if need be nothing */
    HTTP_COMPLETE,   /* the request is complete */
    HTTP_REFUSED,    /* http_reader_status, http_reader_why: the stream can't be read any further */
};

http_reader *http_reader_new(const struct http_limits *limits);
void http_reader_free(http_reader *r);

/*
 * Reads on, up to the end of one request at most; *used is how many of the bytes were taken. After
 * HTTP_COMPLETE the caller calls http_reader_next; after HTTP_REFUSED it feeds nothing more.
 */
enum http_progress http_reader_feed(http_reader *r, const char *bytes, size_t len, size_t *used);
/* Returns the request, which is good from HTTP_HEAD_READ (its body: from HTTP_COMPLETE) until
 * http_reader_next. The body may be taken out of it. */
struct http_message *http_reader_message(http_reader *r);
/* Lowers the bound of this request's body, as http_exchange_limit_body does. To be called between
 * HTTP_HEAD_READ and the next feed. */
bool http_reader_limit_body(http_reader *r, size_t most);
/* Forgets the request, keeps some of its memory for the next one. */
void http_reader_next(http_reader *r);

/* Return whether anything of a request has come, and whether its head is complete. */
bool http_reader_has_begun(const http_reader *r);
bool http_reader_in_body(const http_reader *r);
/* After HTTP_REFUSED, return the status to answer with, and a sentence without a full stop. */
int http_reader_status(const http_reader *r);
const char *http_reader_why(const http_reader *r);

/* Returns the first header of that name, in any case; NULL without one. */
const char *http_message_header(const struct http_message *m, const char *name);

/*
 * Finds the name in a Host header: without the port, and without the `sync-` that AWS SDKs put
 * before some operations' host. *len is its length; *sync (may be NULL) tells whether `sync-` was
 * there. An IPv6 address keeps its brackets.
 */
const char *http_host_name(const char *host, size_t *len, bool *sync);
/* Returns whether a Host header names this machine to itself: localhost and what ends in
 * .localhost, 127.*, [::1]. */
bool http_host_is_loopback(const char *host);
/* Returns whether a page of this origin ("http://host:port") was served by this very host. */
bool http_origin_is_host(const char *origin, const char *host);

/* Returns whether a request asks this machine by its own name, and comes from no page that another
 * machine served. */
bool http_message_is_for_loopback(const struct http_message *m);
/*
 * Returns whether a browser sent the request for a page of another origin. The header Origin tells;
 * a picture or a link has none, and then Sec-Fetch-Site tells.
 */
bool http_message_is_cross_site(const struct http_message *m);
/* Returns whether it is of 127.0.0.0/8, also within IPv6, or ::1. */
bool http_address_is_loopback(const struct sockaddr *address);

/* Return whether a name, or a value, can go into a header as it is. */
bool http_header_name_ok(const char *name);
bool http_header_value_ok(const char *value);

/* A header of an answer. */
struct http_header {
    const char *name, *value;
};

/* Returns what a status is called; "Unknown" when it has no name. */
const char *http_status_name(int status);
/*
 * Writes the head of an answer, with the empty line. `date` is as http_date writes it. `body_len`
 * becomes Content-Length where the status may have one. Of `headers`, a name that is none and those
 * that are ours (Content-Length, Transfer-Encoding, Connection, Date) are left out, and control
 * characters in a value become blanks: nothing that a value holds can end its line.
 */
void http_write_head(struct buf *out, int status, const struct http_header *headers, size_t count,
                     size_t body_len, const char *date, bool keep_alive);
/* Returns whether an answer of this status may have a body. */
bool http_status_has_body(int status);

enum { HTTP_DATE_SIZE = 30 };
/* Writes a time as headers have it: "Sun, 06 Nov 1994 08:49:37 GMT". */
void http_date(int64_t ms, char date[HTTP_DATE_SIZE]);

#endif
