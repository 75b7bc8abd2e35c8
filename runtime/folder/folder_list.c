/*
 * Lists keys in the order of their bytes, a page at a time. A folder stands in that order as its
 * name with a slash behind: "a-b", "a.b", then all of "a/…", then "a0". So a page begins by looking
 * up, in each folder on the way, the first name that is not behind it (folder_names.c has them
 * sorted), and ends when it is full. Folders that can hold none of the page's keys are not opened,
 * and files are looked at when they are listed, and not before.
 */
#define _GNU_SOURCE /* O_PATH, memmem */

#include "runtime/folder/folder_names.h"

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
    size_t held;  /* bytes of names of folders that the list is in */
    struct diag *why;
};

/* ---- order ---- */

static int list_order(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t len = a_len < b_len ? a_len : b_len;
    int order = len ? memcmp(a, b, len) : 0;

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

/* Returns whether the list is behind the key, or behind all keys in the folder. Of names in their
 * order, those that are passed come first. */
static bool is_passed(const void *list, const char *key, size_t len, bool is_folder)
{
    const struct listing *l = list;
    const struct folder_key *prefix = &l->query->prefix;
    const char *after = list_bytes(&l->after);

    if (l->skip.len && key_begins(key, len, l->skip.data, l->skip.len))
        return true;
    if (list_order(key, len, after, l->after.len) <= 0 &&
        !(is_folder && key_begins(after, l->after.len, key, len)))
        return true;
    return list_order(key, len, prefix->text, prefix->len) < 0 &&
           !(is_folder && key_begins(prefix->text, prefix->len, key, len));
}

/* Returns whether the key, and so all that come behind it, are not listed. It is not passed. */
static bool is_beyond(const struct listing *l, const char *key, size_t len)
{
    const struct folder_key *prefix = &l->query->prefix;

    return !key_begins(key, len, prefix->text, prefix->len) &&
           !key_begins(prefix->text, prefix->len, key, len);
}

/* Puts a name behind the first `len` bytes of the path. Returns whether it is a folder's. */
static bool path_to(const struct folder_names *n, size_t i, struct buf *path, size_t len)
{
    size_t name_len;
    const char *name = folder_names_at(n, i, &name_len);

    path->len = len;
    buf_add(path, name, name_len);
    return name[name_len - 1] == '/';
}

/* Returns the first name that is not passed. */
static size_t seek_name(const struct listing *l, const struct folder_names *n, struct buf *path)
{
    size_t len = path->len, from = 0, to = n->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        bool is_folder = path_to(n, middle, path, len);

        if (is_passed(l, path->data, path->len, is_folder))
            from = middle + 1;
        else
            to = middle;
    }
    path->len = len;
    return from;
}

/* Opens the folder whose keys begin with `path`: "" or "a/b/". -1: *why is filled, or it has gone
 * meanwhile. */
static int open_listed(const struct listing *l, const struct buf *path)
{
    char *name = path->len ? mem_strndup(path->data, path->len - 1) : mem_strdup(".");
    int fd = folder_open_path(l->f, name, O_RDONLY | O_DIRECTORY | O_NONBLOCK);

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        folder_refuse(l->why, errno, name, "listed");
    mem_free(name);
    return fd;
}

/* Takes the descriptor over. */
static DIR *listed_dir(const struct listing *l, int fd)
{
    DIR *dir = fdopendir(fd);

    if (dir)
        return dir;
    folder_refuse(l->why, errno, "a folder", "listed");
    close(fd);
    return NULL;
}

/*
 * Returns the folder's names, and in *at the place of the first one that is not passed. What is
 * kept may begin behind that, or end before it. NULL: *why is filled, or the folder has gone.
 */
static struct folder_names *listed_names(const struct listing *l, struct buf *path, size_t *at)
{
    const struct names_wanted wanted = {
        .is_passed = is_passed, .list = l, .held = l->held, .stop = l->query->stop};
    struct kept_names *kept = l->f->names;
    int fd = open_listed(l, path);
    struct folder_names *n;
    struct stat st;
    DIR *dir;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st)) {
        folder_refuse(l->why, errno, "a folder", "listed");
        close(fd);
        return NULL;
    }
    n = folder_names_find(kept, &st);
    if (n) {
        *at = seek_name(l, n, path);
        if ((*at || !n->has_before) && (*at < n->count || !n->is_cut)) {
            close(fd);
            return n;
        }
        folder_names_done(kept, n, true);
    }
    dir = listed_dir(l, fd);
    if (!dir)
        return NULL;
    n = folder_names_read(dir, &st, path, &wanted);
    closedir(dir);
    *at = 0;
    return n;
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
 * file right in it is found first; else what is beneath is listed, on a page that is full with the
 * first key.
 */
static bool has_key(const struct listing *l, struct buf *path)
{
    struct folder_page page = {0};
    const struct folder_query all = {.stop = l->query->stop};
    struct listing beneath = {
        .f = l->f, .query = &all, .page = &page, .held = l->held, .why = l->why};
    size_t len = path->len;
    bool has = false, has_folders = false;
    enum entry_kind kind;
    int fd = open_listed(l, path);
    DIR *dir = fd >= 0 ? listed_dir(l, fd) : NULL;

    while (dir && !has && !folder_is_stopped(all.stop) && folder_next_name(dir, path, len, &kind)) {
        has_folders |= kind == ENTRY_FOLDER;
        has = kind == ENTRY_FILE && leads_to_file(l, buf_str(path));
    }
    path->len = len;
    if (dir)
        closedir(dir);
    if (!has && has_folders)
        has = list_folder(&beneath, path) && beneath.is_full;
    buf_clear(&beneath.after);
    buf_clear(&beneath.skip);
    return has;
}

/*
 * Lists what is in the folder at `path`. Where all of it comes under one prefix, and from its
 * beginning on, it is enough to know that there is something.
 */
static bool list_add_folder(struct listing *l, struct buf *path)
{
    size_t common = common_prefix(l, path->data, path->len);

    if (!common || key_begins(list_bytes(&l->after), l->after.len, path->data, path->len))
        return list_folder(l, path);
    if (has_key(l, path))
        list_add_common(l, path->data, common);
    return !l->why->text;
}

/* Lists what the path leads to, and passes it, unless the page was full before its end. */
static bool list_add(struct listing *l, struct buf *path, bool is_folder)
{
    bool good = is_folder ? list_add_folder(l, path) : list_add_file(l, buf_str(path), path->len);

    if (is_folder && !l->is_full &&
        !(l->skip.len && key_begins(path->data, path->len, l->skip.data, l->skip.len)))
        list_pass(l, path->data, path->len, true);
    return good;
}

/*
 * Lists the keys that begin with `path`, "" or "a/b/", which comes back as it was. The depth is
 * bounded by the length of a key. Where a folder has more names than are read at once, it is read
 * again from behind the last of them.
 */
static bool list_folder(struct listing *l, struct buf *path)
{
    size_t len = path->len, at;
    bool good = true, more = true;

    while (good && more && !l->is_full && !folder_is_stopped(l->query->stop)) {
        struct folder_names *n = listed_names(l, path, &at);

        if (!n)
            return !l->why->text;
        more = n->is_cut;
        l->held += folder_names_bytes(n);
        for (; good && at < n->count && !l->is_full && !folder_is_stopped(l->query->stop); at++) {
            bool is_folder = path_to(n, at, path, len);

            if (is_passed(l, path->data, path->len, is_folder))
                continue;
            if (is_beyond(l, path->data, path->len)) {
                more = false;
                break;
            }
            good = list_add(l, path, is_folder);
        }
        path->len = len;
        l->held -= folder_names_bytes(n);
        folder_names_done(l->f->names, n, l->is_full);
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
    good = begin_behind(&l) && (!l.most || list_folder(&l, &path)) &&
           (!folder_is_stopped(query->stop) || folder_refuse_stopped(&own));
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
