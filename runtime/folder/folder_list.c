/*
 * Lists keys in the order of their bytes, a page at a time. A folder stands in that order as its
 * name with a slash behind: "a-b", "a.b", then all of "a/…". Of each folder on the way only those
 * names are kept that may still come on the page, the smallest ones; folders that can hold none of
 * the page's keys are not opened. Files are looked at when they are listed, and not before.
 */
#define _GNU_SOURCE /* O_PATH, DT_REG */

#include "runtime/folder/folder_impl.h"

#include "parsers/base/base64.h"
#include "parsers/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_OF_PAGE = 1000 };

struct listing {
    const object_folder *f;
    const struct folder_query *query;
    size_t most;
    struct folder_page *page;
    /* What is still to come: keys behind `after` that don't begin with `skip` (empty: any do). */
    struct buf after, skip;
    bool is_full; /* one more than the page holds was found */
    struct diag *why;
};

/* A name in a folder: as much of a key as it makes, with a slash at the end if it is a folder. */
struct candidate {
    char *key;
    size_t len;
    bool is_folder;
};

struct candidates {
    struct candidate *all;
    size_t count, cap;
    size_t most; /* the smallest so many are kept */
    bool is_cut; /* there were more */
};

/* ---- order ---- */

static int list_order(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return order ? order : (a_len > b_len) - (a_len < b_len);
}

static bool key_begins(const char *text, size_t len, const char *head, size_t head_len)
{
    return len >= head_len && (!head_len || !memcmp(text, head, head_len));
}

static const char *list_bytes(const struct buf *b)
{
    return b->data ? b->data : "";
}

/* Returns whether the key, or keys in the folder, may be listed. */
static bool may_hold(const struct listing *l, const char *key, size_t len, bool is_folder)
{
    const struct folder_key *prefix = &l->query->prefix;
    const char *after = list_bytes(&l->after);

    if (l->skip.len && key_begins(key, len, l->skip.data, l->skip.len))
        return false;
    if (key_begins(key, len, prefix->text, prefix->len))
        ;
    else if (!is_folder || !key_begins(prefix->text, prefix->len, key, len))
        return false;
    return list_order(key, len, after, l->after.len) > 0 ||
           (is_folder && key_begins(after, l->after.len, key, len));
}

/* What is listed from now on comes behind `key`, and is not in what begins with it, if that stands
 * for more than itself. */
static void list_pass(struct listing *l, const char *key, size_t len, bool all_of_it)
{
    buf_reset(&l->after);
    buf_add(&l->after, key, len);
    buf_reset(&l->skip);
    if (all_of_it)
        buf_add(&l->skip, key, len);
}

/* ---- names of a folder ---- */

static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;

    return list_order(a->key, a->len, b->key, b->len);
}

static void candidates_cut(struct candidates *c)
{
    if (c->count)
        qsort(c->all, c->count, sizeof *c->all, compare_candidates);
    while (c->count > c->most) {
        mem_free(c->all[--c->count].key);
        c->is_cut = true;
    }
}

/* They are cut each time that there are twice as many, so a name costs about as much as its
 * comparison with the last one kept. */
static void candidates_add(struct candidates *c, const char *key, size_t len, bool is_folder)
{
    const struct candidate *last = c->is_cut && c->count >= c->most ? &c->all[c->most - 1] : NULL;

    if (last && list_order(key, len, last->key, last->len) > 0)
        return;
    if (c->count >= 2 * c->most)
        candidates_cut(c);
    MEM_GROW(c->all, c->count, c->cap);
    c->all[c->count++] = (struct candidate){mem_strndup(key, len), len, is_folder};
}

static void candidates_clear(struct candidates *c)
{
    for (size_t i = 0; i < c->count; i++)
        mem_free(c->all[i].key);
    mem_free(c->all);
    *c = (struct candidates){0};
}

enum entry_kind { ENTRY_NONE, ENTRY_FILE, ENTRY_FOLDER };

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

/* Opens the folder whose keys begin with `path`: "" or "a/b/". NULL: *why is filled, or it has gone
 * meanwhile. */
static DIR *open_dir(const struct listing *l, const struct buf *path)
{
    char *name = path->len ? mem_strndup(path->data, path->len - 1) : mem_strdup(".");
    int fd = folder_open_path(l->f, name, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    int error = errno;

    if (fd >= 0 && !dir)
        close(fd);
    if (!dir && error != ENOENT && error != ENOTDIR)
        folder_refuse(l->why, error, name, "listed");
    mem_free(name);
    return dir;
}

/* Returns the next name that can be part of a key, behind `path`, which is cut to `len` first. NULL
 * behind the last one. */
static const struct dirent *next_name(DIR *dir, struct buf *path, size_t len, enum entry_kind *kind)
{
    const struct dirent *e;

    while ((e = readdir(dir))) {
        size_t name = strlen(e->d_name);

        path->len = len;
        if (!folder_name_is_key(e->d_name, name) || len + name > FOLDER_KEY_MOST ||
            (*kind = entry_kind_of(dirfd(dir), e)) == ENTRY_NONE)
            continue;
        buf_add(path, e->d_name, name);
        if (*kind == ENTRY_FOLDER)
            buf_addc(path, '/');
        return e;
    }
    path->len = len;
    return NULL;
}

static bool collect(struct listing *l, struct buf *path, struct candidates *c)
{
    size_t len = path->len;
    enum entry_kind kind;
    DIR *dir = open_dir(l, path);

    if (!dir)
        return !l->why->text;
    while (next_name(dir, path, len, &kind))
        if (may_hold(l, path->data, path->len, kind == ENTRY_FOLDER))
            candidates_add(c, path->data, path->len, kind == ENTRY_FOLDER);
    closedir(dir);
    candidates_cut(c);
    return true;
}

/* ---- the page ---- */

/* Adds to the page, unless it is full. */
static void list_add_entry(struct listing *l, const char *key, size_t len, bool is_prefix,
                           const struct folder_object *o)
{
    struct folder_page *p = l->page;

    if (p->count == l->most) {
        l->is_full = true;
        return;
    }
    MEM_GROW(p->entries, p->count, p->cap);
    p->entries[p->count++] =
        (struct folder_entry){.key = mem_strndup(key, len), .is_prefix = is_prefix, .object = *o};
}

/* Returns how long the common prefix is that stands for the key; 0: it is listed itself. */
static size_t common_prefix(const struct listing *l, const char *key, size_t len)
{
    const struct folder_query *q = l->query;
    const char *found = NULL;

    if (q->delimiter.len && len > q->prefix.len)
        found =
            memmem(key + q->prefix.len, len - q->prefix.len, q->delimiter.text, q->delimiter.len);
    return found ? (size_t)(found - key) + q->delimiter.len : 0;
}

static void list_add_common(struct listing *l, const char *key, size_t len)
{
    list_add_entry(l, key, len, true, &(struct folder_object){0});
    list_pass(l, key, len, true);
}

static bool leads_to_file(const struct listing *l, const char *path)
{
    struct stat st;
    int fd = folder_open_path(l->f, path, O_PATH);
    bool is_file = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode);

    if (fd >= 0)
        close(fd);
    return is_file;
}

/* Lists a file. One that is gone meanwhile, or is a link that leads to none, is left out. */
static bool list_add_file(struct listing *l, const char *key, size_t len)
{
    size_t common = common_prefix(l, key, len);
    struct folder_object o = {0};
    struct diag why = {0};
    struct stat st;

    if (!leads_to_file(l, key)) {
        list_pass(l, key, len, false);
        return true;
    }
    if (common) {
        list_add_common(l, key, common);
        return true;
    }
    list_pass(l, key, len, false);
    if (l->page->count == l->most) {
        l->is_full = true;
        return true;
    }
    int fd = folder_open_file(l->f, key, &st, &why);
    bool good = fd >= 0 && folder_describe(fd, &st, &o, &why);
    if (fd >= 0)
        close(fd);
    if (good)
        list_add_entry(l, key, len, false, &o);
    else if (strcmp(why.code, "NoSuchKey") != 0) {
        diag_set(l->why, why.code, 0, "%s", why.text);
        diag_clear(&why);
        return false;
    }
    diag_clear(&why);
    return true;
}

static bool list_folder(struct listing *l, struct buf *path);

/*
 * Returns whether the folder has any key. The path ends with a slash, and comes back as it was. A
 * file right in it is found first; else what is beneath is listed up to its first key.
 */
static bool has_key(const struct listing *l, struct buf *path)
{
    struct folder_page page = {0};
    const struct folder_query all = {.most = 1};
    struct listing beneath = {
        .f = l->f, .query = &all, .most = all.most, .page = &page, .why = l->why};
    size_t len = path->len;
    bool has = false, has_folders = false;
    enum entry_kind kind;
    DIR *dir = open_dir(l, path);

    while (dir && !has && next_name(dir, path, len, &kind)) {
        has_folders |= kind == ENTRY_FOLDER;
        has = kind == ENTRY_FILE && leads_to_file(l, buf_str(path));
    }
    path->len = len;
    if (dir)
        closedir(dir);
    if (!has && has_folders)
        has = list_folder(&beneath, path) && page.count;
    folder_page_clear(&page);
    buf_clear(&beneath.after);
    buf_clear(&beneath.skip);
    return has;
}

/*
 * Lists what is in a folder. Where all of it comes under one prefix, and from its beginning on, it
 * is enough to know that there is something.
 */
static bool list_add_folder(struct listing *l, const char *key, size_t len)
{
    size_t common = common_prefix(l, key, len);
    struct buf path = {0};
    bool good = true;

    buf_add(&path, key, len);
    if (common && !key_begins(list_bytes(&l->after), l->after.len, key, len)) {
        if (has_key(l, &path))
            list_add_common(l, key, common);
        good = !l->why->text;
    } else {
        good = list_folder(l, &path);
    }
    buf_clear(&path);
    return good;
}

/*
 * Lists the keys that begin with `path`, "" or "a/b/". The depth is bounded by the length of a key.
 * Names that turn out to stand for nothing leave room on the page: then the folder is read again,
 * from behind the last of them.
 */
static bool list_folder(struct listing *l, struct buf *path)
{
    bool good = true, more = true;

    while (good && more && !l->is_full) {
        struct candidates c = {.most = l->most + 1 - l->page->count};

        good = collect(l, path, &c);
        more = c.is_cut;
        for (size_t i = 0; good && i < c.count && !l->is_full; i++) {
            const struct candidate *a = &c.all[i];

            if (!may_hold(l, a->key, a->len, a->is_folder))
                continue;
            good = a->is_folder ? list_add_folder(l, a->key, a->len)
                                : list_add_file(l, a->key, a->len);
            if (a->is_folder && !l->is_full &&
                !(l->skip.len && key_begins(a->key, a->len, l->skip.data, l->skip.len)))
                list_pass(l, a->key, a->len, true);
        }
        candidates_clear(&c);
    }
    return good;
}

/* ---- pages ---- */

/* The token is Base64 of what the page ended with: "k" and a key, or "p" and a common prefix. */
static char *token_of(const struct folder_entry *last)
{
    struct buf text = {0}, token = {0};

    buf_addc(&text, last->is_prefix ? 'p' : 'k');
    buf_adds(&text, last->key);
    base64_encode(&token, text.data, text.len);
    buf_clear(&text);
    return buf_take(&token);
}

static bool begin_behind(struct listing *l)
{
    const struct folder_key *token = &l->query->token, *after = &l->query->after;
    struct buf text = {0};
    bool good = true;

    if (!token->len) {
        buf_add(&l->after, after->text, after->len);
        return true;
    }
    good = base64_decode(&text, token->text, token->len) && text.len > 1 &&
           (*text.data == 'k' || *text.data == 'p');
    if (good)
        list_pass(l, text.data + 1, text.len - 1, *text.data == 'p');
    else
        diag_set(l->why, "InvalidArgument", 0, "The continuation token provided is incorrect");
    buf_clear(&text);
    return good;
}

bool folder_list(const object_folder *f, const struct folder_query *query, struct folder_page *page,
                 struct diag *why)
{
    struct diag own = {0};
    struct listing l = {.f = f,
                        .query = query,
                        .most = query->most < MOST_OF_PAGE ? query->most : MOST_OF_PAGE,
                        .page = page,
                        .why = &own};
    struct buf path = {0};
    bool good;

    *page = (struct folder_page){0};
    good = begin_behind(&l) && (!l.most || list_folder(&l, &path));
    if (good && l.is_full)
        page->token = token_of(&page->entries[page->count - 1]);
    if (!good) {
        diag_set(why, own.code, 0, "%s", own.text);
        folder_page_clear(page);
    }
    diag_clear(&own);
    buf_clear(&path);
    buf_clear(&l.after);
    buf_clear(&l.skip);
    return good;
}

void folder_page_clear(struct folder_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        mem_free(page->entries[i].key);
    mem_free(page->entries);
    mem_free(page->token);
    *page = (struct folder_page){0};
}
