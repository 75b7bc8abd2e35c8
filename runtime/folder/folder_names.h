#ifndef RUNTIME_FOLDER_FOLDER_NAMES_H
#define RUNTIME_FOLDER_FOLDER_NAMES_H

/* What lists read of folders, and what is kept of that from one page to the next. */

#include "parsers/base/buf.h"
#include "runtime/folder/folder_impl.h"

#include <dirent.h>

enum entry_kind { ENTRY_NONE, ENTRY_FILE, ENTRY_FOLDER };

/* Goes on to the next name that can be a part of a key, which is put into `path` behind its first
 * `len` bytes, with a slash at the end if it is a folder. Returns false behind the last one. */
bool folder_next_name(DIR *dir, struct buf *path, size_t len, enum entry_kind *kind);

/* The names in a folder, in the order of the keys that they make: a folder stands there with a
 * slash behind its name. They never change, and several threads may look at them. */
struct folder_names {
    struct stat dir; /* as the folder was before they were read */
    char *text;
    uint32_t *at; /* where each name begins in the text */
    size_t text_len, count;
    bool has_before; /* smaller ones were left out, as the list was behind them */
    bool is_cut;     /* larger ones were left out, as there were too many */
    bool may_be_kept;
    size_t refs; /* those who look at them, and one if they are kept */
    uint64_t last_use;
};

/* Returns a name, which has a slash at its end if it is a folder's, and its length. */
const char *folder_names_at(const struct folder_names *n, size_t i, size_t *len);
size_t folder_names_bytes(const struct folder_names *n);

/* What is kept of a bucket's folders. */
struct kept_names *kept_names_new(void);
/* Nobody looks at any of the names any more. */
void kept_names_free(struct kept_names *k);

/* Finds what is kept of a folder that is as it was when it was read. NULL: nothing is. Whatever is
 * returned, and what folder_names_read returns, is given back by folder_names_done. */
struct folder_names *folder_names_find(struct kept_names *k, const struct stat *dir);
/* `comes_back`: the list goes on in this folder by another page. */
void folder_names_done(struct kept_names *k, struct folder_names *n, bool comes_back);

/* What of a folder is to be read. */
struct names_wanted {
    /* Returns whether a list is behind that key, or behind all keys in that folder. */
    bool (*is_passed)(const void *list, const char *key, size_t len, bool is_folder);
    const void *list;
    size_t held; /* bytes of names that the list holds already, of folders above */
    const atomic_bool *stop;
};

/* Reads the names in `dir`, which is open, had the state *st before that, and whose keys begin with
 * `path`. When it is stopped, there may be any of them. */
struct folder_names *folder_names_read(DIR *dir, const struct stat *st, struct buf *path,
                                       const struct names_wanted *w);

#endif
