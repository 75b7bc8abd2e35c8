#include "tests/support/folder.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void folder_make(struct folder *f)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(f->path, sizeof f->path, "%s/asl-test-XXXXXX", tmp && strlen(tmp) < 32 ? tmp : "/tmp");
    ck_assert(mkdtemp(f->path) != NULL);
    snprintf(f->file, sizeof f->file, "%s/asl.db", f->path);
}

void folder_remove(const struct folder *f)
{
    DIR *dir = opendir(f->path);
    struct dirent *entry;
    char path[512];

    while (dir && (entry = readdir(dir))) {
        snprintf(path, sizeof path, "%s/%s", f->path, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(f->path);
}
