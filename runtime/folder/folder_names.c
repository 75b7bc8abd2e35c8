/*
 * The names in a folder of files, sorted as keys are. A list comes in pages, and each page would
 * read and sort the whole folder again; so what was read is kept with the bucket, and the next page
 * looks up where it goes on. A folder tells by its time of change whether anything came or went
 * since then. Names have a bound in bytes: of a folder with more, the smallest ones are kept, and
 * it is read again when these are used up.
 */
#define _GNU_SOURCE /* qsort_r, DT_REG */

#include "runtime/folder/folder_names.h"

#include "parsers/base/mem.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    WHOLE_BYTES = 16 << 20, /* of names that are read to be kept */
    PAGE_BYTES = 256 << 10, /* … to be used once */
    LEAST_BYTES = 8 << 10,  /* … in any case, however deep the folder is */
    KEPT_BYTES = 32 << 20,  /* of all that are kept */
    KEPT_MOST = 16,
    FEW_NAMES = 256, /* so many are read again as fast as they are found */
    /* Changes of a folder in so short a time may have the same time: FAT counts by two seconds. */
    STEP_S = 2,
};

struct kept_names {
    pthread_mutex_t mutex;
    struct folder_names *all[KEPT_MOST];
    size_t count, bytes;
    uint64_t uses;
};

/* ---- one folder's names ---- */

const char *folder_names_at(const struct folder_names *n, size_t i, size_t *len)
{
    size_t end = i + 1 < n->count ? n->at[i + 1] : n->text_len;

    *len = end - n->at[i] - 1;
    return n->text + n->at[i];
}

size_t folder_names_bytes(const struct folder_names *n)
{
    return sizeof *n + n->text_len + n->count * sizeof *n->at;
}

/* The last one who lets go of names may be another thread than that which has read them. So their
 * memory is no thread's from the beginning. */
static void hand_names_over(struct folder_names *n)
{
    mem_hand_over(n->text);
    mem_hand_over(n->at);
    mem_hand_over(n);
}

static void names_free(struct folder_names *n)
{
    mem_take_over(n->text);
    mem_take_over(n->at);
    mem_take_over(n);
    mem_free(n->text);
    mem_free(n->at);
    mem_free(n);
}

/* ---- what is kept ---- */

/* All of these run with the lock held. */

static size_t place_of_kept(const struct kept_names *k, const struct folder_names *n)
{
    size_t i = 0;

    while (i < k->count && k->all[i] != n)
        i++;
    return i;
}

static size_t place_of_folder(const struct kept_names *k, const struct stat *dir)
{
    size_t i = 0;

    while (i < k->count &&
           (k->all[i]->dir.st_dev != dir->st_dev || k->all[i]->dir.st_ino != dir->st_ino))
        i++;
    return i;
}

static void drop_kept(struct kept_names *k, size_t i)
{
    struct folder_names *n = k->all[i];

    k->bytes -= folder_names_bytes(n);
    k->all[i] = k->all[--k->count];
    if (!--n->refs)
        names_free(n);
}

static void drop_least_used(struct kept_names *k)
{
    size_t least = 0;

    for (size_t i = 1; i < k->count; i++)
        if (k->all[i]->last_use < k->all[least]->last_use)
            least = i;
    drop_kept(k, least);
}

/* What was kept of the same folder is older, or begins at another name. */
static void keep_names(struct kept_names *k, struct folder_names *n)
{
    size_t old = place_of_folder(k, &n->dir);

    if (old < k->count)
        drop_kept(k, old);
    while (k->count && (k->count == KEPT_MOST || k->bytes + folder_names_bytes(n) > KEPT_BYTES))
        drop_least_used(k);
    n->refs++;
    n->last_use = ++k->uses;
    k->bytes += folder_names_bytes(n);
    k->all[k->count++] = n;
}

/* rsync and tar set the time of the contents back, but nobody can set that of the last change. */
static bool is_unchanged(const struct stat *a, const struct stat *b)
{
    return a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* ---- for lists ---- */

struct kept_names *kept_names_new(void)
{
    struct kept_names *k = mem_calloc(1, sizeof *k);

    pthread_mutex_init(&k->mutex, NULL);
    return k;
}

void kept_names_free(struct kept_names *k)
{
    while (k->count)
        drop_kept(k, 0);
    pthread_mutex_destroy(&k->mutex);
    mem_free(k);
}

struct folder_names *folder_names_find(struct kept_names *k, const struct stat *dir)
{
    struct folder_names *found = NULL;

    pthread_mutex_lock(&k->mutex);
    size_t i = place_of_folder(k, dir);
    if (i < k->count && !is_unchanged(&k->all[i]->dir, dir)) {
        drop_kept(k, i);
    } else if (i < k->count) {
        found = k->all[i];
        found->refs++;
        found->last_use = ++k->uses;
    }
    pthread_mutex_unlock(&k->mutex);
    return found;
}

void folder_names_done(struct kept_names *k, struct folder_names *n, bool comes_back)
{
    pthread_mutex_lock(&k->mutex);
    size_t i = place_of_kept(k, n);
    if (!comes_back && i < k->count)
        drop_kept(k, i);
    if (comes_back && i == k->count && n->may_be_kept && n->count > FEW_NAMES)
        keep_names(k, n);
    bool is_over = !--n->refs;
    pthread_mutex_unlock(&k->mutex);
    if (is_over)
        names_free(n);
}

/* ---- reading ---- */

/* A symbolic link may lead to a file: that is seen when it is opened. Folders behind links are not
 * listed, as they might be without end. */
static enum entry_kind entry_kind_of(int dir, const struct dirent *e)
{
    struct stat st;

    switch (e->d_type) {
    case DT_REG:
    case DT_LNK: return ENTRY_FILE;
    case DT_DIR: return ENTRY_FOLDER;
    case DT_UNKNOWN: break;
    default: return ENTRY_NONE;
    }
    if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
        return ENTRY_NONE;
    return S_ISDIR(st.st_mode)                          ? ENTRY_FOLDER
           : S_ISREG(st.st_mode) || S_ISLNK(st.st_mode) ? ENTRY_FILE
                                                        : ENTRY_NONE;
}

bool folder_next_name(DIR *dir, struct buf *path, size_t len, enum entry_kind *kind)
{
    const struct dirent *e;

    path->len = len;
    while ((e = readdir(dir))) {
        size_t name = strlen(e->d_name);

        if (!folder_name_is_key(e->d_name, name) || len + name > FOLDER_KEY_MOST ||
            (*kind = entry_kind_of(dirfd(dir), e)) == ENTRY_NONE)
            continue;
        buf_add(path, e->d_name, name);
        if (*kind == ENTRY_FOLDER)
            buf_addc(path, '/');
        return true;
    }
    return false;
}

/* Names that are being read, in any order. */
struct reading {
    struct buf text; /* with a NUL behind each */
    uint32_t *at;    /* where each one begins */
    size_t count, cap;
    bool is_cut; /* there were more: those behind the last one that is left are not wanted */
    struct buf last;
};

static int compare_names(const void *left, const void *right, void *text)
{
    const char *base = text;

    return strcmp(base + *(const uint32_t *)left, base + *(const uint32_t *)right);
}

/* Sorts the names, and leaves the first `count`. */
static void settle_names(struct reading *r, size_t count)
{
    struct buf text = {0};

    if (r->count)
        qsort_r(r->at, r->count, sizeof *r->at, compare_names, r->text.data);
    for (size_t i = 0; i < count; i++) {
        const char *name = r->text.data + r->at[i];

        r->at[i] = (uint32_t)text.len;
        buf_add(&text, name, strlen(name) + 1);
    }
    r->count = count;
    buf_clear(&r->text);
    r->text = text;
}

/* Names are cut to the smaller half each time that there are too many, so a name costs about as
 * much as its comparison with the last one that is left. */
static void folder_keep_name(struct reading *r, const char *name, size_t len, size_t most)
{
    if (r->is_cut && strcmp(name, r->last.data) > 0)
        return;
    MEM_GROW(r->at, r->count, r->cap);
    r->at[r->count++] = (uint32_t)r->text.len;
    buf_add(&r->text, name, len);
    buf_addc(&r->text, '\0');
    if (r->text.len + r->count * sizeof *r->at <= most || r->count < 2)
        return;
    settle_names(r, r->count / 2);
    r->is_cut = true;
    buf_reset(&r->last);
    buf_adds(&r->last, r->text.data + r->at[r->count - 1]);
    buf_str(&r->last);
}

static size_t most_bytes(const struct names_wanted *w, bool may_be_kept)
{
    size_t most = may_be_kept ? WHOLE_BYTES : PAGE_BYTES;
    size_t room = w->held < KEPT_BYTES ? (KEPT_BYTES - w->held) / 2 : 0;

    most = most < room ? most : room;
    return most > LEAST_BYTES ? most : LEAST_BYTES;
}

/* A folder that has just changed may change once more at the same time, by its clock: what is read
 * of it is good for one page only. */
static bool is_settled(const struct stat *dir)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec - dir->st_ctim.tv_sec > STEP_S;
}

struct folder_names *folder_names_read(DIR *dir, const struct stat *st, struct buf *path,
                                       const struct names_wanted *w)
{
    struct folder_names *n = mem_calloc(1, sizeof *n);
    struct reading r = {0};
    size_t len = path->len, most;
    enum entry_kind kind;

    n->dir = *st;
    n->refs = 1;
    n->may_be_kept = is_settled(st);
    most = most_bytes(w, n->may_be_kept);
    while (!folder_is_stopped(w->stop) && folder_next_name(dir, path, len, &kind)) {
        if (w->is_passed(w->list, path->data, path->len, kind == ENTRY_FOLDER))
            n->has_before = true;
        else
            folder_keep_name(&r, buf_str(path) + len, path->len - len, most);
    }
    path->len = len;
    settle_names(&r, r.count);
    n->is_cut = r.is_cut;
    n->may_be_kept = n->may_be_kept && !folder_is_stopped(w->stop);
    n->count = r.count;
    n->at = mem_realloc(r.at, r.count * sizeof *r.at);
    n->text_len = r.text.len;
    n->text = buf_take(&r.text);
    buf_clear(&r.last);
    hand_names_over(n);
    return n;
}
