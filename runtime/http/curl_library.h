#ifndef RUNTIME_HTTP_CURL_LIBRARY_H
#define RUNTIME_HTTP_CURL_LIBRARY_H

#include "parsers/base/diag.h"

#include <curl/curl.h>

/*
 * libcurl, loaded when the first request is made: it brings some thirty libraries with it; see
 * parsers/base/library.h. Functions have their libcurl names without the "curl_".
 */
#define CURL_FUNCTIONS(_)                                                                          \
    _(easy_cleanup)                                                                                \
    _(easy_getinfo)                                                                                \
    _(easy_header)                                                                                 \
    _(easy_init)                                                                                   \
    _(easy_nextheader)                                                                             \
    _(easy_pause)                                                                                  \
    _(easy_setopt)                                                                                 \
    _(easy_strerror)                                                                               \
    _(free)                                                                                        \
    _(global_init)                                                                                 \
    _(multi_add_handle)                                                                            \
    _(multi_assign)                                                                                \
    _(multi_cleanup)                                                                               \
    _(multi_info_read)                                                                             \
    _(multi_init)                                                                                  \
    _(multi_remove_handle)                                                                         \
    _(multi_setopt)                                                                                \
    _(multi_socket_action)                                                                         \
    _(url)                                                                                         \
    _(url_cleanup)                                                                                 \
    _(url_get)                                                                                     \
    _(url_set)

struct curl_library {
#define CURL_MEMBER(name) __typeof__(curl_##name) *name;
    CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/*
 * Returns the initialised library, which is one for the whole process and stays loaded to its end.
 * Returns NULL with *why filled when it can't be loaded.
 */
const struct curl_library *curl_library_load(struct diag *why);

#endif
