#ifndef TESTS_SUPPORT_BUCKET_DIR_H
#define TESTS_SUPPORT_BUCKET_DIR_H

#include "parsers/base/buf.h"
#include "runtime/folder/folder.h"

/* A folder of its own for a test, which is a bucket. */
struct bucket_dir {
    char top[64];  /* of all */
    char path[80]; /* the bucket's folder */
    object_folder *f;
};

extern struct bucket_dir bucket_dir;

void bucket_dir_begin(void);
void bucket_dir_end(void);
/* Opens the bucket anew; `how` is FOLDER_… */
void bucket_dir_open_again(unsigned how);

/* Writes the path of a name in the bucket's folder. */
void bucket_dir_path(char *out, size_t size, const char *name);
/* Makes a file, with the folders that it is in. */
void bucket_dir_make_file(const char *name, const char *text);
void bucket_dir_make_link(const char *name, const char *to);

/* How many files there are that are being written, or wait for an upload to be completed. */
size_t bucket_dir_temporaries(void);

struct folder_key bucket_dir_key(const char *text);
void bucket_dir_put(const char *key, const char *text);
/* Adds all of a list, page by page: keys, with "*" behind a common prefix. */
void bucket_dir_list(struct folder_query q, struct buf *out, size_t *pages);

#endif
