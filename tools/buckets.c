/* Folders that stand for buckets of S3, as options name them. */
#include "tools/buckets.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/folder/folder.h"
#include "tools/cmd.h"

#include <stdint.h>
#include <string.h>

static const struct option_row rows[] = {
    {"bucket", 0, "NAME=FOLDER...",
     "a folder that is the bucket NAME of S3, for Tasks and Map states:\n"
     "docs/handlers.md",
     offsetof(struct buckets_options, bucket)},
};

const struct option_group buckets_group = {rows, COUNT(rows), NULL};

/* mem_free *name; *folder is a look. */
static bool buckets_split(const char *text, const struct option_set *set, char **name,
                          const char **folder)
{
    size_t len = strcspn(text, "=");

    if (!len || !text[len] || !text[len + 1] || memchr(text, '/', len)) {
        cmd_usage(set->command, "--bucket takes a bucket and a folder, as orders=./data, not '%s'",
                  text);
        return false;
    }
    *name = mem_strndup(text, len);
    *folder = text + len + 1;
    return true;
}

/* The first one of a name counts, so a second one would be a mistake that nobody sees. */
static bool buckets_add(struct buckets *b, const struct option_set *set, char *name,
                        const char *path)
{
    object_folder *folder = NULL;
    struct diag why = {0};

    for (size_t i = 0; i < b->count; i++)
        if (!strcmp(b->all[i].name, name)) {
            cmd_usage(set->command, "--bucket names '%s' twice", name);
            mem_free(name);
            return false;
        }
    folder = folder_open(path, FOLDER_DURABLE, &why);
    if (!folder) {
        cmd_fail(set->command, "--bucket %s: %s", name, why.text);
        diag_clear(&why);
        mem_free(name);
        return false;
    }
    b->all = mem_realloc(b->all, (b->count + 1) * sizeof *b->all);
    b->all[b->count++] = (struct handlers_bucket){name, folder};
    return true;
}

bool buckets_open(const struct buckets_options *given, const struct option_set *set,
                  struct buckets *out)
{
    for (size_t i = 0; i < given->bucket.count; i++) {
        const char *folder;
        char *name;

        if (!buckets_split(given->bucket.at[i], set, &name, &folder) ||
            !buckets_add(out, set, name, folder))
            return false;
    }
    return true;
}

/* They were made here, and handed out to be looked at. */
void buckets_clear(struct buckets *b)
{
    for (size_t i = 0; i < b->count; i++) {
        mem_free((char *)(uintptr_t)b->all[i].name);
        folder_free((object_folder *)(uintptr_t)b->all[i].folder);
    }
    mem_free(b->all);
    *b = (struct buckets){0};
}
