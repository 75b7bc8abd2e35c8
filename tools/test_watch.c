/* asl test --watch: suites are played again when one of their files changes. */
#include "tools/test_command.h"

#include "parsers/base/mem.h"
#include "tools/shown.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void tell_change(const char *path, const char *what)
{
    fputs("asl test: ", stderr);
    shown_print(stderr, path);
    fprintf(stderr, " %s\n", what);
}

static bool has_file(void *user, const char *path)
{
    const struct definition_files *files = user;

    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->files[i].path, path) == 0)
            return true;
    return false;
}

static bool is_lost(const char *path)
{
    return access(path, F_OK) != 0;
}

/* A folder that was waited for is no suite any more when it is there. */
static void tell_gone(watch *w, struct definition_files *files)
{
    for (const char *gone; (gone = watch_gone(w, has_file, files));)
        if (is_lost(gone))
            tell_change(gone, "is gone");
}

/* A folder stands among the suites when it was not there as they were looked for. */
static bool is_suite(const char *path)
{
    struct stat is;

    return stat(path, &is) == 0 && !S_ISDIR(is.st_mode);
}

/* Waits for what an argument names, a suite or a folder of them, and is not there any more. */
static void wait_for_lost(watch *w, const char *path)
{
    watch_begin(w, path);
    watch_absent(w, path);
}

/* Keeps the suites of which a file has changed, and those that are new. */
static void keep_changed(watch *w, struct definition_files *files)
{
    const char *told = "";
    size_t kept = 0;

    for (size_t i = 0; i < files->count; i++) {
        struct definition_path *f = &files->files[i];
        bool known = watch_has(w, f->path);
        const char *changed = known ? watch_changed(w, f->path) : f->path;
        if (!known && !is_suite(f->path)) {
            wait_for_lost(w, f->path);
            changed = NULL;
        }
        if (changed) {
            if (strcmp(changed, told) != 0)
                tell_change(changed, known ? "has changed" : "is new");
            told = changed;
            files->files[kept++] = *f;
        } else {
            mem_free(f->path);
        }
    }
    files->count = kept;
}

/* A suite may come into any folder that is looked at for suites, also into one that is new. */
static void on_folder(void *user, const char *folder)
{
    watch_folder(user, folder);
}

/* Nothing can come back into a folder that has been deleted, even if another gets its name. */
static bool watch_is_here(void)
{
    struct stat here;

    return stat(".", &here) == 0 && here.st_nlink > 0;
}

int test_watch(struct test *t, struct definition_files *files, int argc, char **argv)
{
    struct diag why = {0};
    int status = EXIT_USAGE;

    t->watch = watch_new(&why);
    if (!t->watch) {
        cmd_fail("test", "%s", why.text);
        diag_clear(&why);
        return status;
    }
    files->visits = on_folder;
    files->user = t->watch;
    definition_files_clear(files);
    test_find_suites(argc, argv, files);
    do {
        size_t count = files->count;
        if (count)
            status = test_once(t, files);
        definition_files_clear(files);
        if (!watch_wait(t->watch, count ? "test" : NULL))
            break;
        if (!watch_is_here()) {
            status = cmd_fail("test", "the folder that it works in is gone");
            break;
        }
        test_find_suites(argc, argv, files);
        tell_gone(t->watch, files);
        keep_changed(t->watch, files);
    } while (true);
    fputc('\n', stderr);
    watch_free(t->watch);
    return status;
}
