/*
 * Keys of the place where we run: a container's server, which ECS and EKS tell of in the
 * environment, and the metadata of a machine in EC2. Both are asked without a proxy, and may be at
 * addresses where no Task may go.
 */
#include "runtime/handlers/roles_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "runtime/http/message.h"

#include <stdlib.h>
#include <string.h>

enum { CONTAINER_MS = 5 * 1000, METADATA_MS = 2 * 1000, MAX_KEY_TOKEN = 64 * 1024 };

static bool key_server_send(struct role_keys *k, struct signed_request *s, http_done *done,
                            struct diag *why)
{
    s->keyless = true;
    k->request = send_signed(k->h, s, done, k, why);
    return k->request != NULL;
}

/* Ends the fetch with the keys of an answer, which is wiped. */
static void key_server_take(struct role_keys *k, struct http_response *r, const char *who)
{
    struct buf why = {0};
    json *given = NULL;

    if (r->outcome != HTTP_ANSWERED)
        buf_adds(&why, r->error);
    else if (r->status != 200)
        buf_printf(&why, "it answered with status %d", r->status);
    else if (r->body.len)
        given = json_parse(r->body.data, r->body.len, 0, NULL);
    role_fetched(k, given, "Token", false, who, why.len ? buf_str(&why) : NULL);
    json_unref(given);
    role_wipe_buf(&r->body);
    buf_clear(&why);
}

/* ---- a container's ---- */

static void container_answered(void *user, struct http_response *r)
{
    struct role_keys *k = user;

    k->request = NULL;
    key_server_take(k, r, "the container's server");
}

/* Who asks has the token that the container was started with. */
bool key_container_ask(struct role_keys *k, struct diag *why)
{
    const char *file = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    struct buf text = {0};
    struct sigv4_header header = {"Authorization", token};
    bool good = !file || !*file || buf_read_regular(&text, file, MAX_KEY_TOKEN, why);

    if (!good)
        diag_prefix(why,
                    "Unable to load AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ");
    if (good && text.len)
        header.value = role_trimmed(&text);
    if (good && header.value && !http_header_value_ok(header.value)) {
        diag_set(why, "NO_KEYS", 0,
                 "Unable to load AWS credentials: the token for the container's server can't stand "
                 "in a header");
        good = false;
    }
    struct signed_request s = {.method = "GET",
                               .url = k->from.url,
                               .headers = &header,
                               .header_count = header.value && *header.value,
                               .timeout_ms = CONTAINER_MS};
    good = good && key_server_send(k, &s, container_answered, why);
    role_wipe_buf(&text);
    return good;
}

/* ---- a machine's (IMDSv2) ---- */

static const char metadata[] = "the machine's metadata";

/* Names of IAM's roles have these characters only; what stands in the path can be nothing else. */
static bool is_role_name(const char *text)
{
    if (!*text)
        return false;
    for (; *text; text++)
        if (!ascii_is_letter((unsigned char)*text) && !ascii_is_digit((unsigned char)*text) &&
            !strchr("+=,.@_-", *text))
            return false;
    return true;
}

static void metadata_failed(struct role_keys *k, const char *why)
{
    role_wipe(&k->metadata_token);
    role_fetched(k, NULL, "Token", false, metadata, why);
}

static void metadata_answered(void *user, struct http_response *r);

/* Asks for what is at `name` below the credentials: nothing, or the role. */
static void metadata_ask_for(struct role_keys *k, const char *name)
{
    struct sigv4_header header = {"X-aws-ec2-metadata-token", k->metadata_token};
    struct buf url = {0};
    struct diag why = {0};

    buf_printf(&url, "%s/latest/meta-data/iam/security-credentials/%s", k->from.url, name);
    struct signed_request s = {.method = "GET",
                               .url = buf_str(&url),
                               .headers = &header,
                               .header_count = 1,
                               .timeout_ms = METADATA_MS};
    if (!key_server_send(k, &s, metadata_answered, &why))
        metadata_failed(k, why.text);
    diag_clear(&why);
    buf_clear(&url);
}

/* What the machine refuses is told with what is mostly the reason. */
static void metadata_refused(struct role_keys *k, const struct http_response *r, const char *what)
{
    struct buf why = {0};

    if (r->outcome == HTTP_ANSWERED)
        buf_printf(&why, "its answer to the question for %s has status %d", what, r->status);
    else
        buf_printf(&why,
                   "%s (from inside a container it answers only when the machine's hop limit is 2)",
                   r->error);
    metadata_failed(k, buf_str(&why));
    buf_clear(&why);
}

/* First a token, then the name of the machine's role, then its keys. */
static void metadata_answered(void *user, struct http_response *r)
{
    struct role_keys *k = user;
    bool good = r->outcome == HTTP_ANSWERED && r->status == 200;
    const char *text = good ? role_trimmed(&r->body) : "";

    k->request = NULL;
    if (k->metadata_named) {
        k->metadata_named = false;
        role_wipe(&k->metadata_token);
        key_server_take(k, r, metadata);
    } else if (!k->metadata_token) {
        if (!good || !*text || !http_header_value_ok(text)) {
            metadata_refused(k, r, "a token");
        } else {
            k->metadata_token = mem_strdup(text);
            metadata_ask_for(k, "");
        }
    } else if (r->outcome == HTTP_ANSWERED && (r->status == 404 || (good && !*text))) {
        metadata_failed(k, "the machine has no role");
    } else if (!good) {
        metadata_refused(k, r, "its role");
    } else {
        char *name = mem_strndup(text, strcspn(text, "\r\n"));
        if (is_role_name(name)) {
            k->metadata_named = true;
            metadata_ask_for(k, name);
        } else {
            metadata_failed(k, "what it calls its role can't be a role's name");
        }
        mem_free(name);
    }
    role_wipe_buf(&r->body);
}

bool key_metadata_ask(struct role_keys *k, struct diag *why)
{
    struct sigv4_header header = {"X-aws-ec2-metadata-token-ttl-seconds", "21600"};
    struct buf url = {0};

    buf_printf(&url, "%s/latest/api/token", k->from.url);
    struct signed_request s = {.method = "PUT",
                               .url = buf_str(&url),
                               .headers = &header,
                               .header_count = 1,
                               .timeout_ms = METADATA_MS};
    role_wipe(&k->metadata_token);
    k->metadata_named = false;
    bool sent = key_server_send(k, &s, metadata_answered, why);
    buf_clear(&url);
    return sent;
}
