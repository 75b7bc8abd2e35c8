/*
 * The tokens of connections. As EventBridge does it, a token is asked for anew shortly before it
 * expires, and after an answer 401 or 407; the call that was refused fails, and its Retry finds the
 * new one. That a token can't be had is told to all who wait for it, and not kept: the next call
 * asks again.
 */
#include "runtime/handlers/oauth.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/percent.h"
#include "parsers/base/utf8.h"
#include "runtime/base/clock.h"
#include "runtime/handlers/invoke_request.h"
#include "runtime/http/message.h"

#include <string.h>
#include <strings.h>

enum { TOKEN_S = 3600, MAX_TOKEN_S = 24 * TOKEN_S, EARLY_MS = 60 * 1000, MAX_SHOWN = 200 };
enum { MIN_TELLING = 4 };

void oauth_forget(struct connection *c)
{
    if (c->token)
        mem_wipe(c->token, strlen(c->token));
    mem_free(c->token);
    c->token = NULL;
}

void oauth_refused(struct connection *c, unsigned number)
{
    if (c->token_number == number)
        oauth_forget(c);
}

void oauth_close(handlers *h)
{
    for (struct connection *c = h->connections; c; c = c->next) {
        if (c->token_request)
            signed_send_cancel(c->token_request);
        c->token_request = NULL;
    }
}

/* ---- who waits ---- */

void oauth_leave(struct oauth_wait *wait)
{
    wait_list_leave(&wait->waiter);
}

_Static_assert(offsetof(struct oauth_wait, waiter) == 0, "one who waits is a struct oauth_wait");

static void oauth_tell(struct connection *c, const char *why, bool late)
{
    struct oauth_wait *wait;

    wait_list_begin_telling(&c->waits);
    while ((wait = (struct oauth_wait *)wait_list_next(&c->waits)))
        wait->done(wait, why, late);
}

/* ---- the request ---- */

/* Returns whether a type of tokens is one that more than the token must be sent with. Servers have
 * many words for the other, "BearerToken", or none. */
static bool oauth_is_no_bearer(const char *type)
{
    static const char *const others[] = {"mac", "PoP", "DPoP", "N_A"};

    for (size_t i = 0; type && i < COUNT(others); i++)
        if (!strcasecmp(type, others[i]))
            return true;
    return false;
}

/* Keeps the token of an answer. Returns NULL, or why it has none that can be used. */
static const char *oauth_keep(struct connection *c, const json *body)
{
    const char *token = invoke_text(body, "access_token");
    const json *lives = invoke_member(body, "expires_in");
    double seconds = lives && json_is_number(lives) ? json_double_value(lives) : TOKEN_S;

    if (!token && !invoke_member(body, "access_token"))
        return "without an access_token";
    if (!token || !http_header_value_ok(token))
        return "its access_token can't stand in a header";
    if (oauth_is_no_bearer(invoke_text(body, "token_type")))
        return "its token_type is none that can be sent as Bearer";
    if (!(seconds >= 0 && seconds <= MAX_TOKEN_S))
        seconds = TOKEN_S;
    oauth_forget(c);
    c->token = mem_strdup(token);
    c->token_number++;
    /* early, so that it is good on the way */
    c->token_until_ms = clock_steady_ms() + (int64_t)(seconds * 1000) - EARLY_MS;
    return NULL;
}

/* What a server may say of a request without telling anything of it (RFC 6749, 5.2). */
static bool oauth_is_known_error(const char *error)
{
    static const char *const known[] = {"invalid_request",        "invalid_client",
                                        "invalid_grant",          "unauthorized_client",
                                        "unsupported_grant_type", "invalid_scope"};

    for (size_t i = 0; i < COUNT(known); i++)
        if (!strcmp(error, known[i]))
            return true;
    return false;
}

static bool oauth_is_plain(char c)
{
    return ascii_is_letter((unsigned char)c) || ascii_is_digit((unsigned char)c);
}

static bool has_ignoring_case(const char *text, const char *part, size_t len)
{
    for (; *text; text++)
        if (!strncasecmp(text, part, len))
            return true;
    return false;
}

/*
 * Servers escape what they echo as a form, as JSON, as HTML, or twice. None of these changes
 * letters and digits, so runs of them in the secret are looked for. A secret without a run that is
 * long enough to be told from other words could be anywhere.
 */
static bool oauth_may_tell_secret(const char *text, const char *secret)
{
    bool sure = false;
    size_t n;

    for (const char *p = secret; *p; p += n ? n : 1) {
        for (n = 0; oauth_is_plain(p[n]);)
            n++;
        if (n >= MIN_TELLING && has_ignoring_case(text, p, n))
            return true;
        sure = sure || n >= MIN_TELLING;
    }
    return !sure;
}

/*
 * What a refusal says in the members that OAuth has for it. A server that is being mended may show
 * what it was sent: other members and other bodies are not shown, nor what may tell of the secret.
 */
static void oauth_add_refusal(struct buf *out, const struct connection *c, const json *body)
{
    const char *error = invoke_text(body, "error"),
               *description = invoke_text(body, "error_description");
    size_t from = out->len;

    if (!error || (!oauth_is_known_error(error) && oauth_may_tell_secret(error, c->client_secret)))
        return;
    buf_adds(out, ": ");
    add_clean(out, error, utf8_cut(error, strlen(error), MAX_SHOWN));
    if (description && !oauth_may_tell_secret(description, c->client_secret)) {
        buf_adds(out, ": ");
        add_clean(out, description, utf8_cut(description, strlen(description), MAX_SHOWN));
    }
    for (size_t i = from; i < out->len; i++)
        if (out->data[i] == '\n')
            out->data[i] = ' ';
}

/* Where the token was asked for; a query and a user's name may be secrets. */
static void oauth_add_place(struct buf *out, const struct connection *c)
{
    const char *begin = strstr(c->token_url, "://") + 3;
    const char *at = begin + strcspn(begin, "/?#@");

    at = *at == '@' ? at + 1 : begin;
    buf_printf(out, "The connection's token endpoint, %.*s%.*s", (int)(begin - c->token_url),
               c->token_url, (int)strcspn(at, "?#"), at);
}

/* A token is good for a minute longer than it is given out; unless it was refused, it does while
 * there is no new one. */
static bool oauth_has_good(const struct connection *c)
{
    return c->token && clock_steady_ms() < c->token_until_ms + EARLY_MS;
}

static void token_came(void *user, struct http_response *r)
{
    struct connection *c = user;
    struct buf why = {0};
    json *body = r->outcome == HTTP_ANSWERED && r->body.len
                     ? json_parse(r->body.data, r->body.len, 0, NULL)
                     : NULL;

    c->token_request = NULL;
    if (r->outcome != HTTP_ANSWERED) {
        oauth_add_place(&why, c);
        buf_printf(&why, ": %s", r->error);
    } else {
        const char *lacks = oauth_keep(c, body);

        if (lacks) {
            oauth_add_place(&why, c);
            buf_printf(&why, ", answered with status %d", r->status);
        }
        if (lacks && r->status >= 200 && r->status < 300)
            buf_printf(&why, ", but %s", lacks);
        if (lacks) /* some refuse with a status that is good */
            oauth_add_refusal(&why, c, body);
    }
    json_unref(body);
    if (r->body.data)
        mem_wipe(r->body.data, r->body.len);
    oauth_tell(c, why.len && !oauth_has_good(c) ? buf_str(&why) : NULL,
               r->outcome == HTTP_TIMED_OUT);
    buf_clear(&why);
}

static bool token_ask(handlers *h, struct connection *c, int64_t timeout_ms, struct diag *why)
{
    struct sigv4_header type = {"Content-Type", "application/x-www-form-urlencoded"};
    struct signed_request s = {.method = "POST",
                               .url = c->token_url,
                               .headers = &type,
                               .header_count = 1,
                               .timeout_ms = timeout_ms};

    buf_adds(&s.body, "grant_type=client_credentials&client_id=");
    percent_encode(&s.body, c->client_id, strlen(c->client_id), false);
    buf_adds(&s.body, "&client_secret=");
    percent_encode(&s.body, c->client_secret, strlen(c->client_secret), false);
    if (c->scope) {
        buf_adds(&s.body, "&scope=");
        percent_encode(&s.body, c->scope, strlen(c->scope), false);
    }
    c->token_request = send_signed(h, &s, token_came, c, why);
    return c->token_request != NULL;
}

enum oauth_found oauth_find(handlers *h, struct connection *c, int64_t timeout_ms,
                            struct oauth_wait *wait, struct diag *why)
{
    if (!c->token_url || (c->token && clock_steady_ms() < c->token_until_ms))
        return OAUTH_FOUND;
    if (!c->token_request && !token_ask(h, c, timeout_ms, why))
        return OAUTH_NOT_ASKED;
    wait_list_add(&c->waits, &wait->waiter);
    return OAUTH_AWAITED;
}
