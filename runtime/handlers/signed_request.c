/*
 * Requests to services of AWS and to APIs, signed with the keys that credentials.h finds. They
 * never go to link-local addresses, where a cloud machine's own credentials are to be had, unless
 * the options allow it.
 */
#include "runtime/handlers/handlers_impl.h"

#include "parsers/base/mem.h"
#include "runtime/aws/credentials.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/clock.h"

#include <string.h>
#include <strings.h>

static bool no_link_local(void *user, const struct sockaddr *address)
{
    (void)user;
    return !endpoints_address_is_link_local(address);
}

static bool no_link_local_name(void *user, const char *host)
{
    (void)user;
    return !endpoints_name_is_link_local(host);
}

static bool sign_request(handlers *h, const struct signed_request *q, const char *path,
                         const char *query, struct sigv4_header *headers, size_t count,
                         struct buf *lines, struct diag *why)
{
    const char *region = q->region ? q->region : handlers_region(h);
    struct sigv4_keys keys;
    credentials *file = NULL;
    struct sigv4_signed s;

    if (!credentials_own(h->options.credentials, &file, &keys)) {
        /* Emulators want a signature, but don't look at it. */
        keys = (struct sigv4_keys){"test", "test", NULL};
        if (!q->test_keys) {
            credentials_free(file);
            diag_set(why, "NO_KEYS", 0,
                     "Unable to load AWS credentials: set AWS_ACCESS_KEY_ID and "
                     "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
            return false;
        }
    }
    sigv4_sign(&(struct sigv4_request){.method = q->method,
                                       .path = path,
                                       .query = query,
                                       .headers = headers,
                                       .header_count = count,
                                       .body = q->body.data,
                                       .body_len = q->body.len,
                                       .path_as_is = q->s3},
               &keys, &(struct sigv4_scope){region, q->service, clock_wall_ms()}, q->s3, &s);
    /* As they stand: it is what was signed. */
    http_header_add_plain(lines, "X-Amz-Date", s.date);
    if (q->s3)
        http_header_add_plain(lines, "X-Amz-Content-Sha256", s.body_hash);
    if (s.session_token)
        http_header_add_plain(lines, "X-Amz-Security-Token", s.session_token);
    http_header_add_plain(lines, "Authorization", buf_str(&s.authorization));
    sigv4_signed_clear(&s);
    credentials_free(file);
    return true;
}

/*
 * Headers go in two forms: as pairs to be signed, and as lines to be sent. Both must be the same
 * bytes, or the signature does not hold.
 */
http_transfer *send_signed(handlers *h, struct signed_request *q, http_done *done, void *user,
                           struct diag *why)
{
    http_client *http = handlers_client(h, why);
    const char *begin = strstr(q->url, "://") + 3;
    size_t name_len = strcspn(begin, "/?#@");
    const char *host = begin[name_len] == '@' ? begin + name_len + 1 : begin;
    size_t host_len = strcspn(host, "/?#");
    size_t path_len = strcspn(host + host_len, "?#");
    const char *question = host + host_len + path_len;
    char *host_text = mem_strndup(host, host_len);
    char *path = path_len ? mem_strndup(host + host_len, path_len) : mem_strdup("/");
    struct sigv4_header *headers = mem_calloc(q->header_count + 1, sizeof *headers);
    struct buf lines = {0};
    http_transfer *t = NULL;
    bool typed = false, good = http != NULL;

    for (size_t i = 0; i < q->header_count; i++) {
        headers[i] = q->headers[i];
        http_header_add_plain(&lines, headers[i].name, headers[i].value);
        typed = typed || !strcasecmp(headers[i].name, "Content-Type");
    }
    headers[q->header_count] = (struct sigv4_header){"Host", host_text};
    http_header_add_plain(&lines, "Host", host_text);
    /* curl would say that it is a form */
    if (!typed)
        buf_add(&lines, "Content-Type:", sizeof "Content-Type:");
    if (good && q->service)
        good = sign_request(h, q, path, *question == '?' ? question + 1 : NULL, headers,
                            q->header_count + 1, &lines, why);
    if (good) {
        struct http_request r = {
            .method = q->method,
            .url = q->url,
            .headers = lines,
            .body = q->body,
            .timeout_ms = q->timeout_ms,
            .max_body = h->options.max_output,
            .allow = h->options.allow_link_local ? NULL : no_link_local,
            .allow_name = no_link_local_name,
        };
        lines = (struct buf){0};
        q->body = (struct buf){0};
        t = http_client_send(http, &r, done, user);
    }
    buf_clear(&lines);
    buf_clear(&q->body);
    mem_free(headers);
    mem_free(host_text);
    mem_free(path);
    return t;
}
