#ifndef RUNTIME_HANDLERS_ROLES_H
#define RUNTIME_HANDLERS_ROLES_H

#include "runtime/aws/own_keys.h"
#include "runtime/handlers/handlers_impl.h"

/*
 * Keys that somebody else has to be asked for, and that are kept: of roles that Tasks name in
 * Credentials, and our own where own_keys.h finds that they are not at hand.
 */

/* Which keys are wanted: those of `source`, or of a Task's role. */
struct role_ask {
    struct key_plan *plan; /* has `source`; NULL: a Task's role */
    const struct key_source *source;
    const char *role;      /* a Task's: its ARN */
    const char *own_role;  /* that of the execution, for messages; NULL: not known */
    const char *execution; /* ARN; NULL: none */
};

/* Returns where our own keys come from at this time; the reference is yours. */
struct key_plan *handlers_key_plan(handlers *h);

/* Who waits for a role's keys. The storage is the waiter's. */
struct role_wait {
    struct waiter waiter;   /* first */
    struct role_keys *role; /* NULL: nothing is awaited */
    /* Is called from the loop when the keys are there, which are looked at; or with NULL and why
     * they can't be had. */
    void (*done)(struct role_wait *wait, const struct sigv4_keys *keys, const char *why);
};

/* Returns whether roles are assumed for a service that is on this machine (`local`), or elsewhere:
 * an emulator's Tasks keep our own keys as long as nothing says where STS is. */
bool roles_are_assumed(handlers *h, bool local);

enum role_found {
    ROLE_FOUND,     /* *out are its keys, a look until the loop goes on */
    ROLE_AWAITED,   /* wait->done comes, unless role_leave comes first */
    ROLE_NOT_ASKED, /* nobody could be asked: *why */
};

enum role_found role_find(handlers *h, const struct role_ask *ask, struct role_wait *wait,
                          struct sigv4_keys *out, struct diag *why);
/* Takes back what role_find began; does nothing when that has ended. */
void role_leave(struct role_wait *wait);
/* Returns whether the keys that are there are good still, while new ones are awaited. */
bool role_has_good(const struct role_wait *wait);
/* Returns how long to wait for keys, of the time that there is: not so long where those that are
 * there are good still. */
int64_t role_patience_ms(const struct role_wait *wait, int64_t timeout_ms);
/* Ends the wait with wait->done, as it has lasted so long: with keys that are good still, if there
 * are. */
void role_give_up(struct role_wait *wait, int64_t after_ms);

#endif
