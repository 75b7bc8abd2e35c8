/*
 * Picks the row that is meant for a call: the first whose pattern matches, as by_specificity in
 * handlers_load.c has put the most specific first.
 */
#include "runtime/handlers/handlers_impl.h"

#include "asl/resource/resource.h"
#include "runtime/base/glob.h"

#include <string.h>

/*
 * A pattern means the target as it stands, the same without its qualifier, or by a bare name the
 * function it names. A call by a function's name alone is met by that function's ARN too.
 */
static bool handlers_match_matches(const char *pattern, const char *target, bool function)
{
    struct asl_piece name = asl_function_name(target);

    if (glob_match(pattern, target, strlen(target)))
        return true;
    if (!function)
        return false;
    if (glob_match(pattern, target, (size_t)(name.at - target) + name.len))
        return true;
    if (!strchr(pattern, ':'))
        return glob_match(pattern, name.at, name.len);
    if (!strncmp(target, "arn:", 4) || !strstr(pattern, ":function:"))
        return false;
    struct asl_piece named = asl_function_name(pattern);
    return named.len && named.at[named.len] == '\0' && glob_match(named.at, name.at, name.len);
}

bool handlers_match_host(const char *pattern, const char *host)
{
    const char *colon = strrchr(host, ':');
    bool port = colon && !strchr(colon, ']');

    return glob_match(pattern, host, strlen(host)) ||
           (port && glob_match(pattern, host, (size_t)(colon - host)));
}

struct handler_row *handlers_match(const handlers *h, const char *target, const char *host)
{
    /* Functions go by name; what else has an ARN goes by that. */
    bool function = strncmp(target, "arn:", 4) != 0 || strstr(target, ":function:");

    for (size_t i = 0; i < h->row_count; i++) {
        struct handler_row *row = h->rows[i];

        if (row->pattern && handlers_match_matches(row->pattern, target, function) &&
            (!row->host || (host && handlers_match_host(row->host, host))))
            return row;
    }
    return NULL;
}

bool handlers_name(const handlers *h, const char *target)
{
    const struct handler_row *r = handlers_match(h, target, NULL);

    return r && glob_literal(r->pattern) > 0;
}
