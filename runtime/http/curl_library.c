/*
 * Loads libcurl, once for the process. What is found is checked as a whole: a library that lacks
 * one of the functions is refused, and the message says which.
 */
#include "runtime/http/curl_library.h"

static struct curl_library curl;

static void curl_library_find(struct library *library)
{
    struct curl_library *functions = &curl;

    CURL_FUNCTIONS(LIBRARY_FIND)
    if (!library->error[0] && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        library_refuse(library, "it does not initialise");
}

/* libcurl keeps its ABI under this name since 2006. */
static struct library library = {
    .soname = "libcurl.so.4", .user = "HTTP", .find = curl_library_find};

const struct curl_library *curl_library_load(struct diag *why)
{
    return library_load(&library, why) ? &curl : NULL;
}
