/*
 * Routes files under libFuzzer, and requests to them: up to the first NUL a file, behind it a path.
 * A file is refused with its place, or each of its requests gets one route, whatever is asked of
 * it.
 */
#define _GNU_SOURCE /* memfd_create */

#include "parsers/base/mem.h"
#include "runtime/serve/route.h"
#include "tests/fuzz/as_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const routes *r, const char *method, const char *path)
{
    const struct route *route = NULL, *again = NULL;
    json *parameters = NULL;
    struct buf allow = {0};
    enum route_found found = routes_find(r, method, path, &route, &parameters, &allow);

    must(routes_find(r, method, path, &again, NULL, NULL) == found && again == route,
         "a look at a route finds the same");
    must((found == ROUTE_FOUND) == (route != NULL), "a route that is found is there");
    must((found == ROUTE_OTHER_METHOD) == (allow.len > 0), "other methods are named");
    must(!route || (route->path && route->machine && route->timeout_ms > 0), "a route is whole");
    must(!parameters || json_count(parameters) > 0, "parameters that there are");
    json_unref(parameters);
    buf_clear(&allow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const methods[] = {"GET", "HEAD", "PATCH", "PROPFIND"};
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t len = nul ? (size_t)(nul - data) : size;
    char *text = mem_strndup((const char *)data, len);
    char *path = nul ? mem_strndup((const char *)nul + 1, size - len - 1) : mem_strdup("/a/b/c");
    struct diag why = {0};
    routes *r = routes_parse("f", text, len, &why);

    must(r || (why.code && !strncmp(why.text, "f:", 2)), "a refusal has its place");
    for (size_t i = 0; r && i < sizeof methods / sizeof *methods; i++)
        ask(r, methods[i], path);
    routes_free(r);
    diag_clear(&why);
    mem_free(text);
    mem_free(path);
    return 0;
}
