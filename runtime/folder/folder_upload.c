/*
 * Uploads in parts. Each part is a file in the bucket's folder itself, whose name tells the upload
 * and the number: ".asl-put-ID-7". Number 0 is the first file of an upload and the last one that
 * goes: it holds the key, and where it is missing there is no such upload. An upload is completed
 * by a copy of all parts, so that the object is there as a whole or not at all, and a crash amidst
 * costs nothing but the time.
 */
#define _GNU_SOURCE /* O_PATH */

#include "runtime/folder/folder_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * A Map Run puts a part when 5 MiB of results have come, which may be seldom: an upload is wanted
 * as long as the execution may run, a year, and may be redriven after that, 14 days. One without
 * any part is mostly left by a process that was killed before it had noted that it began, as is a
 * file that is not being written any more.
 */
enum { DAY_S = 24 * 3600, OLD_S = (365 + 15) * DAY_S, LEFT_S = 15 * DAY_S, SWEEP_EVERY_S = 3600 };

static bool refuse_upload(struct diag *why)
{
    diag_set(why, "NoSuchUpload", 0,
             "The specified upload does not exist. The upload ID may be invalid, or the upload may "
             "have been aborted or completed.");
    return false;
}

/* An id comes from a Task, and becomes a part of a name: it is what folder_chance makes, or none.
 */
static bool is_id(const char *id)
{
    return strlen(id) == FOLDER_UPLOAD_ID - 1 &&
           strspn(id, "0123456789abcdef") == FOLDER_UPLOAD_ID - 1;
}

static struct folder_path path_of_part(const char *id, int64_t number)
{
    struct folder_path path;

    path.len =
        (size_t)snprintf(path.text, sizeof path.text, FOLDER_TEMPORARY "%s-%" PRId64, id, number);
    return path;
}

static bool write_part_file(const object_folder *f, const char *id, int64_t number,
                            const char *bytes, size_t len, struct folder_object *out,
                            struct diag *why)
{
    const struct folder_path path = path_of_part(id, number), first = path_of_part(id, 0);
    struct incoming w;
    bool good = incoming_open(&w, f, &path, NULL, why);

    if (good && number)
        w.beside = first.text;
    good = good && incoming_write(&w, bytes, len, why) && incoming_commit(&w, out, why);
    incoming_end(&w, good);
    return good;
}

/* Returns whether there is such an upload, of that key. */
static bool find_upload(const object_folder *f, struct folder_key key, const char *id,
                        struct diag *why)
{
    char of[FOLDER_KEY_MOST + 1];
    struct stat st;
    int fd = -1;
    ssize_t len = -1;

    if (is_id(id)) {
        const struct folder_path path = path_of_part(id, 0);
        fd = folder_open_file(f, path.text, &st, why);
    }
    if (fd >= 0) {
        len = read(fd, of, sizeof of);
        close(fd);
    }
    return (len >= 0 && (size_t)len == key.len && !memcmp(of, key.text, key.len)) ||
           refuse_upload(why);
}

/* Adds a part to the object, if it is the one that is named. */
static bool add_part(struct incoming *w, const char *id, const struct folder_upload_part *part,
                     struct diag *why)
{
    const struct folder_path path = path_of_part(id, part->number);
    const struct folder_conditions same = {.match = part->etag};
    struct folder_object o;
    struct stat st;
    bool is_number = part->number >= 1 && part->number <= FOLDER_PARTS_MOST;
    int fd = is_number ? folder_open_file(w->f, path.text, &st, why) : -1;
    bool good = fd >= 0 && folder_describe(fd, &st, &o, why);

    if (good ? !folder_meets(&same, &o, why) : !is_number || !strcmp(why->code, "NoSuchKey")) {
        diag_set(why, "InvalidPart", 0,
                 "One or more of the specified parts could not be found.  The part may not have "
                 "been uploaded, or the specified entity tag may not match the part's entity tag.");
        good = false;
    }
    good = good && incoming_copy(w, fd, why);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool has_size(const struct incoming *w, struct diag *why)
{
    struct stat st;

    if (!w->when || !w->when->has_size ||
        (!fstat(w->fd, &st) && (uint64_t)st.st_size == w->when->size))
        return true;
    diag_set(why, "InvalidRequest", 0,
             "The provided 'x-amz-mp-object-size' header does not match what was computed");
    return false;
}

/* Deletes the files of an upload, that with its key last: no part is put meanwhile, and none
 * without that file. What can't be deleted is no key either. Returns false with *why filled when
 * the folder is locked; NULL: it goes on without the lock, as the object is made already. */
static bool forget_upload(const object_folder *f, const char *id, struct diag *why)
{
    const struct folder_path first = path_of_part(id, 0);
    size_t len = first.len - 1; /* up to the number */
    int fd = folder_open_path(f, ".", O_RDONLY | O_DIRECTORY);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *e;
    struct folder_lock lock;

    if (fd >= 0 && !dir)
        close(fd);
    bool is_locked = dir && folder_lock(&lock, f, fd, NULL, why);
    if (dir && !is_locked && why) {
        closedir(dir);
        return false;
    }
    while (dir && (e = readdir(dir)))
        if (!strncmp(e->d_name, first.text, len) && strcmp(e->d_name, first.text) != 0)
            unlinkat(fd, e->d_name, 0);
    if (!dir)
        return true;
    unlinkat(fd, first.text, 0);
    if (is_locked)
        folder_unlock(&lock);
    closedir(dir);
    return true;
}

/* Reads the name of a file that is none of a key: the hexadecimal digits, and what is behind them.
 * Returns NULL when it is another one. */
static const char *read_temporary(const char *name, char id[FOLDER_UPLOAD_ID])
{
    size_t before = strlen(FOLDER_TEMPORARY), len = FOLDER_UPLOAD_ID - 1;

    if (strncmp(name, FOLDER_TEMPORARY, before) != 0 || strlen(name) < before + len)
        return NULL;
    memcpy(id, name + before, len);
    id[len] = '\0';
    return is_id(id) ? name + before + len : NULL;
}

static bool has_parts(const object_folder *f, const char *id)
{
    int fd = folder_open_path(f, ".", O_RDONLY | O_DIRECTORY);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *e;
    char of[FOLDER_UPLOAD_ID];
    bool found = !dir;

    if (fd >= 0 && !dir)
        close(fd);
    while (!found && (e = readdir(dir))) {
        const char *number = read_temporary(e->d_name, of);
        found = number && !strcmp(of, id) && number[0] == '-' && strcmp(number, "-0") != 0;
    }
    if (dir)
        closedir(dir);
    return found;
}

/* Deletes a file of the bucket's folder that nobody can want, with the upload that it begins. */
static void forget_old(const object_folder *f, int dir, const char *name, int64_t age_s)
{
    char id[FOLDER_UPLOAD_ID];
    const char *behind = read_temporary(name, id);
    struct diag locked = {0};

    if (!behind || age_s <= LEFT_S)
        return;
    if (!*behind)
        unlinkat(dir, name, 0);
    else if (!strcmp(behind, "-0") && (age_s > OLD_S || !has_parts(f, id)))
        forget_upload(f, id, &locked);
    diag_clear(&locked);
}

/* Returns whether an hour is over since the last sweep; of several threads one is told so. */
static bool sweep_is_due(const object_folder *f)
{
    struct timespec now;
    long long due = atomic_load(f->next_sweep_s);

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec >= due &&
           atomic_compare_exchange_strong(f->next_sweep_s, &due, now.tv_sec + SWEEP_EVERY_S);
}

/*
 * An upload that nobody completes or aborts would stay for ever: in S3 a rule of the bucket deletes
 * it. To find them all names in the bucket's folder are read, which may be many.
 */
static void forget_old_uploads(const object_folder *f, const atomic_bool *stop)
{
    int fd = folder_open_path(f, ".", O_RDONLY | O_DIRECTORY);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *e;
    struct stat st;

    if (fd >= 0 && !dir)
        close(fd);
    while (dir && !folder_is_stopped(stop) && (e = readdir(dir)))
        if (!strncmp(e->d_name, FOLDER_TEMPORARY, strlen(FOLDER_TEMPORARY)) &&
            !fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
            forget_old(f, fd, e->d_name, time(NULL) - st.st_mtime);
    if (dir)
        closedir(dir);
}

/* An upload is as old as its last part. */
static void note_use(const object_folder *f, const char *id)
{
    const struct folder_path first = path_of_part(id, 0);
    int dir = folder_open_path(f, ".", O_RDONLY | O_DIRECTORY);

    if (dir < 0)
        return;
    utimensat(dir, first.text, NULL, AT_SYMLINK_NOFOLLOW);
    close(dir);
}

bool folder_upload_begin(const object_folder *f, struct folder_key key, const atomic_bool *stop,
                         char id[FOLDER_UPLOAD_ID], struct diag *why)
{
    struct folder_path path;
    struct folder_object o;

    if (!folder_path_of(key, &path, why))
        return false;
    if (!folder_chance(id))
        return folder_refuse(why, errno, path.text, "written");
    if (sweep_is_due(f))
        forget_old_uploads(f, stop);
    if (folder_is_stopped(stop))
        return folder_refuse_stopped(why);
    return write_part_file(f, id, 0, key.text, key.len, &o, why);
}

bool folder_upload_put(const object_folder *f, struct folder_key key, const char *id,
                       int64_t number, const char *bytes, size_t len, struct folder_object *out,
                       struct diag *why)
{
    if (number < 1 || number > FOLDER_PARTS_MOST) {
        diag_set(why, "InvalidArgument", 0,
                 "Part number must be an integer between 1 and %d, inclusive", FOLDER_PARTS_MOST);
        return false;
    }
    if (!find_upload(f, key, id, why))
        return false;
    /* It may have been completed or aborted while the part was written. */
    if (!write_part_file(f, id, number, bytes, len, out, why))
        return !strcmp(why->code, "NoSuchKey") && refuse_upload(why);
    note_use(f, id);
    return true;
}

bool folder_upload_complete(const object_folder *f, struct folder_key key, const char *id,
                            const struct folder_upload_part *parts, size_t count,
                            const struct folder_conditions *when, struct folder_object *out,
                            struct diag *why)
{
    struct incoming w = {.dir = -1, .fd = -1};
    struct folder_path path;

    for (size_t i = 1; i < count; i++)
        if (parts[i].number <= parts[i - 1].number) {
            diag_set(why, "InvalidPartOrder", 0,
                     "The list of parts was not in ascending order. Parts must be ordered by part "
                     "number.");
            return false;
        }
    bool good = folder_path_of(key, &path, why) && find_upload(f, key, id, why) &&
                incoming_open(&w, f, &path, when, why);
    for (size_t i = 0; good && i < count; i++)
        good = add_part(&w, id, &parts[i], why);
    good = good && has_size(&w, why) && incoming_commit(&w, out, why);
    incoming_end(&w, good);
    if (good)
        forget_upload(f, id, NULL);
    return good;
}

bool folder_upload_abort(const object_folder *f, struct folder_key key, const char *id,
                         struct diag *why)
{
    return find_upload(f, key, id, why) && forget_upload(f, id, why);
}
