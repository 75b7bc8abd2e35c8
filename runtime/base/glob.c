/* Matching a text with a pattern of `*` and `?`, in time that no pattern can make explode. */

#include "runtime/base/glob.h"

/* Only the last star is ever gone back to: what an earlier one took can't help a later part. */
bool glob_match(const char *pattern, const char *text, size_t len)
{
    const char *star = NULL;
    size_t at = 0, again = 0;

    while (at < len) {
        if (*pattern == '*') {
            star = ++pattern;
            again = at;
        } else if (*pattern && (*pattern == '?' || *pattern == text[at])) {
            pattern++;
            at++;
        } else if (star) {
            pattern = star;
            at = ++again;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

size_t glob_literal(const char *pattern)
{
    size_t count = 0;

    for (; *pattern; pattern++)
        count += *pattern != '*' && *pattern != '?';
    return count;
}
