/*
 * Keys that somebody else gives. They are asked for when a Task first needs them, and once for all
 * Tasks that want them at that time: of STS, which lets us assume the role in a Task's Credentials,
 * or of who gives us our own. They are kept until five minutes before they expire; nothing of them
 * is ever shown.
 */
#include "runtime/handlers/roles.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/timestamp.h"
#include "runtime/aws/aws.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/clock.h"
#include "runtime/http/message.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum {
    EARLY_MS = 5 * 60 * 1000,
    ROLE_REQUEST_MS = 60 * 1000,
    CONTAINER_MS = 5 * 1000,
    MAX_TOKEN = 64 * 1024
};

static const char sts[] = "STS";

struct role_keys {
    struct role_keys *next;
    handlers *h;
    enum role_way way;
    char *role, *token_file, *own_role, *external_id; /* all but `role` may be NULL */
    char *access_key, *secret_key, *session_token;
    int64_t until_ms; /* by clock_wall_ms: when they expire; 0: there are none */
    struct aws_call call;
    signed_send *request;              /* that is out; NULL: none */
    struct role_wait *waits, *hearing; /* who waits; who is being told */
};

/* ---- a role's keys ---- */

static void role_wipe(char **text)
{
    if (*text)
        OPENSSL_cleanse(*text, strlen(*text));
    mem_free(*text);
    *text = NULL;
}

static void role_wipe_buf(struct buf *text)
{
    if (text->len)
        OPENSSL_cleanse(text->data, text->len);
    buf_clear(text);
}

/* A file of a token may end with a line feed that is not part of it. */
static const char *role_trimmed(struct buf *text)
{
    while (text->len && strchr(" \t\r\n", text->data[text->len - 1]) && text->data[text->len - 1])
        text->len--;
    return buf_str(text);
}

static void role_forget_keys(struct role_keys *k)
{
    role_wipe(&k->access_key);
    role_wipe(&k->secret_key);
    role_wipe(&k->session_token);
    k->until_ms = 0;
}

static void role_free(struct role_keys *k)
{
    role_forget_keys(k);
    mem_free(k->role);
    mem_free(k->own_role);
    mem_free(k->token_file);
    mem_free(k->external_id);
    mem_free(k);
}

void roles_close(handlers *h)
{
    for (struct role_keys *k = h->roles; k; k = k->next) {
        if (k->request)
            signed_send_cancel(k->request);
        k->request = NULL;
    }
}

void roles_free(handlers *h)
{
    while (h->roles) {
        struct role_keys *k = h->roles;

        h->roles = k->next;
        role_free(k);
    }
}

static bool role_is_good(const struct role_keys *k, int64_t early_ms)
{
    return k->until_ms && clock_wall_ms() < k->until_ms - early_ms;
}

static struct sigv4_keys role_look(const struct role_keys *k)
{
    return (struct sigv4_keys){k->access_key, k->secret_key, k->session_token};
}

static char *role_text(const json *v, const char *name)
{
    const json *m = v && json_is_object(v) ? json_get(v, name) : NULL;

    return m && json_is_string(m) && json_str_len(m) && strlen(json_str(m)) == json_str_len(m)
               ? mem_strdup(json_str(m))
               : NULL;
}

/* Returns false, and nothing changes, when STS's answer has no keys in it. */
static bool role_take_keys(struct role_keys *k, const json *answer)
{
    bool flat = k->way == ROLE_CONTAINER;
    const json *given =
        !flat && answer && json_is_object(answer) ? json_get(answer, "Credentials") : answer;
    char *access_key = role_text(given, "AccessKeyId");
    char *secret_key = role_text(given, "SecretAccessKey");
    char *session_token = role_text(given, flat ? "Token" : "SessionToken");
    char *until = role_text(given, "Expiration");
    struct timestamp at;
    bool good = access_key && secret_key && session_token && until &&
                timestamp_parse(until, strlen(until), &at);

    mem_free(until);
    if (!good) {
        role_wipe(&access_key);
        role_wipe(&secret_key);
        role_wipe(&session_token);
        return false;
    }
    role_forget_keys(k);
    k->access_key = access_key;
    k->secret_key = secret_key;
    k->session_token = session_token;
    k->until_ms = at.ms;
    return true;
}

/* ---- who waits ---- */

static void role_take_wait(struct role_wait **list, struct role_wait *wait)
{
    while (*list && *list != wait)
        list = &(*list)->next;
    if (*list)
        *list = wait->next;
}

void role_leave(struct role_wait *wait)
{
    if (!wait->role)
        return;
    role_take_wait(&wait->role->waits, wait);
    role_take_wait(&wait->role->hearing, wait);
    wait->role = NULL;
}

/*
 * Who is told may ask for the role again, or leave together with others; so those that wait are
 * taken aside first, and out one by one.
 */
static void role_tell(struct role_keys *k, const char *why)
{
    while (k->waits) { /* the list has the last that came first */
        struct role_wait *wait = k->waits;

        k->waits = wait->next;
        wait->next = k->hearing;
        k->hearing = wait;
    }
    while (k->hearing) {
        struct role_wait *wait = k->hearing;
        struct sigv4_keys keys = role_look(k);

        k->hearing = wait->next;
        wait->role = NULL;
        wait->done(wait, why ? NULL : &keys, why);
    }
}

/* ---- the request ---- */

/* What STS refuses is told in AWS's words; that it was not reached is told as what it is. */
static json *role_refusal(const struct role_keys *k, int status, const json *cause)
{
    static const char *const givers[] = {[ROLE_BY_TOKEN] = "STS with the web identity token",
                                         [ROLE_OF_PROFILE] =
                                             "STS with the keys of the source_profile",
                                         [ROLE_CONTAINER] = "the container's server"};

    if (k->way != ROLE_OF_TASK && status && status != 200)
        return json_stringf("Unable to load AWS credentials: %s answered with status %d",
                            givers[k->way], status);
    if (k->way != ROLE_OF_TASK)
        return json_stringf("Unable to load AWS credentials: %s: %s", givers[k->way],
                            cause ? json_str(cause) : "the answer has no keys");
    if (status >= 400 && status < 500)
        return json_stringf("The role %s is not authorized to assume the task state's role, %s.",
                            k->own_role ? k->own_role : "of the execution", k->role);
    return json_stringf("The task state's role, %s, could not be assumed: %s", k->role,
                        cause ? json_str(cause) : "the answer has no keys");
}

/* Keys that are still good do when STS does not give new ones. */
static void role_answered(void *user, struct http_response *r)
{
    struct role_keys *k = user;
    struct aws_result result = {0};
    json *headers = NULL, *why = NULL;

    k->request = NULL;
    if (r->outcome == HTTP_ANSWERED) {
        headers = response_headers(r);
        struct aws_answer a = {.status = r->status,
                               .body = r->body.data ? r->body.data : "",
                               .len = r->body.len,
                               .headers = headers,
                               .request_id = ""};
        if (k->way != ROLE_CONTAINER)
            aws_answer_read(&k->call, &a, &result);
        else if (r->status == 200 && r->body.len)
            result.value = json_parse(r->body.data, r->body.len, 0, NULL);
        result.ok = k->way == ROLE_CONTAINER ? result.value != NULL : result.ok;
    } else {
        result.cause = json_stringf("Unable to execute HTTP request: %s", r->error);
    }
    if (!(result.ok && role_take_keys(k, result.value)) && !role_is_good(k, 0))
        why = role_refusal(k, r->outcome == HTTP_ANSWERED ? r->status : 0, result.cause);
    if (r->body.data)
        OPENSSL_cleanse(r->body.data, r->body.len);
    json_unref(headers);
    aws_result_clear(&result);
    role_tell(k, why ? json_str(why) : NULL);
    json_unref(why);
}

/* Our own keys, with which STS is asked, can't be had. */
static void role_no_keys(void *user, bool of_role, const char *why)
{
    struct role_keys *k = user;
    json *cause = json_cstring(why);
    json *told = role_is_good(k, 0) ? NULL : role_refusal(k, 0, cause);

    (void)of_role;
    k->request = NULL;
    role_tell(k, told ? json_str(told) : NULL);
    json_unref(told);
    json_unref(cause);
}

/* Where STS is: where the options say, else AWS's own in our region. Yours to free. */
static char *role_endpoint(handlers *h)
{
    const char *given = h->options.endpoints ? endpoints_find(h->options.endpoints, sts) : NULL;
    struct endpoints *own = given ? NULL : endpoints_new(handlers_region(h));
    char *url;
    size_t len;

    if (own && endpoints_add(own, "sts=aws", NULL))
        given = endpoints_find(own, sts);
    url = given ? mem_strdup(given) : NULL;
    endpoints_free(own);
    len = url ? strlen(url) : 0;
    while (len && url[len - 1] == '/')
        url[--len] = '\0';
    return url;
}

/* `token`: of the web identity, taken; NULL: none. */
static json *role_parameters(const struct role_keys *k, const char *session, json *token)
{
    struct json_build b;

    json_build_object(&b, 4);
    json_build_set(&b, "RoleArn", json_cstring(k->role));
    json_build_set(&b, "RoleSessionName", json_cstring(session ? session : "asl"));
    if (token)
        json_build_set(&b, "WebIdentityToken", token);
    if (k->external_id)
        json_build_set(&b, "ExternalId", json_cstring(k->external_id));
    return json_build_done(&b);
}

/* The server that gives a container its keys may be where no Task may go; who asks it has the token
 * that it was started with. */
static bool role_ask_container(struct role_keys *k, struct diag *why)
{
    const char *file = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    struct buf text = {0};
    struct sigv4_header header = {"Authorization", token};
    bool good = !file || !*file || buf_read_regular(&text, file, MAX_TOKEN, why);

    if (good && text.len)
        header.value = role_trimmed(&text);
    if (good && header.value && !http_header_value_ok(header.value)) {
        diag_set(why, "NO_KEYS", 0,
                 "Unable to load AWS credentials: the token for the "
                 "container's server can't stand in a header");
        good = false;
    }
    struct signed_request s = {.method = "GET",
                               .url = k->role,
                               .headers = &header,
                               .header_count = header.value && *header.value,
                               .keyless = true,
                               .timeout_ms = CONTAINER_MS};
    if (good)
        k->request = send_signed(k->h, &s, role_answered, k, why);
    role_wipe_buf(&text);
    return k->request != NULL;
}

static bool role_request(struct role_keys *k, const struct role_ask *ask, struct diag *why)
{
    bool by_token = k->way == ROLE_BY_TOKEN;
    struct buf token = {0};

    struct asl_resource resource;
    struct aws_caller nobody = {0};
    struct sigv4_header headers[AWS_MAX_HEADERS];
    struct aws_request q;
    struct buf url = {0};

    if (k->way == ROLE_CONTAINER)
        return role_ask_container(k, why);
    asl_resource_read(by_token ? "arn:aws:states:::aws-sdk:sts:assumeRoleWithWebIdentity"
                               : "arn:aws:states:::aws-sdk:sts:assumeRole",
                      &resource);
    if (!aws_call_read(&resource, &k->call, why) ||
        (by_token && !buf_read_regular(&token, k->token_file, MAX_TOKEN, why)))
        return false;
    json *parameters =
        role_parameters(k, ask->session, by_token ? json_cstring(role_trimmed(&token)) : NULL);
    role_wipe_buf(&token);
    bool good = aws_request_make(&k->call, parameters, &nobody, &q, why);
    json_unref(parameters);
    if (!good)
        return false;
    char *base = role_endpoint(k->h);
    for (size_t i = 0; i < q.header_count; i++)
        headers[i] = (struct sigv4_header){q.headers[i].name, q.headers[i].value};
    buf_adds(&url, base);
    buf_add(&url, q.path.data, q.path.len);
    struct signed_request s = {.method = q.method,
                               .url = buf_str(&url),
                               .headers = headers,
                               .header_count = q.header_count,
                               .body = q.body,
                               .service = by_token ? NULL : k->call.service->signing,
                               .test_keys = endpoints_url_is_loopback(base),
                               .timeout_ms = ROLE_REQUEST_MS,
                               .keys = ask->keys,
                               .no_keys = role_no_keys};
    q.body = (struct buf){0};
    k->request = send_signed(k->h, &s, role_answered, k, why);
    aws_request_clear(&q);
    buf_clear(&url);
    mem_free(base);
    return k->request != NULL;
}

/* ---- finding ---- */

/*
 * AWS hands the machine's ARN to STS as the ExternalId, which the role's trust policy may ask for.
 * Of a child of a Map Run it is that of the machine which the Map is in. Returns NULL when `arn` is
 * no execution's.
 */
static char *role_machine_of(const char *arn)
{
    static const char *const kinds[] = {":execution:", ":express:"};
    struct buf machine = {0};

    for (size_t i = 0; arn && i < 2 && !machine.len; i++) {
        const char *at = strstr(arn, kinds[i]);
        const char *name = at ? at + strlen(kinds[i]) : NULL;

        if (name)
            buf_printf(&machine, "%.*s:stateMachine:%.*s", (int)(at - arn), arn,
                       (int)strcspn(name, ":/"), name);
    }
    return machine.len ? buf_take(&machine) : NULL;
}

static bool role_is(const struct role_keys *k, const struct role_ask *ask, const char *external_id)
{
    return k->way == ask->way && !strcmp(k->role, ask->role) && !k->external_id == !external_id &&
           (!external_id || !strcmp(k->external_id, external_id));
}

/* A role's name may come from data, so that there could be any number of them: those that nobody
 * waits for go when their keys are no good any more. */
static void roles_forget_old(handlers *h)
{
    struct role_keys **at = &h->roles;

    while (*at) {
        struct role_keys *k = *at;

        if (k->request || k->waits || k->hearing || role_is_good(k, EARLY_MS)) {
            at = &k->next;
        } else {
            *at = k->next;
            role_free(k);
        }
    }
}

static struct role_keys *role_of(handlers *h, const struct role_ask *ask)
{
    char *external_id = ask->way == ROLE_OF_TASK ? role_machine_of(ask->execution)
                        : ask->external_id       ? mem_strdup(ask->external_id)
                                                 : NULL;
    struct role_keys *k = h->roles;

    while (k && !role_is(k, ask, external_id))
        k = k->next;
    if (k) {
        mem_free(external_id);
        return k;
    }
    roles_forget_old(h);
    k = mem_calloc(1, sizeof *k);
    k->h = h;
    k->way = ask->way;
    k->role = mem_strdup(ask->role);
    k->token_file = ask->token_file ? mem_strdup(ask->token_file) : NULL;
    k->own_role = ask->own_role ? mem_strdup(ask->own_role) : NULL;
    k->external_id = external_id;
    k->next = h->roles;
    h->roles = k;
    return k;
}

bool roles_are_assumed(handlers *h, bool local)
{
    return !local || (h->options.endpoints && endpoints_find(h->options.endpoints, sts));
}

enum role_found role_find(handlers *h, const struct role_ask *ask, struct role_wait *wait,
                          struct sigv4_keys *out, struct diag *why)
{
    struct role_keys *k = role_of(h, ask);

    if (role_is_good(k, EARLY_MS)) {
        *out = role_look(k);
        return ROLE_FOUND;
    }
    if (!k->request && !role_request(k, ask, why))
        return ROLE_NOT_ASKED;
    wait->role = k;
    wait->next = k->waits;
    k->waits = wait;
    return ROLE_AWAITED;
}

/* ---- who gives us our own keys ---- */

static const char *role_setting(const char *name)
{
    const char *v = getenv(name);

    return v && *v ? v : NULL;
}

bool role_from_token(struct role_ask *ask)
{
    *ask = (struct role_ask){.way = ROLE_BY_TOKEN,
                             .role = role_setting("AWS_ROLE_ARN"),
                             .token_file = role_setting("AWS_WEB_IDENTITY_TOKEN_FILE"),
                             .session = role_setting("AWS_ROLE_SESSION_NAME")};
    return ask->role && ask->token_file;
}

/* The keys would be readable on the way, so that AWS's SDKs ask only these without TLS: this
 * machine, and the addresses of ECS and EKS. */
static bool is_containers_server(const char *url)
{
    static const char *const hosts[] = {"http://169.254.170.2", "http://169.254.170.23",
                                        "http://[fd00:ec2::23]"};

    if (!http_url_ok(url))
        return false;
    if (!strncasecmp(url, "https:", 6) || endpoints_url_is_loopback(url))
        return true;
    for (size_t i = 0; i < COUNT(hosts); i++)
        if (text_begins_with(url, hosts[i]) && strchr("/:", url[strlen(hosts[i])]))
            return true;
    return false;
}

bool role_from_container(struct role_ask *ask, char **url)
{
    const char *path = role_setting("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *whole = role_setting("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    struct buf text = {0};

    *url = NULL;
    if (path)
        buf_printf(&text, "http://169.254.170.2%s%s", *path == '/' ? "" : "/", path);
    else if (whole && is_containers_server(whole))
        buf_adds(&text, whole);
    else
        return false;
    *url = buf_take(&text);
    *ask = (struct role_ask){.way = ROLE_CONTAINER, .role = *url};
    return true;
}
