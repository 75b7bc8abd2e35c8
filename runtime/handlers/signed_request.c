/*
 * Requests to services of AWS and to APIs, signed with the keys that credentials.h finds. They
 * never go to link-local addresses, where a cloud machine's own credentials are to be had, unless
 * the options allow it.
 */
#include "runtime/handlers/roles.h"

#include "parsers/base/arena.h"
#include "parsers/base/mem.h"
#include "runtime/aws/credentials.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/clock.h"

#include <stdlib.h>
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

/* `role`: the keys of the Task's role; NULL: our own are looked for. */
static bool sign_request(handlers *h, const struct signed_request *q, const struct sigv4_keys *role,
                         const char *path, const char *query, struct sigv4_header *headers,
                         size_t count, struct buf *lines, struct diag *why)
{
    const char *region = q->region ? q->region : handlers_region(h);
    struct sigv4_keys keys;
    credentials *file = NULL;
    struct sigv4_signed s;

    if (role) {
        keys = *role;
    } else if (!credentials_own(h->options.credentials, &file, &keys)) {
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
    if (!h->signer)
        h->signer = sigv4_signer_new();
    sigv4_sign(h->signer,
               &(struct sigv4_request){.method = q->method,
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
static http_transfer *sign_and_send(handlers *h, struct signed_request *q,
                                    const struct sigv4_keys *role, http_done *done, void *user,
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
        good = sign_request(h, q, role, path, *question == '?' ? question + 1 : NULL, headers,
                            q->header_count + 1, &lines, why);
    if (good) {
        struct http_request r = {
            .method = q->method,
            .url = q->url,
            .headers = lines,
            .body = q->body,
            .timeout_ms = q->timeout_ms,
            .max_body = q->max_body ? q->max_body : h->options.max_output,
            .allow = h->options.allow_link_local || q->keyless ? NULL : no_link_local,
            .allow_name = q->keyless ? NULL : no_link_local_name,
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

struct signed_send {
    struct role_wait wait; /* first */
    handlers *h;
    struct signed_request request; /* while it waits; its texts are in the arena */
    struct arena texts;
    http_done *done;
    void *user;
    http_transfer *transfer; /* NULL: it waits for the keys */
    bool of_role;            /* the keys are those of a Task's role */
};

static void signed_send_free(signed_send *s)
{
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
    s->request.headers = headers;
    s->request.method = keep_text(s, q->method);
    s->request.url = keep_text(s, q->url);
    s->request.service = keep_text(s, q->service);
    s->request.region = keep_text(s, q->region);
}

static void signed_send_answered(void *user, struct http_response *r)
{
    signed_send *s = user;
    http_done *done = s->done;
    void *whose = s->user;

    signed_send_free(s);
    done(whose, r);
}

static void signed_send_keys_came(struct role_wait *wait, const struct sigv4_keys *keys,
                                  const char *no_keys)
{
    signed_send *s = (signed_send *)wait;
    struct diag why = {0};

    if (keys)
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

static bool keys_are_set(void)
{
    const char *access_key = getenv("AWS_ACCESS_KEY_ID"),
               *secret_key = getenv("AWS_SECRET_ACCESS_KEY");

    return access_key && *access_key && secret_key && *secret_key;
}

/* Who is asked for the keys of a request, and what that looks at. */
struct key_search {
    struct role_ask ask;
    struct credentials_role role;
    credentials *files[2];
    char *url;
};

static void key_search_clear(struct key_search *f)
{
    credentials_free(f->files[0]);
    credentials_free(f->files[1]);
    mem_free(f->url);
}

enum keys_are { KEYS_AT_HAND, KEYS_ASKED_FOR, KEYS_NOT_TO_BE_HAD };

/* An emulator takes any keys, so that for one a profile need not be complete. */
static enum keys_are keys_of_profile(struct key_search *f, bool local, struct diag *why)
{
    struct diag wrong = {0};
    enum credentials_found found = credentials_own_role(f->files, &f->role, &wrong);
    const struct credentials_role *r = &f->role;

    if (found == CREDENTIALS_WRONG && !local)
        diag_set(why, wrong.code, 0, "%s", wrong.text);
    diag_clear(&wrong);
    if (found != CREDENTIALS_ROLE)
        return found == CREDENTIALS_WRONG && !local ? KEYS_NOT_TO_BE_HAD : KEYS_AT_HAND;
    f->ask = (struct role_ask){.way = r->token_file ? ROLE_BY_TOKEN : ROLE_OF_PROFILE,
                               .role = r->role,
                               .token_file = r->token_file,
                               .session = r->session,
                               .external_id = r->external_id,
                               .keys = r->token_file ? NULL : &r->keys};
    return KEYS_ASKED_FOR;
}

/* The order is that of AWS's SDKs: keys in the environment, a profile's role, a web identity token,
 * keys in files, a container's server. */
static enum keys_are find_own_keys(handlers *h, const struct signed_request *q,
                                   struct key_search *f, struct diag *why)
{
    struct sigv4_keys keys;
    credentials *file = NULL;
    enum keys_are profile = KEYS_AT_HAND;

    if (!q->service || q->keys || keys_are_set())
        return KEYS_AT_HAND;
    if (roles_are_assumed(h, q->test_keys)) {
        profile = keys_of_profile(f, q->test_keys, why);
        if (profile != KEYS_AT_HAND)
            return profile;
        if (role_from_token(&f->ask))
            return KEYS_ASKED_FOR;
    }
    if (!role_from_container(&f->ask, &f->url))
        return KEYS_AT_HAND;
    bool in_file = credentials_own(h->options.credentials, &file, &keys);
    credentials_free(file);
    return in_file ? KEYS_AT_HAND : KEYS_ASKED_FOR;
}

signed_send *send_signed(handlers *h, struct signed_request *q, http_done *done, void *user,
                         struct diag *why)
{
    signed_send *s = mem_calloc(1, sizeof *s);
    const struct task_call *of = q->of;
    struct key_search search = {0};
    enum keys_are are = KEYS_ASKED_FOR;
    enum role_found found = ROLE_FOUND;
    struct sigv4_keys keys;

    s->h = h;
    s->done = done;
    s->user = user;
    s->wait.done = signed_send_keys_came;
    s->of_role = of && of->role && q->service && roles_are_assumed(h, q->test_keys);
    if (s->of_role)
        search.ask = (struct role_ask){
            .role = of->role, .own_role = of->own_role, .execution = of->execution};
    else
        are = find_own_keys(h, q, &search, why);
    if (are == KEYS_ASKED_FOR)
        found = role_find(h, &search.ask, &s->wait, &keys, why);
    if (found == ROLE_AWAITED)
        keep_request(s, q);
    else if (found == ROLE_FOUND && are != KEYS_NOT_TO_BE_HAD)
        s->transfer = sign_and_send(h, q, are == KEYS_ASKED_FOR ? &keys : q->keys,
                                    signed_send_answered, s, why);
    key_search_clear(&search);
    buf_clear(&q->body);
    if (found == ROLE_AWAITED || s->transfer)
        return s;
    signed_send_free(s);
    return NULL;
}

void signed_send_cancel(signed_send *s)
{
    role_leave(&s->wait);
    if (s->transfer)
        http_client_cancel(s->transfer);
    signed_send_free(s);
}
