#ifndef RUNTIME_AWS_OWN_KEYS_H
#define RUNTIME_AWS_OWN_KEYS_H

#include "runtime/aws/credentials.h"

/*
 * Who gives us the keys for our own requests to others, as AWS's SDKs find it: environment, files
 * of profiles, programs and servers. Here it is only found; runtime/handlers/roles.h asks them.
 */

enum key_way {
    KEY_AT_HAND,    /* they stand in the environment or in a file */
    KEY_OF_ROLE,    /* STS is asked for a role, with the keys of `source` */
    KEY_BY_TOKEN,   /* STS is asked for a role, with a web identity's token */
    KEY_BY_PROCESS, /* a program prints them: credential_process */
    KEY_CONTAINER,  /* the server of a container's keys */
    KEY_METADATA,   /* the metadata of a machine in EC2 */
};

/* One step to keys. Texts are NULL where they do not apply or nothing says them. */
struct key_source {
    enum key_way way;
    const char *id;                    /* is the same for all sources that give the same keys */
    const char *profile;               /* the one that says so */
    struct sigv4_keys keys;            /* KEY_AT_HAND */
    const struct key_source *source;   /* KEY_OF_ROLE */
    const char *role;                  /* KEY_OF_ROLE, KEY_BY_TOKEN: its ARN */
    const char *session, *external_id; /* of both */
    const char *duration;              /* of both: seconds, a number */
    const char *token_file;            /* KEY_BY_TOKEN */
    const char *command;               /* KEY_BY_PROCESS: its line */
    const char *url;                   /* KEY_CONTAINER, KEY_METADATA: of the server */
};

/* What was found at one time: counted, and never changed. */
struct key_plan {
    size_t refs;
    struct arena arena;              /* of all that is below */
    const struct key_source *source; /* NULL: there is none */
    const char *wrong;               /* why there is none, where something is wrong; else NULL */
    bool nowhere;                    /* that is a profile that no file has */
    bool not_done;                   /* and that is a way to keys which AWS's programs have */
    const char *profile;             /* the one that the environment names; NULL: it names none */
    const char *profile_by;          /* and the variable that names it */
    const struct key_source *simple; /* keys at hand, though `source` may be another; or NULL */
};

void key_plan_unref(struct key_plan *p);

/* The files and what was made of them. */
typedef struct own_keys own_keys;

own_keys *own_keys_new(void);
void own_keys_free(own_keys *o);

/*
 * Returns who gives us keys; the reference is yours. It is found anew when a second has passed (by
 * `now_ms`, a steady clock); files that have not changed since are not read again.
 *
 * The keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY come first. Then the profile that
 * AWS_DEFAULT_PROFILE or AWS_PROFILE names, or `default`, is looked for in the files that
 * AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name, or ~/.aws/credentials and ~/.aws/config;
 * its keys also in `given`, before these (may be NULL).
 */
struct key_plan *own_keys_find(own_keys *o, const credentials *given, int64_t now_ms);

/*
 * Returns whether a request can be signed with the key and the session token (NULL: none), which
 * are sent in headers: with a line end in them they would add headers of their own.
 */
bool own_keys_can_be_sent(const char *access_key, const char *session_token);

/* Returns the region of the profile that the environment names, or of `default`, in the same files;
 * NULL: they say none. Yours to free. *named is the variable that names the profile, or NULL. */
char *own_keys_region(const char **named);

/*
 * Tells where the profile that the environment names, or `default`, in the same files, says that
 * services are: `service` is one's id, as "secrets_manager", or NULL for all that have none of
 * their own. The texts are good during the call. Returns the section of services that the profile
 * names though there is none, yours to free; NULL where all is well.
 */
char *own_keys_endpoints(void (*tell)(void *user, const char *service, const char *url),
                         void *user);

#endif
