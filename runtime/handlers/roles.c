/*
 * The keys of roles that Tasks name in Credentials. A role is assumed through STS with our own keys
 * when a Task first needs it, and once for all Tasks that want it at that time. What STS gave is
 * kept until five minutes before it expires; nothing of it is ever shown.
 */
#include "runtime/handlers/roles.h"

#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "runtime/aws/aws.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/clock.h"

#include <openssl/crypto.h>
#include <string.h>

enum { EARLY_MS = 5 * 60 * 1000, ROLE_REQUEST_MS = 60 * 1000 };

static const char sts[] = "STS";

struct role_keys {
    struct role_keys *next;
    handlers *h;
    char *role, *own_role, *external_id; /* own_role, external_id: NULL: not known */
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
    const json *given = answer && json_is_object(answer) ? json_get(answer, "Credentials") : NULL;
    char *access_key = role_text(given, "AccessKeyId");
    char *secret_key = role_text(given, "SecretAccessKey");
    char *session_token = role_text(given, "SessionToken");
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
        aws_answer_read(&k->call, &a, &result);
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

static json *role_parameters(const struct role_keys *k)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "RoleArn", json_cstring(k->role));
    json_build_set(&b, "RoleSessionName", json_cstring("asl"));
    if (k->external_id)
        json_build_set(&b, "ExternalId", json_cstring(k->external_id));
    return json_build_done(&b);
}

static bool role_request(struct role_keys *k, struct diag *why)
{
    struct asl_resource resource;
    struct aws_caller nobody = {0};
    struct sigv4_header headers[AWS_MAX_HEADERS];
    struct aws_request q;
    struct buf url = {0};

    asl_resource_read("arn:aws:states:::aws-sdk:sts:assumeRole", &resource);
    if (!aws_call_read(&resource, &k->call, why))
        return false;
    json *parameters = role_parameters(k);
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
                               .service = k->call.service->signing,
                               .test_keys = endpoints_url_is_loopback(base),
                               .timeout_ms = ROLE_REQUEST_MS};
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
static char *machine_of(const char *arn)
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

static bool role_is(const struct role_keys *k, const char *role, const char *external_id)
{
    return !strcmp(k->role, role) && !k->external_id == !external_id &&
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
    char *external_id = machine_of(ask->execution);
    struct role_keys *k = h->roles;

    while (k && !role_is(k, ask->role, external_id))
        k = k->next;
    if (k) {
        mem_free(external_id);
        return k;
    }
    roles_forget_old(h);
    k = mem_calloc(1, sizeof *k);
    k->h = h;
    k->role = mem_strdup(ask->role);
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
    if (!k->request && !role_request(k, why))
        return ROLE_NOT_ASKED;
    wait->role = k;
    wait->next = k->waits;
    k->waits = wait;
    return ROLE_AWAITED;
}
