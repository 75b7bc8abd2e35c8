/*
 * Patterns for paths. Braces are expanded first, each alternative is then matched on its own. A
 * "*" goes back to its last place only, "**" by recursion; a bound on the steps holds off patterns
 * that would take for ever.
 */

#include "tools/path_glob.h"

#include "parsers/base/buf.h"

#include <string.h>

/* Tries of one pattern: enough for any that a person writes. */
enum { MAX_WORK = 1000000, MAX_ALTERNATIVES = 64 };

bool path_glob_is(const char *text)
{
    return strpbrk(text, "*?[{") != NULL;
}

/* ---- [a-z] ---- */

/* The class that begins at `p`: its end, NULL when it has none (then it is a letter). */
static const char *class_end(const char *p)
{
    const char *end = p + 1;

    if (*end == '!' || *end == '^')
        end++;
    if (*end == ']')
        end++;
    while (*end && *end != ']' && *end != '/')
        end++;
    return *end == ']' ? end : NULL;
}

static bool in_class(const char *p, const char *end, char c)
{
    bool negated = p[1] == '!' || p[1] == '^', in = false;

    for (p += negated ? 2 : 1; p < end; p++) {
        if (p + 2 < end && p[1] == '-') {
            in |=
                (unsigned char)p[0] <= (unsigned char)c && (unsigned char)c <= (unsigned char)p[2];
            p += 2;
        } else {
            in |= *p == c;
        }
    }
    return in != negated && c != '/';
}

/* ---- one pattern without braces ---- */

/* Recurses for `**` only; what it comes to is bounded by `work`. */
static bool path_glob_match_from(const char *p, const char *text, size_t *work)
{
    const char *star = NULL, *again = NULL;

    for (;;) {
        if (++*work > MAX_WORK)
            return false;
        if (p[0] == '*' && p[1] == '*') {
            const char *rest = p + 2 + (p[2] == '/');
            if (path_glob_match_from(rest, text, work))
                return true;
            /* Without a / behind it, it is all that follows. */
            while (*text) {
                bool folder = *text == '/';
                text++;
                if ((folder || p[2] != '/') && path_glob_match_from(rest, text, work))
                    return true;
            }
            return false;
        }
        const char *end = *p == '[' ? class_end(p) : NULL;
        if (*p == '*') {
            star = ++p;
            again = text;
            continue;
        }
        bool one = end         ? *text && in_class(p, end, *text)
                   : *p == '?' ? *text && *text != '/'
                               : *p && *p == *text;
        if (one) {
            p = end ? end + 1 : p + 1;
            text++;
        } else if (!*p && !*text) {
            return true;
        } else if (star && *again && *again != '/') {
            p = star;
            text = ++again;
        } else {
            return false;
        }
    }
}

/* ---- {a,b} ---- */

static const char *brace_end(const char *open)
{
    size_t level = 0;

    for (const char *p = open; *p; p++) {
        level += *p == '{';
        if (*p == '}' && --level == 0)
            return p;
    }
    return NULL;
}

static bool match_braces(const char *pattern, const char *path, size_t *left, size_t *work)
{
    const char *open = strchr(pattern, '{'), *end = open ? brace_end(open) : NULL;
    bool found = false;

    if (!end)
        return path_glob_match_from(pattern, path, work);
    for (const char *from = open + 1; !found && from <= end && *left; from++) {
        const char *to = from;
        for (size_t level = 0; to < end && (level || *to != ','); to++)
            level += (*to == '{') - (*to == '}');
        struct buf one = {0};
        buf_add(&one, pattern, (size_t)(open - pattern));
        buf_add(&one, from, (size_t)(to - from));
        buf_adds(&one, end + 1);
        --*left;
        found = match_braces(buf_str(&one), path, left, work);
        buf_clear(&one);
        from = to;
    }
    return found;
}

/* A pattern without a slash within it is for names in any folder, as in .gitignore: it is matched
 * below any number of folders. */
bool path_glob_match(const char *pattern, const char *path)
{
    size_t left = MAX_ALTERNATIVES, work = 0, n = strlen(pattern);
    struct buf whole = {0};
    const char *slash = strchr(pattern, '/');

    if (!slash || slash == pattern + n - 1)
        buf_adds(&whole, "**/");
    buf_adds(&whole, *pattern == '/' ? pattern + 1 : pattern);
    if (n && pattern[n - 1] == '/')
        buf_adds(&whole, "**");
    bool good = match_braces(buf_str(&whole), path, &left, &work);
    buf_clear(&whole);
    return good;
}
