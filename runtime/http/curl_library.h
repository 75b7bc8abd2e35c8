#ifndef RUNTIME_HTTP_CURL_LIBRARY_H
#define RUNTIME_HTTP_CURL_LIBRARY_H

#include "parsers/base/library.h"

#include <curl/curl.h>

/*
 * libcurl, loaded when the first request is made: it brings some thirty libraries with it; see
 * parsers/base/library.h. Functions have their libcurl names without the "curl_".
 */
#define CURL_FUNCTIONS(_)                                                                          \
    _(curl_, easy_cleanup)                                                                         \
    _(curl_, easy_getinfo)                                                                         \
    _(curl_, easy_header)                                                                          \
    _(curl_, easy_init)                                                                            \
    _(curl_, easy_nextheader)                                                                      \
    _(curl_, easy_pause)                                                                           \
    _(curl_, easy_setopt)                                                                          \
    _(curl_, easy_strerror)                                                                        \
    _(curl_, free)                                                                                 \
    _(curl_, global_init)                                                                          \
    _(curl_, multi_add_handle)                                                                     \
    _(curl_, multi_assign)                                                                         \
    _(curl_, multi_cleanup)                                                                        \
    _(curl_, multi_info_read)                                                                      \
    _(curl_, multi_init)                                                                           \
    _(curl_, multi_remove_handle)                                                                  \
    _(curl_, multi_setopt)                                                                         \
    _(curl_, multi_socket_action)                                                                  \
    _(curl_, url)                                                                                  \
    _(curl_, url_cleanup)                                                                          \
    _(curl_, url_get)                                                                              \
    _(curl_, url_set)

struct curl_library {
    CURL_FUNCTIONS(LIBRARY_MEMBER)
};

/*
 * Returns the initialised library, which is one for the whole process and stays loaded to its end.
 * Returns NULL with *why filled when it can't be loaded.
 */
const struct curl_library *curl_library_load(struct diag *why);

#endif
