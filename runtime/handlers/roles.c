/*
 * Keys that somebody else gives. They are asked for when a Task first needs them, and once for all
 * Tasks that want them at that time: of STS, which lets us assume the role in a Task's Credentials,
 * or of who gives us our own. They are kept until five minutes before they expire; nothing of them
 * is ever shown.
 */
#include "runtime/handlers/roles_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/timestamp.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    EARLY_MS = 5 * 60 * 1000,
    PATIENCE_MS = 5 * 1000, /* for new keys, while the old ones are good */
    ROLE_REQUEST_MS = 60 * 1000,
    MAX_TOKEN = 64 * 1024,
};

static const char sts[] = "STS";

/* ---- a role's keys ---- */

void role_wipe(char **text)
{
    if (*text)
        mem_wipe(*text, strlen(*text));
    mem_free(*text);
    *text = NULL;
}

void role_wipe_buf(struct buf *text)
{
    if (text->len)
        mem_wipe(text->data, text->len);
    buf_clear(text);
}

/* A file of a token may end with a line feed that is not part of it. */
const char *role_trimmed(struct buf *text)
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
    role_wipe(&k->metadata_token);
    key_plan_unref(k->plan);
    mem_free(k->own_role);
    arena_clear(&k->texts);
    mem_free(k);
}

void roles_close(handlers *h)
{
    for (struct role_keys *k = h->roles; k; k = k->next) {
        if (k->request)
            signed_send_cancel(k->request);
        if (k->process)
            key_process_end(k->process);
        k->request = NULL;
        k->process = NULL;
    }
}

void roles_free(handlers *h)
{
    while (h->roles) {
        struct role_keys *k = h->roles;

        h->roles = k->next;
        role_free(k);
    }
    own_keys_free(h->own_keys);
    mem_free(h->told_of_keys);
}

static int64_t role_now_ms(const struct role_keys *k)
{
    return k->h->options.time_of_day ? k->h->options.time_of_day() : clock_wall_ms();
}

static bool role_is_good(const struct role_keys *k, int64_t early_ms)
{
    return k->until_ms && role_now_ms(k) < k->until_ms - early_ms;
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

static bool role_is_over(const struct role_keys *k, const struct timestamp *at)
{
    /* A machine of EC2 goes on with keys that have expired while its role's service is down, and
     * services take them then: AWS's SDKs try them, too. */
    return k->from.way != KEY_METADATA && at->ms <= role_now_ms(k);
}

/* Returns NULL; or why `given` gives no keys: then nothing changes. See role_fetched. */
static const char *role_take_keys(struct role_keys *k, const json *given, const char *token,
                                  bool lasting)
{
    char *access_key = role_text(given, "AccessKeyId");
    char *secret_key = role_text(given, "SecretAccessKey");
    char *session_token = role_text(given, token);
    char *until = role_text(given, "Expiration");
    struct timestamp at = {.ms = INT64_MAX};
    const char *lacks = NULL;

    if (!access_key || !secret_key)
        lacks = "the answer has no keys";
    else if (!session_token && !lasting)
        lacks = "the answer has keys, but no session token";
    else if (!until && !lasting)
        lacks = "the answer has keys, but no Expiration";
    else if (until && !timestamp_parse(until, strlen(until), &at))
        lacks = "the answer has keys, but an Expiration that is no time";
    else if (!own_keys_can_be_sent(access_key, session_token))
        lacks = "the keys in the answer can't stand in a header";
    else if (role_is_over(k, &at))
        lacks = "the keys in the answer have expired: the Expiration is in the past";
    mem_free(until);
    if (lacks) {
        role_wipe(&access_key);
        role_wipe(&secret_key);
        role_wipe(&session_token);
        return lacks;
    }
    role_forget_keys(k);
    k->access_key = access_key;
    k->secret_key = secret_key;
    k->session_token = session_token;
    k->until_ms = at.ms;
    k->came_ms = clock_steady_ms();
    return NULL;
}

void roles_forget_refused(const struct task_call *of, int64_t signed_ms)
{
    for (struct role_keys *k = of->h->roles; k; k = k->next) {
        bool used = !k->of_task || (of->role && !strcmp(k->from.role, of->role));
        if (used && !k->telling && k->came_ms <= signed_ms)
            role_forget_keys(k);
    }
}

/* ---- who waits ---- */

void role_leave(struct role_wait *wait)
{
    wait_list_leave(&wait->waiter);
    wait->role = NULL;
}

_Static_assert(offsetof(struct role_wait, waiter) == 0, "one who waits is a struct role_wait");

/* Who is told may ask for the role again, so it must stay until all have been. */
static void role_tell(struct role_keys *k, const char *why)
{
    struct role_wait *wait;

    k->telling = true;
    wait_list_begin_telling(&k->waits);
    while ((wait = (struct role_wait *)wait_list_next(&k->waits))) {
        struct sigv4_keys keys = role_look(k);

        wait->role = NULL;
        wait->done(wait, why ? NULL : &keys, why);
    }
    k->telling = false;
}

/* Keys that are still good do when no new ones are to be had. */
void role_fetched(struct role_keys *k, const json *given, const char *token, bool lasting,
                  const char *who, const char *why)
{
    const char *lacks = role_take_keys(k, given, token, lasting);
    struct buf text = {0};

    if (lacks && !role_is_good(k, 0))
        buf_printf(&text, "Unable to load AWS credentials: %s: %s", who, why ? why : lacks);
    role_tell(k, text.len ? buf_str(&text) : NULL);
    buf_clear(&text);
}

/* ---- STS ---- */

/* Who was asked for our own keys. */
static void role_write_giver(const struct role_keys *k, struct buf *out)
{
    if (k->from.way == KEY_BY_TOKEN)
        buf_adds(out, "STS with the web identity token");
    else
        buf_printf(out, "STS, asked for the role of the profile '%s'", k->from.profile);
}

/* That the role's policy refuses us is told in AWS's words for it; all else is told as what it is,
 * with STS's own code and words: keys that have expired are no matter of the role. */
static json *role_refusal(const struct role_keys *k, const json *code, const char *why)
{
    struct buf text = {0};

    if (!k->of_task) {
        buf_adds(&text, "Unable to load AWS credentials: ");
        role_write_giver(k, &text);
        buf_printf(&text, ": %s%s%s", code ? json_str(code) : "", code ? ": " : "", why);
    } else if (code && json_str_is(code, "AccessDenied")) {
        buf_printf(&text, "The role %s is not authorized to assume the task state's role, %s.",
                   k->own_role ? k->own_role : "of the execution", k->from.role);
    } else {
        buf_printf(&text, "The task state's role, %s, could not be assumed: %s%s%s", k->from.role,
                   code ? json_str(code) : "", code ? ": " : "", why);
    }
    return json_take_buf(&text);
}

bool role_has_good(const struct role_wait *wait)
{
    return role_is_good(wait->role, 0);
}

int64_t role_patience_ms(const struct role_wait *wait, int64_t timeout_ms)
{
    int64_t tenth_ms = timeout_ms / 10;

    if (!role_has_good(wait))
        return timeout_ms;
    return tenth_ms < PATIENCE_MS ? tenth_ms : PATIENCE_MS;
}

void role_give_up(struct role_wait *wait, int64_t after_ms)
{
    const struct role_keys *k = wait->role;
    struct sigv4_keys keys = role_look(k);
    json *why = NULL;

    if (!role_is_good(k, 0)) {
        json *cause = json_stringf("%sno keys came within %lld.%02lld seconds",
                                   k->of_task ? "" : "Unable to load AWS credentials: ",
                                   (long long)(after_ms / 1000), (long long)(after_ms % 1000 / 10));
        why = k->of_task ? role_refusal(k, NULL, json_str(cause)) : json_ref(cause);
        json_unref(cause);
    }
    role_leave(wait);
    wait->done(wait, why ? NULL : &keys, why ? json_str(why) : NULL);
    json_unref(why);
}

static void role_answered(void *user, struct http_response *r)
{
    struct role_keys *k = user;
    struct aws_result result = {0};
    json *headers = NULL, *why = NULL, *code = NULL;
    const json *given = NULL;
    char id[HANDLER_REQUEST_ID];

    k->request = NULL;
    handler_request_id(k->from.id, id);
    if (r->outcome == HTTP_ANSWERED) {
        headers = response_headers(r);
        struct aws_answer a = {.status = r->status,
                               .body = r->body.data ? r->body.data : "",
                               .len = r->body.len,
                               .headers = headers,
                               .request_id = id};
        aws_answer_read(&k->call, &a, &result);
        if (!result.ok)
            code = aws_error_code(&k->call, &a);
        else if (json_is_object(result.value))
            given = json_get(result.value, "Credentials");
    } else {
        result.cause = json_stringf("Unable to execute HTTP request: %s", r->error);
    }
    const char *lacks = role_take_keys(k, given, "SessionToken", false);
    if (lacks && !role_is_good(k, 0))
        why = role_refusal(k, code, result.cause ? json_str(result.cause) : lacks);
    role_wipe_buf(&r->body);
    json_unref(headers);
    json_unref(code);
    aws_result_clear(&result);
    role_tell(k, why ? json_str(why) : NULL);
    json_unref(why);
}

/* The keys with which STS is asked can't be had. Ours are told as they are. */
static void role_no_keys(void *user, bool of_role, const char *why)
{
    struct role_keys *k = user;
    json *told = role_is_good(k, 0) ? NULL
                 : k->of_task       ? role_refusal(k, NULL, why)
                                    : json_cstring(why);

    (void)of_role;
    k->request = NULL;
    role_tell(k, told ? json_str(told) : NULL);
    json_unref(told);
}

/* Where STS is: where the options say, else AWS's own in our region. Yours to free. */
static char *role_endpoint(handlers *h)
{
    const char *given = h->options.endpoints ? endpoints_find(h->options.endpoints, sts) : NULL;
    struct endpoints *own = given ? NULL : endpoints_new(handlers_region(h));
    char *url;

    if (own && endpoints_add(own, "sts=aws", NULL))
        given = endpoints_find(own, sts);
    url = given ? mem_strndup(given, text_len_before_slashes(given, strlen(given))) : NULL;
    endpoints_free(own);
    return url;
}

/* `token`: of the web identity, taken; NULL: none. */
static json *role_parameters(const struct key_source *s, json *token)
{
    struct json_build b;

    json_build_object(&b, 5);
    json_build_set(&b, "RoleArn", json_cstring(s->role));
    json_build_set(&b, "RoleSessionName", json_cstring(s->session ? s->session : "asl"));
    if (token)
        json_build_set(&b, "WebIdentityToken", token);
    if (s->duration)
        json_build_set(&b, "DurationSeconds", json_int(atol(s->duration)));
    if (s->external_id)
        json_build_set(&b, "ExternalId", json_cstring(s->external_id));
    return json_build_done(&b);
}

/* Adds who named the file that has no token. */
static void role_explain_token(const struct role_keys *k, struct diag *why)
{
    if (k->from.profile)
        diag_prefix(why, "the web_identity_token_file of the profile '%s': ", k->from.profile);
    else
        diag_prefix(why, "AWS_WEB_IDENTITY_TOKEN_FILE: ");
    diag_prefix(why, "Unable to load AWS credentials: ");
}

static bool sts_ask(struct role_keys *k, struct diag *why)
{
    bool by_token = k->from.way == KEY_BY_TOKEN;
    struct buf token = {0};

    struct asl_resource resource;
    struct aws_caller nobody = {0};
    struct sigv4_header headers[AWS_MAX_HEADERS];
    struct aws_request q;
    struct buf url = {0};

    asl_resource_read(by_token ? "arn:aws:states:::aws-sdk:sts:assumeRoleWithWebIdentity"
                               : "arn:aws:states:::aws-sdk:sts:assumeRole",
                      &resource);
    if (!aws_call_read(&resource, &k->call, why))
        return false;
    if (by_token && !buf_read_regular(&token, k->from.token_file, MAX_TOKEN, why)) {
        role_explain_token(k, why);
        role_wipe_buf(&token);
        return false;
    }
    json *parameters =
        role_parameters(&k->from, by_token ? json_cstring(role_trimmed(&token)) : NULL);
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
                               .plan = k->plan,
                               .by = k->from.source,
                               .no_keys = role_no_keys};
    q.body = (struct buf){0};
    k->request = send_signed(k->h, &s, role_answered, k, why);
    aws_request_clear(&q);
    buf_clear(&url);
    mem_free(base);
    return k->request != NULL;
}

static bool role_request(struct role_keys *k, struct diag *why)
{
    switch (k->from.way) {
    case KEY_OF_ROLE:
    case KEY_BY_TOKEN: return sts_ask(k, why);
    case KEY_BY_PROCESS: return key_process_ask(k, why);
    case KEY_CONTAINER: return key_container_ask(k, why);
    case KEY_METADATA: return key_metadata_ask(k, why);
    case KEY_AT_HAND: break; /* nobody is asked for those */
    }
    assert(false);
    return false;
}

/* ---- finding ---- */

/*
 * AWS hands the machine's ARN to STS as the ExternalId, which the role's trust policy may ask for.
 * Of a child of a Map Run it is that of the machine which the Map is in. Returns NULL when `arn` is
 * no execution's.
 */
static char *role_machine_of(const char *arn)
{
    struct buf machine = {0};

    if (arn)
        aws_machine_arn(&machine, arn);
    if (!machine.len)
        return NULL;
    machine.len = strcspn(buf_str(&machine), "/");
    return buf_take(&machine);
}

/* A role's name may come from data, so that there could be any number of them: those that nobody
 * waits for go when their keys are no good any more. */
static void roles_forget_old(handlers *h)
{
    struct role_keys **at = &h->roles;

    while (*at) {
        struct role_keys *k = *at;

        if (k->request || k->process || k->waits.waits || k->telling || role_is_good(k, EARLY_MS)) {
            at = &k->next;
        } else {
            *at = k->next;
            role_free(k);
        }
    }
}

static const char *role_keep(struct role_keys *k, const char *text)
{
    return text ? arena_strndup(&k->texts, text, strlen(text)) : NULL;
}

/* The id of a Task's role is its ARN, with the ExternalId. */
static void role_task_id(const struct role_ask *ask, const char *external_id, struct buf *id)
{
    buf_adds(id, ask->role);
    buf_addc(id, '\n');
    buf_adds(id, external_id ? external_id : "");
}

/*
 * Who asks last says how: an id tells whose keys are wanted, but not with which secret and session
 * token they are asked for, and those may have been corrected since. Nothing may be out for `k`.
 */
static void role_renew(struct role_keys *k, const struct role_ask *ask)
{
    struct key_plan *old = k->plan;

    if (ask->plan) {
        ask->plan->refs++;
        k->plan = ask->plan;
        k->from = *ask->source;
        key_plan_unref(old);
    } else {
        mem_free(k->own_role);
        k->own_role = ask->own_role ? mem_strdup(ask->own_role) : NULL;
    }
}

static struct role_keys *role_new(handlers *h, const struct role_ask *ask, const char *external_id,
                                  const char *id)
{
    struct role_keys *k = mem_calloc(1, sizeof *k);

    k->h = h;
    k->of_task = !ask->plan;
    if (k->of_task)
        k->from = (struct key_source){.way = KEY_OF_ROLE,
                                      .id = role_keep(k, id),
                                      .role = role_keep(k, ask->role),
                                      .external_id = role_keep(k, external_id)};
    role_renew(k, ask);
    k->next = h->roles;
    h->roles = k;
    return k;
}

static struct role_keys *role_of(handlers *h, const struct role_ask *ask)
{
    char *external_id = ask->plan ? NULL : role_machine_of(ask->execution);
    struct role_keys *k = h->roles;
    struct buf own_id = {0};

    if (!ask->plan)
        role_task_id(ask, external_id, &own_id);
    const char *id = ask->plan ? ask->source->id : buf_str(&own_id);
    enum key_way way = ask->plan ? ask->source->way : KEY_OF_ROLE;
    while (k && !(k->of_task == !ask->plan && k->from.way == way && !strcmp(k->from.id, id)))
        k = k->next;
    if (!k) {
        roles_forget_old(h);
        k = role_new(h, ask, external_id, id);
    }
    buf_clear(&own_id);
    mem_free(external_id);
    return k;
}

bool roles_are_assumed(handlers *h, bool local)
{
    return !local || (h->options.endpoints && endpoints_find(h->options.endpoints, sts));
}

static const char no_role[] = "NO_ROLE";

bool is_no_role(const struct diag *why)
{
    return why->code && !strcmp(why->code, no_role);
}

/* Makes of *why, which says why nobody could be asked, what it would be had it come later. */
static void role_explain(const struct role_keys *k, struct diag *why)
{
    json *told = role_refusal(k, NULL, why->text);

    diag_set(why, no_role, 0, "%s", json_str(told));
    json_unref(told);
}

enum role_found role_find(handlers *h, const struct role_ask *ask, struct role_wait *wait,
                          struct sigv4_keys *out, struct diag *why)
{
    struct role_keys *k = role_of(h, ask);

    if (role_is_good(k, EARLY_MS)) {
        *out = role_look(k);
        return ROLE_FOUND;
    }
    /* Who waits keeps it: to ask for the keys of its source may make room for others. */
    wait->role = k;
    wait_list_add(&k->waits, &wait->waiter);
    if (k->request || k->process)
        return ROLE_AWAITED;
    role_renew(k, ask);
    if (role_request(k, why))
        return ROLE_AWAITED;
    role_leave(wait);
    if (!role_is_good(k, 0)) {
        if (k->of_task)
            role_explain(k, why);
        return ROLE_NOT_ASKED;
    }
    diag_clear(why); /* as when it was asked in vain: what is good still does */
    *out = role_look(k);
    return ROLE_FOUND;
}
