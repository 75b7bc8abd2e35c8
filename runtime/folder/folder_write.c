/*
 * Writes files. A new one is written under a name that is no key, and then takes the place of the
 * old one by a rename: whoever reads has all of the one or all of the other, also after a crash.
 * Folders come and go with the keys in them, as S3 has none.
 */
#define _GNU_SOURCE /* O_PATH, renameat2 */

#include "runtime/folder/folder_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { COPY_BYTES = 256 << 10 };
/* How often a file's folder may vanish before it is written, as another call deletes what was in
 * it. */
enum { MOST_TRIES = 100 };

/* Cuts the path before its last name, which is returned; the path of the folder is "." if nothing
 * is left. */
static const char *split(const struct folder_path *path, struct folder_path *folder)
{
    const char *slash = strrchr(path->text, '/');

    folder->len = slash ? (size_t)(slash - path->text) : 1;
    memcpy(folder->text, slash ? path->text : ".", folder->len);
    folder->text[folder->len] = '\0';
    return slash ? slash + 1 : path->text;
}

/* ---- folders ---- */

static bool refuse_beneath_object(struct diag *why, const char *path)
{
    diag_set(why, "OperationAborted", 0,
             "A part of '%s' is an object, or no folder, so no key can be beneath it", path);
    return false;
}

/* Makes the last folder of `path`, those above which are there. Returns 0, or an errno: EEXIST when
 * somebody else has made it. */
static int make_one(const object_folder *f, const char *path)
{
    struct folder_path whole = {.len = strlen(path)}, above;

    memcpy(whole.text, path, whole.len + 1);
    const char *name = split(&whole, &above);
    int dir = folder_open_path(f, above.text, O_RDONLY | O_DIRECTORY);
    int error = dir < 0 || mkdirat(dir, name, 0777) ? errno : 0;

    /* Else a crash could take the folder away, and the file with it. */
    if ((!error || error == EEXIST) && f->durable && fsync(dir))
        error = errno;
    if (dir >= 0)
        close(dir);
    return error;
}

/* Makes the folders of a path, from above, and notes in *made where the first one is. Returns 0, or
 * an errno. */
static int make_folders(const object_folder *f, const struct folder_path *path, size_t *made)
{
    struct folder_path part = *path;
    int error = 0;

    for (size_t at = 0; !error && at < path->len; at++) {
        at += strcspn(path->text + at, "/");
        part.text[at] = '\0';
        int dir = folder_open_path(f, part.text, O_PATH | O_DIRECTORY);
        if (dir >= 0)
            close(dir);
        else
            error = errno == ENOENT ? make_one(f, part.text) : errno;
        if (dir < 0 && !error && !*made)
            *made = at;
        if (error == EEXIST)
            error = 0;
        part.text[at] = path->text[at];
    }
    return error;
}

/* Opens the folder of a file to be written, which is made if need be. */
static int open_folder(const object_folder *f, const struct folder_path *folder, size_t *made)
{
    int dir = folder_open_path(f, folder->text, O_RDONLY | O_DIRECTORY), error;

    if (dir >= 0 || errno != ENOENT)
        return dir;
    error = make_folders(f, folder, made);
    if (error) {
        errno = error;
        return -1;
    }
    return folder_open_path(f, folder->text, O_RDONLY | O_DIRECTORY);
}

/* Deletes the folder at `path` and those above it, as long as they are empty and their paths have
 * at least so many bytes. One that isn't there, as it could not be made, is passed over. */
static void remove_empty(const object_folder *f, struct folder_path *path, size_t least)
{
    struct folder_path above;

    while (strcmp(path->text, ".") != 0 && path->len >= least) {
        const char *name = split(path, &above);
        int dir = folder_open_path(f, above.text, O_PATH | O_DIRECTORY);
        int error = dir < 0 || unlinkat(dir, name, AT_REMOVEDIR) ? errno : 0;

        if (dir >= 0)
            close(dir);
        if (error == ENOTEMPTY || error == EEXIST)
            return;
        *path = above;
    }
}

/* ---- one file ---- */

bool folder_chance(char out[FOLDER_CHANCE])
{
    unsigned char chance[FOLDER_CHANCE / 2];

    if (getrandom(chance, sizeof chance, 0) != sizeof chance)
        return false;
    for (size_t i = 0; i < sizeof chance; i++)
        snprintf(out + 2 * i, 3, "%02x", chance[i]);
    return true;
}

static bool name_temporary(char out[sizeof FOLDER_TEMPORARY + FOLDER_CHANCE])
{
    memcpy(out, FOLDER_TEMPORARY, sizeof FOLDER_TEMPORARY);
    return folder_chance(out + sizeof FOLDER_TEMPORARY - 1);
}

static bool refuse_write(const struct incoming *w, int error, struct diag *why)
{
    return error == ENOTDIR ? refuse_beneath_object(why, w->path.text)
                            : folder_refuse(why, error, w->path.text, "written");
}

/* Nothing is written while somebody else holds the lock for long. It may be taken afterwards, so
 * that incoming_commit has to look again. */
static bool is_free(const struct incoming *w, struct diag *why)
{
    struct folder_lock lock;

    if (!folder_lock(&lock, w->f, w->dir, w->when, why))
        return false;
    folder_unlock(&lock);
    return true;
}

bool incoming_open(struct incoming *w, const object_folder *f, const struct folder_path *path,
                   const struct folder_conditions *when, struct diag *why)
{
    struct folder_path folder;
    bool is_locked = false;
    int error = 0;

    *w = (struct incoming){.f = f, .path = *path, .dir = -1, .fd = -1, .when = when};
    w->name = split(&w->path, &folder);
    if (!name_temporary(w->temporary))
        return folder_refuse(why, errno, w->path.text, "written");
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        w->dir = open_folder(f, &folder, &w->made);
        is_locked = w->dir >= 0 && !is_free(w, why);
        if (w->dir >= 0 && !is_locked)
            w->fd = openat(w->dir, w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        error = errno;
        if (w->fd >= 0)
            return true;
        if (w->dir >= 0)
            close(w->dir);
        w->dir = -1;
        if (is_locked || error != ENOENT)
            break;
    }
    if (w->made)
        remove_empty(f, &folder, w->made);
    return !is_locked && refuse_write(w, error, why);
}

static bool open_for(struct incoming *w, const object_folder *f, struct folder_key key,
                     const struct folder_conditions *when, struct diag *why)
{
    struct folder_path path;

    *w = (struct incoming){.dir = -1, .fd = -1};
    return folder_path_of(key, &path, why) && incoming_open(w, f, &path, when, why);
}

bool incoming_write(struct incoming *w, const char *bytes, size_t len, struct diag *why)
{
    while (len) {
        ssize_t put = write(w->fd, bytes, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return folder_refuse(why, errno, w->path.text, "written");
        bytes += put;
        len -= (size_t)put;
    }
    return true;
}

/* Returns whether the conditions for a change of an object hold. The folder that it is in is
 * locked.
 */
static bool may_change(const object_folder *f, const struct folder_path *path,
                       const struct folder_conditions *when, struct diag *why)
{
    struct folder_object old;
    struct diag none = {0};
    struct stat st;

    if (!folder_is_conditional(when))
        return true;
    int fd = folder_open_file(f, path->text, &st, &none);
    bool there = fd >= 0 && folder_describe(fd, &st, &old, &none);
    if (fd >= 0)
        close(fd);
    if (!there && when->match)
        diag_set(why, none.code, 0, "%s", none.text);
    diag_clear(&none);
    if (!there)
        return !when->match;
    const struct folder_conditions counts = {.match = when->match, .none_match = when->none_match};
    return folder_meets(&counts, &old, NULL) || folder_precondition_failed(why);
}

/* Puts the file in its place. Where nothing may be there, something may have come meanwhile: the
 * system is to see that. Returns 0, or an errno. */
static int take_place(const struct incoming *w, bool must_be_new)
{
    if (must_be_new) {
        if (!renameat2(w->dir, w->temporary, w->dir, w->name, RENAME_NOREPLACE))
            return 0;
        /* Some file systems have no such rename. */
        if (errno != EINVAL && errno != ENOSYS)
            return errno;
        return linkat(w->dir, w->temporary, w->dir, w->name, 0) ? errno : 0;
    }
    if (!renameat(w->dir, w->temporary, w->dir, w->name))
        return 0;
    /* A folder without keys is none, as S3 sees it. */
    if (errno == EISDIR && !unlinkat(w->dir, w->name, AT_REMOVEDIR) &&
        !renameat(w->dir, w->temporary, w->dir, w->name))
        return 0;
    return errno;
}

/* The bytes are on the disk before the name is. */
static bool incoming_describe(const struct incoming *w, struct folder_object *out, struct diag *why)
{
    struct stat st;

    if (w->f->durable && fsync(w->fd))
        return folder_refuse(why, errno, w->path.text, "written");
    int fd = openat(w->dir, w->temporary, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    bool good = fd >= 0 && !fstat(fd, &st);
    if (!good)
        folder_refuse(why, errno, w->path.text, "written");
    good = good && folder_describe(fd, &st, out, why);
    if (fd >= 0)
        close(fd);
    return good;
}

/* The folder is locked. */
static bool incoming_put(const struct incoming *w, struct diag *why)
{
    bool must_be_new = w->when && w->when->none_match && strchr(w->when->none_match, '*');

    if (w->beside && faccessat(w->dir, w->beside, F_OK, AT_SYMLINK_NOFOLLOW))
        return folder_refuse_no_key(why);
    if (!may_change(w->f, &w->path, w->when, why))
        return false;
    int error = take_place(w, must_be_new);
    if (error == EEXIST && must_be_new)
        return folder_precondition_failed(why);
    if (error == EISDIR || error == ENOTEMPTY || error == EEXIST) {
        diag_set(why, "OperationAborted", 0,
                 "'%s' is a folder of other keys, so it can't be an object as well", w->path.text);
        return false;
    }
    return !error || folder_refuse(why, error, w->path.text, "written");
}

/* The name is on the disk before anybody is told; meanwhile others may go on. */
bool incoming_commit(struct incoming *w, struct folder_object *out, struct diag *why)
{
    struct folder_lock lock;

    if (!incoming_describe(w, out, why) || !folder_lock(&lock, w->f, w->dir, w->when, why))
        return false;
    bool good = incoming_put(w, why);
    folder_unlock(&lock);
    if (good && w->f->durable && fsync(w->dir))
        good = folder_refuse(why, errno, w->path.text, "written");
    return good;
}

/* Closes the file. One that did not take its place is deleted, with the folders made for it. */
void incoming_end(struct incoming *w, bool is_done)
{
    struct folder_path folder;

    if (w->fd < 0)
        return;
    close(w->fd);
    unlinkat(w->dir, w->temporary, 0); /* a link has left it there, a rename has not */
    close(w->dir);
    if (is_done || !w->made)
        return;
    split(&w->path, &folder);
    remove_empty(w->f, &folder, w->made);
}

bool folder_put(const object_folder *f, struct folder_key key, const char *bytes, size_t len,
                const struct folder_conditions *when, struct folder_object *out, struct diag *why)
{
    struct incoming w;
    bool good = open_for(&w, f, key, when, why) && incoming_write(&w, bytes, len, why) &&
                incoming_commit(&w, out, why);

    incoming_end(&w, good);
    return good;
}

/* Returns 0, or the errno that would come of a new file in the folder at `path`. */
static int probe_folder(const object_folder *f, const char *path)
{
    int dir = folder_open_path(f, path, O_PATH | O_DIRECTORY);
    int error = dir < 0 || faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) ? errno : 0;

    if (dir >= 0)
        close(dir);
    return error;
}

/* A folder that is not there will be made in the one above it. The parts of a large object wait in
 * the bucket's own folder, so files must be possible there, too. */
bool folder_may_put(const object_folder *f, struct folder_key key, struct diag *why)
{
    struct folder_path path, folder;

    if (!folder_path_of(key, &path, why))
        return false;
    const struct incoming w = {.f = f, .path = path};
    split(&path, &folder);
    int error = probe_folder(f, folder.text);
    while (error == ENOENT && strcmp(folder.text, ".") != 0) {
        path = folder;
        split(&path, &folder);
        error = probe_folder(f, folder.text);
    }
    if (!error)
        error = probe_folder(f, ".");
    return !error || refuse_write(&w, error, why);
}

/* Piece by piece, as a file may be larger than memory. */
bool incoming_copy(struct incoming *w, int fd, struct diag *why)
{
    char *piece = mem_alloc(COPY_BYTES);
    bool good = true;

    for (;;) {
        if (w->when && folder_is_stopped(w->when->stop)) {
            good = folder_refuse_stopped(why);
            break;
        }
        ssize_t got = read(fd, piece, COPY_BYTES);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            good = folder_refuse(why, errno, "the file", "read");
        if (got <= 0)
            break;
        good = incoming_write(w, piece, (size_t)got, why);
        if (!good)
            break;
    }
    mem_free(piece);
    return good;
}

bool folder_copy(const object_folder *from, const struct folder_ask *ask, const object_folder *to,
                 struct folder_key key, const struct folder_conditions *when,
                 struct folder_object *out, struct diag *why)
{
    struct incoming w = {.dir = -1, .fd = -1};
    struct folder_path source;
    struct folder_object old;
    struct stat st;
    int fd =
        folder_path_of(ask->key, &source, why) ? folder_open_file(from, source.text, &st, why) : -1;
    bool good = fd >= 0 && folder_describe(fd, &st, &old, why);

    if (good && !folder_meets(&ask->when, &old, NULL))
        good = folder_precondition_failed(why);
    if (good) {
        good = open_for(&w, to, key, when, why) && incoming_copy(&w, fd, why) &&
               incoming_commit(&w, out, why);
        incoming_end(&w, good);
    }
    if (fd >= 0)
        close(fd);
    return good;
}

/* What comes of a file that is to be deleted. */
enum deletion { IS_DELETED, WAS_NONE, HAS_MOVED, IS_REFUSED };

/*
 * What is no key (a pipe, a folder) stays, as does what is not there. A symbolic link goes itself,
 * and not what it leads to. Where the object is there by its path, but not in the folder that is
 * open, that one was deleted and made anew meanwhile.
 */
static enum deletion delete_in(const object_folder *f, int dir, const struct folder_path *path,
                               const struct folder_conditions *when, struct diag *why)
{
    struct folder_path folder;
    const char *name = split(path, &folder);
    struct folder_lock lock;
    struct stat st;

    if (!folder_lock(&lock, f, dir, when, why))
        return IS_REFUSED;
    enum deletion result = may_change(f, path, when, why) ? WAS_NONE : IS_REFUSED;
    bool is_key = result == WAS_NONE && !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) &&
                  (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode));
    int error = is_key && unlinkat(dir, name, 0) ? errno : 0;
    folder_unlock(&lock);
    if (result == IS_REFUSED)
        return IS_REFUSED;
    if (is_key && !error && f->durable && fsync(dir))
        error = errno;
    if (error && error != ENOENT) {
        folder_refuse(why, error, path->text, "deleted");
        return IS_REFUSED;
    }
    if (is_key && !error)
        return IS_DELETED;
    return folder_is_conditional(when) ? HAS_MOVED : WAS_NONE;
}

bool folder_delete(const object_folder *f, struct folder_key key,
                   const struct folder_conditions *when, struct diag *why)
{
    enum deletion result = HAS_MOVED;
    struct folder_path path, folder;

    if (!folder_path_of(key, &path, why))
        return false;
    split(&path, &folder);
    for (int tries = 0; result == HAS_MOVED && tries < MOST_TRIES; tries++) {
        int dir = folder_open_path(f, folder.text, O_RDONLY | O_DIRECTORY);

        if (dir < 0 && errno != ENOENT && errno != ENOTDIR)
            return folder_refuse(why, errno, path.text, "deleted");
        if (dir < 0)
            return !folder_is_conditional(when) || folder_refuse_no_key(why);
        result = delete_in(f, dir, &path, when, why);
        close(dir);
    }
    if (result == IS_DELETED)
        remove_empty(f, &folder, 0);
    return result == HAS_MOVED ? folder_refuse_no_key(why) : result != IS_REFUSED;
}
