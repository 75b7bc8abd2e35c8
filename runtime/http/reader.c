/*
 * The grammar of requests is small once their bytes are cut into lines and stretches of body, of
 * which a phase says what comes next. Each line must be one of RFC 9112 to the letter: it ends with
 * CR LF and has no control characters; then its parts are read. A head is read as a whole when its
 * empty line has come, because where the request ends depends on several fields together.
 */

#include "runtime/http/message_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum {
    KIB = 1024,
    MOST_LINE = 16 * KIB,
    MOST_HEAD = 64 * KIB,
    MOST_CHUNK_LINE = 256,
    MOST_DIGITS = 18,       /* of a Content-Length */
    MOST_CHUNK_DIGITS = 16, /* of a chunk's size: 64 bits */
    KEPT = 16 * KIB,        /* of each buffer, for the next request */
};

enum phase {
    AT_START, /* the request line, or one empty line before it */
    IN_FIELDS,
    AT_BODY, /* the head was told */
    IN_BODY,
    AT_CHUNK, /* its size line */
    IN_CHUNK,
    AFTER_CHUNK, /* the CRLF behind its bytes */
    IN_TRAILERS,
    AT_END,
    IS_REFUSED,
};

/* Where the parts of a header line stand in the head, which may move as long as it grows. */
struct field_place {
    size_t name, name_len, value, value_len;
};

struct http_reader {
    struct http_limits limits;
    enum phase phase;
    struct buf head;            /* request line and fields; then the path */
    struct buf line;            /* of a chunked body, as long as it isn't complete */
    size_t line_at;             /* where in `head` the line begins that is being read */
    size_t fields_at, lines;    /* where the header lines begin, how many there were */
    size_t trailers;            /* bytes of them */
    struct field_place *places; /* of `lines` fields */
    size_t place_room, field_room;
    uint64_t left;    /* bytes of the body or of its chunk */
    size_t most_body; /* bytes that this request's body may have */
    bool blank, chunked;
    size_t method_len, target_len; /* of the request line, which has a blank between them */
    char minor;                    /* of HTTP/1.x */
    struct http_message message;
    int status;
    const char *why;
};

/* ---- characters ---- */

/* Neither blank nor control, and ASCII. */
static bool is_visible(unsigned char c)
{
    return c > 0x20 && c < 0x7f;
}

/* ---- how it fails ---- */

static bool reader_refuse(http_reader *r, int status, const char *why)
{
    r->phase = IS_REFUSED;
    r->status = status;
    r->why = why;
    return false;
}

/* ---- lines ---- */

/* line = *( HTAB / %x20-7E / %x80-FF ) CRLF; `len` with the CRLF. */
static bool check_line(http_reader *r, const char *line, size_t len)
{
    if (len < 2 || line[len - 2] != '\r')
        return reader_refuse(r, 400, "A line must end with CR and LF");
    if (http_find_control(line, len - 2) < len - 2)
        return reader_refuse(r, 400, "A line has a control character");
    return true;
}

/* Those of RFC 9110, RFC 5789, and of what is built on HTTP: WebDAV and the like. */
static const char *const methods[] = {
    "GET",      "HEAD",       "POST",   "PUT",      "DELETE",     "PATCH",     "OPTIONS",
    "TRACE",    "COPY",       "LOCK",   "MKCOL",    "MOVE",       "PROPFIND",  "PROPPATCH",
    "SEARCH",   "UNLOCK",     "BIND",   "REBIND",   "UNBIND",     "ACL",       "REPORT",
    "CHECKOUT", "MKACTIVITY", "MERGE",  "M-SEARCH", "NOTIFY",     "SUBSCRIBE", "UNSUBSCRIBE",
    "PURGE",    "LINK",       "UNLINK", "SOURCE",   "MKCALENDAR",
};

static bool reader_is_method(const char *text, size_t len)
{
    for (size_t i = 0; i < COUNT(methods); i++)
        if (len == strlen(methods[i]) && !memcmp(text, methods[i], len))
            return true;
    return false;
}

/* "HTTP/" DIGIT "." DIGIT */
static bool reader_read_version(http_reader *r, const char *text, size_t len)
{
    if (len != 8 || memcmp(text, "HTTP/", 5) != 0 || !ascii_is_digit(text[5]) || text[6] != '.' ||
        !ascii_is_digit(text[7]))
        return reader_refuse(r, 400, "The request line does not end with the version of HTTP");
    if (text[5] != '1')
        return reader_refuse(r, 505, "No version of HTTP but 1.0 and 1.1 is known");
    r->minor = text[7];
    return true;
}

/* request-line = 1*tchar SP 1*( %x21-7E ) SP version CRLF */
static bool read_request_line(http_reader *r, const char *line, size_t len)
{
    size_t at = 0, from;

    len -= 2;
    while (at < len && http_is_token((unsigned char)line[at]))
        at++;
    if (!at || at == len || line[at] != ' ')
        return reader_refuse(r, 400, "The request line has no method");
    if (!reader_is_method(line, at))
        return reader_refuse(r, 501, "This method is not known");
    r->method_len = at;
    from = ++at;
    while (at < len && is_visible((unsigned char)line[at]) && line[at] != '#')
        at++;
    if (at == from || at == len || line[at] != ' ')
        return reader_refuse(r, 400, "The request line has no good target");
    r->target_len = at - from;
    at++;
    return reader_read_version(r, line + at, len - at);
}

/* Moves both ends inwards, over the blanks around a field's value (OWS, RFC 9110, 5.6.3). */
static void reader_trim(const char *text, size_t *at, size_t *end)
{
    while (*at < *end && ascii_is_line_blank(text[*at]))
        ++*at;
    while (*end > *at && ascii_is_line_blank(text[*end - 1]))
        --*end;
}

/*
 * field-line = 1*tchar ":" OWS value OWS CRLF: no blank before the colon, no line that continues
 * another.
 */
static bool read_field_line(http_reader *r, const char *line, size_t len, struct http_field *out)
{
    size_t at = 0, end = len - 2;

    while (at < end && http_is_token((unsigned char)line[at]))
        at++;
    if (!at || line[at] != ':')
        return reader_refuse(r, 400, "A header line has no good name");
    out->name = line;
    out->name_len = at++;
    reader_trim(line, &at, &end);
    out->value = line + at;
    out->value_len = end - at;
    return true;
}

/* chunk-size-line = 1*16HEXDIG [ ";" ... ] CRLF; the size is in `left`. */
static bool read_chunk_size(http_reader *r, const char *line, size_t len)
{
    size_t at = 0;
    int digit;

    r->left = 0;
    while (at < len && (digit = ascii_hex_value(line[at])) >= 0) {
        if (++at > MOST_CHUNK_DIGITS)
            return reader_refuse(r, 400, "A chunk has no good size");
        r->left = r->left << 4 | (uint64_t)digit;
    }
    if (!at || (line[at] != ';' && line[at] != '\r'))
        return reader_refuse(r, 400, "A chunk has no good size");
    return true;
}

/* ---- the head as a whole ---- */

static size_t reader_count_of(const struct http_message *m, const char *name,
                              const struct http_field **last)
{
    size_t count = 0, len = strlen(name);

    for (size_t i = 0; i < m->field_count; i++) {
        if (m->fields[i].name_len != len || strncasecmp(m->fields[i].name, name, len) != 0)
            continue;
        *last = &m->fields[i];
        count++;
    }
    return count;
}

/* Sets `left` or `chunked`. RFC 9112, section 6. */
static bool find_length(http_reader *r)
{
    const struct http_field *length = NULL, *coding = NULL;
    size_t lengths = reader_count_of(&r->message, "Content-Length", &length);
    size_t codings = reader_count_of(&r->message, "Transfer-Encoding", &coding);

    r->left = 0;
    r->chunked = codings > 0;
    if (lengths > 1 || (lengths && codings))
        return reader_refuse(r, 400, "Content-Length stands twice, or beside Transfer-Encoding");
    if (codings > 1 || (codings && !http_same_word(coding->value, coding->value_len, "chunked")))
        return reader_refuse(r, 400, "No Transfer-Encoding but chunked is known");
    if (codings && r->minor == '0')
        return reader_refuse(r, 400, "HTTP/1.0 has no Transfer-Encoding");
    if (!lengths)
        return true;
    if (!length->value_len)
        return reader_refuse(r, 400, "Content-Length is no number");
    for (size_t i = 0; i < length->value_len; i++) {
        if (!ascii_is_digit(length->value[i]))
            return reader_refuse(r, 400, "Content-Length is no number");
        if (i < MOST_DIGITS)
            r->left = r->left * 10 + (uint64_t)(length->value[i] - '0');
    }
    if (length->value_len > MOST_DIGITS || r->left > r->limits.body)
        return reader_refuse(r, 413, "The body is too large");
    return true;
}

static bool find_host(http_reader *r)
{
    const struct http_field *host = NULL;
    size_t hosts = reader_count_of(&r->message, "Host", &host);

    if (hosts != 1)
        return reader_refuse(r, 400, hosts ? "Host stands twice" : "There is no Host header");
    for (size_t i = 0; i < host->value_len; i++) {
        if (!is_visible((unsigned char)host->value[i]) || strchr("/?#@\\,\"<>", host->value[i]))
            return reader_refuse(r, 400, "The Host header has no good name");
    }
    r->message.host = host->value;
    return true;
}

/*
 * Takes the target apart: origin-form, or absolute-form with the same authority as Host, or `*` for
 * OPTIONS. RFC 9112, section 3.2. The path is copied behind the head, where room was made.
 */
static bool find_path(http_reader *r)
{
    struct http_message *m = &r->message;
    const char *query = strchr(m->target, '?'), *path = m->target;
    size_t path_len = query ? (size_t)(query - path) : r->target_len;

    if (path_len > 7 && !strncasecmp(path, "http://", 7)) {
        const char *authority = path + 7;
        const char *slash = memchr(authority, '/', path_len - 7);
        size_t len = slash ? (size_t)(slash - authority) : path_len - 7;

        if (!len || !http_same_word(authority, len, m->host))
            return reader_refuse(r, 400, "The target names another host than the Host header");
        path += 7 + len;
        path_len -= 7 + len;
    } else if (path[0] == '*') {
        if (r->target_len != 1 || strcmp(m->method, "OPTIONS") != 0)
            return reader_refuse(r, 400, "The request line has no good target");
    } else if (path[0] != '/') {
        return reader_refuse(r, 400, "The request line has no good target");
    }
    m->path = r->head.data + r->head.len;
    if (!path_len)
        buf_addc(&r->head, '/');
    buf_add(&r->head, path, path_len);
    buf_addc(&r->head, '\0');
    m->query = query ? query + 1 : NULL;
    return true;
}

static bool find_expectation(http_reader *r)
{
    const struct http_field *expect = NULL;

    r->message.expects = false;
    if (!reader_count_of(&r->message, "Expect", &expect) || r->minor == '0')
        return true;
    if (!http_same_word(expect->value, expect->value_len, "100-continue"))
        return reader_refuse(r, 417, "No expectation but 100-continue is known");
    r->message.expects = r->chunked || r->left > 0;
    return true;
}

/* Returns whether `word` is in one of the fields of that name, which are lists with commas. */
static bool lists_word(const struct http_message *m, const char *name, const char *word)
{
    for (size_t i = 0; i < m->field_count; i++) {
        const struct http_field *f = &m->fields[i];

        if (!http_same_word(f->name, f->name_len, name))
            continue;
        for (size_t at = 0; at < f->value_len;) {
            size_t end = at, next;

            while (end < f->value_len && f->value[end] != ',')
                end++;
            next = end + 1;
            reader_trim(f->value, &at, &end);
            if (http_same_word(f->value + at, end - at, word))
                return true;
            at = next;
        }
    }
    return false;
}

/* RFC 9112, section 9.3. An Upgrade is ignored, as a server may: Java's clients offer one to each.
 */
static bool stays(const http_reader *r)
{
    const struct http_message *m = &r->message;

    return !lists_word(m, "Connection", "close") &&
           (r->minor != '0' || lists_word(m, "Connection", "keep-alive"));
}

/* The lines were looked at when they came; `head` moves no more, so that fields may point there. */
static void find_fields(http_reader *r)
{
    struct http_message *m = &r->message;

    for (; m->field_count < r->lines; m->field_count++) {
        const struct field_place *p = &r->places[m->field_count];

        MEM_GROW(m->fields, m->field_count, r->field_room);
        m->fields[m->field_count] = (struct http_field){.name = r->head.data + p->name,
                                                        .name_len = p->name_len,
                                                        .value = r->head.data + p->value,
                                                        .value_len = p->value_len};
    }
}

/* A NUL behind each text: it overwrites what was between them. */
static void end_texts(http_reader *r)
{
    char *base = r->head.data;

    base[r->method_len] = base[r->method_len + 1 + r->target_len] = '\0';
    for (size_t i = 0; i < r->message.field_count; i++) {
        const struct http_field *f = &r->message.fields[i];

        base[f->name + f->name_len - base] = '\0';
        base[f->value + f->value_len - base] = '\0';
    }
}

static bool head_complete(http_reader *r)
{
    struct http_message *m = &r->message;

    /* with the copy of the path */
    buf_reserve(&r->head, r->fields_at + 2);
    find_fields(r);
    m->method = r->head.data;
    m->target = r->head.data + r->method_len + 1;
    if (!find_length(r) || !find_host(r))
        return false;
    m->keep_alive = stays(r);
    end_texts(r);
    m->is_head = !strcmp(m->method, "HEAD");
    if (!find_path(r) || !find_expectation(r))
        return false;
    r->phase = AT_BODY;
    return true;
}

/* ---- bytes to lines ---- */

/* Takes bytes up to the line's end, as far as they are there. Returns whether it is complete. */
static bool reader_take_line(struct buf *line, const char *bytes, size_t len, size_t *used)
{
    const char *end = memchr(bytes, '\n', len);

    *used = end ? (size_t)(end - bytes) + 1 : len;
    buf_add(line, bytes, *used);
    return end;
}

static bool start_complete(http_reader *r)
{
    if (!check_line(r, r->head.data, r->head.len))
        return false;
    if (r->head.len == 2) {
        /* RFC 9112, section 2.2: one that an old client sends after a body */
        if (r->blank)
            return reader_refuse(r, 400, "The request line is empty");
        r->blank = true;
        buf_reset(&r->head);
        return true;
    }
    if (!read_request_line(r, r->head.data, r->head.len))
        return false;
    r->fields_at = r->line_at = r->head.len;
    r->phase = IN_FIELDS;
    return true;
}

static bool read_start(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    size_t room = r->limits.line - r->head.len;
    bool complete;

    /* TLS and the like: nothing to wait for */
    if (!r->head.len && len && !http_is_token((unsigned char)bytes[0]) && bytes[0] != '\r')
        return reader_refuse(r, 400, "This is no request of HTTP/1.1");
    complete = reader_take_line(&r->head, bytes, len < room ? len : room, used);
    if (!complete && r->head.len >= r->limits.line)
        return reader_refuse(r, 414, "The request line is too long");
    return !complete || start_complete(r);
}

static bool field_complete(http_reader *r)
{
    const char *line = r->head.data + r->line_at;
    size_t len = r->head.len - r->line_at;
    struct http_field field;

    if (!check_line(r, line, len))
        return false;
    if (len == 2)
        return head_complete(r);
    if (!read_field_line(r, line, len, &field))
        return false;
    if (r->lines == r->limits.fields)
        return reader_refuse(r, 431, "There are too many header lines");
    MEM_GROW(r->places, r->lines, r->place_room);
    r->places[r->lines++] = (struct field_place){.name = r->line_at,
                                                 .name_len = field.name_len,
                                                 .value = (size_t)(field.value - r->head.data),
                                                 .value_len = field.value_len};
    r->line_at = r->head.len;
    return true;
}

static bool reader_read_field(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    size_t room = r->limits.head - (r->head.len - r->fields_at);
    bool complete = reader_take_line(&r->head, bytes, len < room ? len : room, used);

    if (!complete && r->head.len - r->fields_at >= r->limits.head)
        return reader_refuse(r, 431, "The header lines are too long");
    return !complete || field_complete(r);
}

/* ---- the body ---- */

/* Of the body, or of its chunk. */
static void take_bytes(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    *used = r->left < len ? (size_t)r->left : len;
    buf_add(&r->message.body, bytes, *used);
    r->left -= *used;
}

static bool reader_read_plain(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    take_bytes(r, bytes, len, used);
    if (!r->left)
        r->phase = AT_END;
    return true;
}

static bool chunk_line_complete(http_reader *r)
{
    if (!check_line(r, r->line.data, r->line.len) || !read_chunk_size(r, r->line.data, r->line.len))
        return false;
    if (r->left > r->most_body - r->message.body.len)
        return reader_refuse(r, 413, "The body is too large");
    r->phase = r->left ? IN_CHUNK : IN_TRAILERS;
    buf_reset(&r->line);
    return true;
}

static bool read_chunk_line(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    size_t room = MOST_CHUNK_LINE - r->line.len;
    bool complete = reader_take_line(&r->line, bytes, len < room ? len : room, used);

    if (!complete && r->line.len >= MOST_CHUNK_LINE)
        return reader_refuse(r, 400, "A chunk has no good size");
    return !complete || chunk_line_complete(r);
}

static bool read_chunk(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    take_bytes(r, bytes, len, used);
    if (!r->left)
        r->phase = AFTER_CHUNK;
    return true;
}

static bool read_chunk_end(http_reader *r, const char *bytes, size_t *used)
{
    char want = r->line.len ? '\n' : '\r';

    if (*bytes != want)
        return reader_refuse(r, 400, "A chunk does not end where its size says");
    *used = 1;
    buf_addc(&r->line, want);
    if (r->line.len == 1)
        return true;
    buf_reset(&r->line);
    r->phase = AT_CHUNK;
    return true;
}

/* Trailers are read and forgotten: RFC 9110, section 6.5.1. */
static bool trailer_complete(http_reader *r)
{
    size_t len = r->line.len;
    struct http_field ignored;

    if (!check_line(r, r->line.data, len) ||
        (len > 2 && !read_field_line(r, r->line.data, len, &ignored)))
        return false;
    if (len == 2)
        r->phase = AT_END;
    r->trailers += len;
    buf_reset(&r->line);
    return true;
}

static bool read_trailer(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    size_t room = r->limits.head - r->trailers - r->line.len;
    bool complete = reader_take_line(&r->line, bytes, len < room ? len : room, used);

    if (!complete && r->trailers + r->line.len >= r->limits.head)
        return reader_refuse(r, 431, "The trailers are too long");
    return !complete || trailer_complete(r);
}

static bool body_begins(http_reader *r)
{
    r->phase = r->chunked ? AT_CHUNK : r->left ? IN_BODY : AT_END;
    return true;
}

/* One line or stretch; at least a byte of it, but for AT_BODY. */
static bool read_some(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    *used = 0;
    switch (r->phase) {
    case AT_START: return read_start(r, bytes, len, used);
    case IN_FIELDS: return reader_read_field(r, bytes, len, used);
    case AT_BODY: return body_begins(r);
    case IN_BODY: return reader_read_plain(r, bytes, len, used);
    case AT_CHUNK: return read_chunk_line(r, bytes, len, used);
    case IN_CHUNK: return read_chunk(r, bytes, len, used);
    case AFTER_CHUNK: return read_chunk_end(r, bytes, used);
    case IN_TRAILERS: return read_trailer(r, bytes, len, used);
    case AT_END:
    case IS_REFUSED: break;
    }
    return false;
}

enum http_progress http_reader_feed(http_reader *r, const char *bytes, size_t len, size_t *used)
{
    size_t at = 0;

    assert(r->phase != AT_END);
    *used = 0;
    while (r->phase != IS_REFUSED && (at < len || r->phase == AT_BODY)) {
        size_t some;

        read_some(r, bytes + at, len - at, &some);
        at += some;
        *used = at;
        if (r->phase == AT_BODY)
            return HTTP_HEAD_READ;
        if (r->phase == AT_END)
            return HTTP_COMPLETE;
    }
    return r->phase == IS_REFUSED ? HTTP_REFUSED : HTTP_INCOMPLETE;
}

/* ---- the reader ---- */

static size_t reader_limit_of(size_t given, size_t usual, size_t most)
{
    if (!given)
        given = usual;
    return given < most ? given : most;
}

static void start_over(http_reader *r)
{
    r->phase = AT_START;
    r->blank = r->chunked = false;
    r->lines = r->trailers = 0;
    r->most_body = r->limits.body;
    r->message.field_count = 0;
    r->message.is_head = r->message.keep_alive = r->message.expects = false;
}

http_reader *http_reader_new(const struct http_limits *limits)
{
    http_reader *r = mem_calloc(1, sizeof *r);

    r->limits.line = reader_limit_of(limits->line, 8 * KIB, MOST_LINE);
    r->limits.head = reader_limit_of(limits->head, 32 * KIB, MOST_HEAD);
    r->limits.fields = reader_limit_of(limits->fields, 100, MOST_HEAD);
    r->limits.body = reader_limit_of(limits->body, 4 * KIB * KIB, SIZE_MAX / 2);
    start_over(r);
    return r;
}

void http_reader_free(http_reader *r)
{
    if (!r)
        return;
    buf_clear(&r->head);
    buf_clear(&r->line);
    buf_clear(&r->message.body);
    mem_free(r->message.fields);
    mem_free(r->places);
    mem_free(r);
}

static void reader_forget(struct buf *b)
{
    if (b->cap > KEPT)
        buf_clear(b);
    else
        buf_reset(b);
}

void http_reader_next(http_reader *r)
{
    reader_forget(&r->head);
    reader_forget(&r->line);
    reader_forget(&r->message.body);
    start_over(r);
}

struct http_message *http_reader_message(http_reader *r)
{
    return &r->message;
}

bool http_reader_limit_body(http_reader *r, size_t most)
{
    assert(r->phase == AT_BODY);
    if (!r->chunked && r->left > most)
        return false;
    r->most_body = most < r->limits.body ? most : r->limits.body;
    return true;
}

bool http_reader_has_begun(const http_reader *r)
{
    return r->phase != AT_START || r->head.len;
}

bool http_reader_in_body(const http_reader *r)
{
    return r->phase > IN_FIELDS && r->phase < AT_END;
}

int http_reader_status(const http_reader *r)
{
    return r->status;
}

const char *http_reader_why(const http_reader *r)
{
    return r->why;
}
