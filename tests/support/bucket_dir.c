/* A folder that is a bucket, for the suites of runtime/folder. */
#define _GNU_SOURCE /* mkdtemp, nftw */

#include "tests/support/bucket_dir.h"

#include "parsers/base/mem.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bucket_dir bucket_dir;

static int bucket_dir_drop(const char *path, const struct stat *st, int kind, struct FTW *w)
{
    (void)st, (void)kind, (void)w;
    return remove(path);
}

void bucket_dir_path(char *out, size_t size, const char *name)
{
    ck_assert_int_lt(snprintf(out, size, "%s/%s", bucket_dir.path, name), (int)size);
}

void bucket_dir_make_file(const char *name, const char *text)
{
    char path[2048];

    bucket_dir_path(path, sizeof path, name);
    for (char *p = path + strlen(bucket_dir.path) + 1; (p = strchr(p, '/')); *p++ = '/') {
        *p = '\0';
        mkdir(path, 0777);
    }
    FILE *file = fopen(path, "w");
    ck_assert_msg(file != NULL, "%s", path);
    fputs(text, file);
    fclose(file);
}

void bucket_dir_make_link(const char *name, const char *to)
{
    char path[2048];

    bucket_dir_path(path, sizeof path, name);
    ck_assert(!symlink(to, path));
}

void bucket_dir_begin(void)
{
    struct diag why = {0};

    const char *tmp = getenv("TMPDIR");

    snprintf(bucket_dir.top, sizeof bucket_dir.top, "%s/asl-folder-XXXXXX",
             tmp && strlen(tmp) < 32 ? tmp : "/tmp");
    ck_assert(mkdtemp(bucket_dir.top) != NULL);
    snprintf(bucket_dir.path, sizeof bucket_dir.path, "%s/data", bucket_dir.top);
    ck_assert(!mkdir(bucket_dir.path, 0777));
    bucket_dir.f = folder_open(bucket_dir.path, 0, &why);
    ck_assert_msg(bucket_dir.f != NULL, "%s", why.text);
}

void bucket_dir_end(void)
{
    folder_free(bucket_dir.f);
    nftw(bucket_dir.top, bucket_dir_drop, 16, FTW_DEPTH | FTW_PHYS);
}

static size_t temporaries;

static int count_temporary(const char *path, const struct stat *st, int kind, struct FTW *w)
{
    (void)st, (void)kind;
    temporaries += !strncmp(path + w->base, ".asl-put-", 9);
    return 0;
}

size_t bucket_dir_temporaries(void)
{
    temporaries = 0;
    nftw(bucket_dir.top, count_temporary, 16, FTW_PHYS);
    return temporaries;
}

void bucket_dir_open_again(unsigned how)
{
    folder_free(bucket_dir.f);
    bucket_dir.f = folder_open(bucket_dir.path, how, NULL);
    ck_assert(bucket_dir.f != NULL);
}

struct folder_key bucket_dir_key(const char *text)
{
    return (struct folder_key){text, strlen(text)};
}

void bucket_dir_put(const char *key, const char *text)
{
    struct folder_object o;
    struct diag why = {0};
    bool good;

    do
        good = folder_put(bucket_dir.f, bucket_dir_key(key), text, strlen(text), NULL, &o, &why);
    while (!good && folder_was_locked(&why));
    ck_assert_msg(good, "%s: %s", key, why.text);
    diag_clear(&why);
}

void bucket_dir_list(struct folder_query q, struct buf *out, size_t *pages)
{
    struct folder_page page;
    struct diag why = {0};
    char *token = NULL;

    for (*pages = 0;; (*pages)++) {
        ck_assert_uint_lt(*pages, 20000);
        if (token)
            q.token = bucket_dir_key(token);
        ck_assert_msg(folder_list(bucket_dir.f, &q, &page, &why), "%s", why.text);
        ck_assert(page.count <= q.most);
        for (size_t i = 0; i < page.count; i++)
            buf_printf(out, "%s%s%s", out->len ? " " : "", page.entries[i].key,
                       page.entries[i].is_prefix ? "*" : "");
        mem_free(token);
        token = page.token;
        page.token = NULL;
        folder_page_clear(&page);
        if (!token)
            break;
    }
    ++*pages;
}
