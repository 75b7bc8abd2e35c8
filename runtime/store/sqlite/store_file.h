#ifndef RUNTIME_STORE_SQLITE_STORE_FILE_H
#define RUNTIME_STORE_SQLITE_STORE_FILE_H

#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * That a store's file is this process's alone: a lock on the file itself, by whatever name it is
 * reached. It must be taken before SQLite opens the file, and given back after it is closed: with
 * any descriptor of a file that a process closes, it loses the locks that SQLite has on it.
 */
struct store_lock {
    int fd;
};

#define STORE_UNLOCKED ((struct store_lock){-1})

/*
 * Makes the file if there is none; for its owner only, whatever the umask. False with *why filled
 * when another store has it (STORE_BUSY), it lies in the network (STORE_NETWORK), where locks and
 * shared memory can't be relied on, it is empty though its log isn't (STORE_EMPTIED), it has a
 * second name (STORE_LINKED), or it can't be opened (STORE_OPEN).
 */
bool store_lock(struct store_lock *lock, const char *path, struct diag *why);
/* Locks as store_lock does, but makes no file: it must be there. */
bool store_lock_there(struct store_lock *lock, const char *path, struct diag *why);
/* Locks as store_lock_there does, for reading only; others may lock it to read meanwhile. */
bool store_lock_to_read(struct store_lock *lock, const char *path, struct diag *why);
void store_unlock(struct store_lock *lock);

/* What others than the owner may do with the file: bits of its mode. */
unsigned store_lock_rights(const struct store_lock *lock);
/* Bytes that may still be written where it lies; UINT64_MAX: nobody knows. */
uint64_t store_lock_room(const struct store_lock *lock);

#endif
