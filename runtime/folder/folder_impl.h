#ifndef RUNTIME_FOLDER_FOLDER_IMPL_H
#define RUNTIME_FOLDER_FOLDER_IMPL_H

#include "runtime/folder/folder.h"

#include <pthread.h>
#include <sys/stat.h>

struct object_folder {
    char *path; /* from the root of the file system on */
    bool durable;
    bool links_out;
    bool walks;                 /* the kernel has no openat2: paths are walked name by name */
    struct kept_names *names;   /* of folders that are being listed */
    pthread_mutex_t *mutex;     /* of changes, where the file system has no locks */
    atomic_llong *next_sweep_s; /* when uploads that nobody can want are looked for again */
};

/* The beginning of the names of files that are being written. They are no keys. */
#define FOLDER_TEMPORARY ".asl-put-"

/* What is drawn to tell files that are being written: digits and a NUL. */
enum { FOLDER_CHANCE = 33 };

/* A key as a path: a copy of it. */
struct folder_path {
    char text[FOLDER_KEY_MOST + 1];
    size_t len;
};

/* Makes the path of a key. Returns false with *why filled when no file can have that key. */
bool folder_path_of(struct folder_key key, struct folder_path *out, struct diag *why);
/* Returns whether a name in a folder can be a part of a key. */
bool folder_name_is_key(const char *name, size_t len);

/* Opens what is at a path beneath the folder ("." is the folder itself). Returns -1 with errno set;
 * ELOOP or EXDEV: it leads out of the folder. */
int folder_open_path(const object_folder *f, const char *path, int flags);
/* Opens a regular file, and fills *st. Returns -1 with *why filled: NoSuchKey when it is none. */
int folder_open_file(const object_folder *f, const char *path, struct stat *st, struct diag *why);
/* Fills *out for a file. Returns false with *why filled when it can't be read. */
bool folder_describe(int fd, const struct stat *st, struct folder_object *out, struct diag *why);
/* Returns whether `o` (NULL: there is no such object) meets the conditions. Else *why has the code
 * NotModified or PreconditionFailed. */
bool folder_meets(const struct folder_conditions *when, const struct folder_object *o,
                  struct diag *why);
/* Fills *why with what an errno says of a path, and returns false. `doing` is "read" or "written".
 */
bool folder_refuse(struct diag *why, int error, const char *path, const char *doing);

/* ---- folder_lock.c ---- */

/* A folder in which a file is being replaced or deleted. */
struct folder_lock {
    int dir;
    pthread_mutex_t *mutex; /* NULL: the folder itself is locked */
};

/* Locks the folder that is open as `dir`, for as short as can be. Returns false with *why filled,
 * of which folder_was_locked is true, when somebody else holds the lock for more than a moment. */
bool folder_lock(struct folder_lock *l, const object_folder *f, int dir,
                 const struct folder_conditions *when, struct diag *why);
void folder_unlock(const struct folder_lock *l);
/* Returns whether there is a condition for a change. */
bool folder_is_conditional(const struct folder_conditions *when);

/* ---- folder_write.c ---- */

/* A file that is being written: under another name, in the folder where it is to be. */
struct incoming {
    const object_folder *f;
    struct folder_path path;
    const char *name; /* the end of the path */
    int dir, fd;      /* -1: it is not open */
    size_t made;      /* the length of the path of the first folder that was made for it; 0: none */
    const struct folder_conditions *when; /* NULL: none */
    const char *beside; /* a name in its folder without which it is put nowhere; NULL: none */
    char temporary[sizeof FOLDER_TEMPORARY + FOLDER_CHANCE];
};

/* Draws hexadecimal digits. Returns false with errno set. */
bool folder_chance(char out[FOLDER_CHANCE]);
/*
 * Opens it, writes bytes, copies what is left of an open file, and puts it in its place if the
 * conditions hold, which live as long as it. Each returns false with *why filled. incoming_end is
 * needed in any case: it closes the file, and deletes one that is not done.
 */
bool incoming_open(struct incoming *w, const object_folder *f, const struct folder_path *path,
                   const struct folder_conditions *when, struct diag *why);
bool incoming_write(struct incoming *w, const char *bytes, size_t len, struct diag *why);
bool incoming_copy(struct incoming *w, int fd, struct diag *why);
bool incoming_commit(struct incoming *w, struct folder_object *out, struct diag *why);
void incoming_end(struct incoming *w, bool is_done);

/* ---- folder.c ---- */

bool folder_is_stopped(const atomic_bool *stop);
/* Fills *why for a call that was stopped, of which nobody hears, and returns false. */
bool folder_refuse_stopped(struct diag *why);

/* Fill *why with S3's words, and return false. */
bool folder_refuse_no_key(struct diag *why);
bool folder_precondition_failed(struct diag *why);

#endif
