/*
 * Files of keys. A profile is used when it has both an access key and a secret key. Secrets are
 * compared in constant time by sigv4.c, and never shown: messages name the file and the line only.
 */
#include "runtime/aws/credentials.h"

#include "parsers/base/arena.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 1024 * 1024 };

struct profile {
    const char *name;
    struct sigv4_keys keys;
    struct credentials_role role;
    const char *source;  /* source_profile */
    const char *refused; /* the first setting of those that are not done here */
};

struct credentials {
    struct arena arena;
    struct profile *profiles;
    size_t count, room;
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
    return t->len == strlen(word) && !memcmp(t->at, word, t->len);
}

static bool credentials_refuse(const char *path, unsigned line, const char *words, struct diag *why)
{
    diag_set(why, "CREDENTIALS_FILE", 0, "%s:%u: %s", path, line, words);
    return false;
}

static void add_profile(credentials *c, const struct text *name)
{
    MEM_GROW(c->profiles, c->count, c->room);
    c->profiles[c->count++] =
        (struct profile){.name = arena_strndup(&c->arena, name->at, name->len)};
}

/* "[default]"; what stands in ~/.aws/config begins with "profile". */
static bool read_section(credentials *c, const char *path, unsigned line, struct text t,
                         struct diag *why)
{
    static const char word[] = "profile ";

    if (t.at[t.len - 1] != ']')
        return credentials_refuse(path, line,
                                  "a profile's name stands in brackets, as in [default]", why);
    t = credentials_trimmed(t.at + 1, t.len - 2);
    if (t.len > strlen(word) && !memcmp(t.at, word, strlen(word)))
        t = credentials_trimmed(t.at + strlen(word), t.len - strlen(word));
    if (!t.len)
        return credentials_refuse(path, line, "a profile needs a name", why);
    add_profile(c, &t);
    return true;
}

/* Where a setting of a profile is kept; NULL: it is of no use here. */
static const char **setting_of(struct profile *p, const struct text *name)
{
    const struct {
        const char *name;
        const char **to;
    } settings[] = {
        {"aws_access_key_id", &p->keys.access_key},
        {"aws_secret_access_key", &p->keys.secret_key},
        {"aws_session_token", &p->keys.session_token},
        {"role_arn", &p->role.role},
        {"role_session_name", &p->role.session},
        {"external_id", &p->role.external_id},
        {"web_identity_token_file", &p->role.token_file},
        {"source_profile", &p->source},
    };

    for (size_t i = 0; i < COUNT(settings); i++)
        if (credentials_is(name, settings[i].name))
            return settings[i].to;
    return NULL;
}

/* Ways to get keys that are not done here: a profile that has one is told of, not passed over. */
static const char *refused_setting(const struct text *name)
{
    static const char *const names[] = {"sso_session",        "sso_start_url",     "sso_account_id",
                                        "credential_process", "credential_source", "login_session",
                                        "mfa_serial"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (credentials_is(name, names[i]))
            return names[i];
    return NULL;
}

/* NAME = VALUE. Settings of other kinds, as `region`, are passed over, as AWS's programs do. */
static bool read_setting(credentials *c, const char *path, unsigned line, struct text t,
                         struct diag *why)
{
    const char *equals = memchr(t.at, '=', t.len);
    struct profile *p;

    if (!equals)
        return credentials_refuse(path, line, "a line is [PROFILE] or NAME = VALUE", why);
    if (!c->count)
        return credentials_refuse(path, line, "[PROFILE] must come first", why);
    p = &c->profiles[c->count - 1];
    struct text name = credentials_trimmed(t.at, (size_t)(equals - t.at));
    struct text value = credentials_trimmed(equals + 1, (size_t)(t.at + t.len - equals - 1));
    const char **to = setting_of(p, &name);

    if (!p->refused)
        p->refused = refused_setting(&name);
    if (to && !value.len)
        return credentials_refuse(path, line, "this needs a value", why);
    if (to)
        *to = arena_strndup(&c->arena, value.at, value.len);
    return true;
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
            good = read_setting(c, path, line, t, why);
        at = stop + 1;
    }
    for (size_t i = 0; good && i < c->count; i++) {
        const struct sigv4_keys *k = &c->profiles[i].keys;

        any = any || (k->access_key && k->secret_key);
    }
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
        OPENSSL_cleanse(text->data, text->len);
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
        const struct sigv4_keys *k = &c->profiles[i].keys;

        if (k->secret_key && k->access_key && strlen(k->access_key) == len &&
            !memcmp(k->access_key, access_key, len)) {
            *out = *k;
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

/* The keys of a profile; false: it has none. */
static bool find_profile(const credentials *c, const char *profile, struct sigv4_keys *out)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->profiles[i].name, profile) && c->profiles[i].keys.access_key &&
            c->profiles[i].keys.secret_key) {
            *out = c->profiles[i].keys;
            return true;
        }
    return false;
}

/* A variable of the environment; one that is empty counts as not set. */
static const char *credentials_set(const char *name)
{
    const char *v = getenv(name);

    return v && *v ? v : NULL;
}

static const char shared_variable[] = "AWS_SHARED_CREDENTIALS_FILE";

/* A file that can't be read is as good as none: its name is only where one would be. */
static credentials *file_of_user(const char *variable, const char *name, bool needs_keys)
{
    const char *path = credentials_set(variable), *home = credentials_set("HOME");
    struct buf text = {0}, content = {0};
    credentials *c = NULL;

    if (path)
        buf_adds(&text, path);
    else if (home)
        buf_printf(&text, "%s/.aws/%s", home, name);
    if (text.len)
        c = parse(buf_read_regular(&content, buf_str(&text), MAX_FILE, NULL), &content,
                  buf_str(&text), needs_keys, NULL);
    buf_clear(&text);
    return c;
}

/*
 * The order of AWS's command line: the environment's keys, else the profile that AWS_PROFILE
 * names, else "default"; a profile is looked for in our own file before the user's.
 */
bool credentials_own(const credentials *given, credentials **file, struct sigv4_keys *out)
{
    const char *profile = credentials_set("AWS_PROFILE");

    *file = NULL;
    *out = (struct sigv4_keys){credentials_set("AWS_ACCESS_KEY_ID"),
                               credentials_set("AWS_SECRET_ACCESS_KEY"),
                               credentials_set("AWS_SESSION_TOKEN")};
    if (out->access_key && out->secret_key)
        return true;
    if (!profile)
        profile = "default";
    if (given && find_profile(given, profile, out))
        return true;
    *file = file_of_user(shared_variable, "credentials", true);
    return *file && find_profile(*file, profile, out);
}

static const struct profile *profile_named(const credentials *c, const char *name)
{
    for (size_t i = 0; c && i < c->count; i++)
        if (!strcmp(c->profiles[i].name, name))
            return &c->profiles[i];
    return NULL;
}

static enum credentials_found wrong_profile(const char *name, const char *words, const char *what,
                                            struct diag *why)
{
    diag_set(why, "NO_KEYS", 0, "Unable to load AWS credentials: the profile '%s' %s%s", name,
             words, what);
    return CREDENTIALS_WRONG;
}

/*
 * A profile's role stands in the file of settings, the keys of its source_profile in either file.
 * A source that has a role itself is not followed.
 */
enum credentials_found credentials_own_role(credentials *files[2], struct credentials_role *out,
                                            struct diag *why)
{
    const char *name = credentials_set("AWS_PROFILE");

    if (!name)
        name = "default";
    files[0] = file_of_user("AWS_CONFIG_FILE", "config", false);
    files[1] = NULL;
    const struct profile *p = profile_named(files[0], name);
    if (!p || (!p->role.role && !p->refused))
        return CREDENTIALS_NO_ROLE;
    if (p->refused)
        return wrong_profile(name, "needs what is not done here: ", p->refused, why);
    *out = p->role;
    if (p->role.token_file)
        return CREDENTIALS_ROLE;
    if (!p->source)
        return wrong_profile(name, "has a role_arn, but no source_profile", "", why);
    files[1] = file_of_user(shared_variable, "credentials", true);
    if ((files[1] && find_profile(files[1], p->source, &out->keys)) ||
        find_profile(files[0], p->source, &out->keys))
        return CREDENTIALS_ROLE;
    return wrong_profile(name, "has a source_profile without keys: ", p->source, why);
}
