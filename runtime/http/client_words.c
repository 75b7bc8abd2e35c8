/*
 * Why a request got no answer, in words. They are those of the HTTP client in AWS's SDK for Java,
 * as far as curl tells the cases apart: they stand in causes of Tasks, which a definition may look
 * at.
 */
#include "runtime/http/client_impl.h"

#include "parsers/base/count.h"

#include <string.h>
#include <strings.h>

/* CURLE_TOO_LARGE, which headers before curl 8.6 have not: the library may be a newer one. */
enum { NEWER_TOO_LARGE = 100 };

/* "host:port" of the transfer's URL. */
static void add_peer(struct buf *out, const struct http_transfer *t)
{
    const struct curl_library *curl = t->client->curl;
    CURLU *url = curl->url();
    char *text = NULL, *host = NULL, *port = NULL;

    curl->easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &text);
    if (url && text && !curl->url_set(url, CURLUPART_URL, text, 0) &&
        !curl->url_get(url, CURLUPART_HOST, &host, 0) &&
        !curl->url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        buf_printf(out, "%s:%s", host, port);
    else
        buf_adds(out, text ? text : "the server");
    curl->free(host);
    curl->free(port);
    curl->url_cleanup(url);
}

void http_client_add_host(struct buf *out, const struct http_transfer *t)
{
    add_peer(out, t);
    while (out->len && out->data[out->len - 1] != ':')
        out->len--;
    if (out->len)
        out->len--;
}

/*
 * Adds why there is no TLS. libcurl has the words of its library, such as "OpenSSL/3.0: error:
 * 0A00010B:SSL routines::wrong version number": the last part is what a person can read, and that
 * one means in practice that the other side speaks no TLS at all.
 */
static void client_add_tls_failure(struct buf *out, const struct http_transfer *t)
{
    static const char *const of_plain_http[] = {"wrong version number", "packet length too long",
                                                "record layer failure", "http request"};
    static const char routines[] = "routines::";
    const char *text =
        t->error[0] ? t->error : t->client->curl->easy_strerror(CURLE_SSL_CONNECT_ERROR);
    const char *last = strstr(text, routines);

    buf_adds(out, "Connect to ");
    add_peer(out, t);
    buf_printf(out, " failed: no TLS: %s", last ? last + strlen(routines) : text);
    for (size_t i = 0; i < COUNT(of_plain_http); i++)
        if (strstr(text, of_plain_http[i])) {
            buf_adds(out, " (does it speak http, not https?)");
            break;
        }
}

static bool client_is_plain(const struct http_transfer *t)
{
    char *url = NULL;

    t->client->curl->easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
    return url && !strncasecmp(url, "http:", 5);
}

enum http_outcome http_client_explain(struct http_transfer *t, CURLcode code, struct buf *out)
{
    long os_error = 0;

    if (t->too_large) {
        buf_printf(out, "The answer has more than %zu bytes",
                   t->header_bytes > MAX_HEADER_BYTES ? (size_t)MAX_HEADER_BYTES : t->max_body);
        return HTTP_TOO_LARGE;
    }
    /* So curl calls a line of the head that is longer than it takes; of our own memory nothing
     * fails. */
    if ((code == CURLE_OUT_OF_MEMORY || (int)code == NEWER_TOO_LARGE) && t->sent &&
        !t->answer.len) {
        buf_adds(out, "The answer has too long a header");
        return HTTP_TOO_LARGE;
    }
    /* So curl calls a trailer of more than 4 KiB. */
    if (strstr(t->error, "Out of memory in chunked-encoding")) {
        buf_adds(out, "The answer has too long a trailer");
        return HTTP_TOO_LARGE;
    }
    if (t->refused) {
        buf_adds(out, "Connect to ");
        add_peer(out, t);
        buf_adds(out, " failed: this address is not allowed");
        return HTTP_UNREACHED;
    }
    if (code == CURLE_COULDNT_RESOLVE_HOST) {
        http_client_add_host(out, t);
        buf_adds(out, ": Name or service not known");
        return HTTP_UNREACHED;
    }
    if (code == CURLE_COULDNT_CONNECT || (code == CURLE_OPERATION_TIMEDOUT && !t->sent)) {
        t->client->curl->easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_error);
        buf_adds(out, "Connect to ");
        add_peer(out, t);
        buf_printf(out, " failed: %s",
                   code == CURLE_OPERATION_TIMEDOUT ? "connect timed out"
                   : os_error                       ? strerror((int)os_error)
                                                    : "no connection");
        return HTTP_UNREACHED;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        add_peer(out, t);
        buf_printf(out, " did not answer within %lld.%02lld seconds",
                   (long long)(t->timeout_ms / 1000), (long long)(t->timeout_ms % 1000 / 10));
        return HTTP_TIMED_OUT;
    }
    if (code == CURLE_GOT_NOTHING || code == CURLE_PARTIAL_FILE) {
        add_peer(out, t);
        buf_adds(out, code == CURLE_GOT_NOTHING ? " failed to respond" : " cut its answer off");
        return HTTP_UNREACHED;
    }
    if (code == CURLE_SSL_CONNECT_ERROR) {
        client_add_tls_failure(out, t);
        return HTTP_UNREACHED;
    }
    add_peer(out, t);
    /* curl's poll(2) has seen a reset: a server of TLS sends one behind its alert. */
    if (code == CURLE_SEND_ERROR && strstr(t->error, "select/poll returned error"))
        buf_printf(out, " broke the connection off%s",
                   client_is_plain(t) ? " (does it speak https, not http?)" : "");
    else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
        buf_adds(out, " gave no answer of HTTP (does it speak https, not http?)");
    else
        /* A server of TLS that is spoken to in plain text may send a reset behind its alert. */
        buf_printf(out, ": %s%s", t->error[0] ? t->error : t->client->curl->easy_strerror(code),
                   code == CURLE_RECV_ERROR && !t->header_bytes && client_is_plain(t)
                       ? " (does it speak https, not http?)"
                       : "");
    return HTTP_UNREACHED;
}
