/* Opens shared libraries by dlopen, one at a time; none is ever closed once it is good. */
#include "parsers/base/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Whoever opens one. */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

void library_refuse(struct library *l, const char *why)
{
    if (!l->error[0])
        snprintf(l->error, sizeof l->error, "%s", why);
}

static const char *loader_error(void)
{
    const char *text = dlerror();

    return text ? text : "it lacks a function";
}

/* POSIX: a function's address has the form of a void *. */
void library_find(struct library *l, const char *name, void *to)
{
    void *at = dlsym(l->handle, name);

    if (!at)
        library_refuse(l, loader_error());
    memcpy(to, &at, sizeof at);
}

static void open_now(struct library *l)
{
    l->error[0] = '\0';
    l->handle = dlopen(l->soname, RTLD_NOW | RTLD_LOCAL);
    if (!l->handle) {
        library_refuse(l, loader_error());
        return;
    }
    l->find(l);
    if (!l->error[0])
        atomic_store(&l->ready, true);
    else
        dlclose(l->handle);
}

bool library_load(struct library *l, struct diag *why)
{
    if (atomic_load(&l->ready))
        return true;
    pthread_mutex_lock(&opening);
    if (!atomic_load(&l->ready))
        open_now(l);
    bool good = atomic_load(&l->ready);
    if (!good)
        diag_set(why, NULL, 0, "%s needs %s, which can't be loaded: %s", l->user, l->soname,
                 l->error);
    pthread_mutex_unlock(&opening);
    return good;
}
