/* Processes as Linux shows them in /proc, one after the other: they come and go meanwhile. */
#include "runtime/base/process.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "PID (NAME) STATE PARENT GROUP SESSION …"; a name may have blanks and brackets. */
bool process_place(pid_t pid, struct process_place *out)
{
    char path[64], text[512];

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *f = fopen(path, "re");
    size_t len = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[len] = '\0';
    const char *at = strrchr(text, ')');
    if (!at || strlen(at) < 4)
        return false;
    char *next;
    out->parent = (pid_t)strtol(at + 4, &next, 10);
    out->group = (pid_t)strtol(next, &next, 10);
    out->session = (pid_t)strtol(next, NULL, 10);
    return true;
}

void process_each(bool (*see)(void *user, pid_t pid), void *user)
{
    DIR *folder = opendir("/proc");
    bool more = true;

    for (struct dirent *e; folder && more && (e = readdir(folder));)
        if (isdigit((unsigned char)e->d_name[0]))
            more = see(user, (pid_t)strtol(e->d_name, NULL, 10));
    if (folder)
        closedir(folder);
}
