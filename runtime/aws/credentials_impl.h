#ifndef RUNTIME_AWS_CREDENTIALS_IMPL_H
#define RUNTIME_AWS_CREDENTIALS_IMPL_H

#include "runtime/aws/credentials.h"

/* The settings of a profile that are of use here, in the order of their names' table. */
enum profile_setting {
    PROFILE_ACCESS_KEY,
    PROFILE_SECRET_KEY,
    PROFILE_SECURITY_TOKEN, /* an older name of the next one, which wins over that */
    PROFILE_SESSION_TOKEN,  /* these four must not be empty */
    PROFILE_ROLE,
    PROFILE_SESSION,
    PROFILE_EXTERNAL_ID,
    PROFILE_DURATION,
    PROFILE_MFA,
    PROFILE_TOKEN_FILE,
    PROFILE_SOURCE,            /* source_profile */
    PROFILE_CREDENTIAL_SOURCE, /* credential_source */
    PROFILE_PROCESS,
    PROFILE_SSO_SESSION,
    PROFILE_SSO_URL,
    PROFILE_LOGIN,
    PROFILE_REGION,
    PROFILE_ENDPOINT,          /* endpoint_url, of all services */
    PROFILE_SERVICES,          /* the name of a section with those of some */
    PROFILE_IGNORES_ENDPOINTS, /* ignore_configured_endpoint_urls */
    PROFILE_SETTINGS,
};

struct profile {
    const char *name;
    const char *settings[PROFILE_SETTINGS]; /* NULL: not set */
    const char *services; /* the NAME of a section [services NAME]; NULL: it is another one */
};

/* Returns what a setting is called in files. */
const char *profile_setting_name(enum profile_setting s);

/* Returns a look at the session token of a profile's keys; NULL: there is none. */
const char *profile_token(const struct profile *p);

/* Returns a look at the profile of that name; NULL: there is none, or `c` is NULL. */
const struct profile *credentials_profile(const credentials *c, const char *name);

/* Where a service is, as a section [services NAME] says. */
struct service_endpoint {
    const char *section; /* its NAME */
    const char *service; /* "secrets_manager": the service's id */
    const char *url;
};

/* Returns whether there is a section [services NAME]; `c` may be NULL. */
bool credentials_has_services(const credentials *c, const char *name);

/* Returns a look at one after the other; NULL behind the last, or `c` is NULL. */
const struct service_endpoint *credentials_endpoint_at(const credentials *c, size_t i);

/* Reads a file as credentials_reload does, but it need not have keys. */
credentials *credentials_read_profiles(const char *path, struct diag *why);

#endif
