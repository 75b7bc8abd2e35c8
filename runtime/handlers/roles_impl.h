#ifndef RUNTIME_HANDLERS_ROLES_IMPL_H
#define RUNTIME_HANDLERS_ROLES_IMPL_H

#include "runtime/aws/aws.h"
#include "runtime/handlers/roles.h"

/* What roles.c, which keeps keys and asks STS, has in common with who asks others for them. */

struct key_process;

/* Keys of one source, or those that are to come. */
struct role_keys {
    struct role_keys *next;
    handlers *h;
    bool of_task;          /* of a role that a Task names */
    struct key_plan *plan; /* has the texts of `from`; NULL: `texts` has them */
    struct arena texts;
    struct key_source from;
    char *own_role; /* of_task: the execution's, for messages; or NULL */
    char *access_key, *secret_key, *session_token;
    int64_t until_ms; /* by clock_wall_ms: when they expire; 0: there are none */
    int64_t came_ms;  /* by clock_steady_ms: when they came */
    struct aws_call call;
    signed_send *request;        /* that is out; NULL: none */
    struct key_process *process; /* that runs; NULL: none */
    char *metadata_token;        /* KEY_METADATA, while it is asked */
    bool metadata_named;         /* and the role's name is known */
    struct wait_list waits;      /* struct role_wait */
    bool telling;                /* they are told: it must stay */
};

/* Ends a fetch with an object that has AccessKeyId, SecretAccessKey, Expiration, and a session
 * token named `token` (NULL: nothing was given). `lasting`: the last two may be missing. Where it
 * is no such object, `why` (may be NULL) tells, behind `who`. */
void role_fetched(struct role_keys *k, const json *given, const char *token, bool lasting,
                  const char *who, const char *why);

/* Wipes a text that may be a secret, and frees it. */
void role_wipe(char **text);
void role_wipe_buf(struct buf *text);
/* Returns a look at the text of a file without white space at its end. */
const char *role_trimmed(struct buf *text);

/* ---- key_process.c ---- */

/* Starts the program of KEY_BY_PROCESS. Returns false with *why filled when that can't be. */
bool key_process_ask(struct role_keys *k, struct diag *why);
/* Ends it: nothing comes of it any more. */
void key_process_end(struct key_process *p);

/* ---- key_servers.c ---- */

/* Ask the server of KEY_CONTAINER and KEY_METADATA. Return false with *why filled. */
bool key_container_ask(struct role_keys *k, struct diag *why);
bool key_metadata_ask(struct role_keys *k, struct diag *why);

#endif
