/*
 * The folders that have the files are listened to, not the files: a file that is replaced by
 * another one would tell nothing any more. A file may be half written when the first news of it
 * come, so there is a look only when no more of them come; and one each second in any case, for
 * file systems that tell nothing.
 */
#include "tools/watch.h"

#include "parsers/base/mem.h"
#include "runtime/host/event_loop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

enum {
    QUIET_MS = 50,
    LOOK_MS = 1000,
};

/* What a file was when it was added; all zero: it wasn't there. */
struct watch_stamp {
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct watched_file {
    char *thing, *path;
    struct watch_stamp was;
};

/* A file that isn't there has no inode. */
static bool was_there(const struct watched_file *f)
{
    return f->was.inode != 0;
}

/* A folder that is listened to. */
struct watched_folder {
    uv_fs_event_t event;
    char *path;
    ino_t inode; /* of the folder that it listens to; 0: there was none */
};

struct watch {
    uv_loop_t loop;
    uv_timer_t quiet, look;
    uv_signal_t interrupt, end;
    struct watched_file *files;
    size_t count, cap;
    struct watched_folder **folders;
    size_t folder_count, folder_cap;
    char *thing;  /* that files are added to */
    bool stopped; /* by a signal */
};

/* ---- life ---- */

watch *watch_new(struct diag *why)
{
    watch *w = mem_calloc(1, sizeof *w);

    if (!event_loop_open(&w->loop, why)) {
        mem_free(w);
        return NULL;
    }
    uv_timer_init(&w->loop, &w->quiet);
    uv_timer_init(&w->loop, &w->look);
    uv_signal_init(&w->loop, &w->interrupt);
    uv_signal_init(&w->loop, &w->end);
    w->quiet.data = w->look.data = w->interrupt.data = w->end.data = w;
    return w;
}

static void close_handle(uv_handle_t *h, void *unused)
{
    (void)unused;
    uv_close(h, NULL);
}

void watch_free(watch *w)
{
    if (!w)
        return;
    uv_walk(&w->loop, close_handle, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    uv_loop_close(&w->loop);
    for (size_t i = 0; i < w->count; i++) {
        mem_free(w->files[i].thing);
        mem_free(w->files[i].path);
    }
    for (size_t i = 0; i < w->folder_count; i++) {
        mem_free(w->folders[i]->path);
        mem_free(w->folders[i]);
    }
    mem_free(w->files);
    mem_free(w->folders);
    mem_free(w->thing);
    mem_free(w);
}

/* ---- files ---- */

static struct watch_stamp watch_stamp_of(const char *path)
{
    struct stat is;

    if (stat(path, &is) != 0)
        return (struct watch_stamp){0};
    return (struct watch_stamp){.inode = is.st_ino, .size = is.st_size, .changed = is.st_mtim};
}

static bool is_changed(const struct watched_file *f)
{
    struct watch_stamp now = watch_stamp_of(f->path);

    return now.inode != f->was.inode || now.size != f->was.size ||
           now.changed.tv_sec != f->was.changed.tv_sec ||
           now.changed.tv_nsec != f->was.changed.tv_nsec;
}

void watch_begin(watch *w, const char *thing)
{
    size_t kept = 0;
    char *began = mem_strdup(thing); /* it may be that of a file */

    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->files[i].thing, began) != 0) {
            w->files[kept++] = w->files[i];
            continue;
        }
        mem_free(w->files[i].thing);
        mem_free(w->files[i].path);
    }
    w->count = kept;
    mem_free(w->thing);
    w->thing = began;
}

static void add_watched(watch *w, const char *path, struct watch_stamp was)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash ? mem_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : mem_strdup(".");

    MEM_GROW(w->files, w->count, w->cap);
    w->files[w->count++] =
        (struct watched_file){.thing = mem_strdup(w->thing), .path = mem_strdup(path), .was = was};
    watch_folder(w, folder);
    mem_free(folder);
}

void watch_file(watch *w, const char *path)
{
    add_watched(w, path, watch_stamp_of(path));
}

void watch_absent(watch *w, const char *path)
{
    add_watched(w, path, (struct watch_stamp){0});
}

size_t watch_count(const watch *w)
{
    size_t count = 0;

    for (size_t i = 0; i < w->count; i++) {
        size_t before = 0;
        if (!was_there(&w->files[i]))
            continue;
        while (before < i && strcmp(w->files[before].path, w->files[i].path) != 0)
            before++;
        count += before == i;
    }
    return count;
}

bool watch_has(const watch *w, const char *thing)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->files[i].thing, thing) == 0)
            return true;
    return false;
}

/* Its files are forgotten, so that it is new if it comes again. */
const char *watch_gone(watch *w, bool (*is_there)(void *user, const char *thing), void *user)
{
    for (size_t i = 0; i < w->count; i++) {
        if (is_there(user, w->files[i].thing))
            continue;
        watch_begin(w, w->files[i].thing);
        return w->thing;
    }
    return NULL;
}

const char *watch_changed(const watch *w, const char *thing)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->files[i].thing, thing) == 0 && is_changed(&w->files[i]))
            return w->files[i].path;
    return NULL;
}

/* ---- news ---- */

static void on_watch_quiet(uv_timer_t *t)
{
    uv_stop(t->loop);
}

static void on_news(uv_fs_event_t *e, const char *name, int events, int status)
{
    struct watch *w = e->data;

    (void)name;
    (void)events;
    (void)status;
    uv_timer_start(&w->quiet, on_watch_quiet, QUIET_MS, 0);
}

/* Some file systems tell nothing. */
static void on_watch_look(uv_timer_t *t)
{
    struct watch *w = t->data;

    for (size_t i = 0; i < w->count; i++)
        if (is_changed(&w->files[i]) && !uv_is_active((uv_handle_t *)&w->quiet))
            uv_timer_start(&w->quiet, on_watch_quiet, QUIET_MS, 0);
}

static void on_watch_signal(uv_signal_t *s, int number)
{
    struct watch *w = s->data;

    (void)number;
    w->stopped = true;
    uv_stop(s->loop);
}

static struct watched_folder *folder_at(watch *w, const char *path)
{
    for (size_t i = 0; i < w->folder_count; i++)
        if (strcmp(w->folders[i]->path, path) == 0)
            return w->folders[i];
    struct watched_folder *f = mem_calloc(1, sizeof *f);
    f->path = mem_strdup(path);
    uv_fs_event_init(&w->loop, &f->event);
    f->event.data = w;
    MEM_GROW(w->folders, w->folder_count, w->folder_cap);
    w->folders[w->folder_count++] = f;
    return f;
}

/* A folder that can't be listened to is looked at each second all the same. One that has come in
 * the place of another tells nothing to who listens to that. */
void watch_folder(watch *w, const char *path)
{
    struct watched_folder *f = folder_at(w, path);
    ino_t inode = watch_stamp_of(path).inode;

    if (f->inode == inode)
        return;
    f->inode = inode;
    uv_fs_event_stop(&f->event);
    uv_fs_event_start(&f->event, on_news, path, 0);
}

/* The signals end the process as usual while nothing waits. Who reads that Ctrl-C ends it may send
 * it at once. */
bool watch_wait(watch *w, const char *command)
{
    uv_signal_start(&w->interrupt, on_watch_signal, SIGINT);
    uv_signal_start(&w->end, on_watch_signal, SIGTERM);
    size_t count = watch_count(w);
    if (command)
        fprintf(stderr, "asl %s: watching %zu file%s; Ctrl-C ends\n", command, count,
                count == 1 ? "" : "s");
    uv_timer_start(&w->look, on_watch_look, 0, LOOK_MS);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    uv_timer_stop(&w->look);
    uv_timer_stop(&w->quiet);
    uv_signal_stop(&w->interrupt);
    uv_signal_stop(&w->end);
    return !w->stopped;
}
