/*
 * Loads libcurl, once for the process. What is found is checked as a whole: a library that lacks
 * one of the functions is refused, and the message says which.
 */
#include "runtime/http/curl_library.h"

#include "parsers/base/library.h"

static struct curl_library curl;

static void curl_library_find(struct library *l)
{
#define CURL_FIND(name) library_find(l, "curl_" #name, &curl.name);
    CURL_FUNCTIONS(CURL_FIND)
#undef CURL_FIND
    if (!l->error[0] && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        library_refuse(l, "it does not initialise");
}

/* libcurl keeps its ABI under this name since 2006. */
static struct library library = {
    .soname = "libcurl.so.4", .user = "HTTP", .find = curl_library_find};

const struct curl_library *curl_library_load(struct diag *why)
{
    return library_load(&library, why) ? &curl : NULL;
}
