/*
 * Files of keys. A profile is used when it has both an access key and a secret key. Secrets are
 * compared in constant time by sigv4.c, and never shown: messages name the file and the line only.
 */
#include "runtime/aws/credentials.h"

#include "parsers/base/arena.h"
#include "parsers/base/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 1024 * 1024 };

struct profile {
    const char *name;
    struct sigv4_keys keys;
};

struct credentials {
    struct arena arena;
    struct profile *profiles;
    size_t count, room;
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
    c->profiles[c->count++] = (struct profile){arena_strndup(&c->arena, name->at, name->len), {0}};
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

/* NAME = VALUE. Settings that are none of the three, as `region`, are passed over, as AWS's
 * programs do. */
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
    const char **to = credentials_is(&name, "aws_access_key_id")       ? &p->keys.access_key
                      : credentials_is(&name, "aws_secret_access_key") ? &p->keys.secret_key
                      : credentials_is(&name, "aws_session_token")     ? &p->keys.session_token
                                                                       : NULL;
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
                                 struct diag *why)
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
    if (good && !any)
        diag_set(why, "CREDENTIALS_FILE", 0,
                 "%s: there is no profile with aws_access_key_id and aws_secret_access_key in it",
                 path);
    return good && any;
}

/* `text` is cleared, where there is any. */
/* The text is wiped: it has every secret of the file, and would lie about in freed memory. */
static credentials *parse(bool was_read, struct buf *text, const char *path, struct diag *why)
{
    credentials *c = mem_calloc(1, sizeof *c);

    if (!was_read || !credentials_read_all(c, path, text, why)) {
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

    return parse(buf_read_file(&text, path, MAX_FILE, why), &text, path, why);
}

credentials *credentials_reload(const char *path, struct diag *why)
{
    struct buf text = {0};

    return parse(buf_read_regular(&text, path, MAX_FILE, why), &text, path, why);
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

typedef bool verifier(const struct sigv4_request *q, const char *service, int64_t now_ms,
                      sigv4_lookup *lookup, void *user, struct sigv4_error *why);

/* The service is always Step Functions, whose name in signatures is "states". */
static bool verify(credentials *c, const struct http_message *m, int64_t now_ms, verifier *good,
                   struct sigv4_error *why)
{
    struct sigv4_header *headers = mem_calloc(m->field_count + 1, sizeof *headers);
    bool is;

    for (size_t i = 0; i < m->field_count; i++)
        headers[i] = (struct sigv4_header){m->fields[i].name, m->fields[i].value};
    is = good(&(struct sigv4_request){.method = m->method,
                                      .path = m->path,
                                      .query = m->query,
                                      .headers = headers,
                                      .header_count = m->field_count,
                                      .body = m->body.data,
                                      .body_len = m->body.len},
              "states", now_ms, credentials_find, c, why);
    mem_free(headers);
    return is;
}

bool credentials_signed(credentials *c, const struct http_message *m, int64_t now_ms,
                        struct sigv4_error *why)
{
    return verify(c, m, now_ms, sigv4_verify, why);
}

bool credentials_may_be_signed(credentials *c, const struct http_message *m, int64_t now_ms,
                               struct sigv4_error *why)
{
    return verify(c, m, now_ms, sigv4_verify_head, why);
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

/* A file that can't be read is as good as none: its name is only where one would be. */
static credentials *shared_file(void)
{
    const char *path = credentials_set("AWS_SHARED_CREDENTIALS_FILE"),
               *home = credentials_set("HOME");
    struct buf text = {0};
    credentials *c;

    if (path)
        buf_adds(&text, path);
    else if (home)
        buf_printf(&text, "%s/.aws/credentials", home);
    c = text.len ? credentials_reload(buf_str(&text), NULL) : NULL;
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
    *file = shared_file();
    return *file && find_profile(*file, profile, out);
}
