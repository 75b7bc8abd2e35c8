#ifndef RUNTIME_HANDLERS_ROLES_H
#define RUNTIME_HANDLERS_ROLES_H

#include "runtime/handlers/handlers_impl.h"

/*
 * Keys that somebody else has to be asked for, and that are kept: of roles that Tasks name in
 * Credentials, and our own where the environment says who gives them.
 */

enum role_way {
    ROLE_OF_TASK,    /* STS, with our own keys */
    ROLE_BY_TOKEN,   /* STS, with the web identity token in AWS_WEB_IDENTITY_TOKEN_FILE */
    ROLE_OF_PROFILE, /* STS, with the keys of its source_profile */
    ROLE_CONTAINER,  /* the server at AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI */
};

/* Which keys are wanted, and by whom. */
struct role_ask {
    enum role_way way;
    const char *role;                  /* its ARN; of a container's the URL */
    const char *token_file;            /* ROLE_BY_TOKEN */
    const char *own_role;              /* that of the execution, for messages; NULL: not known */
    const char *execution;             /* ARN; NULL: none */
    const char *session, *external_id; /* of profiles; NULL: not said */
    const struct sigv4_keys *keys;     /* ROLE_OF_PROFILE: to ask STS with */
};

/* Who waits for a role's keys. The storage is the waiter's. */
struct role_wait {
    struct role_keys *role; /* NULL: nothing is awaited */
    struct role_wait *next;
    /* Is called from the loop when the keys are there, which are looked at; or with NULL and why
     * they can't be had. */
    void (*done)(struct role_wait *wait, const struct sigv4_keys *keys, const char *why);
};

/* Returns whether roles are assumed for a service that is on this machine (`local`), or elsewhere:
 * an emulator's Tasks keep our own keys as long as nothing says where STS is. */
bool roles_are_assumed(handlers *h, bool local);

/* Says who gives us our own keys, after `ask->way`'s settings in the environment. Returns false
 * when they have none. */
bool role_from_token(struct role_ask *ask);
/* Does the same for a container's server. *url is to be freed when ask is not used any more. */
bool role_from_container(struct role_ask *ask, char **url);

enum role_found {
    ROLE_FOUND,     /* *out are its keys, a look until the loop goes on */
    ROLE_AWAITED,   /* wait->done comes, unless role_leave comes first */
    ROLE_NOT_ASKED, /* STS could not be asked: *why */
};

enum role_found role_find(handlers *h, const struct role_ask *ask, struct role_wait *wait,
                          struct sigv4_keys *out, struct diag *why);
/* Takes back what role_find began; does nothing when that has ended. */
void role_leave(struct role_wait *wait);

#endif
