/*
 * Files of keys, read as botocore and Python's configparser read them: names of settings may have
 * any capitals, `:` does for `=`, what stands behind a section's bracket is passed over, and what
 * is indented deeper than a setting without a value belongs to it. A profile is used when it has
 * both an access key and a secret key. Secrets are compared in constant time by sigv4.c, and never
 * shown: messages name the file and the line only.
 */
#include "runtime/aws/credentials_impl.h"

#include "parsers/base/arena.h"
#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"

#include <string.h>
#include <strings.h>

enum { MAX_FILE = 1024 * 1024 };

struct credentials {
    struct arena arena;
    struct profile *profiles;
    size_t count, room;
    struct service_endpoint *endpoints;
    size_t endpoint_count, endpoint_room;
    /* While it is read: */
    const char *services; /* the NAME of a section [services NAME]; NULL: it is a profile */
    const char *group;    /* the last setting, which had no value; NULL: it had one */
    size_t group_indent;  /* how many blanks stood before it */
    sigv4_signer *signer; /* of requests that come in; NULL: none has yet */
};

struct text {
    const char *at;
    size_t len;
};

static struct text credentials_trimmed(const char *at, size_t len)
{
    while (len && (*at == ' ' || *at == '\t'))
        at++, len--;
    while (len && strchr(" \t\r", at[len - 1]) && at[len - 1])
        len--;
    return (struct text){at, len};
}

static bool credentials_is(const struct text *t, const char *word)
{
    return t->len == strlen(word) && !strncasecmp(t->at, word, t->len);
}

static bool credentials_refuse(const char *path, unsigned line, const char *words, struct diag *why)
{
    diag_set(why, "CREDENTIALS_FILE", 0, "%s:%u: %s", path, line, words);
    return false;
}

static void add_profile(credentials *c, const struct text *name)
{
    c->group = c->services = NULL;
    MEM_GROW(c->profiles, c->count, c->room);
    c->profiles[c->count++] =
        (struct profile){.name = arena_strndup(&c->arena, name->at, name->len)};
}

/* Returns what stands behind the first word of a section's name, if that is `word`; else none. It
 * may be quoted, as for a shell. */
static struct text section_of(const struct text *name, const char *word)
{
    size_t len = strlen(word);

    if (name->len <= len || memcmp(name->at, word, len) != 0 || !strchr(" \t", name->at[len]))
        return (struct text){0};
    struct text t = credentials_trimmed(name->at + len, name->len - len);
    if (t.len > 2 && strchr("\"'", t.at[0]) && t.at[t.len - 1] == t.at[0])
        t = (struct text){t.at + 1, t.len - 2};
    return t;
}

/* "[default]"; what stands in ~/.aws/config begins with "profile", or with "services" where it
 * isn't one. */
static bool read_section(credentials *c, const char *path, unsigned line, struct text t,
                         struct diag *why)
{
    const char *end = memchr(t.at, ']', t.len);
    struct text profile, services;

    if (!end)
        return credentials_refuse(path, line,
                                  "a profile's name stands in brackets, as in [default]", why);
    t = credentials_trimmed(t.at + 1, (size_t)(end - t.at - 1));
    if (!t.len)
        return credentials_refuse(path, line, "a profile needs a name", why);
    profile = section_of(&t, "profile");
    services = section_of(&t, "services");
    add_profile(c, profile.len ? &profile : &t);
    if (services.len)
        c->services = arena_strndup(&c->arena, services.at, services.len);
    c->profiles[c->count - 1].services = c->services;
    return true;
}

static const char *const setting_names[PROFILE_SETTINGS] = {
    [PROFILE_ACCESS_KEY] = "aws_access_key_id",
    [PROFILE_SECRET_KEY] = "aws_secret_access_key",
    [PROFILE_SECURITY_TOKEN] = "aws_security_token",
    [PROFILE_SESSION_TOKEN] = "aws_session_token",
    [PROFILE_ROLE] = "role_arn",
    [PROFILE_SESSION] = "role_session_name",
    [PROFILE_EXTERNAL_ID] = "external_id",
    [PROFILE_DURATION] = "duration_seconds",
    [PROFILE_MFA] = "mfa_serial",
    [PROFILE_TOKEN_FILE] = "web_identity_token_file",
    [PROFILE_SOURCE] = "source_profile",
    [PROFILE_CREDENTIAL_SOURCE] = "credential_source",
    [PROFILE_PROCESS] = "credential_process",
    [PROFILE_SSO_SESSION] = "sso_session",
    [PROFILE_SSO_URL] = "sso_start_url",
    [PROFILE_LOGIN] = "login_session",
    [PROFILE_REGION] = "region",
    [PROFILE_ENDPOINT] = "endpoint_url",
    [PROFILE_SERVICES] = "services",
    [PROFILE_IGNORES_ENDPOINTS] = "ignore_configured_endpoint_urls",
};

const char *profile_setting_name(enum profile_setting s)
{
    return setting_names[s];
}

const char *profile_token(const struct profile *p)
{
    const char *older = p->settings[PROFILE_SECURITY_TOKEN];

    return older ? older : p->settings[PROFILE_SESSION_TOKEN];
}

/* Settings have small letters, however they are written. */
static const char *lower_name(credentials *c, const struct text *name)
{
    char *kept = arena_strndup(&c->arena, name->at, name->len);

    for (char *p = kept; *p; p++)
        *p = ascii_lower(*p);
    return kept;
}

/* A setting of a group; of interest is where a service is:
 *
 *     [services local]
 *     secrets_manager =
 *       endpoint_url = http://127.0.0.1:4566
 */
static void read_of_group(credentials *c, const struct text *name, const struct text *value)
{
    if (!c->services || !value->len || !credentials_is(name, setting_names[PROFILE_ENDPOINT]))
        return;
    MEM_GROW(c->endpoints, c->endpoint_count, c->endpoint_room);
    c->endpoints[c->endpoint_count++] = (struct service_endpoint){
        c->services, c->group, arena_strndup(&c->arena, value->at, value->len)};
}

/* Finds what ends the name of a setting; NULL: nothing does. A setting of a group knows `=` only.
 */
static const char *end_of_name(const struct text *t, bool in_group)
{
    const char *equals = memchr(t->at, '=', t->len);
    const char *colon = in_group ? NULL : memchr(t->at, ':', t->len);

    return colon && (!equals || colon < equals) ? colon : equals;
}

/*
 * NAME = VALUE. Settings of other kinds, as `output`, are passed over, as AWS's programs do. One
 * without a value may be the head of settings of its own, which stand below it, indented deeper:
 *
 *     s3 =
 *       max_concurrent_requests = 20
 */
static bool read_setting(credentials *c, const char *path, unsigned line, struct text t,
                         size_t indent, struct diag *why)
{
    bool in_group = c->group && indent > c->group_indent;
    const char *end = end_of_name(&t, in_group);
    enum profile_setting s = 0;

    if (!end)
        return credentials_refuse(path, line, "a line is [PROFILE] or NAME = VALUE", why);
    if (!c->count)
        return credentials_refuse(path, line, "[PROFILE] must come first", why);
    struct text name = credentials_trimmed(t.at, (size_t)(end - t.at));
    struct text value = credentials_trimmed(end + 1, (size_t)(t.at + t.len - end - 1));

    if (in_group) {
        read_of_group(c, &name, &value);
        return true;
    }
    c->group = value.len ? NULL : lower_name(c, &name);
    c->group_indent = indent;
    while (s < PROFILE_SETTINGS && !credentials_is(&name, setting_names[s]))
        s++;
    if (s <= PROFILE_SESSION_TOKEN && !value.len)
        return credentials_refuse(path, line, "this needs a value", why);
    if (s < PROFILE_SETTINGS && value.len)
        c->profiles[c->count - 1].settings[s] = arena_strndup(&c->arena, value.at, value.len);
    return true;
}

static bool has_keys(const struct profile *p)
{
    return p->settings[PROFILE_ACCESS_KEY] && p->settings[PROFILE_SECRET_KEY];
}

/*
 * The file is read to its end even when its first profile would do: a mistake further down is told
 * at the start, not when somebody needs it.
 */
static bool credentials_read_all(credentials *c, const char *path, const struct buf *file,
                                 bool needs_keys, struct diag *why)
{
    const char *at = file->data, *end = file->len ? at + file->len : at;
    bool good = true, any = false;

    for (unsigned line = 1; good && at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct text t;

        if (!stop)
            stop = end;
        t = credentials_trimmed(at, (size_t)(stop - at));
        if (memchr(t.at, '\0', t.len))
            good = credentials_refuse(path, line, "there is a NUL in it", why);
        else if (t.len && *t.at == '[')
            good = read_section(c, path, line, t, why);
        else if (t.len && *t.at != '#' && *t.at != ';')
            good = read_setting(c, path, line, t, (size_t)(t.at - at), why);
        at = stop + 1;
    }
    for (size_t i = 0; good && i < c->count; i++)
        any = any || has_keys(&c->profiles[i]);
    any = any || !needs_keys;
    if (good && !any)
        diag_set(why, "CREDENTIALS_FILE", 0,
                 "%s: there is no profile with aws_access_key_id and aws_secret_access_key in it",
                 path);
    return good && any;
}

/* The text is wiped: it has every secret of the file, and would lie about in freed memory. */
static credentials *parse(bool was_read, struct buf *text, const char *path, bool needs_keys,
                          struct diag *why)
{
    credentials *c = mem_calloc(1, sizeof *c);

    if (!was_read || !credentials_read_all(c, path, text, needs_keys, why)) {
        credentials_free(c);
        c = NULL;
    }
    if (text->len)
        mem_wipe(text->data, text->len);
    buf_clear(text);
    return c;
}

credentials *credentials_load(const char *path, struct diag *why)
{
    struct buf text = {0};

    return parse(buf_read_file(&text, path, MAX_FILE, why), &text, path, true, why);
}

credentials *credentials_reload(const char *path, struct diag *why)
{
    struct buf text = {0};

    return parse(buf_read_regular(&text, path, MAX_FILE, why), &text, path, true, why);
}

credentials *credentials_read_profiles(const char *path, struct diag *why)
{
    struct buf text = {0};

    return parse(buf_read_regular(&text, path, MAX_FILE, why), &text, path, false, why);
}

/*
 * For a file that is read again while requests are at work: who holds a pointer to `a` sees the
 * new keys.
 */
void credentials_swap(credentials *a, credentials *b)
{
    credentials other = *a;

    *a = *b;
    *b = other;
}

void credentials_free(credentials *c)
{
    if (!c)
        return;
    sigv4_signer_free(c->signer);
    arena_clear(&c->arena);
    mem_free(c->profiles);
    mem_free(c->endpoints);
    mem_free(c);
}

/*
 * A key id is no secret, so the first difference may end the comparison; the signature is what
 * counts.
 */
bool credentials_find(void *user, const char *access_key, size_t len, struct sigv4_keys *out)
{
    const credentials *c = user;

    for (size_t i = 0; i < c->count; i++) {
        const struct profile *p = &c->profiles[i];

        if (has_keys(p) && strlen(p->settings[PROFILE_ACCESS_KEY]) == len &&
            !memcmp(p->settings[PROFILE_ACCESS_KEY], access_key, len)) {
            *out = (struct sigv4_keys){p->settings[PROFILE_ACCESS_KEY],
                                       p->settings[PROFILE_SECRET_KEY], profile_token(p)};
            return true;
        }
    }
    return false;
}

/* The service is always Step Functions, whose name in signatures is "states". `whole`: the body has
 * come, too. */
static bool verify(credentials *c, const struct http_message *m, int64_t now_ms, bool whole,
                   struct sigv4_error *why)
{
    static const char service[] = "states";
    struct sigv4_header *headers = mem_calloc(m->field_count + 1, sizeof *headers);
    bool is;

    for (size_t i = 0; i < m->field_count; i++)
        headers[i] = (struct sigv4_header){m->fields[i].name, m->fields[i].value};
    struct sigv4_request q = {.method = m->method,
                              .path = m->path,
                              .query = m->query,
                              .headers = headers,
                              .header_count = m->field_count,
                              .body = m->body.data,
                              .body_len = m->body.len};
    if (whole && !c->signer)
        c->signer = sigv4_signer_new();
    is = whole ? sigv4_verify(c->signer, &q, service, now_ms, credentials_find, c, why)
               : sigv4_verify_head(&q, service, now_ms, credentials_find, c, why);
    mem_free(headers);
    return is;
}

bool credentials_signed(credentials *c, const struct http_message *m, int64_t now_ms,
                        struct sigv4_error *why)
{
    return verify(c, m, now_ms, true, why);
}

bool credentials_may_be_signed(credentials *c, const struct http_message *m, int64_t now_ms,
                               struct sigv4_error *why)
{
    return verify(c, m, now_ms, false, why);
}

const struct profile *credentials_profile(const credentials *c, const char *name)
{
    for (size_t i = 0; c && i < c->count; i++)
        if (!strcmp(c->profiles[i].name, name))
            return &c->profiles[i];
    return NULL;
}

bool credentials_has_services(const credentials *c, const char *name)
{
    for (size_t i = 0; c && i < c->count; i++)
        if (c->profiles[i].services && !strcmp(c->profiles[i].services, name))
            return true;
    return false;
}

const struct service_endpoint *credentials_endpoint_at(const credentials *c, size_t i)
{
    return c && i < c->endpoint_count ? &c->endpoints[i] : NULL;
}
