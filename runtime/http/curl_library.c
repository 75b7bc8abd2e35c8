/*
 * Loads libcurl by dlopen, once for the process. What is found is checked as a whole: a library
 * that lacks one of the functions is refused, and the message says which.
 */
#include "runtime/http/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

/* libcurl keeps its ABI under this name since 2006. */
static const char soname[] = "libcurl.so.4";

/* Filled once, by the first thread that asks; what is loaded belongs to the process. */
static struct {
    pthread_once_t once;
    struct curl_library functions;
    bool good;
    char error[256];
} loaded = {.once = PTHREAD_ONCE_INIT};

static void curl_library_note_error(void)
{
    const char *text = dlerror();

    strncpy(loaded.error, text ? text : "it does not initialise", sizeof loaded.error - 1);
}

static void curl_library_open(void)
{
    void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

    if (!handle) {
        curl_library_note_error();
        return;
    }
    /* POSIX: a function's address may be stored through a void *. */
#define CURL_FIND(name)                                                                            \
    if (!(*(void **)&loaded.functions.name = dlsym(handle, "curl_" #name))) {                      \
        curl_library_note_error();                                                                 \
        return;                                                                                    \
    }
    CURL_FUNCTIONS(CURL_FIND)
#undef CURL_FIND
    loaded.good = loaded.functions.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!loaded.good)
        curl_library_note_error();
}

const struct curl_library *curl_library_load(struct diag *why)
{
    pthread_once(&loaded.once, curl_library_open);
    if (loaded.good)
        return &loaded.functions;
    diag_set(why, NULL, 0, "HTTP needs libcurl, which can't be loaded: %s", loaded.error);
    return NULL;
}
