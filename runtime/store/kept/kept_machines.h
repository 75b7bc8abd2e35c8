#ifndef RUNTIME_STORE_KEPT_KEPT_MACHINES_H
#define RUNTIME_STORE_KEPT_KEPT_MACHINES_H

#include "asl/asl.h"
#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "parsers/base/digest.h"

/*
 * The compiled definitions of a store that keeps text: those of executions that were started or
 * found. A definition is named by the hash of its text. What nobody else has any more goes now and
 * then. Empty is {0}.
 */

/* SHA-256's first half: enough to name definitions and tokens. */
enum { KEPT_KEY_BYTES = 16 };

struct kept_machine {
    asl_machine *machine; /* NULL: it can't be compiled, as */
    char *refusal;        /* says */
    unsigned char key[KEPT_KEY_BYTES];
};

struct kept_machines {
    struct kept_machine *list;
    size_t count, cap, most;
    const asl_machine *look; /* one that is in use though nobody has a reference; NULL: none */
};

/* Lets go of all of them. */
void kept_machines_clear(struct kept_machines *all);
/* Finds a machine, or a key, among them: looks, good until the next call. NULL: it isn't there. */
const struct kept_machine *kept_machines_of(const struct kept_machines *all, const asl_machine *m);
const struct kept_machine *kept_machines_find(const struct kept_machines *all,
                                              const unsigned char *key);
/* Adds a machine; takes `m` and `refusal`, one of which is NULL. Returns a look as above. */
const struct kept_machine *kept_machines_add(struct kept_machines *all, asl_machine *m,
                                             char *refusal, const unsigned char *key);
/* Compiles the text of a stored definition, and adds what comes of it. */
const struct kept_machine *kept_machines_compile(struct kept_machines *all, const char *text,
                                                 size_t len, const unsigned char *key);
/* Returns a look at the machine; NULL with *why filled (STORE_DAMAGED): it can't be compiled. */
asl_machine *kept_machine_get(const struct kept_machine *k, struct diag *why);
/* Lets go of the machines of a key. False: somebody has one, and may start it again. */
bool kept_machines_drop(struct kept_machines *all, const unsigned char *key);
/* Adds the text that a machine's definition is kept as. */
void kept_machine_text(const asl_machine *m, struct buf *out);

/* ---- keys ---- */

/* Makes what stands for a text; `hash` is of SHA-256. */
void kept_key(digest *hash, const char *text, size_t len, unsigned char key[KEPT_KEY_BYTES]);
/* Makes what the ARN of a Map Run goes by among the tokens, none of which begins so. */
void kept_map_run_key(digest *hash, const char *arn, size_t len, unsigned char key[KEPT_KEY_BYTES]);

#endif
