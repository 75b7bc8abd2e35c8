/*
 * Where our own keys come from: the order of AWS's command line and SDKs (botocore's chain of
 * providers). A plan is made of the environment and of two files; it is made anew each second, as
 * both may change, but a file is read only when it is not what it was. All texts of a plan are its
 * own, since what it was made of may be gone before the plan is.
 */
#define _DEFAULT_SOURCE /* st_mtim */

#include "runtime/aws/own_keys.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/aws/credentials_impl.h"
#include "runtime/aws/endpoints.h"
#include "runtime/http/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum {
    PLAN_MS = 1000,
    MAX_CHAIN = 8, /* profiles that lead to one another: each is a request to STS */
};

/* A file of the user's, which need not be there. */
struct user_file {
    const char *variable, *name; /* the variable that names it; what it is called in ~/.aws */
    char *path;                  /* NULL: nothing says where it would be */
    struct stat seen;            /* when it was read */
    credentials *content;        /* NULL: it is not there, or wrong */
    struct diag wrong;           /* why it can't be used, though it is there */
};

struct own_keys {
    struct user_file shared, config;
    struct key_plan *plan; /* NULL: none yet */
    int64_t until_ms;      /* for how long it holds */
};

/* A variable of the environment; one that is empty counts as not set. */
static const char *own_keys_set(const char *name)
{
    const char *v = getenv(name);

    return v && *v ? v : NULL;
}

/* Returns the profile that the environment names, and in *by the variable that does; NULL: none.
 * The order is botocore's. */
static const char *named_profile(const char **by)
{
    static const char *const variables[] = {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"};

    for (size_t i = 0; i < COUNT(variables); i++) {
        const char *name = own_keys_set(variables[i]);

        *by = name ? variables[i] : NULL;
        if (name)
            return name;
    }
    return NULL;
}

/* ---- files ---- */

static void user_file_forget(struct user_file *f)
{
    credentials_free(f->content);
    f->content = NULL;
    diag_clear(&f->wrong);
    f->wrong = (struct diag){0};
    f->seen = (struct stat){0};
}

static bool is_same_keys_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void user_file_look(struct user_file *f)
{
    const char *path = own_keys_set(f->variable), *home = own_keys_set("HOME");
    struct buf now = {0};
    struct stat is = {0};

    if (path)
        buf_adds(&now, path);
    else if (home)
        buf_printf(&now, "%s/.aws/%s", home, f->name);
    bool moved = !f->path || strcmp(buf_str(&now), f->path) != 0;
    mem_free(f->path);
    f->path = now.len ? buf_take(&now) : NULL;
    if (!f->path || stat(f->path, &is)) {
        user_file_forget(f);
    } else if (moved || !is_same_keys_file(&is, &f->seen)) {
        user_file_forget(f);
        f->content = credentials_read_profiles(f->path, &f->wrong);
        f->seen = is;
    }
}

static void user_file_clear(struct user_file *f)
{
    user_file_forget(f);
    mem_free(f->path);
}

/* ---- plans ---- */

void key_plan_unref(struct key_plan *p)
{
    if (!p || --p->refs)
        return;
    arena_clear(&p->arena);
    mem_free(p);
}

/* What a plan is made of while it is made. */
struct planning {
    struct key_plan *plan;
    const struct own_keys *own;
    const credentials *given;
    const char *visited[MAX_CHAIN]; /* profiles, from the first to the one that is looked at */
    size_t depth;
};

static const char *kept(struct planning *p, const char *text)
{
    return text ? arena_strndup(&p->plan->arena, text, strlen(text)) : NULL;
}

static struct key_source *own_keys_add_source(struct planning *p, enum key_way way,
                                              const char *profile)
{
    struct key_source *s = arena_calloc(&p->plan->arena, 1, sizeof *s);

    s->way = way;
    s->profile = kept(p, profile);
    return s;
}

static bool is_wrong(const struct planning *p)
{
    return p->plan->wrong != NULL;
}

/* What is wrong is told as "the profile 'x' WORDS". Returns NULL. */
static const struct key_source *plan_wrong(struct planning *p, const char *profile,
                                           const char *words, const char *what)
{
    struct buf text = {0};

    buf_printf(&text, "the profile '%s' %s%s", profile, words, what);
    p->plan->wrong = kept(p, buf_str(&text));
    buf_clear(&text);
    return NULL;
}

/* The file of keys wins over that of settings, as in AWS's programs. */
static const char *setting(const struct planning *p, const char *profile, enum profile_setting s)
{
    const struct profile *shared = credentials_profile(p->own->shared.content, profile);
    const struct profile *config = credentials_profile(p->own->config.content, profile);

    if (shared && shared->settings[s])
        return shared->settings[s];
    return config ? config->settings[s] : NULL;
}

bool own_keys_can_be_sent(const char *access_key, const char *session_token)
{
    /* Authorization has it between these. */
    return http_header_value_ok(access_key) && !strpbrk(access_key, " ,/") &&
           (!session_token || http_header_value_ok(session_token));
}

/* `profile`: NULL for those of the environment. */
static struct key_source *keys_at_hand(struct planning *p, const char *access_key,
                                       const char *secret_key, const char *token,
                                       const char *profile)
{
    struct key_source *s;

    if (!own_keys_can_be_sent(access_key, token)) {
        if (profile)
            plan_wrong(p, profile, "has keys that can't stand in a header", "");
        else
            p->plan->wrong = "AWS_ACCESS_KEY_ID or AWS_SESSION_TOKEN can't stand in a header";
        return NULL;
    }
    s = own_keys_add_source(p, KEY_AT_HAND, profile);
    s->keys = (struct sigv4_keys){kept(p, access_key), kept(p, secret_key), kept(p, token)};
    s->id = s->keys.access_key;
    return s;
}

/* A key without its secret is a mistake: AWS's programs don't look further for another pair. */
static const struct key_source *keys_of_environment(struct planning *p)
{
    const char *access_key = own_keys_set("AWS_ACCESS_KEY_ID"),
               *secret_key = own_keys_set("AWS_SECRET_ACCESS_KEY");

    const char *token = own_keys_set("AWS_SECURITY_TOKEN"); /* its older name */

    if (!token)
        token = own_keys_set("AWS_SESSION_TOKEN");
    if (access_key && !secret_key)
        p->plan->wrong = "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not";
    return access_key && secret_key ? keys_at_hand(p, access_key, secret_key, token, NULL) : NULL;
}

/* A key and its secret are taken from one file: those of two would not belong together. */
static const struct key_source *keys_of_file(struct planning *p, const credentials *file,
                                             const char *profile)
{
    const struct profile *is = credentials_profile(file, profile);
    const char *const *s = is ? is->settings : NULL;

    if (s && s[PROFILE_ACCESS_KEY] && !s[PROFILE_SECRET_KEY])
        return plan_wrong(p, profile, "has an aws_access_key_id, but no aws_secret_access_key", "");
    return s && s[PROFILE_ACCESS_KEY] && s[PROFILE_SECRET_KEY]
               ? keys_at_hand(p, s[PROFILE_ACCESS_KEY], s[PROFILE_SECRET_KEY], profile_token(is),
                              profile)
               : NULL;
}

static const struct key_source *keys_of_shared(struct planning *p, const char *profile)
{
    const struct key_source *s = keys_of_file(p, p->given, profile);

    return s || is_wrong(p) ? s : keys_of_file(p, p->own->shared.content, profile);
}

/* ---- servers ---- */

/* The keys would be readable on the way, so that AWS's SDKs ask only these without TLS: this
 * machine, and the addresses of ECS and EKS. */
static bool is_containers_server(const char *url)
{
    static const char *const hosts[] = {"http://169.254.170.2", "http://169.254.170.23",
                                        "http://[fd00:ec2::23]"};

    /* Before an '@' stands who asks, and the host behind it. */
    if (!http_url_ok(url) || url[strcspn(url + 8, "/?#@") + 8] == '@')
        return false;
    if (!strncasecmp(url, "https:", 6) || endpoints_url_is_loopback(url))
        return true;
    for (size_t i = 0; i < COUNT(hosts); i++)
        if (text_begins_with(url, hosts[i]) && strchr("/:", url[strlen(hosts[i])]))
            return true;
    return false;
}

static const struct key_source *keys_of_server(struct planning *p, enum key_way way,
                                               const char *url, const char *profile)
{
    struct key_source *s = own_keys_add_source(p, way, profile);

    s->url = s->id = kept(p, url);
    return s;
}

static const struct key_source *keys_of_container(struct planning *p, const char *profile)
{
    const char *path = own_keys_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *whole = own_keys_set("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    const struct key_source *s = NULL;
    struct buf url = {0};

    if (path)
        buf_printf(&url, "http://169.254.170.2%s%s", *path == '/' ? "" : "/", path);
    else if (whole && is_containers_server(whole))
        buf_adds(&url, whole);
    else if (whole)
        p->plan->wrong = "AWS_CONTAINER_CREDENTIALS_FULL_URI must have https, this machine, or an "
                         "address of ECS or EKS: keys would be readable on the way";
    if (path && !http_url_ok(buf_str(&url)))
        p->plan->wrong = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI can't stand in a URL";
    else if (url.len)
        s = keys_of_server(p, KEY_CONTAINER, buf_str(&url), profile);
    buf_clear(&url);
    return s;
}

static const struct key_source *keys_of_metadata(struct planning *p, const char *profile)
{
    const char *given = own_keys_set("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = own_keys_set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    const struct key_source *s = NULL;
    struct buf url = {0};

    if (given)
        buf_adds(&url, given);
    else
        buf_adds(&url, mode && !strcasecmp(mode, "ipv6") ? "http://[fd00:ec2::254]"
                                                         : "http://169.254.169.254");
    url.len = text_len_before_slashes(url.data, url.len);
    if (http_url_ok(buf_str(&url)))
        s = keys_of_server(p, KEY_METADATA, buf_str(&url), profile);
    else
        p->plan->wrong = "AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL";
    buf_clear(&url);
    return s;
}

/* A machine's metadata gives its keys to whoever asks, so nobody does unless this variable, which
 * the SDKs only know to forbid it, says so. */
static bool metadata_is_asked_for(void)
{
    const char *disabled = own_keys_set("AWS_EC2_METADATA_DISABLED");

    return disabled && !strcasecmp(disabled, "false");
}

/* ---- profiles ---- */

static const struct key_source *keys_of_process(struct planning *p, const char *profile)
{
    const char *command = setting(p, profile, PROFILE_PROCESS);
    struct key_source *s = command ? own_keys_add_source(p, KEY_BY_PROCESS, profile) : NULL;

    if (s)
        s->command = s->id = kept(p, command);
    return s;
}

/* Returns an id that only sources share whose keys are the same: whatever could make the keys
 * others is part of it. */
static const char *role_id(struct planning *p, const struct key_source *s)
{
    const char *const parts[] = {s->role, s->session, s->external_id, s->duration,
                                 s->token_file ? s->token_file : s->source->id};
    struct buf id = {0};

    for (size_t i = 0; i < COUNT(parts); i++)
        buf_printf(&id, "%s\n", parts[i] ? parts[i] : "");
    const char *text = kept(p, buf_str(&id));
    buf_clear(&id);
    return text;
}

static bool is_duration(const char *text)
{
    size_t digits = 0;

    while (ascii_is_digit((unsigned char)text[digits]))
        digits++;
    return digits && !text[digits] && digits <= 6 && atol(text) >= 900 && atol(text) <= 43200;
}

/* Adds a source with all that a profile says of its role; who asks for the role is for the caller
 * to set. Returns NULL where something is wrong. */
static struct key_source *add_role(struct planning *p, enum key_way way, const char *profile)
{
    const char *duration = setting(p, profile, PROFILE_DURATION);
    struct key_source *s;

    if (duration && !is_duration(duration)) {
        plan_wrong(p, profile,
                   "has a duration_seconds that is no number from 900 to 43200: ", duration);
        return NULL;
    }
    s = own_keys_add_source(p, way, profile);
    s->role = kept(p, setting(p, profile, PROFILE_ROLE));
    s->session = kept(p, setting(p, profile, PROFILE_SESSION));
    s->external_id = kept(p, setting(p, profile, PROFILE_EXTERNAL_ID));
    s->duration = kept(p, duration);
    return s;
}

static const struct key_source *keys_by_token(struct planning *p, const char *profile)
{
    const char *file = setting(p, profile, PROFILE_TOKEN_FILE);
    struct key_source *s = add_role(p, KEY_BY_TOKEN, profile);

    if (!s)
        return NULL;
    s->token_file = kept(p, file);
    s->id = role_id(p, s);
    return s;
}

static const struct key_source *keys_by_role(struct planning *p, const char *profile);

/* The keys with which a profile that has `profile` as its source_profile asks STS. */
static const struct key_source *keys_of_source(struct planning *p, const char *profile)
{
    const struct key_source *s = keys_of_shared(p, profile);
    bool has_role = setting(p, profile, PROFILE_ROLE) != NULL;

    if (!s && has_role && !is_wrong(p))
        return setting(p, profile, PROFILE_TOKEN_FILE) ? keys_by_token(p, profile)
                                                       : keys_by_role(p, profile);
    if (!s && !has_role && !is_wrong(p))
        s = keys_of_process(p, profile);
    if (!s && !has_role && !is_wrong(p))
        s = keys_of_file(p, p->own->config.content, profile);
    if (!s && !is_wrong(p))
        plan_wrong(p, p->visited[p->depth - 1], "has a source_profile without keys: ", profile);
    return s;
}

static const struct key_source *keys_of_credential_source(struct planning *p, const char *profile,
                                                          const char *kind)
{
    const struct key_source *s = NULL;

    if (!strcmp(kind, "Environment"))
        s = keys_of_environment(p);
    else if (!strcmp(kind, "EcsContainer"))
        s = keys_of_container(p, profile);
    else if (!strcmp(kind, "Ec2InstanceMetadata"))
        s = keys_of_metadata(p, profile);
    else
        plan_wrong(p, profile,
                   "has a credential_source that is none of Environment, EcsContainer and "
                   "Ec2InstanceMetadata: ",
                   kind);
    if (!s && !p->plan->wrong)
        plan_wrong(p, profile,
                   "has a credential_source, but the environment has none of its "
                   "variables: ",
                   kind);
    return s;
}

/* Tells the profiles that have been looked at, and the next one, as "a, b, a". */
static const struct key_source *plan_chain(struct planning *p, const char *words, const char *next)
{
    struct buf text = {0};

    for (size_t i = 0; i < p->depth; i++)
        buf_printf(&text, "%s, ", p->visited[i]);
    buf_adds(&text, next);
    plan_wrong(p, p->visited[0], words, buf_str(&text));
    buf_clear(&text);
    return NULL;
}

/* A source_profile may be the profile itself, if it has keys; else none may come twice. */
static const struct key_source *keys_by_role(struct planning *p, const char *profile)
{
    const char *source = setting(p, profile, PROFILE_SOURCE);
    const char *kind = setting(p, profile, PROFILE_CREDENTIAL_SOURCE);
    struct key_source *s;

    p->plan->not_done = setting(p, profile, PROFILE_MFA) != NULL;
    if (p->plan->not_done)
        return plan_wrong(p, profile,
                          "has an mfa_serial, but nobody can be asked for its code here: "
                          "'aws sts get-session-token' gives keys that may be used instead",
                          "");
    if (!source == !kind)
        return plan_wrong(p, profile,
                          source ? "has a source_profile and a credential_source, of which one "
                                   "must go"
                                 : "has a role_arn, but no source_profile or credential_source",
                          "");
    if (p->depth == MAX_CHAIN)
        return plan_chain(p, "has more source_profiles than are followed: ", profile);
    p->visited[p->depth++] = profile;
    s = add_role(p, KEY_OF_ROLE, profile);
    if (!s)
        return NULL;
    if (kind) {
        s->source = keys_of_credential_source(p, profile, kind);
    } else {
        bool again = false;
        for (size_t i = 0; i < p->depth; i++)
            again = again || !strcmp(p->visited[i], source);
        s->source = again ? keys_of_shared(p, source) : keys_of_source(p, source);
        if (again && !s->source && !is_wrong(p))
            s->source = keys_of_file(p, p->own->config.content, source);
        if (again && !s->source && !is_wrong(p))
            return plan_chain(p, "has source_profiles that lead nowhere: ", source);
    }
    if (!s->source)
        return NULL;
    s->id = role_id(p, s);
    return s;
}

/* AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, as a pod of Kubernetes has them. The profile may
 * have the file, but no role. A token without a role is a mistake: AWS's programs don't look
 * further for keys. */
static const struct key_source *keys_by_token_of_environment(struct planning *p,
                                                             const char *profile)
{
    const char *role = own_keys_set("AWS_ROLE_ARN");
    const char *file = own_keys_set("AWS_WEB_IDENTITY_TOKEN_FILE");
    const char *of_profile = file ? NULL : setting(p, profile, PROFILE_TOKEN_FILE);

    if (!file && !of_profile)
        return NULL;
    if (!role && of_profile)
        return plan_wrong(p, profile, "has a web_identity_token_file, but no role_arn", "");
    if (!role) {
        p->plan->wrong = "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not";
        return NULL;
    }
    struct key_source *s = own_keys_add_source(p, KEY_BY_TOKEN, of_profile ? profile : NULL);
    s->role = kept(p, role);
    s->token_file = kept(p, file ? file : of_profile);
    s->session = kept(p, own_keys_set("AWS_ROLE_SESSION_NAME"));
    s->id = role_id(p, s);
    return s;
}

/* ---- the order ---- */

/* What a profile needs that is not done here, but could be done by AWS's own command line. */
static const struct key_source *plan_login(struct planning *p, const char *profile,
                                           enum profile_setting s)
{
    struct buf words = {0};

    p->plan->not_done = true;
    buf_printf(&words,
               "needs what is not done here: %s; 'aws configure export-credentials --profile %s' "
               "can be the credential_process of another profile",
               profile_setting_name(s), profile);
    plan_wrong(p, profile, buf_str(&words), "");
    buf_clear(&words);
    return NULL;
}

static const struct key_source *keys_of_profile(struct planning *p, const char *profile)
{
    static const enum profile_setting sso[] = {PROFILE_SSO_SESSION, PROFILE_SSO_URL};
    const struct key_source *s = NULL;

    if (setting(p, profile, PROFILE_ROLE))
        return setting(p, profile, PROFILE_TOKEN_FILE) ? keys_by_token(p, profile)
                                                       : keys_by_role(p, profile);
    s = keys_by_token_of_environment(p, profile);
    if (is_wrong(p))
        return NULL;
    for (size_t i = 0; !s && i < COUNT(sso); i++)
        if (setting(p, profile, sso[i]))
            return plan_login(p, profile, sso[i]);
    if (!s)
        s = keys_of_shared(p, profile);
    if (!s && !is_wrong(p) && setting(p, profile, PROFILE_LOGIN))
        return plan_login(p, profile, PROFILE_LOGIN);
    if (!s && !is_wrong(p))
        s = keys_of_process(p, profile);
    return s || is_wrong(p) ? s : keys_of_file(p, p->own->config.content, profile);
}

/* A file that is wrong may be why nothing gives keys. */
static void plan_explain_files(struct planning *p)
{
    const struct user_file *const files[] = {&p->own->shared, &p->own->config};

    for (size_t i = 0; i < COUNT(files) && !is_wrong(p); i++)
        if (files[i]->wrong.text)
            p->plan->wrong = kept(p, files[i]->wrong.text);
}

/* Where the environment names a profile that is nowhere, nobody else is asked for keys: it is
 * misspelt. */
static void plan_look_for_profile(struct planning *p, const char *profile)
{
    struct buf text = {0};

    if (!p->plan->profile || credentials_profile(p->own->shared.content, profile) ||
        credentials_profile(p->own->config.content, profile) ||
        credentials_profile(p->given, profile))
        return;
    plan_explain_files(p);
    if (is_wrong(p))
        return;
    buf_printf(&text, "the profile '%s', which %s names, is neither in %s nor in %s", profile,
               p->plan->profile_by, p->own->shared.path ? p->own->shared.path : "a file of keys",
               p->own->config.path ? p->own->config.path : "a file of settings");
    p->plan->wrong = kept(p, buf_str(&text));
    buf_clear(&text);
    p->plan->nowhere = true;
}

/* What is wrong with them is told by who looks for the source. */
static const struct key_source *simple_keys(struct planning *p, const char *profile)
{
    const char *wrong = p->plan->wrong;
    const struct key_source *s = keys_of_environment(p);

    if (!s)
        s = keys_of_shared(p, profile);
    if (!s)
        s = keys_of_file(p, p->own->config.content, profile);
    p->plan->wrong = wrong;
    return s;
}

static struct key_plan *plan_make(const struct own_keys *o, const credentials *given)
{
    struct key_plan *plan = mem_calloc(1, sizeof *plan);
    struct planning p = {.plan = plan, .own = o, .given = given};
    const char *profile = named_profile(&plan->profile_by);

    plan->refs = 1;
    plan->profile = kept(&p, profile);
    if (!profile)
        profile = "default";
    const char *kind = setting(&p, profile, PROFILE_CREDENTIAL_SOURCE);
    const struct key_source *simple = simple_keys(&p, profile);
    const struct key_source *s = keys_of_environment(&p);
    /* A profile whose role is to be had with the environment's keys is meant, not those keys. */
    if (s && kind && !strcmp(kind, "Environment"))
        s = NULL;
    if (!s && !is_wrong(&p))
        plan_look_for_profile(&p, profile);
    if (!s && !is_wrong(&p))
        s = keys_of_profile(&p, profile);
    if (!s && !is_wrong(&p))
        s = keys_of_container(&p, NULL);
    if (!s && !is_wrong(&p) && metadata_is_asked_for())
        s = keys_of_metadata(&p, NULL);
    if (!s)
        plan_explain_files(&p);
    plan->source = s;
    plan->simple = simple;
    return plan;
}

own_keys *own_keys_new(void)
{
    own_keys *o = mem_calloc(1, sizeof *o);

    o->shared.variable = "AWS_SHARED_CREDENTIALS_FILE";
    o->shared.name = "credentials";
    o->config.variable = "AWS_CONFIG_FILE";
    o->config.name = "config";
    return o;
}

void own_keys_free(own_keys *o)
{
    if (!o)
        return;
    user_file_clear(&o->shared);
    user_file_clear(&o->config);
    key_plan_unref(o->plan);
    mem_free(o);
}

struct key_plan *own_keys_find(own_keys *o, const credentials *given, int64_t now_ms)
{
    if (!o->plan || now_ms >= o->until_ms) {
        user_file_look(&o->shared);
        user_file_look(&o->config);
        key_plan_unref(o->plan);
        o->plan = plan_make(o, given);
        o->until_ms = now_ms + PLAN_MS;
    }
    o->plan->refs++;
    return o->plan;
}

/* ---- what else profiles say ---- */

/* Reads the files for once. Returns the profile that counts. */
static const char *own_keys_profile(own_keys *o)
{
    const char *by, *profile = named_profile(&by);

    user_file_look(&o->shared);
    user_file_look(&o->config);
    return profile ? profile : "default";
}

char *own_keys_region(const char **named)
{
    own_keys *o = own_keys_new();
    const char *profile = own_keys_profile(o);
    const char *said = setting(&(struct planning){.own = o}, profile, PROFILE_REGION);
    char *region = said ? mem_strdup(said) : NULL;

    own_keys_free(o);
    named_profile(named);
    return region;
}

char *own_keys_endpoints(void (*tell)(void *user, const char *service, const char *url), void *user)
{
    own_keys *o = own_keys_new();
    const char *profile = own_keys_profile(o);
    const struct planning p = {.own = o};
    const char *section = setting(&p, profile, PROFILE_SERVICES);
    const char *all = setting(&p, profile, PROFILE_ENDPOINT);
    const char *ignores = setting(&p, profile, PROFILE_IGNORES_ENDPOINTS);
    const struct service_endpoint *e;
    char *lacking = NULL;

    if (ignores && !strcasecmp(ignores, "true"))
        section = all = NULL;
    for (size_t i = 0; section && (e = credentials_endpoint_at(o->config.content, i)); i++)
        if (!strcmp(e->section, section))
            tell(user, e->service, e->url);
    if (all)
        tell(user, NULL, all);
    if (section && !credentials_has_services(o->config.content, section))
        lacking = mem_strdup(section);
    own_keys_free(o);
    return lacking;
}
