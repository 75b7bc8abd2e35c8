/* Paths in suites, which are told from the folder that the suite is in. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "tools/test/suite.h"

#include <stdlib.h>
#include <string.h>

/* The last one counts: NAME may have ".test." in it, and is another name with it. */
size_t suite_name_len(const char *suite)
{
    const char *slash = strrchr(suite, '/'), *end = NULL;

    for (const char *at = slash ? slash + 1 : suite; (at = strstr(at, ".test.")); at++)
        end = at;
    return end ? (size_t)(end - suite) : strlen(suite);
}

/* The folder of a file that may be there or not; mem_free it. NULL: there is no such folder. */
static char *whole_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash ? mem_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : mem_strdup(".");
    char *whole = realpath(folder, NULL);
    char *kept = whole ? mem_strdup(whole) : NULL;

    free(whole);
    mem_free(folder);
    return kept;
}

/* Adds the way from one folder to the other: "../" for each that is left, then those entered. */
static void add_way(struct buf *out, const char *from, const char *to)
{
    size_t same = 0;

    for (size_t i = 0;; i++) {
        bool ends = (!from[i] || from[i] == '/') && (!to[i] || to[i] == '/');
        if (ends)
            same = i;
        if (from[i] != to[i] || !from[i])
            break;
    }
    for (const char *p = from + same; *p; p++)
        if (*p == '/' && p[1])
            buf_adds(out, "../");
    while (to[same] == '/')
        same++;
    if (to[same])
        buf_printf(out, "%s/", to + same);
}

/* Whether both are below the same folder of the root: files that are moved together, or checked
 * out. A way between others is best told from the root. */
static bool shares_folder(const char *a, const char *b)
{
    size_t len = 1 + strcspn(a + 1, "/");

    return a[1] && strncmp(a, b, len) == 0 && (b[len] == '/' || !b[len]);
}

/* The part behind # names a machine in a template, and may have slashes. */
char *suite_definition_name(const char *suite, const char *argument)
{
    const char *hash = strchr(argument, '#');
    char *file = mem_strndup(argument, hash ? (size_t)(hash - argument) : strlen(argument));
    char *from = suite ? whole_folder(suite) : NULL, *to = whole_folder(file);
    const char *slash = strrchr(file, '/');
    struct buf out = {0};

    if (!from || !to || (*argument == '/' && !shares_folder(from, to))) {
        buf_adds(&out, argument);
    } else {
        add_way(&out, from, to);
        buf_printf(&out, "%s%s", slash ? slash + 1 : file, hash ? hash : "");
    }
    mem_free(file);
    mem_free(from);
    mem_free(to);
    buf_str(&out);
    return buf_take(&out);
}
