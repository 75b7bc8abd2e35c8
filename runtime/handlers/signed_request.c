/*
 * Requests to services of AWS and to APIs, signed with the keys that own_keys.h finds. They
 * never go to link-local addresses, where a cloud machine's own credentials are to be had, unless
 * the options allow it.
 */
#include "runtime/handlers/roles.h"

#include "parsers/base/arena.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/aws/cluster_token.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/clock.h"
#include "runtime/handlers/advice.h"

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

static void sign_request(handlers *h, const struct signed_request *q, const struct sigv4_keys *keys,
                         const char *path, const char *query, struct sigv4_header *headers,
                         size_t count, struct buf *lines)
{
    const char *region = q->region ? q->region : handlers_region(h);
    struct sigv4_signed s;

    if (q->signed_ms)
        *q->signed_ms = clock_steady_ms();
    if (!h->signer)
        h->signer = sigv4_signer_new();
    if (q->cluster) {
        struct buf token = {0};
        buf_adds(&token, "Bearer ");
        cluster_token_write(&token, h->signer, q->cluster, region, keys, clock_wall_ms());
        http_header_add_plain(lines, "Authorization", buf_str(&token));
        buf_clear(&token);
        return;
    }
    sigv4_sign(h->signer,
               &(struct sigv4_request){.method = q->method,
                                       .path = path,
                                       .query = query,
                                       .headers = headers,
                                       .header_count = count,
                                       .body = q->body.data,
                                       .body_len = q->body.len,
                                       .path_as_is = q->s3},
               keys, &(struct sigv4_scope){region, q->service, clock_wall_ms()}, q->s3, &s);
    /* As they stand: it is what was signed. */
    http_header_add_plain(lines, "X-Amz-Date", s.date);
    if (q->s3)
        http_header_add_plain(lines, "X-Amz-Content-Sha256", s.body_hash);
    if (s.session_token)
        http_header_add_plain(lines, "X-Amz-Security-Token", s.session_token);
    http_header_add_plain(lines, "Authorization", buf_str(&s.authorization));
    sigv4_signed_clear(&s);
}

/*
 * Headers go in two forms: as pairs to be signed, and as lines to be sent. Both must be the same
 * bytes, or the signature does not hold.
 */
static http_transfer *sign_and_send(handlers *h, struct signed_request *q,
                                    const struct sigv4_keys *keys, http_done *done, void *user,
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
    bool anywhere = q->keyless || q->keys_optional;
    bool typed = false, hosted = false, good = http != NULL;

    if (!http_sends_body(q->method)) /* or the signature would be that of another request */
        buf_clear(&q->body);
    for (size_t i = 0; i < q->header_count; i++) {
        headers[i] = q->headers[i];
        http_header_add_plain(&lines, headers[i].name, headers[i].value);
        typed = typed || !strcasecmp(headers[i].name, "Content-Type");
        hosted = hosted || !strcasecmp(headers[i].name, "Host");
    }
    if (!hosted) {
        headers[q->header_count] = (struct sigv4_header){"Host", host_text};
        http_header_add_plain(&lines, "Host", host_text);
    }
    /* curl would say that it is a form */
    if (!typed)
        buf_add(&lines, "Content-Type:", sizeof "Content-Type:");
    if (good && q->service)
        sign_request(h, q, keys, path, *question == '?' ? question + 1 : NULL, headers,
                     q->header_count + !hosted, &lines);
    if (good) {
        struct http_request r = {
            .method = q->method,
            .url = q->url,
            .headers = lines,
            .body = q->body,
            .timeout_ms = q->timeout_ms,
            .ca = q->ca,
            .max_body = q->max_body ? q->max_body : h->options.max_output,
            .direct = q->keyless || endpoints_url_is_loopback(q->url),
            .allow = h->options.allow_link_local || anywhere ? NULL : no_link_local,
            .allow_name = anywhere ? NULL : no_link_local_name,
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

/* ---- waiting for keys ---- */

/* The clock of a request that waits for keys, which takes from the time that it has. It is apart,
 * as libuv needs it a little longer than the request is there. */
struct key_clock {
    uv_timer_t timer;
    handlers *h;
    signed_send *send;
};

struct signed_send {
    struct role_wait wait; /* first */
    handlers *h;
    struct signed_request request; /* while it waits; its texts are in the arena */
    struct arena texts;
    struct key_clock *clock; /* while it waits; NULL: it has any time */
    int64_t until_ms;        /* by clock_steady_ms: when its time is over */
    http_done *done;
    void *user;
    http_transfer *transfer; /* NULL: it waits for the keys */
    bool of_role;            /* the keys are those of a Task's role */
    bool named;              /* the keys are those of a profile that the environment names */
};

static void key_clock_closed(uv_handle_t *timer)
{
    struct key_clock *c = timer->data;

    c->h->open--;
    mem_free(c);
}

static void key_clock_stop(signed_send *s)
{
    if (s->clock)
        uv_close((uv_handle_t *)&s->clock->timer, key_clock_closed);
    s->clock = NULL;
}

/* Keys that were good when the wait began need not be so at its first end: then all of the time is
 * waited, as without keys. */
static void key_clock_on_timer(uv_timer_t *timer)
{
    struct key_clock *c = timer->data;
    signed_send *s = c->send;
    int64_t left_ms = s->until_ms - clock_steady_ms();

    if (left_ms > 0 && !role_has_good(&s->wait))
        uv_timer_start(timer, key_clock_on_timer, (uint64_t)left_ms, 0);
    else
        role_give_up(&s->wait, s->request.timeout_ms);
}

static void key_clock_start(signed_send *s)
{
    struct key_clock *c = mem_calloc(1, sizeof *c);

    c->h = s->h;
    c->send = s;
    c->h->open++;
    uv_timer_init(s->h->loop, &c->timer);
    c->timer.data = c;
    uv_timer_start(&c->timer, key_clock_on_timer,
                   (uint64_t)role_patience_ms(&s->wait, s->request.timeout_ms), 0);
    s->clock = c;
}

static void signed_send_free(signed_send *s)
{
    key_clock_stop(s);
    buf_clear(&s->request.body);
    arena_clear(&s->texts);
    mem_free(s);
}

static const char *keep_text(signed_send *s, const char *text)
{
    return text ? arena_strndup(&s->texts, text, strlen(text)) : NULL;
}

/* Who sends a request need not keep it, so while the keys are awaited all of it is ours. It is
 * signed only then, as a signature holds for a few minutes. */
static void keep_request(signed_send *s, struct signed_request *q)
{
    struct sigv4_header *headers = arena_calloc(&s->texts, q->header_count + 1, sizeof *headers);

    for (size_t i = 0; i < q->header_count; i++)
        headers[i] = (struct sigv4_header){keep_text(s, q->headers[i].name),
                                           keep_text(s, q->headers[i].value)};
    s->request = *q;
    q->body = (struct buf){0};
    s->request.of = NULL;
    s->request.plan = NULL;
    s->request.by = NULL;
    s->request.headers = headers;
    s->request.method = keep_text(s, q->method);
    s->request.url = keep_text(s, q->url);
    s->request.service = keep_text(s, q->service);
    s->request.region = keep_text(s, q->region);
    s->request.cluster = keep_text(s, q->cluster);
    s->request.ca = keep_text(s, q->ca);
}

static void signed_send_answered(void *user, struct http_response *r)
{
    signed_send *s = user;
    http_done *done = s->done;
    void *whose = s->user;

    signed_send_free(s);
    done(whose, r);
}

static bool goes_without(const signed_send *s, struct signed_request *q, const char *why,
                         const struct sigv4_keys **keys);

static void signed_send_keys_came(struct role_wait *wait, const struct sigv4_keys *keys,
                                  const char *no_keys)
{
    signed_send *s = (signed_send *)wait;
    struct diag why = {0};

    key_clock_stop(s);
    bool late = false;
    if (s->request.timeout_ms) {
        int64_t left_ms = s->until_ms - clock_steady_ms();
        late = left_ms < 1;
        s->request.timeout_ms = late ? 1 : left_ms; /* 0 would be no bound */
    }
    if (keys || (!late && goes_without(s, &s->request, no_keys, &keys)))
        s->transfer = sign_and_send(s->h, &s->request, keys, signed_send_answered, s, &why);
    if (!s->transfer) {
        void (*tell)(void *user, bool of_role, const char *why) = s->request.no_keys;
        bool of_role = s->of_role;
        void *whose = s->user;

        signed_send_free(s);
        tell(whose, of_role, no_keys ? no_keys : why.text);
    }
    diag_clear(&why);
}

/* ---- whose keys ---- */

/* Emulators want a signature, but don't look at it. */
static const struct sigv4_keys test_keys = {"test", "test", NULL};

/* Returns whether an emulator is no reason to ask for keys of ours: STS may be the real one then. A
 * program is on this machine, but a default profile isn't meant for emulators either. */
static bool is_asked_for(const struct key_plan *plan, const struct key_source *s)
{
    return s->way == KEY_OF_ROLE || s->way == KEY_BY_TOKEN ||
           (s->way == KEY_BY_PROCESS && !plan->profile);
}

/* Writes why our keys can't be had for a service on this machine; nothing where none are set up. */
static void say_no_keys(const struct key_plan *plan, struct buf *out)
{
    const struct key_source *s = plan->source;

    if (plan->wrong)
        buf_adds(out, plan->wrong);
    else if (s && s->profile)
        buf_printf(out, "those of the profile '%s'", s->profile);
    else if (s)
        buf_adds(out, "those of AWS_WEB_IDENTITY_TOKEN_FILE");
    else if (plan->profile)
        buf_printf(out,
                   "the profile '%s', which %s names, has no keys, no role_arn and no "
                   "credential_process",
                   plan->profile, plan->profile_by);
    if (s && !plan->wrong)
        buf_printf(out,
                   " have to be asked for, which is not done for a service on this machine "
                   "unless %s",
                   s->way == KEY_BY_PROCESS ? "AWS_PROFILE names the profile"
                                            : "--endpoint sts=URL says where its STS is");
}

/* Writes whose keys a service on this machine gets instead; `simple` NULL: none of ours. */
static void say_keys_instead(const struct key_source *simple, struct buf *out)
{
    if (!simple)
        buf_adds(out, "the keys 'test' and 'test'");
    else if (simple->profile)
        buf_printf(out, "the keys in the profile '%s'", simple->profile);
    else
        buf_adds(out, "those in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

/* Every call would tell the same. */
static void tell_of_keys(handlers *h, const char *line)
{
    if (h->told_of_keys && !strcmp(h->told_of_keys, line))
        return;
    mem_free(h->told_of_keys);
    h->told_of_keys = mem_strdup(line);
    handlers_log(h, NULL, "%s", line);
}

/*
 * An emulator gets keys that nobody looks at where ours can't be had: that, and a mistake in the
 * user's files, is told all the same, once, or it would be found where a real service is asked.
 */
static const struct sigv4_keys *keys_for_emulator(handlers *h, const struct key_plan *plan)
{
    const struct key_source *simple = plan->wrong ? NULL : plan->simple;
    struct buf why = {0}, line = {0};

    say_no_keys(plan, &why);
    if (why.len) {
        buf_printf(&line, "no AWS credentials: %s; a service on this machine gets ", buf_str(&why));
        say_keys_instead(simple, &line);
    }
    if (line.len)
        tell_of_keys(h, buf_str(&line));
    buf_clear(&why);
    buf_clear(&line);
    return simple ? &simple->keys : &test_keys;
}

/* Returns our own keys where they are at hand; else NULL: then *asked is who is asked for them, or
 * there are none and *why says so. For a service of this machine, which is an emulator, nobody is
 * asked as long as it has no STS, and any keys will do, unless the profile that is asked for by
 * name is at fault. */
static const struct sigv4_keys *own_keys_for(handlers *h, const struct signed_request *q,
                                             const struct key_plan *plan,
                                             const struct key_source **asked, struct diag *why)
{
    const struct key_source *s = q->by ? q->by : plan->source;

    *asked = NULL;
    if (s && s->way == KEY_AT_HAND)
        return &s->keys;
    if (s && !(q->test_keys && is_asked_for(plan, s) && !roles_are_assumed(h, true))) {
        *asked = s;
        return NULL;
    }
    if (q->test_keys && !(plan->wrong && plan->profile && !plan->not_done))
        return keys_for_emulator(h, plan);
    if (plan->wrong)
        diag_set(why, "NO_KEYS", 0, "Unable to load AWS credentials: %s", plan->wrong);
    else if (plan->profile)
        diag_set(why, "NO_KEYS", 0,
                 "Unable to load AWS credentials: the profile '%s', which %s names, has no "
                 "keys, no role_arn and no credential_process",
                 plan->profile, plan->profile_by);
    else
        diag_set(why, "NO_KEYS", 0,
                 "Unable to load AWS credentials: set AWS_ACCESS_KEY_ID and "
                 "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
    return NULL;
}

struct key_plan *handlers_key_plan(handlers *h)
{
    if (!h->own_keys)
        h->own_keys = own_keys_new();
    return own_keys_find(h->own_keys, h->options.credentials, clock_steady_ms());
}

static struct key_plan *plan_for(handlers *h, const struct signed_request *q)
{
    if (!q->plan)
        return handlers_key_plan(h);
    q->plan->refs++;
    return q->plan;
}

/*
 * Our keys can't be had, and `why` says so. Returns whether the request goes all the same: *keys
 * then sign it, or it has become one without a signature. A role that the Task itself names is not
 * done without, nor is a profile that the environment names, unless nobody needs a signature.
 */
static bool goes_without(const signed_send *s, struct signed_request *q, const char *why,
                         const struct sigv4_keys **keys)
{
    static const char head[] = "Unable to load AWS credentials: ";
    bool test = q->test_keys && !s->named;
    struct buf line = {0};

    if (s->of_role || !(test || q->keys_optional))
        return false;
    buf_printf(&line, "no AWS credentials: %s; %s",
               text_begins_with(why, head) ? why + strlen(head) : why,
               test ? "a service on this machine gets the keys 'test' and 'test'"
                    : "the Lambda endpoint is asked without a signature");
    tell_of_keys(s->h, buf_str(&line));
    buf_clear(&line);
    if (test)
        *keys = &test_keys;
    else
        q->service = NULL;
    return true;
}

/* Sends it, or waits for its keys. Returns false with *why filled when neither can be. */
static bool send_or_wait(signed_send *s, struct signed_request *q, struct key_plan *plan,
                         struct diag *why)
{
    const struct task_call *of = q->of;
    struct role_ask ask = {0};
    const struct sigv4_keys *keys = NULL;
    enum role_found found = ROLE_FOUND;
    struct sigv4_keys kept;

    if (s->of_role) {
        ask = (struct role_ask){
            .role = of->role, .own_role = of->own_role, .execution = of->execution};
    } else if (plan) {
        keys = own_keys_for(s->h, q, plan, &ask.source, why);
        ask.plan = plan;
        s->named = plan->profile != NULL;
        bool none = !plan->wrong && !plan->profile;
        if (!keys && !ask.source && q->keys_optional && none)
            q->service = NULL; /* nobody expects a signature who has set up no keys */
        else if (!keys && !ask.source && !goes_without(s, q, why->text, &keys))
            return false;
    }
    if (s->of_role || ask.source) {
        found = role_find(s->h, &ask, &s->wait, &kept, why);
        keys = &kept;
    }
    if (found == ROLE_NOT_ASKED && goes_without(s, q, why->text, &keys))
        found = ROLE_FOUND;
    if (found == ROLE_AWAITED) {
        keep_request(s, q);
        if (q->timeout_ms)
            key_clock_start(s);
    } else if (found == ROLE_FOUND) {
        s->transfer = sign_and_send(s->h, q, keys, signed_send_answered, s, why);
    }
    return found == ROLE_AWAITED || s->transfer;
}

/* A run would look as if the role had worked. */
static void say_role_left_out(handlers *h, const struct task_call *of)
{
    advice_once(h, of->execution,
                "the role %s of a Task is not assumed, as its service is on this machine and "
                "nothing like --endpoint sts=URL says where STS is: our own keys sign the request",
                of->role);
}

signed_send *send_signed(handlers *h, struct signed_request *q, http_done *done, void *user,
                         struct diag *why)
{
    signed_send *s = mem_calloc(1, sizeof *s);
    struct key_plan *plan = NULL;

    if (!q->region && q->of)
        q->region = q->of->region;

    s->h = h;
    s->until_ms = clock_steady_ms() + q->timeout_ms;
    s->done = done;
    s->user = user;
    s->wait.done = signed_send_keys_came;
    bool role = q->of && q->of->role && q->service;
    s->of_role = role && roles_are_assumed(h, q->test_keys);
    if (role && !s->of_role)
        say_role_left_out(h, q->of);
    if (q->service && !s->of_role)
        plan = plan_for(h, q);
    bool good = send_or_wait(s, q, plan, why);
    key_plan_unref(plan);
    buf_clear(&q->body);
    if (good)
        return s;
    signed_send_free(s);
    return NULL;
}

bool signed_send_is_out(const signed_send *s)
{
    return s->transfer != NULL;
}

void signed_send_cancel(signed_send *s)
{
    role_leave(&s->wait);
    if (s->transfer)
        http_client_cancel(s->transfer);
    signed_send_free(s);
}
