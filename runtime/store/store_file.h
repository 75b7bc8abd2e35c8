#ifndef RUNTIME_STORE_STORE_FILE_H
#define RUNTIME_STORE_STORE_FILE_H

#include "parsers/diag.h"

#include <stdbool.h>

/* That a store's file is this process's alone: a lock on a file beside it, PATH.lock. */
struct store_lock {
    int fd;
};

#define STORE_UNLOCKED ((struct store_lock){-1})

/* False with *why filled when another store has it (STORE_BUSY), it lies in the network
 * (STORE_NETWORK), where locks and shared memory can't be relied on, or can't be made (STORE_OPEN).
 */
bool store_lock(struct store_lock *lock, const char *path, struct diag *why);
/* The file stays: taking it away would race with who locks it next. */
void store_unlock(struct store_lock *lock);

#endif
